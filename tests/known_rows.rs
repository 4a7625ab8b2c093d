//! Rows whose answers were seen before come out as if each were read by itself: few sets of answers, as
//! many as there are rows, and people who differ in nothing but their age.

use crate::agreement::differences_in;
use crate::several::{CONFIG, built_of, cells, hash};

/// The config of one plain source, with everything mapped that a row may answer.
fn config(more_columns: &str, filter: &str) -> String {
    CONFIG
        .replace("country = { default = \"FI\" }", "country = \"country\"")
        .replace("relationship = { constant = \"current\" }", "relationship = { column = \"relation\", current = [\"active\"] }")
        .replace(
            "basis = { constant = \"legitimate_interest\" }",
            "basis = { column = \"basis\", legitimate_interest = [\"li\"], consent = [\"c\"], none = [\"n\"] }\n\
             targeting = { column = \"ban\", opted_out = [\"K\"], not_objected = [\"E\"] }\n\
             party = { column = \"party\", consumer = [\"p\"], business = [\"b\"] }",
        )
        .replace("birth_date = \"born\"", &format!("birth_date = \"born\"\n{more_columns}"))
        .replace("name = \"all\"", &format!("name = \"all\"\n{filter}"))
}

/// A row for each number: most answers allow, and every few rows another does not.
fn customers(rows: usize) -> String {
    let mut text = "id,email,phone,born,country,relation,basis,ban,party,spend\n".to_owned();
    for row in 0..rows {
        let pick =
            |every: usize, odd: &'static str, most: &'static str| if row % every == 0 { odd } else { most };
        let (year, month) = (1930 + row % 90, 1 + row % 12);
        text.push_str(&format!(
            "{row},u{row}@example.com,,{year}-{month:02}-15,{},{},{},{},{},{row}\n",
            pick(7, "SE", "FI"),
            pick(11, "left", "active"),
            ["li", "c", "n", "li", "li", "", "li"][row % 7],
            pick(13, "K", pick(17, "", "E")),
            pick(19, "b", pick(23, "", "p")),
        ));
    }
    text
}

fn check(config: &str, customers: &str) -> usize {
    let folder = built_of(config, customers, "row,email,phone\n0,u3@example.com,\n")
        .unwrap_or_else(|error| panic!("{error:?}"));
    let differences = differences_in(folder.path());
    assert!(differences.is_empty(), "{differences:#?}");
    let left = cells(&folder.path().join("releases"));
    assert!(!left.contains(&hash("u3@example.com")), "an objector");
    left.len()
}

#[test]
fn a_row_comes_out_alike_whether_its_like_was_seen_or_not() {
    // Few sets of answers: nearly every row was seen before.
    let few = check(&config("", "min_age = 18"), &customers(3000));
    assert!((600..1200).contains(&few), "{few}");
    // Whole years are asked about, and everybody differs by age alone.
    let by_age = check(&config("", "where = \"age >= 40 AND age < 60\""), &customers(3000));
    assert!((150..900).contains(&by_age), "{by_age}");
    // An attribute tells everybody apart: what is kept of rows fills up and is given up.
    let attribute = "[source.attributes]\nspend = { column = \"spend\", kind = \"given\" }";
    let all = check(&config(attribute, "where = \"spend >= 100\""), &customers(6000));
    let rich = check(&config(attribute, "where = \"spend >= 4000\""), &customers(6000));
    assert!(rich * 2 < all && rich > 400, "{rich} of {all}");
    // It fills up and is kept: what comes later is read by itself, and what was there is still right.
    let mut alike = "id,email,phone,born,country,relation,basis,ban,party,spend\n".to_owned();
    for row in 0..7000 {
        let spend = match row {
            ..6144 => row / 6,
            6144..6300 => row,
            _ => 0,
        };
        alike.push_str(&format!("{row},u{row}@example.com,,1980-01-15,FI,active,li,E,p,{spend}\n"));
    }
    let late = check(&config(attribute, "where = \"spend >= 1000\""), &alike);
    assert!((290..310).contains(&late), "{late}");
}
