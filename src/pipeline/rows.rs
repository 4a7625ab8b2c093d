//! One customer row at a time: its facts, its identifiers, the objections that name it, and the
//! record that waits for the next barrier. Runs on every worker thread; after it no plaintext is left.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use rustc_hash::FxHashMap;
use zeroize::Zeroizing;

use super::intern::{DigestSet, Interner};
use super::known_rows::{KnownRows, Missing, RowSays};
use super::objections::{Objections, algorithm, is_international, may_hold_address, union};
use super::plan::Plan;
use super::read_facts::FactReader;
use super::record::{Forms, IdentifierRecord, RowHead, write_row};
use super::shares::{ShareCounters, ShareTally};
use crate::config::{Config, HashAlgorithm, IdentifierColumn, Source};
use crate::identifiers::hashed::{Algorithm, HashKey};
use crate::identifiers::{
    Digest, Email, End, IDENTITY_CODE_MIN, Kind, Meets, Phone, PhoneRule, Plaintext, Region, Reject, RunKey,
    Scratch, Unhashed, WideKey, beside_addresses, cell_digest, email_alternatives, has_counter,
    holds_identity_code, phone_alternatives, phone_readings,
};
use crate::people::cell::trim_cell;
use crate::people::customer_id::Asked;
use crate::people::person_key::SpaceKeys;
use crate::people::{PersonKey, PersonKeys};
use crate::policy::facts::{RowFacts, Withheld};
use crate::policy::objections::{Named, Origin};
use crate::policy::scope::Scopes;
use crate::policy::standing::Standing;
use crate::policy::verdict::{IdentifierClass, Known};
use crate::sources::customers::{Customer, CustomerColumns};
use crate::sources::{Placed, Records, Row, RowFault, STRIP_ROWS, Strip};
use crate::spill::{Appender, SpillError};

/// Most identifiers one row may carry; a cell of thousands of addresses is no customer.
pub(super) const IDENTIFIERS_MAX: usize = 64;
/// Rows whose keys are looked up together, so that waiting for one answer is waiting for many.
const TOGETHER: usize = 32;
/// Most rows that wait.
const WAITING_MAX: usize = TOGETHER - 1 + STRIP_ROWS;
/// Texts of such rows that wait for their digests: of nearly all, as many as there are identifiers.
const TEXTS: usize = WAITING_MAX * 8;
/// Bytes of a row's record, of nearly all.
const ROW_BYTES: usize = 192;
/// Bytes of the ids of such rows.
const IDS_BYTES: usize = WAITING_MAX * 64;
/// The code of a row without a customer id.
pub(super) const BLANK_ID: &str = "blank-customer-id";
/// The code of a row with a personal identity code in a mapped column.
pub(super) const IDENTITY_CODE: &str = "identity-code";
/// The code of a row with more identifiers than [`IDENTIFIERS_MAX`].
pub(super) const TOO_MANY_IDENTIFIERS: &str = "too-many-identifiers";

/// What all workers share while rows are parsed.
pub(crate) struct Shared<'s> {
    pub(crate) config: &'s Config,
    pub(crate) plan: &'s Plan,
    pub(crate) objections: &'s Objections,
    pub(crate) named: &'s Interner<Named>,
    pub(crate) standings: &'s Interner<Standing>,
    pub(crate) shares: &'s ShareCounters,
    pub(crate) run_key: &'s RunKey,
    pub(crate) person_keys: &'s PersonKeys,
}

/// Counts of one source, added up over workers.
#[derive(Default, Clone)]
pub(crate) struct SourceTally {
    pub(crate) rows: u64,
    pub(crate) unreadable: BTreeMap<&'static str, u64>,
    pub(crate) columns: Vec<ColumnTally>,
    /// Rows with a personal identity code, by column read.
    pub(crate) identity_codes: Vec<u64>,
}

/// What became of one identifier column's values.
#[derive(Default, Clone)]
pub(crate) struct ColumnTally {
    pub(crate) parsed: u64,
    pub(crate) blank: u64,
    pub(crate) rejected: HashMap<Reject, u64>,
    /// Parsed, and stays down.
    pub(crate) withheld: BTreeMap<Withheld, u64>,
}

impl SourceTally {
    pub(crate) fn for_source(source: &Source) -> Self {
        let columns = vec![ColumnTally::default(); source.emails.len() + source.phones.len()];
        let read = CustomerColumns::of(source).wanted().len();
        Self { columns, identity_codes: vec![0; read], ..Self::default() }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        for (code, count) in &other.unreadable {
            *self.unreadable.entry(code).or_insert(0) += count;
        }
        for (mine, theirs) in self.identity_codes.iter_mut().zip(&other.identity_codes) {
            *mine += theirs;
        }
        for (mine, theirs) in self.columns.iter_mut().zip(&other.columns) {
            mine.parsed += theirs.parsed;
            mine.blank += theirs.blank;
            for (reject, count) in &theirs.rejected {
                *mine.rejected.entry(*reject).or_insert(0) += count;
            }
            for (why, count) in &theirs.withheld {
                *mine.withheld.entry(*why).or_insert(0) += count;
            }
        }
    }
}

/// Keys found in rows that could not be read: they suppress whoever has them.
#[derive(Default)]
pub(crate) struct Recovered {
    pub(crate) ids: DigestSet<PersonKey>,
    pub(crate) keys: DigestSet<WideKey>,
}

