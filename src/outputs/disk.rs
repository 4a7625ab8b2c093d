//! Every change this module makes to a disk, in one place.
//!
//! A [`Disk`] promises owner-only files and folders that are created, never overwritten. It counts
//! its operations, so that a test can let the n-th one fail for every n and see that either nothing
//! or a whole release is left. It does not know what a release is.

#![expect(clippy::disallowed_methods, reason = "every file operation that writes is here")]

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use rustix::fs::{CWD, RenameFlags, renameat_with};

/// Mode of files: the owner reads and writes, nobody else does anything.
pub const FILE_MODE: u32 = 0o600;
/// Mode of folders.
pub const FOLDER_MODE: u32 = 0o700;

/// The file system, or one that fails when told to.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    faults: Option<Arc<Faults>>,
}

#[derive(Debug)]
struct Faults {
    done: AtomicU64,
    fails_at: u64,
    kind: io::ErrorKind,
}

/// What was written of a file, on its way to the disk while more is written: the system would wait with all of
/// it until it is asked at the end, and the disk would rest meanwhile.
#[derive(Debug, Default)]
pub(crate) struct EarlySync {
    running: Option<JoinHandle<io::Result<()>>>,
}

impl EarlySync {
    /// Begins, unless it is under way. The error of what was begun before is told here.
    pub(crate) fn begin(&mut self, file: &File) -> io::Result<()> {
        if self.running.as_ref().is_some_and(|running| !running.is_finished()) {
            return Ok(());
        }
        self.end()?;
        // Without another handle or another thread it is left to the end.
        let Ok(file) = file.try_clone() else { return Ok(()) };
        self.running = thread::Builder::new().spawn(move || file.sync_all()).ok();
        Ok(())
    }

    /// Waits for what was begun. The system tells an error once, so that it must not be lost here.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        let ended = |running: JoinHandle<io::Result<()>>| {
            running.join().unwrap_or_else(|_| Err(io::Error::other("a thread of the program failed")))
        };
        self.running.take().map_or(Ok(()), ended)
    }
}

impl Disk {
    /// The file system as it is.
    #[must_use]
    pub fn real() -> Self {
        Self::default()
    }

    /// The file system, but operation `fails_at` (from 0) and all after it fail with `kind`.
    #[must_use]
    pub fn failing_at(fails_at: u64, kind: io::ErrorKind) -> Self {
        Self { faults: Some(Arc::new(Faults { done: AtomicU64::new(0), fails_at, kind })) }
    }

