//! Delimited text (CSV, TSV): records cut on the reading thread, cells split on a worker.
//!
//! It promises exact physical line numbers and a strict count of cells, and that rows without quotes
//! are never copied: they are split in place, which a test proves equal to the `csv` crate. Records
//! with quotes are framed strictly by `framing` first (`csv` alone takes a stray quote for text, and
//! swallows rows after an unclosed one) and then unquoted by `csv_core`. It must not know what a
//! column means.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use memchr::{memchr, memchr2, memchr2_iter, memchr3_iter};

use super::batch::{Batch, Body, Place, Record, Row, RowFault, RowFaultCode, Span};
use super::blocks::{Blocks, Pool, Sizes};
use super::error::SourceError;
use super::files::Input;
use super::framing::{self, Frame, Rules, Special};
use super::header::Header;
use super::{Finished, ReadOptions, locate};
use crate::config;

/// Longest record that may be configured: positions in a batch are 32 bits wide.
const RECORD_MAX: usize = 1 << 30;

/// What a worker must know about the table to split rows.
struct Layout {
    rules: Rules,
    fields: usize,
    wanted: Vec<u32>,
}

/// Framed text on its way to a worker.
pub(super) struct Text {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    specials: Vec<Special>,
    layout: Arc<Layout>,
    pool: Arc<Pool>,
}

impl Drop for Text {
    fn drop(&mut self) {
        self.pool.give(std::mem::take(&mut self.buffer));
    }
}

impl Text {
    pub(super) const fn len(&self) -> usize {
        self.end - self.start
    }

    pub(super) fn for_each(&self, file: u32, first_line: u64, f: &mut impl FnMut(Record<'_>)) {
        let data = &self.buffer[self.start..self.end];
        let mut splitter = Splitter {
            data,
            layout: &self.layout,
            spans: vec![(0, 0); self.layout.fields],
            pieces: Vec::new(),
            has_nul: memchr(0, data).is_some(),
            has_cr: memchr(b'\r', data).is_some(),
            // One fast pass over everything; only where it fails are cells looked at one by one.
            is_utf8: std::str::from_utf8(data).is_ok(),
            place: Place { file, line: first_line },
            unquoter: None,
            scratch: Vec::new(),
            ends: Vec::new(),
        };
        let mut at = 0;
        for special in &self.specials {
            splitter.plain(at, special.start as usize, f);
            splitter.special(special, f);
            at = special.end as usize;
        }
        splitter.plain(at, data.len(), f);
    }
}

/// Splits framed text into records, on a worker.
struct Splitter<'t> {
    data: &'t [u8],
    layout: &'t Layout,
    spans: Vec<Span>,
    /// Pieces recovered from a fault.
    pieces: Vec<Span>,
    has_nul: bool,
    has_cr: bool,
    is_utf8: bool,
    place: Place,
    unquoter: Option<Box<csv_core::Reader>>,
    scratch: Vec<u8>,
    ends: Vec<usize>,
}

