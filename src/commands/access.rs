//! `verho subject access`: the answer to somebody who asks what is done with their data, in words for
//! them: what is decided today, and what is live as far as we know.

use serde::Serialize;

use super::build::{BuildError, part, root_key};
use super::explain::{ExplainError, ExplainOptions, Explanation, explain};
use super::live_state;
use super::requests::{RequestError, RequestOptions, done};
use super::subject::{LiveFact, SeveralPeople, live_text, subject_text};
use crate::config::Config;
use crate::outputs::Disk;
use crate::outputs::report::Language;
use crate::pipeline::Progress;
use crate::state::{Head, LiveEntry, OwedEntry, RequestKind, State, StateError};

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
            given: crate::config::Given::default(),
            as_of: asked.now,
            random: asked.random,
            text: options.text,
            chain: false,
        },
        progress,
    )?;
    let mut text = subject_text(&explanation, options.language)?;
    let facts = live_facts(asked, &explanation)?;
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
    asked: &RequestOptions,
    explanation: &Explanation,
) -> Result<Option<Vec<LiveFact>>, AccessError> {
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
    let owners: Vec<u64> = explanation.people.iter().map(|person| person.owner).collect();
    facts(&state, &owners).map(Some).map_err(AccessError::State)
}

fn facts(state: &State, owners: &[u64]) -> Result<Vec<LiveFact>, StateError> {
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
        while let Some(entry) = live.next_record()? {
            if owners.contains(&entry.owner) {
                fact.live += 1;
                // The earliest of them: since then the person has been on the list.
                let since = day(entry.since);
                if fact.since.is_none() || since < fact.since {
                    fact.since = since;
                    fact.basis = basis(head, entry.basis);
                }
            }
        }
        let mut owed = state.read_list::<OwedEntry>(cell.owed.as_ref())?;
        while let Some(entry) = owed.next_record()? {
            if owners.contains(&entry.owner) && entry.removed {
                fact.owed += 1;
            }
        }
        facts.push(fact);
    }
    Ok(facts)
}

fn basis(head: &Head, number: u8) -> Option<String> {
    head.bases.get(usize::from(number)).map(|basis| basis.ground.clone())
}
