//! May this person be used? Pure: no files, no clock, no printing.
//!
//! A row becomes [`facts::RowFacts`]; the rules turn facts into a [`standing::Standing`]; the
//! standings of a person's rows are joined; objections and closure are added; and
//! [`verdict::decide`] says, for every audience and platform, eligible or why not.

pub mod answers;
pub mod closure;
pub mod facts;
pub mod objections;
pub mod reason;
pub mod rules;
pub mod scope;
pub mod selection;
pub mod standing;
pub mod verdict;

#[cfg(test)]
mod tests;
