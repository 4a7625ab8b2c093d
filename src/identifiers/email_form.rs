//! The ways platforms write an e-mail address before hashing. Each rule cites the platform's page and
//! the day it was checked. It knows user part and domain as text, and no platform by type: the tables
//! of platforms name a form.

use zeroize::Zeroizing;

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

/// Bytes of an address and of one before it: nearly all there are.
const SHORT: usize = ADDRESS_MAX + 2;
/// Bytes of the longest user part that is not folded.
const LOCAL_ROOM: usize = 64;
/// Most that the rest takes: a user part in which each letter folds to eighteen, or a domain of whose
/// letters each is one in ASCII, and three bytes. Room that is asked for once is never left unwiped.
const LONG: usize = 4096;

/// An address in one form, with room for one byte before it; on the stack unless it is longer in this form
/// than an address may be.
pub(in crate::identifiers) struct Written {
    short: [u8; SHORT],
    end: usize,
    /// All of it, once it does not fit.
    long: Option<Zeroizing<Vec<u8>>>,
}

impl Written {
    pub(in crate::identifiers) const fn new() -> Self {
        Self { short: [0; SHORT], end: 1, long: None }
    }

    /// Adds bytes.
    #[inline]
    pub(in crate::identifiers) fn push(&mut self, more: &[u8]) {
        match self.room(more.len()) {
            Some(room) => {
                room.copy_from_slice(more);
                self.end += more.len();
            }
            None => self.push_long(more),
        }
    }

    #[inline]
    fn push_byte(&mut self, byte: u8) {
        self.push(&[byte]);
    }

    /// Room for so many bytes more on the stack.
    #[inline]
    fn room(&mut self, bytes: usize) -> Option<&mut [u8]> {
        if self.long.is_some() { None } else { self.short.get_mut(self.end..self.end + bytes) }
    }

    #[cold]
    fn push_long(&mut self, more: &[u8]) {
        let long = self.long.get_or_insert_with(|| {
            let mut long = Zeroizing::new(Vec::with_capacity(LONG));
            long.extend_from_slice(&self.short[..self.end]);
            long
        });
        long.extend_from_slice(more);
    }

    fn is_empty(&self) -> bool {
        self.bytes().is_empty()
    }

    pub(in crate::identifiers) fn bytes(&self) -> &[u8] {
        match &self.long {
            Some(long) => &long[1..],
            None => &self.short[1..self.end],
        }
    }

    /// The text behind a byte that says what it is about.
    pub(in crate::identifiers) fn message(&mut self, space: u8) -> &[u8] {
        let all = match &mut self.long {
            Some(long) => &mut long[..],
            None => &mut self.short[..self.end],
        };
        all[0] = space;
        all
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
    match memchr::memchr(b'+', local.as_bytes()) {
        Some(plus) if plus > 0 => &local[..plus],
        _ => local,
    }
}

/// The user part without tag and dots.
pub(in crate::identifiers) fn push_untagged(out: &mut Written, text: &str) {
    let local = untagged(text).as_bytes();
    let room = if out.long.is_some() { None } else { out.short[out.end..].first_chunk_mut::<LOCAL_ROOM>() };
    let Some(room) = room.filter(|_| local.len() <= LOCAL_ROOM) else {
        local.iter().filter(|b| **b != b'.').for_each(|b| out.push_byte(*b));
        return;
    };
    // Each byte is written, and the next over it where it was a dot: dots stand anywhere, and a processor
    // that guesses where guesses wrong.
    let mut end = 0;
    for b in local {
        room[end % LOCAL_ROOM] = *b;
        end += usize::from(*b != b'.');
    }
    out.end += end;
}
