//! People who are left out, between deciding and writing: each stands here once, with the number of the verdict,
//! however many audiences leave them out. An audience's tags are made when its suppressions are written, so that
//! only those of the audience at hand take room. It knows people by their keys and verdicts as numbers, never why.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::overlap::{groups, overlap};
use super::tags::{Tag, Tags};
use crate::people::PersonKey;
use crate::spill::{Appender, Overflow, SpillError, Spool};

/// Buckets of people, so that every core can read some.
const BUCKETS: usize = 64;
/// Buckets of tags, by their first byte: in their order tags are in order.
const TAG_BUCKETS: usize = 256;
/// People who are tagged together: in a tag each step waits for the one before, and with those of others between
/// the two nobody waits.
const TOGETHER: usize = 64;
/// Bytes of a person key or a tag, and a verdict's number.
const ENTRY_BYTES: usize = 20;

/// Everybody whom any audience leaves out.
pub(crate) struct LeftOut<'o> {
    overflow: &'o Overflow,
    people: Spool<'o>,
}

/// One thread's way to add people.
pub(crate) struct LeftOutAppender<'s, 'o>(Appender<'s, 'o>);

impl LeftOutAppender<'_, '_> {
    /// Adds a person with the verdict's number.
    #[inline]
    pub(crate) fn push(&mut self, person: PersonKey, verdict: u32) -> Result<(), SpillError> {
        let bucket = person.spread() as usize % BUCKETS;
        self.0.push(bucket, |bytes| write(&person.to_bytes(), verdict, bytes))
    }

    /// Hands over what is left.
    pub(crate) fn finish(self) -> Result<(), SpillError> {
        self.0.finish()
    }
}

impl<'o> LeftOut<'o> {
    /// Nobody yet.
    pub(crate) fn new(overflow: &'o Overflow) -> Self {
        Self { overflow, people: Spool::new(overflow, BUCKETS) }
    }

    /// One thread's way to add people.
    pub(crate) fn appender(&self) -> LeftOutAppender<'_, 'o> {
        LeftOutAppender(Appender::new(&self.people))
    }

    /// The people of some verdicts in the order of their tags under an audience's key, with their verdict's number.
    /// `is_meant` tells of each verdict, by its number, whether it is one of them.
    pub(crate) fn each<E: From<SpillError> + Send>(
        &self,
        tags: &Tags,
        is_meant: &[bool],
        mut each: impl FnMut(Tag, u32) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        let tagged = self.tagged(tags, is_meant)?;
        let sorted = |bucket| {
            let mut bytes = Vec::new();
            tagged.take(bucket, &mut bytes)?;
            let mut entries = bytes.as_chunks::<ENTRY_BYTES>().0.to_vec();
            entries.sort_unstable();
            Ok(entries)
        };
        overlap(&groups(&tagged), sorted, |entries| {
            entries.iter().try_for_each(|entry| {
                let (tag, verdict) = read(entry);
                each(tag, verdict)
            })
        })
    }

    /// The tags of the people of some verdicts, on every core.
    fn tagged(&self, tags: &Tags, is_meant: &[bool]) -> Result<Spool<'o>, SpillError> {
        let (tagged, next) = (Spool::new(self.overflow, TAG_BUCKETS), AtomicUsize::new(0));
        (0..rayon::current_num_threads()).into_par_iter().with_max_len(1).try_for_each(|_| {
            let (mut appender, mut beside) = (Appender::new(&tagged), Vec::new());
            let (mut people, mut begun) = (Vec::new(), Vec::new());
            loop {
                let bucket = next.fetch_add(1, Ordering::Relaxed);
                if bucket >= BUCKETS {
                    return appender.finish();
                }
                self.people.look_at(bucket, &mut beside, |stretches| {
                    let entries = stretches.iter().flat_map(|stretch| stretch.as_chunks::<ENTRY_BYTES>().0);
                    let mut meant = entries.map(read).filter(|(_, verdict)| is_meant[*verdict as usize]);
                    loop {
                        people.clear();
                        people.extend(meant.by_ref().take(TOGETHER));
                        if people.is_empty() {
                            return Ok(());
                        }
                        begun.clear();
                        begun.extend(people.iter().map(|(key, _)| tags.begin(PersonKey::from_bytes(*key))));
                        for ((_, verdict), begun) in people.iter().zip(&begun) {
                            let tag = tags.end(begun);
                            appender.push(usize::from(tag[0]), |bytes| write(&tag, *verdict, bytes))?;
                        }
                    }
                })?;
            }
        })?;
        Ok(tagged)
    }
}

#[inline]
fn write(front: &[u8; 16], verdict: u32, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(front);
    bytes.extend_from_slice(&verdict.to_le_bytes());
}

#[inline]
fn read(entry: &[u8; ENTRY_BYTES]) -> ([u8; 16], u32) {
    let (front, verdict) = entry.split_at(16);
    (
        front.try_into().expect("20 bytes hold 16"),
        u32::from_le_bytes(verdict.try_into().expect("20 less 16 are 4")),
    )
}

#[cfg(test)]
mod tests {
    use super::{LeftOut, TOGETHER};
    use crate::people::PersonKey;
    use crate::pipeline::tags::Tags;
    use crate::spill::{Overflow, SpillError};

    fn person(number: usize) -> PersonKey {
        PersonKey::from_bytes(
            ((number as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)).to_le_bytes(),
        )
    }

    /// Each audience gets the people of its verdicts under its own tags, all of them, once and in order, as often
    /// as they are asked for, in memory and beyond it.
    #[test]
    fn everybody_who_is_meant_is_told_in_the_order_of_their_tags() {
        let dir = tempfile::tempdir().expect("scratch folder");
        for people in [0, 1, TOGETHER, 20_000] {
            for limit_bytes in [0, 64 << 20] {
                let overflow = Overflow::new(dir.path(), limit_bytes).with_chunk_bytes(1000);
                let left_out = LeftOut::new(&overflow);
                std::thread::scope(|scope| {
                    for worker in 0..2 {
                        let left_out = &left_out;
                        scope.spawn(move || {
                            let mut appender = left_out.appender();
                            for number in (worker..people).step_by(2) {
                                appender.push(person(number), number as u32 % 3).expect("room");
                            }
                            appender.finish().expect("room");
                        });
                    }
                });
                for (key, is_meant) in [([7; 32], [true, false, true]), ([9; 32], [false, true, false])] {
                    let tags = Tags::new(&key);
                    let mut told = Vec::new();
                    let each = |tag, verdict| {
                        told.push((tag, verdict));
                        Ok::<(), SpillError>(())
                    };
                    left_out.each(&tags, &is_meant, each).expect("readable");
                    let meant = (0..people).filter(|number| is_meant[number % 3]);
                    let mut expected: Vec<_> =
                        meant.map(|number| (tags.tag(person(number)), number as u32 % 3)).collect();
                    expected.sort_unstable();
                    assert!(told == expected, "{people} {limit_bytes}");
                }
                assert_eq!(overflow.spilled_bytes() > 0, people > 0 && limit_bytes == 0);
            }
        }
    }
}
