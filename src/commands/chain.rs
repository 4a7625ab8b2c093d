//! `verho verify --chain`: from a release back to the first, by the digest each manifest keeps of the one
//! before it, and across the folder, where no two releases may continue the same one.
//!
//! It promises a stable code for each way in which a chain can be broken, and believes nothing of a
//! link but what its manifest's digest proves. It reads no file but through `check`, and knows nothing
//! of what a single release must hold: that is asked of whoever calls it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::verify::{CheckLine, VerifyError};
use crate::config::shown::shown_name;
use crate::manifest::{Hex32, Manifest, Outcome};
use crate::outputs::LATEST;
use crate::sources::releases::{PublishedRelease, manifests};

/// The check's name when all is well.
const CHAIN: &str = "chain";
/// A release that is continued is not there.
const MISSING: &str = "chain-missing";
/// It is there, with another manifest than the one that was continued.
const ALTERED: &str = "chain-altered";
/// Another release stands in its folder.
const SWAPPED: &str = "chain-swapped";
/// Two releases continue the same one, or two are the first.
const FORKED: &str = "chain-forked";
/// A release that is not older than the one which continues it, or stands there under another name.
const REPLAYED: &str = "chain-replayed";
/// A link that does not pass its own checks.
const UNSOUND: &str = "chain-unsound";
/// `latest` is not the newest.
const NOT_NEWEST: &str = "chain-not-newest";

fn fault(name: &'static str, detail: impl Into<String>) -> CheckLine {
    CheckLine { name, ok: false, detail: detail.into() }
}

/// A release to begin at.
pub(super) struct Head<'h> {
    /// The path as it was given, which may be the link `latest`.
    pub(super) given: &'h Path,
    /// Its folder, without links.
    pub(super) folder: &'h Path,
    pub(super) manifest: &'h Manifest,
    pub(super) sha256: Hex32,
}

/// Follows the chain; `verify` answers which checks a link fails by itself.
pub(super) fn follow(
    head: &Head<'_>,
    verify: impl Fn(&Path) -> Result<Vec<&'static str>, VerifyError>,
) -> Result<Vec<CheckLine>, VerifyError> {
    let Some(folder) = head.folder.parent() else {
        return Ok(vec![fault(MISSING, "there is no folder of releases")]);
    };
    let mut lines = Vec::new();
    let first_name = name_of(head.manifest);
    if !is_named(head.folder, &head.manifest.predicate.release.name) {
        lines.push(fault(REPLAYED, format!("{first_name} stands in a folder of another name")));
    }
    let (mut manifest, mut links) = (head.manifest.clone(), 0_u64);
    while let Some(previous) = manifest.predicate.release.previous.clone() {
        let place = folder.join(&previous.name);
        let link = match look(&place, &previous.name, previous.manifest_sha256)? {
            Ok(link) => link,
            Err(line) => {
                lines.push(line);
                break;
            }
        };
        let release = &link.predicate.release;
        if release.as_of >= manifest.predicate.release.as_of || release.replay {
            let detail = format!("{} cannot come before {}", shown_name(&previous.name), name_of(&manifest));
            lines.push(fault(REPLAYED, detail));
            break;
        }
        let failed = verify(&place)?;
        if !failed.is_empty() {
            lines.push(fault(UNSOUND, format!("{}: {}", shown_name(&previous.name), failed.join(", "))));
        }
        links += 1;
        manifest = link;
    }
    let others = siblings(folder)?;
    lines.extend(forks(&others));
    lines.extend(newest(head, &others));
    if lines.is_empty() {
        let detail = match links {
            0 => format!("{first_name} is the first release"),
            links => format!("{links} earlier releases, back to {}", name_of(&manifest)),
        };
        lines.push(CheckLine { name: CHAIN, ok: true, detail });
    }
    Ok(lines)
}

