//! One new file with a mode of its own, such as a key. It promises never to overwrite, follow a link
//! or be readable by others for a moment, and to leave no half file behind.

#![expect(clippy::disallowed_methods, reason = "key files are made here")]

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Creates `place` with these bytes and at most this mode.
pub fn create(place: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(place)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = std::fs::remove_file(place);
    }
    written
}
