//! The fast path held to the oracle: thousands of small bases, every decision, row and tag equal.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use verho::commands::build::{BuildError, BuildOptions, Built, build};
use verho::commands::verify::{ExpectedAudience, compare_recomputed};
use verho::config::Config;
use verho::manifest::Tag;
use verho::oracle::{self, Fate, Outcome};
use verho::pipeline::RunError;
use verho::policy::reason::{Reason, Reasons};
use verho::sources::releases::PublishedRelease;

use crate::bases::generate;

pub(crate) const ROOT_HEX: &str = "3f1a90c2d47be8566e0b1c2d9a8f77e6554433221100ffeeddccbbaa99887766";

pub(crate) fn root() -> [u8; 32] {
    let mut key = [0; 32];
    hex::decode_to_slice(ROOT_HEX, &mut key).expect("64 hex digits");
    key
}

/// Gives a generated config a root key, and limits that force tiny batches and spilling.
pub(crate) fn with_root_key(config_path: &Path, limits: &str) {
    let place = config_path.with_file_name("root.key");
    std::fs::write(&place, ROOT_HEX).expect("writable");
    let mode = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o600);
    std::fs::set_permissions(&place, mode).expect("ours");
    let mut text = std::fs::read_to_string(config_path).expect("readable");
    text.push_str("\n[keys]\nroot = \"root.key\"\n");
    text.push_str(limits);
    std::fs::write(config_path, text).expect("writable");
}

pub(crate) fn build_at(config: &Path, as_of: jiff::Timestamp, seed: u8) -> Result<Built, BuildError> {
    let options = BuildOptions {
        config: config.to_owned(),
        given: verho::config::Given::default(),
        now: as_of,
        as_of: None,
        first: false,
        dry_run: false,
        random: [seed; 64],
    };
    build(&options, &|_| {})
}

/// What a release must hold by the oracle's word.
pub(crate) fn expected(outcome: &Outcome) -> Vec<ExpectedAudience> {
    let audience = |audience: &oracle::AudienceOutcome| {
        let mut suppressions: BTreeMap<Tag, BTreeMap<String, Reasons>> = BTreeMap::new();
        let mut rows: BTreeMap<String, BTreeSet<Vec<u8>>> = BTreeMap::new();
        for platform in &audience.platforms {
            let written = if audience.withheld { BTreeSet::new() } else { platform.rows.clone() };
            rows.insert(platform.name.clone(), written);
            for ((space, id), fate) in &platform.decisions {
                if let Fate::Suppressed(codes) = fate {
                    let tag = Tag(oracle::tag(&root(), &audience.name, space, id));
                    let reasons = codes
                        .iter()
                        .map(|code| Reason::from_code(code).expect("a known code"))
                        .fold(Reasons::NONE, Reasons::with);
                    suppressions.entry(tag).or_default().insert(platform.name.clone(), reasons);
                }
            }
        }
        ExpectedAudience { name: audience.name.clone(), rows, suppressions: Some(suppressions) }
    };
    outcome.audiences.iter().map(audience).collect()
}

/// What differs between the two, in words; empty when nothing does.
fn differences(seed: u64, limits: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("scratch folder");
    let base = generate(seed, folder.path());
    with_root_key(&base.config_path, limits);
    let config = Config::load(&base.config_path).unwrap_or_else(|faults| panic!("seed {seed}: {faults}"));
    let outcome = oracle::decide(&config, base.as_of).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    match build_at(&base.config_path, base.as_of, 7) {
        Ok(built) => {
            let mut found = Vec::new();
            if !outcome.refused.is_empty() {
                found.push(format!("the oracle refuses: {:?}", outcome.refused));
            }
            let release =
                PublishedRelease::open(built.release.as_deref().expect("published")).expect("a release");
            let lines = compare_recomputed(&release, &expected(&outcome)).expect("readable");
            found.extend(
                lines.iter().filter(|line| !line.ok).map(|line| format!("{}: {}", line.name, line.detail)),
            );
            found.extend(count_differences(&built, &outcome));
            if !found.is_empty() {
                found.extend(fates_that_differ(&release, &outcome));
            }
            found
        }
        Err(BuildError::Run(RunError::Refused { refusals })) => {
            let ours: BTreeSet<&str> = refusals.iter().map(|refusal| refusal.code).collect();
            let theirs: BTreeSet<&str> =
                outcome.refused.iter().filter_map(|told| told.split(' ').next()).collect();
            if ours == theirs {
                Vec::new()
            } else {
                vec![format!("refused for {ours:?}, by the oracle for {theirs:?}")]
            }
        }
        Err(BuildError::AllWithheld { .. }) => {
            let all = outcome.audiences.iter().all(|audience| audience.withheld);
            if all { Vec::new() } else { vec!["withheld, and not by the oracle".to_owned()] }
        }
        Err(other) => vec![format!("did not build: {other}")],
    }
}

