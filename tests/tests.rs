//! The integration tests, one binary.
mod synth;

mod agreement;
mod architecture;
mod bases;
mod cli;
mod conformance;
mod determinism;
mod fuzz_smoke;
mod sample;
mod several;
mod synth_truth;
mod wide_forms;
