//! Cells with several values: in a register each of them objects; in a customer's cell whose column
//! declares no separator none goes up, and an objection to any of them meets the person.

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;
use sha2::Digest as _;
use verho::commands::build::BuildError;
use verho::pipeline::RunError;

use crate::agreement::build_at;

pub(crate) const CONFIG: &str = r#"
schema = 1
[controller]
name = "Example Ltd"
role = "controller"
[[source]]
name = "crm"
path = "customers.csv"
[source.columns]
customer_id = "id"
email = ["email"]
phone = ["phone"]
country = { default = "FI" }
relationship = { constant = "current" }
basis = { constant = "legitimate_interest" }
birth_date = "born"
[[register]]
name = "objections"
path = "objections.csv"
columns = { email = "email", phone = "phone" }
scope = ["all_marketing"]
max_unparsed = "100%"
[[basis]]
use = "legitimate_interest"
platforms = ["meta"]
countries = ["FI"]
purposes = ["retarget"]
assessment = "LIA-1"
notice = { id = "notice", version = "1" }
[[audience]]
name = "all"
platforms = ["meta"]
min_size = 1
[output]
dir = "releases"
"#;

/// Every digest that goes up, given customers' and a register's e-mail and phone cells.
fn uploaded(customers: &[(&str, &str)], objections: &[(&str, &str)]) -> BTreeSet<String> {
    cells(&built(customers, objections).path().join("releases"))
}

/// A folder with a release of these customers.
pub(crate) fn built(customers: &[(&str, &str)], objections: &[(&str, &str)]) -> tempfile::TempDir {
    built_by(CONFIG, customers, objections).unwrap_or_else(|error| panic!("{error:?}"))
}

/// The same by another config, which may refuse.
pub(crate) fn built_by(
    config: &str,
    customers: &[(&str, &str)],
    objections: &[(&str, &str)],
) -> Result<tempfile::TempDir, BuildError> {
    let rows = |from: &[(&str, &str)], tail: &str| -> String {
        let row =
            |(at, (email, phone)): (usize, &(&str, &str))| format!("{at},\"{email}\",\"{phone}\"{tail}\n");
        from.iter().enumerate().map(row).collect()
    };
    let customers = format!("id,email,phone,born\n{}", rows(customers, ",1980-01-01"));
    built_of(config, &customers, &format!("row,email,phone\n{}", rows(objections, "")))
}

/// The same of whole tables.
pub(crate) fn built_of(
    config: &str,
    customers: &str,
    objections: &str,
) -> Result<tempfile::TempDir, BuildError> {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [("verho.toml", config), ("customers.csv", customers), ("objections.csv", objections)]
    {
        std::fs::write(folder.path().join(name), text).expect("writable");
    }
    let now = "2026-11-21T02:00:00Z".parse().expect("a moment");
    build_at(&folder.path().join("verho.toml"), now, 7).map(|_| folder)
}

/// Every cell of every full file.
pub(crate) fn cells(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(cells(&path));
        } else if path.file_name().is_some_and(|name| name == "full.csv") {
            let text = std::fs::read_to_string(&path).expect("text");
            found.extend(text.lines().skip(1).flat_map(|line| line.split(',')).map(str::to_owned));
        }
    }
    found
}

pub(crate) fn hash(text: &str) -> String {
    hex::encode(sha2::Sha256::digest(text))
}

