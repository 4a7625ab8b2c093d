//! Two configs over their inputs, compared person by person and told in counts: who would flip in or
//! out of which audience, and by which rule. Nobody is named, and nothing is written.
//!
//! Both runs use the same keys, so a person has the same key in both. What is kept of a run is a person
//! key and a verdict's number, in parts that overflow to a file without a name like all records.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use super::build::{BuildError, part};
use super::explain::spill_dir;
use crate::config::Config;
use crate::pipeline::before::Before;
use crate::pipeline::keys::RootKey;
use crate::pipeline::{Live, Progress, Results, Run, Watch, run};
use crate::policy::answers::Rule;
use crate::policy::reason::Reason;
use crate::policy::verdict::CellVerdict;

/// What is asked.
pub struct DiffOptions {
    /// The config as it is.
    pub old: PathBuf,
    /// The config as it would be.
    pub new: PathBuf,
    /// The moment both decide as of.
    pub as_of: Timestamp,
    /// Random bytes for the keys of both runs.
    pub random: [u8; 64],
}

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// The moment both decided as of.
    pub as_of: String,
    /// How many people there are.
    pub people: People,
    /// Audiences of A in its order, then those only B has.
    pub audiences: Vec<AudienceDiff>,
}

/// People with a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct People {
    /// In both.
    pub both: u64,
    /// Only in A.
    pub only_a: u64,
    /// Only in B.
    pub only_b: u64,
}

/// In which of the configs something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// In both.
    Both,
    /// Only in B.
    Added,
    /// Only in A.
    Removed,
}

/// One audience.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AudienceDiff {
    /// Its name.
    pub audience: String,
    /// In which of the configs it is.
    pub presence: Presence,
    /// Its platforms.
    pub platforms: Vec<PlatformDiff>,
}

/// One platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlatformDiff {
    /// Its name.
    pub platform: String,
    /// In which of the configs it is.
    pub presence: Presence,
    /// Eligible under A.
    pub eligible_a: u64,
    /// Eligible under B.
    pub eligible_b: u64,
    /// Eligible under B only, by what kept them out of A.
    pub entering: Vec<Flip>,
    /// Eligible under A only, by what keeps them out of B.
    pub leaving: Vec<Flip>,
}

/// People who flip for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flip {
    /// The first reason's code, or why there is none.
    pub code: &'static str,
    /// The rule that gives it.
    pub rule: &'static str,
    /// How many.
    pub people: u64,
}

/// Why somebody is not on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Out {
    Reason(Reason),
    NotSelected,
    NotInData,
    NoSuchList,
}

impl Out {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Reason(reason) => (reason.code(), Rule::of(reason).word()),
            Self::NotSelected => ("not-selected", Rule::Selection.word()),
            Self::NotInData => ("not-in-data", "none"),
            Self::NoSuchList => ("no-such-list", "none"),
        }
    }
}

/// Compares.
pub fn diff(options: &DiffOptions, progress: &(dyn Fn(Progress) + Sync)) -> Result<Diff, BuildError> {
    let old = Config::load(&options.old).map_err(BuildError::Config)?;
    let new = Config::load(&options.new).map_err(BuildError::Config)?;
    // One key for both, whatever keys they name: nothing made under it outlives the comparison.
    let root = RootKey::for_this_run(options.random[..32].try_into().expect("64 bytes hold 32"));
    let before = Before::default();
    let job = |config| Run {
        config,
        as_of: options.as_of,
        root: &root,
        run_key: part(options.random, 3),
        spill_dir: spill_dir(config),
        before: &before,
        progress,
        watch: Watch::Everybody,
        live: Live::No,
    };
    run(&job(&old), |a| run(&job(&new), |b| compare(&old, &new, a, b, options.as_of)))
}

/// A person's verdicts under both, by number; none where there is no row.
type Pair = (Option<u32>, Option<u32>);

