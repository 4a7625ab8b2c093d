//! Sealed files: encrypted and authenticated in chunks, so that a list of any length is read and
//! written in a fixed amount of memory, and a changed, swapped or cut one is noticed.
//!
//! ChaCha20-Poly1305 (RFC 8439) in the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár,
//! 2015): the last chunk is marked as such. Every file has a key of its own, HMAC-SHA-256 of a salt
//! that no other writing has and the file's name, so nonces may count from nothing. It does not know
//! what it seals.

#![expect(clippy::disallowed_methods, reason = "sealed files are opened here")]

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use aead_stream::{DecryptorBE32, EncryptorBE32};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::error::StateError;
use crate::outputs::Disk;

/// What every sealed file begins with.
const MAGIC: &[u8; 16] = b"verho sealed 1\r\n";
/// Bytes of a salt.
pub(super) const SALT_BYTES: usize = 20;
/// Plain bytes of a chunk.
const CHUNK_BYTES: usize = 64 << 10;
/// Bytes of a chunk's tag.
const TAG_BYTES: usize = 16;
/// The nonce's fixed part; the key of each file is used for that file alone.
const PREFIX: [u8; 7] = [0; 7];

/// The key of the state. Wiped when dropped.
pub(super) struct StateKey(pub(super) Zeroizing<[u8; 32]>);

impl StateKey {
    /// The cipher of one writing of one file.
    fn cipher(&self, name: &str, salt: &[u8; SALT_BYTES]) -> ChaCha20Poly1305 {
        let mut mac = <Hmac<Sha256>>::new_from_slice(&self.0[..]).expect("HMAC takes a key of any length");
        mac.update(b"verho/state-file/1\0");
        mac.update(salt);
        mac.update(name.as_bytes());
        let key = Zeroizing::new(<[u8; 32]>::from(mac.finalize().into_bytes()));
        ChaCha20Poly1305::new((&*key).into())
    }
}

/// A sealed file while it is written.
pub(super) struct SealedWriter {
    disk: Disk,
    file: File,
    place: PathBuf,
    encryptor: EncryptorBE32<ChaCha20Poly1305>,
    chunk: Vec<u8>,
}

impl SealedWriter {
    /// Creates `place`, which must not be there, for what will be called `name`.
    pub(super) fn create(
        disk: &Disk,
        key: &StateKey,
        place: &Path,
        name: &str,
        salt: &[u8; SALT_BYTES],
    ) -> Result<Self, StateError> {
        let mut file = disk.create_file(place).map_err(at("create", place))?;
        let header = [&MAGIC[..], salt].concat();
        disk.write(&mut file, &header).map_err(at("write", place))?;
        let encryptor = EncryptorBE32::from_aead(key.cipher(name, salt), (&PREFIX).into());
        let chunk = Vec::with_capacity(CHUNK_BYTES + TAG_BYTES);
        Ok(Self { disk: disk.clone(), file, place: place.to_owned(), encryptor, chunk })
    }

    /// Appends bytes.
    pub(super) fn write(&mut self, mut bytes: &[u8]) -> Result<(), StateError> {
        while !bytes.is_empty() {
            if self.chunk.len() == CHUNK_BYTES {
                self.encryptor
                    .encrypt_next_in_place(b"", &mut self.chunk)
                    .map_err(|_| too_long(&self.place))?;
                self.disk.write(&mut self.file, &self.chunk).map_err(at("write", &self.place))?;
                self.chunk.clear();
            }
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK_BYTES - self.chunk.len()));
            self.chunk.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// Ends the file: its bytes are on the disk when this returns.
    pub(super) fn finish(mut self) -> Result<(), StateError> {
        self.encryptor.encrypt_last_in_place(b"", &mut self.chunk).map_err(|_| too_long(&self.place))?;
        self.disk.write(&mut self.file, &self.chunk).map_err(at("write", &self.place))?;
        self.disk.sync_file(&self.file).map_err(at("sync", &self.place))
    }
}

/// A sealed file while it is read.
pub(super) struct SealedReader {
    file: File,
    place: PathBuf,
    /// Gone once the last chunk was opened.
    decryptor: Option<DecryptorBE32<ChaCha20Poly1305>>,
    /// Sealed bytes read ahead: a chunk is the last only when nothing follows it.
    ahead: Vec<u8>,
    plain: Vec<u8>,
    read: usize,
}

