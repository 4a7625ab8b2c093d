//! The checksum by which the small reader knows that a file it reads back is the one that was written, whose
//! digest was made of the same bytes and takes far longer. XXH3 of 128 bits tells what a disk or a memory
//! changed; against somebody who means to change a file stands its digest, which `verify` makes.

use twox_hash::XxHash3_128;

/// The checksum of bytes that come in pieces.
#[derive(Default)]
pub(super) struct Checksum(Box<XxHash3_128>);

impl Checksum {
    /// Takes the next piece.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    /// Of all of them.
    pub(super) fn end(&self) -> u128 {
        self.0.finish_128()
    }
}

impl std::fmt::Debug for Checksum {
    /// What waits in it to be taken in are a file's bytes.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Checksum")
    }
}
