//! Secrets read from their files: the root key as 32 bytes in hex, and the identities that open
//! encrypted files. Readable by their owner alone, or handed in on an open file descriptor.
//!
//! It promises that no error tells what a file holds, that a key which was never random is not taken
//! for one, and that what was read is wiped. A link is followed, as secret stores make them; what
//! counts is whose the file behind it is and who may read it.

#![expect(clippy::disallowed_methods, reason = "secrets are read here")]

use std::fs::{File, Metadata, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::config::shown::shown_place;
use crate::envelope::Identities;

/// The most bytes a file of identities may have.
const IDENTITIES_BYTES_MAX: u64 = 64 << 10;
/// The most bytes a root key's file may have: 64 digits, and white space around them.
const ROOT_BYTES_MAX: u64 = 128;
/// Descriptors below this are standard input, output and error.
const FIRST_DESCRIPTOR: u32 = 3;

/// Why a root key or an identity cannot be used. Never tells what the file holds.
#[derive(Debug, thiserror::Error)]
pub enum RootKeyError {
    /// The file cannot be opened or read.
    #[error("the {what} {place} cannot be read: {kind}")]
    Unreadable {
        /// Which secret.
        what: Secret,
        /// Where.
        place: Place,
        /// The system's answer.
        kind: std::io::ErrorKind,
    },
    /// Not a regular file; of a descriptor, neither that nor a pipe.
    #[error("the {what} {place} is not a regular file{}", place.or_pipe())]
    NotAFile {
        /// Which secret.
        what: Secret,
        /// Where.
        place: Place,
    },
    /// Others than its owner may read or write it.
    #[error("the {what} {place} is open to others than its owner (mode {mode:04o})")]
    Open {
        /// Which secret.
        what: Secret,
        /// Where.
        place: Place,
        /// Its permission bits.
        mode: u32,
    },
    /// Its owner is neither the user who runs this nor root.
    #[error("the {what} {place} belongs to somebody else")]
    OwnedBySomebodyElse {
        /// Which secret.
        what: Secret,
        /// Where.
        place: Place,
    },
    /// Not 64 hex digits.
    #[error("the root key {place} does not hold 32 bytes as 64 hex digits")]
    Shape {
        /// Where.
        place: Place,
    },
    /// Too regular to be random.
    #[error("the root key {place} is no random key")]
    Weak {
        /// Where.
        place: Place,
    },
    /// No age identities.
    #[error("{place} is not a file of age identities")]
    NotIdentities {
        /// Where.
        place: Place,
    },
    /// Standard input, output or error.
    #[error("a root key {place} would come from standard input, output or error")]
    Standard {
        /// Where.
        place: Place,
    },
    /// The key ring.
    #[error("{what}")]
    Ring {
        /// What is wrong with it.
        what: String,
        /// What to do.
        hint: &'static str,
        /// The stable code.
        code: &'static str,
        /// Whether the disk is the cause.
        is_io: bool,
    },
    /// A live state is sealed under a key that outlives the run, and there is none.
    #[error("the live state needs a root key, and none is set")]
    Needed,
    /// Two root keys.
    #[error("[keys] root and --key-fd both name a root key")]
    Both,
}

/// Which secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// The root key.
    RootKey,
    /// What opens encrypted files.
    Identities,
}

impl std::fmt::Display for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::RootKey => "root key",
            Self::Identities => "identity file",
        })
    }
}

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file.
    File(PathBuf),
    /// An open file descriptor.
    Descriptor(u32),
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => formatter.write_str(&shown_place(path)),
            Self::Descriptor(number) => write!(formatter, "on file descriptor {number}"),
        }
    }
}

impl Place {
    const fn or_pipe(&self) -> &'static str {
        match self {
            Self::File(_) => "",
            Self::Descriptor(_) => " or a pipe",
        }
    }
}

impl RootKeyError {
    /// The key of `[keys]` that names the file at fault: none for a descriptor, for a ring, and for
    /// identities, which the command line may name as well.
    #[must_use]
    pub const fn key(&self) -> Option<&'static str> {
        match self {
            Self::Unreadable { what: Secret::RootKey, place: Place::File(_), .. }
            | Self::NotAFile { what: Secret::RootKey, place: Place::File(_) }
            | Self::Open { what: Secret::RootKey, place: Place::File(_), .. }
            | Self::OwnedBySomebodyElse { what: Secret::RootKey, place: Place::File(_) }
            | Self::Shape { place: Place::File(_) }
            | Self::Weak { place: Place::File(_) }
            | Self::Both => Some("root"),
            _ => None,
        }
    }

    /// What to do, as one sentence.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { place: Place::Descriptor(_), .. } => {
                "open it for the command, as in: verho build --key-fd 3 3< FILE"
            }
            Self::Unreadable { what: Secret::Identities, .. } | Self::NotIdentities { .. } => {
                "make one with `verho keygen --identity FILE` or `age-keygen`, and name it under [keys] identity or by --identity"
            }
            Self::Unreadable { .. } | Self::NotAFile { .. } => {
                "make one with `verho keygen --root FILE`, or correct keys.root"
            }
            Self::Open { .. } => "run `chmod 600` on it, and make a new one if others may have read it",
            Self::OwnedBySomebodyElse { .. } => "use a file that the user who runs verho owns",
            Self::Shape { .. } | Self::Weak { .. } => "make one with `verho keygen --root FILE`",
            Self::Standard { .. } => "use another number, as in: verho build --key-fd 3 3< FILE",
            Self::Ring { hint, .. } => hint,
            Self::Needed => {
                "make one with `verho keygen --root FILE`, and set [keys] root or give it by --key-fd"
            }
            Self::Both => "leave one of them out: which of two keys is meant is never guessed",
        }
    }
}

