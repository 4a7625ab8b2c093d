//! Every way in which a register can be broken, one at a time, through the whole program: its code and
//! hint on both streams, exit code 1, and nothing published beside the release that was there. And the
//! waivers, which let four of them through, once.

use std::collections::BTreeSet;
use std::io::Write as _;

use jiff::{Timestamp, ToSpan as _};
use serde_json::Value;

use super::base::{Base, Ran};

/// The register as it should be: five rows under yesterday's date.
pub(super) const ROWS: &str = "\
email,phone
eero.quokka@example.com,
one.quokka@example.com,
two.quokka@example.com,
three.quokka@example.com,
four.quokka@example.com,
";

pub(super) fn day(offset: i64) -> String {
    let moment = Timestamp::now() + (24 * offset).hours();
    moment.strftime("%Y-%m-%d").to_string()
}

pub(super) fn file(offset: i64) -> String {
    format!("objections-{}.csv", day(offset))
}

/// A base with a lasting key and a published release.
fn published() -> Base {
    let base = prepared();
    let ran = base.run(&["build", "-q"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    base
}

/// The same with more people, all of whom are live, and a second register that stays sound.
pub(super) fn live() -> Base {
    let base = prepared();
    let more: String = (10..22)
        .map(|at| format!("C-{at},Name,live{at}.quokka@example.com,,FI,1980-01-01,active\n"))
        .collect();
    base.put("customers.csv", format!("{}{more}", super::base::CUSTOMERS));
    base.put("sound.csv", "email\nnobody.quokka@example.net\n");
    base.configure(
        "[[basis]]",
        "[[register]]\nname = \"sound\"\npath = \"sound.csv\"\ncolumns = { email = \"email\" }\n[[basis]]",
    );
    base.configure("[output]", "[state]\ndir = \"state\"\n[output]");
    let ran = base.run(&["build", "-q", "--first"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(base.run(&["uploaded", ran.stdout.trim_end(), "-q"]).code, 0);
    base
}

fn prepared() -> Base {
    let base = Base::new();
    std::fs::remove_file(base.path().join("objections.csv")).expect("was there");
    base.put(&file(-1), ROWS);
    assert_eq!(base.run(&["keygen", "--root", "root.key", "-q"]).code, 0);
    base.configure("[output]", "[keys]\nroot = \"root.key\"\n[output]");
    base.configure(
        "path = \"objections.csv\"",
        "path = \"objections-*\"\nage_from = { filename = \"objections-%Y-%m-%d.csv\" }\n\
         max_age = \"72h\"\nmin_rows = 3\nmax_shrink = \"10%\"\nformat = \"csv\"",
    );
    base
}

/// Puts another file in the register's place.
pub(super) fn instead(base: &Base, name: &str, bytes: impl AsRef<[u8]>) {
    for entry in std::fs::read_dir(base.path()).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("objections-")) {
            std::fs::remove_file(path).expect("ours");
        }
    }
    base.put(name, bytes);
}

fn first(rows: usize) -> String {
    ROWS.split_inclusive('\n').take(rows + 1).collect()
}

pub(super) fn gzip(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(text.as_bytes()).expect("memory");
    packed.finish().expect("memory")
}

/// One raw block in one frame.
fn zstd(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).expect("short");
    let block = (u32::from(length) << 3) | 1;
    let mut bytes = vec![0x28, 0xb5, 0x2f, 0xfd, 0x20, length];
    bytes.extend(&block.to_le_bytes()[..3]);
    bytes.extend(text.as_bytes());
    bytes
}

fn cut(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - 9);
    bytes
}

type Break = fn(&Base);

