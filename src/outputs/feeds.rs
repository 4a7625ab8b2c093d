//! The files of the feed for the controller: `objections/<number>.ndjson.age` beside the releases, each
//! with a detached signature `.sig` when a signing key is set. It promises that a file which is there is
//! whole and has its signature, and that none is ever written over. It knows not what a feed says.

#![expect(clippy::disallowed_methods, reason = "feeds are looked for and read back here")]

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::disk::Disk;
use super::error::OutputError;
use super::receipts::PurgeError;
use super::signature::Signer;
use crate::manifest::{FEEDS, Hex32};

/// The largest feed that is read back.
const FEED_BYTES_MAX: u64 = 1 << 30;

fn name(number: u32) -> String {
    format!("{number:06}.ndjson.age")
}

fn at(action: &'static str, place: &Path, source: io::Error) -> OutputError {
    OutputError::Io { action, place: place.to_owned(), source }
}

/// The feeds of a folder of releases.
pub struct Feeds<'f> {
    /// The disk.
    pub disk: &'f Disk,
    /// The folder of releases.
    pub releases: &'f Path,
}

impl Feeds<'_> {
    fn folder(&self) -> PathBuf {
        self.releases.join(FEEDS)
    }

    /// Where a feed is.
    #[must_use]
    pub fn place(&self, number: u32) -> PathBuf {
        self.folder().join(name(number))
    }

    /// Whether the feed of this number is there with this digest.
    #[must_use]
    pub fn is_there(&self, number: u32, sha256: Hex32) -> bool {
        let place = self.place(number);
        let is_small =
            place.symlink_metadata().is_ok_and(|file| file.is_file() && file.len() <= FEED_BYTES_MAX);
        is_small && std::fs::read(place).is_ok_and(|bytes| Hex32(Sha256::digest(&bytes).into()) == sha256)
    }

    /// The first number from this one at which nothing stands: feeds of a state that was put back from an
    /// older copy are there, and stay.
    #[must_use]
    pub fn free_number(&self, from: u32) -> u32 {
        let is_free = |number: &u32| self.place(*number).symlink_metadata().is_err();
        (from..u32::MAX).find(is_free).unwrap_or(u32::MAX)
    }

    /// Writes a feed, its signature first: a feed that is there has all that belongs to it.
    pub fn put(&self, number: u32, bytes: &[u8], signer: Option<&Signer>) -> Result<PathBuf, PurgeError> {
        let (folder, place) = (self.folder(), self.place(number));
        if !folder.is_dir() {
            self.disk.create_folders(&folder).map_err(|source| at("create", &folder, source))?;
            self.disk.sync_folder(self.releases).map_err(|source| at("sync", self.releases, source))?;
        }
        if let Some(signer) = signer {
            let signature = signer.sign(bytes)?;
            let place = folder.join(format!("{}.sig", name(number)));
            self.write(&place, signature.as_bytes(), Disk::rename_over)?;
        }
        self.write(&place, bytes, Disk::rename_new)?;
        Ok(place)
    }

    fn write(
        &self,
        place: &Path,
        bytes: &[u8],
        rename: impl FnOnce(&Disk, &Path, &Path) -> io::Result<()>,
    ) -> Result<(), OutputError> {
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(place.file_name().unwrap_or_default());
        hidden.push(".new");
        let beside = place.with_file_name(hidden);
        self.disk.clear_file(&beside).map_err(|source| at("remove", &beside, source))?;
        let write = || {
            let mut file = self.disk.create_file(&beside)?;
            self.disk.write(&mut file, bytes)?;
            self.disk.sync_file(&file)?;
            rename(self.disk, &beside, place)?;
            self.disk.sync_folder(&self.folder())
        };
        write().map_err(|source| at("write", place, source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_is_never_written_over_and_is_known_by_its_digest() {
        let scratch = tempfile::tempdir().expect("scratch");
        let disk = Disk::real();
        let feeds = Feeds { disk: &disk, releases: scratch.path() };
        assert_eq!(feeds.free_number(1), 1);
        let place = feeds.put(1, b"one", None).expect("room");
        assert_eq!(place, scratch.path().join("objections/000001.ndjson.age"));
        assert!(feeds.put(1, b"two", None).is_err());
        assert_eq!(std::fs::read(&place).expect("there"), b"one");
        assert_eq!(feeds.free_number(1), 2);
        let digest = |bytes: &[u8]| Hex32(Sha256::digest(bytes).into());
        assert!(feeds.is_there(1, digest(b"one")));
        assert!(!feeds.is_there(1, digest(b"two")) && !feeds.is_there(2, digest(b"one")));
        std::os::unix::fs::symlink(&place, scratch.path().join("objections/000003.ndjson.age"))
            .expect("ours");
        assert!(!feeds.is_there(3, digest(b"one")), "a link is none");
    }
}
