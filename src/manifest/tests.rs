//! The manifest's one spelling, and a record that disagrees with itself.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::outputs::tests::fixture::predicate;
use crate::policy::reason::{Reason, Reasons};

fn sample() -> Manifest {
    let name = "audiences/savings/meta/full.csv";
    let mut predicate = predicate(&["meta"]);
    predicate.audiences[0].platforms[0].files.push(UploadFile {
        name: name.to_owned(),
        kind: UploadKind::Full,
        part: 1,
        parts: 1,
        rows: 4,
        bytes: 1_000,
    });
    let subject = Subject { name: name.to_owned(), digest: SubjectDigest { sha256: Hex32([9; 32]) } };
    Manifest::new(vec![subject], predicate)
}

#[test]
fn the_spelling_stays_as_it_was() {
    let text = String::from_utf8(sample().to_bytes()).expect("JSON is text");
    let text = text.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    insta::assert_snapshot!(text);
}

#[test]
fn what_is_written_is_read_back() {
    let manifest = sample();
    assert_eq!(Manifest::from_bytes(&manifest.to_bytes()), Ok(manifest.clone()));
    assert_eq!(manifest.reconcile(), []);
    assert_eq!(manifest.digest_of("audiences/savings/meta/full.csv"), Some(Hex32([9; 32])));
    assert_eq!(manifest.digest_of("other"), None);
}

