//! What can be told of a table's columns without knowing what they mean: how full they are, how many
//! different values they hold, and what the values look like. It keeps digests of cells, not cells,
//! except where the user asks for the values of a column by its name, and then only of columns whose
//! values can be no identifiers. It must not know what a header's words mean.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::path::Path;

use crate::config::shown::shown_name;
use crate::config::{Encoding, Files};
use crate::identifiers::{Plaintext, country, holds_identity_code};
use crate::people::cell::trim_cell;
use crate::sources::{self, BatchReader as _, ReadOptions, Record, RowFaultCode, SourceError};

/// Cells of a column whose shape is looked at.
const SHAPES_MAX: u64 = 20_000;
/// Different values counted before a column just has many.
const DISTINCT_MAX: usize = 20_000;
/// Most values of a column that are shown.
pub(super) const VALUES_MAX: usize = 24;
/// Longest value shown, in characters; a longer one is free text.
const VALUE_LONG: usize = 40;

/// A table, looked at.
pub(super) struct Table {
    /// Columns in file order, each name once.
    pub(super) columns: Vec<Column>,
    /// Names that stand in the header more than once.
    pub(super) doubled: Vec<String>,
    /// How many columns have no name in the header.
    pub(super) nameless: usize,
    /// Rows read.
    pub(super) rows: u64,
    /// Lines that are no rows.
    pub(super) faults: u64,
    /// The encoding that had to be said.
    pub(super) encoding: Encoding,
    /// Whether the first line holds column names.
    pub(super) has_header: bool,
}

/// One column.
#[derive(Default)]
pub(super) struct Column {
    /// As the header writes it; empty in a list without a header.
    pub(super) name: String,
    /// Cells that are not blank.
    pub(super) filled: u64,
    /// What they look like.
    pub(super) shapes: Shapes,
    digests: HashSet<u64>,
    values: Option<BTreeMap<String, u64>>,
}

/// How many of the cells that were looked at have a shape. A cell may have several.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shapes {
    /// Cells looked at.
    pub(super) seen: u64,
    pub(super) email: u64,
    /// Cells with more than one `@`, by what parts them.
    pub(super) emails_by_comma: u64,
    pub(super) emails_by_semicolon: u64,
    pub(super) phone: u64,
    /// Hex of the length of SHA-256, SHA-1 and MD5.
    pub(super) sha256: u64,
    pub(super) sha1: u64,
    pub(super) md5: u64,
    /// `2026-11-21`, also with a time behind it.
    pub(super) iso_date: u64,
    /// `21.11.2026`
    pub(super) dotted_date: u64,
    /// `21/11/2026` or `11/21/2026`
    pub(super) slashed_date: u64,
    /// Of those, the ones that can only be day first, and only month first.
    pub(super) day_first: u64,
    pub(super) month_first: u64,
    /// `20261121`
    pub(super) packed_date: u64,
    pub(super) country: u64,
    pub(super) domain: u64,
    pub(super) identity_code: u64,
    /// Cells in which `;`, `|` or `,` stands between words.
    pub(super) semicolon: u64,
    pub(super) bar: u64,
    pub(super) comma: u64,
    /// Longer than a category is.
    pub(super) long: u64,
}

impl Column {
    /// Different values; `None`: too many to count.
    pub(super) fn distinct(&self) -> Option<usize> {
        (self.digests.len() < DISTINCT_MAX).then_some(self.digests.len())
    }

    /// Whether the column holds a few values over and over, as a status or a flag does.
    pub(super) fn is_small(&self) -> bool {
        self.distinct().is_some_and(|distinct| (1..=VALUES_MAX).contains(&distinct)) && !self.is_personal()
    }

    /// Whether at least this share of the cells looked at has a shape.
    pub(super) fn mostly(&self, shape: impl FnOnce(&Shapes) -> u64, percent: u64) -> bool {
        self.shapes.seen > 0 && shape(&self.shapes) * 100 >= self.shapes.seen * percent
    }

