//! An audience's `where` (being written).

/// A parsed filter.
#[derive(Debug, Clone)]
pub struct Selection;