impl Splitter<'_> {
    /// Lines without any quote.
    fn plain(&mut self, from: usize, to: usize, f: &mut impl FnMut(Record<'_>)) {
        let stretch = &self.data[..to];
        if self.has_cr {
            let hits = memchr3_iter(self.layout.rules.delimiter, b'\n', b'\r', &stretch[from..]);
            self.lines(from, to, hits.map(|at| from + at), f);
        } else {
            let hits = memchr2_iter(self.layout.rules.delimiter, b'\n', &stretch[from..]);
            self.lines(from, to, hits.map(|at| from + at), f);
        }
    }

    #[inline]
    fn lines(
        &mut self,
        from: usize,
        to: usize,
        hits: impl Iterator<Item = usize>,
        f: &mut impl FnMut(Record<'_>),
    ) {
        let data = self.data;
        let delimiter = self.layout.rules.delimiter;
        let (mut line, mut cell, mut count) = (from, from, 0);
        for hit in hits {
            let byte = data[hit];
            if byte == b'\n' && hit == line && hit > from && data[hit - 1] == b'\r' {
                // The second half of a CR LF.
                line = hit + 1;
                cell = line;
                continue;
            }
            if let Some(span) = self.spans.get_mut(count) {
                *span = (cell as u32, hit as u32);
            }
            count += 1;
            cell = hit + 1;
            if byte != delimiter {
                self.line(line, hit, count, f);
                self.place.line += 1;
                line = cell;
                count = 0;
            }
        }
        if line < to {
            if let Some(span) = self.spans.get_mut(count) {
                *span = (cell as u32, to as u32);
            }
            self.line(line, to, count + 1, f);
        }
    }

    /// One line without quotes, its cells in `spans`.
    #[inline]
    fn line(&mut self, start: usize, end: usize, count: usize, f: &mut impl FnMut(Record<'_>)) {
        if start == end {
            return;
        }
        let code = if end - start > self.layout.rules.max_record_bytes {
            RowFaultCode::TooLong
        } else if self.has_nul && memchr(0, &self.data[start..end]).is_some() {
            RowFaultCode::Nul
        } else if count < self.layout.fields {
            RowFaultCode::ShortRow
        } else if count > self.layout.fields {
            RowFaultCode::LongRow
        } else {
            let row =
                Row { data: self.data, spans: &self.spans, wanted: &self.layout.wanted, place: self.place };
            if self.is_utf8 || wanted_is_utf8(&row) {
                return f(Record::Row(row));
            }
            RowFaultCode::InvalidEncoding
        };
        self.fault(code, start, end, f);
    }

    /// A record with quotes, or a fault found while framing.
    fn special(&mut self, special: &Special, f: &mut impl FnMut(Record<'_>)) {
        let (start, end) = (special.start as usize, special.end as usize);
        let content_end = content_end(self.data, start, end);
        match special.fault {
            Some(code) => {
                self.fault(code, start, content_end, f);
                self.place.line += 1;
            }
            None => {
                self.quoted(start, content_end, f);
                self.place.line += framing::count_lines(&self.data[start..end]) as u64;
            }
        }
    }

    /// A legal record with quotes.
    fn quoted(&mut self, start: usize, end: usize, f: &mut impl FnMut(Record<'_>)) {
        let record = &self.data[start..end];
        if self.has_nul && memchr(0, record).is_some() {
            return self.fault(RowFaultCode::Nul, start, end, f);
        }
        let count = self.unquote(start, end);
        let place = self.place;
        let code = match count.cmp(&self.layout.fields) {
            std::cmp::Ordering::Less => RowFaultCode::ShortRow,
            std::cmp::Ordering::Greater => RowFaultCode::LongRow,
            std::cmp::Ordering::Equal => {
                let row =
                    Row { data: &self.scratch, spans: &self.spans, wanted: &self.layout.wanted, place };
                if self.is_utf8 || wanted_is_utf8(&row) {
                    return f(Record::Row(row));
                }
                RowFaultCode::InvalidEncoding
            }
        };
        self.pieces.clear();
        let mut from = 0;
        for &to in &self.ends[..count] {
            self.pieces.push((from, to as u32));
            from = to as u32;
        }
        f(Record::Fault(RowFault { code, place, data: &self.scratch, spans: &self.pieces }));
    }

    /// Unquotes a record into `scratch`, its ends into `ends` and as far as they fit into `spans`.
    /// Returns how many cells there are.
    fn unquote(&mut self, start: usize, end: usize) -> usize {
        let record = &self.data[start..end];
        let delimiter = self.layout.rules.delimiter;
        let reader = self.unquoter.get_or_insert_with(|| {
            Box::new(csv_core::ReaderBuilder::new().delimiter(delimiter).build())
        });
        reader.reset();
        if self.scratch.len() < record.len() {
            self.scratch.resize(record.len(), 0);
        }
        // One more cell than there are delimiters is the most there can be.
        let most = memchr::memchr_iter(delimiter, record).count() + 1;
        if self.ends.len() < most {
            self.ends.resize(most, 0);
        }
        let (mut read, mut wrote, mut count) = (0, 0, 0);
        loop {
            let (result, used, out, ends) =
                reader.read_record(&record[read..], &mut self.scratch[wrote..], &mut self.ends[count..]);
            read += used;
            wrote += out;
            count += ends;
            match result {
                csv_core::ReadRecordResult::InputEmpty => {}
                csv_core::ReadRecordResult::OutputFull
                | csv_core::ReadRecordResult::OutputEndsFull
                | csv_core::ReadRecordResult::Record
                | csv_core::ReadRecordResult::End => break,
            }
        }
        let mut from = 0;
        for (span, &to) in self.spans.iter_mut().zip(&self.ends[..count]) {
            *span = (from, to as u32);
            from = to as u32;
        }
        count
    }

    /// A physical line that is no row: split at separators, quotes around the pieces taken off.
    #[cold]
    fn fault(&mut self, code: RowFaultCode, start: usize, end: usize, f: &mut impl FnMut(Record<'_>)) {
        let end = end.min(start.saturating_add(self.layout.rules.max_record_bytes));
        self.pieces.clear();
        let mut from = start;
        loop {
            let to = memchr2(self.layout.rules.delimiter, 0, &self.data[from..end]).map_or(end, |at| from + at);
            let (mut a, mut b) = (from, to);
            while a < b && self.data[a] == b'"' {
                a += 1;
            }
            while b > a && self.data[b - 1] == b'"' {
                b -= 1;
            }
            if a < b {
                self.pieces.push((a as u32, b as u32));
            }
            if to == end {
                break;
            }
            from = to + 1;
        }
        f(Record::Fault(RowFault { code, place: self.place, data: self.data, spans: &self.pieces }));
    }
}

fn wanted_is_utf8(row: &Row<'_>) -> bool {
    (0..row.len()).all(|index| std::str::from_utf8(row.cell(index)).is_ok())
}

/// The end of a record without its line end.
fn content_end(data: &[u8], start: usize, end: usize) -> usize {
    match &data[start..end] {
        [.., b'\r', b'\n'] => end - 2,
        [.., b'\r' | b'\n'] => end - 1,
        _ => end,
    }
}

/// Reads one delimited file.
pub(super) struct DelimitedReader {
    blocks: Blocks,
    index: u32,
    header: Vec<String>,
    layout: Arc<Layout>,
    pool: Arc<Pool>,
    records: Arc<AtomicU64>,
    batch_rows: usize,
    /// Line at which the next record begins.
    line: u64,
    /// In the middle of a line that is too long.
    skipping: bool,
}

/// What a reader is started with.
pub(super) struct Start<'a> {
    pub(super) index: usize,
    pub(super) shown: &'a str,
    pub(super) settings: &'a config::Files,
    pub(super) wanted: &'a [String],
    pub(super) options: &'a ReadOptions,
    pub(super) records: &'a Arc<AtomicU64>,
    pub(super) pool: &'a Arc<Pool>,
}

impl DelimitedReader {
    /// Reads and checks the header.
    pub(super) fn start(input: Input, with: &Start<'_>) -> Result<Self, SourceError> {
        let batch_rows = with.options.batch_rows.max(1);
        let max_record_bytes = with.options.max_record_bytes.clamp(1, RECORD_MAX);
        let mut blocks = Blocks::start(
            input,
            with.settings.encoding,
            &Sizes { batch_rows, max_record_bytes, trailer: with.options.trailer },
            with.pool,
        )?;
        let header = Header::read(&mut blocks, with, max_record_bytes)?;
        let wanted = locate(&header.names, with.wanted, with.shown)?;
        let rules =
            Rules { delimiter: header.delimiter, delimiters: header.names.len() - 1, max_record_bytes };
        Ok(Self {
            blocks,
            index: u32::try_from(with.index).expect("a pattern does not match four billion files"),
            layout: Arc::new(Layout { rules, fields: header.names.len(), wanted }),
            header: header.names,
            pool: Arc::clone(with.pool),
            records: Arc::clone(with.records),
            batch_rows,
            line: header.lines + 1,
            skipping: false,
        })
    }

    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.blocks.bytes_read()
    }

    pub(super) fn next_batch(&mut self) -> Result<Option<Batch>, SourceError> {
        loop {
            if self.skipping {
                self.skip()?;
                continue;
            }
            let ended = self.blocks.ended();
            let frame = framing::frame(self.blocks.view(), ended, self.batch_rows, &self.layout.rules);
            if frame.end > 0 {
                return Ok(Some(self.hand_out(frame)));
            }
            if ended {
                return Ok(None);
            }
            self.blocks.fill()?;
        }
    }

    /// After the last batch.
    pub(super) fn finish(&mut self) -> Result<Finished, SourceError> {
        let (bytes, hmac) = self.blocks.finish()?;
        Ok((bytes, hmac, self.blocks.trailer()))
    }

    fn hand_out(&mut self, frame: Frame) -> Batch {
        let (buffer, start, end) = self.blocks.take(frame.end);
        let text = Text {
            buffer,
            start,
            end,
            specials: frame.specials,
            layout: Arc::clone(&self.layout),
            pool: Arc::clone(&self.pool),
        };
        let first_line = self.line;
        self.line += frame.lines;
        self.skipping = frame.open;
        Batch {
            file: self.index,
            first_line,
            body: Body::Text(text),
            records: Arc::clone(&self.records),
            counted: AtomicBool::new(false),
        }
    }

    /// Leaves the rest of a line that is too long behind, without keeping it.
    fn skip(&mut self) -> Result<(), SourceError> {
        let (view, ended) = (self.blocks.view(), self.blocks.ended());
        match memchr2(b'\n', b'\r', view) {
            // Whether an LF belongs to it is not known yet.
            Some(at) if view[at] == b'\r' && at + 1 == view.len() && !ended => {
                self.blocks.discard(at);
                self.blocks.fill()?;
            }
            Some(at) => {
                let next = framing::after_line_end(view, at);
                self.blocks.discard(next);
                self.line += 1;
                self.skipping = false;
            }
            None => {
                self.blocks.discard(view.len());
                self.skipping = !ended;
                if !ended {
                    self.blocks.fill()?;
                }
            }
        }
        Ok(())
    }
}
