//! `verho close`: what was deleted, and what became of the key.

use super::answers::json_line;
use super::args;
use super::clock;
use super::exit::ExitStatus;
use super::failure::Failure;
use super::talk::{self, Message, Talk, several};
use crate::commands::close::{CloseError, CloseOptions, close as run_close};
use crate::manifest::closure::KeyFate;

pub(super) fn close(args: &args::Close, talk: Talk) -> Result<ExitStatus, Failure> {
    let report = run_close(&CloseOptions {
        config: args.config.config.clone(),
        given: args.secrets.given(),
        audience: args.audience.clone(),
        now: clock::now(),
        random: clock::random(),
    })?;
    if talk.json {
        talk::data(&json_line(&report))?;
    } else {
        let key = match report.key {
            KeyFate::Destroyed => "its key is destroyed",
            KeyFate::None => "it had no key of its own",
        };
        let text = format!(
            "{}: closed on {}; {} of {} deleted; {key}\n{}\n",
            report.audience,
            report.closed_at,
            several(report.files, "file", "files"),
            several(report.releases, "release", "releases"),
            report.receipt
        );
        talk::data(text.as_bytes())?;
    }
    talk.say(
        "next",
        "next: build once more and upload its remove files; then take it out of the config",
        &serde_json::json!({}),
    );
    if report.left.is_empty() {
        return Ok(ExitStatus::Done);
    }
    talk.warn(&Message::new(
        "close-left-files",
        format!("{} not the manifest's and left", several(report.left.len() as u64, "file is", "files are")),
        "look at them, and delete them by hand",
    ));
    Ok(ExitStatus::Overdue)
}

impl From<CloseError> for Failure {
    fn from(error: CloseError) -> Self {
        let (what, hint) = (error.to_string(), error.hint());
        match error {
            CloseError::Purge(error) => error.into(),
            CloseError::Build(error) => error.into(),
            CloseError::Unknown => Self::usage("unknown-audience", what, hint),
            CloseError::NoState => Self::usage("no-state", what, hint),
        }
    }
}
