//! The system calls of a run, as `strace` tells them. Where it is not installed, a test that needs it says
//! so; with `VERHO_NO_SKIPS` set it fails instead.

use std::path::Path;
use std::process::{Command, Stdio};

/// Whether it can trace here.
pub(super) fn is_there() -> bool {
    let tried = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
    let works = tried.is_ok_and(|status| status.success());
    if !works {
        skip("strace cannot be used here");
    }
    works
}

/// Says that something is not tested, or fails where everything must be.
pub(super) fn skip(why: &str) {
    assert!(std::env::var_os("VERHO_NO_SKIPS").is_none(), "not tested: {why}");
    eprintln!("not tested: {why}");
}

/// `strace` over a program and all it starts, into a file; the program and its arguments are still to come.
pub(super) fn command(into: &Path) -> Command {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-s", "4096", "-o"]).arg(into);
    command
}