fn compare(
    old: &Config,
    new: &Config,
    a: &Results<'_, '_>,
    b: &Results<'_, '_>,
    as_of: Timestamp,
) -> Result<Diff, BuildError> {
    let mut pairs: HashMap<Pair, u64> = HashMap::new();
    for part in 0..a.people_parts() {
        let (of_a, of_b) = (a.people(part)?, b.people(part)?);
        let (mut of_a, mut of_b) = (of_a.into_iter().peekable(), of_b.into_iter().peekable());
        loop {
            let pair = match (of_a.peek(), of_b.peek()) {
                (None, None) => break,
                (Some((one, _)), Some((other, _))) if one == other => {
                    (of_a.next().map(|entry| entry.1), of_b.next().map(|entry| entry.1))
                }
                (Some((one, _)), other) if other.is_none_or(|(other, _)| one < other) => {
                    (of_a.next().map(|entry| entry.1), None)
                }
                _ => (None, of_b.next().map(|entry| entry.1)),
            };
            *pairs.entry(pair).or_default() += 1;
        }
    }
    let mut people = People::default();
    for ((in_a, in_b), count) in &pairs {
        match (in_a, in_b) {
            (Some(_), Some(_)) => people.both += count,
            (Some(_), None) => people.only_a += count,
            _ => people.only_b += count,
        }
    }
    let mut audiences = Vec::new();
    for name in names(old.audiences.iter().map(|one| &one.name), new.audiences.iter().map(|one| &one.name)) {
        let in_a = cells(old, a, name);
        let in_b = cells(new, b, name);
        let known = |cells: &Option<BTreeMap<String, usize>>, platform: &String| {
            cells.as_ref().and_then(|cells| cells.get(platform).copied())
        };
        let platforms = names(in_a.iter().flat_map(BTreeMap::keys), in_b.iter().flat_map(BTreeMap::keys));
        audiences.push(AudienceDiff {
            audience: name.clone(),
            presence: presence(in_a.is_some(), in_b.is_some()),
            platforms: platforms
                .into_iter()
                .map(|platform| {
                    let cells = (known(&in_a, platform), known(&in_b, platform));
                    platform_diff(platform, cells, &pairs, a, b)
                })
                .collect(),
        });
    }
    Ok(Diff { as_of: as_of.to_string(), people, audiences })
}

/// The first's names in their order, then those only the second has.
fn names<'n>(
    one: impl Iterator<Item = &'n String>,
    other: impl Iterator<Item = &'n String>,
) -> Vec<&'n String> {
    let mut names: Vec<&String> = one.collect();
    for name in other {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

const fn presence(in_a: bool, in_b: bool) -> Presence {
    match (in_a, in_b) {
        (true, false) => Presence::Removed,
        (false, true) => Presence::Added,
        _ => Presence::Both,
    }
}

/// An audience's cells by platform; none when the config has no such audience.
fn cells(config: &Config, results: &Results<'_, '_>, name: &str) -> Option<BTreeMap<String, usize>> {
    let index = config.audiences.iter().position(|audience| audience.name == name)?;
    let platforms = config.audiences[index].platforms.iter().cloned();
    Some(platforms.zip(results.cells_of(index)).collect())
}

fn platform_diff(
    platform: &str,
    (in_a, in_b): (Option<usize>, Option<usize>),
    pairs: &HashMap<Pair, u64>,
    a: &Results<'_, '_>,
    b: &Results<'_, '_>,
) -> PlatformDiff {
    let (mut eligible_a, mut eligible_b) = (0, 0);
    let (mut entering, mut leaving) = (BTreeMap::new(), BTreeMap::new());
    for ((one, other), count) in pairs {
        match (standing(a, in_a, *one), standing(b, in_b, *other)) {
            (None, None) => {
                eligible_a += count;
                eligible_b += count;
            }
            (None, Some(out)) => {
                eligible_a += count;
                *leaving.entry(out).or_insert(0) += count;
            }
            (Some(out), None) => {
                eligible_b += count;
                *entering.entry(out).or_insert(0) += count;
            }
            (Some(_), Some(_)) => {}
        }
    }
    PlatformDiff {
        platform: platform.to_owned(),
        presence: presence(in_a.is_some(), in_b.is_some()),
        eligible_a,
        eligible_b,
        entering: flips(entering),
        leaving: flips(leaving),
    }
}

fn flips(by: BTreeMap<Out, u64>) -> Vec<Flip> {
    let flip = |(out, people): (Out, u64)| {
        let (code, rule) = out.words();
        Flip { code, rule, people }
    };
    by.into_iter().map(flip).collect()
}

/// Why a person is not on a list; none for those who are.
fn standing(results: &Results<'_, '_>, cell: Option<usize>, number: Option<u32>) -> Option<Out> {
    let Some(cell) = cell else { return Some(Out::NoSuchList) };
    let Some(number) = number else { return Some(Out::NotInData) };
    let verdict: &CellVerdict = &results.verdict(number)[cell];
    if verdict.eligible().is_some() {
        return None;
    }
    Some(verdict.reasons.primary().map_or(Out::NotSelected, Out::Reason))
}
