//! The detached signature over `manifest.json`: SSHSIG, as `ssh-keygen -Y sign` makes it, so that
//! anybody with OpenSSH can check it without this program.
//!
//! It promises that a key others may read, or that is not Ed25519, or that has a passphrase is
//! refused with a code of its own. It never prints a key. It does not know what it signs.

#![expect(clippy::disallowed_methods, reason = "the signing key is read here")]

use std::io::{self, Read as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use ssh_key::{Algorithm, HashAlg, LineEnding, PrivateKey, SshSig};
use zeroize::Zeroizing;

use crate::config::shown::shown_place;

/// The namespace of our signatures: one made for another purpose never counts here.
pub const NAMESPACE: &str = "verho-manifest";
/// The only version of SSH signatures there is (OpenSSH, PROTOCOL.sshsig).
const SSHSIG_VERSION: u32 = 1;
/// The most bytes a key file may have.
const KEY_BYTES_MAX: u64 = 64 << 10;

/// Why a key cannot sign.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read.
    #[error("cannot read the signing key {place}: {source}", place = shown_place(place))]
    Unreadable {
        /// The file.
        place: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// Not a regular file.
    #[error("the signing key {place} is not a regular file", place = shown_place(place))]
    NotAFile {
        /// The file.
        place: PathBuf,
    },
    /// Others than its owner may read or write it, or the owner is somebody else.
    #[error("the signing key {place} is not for its owner alone (mode {mode:04o})", place = shown_place(place))]
    NotOwnerOnly {
        /// The file.
        place: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Its owner is neither the user who runs this nor root.
    #[error("the signing key {place} belongs to somebody else", place = shown_place(place))]
    OwnedBySomebodyElse {
        /// The file.
        place: PathBuf,
    },
    /// Not an OpenSSH private key.
    #[error("{place} is not an OpenSSH private key", place = shown_place(place))]
    NotAKey {
        /// The file.
        place: PathBuf,
    },
    /// Not Ed25519.
    #[error("the signing key {place} is not an Ed25519 key", place = shown_place(place))]
    NotEd25519 {
        /// The file.
        place: PathBuf,
    },
    /// Has a passphrase, which a nightly run cannot type.
    #[error("the signing key {place} has a passphrase", place = shown_place(place))]
    HasPassphrase {
        /// The file.
        place: PathBuf,
    },
    /// The key did not sign, or its own signature did not verify.
    #[error("the signing key {place} did not make a valid signature", place = shown_place(place))]
    DidNotSign {
        /// The file.
        place: PathBuf,
    },
}

impl KeyError {
    /// What to do, as one sentence.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } | Self::NotAFile { .. } => "check [keys] signing",
            Self::NotOwnerOnly { .. } => {
                "run chmod 600 on it; if others could read it for long, make a new one"
            }
            Self::OwnedBySomebodyElse { .. } => "use a key that the user who runs verho owns",
            Self::NotAKey { .. } | Self::NotEd25519 { .. } | Self::DidNotSign { .. } => {
                "make one with: ssh-keygen -t ed25519 -N '' -f FILE"
            }
            Self::HasPassphrase { .. } => {
                "make a key for this job alone without one, readable by the job's user only"
            }
        }
    }
}

/// A key that signs manifests.
pub struct Signer {
    key: PrivateKey,
    place: PathBuf,
}

impl Signer {
    /// Reads an OpenSSH private key: Ed25519, no passphrase, 0600 or 0400.
    pub fn read(place: &Path) -> Result<Self, KeyError> {
        let owned = || place.to_owned();
        let unreadable = |source| KeyError::Unreadable { place: place.to_owned(), source };
        // Opened without waiting, so that a pipe in its place is told and does not hang the run.
        let mut file = std::fs::OpenOptions::new()
            .read(true)
            .custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed())
            .open(place)
            .map_err(unreadable)?;
        // The mode of what was opened, not of what stands at the path by now.
        let metadata = file.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(KeyError::NotAFile { place: owned() });
        }
        let mode = metadata.mode() & 0o7777;
        if mode != 0o600 && mode != 0o400 {
            return Err(KeyError::NotOwnerOnly { place: owned(), mode });
        }
        let user = metadata.uid();
        if user != rustix::process::geteuid().as_raw() && user != 0 {
            return Err(KeyError::OwnedBySomebodyElse { place: owned() });
        }
        if metadata.len() > KEY_BYTES_MAX {
            return Err(KeyError::NotAKey { place: owned() });
        }
        let mut text = Zeroizing::new(Vec::with_capacity(metadata.len() as usize + 1));
        (&mut file).take(KEY_BYTES_MAX).read_to_end(&mut text).map_err(unreadable)?;
        let key =
            PrivateKey::from_openssh(text.as_slice()).map_err(|_| KeyError::NotAKey { place: owned() })?;
        if key.algorithm() != Algorithm::Ed25519 {
            return Err(KeyError::NotEd25519 { place: owned() });
        }
        if key.is_encrypted() {
            return Err(KeyError::HasPassphrase { place: owned() });
        }
        Ok(Self { key, place: owned() })
    }

    /// The public key's fingerprint, `SHA256:…`, as `ssh-keygen -l` shows it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.key.fingerprint(HashAlg::Sha256).to_string()
    }

    /// Signs, and verifies what it signed: a signature nobody can check must not be published.
    pub fn sign(&self, message: &[u8]) -> Result<String, KeyError> {
        let failed = || KeyError::DidNotSign { place: self.place.clone() };
        let signature = self.key.sign(NAMESPACE, HashAlg::Sha512, message).map_err(|_| failed())?;
        self.key.public_key().verify(NAMESPACE, message, &signature).map_err(|_| failed())?;
        armour(&signature).ok_or_else(failed)
    }
}

