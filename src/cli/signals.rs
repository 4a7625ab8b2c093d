//! Ctrl-C and a termination signal end a build with nothing half done. Other commands write nothing that
//! could be taken for whole when it is not, and end as the system ends any program.
//!
//! The first signal sets a flag that the run asks for between batches and before it publishes; it
//! then unwinds as after any error, and the staging folder goes with it. A run that is in the middle
//! of something longer is ended after two seconds: publishing is one rename, so nothing can be half
//! published, and what a killed run leaves behind is swept away by the next. A second signal does
//! not wait.

#![expect(clippy::disallowed_methods, reason = "a second signal ends the process at once")]

use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::exit::ExitStatus;
use super::failure::interrupted;
use super::talk::error_anywhere;
use crate::pipeline::interrupt;

/// How long a run may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(2);

/// Listens from now on. A system that lets no handler be set keeps its own way of ending programs.
pub(super) fn listen() {
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else { return };
    std::thread::spawn(move || {
        for _ in signals.forever() {
            if interrupt::request() {
                end();
            }
            std::thread::spawn(|| {
                std::thread::sleep(PATIENCE);
                end();
            });
        }
    });
}

fn end() -> ! {
    error_anywhere(&interrupted());
    std::process::exit(i32::from(ExitStatus::Interrupted as u8))
}
