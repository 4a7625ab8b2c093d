//! Files that only their recipients can open: the age format, version 1 (age-encryption.org/v1),
//! written and read as a stream.
//!
//! It promises that a stream cut short, altered or continued is an error before its end is reported,
//! that no text of the library below passes on, and that a secret key has no `Debug` and is wiped.
//! Here alone the `age` library is named (the oracle stands apart and reads for itself). It opens no
//! file. The library draws the key of each file from the operating system itself: encrypted bytes
//! differ from run to run, and nothing else may depend on them.

use std::fmt;
use std::io::{self, Read, Write};
use std::str::FromStr;

/// What every file of the format begins with.
pub const MAGIC: &[u8] = b"age-encryption.org/v1\n";
/// What a file in the format's text form begins with, which is not read here.
pub const ARMOUR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";
/// The end of an encrypted file's name.
pub const SUFFIX: &str = ".age";
/// The most secret keys one identity file may hold.
const IDENTITIES_MAX: usize = 64;

/// Somebody's public key: whom a file can be encrypted for.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient {
    key: age::x25519::Recipient,
    text: String,
}

impl fmt::Debug for Recipient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// Not a public key of the kind that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an age public key (X25519, age1…)")]
pub struct NotARecipient;

impl FromStr for Recipient {
    type Err = NotARecipient;

    fn from_str(text: &str) -> Result<Self, NotARecipient> {
        let key: age::x25519::Recipient = text.parse().map_err(|_| NotARecipient)?;
        // One spelling: the format allows capitals, and two spellings would be two recipients.
        let text = key.to_string();
        Ok(Self { key, text })
    }
}

/// Why an encrypted stream cannot be opened. Never tells what stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// None of the keys at hand is one it was encrypted for.
    #[error("it is encrypted for other keys than the ones at hand")]
    OtherKeys,
    /// Not the format, or its head was altered or cut.
    #[error("it is not an age file, or its head is damaged")]
    Damaged,
    /// The bytes could not be read.
    #[error("it cannot be read: {0}")]
    Io(io::ErrorKind),
}

/// A stream while it is encrypted. What is written goes on encrypted; it counts only once it is
/// finished.
pub struct Sealer<W: Write> {
    stream: age::stream::StreamWriter<W>,
}

impl<W: Write> fmt::Debug for Sealer<W> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sealer")
    }
}

impl<W: Write> Sealer<W> {
    /// Begins a stream for these recipients, of whom there is at least one.
    pub fn begin(recipients: &[Recipient], output: W) -> io::Result<Self> {
        let keys = recipients.iter().map(|recipient| &recipient.key as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(keys)
            .map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(Self { stream: encryptor.wrap_output(output)? })
    }

    /// Ends the stream; without its last part nobody can open it to its end.
    pub fn finish(self) -> io::Result<W> {
        self.stream.finish()
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Secret keys that open what was encrypted for them.
pub struct Identities {
    keys: Vec<age::x25519::Identity>,
}

impl fmt::Debug for Identities {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Identities({})", self.keys.len())
    }
}

impl Identities {
    /// Reads the text of an identity file: a secret key a line, blank lines and `#` apart. `None`
    /// when a line is anything else, or there is no key.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let keys: Option<Vec<_>> = lines.take(IDENTITIES_MAX + 1).map(|line| line.parse().ok()).collect();
        let keys = keys.filter(|keys| (1..=IDENTITIES_MAX).contains(&keys.len()))?;
        Some(Self { keys })
    }

    /// Their public keys.
    #[must_use]
    pub fn recipients(&self) -> Vec<Recipient> {
        let public = self.keys.iter().map(age::x25519::Identity::to_public);
        public.map(|key| Recipient { text: key.to_string(), key }).collect()
    }
}

/// A new identity file's text, and the public key to give away.
#[must_use]
pub fn new_identity() -> (zeroize::Zeroizing<String>, Recipient) {
    use age::secrecy::ExposeSecret as _;
    let secret = age::x25519::Identity::generate();
    let key = secret.to_public();
    let recipient = Recipient { text: key.to_string(), key };
    let text = secret.to_string();
    (zeroize::Zeroizing::new(format!("# public key: {recipient}\n{}\n", text.expose_secret())), recipient)
}

/// An encrypted stream while it is opened. The end of file is reported only after the last part was
/// there and unaltered; what was read before is not to be believed until then.
pub struct Opener<R> {
    stream: age::stream::StreamReader<R>,
}

impl<R: Read> Opener<R> {
    /// Reads the head.
    pub fn begin(identities: &Identities, input: R) -> Result<Self, OpenError> {
        let decryptor = age::Decryptor::new(input).map_err(|error| translated(&error))?;
        let keys = identities.keys.iter().map(|key| key as &dyn age::Identity);
        let stream = decryptor.decrypt(keys).map_err(|error| translated(&error))?;
        Ok(Self { stream })
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        // The kind says enough, and the text is the library's.
        self.stream.read(out).map_err(|error| error.kind().into())
    }
}

fn translated(error: &age::DecryptError) -> OpenError {
    match error {
        age::DecryptError::NoMatchingKeys => OpenError::OtherKeys,
        age::DecryptError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
            OpenError::Io(error.kind())
        }
        _ => OpenError::Damaged,
    }
}

#[cfg(test)]
mod tests;
