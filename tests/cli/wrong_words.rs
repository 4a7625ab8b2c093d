//! What people get wrong at the keyboard and in the config, as a table: each answer says what happened
//! and, in its hint, the very thing to do.

use super::base::{Base, Ran};

/// Arguments, exit code, what is said, what the hint says.
const INVOCATIONS: &[(&[&str], i32, &str, &str)] = &[
    (&["help"], 2, "not a command", "verho --help lists the commands"),
    (&["run"], 2, "not a command", "did you mean `verho build`?"),
    (&["upload"], 2, "not a command", "UPLOAD.md says how"),
    (&["validate"], 2, "not a command", "did you mean `verho check`?"),
    (&["new"], 2, "not a command", "did you mean `verho init`?"),
    (&["why"], 2, "not a command", "did you mean `verho explain`?"),
    (&["biuld"], 2, "not a command", "did you mean `verho build`?"),
    (&["build", "verho.toml"], 2, "argument 2", "verho build --config FILE"),
    (&["build", "--dryrun"], 2, "argument 2", "did you mean --dry-run?"),
    (&["build", "--force"], 2, "argument 2", "verho build --help"),
    (&["build", "--config", "nowhere.toml"], 2, "no such config", "verho init"),
    (&["check", "--config", "."], 2, "cannot be read", "check that it is a file"),
    (&["build", "--as-of", "yesterday"], 2, "--as-of", "2026-11-21T02:00:00Z"),
    (&["verify"], 2, "<RELEASE>", "verho verify releases/latest"),
    (&["verify", "nowhere"], 3, "not a release", "releases/latest"),
    (&["verify", "x", "--recompute"], 2, "--config", "--recompute --config verho.toml"),
    (&["report", "nowhere"], 3, "not a release", "releases/latest"),
    (&["report", "x", "--lang", "de"], 2, "--lang", "choose one of en, fi, sv"),
    (&["explain", "C-1"], 2, "standard input", "echo … | verho explain"),
    (&["explain", "--lang", "fi"], 2, "--for-subject", "--for-subject"),
    (
        &["hash", "--platform", "facebok", "--kind", "email"],
        2,
        "no platform of that name",
        "did you mean facebook?",
    ),
    (&["hash", "--platform", "linkedin", "--kind", "phone"], 2, "takes no phone", "--kind email"),
    (&["platforms", "myspace"], 2, "no platform of that name", "choose one of meta"),
    (&["keygen"], 2, "--root <FILE> or --signing <FILE>", "verho keygen --root verho.key"),
    (&["keygen", "--root", "verho.toml"], 3, "exists already", "name another file"),
    (&["synth"], 2, "--out", "verho synth --rows 10000 --seed 1 --out base"),
    (&["synth", "--out", "."], 3, "", "folder"),
    (&["diff", "verho.toml"], 2, "<B>", "verho diff verho.toml verho-new.toml"),
    (&["completions"], 2, "<SHELL>", "verho completions bash"),
    (&["init"], 2, "<FILE>", "verho init customers.csv"),
    (&["BUILD"], 2, "not a command", "did you mean `verho build`?"),
    (&["--config", "verho.toml", "build"], 2, "stands before the command", "verho build --help"),
    (&["verify", "x", "--max-age", "tomorrow"], 2, "--max-age", "such as 36h"),
    (&["build", "--key-fd", "three"], 2, "--key-fd", "--key-fd 3 3< FILE"),
    (&["build", "--key-fd", "0"], 2, "standard input", "--key-fd 3"),
    (&["subject", "acces"], 2, "not a command of verho subject", "did you mean `verho subject access`?"),
    (&["subject", "erase", "C-1"], 2, "standard input", "echo … | verho subject erase"),
    (&["subject", "requests", "--done", "first"], 2, "--done", "whole number"),
    (&["close", "Everyone"], 2, "<AUDIENCE>", "as the config has it"),
    (&["init", "verho.toml"], 2, "is a config", "verho init customers.csv"),
    (&["keygen", "--root", "k", "--signing", "k"], 2, "name k", "a file of its own"),
    (&["vectors", "--check", "nowhere.jsonl"], 3, "no such file", "the folder you are in"),
    (&["explain", "--id", "C-1"], 2, "standard input", "echo … | verho explain"),
    (&["explain", "--email=x@example.com"], 2, "standard input", "echo … | verho explain"),
    (&["subject", "erase", "--customer-id", "C-1"], 2, "standard input", "echo … | verho subject erase"),
    (&["diff", "verho.toml", "verho.toml", "verho.toml"], 2, "argument 4", "verho diff --help"),
    (&["build", "build"], 2, "argument 2", "verho build --help"),
    (&["build", "x", "--config", "x"], 2, "argument 2", "verho build --help"),
    (&["build", "-c"], 2, "--config <FILE> has no value", "--config verho.toml"),
    (&["report", "x", "--out"], 2, "--out <FILE> has no value", "--out FILE"),
    (&["synth", "--rows", "-5", "--out", "base"], 2, "--rows <ROWS> has a value", "a whole number"),
    (&["synth", "--seed", "-1", "--out", "base"], 2, "--seed <NUMBER> has a value", "a whole number"),
];

