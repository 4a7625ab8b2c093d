//! The stories: each reads top to bottom, meets the world only through sources, outputs and pipeline,
//! and returns a value. Printing is the command line's.

pub mod access;
pub mod build;
mod chain;
pub mod check;
pub mod close;
#[cfg(test)]
mod collisions;
pub mod diff;
mod erasures;
pub mod explain;
pub mod export;
pub mod history;
pub mod init;
pub mod keygen;
mod live_state;
pub mod marks;
pub mod platforms;
pub mod purge;
pub mod receipt;
pub mod receipts;
pub mod recompute;
pub mod report;
pub mod requests;
pub mod rotate;
mod settle;
pub mod subject;
pub mod uploaded;
pub mod vectors;
pub mod verify;
