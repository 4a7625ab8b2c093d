//! The one doorway for plain identifiers. It promises that a cell, once wrapped, can be read by
//! `identifiers` alone: no trait here prints, copies, compares or serialises it. It does not know
//! what kind of identifier it holds.

/// A cell that may hold an identifier. Borrowed from its table, so it cannot outlive it.
///
/// It has no `Debug`, `Display`, `Clone`, `AsRef`, `Deref` or `Serialize`, and no public reader.
pub struct Plaintext<'src>(&'src [u8]);

impl<'src> Plaintext<'src> {
    /// Wraps a cell.
    #[must_use]
    pub const fn new(cell: &'src [u8]) -> Self {
        Self(cell)
    }

    /// The bytes, for the kernel only.
    pub(in crate::identifiers) const fn read(&self) -> &'src [u8] {
        self.0
    }
}
