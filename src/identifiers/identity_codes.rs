//! Personal identity codes, told by their form, date and check: Finnish ones anywhere in a cell,
//! Swedish and Estonian ones as a whole cell of a column that holds no phone numbers. It keeps nothing
//! of what it finds.
//!
//! Every cell of a customer base passes here, so that most are let go after looking at every sixth
//! byte: a Finnish code has six digits in a row, and one of them stands there.

use super::{Plaintext, text};
use zeroize::Zeroizing;

/// Bytes of the shortest code: a shorter cell holds none.
pub const IDENTITY_CODE_MIN: usize = FINNISH;
/// Length of a Finnish code.
const FINNISH: usize = 11;
/// The check characters of Finnish codes, by remainder.
const CHECKS: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";

/// Whether a cell holds a personal identity code.
#[must_use]
pub fn holds_identity_code(cell: Plaintext<'_>, is_phone: bool) -> bool {
    let bytes = cell.read();
    if bytes.len() < IDENTITY_CODE_MIN {
        return false;
    }
    let holds = |bytes: &[u8]| holds_finnish(bytes) || (!is_phone && may_be_foreign(bytes));
    holds(bytes) || (!bytes.is_ascii() && written_plainly(bytes).is_some_and(|plain| holds(plain.as_bytes())))
}

/// The cell with full-width signs and other dashes in ASCII, and without what shows nothing.
fn written_plainly(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let mut plain = Zeroizing::new(String::with_capacity(bytes.len()));
    let seen = std::str::from_utf8(bytes).ok()?.chars().filter(|c| !text::is_invisible(*c));
    plain.extend(seen.map(|c| match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' => '-',
        other => text::narrow(other),
    }));
    Some(plain)
}

/// Whether the whole cell is a foreign code. Most cells begin with a letter.
fn may_be_foreign(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|byte| !byte.is_ascii_alphabetic())
        && std::str::from_utf8(bytes).is_ok_and(|text| is_foreign(text::trim(text).as_bytes()))
}

fn holds_finnish(bytes: &[u8]) -> bool {
    let mut probe = 5;
    while let Some(byte) = bytes.get(probe) {
        if byte.is_ascii_digit() && finnish_around(bytes, probe) {
            return true;
        }
        probe += 6;
    }
    false
}

/// Whether the run of digits around a place is the date of a Finnish code.
fn finnish_around(bytes: &[u8], place: usize) -> bool {
    let before = bytes[..place].iter().rev().take(7).take_while(|byte| byte.is_ascii_digit()).count();
    let start = place - before;
    let Some(code) = bytes.get(start..start + FINNISH) else { return false };
    let is_bounded = start == 0 || !bytes[start - 1].is_ascii_alphanumeric();
    let ends = bytes.get(start + FINNISH).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    is_bounded && ends && is_finnish(code)
}

fn is_finnish(code: &[u8]) -> bool {
    let (date, rest) = code.split_at(6);
    let (separator, number) = (rest[0].to_ascii_uppercase(), &rest[1..4]);
    if !matches!(separator, b'-' | b'+' | b'A'..=b'F' | b'U'..=b'Y') {
        return false;
    }
    let (Some(date), Some(number)) = (digits(date), digits(number)) else { return false };
    let is_day = (1..=31).contains(&(date / 10_000)) && (1..=12).contains(&(date / 100 % 100));
    let check = CHECKS[((u64::from(date) * 1000 + u64::from(number)) % 31) as usize];
    is_day && rest[4].to_ascii_uppercase() == check
}

fn is_foreign(cell: &[u8]) -> bool {
    match *cell {
        [first, .., last] if first.is_ascii_digit() && last.is_ascii_digit() => match cell.len() {
            11 => is_estonian(cell) || (matches!(cell[6], b'-' | b'+') && is_swedish(&cell[..6], &cell[7..])),
            12 => is_century(cell) && is_swedish(&cell[2..8], &cell[8..]),
            13 => is_century(cell) && matches!(cell[8], b'-' | b'+') && is_swedish(&cell[2..8], &cell[9..]),
            _ => false,
        },
        _ => false,
    }
}

fn is_century(cell: &[u8]) -> bool {
    matches!(&cell[..2], b"18" | b"19" | b"20")
}

/// Date and number; days above 60 are coordination numbers. The check is Luhn's.
fn is_swedish(date: &[u8], number: &[u8]) -> bool {
    let (Some(day), Some(_)) = (digits(date), digits(number)) else { return false };
    let is_day = matches!(day % 100, 1..=31 | 61..=91) && (1..=12).contains(&(day / 100 % 100));
    let sum: u32 = date
        .iter()
        .chain(number)
        .enumerate()
        .map(|(place, byte)| u32::from(byte - b'0') * if place % 2 == 0 { 2 } else { 1 })
        .map(|product| product / 10 + product % 10)
        .sum();
    is_day && number.len() == 4 && sum.is_multiple_of(10)
}