/// One thread's work on one source.
pub(crate) struct RowWorker<'s, 'a, 'o> {
    shared: &'s Shared<'s>,
    source: &'s Source,
    index: usize,
    facts: FactReader<'s>,
    space: SpaceKeys,
    known: FxHashMap<RowFacts, KnownFacts>,
    known_rows: KnownRows,
    flag: u32,
    email_scratch: Scratch,
    phone_scratch: Scratch,
    /// Rows that were read and whose keys were not looked up yet.
    waiting: Vec<WaitingRow>,
    /// Their ids as they stand, where something is asked of one. It never grows, and is wiped when dropped.
    ids: Zeroizing<Vec<u8>>,
    /// Their identifiers, and for each whose it is, by the place among the rows that wait.
    identifiers: Vec<IdentifierRecord>,
    owners: Vec<usize>,
    /// The texts to be hashed of these, in their order; and the digests, kept for their room.
    unhashed: Unhashed,
    digests: Vec<Digest>,
    /// Which of them objections may name; kept for its room, as are the answers of those that they may.
    may_be_named: Vec<bool>,
    answers: Answers,
    /// What was seen of the phone cells of these rows; empty where nothing is looked at.
    ahead: Vec<Ahead>,
    /// And of the cell at hand.
    ahead_of_cell: Ahead,
    /// Why the values of the column at hand stay down.
    withheld: Option<Withheld>,
    /// The e-mail address and the phone number that the row's consent was given for, where that is told.
    consented: Option<[Option<WideKey>; 2]>,
    /// For each identifier column, whether some audience takes its values: others', and roles'.
    taken: Vec<[bool; 2]>,
    /// Cells that said nothing, and what they met: the same few stand in many rows.
    unread: FxHashMap<(Digest, Kind, Option<Region>), UnreadCell>,
    readings: Vec<WideKey>,
    domains: Vec<WideKey>,
    other_numbers: Vec<Phone>,
    /// Identifiers met by a register's hash, by the objections' number.
    pub(crate) matched_by_hash: HashMap<u32, u64>,
    pub(crate) tally: SourceTally,
    pub(crate) recovered: Recovered,
    pub(crate) shares: ShareTally<'s>,
    /// The columns read, by [`Asking`], and whether each holds phone numbers.
    code_columns: [Vec<(usize, bool)>; 2],
    rows: &'a mut Appender<'s, 'o>,
    partitions: usize,
}

/// A row that waits for what objections say of its keys.
struct WaitingRow {
    head: RowHead,
    /// Which row of its strip it is.
    place: usize,
    says: RowSays,
    /// What its consent was given for, where that is told.
    consented: Option<[Option<WideKey>; 2]>,
    /// Where what was seen of its phone cells begins.
    ahead: usize,
    /// Its identifiers, by kind.
    cells: [Cells; 2],
    /// Where its digests end.
    digests_end: usize,
    /// It carries more identifiers than any customer has.
    is_crowd: bool,
    /// What there is to ask for its id written otherwise, and where the id ends among those that wait.
    asked: Asked,
    id_end: usize,
    /// Whether objections may name its id as it stands, and otherwise.
    may_be_named: [bool; 2],
}

/// Which cells of a row are asked.
#[derive(Clone, Copy)]
enum Asking {
    /// Those by which rows are known again.
    Known,
    /// All others.
    Others,
}

/// Where a row's identifiers of one kind stand, and their texts.
#[derive(Default)]
struct Cells {
    identifiers: Range<usize>,
    texts: Range<usize>,
}

/// Whose an identifier is that nothing is asked about.
const NOBODY: usize = usize::MAX;

/// What was seen of a phone cell before its turn.
#[derive(Clone, Copy, Default)]
enum Ahead {
    /// Nothing: it holds several values, or hashes.
    #[default]
    Nothing,
    /// It can be read in no other way.
    SaysAll,
    /// How it ends; `None` where it may be any number.
    End(Option<End>),
}

/// Keys of rows that wait which objections may name, and what they are named by.
#[derive(Default)]
struct Answers {
    people: Vec<PersonKey>,
    keys: Vec<WideKey>,
    of_people: Vec<Option<u32>>,
    of_keys: Vec<Option<u32>>,
}

/// A cell that is no identifier: why, and the objections that it meets all the same.
struct UnreadCell {
    reject: Reject,
    met: u32,
}

/// Most such cells that are kept: a column of junk must not grow a table of junk.
const UNREAD_MAX: usize = 1 << 14;

/// What a set of facts comes to.
#[derive(Clone, Copy)]
struct KnownFacts {
    standing: u32,
    /// Whether some cell is still open: only then are digests worth making.
    is_open: bool,
}

impl<'s, 'a, 'o> RowWorker<'s, 'a, 'o> {
    pub(crate) fn new(
        shared: &'s Shared<'s>,
        index: usize,
        rows: &'a mut Appender<'s, 'o>,
        partitions: usize,
    ) -> Self {
        let source = &shared.config.sources[index];
        let scopes = source.targeting.as_ref().map_or(Scopes::NONE, |flag| flag.scopes);
        let known_rows = KnownRows::new(shared.plan, &shared.plan.sources[index]);
        let phone_columns = shared.plan.sources[index].columns.phone_columns();
        let code_columns = phone_columns.into_iter().enumerate();
        let (known, others) = code_columns.partition(|(column, _)| known_rows.asks(*column));
        Self {
            shared,
            source,
            index,
            facts: FactReader::new(shared.plan, source, index),
            space: shared.person_keys.in_space(&source.id_space),
            known: FxHashMap::default(),
            known_rows,
            flag: shared.named.number(Named::by(Origin::Flag, scopes)),
            email_scratch: Scratch::new(),
            phone_scratch: Scratch::new(),
            waiting: Vec::with_capacity(WAITING_MAX),
            ids: Zeroizing::new(Vec::with_capacity(IDS_BYTES)),
            identifiers: Vec::new(),
            owners: Vec::new(),
            unhashed: Unhashed::with_room_for(TEXTS),
            digests: Vec::new(),
            may_be_named: Vec::new(),
            answers: Answers::default(),
            ahead: Vec::new(),
            ahead_of_cell: Ahead::Nothing,
            withheld: None,
            consented: None,
            taken: taken(shared.config, shared.plan, source),
            unread: FxHashMap::default(),
            readings: Vec::new(),
            domains: Vec::new(),
            other_numbers: Vec::new(),
            matched_by_hash: HashMap::new(),
            tally: SourceTally::for_source(source),
            recovered: Recovered::default(),
            shares: shared.shares.tally(),
            code_columns: [known, others],
            rows,
            partitions,
        }
    }