    /// Whether values may be what names a person; then they are never shown, whoever asks.
    pub(super) fn is_personal(&self) -> bool {
        let shapes = &self.shapes;
        shapes.email + shapes.phone + shapes.identity_code + shapes.sha256 + shapes.sha1 + shapes.md5 > 0
            || shapes.long > 0
    }

    /// The values and how many rows hold each, most first, when they were asked for and may be shown.
    pub(super) fn values(&self) -> Option<Vec<(&str, u64)>> {
        let values = self.values.as_ref().filter(|_| self.is_small())?;
        let mut values: Vec<_> = values.iter().map(|(value, count)| (value.as_str(), *count)).collect();
        values.sort_by_key(|(value, count)| (std::cmp::Reverse(*count), *value));
        Some(values)
    }

    fn add(&mut self, cell: &[u8], hasher: &RandomState) {
        self.filled += 1;
        if self.digests.len() < DISTINCT_MAX {
            self.digests.insert(hasher.hash_one(cell));
        }
        let Ok(text) = std::str::from_utf8(cell) else { return };
        if let Some(values) = &mut self.values
            && (values.len() <= VALUES_MAX || values.contains_key(text))
        {
            *values.entry(text.to_owned()).or_default() += 1;
        }
        if self.shapes.seen < SHAPES_MAX || self.values.is_some() {
            self.shapes.add(text);
        }
    }
}

impl Shapes {
    fn add(&mut self, text: &str) {
        self.seen += 1;
        let bytes = text.as_bytes();
        let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
        let note = |count: &mut u64, holds: bool| *count += u64::from(holds);
        let signs = memchr::memchr_iter(b'@', bytes).count();
        note(&mut self.email, signs > 0 && text.rsplit('@').next().is_some_and(|host| host.contains('.')));
        note(&mut self.emails_by_comma, signs > 1 && text.contains(','));
        note(&mut self.emails_by_semicolon, signs > 1 && text.contains(';'));
        let is_hex = bytes.iter().all(u8::is_ascii_hexdigit);
        note(&mut self.sha256, is_hex && bytes.len() == 64);
        note(&mut self.sha1, is_hex && bytes.len() == 40);
        note(&mut self.md5, is_hex && bytes.len() == 32);
        let is_date = self.add_date(bytes);
        let plain = bytes.iter().all(|byte| byte.is_ascii_digit() || b"+-() ./".contains(byte));
        let dials = bytes.first().is_some_and(|byte| matches!(byte, b'+' | b'0' | b'('));
        let note = |count: &mut u64, holds: bool| *count += u64::from(holds);
        note(
            &mut self.phone,
            text.starts_with("tel:") || (plain && dials && !is_date && (7..=15).contains(&digits)),
        );
        note(&mut self.country, country(bytes).is_some());
        let names = bytes.contains(&b'.') && signs == 0 && digits < bytes.len() / 2;
        note(
            &mut self.domain,
            names && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(byte)),
        );
        let is_phone = false;
        note(&mut self.identity_code, holds_identity_code(Plaintext::new(bytes), is_phone));
        note(&mut self.semicolon, text.contains(';'));
        note(&mut self.bar, text.contains('|'));
        note(&mut self.comma, text.contains(','));
        note(&mut self.long, text.chars().count() > VALUE_LONG);
    }

    fn add_date(&mut self, bytes: &[u8]) -> bool {
        let number = |from: usize, to: usize| {
            bytes.get(from..to).filter(|part| part.iter().all(u8::is_ascii_digit)).and_then(|part| {
                part.iter().try_fold(0_u32, |sum, digit| Some(sum * 10 + u32::from(digit - b'0')))
            })
        };
        let is_day = |day: Option<u32>| day.is_some_and(|day| (1..=31).contains(&day));
        let is_month = |month: Option<u32>| month.is_some_and(|month| (1..=12).contains(&month));
        let is_year = |year: Option<u32>| year.is_some_and(|year| (1850..2200).contains(&year));
        if bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-') {
            let ends = bytes.get(10).is_none_or(|byte| matches!(byte, b'T' | b' '));
            let is_date = ends && is_year(number(0, 4)) && is_month(number(5, 7)) && is_day(number(8, 10));
            self.iso_date += u64::from(is_date);
            return is_date;
        }
        if bytes.len() == 8 && is_year(number(0, 4)) && is_month(number(4, 6)) && is_day(number(6, 8)) {
            self.packed_date += 1;
            return true;
        }
        for sign in [b'.', b'/'] {
            let parts: Vec<_> = bytes.split(|byte| *byte == sign).collect();
            let [first, second, year] = parts.as_slice() else { continue };
            let value = |part: &[u8]| {
                let fits = matches!(part.len(), 1 | 2 | 4) && part.iter().all(u8::is_ascii_digit);
                fits.then(|| part.iter().fold(0_u32, |sum, digit| sum * 10 + u32::from(digit - b'0')))
            };
            let (first, second) = (value(first), value(second));
            let pair = is_day(first) && is_month(second) || is_month(first) && is_day(second);
            if pair && year.len() == 4 && is_year(value(year)) {
                self.dotted_date += u64::from(sign == b'.');
                self.slashed_date += u64::from(sign == b'/');
                self.day_first += u64::from(!is_month(first));
                self.month_first += u64::from(!is_month(second));
                return true;
            }
        }
        false
    }

    /// Cells that are a day, however written.
    pub(super) const fn date(&self) -> u64 {
        self.iso_date + self.dotted_date + self.slashed_date + self.packed_date
    }

    /// Cells that are a hash of a known length.
    pub(super) const fn hash(&self) -> u64 {
        self.sha256 + self.sha1 + self.md5
    }
}

