//! Other readings of a customer id: what a spreadsheet, a form or a hand makes of one on its way into a
//! register. They only look for objections: two rows are one person's by their ids as they stand, and by
//! nothing here. They promise to be generous, and no reading outlives the call that asks for it.

use super::cell::{trim_cell, trim_text};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::sieve::Gathered;

/// Most digits written out of a spreadsheet's power of ten: no id is longer.
const DIGITS_MAX: usize = 40;

/// Words that stand where there is no id, without their signs and in lower case.
const NO_ID: [&str; 14] = [
    "div0",
    "eitiedossa",
    "na",
    "name",
    "nan",
    "nil",
    "none",
    "null",
    "num",
    "ref",
    "undefined",
    "unknown",
    "value",
    "tuntematon",
];

/// Hands over what a customer's id may be written as in a register, beside the id as it stands: its
/// letters and digits alone, these in lower case, and the whole number that it is.
pub fn each_reading(id: &[u8], found: &mut dyn FnMut(&[u8])) {
    let id = trim_cell(id);
    if is_its_only_reading(id) {
        return;
    }
    let Ok(text) = std::str::from_utf8(id) else { return };
    let mut read = |text: &str| {
        let signless = signless(text);
        let lowered = Zeroizing::new(signless.to_lowercase());
        if !signless.is_empty() {
            found(signless.as_bytes());
            if *lowered != *signless {
                found(lowered.as_bytes());
            }
        }
    };
    match number(text) {
        Some((number, _)) => read(&number),
        None => read(text),
    }
}

/// Hands over whatever ids a register's cell may mean beside its text as it stands: the cell and each of
/// its pieces, since one may hold several; of each the letters and digits alone, in lower case too
/// unless capitals and small letters are mixed as in ids that tell them apart, and a whole number
/// written out.
pub fn each_reading_of_entry(cell: &[u8], found: &mut dyn FnMut(&[u8])) {
    let Ok(text) = std::str::from_utf8(cell) else { return };
    let plain = compatible(text);
    let mut read = |text: &str| {
        let signless = signless(text);
        if signless.is_empty() {
            return;
        }
        found(trim_text(text).as_bytes());
        found(signless.as_bytes());
        if is_of_one_case(&signless) {
            found(Zeroizing::new(signless.to_lowercase()).as_bytes());
        }
    };
    let mut read_piece = |piece: &str| match number(piece) {
        Some((number, _)) => {
            read(&number);
            true
        }
        None => {
            read(piece);
            false
        }
    };
    // The comma of a number divides nothing.
    if !read_piece(&plain) && plain.contains(divides) {
        plain.split(divides).for_each(|piece| {
            read_piece(piece);
        });
    }
}

/// Whether a register's cell names nobody by an id: nothing in it can be one, or a spreadsheet has
/// rounded it.
#[must_use]
pub fn is_lost(cell: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(cell) else { return true };
    let letters = Zeroizing::new(signless(text).to_lowercase());
    letters.is_empty()
        || NO_ID.contains(&letters.as_str())
        || number(text).is_some_and(|(_, rounded)| rounded)
}

/// What may stand between two ids in one cell, or around one.
fn divides(c: char) -> bool {
    c.is_whitespace() || c.is_control() || ",;|/&:=#()[]{}<>\"'".contains(c)
}

/// Whether an id has nothing that a reading would change.
fn is_its_only_reading(id: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_padded = || id.first() == Some(&b'0') && id.iter().all(u8::is_ascii_digit);
    id.iter().all(is_plain) && !is_padded()
}

/// The letters and digits of a text, in compatibility form; of digits alone those from the first that is
/// not zero.
fn signless(text: &str) -> Zeroizing<String> {
    let mut letters = compatible(text);
    letters.retain(char::is_alphanumeric);
    if letters.bytes().all(|byte| byte.is_ascii_digit()) && !letters.is_empty() {
        let zeros = letters.bytes().take_while(|byte| *byte == b'0').count().min(letters.len() - 1);
        return Zeroizing::new(letters[zeros..].to_owned());
    }
    letters
}

/// The text in compatibility form, in room for all of it: nothing is left behind where it would have grown.
fn compatible(text: &str) -> Zeroizing<String> {
    if text.is_ascii() {
        return Zeroizing::new(text.to_owned());
    }
    let mut plain = Zeroizing::new(String::with_capacity(text.len() * 18));
    plain.extend(text.nfkc());
    plain
}

/// Whether letters are all small, all capitals, or small behind a first capital.
fn is_of_one_case(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| c.is_lowercase() || c.is_uppercase());
    let Some(first) = letters.next() else { return true };
    let (mut small, mut capital) = (first.is_lowercase(), false);
    for c in letters {
        small |= c.is_lowercase();
        capital |= c.is_uppercase();
    }
    !(small && capital)
}