/// What is wrong, how to make it so, and the codes.
const CASES: &[(&str, Break, &[&str])] = &[
    (
        "missing",
        |base| std::fs::remove_file(base.path().join(file(-1))).expect("was there"),
        &["register-missing"],
    ),
    ("stale", |base| instead(base, "objections-2020-01-01.csv", ROWS), &["register-stale"]),
    (
        "future-dated",
        |base| instead(base, "objections-2099-01-01.csv", format!("{ROWS}five.quokka@example.com,\n")),
        &["register-future-dated"],
    ),
    ("of unknown age", |base| instead(base, "objections-new.csv", ROWS), &["register-age-unknown"]),
    ("empty", |base| instead(base, &file(0), first(0)), &["register-empty", "register-shrunken"]),
    (
        "of too few rows",
        |base| instead(base, &file(0), first(2)),
        &["register-shrunken", "register-too-few-rows"],
    ),
    ("shrunken", |base| instead(base, &file(0), first(4)), &["register-shrunken"]),
    (
        "a gzip stream cut short",
        |base| instead(base, "objections-cut.csv.gz", cut(gzip(ROWS))),
        &["register-broken"],
    ),
    (
        "a zstd stream cut short",
        |base| instead(base, "objections-cut.csv.zst", cut(zstd(ROWS))),
        &["register-broken"],
    ),
    (
        "cut before its trailer's count",
        |base| {
            base.configure(
                "{ filename = \"objections-%Y-%m-%d.csv\" }",
                "{ trailer = \"EOF;%Y-%m-%d;{rows}\" }",
            );
            instead(base, &file(0), format!("{ROWS}EOF;{};6\n", day(0)));
        },
        &["register-trailer-mismatch"],
    ),
    (
        "without its trailer",
        |base| {
            base.configure("{ filename = \"objections-%Y-%m-%d.csv\" }", "{ trailer = \"EOF;%Y-%m-%d\" }");
            instead(base, &file(0), format!("{ROWS}five.quokka@example.com,\n"));
        },
        &["register-age-unknown", "register-trailer-mismatch"],
    ),
    (
        "in two files, one of them without its trailer",
        |base| {
            base.configure(
                "{ filename = \"objections-%Y-%m-%d.csv\" }",
                "{ trailer = \"EOF;%Y-%m-%d;{rows}\" }",
            );
            instead(base, "objections-a.csv", format!("{ROWS}EOF;{};5\n", day(0)));
            base.put("objections-b.csv", "email,phone\nfive.quokka@example.com,\nsix.quokka@example.com,\n");
        },
        &["register-trailer-mismatch"],
    ),
    (
        "in two files, one of them with no date beside it",
        |base| {
            base.configure("{ filename = \"objections-%Y-%m-%d.csv\" }", "{ sidecar = \".date\" }");
            base.configure("objections-*", "objections-*.csv");
            instead(base, "objections-a.csv", ROWS);
            base.put("objections-a.csv.date", day(0));
            base.put("objections-b.csv", "email,phone\nfive.quokka@example.com,\n");
            base.put("objections-b.csv.date", "yesterday");
        },
        &["register-age-unknown"],
    ),
    (
        "structurally broken",
        |base| instead(base, &file(0), format!("{ROWS}five.quokka@example.com\n")),
        &["register-broken"],
    ),
    ("unparsed", |base| instead(base, &file(0), format!("{ROWS}five.quokka,\n")), &["register-unparsed"]),
    ("the same under a newer date", |base| instead(base, &file(0), ROWS), &["register-unchanged"]),
];

fn codes(ran: &Ran) -> BTreeSet<String> {
    let answer: Value = serde_json::from_str(&ran.stdout).expect("one object");
    assert_eq!(answer["outcome"], "refused");
    let errors = answer["errors"].as_array().expect("a list");
    assert!(errors.iter().all(|error| error["hint"].as_str().is_some_and(|hint| !hint.is_empty())));
    errors.iter().map(|error| error["code"].as_str().expect("a code").to_owned()).collect()
}

#[test]
fn every_broken_contract_has_its_code_and_adds_nobody() {
    for (title, make_wrong, expected) in CASES {
        let base = published();
        make_wrong(&base);
        let ran = base.run(&["build", "--json"]);
        assert_eq!(ran.code, 1, "{title}: {}", ran.stderr);
        assert_eq!(codes(&ran), expected.iter().map(ToString::to_string).collect(), "{title}");
        for code in *expected {
            assert!(ran.stderr.contains(code) && ran.stderr.contains("hint:"), "{title}: {}", ran.stderr);
        }
        if *title == "shrunken" {
            assert!(ran.stderr.contains("4 rows, 1 fewer than"), "{}", ran.stderr);
        }
        assert!(!(ran.stdout + &ran.stderr).contains("quokka"), "{title}");
        assert_eq!(base.releases().len(), 1, "{title}");
        let checked = base.run(&["check"]);
        assert_eq!(checked.code, 1, "{title}: {}", checked.stderr);
    }
}

