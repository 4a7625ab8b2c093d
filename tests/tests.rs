//! The integration tests, one binary.
mod synth;

mod agreement;
mod architecture;
mod bases;
mod cli;
mod determinism;
mod report;
mod sample;
mod synth_truth;
