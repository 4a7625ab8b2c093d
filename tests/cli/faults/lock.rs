//! Two runs at once, and runs that died with the lock in their hands.

use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use super::kills::wait_for;
use super::stand::Stand;

#[test]
fn a_second_run_is_told_who_holds_the_folder_and_a_dead_holder_holds_nothing() {
    let stand = Stand::new();
    stand.reset();
    // Large enough that the run can be stopped in the middle.
    let mut customers = String::from("customer_id,name,email,phone,country,born,status\n");
    for number in 0..60_000 {
        customers.push_str(&format!("C-{number},Nobody,nobody.{number}@example.com,,FI,1980-01-01,active\n"));
    }
    stand.base.put("customers.csv", customers);
    let mut first = stand
        .base
        .command()
        .args(["build", "--quiet"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let staged = || {
        let entries = std::fs::read_dir(stand.folder()).expect("ours");
        entries.flatten().any(|entry| entry.file_name().to_string_lossy().contains(".staging-"))
    };
    assert!(wait_for(&mut first, staged), "the run ended before it could be stopped");
    let process = Pid::from_child(&first);
    kill_process(process, Signal::STOP).expect("it is ours");

    let second = stand.base.run(&["build"]);
    assert_eq!(second.code, 1, "{}", second.stderr);
    let told = format!("another run is writing to {}", stand.base.path().display());
    assert!(
        second.stderr.contains(&told) || second.stderr.contains("another run is writing to"),
        "{}",
        second.stderr
    );
    assert!(second.stderr.contains(&format!(", process {}, since 20", first.id())), "{}", second.stderr);
    assert!(second.stderr.contains("hint:"), "{}", second.stderr);
    let json = stand.base.run(&["build", "--log-format", "json"]);
    assert!(json.stderr.contains("\"locked\""), "{}", json.stderr);
    // Reading needs no lock.
    assert_eq!(stand.base.run(&["verify", "releases/latest"]).code, 0);

    kill_process(process, Signal::KILL).expect("it is ours");
    first.wait().expect("it ends");
    stand.look("the holder was killed");
    stand.next_run("after the holder");
}