/// Nobody is added, and whoever the sound register names since last night is taken out, everywhere.
#[test]
fn a_broken_register_keeps_no_removal_of_another_back() {
    let objector = sha256("live13.quokka@example.com");
    let lost_column: (&str, Break, &[&str]) = (
        "without a column that is mapped",
        |base| instead(base, &file(0), ROWS.replace("email,", "address,")),
        &["register-broken"],
    );
    for (title, make_wrong, expected) in CASES.iter().chain([&lost_column]) {
        let base = live();
        make_wrong(&base);
        base.put("sound.csv", "email\nnobody.quokka@example.net\nLive13.Quokka@example.com\n");
        let ran = base.run(&["build"]);
        assert_eq!(ran.code, 1, "{title}: {}", ran.stderr);
        for code in *expected {
            assert!(ran.stderr.contains(code) && ran.stderr.contains("hint:"), "{title}: {}", ran.stderr);
        }
        let release = std::path::PathBuf::from(ran.stdout.trim_end());
        for platform in ["meta", "linkedin"] {
            let file = |kind: &str| release.join(format!("audiences/everyone/{platform}/{kind}.csv"));
            let removed = std::fs::read_to_string(file("remove")).expect("there is one");
            assert!(removed.contains(&objector), "{title} on {platform}");
            assert!(!file("full").exists() && !file("add").exists(), "{title} on {platform}");
        }
        assert_eq!(base.run(&["verify", ran.stdout.trim_end()]).code, 0, "{title}");
    }
}

pub(super) fn sha256(text: &str) -> String {
    use sha2::Digest as _;
    hex::encode(sha2::Sha256::digest(text))
}

