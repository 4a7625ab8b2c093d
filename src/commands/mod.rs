//! (being written)
pub mod verify;
