//! What must not be in a customer base at all: personal identity codes in any mapped column, and
//! columns, attributes and audiences of special categories. The value is never shown.

use std::fmt::Write as _;

use super::base::{Base, CUSTOMERS};

/// Codes of nobody: published examples, and numbers that are never given.
const FINNISH: &str = "131052-308T";

#[test]
fn a_code_in_any_mapped_column_stops_a_small_base() {
    for (from, to, column) in [
        ("C-1,", "131052-308T,", "customer_id"),
        ("aino.quokka@example.com", "aino.131052-308t@example.com", "email"),
        ("+358 50 1234567", "131052A308T", "phone"),
        ("1980-01-01", "131052+308T", "born"),
        ("FI,1980", "131052-308T,1980", "country"),
        ("C-1,", "19811228-9874,", "customer_id"),
        ("C-1,", "37605030299,", "customer_id"),
    ] {
        let base = Base::new();
        base.put("customers.csv", CUSTOMERS.replacen(from, to, 1));
        base.configure("[output]", "[policy]\nmax_unreadable = \"100%\"\n[output]");
        let ran = base.run(&["build", "--json"]);
        assert_eq!(ran.code, 1, "{to}: {}", ran.stderr);
        let told = ran.stdout + &ran.stderr;
        assert!(told.contains("identity-codes-in-column") && told.contains("hint:"), "{to}: {told}");
        assert!(told.contains(&format!("the column \"{column}\"")), "{to}: {told}");
        assert!(!told.contains("308") && !told.contains("9874") && !told.contains("0299"), "{told}");
        assert!(base.releases().is_empty());
    }
    // What is not mapped is never read, and a phone number may look like a code from abroad.
    for (from, to) in [("Aino Esimerkki", FINNISH), ("+358 50 1234567", "37605030299")] {
        let base = Base::new();
        base.put("customers.csv", CUSTOMERS.replacen(from, to, 1));
        assert_eq!(base.run(&["build", "-q"]).code, 0, "{to}");
    }
}

