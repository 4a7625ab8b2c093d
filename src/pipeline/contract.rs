//! A register's contract: the codes by which it can be broken, what is checked, and which breaches a
//! waiver lets through. It looks at counts and moments only, never at an entry.

use jiff::{SignedDuration, Timestamp};

use super::objections::{RegisterContext, RegisterRead};
use crate::config::{Config, Register, Waivable};

/// A contract code that a register broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Broken {
    /// The file is not there or cannot be opened.
    Missing,
    /// No rows, where some are expected.
    Empty,
    /// Fewer rows than `min_rows`.
    TooFewRows,
    /// Older than `max_age`.
    Stale,
    /// Its moment lies in the future.
    FutureDated,
    /// Its age was to be checked and could not be found.
    AgeUnknown,
    /// Lost more rows than `max_shrink` since the previous release.
    Shrunken,
    /// More values do not parse than `max_unparsed` allows.
    Unparsed,
    /// A row is structurally broken.
    Structure,
    /// The trailer promises another number of rows.
    TrailerMismatch,
    /// The previous release's very bytes under a newer moment.
    Unchanged,
    /// An objection to a whole public mail host, which nobody has confirmed.
    WebmailDomain,
}

impl Broken {
    /// Every code.
    pub const ALL: [Self; 12] = [
        Self::Missing,
        Self::Empty,
        Self::TooFewRows,
        Self::Stale,
        Self::FutureDated,
        Self::AgeUnknown,
        Self::Shrunken,
        Self::Unparsed,
        Self::Structure,
        Self::TrailerMismatch,
        Self::Unchanged,
        Self::WebmailDomain,
    ];

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "register-missing",
            Self::Empty => "register-empty",
            Self::TooFewRows => "register-too-few-rows",
            Self::Stale => "register-stale",
            Self::FutureDated => "register-future-dated",
            Self::AgeUnknown => "register-age-unknown",
            Self::Shrunken => "register-shrunken",
            Self::Unparsed => "register-unparsed",
            Self::Structure => "register-broken",
            Self::TrailerMismatch => "register-trailer-mismatch",
            Self::Unchanged => "register-unchanged",
            Self::WebmailDomain => "register-webmail-domain",
        }
    }

    /// The waiver that can let it through: for a lawful purge or merger, and nothing that may hide an
    /// objection which cannot be read.
    #[must_use]
    pub const fn waivable(self) -> Option<Waivable> {
        match self {
            Self::Shrunken => Some(Waivable::Shrunken),
            Self::Unchanged => Some(Waivable::Unchanged),
            Self::TooFewRows => Some(Waivable::TooFewRows),
            Self::Empty => Some(Waivable::Empty),
            Self::Missing
            | Self::Stale
            | Self::FutureDated
            | Self::AgeUnknown
            | Self::Unparsed
            | Self::Structure
            | Self::TrailerMismatch
            | Self::WebmailDomain => None,
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Missing => {
                "check the path and that last night's export has arrived; nothing is uploaded without it"
            }
            Self::Empty => {
                "an empty register is almost always a failed export; if nobody ever objected, set min_rows = 0"
            }
            Self::TooFewRows => {
                "check the export; lower min_rows only if the register really became this small"
            }
            Self::Stale => "fetch a fresh export; max_age says how old it may be",
            Self::FutureDated => "check the clock of the exporting system and the pattern in age_from",
            Self::AgeUnknown => {
                "age_from names a place where no date could be read: check the pattern against the file"
            }
            Self::Shrunken => "find out why objections vanished; max_shrink says how many may",
            Self::Unparsed => {
                "correct the rows named above in the register, or raise max_unparsed after looking at them"
            }
            Self::Structure => "the file is damaged or cut short: export it again",
            Self::TrailerMismatch => "the file is cut short or was edited: export it again",
            Self::Unchanged => {
                "find out whether the export renews the date and not the content; max_unchanged says how long that is believable"
            }
            Self::WebmailDomain => {
                "write the addresses instead; if everybody there objects indeed, webmail_domains = \"confirmed\""
            }
        }
    }
}

/// Why a waiver lets nothing through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    /// A published release has used it.
    Used,
    /// Today is before its date or after its last day.
    OutOfDate,
}

impl Spent {
    /// As part of a hint.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Used => "the waiver for this was used by an earlier release, and each holds once",
            Self::OutOfDate => "the waiver for this does not hold today",
        }
    }
}

/// The first moment under which a release read this very content.
pub(super) fn content_since(read: &RegisterRead, context: &RegisterContext<'_>) -> Option<Timestamp> {
    let moment = read.moment?;
    match context.before.content(&read.name) {
        Some(before) if before.commitment == read.commitment && read.error.is_none() => {
            Some(before.since.min(moment))
        }
        _ => Some(moment),
    }
}

/// Moves the breaches that a waiver lets through out of `broken`.
pub(super) fn waive(config: &Config, read: &mut RegisterRead, context: &RegisterContext<'_>) {
    let today = context.as_of.to_zoned(context.zone.clone()).date();
    for broken in std::mem::take(&mut read.broken) {
        let mut holding = None;
        for (index, waiver) in config.waivers.iter().enumerate() {
            if broken.waivable() != Some(waiver.code) || waiver.register != read.name {
                continue;
            }
            if !waiver.holds_on(today) {
                read.spent.push((broken, Spent::OutOfDate));
            } else if context.before.used_waivers.contains(&waiver.id()) {
                read.spent.push((broken, Spent::Used));
            } else {
                holding = Some(index);
                break;
            }
        }
        match holding {
            Some(index) => read.waived.push((broken, index)),
            None => read.broken.push(broken),
        }
    }
}

/// Every way in which a register broke its contract.
pub(super) fn broken(register: &Register, read: &RegisterRead, context: &RegisterContext<'_>) -> Vec<Broken> {
    let mut broken = read.broken.clone();
    if let Some(error) = &read.error {
        broken.push(if error.is_missing() { Broken::Missing } else { Broken::Structure });
        return broken;
    }
    if read.faults > 0 {
        broken.push(Broken::Structure);
    }
    if read.rows == 0 && register.min_rows > 0 {
        broken.push(Broken::Empty);
    } else if read.rows < register.min_rows {
        broken.push(Broken::TooFewRows);
    }
    if register.age_from.is_some() {
        match read.moment {
            None if broken.contains(&Broken::AgeUnknown) => {}
            None => broken.push(Broken::AgeUnknown),
            Some(moment) if moment > context.as_of => broken.push(Broken::FutureDated),
            Some(moment) => {
                let age = context.as_of.duration_since(moment);
                if register.max_age.is_some_and(|max| age > max) {
                    broken.push(Broken::Stale);
                }
            }
        }
    }
    if let (Some(moment), Some(since)) = (read.moment, read.content_since) {
        let newer = context.before.content(&register.name).is_some_and(|before| moment > before.moment);
        let unchanged = moment.duration_since(since);
        if newer && unchanged > register.max_unchanged.unwrap_or(SignedDuration::ZERO) {
            broken.push(Broken::Unchanged);
        }
    }
    if let (Some(max_shrink), Some(before)) = (register.max_shrink, context.before.rows(&register.name))
        && read.rows < before
        && (before - read.rows) as f64 > max_shrink * before as f64
    {
        broken.push(Broken::Shrunken);
    }
    if read.webmail > 0 && !register.webmail_domains {
        broken.push(Broken::WebmailDomain);
    }
    if read.unparsed as f64 > register.max_unparsed * read.objections as f64 {
        broken.push(Broken::Unparsed);
    }
    broken
}
