//! The feed for the controller: what people asked for here, who was erased, and what platforms answered,
//! one JSON object a line. It names people by keyed digests only; whoever has the identifiers finds them
//! by the key in its first line, which is why a feed is never written but encrypted.

use serde::{Deserialize, Serialize};

use super::Moment;

/// The version of the lines' shape.
pub const FEED_SCHEMA: u32 = 1;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedHead {
    /// Always [`FEED_SCHEMA`].
    pub schema: u32,
    /// Its number, from 1; a controller that misses one asks for it.
    pub feed: u32,
    /// On whose behalf.
    pub controller: String,
    /// The program's version.
    pub tool: String,
    /// When it was made.
    pub made_at: Moment,
    /// The key of the digests in it, in hex: HMAC-SHA-256, cut to 16 bytes.
    pub match_key: String,
    /// Lines after this one.
    pub records: u64,
}

/// A line. One with the id of an earlier one takes its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "kebab-case", deny_unknown_fields)]
pub enum FeedRecord {
    /// The first.
    Feed(FeedHead),
    /// What somebody asked for.
    Request {
        /// `request-` and its number.
        id: String,
        /// Its number.
        request: u32,
        /// `access` or `erase`.
        kind: String,
        /// The keyed digest of the text they gave.
        about: String,
        /// The day it came.
        received: String,
        /// The last day for the answer.
        due: String,
        /// When it was done.
        done_at: Option<Moment>,
    },
    /// Somebody was put on the permanent store: an objection to all use, for good.
    Erasure {
        /// `erasure-` and its number in the store.
        id: String,
        /// The request it answers.
        request: u32,
        /// When.
        recorded_at: Moment,
        /// What it objects to.
        scopes: Vec<String>,
        /// Keyed digests of the hashes of what they gave, in every form; sorted.
        digests: Vec<String>,
    },
    /// A platform's answer to an upload.
    Receipt {
        /// `receipt-` and its number.
        id: String,
        /// The release.
        release: String,
        /// The audience.
        audience: String,
        /// The platform.
        platform: String,
        /// `remove`, `add` or `full`.
        file: String,
        /// When it was recorded.
        recorded_at: Moment,
        /// Rows of the file.
        rows: u64,
        /// Rows that were sent.
        sent: u64,
        /// Rows that the platform took.
        received: u64,
        /// Rows it could not read.
        invalid: u64,
        /// Rows it refused.
        refused: u64,
        /// Rows that none of these explains.
        unexplained: u64,
        /// Whether the release's removals were done by then.
        removals_done: bool,
        /// Removals that were still owed there.
        owed: u64,
    },
}

/// The bytes of a feed before they are encrypted.
///
/// # Panics
/// Never: JSON can hold every field.
#[must_use]
pub fn feed_bytes(head: FeedHead, records: &[FeedRecord]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for record in std::iter::once(&FeedRecord::Feed(head)).chain(records) {
        serde_json::to_writer(&mut bytes, record).expect("JSON can hold every field");
        bytes.push(b'\n');
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_is_one_object_a_line_that_reads_back() {
        let moment = Moment("2026-11-21T02:00:00Z".parse().expect("a moment"));
        let records = [
            FeedRecord::Request {
                id: "request-1".to_owned(),
                request: 1,
                kind: "erase".to_owned(),
                about: "00".repeat(16),
                received: "2026-11-21".to_owned(),
                due: "2026-12-21".to_owned(),
                done_at: None,
            },
            FeedRecord::Erasure {
                id: "erasure-1".to_owned(),
                request: 1,
                recorded_at: moment,
                scopes: vec!["all_marketing".to_owned()],
                digests: vec!["11".repeat(16)],
            },
        ];
        let head = FeedHead {
            schema: FEED_SCHEMA,
            feed: 7,
            controller: "Example Life Ltd".to_owned(),
            tool: "0".to_owned(),
            made_at: moment,
            match_key: "22".repeat(32),
            records: 2,
        };
        let bytes = feed_bytes(head.clone(), &records);
        let text = String::from_utf8(bytes).expect("text");
        assert!(text.starts_with("{\"record\":\"feed\",\"schema\":1,\"feed\":7,") && text.ends_with("}\n"));
        let read: Vec<FeedRecord> =
            text.lines().map(|line| serde_json::from_str(line).expect("a record")).collect();
        assert_eq!(read[0], FeedRecord::Feed(head));
        assert_eq!(read[1..], records);
    }
}
