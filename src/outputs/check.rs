//! A small separate reader that checks a release: before it is published, and again by `verify`.
//!
//! It shares no code with the writers but the spelling of the records it must meet. It promises to
//! read every byte of every file once, in a fixed amount of memory, and to miss no single changed
//! byte. A fault names a file, a line and a rule, never what stands there. It does not know who
//! anybody is, and takes nobody's word but the manifest's.

mod fault;
mod folder;
mod lines;
mod tags;
#[cfg(test)]
mod tests;
mod upload;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use sha2::{Digest as _, Sha256};

pub use fault::{CheckError, Fault, Rule};
use folder::Entry;
use lines::Hashed;

use super::guide;
use super::records::{REPORT_FILE, SUMMARY_FILE, UPLOAD_FILE, suppressions_file, verdicts_file};
use super::report::report;
use crate::manifest::{
    AudienceRecord, Hex32, MANIFEST_FILE, Manifest, PlatformRecord, SIGNATURE_FILE, SUMS_FILE, UNLISTED,
    UploadFile, UploadKind, Verdicts, sums,
};
use crate::platforms::{self, Platform, RowShape};

/// The largest manifest, and the largest of the small files that are read whole.
const SMALL_BYTES_MAX: u64 = 256 << 20;

/// What was checked and what was found.
#[derive(Debug, Default)]
pub struct Checked {
    /// The manifest, when it could be read.
    pub manifest: Option<Manifest>,
    /// SHA-256 of `manifest.json`.
    pub manifest_sha256: Option<Hex32>,
    /// Faults, in the order of their files; none when the release is sound.
    pub faults: Vec<Fault>,
    /// Files read.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Upload rows and suppression tags read.
    pub rows: u64,
    /// Whether the pages were made again and compared: not when another version wrote them.
    pub pages_remade: bool,
}

impl Checked {
    /// Whether no fault was found, of those that count: file modes do not survive every copy, so
    /// `strict_modes` says whether they do.
    #[must_use]
    pub fn is_sound(&self, strict_modes: bool) -> bool {
        self.faults.iter().all(|fault| fault.rule == Rule::Mode && !strict_modes)
    }
}

/// Reads the bytes of `manifest.json`, for whoever checks its signature before believing it.
pub fn manifest_bytes(folder: &Path) -> Result<Vec<u8>, CheckError> {
    folder::read_small(folder, MANIFEST_FILE, SMALL_BYTES_MAX)
}

/// Reads the bytes of the signature, if there is one.
pub fn signature_bytes(folder: &Path) -> Result<Option<Vec<u8>>, CheckError> {
    match folder::read_small(folder, SIGNATURE_FILE, 1 << 16) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Checks the release in `folder`, of which `manifest_bytes` is the manifest.
pub fn check(folder: &Path, manifest_bytes: &[u8]) -> Result<Checked, CheckError> {
    let sha256 = Hex32(Sha256::digest(manifest_bytes).into());
    let mut checked = Checked { manifest_sha256: Some(sha256), ..Checked::default() };
    let entries = folder::walk(folder, &mut checked.faults)?;
    let Ok(manifest) = Manifest::from_bytes(manifest_bytes) else {
        checked.faults.push(Fault::of(Rule::ManifestUnreadable, MANIFEST_FILE));
        return Ok(checked);
    };
    for mismatch in manifest.reconcile() {
        checked.faults.push(Fault::of(Rule::CountsDisagree(mismatch.rule), &mismatch.place));
    }
    let plan = Plan::of(&manifest, &mut checked.faults);
    compare_names(&entries, &manifest, &plan, &mut checked.faults);
    check_sums(folder, &manifest, sha256, &entries, &mut checked)?;

    let listed: Vec<_> = manifest
        .subject
        .iter()
        .filter(|subject| entries.get(&subject.name).is_some_and(|entry| *entry == Entry::File))
        .collect();
    let read: Result<Vec<Outcome>, CheckError> = listed
        .into_par_iter()
        .map(|subject| {
            let mut outcome = read_file(folder, &subject.name, plan.jobs.get(&subject.name), &manifest)?;
            if outcome.hashed.sha256 != subject.digest.sha256 {
                outcome.faults.insert(0, Fault::of(Rule::Digest, &subject.name));
            }
            Ok(outcome)
        })
        .collect();
    let mut members_of: BTreeMap<Place, upload::Members> = BTreeMap::new();
    for outcome in read? {
        checked.files += 1;
        checked.bytes += outcome.hashed.bytes;
        checked.rows += outcome.rows;
        checked.faults.extend(outcome.faults);
        if let Some((place, members)) = outcome.members {
            *members_of.entry(place).or_default() += members;
        }
    }
    check_members(&manifest, &members_of, &mut checked.faults);
    checked.pages_remade = manifest.predicate.tool.version == env!("CARGO_PKG_VERSION");
    checked.manifest = Some(manifest);
    Ok(checked)
}

/// What a file of the release must hold.
enum Job<'m> {
    Upload {
        audience: &'m AudienceRecord,
        platform: &'static Platform,
        file: &'m UploadFile,
        place: (usize, usize),
    },
    Tags {
        audience: &'m AudienceRecord,
    },
    Verdicts {
        audience: &'m AudienceRecord,
    },
    Page(fn(&Manifest) -> String),
}