    /// Takes records in.
    pub(crate) fn records(&mut self, records: &Records<'_>) -> Result<(), SpillError> {
        match records {
            Records::Rows(rows) => self.rows(rows),
            Records::Fault(fault) => {
                self.tally.rows += 1;
                self.fault(fault);
                Ok(())
            }
        }
    }

    /// Does one thing with every row before the next with any: what one thing takes of a processor's memory
    /// for instructions is all that there is of it.
    fn rows(&mut self, rows: &Strip<'_>) -> Result<(), SpillError> {
        self.tally.rows += rows.len() as u64;
        let first = self.waiting.len();
        self.ahead.clear();
        (0..rows.len()).for_each(|place| self.answers(&rows.row(place), place));
        (first..self.waiting.len()).for_each(|nth| self.cells(Kind::Email, rows, nth));
        (first..self.waiting.len()).for_each(|nth| self.cells(Kind::Phone, rows, nth));
        for nth in first..self.waiting.len() {
            if self.waiting[nth].is_crowd {
                self.leave_out(rows, nth);
            }
        }
        if self.waiting.len() >= TOGETHER { self.settle() } else { Ok(()) }
    }

    /// What a row says of its person, beside its identifiers.
    fn answers(&mut self, row: &Row<'_>, place: usize) {
        let shared = self.shared;
        let customer = shared.plan.sources[self.index].columns.customer(row);
        let years = self.facts.years(&customer);
        let known = self.known_rows.find(&customer, years, shared.plan);
        // The cells of a row that is known were looked at when it was met first.
        let mut holds_code = self.holds_identity_code(&customer, Asking::Others);
        holds_code |= known.is_err() && self.holds_identity_code(&customer, Asking::Known);
        if holds_code {
            let region = self.region(&customer);
            return self.unreadable(IDENTITY_CODE, customer.cells(), region);
        }
        let Some(person) = self.space.key(customer.id()) else {
            let region = self.region(&customer);
            return self.unreadable(BLANK_ID, customer.cells(), region);
        };
        let says = known.unwrap_or_else(|missing| self.says(&customer, years, missing));
        let mut named = if says.opted_out { self.flag } else { 0 };
        let ahead = self.ahead.len();
        self.look_ahead(&customer);
        let consented = self.facts.consented(&customer).map(|cell| self.keys_consented(cell, says.region));
        let mut asked = shared.objections.ids().ask_otherwise(customer.id());
        if asked != Asked::Nothing {
            if self.ids.len() + customer.id().len() <= IDS_BYTES {
                self.ids.extend_from_slice(customer.id());
            } else {
                let met = shared.objections.ids().met_otherwise(customer.id(), &self.space, shared.named);
                named = union(shared.named, named, met);
                asked = Asked::Nothing;
            }
        }
        shared.objections.ids().fetch(person, asked);
        self.rows.fetch(bucket_of(person, self.partitions), ROW_BYTES);
        self.waiting.push(WaitingRow {
            head: RowHead { person, standing: says.standing, named },
            place,
            says,
            consented,
            ahead,
            cells: [Cells::default(), Cells::default()],
            digests_end: 0,
            is_crowd: false,
            asked,
            id_end: self.ids.len(),
            may_be_named: [false; 2],
        });
    }

    /// The identifiers of one kind of a row that waits.
    fn cells(&mut self, kind: Kind, rows: &Strip<'_>, nth: usize) {
        let source = self.source;
        let WaitingRow { head, place, says, consented, ahead, .. } = &self.waiting[nth];
        let (mut named, says, ahead) = (head.named, *says, *ahead);
        self.consented = *consented;
        let row = rows.row(*place);
        let customer = self.shared.plan.sources[self.index].columns.customer(&row);
        let from = (self.identifiers.len(), self.unhashed.len());
        match kind {
            Kind::Email => {
                self.ahead_of_cell = Ahead::Nothing;
                for (place, column) in source.emails.iter().enumerate() {
                    self.withheld = self.facts.withheld(&customer, column, place);
                    self.cell::<EMAIL>(column, place, customer.email(place), None, says.is_open, &mut named);
                }
            }
            Kind::Phone => {
                let emails = source.emails.len();
                for (place, column) in source.phones.iter().enumerate() {
                    let cell = customer.phone(place);
                    self.ahead_of_cell = self.ahead.get(ahead + place).copied().unwrap_or_default();
                    self.withheld = self.facts.withheld(&customer, column, emails + place);
                    self.cell::<PHONE>(column, emails + place, cell, says.region, says.is_open, &mut named);
                }
            }
        }
        let row = &mut self.waiting[nth];
        row.head.named = named;
        let of_other_kind: usize = row.cells.iter().map(|cells| cells.identifiers.len()).sum();
        row.is_crowd |= of_other_kind + self.identifiers.len() - from.0 > IDENTIFIERS_MAX;
        if row.is_crowd {
            // At once: there may be so many that those of a whole strip fill the memory.
            self.identifiers.truncate(from.0);
            self.unhashed.truncate(from.1);
        }
        self.owners.resize(self.identifiers.len(), nth);
        row.cells[kind as usize] =
            Cells { identifiers: from.0..self.identifiers.len(), texts: from.1..self.unhashed.len() };
    }

