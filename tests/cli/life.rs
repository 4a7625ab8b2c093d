//! A release after its night: told by `history`, purged when its manifest says so, verified as purged;
//! the job's page and metrics; and every exit code.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use verho::commands::build::{BuildOptions, build};
use verho::commands::history::{SignatureState, history};
use verho::commands::purge::{Left, PurgeOptions, PurgeReport, purge};
use verho::commands::verify::{VerifyOptions, VerifyReport, verify};

use super::base::Base;

fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

/// A build at a moment of the test's own, as a nightly run makes it.
fn night(base: &Base, now: &str) -> PathBuf {
    let mut random = [7; 64];
    random[..8].copy_from_slice(&moment(now).as_second().to_le_bytes());
    let options = BuildOptions {
        config: base.path().join("verho.toml"),
        given: verho::config::Given::default(),
        now: moment(now),
        as_of: None,
        dry_run: false,
        first: false,
        random,
    };
    let built = build(&options, &|_| ()).unwrap_or_else(|error| panic!("{error}"));
    built.release.expect("published")
}

fn purged(base: &Base, now: &str) -> PurgeReport {
    let options = PurgeOptions {
        given: verho::config::Given::default(),
        config: base.path().join("verho.toml"),
        now: moment(now),
        dry_run: false,
        random: [9; 64],
    };
    purge(&options).unwrap_or_else(|error| panic!("{error}"))
}

fn verified(release: &Path) -> VerifyReport {
    let options = VerifyOptions {
        allowed_signers: None,
        revoked_signers: None,
        moment: moment("2026-12-01T00:00:00Z"),
        max_age: None,
        strict_modes: true,
        chain: false,
        keys: None,
    };
    verify(release, &options).expect("verifies")
}

fn with_keys(base: &Base) {
    assert_eq!(base.run(&["keygen", "--root", "root.key", "--signing", "sign.key"]).code, 0);
    base.configure("[output]", "[keys]\nroot = \"root.key\"\nsigning = \"sign.key\"\n[output]");
}

const NIGHTS: [&str; 3] = ["2026-01-01T02:00:00Z", "2026-01-02T02:00:00Z", "2026-01-03T02:00:00Z"];

#[test]
fn a_purge_deletes_exactly_what_is_due_on_each_day() {
    let base = Base::new();
    with_keys(&base);
    let releases = NIGHTS.map(|now| night(&base, now));
    // The moment, and how many full files and suppressions of the three releases are left by then.
    let days: [(&str, [usize; 3], [usize; 3]); 6] = [
        ("2026-01-15T01:59:59Z", [2, 2, 2], [2, 2, 2]),
        ("2026-01-15T02:00:00Z", [0, 2, 2], [2, 2, 2]),
        ("2026-01-16T02:00:00Z", [0, 0, 2], [2, 2, 2]),
        ("2026-02-16T02:00:00Z", [0, 0, 2], [2, 2, 2]),
        ("2026-06-30T02:00:00Z", [0, 0, 2], [0, 2, 2]),
        ("2027-06-30T02:00:00Z", [0, 0, 2], [0, 0, 2]),
    ];
    for (now, full, suppressions) in days {
        purged(&base, now);
        let again = purged(&base, now);
        assert!(again.releases.iter().all(|release| release.files.is_empty()), "{now}: a second time");
        let left = |release: &PathBuf, names: [&str; 2]| {
            names.iter().filter(|name| release.join("audiences/everyone").join(name).is_file()).count()
        };
        for (index, release) in releases.iter().enumerate() {
            let found = left(release, ["meta/full.csv", "linkedin/full.csv"]);
            assert_eq!(found, full[index], "{now}: full files of release {index}");
            let found = left(release, ["suppressions.csv", "verdicts.csv"]);
            assert_eq!(found, suppressions[index], "{now}: suppressions of release {index}");
            let report = verified(release);
            assert!(report.ok, "{now}: {report:?}");
            let gone = 4 - full[index] - suppressions[index];
            assert_eq!(report.purged, gone as u64, "{now}: release {index}");
        }
    }
    let last = purged(&base, "2027-06-30T02:00:00Z");
    let left: Vec<Left> = last.releases.iter().flat_map(|one| &one.left).map(|left| left.why).collect();
    assert_eq!(left, [Left::Newest; 4], "the newest release stays whatever its date");
    let told = history(&base.path().join("releases"), moment("2027-07-01T00:00:00Z")).expect("told");
    let files: Vec<u64> = told.releases.iter().map(|release| release.purged.files).collect();
    assert_eq!(files, [0, 4, 4], "newest first");
    assert!(told.releases.iter().all(|release| release.signature == SignatureState::Fits));
}

