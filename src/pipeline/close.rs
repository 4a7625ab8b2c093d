//! The second barrier: from the people whom objections name to the keys they hold, and from rows to
//! the keys that too many people share. After it, what each wide key carries is final.
//!
//! Keys are joined part by part, by bits of the key, and what waits between is spilled like all records,
//! so that this takes no more memory of a hundred million rows than of ten. A key that one row alone holds
//! is asked for by that row's person and nobody else, so what it carries stays with their partition.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::intern::{DigestMap, DigestSet, Interner};
use super::key_table::{BITS_AN_ENTRY, Key, KeyTable};
use super::plan::Plan;
use super::record::{IdentifierView, RowView, Rows};
use super::rows::Recovered;
use super::shares::Shares;
use crate::identifiers::WideKey;
use crate::people::PersonKey;
use crate::policy::closure::{KeyMark, marks, over_cap};
use crate::policy::objections::Named;
use crate::policy::scope::Scopes;
use crate::policy::standing::Standing;
use crate::sieve::Sieve;
use crate::spill::{Appender, Overflow, SpillError, Spool};

/// Parts of the keys, by eight of their bits.
const KEY_PARTS: usize = 256;
/// Bytes of a key and what it carries.
const MARK_BYTES: usize = 19;
/// Bytes of a key and a number of a partition of people.
const PLACE_BYTES: usize = 18;
/// Bytes of a key, whether it is of an e-mail address, and who holds it.
const HOLDER_BYTES: usize = 33;
/// Keys that are looked up together, so that waiting for one answer is waiting for many.
const TOGETHER: usize = 64;
/// Bytes that a key's mark takes in a table of all of them.
pub(crate) const BYTES_A_MARK: u64 = 24;

/// What wide keys carry, and which are unreadable or held by too many.
pub(crate) struct Closed<'o> {
    marks: Marks<'o>,
    shared: DigestSet<WideKey>,
    unreadable_keys: DigestSet<WideKey>,
    unreadable_ids: DigestSet<PersonKey>,
    /// How many e-mail addresses and phone numbers are over the cap.
    pub(crate) shared_emails: u64,
    /// Phone numbers over the cap.
    pub(crate) shared_phones: u64,
}

/// What each key carries, for whoever holds it.
enum Marks<'o> {
    /// One table serves everybody.
    Whole(KeyTable<WideKey, KeyMark>),
    /// So many keys carry something that each partition of people has the entries it will ask for.
    ByPartition(Spool<'o>),
}

/// What the keys of a partition of people carry.
pub(crate) enum PartitionMarks<'c> {
    /// Everybody's.
    Whole(&'c KeyTable<WideKey, KeyMark>),
    /// Of these people alone.
    Own(KeyTable<WideKey, KeyMark>),
}

impl PartitionMarks<'_> {
    #[inline]
    const fn table(&self) -> &KeyTable<WideKey, KeyMark> {
        match self {
            Self::Whole(table) => table,
            Self::Own(table) => table,
        }
    }

    /// Asks for what [`PartitionMarks::may_be_marked`] will look at.
    #[inline]
    pub(crate) fn fetch(&self, key: WideKey) {
        self.table().fetch(key);
    }

    /// Whether the key may carry anything: never a false no for a key of this partition's people.
    #[inline]
    pub(crate) fn may_be_marked(&self, key: WideKey) -> bool {
        self.table().may_hold(key)
    }

    /// What keys carry, added in order; `None` is nothing.
    pub(crate) fn marks(&self, keys: &[WideKey], marks: &mut Vec<Option<KeyMark>>) {
        self.table().get_all(keys, marks);
    }
}

