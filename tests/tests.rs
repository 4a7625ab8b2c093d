//! The integration tests, one binary.
mod synth;

mod bases;
