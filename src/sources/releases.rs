//! A published release read back: the newest one that may be a base, the rows of its uploads, the
//! verdicts of its suppressions.
//!
//! It promises to take no release that another controller made or that was a replay, and to refuse,
//! not skip, one it cannot read: a base that silently moved back would hide a shrunken register. It
//! checks no rows; `outputs::check` does.

#![expect(clippy::disallowed_methods, reason = "published releases are read back here")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use rustix::fs::OFlags;
use sha2::{Digest as _, Sha256};

use crate::config::shown::{is_moment, shown_place};
use crate::envelope::{Identities, OpenError, Opener, SUFFIX};
use crate::manifest::suppressions::SUPPRESSIONS_HEADER;
use crate::manifest::{
    AudienceRecord, FEEDS, Hex32, MANIFEST_FILE, Manifest, Outcome, PlatformRecord, PreviousRelease,
    RECEIPTS, SUMS_FILE, Tag, UploadKind, Verdicts, sums,
};
use crate::platforms;
use crate::policy::reason::Reasons;

/// The largest small file that is read whole.
const SMALL_BYTES_MAX: u64 = 256 << 20;

/// A release on disk and its manifest.
#[derive(Debug, Clone)]
pub struct PublishedRelease {
    /// Its folder.
    pub path: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
    /// SHA-256 of its `manifest.json`.
    pub manifest_sha256: Hex32,
    /// What opens its encrypted files.
    keys: Option<Arc<Identities>>,
}

/// Why a release could not be read back.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// The file system refused.
    #[error("cannot read {place}: {source}", place = shown_place(place))]
    Io {
        /// Where.
        place: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The manifest is not one this version reads, or not the one `SHA256SUMS` was made from.
    #[error("the release {place} is damaged, or of a version this program does not read", place = shown_place(place))]
    Damaged {
        /// The release's folder.
        place: PathBuf,
    },
    /// Two releases of the same moment: neither is the newest.
    #[error("the releases {first} and {second} are of the same moment")]
    SameMoment {
        /// One.
        first: String,
        /// The other.
        second: String,
    },
    /// A link, a pipe or a folder stands where a release has a file.
    #[error("{place} is no plain file, as all files of a release are", place = shown_place(place))]
    NotAFile {
        /// The place.
        place: PathBuf,
    },
    /// A file is encrypted, and no key at hand opens it.
    #[error("{place} is encrypted, and no identity at hand opens it", place = shown_place(place))]
    Encrypted {
        /// The file.
        place: PathBuf,
    },
    /// A file is not as its manifest says.
    #[error("line {line} of {place} is not as a release has it", place = shown_place(place))]
    Line {
        /// The file.
        place: PathBuf,
        /// The line, from 1.
        line: u64,
    },
}

impl ReleaseError {
    /// What to do, as one sentence.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Io { source, .. } if matches!(source.kind(), io::ErrorKind::NotADirectory) => {
                "a file stands where the folder of releases should be: move it, or name another folder under [output] dir"
            }
            Self::Io { .. } => "check that the folder of releases can be read by the user who runs verho",
            Self::Damaged { .. } | Self::NotAFile { .. } => {
                "it may be the newest release, with which registers are compared, so it is not passed over: run verho verify on it, and if it cannot be mended or is not yours, move it out of the folder of releases"
            }
            Self::Line { .. } => {
                "run verho verify on it; if it cannot be mended, move it out of the folder of releases"
            }
            Self::Encrypted { .. } => "give the identity file of one of its recipients by --identity",
            Self::SameMoment { .. } => "move the one that was not uploaded out of the folder of releases",
        }
    }
}

impl PublishedRelease {
    /// Reads the manifest of the release in `path`, and holds it against `SHA256SUMS`.
    pub fn open(path: &Path) -> Result<Self, ReleaseError> {
        let damaged = || ReleaseError::Damaged { place: path.to_owned() };
        let bytes = read_small(&path.join(MANIFEST_FILE))?;
        let manifest = Manifest::from_bytes(&bytes).map_err(|_| damaged())?;
        let manifest_sha256 = Hex32(Sha256::digest(&bytes).into());
        if read_small(&path.join(SUMS_FILE))? != sums(&manifest, manifest_sha256).as_bytes() {
            return Err(damaged());
        }
        Ok(Self { path: path.to_owned(), manifest, manifest_sha256, keys: None })
    }

    /// The same release, its encrypted files opened by these keys.
    #[must_use]
    pub fn with_keys(mut self, keys: Option<Arc<Identities>>) -> Self {
        self.keys = keys;
        self
    }

