//! How many rows hold each key, without a table of keys: half a byte a counter, chosen by the key's bits,
//! so that several keys may share one and an answer is never too low. Keys whose answer is above a
//! limit are counted exactly by whoever asked. It knows keys as numbers alone.

use std::sync::{Mutex, PoisonError};

use crate::ahead;
use crate::identifiers::WideKey;

/// Counters in one region, as a power of two: half a megabyte, which a core's own cache holds.
const REGION_BITS: u32 = 20;
/// Counters at least and at most, as powers of two.
const COUNTER_BITS: std::ops::RangeInclusive<u32> = 17..=28;
/// A counter that is full: it stands for so many rows or more.
const FULL: u8 = 15;
/// Keys a thread gathers for a region before it counts them.
const PENDING: usize = 1024;
/// How far ahead of a key's counter another's is asked for.
const LATER: usize = 16;
/// Bits of the coarse table, as a power of two.
const COARSE_BITS: u32 = 22;

/// The counters while rows are read. A key picks a counter at random, so counting at once would wait
/// for memory every time: threads gather keys by region, and count a region's together.
pub(crate) struct ShareCounters {
    regions: Vec<Mutex<Vec<u8>>>,
    region_bits: u32,
    mask: u64,
}

impl ShareCounters {
    /// For about so many identifiers, in so many bytes at most.
    pub(crate) fn new(expected: u64, bytes_max: u64) -> Self {
        let bits = expected.saturating_mul(8).max(1).ilog2() + 1;
        let bits = bits.min(bytes_max.saturating_mul(2).max(1).ilog2());
        let bits = bits.clamp(*COUNTER_BITS.start(), *COUNTER_BITS.end());
        let region_bits = bits.min(REGION_BITS);
        let regions = (0..1_usize << (bits - region_bits)).map(|_| Mutex::default());
        Self { regions: regions.collect(), region_bits, mask: (1 << bits) - 1 }
    }

    /// Bytes that they take once every region has been counted in.
    pub(crate) const fn bytes(&self) -> u64 {
        self.mask.div_ceil(2)
    }

    /// One thread's way to count.
    pub(crate) fn tally(&self) -> ShareTally<'_> {
        ShareTally { counters: self, pending: vec![Vec::new(); self.regions.len()] }
    }

    /// The counts, once every tally is finished: whether a key may be held by more rows than one, and by
    /// more than `cap`.
    pub(crate) fn freeze(self, cap: u32) -> Shares {
        let bytes = 1 << (self.region_bits - 1);
        let words = (self.mask as usize + 1) / 64;
        let mut shares = Shares { mask: self.mask, repeats: Vec::with_capacity(words), exceeds: Vec::new() };
        for counted in self.regions {
            let counted = counted.into_inner().unwrap_or_else(PoisonError::into_inner);
            if counted.is_empty() {
                shares.repeats.resize(shares.repeats.len() + bytes / 32, 0);
            }
            for counters in counted.chunks_exact(32) {
                let mut repeats = 0;
                for (place, pair) in counters.iter().enumerate() {
                    let several = u64::from(pair & FULL > 1) | u64::from(pair >> 4 > 1) << 1;
                    repeats |= several << (2 * place);
                }
                shares.exceed(counters, shares.repeats.len(), repeats, cap);
                shares.repeats.push(repeats);
            }
        }
        shares
    }
}

/// The keys one thread has seen and not counted yet.
pub(crate) struct ShareTally<'c> {
    counters: &'c ShareCounters,
    pending: Vec<Vec<u32>>,
}

impl ShareTally<'_> {
    /// Counts one row's key.
    pub(crate) fn count(&mut self, key: WideKey) {
        let counter = key.0 as u64 & self.counters.mask;
        let region = (counter >> self.counters.region_bits) as usize;
        let pending = &mut self.pending[region];
        pending.push((counter & ((1 << self.counters.region_bits) - 1)) as u32);
        if pending.len() == PENDING {
            self.settle(region);
        }
    }

    fn settle(&mut self, region: usize) {
        let mut counted = self.counters.regions[region].lock().unwrap_or_else(PoisonError::into_inner);
        let pending = &mut self.pending[region];
        if counted.is_empty() {
            // Written before it is read: the system hands out a page that was read first twice.
            counted.reserve_exact(1 << (self.counters.region_bits - 1));
            counted.extend(std::iter::repeat_n(0, 1 << (self.counters.region_bits - 1)));
        }
        for (number, place) in pending.iter().enumerate() {
            if let Some(later) = pending.get(number + LATER) {
                ahead::fetch(&counted, *later as usize / 2);
            }
            let (pair, shift) = (&mut counted[*place as usize / 2], place % 2 * 4);
            *pair += u8::from(*pair >> shift & FULL != FULL) << shift;
        }
        pending.clear();
    }

    /// Counts what is left. Without this call keys would be missed, hence the receiver.
    pub(crate) fn finish(mut self) {
        for region in 0..self.pending.len() {
            if !self.pending[region].is_empty() {
                self.settle(region);
            }
        }
    }
}

