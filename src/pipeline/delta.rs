//! What a release changes against what is live, by merging sorted lists: who is taken out, who is
//! added, who is sent again, and what is owed until a platform acknowledges it.
//!
//! A platform drops a person by any one of their identifiers. So whoever shares a live identifier
//! with a row that something is removed from is sent again, after the removals, every time these are
//! repeated; and so is whoever went up with what is removed before, and holds it no longer. Memory grows with the night's changes and never with the audience. It knows no file.

mod merge;
mod sets;

use rustc_hash::{FxHashMap, FxHashSet};

use super::before::Erased;
use super::keys::erasure_tag;
use super::live::{Wanted, owner_of};
use super::members::{MemberBlock, RowTest, each_block};
use super::results::Results;
use crate::audiences::{MEMBER_BUCKETS, MemberKey, member_bucket};
use crate::identifiers::hashed::Algorithm;
use crate::identifiers::{Digest, Kind};
use crate::platforms::layout::RowFormat;
use crate::spill::{Appender, SpillError, Spool};
use crate::state::{
    Action, CellState, EntryKey, ListRef, ListWriter, LiveEntry, Operation, OwedEntry, Owner, State,
    StateError,
};
use merge::{Group, Merge};
use sets::{Chosen, SortedSet};

/// Together with whom somebody is removed where a file would name them alone.
const WIDENED_TO: usize = 10;

/// Why what changes could not be told.
#[derive(Debug, thiserror::Error)]
pub enum DeltaError {
    /// Records of this run.
    #[error(transparent)]
    Spill(#[from] SpillError),
    /// The live state.
    #[error(transparent)]
    State(#[from] StateError),
}

/// What a release may do in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Everybody eligible is to be live, and nobody else.
    Complete,
    /// Whoever is not eligible goes, and nobody is added.
    Withheld,
    /// A guard stopped additions: whoever an objection names goes, as far as it could be read, and all
    /// others stay as they are.
    RemovalsOnly,
    /// Everybody goes.
    Everyone,
}

/// What is asked of one cell.
pub struct Asked<'a> {
    /// The cell of the plan.
    pub cell: usize,
    /// What the state knows of it.
    pub known: Option<&'a CellState>,
    /// What may be done.
    pub mode: Mode,
    /// The platform's screens can only replace.
    pub replaces_only: bool,
    /// Where a remove file would hold one person only, replace instead of widening it.
    pub replaces_single: bool,
    /// The moment of the release, in seconds since 1970.
    pub now: u32,
    /// A member who was last sent before this moment, at the latest, is sent again; spread over the
    /// time from the first to the second.
    pub resend_between: Option<(u32, u32)>,
    /// Removals since before this moment are overdue.
    pub acknowledged_by: u32,
    /// Objections of this day (since 1970) or before whose removal is not uploaded are overdue.
    pub late_day: Option<u32>,
    /// The state's number of each basis of the config.
    pub bases: &'a [u8],
    /// People who were erased: they go also when the base no longer has them and a guard stops additions.
    pub erased: Option<&'a Erased>,
}

/// Identifiers by what becomes of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// Live now.
    pub live: u64,
    /// New.
    pub added: u64,
    /// Live, and stay.
    pub kept: u64,
    /// Live, and go.
    pub removed: u64,
    /// Not live any more as far as we know, and removed again until it is acknowledged.
    pub owed: u64,
    /// Stay, and are removed and added again.
    pub widened: u64,
    /// Stay, and are sent again.
    pub resent: u64,
    /// Removals that no platform has acknowledged in time.
    pub unacknowledged: u64,
    /// Removals that were not uploaded in time after the objection.
    pub late: u64,
}

/// What a release changes in a cell.
pub struct Delta<'r> {
    /// In numbers.
    pub changes: Changes,
    /// Whether the full file replaces what is live, and there is no other.
    pub replaces: bool,
    /// What its files do, for the state.
    pub operations: ListRef,
    /// What is owed afterwards.
    pub owed: ListRef,
    /// How many identifiers that is.
    pub owed_count: u64,
    /// The first moment at which one of them was to be removed.
    pub owed_since: Option<u32>,
    /// The day of the oldest objection whose removal is not uploaded.
    pub objected_day: Option<u32>,
    /// Days of the objections that this release is the first to act on, one a person.
    pub objections: Vec<u32>,
    removes: Spool<'r>,
    sent: SortedSet,
    format: &'r RowFormat,
}

