//! `verho objections`: the feed for the controller. What is printed is its place, and counts.

use super::answers::json_line;
use super::args::{Objections, ObjectionsCommand};
use super::clock;
use super::exit::ExitStatus;
use super::failure::Failure;
use super::talk::{self, Message, Talk, several};
use crate::commands::export::{ExportError, export as run_export};
use crate::commands::requests::RequestOptions;
use crate::outputs::receipts::PurgeError;

pub(super) fn objections(args: &Objections, talk: Talk) -> Result<ExitStatus, Failure> {
    let ObjectionsCommand::Export { config } = &args.what;
    let exported = run_export(&RequestOptions {
        config: config.file.config.clone(),
        now: clock::now(),
        random: clock::random(),
        given: config.secrets.given(),
    })?;
    if talk.json {
        talk::data(&json_line(&exported))?;
    } else if let Some(place) = &exported.feed {
        talk::data(format!("{place}\n").as_bytes())?;
    }
    let fields = serde_json::json!({
        "requests": exported.requests, "erasures": exported.erasures, "receipts": exported.receipts
    });
    if exported.feed.is_none() {
        talk.say("nothing-new", "nothing was recorded since the last feed", &fields);
        return Ok(ExitStatus::Done);
    }
    let text = format!(
        "{}, {}, {}; next: hand the file to the controller",
        several(exported.requests, "request", "requests"),
        several(exported.erasures, "erasure", "erasures"),
        several(exported.receipts, "receipt", "receipts"),
    );
    talk.say("exported", &text, &fields);
    Ok(ExitStatus::Done)
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        let (what, hint) = (error.to_string(), error.hint());
        match error {
            ExportError::Request(error) => error.into(),
            ExportError::NoRecipient => Self::usage("no-recipient", what, hint),
            ExportError::Key(_) | ExportError::Output(PurgeError::Key(_)) => {
                Self::usage("signing-key", what, hint)
            }
            ExportError::Output(_) | ExportError::Encrypt(_) => {
                Self::new(ExitStatus::Failed, Message::new("output", what, hint))
            }
        }
    }
}
