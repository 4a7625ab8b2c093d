//! Runs that go well: what is said where, what is published, what is kept from being overwritten.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Stdio;

use super::base::Base;
use super::invocations::COMMANDS;

#[test]
fn a_build_prints_its_release_and_nothing_else_on_standard_output() {
    let base = Base::new();
    let ran = base.run(&["build"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let releases = base.releases();
    assert_eq!(releases.len(), 1);
    assert_eq!(ran.stdout.trim_end(), releases[0].canonicalize().expect("is there").to_string_lossy());
    for part in [
        "read 4 rows from 1 source, and 1 objection from 1 register",
        "on-register",
        "not-a-customer",
        "UPLOAD.md",
        "verho verify",
    ] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    let verified = base.run(&["verify", "releases/latest"]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
}

#[test]
fn the_account_of_a_build_reads_well() {
    let base = Base::new();
    let ran = base.run(&["build", "--as-of", "2026-11-21"]);
    insta::with_settings!({filters => vec![(r"in \d+\.\d s", "in [TIME] s")]}, {
        insta::assert_snapshot!("account", base.told("build", &ran));
    });
}

#[test]
fn json_is_one_object_with_the_counts() {
    let base = Base::new();
    let ran = base.run(&["build", "--json", "--quiet"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let answer: serde_json::Value = serde_json::from_str(&ran.stdout).expect("one object");
    assert_eq!(answer["outcome"], "complete");
    assert_eq!(answer["audiences"][0]["people"]["eligible"], 2);
    assert_eq!(answer["unmapped_columns"]["crm"][0], "name");
    assert!(Path::new(answer["release"].as_str().expect("a path")).join("manifest.json").is_file());
}

#[test]
fn a_dry_run_publishes_nothing() {
    let base = Base::new();
    let ran = base.run(&["build", "--dry-run"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    assert!(base.releases().is_empty());
}

#[test]
fn a_release_is_never_overwritten_and_a_second_build_waits_for_its_name() {
    let base = Base::new();
    let replay = ["build", "--as-of", "2026-11-21T02:00:00Z"];
    assert_eq!(base.run(&replay).code, 0);
    let again = base.run(&replay);
    assert_eq!((again.code, again.stdout.as_str()), (3, ""));
    assert!(again.stderr.contains("exists already") && again.stderr.contains("hint:"), "{}", again.stderr);
    for _ in 0..3 {
        let ran = base.run(&["build", "--quiet"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    assert_eq!(base.releases().len(), 4);
}

#[test]
fn the_same_inputs_moment_and_key_give_the_same_bytes() {
    let base = Base::new();
    assert_eq!(base.run(&["keygen", "--root", "root.key"]).code, 0);
    base.configure("[output]", "[keys]\nroot = \"root.key\"\n[output]");
    let replay = ["build", "--as-of", "2026-11-21", "--quiet"];
    assert_eq!(base.run(&replay).code, 0);
    let first =
        std::fs::read(base.path().join("releases/2026-11-21T00-00-00Z/manifest.json")).expect("published");
    std::fs::rename(base.path().join("releases"), base.path().join("before")).expect("ours");
    assert_eq!(base.run(&replay).code, 0);
    let second =
        std::fs::read(base.path().join("releases/2026-11-21T00-00-00Z/manifest.json")).expect("published");
    assert!(first == second);
}

#[test]
fn a_changed_byte_is_refused_with_code_1() {
    let base = Base::new();
    assert_eq!(base.run(&["build"]).code, 0);
    let file = base.releases()[0].join("audiences/everyone/meta/full.csv");
    let mut bytes = std::fs::read(&file).expect("was written");
    let last = bytes.len() - 5;
    bytes[last] ^= 1;
    std::fs::write(&file, bytes).expect("ours");
    let ran = base.run(&["verify", "releases/latest"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("FAIL digests") && ran.stderr.contains("hint:"), "{}", ran.stdout);
}

#[test]
fn a_second_decision_agrees_and_an_edited_input_does_not() {
    let base = Base::new();
    assert_eq!(base.run(&["keygen", "--root", "root.key"]).code, 0);
    base.configure("[output]", "[keys]\nroot = \"root.key\"\n[output]");
    assert_eq!(base.run(&["build"]).code, 0);
    let recompute = ["verify", "releases/latest", "--recompute", "--config", "verho.toml"];
    let ran = base.run(&recompute);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("recomputed-suppressions"), "{}", ran.stdout);
    base.put("objections.csv", format!("{}ilona.quokka@example.org,\n", super::base::OBJECTIONS));
    let ran = base.run(&recompute);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("FAIL recomputed-rows"), "{}", ran.stdout);
}

/// An input that the second implementation cannot read accuses nobody of having changed the release.
#[test]
fn what_cannot_be_decided_again_is_said_and_no_failed_check() {
    let base = Base::new();
    base.put("objections.ndjson", "{\"email\": \"eero.quokka@example.com\", \"phone\": null}\n");
    base.configure("objections.csv", "objections.ndjson");
    assert_eq!(base.run(&["build"]).code, 0);
    let ran = base.run(&["verify", "releases/latest", "--recompute", "--config", "verho.toml"]);
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stderr.contains("reads delimited text only") && !ran.stdout.contains("FAIL"),
        "{}",
        ran.stderr
    );
}

#[test]
fn keys_are_their_owners_alone_and_never_overwritten() {
    let base = Base::new();
    let ran = base.run(&["keygen", "--root", "root.key", "--signing", "sign.key"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for (name, mode) in [("root.key", 0o600), ("sign.key", 0o600)] {
        let metadata = std::fs::metadata(base.path().join(name)).expect("was made");
        assert_eq!(metadata.mode() & 0o777, mode, "{name}");
    }
    let secret = std::fs::read_to_string(base.path().join("root.key")).expect("ours");
    assert!(!(ran.stdout.clone() + &ran.stderr).contains(secret.trim()), "a key was printed");
    let again = base.run(&["keygen", "--root", "other.key", "--signing", "sign.key"]);
    assert_eq!(again.code, 3);
    assert!(again.stderr.contains("exists already"), "{}", again.stderr);
    assert!(!base.path().join("other.key").exists(), "two keys or none");
    // One that cannot be written takes the one before it along.
    let nowhere = base.run(&["keygen", "--root", "other.key", "--signing", "none/sign.key"]);
    assert_eq!(nowhere.code, 3, "{}", nowhere.stderr);
    assert!(!base.path().join("other.key").exists(), "two keys or none");
    assert_eq!(std::fs::read_to_string(base.path().join("root.key")).expect("ours"), secret);

    base.configure("[output]", "[keys]\nroot = \"root.key\"\nsigning = \"sign.key\"\n[output]");
    assert_eq!(base.run(&["build", "-q"]).code, 0);
    let line = ran.stdout.lines().find_map(|line| line.strip_prefix("allowed-signer ")).expect("is printed");
    base.put("signers", format!("{line}\n"));
    let verified = base.run(&["verify", "releases/latest", "--allowed-signers", "signers"]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
    assert!(verified.stdout.contains("ok   signer"), "{}", verified.stdout);
}

#[test]
fn hash_answers_each_line_with_a_digest_or_a_code() {
    let base = Base::empty();
    // SHA-256 of `aino.quokka@example.com`, made with sha256sum.
    let digest = "a8a2df557271cc4a6326ac5699b8a954036fa3a2290baed962945c949edf6a5f";
    let input = b" Aino.Quokka@Example.com \r\n\nno address\naino.quokka@example.com";
    let ran = base.run_with(&["hash", "--platform", "meta", "--kind", "email"], input);
    assert_eq!(ran.stdout, format!("{digest}\nreject:blank\nreject:not-an-address\n{digest}\n"));
    assert!(ran.stderr.contains("2 hashed, 2 rejected"), "{}", ran.stderr);

    let ran = base.run_with(&["hash", "--platform", "meta", "--kind", "email", "--steps"], input);
    assert!(ran.stdout.starts_with(&format!("{digest}\twhite space")), "{}", ran.stdout);
    assert!(ran.stdout.contains("lower-cased"), "{}", ran.stdout);

    let long = "x".repeat(1 << 20) + "\naino.quokka@example.com\n";
    let ran = base.run_with(&["hash", "--platform", "meta", "--kind", "email"], long.as_bytes());
    assert_eq!(ran.stdout, format!("reject:too-long\n{digest}\n"));
}

#[test]
fn vectors_are_printed_and_anybodys_are_checked() {
    let base = Base::new();
    let printed = base.run(&["vectors"]);
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
    assert!(printed.stdout.lines().count() >= 400);
    let ran = base.run_with(&["vectors", "--check", "-"], printed.stdout.as_bytes());
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stderr.contains(" 0 failed") && !ran.stdout.contains("unexpected"), "{}", ran.stderr);
    let file = b"{\"platform\":\"google\",\"field\":\"email\",\"input\":\"quokka@example.com\",\"expect\":\"invalid\"}\n\nquokka\n";
    let ran = base.run_with(&["vectors", "--check", "-"], file);
    assert_eq!(ran.stdout, "line 1: unexpected-digest\nline 3: not-a-vector\n");
    assert_eq!(ran.code, 1);
    let ran = base.run_with(&["vectors", "--check", "-", "--json"], file);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("one object");
    assert_eq!(report["failed"][1]["line"], 3);
    assert_eq!(base.run(&["vectors", "--check", "not-there.jsonl"]).code, 3);
}

#[test]
fn explain_tells_the_rules_and_not_the_person() {
    let base = Base::new();
    let ran = base.run_with(&["explain"], b"EERO.quokka@example.com\n");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for part in ["objected in register objections", "meta: suppressed", "on-register"] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    let ran = base.run_with(&["explain", "--json"], b"C-1");
    let answer: serde_json::Value = serde_json::from_str(&ran.stdout).expect("one object");
    assert_eq!(answer["people"][0]["audiences"][0]["platforms"][0]["decision"], "eligible");
    let nobody = base.run_with(&["explain"], b"nobody@example.com");
    assert!(nobody.code == 0 && nobody.stdout.contains("nobody"), "{}", nobody.stdout);
    for input in [&b""[..], b" \n", b"C-1\nC-2\n"] {
        assert_eq!(base.run_with(&["explain"], input).code, 2);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let base = Base::empty();
    let mut child = base
        .command()
        .args(["hash", "--platform", "meta", "--kind", "email"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let mut input = child.stdin.take().expect("was piped");
    let lines = "aino.quokka@example.com\n".repeat(100_000);
    let _ = std::io::Write::write_all(&mut input, lines.as_bytes());
    drop(input);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn no_command_minds_a_reader_that_goes_away() {
    let base = Base::new();
    assert_eq!(base.run(&["build"]).code, 0);
    let commands: &[&[&str]] = &[
        &["--help"],
        &["platforms"],
        &["platforms", "--json"],
        &["schema"],
        &["man"],
        &["completions", "bash"],
        &["vectors"],
        &["check"],
        &["init", "customers.csv"],
        &["report", "releases/latest"],
        &["verify", "releases/latest"],
        &["diff", "verho.toml", "verho.toml"],
    ];
    for args in commands {
        let mut child = base
            .command()
            .args(*args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {said}");
        assert!(!said.contains("error"), "{args:?}: {said}");
    }
}

#[test]
fn a_json_log_is_json_on_every_line() {
    for args in [
        &["build", "--log-format", "json", "-vv"][..],
        &["build", "--log-format=json", "--config", "no.toml"],
    ] {
        let ran = Base::new().run(args);
        assert!(!ran.stderr.is_empty());
        for line in ran.stderr.lines() {
            let line: serde_json::Value = serde_json::from_str(line).expect("a JSON object");
            assert!(
                ["INFO", "WARN", "ERROR", "DEBUG"].contains(&line["level"].as_str().expect("text")),
                "{line}"
            );
            assert!(line["timestamp"].is_string() && line["message"].is_string(), "{line}");
        }
    }
}

#[test]
fn pages_and_completions_come_from_the_same_commands() {
    let base = Base::empty();
    assert_eq!(base.run(&["man", "--out", "man"]).code, 0);
    // What a command has below it has a page with a longer name.
    let is_above = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().matches('-').count() < 2;
    let entries = std::fs::read_dir(base.path().join("man")).expect("was made");
    let pages = entries.filter(|entry| entry.as_ref().is_ok_and(is_above)).count();
    let help = base.run(&["--help"]).stdout;
    let listed = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("a list");
    let commands = listed.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ")).count();
    assert_eq!(pages, 1 + commands, "one for the program and one for each command");
    for command in COMMANDS.iter().filter(|command| !command.is_empty()) {
        let page = base.path().join(format!("man/verho-{command}.1"));
        let page = std::fs::read_to_string(page).unwrap_or_else(|_| panic!("no page of {command}"));
        // The same words as its help: cost, effect and an example.
        assert!(
            page.contains("Cost:") && page.contains("Effect:") && page.contains("Examples:"),
            "{command}"
        );
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = base.run(&["completions", shell]).stdout;
        for command in COMMANDS {
            assert!(script.contains(command), "{shell}: {command}");
        }
        assert!(script.contains("dry-run") && script.contains("values-of"), "{shell}");
    }
    base.put("verho.bash", base.run(&["completions", "bash"]).stdout);
    let read = std::process::Command::new("bash").arg("-n").arg(base.path().join("verho.bash")).status();
    assert!(read.is_ok_and(|status| status.success()), "bash reads its completions");
    assert!(base.run(&["man"]).stdout.contains("verho"));
    let schema: serde_json::Value = serde_json::from_str(&base.run(&["schema"]).stdout).expect("JSON");
    assert!(schema["properties"]["audience"].is_object());
}

#[test]
fn the_samples_build_and_an_invented_base_comes_out_as_planted() {
    let base = Base::empty();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("data-samples");
    for entry in std::fs::read_dir(samples).expect("is there") {
        let entry = entry.expect("can be read");
        if entry.path().is_file() {
            base.put(&entry.file_name().to_string_lossy(), std::fs::read(entry.path()).expect("can be read"));
        }
    }
    let ran = base.run(&["build", "--as-of", "2026-11-21"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);

    let planted = base.run(&["synth", "--rows", "3000", "--out", "base", "--json", "-q"]);
    let built = base.run(&["build", "-q", "--json", "--config", "base/verho.toml"]);
    let [planted, built] = [planted, built]
        .map(|ran| serde_json::from_str::<serde_json::Value>(&ran.stdout).expect("one object"));
    let planted = planted["audiences"].as_array().expect("a list");
    let built = built["audiences"].as_array().expect("a list");
    assert_eq!(planted.len(), built.len());
    for (planted, built) in planted.iter().zip(built) {
        assert_eq!(planted["name"], built["name"]);
        assert_eq!(planted["upload"], built["people"]["eligible"], "{}", built["name"]);
        assert_eq!(planted["not_selected"], built["people"]["not_selected"], "{}", built["name"]);
    }
    let recomputed =
        base.run(&["verify", "base/releases/latest", "--recompute", "--config", "base/verho.toml"]);
    assert_eq!(recomputed.code, 0, "{}{}", recomputed.stdout, recomputed.stderr);
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let base = Base::new();
    let folder = base.path().join("releases");
    std::fs::create_dir(&folder).expect("ours");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o500)).expect("ours");
    if std::fs::write(folder.join("probe"), "").is_ok() {
        return; // root may write anywhere
    }
    let ran = base.run(&["build"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("hint:"), "{}", ran.stderr);
}

#[test]
fn an_interrupted_build_ends_with_130_and_leaves_nothing_published() {
    let base = Base::empty();
    assert_eq!(base.run(&["synth", "--rows", "300000", "--out", "base", "-q"]).code, 0);
    for signal in [rustix::process::Signal::INT, rustix::process::Signal::TERM] {
        interrupt(&base, signal);
    }
}

fn interrupt(base: &Base, signal: rustix::process::Signal) {
    // What an earlier run left is no sign that this one is under way.
    let _ = std::fs::remove_dir_all(base.path().join("base/releases"));
    let mut child = base
        .command()
        .args(["build", "--config", "base/verho.toml"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let releases = base.path().join("base/releases");
    // The staging folder stands once the run is under way.
    let staged = || {
        std::fs::read_dir(&releases).is_ok_and(|entries| entries.flatten().any(|entry| entry.path().is_dir()))
    };
    while !staged() && child.try_wait().expect("can be asked").is_none() {
        std::thread::yield_now();
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, signal).expect("it is ours");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("interrupted"));
    assert!(!releases.join("latest").exists());
}

/// What a terminal shows and nobody else: colour unless `NO_COLOR`, and progress in rows.
#[test]
fn a_terminal_shows_colour_and_progress_and_nothing_else_does() {
    let base = Base::empty();
    assert_eq!(base.run(&["synth", "--rows", "60000", "--out", "base", "-q"]).code, 0);
    let program = env!("CARGO_BIN_EXE_verho");
    let on_terminal = |arguments: &str, no_color: bool| {
        let script = std::process::Command::new("script")
            .args(["-qec", &format!("{program} {arguments}"), "/dev/null"])
            .current_dir(base.path())
            .env_remove("NO_COLOR")
            .env("TERM", "xterm-256color")
            .envs(no_color.then_some(("NO_COLOR", "1")))
            .stdin(Stdio::null())
            .output();
        script.map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let Ok(coloured) = on_terminal("check --config nowhere.toml", false) else {
        eprintln!("not run: there is no `script`, which makes a terminal");
        return;
    };
    assert!(coloured.contains("\u{1b}[") && coloured.contains("no such config"), "{coloured:?}");
    let plain = on_terminal("check --config nowhere.toml", true).expect("was there");
    assert!(
        !plain.contains("\u{1b}[1m") && !plain.contains("\u{1b}[3") && plain.contains("no such config"),
        "{plain:?}"
    );
    let build = "build --dry-run --config base/verho.toml";
    let progress = on_terminal(build, true).expect("was there");
    assert!(progress.contains("rows/s") && progress.contains(" left"), "{progress:?}");
    assert!(!on_terminal(&format!("{build} --quiet"), true).expect("was there").contains("rows/s"));
    assert!(!base.run(&["build", "--dry-run", "--config", "base/verho.toml"]).stderr.contains("rows/s"));
}

#[test]
fn a_report_is_printed_or_written_once_and_is_the_releases_own_page() {
    let base = Base::new();
    assert_eq!(base.run(&["build"]).code, 0);
    let printed = base.run(&["report", "releases/latest"]);
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
    let own = std::fs::read_to_string(base.path().join("releases/latest/report.html")).expect("is there");
    assert!(printed.stdout == own);
    let write = ["report", "releases/latest", "--public", "--lang", "fi", "--out", "raportti.html"];
    let written = base.run(&write);
    assert_eq!((written.code, written.stdout.as_str()), (0, "raportti.html\n"), "{}", written.stderr);
    let page = base.path().join("raportti.html");
    assert_eq!(page.metadata().expect("is there").mode() & 0o7777, 0o600);
    let text = std::fs::read_to_string(page).expect("text");
    assert!(text.contains("<html lang=fi>") && text.contains("Jaettava sivu") && text.contains("&lt;10"));
    let again = base.run(&write);
    assert_eq!(again.code, 3);
    assert!(again.stderr.contains("exists already") && again.stderr.contains("hint:"), "{}", again.stderr);
    let nothing = base.run(&["report", "releases"]);
    assert_eq!(nothing.code, 3);
    assert!(nothing.stderr.contains("is not a release"), "{}", nothing.stderr);
    std::fs::write(base.releases()[0].join("SHA256SUMS"), "x").expect("ours");
    assert_eq!(base.run(&["report", "releases/latest"]).code, 3);
}

/// Records that may not take the disk they need end the run, whether that is plain from the size of the
/// customers or only seen on the way.
#[test]
fn temporary_records_stay_within_their_room() {
    for rows in [40, 4000] {
        let base = Base::new();
        let customer = |row: usize| format!("C-{row},X,one.{row}@example.com,,FI,1980-01-01,active\n");
        let header = "customer_id,name,email,phone,country,born,status\n";
        base.put("customers.csv", header.to_owned() + &(0..rows).map(customer).collect::<String>());
        let limits = |temp: &str| format!("[limits]\nmemory = \"1kB\"\nbatch_rows = 7\n{temp}[output]");
        base.configure("[output]", &limits("temp = \"1kB\"\n"));
        let ran = base.run(&["build"]);
        assert_eq!(ran.code, 3, "{}", ran.stderr);
        assert!(ran.stderr.contains("need more than the 1 kB there is for them"), "{}", ran.stderr);
        assert!(ran.stderr.contains("raise [limits] temp"), "{}", ran.stderr);
        assert!(!base.path().join("releases/latest").exists(), "nothing is published");

        base.configure("temp = \"1kB\"\n", "");
        let ran = base.run(&["build"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
}

/// Whoever holds the records of two audiences must not be able to join them.
#[test]
fn one_person_has_another_tag_in_every_audience() {
    let base = Base::new();
    assert_eq!(base.run(&["keygen", "--root", "root.key"]).code, 0);
    let audience = |name: &str| {
        format!("[[audience]]\nname = \"{name}\"\nplatforms = [\"meta\", \"linkedin\"]\nmin_size = 1\n\n")
    };
    base.configure("[output]", &format!("{}[keys]\nroot = \"root.key\"\n[output]", audience("the-same")));
    let built = base.run(&["build"]);
    assert_eq!(built.code, 0, "{}", built.stderr);
    let tags = |audience: &str| {
        let place = base.releases()[0].join("audiences").join(audience).join("suppressions.csv");
        let text = std::fs::read_to_string(place).expect("is there");
        let lines = text.lines().skip(1);
        let tags: Vec<String> = lines.filter_map(|line| Some(line.split_once(',')?.0.to_owned())).collect();
        assert!(tags.is_sorted() && tags.len() == 2, "{text}");
        tags
    };
    let (one, other) = (tags("everyone"), tags("the-same"));
    assert!(one.iter().all(|tag| !other.contains(tag)), "{one:?} {other:?}");
}

/// The same night again said "published", and a dry run of it printed the release's path.
#[test]
fn the_same_night_again_says_that_nothing_was_written() {
    let base = Base::new();
    assert_eq!(base.run(&["keygen", "--root", "root.key", "--quiet"]).code, 0);
    base.configure("[output]", "[keys]\nroot = \"root.key\"\n[state]\ndir = \"state\"\n[output]");
    let first = base.run(&["build", "--first"]);
    assert!(first.stderr.contains("\npublished in"), "{}", first.stderr);
    let again = base.run(&["build"]);
    assert_eq!((again.code, &again.stdout), (0, &first.stdout), "{}", again.stderr);
    assert!(again.stderr.contains("nothing has changed since the last release"), "{}", again.stderr);
    assert!(!again.stderr.contains("published in"), "{}", again.stderr);
    let dry = base.run(&["build", "--dry-run"]);
    assert_eq!((dry.code, dry.stdout.as_str()), (0, ""), "{}", dry.stderr);
    assert!(dry.stderr.contains("nothing was published"), "{}", dry.stderr);
    assert_eq!(base.releases().len(), 1);
}

/// An invented base that was broken off had its config, and was built from as if it were whole.
#[test]
fn a_base_that_was_broken_off_has_no_config() {
    let base = Base::empty();
    let out = base.path().join("base");
    let mut child = base
        .command()
        .args(["synth", "--rows", "100000000", "--out", "base"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let has_rows = || out.join("customers.csv").metadata().is_ok_and(|file| file.len() > 0);
    while !has_rows() {
        assert_eq!(child.try_wait().expect("is ours"), None, "it was to be broken off");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().expect("is ours");
    child.wait().expect("ends");
    assert!(!out.join("verho.toml").exists());
    assert_eq!(base.run(&["build", "--config", "base/verho.toml"]).code, 2);
    assert_eq!(base.run(&["synth", "--rows", "10", "--out", "whole"]).code, 0);
    assert!(base.path().join("whole/verho.toml").exists());
}
