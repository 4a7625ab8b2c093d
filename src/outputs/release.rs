//! A release while it is written: staged beside its target, owner-only, published by one rename.
//!
//! [`Staging`] promises that the target's name appears with all files or not at all, that nothing
//! is overwritten, and that a run that ends in any other way leaves no folder behind (a killed one
//! leaves a folder that the next run sweeps away). It does not know what the files mean.

#![expect(clippy::disallowed_methods, reason = "releases are staged and published here")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};

use super::check::{Known, Watcher, Written};
use super::checksum::Checksum;
use super::disk::{Disk, EarlySync};
use super::error::OutputError;
use crate::config::Encryption;
use crate::envelope::{Recipient, SUFFIX, Sealer};
use crate::manifest::{EncryptedFile, Hex32, Subject, SubjectDigest};

/// The lock file in the folder of releases.
const LOCK: &str = ".verho.lock";
/// The link to the newest release.
pub const LATEST: &str = "latest";
/// Between a release's name and the random end of its staging folder.
const STAGING: &str = ".staging-";
/// Bytes gathered before they are written: few enough that they are still in a core's cache then.
const BUFFER_BYTES: usize = 1 << 17;
/// Bytes of a block of SHA-256 (FIPS 180-4).
const HASHED_BYTES: usize = 64;
/// Bytes that are sent on their way to the disk while a file is written, and when it rests.
const SYNC_BYTES: usize = 32 << 20;
const RESTING_SYNC_BYTES: usize = 1 << 20;
/// Longest name of a file or folder, well within every file system's limit.
const NAME_BYTES_MAX: usize = 128;

/// A finished file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRecord {
    /// Path below the release's folder.
    pub name: String,
    /// SHA-256 of its bytes as they lie on the disk.
    pub sha256: Hex32,
    /// How many bytes were written to it, before they were encrypted where they are.
    pub bytes: u64,
    /// What it holds, when it is encrypted.
    pub encrypted: Option<EncryptedFile>,
}

impl From<FileRecord> for Subject {
    fn from(record: FileRecord) -> Self {
        Self { name: record.name, digest: SubjectDigest { sha256: record.sha256 } }
    }
}

/// What became of the link `latest`.
#[derive(Debug)]
pub enum Latest {
    /// It was left alone.
    Kept,
    /// It points to the new release.
    Updated,
    /// The release is published, but the link could not be moved.
    Failed(OutputError),
}

/// A published release.
#[derive(Debug)]
pub struct Published {
    /// Its folder.
    pub path: PathBuf,
    /// What became of the link `latest`.
    pub latest: Latest,
}

/// A folder, held against other runs until this is dropped.
#[derive(Debug)]
pub struct FolderLock {
    pub(super) file: File,
}

impl FolderLock {
    /// Takes the folder, which is there.
    pub fn take(disk: &Disk, folder: &Path) -> Result<Self, OutputError> {
        take_lock(disk, folder)
    }
}

