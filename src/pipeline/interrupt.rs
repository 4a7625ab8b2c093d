//! Whether the run was asked to end early. Signals come to the whole process, so this is the one flag
//! of the process; runs look at it between batches and before they publish. It catches nothing itself.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{ParseError, RunError};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Asks every run of this process to end. Returns whether it had been asked before.
pub fn request() -> bool {
    REQUESTED.swap(true, Ordering::Relaxed)
}

/// Whether runs should end.
#[must_use]
pub fn is_requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// An error once runs should end.
pub fn check() -> Result<(), RunError> {
    if is_requested() { Err(RunError::Parse(ParseError::Interrupted)) } else { Ok(()) }
}
