//! Thirty nights in a row, several times over.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::ToSpan as _;
use verho::commands::build::{BuildError, Built};
use verho::manifest::{Outcome, UploadKind};
use verho::outputs::Disk;
use verho::state::StateError;

use super::world::{Dice, Digest, Files, PLATFORMS, Platform, World, flat, record, rows};

/// What is known of one platform, by sets.
#[derive(Default, Clone)]
struct Known {
    live: Option<BTreeSet<Digest>>,
    owed: BTreeSet<Digest>,
    platform: Platform,
}

struct Nights {
    world: World,
    dice: Dice,
    known: BTreeMap<&'static str, Known>,
    profiles: BTreeMap<String, BTreeSet<Digest>>,
    seen: BTreeMap<&'static str, u32>,
}

impl Nights {
    fn note(&mut self, what: &'static str) {
        *self.seen.entry(what).or_default() += 1;
    }

    /// What the release's files must hold, given what is live and owed.
    fn reconcile(&mut self, built: &Built, release: &Path, whole: bool) {
        let people = &self.world.people;
        let eligible = self.world.eligible();
        let wanted: BTreeSet<Digest> = eligible.iter().flat_map(|id| people[id].digests()).collect();
        let objected = self.world.objected(whole);
        for name in PLATFORMS {
            let known = self.known.get_mut(name).expect("listed");
            let files = Files::read(release, name);
            let (audience, cell) = record(built, name);
            let removed = flat(files.remove.as_ref());
            assert!(files.remove.iter().flatten().all(|row| row.len() == 1), "one identifier a row");
            let live = known.live.clone().unwrap_or_default();
            if built.manifest.predicate.release.outcome == Outcome::RemovalsOnly {
                assert!(!whole && files.add.is_none() && files.full.is_none(), "{name}");
                assert!(audience.suppressions.is_none());
                for digest in live.union(&known.owed) {
                    let is_held_by =
                        |ids: &BTreeSet<String>| ids.iter().any(|id| people[id].digests().contains(digest));
                    let must = live.contains(digest) && is_held_by(&objected);
                    assert!(!must || removed.contains(digest), "{name}: an objection that was read");
                    let may = must || known.owed.contains(digest);
                    assert!(may || !removed.contains(digest), "{name}: stays as it is");
                }
                assert!(removed.is_subset(&live.union(&known.owed).cloned().collect()));
                known.owed.extend(removed);
                continue;
            }
            assert!(whole);
            let full = flat(files.full.as_ref());
            assert_eq!(full, wanted, "{name}: the full file is everybody eligible");
            let gone: BTreeSet<Digest> =
                live.union(&known.owed).filter(|d| !wanted.contains(*d)).cloned().collect();
            known.owed.extend(gone.iter().cloned());
            if name == "linkedin" || known.live.is_none() {
                assert!(files.remove.is_none() && files.add.is_none(), "{name} is replaced");
                continue;
            }
            assert!(gone.is_subset(&removed), "{name}: whoever goes is in the remove file");
            let delta = cell.delta.as_ref().expect("something is live");
            let widened: BTreeSet<Digest> = removed.difference(&gone).cloned().collect();
            assert_eq!(widened.len() as u64, delta.widened, "{name}");
            assert!(widened.iter().all(|digest| live.contains(digest) && wanted.contains(digest)));
            let added = flat(files.add.as_ref());
            assert!(added.is_subset(&wanted) && widened.is_subset(&added), "{name}");
            assert!(
                wanted.difference(&live).all(|digest| added.contains(digest)),
                "{name}: the new are added"
            );
            let after: BTreeSet<Digest> = live.difference(&removed).chain(&added).cloned().collect();
            assert_eq!(after, wanted, "{name}: removals, then additions, give exactly the eligible");
            let counted = [delta.live, delta.removed + delta.owed, delta.kept + delta.added];
            assert_eq!(counted, [live.len() as u64, gone.len() as u64, wanted.len() as u64]);
            if !widened.is_empty() {
                *self.seen.entry("widened").or_default() += 1;
            }
            if delta.owed > 0 {
                *self.seen.entry("owed").or_default() += 1;
            }
            if delta.resent > 0 {
                *self.seen.entry("resent").or_default() += 1;
            }
        }
    }