impl Drop for FolderLock {
    /// Lets go of it itself: where another thread is just starting a program, that has the file open too
    /// for a moment, and closing it here would not be enough.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

/// A release that is being written. Dropped without [`Staging::publish`], it removes itself.
#[derive(Debug)]
pub struct Staging {
    shared: Arc<Shared>,
    folder: PathBuf,
    target: PathBuf,
    release: String,
    random: String,
    published: bool,
    encryption: Encryption,
    /// Held for as long as the run may write; the system lets go of it when the process ends.
    _lock: FolderLock,
}

/// What files being written share with their release.
#[derive(Debug)]
struct Shared {
    disk: Disk,
    root: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Every file, and its record once it is finished.
    files: BTreeMap<String, Option<FileRecord>>,
    folders: BTreeSet<String>,
    /// By what the small reader knows the files again.
    written: Written,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere cannot leave the two lists half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Staging {
    /// Takes the folder of releases for this run, sweeps away what dead runs left in it, and opens
    /// a staging folder there. `random` makes its name hard to guess.
    pub fn begin(disk: &Disk, folder: &Path, release: &str, random: [u8; 16]) -> Result<Self, OutputError> {
        if !is_name(release) || release == LATEST || release.contains(STAGING) {
            return Err(OutputError::Name);
        }
        if !folder.is_dir() {
            if folder.symlink_metadata().is_ok() {
                return Err(OutputError::NotAFolder { place: folder.to_owned() });
            }
            disk.create_folders(folder).map_err(|source| at("create", folder, source))?;
        }
        let lock = take_lock(disk, folder)?;
        sweep(folder)?;
        let target = folder.join(release);
        // A link counts as a release of that name, wherever it points.
        if target.symlink_metadata().is_ok() {
            return Err(OutputError::ReleaseExists {
                release: release.to_owned(),
                folder: folder.to_owned(),
            });
        }
        let random = hex::encode(random);
        let root = folder.join(format!(".{release}{STAGING}{random}"));
        disk.create_folder(&root).map_err(|source| at("create", &root, source))?;
        Ok(Self {
            shared: Arc::new(Shared { disk: disk.clone(), root, state: Mutex::default() }),
            folder: folder.to_owned(),
            target,
            release: release.to_owned(),
            random,
            published: false,
            encryption: Encryption::default(),
            _lock: lock,
        })
    }

    /// The same release, its uploads and suppressions encrypted for these people.
    #[must_use]
    pub fn encrypted_for(mut self, encryption: &Encryption) -> Self {
        self.encryption = encryption.clone();
        self
    }

    /// For whom, by what a file is.
    pub(super) const fn encryption(&self) -> &Encryption {
        &self.encryption
    }

    /// What was seen of the files while they were written.
    #[must_use]
    pub fn written(&self) -> Written {
        self.shared.state().written.clone()
    }

    /// The staging folder, for the check before publishing.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.shared.root
    }

    /// Creates a file; `name` is its path below the release, folders divided by `/`. May be called
    /// from several threads.
    pub fn create(&self, name: &str) -> Result<StagedFile, OutputError> {
        self.create_for(name, &[], || None)
    }

    /// The same for these recipients only: its name gets an end of its own, what is written is read by
    /// the watcher, encrypted, and only then put on the disk. Without recipients it is a plain file.
    pub(super) fn create_for(
        &self,
        name: &str,
        recipients: &[Recipient],
        watch: impl FnOnce() -> Option<Watcher>,
    ) -> Result<StagedFile, OutputError> {
        if recipients.is_empty() {
            return self.open_new(name.to_owned(), None);
        }
        let sealed = Sealed { recipients: recipients.to_vec(), watcher: watch() };
        self.open_new(format!("{name}{SUFFIX}"), Some(sealed))
    }

    #[expect(clippy::needless_pass_by_value, reason = "the name is made for the file alone")]
    fn open_new(&self, name: String, sealed: Option<Sealed>) -> Result<StagedFile, OutputError> {
        let name = name.as_str();
        if !is_path(name) {
            return Err(OutputError::Name);
        }
        let shared = Arc::clone(&self.shared);
        let mut state = shared.state();
        for (end, _) in name.match_indices('/') {
            let folder = name.get(..end).unwrap_or_default();
            if !state.folders.contains(folder) {
                let path = shared.root.join(folder);
                shared.disk.create_folder(&path).map_err(|source| at("create", &path, source))?;
                state.folders.insert(folder.to_owned());
            }
        }
        if state.files.contains_key(name) {
            return Err(OutputError::Twice { name: name.to_owned() });
        }
        let path = shared.root.join(name);
        let file = shared.disk.create_file(&path).map_err(|source| at("create", &path, source))?;
        state.files.insert(name.to_owned(), None);
        drop(state);
        let disk = shared.disk.clone();
        let hasher = sealed.is_some().then(Sha256::new);
        let raw = Raw {
            disk,
            file,
            hasher,
            checksum: Checksum::default(),
            unsynced: 0,
            early: EarlySync::default(),
        };
        let body = match &sealed {
            None => Body::Plain(raw),
            Some(sealed) => {
                let sealer = Sealer::begin(&sealed.recipients, raw);
                Body::Sealed(Box::new(sealer.map_err(|source| at("write", &path, source))?))
            }
        };
        let (name, gathered) = (name.to_owned(), Gathered::default());
        Ok(StagedFile { shared, body, sealed, name, path, gathered, bytes: 0 })
    }

    /// Writes a whole small file.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<FileRecord, OutputError> {
        let mut file = self.create(name)?;
        file.write(bytes)?;
        file.finish()
    }