/// Whoever can write the folder can delete a file; only the key can make a receipt of it.
#[test]
fn a_file_that_is_gone_without_a_sound_receipt_fails_the_release() {
    type Change = fn(&Base, &Path, &Path);
    let cases: [(&str, bool, Change); 7] = [
        ("as it was", true, |_, _, _| ()),
        ("the receipt is away", false, |_, receipt, _| std::fs::remove_file(receipt).expect("ours")),
        ("its signature is away", false, |_, receipt, _| {
            std::fs::remove_file(receipt.with_extension("json.sig")).expect("ours");
        }),
        ("one byte of it is another", false, |_, receipt, _| {
            let text = std::fs::read_to_string(receipt).expect("ours");
            std::fs::write(receipt, text.replace("T03:00:00Z", "T03:00:01Z")).expect("ours");
        }),
        ("signed by somebody else", false, |base, receipt, _| {
            assert_eq!(base.run(&["keygen", "--signing", "other.key"]).code, 0);
            let signer =
                verho::outputs::signature::Signer::read(&base.path().join("other.key")).expect("a key");
            let text = std::fs::read_to_string(receipt).expect("ours");
            let line = text.lines().find(|line| line.contains("\"signing\"")).expect("is told");
            let text = text.replace(line, &format!("    \"signing\": \"{}\"", signer.fingerprint()));
            std::fs::write(receipt, &text).expect("ours");
            let signature = signer.sign(text.as_bytes()).expect("signs");
            std::fs::write(receipt.with_extension("json.sig"), signature).expect("ours");
        }),
        ("a file it does not tell is away", false, |_, _, release| {
            std::fs::remove_file(release.join("audiences/everyone/suppressions.csv")).expect("ours");
        }),
        ("a purge is not finished", false, |_, receipt, _| {
            let name =
                receipt.file_name().expect("a name").to_str().expect("text").replace(".1.", ".intent.");
            std::fs::copy(receipt, receipt.with_file_name(name)).expect("ours");
        }),
    ];
    for (title, sound, change) in cases {
        let base = Base::new();
        with_keys(&base);
        let releases = NIGHTS.map(|now| night(&base, now));
        purged(&base, "2026-01-15T03:00:00Z");
        let receipt = base.path().join("releases/receipts/2026-01-01T02-00-00Z.1.json");
        change(&base, &receipt, &releases[0]);
        let report = verified(&releases[0]);
        assert_eq!(report.ok, sound, "{title}: {report:?}");
        let told = history(&base.path().join("releases"), moment("2026-02-01T00:00:00Z")).expect("told");
        assert_eq!(told.releases.len(), 3, "{title}");
    }
}

#[test]
fn a_file_that_came_back_is_seen() {
    let base = Base::new();
    let releases = NIGHTS.map(|now| night(&base, now));
    let file = releases[0].join("audiences/everyone/meta/full.csv");
    let bytes = std::fs::read(&file).expect("was written");
    purged(&base, "2026-01-15T03:00:00Z");
    assert!(verified(&releases[0]).ok);
    std::fs::write(&file, bytes).expect("ours");
    let report = verified(&releases[0]);
    assert!(!report.ok);
    // And a purge takes it away again, with a receipt of its own.
    purged(&base, "2026-01-16T03:00:00Z");
    assert!(!file.exists());
}

#[test]
fn a_changed_file_is_left_and_makes_the_run_overdue() {
    let base = Base::new();
    let old = ["build", "--as-of", "2020-01-01", "--quiet"];
    assert_eq!(base.run(&old).code, 0);
    assert_eq!(base.run(&["build", "--quiet"]).code, 0);
    let release = base.path().join("releases/2020-01-01T00-00-00Z");
    let file = release.join("audiences/everyone/meta/full.csv");
    std::fs::write(&file, "kept\n").expect("ours");
    std::fs::write(release.join("notes.txt"), "mine\n").expect("ours");
    let dry = base.run(&["purge", "--due", "--dry-run"]);
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    assert!(dry.stdout.contains("would delete 3 files"), "{}", dry.stdout);
    assert!(release.join("audiences/everyone/linkedin/full.csv").exists(), "a dry run deletes nothing");
    let ran = base.run(&["purge", "--due"]);
    assert_eq!(ran.code, 4, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("LEFT") && ran.stderr.contains("hint:"), "{}", ran.stdout);
    assert!(file.exists() && release.join("notes.txt").exists(), "no manifest names them");
    assert!(!release.join("audiences/everyone/linkedin/full.csv").exists());
    assert_eq!(base.run(&["purge"]).code, 2, "--due is asked for");
}

