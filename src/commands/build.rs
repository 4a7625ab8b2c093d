//! From a config to a published release: read, decide, write beside the target, check with a separate
//! reader, sign, publish by one rename. All of it, or nothing.

mod record;

use std::path::PathBuf;

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::config::{Config, Faults, Given};
use crate::manifest::{
    Manifest, RegisterAge, RegisterRecord, SuppressionsRecord, TagSubject, UploadFile, UploadKind, Verdict,
};
use crate::outputs::check::{self, CheckError};
use crate::outputs::records::{SealError, SuppressionsWriter, seal};
use crate::outputs::signature::{KeyError, Signer};
use crate::outputs::{Disk, Latest, OutputError, PartPlan, Staging, UploadLimits, UploadWriter};
use crate::pipeline::before::{Before, ContentBefore, RegisterBefore};
use crate::pipeline::keys::RootKey;
use crate::pipeline::{Progress, Results, Run, RunError, Watch, interrupt, run};
use crate::platforms::Operation;
use crate::platforms::layout::preamble;
use crate::sources::keys::{RootKeyError, read_root_key, read_root_key_fd};
use crate::sources::releases::{PublishedRelease, ReleaseError, newest, used_waivers};
use crate::spill::SpillError;
use crate::state::{Ring, RingPlace, State, StateError};

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
    /// Columns that are not mapped and were never read, by source.
    pub unmapped: Vec<(String, Vec<String>)>,
    /// Bytes of records that went to a temporary file.
    pub spilled_bytes: u64,
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
    /// Writing.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// An earlier release.
    #[error(transparent)]
    Release(#[from] ReleaseError),
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
    let config = Config::load(&options.config).map_err(BuildError::Config)?.given(&options.given);
    let root = root_key_for_build(&config, options.random)?;
    let signer = config.keys.signing.as_deref().map(Signer::read).transpose()?;
    let previous = newest(&config.output.dir, &config.controller.name)?;
    let as_of = options.as_of.unwrap_or(options.now);
    let staging =
        Staging::begin(&Disk::real(), &config.output.dir, &release_name(as_of), part(options.random, 2))?
            .encrypted_for(&config.encryption);
    let before = before(&config, &root, previous.as_ref())?;
    let job = Run {
        config: &config,
        as_of,
        root: &root,
        run_key: part(options.random, 3),
        spill_dir: staging.path().to_path_buf(),
        before: &before,
        progress,
        watch: Watch::Nobody,
    };
    tracing::debug!(
        sources = config.sources.len(),
        registers = config.registers.len(),
        audiences = config.audiences.len(),
        "config read"
    );
    run(&job, |results| {
        let written = write_audiences(&config, results, &staging)?;
        tracing::info!(spilled_bytes = results.spilled_bytes(), "upload files and suppressions written");
        let predicate = record::predicate(&record::Record {
            config: &config,
            results,
            written,
            as_of,
            replay: options.as_of.is_some_and(|moment| moment != options.now),
            release: release_name(as_of),
            root: &root,
            signer: signer.as_ref(),
            previous: previous.as_ref().map(PublishedRelease::as_previous),
            before: &before,
        })?;
        let (manifest, _) = seal(&staging, predicate, signer.as_ref())?;
        check_staged(&staging, &manifest)?;
        tracing::info!(files = manifest.subject.len(), signed = signer.is_some(), "release checked");
        let sources = config.sources.iter().map(|source| source.name.clone());
        let unmapped = sources.zip(results.sources().iter().map(|source| source.unmapped.to_vec())).collect();
        let replay = manifest.predicate.release.replay;
        interrupt::check()?;
        let published = if options.dry_run { None } else { Some(staging.publish(!replay)?) };
        let latest_failed = published.as_ref().and_then(|published| match &published.latest {
            Latest::Failed(error) => Some(error.to_string()),
            Latest::Kept | Latest::Updated => None,
        });
        let release = published.map(|published| published.path);
        Ok(Built { release, latest_failed, manifest, unmapped, spilled_bytes: results.spilled_bytes() })
    })
}

