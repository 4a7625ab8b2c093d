//! Yes, no and unknown, after Kleene's strong logic of three values.
//!
//! An answer that would hold whatever the unknown turned out to be is known; every other is unknown.
//! It knows nothing about people.

/// A three-valued answer. The order is no < unknown < yes, so that "and" is the lesser and "or" the
/// greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tri {
    /// Known not to hold.
    No,
    /// Cannot be told from the record.
    Unknown,
    /// Known to hold.
    Yes,
}

impl Tri {
    /// All three, lowest first.
    pub const ALL: [Self; 3] = [Self::No, Self::Unknown, Self::Yes];

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// At least one holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// The opposite; unknown stays unknown.
    #[must_use]
    pub const fn negate(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
            Self::Yes => Self::No,
        }
    }
}

impl std::ops::Not for Tri {
    type Output = Self;

    fn not(self) -> Self {
        self.negate()
    }
}

impl From<bool> for Tri {
    fn from(known: bool) -> Self {
        if known { Self::Yes } else { Self::No }
    }
}
