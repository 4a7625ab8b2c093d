//! Releases under faults: what is left on the disk when anything at all goes wrong.

pub(crate) mod fixture;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::Path;

use proptest::prelude::*;

use super::records::{SealError, SuppressionsWriter, seal};
use super::signature::{KeyError, Signer};
use super::*;
use crate::manifest::{MANIFEST_FILE, SIGNATURE_FILE, SUMS_FILE, TagSubject, UploadKind};
use fixture::Draft;

const RELEASE: &str = "2026-11-21T02-00-00Z";

fn begin(folder: &Path) -> Result<Staging, OutputError> {
    Staging::begin(&Disk::real(), folder, RELEASE, [1; 16])
}

/// Names in a folder without the lock file.
fn names(folder: &Path) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeSet::new() };
    entries
        .map(|entry| entry.expect("listed").file_name().to_string_lossy().into_owned())
        .filter(|name| name != ".verho.lock")
        .collect()
}

/// Writes the invented release the way a run does.
fn run(disk: &Disk, folder: &Path, signer: Option<&Signer>) -> Result<Published, SealError> {
    let staging = stage(disk, folder, signer)?;
    let bytes = check::manifest_bytes(staging.path()).expect("the manifest was just written");
    let checked = check::check(staging.path(), &bytes).expect("the staged files can be read");
    assert_eq!(checked.faults, [], "what was written passes the check before publishing");
    Ok(staging.publish(true)?)
}

/// The same, and does not publish it.
fn stage(disk: &Disk, folder: &Path, signer: Option<&Signer>) -> Result<Staging, SealError> {
    let staging = Staging::begin(disk, folder, RELEASE, [1; 16])?;
    let mut predicate = fixture::predicate(&["meta"]);
    predicate.keys.signing = signer.map(Signer::fingerprint);
    let used = fixture::suppressed(1);
    let registers = ["targeting-opt-outs"];
    let mut suppressions =
        SuppressionsWriter::begin(&staging, "savings", &["meta"], &registers, &used, TagSubject::Person)?;
    for (tag, class) in fixture::tags() {
        suppressions.tag(tag, class)?;
    }
    predicate.audiences[0].suppressions = Some(suppressions.finish()?);
    let mut upload = UploadWriter::begin(
        &staging,
        "audiences/savings/meta",
        UploadKind::Full,
        b"email,email,email,phone,phone,phone\n",
        UploadLimits::default(),
        1,
    )?;
    for row in fixture::rows("meta", &fixture::ELIGIBLE) {
        upload.row(0, &row)?;
    }
    predicate.audiences[0].platforms[0].files = upload.finish()?;
    seal(&staging, predicate, signer)?;
    Ok(staging)
}

/// What is read back is held against what was written, without making its digest again.
#[test]
fn no_byte_changes_between_writing_and_reading_back() {
    let scratch = tempfile::tempdir().expect("scratch");
    let staging = stage(&Disk::real(), scratch.path(), None).expect("is written");
    let manifest = check::manifest_bytes(staging.path()).expect("the manifest was just written");
    let faults = |written: &check::Written| {
        let sight = check::Sight::Written(written);
        check::check_with(staging.path(), &manifest, sight).expect("can be read").faults
    };
    let is_told = |found: &[check::Fault], name: &str| {
        found.iter().any(|fault| fault.rule == check::Rule::Digest && fault.place == name)
    };
    let mut written = staging.written();
    assert_eq!(faults(&written), []);

    let (mut changed, mut only_by_checksum) = (0, 0);
    for name in ["audiences/savings/meta/full.csv", "audiences/savings/suppressions.csv"] {
        let path = staging.path().join(name);
        let sound = fs::read(&path).expect("is there");
        for at in 0..sound.len() {
            let mut bytes = sound.clone();
            // Another digit stays one that may stand there, but for the order of rows.
            bytes[at] ^= 1;
            fs::write(&path, &bytes).expect("ours");
            let found = faults(&written);
            assert!(is_told(&found, name), "{name}, byte {at}");
            only_by_checksum += usize::from(found.len() == 1);
            changed += 1;
        }
        for bytes in [&sound[..sound.len() - 1], &[&sound[..], b"\n"].concat()] {
            fs::write(&path, bytes).expect("ours");
            assert!(is_told(&faults(&written), name), "{name}, cut or longer");
        }
        fs::write(&path, &sound).expect("ours");
        assert_eq!(faults(&written), [], "{name} as it was");

        // A checksum that is not the file's: its own digest decides.
        written.known.get_mut(name).expect("is known").checksum ^= 1;
        assert_eq!(faults(&written), [], "{name} by its digest");
    }
    assert!(changed > 600 && only_by_checksum > 300, "{only_by_checksum} of {changed} stay well-formed");
}

