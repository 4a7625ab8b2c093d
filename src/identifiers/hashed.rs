//! Registers of hashes: reading a hash cell of a declared algorithm, and naming every hash that a parsed
//! identifier could stand under in such a register. It promises to be generous in forms and strict in
//! reading. SHA-1 and MD5 serve matching only; nothing here is ever uploaded.

use super::digest::{RunKey, Space};
use super::email_form::{self, EmailForm, Mailhost, Written};
use super::{Digest, Email, Kind, Phone, PhoneForm, Plaintext, Reject, Scratch, WideKey};
use super::{domain, probes, text};
use sha2::Digest as _;
use std::fmt;

/// How a register's hashes were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    /// SHA-256: 64 hex digits.
    Sha256,
    /// SHA-1: 40 hex digits.
    Sha1,
    /// MD5: 32 hex digits.
    Md5,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sha256, Self::Sha1, Self::Md5];

    /// The word for it in a config.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha1 => "sha1",
            Self::Md5 => "md5",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.code() == code)
    }

    const fn bytes(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha1 => 20,
            Self::Md5 => 16,
        }
    }
}

/// A hash of a declared algorithm, as a key for matching. It prints nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HashKey {
    algorithm: Algorithm,
    bytes: [u8; 32],
}

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey")
    }
}

impl HashKey {
    /// Reads a cell: hex of the algorithm's length in either case, trimmed, nothing before it.
    pub fn parse(cell: Plaintext<'_>, algorithm: Algorithm) -> Result<Self, Reject> {
        let text = std::str::from_utf8(cell.read()).map_err(|_| Reject::NotText)?;
        let text = text::trim(text);
        if text.is_empty() {
            return Err(Reject::Blank);
        }
        let mut bytes = [0_u8; 32];
        let size = algorithm.bytes();
        if text.len() != size * 2 || const_hex::decode_to_slice(text, &mut bytes[..size]).is_err() {
            return Err(Reject::NotAHash);
        }
        let key = Self { algorithm, bytes };
        // The hash of nothing names nobody: it would read as an objection that can never match.
        if key == Self::of(algorithm, b"") { Err(Reject::Placeholder) } else { Ok(key) }
    }

    /// The key of an identifier of which only this hash is known: it meets equal hashes of its kind.
    #[must_use]
    pub fn wide_key(&self, kind: Kind, key: &RunKey) -> WideKey {
        let space = match kind {
            Kind::Email => Space::Email,
            Kind::Phone => Space::Phone,
        };
        // No address and no number is written as hex of such a length.
        key.wide(space, const_hex::encode(self.as_bytes()).as_bytes())
    }

    /// The digest to upload in a form, when the hash is one of that form: it is never hashed again.
    #[must_use]
    pub fn email_digest(&self, form: EmailForm) -> Option<Digest> {
        (self.algorithm == Algorithm::Sha256 && form == EmailForm::Basic)
            .then(|| Digest::from_bytes(self.bytes))
    }

    /// The same for a phone number.
    #[must_use]
    pub fn phone_digest(&self, form: PhoneForm) -> Option<Digest> {
        (self.algorithm == Algorithm::Sha256 && form == PhoneForm::Digits)
            .then(|| Digest::from_bytes(self.bytes))
    }

    /// The algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The bytes of the hash.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.algorithm.bytes()]
    }

    fn of(algorithm: Algorithm, text: &[u8]) -> Self {
        let mut bytes = [0_u8; 32];
        match algorithm {
            Algorithm::Sha256 => bytes.copy_from_slice(&sha2::Sha256::digest(text)),
            Algorithm::Sha1 => bytes[..20].copy_from_slice(&sha1::Sha1::digest(text)),
            Algorithm::Md5 => bytes[..16].copy_from_slice(&md5::Md5::digest(text)),
        }
        Self { algorithm, bytes }
    }
}

