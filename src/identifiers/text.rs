//! What all identifiers share as text: trimming, invisible characters, width, wrapping. It promises to
//! change only how a value is written, never what it says, and knows nothing of e-mail or phones.

use super::reject::Reject;
use super::steps::{Step, Steps};

/// More bytes than any identifier with a display name around it: nothing longer is looked at.
pub(in crate::identifiers) const CELL_MAX: usize = 2_000;

/// The cell as text without what surrounds it.
pub(in crate::identifiers) fn open<'t>(cell: &'t [u8], steps: &mut Steps) -> Result<&'t str, Reject> {
    let text = std::str::from_utf8(cell).map_err(|_| Reject::NotText)?;
    let trimmed = trim(text);
    if trimmed.len() > CELL_MAX {
        return Err(Reject::TooLong);
    }
    if trimmed.len() != text.len() {
        steps.note(Step::Trimmed);
    }
    let bare = trim(unwrap(trimmed));
    if bare.len() != trimmed.len() {
        steps.note(Step::Unwrapped);
    }
    if bare.is_empty() { Err(Reject::Blank) } else { Ok(bare) }
}

/// Without white space, invisible and control characters at both ends.
pub(in crate::identifiers) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c.is_control() || is_invisible(c) || is_joiner(c))
}

/// Characters that show nothing and mean nothing in an identifier.
pub(in crate::identifiers) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

/// Joiners hold emoji and some scripts together; after an ASCII character they join nothing.
pub(in crate::identifiers) fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// A full-width form as its ASCII character.
pub(in crate::identifiers) fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{fe6b}' => '@',
        '\u{3002}' | '\u{ff61}' => '.',
        _ => c,
    }
}

/// Without `="…"`, a leading apostrophe, or matching quotes around the whole.
fn unwrap(text: &str) -> &str {
    let text = text.strip_prefix('=').filter(|rest| rest.starts_with('"')).unwrap_or(text);
    for (open, close) in
        [('"', '"'), ('\'', '\''), ('“', '”'), ('„', '“'), ('”', '”'), ('‘', '’'), ('«', '»')]
    {
        if let Some(inner) = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
            // Quotes that also stand inside belong to the value: "a b"@example.com, or two values.
            if !inner.contains(open) && !inner.contains(close) {
                return inner;
            }
        }
    }
    // A spreadsheet marks text with an apostrophe. No mailbox in use begins with one.
    text.trim_start_matches(['\'', '’'])
}

/// Whether it is written as a hash: 32, 40, 64 or 128 hex digits.
pub(in crate::identifiers) fn looks_hashed(text: &str) -> bool {
    let hex = text.strip_prefix("0x").unwrap_or(text);
    matches!(hex.len(), 32 | 40 | 64 | 96 | 128) && hex.bytes().all(|b| b.is_ascii_hexdigit())
        || is_base64_digest(text)
}

/// 44 characters of Base64 with one `=`, the shape of an encoded SHA-256.
fn is_base64_digest(text: &str) -> bool {
    text.len() == 44
        && text.strip_suffix('=').is_some_and(|body| {
            body.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_'))
        })
}
