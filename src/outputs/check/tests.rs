//! A table of broken releases, each with the rule that must notice; and every single changed byte.

use std::fs;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _, symlink};
use std::path::Path;

use super::*;
use crate::manifest::{CodeCount, Outcome as Kind, TagSubject};
use crate::outputs::tests::fixture::{self, Draft, ELIGIBLE, put, rows};
use crate::platforms::Operation;

fn checked(release: &Path) -> Checked {
    let bytes = manifest_bytes(release).expect("the manifest is there");
    check(release, &bytes).expect("the scratch release can be read")
}

fn rules(release: &Path) -> Vec<Rule> {
    let mut rules: Vec<Rule> = checked(release).faults.into_iter().map(|fault| fault.rule).collect();
    rules.sort();
    rules.dedup();
    rules
}

#[test]
fn sound_releases_of_every_platform_pass() {
    for platform in platforms::ALL.iter().filter(|platform| platform.is_uploadable()) {
        let scratch = tempfile::tempdir().expect("scratch");
        let mut draft = Draft::new(&[platform.name]);
        let emails = platform.email.map_or(0, |_| 4);
        let phones = platform.phone.map_or(0, |_| 3);
        draft.platform(platform.name).members = CodeCount::list([("email", emails), ("phone", phones)]);
        let columns = platform.upload.layout().expect("has files").columns;
        if columns.iter().filter(|column| column.kind() == Some(crate::identifiers::Kind::Email)).count() == 1
            && platform.upload.layout().is_some_and(|layout| layout.shape == RowShape::PersonPerRow)
        {
            // One address of Bo's is beyond the platform's columns.
            draft.platform(platform.name).members =
                CodeCount::list([("email", emails.min(3)), ("phone", phones)]);
        }
        let checked = checked(&draft.write(scratch.path()));
        assert_eq!(checked.faults, [], "{}", platform.name);
        assert!(checked.is_sound(true) && checked.pages_remade && checked.rows > 3, "{}", platform.name);
    }
}

const FULL: &str = "audiences/savings/meta/full.csv";
const TAGS: &str = "audiences/savings/suppressions.csv";
const VERDICTS: &str = "audiences/savings/verdicts.csv";

fn replace(draft: &mut Draft, name: &str, from: &str, to: &str) {
    let text = String::from_utf8(draft.files[name].clone()).expect("text");
    assert!(text.contains(from), "{name} has {from}");
    draft.files.insert(name.to_owned(), text.replacen(from, to, 1).into_bytes());
}

/// Lets the upload's record agree with its bytes, so that only the rows themselves can be at fault.
fn recount(draft: &mut Draft) {
    let bytes = draft.files[FULL].clone();
    let file = &mut draft.platform("meta").files[0];
    file.bytes = bytes.len() as u64;
    file.rows = memchr::memchr_iter(b'\n', &bytes).count() as u64 - 1;
}

fn with_rows(draft: &mut Draft, rows: &[Vec<u8>]) {
    draft.set_upload("meta", UploadKind::Full, rows);
}

