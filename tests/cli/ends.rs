//! Registers that end or begin otherwise than was agreed, through the whole program: whoever stands in
//! their last row objects, and a column that is gone is told once.

use super::contracts::{ROWS, day, file, gzip, instead, live, sha256};

/// The row where the trailer should have been was held back as one, and its objector stayed live.
#[test]
fn the_last_row_of_a_register_without_its_trailer_is_a_persons() {
    const LAST: &str = "Live13.Quokka@example.com,";
    let objector = sha256("live13.quokka@example.com");
    let named = file(0);
    let header = "email,phone\n";
    for (title, pattern, name, bytes, others) in [
        ("at the end", "EOF;%Y-%m-%d;{rows}", &*named, format!("{ROWS}{LAST}\n").into_bytes(), false),
        ("without a line end", "EOF;%Y-%m-%d;{rows}", &named, format!("{ROWS}{LAST}").into_bytes(), false),
        (
            "with blank lines behind",
            "EOF;%Y-%m-%d",
            &named,
            format!("{ROWS}{LAST}\r\n\n").into_bytes(),
            false,
        ),
        ("the only row", "EOF;%Y-%m-%d", &named, format!("{header}{LAST}\n").into_bytes(), false),
        ("packed", "EOF;%Y-%m-%d;{rows}", "objections-a.csv.gz", gzip(&format!("{ROWS}{LAST}\n")), false),
        (
            "in one file of two",
            "EOF;%Y-%m-%d;{rows}",
            "objections-a.csv",
            format!("{header}{LAST}").into_bytes(),
            true,
        ),
        (
            "quoted, over two lines",
            "EOF;%Y-%m-%d;{rows}",
            &named,
            format!("{ROWS}live13.quokka@example.com,\"a\nb\"\n").into_bytes(),
            false,
        ),
    ] {
        let base = live();
        base.configure(
            "age_from = { filename = \"objections-%Y-%m-%d.csv\" }",
            &format!("max_unparsed = \"100%\"\nage_from = {{ trailer = \"{pattern}\" }}"),
        );
        instead(&base, name, bytes);
        if others {
            base.put("objections-b.csv", format!("{ROWS}EOF;{};5\n", day(0)));
        }
        let ran = base.run(&["build"]);
        assert_eq!(ran.code, 1, "{title}: {}", ran.stderr);
        assert!(ran.stderr.contains("register-trailer-mismatch"), "{title}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("no trailer such as age_from names ends 1 of its"),
            "{title}: {}",
            ran.stderr
        );
        assert!(!ran.stderr.contains("register-broken"), "{title}: {}", ran.stderr);
        let release = std::path::PathBuf::from(ran.stdout.trim_end());
        for platform in ["meta", "linkedin"] {
            let file = |kind: &str| release.join(format!("audiences/everyone/{platform}/{kind}.csv"));
            let removed = std::fs::read_to_string(file("remove")).unwrap_or_default();
            assert!(removed.contains(&objector), "{title} on {platform}: {}", ran.stderr);
            assert!(!file("full").exists() && !file("add").exists(), "{title} on {platform}");
        }
    }
}

/// A column that is gone was told twice, the second time as a damaged file.
#[test]
fn a_column_that_is_gone_is_told_once_and_as_what_it_is() {
    let base = live();
    instead(&base, &file(0), ROWS.replace("email,", "address,"));
    base.put("sound.csv", "email\nLive13.Quokka@example.com\n");
    for (args, code) in [(["check"], 3), (["build"], 1)] {
        let ran = base.run(&args);
        assert_eq!(ran.code, code, "{args:?}: {}", ran.stderr);
        let told = ran.stderr.matches("no column named \"email\"").count();
        assert_eq!(told, 1, "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("map one of the columns in the file"), "{args:?}: {}", ran.stderr);
        assert!(!ran.stderr.contains("damaged"), "{args:?}: {}", ran.stderr);
    }
    let answer: serde_json::Value =
        serde_json::from_str(&base.run(&["build", "--json"]).stdout).expect("one object");
    assert_eq!(answer["outcome"], "removals-only");
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1));
    // A contract that is broken: whoever reads codes finds it among the registers'.
    assert_eq!(answer["errors"][0]["code"], "register-broken");
}