impl Delta<'_> {
    /// Whether there is anything to remove by a file.
    #[must_use]
    pub const fn has_removals(&self) -> bool {
        !self.replaces && self.changes.removed + self.changes.owed > 0
    }

    /// Whether there is anything to add by a file.
    #[must_use]
    pub fn has_additions(&self) -> bool {
        !self.sent.is_empty()
    }

    /// The sizes of the remove file's rows, for planning parts.
    pub fn each_removal_size(&self, mut each: impl FnMut(u16, usize)) -> Result<(), SpillError> {
        let columns = self.format.slots().len();
        let mut bytes = Vec::new();
        for bucket in 0..self.removes.len() {
            bytes.clear();
            self.removes.read(bucket, &mut bytes)?;
            for key in MemberKey::split(&bytes, columns) {
                each(MemberKey::prefix(key), self.format.row_len_max());
            }
        }
        Ok(())
    }

    /// The remove file's rows, in the order of their bytes; they are used up.
    pub fn each_removal_block<E: From<SpillError> + Send>(
        &self,
        each: impl FnMut(&MemberBlock<'_>) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        each_block(&self.removes, self.format, None, each)
    }

    /// Hands over the test that tells which rows of the cell stand in its add file.
    pub fn with_row_test<T>(&self, use_it: impl FnOnce(RowTest<'_>) -> T) -> T {
        let kinds = self.format.slots();
        use_it(&|key: &[u8]| {
            let mut at = 0;
            kinds.iter().any(|kind| {
                let is_filled = key[at] == 1;
                let digest = is_filled.then(|| &key[at + 1..at + 33]);
                at += if is_filled { 33 } else { 1 };
                digest.is_some_and(|digest| {
                    let digest = Digest::from_bytes(digest.try_into().expect("sliced to 32"));
                    self.sent.has(EntryKey::new(*kind, digest).short())
                })
            })
        })
    }
}

/// Finds out what a release changes in one cell. The lists it writes count once a head names them.
pub fn delta<'r>(
    results: &Results<'r, '_>,
    state: &mut State,
    asked: &Asked<'_>,
) -> Result<Delta<'r>, DeltaError> {
    let spools = results.live.expect("a run that is held against what is live keeps records for it");
    spools.settle(asked.cell)?;
    let mut work = Work::begin(results, asked)?;
    work.compare(state)?;
    work.choose();
    work.touch(state)?;
    work.send(state)?;
    work.write(state)
}

/// The passes over the lists, and what each leaves for the next.
struct Work<'w, 'r, 'o> {
    results: &'w Results<'r, 'o>,
    asked: &'w Asked<'w>,
    /// Whether the full file replaces what is live.
    replaces: bool,
    /// In a run past guards: people whom an objection keeps out of this cell.
    objectors: SortedSet,
    changes: Changes,
    /// People some of whose identifiers go.
    gone: SortedSet,
    /// People who went up with something that goes, before others alone held it.
    former: SortedSet,
    /// Of people who went up with something that only others hold now, those who are eligible, and those
    /// of whom something is live or its removal not acknowledged: they may be eligible again before it is.
    staying: FxHashSet<Owner>,
    /// People of whom something was removed that is not acknowledged.
    held: SortedSet,
    /// People whose whole rows are sent.
    people: SortedSet,
    /// People who stay, for widening, and one identifier of each.
    chosen: Chosen,
    widened: FxHashSet<EntryKey>,
    /// Identifiers that may be dropped along with what goes, by their first bytes.
    touched: SortedSet,
    /// Identifiers of people whose rows are sent, by their first bytes.
    sent: SortedSet,
}

