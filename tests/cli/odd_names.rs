//! Files and folders with names that somebody else chose, where releases lie: each is told with its place
//! and what to do, and its name is never repeated as it stands.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::base::{Base, Ran};

/// Names that may be somebody's, or that do something to a terminal, and what of them must not come out.
fn names() -> Vec<(OsString, &'static str)> {
    vec![
        ("ann.canary@example.com.csv".into(), "ann.canary"),
        ("ann.canary＠example.com".into(), "ann.canary"),
        ("0401234567.csv".into(), "0401234567"),
        ("+358 40 123 4567".into(), "123 4567"),
        ("311280-888Y".into(), "311280"),
        ("a\u{1b}[2J\u{202e}gpj.exe".into(), "\u{1b}"),
        ("two\nlines\u{2028}".into(), "two\nlines"),
        ("x".repeat(250).into(), "xxxx…xxxx"),
        (OsString::from_vec(b"caf\xe9\xff".to_vec()), "\u{0}"),
    ]
}

fn pipe(place: &Path) {
    assert!(Command::new("mkfifo").arg(place).status().expect("mkfifo").success());
}

/// Nothing of a name, nor a letter that steers a terminal.
fn is_quiet(title: &str, ran: &Ran, never: &str) {
    for said in [&ran.stdout, &ran.stderr] {
        assert!(!said.contains(never), "{title}: {said}");
        let steers =
            said.chars().find(|c| c.is_control() && *c != '\n' || matches!(c, '\u{2028}' | '\u{202e}'));
        assert_eq!(steers, None, "{title}: {said}");
    }
}

#[test]
fn a_file_with_an_odd_name_in_a_release_is_told_and_its_name_is_not() {
    let base = Base::new();
    assert_eq!(base.run(&["build"]).code, 0);
    let release = base.releases().remove(0);
    for (at, (name, never)) in names().into_iter().enumerate() {
        for kind in
            ["file", "folder", "pipe", "link", "below"].into_iter().filter(|kind| at == 0 || *kind == "below")
        {
            let place = release.join(&name);
            let title = format!("{kind} {}", name.to_string_lossy());
            match kind {
                "file" => std::fs::write(&place, "x").expect("ours"),
                "pipe" => pipe(&place),
                "link" => std::os::unix::fs::symlink("/etc/passwd", &place).expect("ours"),
                _ => std::fs::create_dir(&place).expect("ours"),
            }
            if kind == "below" {
                std::fs::write(place.join("full.csv"), "x").expect("ours");
            }
            for args in
                [&["verify", "releases/latest"][..], &["verify", "releases/latest", "--chain", "--json"]]
            {
                let ran = base.run(args);
                assert_eq!(ran.code, 1, "{title}: {}", ran.stderr);
                assert!(ran.stdout.contains("files"), "{title}: {}", ran.stdout);
                is_quiet(&title, &ran, never);
            }
            let removed =
                if place.is_dir() { std::fs::remove_dir_all(&place) } else { std::fs::remove_file(&place) };
            removed.expect("ours");
        }
    }
    assert_eq!(base.run(&["verify", "releases/latest", "--chain"]).code, 0);
}

/// Puts something that is no release, or a broken one, into the folder of releases.
fn foreign(kind: &str, place: &Path, sound: &Path) {
    std::fs::create_dir(place).expect("ours");
    let manifest = place.join("manifest.json");
    match kind {
        "garbage" => std::fs::write(&manifest, "{\"name\": \"a web site\"}").expect("ours"),
        "empty" => std::fs::write(&manifest, "").expect("ours"),
        "folder" => std::fs::create_dir(&manifest).expect("ours"),
        "pipe" => pipe(&manifest),
        "link" => std::os::unix::fs::symlink(sound.join("manifest.json"), &manifest).expect("ours"),
        "without sums" => {
            std::fs::copy(sound.join("manifest.json"), &manifest).expect("ours");
        }
        _ => {}
    }
}

#[test]
fn a_folder_that_is_no_release_is_passed_over_and_a_broken_one_is_told_with_its_place() {
    for (at, (name, never)) in names().into_iter().enumerate() {
        // Each name once, and the first in every way.
        let kinds = ["nothing", "garbage", "empty", "folder", "pipe", "link", "without sums"];
        for kind in kinds.into_iter().filter(|kind| at == 0 || *kind == "garbage") {
            let base = Base::new();
            assert_eq!(base.run(&["build"]).code, 0);
            let sound: PathBuf = base.releases().remove(0);
            let place = base.path().join("releases").join(&name);
            foreign(kind, &place, &sound);
            let title = format!("{kind} {}", name.to_string_lossy());
            let ran = base.run(&["build", "--dry-run"]);
            is_quiet(&title, &ran, never);
            if kind == "nothing" {
                assert_eq!(ran.code, 0, "{title}: {}", ran.stderr);
            } else {
                assert_eq!(ran.code, 3, "{title}: {}", ran.stderr);
                assert!(ran.stderr.contains("releases/"), "{title}: {}", ran.stderr);
                assert!(ran.stderr.contains("folder of releases"), "{title}: {}", ran.stderr);
            }
            for args in [&["verify", "releases/latest", "--chain"][..], &["history"], &["history", "--json"]]
            {
                is_quiet(&title, &base.run(args), never);
            }
        }
    }
}

