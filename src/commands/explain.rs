//! One person, every rule and its answer, from an id, e-mail address or phone number given as text.
//! The answer names nobody: it speaks of audiences, platforms, rules, registers and keyed tags.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use super::build::{BuildError, part, root_key};
use super::erasures;
use crate::config::{Basis, Config, Given};
use crate::people::PersonKey;
use crate::pipeline::before::Before;
use crate::pipeline::keys::RootKey;
use crate::pipeline::{Explained, Link, Live, Objection, Progress, Results, Run, Watch, run};
use crate::policy::answers::{Answer, Known, Rule, answers};
use crate::policy::reason::Reason;
use crate::policy::scope::{Scope, Scopes};
use crate::policy::standing::Selected;

/// What is asked.
pub struct ExplainOptions<'t> {
    /// The config file.
    pub config: PathBuf,
    /// Where secrets are, as far as the command line says.
    pub given: Given,
    /// The present, to the second, or the moment to decide as of.
    pub as_of: Timestamp,
    /// Random bytes for this run's keys.
    pub random: [u8; 64],
    /// The id, e-mail address or phone number; white space around it does not count.
    pub text: &'t [u8],
    /// Also who shares identifiers with whom, as keyed tags: needs a lasting root key.
    pub chain: bool,
    /// For the person's own eyes: what others may have said is told apart from what only the person can
    /// have said.
    pub for_subject: bool,
}

/// Why there is no explanation.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// As a build fails.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// Tags of a key that dies with the run would answer no question.
    #[error("the chain of sharing is told in keyed tags, and no root key is set")]
    NoRootKey,
}

impl From<crate::pipeline::RunError> for ExplainError {
    fn from(error: crate::pipeline::RunError) -> Self {
        Self::Build(error.into())
    }
}

/// What is known of whom the text names.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// People it names: none, one, or several who share the identifier.
    pub people: Vec<PersonExplanation>,
    /// Objections that name the text itself, whether a customer has it or not.
    pub named_by: Vec<ObjectionExplanation>,
    /// Whether a customer row that could not be read carries it.
    pub unreadable_row: bool,
    /// The moment the run decided as of.
    pub as_of: String,
    /// Whose customers they are.
    pub controller: String,
}

/// One person.
#[derive(Debug, Clone, Serialize)]
pub struct PersonExplanation {
    /// The person's tag in live states; never told.
    #[serde(skip)]
    pub owner: u64,
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
    /// The person's identifiers and who else holds them, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chain: Option<Vec<LinkExplanation>>,
}

/// An objection.
#[derive(Debug, Clone, Serialize)]
pub struct ObjectionExplanation {
    /// The register, or `null` for the customer's own record.
    pub register: Option<String>,
    /// What it objects to.
    pub scopes: Vec<&'static str>,
    /// The days on which it was noted, earliest first, where the register tells them.
    pub dates: Vec<String>,
    /// The audiences that it binds.
    pub binds: Vec<String>,
}

/// One identifier.
#[derive(Debug, Clone, Serialize)]
pub struct LinkExplanation {
    /// Its keyed tag.
    pub identifier: String,
    /// `email` or `phone`.
    pub kind: &'static str,
    /// How many people hold it.
    pub holders: u64,
    /// More than `share_cap`: it carries no objection, and the others are not listed.
    pub over_share_cap: bool,
    /// The others.
    pub others: Vec<HolderExplanation>,
}

/// Somebody else who holds an identifier.
#[derive(Debug, Clone, Serialize)]
pub struct HolderExplanation {
    /// By audience, the tag under which the suppression manifest knows them if they are left out.
    pub tags: Vec<AudienceTag>,
    /// What objections that name them are about.
    pub objected: Vec<&'static str>,
}

/// A tag in one audience.
#[derive(Debug, Clone, Serialize)]
pub struct AudienceTag {
    /// The audience.
    pub audience: String,
    /// The tag.
    pub tag: String,
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
    /// Every rule with its answer.
    pub rules: Vec<RuleExplanation>,
    /// The basis rows that it rests on; none unless eligible.
    pub bases: Vec<BasisExplanation>,
    /// Whether a register's objection that binds here may be somebody else's, who has a contact detail of
    /// the person, too; told only where the answer is for the person's own eyes.
    #[serde(skip)]
    pub may_be_anothers: bool,
}

