//! What if wide keys collided? They have 128 bits and do not; here they are cut to a few. Then people
//! who share nothing look as if they did, and the run may only ever leave more of them out.

use std::collections::BTreeSet;
use std::path::Path;

use crate::commands::build::{BuildOptions, build};
use crate::identifiers::COLLIDES;
use crate::manifest::Tag;
use crate::policy::reason::Reason;
use crate::sources::releases::PublishedRelease;
use crate::synth::{SynthOptions, synth};

/// What went up and who stayed down, by audience and platform.
struct Outcome {
    digests: BTreeSet<(String, String)>,
    suppressed: BTreeSet<(String, String, Tag)>,
    /// Those among them whom an objection names.
    named: BTreeSet<(String, String, Tag)>,
}

/// A build under wide keys of so many bits; `None`: of all of them.
fn outcome(config: &Path, bits: Option<u8>) -> Outcome {
    let mut random = [9; 64];
    if let Some(bits) = bits {
        random[48..56].copy_from_slice(COLLIDES);
        random[56] = bits;
    }
    let now: jiff::Timestamp = "2026-11-21T02:00:00Z".parse().expect("a moment");
    // Releases are named by their second.
    let as_of = now + jiff::SignedDuration::from_secs(i64::from(bits.unwrap_or(128)));
    let options = BuildOptions {
        config: config.to_owned(),
        now: as_of,
        as_of: None,
        dry_run: false,
        first: false,
        random,
    };
    let built = build(&options, &|_| {}).unwrap_or_else(|error| panic!("{bits:?} bits: {error}"));
    let folder = built.release.expect("published");
    let release = PublishedRelease::open(&folder).expect("a release");
    let (mut digests, mut suppressed, mut named) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for audience in &built.manifest.predicate.audiences {
        for platform in &audience.platforms {
            let cell = format!("{} {}", audience.name, platform.name);
            let path = folder.join(format!("audiences/{}/{}/full.csv", audience.name, platform.name));
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let cells = text.lines().skip(1).flat_map(|line| line.split(',')).filter(|cell| cell.len() == 64);
            digests.extend(cells.map(|digest| (cell.clone(), digest.to_owned())));
        }
        let told = release.suppressions(release.audience(&audience.name).expect("there")).expect("readable");
        for (tag, platforms) in told {
            for (platform, reasons) in platforms {
                let key = (audience.name.clone(), platform, tag);
                let is_named = |reason: Reason| matches!(reason.code(), "on-register" | "opted-out");
                if reasons.iter().any(is_named) {
                    named.insert(key.clone());
                }
                suppressed.insert(key);
            }
        }
    }
    Outcome { digests, suppressed, named }
}

/// A base of `verho synth`, with this share cap.
fn base(folder: &Path, share_cap: u32) -> std::path::PathBuf {
    synth(&SynthOptions { rows: 1_500, seed: 4, out: folder.join("base") }).expect("a base");
    let config = folder.join("base/verho.toml");
    let text = std::fs::read_to_string(&config).expect("readable");
    let one_day = text.replace("[output]", &format!("[policy]\nshare_cap = {share_cap}\n\n[output]"));
    std::fs::write(&config, one_day).expect("writable");
    config
}

#[test]
fn collisions_only_ever_leave_more_people_out() {
    let folder = tempfile::tempdir().expect("a folder");
    // The cap is out of reach: what a key over the cap no longer spreads is told in the other test.
    let config = base(folder.path(), 1_000_000);
    let sound = outcome(&config, None);
    assert!(sound.digests.len() > 2_000, "only {} digests go up", sound.digests.len());
    let mut before = sound.digests.len();
    for bits in [20, 16, 12, 9] {
        let collided = outcome(&config, Some(bits));
        let added: Vec<_> = collided.digests.difference(&sound.digests).collect();
        assert!(added.is_empty(), "{bits} bits: {} digests more go up", added.len());
        let gone = sound.suppressed.difference(&collided.suppressed).count();
        assert_eq!(gone, 0, "{bits} bits: people are no longer left out");
        assert!(collided.digests.len() <= before, "{bits} bits");
        before = collided.digests.len();
    }
    assert!(before < sound.digests.len() / 2, "nine bits collide: {before} of {}", sound.digests.len());
}

/// Under the usual cap a crowded key goes up for nobody and spreads nothing. Whoever is named stays out.
#[test]
fn under_any_collision_whoever_is_named_stays_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = base(folder.path(), 10);
    let sound = outcome(&config, None);
    for bits in [16, 12, 10] {
        let collided = outcome(&config, Some(bits));
        let freed = sound.named.difference(&collided.suppressed).count();
        assert_eq!(freed, 0, "{bits} bits: people whom an objection names go up");
    }
    assert!(sound.named.len() > 100, "only {} are named", sound.named.len());
}
