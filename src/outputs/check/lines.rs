//! A file line by line, hashed on the way, in a fixed amount of memory. It knows no grammar.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use super::fault::CheckError;
use super::folder;
use crate::manifest::Hex32;

/// Bytes read at once: few enough that they are still in a core's cache when lines are looked at.
const BLOCK_BYTES: usize = 1 << 18;
/// The longest line any file of a release has room for; a longer one ends the reading of lines.
pub(super) const LINE_BYTES_MAX: usize = 1 << 16;

/// An open file and where it stands.
pub(super) struct Source {
    pub(super) file: File,
    pub(super) place: PathBuf,
}

/// A file that was read to its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hashed {
    pub(super) sha256: Hex32,
    pub(super) bytes: u64,
}

/// Reads to the end for the digest alone.
pub(super) fn hash(source: &mut Source) -> Result<Hashed, CheckError> {
    each_line(source, |_, _| false)
}

/// Hands over every line, its line feed included where it has one, with its number from 1, until
/// `each` answers that it has seen enough. A line over [`LINE_BYTES_MAX`] is handed over cut, which
/// no grammar accepts. The digest is of the whole file in any case.
pub(super) fn each_line(
    source: &mut Source,
    mut each: impl FnMut(u64, &[u8]) -> bool,
) -> Result<Hashed, CheckError> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; BLOCK_BYTES + LINE_BYTES_MAX];
    let (mut kept, mut bytes, mut number, mut wanted) = (0, 0, 0, true);
    loop {
        let read = match source.file.read(&mut buffer[kept..kept + BLOCK_BYTES]) {
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(folder::io(&source.place, error)),
        };
        bytes += read as u64;
        hasher.update(&buffer[kept..kept + read]);
        let end = kept + read;
        let mut start = 0;
        if wanted {
            for feed in memchr::memchr_iter(b'\n', &buffer[..end]) {
                number += 1;
                wanted = each(number, &buffer[start..=feed]);
                start = feed + 1;
                if !wanted {
                    break;
                }
            }
        }
        if wanted && (read == 0 || end - start > LINE_BYTES_MAX) && start < end {
            // Without a line feed: the file is cut off, or the line is far too long.
            each(number + 1, &buffer[start..end]);
            wanted = false;
        }
        if read == 0 {
            return Ok(Hashed { sha256: Hex32(hasher.finalize().into()), bytes });
        }
        if wanted {
            buffer.copy_within(start..end, 0);
            kept = end - start;
        } else {
            kept = 0;
        }
    }
}
