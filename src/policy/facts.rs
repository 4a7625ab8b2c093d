//! What one row says, boiled down to a few small answers, so that millions of rows share a few
//! hundred distinct values and the rules run once for each. It holds no cell.

use super::selection::Tri;
use crate::people::{Party, Use};

/// An answer to a yes-or-no field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// The source does not map it.
    Silent,
    /// Blank or not a listed value.
    Unknown,
    /// A listed no.
    No,
    /// A listed yes.
    Yes,
}

/// The person's own basis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BasisFact {
    /// Blank or not a listed value.
    Unknown,
    /// Listed as neither.
    None,
    /// A ground.
    Ground(Use),
}

/// The person's country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CountryFact {
    /// The source does not map it.
    Silent,
    /// Blank without a default, or not a country.
    Unknown,
    /// ISO 3166-1 alpha-2, upper case.
    Known([u8; 2]),
}

/// The person's age against the audiences' limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AgeFact {
    /// The source does not map a birth date.
    Silent,
    /// Blank, not a date, in the future, or over 130 years ago.
    Unknown,
    /// How many of the distinct age limits, from the lowest, the person has reached.
    Band(u8),
}

/// Consumer or business representative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartyFact {
    /// The source does not map it: a consumer.
    Silent,
    /// Blank or not a listed value.
    Unknown,
    /// This one.
    Known(Party),
}

/// All of a row's answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RowFacts {
    /// Which source the row is of: decides which filters are silent.
    pub source: u16,
    /// Current customer?
    pub relationship: Answer,
    /// May be targeted? `No` is an objection and counted as one; see `objections`.
    pub targeting: Answer,
    /// Age band.
    pub age: AgeFact,
    /// Party.
    pub party: PartyFact,
    /// Own basis.
    pub basis: BasisFact,
    /// Country.
    pub country: CountryFact,
    /// Google's `ad_user_data`.
    pub ad_user_data: Answer,
    /// Google's `ad_personalization`.
    pub ad_personalization: Answer,
    /// Answers to every distinct predicate of every audience's filter.
    pub predicates: Vec<Tri>,
}
