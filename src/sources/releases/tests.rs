//! Which release is the newest one that may be a base.

use std::fs;
use std::os::unix::fs::symlink;

use super::*;
use crate::outputs::tests::fixture::{Draft, ELIGIBLE, rows};

fn release(folder: &Path, name: &str, as_of: &str, change: impl FnOnce(&mut Draft)) -> PathBuf {
    let mut draft = Draft::new(&["meta"]);
    name.clone_into(&mut draft.predicate.release.name);
    draft.predicate.release.as_of = crate::manifest::Moment(as_of.parse().expect("a moment"));
    change(&mut draft);
    draft.write(folder)
}

#[test]
fn the_newest_is_by_moment_of_this_controller_and_no_replay() {
    let scratch = tempfile::tempdir().expect("scratch");
    let folder = scratch.path();
    let newest = |folder: &Path| {
        newest(folder, "Example Life Ltd").expect("readable").map(|release| release.as_previous().name)
    };
    assert_eq!(newest(&folder.join("missing")), None);
    assert_eq!(newest(folder), None);
    release(folder, "z", "2026-11-19T00:00:00Z", |_| ());
    release(folder, "a", "2026-11-20T00:00:00Z", |_| ());
    release(folder, "replayed", "2026-11-21T00:00:00Z", |draft| draft.predicate.release.replay = true);
    release(folder, "others", "2026-11-22T00:00:00Z", |draft| {
        "Another Ltd".clone_into(&mut draft.predicate.controller.name);
    });
    // Nothing that is no release counts, nor anything behind a link.
    fs::create_dir(folder.join("notes")).expect("a folder");
    fs::write(folder.join("file"), b"x").expect("a file");
    let elsewhere = tempfile::tempdir().expect("scratch");
    symlink(release(elsewhere.path(), "linked", "2026-11-23T00:00:00Z", |_| ()), folder.join("latest"))
        .expect("a link");
    release(folder, ".staged.staging-00", "2026-11-23T00:00:00Z", |_| ());
    assert_eq!(newest(folder).as_deref(), Some("a"));
}

#[test]
fn a_damaged_or_ambiguous_base_is_refused_and_not_skipped() {
    let scratch = tempfile::tempdir().expect("scratch");
    let folder = scratch.path();
    release(folder, "a", "2026-11-20T00:00:00Z", |_| ());
    let second = release(folder, "b", "2026-11-20T00:00:00Z", |_| ());
    let error = newest(folder, "Example Life Ltd").expect_err("neither is the newest");
    assert!(matches!(&error, ReleaseError::SameMoment { first, second } if first == "a" && second == "b"));
    for name in [MANIFEST_FILE, SUMS_FILE] {
        let sound = fs::read(second.join(name)).expect("is there");
        fs::write(second.join(name), &sound[1..]).expect("written");
        let error = newest(folder, "Example Life Ltd").expect_err("damaged");
        assert!(matches!(error, ReleaseError::Damaged { .. }) && !error.hint().is_empty());
        fs::write(second.join(name), sound).expect("written");
    }
    fs::remove_file(second.join(SUMS_FILE)).expect("gone");
    assert!(matches!(newest(folder, "Example Life Ltd"), Err(ReleaseError::Io { .. })));
}

#[test]
fn rows_and_suppressions_are_read_back() {
    let scratch = tempfile::tempdir().expect("scratch");
    let path = release(scratch.path(), "a", "2026-11-20T00:00:00Z", |_| ());
    let opened = PublishedRelease::open(&path).expect("a release");
    let audience = opened.audience("savings").expect("is there");
    let wanted: BTreeSet<Vec<u8>> =
        rows("meta", &ELIGIBLE).into_iter().map(|row| row[..row.len() - 1].to_vec()).collect();
    assert_eq!(opened.rows(&audience.platforms[0], UploadKind::Full).expect("reads"), wanted);
    assert_eq!(opened.rows(&audience.platforms[0], UploadKind::Remove).expect("reads"), BTreeSet::new());
    assert_eq!(opened.suppressions(audience).expect("reads").len(), 3);
    assert_eq!(opened.register_rows("targeting-opt-outs"), Some(3));
    assert_eq!((opened.register_rows("other"), opened.audience("other").is_none()), (None, true));
    let place = path.join("audiences/savings/suppressions.csv");
    let sound = fs::read_to_string(&place).expect("is there");
    for (line, text) in [
        (1, "tag;class\n".to_owned()),
        (4, sound.replace(",0\n", ",9\n").replace(",1\n", ",9\n").replace(",2\n", ",9\n")),
    ] {
        fs::write(&place, &text).expect("written");
        let Err(ReleaseError::Line { line: found, .. }) = opened.suppressions(audience) else {
            panic!("line {line}")
        };
        assert!(found <= line, "{found}");
    }
}
