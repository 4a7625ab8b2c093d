//! Chains of releases, whole and broken in every way that has a code.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::verify::{VerifyOptions, VerifyReport, verify};
use super::*;
use crate::manifest::{Moment, PreviousRelease, SIGNATURE_FILE};
use crate::outputs::signature::Signer;
use crate::outputs::tests::fixture::{Draft, put};

const NAMES: [&str; 4] =
    ["2026-11-18T02-00-00Z", "2026-11-19T02-00-00Z", "2026-11-20T02-00-00Z", "2026-11-21T02-00-00Z"];

/// Writes a release that continues another one.
fn write(
    folder: &Path,
    name: &str,
    previous: Option<(&str, Hex32)>,
    change: impl FnOnce(&mut Draft),
) -> Hex32 {
    let mut draft = Draft::new(&["meta"]);
    let moment = name.replacen('-', "\u{1}", 2).replace('-', ":").replace('\u{1}', "-");
    let release = &mut draft.predicate.release;
    name.clone_into(&mut release.name);
    release.as_of = Moment(moment.parse().expect("a moment"));
    release.previous =
        previous.map(|(name, manifest_sha256)| PreviousRelease { name: name.to_owned(), manifest_sha256 });
    change(&mut draft);
    let place = draft.write(folder);
    let link = folder.join(LATEST);
    let _ = fs::remove_file(&link);
    std::os::unix::fs::symlink(name, link).expect("a link");
    crate::outputs::check::digest(&fs::read(place.join("manifest.json")).expect("was written"))
}

/// Four releases, each of which continues the one before it.
fn chain(folder: &Path) -> Vec<Hex32> {
    let mut digests: Vec<Hex32> = Vec::new();
    for (at, name) in NAMES.iter().enumerate() {
        let previous = at.checked_sub(1).map(|before| (NAMES[before], digests[before]));
        digests.push(write(folder, name, previous, |_| ()));
    }
    digests
}

fn options() -> VerifyOptions {
    VerifyOptions {
        allowed_signers: None,
        revoked_signers: None,
        moment: "2026-11-21T06:00:00Z".parse().expect("a moment"),
        max_age: None,
        strict_modes: false,
        chain: true,
        keys: None,
    }
}

fn followed(folder: &Path) -> VerifyReport {
    verify(&folder.join(LATEST), &options()).expect("can be read")
}

fn failed(report: &VerifyReport) -> Vec<&'static str> {
    report.checks.iter().filter(|line| !line.ok).map(|line| line.name).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("listed");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            drop(fs::copy(entry.path(), target));
        }
    }
}

#[test]
fn a_whole_chain_passes_and_says_how_far_it_goes() {
    let scratch = tempfile::tempdir().expect("scratch");
    chain(scratch.path());
    let report = followed(scratch.path());
    assert!(report.ok, "{report:?}");
    let line = report.checks.iter().find(|line| line.name == CHAIN).expect("the chain is told");
    assert_eq!(line.detail, format!("3 earlier releases, back to {}", NAMES[0]));
    let report = verify(&scratch.path().join(NAMES[0]), &options()).expect("can be read");
    assert!(report.ok && report.checks.iter().any(|line| line.detail.ends_with("is the first release")));
    // An older one by its own name is no replay: it was asked for.
    assert!(verify(&scratch.path().join(NAMES[2]), &options()).expect("can be read").ok);
}