/// Every file that the predicate speaks of, by name.
struct Plan<'m> {
    jobs: BTreeMap<String, Job<'m>>,
}

impl<'m> Plan<'m> {
    fn of(manifest: &'m Manifest, faults: &mut Vec<Fault>) -> Self {
        let mut jobs = BTreeMap::from([
            (SUMMARY_FILE.to_owned(), Job::Page(guide::summary as fn(&Manifest) -> String)),
            (UPLOAD_FILE.to_owned(), Job::Page(guide::upload_guide)),
            (REPORT_FILE.to_owned(), Job::Page(report)),
        ]);
        for (at, audience) in manifest.predicate.audiences.iter().enumerate() {
            if audience.suppressions.is_some() {
                jobs.insert(suppressions_file(&audience.name), Job::Tags { audience });
                jobs.insert(verdicts_file(&audience.name), Job::Verdicts { audience });
            }
            for (platform_at, record) in audience.platforms.iter().enumerate() {
                let Some(platform) = platforms::find(&record.name).filter(|known| known.name == record.name)
                else {
                    faults.push(Fault::of(Rule::UnknownPlatform, &record.name));
                    continue;
                };
                for file in &record.files {
                    let place = (at, platform_at);
                    jobs.insert(file.name.clone(), Job::Upload { audience, platform, file, place });
                }
            }
        }
        Self { jobs }
    }
}

/// Every file is one the manifest lists, every listed one is there, and each has a meaning.
fn compare_names(
    entries: &BTreeMap<String, Entry>,
    manifest: &Manifest,
    plan: &Plan<'_>,
    faults: &mut Vec<Fault>,
) {
    let listed: BTreeSet<&str> = manifest.subject.iter().map(|subject| subject.name.as_str()).collect();
    let folders: BTreeSet<&str> = listed
        .iter()
        .flat_map(|name| name.match_indices('/').filter_map(|(end, _)| name.get(..end)))
        .collect();
    for (name, entry) in entries {
        let expected = match entry {
            Entry::File => listed.contains(name.as_str()) || UNLISTED.contains(&name.as_str()),
            Entry::Folder => folders.contains(name.as_str()),
        };
        if !expected {
            faults.push(Fault::of(Rule::NotListed, name));
        }
    }
    for name in &listed {
        if entries.get(*name) != Some(&Entry::File) {
            faults.push(Fault::of(Rule::Missing, name));
        }
        if !plan.jobs.contains_key(*name) {
            faults.push(Fault::of(Rule::NoMeaning, name));
        }
    }
    for name in plan.jobs.keys().filter(|name| !listed.contains(name.as_str())) {
        faults.push(Fault::of(Rule::NotSigned, name));
    }
}

/// `SHA256SUMS` is, byte for byte, what we would write.
fn check_sums(
    folder: &Path,
    manifest: &Manifest,
    sha256: Hex32,
    entries: &BTreeMap<String, Entry>,
    checked: &mut Checked,
) -> Result<(), CheckError> {
    if entries.get(SUMS_FILE) != Some(&Entry::File) {
        checked.faults.push(Fault::of(Rule::Missing, SUMS_FILE));
        return Ok(());
    }
    let found = folder::read_small(folder, SUMS_FILE, SMALL_BYTES_MAX)?;
    if found != sums(manifest, sha256).as_bytes() {
        checked.faults.push(Fault::of(Rule::Sums, SUMS_FILE));
    }
    Ok(())
}

/// What reading one file gave.
struct Outcome {
    hashed: Hashed,
    rows: u64,
    faults: Vec<Fault>,
    /// Of a full or add file.
    members: Option<(Place, upload::Members)>,
}

/// Which audience and platform of the manifest, and which of its files.
type Place = (usize, usize, UploadKind);