/// Reads a whole table. `values_of`: the columns whose values are wanted. `may_be_bare`: a list may have
/// no header.
pub(super) fn look(place: &Path, values_of: &[String], may_be_bare: bool) -> Result<Table, SourceError> {
    let encodings = [Encoding::Utf8, Encoding::Windows1252, Encoding::Utf16];
    let mut encoding = 0;
    loop {
        let answer = look_in(place, values_of, may_be_bare, encodings[encoding]);
        // What is wrong as UTF-8 is tried in the encodings that spreadsheets write without saying so.
        encoding = match &answer {
            Err(SourceError::BadHeader { fault: RowFaultCode::InvalidEncoding, .. }) if encoding == 0 => 1,
            Err(SourceError::BadHeader { fault: RowFaultCode::Nul, .. }) if encoding == 0 => 2,
            Ok((_, odd)) if *odd > 0 && encoding == 0 => 1,
            _ => return answer.map(|(table, _)| table),
        };
    }
}

/// The table, and how many rows are wrong in this encoding.
fn look_in(
    place: &Path,
    values_of: &[String],
    may_be_bare: bool,
    encoding: Encoding,
) -> Result<(Table, u64), SourceError> {
    let mut files = Files {
        pattern: std::path::absolute(place).unwrap_or_else(|_| place.to_owned()),
        as_written: place.to_string_lossy().into_owned(),
        format: None,
        encoding,
        delimiter: None,
        header: true,
        encrypted: false,
        identity: None,
    };
    let options = ReadOptions::default();
    let names = sources::header(&files, &options)?;
    let has_header = !may_be_bare || !names.iter().any(|name| looks_like_a_value(name));
    if !has_header {
        files.header = false;
    }
    let mut wanted: Vec<String> = Vec::new();
    let mut doubled = Vec::new();
    let mut nameless = 0;
    for name in if has_header { names } else { vec![String::new()] } {
        if has_header && name.is_empty() {
            nameless += 1;
        } else if names_twice(&wanted, &name) {
            doubled.push(name);
        } else {
            wanted.push(name);
        }
    }
    wanted.retain(|name| !doubled.contains(name));
    let (mut columns, mut rows, mut faults, mut odd) = (Vec::new(), 0, 0, 0);
    let mut table = loop {
        let names: Vec<&str> = wanted.iter().map(String::as_str).collect();
        match sources::open(&files, &names, &options) {
            // A type without an exact text cannot be mapped; the others can.
            Err(SourceError::ColumnType { column, .. }) if wanted.contains(&column) => {
                wanted.retain(|name| *name != column);
            }
            other => break other?,
        }
    };
    for name in wanted {
        let values = values_of.contains(&name).then(BTreeMap::new);
        columns.push(Column { name, values, ..Column::default() });
    }
    let hasher = RandomState::new();
    while let Some(batch) = table.next_batch()? {
        batch.for_each(|record| match record {
            Record::Row(row) => {
                rows += 1;
                for (place, column) in columns.iter_mut().enumerate() {
                    let cell = trim_cell(row.cell(place));
                    if !cell.is_empty() {
                        column.add(cell, &hasher);
                    }
                }
            }
            Record::Fault(fault) => {
                faults += 1;
                odd += u64::from(fault.code == RowFaultCode::InvalidEncoding);
            }
        });
    }
    Ok((Table { columns, doubled, nameless, rows, faults, encoding, has_header }, odd))
}