/// A release that was sealed anew after it was changed: every digest fits, so content must tell.
#[test]
fn content_that_does_not_fit_is_noticed_though_every_digest_does() {
    type Change = fn(&mut Draft);
    let cases: &[(&str, Rule, Change)] = &[
        ("plaintext in a row", Rule::Row, |draft| {
            let mut rows = rows("meta", &ELIGIBLE);
            rows[3] = b"x@example.org,,,,,\n".to_vec();
            with_rows(draft, &rows);
        }),
        ("upper-case hex", Rule::Row, |draft| {
            let mut rows = rows("meta", &ELIGIBLE);
            rows[3].make_ascii_uppercase();
            with_rows(draft, &rows);
        }),
        ("a carriage return", Rule::Row, |draft| {
            let mut rows = rows("meta", &ELIGIBLE);
            let end = rows[3].len() - 1;
            rows[3].insert(end, b'\r');
            with_rows(draft, &rows);
        }),
        ("no last line feed", Rule::Row, |draft| {
            let mut rows = rows("meta", &ELIGIBLE);
            rows[3].pop();
            with_rows(draft, &rows);
            recount(draft);
        }),
        ("an empty row", Rule::Row, |draft| {
            let mut rows = rows("meta", &ELIGIBLE);
            rows.insert(0, b",,,,,\n".to_vec());
            with_rows(draft, &rows);
        }),
        ("a blank line at the end", Rule::Row, |draft| {
            let mut rows = rows("meta", &ELIGIBLE);
            rows.push(b"\n".to_vec());
            with_rows(draft, &rows);
        }),
        ("a line without an end", Rule::Row, |draft| {
            let mut rows = rows("meta", &ELIGIBLE);
            rows.push(vec![b'a'; 3 << 20]);
            with_rows(draft, &rows);
            recount(draft);
        }),
        ("the digest of nothing", Rule::ForbiddenDigest, |draft| {
            with_rows(draft, &rows("meta", &[(&[""], &[])]));
        }),
        ("the digest of a placeholder", Rule::ForbiddenDigest, |draft| {
            with_rows(draft, &rows("meta", &[(&["null"], &[])]));
        }),
        ("a row twice", Rule::RowOrder, |draft| {
            let mut rows = rows("meta", &ELIGIBLE);
            rows[1] = rows[0].clone();
            with_rows(draft, &rows);
        }),
        ("rows out of order", Rule::RowOrder, |draft| {
            let mut rows = rows("meta", &ELIGIBLE);
            rows.swap(2, 3);
            with_rows(draft, &rows);
        }),
        ("a row fewer than stated", Rule::Count, |draft| {
            draft.platform("meta").files[0].rows = 5;
        }),
        ("other bytes than stated", Rule::Count, |draft| {
            draft.platform("meta").files[0].bytes += 1;
        }),
        ("more rows than eligible people", Rule::Members, |draft| {
            let mut people = ELIGIBLE.to_vec();
            people.push((&["eve@example.org"], &[]));
            with_rows(draft, &rows("meta", &people));
        }),
        ("more members than identifiers", Rule::Members, |draft| {
            draft.platform("meta").members = CodeCount::list([("email", 5), ("phone", 3)]);
        }),
        ("another header", Rule::Header, |draft| replace(draft, FULL, "email,", "e-mail,")),
        ("no header", Rule::Header, |draft| {
            draft.files.insert(FULL.to_owned(), rows("meta", &ELIGIBLE).concat());
        }),
        ("an empty file", Rule::Header, |draft| {
            draft.files.insert(FULL.to_owned(), Vec::new());
        }),
        ("parts that hold each other's rows", Rule::Part, |draft| {
            draft.files.remove(FULL);
            let record = draft.platform("meta");
            record.files.clear();
            for part in 1..=2 {
                let name = format!("audiences/savings/meta/full-0{part}-of-02.csv");
                let mut half = rows("meta", &ELIGIBLE);
                half.retain(|row| {
                    let digit = row.iter().find(|byte| **byte != b',').expect("a digest");
                    (*digit >= b'8') == (part == 1)
                });
                let operation = if part == 1 { Operation::Replace } else { Operation::Add };
                let bytes = fixture::upload("meta", "savings", operation, &half);
                draft.platform("meta").files.push(UploadFile {
                    name: name.clone(),
                    kind: UploadKind::Full,
                    part,
                    parts: 2,
                    rows: half.len() as u64,
                    bytes: bytes.len() as u64,
                });
                draft.files.insert(name, bytes);
            }
        }),
        ("a tag twice", Rule::TagOrder, |draft| {
            let first = fixture::tags()[0].0.to_string();
            let second = fixture::tags()[1].0.to_string();
            replace(draft, TAGS, &second, &first);
        }),
        ("a whole digest for a tag", Rule::Tag, |draft| {
            let first = fixture::tags()[0].0.to_string();
            replace(draft, TAGS, &first, &format!("{first}{first}"));
        }),
        ("a class that is not there", Rule::Tag, |draft| replace(draft, TAGS, ",2\n", ",3\n")),
        ("a class with a leading zero", Rule::Tag, |draft| replace(draft, TAGS, ",2\n", ",02\n")),
        ("a class that is nobody's", Rule::UnusedClass, |draft| replace(draft, TAGS, ",2\n", ",1\n")),
        ("people of another verdict", Rule::Reasons, |draft| replace(draft, TAGS, ",2\n", ",1\n")),
        ("a tag fewer than stated", Rule::Count, |draft| {
            draft.predicate.audiences[0].suppressions.as_mut().expect("has one").tags = 4;
        }),
        ("another header of tags", Rule::Header, |draft| replace(draft, TAGS, "tag,class", "tag;class")),
        ("no tags at all", Rule::Header, |draft| {
            draft.files.insert(TAGS.to_owned(), Vec::new());
        }),
        ("an unknown reason", Rule::Verdicts, |draft| replace(draft, VERDICTS, "no-identifier", "no-idea")),
        ("an unknown platform", Rule::Verdicts, |draft| replace(draft, VERDICTS, "meta", "atem")),
        ("an unknown register", Rule::Verdicts, |draft| replace(draft, VERDICTS, "targeting-opt-outs", "x")),
        ("reasons out of order", Rule::Verdicts, |draft| {
            replace(draft, VERDICTS, "opted-out;age-unknown", "age-unknown;opted-out");
        }),
        ("another primary reason", Rule::Verdicts, |draft| {
            replace(draft, VERDICTS, "opted-out,opted-out", "age-unknown,opted-out");
        }),
        ("classes that skip a number", Rule::Verdicts, |draft| replace(draft, VERDICTS, "\n2,", "\n3,")),
        ("a verdict more", Rule::Count, |draft| {
            draft.predicate.audiences[0].suppressions.as_mut().expect("has one").classes = 4;
        }),
        ("another reason's count", Rule::Reasons, |draft| {
            let reasons = &mut draft.platform("meta").reasons;
            reasons[0].alone = 1;
        }),
        ("another page", Rule::Page, |draft| {
            draft.with_pages = false;
            draft.files.insert(SUMMARY_FILE.to_owned(), b"# all is well\n".to_vec());
            let pages = Manifest::new(Vec::new(), draft.predicate.clone());
            draft.files.insert(UPLOAD_FILE.to_owned(), guide::upload_guide(&pages).into_bytes());
        }),
        ("another report", Rule::Page, |draft| {
            draft.with_pages = false;
            let pages = Manifest::new(Vec::new(), draft.predicate.clone());
            draft.files.insert(SUMMARY_FILE.to_owned(), guide::summary(&pages).into_bytes());
            draft.files.insert(UPLOAD_FILE.to_owned(), guide::upload_guide(&pages).into_bytes());
            draft.files.insert(REPORT_FILE.to_owned(), report(&pages).replace("<td>", "<td>1").into_bytes());
        }),
        ("no pages", Rule::NotSigned, |draft| draft.with_pages = false),
        ("a listed file of no meaning", Rule::NoMeaning, |draft| {
            draft.files.insert("customers.csv".to_owned(), b"x".to_vec());
        }),
        ("an upload that is only listed", Rule::NoMeaning, |draft| {
            draft.platform("meta").files.clear();
        }),
        ("an upload that is only stated", Rule::NotSigned, |draft| {
            draft.files.remove(FULL);
        }),
        ("suppressions left out", Rule::NotSigned, |draft| {
            draft.files.remove(TAGS);
        }),
        ("a platform that nobody knows", Rule::UnknownPlatform, |draft| {
            draft.platform("meta").name = "zuck".to_owned();
        }),
    ];
    for (what, rule, change) in cases {
        let scratch = tempfile::tempdir().expect("scratch");
        let mut draft = Draft::new(&["meta"]);
        change(&mut draft);
        let found = rules(&draft.write(scratch.path()));
        assert!(found.contains(rule), "{what}: found {found:?}");
        assert!(!found.contains(&Rule::Digest) && !found.contains(&Rule::Sums), "{what}: sealed anew");
    }
}

