//! What a run came to, readable in the order files need it: unique rows by their bytes, tags in
//! order, and counts that reconcile. It borrows the run's records and writes nothing itself.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::Refusal;
use super::chain::{Chain, Link};
use super::close::Closed;
use super::decide::{Decided, PERSON_BYTES, Tally, Verdict};
use super::intern::Interner;
use super::left_out::LeftOut;
use super::live::LiveSpools;
use super::members::{MemberRows, SortedMembers};
use super::objections::RegisterRead;
use super::objections::watch::WatchedText;
use super::parse::Parsed;
use super::plan::Plan;
use super::tags::{Tag, Tags};
use crate::people::PersonKey;
use crate::policy::objections::{Named, Origin};
use crate::policy::reason::{Reason, Reasons};
use crate::policy::scope::Scopes;
use crate::policy::standing::Standing;
use crate::policy::verdict::CellVerdict;
use crate::sources::InputDigest;
use crate::spill::{Overflow, SpillError, Spool};

/// Everything decided, while its records are still there.
pub struct Results<'r, 'o> {
    pub(super) plan: &'r Plan,
    pub(super) registers: &'r [RegisterRead],
    pub(super) parsed: &'r Parsed,
    pub(super) closed: &'r Closed<'o>,
    pub(super) decided: &'r Decided,
    pub(super) named: &'r Interner<Named>,
    pub(super) members: &'r MemberRows<'o>,
    pub(super) left_out: &'r LeftOut<'o>,
    /// One an audience.
    pub(super) tags: &'r [Tags],
    pub(super) overflow: &'r Overflow,
    pub(super) watched: Option<&'r WatchedText>,
    pub(super) chain: &'r Chain,
    pub(super) people: &'r Spool<'o>,
    pub(super) live: Option<&'r LiveSpools<'o>>,
    pub(super) refusals: &'r [Refusal],
}

/// People and rows by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fates {
    /// Do not meet the filter.
    pub not_selected: u64,
    /// Selected and kept out.
    pub suppressed: u64,
    /// Selected and allowed.
    pub eligible: u64,
}

impl Fates {
    /// All of them.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.not_selected + self.suppressed + self.eligible
    }
}

/// How many people a reason keeps out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReasonTally {
    /// First by precedence.
    pub primary: u64,
    /// Holds at all.
    pub holds: u64,
    /// Nothing else holds.
    pub alone: u64,
}

/// One source as it was read.
pub struct SourceResult<'r> {
    /// Rows, unreadable ones included.
    pub rows: u64,
    /// Unreadable rows by code.
    pub unreadable: &'r BTreeMap<&'static str, u64>,
    /// What was read of each file.
    pub digests: &'r [InputDigest],
    /// Keyed commitment to all of them.
    pub commitment: [u8; 32],
    /// Columns that were never read.
    pub unmapped: &'r [String],
    /// E-mail columns, then phone columns, in config order.
    pub columns: Vec<ColumnResult>,
}

/// What became of a column's values.
pub struct ColumnResult {
    /// Parsed.
    pub parsed: u64,
    /// Blank.
    pub blank: u64,
    /// By reject code.
    pub rejected: Vec<(&'static str, u64)>,
    /// Parsed and staying down, by code.
    pub withheld: Vec<(&'static str, u64)>,
}

/// An objection, by whom it was noted and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// The register's index; `None` for the flag in the customer's own record.
    pub register: Option<u8>,
    /// What it objects to.
    pub scopes: Scopes,
    /// The days on which it was said, earliest first, where the register tells them.
    pub days: Vec<Date>,
}

fn objections(named: &Named) -> Vec<Objection> {
    let objection = |(origin, scopes)| {
        let register = match origin {
            Origin::Watched => return None,
            Origin::Flag => None,
            Origin::Register(index) => Some(index),
        };
        Some(Objection { register, scopes, days: named.days(origin).collect() })
    };
    named.entries().filter_map(objection).collect()
}

/// One watched person's decision, without anything that names them.
pub struct Explained<'r> {
    /// Rows of the person.
    pub rows: u64,
    /// One a cell.
    pub verdict: &'r [CellVerdict],
    /// Objections that name the person.
    pub named: Vec<Objection>,
    /// The same as the decision saw them.
    pub objections: &'r Named,
    /// Scopes of objections of people with whom an identifier is shared.
    pub linked: Scopes,
    /// Where an identifier of the person is shared and the chain of sharing was asked for: the scopes of the
    /// objections that name the person by what nobody else has.
    pub own: Option<Scopes>,
    /// Whether an unreadable row concerns the person.
    pub unreadable: bool,
    /// The person's rows joined.
    pub standing: &'r Standing,
    /// The person's key, for tags.
    pub person: crate::people::PersonKey,
}

