//! The third barrier: person by person, the rows joined, the decision made, and what goes up or is
//! left out handed on as digests and tags. Runs over partitions of people on every core.

mod alike;

use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use alike::{Alike, Shape};

use super::close::{Closed, PartitionMarks};
use super::intern::Interner;
use super::left_out::{LeftOut, LeftOutAppender};
use super::live::{LiveAppender, LiveSpools, owner_of};
use super::members::{MemberAppender, MemberRows};
use super::objections::union;
use super::plan::Plan;
use super::record::{IdentifierView, RowHead, RowView, Rows};
use super::shares::Shares;
use super::twice::Twice;
use crate::config::Closure;
use crate::identifiers::{Digest, Kind, WideKey};
use crate::people::PersonKey;
use crate::policy::closure::KeyMark;
use crate::policy::objections::Named;
use crate::policy::reason::Reason;
use crate::policy::scope::Scopes;
use crate::policy::standing::Standing;
use crate::policy::verdict::{CellVerdict, Classes, Holdings, IdentifierClass, PersonFacts, barred, decide};
use crate::spill::{Appender, SpillError, Spool};
use crate::state::{EntryKey, Owner};

/// What deciding needs.
pub(crate) struct Decide<'d, 'o> {
    pub(crate) plan: &'d Plan,
    pub(crate) closure: Closure,
    pub(crate) named: &'d Interner<Named>,
    pub(crate) standings: &'d Interner<Standing>,
    pub(crate) closed: &'d Closed<'o>,
    /// Rows of the uploads.
    pub(crate) members: &'d MemberRows<'o>,
    /// Whoever any audience leaves out.
    pub(crate) left_out: &'d LeftOut<'o>,
    /// How often keys were seen: an identifier seen once needs no further look to be counted.
    pub(crate) shares: &'d Shares,
    pub(crate) threads: usize,
    /// Whether somebody's decision is wanted in full.
    pub(crate) is_watching: bool,
    /// Where everybody's key and verdict number go, by partition, when two runs are compared.
    pub(crate) people: Option<&'d Spool<'o>>,
    /// Where what live state asks for goes, where one is kept.
    pub(crate) live: Option<&'d LiveSpools<'o>>,
}

/// Rows whose identifiers are looked up together.
const BLOCK: usize = 64;
/// Bytes that a row's record has at least, roughly, to size what counts people.
const ROW_BYTES: usize = 64;

/// Bytes of a person key and a verdict's number.
pub(crate) const PERSON_BYTES: usize = 20;

/// The whole decision of one person: one a cell.
pub(crate) type Verdict = Vec<CellVerdict>;

/// What deciding came to.
pub(crate) struct Decided {
    /// Every distinct verdict, and how many people and rows have it.
    pub(crate) verdicts: Vec<(std::sync::Arc<Verdict>, Tally)>,
    /// People named by each interned set of objections.
    pub(crate) people_by_named: FxHashMap<u32, u64>,
    /// By cell: identifiers beyond the platform's columns.
    pub(crate) dropped: Vec<u64>,
    /// By cell: e-mail addresses and phone numbers that go up and that only one row holds.
    pub(crate) unique: Vec<(u64, u64)>,
    /// What was found of the watched.
    pub(crate) watched: Vec<WatchedPerson>,
}

/// How many people and rows.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) people: u64,
    pub(crate) rows: u64,
}

/// One person in full, for `explain`.
pub(crate) struct WatchedPerson {
    pub(crate) person: PersonKey,
    pub(crate) rows: u64,
    pub(crate) verdict: Verdict,
    pub(crate) named: Named,
    pub(crate) linked: Scopes,
    pub(crate) unreadable: bool,
    pub(crate) standing: Standing,
}

/// What the decision of a person without marked identifiers depends on.
#[derive(Clone, PartialEq, Eq, Hash)]
struct PersonShape {
    standing: u32,
    named: u32,
    linked: Scopes,
    unreadable: bool,
    holdings: Holdings,
}

/// A shape of which nothing is linked, unreadable or marked, as two numbers.
type PlainShape = (u64, u64);

/// Most shapes that are kept, and most of which all that follows is.
const KNOWN_MAX: usize = 1 << 18;
const ALIKE_MAX: usize = 1 << 14;

impl PersonShape {
    #[inline]
    fn plain(&self) -> Option<PlainShape> {
        if self.linked != Scopes::NONE || self.unreadable {
            return None;
        }
        let said = u64::from(self.standing) | u64::from(self.named) << 32;
        self.holdings.unmarked().map(|holdings| (said, holdings))
    }
}

