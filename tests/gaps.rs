//! White space in an address: in a register's cell and in a customer's it hides nobody.

use crate::agreement::differences_in;
use crate::several::{CONFIG, built_by, cells, hash, with_hashes};

/// Builds with each cell as an objection to a plain and to a hashed customer, and as the customer's own
/// against both registers; tells where somebody went up who should not, or a bystander did not.
fn faults<'c>(all: impl IntoIterator<Item = &'c str>) -> Vec<String> {
    let with_hashed_register =
        CONFIG.replace("{ email = \"email\",", "{ email = { column = \"email\", hashed = \"sha256\" },");
    let ann = hash("ann@example.com");
    let line = hash("358401234567");
    let mut faults = Vec::new();
    for cell in all {
        // The register's cell against a plain and a hashed customer; the customer's cell against both
        // registers, whose phone number must not go up either.
        for (case, config, customer, objection, kept_out) in [
            ("plain", CONFIG.to_owned(), ("ann@example.com", ""), cell, &ann),
            ("hashed", with_hashes(CONFIG), (ann.as_str(), ""), cell, &ann),
            ("customer's", CONFIG.to_owned(), (cell, "0401234567"), "ann@example.com", &line),
            ("customer's, hashed", with_hashed_register.clone(), (cell, "0401234567"), &ann, &line),
        ] {
            let bystander = hash("cy@example.net");
            let held = if case == "hashed" { bystander.as_str() } else { "cy@example.net" };
            let folder = built_by(&config, &[customer, (held, "")], &[(objection, "")])
                .unwrap_or_else(|error| panic!("{error:?}"));
            let left = cells(&folder.path().join("releases"));
            if left.contains(kept_out) || !left.contains(&bystander) {
                faults.push(format!("{cell}: {case}"));
            }
            faults.extend(differences_in(folder.path()).iter().map(|told| format!("{cell}: {case}: {told}")));
        }
    }
    faults
}

/// White space at the at sign let an objector go up hashed, and with a word beside it in plain too.
#[test]
fn white_space_at_an_at_sign_hides_no_address() {
    let faults = faults([
        "ann@ example.com",
        "ann @example.com",
        "Ann @ Example.com",
        "ann@\u{a0}example.com",
        "ann \u{ff20} example.com",
        "Ann@ Example.COM.",
        "call ann @ example.com",
        "call ann@ example.com on Monday",
        "<ann @example.com>",
        "ann@ example.com (home)",
        "ann@ example.com; 0441234567",
        "ann @example.com, bo @ example.org",
        "bo@example.org ann @ example.com",
        "@ann: ann @example.com",
    ]);
    assert!(faults.is_empty(), "{faults:#?}");
}

/// White space anywhere else in the address let the objector go up, plain and hashed.
#[test]
fn white_space_inside_an_address_hides_no_address() {
    let faults = faults([
        "ann@example .com",
        "ann@example. com",
        "ann@example . com",
        "ann@ex ample.com",
        "ann@exam\u{a0}ple.com",
        "ann@example com",
        "ann @ example . com",
        "A N N @ E X A M P L E . C O M",
        "Ann <ann@example .com>",
        "mailto:ann@example .com",
        "ann@example .com; 0441234567",
        "bo@example.org, ann@ex ample.com (home)",
        "ann@example. com bo@example.org",
        "ann\u{ff20}example\u{3000}.com",
        "call ann@example .com on Monday",
        "a nn@example.com",
        "an\tn@example.com",
        "ann +tag@example.com",
        "a. nn@ex ample.com",
        "call: a .nn@example.com!",
    ]);
    assert!(faults.is_empty(), "{faults:#?}");
}

/// The reading is for matching alone: such a cell of a customer's still goes up for nobody.
#[test]
fn an_address_with_white_space_inside_goes_up_for_nobody() {
    let folder = built_by(CONFIG, &[("ann@example .com", "0401234567")], &[("bo@example.org", "")])
        .unwrap_or_else(|error| panic!("{error:?}"));
    let left = cells(&folder.path().join("releases"));
    assert!(left.contains(&hash("358401234567")) && !left.contains(&hash("ann@example.com")), "{left:?}");
}

/// A cell of domains that is no single domain objected to nothing.
#[test]
fn white_space_or_a_second_domain_in_a_column_of_domains_hides_none() {
    let config = CONFIG.replace("{ email = \"email\",", "{ domain = \"email\",");
    let mut faults = Vec::new();
    for (cell, kept_out) in [
        ("example .com", &["ann@example.com"][..]),
        ("@example. com", &["ann@example.com"]),
        ("ex ample.com", &["ann@example.com"]),
        ("*@ex ample.com", &["ann@example.com"]),
        ("example com", &["ann@example.com"]),
        ("example.com, example.org", &["ann@example.com", "bo@mail.example.org"]),
        ("@example.org @example.com", &["ann@example.com", "bo@mail.example.org"]),
        ("example.com (all of it)", &["ann@example.com"]),
        ("all of: example .org", &["bo@mail.example.org"]),
        ("ann@example.com", &["ann@example.com"]),
        ("cy", &[]),
    ] {
        let customers = [("ann@example.com", ""), ("bo@mail.example.org", ""), ("cy@example.net", "")];
        let folder = built_by(&config, &customers, &[(cell, "")]).unwrap_or_else(|error| panic!("{error:?}"));
        let left = cells(&folder.path().join("releases"));
        for (address, _) in customers {
            if left.contains(&hash(address)) == kept_out.contains(&address) {
                faults.push(format!("{cell}: {address}"));
            }
        }
        faults.extend(differences_in(folder.path()).iter().map(|told| format!("{cell}: {told}")));
    }
    // A public mail host among them refuses, as it does alone.
    for cell in ["gmail .com", "example.com, gmail.com"] {
        if built_by(&config, &[("ann@example.com", "")], &[(cell, "")]).is_ok() {
            faults.push(format!("{cell}: not refused"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
