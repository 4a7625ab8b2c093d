//! Deleting files of a published release, and the receipts that tell of it.
//!
//! Receipts lie beside the releases: `receipts/<release>.<number>.json`, numbered from 1, each with a
//! detached signature `.json.sig` when a signing key is set. A purge writes its intent first
//! (`receipts/<release>.intent.json`), deletes, writes the receipt under a new name and then takes the
//! intent away; after a crash at any point the next purge finishes what the intent says. It promises to
//! delete nothing but plain files whose path and digest the manifest has, and to follow no link on the way.

#![expect(clippy::disallowed_methods, reason = "receipts are read and written here")]

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use sha2::{Digest as _, Sha256};

use super::disk::Disk;
use super::error::OutputError;
use super::signature::{KeyError, Signer};
use crate::config::shown::shown_place;
use crate::manifest::receipt::{Purged, PurgedFile, RECEIPT_SCHEMA, Receipt};
use crate::manifest::{Hex32, Manifest, Moment, RECEIPTS, Subject, SubjectDigest};

/// The largest receipt: a release has at most as many files as its manifest lists.
const RECEIPT_BYTES_MAX: u64 = 256 << 20;
/// More purges of one release than this are a fault.
const RECEIPTS_MAX: u32 = 10_000;

/// A receipt as it lies there.
#[derive(Debug, Clone)]
pub struct StoredReceipt {
    /// Its place.
    pub place: PathBuf,
    /// Its bytes, which a signature is over.
    pub bytes: Vec<u8>,
    /// What it says; `None` when it cannot be read.
    pub receipt: Option<Receipt>,
    /// Its detached signature.
    pub signature: Option<Vec<u8>>,
}

/// Why a purge did not go through.
#[derive(Debug, thiserror::Error)]
pub enum PurgeError {
    /// The file system refused.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The receipt could not be signed.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A receipt or an intent that is there cannot be read.
    #[error("{place} is not a receipt that this version reads", place = shown_place(place))]
    Unreadable {
        /// The file.
        place: PathBuf,
    },
}

impl PurgeError {
    /// What to do, as one sentence.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Output(error) => error.hint(),
            Self::Key(error) => error.hint(),
            Self::Unreadable { .. } => {
                "restore it from a backup; without it the purge cannot be told truthfully"
            }
        }
    }
}

/// What became of a file that was to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is the manifest's file, and there.
    There,
    /// Nothing stands at its name.
    Gone,
    /// Something else stands at its name, or on the way: another digest, a link, a folder.
    Other,
}

fn name(release: &str, number: u32) -> String {
    format!("{release}.{number}.json")
}

fn intent_name(release: &str) -> String {
    format!("{release}.intent.json")
}

/// The receipts of a release, in their order; none when there are none.
pub fn read(releases: &Path, release: &str) -> Result<Vec<StoredReceipt>, OutputError> {
    let folder = releases.join(RECEIPTS);
    let mut found = Vec::new();
    for number in 1..=RECEIPTS_MAX {
        let place = folder.join(name(release, number));
        let Some(bytes) = read_small(&place)? else { break };
        let signature = read_small(&with_sig(&place))?;
        let receipt = Receipt::from_bytes(&bytes).ok();
        found.push(StoredReceipt { place, bytes, receipt, signature });
    }
    Ok(found)
}

/// Whether a purge of a release was begun and not finished.
#[must_use]
pub fn is_unfinished(releases: &Path, release: &str) -> bool {
    releases.join(RECEIPTS).join(intent_name(release)).symlink_metadata().is_ok()
}

/// What stands at a file's name below a release.
pub fn fate(release: &Path, subject: &Subject) -> Result<Fate, OutputError> {
    Ok(open_named(release, subject)?.fate)
}

/// A purge of one release, under the lock of the folder of releases.
pub struct Purge<'p> {
    /// The disk.
    pub disk: &'p Disk,
    /// The folder of releases.
    pub releases: &'p Path,
    /// The release's manifest.
    pub manifest: &'p Manifest,
    /// SHA-256 of its bytes.
    pub manifest_sha256: Hex32,
    /// The key that signs receipts.
    pub signer: Option<&'p Signer>,
    /// The present.
    pub now: jiff::Timestamp,
}

