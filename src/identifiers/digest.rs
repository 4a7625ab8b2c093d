//! What leaves the kernel instead of text: the SHA-256 a platform matches on, and the keyed digest a
//! run matches on. Neither prints its bits. They are two types because they must never be compared.
//! Nothing here knows how the text was normalised.

use sha2::Digest as _;
use siphasher::sip128::SipHasher24;
use std::fmt;
use zeroize::Zeroize;

/// The SHA-256 of one form of one identifier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes.
    pub(in crate::identifiers) fn of(text: &[u8]) -> Self {
        if text.len() > ONE_BLOCK {
            return Self(sha2::Sha256::digest(text).into());
        }
        // One block with its padding written here: a quarter faster than the general hasher, which
        // buffers. Most identifiers are this short.
        let mut block = [0_u8; 64];
        block[..text.len()].copy_from_slice(text);
        pad(&mut block, text.len());
        Self::of_block(&block)
    }

    /// The digest of a text of one block, padded.
    #[inline]
    pub(in crate::identifiers) fn of_block(block: &[u8; 64]) -> Self {
        let mut state = SHA256_INITIAL;
        sha2::block_api::compress256(&mut state, std::slice::from_ref(block));
        let mut out = [0_u8; 32];
        for (chunk, word) in out.chunks_exact_mut(4).zip(state) {
            chunk.copy_from_slice(&word.to_be_bytes());
        }
        Self(out)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A digest read back from a release or a register of hashes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Lower-case hex.
    #[must_use]
    pub fn to_hex(&self) -> String {
        const_hex::encode(self.0)
    }

    /// Lower-case hex into a buffer, for the hot loop.
    #[expect(clippy::missing_panics_doc, reason = "the sizes are in the types")]
    pub fn write_hex(&self, out: &mut [u8; 64]) {
        const_hex::encode_to_slice(self.0, out).expect("32 bytes are 64 hex digits");
    }

    /// From 64 hex digits of either case, and nothing else.
    #[must_use]
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        if hex.len() != 64 {
            return None;
        }
        let mut bytes = [0_u8; 32];
        const_hex::decode_to_slice(hex, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

/// A digest of a phone number is a phone number to anyone who tries them all: the bits stay out of logs.
impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest")
    }
}

/// Ends a text of so many bytes that stands before zeros in a block (FIPS 180-4, 5.1.1).
#[inline]
pub(in crate::identifiers) fn pad(block: &mut [u8; 64], bytes: usize) {
    block[bytes] = 0x80;
    block[56..].copy_from_slice(&(bytes as u64 * 8).to_be_bytes());
}

/// The longest message that fits one SHA-256 block with its padding.
pub(in crate::identifiers) const ONE_BLOCK: usize = 55;

/// The initial state of SHA-256 (FIPS 180-4, 5.3.3).
pub(crate) const SHA256_INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The keyed digest of an identifier's widest form. It matches inside one run only.
///
/// The number is public so that records can be sorted and spilled; without the run's key it says nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WideKey(pub u128);

impl WideKey {
    /// The sixteen bytes, most significant first, so that byte order is number order.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The inverse of [`WideKey::to_bytes`].
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }
}

impl fmt::Debug for WideKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WideKey")
    }
}

/// How a test's run key begins that makes wide keys collide.
#[cfg(test)]
pub(crate) const COLLIDES: &[u8; 8] = b"collides";

/// The key of one run, under which every wide key is made. Wiped when it is dropped.
pub struct RunKey([u8; 16]);

impl RunKey {
    /// From sixteen random bytes of the caller's.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The keyed digest of a text within a space. Two spaces never meet.
    pub(in crate::identifiers) fn wide(&self, space: Space, text: &[u8]) -> WideKey {
        // The space goes first, in the same message, so that equal texts of two spaces differ.
        let mut message = [0_u8; 64];
        let Some(room) = message.get_mut(1..=text.len()) else {
            let mut long = Vec::with_capacity(text.len() + 1);
            long.push(space as u8);
            long.extend_from_slice(text);
            let key = self.hash(&long);
            long.zeroize();
            return key;
        };
        room.copy_from_slice(text);
        message[0] = space as u8;
        self.hash(&message[..=text.len()])
    }

    /// The keyed digest of a message that begins with its space.
    pub(in crate::identifiers) fn hash(&self, message: &[u8]) -> WideKey {
        let wide = SipHasher24::new_with_key(&self.0).hash(message).as_u128();
        #[cfg(test)]
        let wide = self.colliding(wide);
        WideKey(wide)
    }

    /// For tests of collisions: a key that begins with [`COLLIDES`] makes wide keys of as many bits as
    /// its next byte says.
    #[cfg(test)]
    fn colliding(&self, wide: u128) -> u128 {
        match self.0.strip_prefix(COLLIDES) {
            Some([bits, ..]) => wide & ((1 << bits) - 1),
            _ => wide,
        }
    }
}

impl Drop for RunKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// What a wide key is about.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(in crate::identifiers) enum Space {
    Email = 1,
    Phone = 2,
    Domain = 3,
    Raw = 4,
    LastSeven = 6,
}
