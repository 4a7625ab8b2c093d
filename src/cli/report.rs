//! `verho report`: the page on standard output or in a new file.

use serde_json::json;

use super::args::{self, Lang};
use super::exit::ExitStatus;
use super::failure::Failure;
use super::talk::{self, Message, Talk};
use crate::commands::report::{ReportError, report as run_report, write};
use crate::outputs::report::{Language, ReportOptions};

pub(super) fn report(args: &args::Report, talk: Talk) -> Result<ExitStatus, Failure> {
    let language = match args.lang {
        Lang::En => Language::English,
        Lang::Fi => Language::Finnish,
        Lang::Sv => Language::Swedish,
    };
    let made = run_report(&args.release, ReportOptions { language, public: args.public })?;
    if let Some(place) = &args.out {
        write(place, &made.page)?;
    }
    let place = args.out.as_ref().map(|place| place.display().to_string());
    if talk.json {
        let mut answer = json!({"release": made.release, "bytes": made.page.len()});
        match place {
            Some(place) => answer["out"] = place.into(),
            None => answer["page"] = made.page.into(),
        }
        talk::data(format!("{answer}\n").as_bytes())?;
    } else {
        talk::data(place.map_or(made.page, |place| format!("{place}\n")).as_bytes())?;
    }
    Ok(ExitStatus::Done)
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        let code = match &error {
            ReportError::NotARelease { .. } => "not-a-release",
            ReportError::Release(_) => "release",
            ReportError::Exists { .. } => "exists",
            ReportError::Io { .. } => "output",
        };
        Self::new(ExitStatus::Failed, Message::new(code, error.to_string(), error.hint()))
    }
}
