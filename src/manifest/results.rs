//! What came out: per audience and platform the counts, the reasons and the files. The order of
//! every list is the config's order or the reasons' precedence, never the data's.

use serde::{Deserialize, Serialize};

use super::{CodeCount, DeltaRecord, PeopleCounts, ReasonCount, RowCounts};
use crate::policy::scope::Purpose;

/// An audience.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AudienceRecord {
    /// Its name, and its folder's.
    pub name: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Its filter as the config writes it.
    #[serde(rename = "where")]
    pub selection: Option<String>,
    /// `consumer` or `business`.
    pub party: String,
    /// The product group its members hold a product of, where the policy asks for it.
    pub product_group: Option<String>,
    /// Youngest age in whole years.
    pub min_age: u16,
    /// Fewest members, counted before objections.
    pub min_size: u64,
    /// People who would be eligible on at least one platform if nobody had objected.
    pub size_before_objections: u64,
    /// Whether its full and add files were withheld, being under `min_size`.
    pub withheld: bool,
    /// Rows; eligible means on at least one platform.
    pub rows: RowCounts,
    /// People; eligible means on at least one platform.
    pub people: PeopleCounts,
    /// Its suppression manifest, when one was written.
    pub suppressions: Option<SuppressionsRecord>,
    /// Platforms, in config order.
    pub platforms: Vec<PlatformRecord>,
}

/// What `suppressions.csv` and `verdicts.csv` hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuppressionsRecord {
    /// What a tag stands for.
    pub tag_of: TagSubject,
    /// Tags, which is lines of `suppressions.csv` without its header.
    pub tags: u64,
    /// Verdict classes in `verdicts.csv`.
    pub classes: u64,
}

/// What a tag of a suppression manifest stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TagSubject {
    /// One tag a person, so that verdicts and reason counts must agree to the last person.
    Person,
    /// One tag an identifier or customer id, of which a person may have several.
    Identifier,
}

/// An audience on a platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlatformRecord {
    /// The platform's name, and its folder's.
    pub name: String,
    /// Upload files, in the order they stand in the folder.
    pub files: Vec<UploadFile>,
    /// Members of the full audience by kind: distinct digests.
    pub members: Vec<CodeCount>,
    /// Identifiers beyond the platform's columns, which do not go up.
    pub identifiers_dropped: u64,
    /// Rows.
    pub rows: RowCounts,
    /// People.
    pub people: PeopleCounts,
    /// Reasons, in order of precedence; those that hold for nobody are left out.
    pub reasons: Vec<ReasonCount>,
    /// Written under the platform's own minimum of this many members.
    pub under_platform_minimum: Option<u64>,
    /// What changed against what is live, when that is known.
    pub delta: Option<DeltaRecord>,
}

/// One upload file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UploadFile {
    /// Path below the release's folder.
    pub name: String,
    /// What it does on the platform.
    pub kind: UploadKind,
    /// Its part, from 1.
    pub part: u32,
    /// Parts there are: a power of two.
    pub parts: u32,
    /// Rows, without the header.
    pub rows: u64,
    /// Bytes.
    pub bytes: u64,
}

/// What an upload file does on the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UploadKind {
    /// The whole audience.
    Full,
    /// Members to add to what is live.
    Add,
    /// Members to remove from what is live.
    Remove,
}

impl UploadKind {
    /// The file's stem.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Add => "add",
            Self::Remove => "remove",
        }
    }

    /// The file name of a part: `full.csv` alone, `full-07-of-64.csv` among several. Parts count
    /// from 1, and their numbers have as many digits as the last so that names sort as numbers do.
    #[must_use]
    pub fn file_name(self, part: u32, parts: u32) -> String {
        let word = self.word();
        if parts == 1 {
            return format!("{word}.csv");
        }
        let width = parts.to_string().len().max(2);
        format!("{word}-{part:0width$}-of-{parts:0width$}.csv")
    }
}