/// Decides every person in `rows`, which are used up.
pub(crate) fn decide_all(job: &Decide<'_, '_>, rows: &Spool<'_>) -> Result<Decided, SpillError> {
    let verdicts = Interner::starting_with(Verdict::new());
    let totals = Mutex::new(Totals::default());
    // One worker a thread for all its partitions: its chunks fill before they are handed on.
    let next = AtomicUsize::new(0);
    (0..job.threads).into_par_iter().with_max_len(1).try_for_each(|_| {
        let mut worker = Worker::new(job, &verdicts);
        loop {
            let bucket = next.fetch_add(1, Ordering::Relaxed);
            if bucket >= rows.len() {
                break;
            }
            let stretches = rows.take_out(bucket)?;
            let marks = job.closed.marks(bucket)?;
            worker.partition(&stretches.all(), &marks)?;
            worker.hand_on()?;
        }
        let done = worker.finish()?;
        totals.lock().unwrap_or_else(PoisonError::into_inner).add(done);
        Ok::<(), SpillError>(())
    })?;
    let totals = totals.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (mut dropped, mut unique) = (totals.dropped, totals.unique);
    dropped.resize(job.plan.cells.len(), 0);
    unique.resize(job.plan.cells.len(), (0, 0));
    let verdicts = verdicts
        .values()
        .into_iter()
        .enumerate()
        .map(|(number, verdict)| (verdict, totals.tallies.get(number).copied().unwrap_or_default()))
        .collect();
    Ok(Decided {
        verdicts,
        people_by_named: totals.people_by_named,
        dropped,
        unique,
        watched: totals.watched,
    })
}

#[derive(Default)]
struct Totals {
    /// By verdict's number.
    tallies: Vec<Tally>,
    people_by_named: FxHashMap<u32, u64>,
    dropped: Vec<u64>,
    unique: Vec<(u64, u64)>,
    watched: Vec<WatchedPerson>,
}

impl Totals {
    fn add(&mut self, other: Self) {
        self.tallies.resize(self.tallies.len().max(other.tallies.len()), Tally::default());
        for (known, tally) in self.tallies.iter_mut().zip(other.tallies) {
            known.people += tally.people;
            known.rows += tally.rows;
        }
        for (named, people) in other.people_by_named {
            *self.people_by_named.entry(named).or_default() += people;
        }
        self.dropped.resize(self.dropped.len().max(other.dropped.len()), 0);
        for (mine, theirs) in self.dropped.iter_mut().zip(other.dropped) {
            *mine += theirs;
        }
        self.unique.resize(self.unique.len().max(other.unique.len()), (0, 0));
        for (mine, theirs) in self.unique.iter_mut().zip(other.unique) {
            *mine = (mine.0 + theirs.0, mine.1 + theirs.1);
        }
        self.watched.extend(other.watched);
    }
}

/// What one verdict asks to be done.
struct Consequence {
    number: u32,
    /// Cells whose rows look alike, list by list.
    eligible: Vec<Eligible>,
    /// Whether any audience leaves the person out.
    is_left_out: bool,
    /// Whether an objection keeps the person out of any cell.
    is_objected: bool,
    /// Cells that the person's own objection keeps them out of: what they hold goes there, whoever it is
    /// live of. What somebody holds who is merely linked may be another's who is eligible.
    objected: Vec<usize>,
}

/// Cells of one list that somebody is eligible for.
struct Eligible {
    list: usize,
    /// Each with the number of the first basis row that allows it.
    cells: Vec<(usize, u8)>,
    /// The number of the set of all of them.
    set: u32,
    /// The classes of identifiers that they take, where all take the same: then only marks tell them apart.
    take: Option<Classes>,
}

