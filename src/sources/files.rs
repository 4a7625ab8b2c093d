//! Files to read: found by pattern, opened without following links, decrypted, unpacked, counted and
//! hashed while they are read.
//!
//! It promises that the bytes handed on are the bytes the commitment was taken of, that a file that
//! changed meanwhile is an error, and that the end of an encrypted file is reported only after its
//! last part was there and unaltered. It knows neither rows nor encodings. Every third-party error
//! ends here; only the operating system's kind of error passes, never its text.

#![expect(clippy::disallowed_methods, reason = "sources opens files to read")]

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use flate2::read::MultiGzDecoder;
use hmac::{Hmac, KeyInit, Mac};
use rustix::fs::OFlags;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use sha2::Sha256;

use super::encrypted::{Encrypted, Raw};
use super::error::{SourceError, shown_missing};
use crate::config::shown::shown_place;
use crate::config::{Files, Format};
use crate::envelope;

/// A compressed file may unpack to this many times its size. Text tables reach 20, repetitive ones 100.
const UNPACK_RATIO_MAX: u64 = 500;
/// Below this size the ratio is not looked at: a small file may well be all alike.
const UNPACK_FREE_BYTES: u64 = 64 << 20;

/// Enough of a file's beginning to tell how it is packed or encrypted.
const HEAD_BYTES: u64 = 32;

/// One file of a table.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its name without the folder, made harmless for a terminal.
    pub name: String,
    /// Size in bytes when it was found.
    pub size: u64,
    /// Modification time when it was found.
    pub modified: SystemTime,
    /// How it is written.
    pub format: Format,
    /// Its path for messages.
    pub(super) shown: String,
    /// Whether it has to be encrypted, and what opens it.
    pub(super) encrypted: bool,
    pub(super) identity_file: Option<PathBuf>,
    identity: Identity,
}

impl SourceFile {
    pub(super) fn is_encrypted_by_name(&self) -> bool {
        self.name.to_lowercase().ends_with(envelope::SUFFIX)
    }
}

/// What must stay the same while a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    /// The modification time can be set back by whoever may write; this one cannot.
    changed: (i64, i64),
}

impl Identity {
    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// The files of several config entries as they stand at one moment.
pub struct Snapshot {
    entries: Vec<(Files, Option<Vec<SourceFile>>)>,
}

impl Snapshot {
    /// Looks at the files now. What cannot be found or read is left to whoever reads it.
    #[must_use]
    pub fn take<'f>(entries: impl IntoIterator<Item = &'f Files>) -> Self {
        let look = |files: &Files| (files.clone(), resolve(files).ok());
        Self { entries: entries.into_iter().map(look).collect() }
    }

    /// An error when a file was changed, replaced or taken away since, or another now fits a pattern:
    /// an objection that came meanwhile is one that nobody read.
    pub fn check(&self) -> Result<(), SourceError> {
        for (files, before) in &self.entries {
            let Some(before) = before else { continue };
            let changed = |file: String| SourceError::ChangedWhileReading { file };
            let now = resolve(files).map_err(|_| changed(shown_place(Path::new(&files.as_written))))?;
            if let Some(file) = before.iter().chain(&now).find(|file| {
                let same = |other: &&SourceFile| other.path == file.path && other.identity == file.identity;
                before.iter().find(same).is_none() || now.iter().find(same).is_none()
            }) {
                return Err(changed(file.shown.clone()));
            }
        }
        Ok(())
    }
}

/// The files a config entry names, sorted by path.
pub(super) fn resolve(files: &Files) -> Result<Vec<SourceFile>, SourceError> {
    let shown = shown_place(Path::new(&files.as_written));
    // A path that exists is taken as it stands, even when it holds a character patterns use.
    if files.pattern.symlink_metadata().is_ok() {
        return Ok(vec![inspect(&files.pattern, files)?]);
    }
    let bad = || SourceError::BadPattern { pattern: shown.clone() };
    let pattern = files.pattern.to_str().ok_or_else(bad)?;
    if !pattern.contains(['*', '?', '[']) {
        return Err(SourceError::Missing { file: shown_missing(&files.as_written) });
    }
    let options = glob::MatchOptions {
        case_sensitive: true,
        require_literal_separator: true,
        require_literal_leading_dot: true,
    };
    let mut paths = Vec::new();
    for path in glob::glob_with(pattern, options).map_err(|_| bad())? {
        paths.push(path.map_err(|error| unreadable(&shown_place(error.path()), error.error()))?);
    }
    paths.sort();
    if paths.is_empty() {
        return Err(SourceError::NoMatch { pattern: shown_missing(&files.as_written) });
    }
    paths.iter().map(|path| inspect(path, files)).collect()
}

