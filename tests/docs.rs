//! Every command of the README, the tutorial and the cookbook, run as it stands, and what they show
//! compared with what comes out.
//!
//! A fenced `sh` block is a command, with `exit=N` after `sh` when it is meant to end so; a `text` block
//! right after it is what it says, line by line, where `…` stands for anything. The blocks of a page run
//! one after another, as a reader types them, beginning in a folder with a copy of the samples. `cargo`
//! and `git` are not run: what they would fetch and build is the program under test.

use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
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
        let body: Vec<&str> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
        let body = body.join("\n");
        let mut words = info.split(' ');
        match (words.next(), steps.last_mut()) {
            (Some("sh"), _) => {
                let exit = words.find_map(|word| word.strip_prefix("exit=")).map_or(0, |code| code.parse().expect("a number"));
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
        let found = if skips { lines.any(|other| fits(other, line)) } else { lines.next().is_some_and(|other| fits(other, line)) };
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
            _ if at + 1 == pieces.len() && rest.len() >= piece.len() && rest.ends_with(piece) => Some(rest.len() - piece.len()),
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
    let expect = [(String::new(), step(3, "a\nb", 0, None)), ("One".to_owned(), step(16, "c", 2, Some("x\n…\ny")))];
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
