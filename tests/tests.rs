//! The integration tests, one binary.
mod synth;

mod agreement;
mod architecture;
mod bases;
mod conformance;
mod fuzz_smoke;
mod several;
mod wide_forms;
