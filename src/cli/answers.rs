//! The smaller commands: each asks the library once and prints its answer.

#![expect(clippy::disallowed_methods, reason = "writes the manual pages where it is told to")]

use std::fmt::Write as _;

use clap::CommandFactory as _;
use serde_json::json;
use zeroize::Zeroizing;

use std::sync::Arc;

use super::args;
use super::clock;
use super::exit::ExitStatus;
use super::failure::{Failure, parse_message};
use super::hash::unknown_platform;
use super::pages::pages;
use super::talk::{self, Message, Talk, count, several};
use crate::commands::keygen::{KeygenError, KeygenOptions, keygen as run_keygen};
use crate::commands::platforms::platforms as run_platforms;
use crate::commands::recompute::recompute;
use crate::commands::rotate::{NewRoot, RotateError, RotateOptions, rotate as run_rotate};
use crate::commands::verify::{VerifyOptions, verify as run_verify};
use crate::commands::{check as checking, keygen};
use crate::config::Given;
use crate::config::shown::shown_place;
use crate::sources::keys::read_identities;
use crate::state::StateError;
use crate::synth::{SynthError, SynthOptions, synth as run_synth};

/// An answer as one line of JSON.
pub(super) fn json_line(value: &impl serde::Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(value).expect("answers are plain data, which JSON can always hold");
    bytes.push(b'\n');
    bytes
}

pub(super) fn check(args: &args::Check, talk: Talk) -> Result<ExitStatus, Failure> {
    let report = checking::check(&checking::CheckOptions {
        config: args.config.config.clone(),
        given: args.secrets.given(),
        now: clock::now(),
        random: clock::random(),
        draft: args.draft,
    })?;
    let without_basis: Vec<(String, String)> = report
        .without_basis()
        .into_iter()
        .map(|(audience, platform)| (audience.to_owned(), platform.to_owned()))
        .collect();
    let mut failures: Vec<Failure> = report.others.into_iter().map(Failure::from).collect();
    failures.extend(report.inspected.register_errors().into_iter().map(Failure::from));
    let refusals = report.inspected.refusals();
    if !refusals.is_empty() {
        failures.push(crate::pipeline::RunError::Refused { refusals }.into());
    }
    let mut sources = Vec::new();
    for source in report.inspected.sources {
        match source {
            Ok(source) => sources.push(source),
            Err(error) => failures.push(Failure::new(ExitStatus::Failed, parse_message(&error))),
        }
    }
    if let Some(worst) = failures.iter().map(|failure| failure.status).max_by_key(|status| *status as u8) {
        let last = failures.pop().expect("there is one, or there were no worst");
        for failure in failures {
            failure.placed(&args.config.config).tell(talk);
        }
        return Err(last.placed(&args.config.config).with_status(worst));
    }
    for (audience, platform) in &without_basis {
        talk.warn(&Message::new(
            "no-basis",
            format!("audience \"{audience}\": no [[basis]] covers {platform} for its purpose and party: nobody would go up there"),
            format!("add {platform} to the platforms of a [[basis]] that an assessment or a consent covers, or take it out of the audience"),
        ));
    }
    if talk.json {
        let answer = json!({
            "ok": true,
            "draft": args.draft,
            "without_basis": without_basis.iter().map(|(audience, platform)| json!({
                "audience": audience, "platform": platform,
            })).collect::<Vec<_>>(),
            "sources": sources.iter().map(|source| json!({
                "name": source.name, "files": source.files, "bytes": source.bytes, "unmapped_columns": source.unmapped,
            })).collect::<Vec<_>>(),
            "registers": report.inspected.registers.iter().map(|register| json!({
                "name": register.name, "files": register.files, "rows": register.rows,
                "objections": register.objections, "lifted": register.lifted, "unparsed": register.unparsed,
            })).collect::<Vec<_>>(),
            "audiences": report.config.audiences.iter().map(|audience| &audience.name).collect::<Vec<_>>(),
        });
        talk::data(&json_line(&answer))?;
        return Ok(ExitStatus::Done);
    }
    let mut text = String::new();
    for register in &report.inspected.registers {
        let _ = writeln!(
            text,
            "register {}: {}, {}, {} lifted, {} do not parse",
            register.name,
            several(register.rows, "row", "rows"),
            several(register.objections, "objection", "objections"),
            count(register.lifted),
            count(register.unparsed)
        );
    }
    for source in &sources {
        let _ = writeln!(
            text,
            "source {}: {}, {} bytes",
            source.name,
            several(source.files, "file", "files"),
            count(source.bytes)
        );
        if !source.unmapped.is_empty() {
            let _ = writeln!(text, "  not mapped, never read: {}", source.unmapped.join(", "));
        }
    }
    let _ = writeln!(
        text,
        "ok: {} can be built",
        several(report.config.audiences.len() as u64, "audience", "audiences")
    );
    talk::data(text.as_bytes())?;
    Ok(ExitStatus::Done)
}

