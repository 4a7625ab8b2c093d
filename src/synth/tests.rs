//! What is held to: the truth against a judge of its own, one-to-one numbers, spellings that read
//! back, the same bytes each time, small bases.

mod judge;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::code::Code;
use super::numbers::{BLOCK, Country, Draw, Number, ROWS_MAX, Walk};
use super::person::EmailStyle;
use super::plan::{Kind, MIXTURE, Plan};
use super::spelling::Address;
use super::{SynthError, SynthOptions, SynthReport, synth};

fn base(rows: u64, seed: u64) -> (tempfile::TempDir, SynthReport) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let report = synth(&SynthOptions { rows, seed, out: folder.path().to_owned() }).expect("writes a base");
    (folder, report)
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| {
            let entry = entry.expect("an entry");
            let mode = entry.metadata().expect("metadata").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "owner-only");
            (entry.file_name().into_string().expect("ASCII"), std::fs::read(entry.path()).expect("a file"))
        })
        .collect()
}

fn e164(number: &Number) -> String {
    let mut out = Vec::new();
    number.put_e164(&mut out);
    String::from_utf8(out).expect("ASCII")
}

/// Compares truth and judge, and the report with both.
fn holds(rows: u64, seed: u64) {
    let (folder, report) = base(rows, seed);
    let (verdicts, named) = judge::judge(folder.path());
    assert_eq!(named.unread, 0, "every register entry can be read");
    let truth = judge::read(&folder.path().join("truth.csv"), true);
    assert_eq!(truth.len() as u64, report.people * 3, "rows {rows} seed {seed}");
    assert_eq!(truth.len(), verdicts.len(), "rows {rows} seed {seed}: a line for each id and audience");
    let mut counted: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for line in &truth {
        let key = (line[0].clone(), line[1].clone());
        assert_eq!(Some(&line[3]), verdicts.get(&key), "rows {rows} seed {seed} {key:?}");
        assert_eq!(line[2], if line[3].is_empty() { "yes" } else { "no" });
        *counted.entry((&line[1], &line[3])).or_default() += 1;
    }
    for audience in &report.audiences {
        let count = |reason| counted.get(&(audience.name, reason)).copied().unwrap_or(0);
        assert_eq!(audience.upload, count(""));
        assert_eq!(audience.not_selected, count("not-selected"));
        assert!(audience.suppressed.iter().all(|(reason, people)| count(reason) == *people));
        let suppressed: u64 = audience.suppressed.values().sum();
        assert_eq!(audience.upload + audience.not_selected + suppressed, report.people);
    }
}

#[test]
fn the_truth_is_what_the_rule_book_says_of_the_rows() {
    for (rows, seed) in [(10_000, 1), (10_000, 2), (10_000, u64::MAX), (5_432, 3)] {
        holds(rows, seed);
    }
}

#[test]
fn small_bases_hold_too() {
    for rows in [1, 2, 7, 100, 999, 1000, 1001] {
        holds(rows, 7);
        holds(rows, 8);
    }
}

#[test]
fn same_rows_and_seed_give_the_same_bytes() {
    let one = files(base(3_000, 11).0.path());
    assert_eq!(one, files(base(3_000, 11).0.path()));
    let other = files(base(3_000, 12).0.path());
    for (name, bytes) in &one {
        let constant = matches!(name.as_str(), "verho.toml" | "TRUTH.md");
        assert_eq!(constant, other.get(name) == Some(bytes), "{name}");
    }
    assert_eq!(one.len(), 8);
    let key = std::str::from_utf8(&one["root.key"]).expect("ASCII");
    assert_eq!(key.len(), 65);
    assert_eq!(hex::decode(key.trim_end()).expect("hex").len(), 32);
}

