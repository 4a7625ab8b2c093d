//! The ledger of who was live: told to whoever asks, when they were first in and when they were taken out,
//! whatever became of the upload files; and forgotten when its time is over, the person is erased or the
//! audience is closed.

use jiff::ToSpan as _;
use verho::commands::access::{AccessOptions, access};
use verho::commands::close::{CloseOptions, close};
use verho::commands::requests::{RequestOptions, erase, requests};
use verho::config::Given;
use verho::manifest::UploadKind;
use verho::outputs::Disk;
use verho::outputs::report::Language;

use super::world::{Files, PLATFORMS, World, flat, rows};

fn asked(world: &World, dice: u8) -> RequestOptions {
    RequestOptions {
        config: world.path("verho.toml"),
        now: world.now,
        random: [dice; 64],
        given: Given::default(),
    }
}

fn told(world: &World, text: &str, language: Language) -> String {
    let asked = asked(world, 77);
    let options = AccessOptions { asked: &asked, text: text.as_bytes(), language };
    access(&options, &|_| ()).expect("answered").text
}

/// A night that is built, uploaded and answered on every platform.
fn night(world: &mut World, first: bool) {
    world.write(true);
    let built = world.build(first).expect("built");
    let release = built.release.clone().expect("published");
    for name in PLATFORMS {
        let Ok(_) = world.uploaded_on(&Disk::real(), &release, name) else { continue };
        let remove = rows(&built, name, UploadKind::Remove);
        let (kind, count) = match remove {
            0 => ("full", rows(&built, name, UploadKind::Full)),
            _ => ("remove", remove),
        };
        let text = format!("kind = \"{kind}\"\nreceived = {count}\ninvalid = 0\nrefused = 0\n");
        world.receipt_on(&Disk::real(), &release, name, &text).expect("ours");
    }
    world.now += 24.hours();
}

const WAS_ON_IT: [(Language, &str); 3] = [
    (
        Language::English,
        "You were on it from 2026-01-01 to 2026-01-02, on the ground of our legitimate interest.",
    ),
    (
        Language::Finnish,
        "Olit listalla 2026-01-01 alkaen, ja sinut poistettiin 2026-01-02; peruste oli oikeutettu etumme.",
    ),
    (
        Language::Swedish,
        "Du fanns på den från 2026-01-01 till 2026-01-02; grunden var vårt berättigade intresse.",
    ),
];

#[test]
fn whoever_was_taken_out_is_told_from_when_to_when_they_were_in() {
    let mut world = World::new(12);
    let (id, person) = world.people.iter().next().map(|(id, one)| (id.clone(), one.clone())).expect("there");
    night(&mut world, true);
    assert!(!told(&world, &id, Language::English).contains("You were on it"), "they still are");
    world.by_id.insert(id.clone());
    night(&mut world, false);
    for (language, sentence) in WAS_ON_IT {
        let text = told(&world, &person.emails[0], language);
        assert_eq!(text.matches(sentence).count(), PLATFORMS.len(), "{text}");
    }
    // Nobody else was taken out, but for those who share something with them.
    let linked = world.objected(true);
    let other = world.people.keys().find(|other| !linked.contains(*other)).expect("somebody").clone();
    assert!(!told(&world, &other, Language::English).contains("You were on it"));
    // Whoever comes back and goes again was first in when they were first in.
    world.by_id.remove(&id);
    night(&mut world, false);
    let text = told(&world, &id, Language::English);
    assert!(text.contains("the first since 2026-01-03") && text.contains(WAS_ON_IT[0].1), "{text}");
    world.by_id.insert(id.clone());
    night(&mut world, false);
    let text = told(&world, &id, Language::English);
    assert!(text.contains("You were on it from 2026-01-01 to 2026-01-04"), "{text}");
    // Purging the upload files takes nothing of it.
    let _ = std::fs::remove_dir_all(world.path("releases/2026-01-01T02-00-00Z/audiences"));
    assert_eq!(told(&world, &id, Language::English), text);
}

#[test]
fn the_ledger_forgets_in_time() {
    let mut world = World::new(12);
    world.configure("[state]", "[retention]\nledger = \"3d\"\n[state]");
    let id = world.people.keys().next().expect("there").clone();
    night(&mut world, true);
    world.by_id.insert(id.clone());
    // Removed on the second; the mark of the sixth is the first after more than three days.
    for day in 2..=7 {
        let mut dice = super::world::Dice(day);
        world.join(&mut dice);
        night(&mut world, false);
        let is_told = told(&world, &id, Language::English).contains("You were on it");
        assert_eq!(is_told, day < 6, "the {day}th");
    }
}

