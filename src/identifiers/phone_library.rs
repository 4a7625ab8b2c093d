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
    /// In use, and whether calls to it cost more than others.
    Valid { line: Line, is_premium: bool },
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
    // A number whose type is known is valid: the library finds out the type to tell that, so that asking for both
    // takes twice as long.
    match PHONE_NUMBER_UTIL.get_number_type(&number) {
        PhoneNumberType::Unknown => {}
        kind => return Verdict::Valid { line, is_premium: kind == PhoneNumberType::PremiumRate },
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
    if may_be_dialled(&number) { line(&number) } else { None }
}

/// The line of a country code and a national number without zeros in front that is no other's, if it is in use
/// or of a possible length.
pub(in crate::identifiers) fn possible(country: u16, national: u64) -> Option<Line> {
    let number =
        PhoneNumber { country_code: country.into(), national_number: national, ..PhoneNumber::default() };
    may_be_dialled(&number).then_some(Line { country, zeros: 0, national })
}

fn may_be_dialled(number: &PhoneNumber) -> bool {
    let is_possible = matches!(
        PHONE_NUMBER_UTIL.is_possible_number_with_reason(number),
        Ok(rlibphonenumber::NumberLengthType::IsPossible)
    );
    is_possible || PHONE_NUMBER_UTIL.is_valid_number(number)
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

/// Whether a country code is somebody's.
pub(in crate::identifiers) fn is_assigned(country: u16) -> bool {
    PHONE_NUMBER_UTIL.get_region_for_country_code(country.into()).is_some()
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

#[cfg(test)]
mod tests {
    use super::{PHONE_NUMBER_UTIL, PhoneNumberType, of};
    use crate::identifiers::Region;

    /// What [`super::read`] rests on, for numbers of every region and of none.
    #[test]
    fn a_number_is_valid_where_its_type_is_known() {
        let mut seed = 5_u64;
        let mut next = move |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        let codes = (b'A'..=b'Z').flat_map(|one| (b'A'..=b'Z').map(move |other| [one, other]));
        let regions = codes.filter_map(|code| Region::from_code(std::str::from_utf8(&code).ok()?));
        let (mut valid, mut others) = (0, 0);
        for region in regions.filter_map(of) {
            for round in 0..100 {
                let front = ["", "0", "+8", "+", "+1", "+44", "+7", "+800", "+979", "+39"][round % 10];
                let digits = (0..5 + next(8)).map(|_| char::from(b'0' + next(10) as u8));
                let text: String = front.chars().chain(digits).collect();
                let Ok(number) = PHONE_NUMBER_UTIL.parse(&text, Some(region)) else { continue };
                let is_known = PHONE_NUMBER_UTIL.get_number_type(&number) != PhoneNumberType::Unknown;
                assert_eq!(PHONE_NUMBER_UTIL.is_valid_number(&number), is_known, "{text}");
                *if is_known { &mut valid } else { &mut others } += 1;
            }
        }
        assert!(valid > 1000 && others > 1000, "{valid} are valid, {others} are not");
    }
}
