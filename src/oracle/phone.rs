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
    /// Reads a cell in a region; `None` when there is no number in it, or it stands for nobody. Of the
    /// ways to read it, in this order, the first valid one counts, else the first at all: as it stands;
    /// without a trunk zero in brackets; `00` in front as a plus; eleven digits or more that do not
    /// begin with zero as a number that lost its plus. Letters are refused: the library would turn a
    /// word beside a number into digits.
    pub(super) fn parse(cell: &str, region: Option<Alpha2>) -> Option<Self> {
        let text = clean(cell)?;
        if text.contains(char::is_alphabetic) {
            return None;
        }
        let mut ways = vec![text.clone(), text.replace("(0)", "")];
        if let Some(rest) = text.strip_prefix("00") {
            ways.push(format!("+{}", rest.replace("(0)", "")));
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if digits.len() >= 11 && !digits.starts_with('0') && !text.contains('+') {
            ways.push(format!("+{digits}"));
        }
        let read: Vec<_> = ways.iter().filter_map(|way| Self::read(way, region)).collect();
        let best = read.iter().find(|phone| phone.valid).or(read.first())?;
        (!is_filler(&best.e164)).then(|| best.clone())
    }

    fn read(text: &str, region: Option<Alpha2>) -> Option<Self> {
        let region = region.and_then(library_region);
        let number = PHONE_NUMBER_UTIL.parse(text, region).ok()?;
        let e164 = number.format_as(PhoneNumberFormat::E164).into_owned();
        let national = number.get_national_significant_number();
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

/// The last seven digits are one digit.
fn is_filler(e164: &str) -> bool {
    last_seven(e164).is_some_and(|seven| seven.chars().all(|digit| seven.starts_with(digit)))
}

fn is_possible(number: &PhoneNumber) -> bool {
    PHONE_NUMBER_UTIL.is_possible_number(number)
}

/// Every reading of a cell in these regions, also with zeros or a plus that a spreadsheet dropped or
/// somebody added. Generous: it only ever meets objections.
pub(super) fn readings(cell: &str, regions: &BTreeSet<Option<Alpha2>>) -> BTreeSet<String> {
    let Some(text) = clean(cell) else { return BTreeSet::new() };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let bare = digits.trim_start_matches('0');
    let mut ways = BTreeSet::from([text.clone(), text.replace("(0)", "")]);
    if (6..=20).contains(&digits.len()) {
        ways.extend([format!("+{bare}"), bare.to_owned(), format!("0{bare}")]);
    }
    let mut readings: BTreeSet<_> =
        regions.iter().filter_map(|region| Phone::parse(cell, *region)).map(|phone| phone.e164).collect();
    for way in ways {
        // What begins with a plus means the same everywhere.
        let nowhere = BTreeSet::from([None]);
        for region in if way.starts_with('+') { &nowhere } else { regions } {
            let other = Phone::read(&way, *region).filter(|phone| phone.possible);
            readings.extend(other.map(|phone| phone.e164));
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
    Some(text.to_owned())
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
