//! The state's folder: locked, its head read and replaced in one step, lists made beside it, and what
//! no head names swept away.

#![expect(clippy::disallowed_methods, reason = "the state's folder is listed here")]

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::entry::Record;
use super::error::StateError;
use super::head::{HEAD_SCHEMA, Head, ListRef, Pending, Written};
use super::lists::{ListReader, ListWriter};
use super::seal::{SALT_BYTES, SealedReader, SealedWriter, StateKey};
use crate::manifest::Hex32;
use crate::outputs::{Disk, FolderLock, take_lock};

/// The head's file.
const HEAD: &str = "head";
/// The end of every list's name, and of a head that is not in place yet.
const LIST_END: &str = ".list";
const NEW_END: &str = ".new";

/// What opening a state takes.
pub struct Opening<'o> {
    /// The disk.
    pub disk: &'o Disk,
    /// The state's folder.
    pub dir: &'o Path,
    /// The key everything is sealed under.
    pub key: Zeroizing<[u8; 32]>,
    /// Random bytes of this run: no two writings ever share them.
    pub random: [u8; 16],
    /// Whose state it must be.
    pub controller: &'o str,
}

/// A live state, held by this process until it is dropped.
pub struct State {
    disk: Disk,
    dir: PathBuf,
    key: StateKey,
    random: [u8; 16],
    written: u32,
    head: Head,
    /// Whether the head on the disk is this one for certain. A write that failed may have come as far as
    /// its rename, so until the next run has looked nothing is swept that either head may name.
    is_settled: bool,
    _lock: FolderLock,
}

impl State {
    /// Whether there is a state in the folder, without locking or opening it.
    #[must_use]
    pub fn is_there(dir: &Path) -> bool {
        dir.join(HEAD).symlink_metadata().is_ok()
    }

    /// Opens the state that is there. `is_published` is asked whether a release of this name with
    /// this manifest was published, when the last run ended in the middle of that.
    pub fn open(
        opening: Opening<'_>,
        is_published: impl FnOnce(&str, Hex32) -> bool,
    ) -> Result<Self, StateError> {
        if !Self::is_there(opening.dir) {
            return Err(StateError::Missing { place: opening.dir.to_owned() });
        }
        let lock = take_lock(opening.disk, opening.dir)?;
        let key = StateKey(opening.key);
        let written = read_head(&key, opening.dir)?;
        if written.head.controller != opening.controller {
            return Err(StateError::Controller { place: opening.dir.to_owned() });
        }
        let was_pending = written.pending.is_some();
        let head = match written.pending {
            Some(pending) if is_published(&pending.release, pending.manifest_sha256) => pending.then,
            _ => written.head,
        };
        let mut state = Self {
            disk: opening.disk.clone(),
            dir: opening.dir.to_owned(),
            key,
            random: opening.random,
            written: 0,
            head,
            is_settled: !was_pending,
            _lock: lock,
        };
        if was_pending {
            let head = state.head.clone();
            state.replace_head(&Written { head, pending: None })?;
            state.is_settled = true;
        }
        state.sweep()?;
        Ok(state)
    }

    /// The moment that the newest build decided as of, for whoever holds the folder's lock already. `None`
    /// where there is no build, or what is there cannot be read.
    #[must_use]
    pub fn last_decided(dir: &Path, key: Zeroizing<[u8; 32]>) -> Option<Timestamp> {
        let written = read_head(&StateKey(key), dir).ok()?;
        let of = |head: &Head| {
            let last = head.last.as_ref()?;
            head.releases.get(last.release as usize).map(|note| note.as_of.0)
        };
        of(&written.head).max(written.pending.and_then(|pending| of(&pending.then)))
    }

    /// Begins a state where there is none, or where none ever came to a release. Nothing counts before
    /// the first [`State::commit`].
    pub fn create(
        opening: Opening<'_>,
        is_published: impl FnOnce(&str, Hex32) -> bool,
    ) -> Result<Self, StateError> {
        if Self::is_there(opening.dir) {
            let place = opening.dir.to_owned();
            let state = Self::open(opening, is_published)?;
            return if state.head.generation == 0 { Ok(state) } else { Err(StateError::Exists { place }) };
        }
        if !opening.dir.is_dir() {
            opening.disk.create_folders(opening.dir).map_err(|source| at("create", opening.dir, source))?;
        }
        let lock = take_lock(opening.disk, opening.dir)?;
        let id = hex::encode(opening.random);
        let state = Self {
            disk: opening.disk.clone(),
            dir: opening.dir.to_owned(),
            key: StateKey(opening.key),
            random: opening.random,
            written: 0,
            head: Head::new(id, opening.controller.to_owned()),
            is_settled: true,
            _lock: lock,
        };
        state.sweep()?;
        Ok(state)
    }

    /// What is known.
    #[must_use]
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// The state's folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Refuses when the newest release shows that this state is another one, or was put back from an
    /// older copy. `made_from` is the state's id and generation in that release's manifest.
    pub fn holds_against(&self, release: &str, made_from: Option<(&str, u64)>) -> Result<(), StateError> {
        let Some((id, generation)) = made_from else { return Ok(()) };
        if id != self.head.id {
            return Err(StateError::Foreign { release: release.to_owned(), place: self.dir.clone() });
        }
        // Publishing made the generation grow, so a state that knows of the release is beyond it.
        if generation >= self.head.generation {
            return Err(StateError::Older {
                release: release.to_owned(),
                place: self.dir.clone(),
                generation: self.head.generation,
                made_from: generation,
            });
        }
        Ok(())
    }

