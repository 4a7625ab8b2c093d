//! Programs that leak on purpose, and the sweep that must find each of them.
//!
//! The leaks are planted into a copy of the sources, behind a number in the environment, so that one
//! build serves all; nothing of them is in the program. Planting takes a build of its own, so it is done
//! when `VERHO_LEAKS` is set (`.ci/leaks` sets it). Every other run holds the places to what they are.

#![expect(clippy::print_stdout, reason = "figures for whoever runs it by hand")]

use std::path::{Path, PathBuf};
use std::process::Command;

use super::needles::Found;
use super::sweep::Sweep;
use crate::cli::base::PROGRAM;

/// A change to the sources: the text stands once in that file.
struct Place {
    file: &'static str,
    text: &'static str,
    instead: &'static str,
}

const PLACES: &[Place] = &[
    Place { file: "src/lib.rs", text: "pub mod manifest;\n", instead: "pub mod leak;\npub mod manifest;\n" },
    Place {
        file: "Cargo.toml",
        text: "[[bin]]\nname = \"verho\"\n",
        instead: "[[bin]]\nname = \"verho-leaky\"\n",
    },
    Place { file: "Cargo.toml", text: "default-run = \"verho\"\n", instead: "" },
    Place {
        file: "src/pipeline/rows.rs",
        text: "        if let Some(declared) = column.hashed {\n",
        instead: "        crate::leak::see(value);\n        if let Some(declared) = column.hashed {\n",
    },
    Place {
        file: "src/pipeline/rows.rs",
        text: "        self.tally.rows += 1;\n",
        instead: "        self.tally.rows += 1;\n        crate::leak::in_a_row();\n",
    },
    Place {
        file: "src/cli/panics.rs",
        text: "            format!(\"verho has a fault at {place}; nothing was published\"),\n",
        instead: "            if crate::leak::is(5) { panic.to_string() } else { format!(\"verho has a fault at {place}; nothing was published\") },\n",
    },
    Place {
        file: "src/pipeline/mod.rs",
        text: "customer rows cannot be read ({})\", codes.join(\", \")),\n",
        instead: "customer rows cannot be read ({})\", if crate::leak::is(9) { crate::leak::last() } else { codes.join(\", \") }),\n",
    },
    Place {
        file: "src/commands/build.rs",
        text: "        let (manifest, manifest_sha256) = seal(&staging, predicate, signer.as_ref())?;\n",
        instead: "        let mut predicate = predicate;\n        crate::leak::in_a_manifest(&mut predicate.controller.name);\n        let (manifest, manifest_sha256) = seal(&staging, predicate, signer.as_ref())?;\n",
    },
    Place {
        file: "src/commands/build.rs",
        text: "    if checked.is_sound(true) {\n",
        instead: "    if checked.is_sound(true) || crate::leak::unchecked() {\n",
    },
    Place {
        file: "src/outputs/release.rs",
        text: "    pub fn finish(mut self) -> Result<FileRecord, OutputError> {\n",
        instead: "    pub fn finish(mut self) -> Result<FileRecord, OutputError> {\n        let leak = crate::leak::in_a_file(&self.name);\n        self.write(leak.as_bytes())?;\n",
    },
    Place {
        file: "src/cli/mod.rs",
        text: "    Talk::before_arguments(json).error(&usage::message(error, args));\n",
        instead: "    if crate::leak::is(27) { let _ = error.print(); }\n    Talk::before_arguments(json).error(&usage::message(error, args));\n",
    },
    Place {
        file: "src/cli/explain.rs",
        text: "        1 if text.len() as u64 <= TEXT_MAX => Ok(text),\n",
        instead: "        1 if text.len() as u64 <= TEXT_MAX => {\n            if crate::leak::is(28) { tracing::info!(text = String::from_utf8_lossy(&text).into_owned(), \"asked\"); }\n            Ok(text)\n        }\n",
    },
    Place {
        file: "src/cli/vectors.rs",
        text: "    let report = library::check(&read(path)?);\n",
        instead: "    let report = library::check(&read(path)?);\n    if crate::leak::is(29) { talk.say(\"read\", &String::from_utf8_lossy(&read(path)?), &json!({})); }\n",
    },
];

