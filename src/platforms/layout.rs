//! From digests to the bytes of a row: the hot end of every upload file.
//!
//! A [`RowFormat`] is a platform's layout boiled down to fixed text with slots between, so that a row
//! costs no search and no allocation. Promises: an empty slot is an empty cell, never the digest of
//! nothing; rows ordered by [`RowFormat::sort_key`] are ordered by their bytes. It must not know
//! whose digests they are, nor open a file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::microsoft_ads::NEW_LIST_ID;
use super::{Column, Encoding, MAX_SLOTS, Operation, Platform, RowShape, Upload};
use crate::identifiers::{Digest, Kind};

/// Bytes of a digest.
const DIGEST: usize = 32;

/// A name that may not stand in a file's preamble: empty, over 128 characters, or with anything but
/// letters, digits, blanks, dots, hyphens and underscores, or not beginning with a letter or digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a list name may hold only ASCII letters, digits, blanks, dots, hyphens and underscores")]
pub struct UnsafeName;

/// How rows of one platform are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFormat {
    /// Fixed text before the first slot, between slots, and after the last, line end included.
    gaps: Vec<Vec<u8>>,
    kinds: Vec<Kind>,
    encoding: Encoding,
    shape: RowShape,
}

impl RowFormat {
    /// The format of a platform's rows; `None` when no file can be written for it.
    #[must_use]
    pub fn of(platform: &Platform) -> Option<Self> {
        let layout = platform.upload.layout()?;
        let (mut gaps, mut kinds, mut gap) = (Vec::new(), Vec::new(), Vec::new());
        for (at, column) in layout.columns.iter().enumerate() {
            if at > 0 {
                gap.push(b',');
            }
            match column {
                Column::Empty => {}
                Column::Constant(text) => gap.extend_from_slice(text.as_bytes()),
                Column::Email(_) | Column::Phone(_) => {
                    kinds.extend(column.kind());
                    gaps.push(std::mem::take(&mut gap));
                }
            }
        }
        gap.extend_from_slice(layout.line_end.as_bytes());
        gaps.push(gap);
        Some(Self { gaps, kinds, encoding: platform.encoding, shape: layout.shape })
    }

    /// The kind of each slot, in column order. At most [`MAX_SLOTS`].
    #[must_use]
    pub fn slots(&self) -> &[Kind] {
        &self.kinds
    }

    /// Whether a row is a person or an identifier.
    #[must_use]
    pub const fn shape(&self) -> RowShape {
        self.shape
    }

    /// The most bytes a row can take.
    #[must_use]
    pub fn row_len_max(&self) -> usize {
        self.gaps.iter().map(Vec::len).sum::<usize>() + self.kinds.len() * self.encoding.width()
    }

    /// Puts one person's digests into slots, in the order given, and hands over each row: one when a
    /// row is a person, one a digest otherwise. Returns how many digests found no column.
    pub fn rows(
        &self,
        emails: &[Digest],
        phones: &[Digest],
        mut each: impl FnMut(&[Option<Digest>]),
    ) -> usize {
        let mut cells = [None; MAX_SLOTS];
        let cells = &mut cells[..self.kinds.len()];
        let mut dropped = 0;
        for (kind, digests) in [(Kind::Email, emails), (Kind::Phone, phones)] {
            let mut slots = (0..self.kinds.len()).filter(|&slot| self.kinds[slot] == kind);
            match self.shape {
                RowShape::PersonPerRow => {
                    for &digest in digests {
                        match slots.next() {
                            Some(slot) => cells[slot] = Some(digest),
                            None => dropped += 1,
                        }
                    }
                }
                RowShape::IdentifierPerRow => {
                    let Some(slot) = slots.next() else {
                        dropped += digests.len();
                        continue;
                    };
                    for &digest in digests {
                        cells[slot] = Some(digest);
                        each(cells);
                        cells[slot] = None;
                    }
                }
            }
        }
        if cells.iter().any(Option::is_some) {
            each(cells);
        }
        dropped
    }

    /// Appends a row, line end included, for one digest or none in each slot.
    ///
    /// # Panics
    /// When the cells are not as many as the slots, or all are empty: the caller's mistake.
    pub fn encode(&self, cells: &[Option<Digest>], out: &mut Vec<u8>) {
        self.assert_row(cells);
        out.extend_from_slice(&self.gaps[0]);
        for (cell, gap) in cells.iter().zip(&self.gaps[1..]) {
            if let Some(digest) = cell {
                self.encode_digest(digest.as_bytes(), out);
            }
            out.extend_from_slice(gap);
        }
    }

    /// Bytes of every sort key of this format.
    #[must_use]
    pub fn key_len(&self) -> usize {
        self.kinds.len() * self.key_cell_len()
    }