impl<'w, 'r, 'o> Work<'w, 'r, 'o> {
    fn begin(results: &'w Results<'r, 'o>, asked: &'w Asked<'w>) -> Result<Self, DeltaError> {
        let mut objectors = SortedSet::default();
        if asked.mode == Mode::RemovalsOnly {
            let live = results.live.expect("checked by the caller");
            live.each_objector(|objector| {
                if results.verdict(objector.verdict)[asked.cell].reasons.has_objection() {
                    objectors.push(objector.owner);
                }
            })?;
            let erased = asked.erased.iter().flat_map(|erased| &erased.people);
            erased.for_each(|person| objectors.push(owner_of(*person)));
            objectors.settle();
        }
        let nothing_known = asked.known.is_none_or(|known| known.live.is_none());
        Ok(Self {
            results,
            asked,
            replaces: asked.mode == Mode::Complete && (asked.replaces_only || nothing_known),
            objectors,
            changes: Changes::default(),
            gone: SortedSet::default(),
            former: SortedSet::default(),
            staying: FxHashSet::default(),
            held: SortedSet::default(),
            people: SortedSet::default(),
            chosen: Chosen::new(WIDENED_TO - 1, u64::from(asked.now)),
            widened: FxHashSet::default(),
            touched: SortedSet::default(),
            sent: SortedSet::default(),
        })
    }

    fn merge(&self, state: &State) -> Result<Merge<'w, 'o>, DeltaError> {
        let known = self.asked.known;
        let live = state.read_list(known.and_then(|known| known.live.as_ref()).map(|live| &live.list))?;
        let owed = state.read_list(known.and_then(|known| known.owed.as_ref()))?;
        let spools = self.results.live.expect("checked by the caller");
        Ok(Merge::new(live, owed, spools.wanted(self.asked.cell)?, self.asked.mode == Mode::Everyone))
    }

    /// Whether an identifier that is live, or owed, has to go.
    fn leaves(&self, group: &Group) -> bool {
        let is_live = !group.live.is_empty();
        match self.asked.mode {
            Mode::Complete | Mode::Withheld | Mode::Everyone => {
                group.wanted.is_empty() && (is_live || group.owed.iter().any(|owed| owed.removed))
            }
            Mode::RemovalsOnly => {
                let is_objected = || {
                    group.barred
                        || group.live.iter().any(|entry| self.objectors.has(entry.owner))
                        || self.is_erased(group.key)
                };
                group.owed.iter().any(|owed| owed.removed && owed.since != 0)
                    || (is_live && group.wanted.is_empty() && is_objected())
            }
        }
    }

    /// Whether an identifier was given when somebody was erased. Whoever left the base meets no register
    /// there, and what is live is all that is left of them.
    fn is_erased(&self, key: EntryKey) -> bool {
        self.asked.erased.is_some_and(|erased| {
            let tag = erasure_tag(&erased.mac, Algorithm::Sha256.code(), key.digest.as_bytes());
            erased.hashes.contains(&tag)
        })
    }

    /// Whether a member was last sent so long ago that the platform may soon drop them.
    fn is_due(&self, entry: &LiveEntry) -> bool {
        entry.sent == 0
            || self.asked.resend_between.is_some_and(|(first, last)| {
                // Each person has a day of their own within that time, so that not all come at once.
                let spread = u64::from(last.saturating_sub(first)).max(1);
                entry.sent < last.saturating_sub((entry.owner % spread) as u32)
            })
    }

    /// First pass: what goes, who changed, who could be widened with.
    fn compare(&mut self, state: &State) -> Result<(), DeltaError> {
        let sends = self.asked.mode == Mode::Complete && !self.replaces;
        let formers = self.formers(state)?;
        let mut merge = self.merge(state)?;
        while let Some(group) = merge.next()? {
            let (is_live, leaves) = (!group.live.is_empty(), self.leaves(group));
            let changes = &mut self.changes;
            changes.live += u64::from(is_live);
            changes.kept += u64::from(is_live && !leaves);
            changes.removed += u64::from(is_live && leaves);
            changes.owed += u64::from(!is_live && leaves);
            if self.asked.mode == Mode::Complete {
                changes.added += u64::from(!is_live && !group.wanted.is_empty());
            }
            let removed = group.owed.iter().filter(|owed| owed.removed);
            removed.clone().for_each(|owed| self.held.push(owed.owner));
            let former = group.owed.iter().filter(|owed| owed.former);
            if removed.clone().next().is_some() {
                former.clone().for_each(|owed| self.held.push(owed.owner));
            }
            let there = group.wanted.iter().map(|wanted| wanted.owner);
            let there = there.chain(group.live.iter().map(|entry| entry.owner));
            let there = there.chain(removed.clone().map(|owed| owed.owner));
            self.staying.extend(there.filter(|owner| formers.has(*owner)));
            if leaves {
                group.live.iter().for_each(|entry| self.gone.push(entry.owner));
                removed.for_each(|owed| self.gone.push(owed.owner));
                former.for_each(|owed| self.former.push(owed.owner));
            }
            if !sends {
                continue;
            }
            for wanted in &group.wanted {
                let is_new = !group.live.iter().any(|entry| entry.owner == wanted.owner);
                if is_new {
                    self.people.push(wanted.owner);
                }
            }
            for entry in &group.live {
                let stays = group.wanted.iter().any(|wanted| wanted.owner == entry.owner);
                if !stays || self.is_due(entry) {
                    self.people.push(entry.owner);
                } else {
                    self.chosen.offer(entry.owner, group.key);
                }
            }
        }
        self.gone.settle();
        self.former.settle();
        self.held.settle();
        self.people.settle();
        Ok(())
    }

