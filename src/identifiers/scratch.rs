//! Reusable buffers for normalising, so that no row allocates. They hold plaintext while a row is
//! normalised, and are wiped when dropped. What they hold is readable by `identifiers` alone.

use super::email_short::Short;
use super::steps::Steps;
use zeroize::Zeroize;

/// Buffers for one thread. Reuse it: one for e-mail, one for phones, or one for both in turn.
///
/// The slow path of rare spellings makes short-lived copies beside it, which are wiped as they are freed
/// but for what the libraries for domains and phone numbers make inside.
pub struct Scratch {
    /// The cell without its wrapping.
    pub(in crate::identifiers) text: String,
    /// The address or number being built.
    pub(in crate::identifiers) basic: String,
    /// The address being built, where it is plain and short.
    pub(in crate::identifiers) short: Short,
    /// The e-mail domain in ASCII.
    pub(in crate::identifiers) domain: String,
    /// The e-mail user part, folded for matching.
    pub(in crate::identifiers) local: String,
    /// What was done to the last value.
    pub(in crate::identifiers) steps: Steps,
}

/// More than the longest cell that is looked at, in any spelling.
const CAPACITY: usize = 4 * super::text::CELL_MAX;

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Scratch {
    /// Empty buffers.
    #[must_use]
    pub fn new() -> Self {
        // Room enough that they never grow: a buffer that moves leaves its old place unwiped.
        let buffer = || String::with_capacity(CAPACITY);
        Self {
            text: buffer(),
            basic: buffer(),
            short: Short::new(),
            domain: buffer(),
            local: buffer(),
            steps: Steps::default(),
        }
    }

    /// Forgets the last value, keeping the room.
    pub(in crate::identifiers) fn clear(&mut self) {
        self.text.clear();
        self.basic.clear();
        self.domain.clear();
        self.local.clear();
        self.steps = Steps::default();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.text.zeroize();
        self.basic.zeroize();
        self.domain.zeroize();
        self.local.zeroize();
    }
}
