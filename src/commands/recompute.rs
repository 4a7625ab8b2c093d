//! `verho verify --recompute`: a release against everything decided a second time from its inputs, by
//! code that shares nothing with the run but the config. Here alone the two meet.
//!
//! It tells counts of differences and names nobody. It needs the inputs as they were: another export
//! gives other people, and that is told before anything else.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::build::{configured_root, root_key};
use super::verify::{CheckLine, ExpectedAudience, VerifyError, compare_recomputed};
use crate::config::{Config, ERASURES, Faults, Given};
use crate::envelope::Identities;
use crate::manifest::{Tag, UploadKind};
use crate::oracle::{self, AudienceOutcome, Fate, OracleError, Outcome};
use crate::pipeline::keys::RootKey;
use crate::policy::reason::{Reason, Reasons};
use crate::sources::keys::RootKeyError;
use crate::sources::releases::{PublishedRelease, ReleaseError};

/// Why a release could not be decided again.
#[derive(Debug, thiserror::Error)]
pub enum RecomputeError {
    /// The config.
    #[error("{0}")]
    Config(Faults),
    /// The root key.
    #[error(transparent)]
    RootKey(#[from] RootKeyError),
    /// People were erased, of whom only keyed digests are kept.
    #[error(
        "the release leaves out people who were erased, and what is kept of them cannot be read by separate code"
    )]
    Erasures,
    /// Rows of it are gone.
    #[error("files of the release were purged, so there is nothing to compare with")]
    Purged,
    /// The inputs.
    #[error(transparent)]
    Oracle(#[from] OracleError),
    /// The release.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// The release.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

/// Decides again as of the release's own moment, and compares.
pub fn recompute(
    folder: &Path,
    config: &Path,
    given: &Given,
    keys: Option<Arc<Identities>>,
) -> Result<Vec<CheckLine>, RecomputeError> {
    let config = Config::load(config).map_err(RecomputeError::Config)?;
    // Here an identity opens the release's files first of all; inputs may have another.
    let own = config.keys.identity.clone().or_else(|| given.identity.clone());
    let config = config.given(&Given { identity: own, ..given.clone() });
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let release = PublishedRelease::open(&folder)?.with_keys(keys);
    let predicate = &release.manifest.predicate;
    if release.register_rows(ERASURES).is_some_and(|rows| rows > 0) {
        return Err(RecomputeError::Erasures);
    }
    let is_gone = |name: &str| folder.join(name).symlink_metadata().is_err();
    if release.manifest.retained_files().iter().any(|(.., name)| is_gone(name)) {
        return Err(RecomputeError::Purged);
    }
    let bytes = configured_root(&config)?;
    let keys = match (&bytes, &config.state) {
        (Some(_), Some(_)) => Keys::Ring(root_key(&config, [0; 64])?),
        (Some(bytes), None) => Keys::Root(bytes),
        (None, _) => Keys::None,
    };
    let outcome = oracle::decide(&config, predicate.release.as_of.0)?;

    let mut lines = Vec::new();
    let same_config = predicate.config_sha256.0 == config.sha256;
    lines.push(line(
        "recomputed-config",
        same_config,
        "the config is the one that the release was built from",
    ));
    lines.push(rows_read(&release, &outcome));
    // Codes and names of registers, as the config writes them.
    let guards = if outcome.refused.is_empty() {
        "no guard refuses the run".into()
    } else {
        outcome.refused.join(", ")
    };
    lines.push(line("recomputed-guards", outcome.refused.is_empty(), guards));
    for audience in &outcome.audiences {
        lines.extend(files(&release, audience));
    }
    let expected: Vec<_> = outcome.audiences.iter().map(|audience| expected(audience, &keys)).collect();
    lines.extend(compare_recomputed(&release, &expected)?);
    Ok(lines)
}

fn line(name: &'static str, ok: bool, detail: impl Into<String>) -> CheckLine {
    CheckLine { name, ok, detail: detail.into() }
}

fn rows_read(release: &PublishedRelease, outcome: &Outcome) -> CheckLine {
    let sources = &release.manifest.predicate.sources;
    let rows: u64 = sources.iter().map(|source| source.rows).sum();
    let unreadable: u64 = sources.iter().flat_map(|source| &source.unreadable).map(|code| code.count).sum();
    let same = rows == outcome.rows_read && unreadable == outcome.unreadable_rows;
    let detail = format!(
        "{}, {unreadable} unreadable in the release; {}, {} unreadable now",
        crate::pipeline::rows(rows),
        crate::pipeline::rows(outcome.rows_read),
        outcome.unreadable_rows
    );
    line("recomputed-inputs", same, detail)
}

/// Whether a full file stands exactly where one should: its rows are compared only where it does.
fn files(release: &PublishedRelease, audience: &AudienceOutcome) -> Vec<CheckLine> {
    let Some(record) = release.audience(&audience.name) else { return Vec::new() };
    let mut lines = Vec::new();
    for platform in &audience.platforms {
        let Some(found) = record.platforms.iter().find(|record| record.name == platform.name) else {
            continue;
        };
        let there = found.files.iter().any(|file| file.kind == UploadKind::Full);
        let wanted = !audience.withheld && !platform.rows.is_empty();
        if there != wanted {
            let detail = if wanted { "a full file is missing" } else { "there should be no full file" };
            lines.push(line(
                "recomputed-rows",
                false,
                format!("{}, {}: {detail}", audience.name, platform.name),
            ));
        }
    }
    lines
}

/// An audience of the oracle's in the terms of a release. Ids become tags here and go no further.
fn expected(audience: &AudienceOutcome, keys: &Keys<'_>) -> ExpectedAudience {
    let rows = audience.platforms.iter().map(|platform| (platform.name.clone(), platform.rows.clone()));
    let suppressions = (!matches!(keys, Keys::None)).then(|| {
        let mut by_tag: BTreeMap<Tag, BTreeMap<String, Reasons>> = BTreeMap::new();
        for platform in &audience.platforms {
            for ((space, id), fate) in &platform.decisions {
                let Fate::Suppressed(codes) = fate else { continue };
                let reasons = codes.iter().filter_map(|code| Reason::from_code(code));
                let reasons = reasons.fold(Reasons::NONE, Reasons::with);
                let tag = keys.tag(&audience.name, space, id);
                by_tag.entry(tag).or_default().insert(platform.name.clone(), reasons);
            }
        }
        by_tag
    });
    ExpectedAudience { name: audience.name.clone(), rows: rows.collect(), suppressions }
}

/// What tags are made under.
enum Keys<'k> {
    None,
    /// The oracle derives its keys from the root by itself.
    Root(&'k [u8; 32]),
    /// Keys of a ring are derived from nothing, so they are handed over.
    Ring(RootKey),
}

impl Keys<'_> {
    fn tag(&self, audience: &str, space: &str, id: &str) -> Tag {
        Tag(match self {
            Self::Root(root) => oracle::tag(root, audience, space, id),
            Self::Ring(keys) => {
                oracle::tag_under(&keys.person_secret(), &keys.tag_secret(audience), space, id)
            }
            Self::None => unreachable!("without keys no tag is asked for"),
        })
    }
}
