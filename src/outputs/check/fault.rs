//! What a check can find: the rules of a release, and where one is broken. A fault never quotes.

use std::io;
use std::path::PathBuf;

use crate::config::shown::shown_place;

/// A rule of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Rule {
    /// `manifest.json` is a manifest of this version, in its one spelling.
    #[error("the manifest cannot be read, or is not spelled as verho spells it")]
    ManifestUnreadable,
    /// The manifest agrees with itself.
    #[error("the manifest does not agree with itself: {0}")]
    CountsDisagree(&'static str),
    /// `SHA256SUMS` is what follows from the manifest.
    #[error("the list of digests is not what follows from the manifest")]
    Sums,
    /// A listed file is there.
    #[error("the file is missing")]
    Missing,
    /// A file that is there is listed.
    #[error("the manifest does not list it")]
    NotListed,
    /// A listed file is one that releases have.
    #[error("the manifest lists it, but a release has no such file")]
    NoMeaning,
    /// A file that the counts speak of is listed with its digest.
    #[error("the manifest speaks of it without its digest")]
    NotSigned,
    /// Only plain files and folders, with plain names.
    #[error("it is neither a plain file nor a folder, or its name is not allowed")]
    Kind,
    /// Files 0600, folders 0700.
    #[error("others than its owner may read or change it")]
    Mode,
    /// A file's bytes are the ones the manifest was made over.
    #[error("its digest is not the one in the manifest")]
    Digest,
    /// The platform is one this version knows.
    #[error("this version does not know the platform")]
    UnknownPlatform,
    /// The header is the platform's.
    #[error("its header is not the platform's")]
    Header,
    /// A row is of the platform's grammar.
    #[error("the row is not of the platform's grammar")]
    Row,
    /// No row holds the digest of nothing or of a placeholder.
    #[error("the row holds the digest of nothing or of a placeholder")]
    ForbiddenDigest,
    /// A row of a remove file is one identifier.
    #[error("a row of a remove file holds more than one identifier")]
    Removal,
    /// Rows ascend, so that none stands twice.
    #[error("the row does not come after the one before it")]
    RowOrder,
    /// A row stands in the part its first digest belongs to.
    #[error("the row belongs to another part")]
    Part,
    /// A file is within the platform's limits.
    #[error("it is over the platform's limit of rows or bytes")]
    Limit,
    /// As many rows, bytes or classes as the manifest says.
    #[error("it has not as many lines or bytes as the manifest says")]
    Count,
    /// As many members as the manifest says.
    #[error("the full or add files do not have the members that the manifest says")]
    Members,
    /// A line of `suppressions.csv` is a tag and a class of `verdicts.csv`.
    #[error("the line is not a tag and a known class")]
    Tag,
    /// Tags ascend, so that none stands twice.
    #[error("the tag does not come after the one before it")]
    TagOrder,
    /// Every class is somebody's.
    #[error("a verdict class is nobody's")]
    UnusedClass,
    /// Verdicts are known reasons, in their order, in their one spelling.
    #[error("the line is not a verdict in its one spelling")]
    Verdicts,
    /// The manifest's reasons are those of the suppressed people's verdicts.
    #[error("the verdicts do not add up to the manifest's reasons")]
    Reasons,
    /// A file that the manifest calls encrypted has such a name, and no other.
    #[error("it is encrypted by its name or by the manifest, and not by both")]
    Encryption,
    /// An encrypted file was read before it was encrypted.
    #[error("it was not read before it was encrypted")]
    Unseen,
    /// An encrypted file opens to its end under a key it was encrypted for.
    #[error("it is damaged: the key opens its head, but not all of it")]
    Opening,
    /// What an encrypted file holds has the digest of the manifest.
    #[error("what it holds has not the digest in the manifest")]
    PlainDigest,
    /// A page is what follows from the manifest.
    #[error("the page is not what follows from the manifest")]
    Page,
}

/// A rule that does not hold somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The rule.
    pub rule: Rule,
    /// The file below the release, or what part of the manifest.
    pub place: String,
    /// The line, from 1.
    pub line: Option<u64>,
}

impl Fault {
    pub(super) fn of(rule: Rule, place: &str) -> Self {
        Self { rule, place: place.to_owned(), line: None }
    }

    pub(super) fn at(rule: Rule, place: &str, line: u64) -> Self {
        Self { rule, place: place.to_owned(), line: Some(line) }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}, line {line}: {}", self.place, self.rule),
            None => write!(formatter, "{}: {}", self.place, self.rule),
        }
    }
}

/// Why a check could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The file system refused.
    #[error("cannot read {place}: {source}", place = shown_place(place))]
    Io {
        /// Where.
        place: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A small file is far larger than any of its kind.
    #[error("{place} is too large to be what its name says", place = shown_place(place))]
    TooLarge {
        /// Where.
        place: PathBuf,
    },
}

impl CheckError {
    pub(super) fn is_not_found(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}
