//! What the program asks of the system, as `strace` tells it: no internet socket, no other process, and
//! nothing written outside the folders it was told.

use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use super::people::Planted;
use super::sweep::GOOD;
use crate::cli::base::{Base, PROGRAM};
use crate::cli::strace;

/// Calls that make, change or remove a file, and which of their texts are places written to.
const WRITES: [(&str, &[usize]); 17] = [
    ("creat", &[0]),
    ("mkdir", &[0]),
    ("mkdirat", &[0]),
    ("mknod", &[0]),
    ("mknodat", &[0]),
    ("rename", &[0, 1]),
    ("renameat", &[0, 1]),
    ("renameat2", &[0, 1]),
    ("unlink", &[0]),
    ("unlinkat", &[0]),
    ("rmdir", &[0]),
    ("symlink", &[1]),
    ("symlinkat", &[1]),
    ("link", &[1]),
    ("linkat", &[1]),
    ("truncate", &[0]),
    ("chmod", &[0]),
];

/// Files that only a look-up of names or users opens.
const LOOK_UPS: [&str; 5] =
    ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/passwd"];

/// Texts in double quotes, as strace writes them.
fn quoted(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut letters = line.chars();
    while letters.by_ref().any(|letter| letter == '"') {
        let mut text = String::new();
        while let Some(letter) = letters.next() {
            match letter {
                '"' => break,
                '\\' => text.extend(letters.next()),
                _ => text.push(letter),
            }
        }
        found.push(text);
    }
    found
}

/// A path as it is meant: below the folder, without dots.
fn place(folder: &Path, text: &str) -> PathBuf {
    let mut place = PathBuf::new();
    for part in folder.join(text).components() {
        match part {
            Component::ParentDir => drop(place.pop()),
            Component::CurDir => {}
            other => place.push(other),
        }
    }
    place
}

/// The open folder in which a call's relative name is meant, when its first argument is one.
fn folder_of(call: &str) -> Option<&str> {
    let first = call.split_once('(')?.1.split_once(',')?.0;
    first.starts_with(|letter: char| letter.is_ascii_digit()).then_some(())?;
    Some(first.split_once('<')?.1.trim_end_matches('>'))
}

/// What a trace shows that should not be.
fn faults(trace: &str, folder: &Path, outs: &[&str]) -> Vec<String> {
    let may_write = |text: &str| {
        let place = place(folder, text);
        let own = std::iter::once("releases").chain(outs.iter().copied());
        own.map(|out| folder.join(out)).any(|out| place.starts_with(out))
            || place == folder
            || ["/dev/null", "/dev/tty"].contains(&text)
    };
    let (mut found, mut programs) = (Vec::new(), 0);
    for line in trace.lines() {
        let call = line.split_once(' ').map_or("", |(_, rest)| rest.trim_start());
        let name = call.split('(').next().unwrap_or_default();
        let texts = quoted(call);
        let is_socket = ["socket", "connect", "bind", "sendto", "sendmsg", "listen"].contains(&name);
        let is_pair = name == "socketpair" && !call.contains("AF_UNIX");
        let starts = ["fork", "vfork"].contains(&name)
            || ["clone", "clone3"].contains(&name) && !call.contains("CLONE_THREAD");
        programs += usize::from(["execve", "execveat"].contains(&name));
        let opens = ["open", "openat", "openat2"].contains(&name)
            && ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].iter().any(|flag| call.contains(flag));
        let writes = WRITES.iter().find(|(write, _)| *write == name).map_or(&[][..], |(_, places)| places);
        let places = if opens { &[0][..] } else { writes };
        let within = folder_of(call);
        let meant = |text: &String| within.map_or_else(|| text.clone(), |within| format!("{within}/{text}"));
        let outside = places.iter().filter_map(|at| texts.get(*at)).any(|text| !may_write(&meant(text)));
        let looks_up = texts.first().is_some_and(|text| LOOK_UPS.contains(&text.as_str()));
        if is_socket || is_pair || starts || programs > 1 || outside || looks_up {
            found.push(call.to_owned());
        }
    }
    if trace.lines().count() < 5 {
        found.push("nothing was traced".to_owned());
    }
    found
}

fn traced(base: &Base, program: &str, args: &[&str], input: &str) -> String {
    let scratch = tempfile::tempdir().expect("scratch");
    let into = scratch.path().join("trace");
    base.put("question", input);
    let mut command: Command = strace::command(&into);
    let ran = command
        // With -y an open folder stands beside its number: what is deleted in it is told by its name alone.
        .args(["-y", "-e", "trace=%network,%file,%process", program])
        .args(args)
        .current_dir(base.path())
        .stdin(std::fs::File::open(base.path().join("question")).expect("ours"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(ran.is_ok(), "strace starts");
    std::fs::read_to_string(into).expect("a trace")
}

#[test]
fn no_command_opens_a_socket_starts_a_program_or_writes_elsewhere() {
    if !strace::is_there() {
        return;
    }
    let base = Base::empty();
    let planted = Planted::new();
    planted.write(&base);
    for good in GOOD {
        let input = if good.asks { planted.questions[1].as_str() } else { "" };
        let trace = traced(&base, PROGRAM, good.args, input);
        let folder = base.path().canonicalize().expect("ours");
        let found = faults(&trace, &folder, good.outs);
        assert!(found.is_empty(), "{:?}: {found:#?}", good.args);
    }
}

#[test]
fn a_program_that_does_is_seen() {
    if !strace::is_there() {
        return;
    }
    let base = Base::empty();
    let folder = base.path().canonicalize().expect("ours");
    for (script, why) in [
        ("exec 3<>/dev/tcp/127.0.0.1/9", "a socket"),
        ("echo x > elsewhere", "a file elsewhere"),
        ("echo x > releases/../elsewhere", "a path that climbs out"),
        ("true; /bin/true; true", "another program"),
        ("read x < /etc/hosts", "a look-up"),
    ] {
        let trace = traced(&base, "bash", &["-c", script], "");
        assert!(!faults(&trace, &folder, &[]).is_empty(), "{why} is not seen");
    }
    // Not a shell: what bash looks up about its user, and where, is the machine's own affair.
    let trace = traced(&base, "mkdir", &["releases"], "");
    let calm = faults(&trace, &folder, &[]);
    assert!(calm.is_empty(), "{calm:#?}");
    assert!(base.path().join("releases").is_dir(), "what it did was allowed, and was done");
}
