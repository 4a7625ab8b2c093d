//! What deciding hands on where a live state is kept: every identifier that goes up with its person's
//! tag and basis, those barred by somebody's objection, and the people whom objections keep out. Kept
//! as small records that overflow like all others; where no state is kept, none of it exists.

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::decide::Decide;
use crate::identifiers::{Digest, Kind};
use crate::people::PersonKey;
use crate::spill::{Appender, Overflow, SpillError, Spool};
use crate::state::{EntryKey, Owner};

/// Buckets of a cell's identifiers, by the first byte of the digest.
pub(super) const BUCKETS: usize = 256;
/// Buckets of people kept out, by their tag.
const PEOPLE_BUCKETS: usize = 16;
/// Bytes of a [`Wanted`].
const WANTED_BYTES: usize = EntryKey::BYTES + 8 + 2;
/// Bytes of an [`Objector`].
const OBJECTOR_BYTES: usize = 16;

/// A person's tag in live states.
pub(super) const fn owner_of(person: PersonKey) -> Owner {
    person.spread()
}

/// A day as days since 1970; 0 for none.
fn day_number(day: Option<Date>) -> u32 {
    let epoch = jiff::civil::date(1970, 1, 1);
    day.and_then(|day| epoch.until(day).ok()).map_or(0, |span| u32::try_from(span.get_days()).unwrap_or(0))
}

/// An identifier that goes up for somebody, or that somebody's objection bars.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wanted {
    /// Which.
    pub(super) key: EntryKey,
    /// Barred; then the person is nobody.
    pub(super) barred: bool,
    /// Whose.
    pub(super) owner: Owner,
    /// The first basis row it rests on, by its place in the config.
    pub(super) basis: u8,
}

impl Wanted {
    fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.key.to_bytes());
        out.extend_from_slice(&self.owner.to_le_bytes());
        out.extend_from_slice(&[self.basis, u8::from(self.barred)]);
    }

    fn read(bytes: &[u8]) -> Self {
        let (key, rest) = bytes.split_at(EntryKey::BYTES);
        Self {
            key: EntryKey::from_bytes(key),
            owner: u64::from_le_bytes(rest[..8].try_into().expect("sliced to 8")),
            basis: rest[8],
            barred: rest[9] == 1,
        }
    }
}

/// Somebody whom an objection keeps out of some cell.
#[derive(Clone, Copy)]
pub(super) struct Objector {
    /// Who.
    pub(super) owner: Owner,
    /// The verdict's number.
    pub(super) verdict: u32,
    /// The last day on which it was said, in days since 1970; 0 when there is none.
    pub(super) day: u32,
}

/// The records of a run.
pub(super) struct LiveSpools<'o> {
    wanted: Vec<Spool<'o>>,
    objectors: Spool<'o>,
    today: Date,
}

impl<'o> LiveSpools<'o> {
    pub(super) fn new(overflow: &'o Overflow, cells: usize, today: Date) -> Self {
        let wanted = (0..cells).map(|_| Spool::new(overflow, BUCKETS)).collect();
        Self { wanted, objectors: Spool::new(overflow, PEOPLE_BUCKETS), today }
    }

    pub(super) fn appender(&self) -> LiveAppender<'_, 'o> {
        LiveAppender {
            wanted: self.wanted.iter().map(Appender::new).collect(),
            objectors: Appender::new(&self.objectors),
            days: FxHashMap::default(),
            today: self.today,
        }
    }

    /// Puts each bucket of a cell in order once, so that it can be read many times.
    pub(super) fn settle(&self, cell: usize) -> Result<(), SpillError> {
        let spool = &self.wanted[cell];
        for bucket in 0..spool.len() {
            let mut bytes = Vec::new();
            spool.take(bucket, &mut bytes)?;
            let mut entries: Vec<Wanted> = bytes.chunks_exact(WANTED_BYTES).map(Wanted::read).collect();
            entries.sort_unstable();
            entries.dedup_by_key(|entry| (entry.key, entry.barred, entry.owner));
            bytes.clear();
            entries.iter().for_each(|entry| entry.write(&mut bytes));
            bytes.shrink_to_fit();
            spool.append(bucket, bytes)?;
        }
        Ok(())
    }

    /// The identifiers of a cell in order; they must be settled.
    pub(super) fn wanted(&self, cell: usize) -> Result<WantedReader<'_, 'o>, SpillError> {
        WantedReader::begin(&self.wanted[cell])
    }

