//! Inputs that change under the run: it is stopped in the middle of the customers, something is changed,
//! and it goes on. It must notice, and publish nothing.

use std::fs::{File, FileTimes, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::kills::wait_for;
use super::stand::{Left, Stand};
use crate::cli::base::OBJECTIONS;

/// Where a process is in a file it has open: its position.
fn position(process: u32, file: &Path) -> Option<u64> {
    let folder = Path::new("/proc").join(process.to_string());
    let number = std::fs::read_dir(folder.join("fd"))
        .ok()?
        .flatten()
        .find(|entry| std::fs::read_link(entry.path()).is_ok_and(|target| target == file))?;
    let told = std::fs::read_to_string(folder.join("fdinfo").join(number.file_name())).ok()?;
    told.lines().find_map(|line| line.strip_prefix("pos:"))?.trim().parse().ok()
}

/// A base whose customers take a while, and a run over it that stands still among them.
fn stopped() -> (Stand, Child) {
    let stand = Stand::new();
    let mut customers = String::from("customer_id,name,email,phone,country,born,status\n");
    for number in 0..250_000 {
        customers.push_str(&format!("C-{number},Nobody,nobody.{number}@example.com,,FI,1980-01-01,active\n"));
    }
    let size = customers.len() as u64;
    stand.base.put("customers.csv", customers);
    stand.base.configure("path = \"objections.csv\"", "path = \"objections*.csv\"");
    let mut child = stand
        .base
        .command()
        .args(["build", "--log-format", "json"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let file = stand.base.path().canonicalize().expect("ours").join("customers.csv");
    let process = child.id();
    // Past the header, which is read when the file is opened.
    let reads = || position(process, &file).is_some_and(|position| position > 1 << 21);
    assert!(wait_for(&mut child, reads), "the run ended before it could be stopped");
    kill_process(Pid::from_child(&child), Signal::STOP).expect("it is ours");
    let at = position(process, &file).expect("it is open");
    assert!(at < size, "the run had read everything before it could be stopped");
    (stand, child)
}

fn go_on(child: Child) -> (i32, String) {
    kill_process(Pid::from_child(&child), Signal::CONT).expect("it is ours");
    let output = child.wait_with_output().expect("it ends");
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn open(path: &Path) -> File {
    OpenOptions::new().read(true).write(true).open(path).expect("ours")
}

#[test]
fn an_input_that_changes_during_the_run_is_refused() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 9] = [
        ("customers appended to", |folder| {
            let mut file = OpenOptions::new().append(true).open(folder.join("customers.csv")).expect("ours");
            file.write_all(b"C-X,Nobody,nobody.x@example.com,,FI,1980-01-01,active\n").expect("ours");
        }),
        ("customers cut short", |folder| {
            let file = open(&folder.join("customers.csv"));
            file.set_len(file.metadata().expect("ours").len() - 60).expect("ours");
        }),
        ("customers overwritten at their end, and the time set back", |folder| {
            let mut file = open(&folder.join("customers.csv"));
            let was = file.metadata().expect("ours").modified().expect("a time");
            file.seek(SeekFrom::End(-60)).expect("ours");
            file.write_all(b"X").expect("ours");
            file.set_times(FileTimes::new().set_modified(was)).expect("ours");
        }),
        ("customers overwritten at their beginning, and the time set back", |folder| {
            let mut file = open(&folder.join("customers.csv"));
            let was = file.metadata().expect("ours").modified().expect("a time");
            file.seek(SeekFrom::Start(60)).expect("ours");
            file.write_all(b"X").expect("ours");
            file.set_times(FileTimes::new().set_modified(was)).expect("ours");
        }),
        ("customers replaced", |folder| {
            std::fs::copy(folder.join("customers.csv"), folder.join("new.csv")).expect("ours");
            std::fs::rename(folder.join("new.csv"), folder.join("customers.csv")).expect("ours");
        }),
        ("customers taken away", |folder| std::fs::remove_file(folder.join("customers.csv")).expect("ours")),
        ("a register appended to after it was read", |folder| {
            let mut file = OpenOptions::new().append(true).open(folder.join("objections.csv")).expect("ours");
            file.write_all(b"nobody.7@example.com,\n").expect("ours");
        }),
        ("a register replaced by a link", |folder| {
            std::fs::rename(folder.join("objections.csv"), folder.join("moved")).expect("ours");
            std::os::unix::fs::symlink("moved", folder.join("objections.csv")).expect("ours");
        }),
        ("another file of a register arrived", |folder| {
            std::fs::write(folder.join("objections-2.csv"), OBJECTIONS).expect("ours");
        }),
    ];
    for (title, change) in changes {
        let (stand, child) = stopped();
        change(stand.base.path());
        let (code, said) = go_on(child);
        assert_eq!(code, 3, "{title}: {said}");
        assert!(said.contains("\"changed-while-reading\""), "{title}: {said}");
        assert_eq!(stand.look(title), Left::Nothing, "{title}");
    }
}

#[test]
fn an_input_that_stays_as_it_is_is_not_refused() {
    let (stand, child) = stopped();
    let (code, said) = go_on(child);
    assert_eq!(code, 0, "{said}");
    assert_eq!(stand.look("nothing changed"), Left::Release);
}
