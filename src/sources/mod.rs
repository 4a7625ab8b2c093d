//! Everything that is read: tables of customers and lists of objections, as batches of rows of
//! borrowed cells. This module alone opens files to read.
//!
//! It promises that no row is lost in silence: every physical line is a row, part of a legal quoted
//! cell, blank, or a [`RowFault`] with what could be recovered from it. What is parsed is what is
//! committed to: the [`InputDigest`] is taken of the very bytes that pass by. It must not know what a
//! column means, and no error of its carries a cell.
//!
//! The thread that calls [`BatchReader::next_batch`] reads, unpacks and cuts at row ends; splitting
//! rows into cells is left to [`Batch::for_each`], on whichever thread the batch is sent to.

pub mod customers;
pub mod keys;
pub mod receipts;
pub mod registers;
pub mod releases;

mod batch;
mod blocks;
#[cfg(feature = "columnar")]
mod columnar;
mod delimited;
mod encoding;
mod encrypted;
mod error;
mod files;
mod framing;
mod header;
mod marks;
mod ndjson;
mod text;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use batch::{Batch, Place, Placed, Record, Records, Row, RowFault, RowFaultCode, STRIP_ROWS, Strip};
pub use error::SourceError;
pub use files::{Snapshot, SourceFile, read_small};

use crate::config;
use crate::config::shown::shown_name;
use text::TextReader;

/// How to read.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// Most rows a batch. Smaller batches change nothing but speed.
    pub batch_rows: usize,
    /// Longest record in bytes; a longer one is a fault.
    pub max_record_bytes: usize,
    /// Key of the input commitment: HMAC-SHA-256 over each file's raw bytes. `None`: not computed.
    pub digest_key: Option<[u8; 32]>,
    /// What each file's last line that is not blank has to fit to be a trailer, kept out of the rows. One
    /// that does not fit is the row it may be.
    pub trailer: Option<registers::Trailer>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { batch_rows: 65_536, max_record_bytes: 1 << 20, digest_key: None, trailer: None }
    }
}

/// Reads a table batch by batch.
pub trait BatchReader: Send {
    /// The wanted columns, in the order of [`Row::cell`].
    fn columns(&self) -> &[String];
    /// The next batch, or `None` after the last. After an error nothing more can be read.
    fn next_batch(&mut self) -> Result<Option<Batch>, SourceError>;
    /// How far it is.
    fn progress(&self) -> Progress;
}

/// How many bytes of the files have been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Raw bytes read so far.
    pub bytes_read: u64,
    /// Raw bytes there are.
    pub bytes_total: u64,
}

/// What was read of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputDigest {
    /// The file's name, without its folder.
    pub name: String,
    /// Raw bytes read.
    pub bytes: u64,
    /// Rows and faults handed out by [`Batch::for_each`]; whole once every batch went through it.
    pub rows: u64,
    /// HMAC-SHA-256 of the raw bytes under the run's digest key, when one was given.
    pub hmac: Option<[u8; 32]>,
}

/// A table opened for reading: one or several files, one after another, each with a checked header.
pub struct OpenTable {
    files: Arc<[SourceFile]>,
    columns: Vec<String>,
    unmapped: Vec<String>,
    settings: config::Files,
    options: ReadOptions,
    /// The file under way.
    current: Option<Reader>,
    next_file: usize,
    digests: Vec<InputDigest>,
    records: Vec<Arc<AtomicU64>>,
    trailers: Vec<Option<Vec<u8>>>,
    bytes_done: u64,
    failed: Option<SourceError>,
    pool: Arc<blocks::Pool>,
}

/// The reader of one file.
enum Reader {
    Text(Box<TextReader>),
    #[cfg(feature = "columnar")]
    Columnar(Box<columnar::ColumnarReader>),
}