/// Reads a root key from its file.
pub fn read_root_key(path: &Path) -> Result<Zeroizing<[u8; 32]>, RootKeyError> {
    let place = Place::File(path.to_owned());
    let text = secret_file(path, Secret::RootKey, ROOT_BYTES_MAX)?;
    root_key(&text, place)
}

/// Reads a root key from a descriptor that was opened for this process.
pub fn read_root_key_fd(number: u32) -> Result<Zeroizing<[u8; 32]>, RootKeyError> {
    let (what, place) = (Secret::RootKey, Place::Descriptor(number));
    if number < FIRST_DESCRIPTOR {
        return Err(RootKeyError::Standard { place });
    }
    let unreadable =
        |error: std::io::Error| RootKeyError::Unreadable { what, place: place.clone(), kind: error.kind() };
    // A second way to the same open file: taking the descriptor itself would need unsafe code.
    let file = File::open(format!("/proc/self/fd/{number}"))
        .or_else(|_| File::open(format!("/dev/fd/{number}")))
        .map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.file_type().is_fifo() {
        owner_only(&metadata, what, &place)?;
    }
    root_key(&whole(file, ROOT_BYTES_MAX).map_err(unreadable)?, place)
}

/// Reads the identities that open encrypted files.
pub fn read_identities(path: &Path) -> Result<Identities, RootKeyError> {
    let text = secret_file(path, Secret::Identities, IDENTITIES_BYTES_MAX)?;
    let whole = text.len() as u64 <= IDENTITIES_BYTES_MAX;
    let identities = std::str::from_utf8(&text).ok().filter(|_| whole).and_then(Identities::parse);
    identities.ok_or_else(|| RootKeyError::NotIdentities { place: Place::File(path.to_owned()) })
}

fn secret_file(path: &Path, what: Secret, most: u64) -> Result<Zeroizing<Vec<u8>>, RootKeyError> {
    let place = Place::File(path.to_owned());
    let unreadable =
        |error: std::io::Error| RootKeyError::Unreadable { what, place: place.clone(), kind: error.kind() };
    // Opened without waiting, so that a pipe in its place is told and does not hang the run.
    let not_blocking = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(not_blocking).open(path).map_err(unreadable)?;
    // The mode of what was opened, not of what stands at the path by now.
    owner_only(&file.metadata().map_err(unreadable)?, what, &place)?;
    whole(file, most).map_err(unreadable)
}

fn owner_only(metadata: &Metadata, what: Secret, place: &Place) -> Result<(), RootKeyError> {
    if !metadata.is_file() {
        return Err(RootKeyError::NotAFile { what, place: place.clone() });
    }
    let mode = metadata.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(RootKeyError::Open { what, place: place.clone(), mode });
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() && metadata.uid() != 0 {
        return Err(RootKeyError::OwnedBySomebodyElse { what, place: place.clone() });
    }
    Ok(())
}

/// At most one byte more than is allowed, so that too much is noticed.
fn whole(file: File, most: u64) -> std::io::Result<Zeroizing<Vec<u8>>> {
    // Never grown: growing would leave copies behind.
    let mut text = Zeroizing::new(Vec::with_capacity(most as usize + 64));
    file.take(most + 1).read_to_end(&mut text)?;
    Ok(text)
}

fn root_key(text: &[u8], place: Place) -> Result<Zeroizing<[u8; 32]>, RootKeyError> {
    let mut key = Zeroizing::new([0; 32]);
    let digits = text.trim_ascii();
    if text.len() as u64 > ROOT_BYTES_MAX || hex::decode_to_slice(digits, &mut *key).is_err() {
        return Err(RootKeyError::Shape { place });
    }
    if is_weak(&key) { Err(RootKeyError::Weak { place }) } else { Ok(key) }
}

/// Whether a key is of a kind that people make and dice do not.
fn is_weak(key: &[u8; 32]) -> bool {
    let mut distinct = Zeroizing::new(*key);
    distinct.sort_unstable();
    // 32 random bytes have fewer than 16 distinct values about once in 10^13 keys.
    let few = distinct.chunk_by(|a, b| a == b).count() < 16;
    // A sentence in hex: 32 random bytes are all letters and signs about once in 10^13 keys, too.
    let text = key.iter().all(|byte| (0x20..0x7F).contains(byte));
    // 00 01 02 …, ff fe fd …, and the like.
    let step = key[1].wrapping_sub(key[0]);
    let counted = key.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == step);
    let repeated = key[..16] == key[16..];
    few || text || counted || repeated
}

#[cfg(test)]
mod tests;
