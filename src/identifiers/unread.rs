//! What of a register's values that do not parse can be told without a keyed digest. It knows texts by
//! their ends and lengths alone, and keeps none.

use super::phone::number;
use super::probes::last_seven;
use super::{Plaintext, text};
use crate::sieve::Gathered;
use zeroize::Zeroizing;

/// Tells the values of registers that do not parse apart from cells: nearly every cell
/// of a customer is told apart from all of them by its length and its ends, or by its last digits. It
/// holds no value: many share a bit.
#[derive(Default)]
pub struct Unread {
    /// By length and ends of the text that [`super::raw_key`] is made of.
    raw: Gathered,
    /// By the last seven digits.
    sevens: Gathered,
    has_values: bool,
    has_sevens: bool,
    is_open: bool,
}

impl Unread {
    /// Takes a value in, as [`super::raw_key`] and [`super::last_seven_key`] do; it is found once all is in order.
    pub fn insert(&mut self, cell: Plaintext<'_>) {
        let lowered = Zeroizing::new(match std::str::from_utf8(cell.read()) {
            Ok(text) => text::trim(text).to_lowercase().into_bytes(),
            Err(_) => cell.read().trim_ascii().to_ascii_lowercase(),
        });
        self.has_values = true;
        self.raw.insert(ends(&lowered));
        if let Some(last) = last_seven(cell.read()) {
            self.has_sevens = true;
            self.sevens.insert(number(&last));
        }
    }

    /// Lets every cell through: there are values of which nothing but the key is known.
    pub fn open(&mut self) {
        self.is_open = true;
    }

    /// Takes another register's values in.
    pub fn take_in(&mut self, other: &Self) {
        self.raw.take_in(&other.raw);
        self.sevens.take_in(&other.sevens);
        self.has_values |= other.has_values;
        self.has_sevens |= other.has_sevens;
        self.is_open |= other.is_open;
    }

    /// Brings all in order; until then not all is found.
    pub fn freeze(&mut self) {
        self.raw.freeze();
        self.sevens.freeze();
    }

    /// Whether the cell's [`super::raw_key`] may be one of theirs. Never a false no.
    #[must_use]
    pub fn may_meet(&self, cell: Plaintext<'_>) -> bool {
        let bytes = cell.read();
        if !self.has_values || self.is_open {
            return self.is_open;
        }
        // Letters beyond ASCII may change their length, and even become ASCII, as they are lower-cased.
        if !bytes.is_ascii() {
            return true;
        }
        // What is trimmed of ASCII: white space and what controls.
        let is_trimmed = |byte: &u8| *byte <= b' ' || *byte == 0x7f;
        let from = bytes.iter().position(|byte| !is_trimmed(byte)).unwrap_or(bytes.len());
        let to = bytes.iter().rposition(|byte| !is_trimmed(byte)).map_or(from, |last| last + 1);
        self.raw.may_hold(ends(&bytes[from..to]))
    }

    /// Whether the cell's [`super::last_seven_key`] may be one of theirs. Never a false no.
    #[must_use]
    pub fn may_meet_last_seven(&self, cell: Plaintext<'_>) -> bool {
        (self.has_sevens || self.is_open)
            && last_seven(cell.read()).is_some_and(|last| self.is_open || self.sevens.may_hold(number(&last)))
    }
}

/// A number made of a text's length, its ends and its middle, whatever their case.
fn ends(text: &[u8]) -> u64 {
    let end = |byte: Option<&u8>| u64::from(byte.map_or(0, u8::to_ascii_lowercase));
    let middle = end(text.get(text.len() / 2));
    (text.len() as u64) << 24 | end(text.first()) << 16 | end(text.last()) << 8 | middle
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
            unread.freeze();
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