/// A release's name as its manifest has it, for a message: whoever wrote the manifest chose it.
fn name_of(manifest: &Manifest) -> String {
    shown_name(&manifest.predicate.release.name)
}

fn is_named(folder: &Path, name: &str) -> bool {
    folder.file_name().is_some_and(|found| found == name)
}

/// The manifest of a link, when it is the one whose digest was kept.
fn look(place: &Path, name: &str, sha256: Hex32) -> Result<Result<Manifest, CheckLine>, VerifyError> {
    let shown = shown_name(name);
    // A name from a manifest is no path: it could lead anywhere.
    if !crate::outputs::is_name(name) || !place.join(crate::manifest::MANIFEST_FILE).is_file() {
        return Ok(Err(fault(MISSING, format!("{shown} is continued, and is not there"))));
    }
    let bytes = crate::outputs::check::manifest_bytes(place)?;
    let manifest = Manifest::from_bytes(&bytes).ok();
    if crate::outputs::check::digest(&bytes) == sha256
        && let Some(manifest) = manifest
    {
        return Ok(if manifest.predicate.release.name == name {
            Ok(manifest)
        } else {
            Err(fault(SWAPPED, format!("{} stands in the place of {shown}", name_of(&manifest))))
        });
    }
    Ok(Err(match manifest {
        Some(other) if other.predicate.release.name != name => {
            fault(SWAPPED, format!("{} stands in the place of {shown}", name_of(&other)))
        }
        _ => fault(ALTERED, format!("{shown} has another manifest than the one that was continued")),
    }))
}

/// What each release of the folder continues; replays continue nothing.
fn siblings(folder: &Path) -> Result<Vec<(PathBuf, PublishedRelease)>, VerifyError> {
    let all = manifests(folder)?;
    Ok(all.into_iter().filter(|(_, release)| !release.manifest.predicate.release.replay).collect())
}

/// Releases that continue the same one, and releases of one controller that are all the first.
fn forks(others: &[(PathBuf, PublishedRelease)]) -> Vec<CheckLine> {
    let mut by_previous: BTreeMap<(String, Option<Hex32>), Vec<String>> = BTreeMap::new();
    let mut by_digest: BTreeMap<Hex32, u64> = BTreeMap::new();
    for (_, release) in others {
        let predicate = &release.manifest.predicate;
        let previous = predicate.release.previous.as_ref().map(|previous| previous.manifest_sha256);
        let key = (predicate.controller.name.clone(), previous);
        let same = by_digest.entry(release.manifest_sha256).or_default();
        if *same == 0 {
            by_previous.entry(key).or_default().push(name_of(&release.manifest));
        }
        *same += 1;
    }
    let forked =
        by_previous.into_iter().filter(|(_, names)| names.len() > 1).map(|((_, previous), names)| {
            let of = if previous.is_some() { "continue the same release" } else { "are each the first" };
            fault(FORKED, format!("{} {of}", names.join(" and ")))
        });
    let copied = by_digest
        .into_values()
        .filter(|times| *times > 1)
        .map(|times| fault(REPLAYED, format!("one release stands there {times} times")));
    forked.chain(copied).collect()
}

/// Whoever asks by `latest` asks for the newest.
fn newest(head: &Head<'_>, others: &[(PathBuf, PublishedRelease)]) -> Option<CheckLine> {
    let asked = head.given.file_name().is_some_and(|name| name == LATEST);
    let predicate = &head.manifest.predicate;
    let newer = others.iter().map(|(_, release)| release).find(|release| {
        let other = &release.manifest.predicate;
        release.manifest_sha256 != head.sha256
            && other.controller.name == predicate.controller.name
            && other.release.as_of > predicate.release.as_of
            // `latest` never leads to a release with removals only.
            && other.release.outcome == Outcome::Complete
    })?;
    asked.then(|| fault(NOT_NEWEST, format!("{} is newer", name_of(&newer.manifest))))
}

#[cfg(test)]
mod tests;
