//! The stories: each reads top to bottom, meets the world only through sources, outputs and pipeline,
//! and returns a value. Printing is the command line's.

pub mod build;
mod chain;
pub mod check;
pub mod diff;
pub mod explain;
pub mod keygen;
pub mod platforms;
pub mod recompute;
pub mod report;
pub mod rotate;
pub mod subject;
pub mod vectors;
pub mod verify;
