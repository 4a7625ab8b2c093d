//! Everything that is written: releases, upload files, records, signatures, and the small separate
//! reader that checks them before they are published.
//!
//! It promises owner-only files, all or nothing, and that the same record gives the same bytes. It
//! decides nothing about people, and asks neither the time nor for randomness: both are handed in.

pub mod check;
mod checksum;
mod disk;
mod error;
pub mod feeds;
pub mod guide;
pub mod job_files;
pub mod metrics;
pub mod private_file;
pub mod receipts;
pub mod records;
mod release;
pub mod report;
pub mod signature;
mod upload;

#[cfg(test)]
pub(crate) mod tests;

pub use disk::{Disk, FILE_MODE, FOLDER_MODE};
pub use error::OutputError;
pub(crate) use release::take_lock;
pub use release::{FileRecord, FolderLock, LATEST, Latest, Published, StagedFile, Staging, is_name};
pub use upload::{PARTS_MAX, PartPlan, UploadLimits, UploadWriter};
