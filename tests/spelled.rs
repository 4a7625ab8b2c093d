//! An objection as people and programs write it: an id out of a spreadsheet, a label that stuck to an
//! address, a whole domain among addresses, a counter behind a number. Each keeps out whom it means, in
//! the program and in the oracle alike.

use crate::agreement::differences_in;
use crate::several::{CONFIG, built_by, built_of, cells, hash};

/// Builds once for each objection; tells where somebody went up who should not, or a bystander did not.
fn faults(config: &str, cases: &[(&str, (&str, &str), (&str, &str))]) -> Vec<String> {
    let bystander = ("cy@example.net", "0457301299");
    let mut faults = Vec::new();
    for (case, customer, objection) in cases {
        let folder = match built_by(config, &[*customer, bystander], &[*objection]) {
            Ok(folder) => folder,
            Err(error) => {
                faults.push(format!("{case:?}: {error:?}"));
                continue;
            }
        };
        let left = cells(&folder.path().join("releases"));
        if left.contains(&hash("ann@example.com")) || left.contains(&hash("358401234567")) {
            faults.push(format!("{case:?}: went up"));
        }
        if !left.contains(&hash("cy@example.net")) {
            faults.push(format!("{case:?}: a bystander did not go up"));
        }
        faults.extend(differences_in(folder.path()).iter().map(|told| format!("{case:?}: {told}")));
    }
    faults
}

/// Each in the register against the plain customer, and the other way round with a phone number beside it
/// that must not go up either; both against a register of hashes, too.
fn faults_of_emails(all: &[&str]) -> Vec<String> {
    let with_hashed_register =
        CONFIG.replace("{ email = \"email\",", "{ email = { column = \"email\", hashed = \"sha256\" },");
    let ann = hash("ann@example.com");
    let of = |config: &str, objection: Option<&str>| {
        let cases: Vec<_> = all
            .iter()
            .map(|cell| match objection {
                Some(objection) => (*cell, (*cell, "0401234567"), (objection, "")),
                None => (*cell, ("ann@example.com", "0401234567"), (*cell, "")),
            })
            .collect();
        faults(config, &cases)
    };
    let mut found = of(CONFIG, None);
    found.extend(of(CONFIG, Some("ann@example.com")));
    found.extend(of(&with_hashed_register, Some(&ann)));
    found
}

/// A label or a sign made another address of it, which nobody has.
#[test]
fn what_sticks_to_an_address_hides_nobody() {
    let faults = faults_of_emails(&[
        "email=ann@example.com",
        "SMTP=ann@example.com",
        "?email=ann@example.com",
        "a=1&email=ann@example.com",
        "email/ann@example.com",
        "/ann@example.com",
        "=3Dann@example.com",
        "=20Ann@Example.com",
        "u003cann@example.com",
        "•ann@example.com",
        "·ann@example.com",
        "→ann@example.com",
        "»ann@example.com«",
        "-ann@example.com",
        "*ann@example.com",
        "#ann@example.com",
        "_ann@example.com",
        "ann_@example.com",
        "\u{2800}ann@example.com",
        "\u{3164}ann@example.com",
        "\u{e0020}ann@example.com",
        "bo@example.org; email=ann@example.com",
    ]);
    assert!(faults.is_empty(), "{faults:#?}");
}

/// An at sign in words, two for one, or a comma for a dot made it no address, and nobody's.
#[test]
fn slips_in_writing_an_address_hide_nobody() {
    let faults = faults_of_emails(&[
        "ann(at)example.com",
        "Ann [AT] Example.com",
        "ann at example.com",
        "ann%40example.com",
        "https://example.org/?user=ann%40example.com",
        "ann&#64;example.com",
        "ann&commat;example.com",
        "ann(ät)example.com",
        "ann@@example.com",
        "ann\\@example.com",
        "ann@example..com",
        "ann@.example.com",
        "ann@example\u{b7}com",
        "ann(home)@example.com",
        "ann@example,com",
        "bo@example.org; ann(at)example.com",
    ]);
    assert!(faults.is_empty(), "{faults:#?}");
}

/// A wildcard objected to nobody.
#[test]
fn a_whole_domain_among_addresses_objects_for_everybody_there() {
    let customer = ("ann@example.com", "0401234567");
    let below = ("ann@mail.example.com", "0401234567");
    let cases: Vec<_> = ["*@example.com", "%@example.com", "@example.com", "* @ Example.com", "example.com"]
        .into_iter()
        .flat_map(|cell| [(cell, customer, (cell, "")), (cell, below, (cell, ""))])
        .chain([("*@example.org; *@*.example.com", customer, ("*@example.org; *@*.example.com", ""))])
        .collect();
    let found = faults(CONFIG, &cases);
    assert!(found.is_empty(), "{found:#?}");
    // What stands for a whole domain is read; what only looks like one is counted.
    let strict = CONFIG.replace("max_unparsed = \"100%\"", "max_unparsed = \"0%\"");
    for (cell, is_read) in [("*@example.org", true), ("@example.org", true), ("example.org", false)] {
        let built = built_by(&strict, &[customer], &[(cell, "")]);
        assert_eq!(built.is_ok(), is_read, "{cell}");
    }
    // A public mail host is nobody's whole domain until somebody has confirmed it.
    let confirmed = CONFIG.replace("max_unparsed", "webmail_domains = \"confirmed\"\nmax_unparsed");
    for cell in ["*@gmail.com", "@gmail.com", "%@hotmail.com", "bo@example.org; *@outlook.com"] {
        let refused = built_by(CONFIG, &[customer], &[(cell, "")]).err().map(|error| format!("{error:?}"));
        assert!(refused.as_ref().is_some_and(|told| told.contains("webmail")), "{cell}: {refused:?}");
        let host = cell.rsplit('@').next().unwrap_or_default();
        let somebody = format!("ann@{host}");
        let folder = built_by(&confirmed, &[(&somebody, ""), ("cy@example.net", "")], &[(cell, "")])
            .unwrap_or_else(|error| panic!("{error:?}"));
        let left = cells(&folder.path().join("releases"));
        assert!(!left.contains(&hash(&somebody)) && left.contains(&hash("cy@example.net")), "{cell}");
    }
}

