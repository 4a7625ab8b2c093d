//! Records beyond memory: append-only buckets of bytes that overflow into unlinked temporary
//! files, which have no name and die with the process. Only keys, digests and small numbers are
//! handed to it; it cannot tell, and no plaintext type can be turned into the bytes it takes.

#![expect(clippy::disallowed_methods, reason = "spill owns temporary files")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::ahead;
use crate::config::shown::shown_place;

/// Why records could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum SpillError {
    /// The temporary file could not be made.
    #[error("cannot make a temporary file in {}: {kind}", shown_place(dir))]
    Create {
        /// Where.
        dir: PathBuf,
        /// Why.
        kind: io::ErrorKind,
    },
    /// Writing failed, as on a full disk.
    #[error("cannot write temporary records in {}: {kind}", shown_place(dir))]
    Write {
        /// Where.
        dir: PathBuf,
        /// Why.
        kind: io::ErrorKind,
    },
    /// Reading back failed.
    #[error("cannot read temporary records back from {}: {kind}", shown_place(dir))]
    Read {
        /// Where.
        dir: PathBuf,
        /// Why.
        kind: io::ErrorKind,
    },
    /// The temporary file would grow over what it may take, or over what its disk has left.
    #[error("temporary records in {} need more than the {} there is for them", dir.display(), amount(*bytes))]
    Room {
        /// Where.
        dir: PathBuf,
        /// What they may take.
        bytes: u64,
    },
}

/// An amount of disk, as the config writes it.
fn amount(bytes: u64) -> String {
    if bytes < 10_000_000 { format!("{} kB", bytes / 1000) } else { format!("{} MB", bytes / 1_000_000) }
}

/// Room for the record that fills a chunk; a larger one only costs a copy.
pub const RECORD_BYTES: usize = 256;
/// Bytes of records that are handed over at once where nothing speaks against it: with the record that fills it,
/// a chunk is four pages.
pub const CHUNK_BYTES: usize = (16 << 10) - RECORD_BYTES;
/// Buffers that wait for another use beside what records may take: about as many as are filled or read at once.
const FREE_BUFFERS: usize = 1024;
/// Buffers that are read or written by one call (`IOV_MAX`, Linux's `UIO_MAXIOV`).
const BUFFERS_A_CALL: usize = 1024;
/// Files that records go to: the first that nobody is writing to. All but the first are seldom needed.
const FILES: usize = 8;
/// What the last page of a place is filled up with.
static ZEROS: [u8; CHUNK_BYTES + RECORD_BYTES] = [0; CHUNK_BYTES + RECORD_BYTES];

/// Memory shared by every spool of a run, and the file they overflow into.
pub struct Overflow {
    dir: PathBuf,
    limit_bytes: AtomicU64,
    file_max: u64,
    chunk_bytes: usize,
    in_memory: AtomicU64,
    spilled: AtomicU64,
    files: [Temporary; FILES],
    /// Buffers that were used and can be used again: memory that is given back and asked for anew costs
    /// the system a cleared page each time, and what one thread gives back is not what another is given.
    free: Mutex<Vec<Vec<u8>>>,
}

impl Overflow {
    /// Records up to `limit_bytes` stay in memory; more go to an unlinked file in `dir`.
    #[must_use]
    pub fn new(dir: &Path, limit_bytes: u64) -> Self {
        Self {
            dir: dir.to_path_buf(),
            limit_bytes: AtomicU64::new(limit_bytes),
            file_max: u64::MAX,
            chunk_bytes: CHUNK_BYTES,
            in_memory: AtomicU64::new(0),
            spilled: AtomicU64::new(0),
            files: std::array::from_fn(|_| Temporary::default()),
            free: Mutex::default(),
        }
    }

    /// The same whose file never grows over `bytes`.
    #[must_use]
    pub const fn with_file_max(mut self, bytes: u64) -> Self {
        self.file_max = bytes;
        self
    }

    /// The same whose chunks are of about so many bytes. All of a run are of one size, so that the buffer of any
    /// serves for any other: memory that is given back is not what is asked for next.
    ///
    /// # Panics
    /// Over [`CHUNK_BYTES`].
    #[must_use]
    pub const fn with_chunk_bytes(mut self, bytes: usize) -> Self {
        assert!(bytes <= CHUNK_BYTES, "what fills a place up is no longer than a chunk's buffer");
        self.chunk_bytes = bytes;
        self
    }

    /// Changes how many bytes of records stay in memory; what is there stays there.
    pub fn set_limit(&self, bytes: u64) {
        self.limit_bytes.store(bytes, Ordering::Relaxed);
    }

