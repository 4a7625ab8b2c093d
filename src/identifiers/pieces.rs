//! Short texts in pieces of one length: what is done to a piece is done to all of it, since a processor that
//! guesses lengths guesses wrong. It knows bytes alone.

/// Bytes of the longest text that is kept in one.
pub(in crate::identifiers) const PIECE: usize = 48;

/// All bits of [`PIECE`] bytes, and no bit of one more.
static KEEP: [u8; 2 * PIECE + 1] = {
    let mut keep = [0; 2 * PIECE + 1];
    let mut at = 0;
    while at < PIECE {
        keep[at] = 0xff;
        at += 1;
    }
    keep
};

/// All bits of the first so many of `N` bytes, and none of the others.
///
/// # Panics
/// When they are more than [`PIECE`], or `N` is larger than one more than that.
#[inline]
pub(in crate::identifiers) fn first<const N: usize>(bytes: usize) -> &'static [u8; N] {
    KEEP[PIECE - bytes..].first_chunk().expect("no more than the table has")
}

/// The highest bit of every byte of a word that equals another.
#[inline]
pub(in crate::identifiers) const fn equal(word: u64, byte: u8) -> u64 {
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let differs = word ^ u64::from_ne_bytes([byte; 8]);
    !(((differs & !HIGH) + !HIGH) | differs) & HIGH
}

#[cfg(test)]
mod tests {
    use super::{PIECE, equal, first};

    #[test]
    fn so_many_bytes_are_kept() {
        for bytes in 0..=PIECE {
            let keep: &[u8; PIECE + 1] = first(bytes);
            assert!(keep.iter().enumerate().all(|(at, keep)| *keep == if at < bytes { 0xff } else { 0 }));
        }
    }

    #[test]
    fn equal_bytes_are_told_apart_from_all_others() {
        for byte in 0..=u8::MAX {
            for other in 0..=u8::MAX {
                let word = u64::from_le_bytes([other, byte, other, 0, 0xff, byte, other, byte]);
                let is = |one: u8| if one == byte { 0x80 } else { 0 };
                let expected = [other, byte, other, 0, 0xff, byte, other, byte].map(is);
                assert_eq!(equal(word, byte).to_le_bytes(), expected, "{byte} {other}");
            }
        }
    }
}
