//! Who was erased, and who asked for what: kept for good beside the live state, sealed under its key.
//!
//! Whoever was erased must stay left out when the customer base sends them again, so something of them
//! has to be kept: keyed digests that only the root key's holder can compare, and nothing they could
//! be read from. It holds no identifier, no customer id and no plain hash. Entries are added and never
//! taken away. It knows no rule and no clock.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::error::StateError;
use super::feed::Feed;
use super::seal::{SALT_BYTES, SealedReader, SealedWriter, StateKey};
use crate::manifest::Moment;
use crate::outputs::{Disk, FolderLock, take_lock};

/// The file's name, which is part of what it is sealed as.
const FILE: &str = "subjects";
/// Its name while it is written.
const NEW: &str = "subjects.new";
/// The version of its shape.
const SCHEMA: u32 = 1;

/// 16 bytes, written as 32 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Keyed(pub [u8; 16]);

impl Serialize for Keyed {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Keyed {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; 16];
        hex::decode_to_slice(&text, &mut bytes)
            .map_err(|_| serde::de::Error::custom("expected 32 hex digits"))?;
        Ok(Self(bytes))
    }
}

/// A day as it is written: `2026-11-21`.
pub(super) mod day {
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
    pub(in crate::state) fn serialize<S: Serializer>(
        day: &jiff::civil::Date,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(day)
    }

    pub(in crate::state) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<jiff::civil::Date, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom("expected a day"))
    }
}

/// Everything that is kept of people's requests.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subjects {
    schema: u32,
    controller: String,
    /// Requests in the order in which they were noted.
    pub requests: Vec<Request>,
    /// The permanent store of people who were erased, in the order in which they were.
    pub erasures: Vec<Erasure>,
    /// What of it was exported.
    #[serde(default, skip_serializing_if = "Feed::is_new")]
    pub feed: Feed,
}

/// What somebody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestKind {
    /// To know what is done with their data (GDPR Art. 15).
    Access,
    /// To be erased (GDPR Art. 17).
    Erase,
}

impl RequestKind {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Erase => "erase",
        }
    }
}

/// A request of one person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Its number, from 1.
    pub number: u32,
    /// What is asked for.
    pub kind: RequestKind,
    /// The keyed digest of what was given, so that an answer finds its request.
    pub about: Keyed,
    /// The day it came.
    #[serde(with = "day")]
    pub received: jiff::civil::Date,
    /// The last day for the answer.
    #[serde(with = "day")]
    pub due: jiff::civil::Date,
    /// When it was done.
    pub done: Option<Moment>,
}

/// One person who was erased: by what they are met if they come again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// The request it answers.
    pub request: u32,
    /// When.
    pub at: Moment,
    /// Person keys.
    pub people: Vec<Keyed>,
    /// Wide keys of identifiers, under the lasting key.
    pub identifiers: Vec<Keyed>,
    /// Keys of texts that are no identifier, under the same key.
    pub texts: Vec<Keyed>,
    /// Keyed digests of hashes: for sources that hold only hashes, and for what platforms hold.
    pub hashes: Vec<Keyed>,
}

impl Subjects {
    fn new(controller: &str) -> Self {
        let controller = controller.to_owned();
        let (requests, erasures, feed) = (Vec::new(), Vec::new(), Feed::default());
        Self { schema: SCHEMA, controller, requests, erasures, feed }
    }

    /// Reads what is kept in a state's folder, without holding it; nothing is kept where no file is.
    pub fn read(dir: &Path, key: Zeroizing<[u8; 32]>, controller: &str) -> Result<Self, StateError> {
        let place = dir.join(FILE);
        if place.symlink_metadata().is_err() {
            return Ok(Self::new(controller));
        }
        let bytes = Zeroizing::new(SealedReader::open(&StateKey(key), &place, FILE)?.rest()?);
        let version = || StateError::Version { place: dir.to_owned() };
        let subjects: Self = serde_json::from_slice(&bytes).map_err(|_| version())?;
        if subjects.schema != SCHEMA {
            return Err(version());
        }
        if subjects.controller != controller {
            return Err(StateError::Controller { place: dir.to_owned() });
        }
        Ok(subjects)
    }