#[test]
fn every_kind_and_every_reason_is_there_at_ten_thousand_rows() {
    let plan = Plan::new(10_000);
    let mut firsts: BTreeMap<String, usize> = BTreeMap::new();
    for index in 0..10_000 {
        let place = plan.place(index);
        if place.member == 0 {
            *firsts.entry(format!("{:?}", place.kind)).or_default() += 1;
        }
    }
    for (kind, _, count) in MIXTURE {
        assert_eq!(firsts.get(&format!("{kind:?}")), Some(&(usize::from(count) * 10)), "{kind:?}");
    }
    let (_folder, report) = base(10_000, 4);
    for code in Code::ALL {
        let people: u64 = report.audiences.iter().filter_map(|one| one.suppressed.get(code.word())).sum();
        assert!(people > 0, "{}", code.word());
    }
    assert!(report.register_entries.values().all(|entries| *entries > 100));
}

#[test]
fn identifiers_are_shared_only_where_the_plan_says_so() {
    let (folder, _) = base(10_000, 5);
    let mut sizes: BTreeMap<usize, u16> = BTreeMap::new();
    for count in judge::shared(folder.path()).into_values() {
        *sizes.entry(count).or_default() += 1;
    }
    let groups = |kinds: &[Kind]| -> u16 {
        MIXTURE.iter().filter(|(kind, ..)| kinds.contains(kind)).map(|(.., count)| count * 10).sum()
    };
    let pairs = groups(&[
        Kind::DuplicateBridge,
        Kind::LinkedByPhone,
        Kind::LinkedByEmail,
        Kind::NamedHousehold,
        Kind::HouseholdPhoneOnly,
        Kind::MinorAndParent,
        Kind::MinorAndParentPhoneOnly,
        Kind::Chain,
    ]) + groups(&[Kind::Chain]); // a chain has two links
    let expect = BTreeMap::from([
        (2, pairs),
        (3, groups(&[Kind::Household])),
        (10, groups(&[Kind::AtShareCap])),
        (11, groups(&[Kind::Switchboard])),
    ]);
    assert_eq!(sizes, expect);
}

#[test]
fn groups_are_spread_and_the_last_row_objects() {
    let (folder, _) = base(10_000, 6);
    let customers = judge::read(&folder.path().join("customers.csv"), true);
    let last = customers.last().expect("rows");
    assert!(["K", "1"].contains(&last[9].as_str()));
    let truth = judge::read(&folder.path().join("truth.csv"), true);
    let linked: HashSet<_> =
        truth.iter().filter(|line| line[3] == "linked-to-objector").map(|line| &line[0]).collect();
    let sharer = customers.iter().position(|row| {
        linked.contains(&row[0]) && judge::phone(&row[5], "FI") == judge::phone(&last[5], "FI")
    });
    assert!(
        sharer.is_some_and(|at| at + 1000 < customers.len()),
        "somebody far before is linked to the last"
    );
}

#[test]
fn numbers_are_valid_and_nobody_elses() {
    let mut seen = HashSet::new();
    let mut countries = BTreeSet::new();
    // The first numbers, those where Finnish ones become a digit longer, and the last.
    let ends = [0, 98_700_000, ROWS_MAX - 2 * BLOCK];
    for index in ends.into_iter().flat_map(|start| start..start + 2 * BLOCK) {
        let number = Number::at(9, index);
        let text = e164(&number);
        assert_eq!(judge::phone(&text, "FI").as_deref(), Some(text.as_str()), "index {index}");
        countries.insert(number.country.code());
        // Overlapping ranges would repeat an index; these do not.
        assert!(seen.insert(text), "index {index}");
    }
    assert_eq!(countries.len(), 5);
    for index in 2 * BLOCK..300_000 {
        assert!(seen.insert(e164(&Number::at(9, index))), "index {index}");
    }
}

#[test]
fn most_people_are_finnish() {
    let finnish = (0..10_000).filter(|index| Country::at(*index) == Country::Finland).count();
    assert_eq!(finnish, 8_000);
}

