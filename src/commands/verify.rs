//! `verho verify`: a release alone, against its manifest; and against the oracle's answer.
//!
//! The signature comes first, before anything it signs is believed; then every file's digest,
//! grammar and counts. It promises that one changed byte anywhere in the release is found, and says
//! what it did not check. It prints nothing, reads no clock and changes no file.

#![expect(clippy::disallowed_methods, reason = "reads the list of allowed signers")]

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use super::chain::{Head, follow};
use super::receipts::{Trust, told as receipts_told};
use crate::config::shown::{shown_name, shown_place};
use crate::envelope::Identities;
use crate::manifest::{AudienceRecord, Hex32, Manifest, Outcome, Tag, UploadKind};
use crate::outputs::OutputError;
use crate::outputs::check::{self, CheckError, Checked, Fault, Rule, Sight};
use crate::outputs::signature::{AllowedSigners, RevokedKeys, Verified};
use crate::policy::reason::Reasons;
use crate::sources::releases::{PublishedRelease, ReleaseError};

/// How strict to be, and whom to trust.
#[derive(Debug, Clone)]
pub struct VerifyOptions {
    /// A list of allowed signers in OpenSSH's form. With one, an unsigned release fails.
    pub allowed_signers: Option<PathBuf>,
    /// Keys that may no longer sign, whenever they did.
    pub revoked_signers: Option<PathBuf>,
    /// The present. A signer must be allowed at the release's own moment, which is not after it; of a
    /// replay, whose moment is invented, at the present.
    pub moment: jiff::Timestamp,
    /// The oldest the release may be.
    pub max_age: Option<jiff::SignedDuration>,
    /// Follow the chain of earlier releases.
    pub chain: bool,
    /// What opens encrypted files.
    pub keys: Option<Arc<Identities>>,
    /// Whether files that others may read fail the release; otherwise they are a warning.
    pub strict_modes: bool,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Whether every check passed.
    pub ok: bool,
    /// The release's name, when its manifest could be read.
    pub release: Option<String>,
    /// The fingerprint of the key that signed it.
    pub signed_by: Option<String>,
    /// Who the list of allowed signers says that is.
    pub signer: Option<String>,
    /// Files that valid receipts tell as deleted, and that are gone.
    pub purged: u64,
    /// Each check, in the order made.
    pub checks: Vec<CheckLine>,
    /// What a reader must not believe was checked.
    pub not_checked: Vec<&'static str>,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckLine {
    /// Its stable name.
    pub name: &'static str,
    /// Whether it passed.
    pub ok: bool,
    /// What was found.
    pub detail: String,
}

