//! Identifiers that move from one person to another: the platform may know both by them.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use verho::manifest::UploadKind;
use verho::outputs::Disk;

use super::world::{Files, World, digest, flat, rows};

const PLATFORMS: [&str; 2] = ["meta", "x"];
const FAMILY: &str = "family@example.org";

/// Builds, uploads everywhere and, where asked, records that all removals were done.
fn night(world: &mut World, first: bool, answers: bool) -> Vec<Files> {
    world.write(true);
    let built = world.build(first).expect("built");
    let release = built.release.clone().expect("published");
    let mut found = Vec::new();
    for name in PLATFORMS {
        found.push(Files::read(&release, name));
        world.uploaded_on(&Disk::real(), &release, name).expect("ours");
        let removed = rows(&built, name, UploadKind::Remove);
        if answers && removed > 0 {
            let text = format!("kind = \"remove\"\nreceived = {removed}\ninvalid = 0\nrefused = 0\n");
            assert!(world.receipt_on(&Disk::real(), &release, name, &text).expect("ours").acknowledged);
        }
    }
    world.now += 24.hours();
    found
}

/// A world in which two people share an address, and then only the second has it.
fn moved(answers: bool) -> (World, String, String) {
    let mut world = World::new(30);
    let alone = world.people.iter().filter(|(_, one)| one.family.is_empty());
    let two: Vec<String> = alone.map(|(id, _)| id.clone()).take(2).collect();
    let (before, after) = (two[0].clone(), two[1].clone());
    world.people.get_mut(&before).expect("there").family = FAMILY.to_owned();
    night(&mut world, true, true);
    world.people.get_mut(&before).expect("there").family = String::new();
    world.people.get_mut(&after).expect("there").family = FAMILY.to_owned();
    night(&mut world, false, answers);
    (world, before, after)
}

#[test]
fn whoever_went_up_with_what_is_removed_is_sent_again_until_it_is_done() {
    for objects in [false, true] {
        let (mut world, before, after) = moved(true);
        let own: BTreeSet<_> = world.people[&before].digests();
        if objects {
            world.by_id.insert(after.clone());
        } else {
            world.people.get_mut(&after).expect("there").family = String::new();
        }
        // Not acknowledged at first, so it is repeated, and the person sent again with it.
        for answers in [false, false, true] {
            for files in night(&mut world, false, answers) {
                assert!(flat(files.remove.as_ref()).contains(&digest(FAMILY)), "{objects} {answers}");
                assert!(own.is_subset(&flat(files.add.as_ref())), "{objects} {answers}: dropped and lost");
            }
        }
        for files in night(&mut world, false, true) {
            assert!(!flat(files.remove.as_ref()).contains(&digest(FAMILY)), "{objects}: it is done");
            assert!(own.is_disjoint(&flat(files.add.as_ref())), "{objects}: and so is this");
        }
    }
}

/// What was to be removed is added again for somebody else, while the platform had refused to remove it.
#[test]
fn a_refused_removal_that_somebody_else_takes_back_is_remembered() {
    let mut world = World::new(30);
    let alone = world.people.iter().filter(|(_, one)| one.family.is_empty());
    let three: Vec<String> = alone.map(|(id, _)| id.clone()).take(3).collect();
    let [before, after, other] = &three[..] else { panic!("three") };
    let family = |world: &mut World, id: &String, text: &str| {
        text.clone_into(&mut world.people.get_mut(id).expect("there").family);
    };
    family(&mut world, before, FAMILY);
    family(&mut world, other, FAMILY);
    night(&mut world, true, true);
    // Both lose it; the removal is never acknowledged, and a third has it from the next night on.
    family(&mut world, before, "");
    family(&mut world, other, "");
    night(&mut world, false, false);
    family(&mut world, after, FAMILY);
    night(&mut world, false, false);
    family(&mut world, after, "");
    let own: BTreeSet<_> = world.people[before].digests();
    for files in night(&mut world, false, true) {
        assert!(flat(files.remove.as_ref()).contains(&digest(FAMILY)));
        assert!(own.is_subset(&flat(files.add.as_ref())), "dropped and lost");
    }
}

#[test]
fn a_single_removal_is_widened_though_somebody_else_went_up_with_it_before() {
    let (mut world, _, after) = moved(true);
    world.people.get_mut(&after).expect("there").family = String::new();
    for files in night(&mut world, false, true) {
        let removed = flat(files.remove.as_ref());
        assert!(removed.len() == 10 && removed.contains(&digest(FAMILY)), "{removed:?}");
    }
}

#[test]
fn whoever_was_known_by_it_and_went_themselves_is_not_sent_again_by_it() {
    let (mut world, before, after) = moved(true);
    let own = world.people[&before].digests();
    world.by_id.insert(before.clone());
    night(&mut world, false, true);
    world.people.get_mut(&after).expect("there").family = String::new();
    for files in night(&mut world, false, true) {
        assert!(flat(files.remove.as_ref()).contains(&digest(FAMILY)));
        assert!(own.is_disjoint(&flat(files.add.as_ref())));
    }
}

/// Somebody who was not eligible for a while, and whose removal was not acknowledged by then, is there as
/// before: the platform still knows them by what moved on.
#[test]
fn whoever_comes_back_before_their_removal_is_acknowledged_is_sent_again_by_it() {
    let (mut world, before, after) = moved(true);
    let own = world.people[&before].digests();
    world.by_id.insert(before.clone());
    for files in night(&mut world, false, false) {
        assert!(own.is_subset(&flat(files.remove.as_ref())));
    }
    world.by_id.remove(&before);
    night(&mut world, false, false);
    world.people.get_mut(&after).expect("there").family = String::new();
    for files in night(&mut world, false, true) {
        assert!(flat(files.remove.as_ref()).contains(&digest(FAMILY)));
        assert!(own.is_subset(&flat(files.add.as_ref())), "dropped and lost");
    }
}

#[test]
fn a_removal_past_a_broken_register_has_them_sent_again_by_the_next_whole_release() {
    let (mut world, before, after) = moved(true);
    let own = world.people[&before].digests();
    let email = world.people[&after].emails[0].clone();
    world.by_email.insert(email, world.now.strftime("%Y-%m-%d").to_string());
    world.write(false);
    let built = world.build(false).expect("removals only");
    let release = built.release.clone().expect("published");
    for name in PLATFORMS {
        let files = Files::read(&release, name);
        assert!(files.add.is_none() && flat(files.remove.as_ref()).contains(&digest(FAMILY)));
        world.uploaded_on(&Disk::real(), &release, name).expect("ours");
        let removed = rows(&built, name, UploadKind::Remove);
        let text = format!("kind = \"remove\"\nreceived = {removed}\ninvalid = 0\nrefused = 0\n");
        assert!(world.receipt_on(&Disk::real(), &release, name, &text).expect("ours").acknowledged);
    }
    world.now += 24.hours();
    for files in night(&mut world, false, true) {
        assert!(own.is_subset(&flat(files.add.as_ref())), "dropped and lost");
    }
}