/// Opens the files of a table and checks each header: every wanted column must be there exactly once.
/// Only wanted columns are handed out; `wanted` may name one column twice. A list without a header has
/// one column, whose name is empty.
pub fn open(files: &config::Files, wanted: &[&str], options: &ReadOptions) -> Result<OpenTable, SourceError> {
    let found: Arc<[SourceFile]> = files::resolve(files)?.into();
    let mut table = OpenTable {
        columns: wanted.iter().map(ToString::to_string).collect(),
        unmapped: Vec::new(),
        settings: files.clone(),
        options: options.clone(),
        current: None,
        next_file: 0,
        digests: Vec::new(),
        records: found.iter().map(|_| Arc::default()).collect(),
        trailers: vec![None; found.len()],
        bytes_done: 0,
        failed: None,
        pool: Arc::default(),
        files: found,
    };
    // Every header is checked before the first row is handed out, so that a wrong last file is told at
    // once. One file stays open; the others are opened again in their turn, and a change is noticed.
    for index in 0..table.files.len() {
        let reader = table.start(index)?;
        for name in reader.header() {
            let shown = shown_name(name);
            if !wanted.contains(&name.as_str()) && !table.unmapped.contains(&shown) {
                table.unmapped.push(shown);
            }
        }
        if index == 0 {
            table.current = Some(reader);
            table.next_file = 1;
        }
    }
    Ok(table)
}

/// The column names of a table's first file as they stand in it, for those who do not know them yet.
/// They may be cells of a row, where a file has no header: not to be shown as they are.
pub fn header(files: &config::Files, options: &ReadOptions) -> Result<Vec<String>, SourceError> {
    let table = open(files, &[], options)?;
    Ok(table.current.as_ref().map(|reader| reader.header().to_vec()).unwrap_or_default())
}

impl OpenTable {
    /// The files, in reading order.
    #[must_use]
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// Columns that are in some header and not wanted, made harmless for a terminal. Never read.
    #[must_use]
    pub fn unmapped(&self) -> &[String] {
        &self.unmapped
    }

    /// Rows and faults handed out so far, by all threads.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.records.iter().map(|records| records.load(Ordering::Relaxed)).sum()
    }

    /// What was read of each finished file. Whole after `next_batch` gave `None` and every batch went
    /// through `for_each`.
    #[must_use]
    pub fn digests(&self) -> Vec<InputDigest> {
        let with_rows = |(digest, records): (&InputDigest, &Arc<AtomicU64>)| InputDigest {
            rows: records.load(Ordering::Relaxed),
            ..digest.clone()
        };
        self.digests.iter().zip(&self.records).map(with_rows).collect()
    }

    /// The trailer line of a finished file, when [`ReadOptions::trailer`] asked for it and there is one.
    /// Bytes without their line end. Not to be shown: a file without a trailer has a row there.
    #[must_use]
    pub fn trailer(&self, file: usize) -> Option<&[u8]> {
        self.trailers.get(file)?.as_deref()
    }

    fn start(&self, index: usize) -> Result<Reader, SourceError> {
        let file = &self.files[index];
        let columnar = matches!(file.format, config::Format::Parquet | config::Format::Arrow);
        if columnar && (file.encrypted || file.is_encrypted_by_name()) {
            let what = "is Parquet or Arrow, which cannot be read encrypted";
            return Err(SourceError::Unsupported { file: file.shown.clone(), what });
        }
        match file.format {
            config::Format::Delimited | config::Format::Ndjson => {
                let input = files::Input::open(file, self.options.digest_key.as_ref())?;
                let reader = TextReader::start(
                    input,
                    &text::Start {
                        index,
                        shown: &file.shown,
                        settings: &self.settings,
                        wanted: &self.columns,
                        options: &self.options,
                        records: &self.records[index],
                        pool: &self.pool,
                        json: file.format == config::Format::Ndjson,
                    },
                )?;
                Ok(Reader::Text(Box::new(reader)))
            }
            #[cfg(feature = "columnar")]
            config::Format::Parquet | config::Format::Arrow => {
                Ok(Reader::Columnar(Box::new(columnar::ColumnarReader::start(
                    file,
                    index,
                    &self.columns,
                    &self.options,
                    &self.records[index],
                )?)))
            }
            #[cfg(not(feature = "columnar"))]
            config::Format::Parquet | config::Format::Arrow => Err(SourceError::NotInThisBuild {
                file: file.shown.clone(),
                format: files::format_name(file.format),
            }),
        }
    }

    fn advance(&mut self) -> Result<Option<Batch>, SourceError> {
        loop {
            if self.current.is_none() {
                if self.next_file == self.files.len() {
                    return Ok(None);
                }
                self.current = Some(self.start(self.next_file)?);
                self.next_file += 1;
            }
            let Some(reader) = &mut self.current else { return Ok(None) };
            if let Some(batch) = reader.next_batch()? {
                return Ok(Some(batch));
            }
            let index = self.next_file - 1;
            let (bytes, hmac, trailer) = reader.finish()?;
            self.trailers[index] = trailer;
            self.bytes_done += bytes;
            self.digests.push(InputDigest { name: self.files[index].name.clone(), bytes, rows: 0, hmac });
            self.current = None;
        }
    }
}

