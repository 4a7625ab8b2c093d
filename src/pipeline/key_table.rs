//! A table keyed by digests, with a sieve before it: nearly every customer's key is in no table, and
//! one word of a small one says so without waiting for memory.

use std::hash::Hash;

use super::intern::DigestMap;
use crate::identifiers::WideKey;
use crate::people::PersonKey;

/// Bits of the sieve for an entry, at least. Each entry sets three bits of one word, so that about one key
/// in twenty passes without being there; one bit an entry would take twice the room for that, and the
/// sieve of half a million entries would no longer lie in a core's own cache.
const BITS_AN_ENTRY: usize = 8;

/// A digest that chooses its own place.
pub(crate) trait Key: Copy + Eq + Hash {
    /// Any 64 of its bits.
    fn bits(self) -> u64;
}

impl Key for WideKey {
    fn bits(self) -> u64 {
        (self.0 >> 64) as u64
    }
}

impl Key for PersonKey {
    fn bits(self) -> u64 {
        self.spread()
    }
}

/// Values by key.
pub(crate) struct KeyTable<K, V> {
    entries: DigestMap<K, V>,
    /// Empty until [`KeyTable::freeze`]; then its length is a power of two.
    sieve: Vec<u64>,
}

impl<K, V> Default for KeyTable<K, V> {
    fn default() -> Self {
        Self { entries: DigestMap::default(), sieve: Vec::new() }
    }
}

impl<K: Key, V: Copy> KeyTable<K, V> {
    /// The key's value.
    #[inline]
    pub(crate) fn get(&self, key: K) -> Option<V> {
        if self.may_hold(key) { self.entries.get(&key).copied() } else { None }
    }

    /// Whether the key may have a value: never a false no.
    #[inline]
    pub(crate) fn may_hold(&self, key: K) -> bool {
        if self.sieve.is_empty() {
            return !self.entries.is_empty();
        }
        let (word, pattern) = self.place(key);
        self.sieve[word] & pattern == pattern
    }

    /// The word of the sieve that the key is in, and its bits there.
    #[inline]
    fn place(&self, key: K) -> (usize, u64) {
        let bits = key.bits();
        let pattern = 1 << (bits & 63) | 1 << (bits >> 6 & 63) | 1 << (bits >> 12 & 63);
        ((bits >> 18) as usize & (self.sieve.len() - 1), pattern)
    }

    /// The key's value to change, `first` where it has none.
    pub(crate) fn or_insert(&mut self, key: K, first: V) -> &mut V {
        if !self.sieve.is_empty() {
            let (word, pattern) = self.place(key);
            self.sieve[word] |= pattern;
        }
        self.entries.entry(key).or_insert(first)
    }

    /// Adds another table, before either is frozen; the larger one is kept, and `join` makes one of two values.
    pub(crate) fn take_in(&mut self, mut other: Self, join: impl Fn(V, V) -> V) {
        if other.entries.len() > self.entries.len() {
            std::mem::swap(self, &mut other);
        }
        for (key, value) in other.entries {
            self.entries.entry(key).and_modify(|known| *known = join(*known, value)).or_insert(value);
        }
    }

    /// Makes the sieve, of a size for what is there; entries may follow all the same.
    pub(crate) fn freeze(&mut self) {
        let words = (self.entries.len() * BITS_AN_ENTRY / 64).max(1).next_power_of_two();
        self.sieve = vec![0; words];
        for key in self.entries.keys() {
            let (word, pattern) = self.place(*key);
            self.sieve[word] |= pattern;
        }
    }

    /// Whether nothing is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<K: Key, V: Copy> FromIterator<(K, V)> for KeyTable<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut table = Self { entries: entries.into_iter().collect(), sieve: Vec::new() };
        table.freeze();
        table
    }
}

#[cfg(test)]
mod tests {
    use super::KeyTable;
    use crate::identifiers::WideKey;

    fn key(number: u128) -> WideKey {
        WideKey(number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
    }

    #[test]
    fn every_entry_is_found_whenever_it_came() {
        for entries in [0, 1, 5, 1000] {
            let mut table = KeyTable::default();
            for number in 0..entries {
                *table.or_insert(key(number), 0) += 1;
            }
            let check = |table: &KeyTable<WideKey, u32>, entries: u128| {
                assert!((0..entries).all(|number| table.get(key(number)) == Some(1)), "{entries}");
                assert!(
                    (entries..entries + 1000).all(|number| table.get(key(number)).is_none()),
                    "{entries}"
                );
                assert_eq!(table.is_empty(), entries == 0);
            };
            check(&table, entries);
            table.freeze();
            check(&table, entries);
            *table.or_insert(key(entries), 0) += 1;
            check(&table, entries + 1);
            check(&(0..entries).map(|number| (key(number), 1)).collect(), entries);
            for (few, many) in [(entries, 3), (3, entries)] {
                let table = |entries: u128| -> KeyTable<WideKey, u32> {
                    let mut table = KeyTable::default();
                    (0..entries).for_each(|number| *table.or_insert(key(number), 0) = number as u32);
                    table
                };
                let mut both = table(few);
                both.take_in(table(many), |one, other| one + other);
                let value = |number: u128, entries: u128| if number < entries { number as u32 } else { 0 };
                for number in 0..few.max(many) {
                    let expected = value(number, few) + value(number, many);
                    assert_eq!(both.get(key(number)), Some(expected), "{few} {many}");
                }
            }
        }
    }
}
