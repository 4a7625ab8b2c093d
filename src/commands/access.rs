//! `verho subject access`: the answer to somebody who asks what is done with their data, in words for
//! them: what is decided today, and what is live as far as we know.

use std::collections::BTreeSet;

use serde::Serialize;

use super::build::live::moment;
use super::build::{BuildError, part, root_key};
use super::explain::{ExplainError, ExplainOptions, Explanation, explain};
use super::live_state;
use super::requests::{RequestError, RequestOptions, about, done, today};
use super::subject::{LiveFact, PastFact, SeveralPeople, live_text, subject_text};
use crate::config::Config;
use crate::identifiers::hashed::Algorithm;
use crate::outputs::Disk;
use crate::outputs::report::Language;
use crate::people::PersonKey;
use crate::pipeline::Progress;
use crate::pipeline::objections::watch::text_keys;
use crate::state::{
    CellState, EntryKey, Head, LiveEntry, OwedEntry, Owner, PastEntry, RequestKind, State, StateError,
};

/// What is asked.
pub struct AccessOptions<'a> {
    /// The config, the moment and the dice.
    pub asked: &'a RequestOptions,
    /// The id, e-mail address or phone number.
    pub text: &'a [u8],
    /// The language of the answer.
    pub language: Language,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Its language.
    pub language: &'static str,
    /// The moment it was decided as of.
    pub as_of: String,
    /// The words.
    pub text: String,
    /// How many open requests it answers.
    pub requests_done: u64,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The run.
    #[error(transparent)]
    Explain(#[from] ExplainError),
    /// The store of requests.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The live state.
    #[error(transparent)]
    State(#[from] StateError),
    /// Several people share what was given.
    #[error(transparent)]
    SeveralPeople(#[from] SeveralPeople),
}

/// Answers.
pub fn access(
    options: &AccessOptions<'_>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Answer, AccessError> {
    let asked = options.asked;
    let explanation = explain(
        &ExplainOptions {
            config: asked.config.clone(),
            given: asked.given.clone(),
            as_of: asked.now,
            random: asked.random,
            text: options.text,
            chain: false,
            for_subject: true,
        },
        progress,
    )?;
    let mut text = subject_text(&explanation, options.language)?;
    let facts = live_facts(options, &explanation)?;
    if let Some(facts) = &facts {
        live_text(&mut text, facts, options.language);
    }
    // Without a state there is no list of requests either, and the answer stands all the same.
    let requests_done = match &facts {
        Some(_) => done(asked, RequestKind::Access, options.text)?,
        None => 0,
    };
    Ok(Answer { language: options.language.code(), as_of: explanation.as_of, text, requests_done })
}

/// What is live of the person, list by list; `None` where no state is kept.
fn live_facts(
    options: &AccessOptions<'_>,
    explanation: &Explanation,
) -> Result<Option<Vec<LiveFact>>, AccessError> {
    let asked = options.asked;
    let build = |error: BuildError| AccessError::Request(RequestError::Build(error));
    let config =
        Config::load(&asked.config).map_err(|faults| build(BuildError::Config(faults)))?.given(&asked.given);
    let root = root_key(&config, asked.random).map_err(|error| build(BuildError::RootKey(error)))?;
    if config.state.is_none() || !root.is_lasting() {
        return Ok(None);
    }
    let disk = Disk::real();
    let Some(state) = live_state::open(&config, &root, &disk, part(asked.random, 1))? else {
        return Ok(Some(Vec::new()));
    };
    let mut asker = Asker { owners: BTreeSet::new(), digests: BTreeSet::new() };
    asker.owners.extend(explanation.people.iter().map(|person| person.owner));
    // They may have left the customer base, or been erased, and still be live: then what was given finds them.
    let text = options.text.trim_ascii();
    let keys = text_keys(text, &config, &root, today(&config, asked.now));
    asker.owners.extend(keys.ids.iter().map(|person| person.spread()));
    let hashes = keys.hashes.iter().filter(|hash| hash.algorithm() == Algorithm::Sha256);
    asker.digests.extend(hashes.map(|hash| hash.as_bytes().to_vec()));
    if let Some(subjects) = super::erasures::subjects(&config, &root)? {
        let about = about(&root, text);
        let theirs = |number| subjects.requests.iter().any(|one| one.number == number && one.about == about);
        let erased = subjects.erasures.iter().filter(|erasure| theirs(erasure.request));
        let people = erased.flat_map(|erasure| &erasure.people);
        asker.owners.extend(people.map(|person| PersonKey::from_bytes(person.0).spread()));
    }
    facts(&state, &asker).map(Some).map_err(AccessError::State)
}

/// Whoever asks, as the live state knows them.
struct Asker {
    owners: BTreeSet<Owner>,
    /// SHA-256 of what was given, in every form.
    digests: BTreeSet<Vec<u8>>,
}

impl Asker {
    fn is(&self, owner: Owner, key: EntryKey) -> bool {
        self.owners.contains(&owner) || self.digests.contains(&key.digest.as_bytes()[..])
    }
}

fn facts(state: &State, asker: &Asker) -> Result<Vec<LiveFact>, StateError> {
    let head = state.head();
    let day = |release: u32| {
        head.releases.get(release as usize).map(|note| note.as_of.0.strftime("%Y-%m-%d").to_string())
    };
    let mut facts = Vec::new();
    for cell in &head.cells {
        let mut fact = LiveFact {
            audience: cell.audience.clone(),
            platform: cell.platform.clone(),
            ..LiveFact::default()
        };
        let mut live = state.read_list::<LiveEntry>(cell.live.as_ref().map(|live| &live.list))?;
        let mut last = None;
        while let Some(entry) = live.next_record()? {
            if !asker.is(entry.owner, entry.key) {
                continue;
            }
            // One detail counts once, however many people share it.
            fact.live += u64::from(last.replace(entry.key) != Some(entry.key));
            // The earliest of them: since then the person has been on the list.
            let since = day(entry.since);
            if fact.since.is_none() || since < fact.since {
                fact.since = since;
                fact.basis = basis(head, entry.basis);
            }
        }
        let mut owed = state.read_list::<OwedEntry>(cell.owed.as_ref())?;
        let mut last = None;
        while let Some(entry) = owed.next_record()? {
            if entry.removed && entry.since != 0 && asker.is(entry.owner, entry.key) {
                fact.owed += u64::from(last.replace(entry.key) != Some(entry.key));
            }
        }
        fact.past = past(state, asker, cell)?;
        facts.push(fact);
    }
    Ok(facts)
}

/// When the person was on a list that they are no longer on.
fn past(state: &State, asker: &Asker, cell: &CellState) -> Result<Option<PastFact>, StateError> {
    let date = |seconds: u32| moment(seconds).0.strftime("%Y-%m-%d").to_string();
    let mut past = state.read_list::<PastEntry>(cell.past.as_ref().map(|past| &past.list))?;
    let mut found = None;
    while let Some(entry) = past.next_record()? {
        if asker.owners.contains(&entry.owner) {
            found = Some(PastFact {
                first: date(entry.first),
                removed: date(entry.removed),
                basis: basis(state.head(), entry.basis),
            });
        }
    }
    Ok(found)
}

fn basis(head: &Head, number: u8) -> Option<String> {
    head.bases.get(usize::from(number)).map(|basis| basis.ground.clone())
}
