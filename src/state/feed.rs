//! What of the requests, erasures and receipts stood in feeds for the controller, and the feed that is
//! about to be written. It holds numbers, days and a digest, and knows no file.

use serde::{Deserialize, Serialize};

use super::subjects::{Request, day};
use crate::manifest::Hex32;

/// Where the feeds have got to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// What stood in feeds that are there for certain.
    pub told: FeedMarks,
    /// A feed that counts once its file is there.
    pub pending: Option<PendingFeed>,
}

/// How far feeds have told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedMarks {
    /// The last feed.
    pub feed: u32,
    /// Erasures, in the order in which they were recorded.
    pub erasures: u64,
    /// What was told of each request, in the order of their numbers.
    pub requests: Vec<RequestMark>,
    /// The number of the last receipt.
    pub receipts: u64,
}

/// What was told of a request. It is told again when one of these has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestMark {
    /// The day it came.
    #[serde(with = "day")]
    pub received: jiff::civil::Date,
    /// Whether it was done.
    pub done: bool,
}

impl RequestMark {
    /// Of a request as it is.
    #[must_use]
    pub const fn of(request: &Request) -> Self {
        Self { received: request.received, done: request.done.is_some() }
    }
}

/// A feed that is about to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PendingFeed {
    /// SHA-256 of its file as it is encrypted.
    pub sha256: Hex32,
    /// How far feeds have told once it is there.
    pub then: FeedMarks,
}

impl Feed {
    /// Whether there never was any.
    #[must_use]
    pub fn is_new(&self) -> bool {
        *self == Self::default()
    }

    /// Settles what the last run may have left: its feed counts if `is_there` finds the file, and is
    /// made again if not. Whether anything changed.
    pub fn settle(&mut self, is_there: impl FnOnce(u32, Hex32) -> bool) -> bool {
        let Some(pending) = self.pending.take() else { return false };
        if is_there(pending.then.feed, pending.sha256) {
            self.told = pending.then;
        }
        true
    }
}
