//! The one place that speaks to the phone library: region in, number or verdict out. It promises that
//! no error text of the library, which may hold digits, gets past it.

use super::country::Region;
use rlibphonenumber::{
    PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region as LibraryRegion,
};

/// The version of Google's phone metadata that decides what is a number.
///
/// The library does not tell it at run time. It is tied to the pinned crate by a test; the fast path
/// stands still when this differs from the version it was proven for.
#[must_use]
pub fn metadata_version() -> &'static str {
    METADATA_VERSION
}

/// The metadata inside `rlibphonenumber` 2.2.15.
pub(in crate::identifiers) const METADATA_VERSION: &str = "9.0.42";

/// What the library says of a text.
pub(in crate::identifiers) enum Verdict {
    /// In use. Country code, national digits.
    Valid(Line, PhoneNumberType),
    /// Of a possible length, in no known range.
    Possible(Line),
    /// Too long, whatever the range.
    TooLong,
    /// Not a number here.
    Not,
}

/// Country code, leading zeros and national number.
#[derive(Clone, Copy)]
pub(in crate::identifiers) struct Line {
    pub(in crate::identifiers) country: u16,
    pub(in crate::identifiers) zeros: u8,
    pub(in crate::identifiers) national: u64,
}

/// Reads a text, with a region for national numbers.
pub(in crate::identifiers) fn read(text: &str, region: Option<Region>) -> Verdict {
    use rlibphonenumber::ParseError;
    let number = match PHONE_NUMBER_UTIL.parse(text, region.and_then(of)) {
        Ok(number) => number,
        Err(ParseError::TooLongNsn) => return Verdict::TooLong,
        Err(_) => return Verdict::Not,
    };
    let Some(line) = line(&number) else { return Verdict::Not };
    match PHONE_NUMBER_UTIL.get_number_type(&number) {
        PhoneNumberType::Unknown => {}
        kind => {
            if PHONE_NUMBER_UTIL.is_valid_number(&number) {
                return Verdict::Valid(line, kind);
            }
        }
    }
    match PHONE_NUMBER_UTIL.is_possible_number_with_reason(&number) {
        Ok(rlibphonenumber::NumberLengthType::IsPossible) => Verdict::Possible(line),
        Err(rlibphonenumber::ValidationError::TooLong) => Verdict::TooLong,
        _ => Verdict::Not,
    }
}

/// Reads a text as [`read`] does, where it does not matter whether a number is in use or merely of a possible
/// length: which of them it is takes longest to find out.
pub(in crate::identifiers) fn read_any(text: &str, region: Option<Region>) -> Option<Line> {
    let number = PHONE_NUMBER_UTIL.parse(text, region.and_then(of)).ok()?;
    let is_possible = matches!(
        PHONE_NUMBER_UTIL.is_possible_number_with_reason(&number),
        Ok(rlibphonenumber::NumberLengthType::IsPossible)
    );
    let is_line = || {
        PHONE_NUMBER_UTIL.get_number_type(&number) != PhoneNumberType::Unknown
            && PHONE_NUMBER_UTIL.is_valid_number(&number)
    };
    if is_possible || is_line() { line(&number) } else { None }
}

/// Reads a text without asking whether it is in use.
pub(in crate::identifiers) fn read_loosely(text: &str, region: Option<Region>) -> Option<Line> {
    PHONE_NUMBER_UTIL.parse(text, region.and_then(of)).ok().as_ref().and_then(line)
}

/// Whether these digits are a number in use that its region writes with just these digits.
pub(in crate::identifiers) fn is_written_so_at_home(digits: &str, region: Region) -> bool {
    let Ok(number) = PHONE_NUMBER_UTIL.parse(digits, of(region)) else { return false };
    let home = number.format_as(PhoneNumberFormat::National);
    PHONE_NUMBER_UTIL.is_valid_number(&number) && home.bytes().filter(u8::is_ascii_digit).eq(digits.bytes())
}

/// Whether the library knows the region.
pub(in crate::identifiers) fn knows(region: Region) -> bool {
    of(region).is_some_and(|region| PHONE_NUMBER_UTIL.get_country_code_for_region(region).is_some())
}

fn of(region: Region) -> Option<LibraryRegion> {
    LibraryRegion::from_code(region.code()).ok()
}

fn line(number: &PhoneNumber) -> Option<Line> {
    let zeros = if number.italian_leading_zero() { number.number_of_leading_zeros().clamp(1, 10) } else { 0 };
    Some(Line {
        country: u16::try_from(number.country_code).ok()?,
        zeros: u8::try_from(zeros).ok()?,
        national: number.national_number,
    })
}

/// How many digits the country code at the head of an international number has (ITU-T E.164).
pub(in crate::identifiers) fn country_digits(digits: &[u8]) -> usize {
    match digits {
        [b'1' | b'7', ..] => 1,
        [b'2', b'0' | b'7', ..]
        | [b'3', b'0'..=b'4' | b'6' | b'9', ..]
        | [b'4', b'0' | b'1' | b'3'..=b'9', ..]
        | [b'5', b'1'..=b'8', ..]
        | [b'6', b'0'..=b'6', ..]
        | [b'8', b'1' | b'2' | b'4' | b'6', ..]
        | [b'9', b'0'..=b'5' | b'8', ..] => 2,
        _ => 3,
    }
}
