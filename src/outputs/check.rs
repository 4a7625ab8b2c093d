//! A small separate reader that checks a release: before it is published, and again by `verify`.
//!
//! It shares no code with the writers but the spelling of the records it must meet, and the checksum by
//! which it knows their files again. It promises to read every byte of every file once, in a fixed amount
//! of memory, and to miss no single changed byte. A fault names a file, a line and a rule, never what
//! stands there. It does not know who anybody is, and takes nobody's word but the manifest's; only of a file
//! that was just written, the writer's for the digest of the bytes whose checksum it meets.

mod fault;
mod folder;
mod lines;
mod tags;
#[cfg(test)]
mod tests;
mod upload;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::path::Path;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use sha2::{Digest as _, Sha256};

pub use fault::{CheckError, Fault, Rule};
use folder::Entry;
use lines::Hashed;
pub(super) use lines::Known;
use watch::SeenOf;
pub(super) use watch::Watcher;
pub use watch::{Seen, Written};

use super::guide;
use super::is_name;
use super::records::{REPORT_FILE, SUMMARY_FILE, UPLOAD_FILE, suppressions_file, verdicts_file};
use super::report::report;
use crate::config::shown::shown_name;
use crate::envelope::{Identities, OpenError, Opener, SUFFIX};
use crate::manifest::{
    AudienceRecord, EncryptedFile, Hex32, MANIFEST_FILE, Manifest, PlatformRecord, SIGNATURE_FILE, SUMS_FILE,
    UNLISTED, UploadFile, UploadKind, Verdicts, sums,
};
use crate::platforms::{self, Platform, RowShape};

/// The largest manifest, and the largest of the small files that are read whole.
const SMALL_BYTES_MAX: u64 = 256 << 20;
/// The most verdict classes counters are made for on a manifest's word: a line of `verdicts.csv` is
/// longer than 16 bytes.
const CLASSES_MAX: usize = (SMALL_BYTES_MAX >> 4) as usize;

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
    /// Encrypted files of which only the digest of the encrypted bytes could be checked.
    pub unopened: u64,
    /// Encrypted files that were opened, or seen before they were encrypted.
    pub opened: u64,
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

/// What can be known of files but what stands in the release: of those that are encrypted, above all.
#[derive(Debug, Clone, Copy)]
pub enum Sight<'s> {
    /// Their digests only.
    Closed,
    /// What was seen while they were written. Files are then known by their checksums, too.
    Written(&'s Written),
    /// What these keys open.
    Keys(&'s Identities),
}

impl<'s> Sight<'s> {
    /// By what a file is known again, if it was just written.
    fn known(self, name: &str) -> Option<&'s Known> {
        match self {
            Self::Written(written) => written.known.get(name),
            Self::Closed | Self::Keys(_) => None,
        }
    }
}

/// The digest by which a manifest is named.
#[must_use]
pub fn digest(manifest_bytes: &[u8]) -> Hex32 {
    Hex32(Sha256::digest(manifest_bytes).into())
}

/// Checks the release in `folder`, of which `manifest_bytes` is the manifest, without any key.
pub fn check(folder: &Path, manifest_bytes: &[u8]) -> Result<Checked, CheckError> {
    check_with(folder, manifest_bytes, Sight::Closed)
}

