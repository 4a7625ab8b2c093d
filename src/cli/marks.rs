//! `verho uploaded` and `verho receipt`: what was recorded, for people or machines.

use serde_json::json;

use super::args;
use super::clock;
use super::exit::ExitStatus;
use super::failure::Failure;
use super::talk::{self, Message, Talk, count, several};
use crate::commands::marks::{MarkError, MarkOptions};
use crate::commands::receipt::{ReceiptOptions, receipt as run_receipt};
use crate::commands::uploaded::{UploadedCell, uploaded as run_uploaded};
use crate::state::Receipt;

pub(super) fn uploaded(args: &args::Uploaded, talk: Talk) -> Result<ExitStatus, Failure> {
    let recorded = run_uploaded(&MarkOptions {
        config: args.config.config.clone(),
        given: args.secrets.given(),
        release: args.release.clone(),
        platform: args.platform.clone(),
        audience: args.audience.clone(),
        now: clock::now(),
        random: clock::random(),
    })?;
    for cell in &recorded.cells {
        account(cell, talk);
    }
    if talk.json {
        let cells: Vec<_> = recorded
            .cells
            .iter()
            .map(|cell| {
                json!({
                    "audience": cell.audience,
                    "platform": cell.platform,
                    "live": cell.live,
                    "added": cell.added,
                    "removed": cell.removed,
                    "owed": cell.owed,
                    "known_before": cell.is_known,
                })
            })
            .collect();
        let answer = json!({"release": recorded.release, "cells": cells});
        talk::data(format!("{answer}\n").as_bytes())?;
    }
    Ok(ExitStatus::Done)
}

fn account(cell: &UploadedCell, talk: Talk) {
    let place = format!("{} on {}", cell.audience, cell.platform);
    let text = if cell.is_known {
        format!("{place}: was marked before; {} live", several(cell.live, "identifier is", "identifiers are"))
    } else {
        format!(
            "{place}: {} live, {} new and {} taken out",
            several(cell.live, "identifier is", "identifiers are"),
            count(cell.added),
            count(cell.removed)
        )
    };
    talk.say(
        "uploaded",
        &text,
        &json!({"audience": cell.audience, "platform": cell.platform, "live": cell.live}),
    );
    if let Some(after) = &cell.after {
        talk.warn(&Message::new(
            "uploaded-out-of-order",
            format!("{place}: release {after} is newer, and was marked before this one"),
            "build again today and upload that: it takes out whom this one has put back",
        ));
    }
    if cell.owed > 0 {
        let text = format!("{place}: {} for a receipt", several(cell.owed, "removal waits", "removals wait"));
        talk.say(
            "owed",
            &text,
            &json!({"audience": cell.audience, "platform": cell.platform, "owed": cell.owed}),
        );
    }
}

pub(super) fn receipt(args: &args::Receipt, talk: Talk) -> Result<ExitStatus, Failure> {
    let recorded = run_receipt(&ReceiptOptions {
        mark: MarkOptions {
            config: args.config.config.clone(),
            given: args.secrets.given(),
            release: args.release.clone(),
            platform: Some(args.platform.clone()),
            audience: Some(args.audience.clone()),
            now: clock::now(),
            random: clock::random(),
        },
        file: args.file.clone(),
    })?;
    for receipt in &recorded.receipts {
        account_receipt(receipt, talk);
    }
    let text = if recorded.acknowledged {
        "the removals of this release are done".to_owned()
    } else {
        format!(
            "{} in the next remove file",
            several(recorded.owed, "removal is owed and stands", "removals are owed and stand")
        )
    };
    talk.say("acknowledged", &text, &json!({"acknowledged": recorded.acknowledged, "owed": recorded.owed}));
    if recorded.sends_again {
        let text = "the rows that were added are sent again by the next release";
        talk.say("sent-again", text, &json!({"sends_again": true}));
    }
    if talk.json {
        let answer = json!({
            "release": recorded.release,
            "receipts": recorded.receipts,
            "acknowledged": recorded.acknowledged,
            "owed": recorded.owed,
            "sends_again": recorded.sends_again,
        });
        talk::data(format!("{answer}\n").as_bytes())?;
    }
    Ok(ExitStatus::Done)
}

fn account_receipt(receipt: &Receipt, talk: Talk) {
    let text = format!(
        "{}: {} in the file; {} taken, {} unreadable, {} refused",
        receipt.kind,
        several(receipt.rows, "row", "rows"),
        count(receipt.received),
        count(receipt.invalid),
        count(receipt.refused)
    );
    talk.say("receipt", &text, &json!(receipt));
    if receipt.unexplained > 0 {
        talk.warn(&Message::new(
            "rows-unexplained",
            format!(
                "{}: {} not accounted for",
                receipt.kind,
                several(receipt.unexplained, "row is", "rows are")
            ),
            "ask the platform, or upload the file again and record the new answer",
        ));
    }
    if receipt.sent != receipt.rows {
        talk.warn(&Message::new(
            "rows-not-sent",
            format!(
                "{}: {} sent, and the file has {}",
                receipt.kind,
                count(receipt.sent),
                count(receipt.rows)
            ),
            "upload the whole file, and record the new answer",
        ));
    }
}

impl From<MarkError> for Failure {
    fn from(error: MarkError) -> Self {
        let (what, code, hint) = (error.to_string(), error.code(), error.hint());
        let status = match error {
            MarkError::Config(faults) => return faults.into(),
            MarkError::RootKey(_) | MarkError::NoState | MarkError::NoPlatform | MarkError::Receipt(_) => {
                ExitStatus::Usage
            }
            MarkError::State(error) if error.is_io() => ExitStatus::Failed,
            MarkError::State(_)
            | MarkError::Unknown { .. }
            | MarkError::Replay { .. }
            | MarkError::NoFiles { .. }
            | MarkError::NotUploaded { .. } => ExitStatus::Refused,
            MarkError::Release(_) | MarkError::NotARelease { .. } => ExitStatus::Failed,
            MarkError::NoAudience { .. } => ExitStatus::Usage,
        };
        Self::new(status, Message::new(code, what, hint))
    }
}