/// Notes what somebody who objected holds, whoever it is live of: an identifier that has changed hands
/// stands under its holder before.
fn bar(
    live: &mut LiveAppender<'_, '_>,
    plan: &Plan,
    cell: usize,
    identifiers: &[Held<'_>],
) -> Result<(), SpillError> {
    let place = &plan.cells[cell];
    for held in identifiers {
        let kind = held.view.kind();
        if let Some(digest) = place.form_of(kind).and_then(|form| held.view.digest(form)) {
            live.barred(cell, EntryKey::new(kind, Digest::from_bytes(*digest)))?;
        }
    }
    Ok(())
}

/// What goes up in every cell of a set.
#[derive(Clone, Copy, Default)]
struct GoingUp {
    /// E-mail addresses and phone numbers that nobody else holds.
    emails: u64,
    phones: u64,
    /// Identifiers beyond the platform's columns.
    dropped: u64,
}

impl GoingUp {
    const fn is_some(self) -> bool {
        self.emails + self.phones + self.dropped > 0
    }
}

struct Worker<'w, 'd, 'o> {
    job: &'w Decide<'d, 'o>,
    verdicts: &'w Interner<Verdict>,
    members: MemberAppender<'d, 'o>,
    left_out: LeftOutAppender<'d, 'o>,
    live: Option<LiveAppender<'d, 'o>>,
    known: FxHashMap<PersonShape, std::rc::Rc<Consequence>>,
    /// The same of plain shapes, which nearly everybody has.
    known_plain: FxHashMap<PlainShape, std::rc::Rc<Consequence>>,
    /// What becomes of people who are alike; nothing where that cannot be told beforehand.
    alike: FxHashMap<Shape, Option<std::rc::Rc<Alike>>>,
    joined: FxHashMap<(u32, u32), u32>,
    standings: FxHashMap<u32, std::sync::Arc<Standing>>,
    totals: Totals,
    /// Person keys and verdict numbers of one partition.
    everybody: Vec<u8>,
    /// By the number of a set of cells: one addition serves them all.
    going_up: Vec<GoingUp>,
    /// For each cell of a list, whether each identifier at hand goes up there; and cells in which the same go up.
    /// Kept for their room.
    going: Vec<bool>,
    cells: Vec<(usize, u8)>,
    /// The numbers of sets of cells, each with its basis, that were asked for.
    sets: FxHashMap<Vec<(usize, u8)>, u32>,
}

/// An identifier of a person at hand, with all that is known of its key.
#[derive(Clone, Copy)]
struct Held<'b> {
    view: IdentifierView<'b>,
    wide: WideKey,
    /// What the key carries; nothing when it is shared.
    mark: KeyMark,
    /// Whether it may carry anything that counts.
    may_be_marked: bool,
    /// Whether another row may hold it.
    may_repeat: bool,
    /// Held by more people than the cap.
    is_shared: bool,
    withheld: bool,
}

impl Held<'_> {
    #[inline]
    fn class(&self) -> IdentifierClass {
        self.view.class()
    }

    fn stays_down(&self) -> bool {
        self.withheld || self.view.is_unconsented()
    }

    /// Whether it goes up where these classes are taken, if its key carries nothing.
    fn goes_up(&self, take: Classes) -> bool {
        !self.is_shared && !self.stays_down() && take.has(self.class())
    }
}

/// Rows that are decided together, and their identifiers.
#[derive(Default)]
struct Block<'b> {
    rows: Vec<RowView<'b>>,
    identifiers: Vec<Held<'b>>,
    /// For each row, where its identifiers end.
    ends: Vec<usize>,
    /// The keys of those that may be marked, and what they carry; kept for their room.
    keys: Vec<WideKey>,
    marks: Vec<Option<KeyMark>>,
}

/// Those of a person that go up in one cell; kept for their room.
#[derive(Default)]
struct Lists<'b> {
    emails: Vec<Going<'b>>,
    phones: Vec<Going<'b>>,
}

/// An identifier that goes up: its place in config order, its digest, and whether others may hold it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Going<'b> {
    place: (u16, u8),
    digest: &'b [u8; 32],
    may_repeat: bool,
}

/// Where a row lies in its partition, by its person.
#[derive(Clone, Copy)]
struct Lying {
    person: (u64, u64),
    stretch: usize,
    place: usize,
}

impl<'w, 'd, 'o> Worker<'w, 'd, 'o> {
    fn new(job: &'w Decide<'d, 'o>, verdicts: &'w Interner<Verdict>) -> Self {
        Self {
            members: job.members.appender(),
            left_out: job.left_out.appender(),
            live: job.live.map(LiveSpools::appender),
            known: FxHashMap::default(),
            known_plain: FxHashMap::default(),
            alike: FxHashMap::default(),
            joined: FxHashMap::default(),
            standings: FxHashMap::default(),
            totals: Totals {
                dropped: vec![0; job.plan.cells.len()],
                unique: vec![(0, 0); job.plan.cells.len()],
                ..Totals::default()
            },
            everybody: Vec::new(),
            going_up: Vec::new(),
            going: Vec::new(),
            cells: Vec::new(),
            sets: FxHashMap::default(),
            verdicts,
            job,
        }
    }

    fn finish(mut self) -> Result<Totals, SpillError> {
        for (set, counted) in self.going_up.iter().enumerate().filter(|(_, counted)| counted.is_some()) {
            for cell in self.job.members.cells(set as u32).iter() {
                let (emails, phones) = &mut self.totals.unique[*cell];
                (*emails, *phones) = (*emails + counted.emails, *phones + counted.phones);
                self.totals.dropped[*cell] += counted.dropped;
            }
        }
        self.members.finish()?;
        self.left_out.finish()?;
        self.live.map_or(Ok(()), LiveAppender::finish)?;
        Ok(self.totals)
    }

