//! The short way for an address that already is plain: ASCII, letters, digits and common marks, one `@`.
//! It promises the slow parser's answer or none at all; a test compares the two. It decides nothing
//! of its own.

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

/// Writes the lower-cased address into `out` and returns where the `@` stands; `None` means "ask the
/// slow parser".
pub(in crate::identifiers) fn scan(cell: &[u8], out: &mut String) -> Option<usize> {
    let cell = cell.trim_ascii();
    let at = match memchr::memchr(b'@', cell) {
        Some(at) if cell.len() <= SHORT && cell.len() - at <= SHORT_DOMAIN => {
            let mut whole = Padded::new(cell);
            let at = read_short(cell, at, &whole)?;
            whole.0.make_ascii_lowercase();
            // All of a fixed length, and then cut: a length that nobody can guess costs more than the rest.
            let text = std::str::from_utf8(&whole.0[..SHORT]).ok()?;
            out.clear();
            out.push_str(text);
            out.truncate(cell.len());
            return Some(at);
        }
        _ => read_long(cell)?,
    };
    out.clear();
    out.push_str(std::str::from_utf8(cell).ok()?);
    out.make_ascii_lowercase();
    Some(at)
}

/// A short address, and letters behind it, which are wrong nowhere. It begins where words of eight bytes do.
#[repr(align(8))]
struct Padded([u8; SHORT + 1]);

impl Padded {
    #[inline]
    fn new(cell: &[u8]) -> Self {
        let mut whole = [b'a'; SHORT + 1];
        whole[..cell.len()].copy_from_slice(cell);
        Self(whole)
    }
}

/// Bytes of nearly every address, and of its domain with the sign before it.
const SHORT: usize = 48;
const SHORT_DOMAIN: usize = 32;

/// Of a short address: every byte by itself and every pair of neighbours, in loops of one length that are
/// compiled to look at many bytes at once. None of them waits for the one before.
#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "a branch would be one byte at a time")]
fn read_short(cell: &[u8], at: usize, whole: &Padded) -> Option<usize> {
    let (local, domain) = (&cell[..at], &cell[at + 1..]);
    let last_dot = memchr::memrchr(b'.', domain)?;
    let ends = [local.first()?, local.last()?, domain.first()?, domain.last()?];
    if *ends[0] == b'.' || *ends[1] == b'.' || is_joint(*ends[2]) || is_joint(*ends[3]) {
        return None;
    }
    let mut name = [b'a'; SHORT_DOMAIN + 1];
    name[..domain.len()].copy_from_slice(domain);
    let mut wrong = 0;
    for place in 0..SHORT {
        let (byte, next) = (whole.0[place], whole.0[place + 1]);
        wrong |= u8::from(!is_alphanumeric(byte) & !matches!(byte, b'.' | b'-' | b'_' | b'+' | b'@'));
        wrong |= u8::from((byte == b'.') & (next == b'.'));
    }
    for place in 0..SHORT_DOMAIN {
        let (byte, next) = (name[place], name[place + 1]);
        wrong |= u8::from(matches!(byte, b'_' | b'+' | b'@'));
        wrong |= u8::from(is_joint(byte) & is_joint(next));
    }
    let has_letter = || domain[last_dot + 1..].iter().any(u8::is_ascii_alphabetic);
    (wrong == 0 && has_letter()).then_some(at)
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
    use super::{CLASS, DIGIT, DOT, HYPHEN, LETTER, OTHER, read_long, scan};

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
        let (mut plain, mut others, mut written) = (0_u32, 0_u32, String::new());
        let mut check = |cell: &[u8]| {
            let trimmed = cell.trim_ascii();
            assert_eq!(scan(cell, &mut written), by_rules(trimmed), "{:?}", String::from_utf8_lossy(cell));
            let lower = trimmed.to_ascii_lowercase();
            assert!(by_rules(trimmed).is_none() || written.as_bytes() == lower, "{written}");
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
