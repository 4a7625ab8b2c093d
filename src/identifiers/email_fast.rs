//! The short way for an address that already is plain: ASCII, letters, digits and common marks, one `@`.
//! It promises the slow parser's answer or none at all; a test compares the two. It decides nothing
//! of its own.

use super::Plaintext;
use super::email_short::{SHORT, Short, WINDOW};
use super::pieces::first;

/// What a byte is in a plain address.
const CLASS: [u8; 256] = {
    let mut table = [OTHER; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = match b as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b'.' => DOT,
            b'-' => HYPHEN,
            b'_' | b'+' => MARK,
            b'@' => AT,
            _ => OTHER,
        };
        b += 1;
    }
    table
};
const LETTER: u8 = 0;
const DIGIT: u8 = 1;
const HYPHEN: u8 = 2;
const MARK: u8 = 3;
const DOT: u8 = 4;
const AT: u8 = 5;
const OTHER: u8 = 6;

/// How far an address was read, as a row of [`NEXT`]. The first two are of the user part.
const DOTTED: u8 = 0;
const LOCAL: u8 = 8;
const FAILED: u8 = 2 * 8;
/// The first label of the domain: nothing of it, a letter or a digit, a hyphen.
const FIRST: u8 = 3 * 8;
const FIRST_IN: u8 = 4 * 8;
const FIRST_HYPHEN: u8 = 5 * 8;
/// A later label: nothing of it, digits alone, digits and then a hyphen, with a letter, and then a hyphen.
const LATER: u8 = 6 * 8;
const LATER_DIGITS: u8 = 7 * 8;
const LATER_DIGITS_HYPHEN: u8 = 8 * 8;
const LATER_IN: u8 = 9 * 8;
const LATER_HYPHEN: u8 = 10 * 8;

/// What follows from a byte of each class. No dot of the user part stands at an end or beside another. The
/// domain has at least two labels, none empty, none beginning or ending in a hyphen or holding two in a
/// row (which could be an encoded label), the last not all digits.
const NEXT: [[u8; 8]; 11] = {
    const F: u8 = FAILED;
    [
        // letter, digit, hyphen, mark, dot, at, other
        [LOCAL, LOCAL, LOCAL, LOCAL, F, F, F, F],
        [LOCAL, LOCAL, LOCAL, LOCAL, DOTTED, FIRST, F, F],
        [F; 8],
        [FIRST_IN, FIRST_IN, F, F, F, F, F, F],
        [FIRST_IN, FIRST_IN, FIRST_HYPHEN, F, LATER, F, F, F],
        [FIRST_IN, FIRST_IN, F, F, F, F, F, F],
        [LATER_IN, LATER_DIGITS, F, F, F, F, F, F],
        [LATER_IN, LATER_DIGITS, LATER_DIGITS_HYPHEN, F, LATER, F, F, F],
        [LATER_IN, LATER_DIGITS, F, F, F, F, F, F],
        [LATER_IN, LATER_IN, LATER_HYPHEN, F, LATER, F, F, F],
        [LATER_IN, LATER_IN, F, F, F, F, F, F],
    ]
};

/// Longest address, user part and label of a domain, in bytes (RFC 5321, 4.5.3.1; RFC 1035, 2.3.4).
const ADDRESS_MAX: usize = 254;
const LOCAL_MAX: usize = 64;
const LABEL_MAX: usize = 63;

/// A plain address that the short way read into the scratch buffers: where its sign stands.
pub struct Scanned {
    pub(in crate::identifiers) at: usize,
    pub(in crate::identifiers) short: Option<ScannedShort>,
}

/// The same of a short one.
pub(in crate::identifiers) struct ScannedShort {
    pub(in crate::identifiers) bytes: usize,
    /// A plus stands in its user part.
    pub(in crate::identifiers) has_plus: bool,
}

/// Writes the lower-cased address into `short` where it is short, else into `long`; `None` means "ask the slow
/// parser".
pub(in crate::identifiers) fn scan(
    cell: &Plaintext<'_>,
    short: &mut Short,
    long: &mut String,
) -> Option<Scanned> {
    let text = cell.read().trim_ascii();
    let bytes = text.len();
    if let Some(at) = memchr::memchr(b'@', text)
        && bytes <= SHORT
        && bytes - at <= SHORT_DOMAIN
    {
        let mut alone = [0; WINDOW];
        let window = cell.window_of_trimmed(text, &mut alone);
        let has_plus = read_short(text, at, window)?;
        short.fill(window, bytes);
        return Some(Scanned { at, short: Some(ScannedShort { bytes, has_plus }) });
    }
    let at = read_long(text)?;
    long.clear();
    long.push_str(std::str::from_utf8(text).ok()?);
    long.make_ascii_lowercase();
    Some(Scanned { at, short: None })
}