fn read_file(
    folder: &Path,
    name: &str,
    job: Option<&Job<'_>>,
    manifest: &Manifest,
) -> Result<Outcome, CheckError> {
    let mut reader = folder::open(folder, name)?;
    let plain = |hashed, faults| Outcome { hashed, rows: 0, faults, members: None };
    match job {
        None => Ok(plain(lines::hash(&mut reader)?, Vec::new())),
        Some(Job::Page(make)) => {
            let hashed = lines::hash(&mut reader)?;
            let ours = make(manifest);
            let same = Hex32(Sha256::digest(ours.as_bytes()).into()) == hashed.sha256;
            let by_us = manifest.predicate.tool.version == env!("CARGO_PKG_VERSION");
            let faults = if by_us && !same { vec![Fault::of(Rule::Page, name)] } else { Vec::new() };
            Ok(plain(hashed, faults))
        }
        Some(Job::Upload { audience, platform, file, place }) => {
            let read = upload::check(&mut reader, &audience.name, platform, file)?;
            let place = (place.0, place.1, file.kind);
            let members = (file.kind != UploadKind::Remove).then_some((place, read.members));
            Ok(Outcome { hashed: read.hashed, rows: read.rows, faults: read.faults, members })
        }
        Some(Job::Verdicts { audience }) => {
            let (hashed, faults, _) = read_verdicts(folder, audience, manifest)?;
            Ok(plain(hashed, faults))
        }
        Some(Job::Tags { audience }) => {
            // A fault in the verdicts is told with their own file; here it only leaves classes unknown.
            let verdicts = if folder::exists(folder, &verdicts_file(&audience.name)) {
                read_verdicts(folder, audience, manifest)?.2
            } else {
                None
            };
            let read = tags::check(&mut reader, name, audience, verdicts.as_ref())?;
            Ok(Outcome { hashed: read.hashed, rows: read.tags, faults: read.faults, members: None })
        }
    }
}

fn read_verdicts(
    folder: &Path,
    audience: &AudienceRecord,
    manifest: &Manifest,
) -> Result<(Hashed, Vec<Fault>, Option<Verdicts>), CheckError> {
    let name = verdicts_file(&audience.name);
    let bytes = folder::read_small(folder, &name, SMALL_BYTES_MAX)?;
    let hashed = Hashed { sha256: Hex32(Sha256::digest(&bytes).into()), bytes: bytes.len() as u64 };
    let platforms: Vec<&str> = audience.platforms.iter().map(|record| record.name.as_str()).collect();
    let registers: Vec<&str> =
        manifest.predicate.registers.iter().map(|register| register.name.as_str()).collect();
    let read = match std::str::from_utf8(&bytes) {
        Ok(text) => Verdicts::from_text(text, &platforms, &registers),
        Err(_) => Err(1),
    };
    match read {
        Err(line) => Ok((hashed, vec![Fault::at(Rule::Verdicts, &name, line)], None)),
        Ok(verdicts) => {
            let stated = audience.suppressions.as_ref().map(|record| record.classes);
            let mut faults = Vec::new();
            if stated != Some(verdicts.classes().len() as u64) {
                faults.push(Fault::of(Rule::Count, &name));
            }
            Ok((hashed, faults, Some(verdicts)))
        }
    }
}

/// Rows of the full files against eligible people and members, and of the add files against what
/// changes.
fn check_members(manifest: &Manifest, found: &BTreeMap<Place, upload::Members>, faults: &mut Vec<Fault>) {
    for ((audience_at, platform_at, kind), members) in found {
        let Some(audience) = manifest.predicate.audiences.get(*audience_at) else { continue };
        let Some(record) = audience.platforms.get(*platform_at) else { continue };
        let place = format!("audience {}, platform {}", audience.name, record.name);
        let shape = platforms::find(&record.name)
            .and_then(|platform| platform.upload.layout())
            .map(|layout| layout.shape);
        let agrees = match (shape, kind) {
            (None, _) => false,
            (Some(shape), UploadKind::Full) => full_agrees(shape, members, record),
            (Some(shape), UploadKind::Add | UploadKind::Remove) => match &record.delta {
                None => true,
                Some(delta) => {
                    let sent = delta.added.saturating_add(delta.resent).saturating_add(delta.widened);
                    let held = members.emails + members.phones;
                    match shape {
                        RowShape::PersonPerRow => members.rows <= record.people.eligible && held >= sent,
                        RowShape::IdentifierPerRow => held == sent,
                    }
                }
            },
        };
        if !agrees {
            faults.push(Fault::of(Rule::Members, &place));
        }
    }
}

fn full_agrees(shape: RowShape, members: &upload::Members, record: &PlatformRecord) -> bool {
    match shape {
        // Equal rows merge, and one identifier may stand in two people's rows.
        RowShape::PersonPerRow => {
            members.rows <= record.people.eligible
                && members.emails >= stated(record, "email")
                && members.phones >= stated(record, "phone")
        }
        RowShape::IdentifierPerRow => {
            members.emails == stated(record, "email") && members.phones == stated(record, "phone")
        }
    }
}

fn stated(record: &PlatformRecord, kind: &str) -> u64 {
    record.members.iter().filter(|count| count.code == kind).map(|count| count.count).sum()
}
