//! What the audiences of the written `verho.toml` make of a person's facts.
//!
//! Promises: one answer for each person and audience, with the first code by precedence. The
//! constants here say the same as the text in `texts.rs`; change both.

use super::code::Code;
use super::numbers::Country;
use super::person::Facts;

/// The audiences, in the order of the config.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// Customers in Finland, Sweden, Estonia and Germany, on Meta and `LinkedIn`.
    Customers,
    /// Savers in Finland, on Meta and `LinkedIn`.
    Savings,
    /// Customers in Finland and Sweden, on Google Ads.
    Google,
}

impl Audience {
    pub(super) const ALL: [Self; 3] = [Self::Customers, Self::Savings, Self::Google];

    /// Its name in the config.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Savings => "savings",
            Self::Google => "google",
        }
    }

    /// The filter: `None` is unknown.
    const fn selects(self, facts: Facts) -> Option<bool> {
        match (self, facts.country) {
            (Self::Customers | Self::Google, None) => None,
            (Self::Customers, Some(country)) => Some(!matches!(country, Country::Britain)),
            (Self::Google, Some(country)) => Some(matches!(country, Country::Finland | Country::Sweden)),
            (Self::Savings, Some(Country::Finland)) => facts.saves,
            (Self::Savings, Some(_)) => Some(false),
            // Unknown and no is no, unknown and yes is unknown.
            (Self::Savings, None) => match facts.saves {
                Some(false) => Some(false),
                Some(true) | None => None,
            },
        }
    }

    /// What becomes of a person.
    pub(super) fn fate(self, facts: Facts) -> Fate {
        let selected = self.selects(facts);
        if selected == Some(false) {
            return Fate::NotSelected;
        }
        let mut against = facts.against;
        let covered = matches!(facts.country, Some(Country::Finland | Country::Sweden | Country::Estonia));
        // Where the ground or the country is unknown an earlier code holds anyway.
        if !covered || (self == Self::Google && !facts.by_consent) {
            against |= 1 << Code::NoBasis as u8;
        }
        if self == Self::Google && !facts.signals_granted {
            against |= 1 << Code::PlatformConsentMissing as u8;
        }
        if selected.is_none() {
            against |= 1 << Code::SelectionUnknown as u8;
        }
        // The table is in order of precedence, so the lowest bit is the primary code.
        Code::ALL.get(against.trailing_zeros() as usize).map_or(Fate::Upload, |code| Fate::Suppressed(*code))
    }
}

/// What becomes of a person in an audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Goes up to at least one of the audience's platforms.
    Upload,
    /// Does not meet the filter.
    NotSelected,
    /// Kept out, first of all for this.
    Suppressed(Code),
}
