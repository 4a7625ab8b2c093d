//! What waits between the barriers: a row as a packed record of keys, digests and small numbers.
//! No cell and no plaintext type can enter one.

use crate::ahead;
use crate::identifiers::{Digest, Kind, WideKey};
use crate::people::{Context, PersonKey};
use crate::policy::verdict::{IdentifierClass, Known};

/// Most digests an identifier carries, one a form in use: platforms with an upload file use two forms of
/// an e-mail address and two of a phone number. A test of the plan holds the tables to it.
pub(crate) const FORMS_MAX: usize = 2;

/// One identifier of a row, beside its digests.
#[derive(Clone, Copy)]
pub(crate) struct IdentifierRecord {
    /// Its key for matching.
    pub(crate) wide: WideKey,
    /// The bytes before the key, as they are written: what it is, its forms, its place in its cell and its
    /// column. One number, since a processor that reads many bytes just written one by one has to wait for
    /// all that was written before.
    lead: u64,
}

impl IdentifierRecord {
    /// Of a class, in a column (place of its source and column in config order) and a place in its cell.
    #[inline]
    pub(crate) fn new(
        class: IdentifierClass,
        (column, position): (u16, u8),
        wide: WideKey,
        forms: Forms,
    ) -> Self {
        let is_work = class.context == Context::Work;
        let known = match class.known {
            Known::Plain => 0,
            Known::Sha256 => 1,
            Known::OtherHash => 2,
        };
        let what = u64::from(class.is_email)
            | u64::from(is_work) << 1
            | u64::from(class.is_role) << 2
            | known << KNOWN_BIT;
        let lead = what
            | u64::from(forms.present | forms.repeats << 4) << 8
            | u64::from(position) << 16
            | u64::from(column) << 24;
        Self { wide, lead }
    }

    /// Stays down for whoever holds it in this row, whatever their other rows say of it; or as it stands in
    /// this row, where the consent is for another.
    #[inline]
    pub(crate) const fn staying_down(self, withheld: bool, unconsented: bool) -> Self {
        Self {
            lead: self.lead | (withheld as u64) << WITHHELD_BIT | (unconsented as u64) << UNCONSENTED_BIT,
            ..self
        }
    }

    /// Whether its value itself is known.
    #[inline]
    pub(crate) const fn is_plain(&self) -> bool {
        self.lead & KNOWN_BITS == 0
    }

    /// How many digests it has.
    #[inline]
    pub(crate) const fn digests(&self) -> usize {
        Forms { present: (self.lead >> 8) as u8 & 0xf, repeats: (self.lead >> 12) as u8 & 0xf }.digests()
    }

    /// It can go up nowhere.
    #[inline]
    pub(crate) const fn drop_digests(&mut self) {
        self.lead &= !0xff00;
    }
}

/// Bits of an identifier's first byte.
const KNOWN_BIT: u32 = 3;
const KNOWN_BITS: u64 = 3 << KNOWN_BIT;
const WITHHELD_BIT: u32 = 5;
const UNCONSENTED_BIT: u32 = 6;
/// The bit of a lead that nothing stands in.
pub(crate) const FREE_LEAD_BIT: u32 = 7;

/// Forms in use that an identifier has, and which of them have the text of the form before.
#[derive(Clone, Copy, Default)]
pub(crate) struct Forms {
    present: u8,
    repeats: u8,
}

impl Forms {
    /// Adds a form, by its place among those in use.
    #[inline]
    pub(crate) const fn add(&mut self, form: usize, repeats: bool) {
        self.present |= 1 << form;
        self.repeats |= (repeats as u8) << form;
    }