#[test]
fn odd_spellings_of_a_phone_read_as_that_phone() {
    let mut shapes = BTreeSet::new();
    for index in 0..4_000 {
        let number = Number::at(3, index);
        let mut line = Vec::new();
        number.put_oddly(&mut line, &mut Draw::new(3, index, 9));
        let line = String::from_utf8(line).expect("UTF-8");
        assert!(!line.contains([',', '"', '\n']), "a bare list has one cell a line");
        assert_eq!(judge::phone(&line, "FI"), Some(e164(&number)), "{line}");
        if number.country == Country::Finland {
            shapes.insert(line.replace(|letter: char| letter.is_numeric(), "9").replace("99", "9"));
        }
        let mut cell = Vec::new();
        number.put(&mut cell, true, &mut Draw::new(3, index, 1));
        let cell = String::from_utf8(cell).expect("ASCII");
        assert_eq!(judge::phone(&cell, number.country.code()), Some(e164(&number)), "{cell}");
    }
    assert!(shapes.len() >= 12, "{shapes:?}");
}

#[test]
fn odd_spellings_of_an_address_read_as_that_address() {
    let mut texts = BTreeSet::new();
    for index in 0..2_000 {
        let address = Address::personal(3, index, index % 4 == 0);
        let mut plain = Vec::new();
        address.put(&mut plain, EmailStyle::Plain);
        let plain = String::from_utf8(plain).expect("ASCII");
        let wide = judge::wide_email(&plain).expect("an address");
        assert!(texts.insert(wide.clone()), "{wide}");
        let mut cell = Vec::new();
        address.put_oddly(&mut cell, &mut Draw::new(3, index, 8));
        cell.extend_from_slice(b",2020-01-01\n");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(cell.as_slice());
        let row = reader.records().next().expect("a row").expect("is CSV");
        assert_eq!(row.len(), 2);
        assert_eq!(judge::wide_email(&row[0]).as_deref(), Some(wide.as_str()), "{}", &row[0]);
        for style in [EmailStyle::Upper, EmailStyle::Spaced, EmailStyle::Tagged, EmailStyle::Undotted] {
            let mut cell = Vec::new();
            address.put(&mut cell, style);
            let cell = String::from_utf8(cell).expect("ASCII");
            assert_eq!(judge::wide_email(&cell).as_deref(), Some(wide.as_str()), "{cell}");
        }
    }
}

#[test]
fn a_walk_visits_every_index_once_and_ends_where_told() {
    for count in (1..200).chain([1000, 4096, 9999, 65_536]) {
        let last = count / 3;
        let visited: Vec<_> = Walk::ending_on(count, count, last).take(count as usize).collect();
        assert_eq!(visited.last(), Some(&last), "count {count}");
        assert_eq!(visited.into_iter().collect::<BTreeSet<_>>(), (0..count).collect(), "count {count}");
    }
}

#[test]
fn a_row_is_about_140_bytes() {
    let (_folder, report) = base(20_000, 1);
    let bytes = report.customer_bytes / report.rows;
    assert!((130..150).contains(&bytes), "{bytes}");
}

#[test]
fn refuses_a_folder_with_something_in_it_and_impossible_sizes() {
    let (folder, _) = base(1, 1);
    let options = |rows| SynthOptions { rows, seed: 1, out: folder.path().to_owned() };
    assert!(matches!(synth(&options(1)), Err(SynthError::FolderNotEmpty { .. })));
    assert!(matches!(synth(&options(0)), Err(SynthError::NoRows)));
    assert!(matches!(synth(&options(ROWS_MAX + 1)), Err(SynthError::TooManyRows { max: ROWS_MAX })));
    let file = folder.path().join("root.key");
    let onto_file = SynthOptions { rows: 1, seed: 1, out: file };
    assert!(matches!(synth(&onto_file), Err(SynthError::Folder { .. })));
    let deeper = SynthOptions { rows: 1, seed: 1, out: folder.path().join("new/base") };
    synth(&deeper).expect("makes the folder");
    let mode = std::fs::metadata(&deeper.out).expect("a folder").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}
