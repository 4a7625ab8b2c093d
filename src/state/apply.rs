//! What a release's files do once they are uploaded, and what is no longer owed once a platform has
//! acknowledged them: streaming merges from lists to lists.

use std::collections::BTreeSet;

use super::entry::{Action, EntryKey, LiveEntry, Operation, OwedEntry, Owner};
use super::error::StateError;
use super::head::{CellRelease, CellState, ListRef, PastNote};
use super::lists::{ListReader, ListWriter};
use super::past::{Leaving, PastTimes};
use super::store::State;
use crate::manifest::Moment;

/// What is owed in a cell, in a list and in numbers.
pub struct Owed {
    /// The entries.
    pub list: ListRef,
    /// How many identifiers are to be removed.
    pub count: u64,
    /// Since when, at the earliest.
    pub since: Option<u32>,
    /// The day of the oldest objection whose removal is not uploaded.
    pub objected_day: Option<u32>,
}

/// A cell after an upload.
pub struct Applied {
    /// What is live.
    pub live: ListRef,
    /// How many identifiers.
    pub members: u64,
    /// Identifiers that were live and are no longer.
    pub removed: u64,
    /// Identifiers that were not live and are now.
    pub added: u64,
    /// What is owed.
    pub owed: Owed,
    /// The days of the objections whose removal this was, one a person.
    pub objections: Vec<u32>,
    /// The ledger of who was live.
    pub past: Option<PastNote>,
}

impl State {
    /// What is live and owed in a cell once this release's files were uploaded, at `now`. The files
    /// are operations on whatever is live, so a release may also come late. Without `forget_before` no
    /// ledger is kept.
    pub fn apply(
        &mut self,
        cell: &CellState,
        release: &CellRelease,
        now: u32,
        forget_before: Option<u32>,
    ) -> Result<Applied, StateError> {
        let mut live: ListReader<LiveEntry> = self.read_list(cell.live.as_ref().map(|live| &live.list))?;
        let mut owed: ListReader<OwedEntry> = self.read_list(cell.owed.as_ref())?;
        let mut operations: ListReader<Operation> = self.read_list(Some(&release.operations))?;
        let mut new_live: ListWriter<LiveEntry> = self.write_list()?;
        let mut new_owed = OwedWriter::new(self.write_list()?);
        let (mut is_live, mut is_owed, mut done) = (Vec::new(), Vec::new(), Vec::new());
        let (mut members, mut removed, mut added) = (0, 0, 0);
        let mut objections: BTreeSet<(Owner, u32)> = BTreeSet::new();
        let mut leaving = Leaving::default();
        while let Some(key) = [live.peek(), owed.peek(), operations.peek()].into_iter().flatten().min() {
            live.take(key, &mut is_live)?;
            owed.take(key, &mut is_owed)?;
            operations.take(key, &mut done)?;
            let after = entries(&is_live, &done, release, now);
            after.iter().try_for_each(|entry| new_live.push(entry))?;
            let is_lost = |entry: &&LiveEntry| !after.iter().any(|known| known.owner == entry.owner);
            for entry in is_live.iter().filter(|entry| forget_before.is_some() && is_lost(entry)) {
                leaving.lost(entry, self.moment_of(entry.since));
            }
            members += u64::from(!after.is_empty());
            removed += u64::from(after.is_empty() && !is_live.is_empty());
            added += u64::from(!after.is_empty() && is_live.is_empty());
            let is_removal = done.iter().any(|operation| operation.action == Action::Remove);
            let is_any_removed = is_owed.iter().any(|entry| entry.removed);
            for entry in &is_owed {
                if entry.former {
                    let is_theirs =
                        |done: &Operation| done.action == Action::Put && done.owner == entry.owner;
                    let is_known = !after.is_empty() || is_any_removed;
                    if is_known && !release.replaces && !done.iter().any(is_theirs) {
                        new_owed.push(entry, !after.is_empty())?;
                    }
                    continue;
                }
                if is_removal
                    && !is_live.is_empty()
                    && entry.removed
                    && entry.objected != 0
                    && entry.since != 0
                {
                    objections.insert((entry.owner, entry.objected));
                }
                // Added again: what is live speaks for it from here on.
                let is_back = done.iter().any(|operation| operation.action == Action::Put);
                let is_back = entry.removed && is_back;
                if !is_back {
                    new_owed.push(entry, !after.is_empty())?;
                }
                // Others have it again: if the removal was refused, the platform still knows its holder
                // before by it.
                let others = !after.is_empty() && after.iter().all(|known| known.owner != entry.owner);
                let is_known = is_owed.iter().any(|owed| owed.former && owed.owner == entry.owner);
                if is_back && others && !is_known && !release.replaces {
                    new_owed.push(&OwedEntry::former(entry.key, entry.owner), true)?;
                }
            }
            for entry in is_live.iter().filter(|_| !release.replaces && !after.is_empty()) {
                let is_drop = |done: &Operation| done.action == Action::Drop && done.owner == entry.owner;
                let is_known = is_owed.iter().any(|owed| owed.former && owed.owner == entry.owner);
                if done.iter().any(is_drop) && !is_known {
                    new_owed.push(&OwedEntry::former(entry.key, entry.owner), true)?;
                }
            }
        }
        let live = new_live.finish()?;
        let past = match forget_before {
            None => None,
            Some(forget_before) => {
                self.keep_staying(&live, &mut leaving)?;
                let last = cell.live.as_ref().map_or(now, |live| seconds(live.uploaded));
                self.past_with(cell, &leaving, PastTimes { last, now, forget_before })?
            }
        };
        Ok(Applied {
            live,
            past,
            members,
            removed,
            added,
            owed: new_owed.finish()?,
            objections: objections.into_iter().map(|(_, day)| day).collect(),
        })
    }