#[test]
fn a_run_writes_the_same_bytes_as_the_formats_say() {
    let (ours, by_hand) = (tempfile::tempdir().expect("scratch"), tempfile::tempdir().expect("scratch"));
    let published = run(&Disk::real(), ours.path(), None).expect("publishes");
    let expected = Draft::new(&["meta"]).write(by_hand.path());
    let mut compared = 0;
    for name in [
        "manifest.json",
        "SHA256SUMS",
        "summary.md",
        "UPLOAD.md",
        "report.html",
        "audiences/savings/suppressions.csv",
        "audiences/savings/verdicts.csv",
        "audiences/savings/meta/full.csv",
    ] {
        let [left, right] =
            [&published.path, &expected].map(|release| fs::read(release.join(name)).expect("is there"));
        assert!(left == right, "{name} differs");
        compared += 1;
    }
    assert_eq!(compared, 8);
    assert_eq!(fs::read_link(ours.path().join("latest")).expect("a link").to_str(), Some(RELEASE));
    assert_eq!(names(ours.path()), BTreeSet::from([RELEASE.to_owned(), "latest".to_owned()]));
}

#[test]
fn files_and_folders_are_their_owners_alone() {
    let scratch = tempfile::tempdir().expect("scratch");
    let folder = scratch.path().join("new/releases");
    let release = run(&Disk::real(), &folder, None).expect("publishes").path;
    let mut waiting = vec![folder.clone(), release];
    let mut seen = 0;
    while let Some(path) = waiting.pop() {
        let metadata = path.symlink_metadata().expect("is there");
        if metadata.is_symlink() {
            continue;
        }
        seen += 1;
        let wanted = if metadata.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(metadata.mode() & 0o7777, wanted, "{}", path.display());
        if metadata.is_dir() {
            waiting.extend(fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("listed").path()));
        }
    }
    assert!(seen > 12, "the walk reached the files");
}

#[test]
fn failing_at_any_operation_leaves_nothing_or_a_whole_release() {
    let scratch = tempfile::tempdir().expect("scratch");
    let counter = Disk::failing_at(u64::MAX, ErrorKind::Other);
    run(&counter, &scratch.path().join("count"), None).expect("nothing fails");
    let operations = counter.operations();
    assert!(operations > 30, "a run does many operations, not {operations}");
    let mut published = 0;
    for fails_at in 0..operations {
        for kind in [ErrorKind::StorageFull, ErrorKind::PermissionDenied] {
            let folder = scratch.path().join(format!("{fails_at}-{kind:?}"));
            let outcome = run(&Disk::failing_at(fails_at, kind), &folder, None);
            let left = names(&folder);
            match outcome {
                Err(SealError::Output(error)) => {
                    assert_eq!(left, BTreeSet::new(), "operation {fails_at} left something");
                    assert!(!error.hint().is_empty());
                    assert!(matches!(error, OutputError::Io { .. }), "{error}");
                }
                Err(error) => panic!("{error}"),
                Ok(release) => {
                    assert!(matches!(release.latest, Latest::Failed(_)), "only the link may fail by now");
                    // The very last one waits for the link that is there already.
                    let linked = fails_at + 1 == operations;
                    assert_eq!(left.contains("latest"), linked, "operation {fails_at}");
                    assert_eq!(left.len(), if linked { 2 } else { 1 }, "operation {fails_at}");
                    assert!(left.contains(RELEASE));
                    published += 1;
                }
            }
        }
    }
    assert_eq!(published, 2 * 3, "making the link, moving it and waiting for it come after publishing");
}

