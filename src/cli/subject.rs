//! `verho subject`: whoever is meant comes on standard input; what is printed is numbers, days and, for
//! the person, sentences.

use std::fmt::Write as _;

use jiff::civil::Date;
use serde_json::json;

use super::answers::json_line;
use super::args::{AskedFor, Lang, Subject, SubjectCommand};
use super::bar::Bar;
use super::clock;
use super::exit::ExitStatus;
use super::explain::one_text;
use super::failure::{Failure, state_failure};
use super::talk::{self, Message, Talk, several};
use crate::commands::access::{AccessError, AccessOptions, access as run_access};
use crate::commands::requests::{
    RequestError, RequestOptions, RequestTold, close, erase as run_erase, note as run_note,
    requests as run_requests,
};
use crate::outputs::report::Language;
use crate::state::RequestKind;

pub(super) fn subject(args: &Subject, talk: Talk) -> Result<ExitStatus, Failure> {
    let options = RequestOptions {
        config: args.config().file.config.clone(),
        now: clock::now(),
        random: clock::random(),
        given: args.config().secrets.given(),
    };
    match &args.what {
        SubjectCommand::Access { lang, .. } => access(&options, *lang, talk),
        SubjectCommand::Erase { received, .. } => erase(&options, *received, talk),
        SubjectCommand::Note { kind, received, .. } => note(&options, *kind, *received, talk),
        SubjectCommand::Requests { all, done, .. } => match done {
            Some(number) => mark(&options, *number, talk),
            None => requests(&options, *all, talk),
        },
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        let (what, hint) = (error.to_string(), error.hint());
        match error {
            RequestError::Build(error) => error.into(),
            RequestError::State(error) => state_failure(&error),
            RequestError::NoState => Self::usage("no-state", what, hint),
            RequestError::ReceivedLater => Self::usage("received-later", what, hint),
            RequestError::Blank => Self::usage("no-identifier", what, hint),
        }
    }
}

impl From<AccessError> for Failure {
    fn from(error: AccessError) -> Self {
        let what = error.to_string();
        match error {
            AccessError::Explain(error) => error.into(),
            AccessError::Request(error) => error.into(),
            AccessError::State(error) => state_failure(&error),
            AccessError::SeveralPeople(_) => {
                let hint = "ask with the customer id, which one person has";
                Self::new(ExitStatus::Refused, Message::new("several-people", what, hint))
            }
        }
    }
}

fn access(options: &RequestOptions, lang: Lang, talk: Talk) -> Result<ExitStatus, Failure> {
    let text = one_text(talk, "subject access")?;
    let bar = Bar::new(talk);
    let language = Language::from(lang);
    let access = AccessOptions { asked: options, text: &text, language };
    let answer = run_access(&access, &|progress| bar.moved(progress))?;
    drop(bar);
    if talk.json {
        talk::data(&json_line(&answer))?;
    } else {
        talk::data(answer.text.as_bytes())?;
    }
    if answer.requests_done > 0 {
        let requests = several(answer.requests_done, "open request", "open requests");
        talk.say(
            "requests-done",
            &format!("{requests} marked as answered"),
            &json!({"requests": answer.requests_done}),
        );
    }
    Ok(ExitStatus::Done)
}

fn erase(options: &RequestOptions, received: Option<Date>, talk: Talk) -> Result<ExitStatus, Failure> {
    let text = one_text(talk, "subject erase")?;
    let bar = Bar::new(talk);
    let erased = run_erase(options, received, &text, &|progress| bar.moved(progress))?;
    drop(bar);
    if talk.json {
        talk::data(&json_line(&erased))?;
    } else {
        let text = format!(
            "request {}: kept out for good; {} of the customer base, {} on the store\nto be done by {}: the next build removes them, and the platforms must acknowledge it\n",
            erased.request.number,
            several(erased.people, "person", "people"),
            several(erased.identifiers, "identifier", "identifiers"),
            erased.request.due,
        );
        talk::data(text.as_bytes())?;
    }
    if let Some(why) = &erased.not_looked {
        talk.warn(&Message::new(
            "customers-not-looked-at",
            format!("the customer base could not be looked at: {why}"),
            "what was given is on the store; run it again once the inputs are whole, for their other identifiers",
        ));
    }
    talk.say(
        "next",
        "next: erase them in the customer base as well; tell them when it is done: verho subject requests --done NUMBER",
        &json!({}),
    );
    // It has to be run again, and whoever goes by the exit code has to notice.
    Ok(if erased.not_looked.is_some() { ExitStatus::Overdue } else { ExitStatus::Done })
}

fn note(
    options: &RequestOptions,
    kind: AskedFor,
    received: Option<Date>,
    talk: Talk,
) -> Result<ExitStatus, Failure> {
    let (command, kind) = match kind {
        AskedFor::Access => ("subject note --kind access", RequestKind::Access),
        AskedFor::Erase => ("subject note --kind erase", RequestKind::Erase),
    };
    let text = one_text(talk, command)?;
    let told = run_note(options, kind, received, &text)?;
    tell(&told, talk)?;
    Ok(ExitStatus::Done)
}

fn mark(options: &RequestOptions, number: u32, talk: Talk) -> Result<ExitStatus, Failure> {
    match close(options, number)? {
        Some(told) => {
            tell(&told, talk)?;
            Ok(ExitStatus::Done)
        }
        None => Err(Failure::usage(
            "no-such-request",
            "there is no request of that number",
            "verho subject requests --all lists them",
        )),
    }
}

fn tell(told: &RequestTold, talk: Talk) -> Result<(), Failure> {
    if talk.json {
        talk::data(&json_line(told))?;
    } else {
        talk::data(line(told).as_bytes())?;
    }
    Ok(())
}

fn requests(options: &RequestOptions, all: bool, talk: Talk) -> Result<ExitStatus, Failure> {
    let told = run_requests(options, all)?;
    if talk.json {
        talk::data(&json_line(&told))?;
    } else {
        let text =
            if told.is_empty() { "no open request\n".to_owned() } else { told.iter().map(line).collect() };
        talk::data(text.as_bytes())?;
    }
    let overdue = told.iter().filter(|request| request.overdue).count() as u64;
    if overdue == 0 {
        return Ok(ExitStatus::Done);
    }
    talk.warn(&Message::new(
        "requests-overdue",
        format!("{} past the last day for an answer", several(overdue, "request is", "requests are")),
        "answer them today, and say why it is late (GDPR Art. 12(3))",
    ));
    Ok(ExitStatus::Overdue)
}

fn line(told: &RequestTold) -> String {
    let mut line = format!("{} {}: received {}, due {}", told.number, told.kind, told.received, told.due);
    if told.overdue {
        line.push_str(", OVERDUE");
    }
    if let Some(done) = told.done {
        let _ = write!(line, ", done {done}");
    }
    line.push('\n');
    line
}