    /// People who went up with something that only others hold now.
    fn formers(&self, state: &State) -> Result<SortedSet, DeltaError> {
        let mut formers = SortedSet::default();
        let mut owed =
            state.read_list::<OwedEntry>(self.asked.known.and_then(|known| known.owed.as_ref()))?;
        while let Some(entry) = owed.next_record()? {
            if entry.former {
                formers.push(entry.owner);
            }
        }
        formers.settle();
        Ok(formers)
    }

    /// Whether something is removed that this person went up with.
    fn is_hit(&self, owner: Owner) -> bool {
        self.gone.has(owner) || self.former.has(owner)
    }

    /// Whether a former holder may still be there by what others hold: of people who are not eligible
    /// nothing is kept once they have gone by what they held themselves.
    fn stays(&self, entry: &OwedEntry) -> bool {
        self.asked.mode == Mode::RemovalsOnly || self.staying.contains(&entry.owner)
    }

    /// A file that names one person alone is widened, or replaced by the whole.
    fn choose(&mut self) {
        let is_single = self.gone.len() == 1 && self.changes.removed + self.changes.owed > 0;
        if self.asked.mode != Mode::Complete || self.replaces || !is_single {
            return;
        }
        if self.asked.replaces_single {
            self.replaces = true;
            self.people = SortedSet::default();
            return;
        }
        for (owner, key) in self.chosen.take() {
            // Their rows go out again after the removals, like everybody's who may be dropped.
            self.people.push(owner);
            self.widened.insert(key);
        }
        self.people.settle();
        self.changes.widened = self.widened.len() as u64;
    }

    /// Second pass: which identifiers may be dropped along with those that go.
    fn touch(&mut self, state: &State) -> Result<(), DeltaError> {
        if self.replaces || self.asked.mode == Mode::Everyone || self.gone.is_empty() {
            return Ok(());
        }
        let mut merge = self.merge(state)?;
        // Whoever holds an identifier that only widens is dropped with it, too.
        let mut widened = SortedSet::default();
        while let Some(group) = merge.next()? {
            if self.widened.contains(&group.key) {
                group.live.iter().for_each(|entry| widened.push(entry.owner));
                let former = group.owed.iter().filter(|owed| owed.former);
                former.for_each(|owed| widened.push(owed.owner));
            }
        }
        widened.settle();
        let mut merge = self.merge(state)?;
        while let Some(group) = merge.next()? {
            let is_with = |owner: Owner| self.is_hit(owner) || widened.has(owner);
            let live = group.live.iter().any(|entry| is_with(entry.owner));
            if live || group.owed.iter().any(|owed| is_with(owed.owner)) {
                self.touched.push(group.key.short());
            }
        }
        self.touched.settle();
        Ok(())
    }

    /// Third and fourth pass: who holds one of those, and what else they hold.
    fn send(&mut self, state: &State) -> Result<(), DeltaError> {
        if self.replaces || self.asked.mode != Mode::Complete {
            return Ok(());
        }
        if !self.touched.is_empty() {
            let mut merge = self.merge(state)?;
            while let Some(group) = merge.next()? {
                if !group.wanted.is_empty() && self.touched.has(group.key.short()) {
                    group.wanted.iter().for_each(|wanted| self.people.push(wanted.owner));
                }
            }
            self.people.settle();
        }
        if !self.people.is_empty() {
            let mut merge = self.merge(state)?;
            while let Some(group) = merge.next()? {
                if group.wanted.iter().any(|wanted| self.people.has(wanted.owner)) {
                    self.sent.push(group.key.short());
                }
            }
            self.sent.settle();
        }
        Ok(())
    }