#[test]
fn history_survives_what_it_finds() {
    let base = Base::new();
    assert_eq!(base.run(&["history", "-q"]).code, 3, "no folder yet");
    with_keys(&base);
    for now in NIGHTS {
        night(&base, now);
    }
    let folder = base.path().join("releases");
    std::fs::create_dir(folder.join("2026-01-09T02-00-00Z")).expect("ours");
    std::fs::create_dir(folder.join("aino.quokka@example.com")).expect("ours");
    std::fs::write(folder.join("notes.txt"), "mine").expect("ours");
    let damaged = folder.join("2026-01-02T02-00-00Z/manifest.json");
    let text = std::fs::read_to_string(&damaged).expect("ours");
    std::fs::write(&damaged, &text[..text.len() / 2]).expect("ours");
    std::fs::remove_file(folder.join("2026-01-01T02-00-00Z/manifest.json.sig")).expect("ours");
    // A receipt that is a link, and one that is no receipt.
    std::fs::create_dir(folder.join("receipts")).expect("ours");
    std::os::unix::fs::symlink("/dev/zero", folder.join("receipts/2026-01-03T02-00-00Z.1.json"))
        .expect("a link");
    std::fs::write(folder.join("receipts/2026-01-01T02-00-00Z.1.json"), "{}").expect("ours");
    let ran = base.run(&["history"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.stdout.matches("A RECEIPT IS NOT VALID").count(), 2, "{}", ran.stdout);
    insta::assert_snapshot!("history", base.told("history", &ran));
    let ran = base.run(&["history", "releases", "--json", "-q"]);
    let answer: serde_json::Value = serde_json::from_str(&ran.stdout).expect("one object");
    assert_eq!(answer["releases"][0]["signature"], "fits");
    assert_eq!(answer["releases"][1]["signature"], "missing");
    assert_eq!(answer["releases"][0]["audiences"][0]["platforms"][0]["full_rows"], 2);
    assert_eq!(answer["others"].as_array().map(Vec::len), Some(3));
    assert!(!ran.stdout.contains("quokka"), "a foreign name may be anything");
}

#[test]
fn the_jobs_page_grows_and_its_metrics_are_replaced() {
    let base = Base::new();
    base.put("page.md", "# another step\n");
    let job = ["build", "--quiet", "--summary", "page.md", "--metrics", "verho.prom"];
    for _ in 0..2 {
        assert_eq!(base.run(&job).code, 0);
    }
    let page = std::fs::read_to_string(base.path().join("page.md")).expect("ours");
    assert!(page.starts_with("# another step\n"));
    assert_eq!(page.matches("# verho release").count(), 2);
    let metrics = std::fs::read_to_string(base.path().join("verho.prom")).expect("ours");
    assert!(metrics.ends_with("# EOF\n") && metrics.contains("verho_run_exit_code 0\n"), "{metrics}");
    base.put("objections.csv", "email,phone\n");
    let ran = base.run(&job);
    assert_ne!(ran.code, 0);
    let page = std::fs::read_to_string(base.path().join("page.md")).expect("ours");
    assert!(page.contains("nothing was published") && page.contains("- `register-"), "{page}");
    let metrics = std::fs::read_to_string(base.path().join("verho.prom")).expect("ours");
    assert!(metrics.contains(&format!("verho_run_exit_code {}\n", ran.code)), "{metrics}");
    assert!(!metrics.contains("verho_people"));
    // A page that cannot be written is told, and the release stands.
    base.put("objections.csv", super::base::OBJECTIONS);
    let ran = base.run(&["build", "--summary", "no/such/page.md"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("--summary"), "{}", ran.stderr);
}

/// 130 has a test of its own beside the builds that go well.
#[test]
fn every_exit_code_has_its_cause() {
    let cases: [(i32, &str, &[&str], fn(&Base)); 9] = [
        (0, "a build", &["build", "-q"], |_| ()),
        (0, "nothing is due", &["purge", "--due", "-q"], |_| ()),
        (1, "a guard", &["build", "-q"], |base| base.put("objections.csv", "email,phone\n")),
        (1, "every audience withheld", &["build", "-q"], |base| {
            base.configure("min_size = 1", "min_size = 100")
        }),
        (2, "the config", &["build", "-q"], |base| base.configure("min_size = 1", "min_sizes = 1")),
        (2, "the command line", &["build", "--no-such"], |_| ()),
        (3, "an input is missing", &["build", "-q"], |base| {
            std::fs::remove_file(base.path().join("customers.csv")).expect("ours");
        }),
        (3, "an output cannot be written", &["build", "-q"], |base| base.put("releases", "in the way")),
        (4, "something past its date is left", &["purge", "--due", "-q"], |base| {
            assert_eq!(base.run(&["build", "-q", "--as-of", "2020-01-01"]).code, 0);
            assert_eq!(base.run(&["build", "-q"]).code, 0);
            let release = base.path().join("releases/2020-01-01T00-00-00Z");
            std::fs::write(release.join("audiences/everyone/meta/full.csv"), "x").expect("ours");
        }),
    ];
    for (code, title, args, prepare) in cases {
        let base = Base::new();
        prepare(&base);
        let ran = base.run(args);
        assert_eq!(ran.code, code, "{title}: {}{}", ran.stdout, ran.stderr);
        if code == 1 || code == 2 || code == 3 {
            assert!(ran.stderr.contains("hint:"), "{title}: {}", ran.stderr);
            assert!(base.releases().is_empty(), "{title}");
        }
    }
}