/// Why a release could not be verified at all.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// There is no `manifest.json` in it.
    #[error("{place} is not a release: it has no manifest.json", place = shown_place(place))]
    NotARelease {
        /// The folder.
        place: PathBuf,
    },
    /// The release cannot be read.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// The release cannot be read back.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// A receipt of a purge cannot be read.
    #[error(transparent)]
    Receipt(#[from] OutputError),
    /// The list of allowed signers cannot be read.
    #[error("cannot read the list of allowed signers {place}: {source}", place = shown_place(place))]
    AllowedSigners {
        /// The list.
        place: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The list of revoked keys cannot be read.
    #[error("cannot read the list of revoked keys {place}: {source}", place = shown_place(place))]
    RevokedSigners {
        /// The list.
        place: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A line of the list of revoked keys cannot be read.
    #[error("line {line} of {place} is not a public key", place = shown_place(place))]
    RevokedSignersLine {
        /// The list.
        place: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// A line of the list of allowed signers cannot be read.
    #[error("line {line} of {place} is not an allowed signer", place = shown_place(place))]
    AllowedSignersLine {
        /// The list.
        place: PathBuf,
        /// The line, from 1.
        line: usize,
    },
}

impl VerifyError {
    /// What to do, as one sentence.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotARelease { .. } => "name the release's own folder, such as releases/latest",
            Self::Check(_) | Self::Receipt(_) => {
                "run as the user who made the release, or as one who may read it"
            }
            Self::Release(error) => error.hint(),
            Self::AllowedSigners { .. } | Self::RevokedSigners { .. } => "check the path of the list",
            Self::RevokedSignersLine { .. } => {
                "a line reads: ssh-ed25519 KEY; a binary list (KRL) is not read, write the keys out"
            }
            Self::AllowedSignersLine { .. } => {
                "a line reads: who [options] ssh-ed25519 KEY; see ALLOWED SIGNERS in the manual of ssh-keygen"
            }
        }
    }
}

/// The most faults a check's line tells of.
const FAULTS_TOLD: usize = 5;

/// Verifies the release in `folder`.
pub fn verify(folder: &Path, options: &VerifyOptions) -> Result<VerifyReport, VerifyError> {
    let whom = Whom::read(options)?;
    let given = folder;
    // The folder may be reached by a link, such as `latest`; nothing within it may be one.
    let folder = folder.canonicalize().map_err(|_| VerifyError::NotARelease { place: folder.to_owned() })?;
    let (mut report, found) = verify_alone(&folder, options, &whom)?;
    if options.chain
        && let Some((manifest, sha256)) = &found
    {
        let head = Head { given, folder: &folder, manifest, sha256: *sha256 };
        report.checks.extend(follow(&head, |link| {
            let (report, _) = verify_alone(link, options, &whom)?;
            Ok(report.checks.iter().filter(|line| !line.ok).map(|line| line.name).collect())
        })?);
    }
    if let (Some(most), Some((manifest, _))) = (options.max_age, &found) {
        let age = options.moment.duration_since(manifest.predicate.release.as_of.0);
        let detail = format!("of {}, and asked to be at most {most:#} old", manifest.predicate.release.as_of);
        report.checks.push(line("max-age", age <= most, detail));
    }
    report.ok = report.checks.iter().all(|line| line.ok);
    Ok(report)
}

/// Whom to trust.
struct Whom {
    allowed: Option<AllowedSigners>,
    revoked: RevokedKeys,
    now: jiff::Timestamp,
}

impl Whom {
    fn read(options: &VerifyOptions) -> Result<Self, VerifyError> {
        let allowed = options.allowed_signers.as_deref().map(read_allowed_signers).transpose()?;
        let revoked = options.revoked_signers.as_deref().map(read_revoked_signers).transpose()?;
        Ok(Self { allowed, revoked: revoked.unwrap_or_default(), now: options.moment })
    }

    /// The moment at which the signer of these bytes must have been allowed.
    fn moment_of(&self, manifest: Option<&Manifest>) -> jiff::Timestamp {
        let release = manifest.map(|manifest| &manifest.predicate.release);
        release.filter(|release| !release.replay).map_or(self.now, |release| release.as_of.0)
    }
}

/// A manifest and its digest.
type Found = (Manifest, Hex32);

/// Verifies one release by itself.
fn verify_alone(
    folder: &Path,
    options: &VerifyOptions,
    whom: &Whom,
) -> Result<(VerifyReport, Option<Found>), VerifyError> {
    if folder.join(crate::manifest::MANIFEST_FILE).symlink_metadata().is_err() {
        return Err(VerifyError::NotARelease { place: folder.to_owned() });
    }
    let manifest_bytes = check::manifest_bytes(folder)?;
    let signature = check::signature_bytes(folder)?;
    let stated = Manifest::from_bytes(&manifest_bytes).ok();
    let mut signed = check_signature(&manifest_bytes, signature.as_deref(), whom, stated.as_ref());
    let sight = options.keys.as_deref().map_or(Sight::Closed, Sight::Keys);
    let mut checked = check::check_with(folder, &manifest_bytes, sight)?;

    let release = checked.manifest.as_ref().map(|manifest| shown_name(&manifest.predicate.release.name));
    if let Some(manifest) = &checked.manifest {
        expect_signature(manifest, &mut signed);
        expect_name(manifest, folder, &mut signed.checks);
        expect_past(manifest, options.moment, &mut signed.checks);
    }
    let Signed { key, signer, mut checks } = signed;
    let trust = Trust { allowed: whom.allowed.as_ref(), moment: options.moment };
    let purged = believe_receipts(folder, &mut checked, trust, &whom.revoked, &mut checks)?;
    checks.extend(lines(&checked, options.strict_modes));
    let mut not_checked = vec![
        "that the decisions follow from the inputs: that needs the inputs and --recompute",
        "that the references of the bases (assessments, notices) exist and say what is needed",
        "what was uploaded, and what the platforms did with it",
    ];
    if checked.unopened > 0 {
        not_checked.push(if options.keys.is_some() {
            "what stands in encrypted files that the identity does not open: of those, the digest of the encrypted bytes alone"
        } else {
            "what stands in encrypted files: of those, the digest of the encrypted bytes alone; their recipients see more with --identity"
        });
    }
    if key.is_none() {
        not_checked.push("who made the release: it is not signed");
    } else if signer.is_none() {
        not_checked.push("whose key signed the release: no list of allowed signers was given or fits");
    }
    if !checked.pages_remade {
        not_checked.push(
            "that report.html, summary.md and UPLOAD.md follow from the manifest: another version wrote them",
        );
    }
    if purged > 0 {
        not_checked.push("what stood in the purged files: the manifest alone tells of them");
    }
    let ok = checks.iter().all(|line| line.ok);
    let found = checked.manifest.zip(checked.manifest_sha256);
    Ok((VerifyReport { ok, release, signed_by: key, signer, purged, checks, not_checked }, found))
}

/// Takes the files that valid receipts tell as deleted from the missing ones, and tells of the receipts.
/// A file that is told as deleted and is there, or a receipt that is not valid, fails the release.
fn believe_receipts(
    folder: &Path,
    checked: &mut Checked,
    trust: Trust<'_>,
    revoked: &RevokedKeys,
    checks: &mut Vec<CheckLine>,
) -> Result<u64, VerifyError> {
    let (Some(manifest), Some(sha256), Some(releases)) =
        (&checked.manifest, checked.manifest_sha256, folder.parent())
    else {
        return Ok(0);
    };
    let told = receipts_told(releases, manifest, sha256, trust)?;
    let is_purged = |fault: &Fault| fault.rule == Rule::Missing && told.purged.contains_key(&fault.place);
    let gone = checked.faults.iter().filter(|fault| is_purged(fault)).count();
    checked.faults.retain(|fault| !is_purged(fault));
    let mut wrong = told.faults.clone();
    if told.signed_by.iter().any(|key| revoked.has_fingerprint(key)) {
        wrong.push("a receipt is signed by a revoked key".to_owned());
    }
    if gone < told.purged.len() {
        wrong.push(format!("{} files are told as deleted and are there", told.purged.len() - gone));
    }
    if told.is_unfinished {
        wrong.push("a purge was begun and not finished: run verho purge --due".to_owned());
    }
    if !wrong.is_empty() {
        checks.push(line("receipts", false, wrong.join("; ")));
    } else if gone > 0 {
        let by = match &told.signed_by[..] {
            [] => "not signed".to_owned(),
            keys => format!("signed by {}", keys.join(", ")),
        };
        let last = told.purged.values().max().map(ToString::to_string).unwrap_or_default();
        let detail = format!(
            "purged: {gone} files, told as deleted by valid receipts ({}), the last on {last}; {by}",
            told.valid
        );
        checks.push(line("receipts", true, detail));
    }
    Ok(gone as u64)
}

struct Signed {
    key: Option<String>,
    signer: Option<String>,
    checks: Vec<CheckLine>,
}

fn line(name: &'static str, ok: bool, detail: impl Into<String>) -> CheckLine {
    CheckLine { name, ok, detail: detail.into() }
}

/// The longest list: tens of thousands of signers.
const LIST_BYTES_MAX: u64 = 4 << 20;

/// A list of signers whole. A pipe or a device would wait or go on for ever.
fn read_list(place: &Path) -> io::Result<Vec<u8>> {
    let metadata = std::fs::metadata(place)?;
    if !metadata.is_file() || metadata.len() > LIST_BYTES_MAX {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    std::fs::read(place)
}

fn read_allowed_signers(place: &Path) -> Result<AllowedSigners, VerifyError> {
    let unreadable = |source| VerifyError::AllowedSigners { place: place.to_owned(), source };
    let bytes = read_list(place).map_err(unreadable)?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable(io::ErrorKind::InvalidData.into()))?;
    AllowedSigners::parse(&text)
        .map_err(|error| VerifyError::AllowedSignersLine { place: place.to_owned(), line: error.line })
}

fn read_revoked_signers(place: &Path) -> Result<RevokedKeys, VerifyError> {
    let bytes =
        read_list(place).map_err(|source| VerifyError::RevokedSigners { place: place.to_owned(), source })?;
    let text = String::from_utf8(bytes)
        .map_err(|_| VerifyError::RevokedSignersLine { place: place.to_owned(), line: 1 })?;
    RevokedKeys::parse(&text)
        .map_err(|error| VerifyError::RevokedSignersLine { place: place.to_owned(), line: error.line })
}

fn check_signature(
    manifest: &[u8],
    signature: Option<&[u8]>,
    whom: &Whom,
    stated: Option<&Manifest>,
) -> Signed {
    let allowed = whom.allowed.as_ref();
    let Some(signature) = signature else {
        let checks = match allowed {
            Some(_) => {
                vec![line("signature", false, "the release is not signed, but allowed signers were given")]
            }
            None => vec![line("signature", true, "the release is not signed")],
        };
        return Signed { key: None, signer: None, checks };
    };
    let verified = match Verified::check(manifest, signature) {
        Ok(verified) => verified,
        Err(error) => {
            return Signed {
                key: None,
                signer: None,
                checks: vec![line("signature", false, error.to_string())],
            };
        }
    };
    let key = verified.fingerprint();
    let mut checks = vec![line("signature", true, format!("fits the manifest and the key inside it, {key}"))];
    if verified.is_revoked(&whom.revoked) {
        checks.push(line("signer", false, "the signing key is revoked"));
        return Signed { key: Some(key), signer: None, checks };
    }
    let signer = allowed.and_then(|list| match verified.signer(list, whom.moment_of(stated)) {
        Ok(signer) => {
            checks.push(line("signer", true, format!("allowed: {signer}")));
            Some(signer)
        }
        Err(error) => {
            checks.push(line("signer", false, error.to_string()));
            None
        }
    });
    Signed { key: Some(key), signer, checks }
}

/// A manifest that says it is signed must be, and by that key: else a signature could be taken away.
fn expect_signature(manifest: &Manifest, signed: &mut Signed) {
    let stated = manifest.predicate.keys.signing.as_ref();
    if let Some(stated) = stated
        && signed.key.as_ref() != Some(stated)
        // A signature that is wrong was told of already.
        && signed.checks.iter().all(|line| line.ok)
    {
        signed.checks.push(line(
            "signature",
            false,
            "the manifest names a signing key, and no signature by it is there",
        ));
    }
}

/// A release under another name may be an old one put in the place of a new one.
fn expect_name(manifest: &Manifest, folder: &Path, checks: &mut Vec<CheckLine>) {
    let name = &manifest.predicate.release.name;
    let same = folder.file_name().is_some_and(|found| found == name.as_str());
    // A copy may well have another name, so this is told and fails nothing.
    let name = shown_name(name);
    let detail = if same {
        format!("{name}, as its folder says")
    } else {
        format!("{name}, but its folder has another name")
    };
    checks.push(line("name", true, detail));
}

/// How far clocks may differ.
const CLOCKS_DIFFER: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

/// A moment that has not come would let a key sign that is not allowed yet, or no more by then.
fn expect_past(manifest: &Manifest, now: jiff::Timestamp, checks: &mut Vec<CheckLine>) {
    let release = &manifest.predicate.release;
    if !release.replay && release.as_of.0.duration_since(now) > CLOCKS_DIFFER {
        checks.push(line(
            "moment",
            false,
            format!("the release is of {}, which has not come", release.as_of),
        ));
    }
}

/// The checks by name, each with the rules it stands for.
fn name_of(rule: Rule) -> &'static str {
    match rule {
        Rule::ManifestUnreadable => "manifest",
        Rule::CountsDisagree(_) | Rule::Members | Rule::Reasons => "counts",
        Rule::Sums => "sums",
        Rule::Missing | Rule::NotListed | Rule::NoMeaning | Rule::NotSigned | Rule::Kind => "files",
        Rule::Mode => "modes",
        Rule::Digest => "digests",
        Rule::UnknownPlatform
        | Rule::Header
        | Rule::Row
        | Rule::ForbiddenDigest
        | Rule::Removal
        | Rule::RowOrder
        | Rule::Part
        | Rule::Limit
        | Rule::Count => "uploads",
        Rule::Tag | Rule::TagOrder | Rule::UnusedClass | Rule::Verdicts => "suppressions",
        Rule::Page => "pages",
        Rule::Encryption | Rule::Unseen | Rule::Opening | Rule::PlainDigest => "encryption",
    }
}