    /// Bytes of records that stay in memory.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.limit_bytes.load(Ordering::Relaxed)
    }

    /// Fails when the file could not grow to `bytes`: better before an hour of reading than after it.
    pub fn check_room(&self, bytes: u64) -> Result<(), SpillError> {
        // A file system that cannot tell is not asked.
        let free = rustix::fs::statvfs(&self.dir).map_or(u64::MAX, |disk| disk.f_bavail * disk.f_frsize);
        let most = self.file_max.min(free);
        if bytes > most { Err(SpillError::Room { dir: self.dir.clone(), bytes: most }) } else { Ok(()) }
    }

    /// How much disk the files take: what is used up in them is written over.
    #[must_use]
    pub fn file_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.room().end).sum()
    }

    /// Bytes that went to the file so far.
    #[must_use]
    pub fn spilled_bytes(&self) -> u64 {
        self.spilled.load(Ordering::Relaxed)
    }

    /// Bytes that the buffer of a chunk has.
    const fn buffer_bytes(&self) -> usize {
        self.chunk_bytes + RECORD_BYTES
    }

    /// Bytes that so many bytes of records take in the file. Full chunks take as much as their buffers have, so
    /// that the place of any serves for any other.
    const fn place_bytes(&self, len: usize) -> usize {
        if len >= self.chunk_bytes { len.next_multiple_of(self.buffer_bytes()) } else { len }
    }

    /// An empty buffer for a chunk.
    fn buffer(&self) -> Vec<u8> {
        let mut buffer = self.used_buffer(self.buffer_bytes());
        buffer.clear();
        buffer
    }

    /// A buffer with room for `bytes` that may hold what nobody needs: whoever writes over all of it need not
    /// write zeros first.
    fn used_buffer(&self, bytes: usize) -> Vec<u8> {
        let is_chunk = bytes <= self.buffer_bytes();
        let free = is_chunk.then(|| self.free.lock().unwrap_or_else(PoisonError::into_inner).pop()).flatten();
        free.unwrap_or_else(|| {
            let mut buffer = Vec::new();
            buffer.reserve_exact(if is_chunk { self.buffer_bytes() } else { bytes });
            buffer
        })
    }

    /// Keeps a chunk's buffer for its next use, in the room that records leave.
    fn give_back(&self, buffer: Vec<u8>) {
        if buffer.capacity() != self.buffer_bytes() {
            return;
        }
        let room = self.limit().saturating_sub(self.in_memory.load(Ordering::Relaxed));
        let most = usize::try_from(room).unwrap_or(usize::MAX) / self.buffer_bytes() + FREE_BUFFERS;
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < most {
            free.push(buffer);
        }
    }

    /// The records of a chunk that will not be filled, without room behind them.
    fn without_room(&self, open: Vec<u8>) -> Vec<u8> {
        let records = open.as_slice().to_vec();
        self.give_back(open);
        records
    }

    /// Counts so many bytes of records as kept in memory; whether they are within what may stay there.
    fn is_within(&self, bytes: usize) -> bool {
        self.in_memory.fetch_add(bytes as u64, Ordering::Relaxed) + bytes as u64 <= self.limit()
    }

    /// Writes all chunks of a bucket that are in memory to the file, one behind the other: the disk likes few and
    /// long pieces, when they are written and when they are read.
    fn spill(&self, chunks: &mut [Chunk]) -> Result<(), SpillError> {
        let in_memory = || {
            chunks.iter().filter_map(|chunk| match chunk {
                Chunk::Memory(bytes) => Some(bytes.as_slice()),
                Chunk::File { .. } => None,
            })
        };
        let len: usize = in_memory().map(<[u8]>::len).sum();
        self.spilled.fetch_add(len as u64, Ordering::Relaxed);
        let place = self.place_bytes(len);
        let (file, writing) = self.free_file();
        let mut at = self.files[file].room().take(place as u64);
        if self.file_bytes() > self.file_max {
            return Err(SpillError::Room { dir: self.dir.clone(), bytes: self.file_max });
        }
        // Whole pages are written over; of others the system would have to read the rest from the disk.
        let filled_up = &ZEROS[..place - len];
        let mut slices: Vec<IoSlice<'_>> = in_memory().chain([filled_up]).map(IoSlice::new).collect();
        self.write_file(file, at, &mut slices)?;
        drop(writing);
        let last = chunks.iter().rposition(|chunk| matches!(chunk, Chunk::Memory(_)));
        for (number, chunk) in chunks.iter_mut().enumerate() {
            if let Chunk::Memory(bytes) = chunk {
                let bytes = std::mem::take(bytes);
                let len = bytes.len();
                let place = if Some(number) == last { len + filled_up.len() } else { len };
                *chunk = Chunk::File { file, at, len, place };
                at += len as u64;
                self.in_memory.fetch_sub(bytes.capacity() as u64, Ordering::Relaxed);
                self.give_back(bytes);
            }
        }
        Ok(())
    }

    /// A file that nobody is writing to, if there is one, and the right to write to it.
    fn free_file(&self) -> (usize, MutexGuard<'_, ()>) {
        let mut files = self.files.iter().enumerate();
        let free = files.find_map(|(number, file)| Some((number, file.writing.try_lock().ok()?)));
        free.unwrap_or_else(|| (0, self.files[0].writing.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Frees what chunks took, in memory or in a file.
    fn use_up(&self, chunks: Vec<Chunk>) {
        for piece in chunks.chunk_by(Chunk::is_before) {
            if let Chunk::File { file, at, .. } = piece[0] {
                let place: usize = piece.iter().map(Chunk::place).sum();
                self.files[file].room().give(at, place as u64);
            }
        }
        for chunk in chunks {
            if let Chunk::Memory(bytes) = chunk {
                self.in_memory.fetch_sub(bytes.capacity() as u64, Ordering::Relaxed);
                self.give_back(bytes);
            }
        }
    }

    /// Copies chunks behind what `into` holds, in their order.
    fn read(&self, chunks: &[Chunk], into: &mut Vec<u8>) -> Result<(), SpillError> {
        into.reserve(chunks.iter().map(Chunk::len).sum());
        for piece in chunks.chunk_by(Chunk::is_before) {
            match &piece[0] {
                Chunk::Memory(bytes) => into.extend_from_slice(bytes),
                Chunk::File { file, at, .. } => {
                    let start = into.len();
                    into.resize(start + piece.iter().map(Chunk::len).sum::<usize>(), 0);
                    self.read_file(*file, *at, &mut [IoSliceMut::new(&mut into[start..])])?;
                }
            }
        }
        Ok(())
    }

    /// Writes buffers to a place in a file.
    fn write_file(&self, file: usize, mut at: u64, mut from: &mut [IoSlice<'_>]) -> Result<(), SpillError> {
        let failed = |error: io::Error| SpillError::Write { dir: self.dir.clone(), kind: error.kind() };
        let file = self.file(file)?;
        IoSlice::advance_slices(&mut from, 0);
        while !from.is_empty() {
            let written = match rustix::io::pwritev(&file, &from[..from.len().min(BUFFERS_A_CALL)], at) {
                Ok(0) => return Err(failed(io::ErrorKind::WriteZero.into())),
                Ok(written) => written,
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(failed(error.into())),
            };
            at += written as u64;
            IoSlice::advance_slices(&mut from, written);
        }
        Ok(())
    }

    /// Fills buffers from a place in a file.
    fn read_file(&self, file: usize, mut at: u64, mut into: &mut [IoSliceMut<'_>]) -> Result<(), SpillError> {
        let failed = |error: io::Error| SpillError::Read { dir: self.dir.clone(), kind: error.kind() };
        let file = self.file(file)?;
        IoSliceMut::advance_slices(&mut into, 0);
        while !into.is_empty() {
            let most = into.len().min(BUFFERS_A_CALL);
            let read = match rustix::io::preadv(&file, &mut into[..most], at) {
                Ok(0) => return Err(failed(io::ErrorKind::UnexpectedEof.into())),
                Ok(read) => read,
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(failed(error.into())),
            };
            at += read as u64;
            IoSliceMut::advance_slices(&mut into, read);
        }
        Ok(())
    }

    /// A file, opened and unlinked at first use.
    fn file(&self, number: usize) -> Result<Arc<File>, SpillError> {
        let create = |error: io::Error| SpillError::Create { dir: self.dir.clone(), kind: error.kind() };
        let mut file = self.files[number].file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.is_none() {
            *file = Some(Arc::new(tempfile::tempfile_in(&self.dir).map_err(create)?));
        }
        Ok(Arc::clone(file.as_ref().expect("made just above")))
    }
}

/// One of the files that records go to.
#[derive(Default)]
struct Temporary {
    file: Mutex<Option<Arc<File>>>,
    /// Held by whoever writes to it: the system lets one write to a file at a time, and others spin.
    writing: Mutex<()>,
    room: Mutex<Room>,
}

impl Temporary {
    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where in a file there is room. What was used up is written over, so that records which are read,
/// joined and written as other records need the disk once.
#[derive(Default)]
struct Room {
    /// Pieces that are free again: where they begin, and their length.
    free: BTreeMap<u64, u64>,
    /// The same by length.
    by_length: BTreeSet<(u64, u64)>,
    end: u64,
}

impl Room {
    /// A place for so many bytes: the shortest piece that is long enough, else the file's end.
    fn take(&mut self, len: u64) -> u64 {
        let Some((whole, at)) = self.by_length.range((len, 0)..).next().copied() else {
            self.end += len;
            return self.end - len;
        };
        self.remove(at, whole);
        if whole > len {
            self.insert(at + len, whole - len);
        }
        at
    }

    /// A place is free again, and one with its neighbours.
    fn give(&mut self, at: u64, len: u64) {
        let (mut from, mut to) = (at, at + len);
        if let Some((before, whole)) = self.free.range(..at).next_back().map(|(at, len)| (*at, *len))
            && before + whole == at
        {
            self.remove(before, whole);
            from = before;
        }
        if let Some(whole) = self.free.get(&to).copied() {
            self.remove(to, whole);
            to += whole;
        }
        self.insert(from, to - from);
    }

    fn insert(&mut self, at: u64, len: u64) {
        self.free.insert(at, len);
        self.by_length.insert((len, at));
    }

    fn remove(&mut self, at: u64, len: u64) {
        self.free.remove(&at);
        self.by_length.remove(&(len, at));
    }
}

enum Chunk {
    Memory(Vec<u8>),
    /// Which file, where it begins there, its bytes, and the bytes that its place has.
    File {
        file: usize,
        at: u64,
        len: usize,
        place: usize,
    },
}

impl Chunk {
    const fn len(&self) -> usize {
        match self {
            Self::Memory(bytes) => bytes.len(),
            Self::File { len, .. } => *len,
        }
    }

    /// Bytes of a file that it takes.
    const fn place(&self) -> usize {
        match self {
            Self::Memory(_) => 0,
            Self::File { place, .. } => *place,
        }
    }

    /// Whether another chunk begins where this one ends, in the same file.
    fn is_before(&self, next: &Self) -> bool {
        match (self, next) {
            (Self::File { file, at, len, .. }, Self::File { file: other, at: then, .. }) => {
                file == other && at + *len as u64 == *then
            }
            _ => false,
        }
    }
}

/// Buckets of records. Appending is safe from many threads; the order of chunks in a bucket is not
/// defined, so whoever reads a bucket sorts it.
pub struct Spool<'o> {
    overflow: &'o Overflow,
    buckets: Vec<Mutex<Vec<Chunk>>>,
}

impl<'o> Spool<'o> {
    /// So many empty buckets.
    #[must_use]
    pub fn new(overflow: &'o Overflow, buckets: usize) -> Self {
        Self { overflow, buckets: (0..buckets).map(|_| Mutex::default()).collect() }
    }

    /// How many buckets there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.buckets.len()
    }

    /// Whether there is no bucket.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// Bytes of records in a bucket.
    #[must_use]
    pub fn bytes(&self, bucket: usize) -> usize {
        let chunks = self.buckets[bucket].lock().unwrap_or_else(PoisonError::into_inner);
        chunks.iter().map(Chunk::len).sum()
    }

    /// Adds whole records to a bucket.
    pub fn append(&self, bucket: usize, records: Vec<u8>) -> Result<(), SpillError> {
        if records.is_empty() {
            return Ok(());
        }
        let is_within = self.overflow.is_within(records.capacity());
        let mut chunks = self.buckets[bucket].lock().unwrap_or_else(PoisonError::into_inner);
        chunks.push(Chunk::Memory(records));
        if is_within { Ok(()) } else { self.overflow.spill(&mut chunks) }
    }

    /// Copies a bucket's records behind what `into` holds.
    pub fn read(&self, bucket: usize, into: &mut Vec<u8>) -> Result<(), SpillError> {
        let chunks = self.buckets[bucket].lock().unwrap_or_else(PoisonError::into_inner);
        self.overflow.read(&chunks, into)
    }

    /// Hands a bucket's records over where they lie, in stretches of whole records; those in the file are
    /// read to `beside`, over whatever it holds.
    pub fn look_at<T>(
        &self,
        bucket: usize,
        beside: &mut Vec<u8>,
        look: impl FnOnce(&[&[u8]]) -> Result<T, SpillError>,
    ) -> Result<T, SpillError> {
        let chunks = self.buckets[bucket].lock().unwrap_or_else(PoisonError::into_inner);
        let in_file: Vec<&[Chunk]> = chunks
            .chunk_by(Chunk::is_before)
            .filter(|piece| matches!(piece[0], Chunk::File { .. }))
            .collect();
        beside.resize(in_file.iter().copied().flatten().map(Chunk::len).sum(), 0);
        let mut rest = beside.as_mut_slice();
        for piece in in_file {
            let (read, after) = rest.split_at_mut(piece.iter().map(Chunk::len).sum());
            if let Chunk::File { file, at, .. } = piece[0] {
                self.overflow.read_file(file, at, &mut [IoSliceMut::new(read)])?;
            }
            rest = after;
        }
        let memory = chunks.iter().filter_map(|chunk| match chunk {
            Chunk::Memory(bytes) => Some(bytes.as_slice()),
            Chunk::File { .. } => None,
        });
        let stretches: Vec<&[u8]> = memory.chain([beside.as_slice()]).collect();
        look(&stretches)
    }

    /// A bucket's records where they lie, in stretches of whole records. The bucket is empty afterwards, and
    /// its memory free once the stretches are dropped.
    pub fn take_out(&self, bucket: usize) -> Result<Stretches<'o>, SpillError> {
        let mut chunks =
            std::mem::take(&mut *self.buckets[bucket].lock().unwrap_or_else(PoisonError::into_inner));
        let mut stretches =
            Stretches { overflow: self.overflow, counted: 0, all: Vec::with_capacity(chunks.len()) };
        let mut beside: Vec<Vec<u8>> = Vec::new();
        for piece in chunks.chunk_by(Chunk::is_before) {
            if let Chunk::File { file, at, .. } = piece[0] {
                let from = beside.len();
                beside.extend(piece.iter().map(|chunk| {
                    let mut bytes = self.overflow.used_buffer(chunk.len());
                    bytes.resize(chunk.len(), 0);
                    bytes
                }));
                let mut slices: Vec<_> =
                    beside[from..].iter_mut().map(|bytes| IoSliceMut::new(bytes)).collect();
                self.overflow.read_file(file, at, &mut slices)?;
            }
        }
        let is_in_file = |chunk: &mut Chunk| matches!(chunk, Chunk::File { .. });
        self.overflow.use_up(chunks.extract_if(.., is_in_file).collect());
        for chunk in chunks {
            if let Chunk::Memory(bytes) = chunk {
                stretches.counted += bytes.capacity() as u64;
                stretches.all.push(bytes);
            }
        }
        stretches.all.append(&mut beside);
        Ok(stretches)
    }

    /// As [`Spool::read`], and the bucket is empty afterwards, its memory free.
    pub fn take(&self, bucket: usize, into: &mut Vec<u8>) -> Result<(), SpillError> {
        let chunks =
            std::mem::take(&mut *self.buckets[bucket].lock().unwrap_or_else(PoisonError::into_inner));
        self.overflow.read(&chunks, into)?;
        self.overflow.use_up(chunks);
        Ok(())
    }
}

/// Records that were taken out of a bucket, where they lie. Their room is used again once they are dropped.
pub struct Stretches<'o> {
    overflow: &'o Overflow,
    /// Bytes of them that count as memory of records.
    counted: u64,
    all: Vec<Vec<u8>>,
}

impl Stretches<'_> {
    /// Each of them; none divides a record.
    #[must_use]
    pub fn all(&self) -> Vec<&[u8]> {
        self.all.iter().map(Vec::as_slice).collect()
    }
}

