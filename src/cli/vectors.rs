//! `verho vectors`: the published known answers out, or a file of them checked. The file is anybody's:
//! what it holds is never printed, only numbers of lines, codes and digests.

use std::io::{self, Read as _};
use std::path::Path;

use serde_json::json;

use super::args;
use super::exit::ExitStatus;
use super::failure::{Failure, source_message};
use super::hash::stdin_failed;
use super::talk::{self, Message, Talk};
use crate::commands::vectors as library;
use crate::sources::read_small;

/// Largest file looked at: some hundred thousand vectors.
const FILE_MAX: u64 = 64 << 20;

pub(super) fn vectors(args: &args::Vectors, talk: Talk) -> Result<ExitStatus, Failure> {
    let Some(path) = &args.check else {
        talk::data(library::published().as_bytes())?;
        return Ok(ExitStatus::Done);
    };
    let report = library::check(&read(path)?);
    if talk.json {
        let mut line = json!(report).to_string();
        line.push('\n');
        talk::data(line.as_bytes())?;
    } else {
        talk::data(report.text().as_bytes())?;
    }
    let counts = json!({
        "passed": report.passed,
        "failed": report.failed.len(),
        "contested": report.contested.len(),
        "refused": report.refused.len(),
    });
    talk.say("vectors", &report.summary(), &counts);
    Ok(if report.is_good() { ExitStatus::Done } else { ExitStatus::Refused })
}

/// The whole file; `-` is standard input.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    if path.as_os_str() != "-" {
        return read_small(path, FILE_MAX).map_err(|error| {
            let mut message = source_message(error.to_string(), &error, None);
            if error.is_missing() {
                "name a file of vectors; paths start at the folder you are in".clone_into(&mut message.hint);
            }
            Failure::new(ExitStatus::Failed, message)
        });
    }
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(FILE_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| stdin_failed(&error))?;
    if bytes.len() as u64 > FILE_MAX {
        let what = format!("standard input has more than {FILE_MAX} bytes");
        return Err(Failure::new(ExitStatus::Failed, Message::new("stdin", what, "check it in parts")));
    }
    Ok(bytes)
}
