//! Personal identity codes, told by their form, date and check: Finnish ones anywhere in a cell,
//! Swedish and Estonian ones as a whole cell of a column that holds no phone numbers. It keeps nothing
//! of what it finds.
//!
//! Every cell of a customer base passes here, so that most are let go after a look at all of their bytes
//! together, and others after looking at every sixth byte: a Finnish code has six digits in a row, and one
//! of them stands there.

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
    let may_hold = if is_phone { may_hold::<SHORT>(&cell, true) } else { may_hold::<LONG>(&cell, false) };
    if may_hold == Some(false) {
        return false;
    }
    let holds = |bytes: &[u8]| holds_finnish(bytes) || (!is_phone && may_be_foreign(bytes));
    holds(bytes) || (!bytes.is_ascii() && written_plainly(bytes).is_some_and(|plain| holds(plain.as_bytes())))
}

/// Bytes of nearly every phone number, and of nearly every other cell.
const SHORT: usize = 24;
const LONG: usize = 48;

/// Whether a cell of at most so many bytes may hold one, told without a branch for any of them: six digits
/// stand in a row, another sign, three digits and one more byte; or there is something that is not ASCII, be it
/// behind the cell; or in a column that may hold foreign ones, it does not begin with a letter. `None` where it
/// cannot be told so.
#[inline]
fn may_hold<const N: usize>(cell: &Plaintext<'_>, is_phone: bool) -> Option<bool> {
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    const ZEROS: u64 = u64::from_ne_bytes([b'0'; 8]);
    /// Added to what is above nine, it reaches the highest bit.
    const ABOVE_NINE: u64 = u64::from_ne_bytes([0x80 - 10; 8]);
    /// Times a word of bytes that are 0 or 1: its highest byte has their eight bits, in order.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let (window, bytes) = (cell.window::<N>()?, cell.read().len());
    if bytes > N {
        return None;
    }
    let (mut others, mut high) = (0, 0);
    for (nth, word) in window.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let above_zero = word ^ ZEROS;
        let is_other = (((above_zero & !HIGH) + ABOVE_NINE) | above_zero) & HIGH;
        others |= ((is_other >> 7).wrapping_mul(GATHER) >> 56) << (nth * 8);
        high |= word & HIGH;
    }
    let digits = !others;
    let two = digits & (digits >> 1);
    let (three, six) = (two & (digits >> 2), two & (two >> 2) & (two >> 4));
    let has_room = ((1_u64 << bytes) - 1) >> (FINNISH - 1);
    let is_finnish = six & (others >> 6) & (three >> 7) & has_room != 0;
    let is_foreign = !is_phone && !window[0].is_ascii_alphabetic();
    Some(is_finnish || is_foreign || high != 0)
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

    /// Alone, and wherever in a table: what stands behind the cell counts for nothing.
    fn holds(cell: &str, is_phone: bool) -> bool {
        let alone = holds_identity_code(Plaintext::new(cell.as_bytes()), is_phone);
        for behind in [",", "-308T,131052-308T", "\n308T-131052", "8T,\"", "\u{e4}", "0", "131052"] {
            let table = cell.to_owned() + behind + &".".repeat(super::LONG);
            let here = holds_identity_code(Plaintext::beginning(table.as_bytes(), cell.len()), is_phone);
            assert_eq!(here, alone, "{cell} before {behind}");
        }
        alone
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

    /// What the quick look lets go holds none by the slow one: texts of few signs, of every length.
    #[test]
    fn nothing_is_let_go_too_early() {
        let mut seed = 11_u64;
        let mut next = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % below
        };
        let (mut let_go, mut held) = (0, 0);
        for round in 0..200_000 {
            let mut cell: Vec<u8> = (0..next(30)).map(|_| b"0123456789--+Aa. x@"[next(19)]).collect();
            if round % 3 == 0 {
                cell.splice(0..0, *b"131052-308T");
                let (by, at) = (next(cell.len()), next(cell.len()));
                cell.rotate_right(by);
                cell[at] = b"0123456789-+AT.x"[next(16)];
            }
            let bytes = cell.len();
            cell.extend([b'.'; super::LONG]);
            let placed = Plaintext::beginning(&cell, bytes);
            if bytes < super::FINNISH {
                continue;
            }
            let quick = [super::may_hold::<24>(&placed, true), super::may_hold::<48>(&placed, true)];
            let slow = super::holds_finnish(&cell[..bytes]);
            assert!(!slow || !quick.contains(&Some(false)), "{}", String::from_utf8_lossy(&cell[..bytes]));
            assert_eq!(quick, [quick[1].filter(|_| bytes <= 24), quick[1]]);
            let_go += u32::from(quick[1] == Some(false));
            held += u32::from(slow);
        }
        assert!(let_go > 50_000 && held > 2_000, "{let_go} are let go, {held} hold one");
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