/// Each case replaces one piece of the text and names the error it must give.
#[test]
fn other_spellings_are_refused_without_quoting_them() {
    type Expected = fn(&ManifestError) -> bool;
    let text = String::from_utf8(sample().to_bytes()).expect("JSON is text");
    let zeros = "0303030303030303030303030303030303030303030303030303030303030303";
    let cases: &[(&str, &str, Expected)] = &[
        ("urn:verho:manifest:1", "urn:verho:manifest:2", |error| *error == ManifestError::Version),
        ("\"schema\": 1", "\"schema\": 2", |error| *error == ManifestError::Version),
        ("in-toto.io/Statement/v1", "in-toto.io/Statement/v0", |error| *error == ManifestError::Version),
        ("\"schema\": 1", "\"schema\":  1", |error| *error == ManifestError::Spelling),
        ("\"schema\": 1", "\"schema\": 1.0", |error| matches!(error, ManifestError::Shape { .. })),
        ("\"schema\": 1", "\"schema\": \"1\"", |error| matches!(error, ManifestError::Shape { .. })),
        ("\"schema\": 1,", "\"schema\": 1, \"canary\": 1,", |error| {
            matches!(error, ManifestError::Shape { .. })
        }),
        ("\"schema\": 1,", "", |error| matches!(error, ManifestError::Shape { .. })),
        ("\"schema\": 1,", "\"schema\": 1, \"schema\": 1,", |error| {
            matches!(error, ManifestError::Shape { .. })
        }),
        (zeros, "canary", |error| matches!(error, ManifestError::Shape { .. })),
        ("2026-11-21T02:00:00Z", "2026-11-21T04:00:00+02:00", |error| {
            matches!(error, ManifestError::Shape { .. })
        }),
        ("Example Life", "Ex\\u0061mple Life", |error| *error == ManifestError::Spelling),
        ("\"replay\": false", "\"replay\": null", |error| matches!(error, ManifestError::Shape { .. })),
        ("\"retarget\"", "\"canary\"", |error| matches!(error, ManifestError::Shape { .. })),
    ];
    for (from, to, expected) in cases {
        assert!(text.contains(from), "{from}");
        let error = Manifest::from_bytes(text.replacen(from, to, 1).as_bytes()).expect_err(to);
        assert!(expected(&error), "{to}: {error}");
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
    for cut in 0..text.len() {
        assert!(Manifest::from_bytes(&text.as_bytes()[..cut]).is_err(), "cut at {cut}");
    }
}

/// Each case changes one number and names a word of the rule that must notice.
#[test]
fn a_record_that_disagrees_with_itself_is_noticed() {
    type Change = fn(&mut Predicate);
    let cases: &[(&str, Change)] = &[
        ("rows read =", |predicate| predicate.audiences[0].platforms[0].rows.eligible += 1),
        ("rows read =", |predicate| predicate.audiences[0].rows.read = u64::MAX),
        ("rows read =", |predicate| predicate.audiences[0].rows.suppressed = u64::MAX),
        ("people read =", |predicate| predicate.audiences[0].platforms[0].people.suppressed += 1),
        ("people read =", |predicate| predicate.audiences[0].people.read += 1),
        ("those of the sources", |predicate| predicate.sources[0].rows += 1),
        ("some of the rows", |predicate| predicate.sources[0].unreadable[0].count = 11),
        ("some of the rows", |predicate| predicate.registers[0].objections += 1),
        ("some of the rows", |predicate| predicate.registers[0].unparsed = 3),
        ("at least the eligible", |predicate| predicate.audiences[0].size_before_objections = 3),
        ("withheld exactly", |predicate| predicate.audiences[0].min_size = 6),
        ("remove files only", |predicate| predicate.audiences[0].withheld = true),
        ("same on every platform", |predicate| predicate.audiences[0].platforms[0].rows.not_selected += 1),
        ("sum over their first", |predicate| predicate.audiences[0].platforms[0].reasons[0].primary = 2),
        ("at most first", |predicate| predicate.audiences[0].platforms[0].reasons[2].alone = 1),
        ("at most first", |predicate| predicate.audiences[0].platforms[0].reasons[1].holds = 4),
        ("order of precedence", |predicate| predicate.audiences[0].platforms[0].reasons.swap(0, 1)),
        ("order of precedence", |predicate| {
            predicate.audiences[0].platforms[0].reasons[0].code = "x".to_owned();
        }),
        ("named for what", |predicate| predicate.audiences[0].platforms[0].files[0].name.push('x')),
        ("named for what", |predicate| predicate.audiences[0].platforms[0].files[0].kind = UploadKind::Add),
        ("named for what", |predicate| predicate.audiences[0].platforms[0].files[0].parts = 0),
        ("all parts", |predicate| {
            let file = &mut predicate.audiences[0].platforms[0].files[0];
            (file.part, file.parts) = (2, 2);
        }),
        ("remove files only", |predicate| predicate.release.outcome = Outcome::RemovalsOnly),
    ];
    for (rule, change) in cases {
        let mut manifest = sample();
        change(&mut manifest.predicate);
        let found = manifest.reconcile();
        assert!(found.iter().any(|mismatch| mismatch.rule.contains(rule)), "{rule}: {found:?}");
    }
    let mut twice = sample();
    twice.subject.push(twice.subject[0].clone());
    assert!(twice.reconcile().iter().any(|mismatch| mismatch.rule.contains("listed once")));
}

#[test]
fn parts_have_names_that_sort_as_their_numbers() {
    for (part, parts, name) in [
        (1, 1, "full.csv"),
        (1, 2, "full-01-of-02.csv"),
        (7, 64, "full-07-of-64.csv"),
        (7, 128, "full-007-of-128.csv"),
        (1024, 1024, "full-1024-of-1024.csv"),
    ] {
        assert_eq!(UploadKind::Full.file_name(part, parts), name);
    }
    let names: Vec<String> = (1..=1024).map(|part| UploadKind::Add.file_name(part, 1024)).collect();
    assert!(names.is_sorted());
}

#[test]
fn a_tag_has_one_spelling() {
    let text = "00112233445566778899aabbccddeeff";
    let tag = Tag::from_hex(text.as_bytes()).expect("32 hex digits");
    assert_eq!(tag.to_string(), text);
    assert_eq!(format!("{tag:?}"), "Tag", "not its bits");
    for wrong in ["", "00", &text.to_uppercase(), &format!("{text}00"), &"g".repeat(32), &text[1..]] {
        assert_eq!(Tag::from_hex(wrong.as_bytes()), None);
    }
}

fn any_reasons() -> impl Strategy<Value = Reasons> {
    (1_u64..1 << Reason::ALL.len()).prop_map(Reasons)
}

fn any_used() -> impl Strategy<Value = BTreeMap<u32, Vec<Verdict>>> {
    let class = prop::collection::btree_map(0_u8..3, (any_reasons(), 0_u64..8), 1..=3).prop_map(|verdicts| {
        verdicts
            .into_iter()
            .map(|(platform, (reasons, registers))| Verdict { platform, reasons, registers })
            .collect::<Vec<_>>()
    });
    prop::collection::btree_map(any::<u32>(), class, 0..12)
}

const PLATFORMS: [&str; 3] = ["meta", "linkedin", "x"];
const REGISTERS: [&str; 3] = ["a", "b", "c"];

proptest! {
    /// Verdicts survive the file, and their numbers do not depend on the run's.
    #[test]
    fn verdicts_are_read_back_and_numbered_by_what_they_say(used in any_used(), turn in any::<u32>()) {
        let (verdicts, numbers) = Verdicts::number(&used);
        let text = verdicts.to_text(&PLATFORMS, &REGISTERS);
        prop_assert_eq!(Verdicts::from_text(&text, &PLATFORMS, &REGISTERS), Ok(verdicts.clone()));
        for (old, class) in &used {
            prop_assert_eq!(&verdicts.classes()[numbers[old] as usize], class);
        }
        let renamed: BTreeMap<u32, Vec<Verdict>> = used
            .iter()
            .map(|(old, class)| (old.wrapping_mul(2_654_435_761).wrapping_add(turn), class.iter().rev().copied().collect()))
            .collect();
        prop_assert_eq!(Verdicts::number(&renamed).0, verdicts);
    }

    /// One changed character of a verdict file never reads as a verdict file that is spelled differently.
    #[test]
    fn a_changed_verdict_file_is_refused_or_is_another_ones_one_spelling(
        used in any_used(), at in any::<prop::sample::Index>(), letter in "[ -~\n]",
    ) {
        let (verdicts, _) = Verdicts::number(&used);
        let mut text = verdicts.to_text(&PLATFORMS, &REGISTERS);
        let at = at.index(text.len());
        text.replace_range(at..=at, &letter);
        match Verdicts::from_text(&text, &PLATFORMS, &REGISTERS) {
            Ok(read) => prop_assert_eq!(read.to_text(&PLATFORMS, &REGISTERS), text),
            Err(line) => prop_assert!(line >= 1 && line <= text.lines().count() as u64 + 1),
        }
    }

    #[test]
    fn counts_lists_are_ordered_and_lose_nothing(counts in prop::collection::vec(("[a-c]", 0_u64..5), 0..20)) {
        let list = CodeCount::list(counts.clone());
        prop_assert!(list.is_sorted() && list.iter().all(|count| count.count > 0));
        prop_assert_eq!(list.iter().map(|count| count.count).sum::<u64>(), counts.iter().map(|count| count.1).sum::<u64>());
    }
}
