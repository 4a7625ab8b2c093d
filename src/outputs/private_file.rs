//! One new file with a mode of its own, such as a key or a page. It promises never to overwrite, follow
//! a link or be readable by others for a moment, and that the file has all its bytes or is not there:
//! it gets its name only once they are on the disk, so a process that dies leaves nothing.

#![expect(clippy::disallowed_methods, reason = "key files are made here")]

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Creates `place` with these bytes and at most this mode.
pub fn create(place: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    if place.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match nameless(folder, mode) {
        Some(mut file) => {
            file.write_all(bytes).and_then(|()| file.sync_all())?;
            name(&file, place)?;
        }
        None => named(place, bytes, mode)?,
    }
    // Until the folder is on the disk too, a power cut could take the name away again.
    File::open(folder)?.sync_all().inspect_err(|_| drop(std::fs::remove_file(place)))
}

/// A file without a name, on file systems that have such.
#[cfg(target_os = "linux")]
fn nameless(folder: &Path, mode: u32) -> Option<File> {
    use rustix::fs::OFlags;
    let flags = OFlags::TMPFILE.bits().cast_signed();
    OpenOptions::new().write(true).mode(mode).custom_flags(flags).open(folder).ok()
}

#[cfg(not(target_os = "linux"))]
fn nameless(_: &Path, _: u32) -> Option<File> {
    None
}

/// Gives it a name at which nothing stands.
fn name(file: &File, place: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    use std::os::fd::AsRawFd as _;
    let handle = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(linkat(CWD, handle.as_str(), CWD, place, AtFlags::SYMLINK_FOLLOW)?)
}

/// The same with the name first; a failure takes it away again.
fn named(place: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(place)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = std::fs::remove_file(place);
    }
    written
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{self, ErrorKind};
    use std::os::unix::fs::{MetadataExt as _, symlink};
    use std::path::Path;

    use super::{create, named};

    #[test]
    fn a_private_file_is_whole_its_owners_and_never_over_another() {
        let scratch = tempfile::tempdir().expect("scratch");
        type Way = fn(&Path, &[u8], u32) -> io::Result<()>;
        let ways: [(&str, Way); 2] = [("nameless", create), ("named", named)];
        for (way, make) in ways {
            let place = scratch.path().join(way);
            make(&place, b"bytes", 0o600).expect("made");
            assert_eq!(fs::read(&place).expect("there"), b"bytes", "{way}");
            assert_eq!(fs::metadata(&place).expect("there").mode() & 0o7777, 0o600, "{way}");
            let link = scratch.path().join(format!("{way}-link"));
            symlink("/nonexistent/verho", &link).expect("a link to nowhere");
            for taken in [&place, &link] {
                let error = make(taken, b"other", 0o600).expect_err("taken");
                assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{way}");
            }
            assert_eq!(fs::read(&place).expect("there"), b"bytes", "{way}");
            assert!(make(&scratch.path().join("no/folder"), b"", 0o600).is_err(), "{way}");
        }
        assert_eq!(fs::read_dir(scratch.path()).expect("a folder").count(), 4);
    }
}
