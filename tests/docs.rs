//! Every command of the README, the tutorial and the cookbook, run as it stands, and what they show
//! compared with what comes out.
//!
//! A fenced `sh` block is a command, with `exit=N` after `sh` when it is meant to end so; a `text` block
//! right after it is what it says, line by line, where `…` stands for anything. The blocks of a page run
//! one after another, as a reader types them, beginning in a folder with a copy of the samples. `cargo`
//! and `git` are not run: what they would fetch and build is the program under test.

use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A command and what the page says of it.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    line: usize,
    command: String,
    exit: i32,
    shown: Option<String>,
}

/// The steps of a page, each with its heading.
fn steps(page: &str) -> Vec<(String, Step)> {
    let mut steps: Vec<(String, Step)> = Vec::new();
    let mut heading = String::new();
    let mut lines = page.lines().enumerate();
    let mut last_was_step = false;
    while let Some((at, line)) = lines.next() {
        if let Some(text) = line.strip_prefix("## ") {
            text.clone_into(&mut heading);
        }
        let Some(info) = line.strip_prefix("```") else {
            last_was_step &= line.is_empty();
            continue;
        };
        let body: Vec<&str> =
            lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
        let body = body.join("\n");
        let mut words = info.split(' ');
        match (words.next(), steps.last_mut()) {
            (Some("sh"), _) => {
                let exit = words
                    .find_map(|word| word.strip_prefix("exit="))
                    .map_or(0, |code| code.parse().expect("a number"));
                steps.push((heading.clone(), Step { line: at + 1, command: body, exit, shown: None }));
                last_was_step = true;
                continue;
            }
            (Some("text"), Some((_, step))) if last_was_step => step.shown = Some(body),
            _ => {}
        }
        last_was_step = false;
    }
    steps
}

/// Whether the lines shown stand in the output in their order; `…` stands for anything, also whole lines.
fn shows(output: &str, shown: &str) -> Result<(), String> {
    let mut lines = output.lines().map(str::trim_end);
    let mut skips = false;
    for line in shown.lines().map(str::trim_end) {
        if line.trim() == "…" {
            skips = true;
            continue;
        }
        let found = if skips {
            lines.any(|other| fits(other, line))
        } else {
            lines.next().is_some_and(|other| fits(other, line))
        };
        if !found {
            return Err(line.to_owned());
        }
        skips = false;
    }
    Ok(())
}

fn fits(line: &str, pattern: &str) -> bool {
    let mut rest = line;
    let pieces: Vec<&str> = pattern.split('…').collect();
    for (at, piece) in pieces.iter().enumerate() {
        let place = match at {
            0 => rest.starts_with(piece).then_some(0),
            _ if at + 1 == pieces.len() && rest.len() >= piece.len() && rest.ends_with(piece) => {
                Some(rest.len() - piece.len())
            }
            _ if at + 1 == pieces.len() => None,
            _ => rest.find(piece),
        };
        let Some(place) = place else { return false };
        rest = &rest[place + piece.len()..];
    }
    pieces.len() > 1 || rest.is_empty()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("made");
    for entry in std::fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            if entry.file_name() != "releases" {
                copy(&entry.path(), &target);
            }
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// Programs that a page may name and that a test must not run.
fn stand_ins(folder: &Path) {
    std::fs::create_dir_all(folder).expect("made");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_verho"), folder.join("verho")).expect("linked");
    for name in ["cargo", "git"] {
        let place = folder.join(name);
        std::fs::write(&place, format!("#!/bin/sh\necho \"$@\" >> \"$HOME/{name}.log\"\n")).expect("written");
        std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o755)).expect("ours");
    }
}

