//! What can go wrong with the live state, and what to do about it. Errors name places and codes; no
//! identifier can enter one.

use std::io;
use std::path::PathBuf;

use crate::config::shown::shown_place;
use crate::outputs::OutputError;

/// Why the state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
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
    /// The folder could not be locked or made.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The config keeps none.
    #[error("the config has no [state], so there is nothing to begin")]
    NotKept,
    /// There is none.
    #[error("there is no live state in {place}", place = shown_place(place))]
    Missing {
        /// Where it was looked for.
        place: PathBuf,
    },
    /// There is a state and no key ring, or none to do something with.
    #[error("there is no key ring in {place}", place = shown_place(place))]
    RingMissing {
        /// Where it was looked for.
        place: PathBuf,
    },
    /// An audience whose key was destroyed.
    #[error("the audience {audience} is closed: the key of its tags was destroyed")]
    Closed {
        /// The audience.
        audience: String,
    },
    /// There is one, and the first build was asked for.
    #[error("there is a live state in {place} already", place = shown_place(place))]
    Exists {
        /// Where.
        place: PathBuf,
    },
    /// A file does not open under this key, or was changed or cut.
    #[error("{place} does not open under this root key, or is damaged", place = shown_place(place))]
    Damaged {
        /// Which file.
        place: PathBuf,
    },
    /// Another version of the program wrote it.
    #[error("the live state in {place} is of a version this program does not read", place = shown_place(place))]
    Version {
        /// Where.
        place: PathBuf,
    },
    /// It belongs to another controller.
    #[error("the live state in {place} belongs to another controller", place = shown_place(place))]
    Controller {
        /// Where.
        place: PathBuf,
    },
    /// The newest release was made from another state.
    #[error("release {release} was made from another live state than the one in {place}", place = shown_place(place))]
    Foreign {
        /// The release.
        release: String,
        /// The state that is here.
        place: PathBuf,
    },
    /// The newest release was made from this state, and the state does not know of it.
    #[error(
        "the live state in {place} is older than release {release}: generation {generation}, and the release was made from {made_from}",
        place = shown_place(place)
    )]
    Older {
        /// The release.
        release: String,
        /// The state's folder.
        place: PathBuf,
        /// The state's generation.
        generation: u64,
        /// The generation the release was made from.
        made_from: u64,
    },
}

impl StateError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "state-io",
            Self::Output(OutputError::Locked { .. }) => "locked",
            Self::Output(_) => "state-io",
            Self::NotKept => "no-state",
            Self::Missing { .. } => "state-missing",
            Self::RingMissing { .. } => "ring-missing",
            Self::Closed { .. } => "audience-closed",
            Self::Exists { .. } => "state-exists",
            Self::Damaged { .. } => "state-damaged",
            Self::Version { .. } => "state-version",
            Self::Controller { .. } => "state-controller",
            Self::Foreign { .. } => "state-foreign",
            Self::Older { .. } => "state-older",
        }
    }

    /// What to do, as one sentence.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Io { .. } => {
                "let the user who runs verho write there, and look at the disk; nothing was changed"
            }
            Self::Output(error) => error.hint(),
            Self::NotKept => "set [state] dir, or leave out --first",
            Self::Missing { .. } => {
                "put the newest copy of the state back; if there never was one, or it is lost for good, run verho build --first and upload each full file in place of what is there"
            }
            Self::RingMissing { .. } => {
                "put the newest copy of the state's folder back, its ring with it: keys of a lost ring cannot be made again"
            }
            Self::Closed { .. } => {
                "take the audience out of the config, or give the new one another name: what was closed stays closed"
            }
            Self::Exists { .. } => {
                "leave out --first; to begin again, move the state's folder away, and upload each full file in place of what is there"
            }
            Self::Damaged { .. } => {
                "put the newest copy of the state back and use the root key it was made with; if it is lost, move the folder away and run verho build --first"
            }
            Self::Version { .. } => "use the version of verho that wrote it, or a newer one",
            Self::Controller { .. } => {
                "give each controller a config, a key, a state and a folder of releases of its own"
            }
            Self::Foreign { .. } | Self::Older { .. } => {
                "put the newest copy of the state back; if it is lost, move this one away, run verho build --first, and upload each full file in place of what is there"
            }
        }
    }

    /// Whether the disk, and not the state, is the cause.
    #[must_use]
    pub const fn is_io(&self) -> bool {
        match self {
            Self::Io { .. } => true,
            Self::Output(error) => !matches!(error, OutputError::Locked { .. }),
            _ => false,
        }
    }
}
