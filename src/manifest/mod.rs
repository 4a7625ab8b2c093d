//! The record of a run: what was read, decided and written, under which rules and references.
//!
//! A [`Manifest`] is an in-toto Statement v1 whose subjects are the files of the release and whose
//! predicate is ours, [`PREDICATE_TYPE`]. It promises one spelling: the same record has the same
//! bytes, and a reader refuses bytes it would have spelled differently, so that nothing can hide in
//! a space or a repeated key. It names people by nothing at all; counts only. It opens no file and
//! does not know the time.

pub mod closure;
mod counts;
pub mod feed;
mod inputs;
mod live;
pub mod receipt;
mod reconcile;
mod results;
mod retention;
mod statement;
pub mod suppressions;
#[cfg(test)]
pub(crate) mod tests;
mod values;

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

pub use counts::{CodeCount, PeopleCounts, ReasonCount, RowCounts};
pub use inputs::{
    BasisRecord, ColumnRecord, NotIdentityCodesRecord, PolicyRecord, RecipientRecord, RegisterAge,
    RegisterRecord, SourceRecord, WaiverRecord,
};
pub use live::{DeltaRecord, LatencyRecord, StateRecord};
pub use reconcile::Mismatch;
pub use results::{
    AudienceRecord, EncryptedFile, PlatformRecord, SuppressionsRecord, TagSubject, UploadFile, UploadKind,
};
pub use retention::{Retained, RetentionRecord};
pub use suppressions::{Tag, Verdict, Verdicts};
pub use values::{Hex32, Moment};

/// The statement's type, fixed by in-toto.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// The predicate's type; a change that old readers would misread gets a new number.
pub const PREDICATE_TYPE: &str = "urn:verho:manifest:1";
/// The version of the predicate's fields.
pub const SCHEMA: u32 = 1;
/// The manifest's own file.
pub const MANIFEST_FILE: &str = "manifest.json";
/// Its detached signature.
pub const SIGNATURE_FILE: &str = "manifest.json.sig";
/// Digests of all files in the form `sha256sum -c` reads.
pub const SUMS_FILE: &str = "SHA256SUMS";
/// The files that no manifest lists: itself and what is made from it.
pub const UNLISTED: [&str; 3] = [MANIFEST_FILE, SIGNATURE_FILE, SUMS_FILE];
/// The folder of receipts, beside the releases.
pub const RECEIPTS: &str = "receipts";
/// The folder of feeds for the controller, beside the releases.
pub const FEEDS: &str = "objections";
/// The word that stands for the root key's id when a random key served this run alone.
pub const RUN_ONLY: &str = "run-only";

/// An in-toto Statement v1 about one release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Always [`STATEMENT_TYPE`].
    #[serde(rename = "_type")]
    pub statement_type: String,
    /// Every file of the release but [`UNLISTED`], by name.
    pub subject: Vec<Subject>,
    /// Always [`PREDICATE_TYPE`].
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// What we say about them.
    pub predicate: Predicate,
}

/// A file of the release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Path below the release's folder, with `/` between folders.
    pub name: String,
    /// Its digest.
    pub digest: SubjectDigest,
}

/// The digest of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectDigest {
    /// SHA-256 of its bytes.
    pub sha256: Hex32,
}

/// What the manifest says about the release's files. The field order is the order in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Predicate {
    /// Always [`SCHEMA`].
    pub schema: u32,
    /// The program and the tables it decided by.
    pub tool: ToolRecord,
    /// The run.
    pub release: ReleaseRecord,
    /// On whose behalf.
    pub controller: ControllerRecord,
    /// SHA-256 of the config file.
    pub config_sha256: Hex32,
    /// Which keys were used.
    pub keys: KeysRecord,
    /// The live state it was made from, where one is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<StateRecord>,
    /// Customer tables, in config order.
    pub sources: Vec<SourceRecord>,
    /// Registers of objections, in config order.
    pub registers: Vec<RegisterRecord>,
    /// Basis rows, in config order.
    pub bases: Vec<BasisRecord>,
    /// Platforms as they were declared to receive personal data, in config order.
    pub recipients: Vec<RecipientRecord>,
    /// Waivers that let a breach through, in config order.
    pub waivers: Vec<WaiverRecord>,
    /// The rules that hold for all audiences.
    pub policy: PolicyRecord,
    /// Audiences, in config order.
    pub audiences: Vec<AudienceRecord>,
    /// Files that only their recipients can open, by name.
    pub encrypted: Vec<EncryptedFile>,
    /// Identifiers held by more people than the share cap, by kind.
    pub shared_identifiers: Vec<CodeCount>,
    /// What a human should look at, by code.
    pub warnings: Vec<CodeCount>,
    /// Safeguards in force: stable words.
    pub measures: Vec<String>,
    /// Until when its files are kept, one line for each kind of file.
    pub retention: Vec<RetentionRecord>,
}

/// The program and its tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolRecord {
    /// The program's version.
    pub version: String,
    /// Version of the phone number metadata.
    pub phone_metadata: String,
    /// The day each platform's table was checked, by platform.
    pub platform_tables: Vec<TableDate>,
}

/// When a platform's table was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableDate {
    /// Platform name.
    pub platform: String,
    /// The day, `YYYY-MM-DD`.
    pub checked: String,
}

