//! A fault of verho itself: its place is told, never its message, which could quote a row.

use std::sync::atomic::{AtomicBool, Ordering};

use super::talk::{Message, error_anywhere};

/// One panic on a worker is carried on by others: the first place is the one to know.
static TOLD: AtomicBool = AtomicBool::new(false);

/// Puts our words in place of the standard ones.
pub(super) fn install() {
    std::panic::set_hook(Box::new(|panic| {
        if TOLD.swap(true, Ordering::Relaxed) {
            return;
        }
        let place = panic.location().map_or_else(
            || "an unknown place".to_owned(),
            |place| format!("{}:{}", place.file(), place.line()),
        );
        error_anywhere(&Message::new(
            "internal-error",
            format!("verho has a fault at {place}; nothing was published"),
            format!(
                "please report that place with the version {}; leave out any data",
                env!("CARGO_PKG_VERSION")
            ),
        ));
    }));
}