impl Purge<'_> {
    fn release(&self) -> &str {
        &self.manifest.predicate.release.name
    }

    fn folder(&self) -> PathBuf {
        self.releases.join(RECEIPTS)
    }

    fn writer(&self) -> Writer<'_> {
        Writer { disk: self.disk, releases: self.releases }
    }

    /// Finishes a purge that was begun and not finished; `None` when there is none.
    pub fn finish_begun(&self) -> Result<Option<Receipt>, PurgeError> {
        let place = self.folder().join(intent_name(self.release()));
        let Some(bytes) = read_small(&place)? else { return Ok(None) };
        let unreadable = || PurgeError::Unreadable { place: place.clone() };
        let intent = Receipt::from_bytes(&bytes).map_err(|_| unreadable())?;
        // What is not of this very manifest is nobody's word to delete by.
        let mut as_done = intent.clone();
        as_done.predicate.done_at = Some(Moment(self.now));
        as_done
            .holds_against(self.manifest, self.manifest_sha256, intent.predicate.number)
            .map_err(|_| unreadable())?;
        if intent.predicate.done_at.is_some() {
            return Err(unreadable());
        }
        let told = read(self.releases, self.release())?;
        let is_told = told.iter().any(|stored| {
            stored.receipt.as_ref().is_some_and(|receipt| receipt.predicate.number == intent.predicate.number)
        });
        if is_told {
            // Only the last step was missing.
            self.clear(&place)?;
            return Ok(None);
        }
        self.carry_out(intent).map(Some)
    }

    /// Deletes these files of the release and writes the receipt. Each must be there with the
    /// manifest's digest, which [`fate`] tells; one that changed since is left and not told as deleted.
    pub fn purge(&self, files: Vec<PurgedFile>) -> Result<Receipt, PurgeError> {
        self.writer().folder()?;
        let number = read(self.releases, self.release())?.len() as u32 + 1;
        let intent = Receipt::new(
            self.subjects(&files),
            Purged {
                schema: RECEIPT_SCHEMA,
                tool: env!("CARGO_PKG_VERSION").to_owned(),
                release: self.release().to_owned(),
                manifest_sha256: self.manifest_sha256,
                controller: self.manifest.predicate.controller.name.clone(),
                number,
                files,
                intended_at: Moment(self.now),
                done_at: None,
                signing: None,
            },
        );
        self.writer().put(&intent_name(self.release()), &intent.to_bytes())?;
        self.carry_out(intent)
    }

    /// Deletes what the intent says, tells it, and takes the intent away.
    fn carry_out(&self, intent: Receipt) -> Result<Receipt, PurgeError> {
        let root = self.releases.join(self.release());
        let Receipt { subject, predicate, .. } = intent;
        let mut deleted = (Vec::new(), Vec::new());
        for (subject, file) in subject.into_iter().zip(predicate.files) {
            let place = root.join(&subject.name);
            let named = open_named(&root, &subject)?;
            match (named.fate, &named.folder) {
                (Fate::There, Some(folder)) => {
                    let file_name = subject.name.rsplit('/').next().unwrap_or_default();
                    self.disk.unlink_at(folder, file_name).map_err(|source| at("delete", &place, source))?;
                    folder.sync_all().map_err(|source| at("sync", &place, source))?;
                }
                // Deleted before the crash that this purge recovers from.
                (Fate::Gone, _) => {}
                (Fate::There | Fate::Other, _) => continue,
            }
            deleted.0.push(subject);
            deleted.1.push(file);
        }
        let receipt = Receipt::new(
            deleted.0,
            Purged {
                files: deleted.1,
                done_at: Some(Moment(self.now)),
                signing: self.signer.map(Signer::fingerprint),
                ..predicate
            },
        );
        let bytes = receipt.to_bytes();
        let name = name(self.release(), receipt.predicate.number);
        if let Some(signer) = self.signer {
            // Its signature first: a receipt that is there has all that belongs to it.
            let signature = signer.sign(&bytes)?;
            self.writer().put(&format!("{name}.sig"), signature.as_bytes())?;
        }
        self.writer().put(&name, &bytes)?;
        self.clear(&self.folder().join(intent_name(self.release())))?;
        Ok(receipt)
    }

    fn subjects(&self, files: &[PurgedFile]) -> Vec<Subject> {
        let digest = |file: &PurgedFile| {
            let sha256 = self.manifest.digest_of(&file.name)?;
            Some(Subject { name: file.name.clone(), digest: SubjectDigest { sha256 } })
        };
        files.iter().filter_map(digest).collect()
    }

    fn clear(&self, place: &Path) -> Result<(), OutputError> {
        let cleared = self.disk.clear_file(place).and_then(|()| self.disk.sync_folder(&self.folder()));
        cleared.map_err(|source| at("remove", place, source))
    }
}

/// Writes the receipt of a closed audience beside those of purges, `receipts/closed-<audience>.<n>.json`,
/// under the lock of the folder of releases.
pub fn put_closure(
    disk: &Disk,
    releases: &Path,
    audience: &str,
    bytes: &[u8],
    signer: Option<&Signer>,
) -> Result<PathBuf, PurgeError> {
    let writer = Writer { disk, releases };
    writer.folder()?;
    let name = |number: u32| format!("closed-{audience}.{number}.json");
    let is_free = |number: &u32| writer.place(&name(*number)).symlink_metadata().is_err();
    let name = name((1..RECEIPTS_MAX).find(is_free).unwrap_or(RECEIPTS_MAX));
    if let Some(signer) = signer {
        writer.put(&format!("{name}.sig"), signer.sign(bytes)?.as_bytes())?;
    }
    writer.put(&name, bytes)?;
    Ok(writer.place(&name))
}