/// Checks the release in `folder`, of which `manifest_bytes` is the manifest.
pub fn check_with(folder: &Path, manifest_bytes: &[u8], sight: Sight<'_>) -> Result<Checked, CheckError> {
    let sha256 = digest(manifest_bytes);
    let mut checked = Checked { manifest_sha256: Some(sha256), ..Checked::default() };
    let entries = folder::walk(folder, &mut checked.faults)?;
    let Ok(manifest) = Manifest::from_bytes(manifest_bytes) else {
        conceal_found(None, &mut checked.faults);
        checked.faults.push(Fault::of(Rule::ManifestUnreadable, MANIFEST_FILE));
        return Ok(checked);
    };
    for mismatch in manifest.reconcile() {
        checked.faults.push(Fault::of(Rule::CountsDisagree(mismatch.rule), &mismatch.place));
    }
    let plan = Plan::of(&manifest, &mut checked.faults);
    compare_names(&entries, &manifest, &plan, &mut checked.faults);
    conceal_found(Some(&manifest), &mut checked.faults);
    check_sums(folder, &manifest, sha256, &entries, &mut checked)?;

    let listed: Vec<_> = manifest
        .subject
        .iter()
        .filter(|subject| entries.get(&subject.name).is_some_and(|entry| *entry == Entry::File))
        .collect();
    let read: Result<Vec<Outcome>, CheckError> = listed
        .into_par_iter()
        .map(|subject| {
            let mut outcome = match plan.encrypted.get(subject.name.as_str()) {
                None => read_file(folder, &subject.name, plan.jobs.get(&subject.name), &manifest, sight)?,
                Some(record) => encrypted_file(folder, record, &plan, &manifest, sight)?,
            };
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
        checked.opened += u64::from(outcome.sight == Some(true));
        checked.unopened += u64::from(outcome.sight == Some(false));
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
    encrypted: BTreeMap<&'m str, &'m EncryptedFile>,
}

impl<'m> Plan<'m> {
    fn of(manifest: &'m Manifest, faults: &mut Vec<Fault>) -> Self {
        let encrypted: BTreeMap<&str, &EncryptedFile> =
            manifest.predicate.encrypted.iter().map(|record| (record.name.as_str(), record)).collect();
        for subject in &manifest.subject {
            if subject.name.ends_with(SUFFIX) != encrypted.contains_key(subject.name.as_str()) {
                faults.push(Fault::of(Rule::Encryption, &subject.name));
            }
        }
        let named = |name: String| {
            let sealed = format!("{name}{SUFFIX}");
            if encrypted.contains_key(sealed.as_str()) { sealed } else { name }
        };
        let mut jobs = BTreeMap::from([
            (SUMMARY_FILE.to_owned(), Job::Page(guide::summary as fn(&Manifest) -> String)),
            (UPLOAD_FILE.to_owned(), Job::Page(guide::upload_guide)),
            (REPORT_FILE.to_owned(), Job::Page(report)),
        ]);
        for (at, audience) in manifest.predicate.audiences.iter().enumerate() {
            if audience.suppressions.is_some() {
                jobs.insert(named(suppressions_file(&audience.name)), Job::Tags { audience });
                jobs.insert(named(verdicts_file(&audience.name)), Job::Verdicts { audience });
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
        for name in encrypted.keys().filter(|name| manifest.digest_of(name).is_none()) {
            faults.push(Fault::of(Rule::NotSigned, name));
        }
        Self { jobs, encrypted }
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

/// Names that the manifest does not give were chosen by whoever put the file there, and may be anybody's
/// address or number: they are shown as all names that are found are.
fn conceal_found(manifest: Option<&Manifest>, faults: &mut [Fault]) {
    let names = manifest.iter().flat_map(|manifest| &manifest.subject).map(|subject| subject.name.as_str());
    let listed: BTreeSet<&str> = names.chain(UNLISTED).collect();
    let is_known = |place: &str| {
        let is_above = |name: &&&str| name.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'));
        place == "." || listed.contains(place) || listed.iter().any(|name| is_above(&name))
    };
    let found = |rule| matches!(rule, Rule::Kind | Rule::Mode | Rule::NotListed);
    for fault in faults.iter_mut().filter(|fault| found(fault.rule) && !is_known(&fault.place)) {
        // A part that is no name was shown already.
        let shown = |part| if is_name(part) { shown_name(part) } else { part.to_owned() };
        fault.place = fault.place.split('/').map(shown).collect::<Vec<_>>().join("/");
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
    /// Of an encrypted file, whether more was seen of it than its digest.
    sight: Option<bool>,
}

impl Outcome {
    const fn plain(hashed: Hashed, faults: Vec<Fault>) -> Self {
        Self { hashed, rows: 0, faults, members: None, sight: None }
    }

    fn of_upload(seen: &upload::Seen, platform: &Platform, file: &UploadFile, place: (usize, usize)) -> Self {
        let place = (place.0, place.1, file.kind);
        let members = (file.kind != UploadKind::Remove).then_some((place, seen.members));
        let faults = seen.faults(platform, file);
        Self { hashed: seen.hashed, rows: seen.members.rows, faults, members, sight: None }
    }

    fn of_tags(
        seen: &tags::Seen,
        name: &str,
        audience: &AudienceRecord,
        verdicts: Option<&Verdicts>,
    ) -> Self {
        let faults = seen.faults(name, audience, verdicts);
        Self { rows: seen.tags, ..Self::plain(seen.hashed, faults) }
    }
}

/// Which audience and platform of the manifest, and which of its files.
type Place = (usize, usize, UploadKind);

fn read_file(
    folder: &Path,
    name: &str,
    job: Option<&Job<'_>>,
    manifest: &Manifest,
    sight: Sight<'_>,
) -> Result<Outcome, CheckError> {
    let mut reader = folder::open(folder, name)?;
    let known = sight.known(name);
    match job {
        None => Ok(Outcome::plain(lines::hash(&mut reader, known)?, Vec::new())),
        Some(Job::Page(make)) => {
            let hashed = lines::hash(&mut reader, known)?;
            let ours = make(manifest);
            let same = Hex32(Sha256::digest(ours.as_bytes()).into()) == hashed.sha256;
            let by_us = manifest.predicate.tool.version == env!("CARGO_PKG_VERSION");
            let faults = if by_us && !same { vec![Fault::of(Rule::Page, name)] } else { Vec::new() };
            Ok(Outcome::plain(hashed, faults))
        }
        Some(Job::Upload { audience, platform, file, place }) => {
            let parts = [file.part, file.parts];
            let mut reading = upload::Reading::begin(platform, &audience.name, file.kind, parts);
            let hashed = lines::each_line(&mut reader, known, |number, line| reading.line(number, line))?;
            Ok(Outcome::of_upload(&reading.end(hashed), platform, file, *place))
        }
        Some(Job::Verdicts { audience }) => {
            let bytes = folder::read_small(folder, name, SMALL_BYTES_MAX)?;
            let (hashed, faults, _) = verdicts_of(&bytes, name, audience, manifest);
            Ok(Outcome::plain(hashed, faults))
        }
        Some(Job::Tags { audience }) => {
            // A fault in the verdicts is told with their own file; here it only leaves classes unknown.
            let verdicts = verdicts_file(&audience.name);
            let verdicts = if folder::exists(folder, &verdicts) {
                let bytes = folder::read_small(folder, &verdicts, SMALL_BYTES_MAX)?;
                verdicts_of(&bytes, &verdicts, audience, manifest).2
            } else {
                None
            };
            let mut reading =
                tags::Reading::begin(verdicts.as_ref().map(|verdicts| verdicts.classes().len()));
            let hashed = lines::each_line(&mut reader, known, |number, line| reading.line(number, line))?;
            Ok(Outcome::of_tags(&reading.end(hashed), name, audience, verdicts.as_ref()))
        }
    }
}

/// An encrypted file: its own digest, and as much of what it holds as can be seen.
fn encrypted_file(
    folder: &Path,
    record: &EncryptedFile,
    plan: &Plan<'_>,
    manifest: &Manifest,
    sight: Sight<'_>,
) -> Result<Outcome, CheckError> {
    let name = record.name.as_str();
    let hashed = lines::hash(&mut folder::open(folder, name)?, sight.known(name))?;
    let closed = Outcome { sight: Some(false), ..Outcome::plain(hashed, Vec::new()) };
    let seen = match sight {
        Sight::Closed => return Ok(closed),
        Sight::Written(written) => written.seen.get(name).cloned(),
        Sight::Keys(keys) => match look_into(folder, name, plan.jobs.get(name), keys)? {
            Look::Closed => return Ok(closed),
            Look::Damaged => {
                let faults = vec![Fault::of(Rule::Opening, name)];
                return Ok(Outcome { faults, ..closed });
            }
            Look::Seen(seen) => Some(seen),
        },
    };
    let Some(seen) = seen else {
        return Ok(Outcome { faults: vec![Fault::of(Rule::Unseen, name)], ..closed });
    };
    let mut outcome = match (&seen.0, plan.jobs.get(name)) {
        (SeenOf::Upload(seen), Some(Job::Upload { platform, file, place, .. })) => {
            Outcome::of_upload(seen, platform, file, *place)
        }
        (SeenOf::Tags(seen), Some(Job::Tags { audience })) => {
            let verdicts = encrypted_verdicts(folder, audience, plan, manifest, sight)?;
            Outcome::of_tags(seen, name, audience, verdicts.as_ref())
        }
        (SeenOf::Verdicts(_, bytes), Some(Job::Verdicts { audience })) => {
            Outcome::plain(hashed, verdicts_of(bytes, name, audience, manifest).1)
        }
        // Another kind of file was watched than the manifest says this is.
        _ => Outcome::plain(hashed, vec![Fault::of(Rule::Unseen, name)]),
    };
    if seen.sha256() != record.plain_sha256 {
        outcome.faults.insert(0, Fault::of(Rule::PlainDigest, name));
    }
    Ok(Outcome { hashed, sight: Some(true), ..outcome })
}

/// The verdicts of an audience whose suppressions are encrypted, where they can be seen.
fn encrypted_verdicts(
    folder: &Path,
    audience: &AudienceRecord,
    plan: &Plan<'_>,
    manifest: &Manifest,
    sight: Sight<'_>,
) -> Result<Option<Verdicts>, CheckError> {
    let name = format!("{}{SUFFIX}", verdicts_file(&audience.name));
    let seen = match sight {
        Sight::Closed => None,
        Sight::Written(written) => written.seen.get(&name).cloned(),
        Sight::Keys(keys) if folder::exists(folder, &name) => {
            match look_into(folder, &name, plan.jobs.get(&name), keys)? {
                Look::Seen(seen) => Some(seen),
                Look::Closed | Look::Damaged => None,
            }
        }
        Sight::Keys(_) => None,
    };
    Ok(match seen {
        Some(Seen(SeenOf::Verdicts(_, bytes))) => verdicts_of(&bytes, &name, audience, manifest).2,
        _ => None,
    })
}

/// What a key shows of an encrypted file.
enum Look {
    Closed,
    Damaged,
    Seen(Seen),
}

fn look_into(
    folder: &Path,
    name: &str,
    job: Option<&Job<'_>>,
    keys: &Identities,
) -> Result<Look, CheckError> {
    let source = folder::open(folder, name)?;
    let place = source.place;
    let mut opener = match Opener::begin(keys, io::BufReader::with_capacity(1 << 18, source.file)) {
        Ok(opener) => opener,
        Err(OpenError::OtherKeys) => return Ok(Look::Closed),
        Err(OpenError::Damaged) => return Ok(Look::Damaged),
        Err(OpenError::Io(kind)) => return Err(folder::io(&place, kind.into())),
    };
    let mut watcher = match job {
        Some(Job::Upload { audience, platform, file, .. }) => {
            Watcher::of_upload(Some(platform), &audience.name, file.kind, [file.part, file.parts])
        }
        Some(Job::Tags { audience }) => {
            let classes = audience.suppressions.as_ref().map_or(0, |record| record.classes);
            Watcher::of_tags(usize::try_from(classes).unwrap_or(usize::MAX).min(CLASSES_MAX))
        }
        Some(Job::Verdicts { .. }) => Watcher::of_verdicts(),
        Some(Job::Page(_)) | None => Watcher::of_upload(None, "", UploadKind::Full, [1, 1]),
    };
    let mut block = vec![0; 1 << 18];
    loop {
        match opener.read(&mut block) {
            Ok(0) => return Ok(Look::Seen(watcher.end())),
            Ok(read) => watcher.read(&block[..read]),
            Err(error) => match error.kind() {
                io::ErrorKind::Interrupted => {}
                io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => return Ok(Look::Damaged),
                _ => return Err(folder::io(&place, error)),
            },
        }
    }
}

fn verdicts_of(
    bytes: &[u8],
    name: &str,
    audience: &AudienceRecord,
    manifest: &Manifest,
) -> (Hashed, Vec<Fault>, Option<Verdicts>) {
    let hashed = Hashed { sha256: Hex32(Sha256::digest(bytes).into()), bytes: bytes.len() as u64 };
    let platforms: Vec<&str> = audience.platforms.iter().map(|record| record.name.as_str()).collect();
    let registers: Vec<&str> =
        manifest.predicate.registers.iter().map(|register| register.name.as_str()).collect();
    let read = match std::str::from_utf8(bytes) {
        Ok(text) => Verdicts::from_text(text, &platforms, &registers),
        Err(_) => Err(1),
    };
    match read {
        Err(line) => (hashed, vec![Fault::at(Rule::Verdicts, name, line)], None),
        Ok(verdicts) => {
            let stated = audience.suppressions.as_ref().map(|record| record.classes);
            let mut faults = Vec::new();
            if stated != Some(verdicts.classes().len() as u64) {
                faults.push(Fault::of(Rule::Count, name));
            }
            (hashed, faults, Some(verdicts))
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