fn inspect(path: &Path, files: &Files) -> Result<SourceFile, SourceError> {
    let shown = shown_place(path);
    let metadata = path.symlink_metadata().map_err(|error| unreadable(&shown, &error))?;
    regular(&metadata, &shown)?;
    Ok(SourceFile {
        path: path.to_owned(),
        name: shown_place(Path::new(path.file_name().unwrap_or_default())),
        size: metadata.size(),
        modified: metadata.modified().map_err(|error| unreadable(&shown, &error))?,
        format: files.format.unwrap_or_else(|| format_by_name(path)),
        encrypted: files.encrypted,
        identity_file: files.identity.clone(),
        shown,
        identity: Identity::of(&metadata),
    })
}

fn regular(metadata: &Metadata, shown: &str) -> Result<(), SourceError> {
    let kind = metadata.file_type();
    let what = if kind.is_file() {
        return Ok(());
    } else if kind.is_dir() {
        "a folder"
    } else if kind.is_symlink() {
        "a symbolic link"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    };
    Err(SourceError::NotAFile { file: shown.to_owned(), what })
}

pub(super) fn format_by_name(path: &Path) -> Format {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let name = name.strip_suffix(envelope::SUFFIX).unwrap_or(&name);
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(name);
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "parquet" | "pq" => Format::Parquet,
        "arrow" | "ipc" | "feather" => Format::Arrow,
        "ndjson" | "jsonl" => Format::Ndjson,
        _ => Format::Delimited,
    }
}

/// A format's name in messages.
pub(super) const fn format_name(format: Format) -> &'static str {
    match format {
        Format::Delimited => "delimited text",
        Format::Parquet => "Parquet",
        Format::Arrow => "Arrow IPC",
        Format::Ndjson => "NDJSON",
    }
}

/// The beginning of a small side file, such as a register's date: at most `limit` bytes, and more is an
/// error.
pub fn read_small(path: &Path, limit: u64) -> Result<Vec<u8>, SourceError> {
    let shown = shown_place(path);
    if path.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return Err(SourceError::Missing { file: shown });
    }
    let (file, _) = open_regular(path, &shown)?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&shown, &error))?;
    if bytes.len() as u64 > limit {
        return Err(SourceError::Unsupported { file: shown, what: "is too long for a side file" });
    }
    Ok(bytes)
}

fn open_regular(path: &Path, shown: &str) -> Result<(File, Metadata), SourceError> {
    // Without NONBLOCK, opening a pipe that was put there a moment ago would wait for ever.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC).bits();
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.cast_signed())
        .open(path)
        .map_err(|error| unreadable(shown, &error))?;
    let metadata = file.metadata().map_err(|error| unreadable(shown, &error))?;
    regular(&metadata, shown)?;
    Ok((file, metadata))
}

pub(super) fn unreadable(shown: &str, error: &io::Error) -> SourceError {
    SourceError::Unreadable { file: shown.to_owned(), kind: error.kind().to_string() }
}

/// An open file: its bytes, unpacked.
pub(super) struct Input {
    shown: String,
    packing: Option<&'static str>,
    stream: Stream,
    unpacked: u64,
    identity: Identity,
    digest_key: bool,
}

enum Stream {
    Plain(Raw),
    Gzip(Box<MultiGzDecoder<BufReader<Raw>>>),
    Zstd(Box<Zstd>),
}

