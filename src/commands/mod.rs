//! The stories: each reads top to bottom and returns a value. (being written)

pub mod platforms;
pub mod verify;
