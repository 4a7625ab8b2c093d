//! Until when the files of a release are kept: each manifest says it of its own files, so that a purge
//! needs no other word than the manifest's, and a later config changes nothing that was promised.

use serde::{Deserialize, Serialize};

use super::{Manifest, Moment, Predicate, UploadKind};

/// Kinds of file with a date of their own. The manifest itself, its signature, the list of digests
/// and the pages hold counts only, and are kept as evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retained {
    /// Full files.
    Full,
    /// Add and remove files.
    Delta,
    /// Suppressions and verdicts.
    Suppressions,
}

impl Retained {
    /// Every kind, in the manifest's order.
    pub const ALL: [Self; 3] = [Self::Full, Self::Delta, Self::Suppressions];

    /// The word the manifest and the receipts use.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Delta => "delta",
            Self::Suppressions => "suppressions",
        }
    }
}

/// Until when one kind of file is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionRecord {
    /// The kind of file.
    pub files: Retained,
    /// The moment from which on they are to be deleted; none: they are kept.
    pub due: Option<Moment>,
}

impl Predicate {
    /// When files of a kind are due; `None` when they are kept.
    #[must_use]
    pub fn due(&self, kind: Retained) -> Option<Moment> {
        self.retention.iter().find(|record| record.files == kind).and_then(|record| record.due)
    }
}

impl Manifest {
    /// Every file that has a date, with its kind and its audience, in the manifest's order.
    #[must_use]
    pub fn retained_files(&self) -> Vec<(Retained, &str, String)> {
        // A file that is encrypted for somebody lies there under a longer name.
        let lies_as = |name: String| {
            let longer = format!("{name}.age");
            if self.digest_of(&name).is_none() && self.digest_of(&longer).is_some() { longer } else { name }
        };
        let mut files = Vec::new();
        for audience in &self.predicate.audiences {
            let name = audience.name.as_str();
            for file in audience.platforms.iter().flat_map(|platform| &platform.files) {
                let kind = match file.kind {
                    UploadKind::Full => Retained::Full,
                    UploadKind::Add | UploadKind::Remove => Retained::Delta,
                };
                files.push((kind, name, lies_as(file.name.clone())));
            }
            if audience.suppressions.is_some() {
                for file in ["suppressions.csv", "verdicts.csv"] {
                    files.push((Retained::Suppressions, name, lies_as(format!("audiences/{name}/{file}"))));
                }
            }
        }
        files
    }
}