#[test]
fn every_way_to_break_a_chain_has_its_code() {
    type Break = fn(&Path, &[Hex32]);
    let table: [(&str, &[&str], Break); 12] = [
        ("nothing", &[], |_, _| ()),
        ("a link is missing", &[MISSING], |folder, _| {
            fs::remove_dir_all(folder.join(NAMES[1])).expect("ours");
        }),
        ("a link is empty", &[MISSING], |folder, _| {
            fs::remove_dir_all(folder.join(NAMES[1])).expect("ours");
            fs::create_dir(folder.join(NAMES[1])).expect("ours");
        }),
        ("a link was made anew", &[ALTERED], |folder, digests| {
            fs::remove_dir_all(folder.join(NAMES[2])).expect("ours");
            write(folder, NAMES[2], Some((NAMES[1], digests[1])), |draft| {
                "Somebody Else Ltd".clone_into(&mut draft.predicate.tool.phone_metadata);
            });
            repoint(folder, NAMES[3]);
        }),
        ("a link was swapped for another", &[SWAPPED, REPLAYED], |folder, _| {
            fs::remove_dir_all(folder.join(NAMES[2])).expect("ours");
            copy(&folder.join(NAMES[1]), &folder.join(NAMES[2]));
        }),
        ("an old release in the newest one's place", &[REPLAYED, REPLAYED], |folder, _| {
            fs::remove_dir_all(folder.join(NAMES[3])).expect("ours");
            copy(&folder.join(NAMES[1]), &folder.join(NAMES[3]));
        }),
        ("latest leads to an old one", &[NOT_NEWEST], |folder, _| repoint(folder, NAMES[1])),
        ("an old release under a new name", &[REPLAYED], |folder, _| {
            copy(&folder.join(NAMES[1]), &folder.join("2026-11-22T02-00-00Z"));
        }),
        ("two continue one", &[FORKED], |folder, digests| {
            write(folder, "2026-11-20T03-00-00Z", Some((NAMES[1], digests[1])), |_| ());
            repoint(folder, NAMES[3]);
        }),
        ("two are the first", &[FORKED], |folder, _| {
            write(folder, "2026-11-17T03-00-00Z", None, |_| ());
            repoint(folder, NAMES[3]);
        }),
        ("a link is later than what continues it", &[REPLAYED], |folder, digests| {
            write(folder, "2026-11-17T04-00-00Z", Some((NAMES[3], digests[3])), |_| ());
            repoint(folder, "2026-11-17T04-00-00Z");
        }),
        ("a file of a link was altered", &[UNSOUND], |folder, _| {
            put(&folder.join(NAMES[1]), "summary.md", b"all is well\n");
        }),
    ];
    for (what, expect, breaks) in table {
        let scratch = tempfile::tempdir().expect("scratch");
        let digests = chain(scratch.path());
        breaks(scratch.path(), &digests);
        let report = followed(scratch.path());
        let mut found = failed(&report);
        found.dedup();
        let mut expected = expect.to_vec();
        expected.dedup();
        // `latest` at the replayed one is not the newest by its own moment either.
        found.retain(|code| *code != NOT_NEWEST || expected.contains(code));
        assert_eq!(found, expected, "{what}: {report:?}");
        assert_eq!(report.ok, expect.is_empty(), "{what}");
    }
}

fn repoint(folder: &Path, name: &str) {
    let link = folder.join(LATEST);
    let _ = fs::remove_file(&link);
    std::os::unix::fs::symlink(name, link).expect("a link");
}

/// A replay is outside the chain: it may continue what another one continues, and is never continued.
#[test]
fn replays_are_no_forks_and_are_never_continued() {
    let scratch = tempfile::tempdir().expect("scratch");
    let digests = chain(scratch.path());
    let replay = write(scratch.path(), "2026-11-20T05-00-00Z", Some((NAMES[1], digests[1])), |draft| {
        draft.predicate.release.replay = true;
    });
    repoint(scratch.path(), NAMES[3]);
    assert!(followed(scratch.path()).ok);
    write(scratch.path(), "2026-11-21T03-00-00Z", Some(("2026-11-20T05-00-00Z", replay)), |_| ());
    assert_eq!(failed(&followed(scratch.path())), [REPLAYED]);
}

#[test]
fn names_in_a_manifest_are_no_paths() {
    let scratch = tempfile::tempdir().expect("scratch");
    let elsewhere = tempfile::tempdir().expect("scratch");
    let digests = chain(elsewhere.path());
    let out = elsewhere.path().join(NAMES[3]);
    for name in [out.to_str().expect("a path"), "../x", ".", "..", "a/../b"] {
        write(scratch.path(), NAMES[3], Some((name, digests[3])), |_| ());
        assert_eq!(failed(&followed(scratch.path())), [MISSING], "{name}");
        fs::remove_dir_all(scratch.path().join(NAMES[3])).expect("ours");
    }
}