#[test]
fn an_erased_person_and_a_closed_audience_leave_no_trace_in_it() {
    for closes in [false, true] {
        let mut world = World::new(12);
        let (id, person) =
            world.people.iter().next().map(|(id, one)| (id.clone(), one.clone())).expect("some");
        night(&mut world, true);
        world.by_id.insert(id.clone());
        night(&mut world, false);
        assert!(told(&world, &id, Language::English).contains("You were on it"));
        if closes {
            let options = CloseOptions {
                config: world.path("verho.toml"),
                given: Given::default(),
                audience: "everyone".to_owned(),
                now: world.now,
                random: [9; 64],
            };
            close(&options).expect("closed");
        } else {
            erase(&asked(&world, 50), None, person.emails[0].as_bytes(), &|_| ()).expect("stored");
            night(&mut world, false);
            assert_eq!(requests(&asked(&world, 51), false).expect("read").len(), 0, "it is done");
        }
        let text = told(&world, &id, Language::English);
        assert!(!text.contains("You were on it"), "closes: {closes}: {text}");
        if closes {
            // And whoever goes because of it is not noted either.
            night(&mut world, false);
            let other = world.people.keys().nth(5).expect("there").clone();
            assert!(!told(&world, &other, Language::English).contains("You were on it"));
        }
    }
}

/// Somebody whom a removal of others does not touch.
fn alone(world: &World) -> String {
    let shared = |family: &str| world.people.values().filter(|one| one.family == family).count() > 1;
    let mut people = world.people.iter();
    let (id, _) = people
        .find(|(_, one)| !one.emails[1].is_empty() && (one.family.is_empty() || !shared(&one.family)))
        .expect("somebody with two addresses");
    id.clone()
}

/// A release of removals only left them in until the next complete one: no register and no row of the
/// base names whoever is gone from it, so the store of erasures has to meet what is live.
#[test]
fn whoever_was_erased_and_left_the_base_goes_when_a_guard_stops_additions_too() {
    // Erased while the base had them, by one address; or after it had forgotten them, by both.
    for forgotten in [false, true] {
        let mut world = World::new(20);
        let id = alone(&world);
        let person = world.people[&id].clone();
        night(&mut world, true);
        if forgotten {
            world.people.remove(&id);
            world.write(true);
        }
        let given = if forgotten { &person.emails[..] } else { &person.emails[..1] };
        for (dice, text) in (60..).zip(given) {
            erase(&asked(&world, dice), None, text.as_bytes(), &|_| ()).expect("stored");
        }
        world.people.remove(&id);
        world.write(false);
        let built = world.build(false).expect("built");
        assert!(!built.refusals.is_empty(), "a register is missing");
        let release = built.release.expect("published");
        for name in PLATFORMS.into_iter().filter(|name| *name != "linkedin") {
            let files = Files::read(&release, name);
            assert_eq!(flat(files.remove.as_ref()), person.digests(), "forgotten: {forgotten}, {name}");
            assert!(files.add.is_none() && files.full.is_none(), "{name}");
        }
    }
}

/// An erasure that nobody asked about was overdue for good, and ended every build with 4.
#[test]
fn an_erasure_that_is_done_is_not_overdue_though_nobody_has_asked() {
    let mut world = World::new(20);
    let id = alone(&world);
    let email = world.people[&id].emails[0].clone();
    night(&mut world, true);
    let day = world.now.strftime("%Y-%m-%d").to_string().parse().expect("a day");
    erase(&asked(&world, 60), Some(day), email.as_bytes(), &|_| ()).expect("stored");
    world.now += (24 * 40).hours();
    world.write(true);
    let built = world.build(false).expect("built");
    assert_eq!(built.overdue_requests, 1, "nothing was uploaded");
    world.now += 24.hours();
    night(&mut world, false);
    for again in [false, true] {
        world.tick();
        let built = world.build(false).expect("built");
        assert_eq!(built.overdue_requests, 0, "the platforms have let go; again: {again}");
    }
    assert!(requests(&asked(&world, 61), true).expect("read")[0].done.is_some(), "and marked when asked");
}

/// Whoever left the customer base may still stand on a platform, and is told so.
#[test]
fn whoever_left_the_base_is_told_what_is_still_live() {
    let mut world = World::new(12);
    let id = alone(&world);
    let person = world.people[&id].clone();
    night(&mut world, true);
    world.people.remove(&id);
    world.write(true);
    for text in [person.emails[0].clone(), person.emails[0].to_uppercase(), id.clone()] {
        let text = told(&world, &text, Language::English);
        assert!(text.contains("No row of our customer files"), "{text}");
        // One or two of them, as the person has it.
        assert!(text.contains(" of your contact details, "), "{text}");
        assert!(text.contains("since 2026-01-01, on the ground of"), "{text}");
        assert!(!text.contains("Nothing of yours is on any list"), "{text}");
    }
    night(&mut world, false);
    let text = told(&world, &id, Language::English);
    assert!(text.contains("Nothing of yours is on any list") && text.contains("You were on it"), "{text}");
}
