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

/// Appends a row.
pub(crate) fn write_row(out: &mut Vec<u8>, head: RowHead, identifiers: &[IdentifierRecord]) {
    out.extend_from_slice(&head.person.to_bytes());
    out.extend_from_slice(&head.standing.to_le_bytes());
    out.extend_from_slice(&head.named.to_le_bytes());
    let count = u16::try_from(identifiers.len()).expect("the reader bounds identifiers a row");
    out.extend_from_slice(&count.to_le_bytes());
    for identifier in identifiers {
        let class = identifier.class;
        let is_work = class.context == Context::Work;
        let known = match class.known {
            Known::Plain => 0,
            Known::Sha256 => 1,
            Known::OtherHash => 2,
        };
        let down = u8::from(identifier.withheld) << 5 | u8::from(identifier.unconsented) << 6;
        out.push(
            u8::from(class.is_email)
                | u8::from(is_work) << 1
                | u8::from(class.is_role) << 2
                | known << 3
                | down,
        );
        out.push(identifier.position);
        out.extend_from_slice(&identifier.column.to_le_bytes());
        out.extend_from_slice(&identifier.wide.to_bytes());
        write_digests(out, &identifier.digests);
    }
}

/// Two masks (which forms there are, which repeat the form before) and the digests not repeated.
fn write_digests(out: &mut Vec<u8>, digests: &[Option<Digest>; FORMS_MAX]) {
    let at = out.len();
    out.extend_from_slice(&[0, 0]);
    let (mut present, mut repeats) = (0_u8, 0_u8);
    let mut last: Option<Digest> = None;
    for (form, digest) in digests.iter().enumerate() {
        let Some(digest) = digest else { continue };
        present |= 1 << form;
        if last == Some(*digest) {
            repeats |= 1 << form;
        } else {
            out.extend_from_slice(digest.as_bytes());
            last = Some(*digest);
        }
    }
    out[at] = present;
    out[at + 1] = repeats;
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
}

/// A row where it lies.
#[derive(Clone, Copy)]
pub(crate) struct RowView<'b> {
    /// Its head.
    pub(crate) head: RowHead,
    count: u16,
    rest: &'b [u8],
}

impl<'b> RowView<'b> {
    /// Its identifiers.
    pub(crate) const fn identifiers(self) -> Identifiers<'b> {
        Identifiers { left: self.count, rest: self.rest }
    }
}

impl<'b> Iterator for Rows<'b> {
    type Item = RowView<'b>;

    fn next(&mut self) -> Option<RowView<'b>> {
        if self.at == self.bytes.len() {
            return None;
        }
        let head = &self.bytes[self.at..self.at + HEAD_BYTES];
        let start = self.at + HEAD_BYTES;
        let count = u16::from_le_bytes(array(&head[24..26]));
        let mut end = start;
        for _ in 0..count {
            let present = self.bytes[end + 20];
            let repeats = self.bytes[end + 21];
            end += 22 + 32 * (present & !repeats).count_ones() as usize;
        }
        self.at = end;
        Some(RowView {
            head: RowHead {
                person: PersonKey::from_bytes(array(&head[..16])),
                standing: u32::from_le_bytes(array(&head[16..20])),
                named: u32::from_le_bytes(array(&head[20..24])),
            },
            count,
            rest: &self.bytes[start..end],
        })
    }
}

/// The identifiers of a row.
pub(crate) struct Identifiers<'b> {
    left: u16,
    rest: &'b [u8],
}

impl Iterator for Identifiers<'_> {
    type Item = IdentifierRecord;

    fn next(&mut self) -> Option<IdentifierRecord> {
        self.left = self.left.checked_sub(1)?;
        let bits = self.rest[0];
        let context = if bits & 2 == 0 { Context::Personal } else { Context::Work };
        let known = match bits >> 3 & 3 {
            0 => Known::Plain,
            1 => Known::Sha256,
            _ => Known::OtherHash,
        };
        let class = IdentifierClass { is_email: bits & 1 != 0, context, is_role: bits & 4 != 0, known };
        let position = self.rest[1];
        let column = u16::from_le_bytes(array(&self.rest[2..4]));
        let wide = WideKey::from_bytes(array(&self.rest[4..20]));
        let (present, repeats) = (self.rest[20], self.rest[21]);
        let mut at = 22;
        let mut digests = [None; FORMS_MAX];
        let mut last = None;
        for (form, slot) in digests.iter_mut().enumerate() {
            if present & 1 << form == 0 {
                continue;
            }
            if repeats & 1 << form == 0 {
                last = Some(Digest::from_bytes(array(&self.rest[at..at + 32])));
                at += 32;
            }
            *slot = last;
        }
        self.rest = &self.rest[at..];
        let (withheld, unconsented) = (bits & 32 != 0, bits & 64 != 0);
        Some(IdentifierRecord { class, column, position, wide, withheld, unconsented, digests })
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().expect("sliced to this length")
}