/// One reason.
#[derive(Debug, Clone, Serialize)]
pub struct ReasonExplanation {
    /// The stable code.
    pub code: &'static str,
    /// One sentence.
    pub description: &'static str,
}

/// One rule.
#[derive(Debug, Clone, Serialize)]
pub struct RuleExplanation {
    /// Its stable name.
    pub rule: Rule,
    /// One answer, or against and unknown.
    pub answers: Vec<Answer>,
    /// Codes of the reasons that it gives.
    pub reasons: Vec<&'static str>,
    /// The registers whose objections bind here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub registers: Vec<String>,
}

/// A basis row and its references.
#[derive(Debug, Clone, Serialize)]
pub struct BasisExplanation {
    /// Which `[[basis]]` of the config, counted from 1.
    pub number: usize,
    /// The ground.
    #[serde(rename = "use")]
    pub ground: &'static str,
    /// The assessment of a legitimate interest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assessment: Option<String>,
    /// The wording of a consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent_wording: Option<String>,
    /// The notice's id.
    pub notice: String,
    /// The notice's version.
    pub notice_version: String,
    /// Its last day.
    pub valid_until: Option<String>,
}

/// Explains.
pub fn explain(
    options: &ExplainOptions<'_>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Explanation, ExplainError> {
    let mut config = Config::load(&options.config).map_err(BuildError::Config)?.given(&options.given);
    let root = root_key(&config, options.random).map_err(BuildError::RootKey)?;
    let erased = erasures::take_in(&mut config, &root, None).map_err(BuildError::State)?;
    let (config, before) = (config, Before { erased, ..Before::default() });
    if options.chain && !root.is_lasting() {
        return Err(ExplainError::NoRootKey);
    }
    let text = options.text.trim_ascii();
    let job = Run {
        config: &config,
        as_of: options.as_of,
        root: &root,
        // Tags of identifiers must mean the same tomorrow, so chains are made under a lasting key.
        run_key: if options.chain { root.chain_key() } else { before.run_key(part(options.random, 3)) },
        spill_dir: spill_dir(&config),
        before: &before,
        progress,
        watch: if options.chain || options.for_subject { Watch::Chain(text) } else { Watch::Whoever(text) },
        live: Live::No,
    };
    run(&job, |results| {
        let teller = Teller { config: &config, root: &root, results, has_chain: options.chain };
        let found = results.explained();
        Ok(Explanation {
            people: found.iter().map(|found| teller.person(found)).collect(),
            named_by: results.watched_text().iter().map(|objection| teller.objection(objection)).collect(),
            unreadable_row: results.watched_unreadable(),
            as_of: options.as_of.to_string(),
            controller: config.controller.name.clone(),
        })
    })
}

/// Where records may overflow to: beside the releases, else beside the config; never a shared folder.
pub(super) fn spill_dir(config: &Config) -> PathBuf {
    let beside = config.path.parent().unwrap_or(Path::new("."));
    if config.output.dir.is_dir() { config.output.dir.clone() } else { beside.to_owned() }
}

struct Teller<'t> {
    config: &'t Config,
    root: &'t RootKey,
    results: &'t Results<'t, 't>,
    has_chain: bool,
}