    /// Takes a row out that carries more identifiers than any customer has.
    fn leave_out(&mut self, rows: &Strip<'_>, nth: usize) {
        let WaitingRow { place, says, cells, .. } = &self.waiting[nth];
        for cells in cells {
            self.owners[cells.identifiers.clone()].fill(NOBODY);
        }
        let (row, region) = (rows.row(*place), says.region);
        let customer = self.shared.plan.sources[self.index].columns.customer(&row);
        self.unreadable(TOO_MANY_IDENTIFIERS, customer.cells(), region);
    }

    /// Looks at the ends of phone cells: what registers hold of them is on its way while addresses are read.
    #[inline]
    fn look_ahead(&mut self, customer: &Customer<'_, '_>) {
        let objections = self.shared.objections;
        if !objections.has_ends() {
            return;
        }
        for (place, column) in self.source.phones.iter().enumerate() {
            let cell = customer.phone(place).cell();
            self.ahead.push(if column.hashed.is_some() || separator_of(column).is_some() {
                Ahead::Nothing
            } else if says_all(cell) {
                Ahead::SaysAll
            } else {
                Ahead::End(objections.look_ahead(cell))
            });
        }
    }

    /// Looks up the keys of the rows that wait, and hands the rows on. Without this call after the last row
    /// some would be lost.
    pub(crate) fn settle(&mut self) -> Result<(), SpillError> {
        let (shared, objections) = (self.shared, self.shared.objections);
        for row in &mut self.waiting {
            let ids = objections.ids();
            row.may_be_named = [ids.may_name(row.head.person), ids.may_meet_otherwise(row.asked)];
        }
        self.may_be_named.clear();
        // A hash met its like when it was read: what its key would meet is another's.
        let may_be_named = |one: &IdentifierRecord| one.is_plain() && objections.may_name(one.wide);
        self.may_be_named.extend(self.identifiers.iter().map(may_be_named));
        let Answers { people, keys, of_people, of_keys } = &mut self.answers;
        let named_people = self.waiting.iter().filter(|row| row.may_be_named[0]);
        people.extend(named_people.map(|row| row.head.person));
        let named_keys = self.identifiers.iter().zip(&self.may_be_named).filter(|(_, may)| **may);
        keys.extend(named_keys.map(|(one, _)| one.wide));
        objections.ids().get_all(people, of_people);
        objections.by_identifiers(keys, of_keys);
        people.clear();
        keys.clear();
        let (mut of_people, mut of_keys) = (of_people.drain(..), of_keys.drain(..));
        let mut id_from = 0;
        for WaitingRow { head, id_end, may_be_named, .. } in &mut self.waiting {
            if may_be_named[0] {
                head.named = union(shared.named, head.named, of_people.next().flatten().unwrap_or(0));
            }
            if may_be_named[1] {
                let met =
                    objections.ids().met_otherwise(&self.ids[id_from..*id_end], &self.space, shared.named);
                head.named = union(shared.named, head.named, met);
            }
            id_from = *id_end;
        }
        for ((one, may_be_named), owner) in self.identifiers.iter().zip(&self.may_be_named).zip(&self.owners)
        {
            let met = may_be_named.then(|| of_keys.next().flatten()).flatten();
            if *owner == NOBODY {
                continue;
            }
            self.shares.count(one.wide);
            if let Some(met) = met {
                let head = &mut self.waiting[*owner].head;
                head.named = union(shared.named, head.named, met);
            }
        }
        drop((of_people, of_keys));
        self.hand_on()
    }

    /// Makes the digests of the rows that wait, one after another and nothing between them, and hands the rows
    /// on. Of somebody who can go up nowhere no digest is made.
    fn hand_on(&mut self) -> Result<(), SpillError> {
        let shared = self.shared;
        self.digests.clear();
        for row in &mut self.waiting {
            if shared.config.state.is_some() || shared.may_still_go_up(row.head.named) {
                for cells in &row.cells {
                    self.digests.extend(cells.texts.clone().map(|place| self.unhashed.digest(place)));
                }
            } else {
                for cells in &row.cells {
                    self.identifiers[cells.identifiers.clone()]
                        .iter_mut()
                        .for_each(IdentifierRecord::drop_digests);
                }
            }
            row.digests_end = self.digests.len();
        }
        let mut from = 0;
        for WaitingRow { head, cells, digests_end, is_crowd, .. } in self.waiting.drain(..) {
            let identifiers = cells.map(|cells| &self.identifiers[cells.identifiers]);
            let digests = &self.digests[from..digests_end];
            from = digests_end;
            if is_crowd {
                continue;
            }
            let bucket = bucket_of(head.person, self.partitions);
            self.rows.push(bucket, |bytes| write_row(bytes, head, identifiers, digests))?;
        }
        self.identifiers.clear();
        self.owners.clear();
        self.unhashed.truncate(0);
        self.ids.clear();
        Ok(())
    }

    fn region(&mut self, customer: &Customer<'_, '_>) -> Option<Region> {
        let years = self.facts.years(customer);
        self.facts.read(customer, years).region
    }