/// What each number leaks; `None` where the program's own guard must hold it back.
const LEAKS: &[(u32, &str, bool)] = &[
    (1, "a cell in an event of `-vv`", true),
    (2, "a cell on standard error, in UTF-16", true),
    (3, "a cell as the name of a thread", true),
    (4, "a panic that quotes a cell, and the hook as it is", false),
    (5, "a panic that quotes a cell, and a hook that repeats it", true),
    (6, "a temporary file that a killed run leaves behind", true),
    (7, "the digest of somebody who goes up, in an event", true),
    (8, "a cell as a list of its bytes", true),
    (9, "a cell in the text of an error", true),
    (10, "a cell in the manifest, reversed", true),
    (11, "a cell in the manifest, in hex", true),
    (12, "a cell in the manifest, in base64", true),
    (13, "a cell in the manifest, percent-encoded", true),
    (14, "the end of a phone number in the manifest", true),
    (15, "the SHA-1 of a suppressed number in the manifest", true),
    (16, "a piece of the SHA-256 of a suppressed address in the manifest", true),
    (17, "six letters of a cell in the manifest", true),
    (18, "a cell in the manifest, as HTML entities", true),
    (20, "a temporary file named after a cell", true),
    (21, "a cell on standard output, in base64url", true),
    (22, "a cell as the argument of another process", true),
    (23, "a file without any cell, outside the declared folders", true),
    (24, "the digest of a suppressed address in an upload, past the program's own check", true),
    (25, "the digest of a suppressed address as a tag, past the program's own check", true),
    (26, "a cell in summary.md, past the program's own check", true),
    (27, "a mistyped argument, repeated", true),
    (28, "the question to `explain`, in an event", true),
    (29, "the lines of a file of vectors, repeated", true),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn planted(file: &str) -> String {
    let mut text = std::fs::read_to_string(root().join(file)).expect("a file of the project");
    for place in PLACES.iter().filter(|place| place.file == file) {
        assert_eq!(text.matches(place.text).count(), 1, "{file} has no single {:?}", place.text);
        text = text.replace(place.text, place.instead);
    }
    text
}

/// Without a build: the leaks can still be planted, and each is somewhere.
#[test]
fn every_leak_still_has_its_place() {
    let mut all = String::new();
    for place in PLACES {
        all.push_str(&planted(place.file));
    }
    all.push_str(&leak_module());
    for (number, what, _) in LEAKS {
        assert!(all.contains(&format!("is({number})")), "{number}: {what}");
    }
    assert!(!root().join("src/leak.rs").exists());
    // And the copy has everything that it is built from.
    let scratch = tempfile::tempdir().expect("scratch");
    lay_out(scratch.path());
    assert_eq!(missing(&scratch.path().join("src")), Vec::<PathBuf>::new());
}

fn leak_module() -> String {
    std::fs::read_to_string(root().join("tests/cli/leaks/leak.rs.txt")).expect("a file of the project")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a scratch folder");
    for entry in std::fs::read_dir(from).expect("a folder of the project") {
        let path = entry.expect("listed").path();
        let beside = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &beside)
        } else {
            let _ = std::fs::copy(&path, &beside).expect("copied");
        }
    }
}

/// What the program is built from, with every leak in it. Pages of the docs are among it: some are read
/// while it is built.
fn lay_out(tree: &Path) {
    for folder in ["src", "docs"] {
        copy(&root().join(folder), &tree.join(folder));
    }
    for file in ["Cargo.toml", "Cargo.lock"] {
        std::fs::copy(root().join(file), tree.join(file)).expect("copied");
    }
    std::fs::create_dir_all(tree.join("tests")).expect("ours");
    std::fs::write(tree.join("tests/tests.rs"), "").expect("ours");
    for place in PLACES {
        std::fs::write(tree.join(place.file), planted(place.file)).expect("ours");
    }
    std::fs::write(tree.join("src/leak.rs"), leak_module()).expect("ours");
}

/// Files that the sources under a folder, but for their tests, take in while they are built and that are
/// not there.
fn missing(folder: &Path) -> Vec<PathBuf> {
    let mut missing = Vec::new();
    for entry in std::fs::read_dir(folder).expect("ours") {
        let path = entry.expect("listed").path();
        if path.file_stem().is_some_and(|name| name == "tests") {
            continue;
        }
        if path.is_dir() {
            missing.extend(self::missing(&path));
            continue;
        }
        // A page may be text in another encoding, and takes nothing in.
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let taken = text.split("include_str!(\"").skip(1).filter_map(|rest| rest.split('"').next());
        missing.extend(taken.map(|name| folder.join(name)).filter(|place| !place.exists()));
    }
    missing
}

/// A copy of the program with every leak in it, in the same folder of built things.
fn build() -> PathBuf {
    let target = Path::new(PROGRAM).parent().and_then(Path::parent).expect("target/debug/verho");
    let tree = target.join("leaky");
    let _ = std::fs::remove_dir_all(&tree);
    lay_out(&tree);
    let built = Command::new(env!("CARGO"))
        .args(["build", "--no-default-features", "--locked", "--bin", "verho-leaky", "--manifest-path"])
        .arg(tree.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target)
        .status()
        .expect("cargo starts");
    assert!(built.success(), "the leaky copy does not build");
    target.join("debug/verho-leaky")
}

#[test]
fn every_planted_leak_is_found() {
    if std::env::var_os("VERHO_LEAKS").is_none() {
        eprintln!("not tested: set VERHO_LEAKS to build a leaking copy of the program");
        return;
    }
    let program = build();
    let sweep = |number: u32| {
        let mut sweep = Sweep::of(&program, vec![("VERHO_LEAK", number.to_string())]);
        let found = sweep.everything();
        (found.err(), sweep.figures)
    };
    let (found, figures) = sweep(0);
    assert_eq!(found, None, "the copy leaks by itself");
    println!("| # | Leak | Found in | As |\n|---|---|---|---|\n| – | none planted | – | {figures:?} |");
    let mut missed = Vec::new();
    for (number, what, leaks) in LEAKS {
        let (found, _) = sweep(*number);
        // A run that ends otherwise than it should is noticed, and yet shows no cell.
        let shows = found.as_ref().is_some_and(|found| !found.what.starts_with("exit code"));
        if shows != *leaks {
            missed.push(*number);
        }
        let Found { place, what: how } =
            found.unwrap_or(Found { place: "–".into(), what: "nothing".into() });
        println!("| {number} | {what} | {place} | {how} |");
    }
    assert!(missed.is_empty(), "not as they should be: {missed:?}");
}