pub(super) fn verify(args: &args::Verify, talk: Talk) -> Result<ExitStatus, Failure> {
    let identity = args.secrets.identity.as_deref().map(read_identities).transpose();
    let keys = identity
        .map_err(|error| Failure::usage("identity-file", error.to_string(), error.hint()))?
        .map(Arc::new);
    let options = VerifyOptions {
        allowed_signers: args.allowed_signers.clone(),
        revoked_signers: args.revoked_signers.clone(),
        moment: clock::now(),
        strict_modes: args.strict_modes,
        chain: args.chain,
        max_age: args.max_age,
        keys: keys.clone(),
    };
    let mut report = run_verify(&args.release, &options)?;
    // A release that is not what it says has nothing to be compared with.
    if let (true, true, Some(config)) = (args.recompute, report.ok, &args.config) {
        let lines = recompute(&args.release, config, &args.secrets.given(), keys)?;
        report.ok = lines.iter().all(|line| line.ok);
        report.checks.extend(lines);
        report.not_checked.retain(|line| !line.contains("--recompute"));
    }
    if talk.json {
        talk::data(&json_line(&report))?;
    } else {
        let mut text = String::new();
        for check in &report.checks {
            let _ = writeln!(
                text,
                "{:<4} {:<24} {}",
                if check.ok { "ok" } else { "FAIL" },
                check.name,
                check.detail
            );
        }
        for line in &report.not_checked {
            let _ = writeln!(text, "not checked: {line}");
        }
        talk::data(text.as_bytes())?;
    }
    if report.ok {
        return Ok(ExitStatus::Done);
    }
    let failed: Vec<&str> = report.checks.iter().filter(|check| !check.ok).map(|check| check.name).collect();
    Err(Failure::new(
        ExitStatus::Refused,
        Message::new(
            "not-sound",
            format!("the release did not pass: {}", failed.join(", ")),
            "do not upload it; build it again, and find out who changed it",
        ),
    ))
}

pub(super) fn platforms(args: &args::Platforms, talk: Talk) -> Result<ExitStatus, Failure> {
    // The library's error repeats the name, which may be anything that was typed.
    let listing = run_platforms(args.name.as_deref())
        .map_err(|_| unknown_platform(args.name.as_deref().unwrap_or_default()))?;
    if talk.json {
        talk::data(&json_line(&listing))?;
    } else {
        talk::data(listing.text().as_bytes())?;
    }
    Ok(ExitStatus::Done)
}

pub(super) fn keygen(args: &args::Keygen, talk: Talk) -> Result<ExitStatus, Failure> {
    let options = KeygenOptions {
        root: args.root.as_deref(),
        signing: args.signing.as_deref(),
        identity: args.identity.as_deref(),
        random: Zeroizing::new(clock::random()),
    };
    let report = run_keygen(&options).map_err(|error| {
        let (status, code) = match error {
            KeygenError::Exists { .. } => (ExitStatus::Failed, "exists"),
            KeygenError::Io { .. } => (ExitStatus::Failed, "output"),
            KeygenError::Twice { .. } => (ExitStatus::Usage, "same-file"),
        };
        Failure::new(status, Message::new(code, error.to_string(), error.hint()))
    })?;
    if talk.json {
        talk::data(&json_line(&report))?;
    } else {
        talk::data(key_text(&report).as_bytes())?;
    }
    talk.say("keys-made", "keep the files safe and backed up; they cannot be made again", &json!({}));
    Ok(ExitStatus::Done)
}

