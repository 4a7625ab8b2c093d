//! Texts that wait for their digests. A processor works on several digests at once where none waits for
//! the other or for anything else, so those of many rows are made together. The plaintext stands here as it
//! does in a scratch buffer: nothing but the hash reads it, and it is wiped. It knows neither rows nor forms.

use super::digest::{Digest, ONE_BLOCK, pad};
use zeroize::Zeroize;

/// Texts in the order they came, each as the block that SHA-256 takes. No `Debug`: they are plaintext.
pub struct Unhashed {
    blocks: Vec<[u8; 64]>,
}

/// The last byte of a block that holds a digest already. Of a text it is its length in bits, a multiple of
/// eight.
const IS_DIGEST: u8 = 1;

impl Unhashed {
    /// None, and room for so many.
    #[must_use]
    pub fn with_room_for(texts: usize) -> Self {
        Self { blocks: Vec::with_capacity(texts) }
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.blocks.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Adds a text.
    #[inline]
    pub(in crate::identifiers) fn push(&mut self, text: &[u8]) {
        if text.len() > ONE_BLOCK {
            self.push_digest(Digest::of(text));
            return;
        }
        let block = self.next();
        block[..text.len()].copy_from_slice(text);
        pad(block, text.len());
    }

    /// Adds a text of so many bytes that stands before zeros in a piece of one length.
    #[inline]
    pub(in crate::identifiers) fn push_piece<const N: usize>(&mut self, piece: &[u8; N], bytes: usize) {
        const { assert!(N <= ONE_BLOCK, "the piece is longer than a block's text") };
        let block = self.next();
        block[..N].copy_from_slice(piece);
        pad(block, bytes);
    }

    /// Adds a digest that is there already.
    pub fn push_digest(&mut self, digest: Digest) {
        let block = self.next();
        block[..32].copy_from_slice(digest.as_bytes());
        block[63] = IS_DIGEST;
    }

    #[inline]
    fn next(&mut self) -> &mut [u8; 64] {
        if self.blocks.len() == self.blocks.capacity() {
            self.grow();
        }
        self.blocks.push([0; 64]);
        self.blocks.last_mut().expect("pushed just above")
    }

    /// Moves to a larger place, and wipes the one before.
    #[cold]
    fn grow(&mut self) {
        let mut blocks = Vec::with_capacity((self.blocks.capacity() * 2).max(16));
        blocks.extend_from_slice(&self.blocks);
        self.blocks.zeroize();
        self.blocks = blocks;
    }

    /// Forgets all but the first so many.
    pub fn truncate(&mut self, texts: usize) {
        self.blocks.truncate(texts);
    }

    /// The digest of one of them.
    ///
    /// # Panics
    /// When there are not so many.
    #[inline]
    #[must_use]
    pub fn digest(&self, place: usize) -> Digest {
        let block = &self.blocks[place];
        if block[63] == IS_DIGEST {
            return Digest::from_bytes(block[..32].try_into().expect("32 of 64 bytes"));
        }
        Digest::of_block(block)
    }
}

impl Drop for Unhashed {
    fn drop(&mut self) {
        self.blocks.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::Unhashed;
    use crate::identifiers::Digest;

    /// Every length around a block's, beside digests that were there already, while the list grows.
    #[test]
    fn texts_have_the_digests_they_would_have_at_once() {
        let text: Vec<u8> = (0..200_u8).map(|at| at ^ 0x5a).collect();
        let mut unhashed = Unhashed::with_room_for(3);
        let known = Digest::from_bytes([IS; 32]);
        for len in 0..text.len() {
            unhashed.push(&text[..len]);
            unhashed.push_digest(known);
        }
        assert_eq!(unhashed.len(), 2 * text.len());
        let mut pieces = Unhashed::with_room_for(1);
        for len in 0..=48 {
            let mut piece = [0; 48];
            piece[..len].copy_from_slice(&text[..len]);
            pieces.push_piece(&piece, len);
            assert!(pieces.digest(len) == Digest::of(&text[..len]), "{len} bytes");
        }
        for len in 0..text.len() {
            assert!(unhashed.digest(2 * len) == Digest::of(&text[..len]), "{len} bytes");
            assert!(unhashed.digest(2 * len + 1) == known);
        }
        unhashed.truncate(1);
        unhashed.push(b"other");
        assert!(unhashed.len() == 2 && unhashed.digest(1) == Digest::of(b"other"));
        unhashed.truncate(0);
        assert!(unhashed.is_empty());
    }

    const IS: u8 = super::IS_DIGEST;
}
