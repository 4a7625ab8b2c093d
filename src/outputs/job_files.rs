//! Files outside the releases that a scheduled run is told to write: the job's page, to which the
//! summary is appended, and the metrics, which are replaced in one step. Both hold rounded counts only.

#![expect(clippy::disallowed_methods, reason = "writes where a job's runner or collector looks")]

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Metrics are for a collector that runs as somebody else.
const METRICS_MODE: u32 = 0o644;

/// Appends to the job's page, which need not be there yet.
pub fn append(place: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).mode(super::FILE_MODE).open(place)?;
    // One write, so that another step's text cannot stand in the middle.
    file.write_all(text.as_bytes())
}

/// Replaces the metrics in one step: a collector reads the old text or the new one.
pub fn replace(place: &Path, text: &str) -> io::Result<()> {
    let name = place.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut beside_name = std::ffi::OsString::from(".");
    beside_name.push(name);
    // A collector takes *.prom; a half text must not be called so.
    beside_name.push(".verho-new");
    let beside = place.with_file_name(beside_name);
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(METRICS_MODE).open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, place)
    };
    let written = write();
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::{append, replace};
    use std::fs;

    #[test]
    fn a_page_grows_and_metrics_are_replaced() {
        let folder = tempfile::tempdir().expect("scratch");
        let [page, metrics] = ["page.md", "verho.prom"].map(|name| folder.path().join(name));
        for text in ["one\n", "two\n"] {
            append(&page, text).expect("ours");
            replace(&metrics, text).expect("ours");
        }
        assert_eq!(fs::read_to_string(&page).expect("ours"), "one\ntwo\n");
        assert_eq!(fs::read_to_string(&metrics).expect("ours"), "two\n");
        assert_eq!(fs::read_dir(folder.path()).expect("ours").count(), 2);
        fs::create_dir(folder.path().join("taken")).expect("ours");
        assert!(replace(&folder.path().join("taken"), "three\n").is_err());
        assert!(replace(&folder.path().join("no/such"), "three\n").is_err());
        assert_eq!(fs::read_dir(folder.path()).expect("ours").count(), 3, "nothing half is left");
    }
}