/// The text of a signature, spelled as OpenSSH spells it.
fn armour(signature: &SshSig) -> Option<String> {
    let mut text = signature.to_pem(LineEnding::LF).ok()?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Some(text)
}

/// A signature that is right by itself: made over these bytes, for our purpose, by the key it holds.
/// Whose key that is, only a list of allowed signers can say.
#[derive(Debug, Clone)]
pub struct Verified {
    key: ssh_key::public::KeyData,
}

/// Why a signature does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not an SSH signature in its one allowed spelling.
    #[error("the signature is not an SSH signature as OpenSSH spells it")]
    Malformed,
    /// Made for another purpose.
    #[error("the signature was made for another purpose than {NAMESPACE}")]
    Namespace,
    /// Not over these bytes by this key.
    #[error("the signature does not fit the manifest")]
    Wrong,
    /// By a kind of key that is not accepted.
    #[error("the signature is not by an Ed25519 key")]
    Algorithm,
}

impl Verified {
    /// Checks a signature against the key inside it.
    pub fn check(message: &[u8], armoured: &[u8]) -> Result<Self, SignatureError> {
        let signature = SshSig::from_pem(armoured).map_err(|_| SignatureError::Malformed)?;
        // Base64 and line breaks leave room for other spellings of the same bytes.
        if armour(&signature).is_none_or(|text| text.as_bytes() != armoured) {
            return Err(SignatureError::Malformed);
        }
        // Neither is part of what is signed, so each has one allowed value.
        if signature.version() != SSHSIG_VERSION || !signature.reserved().is_empty() {
            return Err(SignatureError::Malformed);
        }
        if signature.namespace() != NAMESPACE {
            return Err(SignatureError::Namespace);
        }
        if signature.algorithm() != Algorithm::Ed25519 {
            return Err(SignatureError::Algorithm);
        }
        let key = ssh_key::PublicKey::from(signature.public_key().clone());
        key.verify(NAMESPACE, message, &signature).map_err(|_| SignatureError::Wrong)?;
        Ok(Self { key: signature.public_key().clone() })
    }

    /// The key's fingerprint, `SHA256:…`.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.key.fingerprint(HashAlg::Sha256).to_string()
    }

    /// Whether the key may no longer sign, whenever it did.
    #[must_use]
    pub fn is_revoked(&self, revoked: &RevokedKeys) -> bool {
        revoked.keys.contains(&self.key)
    }

    /// Who the list says this key is, at that moment.
    pub fn signer(&self, list: &AllowedSigners, moment: jiff::Timestamp) -> Result<String, SignerError> {
        let mut known = false;
        for entry in list.entries.iter().filter(|entry| entry.key == self.key) {
            known = true;
            if entry.allows(moment) {
                return Ok(entry.principals.clone());
            }
        }
        Err(if known { SignerError::NotNow } else { SignerError::Unknown })
    }
}

/// Why a signer is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignerError {
    /// The list does not have the key.
    #[error("the signing key is not on the list of allowed signers")]
    Unknown,
    /// The list has it, but not for this purpose at this moment.
    #[error("the list of allowed signers has the signing key, but not for this purpose at this moment")]
    NotNow,
}

/// A list of allowed signers, in OpenSSH's form: principals, options, key.
#[derive(Debug, Clone, Default)]
pub struct AllowedSigners {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    principals: String,
    namespaces: Option<Vec<String>>,
    after: Option<jiff::Timestamp>,
    before: Option<jiff::Timestamp>,
    key: ssh_key::public::KeyData,
}

/// A line of the list that cannot be read. A line skipped in silence might have been a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the list of allowed signers cannot be read")]
pub struct AllowedSignersError {
    /// The line, from 1.
    pub line: usize,
}

/// Keys that may no longer sign: a public key a line, as `ssh-keygen -r` takes them.
#[derive(Debug, Clone, Default)]
pub struct RevokedKeys {
    keys: Vec<ssh_key::public::KeyData>,
}

