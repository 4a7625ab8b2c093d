//! `verho purge --due`: what was deleted, and what was left although it is due.

use std::fmt::Write as _;

use super::answers::json_line;
use super::args;
use super::clock;
use super::exit::ExitStatus;
use super::failure::Failure;
use super::talk::{self, Message, Talk, several};
use crate::commands::purge::{
    Left, PurgeOptions, PurgeReport, PurgeRunError, ReleasePurge, purge as run_purge,
};

pub(super) fn purge(args: &args::Purge, talk: Talk) -> Result<ExitStatus, Failure> {
    let options = PurgeOptions {
        config: args.config.config.clone(),
        given: args.secrets.given(),
        now: clock::now(),
        dry_run: args.dry_run,
        random: clock::random(),
    };
    let report = run_purge(&options)?;
    if talk.json {
        talk::data(&json_line(&report))?;
    } else {
        talk::data(text(&report).as_bytes())?;
    }
    if !report.unread.is_empty() {
        talk.warn(&Message::new(
            "damaged-release",
            format!("not touched, since it cannot be read as a release: {}", report.unread.join(", ")),
            "run verho verify on it; what is due in it stays until it is mended or deleted by hand",
        ));
    }
    if report.is_overdue() || (!report.unread.is_empty() && !report.dry_run) {
        talk.warn(&Message::new(
            "purge-left-files",
            "something past its date may be left: a file that is not the manifest's, or a release that cannot be read",
            "look at it, and delete it by hand if it is what it seems to be",
        ));
        return Ok(ExitStatus::Overdue);
    }
    Ok(ExitStatus::Done)
}

impl From<PurgeRunError> for Failure {
    fn from(error: PurgeRunError) -> Self {
        let what = error.to_string();
        match error {
            PurgeRunError::Config(faults) => faults.into(),
            PurgeRunError::SigningKey(error) => Self::usage("signing-key", what, error.hint()),
            PurgeRunError::RootKey(error) => Self::usage("root-key", what, error.hint()),
            PurgeRunError::State(error) => super::failure::state_failure(&error),
            PurgeRunError::Release(error) => {
                Self::new(ExitStatus::Failed, Message::new("release", what, error.hint()))
            }
            PurgeRunError::Output(error) => {
                let locked = matches!(error, crate::outputs::OutputError::Locked { .. });
                let (status, code) =
                    if locked { (ExitStatus::Refused, "locked") } else { (ExitStatus::Failed, "output") };
                Self::new(status, Message::new(code, what, error.hint()))
            }
            PurgeRunError::Purge(error) => {
                Self::new(ExitStatus::Failed, Message::new("purge", what, error.hint()))
            }
        }
    }
}

fn text(report: &PurgeReport) -> String {
    let mut text = String::new();
    let verb = if report.dry_run { "would delete" } else { "deleted" };
    for release in &report.releases {
        release_text(&mut text, release, verb);
    }
    if report.releases.iter().all(|release| release.files.is_empty()) {
        text.push_str("nothing to delete\n");
    }
    text
}

fn release_text(text: &mut String, release: &ReleasePurge, verb: &str) {
    let files = several(release.files.len() as u64, "file", "files");
    let _ = writeln!(text, "{}: {verb} {files} past their date", release.release);
    for file in &release.files {
        let due = file.due.map(|due| format!(", due {due}")).unwrap_or_default();
        let _ = writeln!(text, "  {}{due}", file.name);
    }
    if release.finished_earlier {
        text.push_str("  a purge that was interrupted before was finished\n");
    }
    for left in &release.left {
        let why = match left.why {
            Left::Newest => "left: it is of the newest release",
            Left::Outstanding => "left: its release is not acknowledged yet",
            Left::Changed => "LEFT: it is not the file that the manifest names",
        };
        let _ = writeln!(text, "  {}: {why}", left.name);
    }
}
