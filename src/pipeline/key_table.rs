//! A table keyed by digests, with a sieve before it: nearly every customer's key is in no table, and
//! one word of a small one says so without waiting for memory.
//!
//! Entries are gathered first and then frozen into sorted arrays, which take two thirds of the room of a
//! hash table and are as quick to ask: digests are random, so their first bits say where to look.

use rayon::prelude::*;

use super::intern::DigestMap;
use crate::identifiers::WideKey;
use crate::people::PersonKey;
use crate::sieve::Sieve;

/// Bits of the sieve for an entry, at least. Each entry sets three bits of one word, so that about one key
/// in twenty passes without being there; one bit an entry would take twice the room for that, and the
/// sieve of half a million entries would no longer lie in a core's own cache.
pub(crate) const BITS_AN_ENTRY: usize = 8;
/// Entries that one place of the index stands for, roughly.
const ENTRIES_A_START: usize = 4;
/// Keys that are looked up together: as many as a processor waits for at once.
const AT_ONCE: usize = 16;

/// A digest that chooses its own place. Keys are in the order of their bits.
pub(crate) trait Key: Copy + Ord + std::hash::Hash + Send {
    /// Its first 64 bits.
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
    /// Entries that are not in order yet, some keys more than once.
    gathered: Vec<(K, V)>,
    /// What was added once all was in order; it holds for its keys.
    late: DigestMap<K, V>,
    sieve: Sieve,
    /// For each value of a key's first bits, where such keys begin.
    starts: Vec<u32>,
    /// How far a key's bits are shifted to give its place among the starts.
    shift: u32,
    keys: Vec<K>,
    values: Vec<V>,
}

impl<K, V> Default for KeyTable<K, V> {
    fn default() -> Self {
        Self {
            gathered: Vec::new(),
            late: DigestMap::default(),
            sieve: Sieve::default(),
            starts: Vec::new(),
            shift: 0,
            keys: Vec::new(),
            values: Vec::new(),
        }
    }
}

impl<K: Key, V: Copy + Send> KeyTable<K, V> {
    /// A table of these entries; `join` makes one of two values of one key.
    pub(crate) fn of(entries: Vec<(K, V)>, join: impl Fn(V, V) -> V) -> Self {
        let mut table = Self { gathered: entries, ..Self::default() };
        table.freeze(join);
        table
    }

    /// Gathers an entry; it is found once the table is frozen.
    pub(crate) fn add(&mut self, key: K, value: V) {
        self.gathered.push((key, value));
    }

    /// Gathers another table's entries, before either is frozen.
    pub(crate) fn take_in(&mut self, mut other: Self) {
        if other.gathered.len() > self.gathered.len() {
            std::mem::swap(self, &mut other);
        }
        self.gathered.extend(other.gathered);
    }

    /// Brings what was gathered into order; `join` makes one of two values of one key, and must not care
    /// which comes first.
    ///
    /// # Panics
    /// At four thousand million entries.
    pub(crate) fn freeze(&mut self, join: impl Fn(V, V) -> V) {
        let mut gathered = std::mem::take(&mut self.gathered);
        gathered.par_sort_unstable_by_key(|(key, _)| *key);
        join_equals(&mut gathered, join);
        let entries = u32::try_from(gathered.len()).expect("fewer than four thousand million entries");
        self.sieve = Sieve::for_about(gathered.len(), BITS_AN_ENTRY);
        let places = (gathered.len() / ENTRIES_A_START).max(2).next_power_of_two();
        self.shift = 64 - places.ilog2();
        self.starts = vec![0; places + 1];
        for (key, _) in &gathered {
            self.sieve.insert(key.bits());
            self.starts[(key.bits() >> self.shift) as usize + 1] += 1;
        }
        let mut before = 0;
        for start in &mut self.starts {
            before += *start;
            *start = before;
        }
        debug_assert_eq!(before, entries);
        self.keys = gathered.iter().map(|(key, _)| *key).collect();
        self.values = gathered.iter().map(|(_, value)| *value).collect();
    }

    /// Adds an entry to a frozen table; `join` makes one of its value and the one that is there.
    pub(crate) fn add_late(&mut self, key: K, value: V, join: impl Fn(V, V) -> V) {
        let joined = self.get(key).map_or(value, |known| join(known, value));
        self.sieve.insert(key.bits());
        self.late.insert(key, joined);
    }

    /// The key's value. Of what is gathered and not frozen nothing is found.
    #[inline]
    pub(crate) fn get(&self, key: K) -> Option<V> {
        if self.may_hold(key) { self.look_up(key) } else { None }
    }

    fn look_up(&self, key: K) -> Option<V> {
        if let Some(value) = self.late.get(&key) {
            return Some(*value);
        }
        let place = (key.bits() >> self.shift) as usize;
        let (from, to) = (self.starts[place] as usize, self.starts[place + 1] as usize);
        let at = self.keys[from..to].binary_search(&key).ok()?;
        Some(self.values[from + at])
    }