#[test]
fn each_value_of_a_registers_cell_objects() {
    let customers = [
        ("ann@example.com", ""),
        ("bo@example.org", "040 1234567"),
        ("cy@example.net", "050 7654321"),
        ("", "09 7654399"),
    ];
    let all = uploaded(&customers, &[("nobody@example.com", "")]);
    for text in ["ann@example.com", "bo@example.org", "cy@example.net", "358401234567", "35897654399"] {
        assert!(all.contains(&hash(text)), "{text}");
    }
    for (email, phone) in [
        ("ann@example.com; bo@example.org", ""),
        ("Ann <ann@example.com>, Bo <bo@example.org>", ""),
        ("ann@example.com bo@example.org", ""),
        ("BO@EXAMPLE.ORG/ann@example.com; n/a", ""),
        ("ann@example.com | broken@@x | bo@example.org", ""),
        ("ann@example.com", "040 123 4567 / 044 123 4567"),
        ("ann@example.com", "+358441234567 +358401234567"),
        ("ann@example.com", "044 1234567 tai 0401234567"),
        // Whatever stands between them: full-width signs, signs that an address may hold, nothing at all.
        ("ann@example.com, bo＠example.org", ""),
        ("ann＠example.com；bo＠example.org", ""),
        ("ann@example.com&bo@example.org", ""),
        ("ann@example.com=bo@example.org", ""),
        ("ann@example.com·bo@example.org", ""),
        ("ann@example.com–bo@example.org", ""),
        ("ann@example.com:bo@example.org", ""),
        ("(ann@example.com)(bo@example.org)", ""),
        ("ann@example.com", "0441234567 0401234567"),
        ("ann@example.com", "0401234567 0441234567"),
        ("ann@example.com", "0401234567-0441234567"),
        ("ann@example.com", "040 123 4567 044 123 4567"),
        ("ann@example.com", "０４０１２３４５６７，０４４１２３４５６７"),
        ("ann@example.com", "0441234567／0401234567"),
        ("ann@example.com", "+46 70 123 45 67; 044 123 4567 / 040 123 4567"),
    ] {
        let left = uploaded(&customers, &[(email, phone)]);
        for text in ["ann@example.com", "bo@example.org", "358401234567"] {
            assert!(!left.contains(&hash(text)), "{email} {phone}: {text} goes up");
        }
        for text in ["cy@example.net", "358507654321", "35897654399"] {
            assert!(left.contains(&hash(text)), "{email} {phone}: {text} is held back");
        }
    }
}

/// The config with columns of hashes in place of plain ones.
pub(crate) fn with_hashes(config: &str) -> String {
    config
        .replace("email = [\"email\"]", "email = [{ column = \"email\", hashed = \"sha256\" }]")
        .replace("phone = [\"phone\"]", "phone = [{ column = \"phone\", hashed = \"sha256\" }]")
}