#[test]
fn a_release_is_never_overwritten_whatever_stands_there() {
    let makes: [fn(&Path); 4] = [
        |target| fs::create_dir(target).expect("a folder"),
        |target| fs::write(target, b"something").expect("a file"),
        |target| symlink("/nonexistent", target).expect("a link to nowhere"),
        |target| symlink("/tmp", target).expect("a link"),
    ];
    for make in makes {
        let scratch = tempfile::tempdir().expect("scratch");
        make(&scratch.path().join(RELEASE));
        let error = begin(scratch.path()).expect_err("refuses");
        assert!(error.is_release_exists(), "{error}");
        // The same when it appears between beginning and publishing.
        fs::rename(scratch.path().join(RELEASE), scratch.path().join("aside")).expect("moved");
        let staging = begin(scratch.path()).expect("begins");
        staging.put("file", b"x").expect("written");
        make(&scratch.path().join(RELEASE));
        assert!(staging.publish(true).expect_err("refuses").is_release_exists());
        assert_eq!(names(scratch.path()), BTreeSet::from([RELEASE.to_owned(), "aside".to_owned()]));
    }
}

#[test]
fn a_second_run_is_refused_and_told_who_holds_the_lock() {
    let scratch = tempfile::tempdir().expect("scratch");
    let first = begin(scratch.path()).expect("begins");
    let error = begin(scratch.path()).expect_err("must be locked");
    let OutputError::Locked { holder, since, .. } = &error else { panic!("{error}") };
    assert_eq!(*holder, Some(std::process::id()));
    assert!(error.to_string().ends_with(&format!(
        ", process {}, since {}",
        std::process::id(),
        since.expect("told")
    )));
    drop(first);
    assert_eq!(names(scratch.path()), BTreeSet::new(), "dropped without publishing, it removes itself");
    begin(scratch.path()).expect("the lock went with the first run");
}

/// A program that is just being started by another thread has every open file for a moment, too; the lock
/// of a run that was over was still held by that.
#[test]
fn a_lock_that_is_let_go_of_is_free_whoever_else_has_the_file_open() {
    let scratch = tempfile::tempdir().expect("scratch");
    let lock = super::take_lock(&Disk::real(), scratch.path()).expect("free");
    let of_another = lock.file.try_clone().expect("a second descriptor");
    super::take_lock(&Disk::real(), scratch.path()).expect_err("held");
    drop(lock);
    super::take_lock(&Disk::real(), scratch.path()).expect("free again");
    drop(of_another);
}

#[test]
fn leftovers_of_dead_runs_are_swept_and_nothing_else() {
    let scratch = tempfile::tempdir().expect("scratch");
    let random = "00112233445566778899aabbccddeeff";
    let dead = format!(".2026-11-20T02-00-00Z.staging-{random}");
    fs::create_dir_all(scratch.path().join(&dead).join("audiences")).expect("a folder");
    symlink("x", scratch.path().join(format!(".latest.staging-{random}"))).expect("a link");
    let kept = [
        format!("2026.staging-{random}"),
        format!(".x.staging-{}", &random[1..]),
        format!(".x.staging-{}", random.to_uppercase()),
        format!("..staging-{random}"),
        ".staging-".to_owned(),
        "2026-11-19T02-00-00Z".to_owned(),
        ".hidden".to_owned(),
    ];
    for name in &kept {
        fs::create_dir(scratch.path().join(name)).expect("a folder");
    }
    drop(begin(scratch.path()).expect("begins"));
    assert_eq!(names(scratch.path()), kept.into_iter().collect());
}