    /// Uploads to a platform that may refuse the removals, says so, and records the answer.
    fn upload(&mut self, built: &Built, release: &Path, name: &'static str) {
        let files = Files::read(release, name);
        if files == Files::default() {
            return;
        }
        let (people, profiles) = (&self.world.people, &self.profiles);
        let refuses = self.dice.roll(6) == 0;
        let is_replaced = files.remove.is_none() && files.add.is_none();
        let known = self.known.get_mut(name).expect("listed");
        let wanted = flat(files.full.as_ref());
        let (removed, added) = (flat(files.remove.as_ref()), flat(files.add.as_ref()));
        let may_replace = name == "linkedin" || known.live.is_none();
        if may_replace && is_replaced {
            known.platform.replace(people, &wanted);
            known.live = Some(wanted.clone());
            known.owed.retain(|digest| !wanted.contains(digest));
        } else {
            if !refuses {
                known.platform.remove(profiles, &removed);
            }
            known.platform.add(people, &added);
            let live = known.live.get_or_insert_default();
            live.retain(|digest| !removed.contains(digest));
            live.extend(added.iter().cloned());
            known.owed.retain(|digest| !added.contains(digest));
        }
        let uploaded = self.world.uploaded_on(&Disk::real(), release, name).expect("ours");
        let live = known.live.as_ref().map_or(0, BTreeSet::len);
        assert_eq!(uploaded.cells[0].live, live as u64, "{name}");
        let again = self.world.uploaded_on(&Disk::real(), release, name).expect("ours");
        assert!(again.cells[0].is_known && again.cells[0].live == live as u64);

        let kind = if is_replaced && may_replace { UploadKind::Full } else { UploadKind::Remove };
        let sent = rows(built, name, kind);
        let refused = if refuses && kind == UploadKind::Remove { sent } else { 0 };
        let text = format!(
            "kind = \"{}\"\nsent = {sent}\nreceived = {}\ninvalid = 0\nrefused = {refused}\n",
            kind.word(),
            sent - refused
        );
        let recorded = self.world.receipt_on(&Disk::real(), release, name, &text).expect("ours");
        let acknowledged = refused == 0;
        assert_eq!(recorded.acknowledged, acknowledged || sent == 0, "{name}");
        let known = self.known.get_mut(name).expect("listed");
        if acknowledged && kind == UploadKind::Remove {
            known.owed.retain(|digest| !removed.contains(digest));
        } else if acknowledged {
            known.owed.retain(|digest| wanted.contains(digest));
        }
        self.hold(built, name, acknowledged);
    }

    /// Nobody eligible is lost, and nobody else is held once the removals were acknowledged.
    fn hold(&mut self, built: &Built, name: &'static str, acknowledged: bool) {
        if built.manifest.predicate.release.outcome == Outcome::RemovalsOnly {
            return;
        }
        let eligible = self.world.eligible();
        let held = &self.known[name].platform.held;
        let lost: Vec<_> = eligible.difference(held).collect();
        assert!(lost.is_empty(), "{name} has lost {lost:?}");
        if acknowledged {
            let people = &self.world.people;
            let wanted: BTreeSet<Digest> = eligible.iter().flat_map(|id| people[id].digests()).collect();
            // Whoever shares an address with somebody eligible is met by that person's row.
            let left: Vec<_> =
                held.difference(&eligible).filter(|id| people[*id].digests().is_disjoint(&wanted)).collect();
            assert!(left.is_empty(), "{name} still holds {left:?}");
        }
    }
}

fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir_all(to).expect("ours");
    for entry in std::fs::read_dir(from).expect("there") {
        let entry = entry.expect("readable");
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("ours");
    }
}

fn thirty(seed: u64) -> BTreeMap<&'static str, u32> {
    let mut nights = Nights {
        world: World::new(60),
        dice: Dice(seed),
        known: PLATFORMS.into_iter().map(|name| (name, Known::default())).collect(),
        profiles: BTreeMap::new(),
        seen: BTreeMap::new(),
    };
    let mut old_copy: Option<PathBuf> = None;
    for night in 0..30_u32 {
        nights.world.now += 24.hours();
        if night > 0 {
            nights.world.change(&mut nights.dice);
        }
        for (id, person) in &nights.world.people {
            nights.profiles.entry(id.clone()).or_default().extend(person.digests());
        }
        let whole = night == 0 || nights.dice.roll(6) > 0;
        nights.world.write(whole);
        let state = nights.world.path("state");
        if night == 10 {
            copy(&state, &nights.world.path("old"));
            old_copy = Some(nights.world.path("old"));
        }
        if night == 14 {
            let right = nights.world.path("right");
            copy(&state, &right);
            copy(old_copy.as_ref().expect("made"), &state);
            let refused = nights.world.build(false).expect_err("an older state");
            assert!(matches!(refused, BuildError::State(StateError::Older { .. })), "{refused}");
            copy(&right, &state);
            nights.note("put back");
        }
        let mut first = night == 0;
        if night == 20 {
            std::fs::remove_dir_all(&state).expect("ours");
            let refused = nights.world.build(false).expect_err("no state");
            assert!(matches!(refused, BuildError::State(StateError::Missing { .. })), "{refused}");
            nights.known.values_mut().for_each(|known| (known.live, known.owed) = (None, BTreeSet::new()));
            nights.world.write(true);
            first = true;
        }
        let whole = whole || night == 20;
        if first {
            assert!(nights.world.build(false).is_err());
        }
        let built = match nights.world.build(first) {
            Ok(built) => built,
            Err(error) => {
                assert!(!whole, "night {night} of {seed}: {error}");
                nights.note("nothing to remove");
                continue;
            }
        };
        let release = built.release.clone().expect("published");
        assert_eq!(built.refusals.is_empty(), whole);
        nights.note(if whole { "complete" } else { "removals only" });
        nights.reconcile(&built, &release, whole);
        if whole {
            nights.world.tick();
            let again = nights.world.build(false).expect("the same night");
            assert!(again.is_again && again.release == built.release);
        }
        for name in PLATFORMS {
            let skips = !first && nights.dice.roll(5) == 0;
            if skips {
                nights.note("skipped");
            } else {
                nights.world.tick();
                nights.upload(&built, &release, name);
            }
        }
    }
    nights.seen
}

#[test]
fn thirty_nights_lose_nobody_and_hold_nobody() {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in [1, 2, 3] {
        for (what, times) in thirty(seed) {
            *seen.entry(what).or_default() += times;
        }
    }
    for what in ["complete", "removals only", "skipped", "owed", "resent", "widened", "put back"] {
        assert!(seen.get(what).is_some_and(|times| *times > 1), "{what} did not come up: {seen:?}");
    }
}
