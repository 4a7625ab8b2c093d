//! `verho keygen`: new key files, owner-only, never over an old one. What it returns names a key and
//! tells nothing of it. Randomness is handed in.

use std::path::{Path, PathBuf};

use ssh_key::private::Ed25519Keypair;
use ssh_key::{HashAlg, LineEnding, PrivateKey};
use zeroize::Zeroizing;

use crate::config::shown::shown_place;
use crate::envelope::new_identity;
use crate::outputs::Disk;
use crate::outputs::private_file::create;
use crate::pipeline::keys::RootKey;

/// Which files to make.
pub struct KeygenOptions<'o> {
    /// The root key's file.
    pub root: Option<&'o Path>,
    /// The signing key's file.
    pub signing: Option<&'o Path>,
    /// The identity's file: what opens what is encrypted for it.
    pub identity: Option<&'o Path>,
    /// Random bytes: 32 for each.
    pub random: Zeroizing<[u8; 64]>,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct KeygenReport {
    /// The root key's id, as manifests name it.
    pub root: Option<String>,
    /// The signing key's fingerprint.
    pub signing: Option<String>,
    /// The line for a list of allowed signers.
    pub allowed_signer: Option<String>,
    /// The public key of the identity: what others encrypt for.
    pub recipient: Option<String>,
}

/// Why a key was not made.
#[derive(Debug, thiserror::Error)]
pub enum KeygenError {
    /// There is a file.
    #[error("{} exists already", shown_place(place))]
    Exists {
        /// The file.
        place: PathBuf,
    },
    /// Two keys would lie in one file.
    #[error("two of the options name {}", shown_place(place))]
    Twice {
        /// The file.
        place: PathBuf,
    },
    /// It cannot be written.
    #[error("cannot write {}: {kind}", shown_place(place))]
    Io {
        /// The file.
        place: PathBuf,
        /// Why.
        kind: std::io::ErrorKind,
    },
}

impl KeygenError {
    /// What to do.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Exists { .. } => {
                "a key is never overwritten: tags and signatures made with it would lose their meaning; name another file"
            }
            Self::Twice { .. } => "give each key a file of its own; a signing key also takes FILE.pub",
            Self::Io { .. } => "name a file in a folder that exists and that you may write in",
        }
    }
}

/// Makes the files asked for, or none of them.
pub fn keygen(options: &KeygenOptions<'_>) -> Result<KeygenReport, KeygenError> {
    let mut made = Vec::new();
    make(options, &mut made).inspect_err(|_| {
        // They are ours and a moment old: nothing can have been made with them.
        for place in &made {
            let _ = Disk::remove_file(place);
        }
    })
}

fn make(options: &KeygenOptions<'_>, made: &mut Vec<PathBuf>) -> Result<KeygenReport, KeygenError> {
    let public = options.signing.map(with_pub);
    // All names first: two keys or none.
    let places = [options.root, options.signing, public.as_deref(), options.identity];
    let places: Vec<&Path> = places.into_iter().flatten().collect();
    for (at, place) in places.iter().enumerate() {
        if places[..at].contains(place) {
            return Err(KeygenError::Twice { place: (*place).to_owned() });
        }
        if place.symlink_metadata().is_ok() {
            return Err(KeygenError::Exists { place: (*place).to_owned() });
        }
    }
    let mut write = |place: &Path, bytes: &[u8], mode| -> Result<(), KeygenError> {
        write(place, bytes, mode)?;
        made.push(place.to_owned());
        Ok(())
    };
    let (for_root, for_signing) = options.random.split_at(32);
    let mut report = KeygenReport { root: None, signing: None, allowed_signer: None, recipient: None };
    if let Some(place) = options.identity {
        let (text, recipient) = new_identity();
        write(place, text.as_bytes(), 0o600)?;
        report.recipient = Some(recipient.to_string());
    }
    if let Some(place) = options.root {
        let text = Zeroizing::new(format!("{}\n", *Zeroizing::new(hex::encode(for_root))));
        write(place, text.as_bytes(), 0o600)?;
        report.root = RootKey::lasting(for_root.try_into().expect("half of 64 bytes")).id();
    }
    if let (Some(place), Some(public)) = (options.signing, &public) {
        let pair = Ed25519Keypair::from_seed(&for_signing.try_into().expect("half of 64 bytes"));
        let mut key = PrivateKey::from(pair);
        key.set_comment("verho");
        let text = key.to_openssh(LineEnding::LF).expect("an Ed25519 key without passphrase has a text");
        let line = key.public_key().to_openssh().expect("an Ed25519 key has a line");
        write(place, text.as_bytes(), 0o600)?;
        write(public, format!("{line}\n").as_bytes(), 0o644)?;
        report.signing = Some(key.fingerprint(HashAlg::Sha256).to_string());
        let bare = line.rsplit_once(' ').map_or(line.as_str(), |(bare, _)| bare);
        report.allowed_signer = Some(format!("verho namespaces=\"verho-manifest\" {bare}"));
    }
    Ok(report)
}

fn with_pub(place: &Path) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(".pub");
    PathBuf::from(name)
}

fn write(place: &Path, bytes: &[u8], mode: u32) -> Result<(), KeygenError> {
    create(place, bytes, mode).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => KeygenError::Exists { place: place.to_owned() },
        kind => KeygenError::Io { place: place.to_owned(), kind },
    })
}
