//! What waits between the barriers: a row as a packed record of keys, digests and small numbers.
//! No cell and no plaintext type can enter one.

use crate::identifiers::{Digest, WideKey};
use crate::people::{Context, PersonKey};
use crate::policy::verdict::{IdentifierClass, Known};

/// Most digests an identifier carries, one a form in use: platforms with an upload file use two forms of
/// an e-mail address and two of a phone number. A test of the plan holds the tables to it.
pub(crate) const FORMS_MAX: usize = 2;

/// One identifier of a row.
#[derive(Clone, Copy)]
pub(crate) struct IdentifierRecord {
    /// What it is.
    pub(crate) class: IdentifierClass,
    /// Place of its source and column in config order.
    pub(crate) column: u16,
    /// Place in its cell.
    pub(crate) position: u8,
    /// Its key for matching.
    pub(crate) wide: WideKey,
    /// Stays down for whoever holds it in this row, whatever their other rows say of it.
    pub(crate) withheld: bool,
    /// Stays down as it stands in this row: the consent is for another.
    pub(crate) unconsented: bool,
    /// Digest by form in use; `None` when the row can go up nowhere, or the form cannot be made.
    pub(crate) digests: [Option<Digest>; FORMS_MAX],
}

/// The fixed head of a row's record.
#[derive(Clone, Copy)]
pub(crate) struct RowHead {
    /// Whose row.
    pub(crate) person: PersonKey,
    /// Interned standing.
    pub(crate) standing: u32,
    /// Interned objections.
    pub(crate) named: u32,
}

const HEAD_BYTES: usize = 16 + 4 + 4 + 2;
/// Bytes of an identifier before its digests.
const IDENTIFIER_BYTES: usize = 21;
const DIGEST_BYTES: usize = 32;

/// Appends a row.
pub(crate) fn write_row(out: &mut Vec<u8>, head: RowHead, identifiers: &[IdentifierRecord]) {
    let start = out.len();
    let mut bytes = [0; HEAD_BYTES];
    bytes[..16].copy_from_slice(&head.person.to_bytes());
    bytes[16..20].copy_from_slice(&head.standing.to_le_bytes());
    bytes[20..24].copy_from_slice(&head.named.to_le_bytes());
    out.extend_from_slice(&bytes);
    for identifier in identifiers {
        write_identifier(out, identifier);
    }
    let rest = u16::try_from(out.len() - start - HEAD_BYTES).expect("the reader bounds identifiers a row");
    out[start + 24..start + HEAD_BYTES].copy_from_slice(&rest.to_le_bytes());
}

/// What it is and two masks (which forms there are, which repeat the form before), then the digests not
/// repeated.
#[inline]
fn write_identifier(out: &mut Vec<u8>, identifier: &IdentifierRecord) {
    let class = identifier.class;
    let is_work = class.context == Context::Work;
    let known = match class.known {
        Known::Plain => 0,
        Known::Sha256 => 1,
        Known::OtherHash => 2,
    };
    let down = u8::from(identifier.withheld) << 5 | u8::from(identifier.unconsented) << 6;
    let mut bytes = [0; IDENTIFIER_BYTES];
    bytes[0] =
        u8::from(class.is_email) | u8::from(is_work) << 1 | u8::from(class.is_role) << 2 | known << 3 | down;
    let (mut present, mut repeats) = (0_u8, 0_u8);
    let mut last: Option<&Digest> = None;
    for (form, digest) in identifier.digests.iter().enumerate() {
        let Some(digest) = digest else { continue };
        present |= 1 << form;
        if last == Some(digest) {
            repeats |= 1 << form;
        }
        last = Some(digest);
    }
    bytes[1] = present | repeats << 4;
    bytes[2] = identifier.position;
    bytes[3..5].copy_from_slice(&identifier.column.to_le_bytes());
    bytes[5..].copy_from_slice(&identifier.wide.to_bytes());
    out.extend_from_slice(&bytes);
    for (form, digest) in identifier.digests.iter().enumerate() {
        if (present & !repeats) & 1 << form != 0
            && let Some(digest) = digest
        {
            out.extend_from_slice(digest.as_bytes());
        }
    }
}