impl Drop for Stretches<'_> {
    fn drop(&mut self) {
        self.overflow.in_memory.fetch_sub(self.counted, Ordering::Relaxed);
        self.all.drain(..).for_each(|bytes| self.overflow.give_back(bytes));
    }
}

/// Collects records of one bucket, which stay in order chunk by chunk.
pub struct BucketAppender<'s, 'o> {
    spool: &'s Spool<'o>,
    bucket: usize,
    open: Vec<u8>,
}

impl<'s, 'o> BucketAppender<'s, 'o> {
    /// Of this bucket.
    #[must_use]
    pub const fn new(spool: &'s Spool<'o>, bucket: usize) -> Self {
        Self { spool, bucket, open: Vec::new() }
    }

    /// Adds one record of so many bytes at most, written by `write`.
    #[inline]
    pub fn push(&mut self, bytes: usize, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), SpillError> {
        if self.open.capacity() - self.open.len() < bytes {
            self.next_chunk()?;
        }
        write(&mut self.open);
        Ok(())
    }

    #[cold]
    fn next_chunk(&mut self) -> Result<(), SpillError> {
        let next = self.spool.overflow.buffer();
        self.spool.append(self.bucket, std::mem::replace(&mut self.open, next))
    }

    /// Hands over what is left. Without this call it would be lost, hence the receiver.
    pub fn finish(self) -> Result<(), SpillError> {
        let records = self.spool.overflow.without_room(self.open);
        self.spool.append(self.bucket, records)
    }
}

