//! What is watched over time: answers that are late, campaigns that are over, audiences that swing or
//! are dropped; and that nothing of it is readable on the disk.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::ToSpan as _;
use verho::commands::build::{BuildError, Built};
use verho::manifest::{Outcome, UploadKind};
use verho::outputs::Disk;
use verho::pipeline::RunError;

use super::world::{Dice, Files, PLATFORMS, World, digest, flat, record, rows};

fn codes(error: &BuildError) -> Vec<&'static str> {
    match error {
        BuildError::Run(RunError::Refused { refusals }) => {
            refusals.iter().map(|refusal| refusal.code).collect()
        }
        other => panic!("{other}"),
    }
}

fn overdue(built: &Built) -> Vec<&str> {
    built.overdue.iter().map(|overdue| overdue.code.as_str()).collect()
}

/// A world whose first release is live everywhere.
fn live(people: u64) -> World {
    let mut world = World::new(people);
    let release = world.build(true).expect("the first").release.expect("published");
    for name in PLATFORMS {
        world.uploaded_on(&Disk::real(), &release, name).expect("ours");
    }
    world.now += 24.hours();
    world
}

fn object(world: &mut World, at: usize) -> String {
    let (id, person) = world.people.iter().nth(at).expect("there");
    let (id, email) = (id.clone(), person.emails[0].clone());
    let today = world.now.strftime("%Y-%m-%d").to_string();
    world.by_email.insert(email, today);
    world.write(true);
    id
}

fn upload(world: &mut World, release: &Path) {
    for name in PLATFORMS {
        world.uploaded_on(&Disk::real(), release, name).expect("ours");
    }
}

#[test]
fn a_removal_stays_owed_until_an_answer_shows_it_done() {
    let mut world = live(30);
    object(&mut world, 0);
    let built = world.build(false).expect("built");
    let release = built.release.clone().expect("published");
    assert!(overdue(&built).is_empty());
    let times = built.manifest.predicate.state.as_ref().expect("kept").to_release.expect("dated objections");
    assert_eq!(
        (times.measured, times.max_seconds),
        (3, 2 * 3600),
        "from midnight to two, on three platforms"
    );
    upload(&mut world, &release);
    let sent = rows(&built, "meta", UploadKind::Remove);
    assert!(sent > 1, "a single person is widened");
    let answer = |refused: u64, missing: u64| {
        format!("sent = {sent}\nreceived = {}\ninvalid = 0\nrefused = {refused}\n", sent - refused - missing)
    };
    world.now += 96.hours();
    for bad in [answer(1, 0), answer(0, 1)] {
        let recorded = world.receipt_on(&Disk::real(), &release, "meta", &bad).expect("ours");
        assert!(!recorded.acknowledged && recorded.owed > 0, "{bad}");
    }
    let built = world.build(false).expect("built");
    assert_eq!(overdue(&built), ["removal-unacknowledged"]);
    let again = flat(Files::read(built.release.as_ref().expect("published"), "meta").remove.as_ref());
    let first = flat(Files::read(&release, "meta").remove.as_ref());
    assert!(again.intersection(&first).count() > 0, "it is repeated");
    for name in PLATFORMS {
        let kind = if name == "linkedin" { UploadKind::Full } else { UploadKind::Remove };
        let count = rows(&world_built(&release), name, kind);
        let text = format!("received = {count}\ninvalid = 0\nrefused = 0\n");
        let recorded = world.receipt_on(&Disk::real(), &release, name, &text).expect("ours");
        assert!(recorded.acknowledged && recorded.owed == 0, "{name}");
    }
    world.now += 24.hours();
    let built = world.build(false).expect("built");
    assert!(overdue(&built).is_empty());
    assert!(Files::read(built.release.as_ref().expect("published"), "meta").remove.is_none());
}

