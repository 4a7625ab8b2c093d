//! Random `where` clauses.

use super::rng::Rng;

/// A condition over these fields, at most `depth` deep.
pub(crate) fn condition(fields: &[&str], depth: usize, rng: &mut Rng) -> String {
    if depth == 0 || rng.chance(45) {
        return question(rng.pick(fields), rng);
    }
    match rng.below(5) {
        0 => format!("NOT ({})", condition(fields, depth - 1, rng)),
        1 | 2 => format!("({} AND {})", condition(fields, depth - 1, rng), condition(fields, depth - 1, rng)),
        _ => format!("{} OR {}", condition(fields, depth - 1, rng), condition(fields, depth - 1, rng)),
    }
}

fn question(field: &str, rng: &mut Rng) -> String {
    if rng.chance(8) {
        return format!("{field} IS {}NULL", rng.pick(&["", "NOT "]));
    }
    let not = rng.pick(&["", "", "", "NOT "]);
    let order = rng.pick(&["<", "<=", ">", ">="]);
    match field {
        "country" => match rng.below(3) {
            0 => format!("country {} '{}'", rng.pick(&["=", "<>", "!="]), rng.pick(&["FI", "SE", "fi"])),
            1 => format!("country {not}IN ('FI', 'SE', 'EE')"),
            _ => "country = 'FI'".to_owned(),
        },
        "relationship" => "relationship = 'current'".to_owned(),
        "party" => format!("party {} '{}'", rng.pick(&["=", "<>"]), rng.pick(&["consumer", "business"])),
        "age" => match rng.below(3) {
            0 => format!("age {not}BETWEEN 20 AND 60"),
            1 => format!("{} {order} age", rng.between(18, 50)),
            _ => format!("age {order} {}", rng.between(18, 50)),
        },
        "product_group" => {
            format!("product_group {not}CONTAINS '{}'", rng.pick(&["savings", "loan", "card", "boat"]))
        }
        "score" => match rng.below(4) {
            0 => format!("score {not}IN (0, 7.5, 100)"),
            1 => format!("score {order} -3"),
            2 => format!("score {not}BETWEEN 0 AND 12.0"),
            _ => format!("score {order} {}", rng.pick(&["0.0", "7.5", "12", "+1"])),
        },
        _ => match rng.below(4) {
            0 => format!("joined {order} DATE '2019-06-01'"),
            1 => "joined = DATE '2024-02-29'".to_owned(),
            2 => format!("joined {not}LIKE '20__-06%'"),
            _ => format!("joined {not}BETWEEN DATE '2001-01-31' AND DATE '2020-01-01'"),
        },
    }
}
