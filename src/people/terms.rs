//! The capacity in which a person is met: as a consumer or for a company, at a private or a work
//! address, and on which lawful ground.

/// In what capacity a person uses an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub enum Context {
    /// Private life: goes into consumer audiences.
    #[default]
    Personal,
    /// Work: goes into business audiences only.
    Work,
}

/// Consumer or business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub enum Party {
    /// A private person.
    #[default]
    Consumer,
    /// A person representing a company.
    Business,
}

impl Party {
    /// The word written in config and records.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Consumer => "consumer",
            Self::Business => "business",
        }
    }

    /// The context whose identifiers may go up for this party.
    #[must_use]
    pub const fn context(self) -> Context {
        match self {
            Self::Consumer => Context::Personal,
            Self::Business => Context::Work,
        }
    }
}

/// Lawful ground (GDPR Art. 6(1)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Use {
    /// Art. 6(1)(f).
    LegitimateInterest,
    /// Art. 6(1)(a).
    Consent,
}

impl Use {
    /// The word written in config and records.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::LegitimateInterest => "legitimate_interest",
            Self::Consent => "consent",
        }
    }
}
