//! An encrypted file while it is read: opened by the identity the config names, counted and committed
//! to as it lies on the disk.
//!
//! What comes out is not to be believed before its end was reported; both callers read to the end
//! before anything is decided. No word of the library's reaches an error.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::SourceError;
use super::files::{Counted, SourceFile};
use super::keys::read_identities;
use crate::envelope::{OpenError, Opener};

/// A file's bytes, after they were decrypted where they are.
pub(super) enum Raw {
    /// As they lie on the disk.
    Plain(Counted),
    /// Decrypted.
    Encrypted(Box<Encrypted>),
}

/// The file behind the decryption, which the library does not give back while it reads.
#[derive(Clone)]
struct Shared(Arc<Mutex<Counted>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for Shared {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.lock().read(out)
    }
}

/// An encrypted file.
pub(super) struct Encrypted {
    opener: Opener<io::BufReader<Shared>>,
    counted: Shared,
    /// The first decrypted bytes, looked at before anybody asked for them.
    head: Vec<u8>,
    head_at: usize,
    broken: bool,
}

impl Encrypted {
    /// Opens the head with the file's identity.
    pub(super) fn open(file: &SourceFile, counted: Counted) -> Result<Self, SourceError> {
        let shown = || file.shown.clone();
        let Some(place) = &file.identity_file else { return Err(SourceError::NoIdentity { file: shown() }) };
        let identities = read_identities(place)
            .map_err(|error| SourceError::Identity { what: error.to_string(), hint: error.hint() })?;
        let counted = Shared(Arc::new(Mutex::new(counted)));
        let buffered = io::BufReader::with_capacity(1 << 17, counted.clone());
        let opener = Opener::begin(&identities, buffered).map_err(|error| match error {
            OpenError::OtherKeys => SourceError::OtherKeys { file: shown() },
            OpenError::Damaged => SourceError::Undecryptable { file: shown() },
            OpenError::Io(kind) => super::files::unreadable(&file.shown, &kind.into()),
        })?;
        let mut opened = Self { opener, counted, head: Vec::new(), head_at: 0, broken: false };
        let mut head = vec![0; 4];
        let mut filled = 0;
        while filled < head.len() {
            match opened.opener.read(&mut head[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(SourceError::Undecryptable { file: shown() }),
            }
        }
        head.truncate(filled);
        opened.head = head;
        Ok(opened)
    }

    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.head_at < self.head.len() {
            let count = out.len().min(self.head.len() - self.head_at);
            out[..count].copy_from_slice(&self.head[self.head_at..self.head_at + count]);
            self.head_at += count;
            return Ok(count);
        }
        self.opener.read(out).inspect_err(|error| {
            self.broken |= matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof);
        })
    }
}

impl Raw {
    /// The first bytes.
    pub(super) fn head(&self) -> &[u8] {
        match self {
            Self::Plain(counted) => &counted.head,
            Self::Encrypted(encrypted) => &encrypted.head,
        }
    }

    /// Bytes of the file read so far, as they lie on the disk.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Plain(counted) => counted.bytes,
            Self::Encrypted(encrypted) => encrypted.counted.lock().bytes,
        }
    }

    /// Whether decryption met something altered, or an end where there is none.
    pub(super) fn is_broken(&self) -> bool {
        match self {
            Self::Plain(_) => false,
            Self::Encrypted(encrypted) => encrypted.broken,
        }
    }

    /// What the file itself says after its last byte; `None` when an encrypted one has not ended.
    pub(super) fn at_end<T>(&mut self, ask: impl FnOnce(&mut Counted) -> T) -> Option<T> {
        match self {
            Self::Plain(counted) => Some(ask(counted)),
            Self::Encrypted(encrypted) => {
                let ended = encrypted.read(&mut [0]).is_ok_and(|count| count == 0);
                ended.then(|| ask(&mut encrypted.counted.lock()))
            }
        }
    }
}

impl Read for Raw {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(counted) => counted.read(out),
            Self::Encrypted(encrypted) => encrypted.read(out),
        }
    }
}
