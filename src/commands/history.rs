//! `verho history`: the releases of a folder, from their manifests alone: when, how many, what was
//! added and taken out, what was purged, and who signed.
//!
//! It promises to tell of everything that stands in the folder: a release that cannot be read is named,
//! and spoils nothing of the others. What it says of a release rests on the manifest, the list of
//! digests and the signature; no other file is opened, which `verify` does.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use super::receipts::{Told, Trust, told};
use crate::config::shown::{shown_name, shown_place};
use crate::manifest::{
    AudienceRecord, DeltaRecord, MANIFEST_FILE, Moment, Outcome, PlatformRecord, UploadKind,
};
use crate::outputs::LATEST;
use crate::outputs::check::signature_bytes;
use crate::outputs::signature::Verified;
use crate::sources::releases::{PublishedRelease, ReleaseError, Surveyed, survey};

/// The releases of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct History {
    /// The folder.
    pub folder: String,
    /// What `latest` points to.
    pub latest: Option<String>,
    /// Releases, newest first.
    pub releases: Vec<ReleaseHistory>,
    /// Releases that cannot be read, and folders that are none.
    pub others: Vec<Other>,
}

/// One release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReleaseHistory {
    /// Its folder's name.
    pub folder: String,
    /// Its name.
    pub name: String,
    /// The moment it decided as of.
    pub as_of: Moment,
    /// Whether that moment was not the present.
    pub replay: bool,
    /// Whether additions were published.
    pub outcome: Outcome,
    /// The guards that stopped additions.
    pub refusals: Vec<String>,
    /// On whose behalf.
    pub controller: String,
    /// The release it continues.
    pub previous: Option<String>,
    /// What its signature is worth.
    pub signature: SignatureState,
    /// The fingerprint of the key that signed it, when the signature fits.
    pub signed_by: Option<String>,
    /// Audiences, in config order.
    pub audiences: Vec<AudienceHistory>,
    /// What was purged of it.
    pub purged: PurgedHistory,
}

/// What a signature is worth. Whose key it is, `verify` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureState {
    /// It fits the manifest and the key that the manifest names.
    Fits,
    /// There is one, and it does not fit.
    Wrong,
    /// The manifest says it is signed, and no signature is there.
    Missing,
    /// It is not signed, and does not say so.
    None,
}

/// An audience of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AudienceHistory {
    /// Its name.
    pub audience: String,
    /// Whether its full and add files were withheld.
    pub withheld: bool,
    /// Platforms, in config order.
    pub platforms: Vec<PlatformHistory>,
}

/// An audience on a platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlatformHistory {
    /// The platform.
    pub platform: String,
    /// People who may go up.
    pub people: u64,
    /// Distinct digests of the full audience.
    pub members: u64,
    /// Rows of the files of each kind; none: no such file.
    pub full_rows: Option<u64>,
    /// The same of the add files.
    pub add_rows: Option<u64>,
    /// The same of the remove files.
    pub remove_rows: Option<u64>,
    /// Members whose removal was owed from before, when what is live was known.
    pub owed: Option<u64>,
    /// What changed against what is live, when that was known.
    pub delta: Option<DeltaRecord>,
    /// Kinds of upload file of which something was purged.
    pub purged: Vec<UploadKind>,
}

/// What was purged of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PurgedHistory {
    /// Files that valid receipts tell as deleted.
    pub files: u64,
    /// When the last of them was.
    pub last: Option<Moment>,
    /// Valid receipts.
    pub receipts: u64,
    /// Receipts that are not valid, and why.
    pub faults: Vec<String>,
    /// Whether a purge was begun and not finished.
    pub unfinished: bool,
}

/// What stands in the folder and is no release that can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Other {
    /// Its name, or `?` for one that verho would not give.
    pub name: String,
    /// `damaged` or `foreign`.
    pub what: &'static str,
}

/// Why there is no history.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// There is no such folder.
    #[error("{place} is not a folder", place = shown_place(place))]
    NoFolder {
        /// The place.
        place: PathBuf,
    },
    /// The folder is one release itself.
    #[error("{place} is one release, not a folder of releases", place = shown_place(place))]
    IsRelease {
        /// The place.
        place: PathBuf,
    },
    /// The folder cannot be listed.
    #[error(transparent)]
    Release(#[from] ReleaseError),
}

impl HistoryError {
    /// What to do, as one sentence.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoFolder { .. } => "name the folder of releases, or a config with --config",
            Self::IsRelease { .. } => {
                "name the folder above it; verho report and verho verify look at one release"
            }
            Self::Release(error) => error.hint(),
        }
    }
}