    /// Everybody whom an objection keeps out of some cell.
    pub(super) fn each_objector(&self, mut each: impl FnMut(Objector)) -> Result<(), SpillError> {
        let mut bytes = Vec::new();
        for bucket in 0..self.objectors.len() {
            bytes.clear();
            self.objectors.read(bucket, &mut bytes)?;
            for entry in bytes.chunks_exact(OBJECTOR_BYTES) {
                let four = |at: usize| u32::from_le_bytes(entry[at..at + 4].try_into().expect("sliced to 4"));
                let owner = u64::from_le_bytes(entry[..8].try_into().expect("sliced to 8"));
                each(Objector { owner, verdict: four(8), day: four(12) });
            }
        }
        Ok(())
    }
}

/// One thread's share.
pub(super) struct LiveAppender<'d, 'o> {
    wanted: Vec<Appender<'d, 'o>>,
    objectors: Appender<'d, 'o>,
    /// The last day of each interned set of objections.
    days: FxHashMap<u32, u32>,
    today: Date,
}

impl LiveAppender<'_, '_> {
    /// A row of an upload.
    pub(super) fn wanted(
        &mut self,
        cell: usize,
        owner: Owner,
        basis: u8,
        kinds: &[Kind],
        row: &[Option<Digest>],
    ) -> Result<(), SpillError> {
        for (kind, digest) in kinds.iter().zip(row) {
            if let Some(digest) = digest {
                let key = EntryKey::new(*kind, *digest);
                self.push(cell, Wanted { key, owner, basis, barred: false })?;
            }
        }
        Ok(())
    }

    /// An identifier that an objection bars for everybody.
    pub(super) fn barred(&mut self, cell: usize, key: EntryKey) -> Result<(), SpillError> {
        self.push(cell, Wanted { key, owner: 0, basis: 0, barred: true })
    }

    fn push(&mut self, cell: usize, wanted: Wanted) -> Result<(), SpillError> {
        let bucket = usize::from(wanted.key.digest.as_bytes()[0]);
        self.wanted[cell].push(bucket, |bytes| wanted.write(bytes))
    }

    /// Somebody whom an objection keeps out of some cell.
    pub(super) fn objected(
        &mut self,
        owner: Owner,
        verdict: u32,
        named: u32,
        job: &Decide<'_, '_>,
    ) -> Result<(), SpillError> {
        let today = self.today;
        let day = *self.days.entry(named).or_insert_with(|| day_number(job.named.get(named).last_day(today)));
        self.objectors.push(owner as usize % PEOPLE_BUCKETS, |bytes| {
            bytes.extend_from_slice(&owner.to_le_bytes());
            bytes.extend_from_slice(&verdict.to_le_bytes());
            bytes.extend_from_slice(&day.to_le_bytes());
        })
    }

    /// Hands over what is left.
    pub(super) fn finish(self) -> Result<(), SpillError> {
        self.wanted.into_iter().try_for_each(Appender::finish)?;
        self.objectors.finish()
    }
}

/// A cell's identifiers in order, one bucket in memory at a time.
pub(super) struct WantedReader<'s, 'o> {
    spool: &'s Spool<'o>,
    bucket: usize,
    bytes: Vec<u8>,
    at: usize,
}

impl<'s, 'o> WantedReader<'s, 'o> {
    fn begin(spool: &'s Spool<'o>) -> Result<Self, SpillError> {
        let mut reader = Self { spool, bucket: 0, bytes: Vec::new(), at: 0 };
        reader.fill()?;
        Ok(reader)
    }

    /// Reads on until there is a record or no bucket left.
    fn fill(&mut self) -> Result<(), SpillError> {
        while self.at == self.bytes.len() && self.bucket < self.spool.len() {
            self.bytes.clear();
            self.at = 0;
            self.spool.read(self.bucket, &mut self.bytes)?;
            self.bucket += 1;
        }
        Ok(())
    }

    fn ahead(&self) -> Option<Wanted> {
        let bytes = self.bytes.get(self.at..self.at + WANTED_BYTES)?;
        Some(Wanted::read(bytes))
    }

    /// The key of the next record.
    pub(super) fn peek(&self) -> Option<EntryKey> {
        self.ahead().map(|wanted| wanted.key)
    }

    /// The records of this identifier, if they are next.
    pub(super) fn take(&mut self, key: EntryKey, into: &mut Vec<Wanted>) -> Result<(), SpillError> {
        into.clear();
        while let Some(wanted) = self.ahead().filter(|wanted| wanted.key == key) {
            into.push(wanted);
            self.at += WANTED_BYTES;
            self.fill()?;
        }
        Ok(())
    }
}