    /// Requests that are not done.
    pub fn open_requests(&self) -> impl Iterator<Item = &Request> {
        self.requests.iter().filter(|request| request.done.is_none())
    }

    /// Requests that are not done and past their last day.
    pub fn overdue(&self, today: jiff::civil::Date) -> impl Iterator<Item = &Request> {
        self.open_requests().filter(move |request| request.due < today)
    }

    /// Notes a request; one that is open about the same is the same one, and keeps its earlier day.
    pub fn note(&mut self, kind: RequestKind, about: Keyed, received: jiff::civil::Date) -> &Request {
        let open =
            |request: &Request| request.done.is_none() && request.kind == kind && request.about == about;
        let at = self.requests.iter().position(open).unwrap_or_else(|| {
            self.requests.push(Request {
                number: self.requests.len() as u32 + 1,
                kind,
                about,
                received,
                due: due(received),
                done: None,
            });
            self.requests.len() - 1
        });
        let request = &mut self.requests[at];
        if received < request.received {
            request.received = received;
            request.due = due(received);
        }
        request
    }
}

/// The last day for an answer: one month after it came (GDPR Art. 12(3)), by the calendar, and the last
/// day of a shorter month (Regulation (EEC, Euratom) No 1182/71 Art. 3(2)(c)). A last day that is a
/// holiday is not moved, though Art. 3(4) would allow it: earlier is never late.
#[must_use]
pub fn due(received: jiff::civil::Date) -> jiff::civil::Date {
    received.checked_add(jiff::Span::new().months(1)).unwrap_or(jiff::civil::Date::MAX)
}

/// What is kept, held by this process until it is dropped.
pub struct SubjectStore {
    disk: Disk,
    dir: PathBuf,
    key: Zeroizing<[u8; 32]>,
    random: [u8; 16],
    written: u32,
    /// What is kept.
    pub subjects: Subjects,
    _lock: FolderLock,
}

impl SubjectStore {
    /// Opens it for a change, and begins it where there is none.
    pub fn open(
        disk: &Disk,
        dir: &Path,
        key: Zeroizing<[u8; 32]>,
        random: [u8; 16],
        controller: &str,
    ) -> Result<Self, StateError> {
        if !dir.is_dir() {
            disk.create_folders(dir).map_err(|source| at("create", dir, source))?;
        }
        let lock = take_lock(disk, dir)?;
        let subjects = Subjects::read(dir, key.clone(), controller)?;
        Ok(Self { disk: disk.clone(), dir: dir.to_owned(), key, random, written: 0, subjects, _lock: lock })
    }

    /// Replaces the file in one step: a reader finds what was kept before, or this.
    pub fn commit(&mut self) -> Result<(), StateError> {
        let bytes = Zeroizing::new(serde_json::to_vec(&self.subjects).expect("JSON can hold every field"));
        let mut salt = [0; SALT_BYTES];
        salt[..16].copy_from_slice(&self.random);
        salt[16..].copy_from_slice(&self.written.to_be_bytes());
        self.written += 1;
        let (place, beside) = (self.dir.join(FILE), self.dir.join(NEW));
        self.disk.clear_file(&beside).map_err(|source| at("remove", &beside, source))?;
        let key = StateKey(self.key.clone());
        let mut sealed = SealedWriter::create(&self.disk, &key, &beside, FILE, &salt)?;
        sealed.write(&bytes)?;
        sealed.finish()?;
        self.disk.rename_over(&beside, &place).map_err(|source| at("replace", &place, source))?;
        self.disk.sync_folder(&self.dir).map_err(|source| at("sync", &self.dir, source))
    }
}

