//! Releases signed, unsigned and wrongly signed; the oracle's answer against the files.

use std::fs;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};

use super::*;
use crate::manifest::{MANIFEST_FILE, SIGNATURE_FILE, SUMS_FILE};
use crate::outputs::signature::Signer;
use crate::outputs::tests::fixture::{self, Draft, ELIGIBLE, put, rows};
use crate::policy::reason::Reason;

fn options() -> VerifyOptions {
    let moment = "2026-11-21T06:00:00Z".parse().expect("a moment");
    VerifyOptions {
        allowed_signers: None,
        revoked_signers: None,
        moment,
        max_age: None,
        strict_modes: false,
        chain: false,
        keys: None,
    }
}

fn failed(report: &VerifyReport) -> Vec<&'static str> {
    report.checks.iter().filter(|line| !line.ok).map(|line| line.name).collect()
}

/// An Ed25519 key made from fixed bytes, as a key file would hold it, and its line for a list.
fn key(folder: &Path, seed: u8) -> (Signer, String) {
    let pair = ssh_key::private::Ed25519Keypair::from_seed(&[seed; 32]);
    let key = ssh_key::PrivateKey::from(pair);
    let path = folder.join(format!("key-{seed}"));
    let text = key.to_openssh(ssh_key::LineEnding::LF).expect("a key has a text");
    fs::write(&path, text.as_bytes()).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("changed");
    let public = key.public_key().to_openssh().expect("a key has a text");
    (Signer::read(&path).expect("a good key"), public)
}

fn sign(release: &Path, signer: &Signer) {
    let bytes = fs::read(release.join(MANIFEST_FILE)).expect("is there");
    put(release, SIGNATURE_FILE, signer.sign(&bytes).expect("signs").as_bytes());
}

fn signed(folder: &Path, signer: &Signer) -> PathBuf {
    let mut draft = Draft::new(&["meta"]);
    draft.predicate.keys.signing = Some(signer.fingerprint());
    let release = draft.write(folder);
    sign(&release, signer);
    release
}

#[test]
fn an_unsigned_release_passes_and_says_what_was_not_checked() {
    let scratch = tempfile::tempdir().expect("scratch");
    let release = Draft::new(&["meta"]).write(scratch.path());
    let report = verify(&release, &options()).expect("verifies");
    assert!(report.ok, "{report:?}");
    assert_eq!(report.release.as_deref(), Some("2026-11-21T02-00-00Z"));
    assert_eq!((report.signed_by, report.signer), (None, None));
    assert!(report.not_checked.iter().any(|line| line.contains("not signed")));
    // Through a link, such as `latest`, it is the same release.
    let link = scratch.path().join("latest");
    std::os::unix::fs::symlink(&release, &link).expect("a link");
    assert!(verify(&link, &options()).expect("verifies").ok);
}

#[test]
fn folders_that_are_no_release_are_told() {
    let scratch = tempfile::tempdir().expect("scratch");
    for folder in [scratch.path().to_owned(), scratch.path().join("missing")] {
        let error = verify(&folder, &options()).expect_err("no release");
        assert!(matches!(error, VerifyError::NotARelease { .. }));
        assert!(!error.hint().is_empty());
    }
}

#[test]
fn modes_fail_a_release_only_when_asked() {
    let scratch = tempfile::tempdir().expect("scratch");
    let release = Draft::new(&["meta"]).write(scratch.path());
    fs::set_permissions(release.join(SUMS_FILE), fs::Permissions::from_mode(0o644)).expect("changed");
    let report = verify(&release, &options()).expect("verifies");
    assert!(
        report.ok && report.checks.iter().any(|line| line.name == "modes" && line.detail.contains(SUMS_FILE))
    );
    let report = verify(&release, &VerifyOptions { strict_modes: true, ..options() }).expect("verifies");
    assert_eq!(failed(&report), ["modes"]);
}

