//! Small sets of numbers that were digests: gathered, sorted once, then asked.

use std::collections::BTreeMap;

use crate::state::{EntryKey, Owner};

/// A set that is filled, settled and then asked; it may be filled and settled again.
#[derive(Debug, Default)]
pub(super) struct SortedSet(Vec<u64>);

impl SortedSet {
    pub(super) fn push(&mut self, number: u64) {
        // The same person often comes several times in a row.
        if self.0.last() != Some(&number) {
            self.0.push(number);
        }
    }

    pub(super) fn settle(&mut self) {
        self.0.sort_unstable();
        self.0.dedup();
    }

    pub(super) fn has(&self, number: u64) -> bool {
        self.0.binary_search(&number).is_ok()
    }

    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A few people out of many, the same few whatever the order they are offered in, and others every
/// night; with one identifier of each.
pub(super) struct Chosen {
    most: usize,
    seed: u64,
    found: BTreeMap<u64, (Owner, EntryKey)>,
}

impl Chosen {
    pub(super) const fn new(most: usize, seed: u64) -> Self {
        Self { most, seed, found: BTreeMap::new() }
    }

    pub(super) fn offer(&mut self, owner: Owner, key: EntryKey) {
        let order = mix(owner ^ mix(self.seed));
        if self.found.len() == self.most && self.found.last_key_value().is_some_and(|(last, _)| *last < order)
        {
            return;
        }
        let known = self.found.entry(order).or_insert((owner, key));
        known.1 = known.1.min(key);
        if self.found.len() > self.most {
            self.found.pop_last();
        }
    }

    pub(super) fn take(&mut self) -> Vec<(Owner, EntryKey)> {
        std::mem::take(&mut self.found).into_values().collect()
    }
}

/// Steele, Lea and Flood's `SplitMix64` (2014): every bit of the result depends on every bit.
const fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
