//! The bytes of one file on the reading thread: large blocks, handed out without copying them.
//!
//! It promises that memory stays at one block and one record, whatever the file holds, and that a
//! buffer a worker is done with is used again. It knows line ends only where a trailer may be held back.

use std::io::{self, Read};
use std::sync::{Arc, Mutex};

use memchr::memrchr2;
use zeroize::Zeroizing;

use super::encoding::Utf8Reader;
use super::error::SourceError;
use super::files::Input;
use super::registers::Trailer;
use crate::config::Encoding;

/// Bytes read at once, and about the size of a batch.
const BLOCK: usize = 2 << 20;
/// Smallest block, when batches of few rows are asked for.
const BLOCK_MIN: usize = 4 << 10;
/// Bytes a row is taken to have when a block is sized for few rows.
const ROW_GUESS: usize = 512;
/// Buffers kept for another use.
const POOL_MAX: usize = 8;

/// Bytes of customers' rows, wiped when dropped. It never grows: one that moved would leave its old
/// place unwiped.
type Buffer = Zeroizing<Vec<u8>>;

/// Buffers that were used and can be used again.
#[derive(Default)]
pub(super) struct Pool {
    free: Mutex<Vec<Buffer>>,
}

impl Pool {
    fn take(&self, size: usize) -> Buffer {
        let kept = self.free.lock().ok().and_then(|mut free| free.pop());
        kept.filter(|buffer| buffer.len() >= size).unwrap_or_else(|| Zeroizing::new(vec![0; size]))
    }

    fn give(&self, buffer: Buffer) {
        if let Ok(mut free) = self.free.lock()
            && free.len() < POOL_MAX
        {
            free.push(buffer);
        }
    }
}

/// Bytes on their way to a worker. Their buffer goes back when the worker is done.
pub(super) struct Stretch {
    buffer: Buffer,
    start: usize,
    end: usize,
    pool: Arc<Pool>,
}

impl Stretch {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }
}

impl Drop for Stretch {
    fn drop(&mut self) {
        self.pool.give(std::mem::take(&mut self.buffer));
    }
}

/// What bounds the blocks.
pub(super) struct Sizes {
    pub(super) batch_rows: usize,
    pub(super) max_record_bytes: usize,
    /// What the last line that is not blank has to fit to be held back.
    pub(super) trailer: Option<Trailer>,
}

/// One file's text, block by block.
pub(super) struct Blocks {
    stream: Utf8Reader<Input>,
    pool: Arc<Pool>,
    /// Bytes read and not handed out: `buffer[start..filled]`.
    buffer: Buffer,
    start: usize,
    filled: usize,
    ended: bool,
    block: usize,
    /// What is held back at the end, and the longest line that may be.
    trailer: Option<(Trailer, usize)>,
}

impl Blocks {
    /// Reads the first block.
    pub(super) fn start(
        mut input: Input,
        encoding: Encoding,
        sizes: &Sizes,
        pool: &Arc<Pool>,
    ) -> Result<Self, SourceError> {
        let head = match Utf8Reader::head(&mut input) {
            Ok(head) => head,
            Err(error) => return Err(input.explain(&error)),
        };
        let mut blocks = Self {
            stream: Utf8Reader::start(head, input, encoding),
            pool: Arc::clone(pool),
            buffer: Buffer::default(),
            start: 0,
            filled: 0,
            ended: false,
            block: sizes.batch_rows.saturating_mul(ROW_GUESS).clamp(BLOCK_MIN, BLOCK),
            trailer: sizes.trailer.clone().map(|trailer| (trailer, sizes.max_record_bytes + 2)),
        };
        blocks.fill()?;
        Ok(blocks)
    }

    /// Reads one more block behind what is there.
    pub(super) fn fill(&mut self) -> Result<(), SourceError> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.filled, 0);
            self.filled -= self.start;
            self.start = 0;
        }
        if self.buffer.is_empty() {
            self.buffer = self.pool.take(self.block);
        }
        let goal = self.filled + self.block;
        if self.buffer.len() < goal {
            // Doubled, so that a record of many blocks is not copied once a block.
            let mut larger = Zeroizing::new(vec![0; goal.max(2 * self.buffer.len())]);
            larger[..self.filled].copy_from_slice(&self.buffer[..self.filled]);
            self.buffer = larger;
        }
        while self.filled < goal && !self.ended {
            match self.stream.read(&mut self.buffer[self.filled..goal]) {
                Ok(0) => self.ended = true,
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.stream.inner().explain(&error)),
            }
        }
        Ok(())
    }

    /// What may be handed out.
    pub(super) fn view(&self) -> &[u8] {
        &self.buffer[self.start..self.limit()]
    }

    /// Whether nothing comes after the view.
    pub(super) const fn ended(&self) -> bool {
        self.ended
    }

    /// Leaves the first bytes of the view behind.
    pub(super) const fn discard(&mut self, count: usize) {
        self.start += count;
    }

    /// Hands out the first bytes of the view.
    pub(super) fn take(&mut self, count: usize) -> Stretch {
        let (start, end) = (self.start, self.start + count);
        let rest = self.filled - end;
        let pool = Arc::clone(&self.pool);
        if count < rest {
            self.start = end;
            return Stretch {
                buffer: Zeroizing::new(self.buffer[start..end].to_vec()),
                start: 0,
                end: count,
                pool,
            };
        }
        let mut next = self.pool.take(self.block.max(rest));
        next[..rest].copy_from_slice(&self.buffer[end..self.filled]);
        self.start = 0;
        self.filled = rest;
        Stretch { buffer: std::mem::replace(&mut self.buffer, next), start, end, pool }
    }

    /// Raw bytes read.
    pub(super) fn bytes_read(&self) -> u64 {
        self.stream.inner().bytes_read()
    }

    /// After the last byte: raw bytes and their commitment.
    pub(super) fn finish(&mut self) -> Result<(u64, Option<[u8; 32]>), SourceError> {
        self.stream.inner_mut().finish()
    }

    /// The line held back, without its line end.
    pub(super) fn trailer(&self) -> Option<Vec<u8>> {
        let line = self.buffer[self.limit()..self.filled].trim_ascii_end();
        (!line.is_empty()).then(|| line.to_vec())
    }

    /// Whether nothing is left, not even a trailer.
    pub(super) fn is_at_end(&self) -> bool {
        self.ended && self.buffer[self.start..self.filled].trim_ascii().is_empty()
    }

    fn limit(&self) -> usize {
        let Some((trailer, longest)) = &self.trailer else { return self.filled };
        let held = &self.buffer[self.start..self.filled];
        let Some(last) = held.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r')) else {
            return self.filled;
        };
        let line = memrchr2(b'\n', b'\r', &held[..last]).map_or(0, |end| end + 1);
        // What is no trailer once nothing comes behind it is a row, and may be somebody's objection.
        let is_none = if self.ended { !trailer.fits(&held[line..]) } else { held.len() - line > *longest };
        if is_none { self.filled } else { self.start + line }
    }
}
