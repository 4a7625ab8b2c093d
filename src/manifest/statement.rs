//! The one spelling that all our statements have: manifests, receipts of deletion, closures. It knows
//! nothing of what they state.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ManifestError;

/// The statement as a file: JSON, two spaces deep, one line feed at the end.
pub(super) fn to_bytes(statement: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(statement)
        .expect("every field is a string, number, list or struct, which JSON can always hold");
    bytes.push(b'\n');
    bytes
}

/// Reads a statement of a known kind, and refuses any spelling but [`to_bytes`]'s.
pub(super) fn from_bytes<T: Serialize + DeserializeOwned>(
    bytes: &[u8],
    is_known: impl FnOnce(&T) -> bool,
) -> Result<T, ManifestError> {
    // serde_json's own message quotes the value, so only its place is kept.
    let statement: T = serde_json::from_slice(bytes)
        .map_err(|error| ManifestError::Shape { line: error.line(), column: error.column() })?;
    if !is_known(&statement) {
        return Err(ManifestError::Version);
    }
    if to_bytes(&statement) != bytes {
        return Err(ManifestError::Spelling);
    }
    Ok(statement)
}