/// Lists of allowed signers, and whether the key `K` is allowed on 21 November 2026 at two, when the release decided.
#[test]
fn a_signer_is_allowed_as_the_list_says() {
    let scratch = tempfile::tempdir().expect("scratch");
    let (signer, public) = key(scratch.path(), 1);
    let (_, other) = key(scratch.path(), 2);
    let release = signed(scratch.path(), &signer);
    let unknown = |error: &str| -> Result<&'static str, String> { Err(error.to_owned()) };
    let cases = [
        ("ci@example.org K", Ok("ci@example.org")),
        ("# who may sign\n\nci@example.org K a comment", Ok("ci@example.org")),
        ("a@example.org,b@example.org K", Ok("a@example.org,b@example.org")),
        ("\"two words\" K", Ok("two words")),
        ("ci namespaces=\"verho-manifest\" K", Ok("ci")),
        ("ci namespaces=\"git,verho-*\" K", Ok("ci")),
        ("ci namespaces=\"git\" K", unknown("at this moment")),
        ("ci namespaces=\"verho\" K", unknown("at this moment")),
        ("ci valid-after=\"20261121Z\" K", Ok("ci")),
        ("ci valid-after=\"20261122\" K", unknown("at this moment")),
        ("ci valid-after=\"202611210200Z\" K", Ok("ci")),
        ("ci valid-before=\"202611210200Z\" K", unknown("at this moment")),
        ("ci valid-before=\"20261121020001Z\" K", Ok("ci")),
        ("ci valid-before=\"20200101Z\" K\nci valid-after=\"20200101Z\" K", Ok("ci")),
        ("ci namespaces=\"verho-manifest\",valid-after=\"20260101\",valid-before=\"20270101\" K", Ok("ci")),
        ("ci O", unknown("not on the list")),
        ("", unknown("not on the list")),
    ];
    let list = scratch.path().join("allowed");
    for (text, expected) in cases {
        fs::write(&list, text.replace('K', &public).replace('O', &other)).expect("written");
        let options = VerifyOptions { allowed_signers: Some(list.clone()), ..options() };
        let report = verify(&release, &options).expect("verifies");
        match expected {
            Ok(who) => assert!(report.ok && report.signer.as_deref() == Some(who), "{text}: {report:?}"),
            Err(why) => {
                assert_eq!(failed(&report), ["signer"], "{text}");
                assert!(report.checks.iter().any(|line| line.detail.contains(&why)), "{text}");
            }
        }
    }
    for (line, text) in [
        (1, "ci"),
        (1, "ci ssh-ed25519"),
        (1, "ci ssh-ed25519 AAAA"),
        (2, "# one\nci cert-authority K"),
        (1, "ci namespaces=\"verho-manifest K"),
        (1, "ci valid-after=\"yesterday\" K"),
        (1, "ci valid-after=\"20261301\" K"),
        (1, "ci colour=\"red\" K"),
    ] {
        fs::write(&list, text.replace('K', &public)).expect("written");
        let options = VerifyOptions { allowed_signers: Some(list.clone()), ..options() };
        let Err(VerifyError::AllowedSignersLine { line: found, .. }) = verify(&release, &options) else {
            panic!("{text} must not be read")
        };
        assert_eq!(found, line, "{text}");
    }
}

#[test]
fn a_signature_taken_away_put_in_or_made_by_another_is_noticed() {
    let scratch = tempfile::tempdir().expect("scratch");
    let (signer, public) = key(scratch.path(), 1);
    let (other, _) = key(scratch.path(), 2);
    let list = scratch.path().join("allowed");
    fs::write(&list, format!("ci {public}")).expect("written");
    let with_list = VerifyOptions { allowed_signers: Some(list), ..options() };

    let release = signed(scratch.path(), &signer);
    assert!(verify(&release, &options()).expect("verifies").ok);
    sign(&release, &other);
    assert_eq!(failed(&verify(&release, &options()).expect("verifies")), ["signature"]);
    fs::remove_file(release.join(SIGNATURE_FILE)).expect("gone");
    assert_eq!(failed(&verify(&release, &options()).expect("verifies")), ["signature"]);

    // Nothing says that this one was to be signed, but whoever gives a list wants a signature.
    let scratch = tempfile::tempdir().expect("scratch");
    let release = Draft::new(&["meta"]).write(scratch.path());
    assert_eq!(failed(&verify(&release, &with_list).expect("verifies")), ["signature"]);
    sign(&release, &signer);
    assert!(verify(&release, &with_list).expect("verifies").ok, "signed afterwards, by hand");
}