    /// A file's bytes, decrypted where it is encrypted.
    fn reader(&self, place: &Path) -> Result<Box<dyn Read>, ReleaseError> {
        let file = BufReader::with_capacity(1 << 18, open(place)?);
        if !place.as_os_str().as_encoded_bytes().ends_with(SUFFIX.as_bytes()) {
            return Ok(Box::new(file));
        }
        let closed = || ReleaseError::Encrypted { place: place.to_owned() };
        let keys = self.keys.as_ref().ok_or_else(closed)?;
        match Opener::begin(keys, file) {
            Ok(opener) => Ok(Box::new(opener)),
            Err(OpenError::OtherKeys) => Err(closed()),
            Err(OpenError::Damaged) => Err(ReleaseError::Damaged { place: self.path.clone() }),
            Err(OpenError::Io(kind)) => Err(io_at(place, kind.into())),
        }
    }

    fn small(&self, place: &Path) -> Result<Vec<u8>, ReleaseError> {
        let mut bytes = Vec::new();
        let mut reader = self.reader(place)?.take(SMALL_BYTES_MAX + 1);
        reader.read_to_end(&mut bytes).map_err(|source| io_at(place, source))?;
        if bytes.len() as u64 > SMALL_BYTES_MAX {
            return Err(ReleaseError::Damaged { place: self.path.clone() });
        }
        Ok(bytes)
    }

    /// How the next release's manifest refers to this one.
    #[must_use]
    pub fn as_previous(&self) -> PreviousRelease {
        PreviousRelease {
            name: self.manifest.predicate.release.name.clone(),
            manifest_sha256: self.manifest_sha256,
        }
    }

    /// How many rows a register had.
    #[must_use]
    pub fn register_rows(&self, name: &str) -> Option<u64> {
        self.manifest
            .predicate
            .registers
            .iter()
            .find(|register| register.name == name)
            .map(|register| register.rows)
    }

    /// An audience's record.
    #[must_use]
    pub fn audience(&self, name: &str) -> Option<&AudienceRecord> {
        self.manifest.predicate.audiences.iter().find(|audience| audience.name == name)
    }

    /// Hands over every row of an upload, its parts one after another, without line ends. The rows
    /// before the first that carries digests are left out.
    pub fn each_row(
        &self,
        platform: &PlatformRecord,
        kind: UploadKind,
        mut each: impl FnMut(&[u8]),
    ) -> Result<(), ReleaseError> {
        for file in platform.files.iter().filter(|file| file.kind == kind) {
            let place = self.path.join(&file.name);
            let preamble = platforms::find(&platform.name).map_or(1, preamble_lines);
            let mut reader = BufReader::with_capacity(1 << 20, self.reader(&place)?);
            let mut line = Vec::new();
            for number in 1_u64.. {
                line.clear();
                let read = reader.read_until(b'\n', &mut line).map_err(|source| io_at(&place, source))?;
                if read == 0 {
                    break;
                }
                let Some(row) = line.strip_suffix(b"\n") else {
                    return Err(ReleaseError::Line { place, line: number });
                };
                if number > preamble {
                    each(row);
                }
            }
        }
        Ok(())
    }

    /// Every row of an upload at once, without line ends.
    pub fn rows(
        &self,
        platform: &PlatformRecord,
        kind: UploadKind,
    ) -> Result<BTreeSet<Vec<u8>>, ReleaseError> {
        let mut rows = BTreeSet::new();
        self.each_row(platform, kind, |row| {
            rows.insert(row.to_vec());
        })?;
        Ok(rows)
    }

    /// Who was left out of an audience: for each tag, the reasons by platform name.
    pub fn suppressions(
        &self,
        audience: &AudienceRecord,
    ) -> Result<BTreeMap<Tag, BTreeMap<String, Reasons>>, ReleaseError> {
        let folder = self.path.join("audiences").join(&audience.name);
        let named = |name: &str| {
            let encrypted = format!("audiences/{}/{name}{SUFFIX}", audience.name);
            let is_encrypted = self.manifest.digest_of(&encrypted).is_some();
            if is_encrypted { self.path.join(encrypted) } else { folder.join(name) }
        };
        let verdicts = self.verdicts(audience, &named("verdicts.csv"))?;
        let classes: Vec<BTreeMap<String, Reasons>> = verdicts
            .classes()
            .iter()
            .map(|class| {
                class
                    .iter()
                    .filter_map(|verdict| {
                        let platform = audience.platforms.get(usize::from(verdict.platform))?;
                        Some((platform.name.clone(), verdict.reasons))
                    })
                    .collect()
            })
            .collect();
        let place = named("suppressions.csv");
        let text = self.small(&place)?;
        let body = text
            .strip_prefix(SUPPRESSIONS_HEADER.as_bytes())
            .ok_or_else(|| ReleaseError::Line { place: place.clone(), line: 1 })?;
        let mut found = BTreeMap::new();
        for (number, line) in (2_u64..).zip(body.split_inclusive(|byte| *byte == b'\n')) {
            let entry = parse_tag(line).and_then(|(tag, class)| Some((tag, classes.get(class)?.clone())));
            let (tag, reasons) =
                entry.ok_or_else(|| ReleaseError::Line { place: place.clone(), line: number })?;
            if found.insert(tag, reasons).is_some() {
                return Err(ReleaseError::Line { place, line: number });
            }
        }
        Ok(found)
    }