impl SealedReader {
    /// Opens a file that was sealed as `name`.
    pub(super) fn open(key: &StateKey, place: &Path, name: &str) -> Result<Self, StateError> {
        let mut file = File::open(place).map_err(at("open", place))?;
        let mut header = [0; MAGIC.len() + SALT_BYTES];
        file.read_exact(&mut header).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => damaged(place),
            _ => at("read", place)(error),
        })?;
        let (magic, salt) = header.split_at(MAGIC.len());
        if magic != MAGIC {
            return Err(damaged(place));
        }
        let salt: &[u8; SALT_BYTES] = salt.try_into().expect("split from an array of that length");
        let decryptor = DecryptorBE32::from_aead(key.cipher(name, salt), (&PREFIX).into());
        let mut reader = Self {
            file,
            place: place.to_owned(),
            decryptor: Some(decryptor),
            ahead: Vec::new(),
            plain: Vec::new(),
            read: 0,
        };
        reader.ahead = reader.block()?;
        Ok(reader)
    }

    /// Fills `into`, or answers `false` at the end of the file. Part of a record is damage.
    pub(super) fn record(&mut self, into: &mut [u8]) -> Result<bool, StateError> {
        let mut filled = 0;
        while filled < into.len() {
            if self.read == self.plain.len() && !self.next_chunk()? {
                return if filled == 0 { Ok(false) } else { Err(damaged(&self.place)) };
            }
            let now = (into.len() - filled).min(self.plain.len() - self.read);
            into[filled..filled + now].copy_from_slice(&self.plain[self.read..self.read + now]);
            self.read += now;
            filled += now;
        }
        Ok(true)
    }

    /// All that is left.
    pub(super) fn rest(&mut self) -> Result<Vec<u8>, StateError> {
        let mut all = Vec::new();
        while self.read < self.plain.len() || self.next_chunk()? {
            all.extend_from_slice(&self.plain[self.read..]);
            self.read = self.plain.len();
        }
        Ok(all)
    }

    fn next_chunk(&mut self) -> Result<bool, StateError> {
        loop {
            let Some(mut decryptor) = self.decryptor.take() else { return Ok(false) };
            let mut sealed = std::mem::take(&mut self.ahead);
            self.ahead = self.block()?;
            if self.ahead.is_empty() {
                decryptor.decrypt_last_in_place(b"", &mut sealed).map_err(|_| damaged(&self.place))?;
            } else {
                decryptor.decrypt_next_in_place(b"", &mut sealed).map_err(|_| damaged(&self.place))?;
                self.decryptor = Some(decryptor);
            }
            (self.plain, self.read) = (sealed, 0);
            if !self.plain.is_empty() {
                return Ok(true);
            }
        }
    }

    fn block(&mut self) -> Result<Vec<u8>, StateError> {
        let mut block = Vec::with_capacity(CHUNK_BYTES + TAG_BYTES);
        (&mut self.file)
            .take((CHUNK_BYTES + TAG_BYTES) as u64)
            .read_to_end(&mut block)
            .map_err(at("read", &self.place))?;
        Ok(block)
    }
}

fn at<'p>(action: &'static str, place: &'p Path) -> impl Fn(io::Error) -> StateError + use<'p> {
    move |source| StateError::Io { action, place: place.to_owned(), source }
}

fn damaged(place: &Path) -> StateError {
    StateError::Damaged { place: place.to_owned() }
}

/// A list of 2³² chunks is 280 terabytes.
fn too_long(place: &Path) -> StateError {
    StateError::Io { action: "write", place: place.to_owned(), source: io::ErrorKind::FileTooLarge.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> StateKey {
        StateKey(Zeroizing::new([byte; 32]))
    }

    fn sealed(folder: &Path, bytes: &[u8]) -> PathBuf {
        let place = folder.join("list");
        let mut writer =
            SealedWriter::create(&Disk::real(), &key(1), &place, "list", &[7; SALT_BYTES]).expect("new");
        for part in bytes.chunks(50_001) {
            writer.write(part).expect("room");
        }
        writer.finish().expect("room");
        place
    }

    fn opened(place: &Path, key: &StateKey, name: &str) -> Result<Vec<u8>, StateError> {
        SealedReader::open(key, place, name)?.rest()
    }

    #[test]
    fn what_was_sealed_comes_back_at_every_length_round_a_chunk() {
        for length in [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES] {
            let scratch = tempfile::tempdir().expect("scratch");
            let bytes: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let place = sealed(scratch.path(), &bytes);
            assert!(opened(&place, &key(1), "list").expect("ours") == bytes, "{length}");
            let mut reader = SealedReader::open(&key(1), &place, "list").expect("ours");
            let (mut record, mut found) = ([0; 64], 0);
            while length % 64 == 0 && reader.record(&mut record).expect("whole records") {
                assert_eq!(record[..], bytes[found..found + 64]);
                found += 64;
            }
            let written = std::fs::read(&place).expect("there");
            assert!(!written.windows(16).any(|window| bytes.windows(16).next() == Some(window)));
        }
    }

    #[test]
    fn a_changed_cut_renamed_or_foreign_file_does_not_open() {
        let scratch = tempfile::tempdir().expect("scratch");
        let place = sealed(scratch.path(), &vec![3; 2 * CHUNK_BYTES]);
        let whole = std::fs::read(&place).expect("there");
        let is_damaged =
            |result: Result<Vec<u8>, StateError>| matches!(result, Err(StateError::Damaged { .. }));
        assert!(is_damaged(opened(&place, &key(2), "list")));
        assert!(is_damaged(opened(&place, &key(1), "other")));
        let chunk = CHUNK_BYTES + TAG_BYTES;
        for length in [0, 10, MAGIC.len() + SALT_BYTES, MAGIC.len() + SALT_BYTES + chunk, whole.len() - 1] {
            std::fs::write(&place, &whole[..length]).expect("ours");
            assert!(is_damaged(opened(&place, &key(1), "list")), "cut to {length}");
        }
        for at in [0, 20, 40, 40 + chunk, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            std::fs::write(&place, changed).expect("ours");
            assert!(is_damaged(opened(&place, &key(1), "list")), "changed at {at}");
        }
    }
}
