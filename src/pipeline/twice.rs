//! Which numbers of many stand there more than once: an answer that is never a false no, in two bits a
//! place. It knows people as numbers alone.

/// Places a number, as a power of two: one number in so many is wrongly said to stand there twice.
const PLACES_BITS: u32 = 4;

/// Numbers seen, and seen again.
pub(crate) struct Twice {
    once: Vec<u64>,
    again: Vec<u64>,
    mask: u64,
}

impl Twice {
    /// For about so many numbers.
    pub(crate) fn for_about(numbers: usize) -> Self {
        let places = (numbers.max(4) << PLACES_BITS).next_power_of_two();
        Self { once: vec![0; places / 64], again: vec![0; places / 64], mask: places as u64 - 1 }
    }

    /// Sees a number whose bits are all over the place.
    #[inline]
    pub(crate) fn see(&mut self, number: u64) {
        let (word, bit) = self.place(number);
        self.again[word] |= self.once[word] & bit;
        self.once[word] |= bit;
    }

    /// Whether the number may have been seen more than once.
    #[inline]
    pub(crate) fn may_repeat(&self, number: u64) -> bool {
        let (word, bit) = self.place(number);
        self.again[word] & bit != 0
    }

    #[inline]
    const fn place(&self, number: u64) -> (usize, u64) {
        let place = number & self.mask;
        ((place >> 6) as usize, 1 << (place & 63))
    }
}

#[cfg(test)]
mod tests {
    use super::Twice;

    /// A number whose bits are all over the place.
    fn number(of: u64) -> u64 {
        of.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17)
    }

    #[test]
    fn what_comes_again_is_never_missed_and_little_else_is_told() {
        for (numbers, expected) in
            [(1, 1), (10, 10), (1000, 1000), (20_000, 20_000), (20_000, 100), (5, 5000)]
        {
            let mut twice = Twice::for_about(expected);
            (0..numbers).for_each(|of| twice.see(number(of)));
            (0..numbers).step_by(10).for_each(|of| twice.see(number(of)));
            assert!((0..numbers).step_by(10).all(|of| twice.may_repeat(number(of))), "{numbers}");
            let told = (0..numbers).filter(|of| of % 10 != 0 && twice.may_repeat(number(*of))).count();
            assert!(expected < numbers as usize || told as u64 <= numbers / 8, "{numbers}: {told}");
        }
    }
}
