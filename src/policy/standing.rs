//! What a row, or all rows of a person together, say in every cell (audience and platform).
//!
//! Joining is a plain union of bits, so it is commutative, associative and idempotent: the order of
//! rows cannot matter.

use super::reason::Reasons;

/// A question that somebody's record has to answer somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Current customer?
    Relationship,
    /// Old enough?
    Age,
    /// On what basis?
    Basis,
    /// Which country?
    Country,
    /// Objected in the record itself? May stay unanswered: objections then come from registers alone.
    Targeting,
    /// Consumer or business representative? May stay unanswered: a consumer.
    Party,
    /// The platform's consent signals? Asked only where the platform asks.
    PlatformConsent,
    /// A product of the ad's group?
    ProductGroup,
    /// Since when informed? May stay unanswered.
    Informed,
    /// Evidence of consent? Asked only of those whose ground it is.
    Consent,
}

/// A set of questions answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Answered(pub u16);

impl Answered {
    /// With one more.
    #[must_use]
    pub const fn with(self, question: Question) -> Self {
        Self(self.0 | 1 << question as u8)
    }

    /// Whether it was answered.
    #[must_use]
    pub const fn has(self, question: Question) -> bool {
        self.0 & (1 << question as u8) != 0
    }
}

/// What is said of selection: any of yes, unknown, no; none of them when every row is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Selected(pub u8);

impl Selected {
    /// Some row answers yes.
    pub const YES: Self = Self(1);
    /// Some row's answer is unknown.
    pub const UNKNOWN: Self = Self(2);
    /// Some row answers no.
    pub const NO: Self = Self(4);

    /// Whether both share an answer.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// One cell: an audience on a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CellStanding {
    /// What the rows say of the audience's filter.
    pub selected: Selected,
    /// Everything that some row says against.
    pub reasons: Reasons,
    /// What was answered at all.
    pub answered: Answered,
    /// Basis rows (by index) that allowed it.
    pub bases: u64,
}

/// Every cell, in the policy's order, and the youngest age band met.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Standing {
    /// The cells.
    pub cells: Box<[CellStanding]>,
    /// Lowest age band that a row states; `u8::MAX` when none does.
    pub youngest: u8,
}

impl Standing {
    /// Two rows of one person together.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        let cells = self.cells.iter().zip(&other.cells).map(|(a, b)| CellStanding {
            selected: Selected(a.selected.0 | b.selected.0),
            reasons: a.reasons.union(b.reasons),
            answered: Answered(a.answered.0 | b.answered.0),
            bases: a.bases | b.bases,
        });
        Self { cells: cells.collect(), youngest: self.youngest.min(other.youngest) }
    }
}
