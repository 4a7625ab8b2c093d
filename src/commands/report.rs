//! `verho report`: a release's manifest as a page, to be printed or written to a new file. It
//! believes the manifest when `SHA256SUMS` does; whether the release is sound is for `verify` to say.
//! The course of earlier releases is read from the folder it lies in.

use std::io;
use std::path::{Path, PathBuf};

use crate::config::shown::shown_place;
use crate::outputs::private_file::create;
use crate::outputs::report::{RELEASES_MAX, ReportOptions, report_after};
use crate::sources::releases::{PublishedRelease, ReleaseError, before};

/// A page and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The release's name.
    pub release: String,
    /// The page.
    pub page: String,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// There is no `manifest.json` in it.
    #[error("{} is not a release: it has no manifest.json", shown_place(place))]
    NotARelease {
        /// The folder.
        place: PathBuf,
    },
    /// The manifest cannot be read.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// There is a file already.
    #[error("{} exists already", shown_place(place))]
    Exists {
        /// The file.
        place: PathBuf,
    },
    /// The page cannot be written.
    #[error("cannot write {}: {kind}", shown_place(place))]
    Io {
        /// The file.
        place: PathBuf,
        /// Why.
        kind: io::ErrorKind,
    },
}

impl ReportError {
    /// What to do, as one sentence.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotARelease { .. } => "name the release's own folder, such as releases/latest",
            Self::Release(error) => error.hint(),
            Self::Exists { .. } => "a report never overwrites a file; name another one, or remove it first",
            Self::Io { .. } => "name a file in a folder that is there and that you may write in",
        }
    }
}

/// Makes the page of the release in `folder`.
pub fn report(folder: &Path, options: ReportOptions) -> Result<Report, ReportError> {
    if folder.join(crate::manifest::MANIFEST_FILE).symlink_metadata().is_err() {
        return Err(ReportError::NotARelease { place: folder.to_owned() });
    }
    let release = PublishedRelease::open(folder)?;
    // `latest` is a link; the releases before stand beside what it points to.
    let place = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let told = &release.manifest.predicate;
    let earlier = match place.parent() {
        Some(beside) => before(beside, &told.controller.name, told.release.as_of.0, RELEASES_MAX - 1)?,
        None => Vec::new(),
    };
    let page = report_after(&release.manifest, &earlier, options);
    Ok(Report { release: release.manifest.predicate.release.name, page })
}

/// Writes a page into a new file, for its owner alone.
pub fn write(place: &Path, page: &str) -> Result<(), ReportError> {
    create(place, page.as_bytes(), 0o600).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => ReportError::Exists { place: place.to_owned() },
        kind => ReportError::Io { place: place.to_owned(), kind },
    })
}
