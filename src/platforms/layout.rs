//! From digests to the bytes of a row: the hot end of every upload file.
//!
//! A [`RowFormat`] is a platform's layout boiled down to fixed text with slots between, so that a row
//! costs no search and no allocation. It promises that an empty slot is an empty cell, never the digest of
//! nothing. It must not know whose digests they are, nor open a file.

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
    row_len_max: usize,
    /// How many slots are for an e-mail address, and how many for a phone number.
    counts: [usize; 2],
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
        let row_len_max = gaps.iter().map(Vec::len).sum::<usize>() + kinds.len() * platform.encoding.width();
        let counts = Kind::ALL.map(|kind| kinds.iter().filter(|slot| **slot == kind).count());
        Some(Self { gaps, kinds, encoding: platform.encoding, shape: layout.shape, row_len_max, counts })
    }

    /// The kind of each slot, in column order. At most [`MAX_SLOTS`].
    #[must_use]
    pub fn slots(&self) -> &[Kind] {
        &self.kinds
    }

    /// How many slots are of a kind.
    #[must_use]
    #[inline]
    pub const fn slots_of(&self, kind: Kind) -> usize {
        self.counts[kind as usize]
    }

    /// At most how many of so many identifiers of a kind find a column.
    #[must_use]
    pub const fn columns_of(&self, kind: Kind, identifiers: usize) -> usize {
        match self.shape {
            RowShape::PersonPerRow => self.slots_of(kind),
            RowShape::IdentifierPerRow => identifiers,
        }
    }

    /// Whether a row is a person or an identifier.
    #[must_use]
    pub const fn shape(&self) -> RowShape {
        self.shape
    }

    /// The most bytes a row can take.
    #[must_use]
    pub const fn row_len_max(&self) -> usize {
        self.row_len_max
    }

    /// Puts one person's digests, or what stands for them, into slots, in the order given, and hands over
    /// each row: one when a row is a person, one a digest otherwise. Returns how many digests found no
    /// column.
    #[inline]
    pub fn rows<T: Copy>(
        &self,
        emails: impl ExactSizeIterator<Item = T>,
        phones: impl ExactSizeIterator<Item = T>,
        mut each: impl FnMut(&[Option<T>]),
    ) -> usize {
        let (mut emails, mut phones) = (emails, phones);
        let mut cells = [None; MAX_SLOTS];
        let cells = &mut cells[..self.kinds.len()];
        match self.shape {
            RowShape::PersonPerRow => {
                for (cell, kind) in cells.iter_mut().zip(&self.kinds) {
                    *cell = if *kind == Kind::Email { emails.next() } else { phones.next() };
                }
                if cells.iter().any(Option::is_some) {
                    each(cells);
                }
                emails.len() + phones.len()
            }
            RowShape::IdentifierPerRow => {
                let mut dropped = 0;
                let slot = |kind| self.kinds.iter().position(|slot| *slot == kind);
                match slot(Kind::Email) {
                    Some(slot) => emails.for_each(|one| alone(cells, slot, one, &mut each)),
                    None => dropped += emails.len(),
                }
                match slot(Kind::Phone) {
                    Some(slot) => phones.for_each(|one| alone(cells, slot, one, &mut each)),
                    None => dropped += phones.len(),
                }
                dropped
            }
        }
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

    /// Writes the row of a packed key, line end included: for each slot a byte 0, or a byte 1 and the
    /// digest. Returns how many bytes it took, at most [`RowFormat::row_len_max`].
    ///
    /// # Panics
    /// When the key has another number of slots: it is of another format; or when there is no room.
    #[inline]
    pub fn encode_packed(&self, key: &[u8], row: &mut [u8]) -> usize {
        let width = self.encoding.width();
        let (mut rest, mut at) = (key, 0);
        for (slot, gap) in self.gaps.iter().enumerate() {
            if slot > 0 {
                let (held, after) = rest.split_first().expect("as many cells as slots");
                rest = after;
                if *held == 1 {
                    let (digest, after) = rest.split_at(DIGEST);
                    self.encode_to(digest, &mut row[at..at + width]);
                    (rest, at) = (after, at + width);
                }
            }
            match gap.as_slice() {
                [] => {}
                // Nearly always, and quicker than a call.
                [byte] => {
                    row[at] = *byte;
                    at += 1;
                }
                text => {
                    row[at..at + text.len()].copy_from_slice(text);
                    at += text.len();
                }
            }
        }
        assert!(rest.is_empty(), "as many cells as slots");
        at
    }

    fn assert_row(&self, cells: &[Option<Digest>]) {
        assert_eq!(cells.len(), self.kinds.len(), "as many cells as slots");
        assert!(cells.iter().any(Option::is_some), "a row has an identifier");
    }

    fn encode_digest(&self, digest: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        out.resize(start + self.encoding.width(), 0);
        self.encode_to(digest, &mut out[start..]);
    }

    fn encode_to(&self, digest: &[u8], cell: &mut [u8]) {
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

/// Hands over a row that holds one identifier and nothing else; the cells are empty before and after.
#[inline]
fn alone<T: Copy>(cells: &mut [Option<T>], slot: usize, one: T, each: &mut impl FnMut(&[Option<T>])) {
    cells[slot] = Some(one);
    each(cells);
    cells[slot] = None;
}

/// No comma, quote, line end or formula character can stand in such a name, so it needs no quoting.
fn is_safe_name(name: &str) -> bool {
    (1..=128).contains(&name.len())
        && name.as_bytes()[0].is_ascii_alphanumeric()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" .-_".contains(&byte))
}