/// The digit that counts a person's numbers was read as one more of the number.
#[test]
fn a_counter_behind_a_number_hides_nobody() {
    let mut cases = Vec::new();
    let all = [
        "0401234567/1",
        "0401234567-1",
        "0401234567 (1)",
        "+358401234567/12",
        "+358 40 1234567 -2",
        "0401234567 / 3",
    ];
    for cell in all {
        cases.push((cell, ("ann@example.com", "0401234567"), ("", cell)));
        cases.push((cell, ("ann@example.com", cell), ("", "0401234567")));
    }
    let found = faults(CONFIG, &cases);
    assert!(found.is_empty(), "{found:#?}");
}

/// Customers by their ids `T1` and so on, and a register of nothing but ids.
fn left_by_ids(ids: &[&str], entry: &str) -> Vec<usize> {
    let config = CONFIG
        .replace("columns = { email = \"email\", phone = \"phone\" }", "columns = { customer_id = \"id\" }");
    let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    let row = |(at, id): (usize, &&str)| format!("{},p{at}x@example.com,,1980-01-01\n", quoted(id));
    let customers = format!("id,email,phone,born\n{}", ids.iter().enumerate().map(row).collect::<String>());
    let folder = built_of(&config, &customers, &format!("row,id\n1,{}\n", quoted(entry)))
        .unwrap_or_else(|error| panic!("{error:?}"));
    let differences = differences_in(folder.path());
    assert!(differences.is_empty(), "{entry:?}: {differences:?}");
    let left = cells(&folder.path().join("releases"));
    (0..ids.len()).filter(|at| left.contains(&hash(&format!("p{at}x@example.com")))).collect()
}

/// An id in any other spelling than the source's met nobody, and nothing told so.
#[test]
fn an_id_is_met_however_a_register_writes_it() {
    let ids = ["T1", "X9", "00123", "1234567", "T-77", "p4x@example.com", "aB1", "BYSTANDER"];
    for (entry, kept_out) in [
        ("T1", &[0][..]),
        ("=\"T1\"", &[0]),
        ("\"T1\"", &[0]),
        ("'T1", &[0]),
        ("T1.", &[0]),
        ("Ｔ１", &[0]),
        ("t1", &[0]),
        ("t\u{200b}1", &[0]),
        ("T1;X9", &[0, 1]),
        ("T1,X9", &[0, 1]),
        ("T1 X9", &[0, 1]),
        ("T\u{2011}77", &[4]),
        ("123", &[2]),
        ("0000123", &[2]),
        ("123.0", &[2]),
        ("1,234,567", &[3]),
        ("1.234567E6", &[3]),
        ("1,234567E+06", &[3]),
        ("p7x@example.com", &[7]),
        ("p0x@example.com", &[0]),
        ("P5X@EXAMPLE.COM", &[5]),
        ("ab1", &[6]),
        ("aB1", &[6]),
        ("T11", &[]),
        ("Bystander", &[7]),
    ] {
        let expected: Vec<usize> = (0..ids.len()).filter(|at| !kept_out.contains(at)).collect();
        assert_eq!(left_by_ids(&ids, entry), expected, "{entry:?}");
    }
}

/// A cell of marks that show nothing, whichever its column, is blank and ends no run.
#[test]
fn a_cell_of_nothing_that_shows_is_blank_wherever_it_stands() {
    for nothing in
        ["\u{200b}".repeat(4), "\u{feff}".repeat(9), "\u{ad}".repeat(20), "\u{2060}\u{200b}".repeat(300)]
    {
        for place in 0..4 {
            let mut cells_of = ["T1", "ann@example.com", "0401234567", "1980-01-01"];
            cells_of[place] = &nothing;
            let customers =
                format!("id,email,phone,born\n{}\nT2,cy@example.net,,1980-01-01\n", cells_of.join(","));
            let config = CONFIG.to_owned() + "[policy]\nmax_unreadable = \"50%\"\n";
            let folder = built_of(&config, &customers, "row,email,phone\n1,bo@example.org,\n")
                .unwrap_or_else(|error| panic!("{place}: {error:?}"));
            assert!(cells(&folder.path().join("releases")).contains(&hash("cy@example.net")), "{place}");
            let differences = differences_in(folder.path());
            assert!(differences.is_empty(), "{place}: {differences:?}");
        }
    }
}
