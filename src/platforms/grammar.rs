//! From the bytes of a row back to digests: the strict reverse of `layout`, for whoever checks what
//! was written.
//!
//! It shares no code with the writer on purpose, so that one mistake cannot hide another. Promises:
//! it accepts exactly the rows a platform's table allows, byte for byte; a fault names a column by
//! number and never quotes a cell. It must not know files or people.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Column, Encoding, MAX_SLOTS, Operation, Platform, RowShape, Upload};
use crate::identifiers::{Digest, Kind};

/// SHA-256 of no bytes at all: it has the shape of a digest and stands for nobody.
const DIGEST_OF_NOTHING: [u8; 32] = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
    0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// Why a line is not a row of the platform's file. Columns count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// The line does not end as the layout says.
    #[error("the line does not end in a single line feed")]
    LineEnd,
    /// More or fewer cells than columns.
    #[error("the line has {found} columns instead of {expected}")]
    Columns {
        /// Columns of the layout.
        expected: usize,
        /// Cells of the line.
        found: usize,
    },
    /// A cell that must hold a digest or nothing holds something else.
    #[error("column {column} holds neither a digest in the platform's encoding nor nothing")]
    Digest {
        /// Which column.
        column: usize,
    },
    /// A cell holds the digest of the empty string.
    #[error("column {column} holds the digest of nothing")]
    DigestOfNothing {
        /// Which column.
        column: usize,
    },
    /// A cell with fixed text, or one that must be empty, holds something else.
    #[error("column {column} does not hold its fixed text")]
    Fixed {
        /// Which column.
        column: usize,
    },
    /// No identifier, or more than the row's shape allows.
    #[error("the row has {found} identifiers, which its shape does not allow")]
    Identifiers {
        /// How many it has.
        found: usize,
    },
}

/// What a platform's rows look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowGrammar {
    columns: &'static [Column],
    encoding: Encoding,
    shape: RowShape,
    line_end: &'static str,
}

impl RowGrammar {
    /// The grammar of a platform's rows; `None` when no file can be written for it.
    #[must_use]
    pub fn of(platform: &Platform) -> Option<Self> {
        let layout = platform.upload.layout()?;
        Some(Self {
            columns: layout.columns,
            encoding: platform.encoding,
            shape: layout.shape,
            line_end: layout.line_end,
        })
    }

    /// Checks one line, its line end included, and hands over its digests in column order; none when
    /// the line has a fault.
    pub fn check(&self, line: &[u8], each: impl FnMut(Kind, Digest)) -> Result<(), RowFault> {
        let mut found = Found::default();
        match self.scan(line, &mut found) {
            Some(len) if len == line.len() => {
                found.hand_over(each);
                Ok(())
            }
            _ => Err(self.diagnose(line)),
        }
    }

    /// Checks the row that `text` begins with, hands over its digests in column order, and returns its
    /// length: for a whole file without looking for line ends first.
    pub fn next_row(&self, text: &[u8], each: impl FnMut(Kind, Digest)) -> Result<usize, RowFault> {
        let mut found = Found::default();
        if let Some(len) = self.scan(text, &mut found) {
            found.hand_over(each);
            return Ok(len);
        }
        let end = memchr::memchr(b'\n', text).map_or(text.len(), |at| at + 1);
        Err(self.diagnose(&text[..end]))
    }

    /// The length of the row at the beginning of the text, if it is one, with what is found in it. Cells
    /// have one width or none, so no byte is searched for: this is what a file of a gigabyte is read with.
    #[inline]
    fn scan(&self, text: &[u8], found: &mut Found) -> Option<usize> {
        let mut rest = text;
        for (at, column) in self.columns.iter().enumerate() {
            if at > 0 {
                rest = rest.strip_prefix(b",")?;
            }
            match column {
                Column::Empty => {}
                Column::Constant(text) => rest = rest.strip_prefix(text.as_bytes())?,
                Column::Email(_) | Column::Phone(_) if matches!(rest.first(), Some(b',' | b'\n')) => {}
                Column::Email(_) | Column::Phone(_) => {
                    let (cell, after) = rest.split_at_checked(self.encoding.width())?;
                    let digest = &mut found.digests[found.count];
                    self.decode_to(cell, digest)?;
                    if *digest == DIGEST_OF_NOTHING {
                        return None;
                    }
                    found.kinds[found.count] = column.kind()?;
                    found.count += 1;
                    rest = after;
                }
            }
        }
        rest = rest.strip_prefix(self.line_end.as_bytes())?;
        self.allows(found.count).then_some(text.len() - rest.len())
    }

