//! The codes of `docs/decisions.md` that a base plants, by precedence. A list of its own, so that a
//! slip in the table under test is found; a test compares the words.

/// A code of the rule book that holds for a person, in order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Code {
    OptedOut,
    OnRegister,
    LinkedToObjector,
    UnderAge,
    AgeUnknown,
    NotACustomer,
    RelationshipUnknown,
    TargetingUnknown,
    NoConsent,
    BasisUnknown,
    CountryUnknown,
    NoBasis,
    PlatformConsentMissing,
    SelectionUnknown,
    SharedIdentifier,
    NoIdentifier,
}

impl Code {
    /// Every code, in order of precedence.
    pub(super) const ALL: [Self; 16] = [
        Self::OptedOut,
        Self::OnRegister,
        Self::LinkedToObjector,
        Self::UnderAge,
        Self::AgeUnknown,
        Self::NotACustomer,
        Self::RelationshipUnknown,
        Self::TargetingUnknown,
        Self::NoConsent,
        Self::BasisUnknown,
        Self::CountryUnknown,
        Self::NoBasis,
        Self::PlatformConsentMissing,
        Self::SelectionUnknown,
        Self::SharedIdentifier,
        Self::NoIdentifier,
    ];

    /// The word written in the truth.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::OptedOut => "opted-out",
            Self::OnRegister => "on-register",
            Self::LinkedToObjector => "linked-to-objector",
            Self::UnderAge => "under-age",
            Self::AgeUnknown => "age-unknown",
            Self::NotACustomer => "not-a-customer",
            Self::RelationshipUnknown => "relationship-unknown",
            Self::TargetingUnknown => "targeting-unknown",
            Self::NoConsent => "no-consent",
            Self::BasisUnknown => "basis-unknown",
            Self::CountryUnknown => "country-unknown",
            Self::NoBasis => "no-basis",
            Self::PlatformConsentMissing => "platform-consent-missing",
            Self::SelectionUnknown => "selection-unknown",
            Self::SharedIdentifier => "shared-identifier",
            Self::NoIdentifier => "no-identifier",
        }
    }
}