/// Additions that a platform refused counted as live, and were not sent again before they expired.
#[test]
fn additions_that_were_not_taken_are_sent_again_until_they_are() {
    // What is answered of a file of so many rows: received, invalid, refused; and whether it comes again.
    let table: [(&str, fn(u64) -> [u64; 3], bool); 5] = [
        ("all taken", |rows| [rows, 0, 0], false),
        ("one refused", |rows| [rows - 1, 0, 1], true),
        ("one of those received refused", |rows| [rows, 0, 1], true),
        ("one missing", |rows| [rows - 1, 0, 0], true),
        ("one unreadable, which it will be again", |rows| [rows - 1, 1, 0], false),
    ];
    for first in [true, false] {
        for (title, answer, comes_again) in table {
            let mut world = live(20);
            let mut release = std::fs::canonicalize(world.path("releases/latest")).expect("there");
            if !first {
                world.join(&mut Dice(3));
                world.write(true);
                release = world.build(false).expect("built").release.expect("published");
                upload(&mut world, &release);
            }
            let files = Files::read(&release, "meta");
            let (kind, sent) = if first { ("full", files.full) } else { ("add", files.add) };
            let sent = sent.expect("somebody is new");
            let [received, invalid, refused] = answer(sent.len() as u64);
            let text = format!(
                "kind = \"{kind}\"\nreceived = {received}\ninvalid = {invalid}\nrefused = {refused}\n"
            );
            for _twice in 0..2 {
                let recorded = world.receipt_on(&Disk::real(), &release, "meta", &text).expect("ours");
                assert_eq!(recorded.sends_again, comes_again, "{kind}: {title}");
            }
            world.now += 24.hours();
            let next = world.build(false).expect("built").release.expect("published");
            let again = Files::read(&next, "meta");
            assert_eq!(again.add, comes_again.then_some(sent), "{kind}: {title}");
            assert!(again.remove.is_none(), "{kind}: {title}");
            // Taken at last; what was answered to the first upload is about that one alone.
            upload(&mut world, &next);
            world.receipt_on(&Disk::real(), &release, "meta", &text).expect("ours");
            world.now += 24.hours();
            let last = world.build(false).expect("built").release.expect("published");
            assert!(Files::read(&last, "meta").add.is_none(), "{kind}: {title}");
        }
    }
}

/// A release read back, in the shape of what built it.
fn world_built(release: &Path) -> Built {
    let read = verho::sources::releases::PublishedRelease::open(release).expect("ours");
    Built {
        release: Some(release.to_path_buf()),
        latest_failed: None,
        manifest: read.manifest,
        refusals: Vec::new(),
        overdue: Vec::new(),
        is_again: false,
        overdue_requests: 0,
        unmapped: Vec::new(),
        spilled_bytes: 0,
    }
}

#[test]
fn an_objection_that_waits_for_its_upload_is_overdue() {
    let mut world = live(20);
    object(&mut world, 3);
    world.now += (24 * 11).hours();
    let built = world.build(false).expect("built");
    assert_eq!(overdue(&built), ["objection-late"]);
    upload(&mut world, &built.release.expect("published"));
    world.now += 1.hours();
    let mut dice = Dice(1);
    world.join(&mut dice);
    world.write(true);
    let built = world.build(false).expect("built");
    assert!(overdue(&built).is_empty());
    assert!(built.manifest.predicate.state.as_ref().is_some_and(|state| state.to_upload.is_some()));
}