#[test]
fn an_old_release_is_told_by_its_age() {
    let scratch = tempfile::tempdir().expect("scratch");
    chain(scratch.path());
    for (hours, ok) in [(3, false), (4, true), (5, true)] {
        let max_age = Some(jiff::SignedDuration::from_hours(hours));
        let report = verify(&scratch.path().join(LATEST), &VerifyOptions { max_age, ..options() });
        assert_eq!(report.expect("can be read").ok, ok, "{hours} hours");
    }
}

/// Each link is held to the list at its own moment: a key that ended in between still counts for what
/// it signed before, and a revoked one for nothing.
#[test]
fn every_link_needs_a_signer_of_its_own_moment() {
    let scratch = tempfile::tempdir().expect("scratch");
    let keys: Vec<(Signer, String)> = [1, 2].map(|seed| signer(scratch.path(), seed)).into();
    let folder = scratch.path().join("releases");
    let mut digests: Vec<Hex32> = Vec::new();
    for (at, name) in NAMES.iter().enumerate() {
        let (key, _) = &keys[usize::from(at > 1)];
        let previous = at.checked_sub(1).map(|before| (NAMES[before], digests[before]));
        digests.push(write(&folder, name, previous, |draft| {
            draft.predicate.keys.signing = Some(key.fingerprint());
        }));
        let place = folder.join(name);
        let bytes = fs::read(place.join("manifest.json")).expect("was written");
        put(&place, SIGNATURE_FILE, key.sign(&bytes).expect("signs").as_bytes());
    }
    let list: PathBuf = scratch.path().join("allowed");
    let revoked = scratch.path().join("revoked");
    let [old, new] = [&keys[0].1, &keys[1].1];
    for (what, text, revoke, expect) in [
        (
            "each at its time",
            format!("a valid-before=\"20261120\" {old}\nb valid-after=\"20261120\" {new}\n"),
            "",
            &[] as &[&str],
        ),
        ("both for ever", format!("a {old}\nb {new}\n"), "", &[]),
        ("the old one ended before", format!("a valid-before=\"20261119\" {old}\nb {new}\n"), "", &[UNSOUND]),
        ("the new one began later", format!("a {old}\nb valid-after=\"20261121\" {new}\n"), "", &[UNSOUND]),
        ("the old one is not known", format!("b {new}\n"), "", &[UNSOUND]),
        ("the old one is revoked", format!("a {old}\nb {new}\n"), old.as_str(), &[UNSOUND]),
        ("the new one is revoked", format!("a {old}\nb {new}\n"), new.as_str(), &["signer", UNSOUND]),
    ] {
        fs::write(&list, text).expect("written");
        fs::write(&revoked, format!("# revoked\n{revoke}\n")).expect("written");
        let options = VerifyOptions {
            allowed_signers: Some(list.clone()),
            revoked_signers: Some(revoked.clone()),
            ..options()
        };
        let report = verify(&folder.join(LATEST), &options).expect("can be read");
        let mut found = failed(&report);
        found.dedup();
        assert_eq!(found, expect, "{what}: {report:?}");
    }
    fs::write(&revoked, "SSHKRL\n\u{0}").expect("written");
    let options = VerifyOptions { revoked_signers: Some(revoked), ..options() };
    assert!(
        verify(&folder.join(LATEST), &options).is_err(),
        "a list that cannot be read is never an empty one"
    );
}

fn signer(folder: &Path, seed: u8) -> (Signer, String) {
    use std::os::unix::fs::PermissionsExt as _;
    let key = ssh_key::PrivateKey::from(ssh_key::private::Ed25519Keypair::from_seed(&[seed; 32]));
    let path = folder.join(format!("key-{seed}"));
    fs::write(&path, key.to_openssh(ssh_key::LineEnding::LF).expect("a key has a text").as_bytes())
        .expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("changed");
    (Signer::read(&path).expect("a good key"), key.public_key().to_openssh().expect("a key has a text"))
}
