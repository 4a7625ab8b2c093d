//! `verho objections export`: what was recorded here, as a feed for the controller, each record once.
//!
//! Before a feed gets its name, the store notes its digest and how far it tells; once it is there, that
//! counts. A run that ends in between leaves either a feed that the next run finds, or none, and then the
//! next run makes it again: nothing is lost, and nothing told twice.

use std::io::Write as _;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::build::{BuildError, part, root_key};
use super::live_state;
use super::requests::{RequestError, RequestOptions};
use super::settle::settle;
use crate::config::{Config, Scope};
use crate::envelope::Sealer;
use crate::manifest::feed::{FEED_SCHEMA, FeedHead, FeedRecord, feed_bytes};
use crate::manifest::{Hex32, Moment};
use crate::outputs::Disk;
use crate::outputs::feeds::Feeds;
use crate::outputs::receipts::PurgeError;
use crate::outputs::signature::{KeyError, Signer};
use crate::pipeline::keys::RootKey;
use crate::state::{
    Erasure, FeedMarks, PendingFeed, ReceiptNote, Request, RequestMark, StateError, SubjectStore, Subjects,
};

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// The feed's file; none when there was nothing new to tell.
    pub feed: Option<String>,
    /// Its number.
    pub number: Option<u32>,
    /// Requests in it.
    pub requests: u64,
    /// Erasures in it.
    pub erasures: u64,
    /// Receipts in it.
    pub receipts: u64,
}

/// Why nothing was exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// As requests fail.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// Nobody could open it.
    #[error("a feed is written encrypted, and the config names nobody who could open it")]
    NoRecipient,
    /// The signing key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The file.
    #[error(transparent)]
    Output(#[from] PurgeError),
    /// It could not be encrypted.
    #[error("the feed could not be encrypted: {0}")]
    Encrypt(std::io::ErrorKind),
}

impl ExportError {
    /// What to do, as one sentence.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Request(error) => error.hint(),
            Self::NoRecipient => "set [encryption] objections = [\"age1…\"], the controller's public key",
            Self::Key(error) => error.hint(),
            Self::Output(error) => error.hint(),
            Self::Encrypt(_) => "run it again; what was to be told is told then",
        }
    }
}

impl From<StateError> for ExportError {
    fn from(error: StateError) -> Self {
        Self::Request(error.into())
    }
}

/// Exports what no feed has told yet.
pub fn export(options: &RequestOptions) -> Result<Exported, ExportError> {
    export_on(&Disk::real(), options)
}

/// The same on a disk that may fail.
pub fn export_on(disk: &Disk, options: &RequestOptions) -> Result<Exported, ExportError> {
    let build = |error: BuildError| ExportError::Request(error.into());
    let config = Config::load(&options.config).map_err(|faults| build(BuildError::Config(faults)))?;
    let config = config.given(&options.given);
    if config.encryption.objections.is_empty() {
        return Err(ExportError::NoRecipient);
    }
    let root = root_key(&config, options.random).map_err(|error| build(BuildError::RootKey(error)))?;
    let state = config.state.as_ref().filter(|_| root.is_lasting()).ok_or(RequestError::NoState)?;
    let signer = config.keys.signing.as_deref().map(Signer::read).transpose()?;
    let subjects = super::erasures::subjects(&config, &root)?.ok_or(RequestError::NoState)?;
    // An erasure that is done by now is told as done.
    settle(&config, &root, subjects, options)?;
    let receipts = receipts(&config, &root, disk, options)?;

    let random = part(options.random, 2);
    let mut store = SubjectStore::open(disk, &state.dir, root.state_key(), random, &config.controller.name)?;
    let feeds = Feeds { disk, releases: &config.output.dir };
    if store.subjects.feed.settle(|number, sha256| feeds.is_there(number, sha256)) {
        store.commit()?;
    }
    let news = News::of(&store.subjects, &receipts);
    let exported = if news.records.is_empty() {
        Exported { feed: None, number: None, requests: 0, erasures: 0, receipts: 0 }
    } else {
        let work = Work { config: &config, root: &root, feeds: &feeds, signer: signer.as_ref(), options };
        work.write(&mut store, news)?
    };
    let told = store.subjects.feed.told.receipts;
    drop(store);
    forget_told(&config, &root, disk, options, told)?;
    Ok(exported)
}

/// The receipts that the live state holds for a feed.
fn receipts(
    config: &Config,
    root: &RootKey,
    disk: &Disk,
    options: &RequestOptions,
) -> Result<Vec<ReceiptNote>, StateError> {
    let state = live_state::open(config, root, disk, part(options.random, 0))?;
    Ok(state.map_or_else(Vec::new, |state| state.head().receipts.clone()))
}

