//! (being written)
pub mod releases;
