//! From a config to a published release: read, decide, write beside the target, check with a separate
//! reader, sign, publish by one rename. All of it, or nothing.

pub(crate) mod live;
mod record;
mod write;

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;
use zeroize::Zeroizing;

use super::{erasures, requests};
use crate::config::{Config, ERASURES, Faults, Given};
use crate::manifest::{CodeCount, Manifest, RegisterAge, RegisterRecord};
use crate::outputs::check::{self, CheckError};
use crate::outputs::records::{SealError, seal};
use crate::outputs::signature::{KeyError, Signer};
use crate::outputs::{Disk, Latest, OutputError, Staging};
use crate::pipeline::before::{Before, ContentBefore, RegisterBefore};
use crate::pipeline::delta::DeltaError;
use crate::pipeline::keys::RootKey;
use crate::pipeline::{Live, Progress, Refusal, Results, Run, RunError, Watch, interrupt, run, stage};
use crate::sources::keys::{RootKeyError, read_root_key, read_root_key_fd};
use crate::sources::releases::{PublishedRelease, ReleaseError, newest, newest_complete, used_waivers};
use crate::sources::{Snapshot, SourceError};
use crate::spill::SpillError;
use crate::state::{Request, RequestKind, Ring, RingPlace, State, StateError};
use live::{Allowed, LiveRun};

/// What a build is asked for.
#[derive(Debug, Clone)]
pub struct BuildOptions {
    /// The config file.
    pub config: PathBuf,
    /// Where secrets are, as far as the command line says.
    pub given: Given,
    /// The present, to the second.
    pub now: Timestamp,
    /// Another moment to decide as of: a replay, never `latest`, never a base.
    pub as_of: Option<Timestamp>,
    /// Do everything but publish.
    pub dry_run: bool,
    /// Begin a live state: there is none yet, or it is lost.
    pub first: bool,
    /// Random bytes for this run's keys and names.
    pub random: [u8; 64],
}

/// What a build came to.
#[derive(Debug, Clone)]
pub struct Built {
    /// The release's folder; `None` for a dry run.
    pub release: Option<PathBuf>,
    /// Why the link `latest` could not be moved to it, when it could not: the release stands all the same.
    pub latest_failed: Option<String>,
    /// Its manifest.
    pub manifest: Manifest,
    /// The guards that stopped additions: then the release has remove files only.
    pub refusals: Vec<Refusal>,
    /// What is overdue, by code.
    pub overdue: Vec<CodeCount>,
    /// Whether it is the release of a run before, from the same inputs, state and day.
    pub is_again: bool,
    /// Columns that are not mapped and were never read, by source.
    pub unmapped: Vec<(String, Vec<String>)>,
    /// Bytes of records that went to a temporary file.
    pub spilled_bytes: u64,
    /// Requests of people that are past their last day and not done.
    pub overdue_requests: u64,
}

