//! The oracle: a second, plain, slow and obviously right implementation of the whole decision.
//!
//! It follows `docs/decisions.md` row by row, on maps and strings, and shares nothing with the fast
//! path but the checked config: tests and `verify --recompute` compare the two. Promises: it reads
//! the same files again by itself; no value of a row appears in its errors. It must not import
//! anything of ours but `config`. It reads delimited text only.
//!
//! Memory holds plaintext and customer ids while it runs: [`Outcome`] therefore has no `Debug` and
//! cannot be serialised. Nothing of it may be printed.

mod country;
mod customer_id;
mod decide;
mod email;
mod filter;
mod identity;
mod lists;
mod people;
mod phone;
mod phone_text;
mod platform;
mod read;
mod register;
mod tag;
mod text;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::config::Config;

pub use tag::{tag, tag_under};

/// Everything decided. It stays in memory: its keys are customer ids.
pub struct Outcome {
    /// One for each audience, in config order.
    pub audiences: Vec<AudienceOutcome>,
    /// Rows of sources that could not be read.
    pub unreadable_rows: u64,
    /// All rows of sources, those among them.
    pub rows_read: u64,
    /// Guards that refuse the run, as `code name` (`register-stale objections`), sorted. The
    /// decisions are made all the same. `register-shrunken` and `register-unchanged` never appear:
    /// they need earlier releases.
    pub refused: Vec<String>,
}

/// One audience.
pub struct AudienceOutcome {
    /// Its name.
    pub name: String,
    /// One for each of its platforms, in config order.
    pub platforms: Vec<PlatformOutcome>,
    /// People who would be eligible on at least one platform if nobody had objected.
    pub size_before_objections: u64,
    /// Whether that is under `min_size`: then no full file is written, whatever `rows` says.
    pub withheld: bool,
}

/// One audience on one platform.
pub struct PlatformOutcome {
    /// The platform's name.
    pub name: String,
    /// What becomes of everybody, by (id space, customer id).
    pub decisions: BTreeMap<(String, String), Fate>,
    /// Every line of `full.csv` that stands for a person or an identifier, without its line end.
    pub rows: BTreeSet<Vec<u8>>,
    /// The header of `full.csv`; empty where it has none.
    pub header: &'static str,
    /// In rows: read = unreadable + not selected + suppressed + eligible.
    pub row_counts: Counts,
    /// The same in people, without the unreadable.
    pub people_counts: Counts,
    /// People by reason code.
    pub reasons: BTreeMap<String, ReasonCounts>,
}

/// How many became what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Did not meet the audience's filter.
    pub not_selected: u64,
    /// Selected, and kept out by a rule.
    pub suppressed: u64,
    /// Goes up.
    pub eligible: u64,
}

/// How many people a reason is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReasonCounts {
    /// For whom it comes first.
    pub primary: u64,
    /// For whom it holds.
    pub holds: u64,
    /// Whom nothing else keeps out.
    pub alone: u64,
}

/// What becomes of a person in an audience on a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Does not meet the audience's filter.
    NotSelected,
    /// Kept out; the codes of all the reasons that hold.
    Suppressed(BTreeSet<String>),
    /// Goes up.
    Eligible,
}

/// Why the oracle cannot decide. Names are the config's; no value of a row is among them.
#[derive(Debug, thiserror::Error)]
pub enum OracleError {
    /// No file matches a source's pattern.
    #[error("source {name}: no file matches its path")]
    Missing {
        /// The source.
        name: String,
    },
    /// A file cannot be read.
    #[error("{name}: cannot be read ({kind})")]
    Io {
        /// The source or register.
        name: String,
        /// What went wrong.
        kind: std::io::ErrorKind,
    },
    /// A file is encrypted and cannot be opened, or has to be encrypted and is not.
    #[error("{name}: encryption was agreed and is not there, or no identity opens it")]
    Encrypted {
        /// The source or register.
        name: String,
    },
    /// A file is encrypted and nothing was given to open it with.
    #[error("{name}: it is encrypted, and no identity is given")]
    NoIdentity {
        /// The source or register.
        name: String,
    },
    /// Parquet, Arrow, NDJSON or another compression.
    #[error("{name}: the oracle reads delimited text only, plain or .gz")]
    Format {
        /// The source or register.
        name: String,
    },
    /// A mapped column is missing or stands twice, or the header cannot be read.
    #[error("{name}: a mapped column is not in the header exactly once")]
    Header {
        /// The source or register.
        name: String,
    },
    /// The `where` cannot be read again.
    #[error("audience {audience}: the oracle cannot read its where")]
    Filter {
        /// The audience.
        audience: String,
    },
    /// A platform that is not in the oracle's table.
    #[error("the oracle does not know the platform {name}")]
    Platform {
        /// The platform.
        name: String,
    },
    /// The time zone is not in the database.
    #[error("the oracle does not know the time zone of the policy")]
    TimeZone,
}

impl OracleError {
    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::NoIdentity { .. } => "name the file of keys that opens it with --identity",
            _ => "--recompute needs the inputs as they were, as CSV, plain or .gz",
        }
    }

    /// Whether it tells of this reader, which cannot read what a run can, and not of the file.
    const fn is_about_the_reader(&self) -> bool {
        matches!(self, Self::Format { .. } | Self::NoIdentity { .. })
    }
}

/// Decides everything anew, from the files the config names.
pub fn decide(config: &Config, as_of: jiff::Timestamp) -> Result<Outcome, OracleError> {
    decide::decide(config, as_of)
}
