//! `verho close AUDIENCE`: an audience ends for good. Its files are deleted from every release with
//! receipts, the key of its tags is destroyed, and the state is told, so that the next build takes
//! everybody out and every later one refuses it.
//!
//! The state is told first: whatever is interrupted after that, no build adds anybody any more, and
//! closing it again finishes the rest. What is still to be removed stays owed.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use super::build::{BuildError, configured_root, part, ring_seed, root_key};
use super::live_state;
use super::purge::{FileLeft, Left, PurgeRunError, ours};
use crate::config::{Config, Given};
use crate::manifest::closure::{Closed, ClosedRelease, ClosureReceipt, KeyFate};
use crate::manifest::receipt::{PurgeRule, PurgedFile};
use crate::manifest::{Moment, Subject, SubjectDigest};
use crate::outputs::receipts::{Fate, Purge, fate, put_closure};
use crate::outputs::signature::Signer;
use crate::outputs::{Disk, FolderLock};
use crate::sources::releases::survey;
use crate::state::{Ring, RingPlace, State};

/// What is asked.
#[derive(Debug, Clone)]
pub struct CloseOptions {
    /// The config file.
    pub config: PathBuf,
    /// Where secrets are, as far as the command line says.
    pub given: Given,
    /// The audience.
    pub audience: String,
    /// The present, to the second.
    pub now: Timestamp,
    /// Random bytes of this run.
    pub random: [u8; 64],
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CloseReport {
    /// The audience.
    pub audience: String,
    /// When it was closed: now, or when it was closed before.
    pub closed_at: Moment,
    /// What became of its key.
    pub key: KeyFate,
    /// Releases that lost files now.
    pub releases: u64,
    /// Files deleted now.
    pub files: u64,
    /// Files of it that were left, each by release and path.
    pub left: Vec<FileLeft>,
    /// The receipt.
    pub receipt: String,
}

/// Why it was not closed.
#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    /// As a purge fails.
    #[error(transparent)]
    Purge(#[from] PurgeRunError),
    /// The keys or the state.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// Nothing knows the audience.
    #[error("neither the config nor the live state has an audience of that name")]
    Unknown,
    /// Without a state nobody remembers that it is closed.
    #[error("there is no live state, and only that remembers that an audience is closed")]
    NoState,
}

impl CloseError {
    /// What to do, as one sentence; the other errors have hints of their own.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Purge(_) | Self::Build(_) => "",
            Self::Unknown => "verho history lists the audiences of each release",
            Self::NoState => {
                "set [state] dir, and build once with --first; or take the audience out of the config"
            }
        }
    }
}

/// Closes an audience.
pub fn close(options: &CloseOptions) -> Result<CloseReport, CloseError> {
    close_on(&Disk::real(), options)
}