impl RevokedKeys {
    /// Whether a key of this fingerprint may no longer sign.
    #[must_use]
    pub fn has_fingerprint(&self, fingerprint: &str) -> bool {
        self.keys.iter().any(|key| key.fingerprint(HashAlg::Sha256).to_string() == fingerprint)
    }

    /// Reads a list. A line that cannot be read is an error: it may be the one that matters.
    pub fn parse(text: &str) -> Result<Self, AllowedSignersError> {
        let mut keys = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                let key = ssh_key::PublicKey::from_openssh(line);
                keys.push(key.map_err(|_| AllowedSignersError { line: number })?.key_data().clone());
            }
        }
        Ok(Self { keys })
    }
}

impl Entry {
    fn allows(&self, moment: jiff::Timestamp) -> bool {
        self.namespaces
            .as_ref()
            .is_none_or(|patterns| patterns.iter().any(|pattern| matches_pattern(pattern, NAMESPACE)))
            && self.after.is_none_or(|after| after <= moment)
            && self.before.is_none_or(|before| moment < before)
    }
}

impl AllowedSigners {
    /// Reads a list. Blank lines and lines beginning with `#` say nothing; any other line that
    /// cannot be read is an error. Moments without `Z` are read as UTC.
    pub fn parse(text: &str) -> Result<Self, AllowedSignersError> {
        let mut entries = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                entries.push(parse_entry(line).ok_or(AllowedSignersError { line: number })?);
            }
        }
        Ok(Self { entries })
    }
}

fn parse_entry(line: &str) -> Option<Entry> {
    let words = split_words(line)?;
    let (principals, rest) = words.split_first()?;
    let mut entry_options = (None, None, None);
    // Key types hold no `=`, options other than flags do; the only flag is for certificates, which
    // we do not read.
    let (options, key) =
        if rest.first()?.starts_with("ssh-") { ("", rest) } else { (rest.first()?.as_str(), rest.get(1..)?) };
    for option in split_options(options)? {
        let (name, value) = option.split_once('=')?;
        match name.to_ascii_lowercase().as_str() {
            "namespaces" => entry_options.0 = Some(value.split(',').map(str::to_owned).collect()),
            "valid-after" => entry_options.1 = Some(parse_moment(value)?),
            "valid-before" => entry_options.2 = Some(parse_moment(value)?),
            _ => return None,
        }
    }
    let text = format!("{} {}", key.first()?, key.get(1)?);
    let key = ssh_key::PublicKey::from_openssh(&text).ok()?.key_data().clone();
    let (namespaces, after, before) = entry_options;
    Some(Entry { principals: principals.clone(), namespaces, after, before, key })
}

/// Words between blanks; blanks within double quotes do not divide, and the quotes fall away from
/// the principals only, since options need theirs to be divided again.
fn split_words(line: &str) -> Option<Vec<String>> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => {
                quoted = !quoted;
                if words.len() > 1 {
                    words.last_mut()?.push(letter);
                }
            }
            ' ' | '\t' if !quoted => {
                if words.last().is_some_and(|word| !word.is_empty()) {
                    words.push(String::new());
                }
            }
            _ => words.last_mut()?.push(letter),
        }
    }
    (!quoted).then_some(words)
}

/// Options between commas, each without the quotes around its value.
fn split_options(options: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut option = String::new();
    let mut quoted = false;
    for letter in options.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => found.push(std::mem::take(&mut option)),
            _ => option.push(letter),
        }
    }
    if !option.is_empty() {
        found.push(option);
    }
    (!quoted).then_some(found)
}

/// `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, with or without a `Z`.
fn parse_moment(text: &str) -> Option<jiff::Timestamp> {
    let digits = text.strip_suffix('Z').unwrap_or(text);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<i8>().ok());
    let year: i16 = digits.get(0..4)?.parse().ok()?;
    let (hour, minute, second) = match digits.len() {
        8 => (0, 0, 0),
        12 => (part(8, 10)?, part(10, 12)?, 0),
        14 => (part(8, 10)?, part(10, 12)?, part(12, 14)?),
        _ => return None,
    };
    let moment = jiff::civil::DateTime::new(year, part(4, 6)?, part(6, 8)?, hour, minute, second, 0).ok()?;
    moment.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// OpenSSH's patterns, as far as namespaces need them: `*` and `?`.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    let mut letters = pattern.chars();
    match letters.next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = letters.as_str();
            text.char_indices().any(|(at, _)| text.get(at..).is_some_and(|tail| matches_pattern(rest, tail)))
                || matches_pattern(rest, "")
        }
        Some(letter) => {
            let mut tail = text.chars();
            tail.next().is_some_and(|first| letter == '?' || letter == first)
                && matches_pattern(letters.as_str(), tail.as_str())
        }
    }
}
