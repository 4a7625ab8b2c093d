//! The ways platforms write an e-mail address before hashing. Each rule cites the platform's page and
//! the day it was checked. It knows user part and domain as text, and no platform by type: the tables
//! of platforms name a form.

/// One way of writing an address before hashing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EmailForm {
    /// Trimmed and lower-cased. Meta, LinkedIn, Snapchat, X, Pinterest, Microsoft; TikTok by its page of
    /// September 2025 (older revisions dropped the tag). Checked 2026-11-21.
    Basic,
    /// Google, Data Manager API "Format user data", newest revision: for gmail.com and googlemail.com the
    /// dots and the `+tag` go, and the domain stays as written. Checked 2026-11-21.
    Google,
    /// UID2 and EUID, "Normalization and encoding": the same, for gmail.com alone. Checked 2026-11-21.
    Uid2,
    /// Reddit, "Manual Advanced Matching": for every domain the user part ends at the first `+`, and all
    /// but letters and digits goes. Checked 2026-11-21.
    Reddit,
    /// Amazon Ads, as its implementers have it: all but a–z, 0–9, `.`, `@` and `-` goes; a tag's text
    /// stays. Checked 2026-11-21.
    Amazon,
}

impl EmailForm {
    /// All forms, in order.
    pub const ALL: [Self; 5] = [Self::Basic, Self::Google, Self::Uid2, Self::Reddit, Self::Amazon];

    /// The word for it in records.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Google => "google",
            Self::Uid2 => "uid2",
            Self::Reddit => "reddit",
            Self::Amazon => "amazon",
        }
    }
}

/// Which of Google's two domains it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::identifiers) enum Mailhost {
    Gmail,
    Googlemail,
    Other,
}

impl Mailhost {
    pub(in crate::identifiers) fn of(domain: &str) -> Self {
        match domain {
            "gmail.com" => Self::Gmail,
            "googlemail.com" => Self::Googlemail,
            _ => Self::Other,
        }
    }
}

/// The longest address in bytes (RFC 5321 with its erratum 1690), user part and domain in any script.
pub(in crate::identifiers) const ADDRESS_MAX: usize = 254;

/// An address in one form, on the stack, with room for one byte before it.
pub(in crate::identifiers) struct Written {
    bytes: [u8; ADDRESS_MAX + 2],
    end: usize,
}

impl Written {
    pub(in crate::identifiers) const fn new() -> Self {
        Self { bytes: [0; ADDRESS_MAX + 2], end: 1 }
    }

    /// Adds bytes. What does not fit cannot come: no form is longer than its address.
    #[inline]
    pub(in crate::identifiers) fn push(&mut self, more: &[u8]) {
        self.bytes[self.end..self.end + more.len()].copy_from_slice(more);
        self.end += more.len();
    }

    #[inline]
    fn push_byte(&mut self, byte: u8) {
        self.bytes[self.end] = byte;
        self.end += 1;
    }

    const fn is_empty(&self) -> bool {
        self.end == 1
    }

    pub(in crate::identifiers) fn bytes(&self) -> &[u8] {
        &self.bytes[1..self.end]
    }

    /// The text behind a byte that says what it is about.
    pub(in crate::identifiers) fn message(&mut self, space: u8) -> &[u8] {
        self.bytes[0] = space;
        &self.bytes[..self.end]
    }
}

/// Writes the address in a form. A rule that would leave nothing of the user part leaves it as it is:
/// the hash of a bare `@domain` would be everybody's.
///
/// Amazon's letters leave no room for a domain beyond ASCII; deleting its letters would name another
/// domain, so that form takes the ASCII spelling.
pub(in crate::identifiers) fn write(
    form: EmailForm,
    local: &str,
    domain: &str,
    ascii_domain: &str,
    host: Mailhost,
) -> Written {
    let mut out = Written::new();
    match form {
        EmailForm::Google if host != Mailhost::Other => push_untagged(&mut out, local),
        EmailForm::Uid2 if host == Mailhost::Gmail => push_untagged(&mut out, local),
        EmailForm::Basic | EmailForm::Google | EmailForm::Uid2 => out.push(local.as_bytes()),
        EmailForm::Reddit => {
            let mut buffer = [0; 4];
            for c in untagged(local).chars().filter(|c| c.is_alphanumeric()) {
                out.push(c.encode_utf8(&mut buffer).as_bytes());
            }
        }
        EmailForm::Amazon => {
            for b in
                local.bytes().filter(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(b))
            {
                out.push_byte(b);
            }
        }
    }
    if out.is_empty() {
        out.push(local.as_bytes());
    }
    out.push(b"@");
    out.push(if form == EmailForm::Amazon { ascii_domain.as_bytes() } else { domain.as_bytes() });
    out
}

/// The user part before its tag; all of it when it begins with the plus.
pub(in crate::identifiers) fn untagged(local: &str) -> &str {
    match local.bytes().position(|b| b == b'+') {
        Some(plus) if plus > 0 => &local[..plus],
        _ => local,
    }
}

/// The user part without tag and dots.
pub(in crate::identifiers) fn push_untagged(out: &mut Written, local: &str) {
    for b in untagged(local).bytes().filter(|b| *b != b'.') {
        out.push_byte(b);
    }
}