impl Teller<'_> {
    fn objection(&self, objection: &Objection) -> ObjectionExplanation {
        let audiences = self.config.audiences.iter();
        ObjectionExplanation {
            register: objection.register.map(|index| self.config.registers[usize::from(index)].name.clone()),
            scopes: words(objection.scopes),
            dates: objection.days.iter().map(ToString::to_string).collect(),
            binds: audiences
                .filter(|audience| objection.scopes.meets(audience.binding))
                .map(|audience| audience.name.clone())
                .collect(),
        }
    }

    fn person(&self, found: &Explained<'_>) -> PersonExplanation {
        let audiences = (0..self.config.audiences.len()).map(|index| self.audience(index, found));
        let links = self.results.links().iter();
        let own = links.filter(|link| link.holders.iter().any(|(person, _)| *person == found.person));
        PersonExplanation {
            owner: found.person.spread(),
            rows: found.rows,
            objections: found.named.iter().map(|objection| self.objection(objection)).collect(),
            shares_with_objector: found.verdict.iter().any(|cell| cell.reasons.has(Reason::LinkedToObjector)),
            unreadable_row: found.unreadable,
            audiences: audiences.collect(),
            chain: self.has_chain.then(|| own.map(|link| self.link(link, found.person)).collect()),
        }
    }

    fn tag(&self, audience: &str, person: PersonKey) -> String {
        hex::encode(self.root.tags(audience).tag(person))
    }

    fn link(&self, link: &Link, person: PersonKey) -> LinkExplanation {
        let over_share_cap = self.results.is_over_cap(link);
        let listed = link.holders.iter().filter(|holder| holder.0 != person && !over_share_cap);
        let others = listed.map(|&(holder, scopes)| HolderExplanation {
            tags: self
                .config
                .audiences
                .iter()
                .map(|audience| AudienceTag {
                    audience: audience.name.clone(),
                    tag: self.tag(&audience.name, holder),
                })
                .collect(),
            objected: words(scopes),
        });
        LinkExplanation {
            identifier: hex::encode(self.root.identifier_tag(link.wide)),
            kind: if link.is_email { "email" } else { "phone" },
            holders: link.holders.len() as u64,
            over_share_cap,
            others: others.collect(),
        }
    }

    fn audience(&self, index: usize, found: &Explained<'_>) -> AudienceExplanation {
        let audience = &self.config.audiences[index];
        let cells = self.results.cells_of(index);
        let selected = found.standing.cells[cells[0]].selected;
        let platforms = cells.iter().zip(&audience.platforms);
        AudienceExplanation {
            audience: audience.name.clone(),
            selected: if selected.has(Selected::YES) {
                "yes"
            } else if selected == Selected::NO {
                "no"
            } else {
                "unknown"
            },
            tag: self.root.is_lasting().then(|| self.tag(&audience.name, found.person)),
            platforms: platforms.map(|(cell, name)| self.platform(*cell, name, found)).collect(),
        }
    }

    fn platform(&self, cell: usize, name: &str, found: &Explained<'_>) -> PlatformExplanation {
        let verdict = &found.verdict[cell];
        let policy = &self.results.plan().policy;
        let known = Known {
            standing: found.standing,
            named: found.objections,
            linked: found.linked,
            unreadable: found.unreadable,
        };
        let binding = policy.audiences[policy.cells[cell].audience].binding;
        let registers = found.objections.registers_binding(binding);
        let rules = answers(policy, self.config.policy.closure, cell, &known, verdict);
        let reason =
            |reason: Reason| ReasonExplanation { code: reason.code(), description: reason.description() };
        PlatformExplanation {
            platform: name.to_owned(),
            decision: match (verdict.selected, verdict.eligible()) {
                (false, _) => "not-selected",
                (true, None) => "suppressed",
                (true, Some(_)) => "eligible",
            },
            reasons: verdict.reasons.iter().map(reason).collect(),
            rules: rules
                .into_iter()
                .map(|answered| RuleExplanation {
                    rule: answered.rule,
                    answers: answered.answers,
                    reasons: answered.reasons.iter().map(Reason::code).collect(),
                    registers: if answered.rule == Rule::Registers {
                        self.registers(registers)
                    } else {
                        Vec::new()
                    },
                })
                .collect(),
            bases: verdict.eligible().map_or_else(Vec::new, |eligible| self.bases(eligible.bases())),
            may_be_anothers: found.own.is_some_and(|own| !own.meets(binding)),
        }
    }

    fn registers(&self, bits: u64) -> Vec<String> {
        let registers = self.config.registers.iter().enumerate();
        registers.filter(|(index, _)| bits & 1 << index != 0).map(|(_, one)| one.name.clone()).collect()
    }

    fn bases(&self, bits: u64) -> Vec<BasisExplanation> {
        let bases = self.config.bases.iter().enumerate();
        bases.filter(|(index, _)| bits & 1 << index != 0).map(|(index, row)| basis(index, row)).collect()
    }
}

fn words(scopes: Scopes) -> Vec<&'static str> {
    scopes.iter().map(Scope::word).collect()
}

fn basis(index: usize, row: &Basis) -> BasisExplanation {
    BasisExplanation {
        number: index + 1,
        ground: row.basis.word(),
        assessment: row.assessment.clone(),
        consent_wording: row.consent_wording.clone(),
        notice: row.notice.id.clone(),
        notice_version: row.notice.version.clone(),
        valid_until: row.valid_until.map(|day| day.to_string()),
    }
}