/// The run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRecord {
    /// The release's folder name.
    pub name: String,
    /// The moment the run decided as of.
    pub as_of: Moment,
    /// Whether that moment was not the present: never `latest`, never a base.
    pub replay: bool,
    /// Whether additions were published.
    pub outcome: Outcome,
    /// The guards that stopped additions, by code.
    pub refusals: Vec<CodeCount>,
    /// The release this one continues, if any.
    pub previous: Option<PreviousRelease>,
}

/// What kind of release this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Full, add and remove files.
    Complete,
    /// A guard stopped additions: only remove files.
    RemovalsOnly,
}

/// The release a release continues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviousRelease {
    /// Its folder name.
    pub name: String,
    /// SHA-256 of its `manifest.json`.
    pub manifest_sha256: Hex32,
}

/// On whose behalf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControllerRecord {
    /// Legal name.
    pub name: String,
    /// `controller` or `processor`.
    pub role: String,
    /// A processor's written instruction.
    pub instruction: Option<String>,
    /// Its trade, where named.
    pub sector: Option<String>,
    /// Who cleared the disclosure under the trade's secrecy rules.
    pub sector_secrecy: Option<String>,
}

/// Which keys were used; never the keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysRecord {
    /// The root key's id, or [`RUN_ONLY`].
    pub root: String,
    /// The signing key's fingerprint (`SHA256:…`), when the release is signed.
    pub signing: Option<String>,
}

/// Why bytes are not a manifest this version can read. Says where, never what stood there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Not JSON, a missing or unknown field, or a value of the wrong kind.
    #[error("the manifest cannot be read at line {line}, column {column}")]
    Shape {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// Another statement, predicate or schema version.
    #[error("the manifest is of a type or version this program does not read")]
    Version,
    /// A name that is none of those this program gives to files, releases, audiences and platforms.
    #[error("a name in the manifest is none that this program gives")]
    Name,
    /// Readable, but not spelled as this program spells it.
    #[error("the manifest's bytes are not in their one allowed spelling")]
    Spelling,
}

impl Manifest {
    /// A statement about these files, which are sorted by name here.
    #[must_use]
    pub fn new(mut subject: Vec<Subject>, predicate: Predicate) -> Self {
        subject.sort();
        Self {
            statement_type: STATEMENT_TYPE.to_owned(),
            subject,
            predicate_type: PREDICATE_TYPE.to_owned(),
            predicate,
        }
    }

    /// The bytes of `manifest.json`: JSON, two spaces deep, one line feed at the end.
    ///
    /// # Panics
    /// Never: JSON can hold every field.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        statement::to_bytes(self)
    }

    /// Reads a manifest, and refuses any spelling but [`Manifest::to_bytes`]'s.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ManifestError> {
        let manifest: Self = statement::from_bytes(bytes, |manifest: &Self| {
            manifest.statement_type == STATEMENT_TYPE
                && manifest.predicate_type == PREDICATE_TYPE
                && manifest.predicate.schema == SCHEMA
        })?;
        if manifest.names().all(is_plain) { Ok(manifest) } else { Err(ManifestError::Name) }
    }

    /// Every name that a message may repeat.
    fn names(&self) -> impl Iterator<Item = &str> {
        let predicate = &self.predicate;
        let release = [&predicate.release.name].into_iter();
        let previous = predicate.release.previous.iter().map(|previous| &previous.name);
        let files = self.subject.iter().map(|subject| &subject.name);
        let encrypted = predicate.encrypted.iter().map(|file| &file.name);
        let tables = predicate.sources.iter().map(|source| &source.name);
        let registers = predicate.registers.iter().map(|register| &register.name);
        let codes = predicate.release.refusals.iter().chain(&predicate.warnings).map(|count| &count.code);
        let platforms = predicate.audiences.iter().flat_map(|audience| &audience.platforms);
        let uploads = platforms.clone().flat_map(|platform| &platform.files).map(|file| &file.name);
        let audiences = predicate.audiences.iter().map(|audience| &audience.name);
        let names = release.chain(previous).chain(files).chain(encrypted).chain(tables).chain(registers);
        names
            .chain(codes)
            .chain(platforms.map(|platform| &platform.name))
            .chain(uploads)
            .chain(audiences)
            .map(String::as_str)
    }

    /// The name under which a file lies in this release: with an end of its own where it is encrypted.
    #[must_use]
    pub fn name_on_disk(&self, name: &str) -> String {
        let encrypted = format!("{name}.age");
        if self.predicate.encrypted.iter().any(|file| file.name == encrypted) {
            encrypted
        } else {
            name.to_owned()
        }
    }

    /// The digest recorded for a file.
    #[must_use]
    pub fn digest_of(&self, name: &str) -> Option<Hex32> {
        self.subject.iter().find(|subject| subject.name == name).map(|subject| subject.digest.sha256)
    }
}

/// Letters, digits, `-`, `_` and `.`, folders divided by `/`: nothing that could steer a terminal.
fn is_plain(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    (1..=1024).contains(&name.len()) && name.bytes().all(allowed)
}

/// `SHA256SUMS`: every listed file and `manifest.json`, sorted by name, as `sha256sum -c` reads it.
#[must_use]
pub fn sums(manifest: &Manifest, manifest_sha256: Hex32) -> String {
    let mut lines: Vec<(&str, Hex32)> =
        manifest.subject.iter().map(|subject| (subject.name.as_str(), subject.digest.sha256)).collect();
    lines.push((MANIFEST_FILE, manifest_sha256));
    lines.sort_unstable();
    let mut text = String::new();
    for (name, digest) in lines {
        let _ = writeln!(text, "{digest}  {name}");
    }
    text
}
