//! All or nothing: whatever fails, whoever kills the run, whatever changes meanwhile, the release before
//! stands untouched, or the new one is complete and verifies; and the next run cleans up.

mod changed;
mod disk;
mod kills;
mod lock;
mod stand;