/// Collects one thread's records and hands them to a spool in chunks.
pub struct Appender<'s, 'o> {
    spool: &'s Spool<'o>,
    open: Vec<Vec<u8>>,
}

impl<'s, 'o> Appender<'s, 'o> {
    /// To its buckets.
    #[must_use]
    pub fn new(spool: &'s Spool<'o>) -> Self {
        Self { spool, open: vec![Vec::new(); spool.len()] }
    }

    /// Adds one record, written by `write`. It is put into the caller's code, so that what the caller has at
    /// hand goes into the chunk from where it is.
    #[inline]
    pub fn push(&mut self, bucket: usize, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), SpillError> {
        if self.open[bucket].capacity() == 0 {
            self.open(bucket);
        }
        let chunk = &mut self.open[bucket];
        write(chunk);
        if chunk.len() >= self.spool.overflow.chunk_bytes { self.hand_over(bucket) } else { Ok(()) }
    }

    /// Asks for the room that the next record of a bucket, of about so many bytes, will be written to.
    #[inline]
    pub(crate) fn fetch(&mut self, bucket: usize, bytes: usize) {
        ahead::fetch_room(&mut self.open[bucket], bytes);
    }

    #[cold]
    fn open(&mut self, bucket: usize) {
        self.open[bucket] = self.spool.overflow.buffer();
    }