#[test]
fn every_single_changed_byte_of_a_signature_is_noticed() {
    let scratch = tempfile::tempdir().expect("scratch");
    let (signer, _) = key(scratch.path(), 1);
    let mut draft = Draft::new(&["meta"]);
    // Even where the manifest does not say that it is signed.
    draft.predicate.keys.signing = None;
    let release = draft.write(scratch.path());
    sign(&release, &signer);
    assert!(verify(&release, &options()).expect("verifies").ok);
    let sound = fs::read(release.join(SIGNATURE_FILE)).expect("is there");
    let file = fs::OpenOptions::new().write(true).open(release.join(SIGNATURE_FILE)).expect("is there");
    for (at, byte) in sound.iter().enumerate() {
        for bit in 0..8 {
            file.write_all_at(&[byte ^ (1 << bit)], at as u64).expect("written");
            let report = verify(&release, &options()).expect("verifies");
            assert_eq!(failed(&report), ["signature"], "bit {bit} of byte {at}");
        }
        file.write_all_at(&[*byte], at as u64).expect("put back");
    }
    for text in [&b""[..], b"x", &sound[..sound.len() - 1], &[&sound[..], b"\n"].concat()] {
        put(&release, SIGNATURE_FILE, text);
        assert_eq!(failed(&verify(&release, &options()).expect("verifies")), ["signature"]);
    }
}

#[test]
fn a_signature_for_another_purpose_does_not_count() {
    let scratch = tempfile::tempdir().expect("scratch");
    let release = Draft::new(&["meta"]).write(scratch.path());
    let key = ssh_key::PrivateKey::from(ssh_key::private::Ed25519Keypair::from_seed(&[1; 32]));
    let bytes = fs::read(release.join(MANIFEST_FILE)).expect("is there");
    let signature = key.sign("git", ssh_key::HashAlg::Sha512, &bytes).expect("signs");
    put(&release, SIGNATURE_FILE, signature.to_pem(ssh_key::LineEnding::LF).expect("a text").as_bytes());
    let report = verify(&release, &options()).expect("verifies");
    assert_eq!(failed(&report), ["signature"]);
    assert!(report.checks[0].detail.contains("another purpose"));
}

fn expected() -> ExpectedAudience {
    let rows: BTreeSet<Vec<u8>> = rows("meta", &ELIGIBLE)
        .into_iter()
        .map(|row| row.strip_suffix(b"\n").expect("rows end so").to_vec())
        .collect();
    let used = fixture::suppressed(1);
    let suppressions = fixture::tags()
        .into_iter()
        .map(|(tag, class)| (tag, BTreeMap::from([("meta".to_owned(), used[&class][0].reasons)])))
        .collect();
    ExpectedAudience {
        name: "savings".to_owned(),
        rows: BTreeMap::from([("meta".to_owned(), rows)]),
        suppressions: Some(suppressions),
    }
}

/// Each case changes what the oracle says, and names the line that must fail.
#[test]
fn what_was_recomputed_must_be_what_was_written() {
    type Change = fn(&mut ExpectedAudience);
    let scratch = tempfile::tempdir().expect("scratch");
    let release = PublishedRelease::open(&Draft::new(&["meta"]).write(scratch.path())).expect("a release");
    let cases: &[(&[&str], Change)] = &[
        (&[], |_| ()),
        (&[], |expected| expected.suppressions = None),
        (&["recomputed-rows"], |expected| {
            expected.rows.get_mut("meta").expect("is there").pop_first();
        }),
        (&["recomputed-rows"], |expected| {
            expected.rows.get_mut("meta").expect("is there").insert(b"more".to_vec());
        }),
        (&["recomputed-rows"], |expected| {
            expected.rows.insert("x".to_owned(), BTreeSet::new());
        }),
        (&["recomputed-suppressions"], |expected| {
            expected.suppressions.as_mut().expect("is there").pop_last();
        }),
        (&["recomputed-suppressions"], |expected| {
            let first = expected.suppressions.as_mut().expect("is there").values_mut().next().expect("three");
            first.insert("meta".to_owned(), Reasons::of(Reason::UnderAge));
        }),
        (&["recomputed-audiences"], |expected| expected.name = "other".to_owned()),
    ];
    for (at, (fails, change)) in cases.iter().enumerate() {
        let mut expected = expected();
        change(&mut expected);
        let lines = compare_recomputed(&release, &[expected]).expect("compares");
        let failed: Vec<&str> = lines.iter().filter(|line| !line.ok).map(|line| line.name).collect();
        assert_eq!(failed, *fails, "case {at}");
    }
    // A full file that somebody took away, record and all.
    let scratch = tempfile::tempdir().expect("scratch");
    let mut draft = Draft::new(&["meta"]);
    draft.platform("meta").files.clear();
    draft.files.remove("audiences/savings/meta/full.csv");
    let release = PublishedRelease::open(&draft.write(scratch.path())).expect("a release");
    let lines = compare_recomputed(&release, &[expected()]).expect("compares");
    assert!(lines.iter().any(|line| !line.ok));
}

