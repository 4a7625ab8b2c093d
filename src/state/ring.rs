//! The key ring: random keys, one a use and one an audience, in a file that only the root key opens.
//!
//! It promises that keys which were made stay the same whatever the root is, that a ring is there
//! before or after a change and never between, and that a destroyed key is made again by nobody: not
//! from the root, and not under the same name. It does not know what a key is used for.

#![expect(
    clippy::disallowed_methods,
    reason = "the ring's file is looked for and its old bytes are overwritten"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::{Zeroize as _, Zeroizing};

use super::error::StateError;
use super::seal::{SALT_BYTES, SealedReader, SealedWriter, StateKey};
use crate::outputs::{Disk, take_lock};

/// The ring's file in the state's folder.
const RING: &str = "ring";
/// The same while it is written.
const NEW: &str = "ring.new";
/// The version of the ring's shape.
const SCHEMA: u32 = 1;
/// What keys are made for, apart from audiences.
const USES: [&str; 6] = ["id", "person", "input", "chain", "identifier-tag", "state"];
/// Before an audience's name.
const AUDIENCE: &str = "tag/";

/// One key.
type Key = Zeroizing<[u8; 32]>;

/// What is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    schema: u32,
    /// Hex digits by use.
    keys: BTreeMap<String, String>,
    /// Audiences whose key was destroyed.
    destroyed: BTreeSet<String>,
}

impl Drop for Written {
    fn drop(&mut self) {
        self.keys.values_mut().for_each(zeroize::Zeroize::zeroize);
    }
}

/// The keys of a state. No `Debug`; wiped when dropped.
pub struct Ring {
    keys: BTreeMap<String, Key>,
    destroyed: BTreeSet<String>,
}

/// Where a ring is, and what opens it.
pub struct RingPlace<'r> {
    /// The disk.
    pub disk: &'r Disk,
    /// The state's folder.
    pub dir: &'r Path,
    /// The root key.
    pub root: &'r [u8; 32],
    /// Random bytes of this run that nothing else is made from: new keys are.
    pub random: [u8; 32],
}

impl RingPlace<'_> {
    /// The key that the ring is sealed under: the root itself seals nothing.
    fn wrap(root: &[u8; 32]) -> StateKey {
        StateKey(derived(root, b"verho/ring/1"))
    }

    /// Like every salt, never used twice: the run's random bytes and what is written.
    fn salt(&self, root: &[u8; 32], bytes: &[u8]) -> [u8; SALT_BYTES] {
        let mut mac = mac(&self.random);
        mac.update(b"verho/ring-salt/1");
        mac.update(&derived(root, b"verho/ring-salt-of/1")[..]);
        mac.update(bytes);
        let full = mac.finalize().into_bytes();
        std::array::from_fn(|at| full[at])
    }

    fn at(&self, action: &'static str, name: &str) -> impl FnOnce(io::Error) -> StateError + use<> {
        let place = self.dir.join(name);
        move |source| StateError::Io { action, place, source }
    }
}

fn mac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

fn derived(key: &[u8; 32], label: &[u8]) -> Key {
    let mut state = mac(key);
    state.update(label);
    Zeroizing::new(state.finalize().into_bytes().into())
}

impl Ring {
    /// Whether there is a ring in the folder.
    #[must_use]
    pub fn is_there(dir: &Path) -> bool {
        dir.join(RING).symlink_metadata().is_ok()
    }

    /// Reads the ring that is there; `None` when there is none. It takes no lock: a ring is replaced
    /// in one step.
    pub fn look(place: &RingPlace<'_>) -> Result<Option<Self>, StateError> {
        Self::open(place, place.root)
    }

    /// The ring with a key for each of these audiences: made, or made longer, where it has to be. A
    /// ring that is lost is never made anew while there is a state: its keys could not be.
    pub fn take<'a>(
        place: &RingPlace<'_>,
        audiences: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, StateError> {
        if !place.dir.is_dir() {
            place.disk.create_folders(place.dir).map_err(place.at("create", ""))?;
        }
        let _lock = take_lock(place.disk, place.dir)?;
        let found = Self::open(place, place.root)?;
        if found.is_none() && super::State::is_there(place.dir) {
            return Err(StateError::RingMissing { place: place.dir.to_owned() });
        }
        let mut changed = found.is_none();
        let mut ring = found.unwrap_or_else(|| Self { keys: BTreeMap::new(), destroyed: BTreeSet::new() });
        changed |= ring.complete(&place.random, audiences)?;
        if changed {
            ring.save(place, place.root)?;
        }
        Ok(ring)
    }