/// A reader over packed rows. The bytes are our own, so a short record is a bug and panics with its
/// place only.
pub(crate) struct Rows<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Rows<'b> {
    /// Over whole records.
    pub(crate) const fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Where the next row begins.
    pub(crate) const fn place(&self) -> usize {
        self.at
    }

    /// The row at a place told by [`Rows::place`].
    pub(crate) fn at(bytes: &'b [u8], place: usize) -> RowView<'b> {
        Self { bytes, at: place }.next().expect("a place where a row begins")
    }
}

/// A row where it lies.
#[derive(Clone, Copy)]
pub(crate) struct RowView<'b> {
    /// Its head.
    pub(crate) head: RowHead,
    rest: &'b [u8],
}

impl<'b> RowView<'b> {
    /// Its identifiers.
    pub(crate) const fn identifiers(self) -> Identifiers<'b> {
        Identifiers { rest: self.rest }
    }
}

impl<'b> Iterator for Rows<'b> {
    type Item = RowView<'b>;

    #[inline]
    fn next(&mut self) -> Option<RowView<'b>> {
        if self.at == self.bytes.len() {
            return None;
        }
        let start = self.at + HEAD_BYTES;
        let head: &[u8; HEAD_BYTES] = self.bytes[self.at..start].try_into().expect("sliced to this length");
        let end = start + usize::from(u16::from_le_bytes([head[24], head[25]]));
        self.at = end;
        Some(RowView {
            head: RowHead {
                person: PersonKey::from_bytes(array(&head[..16])),
                standing: u32::from_le_bytes(array(&head[16..20])),
                named: u32::from_le_bytes(array(&head[20..24])),
            },
            rest: &self.bytes[start..end],
        })
    }
}

/// The identifiers of a row.
pub(crate) struct Identifiers<'b> {
    rest: &'b [u8],
}

impl<'b> Iterator for Identifiers<'b> {
    type Item = IdentifierView<'b>;

    #[inline]
    fn next(&mut self) -> Option<IdentifierView<'b>> {
        if self.rest.is_empty() {
            return None;
        }
        let forms = self.rest[1];
        let digests = (forms & 0xf & !(forms >> 4)).count_ones() as usize;
        let (bytes, rest) = self.rest.split_at(IDENTIFIER_BYTES + DIGEST_BYTES * digests);
        self.rest = rest;
        Some(IdentifierView { bytes })
    }
}

/// An identifier where it lies: what most of them are asked is one byte of it.
#[derive(Clone, Copy)]
pub(crate) struct IdentifierView<'b> {
    bytes: &'b [u8],
}

impl<'b> IdentifierView<'b> {
    /// What it is.
    #[inline]
    pub(crate) fn class(self) -> IdentifierClass {
        let bits = self.bytes[0];
        let known = match bits >> 3 & 3 {
            0 => Known::Plain,
            1 => Known::Sha256,
            _ => Known::OtherHash,
        };
        IdentifierClass {
            is_email: bits & 1 != 0,
            context: if bits & 2 == 0 { Context::Personal } else { Context::Work },
            is_role: bits & 4 != 0,
            known,
        }
    }

    /// Whether it stays down for whoever holds it in this row, whatever their other rows say of it.
    #[inline]
    pub(crate) fn is_withheld(self) -> bool {
        self.bytes[0] & 32 != 0
    }

    /// Whether it stays down as it stands in this row: the consent is for another.
    #[inline]
    pub(crate) fn is_unconsented(self) -> bool {
        self.bytes[0] & 64 != 0
    }

    /// Place of its source and column in config order, and its place in its cell.
    #[inline]
    pub(crate) fn place(self) -> (u16, u8) {
        (u16::from_le_bytes([self.bytes[3], self.bytes[4]]), self.bytes[2])
    }

