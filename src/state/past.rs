//! The ledger of who was live and no longer is: per audience and platform one entry a person, under their
//! keyed tag, with when they were first and last in, when they were taken out and on which basis they
//! were in. It holds no digest of an identifier, so that upload files can be deleted and this kept.

use std::collections::BTreeMap;

use super::entry::{LiveEntry, Owner, Record};
use super::error::StateError;
use super::head::{CellState, ListRef, PastNote};
use super::lists::{ListReader, ListWriter};
use super::store::State;

/// Somebody who was live.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PastEntry {
    /// Who.
    pub owner: Owner,
    /// The moment of the first release with them, in seconds since 1970.
    pub first: u32,
    /// The last mark of an upload after which they were still in.
    pub last: u32,
    /// The mark of the upload that took them out.
    pub removed: u32,
    /// On which basis they were in, by number.
    pub basis: u8,
}

impl Record for PastEntry {
    type Key = Owner;
    const BYTES: usize = 21;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.owner.to_be_bytes());
        for moment in [self.first, self.last, self.removed] {
            out.extend_from_slice(&moment.to_be_bytes());
        }
        out.push(self.basis);
    }

    fn read(bytes: &[u8]) -> Self {
        let moment = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("sliced to 4"));
        Self {
            owner: u64::from_be_bytes(bytes[..8].try_into().expect("sliced to 8")),
            first: moment(8),
            last: moment(12),
            removed: moment(16),
            basis: bytes[20],
        }
    }

    fn key(&self) -> Owner {
        self.owner
    }
}

/// People some of whose identifiers an upload takes out.
#[derive(Default)]
pub(super) struct Leaving {
    people: BTreeMap<Owner, (u32, u8)>,
}

impl Leaving {
    /// An identifier of somebody went; `first` is the moment of the release with which it came.
    pub(super) fn lost(&mut self, entry: &LiveEntry, first: u32) {
        let known = self.people.entry(entry.owner).or_insert((first, entry.basis));
        if first < known.0 {
            *known = (first, entry.basis);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// Somebody who still holds something is not gone.
    pub(super) fn stays(&mut self, owner: Owner) {
        self.people.remove(&owner);
    }
}

/// When entries were made, and until when they are kept.
#[derive(Debug, Clone, Copy)]
pub struct PastTimes {
    /// The last mark before, in seconds since 1970.
    pub last: u32,
    /// The present.
    pub now: u32,
    /// Entries of removals before this moment are forgotten.
    pub forget_before: u32,
}

impl State {
    /// The ledger of a cell once these people are gone; `None` when there is nobody to keep.
    pub(super) fn past_with(
        &mut self,
        cell: &CellState,
        leaving: &Leaving,
        times: PastTimes,
    ) -> Result<Option<PastNote>, StateError> {
        let is_due = cell.past.as_ref().is_some_and(|past| past.oldest < times.forget_before);
        if leaving.is_empty() && !is_due {
            return Ok(cell.past.clone());
        }
        let mut new = leaving.people.iter().peekable();
        let mut known: ListReader<PastEntry> = self.read_list(cell.past.as_ref().map(|past| &past.list))?;
        let mut out = PastWriter { list: self.write_list()?, oldest: u32::MAX, entries: 0 };
        let mut before = Vec::new();
        loop {
            let next = new.peek().map(|(owner, _)| **owner);
            let Some(owner) = known.peek().into_iter().chain(next).min() else { break };
            known.take(owner, &mut before)?;
            let mut entry = before.first().copied();
            if next == Some(owner) {
                let (first, basis) = *new.next().expect("was peeked at").1;
                let first = entry.map_or(first, |known| known.first.min(first));
                entry = Some(PastEntry { owner, first, last: times.last, removed: times.now, basis });
            }
            if let Some(entry) = entry.filter(|entry| entry.removed >= times.forget_before) {
                out.push(&entry)?;
            }
        }
        out.finish()
    }

    /// The ledger of a cell without these people.
    pub fn past_without(
        &mut self,
        cell: &CellState,
        is_out: impl Fn(Owner) -> bool,
    ) -> Result<Option<PastNote>, StateError> {
        let mut known: ListReader<PastEntry> = self.read_list(cell.past.as_ref().map(|past| &past.list))?;
        let mut out = PastWriter { list: self.write_list()?, oldest: u32::MAX, entries: 0 };
        while let Some(entry) = known.next_record()? {
            if !is_out(entry.owner) {
                out.push(&entry)?;
            }
        }
        out.finish()
    }
}

/// Writes a ledger and finds its oldest removal.
struct PastWriter {
    list: ListWriter<PastEntry>,
    oldest: u32,
    entries: u64,
}

impl PastWriter {
    fn push(&mut self, entry: &PastEntry) -> Result<(), StateError> {
        self.oldest = self.oldest.min(entry.removed);
        self.entries += 1;
        self.list.push(entry)
    }

    fn finish(self) -> Result<Option<PastNote>, StateError> {
        let list: ListRef = self.list.finish()?;
        Ok((self.entries > 0).then_some(PastNote { list, oldest: self.oldest }))
    }
}
