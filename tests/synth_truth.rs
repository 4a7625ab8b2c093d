//! The planted truth of a made-up base against a whole build: everybody's fate, read from the release
//! alone.

use std::collections::{BTreeMap, BTreeSet};

use sha2::Digest as _;
use verho::manifest::{Tag, UploadKind};
use verho::oracle;
use verho::policy::reason::Reasons;
use verho::sources::releases::PublishedRelease;
use verho::synth::{SynthOptions, synth};

use crate::agreement::build_at;

/// Fewer where the code is slow, so that the test stays below a minute.
const ROWS: u64 = if cfg!(debug_assertions) { 20_000 } else { 100_000 };

/// What is wrong with one line of the truth.
fn fault(
    upload: &str,
    reason: &str,
    platforms: usize,
    left_out: Option<&BTreeMap<String, Reasons>>,
) -> Option<String> {
    let primary: BTreeSet<&str> = left_out
        .into_iter()
        .flat_map(BTreeMap::values)
        .filter_map(|reasons| Some(reasons.primary()?.code()))
        .collect();
    let on = left_out.map_or(0, BTreeMap::len);
    let sound = match (upload, reason) {
        ("yes", "") => on < platforms,
        ("no", "not-selected") => on == 0,
        ("no", code) => on == platforms && primary.contains(code),
        _ => false,
    };
    (!sound).then(|| format!("{upload} {reason:?}: left out on {on} of {platforms} for {primary:?}"))
}

#[test]
fn everybodys_fate_is_the_planted_one() {
    let folder = tempfile::tempdir().expect("scratch folder");
    let out = folder.path().join("base");
    let report = synth(&SynthOptions { rows: ROWS, seed: 7, out: out.clone() }).expect("writes a base");
    let as_of = "2026-11-21T02:00:00Z".parse().expect("a moment");
    let built = build_at(&out.join("verho.toml"), as_of, 5).unwrap_or_else(|error| panic!("{error}"));
    let release = PublishedRelease::open(built.release.as_deref().expect("published")).expect("a release");
    let hex_key = std::fs::read_to_string(out.join("root.key")).expect("the key of a made-up base");
    let mut root = [0; 32];
    hex::decode_to_slice(hex_key.trim(), &mut root).expect("64 hex digits");

    let audiences: BTreeMap<&str, _> = built
        .manifest
        .predicate
        .audiences
        .iter()
        .map(|audience| {
            (audience.name.as_str(), (audience, release.suppressions(audience).expect("readable")))
        })
        .collect();
    let truth = std::fs::read_to_string(out.join("truth.csv")).expect("was written");
    let (mut faults, mut lines, mut going_up) = (Vec::new(), 0_u64, BTreeSet::new());
    for line in truth.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let (id, audience, upload, reason) = (cells[0], cells[1], cells[2], cells[3]);
        let (record, suppressed) = &audiences[audience];
        let left_out = suppressed.get(&Tag(oracle::tag(&root, audience, "crm", id)));
        faults.extend(
            fault(upload, reason, record.platforms.len(), left_out)
                .map(|fault| format!("{id} {audience}: {fault}")),
        );
        if upload == "yes" && left_out.is_none() {
            going_up.insert((audience, id));
        }
        lines += 1;
    }
    assert!(
        faults.is_empty(),
        "{} of {lines} differ:\n{}",
        faults.len(),
        faults[..faults.len().min(20)].join("\n")
    );
    assert_eq!(lines, report.people * 3);
    // Whoever is not left out and not selected is told apart by the counts.
    for planted in &report.audiences {
        for platform in &audiences[planted.name].0.platforms {
            assert_eq!(
                platform.people.not_selected, planted.not_selected,
                "{} {}",
                planted.name, platform.name
            );
        }
    }
    let uploaded = plain_digests_that_go_up(&release, &out, &going_up);
    assert!(uploaded > report.people / 10, "only {uploaded} addresses could be looked for");
}

/// For people who go up everywhere and whose address is written plainly: the digest of the address
/// stands in the full file. Returns how many were looked for.
fn plain_digests_that_go_up(
    release: &PublishedRelease,
    out: &std::path::Path,
    going_up: &BTreeSet<(&str, &str)>,
) -> u64 {
    let audience = release.audience("customers").expect("an audience of the base");
    let meta = audience.platforms.iter().find(|platform| platform.name == "meta").expect("is there");
    let mut digests = BTreeSet::new();
    release
        .each_row(meta, UploadKind::Full, |row| {
            digests.extend(row.split(|byte| *byte == b',').map(<[u8]>::to_vec));
        })
        .expect("readable");
    let mut looked_for = 0;
    let mut table = csv::Reader::from_path(out.join("customers.csv")).expect("a table");
    for row in table.records() {
        let row = row.expect("a row");
        let (id, email) = (&row[0], &row[3]);
        let is_plain = email.split_once('@').is_some_and(|(local, domain)| {
            let plain = |text: &str| {
                text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.')
            };
            plain(local) && plain(domain) && domain.contains('.')
        });
        if is_plain && going_up.contains(&("customers", id)) {
            looked_for += 1;
            let digest = hex::encode(sha2::Sha256::digest(email.as_bytes()));
            assert!(digests.contains(digest.as_bytes()), "customer {id} of the made-up base does not go up");
        }
    }
    looked_for
}