    /// Last pass: what the files do, and what is owed afterwards.
    fn write(mut self, state: &mut State) -> Result<Delta<'r>, DeltaError> {
        let days = self.days()?;
        let mut merge = self.merge(state)?;
        let removes = Spool::new(self.results.overflow, MEMBER_BUCKETS);
        let mut rows = Appender::new(&removes);
        let mut out = Written {
            operations: state.write_list()?,
            owed: state.write_list()?,
            format: &self.results.plan().cells[self.asked.cell].format,
            owed_count: 0,
            owed_since: None,
            objected_day: None,
            objections: FxHashMap::default(),
        };
        while let Some(group) = merge.next()? {
            let leaves = self.leaves(group);
            let is_widened = self.widened.contains(&group.key);
            if leaves || is_widened {
                out.remove(group.key, (!self.replaces).then_some(&mut rows))?;
            }
            if self.asked.mode == Mode::Complete {
                for wanted in &group.wanted {
                    if self.replaces || self.people.has(wanted.owner) {
                        out.put(wanted, self.asked.bases)?;
                    }
                }
                let is_resent = !self.replaces && self.sent.has(group.key.short());
                let is_kept = !group.live.is_empty() && !group.wanted.is_empty();
                self.changes.resent += u64::from(is_kept && is_resent && !is_widened);
            }
            if !leaves && matches!(self.asked.mode, Mode::Complete | Mode::Withheld) {
                let lost = group.live.iter().filter(|entry| {
                    !self.replaces && !group.wanted.iter().any(|wanted| wanted.owner == entry.owner)
                });
                lost.into_iter().try_for_each(|entry| out.drop_owner(entry))?;
            }
            let marks = self.asked.mode != Mode::Complete && !leaves && !group.live.is_empty();
            if marks && self.touched.has(group.key.short()) {
                out.mark(group.key)?;
            }
            if leaves {
                self.owe(group, &days, &mut out)?;
            } else {
                self.keep(group, &mut out)?;
            }
        }
        rows.finish()?;
        Ok(Delta {
            changes: self.changes,
            replaces: self.replaces,
            operations: out.operations.finish()?,
            owed: out.owed.finish()?,
            owed_count: out.owed_count,
            owed_since: out.owed_since,
            objected_day: out.objected_day,
            objections: {
                let mut days: Vec<u32> = out.objections.into_values().collect();
                days.sort_unstable();
                days
            },
            removes,
            sent: self.sent,
            format: out.format,
        })
    }

    /// The day of the objection of everybody who goes because of one.
    fn days(&self) -> Result<FxHashMap<Owner, u32>, DeltaError> {
        let mut days = FxHashMap::default();
        if self.gone.is_empty() {
            return Ok(days);
        }
        let live = self.results.live.expect("checked by the caller");
        live.each_objector(|objector| {
            let is_objection =
                || self.results.verdict(objector.verdict)[self.asked.cell].reasons.has_objection();
            if objector.day != 0 && self.gone.has(objector.owner) && is_objection() {
                days.insert(objector.owner, objector.day);
            }
        })?;
        Ok(days)
    }

    /// An identifier that goes is owed until a platform says that it is gone.
    fn owe(
        &mut self,
        group: &Group,
        days: &FxHashMap<Owner, u32>,
        out: &mut Written<'r>,
    ) -> Result<(), DeltaError> {
        let mut owners: Vec<Owner> = group.live.iter().map(|entry| entry.owner).collect();
        owners.extend(group.owed.iter().filter(|owed| owed.removed).map(|owed| owed.owner));
        owners.sort_unstable();
        owners.dedup();
        let (mut first, mut oldest_day) = (u32::MAX, 0);
        for owner in owners {
            let before =
                group.owed.iter().find(|owed| owed.removed && owed.owner == owner && owed.since != 0);
            let since = before.map_or(self.asked.now, |owed| owed.since);
            let objected = before
                .map(|owed| owed.objected)
                .filter(|day| *day != 0)
                .or_else(|| days.get(&owner).copied())
                .unwrap_or(0);
            if before.is_none() && objected != 0 {
                out.objections.insert(owner, objected);
            }
            let entry =
                OwedEntry { removed: true, since, objected, ..OwedEntry::companion(group.key, owner) };
            out.owed.push(&entry)?;
            first = first.min(since);
            oldest_day = if oldest_day == 0 || objected == 0 {
                oldest_day.max(objected)
            } else {
                oldest_day.min(objected)
            };
        }
        let companions = group.owed.iter().filter(|owed| {
            !owed.removed
                && !owed.former
                && (self.is_hit(owed.owner) || self.held.has(owed.owner))
                && !group.live.iter().any(|entry| entry.owner == owed.owner)
        });
        companions.into_iter().try_for_each(|owed| out.owed.push(owed))?;
        let former = group.owed.iter().filter(|owed| owed.former && self.stays(owed));
        former.into_iter().try_for_each(|owed| out.owed.push(owed))?;
        out.owed_count += 1;
        out.owed_since = Some(out.owed_since.unwrap_or(first).min(first));
        self.changes.unacknowledged += u64::from(first < self.asked.acknowledged_by);
        if !group.live.is_empty() && oldest_day != 0 {
            out.objected_day = Some(out.objected_day.unwrap_or(oldest_day).min(oldest_day));
            self.changes.late += u64::from(self.asked.late_day.is_some_and(|late| oldest_day <= late));
        }
        Ok(())
    }

    /// What stays: removals that somebody eligible takes back, until an upload does so, and identifiers
    /// of rows that something else is removed from.
    fn keep(&self, group: &Group, out: &mut Written<'r>) -> Result<(), DeltaError> {
        let is_taken_back = self.asked.mode != Mode::RemovalsOnly;
        let is_known = !group.live.is_empty() || group.owed.iter().any(|owed| owed.removed);
        for owed in &group.owed {
            if owed.former {
                if is_known && self.stays(owed) {
                    out.owed.push(owed)?;
                }
            } else if owed.removed {
                let since = if is_taken_back { 0 } else { owed.since };
                out.owed.push(&OwedEntry { since, ..*owed })?;
            } else if self.is_hit(owed.owner) || self.held.has(owed.owner) {
                out.owed.push(owed)?;
            }
        }
        for entry in &group.live {
            let is_known = group.owed.iter().any(|owed| !owed.former && owed.owner == entry.owner);
            if !is_known && self.is_hit(entry.owner) {
                out.owed.push(&OwedEntry::companion(entry.key, entry.owner))?;
            }
        }
        Ok(())
    }
}

