//! The integration tests, one binary.
mod synth;

mod agreement;
mod architecture;
mod bases;
mod cli;
mod determinism;
mod policies;
mod requirements;
mod sample;
mod synth_truth;
