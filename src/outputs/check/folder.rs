//! What stands in a release's folder, without following any link. It knows no file's meaning.

#![expect(clippy::disallowed_methods, reason = "the checker reads what was written")]

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::fault::{CheckError, Fault, Rule};
use super::lines::Source;
use crate::config::shown::shown_name;
use crate::outputs::{FILE_MODE, FOLDER_MODE, is_name};

/// The deepest a file of a release lies: `audiences/<audience>/<platform>/<file>`.
const DEPTH_MAX: usize = 4;

/// What stands at a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    File,
    Folder,
}

/// Everything below `root` by its path, folders divided by `/`. What is neither a plain file nor a
/// folder, or lies too deep, is a fault and left out.
pub(super) fn walk(root: &Path, faults: &mut Vec<Fault>) -> Result<BTreeMap<String, Entry>, CheckError> {
    let mut found = BTreeMap::new();
    let mode = std::fs::metadata(root).map_err(|source| io(root, source))?.mode() & 0o7777;
    if mode != FOLDER_MODE {
        faults.push(Fault::of(Rule::Mode, "."));
    }
    let mut waiting = vec![(root.to_owned(), String::new(), 1)];
    while let Some((folder, prefix, depth)) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|source| io(&folder, source))? {
            let entry = entry.map_err(|source| io(&folder, source))?;
            let file_name = entry.file_name();
            let name = file_name.to_str().filter(|name| is_name(name));
            let path = entry.path();
            let metadata = path.symlink_metadata().map_err(|source| io(&path, source))?;
            let Some(name) = name else {
                // Whoever put it there chose its name, so it is not repeated as it stands.
                let shown = shown_name(&file_name.to_string_lossy());
                faults.push(Fault::of(Rule::Kind, &format!("{prefix}{shown}")));
                continue;
            };
            let name = format!("{prefix}{name}");
            let (kind, wanted) = if metadata.is_file() {
                (Entry::File, FILE_MODE)
            } else if metadata.is_dir() && depth < DEPTH_MAX {
                waiting.push((path, format!("{name}/"), depth + 1));
                (Entry::Folder, FOLDER_MODE)
            } else {
                faults.push(Fault::of(Rule::Kind, &name));
                continue;
            };
            // Stricter is fine: an archive may have taken the owner's right to write away.
            if metadata.mode() & 0o7777 & !wanted != 0 {
                faults.push(Fault::of(Rule::Mode, &name));
            }
            found.insert(name, kind);
        }
    }
    faults.sort_by(|left, right| left.place.cmp(&right.place));
    Ok(found)
}

/// Opens a file of the release; a link in its place is an error.
pub(super) fn open(root: &Path, name: &str) -> Result<Source, CheckError> {
    let place = root.join(name);
    let file = open_plain(&place)?;
    Ok(Source { file, place })
}

/// Reads a small file whole.
pub(super) fn read_small(root: &Path, name: &str, most: u64) -> Result<Vec<u8>, CheckError> {
    let place = root.join(name);
    let mut bytes = Vec::new();
    open_plain(&place)?.take(most + 1).read_to_end(&mut bytes).map_err(|source| io(&place, source))?;
    if bytes.len() as u64 > most {
        return Err(CheckError::TooLarge { place });
    }
    Ok(bytes)
}

/// Whether a plain file of this name is there.
pub(super) fn exists(root: &Path, name: &str) -> bool {
    root.join(name).symlink_metadata().is_ok_and(|metadata| metadata.is_file())
}

fn open_plain(place: &Path) -> Result<File, CheckError> {
    // Without waiting, so that a pipe put in a file's place cannot hang the check.
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(place)
        .map_err(|source| io(place, source))
}

pub(super) fn io(place: &Path, source: std::io::Error) -> CheckError {
    CheckError::Io { place: PathBuf::from(place), source }
}
