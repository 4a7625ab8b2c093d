//! Threads and barriers: parse, close, decide, write.

pub mod keys;
pub mod plan;
pub mod objections;
pub(crate) mod intern;
pub(crate) mod read_facts;
pub(crate) mod record;
