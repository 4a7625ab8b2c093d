//! The state's head: small, read and written whole, and the only file that is ever replaced. Lists
//! stand beside it in files of their own, and count only while a head names them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::manifest::{Hex32, Moment};

/// The version of the head's shape.
pub(super) const HEAD_SCHEMA: u32 = 1;

/// What is written: the head as it is, and what it becomes if a release that was about to be
/// published is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    pub(super) head: Head,
    pub(super) pending: Option<Pending>,
}

/// A change that happens together with a release's publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pending {
    /// The release's folder name.
    pub(super) release: String,
    /// SHA-256 of its manifest.
    pub(super) manifest_sha256: Hex32,
    /// The head once it is published.
    pub(super) then: Head,
}

/// Everything that is known, but for the long lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Always `HEAD_SCHEMA`.
    pub schema: u32,
    /// Which state this is: 32 hex digits, made once.
    pub id: String,
    /// Whose.
    pub controller: String,
    /// Grows by one with every change.
    pub generation: u64,
    /// Releases that entries speak of, by number.
    pub releases: Vec<ReleaseNote>,
    /// Bases that entries speak of, by number.
    pub bases: Vec<BasisNote>,
    /// One an audience and platform that ever had a release.
    pub cells: Vec<CellState>,
    /// Audiences, by name.
    pub audiences: BTreeMap<String, AudienceState>,
    /// How long objections took.
    pub latencies: Vec<Latency>,
    /// The last release that was published, for telling a night that is run again.
    pub last: Option<LastRelease>,
    /// Receipts that no feed for the controller has told yet, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<ReceiptNote>,
    /// How many receipts were ever noted so.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub receipts_noted: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A release that entries speak of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseNote {
    /// Its folder name.
    pub name: String,
    /// SHA-256 of its manifest; of none while it is being made.
    pub manifest_sha256: Hex32,
    /// The moment it decided as of.
    pub as_of: Moment,
}

/// What somebody's membership rests on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BasisNote {
    /// `legitimate_interest` or `consent`.
    pub ground: String,
    /// Reference of the assessment, or of the consent's wording.
    pub reference: Option<String>,
    /// The notice's id and version.
    pub notice: String,
}

/// A list in a file of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListRef {
    /// The file's name, which no other writing ever has.
    pub file: String,
    /// How many entries.
    pub entries: u64,
}

/// An audience on a platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellState {
    /// Audience.
    pub audience: String,
    /// Platform.
    pub platform: String,
    /// What is live ([`super::LiveEntry`]); `None`: not known, since nothing was marked as uploaded yet.
    pub live: Option<LiveNote>,
    /// Removals until they are acknowledged ([`super::OwedEntry`]).
    pub owed: Option<ListRef>,
    /// How many identifiers are owed.
    pub owed_count: u64,
    /// The oldest moment at which one of them was first to be removed.
    pub owed_since: Option<Moment>,
    /// Of those not yet marked as uploaded, the day of the oldest objection, from 1970-01-01.
    pub objected_day: Option<u32>,
    /// Releases with files for this cell, oldest first.
    pub releases: Vec<CellRelease>,
    /// The ledger of who was live and no longer is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub past: Option<PastNote>,
}

/// The ledger of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastNote {
    /// The entries ([`super::PastEntry`]).
    pub list: ListRef,
    /// The oldest removal in it, in seconds since 1970.
    pub oldest: u32,
}

/// What is live in a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveNote {
    /// The entries.
    pub list: ListRef,
    /// Distinct identifiers.
    pub members: u64,
    /// The release that was uploaded last, by number.
    pub release: u32,
    /// When that was said.
    pub uploaded: Moment,
}

/// What a release's files do in a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellRelease {
    /// The release, by number.
    pub release: u32,
    /// What its files do ([`super::Operation`]).
    pub operations: ListRef,
    /// Whether the files replace what is live instead of changing it.
    pub replaces: bool,
    /// Rows of its remove, add and full files.
    pub rows: FileRows,
    /// When it was said that its files were uploaded.
    pub uploaded: Option<Moment>,
    /// What the platform answered.
    pub receipts: Vec<Receipt>,
    /// Whether an answer showed that its removals were done.
    pub acknowledged: bool,
}

/// Rows by kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRows {
    /// Of the remove file.
    pub remove: u64,
    /// Of the add file.
    pub add: u64,
    /// Of the full file.
    pub full: u64,
}

