//! A release's records as files: suppressions and verdicts while people are decided, then the pages
//! for readers, the manifest, its signature and the list of digests.
//!
//! It promises that the pages are made from the manifest and nothing else, so that a reader can make
//! them again and compare. It decides nothing.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::check::Watcher;
use super::error::OutputError;
use super::guide;
use super::release::{StagedFile, Staging};
use super::report::report;
use super::signature::{KeyError, Signer};
use crate::manifest::suppressions::SUPPRESSIONS_HEADER;
use crate::manifest::{
    Hex32, MANIFEST_FILE, Manifest, Predicate, SIGNATURE_FILE, SUMS_FILE, SuppressionsRecord, Tag,
    TagSubject, Verdict, Verdicts, sums,
};

/// The page for a CI job.
pub const SUMMARY_FILE: &str = "summary.md";
/// The page for whoever uploads.
pub const UPLOAD_FILE: &str = "UPLOAD.md";
/// The page for a reader.
pub const REPORT_FILE: &str = "report.html";

/// Bytes of a line of suppressions at most: 32 hex digits, a comma, ten digits and a line feed.
const TAG_LINE_BYTES: usize = 44;

/// Why a release could not be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// A file could not be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The manifest could not be signed.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The manifest names another signing key than the one that is to sign it.
    #[error("the manifest names another signing key than the one in use")]
    OtherKey,
}

impl SealError {
    /// What to do, as one sentence.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Output(error) => error.hint(),
            Self::Key(error) => error.hint(),
            Self::OtherKey => "this is a fault of verho; please report it with the version and the command",
        }
    }
}

/// The path of an audience's suppression manifest below the release.
#[must_use]
pub fn suppressions_file(audience: &str) -> String {
    format!("audiences/{audience}/suppressions.csv")
}

/// The path of an audience's verdicts below the release.
#[must_use]
pub fn verdicts_file(audience: &str) -> String {
    format!("audiences/{audience}/verdicts.csv")
}

/// An audience's suppression manifest while it is written, tag after tag.
#[derive(Debug)]
pub struct SuppressionsWriter {
    file: StagedFile,
    /// What stands behind a tag: its class as the files number it, by the run's number of it.
    ends: BTreeMap<u32, Vec<u8>>,
    last: Option<Tag>,
    tags: u64,
    record: SuppressionsRecord,
}

impl SuppressionsWriter {
    /// Writes `verdicts.csv` and begins `suppressions.csv`. `used` holds every verdict class that
    /// somebody in this audience carries, under the run's own numbers; the files number them anew.
    pub fn begin(
        staging: &Staging,
        audience: &str,
        platforms: &[&str],
        registers: &[&str],
        used: &BTreeMap<u32, Vec<Verdict>>,
        tag_of: TagSubject,
    ) -> Result<Self, OutputError> {
        let (verdicts, numbers) = Verdicts::number(used);
        let recipients = &staging.encryption().suppressions;
        let mut file =
            staging.create_for(&verdicts_file(audience), recipients, || Some(Watcher::of_verdicts()))?;
        file.write(verdicts.to_text(platforms, registers).as_bytes())?;
        file.finish()?;
        let classes = verdicts.classes().len();
        let mut file = staging
            .create_for(&suppressions_file(audience), recipients, || Some(Watcher::of_tags(classes)))?;
        file.write(SUPPRESSIONS_HEADER.as_bytes())?;
        let record = SuppressionsRecord { tag_of, tags: 0, classes: verdicts.classes().len() as u64 };
        let end = |(class, number)| (class, format!(",{number}\n").into_bytes());
        Ok(Self { file, ends: numbers.into_iter().map(end).collect(), last: None, tags: 0, record })
    }

    /// Writes one line. Tags come in ascending order, each once, with one of the classes in use.
    pub fn tag(&mut self, tag: Tag, class: u32) -> Result<(), OutputError> {
        let out_of_order = || OutputError::Order { name: self.file.name().to_owned() };
        let end = self.ends.get(&class).ok_or_else(out_of_order)?;
        if self.last.is_some_and(|last| last >= tag) {
            return Err(out_of_order());
        }
        self.last = Some(tag);
        self.tags += 1;
        self.file.write_with(TAG_LINE_BYTES, |line| {
            line[..32].copy_from_slice(const_hex::Buffer::<16>::new().format(&tag.0).as_bytes());
            line[32..32 + end.len()].copy_from_slice(end);
            32 + end.len()
        })
    }

    /// Ends the file, and tells what the manifest says of it.
    pub fn finish(self) -> Result<SuppressionsRecord, OutputError> {
        self.file.finish()?;
        Ok(SuppressionsRecord { tags: self.tags, ..self.record })
    }
}

/// Writes what closes a release: `summary.md`, `UPLOAD.md`, `report.html`, the manifest over every file written so
/// far, its signature, and `SHA256SUMS`. Everything else must be finished before.
pub fn seal(
    staging: &Staging,
    mut predicate: Predicate,
    signer: Option<&Signer>,
) -> Result<(Manifest, Hex32), SealError> {
    if predicate.keys.signing != signer.map(Signer::fingerprint) {
        return Err(SealError::OtherKey);
    }
    predicate.encrypted = staging.records().into_iter().filter_map(|record| record.encrypted).collect();
    let pages = Manifest::new(Vec::new(), predicate);
    staging.put(SUMMARY_FILE, guide::summary(&pages).as_bytes())?;
    staging.put(UPLOAD_FILE, guide::upload_guide(&pages).as_bytes())?;
    staging.put(REPORT_FILE, report(&pages).as_bytes())?;
    let subject = staging.records().into_iter().map(Into::into).collect();
    let manifest = Manifest::new(subject, pages.predicate);
    let bytes = manifest.to_bytes();
    staging.put(MANIFEST_FILE, &bytes)?;
    if let Some(signer) = signer {
        staging.put(SIGNATURE_FILE, signer.sign(&bytes)?.as_bytes())?;
    }
    let sha256 = Hex32(Sha256::digest(&bytes).into());
    staging.put(SUMS_FILE, sums(&manifest, sha256).as_bytes())?;
    Ok((manifest, sha256))
}