pub(crate) fn count_differences(built: &Built, outcome: &Outcome) -> Vec<String> {
    let mut found = Vec::new();
    for (ours, theirs) in built.manifest.predicate.audiences.iter().zip(&outcome.audiences) {
        if (ours.size_before_objections, ours.withheld) != (theirs.size_before_objections, theirs.withheld) {
            found.push(format!(
                "{}: size {} by the oracle {}",
                ours.name, ours.size_before_objections, theirs.size_before_objections
            ));
        }
        for (mine, other) in ours.platforms.iter().zip(&theirs.platforms) {
            let people = (mine.people.not_selected, mine.people.suppressed, mine.people.eligible);
            let rows = (mine.rows.not_selected, mine.rows.suppressed, mine.rows.eligible);
            let (p, r) = (other.people_counts, other.row_counts);
            if people != (p.not_selected, p.suppressed, p.eligible)
                || rows != (r.not_selected, r.suppressed, r.eligible)
            {
                found.push(format!(
                    "{} {}: people {people:?} rows {rows:?}, by the oracle {p:?} {r:?}",
                    ours.name, mine.name
                ));
            }
            let reasons: BTreeMap<String, (u64, u64, u64)> = mine
                .reasons
                .iter()
                .map(|tally| (tally.code.clone(), (tally.primary, tally.holds, tally.alone)))
                .collect();
            let told: BTreeMap<String, (u64, u64, u64)> = other
                .reasons
                .iter()
                .map(|(code, tally)| (code.clone(), (tally.primary, tally.holds, tally.alone)))
                .collect();
            if reasons != told {
                found.push(format!(
                    "{} {}: reasons {reasons:?}, by the oracle {told:?}",
                    ours.name, mine.name
                ));
            }
        }
    }
    found
}

/// For finding out: invented people whose decision differs.
fn fates_that_differ(release: &PublishedRelease, outcome: &Outcome) -> Vec<String> {
    let mut found = Vec::new();
    for theirs in &outcome.audiences {
        let Some(audience) = release.audience(&theirs.name) else { continue };
        let ours = release.suppressions(audience).expect("readable");
        for platform in &theirs.platforms {
            for ((space, id), fate) in &platform.decisions {
                let tag = Tag(oracle::tag(&root(), &theirs.name, space, id));
                let mine: Vec<&str> = ours
                    .get(&tag)
                    .and_then(|by| by.get(&platform.name))
                    .map(|reasons| reasons.iter().map(Reason::code).collect())
                    .unwrap_or_default();
                let other: Vec<&str> = match fate {
                    Fate::Suppressed(codes) => Reason::ALL
                        .into_iter()
                        .map(Reason::code)
                        .filter(|code| codes.contains(*code))
                        .collect(),
                    Fate::NotSelected | Fate::Eligible => Vec::new(),
                };
                if mine != other {
                    found.push(format!(
                        "{} {} {space}/{id}: {mine:?}, by the oracle {other:?}",
                        theirs.name, platform.name
                    ));
                }
            }
        }
    }
    found
}

/// How many bases are compared; more at night.
fn seeds() -> u64 {
    std::env::var("VERHO_TEST_BASES").ok().and_then(|count| count.parse().ok()).unwrap_or(300)
}

#[test]
fn every_decision_equals_the_oracles_on_generated_bases() {
    let from: u64 = std::env::var("VERHO_TEST_FROM").ok().and_then(|from| from.parse().ok()).unwrap_or(0);
    let tiny = std::env::var_os("VERHO_TEST_TINY").is_some();
    let threads = 2;
    let told: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                scope.spawn(move || {
                    let mut told = Vec::new();
                    for seed in (from..from + seeds()).filter(|seed| seed % threads == worker) {
                        // Every third base in tiny batches that spill at once.
                        let limits = if seed.is_multiple_of(3) || tiny {
                            "\n[limits]\nmemory = \"1kB\"\nbatch_rows = 7\nthreads = 2\n"
                        } else {
                            ""
                        };
                        for difference in differences(seed, limits) {
                            told.push(format!("seed {seed}: {difference}"));
                        }
                    }
                    told
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no panic")).collect()
    });
    let seeds: BTreeSet<&str> = told.iter().filter_map(|line| line.split(':').next()).collect();
    assert!(
        told.is_empty(),
        "{} bases differ:\n{}",
        seeds.len(),
        told.iter().take(60).cloned().collect::<Vec<_>>().join("\n")
    );
}