    /// Appends the row's sort key: comparing keys is comparing rows, and a key holds all of its row.
    ///
    /// For hex, each slot is a byte 0 and 32 zeros when empty, else a byte 1 and the digest: hex keeps
    /// the order of bytes, and what ends an empty cell (a comma or the line end) is below every digit.
    /// Base64 keeps no order, and its `+` is below the comma; there a slot is the 44 written
    /// characters, and an empty one the byte that follows it in the row, then zeros.
    ///
    /// # Panics
    /// As [`RowFormat::encode`].
    pub fn sort_key(&self, cells: &[Option<Digest>], out: &mut Vec<u8>) {
        self.assert_row(cells);
        for (cell, gap) in cells.iter().zip(&self.gaps[1..]) {
            match (self.encoding, cell) {
                (Encoding::LowerHex, Some(digest)) => {
                    out.push(1);
                    out.extend_from_slice(digest.as_bytes());
                }
                (Encoding::Base64, Some(digest)) => self.encode_digest(digest.as_bytes(), out),
                (Encoding::LowerHex, None) => out.extend_from_slice(&[0; 1 + DIGEST]),
                (Encoding::Base64, None) => {
                    let end = out.len() + self.key_cell_len();
                    out.push(gap[0]);
                    out.resize(end, 0);
                }
            }
        }
    }

    /// Appends the row that a sort key stands for, without looking at its digests.
    ///
    /// # Panics
    /// When the key is not as long as this format's keys: it is another format's.
    pub fn encode_key(&self, key: &[u8], out: &mut Vec<u8>) {
        assert_eq!(key.len(), self.key_len(), "a key is of its own format");
        out.extend_from_slice(&self.gaps[0]);
        for (cell, gap) in key.chunks_exact(self.key_cell_len()).zip(&self.gaps[1..]) {
            match self.encoding {
                Encoding::LowerHex if cell[0] != 0 => self.encode_digest(&cell[1..], out),
                Encoding::Base64 if cell[0] != gap[0] => out.extend_from_slice(cell),
                Encoding::LowerHex | Encoding::Base64 => {}
            }
            out.extend_from_slice(gap);
        }
    }

    const fn key_cell_len(&self) -> usize {
        match self.encoding {
            Encoding::LowerHex => 1 + DIGEST,
            Encoding::Base64 => Encoding::Base64.width(),
        }
    }

    fn assert_row(&self, cells: &[Option<Digest>]) {
        assert_eq!(cells.len(), self.kinds.len(), "as many cells as slots");
        assert!(cells.iter().any(Option::is_some), "a row has an identifier");
    }

    fn encode_digest(&self, digest: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        out.resize(start + self.encoding.width(), 0);
        let cell = &mut out[start..];
        match self.encoding {
            Encoding::LowerHex => {
                const_hex::encode_to_slice(digest, cell).expect("64 bytes hold 32 in hex");
            }
            Encoding::Base64 => {
                STANDARD.encode_slice(digest, cell).expect("44 bytes hold 32 in Base64");
            }
        }
    }
}

/// Everything that stands before the first row of identifiers: the header, if the platform has one,
/// and for Microsoft the format row and the list row. `list_name` is the list's name where a file
/// carries one, and `operation` what the file is to do; of a replacing file in several parts only
/// the first may say [`Operation::Replace`], the others [`Operation::Add`].
pub fn preamble(platform: &Platform, list_name: &str, operation: Operation) -> Result<Vec<u8>, UnsafeName> {
    let Some(layout) = platform.upload.layout() else { return Ok(Vec::new()) };
    let mut text = String::new();
    if !layout.header.is_empty() {
        text.push_str(&layout.header.join(","));
        text.push_str(layout.line_end);
    }
    if matches!(platform.upload, Upload::MicrosoftBulk(_)) {
        if !is_safe_name(list_name) {
            return Err(UnsafeName);
        }
        text.push_str("Format Version,,,,,,6.0,,,,,,");
        text.push_str(layout.line_end);
        text.push_str("Customer List,Active,");
        text.push_str(NEW_LIST_ID);
        text.push_str(",,,,,,Customer,");
        text.push_str(list_name);
        text.push(',');
        text.push_str(operation.word());
        text.push_str(",,");
        text.push_str(layout.line_end);
    }
    Ok(text.into_bytes())
}

/// No comma, quote, line end or formula character can stand in such a name, so it needs no quoting.
fn is_safe_name(name: &str) -> bool {
    (1..=128).contains(&name.len())
        && name.as_bytes()[0].is_ascii_alphanumeric()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" .-_".contains(&byte))
}