/// A whole number as a spreadsheet writes it, `123.0`, `123,00` or `1.234567E+6`, and whether it may have
/// lost digits.
fn number(text: &str) -> Option<(Zeroizing<String>, bool)> {
    // Nearly every id has neither.
    if text.is_ascii() && !text.bytes().any(|byte| matches!(byte, b'.' | b',' | b'+')) {
        return None;
    }
    let text = compatible(text);
    let inner = text.trim_matches(|c: char| !c.is_alphanumeric());
    let (front, power) = match inner.split_once(['e', 'E']) {
        Some((front, power)) => (front, Some(power)),
        None => (inner, None),
    };
    let (whole, rest) = front.split_once(['.', ',']).unwrap_or((front, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(rest) {
        return None;
    }
    let Some(power) = power else {
        let is_whole = (1..=2).contains(&rest.len()) && rest.bytes().all(|byte| byte == b'0');
        return is_whole.then(|| (Zeroizing::new(whole.to_owned()), false));
    };
    let is_written_so = !rest.is_empty() || power.starts_with('+');
    let zeros = power.strip_prefix('+').unwrap_or(power);
    if !is_written_so || zeros.is_empty() || zeros.len() > 2 || !is_digits(zeros) {
        return None;
    }
    let power: usize = zeros.parse().ok()?;
    let more = power.checked_sub(rest.len())?;
    if whole.len() + power > DIGITS_MAX {
        return None;
    }
    let mut number = Zeroizing::new(String::with_capacity(DIGITS_MAX));
    number.push_str(whole);
    number.push_str(rest);
    number.extend(std::iter::repeat_n('0', more));
    Some((number, more > 0))
}

/// Tells nearly every customer's id apart from all that registers name, without a keyed digest. It holds
/// no id: many share its bits.
#[derive(Default)]
pub struct IdSieve {
    /// By the letters and digits of ids, in lower case.
    sums: Gathered,
    has_ids: bool,
}

/// What a sieve is asked for a customer's id. Nothing of memory was looked at for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    /// Nothing: the id has no other reading.
    Nothing,
    /// Nothing, and the id may be read in any way.
    Anything,
    /// Whether an id has this sum.
    Sum(u64),
}

impl IdSieve {
    /// Takes in what [`each_reading_of_entry`] hands over; it is found once all is in order.
    pub fn insert(&mut self, reading: &[u8]) {
        self.has_ids = true;
        if reading.is_ascii() {
            self.sums.insert(Self::sum(reading, seen(reading)));
        }
    }

    /// Takes another register's ids in.
    pub fn take_in(&mut self, other: &Self) {
        self.has_ids |= other.has_ids;
        self.sums.take_in(&other.sums);
    }

    /// Brings all in order; until then nothing is found.
    pub fn freeze(&mut self) {
        self.sums.freeze();
    }

    /// Bytes that it takes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.sums.bytes()
    }

    /// What there is to ask for a customer's id: whether a reading of it may be one of theirs that the id as
    /// it stands is not.
    #[must_use]
    pub fn ask(&self, id: &[u8]) -> Asked {
        if !self.has_ids {
            return Asked::Nothing;
        }
        let id = trim_cell(id);
        let (seen, sum) = id
            .iter()
            .fold((0, 0), |(seen, sum), byte| (seen | KINDS[usize::from(*byte)], Self::add(sum, *byte)));
        if seen & (CAPITAL | SIGN | OTHER) == 0 && (seen & SMALL != 0 || id.first() != Some(&b'0')) {
            return Asked::Nothing;
        }
        // A number with a point may be written out, and other scripts change as they are read.
        if seen & OTHER != 0 {
            return Asked::Anything;
        }
        let all_are_read = seen & SIGN == 0 && seen & (SMALL | CAPITAL) != 0;
        Asked::Sum(if all_are_read { sum } else { Self::sum(id, seen) })
    }

    /// Adds one byte to the number made of a text, whatever its case: small and capital letters differ in one
    /// bit, which every digit has.
    const fn add(sum: u64, byte: u8) -> u64 {
        sum.wrapping_mul(31).wrapping_add((byte | 0x20) as u64)
    }

    /// Asks for what [`IdSieve::may_meet`] will look at.
    #[inline]
    pub(crate) fn fetch(&self, asked: Asked) {
        if let Asked::Sum(sum) = asked {
            self.sums.fetch(sum);
        }
    }

    /// The answer; never a false no.
    #[must_use]
    #[inline]
    pub fn may_meet(&self, asked: Asked) -> bool {
        match asked {
            Asked::Nothing => false,
            Asked::Anything => true,
            Asked::Sum(sum) => self.sums.may_hold(sum),
        }
    }

    /// The number made of letters and digits of ASCII, whatever their case, signs between them and zeros in
    /// front.
    fn sum(text: &[u8], seen: u8) -> u64 {
        let is_number = seen & (SMALL | CAPITAL) == 0;
        let is_read = |byte: &&u8| KINDS[usize::from(**byte)] & (SMALL | CAPITAL | DIGIT) != 0;
        let read = text.iter().filter(is_read).skip_while(|byte| is_number && **byte == b'0');
        read.fold(0, |sum, byte| Self::add(sum, *byte))
    }
}

