//! The files of a base: a folder of its own, owner-only, filled through buffers of fixed size.
//!
//! Promises: nothing is ever overwritten, and memory does not grow with the base. Errors name a
//! file, never a row.

#![expect(clippy::disallowed_methods, reason = "stands apart, and writes its own folder")]

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::SynthError;

/// Bytes collected before a write.
const BUFFER: usize = 1 << 20;
/// Room for the row that crosses that line.
const MARGIN: usize = 1 << 12;

/// Makes the folder, or takes an empty one.
pub(super) fn folder(path: &Path) -> Result<(), SynthError> {
    let failed = |source| SynthError::Folder { path: path.to_owned(), source };
    match std::fs::read_dir(path) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(Ok(_)) => Err(SynthError::FolderNotEmpty { path: path.to_owned() }),
            Some(Err(source)) => Err(failed(source)),
        },
        Err(missing) if missing.kind() == ErrorKind::NotFound => {
            DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)
        }
        Err(source) => Err(failed(source)),
    }
}

/// A file being written. Rows are put into `buffer` and passed on by [`Sink::end_row`].
pub(super) struct Sink {
    path: PathBuf,
    file: File,
    pub(super) buffer: Vec<u8>,
    written: u64,
}

impl Sink {
    /// A new file with its first bytes.
    pub(super) fn create(folder: &Path, name: &str, head: &str) -> Result<Self, SynthError> {
        let path = folder.join(name);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let file = file.map_err(|source| SynthError::File { path: path.clone(), source })?;
        let mut buffer = Vec::with_capacity(BUFFER + MARGIN);
        buffer.extend_from_slice(head.as_bytes());
        Ok(Self { path, file, buffer, written: 0 })
    }

    /// A whole file at once.
    pub(super) fn write(folder: &Path, name: &str, text: &str) -> Result<(), SynthError> {
        Self::create(folder, name, text)?.close().map(drop)
    }

    /// Ends the row in the buffer.
    pub(super) fn end_row(&mut self) -> Result<(), SynthError> {
        self.buffer.push(b'\n');
        if self.buffer.len() < BUFFER { Ok(()) } else { self.flush() }
    }

    /// Writes what is left; says how many bytes the file has.
    pub(super) fn close(mut self) -> Result<u64, SynthError> {
        self.flush()?;
        Ok(self.written)
    }

    fn flush(&mut self) -> Result<(), SynthError> {
        let written = self.file.write_all(&self.buffer);
        written.map_err(|source| SynthError::File { path: self.path.clone(), source })?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}
