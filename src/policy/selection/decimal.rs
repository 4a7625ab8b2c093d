//! Decimal numbers as text, compared exactly.
//!
//! Floating point would make `0.1 + 0.2` style surprises decide about people, and integers would
//! refuse amounts. The one shape is an optional sign, digits, and optionally a point and digits:
//! no exponent, no group separators, no decimal comma, since `1,234` reads as two different numbers.

use std::cmp::Ordering;

/// A decimal number without a needless zero, borrowed from its text.
#[derive(Clone, Copy)]
pub(super) struct Decimal<'a> {
    negative: bool,
    whole: &'a [u8],
    fraction: &'a [u8],
}

impl<'a> Decimal<'a> {
    /// Reads trimmed text; `None` when it is not of the one shape.
    pub(super) fn read(text: &'a [u8]) -> Option<Self> {
        let (negative, digits) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let (whole, fraction) = match digits.iter().position(|&byte| byte == b'.') {
            Some(point) => {
                let (whole, rest) = digits.split_at(point);
                let fraction = rest.get(1..).filter(|fraction| !fraction.is_empty())?;
                (whole, fraction)
            }
            None => (digits, &[][..]),
        };
        if whole.is_empty() || !whole.iter().chain(fraction).all(u8::is_ascii_digit) {
            return None;
        }
        let leading = whole.iter().take_while(|&&digit| digit == b'0').count();
        let trailing = fraction.iter().rev().take_while(|&&digit| digit == b'0').count();
        let whole = whole.get(leading..).unwrap_or_default();
        let fraction = fraction.get(..fraction.len() - trailing).unwrap_or_default();
        // Minus zero is zero.
        let negative = negative && !(whole.is_empty() && fraction.is_empty());
        Some(Self { negative, whole, fraction })
    }

    /// The one way to write it, so that equal numbers are equal text.
    pub(super) fn canonical(self) -> String {
        let mut text = String::with_capacity(self.whole.len() + self.fraction.len() + 3);
        if self.negative {
            text.push('-');
        }
        if self.whole.is_empty() {
            text.push('0');
        }
        text.extend(self.whole.iter().map(|&digit| char::from(digit)));
        if !self.fraction.is_empty() {
            text.push('.');
            text.extend(self.fraction.iter().map(|&digit| char::from(digit)));
        }
        text
    }

    /// Compares by value.
    pub(super) fn compare(self, other: Self) -> Ordering {
        let magnitude = || {
            (self.whole.len().cmp(&other.whole.len()))
                .then_with(|| self.whole.cmp(other.whole))
                .then_with(|| self.fraction.cmp(other.fraction))
        };
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => magnitude(),
            (true, true) => magnitude().reverse(),
        }
    }
}
