//! Why somebody is left out: a closed table of stable codes, each with one description and how far
//! it spreads. Docs, manifest, report and `explain` read this table and no other.

/// How far a reason reaches beyond the person it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// Nobody else is touched.
    None,
    /// Nobody else may carry this person's identifiers up either.
    Identifier,
    /// Everyone who shares an identifier with this person is left out (closure).
    Person,
}

/// Why a person is left out of an audience on a platform. The order is the order of precedence:
/// the first that holds is the primary one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Reason {
    /// The customer's own record carries an objection.
    OptedOut,
    /// A register names the person.
    OnRegister,
    /// Shares an identifier with a person who objected.
    LinkedToObjector,
    /// A row of this person, or one with an identifier of theirs, could not be read.
    UnreadableRow,
    /// Younger than the audience's age limit.
    UnderAge,
    /// Birth date blank or not a date.
    AgeUnknown,
    /// Not a current customer.
    NotACustomer,
    /// Relationship blank or not a listed value.
    RelationshipUnknown,
    /// The targeting permission is blank or not a listed value.
    TargetingUnknown,
    /// Not the kind of party this audience is for (consumer, business).
    PartyMismatch,
    /// Party type blank or not a listed value.
    PartyUnknown,
    /// The person's own basis is recorded as none.
    NoConsent,
    /// The person's basis is blank or not a listed value.
    BasisUnknown,
    /// Something that proves the person's consent is blank or cannot be read.
    ConsentUnproven,
    /// The consent is past its last day.
    ConsentExpired,
    /// The consent was given to another wording than the basis row's.
    ConsentWordingMismatch,
    /// Informed before the notice named this use.
    NotInformed,
    /// Since when the person has been informed is blank or cannot be read.
    InformedUnknown,
    /// Informed too short a time ago.
    CoolingOff,
    /// Country blank or not a country.
    CountryUnknown,
    /// No basis row allows this use for this platform, country and purpose.
    NoBasis,
    /// The basis row that would allow it is past its date.
    BasisExpired,
    /// What is declared of the platform as a recipient is past its date.
    RecipientExpired,
    /// The platform's own law asks for consent signals that were not given.
    PlatformConsentMissing,
    /// Holds no product of the audience's product group.
    OtherProductGroup,
    /// The audience's own filter could not be answered.
    SelectionUnknown,
    /// Every identifier the platform takes is one that stays down for this person.
    IdentifierWithheld,
    /// Every identifier the platform takes is held by too many people, or barred through someone else.
    SharedIdentifier,
    /// No identifier the platform takes.
    NoIdentifier,
}

impl Reason {
    /// The table, in order of precedence.
    pub const ALL: [Self; 29] = [
        Self::OptedOut,
        Self::OnRegister,
        Self::LinkedToObjector,
        Self::UnreadableRow,
        Self::UnderAge,
        Self::AgeUnknown,
        Self::NotACustomer,
        Self::RelationshipUnknown,
        Self::TargetingUnknown,
        Self::PartyMismatch,
        Self::PartyUnknown,
        Self::NoConsent,
        Self::BasisUnknown,
        Self::ConsentUnproven,
        Self::ConsentExpired,
        Self::ConsentWordingMismatch,
        Self::NotInformed,
        Self::InformedUnknown,
        Self::CoolingOff,
        Self::CountryUnknown,
        Self::NoBasis,
        Self::BasisExpired,
        Self::RecipientExpired,
        Self::PlatformConsentMissing,
        Self::OtherProductGroup,
        Self::SelectionUnknown,
        Self::IdentifierWithheld,
        Self::SharedIdentifier,
        Self::NoIdentifier,
    ];

