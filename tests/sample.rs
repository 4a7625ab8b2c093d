//! The invented customers of `data-samples`: what was worked out by hand, what the oracle says and
//! what a release holds are one.

use std::collections::BTreeMap;
use std::path::Path;

use verho::commands::verify::compare_recomputed;
use verho::config::Config;
use verho::oracle::{self, Fate};
use verho::policy::reason::Reason;
use verho::sources::releases::PublishedRelease;

use crate::agreement::{build_at, count_differences, expected, with_root_key};

/// Space, id, audience and platform; fate and reasons.
type Lines = BTreeMap<[String; 4], String>;

fn by_hand() -> Lines {
    let text = include_str!("../data-samples/expected.csv");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("id_space,customer_id,audience,platform,fate,reasons"));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let key = std::array::from_fn(|place| cells[place].to_owned());
            (key, cells[4..].join(",").trim_end_matches(',').to_owned())
        })
        .collect()
}

fn by_oracle(outcome: &oracle::Outcome) -> Lines {
    let mut lines = Lines::new();
    for audience in &outcome.audiences {
        for platform in &audience.platforms {
            for ((space, id), fate) in &platform.decisions {
                let told = match fate {
                    Fate::Eligible => "eligible".to_owned(),
                    Fate::NotSelected => "not-selected".to_owned(),
                    Fate::Suppressed(codes) => {
                        let ordered: Vec<&str> = Reason::ALL
                            .into_iter()
                            .map(Reason::code)
                            .filter(|code| codes.contains(*code))
                            .collect();
                        format!("suppressed,{}", ordered.join(";"))
                    }
                };
                let key = [space.clone(), id.clone(), audience.name.clone(), platform.name.clone()];
                lines.insert(key, told);
            }
        }
    }
    lines
}

#[test]
fn the_sample_comes_out_as_it_was_worked_out_by_hand() {
    let folder = tempfile::tempdir().expect("scratch folder");
    for file in
        std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("data-samples")).expect("a folder")
    {
        let file = file.expect("an entry");
        if file.path().is_file() {
            std::fs::copy(file.path(), folder.path().join(file.file_name())).expect("copied");
        }
    }
    let place = folder.path().join("verho.toml");
    with_root_key(&place, "");
    let as_of = "2026-11-21T02:00:00Z".parse().expect("a moment");
    let config = Config::load(&place).unwrap_or_else(|faults| panic!("{}", faults.render(false)));
    let outcome = oracle::decide(&config, as_of).unwrap_or_else(|error| panic!("{error}"));
    assert!(outcome.refused.is_empty(), "{:?}", outcome.refused);
    let (hand, told) = (by_hand(), by_oracle(&outcome));
    let different: Vec<String> = hand
        .keys()
        .chain(told.keys())
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .filter(|key| hand.get(*key) != told.get(*key))
        .map(|key| {
            format!("{}: {:?} by hand, {:?} by the oracle", key.join(" "), hand.get(key), told.get(key))
        })
        .collect();
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
    let built = build_at(&place, as_of, 3).unwrap_or_else(|error| panic!("{error}"));
    let release = PublishedRelease::open(built.release.as_deref().expect("published")).expect("a release");
    let checks = compare_recomputed(&release, &expected(&outcome)).expect("readable");
    let mut found = count_differences(&built, &outcome);
    found.extend(checks.iter().filter(|line| !line.ok).map(|line| format!("{}: {}", line.name, line.detail)));
    assert!(found.is_empty(), "{}", found.join("\n"));
}
