//! Digests that may never stand in an output: of nothing, and of what stands for nothing. It promises
//! to know them in every form and knows nothing of people.

use super::digest::Digest;
use super::phone::DIGITS_MAX;
use std::sync::LazyLock;

/// Whether the digest is of the empty string or of a placeholder.
#[must_use]
pub fn is_forbidden_digest(digest: &Digest) -> bool {
    static FORBIDDEN: LazyLock<Forbidden> = LazyLock::new(Forbidden::new);
    FORBIDDEN.holds(digest)
}

/// A sorted list behind a sieve by the first two bytes: nearly every digest asked for is not in it.
struct Forbidden {
    sieve: Vec<u64>,
    digests: Vec<Digest>,
}

impl Forbidden {
    fn new() -> Self {
        let mut digests = Vec::new();
        for word in WORDS {
            digests.push(Digest::of(word.as_bytes()));
            digests.push(Digest::of(word.to_uppercase().as_bytes()));
        }
        for digit in b'0'..=b'9' {
            for len in 1..=DIGITS_MAX {
                let mut text = [digit; DIGITS_MAX + 1];
                digests.push(Digest::of(&text[..len]));
                text[0] = b'+';
                digests.push(Digest::of(&text[..=len]));
            }
        }
        digests.sort_unstable();
        digests.dedup();
        let mut sieve = vec![0; 1024];
        for digest in &digests {
            let (word, bit) = Self::place(digest);
            sieve[word] |= bit;
        }
        Self { sieve, digests }
    }

    fn place(digest: &Digest) -> (usize, u64) {
        let [first, second, ..] = *digest.as_bytes();
        let at = usize::from(u16::from_be_bytes([first, second]));
        (at / 64, 1 << (at % 64))
    }

    fn holds(&self, digest: &Digest) -> bool {
        let (word, bit) = Self::place(digest);
        self.sieve[word] & bit != 0 && self.digests.binary_search(digest).is_ok()
    }
}

/// Texts that stand for nothing, in the shapes a careless export would hash.
const WORDS: &[&str] = &[
    "",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\u{feff}",
    "+",
    "-",
    "--",
    ".",
    "@",
    "0",
    "?",
    "null",
    "nul",
    "nil",
    "none",
    "na",
    "n/a",
    "n.a.",
    "nan",
    "undefined",
    "unknown",
    "missing",
    "blank",
    "empty",
    "false",
    "true",
    "no",
    "x",
    "xx",
    "xxx",
    "email",
    "e-mail",
    "phone",
    "ei",
    "ei ole",
    "puuttuu",
    "tuntematon",
    "saknas",
    "ingen",
    "puudub",
    "@gmail.com",
    "@googlemail.com",
    "@hotmail.com",
    "@outlook.com",
    "@yahoo.com",
    "@icloud.com",
    "@example.com",
    "noemail@example.com",
    "no@email.com",
    "none@none.com",
    "na@na.com",
    "noreply@noreply.com",
    "no-reply@no-reply.com",
    "noemail@noemail.com",
    "none@none.none",
    "null@null.com",
    "unknown@unknown.com",
];