    /// How many operations were asked for so far; 0 for the real one, which does not count.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.faults.as_ref().map_or(0, |faults| faults.done.load(Ordering::SeqCst))
    }

    fn step(&self) -> io::Result<()> {
        let Some(faults) = &self.faults else { return Ok(()) };
        let at = faults.done.fetch_add(1, Ordering::SeqCst);
        if at >= faults.fails_at { Err(faults.kind.into()) } else { Ok(()) }
    }

    /// Creates a folder, 0700, whose parents exist.
    pub(crate) fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        DirBuilder::new().mode(FOLDER_MODE).create(path)
    }

    /// Creates a folder and those above it, 0700 where they are new.
    pub(crate) fn create_folders(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        DirBuilder::new().mode(FOLDER_MODE).recursive(true).create(path)
    }

    /// Creates a file, 0600, that must not exist; a link in its place counts as existing.
    pub(crate) fn create_file(&self, path: &Path) -> io::Result<File> {
        self.step()?;
        OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(path)
    }

    /// Opens the lock file, creating it if needed.
    pub(crate) fn open_lock(&self, path: &Path) -> io::Result<File> {
        self.step()?;
        // A link in its place would let the lock be written elsewhere.
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(FILE_MODE)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
            .open(path)
    }

    /// Appends to an open file.
    pub(crate) fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        self.step()?;
        file.write_all(bytes)
    }

    /// Waits until a file's bytes are on the disk.
    pub(crate) fn sync_file(&self, file: &File) -> io::Result<()> {
        self.step()?;
        file.sync_all()
    }

    /// Waits until a folder's entries are on the disk.
    pub(crate) fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        File::open(path)?.sync_all()
    }

    /// Renames, and fails when something stands at the new name.
    pub(crate) fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            Ok(()) => Ok(()),
            // Some network file systems cannot rename without replacing. The folder's lock keeps
            // other runs away, so looking first is as good.
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP) => {
                rename_after_looking(from, to)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Renames over whatever file or link stands at the new name.
    pub(crate) fn rename_over(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        std::fs::rename(from, to)
    }

    /// Creates a symbolic link.
    pub(crate) fn link(&self, target: &Path, at: &Path) -> io::Result<()> {
        self.step()?;
        std::os::unix::fs::symlink(target, at)
    }

    /// Removes a folder and all in it. Never counted as an operation: a clean-up that a test's
    /// fault stops would prove nothing about the run before it.
    pub(crate) fn remove_folder(path: &Path) -> io::Result<()> {
        std::fs::remove_dir_all(path)
    }

    /// Removes the entry `name` of an open folder, which is a file.
    pub(super) fn unlink_at(&self, folder: &File, name: &str) -> io::Result<()> {
        self.step()?;
        Ok(rustix::fs::unlinkat(folder, name, rustix::fs::AtFlags::empty())?)
    }

    /// Removes a file or link that stands in the way, as one counted operation.
    pub(crate) fn clear_file(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        match std::fs::remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    /// Removes a file or link.
    pub(crate) fn remove_file(path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }
}

/// Renames when nothing stands at the new name.
fn rename_after_looking(from: &Path, to: &Path) -> io::Result<()> {
    match to.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => std::fs::rename(from, to),
        Err(error) => Err(error),
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{self, ErrorKind};
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use super::{Disk, EarlySync, rename_after_looking};

    /// Both ways to rename, since one machine's file system takes only one of them.
    #[test]
    fn nothing_is_ever_renamed_over() {
        let ways: [fn(&Path, &Path) -> io::Result<()>; 2] =
            [|from, to| Disk::real().rename_new(from, to), rename_after_looking];
        let makes: [fn(&Path); 4] = [
            |place| fs::create_dir(place).expect("a folder"),
            |place| fs::write(place, b"kept").expect("a file"),
            |place| symlink("/nonexistent", place).expect("a link to nowhere"),
            |place| symlink(".", place).expect("a link"),
        ];
        for way in ways {
            for make in makes {
                let scratch = tempfile::tempdir().expect("scratch");
                let [from, to] = ["from", "to"].map(|name| scratch.path().join(name));
                fs::create_dir(&from).expect("a folder");
                make(&to);
                assert_eq!(way(&from, &to).expect_err("taken").kind(), ErrorKind::AlreadyExists);
                assert!(from.is_dir());
                way(&from, &scratch.path().join("free")).expect("nothing stands there");
                assert!(!from.exists() && scratch.path().join("free").is_dir());
            }
        }
    }

    /// What cannot be synced: the system refuses it each time it is asked.
    #[test]
    fn an_early_sync_loses_no_error() {
        let device = fs::File::open("/dev/null").expect("a device");
        let mut early = EarlySync::default();
        early.end().expect("nothing was begun");
        early.begin(&device).expect("begun");
        early.end().expect_err("refused");
        early.end().expect("told once");
        early.begin(&device).expect("begun");
        let told = loop {
            // Until the one before has ended.
            if let Err(error) = early.begin(&device) {
                break error;
            }
        };
        assert_eq!(told.kind(), early_kind(&device));
        let file = tempfile::tempfile().expect("scratch");
        early.end().expect("told already");
        early.begin(&file).expect("begun");
        early.end().expect("synced");
    }

    fn early_kind(device: &fs::File) -> ErrorKind {
        device.sync_all().expect_err("refused").kind()
    }
}