#[test]
fn places_that_cannot_be_written_are_told() {
    let scratch = tempfile::tempdir().expect("scratch");
    let file = scratch.path().join("file");
    fs::write(&file, b"x").expect("a file");
    let dangling = scratch.path().join("dangling");
    symlink("/nonexistent/verho", &dangling).expect("a link");
    let locked = scratch.path().join("locked");
    fs::create_dir(&locked).expect("a folder");
    symlink(&file, locked.join(".verho.lock")).expect("a link");
    assert!(matches!(begin(&file), Err(OutputError::NotAFolder { .. })));
    assert!(matches!(begin(&dangling), Err(OutputError::NotAFolder { .. })));
    // A link in the lock's place would let us write where it points.
    assert!(matches!(begin(&locked), Err(OutputError::Io { .. })));
    assert_eq!(fs::read(&file).expect("is there"), b"x");
    assert!(matches!(begin(Path::new("/proc/verho")), Err(OutputError::Io { .. })));
}

#[test]
fn something_else_named_latest_stops_publishing() {
    let scratch = tempfile::tempdir().expect("scratch");
    fs::create_dir(scratch.path().join("latest")).expect("a folder");
    let staging = begin(scratch.path()).expect("begins");
    assert!(matches!(staging.publish(true), Err(OutputError::LatestInTheWay { .. })));
    let published = begin(scratch.path()).expect("begins").publish(false).expect("not asked to link");
    assert!(matches!(published.latest, Latest::Kept));
}

#[test]
fn names_that_could_leave_the_release_are_refused() {
    let scratch = tempfile::tempdir().expect("scratch");
    for name in [
        "", ".", "..", "../x", "/x", "a//b", "a/", "a/../b", ".hidden", "-x", "a b", "ä", "a\nb", "a\\b",
        "a,b",
    ] {
        let staging = begin(scratch.path()).expect("begins");
        assert!(matches!(staging.create(name), Err(OutputError::Name)), "{name:?}");
        drop(staging);
        let begun = Staging::begin(&Disk::real(), scratch.path(), name, [1; 16]);
        assert!(matches!(begun, Err(OutputError::Name)), "{name:?}");
    }
    assert!(matches!(
        Staging::begin(&Disk::real(), scratch.path(), "latest", [1; 16]),
        Err(OutputError::Name)
    ));
}

#[test]
fn a_file_begun_and_not_finished_stops_publishing() {
    let scratch = tempfile::tempdir().expect("scratch");
    let staging = begin(scratch.path()).expect("begins");
    let mut file = staging.create("a/b.csv").expect("created");
    file.write(b"half").expect("written");
    drop(file);
    assert!(matches!(staging.create("a/b.csv"), Err(OutputError::Twice { .. })));
    assert!(matches!(staging.publish(false), Err(OutputError::Unfinished { .. })));
    assert_eq!(names(scratch.path()), BTreeSet::new());
}

#[test]
fn suppressions_out_of_order_are_refused() {
    let scratch = tempfile::tempdir().expect("scratch");
    let staging = begin(scratch.path()).expect("begins");
    let used = fixture::suppressed(1);
    let mut writer = SuppressionsWriter::begin(&staging, "a", &["meta"], &["r"], &used, TagSubject::Person)
        .expect("begins");
    let tags = fixture::tags();
    writer.tag(tags[1].0, tags[1].1).expect("the first");
    for (tag, class) in [(tags[1].0, tags[1].1), (tags[0].0, tags[0].1), (tags[2].0, 4_000)] {
        assert!(matches!(writer.tag(tag, class), Err(OutputError::Order { .. })));
    }
}

