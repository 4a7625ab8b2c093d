//! `verho explain`: one identifier from standard input, and the answer for a reviewer, for the person
//! concerned, or for a machine.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Read as _};

use serde_json::json;
use zeroize::Zeroizing;

use super::answers::json_line;
use super::args;
use super::bar::Bar;
use super::clock;
use super::exit::ExitStatus;
use super::failure::Failure;
use super::hash::stdin_failed;
use super::talk::{self, Message, Talk, several};
use crate::commands::explain::{
    ExplainError, ExplainOptions, Explanation, ObjectionExplanation, PersonExplanation, PlatformExplanation,
    explain as run_explain,
};
use crate::commands::subject::subject_text;
use crate::outputs::report::Language;

/// Longest text `explain` takes: no id is nearly as long.
const TEXT_MAX: u64 = 4096;

pub(super) fn explain(args: &args::Explain, talk: Talk) -> Result<ExitStatus, Failure> {
    let text = one_text(talk, "explain")?;
    let bar = Bar::new(talk);
    let options = ExplainOptions {
        config: args.config.config.clone(),
        given: args.secrets.given(),
        as_of: args.as_of.unwrap_or_else(clock::now),
        random: clock::random(),
        text: &text,
        chain: args.chain,
        for_subject: args.for_subject,
    };
    let explanation = run_explain(&options, &|progress| bar.moved(progress))
        .map_err(|error| Failure::from(error).placed(&args.config.config))?;
    drop(bar);
    if args.for_subject {
        let language = Language::from(args.lang);
        let words = subject_text(&explanation, language).map_err(|error| {
            let hint = "ask with the customer id, which one person has";
            Failure::new(ExitStatus::Refused, Message::new("several-people", error.to_string(), hint))
        })?;
        if talk.json {
            let answer = json!({"language": language.code(), "as_of": explanation.as_of, "text": words});
            talk::data(&json_line(&answer))?;
        } else {
            talk::data(words.as_bytes())?;
        }
    } else if talk.json {
        talk::data(&json_line(&explanation))?;
    } else {
        talk::data(told(&explanation).as_bytes())?;
    }
    Ok(ExitStatus::Done)
}

impl From<ExplainError> for Failure {
    fn from(error: ExplainError) -> Self {
        let what = error.to_string();
        match error {
            ExplainError::Build(error) => error.into(),
            ExplainError::NoRootKey => {
                let hint =
                    "make one with `verho keygen --root FILE` and set [keys] root; or leave out --chain";
                Self::usage("no-root-key", what, hint)
            }
        }
    }
}

/// The one id, e-mail address or phone number on standard input.
pub(super) fn one_text(talk: Talk, command: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    if io::stdin().is_terminal() {
        talk.say("prompt", "type an id, e-mail address or phone number, then Enter and Ctrl-D:", &json!({}));
    }
    let mut text = Zeroizing::new(Vec::with_capacity(TEXT_MAX as usize + 1));
    io::stdin().lock().take(TEXT_MAX + 1).read_to_end(&mut text).map_err(|error| stdin_failed(&error))?;
    let example = format!("echo 'someone@example.com' | verho {command}");
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
    match lines {
        0 => Err(Failure::usage("no-identifier", "there is nothing on standard input", example)),
        1 if text.len() as u64 <= TEXT_MAX => Ok(text),
        _ => Err(Failure::usage(
            "several-identifiers",
            "standard input holds more than one id, e-mail address or phone number",
            format!("ask for one at a time: {example}"),
        )),
    }
}

fn told(explanation: &Explanation) -> String {
    let mut text = format!("as of {}\n", explanation.as_of);
    match explanation.people.len() {
        0 => {
            text.push_str("nobody is known by that: no row of the customer files has it\n");
            for objection in &explanation.named_by {
                let _ = writeln!(text, "  {}", objection_text(objection));
            }
            if explanation.named_by.is_empty() {
                text.push_str("  no register names it\n");
            }
            if explanation.unreadable_row {
                text.push_str("  a customer row that could not be read has it\n");
            }
        }
        1 => {}
        number => {
            let _ = writeln!(text, "{number} people are known by that");
        }
    }
    for (index, person) in explanation.people.iter().enumerate() {
        let _ = writeln!(text, "\nperson {}: {}", index + 1, several(person.rows, "row", "rows"));
        for objection in &person.objections {
            let _ = writeln!(text, "  {}", objection_text(objection));
        }
        if person.shares_with_objector {
            text.push_str("  shares an e-mail address or phone number with somebody who objected\n");
        }
        if person.unreadable_row {
            text.push_str("  a row that concerns this person could not be read\n");
        }
        chain(&mut text, person);
        for audience in &person.audiences {
            let _ = writeln!(text, "\n  {}: meets its filter: {}", audience.audience, audience.selected);
            if let Some(tag) = &audience.tag {
                let _ = writeln!(text, "    tag {tag}");
            }
            for one in &audience.platforms {
                platform(&mut text, one);
            }
        }
    }
    text
}

fn objection_text(objection: &ObjectionExplanation) -> String {
    let place = objection
        .register
        .as_ref()
        .map_or("the customer's own record".to_owned(), |name| format!("register {name}"));
    let dates = if objection.dates.is_empty() {
        String::new()
    } else {
        format!(", noted on {}", objection.dates.join(", "))
    };
    let binds = if objection.binds.is_empty() {
        "; it binds no audience".to_owned()
    } else {
        format!("; it binds {}", objection.binds.join(", "))
    };
    format!("objected in {place}, to {}{dates}{binds}", objection.scopes.join(", "))
}

/// Who shares what, as tags.
fn chain(text: &mut String, person: &PersonExplanation) {
    for link in person.chain.iter().flatten() {
        let holders = several(link.holders, "person", "people");
        let shared = if link.over_share_cap { ", more than share_cap: it carries nothing" } else { "" };
        let _ = writeln!(text, "  {} {}: held by {holders}{shared}", link.kind, link.identifier);
        for other in &link.others {
            let objected = if other.objected.is_empty() {
                "objected to nothing".to_owned()
            } else {
                format!("objected to {}", other.objected.join(", "))
            };
            let tags: Vec<String> =
                other.tags.iter().map(|tag| format!("{} {}", tag.audience, tag.tag)).collect();
            let _ = writeln!(text, "    and by {}: {objected}", tags.join(", "));
        }
    }
}

fn platform(text: &mut String, platform: &PlatformExplanation) {
    let _ = writeln!(text, "    {}: {}", platform.platform, platform.decision);
    for basis in &platform.bases {
        let reference = basis.assessment.iter().map(|one| format!(", assessment {one}"));
        let wording = basis.consent_wording.iter().map(|one| format!(", wording {one}"));
        let until = basis.valid_until.iter().map(|day| format!(", valid until {day}"));
        let rest: String = reference.chain(wording).chain(until).collect();
        let _ = writeln!(
            text,
            "      by basis {}: {}{rest}, notice {} {}",
            basis.number, basis.ground, basis.notice, basis.notice_version
        );
    }
    for rule in &platform.rules {
        let answers: Vec<&str> = rule.answers.iter().map(|answer| answer.word()).collect();
        let mut line = format!("      {:<17} {:<10}", rule.rule.word(), answers.join(", "));
        if !rule.reasons.is_empty() {
            let _ = write!(line, " {}", rule.reasons.join(", "));
        }
        if !rule.registers.is_empty() {
            let _ = write!(line, ": {}", rule.registers.join(", "));
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    for reason in &platform.reasons {
        let _ = writeln!(text, "      {}: {}", reason.code, reason.description);
    }
}