/// Bytes of the domain of nearly every address, with the sign before it.
const SHORT_DOMAIN: usize = 32;

/// Of a short address, with which a window begins: every byte by itself and every pair of neighbours, in loops
/// of one length that are compiled to look at many bytes at once. None of them waits for the one before, and all
/// read what was written long ago: letters, which are wrong nowhere, stand behind the address as they look. Tells
/// whether a plus stands in the user part.
#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "a branch would be one byte at a time")]
fn read_short(cell: &[u8], at: usize, window: &[u8; WINDOW]) -> Option<bool> {
    let (local, domain) = (&cell[..at], &cell[at + 1..]);
    let ends = [local.first()?, local.last()?, domain.first()?, domain.last()?];
    if *ends[0] == b'.' || *ends[1] == b'.' || is_joint(*ends[2]) || is_joint(*ends[3]) {
        return None;
    }
    let or_letter = |byte: u8, keep: u8| (byte & keep) | (b'a' & !keep);
    let (mut wrong, mut plus, mut dots) = (0, 0, 0);
    let keep: &[u8; SHORT + 1] = first(cell.len());
    for place in 0..SHORT {
        let byte = or_letter(window[place], keep[place]);
        let next = or_letter(window[place + 1], keep[place + 1]);
        wrong |= u8::from(!is_alphanumeric(byte) & !matches!(byte, b'.' | b'-' | b'_' | b'+' | b'@'));
        wrong |= u8::from((byte == b'.') & (next == b'.'));
        plus |= u8::from(byte == b'+');
    }
    let name: &[u8; SHORT_DOMAIN + 1] = window[at + 1..].first_chunk()?;
    let keep: &[u8; SHORT_DOMAIN + 1] = first(domain.len());
    for place in 0..SHORT_DOMAIN {
        let byte = or_letter(name[place], keep[place]);
        let next = or_letter(name[place + 1], keep[place + 1]);
        wrong |= u8::from(matches!(byte, b'_' | b'+' | b'@'));
        wrong |= u8::from(is_joint(byte) & is_joint(next));
        dots |= u8::from(byte == b'.');
    }
    // Nearly always the last byte is a letter.
    let label = || domain.rsplit(|byte| *byte == b'.').next().unwrap_or(domain);
    let has_letter = ends[3].is_ascii_alphabetic() || label().iter().any(u8::is_ascii_alphabetic);
    (wrong == 0 && dots != 0 && has_letter).then_some(plus != 0)
}

/// What joins letters and digits in a domain, and stands neither at its ends nor beside another.
const fn is_joint(byte: u8) -> bool {
    matches!(byte, b'.' | b'-')
}

/// As [`u8::is_ascii_alphanumeric`], without a branch.
const fn is_alphanumeric(byte: u8) -> bool {
    ((byte | 0x20).wrapping_sub(b'a') < 26) | (byte.wrapping_sub(b'0') < 10)
}

/// Of any address. One look at a table for each byte: a processor that guesses what comes next in an address
/// guesses wrong.
fn read_long(cell: &[u8]) -> Option<usize> {
    if cell.len() > ADDRESS_MAX {
        return None;
    }
    let (table, mut state, mut at) = (NEXT.as_flattened(), DOTTED, 0);
    for byte in cell {
        state = table[usize::from(state | CLASS[usize::from(*byte)])];
        // Counts up to the sign itself, which is of the domain.
        at += usize::from(state < FAILED);
    }
    if state != LATER_IN || at > LOCAL_MAX {
        return None;
    }
    let domain = &cell[at + 1..];
    // Nearly no domain is so long that a label of it may be.
    let has_long =
        domain.len() > LABEL_MAX && domain.split(|b| *b == b'.').any(|label| label.len() > LABEL_MAX);
    (!has_long).then_some(at)
}