impl Input {
    /// Opens a file found earlier. A change since then is an error.
    pub(super) fn open(file: &SourceFile, digest_key: Option<&[u8; 32]>) -> Result<Self, SourceError> {
        let (opened, metadata) = open_regular(&file.path, &file.shown)?;
        let identity = Identity::of(&metadata);
        if identity != file.identity {
            return Err(SourceError::ChangedWhileReading { file: file.shown.clone() });
        }
        let mut counted = Counted {
            file: opened,
            head: Vec::new(),
            head_at: 0,
            bytes: 0,
            mac: digest_key.map(|key| Box::new(keyed(key))),
        };
        counted.peek().map_err(|error| unreadable(&file.shown, &error))?;
        let name = file.path.as_os_str().as_encoded_bytes().to_ascii_lowercase();
        let by_name = name.strip_suffix(envelope::SUFFIX.as_bytes());
        let raw = if by_name.is_some() || counted.head.starts_with(envelope::MAGIC) {
            Raw::Encrypted(Box::new(Encrypted::open(file, counted)?))
        } else if file.encrypted {
            return Err(SourceError::NotEncrypted { file: file.shown.clone() });
        } else {
            Raw::Plain(counted)
        };
        let name = by_name.unwrap_or(&name);
        let (packing, stream) = if raw.head().starts_with(&[0x1F, 0x8B]) || name.ends_with(b".gz") {
            (
                Some("gzip"),
                Stream::Gzip(Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 18, raw)))),
            )
        } else if raw.head().starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) || name.ends_with(b".zst") {
            (Some("zstd"), Stream::Zstd(Box::new(Zstd::new(raw))))
        } else {
            (None, Stream::Plain(raw))
        };
        Ok(Self {
            shown: file.shown.clone(),
            packing,
            stream,
            unpacked: 0,
            identity,
            digest_key: digest_key.is_some(),
        })
    }

    fn raw(&self) -> &Raw {
        match &self.stream {
            Stream::Plain(raw) => raw,
            Stream::Gzip(decoder) => decoder.get_ref().get_ref(),
            Stream::Zstd(zstd) => zstd.source.get_ref(),
        }
    }

    fn raw_mut(&mut self) -> &mut Raw {
        match &mut self.stream {
            Stream::Plain(raw) => raw,
            Stream::Gzip(decoder) => decoder.get_mut().get_mut(),
            Stream::Zstd(zstd) => zstd.source.get_mut(),
        }
    }

    /// Raw bytes read.
    pub(super) fn bytes_read(&self) -> u64 {
        self.raw().bytes()
    }

    /// What an error of this input's `read` means.
    pub(super) fn explain(&self, error: &io::Error) -> SourceError {
        let file = self.shown.clone();
        if self.raw().is_broken() {
            return SourceError::Undecryptable { file };
        }
        match (self.packing, error.kind()) {
            (Some(_), io::ErrorKind::FileTooLarge) => SourceError::Bomb { file, ratio: UNPACK_RATIO_MAX },
            (
                Some(format),
                io::ErrorKind::InvalidData
                | io::ErrorKind::InvalidInput
                | io::ErrorKind::UnexpectedEof
                | io::ErrorKind::Other,
            ) => SourceError::Decompress { file, format },
            _ => unreadable(&self.shown, error),
        }
    }

    /// After the last byte: raw bytes and their commitment. A file that changed is an error.
    pub(super) fn finish(&mut self) -> Result<(u64, Option<[u8; 32]>), SourceError> {
        let (shown, identity, keyed) = (self.shown.clone(), self.identity, self.digest_key);
        let finished = self.raw_mut().at_end(|counted| -> Result<_, SourceError> {
            let metadata = counted.file.metadata().map_err(|error| unreadable(&shown, &error))?;
            if Identity::of(&metadata) != identity || counted.bytes != identity.size {
                return Err(SourceError::ChangedWhileReading { file: shown.clone() });
            }
            let hmac = counted.mac.take().map(|mac| mac.finalize().into_bytes().into());
            debug_assert_eq!(hmac.is_some(), keyed, "finished once");
            Ok((counted.bytes, hmac))
        });
        finished.ok_or(SourceError::Undecryptable { file: shown })?
    }
}

impl Read for Input {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.stream {
            Stream::Plain(raw) => return raw.read(out),
            Stream::Gzip(decoder) => decoder.read(out)?,
            Stream::Zstd(zstd) => zstd.read(out)?,
        };
        self.unpacked += count as u64;
        if self.unpacked > UNPACK_FREE_BYTES.max(self.bytes_read() * UNPACK_RATIO_MAX) {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(count)
    }
}

/// An open file that is not read from front to back.
#[cfg(feature = "columnar")]
pub(super) struct Opened {
    file: File,
    shown: String,
    identity: Identity,
}

#[cfg(feature = "columnar")]
impl Opened {
    /// Opens a file found earlier. A change since then is an error.
    pub(super) fn open(file: &SourceFile) -> Result<Self, SourceError> {
        let (opened, metadata) = open_regular(&file.path, &file.shown)?;
        let opened = Self { file: opened, shown: file.shown.clone(), identity: file.identity };
        if Identity::of(&metadata) == opened.identity { Ok(opened) } else { Err(opened.changed()) }
    }

