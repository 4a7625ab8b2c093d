//! Counts that add up: rows read = unreadable + not selected + suppressed + eligible, and the same
//! in people without the unreadable. They know no person and no reason's meaning.

use serde::{Deserialize, Serialize};

/// How often something with a stable code happened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeCount {
    /// The stable code.
    pub code: String,
    /// How often.
    pub count: u64,
}

impl CodeCount {
    /// A list in one order, by code, without zeros; equal codes are added up.
    pub fn list<C: Into<String>>(counts: impl IntoIterator<Item = (C, u64)>) -> Vec<Self> {
        let mut sums = std::collections::BTreeMap::new();
        for (code, count) in counts {
            *sums.entry(code.into()).or_insert(0) += count;
        }
        sums.into_iter().filter(|(_, count)| *count > 0).map(|(code, count)| Self { code, count }).collect()
    }
}

/// What became of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowCounts {
    /// All rows of all sources.
    pub read: u64,
    /// Could not be read.
    pub unreadable: u64,
    /// Do not meet the audience's filter.
    pub not_selected: u64,
    /// Selected, and kept out by a rule.
    pub suppressed: u64,
    /// Selected, and allowed.
    pub eligible: u64,
}

impl RowCounts {
    /// Whether the parts make the whole.
    #[must_use]
    pub fn add_up(&self) -> bool {
        total([self.unreadable, self.not_selected, self.suppressed, self.eligible]) == Some(self.read)
    }
}

/// What became of the people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeopleCounts {
    /// All people of all readable rows.
    pub read: u64,
    /// Do not meet the audience's filter.
    pub not_selected: u64,
    /// Selected, and kept out by a rule.
    pub suppressed: u64,
    /// Selected, and allowed.
    pub eligible: u64,
}

impl PeopleCounts {
    /// Whether the parts make the whole.
    #[must_use]
    pub fn add_up(&self) -> bool {
        total([self.not_selected, self.suppressed, self.eligible]) == Some(self.read)
    }
}

/// How many people a reason keeps out of an audience on a platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonCount {
    /// The reason's code.
    pub code: String,
    /// People for whom it is the first by precedence.
    pub primary: u64,
    /// People for whom it holds.
    pub holds: u64,
    /// People whom nothing else would keep out.
    pub alone: u64,
}

/// A sum that a forged manifest cannot overflow.
pub(super) fn total(parts: impl IntoIterator<Item = u64>) -> Option<u64> {
    parts.into_iter().try_fold(0_u64, u64::checked_add)
}