/// A dot at an end or beside another.
pub(in crate::identifiers) fn has_bare_dot(local: &[u8]) -> bool {
    let mut before = b'.';
    for b in local {
        if *b == b'.' && before == b'.' {
            return true;
        }
        before = *b;
    }
    before == b'.'
}

#[cfg(test)]
mod tests {
    use super::{CLASS, DIGIT, DOT, HYPHEN, LETTER, OTHER, ScannedShort, Short, WINDOW, read_long, scan};
    use crate::identifiers::Plaintext;

    /// The rules once more, byte by byte as they are said.
    fn by_rules(cell: &[u8]) -> Option<usize> {
        let at = cell.iter().position(|byte| *byte == b'@')?;
        let (local, domain) = (&cell[..at], &cell[at + 1..]);
        let is = |byte: u8, classes: &[u8]| classes.contains(&CLASS[usize::from(byte)]);
        let is_local = local.iter().all(|byte| CLASS[usize::from(*byte)] <= DOT)
            && local.split(|byte| *byte == b'.').all(|part| !part.is_empty());
        let labels: Vec<&[u8]> = domain.split(|byte| *byte == b'.').collect();
        let is_label = |label: &&[u8]| {
            (1..=63).contains(&label.len())
                && label.iter().all(|byte| is(*byte, &[LETTER, DIGIT, HYPHEN]))
                && label.split(|byte| *byte == b'-').all(|part| !part.is_empty())
        };
        let has_letter = labels.last()?.iter().any(|byte| is(*byte, &[LETTER]));
        let fits = cell.len() <= 254 && at <= 64 && labels.len() > 1;
        (is_local && labels.iter().all(is_label) && has_letter && fits).then_some(at)
    }

    /// Every short text of the bytes that matter, alone and in an address, and all lengths around the limits.
    #[test]
    fn plain_addresses_are_read_by_the_rules() {
        let bytes = b"a7-.@_+ Z\xc3\0";
        assert_eq!(bytes.iter().filter(|byte| CLASS[usize::from(**byte)] == OTHER).count(), 3);
        let (mut plain, mut others) = (0_u32, 0_u32);
        let (mut short, mut long) = (Short::new(), String::new());
        let mut check = |cell: &[u8]| {
            let trimmed = cell.trim_ascii();
            // Alone, and before what must not count.
            let more = [cell, &b".@+\xff..-Z"[..]].concat().into_iter().chain([b'@'; WINDOW]);
            let more: Vec<u8> = more.collect();
            for cell in [Plaintext::new(cell), Plaintext::beginning(&more, cell.len())] {
                let scanned = scan(&cell, &mut short, &mut long);
                let at = scanned.as_ref().map(|scanned| scanned.at);
                let written = scanned.map(|scanned| match scanned.short {
                    Some(ScannedShort { bytes, has_plus }) => {
                        assert_eq!(has_plus, trimmed.contains(&b'+'));
                        short.text(bytes).expect("text")
                    }
                    None => &long,
                });
                assert_eq!(at, by_rules(trimmed), "{:?}", String::from_utf8_lossy(trimmed));
                let lower = at.map(|_| trimmed.to_ascii_lowercase());
                assert_eq!(written.map(str::as_bytes), lower.as_deref());
            }
            let expected = by_rules(cell);
            assert_eq!(read_long(cell), expected, "{:?}", String::from_utf8_lossy(cell));
            if expected.is_some() { plain += 1 } else { others += 1 }
        };
        let mut texts: Vec<Vec<u8>> = vec![Vec::new()];
        for len in 0..5 {
            let longer = texts.iter().filter(|text| text.len() == len);
            let next: Vec<Vec<u8>> = longer
                .flat_map(|text| bytes.iter().map(move |byte| [text.as_slice(), &[*byte]].concat()))
                .collect();
            texts.extend(next);
        }
        for text in &texts {
            check(text);
            check(&[text.as_slice(), b"@b.c"].concat());
            check(&[b"b@b", text.as_slice()].concat());
        }
        for len in 1..260 {
            let long = vec![b'q'; len];
            check(&[&long[..], b"@b.c"].concat());
            check(&[b"b@", &long[..], b".c"].concat());
            check(&[b"b@c.", &long[..]].concat());
            check(&[b"b@", &[&long[..len.min(60)], b"."].concat().repeat(len / 60)[..], b"c"].concat());
        }
        assert!(plain > 10_000 && others > 100_000, "{plain} are plain, {others} are not");
    }
}