fn check(page: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join(page)).expect("the page is there");
    let mut wrong = Vec::new();
    let mut count = 0;
    let folder = tempfile::tempdir().expect("scratch folder");
    let (work, programs, home) =
        (folder.path().join("verho"), folder.path().join("bin"), folder.path().join("home"));
    copy(&root.join("data-samples"), &work.join("data-samples"));
    std::fs::create_dir_all(&home).expect("made");
    stand_ins(&programs);
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap_or_default());
    // A reader's shell stays where it was led.
    let mut place = work.clone();
    let left = home.join("left");
    for (heading, step) in steps(&text) {
        count += 1;
        // One pipe for both streams, so that what a reader sees in order is in order.
        let (mut reader, writer) = std::io::pipe().expect("a pipe");
        let mut child = Command::new("bash")
            .args(["-euo", "pipefail", "-c"])
            .arg(format!("trap 'pwd > {}' EXIT\n{}", left.display(), step.command))
            .current_dir(&place)
            .env("PATH", &path)
            .env("HOME", &home)
            .env("NO_COLOR", "1")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .stdout(writer.try_clone().expect("a pipe"))
            .stderr(writer)
            .spawn()
            .expect("bash starts");
        let mut output = String::new();
        reader.read_to_string(&mut output).expect("text");
        let code = child.wait().expect("it ends").code();
        let told = format!("{page}:{} ({heading})", step.line);
        if code != Some(step.exit) {
            wrong.push(format!("{told}: exit {code:?} instead of {}\n{}\n{output}", step.exit, step.command));
            break;
        }
        if let Some(Err(line)) = step.shown.as_deref().map(|shown| shows(&output, shown)) {
            wrong.push(format!("{told}: does not show: {line}\n{}\n{output}", step.command));
        }
        place = std::fs::read_to_string(&left).expect("bash said where").trim_end().into();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n────\n"));
    assert!(count >= 5, "{page} has {count} commands");
}

#[test]
fn the_readme_works_as_it_stands() {
    check("README.md");
}

#[test]
fn the_tutorial_works_as_it_stands() {
    check("docs/tutorial.md");
}

#[test]
fn the_cookbook_works_as_it_stands() {
    check("docs/cookbook.md");
}

#[test]
fn steps_are_read_off_a_page() {
    let page = "# T\n\n```sh\na\nb\n```\n\nSays:\n\n```text\nno step's\n```\n\n## One\n\n```sh exit=2\nc\n```\n\n```text\nx\n…\ny\n```\n\n```toml\nz = 1\n```\n";
    let step = |line, command: &str, exit, shown: Option<&str>| Step {
        line,
        command: command.to_owned(),
        exit,
        shown: shown.map(str::to_owned),
    };
    let expect =
        [(String::new(), step(3, "a\nb", 0, None)), ("One".to_owned(), step(16, "c", 2, Some("x\n…\ny")))];
    assert_eq!(steps(page), expect);
}

#[test]
fn what_is_shown_must_come_out_in_its_order() {
    let output = "read 3 rows\nwarning: x\npublished in 1.2 s\nnext: /tmp/a/UPLOAD.md\n";
    for (shown, fits) in [
        ("read 3 rows", true),
        ("read 3 rows\n…\nnext: …/UPLOAD.md", true),
        ("read 3 rows\nwarning: x\npublished in … s", true),
        ("read 3 rows\npublished in … s", false),
        ("…\nwarning: x\n…\nread 3 rows", false),
        ("read 3", false),
        ("read 3 rows …", false),
        ("read … rows", true),
    ] {
        assert_eq!(shows(output, shown).is_ok(), fits, "{shown}");
    }
}

/// The files that the program, apart from its tests, is compiled with.
fn compiled_in(root: &Path) -> Vec<PathBuf> {
    let root = root.canonicalize().expect("is there");
    let mut folders = vec![root.join("src")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let place = entry.expect("an entry").path();
            let name = place.file_name().and_then(|name| name.to_str()).expect("a plain name");
            if name == "tests" || name == "tests.rs" {
                continue;
            }
            if place.is_dir() {
                folders.push(place);
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&place) else { continue };
            for (_, rest) in ["include_str!(\"", "include_bytes!(\""]
                .iter()
                .flat_map(|open| text.match_indices(open).map(|(at, _)| text.split_at(at + open.len())))
            {
                let path = rest.split('"').next().expect("has a first part");
                let whole = folder.join(path).canonicalize().expect("is there");
                found.push(whole.strip_prefix(&root).expect("lies in the repository").to_owned());
            }
        }
    }
    found
}

