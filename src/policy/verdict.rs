//! The decision: a person's standing, objections, links and identifiers in, and for every audience
//! and platform eligible or why not out. [`Eligible`] is the only permission there is, and only
//! [`decide`] leads to one.

use super::closure::{Closure, KeyMark};
use super::objections::Named;
use super::reason::{Reason, Reasons};
use super::rules::{Cell, Policy};
use super::scope::Scopes;
use super::standing::{Selected, Standing};
use crate::people::{Context, Party};

/// What is known of an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Known {
    /// The value itself: every form can be made.
    Plain,
    /// Its SHA-256 in the basic form or as digits, and nothing else.
    Sha256,
    /// A hash that no platform takes.
    OtherHash,
}

/// What kind of identifier, in the classes that audiences and platforms tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdentifierClass {
    /// An e-mail address, else a phone number.
    pub is_email: bool,
    /// Personal or work.
    pub context: Context,
    /// A role address such as `info@`.
    pub is_role: bool,
    /// What is known of it.
    pub known: Known,
}

impl IdentifierClass {
    /// Every class: nobody can tell that a hash is of a role address.
    pub fn all() -> impl Iterator<Item = Self> {
        let kinds =
            [(true, Known::Plain), (false, Known::Plain), (false, Known::Sha256), (false, Known::OtherHash)];
        [false, true].into_iter().flat_map(move |is_email| {
            [Context::Personal, Context::Work].into_iter().flat_map(move |context| {
                kinds.into_iter().map(move |(is_role, known)| Self { is_email, context, is_role, known })
            })
        })
    }

    const fn bit(self) -> u16 {
        let kind = match self.known {
            Known::Plain => self.is_role as u8,
            Known::Sha256 => 2,
            Known::OtherHash => 3,
        };
        1 << ((self.is_email as u8) << 3 | (matches!(self.context, Context::Work) as u8) << 2 | kind)
    }

    /// Whether a cell's audience and platform would take it.
    #[must_use]
    pub fn fits(self, cell: &Cell, party: Party) -> bool {
        let kind_fits = match (self.known, self.is_email) {
            (Known::Plain, true) => cell.takes_email,
            (Known::Plain, false) => cell.takes_phone,
            (Known::Sha256, true) => cell.takes_email_hash,
            (Known::Sha256, false) => cell.takes_phone_hash,
            (Known::OtherHash, _) => false,
        };
        kind_fits && self.context == party.context() && (!self.is_role || party == Party::Business)
    }
}

/// A set of identifier classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Classes(u16);

impl Classes {
    /// Adds one.
    pub fn insert(&mut self, class: IdentifierClass) {
        self.0 |= class.bit();
    }

    /// Whether it has this one.
    #[must_use]
    #[inline]
    pub const fn has(self, class: IdentifierClass) -> bool {
        self.0 & class.bit() != 0
    }

    /// Those that a cell's audience and platform would take.
    #[must_use]
    pub fn that_fit(cell: &Cell, party: Party) -> Self {
        let mut classes = Self::default();
        IdentifierClass::all()
            .filter(|class| class.fits(cell, party))
            .for_each(|class| classes.insert(class));
        classes
    }

    fn any_fits(self, cell: &Cell, party: Party) -> bool {
        IdentifierClass::all().any(|class| self.0 & class.bit() != 0 && class.fits(cell, party))
    }
}

/// A person's identifiers as far as a decision needs them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Holdings {
    /// Three sets of classes, sixteen bits each: one number, which is made and compared at once.
    sets: u64,
    /// Those that carry a mark, under the cap: what each could be barred by.
    marked: Vec<(IdentifierClass, Scopes, u8)>,
}

/// Where each set begins.
const WITHHELD: u32 = 0;
const PRESENT: u32 = 16;
const FREE: u32 = 32;

impl Holdings {
    /// Takes one identifier in: over the cap, or with its mark.
    #[inline]
    pub fn add(&mut self, class: IdentifierClass, over_cap: bool, mark: KeyMark) {
        let (bit, is_free) = (u64::from(class.bit()), !over_cap && mark == KeyMark::NONE);
        self.sets |= bit << PRESENT;
        self.sets |= if is_free { bit << FREE } else { 0 };
        if !over_cap && !is_free {
            self.marked.push((class, mark.scopes, mark.youngest));
        }
    }

    /// Takes in one that stays down for this person.
    #[inline]
    pub fn withhold(&mut self, class: IdentifierClass) {
        self.sets |= u64::from(class.bit()) << WITHHELD;
    }

    /// Puts the marked in one order, each once, so that equal holdings are equal.
    #[inline]
    pub fn settle(&mut self) {
        if self.marked.len() > 1 {
            self.marked.sort_unstable();
            self.marked.dedup();
        }
    }

    /// All of it as a number where nothing is marked: two such holdings are equal exactly when theirs are.
    #[must_use]
    #[inline]
    pub const fn unmarked(&self) -> Option<u64> {
        if self.marked.is_empty() { Some(self.sets) } else { None }
    }

