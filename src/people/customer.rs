//! One row of a source as meant: borrowed cells under the names of what they say. It is read once,
//! turned into facts, keys and digests, and gone with its batch. No `Debug`: it holds a person's row.

/// A mapped cell: the source says nothing on the matter, or holds this text.
#[derive(Clone, Copy)]
pub enum Said<'src> {
    /// The source does not map the field.
    Silent,
    /// The cell (or the config's constant), trimmed of ASCII white space. May be blank.
    Value(&'src [u8]),
}

impl<'src> Said<'src> {
    /// The value when the field is mapped.
    #[must_use]
    pub const fn value(self) -> Option<&'src [u8]> {
        match self {
            Self::Silent => None,
            Self::Value(value) => Some(value),
        }
    }
}