/// Eleven digits: century and sex, date, number, check.
fn is_estonian(code: &[u8]) -> bool {
    let (Some(day), Some(_)) = (digits(&code[1..7]), digits(&code[7..])) else { return false };
    let is_day = (1..=31).contains(&(day % 100)) && (1..=12).contains(&(day / 100 % 100));
    let sum = |first: u32| -> u32 {
        let weights = (0..10).map(|place| (first - 1 + place) % 9 + 1);
        code.iter().zip(weights).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum::<u32>() % 11
    };
    let check = match sum(1) {
        10 => sum(3) % 10,
        check => check,
    };
    matches!(code[0], b'1'..=b'8') && is_day && u32::from(code[10] - b'0') == check
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0_u32, |number, byte| {
        byte.is_ascii_digit().then(|| number.wrapping_mul(10).wrapping_add(u32::from(byte - b'0')))
    })
}

#[cfg(test)]
mod tests {
    use super::holds_identity_code;
    use crate::identifiers::Plaintext;

    fn holds(cell: &str, is_phone: bool) -> bool {
        holds_identity_code(Plaintext::new(cell.as_bytes()), is_phone)
    }

    /// Examples that the registers' keepers publish; numbers from 900 on are given to nobody.
    #[test]
    fn codes_are_told_from_what_looks_like_them() {
        for (cell, held, held_in_phone) in [
            ("131052-308T", true, true),
            ("131052A308T", true, true),
            ("131052y308t", true, true),
            ("131052+308T", true, true),
            (" hetu 131052-308T.", true, true),
            ("x131052-308T", false, false),
            ("0131052-308T", false, false),
            ("131052-308Tx", false, false),
            ("131052-308S", false, false),
            ("131052-3O8T", false, false),
            ("131052G308T", false, false),
            ("010152-901X", true, true),
            ("011352-901L", false, false),
            ("320152-901X", false, false),
            ("131352-308T", false, false),
            ("331052-308T", false, false),
            ("131052308T", false, false),
            ("aino.131052-308T@example.com", true, true),
            ("+358 50 1234567", false, false),
            ("1980-01-01 12:00", false, false),
            ("19811228-9874", true, false),
            ("811228-9874", true, false),
            ("19121212-1212", true, false),
            ("121212-1212", true, false),
            ("121212-1213", false, false),
            ("811228+9874", true, false),
            ("198112289874", true, false),
            ("701063-2391", true, false),
            ("700132-9809", false, false),
            ("701301-9802", false, false),
            ("700060-9805", false, false),
            ("218112289874", false, false),
            ("19811228.9874", false, false),
            ("1912345678901", false, false),
            ("811228-9875", false, false),
            ("198112889874", false, false),
            ("8112289874", false, false),
            ("37605030299", true, false),
            ("37605030298", false, false),
            // Of people born in the 2190s: other remainders, and days and months that are none.
            ("89001010016", true, false),
            ("89001010053", true, false),
            ("89001010540", true, false),
            ("89012280016", true, false),
            ("89001320019", false, false),
            ("89001000014", false, false),
            ("89013010019", false, false),
            ("89000010011", false, false),
            ("07605030299", false, false),
            ("37613030299", false, false),
            ("", false, false),
            ("päivää131052-308T", true, true),
            ("１３１０５２－３０８Ｔ", true, true),
            ("131052\u{2011}308T", true, true),
            ("131052\u{2212}308T", true, true),
            ("131052\u{200b}-308T", true, true),
            ("１98112289874", true, false),
            ("811228\u{2013}9874", true, false),
            ("131052\u{b7}308T", false, false),
            // Nothing is left of it once what shows nothing is gone.
            ("\u{200b}\u{200b}\u{200b}\u{200b}", false, false),
            ("\u{200b}\u{200b}\u{200b}\u{200b}1", false, false),
        ] {
            assert_eq!(holds(cell, false), held, "{cell}");
            assert_eq!(holds(cell, true), held_in_phone, "{cell} as a phone");
        }
    }

    /// Wherever the code stands, one of the probed places meets its date.
    #[test]
    fn a_code_is_found_at_every_offset() {
        for before in 0..40 {
            for after in 0..3 {
                let cell = format!("{}131052-308T{}", ".".repeat(before), ",".repeat(after));
                assert!(holds(&cell, true), "{before} {after}");
                let hidden = format!("{}7131052-308T", ".".repeat(before));
                assert!(!holds(&hidden, true), "{before}");
            }
        }
    }
}
