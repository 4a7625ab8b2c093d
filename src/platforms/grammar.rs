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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowGrammar {
    columns: &'static [Column],
    /// The columns of identifiers alone.
    slots: Vec<Slot>,
    /// What stands behind the last of them, line end included.
    end: Vec<u8>,
    encoding: Encoding,
    shape: RowShape,
    line_end: &'static str,
}

/// A column of identifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Slot {
    /// What stands between it and the one before.
    before: Vec<u8>,
    kind: Kind,
}

impl RowGrammar {
    /// The grammar of a platform's rows; `None` when no file can be written for it.
    #[must_use]
    pub fn of(platform: &Platform) -> Option<Self> {
        let layout = platform.upload.layout()?;
        let (mut slots, mut fixed) = (Vec::new(), Vec::new());
        for (at, column) in layout.columns.iter().enumerate() {
            fixed.extend((at > 0).then_some(b','));
            match (column, column.kind()) {
                (_, Some(kind)) => slots.push(Slot { before: std::mem::take(&mut fixed), kind }),
                (Column::Constant(text), None) => fixed.extend(text.as_bytes()),
                (_, None) => {}
            }
        }
        fixed.extend(layout.line_end.as_bytes());
        Some(Self {
            columns: layout.columns,
            slots,
            end: fixed,
            encoding: platform.encoding,
            shape: layout.shape,
            line_end: layout.line_end,
        })
    }

    /// Checks one line, its line end included, and tells what it holds; nothing when the line has a fault.
    pub fn check(&self, line: &[u8], found: &mut Found) -> Result<(), RowFault> {
        if self.scan(line, found).is_some() {
            return Ok(());
        }
        found.count = 0;
        Err(self.diagnose(line))
    }

    /// Whether the line is a row, with what is found in it. Cells have one width or none and all between them
    /// is fixed, so no byte is searched for: this is what a file of a gigabyte is read with.
    #[inline]
    fn scan(&self, line: &[u8], found: &mut Found) -> Option<()> {
        found.count = 0;
        let mut rest = line;
        for slot in &self.slots {
            rest = without(rest, &slot.before)?;
            if matches!(rest.first(), Some(b',' | b'\n')) {
                continue;
            }
            let (cell, after) = rest.split_at_checked(self.encoding.width())?;
            let digest = &mut found.digests[found.count];
            self.decode_to(cell, digest)?;
            if *digest == DIGEST_OF_NOTHING {
                return None;
            }
            found.kinds[found.count] = slot.kind;
            found.count += 1;
            rest = after;
        }
        (without(rest, &self.end)?.is_empty() && self.allows(found.count)).then_some(())
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

/// What follows fixed text, if the bytes begin with it. Of one byte it nearly always is, and that is quicker
/// than a call.
#[inline]
fn without<'b>(bytes: &'b [u8], fixed: &[u8]) -> Option<&'b [u8]> {
    match fixed {
        [] => Some(bytes),
        [one] => bytes.split_first().filter(|(first, _)| *first == one).map(|(_, rest)| rest),
        _ => bytes.strip_prefix(fixed),
    }
}

/// What a row holds. It is used again for the next: of what is not there nothing is written.
#[derive(Debug)]
pub struct Found {
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
    /// Its digests, in column order.
    #[inline]
    pub fn digests(&self) -> impl Iterator<Item = (Kind, Digest)> {
        let digests = self.kinds.iter().zip(&self.digests).take(self.count);
        digests.map(|(kind, digest)| (*kind, Digest::from_bytes(*digest)))
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
