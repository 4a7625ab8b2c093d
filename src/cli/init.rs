//! `verho init`: a config on standard output or in a new file, and what is left to decide.

use serde_json::json;

use super::answers::json_line;
use super::args;
use super::exit::ExitStatus;
use super::failure::Failure;
use super::talk::{self, Message, Talk, several};
use crate::commands::init::{InitError, InitOptions, init as run_init, write};

pub(super) fn init(args: &args::Init, talk: Talk) -> Result<ExitStatus, Failure> {
    let made = run_init(&InitOptions {
        sources: args.files.clone(),
        registers: args.register.clone(),
        values_of: args.values_of.clone(),
        out: args.out.clone(),
    })?;
    if let Some(place) = &args.out {
        write(place, &made.text)?;
    }
    if talk.json {
        let mut answer = json!({"undecided": made.undecided, "columns": made.columns});
        match &args.out {
            Some(place) => answer["out"] = place.display().to_string().into(),
            None => answer["config"] = made.text.into(),
        }
        talk::data(&json_line(&answer))?;
    } else {
        let text = args.out.as_ref().map_or(made.text, |place| format!("{}\n", place.display()));
        talk::data(text.as_bytes())?;
    }
    let mapped = made.columns.iter().filter(|column| column.guess.is_some()).count();
    talk.say(
        "config-made",
        &format!(
            "{} looked at, {mapped} recognised; {} left to you, each marked DECIDE: and listed by `verho check`",
            several(made.columns.len() as u64, "column", "columns"),
            several(made.undecided as u64, "decision is", "decisions are"),
        ),
        &json!({"columns": made.columns.len(), "mapped": mapped, "undecided": made.undecided}),
    );
    Ok(ExitStatus::Done)
}

impl From<InitError> for Failure {
    fn from(error: InitError) -> Self {
        let (status, code) = match &error {
            InitError::Source(error) => (ExitStatus::Failed, error.code()),
            InitError::NoHeader { .. } => (ExitStatus::Failed, "no-header"),
            InitError::Workbook { .. } => (ExitStatus::Failed, "is-workbook"),
            InitError::UnknownColumn { .. } => (ExitStatus::Usage, "unknown-column"),
            InitError::IsConfig { .. } => (ExitStatus::Usage, "is-config"),
            InitError::Exists { .. } => (ExitStatus::Failed, "exists"),
            InitError::Io { .. } => (ExitStatus::Failed, "output"),
        };
        Self::new(status, Message::new(code, error.to_string(), error.hint()))
    }
}
