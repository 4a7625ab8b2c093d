//! The short way for an address that already is plain: ASCII, letters, digits and common marks, one `@`.
//! It promises the slow parser's answer or none at all; a test compares the two. It decides nothing
//! of its own.

/// What a byte may be in a plain address: bit 0 in a user part, bit 1 in a domain.
const CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut b = 0;
    while b < 256 {
        let byte = b as u8;
        if byte.is_ascii_alphanumeric() {
            table[b] = 3;
        } else if byte == b'.' || byte == b'-' {
            table[b] = 3;
        } else if byte == b'_' || byte == b'+' {
            table[b] = 1;
        }
        b += 1;
    }
    table
};

/// Writes the lower-cased address into `out` and returns where the `@` stands; `None` means "ask the
/// slow parser".
pub(in crate::identifiers) fn scan(cell: &[u8], out: &mut String) -> Option<usize> {
    let cell = cell.trim_ascii();
    if cell.len() > 254 {
        return None;
    }
    let at = cell.iter().position(|b| *b == b'@')?;
    let (local, domain) = (&cell[..at], &cell[at + 1..]);
    if local.is_empty() || local.len() > 64 || domain.len() < 3 {
        return None;
    }
    if !local.iter().all(|b| CLASS[*b as usize] & 1 != 0) || !domain.iter().all(|b| CLASS[*b as usize] & 2 != 0) {
        return None;
    }
    if has_bare_dot(local) || !is_plain_domain(domain) {
        return None;
    }
    out.clear();
    out.push_str(std::str::from_utf8(cell).ok()?);
    out.make_ascii_lowercase();
    Some(at)
}

/// A dot at an end or beside another.
fn has_bare_dot(text: &[u8]) -> bool {
    text[0] == b'.' || text[text.len() - 1] == b'.' || text.windows(2).any(|pair| pair == b"..")
}

/// At least two labels, none empty, none beginning or ending in a hyphen or holding two in a row (which
/// could be an encoded label), the last not all digits.
fn is_plain_domain(domain: &[u8]) -> bool {
    let mut labels = 0;
    let mut last_has_letter = false;
    for label in domain.split(|b| *b == b'.') {
        if label.is_empty()
            || label.len() > 63
            || label[0] == b'-'
            || label[label.len() - 1] == b'-'
            || label.windows(2).any(|pair| pair == b"--")
        {
            return false;
        }
        labels += 1;
        last_has_letter = label.iter().any(u8::is_ascii_alphabetic);
    }
    labels >= 2 && last_has_letter
}
