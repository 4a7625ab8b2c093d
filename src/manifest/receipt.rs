//! The receipt of a purge: which files of a release were deleted, by digest, when, and by which rule.
//!
//! A [`Receipt`] is an in-toto Statement v1 whose subjects are the deleted files and whose predicate is
//! [`RECEIPT_TYPE`]. It has one spelling, as the manifest has. Before anything is deleted the same
//! record is written without `done_at`, as the intent; so a purge that was interrupted can be finished
//! and told. It names no person, opens no file and does not know the time.

use serde::{Deserialize, Serialize};

use super::{Hex32, Manifest, ManifestError, Moment, Retained, STATEMENT_TYPE, Subject, statement};

/// The predicate's type; a change that old readers would misread gets a new number.
pub const RECEIPT_TYPE: &str = "urn:verho:receipt:1";
/// The version of the predicate's fields.
pub const RECEIPT_SCHEMA: u32 = 1;

/// An in-toto Statement v1 about deleted files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Always [`STATEMENT_TYPE`].
    #[serde(rename = "_type")]
    pub statement_type: String,
    /// The deleted files with the digests the manifest has of them, by name.
    pub subject: Vec<Subject>,
    /// Always [`RECEIPT_TYPE`].
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// What we say about them.
    pub predicate: Purged,
}

/// What a receipt says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purged {
    /// Always [`RECEIPT_SCHEMA`].
    pub schema: u32,
    /// The program's version.
    pub tool: String,
    /// The release's folder name.
    pub release: String,
    /// SHA-256 of its `manifest.json`, which stays.
    pub manifest_sha256: Hex32,
    /// On whose behalf.
    pub controller: String,
    /// The receipt's number among those of the release, from 1.
    pub number: u32,
    /// Why each file was deleted, in the order of the subjects.
    pub files: Vec<PurgedFile>,
    /// When the deletion was begun.
    pub intended_at: Moment,
    /// When all of them were gone; none in an intent.
    pub done_at: Option<Moment>,
    /// The signing key's fingerprint, when the receipt is signed.
    pub signing: Option<String>,
}

/// Why a file was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurgedFile {
    /// Path below the release's folder.
    pub name: String,
    /// The rule.
    pub rule: PurgeRule,
    /// The moment the manifest states; none where it states that the file is kept.
    pub due: Option<Moment>,
}

/// By which rule a file is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PurgeRule {
    /// Past the manifest's date for full files.
    RetentionFull,
    /// Past the manifest's date for add and remove files.
    RetentionDelta,
    /// Past the manifest's date for suppressions.
    RetentionSuppressions,
    /// Its audience was closed.
    AudienceClosed,
}

impl PurgeRule {
    /// The rule under which a kind of file is due.
    #[must_use]
    pub const fn of(kind: Retained) -> Self {
        match kind {
            Retained::Full => Self::RetentionFull,
            Retained::Delta => Self::RetentionDelta,
            Retained::Suppressions => Self::RetentionSuppressions,
        }
    }
}

/// Why a receipt does not speak of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptFault {
    /// Another release, or another manifest under its name.
    #[error("it is about another release")]
    OtherRelease,
    /// Out of its sequence, or not finished.
    #[error("it is out of its sequence, or not finished")]
    Sequence,
    /// It names a file that the manifest has not, or with another digest.
    #[error("it names a file that the manifest does not have with this digest")]
    OtherFile,
    /// It gives a rule or a moment that the manifest does not.
    #[error("it deletes by a rule or a moment that the manifest does not have")]
    OtherRule,
    /// It deleted before the moment that it gives.
    #[error("it deleted a file before its date")]
    Early,
}

impl Receipt {
    /// A receipt about these files.
    #[must_use]
    pub fn new(subject: Vec<Subject>, predicate: Purged) -> Self {
        Self {
            statement_type: STATEMENT_TYPE.to_owned(),
            subject,
            predicate_type: RECEIPT_TYPE.to_owned(),
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

    /// Reads a receipt, and refuses any spelling but [`Receipt::to_bytes`]'s.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ManifestError> {
        statement::from_bytes(bytes, |receipt: &Self| {
            receipt.statement_type == STATEMENT_TYPE
                && receipt.predicate_type == RECEIPT_TYPE
                && receipt.predicate.schema == RECEIPT_SCHEMA
        })
    }

    /// Holds the receipt of this number against the manifest of its release.
    pub fn holds_against(
        &self,
        manifest: &Manifest,
        manifest_sha256: Hex32,
        number: u32,
    ) -> Result<(), ReceiptFault> {
        let record = &self.predicate;
        let release = &manifest.predicate.release;
        if record.release != release.name
            || record.manifest_sha256 != manifest_sha256
            || record.controller != manifest.predicate.controller.name
        {
            return Err(ReceiptFault::OtherRelease);
        }
        let done_at = record.done_at.ok_or(ReceiptFault::Sequence)?;
        if record.number != number || done_at < record.intended_at || record.files.len() != self.subject.len()
        {
            return Err(ReceiptFault::Sequence);
        }
        let retained = manifest.retained_files();
        for (file, subject) in record.files.iter().zip(&self.subject) {
            if file.name != subject.name || manifest.digest_of(&file.name) != Some(subject.digest.sha256) {
                return Err(ReceiptFault::OtherFile);
            }
            let (kind, ..) =
                retained.iter().find(|(.., name)| *name == file.name).ok_or(ReceiptFault::OtherFile)?;
            let stated = manifest.predicate.due(*kind);
            if file.rule == PurgeRule::AudienceClosed {
                continue;
            }
            if file.rule != PurgeRule::of(*kind) || file.due.is_none() || file.due != stated {
                return Err(ReceiptFault::OtherRule);
            }
            if file.due.is_some_and(|due| record.intended_at < due) {
                return Err(ReceiptFault::Early);
            }
        }
        Ok(())
    }
}
