//! Purges that go well, that are cut short at every operation, and files that are not what they seem.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;

use super::*;
use crate::manifest::receipt::{PurgeRule, ReceiptFault};
use crate::manifest::{MANIFEST_FILE, Retained};
use crate::outputs::tests::fixture::Draft;

const NOW: &str = "2026-12-06T03:00:00Z";

fn now() -> jiff::Timestamp {
    NOW.parse().expect("a moment")
}

/// A release on disk, its manifest, and the files of it that are due.
struct Due {
    scratch: tempfile::TempDir,
    release: PathBuf,
    manifest: Manifest,
    sha256: Hex32,
    files: Vec<PurgedFile>,
}

impl Due {
    fn new() -> Self {
        let scratch = tempfile::tempdir().expect("scratch");
        let release = Draft::new(&["meta", "google-ads"]).write(scratch.path());
        let bytes = fs::read(release.join(MANIFEST_FILE)).expect("was written");
        let manifest = Manifest::from_bytes(&bytes).expect("sound");
        let files = manifest.retained_files().into_iter().filter_map(|(kind, _, name)| {
            let due = manifest.predicate.due(kind)?;
            Some(PurgedFile { name, rule: PurgeRule::of(kind), due: Some(due) })
        });
        let files = files.collect();
        Self { scratch, release, sha256: Hex32(Sha256::digest(&bytes).into()), manifest, files }
    }

    fn purge<'p>(&'p self, disk: &'p Disk) -> Purge<'p> {
        Purge {
            disk,
            releases: self.scratch.path(),
            manifest: &self.manifest,
            manifest_sha256: self.sha256,
            signer: None,
            now: now(),
        }
    }

    fn gone(&self) -> BTreeSet<&str> {
        let names = self.files.iter().map(|file| file.name.as_str());
        names.filter(|name| !self.release.join(name).exists()).collect()
    }

    /// Names that the receipts tell, each of which must be told once and rightly.
    fn told(&self) -> BTreeSet<String> {
        let mut told = BTreeSet::new();
        let name = &self.manifest.predicate.release.name;
        for (number, stored) in (1..).zip(read(self.scratch.path(), name).expect("readable")) {
            let receipt = stored.receipt.expect("a receipt");
            receipt.holds_against(&self.manifest, self.sha256, number).expect("of this release");
            for file in receipt.predicate.files {
                assert!(told.insert(file.name), "told twice");
            }
        }
        told
    }

    fn is_unfinished(&self) -> bool {
        is_unfinished(self.scratch.path(), &self.manifest.predicate.release.name)
    }
}

#[test]
fn a_purge_deletes_what_is_due_and_tells_it_by_digest() {
    let due = Due::new();
    assert_eq!(due.files.len(), 2, "the suppressions of the fixture are kept");
    let receipt = due.purge(&Disk::real()).purge(due.files.clone()).expect("purges");
    assert_eq!(receipt.predicate.done_at, Some(Moment(now())));
    assert_eq!(due.gone().len(), 2);
    assert_eq!(due.told().len(), 2);
    assert!(!due.is_unfinished());
    assert!(due.release.join("audiences/savings/suppressions.csv").is_file());
    assert!(due.purge(&Disk::real()).finish_begun().expect("nothing begun").is_none());
}

#[test]
fn a_purge_cut_short_at_any_operation_is_finished_and_told_once() {
    let mut operations = 0;
    for fails_at in 0.. {
        let due = Due::new();
        let disk = Disk::failing_at(fails_at, io::ErrorKind::StorageFull);
        let went_well = due.purge(&disk).purge(due.files.clone()).is_ok();
        operations = disk.operations();
        if due.gone().len() > due.told().len() {
            assert!(due.is_unfinished(), "operation {fails_at}: a file is gone and nothing tells of it");
        }
        assert!(due.gone().iter().all(|name| due.files.iter().any(|file| file.name == *name)));
        // The next run: first what was begun, then what is still due.
        let real = Disk::real();
        due.purge(&real).finish_begun().unwrap_or_else(|error| panic!("operation {fails_at}: {error}"));
        let left: Vec<PurgedFile> =
            due.files.iter().filter(|file| due.release.join(&file.name).exists()).cloned().collect();
        if !left.is_empty() {
            due.purge(&real).purge(left).expect("purges");
        }
        assert_eq!((due.gone().len(), due.told().len()), (2, 2), "operation {fails_at}");
        assert!(!due.is_unfinished());
        if went_well {
            break;
        }
    }
    assert!(operations > 12, "{operations} operations");
}

