//! Upload files: rows that are encoded already, in one file or in parts by digest prefix.
//!
//! A part is chosen by the first bits of the row's first digest, and the number of parts is a power
//! of two, so that a row stays in its part from night to night until the whole audience doubles. It
//! does not know what a row holds; `check` does.

use super::check::Watcher;
use super::error::OutputError;
use super::release::{StagedFile, Staging};
use crate::manifest::{UploadFile, UploadKind};
use crate::platforms;

/// The most parts an upload may have: more open files than that is no upload a person can do.
pub const PARTS_MAX: u32 = 1024;

/// A platform's limits of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UploadLimits {
    /// Most rows, header not counted.
    pub rows_max: Option<u64>,
    /// Most bytes, header counted.
    pub bytes_max: Option<u64>,
}

/// How many parts an upload needs, found by looking at every row once before writing.
#[derive(Debug, Clone)]
pub struct PartPlan {
    limits: UploadLimits,
    header_bytes: u64,
    /// Rows and bytes by the first ten bits of the row's first digest.
    sizes: Vec<(u64, u64)>,
}

impl PartPlan {
    /// A plan for rows under these limits.
    #[must_use]
    pub fn new(limits: UploadLimits, header_bytes: u64) -> Self {
        Self { limits, header_bytes, sizes: vec![(0, 0); PARTS_MAX as usize] }
    }

    /// Whether there is anything to plan: without limits every upload is one file.
    #[must_use]
    pub const fn is_needed(&self) -> bool {
        self.limits.rows_max.is_some() || self.limits.bytes_max.is_some()
    }

    /// Takes a row into account: the first two bytes of its first digest, big-endian, and its bytes.
    pub fn observe(&mut self, prefix: u16, row_bytes: usize) {
        let (rows, bytes) = &mut self.sizes[usize::from(prefix) >> 6];
        *rows += 1;
        *bytes += row_bytes as u64;
    }

    /// The smallest power of two of parts that all fit; `None` when none up to [`PARTS_MAX`] does.
    #[must_use]
    pub fn parts(&self) -> Option<u32> {
        (0..=PARTS_MAX.ilog2()).map(|bits| 1 << bits).find(|parts: &u32| {
            self.sizes.chunks(self.sizes.len() / *parts as usize).all(|part| {
                let rows: u64 = part.iter().map(|size| size.0).sum();
                let bytes: u64 = part.iter().map(|size| size.1).sum::<u64>() + self.header_bytes;
                self.limits.rows_max.is_none_or(|most| rows <= most)
                    && self.limits.bytes_max.is_none_or(|most| bytes <= most)
            })
        })
    }
}

/// An upload while it is written: one file, or all its parts at once.
#[derive(Debug)]
pub struct UploadWriter {
    kind: UploadKind,
    limits: UploadLimits,
    /// How far a prefix is shifted to give its part; 16 for a single file.
    shift: u32,
    parts: Vec<(StagedFile, u64)>,
    /// The part that was written last. Rows come in order, so parts take turns.
    current: usize,
}

impl UploadWriter {
    /// Begins an upload in `folder` (`audiences/<audience>/<platform>`). `parts` is a power of two
    /// up to [`PARTS_MAX`]; `header` is everything before the first row.
    pub fn begin(
        staging: &Staging,
        folder: &str,
        kind: UploadKind,
        header: &[u8],
        limits: UploadLimits,
        parts: u32,
    ) -> Result<Self, OutputError> {
        Self::begin_with(staging, folder, kind, [header, header], limits, parts)
    }

    /// The same where the first part begins with another header than all others: of a Microsoft
    /// upload that replaces the list, only the first part replaces, and the others add to it.
    pub fn begin_with(
        staging: &Staging,
        folder: &str,
        kind: UploadKind,
        [first, others]: [&[u8]; 2],
        limits: UploadLimits,
        parts: u32,
    ) -> Result<Self, OutputError> {
        if !parts.is_power_of_two() || parts > PARTS_MAX {
            let name = format!("{folder}/{}", kind.word());
            return Err(OutputError::TooManyParts { name, most: PARTS_MAX });
        }
        // The folder's own words: `audiences/<audience>/<platform>`.
        let mut words = folder.rsplit('/');
        let platform = platforms::find(words.next().unwrap_or_default());
        let audience = words.next().unwrap_or_default();
        let recipients = platform.map_or(&staging.encryption().uploads[..], |platform| {
            staging.encryption().of_platform(platform.name)
        });
        let begun: Result<Vec<_>, OutputError> = (1..=parts)
            .map(|part| {
                let name = format!("{folder}/{}", kind.file_name(part, parts));
                let watch = || Some(Watcher::of_upload(platform, audience, kind, [part, parts]));
                let mut file = staging.create_for(&name, recipients, watch)?;
                file.write(if part == 1 { first } else { others })?;
                Ok((file, 0))
            })
            .collect();
        let mut begun = begun?;
        begun.iter_mut().skip(1).try_for_each(|(file, _)| file.rest())?;
        Ok(Self { kind, limits, shift: 16 - parts.ilog2(), parts: begun, current: 0 })
    }

    /// Writes one row, its line end included. `prefix` is the first two bytes of its first digest,
    /// big-endian. Rows come in the order of their bytes.
    #[inline]
    pub fn row(&mut self, prefix: u16, row: &[u8]) -> Result<(), OutputError> {
        self.rows(prefix, [row], row.len(), |row, room| {
            room[..row.len()].copy_from_slice(row);
            row.len()
        })
    }

    /// Writes several rows of one part: all share the bits of `prefix` that choose the part, which is always
    /// so when there is one part. `make` puts a row of at most `most` bytes where it is handed room, and tells
    /// how many it took.
    pub fn rows<R>(
        &mut self,
        prefix: u16,
        rows: impl IntoIterator<Item = R>,
        most: usize,
        mut make: impl FnMut(R, &mut [u8]) -> usize,
    ) -> Result<(), OutputError> {
        let part = (u32::from(prefix) >> self.shift) as usize;
        if part != self.current {
            self.parts[self.current].0.rest()?;
            self.current = part;
        }
        let (file, written) = &mut self.parts[part];
        for row in rows {
            file.write_with(most, |room| make(row, room))?;
            *written += 1;
        }
        let fits = self.limits.rows_max.is_none_or(|most| *written <= most)
            && self.limits.bytes_max.is_none_or(|most| file.bytes() <= most);
        if fits { Ok(()) } else { Err(OutputError::OverLimit { name: file.name().to_owned() }) }
    }

    /// Ends the upload, and tells what the manifest says of its files.
    pub fn finish(self) -> Result<Vec<UploadFile>, OutputError> {
        let (kind, parts) = (self.kind, self.parts.len() as u32);
        (1..)
            .zip(self.parts)
            .map(|(part, (file, rows))| {
                let record = file.finish()?;
                Ok(UploadFile { name: record.name, kind, part, parts, rows, bytes: record.bytes })
            })
            .collect()
    }
}