    /// Classes of those that stay down for this person.
    const fn withheld(&self) -> Classes {
        Classes((self.sets >> WITHHELD) as u16)
    }

    /// Classes of all others that are valid.
    const fn present(&self) -> Classes {
        Classes((self.sets >> PRESENT) as u16)
    }

    /// Classes of those that are neither over the share cap nor marked in any way.
    const fn free(&self) -> Classes {
        Classes((self.sets >> FREE) as u16)
    }
}

/// All that is known of one person.
pub struct PersonFacts<'a> {
    /// Joined standing of the rows.
    pub standing: &'a Standing,
    /// Joined objections.
    pub named: &'a Named,
    /// Scopes of other people's objections on keys this person holds.
    pub linked: Scopes,
    /// A row with this person's id or a key of theirs could not be read.
    pub unreadable: bool,
    /// Identifiers.
    pub holdings: &'a Holdings,
}

/// The decision in one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct CellVerdict {
    /// Meets the audience's filter, or may.
    pub selected: bool,
    /// Why not; none for the selected means eligible.
    pub reasons: Reasons,
    /// Whether it would be eligible if nobody had objected.
    pub before_objections: bool,
    /// Basis rows that allow it.
    pub bases: u64,
    /// Registers whose objections bind here.
    pub registers: u64,
}

impl CellVerdict {
    /// The permission to go up, if it is one.
    #[must_use]
    pub fn eligible(&self) -> Option<Eligible<'_>> {
        (self.selected && self.reasons.is_empty()).then_some(Eligible { verdict: self })
    }
}

/// A permission: proof that a decision allowed this cell. Cannot be made elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Eligible<'v> {
    verdict: &'v CellVerdict,
}

impl Eligible<'_> {
    /// The basis rows it rests on.
    #[must_use]
    pub const fn bases(self) -> u64 {
        self.verdict.bases
    }
}

/// Whether a marked key is barred in an audience.
#[must_use]
pub fn barred(policy: &Policy, closure: Closure, audience: usize, scopes: Scopes, youngest: u8) -> bool {
    let rules = &policy.audiences[audience];
    (closure == Closure::Identifier && scopes.meets(rules.binding)) || too_young(rules.age_band, youngest)
}

const fn too_young(needed: u8, youngest: u8) -> bool {
    youngest != u8::MAX && youngest < needed
}

/// Decides every cell for one person.
#[must_use]
pub fn decide(policy: &Policy, closure: Closure, person: &PersonFacts<'_>) -> Vec<CellVerdict> {
    policy
        .cells
        .iter()
        .enumerate()
        .map(|(index, cell)| decide_cell(policy, closure, person, index, cell))
        .collect()
}

fn decide_cell(
    policy: &Policy,
    closure: Closure,
    person: &PersonFacts<'_>,
    index: usize,
    cell: &Cell,
) -> CellVerdict {
    let standing = person.standing.cells[index];
    let rules = &policy.audiences[cell.audience];
    let mut facts = standing.reasons.union(Policy::unanswered(standing.answered));
    if !standing.selected.has(Selected::YES) {
        if standing.selected == Selected::NO {
            return CellVerdict::default();
        }
        facts = facts.with(Reason::SelectionUnknown);
    }
    if person.unreadable {
        facts = facts.with(Reason::UnreadableRow);
    }
    let registers = person.named.registers_binding(rules.binding);
    let mut reasons = facts;
    if person.named.flag_binds(rules.binding) {
        reasons = reasons.with(Reason::OptedOut);
    }
    if registers != 0 {
        reasons = reasons.with(Reason::OnRegister);
    }
    let is_named = person.named.scopes().meets(rules.binding);
    if closure == Closure::Person && !is_named && person.linked.meets(rules.binding) {
        reasons = reasons.with(Reason::LinkedToObjector);
    }
    if reasons.is_empty() {
        reasons = identifier_reason(policy, person.holdings, cell, |audience, scopes, youngest| {
            barred(policy, closure, audience, scopes, youngest)
        });
    }
    let before_objections = facts.is_empty()
        && identifier_reason(policy, person.holdings, cell, |_, _, youngest| {
            too_young(rules.age_band, youngest)
        })
        .is_empty();
    CellVerdict { selected: true, reasons, before_objections, bases: standing.bases, registers }
}

fn identifier_reason(
    policy: &Policy,
    holdings: &Holdings,
    cell: &Cell,
    barred: impl Fn(usize, Scopes, u8) -> bool,
) -> Reasons {
    let party = policy.audiences[cell.audience].party;
    let open = holdings.free().any_fits(cell, party)
        || holdings.marked.iter().any(|&(class, scopes, youngest)| {
            class.fits(cell, party) && !barred(cell.audience, scopes, youngest)
        });
    if open {
        Reasons::NONE
    } else if holdings.present().any_fits(cell, party) {
        Reasons::of(Reason::SharedIdentifier)
    } else if holdings.withheld().any_fits(cell, party) {
        Reasons::of(Reason::IdentifierWithheld)
    } else {
        Reasons::of(Reason::NoIdentifier)
    }
}
