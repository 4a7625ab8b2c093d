//! Non-interference: what may not be known of people cannot change what is written. Two runs under the
//! same keys and at the same moment, over bases that differ only in what must not get out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::people::{Planted, Variant};
use crate::cli::base::{Base, Ran};

/// A release and what was said of it.
struct Outcome {
    files: BTreeMap<String, Vec<u8>>,
    said: String,
    log: String,
}

fn build(variant: Variant, keys: Option<&Base>) -> (Base, Outcome) {
    let base = Base::empty();
    match keys {
        None => Planted::of(variant).write(&base),
        Some(other) => {
            Planted::of(variant).put(&base);
            for name in ["root.key", "signing-key", "signing-key.pub"] {
                std::fs::copy(other.path().join(name), base.path().join(name)).expect("ours");
            }
        }
    }
    let args = ["build", "--as-of", "2026-11-21T02:00:00Z", "--json", "-vv"];
    let Ran { code, stdout, stderr } = base.run(&args);
    assert_eq!(code, 0, "{stderr}");
    let release = base.path().join("releases/2026-11-21T02-00-00Z");
    let mut files = BTreeMap::new();
    read(&release, &release, &mut files);
    let outcome = Outcome { files, said: base.steady(&stdout), log: base.steady(&timeless(&stderr)) };
    (base, outcome)
}

/// Lines without the moment they begin with, in an order of their own: registers are read side by side.
fn timeless(log: &str) -> String {
    let without = |line: &str| match line.split_once('Z') {
        Some((moment, rest)) if moment.len() < 30 && moment.starts_with("20") => rest.to_owned(),
        _ => line.to_owned(),
    };
    // The last word of a run is how long it took.
    let said = log.lines().filter(|line| !line.starts_with("published in "));
    let mut lines: Vec<_> = said.map(without).collect();
    lines.sort();
    lines.join("\n")
}

fn read(release: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("published") {
        let path = entry.expect("listed").path();
        if path.is_dir() {
            read(release, &path, files);
        } else {
            let name = path.strip_prefix(release).expect("below it").to_string_lossy().into_owned();
            files.insert(name, std::fs::read(&path).expect("ours"));
        }
    }
}

/// The places in two JSON values where they differ.
fn differences(one: &Value, other: &Value, at: &str, found: &mut BTreeSet<String>) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for key in keys {
                let [one, other] = [one, other].map(|map| map.get(key).unwrap_or(&Value::Null));
                differences(one, other, &format!("{at}.{key}"), found);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (one, other) in one.iter().zip(other) {
                // A file of the release is told by its name, everything else by its place alone.
                let name = one["digest"]["sha256"].as_str().and(one["name"].as_str()).unwrap_or_default();
                differences(one, other, &format!("{at}[{name}]"), found);
            }
        }
        _ if one == other => {}
        _ => drop(found.insert(at.to_owned())),
    }
}

/// Classes of a list of tags, in order of size and not of tag, which is random.
fn classes(list: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(list);
    let mut classes: Vec<String> =
        text.lines().map(|line| line.split_once(',').map_or(line, |(_, class)| class).to_owned()).collect();
    classes.sort();
    classes
}

/// The keyed commitments to what was read, in the manifest and in the account that repeats it.
const COMMITMENTS: [&str; 4] = [
    "manifest.predicate.registers[].commitment",
    "manifest.predicate.sources[].commitment",
    "standard output.registers[].commitment",
    "standard output.sources[].commitment",
];

/// Everything that differs between two releases, by name and by place in the manifest. Signatures and the
/// list of sums follow from the rest.
fn compare(one: &Outcome, other: &Outcome) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    assert_eq!(one.files.keys().collect::<Vec<_>>(), other.files.keys().collect::<Vec<_>>());
    assert!(one.files.len() > 8, "the walk found the files");
    for (name, bytes) in &one.files {
        let beside = &other.files[name];
        if bytes == beside || ["SHA256SUMS", "manifest.json.sig"].contains(&name.as_str()) {
            continue;
        }
        match name.as_str() {
            "manifest.json" => {
                let [one, other] =
                    [bytes, beside].map(|bytes| serde_json::from_slice(bytes).expect("a manifest"));
                differences(&one, &other, "manifest", &mut found);
            }
            name if name.ends_with("suppressions.csv") && classes(bytes) == classes(beside) => {
                found.insert(format!("tags of {name}"));
            }
            name => drop(found.insert(name.to_owned())),
        }
    }
    if one.said != other.said {
        match [&one.said, &other.said].map(|said| serde_json::from_str::<Value>(said)) {
            [Ok(one), Ok(other)] => differences(&one, &other, "standard output", &mut found),
            _ => drop(found.insert("standard output".to_owned())),
        }
    }
    if one.log != other.log {
        found.insert("standard error".to_owned());
    }
    found
}

#[test]
fn other_plaintext_of_suppressed_people_changes_only_tags_and_commitments() {
    let (base, one) = build(Variant::AsItIs, None);
    let (_other, other) = build(Variant::OtherSuppressed, Some(&base));
    let mut expected: BTreeSet<String> = COMMITMENTS.map(str::to_owned).into();
    expected.insert("tags of audiences/gold/suppressions.csv".to_owned());
    expected.insert("manifest.subject[audiences/gold/suppressions.csv].digest.sha256".to_owned());
    assert_eq!(compare(&one, &other), expected);
}

#[test]
fn an_unmapped_column_changes_only_the_commitment_to_its_file() {
    let (base, one) = build(Variant::AsItIs, None);
    let (_other, other) = build(Variant::OtherUnmapped, Some(&base));
    let of_sources = COMMITMENTS.iter().filter(|place| place.contains("sources"));
    let expected: BTreeSet<String> = of_sources.map(|place| (*place).to_owned()).collect();
    assert_eq!(compare(&one, &other), expected);
}

/// The comparison sees what it should: one objection fewer is no small thing.
#[test]
fn the_comparison_sees_a_person_who_goes_up() {
    let (base, one) = build(Variant::AsItIs, None);
    base.put("ids.csv", "id\nKUNDE-NOBODY\n");
    std::fs::remove_dir_all(base.path().join("releases")).expect("ours");
    let ran = base.run(&["build", "--as-of", "2026-11-21T02:00:00Z", "--json", "-vv"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let release = base.path().join("releases/2026-11-21T02-00-00Z");
    let mut files = BTreeMap::new();
    read(&release, &release, &mut files);
    let other = Outcome { files, said: base.steady(&ran.stdout), log: base.steady(&timeless(&ran.stderr)) };
    let found = compare(&one, &other);
    for what in ["audiences/gold/meta/full.csv", "audiences/gold/suppressions.csv", "standard output."] {
        assert!(found.iter().any(|place| place.starts_with(what)), "{what} is not among {found:?}");
    }
}
