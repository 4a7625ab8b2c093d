//! Where separators stand in a stretch of text, found sixty-four bytes at a time: a row has a separator
//! every few bytes, and a search that starts anew for each of them costs more than what lies between. It
//! knows bytes alone.

/// Bytes looked at together, one bit of a word each.
const BLOCK: usize = u64::BITS as usize;
/// Times a word of eight bytes that are 0 or 1: its highest byte has their eight bits, in order.
const GATHER: u64 = 0x0102_0408_1020_4080;

/// The places of any of `N` bytes, in order.
pub(super) struct Marks<'d, const N: usize> {
    data: &'d [u8],
    wanted: [u8; N],
}

impl<'d, const N: usize> Marks<'d, N> {
    /// In this stretch.
    pub(super) const fn new(data: &'d [u8], wanted: [u8; N]) -> Self {
        Self { data, wanted }
    }

    /// Tells every place that is left.
    #[inline]
    pub(super) fn each(self, mut f: impl FnMut(usize)) {
        let (blocks, rest) = self.data.as_chunks::<BLOCK>();
        let mut from = 0;
        for block in blocks {
            tell(bits(block, self.wanted), from, &mut f);
            from += BLOCK;
        }
        let mut last = [0; BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        tell(bits(&last, self.wanted) & ((1 << rest.len()) - 1), from, &mut f);
    }
}

/// Tells the places of a block's bits.
#[inline]
fn tell(mut bits: u64, from: usize, f: &mut impl FnMut(usize)) {
    while bits != 0 {
        f(from + bits.trailing_zeros() as usize);
        bits &= bits - 1;
    }
}

/// A bit for each byte that is wanted. Written so that compilers compare many bytes in one instruction.
#[inline]
fn bits<const N: usize>(block: &[u8; BLOCK], wanted: [u8; N]) -> u64 {
    let mut found = [0_u8; BLOCK];
    for (found, byte) in found.iter_mut().zip(block) {
        *found = wanted.iter().fold(0, |any, wanted| any | u8::from(byte == wanted));
    }
    let (words, _) = found.as_chunks::<8>();
    words
        .iter()
        .enumerate()
        .map(|(nth, word)| (u64::from_le_bytes(*word).wrapping_mul(GATHER) >> 56) << (nth * 8))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::Marks;

    fn told<const N: usize>(marks: Marks<'_, N>) -> Vec<usize> {
        let mut told = Vec::new();
        marks.each(|place| told.push(place));
        told
    }

    /// Compared with looking at each byte, for stretches of every length around the size of a block.
    #[test]
    fn every_place_is_told_once_and_in_order() {
        let text: Vec<u8> = (0..300_u32).map(|at| b";\n\rab\0\xff;"[(at * at / 3 % 8) as usize]).collect();
        for from in [0, 1, 7, 63] {
            for to in from..text.len() {
                let stretch = &text[from..to];
                let by_hand = |wanted: &[u8]| -> Vec<usize> {
                    (0..stretch.len()).filter(|at| wanted.contains(&stretch[*at])).collect()
                };
                assert_eq!(told(Marks::new(stretch, *b";\n")), by_hand(b";\n"), "{from} {to}");
                assert_eq!(told(Marks::new(stretch, *b";\n\r")), by_hand(b";\n\r"));
                assert_eq!(told(Marks::new(stretch, [0, 0xff])), by_hand(&[0, 0xff]));
            }
        }
    }
}