    /// The stable kebab-case code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.row().0
    }

    /// One sentence for a reader.
    #[must_use]
    pub const fn description(self) -> &'static str {
        self.row().2
    }

    /// How far it reaches.
    #[must_use]
    pub const fn spread(self) -> Spread {
        self.row().1
    }

    /// Whether it comes from somebody's objection: sizes and caps are counted before these.
    #[must_use]
    pub const fn is_objection(self) -> bool {
        matches!(self, Self::OptedOut | Self::OnRegister | Self::LinkedToObjector)
    }

    /// The reason with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    const fn row(self) -> (&'static str, Spread, &'static str) {
        use Spread::{Identifier, None, Person};
        match self {
            Self::OptedOut => ("opted-out", Person, "The customer's own record carries an objection."),
            Self::OnRegister => ("on-register", Person, "A register of objections names the person."),
            Self::LinkedToObjector => (
                "linked-to-objector",
                None,
                "Shares an e-mail address or phone number with somebody who objected.",
            ),
            Self::UnreadableRow => (
                "unreadable-row",
                None,
                "A row that could not be read carries this person's id, e-mail address or phone number.",
            ),
            Self::UnderAge => ("under-age", Identifier, "Younger than the audience's age limit."),
            Self::AgeUnknown => ("age-unknown", None, "The birth date is blank or cannot be read."),
            Self::NotACustomer => ("not-a-customer", None, "Not a current customer."),
            Self::RelationshipUnknown => {
                ("relationship-unknown", None, "The customer relationship is blank or not a listed value.")
            }
            Self::TargetingUnknown => {
                ("targeting-unknown", None, "The permission to target is blank or not a listed value.")
            }
            Self::PartyMismatch => (
                "party-mismatch",
                None,
                "A consumer in a business audience, or a business representative in a consumer audience.",
            ),
            Self::PartyUnknown => (
                "party-unknown",
                None,
                "Whether this is a consumer or a business representative is blank or not a listed value.",
            ),
            Self::NoConsent => (
                "no-consent",
                None,
                "The record says that neither consent nor legitimate interest covers this person.",
            ),
            Self::BasisUnknown => {
                ("basis-unknown", None, "The person's basis is blank or not a listed value.")
            }
            Self::ConsentUnproven => {
                ("consent-unproven", None, "The evidence of the person's consent is blank or cannot be read.")
            }
            Self::ConsentExpired => ("consent-expired", None, "The person's consent is past its last day."),
            Self::ConsentWordingMismatch => (
                "consent-wording-mismatch",
                None,
                "The consent was given to another wording than the basis row names.",
            ),
            Self::NotInformed => {
                ("not-informed", None, "The person was informed before the notice named this use.")
            }
            Self::InformedUnknown => {
                ("informed-unknown", None, "Since when the person has been informed cannot be told.")
            }
            Self::CoolingOff => {
                ("cooling-off", None, "The person was informed less long ago than the policy asks.")
            }
            Self::CountryUnknown => ("country-unknown", None, "The country is blank or not a country."),
            Self::NoBasis => (
                "no-basis",
                None,
                "No basis row allows this platform, country and purpose for the person's basis.",
            ),
            Self::BasisExpired => {
                ("basis-expired", None, "The basis row that would allow it is not valid on this day.")
            }
            Self::RecipientExpired => (
                "recipient-expired",
                None,
                "What is declared of the platform as a recipient is not valid on this day.",
            ),
            Self::PlatformConsentMissing => (
                "platform-consent-missing",
                None,
                "The platform asks for consent signals that were not granted.",
            ),
            Self::SelectionUnknown => {
                ("selection-unknown", None, "The audience's filter could not be answered from the record.")
            }
            Self::OtherProductGroup => {
                ("other-product-group", None, "Holds no product of the group that the ad is for.")
            }
            Self::IdentifierWithheld => (
                "identifier-withheld",
                None,
                "Every identifier the platform takes stays down: not the person's own, returned, too old, or not consented to.",
            ),
            Self::SharedIdentifier => (
                "shared-identifier",
                None,
                "Every identifier the platform takes is held by too many people, or barred because of one of them.",
            ),
            Self::NoIdentifier => {
                ("no-identifier", None, "The record has no valid identifier that the platform takes.")
            }
        }
    }
}

/// A set of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Reasons(pub u64);

impl Reasons {
    /// No reason: eligible.
    pub const NONE: Self = Self(0);

    /// The set of one.
    #[must_use]
    pub const fn of(reason: Reason) -> Self {
        Self(1 << reason as u8)
    }

    /// Both together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// With one more.
    #[must_use]
    pub const fn with(self, reason: Reason) -> Self {
        self.union(Self::of(reason))
    }

    /// Whether it holds.
    #[must_use]
    pub const fn has(self, reason: Reason) -> bool {
        self.0 & Self::of(reason).0 != 0
    }

    /// Whether none holds.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether somebody's objection is among them.
    #[must_use]
    pub fn has_objection(self) -> bool {
        self != self.before_objections()
    }

    /// The reasons, primary first.
    pub fn iter(self) -> impl Iterator<Item = Reason> {
        Reason::ALL.into_iter().filter(move |reason| self.has(*reason))
    }

    /// The first by precedence.
    #[must_use]
    pub fn primary(self) -> Option<Reason> {
        self.iter().next()
    }

    /// What is left when nobody had objected.
    #[must_use]
    pub fn before_objections(self) -> Self {
        self.iter().filter(|reason| !reason.is_objection()).fold(Self::NONE, Self::with)
    }
}
