//! The integration tests, one binary.
mod synth;