/// However a register is divided between threads: all of it is counted, and of what is wrong the first is told.
#[test]
fn of_a_register_read_on_many_threads_the_first_faults_are_told() {
    const ROWS: usize = 20_000;
    for (batch_rows, threads) in [(7, 2), (64, 3), (65_536, 2), (1000, 1)] {
        let base = Base::new();
        base.configure("phone = \"phone\" }\nscope", "phone = \"phone\", domain = \"domain\" }\nscope");
        base.configure(
            "[output]",
            &format!("[limits]\nbatch_rows = {batch_rows}\nthreads = {threads}\n[output]"),
        );
        let mut register = String::from("email,phone,domain\n");
        for line in 2..ROWS + 2 {
            register += &match line {
                4002 | 12_000 | 19_999 => "neither@,,\n".to_owned(),
                5003 | 5004 | 20_000 => "a,b\n".to_owned(),
                7001 | 15_000 => ",,gmail.com\n".to_owned(),
                // The last entry is one of the customers.
                20_001 => "aino.quokka@example.com,,\n".to_owned(),
                _ => format!("quokka{line}@example.net,,\n"),
            };
        }
        base.put("objections.csv", &register);
        let ran = base.run(&["build", "-q"]);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        for told in [
            "3 of 19997 rows have a value that does not parse, the first at objections.csv, line 4002",
            "3 rows are broken, the first at objections.csv, line 5003",
            "2 of its objections are to a whole public mail host, the first at objections.csv, line 7001",
        ] {
            assert!(ran.stderr.contains(told), "{batch_rows} rows, {threads} threads:\n{}", ran.stderr);
        }
        // Without what is wrong all is read: the customer named last stays down.
        for wrong in ["neither@,,\n", "a,b\n", ",,gmail.com\n"] {
            register = register.replace(wrong, "");
        }
        base.put("objections.csv", &register);
        let ran = base.run(&["build", "-q"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let release = base.releases().pop().expect("one was made");
        let manifest = std::fs::read(release.join("manifest.json")).expect("it has one");
        let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
        let read = &manifest["predicate"]["registers"][0];
        assert_eq!(
            [&read["rows"], &read["objections"], &read["people_named"]],
            [19_992, 19_992, 1],
            "{read}"
        );
        assert_eq!(eligible(&base), 2);
    }
}

#[test]
fn whole_streams_are_read() {
    for (ending, bytes) in [(".gz", gzip(ROWS)), (".zst", zstd(ROWS))] {
        let base = published();
        base.configure("%Y-%m-%d.csv", &format!("%Y-%m-%d.csv{ending}"));
        instead(&base, &(file(0) + ending), bytes);
        let ran = base.run(&["build", "-q"]);
        assert_eq!(ran.code, 0, "{ending}: {}", ran.stderr);
    }
}

/// As long as `max_unchanged` says, counted from the first date of the content and not from the last.
#[test]
fn content_may_stay_the_same_for_as_long_as_the_config_says() {
    for (limit, code) in [("12h", 1), ("24h", 0), ("30d", 0)] {
        let base = published();
        base.configure("min_rows = 3", &format!("min_rows = 3\nmax_unchanged = \"{limit}\""));
        instead(&base, &file(0), ROWS);
        let ran = base.run(&["build", "-q"]);
        assert_eq!(ran.code, code, "{limit}: {}", ran.stderr);
    }
    // A release in between does not start the count anew.
    let base = published();
    base.configure("max_age = \"72h\"", "max_age = \"20d\"");
    base.configure("min_rows = 3", "min_rows = 3\nmax_unchanged = \"36h\"");
    instead(&base, &file(-5), ROWS.replace("four", "five"));
    assert_eq!(base.run(&["build", "-q"]).code, 0);
    instead(&base, &file(-4), ROWS.replace("four", "five"));
    assert_eq!(base.run(&["build", "-q"]).code, 0);
    instead(&base, &file(-3), ROWS.replace("four", "five"));
    let ran = base.run(&["build", "--json"]);
    assert_eq!(codes(&ran), BTreeSet::from(["register-unchanged".to_owned()]));
}

#[test]
fn without_a_lasting_key_nothing_is_compared() {
    let base = published();
    base.configure("root = \"root.key\"\n", "");
    instead(&base, &file(0), ROWS);
    assert_eq!(base.run(&["build", "-q"]).code, 0);
}

fn waiver(code: &str, from: i64, until: i64) -> String {
    format!(
        "[[waiver]]\nregister = \"objections\"\ncode = \"{code}\"\nreason = \"a lawful purge\"\n\
         by = \"Data Protection Officer\"\ndate = {}\nvalid_until = \"{}\"\n",
        day(from),
        day(until)
    )
}

fn waive(base: &Base, tables: &str) {
    base.configure("[output]", &format!("{tables}[output]"));
}

#[test]
fn a_waiver_lets_its_breach_through_once_and_is_told() {
    let base = published();
    instead(&base, &file(0), first(2));
    waive(&base, &(waiver("register-shrunken", 0, 3) + &waiver("register-too-few-rows", -1, 0)));
    let ran = base.run(&["build", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("a lawful purge") && ran.stderr.contains("used up"), "{}", ran.stderr);
    let answer: Value = serde_json::from_str(&ran.stdout).expect("one object");
    let path = answer["release"].as_str().expect("a path");
    let manifest = std::fs::read(format!("{path}/manifest.json")).expect("published");
    let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
    let waivers = &manifest["predicate"]["waivers"];
    assert_eq!(waivers[0]["id"], format!("objections/register-shrunken/{}", day(0)));
    assert_eq!(waivers[1]["id"], format!("objections/register-too-few-rows/{}", day(-1)));
    assert_eq!(waivers[1]["by"], "Data Protection Officer");
    assert_eq!(manifest["predicate"]["registers"][0]["broken"][1]["code"], "register-too-few-rows");
    assert_eq!(base.run(&["verify", "releases/latest"]).code, 0);
    // The objections that are left still hold, and the next run needs a waiver of its own.
    assert_eq!(answer["audiences"][0]["people"]["eligible"], 2);
    let again = base.run(&["build", "--json"]);
    assert_eq!(again.code, 1);
    assert_eq!(codes(&again), BTreeSet::from(["register-too-few-rows".to_owned()]));
    assert!(again.stderr.contains("used by an earlier release"), "{}", again.stderr);
}

#[test]
fn each_breach_that_can_be_waived_is() {
    for (make, code) in [
        ((|base| instead(base, &file(0), first(4))) as Break, "register-shrunken"),
        (|base| instead(base, &file(0), ROWS), "register-unchanged"),
        (
            |base| {
                base.configure("max_shrink = \"10%\"\n", "");
                instead(base, &file(0), first(1));
            },
            "register-too-few-rows",
        ),
        (
            |base| {
                base.configure("max_shrink = \"10%\"\n", "");
                instead(base, &file(0), first(0));
            },
            "register-empty",
        ),
    ] {
        let base = published();
        make(&base);
        waive(&base, &waiver(code, 0, 7));
        let dry = base.run(&["build", "-q", "--dry-run"]);
        assert_eq!(dry.code, 0, "{code}: {}", dry.stderr);
        let ran = base.run(&["build", "-q"]);
        assert_eq!(ran.code, 0, "{code}: a dry run uses nothing up: {}", ran.stderr);
    }
}

#[test]
fn a_waiver_holds_on_its_days_and_for_its_register_and_code_alone() {
    for table in [
        waiver("register-shrunken", -8, -2),
        waiver("register-shrunken", 2, 4),
        waiver("register-empty", 0, 7),
    ] {
        let base = published();
        instead(&base, &file(0), first(4));
        waive(&base, &table);
        let ran = base.run(&["build", "--json"]);
        assert_eq!(codes(&ran), BTreeSet::from(["register-shrunken".to_owned()]), "{table}");
    }
}

#[test]
fn what_may_hide_an_objection_cannot_be_waived() {
    for code in [
        "register-missing",
        "register-stale",
        "register-future-dated",
        "register-age-unknown",
        "register-unparsed",
        "register-broken",
        "register-trailer-mismatch",
        "on-register",
        "opted-out",
        "no-basis",
    ] {
        let base = published();
        waive(&base, &waiver(code, 0, 1));
        let ran = base.run(&["build"]);
        assert_eq!(ran.code, 2, "{code}: {}", ran.stderr);
        assert!(ran.stderr.contains("unknown-word"), "{code}: {}", ran.stderr);
    }
    for (tables, fault) in [
        (waiver("register-empty", 0, 8), "out-of-range"),
        (waiver("register-empty", 1, 0), "out-of-range"),
        (waiver("register-empty", 0, 1).replace("\"objections\"", "\"others\""), "unknown-register"),
        (waiver("register-empty", 0, 1) + &waiver("register-empty", 0, 2), "duplicate"),
        (waiver("register-empty", 0, 1).replace("by = ", "of = "), "missing-key"),
        (waiver("register-empty", 0, 1).replace("a lawful purge", " "), "empty"),
        (waiver("register-empty", 0, 1).replace("a lawful purge", "a\\u001b[2J"), "not-allowed"),
    ] {
        let base = published();
        waive(&base, &tables);
        let ran = base.run(&["check"]);
        assert_eq!(ran.code, 2, "{tables}");
        assert!(ran.stderr.contains(fault), "{fault}: {}", ran.stderr);
    }
}

fn eligible(base: &Base) -> Value {
    let ran = base.run(&["build", "--json", "-q", "--dry-run"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let answer: Value = serde_json::from_str(&ran.stdout).expect("one object");
    answer["audiences"][0]["people"]["eligible"].clone()
}

/// Three people are customers; one is named by a register with a channel scope.
#[test]
fn an_external_registers_bans_bind_whatever_the_policy_says() {
    for (policy, external, expected, binds) in [
        ("bind", false, 2, true),
        ("ignore", false, 3, false),
        ("bind", true, 2, true),
        ("ignore", true, 2, true),
    ] {
        for scope in ["phone", "post", "email"] {
            let base = Base::new();
            base.configure("[\"off_platform_targeting\"]", &format!("[\"{scope}\"]\nexternal = {external}"));
            base.configure("[output]", &format!("[policy]\nchannel_bans = \"{policy}\"\n[output]"));
            assert_eq!(eligible(&base), expected, "{policy} {external} {scope}");
            let ran = base.run(&["build", "--json", "-q", "--dry-run"]);
            let answer: Value = serde_json::from_str(&ran.stdout).expect("one object");
            let register = &answer["registers"][0];
            assert_eq!(register["external"], external);
            let told = register["binds"].as_array().expect("a list").iter().any(|word| *word == *scope);
            assert_eq!(told, binds, "{policy} {external} {scope}");
        }
    }
}

#[test]
fn an_objection_to_a_whole_public_mail_host_stops_for_a_word() {
    let columns = |base: &Base| {
        base.configure("phone = \"phone\" }\nscope", "phone = \"phone\", domain = \"domain\" }\nscope")
    };
    for (domain, code) in
        [("gmail.com", 1), ("@Outlook.COM", 1), ("inet.fi", 1), ("example.org", 0), ("mail.example.org", 0)]
    {
        let base = Base::new();
        columns(&base);
        base.put("objections.csv", format!("email,phone,domain\n,,{domain}\n"));
        let ran = base.run(&["build", "-q"]);
        assert_eq!(ran.code, code, "{domain}: {}", ran.stderr);
        if code == 1 {
            assert!(ran.stderr.contains("register-webmail-domain") && !ran.stderr.contains(domain));
            base.configure("\nscope = [\"off", "\nwebmail_domains = \"confirmed\"\nscope = [\"off");
            assert_eq!(base.run(&["build", "-q"]).code, 0, "{domain}");
        }
    }
}

#[test]
fn audiences_of_two_controllers_never_mix_and_sister_registers_wait_for_a_word() {
    let source = "path = \"customers.csv\"";
    let register = "path = \"objections.csv\"";
    for (source_of, register_of, fault) in [
        ("", "", None),
        ("controller = \"Example Life Ltd\"", "", None),
        ("controller = \"Example Bank Ltd\"", "", Some("two-controllers")),
        ("", "controller = \"Example Life Ltd\"", None),
        ("", "controller = \"Example Bank Ltd\"", Some("group-scope-undecided")),
        ("", "controller = \"Example Bank Ltd\"\ngroup_scope = false", Some("group-scope-undecided")),
        ("", "controller = \"Example Bank Ltd\"\ngroup_scope = true", None),
    ] {
        let base = Base::new();
        base.configure(source, &format!("{source}\n{source_of}"));
        base.configure(register, &format!("{register}\n{register_of}"));
        let ran = base.run(&["check"]);
        assert_eq!(
            ran.code,
            if fault.is_some() { 2 } else { 0 },
            "{source_of} {register_of}: {}",
            ran.stderr
        );
        assert!(fault.is_none_or(|fault| ran.stderr.contains(fault)), "{}", ran.stderr);
        if fault.is_none() {
            assert_eq!(eligible(&base), 2, "{source_of} {register_of}");
        }
    }
    // A processor's sources name their client, and all the same one.
    let two = |first: &str, second: &str| {
        let base = Base::new();
        base.configure("role = \"controller\"", "role = \"processor\"\ninstruction = \"DPA-2026-04\"");
        let text = std::fs::read_to_string(base.path().join("verho.toml")).expect("a config");
        let start = text.find("[[source]]").expect("a source");
        let end = text.find("[[register]]").expect("a register");
        let another = text[start..end]
            .replace("\"crm\"", "\"shop\"")
            .replace(source, &format!("{source}\ncontroller = \"{second}\""));
        base.configure(source, &format!("{source}\ncontroller = \"{first}\""));
        base.configure("[[register]]", &format!("{another}\n[[register]]"));
        base.run(&["check"])
    };
    let ran = two("Example Bank Ltd", "Example Bank Ltd");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = two("Example Bank Ltd", "Example Shop Ltd");
    assert!(ran.code == 2 && ran.stderr.contains("two-controllers"), "{}", ran.stderr);
}

/// One objection, one permission, in both orders: does the objection stand?
#[test]
fn a_permission_lifts_what_it_names_and_nothing_else() {
    const NO: &str = "eero.quokka@example.com,,no,2026-01-10,strong,targeting";
    const YES: &str = "Eero.Quokka@example.com ,,yes,2026-01-11,strong,targeting";
    let with = |line: &str, place: usize, cell: &str| {
        let mut cells: Vec<&str> = line.split(',').collect();
        cells[place] = cell;
        cells.join(",")
    };
    for (title, rows, lifts, stands) in [
        ("later and as sure", vec![NO.to_owned(), YES.to_owned()], true, false),
        ("not allowed by the policy", vec![NO.to_owned(), YES.to_owned()], false, true),
        ("the same day", vec![NO.to_owned(), with(YES, 3, "2026-01-10")], true, true),
        ("the same day, at an hour", vec![NO.to_owned(), with(YES, 3, "2026-01-10T23:00:00")], true, true),
        ("earlier", vec![NO.to_owned(), with(YES, 3, "2026-01-09")], true, true),
        ("undated", vec![NO.to_owned(), with(YES, 3, "")], true, true),
        ("an undated no", vec![with(NO, 3, ""), YES.to_owned()], true, true),
        ("still to come", vec![NO.to_owned(), with(YES, 3, "2099-01-01")], true, true),
        ("less sure", vec![NO.to_owned(), with(YES, 4, "e-mail")], true, true),
        ("surer", vec![with(NO, 4, "e-mail"), YES.to_owned()], true, false),
        ("as little sure", vec![with(NO, 4, "e-mail"), with(YES, 4, "e-mail")], true, false),
        ("nobody knows how sure", vec![NO.to_owned(), with(YES, 4, "fax")], true, true),
        ("a no nobody knows how sure", vec![with(NO, 4, ""), YES.to_owned()], true, true),
        ("of another scope", vec![NO.to_owned(), with(YES, 5, "all_marketing")], true, true),
        ("of a wider no", vec![with(NO, 5, "all_marketing"), YES.to_owned()], true, true),
        ("of one scope of two", vec![with(NO, 5, "targeting;phone"), YES.to_owned()], true, true),
        ("of both", vec![with(NO, 5, "targeting;phone"), with(YES, 5, "phone;targeting")], true, false),
        ("of no scope", vec![NO.to_owned(), with(YES, 5, "")], true, true),
        ("of an unknown scope", vec![with(NO, 5, "fax"), with(YES, 5, "fax")], true, true),
        (
            "another address of the same mailbox",
            vec![NO.to_owned(), with(YES, 0, "eeroquokka@example.com")],
            true,
            true,
        ),
        (
            "followed by another no",
            vec![NO.to_owned(), YES.to_owned(), with(NO, 3, "2026-02-01")],
            true,
            true,
        ),
        ("of one value of two", vec![with(NO, 1, "+358501234568"), YES.to_owned()], true, true),
        ("of both values", vec![with(NO, 1, "+358501234568"), with(YES, 1, "+358501234568")], true, false),
    ] {
        for turned in [false, true] {
            let mut rows = rows.clone();
            if turned {
                rows.reverse();
            }
            let base = Base::new();
            base.configure(
                "phone = \"phone\" }\nscope",
                "phone = \"phone\", at = \"at\", auth = \"auth\", scope = \"scope\" }\n\
                 permission = { column = \"status\", values = [\"yes\"] }\n\
                 auth_levels = [\"e-mail\", \"strong\"]\nscope",
            );
            base.configure("[output]", &format!("[policy]\npermissions_lift = {lifts}\n[output]"));
            base.put("objections.csv", format!("email,phone,status,at,auth,scope\n{}\n", rows.join("\n")));
            assert_eq!(eligible(&base), if stands { 2 } else { 3 }, "{title} {turned}");
        }
    }
    // A no in another register stands.
    let base = Base::new();
    base.configure(
        "[[basis]]",
        "[[register]]\nname = \"second\"\npath = \"second.csv\"\ncolumns = { email = \"email\", at = \"at\", auth = \"auth\" }\n\
         permission = { column = \"status\", values = [\"yes\"] }\nauth_levels = [\"e-mail\", \"strong\"]\n[[basis]]",
    );
    base.configure("[output]", "[policy]\npermissions_lift = true\n[output]");
    base.put("second.csv", format!("email,phone,status,at,auth,scope\n{YES}\n"));
    assert_eq!(eligible(&base), 2);
    base.configure(", auth = \"auth\" }", " }");
    let ran = base.run(&["check"]);
    assert!(ran.code == 2 && ran.stderr.contains("missing-key"), "{}", ran.stderr);
}
