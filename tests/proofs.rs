//! The pages that say what holds and which test shows it: every test they name is there, every threat and
//! every promise has one, and the rules for what we build on have their reasons.

use crate::requirements::{root, tests};

fn page(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).expect("a file of the project")
}

/// Rows of a page's tables that begin with a number.
fn rows(page: &str) -> Vec<Vec<String>> {
    page.lines()
        .filter(|line| line.starts_with("| ") && line[2..].starts_with(|c: char| c.is_ascii_digit()))
        .map(|line| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

/// The tests that a cell names; each must be there.
fn named(cell: &str) -> usize {
    let tests = tests();
    let names: Vec<&str> =
        cell.split(", ").filter_map(|one| one.strip_prefix('`')?.strip_suffix('`')).collect();
    for name in &names {
        assert!(tests.contains(*name), "there is no test {name}");
    }
    names.len()
}

#[test]
fn every_threat_has_a_defence_and_a_test() {
    let rows = rows(&page("docs/threat-model.md"));
    assert!(rows.len() >= 30);
    for (number, row) in (1..).zip(rows) {
        let [which, asset, adversary, attack, defence, proof] = &row[..] else {
            panic!("row {number} has six columns")
        };
        assert_eq!(which.parse(), Ok(number));
        assert!(asset.starts_with('A') && !adversary.is_empty() && !attack.is_empty() && !defence.is_empty());
        assert!(named(proof) > 0, "row {number} has no test");
    }
}

#[test]
fn every_promise_has_a_test_and_is_the_readmes() {
    let (readme, rows) = (page("README.md"), rows(&page("docs/promises.md")));
    assert_eq!(rows.len(), 10);
    for (number, row) in (1..).zip(rows) {
        let [which, promise, proof] = &row[..] else { panic!("row {number} has three columns") };
        assert_eq!(which.parse(), Ok(number));
        assert!(readme.contains(&format!("{number}. **{promise}")), "{promise}");
        assert!(named(proof) > 1, "promise {number} has too few tests");
    }
    for name in ["docs/threat-model.md", "docs/promises.md"] {
        assert!(readme.contains(name), "the README leads to {name}");
    }
}

/// Every exception in `deny.toml` says why, and what it bans is what the list in `.ci` looks for.
#[test]
fn the_rules_for_dependencies_name_their_reasons() {
    let rules: toml::Table = page("deny.toml").parse().expect("TOML");
    let bans = rules["bans"]["deny"].as_array().expect("a list");
    let script = page(".ci/no-network-crates");
    assert!(bans.len() > 10);
    for ban in bans {
        assert!(ban["reason"].as_str().is_some_and(|reason| reason.len() > 10), "{ban:?}");
        let name = ban["crate"].as_str().expect("a name");
        assert!(script.contains(name), "{name} is not looked for in the quick build");
    }
    for list in ["advisories", "licenses"] {
        for exception in ["ignore", "exceptions"].iter().filter_map(|key| rules[list].get(key)) {
            for one in exception.as_array().expect("a list") {
                assert!(one.get("reason").is_some(), "{one:?}");
            }
        }
    }
    let gate = page(".ci/run");
    for step in [".ci/no-network-crates", "cargo test", "cargo clippy"] {
        assert!(gate.contains(step), "{step}");
    }
}
