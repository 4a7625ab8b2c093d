//! The stories: each reads top to bottom, meets the world only through sources, outputs and pipeline,
//! and returns a value. Printing is the command line's.

pub mod build;
pub mod check;
pub mod diff;
pub mod explain;
pub mod history;
pub mod init;
pub mod keygen;
pub mod marks;
pub mod platforms;
pub mod purge;
pub mod receipt;
pub mod receipts;
pub mod recompute;
pub mod report;
pub mod subject;
pub mod uploaded;
pub mod vectors;
pub mod verify;
