//! What people ask for under the law: noted with the last day for an answer, listed until it is done,
//! and for an erasure carried out. Whoever asks is named on standard input only; what is kept of them
//! is keyed.

use std::path::PathBuf;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::Serialize;

use super::build::{BuildError, root_key, root_key_for_build};
use super::erasures;
use super::explain::spill_dir;
use super::settle::settle;
use crate::config::{Config, Given};
use crate::manifest::Moment;
use crate::outputs::Disk;
use crate::people::PersonKey;
use crate::pipeline::keys::RootKey;
use crate::pipeline::objections::watch::{TextKeys, text_keys};
use crate::pipeline::{Live, Progress, Run, RunError, Watch, run};
use crate::state::{Erasure, Keyed, Request, RequestKind, State, StateError, SubjectStore};

/// What is asked of the store.
pub struct RequestOptions {
    /// The config file.
    pub config: PathBuf,
    /// The present, to the second.
    pub now: Timestamp,
    /// Random bytes of this run.
    pub random: [u8; 64],
    /// What was given beside the config.
    pub given: Given,
}

/// Why nothing was noted or done.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The config, the keys, or a run that could not be made.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The state.
    #[error(transparent)]
    State(#[from] StateError),
    /// Requests are kept in the live state, and none is configured.
    #[error("requests and erasures are kept beside the live state, and the config has none")]
    NoState,
    /// A day that is still to come.
    #[error("the day on which the request came is still to come")]
    ReceivedLater,
    /// The text is neither an identifier nor anybody's id.
    #[error("the text is blank")]
    Blank,
}

impl RequestError {
    /// What to do, as one sentence; the other errors have hints of their own.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Build(_) => "",
            Self::State(error) => error.hint(),
            Self::NoState => "set [state] dir and [keys] root: what is kept is sealed under the root key",
            Self::ReceivedLater => "write the day on which it came: --received 2026-11-21",
            Self::Blank => "give an id, an e-mail address or a phone number on standard input",
        }
    }
}

/// A request as it is told: by number and day, never by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestTold {
    /// Its number.
    pub number: u32,
    /// `access` or `erase`.
    pub kind: &'static str,
    /// The day it came.
    pub received: String,
    /// The last day for the answer.
    pub due: String,
    /// Whether that day is past and it is not done.
    pub overdue: bool,
    /// When it was done.
    pub done: Option<Moment>,
}

/// What an erasure came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Erased {
    /// Its request.
    pub request: RequestTold,
    /// People of the customer base whom the text names.
    pub people: u64,
    /// Identifiers that were put on the store: of the text, and those that only these people hold.
    pub identifiers: u64,
    /// Why the customer base was not looked at, when it could not be: then what was given is stored alone.
    pub not_looked: Option<String>,
}

/// The store and what it is asked under.
struct Asked {
    config: Config,
    root: RootKey,
    today: Date,
    store: SubjectStore,
}

fn asked(disk: &Disk, options: &RequestOptions) -> Result<Asked, RequestError> {
    let config = Config::load(&options.config).map_err(BuildError::Config)?.given(&options.given);
    // What is kept has to be found again, so its keys are made for good.
    let root = root_key_for_build(disk, &config, options.random).map_err(BuildError::RootKey)?;
    let state = config.state.as_ref().filter(|_| root.is_lasting()).ok_or(RequestError::NoState)?;
    let random = super::build::part(options.random, 2);
    let store = SubjectStore::open(disk, &state.dir, root.state_key(), random, &config.controller.name)?;
    let today = today(&config, options.now);
    Ok(Asked { config, root, today, store })
}

/// The day in the policy's time zone.
pub(super) fn today(config: &Config, now: Timestamp) -> Date {
    let zone = TimeZone::get(&config.policy.time_zone).expect("loading the config looked the zone up");
    now.to_zoned(zone).date()
}

fn told(request: &Request, today: Date) -> RequestTold {
    RequestTold {
        number: request.number,
        kind: request.kind.word(),
        received: request.received.to_string(),
        due: request.due.to_string(),
        overdue: request.done.is_none() && request.due < today,
        done: request.done,
    }
}

/// What a text is known by in requests: the same text with other white space or case is the same.
pub(super) fn about(root: &RootKey, text: &[u8]) -> Keyed {
    Keyed(root.erasure_tag("request", &text.trim_ascii().to_ascii_lowercase()))
}

/// Notes a request.
pub fn note(
    options: &RequestOptions,
    kind: RequestKind,
    received: Option<Date>,
    text: &[u8],
) -> Result<RequestTold, RequestError> {
    if text.trim_ascii().is_empty() {
        return Err(RequestError::Blank);
    }
    let mut asked = asked(&Disk::real(), options)?;
    let received = received.unwrap_or(asked.today);
    if received > asked.today {
        return Err(RequestError::ReceivedLater);
    }
    let request = asked.store.subjects.note(kind, about(&asked.root, text), received).clone();
    asked.store.commit()?;
    Ok(told(&request, asked.today))
}

/// Marks the open requests of a kind about this text as done; how many.
pub fn done(options: &RequestOptions, kind: RequestKind, text: &[u8]) -> Result<u64, RequestError> {
    let mut asked = asked(&Disk::real(), options)?;
    let about = about(&asked.root, text);
    let mut count = 0;
    for request in &mut asked.store.subjects.requests {
        if request.done.is_none() && request.kind == kind && request.about == about {
            request.done = Some(Moment(options.now));
            count += 1;
        }
    }
    if count > 0 {
        asked.store.commit()?;
    }
    Ok(count)
}