    /// The moment of a release, by its number.
    fn moment_of(&self, release: u32) -> u32 {
        self.head().releases.get(release as usize).map_or(0, |note| seconds(note.as_of))
    }

    /// Whoever still has something live does not leave.
    fn keep_staying(&self, live: &ListRef, leaving: &mut Leaving) -> Result<(), StateError> {
        if leaving.is_empty() {
            return Ok(());
        }
        let mut live: ListReader<LiveEntry> = self.read_list(Some(live))?;
        while let Some(entry) = live.next_record()? {
            leaving.stays(entry.owner);
        }
        Ok(())
    }

    /// What is still owed in a cell once a platform has acknowledged this release's removals. Those that
    /// were required again since are.
    pub fn acknowledge(
        &mut self,
        cell: &CellState,
        release: &CellRelease,
        as_of: u32,
    ) -> Result<Owed, StateError> {
        // The rows of which something is still owed keep their other identifiers, too.
        let mut held: BTreeSet<Owner> = BTreeSet::new();
        self.each_unacknowledged(cell, release, as_of, |entry, _, is_open| {
            if entry.removed || (entry.former && is_open) {
                held.insert(entry.owner);
            }
            Ok(())
        })?;
        let mut new_owed = OwedWriter::new(self.write_list()?);
        self.each_unacknowledged(cell, release, as_of, |entry, is_live, _| {
            if entry.removed || entry.former || held.contains(&entry.owner) {
                new_owed.push(entry, is_live)?;
            }
            Ok(())
        })?;
        new_owed.finish()
    }

    /// What is live in a cell once a platform has answered that it did not take all rows of this release's
    /// additions, which were uploaded at `uploaded`: nothing tells which, so all of them have to be sent
    /// again, unless they were since. With `whole` the file held everybody.
    pub fn send_again(
        &mut self,
        cell: &CellState,
        release: &CellRelease,
        uploaded: u32,
        whole: bool,
    ) -> Result<ListRef, StateError> {
        let mut live: ListReader<LiveEntry> = self.read_list(cell.live.as_ref().map(|live| &live.list))?;
        let mut operations: ListReader<Operation> = self.read_list(Some(&release.operations))?;
        let mut new_live: ListWriter<LiveEntry> = self.write_list()?;
        let (mut is_live, mut done) = (Vec::new(), Vec::new());
        while let Some(key) = [live.peek(), operations.peek()].into_iter().flatten().min() {
            live.take(key, &mut is_live)?;
            operations.take(key, &mut done)?;
            for entry in &is_live {
                let is_put = |done: &Operation| done.action == Action::Put && done.owner == entry.owner;
                let is_of_it = entry.sent <= uploaded && (whole || done.iter().any(is_put));
                let sent = if is_of_it { 0 } else { entry.sent };
                new_live.push(&LiveEntry { sent, ..*entry })?;
            }
        }
        new_live.finish()
    }