/// What stands in the config, what somebody makes of it, the code, and what the hint says.
const CONFIGS: &[(&str, &str, &str, &str)] = &[
    (
        "platforms = [\"meta\", \"linkedin\"]\nmin_size",
        "platforms = [\"facebok\"]\nmin_size",
        "unknown-platform",
        "did you mean \"facebook\"?",
    ),
    ("min_size = 1", "min_size = \"100\"", "wrong-type", "write a whole number"),
    ("[[source]]", "[source]", "wrong-type", "write [[source]], with two brackets"),
    ("path = \"customers.csv\"", "path = customers.csv", "toml-syntax", "text stands in quotes"),
    ("email = [\"email\"]\nphone", "emial = [\"email\"]\nphone", "unknown-key", "did you mean email?"),
    ("default = \"FI\"", "default = \"Finland\"", "unknown-country", "write two letters"),
    ("current = [\"active\"]", "current = \"active\"", "wrong-type", "write a list: [ … ]"),
    ("countries = [\"FI\"]", "countries = [\"UK\"]", "unknown-country", "the United Kingdom is \"GB\""),
    ("assessment = \"LIA-2026-003\"\n", "", "missing-reference", "assessment = \"LIA-2026-003\""),
    (
        "assessment = \"LIA-2026-003\"",
        "assessment = \"\"",
        "missing-reference",
        "check --draft lets it be empty",
    ),
    ("scope = [\"off_platform_targeting\"]", "max_shrink = 2", "wrong-type", "such as \"2%\""),
    (
        "scope = [\"off_platform_targeting\"]",
        "age_from = \"mtime\"\nmax_age = \"36 hours\"",
        "out-of-range",
        "\"36h\"",
    ),
    ("scope = [\"off_platform_targeting\"]", "max_age = \"36h\"", "missing-key", "age_from = "),
    ("scope = [\"off_platform_targeting\"]", "scope = [\"ads\"]", "unknown-word", "the scopes are"),
    ("min_size = 1", "where = \"plan = 'gold'\"", "bad-where", "declare it under [source.attributes]"),
    ("min_size = 1", "where = \"country = FI\"", "bad-where", "single quotes: 'FI'"),
    (
        "purposes = [\"retarget\"]",
        "purposes = [\"retargeting\"]",
        "unknown-word",
        "did you mean \"retarget\"?",
    ),
    ("name = \"everyone\"", "name = \"Everyone in Finland\"", "bad-name", "\"savings-customers\""),
    (
        "basis = { constant = \"legitimate_interest\" }",
        "basis = { column = \"basis\" }",
        "missing-key",
        "list values under",
    ),
    (
        "basis = { constant = \"legitimate_interest\" }",
        "basis = { constant = \"legitimate interest\" }",
        "unknown-word",
        "did you mean \"legitimate_interest\"?",
    ),
    (
        "email = [\"email\"]\nphone",
        "email = [\"henkilötunnus\"]\nphone",
        "identity-code-column",
        "map another column",
    ),
    ("min_size = 1", "political = true", "political", ""),
    ("dir = \"releases\"", "dir = \".\"", "output-is-input", "a folder of its own"),
    ("role = \"controller\"", "role = \"processor\"", "missing-reference", "instruction = "),
    ("[[register]]", "[[registers]]", "unknown-key", "did you mean register?"),
    ("birth_date = \"born\"\n", "", "missing-key", "birth_date = \"date_of_birth\""),
    ("[source.columns]\n", "", "unknown-key", "it stands under [source.columns]"),
    ("min_size = 1", "filter = \"country = 'FI'\"", "unknown-key", "did you mean where?"),
    ("min_size = 1", "min_size = 0", "out-of-range", "write a whole number from 1 to 100000000"),
    ("min_size = 1", "where = \"country == 'FI'\"", "bad-where", "country = 'FI'"),
    ("min_size = 1", "valid_until = 2027-02-30", "no day of the calendar", "write a date: 2027-03-01"),
    ("min_size = 1", "valid_until = 31.12.2027", "no day of the calendar", "write a date: 2027-03-01"),
    ("name = \"crm\"", "name = “crm”", "word processor", "straight quotes"),
    ("path = \"customers.csv\"", "path = \"C:\\data\\customers.csv\"", "backslash", "single quotes"),
    (
        "scope = [\"off_platform_targeting\"]",
        "age_from = { filename = \"objections-YYYY-MM-DD.csv\" }\nmax_age = \"36h\"",
        "has no part of a date",
        "%Y, %m and %d",
    ),
    ("scope = [\"off_platform_targeting\"]", "age_from = \"mtime\"\nmax_age = 36", "wrong-type", "\"36h\""),
    ("[output]", "[limits]\nmemory = 2000\n[output]", "wrong-type", "\"500MB\""),
    ("[output]", "[state]\ndir = \"state\"\n[output]", "needs a root key", "verho keygen --root"),
    ("[output]", "[keys]\nroot = \"verho.key\"\n[output]", "verho.key", "verho keygen --root"),
    ("schema = 1\n", "", "missing-key", "write schema = 1 at the top"),
    ("name = \"Example Life Ltd\"", "name = \"DECIDE: the legal name\"", "undecided", "the legal name"),
    (
        "path = \"customers.csv\"",
        "path = [\"customers.csv\"]",
        "wrong-type",
        "a pattern: \"customers-*.csv\"",
    ),
    ("current = [\"active\"]", "current = [1]", "wrong-type", "in quotes: \"1\""),
    ("version = \"2024-02-09\"", "version = 2024-02-09", "wrong-type", "in quotes: \"2024-02-09\""),
    (
        "basis = { constant = \"legitimate_interest\" }",
        "basis = \"legitimate_interest\"",
        "wrong-type",
        "{ constant = \"legitimate_interest\" }",
    ),
    (
        "notice = { id = \"marketing-policy\", version = \"2024-02-09\" }",
        "notice = \"marketing-policy\"",
        "wrong-type",
        "{ id = \"marketing-policy\", version = \"2024-02-09\" }",
    ),
    ("countries = [\"FI\"]", "countries = [\"EEA\"]", "unknown-country", "list them"),
    ("path = \"customers.csv\"", "path = \"~/customers.csv\"", "no such file", "the whole path"),
    (
        "path = \"customers.csv\"",
        "path = \"https://shop.example.com/customers.csv\"",
        "no such file",
        "fetches nothing",
    ),
    (
        "columns = { email = \"email\", phone = \"phone\" }",
        "key = \"email\"",
        "register-broken",
        "name the columns of a table",
    ),
    // Not wrong in itself; the files say otherwise, and the line of the config is told all the same.
    ("birth_date = \"born\"", "birth_date = \"bron\"", "born", "\"born\""),
    (
        "path = \"customers.csv\"",
        "path = \"customer.csv\"",
        "no such file",
        "relative to the folder of the config",
    ),
    ("path = \"objections.csv\"", "path = \"objection.csv\"", "register-missing", "last night's export"),
    (
        "columns = { email = \"email\", phone = \"phone\" }",
        "columns = { email = \"mail\", phone = \"phone\" }",
        "no column named \"mail\"",
        "map one of the columns",
    ),
    // Not one wanted name is in the first line: it may be somebody's row, and is not shown.
    (
        "columns = { email = \"email\", phone = \"phone\" }",
        "columns = { email = \"mail\" }",
        "no column named \"mail\"",
        "check that the first line holds the column names",
    ),
];