/// The kinds of all bytes of a text.
fn seen(text: &[u8]) -> u8 {
    text.iter().fold(0, |seen, byte| seen | KINDS[usize::from(*byte)])
}

const DIGIT: u8 = 1;
const SMALL: u8 = 2;
const CAPITAL: u8 = 4;
/// Stands between letters and digits, and is none.
const SIGN: u8 = 8;
/// What may be read otherwise than as one of these.
const OTHER: u8 = 16;

/// What a byte of an id is.
const KINDS: [u8; 256] = {
    let mut kinds = [OTHER; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        kinds[byte as usize] = match byte {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' => SMALL,
            b'A'..=b'Z' => CAPITAL,
            b'.' | b',' | b'+' => OTHER,
            _ => SIGN,
        };
        byte += 1;
    }
    kinds
};

#[cfg(test)]
mod tests {
    use super::{IdSieve, each_reading, each_reading_of_entry, is_lost};
    use std::collections::BTreeSet;

    fn readings(id: &str) -> BTreeSet<Vec<u8>> {
        let mut all = BTreeSet::from([id.as_bytes().to_vec()]);
        each_reading(id.as_bytes(), &mut |reading| {
            all.insert(reading.to_vec());
        });
        all
    }

    fn named(cell: &str) -> BTreeSet<Vec<u8>> {
        let mut all = BTreeSet::from([cell.as_bytes().to_vec()]);
        each_reading_of_entry(cell.as_bytes(), &mut |reading| {
            all.insert(reading.to_vec());
        });
        all
    }

    fn meets(entry: &str, id: &str) -> bool {
        let met = !named(entry).is_disjoint(&readings(id));
        let mut sieve = IdSieve::default();
        named(entry).iter().for_each(|reading| sieve.insert(reading));
        sieve.freeze();
        assert!(
            !met || entry == id
                || named(entry).contains(id.as_bytes())
                || sieve.may_meet(sieve.ask(id.as_bytes()))
        );
        met
    }

    #[test]
    fn an_id_is_met_however_it_is_written() {
        for (entry, id) in [
            ("T1", "T1"),
            ("=\"T1\"", "T1"),
            ("\"T1\"", "T1"),
            ("'T1", "T1"),
            ("T1", "'T1"),
            ("T1.", "T1"),
            ("Ｔ１", "T1"),
            ("T\u{2011}1", "T-1"),
            ("T 1", "T-1"),
            ("t1", "T1"),
            ("T1", "t1"),
            ("Cust-1", "cust-1"),
            ("T1;X9", "X9"),
            ("T1,X9", "T1"),
            ("T1 X9", "X9"),
            ("T1\nX9", "X9"),
            ("id=T1 (closed)", "T1"),
            ("crm:T1", "T1"),
            ("123", "00123"),
            ("00123", "123"),
            ("00123", "0123"),
            ("000", "0"),
            ("123.0", "123"),
            ("123", "123.0"),
            ("123,00", "123"),
            ("1,234,567", "1234567"),
            ("1 234 567", "1234567"),
            ("1.234567E6", "1234567"),
            ("1,234567E+06", "1234567"),
            ("1234567", "1.234567E6"),
            ("9.00E+02; T2", "900"),
            ("\u{200b}T1\u{200b}", "T1"),
            ("T\u{200b}1", "T1"),
            ("{5F2A-11}", "5f2a-11"),
            ("Å1", "å1"),
        ] {
            assert!(meets(entry, id), "{entry:?} and {id:?}");
        }
    }

    #[test]
    fn ids_that_are_two_stay_two() {
        for (entry, id) in [
            ("T1", "T11"),
            ("T1", "1"),
            ("123", "1234"),
            ("120", "12"),
            ("0", "00a"),
            ("12.5", "12"),
            ("123,00", "00"),
            ("5.00", "500"),
            ("1.2E6", "1.3E6"),
            // Ids that tell capitals from small letters apart.
            ("001D000000IqhSa", "001D000000IqhSA"),
            ("aB1", "ab1"),
            // Of a customer's id no piece is an id.
            ("X9", "T1;X9"),
        ] {
            assert!(!meets(entry, id), "{entry:?} and {id:?}");
        }
    }

    #[test]
    fn a_cell_that_names_nobody_is_told() {
        for cell in ["-", "#N/A", "#REF!", "NULL", "n/a", "?", "1.2346E+11", "\u{200b}", "nan"] {
            assert!(is_lost(cell.as_bytes()), "{cell:?}");
        }
        for cell in ["T1", "0", "NA1", "1.234567E6", "123.0", "12E5", "1e5"] {
            assert!(!is_lost(cell.as_bytes()), "{cell:?}");
        }
        assert!(is_lost(b"\xff1"));
    }
}
