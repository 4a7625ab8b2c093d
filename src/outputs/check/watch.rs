//! The small separate reader beside a file that is written encrypted: it sees every byte before it is
//! encrypted, since afterwards it could not, and keeps what it saw until the manifest is there to be
//! held against. It shares nothing with the writer but the bytes.

use super::lines::{Hashed, Known, Lines};
use super::{tags, upload};
use crate::manifest::{Hex32, UploadKind};
use crate::platforms::Platform;
use std::collections::BTreeMap;

/// Most bytes of verdicts that are kept.
const VERDICTS_BYTES_MAX: usize = 256 << 20;

/// A reader of one file that is being written.
pub(in crate::outputs) struct Watcher {
    lines: Lines,
    kind: Kind,
}

impl std::fmt::Debug for Watcher {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Watcher")
    }
}

enum Kind {
    Upload(Box<upload::Reading>),
    Tags(tags::Reading),
    Verdicts(Vec<u8>),
    /// A file no rule is known for: its digest alone.
    Other,
}

/// What was seen of a release's files while they were written, by name.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// What the small reader saw of files before they were encrypted.
    pub(in crate::outputs) seen: BTreeMap<String, Seen>,
    /// By what every file is known again.
    pub(in crate::outputs) known: BTreeMap<String, Known>,
}

/// What was seen of one file before it was encrypted.
#[derive(Debug, Clone)]
pub struct Seen(pub(super) SeenOf);

#[derive(Debug, Clone)]
pub(super) enum SeenOf {
    Upload(upload::Seen),
    Tags(tags::Seen),
    Verdicts(Hashed, Vec<u8>),
    Other(Hashed),
}

impl Seen {
    /// The digest of what was seen.
    pub(super) fn sha256(&self) -> Hex32 {
        match &self.0 {
            SeenOf::Upload(seen) => seen.hashed.sha256,
            SeenOf::Tags(seen) => seen.hashed.sha256,
            SeenOf::Verdicts(hashed, _) | SeenOf::Other(hashed) => hashed.sha256,
        }
    }
}

impl Watcher {
    /// Of a part of an upload.
    pub(in crate::outputs) fn of_upload(
        platform: Option<&'static Platform>,
        audience: &str,
        kind: UploadKind,
        parts: [u32; 2],
    ) -> Self {
        let kind = platform.map_or(Kind::Other, |platform| {
            Kind::Upload(Box::new(upload::Reading::begin(platform, audience, kind, parts)))
        });
        Self { lines: Lines::default(), kind }
    }

    /// Of a suppression manifest whose verdicts have so many classes.
    pub(in crate::outputs) fn of_tags(classes: usize) -> Self {
        Self { lines: Lines::default(), kind: Kind::Tags(tags::Reading::begin(Some(classes))) }
    }

    /// Of verdicts.
    pub(in crate::outputs) fn of_verdicts() -> Self {
        Self { lines: Lines::default(), kind: Kind::Verdicts(Vec::new()) }
    }

    /// Takes the next bytes.
    pub(in crate::outputs) fn read(&mut self, bytes: &[u8]) {
        let Self { lines, kind } = self;
        match kind {
            Kind::Upload(reading) => lines.read(bytes, &mut |number, line| reading.line(number, line)),
            Kind::Tags(reading) => lines.read(bytes, &mut |number, line| reading.line(number, line)),
            Kind::Verdicts(text) => {
                // More than that is no verdicts, and what is cut off will not be missed silently.
                let kept = bytes.len().min(VERDICTS_BYTES_MAX.saturating_sub(text.len()));
                text.extend_from_slice(&bytes[..kept]);
                lines.read(bytes, &mut |_, _| false);
            }
            Kind::Other => lines.read(bytes, &mut |_, _| false),
        }
    }

    /// After the last byte.
    pub(in crate::outputs) fn end(self) -> Seen {
        let Self { lines, kind } = self;
        Seen(match kind {
            Kind::Upload(mut reading) => {
                let hashed = lines.end(&mut |number, line| reading.line(number, line));
                SeenOf::Upload(reading.end(hashed))
            }
            Kind::Tags(mut reading) => {
                let hashed = lines.end(&mut |number, line| reading.line(number, line));
                SeenOf::Tags(reading.end(hashed))
            }
            Kind::Verdicts(text) => SeenOf::Verdicts(lines.end(&mut |_, _| false), text),
            Kind::Other => SeenOf::Other(lines.end(&mut |_, _| false)),
        })
    }
}