    #[cold]
    fn hand_over(&mut self, bucket: usize) -> Result<(), SpillError> {
        self.spool.append(bucket, std::mem::take(&mut self.open[bucket]))
    }

    /// Hands over what is left. Without this call it would be lost, hence the receiver.
    pub fn finish(self) -> Result<(), SpillError> {
        for (bucket, open) in self.open.into_iter().enumerate() {
            let records = self.spool.overflow.without_room(open);
            self.spool.append(bucket, records)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Appender, BucketAppender, CHUNK_BYTES, Overflow, SpillError, Spool};

    /// Records of two bytes, in order.
    fn sorted(bytes: &[u8]) -> Vec<[u8; 2]> {
        let mut records: Vec<[u8; 2]> = bytes.chunks(2).map(|record| [record[0], record[1]]).collect();
        records.sort_unstable();
        records
    }

    /// What is added to one bucket comes back in order, in chunks of whole records.
    #[test]
    fn one_buckets_records_stay_in_order() {
        let dir = tempfile::tempdir().expect("scratch folder");
        // Nothing stays in memory; two chunks do, and go to the file with the third; all do.
        for limit_bytes in [0, 40_000, 1 << 20] {
            let overflow = Overflow::new(dir.path(), limit_bytes);
            let spool = Spool::new(&overflow, 2);
            let records = 3 * (CHUNK_BYTES + super::RECORD_BYTES) / 8 + 1;
            let mut appender = BucketAppender::new(&spool, 1);
            for record in 0..records as u64 {
                appender.push(8, |bytes| bytes.extend(record.to_be_bytes())).expect("room");
            }
            appender.finish().expect("room");
            BucketAppender::new(&spool, 1).finish().expect("nothing to hand over");
            assert_eq!((spool.bytes(0), spool.bytes(1)), (0, records * 8));
            let expected: Vec<u8> = (0..records as u64).flat_map(u64::to_be_bytes).collect();
            let mut read = Vec::new();
            spool.read(1, &mut read).expect("readable");
            assert!(read == expected, "{limit_bytes}");
            assert_eq!(overflow.spilled_bytes() > 0, limit_bytes < 1 << 20);
            let taken = spool.take_out(1).expect("readable");
            assert!(taken.all().len() > 3 && taken.all().iter().all(|chunk| chunk.len() % 8 == 0));
            assert!(limit_bytes == 40_000 || taken.all().concat() == expected, "{limit_bytes}");
        }
    }

    /// What goes to the file goes there a bucket at a time, in one piece, and comes back from it in one.
    #[test]
    fn a_bucket_goes_to_the_file_in_one_piece() {
        let dir = tempfile::tempdir().expect("scratch folder");
        let buffer_bytes = 1000 + super::RECORD_BYTES;
        let chunks = 2 * super::BUFFERS_A_CALL + 7;
        let overflow = Overflow::new(dir.path(), (2 * chunks * buffer_bytes) as u64).with_chunk_bytes(1000);
        let spool = Spool::new(&overflow, 3);
        let record = |bucket: usize, number: usize| [bucket as u8, number as u8, (number >> 8) as u8, 9];
        let all = |bucket| (0..chunks * 250).flat_map(|number| record(bucket, number)).collect::<Vec<u8>>();
        let mut appender = Appender::new(&spool);
        for number in 0..chunks * 250 {
            (0..2).for_each(|to| appender.push(to, |bytes| bytes.extend(record(to, number))).expect("room"));
        }
        assert_eq!(overflow.spilled_bytes(), 0, "both fit");
        appender.push(1, |bytes| bytes.extend([8; 1000])).expect("room");
        appender.finish().expect("room");
        assert_eq!(overflow.spilled_bytes(), (chunks as u64 + 1) * 1000, "all of one bucket");
        assert_eq!(overflow.file_bytes() % buffer_bytes as u64, 0);
        assert!(overflow.file_bytes() < overflow.spilled_bytes() + 2 * buffer_bytes as u64);
        let pieces = |bucket: usize| {
            let chunks = spool.buckets[bucket].lock().expect("nobody panicked");
            chunks.chunk_by(super::Chunk::is_before).count()
        };
        assert_eq!((pieces(0), pieces(1)), (chunks, 1));
        let expected = [all(1), vec![8; 1000]].concat();
        let (mut read, mut beside) = (Vec::new(), Vec::new());
        spool.read(1, &mut read).expect("readable");
        assert!(read == expected);
        let seen = spool.look_at(1, &mut beside, |stretches| Ok(stretches.concat() == expected));
        assert!(seen.expect("readable"));
        assert!(spool.take_out(1).expect("readable").all().concat() == expected);
        assert!(spool.take_out(0).expect("readable").all().concat() == all(0));
        // All of its place is free again, and what follows takes it.
        let before = overflow.file_bytes();
        overflow.set_limit(0);
        let places = before as usize / buffer_bytes;
        (0..places).for_each(|_| spool.append(2, vec![1; 1000]).expect("room"));
        assert_eq!(overflow.file_bytes(), before);
    }

    /// Threads that write at once write to files of their own, and find again what they wrote.
    #[test]
    fn records_of_many_threads_come_back_from_their_files() {
        let dir = tempfile::tempdir().expect("scratch folder");
        let overflow = Overflow::new(dir.path(), 0).with_chunk_bytes(1000);
        let spool = Spool::new(&overflow, 8);
        let held = overflow.files[0].writing.lock().expect("nobody panicked");
        std::thread::scope(|scope| {
            for bucket in 0..8_usize {
                let spool = &spool;
                scope.spawn(move || {
                    for number in 0..50 {
                        spool.append(bucket, vec![(bucket * 50 + number) as u8; 1000]).expect("room");
                    }
                });
            }
        });
        drop(held);
        assert_eq!(overflow.files[0].room().end, 0, "somebody else was writing there");
        for bucket in 0..8 {
            let mut read = Vec::new();
            spool.take(bucket, &mut read).expect("readable");
            let expected: Vec<u8> = (0..50).flat_map(|number| [(bucket * 50 + number) as u8; 1000]).collect();
            assert!(read == expected, "{bucket}");
        }
    }

    /// Every record comes back once, whatever fits into memory.
    fn check(limit_bytes: u64, chunk_bytes: usize) {
        let dir = tempfile::tempdir().expect("scratch folder");
        let overflow = Overflow::new(dir.path(), limit_bytes).with_chunk_bytes(chunk_bytes);
        let spool = Spool::new(&overflow, 3);
        std::thread::scope(|scope| {
            for worker in 0..2_u8 {
                let spool = &spool;
                scope.spawn(move || {
                    let mut appender = Appender::new(spool);
                    for record in 0..100_u8 {
                        appender
                            .push(usize::from(record % 3), |bytes| bytes.extend([worker, record]))
                            .expect("room");
                    }
                    appender.finish().expect("room");
                });
            }
        });
        let mut all = Vec::new();
        for bucket in 0..3 {
            let mut bytes = Vec::new();
            spool.read(bucket, &mut bytes).expect("readable");
            let mut beside = vec![1];
            let sum = |stretches: &[&[u8]]| stretches.iter().map(|stretch| stretch.len()).sum::<usize>();
            let seen = spool.look_at(bucket, &mut beside, |stretches| {
                assert!(stretches.iter().all(|stretch| stretch.len() % 2 == 0), "whole records");
                Ok(sorted(&stretches.concat()))
            });
            assert_eq!(seen.expect("readable"), sorted(&bytes));
            if bucket == 1 {
                let before = overflow.in_memory.load(std::sync::atomic::Ordering::Relaxed);
                let taken = spool.take_out(bucket).expect("readable");
                assert_eq!(sorted(&taken.all().concat()), sorted(&bytes));
                assert_eq!(overflow.in_memory.load(std::sync::atomic::Ordering::Relaxed), before);
                let counted = taken.counted;
                assert!(counted >= sum(&taken.all()) as u64 || limit_bytes < 400);
                drop(taken);
                assert_eq!(overflow.in_memory.load(std::sync::atomic::Ordering::Relaxed), before - counted);
            } else {
                let mut again = Vec::new();
                spool.take(bucket, &mut again).expect("readable");
                assert_eq!(bytes, again);
            }
            assert_eq!(spool.bytes(bucket), 0);
            all.extend(bytes.chunks(2).map(<[u8]>::to_vec));
        }
        all.sort();
        let expected: Vec<Vec<u8>> = (0..2).flat_map(|w| (0..100).map(move |r| vec![w, r])).collect();
        assert_eq!(all, expected);
        assert_eq!(overflow.spilled_bytes() > 0, limit_bytes < 400);
        let names = std::fs::read_dir(dir.path()).expect("listable").count();
        assert_eq!(names, 0, "the temporary file has no name");
    }

    /// Buffers of records that are gone hold the next ones, whoever puts them there; those that wait and the
    /// records in memory never take more than the limit and what is under way.
    #[test]
    fn buffers_of_chunks_are_used_again() {
        let dir = tempfile::tempdir().expect("scratch folder");
        let chunks = 2 * super::FREE_BUFFERS;
        let buffer_bytes = 100 + super::RECORD_BYTES;
        let overflow = Overflow::new(dir.path(), (chunks * buffer_bytes) as u64).with_chunk_bytes(100);
        let waiting = || {
            let free = overflow.free.lock().expect("nobody panicked");
            assert!(free.iter().all(|buffer| buffer.capacity() == buffer_bytes));
            free.len()
        };
        let spool = Spool::new(&overflow, 2);
        let fill = |bucket| {
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let mut appender = Appender::new(&spool);
                    for _ in 0..chunks {
                        appender.push(bucket, |bytes| bytes.extend([7; 100])).expect("room");
                    }
                    appender.push(1 - bucket, |bytes| bytes.extend([7; 10])).expect("room");
                    appender.finish().expect("room");
                });
            });
        };
        fill(0);
        // The last ten bytes found no room in memory.
        assert_eq!((waiting(), overflow.spilled_bytes()), (1, 10));
        drop(spool.take_out(0).expect("readable"));
        assert_eq!(waiting(), chunks + 1);
        fill(1);
        assert_eq!((waiting(), overflow.spilled_bytes()), (1, 20));
        // A smaller limit leaves room for fewer.
        overflow.set_limit(0);
        spool.take(1, &mut Vec::new()).expect("readable");
        assert_eq!(waiting(), super::FREE_BUFFERS);
    }

    /// What ends in one file where something begins in another is no piece with it.
    #[test]
    fn chunks_of_two_files_are_two_pieces() {
        let dir = tempfile::tempdir().expect("scratch folder");
        let overflow = Overflow::new(dir.path(), 0).with_chunk_bytes(1000);
        let spool = Spool::new(&overflow, 2);
        let whole = |number: u8| vec![number; 1000 + super::RECORD_BYTES];
        spool.append(0, whole(1)).expect("room");
        let held = overflow.files[0].writing.lock().expect("nobody panicked");
        spool.append(1, whole(2)).expect("room");
        spool.append(0, whole(3)).expect("room");
        drop(held);
        spool.append(1, whole(4)).expect("room");
        for (bucket, expected) in [(0, [whole(1), whole(3)]), (1, [whole(2), whole(4)])] {
            let mut read = Vec::new();
            spool.read(bucket, &mut read).expect("readable");
            assert!(read == expected.concat(), "{bucket}");
        }
    }

    /// Room that is free again is taken again, and no two chunks ever lie over one another.
    #[test]
    fn used_up_room_is_written_over_and_nothing_else() {
        let dir = tempfile::tempdir().expect("scratch folder");
        let overflow = Overflow::new(dir.path(), 0);
        let spools: Vec<Spool<'_>> = (0..3).map(|_| Spool::new(&overflow, 1)).collect();
        let chunk = |round: usize| vec![round as u8; 1000 + (round * 37) % 300];
        let mut expected: Vec<Vec<u8>> = vec![Vec::new(); 3];
        for round in 0..300_usize {
            spools[round % 3].append(0, chunk(round)).expect("room");
            expected[round % 3].extend(chunk(round));
            if round % 7 == 0 {
                let (mut bytes, of) = (Vec::new(), round / 7 % 3);
                spools[of].take(0, &mut bytes).expect("readable");
                assert_eq!(bytes, expected[of], "{round}");
                expected[of].clear();
            }
        }
        let written: u64 = (0..300).map(|round| chunk(round).len() as u64).sum();
        assert_eq!(overflow.spilled_bytes(), written);
        assert!(overflow.file_bytes() < written / 4, "{} of {written}", overflow.file_bytes());
    }

    /// The place of any full chunk serves for any other: the file is never larger than what is there at once.
    #[test]
    fn places_of_full_chunks_are_of_one_size() {
        let dir = tempfile::tempdir().expect("scratch folder");
        let overflow = Overflow::new(dir.path(), 0).with_chunk_bytes(1000);
        let spool = Spool::new(&overflow, 30);
        let chunk = |round: usize| vec![round as u8; 1000 + (round * 37) % super::RECORD_BYTES];
        for round in 0..600 {
            let mut bytes = Vec::new();
            spool.take(round % 30, &mut bytes).expect("readable");
            let before = round.checked_sub(30).map_or_else(Vec::new, chunk);
            assert!(bytes == before, "{round}");
            spool.append(round % 30, chunk(round)).expect("room");
        }
        assert_eq!(overflow.file_bytes(), 30 * (1000 + super::RECORD_BYTES as u64));
    }

    #[test]
    fn the_file_stays_under_what_it_may_take() {
        let dir = tempfile::tempdir().expect("scratch folder");
        let overflow = Overflow::new(dir.path(), 0).with_file_max(2500);
        let spool = Spool::new(&overflow, 1);
        spool.append(0, vec![0; 1500]).expect("room");
        assert!(matches!(spool.append(0, vec![0; 1500]), Err(SpillError::Room { bytes: 2500, .. })));
        assert!(overflow.check_room(2500).is_ok());
        assert!(matches!(overflow.check_room(2501), Err(SpillError::Room { bytes: 2500, .. })));
        let unbounded = Overflow::new(dir.path(), 0);
        assert!(unbounded.check_room(1).is_ok());
        assert!(unbounded.check_room(u64::MAX).is_err(), "no disk is so large");
    }

    #[test]
    fn keeps_every_record_in_memory_and_beyond_it() {
        for limit_bytes in [0, 50, 1 << 20] {
            for chunk_bytes in [1, 6, 4096] {
                check(limit_bytes, chunk_bytes);
            }
        }
    }
}