#[test]
fn keys_that_cannot_sign_have_an_error_each() {
    use std::os::unix::fs::PermissionsExt as _;
    type Expected = fn(&KeyError) -> bool;
    let Some(scratch) = keys() else { return };
    let cases: [(&str, u32, Expected); 8] = [
        ("ed25519", 0o600, |_| false),
        ("ed25519", 0o640, |error| matches!(error, KeyError::NotOwnerOnly { mode: 0o640, .. })),
        ("ed25519", 0o644, |error| matches!(error, KeyError::NotOwnerOnly { .. })),
        ("locked", 0o600, |error| matches!(error, KeyError::HasPassphrase { .. })),
        ("rsa", 0o600, |error| matches!(error, KeyError::NotEd25519 { .. } | KeyError::NotAKey { .. })),
        ("ed25519.pub", 0o600, |error| matches!(error, KeyError::NotAKey { .. })),
        ("", 0o700, |error| matches!(error, KeyError::NotAFile { .. } | KeyError::Unreadable { .. })),
        ("missing", 0o600, |error| matches!(error, KeyError::Unreadable { .. })),
    ];
    for (name, mode, expected) in cases {
        let path = scratch.path().join(name);
        let _ = fs::set_permissions(&path, fs::Permissions::from_mode(mode));
        match Signer::read(&path) {
            Ok(signer) => {
                assert!(name == "ed25519" && mode == 0o600 && signer.fingerprint().starts_with("SHA256:"));
            }
            Err(error) => assert!(expected(&error) && !error.hint().is_empty(), "{name} {mode:o}: {error}"),
        }
    }
    fs::set_permissions(scratch.path().join("ed25519"), fs::Permissions::from_mode(0o400)).expect("changed");
    Signer::read(&scratch.path().join("ed25519")).expect("0400 will do");
}

/// Fresh keys by OpenSSH itself; `None` where it is not installed.
pub(crate) fn keys() -> Option<tempfile::TempDir> {
    let scratch = tempfile::tempdir().expect("scratch");
    for (name, kind, passphrase) in
        [("ed25519", "ed25519", ""), ("locked", "ed25519", "secret words"), ("rsa", "rsa", "")]
    {
        let made = std::process::Command::new("ssh-keygen")
            .args(["-q", "-t", kind, "-N", passphrase, "-C", "test", "-f"])
            .arg(scratch.path().join(name))
            .stdin(std::process::Stdio::null())
            .status();
        if !made.is_ok_and(|status| status.success()) {
            return None;
        }
    }
    Some(scratch)
}

#[test]
fn openssh_accepts_our_signature_and_makes_the_same() {
    let Some(keys) = keys() else { return };
    let scratch = tempfile::tempdir().expect("scratch");
    let signer = Signer::read(&keys.path().join("ed25519")).expect("a good key");
    let release = run(&Disk::real(), scratch.path(), Some(&signer)).expect("publishes").path;
    let public = fs::read_to_string(keys.path().join("ed25519.pub")).expect("made with it");
    let allowed = keys.path().join("allowed");
    fs::write(&allowed, format!("ci@example.org namespaces=\"verho-manifest\" {public}")).expect("written");
    let signature = release.join(SIGNATURE_FILE);
    for (arguments, accepts) in [
        (vec!["-Y", "verify", "-n", "verho-manifest", "-I", "ci@example.org", "-f"], true),
        (vec!["-Y", "verify", "-n", "other", "-I", "ci@example.org", "-f"], false),
        (vec!["-Y", "check-novalidate", "-n", "verho-manifest", "-f"], true),
    ] {
        let answer = std::process::Command::new("ssh-keygen")
            .args(&arguments)
            .arg(&allowed)
            .arg("-s")
            .arg(&signature)
            .stdin(fs::File::open(release.join(MANIFEST_FILE)).expect("is there"))
            .output()
            .expect("ssh-keygen made the keys");
        assert_eq!(answer.status.success(), accepts, "{arguments:?}");
    }
    // Ed25519 is deterministic, so the two programs must agree to the byte, armour included.
    let copy = keys.path().join("manifest.json");
    fs::copy(release.join(MANIFEST_FILE), &copy).expect("copied");
    let made = std::process::Command::new("ssh-keygen")
        .args(["-q", "-Y", "sign", "-n", "verho-manifest", "-f"])
        .arg(keys.path().join("ed25519"))
        .arg(&copy)
        .stdin(std::process::Stdio::null())
        .status()
        .expect("ssh-keygen made the keys");
    assert!(made.success());
    let theirs = fs::read_to_string(keys.path().join("manifest.json.sig")).expect("signed");
    assert_eq!(theirs, fs::read_to_string(&signature).expect("signed"));
}

