//! A night broken off at every operation on the disk leaves it either before or after.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::ToSpan as _;
use verho::outputs::Disk;

use super::world::{Dice, Files, PLATFORMS, World, rows};
use verho::manifest::UploadKind;

pub(super) fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir_all(to).expect("ours");
    for entry in std::fs::read_dir(from).expect("there") {
        let entry = entry.expect("readable");
        let (kind, place) = (entry.file_type().expect("readable"), to.join(entry.file_name()));
        if kind.is_symlink() {
            let target = std::fs::read_link(entry.path()).expect("a link");
            std::os::unix::fs::symlink(target, place).expect("ours");
        } else if kind.is_dir() {
            copy(&entry.path(), &place);
        } else {
            std::fs::copy(entry.path(), place).expect("ours");
        }
    }
    let mode = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o700);
    std::fs::set_permissions(to, mode).expect("ours");
}

/// The folders that a night changes.
const CHANGED: [&str; 2] = ["releases", "state"];

pub(super) struct Night {
    pub(super) world: World,
    pub(super) saved: PathBuf,
}

impl Night {
    pub(super) fn save(&self) {
        for name in CHANGED {
            copy(&self.world.path(name), &self.saved.join(name));
        }
    }

    pub(super) fn restore(&self) {
        for name in CHANGED {
            copy(&self.saved.join(name), &self.world.path(name));
        }
    }

    pub(super) fn releases(&self) -> BTreeSet<PathBuf> {
        let entries = std::fs::read_dir(self.world.path("releases")).expect("there");
        let paths = entries.map(|entry| entry.expect("readable").path());
        paths.filter(|path| path.join("manifest.json").is_file() && !path.is_symlink()).collect()
    }

    /// What a build of the next night does, which tells what is live and owed.
    pub(super) fn next(&mut self) -> Vec<Files> {
        self.world.now += 24.hours();
        let built = self.world.build(false).expect("the next night is built");
        self.world.now -= 24.hours();
        let release = built.release.expect("published");
        let files = PLATFORMS.map(|name| Files::read(&release, name)).to_vec();
        std::fs::remove_dir_all(release).expect("ours");
        files
    }
}

/// A second night with somebody to remove and somebody to add.
fn night() -> Night {
    let mut world = World::new(12);
    let first = world.build(true).expect("the first").release.expect("published");
    for name in PLATFORMS {
        world.uploaded_on(&Disk::real(), &first, name).expect("ours");
    }
    let mut dice = Dice(3);
    world.join(&mut dice);
    let ids: Vec<String> = world.people.keys().take(3).cloned().collect();
    world.by_id.extend(ids);
    world.write(true);
    world.now += 24.hours();
    let saved = world.path("saved");
    let night = Night { world, saved };
    night.save();
    night
}

#[test]
fn a_build_broken_off_anywhere_leaves_the_night_before_or_after() {
    let mut night = night();
    let before = night.releases();
    let expect = night.next();
    let mut broken = 0;
    for at in 0.. {
        night.restore();
        let disk = Disk::failing_at(at, ErrorKind::StorageFull);
        let result = night.world.build_on(&disk, false);
        let new: Vec<_> = night.releases().difference(&before).cloned().collect();
        match &result {
            Ok(built) => assert_eq!(new, [built.release.clone().expect("published")], "{at}"),
            Err(_) => assert!(new.is_empty(), "{at}: {new:?}"),
        }
        broken += u32::from(result.is_err());
        if let Some(release) = new.first() {
            // The state must know of it, whenever the disk gave up.
            night.world.tick();
            for name in PLATFORMS {
                night
                    .world
                    .uploaded_on(&Disk::real(), release, name)
                    .unwrap_or_else(|error| panic!("{at}: {error}"));
            }
            let after = night.next();
            assert!(after.iter().all(|files| files.full.is_some()), "{at}");
        } else {
            assert_eq!(night.next(), expect, "{at}: nothing changed");
        }
        if disk.operations() <= at {
            break;
        }
    }
    assert!(broken > 30, "{broken}");
}

#[test]
fn a_mark_or_a_receipt_broken_off_anywhere_counts_wholly_or_not_at_all() {
    let mut night = night();
    let built = night.world.build(false).expect("the second");
    let release = built.release.clone().expect("published");
    night.save();
    let before = night.next();
    night.restore();
    night.world.uploaded_on(&Disk::real(), &release, "meta").expect("ours");
    let marked = night.next();
    assert!(before != marked);
    for at in 0.. {
        night.restore();
        let disk = Disk::failing_at(at, ErrorKind::StorageFull);
        let result = night.world.uploaded_on(&disk, &release, "meta");
        let found = night.next();
        let expect = [&before, &marked];
        assert!(expect.contains(&&found), "{at}");
        assert!(result.is_err() || found == marked, "{at}: said and not done");
        if disk.operations() <= at {
            break;
        }
    }
    night.restore();
    night.world.uploaded_on(&Disk::real(), &release, "meta").expect("ours");
    night.save();
    let sent = rows(&built, "meta", UploadKind::Remove);
    assert!(sent > 0);
    let text = format!("sent = {sent}\nreceived = {sent}\ninvalid = 0\nrefused = 0\n");
    night.world.receipt_on(&Disk::real(), &release, "meta", &text).expect("ours");
    let acknowledged = night.next();
    assert!(marked != acknowledged);
    for at in 0.. {
        night.restore();
        let disk = Disk::failing_at(at, ErrorKind::StorageFull);
        let result = night.world.receipt_on(&disk, &release, "meta", &text);
        let found = night.next();
        assert!([&marked, &acknowledged].contains(&&found), "{at}");
        assert!(result.is_err() || found == acknowledged, "{at}: said and not done");
        if disk.operations() <= at {
            break;
        }
    }
}
