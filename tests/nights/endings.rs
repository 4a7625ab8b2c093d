//! What ends something broken off at every operation on the disk: an erasure, an audience closed, a purge,
//! a root key that is replaced, and the feed for the controller. Whatever was reached, nobody comes back
//! in, and running it again finishes it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use jiff::{Timestamp, ToSpan as _};
use verho::commands::close::{CloseOptions, close_on};
use verho::commands::export::export_on;
use verho::commands::purge::{PurgeOptions, purge_on};
use verho::commands::requests::{RequestOptions, erase_on, requests};
use verho::commands::rotate::{NewRoot, RotateOptions, rotate_on};
use verho::commands::verify::{VerifyOptions, verify};
use verho::config::Given;
use verho::envelope::{Identities, Opener, new_identity};
use verho::outputs::Disk;

use super::crashes::Night;
use super::world::{Files, PLATFORMS, World, flat};

/// A night after the first, with everybody live; what a step changes is saved.
fn live() -> Night {
    let mut world = World::new(12);
    let first = world.build(true).expect("the first").release.expect("published");
    for name in PLATFORMS {
        world.uploaded_on(&Disk::real(), &first, name).expect("ours");
    }
    world.now += 24.hours();
    let saved = world.path("saved");
    let night = Night { world, saved };
    night.save();
    night
}

/// Does it on a disk that fails at every operation in turn, and hands each end to `look`, with whether it
/// was said to be done. Returns how many times it was broken off.
fn broken_off_anywhere(
    night: &mut Night,
    mut act: impl FnMut(&mut Night, &Disk) -> Result<(), String>,
    mut look: impl FnMut(&mut Night, bool, u64),
) -> u64 {
    let mut broken = 0;
    for at in 0.. {
        night.restore();
        let disk = Disk::failing_at(at, ErrorKind::StorageFull);
        let done = act(night, &disk);
        broken += u64::from(done.is_err());
        look(night, done.is_ok(), at);
        if disk.operations() <= at {
            assert_eq!(done, Ok(()), "nothing stood in its way");
            return broken;
        }
    }
    unreachable!("it ends")
}

fn asked(world: &World, dice: u8) -> RequestOptions {
    RequestOptions {
        config: world.path("verho.toml"),
        now: world.now,
        random: [dice; 64],
        given: Given::default(),
    }
}

fn erased(world: &World, disk: &Disk, dice: u8, text: &str) -> Result<(), String> {
    erase_on(disk, &asked(world, dice), None, text.as_bytes(), &|_| ())
        .map(|_| ())
        .map_err(|error| error.to_string())
}

#[test]
fn an_erasure_broken_off_anywhere_is_stored_or_can_be_made_again() {
    let mut night = live();
    let person = night.world.people.values().next().expect("there").clone();
    let text = person.emails[0].clone();
    let broken = broken_off_anywhere(
        &mut night,
        |night, disk| erased(&night.world, disk, 90, &text),
        |night, done, at| {
            let open = requests(&asked(&night.world, 91), false).expect("the store can be read").len();
            assert!(open == 1 || (open == 0 && !done), "{at}: said and not done");
            let out = |night: &mut Night| {
                let mine = person.digests();
                let up = |files: &Files| [&files.full, &files.add].map(|rows| flat(rows.as_ref()));
                night.next().iter().flat_map(up).any(|rows| !rows.is_disjoint(&mine))
            };
            assert_eq!(out(night), open == 0, "{at}: stored is kept out");
            erased(&night.world, &Disk::real(), 92, &text).expect("made again");
            assert!(!out(night), "{at}");
            assert_eq!(
                requests(&asked(&night.world, 93), false).expect("read").len(),
                1,
                "{at}: one request"
            );
        },
    );
    assert!(broken > 4, "{broken}");
}

