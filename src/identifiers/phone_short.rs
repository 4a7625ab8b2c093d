//! Answers of the phone library that are known without asking it: numbers in ranges that are in use as a
//! whole, and whole numbers abroad that no rule of their country changes. It promises the library's own
//! answer; tests hold the two against each other for every country code. An answer of the library takes ten
//! thousand instructions, and its first about a country a hundred times as many.
//!
//! It knows no cell: what it is given is one reading of one, to which the rules for cells were applied.

use super::country::Region;
use super::phone::{self, Phone};
use super::phone_fast;
use super::phone_library::{self, Line, METADATA_VERSION, Verdict};
use super::plaintext::Plaintext;
use std::ops::RangeInclusive;
use zeroize::Zeroizing;

/// Reads a text as [`phone_library::read`] does.
pub(in crate::identifiers) fn read(text: &str, region: Option<Region>) -> Verdict {
    match Bare::of(text).and_then(|bare| bare.in_use(region)) {
        // No range that is in use as a whole is a premium rate's.
        Some(phone) => Verdict::Valid { line: phone.line(), is_premium: false },
        None => phone_library::read(text, region),
    }
}

/// A text of one number without what stands between its digits, which says nothing to the library.
pub(in crate::identifiers) struct Bare {
    text: Zeroizing<[u8; Self::BYTES_MAX]>,
    bytes: usize,
}

impl Bare {
    /// Those of the longest number, of what is dialled before it, and of a plus.
    const BYTES_MAX: usize = 25;

    /// `None` for a text with anything else in it than digits, a plus in front, and signs between.
    pub(in crate::identifiers) fn of(text: &str) -> Option<Self> {
        let mut bare = Self { text: Zeroizing::new([0; Self::BYTES_MAX]), bytes: 0 };
        for byte in text.bytes() {
            match byte {
                b' ' | b'-' | b'.' | b'(' | b')' => continue,
                b'0'..=b'9' => {}
                b'+' if bare.bytes == 0 => {}
                _ => return None,
            }
            *bare.text.get_mut(bare.bytes)? = byte;
            bare.bytes += 1;
        }
        Some(bare)
    }

    /// Digits, and a plus in front at most.
    pub(in crate::identifiers) fn text(&self) -> &str {
        std::str::from_utf8(&self.text[..self.bytes]).unwrap_or_default()
    }

    /// The number that it is in a region, in use or of a possible length.
    pub(in crate::identifiers) fn number(&self, region: Option<Region>) -> Option<Phone> {
        if let Some(phone) = self.in_use(region) {
            return Some(phone);
        }
        let line = match self.abroad(region).or_else(|| self.at_home(region?)) {
            Some((country, national)) => phone_library::possible(country, national),
            None => self.behind_trunk(region).or_else(|| phone_library::read_any(self.text(), region)),
        };
        line.and_then(Phone::from_line)
    }

    /// The number, where it lies in a range that is in use as a whole.
    fn in_use(&self, region: Option<Region>) -> Option<Phone> {
        let text = &self.text[..self.bytes];
        // Of zeros in front the short way knows more than the library does without a region.
        if region.is_none() && !text.starts_with(b"+") {
            return None;
        }
        phone_fast::read(&Plaintext::new(text), region)?.ok()
    }

    /// Country code and national number of a text with a plus that the library reads as it stands, wherever it
    /// is asked.
    fn abroad(&self, region: Option<Region>) -> Option<(u16, u64)> {
        let digits = self.text[..self.bytes].strip_prefix(b"+").filter(|digits| !digits.starts_with(b"0"))?;
        let (code, national) = digits.split_at_checked(phone_library::country_digits(digits))?;
        let code = number(code)? as u16;
        // Behind a code of no country the library looks for what a region dials abroad with.
        let is_whole = PROVEN
            && NATIONAL.contains(&national.len())
            && !may_be_dialled_before(code, national[0])
            && (region.is_none() || phone_library::is_assigned(code));
        is_whole.then_some((code, number(national)?))
    }

    /// The same of digits that a region dials as they stand.
    fn at_home(&self, region: Region) -> Option<(u16, u64)> {
        let (code, _) = home(region).filter(|_| PROVEN)?;
        let digits = &self.text[..self.bytes];
        let first = *digits.first()?;
        let is_whole = NATIONAL.contains(&digits.len())
            && !may_be_dialled_before(code, first)
            // Finland also dials 99 and more before numbers abroad.
            && first != b'9'
            && !digits.starts_with(code.to_string().as_bytes());
        is_whole.then_some((code, number(digits)?))
    }

    /// The line of digits that a region dials behind a zero, if it is of a possible length without.
    fn behind_trunk(&self, region: Option<Region>) -> Option<Line> {
        let (code, _) = home(region?).filter(|(_, has_trunk)| PROVEN && *has_trunk)?;
        let national = self.text[..self.bytes].strip_prefix(b"0")?;
        let is_whole = NATIONAL.contains(&national.len()) && national[0] != b'0';
        phone_library::possible(code, number(national).filter(|_| is_whole)?)
    }
}

/// Whether what is said here of countries was read from the library's metadata.
const PROVEN: bool = phone_fast::is_proven_for(METADATA_VERSION);
/// How many digits the library takes for a national number.
const NATIONAL: RangeInclusive<usize> = 3..=17;

/// `None` for what is no national number and no country code.
fn number(digits: &[u8]) -> Option<u64> {
    let is_number = (1..=*NATIONAL.end()).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    is_number.then(|| phone::number(digits))
}

/// Country code of a region where `00` is dialled before numbers abroad, and no national number that is in use or
/// possible begins with zero; whether a zero is dialled before all of them (the same metadata, read 2026-11-28).
const fn home(region: Region) -> Option<(u16, bool)> {
    match &region.letters() {
        b"FI" => Some((358, true)),
        b"SE" => Some((46, true)),
        b"EE" => Some((372, false)),
        b"DE" => Some((49, true)),
        b"GB" => Some((44, true)),
        _ => None,
    }
}

/// Whether a national number that begins with this digit may have something before it that is dialled inside
/// its country only, and that the library takes away or changes (`nationalPrefixForParsing` of the main region
/// of each country code, in Google's phone metadata 9.0.42, read 2026-11-28). Where it is none, the number
/// stands as it is.
const fn may_be_dialled_before(country: u16, first: u8) -> bool {
    match country {
        // The rules are not simple, or it is no country's.
        54 | 261 | 378 | 672 | 800..=899 => true,
        1 | 44 | 61 | 86 | 298 | 352 | 423 | 506 | 692 => matches!(first, b'0' | b'1'),
        7 | 370 | 375 | 993 => matches!(first, b'0' | b'8'),
        55 => matches!(first, b'0' | b'9'),
        _ => first == b'0',
    }
}