impl Closed<'_> {
    /// What the keys of one partition's people carry.
    pub(crate) fn marks(&self, partition: usize) -> Result<PartitionMarks<'_>, SpillError> {
        let spool = match &self.marks {
            Marks::Whole(table) => return Ok(PartitionMarks::Whole(table)),
            Marks::ByPartition(spool) => spool,
        };
        let mut bytes = Vec::new();
        spool.take(partition, &mut bytes)?;
        let entries = bytes.chunks_exact(MARK_BYTES).map(read_mark).collect();
        Ok(PartitionMarks::Own(KeyTable::of(entries, KeyMark::union)))
    }

    /// Whether more people than the cap hold it.
    pub(crate) fn is_shared(&self, key: WideKey) -> bool {
        !self.shared.is_empty() && self.shared.contains(&key)
    }

    /// Whether it stands in a row that could not be read.
    pub(crate) fn is_unreadable_key(&self, key: WideKey) -> bool {
        !self.unreadable_keys.is_empty() && self.unreadable_keys.contains(&key)
    }

    /// Whether the id stands in a row that could not be read.
    pub(crate) fn is_unreadable_id(&self, person: PersonKey) -> bool {
        !self.unreadable_ids.is_empty() && self.unreadable_ids.contains(&person)
    }
}

/// What closing needs.
pub(crate) struct Close<'c, 'o> {
    pub(crate) plan: &'c Plan,
    pub(crate) share_cap: u32,
    pub(crate) rows: &'c Spool<'o>,
    pub(crate) named: &'c Interner<Named>,
    pub(crate) standings: &'c Interner<Standing>,
    pub(crate) shares: &'c Shares,
    pub(crate) overflow: &'o Overflow,
    pub(crate) threads: usize,
    /// The most marks that are kept in one table.
    pub(crate) marks_max: usize,
}

/// The part that a key is joined in: bits by which neither tables nor sieves choose a place.
const fn part_of(key: WideKey) -> usize {
    (key.0 >> 56) as usize % KEY_PARTS
}

fn write_mark(out: &mut Vec<u8>, key: WideKey, mark: KeyMark) {
    out.extend_from_slice(&key.to_bytes());
    out.extend_from_slice(&mark.scopes.0.to_le_bytes());
    out.push(mark.youngest);
}

fn read_mark(bytes: &[u8]) -> (WideKey, KeyMark) {
    let mark = KeyMark { scopes: Scopes(u16::from_le_bytes([bytes[16], bytes[17]])), youngest: bytes[18] };
    (read_key(bytes), mark)
}

fn read_key(bytes: &[u8]) -> WideKey {
    WideKey::from_bytes(bytes[..16].try_into().expect("records begin with a key"))
}

/// Closes objections over the packed rows.
pub(crate) fn close<'o>(job: &Close<'_, 'o>, recovered: Recovered) -> Result<Closed<'o>, SpillError> {
    let contributions = Spool::new(job.overflow, KEY_PARTS);
    let holders = Spool::new(job.overflow, KEY_PARTS);
    let divided = Spool::new(job.overflow, job.rows.len());
    contribute(job, &contributions, &divided, &holders)?;
    let count = |spool: &Spool<'_>| -> usize {
        (0..spool.len()).map(|part| spool.bytes(part)).sum::<usize>() / MARK_BYTES
    };
    let (contributed, alone) = (count(&contributions), count(&divided));

    let joined = |part| join(job, part, &contributions, &holders);
    let mut over = Over::default();
    let marks = if contributed + alone <= job.marks_max {
        let parts: Vec<Joined> = (0..KEY_PARTS).into_par_iter().map(joined).collect::<Result<_, _>>()?;
        let joined: usize = parts.iter().map(|part| part.marks.len()).sum();
        let mut entries = Vec::with_capacity(joined + alone);
        for part in parts {
            entries.extend(part.marks);
            over.add(part.over);
        }
        let mut bytes = Vec::new();
        for partition in 0..divided.len() {
            bytes.clear();
            divided.take(partition, &mut bytes)?;
            entries.extend(bytes.chunks_exact(MARK_BYTES).map(read_mark));
        }
        Marks::Whole(KeyTable::of(entries, KeyMark::union))
    } else {
        tracing::info!(marks = contributed + alone, "marks are kept by partition of people");
        let sieve = Mutex::new(Sieve::for_about(contributed, BITS_AN_ENTRY));
        let marked = Spool::new(job.overflow, KEY_PARTS);
        let together = Mutex::new(&mut over);
        (0..KEY_PARTS).into_par_iter().try_for_each(|part| {
            let joined = joined(part)?;
            let mut bytes = Vec::with_capacity(joined.marks.len() * MARK_BYTES);
            let mut sieve = sieve.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, mark) in joined.marks {
                sieve.insert(key.bits());
                write_mark(&mut bytes, key, mark);
            }
            drop(sieve);
            together.lock().unwrap_or_else(PoisonError::into_inner).add(joined.over);
            marked.append(part, bytes)
        })?;
        let sieve = sieve.into_inner().unwrap_or_else(PoisonError::into_inner);
        divide(job, &marked, &sieve, &divided)?;
        Marks::ByPartition(divided)
    };
    Ok(Closed {
        marks,
        shared_emails: over.emails,
        shared_phones: over.keys.len() as u64 - over.emails,
        shared: over.keys,
        unreadable_keys: recovered.keys,
        unreadable_ids: recovered.ids,
    })
}