#[test]
fn a_campaign_that_is_over_takes_everybody_out_and_is_then_refused() {
    let mut world = live(15);
    world.configure("min_size = 1", "min_size = 1\nvalid_until = 2025-12-31");
    let built = world.build(false).expect("built");
    let release = built.release.clone().expect("published");
    assert_eq!(built.manifest.predicate.release.outcome, Outcome::Complete);
    for name in PLATFORMS {
        let files = Files::read(&release, name);
        assert!(files.full.is_none() && files.add.is_none(), "{name}");
        let (_, cell) = record(&built, name);
        let delta = cell.delta.as_ref().expect("known");
        assert_eq!((delta.kept, delta.removed), (0, flat(files.remove.as_ref()).len() as u64), "{name}");
        world.uploaded_on(&Disk::real(), &release, name).expect("ours");
        let text = format!("received = {0}\ninvalid = 0\nrefused = 0\n", delta.removed);
        let text = format!("kind = \"remove\"\n{text}");
        world.receipt_on(&Disk::real(), &release, name, &text).expect("ours");
    }
    world.now += 24.hours();
    let error = world.build(false).expect_err("refused");
    assert_eq!(codes(&error), ["audience-expired"]);
}

/// An address that went from somebody who is live to somebody who objected stayed in until the next
/// complete release: it is live under its holder before.
#[test]
fn what_an_objector_holds_goes_whoever_it_is_live_of() {
    for leaves in [false, true] {
        let mut world = live(20);
        let ids: Vec<String> = world.people.keys().cloned().collect();
        let email = world.people[&ids[0]].emails[0].clone();
        let before = world.people.get_mut(&ids[0]).expect("there");
        before.emails[0] = "numbat@example.com".to_owned();
        if leaves {
            world.people.remove(&ids[0]);
        }
        object(&mut world, if leaves { 2 } else { 3 });
        world.people.get_mut(&ids[3]).expect("there").emails[1].clone_from(&email);
        world.write(false);
        let release = world.build(false).expect("built").release.expect("published");
        for name in ["meta", "x"] {
            let files = Files::read(&release, name);
            assert!(files.add.is_none() && files.full.is_none(), "{name}: a register is missing");
            let gone = flat(files.remove.as_ref());
            assert!(gone.contains(&digest(&email)), "leaves: {leaves}, {name}");
        }
    }
}

#[test]
fn a_swing_adds_nobody_and_still_removes() {
    let mut world = live(20);
    world.configure("min_size = 1", "min_size = 1\nmax_swing = \"20%\"");
    let mut dice = Dice(5);
    (0..10).for_each(|_| world.join(&mut dice));
    world.write(true);
    let error = world.build(false).expect_err("nobody to remove");
    assert_eq!(codes(&error), ["audience-swing"]);
    let gone = object(&mut world, 2);
    let built = world.build(false).expect("a release of removals only");
    assert_eq!(built.refusals[0].code, "audience-swing");
    assert_eq!(built.manifest.predicate.release.outcome, Outcome::RemovalsOnly);
    let release = built.release.expect("published");
    for name in PLATFORMS {
        let files = Files::read(&release, name);
        assert!(files.full.is_none() && files.add.is_none(), "{name}");
        assert!(world.people[&gone].digests().is_subset(&flat(files.remove.as_ref())), "{name}");
    }
    // Shrinking by objections is no swing: sizes are counted before them.
    let mut world = live(20);
    world.configure("min_size = 1", "min_size = 1\nmax_swing = \"5%\"");
    (0..9).for_each(|at| drop(object(&mut world, at)));
    assert!(world.build(false).expect("built").refusals.is_empty());
}

#[test]
fn a_platform_that_the_config_drops_while_somebody_is_live_is_named() {
    let mut world = live(10);
    world.configure(
        "platforms = [\"meta\", \"x\", \"linkedin\"]\nmin_size",
        "platforms = [\"meta\"]\nmin_size",
    );
    let error = world.build(false).expect_err("refused");
    assert_eq!(codes(&error), ["audience-dropped", "audience-dropped"]);
}