fn lines(checked: &Checked, strict_modes: bool) -> Vec<CheckLine> {
    const NAMES: [(&str, &str); 10] = [
        ("manifest", "is in its one spelling"),
        ("sums", "SHA256SUMS follows from the manifest"),
        ("files", "all files are listed and there"),
        ("modes", "files are their owner's alone"),
        ("digests", "every file has the digest of the manifest"),
        ("uploads", "every row is of the platform's grammar, once, in order"),
        ("suppressions", "every tag is there once, with a known verdict"),
        ("counts", "all counts add up"),
        ("pages", "the pages follow from the manifest"),
        ("encryption", "encrypted files open to their end, and hold what the manifest says"),
    ];
    let unread = checked.manifest.is_none();
    let mut lines = Vec::new();
    for (name, passed) in NAMES {
        let faults: Vec<&Fault> = checked.faults.iter().filter(|fault| name_of(fault.rule) == name).collect();
        if faults.is_empty() && (!unread || matches!(name, "modes")) {
            let amount = match name {
                "digests" => format!("{passed}: {} files, {} bytes", checked.files, checked.bytes),
                "uploads" => format!("{passed}: {} rows and tags", checked.rows),
                "encryption" => {
                    format!("{passed}: {} of {}", checked.opened, checked.opened + checked.unopened)
                }
                _ => passed.to_owned(),
            };
            let done = match name {
                "pages" => checked.pages_remade,
                "encryption" => checked.opened > 0,
                _ => true,
            };
            if done {
                lines.push(line(name, true, amount));
            }
        } else if !faults.is_empty() {
            let ok = name == "modes" && !strict_modes;
            lines.push(line(name, ok, told(&faults)));
        }
    }
    lines
}