impl<'r, 'o> Results<'r, 'o> {
    /// The compiled config.
    #[must_use]
    pub const fn plan(&self) -> &'r Plan {
        self.plan
    }

    /// What guards say, where the run went past them: nobody may be added.
    #[must_use]
    pub const fn refusals(&self) -> &'r [Refusal] {
        self.refusals
    }

    /// Registers in config order.
    #[must_use]
    pub const fn registers(&self) -> &'r [RegisterRead] {
        self.registers
    }

    /// Sources in config order.
    #[must_use]
    pub fn sources(&self) -> Vec<SourceResult<'r>> {
        let source = |source: &'r super::parse::SourceRead| SourceResult {
            rows: source.tally.rows,
            unreadable: &source.tally.unreadable,
            digests: &source.digests,
            commitment: source.commitment,
            unmapped: &source.unmapped,
            columns: source
                .tally
                .columns
                .iter()
                .map(|column| ColumnResult {
                    parsed: column.parsed,
                    blank: column.blank,
                    rejected: column.rejected.iter().map(|(reject, count)| (reject.code(), *count)).collect(),
                    withheld: column.withheld.iter().map(|(why, count)| (why.code(), *count)).collect(),
                })
                .collect(),
        };
        self.parsed.sources.iter().map(source).collect()
    }

    /// Rows read, and unreadable ones, over all sources.
    #[must_use]
    pub fn rows(&self) -> (u64, u64) {
        self.parsed.sources.iter().fold((0, 0), |(rows, unreadable), source| {
            (rows + source.tally.rows, unreadable + source.tally.unreadable.values().sum::<u64>())
        })
    }

    /// Customers' identifiers that a hash in this register met, under the forms that can be hashed only.
    #[must_use]
    pub fn matched_by_hash(&self, register: u8) -> u64 {
        let names = |named: u32| {
            self.named.get(named).entries().any(|(origin, _)| origin == Origin::Register(register))
        };
        self.parsed.matched_by_hash.iter().filter(|(named, _)| names(**named)).map(|(_, count)| count).sum()
    }

    /// E-mail addresses and phone numbers held by more people than the cap.
    #[must_use]
    pub const fn shared_identifiers(&self) -> (u64, u64) {
        (self.closed.shared_emails, self.closed.shared_phones)
    }

    /// Bytes of records that went to a temporary file.
    #[must_use]
    pub fn spilled_bytes(&self) -> u64 {
        self.overflow.spilled_bytes()
    }

    /// People whom a register names, by its index.
    #[must_use]
    pub fn people_named(&self, register: u8) -> u64 {
        let names = |named: u32| {
            self.named.get(named).entries().any(|(origin, _)| origin == Origin::Register(register))
        };
        self.decided
            .people_by_named
            .iter()
            .filter(|(named, _)| names(**named))
            .map(|(_, people)| people)
            .sum()
    }

    fn each_verdict(&self) -> impl Iterator<Item = (&'r Verdict, Tally)> {
        self.decided
            .verdicts
            .iter()
            .filter(|(_, tally)| tally.people > 0)
            .map(|(verdict, tally)| (&**verdict, *tally))
    }

    /// People and rows of a cell by fate.
    #[must_use]
    pub fn cell_fates(&self, cell: usize) -> (Fates, Fates) {
        self.fates(|verdict| {
            let verdict = &verdict[cell];
            (verdict.selected, verdict.eligible().is_some())
        })
    }

    /// People and rows of an audience by fate; eligible means on at least one platform.
    #[must_use]
    pub fn audience_fates(&self, audience: usize) -> (Fates, Fates) {
        let cells = self.cells_of(audience);
        self.fates(|verdict| {
            let selected = cells.iter().any(|cell| verdict[*cell].selected);
            (selected, cells.iter().any(|cell| verdict[*cell].eligible().is_some()))
        })
    }

    fn fates(&self, fate: impl Fn(&Verdict) -> (bool, bool)) -> (Fates, Fates) {
        let (mut people, mut rows) = (Fates::default(), Fates::default());
        for (verdict, tally) in self.each_verdict() {
            let (of_people, of_rows) = match fate(verdict) {
                (false, _) => (&mut people.not_selected, &mut rows.not_selected),
                (true, false) => (&mut people.suppressed, &mut rows.suppressed),
                (true, true) => (&mut people.eligible, &mut rows.eligible),
            };
            *of_people += tally.people;
            *of_rows += tally.rows;
        }
        (people, rows)
    }

    /// People of an audience who would be eligible somewhere if nobody had objected.
    #[must_use]
    pub fn size_before_objections(&self, audience: usize) -> u64 {
        let cells = self.cells_of(audience);
        self.each_verdict()
            .filter(|(verdict, _)| cells.iter().any(|cell| verdict[*cell].before_objections))
            .map(|(_, tally)| tally.people)
            .sum()
    }

    /// How many people each reason keeps out of a cell, in order of precedence.
    #[must_use]
    pub fn reasons(&self, cell: usize) -> Vec<(Reason, ReasonTally)> {
        let mut tallies = BTreeMap::<Reason, ReasonTally>::new();
        for (verdict, tally) in self.each_verdict() {
            let reasons: Reasons = verdict[cell].reasons;
            for reason in reasons.iter() {
                let known = tallies.entry(reason).or_default();
                known.holds += tally.people;
                if reasons.primary() == Some(reason) {
                    known.primary += tally.people;
                }
                if reasons == Reasons::of(reason) {
                    known.alone += tally.people;
                }
            }
        }
        tallies.into_iter().collect()
    }

    /// People who go up somewhere on the strength of a basis row.
    #[must_use]
    pub fn people_on_basis(&self, basis: usize) -> u64 {
        let relies = |verdict: &Verdict| {
            verdict
                .iter()
                .any(|cell| cell.eligible().is_some_and(|eligible| eligible.bases() & 1 << basis != 0))
        };
        self.each_verdict().filter(|(verdict, _)| relies(verdict)).map(|(_, tally)| tally.people).sum()
    }

    /// Identifiers of a cell beyond the platform's columns.
    #[must_use]
    pub fn dropped(&self, cell: usize) -> u64 {
        self.decided.dropped[cell]
    }

    /// The cells of an audience, in the order of its platforms.
    #[must_use]
    pub fn cells_of(&self, audience: usize) -> Vec<usize> {
        let cells = &self.plan.policy.cells;
        (0..cells.len()).filter(|cell| cells[*cell].audience == audience).collect()
    }

    /// The rows that go up, sorted. Once only: they are used up as they are written.
    pub fn sorted_members(&self) -> Result<SortedMembers<'r, 'o>, SpillError> {
        SortedMembers::sort(self.members, self.plan)
    }

    /// For each cell, distinct identifiers that go up: e-mail addresses and phone numbers.
    pub fn members(&self) -> Result<Vec<(u64, u64)>, SpillError> {
        let repeated = self.members.repeated()?;
        let sum = |(one, other): (&(u64, u64), (u64, u64))| (one.0 + other.0, one.1 + other.1);
        Ok(self.decided.unique.iter().zip(repeated).map(sum).collect())
    }

    /// The verdicts of an audience's suppressed people, by number, as cells of that audience.
    #[must_use]
    pub fn suppressed_verdicts(&self, audience: usize) -> BTreeMap<u32, Vec<CellVerdict>> {
        let cells = self.cells_of(audience);
        let mut used = BTreeMap::new();
        for (number, (verdict, tally)) in self.decided.verdicts.iter().enumerate() {
            let is_suppressed = |cell: &usize| verdict[*cell].selected && !verdict[*cell].reasons.is_empty();
            if tally.people > 0 && cells.iter().any(is_suppressed) {
                used.insert(number as u32, cells.iter().map(|cell| verdict[*cell]).collect());
            }
        }
        used
    }

    /// An audience's suppressed people in the order of their tags, with their verdict's number.
    pub fn each_suppressed<E: From<SpillError> + Send>(
        &self,
        audience: usize,
        each: impl FnMut(Tag, u32) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        let mut is_meant = vec![false; self.decided.verdicts.len()];
        self.suppressed_verdicts(audience).keys().for_each(|number| is_meant[*number as usize] = true);
        self.left_out.each(&self.tags[audience], &is_meant, each)
    }

    /// The objections that the watched text itself meets, whoever has it.
    #[must_use]
    pub fn watched_text(&self) -> Vec<Objection> {
        self.watched.map_or_else(Vec::new, |watched| objections(&watched.named))
    }

    /// Whether a row that could not be read carries what the watched text stands for.
    #[must_use]
    pub fn watched_unreadable(&self) -> bool {
        let is_unreadable = |watched: &WatchedText| {
            watched.keys.iter().any(|key| self.closed.is_unreadable_key(*key))
                || watched.ids.iter().any(|id| self.closed.is_unreadable_id(*id))
        };
        self.watched.is_some_and(is_unreadable)
    }

    /// The identifiers of the watched people with all who hold them, where a chain was asked for.
    #[must_use]
    pub fn links(&self) -> &'r [Link] {
        &self.chain.links
    }

    /// Whether more people than the cap hold an identifier, so that it carries no objection.
    #[must_use]
    pub fn is_over_cap(&self, link: &Link) -> bool {
        self.closed.is_shared(link.wide)
    }

    /// How many parts [`Results::people`] has; a person is in the same part in every run under one key.
    #[must_use]
    pub fn people_parts(&self) -> usize {
        self.people.len()
    }

    /// One part of everybody, by person key, with the verdict's number; empty unless it was asked for.
    pub fn people(&self, part: usize) -> Result<Vec<(PersonKey, u32)>, SpillError> {
        let mut bytes = Vec::new();
        self.people.take(part, &mut bytes)?;
        let entry = |entry: &[u8]| {
            let (key, number) = entry.split_at(16);
            (
                PersonKey::from_bytes(key.try_into().expect("split at 16")),
                u32::from_le_bytes(number.try_into().expect("20 less 16 are 4")),
            )
        };
        let mut people: Vec<_> = bytes.chunks_exact(PERSON_BYTES).map(entry).collect();
        people.sort_unstable();
        Ok(people)
    }

    /// A verdict by its number: one a cell.
    #[must_use]
    pub fn verdict(&self, number: u32) -> &'r [CellVerdict] {
        &self.decided.verdicts[number as usize].0
    }

    /// The decisions of the watched people.
    #[must_use]
    pub fn explained(&self) -> Vec<Explained<'r>> {
        let mut explained: Vec<_> = self
            .decided
            .watched
            .iter()
            .map(|found| Explained {
                rows: found.rows,
                verdict: &found.verdict,
                named: objections(&found.named),
                objections: &found.named,
                linked: found.linked,
                own: self.chain.own.get(&found.person).copied(),
                unreadable: found.unreadable,
                standing: &found.standing,
                person: found.person,
            })
            .collect();
        explained.sort_by_key(|found| found.person);
        explained
    }

    /// Reasons that hold for somebody anywhere.
    #[must_use]
    pub fn reasons_met(&self) -> BTreeSet<Reason> {
        (0..self.plan.cells.len()).flat_map(|cell| self.reasons(cell)).map(|(reason, _)| reason).collect()
    }
}