/// An objector's address went up hashed when a word stood beside it, and a number when an address did.
#[test]
fn an_address_among_words_and_a_number_beside_it_object() {
    const ANN: &str = "ann@example.com";
    const BO: &str = "bo44@example.org";
    const LINE: &str = "358401234567";
    let mut faults = Vec::new();
    for ((email, phone), out) in [
        (("call ann@example.com", ""), &[ANN][..]),
        (("ann@example.com (after Monday)", ""), &[ANN]),
        (("see: ann@example.com!", ""), &[ANN]),
        (("ann@example.com;0401234567", ""), &[ANN, LINE]),
        (("0401234567 Ann@Example.com", ""), &[ANN, LINE]),
        (("ann@example.com / 040 123 4567", ""), &[ANN, LINE]),
        (("040 123 4567 or ann+x@example.com", ""), &[ANN, LINE]),
        (("<ann@example.com> +358 40 123 4567, bo44@example.org", ""), &[ANN, BO, LINE]),
        (("bo44＠example.org；０４０１２３４５６７", ""), &[BO, LINE]),
        (("", "0401234567, ann@example.com"), &[ANN, LINE]),
        (("", "bo44@example.org 040 123 4567"), &[BO, LINE]),
        (("", "call bo44@example.org"), &[BO]),
        (("ann at example.com, 1234", ""), &[ANN]),
        (("ann of example.com, 1234", ""), &[]),
    ] {
        for hashed in [false, true] {
            let config = if hashed { with_hashes(CONFIG) } else { CONFIG.to_owned() };
            let held = |text: &str| if hashed { hash(text) } else { text.to_owned() };
            let customers =
                [(held(ANN), String::new()), (held(BO), String::new()), (String::new(), held(LINE))];
            let customers = customers.each_ref().map(|(email, phone)| (email.as_str(), phone.as_str()));
            let bystander = held("cy@example.net");
            let other = [customers.as_slice(), &[(bystander.as_str(), "")]].concat();
            let folder =
                built_by(&config, &other, &[(email, phone)]).unwrap_or_else(|error| panic!("{error:?}"));
            let left = cells(&folder.path().join("releases"));
            for text in [ANN, BO, LINE] {
                if left.contains(&hash(text)) == out.contains(&text) {
                    faults.push(format!("{email}|{phone} hashed {hashed}: {text}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Two numbers of registers end alike, and a customer's cell may be read as either: meeting one of them
/// must not keep the other from being looked for.
#[test]
fn of_two_numbers_that_end_alike_each_is_met() {
    const AT_HOME: &str = "+358 40 1234567";
    const ABROAD: &str = "+46 40 123 45 67";
    // Of a scope that binds nobody here, so that only the other register can keep the customer out.
    let profiling = r#"
[[register]]
name = "profiling"
path = "profiling.csv"
columns = { phone = "phone" }
region = "SE"
scope = ["profiling"]
[[basis]]"#;
    let config = CONFIG.replacen("\n[[basis]]", profiling, 1);
    let mut faults = Vec::new();
    for (merely_profiling, all_marketing, is_kept_out) in [
        (AT_HOME, ABROAD, true),
        (ABROAD, AT_HOME, true),
        (AT_HOME, "+358 50 7654321", false),
        (AT_HOME, "+46 50 123 45 67", false),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let write =
            |name: &str, text: String| std::fs::write(folder.path().join(name), text).expect("writable");
        write("verho.toml", config.clone());
        write(
            "customers.csv",
            "id,email,phone,born\n1,,040 123 4567,1980-01-01\n2,cy@example.net,,1980-01-01\n".to_owned(),
        );
        write("profiling.csv", format!("row,phone\n1,{merely_profiling}\n"));
        write("objections.csv", format!("row,email,phone\n1,,{all_marketing}\n"));
        let now = "2026-11-21T02:00:00Z".parse().expect("a moment");
        build_at(&folder.path().join("verho.toml"), now, 7).unwrap_or_else(|error| panic!("{error:?}"));
        let left = cells(&folder.path().join("releases"));
        if left.contains(&hash("358401234567")) == is_kept_out || !left.contains(&hash("cy@example.net")) {
            faults.push(format!("{merely_profiling}, {all_marketing}, kept out {is_kept_out}"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// A register's number in no range in use was taken for somebody else's and met only its equals.
#[test]
fn a_number_that_is_merely_possible_objects_by_its_last_seven_digits() {
    let mut faults = Vec::new();
    for (cell, customer, is_kept_out) in [
        // The front is lost, or a plus stands for a zero: what is left has a possible length.
        ("1234567", "0401234567", true),
        ("123 45 67", "+358 40 1234567", true),
        ("+358 1234567", "+358401234567", true),
        ("+44 1234567", "+358 44 1234567", true),
        ("+1 040 1234567", "0401234567", true),
        ("+358 50 7654321; 123 45 67", "040 123 4567", true),
        ("123 45 67; +358 50 7654321", "040 123 4567", true),
        // The end is lost, or the number is another's that is in use.
        ("040 12345", "0401234567", false),
        ("050 1234567", "0401234567", false),
        ("+358 50 1234567; 044 1234567", "0401234567", false),
    ] {
        let others = [("", customer), ("cy@example.net", "")];
        for (config, expected) in [
            (CONFIG.to_owned(), is_kept_out),
            // Where numbers of a possible length are identifiers, they parse.
            (CONFIG.replace("[output]", "[policy]\npossible_phones = true\n[output]"), false),
        ] {
            let folder =
                built_by(&config, &others, &[("", cell)]).unwrap_or_else(|error| panic!("{error:?}"));
            let left = cells(&folder.path().join("releases"));
            let digits = if customer.contains("44") { "358441234567" } else { "358401234567" };
            if left.contains(&hash(digits)) == expected || !left.contains(&hash("cy@example.net")) {
                faults.push(format!("{cell}, {customer}, kept out {expected}"));
            }
        }
    }
    // It still counts as read: no guard acts.
    let folder = built_by(&strict(), &[("cy@example.net", "0401234567")], &[("", "123 45 67")]);
    faults.extend(folder.err().map(|error| format!("{error:?}")));
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn an_unsplit_cell_of_a_customer_goes_up_for_nobody_and_still_meets_objections() {
    let customers = [("ann@example.com; bo@example.org", "040 1234567"), ("cy@example.net", "")];
    let all = uploaded(&customers, &[("nobody@example.com", "")]);
    assert!(all.contains(&hash("358401234567")) && all.contains(&hash("cy@example.net")));
    assert!(!all.contains(&hash("ann@example.com")) && !all.contains(&hash("bo@example.org")));
    for email in [
        "ann@example.com",
        "BO@example.org",
        "ann@example.com; bo@example.org",
        "dee@example.com,bo+x@example.org",
    ] {
        let left = uploaded(&customers, &[(email, "")]);
        assert!(!left.contains(&hash("358401234567")), "{email}");
        assert!(left.contains(&hash("cy@example.net")), "{email}");
    }
}

/// The same in a customer's cell: the phone beside it must not go up.
#[test]
fn whatever_stands_between_a_customers_values_each_meets_objections() {
    for email in [
        "ann@example.com, bo＠example.org",
        "ann＠example.com；bo@example.org",
        "ann@example.com&bo@example.org",
        "ann@example.com–bo@example.org",
    ] {
        let customers = [(email, "040 1234567"), ("cy@example.net", "")];
        for objector in ["ann@example.com", "BO+x@example.org"] {
            let left = uploaded(&customers, &[(objector, "")]);
            assert!(!left.contains(&hash("358401234567")), "{email} {objector}");
            assert!(left.contains(&hash("cy@example.net")), "{email}");
        }
    }
    for phone in ["0441234567 0401234567", "040 123 4567 044 123 4567", "0401234567，0441234567"] {
        let left =
            uploaded(&[("ann@example.com", phone), ("cy@example.net", "")], &[("", "+358 40 1234567")]);
        assert!(
            !left.contains(&hash("ann@example.com")) && left.contains(&hash("cy@example.net")),
            "{phone}"
        );
    }
}

/// An address in the column of numbers, or the other way round, is the person's all the same, on either
/// side.
#[test]
fn a_value_in_the_other_kinds_column_still_says_whose_it_is() {
    for (customer, objection, alone) in [
        (("ann@example.com", "bo@example.org"), ("bo@example.org", ""), "ann@example.com"),
        (("ann@example.com", "Bo <BO@example.org>"), ("b.o+x@example.org", ""), "ann@example.com"),
        (("ann@example.com", "bo＠example.org"), ("bo@example.org", ""), "ann@example.com"),
        (("040 1234567", "050 7654321"), ("", "+358401234567"), "358507654321"),
        (("ann@example.com", "040 1234567"), ("", "ANN@example.com"), "358401234567"),
        (("ann@example.com", "040 1234567"), ("+358401234567", ""), "ann@example.com"),
    ] {
        let customers = [customer, ("cy@example.net", "")];
        assert!(uploaded(&customers, &[("nobody@example.com", "")]).contains(&hash(alone)), "{customer:?}");
        let left = uploaded(&customers, &[objection]);
        assert!(!left.contains(&hash(alone)), "{customer:?} {objection:?}");
        assert!(left.contains(&hash("cy@example.net")), "{customer:?} {objection:?}");
    }
}

/// Somebody's plain address among the hashes, and a hash of the wrong kind.
#[test]
fn a_plain_value_in_a_column_of_hashes_still_meets_objections() {
    let hashes =
        CONFIG.replace("email = [\"email\"]", "email = [{ column = \"email\", hashed = \"sha256\" }]");
    let cy = hash("cy@example.net");
    let left = |email: &str, objection: &str| {
        let customers = [(email, "040 1234567"), (cy.as_str(), "")];
        let built = built_by(&hashes, &customers, &[(objection, "")]).expect("published");
        cells(&built.path().join("releases"))
    };
    for email in ["ann@example.com", "Ann <ANN@example.com>", "x@@x, ann@example.com"] {
        assert!(left(email, "bo@example.org").contains(&hash("358401234567")), "{email}");
        let left = left(email, "a.nn@example.com");
        assert!(!left.contains(&hash("358401234567")), "{email}");
        assert!(left.contains(&cy), "{email}");
    }
    // A register of hashes: a plain address in it, and a hash in a customer's plain column.
    let config = CONFIG.replace("email = \"email\",", "email = { column = \"email\", hashed = \"sha256\" },");
    let bo = hash("bo@example.org");
    let customers = [("ann@example.com", "040 1234567"), (bo.as_str(), "050 7654321")];
    for (objection, gone) in [
        ("ANN@example.com".to_owned(), "358401234567"),
        (hash("bo@example.org").to_uppercase(), "358507654321"),
    ] {
        let built = built_by(&config, &customers, &[(&objection, "")]).expect("published");
        let left = cells(&built.path().join("releases"));
        assert!(!left.contains(&hash(gone)), "{gone}");
        assert_eq!(left.contains(&hash("ann@example.com")), gone != "358401234567");
    }
}

/// A slash divides two numbers, or an area code and the rest of one: fuzzing found that the one number was
/// forgotten where it is at home in the register's country and not in the customer's.
#[test]
fn a_slash_behind_an_area_code_hides_no_number() {
    let config = CONFIG.replace("scope = [\"all", "region = \"DE\"\nscope = [\"all");
    assert_ne!(config, CONFIG);
    for (cell, objection, meets) in [
        ("034362/123456", "+4934362123456", true),
        ("tel. 034362 / 123456", "+4934362123456", true),
        ("040 1234567; 034362/123456", "+4934362123456", true),
        ("4934362123456", "034362/123456", true),
        ("034362/123456", "+4934362123457", false),
    ] {
        let built = built_by(&config, &[("ann@example.com", cell)], &[("", objection)]);
        let built = built.unwrap_or_else(|error| panic!("{error:?}"));
        let left = cells(&built.path().join("releases"));
        assert_eq!(left.contains(&hash("ann@example.com")), !meets, "{cell} {objection}");
        let config = verho::config::Config::load(&built.path().join("verho.toml")).expect("a config");
        let now = "2026-11-21T02:00:00Z".parse().expect("a moment");
        let outcome = verho::oracle::decide(&config, now).expect("decided");
        assert_eq!(
            outcome.audiences[0].platforms[0].rows.is_empty(),
            meets,
            "the oracle: {cell} {objection}"
        );
    }
}

/// The hash of a domain says something of whoever is held as a hash, and nothing of two plain addresses at
/// one domain: the oracle once took them for one.
#[test]
fn the_hash_of_a_domain_joins_no_two_plain_addresses() {
    let hashes = CONFIG
        .replace("email = [\"email\"]", "email = [{ column = \"email\", hashed = \"sha256\" }]")
        .replace("email = \"email\",", "email = { column = \"email\", hashed = \"sha256\" },");
    let built = built_by(&hashes, &[("bo@example.com", "040 1234567")], &[("ann@example.com", "")]);
    let built = built.unwrap_or_else(|error| panic!("{error:?}"));
    let number = hash("358401234567");
    assert!(cells(&built.path().join("releases")).contains(&number));
    let config = verho::config::Config::load(&built.path().join("verho.toml")).expect("a config");
    let outcome =
        verho::oracle::decide(&config, "2026-11-21T02:00:00Z".parse().expect("a moment")).expect("decided");
    let eligible = outcome.audiences[0].platforms[0].rows.len();
    assert_eq!(eligible, 1, "the oracle lets the same person up");
}

#[test]
fn a_bare_list_may_begin_with_a_line_that_says_nothing() {
    let config = CONFIG
        .replace("columns = { email = \"email\", phone = \"phone\" }", "key = \"phone\"\nheader = true")
        .replace("\"objections.csv\"", "\"numbers.csv\"");
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("writable");
    write("verho.toml", &config);
    write("customers.csv", "id,email,phone,born\n1,,040 1234567,1980-01-01\n2,,050 7654321,1980-01-01\n");
    write("numbers.csv", "\u{feff}puhelin\r\n+358 40 1234567\r\n");
    let now = "2026-11-21T02:00:00Z".parse().expect("a moment");
    build_at(&folder.path().join("verho.toml"), now, 7).unwrap_or_else(|error| panic!("{error:?}"));
    let left = cells(&folder.path().join("releases"));
    assert!(!left.contains(&hash("358401234567")) && left.contains(&hash("358507654321")));
}

/// The config with no room for values that do not parse.
fn strict() -> String {
    let strict = CONFIG.replace("max_unparsed = \"100%\"", "max_unparsed = \"0%\"");
    assert_ne!(strict, CONFIG);
    strict
}

#[test]
fn a_cell_of_several_values_parses_when_each_does_and_nothing_else_is_there() {
    let customers = [("cy@example.net", "")];
    for (email, phone, parses) in [
        ("ann@example.com; bo@example.org", "", true),
        (" ann@example.com ,, bo@example.org ; ", "", true),
        ("ann@example.com bo@example.org/dee@example.org", "", true),
        ("ann@example.com; bo@example.org; n/a", "", false),
        ("ann@example.com; bo@nowhere.invalid", "", false),
        ("Ann <ann@example.com>, Bo <bo@example.org>", "", false),
        ("ann@example.com; 040 1234567", "", false),
        ("", "040 1234567 / 050 1234567", true),
        ("", "+358 40 1234567; 050-1234567;", true),
        ("", "puh. 040 1234567 tai 050 1234567", true),
        ("", "puh 040 1234567 tai 050 1234567", true),
        ("", "+358441234567 +358401234567", true),
        ("", "040 1234567, 0000000000", false),
    ] {
        match built_by(&strict(), &customers, &[(email, phone)]) {
            Ok(_) => assert!(parses, "{email} {phone} counts as parsed"),
            Err(BuildError::Run(RunError::Refused { refusals })) => {
                assert!(!parses, "{email} {phone} counts as not parsed");
                assert_eq!(
                    refusals.iter().map(|refusal| refusal.code).collect::<Vec<_>>(),
                    ["register-unparsed"]
                );
            }
            Err(other) => panic!("{email} {phone}: {other}"),
        }
    }
}

const ADDRESSES: [&str; 5] =
    ["ann@example.com", "BO@example.org", "cy+x@example.net", "d.e@gmail.com", "f@b\u{fc}cher.example"];
const NUMBERS: [&str; 5] = ["040 1234567", "+358 50 765 4321", "00358441234567", "09 7654399", "045-1234567"];
const DIGITS: [&str; 5] = ["358401234567", "358507654321", "358441234567", "35897654399", "358451234567"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// However many values a register's cell holds, whatever stands between them: each objects, nobody
    /// else is kept out, and the cell counts as parsed.
    #[test]
    fn every_value_of_every_cell_objects(
        emails in proptest::sample::subsequence(vec![0_usize, 1, 2, 3, 4], 0..=4).prop_shuffle(),
        phones in proptest::sample::subsequence(vec![0_usize, 1, 2, 3, 4], 0..=4).prop_shuffle(),
        between in proptest::sample::select(vec![";", ", ", " ; ", " | ", "/", " / "]),
        hashed in any::<bool>(),
    ) {
        prop_assume!(!emails.is_empty() || !phones.is_empty());
        let joined = |places: &[usize], values: &[&str]| {
            places.iter().map(|place| values[*place]).collect::<Vec<_>>().join(between)
        };
        let basic = |place: usize| ADDRESSES[place].to_lowercase();
        let held = |place: usize| if hashed { hash(&basic(place)) } else { basic(place) };
        let dialled = |place: usize| if hashed { hash(DIGITS[place]) } else { NUMBERS[place].to_owned() };
        let addresses: Vec<String> = (0..5).map(held).collect();
        let numbers: Vec<String> = (0..5).map(dialled).collect();
        let customers: Vec<(&str, &str)> = addresses
            .iter()
            .map(|address| (address.as_str(), ""))
            .chain(numbers.iter().map(|number| ("", number.as_str())))
            .collect();
        let config = if hashed {
            with_hashes(&strict())
        } else {
            strict()
        };
        let (email, phone) = (joined(&emails, &ADDRESSES), joined(&phones, &NUMBERS));
        let folder = built_by(&config, &customers, &[(email.as_str(), phone.as_str())]);
        let folder = folder.unwrap_or_else(|error| panic!("{error}"));
        let left = cells(&folder.path().join("releases"));
        for (place, digits) in DIGITS.iter().enumerate().take(5) {
            prop_assert_eq!(!left.contains(&hash(&basic(place))), emails.contains(&place), "address {}", place);
            prop_assert_eq!(!left.contains(&hash(digits)), phones.contains(&place), "number {}", place);
        }
    }
}
