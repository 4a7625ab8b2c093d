//! What an objection is about, and what a use is for: the two closed word lists whose product
//! decides which objections bind which audience. It does not know who objected.

use serde::{Deserialize, Serialize};

/// The scope an objection states. Several may stand together; a word that is not known binds
/// everything ([`Scopes::EVERYTHING`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Targeting outside the company's own services: the objection this program is about.
    OffPlatformTargeting,
    /// All marketing, by any channel.
    AllMarketing,
    /// Profiling for marketing (GDPR Art. 21(2)).
    Profiling,
    /// Use as the seed of a look-alike audience.
    Lookalike,
    /// Telemarketing, a channel ban.
    Phone,
    /// Addressed post, a channel ban.
    Post,
    /// Electronic direct marketing, a channel ban.
    #[serde(rename = "email", alias = "e-mail", alias = "e_mail")]
    Email,
    /// A word the list does not have: binds everything.
    Unknown,
}

impl Scope {
    /// Every scope, in the order of its bit.
    pub const ALL: [Self; 8] = [
        Self::OffPlatformTargeting,
        Self::AllMarketing,
        Self::Profiling,
        Self::Lookalike,
        Self::Phone,
        Self::Post,
        Self::Email,
        Self::Unknown,
    ];

    /// The word for a scope as registers and configs write it; anything else is [`Scope::Unknown`].
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        let word = word.trim().to_lowercase().replace(['-', ' '], "_");
        match word.as_str() {
            "off_platform_targeting" | "targeting" => Self::OffPlatformTargeting,
            "all_marketing" | "marketing" => Self::AllMarketing,
            "profiling" => Self::Profiling,
            "lookalike" | "look_alike" => Self::Lookalike,
            "phone" | "telemarketing" => Self::Phone,
            "post" | "mail" => Self::Post,
            "email" | "e_mail" => Self::Email,
            _ => Self::Unknown,
        }
    }

    /// The word written in records.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::OffPlatformTargeting => "off_platform_targeting",
            Self::AllMarketing => "all_marketing",
            Self::Profiling => "profiling",
            Self::Lookalike => "lookalike",
            Self::Phone => "phone",
            Self::Post => "post",
            Self::Email => "email",
            Self::Unknown => "unknown",
        }
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Scopes(pub u16);

impl Scopes {
    /// No scope: binds nothing.
    pub const NONE: Self = Self(0);
    /// Binds every audience whatever its purpose.
    pub const EVERYTHING: Self = Self(0x1ff);
    /// No scope of its own: the mark of an objection that binds every audience whatever its scopes are.
    pub const ALWAYS: Self = Self(0x100);
    /// The bans of one channel.
    pub const CHANNELS: Self =
        Self(1 << Scope::Phone as u16 | 1 << Scope::Post as u16 | 1 << Scope::Email as u16);

    /// The set of one.
    #[must_use]
    pub const fn of(scope: Scope) -> Self {
        Self(1 << scope as u16)
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the sets share a scope.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// These without the others.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The scopes of the set, in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.meets(Self::of(*scope)))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<T: IntoIterator<Item = Scope>>(scopes: T) -> Self {
        scopes.into_iter().fold(Self::NONE, |set, scope| set.union(Self::of(scope)))
    }
}

/// What an audience is for. Closed: a purpose that is not here does not exist
/// (`customer communication` among them: what goes to an ad platform is marketing).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Show the advertiser's own ads to its own customers.
    Retarget,
    /// Keep ads away from these people: a disclosure of its own (Datatilsynet, Telmore,
    /// 29 April 2024, 2023-31-0007), so it needs a basis row of its own.
    Exclude,
    /// Seed of a look-alike audience: profiling, so it needs a basis row of its own.
    LookalikeSeed,
}

impl Purpose {
    /// The word written in records.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Retarget => "retarget",
            Self::Exclude => "exclude",
            Self::LookalikeSeed => "lookalike_seed",
        }
    }
}

/// The scopes that bind an audience.
///
/// `uses_profile`: the audience's `where` reads an observed or derived attribute.
/// `channel_bans_bind`: bans of one channel (phone, post, e-mail) bind targeting too, the cautious
/// default for external registers.
#[must_use]
pub fn binding_scopes(purpose: Purpose, uses_profile: bool, channel_bans_bind: bool) -> Scopes {
    let mut bind = vec![Scope::OffPlatformTargeting, Scope::AllMarketing, Scope::Unknown];
    if uses_profile || purpose == Purpose::LookalikeSeed {
        bind.push(Scope::Profiling);
    }
    if purpose == Purpose::LookalikeSeed {
        bind.push(Scope::Lookalike);
    }
    if channel_bans_bind {
        bind.extend([Scope::Phone, Scope::Post, Scope::Email]);
    }
    bind.into_iter().collect::<Scopes>().union(Scopes::ALWAYS)
}

#[cfg(test)]
mod tests {
    use super::{Purpose, Scope, Scopes, binding_scopes};

    #[test]
    fn each_word_is_its_scope_and_any_other_binds_everything() {
        for (word, scope) in [
            ("off_platform_targeting", Scope::OffPlatformTargeting),
            ("Off-Platform targeting", Scope::OffPlatformTargeting),
            ("marketing", Scope::AllMarketing),
            ("profiling", Scope::Profiling),
            ("look-alike", Scope::Lookalike),
            ("phone", Scope::Phone),
            ("telemarketing", Scope::Phone),
            ("mail", Scope::Post),
            ("e-mail", Scope::Email),
            ("everything please", Scope::Unknown),
            ("", Scope::Unknown),
        ] {
            assert_eq!(Scope::from_word(word), scope, "{word}");
        }
        for scope in Scope::ALL {
            assert_eq!(Scope::from_word(scope.word()), scope, "{}", scope.word());
        }
        for purpose in [Purpose::Retarget, Purpose::Exclude, Purpose::LookalikeSeed] {
            let narrowest = binding_scopes(purpose, false, false);
            assert!(Scopes::of(Scope::from_word("?")).meets(narrowest), "{}", purpose.word());
            assert!(!Scopes::of(Scope::Post).meets(narrowest), "{}", purpose.word());
        }
    }
}
