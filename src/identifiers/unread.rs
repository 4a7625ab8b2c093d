//! What of a register's values that do not parse can be told without a keyed digest. It knows texts by
//! their ends and lengths alone, and keeps none.

use super::probes::last_seven;
use super::tails::add_bits;
use super::{Plaintext, text};
use zeroize::Zeroizing;

/// Tells the values of registers that do not parse apart from cells: nearly every cell
/// of a customer is told apart from all of them by its length and its ends, or by its last digits. It
/// holds no value: many share a bit.
#[derive(Default)]
pub struct Unread {
    /// Bits by length and ends of the text that [`super::raw_key`] is made of; empty without a value.
    raw: Vec<u64>,
    /// Bits by the last seven digits.
    sevens: Vec<u64>,
}

impl Unread {
    const BITS: usize = 1 << 16;

    /// Takes a value in, as [`super::raw_key`] and [`super::last_seven_key`] do.
    pub fn insert(&mut self, cell: Plaintext<'_>) {
        let lowered = Zeroizing::new(match std::str::from_utf8(cell.read()) {
            Ok(text) => text::trim(text).to_lowercase().into_bytes(),
            Err(_) => cell.read().trim_ascii().to_ascii_lowercase(),
        });
        Self::set(&mut self.raw, Self::ends(&lowered));
        if let Some(last) = last_seven(cell.read()) {
            Self::set(&mut self.sevens, Self::place_of(last));
        }
    }

    /// Lets every cell through: there are values of which nothing but the key is known.
    pub fn open(&mut self) {
        for bits in [&mut self.raw, &mut self.sevens] {
            bits.clear();
            bits.resize(Self::BITS / 64, u64::MAX);
        }
    }

    /// Takes another register's values in.
    pub fn take_in(&mut self, other: &Self) {
        add_bits(&mut self.raw, &other.raw);
        add_bits(&mut self.sevens, &other.sevens);
    }

    /// Whether the cell's [`super::raw_key`] may be one of theirs. Never a false no.
    #[must_use]
    pub fn may_meet(&self, cell: Plaintext<'_>) -> bool {
        let bytes = cell.read();
        if self.raw.is_empty() {
            return false;
        }
        // Letters beyond ASCII may change their length, and even become ASCII, as they are lower-cased.
        if !bytes.is_ascii() {
            return true;
        }
        // What is trimmed of ASCII: white space and what controls.
        let is_trimmed = |byte: &u8| *byte <= b' ' || *byte == 0x7f;
        let from = bytes.iter().position(|byte| !is_trimmed(byte)).unwrap_or(bytes.len());
        let to = bytes.iter().rposition(|byte| !is_trimmed(byte)).map_or(from, |last| last + 1);
        Self::has(&self.raw, Self::ends(&bytes[from..to]))
    }

    /// Whether the cell's [`super::last_seven_key`] may be one of theirs. Never a false no.
    #[must_use]
    pub fn may_meet_last_seven(&self, cell: Plaintext<'_>) -> bool {
        !self.sevens.is_empty()
            && last_seven(cell.read()).is_some_and(|last| Self::has(&self.sevens, Self::place_of(last)))
    }

    fn ends(text: &[u8]) -> usize {
        let end = |byte: Option<&u8>| usize::from(byte.map_or(0, u8::to_ascii_lowercase));
        let middle = end(text.get(text.len() / 2));
        (text.len() * 7919 + end(text.first()) * 257 + end(text.last()) * 31 + middle * 1021) % Self::BITS
    }

    fn place_of(last: [u8; 7]) -> usize {
        last.iter().fold(0, |number, digit| number * 10 + usize::from(digit - b'0')) % Self::BITS
    }

    fn set(bits: &mut Vec<u64>, place: usize) {
        bits.resize(Self::BITS / 64, 0);
        bits[place / 64] |= 1 << (place % 64);
    }

    fn has(bits: &[u64], place: usize) -> bool {
        bits[place / 64] >> (place % 64) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::Unread;
    use crate::identifiers::{Plaintext, RunKey, last_seven_key, raw_key};

    /// Whatever two cells have the same key, the sieve lets the other one through.
    #[test]
    fn the_sieve_of_unread_values_lets_every_match_through() {
        let cells: Vec<Vec<u8>> = [
            "n/a",
            " N/A ",
            "\u{212a}",
            "k",
            "K",
            "",
            "x",
            "12-34567",
            "1234567",
            "0001234567",
            "12345",
            "\u{130}",
            "i\u{307}",
            "ABC d",
            "abc D\u{a0}",
            "１２３４５６７",
            "call 555 12 34",
            "5551234",
        ]
        .iter()
        .map(|cell| cell.as_bytes().to_vec())
        .chain([vec![0xff, b'A'], vec![0xff, b'a', b' '], vec![b'7'; 40]])
        .collect();
        let key = RunKey::from_bytes([5; 16]);
        let mut met = 0;
        for entry in &cells {
            let mut unread = Unread::default();
            unread.insert(Plaintext::new(entry));
            for cell in &cells {
                let (one, other) = (Plaintext::new(entry), Plaintext::new(cell));
                if raw_key(one, &key).is_some_and(|raw| raw_key(other, &key) == Some(raw)) {
                    assert!(unread.may_meet(Plaintext::new(cell)));
                    met += 1;
                }
                let one = Plaintext::new(entry);
                if last_seven_key(one, &key)
                    .is_some_and(|last| last_seven_key(Plaintext::new(cell), &key) == Some(last))
                {
                    assert!(unread.may_meet_last_seven(Plaintext::new(cell)));
                    met += 1;
                }
            }
        }
        assert!(met > cells.len() + 10, "{met}");
        let mut open = Unread::default();
        open.open();
        assert!(cells.iter().all(|cell| open.may_meet(Plaintext::new(cell))));
        assert!(open.may_meet_last_seven(Plaintext::new(b"1234567")));
        assert!(!Unread::default().may_meet(Plaintext::new(b"x")));
        assert!(!Unread::default().may_meet_last_seven(Plaintext::new(b"1234567")));
    }
}