#[test]
fn one_person_alone_is_widened_or_replaced_as_configured() {
    for replace in [false, true] {
        let mut world = live(25);
        if replace {
            world.configure("dir = \"state\"", "dir = \"state\"\nsingle_removal = \"replace\"");
        }
        let gone = object(&mut world, 1);
        let built = world.build(false).expect("built");
        let release = built.release.clone().expect("published");
        for name in ["meta", "x"] {
            let files = Files::read(&release, name);
            let (removed, added) = (flat(files.remove.as_ref()), flat(files.add.as_ref()));
            if replace {
                assert!(files.remove.is_none() && files.add.is_none() && files.full.is_some(), "{name}");
            } else {
                let own = world.people[&gone].digests();
                let others: BTreeSet<_> = removed.difference(&own).collect();
                assert!(others.len() == 9 && others.iter().all(|digest| added.contains(*digest)), "{name}");
            }
            assert!(world.people[&gone].digests().is_disjoint(&added), "{name}");
        }
    }
}

#[test]
fn nothing_of_the_state_is_readable_and_it_is_its_owners_alone() {
    use std::os::unix::fs::MetadataExt as _;
    let mut world = live(12);
    object(&mut world, 0);
    let built = world.build(false).expect("built");
    upload(&mut world, &built.release.expect("published"));
    let folder = world.path("state");
    assert_eq!(std::fs::metadata(&folder).expect("there").mode() & 0o777, 0o700);
    let mut needles: Vec<Vec<u8>> = Vec::new();
    for person in world.people.values() {
        needles.extend(person.identifiers().iter().map(|email| email.as_bytes().to_vec()));
        for digest in person.digests() {
            needles.push(hex::decode(&digest).expect("hex"));
            needles.push(digest.into_bytes());
        }
    }
    needles.extend([b"Example Life".to_vec(), b"everyone".to_vec(), b"marketing-policy".to_vec()]);
    let mut lists = 0;
    for entry in std::fs::read_dir(&folder).expect("there") {
        let path = entry.expect("readable").path();
        assert_eq!(std::fs::metadata(&path).expect("there").mode() & 0o777, 0o600, "{}", path.display());
        let bytes = std::fs::read(&path).expect("ours");
        lists += usize::from(bytes.len() > 500);
        for needle in &needles {
            assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{}", path.display());
        }
    }
    assert!(lists > 1, "lists were looked at: {lists}");
}

/// Through the program itself: the path on standard output, exit code 1, and what is said.
#[test]
fn a_release_of_removals_only_is_printed_and_the_run_refused() {
    let mut world = live(10);
    world.now = "2026-01-01T02:00:00Z".parse().expect("a moment");
    object(&mut world, 4);
    world.write(false);
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_verho"))
            .current_dir(world.path("."))
            .args(args)
            .output()
            .expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, stdout, stderr) = run(&["build"]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("register-missing") && stderr.contains("hint:"), "{stderr}");
    let release = PathBuf::from(stdout.trim_end());
    assert!(release.join("audiences/everyone/meta/remove.csv").is_file(), "{stdout}");
    assert!(!release.join("audiences/everyone/meta/full.csv").exists());
    let guide = std::fs::read_to_string(release.join("UPLOAD.md")).expect("written");
    assert!(guide.contains("remove files only") && guide.contains("verho uploaded"), "{guide}");
    let release = release.to_string_lossy().into_owned();
    let (code, stdout, stderr) = run(&["verify", &release]);
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    for _ in 0..2 {
        let (code, stdout, stderr) = run(&["uploaded", &release, "--json"]);
        assert_eq!(code, Some(0), "{stderr}");
        assert!(stdout.contains("\"live\""), "{stdout}");
    }
    let (code, _, stderr) = run(&["build", "--first"]);
    assert!(code == Some(1) && stderr.contains("already"), "{stderr}");
    std::fs::write(world.path("answer.csv"), "kind,received,invalid,refused\nremove,1,0,0\n").expect("ours");
    let args = ["receipt", &release, "--platform", "meta", "--audience", "everyone", "--file", "answer.csv"];
    let (code, _, stderr) = run(&args);
    assert_eq!(code, Some(0), "{stderr}");
}
