//! `verho purge --due`: deletes what the manifests say is past its date, and writes a receipt for each
//! release.
//!
//! It promises to delete nothing that no manifest names with its digest, nothing of the newest release
//! or of one whose uploads are still owed, and nothing of another controller; and that what a crash
//! interrupted is finished by the next purge. Whatever it leaves although it is due, it tells.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use super::build::{part, root_key};
use super::live_state;
use crate::config::{Config, Faults, Given};
use crate::manifest::receipt::{PurgeRule, PurgedFile, Receipt};
use crate::manifest::{Moment, Subject, SubjectDigest};
use crate::outputs::receipts::{Fate, Purge, PurgeError, fate};
use crate::outputs::signature::{KeyError, Signer};
use crate::outputs::{Disk, FolderLock, OutputError};
use crate::sources::keys::RootKeyError;
use crate::sources::releases::{PublishedRelease, ReleaseError, Surveyed, survey};
use crate::state::StateError;

/// What a purge is asked for.
#[derive(Debug, Clone)]
pub struct PurgeOptions {
    /// The config file.
    pub config: PathBuf,
    /// Where secrets are, as far as the command line says.
    pub given: Given,
    /// The present, to the second.
    pub now: Timestamp,
    /// Tell what is due, and delete nothing.
    pub dry_run: bool,
    /// Random bytes of this run.
    pub random: [u8; 64],
}

/// What a purge did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PurgeReport {
    /// The folder of releases.
    pub folder: String,
    /// The present.
    pub now: Moment,
    /// Whether nothing was deleted.
    pub dry_run: bool,
    /// Releases with something due, oldest first.
    pub releases: Vec<ReleasePurge>,
    /// What is no release that can be read, and so was not touched.
    pub unread: Vec<String>,
}

/// One release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReleasePurge {
    /// Its name.
    pub release: String,
    /// Files deleted, or to be deleted by a purge that is no dry run.
    pub files: Vec<FileDue>,
    /// Whether a purge that was interrupted before was finished now.
    pub finished_earlier: bool,
    /// Files that are due and were left, each with the reason.
    pub left: Vec<FileLeft>,
}

/// A file past its date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileDue {
    /// Path below the release.
    pub name: String,
    /// The rule.
    pub rule: PurgeRule,
    /// The moment the manifest states.
    pub due: Option<Moment>,
}

/// A file that is due and was left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileLeft {
    /// Path below the release.
    pub name: String,
    /// Why.
    pub why: Left,
}

/// Why a file that is due was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Left {
    /// It belongs to the newest release, or to the one that `latest` points to.
    Newest,
    /// Its release's uploads or removals are not acknowledged yet.
    Outstanding,
    /// Its bytes are not the manifest's, or it is a link or has a second name.
    Changed,
}

impl PurgeReport {
    /// Whether something past its date lies there that no later run will delete by itself.
    #[must_use]
    pub fn is_overdue(&self) -> bool {
        !self.dry_run
            && self.releases.iter().flat_map(|release| &release.left).any(|left| left.why == Left::Changed)
    }
}