/// Adds every hash an address could stand under: each platform's form, the widest form, the domain in
/// Unicode and ASCII, gmail.com and googlemail.com, and the domain alone with its parents, with and
/// without the `@` (as lists of whole domains have them).
pub fn email_hashes(email: &Email<'_>, algorithm: Algorithm, out: &mut Vec<HashKey>) {
    let from = out.len();
    let hosts: &[&str] = match email.host() {
        Mailhost::Other => &[],
        _ => &["gmail.com", "googlemail.com"],
    };
    let own = [email.basic_domain(), email.ascii_domain()];
    let unicode = domain::to_unicode(email.ascii_domain());
    let local = email.local();
    for name in own.iter().copied().chain([unicode.as_str()]).chain(hosts.iter().copied()) {
        for form in EmailForm::ALL {
            let written = email_form::write(form, local, name, name, Mailhost::of(name));
            out.push(HashKey::of(algorithm, written.bytes()));
        }
        let mut without_tag = Written::new();
        without_tag.push(email_form::untagged(local).as_bytes());
        push_domain(&mut without_tag, name, algorithm, out);
        let mut without_dots = Written::new();
        email_form::push_untagged(&mut without_dots, local);
        push_domain(&mut without_dots, name, algorithm, out);
        for parent in domain::with_parents(name) {
            out.push(HashKey::of(algorithm, parent.as_bytes()));
            let mut at = Written::new();
            push_domain(&mut at, parent, algorithm, out);
        }
    }
    out.push(HashKey::of(algorithm, email.wide().bytes()));
    settle(from, out);
}

fn push_domain(text: &mut Written, domain: &str, algorithm: Algorithm, out: &mut Vec<HashKey>) {
    text.push(b"@");
    text.push(domain.as_bytes());
    out.push(HashKey::of(algorithm, text.bytes()));
}

/// Adds the hashes of a cell as it stands, trimmed, and in lower case: lists are also made of values as
/// they were found.
pub fn raw_hashes(cell: Plaintext<'_>, algorithm: Algorithm, out: &mut Vec<HashKey>) {
    if let Ok(text) = std::str::from_utf8(cell.read()) {
        let text = text::trim(text);
        let lowered = zeroize::Zeroizing::new(text.to_lowercase());
        out.push(HashKey::of(algorithm, text.as_bytes()));
        out.push(HashKey::of(algorithm, lowered.as_bytes()));
    }
}

/// What a cell may stand under that does not parse: the same for each of its values where it holds
/// several, and every hash of each address that can be read in it.
pub fn hashes_within(
    kind: Kind,
    cell: Plaintext<'_>,
    algorithm: Algorithm,
    scratch: &mut Scratch,
    out: &mut Vec<HashKey>,
) {
    let bytes = cell.read();
    let values = probes::several(kind, Plaintext::new(bytes));
    if values.len() > 1 {
        values.into_iter().for_each(|value| raw_hashes(value, algorithm, out));
    }
    if kind == Kind::Email {
        probes::each_address(Plaintext::new(bytes), scratch, &mut |said| {
            if let probes::Said::Address(email) = said {
                email_hashes(email, algorithm, out);
            }
        });
    }
}

/// Adds every hash a number could stand under: digits, with plus, with `00`, national with and without
/// the trunk zero.
pub fn phone_hashes(phone: &Phone, algorithm: Algorithm, out: &mut Vec<HashKey>) {
    let from = out.len();
    for (front, digits) in [
        (&b""[..], phone.digits()),
        (b"+", phone.digits()),
        (b"00", phone.digits()),
        (b"", phone.national()),
        (b"0", phone.national()),
    ] {
        let mut text = Written::new();
        text.push(front);
        text.push(digits);
        out.push(HashKey::of(algorithm, text.bytes()));
    }
    settle(from, out);
}

/// The SHA-256 upload digest of a phone number as a hash key, to compare with a register.
#[must_use]
pub fn phone_key(phone: &Phone, form: PhoneForm) -> HashKey {
    HashKey { algorithm: Algorithm::Sha256, bytes: *phone.digest(form).as_bytes() }
}

fn settle(from: usize, out: &mut Vec<HashKey>) {
    let mut added = out.split_off(from);
    added.sort_unstable();
    added.dedup();
    out.append(&mut added);
}