    fn keys_consented(&mut self, cell: &[u8], region: Option<Region>) -> [Option<WideKey>; 2] {
        let key = self.shared.run_key;
        let rule = PhoneRule { possible: self.shared.config.policy.possible_phones };
        let email = Email::parse(Plaintext::new(cell), &mut self.email_scratch);
        let phone = Phone::parse(Plaintext::new(cell), region, rule, &mut self.phone_scratch);
        [email.ok().map(|email| email.wide_key(key)), phone.ok().map(|phone| phone.wide_key(key))]
    }

    /// Looks for personal identity codes in mapped cells, and counts them by column.
    fn holds_identity_code(&mut self, customer: &Customer<'_, '_>, asking: Asking) -> bool {
        let mut holds = false;
        for (column, is_phone) in &self.code_columns[asking as usize] {
            let cell = customer.placed(*column);
            if cell.len() >= IDENTITY_CODE_MIN && holds_identity_code(plaintext(cell), *is_phone) {
                self.tally.identity_codes[*column] += 1;
                holds = true;
            }
        }
        holds
    }

    /// What a row says of its person that was not known.
    fn says(&mut self, customer: &Customer<'_, '_>, years: Option<u16>, missing: Missing) -> RowSays {
        let read = self.facts.read(customer, years);
        let KnownFacts { standing, is_open } = self.known_facts();
        let says = RowSays { region: read.region, opted_out: read.opted_out, standing, is_open };
        self.known_rows.keep(missing, says);
        says
    }

    fn known_facts(&mut self) -> KnownFacts {
        let facts = self.facts.facts();
        if let Some(known) = self.known.get(facts) {
            return *known;
        }
        let standing = self.shared.plan.policy.standing(facts);
        let is_open = standing.cells.iter().any(|cell| cell.reasons.is_empty());
        let known = KnownFacts { standing: self.shared.standings.number(standing), is_open };
        // A bound for the sake of hostile input; honest facts have a few thousand combinations.
        if self.known.len() < 1 << 20 {
            self.known.insert(facts.clone(), known);
        }
        known
    }

    fn cell<const KIND: u8>(
        &mut self,
        column: &IdentifierColumn,
        place: usize,
        cell: Placed<'_>,
        region: Option<Region>,
        is_open: bool,
        named: &mut u32,
    ) {
        let Some(separator) = separator_of(column) else {
            self.value::<KIND>(column, (place, 0), cell, region, is_open, named);
            return;
        };
        let shared = self.shared;
        shared
            .objections
            .by_raw(cell.cell(), shared.run_key, |number| *named = union(shared.named, *named, number));
        let mut position = 0_u8;
        let mut rest = Some(cell);
        while let Some(text) = rest {
            let (value, after) = match memchr::memmem::find(text.cell(), separator.as_bytes()) {
                Some(at) => {
                    let (value, after) = text.parted(at, at + separator.len());
                    (value, Some(after))
                }
                None => (text, None),
            };
            // A blank between separators says nothing; a cell that is blank altogether is counted.
            if !trim_cell(value.cell()).is_empty() || (position == 0 && after.is_none()) {
                self.value::<KIND>(column, (place, position), value, region, is_open, named);
                position = position.saturating_add(1);
            }
            rest = after;
        }
    }

