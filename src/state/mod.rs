//! What is live, as far as we know: per audience and platform the identifiers that were uploaded,
//! what each release's files do, and the removals that no platform has acknowledged yet.
//!
//! Promises: everything is sealed under a key from the root key, readable by its owner only, and
//! replaced in one step; a crash at any moment leaves the state before or after, never between; two
//! runs never interleave. It knows no file of a release, no rule and no clock.

mod apply;
mod entry;
mod error;
mod feed;
mod head;
mod lists;
mod past;
mod ring;
mod seal;
mod store;
mod subjects;

pub use apply::{Applied, Owed};
pub use entry::{Action, EntryKey, LiveEntry, Operation, OwedEntry, Owner, Record};
pub use error::StateError;
pub use feed::{Feed, FeedMarks, PendingFeed, RequestMark};
pub use head::{
    AudienceState, BasisNote, CellRelease, CellState, FileRows, Head, LastRelease, Latency, LatencyTo,
    ListRef, LiveNote, PastNote, Receipt, ReceiptNote, ReleaseNote,
};
pub use lists::{Group, ListReader, ListWriter};
pub use past::{PastEntry, PastTimes};
pub use ring::{Ring, RingPlace, ring_files};
pub use store::{Opening, State};
pub use subjects::{Erasure, Keyed, Request, RequestKind, SubjectStore, Subjects, due};