/// Rows are known again by their answers, and one with a code is met anew each time.
#[test]
fn a_code_among_answers_counts_in_every_row() {
    let base = Base::new();
    let mut text = "customer_id,email,phone,country,born,status\n".to_owned();
    for place in 0..40 {
        let (country, status) = match place % 4 {
            0 => (FINNISH, "active"),
            1 => ("FI", FINNISH),
            _ => ("FI", "active"),
        };
        writeln!(text, "C-{place},c{place}@example.com,,{country},1980-01-01,{status}").expect("memory");
    }
    base.put("customers.csv", text);
    let ran = base.run(&["build", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    for column in ["country", "status"] {
        let told = format!("the column \"{column}\" holds personal identity codes in 10 of 40 rows");
        assert!(ran.stderr.contains(&told), "{}", ran.stderr);
    }
}

/// Account numbers that pass the Estonian check by chance: by the word of somebody named, for a time.
#[test]
fn a_column_may_be_declared_to_hold_no_codes_from_abroad() {
    let declared = |column: &str, days: &str| {
        format!(
            "path = \"customers.csv\"\nnot_identity_codes = [{{ column = \"{column}\", reason = \"account numbers\", by = \"DPO\", {days} }}]"
        )
    };
    let (now, over) =
        ("date = 2026-03-01, valid_until = 2027-03-01", "date = 2020-01-01, valid_until = 2020-12-31");
    for (id, column, days, code) in [
        ("37605030299", "customer_id", now, 0),
        ("198112289874", "customer_id", now, 0),
        ("37605030299", "customer_id", over, 1),
        ("37605030299", "email", now, 1),
        (FINNISH, "customer_id", now, 1),
    ] {
        let base = Base::new();
        base.put("customers.csv", CUSTOMERS.replacen("C-1,", &format!("{id},"), 1));
        base.configure("path = \"customers.csv\"", &declared(column, days));
        let ran = base.run(&["build", "--as-of", "2026-11-21"]);
        assert_eq!(ran.code, code, "{id} {column} {days}: {}", ran.stderr);
        let told = ran.stderr.contains("by the word of DPO") && ran.stderr.contains("account numbers");
        assert_eq!(told, code == 0, "{}", ran.stderr);
    }
    for (days, fault) in [
        ("date = 2026-03-01, valid_until = 2027-03-03", "out-of-range"),
        ("date = 2026-03-01", "missing-key"),
    ] {
        let base = Base::new();
        base.configure("path = \"customers.csv\"", &declared("customer_id", days));
        let ran = base.run(&["check"]);
        assert_eq!(ran.code, 2, "{days}: {}", ran.stderr);
        assert!(ran.stderr.contains(fault), "{}", ran.stderr);
    }
}

/// One row in more than ten thousand is left out alone, and whoever shares an address with it.
#[test]
fn a_single_code_in_a_large_base_leaves_its_row_out() {
    for (others, code) in [(9_998, 1), (9_999, 0)] {
        let base = Base::new();
        assert_eq!(base.run(&["keygen", "--root", "root.key", "-q"]).code, 0);
        base.configure("[output]", "[keys]\nroot = \"root.key\"\n[output]");
        let mut text = "customer_id,email,phone,country,born,status\n".to_owned();
        text.push_str("X-1,shared@example.com,131052-308T,FI,1980-01-01,active\n");
        for place in 0..others {
            let local = if place == 7 { "shared".to_owned() } else { format!("someone{place}") };
            writeln!(text, "C-{place},{local}@example.com,,FI,1980-01-01,active").expect("memory");
        }
        base.put("customers.csv", text);
        let ran = base.run(&["build", "--json", "-q"]);
        assert_eq!(ran.code, code, "{others}: {}", ran.stderr);
        if code != 0 {
            continue;
        }
        let answer: serde_json::Value = serde_json::from_str(&ran.stdout).expect("one object");
        assert_eq!(answer["sources"][0]["unreadable"][0]["code"], "identity-code");
        assert_eq!(answer["audiences"][0]["people"]["eligible"], others - 1);
        let recomputed = base.run(&["verify", "releases/latest", "--recompute", "--config", "verho.toml"]);
        assert_eq!(recomputed.code, 0, "{}{}", recomputed.stdout, recomputed.stderr);
    }
}

#[test]
fn names_that_give_away_too_much_are_refused_with_the_term_and_the_rule() {
    let attributes = "[source.attributes]\n";
    for (from, to, parts) in [
        ("\"customer_id\"", "\"henkilötunnus\"", ["identity-code-column", "henkilotunn", "henkilötunnus"]),
        ("[\"phone\"]", "[\"phone\", { column = \"Hetu\" }]", ["identity-code-column", "hetu", "Hetu"]),
        ("\"born\"", "{ column = \"personnummer\" }", ["identity-code-column", "personnummer", "column"]),
        ("{ email = \"email\",", "{ email = \"isikukood\",", ["identity-code-column", "isikukood", "column"]),
        (
            "{ column = \"status\"",
            "{ column = \"sairausloma\"",
            ["special-category", "sairau", "GDPR Art. 9(1)"],
        ),
        (
            "[[register]]",
            "[source.attributes]\nfaith_group = { column = \"grp\", kind = \"given\" }\n[[register]]",
            ["special-category", "faith_group", "religion or belief"],
        ),
        (
            "[[register]]",
            "[source.attributes]\ngroup = { column = \"fackförening\", kind = \"given\" }\n[[register]]",
            ["special-category", "fackförening", "trade-union membership"],
        ),
        (
            "\"everyone\"",
            "\"payment-default-customers\"",
            ["special-category", "payment default", "credit or payment"],
        ),
    ] {
        let base = Base::new();
        base.configure(from, to);
        for command in ["check", "build"] {
            let ran = base.run(&[command]);
            assert_eq!(ran.code, 2, "{to}: {}", ran.stderr);
            for part in parts {
                assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
            }
        }
    }
    // Innocent names, and values of a mapping, which are no names of columns.
    for (from, to) in [
        ("\"everyone\"", "\"credit-card-uskollisuus\""),
        ("current = [\"active\"]", "current = [\"active\", \"health\"]"),
        (
            "[[register]]",
            &format!("{attributes}level = {{ column = \"name\", kind = \"given\" }}\n[[register]]"),
        ),
    ] {
        let base = Base::new();
        base.configure(from, to);
        let ran = base.run(&["check"]);
        assert_eq!(ran.code, 0, "{to}: {}", ran.stderr);
    }
}