/// The programs that the page for reviewers prints, each with the word that tells it from the others.
fn programs() -> Vec<String> {
    let page = include_str!("../../../docs/verifying.md");
    page.split("```python\n")
        .skip(1)
        .map(|rest| rest.split("```").next().expect("a block ends").to_owned())
        .collect()
}

fn python(folder: &Path, program: &str, arguments: &[&str], input: &str) -> Option<(bool, String)> {
    use std::io::Write as _;
    let mut child = std::process::Command::new("python3")
        .args(["-I", "-c", program])
        .args(arguments)
        .current_dir(folder)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .ok()?;
    // A program that asks for nothing may have ended before it is told.
    let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("it was started");
    Some((output.status.success(), String::from_utf8(output.stdout).expect("text")))
}

#[test]
fn the_page_for_reviewers_prints_programs_that_work() {
    let scratch = tempfile::tempdir().expect("scratch");
    let mut draft = Draft::new(&["meta", "google-ads"]);
    draft.predicate.keys.root = crate::pipeline::keys::RootKey::lasting(fixture::ROOT).id().expect("lasting");
    let release = draft.write(scratch.path());
    let root = scratch.path().join("root");
    fs::write(&root, format!("{}\n", hex::encode(fixture::ROOT))).expect("written");
    let programs = programs();
    let [digests, counts, look, tag] = &programs[..] else { panic!("four programs") };
    let Some((ok, said)) = python(&release, digests, &[], "") else { return };
    assert!(ok && said.starts_with("7 files are"), "{said}");
    let (ok, said) = python(&release, counts, &[], "").expect("it ran before");
    assert!(ok && said.contains("full.csv 5 lines; rows stated: 4"), "{said}");
    let files = ["audiences/savings/meta/full.csv", "audiences/savings/google-ads/full.csv"];
    for (value, answer) in [("ada@example.org\n", "yes"), ("eve@example.org\n", "no")] {
        let (ok, said) = python(&release, look, &files, value).expect("it ran before");
        assert!(ok && said.lines().count() == 2 && said.lines().all(|line| line.ends_with(answer)), "{said}");
    }
    let root = root.to_str().expect("a plain path");
    for (id, answer) in [
        (" 7 ", "meta no-identifier \ngoogle-ads no-identifier \n"),
        ("8", "meta on-register targeting-opt-outs\ngoogle-ads on-register targeting-opt-outs\n"),
        ("9", "meta opted-out;age-unknown \ngoogle-ads opted-out;age-unknown \n"),
        ("1", "not left out of this audience\n"),
    ] {
        let (ok, said) =
            python(&release, tag, &[root, "crm", "audiences/savings"], id).expect("it ran before");
        assert!(ok, "{id}");
        assert_eq!(said, answer, "{id}");
    }
    // Another root key, such as one that only opens a ring, is no answer at all.
    let other = scratch.path().join("other");
    fs::write(&other, "01".repeat(32)).expect("written");
    let other = other.to_str().expect("a plain path");
    let (ok, said) = python(&release, tag, &[other, "crm", "audiences/savings"], "8").expect("it ran before");
    assert!(!ok && said.is_empty(), "{said}");
    // And they notice what they are for.
    fs::write(release.join(files[0]), b"x").expect("written");
    assert!(!python(&release, digests, &[], "").expect("it ran before").0);
}
