//! One person, every rule and its answer, from an id, e-mail address or phone number given as text.
//! The answer names nobody: it speaks of audiences, platforms, reasons and registers.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use super::build::{BuildError, part, root_key};
use crate::config::Config;
use crate::pipeline::{Explained, Progress, Results, Run, Watch, run};
use crate::policy::reason::Reason;
use crate::policy::scope::Scope;
use crate::policy::standing::Selected;

/// What is asked.
pub struct ExplainOptions<'t> {
    /// The config file.
    pub config: PathBuf,
    /// The present, to the second, or the moment to decide as of.
    pub as_of: Timestamp,
    /// Random bytes for this run's keys.
    pub random: [u8; 64],
    /// The id, e-mail address or phone number; white space around it does not count.
    pub text: &'t [u8],
}

/// What is known of whom the text names.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// People it names: none, one, or several who share the identifier.
    pub people: Vec<PersonExplanation>,
    /// The moment the run decided as of.
    pub as_of: String,
}

/// One person.
#[derive(Debug, Clone, Serialize)]
pub struct PersonExplanation {
    /// Rows of the person.
    pub rows: u64,
    /// Objections that name the person, whether they bind an audience or not.
    pub objections: Vec<ObjectionExplanation>,
    /// Whether somebody who shares an identifier with the person objected.
    pub shares_with_objector: bool,
    /// Whether an unreadable row concerns the person.
    pub unreadable_row: bool,
    /// Audiences in config order.
    pub audiences: Vec<AudienceExplanation>,
}

/// An objection.
#[derive(Debug, Clone, Serialize)]
pub struct ObjectionExplanation {
    /// The register, or the customer's own record.
    pub register: Option<String>,
    /// What it objects to.
    pub scopes: Vec<&'static str>,
}

/// One audience.
#[derive(Debug, Clone, Serialize)]
pub struct AudienceExplanation {
    /// Its name.
    pub audience: String,
    /// Whether the person meets its filter: yes, no, unknown.
    pub selected: &'static str,
    /// The person's tag in its suppression manifest; none without a lasting root key.
    pub tag: Option<String>,
    /// Platforms in config order.
    pub platforms: Vec<PlatformExplanation>,
}

/// One platform.
#[derive(Debug, Clone, Serialize)]
pub struct PlatformExplanation {
    /// Its name.
    pub platform: String,
    /// `eligible`, `suppressed` or `not-selected`.
    pub decision: &'static str,
    /// Why, first by precedence first.
    pub reasons: Vec<ReasonExplanation>,
    /// Basis rows that allow it, by place in the config from 0.
    pub bases: Vec<u32>,
}

/// One reason.
#[derive(Debug, Clone, Serialize)]
pub struct ReasonExplanation {
    /// The stable code.
    pub code: &'static str,
    /// One sentence.
    pub description: &'static str,
}

/// Explains.
pub fn explain(
    options: &ExplainOptions<'_>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Explanation, BuildError> {
    let config = Config::load(&options.config).map_err(BuildError::Config)?;
    let root = root_key(&config, options.random)?;
    let job = Run {
        config: &config,
        as_of: options.as_of,
        root: &root,
        run_key: part(options.random, 3),
        spill_dir: spill_dir(&config),
        before: &crate::pipeline::before::Before::default(),
        progress,
        watch: Watch::Whoever(options.text.trim_ascii()),
    };
    run(&job, |results| {
        let found = results.explained();
        let people = found.iter().map(|found| {
            let tag = |audience: &str| {
                root.is_lasting().then(|| hex::encode(root.tags(audience).tag(found.person)))
            };
            person(&config, results, found, &tag)
        });
        Ok(Explanation { people: people.collect(), as_of: options.as_of.to_string() })
    })
}

/// Where records may overflow to: beside the releases, else beside the config; never a shared folder.
pub(super) fn spill_dir(config: &Config) -> PathBuf {
    let beside = config.path.parent().unwrap_or(Path::new("."));
    if config.output.dir.is_dir() { config.output.dir.clone() } else { beside.to_owned() }
}

fn person(
    config: &Config,
    results: &Results<'_, '_>,
    found: &Explained<'_>,
    tag: &dyn Fn(&str) -> Option<String>,
) -> PersonExplanation {
    let objections = found.named.iter().map(|(register, scopes)| ObjectionExplanation {
        register: register.map(|index| config.registers[usize::from(index)].name.clone()),
        scopes: scopes.iter().map(Scope::word).collect(),
    });
    let audiences = config.audiences.iter().enumerate().map(|(index, audience)| {
        let cells = results.cells_of(index);
        let platforms = cells.iter().zip(&audience.platforms).map(|(cell, name)| {
            let verdict = &found.verdict[*cell];
            PlatformExplanation {
                platform: name.clone(),
                decision: match (verdict.selected, verdict.eligible()) {
                    (false, _) => "not-selected",
                    (true, None) => "suppressed",
                    (true, Some(_)) => "eligible",
                },
                reasons: verdict
                    .reasons
                    .iter()
                    .map(|reason| ReasonExplanation {
                        code: reason.code(),
                        description: reason.description(),
                    })
                    .collect(),
                bases: (0..64).filter(|index| verdict.bases & 1 << index != 0).collect(),
            }
        });
        let selected = found.standing.cells[cells[0]].selected;
        AudienceExplanation {
            audience: audience.name.clone(),
            selected: if selected.has(Selected::YES) {
                "yes"
            } else if selected == Selected::NO {
                "no"
            } else {
                "unknown"
            },
            tag: tag(&audience.name),
            platforms: platforms.collect(),
        }
    });
    PersonExplanation {
        rows: found.rows,
        objections: objections.collect(),
        shares_with_objector: found.verdict.iter().any(|cell| cell.reasons.has(Reason::LinkedToObjector)),
        unreadable_row: found.unreadable,
        audiences: audiences.collect(),
    }
}
