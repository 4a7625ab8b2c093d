//! `verho rotate`: the key ring under another root key. Every key in it stays the same, so tags, the live
//! state and earlier releases keep their meaning; at any moment either the old root opens it or the new.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::build::{configured_root, ring_seed};
use crate::config::{Config, Faults, Given};
use crate::outputs::Disk;
use crate::pipeline::keys::RootKey;
use crate::sources::keys::{RootKeyError, read_root_key, read_root_key_fd};
use crate::state::{Ring, RingPlace, StateError};

/// Where the new root key is.
#[derive(Debug, Clone)]
pub enum NewRoot {
    /// In a file.
    File(PathBuf),
    /// On an open file descriptor.
    Descriptor(u32),
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct RotateOptions<'o> {
    /// The config file, which names the state and the root key as it was.
    pub config: &'o Path,
    /// Where secrets are, as far as the command line says.
    pub given: Given,
    /// The new root key.
    pub to: NewRoot,
    /// Random bytes of this run.
    pub random: [u8; 64],
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Rotated {
    /// The id of the ring, as manifests name it: the same as before.
    pub ring: String,
}

/// Why the ring is still under the root it was under.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// The config.
    #[error("{0}")]
    Config(Faults),
    /// One of the root keys.
    #[error(transparent)]
    RootKey(#[from] RootKeyError),
    /// The ring.
    #[error(transparent)]
    State(#[from] StateError),
    /// Without a state every key is derived from the root itself.
    #[error("the config has no [state], so there is no key ring: all keys are derived from the root key")]
    NoState,
    /// Both keys are one.
    #[error("the new root key is the old one")]
    SameKey,
}

impl RotateError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Config(_) => "config",
            Self::RootKey(_) => "root-key",
            Self::State(error) => error.code(),
            Self::NoState => "no-key-ring",
            Self::SameKey => "same-root-key",
        }
    }

    /// What to do, as one sentence.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Config(_) => "correct the config",
            Self::RootKey(error) => error.hint(),
            Self::State(error) => error.hint(),
            Self::NoState => "set [state] dir first; its ring's keys are random, and the root only opens it",
            Self::SameKey => "make a new one with `verho keygen --root FILE`",
        }
    }
}

/// Puts the ring under the new root.
pub fn rotate(options: &RotateOptions<'_>) -> Result<Rotated, RotateError> {
    rotate_on(&Disk::real(), options)
}

/// The same on a disk that may fail.
pub fn rotate_on(disk: &Disk, options: &RotateOptions<'_>) -> Result<Rotated, RotateError> {
    let config = Config::load(options.config).map_err(RotateError::Config)?.given(&options.given);
    let state = config.state.as_ref().ok_or(RotateError::NoState)?;
    let old = configured_root(&config)?.ok_or(RootKeyError::Needed)?;
    let new: Zeroizing<[u8; 32]> = match &options.to {
        NewRoot::File(place) => read_root_key(place)?,
        NewRoot::Descriptor(number) => read_root_key_fd(*number)?,
    };
    if old == new {
        return Err(RotateError::SameKey);
    }
    let place = RingPlace { disk, dir: &state.dir, root: &old, random: ring_seed(options.random) };
    Ring::rewrap(&place, &new)?;
    let missing = || StateError::RingMissing { place: state.dir.clone() };
    let ring = Ring::look(&RingPlace { root: &new, ..place })?.ok_or_else(missing)?;
    let id = RootKey::lasting(*new).with_ring(ring).id();
    Ok(Rotated { ring: id.expect("a lasting key has an id") })
}