#[test]
fn tags_of_identifiers_need_not_add_up_to_people() {
    let scratch = tempfile::tempdir().expect("scratch");
    let mut draft = Draft::new(&["meta"]);
    draft.predicate.audiences[0].suppressions.as_mut().expect("has one").tag_of = TagSubject::Identifier;
    draft.platform("meta").reasons[0].alone = 1;
    assert_eq!(rules(&draft.write(scratch.path())), []);
}

#[test]
fn a_removals_only_release_has_remove_files_only() {
    let scratch = tempfile::tempdir().expect("scratch");
    let mut draft = Draft::new(&["meta"]);
    draft.predicate.release.outcome = Kind::RemovalsOnly;
    assert!(rules(&draft.write(scratch.path())).iter().any(|rule| matches!(rule, Rule::CountsDisagree(_))));

    let scratch = tempfile::tempdir().expect("scratch");
    let mut draft = Draft::new(&["meta"]);
    draft.predicate.release.outcome = Kind::RemovalsOnly;
    draft.platform("meta").files.clear();
    draft.files.remove(FULL);
    draft.set_upload("meta", UploadKind::Remove, &rows("meta", &ELIGIBLE));
    assert_eq!(rules(&draft.write(scratch.path())), [Rule::Removal], "a row of a removal is one identifier");

    let scratch = tempfile::tempdir().expect("scratch");
    let mut draft = Draft::new(&["meta"]);
    draft.predicate.release.outcome = Kind::RemovalsOnly;
    draft.platform("meta").files.clear();
    draft.files.remove(FULL);
    draft.set_upload("meta", UploadKind::Remove, &rows("meta", &[ELIGIBLE[2]]));
    assert_eq!(rules(&draft.write(scratch.path())), []);
}