    fn verdicts(&self, audience: &AudienceRecord, place: &Path) -> Result<Verdicts, ReleaseError> {
        let bytes = self.small(place)?;
        let platforms: Vec<&str> = audience.platforms.iter().map(|platform| platform.name.as_str()).collect();
        let registers: Vec<&str> =
            self.manifest.predicate.registers.iter().map(|register| register.name.as_str()).collect();
        let text = std::str::from_utf8(&bytes).map_err(|_| 1);
        text.and_then(|text| Verdicts::from_text(text, &platforms, &registers))
            .map_err(|line| ReleaseError::Line { place: place.to_owned(), line })
    }
}

/// The newest release in `folder` that this controller made and that was no replay; `None` when
/// there is none, or no folder yet. Only folders with a manifest count; links never do, `latest`
/// among them.
pub fn newest(folder: &Path, controller: &str) -> Result<Option<PublishedRelease>, ReleaseError> {
    newest_of(folder, controller, |_| true)
}

/// The same of those to which nobody was refused: what registers are measured against. A release of
/// removals only comes from registers that broke their contract.
pub fn newest_complete(folder: &Path, controller: &str) -> Result<Option<PublishedRelease>, ReleaseError> {
    newest_of(folder, controller, |release| release.manifest.predicate.release.outcome == Outcome::Complete)
}

fn newest_of(
    folder: &Path,
    controller: &str,
    counts: impl Fn(&PublishedRelease) -> bool,
) -> Result<Option<PublishedRelease>, ReleaseError> {
    let mut newest: Option<PublishedRelease> = None;
    for path in folders(folder)? {
        let release = PublishedRelease::open(&path)?;
        let predicate = &release.manifest.predicate;
        if predicate.release.replay || predicate.controller.name != controller || !counts(&release) {
            continue;
        }
        let moment = |release: &PublishedRelease| release.manifest.predicate.release.as_of;
        match newest.as_ref().map(|newest| moment(newest).cmp(&moment(&release))) {
            Some(std::cmp::Ordering::Greater) => {}
            Some(std::cmp::Ordering::Equal) => {
                let name = |release: &PublishedRelease| release.manifest.predicate.release.name.clone();
                let mut names = [newest.as_ref().map(name).unwrap_or_default(), name(&release)];
                names.sort();
                let [first, second] = names;
                return Err(ReleaseError::SameMoment { first, second });
            }
            Some(std::cmp::Ordering::Less) | None => newest = Some(release),
        }
    }
    Ok(newest)
}

/// Every release in `folder` with its place, by place; one that cannot be read is an error.
pub fn manifests(folder: &Path) -> Result<Vec<(PathBuf, PublishedRelease)>, ReleaseError> {
    let mut places = folders(folder)?;
    places.sort();
    places.into_iter().map(|place| PublishedRelease::open(&place).map(|release| (place, release))).collect()
}

/// The manifests of at most `most` releases before a moment, by the same controller, replays left out,
/// oldest first. One that cannot be read is passed over: this is for looking back, never for deciding.
pub fn before(
    folder: &Path,
    controller: &str,
    moment: Timestamp,
    most: usize,
) -> Result<Vec<Manifest>, ReleaseError> {
    let mut paths = folders(folder)?;
    // Releases are named by their moments, so that the newest can be read first and the rest not at all.
    paths.sort();
    let mut found = Vec::new();
    for path in paths.into_iter().rev() {
        if found.len() == most {
            break;
        }
        let Ok(release) = PublishedRelease::open(&path) else { continue };
        let told = &release.manifest.predicate;
        if !told.release.replay && told.controller.name == controller && told.release.as_of.0 < moment {
            found.push(release.manifest);
        }
    }
    found.sort_by_key(|manifest| manifest.predicate.release.as_of);
    Ok(found)
}

/// What stands in a folder of releases.
#[derive(Debug, Clone)]
pub enum Surveyed {
    /// A release that can be read.
    Release(Box<PublishedRelease>),
    /// It has a manifest that cannot be read, or that is not what its list of digests says.
    Damaged {
        /// Its folder.
        path: PathBuf,
    },
    /// A folder without a manifest.
    Foreign {
        /// The folder.
        path: PathBuf,
    },
}