fn told(faults: &[&Fault]) -> String {
    let mut parts: Vec<String> = faults
        .iter()
        .take(FAULTS_TOLD)
        .map(|fault| match fault.line {
            Some(number) => format!("{}, line {number}: {}", fault.place, fault.rule),
            None => format!("{}: {}", fault.place, fault.rule),
        })
        .collect();
    if faults.len() > FAULTS_TOLD {
        parts.push(format!("and {} more", faults.len() - FAULTS_TOLD));
    }
    parts.join("; ")
}

/// What the oracle says an audience must hold.
#[derive(Debug, Clone, Default)]
pub struct ExpectedAudience {
    /// The audience's name.
    pub name: String,
    /// Rows of the full file by platform name, as the file writes them, without line ends. Every platform
    /// of the audience is here; one whose audience is withheld has no rows.
    pub rows: BTreeMap<String, BTreeSet<Vec<u8>>>,
    /// Reasons by tag and platform name; `None` when the tags' key is not at hand.
    pub suppressions: Option<BTreeMap<Tag, BTreeMap<String, Reasons>>>,
}

/// Compares a release with what was decided a second time: one line a full file and one a
/// suppression manifest. Counts of differences only; a row would name somebody.
pub fn compare_recomputed(
    release: &PublishedRelease,
    expected: &[ExpectedAudience],
) -> Result<Vec<CheckLine>, VerifyError> {
    let mut lines = Vec::new();
    let audiences = &release.manifest.predicate.audiences;
    let names = |found: &[String]| found.iter().cloned().collect::<BTreeSet<_>>();
    let here = names(&audiences.iter().map(|audience| audience.name.clone()).collect::<Vec<_>>());
    let there = names(&expected.iter().map(|audience| audience.name.clone()).collect::<Vec<_>>());
    lines.push(line("recomputed-audiences", here == there, "the audiences are those of the config"));
    for expected in expected {
        let Some(audience) = release.audience(&expected.name) else { continue };
        compare_rows(release, audience, expected, &mut lines)?;
        if let Some(suppressions) = &expected.suppressions {
            let found = match audience.suppressions {
                Some(_) => release.suppressions(audience)?,
                None => BTreeMap::new(),
            };
            let tags: BTreeSet<_> = found.keys().chain(suppressions.keys()).collect();
            let different = tags.iter().filter(|tag| found.get(**tag) != suppressions.get(**tag)).count();
            let detail = format!("{}: {} tags, {different} differ", audience.name, tags.len());
            lines.push(line("recomputed-suppressions", different == 0, detail));
        }
    }
    Ok(lines)
}