    /// The same for commands that write nothing: keys that are not there yet serve this run alone.
    pub fn complete<'a>(
        &mut self,
        random: &[u8; 32],
        audiences: impl IntoIterator<Item = &'a str>,
    ) -> Result<bool, StateError> {
        let mut changed = false;
        let mut uses: Vec<String> = USES.iter().map(ToString::to_string).collect();
        for audience in audiences {
            if self.destroyed.contains(audience) {
                return Err(StateError::Closed { audience: audience.to_owned() });
            }
            uses.push(format!("{AUDIENCE}{audience}"));
        }
        for name in uses {
            let label = [b"verho/ring-key/1\0", name.as_bytes()].concat();
            self.keys.entry(name).or_insert_with(|| {
                changed = true;
                derived(random, &label)
            });
        }
        Ok(changed)
    }

    /// The key of a use.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&[u8; 32]> {
        self.keys.get(name).map(|key| &**key)
    }

    /// The key of an audience's tags; `None` when it was never made, or was destroyed.
    #[must_use]
    pub fn audience(&self, audience: &str) -> Option<&[u8; 32]> {
        self.key(&format!("{AUDIENCE}{audience}"))
    }

    /// Whether an audience's key was destroyed.
    #[must_use]
    pub fn is_destroyed(&self, audience: &str) -> bool {
        self.destroyed.contains(audience)
    }

    /// Destroys an audience's key for good: tags made with it answer nothing any more, and no build
    /// makes another of that name. Whether there was one.
    pub fn destroy(place: &RingPlace<'_>, audience: &str) -> Result<bool, StateError> {
        let _lock = take_lock(place.disk, place.dir)?;
        let missing = || StateError::RingMissing { place: place.dir.to_owned() };
        let mut ring = Self::open(place, place.root)?.ok_or_else(missing)?;
        let was_there = ring.keys.remove(&format!("{AUDIENCE}{audience}")).is_some();
        if ring.destroyed.insert(audience.to_owned()) || was_there {
            ring.save(place, place.root)?;
        }
        Ok(was_there)
    }

    /// Puts the ring under another root key. Every key in it stays the same; at any moment either the
    /// old root opens it or the new one does.
    pub fn rewrap(place: &RingPlace<'_>, new_root: &[u8; 32]) -> Result<(), StateError> {
        let _lock = take_lock(place.disk, place.dir)?;
        let ring = match Self::open(place, place.root) {
            Ok(Some(ring)) => ring,
            Ok(None) => return Err(StateError::RingMissing { place: place.dir.to_owned() }),
            // A run that was cut short after it was done is done.
            Err(StateError::Damaged { .. }) if matches!(Self::open(place, new_root), Ok(Some(_))) => {
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        ring.save(place, new_root)
    }

    fn open(place: &RingPlace<'_>, root: &[u8; 32]) -> Result<Option<Self>, StateError> {
        if !Self::is_there(place.dir) {
            return Ok(None);
        }
        Self::read(&place.dir.join(RING), place.dir, root).map(Some)
    }

    fn read(file: &Path, dir: &Path, root: &[u8; 32]) -> Result<Self, StateError> {
        let bytes = Zeroizing::new(SealedReader::open(&RingPlace::wrap(root), file, RING)?.rest()?);
        let version = || StateError::Version { place: dir.to_owned() };
        let written: Written = serde_json::from_slice(&bytes).map_err(|_| version())?;
        if written.schema != SCHEMA {
            return Err(version());
        }
        let mut keys = BTreeMap::new();
        for (name, digits) in &written.keys {
            let mut key = Zeroizing::new([0; 32]);
            hex::decode_to_slice(digits, &mut *key).map_err(|_| version())?;
            keys.insert(name.clone(), key);
        }
        Ok(Self { keys, destroyed: written.destroyed.clone() })
    }

    /// Writes beside the ring, reads that back, and takes its place in one step. What stood there is
    /// overwritten as far as a file system lets us: a copy or a snapshot of it is out of our reach.
    fn save(&self, place: &RingPlace<'_>, root: &[u8; 32]) -> Result<(), StateError> {
        let keys = self.keys.iter().map(|(name, key)| (name.clone(), hex::encode(&key[..])));
        let written = Written { schema: SCHEMA, keys: keys.collect(), destroyed: self.destroyed.clone() };
        let bytes = Zeroizing::new(serde_json::to_vec(&written).expect("JSON can hold every field"));
        let [target, beside] = [RING, NEW].map(|name| place.dir.join(name));
        if beside.symlink_metadata().is_ok() {
            Disk::remove_file(&beside).map_err(place.at("remove", NEW))?;
        }
        let salt = place.salt(root, &bytes);
        let mut sealed = SealedWriter::create(place.disk, &RingPlace::wrap(root), &beside, RING, &salt)?;
        sealed.write(&bytes)?;
        sealed.finish()?;
        let back = Self::read(&beside, place.dir, root)?;
        if back.keys != self.keys || back.destroyed != self.destroyed {
            return Err(StateError::Damaged { place: beside });
        }
        let old = OpenOptions::new().write(true).open(&target).ok();
        place.disk.rename_over(&beside, &target).map_err(place.at("replace", RING))?;
        place.disk.sync_folder(place.dir).map_err(place.at("sync", ""))?;
        if let Some(old) = old {
            overwrite(old);
        }
        Ok(())
    }
}

/// Best effort: nothing hangs on it, since the file has no name any more.
fn overwrite(mut file: File) {
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    let mut zeros = vec![0; usize::try_from(length).unwrap_or(0)];
    let _ = file.write_all(&zeros).and_then(|()| file.sync_all());
    zeros.zeroize();
}

/// The files a ring may leave in its folder.
#[must_use]
pub fn ring_files(dir: &Path) -> [PathBuf; 2] {
    [RING, NEW].map(|name| dir.join(name))
}

#[cfg(test)]
mod tests;
