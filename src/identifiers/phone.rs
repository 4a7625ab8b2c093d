//! Phone numbers: a parser around Google's rules as a library has them, then forms. It promises that
//! every spelling of one line gives one wide key and that a number is read in one way or not at all.
//! It knows no platform and no person.
//!
//! How a text is read, in this order; the first that is a valid number counts:
//! 1. as it stands, national numbers in the given region;
//! 2. the same without a bracketed trunk zero, for countries that have none;
//! 3. `00` in front as `+`, whatever the region dials abroad with;
//! 4. digits that are a whole international number without its plus, when they are at least eleven and
//!    do not begin with zero: with fewer, too many national numbers of one country are another's.
//!
//! Letters are refused: a word beside a number would turn into digits.

use super::digest::{Digest, RunKey, Space, WideKey};
use super::phone_library::{self, Line, Verdict};
use super::steps::{Step, Steps};
use super::{Plaintext, Region, Reject, Scratch, Unhashed, junk, phone_fast, phone_short, phone_text};

/// A parsed number: its international digits, and no way to print them.
#[derive(Clone, Copy)]
pub struct Phone {
    /// And zeros behind them.
    digits: [u8; DIGITS_MAX],
    len: u8,
}

/// The longest international number (ITU-T E.164).
pub(in crate::identifiers) const DIGITS_MAX: usize = 15;

/// How strict to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PhoneRule {
    /// Takes numbers whose length is possible although no range in use holds them.
    pub possible: bool,
}

/// One way of writing a number before hashing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PhoneForm {
    /// Country code and number, digits only. Meta, Snapchat, Amazon. Checked 2026-11-21.
    Digits,
    /// The same after a plus. Google, UID2, EUID, TikTok (recommended form). Checked 2026-11-21.
    E164,
}

impl PhoneForm {
    /// All forms, in order.
    pub const ALL: [Self; 2] = [Self::Digits, Self::E164];

    /// The word for it in records.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Digits => "digits",
            Self::E164 => "e164",
        }
    }
}

impl Phone {
    /// Reads a number; a national one in the given region.
    pub fn parse(
        cell: Plaintext<'_>,
        region: Option<Region>,
        rule: PhoneRule,
        scratch: &mut Scratch,
    ) -> Result<Self, Reject> {
        if let Some(phone) = phone_fast::read(&cell, region) {
            return phone;
        }
        Self::parse_text(cell.read(), region, rule, phone_short::read, scratch).map(|(phone, _)| phone)
    }

    /// As [`Phone::parse`] reads a number that is in use or of a possible length, and whether it is in use: then
    /// a rule that takes no others reads it, too.
    pub fn parse_any(
        cell: Plaintext<'_>,
        region: Option<Region>,
        scratch: &mut Scratch,
    ) -> Result<(Self, bool), Reject> {
        if let Some(phone) = phone_fast::read(&cell, region) {
            return phone.map(|phone| (phone, true));
        }
        Self::parse_text(cell.read(), region, PhoneRule { possible: true }, phone_short::read, scratch)
    }

    /// The answer to a cell of a common shape, at once; `None` where [`Phone::parse`] has to be asked.
    #[must_use]
    pub fn parse_plain(cell: Plaintext<'_>, region: Option<Region>) -> Option<Result<Self, Reject>> {
        phone_fast::read(&cell, region)
    }

    /// The whole rule, without any short way. It fills the scratch's steps.
    pub(in crate::identifiers) fn parse_slowly(
        cell: &[u8],
        region: Option<Region>,
        rule: PhoneRule,
        scratch: &mut Scratch,
    ) -> Result<Self, Reject> {
        Self::parse_text(cell, region, rule, phone_library::read, scratch).map(|(phone, _)| phone)
    }

    fn parse_text(
        cell: &[u8],
        region: Option<Region>,
        rule: PhoneRule,
        ask: Ask,
        scratch: &mut Scratch,
    ) -> Result<(Self, bool), Reject> {
        scratch.clear();
        let mut steps = Steps::default();
        phone_text::write_plain(cell, &mut scratch.text, &mut steps)?;
        let parsed = read(&scratch.text, region, rule, ask, &mut scratch.basic, &mut steps);
        scratch.steps = steps;
        parsed
    }

    /// From international digits without plus.
    pub(in crate::identifiers) fn from_digits(digits: &[u8]) -> Option<Self> {
        let mut phone = Self { digits: [0; DIGITS_MAX], len: digits.len() as u8 };
        phone.digits.get_mut(..digits.len())?.copy_from_slice(digits);
        Some(phone)
    }