fn compare_rows(
    release: &PublishedRelease,
    audience: &AudienceRecord,
    expected: &ExpectedAudience,
    lines: &mut Vec<CheckLine>,
) -> Result<(), VerifyError> {
    let here: BTreeSet<&str> = audience.platforms.iter().map(|platform| platform.name.as_str()).collect();
    let there: BTreeSet<&str> = expected.rows.keys().map(String::as_str).collect();
    if here != there {
        let detail = format!("{}: the platforms are not those of the config", audience.name);
        lines.push(line("recomputed-rows", false, detail));
    }
    for platform in &audience.platforms {
        let Some(wanted) = expected.rows.get(&platform.name) else { continue };
        let has_full = platform.files.iter().any(|file| file.kind == UploadKind::Full);
        if !has_full {
            // Withheld or stopped by a guard, there is none; else somebody took it away.
            let none_due = audience.withheld
                || release.manifest.predicate.release.outcome == Outcome::RemovalsOnly
                || wanted.is_empty();
            let detail = format!("{}, {}: no full file", audience.name, platform.name);
            lines.push(line("recomputed-rows", none_due, detail));
            continue;
        }
        let found = release.rows(platform, UploadKind::Full)?;
        let (extra, lost) = (found.difference(wanted).count(), wanted.difference(&found).count());
        let detail = format!(
            "{}, {}: {} rows; {extra} should not be there, {lost} are missing",
            audience.name,
            platform.name,
            found.len()
        );
        lines.push(line("recomputed-rows", extra + lost == 0, detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