    fn value<const KIND: u8>(
        &mut self,
        column: &IdentifierColumn,
        (place, position): (usize, u8),
        placed: Placed<'_>,
        region: Option<Region>,
        is_open: bool,
        named: &mut u32,
    ) {
        let (kind, value) = (const { kind_of(KIND) }, placed.cell());
        if trim_cell(value).is_empty() {
            self.tally.columns[place].blank += 1;
            return;
        }
        if let Some(declared) = column.hashed {
            self.hashed_value(kind, column, declared, (place, position), value, region, is_open, named);
            return;
        }
        let shared = self.shared;
        let is_open = self.makes_digests(is_open, *named);
        let rule = PhoneRule { possible: shared.config.policy.possible_phones };
        let (scanned, plain) = match kind {
            Kind::Email => (Email::scan(&plaintext(placed), &mut self.email_scratch), None),
            Kind::Phone => (None, Phone::parse_plain(plaintext(placed), region)),
        };
        // What may say nothing is looked up first: finding out takes long, and it is often the same.
        let may_fail = match kind {
            Kind::Email => scanned.is_none() && memchr::memchr(b'@', value).is_none(),
            Kind::Phone => !matches!(plain, Some(Ok(_))),
        };
        let place_unread = may_fail.then(|| (cell_digest(Plaintext::new(value)), kind, region));
        if let Some(known) = place_unread.and_then(|place| self.unread.get(&place)) {
            *named = union(shared.named, *named, known.met);
            *self.tally.columns[place].rejected.entry(known.reject).or_insert(0) += 1;
            return;
        }
        let ahead = self.ahead_of_cell;
        let says_all = match ahead {
            Ahead::SaysAll => true,
            Ahead::End(_) => false,
            Ahead::Nothing => kind == Kind::Phone && says_all(value),
        };
        let ends_met = match ahead {
            Ahead::End(end) => Some(shared.objections.met_at(end)),
            // Asked before digests are made: the answer is a word somewhere in memory.
            _ => (kind == Kind::Phone && !says_all).then(|| shared.objections.ends_met(value)),
        };
        // What this cell meets, apart from the rest of the row, so that it can be known again.
        let (mut met, mut is_glued) = (0, false);
        let mut join = |number: u32| met = union(shared.named, met, number);
        let parsed = match kind {
            Kind::Email => {
                Email::parse_scanned(scanned, plaintext(placed), &mut self.email_scratch).map(|email| {
                    let wide = email.wide_key(shared.run_key);
                    shared.objections.by_domain_of(&email, shared.run_key, &mut join);
                    shared.objections.email_hashes(&email, |number| {
                        *self.matched_by_hash.entry(number).or_default() += 1;
                        join(number);
                    });
                    is_glued = email.is_glued();
                    let (mut forms, is_role) = (Forms::default(), email.is_role());
                    if is_open && self.taken[place][usize::from(is_role)] {
                        forms = email_forms(&email, shared.plan, &mut self.unhashed);
                    }
                    (wide, is_role, forms)
                })
            }
            Kind::Phone => plain
                .unwrap_or_else(|| Phone::parse(Plaintext::new(value), region, rule, &mut self.phone_scratch))
                .map(|phone| {
                    let wide = phone.wide_key(shared.run_key);
                    shared.objections.phone_hashes(&phone, |number| {
                        *self.matched_by_hash.entry(number).or_default() += 1;
                        join(number);
                    });
                    let mut forms = Forms::default();
                    if is_open && self.taken[place][0] {
                        for (form, one) in shared.plan.phone_forms.iter().enumerate() {
                            phone.hash_later(*one, &mut self.unhashed);
                            forms.add(form, false);
                        }
                    }
                    (wide, false, forms)
                }),
        };
        if kind == Kind::Phone && (parsed.is_err() || !says_all) {
            let own = parsed.as_ref().ok().map(|(wide, ..)| *wide);
            let meets = ends_met.unwrap_or_else(|| shared.objections.ends_met(value));
            self.as_other_numbers(value, region, own, meets, &mut met);
        }
        if kind == Kind::Email && (parsed.is_err() || is_glued) {
            self.as_other_addresses(value, &mut met);
        }
        if parsed.is_err() {
            self.as_hash(kind, value, &mut met);
            self.as_the_other_kind(kind, value, region, &mut met);
        }
        let mut join = |number: u32| met = union(shared.named, met, number);
        shared.objections.raw_hashes(kind, value, &mut join);
        if parsed.is_err() || is_glued {
            shared.objections.hashes_within(kind, value, &mut self.email_scratch, &mut join);
        }
        shared.objections.by_raw(value, shared.run_key, &mut join);
        if kind == Kind::Phone {
            shared.objections.by_last_seven(value, shared.run_key, &mut join);
        }
        *named = union(shared.named, *named, met);
        match parsed {
            Ok((wide, is_role, forms)) => {
                self.tally.columns[place].parsed += 1;
                let class = IdentifierClass {
                    is_email: kind == Kind::Email,
                    context: column.context,
                    is_role,
                    known: Known::Plain,
                };
                let column = self.shared.plan.sources[self.index].first_column + place as u16;
                self.keep(kind, place, IdentifierRecord::new(class, (column, position), wide, forms));
            }
            Err(reject) => {
                *self.tally.columns[place].rejected.entry(reject).or_insert(0) += 1;
                if let Some(place) = place_unread
                    && self.unread.len() < UNREAD_MAX
                {
                    self.unread.insert(place, UnreadCell { reject, met });
                }
            }
        }
    }

    /// Whether digests of the row at hand are worth making: some cell is open, and nothing said so far closes
    /// them all. Where a live state is kept, always: what an objector holds may be live of somebody else.
    fn makes_digests(&self, is_open: bool, named: u32) -> bool {
        self.shared.config.state.is_some()
            || (is_open && self.withheld.is_none() && self.shared.may_still_go_up(named))
    }

    /// A value that is a hash already: it meets hashes alone, and goes up where its form is asked for.
    #[expect(clippy::too_many_arguments, reason = "a cell and everything about its column, told once a cell")]
    fn hashed_value(
        &mut self,
        kind: Kind,
        column: &IdentifierColumn,
        declared: HashAlgorithm,
        (place, position): (usize, u8),
        value: &[u8],
        region: Option<Region>,
        is_open: bool,
        named: &mut u32,
    ) {
        let shared = self.shared;
        let mut join = |number: u32| *named = union(shared.named, *named, number);
        shared.objections.by_raw(value, shared.run_key, &mut join);
        let hash = match HashKey::parse(Plaintext::new(value), algorithm(declared)) {
            Ok(hash) => hash,
            Err(reject) => {
                *self.tally.columns[place].rejected.entry(reject).or_insert(0) += 1;
                // Somebody's plain address among the hashes meets whatever a plain column's would.
                self.as_hash(kind, value, named);
                self.as_unexpected(kind, value, region, named);
                self.as_the_other_kind(kind, value, region, named);
                return;
            }
        };
        self.tally.columns[place].parsed += 1;
        shared.objections.by_held_hash(&hash, &mut join);
        let mut forms = Forms::default();
        if self.makes_digests(is_open, *named) {
            let mut last = None;
            let mut add = |form: usize, digest: Option<Digest>| {
                let Some(digest) = digest else { return };
                let repeats = last == Some(digest);
                forms.add(form, repeats);
                if !repeats {
                    self.unhashed.push_digest(digest);
                }
                last = Some(digest);
            };
            match kind {
                Kind::Email => {
                    let digests = shared.plan.email_forms.iter().map(|form| hash.email_digest(*form));
                    digests.enumerate().for_each(|(form, digest)| add(form, digest));
                }
                Kind::Phone => {
                    let digests = shared.plan.phone_forms.iter().map(|form| hash.phone_digest(*form));
                    digests.enumerate().for_each(|(form, digest)| add(form, digest));
                }
            }
        }
        let is_email = kind == Kind::Email;
        let known = match hash.algorithm() {
            Algorithm::Sha256 => Known::Sha256,
            Algorithm::Sha1 | Algorithm::Md5 => Known::OtherHash,
        };
        let class = IdentifierClass { is_email, context: column.context, is_role: false, known };
        let column = shared.plan.sources[self.index].first_column + place as u16;
        let wide = hash.wide_key(kind, shared.run_key);
        self.keep(kind, place, IdentifierRecord::new(class, (column, position), wide, forms));
    }

