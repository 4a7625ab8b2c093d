//! The integration tests, one binary.

#![allow(clippy::disallowed_methods, reason = "tests make and read their own files")]
#![allow(
    clippy::pedantic,
    clippy::type_complexity,
    clippy::print_stderr,
    reason = "a test may be plainer than the code it holds"
)]
mod synth;

mod agreement;
mod alike;
mod architecture;
mod bases;
mod bit_flips;
mod cli;
mod conformance;
mod determinism;
mod docs;
mod fuzz_smoke;
mod gaps;
mod known_rows;
mod nightly;
mod nights;
mod policies;
mod proofs;
mod report;
mod requirements;
mod sample;
mod several;
mod spelled;
mod synth_truth;
mod wide_forms;
