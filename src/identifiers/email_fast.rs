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
const OTHER: u8 = 5;

/// Writes the lower-cased address into `out` and returns where the `@` stands; `None` means "ask the
/// slow parser".
pub(in crate::identifiers) fn scan(cell: &[u8], out: &mut String) -> Option<usize> {
    let cell = cell.trim_ascii();
    if cell.len() > 254 {
        return None;
    }
    let at = local_end(cell)?;
    if !is_plain_domain(&cell[at + 1..]) {
        return None;
    }
    out.clear();
    out.push_str(std::str::from_utf8(cell).ok()?);
    out.make_ascii_lowercase();
    Some(at)
}

/// Where the user part ends, when it is plain and without a bare dot.
fn local_end(cell: &[u8]) -> Option<usize> {
    let mut before = DOT;
    for (at, b) in cell.iter().enumerate() {
        let class = CLASS[usize::from(*b)];
        if class >= DOT {
            if before == DOT {
                return None;
            }
            if class == OTHER {
                return (*b == b'@' && at <= 64).then_some(at);
            }
        }
        before = class;
    }
    None
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

/// At least two labels, none empty, none beginning or ending in a hyphen or holding two in a row (which
/// could be an encoded label), the last not all digits.
fn is_plain_domain(domain: &[u8]) -> bool {
    let (mut before, mut label, mut labels, mut letters) = (DOT, 0, 1, 0);
    for b in domain {
        let class = CLASS[usize::from(*b)];
        match class {
            LETTER => letters += 1,
            DIGIT => {}
            HYPHEN if before < HYPHEN => {}
            DOT if before < HYPHEN && label <= 63 => {
                labels += 1;
                label = 0;
                letters = 0;
                before = DOT;
                continue;
            }
            _ => return false,
        }
        label += 1;
        before = class;
    }
    before < HYPHEN && labels >= 2 && letters > 0 && label <= 63
}
