//! Telling nearly everything that is in no set apart from it by one word of memory. It holds nothing of what was
//! taken in: many share its bits. It knows numbers, and not what they are made of.

use zeroize::Zeroize;

use crate::ahead;

/// Three bits of one word for each number that was taken in.
#[derive(Default)]
pub(crate) struct Sieve {
    /// As many as a power of two; none for an empty set of which nothing is known yet.
    words: Vec<u64>,
}

impl Sieve {
    /// A sieve for so many numbers, with so many bits for each at least. With eight about one number in twenty
    /// passes without being there, with sixteen one in a hundred and fifty.
    pub(crate) fn for_about(numbers: usize, bits: usize) -> Self {
        Self { words: vec![0; (numbers * bits / 64).max(1).next_power_of_two()] }
    }

    /// The word that a number is in, and its bits there.
    #[inline]
    fn place(&self, number: u64) -> (usize, u64) {
        let pattern = 1 << (number & 63) | 1 << (number >> 6 & 63) | 1 << (number >> 12 & 63);
        ((number >> 18) as usize & self.words.len().wrapping_sub(1), pattern)
    }

    /// Takes a number in, all of whose bits are as good as random.
    ///
    /// # Panics
    /// Without a word.
    pub(crate) fn insert(&mut self, number: u64) {
        let (word, pattern) = self.place(number);
        self.words[word] |= pattern;
    }

    /// Asks for what [`Sieve::may_hold`] will look at.
    #[inline]
    pub(crate) fn fetch(&self, number: u64) {
        ahead::fetch(&self.words, self.place(number).0);
    }

    /// Whether the number may have been taken in: never a false no.
    #[inline]
    pub(crate) fn may_hold(&self, number: u64) -> bool {
        let (word, pattern) = self.place(number);
        self.words.get(word).is_some_and(|word| word & pattern == pattern)
    }

    /// Bytes that it takes.
    pub(crate) fn bytes(&self) -> u64 {
        (self.words.capacity() * size_of::<u64>()) as u64
    }
}

/// Bits of a [`Gathered`] sieve for each number, at least.
const GATHERED_BITS: usize = 16;

/// A sieve of a set whose size nobody knows before its end: numbers are gathered first and then frozen, so that
/// it tells as many apart of a register of millions as of a hundred.
#[derive(Default)]
pub(crate) struct Gathered {
    /// Not taken in yet; wiped when they are.
    numbers: Vec<u64>,
    sieve: Sieve,
    is_frozen: bool,
}

impl Gathered {
    /// Takes a number in; it is found once the set is frozen.
    pub(crate) fn insert(&mut self, number: u64) {
        let number = mixed(number);
        if self.is_frozen {
            self.sieve.insert(number);
        } else if self.numbers.last() != Some(&number) {
            // Several readings of one text often make one number.
            self.numbers.push(number);
        }
    }

    /// Takes another's numbers in, before either is frozen.
    pub(crate) fn take_in(&mut self, other: &Self) {
        debug_assert!(!self.is_frozen && !other.is_frozen, "what is frozen is no longer gathered");
        self.numbers.extend_from_slice(&other.numbers);
    }

    /// Makes the sieve of what was gathered, once.
    pub(crate) fn freeze(&mut self) {
        if std::mem::replace(&mut self.is_frozen, true) {
            return;
        }
        self.sieve = Sieve::for_about(self.numbers.len(), GATHERED_BITS);
        self.numbers.iter().for_each(|number| self.sieve.insert(*number));
        self.numbers.zeroize();
        self.numbers = Vec::new();
    }

    /// Asks for what [`Gathered::may_hold`] will look at.
    #[inline]
    pub(crate) fn fetch(&self, number: u64) {
        self.sieve.fetch(mixed(number));
    }

    /// Whether the number may have been taken in: never a false no, of a set that is frozen.
    #[inline]
    pub(crate) fn may_hold(&self, number: u64) -> bool {
        debug_assert!(self.numbers.is_empty(), "numbers are found once they are frozen");
        self.sieve.may_hold(mixed(number))
    }

    /// Bytes that it takes.
    pub(crate) fn bytes(&self) -> u64 {
        self.sieve.bytes() + (self.numbers.capacity() * size_of::<u64>()) as u64
    }
}

/// A number of which any bits are as good as random; no two become one.
pub(crate) const fn mixed(number: u64) -> u64 {
    // Fibonacci hashing, and its high half into the low one between two rounds.
    let once = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (once ^ once >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32)
}

#[cfg(test)]
mod tests {
    use super::{Gathered, Sieve, mixed};

    #[test]
    fn a_sieve_never_says_a_false_no() {
        for numbers in [0, 1, 100, 10_000] {
            let mut sieve = Sieve::for_about(numbers as usize / 2, 8);
            (0..numbers).for_each(|number| sieve.insert(mixed(number)));
            assert!((0..numbers).all(|number| sieve.may_hold(mixed(number))), "{numbers}");
        }
        assert!(!Sieve::default().may_hold(0) && !Sieve::default().may_hold(u64::MAX));
    }

    /// However many there are, few pass that are not among them; what is added late is found, too.
    #[test]
    fn a_gathered_sieve_grows_with_its_set() {
        for numbers in [0, 1, 3, 1000, 300_000_u64] {
            let (mut all, mut odd) = (Gathered::default(), Gathered::default());
            for number in 0..numbers {
                if number % 2 == 0 { all.insert(number) } else { odd.insert(number) }
            }
            all.take_in(&odd);
            all.freeze();
            assert!((0..numbers).all(|number| all.may_hold(number)), "{numbers}");
            let passing = (numbers..numbers + 10_000).filter(|number| all.may_hold(*number)).count();
            assert!(passing < 300, "{passing} of 10,000 pass a sieve of {numbers}");
            assert!(all.bytes() <= 8 + numbers * 4, "{} bytes for {numbers}", all.bytes());
            let late = 1 << 40;
            all.insert(late);
            assert!(all.may_hold(late), "{numbers}");
        }
        assert!(!Gathered::default().may_hold(7));
    }
}
