//! A release of some size, and bits of it turned over where chance says: none goes unseen. The small
//! sample is gone through byte by byte beside the reader that checks it.

use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use verho::commands::build::{BuildOptions, build};
use verho::commands::verify::{VerifyOptions, verify};
use verho::config::Given;
use verho::synth::{SynthOptions, synth};

/// How many bits are turned over.
const FLIPS: u64 = 160;

fn options(now: jiff::Timestamp) -> VerifyOptions {
    VerifyOptions {
        allowed_signers: None,
        revoked_signers: None,
        moment: now,
        max_age: None,
        strict_modes: false,
        chain: false,
        keys: None,
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("listed").path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// SplitMix64: the same flips every time.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[test]
fn no_bit_of_a_larger_release_can_be_turned_over_unseen() {
    let scratch = tempfile::tempdir().expect("scratch");
    let base = scratch.path().join("base");
    synth(&SynthOptions { rows: 6_000, seed: 11, out: base.clone() }).expect("an invented base");
    let config = base.join("verho.toml");
    let now = "2026-11-21T02:00:00Z".parse().expect("a moment");
    let options_of_build = BuildOptions {
        config,
        given: Given::default(),
        now,
        as_of: None,
        dry_run: false,
        first: false,
        random: [5; 64],
    };
    let built = build(&options_of_build, &|_| {}).expect("builds");
    let release = built.release.expect("published");
    assert!(verify(&release, &options(now)).expect("verifies").ok);
    let mut all = Vec::new();
    files(&release, &mut all);
    all.sort();
    let sizes: Vec<u64> = all.iter().map(|path| path.metadata().expect("is there").len()).collect();
    assert!(sizes.iter().sum::<u64>() > 300_000, "a release of some size");
    let mut state = 1;
    for flip in 0..FLIPS {
        // Small files are as likely as large ones.
        let at = (next(&mut state) % all.len() as u64) as usize;
        let (offset, bit) = (next(&mut state) % sizes[at].max(1), next(&mut state) % 8);
        let file = std::fs::OpenOptions::new().read(true).write(true).open(&all[at]).expect("ours");
        let mut byte = [0];
        if file.read_at(&mut byte, offset).expect("readable") == 0 {
            continue;
        }
        file.write_all_at(&[byte[0] ^ (1 << bit)], offset).expect("ours");
        let seen = verify(&release, &options(now)).map_or(true, |report| !report.ok);
        assert!(seen, "flip {flip}: bit {bit} of byte {offset} of {}", all[at].display());
        file.write_all_at(&byte, offset).expect("ours");
    }
    assert!(verify(&release, &options(now)).expect("verifies").ok, "all was put back");
}
