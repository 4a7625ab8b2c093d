//! Phone numbers: what the library reads in a region, and every other way a cell may be meant.
//!
//! It must not know rows, platforms or rules.

use std::collections::BTreeSet;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region};
use unicode_normalization::UnicodeNormalization as _;

use super::text::trim;

/// One reading of a cell.
#[derive(Clone)]
pub(super) struct Phone {
    /// `+` and digits.
    pub(super) e164: String,
    /// National significant number.
    national: String,
    /// Whether the numbering plan has it.
    pub(super) valid: bool,
    /// Whether its length fits.
    pub(super) possible: bool,
}

/// An alpha-2 region.
pub(super) type Alpha2 = [u8; 2];

impl Phone {
    /// Reads a cell in a region; `None` when there is no number in it, or it stands for nobody.
    pub(super) fn parse(cell: &str, region: Option<Alpha2>) -> Option<Self> {
        Self::read(&clean(cell)?, region)
    }

    fn read(text: &str, region: Option<Alpha2>) -> Option<Self> {
        let region = region.and_then(library_region);
        let number = PHONE_NUMBER_UTIL.parse(text, region).ok()?;
        let e164 = number.format_as(PhoneNumberFormat::E164).into_owned();
        let national = number.get_national_significant_number();
        let mut digits = national.chars();
        let first = digits.next()?;
        if digits.all(|digit| digit == first) {
            return None;
        }
        Some(Self { e164, national, valid: number.is_valid(), possible: is_possible(&number) })
    }

    /// Whether it goes up.
    pub(super) fn is_good(&self, possible_is_enough: bool) -> bool {
        self.valid || (possible_is_enough && self.possible)
    }

    /// Digits with the country code, without the plus.
    pub(super) fn digits(&self) -> &str {
        self.e164.trim_start_matches('+')
    }
}

fn is_possible(number: &PhoneNumber) -> bool {
    PHONE_NUMBER_UTIL.is_possible_number(number)
}

/// Every reading of a cell in these regions, with a zero or a plus that a spreadsheet dropped.
pub(super) fn readings(cell: &str, regions: &BTreeSet<Option<Alpha2>>) -> BTreeSet<String> {
    let Some(text) = clean(cell) else { return BTreeSet::new() };
    let mut readings = BTreeSet::new();
    for region in regions {
        readings.extend(Phone::read(&text, *region).map(|phone| phone.e164));
        if !text.starts_with(['+', '0']) {
            for text in [format!("0{text}"), format!("+{text}")] {
                let other = Phone::read(&text, *region).filter(|phone| phone.possible);
                readings.extend(other.map(|phone| phone.e164));
            }
        }
    }
    readings
}

/// Every text that somebody may have hashed for this cell.
pub(super) fn hashable(cell: &str, regions: &BTreeSet<Option<Alpha2>>) -> BTreeSet<String> {
    let mut forms = BTreeSet::from([trim(cell).to_owned(), trim(cell).to_lowercase()]);
    for region in regions {
        if let Some(phone) = Phone::parse(cell, *region) {
            forms.insert(format!("0{}", phone.national));
            forms.insert(phone.national);
        }
    }
    for e164 in readings(cell, regions) {
        let digits = e164.trim_start_matches('+');
        forms.insert(digits.to_owned());
        forms.insert(format!("00{digits}"));
        forms.insert(e164);
    }
    forms
}

/// The last seven digits of a cell, when it has as many.
pub(super) fn last_seven(cell: &str) -> Option<String> {
    let digits: Vec<char> = cell.nfkc().filter(char::is_ascii_digit).collect();
    let start = digits.len().checked_sub(7)?;
    Some(digits.get(start..)?.iter().collect())
}

/// What the library is to read; `None` for a number that a spreadsheet has rounded.
fn clean(cell: &str) -> Option<String> {
    let text: String = cell.nfkc().collect();
    let mut text = trim(&text);
    if text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("tel:")) {
        text = trim(text.get(4..)?);
    }
    if text.is_empty() || is_rounded(text) {
        return None;
    }
    let text = match text.strip_prefix("00") {
        Some(rest) => format!("+{}", trim(rest)),
        None => text.to_owned(),
    };
    Some(if text.starts_with('+') { text.replace("(0)", "") } else { text })
}

/// `3.58401E+11`: the digits that are missing are lost.
fn is_rounded(text: &str) -> bool {
    let Some((number, power)) = text.split_once(['e', 'E']) else { return false };
    let numeric = |part: &str| {
        part.contains(|letter: char| letter.is_ascii_digit())
            && part.chars().all(|letter| letter.is_ascii_digit() || ".,+- ".contains(letter))
    };
    numeric(number) && numeric(power)
}

fn library_region(region: Alpha2) -> Option<Region> {
    std::str::from_utf8(&region).ok()?.parse().ok()
}
