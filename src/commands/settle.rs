//! When an erasure is done: a build has decided since, and nothing of the person is live or owed any more
//! on any list that the state knows.

use std::collections::BTreeSet;

use super::build::{BuildError, part};
use super::live_state;
use super::requests::{RequestError, RequestOptions};
use crate::config::Config;
use crate::identifiers::hashed::Algorithm;
use crate::manifest::Moment;
use crate::outputs::Disk;
use crate::people::PersonKey;
use crate::pipeline::keys::{RootKey, erasure_tag};
use crate::state::{
    Erasure, LiveEntry, OwedEntry, PastEntry, Record, RequestKind, State, StateError, SubjectStore, Subjects,
};

/// Marks the erase requests that are done, and tells the subjects as they are then.
pub(super) fn settle(
    config: &Config,
    root: &RootKey,
    subjects: Subjects,
    options: &RequestOptions,
) -> Result<Subjects, RequestError> {
    let waiting = waiting(&subjects);
    if waiting.is_empty() {
        return Ok(subjects);
    }
    let disk = Disk::real();
    let Some(mut state) = live_state::open(config, root, &disk, part(options.random, 1))? else {
        return Ok(subjects);
    };
    let done = done(&state, root, &subjects)?;
    forget_past(&mut state, waiting.iter().filter(|erasure| done.contains(&erasure.request)))?;
    // The store is held by the same lock as the state.
    drop(state);
    let dir = config.state.as_ref().map(|state| state.dir.clone()).filter(|_| !done.is_empty());
    let Some(dir) = dir else { return Ok(subjects) };
    let controller = &config.controller.name;
    let mut store = SubjectStore::open(&disk, &dir, root.state_key(), part(options.random, 2), controller)
        .map_err(BuildError::State)?;
    for request in &mut store.subjects.requests {
        if done.contains(&request.number) {
            request.done.get_or_insert(Moment(options.now));
        }
    }
    store.commit()?;
    Ok(store.subjects.clone())
}

/// Erasures whose requests are open.
fn waiting(subjects: &Subjects) -> Vec<&Erasure> {
    let is_open = |erasure: &&Erasure| {
        subjects.open_requests().any(|one| one.number == erasure.request && one.kind == RequestKind::Erase)
    };
    subjects.erasures.iter().filter(is_open).collect()
}

/// Numbers of the open requests whose erasure is done.
pub(super) fn done(state: &State, root: &RootKey, subjects: &Subjects) -> Result<BTreeSet<u32>, StateError> {
    let head = state.head();
    let decided = head.last.as_ref().and_then(|last| head.releases.get(last.release as usize));
    let Some(decided) = decided.map(|note| note.as_of) else { return Ok(BTreeSet::new()) };
    let waiting = waiting(subjects);
    let here = still_here(state, root, &waiting)?;
    let is_done = |erasure: &&Erasure| decided >= erasure.at && !here.contains(&erasure.request);
    Ok(waiting.into_iter().filter(is_done).map(|erasure| erasure.request).collect())
}

/// Takes people whose erasure is done out of the ledger of who was live.
fn forget_past<'e>(state: &mut State, done: impl Iterator<Item = &'e &'e Erasure>) -> Result<(), StateError> {
    let people = done.flat_map(|erasure| &erasure.people);
    let owners: BTreeSet<u64> = people.map(|key| PersonKey::from_bytes(key.0).spread()).collect();
    let mut head = state.head().clone();
    let mut is_changed = false;
    for cell in &mut head.cells {
        let mut is_there = false;
        let mut past = state.read_list::<PastEntry>(cell.past.as_ref().map(|past| &past.list))?;
        while let Some(entry) = past.next_record()? {
            is_there |= owners.contains(&entry.owner);
        }
        if is_there {
            cell.past = state.past_without(cell, |owner| owners.contains(&owner))?;
            is_changed = true;
        }
    }
    if is_changed { state.commit(head) } else { Ok(()) }
}

/// Numbers of the requests whose person still has something live or owed.
fn still_here(state: &State, root: &RootKey, waiting: &[&Erasure]) -> Result<BTreeSet<u32>, StateError> {
    let mac = root.erasure_mac();
    let mut here = BTreeSet::new();
    let mut look = |digest: &[u8], owner: u64| {
        let tag = erasure_tag(&mac, Algorithm::Sha256.code(), digest);
        for erasure in waiting {
            let is_theirs = erasure.people.iter().any(|key| PersonKey::from_bytes(key.0).spread() == owner)
                || erasure.hashes.iter().any(|key| key.0 == tag);
            if is_theirs {
                here.insert(erasure.request);
            }
        }
    };
    for cell in &state.head().cells {
        let mut live = state.read_list::<LiveEntry>(cell.live.as_ref().map(|live| &live.list))?;
        while let Some(entry) = live.next_record()? {
            look(entry.key().digest.as_bytes(), entry.owner);
        }
        let mut owed = state.read_list::<OwedEntry>(cell.owed.as_ref())?;
        while let Some(entry) = owed.next_record()? {
            if entry.removed {
                look(entry.key().digest.as_bytes(), entry.owner);
            }
        }
    }
    Ok(here)
}
