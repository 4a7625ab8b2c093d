//! The root key read from its file: 32 bytes in hex, readable by its owner alone.

#![expect(clippy::disallowed_methods, reason = "the root key is read here")]

use std::io::Read;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// Why a root key cannot be used. Never tells what the file holds.
#[derive(Debug, thiserror::Error)]
pub enum RootKeyError {
    /// The file cannot be opened or read.
    #[error("the root key {} cannot be read: {kind}", place.display())]
    Unreadable {
        /// Where.
        place: PathBuf,
        /// The system's answer.
        kind: std::io::ErrorKind,
    },
    /// Others than its owner may read or write it.
    #[error("the root key {} is open to others than its owner (mode {mode:04o})", place.display())]
    Open {
        /// Where.
        place: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Not 64 hex digits.
    #[error("the root key {} does not hold 32 bytes as 64 hex digits", place.display())]
    Shape {
        /// Where.
        place: PathBuf,
    },
    /// Too regular to be random.
    #[error("the root key {} is no random key", place.display())]
    Weak {
        /// Where.
        place: PathBuf,
    },
}

impl RootKeyError {
    /// What to do, as one sentence.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "make one with `verho keygen --root FILE`, or correct keys.root",
            Self::Open { .. } => "run `chmod 600` on it, and make a new one if others may have read it",
            Self::Shape { .. } | Self::Weak { .. } => "make one with `verho keygen --root FILE`",
        }
    }
}

/// Reads a root key.
pub fn read_root_key(place: &Path) -> Result<[u8; 32], RootKeyError> {
    let unreadable =
        |error: std::io::Error| RootKeyError::Unreadable { place: place.to_owned(), kind: error.kind() };
    let not_blocking = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file =
        std::fs::OpenOptions::new().read(true).custom_flags(not_blocking).open(place).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(RootKeyError::Shape { place: place.to_owned() });
    }
    let mode = metadata.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(RootKeyError::Open { place: place.to_owned(), mode });
    }
    let mut text = Zeroizing::new(Vec::with_capacity(128));
    file.take(128).read_to_end(&mut text).map_err(unreadable)?;
    let mut key = [0; 32];
    hex::decode_to_slice(text.trim_ascii(), &mut key)
        .map_err(|_| RootKeyError::Shape { place: place.to_owned() })?;
    let mut distinct = key;
    distinct.sort_unstable();
    // 32 random bytes have fewer than 16 distinct values about once in 10^13 keys.
    if distinct.chunk_by(|a, b| a == b).count() < 16 {
        return Err(RootKeyError::Weak { place: place.to_owned() });
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::{RootKeyError, read_root_key};
    use std::os::unix::fs::PermissionsExt;

    fn read(text: &str, mode: u32) -> Result<[u8; 32], RootKeyError> {
        let folder = tempfile::tempdir().expect("scratch folder");
        let place = folder.path().join("root.key");
        std::fs::write(&place, text).expect("writable");
        std::fs::set_permissions(&place, std::fs::Permissions::from_mode(mode)).expect("ours");
        read_root_key(&place)
    }

    #[test]
    fn only_a_private_random_key_is_taken() {
        let good = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        assert!(read(&format!("{good}\n"), 0o600).is_ok());
        assert!(read(good, 0o400).is_ok());
        assert!(matches!(read(good, 0o640), Err(RootKeyError::Open { mode: 0o640, .. })));
        assert!(matches!(read(&good[..62], 0o600), Err(RootKeyError::Shape { .. })));
        assert!(matches!(read("", 0o600), Err(RootKeyError::Shape { .. })));
        assert!(matches!(read(&"00".repeat(32), 0o600), Err(RootKeyError::Weak { .. })));
        let folder = tempfile::tempdir().expect("scratch folder");
        assert!(matches!(read_root_key(folder.path()), Err(RootKeyError::Shape { .. })));
        assert!(matches!(read_root_key(&folder.path().join("no")), Err(RootKeyError::Unreadable { .. })));
    }
}