pub(super) fn rotate(args: &args::Rotate, talk: Talk) -> Result<ExitStatus, Failure> {
    let to = match (&args.to, args.to_fd) {
        (Some(place), _) => NewRoot::File(place.clone()),
        (None, number) => NewRoot::Descriptor(number.unwrap_or_default()),
    };
    let options = RotateOptions {
        config: &args.config,
        given: Given { key_fd: args.key_fd, identity: None },
        to,
        random: clock::random(),
    };
    let rotated = run_rotate(&options).map_err(|error| {
        let (code, hint) = (error.code(), error.hint());
        match error {
            RotateError::Config(faults) => faults.into(),
            RotateError::State(StateError::Io { .. } | StateError::Output(_)) => {
                Failure::new(ExitStatus::Failed, Message::new(code, error.to_string(), hint))
            }
            error => Failure::usage(code, error.to_string(), hint),
        }
    })?;
    if talk.json {
        talk::data(&json_line(&rotated))?;
    } else {
        talk::data(format!("ring {}\n", rotated.ring).as_bytes())?;
    }
    talk.say(
        "ring-rotated",
        "the new root key opens the ring, and the old one does not: name the new one in the config, and destroy the old",
        &json!({}),
    );
    Ok(ExitStatus::Done)
}

fn key_text(report: &keygen::KeygenReport) -> String {
    let mut text = String::new();
    for (word, value) in [
        ("root", &report.root),
        ("signing", &report.signing),
        ("allowed-signer", &report.allowed_signer),
        ("recipient", &report.recipient),
    ] {
        if let Some(value) = value {
            let _ = writeln!(text, "{word} {value}");
        }
    }
    text
}

pub(super) fn schema() -> Result<ExitStatus, Failure> {
    let mut bytes = serde_json::to_vec_pretty(&crate::config::json_schema()).expect("a schema is plain JSON");
    bytes.push(b'\n');
    talk::data(&bytes)?;
    Ok(ExitStatus::Done)
}

pub(super) fn synth(args: &args::Synth, talk: Talk) -> Result<ExitStatus, Failure> {
    let options = SynthOptions { rows: args.rows, seed: args.seed, out: args.out.clone() };
    let report = run_synth(&options).map_err(|error| {
        let status = match error {
            SynthError::NoRows | SynthError::TooManyRows { .. } => ExitStatus::Usage,
            _ => ExitStatus::Failed,
        };
        let text = error.to_string().replace(&args.out.display().to_string(), &shown_place(&args.out));
        let (what, hint) = text.split_once("\n\nhint: ").unwrap_or((&text, ""));
        Failure::new(status, Message::new("synth", what, hint))
    })?;
    let place = args.out.display().to_string();
    if talk.json {
        let answer = json!({
            "out": place, "rows": report.rows, "people": report.people,
            "register_entries": report.register_entries, "customer_bytes": report.customer_bytes,
            "table_bytes": report.table_bytes,
            "audiences": report.audiences.iter().map(|audience| json!({
                "name": audience.name, "upload": audience.upload, "not_selected": audience.not_selected,
                "suppressed": audience.suppressed,
            })).collect::<Vec<_>>(),
        });
        talk::data(&json_line(&answer))?;
    } else {
        talk::data(format!("{place}\n").as_bytes())?;
    }
    let text = format!(
        "wrote {} rows of {} invented people\nnext: verho build --config {place}/verho.toml",
        count(report.rows),
        count(report.people)
    );
    talk.say("synth", &text, &json!({"rows": report.rows, "people": report.people}));
    Ok(ExitStatus::Done)
}

pub(super) fn completions(args: &args::Completions) -> Result<ExitStatus, Failure> {
    let mut bytes = Vec::new();
    clap_complete::generate(args.shell, &mut args::Cli::command(), "verho", &mut bytes);
    talk::data(&bytes)?;
    Ok(ExitStatus::Done)
}

pub(super) fn man(args: &args::Man, talk: Talk) -> Result<ExitStatus, Failure> {
    let pages = pages();
    let Some(folder) = &args.out else {
        let (_, program) = &pages[0];
        talk::data(program.as_bytes())?;
        return Ok(ExitStatus::Done);
    };
    let write = |(name, page): &(String, String)| std::fs::write(folder.join(name), page);
    let written = std::fs::create_dir_all(folder).and_then(|()| pages.iter().try_for_each(write));
    written.map_err(|error| {
        let what = format!("the pages cannot be written to {}: {}", folder.display(), error.kind());
        Failure::new(ExitStatus::Failed, Message::new("output", what, "name a folder that you may write in"))
    })?;
    talk.say("man", &format!("wrote the pages to {}", folder.display()), &json!({}));
    Ok(ExitStatus::Done)
}