#[test]
fn closing_broken_off_anywhere_adds_nobody_and_can_be_finished() {
    let mut night = live();
    let close = |night: &Night, disk: &Disk, dice: u8| {
        let options = CloseOptions {
            config: night.world.path("verho.toml"),
            given: Given::default(),
            audience: "everyone".to_owned(),
            now: night.world.now,
            random: [dice; 64],
        };
        close_on(disk, &options).map(|_| ()).map_err(|error| error.to_string())
    };
    let first = night.releases().into_iter().next().expect("the first");
    let whole = night.next();
    let broken = broken_off_anywhere(
        &mut night,
        |night, disk| close(night, disk, 90),
        |night, done, at| {
            let left = first.join("audiences/everyone/meta/full.csv").exists();
            assert!(!(done && left), "{at}: said and not done");
            // Before the state was told nothing has happened; afterwards everybody goes, and nobody comes.
            let is_over =
                |files: &[Files]| files.iter().all(|one| one.remove.is_some() && one.full.is_none());
            let before = night.next();
            assert!(is_over(&before) || (before == whole && left), "{at}");
            close(night, &Disk::real(), 91).expect("finished");
            // A build once more wherever the first did not yet take everybody out.
            assert!(is_over(&before) || is_over(&night.next()), "{at}");
            assert!(!first.join("audiences/everyone/meta/full.csv").exists(), "{at}");
            assert!(!first.join("audiences/everyone/suppressions.csv").exists(), "{at}");
            verified(&first, at);
        },
    );
    assert!(broken > 20, "{broken}");
}

/// Every file that is gone has a receipt.
fn verified(release: &Path, at: u64) {
    let options = VerifyOptions {
        allowed_signers: None,
        revoked_signers: None,
        moment: "2027-01-01T00:00:00Z".parse().expect("a moment"),
        max_age: None,
        strict_modes: true,
        chain: false,
        keys: None,
    };
    let report = verify(release, &options).expect("can be read");
    assert!(report.ok, "{at}: {report:?}");
}

#[test]
fn a_purge_broken_off_anywhere_is_finished_by_the_next() {
    let mut night = live();
    let first = night.releases().into_iter().next().expect("the first");
    let second = night.world.build(false).expect("the second").release.expect("published");
    for name in PLATFORMS {
        night.world.uploaded_on(&Disk::real(), &second, name).expect("ours");
    }
    let third: Timestamp = night.world.now + (24 * 30).hours();
    night.save();
    let purge = |night: &Night, disk: &Disk, dice: u8| {
        let options = PurgeOptions {
            config: night.world.path("verho.toml"),
            given: Given::default(),
            now: third,
            dry_run: false,
            random: [dice; 64],
        };
        purge_on(disk, &options).map(|_| ()).map_err(|error| error.to_string())
    };
    let full = first.join("audiences/everyone/meta/full.csv");
    assert!(full.is_file());
    let broken = broken_off_anywhere(
        &mut night,
        |night, disk| purge(night, disk, 90),
        |night, done, at| {
            assert!(!done || !full.exists(), "{at}: said and not done");
            purge(night, &Disk::real(), 91).expect("finished");
            assert!(!full.exists(), "{at}");
            verified(&first, at);
            verified(&second, at);
            assert!(second.join("audiences/everyone/meta/full.csv").is_file(), "{at}: the newest stays");
            night.next();
        },
    );
    assert!(broken > 10, "{broken}");
}