/// The oracle knew four platforms of the six, and refused to decide the others.
#[test]
fn the_oracle_decides_every_platform_that_takes_a_file() {
    let customers = [
        ("Ann.Lee+a@Gmail.com", "040 1234567"),
        ("bo+tag@example.org", ""),
        ("cy@example.net", "050 7654321"),
        ("info@example.net", "044 1234567"),
        ("dee@googlemail.com", ""),
        ("", "+44 7400 123456"),
    ];
    let mut compared = 0;
    for platform in verho::platforms::ALL {
        let config = crate::several::CONFIG.replace("\"meta\"", &format!("\"{}\"", platform.name));
        if !platform.is_uploadable() {
            assert!(crate::several::built_by(&config, &customers, &[]).is_err(), "{}", platform.name);
            continue;
        }
        // Google takes consent alone, with both signals.
        let config = config
            .replace("legitimate_interest", "consent")
            .replace("assessment = \"LIA-1\"", "consent_wording = \"CW-1\"")
            .replace(
                "birth_date",
                "consent_signals = { ad_user_data = { column = \"born\", granted = [\"1980-01-01\"] }, \
                 ad_personalization = { column = \"born\", granted = [\"1980-01-01\"] } }\nbirth_date",
            );
        let folder = crate::several::built_by(&config, &customers, &[("cy@example.net", "")])
            .unwrap_or_else(|error| panic!("{}: {error:?}", platform.name));
        let (outcome, release) = decided_again(folder.path());
        let text =
            std::fs::read_to_string(release.join("audiences/all").join(platform.name).join("full.csv"))
                .expect("written");
        let theirs = &outcome.audiences[0].platforms[0];
        let mut lines: Vec<&str> = text.lines().collect();
        if !theirs.header.is_empty() {
            assert_eq!(lines.remove(0), theirs.header, "{}", platform.name);
        }
        lines.retain(|line| !line.starts_with("Format Version") && !line.starts_with("Customer List,"));
        let ours: BTreeSet<Vec<u8>> = lines.iter().map(|line| line.as_bytes().to_vec()).collect();
        assert!(ours == theirs.rows && ours.len() >= 3, "{}: {} rows", platform.name, ours.len());
        assert_eq!(differences_in(folder.path()), Vec::<String>::new(), "{}", platform.name);
        compared += 1;
    }
    assert_eq!(compared, 6);
}

/// The oracle's word on the one release in a folder of [`crate::several::built_by`], and the release.
pub(crate) fn decided_again(folder: &Path) -> (Outcome, std::path::PathBuf) {
    let config = Config::load(&folder.join("verho.toml")).expect("sound");
    let as_of = "2026-11-21T02:00:00Z".parse().expect("a moment");
    let outcome = oracle::decide(&config, as_of).unwrap_or_else(|error| panic!("{error}"));
    (outcome, std::fs::canonicalize(folder.join("releases/latest")).expect("published"))
}

/// What the oracle says otherwise of such a release.
pub(crate) fn differences_in(folder: &Path) -> Vec<String> {
    let (outcome, release) = decided_again(folder);
    let release = PublishedRelease::open(&release).expect("a release");
    let lines = compare_recomputed(&release, &without_keys(&outcome)).expect("readable");
    lines.iter().filter(|line| !line.ok).map(|line| format!("{}: {}", line.name, line.detail)).collect()
}

/// What rows a release must hold, where no lasting key makes its tags.
fn without_keys(outcome: &Outcome) -> Vec<ExpectedAudience> {
    let rows = |audience: &oracle::AudienceOutcome| {
        audience.platforms.iter().map(|platform| (platform.name.clone(), platform.rows.clone())).collect()
    };
    let audience = |audience: &oracle::AudienceOutcome| ExpectedAudience {
        name: audience.name.clone(),
        rows: rows(audience),
        suppressions: None,
    };
    outcome.audiences.iter().map(audience).collect()
}