    /// From a buffer of international digits, with zeros behind them.
    pub(in crate::identifiers) const fn whole(digits: [u8; DIGITS_MAX], len: u8) -> Self {
        Self { digits, len }
    }

    pub(in crate::identifiers) fn from_line(line: Line) -> Option<Self> {
        let mut phone = Self { digits: [0; DIGITS_MAX], len: 0 };
        phone.push_number(u64::from(line.country))?;
        for _ in 0..line.zeros {
            phone.push_digit(b'0')?;
        }
        phone.push_number(line.national)?;
        Some(phone)
    }

    /// Country code, leading zeros and national number.
    pub(in crate::identifiers) fn line(&self) -> Line {
        let (code, national) = self.digits().split_at(phone_library::country_digits(self.digits()));
        let zeros = national.iter().take_while(|digit| **digit == b'0').count();
        Line { country: number(code) as u16, zeros: zeros as u8, national: number(national) }
    }

    fn push_digit(&mut self, digit: u8) -> Option<()> {
        *self.digits.get_mut(usize::from(self.len))? = digit;
        self.len += 1;
        Some(())
    }

    fn push_number(&mut self, number: u64) -> Option<()> {
        if number >= 10 {
            self.push_number(number / 10)?;
        }
        self.push_digit(b'0' + (number % 10) as u8)
    }

    pub(in crate::identifiers) fn digits(&self) -> &[u8] {
        &self.digits[..usize::from(self.len)]
    }

    /// All of them and what stands behind, for the tests.
    #[cfg(test)]
    pub(in crate::identifiers) const fn with_zeros(&self) -> (&[u8; DIGITS_MAX], u8) {
        (&self.digits, self.len)
    }

    /// The digits after the country code.
    pub(in crate::identifiers) fn national(&self) -> &[u8] {
        &self.digits()[phone_library::country_digits(self.digits())..]
    }

    /// The digest of one form.
    #[must_use]
    pub fn digest(&self, form: PhoneForm) -> Digest {
        match form {
            PhoneForm::Digits => Digest::of(self.digits()),
            PhoneForm::E164 => Digest::of(self.with_plus(&mut [0; DIGITS_MAX + 1])),
        }
    }

    /// Hands the text of one form over to be hashed later.
    #[inline]
    pub fn hash_later(&self, form: PhoneForm, unhashed: &mut Unhashed) {
        match form {
            PhoneForm::Digits => unhashed.push_piece(&self.digits, self.len.into()),
            PhoneForm::E164 => unhashed.push(self.with_plus(&mut [0; DIGITS_MAX + 1])),
        }
    }

    fn with_plus<'t>(&self, text: &'t mut [u8; DIGITS_MAX + 1]) -> &'t [u8] {
        let len = usize::from(self.len);
        text[0] = b'+';
        text[1..=len].copy_from_slice(self.digits());
        &text[..=len]
    }

    /// The key of the number itself: E.164 is its widest form.
    #[must_use]
    pub fn wide_key(&self, key: &RunKey) -> WideKey {
        let mut message = [0; 1 + DIGITS_MAX];
        message[0] = Space::Phone as u8;
        message[1..].copy_from_slice(&self.digits);
        key.hash(&message[..=usize::from(self.len)])
    }
}

/// The number that so many digits are.
pub(in crate::identifiers) fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |whole, digit| whole * 10 + u64::from(digit - b'0'))
}

/// How a text is read in a region.
type Ask = fn(&str, Option<Region>) -> Verdict;