    /// The same open file once more.
    pub(super) fn handle(&self) -> Result<File, SourceError> {
        self.file.try_clone().map_err(|error| unreadable(&self.shown, &error))
    }

    pub(super) const fn size(&self) -> u64 {
        self.identity.size
    }

    /// Reads the whole file once for its commitment, when there is a key.
    pub(super) fn digest(&self, key: Option<&[u8; 32]>) -> Result<Option<[u8; 32]>, SourceError> {
        use std::os::unix::fs::FileExt;
        let Some(key) = key else { return Ok(None) };
        let mut mac = keyed(key);
        let mut chunk = vec![0; 1 << 20];
        let mut at = 0;
        loop {
            // Handles share one position, so it is read by offset.
            match self.file.read_at(&mut chunk, at) {
                Ok(0) => break,
                Ok(count) => {
                    mac.update(&chunk[..count]);
                    at += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(unreadable(&self.shown, &error)),
            }
        }
        if at == self.identity.size {
            Ok(Some(mac.finalize().into_bytes().into()))
        } else {
            Err(self.changed())
        }
    }

    /// After the last batch.
    pub(super) fn check_unchanged(&self) -> Result<(), SourceError> {
        let metadata = self.file.metadata().map_err(|error| unreadable(&self.shown, &error))?;
        if Identity::of(&metadata) == self.identity { Ok(()) } else { Err(self.changed()) }
    }

    fn changed(&self) -> SourceError {
        SourceError::ChangedWhileReading { file: self.shown.clone() }
    }
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

/// Counts and hashes what passes.
pub(super) struct Counted {
    file: File,
    /// The first bytes, looked at before anybody asked for them.
    pub(super) head: Vec<u8>,
    head_at: usize,
    pub(super) bytes: u64,
    mac: Option<Box<Hmac<Sha256>>>,
}

impl Counted {
    fn peek(&mut self) -> io::Result<()> {
        self.file.by_ref().take(HEAD_BYTES).read_to_end(&mut self.head)?;
        Ok(())
    }
}

impl Read for Counted {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = if self.head_at < self.head.len() {
            let count = out.len().min(self.head.len() - self.head_at);
            out[..count].copy_from_slice(&self.head[self.head_at..self.head_at + count]);
            self.head_at += count;
            count
        } else {
            self.file.read(out)?
        };
        self.bytes += count as u64;
        if let Some(mac) = &mut self.mac {
            mac.update(&out[..count]);
        }
        Ok(count)
    }
}

/// Several zstd frames one after another (RFC 8878 §3.1), each with its checksum checked when it has one.
struct Zstd {
    source: BufReader<Raw>,
    decoder: FrameDecoder,
    inside: bool,
    frames: u64,
}

impl Zstd {
    fn new(raw: Raw) -> Self {
        Self {
            source: BufReader::with_capacity(1 << 18, raw),
            decoder: FrameDecoder::new(),
            inside: false,
            frames: 0,
        }
    }

    /// Enters the next frame; false after the last.
    fn enter(&mut self) -> io::Result<bool> {
        loop {
            if self.source.fill_buf()?.is_empty() {
                return if self.frames == 0 { Err(damaged()) } else { Ok(false) };
            }
            self.frames += 1;
            match self.decoder.init(&mut self.source) {
                Ok(()) => {
                    self.inside = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let length = u64::from(length);
                    if io::copy(&mut self.source.by_ref().take(length), &mut io::sink())? != length {
                        return Err(damaged());
                    }
                }
                Err(_) => return Err(damaged()),
            }
        }
    }
}

impl Read for Zstd {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.inside && !self.enter()? {
                return Ok(0);
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                self.decoder
                    .decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBytes(out.len()))
                    .map_err(|_| damaged())?;
            }
            let count = self.decoder.read(out).map_err(|_| damaged())?;
            if count > 0 {
                return Ok(count);
            }
            let stated = self.decoder.get_checksum_from_data();
            if stated.is_some() && stated != self.decoder.get_calculated_checksum() {
                return Err(damaged());
            }
            self.inside = false;
        }
    }
}

/// The decoder's own text is dropped: it may say what it saw.
fn damaged() -> io::Error {
    io::ErrorKind::InvalidData.into()
}