/// What the last pass writes.
struct Written<'r> {
    operations: ListWriter<Operation>,
    owed: ListWriter<OwedEntry>,
    format: &'r RowFormat,
    owed_count: u64,
    owed_since: Option<u32>,
    objected_day: Option<u32>,
    objections: FxHashMap<Owner, u32>,
}

impl Written<'_> {
    fn remove(&mut self, key: EntryKey, rows: Option<&mut Appender<'_, '_>>) -> Result<(), DeltaError> {
        self.operations.push(&Operation { key, action: Action::Remove, owner: 0, basis: 0 })?;
        if let Some(rows) = rows {
            let digest = [key.digest];
            let (emails, phones): (&[Digest], &[Digest]) = match key.kind() {
                Kind::Email => (&digest, &[]),
                Kind::Phone => (&[], &digest),
            };
            let mut failed = None;
            self.format.rows(
                emails.iter().map(Digest::as_bytes),
                phones.iter().map(Digest::as_bytes),
                |row| {
                    let row = row.iter().copied();
                    let Some(bucket) = member_bucket(row.clone()) else { return };
                    failed = rows.push(bucket, |out| MemberKey::write(row, out)).err();
                },
            );
            if let Some(error) = failed {
                return Err(error.into());
            }
        }
        Ok(())
    }

    fn put(&mut self, wanted: &Wanted, bases: &[u8]) -> Result<(), StateError> {
        let basis = bases.get(usize::from(wanted.basis)).copied().unwrap_or(u8::MAX);
        let (key, owner) = (wanted.key, wanted.owner);
        self.operations.push(&Operation { key, action: Action::Put, owner, basis })
    }

    fn drop_owner(&mut self, entry: &LiveEntry) -> Result<(), StateError> {
        let (key, owner) = (entry.key, entry.owner);
        self.operations.push(&Operation { key, action: Action::Drop, owner, basis: 0 })
    }

    fn mark(&mut self, key: EntryKey) -> Result<(), StateError> {
        self.operations.push(&Operation { key, action: Action::Mark, owner: 0, basis: 0 })
    }
}