fn at(action: &'static str, place: &Path, source: std::io::Error) -> StateError {
    StateError::Io { action, place: place.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn key() -> Zeroizing<[u8; 32]> {
        Zeroizing::new([3; 32])
    }

    fn open(dir: &Path, random: u8) -> SubjectStore {
        SubjectStore::open(&Disk::real(), dir, key(), [random; 16], "Example Life Ltd").expect("opens")
    }

    /// Twelve months, month ends, and leap years.
    #[test]
    fn an_answer_is_due_a_calendar_month_later() {
        let table = [
            ((2026, 1, 1), (2026, 2, 1)),
            ((2026, 1, 28), (2026, 2, 28)),
            ((2026, 1, 29), (2026, 2, 28)),
            ((2026, 1, 31), (2026, 2, 28)),
            ((2028, 1, 29), (2028, 2, 29)),
            ((2028, 1, 31), (2028, 2, 29)),
            ((2026, 2, 28), (2026, 3, 28)),
            ((2028, 2, 29), (2028, 3, 29)),
            ((2026, 3, 31), (2026, 4, 30)),
            ((2026, 4, 30), (2026, 5, 30)),
            ((2026, 8, 31), (2026, 9, 30)),
            ((2026, 11, 30), (2026, 12, 30)),
            ((2026, 12, 31), (2027, 1, 31)),
        ];
        for ((year, month, day), (to_year, to_month, to_day)) in table {
            assert_eq!(due(date(year, month, day)), date(to_year, to_month, to_day));
        }
    }

    #[test]
    fn a_request_is_overdue_from_the_day_after_its_last_one_until_it_is_done() {
        let mut subjects = Subjects::new("Example Life Ltd");
        let about = Keyed([1; 16]);
        subjects.note(RequestKind::Erase, about, date(2026, 1, 31));
        assert_eq!(subjects.overdue(date(2026, 2, 28)).count(), 0);
        assert_eq!(subjects.overdue(date(2026, 3, 1)).count(), 1);
        // The same again is the same request, and only an earlier day changes anything.
        assert_eq!(subjects.note(RequestKind::Erase, about, date(2026, 2, 5)).received, date(2026, 1, 31));
        assert_eq!(subjects.note(RequestKind::Erase, about, date(2026, 1, 2)).due, date(2026, 2, 2));
        assert_eq!(subjects.note(RequestKind::Access, about, date(2026, 1, 2)).number, 2);
        subjects.requests[0].done = Some(Moment("2026-03-01T00:00:00Z".parse().expect("a moment")));
        assert_eq!(subjects.overdue(date(2026, 3, 1)).count(), 1, "the access request");
        assert_eq!(subjects.note(RequestKind::Erase, about, date(2026, 4, 1)).number, 3, "asked again later");
    }

    #[test]
    fn what_is_kept_comes_back_under_its_key_and_controller_alone() {
        let scratch = tempfile::tempdir().expect("scratch");
        let dir = scratch.path().join("state");
        let mut store = open(&dir, 1);
        store.subjects.note(RequestKind::Erase, Keyed([1; 16]), date(2026, 1, 31));
        store.commit().expect("room");
        drop(store);
        let mut store = open(&dir, 2);
        assert_eq!(store.subjects.requests.len(), 1);
        store.subjects.note(RequestKind::Access, Keyed([2; 16]), date(2026, 1, 31));
        store.commit().expect("room");
        drop(store);
        assert_eq!(Subjects::read(&dir, key(), "Example Life Ltd").expect("ours").requests.len(), 2);
        let other = Subjects::read(&dir, Zeroizing::new([4; 32]), "Example Life Ltd");
        assert!(matches!(other, Err(StateError::Damaged { .. })));
        let other = Subjects::read(&dir, key(), "Somebody Else Ltd");
        assert!(matches!(other, Err(StateError::Controller { .. })));
    }

    #[test]
    fn a_crash_at_any_operation_leaves_what_was_kept_before_or_after() {
        for fails_at in 0.. {
            let scratch = tempfile::tempdir().expect("scratch");
            let mut store = open(scratch.path(), 1);
            store.subjects.note(RequestKind::Erase, Keyed([1; 16]), date(2026, 1, 31));
            store.commit().expect("room");
            drop(store);
            let disk = Disk::failing_at(fails_at, std::io::ErrorKind::StorageFull);
            let went_well = SubjectStore::open(&disk, scratch.path(), key(), [2; 16], "Example Life Ltd")
                .and_then(|mut store| {
                    store.subjects.note(RequestKind::Erase, Keyed([2; 16]), date(2026, 1, 31));
                    store.commit()
                })
                .is_ok();
            let kept = open(scratch.path(), 3).subjects.requests.len();
            assert!(if went_well { kept == 2 } else { kept == 1 || kept == 2 }, "operation {fails_at}");
            if went_well {
                assert!(fails_at > 4);
                break;
            }
        }
    }
}