/// Writes files of the folder of receipts, each in one step.
struct Writer<'w> {
    disk: &'w Disk,
    releases: &'w Path,
}

impl Writer<'_> {
    fn place(&self, name: &str) -> PathBuf {
        self.releases.join(RECEIPTS).join(name)
    }

    /// Makes the folder when it is not there.
    fn folder(&self) -> Result<(), OutputError> {
        let place = self.releases.join(RECEIPTS);
        if !place.is_dir() {
            self.disk.create_folder(&place).map_err(|source| at("create", &place, source))?;
            self.disk.sync_folder(self.releases).map_err(|source| at("sync", self.releases, source))?;
        }
        Ok(())
    }

    /// Writes a file over one that a dead run left.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), OutputError> {
        let place = self.place(name);
        let beside = self.place(&format!(".{name}.new"));
        self.disk.clear_file(&beside).map_err(|source| at("remove", &beside, source))?;
        let write = || {
            let mut file = self.disk.create_file(&beside)?;
            self.disk.write(&mut file, bytes)?;
            self.disk.sync_file(&file)?;
            self.disk.rename_over(&beside, &place)?;
            self.disk.sync_folder(&self.releases.join(RECEIPTS))
        };
        write().map_err(|source| at("write", &place, source))
    }
}

/// What stands at a name, and the open folder it stands in.
struct Named {
    fate: Fate,
    folder: Option<File>,
}

/// Walks to a file below a release, folder by folder, through no link, and compares its digest.
fn open_named(root: &Path, subject: &Subject) -> Result<Named, OutputError> {
    let place = root.join(&subject.name);
    let failed = |source: io::Error| at("look at", &place, source);
    let without = |fate| Ok(Named { fate, folder: None });
    let folders = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut folder: File = match rustix::fs::open(root, folders, Mode::empty()) {
        Ok(folder) => folder.into(),
        Err(error) => return Err(failed(error.into())),
    };
    let mut parts = subject.name.split('/').peekable();
    while let Some(part) = parts.next() {
        if !super::is_name(part) {
            return without(Fate::Other);
        }
        if parts.peek().is_some() {
            folder = match rustix::fs::openat(&folder, part, folders, Mode::empty()) {
                Ok(next) => next.into(),
                Err(rustix::io::Errno::NOENT) => return without(Fate::Gone),
                Err(rustix::io::Errno::NOTDIR | rustix::io::Errno::LOOP) => return without(Fate::Other),
                Err(error) => return Err(failed(error.into())),
            };
            continue;
        }
        // Opened without waiting, so that a pipe in its place cannot hang the purge.
        let files = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let mut file: File = match rustix::fs::openat(&folder, part, files, Mode::empty()) {
            Ok(file) => file.into(),
            Err(rustix::io::Errno::NOENT) => return Ok(Named { fate: Fate::Gone, folder: Some(folder) }),
            Err(rustix::io::Errno::LOOP | rustix::io::Errno::NXIO) => return without(Fate::Other),
            Err(error) => return Err(failed(error.into())),
        };
        let metadata = file.metadata().map_err(failed)?;
        // A second name of the same file elsewhere would keep its bytes alive after the receipt.
        let is_plain = metadata.is_file() && metadata.nlink() == 1;
        if !is_plain || digest(&mut file).map_err(failed)? != subject.digest.sha256 {
            return without(Fate::Other);
        }
        return Ok(Named { fate: Fate::There, folder: Some(folder) });
    }
    without(Fate::Other)
}

fn digest(file: &mut File) -> io::Result<Hex32> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(Hex32(hasher.finalize().into())),
            read => hasher.update(&buffer[..read]),
        }
    }
}

fn with_sig(place: &Path) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(".sig");
    name.into()
}

/// A small file whole; `None` when nothing stands there. A link is an error.
fn read_small(place: &Path) -> Result<Option<Vec<u8>>, OutputError> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let opened = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(place);
    let file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(at("read", place, source)),
    };
    let mut bytes = Vec::new();
    file.take(RECEIPT_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|source| at("read", place, source))?;
    if bytes.len() as u64 > RECEIPT_BYTES_MAX {
        return Err(at("read", place, io::ErrorKind::InvalidData.into()));
    }
    Ok(Some(bytes))
}

fn at(action: &'static str, place: &Path, source: io::Error) -> OutputError {
    OutputError::Io { action, place: place.to_owned(), source }
}

#[cfg(test)]
mod tests;
