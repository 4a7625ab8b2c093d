//! What a release says of the live state: which one it was made from, what changed against it, and
//! how long objections took. Counts only.

use serde::{Deserialize, Serialize};

/// The live state that a release was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateRecord {
    /// Which state: 32 hex digits.
    pub id: String,
    /// Its generation then.
    pub generation: u64,
    /// From objections to the first release that removed the person.
    pub to_release: Option<LatencyRecord>,
    /// From objections to the mark that the removal was uploaded.
    pub to_upload: Option<LatencyRecord>,
    /// What is overdue, by code.
    pub overdue: Vec<super::CodeCount>,
}

/// How long objections took, over the last thirty days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatencyRecord {
    /// Objections measured, one a person and audience and platform.
    pub measured: u64,
    /// Half of them took no longer.
    pub median_seconds: u64,
    /// Nineteen of twenty took no longer.
    pub p95_seconds: u64,
    /// The longest.
    pub max_seconds: u64,
}

impl LatencyRecord {
    /// Of these times; `None` of none. A percentile is the smallest time that so many do not exceed.
    #[must_use]
    pub fn of(mut seconds: Vec<u64>) -> Option<Self> {
        seconds.sort_unstable();
        let last = seconds.len().checked_sub(1)?;
        let nearest = |percent: usize| seconds[((last + 1) * percent).div_ceil(100) - 1];
        Some(Self {
            measured: seconds.len() as u64,
            median_seconds: nearest(50),
            p95_seconds: nearest(95),
            max_seconds: seconds[last],
        })
    }
}

/// What changed against what is live. In members: distinct identifiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeltaRecord {
    /// The release that is live.
    pub against: String,
    /// Members that are live.
    pub live: u64,
    /// New members.
    pub added: u64,
    /// Members that stay.
    pub kept: u64,
    /// Members to remove.
    pub removed: u64,
    /// Removed before, and not acknowledged yet: they are removed again.
    pub owed: u64,
    /// Members that stay and are removed and added again, so that a file names nobody alone.
    pub widened: u64,
    /// Members that stay and are sent again.
    pub resent: u64,
}

#[cfg(test)]
mod tests {
    use super::LatencyRecord;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        for (times, expect) in [
            (vec![], None),
            (vec![7], Some((7, 7, 7))),
            (vec![9, 1], Some((1, 9, 9))),
            ((1..=100).rev().collect(), Some((50, 95, 100))),
            ((1..=20).collect(), Some((10, 19, 20))),
            ((1..=21).collect(), Some((11, 20, 21))),
        ] {
            let found = LatencyRecord::of(times);
            assert_eq!(found.map(|l| (l.median_seconds, l.p95_seconds, l.max_seconds)), expect);
        }
    }
}