    /// What is wrong with a line that [`RowGrammar::scan`] refuses, by splitting it into cells.
    fn diagnose(&self, line: &[u8]) -> RowFault {
        let Some(row) = line.strip_suffix(self.line_end.as_bytes()) else { return RowFault::LineEnd };
        if row.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
            return RowFault::LineEnd;
        }
        let cells: Vec<&[u8]> = row.split(|&byte| byte == b',').collect();
        if cells.len() != self.columns.len() {
            return RowFault::Columns { expected: self.columns.len(), found: cells.len() };
        }
        let mut identifiers = 0;
        for ((column, cell), kind) in (1..).zip(&cells).zip(self.columns) {
            match kind {
                Column::Empty | Column::Email(_) | Column::Phone(_) if cell.is_empty() => {}
                Column::Constant(text) if *cell == text.as_bytes() => {}
                Column::Empty | Column::Constant(_) => return RowFault::Fixed { column },
                Column::Email(_) | Column::Phone(_) => match self.decode(cell) {
                    None => return RowFault::Digest { column },
                    Some(DIGEST_OF_NOTHING) => return RowFault::DigestOfNothing { column },
                    Some(_) => identifiers += 1,
                },
            }
        }
        RowFault::Identifiers { found: identifiers }
    }

    const fn allows(&self, identifiers: usize) -> bool {
        match self.shape {
            RowShape::PersonPerRow => identifiers > 0,
            RowShape::IdentifierPerRow => identifiers == 1,
        }
    }

    fn decode(&self, cell: &[u8]) -> Option<[u8; 32]> {
        let mut digest = [0; 32];
        self.decode_to(cell, &mut digest)?;
        Some(digest)
    }

    #[inline]
    fn decode_to(&self, cell: &[u8], digest: &mut [u8; 32]) -> Option<()> {
        if cell.len() != self.encoding.width() {
            return None;
        }
        match self.encoding {
            Encoding::LowerHex => {
                // Every digit and lower-case letter has this bit, and no upper-case letter has.
                if cell.iter().fold(0x20, |bits, byte| bits & byte) == 0 {
                    return None;
                }
                const_hex::decode_to_slice(cell, digest).ok()
            }
            Encoding::Base64 => {
                // The decoder refuses a last character with stray bits, so one digest has one text.
                let mut bytes = [0; 36];
                let written = STANDARD.decode_slice(cell, &mut bytes).ok()?;
                *digest = bytes[..written].try_into().ok()?;
                Some(())
            }
        }
    }
}

/// The digests of a row, in column order.
struct Found {
    kinds: [Kind; MAX_SLOTS],
    digests: [[u8; 32]; MAX_SLOTS],
    count: usize,
}

impl Default for Found {
    fn default() -> Self {
        Self { kinds: [Kind::Email; MAX_SLOTS], digests: [[0; 32]; MAX_SLOTS], count: 0 }
    }
}

impl Found {
    #[inline]
    fn hand_over(&self, mut each: impl FnMut(Kind, Digest)) {
        for (kind, digest) in self.kinds.iter().zip(&self.digests).take(self.count) {
            each(*kind, Digest::from_bytes(*digest));
        }
    }
}

/// How many bytes of `file` are the header and, for Microsoft, the format and list rows; `None` when
/// they are not exactly what this platform, list name and operation ask for.
#[must_use]
pub fn preamble_len(
    platform: &Platform,
    file: &[u8],
    list_name: &str,
    operation: Operation,
) -> Option<usize> {
    let layout = platform.upload.layout()?;
    let header = layout.header;
    let mut rest = file;
    if !header.is_empty() {
        rest = strip_row(rest, layout.line_end, header.iter().copied())?;
    }
    if matches!(platform.upload, Upload::MicrosoftBulk(_)) {
        // By the name of each column, where the writer goes by position.
        let version = |column: &&'static str| match *column {
            "Type" => "Format Version",
            "Name" => "6.0",
            _ => "",
        };
        let list = |column: &&'static str| match *column {
            "Type" => "Customer List",
            "Status" => "Active",
            "Id" => "-1",
            "Scope" => "Customer",
            "Audience" => list_name,
            "Action Type" => operation.word(),
            _ => "",
        };
        rest = strip_row(rest, layout.line_end, header.iter().map(version))?;
        rest = strip_row(rest, layout.line_end, header.iter().map(list))?;
    }
    Some(file.len() - rest.len())
}

/// What follows exactly this row, if the text begins with it.
fn strip_row<'file, 'cell>(
    mut text: &'file [u8],
    line_end: &str,
    cells: impl Iterator<Item = &'cell str>,
) -> Option<&'file [u8]> {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            text = text.strip_prefix(b",")?;
        }
        text = text.strip_prefix(cell.as_bytes())?;
    }
    text.strip_prefix(line_end.as_bytes())
}