/// The configured root key and the ring it opens, or a root for this run. Nothing is written: keys that
/// no build has made yet serve this run alone.
pub(super) fn root_key(config: &Config, random: [u8; 64]) -> Result<RootKey, RootKeyError> {
    keys_of(config, random, |place, audiences| {
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
fn root_key_for_build(config: &Config, random: [u8; 64]) -> Result<RootKey, RootKeyError> {
    keys_of(config, random, |place, audiences| Ring::take(place, audiences.iter().copied()).map(Some))
}

fn keys_of(
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
    let disk = Disk::real();
    let place = RingPlace { disk: &disk, dir: &state.dir, root: &bytes, random: ring_seed(random) };
    let audiences: Vec<&str> = config.audiences.iter().map(|audience| audience.name.as_str()).collect();
    let ring = ring(&place, &audiences)
        .map_err(|error| RootKeyError::Ring { what: error.to_string(), hint: error.hint() })?;
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

/// What earlier releases tell a run of this config under this key.
pub(super) fn before(
    config: &Config,
    root: &RootKey,
    previous: Option<&PublishedRelease>,
) -> Result<Before, ReleaseError> {
    let used_waivers = if config.waivers.is_empty() {
        std::collections::BTreeSet::new()
    } else {
        used_waivers(&config.output.dir, &config.controller.name)?
    };
    let Some(predicate) = previous.map(|release| &release.manifest.predicate) else {
        return Ok(Before { used_waivers, ..Before::default() });
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
    Ok(Before { registers: predicate.registers.iter().map(register).collect(), used_waivers })
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

/// What was written of one audience.
pub(crate) struct WrittenAudience {
    pub(crate) withheld: bool,
    pub(crate) suppressions: SuppressionsRecord,
    /// Files by platform, in the audience's order.
    pub(crate) files: Vec<Vec<UploadFile>>,
}

fn write_audiences(
    config: &Config,
    results: &Results<'_, '_>,
    staging: &Staging,
) -> Result<Vec<WrittenAudience>, BuildError> {
    let sizes: Vec<u64> =
        (0..config.audiences.len()).map(|audience| results.size_before_objections(audience)).collect();
    let withheld: Vec<bool> =
        config.audiences.iter().zip(&sizes).map(|(audience, size)| *size < audience.min_size).collect();
    if withheld.iter().all(|withheld| *withheld) {
        let audiences = config.audiences.iter().zip(&sizes);
        let told =
            audiences.map(|(audience, size)| format!("{} ({size} of {})", audience.name, audience.min_size));
        return Err(BuildError::AllWithheld { audiences: told.collect() });
    }
    let mut written = Vec::new();
    for (index, audience) in config.audiences.iter().enumerate() {
        let mut files = Vec::new();
        for cell in results.cells_of(index) {
            interrupt::check()?;
            let (_, rows) = results.cell_fates(cell);
            let has_members = !withheld[index] && rows.eligible > 0;
            files.push(if has_members {
                write_full(results, staging, &audience.name, cell)?
            } else {
                Vec::new()
            });
        }
        let suppressions = write_suppressions(config, results, staging, index)?;
        written.push(WrittenAudience { withheld: withheld[index], suppressions, files });
    }
    Ok(written)
}

fn write_full(
    results: &Results<'_, '_>,
    staging: &Staging,
    audience: &str,
    cell: usize,
) -> Result<Vec<UploadFile>, BuildError> {
    let platform = results.plan().cells[cell].platform;
    let header = |operation| {
        preamble(platform, audience, operation).map_err(|error| BuildError::Unsound(error.to_string()))
    };
    // Where a file says what it does, its first part replaces the list and the others add to it.
    let headers = [header(Operation::Replace)?, header(Operation::Add)?];
    let limits =
        UploadLimits { rows_max: platform.max_rows_per_file, bytes_max: platform.max_bytes_per_file };
    let mut plan = PartPlan::new(limits, headers[0].len() as u64);
    if plan.is_needed() {
        results.each_member_size(cell, |prefix, bytes| plan.observe(prefix, bytes))?;
    }
    let folder = format!("audiences/{audience}/{}", platform.name);
    let parts = plan.parts().ok_or_else(|| OutputError::TooManyParts {
        name: format!("{folder}/{}", UploadKind::Full.word()),
        most: crate::outputs::PARTS_MAX,
    })?;
    let mut writer = UploadWriter::begin_with(
        staging,
        &folder,
        UploadKind::Full,
        headers.each_ref().map(Vec::as_slice),
        limits,
        parts,
    )?;
    results.each_member_block(cell, |block| {
        if parts == 1 {
            writer.rows(0, &block.text, block.ends.len() as u64)?;
        } else {
            block.rows().try_for_each(|(prefix, row)| writer.row(prefix, row))?;
        }
        Ok::<(), BuildError>(())
    })?;
    Ok(writer.finish()?)
}

fn write_suppressions(
    config: &Config,
    results: &Results<'_, '_>,
    staging: &Staging,
    index: usize,
) -> Result<SuppressionsRecord, BuildError> {
    let audience = &config.audiences[index];
    let platforms: Vec<&str> = audience.platforms.iter().map(String::as_str).collect();
    let registers: Vec<&str> = config.registers.iter().map(|register| register.name.as_str()).collect();
    let used = results
        .suppressed_verdicts(index)
        .into_iter()
        .map(|(number, cells)| {
            let verdicts =
                cells.iter().enumerate().filter(|(_, cell)| cell.selected && !cell.reasons.is_empty());
            let verdicts = verdicts.map(|(platform, cell)| Verdict {
                platform: platform as u8,
                reasons: cell.reasons,
                registers: cell.registers,
            });
            (number, verdicts.collect())
        })
        .collect();
    let mut writer = SuppressionsWriter::begin(
        staging,
        &audience.name,
        &platforms,
        &registers,
        &used,
        TagSubject::Person,
    )?;
    results.each_suppressed(index, |tag, number| {
        writer.tag(crate::manifest::Tag(tag), number)?;
        Ok::<(), BuildError>(())
    })?;
    Ok(writer.finish()?)
}

/// The separate small reader's word on what was staged.
fn check_staged(staging: &Staging, manifest: &Manifest) -> Result<(), BuildError> {
    let checked =
        check::check_with(staging.path(), &manifest.to_bytes(), check::Sight::Seen(&staging.seen()))?;
    if checked.is_sound(true) {
        return Ok(());
    }
    let faults: Vec<String> = checked.faults.iter().take(5).map(ToString::to_string).collect();
    Err(BuildError::Unsound(faults.join("; ")))
}
