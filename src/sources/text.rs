//! Files of lines, delimited or JSON: blocks cut at record ends on the reading thread, split on a
//! worker.
//!
//! It promises exact physical line numbers, and that a record over the limit is never kept whole. It
//! knows neither separators nor JSON beyond handing stretches to those who do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use memchr::memchr2;

use super::batch::{Batch, Body, Place, Records};
use super::blocks::{Blocks, Pool, Sizes, Stretch};
use super::delimited::Layout;
use super::error::SourceError;
use super::files::Input;
use super::framing::{self, Frame, Rules, Special};
use super::header::Header;
use super::ndjson::{self, Keys};
use super::{Finished, ReadOptions, locate};
use crate::config;

/// Longest record that may be configured: positions in a batch are 32 bits wide.
const RECORD_MAX: usize = 1 << 30;

/// How lines become cells.
enum Split {
    Cells(Layout),
    Json(Keys),
}

/// Framed text on its way to a worker.
pub(super) struct Text {
    stretch: Stretch,
    specials: Vec<Special>,
    split: Arc<Split>,
}

impl Text {
    pub(super) fn len(&self) -> usize {
        self.stretch.bytes().len()
    }

    pub(super) fn for_each(&self, file: u32, first_line: u64, f: &mut impl FnMut(Records<'_>)) {
        let first = Place { file, line: first_line };
        match &*self.split {
            Split::Cells(layout) => layout.for_each(self.stretch.bytes(), &self.specials, first, f),
            Split::Json(keys) => keys.for_each(self.stretch.bytes(), first, f),
        }
    }
}

/// Reads one file of lines.
pub(super) struct TextReader {
    blocks: Blocks,
    index: u32,
    header: Vec<String>,
    rules: Rules,
    split: Arc<Split>,
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
    /// Whether each line is a JSON object.
    pub(super) json: bool,
}

impl TextReader {
    /// Reads and checks the header.
    pub(super) fn start(input: Input, with: &Start<'_>) -> Result<Self, SourceError> {
        let batch_rows = with.options.batch_rows.max(1);
        let max_record_bytes = with.options.max_record_bytes.clamp(1, RECORD_MAX);
        let mut blocks = Blocks::start(
            input,
            with.settings.encoding,
            &Sizes { batch_rows, max_record_bytes, trailer: with.options.trailer.clone() },
            with.pool,
        )?;
        let (header, lines, rules, split) = if with.json {
            let keys = ndjson::keys(&mut blocks, with)?;
            locate(&keys, with.wanted, with.shown)?;
            let rules = Rules { delimiter: b',', delimiters: 0, max_record_bytes, quotes: false };
            let split = Split::Json(Keys::new(with.wanted, max_record_bytes));
            (keys, 0, rules, split)
        } else {
            let Header { names, delimiter, lines } = Header::read(&mut blocks, with, max_record_bytes)?;
            let wanted = locate(&names, with.wanted, with.shown).map_err(|error| {
                // Where a trailer is owed and nothing follows, the header itself is what was cut.
                let is_cut = with.options.trailer.is_some() && blocks.is_at_end();
                if is_cut { SourceError::Empty { file: with.shown.to_owned() } } else { error }
            })?;
            let rules = Rules { delimiter, delimiters: names.len() - 1, max_record_bytes, quotes: true };
            let split = Split::Cells(Layout { rules, fields: names.len(), wanted });
            (names, lines, rules, split)
        };
        Ok(Self {
            blocks,
            index: u32::try_from(with.index).expect("a pattern does not match four billion files"),
            header,
            rules,
            split: Arc::new(split),
            records: Arc::clone(with.records),
            batch_rows,
            line: lines + 1,
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
            let frame = framing::frame(self.blocks.view(), ended, self.batch_rows, &self.rules);
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
        let stretch = self.blocks.take(frame.end);
        let text = Text { stretch, specials: frame.specials, split: Arc::clone(&self.split) };
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