    /// What the other readings of a phone cell meet, beside the number that it is.
    fn as_other_numbers(
        &mut self,
        value: &[u8],
        region: Option<Region>,
        own: Option<WideKey>,
        meets: Meets,
        named: &mut u32,
    ) {
        let shared = self.shared;
        let met = || {
            let own = own.and_then(|wide| shared.objections.by_identifier(wide));
            union(shared.named, *named, own.unwrap_or(0))
        };
        let may_meet = shared.objections.may_meet_otherwise(meets, met, shared.named);
        let mut join = |number: u32| *named = union(shared.named, *named, number);
        let scratch = &mut self.phone_scratch;
        if may_meet {
            let (regions, key) = (other_regions(shared.plan, region), shared.run_key);
            self.readings.clear();
            phone_alternatives(Plaintext::new(value), &regions, scratch, key, &mut self.readings);
            self.readings.iter().filter_map(|key| shared.objections.by_identifier(*key)).for_each(&mut join);
        }
        if shared.objections.has_phone_hashes() {
            let regions = other_regions(shared.plan, region);
            self.other_numbers.clear();
            phone_readings(Plaintext::new(value), &regions, scratch, &mut self.other_numbers);
            for phone in &self.other_numbers {
                shared.objections.phone_hashes(phone, &mut join);
            }
        }
    }

    /// What the addresses meet that can be read from a cell which is none.
    fn as_other_addresses(&mut self, value: &[u8], named: &mut u32) {
        let shared = self.shared;
        if !shared.objections.has_emails() {
            return;
        }
        let mut join = |number: u32| *named = union(shared.named, *named, number);
        self.readings.clear();
        self.domains.clear();
        email_alternatives(
            Plaintext::new(value),
            &mut self.email_scratch,
            shared.run_key,
            &mut self.readings,
            &mut self.domains,
        );
        self.readings.iter().filter_map(|key| shared.objections.by_identifier(*key)).for_each(&mut join);
        self.domains.iter().filter_map(|key| shared.objections.by_domain(*key)).for_each(&mut join);
    }

    /// What an address meets, and whatever can be read of a cell that is none.
    fn as_address(&mut self, value: &[u8], named: &mut u32) {
        let shared = self.shared;
        if let Ok(email) = Email::parse(Plaintext::new(value), &mut self.email_scratch) {
            shared.objections.email_hashes(&email, |number| *named = union(shared.named, *named, number));
        }
        self.as_other_addresses(value, named);
    }

    /// A value in a column of the other kind still says whose it is, and so does a number beside an
    /// address.
    fn as_the_other_kind(&mut self, kind: Kind, value: &[u8], region: Option<Region>, named: &mut u32) {
        match (kind, may_hold_address(value)) {
            (Kind::Email, false) => self.as_unexpected(Kind::Phone, value, region, named),
            (Kind::Phone, false) => {}
            (_, true) => {
                if kind == Kind::Phone {
                    self.as_unexpected(Kind::Email, value, region, named);
                }
                if let Some(rest) = beside_addresses(Plaintext::new(value)) {
                    self.as_unexpected(Kind::Phone, rest.as_bytes(), region, named);
                }
            }
        }
    }

    /// What a plain value meets where no plain value of its kind was to be expected.
    fn as_unexpected(&mut self, kind: Kind, value: &[u8], region: Option<Region>, named: &mut u32) {
        let shared = self.shared;
        let mut join = |number: u32| *named = union(shared.named, *named, number);
        shared.objections.raw_hashes(kind, value, &mut join);
        shared.objections.hashes_within(kind, value, &mut self.email_scratch, &mut join);
        match kind {
            Kind::Email => self.as_address(value, named),
            Kind::Phone => {
                let meets = shared.objections.ends_met(value);
                self.as_other_numbers(value, region, None, meets, named);
            }
        }
    }

    /// A hash where no such hash was declared meets equal ones of registers.
    fn as_hash(&mut self, kind: Kind, value: &[u8], named: &mut u32) {
        let shared = self.shared;
        for algorithm in shared.objections.algorithms(kind) {
            if let Ok(hash) = HashKey::parse(Plaintext::new(value), *algorithm) {
                shared.objections.by_held_hash(&hash, |number| *named = union(shared.named, *named, number));
            }
        }
    }

    /// Keeps an identifier of the row at hand, and counts it when it stays down.
    fn keep(&mut self, kind: Kind, place: usize, identifier: IdentifierRecord) {
        let unconsented = self.consented.is_some_and(|keys| keys[kind as usize] != Some(identifier.wide));
        if let Some(why) = self.withheld.or(unconsented.then_some(Withheld::ConsentForAnother)) {
            *self.tally.columns[place].withheld.entry(why).or_insert(0) += 1;
        }
        let withheld = self.withheld.is_some();
        self.shared.objections.fetch(identifier.wide);
        self.identifiers.push(identifier.staying_down(withheld, unconsented));
    }

    fn fault(&mut self, fault: &RowFault<'_>) {
        self.unreadable(fault.code.code(), fault.cells(), None);
    }

