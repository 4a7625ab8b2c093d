//! The receipt of closing an audience: when, what became of its key, and which releases lost its files.
//! Like the receipts of purges it is an in-toto Statement v1 in one spelling; its subjects are all the
//! files that were deleted for it.

use serde::{Deserialize, Serialize};

use super::{Moment, STATEMENT_TYPE, Subject, statement};

/// The predicate's type; a change that old readers would misread gets a new number.
pub const CLOSURE_TYPE: &str = "urn:verho:closure:1";

/// An in-toto Statement v1 about a closed audience.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosureReceipt {
    /// Always [`STATEMENT_TYPE`].
    #[serde(rename = "_type")]
    pub statement_type: String,
    /// The deleted files, each by its release's name and its path below it.
    pub subject: Vec<Subject>,
    /// Always [`CLOSURE_TYPE`].
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// What we say about them.
    pub predicate: Closed,
}

/// What a closure receipt says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closed {
    /// Always 1.
    pub schema: u32,
    /// The program's version.
    pub tool: String,
    /// On whose behalf.
    pub controller: String,
    /// The audience.
    pub audience: String,
    /// When it was closed.
    pub closed_at: Moment,
    /// What became of the key of its tags.
    pub key: KeyFate,
    /// Releases that lost files of it, oldest first, each with the number of its receipt.
    pub releases: Vec<ClosedRelease>,
    /// The signing key's fingerprint, when the receipt is signed.
    pub signing: Option<String>,
}

/// What became of an audience's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyFate {
    /// It is gone: tags made with it answer nothing any more.
    Destroyed,
    /// There was none of its own.
    None,
}

/// A release that lost files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosedRelease {
    /// Its name.
    pub release: String,
    /// The number of the receipt that tells them.
    pub receipt: u32,
}

impl ClosureReceipt {
    /// A receipt about these files.
    #[must_use]
    pub fn new(subject: Vec<Subject>, predicate: Closed) -> Self {
        Self {
            statement_type: STATEMENT_TYPE.to_owned(),
            subject,
            predicate_type: CLOSURE_TYPE.to_owned(),
            predicate,
        }
    }

    /// The bytes of the file: JSON, two spaces deep, one line feed at the end.
    ///
    /// # Panics
    /// Never: JSON can hold every field.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        statement::to_bytes(self)
    }
}