#[test]
fn a_rotation_broken_off_anywhere_leaves_one_root_that_opens_everything() {
    let mut night = live();
    let place = |name: &str| night.world.path(name);
    let (old, new) = (place("root.key"), place("new.key"));
    let kept = std::fs::read_to_string(&old).expect("ours");
    std::fs::write(&new, kept.trim_end().chars().rev().collect::<String>()).expect("ours");
    let mode = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o600);
    std::fs::set_permissions(&new, mode).expect("ours");
    let config = place("verho.toml");
    let expect = night.next();
    let under = |night: &mut Night, name: &str| {
        let text = std::fs::read_to_string(&config).expect("ours");
        std::fs::write(&config, text.replace("root = \"root.key\"", &format!("root = \"{name}\"")))
            .expect("ours");
        night.world.now += 24.hours();
        let built = night.world.build(false);
        night.world.now -= 24.hours();
        std::fs::write(&config, text).expect("ours");
        let release = built.ok()?.release?;
        let files = PLATFORMS.map(|name| Files::read(&release, name)).to_vec();
        std::fs::remove_dir_all(release).expect("ours");
        Some(files)
    };
    let broken = broken_off_anywhere(
        &mut night,
        |night, disk| {
            let options = RotateOptions {
                config: &night.world.path("verho.toml"),
                given: Given::default(),
                to: NewRoot::File(night.world.path("new.key")),
                random: [90; 64],
            };
            rotate_on(disk, &options).map(|_| ()).map_err(|error| error.to_string())
        },
        |night, done, at| {
            let files = [under(night, "root.key"), under(night, "new.key")];
            let opens: Vec<_> = files.iter().flatten().collect();
            assert_eq!(opens, [&expect], "{at}: one of them, and everything is as it was");
            assert!(!done || files[1].is_some(), "{at}: said and not done");
        },
    );
    assert!(broken > 3, "{broken}");
}

/// The records of every feed that is there, by id, and how often each stands in one.
fn told(world: &World, identities: &Identities) -> BTreeMap<String, u32> {
    let mut told = BTreeMap::new();
    let Ok(entries) = std::fs::read_dir(world.path("releases/objections")) else { return told };
    let places: BTreeSet<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    for place in places.iter().filter(|place| place.extension().is_some_and(|end| end == "age")) {
        let mut text = String::new();
        let file = std::fs::File::open(place).expect("there");
        let mut opener = Opener::begin(identities, file).expect("whole where it is there");
        opener.read_to_string(&mut text).expect("whole where it is there");
        for line in text.lines().skip(1) {
            let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
            *told.entry(line["id"].as_str().expect("an id").to_owned()).or_default() += 1;
        }
    }
    told
}

#[test]
fn an_export_broken_off_anywhere_loses_nothing_and_tells_nothing_twice() {
    let mut night = live();
    let (secret, recipient) = new_identity();
    let identities = Identities::parse(&secret).expect("ours");
    night.world.configure("[state]", &format!("[encryption]\nobjections = [\"{recipient}\"]\n[state]"));
    let people: Vec<_> = night.world.people.values().take(2).cloned().collect();
    for (dice, person) in (80..).zip(&people) {
        erased(&night.world, &Disk::real(), dice, &person.emails[0]).expect("stored");
    }
    let release = night.world.build(false).expect("built").release.expect("published");
    night.world.uploaded_on(&Disk::real(), &release, "meta").expect("ours");
    let removed = Files::read(&release, "meta").remove.expect("somebody goes").len();
    let text = format!("received = {removed}\ninvalid = 0\nrefused = 0\n");
    night.world.receipt_on(&Disk::real(), &release, "meta", &text).expect("ours");
    night.save();
    let export = |night: &Night, disk: &Disk, dice: u8| {
        export_on(disk, &asked(&night.world, dice)).map_err(|error| error.to_string())
    };
    let all = ["erasure-1", "erasure-2", "receipt-1", "request-1", "request-2"];
    let broken = broken_off_anywhere(
        &mut night,
        |night, disk| export(night, disk, 90).map(|_| ()),
        |night, done, at| {
            let before = told(&night.world, &identities);
            assert!(!done || before.len() == all.len(), "{at}: said and not done");
            export(night, &Disk::real(), 91).expect("made");
            let after = told(&night.world, &identities);
            assert!(after.keys().eq(all), "{at}: {after:?}");
            assert!(after.values().all(|times| *times == 1), "{at}: {after:?}");
            let again = export(night, &Disk::real(), 92).expect("looked");
            assert_eq!(again.feed, None, "{at}");
        },
    );
    assert!(broken > 15, "{broken}");
}