    /// How many digests they have between them.
    #[inline]
    const fn digests(self) -> usize {
        (self.present & !self.repeats).count_ones() as usize
    }
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
/// Bytes of an identifier before its key, and before its digests.
const LEAD_BYTES: usize = 5;
const IDENTIFIER_BYTES: usize = LEAD_BYTES + 16;
/// The bits of a number that are a lead.
const LEAD: u64 = (1 << LEAD_BITS) - 1;
/// How many they are.
pub(crate) const LEAD_BITS: u32 = 8 * LEAD_BYTES as u32;
const DIGEST_BYTES: usize = 32;
/// Bytes ahead of a row at hand that are asked for: pages of memory end before a processor sees that they are
/// read one after another.
const AHEAD_BYTES: usize = 4096;

/// Appends a row: its head, and for each identifier what it is and its digests. `identifiers` are those of one
/// kind and then those of the other; `digests` are those of all of them, one after another, each once.
#[inline]
pub(crate) fn write_row(
    out: &mut Vec<u8>,
    head: RowHead,
    identifiers: [&[IdentifierRecord]; 2],
    digests: &[Digest],
) {
    let count = identifiers[0].len() + identifiers[1].len();
    let rest = count * IDENTIFIER_BYTES + digests.len() * DIGEST_BYTES;
    let rest = u16::try_from(rest).expect("the reader bounds identifiers a row");
    out.extend_from_slice(&head.person.to_bytes());
    out.extend_from_slice(&(u64::from(head.standing) | u64::from(head.named) << 32).to_le_bytes());
    out.extend_from_slice(&rest.to_le_bytes());
    let mut digests = digests.iter();
    for identifier in identifiers.into_iter().flatten() {
        out.extend_from_slice(&identifier.lead.to_le_bytes()[..LEAD_BYTES]);
        out.extend_from_slice(&identifier.wide.to_bytes());
        for digest in digests.by_ref().take(identifier.digests()) {
            out.extend_from_slice(digest.as_bytes());
        }
    }
    debug_assert!(digests.next().is_none(), "digests of no identifier");
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
        // As many lines of a processor's cache as nearly every row takes.
        ahead::fetch(self.bytes, self.at + AHEAD_BYTES);
        ahead::fetch(self.bytes, self.at + AHEAD_BYTES + 64);
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
        let known = match bits >> KNOWN_BIT & 3 {
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

    /// Its kind.
    #[inline]
    pub(crate) fn kind(self) -> Kind {
        if self.bytes[0] & 1 != 0 { Kind::Email } else { Kind::Phone }
    }

    /// Whether it stays down for whoever holds it in this row, whatever their other rows say of it.
    #[inline]
    pub(crate) fn is_withheld(self) -> bool {
        self.bytes[0] & 1 << WITHHELD_BIT != 0
    }

    /// Whether it stays down as it stands in this row: the consent is for another.
    #[inline]
    pub(crate) fn is_unconsented(self) -> bool {
        self.bytes[0] & 1 << UNCONSENTED_BIT != 0
    }

    /// Place of its source and column in config order, and its place in its cell.
    #[inline]
    pub(crate) fn place(self) -> (u16, u8) {
        (u16::from_le_bytes([self.bytes[3], self.bytes[4]]), self.bytes[2])
    }

    /// All of it before its key, as one number: two with the same lead differ in keys and digests alone.
    #[inline]
    pub(crate) fn lead(self) -> u64 {
        u64::from_le_bytes(array(&self.bytes[..8])) & LEAD
    }

    /// Its key for matching.
    #[inline]
    pub(crate) fn wide(self) -> WideKey {
        WideKey::from_bytes(array(&self.bytes[LEAD_BYTES..IDENTIFIER_BYTES]))
    }

    /// The digest of a form in use; `None` when the row can go up nowhere, or the form cannot be made.
    #[inline]
    pub(crate) fn digest(self, form: usize) -> Option<&'b [u8; DIGEST_BYTES]> {
        self.which_digest(form).map(|nth| self.nth_digest(nth))
    }

    /// Which of its digests is that of a form in use.
    #[inline]
    pub(crate) fn which_digest(self, form: usize) -> Option<usize> {
        let (present, repeats) = (self.bytes[1] & 0xf, self.bytes[1] >> 4);
        if present & 1 << form == 0 {
            return None;
        }
        // A form that repeats another stands where that one does.
        let up_to = (1_u8 << (form + 1)) - 1;
        Some((present & !repeats & up_to).count_ones() as usize - 1)
    }

    /// One of its digests.
    ///
    /// # Panics
    /// When it has not as many.
    #[inline]
    pub(crate) fn nth_digest(self, nth: usize) -> &'b [u8; DIGEST_BYTES] {
        let at = IDENTIFIER_BYTES + DIGEST_BYTES * nth;
        self.bytes[at..at + DIGEST_BYTES].try_into().expect("sliced to this length")
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().expect("sliced to this length")
}

#[cfg(test)]
mod tests {
    use super::{FORMS_MAX, Forms, IdentifierRecord, RowHead, Rows, write_row};
    use crate::identifiers::{Digest, WideKey};
    use crate::people::{Context, PersonKey};
    use crate::policy::verdict::{IdentifierClass, Known};