    /// People with one row, nearly always all, are decided as their rows lie; only the others' rows are
    /// brought together, which means sorting and looking all over the partition.
    fn partition(&mut self, stretches: &[&[u8]], marks: &PartitionMarks<'_>) -> Result<(), SpillError> {
        let bytes: usize = stretches.iter().map(|stretch| stretch.len()).sum();
        let mut twice = Twice::for_about(bytes / ROW_BYTES);
        for stretch in stretches {
            Rows::new(stretch).for_each(|row| twice.see(row.head.person.halves().1));
        }
        let (mut lists, mut lying) = (Lists::default(), Vec::new());
        // While the people of one block are decided, what is known of the next is on its way.
        let (mut block, mut next) = (Block::default(), Block::default());
        for (number, stretch) in stretches.iter().enumerate() {
            let mut rows = Rows::new(stretch);
            loop {
                let place = rows.place();
                let Some(row) = rows.next() else { break };
                if twice.may_repeat(row.head.person.halves().1) {
                    lying.push(Lying { person: row.head.person.halves(), stretch: number, place });
                    continue;
                }
                next.rows.push(row);
                if next.rows.len() == BLOCK {
                    self.gather(&mut next, marks);
                    self.people_of_one_row(&mut block, marks, &mut lists)?;
                    std::mem::swap(&mut block, &mut next);
                }
            }
        }
        self.gather(&mut next, marks);
        self.people_of_one_row(&mut block, marks, &mut lists)?;
        self.people_of_one_row(&mut next, marks, &mut lists)?;
        lying.sort_unstable_by_key(|row| row.person);
        for person in lying.chunk_by(|a, b| a.person == b.person) {
            block.rows.extend(person.iter().map(|row| Rows::at(stretches[row.stretch], row.place)));
            self.gather(&mut block, marks);
            self.look_up(&mut block, marks);
            self.person(&block.rows, &mut block.identifiers, &mut lists)?;
            block.rows.clear();
        }
        Ok(())
    }