    /// Its key for matching.
    #[inline]
    pub(crate) fn wide(self) -> WideKey {
        WideKey::from_bytes(array(&self.bytes[5..IDENTIFIER_BYTES]))
    }

    /// The digest of a form in use; `None` when the row can go up nowhere, or the form cannot be made.
    #[inline]
    pub(crate) fn digest(self, form: usize) -> Option<&'b [u8; DIGEST_BYTES]> {
        let (present, repeats) = (self.bytes[1] & 0xf, self.bytes[1] >> 4);
        if present & 1 << form == 0 {
            return None;
        }
        // A form that repeats another stands where that one does.
        let up_to = (1_u8 << (form + 1)) - 1;
        let nth = (present & !repeats & up_to).count_ones() as usize - 1;
        let at = IDENTIFIER_BYTES + DIGEST_BYTES * nth;
        self.bytes[at..at + DIGEST_BYTES].try_into().ok()
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().expect("sliced to this length")
}

#[cfg(test)]
mod tests {
    use super::{FORMS_MAX, IdentifierRecord, RowHead, Rows, write_row};
    use crate::identifiers::{Digest, WideKey};
    use crate::people::{Context, PersonKey};
    use crate::policy::verdict::{IdentifierClass, Known};

    /// Every kind of identifier, with every set of digests.
    fn identifiers() -> Vec<IdentifierRecord> {
        let digest = |byte: u8| Some(Digest::from_bytes([byte; 32]));
        let sets: [[Option<Digest>; FORMS_MAX]; 5] = [
            [None, None],
            [digest(1), None],
            [None, digest(2)],
            [digest(3), digest(3)],
            [digest(4), digest(5)],
        ];
        let mut made = Vec::new();
        for bits in 0..64_u8 {
            for (at, digests) in sets.into_iter().enumerate() {
                let is = |bit: u8| bits & bit != 0;
                made.push(IdentifierRecord {
                    class: IdentifierClass {
                        is_email: is(1),
                        context: if is(2) { Context::Work } else { Context::Personal },
                        is_role: is(4),
                        known: [Known::Plain, Known::Sha256, Known::OtherHash][usize::from(bits >> 3) % 3],
                    },
                    column: u16::from(bits) * 1000,
                    position: bits,
                    wide: WideKey(u128::from(bits) << 100 | at as u128),
                    withheld: is(8),
                    unconsented: is(32),
                    digests,
                });
            }
        }
        made
    }

    #[test]
    fn rows_read_back_as_they_were_written() {
        let (all, mut bytes) = (identifiers(), Vec::new());
        let head = |row: usize| RowHead {
            person: PersonKey::from_bytes([row as u8; 16]),
            standing: row as u32 * 7,
            named: u32::MAX - row as u32,
        };
        let rows: Vec<&[IdentifierRecord]> = std::iter::once(&all[..0]).chain(all.chunks(7)).collect();
        let mut places = Vec::new();
        for (row, identifiers) in rows.iter().enumerate() {
            places.push(bytes.len());
            write_row(&mut bytes, head(row), identifiers);
        }
        let mut read = Rows::new(&bytes);
        for (row, identifiers) in rows.iter().enumerate() {
            assert_eq!(read.place(), places[row]);
            let view = read.next().expect("as many as were written");
            assert!(view.head.person == head(row).person && view.head.standing == head(row).standing);
            assert_eq!(view.head.named, head(row).named);
            assert!(Rows::at(&bytes, places[row]).head.person == head(row).person);
            let mut views = view.identifiers();
            for one in *identifiers {
                let view = views.next().expect("as many as were written");
                assert!(view.class() == one.class && view.wide() == one.wide);
                assert_eq!(view.place(), (one.column, one.position));
                assert_eq!((view.is_withheld(), view.is_unconsented()), (one.withheld, one.unconsented));
                for (form, digest) in one.digests.iter().enumerate() {
                    assert!(view.digest(form).copied().map(Digest::from_bytes) == *digest, "{form}");
                }
            }
            assert!(views.next().is_none());
        }
        assert!(read.next().is_none());
    }
}
