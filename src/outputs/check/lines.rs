//! Bytes line by line, hashed on the way, in a fixed amount of memory: a file read to its end, or what
//! passes by while a file is written. It knows no grammar.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek as _};
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use super::fault::CheckError;
use super::folder;
use crate::manifest::Hex32;
use crate::outputs::checksum::Checksum;

/// Bytes read at once: few enough that they are still in a core's cache when lines are looked at.
const BLOCK_BYTES: usize = 1 << 18;
/// The longest line any file of a release has room for; a longer one ends the reading of lines.
pub(super) const LINE_BYTES_MAX: usize = 1 << 16;

/// An open file and where it stands.
pub(super) struct Source {
    pub(super) file: File,
    pub(super) place: PathBuf,
}

/// Bytes that were read to their end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hashed {
    pub(super) sha256: Hex32,
    pub(super) bytes: u64,
}

/// By what a file that was just written is known again.
#[derive(Debug, Clone, Copy)]
pub(in crate::outputs) struct Known {
    pub(in crate::outputs) checksum: u128,
    /// Of the same bytes.
    pub(in crate::outputs) sha256: Hex32,
}

/// Reads to the end for the digest alone.
pub(super) fn hash(source: &mut Source, known: Option<&Known>) -> Result<Hashed, CheckError> {
    each_line(source, known, |_, _| false)
}

/// Hands over every line of a file, and tells its digest: the one that is known, if the checksum is. A file of
/// another is read again for its own.
pub(super) fn each_line(
    source: &mut Source,
    known: Option<&Known>,
    each: impl FnMut(u64, &[u8]) -> bool,
) -> Result<Hashed, CheckError> {
    let Source { file, place } = source;
    let read = match known {
        None => each_line_of(file, each),
        Some(known) => each_line_of_known(file, *known, each),
    };
    read.map_err(|error| folder::io(place, error))
}

fn each_line_of_known(
    file: &mut File,
    known: Known,
    mut each: impl FnMut(u64, &[u8]) -> bool,
) -> io::Result<Hashed> {
    // Taken in block by block: it makes nobody wait between lines.
    let (mut lines, mut checksum) = (Lines::<Nothing>::default(), Checksum::default());
    each_block(file, |block| {
        checksum.add(block);
        lines.read(block, &mut each);
    })?;
    lines.finish(&mut each);
    if checksum.end() == known.checksum {
        return Ok(Hashed { sha256: known.sha256, bytes: lines.bytes });
    }
    file.rewind()?;
    each_line_of(file, |_, _| false)
}

/// Hands over every line of a stream.
pub(super) fn each_line_of(
    input: &mut impl Read,
    mut each: impl FnMut(u64, &[u8]) -> bool,
) -> io::Result<Hashed> {
    let mut lines = Lines::<Sha256>::default();
    each_block(input, |block| lines.read(block, &mut each))?;
    Ok(lines.end(&mut each))
}

fn each_block(input: &mut impl Read, mut each: impl FnMut(&[u8])) -> io::Result<()> {
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        match input.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(read) => each(&block[..read]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// What takes in all bytes between lines.
pub(super) trait Takes {
    fn take(&mut self, bytes: &[u8]);
}

impl Takes for Sha256 {
    fn take(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
}

/// What takes in nothing.
#[derive(Default)]
struct Nothing;

impl Takes for Nothing {
    fn take(&mut self, _: &[u8]) {}
}

/// Lines of bytes that come in pieces, and the digest of all bytes, unless nothing takes them in.
///
/// Every line is handed over, its line feed included where it has one, with its number from 1, until it is
/// answered that enough was seen. A line over [`LINE_BYTES_MAX`] is handed over cut, which no grammar accepts.
/// The digest is made line by line, between one line and the next: in a digest each step waits for the one
/// before, and a processor looks at the line meanwhile.
#[derive(Default)]
pub(super) struct Lines<H = Sha256> {
    hasher: H,
    bytes: u64,
    number: u64,
    /// The beginning of a line whose end is in a later piece.
    begun: Vec<u8>,
    enough: bool,
}

impl<H: Takes> Lines<H> {
    /// Takes the next piece.
    pub(super) fn read(&mut self, piece: &[u8], each: &mut impl FnMut(u64, &[u8]) -> bool) {
        self.bytes += piece.len() as u64;
        let (mut start, mut hashed) = (0, 0);
        if !self.begun.is_empty() && !self.enough {
            let end = memchr::memchr(b'\n', piece).map_or(piece.len(), |feed| feed + 1);
            // No more than what is surely too long is kept.
            let kept = end.min((LINE_BYTES_MAX + 1).saturating_sub(self.begun.len()));
            self.begun.extend_from_slice(&piece[..kept]);
            start = end;
            if kept < end || self.begun.ends_with(b"\n") {
                let line = std::mem::take(&mut self.begun);
                self.hand_over(&line, each);
                self.begun = line;
                self.begun.clear();
                self.enough |= kept < end;
            }
        }
        let first = start;
        for feed in memchr::memchr_iter(b'\n', &piece[first..]).map(|feed| first + feed + 1) {
            if self.enough {
                break;
            }
            self.hasher.take(&piece[hashed..feed]);
            hashed = feed;
            self.hand_over(&piece[start..feed], each);
            start = feed;
        }
        self.hasher.take(&piece[hashed..]);
        if !self.enough && start < piece.len() && self.begun.is_empty() {
            self.begun.extend_from_slice(&piece[start..]);
        }
        if !self.enough && self.begun.len() > LINE_BYTES_MAX {
            self.rest(each);
        }
    }

    fn finish(&mut self, each: &mut impl FnMut(u64, &[u8]) -> bool) {
        if !self.enough && !self.begun.is_empty() {
            self.rest(each);
        }
    }

    /// Without a line feed: the file is cut off, or the line is far too long.
    fn rest(&mut self, each: &mut impl FnMut(u64, &[u8]) -> bool) {
        let line = std::mem::take(&mut self.begun);
        self.hand_over(&line, each);
        self.enough = true;
    }

    fn hand_over(&mut self, line: &[u8], each: &mut impl FnMut(u64, &[u8]) -> bool) {
        self.number += 1;
        self.enough |= !each(self.number, line);
    }
}

impl Lines {
    /// After the last piece.
    pub(super) fn end(mut self, each: &mut impl FnMut(u64, &[u8]) -> bool) -> Hashed {
        self.finish(each);
        Hashed { sha256: Hex32(self.hasher.finalize().into()), bytes: self.bytes }
    }
}