    /// Begins a list. It counts once a head that names it is committed.
    pub fn write_list<R: Record>(&mut self) -> Result<ListWriter<R>, StateError> {
        let file = format!("{}-{}{LIST_END}", hex::encode(self.random), self.written);
        let salt = self.salt();
        let sealed = SealedWriter::create(&self.disk, &self.key, &self.dir.join(&file), &file, &salt)?;
        Ok(ListWriter::new(sealed, file))
    }

    /// Reads a list from its beginning.
    pub fn read_list<R: Record>(&self, list: Option<&ListRef>) -> Result<ListReader<R>, StateError> {
        let Some(list) = list else { return Ok(ListReader::empty()) };
        ListReader::new(SealedReader::open(&self.key, &self.dir.join(&list.file), &list.file)?)
    }

    /// Makes this the head, one generation on, and sweeps what it no longer names.
    pub fn commit(&mut self, mut head: Head) -> Result<(), StateError> {
        head.generation = self.head.generation + 1;
        self.is_settled = false;
        self.replace_head(&Written { head: head.clone(), pending: None })?;
        self.head = head;
        self.is_settled = true;
        // What is left over is swept by the next run.
        let _ = self.sweep();
        Ok(())
    }

    /// Makes this the head if the release is published, and not otherwise: `publish` does that.
    /// Whatever happens in between, the next run finds either the old head or this one.
    pub fn commit_with<T, E: From<StateError>>(
        &mut self,
        mut head: Head,
        release: &str,
        manifest_sha256: Hex32,
        publish: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        head.generation = self.head.generation + 1;
        let pending = Pending { release: release.to_owned(), manifest_sha256, then: head.clone() };
        self.is_settled = false;
        self.replace_head(&Written { head: self.head.clone(), pending: Some(pending) })?;
        let published = publish()?;
        self.head = head.clone();
        // The release is out: a failure from here on is put right by the next run, which finds it.
        if self.replace_head(&Written { head, pending: None }).is_ok() {
            self.is_settled = true;
            let _ = self.sweep();
        }
        Ok(published)
    }

    fn replace_head(&mut self, written: &Written) -> Result<(), StateError> {
        let bytes = serde_json::to_vec(written).expect("JSON can hold every field");
        let salt = self.salt();
        let (place, beside) = (self.dir.join(HEAD), self.dir.join(format!("{HEAD}{NEW_END}")));
        if beside.symlink_metadata().is_ok() {
            Disk::remove_file(&beside).map_err(|source| at("remove", &beside, source))?;
        }
        let mut sealed = SealedWriter::create(&self.disk, &self.key, &beside, HEAD, &salt)?;
        sealed.write(&bytes)?;
        sealed.finish()?;
        self.disk.rename_over(&beside, &place).map_err(|source| at("replace", &place, source))?;
        self.disk.sync_folder(&self.dir).map_err(|source| at("sync", &self.dir, source))
    }

    /// A salt that no other writing has: this run's random bytes and a number within the run.
    fn salt(&mut self) -> [u8; SALT_BYTES] {
        let mut salt = [0; SALT_BYTES];
        salt[..16].copy_from_slice(&self.random);
        salt[16..].copy_from_slice(&self.written.to_be_bytes());
        self.written += 1;
        salt
    }

    /// Removes lists that the head does not name, left by runs that ended early.
    fn sweep(&self) -> Result<(), StateError> {
        let named: BTreeSet<&str> = self.head.lists().map(|list| list.file.as_str()).collect();
        let entries = std::fs::read_dir(&self.dir).map_err(|source| at("list", &self.dir, source))?;
        for entry in entries {
            let entry = entry.map_err(|source| at("list", &self.dir, source))?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let is_list = name.strip_suffix(LIST_END).is_some_and(|stem| {
                stem.len() > 33 && stem.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
            });
            if is_list && !named.contains(name) {
                let path = entry.path();
                Disk::remove_file(&path).map_err(|source| at("remove", &path, source))?;
            }
        }
        Ok(())
    }
}

impl Drop for State {
    fn drop(&mut self) {
        // Lists of a run that came to nothing; what cannot be removed here the next run removes.
        if self.is_settled {
            let _ = self.sweep();
        }
    }
}

fn read_head(key: &StateKey, dir: &Path) -> Result<Written, StateError> {
    let place = dir.join(HEAD);
    let bytes = Zeroizing::new(SealedReader::open(key, &place, HEAD)?.rest()?);
    // Sealed by us, so what does not read is of another version.
    let version = || StateError::Version { place: dir.to_owned() };
    let written: Written = serde_json::from_slice(&bytes).map_err(|_| version())?;
    if written.head.schema == HEAD_SCHEMA { Ok(written) } else { Err(version()) }
}

fn at(action: &'static str, place: &Path, source: io::Error) -> StateError {
    StateError::Io { action, place: place.to_owned(), source }
}
