//! The fuzz targets' properties with the ordinary compiler: every seed as it is, then changed copies.
//! `VERHO_FUZZ_SECONDS` keeps on for so long with each; without it each takes a second or two.

use std::path::Path;
use std::time::{Duration, Instant};

#[allow(unreachable_pub, reason = "the fuzz targets use the same file as a module of their own")]
#[path = "../fuzz/properties.rs"]
mod properties;

/// A small generator of its own, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % sides.max(1) as u64) as usize
    }

    /// A copy with a few changes: bytes flipped, taken out, doubled, put in, or pieces of two seeds joined.
    fn change(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        const WORDS: &[&[u8]] = &[
            b"@",
            b".",
            b"+",
            b"0",
            b"00",
            b"\"",
            b"'",
            b",",
            b";",
            b"\n",
            b"\r\n",
            b"\0",
            b" ",
            b"<",
            b">",
            b"(",
            b")",
            b"=",
            b"\xff",
            b"\xef\xbb\xbf",
            "\u{200b}".as_bytes(),
            "ß".as_bytes(),
            "İ".as_bytes(),
            "e\u{301}".as_bytes(),
            "٣".as_bytes(),
            "\u{202e}".as_bytes(),
            "ﷺ".as_bytes(),
            b"xn--",
            b"E+11",
            b";ext=",
            b"[[",
            b"]]",
            b" AND ",
            b"NOT ",
            b"99999999999999999999",
        ];
        let mut data = seeds[self.roll(seeds.len())].clone();
        for _ in 0..=self.roll(4) {
            let at = self.roll(data.len() + 1);
            match self.roll(6) {
                0 if at < data.len() => data[at] ^= 1 << self.roll(8),
                1 => drop(data.drain(at..(at + self.roll(8)).min(data.len()))),
                2 => {
                    let piece = data[at..(at + self.roll(16)).min(data.len())].to_vec();
                    data.splice(at..at, piece);
                }
                3 => {
                    let other = &seeds[self.roll(seeds.len())];
                    data.truncate(at);
                    data.extend_from_slice(&other[self.roll(other.len() + 1)..]);
                }
                4 => data.insert(at, self.roll(256) as u8),
                _ => drop(data.splice(at..at, WORDS[self.roll(WORDS.len())].iter().copied())),
            }
        }
        data
    }
}

fn run(target: &str, times: usize, property: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("seeds are there")
        .map(|entry| entry.expect("readable").path())
        .collect();
    paths.sort();
    let seeds: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).expect("readable")).collect();
    assert!(!seeds.is_empty(), "{target} has no seed");
    let seconds = std::env::var("VERHO_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let (began, lasting) = (Instant::now(), Duration::from_secs(seconds));
    let mut dice = Dice(if seconds > 0 { u64::from(std::process::id()) } else { 20_261_121 });
    let mut done = 0;
    let all = |data: Vec<u8>| {
        let holds = std::panic::catch_unwind(|| property(&data)).is_ok();
        // Made from seeds, which hold invented people only.
        assert!(holds, "{target} fails on {:?}", String::from_utf8_lossy(&data));
    };
    property(b"");
    seeds.iter().cloned().for_each(all);
    while done < times || began.elapsed() < lasting {
        all(dice.change(&seeds));
        done += 1;
    }
}

#[test]
fn fuzz_email() {
    run("email", 5_000, properties::email);
}

#[test]
fn fuzz_phone() {
    run("phone", 5_000, properties::phone);
}

#[test]
fn fuzz_config() {
    run("config", 1_500, properties::config);
}

#[test]
fn fuzz_delimited() {
    run("delimited", 1_500, properties::delimited);
}

#[test]
fn fuzz_ndjson() {
    run("ndjson", 1_500, properties::ndjson);
}

#[test]
fn fuzz_packed() {
    run("packed", 700, properties::packed);
}

#[test]
fn fuzz_release() {
    run("release", 3_000, properties::release);
}

#[test]
fn fuzz_signature() {
    run("signature", 5_000, properties::signature);
}

#[test]
fn fuzz_trailer() {
    run("trailer", 5_000, properties::trailer);
}

#[test]
fn fuzz_selection() {
    run("selection", 10_000, properties::selection);
}

/// Every target has its property here, and every property its target.
#[test]
fn the_fuzz_targets_are_these() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).expect("readable");
    let smoke = include_str!("fuzz_smoke.rs");
    let targets: Vec<&str> =
        manifest.split("[[bin]]\nname = \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(targets.len() >= 10);
    for target in targets {
        assert!(smoke.contains(&format!("run(\"{target}\", ")), "{target} is not run here");
        let file = folder.join(format!("fuzz_targets/{target}.rs"));
        let text = std::fs::read_to_string(file).expect("a target");
        assert!(text.contains(&format!("properties::{target}(data)")), "{target}");
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{target}.rs\"")), "{target}");
    }
}