    /// Every finished file, by name.
    #[must_use]
    pub fn records(&self) -> Vec<FileRecord> {
        self.shared.state().files.values().flatten().cloned().collect()
    }

    /// Gives the release its name. `latest` also moves the link of that name.
    pub fn publish(mut self, latest: bool) -> Result<Published, OutputError> {
        let disk = &self.shared.disk;
        let link = self.folder.join(LATEST);
        if latest && link.symlink_metadata().is_ok_and(|found| !found.is_symlink()) {
            return Err(OutputError::LatestInTheWay { place: link });
        }
        {
            let state = self.shared.state();
            if let Some((name, _)) = state.files.iter().find(|(_, record)| record.is_none()) {
                return Err(OutputError::Unfinished { name: name.clone() });
            }
            // Files were synced as they were finished; now the entries that name them, deepest first.
            for folder in state.folders.iter().rev() {
                let path = self.shared.root.join(folder);
                disk.sync_folder(&path).map_err(|source| at("sync", &path, source))?;
            }
        }
        disk.sync_folder(&self.shared.root).map_err(|source| at("sync", &self.shared.root, source))?;
        disk.rename_new(&self.shared.root, &self.target).map_err(|source| {
            if source.kind() == io::ErrorKind::AlreadyExists {
                OutputError::ReleaseExists { release: self.release.clone(), folder: self.folder.clone() }
            } else {
                at("publish", &self.target, source)
            }
        })?;
        if let Err(source) = disk.sync_folder(&self.folder) {
            // The name may not survive a power cut, so this is not a published release: take it back.
            let _ = std::fs::rename(&self.target, &self.shared.root);
            return Err(at("sync", &self.folder, source));
        }
        self.published = true;
        let latest = match latest.then(|| self.move_latest(&link)) {
            None => Latest::Kept,
            Some(Ok(())) => Latest::Updated,
            Some(Err(error)) => Latest::Failed(error),
        };
        Ok(Published { path: self.target.clone(), latest })
    }

    /// Points `latest` to this release in one step: a reader sees the old or the new one.
    fn move_latest(&self, link: &Path) -> Result<(), OutputError> {
        let disk = &self.shared.disk;
        let beside = self.folder.join(format!(".{LATEST}{STAGING}{}", self.random));
        let moved = disk
            .link(Path::new(&self.release), &beside)
            .and_then(|()| disk.rename_over(&beside, link))
            .and_then(|()| disk.sync_folder(&self.folder));
        moved.map_err(|source| {
            let _ = Disk::remove_file(&beside);
            at("update", link, source)
        })
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.published {
            // Nothing is left to tell about a failure here; the next run sweeps what stays.
            let _ = Disk::remove_folder(&self.shared.root);
        }
    }
}

/// A file of a release that is being written. It counts only once it is finished.
#[derive(Debug)]
pub struct StagedFile {
    shared: Arc<Shared>,
    body: Body,
    sealed: Option<Sealed>,
    name: String,
    path: PathBuf,
    gathered: Gathered,
    bytes: u64,
}

/// The bytes of a file that wait to be written, and the digest of all of them.
///
/// The digest is made as bytes come, block by block: each step of it waits for the one before, and a processor
/// makes the next row meanwhile. What is written and no whole block yet stays at the front.
#[derive(Debug, Default)]
struct Gathered {
    /// What waits, and room behind it.
    buffer: Vec<u8>,
    hashed: usize,
    written: usize,
    filled: usize,
    hasher: Sha256,
}

impl Gathered {
    /// Room that is there.
    fn room(&self) -> usize {
        self.buffer.len() - self.filled
    }

    /// Takes in what was put into the first bytes of the room.
    #[inline]
    fn add(&mut self, bytes: usize) {
        self.filled += bytes;
        let whole = (self.filled - self.hashed) / HASHED_BYTES * HASHED_BYTES;
        if whole > 0 {
            self.hasher.update(&self.buffer[self.hashed..self.hashed + whole]);
            self.hashed += whole;
        }
    }

    /// All bytes that wait were written.
    fn wrote(&mut self) {
        self.buffer.copy_within(self.hashed..self.filled, 0);
        self.filled -= self.hashed;
        (self.hashed, self.written) = (0, self.filled);
    }