/// Runs `each` for every partition of people, on every core, with one worker a thread.
fn each_partition<W>(
    job: &Close<'_, '_>,
    worker: impl Fn() -> W + Sync,
    each: impl Fn(&mut W, usize, &[&[u8]]) -> Result<(), SpillError> + Sync,
    finish: impl Fn(W) -> Result<(), SpillError> + Sync,
) -> Result<(), SpillError> {
    let next = AtomicUsize::new(0);
    (0..job.threads).into_par_iter().with_max_len(1).try_for_each(|_| {
        let (mut worker, mut beside) = (worker(), Vec::new());
        loop {
            let partition = next.fetch_add(1, Ordering::Relaxed);
            if partition >= job.rows.len() {
                return finish(worker);
            }
            job.rows.look_at(partition, &mut beside, |stretches| each(&mut worker, partition, stretches))?;
        }
    })
}

/// Writes down what everybody whom an objection names, or who is too young, puts on the keys they hold,
/// and who holds the keys that too many may share. What a key carries that no other row holds goes to the
/// person's partition.
fn contribute(
    job: &Close<'_, '_>,
    contributions: &Spool<'_>,
    alone: &Spool<'_>,
    holders: &Spool<'_>,
) -> Result<(), SpillError> {
    let scopes: Vec<_> = job.named.values().iter().map(|named| named.scopes()).collect();
    let highest = job.plan.policy.audiences.iter().map(|audience| audience.age_band).max().unwrap_or(0);
    // The band of somebody too young for some audience, else none.
    let youngest: Vec<u8> = job
        .standings
        .values()
        .iter()
        .map(|standing| if standing.youngest < highest { standing.youngest } else { u8::MAX })
        .collect();
    let worker = || [contributions, alone, holders].map(Appender::new);
    let each =
        |[contributions, alone, holders]: &mut [Appender<'_, '_>; 3], partition, stretches: &[&[u8]]| {
            let rows = || stretches.iter().flat_map(|stretch| Rows::new(stretch));
            // A person's other rows may name further keys, so people are found first.
            let mut carriers: DigestMap<PersonKey, KeyMark> = DigestMap::default();
            for row in rows() {
                let mark = KeyMark {
                    scopes: scopes[row.head.named as usize],
                    youngest: youngest[row.head.standing as usize],
                };
                if mark != KeyMark::NONE {
                    let known = carriers.entry(row.head.person).or_insert(KeyMark::NONE);
                    *known = known.union(mark);
                }
            }
            for row in rows() {
                let carried = if carriers.is_empty() { None } else { carriers.get(&row.head.person) };
                for identifier in row.identifiers() {
                    let wide = identifier.wide();
                    if let Some(mark) = carried {
                        let is_alone = !job.shares.may_repeat(wide);
                        let (to, bucket) = if is_alone {
                            (&mut *alone, partition)
                        } else {
                            (&mut *contributions, part_of(wide))
                        };
                        to.push(bucket, |out| write_mark(out, wide, *mark))?;
                    }
                    if job.shares.may_exceed(wide) {
                        holders.push(part_of(wide), |out| {
                            out.extend_from_slice(&wide.to_bytes());
                            out.push(u8::from(identifier.class().is_email));
                            out.extend_from_slice(&row.head.person.to_bytes());
                        })?;
                    }
                }
            }
            Ok(())
        };
    let finish = |all: [Appender<'_, '_>; 3]| all.into_iter().try_for_each(Appender::finish);
    each_partition(job, worker, each, finish)
}