#[test]
fn a_release_under_an_odd_name_is_told_without_it() {
    let base = Base::new();
    assert_eq!(base.run(&["build"]).code, 0);
    let sound = base.releases().remove(0);
    for (name, never) in names() {
        let title = name.to_string_lossy().into_owned();
        let moved = base.path().join("releases").join(&name);
        std::fs::rename(&sound, &moved).expect("ours");
        std::fs::remove_file(base.path().join("releases/latest")).expect("ours");
        std::os::unix::fs::symlink(&name, base.path().join("releases/latest")).expect("ours");
        for args in [
            &["verify", "releases/latest", "--chain"][..],
            &["history"],
            &["history", "--json"],
            &["build", "--dry-run"],
        ] {
            is_quiet(&title, &base.run(args), never);
        }
        // No release at all: the place that the link leads to is told.
        std::fs::rename(moved.join("manifest.json"), moved.join("manifest")).expect("ours");
        let ran = base.run(&["verify", "releases/latest"]);
        assert_eq!(ran.code, 3, "{title}: {}", ran.stderr);
        is_quiet(&title, &ran, never);
        std::fs::rename(moved.join("manifest"), moved.join("manifest.json")).expect("ours");
        std::fs::rename(&moved, &sound).expect("ours");
    }
}

#[test]
fn a_manifest_with_names_that_no_release_has_is_not_read() {
    let base = Base::new();
    assert_eq!(base.run(&["build"]).code, 0);
    let release = base.releases().remove(0);
    let name = release.file_name().expect("a name").to_string_lossy().into_owned();
    let sound = std::fs::read_to_string(release.join("manifest.json")).expect("ours");
    for (from, to) in [
        (format!("\"name\": \"{name}\""), "\"name\": \"ann.canary@example.com\""),
        (format!("\"name\": \"{name}\""), "\"name\": \"a\u{202e}b\""),
        ("\"name\": \"everyone\"".to_owned(), "\"name\": \"ann.canary@example.com\""),
        ("\"name\": \"audiences/everyone/meta/full.csv\"".to_owned(), "\"name\": \"ann.canary@example.com\""),
        ("\"name\": \"objections\"".to_owned(), "\"name\": \"ann.canary@example.com\""),
    ] {
        assert!(sound.contains(&from), "{from}");
        std::fs::write(release.join("manifest.json"), sound.replace(&from, to)).expect("ours");
        for args in [&["verify", "releases/latest", "--chain"][..], &["history"], &["build", "--dry-run"]] {
            let ran = base.run(args);
            is_quiet(to, &ran, "ann.canary");
            assert!(!ran.stdout.contains('\u{202e}') && !ran.stderr.contains('\u{202e}'), "{to}");
            assert!(args[0] == "history" || ran.code != 0, "{to}: {}", ran.stdout);
        }
    }
}

/// A file that a pattern finds was named by whoever put it there: so is what a message and a record say.
#[test]
fn a_file_that_a_pattern_finds_is_told_without_what_may_be_somebodys() {
    for (name, never) in [
        ("customers-ann.canary@example.com.csv", "ann.canary"),
        ("customers-358401234567.csv", "358401234567"),
        ("customers\u{1b}[2J\u{202e}.csv", "\u{1b}"),
    ] {
        for broken in [false, true] {
            let base = Base::new();
            base.configure("path = \"customers.csv\"", "path = \"customers*.csv\"");
            let rows: &[u8] = if broken { b"\xff\xfe\0" } else { super::base::CUSTOMERS.as_bytes() };
            std::fs::remove_file(base.path().join("customers.csv")).expect("ours");
            base.put(name, rows);
            for args in
                [&["check"][..], &["build", "--json"], &["history", "--json"], &["report", "releases/latest"]]
            {
                let ran = base.run(args);
                assert!(broken || ran.code == 0, "{name}: {}", ran.stderr);
                assert!(!ran.stdout.contains(never) && !ran.stderr.contains(never), "{name}: {}", ran.stderr);
            }
            for release in base.releases() {
                let manifest = std::fs::read_to_string(release.join("manifest.json")).expect("ours");
                assert!(manifest.contains("customers") && !manifest.contains(never), "{name}");
            }
        }
    }
}