    /// Gives room back.
    fn rest(&mut self) {
        self.buffer = self.buffer[..self.filled].to_vec();
    }

    /// The digest of all bytes.
    fn digest(mut self) -> Hex32 {
        self.hasher.update(&self.buffer[self.hashed..self.filled]);
        Hex32(self.hasher.finalize().into())
    }
}

/// Where a file's bytes go.
#[derive(Debug)]
enum Body {
    Plain(Raw),
    Sealed(Box<Sealer<Raw>>),
}

/// What is known of a file before it is encrypted.
#[derive(Debug)]
struct Sealed {
    recipients: Vec<Recipient>,
    watcher: Option<Watcher>,
}

/// The bytes as they lie on the disk.
#[derive(Debug)]
struct Raw {
    disk: Disk,
    file: File,
    /// Of what is encrypted: these bytes are others than those that were handed over.
    hasher: Option<Sha256>,
    checksum: Checksum,
    /// Bytes written since the last time they were sent on their way.
    unsynced: usize,
    early: EarlySync,
}

impl Raw {
    /// Sends what was written on its way to the disk, where it is so much that somebody would wait for it.
    fn sync_early(&mut self, least: usize) -> io::Result<()> {
        if self.unsynced >= least {
            self.early.begin(&self.file)?;
            self.unsynced = 0;
        }
        Ok(())
    }
}

impl Write for Raw {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(hasher) = &mut self.hasher {
            hasher.update(bytes);
        }
        self.checksum.add(bytes);
        self.disk.write(&mut self.file, bytes)?;
        self.unsynced += bytes.len();
        self.sync_early(SYNC_BYTES)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl StagedFile {
    /// Path below the release's folder.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes written so far.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Writes bytes, through a buffer.
    #[inline]
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        for piece in bytes.chunks(BUFFER_BYTES) {
            self.write_with(piece.len(), |room| {
                room[..piece.len()].copy_from_slice(piece);
                piece.len()
            })?;
        }
        Ok(())
    }

    /// The same for bytes that are made where they are gathered: `make` is handed room for `most` or more, and
    /// tells how many it put there.
    #[inline]
    pub fn write_with(
        &mut self,
        most: usize,
        make: impl FnOnce(&mut [u8]) -> usize,
    ) -> Result<(), OutputError> {
        if self.gathered.room() < most {
            self.make_room(most)?;
        }
        let made = make(&mut self.gathered.buffer[self.gathered.filled..]);
        self.bytes += made as u64;
        self.gathered.add(made);
        Ok(())
    }

    #[cold]
    fn make_room(&mut self, bytes: usize) -> Result<(), OutputError> {
        self.flush()?;
        let needed = BUFFER_BYTES.max(self.gathered.filled + bytes);
        if self.gathered.buffer.len() < needed {
            self.gathered.buffer.resize(needed, 0);
        }
        Ok(())
    }

    /// Ends the file: its bytes are on the disk when this returns.
    pub fn finish(mut self) -> Result<FileRecord, OutputError> {
        self.flush()?;
        let mut raw = match self.body {
            Body::Plain(raw) => raw,
            Body::Sealed(sealer) => sealer.finish().map_err(|source| at("write", &self.path, source))?,
        };
        raw.early.end().map_err(|source| at("sync", &self.path, source))?;
        self.shared.disk.sync_file(&raw.file).map_err(|source| at("sync", &self.path, source))?;
        let digest = self.gathered.digest();
        let (mut encrypted, mut seen) = (None, None);
        if let Some(sealed) = self.sealed {
            seen = sealed.watcher.map(Watcher::end);
            encrypted = Some(EncryptedFile {
                name: self.name.clone(),
                plain_sha256: digest,
                plain_bytes: self.bytes,
                recipients: sealed.recipients.iter().map(ToString::to_string).collect(),
            });
        }
        let checksum = raw.checksum.end();
        let sha256 = raw.hasher.map_or(digest, |hasher| Hex32(hasher.finalize().into()));
        let record = FileRecord { name: self.name.clone(), sha256, bytes: self.bytes, encrypted };
        let mut state = self.shared.state();
        state.written.seen.extend(seen.map(|seen| (self.name.clone(), seen)));
        state.written.known.insert(self.name.clone(), Known { checksum, sha256 });
        state.files.insert(self.name.clone(), Some(record.clone()));
        drop(state);
        Ok(record)
    }

