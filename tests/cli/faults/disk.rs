//! Disks that are full and places that may not be written or read, by the system itself. Where a test
//! cannot mount or change its user it says so.

#![expect(clippy::print_stdout, reason = "figures for whoever runs it by hand")]

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::process::{Command, Stdio};

use super::stand::{Left, Stand};
use crate::cli::base::{Base, PROGRAM};
use crate::cli::strace::skip;

/// Builds in a file system of its own with so many kilobytes, the release before in it; then tells the
/// exit code, whether the release before is untouched, and every other name that is left.
const FULL: &str = r#"
set -eu
cp -a releases before
mount -t tmpfs -o size="$2k",mode=0700 none releases
cp -a before/. releases/
set +e
"$1" build --log-format json 2> talk > path
code=$?
set -e
for name in releases/*; do
    case "$name" in
        releases/latest) ;;
        *) base="${name#releases/}"
           if [ -d "before/$base" ]; then diff -r "before/$base" "$name" > /dev/null || echo "changed $base"
           else "$1" verify "$name" > /dev/null 2>&1 && echo "whole" || echo "half $base"; fi ;;
    esac
done
ls -A releases | grep staging || true
[ -e releases/latest/manifest.json ] || echo "latest leads nowhere"
echo "code $code"
"#;

fn can_mount() -> bool {
    let tried = Command::new("unshare")
        .args(["-rm", "sh", "-c", "mount -t tmpfs none /mnt"])
        .stderr(Stdio::null())
        .status();
    let can = tried.is_ok_and(|status| status.success());
    if !can {
        skip("no file system can be mounted here");
    }
    can
}

#[test]
fn a_full_disk_leaves_the_release_before_or_a_whole_new_one() {
    if !can_mount() {
        return;
    }
    let (mut refused, mut published) = (0, 0);
    // Of the release before, and upwards until one more fits.
    for kilobytes in (92..=332).step_by(12) {
        let stand = Stand::new();
        let output = Command::new("unshare")
            .args(["-rm", "sh", "-c", FULL, "sh", PROGRAM, &kilobytes.to_string()])
            .current_dir(stand.base.path())
            .output()
            .expect("unshare starts");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let talk = std::fs::read_to_string(stand.base.path().join("talk")).unwrap_or_default();
        let told: Vec<&str> = said.lines().collect();
        match told[..] {
            // Not even the release before fitted.
            [] => {}
            ["code 3"] => {
                assert!(talk.contains("free some space"), "{kilobytes} kB: {talk}");
                refused += 1;
            }
            ["whole", "code 0"] => published += 1,
            _ => panic!("{kilobytes} kB: {told:?} {talk}"),
        }
    }
    println!("full disks: refused {refused}, published {published}");
    assert!(refused > 3 && published > 0, "{refused} {published}");
}

/// Runs the program as nobody in particular. As root, nothing is forbidden.
fn as_nobody(base: &Base, args: &[&str]) -> Option<(i32, String)> {
    let is_root = std::fs::metadata("/proc/self").expect("Linux").uid() == 0;
    let program = base.path().join("verho-for-nobody");
    if !program.exists() {
        std::fs::copy(PROGRAM, &program).expect("ours");
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("ours");
    }
    let mut command = if is_root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
        command
    } else {
        Command::new(&program)
    };
    let output = command.args(args).current_dir(base.path()).env("NO_COLOR", "1").output().ok()?;
    Some((output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned()))
}

fn mode(base: &Base, name: &str, mode: u32) {
    std::fs::set_permissions(base.path().join(name), std::fs::Permissions::from_mode(mode)).expect("ours");
}

/// Gives everything below to nobody, where we may.
fn give_away(base: &Base) -> bool {
    if std::fs::metadata("/proc/self").expect("Linux").uid() != 0 {
        return true;
    }
    let given = Command::new("chown").args(["-R", "65534:65534"]).arg(base.path()).status();
    let tried = as_nobody(base, &["--version"]);
    let can = given.is_ok_and(|status| status.success()) && tried.is_some_and(|(code, _)| code == 0);
    if !can {
        skip("the program cannot be run as another user here");
    }
    can
}

#[test]
fn what_may_not_be_read_or_written_is_told_and_changes_nothing() {
    let cases: [(&str, &str, u32, &[i32]); 7] = [
        ("the folder of releases", "releases", 0o500, &[3]),
        ("the folder of releases, not even to be seen", "releases", 0o000, &[3]),
        ("the lock", "releases/.verho.lock", 0o000, &[3]),
        ("the customers", "customers.csv", 0o000, &[3]),
        ("a register", "objections.csv", 0o000, &[1]),
        ("the root key", "root.key", 0o000, &[2]),
        ("the config", "verho.toml", 0o000, &[2, 3]),
    ];
    for (title, name, bits, codes) in cases {
        let stand = Stand::new();
        if !give_away(&stand.base) {
            return;
        }
        let before = std::fs::metadata(stand.base.path().join(name)).expect("ours").mode();
        mode(&stand.base, name, bits);
        let (code, said) = as_nobody(&stand.base, &["build"]).expect("it ran before");
        mode(&stand.base, name, before & 0o7777);
        assert!(codes.contains(&code), "{title}: {code} {said}");
        assert!(said.contains("hint:") || said.contains("help:"), "{title}: {said}");
        assert_eq!(stand.look(title), Left::Nothing, "{title}");
    }
}

#[test]
fn a_release_that_may_not_be_looked_into_is_not_passed_over() {
    let stand = Stand::new();
    if !give_away(&stand.base) {
        return;
    }
    let closed = |name: &str| {
        let _ = std::fs::create_dir(stand.base.path().join(name));
        mode(&stand.base, name, 0o000);
        if std::fs::metadata("/proc/self").expect("Linux").uid() == 0 {
            let place = stand.base.path().join(name);
            std::os::unix::fs::chown(place, Some(65534), Some(65534)).expect("root may");
        }
        let ran = as_nobody(&stand.base, &["build", "--dry-run"]).expect("it ran before");
        mode(&stand.base, name, 0o700);
        std::fs::remove_dir(stand.base.path().join(name)).expect("ours");
        ran
    };
    let (code, said) = closed("releases/2026-11-21T02-00-00Z");
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("releases/2026-11-21T02-00-00Z") && said.contains("hint:"), "{said}");
    // What file systems keep for themselves is nobody's release.
    let (code, said) = closed("releases/lost+found");
    assert_eq!(code, 0, "{said}");
}

#[test]
fn a_running_process_may_not_be_dumped() {
    let base = Base::empty();
    if !give_away(&base) {
        return;
    }
    let is_root = std::fs::metadata("/proc/self").expect("Linux").uid() == 0;
    let program = base.path().join("verho-for-nobody");
    let _ = as_nobody(&base, &["--version"]);
    let mut command = if is_root { Command::new("setpriv") } else { Command::new(&program) };
    if is_root {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
    }
    let mut child = command
        .args(["hash", "--platform", "meta", "--kind", "email"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let folder = std::path::PathBuf::from(format!("/proc/{}", child.id()));
    let limit = || {
        let limits = std::fs::read_to_string(folder.join("limits")).unwrap_or_default();
        let is_ours =
            std::fs::read_to_string(folder.join("comm")).is_ok_and(|name| name.starts_with("verho"));
        limits.lines().find(|line| is_ours && line.starts_with("Max core file size")).map(str::to_owned)
    };
    let is_zero = |line: &str| line.split_whitespace().skip(4).take(2).all(|word| word == "0");
    let limited = super::kills::wait_for(&mut child, || limit().is_some_and(|line| is_zero(&line)));
    assert!(limited, "{:?}", limit());
    // The system gives the files of a process that may not be dumped to root.
    let owned = || std::fs::metadata(folder.join("mem")).is_ok_and(|metadata| metadata.uid() == 0);
    assert!(super::kills::wait_for(&mut child, owned), "it may be dumped");
    drop(child.stdin.take());
    assert!(child.wait().expect("it ends").success());
    let dumps = std::fs::read_dir(base.path()).expect("ours").flatten();
    assert!(!dumps.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with("core")));
}