/// Everything the container's build needs is copied, nothing that is not there, and it ends as nobody.
#[test]
fn the_container_is_built_from_what_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = std::fs::read_to_string(root.join("Containerfile")).expect("is there");
    let ignored = std::fs::read_to_string(root.join(".dockerignore")).expect("is there");
    let lines: Vec<&str> = file.lines().map(str::trim).filter(|line| !line.starts_with('#')).collect();
    let of = |word: &str| -> Vec<Vec<&str>> {
        lines
            .iter()
            .filter_map(|line| line.strip_prefix(word))
            .map(|rest| rest.split_whitespace().collect())
            .collect()
    };
    let copied: Vec<&str> = of("COPY ")
        .into_iter()
        .filter(|words| !words[0].starts_with("--from"))
        .flat_map(|words| words[..words.len() - 1].to_vec())
        .collect();
    for path in &copied {
        assert!(root.join(path).exists(), "{path} is not there");
        assert!(
            ignored.lines().any(|line| line.strip_prefix('!') == Some(path)),
            ".dockerignore keeps {path} out"
        );
    }
    for needed in ["Cargo.toml", "Cargo.lock", "README.md", "src", "tests/tests.rs"] {
        assert!(copied.contains(&needed), "{needed} is not copied");
    }
    for page in compiled_in(root) {
        let is_copied = copied.iter().any(|path| page.starts_with(path));
        assert!(is_copied, "{} is compiled in, and not copied", page.display());
    }
    assert_eq!(ignored.lines().find(|line| !line.starts_with('#')), Some("*"), "nothing goes in unasked");
    let stages = of("FROM ");
    assert_eq!(stages.len(), 2);
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).expect("is there");
    let least = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = "))
        .expect("is stated")
        .trim_matches('"');
    assert!(stages[0][0].contains(&format!("rust:{least}-")), "{:?}", stages[0]);
    assert!(stages[1][0].contains("slim"), "{:?}", stages[1]);
    let user = of("USER ").concat().concat();
    assert!(user.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0)), "{user}");
    assert!(
        lines.iter().any(|line| line.starts_with("RUN cargo build --release --locked --no-default-features"))
    );
}

/// An editor finds the schema that the first line of a shipped config names, and it is the program's own.
#[test]
fn the_schema_that_shipped_configs_name_is_the_programs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = Command::new(env!("CARGO_BIN_EXE_verho")).arg("schema").output().expect("starts").stdout;
    let kept = std::fs::read(root.join("docs/verho.schema.json")).expect("is there");
    assert!(kept == program, "renew it: verho schema > docs/verho.schema.json");
    let configs = ["data-samples/verho.toml", "data-samples/first/verho.toml"].map(|path| root.join(path));
    let policies = std::fs::read_dir(root.join("data-samples/policies")).expect("a folder");
    let policies = policies.map(|entry| entry.expect("an entry").path());
    let configs =
        configs.into_iter().chain(policies.filter(|path| path.extension().is_some_and(|end| end == "toml")));
    for config in configs {
        let text = std::fs::read_to_string(&config).expect("text");
        let named = text.lines().next().and_then(|line| line.strip_prefix("#:schema "));
        let named = named.unwrap_or_else(|| panic!("{} names no schema", config.display()));
        let place = config.parent().expect("in a folder").join(named).canonicalize();
        assert!(place.is_ok_and(|place| place.ends_with("docs/verho.schema.json")), "{}", config.display());
    }
}