/// The requests; without `all` those that are open. An erasure that is done by now is marked so first.
pub fn requests(options: &RequestOptions, all: bool) -> Result<Vec<RequestTold>, RequestError> {
    let config = Config::load(&options.config).map_err(BuildError::Config)?.given(&options.given);
    let root = root_key(&config, options.random).map_err(BuildError::RootKey)?;
    let subjects = erasures::subjects(&config, &root)?.ok_or(RequestError::NoState)?;
    let subjects = settle(&config, &root, subjects, options)?;
    let today = today(&config, options.now);
    let wanted = subjects.requests.iter().filter(|request| all || request.done.is_none());
    Ok(wanted.map(|request| told(request, today)).collect())
}

/// Marks a request as done by its number.
pub fn close(options: &RequestOptions, number: u32) -> Result<Option<RequestTold>, RequestError> {
    let mut asked = asked(&Disk::real(), options)?;
    let Some(request) = asked.store.subjects.requests.iter_mut().find(|one| one.number == number) else {
        return Ok(None);
    };
    request.done.get_or_insert(Moment(options.now));
    let request = request.clone();
    asked.store.commit()?;
    Ok(Some(told(&request, asked.today)))
}

/// Puts whoever the text names onto the permanent store. Their identifiers leave every list with the
/// next build, which owes their removal until it is acknowledged; the request stays open until then.
pub fn erase(
    options: &RequestOptions,
    received: Option<Date>,
    text: &[u8],
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Erased, RequestError> {
    erase_on(&Disk::real(), options, received, text, progress)
}

/// The same on a disk that may fail.
pub fn erase_on(
    disk: &Disk,
    options: &RequestOptions,
    received: Option<Date>,
    text: &[u8],
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Erased, RequestError> {
    let text = text.trim_ascii();
    if text.is_empty() {
        return Err(RequestError::Blank);
    }
    let mut asked = asked(disk, options)?;
    let received = received.unwrap_or(asked.today);
    if received > asked.today {
        return Err(RequestError::ReceivedLater);
    }
    let keys = text_keys(text, &asked.config, &asked.root, asked.today);
    let (found, not_looked) = match held(&asked, options, text, progress) {
        Ok(found) => found,
        // Whoever asks must not wait for a mended export: what they gave is stored at any rate.
        Err(RunError::Parse(crate::pipeline::ParseError::Interrupted)) => {
            return Err(BuildError::Run(crate::pipeline::ParseError::Interrupted.into()).into());
        }
        Err(error) => (Held::default(), Some(error.to_string())),
    };
    let request = asked.store.subjects.note(RequestKind::Erase, about(&asked.root, text), received).clone();
    // A build of this very second did not know of it yet.
    let state = asked.config.state.as_ref();
    let decided = state.and_then(|state| State::last_decided(&state.dir, asked.root.state_key()));
    let at = decided.map_or(options.now, |decided| options.now.max(decided + 1.second()));
    let erasure = erasure(&asked.root, request.number, at, &keys, &found);
    let identifiers = erasure.identifiers.len() as u64;
    asked.store.subjects.erasures.push(erasure);
    asked.store.commit()?;
    Ok(Erased {
        request: told(&request, asked.today),
        people: found.people.len() as u64,
        identifiers,
        not_looked,
    })
}

/// The people whom a text names, and what they hold alone.
#[derive(Default)]
struct Held {
    people: Vec<PersonKey>,
    identifiers: Vec<[u8; 16]>,
}

/// Looks for them in the customer base, and says what of it could not be read.
fn held(
    asked: &Asked,
    options: &RequestOptions,
    text: &[u8],
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(Held, Option<String>), RunError> {
    let job = Run {
        config: &asked.config,
        as_of: options.now,
        root: &asked.root,
        run_key: asked.root.chain_key(),
        spill_dir: spill_dir(&asked.config),
        before: &crate::pipeline::before::Before::default(),
        progress,
        watch: Watch::Chain(text),
        // A register that broke its contract says nothing of whom the text names, so it stops nothing here;
        // a customer base of which too much could not be read is told.
        live: Live::PastGuards,
    };
    run(&job, |results| {
        let unread = results.refusals().iter().filter(|refusal| !refusal.code.starts_with("register-"));
        let unread: Vec<&str> = unread.map(|refusal| refusal.message.as_str()).collect();
        let people: Vec<PersonKey> = results.explained().iter().map(|found| found.person).collect();
        // An identifier that others hold too is theirs as much: it stays theirs, unless it was given.
        let own =
            |link: &&crate::pipeline::Link| link.holders.iter().all(|(holder, _)| people.contains(holder));
        let identifiers = results.links().iter().filter(own).map(|link| link.wide.to_bytes()).collect();
        Ok((Held { people, identifiers }, (!unread.is_empty()).then(|| unread.join("; "))))
    })
}

fn erasure(root: &RootKey, request: u32, now: Timestamp, keys: &TextKeys, held: &Held) -> Erasure {
    let sorted = |bytes: Vec<[u8; 16]>| {
        let mut bytes: Vec<Keyed> = bytes.into_iter().map(Keyed).collect();
        bytes.sort_unstable();
        bytes.dedup();
        bytes
    };
    let people = keys.ids.iter().chain(&held.people).map(|person| person.to_bytes());
    let identifiers = keys.identifiers.iter().map(|wide| wide.to_bytes()).chain(held.identifiers.clone());
    let hash = |hash: &crate::identifiers::hashed::HashKey| {
        root.erasure_tag(hash.algorithm().code(), hash.as_bytes())
    };
    Erasure {
        request,
        at: Moment(now),
        people: sorted(people.collect()),
        identifiers: sorted(identifiers.collect()),
        texts: sorted(keys.texts.iter().map(|wide| wide.to_bytes()).collect()),
        hashes: sorted(keys.hashes.iter().map(hash).collect()),
    }
}
