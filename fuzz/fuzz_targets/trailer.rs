//! `cargo +nightly fuzz run trailer`: the property of this name, on whatever the engine thinks of.
#![no_main]

#[path = "../properties.rs"]
#[allow(dead_code, reason = "each target runs one property")]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::trailer(data));
