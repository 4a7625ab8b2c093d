//! What the receipts of a release are worth: which of its files were purged, and whether each receipt
//! is of this release, in its sequence, by a rule of the manifest, after the date, and signed as the
//! release is. `verify`, `history` and `purge` ask here, so that they cannot disagree.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

use crate::manifest::receipt::Receipt;
use crate::manifest::{Hex32, Manifest, Moment};
use crate::outputs::OutputError;
use crate::outputs::receipts::{self, StoredReceipt};
use crate::outputs::signature::{AllowedSigners, Verified};

/// Whom to trust, and when.
#[derive(Debug, Clone, Copy)]
pub struct Trust<'t> {
    /// A list of allowed signers; without one a receipt must be signed by the key of its release.
    pub allowed: Option<&'t AllowedSigners>,
    /// The moment at which a signer must be allowed.
    pub moment: Timestamp,
}

/// What the receipts of a release say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The files that valid receipts tell as deleted, and when.
    pub purged: BTreeMap<String, Moment>,
    /// How many receipts are valid.
    pub valid: u64,
    /// The fingerprints of the keys that signed them, each once.
    pub signed_by: Vec<String>,
    /// What is wrong with the others: file name and why.
    pub faults: Vec<String>,
    /// Whether a purge was begun and not finished.
    pub is_unfinished: bool,
}

/// Reads and checks the receipts of a release that stand beside it.
pub fn told(
    releases: &Path,
    manifest: &Manifest,
    manifest_sha256: Hex32,
    trust: Trust<'_>,
) -> Result<Told, OutputError> {
    let release = &manifest.predicate.release.name;
    let mut told = Told { is_unfinished: receipts::is_unfinished(releases, release), ..Told::default() };
    for (number, stored) in (1..).zip(receipts::read(releases, release)?) {
        match check(&stored, manifest, manifest_sha256, number, trust) {
            Ok((receipt, key)) => {
                told.valid += 1;
                if let Some(key) = key.filter(|key| !told.signed_by.contains(key)) {
                    told.signed_by.push(key);
                }
                let done_at = receipt.predicate.done_at.unwrap_or(receipt.predicate.intended_at);
                told.purged.extend(receipt.predicate.files.iter().map(|file| (file.name.clone(), done_at)));
            }
            Err(why) => told.faults.push(format!("receipt {number}: {why}")),
        }
    }
    Ok(told)
}

fn check<'r>(
    stored: &'r StoredReceipt,
    manifest: &Manifest,
    manifest_sha256: Hex32,
    number: u32,
    trust: Trust<'_>,
) -> Result<(&'r Receipt, Option<String>), String> {
    let receipt = stored.receipt.as_ref().ok_or("it cannot be read, or is not in its one spelling")?;
    receipt.holds_against(manifest, manifest_sha256, number).map_err(|fault| fault.to_string())?;
    let release_key = manifest.predicate.keys.signing.as_ref();
    let Some(signature) = &stored.signature else {
        let must = release_key.is_some() || receipt.predicate.signing.is_some() || trust.allowed.is_some();
        return if must { Err("it is not signed, and must be".to_owned()) } else { Ok((receipt, None)) };
    };
    let verified = Verified::check(&stored.bytes, signature).map_err(|_| "its signature does not fit")?;
    let key = verified.fingerprint();
    if receipt.predicate.signing.as_ref() != Some(&key) {
        return Err("it is signed by another key than it names".to_owned());
    }
    match trust.allowed {
        Some(list) => {
            verified.signer(list, trust.moment).map_err(|error| error.to_string())?;
        }
        None if release_key.is_some_and(|release_key| *release_key != key) => {
            return Err("it is signed by another key than its release; name the allowed signers".to_owned());
        }
        None => {}
    }
    Ok((receipt, Some(key)))
}