/// Tells the releases of `folder`.
pub fn history(folder: &Path, now: Timestamp) -> Result<History, HistoryError> {
    if !folder.is_dir() {
        return Err(HistoryError::NoFolder { place: folder.to_owned() });
    }
    if folder.join(MANIFEST_FILE).is_file() {
        return Err(HistoryError::IsRelease { place: folder.to_owned() });
    }
    let (mut releases, mut others) = (Vec::new(), Vec::new());
    for found in survey(folder)? {
        match &found {
            Surveyed::Release(release) => releases.push(one(folder, release, now)),
            Surveyed::Damaged { .. } => others.push(Other { name: found.name(), what: "damaged" }),
            Surveyed::Foreign { .. } => others.push(Other { name: found.name(), what: "foreign" }),
        }
    }
    releases
        .sort_by(|one: &ReleaseHistory, other| (other.as_of, &other.folder).cmp(&(one.as_of, &one.folder)));
    let latest = folder.join(LATEST).canonicalize().ok();
    let latest = latest.and_then(|path| Some(shown_name(path.file_name()?.to_str()?)));
    Ok(History { folder: folder.display().to_string(), latest, releases, others })
}

fn one(folder: &Path, release: &PublishedRelease, now: Timestamp) -> ReleaseHistory {
    let predicate = &release.manifest.predicate;
    let trust = Trust { allowed: None, moment: now };
    // What cannot be read about one release is told there, and spoils nothing of the others.
    let told = told(folder, &release.manifest, release.manifest_sha256, trust)
        .unwrap_or_else(|error| Told { faults: vec![error.to_string()], ..Told::default() });
    let (signature, signed_by) = signature(release);
    ReleaseHistory {
        folder: shown_name(&release.path.file_name().unwrap_or_default().to_string_lossy()),
        name: predicate.release.name.clone(),
        as_of: predicate.release.as_of,
        replay: predicate.release.replay,
        outcome: predicate.release.outcome,
        refusals: predicate.release.refusals.iter().map(|refusal| refusal.code.clone()).collect(),
        controller: predicate.controller.name.clone(),
        previous: predicate.release.previous.as_ref().map(|previous| previous.name.clone()),
        signature,
        signed_by,
        audiences: predicate.audiences.iter().map(|audience| audience_history(audience, &told)).collect(),
        purged: PurgedHistory {
            files: told.purged.len() as u64,
            last: told.purged.values().copied().max(),
            receipts: told.valid,
            faults: told.faults,
            unfinished: told.is_unfinished,
        },
    }
}

fn signature(release: &PublishedRelease) -> (SignatureState, Option<String>) {
    let stated = release.manifest.predicate.keys.signing.as_ref();
    let Ok(signature) = signature_bytes(&release.path) else { return (SignatureState::Wrong, None) };
    let Some(signature) = signature else {
        return (if stated.is_some() { SignatureState::Missing } else { SignatureState::None }, None);
    };
    // A manifest has one spelling, so these are the bytes of the file.
    match Verified::check(&release.manifest.to_bytes(), &signature) {
        Ok(verified) if stated == Some(&verified.fingerprint()) => {
            (SignatureState::Fits, Some(verified.fingerprint()))
        }
        Ok(_) | Err(_) => (SignatureState::Wrong, None),
    }
}

fn audience_history(audience: &AudienceRecord, told: &Told) -> AudienceHistory {
    AudienceHistory {
        audience: audience.name.clone(),
        withheld: audience.withheld,
        platforms: audience.platforms.iter().map(|platform| platform_history(platform, told)).collect(),
    }
}

fn platform_history(platform: &PlatformRecord, told: &Told) -> PlatformHistory {
    let files = |kind| platform.files.iter().filter(move |file| file.kind == kind);
    let rows = |kind| files(kind).next().map(|_| files(kind).map(|file| file.rows).sum());
    let is_purged = |kind: &UploadKind| files(*kind).any(|file| told.purged.contains_key(&file.name));
    PlatformHistory {
        platform: platform.name.clone(),
        people: platform.people.eligible,
        members: platform.members.iter().map(|count| count.count).sum(),
        full_rows: rows(UploadKind::Full),
        add_rows: rows(UploadKind::Add),
        remove_rows: rows(UploadKind::Remove),
        owed: platform.delta.as_ref().map(|delta| delta.owed),
        delta: platform.delta.clone(),
        purged: [UploadKind::Full, UploadKind::Add, UploadKind::Remove]
            .into_iter()
            .filter(is_purged)
            .collect(),
    }
}
