//! What `uploaded` and `receipt` share: the state opened, and the release found in it that the manifest
//! names. Upload files are never read: they may be encrypted, or gone.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::build::live::is_published;
use super::build::{part, root_key};
use crate::config::shown::shown_place;
use crate::config::{Config, Faults, Given};
use crate::manifest::MANIFEST_FILE;
use crate::outputs::Disk;
use crate::platforms;
use crate::sources::keys::RootKeyError;
use crate::sources::receipts::ReceiptError;
use crate::sources::releases::{PublishedRelease, ReleaseError};
use crate::state::{Head, Opening, State, StateError};

/// Which release, and which of its files.
#[derive(Debug, Clone)]
pub struct MarkOptions {
    /// The config file.
    pub config: PathBuf,
    /// Where secrets are, as far as the command line says.
    pub given: Given,
    /// The release's folder.
    pub release: PathBuf,
    /// One platform only.
    pub platform: Option<String>,
    /// One audience only.
    pub audience: Option<String>,
    /// The present, to the second.
    pub now: Timestamp,
    /// Random bytes of this run.
    pub random: [u8; 64],
}

/// Why nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum MarkError {
    /// The config.
    #[error("{0}")]
    Config(Faults),
    /// The root key.
    #[error(transparent)]
    RootKey(#[from] RootKeyError),
    /// The config keeps no state.
    #[error("the config has no [state], so nothing is known to be live")]
    NoState,
    /// The live state.
    #[error(transparent)]
    State(#[from] StateError),
    /// The release's manifest.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// The path leads to no release.
    #[error("{} is not a release: it has no manifest.json", shown_place(place))]
    NotARelease {
        /// The path.
        place: PathBuf,
    },
    /// The release has no such audience.
    #[error("release {release} has no audience of that name")]
    NoAudience {
        /// The release.
        release: String,
        /// Its audiences.
        names: Vec<String>,
    },
    /// The release was not made from this state.
    #[error("release {release} was not made from this live state, or its manifest was changed")]
    Unknown {
        /// The release.
        release: String,
    },
    /// The release is a replay.
    #[error("release {release} is a replay of another moment, which is never uploaded")]
    Replay {
        /// The release.
        release: String,
    },
    /// No such platform.
    #[error("there is no platform of that name")]
    NoPlatform,
    /// The release has no files for this audience and platform.
    #[error("release {release} has no files there, or is so old that they are forgotten")]
    NoFiles {
        /// The release.
        release: String,
    },
    /// A receipt of a release that was not marked.
    #[error("release {release} is not marked as uploaded there")]
    NotUploaded {
        /// The release.
        release: String,
    },
    /// The receipt.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
}

impl MarkError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Config(_) => "config",
            Self::RootKey(_) => "root-key",
            Self::NoState => "no-state",
            Self::State(error) => error.code(),
            Self::Release(_) => "release",
            Self::NotARelease { .. } => "not-a-release",
            Self::NoAudience { .. } => "unknown-audience",
            Self::Unknown { .. } => "release-unknown",
            Self::Replay { .. } => "release-is-replay",
            Self::NoPlatform => "unknown-platform",
            Self::NoFiles { .. } => "no-files",
            Self::NotUploaded { .. } => "not-uploaded",
            Self::Receipt(_) => "receipt",
        }
    }

    /// What to do, as one sentence.
    #[must_use]
    pub fn hint(&self) -> Cow<'static, str> {
        let hint = match self {
            Self::NoAudience { names, .. } => return format!("it has {}", names.join(", ")).into(),
            Self::NotARelease { .. } => "name the release's own folder, such as releases/latest",
            Self::Config(_) => "correct the config",
            Self::RootKey(error) => error.hint(),
            Self::NoState => "set [state] dir, and run verho build --first",
            Self::State(error) => error.hint(),
            Self::Release(error) => error.hint(),
            Self::Unknown { .. } => {
                "name a release that was built with this [state] dir; if you uploaded another one, build, and upload the full files in place of what is there"
            }
            Self::Replay { .. } => {
                "if you uploaded it, build now and upload the full files in place of what is there"
            }
            Self::NoPlatform => "verho platforms lists them",
            Self::NoFiles { .. } => {
                "see the release's UPLOAD.md; if you uploaded an old one, build, and upload the full files in place of what is there"
            }
            Self::NotUploaded { .. } => "say so first: verho uploaded",
            Self::Receipt(error) => error.hint(),
        };
        hint.into()
    }
}

/// The state, and a release in it.
pub(super) struct Marking {
    pub(super) config: Config,
    pub(super) state: State,
    /// The release's name.
    pub(super) name: String,
    /// The release, by number.
    pub(super) release: u32,
    platform: Option<&'static str>,
    audience: Option<String>,
}

impl Marking {
    pub(super) fn begin(disk: &Disk, options: &MarkOptions) -> Result<Self, MarkError> {
        let config = Config::load(&options.config).map_err(MarkError::Config)?.given(&options.given);
        let root = root_key(&config, options.random)?;
        let settings = config.state.as_ref().ok_or(MarkError::NoState)?;
        let platform = match &options.platform {
            None => None,
            Some(name) => Some(platforms::find(name).ok_or(MarkError::NoPlatform)?.name),
        };
        let manifest = open_release(&options.release)?;
        let opening = Opening {
            disk,
            dir: &settings.dir,
            key: root.state_key(),
            random: part(options.random, 0),
            controller: &config.controller.name,
        };
        let state = State::open(opening, |name, sha256| is_published(&config, name, sha256))?;
        let name = manifest.manifest.predicate.release.name.clone();
        if manifest.manifest.predicate.release.replay {
            return Err(MarkError::Replay { release: name });
        }
        if let Some(audience) = &options.audience {
            let names = manifest.manifest.predicate.audiences.iter().map(|known| known.name.clone());
            let names: Vec<String> = names.collect();
            // An audience that the config no longer has may still be live, and be in older releases.
            if !names.contains(audience) && state.head().cells.iter().all(|cell| cell.audience != *audience) {
                return Err(MarkError::NoAudience { release: name, names });
            }
        }
        let number = state
            .head()
            .releases
            .iter()
            .position(|note| note.name == name && note.manifest_sha256 == manifest.manifest_sha256);
        let Some(number) = number else { return Err(MarkError::Unknown { release: name }) };
        Ok(Self { config, state, name, release: number as u32, platform, audience: options.audience.clone() })
    }

    /// The cells in question that have files of the release, by place in the head, each with the place
    /// of the release in it.
    pub(super) fn cells(&self, head: &Head) -> Result<Vec<(usize, usize)>, MarkError> {
        let mut found = Vec::new();
        for (at, cell) in head.cells.iter().enumerate() {
            let is_meant = self.platform.is_none_or(|platform| cell.platform == platform)
                && self.audience.as_ref().is_none_or(|audience| cell.audience == *audience);
            let place = cell.releases.iter().position(|known| known.release == self.release);
            if let (true, Some(place)) = (is_meant, place) {
                found.push((at, place));
            }
        }
        if found.is_empty() {
            return Err(MarkError::NoFiles { release: self.name.clone() });
        }
        Ok(found)
    }
}

/// The release at a path; links such as `latest` are followed.
fn open_release(path: &Path) -> Result<PublishedRelease, MarkError> {
    if !path.join(MANIFEST_FILE).is_file() {
        return Err(MarkError::NotARelease { place: path.to_owned() });
    }
    Ok(PublishedRelease::open(path)?)
}