impl Surveyed {
    /// The folder's name, or `?` when it is not of the kind that this program gives: whoever chose it may
    /// have written anything into it.
    #[must_use]
    pub fn name(&self) -> String {
        let path = match self {
            Self::Release(release) => &release.path,
            Self::Damaged { path } | Self::Foreign { path } => path,
        };
        let name = path.file_name().and_then(|name| name.to_str());
        name.filter(|name| is_moment(name)).unwrap_or("?").to_owned()
    }
}

/// Every folder in the folder of releases, by name; a release that cannot be read is told, not fatal.
/// Links, hidden folders and the folders of receipts and of feeds are none of them.
pub fn survey(folder: &Path) -> Result<Vec<Surveyed>, ReleaseError> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|source| io_at(folder, source))? {
        let entry = entry.map_err(|source| io_at(folder, source))?;
        let path = entry.path();
        let is_folder = entry.file_type().map_err(|source| io_at(&path, source))?.is_dir();
        let name = entry.file_name();
        if !is_folder || name.as_encoded_bytes().starts_with(b".") || name == RECEIPTS || name == FEEDS {
            continue;
        }
        let one = if path.join(MANIFEST_FILE).symlink_metadata().is_err() {
            Surveyed::Foreign { path: path.clone() }
        } else {
            match PublishedRelease::open(&path) {
                Ok(release) => Surveyed::Release(Box::new(release)),
                Err(_) => Surveyed::Damaged { path: path.clone() },
            }
        };
        found.push((path, one));
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(found.into_iter().map(|(_, one)| one).collect())
}

/// The ids of waivers that any release in `folder` by this controller has used, replays included: what
/// was let through once is used up.
pub fn used_waivers(folder: &Path, controller: &str) -> Result<BTreeSet<String>, ReleaseError> {
    let mut used = BTreeSet::new();
    for path in folders(folder)? {
        let predicate = PublishedRelease::open(&path)?.manifest.predicate;
        if predicate.controller.name == controller {
            used.extend(predicate.waivers.into_iter().map(|waiver| waiver.id));
        }
    }
    Ok(used)
}

/// Folders with a manifest; links never count, `latest` among them. One that may not be looked into is an
/// error, as one that cannot be read is; but for the folder that file systems keep for themselves.
fn folders(folder: &Path) -> Result<Vec<PathBuf>, ReleaseError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(io_at(folder, source)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|source| io_at(folder, source))?;
        let path = entry.path();
        let is_folder = entry.file_type().map_err(|source| io_at(&path, source))?.is_dir();
        let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if !is_folder || is_hidden {
            continue;
        }
        match path.join(MANIFEST_FILE).symlink_metadata() {
            Ok(_) => found.push(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(_) if entry.file_name() == "lost+found" => {}
            Err(source) => return Err(io_at(&path, source)),
        }
    }
    Ok(found)
}

fn parse_tag(line: &[u8]) -> Option<(Tag, usize)> {
    let (tag, class) = line.strip_suffix(b"\n")?.split_at_checked(32)?;
    let class = std::str::from_utf8(class.strip_prefix(b",")?).ok()?.parse().ok()?;
    Some((Tag::from_hex(tag)?, class))
}

fn preamble_lines(platform: &platforms::Platform) -> u64 {
    let header = platform.upload.layout().is_some_and(|layout| !layout.header.is_empty());
    match platform.upload {
        // The format row and the list row follow the header.
        platforms::Upload::MicrosoftBulk(_) => u64::from(header) + 2,
        platforms::Upload::Csv(_) | platforms::Upload::None { .. } => u64::from(header),
    }
}

fn open(place: &Path) -> Result<File, ReleaseError> {
    let not_a_file = || ReleaseError::NotAFile { place: place.to_owned() };
    // Without waiting, so that a pipe in a file's place cannot hang a run.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let opened = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(place);
    let file = opened.map_err(|source| {
        let is_link = place.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
        if is_link { not_a_file() } else { io_at(place, source) }
    })?;
    let is_file = file.metadata().map_err(|source| io_at(place, source))?.is_file();
    if is_file { Ok(file) } else { Err(not_a_file()) }
}

fn read_small(place: &Path) -> Result<Vec<u8>, ReleaseError> {
    let mut bytes = Vec::new();
    open(place)?.take(SMALL_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|source| io_at(place, source))?;
    if bytes.len() as u64 > SMALL_BYTES_MAX {
        return Err(ReleaseError::Damaged { place: place.to_owned() });
    }
    Ok(bytes)
}

fn io_at(place: &Path, source: io::Error) -> ReleaseError {
    ReleaseError::Io { place: place.to_owned(), source }
}

#[cfg(test)]
mod tests;
