//! The integration tests, one binary.

mod bases;
