//! A small generator of numbers (SplitMix64): the same seed gives the same base on every machine.

/// The state of the generator.
pub(crate) struct Rng(u64);

impl Rng {
    /// Begins a sequence.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed ^ 0x5851_f42d_4c95_7f2d)
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number under `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// Yes, this many times in a hundred.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Some of these, at least one, in their order.
    pub(crate) fn some<T: Copy>(&mut self, from: &[T]) -> Vec<T> {
        let percent = self.pick(&[30, 60, 90]);
        let mut some: Vec<T> = from.iter().copied().filter(|_| self.chance(percent)).collect();
        if some.is_empty() {
            some.push(self.pick(from));
        }
        some
    }
}
