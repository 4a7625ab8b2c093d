//! Small numbers for values that millions of rows share. The numbers differ from run to run with the
//! order of threads, so they never reach a file: what is written is numbered again by content.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

/// Values by number, shared by all threads.
pub(crate) struct Interner<T> {
    inner: Mutex<Inner<T>>,
}

struct Inner<T> {
    numbers: HashMap<Arc<T>, u32>,
    values: Vec<Arc<T>>,
}

impl<T: Hash + Eq> Interner<T> {
    /// An interner whose number 0 is `first`.
    pub(crate) fn starting_with(first: T) -> Self {
        let interner = Self { inner: Mutex::new(Inner { numbers: HashMap::new(), values: Vec::new() }) };
        interner.number(first);
        interner
    }

    /// The value's number, given now if it has none.
    pub(crate) fn number(&self, value: T) -> u32 {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = inner.numbers.get(&value) {
            return *number;
        }
        let number = u32::try_from(inner.values.len()).expect("fewer than four thousand million values");
        let value = Arc::new(value);
        inner.values.push(Arc::clone(&value));
        inner.numbers.insert(value, number);
        number
    }

    /// The value with this number.
    pub(crate) fn get(&self, number: u32) -> Arc<T> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&inner.values[number as usize])
    }

    /// Every value, in order of number.
    pub(crate) fn values(&self) -> Vec<Arc<T>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).values.clone()
    }
}

/// A hasher for keys that are digests already: any 64 of their bits are as good as any.
#[derive(Default)]
pub(crate) struct TakesDigests(u64);

impl Hasher for TakesDigests {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 ^= u64::from_le_bytes(word);
        }
    }

    fn write_u128(&mut self, number: u128) {
        self.0 = number as u64;
    }
}

/// A table keyed by digests.
pub(crate) type DigestMap<K, V> = HashMap<K, V, BuildHasherDefault<TakesDigests>>;
/// A set of digests.
pub(crate) type DigestSet<K> = std::collections::HashSet<K, BuildHasherDefault<TakesDigests>>;

#[cfg(test)]
mod tests {
    use super::Interner;

    #[test]
    fn equal_values_share_a_number() {
        let interner = Interner::starting_with("none");
        assert_eq!(interner.number("none"), 0);
        let one = interner.number("one");
        assert_eq!(interner.number("one"), one);
        assert_eq!(*interner.get(one), "one");
        assert_eq!(interner.values().len(), 2);
    }
}