    /// Decides the people of a block that was gathered, and empties it.
    fn people_of_one_row<'b>(
        &mut self,
        block: &mut Block<'b>,
        marks: &PartitionMarks<'_>,
        lists: &mut Lists<'b>,
    ) -> Result<(), SpillError> {
        self.look_up(block, marks);
        let mut from = 0;
        for (row, to) in block.rows.iter().zip(&block.ends) {
            let identifiers = &mut block.identifiers[from..*to];
            self.person(std::slice::from_ref(row), identifiers, lists)?;
            from = *to;
        }
        block.rows.clear();
        Ok(())
    }

    /// Gathers the identifiers of a block's rows, and asks large tables for what is known of them.
    fn gather(&self, block: &mut Block<'_>, marks: &PartitionMarks<'_>) {
        let shares = self.job.shares;
        let Block { rows, identifiers, ends, .. } = block;
        identifiers.clear();
        ends.clear();
        for row in rows {
            for view in row.identifiers() {
                let wide = view.wide();
                shares.fetch(wide);
                marks.fetch(wide);
                identifiers.push(Held {
                    view,
                    wide,
                    mark: KeyMark::NONE,
                    may_be_marked: false,
                    may_repeat: false,
                    is_shared: false,
                    withheld: view.is_withheld(),
                });
            }
            ends.push(identifiers.len());
        }
    }

    /// Finds all that is known of a block's identifiers.
    fn look_up(&mut self, block: &mut Block<'_>, marks: &PartitionMarks<'_>) {
        let (closed, shares) = (self.job.closed, self.job.shares);
        for held in &mut block.identifiers {
            held.may_be_marked = marks.may_be_marked(held.wide);
            held.may_repeat = shares.may_repeat(held.wide);
            let kind = held.view.kind();
            if let Some(digest) = held.view.digest(0) {
                self.members.fetch(kind, digest, held.may_repeat);
            }
        }
        for held in &mut block.identifiers {
            held.is_shared = closed.is_shared(held.wide);
            held.may_be_marked &= !held.is_shared;
        }
        block.keys.extend(block.identifiers.iter().filter(|held| held.may_be_marked).map(|held| held.wide));
        marks.marks(&block.keys, &mut block.marks);
        let marked = block.identifiers.iter_mut().filter(|held| held.may_be_marked);
        marked.zip(block.marks.drain(..)).for_each(|(held, mark)| held.mark = mark.unwrap_or(KeyMark::NONE));
        block.keys.clear();
    }

    fn person<'b>(
        &mut self,
        rows: &[RowView<'b>],
        identifiers: &mut [Held<'b>],
        lists: &mut Lists<'b>,
    ) -> Result<(), SpillError> {
        if let [row] = rows
            && let Some(alike) = self.alike(row, identifiers)
        {
            return self.like_others(row, identifiers, &alike);
        }
        let person = rows[0].head.person;
        let (mut standing, mut named) = (rows[0].head.standing, rows[0].head.named);
        for row in &rows[1..] {
            standing = self.join(standing, row.head.standing);
            named = union(self.job.named, named, row.head.named);
        }
        settle_withheld(identifiers);
        let unreadable = self.is_unreadable(person, identifiers);
        let (linked, holdings) = (linked(identifiers), holdings(identifiers));
        let shape = PersonShape { standing, named, linked, unreadable, holdings };
        let consequence = self.consequence(shape);
        self.note(&consequence, person, rows.len() as u64, named);
        if self.is_watched(named) {
            let standing = self.standing(standing).as_ref().clone();
            self.totals.watched.push(WatchedPerson {
                person,
                rows: rows.len() as u64,
                verdict: self.verdicts.get(consequence.number).as_ref().clone(),
                named: self.job.named.get(named).as_ref().clone(),
                linked,
                unreadable,
                standing,
            });
        }
        let owner = owner_of(person);
        for eligible in &consequence.eligible {
            self.goes_up(eligible, owner, identifiers, lists)?;
        }
        if let Some(live) = self.live.as_mut().filter(|_| consequence.is_objected) {
            live.objected(owner, consequence.number, named, self.job)?;
            for cell in &consequence.objected {
                bar(live, self.job.plan, *cell, identifiers)?;
            }
        }
        self.leave_out(&consequence, person)
    }

    /// Whether a row with their id, or with a key of theirs, could not be read.
    #[inline]
    fn is_unreadable(&self, person: PersonKey, identifiers: &[Held<'_>]) -> bool {
        let closed = self.job.closed;
        closed.is_unreadable_id(person) || identifiers.iter().any(|held| closed.is_unreadable_key(held.wide))
    }

    /// What becomes of everybody like this person, if they are like others.
    #[inline]
    fn alike(&mut self, row: &RowView<'_>, identifiers: &[Held<'_>]) -> Option<std::rc::Rc<Alike>> {
        let head = &row.head;
        // Live state is told of each person; and whoever is watched is told of in full.
        if self.live.is_some() || self.is_watched(head.named) {
            return None;
        }
        let shape = Shape::of(head, identifiers)?;
        if self.is_unreadable(head.person, identifiers) {
            return None;
        }
        let known = match self.alike.get(&shape) {
            Some(known) => known.clone(),
            None => self.new_alike(shape, head, identifiers),
        };
        known.filter(|alike| alike.fits(identifiers))
    }

    fn new_alike(
        &mut self,
        shape: Shape,
        head: &RowHead,
        identifiers: &[Held<'_>],
    ) -> Option<std::rc::Rc<Alike>> {
        if self.alike.len() >= ALIKE_MAX {
            return None;
        }
        let consequence = self.consequence(PersonShape {
            standing: head.standing,
            named: head.named,
            linked: linked(identifiers),
            unreadable: false,
            holdings: holdings(identifiers),
        });
        let alike =
            Alike::new(self.job.plan, self.job.members, &consequence, identifiers).map(std::rc::Rc::new);
        self.alike.insert(shape, alike.clone());
        alike
    }

    /// Does with a person what is done with all who are alike.
    #[inline]
    fn like_others(
        &mut self,
        row: &RowView<'_>,
        identifiers: &[Held<'_>],
        alike: &Alike,
    ) -> Result<(), SpillError> {
        let RowHead { person, named, .. } = row.head;
        self.note(&alike.consequence, person, 1, named);
        let holds_hashes = self.job.plan.holds_hashes;
        for rows in &alike.lists {
            let mut alone = [0, 0];
            for (kind, spot) in &rows.counted {
                if holds_hashes || spot.held(identifiers).may_repeat {
                    self.members.repeat(rows.list, rows.set, *kind, spot.digest(identifiers))?;
                } else {
                    alone[*kind as usize] += 1;
                }
            }
            let going_up = self.going_up(rows.set);
            going_up.emails += alone[Kind::Email as usize];
            going_up.phones += alone[Kind::Phone as usize];
            going_up.dropped += rows.dropped;
            for row in &rows.rows {
                self.members.push_like(rows.list, row, |spot| spot.digest(identifiers))?;
            }
        }
        self.leave_out(&alike.consequence, person)
    }

    /// Counts a person, and notes who they are where that is asked for.
    #[inline]
    fn note(&mut self, consequence: &Consequence, person: PersonKey, rows: u64, named: u32) {
        let number = consequence.number as usize;
        if number >= self.totals.tallies.len() {
            self.totals.tallies.resize(number + 1, Tally::default());
        }
        let tally = &mut self.totals.tallies[number];
        tally.people += 1;
        tally.rows += rows;
        if named != 0 {
            *self.totals.people_by_named.entry(named).or_default() += 1;
        }
        if self.job.people.is_some() {
            self.everybody.extend_from_slice(&person.to_bytes());
            self.everybody.extend_from_slice(&consequence.number.to_le_bytes());
        }
    }

    /// Whether somebody so named is to be told of in full.
    #[inline]
    fn is_watched(&self, named: u32) -> bool {
        self.job.is_watching && named != 0 && self.job.named.get(named).is_watched()
    }

    /// Notes a person whom an audience leaves out.
    #[inline]
    fn leave_out(&mut self, consequence: &Consequence, person: PersonKey) -> Result<(), SpillError> {
        if consequence.is_left_out { self.left_out.push(person, consequence.number) } else { Ok(()) }
    }

    /// Hands the partition's people on, where they are asked for.
    fn hand_on(&mut self) -> Result<(), SpillError> {
        if let Some(people) = self.job.people {
            let mut appender = Appender::new(people);
            for entry in self.everybody.as_chunks::<PERSON_BYTES>().0 {
                // The parts of another run must be of the same people, however many rows it has.
                let person = PersonKey::from_bytes(entry[..16].try_into().expect("sixteen bytes"));
                let part = person.spread() as usize % people.len();
                appender.push(part, |bytes| bytes.extend_from_slice(entry))?;
            }
            appender.finish()?;
            self.everybody.clear();
        }
        Ok(())
    }

    /// Writes an eligible person's rows of one list of cells. What goes up is nearly always the same in
    /// all of them, and is then one row for all.
    fn goes_up<'b>(
        &mut self,
        eligible: &Eligible,
        owner: Owner,
        identifiers: &[Held<'b>],
        lists: &mut Lists<'b>,
    ) -> Result<(), SpillError> {
        let is_plain = |held: &Held<'_>| held.mark == KeyMark::NONE;
        if let Some(take) = eligible.take.filter(|_| identifiers.iter().all(is_plain)) {
            let going = identifiers.iter().filter(|held| held.goes_up(take));
            return self.write(eligible.list, eligible.set, &eligible.cells, owner, going, lists);
        }
        let mut going = std::mem::take(&mut self.going);
        going.clear();
        for (cell, _) in &eligible.cells {
            self.choose(*cell, identifiers, &mut going)?;
        }
        let of = |place: usize| &going[place * identifiers.len()..(place + 1) * identifiers.len()];
        let is_like = |place: usize, other: usize| of(place) == of(other);
        let chosen =
            |place: usize| identifiers.iter().zip(of(place)).filter(|(_, goes)| **goes).map(|(held, _)| held);
        if (1..eligible.cells.len()).all(|place| is_like(place, 0)) {
            self.write(eligible.list, eligible.set, &eligible.cells, owner, chosen(0), lists)?;
        } else {
            let mut cells = std::mem::take(&mut self.cells);
            for place in 0..eligible.cells.len() {
                if (0..place).any(|earlier| is_like(earlier, place)) {
                    continue;
                }
                let alike = (place..eligible.cells.len()).filter(|other| is_like(*other, place));
                cells.clear();
                cells.extend(alike.map(|other| eligible.cells[other]));
                let set = self.set(&cells);
                self.write(eligible.list, set, &cells, owner, chosen(place), lists)?;
            }
            self.cells = cells;
        }
        self.going = going;
        Ok(())
    }

    /// The number of the set of these cells.
    fn set(&mut self, cells: &[(usize, u8)]) -> u32 {
        if let Some(set) = self.sets.get(cells) {
            return *set;
        }
        let set = self.job.members.set(cells.iter().map(|(cell, _)| *cell).collect());
        if self.sets.len() < KNOWN_MAX {
            self.sets.insert(cells.to_vec(), set);
        }
        set
    }

    /// Whether each identifier at hand goes up in a cell.
    fn choose(
        &mut self,
        cell: usize,
        identifiers: &[Held<'_>],
        going: &mut Vec<bool>,
    ) -> Result<(), SpillError> {
        let plan = self.job.plan;
        let (place, rules) = (&plan.cells[cell], &plan.policy.cells[cell]);
        let party = plan.policy.audiences[rules.audience].party;
        for held in identifiers {
            let kind = held.view.kind();
            let Some(digest) = place.form_of(kind).and_then(|form| held.view.digest(form)) else {
                going.push(false);
                continue;
            };
            let (scopes, youngest) = (held.mark.scopes, held.mark.youngest);
            let is_barred = barred(&plan.policy, self.job.closure, rules.audience, scopes, youngest);
            if is_barred && let Some(live) = &mut self.live {
                live.barred(cell, EntryKey::new(kind, Digest::from_bytes(*digest)))?;
            }
            let stays = held.is_shared || is_barred || held.stays_down() || !held.class().fits(rules, party);
            going.push(!stays);
        }
        Ok(())
    }

    /// Writes the rows of what goes up, for cells of one list in which the same goes up.
    #[inline]
    fn write<'b: 'h, 'h>(
        &mut self,
        list: usize,
        set: u32,
        cells: &[(usize, u8)],
        owner: Owner,
        going: impl Iterator<Item = &'h Held<'b>>,
        lists: &mut Lists<'b>,
    ) -> Result<(), SpillError> {
        let plan = self.job.plan;
        let place = &plan.cells[cells[0].0];
        let Lists { emails, phones } = lists;
        emails.clear();
        phones.clear();
        for held in going {
            let kind = held.view.kind();
            let list = match kind {
                Kind::Email => &mut *emails,
                Kind::Phone => &mut *phones,
            };
            if let Some(digest) = place.form_of(kind).and_then(|form| held.view.digest(form)) {
                // The same digest may come from a value and, under another key, from its hash.
                let may_repeat = plan.holds_hashes || held.may_repeat;
                list.push(Going { place: held.view.place(), digest, may_repeat });
            }
        }
        settle(emails);
        settle(phones);
        self.count_members(list, set, cells, lists)?;
        let mut failed = None;
        let (members, live, kinds) = (&mut self.members, &mut self.live, place.format.slots());
        let (emails, phones) = (digests(&lists.emails), digests(&lists.phones));
        let dropped = place.format.rows(emails, phones, |going| {
            if let Err(error) = members.push(list, set, going.iter().copied()) {
                failed = Some(error);
            }
            if let Some(live) = live {
                let digests: Vec<_> =
                    going.iter().map(|one| one.map(|digest| Digest::from_bytes(*digest))).collect();
                for (cell, basis) in cells {
                    if let Err(error) = live.wanted(*cell, owner, *basis, kinds, &digests) {
                        failed = Some(error);
                    }
                }
            }
        });
        self.going_up(set).dropped += dropped as u64;
        failed.map_or(Ok(()), Err)
    }

    /// Counts what goes up: at once when nobody else holds it, else later, by digest.
    fn count_members(
        &mut self,
        list: usize,
        set: u32,
        cells: &[(usize, u8)],
        lists: &Lists<'_>,
    ) -> Result<(), SpillError> {
        let format = &self.job.plan.cells[cells[0].0].format;
        let mut alone = (0, 0);
        for (going, kind) in [(&lists.emails, Kind::Email), (&lists.phones, Kind::Phone)] {
            for one in going.iter().take(format.columns_of(kind, going.len())) {
                if one.may_repeat {
                    self.members.repeat(list, set, kind, one.digest)?;
                } else if kind == Kind::Email {
                    alone.0 += 1;
                } else {
                    alone.1 += 1;
                }
            }
        }
        let going_up = self.going_up(set);
        going_up.emails += alone.0;
        going_up.phones += alone.1;
        Ok(())
    }

    /// The counts of a set of cells.
    #[inline]
    fn going_up(&mut self, set: u32) -> &mut GoingUp {
        let set = set as usize;
        if set >= self.going_up.len() {
            self.going_up.resize(set + 1, GoingUp::default());
        }
        &mut self.going_up[set]
    }

    #[inline]
    fn consequence(&mut self, shape: PersonShape) -> std::rc::Rc<Consequence> {
        let plain = shape.plain();
        if let Some(known) = plain.and_then(|plain| self.known_plain.get(&plain)) {
            return std::rc::Rc::clone(known);
        }
        let consequence = self.consequence_of(shape);
        if let Some(plain) = plain
            && self.known_plain.len() < KNOWN_MAX
        {
            self.known_plain.insert(plain, std::rc::Rc::clone(&consequence));
        }
        consequence
    }

    fn consequence_of(&mut self, shape: PersonShape) -> std::rc::Rc<Consequence> {
        if let Some(known) = self.known.get(&shape) {
            return std::rc::Rc::clone(known);
        }
        let standing = self.standing(shape.standing);
        let named = self.job.named.get(shape.named);
        let facts = PersonFacts {
            standing: &standing,
            named: &named,
            linked: shape.linked,
            unreadable: shape.unreadable,
            holdings: &shape.holdings,
        };
        let policy = &self.job.plan.policy;
        let verdict = decide(policy, self.job.closure, &facts);
        let eligible = self.eligible(&verdict);
        let is_objected = verdict.iter().any(|verdict| verdict.reasons.has_objection());
        let named_out = |verdict: &CellVerdict| {
            [Reason::OptedOut, Reason::OnRegister].iter().any(|reason| verdict.reasons.has(*reason))
        };
        let objected = (0..verdict.len()).filter(|cell| named_out(&verdict[*cell])).collect();
        let is_left_out = verdict.iter().any(|verdict| verdict.selected && !verdict.reasons.is_empty());
        let number = self.verdicts.number(verdict);
        let consequence =
            std::rc::Rc::new(Consequence { number, eligible, is_left_out, is_objected, objected });
        if self.known.len() < KNOWN_MAX {
            self.known.insert(shape, std::rc::Rc::clone(&consequence));
        }
        consequence
    }

    /// The cells that a verdict allows, by the list their rows stand in.
    fn eligible(&self, verdict: &Verdict) -> Vec<Eligible> {
        let members = self.job.members;
        let mut eligible: Vec<Eligible> = Vec::new();
        for (cell, verdict) in verdict.iter().enumerate() {
            let Some(allowed) = verdict.eligible() else { continue };
            let (list, basis) = (members.list_of(cell), allowed.bases().trailing_zeros() as u8);
            match eligible.iter_mut().find(|known| known.list == list) {
                Some(known) => known.cells.push((cell, basis)),
                None => {
                    eligible.push(Eligible { list, cells: vec![(cell, basis)], set: 0, take: None });
                }
            }
        }
        for one in &mut eligible {
            one.set = members.set(one.cells.iter().map(|(cell, _)| *cell).collect());
            let policy = &self.job.plan.policy;
            let take = |cell: usize| {
                let rules = &policy.cells[cell];
                Classes::that_fit(rules, policy.audiences[rules.audience].party)
            };
            let first = take(one.cells[0].0);
            one.take = one.cells.iter().all(|(cell, _)| take(*cell) == first).then_some(first);
        }
        eligible
    }

    fn standing(&mut self, number: u32) -> std::sync::Arc<Standing> {
        let standings = self.job.standings;
        std::sync::Arc::clone(self.standings.entry(number).or_insert_with(|| standings.get(number)))
    }

    fn join(&mut self, one: u32, other: u32) -> u32 {
        if one == other {
            return one;
        }
        let pair = (one.min(other), one.max(other));
        if let Some(known) = self.joined.get(&pair) {
            return *known;
        }
        let joined = self.standing(one).join(&self.standing(other));
        let number = self.job.standings.number(joined);
        self.joined.insert(pair, number);
        number
    }
}

/// Scopes of other people's objections on what a person holds.
fn linked(identifiers: &[Held<'_>]) -> Scopes {
    identifiers.iter().fold(Scopes::NONE, |linked, held| linked.union(held.mark.scopes))
}

/// A person's identifiers, as far as a decision needs them.
fn holdings(identifiers: &[Held<'_>]) -> Holdings {
    let mut holdings = Holdings::default();
    for held in identifiers {
        if held.stays_down() {
            holdings.withhold(held.class());
        } else {
            holdings.add(held.class(), held.is_shared, held.mark);
        }
    }
    holdings.settle();
    holdings
}

/// What one row of the person withholds, none of their rows sends up.
fn settle_withheld(identifiers: &mut [Held<'_>]) {
    if !identifiers.iter().any(|held| held.withheld) {
        return;
    }
    let down: Vec<WideKey> = identifiers.iter().filter(|held| held.withheld).map(|held| held.wide).collect();
    for held in identifiers {
        held.withheld |= down.contains(&held.wide);
    }
}

/// The digests of what goes up. Only they are read: whoever reads several fields at once that were just written
/// one by one waits for all that was written before.
fn digests<'l, 'b>(going: &'l [Going<'b>]) -> impl ExactSizeIterator<Item = &'b [u8; 32]> + use<'l, 'b> {
    going.iter().map(|one| one.digest)
}

/// Puts identifiers into config order, then by digest, each digest once at its first place.
#[inline]
fn settle(going: &mut Vec<Going<'_>>) {
    if going.len() < 2 {
        return;
    }
    if !going.is_sorted() {
        going.sort_unstable();
    }
    let mut kept = 0;
    for at in 0..going.len() {
        if going[..kept].iter().all(|one| one.digest != going[at].digest) {
            if kept != at {
                going[kept] = going[at];
            }
            kept += 1;
        }
    }
    going.truncate(kept);
}