    /// Counts a row that cannot be used, and keeps every key that can be found in it. Its country counts
    /// where it can be told.
    fn unreadable<'c>(
        &mut self,
        code: &'static str,
        fragments: impl Iterator<Item = &'c [u8]>,
        region: Option<Region>,
    ) {
        *self.tally.unreadable.entry(code).or_insert(0) += 1;
        let default = self.shared.plan.sources[self.index].region;
        let regions: Vec<Option<Region>> = match region.filter(|region| Some(*region) != default) {
            Some(region) => vec![default, Some(region)],
            None => vec![default],
        };
        for fragment in fragments {
            self.recover(fragment, &regions);
            let columns = self.source.emails.iter().chain(&self.source.phones);
            let separators: Vec<&[u8]> = columns
                .filter_map(|column| column.separator.as_deref())
                .filter(|separator| !separator.is_empty())
                .map(str::as_bytes)
                .collect();
            let is_whole = |byte: &u8| *byte != b'"' && !byte.is_ascii_control();
            if fragment.iter().all(is_whole) && separators.is_empty() {
                continue;
            }
            let unquoted: Zeroizing<Vec<u8>> =
                Zeroizing::new(fragment.iter().copied().filter(|byte| *byte != b'"').collect());
            self.recover(&unquoted, &regions);
            for piece in fragment.split(|byte| !is_whole(byte)) {
                self.recover(piece, &regions);
            }
            for separator in separators {
                let mut from = 0;
                for at in memchr::memmem::find_iter(&unquoted, separator).chain([unquoted.len()]) {
                    self.recover(&unquoted[from.min(at)..at], &regions);
                    from = at + separator.len();
                }
            }
        }
    }

    /// Keeps what a piece of an unreadable row may be.
    fn recover(&mut self, piece: &[u8], regions: &[Option<Region>]) {
        let key = self.shared.run_key;
        self.recovered.ids.extend(self.space.key(piece));
        for (kind, columns) in [(Kind::Email, &self.source.emails), (Kind::Phone, &self.source.phones)] {
            for declared in columns.iter().filter_map(|column| column.hashed) {
                let hash = HashKey::parse(Plaintext::new(piece), algorithm(declared));
                self.recovered.keys.extend(hash.ok().map(|hash| hash.wide_key(kind, key)));
            }
        }
        self.readings.clear();
        self.domains.clear();
        let scratch = &mut self.email_scratch;
        email_alternatives(Plaintext::new(piece), scratch, key, &mut self.readings, &mut self.domains);
        self.recovered.keys.extend(self.readings.iter().copied());
        if piece.iter().filter(|byte| byte.is_ascii_digit()).count() >= 6 || !piece.is_ascii() {
            for region in regions {
                let rule = PhoneRule { possible: true };
                let phone = Phone::parse(Plaintext::new(piece), *region, rule, &mut self.phone_scratch);
                self.recovered.keys.extend(phone.ok().map(|phone| phone.wide_key(key)));
            }
        }
    }
}

impl Shared<'_> {
    /// Whether somebody so named can be in any audience: not every objection binds each.
    fn may_still_go_up(&self, named: u32) -> bool {
        if named == 0 {
            return true;
        }
        let scopes = self.named.get(named).scopes();
        self.plan.policy.audiences.iter().any(|audience| !scopes.meets(audience.binding))
    }
}

/// What stands between several values of a cell of the column, where it has several.
fn separator_of(column: &IdentifierColumn) -> Option<&str> {
    column.separator.as_deref().filter(|separator| !separator.is_empty())
}

/// The kinds, as numbers that code is compiled for: most of what is done with a value is done with one kind.
const EMAIL: u8 = Kind::Email as u8;
const PHONE: u8 = Kind::Phone as u8;

const fn kind_of(number: u8) -> Kind {
    if number == EMAIL { Kind::Email } else { Kind::Phone }
}

/// A cell where it stands, for the kernel alone.
fn plaintext(cell: Placed<'_>) -> Plaintext<'_> {
    Plaintext::beginning(cell.from_here(), cell.len())
}

/// Whether a phone cell can be read in no other way.
fn says_all(cell: &[u8]) -> bool {
    is_international(cell) && !has_counter(Plaintext::new(cell))
}

/// Where a person's rows go.
fn bucket_of(person: PersonKey, partitions: usize) -> usize {
    person.spread() as usize % partitions
}

/// Hands the texts of an address over to be hashed, each once.
fn email_forms(email: &Email<'_>, plan: &Plan, unhashed: &mut Unhashed) -> Forms {
    let (mut forms, mut last) = (Forms::default(), None);
    for (place, form) in plan.email_forms.iter().enumerate() {
        let repeats = last.is_some_and(|last| email.forms_equal(last, *form));
        if !repeats {
            email.hash_later(*form, unhashed);
            last = Some(*form);
        }
        forms.add(place, repeats);
    }
    forms
}

/// For each identifier column, whether some audience takes its values: others', and roles'. Where a live
/// state is kept, every value is: one that is taken no more may still have to be taken down.
fn taken(config: &Config, plan: &Plan, source: &Source) -> Vec<[bool; 2]> {
    let columns = source.emails.iter().map(|column| (true, column));
    let columns = columns.chain(source.phones.iter().map(|column| (false, column)));
    let takes = |is_email, column: &IdentifierColumn, is_role| {
        let (context, known) = (column.context, Known::Plain);
        config.state.is_some() || plan.takes(IdentifierClass { is_email, context, is_role, known })
    };
    columns.map(|(is_email, column)| [false, true].map(|is_role| takes(is_email, column, is_role))).collect()
}

fn other_regions(plan: &Plan, own: Option<Region>) -> Vec<Region> {
    own.into_iter().chain(plan.regions.iter().copied().filter(|region| Some(*region) != own)).collect()
}