/// Takes receipts that a feed has told out of the live state. Their numbers tell which, so it may as well
/// be done by a later run.
fn forget_told(
    config: &Config,
    root: &RootKey,
    disk: &Disk,
    options: &RequestOptions,
    told: u64,
) -> Result<(), StateError> {
    let Some(mut state) = live_state::open(config, root, disk, part(options.random, 3))? else {
        return Ok(());
    };
    let mut head = state.head().clone();
    head.receipts.retain(|note| note.number > told);
    if head.receipts.len() == state.head().receipts.len() {
        return Ok(());
    }
    state.commit(head)
}

/// What no feed has told.
struct News {
    records: Vec<FeedRecord>,
    /// Requests, erasures and receipts among them.
    counts: [u64; 3],
    /// How far feeds have told once these are.
    then: FeedMarks,
}

impl News {
    fn of(subjects: &Subjects, receipts: &[ReceiptNote]) -> Self {
        let told = &subjects.feed.told;
        let is_new = |at: usize, request: &Request| told.requests.get(at) != Some(&RequestMark::of(request));
        let (mut records, mut counts) = (Vec::new(), [0; 3]);
        for (_, request) in subjects.requests.iter().enumerate().filter(|(at, one)| is_new(*at, one)) {
            records.push(request_record(request));
            counts[0] += 1;
        }
        let known = usize::try_from(told.erasures).unwrap_or(usize::MAX);
        for (at, erasure) in subjects.erasures.iter().enumerate().skip(known) {
            records.push(erasure_record(at, erasure));
            counts[1] += 1;
        }
        for note in receipts.iter().filter(|note| note.number > told.receipts) {
            records.push(receipt_record(note));
            counts[2] += 1;
        }
        let then = FeedMarks {
            feed: told.feed,
            erasures: subjects.erasures.len() as u64,
            requests: subjects.requests.iter().map(RequestMark::of).collect(),
            receipts: receipts.iter().map(|note| note.number).fold(told.receipts, u64::max),
        };
        Self { records, counts, then }
    }
}

/// What writing a feed takes.
struct Work<'w> {
    config: &'w Config,
    root: &'w RootKey,
    feeds: &'w Feeds<'w>,
    signer: Option<&'w Signer>,
    options: &'w RequestOptions,
}

impl Work<'_> {
    fn write(&self, store: &mut SubjectStore, news: News) -> Result<Exported, ExportError> {
        let number = self.feeds.free_number(news.then.feed + 1);
        let then = FeedMarks { feed: number, ..news.then };
        let bytes = self.encrypted(number, &news.records)?;
        let sha256 = Hex32(Sha256::digest(&bytes).into());
        store.subjects.feed.pending = Some(PendingFeed { sha256, then: then.clone() });
        store.commit()?;
        let place = self.feeds.put(number, &bytes, self.signer)?;
        store.subjects.feed.pending = None;
        store.subjects.feed.told = then;
        store.commit()?;
        let [requests, erasures, receipts] = news.counts;
        let feed = Some(place.display().to_string());
        Ok(Exported { feed, number: Some(number), requests, erasures, receipts })
    }

    fn encrypted(&self, number: u32, records: &[FeedRecord]) -> Result<Vec<u8>, ExportError> {
        let head = FeedHead {
            schema: FEED_SCHEMA,
            feed: number,
            controller: self.config.controller.name.clone(),
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            made_at: Moment(self.options.now),
            match_key: hex::encode(&self.root.erasure_key()[..]),
            records: records.len() as u64,
        };
        let plain = zeroize::Zeroizing::new(feed_bytes(head, records));
        let failed = |error: std::io::Error| ExportError::Encrypt(error.kind());
        let mut sealer = Sealer::begin(&self.config.encryption.objections, Vec::new()).map_err(failed)?;
        sealer.write_all(&plain).map_err(failed)?;
        sealer.finish().map_err(failed)
    }
}

fn request_record(request: &Request) -> FeedRecord {
    FeedRecord::Request {
        id: format!("request-{}", request.number),
        request: request.number,
        kind: request.kind.word().to_owned(),
        about: hex::encode(request.about.0),
        received: request.received.to_string(),
        due: request.due.to_string(),
        done_at: request.done,
    }
}

fn erasure_record(at: usize, erasure: &Erasure) -> FeedRecord {
    FeedRecord::Erasure {
        id: format!("erasure-{}", at + 1),
        request: erasure.request,
        recorded_at: erasure.at,
        scopes: vec![Scope::AllMarketing.word().to_owned()],
        digests: erasure.hashes.iter().map(|keyed| hex::encode(keyed.0)).collect(),
    }
}

fn receipt_record(note: &ReceiptNote) -> FeedRecord {
    let receipt = &note.receipt;
    FeedRecord::Receipt {
        id: format!("receipt-{}", note.number),
        release: note.release.clone(),
        audience: note.audience.clone(),
        platform: note.platform.clone(),
        file: receipt.kind.clone(),
        recorded_at: receipt.recorded,
        rows: receipt.rows,
        sent: receipt.sent,
        received: receipt.received,
        invalid: receipt.invalid,
        refused: receipt.refused,
        unexplained: receipt.unexplained,
        removals_done: note.removals_done,
        owed: note.owed,
    }
}
