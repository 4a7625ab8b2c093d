//! May this person be used? Pure: no files, no clock, no printing.

pub mod reason;
pub mod scope;
pub mod selection;