/// The same on a disk that may fail.
pub fn close_on(disk: &Disk, options: &CloseOptions) -> Result<CloseReport, CloseError> {
    let config = Config::load(&options.config).map_err(PurgeRunError::Config)?.given(&options.given);
    let root = root_key(&config, options.random).map_err(BuildError::RootKey)?;
    let signer = config.keys.signing.as_deref().map(Signer::read).transpose().map_err(PurgeRunError::from)?;
    let folder = &config.output.dir;
    // Before the folder's lock, which needs a folder: without a state there may be none.
    let is_kept = config.state.as_ref().is_some_and(|state| State::is_there(&state.dir));
    if !is_kept || !folder.is_dir() {
        return Err(CloseError::NoState);
    }
    let lock = FolderLock::take(disk, folder).map_err(PurgeRunError::from)?;
    let mut state = live_state::open(&config, &root, disk, part(options.random, 2))
        .map_err(BuildError::State)?
        .ok_or(CloseError::NoState)?;

    let name = &options.audience;
    let head = state.head();
    let is_known = config.audiences.iter().any(|audience| audience.name == *name)
        || head.cells.iter().any(|cell| cell.audience == *name)
        || head.audiences.contains_key(name);
    if !is_known {
        return Err(CloseError::Unknown);
    }
    let mut head = head.clone();
    let audience = head.audiences.entry(name.clone()).or_default();
    let closed_at = *audience.closed.get_or_insert(Moment(options.now));
    // Who was in it once is data of the audience, too; who is still to be removed stays owed.
    for cell in head.cells.iter_mut().filter(|cell| cell.audience == *name) {
        cell.past = None;
    }
    if head != *state.head() {
        state.commit(head).map_err(BuildError::State)?;
    }

    let mut deleted = Deleted::default();
    let mut unread = Vec::new();
    let found = survey(folder).map_err(PurgeRunError::from)?;
    for release in ours(&found, &config.controller.name, &mut unread) {
        let purge = Purge {
            disk,
            releases: folder,
            manifest: &release.manifest,
            manifest_sha256: release.manifest_sha256,
            signer: signer.as_ref(),
            now: options.now,
        };
        purge.finish_begun().map_err(PurgeRunError::from)?;
        deleted.release(&purge, &release.path, name).map_err(PurgeRunError::from)?;
    }
    drop(state);
    let key = destroy_key(&config, options, disk)?;
    let receipt = ClosureReceipt::new(
        deleted.subject,
        Closed {
            schema: 1,
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            controller: config.controller.name.clone(),
            audience: name.clone(),
            closed_at,
            key,
            releases: deleted.releases.clone(),
            signing: signer.as_ref().map(Signer::fingerprint),
        },
    );
    let place =
        put_closure(disk, folder, name, &receipt.to_bytes(), signer.as_ref()).map_err(PurgeRunError::from)?;
    drop(lock);
    Ok(CloseReport {
        audience: name.clone(),
        closed_at,
        key,
        releases: deleted.releases.len() as u64,
        files: receipt.subject.len() as u64,
        left: deleted.left,
        receipt: place.display().to_string(),
    })
}

/// Destroys the key of the audience's tags, and keeps its name from ever getting another.
fn destroy_key(config: &Config, options: &CloseOptions, disk: &Disk) -> Result<KeyFate, CloseError> {
    let bytes = configured_root(config).map_err(BuildError::RootKey)?;
    let (Some(bytes), Some(state)) = (&bytes, &config.state) else { return Ok(KeyFate::None) };
    if !Ring::is_there(&state.dir) {
        return Ok(KeyFate::None);
    }
    let place = RingPlace { disk, dir: &state.dir, root: bytes, random: ring_seed(options.random) };
    Ring::destroy(&place, &options.audience).map_err(BuildError::State)?;
    Ok(KeyFate::Destroyed)
}

/// What closing deleted so far.
#[derive(Default)]
struct Deleted {
    subject: Vec<Subject>,
    releases: Vec<ClosedRelease>,
    left: Vec<FileLeft>,
}

impl Deleted {
    /// Deletes an audience's files of one release.
    fn release(
        &mut self,
        purge: &Purge<'_>,
        path: &std::path::Path,
        audience: &str,
    ) -> Result<(), crate::outputs::receipts::PurgeError> {
        let release = &purge.manifest.predicate.release.name;
        let mut files = Vec::new();
        for (kind, whose, name) in purge.manifest.retained_files() {
            let Some(sha256) = purge.manifest.digest_of(&name).filter(|_| whose == audience) else {
                continue;
            };
            let subject = Subject { name: name.clone(), digest: SubjectDigest { sha256 } };
            match fate(path, &subject)? {
                Fate::There => files.push(PurgedFile {
                    name,
                    rule: PurgeRule::AudienceClosed,
                    due: purge.manifest.predicate.due(kind),
                }),
                Fate::Gone => {}
                Fate::Other => {
                    self.left.push(FileLeft { name: format!("{release}/{name}"), why: Left::Changed });
                }
            }
        }
        if files.is_empty() {
            return Ok(());
        }
        let receipt = purge.purge(files)?;
        self.releases.push(ClosedRelease { release: release.clone(), receipt: receipt.predicate.number });
        self.subject.extend(
            receipt.subject.into_iter().map(|subject| Subject {
                name: format!("{release}/{}", subject.name),
                digest: subject.digest,
            }),
        );
        Ok(())
    }
}