/// What every answer keeps to, whatever is wrong.
fn holds(ran: &Ran, title: &str) -> String {
    let text = ran.stderr.replace('\n', " ");
    let (_, hint) = text.split_once("hint: ").unwrap_or_else(|| panic!("{title} has no hint: {text}"));
    assert!(ran.stdout.is_empty(), "{title}: {}", ran.stdout);
    assert!(hint.trim().len() > 8, "{title}: {text}");
    // Words of programmers and of the libraries inside.
    for word in
        ["os error", "entity not", "Err(", "Some(", "panicked", "clap", "serde", "invalid value", "unwrap"]
    {
        assert!(!text.contains(word), "{title} says {word}: {text}");
    }
    hint.to_owned()
}

#[test]
fn every_wrong_invocation_is_told_what_to_do() {
    let base = Base::new();
    for (args, code, what, to_do) in INVOCATIONS {
        let ran = base.run(args);
        assert_eq!(ran.code, *code, "{args:?}: {}", ran.stderr);
        let hint = holds(&ran, &args.join(" "));
        assert!(ran.stderr.contains(what), "{args:?} does not say {what}: {}", ran.stderr);
        assert!(hint.contains(to_do), "{args:?} does not hint {to_do}: {hint}");
    }
    assert!(base.releases().is_empty());
}