/// Keys that more people hold than the cap.
#[derive(Default)]
struct Over {
    keys: DigestSet<WideKey>,
    /// Of e-mail addresses.
    emails: u64,
}

impl Over {
    fn add(&mut self, other: Self) {
        self.keys.extend(other.keys);
        self.emails += other.emails;
    }
}

/// One part's share.
struct Joined {
    marks: Vec<(WideKey, KeyMark)>,
    over: Over,
}

/// Joins what one part of the keys carries.
fn join(
    job: &Close<'_, '_>,
    part: usize,
    contributions: &Spool<'_>,
    holders: &Spool<'_>,
) -> Result<Joined, SpillError> {
    let mut bytes = Vec::new();
    holders.take(part, &mut bytes)?;
    let mut emails: DigestSet<WideKey> = DigestSet::default();
    let mut held: Vec<(WideKey, PersonKey)> = Vec::with_capacity(bytes.len() / HOLDER_BYTES);
    for record in bytes.chunks_exact(HOLDER_BYTES) {
        let (key, rest) = (read_key(record), &record[16..]);
        if rest[0] == 1 {
            emails.insert(key);
        }
        held.push((key, PersonKey::from_bytes(rest[1..].try_into().expect("33 less 17 are 16"))));
    }
    held.sort_unstable();
    held.dedup();
    let shared = over_cap(&held, job.share_cap);
    bytes.clear();
    contributions.take(part, &mut bytes)?;
    let mut contributed: Vec<_> = bytes.chunks_exact(MARK_BYTES).map(read_mark).collect();
    contributed.sort_unstable_by_key(|(key, _)| *key);
    Ok(Joined {
        marks: marks(&contributed, &shared),
        over: Over {
            emails: shared.iter().filter(|key| emails.contains(key)).count() as u64,
            keys: shared.into_iter().collect(),
        },
    })
}

/// Gives every partition of people what the keys carry that its people hold and others may hold, too.
fn divide(
    job: &Close<'_, '_>,
    marked: &Spool<'_>,
    sieve: &Sieve,
    divided: &Spool<'_>,
) -> Result<(), SpillError> {
    let places = Spool::new(job.overflow, KEY_PARTS);
    let worker = || (Appender::new(&places), Vec::with_capacity(TOGETHER));
    let each =
        |(places, keys): &mut (Appender<'_, '_>, Vec<WideKey>), partition: usize, stretches: &[&[u8]]| {
            let number = u16::try_from(partition).expect("a few hundred partitions").to_le_bytes();
            let rows = stretches.iter().flat_map(|stretch| Rows::new(stretch));
            let mut all = rows.flat_map(RowView::identifiers).map(IdentifierView::wide);
            loop {
                keys.clear();
                keys.extend(all.by_ref().take(TOGETHER).inspect(|key| sieve.fetch(key.bits())));
                if keys.is_empty() {
                    return Ok(());
                }
                for key in keys.iter().filter(|key| sieve.may_hold(key.bits())) {
                    places.push(part_of(*key), |out| {
                        out.extend_from_slice(&key.to_bytes());
                        out.extend_from_slice(&number);
                    })?;
                }
            }
        };
    each_partition(job, worker, each, |(places, _)| places.finish())?;

    let next = AtomicUsize::new(0);
    (0..job.threads).into_par_iter().with_max_len(1).try_for_each(|_| {
        let mut appender = Appender::new(divided);
        let (mut bytes, mut asked) = (Vec::new(), Vec::new());
        loop {
            let part = next.fetch_add(1, Ordering::Relaxed);
            if part >= KEY_PARTS {
                return appender.finish();
            }
            bytes.clear();
            marked.take(part, &mut bytes)?;
            let table = KeyTable::of(bytes.chunks_exact(MARK_BYTES).map(read_mark).collect(), KeyMark::union);
            asked.clear();
            places.take(part, &mut asked)?;
            for record in asked.chunks_exact(PLACE_BYTES) {
                let key = read_key(record);
                if let Some(mark) = table.get(key) {
                    let partition = usize::from(u16::from_le_bytes([record[16], record[17]]));
                    appender.push(partition, |out| write_mark(out, key, mark))?;
                }
            }
        }
    })
}
