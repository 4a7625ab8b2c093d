//! What can go wrong while a release is written, and what to do about it. Errors name places and
//! codes; no row's value can enter one.

use std::io;
use std::path::PathBuf;

use crate::config::shown::shown_place;

/// Why a release could not be written. All of these end with the exit code for input and output.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The file system refused.
    #[error("cannot {action} {place}: {source}", place = shown_place(place))]
    Io {
        /// What was tried.
        action: &'static str,
        /// Where.
        place: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A release of this name is there already; releases are never overwritten.
    #[error("a release named {release} exists already in {folder}", folder = shown_place(folder))]
    ReleaseExists {
        /// The release.
        release: String,
        /// The folder of releases.
        folder: PathBuf,
    },
    /// Another run holds the folder.
    #[error("another run is writing to {folder}{by}{since}", folder = shown_place(folder), by = holder.map(|process| format!(", process {process}")).unwrap_or_default(), since = since.map(|since| format!(", since {since}")).unwrap_or_default())]
    Locked {
        /// The folder of releases.
        folder: PathBuf,
        /// The other run's process id, when it could be read.
        holder: Option<u32>,
        /// Since when, to the second.
        since: Option<jiff::Timestamp>,
    },
    /// Something other than a folder, or a link to nowhere, stands where the releases go.
    #[error("{place} is not a folder", place = shown_place(place))]
    NotAFolder {
        /// The place.
        place: PathBuf,
    },
    /// `latest` is something else than the link this program makes.
    #[error("{place} is not a symbolic link", place = shown_place(place))]
    LatestInTheWay {
        /// The place.
        place: PathBuf,
    },
    /// A file or release name with a character, length or shape that names may not have.
    #[error("a name for a file or folder of the release is not allowed")]
    Name,
    /// A file of this name was created before in the same release.
    #[error("the release has a file {name} already")]
    Twice {
        /// Path below the release.
        name: String,
    },
    /// A file was begun and never finished.
    #[error("the file {name} was not finished")]
    Unfinished {
        /// Path below the release.
        name: String,
    },
    /// Lines came out of order, twice, or with a class that was not announced.
    #[error("the lines of {name} did not come in order")]
    Order {
        /// Path below the release.
        name: String,
    },
    /// So large that the platform's limit would need more parts than we make.
    #[error("{name} would need more than {most} parts to fit the platform's limit")]
    TooManyParts {
        /// Path below the release, without the part.
        name: String,
        /// The most parts we make.
        most: u32,
    },
    /// A row went to a part that has reached the platform's limit.
    #[error("{name} is over the platform's limit of rows or bytes")]
    OverLimit {
        /// Path below the release.
        name: String,
    },
}

impl OutputError {
    /// What to do, as one sentence.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "free some space on that disk and run again; nothing was published"
                }
                io::ErrorKind::PermissionDenied => {
                    "let the user who runs verho write there, or set [output] dir to a folder that they own"
                }
                io::ErrorKind::ReadOnlyFilesystem => {
                    "set [output] dir to a folder on a disk that can be written"
                }
                io::ErrorKind::NotFound => "check that [output] dir exists and is still mounted",
                _ => "nothing was published; look at the disk, then run again",
            },
            Self::ReleaseExists { .. } => {
                "a release is never overwritten: verify the one that is there, or move it away and run again"
            }
            Self::Locked { .. } => "wait for the other run to end; the lock goes with its process",
            Self::NotAFolder { .. } => "set [output] dir to a folder, or move away what stands there",
            Self::LatestInTheWay { .. } => "move it away: verho keeps a link named latest in that folder",
            Self::Name
            | Self::Twice { .. }
            | Self::Unfinished { .. }
            | Self::OverLimit { .. }
            | Self::Order { .. } => {
                "this is a fault of verho; please report it with the version and the command"
            }
            Self::TooManyParts { .. } => "split the audience by its where into smaller ones",
        }
    }

    /// Whether a release of that name is there already.
    #[must_use]
    pub const fn is_release_exists(&self) -> bool {
        matches!(self, Self::ReleaseExists { .. })
    }
}