/// Why a purge did not go through.
#[derive(Debug, thiserror::Error)]
pub enum PurgeRunError {
    /// The config.
    #[error("{0}")]
    Config(Faults),
    /// The signing key.
    #[error(transparent)]
    SigningKey(#[from] KeyError),
    /// The root key.
    #[error(transparent)]
    RootKey(#[from] RootKeyError),
    /// The live state, which tells what is still outstanding.
    #[error(transparent)]
    State(#[from] StateError),
    /// The folder of releases cannot be listed.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// The folder is held by another run, or cannot be read.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// Deleting, or a receipt.
    #[error(transparent)]
    Purge(#[from] PurgeError),
}

/// Purges what is due.
pub fn purge(options: &PurgeOptions) -> Result<PurgeReport, PurgeRunError> {
    purge_on(&Disk::real(), options)
}

/// The same on a disk that may fail.
pub fn purge_on(disk: &Disk, options: &PurgeOptions) -> Result<PurgeReport, PurgeRunError> {
    let config = Config::load(&options.config).map_err(PurgeRunError::Config)?.given(&options.given);
    let signer = config.keys.signing.as_deref().map(Signer::read).transpose()?;
    let folder = &config.output.dir;
    let mut report = PurgeReport {
        folder: folder.display().to_string(),
        now: Moment(options.now),
        dry_run: options.dry_run,
        releases: Vec::new(),
        unread: Vec::new(),
    };
    if !folder.is_dir() {
        return Ok(report);
    }
    let _lock = FolderLock::take(disk, folder)?;
    let releases = ours(&survey(folder)?, &config.controller.name, &mut report.unread);
    let newest = newest(folder, &releases);
    let outstanding = outstanding(&config, disk, options)?;
    for release in &releases {
        let name = &release.manifest.predicate.release.name;
        let kept = if newest.contains(name) {
            Some(Left::Newest)
        } else {
            outstanding.contains(name).then_some(Left::Outstanding)
        };
        let purge = Purge {
            disk,
            releases: folder,
            manifest: &release.manifest,
            manifest_sha256: release.manifest_sha256,
            signer: signer.as_ref(),
            now: options.now,
        };
        let begun = if options.dry_run { None } else { purge.finish_begun()? };
        let (due, left) = due(release, options.now, kept)?;
        let done = if options.dry_run || due.is_empty() { None } else { Some(purge.purge(due.clone())?) };
        let mut files: Vec<FileDue> = begun.iter().flat_map(told_files).collect();
        match &done {
            Some(receipt) => files.extend(told_files(receipt)),
            None => files.extend(due.into_iter().map(|file| FileDue {
                name: file.name,
                rule: file.rule,
                due: file.due,
            })),
        }
        if !files.is_empty() || !left.is_empty() {
            report.releases.push(ReleasePurge {
                release: release.manifest.predicate.release.name.clone(),
                files,
                finished_earlier: begun.is_some(),
                left,
            });
        }
    }
    Ok(report)
}

fn told_files(receipt: &Receipt) -> impl Iterator<Item = FileDue> + '_ {
    receipt.predicate.files.iter().map(|file| FileDue {
        name: file.name.clone(),
        rule: file.rule,
        due: file.due,
    })
}

/// The controller's own releases that stand under their own name, oldest first.
pub(super) fn ours(found: &[Surveyed], controller: &str, unread: &mut Vec<String>) -> Vec<PublishedRelease> {
    let mut releases = Vec::new();
    for one in found {
        match one {
            Surveyed::Release(release) => {
                let predicate = &release.manifest.predicate;
                // A copy under another name is not the release that receipts would name.
                let own_name =
                    release.path.file_name().is_some_and(|name| name == predicate.release.name.as_str());
                if predicate.controller.name == controller && own_name {
                    releases.push((**release).clone());
                } else if !own_name {
                    unread.push(one.name());
                }
            }
            Surveyed::Damaged { .. } => unread.push(one.name()),
            Surveyed::Foreign { .. } => {}
        }
    }
    releases.sort_by_key(|release| {
        let record = &release.manifest.predicate.release;
        (record.as_of, record.name.clone())
    });
    releases
}

/// Names of the releases that are never purged: the newest that is no replay, and what `latest` says.
fn newest(folder: &Path, releases: &[PublishedRelease]) -> BTreeSet<String> {
    let newest = releases.iter().rev().map(|release| &release.manifest.predicate.release);
    let newest = newest.clone().find(|record| !record.replay).map(|record| record.name.clone());
    let latest = folder.join(crate::outputs::LATEST).canonicalize().ok();
    let latest = latest.and_then(|path| Some(path.file_name()?.to_str()?.to_owned()));
    newest.into_iter().chain(latest).collect()
}

/// Names of the releases that somebody may still have to upload, or get an answer for: of each audience
/// and platform the newest with files, and the last that was uploaded until its removals are
/// acknowledged. What older ones owed stands in these again.
fn outstanding(
    config: &Config,
    disk: &Disk,
    options: &PurgeOptions,
) -> Result<BTreeSet<String>, PurgeRunError> {
    let root = root_key(config, options.random)?;
    let Some(state) = live_state::open(config, &root, disk, part(options.random, 2))? else {
        return Ok(BTreeSet::new());
    };
    let head = state.head();
    let mut names = BTreeSet::new();
    for cell in &head.cells {
        let newest = cell.releases.last();
        let uploaded = cell.releases.iter().rev().find(|release| release.uploaded.is_some());
        let unanswered = uploaded.filter(|release| release.rows.remove > 0 && !release.acknowledged);
        let numbers = newest.into_iter().chain(unanswered).map(|release| release.release as usize);
        names.extend(numbers.filter_map(|number| head.releases.get(number)).map(|note| note.name.clone()));
    }
    Ok(names)
}

/// Files of a release that are past their date and there, and those of them that are to be left.
fn due(
    release: &PublishedRelease,
    now: Timestamp,
    kept: Option<Left>,
) -> Result<(Vec<PurgedFile>, Vec<FileLeft>), PurgeRunError> {
    let manifest = &release.manifest;
    let past: Vec<_> = manifest
        .retained_files()
        .into_iter()
        .filter_map(|(kind, _, name)| {
            let due = manifest.predicate.due(kind).filter(|due| due.0 <= now)?;
            Some(PurgedFile { name, rule: PurgeRule::of(kind), due: Some(due) })
        })
        .collect();
    if past.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let (mut due, mut left) = (Vec::new(), Vec::new());
    for file in past {
        let Some(sha256) = manifest.digest_of(&file.name) else { continue };
        let subject = Subject { name: file.name.clone(), digest: SubjectDigest { sha256 } };
        match (fate(&release.path, &subject)?, kept) {
            (Fate::Gone, _) => {}
            (Fate::There, Some(why)) => left.push(FileLeft { name: file.name, why }),
            (Fate::There, None) => due.push(file),
            (Fate::Other, _) => left.push(FileLeft { name: file.name, why: Left::Changed }),
        }
    }
    Ok((due, left))
}