/// How many rows hold each key, as answers that are never a false no.
pub(crate) struct Shares {
    mask: u64,
    repeats: Vec<u64>,
    /// Coarser, since few keys are over a cap, and asked of every identifier; empty when none is.
    exceeds: Vec<u64>,
}

impl Shares {
    /// Notes which of sixty-four counters are above the cap, of those that count several rows.
    fn exceed(&mut self, counters: &[u8], word: usize, mut repeats: u64, cap: u32) {
        while repeats != 0 {
            let place = repeats.trailing_zeros() as usize;
            repeats &= repeats - 1;
            let rows = counters[place / 2] >> (place % 2 * 4) & FULL;
            if rows == FULL || u32::from(rows) > cap {
                self.exceeds.resize(1 << (COARSE_BITS - 6), 0);
                let coarse = (word * 64 + place) & ((1 << COARSE_BITS) - 1);
                self.exceeds[coarse / 64] |= 1 << (coarse % 64);
            }
        }
    }

    /// Asks for what [`Shares::may_repeat`] will look at.
    #[inline]
    pub(crate) fn fetch(&self, key: WideKey) {
        ahead::fetch(&self.repeats, (key.0 as u64 & self.mask) as usize / 64);
    }

    /// Whether more rows than one may hold the key.
    pub(crate) fn may_repeat(&self, key: WideKey) -> bool {
        let counter = (key.0 as u64 & self.mask) as usize;
        self.repeats[counter / 64] >> (counter % 64) & 1 == 1
    }

    /// Whether more rows than the cap may hold the key.
    pub(crate) fn may_exceed(&self, key: WideKey) -> bool {
        let coarse = (key.0 as u64 & self.mask) as usize & ((1 << COARSE_BITS) - 1);
        self.exceeds.get(coarse / 64).is_some_and(|word| word >> (coarse % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::{FULL, ShareCounters};
    use crate::identifiers::WideKey;

    /// A key whose low bits are all over the place, as a keyed digest's are.
    fn key(number: u128) -> WideKey {
        WideKey(number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
    }

    /// Key `n` is held by `n` rows, spread over threads; nothing is counted too low, and few too high.
    fn check(expected: u64, keys: u128, cap: u32) {
        let counters = ShareCounters::new(expected, u64::MAX);
        std::thread::scope(|scope| {
            for thread in 0..3 {
                let counters = &counters;
                scope.spawn(move || {
                    let mut tally = counters.tally();
                    for number in 1..=keys {
                        (0..number).filter(|row| row % 3 == thread).for_each(|_| tally.count(key(number)));
                    }
                    tally.finish();
                });
            }
        });
        let shares = counters.freeze(cap);
        for number in 2..=keys {
            assert!(shares.may_repeat(key(number)), "{number}");
        }
        for number in u128::from(cap) + 1..=keys {
            assert!(shares.may_exceed(key(number)), "{number}");
        }
        assert!(!shares.may_repeat(key(1)));
        // A counter that is full stands for any number of rows.
        let sure = u128::from(cap.min(u32::from(FULL) - 1)).min(keys);
        let under = (1..=sure).filter(|number| shares.may_exceed(key(*number))).count();
        assert!(under <= 1, "{under}");
    }

    #[test]
    fn no_key_is_counted_too_low() {
        for expected in [0, 1 << 15, 1 << 22] {
            check(expected, 40, 10);
            check(expected, 300, 10);
            check(expected, 300, 280);
            check(expected, 300, 10_000);
        }
    }

    #[test]
    fn counters_take_no_more_memory_than_they_may() {
        for (expected, bytes_max, bytes) in [
            (0, u64::MAX, 1 << 16),
            (1 << 22, u64::MAX, 1 << 25),
            (1 << 22, 5_000_000, 1 << 22),
            (1 << 40, 300_000_000, 1 << 27),
            (1 << 40, 0, 1 << 16),
        ] {
            assert_eq!(ShareCounters::new(expected, bytes_max).bytes(), bytes, "{expected} in {bytes_max}");
        }
    }

    #[test]
    fn nothing_counted_repeats_nowhere() {
        let shares = ShareCounters::new(0, u64::MAX).freeze(10);
        assert!((0..1000).all(|number| !shares.may_repeat(key(number)) && !shares.may_exceed(key(number))));
    }
}