/// What a platform answered about one kind of file. Counts only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// `remove`, `add` or `full`.
    pub kind: String,
    /// When it was recorded.
    pub recorded: Moment,
    /// Rows the file has.
    pub rows: u64,
    /// Rows that were sent, as whoever sent them says.
    pub sent: u64,
    /// Rows the platform took.
    pub received: u64,
    /// Rows it could not read.
    pub invalid: u64,
    /// Rows it refused.
    pub refused: u64,
    /// Rows that none of these explains.
    pub unexplained: u64,
}

/// A receipt as it is told to the controller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptNote {
    /// Its number, from 1.
    pub number: u64,
    /// The release's name.
    pub release: String,
    /// The audience.
    pub audience: String,
    /// The platform.
    pub platform: String,
    /// What the platform answered.
    pub receipt: Receipt,
    /// Whether the release's removals are done by it.
    pub removals_done: bool,
    /// Removals that are still owed there.
    pub owed: u64,
}

/// An audience over time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AudienceState {
    /// Its size before objections in the last complete release.
    pub size_before_objections: Option<u64>,
    /// Since when it is closed for good.
    pub closed: Option<Moment>,
}

/// How long one person's objection took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latency {
    /// When it was measured.
    pub at: Moment,
    /// To what.
    pub to: LatencyTo,
    /// Seconds since the beginning of the day of the objection.
    pub seconds: u64,
}

/// To where an objection's way is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LatencyTo {
    /// The first release that removed the person.
    Release,
    /// The mark that it was uploaded.
    Upload,
}

/// The last release that was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastRelease {
    /// Its number.
    pub release: u32,
    /// The state's generation right after it.
    pub generation: u64,
    /// Digest over everything that decides what a release holds.
    pub inputs: Hex32,
}

impl Head {
    pub(super) fn new(id: String, controller: String) -> Self {
        Self {
            schema: HEAD_SCHEMA,
            id,
            controller,
            generation: 0,
            releases: Vec::new(),
            bases: Vec::new(),
            cells: Vec::new(),
            audiences: BTreeMap::new(),
            latencies: Vec::new(),
            last: None,
            receipts: Vec::new(),
            receipts_noted: 0,
        }
    }

    /// A cell, if it ever had a release.
    #[must_use]
    pub fn cell(&self, audience: &str, platform: &str) -> Option<&CellState> {
        self.cells.iter().find(|cell| cell.audience == audience && cell.platform == platform)
    }

    /// A cell, made when it is not there.
    ///
    /// # Panics
    /// Never: it is there by then.
    pub fn cell_mut(&mut self, audience: &str, platform: &str) -> &mut CellState {
        let found = self.cells.iter().position(|cell| cell.audience == audience && cell.platform == platform);
        let at = found.unwrap_or_else(|| {
            self.cells.push(CellState {
                audience: audience.to_owned(),
                platform: platform.to_owned(),
                live: None,
                owed: None,
                owed_count: 0,
                owed_since: None,
                objected_day: None,
                releases: Vec::new(),
                past: None,
            });
            self.cells.len() - 1
        });
        &mut self.cells[at]
    }

    /// The number of a release; a name that is not known yet gets the next one.
    pub fn release_number(&mut self, name: &str, as_of: Moment) -> u32 {
        let found = self.releases.iter().position(|release| release.name == name);
        found.unwrap_or_else(|| {
            let note = ReleaseNote { name: name.to_owned(), manifest_sha256: Hex32([0; 32]), as_of };
            self.releases.push(note);
            self.releases.len() - 1
        }) as u32
    }

    /// The number of a basis, at most 255: beyond that they share the last.
    pub fn basis_number(&mut self, basis: &BasisNote) -> u8 {
        let found = self.bases.iter().position(|known| known == basis).unwrap_or_else(|| {
            self.bases.push(basis.clone());
            self.bases.len() - 1
        });
        u8::try_from(found).unwrap_or(u8::MAX)
    }

    /// Notes a receipt for the next feed.
    pub fn note_receipt(&mut self, note: ReceiptNote) {
        self.receipts_noted += 1;
        self.receipts.push(ReceiptNote { number: self.receipts_noted, ..note });
    }

    /// Every list that this head names.
    pub fn lists(&self) -> impl Iterator<Item = &ListRef> {
        self.cells.iter().flat_map(|cell| {
            let live = cell.live.as_ref().map(|live| &live.list);
            let operations = cell.releases.iter().map(|release| &release.operations);
            let past = cell.past.as_ref().map(|past| &past.list);
            live.into_iter().chain(&cell.owed).chain(operations).chain(past)
        })
    }
}