#[test]
fn nothing_but_the_manifests_own_plain_file_is_deleted() {
    type Change = fn(&Path, &Path);
    let cases: [(&str, Fate, Change); 7] = [
        ("as it was", Fate::There, |_, _| ()),
        ("gone", Fate::Gone, |file, _| fs::remove_file(file).expect("ours")),
        ("other bytes", Fate::Other, |file, _| fs::write(file, b"kept").expect("ours")),
        ("a link to the same bytes", Fate::Other, |file, elsewhere| {
            fs::rename(file, elsewhere).expect("ours");
            symlink(elsewhere, file).expect("a link");
        }),
        ("a second name", Fate::Other, |file, elsewhere| fs::hard_link(file, elsewhere).expect("ours")),
        ("a folder", Fate::Other, |file, _| {
            fs::remove_file(file).expect("ours");
            fs::create_dir(file).expect("ours");
        }),
        ("a folder above it is a link", Fate::Other, |file, elsewhere| {
            let folder = file.parent().expect("a folder");
            fs::rename(folder, elsewhere).expect("ours");
            symlink(elsewhere, folder).expect("a link");
        }),
    ];
    for (title, expect, change) in cases {
        let due = Due::new();
        let file = due.release.join(&due.files[0].name);
        let elsewhere = due.scratch.path().join("elsewhere");
        change(&file, &elsewhere);
        let digest = due.manifest.digest_of(&due.files[0].name).expect("listed");
        let subject = Subject { name: due.files[0].name.clone(), digest: SubjectDigest { sha256: digest } };
        assert_eq!(fate(&due.release, &subject).expect("looked at"), expect, "{title}");
        // Even when it is asked for, since it may change between being looked at and being deleted.
        let receipt = due.purge(&Disk::real()).purge(vec![due.files[0].clone()]).expect("purges");
        let is_told = !receipt.subject.is_empty();
        assert_eq!(is_told, expect != Fate::Other, "{title}");
        if expect == Fate::Other {
            let bytes = if elsewhere.is_dir() { elsewhere.join("full.csv") } else { elsewhere.clone() };
            let bytes = if bytes.exists() { bytes } else { file };
            assert!(bytes.exists(), "{title}: what is not the manifest's was deleted");
        }
    }
}

#[test]
fn a_receipt_that_says_anything_else_than_the_manifest_does_not_hold() {
    let due = Due::new();
    let receipt = due.purge(&Disk::real()).purge(due.files.clone()).expect("purges");
    receipt.holds_against(&due.manifest, due.sha256, 1).expect("as it is");
    let early = Moment("2026-12-05T01:59:59Z".parse().expect("a moment"));
    type Change = fn(&mut Receipt, Moment);
    let table: [(ReceiptFault, Change); 9] = [
        (ReceiptFault::OtherRelease, |receipt, _| receipt.predicate.release.push('x')),
        (ReceiptFault::OtherRelease, |receipt, _| receipt.predicate.manifest_sha256 = Hex32([0; 32])),
        (ReceiptFault::OtherRelease, |receipt, _| receipt.predicate.controller.push('x')),
        (ReceiptFault::Sequence, |receipt, _| receipt.predicate.done_at = None),
        (ReceiptFault::Sequence, |receipt, _| receipt.predicate.number = 2),
        (ReceiptFault::OtherFile, |receipt, _| receipt.subject[0].digest.sha256 = Hex32([0; 32])),
        (ReceiptFault::OtherRule, |receipt, _| receipt.predicate.files[0].rule = PurgeRule::RetentionDelta),
        (ReceiptFault::OtherRule, |receipt, early| receipt.predicate.files[0].due = Some(early)),
        (ReceiptFault::Early, |receipt, early| receipt.predicate.intended_at = early),
    ];
    for (number, (fault, change)) in table.into_iter().enumerate() {
        let mut changed = receipt.clone();
        change(&mut changed, early);
        assert_eq!(changed.holds_against(&due.manifest, due.sha256, 1), Err(fault), "change {number}");
    }
    let mut page = receipt.clone();
    page.predicate.files[0].name = "report.html".to_owned();
    page.subject[0].name = "report.html".to_owned();
    page.subject[0].digest.sha256 = due.manifest.digest_of("report.html").expect("listed");
    assert_eq!(
        page.holds_against(&due.manifest, due.sha256, 1),
        Err(ReceiptFault::OtherFile),
        "pages have no date"
    );
    assert_eq!(due.manifest.predicate.due(Retained::Suppressions), None);
}

#[test]
fn a_receipt_has_one_spelling() {
    let due = Due::new();
    let receipt = due.purge(&Disk::real()).purge(due.files.clone()).expect("purges");
    let bytes = receipt.to_bytes();
    assert_eq!(Receipt::from_bytes(&bytes).expect("its own bytes"), receipt);
    let text = String::from_utf8(bytes).expect("text");
    for (from, to) in
        [("\n", "\n\n"), ("receipt:1", "receipt:2"), ("\"schema\": 1", "\"schema\": 2"), ("}", "} ")]
    {
        assert!(Receipt::from_bytes(text.replacen(from, to, 1).as_bytes()).is_err(), "{from} → {to}");
    }
}

#[test]
fn an_intent_of_another_manifest_is_nobodys_word() {
    let due = Due::new();
    let folder = due.scratch.path().join(RECEIPTS);
    fs::create_dir(&folder).expect("ours");
    let receipt = due.purge(&Disk::real()).purge(Vec::new()).expect("an empty one");
    let mut intent = receipt;
    intent.predicate.number = 2;
    intent.predicate.done_at = None;
    intent.predicate.manifest_sha256 = Hex32([9; 32]);
    let place = folder.join(format!("{}.intent.json", due.manifest.predicate.release.name));
    fs::write(&place, intent.to_bytes()).expect("ours");
    let refused = due.purge(&Disk::real()).finish_begun();
    assert!(matches!(refused, Err(PurgeError::Unreadable { .. })));
    assert!(due.gone().is_empty());
}