fn names_twice(known: &[String], name: &str) -> bool {
    known.iter().any(|other| other == name)
}

/// Whether a first line's cell is rather a value than a name.
pub(super) fn looks_like_a_value(name: &str) -> bool {
    name.contains('@')
        || (!name.is_empty() && shown_name(name) != name && name.chars().any(char::is_numeric))
        || (name.len() >= 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit()))
        || (name.contains('.') && !name.contains([' ', '_']) && name.split('.').all(|part| !part.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::{Shapes, looks_like_a_value};

    /// How many cells have a shape.
    type Shape = fn(&Shapes) -> u64;

    fn shapes(cells: &[&str]) -> Shapes {
        let mut shapes = Shapes::default();
        for cell in cells {
            shapes.add(cell);
        }
        shapes
    }

    #[test]
    fn shapes_are_told_from_each_other() {
        let told: &[(&str, Shape)] = &[
            ("aino@example.com", |s| s.email),
            ("aino@example.com, eero@example.com", |s| s.emails_by_comma),
            ("aino@example.com;eero@example.com", |s| s.emails_by_semicolon),
            ("+358 45 731 4001", |s| s.phone),
            ("045 7314001", |s| s.phone),
            ("(09) 731 4001", |s| s.phone),
            ("1980-02-29", |s| s.iso_date),
            ("1980-02-29T10:00:00", |s| s.iso_date),
            ("29.2.1980", |s| s.dotted_date),
            ("29.2.1980", |s| s.day_first),
            ("02/29/1980", |s| s.month_first),
            ("19800229", |s| s.packed_date),
            ("131052-308T", |s| s.identity_code),
            ("Suomi", |s| s.country),
            ("shop.example.net", |s| s.domain),
            ("tent;bike", |s| s.semicolon),
        ];
        for (cell, shape) in told {
            assert_eq!(shape(&shapes(&[cell])), 1, "{cell}");
        }
        let none: &[(&str, Shape)] = &[
            ("aino at example.com", |s| s.email),
            ("1980-02-29", |s| s.phone),
            ("29.02.1980", |s| s.phone),
            ("10001234", |s| s.phone),
            ("1980-02-29", |s| s.domain),
            ("19801329", |s| s.packed_date),
            ("2.2.1980", |s| s.day_first),
            ("2.2.1980", |s| s.month_first),
            ("99.99.1980", |s| s.date()),
            ("active", |s| s.country),
        ];
        for (cell, shape) in none {
            assert_eq!(shape(&shapes(&[cell])), 0, "{cell}");
        }
    }

    #[test]
    fn a_first_line_of_values_is_no_header() {
        for (name, expect) in [
            ("aino@example.com", true),
            ("+358 45 731 4001", true),
            ("0457314001", true),
            ("blocked.example.net", true),
            ("207ac6d993f5856b9fccaf8efb69855fa80dcb36e3e3a02f8abac1d8c1c22bc8", true),
            ("email", false),
            ("puhelin", false),
            ("sähköposti 2", false),
            ("puh.", false),
            ("", false),
        ] {
            assert_eq!(looks_like_a_value(name), expect, "{name}");
        }
    }
}
