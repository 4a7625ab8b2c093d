//! Suppression tags: one HMAC for each person whom an audience leaves out, which are millions. It knows
//! people by their keys alone, and not where an audience's key comes from.

use sha2::block_api::compress256;
use zeroize::{Zeroize, Zeroizing};

use crate::identifiers::SHA256_INITIAL;
use crate::people::PersonKey;

/// What every message begins with.
const PERSON: &[u8; 7] = b"person\0";

/// Makes the suppression tags of one audience: two audiences cannot be joined by them. Wiped when dropped.
///
/// HMAC (RFC 2104) over messages of one length: what the key adds to both digests is worked out once, and
/// each is one block more, which takes half of what the general code does.
pub struct Tags {
    inner: [u32; 8],
    outer: [u32; 8],
}

impl Tags {
    /// Under an audience's key.
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let begun = |pad: u8| {
            let mut block = Zeroizing::new([pad; 64]);
            block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
            let mut state = SHA256_INITIAL;
            compress256(&mut state, &[*block]);
            state
        };
        Self { inner: begun(0x36), outer: begun(0x5c) }
    }

    /// The person's tag: HMAC-SHA-256 over `person`, a zero byte and the person key, cut to 16 bytes.
    #[must_use]
    pub fn tag(&self, person: PersonKey) -> Tag {
        self.end(&self.begin(person))
    }

    /// The first half of the work on a tag. The second waits for it; with those of others between the two nobody
    /// waits.
    #[inline]
    pub(super) fn begin(&self, person: PersonKey) -> [u8; 32] {
        let mut message = [0; PERSON.len() + 16];
        message[..PERSON.len()].copy_from_slice(PERSON);
        message[PERSON.len()..].copy_from_slice(&person.to_bytes());
        last_block(self.inner, &message)
    }

    /// The tag that was begun.
    #[inline]
    pub(super) fn end(&self, begun: &[u8; 32]) -> Tag {
        let full = last_block(self.outer, begun);
        full[..16].try_into().expect("32 bytes hold 16")
    }
}

/// A suppression tag.
pub type Tag = [u8; 16];

impl Drop for Tags {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

/// The digest of one block and of a message of at most 55 bytes behind it, from the state after the block
/// (FIPS 180-4, 5.1.1).
fn last_block<const N: usize>(mut state: [u32; 8], message: &[u8; N]) -> [u8; 32] {
    const { assert!(N <= 55) };
    let mut block = [0; 64];
    block[..N].copy_from_slice(message);
    block[N] = 0x80;
    block[56..].copy_from_slice(&((64 + N as u64) * 8).to_be_bytes());
    compress256(&mut state, &[block]);
    let mut digest = [0; 32];
    for (bytes, word) in digest.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::Tags;
    use crate::people::PersonKey;
    use crate::pipeline::keys::Mac256;
    use hmac::{KeyInit as _, Mac as _};

    #[test]
    fn a_tag_is_the_front_of_an_hmac() {
        for number in 0..=255_u8 {
            let key: [u8; 32] = std::array::from_fn(|at| number.wrapping_mul(at as u8 + 3) ^ at as u8);
            let person = PersonKey::from_bytes(std::array::from_fn(|at| number.wrapping_add(at as u8 * 17)));
            let mut mac = Mac256::new_from_slice(&key).expect("a key of any length");
            mac.update(b"person\0");
            mac.update(&person.to_bytes());
            assert_eq!(Tags::new(&key).tag(person), mac.finalize().into_bytes()[..16], "{number}");
        }
    }
}