/// Why there is no release.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The config.
    #[error("{0}")]
    Config(Faults),
    /// Reading, or a guard.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The root key.
    #[error(transparent)]
    RootKey(#[from] RootKeyError),
    /// The signing key.
    #[error(transparent)]
    SigningKey(#[from] KeyError),
    /// An input that is no longer what was read.
    #[error(transparent)]
    Input(#[from] SourceError),
    /// Writing.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// An earlier release.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// The live state, or the store of erasures beside it.
    #[error(transparent)]
    State(#[from] StateError),
    /// Every audience is under its smallest size.
    #[error("every audience is under its min_size, so there is nothing to upload: {}", audiences.join(", "))]
    AllWithheld {
        /// The audiences, each with its size.
        audiences: Vec<String>,
    },
    /// What was written could not be read back.
    #[error("the release could not be checked before publishing: {0}")]
    Check(#[from] CheckError),
    /// What was written is not what should have been.
    #[error("the release failed its own check and was not published: {0}")]
    Unsound(String),
}

impl From<SpillError> for BuildError {
    fn from(error: SpillError) -> Self {
        Self::Run(RunError::from(error))
    }
}

impl From<DeltaError> for BuildError {
    fn from(error: DeltaError) -> Self {
        match error {
            DeltaError::Spill(error) => error.into(),
            DeltaError::State(error) => Self::State(error),
        }
    }
}

impl From<SealError> for BuildError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Output(error) => Self::Output(error),
            SealError::Key(error) => Self::SigningKey(error),
            SealError::OtherKey => Self::Unsound(error.to_string()),
        }
    }
}

/// Builds a release.
pub fn build(options: &BuildOptions, progress: &(dyn Fn(Progress) + Sync)) -> Result<Built, BuildError> {
    build_on(&Disk::real(), options, progress)
}

/// Builds a release on this disk.
pub fn build_on(
    disk: &Disk,
    options: &BuildOptions,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Built, BuildError> {
    let mut config = Config::load(&options.config).map_err(BuildError::Config)?.given(&options.given);
    // A dry run makes no key, either.
    let root = if options.dry_run {
        root_key(&config, options.random)?
    } else {
        root_key_for_build(disk, &config, options.random)?
    };
    let signer = config.keys.signing.as_deref().map(Signer::read).transpose()?;
    let previous = newest(&config.output.dir, &config.controller.name)?;
    let complete = newest_complete(&config.output.dir, &config.controller.name)?;
    let as_of = options.as_of.unwrap_or(options.now);
    let release = release_name(as_of);
    let staging = Staging::begin(disk, &config.output.dir, &release, part(options.random, 2))?
        .encrypted_for(&config.encryption);
    let before = before(&mut config, &root, complete.as_ref())?;
    let config = config;
    let mut live =
        live::begin(&config, &root, options, disk, previous.as_ref(), &release, before.erased.as_ref())?;
    let snapshot = Snapshot::take(
        config
            .registers
            .iter()
            .filter(|register| register.name != ERASURES)
            .map(|register| &register.files)
            .chain(config.sources.iter().map(|source| &source.files)),
    );
    let today = requests::today(&config, options.now);
    let overdue_requests = overdue_requests(&config, &root, live.as_ref(), today)?;
    let job = Run {
        config: &config,
        as_of,
        root: &root,
        run_key: before.run_key(part(options.random, 3)),
        spill_dir: staging.path().to_path_buf(),
        before: &before,
        progress,
        watch: Watch::Nobody,
        live: live.as_ref().map_or(Live::No, LiveRun::mode),
    };
    tracing::debug!(
        sources = config.sources.len(),
        registers = config.registers.len(),
        audiences = config.audiences.len(),
        "config read"
    );
    run(&job, |results| {
        let sources = config.sources.iter().map(|source| source.name.clone());
        let unmapped: Vec<_> =
            sources.zip(results.sources().iter().map(|source| source.unmapped.to_vec())).collect();
        let inputs = live::inputs(&config, &root, results);
        if let Some(live) = &live
            && let Some(again) = live.same_night(&config, inputs)
        {
            let overdue = live.overdue_now(&again.manifest);
            return Ok(Built {
                release: (!options.dry_run).then_some(again.path),
                latest_failed: None,
                refusals: refusals_again(results, &again.manifest),
                manifest: again.manifest,
                overdue,
                is_again: true,
                overdue_requests,
                unmapped,
                spilled_bytes: results.spilled_bytes(),
            });
        }
        let sizes: Vec<u64> =
            (0..config.audiences.len()).map(|audience| results.size_before_objections(audience)).collect();
        let allowed = allowed(&config, results, &sizes, live.as_ref(), job.live)?;
        let members = results.sorted_members()?;
        let writing =
            write::Writing { config: &config, results, members, staging: &staging, modes: &allowed.modes };
        let is_complete = allowed.refusals.is_empty();
        let written = writing.audiences(live.as_mut(), is_complete)?;
        let files = || written.iter().flat_map(|audience| audience.files.iter().flatten());
        stage("sort and write", files().map(|file| file.rows).sum(), files().map(|file| file.bytes).sum());
        if !is_complete && written.iter().all(|audience| audience.files.iter().all(Vec::is_empty)) {
            return Err(RunError::Refused { refusals: allowed.refusals }.into());
        }
        tracing::info!(spilled_bytes = results.spilled_bytes(), "upload files and suppressions written");
        let predicate = record::predicate(&record::Record {
            config: &config,
            results,
            written,
            as_of,
            replay: options.as_of.is_some_and(|moment| moment != options.now),
            release: release.clone(),
            root: &root,
            signer: signer.as_ref(),
            previous: previous.as_ref().map(PublishedRelease::as_previous),
            before: &before,
            live: live.as_ref(),
            refusals: &allowed.refusals,
            overdue_requests,
        })?;
        let (manifest, manifest_sha256) = seal(&staging, predicate, signer.as_ref())?;
        stage("record and sign", 0, 0);
        check_staged(&staging, &manifest)?;
        stage("read back", 0, 0);
        tracing::info!(files = manifest.subject.len(), signed = signer.is_some(), "release checked");
        let replay = manifest.predicate.release.replay;
        let overdue = live.as_ref().map(LiveRun::overdue).unwrap_or_default();
        interrupt::check()?;
        // Each file was the same from its first byte to its last; this is from the first file to the release.
        snapshot.check()?;
        let publish = || Ok(staging.publish(!replay && is_complete)?);
        let published = match live {
            _ if options.dry_run => None,
            None => Some(publish()?),
            Some(live) => {
                let sizes = is_complete.then_some(&sizes[..]);
                Some(live.publish(&config, sizes, inputs, manifest_sha256, publish)?)
            }
        };
        stage("publish", 0, 0);
        let latest_failed = published.as_ref().and_then(|published| match &published.latest {
            Latest::Failed(error) => Some(error.to_string()),
            Latest::Kept | Latest::Updated => None,
        });
        let release = published.map(|published| published.path);
        Ok(Built {
            release,
            latest_failed,
            manifest,
            refusals: allowed.refusals,
            overdue,
            is_again: false,
            overdue_requests,
            unmapped,
            spilled_bytes: results.spilled_bytes(),
        })
    })
}

/// How many requests are past their last day and not done. An erasure that is done by what is live is
/// done, though nobody has asked for the list of requests, which marks it, since.
fn overdue_requests(
    config: &Config,
    root: &RootKey,
    live: Option<&LiveRun<'_>>,
    today: Date,
) -> Result<u64, BuildError> {
    let Some(kept) = erasures::subjects(config, root)? else { return Ok(0) };
    let is_erasure = |request: &Request| request.kind == RequestKind::Erase;
    let done = match live {
        Some(live) if kept.overdue(today).any(is_erasure) => live.erasures_done(root, &kept)?,
        _ => BTreeSet::new(),
    };
    Ok(kept.overdue(today).filter(|request| !done.contains(&request.number)).count() as u64)
}

/// What each audience may do; an error where nothing may be added and nobody could be removed either.
fn allowed(
    config: &Config,
    results: &Results<'_, '_>,
    sizes: &[u64],
    live: Option<&LiveRun<'_>>,
    mode: Live,
) -> Result<Allowed, BuildError> {
    let allowed = match live {
        Some(live) => live.allowed(config, results, sizes),
        None => live::allowed_without_state(config, results, sizes),
    };
    if allowed.refusals.is_empty() || mode == Live::PastGuards {
        return Ok(allowed);
    }
    if allowed.refusals.iter().all(|refusal| refusal.code == ALL_WITHHELD) {
        return Err(BuildError::AllWithheld { audiences: told_sizes(config, sizes) });
    }
    Err(RunError::Refused { refusals: allowed.refusals }.into())
}

/// What stopped additions when the same night was built before: guards over time are told by code alone.
fn refusals_again(results: &Results<'_, '_>, manifest: &Manifest) -> Vec<Refusal> {
    let mut refusals = results.refusals().to_vec();
    for told in &manifest.predicate.release.refusals {
        if !refusals.iter().any(|refusal| refusal.code == told.code) {
            refusals.push(Refusal {
                code: "additions-stopped",
                message: format!("the release of this night has removals only ({})", told.code),
                hint: "see the release's summary.md".to_owned(),
            });
        }
    }
    refusals
}

/// The code of the guard that every audience is too small.
const ALL_WITHHELD: &str = "all-withheld";

fn told_sizes(config: &Config, sizes: &[u64]) -> Vec<String> {
    let audiences = config.audiences.iter().zip(sizes);
    audiences.map(|(audience, size)| format!("{} ({size} of {})", audience.name, audience.min_size)).collect()
}

/// The guard that every audience is too small.
fn all_withheld(config: &Config, sizes: &[u64]) -> Refusal {
    let error = BuildError::AllWithheld { audiences: told_sizes(config, sizes) };
    Refusal { code: ALL_WITHHELD, message: error.to_string(), hint: ALL_WITHHELD_HINT.to_owned() }
}

/// What to do about it.
pub const ALL_WITHHELD_HINT: &str =
    "check where and basis with `verho check`; a smaller min_size makes single people easier to pick out";

/// The configured root key and the ring it opens, or a root for this run. Nothing is written: keys that
/// no build has made yet serve this run alone.
pub(super) fn root_key(config: &Config, random: [u8; 64]) -> Result<RootKey, RootKeyError> {
    keys_of(&Disk::real(), config, random, |place, audiences| {
        let Some(mut ring) = Ring::look(place)? else {
            return if State::is_there(place.dir) {
                Err(StateError::RingMissing { place: place.dir.to_owned() })
            } else {
                Ok(None)
            };
        };
        let open: Vec<&str> = audiences.iter().copied().filter(|name| !ring.is_destroyed(name)).collect();
        ring.complete(&place.random, open)?;
        Ok(Some(ring))
    })
}

/// The same for a build, whose tags have to be found again: the ring is made, or made longer, first.
pub(super) fn root_key_for_build(
    disk: &Disk,
    config: &Config,
    random: [u8; 64],
) -> Result<RootKey, RootKeyError> {
    keys_of(disk, config, random, |place, audiences| {
        // A closed audience has no key any more; the release that takes everybody out needs none.
        let ring = Ring::look(place)?;
        let is_open = |name: &&str| !ring.as_ref().is_some_and(|ring| ring.is_destroyed(name));
        Ring::take(place, audiences.iter().copied().filter(is_open)).map(Some)
    })
}

fn keys_of(
    disk: &Disk,
    config: &Config,
    random: [u8; 64],
    ring: impl FnOnce(&RingPlace<'_>, &[&str]) -> Result<Option<Ring>, StateError>,
) -> Result<RootKey, RootKeyError> {
    let Some(bytes) = configured_root(config)? else {
        return match config.state {
            Some(_) => Err(RootKeyError::Needed),
            None => Ok(RootKey::for_this_run(random[..32].try_into().expect("64 bytes hold 32"))),
        };
    };
    let root = RootKey::lasting(*bytes);
    let Some(state) = &config.state else { return Ok(root) };
    let place = RingPlace { disk, dir: &state.dir, root: &bytes, random: ring_seed(random) };
    let audiences: Vec<&str> = config.audiences.iter().map(|audience| audience.name.as_str()).collect();
    let ring = ring(&place, &audiences).map_err(|error| RootKeyError::Ring {
        what: error.to_string(),
        hint: error.hint(),
        code: error.code(),
        is_io: error.is_io(),
    })?;
    Ok(match ring {
        Some(ring) => root.with_ring(ring),
        None => root,
    })
}

/// What new keys of a ring are made from: all of the run's random bytes, since some of them become
/// names and salts that are no secret.
pub(super) fn ring_seed(random: [u8; 64]) -> [u8; 32] {
    use hmac::{KeyInit as _, Mac as _};
    let mut mac = crate::pipeline::keys::Mac256::new_from_slice(&random).expect("HMAC takes any key");
    mac.update(b"verho/ring-seed/1");
    mac.finalize().into_bytes().into()
}

/// The root key's bytes, from its file or the descriptor it was given on; never from both.
pub(super) fn configured_root(config: &Config) -> Result<Option<Zeroizing<[u8; 32]>>, RootKeyError> {
    match (&config.keys.root, config.keys.root_fd) {
        (Some(_), Some(_)) => Err(RootKeyError::Both),
        (Some(place), None) => read_root_key(place).map(Some),
        (None, Some(number)) => read_root_key_fd(number).map(Some),
        (None, None) => Ok(None),
    }
}

/// What earlier releases tell a run of this config under this key, and who was erased: the store of
/// erasures joins the config's registers.
pub(super) fn before(
    config: &mut Config,
    root: &RootKey,
    previous: Option<&PublishedRelease>,
) -> Result<Before, BuildError> {
    let erased = erasures::take_in(config, root, previous)?;
    let used_waivers = if config.waivers.is_empty() {
        std::collections::BTreeSet::new()
    } else {
        used_waivers(&config.output.dir, &config.controller.name)?
    };
    let Some(predicate) = previous.map(|release| &release.manifest.predicate) else {
        return Ok(Before { used_waivers, erased, ..Before::default() });
    };
    let same_key = root.id().is_some_and(|id| id == predicate.keys.root);
    let register = |record: &RegisterRecord| {
        let content = match (&record.age, record.content_since) {
            (RegisterAge::Known { moment, .. }, Some(since)) if same_key => {
                Some(ContentBefore { commitment: record.commitment.0, moment: moment.0, since: since.0 })
            }
            _ => None,
        };
        (record.name.clone(), RegisterBefore { rows: record.rows, content })
    };
    Ok(Before { registers: predicate.registers.iter().map(register).collect(), used_waivers, erased })
}

/// 16 of the run's random bytes; parts 0 and 1 are the root key of a run without one.
pub(super) fn part(random: [u8; 64], part: usize) -> [u8; 16] {
    random[part * 16..(part + 1) * 16].try_into().expect("64 bytes are four parts")
}

/// The name of a release: its moment in UTC, with hyphens where a file name cannot have colons.
#[must_use]
pub fn release_name(as_of: Timestamp) -> String {
    as_of.strftime("%Y-%m-%dT%H-%M-%SZ").to_string()
}

/// The separate small reader's word on what was staged.
fn check_staged(staging: &Staging, manifest: &Manifest) -> Result<(), BuildError> {
    let checked =
        check::check_with(staging.path(), &manifest.to_bytes(), check::Sight::Written(&staging.written()))?;
    if checked.is_sound(true) {
        return Ok(());
    }
    let faults: Vec<String> = checked.faults.iter().take(5).map(ToString::to_string).collect();
    Err(BuildError::Unsound(faults.join("; ")))
}