/// Reads a plain text, and tells whether the number is in use.
fn read(
    text: &str,
    region: Option<Region>,
    rule: PhoneRule,
    ask: Ask,
    buffer: &mut String,
    steps: &mut Steps,
) -> Result<(Phone, bool), Reject> {
    let mut digits = [0_u8; 40];
    let mut len = 0;
    for b in text.bytes().filter(u8::is_ascii_digit) {
        *digits.get_mut(len).ok_or(Reject::TooLong)? = b;
        len += 1;
    }
    let digits = &digits[..len];
    let plus = text.trim_start_matches([' ', '(', '[', '.', '-', '/', '~']).starts_with('+');
    let international = plus || digits.starts_with(b"00");
    if len == 0 {
        return Err(Reject::InvalidPhone);
    }
    if !plus && len <= 3 && junk::is_emergency(digits) {
        return Err(Reject::EmergencyNumber);
    }
    if !plus && len <= 5 && !is_short_line(digits, region) {
        return Err(Reject::ShortNumber);
    }
    if digits.iter().all(|d| *d == digits[0]) {
        return Err(Reject::RepeatedDigits);
    }
    if len + usize::from(plus) < text.len() {
        steps.note(Step::Separators);
    }
    let mut best = Verdict::Not;
    let found = attempts(text, digits, plus, region, buffer, |attempt, region, step| {
        match ask(attempt, region) {
            Verdict::Valid { line, is_premium } => Some((line, is_premium, step)),
            // The first reading that is possible at all is the one to report.
            other => {
                if matches!(best, Verdict::Not)
                    || (matches!(best, Verdict::TooLong) && matches!(other, Verdict::Possible(_)))
                {
                    best = other;
                }
                None
            }
        }
    });
    let is_in_use = found.is_some();
    let line = match (found, best) {
        (Some((line, is_premium, step)), _) => {
            if is_premium && !is_business(line) {
                return Err(Reject::PremiumNumber);
            }
            if let Some(step) = step {
                steps.note(step);
            }
            if !international && step != Some(Step::LostPlus) {
                steps.note(Step::DefaultRegion);
            }
            line
        }
        (None, Verdict::Possible(line)) => {
            if !rule.possible {
                return Err(if is_filler(line) { Reject::RepeatedDigits } else { Reject::NotValid });
            }
            line
        }
        (None, _) if !international && region.is_none() => return Err(Reject::NoRegion),
        (None, Verdict::TooLong) => return Err(Reject::TooLong),
        (None, _) => return Err(Reject::InvalidPhone),
    };
    if is_filler(line) {
        return Err(Reject::RepeatedDigits);
    }
    if !plus && international {
        steps.note(Step::InternationalPrefix);
    }
    Phone::from_line(line).map(|phone| (phone, is_in_use)).ok_or(Reject::TooLong)
}

/// The readings of a text, in order, until one answers.
pub(in crate::identifiers) fn attempts<T>(
    text: &str,
    digits: &[u8],
    plus: bool,
    region: Option<Region>,
    buffer: &mut String,
    mut ask: impl FnMut(&str, Option<Region>, Option<Step>) -> Option<T>,
) -> Option<T> {
    // Without a region and without a plus the library has nothing to go by, and says so slowly.
    if plus || region.is_some() {
        if let Some(answer) = ask(text, region, None) {
            return Some(answer);
        }
        if let Some(at) = text.find("(0)") {
            buffer.clear();
            buffer.push_str(&text[..at]);
            buffer.push_str(&text[at + 3..]);
            if let Some(answer) = ask(buffer, region, Some(Step::Trunk)) {
                return Some(answer);
            }
        }
    }
    let step = if let Some(rest) = digits.strip_prefix(b"00") {
        // The bracketed zero goes through with the rest: the library drops a trunk zero behind a country code.
        write_with_plus(rest, buffer);
        Step::InternationalPrefix
    } else if !plus && digits.len() >= 11 && digits[0] != b'0' {
        write_with_plus(digits, buffer);
        Step::LostPlus
    } else {
        return None;
    };
    ask(buffer, None, Some(step))
}

fn write_with_plus(digits: &[u8], buffer: &mut String) {
    buffer.clear();
    buffer.push('+');
    buffer.extend(digits.iter().map(|b| char::from(*b)));
}

/// Premium-rate lines belong to services. The metadata also counts Britain's 084 and 087 among them, which
/// Ofcom calls business rate and companies use as their ordinary number; Meta's help page (2082575038703844,
/// checked 2026-11-21) lists one as accepted.
const fn is_business(line: Line) -> bool {
    line.country == 44 && matches!(line.national / 100_000_000, 84 | 87)
}

/// Whether four or five digits are a whole line, as on small islands: in use, and written just so at home.
/// Where a trunk zero belongs in front and is not there, so few digits are a service, even if the metadata
/// would read them as a landline without its area code.
fn is_short_line(digits: &[u8], region: Option<Region>) -> bool {
    let text = std::str::from_utf8(digits).unwrap_or_default();
    digits.len() >= 4 && region.is_some_and(|region| phone_library::is_written_so_at_home(text, region))
}

fn is_filler(line: Line) -> bool {
    Phone::from_line(line).is_some_and(|phone| junk::is_repeated(phone.national()))
}