    /// Every entry that is not done, with whether its identifier is live, and whether some removal of it is
    /// still open.
    fn each_unacknowledged(
        &self,
        cell: &CellState,
        release: &CellRelease,
        as_of: u32,
        mut each: impl FnMut(&OwedEntry, bool, bool) -> Result<(), StateError>,
    ) -> Result<(), StateError> {
        let mut live: ListReader<LiveEntry> = self.read_list(cell.live.as_ref().map(|live| &live.list))?;
        let mut owed: ListReader<OwedEntry> = self.read_list(cell.owed.as_ref())?;
        let mut operations: ListReader<Operation> = self.read_list(Some(&release.operations))?;
        let (mut is_live, mut entries, mut done) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(key) = owed.peek() {
            owed.take(key, &mut entries)?;
            live.take(key, &mut is_live)?;
            operations.take(key, &mut done)?;
            let is_removal = done.iter().any(|operation| operation.action == Action::Remove);
            let is_done = |entry: &OwedEntry| entry.removed && is_removal && entry.since <= as_of;
            let is_open = entries.iter().any(|entry| entry.removed && !is_done(entry));
            // Whoever was known by it before was sent again after the removal.
            let is_over = !is_open && entries.iter().any(is_done);
            for entry in &entries {
                if !(is_done(entry) || (entry.former && is_over)) {
                    each(entry, !is_live.is_empty(), is_open)?;
                }
            }
        }
        Ok(())
    }
}

fn seconds(moment: Moment) -> u32 {
    u32::try_from(moment.0.as_second()).unwrap_or(0)
}

/// The entries of one identifier after an upload.
fn entries(live: &[LiveEntry], done: &[Operation], release: &CellRelease, now: u32) -> Vec<LiveEntry> {
    let is_removal = done.iter().any(|operation| operation.action == Action::Remove);
    let mut after: Vec<LiveEntry> = if release.replaces || is_removal { Vec::new() } else { live.to_vec() };
    for operation in done {
        match operation.action {
            Action::Remove => {}
            Action::Drop => after.retain(|entry| entry.owner != operation.owner),
            Action::Mark => after.iter_mut().for_each(|entry| entry.sent = 0),
            Action::Put => {
                let before = live.iter().find(|entry| entry.owner == operation.owner);
                let entry = LiveEntry {
                    key: operation.key,
                    owner: operation.owner,
                    since: before.map_or(release.release, |entry| entry.since),
                    basis: operation.basis,
                    sent: now,
                };
                after.retain(|known| known.owner != entry.owner);
                after.push(entry);
            }
        }
    }
    after.sort_unstable_by_key(|entry| entry.owner);
    after
}

/// Writes what is owed and counts it.
struct OwedWriter {
    list: ListWriter<OwedEntry>,
    last: Option<EntryKey>,
    count: u64,
    since: Option<u32>,
    objected_day: Option<u32>,
}

impl OwedWriter {
    const fn new(list: ListWriter<OwedEntry>) -> Self {
        Self { list, last: None, count: 0, since: None, objected_day: None }
    }

    fn push(&mut self, entry: &OwedEntry, is_live: bool) -> Result<(), StateError> {
        self.list.push(entry)?;
        if entry.removed && entry.since != 0 {
            self.count += u64::from(self.last != Some(entry.key));
            self.last = Some(entry.key);
            self.since = Some(self.since.unwrap_or(entry.since).min(entry.since));
            if is_live && entry.objected != 0 {
                self.objected_day = Some(self.objected_day.unwrap_or(entry.objected).min(entry.objected));
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Owed, StateError> {
        Ok(Owed {
            list: self.list.finish()?,
            count: self.count,
            since: self.since,
            objected_day: self.objected_day,
        })
    }
}