#[test]
fn every_wrong_config_is_told_in_its_line_and_what_to_do() {
    for (from, to, what, to_do) in CONFIGS {
        let base = Base::new();
        base.configure(from, to);
        for command in ["check", "build"] {
            let ran = base.run(&[command]);
            let title = format!("{to} ({what})");
            assert!((1..=3).contains(&ran.code), "{title}: {}", ran.code);
            let hint = holds(&ran, &title);
            assert!(ran.stderr.contains(what), "{title}: {}", ran.stderr);
            assert!(hint.contains(to_do), "{title} does not hint {to_do}: {}", ran.stderr);
            assert!(ran.stderr.contains("verho.toml:"), "{title} names no line: {}", ran.stderr);
            assert!(!ran.stderr.to_lowercase().contains("quokka"), "{title}: {}", ran.stderr);
            assert!(base.releases().is_empty(), "{title}");
        }
    }
}

/// A release stands in a folder of releases; one of them has no history.
#[test]
fn the_history_of_one_release_is_asked_of_the_folder_above() {
    let base = Base::new();
    assert_eq!(base.run(&["build"]).code, 0);
    let ran = base.run(&["history", "releases/latest"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("is one release"), "{}", ran.stderr);
    assert!(holds(&ran, "one release").contains("the folder above it"), "{}", ran.stderr);
    assert_eq!(base.run(&["history", "releases"]).code, 0);
}

/// A platform that no basis covers is told before anybody wonders why nobody goes up.
#[test]
fn an_audience_without_a_basis_row_is_told_by_check() {
    let base = Base::new();
    base.configure(
        "platforms = [\"meta\", \"linkedin\"]\nmin_size",
        "platforms = [\"meta\", \"tiktok\"]\nmin_size",
    );
    let ran = base.run(&["check"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("no [[basis]] covers tiktok"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("covers meta"), "{}", ran.stderr);
    let answer: serde_json::Value =
        serde_json::from_str(&base.run(&["check", "--json"]).stdout).expect("an object");
    assert_eq!(answer["without_basis"], serde_json::json!([{"audience": "everyone", "platform": "tiktok"}]));
    base.configure("\"tiktok\"", "\"linkedin\"");
    assert_eq!(base.run(&["check"]).stderr, "");
}

/// A spreadsheet's own file is named as one, in a build and when a config is made of it.
#[test]
fn a_workbook_is_told_to_be_saved_as_csv() {
    let base = Base::new();
    base.put("customers.xlsx", b"PK\x03\x04\x14\x00\x06\x00\x08\x00quokka\x00\x01");
    base.configure("path = \"customers.csv\"", "path = \"customers.xlsx\"");
    for args in [&["check"][..], &["init", "customers.xlsx"]] {
        let ran = base.run(args);
        assert_eq!(ran.code, 3, "{}", ran.stderr);
        assert!(holds(&ran, "a workbook").contains("save it as CSV"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("quokka"), "{}", ran.stderr);
    }
}

/// A register and a source may name the same column: the line told is that of the one at fault.
#[test]
fn the_line_of_a_column_is_in_its_own_table() {
    for (from, to, holds) in [
        (
            "columns = { email = \"email\", phone = \"phone\" }",
            "columns = { email = \"born\" }",
            "columns = {",
        ),
        ("relationship = { column = \"status\"", "relationship = { column = \"stat\"", "relationship"),
        ("path = \"objections.csv\"", "path = \"customers-none.csv\"", "customers-none.csv"),
    ] {
        let base = Base::new();
        base.configure(from, to);
        let config = std::fs::read_to_string(base.path().join("verho.toml")).expect("is there");
        let line = config.lines().position(|line| line.contains(holds)).expect("is there") + 1;
        let ran = base.run(&["check"]);
        assert!(ran.stderr.contains(&format!("[verho.toml:{line}]")), "{to}: {}", ran.stderr);
    }
}

/// The line told is the one that was changed.
#[test]
fn the_line_of_a_wrong_column_is_the_right_one() {
    let base = Base::new();
    base.configure("birth_date = \"born\"", "birth_date = \"bron\"");
    let config = std::fs::read_to_string(base.path().join("verho.toml")).expect("is there");
    let line = config.lines().position(|line| line.contains("bron")).expect("is there") + 1;
    let ran = base.run(&["check"]);
    assert!(ran.stderr.contains(&format!("[verho.toml:{line}]")), "{}", ran.stderr);
    assert!(ran.stderr.contains("did you mean \"born\"?"), "{}", ran.stderr);
}

/// What is marked as uploaded is a release of its own, and one of its audiences.
#[test]
fn a_mark_of_what_is_not_there_is_told_what_is() {
    let base = Base::new();
    assert_eq!(base.run(&["keygen", "--root", "root.key", "--quiet"]).code, 0);
    base.configure("[output]", "[keys]\nroot = \"root.key\"\n[state]\ndir = \"state\"\n[output]");
    assert_eq!(base.run(&["build", "--first", "--quiet"]).code, 0);
    base.put("r.toml", "kind = \"removed\"\nreceived = 1\ninvalid = 0\nrefused = 0\n");
    let receipt = ["receipt", "releases/latest", "--platform", "meta", "--audience", "everyone", "--file"];
    let cases: [(Vec<&str>, i32, &str, &str); 4] = [
        (vec!["uploaded", "releases"], 3, "releases is not a release", "such as releases/latest"),
        (
            vec!["uploaded", "releases/latest", "--audience", "everbody"],
            2,
            "no audience of that name",
            "it has everyone",
        ),
        (
            [&receipt[..], &["r.toml"]].concat(),
            2,
            "kind is not \"remove\", \"add\" or \"full\"",
            "kind = \"remove\"",
        ),
        (
            vec!["subject", "note", "--kind", "erase"],
            2,
            "nothing on standard input",
            "subject note --kind erase",
        ),
    ];
    for (args, code, what, to_do) in cases {
        let ran = base.run(&args);
        assert_eq!(ran.code, code, "{args:?}: {}", ran.stderr);
        assert!(holds(&ran, &args.join(" ")).contains(to_do), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(what), "{args:?}: {}", ran.stderr);
        assert!(!ran.stderr.contains("everbody"), "{}", ran.stderr);
    }
}