    /// An identifier, all that is to be read back of it.
    struct One {
        class: IdentifierClass,
        place: (u16, u8),
        wide: WideKey,
        down: (bool, bool),
        digests: [Option<u8>; FORMS_MAX],
    }

    impl One {
        /// As it is written, and its digests, each once.
        fn record(&self) -> (IdentifierRecord, Vec<Digest>) {
            let (mut forms, mut digests) = (Forms::default(), Vec::new());
            for (form, digest) in self.digests.iter().enumerate() {
                let Some(digest) = digest.map(|byte| Digest::from_bytes([byte; 32])) else { continue };
                let repeats = digests.last() == Some(&digest);
                forms.add(form, repeats);
                if !repeats {
                    digests.push(digest);
                }
            }
            let (withheld, unconsented) = self.down;
            let record = IdentifierRecord::new(self.class, self.place, self.wide, forms);
            assert_eq!(record.digests(), digests.len());
            assert_eq!(record.is_plain(), self.class.known == Known::Plain);
            (record.staying_down(withheld, unconsented), digests)
        }
    }

    /// Every kind of identifier, with every set of digests.
    fn identifiers() -> Vec<One> {
        let sets: [[Option<u8>; FORMS_MAX]; 5] =
            [[None, None], [Some(1), None], [None, Some(2)], [Some(3), Some(3)], [Some(4), Some(5)]];
        let mut made = Vec::new();
        for bits in 0..64_u8 {
            for (at, digests) in sets.into_iter().enumerate() {
                let is = |bit: u8| bits & bit != 0;
                made.push(One {
                    class: IdentifierClass {
                        is_email: is(1),
                        context: if is(2) { Context::Work } else { Context::Personal },
                        is_role: is(4),
                        known: [Known::Plain, Known::Sha256, Known::OtherHash][usize::from(bits >> 3) % 3],
                    },
                    place: (u16::from(bits) * 1000, bits),
                    wide: WideKey(u128::from(bits) << 100 | at as u128),
                    down: (is(8), is(32)),
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
        // Those of the last rows can go up nowhere.
        let dropped = |row: usize| row > 40;
        let rows: Vec<&[One]> = std::iter::once(&all[..0]).chain(all.chunks(7)).collect();
        assert!(dropped(rows.len() - 1) && !dropped(rows.len() / 2));
        let mut places = Vec::new();
        for (row, identifiers) in rows.iter().enumerate() {
            places.push(bytes.len());
            let (mut records, digests): (Vec<_>, Vec<_>) = identifiers.iter().map(One::record).unzip();
            let mut digests = digests.concat();
            if dropped(row) {
                records.iter_mut().for_each(IdentifierRecord::drop_digests);
                digests.clear();
            }
            let (some, others) = records.split_at(records.len() / 2);
            write_row(&mut bytes, head(row), [some, others], &digests);
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
                assert_eq!(view.place(), one.place);
                assert_eq!((view.is_withheld(), view.is_unconsented()), one.down);
                for (form, digest) in one.digests.iter().enumerate() {
                    let digest = digest.filter(|_| !dropped(row)).map(|byte| [byte; 32]);
                    assert!(view.digest(form).copied() == digest, "{form}");
                }
            }
            assert!(views.next().is_none());
        }
        assert!(read.next().is_none());
    }
}
