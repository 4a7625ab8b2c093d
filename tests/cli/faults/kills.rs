//! Runs that are killed, at random moments and at every call that writes, and calls that fail, one after
//! another. `VERHO_KILLS` says how many random moments, `VERHO_CALLS` how many calls of each command
//! (some by default, so that the gate stays quick).

#![expect(clippy::print_stdout, reason = "figures for whoever runs it by hand")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::stand::{Left, Stand, asked};
use crate::cli::base::{Base, PROGRAM};
use crate::cli::strace;

/// Calls that change a disk. `openat` counts where it creates.
const CALLS: &str = "write,openat,mkdir,mkdirat,fsync,fdatasync,rename,renameat,renameat2,symlink,symlinkat,linkat,ftruncate,flock";

#[test]
fn a_run_killed_at_any_moment_leaves_the_old_release_or_a_whole_new_one() {
    let kills = asked("VERHO_KILLS", 30);
    let stand = Stand::new();
    let began = Instant::now();
    stand.next_run("measured");
    let usual = began.elapsed();
    stand.reset();
    let mut state = 20_261_121_u64;
    let mut counts = BTreeMap::new();
    for kill in 0..kills {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let share = (state >> 40) as f64 / f64::from(1 << 24);
        let mut child = stand
            .base
            .command()
            .args(["build", "--quiet"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(usual.mul_f64(share * 1.1));
        child.kill().expect("it is ours");
        child.wait().expect("it ends");
        let case = format!("kill {kill} of {kills}");
        let left = stand.look(&case);
        *counts.entry(format!("{left:?}")).or_insert(0) += 1;
        if kill % 10 == 9 {
            stand.reset();
            stand.next_run(&case);
        }
        stand.reset();
    }
    println!("killed {kills} times within {usual:?}: {counts:?}");
}

/// A command that writes, and what a fault may leave of it.
struct Writer {
    args: &'static [&'static str],
    /// Files that it makes: each is whole or not there.
    outs: &'static [&'static str],
}

const WRITERS: &[Writer] = &[
    Writer { args: &["build"], outs: &[] },
    Writer {
        args: &["keygen", "--root", "new.key", "--signing", "new-signing"],
        outs: &["new.key", "new-signing", "new-signing.pub"],
    },
    Writer { args: &["report", "releases/latest", "--out", "page.html"], outs: &["page.html"] },
];

/// Whether a made file has its beginning and its end.
fn is_whole(path: &Path, name: &str) -> bool {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    match name {
        "new.key" => text.len() == 65,
        "new-signing" => text.contains("BEGIN OPENSSH") && text.ends_with("END OPENSSH PRIVATE KEY-----\n"),
        "new-signing.pub" => text.starts_with("ssh-ed25519 ") && text.ends_with('\n'),
        _ => text.starts_with("<!") && text.trim_end().ends_with("</html>"),
    }
}

/// The writing calls of a run, in order: each with its number among calls of its name.
fn calls(stand: &Stand, writer: &Writer) -> Vec<(String, usize)> {
    let scratch = tempfile::tempdir().expect("scratch");
    let into = scratch.path().join("trace");
    let ran = strace::command(&into)
        .args(["-e", &format!("trace={CALLS}"), PROGRAM])
        .args(writer.args)
        .current_dir(stand.base.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(ran.expect("strace starts").success());
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for line in std::fs::read_to_string(into).expect("a trace").lines() {
        let call = line.split_once(' ').map_or("", |(_, rest)| rest.trim_start());
        let Some((name, rest)) = call.split_once('(') else { continue };
        let number = numbers.entry(name.to_owned()).or_default();
        *number += 1;
        if name != "openat"
            || ["O_CREAT", "O_WRONLY", "O_RDWR", "O_TMPFILE"].iter().any(|flag| rest.contains(flag))
        {
            found.push((name.to_owned(), *number));
        }
    }
    found
}

fn inject(stand: &Stand, writer: &Writer, fault: &str) -> Option<i32> {
    let mut command: Command = strace::command(Path::new("/dev/null"));
    let ran = command
        .args(["-e", &format!("trace={CALLS}"), "-e", &format!("inject={fault}"), PROGRAM])
        .args(writer.args)
        .current_dir(stand.base.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    ran.expect("strace starts").code()
}

fn clear(base: &Base, outs: &[&str]) {
    for out in outs {
        let _ = std::fs::remove_file(base.path().join(out));
    }
}

#[test]
fn any_call_that_fails_or_is_the_last_one_leaves_all_or_nothing() {
    if !strace::is_there() {
        return;
    }
    let most = asked("VERHO_CALLS", 12);
    for writer in WRITERS {
        let stand = Stand::new();
        let calls = calls(&stand, writer);
        clear(&stand.base, writer.outs);
        stand.reset();
        assert!(calls.len() > 5, "{:?} writes", writer.args);
        // Evenly spread, and always the last ones, where a release gets its name.
        let every = (calls.len() / most).max(1);
        let chosen = calls.iter().enumerate().filter(|(at, _)| at % every == 0 || at + 6 > calls.len());
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for (at, (name, number)) in chosen {
            for fault in ["signal=SIGKILL", "error=ENOSPC", "error=EIO", "error=EACCES"] {
                let case =
                    format!("{:?}, call {at} of {}: {name} {number} {fault}", writer.args, calls.len());
                let code = inject(&stand, writer, &format!("{name}:{fault}:when={number}"));
                let left = stand.look(&case);
                for out in writer.outs {
                    let path = stand.base.path().join(out);
                    assert!(!path.exists() || is_whole(&path, out), "{case}: {out} is half a file");
                }
                if fault != "signal=SIGKILL" {
                    assert!(matches!(code, Some(0..=4)), "{case}: ended with {code:?}");
                    assert_ne!(left, Left::Staging, "{case}: a run that ends by itself cleans up");
                }
                *counts.entry(format!("{} {left:?}", &fault[..5])).or_default() += 1;
                clear(&stand.base, writer.outs);
                stand.reset();
            }
        }
        stand.next_run("after all");
        println!("{:?}: {} writing calls, {counts:?}", writer.args[0], calls.len());
    }
}

/// The harness sees a half file: one that is written under its own name and then killed.
#[test]
fn half_a_file_is_seen() {
    let stand = Stand::new();
    stand.base.put("new.key", "0102");
    assert!(!is_whole(&stand.base.path().join("new.key"), "new.key"));
    let half = stand.folder().join("2099-01-01T00-00-00Z");
    std::fs::create_dir(&half).expect("ours");
    std::fs::copy(stand.folder().join("latest/manifest.json"), half.join("manifest.json")).expect("ours");
    let seen = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| stand.look("a half release")));
    assert!(seen.is_err());
}

/// Waits until something holds; false when the process ended first, or a minute has passed.
pub(super) fn wait_for(child: &mut std::process::Child, what: impl Fn() -> bool) -> bool {
    let began = Instant::now();
    loop {
        if what() {
            return true;
        }
        if child.try_wait().expect("can be asked").is_some() || began.elapsed() > Duration::from_secs(60) {
            return false;
        }
        std::thread::sleep(Duration::from_micros(200));
    }
}
