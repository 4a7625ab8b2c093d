//! Records beyond memory: append-only buckets of bytes that overflow into one unlinked temporary
//! file, which has no name and dies with the process. Only keys, digests and small numbers are
//! handed to it; it cannot tell, and no plaintext type can be turned into the bytes it takes.

#![expect(clippy::disallowed_methods, reason = "spill owns temporary files")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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

/// Memory shared by every spool of a run, and the file they overflow into.
pub struct Overflow {
    dir: PathBuf,
    limit_bytes: AtomicU64,
    file_max: u64,
    chunk_bytes: usize,
    in_memory: AtomicU64,
    spilled: AtomicU64,
    file: Mutex<Option<Arc<File>>>,
    room: Mutex<Room>,
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
            file: Mutex::new(None),
            room: Mutex::default(),
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
    #[must_use]
    pub const fn with_chunk_bytes(mut self, bytes: usize) -> Self {
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

    /// How large the file is: what is used up in it is written over.
    #[must_use]
    pub fn file_bytes(&self) -> u64 {
        self.room.lock().unwrap_or_else(PoisonError::into_inner).end
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

    /// Bytes that so many bytes of records take in the file. Full chunks take as much as a buffer has, so that the
    /// place of any serves for any other.
    const fn place_bytes(&self, len: usize) -> usize {
        if len >= self.chunk_bytes && len < self.buffer_bytes() { self.buffer_bytes() } else { len }
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

    fn keep(&self, mut bytes: Vec<u8>) -> Result<Chunk, SpillError> {
        let size = bytes.capacity() as u64;
        let before = self.in_memory.fetch_add(size, Ordering::Relaxed);
        if before + size <= self.limit() {
            return Ok(Chunk::Memory(bytes));
        }
        self.in_memory.fetch_sub(size, Ordering::Relaxed);
        let len = bytes.len();
        self.spilled.fetch_add(len as u64, Ordering::Relaxed);
        let place = self.place_bytes(len);
        let at = self.room.lock().unwrap_or_else(PoisonError::into_inner).take(place as u64);
        if at + place as u64 > self.file_max {
            return Err(SpillError::Room { dir: self.dir.clone(), bytes: self.file_max });
        }
        // Whole pages are written over; of others the system would have to read the rest from the disk.
        bytes.resize(place, 0);
        self.file()?
            .write_all_at(&bytes, at)
            .map_err(|error| SpillError::Write { dir: self.dir.clone(), kind: error.kind() })?;
        self.give_back(bytes);
        Ok(Chunk::File { at, len })
    }

    /// Frees what a chunk took, in memory or in the file.
    fn use_up(&self, chunk: Chunk) {
        match chunk {
            Chunk::Memory(bytes) => {
                self.in_memory.fetch_sub(bytes.capacity() as u64, Ordering::Relaxed);
                self.give_back(bytes);
            }
            Chunk::File { at, len } => {
                let place = self.place_bytes(len) as u64;
                self.room.lock().unwrap_or_else(PoisonError::into_inner).give(at, place);
            }
        }
    }

    fn read(&self, chunk: &Chunk, into: &mut Vec<u8>) -> Result<(), SpillError> {
        match chunk {
            Chunk::Memory(bytes) => into.extend_from_slice(bytes),
            Chunk::File { at, len } => {
                let start = into.len();
                into.resize(start + len, 0);
                self.read_file(*at, &mut into[start..])?;
            }
        }
        Ok(())
    }

    /// Fills a buffer from a place in the file.
    fn read_file(&self, at: u64, into: &mut [u8]) -> Result<(), SpillError> {
        self.file()?
            .read_exact_at(into, at)
            .map_err(|error| SpillError::Read { dir: self.dir.clone(), kind: error.kind() })
    }

    /// The file, opened and unlinked at first use.
    fn file(&self) -> Result<Arc<File>, SpillError> {
        let create = |error: io::Error| SpillError::Create { dir: self.dir.clone(), kind: error.kind() };
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.is_none() {
            *file = Some(Arc::new(tempfile::tempfile_in(&self.dir).map_err(create)?));
        }
        Ok(Arc::clone(file.as_ref().expect("made just above")))
    }
}

/// Where in the file there is room. What was used up is written over, so that records which are read,
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
    File { at: u64, len: usize },
}

impl Chunk {
    const fn len(&self) -> usize {
        match self {
            Self::Memory(bytes) => bytes.len(),
            Self::File { len, .. } => *len,
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
        let chunk = self.overflow.keep(records)?;
        self.buckets[bucket].lock().unwrap_or_else(PoisonError::into_inner).push(chunk);
        Ok(())
    }

    /// Copies a bucket's records behind what `into` holds.
    pub fn read(&self, bucket: usize, into: &mut Vec<u8>) -> Result<(), SpillError> {
        let chunks = self.buckets[bucket].lock().unwrap_or_else(PoisonError::into_inner);
        chunks.iter().try_for_each(|chunk| self.overflow.read(chunk, into))
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
        let in_file = || {
            chunks.iter().filter_map(|chunk| match chunk {
                Chunk::Memory(_) => None,
                Chunk::File { at, len } => Some((*at, *len)),
            })
        };
        beside.resize(in_file().map(|(_, len)| len).sum(), 0);
        let mut rest = beside.as_mut_slice();
        for (at, len) in in_file() {
            let (chunk, after) = rest.split_at_mut(len);
            self.overflow.read_file(at, chunk)?;
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
        let chunks =
            std::mem::take(&mut *self.buckets[bucket].lock().unwrap_or_else(PoisonError::into_inner));
        let mut stretches =
            Stretches { overflow: self.overflow, counted: 0, all: Vec::with_capacity(chunks.len()) };
        let mut beside = Vec::new();
        for chunk in chunks {
            match chunk {
                Chunk::Memory(bytes) => {
                    stretches.counted += bytes.capacity() as u64;
                    stretches.all.push(bytes);
                }
                Chunk::File { at, len } => {
                    let mut bytes = self.overflow.used_buffer(len);
                    bytes.resize(len, 0);
                    self.overflow.read_file(at, &mut bytes)?;
                    self.overflow.use_up(chunk);
                    beside.push(bytes);
                }
            }
        }
        stretches.all.append(&mut beside);
        Ok(stretches)
    }

    /// As [`Spool::read`], and the bucket is empty afterwards, its memory free.
    pub fn take(&self, bucket: usize, into: &mut Vec<u8>) -> Result<(), SpillError> {
        let chunks =
            std::mem::take(&mut *self.buckets[bucket].lock().unwrap_or_else(PoisonError::into_inner));
        for chunk in chunks {
            self.overflow.read(&chunk, into)?;
            self.overflow.use_up(chunk);
        }
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
        for limit_bytes in [0, 1 << 20] {
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
            assert_eq!(overflow.spilled_bytes() > 0, limit_bytes == 0);
            let taken = spool.take_out(1).expect("readable");
            assert!(taken.all().len() > 3 && taken.all().iter().all(|chunk| chunk.len() % 8 == 0));
            let expected: Vec<u8> = (0..records as u64).flat_map(u64::to_be_bytes).collect();
            assert!(taken.all().concat() == expected);
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
                    appender.push(bucket, |bytes| bytes.extend([7; 10])).expect("room");
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