#[test]
fn sha256sum_accepts_the_list_of_digests() {
    let scratch = tempfile::tempdir().expect("scratch");
    let release = run(&Disk::real(), scratch.path(), None).expect("publishes").path;
    let Ok(answer) = std::process::Command::new("sha256sum")
        .args(["--check", "--strict", "--quiet", SUMS_FILE])
        .current_dir(&release)
        .output()
    else {
        return;
    };
    assert!(answer.status.success());
}

#[test]
fn a_manifest_that_names_another_key_is_not_sealed() {
    let scratch = tempfile::tempdir().expect("scratch");
    let staging = begin(scratch.path()).expect("begins");
    let mut predicate = fixture::predicate(&["meta"]);
    predicate.keys.signing = Some("SHA256:other".to_owned());
    assert!(matches!(seal(&staging, predicate, None), Err(SealError::OtherKey)));
}

#[test]
fn large_files_are_the_bytes_that_were_written_in_whatever_pieces() {
    use sha2::Digest as _;
    let scratch = tempfile::tempdir().expect("scratch");
    let staging = begin(scratch.path()).expect("begins");
    let bytes: Vec<u8> = (0..3_500_000_u32).map(|at| (at % 251) as u8).collect();
    for (name, piece) in
        [("a", 1_usize << 22), ("b", 1 << 20), ("c", (1 << 20) - 1), ("d", 4_097), ("e", 997)]
    {
        let mut file = staging.create(name).expect("created");
        for part in bytes.chunks(piece) {
            file.write(part).expect("written");
        }
        file.rest().expect("rests, and is sent to the disk");
        let record = file.finish().expect("finished");
        assert_eq!(record.bytes, bytes.len() as u64);
        assert_eq!(record.sha256.0, <[u8; 32]>::from(sha2::Sha256::digest(&bytes)));
        assert!(fs::read(staging.path().join(name)).expect("is there") == bytes, "{name}");
    }
}

/// Rows of every length around a block of the digest, made in room that is larger, with rests between them.
#[test]
fn a_file_is_the_rows_that_were_made_in_it_however_often_it_rests() {
    use sha2::Digest as _;
    let scratch = tempfile::tempdir().expect("scratch");
    let staging = begin(scratch.path()).expect("begins");
    for rests_after in [1_usize, 2, 3, 64, 1000, usize::MAX] {
        let name = format!("rests-{rests_after}");
        let mut file = staging.create(&name).expect("created");
        let mut bytes = Vec::new();
        for row in 0..4_000_usize {
            let made = vec![row as u8; row * 7 % 131];
            let most = made.len() + row % 5;
            file.write_with(most, |room| {
                assert!(room.len() >= most);
                room[..made.len()].copy_from_slice(&made);
                made.len()
            })
            .expect("written");
            bytes.extend(made);
            if row % rests_after == rests_after - 1 {
                file.rest().expect("rests");
            }
        }
        assert_eq!(file.bytes(), bytes.len() as u64);
        let record = file.finish().expect("finished");
        assert_eq!(record.sha256.0, <[u8; 32]>::from(sha2::Sha256::digest(&bytes)), "{name}");
        assert!(fs::read(staging.path().join(&name)).expect("is there") == bytes, "{name}");
    }
}

