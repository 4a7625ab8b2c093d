//! The one doorway for plain identifiers. It promises that a cell, once wrapped, can be read by
//! `identifiers` alone: no trait here prints, copies, compares or serialises it. It does not know
//! what kind of identifier it holds.

/// A cell that may hold an identifier. Borrowed from its table, so it cannot outlive it.
///
/// It has no `Debug`, `Display`, `Clone`, `AsRef`, `Deref` or `Serialize`, and no public reader.
pub struct Plaintext<'src> {
    cell: &'src [u8],
    /// What the table holds from the beginning of the cell on.
    from_here: &'src [u8],
}

impl<'src> Plaintext<'src> {
    /// Wraps a cell.
    #[must_use]
    pub const fn new(cell: &'src [u8]) -> Self {
        Self { cell, from_here: cell }
    }

    /// Wraps the cell of so many bytes with which a stretch of its table begins. What stands behind it lets
    /// it be looked at in pieces of one length, and is no part of it.
    ///
    /// # Panics
    /// When there are not so many bytes.
    #[must_use]
    pub fn beginning(from_here: &'src [u8], bytes: usize) -> Self {
        Self { cell: &from_here[..bytes], from_here }
    }

    /// The bytes, for the kernel only.
    pub(in crate::identifiers) const fn read(&self) -> &'src [u8] {
        self.cell
    }

    /// So many bytes of which the first are the cell without white space at its edges, `trimmed`: from where it
    /// stands, or from `alone`, which is zeros, when it has such edges or its table ends before.
    ///
    /// # Panics
    /// When it has more bytes.
    #[inline]
    pub(in crate::identifiers) fn window_of_trimmed<'w, const N: usize>(
        &self,
        trimmed: &[u8],
        alone: &'w mut [u8; N],
    ) -> &'w [u8; N]
    where
        'src: 'w,
    {
        match self.window() {
            Some(window) if trimmed.len() == self.cell.len() => window,
            _ => {
                alone[..trimmed.len()].copy_from_slice(trimmed);
                alone
            }
        }
    }

    /// So many bytes from the beginning of the cell on, whatever stands behind it; `None` where its table
    /// ends before, and for a cell that was wrapped alone.
    pub(in crate::identifiers) const fn window<const N: usize>(&self) -> Option<&'src [u8; N]> {
        self.from_here.first_chunk()
    }
}