    /// Writes what is gathered and gives its room back: of many files that take turns, only the one
    /// that is written keeps a buffer.
    pub fn rest(&mut self) -> Result<(), OutputError> {
        self.flush()?;
        self.gathered.rest();
        match &mut self.body {
            Body::Plain(raw) => {
                raw.sync_early(RESTING_SYNC_BYTES).map_err(|source| at("sync", &self.path, source))
            }
            Body::Sealed(_) => Ok(()),
        }
    }

    /// Writes what is gathered.
    fn flush(&mut self) -> Result<(), OutputError> {
        let bytes = &self.gathered.buffer[self.gathered.written..self.gathered.filled];
        if bytes.is_empty() {
            return Ok(());
        }
        if let Some(watcher) = self.sealed.as_mut().and_then(|sealed| sealed.watcher.as_mut()) {
            watcher.read(bytes);
        }
        let written = match &mut self.body {
            Body::Plain(raw) => raw.write_all(bytes),
            Body::Sealed(sealer) => sealer.write_all(bytes),
        };
        written.map_err(|source| at("write", &self.path, source))?;
        self.gathered.wrote();
        Ok(())
    }
}

fn at(action: &'static str, place: &Path, source: io::Error) -> OutputError {
    OutputError::Io { action, place: place.to_owned(), source }
}

/// Takes a folder for this process; the second one to ask is told who holds it.
pub(crate) fn take_lock(disk: &Disk, folder: &Path) -> Result<FolderLock, OutputError> {
    let path = folder.join(LOCK);
    let mut file = disk.open_lock(&path).map_err(|source| at("open", &path, source))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            let holder =
                (&mut file).take(32).read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
            return Err(OutputError::Locked { folder: folder.to_owned(), holder, since: written_at(&file) });
        }
        Err(TryLockError::Error(source)) => return Err(at("lock", &path, source)),
    }
    // The number only serves the other run's message; the lock itself is the system's.
    let number = format!("{}\n", std::process::id());
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| disk.write(&mut file, number.as_bytes()))
        .map_err(|source| at("write", &path, source))?;
    Ok(FolderLock { file })
}

/// When a file was last written, to the second: its time is the holder's, who wrote as it took the lock.
fn written_at(file: &File) -> Option<jiff::Timestamp> {
    let written = file.metadata().and_then(|metadata| metadata.modified()).ok()?;
    jiff::Timestamp::try_from(written).ok()?.round(jiff::Unit::Second).ok()
}

/// Removes staging folders of runs that died. The lock is ours, so none of them is alive.
fn sweep(folder: &Path) -> Result<(), OutputError> {
    let entries = std::fs::read_dir(folder).map_err(|source| at("list", folder, source))?;
    for entry in entries {
        let entry = entry.map_err(|source| at("list", folder, source))?;
        let name = entry.file_name();
        if !name.to_str().is_some_and(is_staging_name) {
            continue;
        }
        let path = entry.path();
        let kind = entry.file_type().map_err(|source| at("look at", &path, source))?;
        let removed = if kind.is_dir() {
            Disk::remove_folder(&path)
        } else if kind.is_symlink() {
            // A `latest` that was never moved into place.
            Disk::remove_file(&path)
        } else {
            Ok(())
        };
        removed.map_err(|source| at("remove", &path, source))?;
    }
    Ok(())
}

/// Whether a name in the folder of releases is one that [`Staging`] makes.
fn is_staging_name(name: &str) -> bool {
    name.strip_prefix('.').and_then(|rest| rest.rsplit_once(STAGING)).is_some_and(|(release, random)| {
        is_name(release)
            && random.len() == 32
            && random.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// Whether a name may be a file or folder of a release: no separators, no hidden files, nothing a
/// shell or another file system reads differently.
#[must_use]
pub fn is_name(name: &str) -> bool {
    (1..=NAME_BYTES_MAX).contains(&name.len())
        && !name.starts_with(['.', '-'])
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn is_path(path: &str) -> bool {
    path.len() <= 1024 && path.split('/').all(is_name)
}