/// Writes rows of four bytes (a prefix and a number) under a limit, and reads the parts back.
fn parts_of(prefixes: &[u16], limits: UploadLimits) -> Option<BTreeMap<String, Vec<u8>>> {
    let scratch = tempfile::tempdir().expect("scratch");
    let staging = begin(scratch.path()).expect("begins");
    let mut plan = PartPlan::new(limits, 2);
    let mut rows: Vec<[u8; 4]> = prefixes
        .iter()
        .zip(0_u16..)
        .map(|(prefix, number)| {
            let ([a, b], [c, d]) = (prefix.to_be_bytes(), number.to_be_bytes());
            [a, b, c, d]
        })
        .collect();
    rows.sort_unstable();
    for row in &rows {
        plan.observe(u16::from_be_bytes([row[0], row[1]]), row.len());
    }
    let parts = plan.parts()?;
    let mut writer =
        UploadWriter::begin(&staging, "a/p", UploadKind::Full, b"h\n", limits, parts).expect("begins");
    for row in &rows {
        writer.row(u16::from_be_bytes([row[0], row[1]]), row).expect("the plan holds");
    }
    let files = writer.finish().expect("finished");
    assert_eq!(files.iter().map(|file| file.rows).sum::<u64>(), rows.len() as u64, "no row is lost");
    let read = |file: &crate::manifest::UploadFile| {
        let bytes = fs::read(staging.path().join(&file.name)).expect("is there");
        assert_eq!(bytes.len() as u64, file.bytes);
        (file.name.clone(), bytes)
    };
    Some(files.iter().map(read).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Every part fits, the parts together are the rows in order, and half as many parts would not do.
    #[test]
    fn parts_fit_the_limit_and_lose_nothing(
        prefixes in prop::collection::vec(any::<u16>(), 0..300),
        rows_max in prop::option::of(8_u64..200),
        bytes_max in prop::option::of(40_u64..800),
    ) {
        let limits = UploadLimits { rows_max, bytes_max };
        if let Some(parts) = parts_of(&prefixes, limits) {
            let mut body = Vec::new();
            for bytes in parts.values() {
                prop_assert!(bytes_max.is_none_or(|most| bytes.len() as u64 <= most));
                prop_assert!(rows_max.is_none_or(|most| (bytes.len() as u64 - 2) / 4 <= most));
                body.extend_from_slice(&bytes[2..]);
            }
            prop_assert!(body.chunks(4).is_sorted());
            prop_assert_eq!(body.len(), prefixes.len() * 4);
            prop_assert!(parts.len().is_power_of_two());
        }
    }
}

#[test]
fn a_row_stays_in_its_part_when_others_come_and_go() {
    let limits = UploadLimits { rows_max: Some(40), bytes_max: None };
    let spread: Vec<u16> = (0..250_u16).map(|at| at * 262).collect();
    let before = parts_of(&spread, limits).expect("fits");
    let after = parts_of(&spread[..240], limits).expect("fits");
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    assert_eq!(before.len(), 8);
    assert_eq!(before.keys().next().map(String::as_str), Some("a/p/full-01-of-08.csv"));
    let same = before.iter().filter(|(name, bytes)| after[*name] == **bytes).count();
    assert_eq!(same, 7, "only the part whose rows went has changed");
}

#[test]
fn an_upload_that_no_number_of_parts_can_hold_is_refused() {
    let same = vec![7_u16; 50];
    assert_eq!(parts_of(&same, UploadLimits { rows_max: Some(49), bytes_max: None }), None);
    assert!(
        parts_of(&same, UploadLimits { rows_max: Some(50), bytes_max: None })
            .is_some_and(|parts| parts.len() == 1)
    );
}
