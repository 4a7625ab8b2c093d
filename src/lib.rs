//! verho turns a customer base into hashed social-media audience files, and proves who was left
//! out and why, without ever writing a plaintext identifier.
//!
//! The data flows one way:
//!
//! ```text
//! verho.toml ─ config ─┐
//! registers ── sources ┤→ people → identifiers → policy → audiences → platforms' columns → outputs
//! customers ── sources ┘                                       └──────→ manifest, suppressions, report
//! ```
//!
//! Import order, lower never imports higher: ahead < sieve < identifiers < platforms < people < policy < audiences <
//! manifest < envelope < config < spill < sources, outputs < state < pipeline < commands < cli < main.
//! `oracle` stands apart and imports `config` only; `synth` imports nothing of ours.
//! A test reads the `use` lines and holds every module to this order.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests make their own files"))]

#[cfg(test)]
/// Fails to compile when the type implements the trait: two blanket impls then both apply.
macro_rules! lacks {
    ($type:ty: $($trait:path),+ $(,)?) => {
        $(const _: fn() = || {
            trait Ambiguous<A> { fn check() {} }
            struct Yes;
            impl<T: ?Sized> Ambiguous<()> for T {}
            impl<T: ?Sized + $trait> Ambiguous<Yes> for T {}
            let _ = <$type as Ambiguous<_>>::check;
        };)+
    };
}

mod ahead;
pub mod audiences;
pub mod cli;
pub mod commands;
pub mod config;
pub mod envelope;
pub mod identifiers;
pub mod manifest;
pub mod oracle;
pub mod outputs;
pub mod people;
pub mod pipeline;
pub mod platforms;
pub mod policy;
mod sieve;
pub mod sources;
pub mod spill;
pub mod state;
pub mod synth;
