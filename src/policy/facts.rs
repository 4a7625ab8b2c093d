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

/// Since when the person has known of this use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InformedFact {
    /// The source does not map it.
    Silent,
    /// Blank, no date, or in the future.
    Unknown,
    /// Since a day.
    Since {
        /// How many of the days on which notices first named this use, from the earliest, lie on it or before.
        reached: u8,
        /// Less long ago than the policy's days of cooling off.
        cooling: bool,
    },
}

/// Which wording a consent was given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WordingFact {
    /// The source does not map it.
    Silent,
    /// Blank.
    Unknown,
    /// None that a basis row names.
    Other,
    /// One of the policy's, by its place.
    Known(u8),
}

/// What is recorded of the person's consent. Nothing, where the ground is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ConsentFact {
    /// Whether anything is asked of it.
    pub asked: bool,
    /// Something that the source maps cannot be told.
    pub unproven: bool,
    /// Past its last day.
    pub expired: bool,
    /// Its wording.
    pub wording: WordingFact,
}

impl ConsentFact {
    /// Nothing is asked of it.
    pub const SILENT: Self =
        Self { asked: false, unproven: false, expired: false, wording: WordingFact::Silent };
}

/// Why an identifier stays down for its holder: it still matches objections, and still links people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Withheld {
    /// Somebody else than the person gave it.
    NotOwn,
    /// It is not told who gave it.
    ProvenanceUnknown,
    /// Messages to it came back.
    Bounced,
    /// It was confirmed longer ago than the policy allows.
    Stale,
    /// It is not told when it was confirmed.
    AgeUnknown,
    /// The consent was given for another identifier.
    ConsentForAnother,
}

impl Withheld {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotOwn => "not-own",
            Self::ProvenanceUnknown => "provenance-unknown",
            Self::Bounced => "bounced",
            Self::Stale => "stale",
            Self::AgeUnknown => "identifier-age-unknown",
            Self::ConsentForAnother => "consent-for-another",
        }
    }
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
    /// Since when informed.
    pub informed: InformedFact,
    /// Evidence of consent.
    pub consent: ConsentFact,
    /// Google's `ad_user_data`.
    pub ad_user_data: Answer,
    /// Google's `ad_personalization`.
    pub ad_personalization: Answer,
    /// Answers to every distinct predicate of every audience's filter.
    pub predicates: Vec<Tri>,
}
