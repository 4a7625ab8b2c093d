//! The five policies of `data-samples/policies` over one base: what the table written by hand says, what
//! the oracle says and what a release holds are one; and a notice that is silent leaves nothing to run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use verho::commands::verify::compare_recomputed;
use verho::config::Config;
use verho::oracle::{self, Fate};
use verho::policy::reason::Reason;
use verho::sources::releases::PublishedRelease;

use crate::agreement::{build_at, count_differences, expected, with_root_key};

const POLICIES: [&str; 5] = [
    "insurer-legitimate-interest",
    "publisher-permission",
    "telemarketer-processor",
    "insurer-silent-notice",
    "energy-silent-notice",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data-samples/policies")
}

/// Audience, platform and customer id; outcome and reasons.
fn by_hand(policy: &str) -> BTreeMap<[String; 3], String> {
    let text = std::fs::read_to_string(folder().join("expected.csv")).expect("is there");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("policy,audience,platform,customer_id,outcome,reasons"));
    let cells = lines.map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    cells
        .inspect(|cells| assert!(POLICIES.contains(&cells[0].as_str()), "{}", cells[0]))
        .filter(|cells| cells[0] == policy)
        .map(|cells| (std::array::from_fn(|place| cells[place + 1].clone()), cells[4..].join(",")))
        .collect()
}

fn told(outcome: &oracle::Outcome) -> BTreeMap<[String; 3], String> {
    let mut lines = BTreeMap::new();
    for audience in &outcome.audiences {
        for platform in &audience.platforms {
            for ((_, id), fate) in &platform.decisions {
                let words = match fate {
                    Fate::Eligible => "eligible,".to_owned(),
                    Fate::NotSelected => "not-selected,".to_owned(),
                    Fate::Suppressed(codes) => {
                        let ordered = Reason::ALL.into_iter().map(Reason::code);
                        let held: Vec<&str> = ordered.filter(|code| codes.contains(*code)).collect();
                        assert_eq!(held.len(), codes.len(), "every code is in the table");
                        format!("suppressed,{}", held.join(";"))
                    }
                };
                lines.insert([audience.name.clone(), platform.name.clone(), id.clone()], words);
            }
        }
    }
    lines
}

/// A copy of the folder, so that a release has somewhere to go.
fn scratch() -> tempfile::TempDir {
    let scratch = tempfile::tempdir().expect("scratch folder");
    for file in std::fs::read_dir(folder()).expect("a folder") {
        let file = file.expect("an entry");
        if file.path().is_file() {
            std::fs::copy(file.path(), scratch.path().join(file.file_name())).expect("copied");
        }
    }
    scratch
}

#[test]
fn every_policy_comes_out_as_the_table_says() {
    let as_of = "2026-11-21T02:00:00Z".parse().expect("a moment");
    for policy in POLICIES {
        let scratch = scratch();
        let place = scratch.path().join(format!("{policy}.toml"));
        let hand = by_hand(policy);
        assert!(!hand.is_empty(), "{policy}");
        let config = match Config::load(&place) {
            Ok(config) => config,
            Err(faults) => {
                let codes: Vec<String> =
                    faults.list.iter().map(|fault| format!("refused,{}", fault.code)).collect();
                assert_eq!(
                    codes,
                    hand.into_values().collect::<Vec<_>>(),
                    "{policy}: {}",
                    faults.render(false)
                );
                assert!(faults.list[0].hint.contains("without a basis nothing may go up"), "{policy}");
                assert!(build_at(&place, as_of, 3).is_err(), "{policy}");
                assert!(!scratch.path().join(format!("releases-{policy}")).exists(), "{policy}");
                continue;
            }
        };
        let outcome = oracle::decide(&config, as_of).unwrap_or_else(|error| panic!("{policy}: {error}"));
        assert!(outcome.refused.is_empty(), "{policy}: {:?}", outcome.refused);
        let told = told(&outcome);
        let keys = hand.keys().chain(told.keys()).collect::<std::collections::BTreeSet<_>>();
        let different: Vec<String> = keys
            .into_iter()
            .filter(|key| hand.get(*key) != told.get(*key))
            .map(|key| {
                format!("{}: {:?} by hand, {:?} by the oracle", key.join(" "), hand.get(key), told.get(key))
            })
            .collect();
        assert!(different.is_empty(), "{policy}:\n{}", different.join("\n"));
        with_root_key(&place, "");
        let built = build_at(&place, as_of, 3).unwrap_or_else(|error| panic!("{policy}: {error}"));
        let release =
            PublishedRelease::open(built.release.as_deref().expect("published")).expect("a release");
        let checks = compare_recomputed(&release, &expected(&outcome)).expect("readable");
        let mut found = count_differences(&built, &outcome);
        found.extend(
            checks.iter().filter(|line| !line.ok).map(|line| format!("{}: {}", line.name, line.detail)),
        );
        assert!(found.is_empty(), "{policy}: {}", found.join("\n"));
    }
}

#[test]
fn a_silent_notice_cannot_be_mended_by_a_row_without_a_notice() {
    for policy in &POLICIES[3..] {
        let scratch = scratch();
        let place = scratch.path().join(format!("{policy}.toml"));
        let text = std::fs::read_to_string(&place).expect("is there");
        let row = "[[basis]]\nuse = \"legitimate_interest\"\nplatforms = [\"meta\"]\ncountries = [\"FI\"]\npurposes = [\"retarget\"]\nassessment = \"LIA-1\"\n";
        for notice in ["", "notice = { id = \"\", version = \"\" }\n"] {
            std::fs::write(&place, format!("{text}\n{row}{notice}")).expect("written");
            assert!(Config::load(&place).is_err(), "{policy}: {notice}");
        }
        let notice = "notice = { id = \"a-notice-that-names-it\", version = \"2026\" }\n";
        std::fs::write(&place, format!("{text}\n{row}{notice}")).expect("written");
        assert!(Config::load(&place).is_ok(), "{policy}: nothing else was wrong with it");
    }
}

#[test]
fn every_policy_says_which_rows_it_implements() {
    for policy in POLICIES {
        let text = std::fs::read_to_string(folder().join(format!("{policy}.toml"))).expect("is there");
        let rows = text.lines().take_while(|line| line.starts_with('#'));
        let cited = rows.filter(|line| line[1..].trim_start().starts_with(|c: char| c.is_ascii_digit()));
        assert!(cited.count() >= 3, "{policy}");
    }
}