impl BatchReader for OpenTable {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn next_batch(&mut self) -> Result<Option<Batch>, SourceError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.advance().inspect_err(|error| self.failed = Some(error.clone()))
    }

    fn progress(&self) -> Progress {
        Progress {
            bytes_read: self.bytes_done + self.current.as_ref().map_or(0, Reader::bytes_read),
            bytes_total: self.files.iter().map(|file| file.size).sum(),
        }
    }
}

/// Bytes read, their commitment, and the trailer of one file.
type Finished = (u64, Option<[u8; 32]>, Option<Vec<u8>>);

impl Reader {
    fn header(&self) -> &[String] {
        match self {
            Self::Text(reader) => reader.header(),
            #[cfg(feature = "columnar")]
            Self::Columnar(reader) => reader.header(),
        }
    }

    fn next_batch(&mut self) -> Result<Option<Batch>, SourceError> {
        match self {
            Self::Text(reader) => reader.next_batch(),
            #[cfg(feature = "columnar")]
            Self::Columnar(reader) => reader.next_batch(),
        }
    }

    fn finish(&mut self) -> Result<Finished, SourceError> {
        match self {
            Self::Text(reader) => reader.finish(),
            #[cfg(feature = "columnar")]
            Self::Columnar(reader) => reader.finish(),
        }
    }

    fn bytes_read(&self) -> u64 {
        match self {
            Self::Text(reader) => reader.bytes_read(),
            #[cfg(feature = "columnar")]
            Self::Columnar(reader) => reader.bytes_read(),
        }
    }
}

/// Finds the wanted columns in a header, in wanted order.
fn locate(header: &[String], wanted: &[String], file: &str) -> Result<Vec<u32>, SourceError> {
    let mut at = Vec::with_capacity(wanted.len());
    for column in wanted {
        let mut hits = (0_u32..).zip(header).filter(|(_, name)| *name == column).map(|(index, _)| index);
        match (hits.next(), hits.count()) {
            (Some(index), 0) => at.push(index),
            (Some(_), more) => {
                return Err(SourceError::DoubledColumn {
                    file: file.to_owned(),
                    column: column.clone(),
                    times: more + 1,
                });
            }
            (None, _) => return Err(missing(header, wanted, column, file)),
        }
    }
    Ok(at)
}

/// Names are listed and suggested only when the line surely is a header: some wanted name is in it, be it
/// in other capitals or with other dashes. Otherwise it may be a customer's row, in which `Emil` is no
/// slip of the pen for `email`.
fn missing(header: &[String], wanted: &[String], column: &str, file: &str) -> SourceError {
    let is_header = wanted.iter().any(|name| header.iter().any(|found| error::is_same_name(name, found)));
    let near = error::nearest(column, header).filter(|_| is_header).map(shown_name);
    let available = if is_header { header.iter().map(|name| shown_name(name)).collect() } else { Vec::new() };
    SourceError::MissingColumn { file: file.to_owned(), column: config::concealed(column), near, available }
}

#[cfg(test)]
mod tests;