    /// Adds the values of many keys, each as [`KeyTable::get`] tells it. What memory is waited for is waited for
    /// by all of them together.
    pub(crate) fn get_all(&self, keys: &[K], values: &mut Vec<Option<V>>) {
        for keys in keys.chunks(AT_ONCE) {
            // Nothing waits for what it asks for but the last line, so that the processor asks for much at once:
            // first where keys would be, then what is there.
            if !self.keys.is_empty() {
                let mut places = [0_u32; AT_ONCE];
                for (key, place) in keys.iter().zip(&mut places) {
                    *place = self.starts[(key.bits() >> self.shift) as usize];
                }
                for place in &places[..keys.len()] {
                    let at = (*place as usize).min(self.keys.len() - 1);
                    std::hint::black_box((self.keys[at], self.values[at]));
                }
            }
            values.extend(keys.iter().map(|key| self.get(*key)));
        }
    }

    /// Asks for what [`KeyTable::may_hold`] will look at.
    #[inline]
    pub(crate) fn fetch(&self, key: K) {
        self.sieve.fetch(key.bits());
    }

    /// Whether the key may have a value: never a false no.
    #[inline]
    pub(crate) fn may_hold(&self, key: K) -> bool {
        self.sieve.may_hold(key.bits())
    }

    /// Whether nothing is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.late.is_empty() && self.gathered.is_empty()
    }

    /// Bytes that it takes, roughly.
    pub(crate) fn bytes(&self) -> u64 {
        let entries = self.gathered.capacity() * size_of::<(K, V)>()
            + self.keys.capacity() * size_of::<K>()
            + self.values.capacity() * size_of::<V>();
        (entries + self.starts.capacity() * 4) as u64 + self.sieve.bytes()
    }
}

/// Makes one of entries with one key that stand side by side; `join` makes one of two values.
fn join_equals<K: PartialEq, V: Copy>(entries: &mut Vec<(K, V)>, join: impl Fn(V, V) -> V) {
    entries.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        if is_same {
            kept.1 = join(kept.1, next.1);
        }
        is_same
    });
}

#[cfg(test)]
mod tests {
    use super::KeyTable;
    use crate::identifiers::WideKey;

    fn key(number: u128) -> WideKey {
        WideKey(number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
    }

    fn sum(one: u32, other: u32) -> u32 {
        one + other
    }

    #[test]
    fn every_entry_is_found_with_all_its_values_joined() {
        for entries in [0, 1, 2, 5, 33, 1000] {
            for times in 1..4 {
                let mut table = KeyTable::default();
                for time in 0..times {
                    // In another order each time.
                    for number in 0..entries {
                        let number = if time % 2 == 0 { number } else { entries - 1 - number };
                        table.add(key(number), number as u32 + 1);
                    }
                }
                assert_eq!(table.is_empty(), entries == 0);
                table.freeze(sum);
                assert_eq!(table.is_empty(), entries == 0);
                for number in 0..entries {
                    assert_eq!(table.get(key(number)), Some((number as u32 + 1) * times), "{entries}");
                }
                let (asked, mut values) = ((0..entries + 1000).map(key).collect::<Vec<_>>(), Vec::new());
                table.get_all(&asked, &mut values);
                assert!(values == asked.iter().map(|key| table.get(*key)).collect::<Vec<_>>(), "{entries}");
                let others = entries..entries + 1000;
                assert!(others.clone().all(|number| table.get(key(number)).is_none()), "{entries}");
                let passing = others.filter(|number| table.may_hold(key(*number))).count();
                assert!(passing < 200, "{passing} of 1000 pass a sieve of {entries}");

                table.add_late(key(entries), 7, sum);
                assert_eq!(table.get(key(entries)), Some(7));
                table.add_late(key(0), 9, sum);
                let before = if entries == 0 { 7 } else { times };
                assert_eq!(table.get(key(0)), Some(before + 9));
            }
        }
    }

    /// Keys whose first bits are all alike are told apart by the rest.
    #[test]
    fn keys_that_begin_alike_are_told_apart() {
        let table = KeyTable::of((0..100).map(|number| (WideKey(number * 2), number as u32)).collect(), sum);
        for number in 0..100 {
            assert_eq!(table.get(WideKey(number * 2)), Some(number as u32));
            assert_eq!(table.get(WideKey(number * 2 + 1)), None);
        }
    }

    #[test]
    fn nothing_is_found_in_a_table_that_was_never_frozen() {
        let table = KeyTable::<WideKey, u32>::default();
        assert!(!table.may_hold(key(1)) && table.get(key(1)).is_none() && table.is_empty());
    }

    #[test]
    fn two_tables_gather_as_one() {
        for (few, many) in [(0, 3), (5, 3), (3, 1000), (1000, 3)] {
            let table = |entries: u128| {
                let mut table = KeyTable::default();
                (0..entries).for_each(|number| table.add(key(number), number as u32));
                table
            };
            let mut both = table(few);
            both.take_in(table(many));
            both.freeze(sum);
            let value = |number: u128, entries: u128| if number < entries { number as u32 } else { 0 };
            for number in 0..few.max(many) {
                let expected = value(number, few) + value(number, many);
                assert_eq!(both.get(key(number)), Some(expected), "{few} {many}");
            }
        }
    }
}