/// What somebody does to a sealed release's folder.
#[test]
fn files_that_come_go_or_change_are_noticed() {
    type Change = fn(&Path);
    let cases: &[(&str, Rule, Change)] = &[
        ("a file more", Rule::NotListed, |release| put(release, "extra.csv", b"x")),
        ("a folder more", Rule::NotListed, |release| {
            fs::create_dir(release.join("audiences/other")).expect("a folder");
        }),
        ("a hidden file", Rule::Kind, |release| put(release, ".DS_Store", b"x")),
        ("a file gone", Rule::Missing, |release| fs::remove_file(release.join(FULL)).expect("gone")),
        ("the sums gone", Rule::Missing, |release| fs::remove_file(release.join(SUMS_FILE)).expect("gone")),
        ("a link in a file's place", Rule::Kind, |release| {
            let elsewhere = release.with_extension("elsewhere");
            fs::rename(release.join(FULL), &elsewhere).expect("moved");
            symlink(elsewhere, release.join(FULL)).expect("a link");
        }),
        ("a link in a folder's place", Rule::Kind, |release| {
            let elsewhere = release.with_extension("elsewhere");
            fs::rename(release.join("audiences"), &elsewhere).expect("moved");
            symlink(elsewhere, release.join("audiences")).expect("a link");
        }),
        ("a file cut short", Rule::Digest, |release| {
            let bytes = fs::read(release.join(FULL)).expect("is there");
            put(release, FULL, &bytes[..bytes.len() / 2]);
        }),
        ("a file for all to read", Rule::Mode, |release| {
            fs::set_permissions(release.join(FULL), fs::Permissions::from_mode(0o644)).expect("changed");
        }),
        ("a folder for all to read", Rule::Mode, |release| {
            fs::set_permissions(release.join("audiences"), fs::Permissions::from_mode(0o755))
                .expect("changed");
        }),
        ("another spelling of the manifest", Rule::ManifestUnreadable, |release| {
            let bytes = fs::read(release.join(MANIFEST_FILE)).expect("is there");
            let value: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
            put(release, MANIFEST_FILE, &serde_json::to_vec(&value).expect("JSON"));
        }),
    ];
    for (what, rule, change) in cases {
        let scratch = tempfile::tempdir().expect("scratch");
        let release = Draft::new(&["meta"]).write(scratch.path());
        change(&release);
        let found = rules(&release);
        assert!(found.contains(rule), "{what}: found {found:?}");
        let modes_only = found == [Rule::Mode];
        assert_eq!(checked(&release).is_sound(false), modes_only, "{what}");
        assert!(!checked(&release).is_sound(true), "{what}");
    }
}

#[test]
fn every_single_changed_byte_is_noticed() {
    let scratch = tempfile::tempdir().expect("scratch");
    let release = Draft::new(&["meta"]).write(scratch.path());
    assert_eq!(rules(&release), []);
    let mut changed = 0;
    for name in [MANIFEST_FILE, SUMS_FILE, FULL, TAGS, VERDICTS, SUMMARY_FILE, UPLOAD_FILE, REPORT_FILE] {
        let sound = fs::read(release.join(name)).expect("is there");
        let file = fs::OpenOptions::new().write(true).open(release.join(name)).expect("is there");
        for (at, byte) in sound.iter().enumerate() {
            // Every bit in turn; all eight of each byte would only take longer.
            file.write_all_at(&[byte ^ (1 << (at % 8))], at as u64).expect("written");
            assert!(!checked(&release).is_sound(false), "byte {at} of {name}");
            file.write_all_at(&[*byte], at as u64).expect("put back");
            changed += 1;
        }
    }
    assert_eq!(rules(&release), [], "all was put back");
    assert!(changed > 10_000);
}

#[test]
fn lines_across_blocks_are_read_whole() {
    let scratch = tempfile::tempdir().expect("scratch");
    // Six addresses a row make 390 bytes, so that rows straddle the blocks of a mebibyte.
    let texts: Vec<String> = (0..9_000).map(|number| format!("p{number}@example.org")).collect();
    let people: Vec<[&str; 3]> =
        texts.chunks(3).map(|three| [three[0].as_str(), three[1].as_str(), three[2].as_str()]).collect();
    let people: Vec<(&[&str], &[&str])> = people.iter().map(|three| (&three[..], &three[..])).collect();
    let many = rows("meta", &people);
    let bytes = fixture::upload("meta", "savings", Operation::Replace, &many);
    assert!(bytes.len() > 1 << 20);
    put(scratch.path(), "full.csv", &bytes);
    let mut source = folder::open(scratch.path(), "full.csv").expect("is there");
    let mut lines = Vec::new();
    let hashed = lines::each_line(&mut source, None, |number, line| {
        assert_eq!(number as usize, lines.len() + 1);
        lines.push(line.to_vec());
        true
    })
    .expect("read");
    assert_eq!(lines[1..], many[..]);
    assert_eq!(hashed.bytes, bytes.len() as u64);
    assert_eq!(hashed.sha256, Hex32(Sha256::digest(&bytes).into()));
}
