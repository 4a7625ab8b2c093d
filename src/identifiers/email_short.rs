//! A plain address as short as nearly every one, in a piece of one length. It promises the texts that the
//! general way writes, which a test compares, and decides nothing.

use super::digest::Space;
use super::pieces::{PIECE, equal, first};
use zeroize::Zeroize;

/// Bytes of nearly every address.
pub(in crate::identifiers) const SHORT: usize = PIECE;
/// Bytes that are looked at from the beginning of one on: as many again, so that each part of it has as many
/// behind its beginning.
pub(in crate::identifiers) const WINDOW: usize = 2 * SHORT;

/// Room for a message: the byte that says what it is about, a user part, and a domain with all of the room that
/// is copied with it.
const MESSAGE: usize = 1 + WINDOW;

/// An address in lower case, and zeros behind it.
pub(in crate::identifiers) struct Short([u8; WINDOW]);

impl Short {
    /// Empty.
    pub(in crate::identifiers) const fn new() -> Self {
        Self([0; WINDOW])
    }

    /// Takes an ASCII address in that is the first so many bytes of a window.
    #[inline]
    pub(in crate::identifiers) fn fill(&mut self, window: &[u8; WINDOW], bytes: usize) {
        let keep: &[u8; SHORT] = first(bytes);
        for place in 0..SHORT {
            self.0[place] = window[place].to_ascii_lowercase() & keep[place];
        }
    }

    /// The address of so many bytes.
    #[inline]
    pub(in crate::identifiers) fn text(&self, bytes: usize) -> Option<&str> {
        // All of it is ASCII, whose length is a constant.
        std::str::from_utf8(&self.0[..SHORT]).ok()?.get(..bytes)
    }

    /// All of the room that an address takes.
    #[inline]
    pub(in crate::identifiers) fn room(&self) -> &[u8; SHORT] {
        self.0.first_chunk().expect("the room is larger")
    }

    /// The message whose keyed digest is the wide key of an address of so many bytes, its sign at a place and no
    /// plus before it, and how many bytes the message has; `None` where the general way has to write it.
    #[inline]
    pub(in crate::identifiers) fn wide_message(&self, at: usize, bytes: usize) -> Option<(Message, usize)> {
        let mut message = Message([0; MESSAGE]);
        message.0[0] = Space::Email as u8;
        let (mut end, mut odd) = (1, 0);
        for place in (0..at).step_by(8) {
            let word = u64::from_le_bytes(*self.0[place..].first_chunk()?);
            let left = (at - place).min(8);
            let within = u64::MAX >> (64 - 8 * left);
            let dots = equal(word, b'.') & within;
            // Two dots among eight bytes.
            odd |= dots & dots.wrapping_sub(1);
            let before = ((dots & dots.wrapping_neg()) >> 7).wrapping_sub(1);
            let closed = (word & before) | ((word >> 8) & !before);
            // What is behind them is written over.
            *message.0[end..].first_chunk_mut()? = closed.to_le_bytes();
            end += left - usize::from(dots != 0);
        }
        if odd != 0 {
            return None;
        }
        let domain: &[u8; SHORT] = self.0[at..].first_chunk()?;
        *message.0[end..].first_chunk_mut()? = *domain;
        Some((message, end + bytes - at))
    }
}

impl Drop for Short {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// A message and what is left over behind it.
pub(in crate::identifiers) struct Message([u8; MESSAGE]);

impl Message {
    /// Its first so many bytes.
    pub(in crate::identifiers) fn first(&self, bytes: usize) -> &[u8] {
        &self.0[..bytes]
    }
}
