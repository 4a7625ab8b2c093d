//! `verho history`: the releases as a table for people, or as JSON.

use std::fmt::Write as _;

use super::answers::json_line;
use super::args;
use super::clock;
use super::exit::ExitStatus;
use super::failure::Failure;
use super::table::Grid;
use super::talk::{self, Message, Talk, count, several};
use crate::commands::history::{
    History, HistoryError, PlatformHistory, ReleaseHistory, SignatureState, history as run_history,
};
use crate::config::Config;
use crate::manifest::{Outcome, UploadKind};

pub(super) fn history(args: &args::History, talk: Talk) -> Result<ExitStatus, Failure> {
    let folder = match &args.releases {
        Some(folder) => folder.clone(),
        None => Config::load(&args.config.config)?.output.dir,
    };
    let history = run_history(&folder, clock::now())?;
    if talk.json {
        talk::data(&json_line(&history))?;
    } else {
        talk::data(text(&history).as_bytes())?;
    }
    for other in history.others.iter().filter(|other| other.what == "damaged") {
        talk.warn(&Message::new(
            "damaged-release",
            format!("the release {} cannot be read", other.name),
            "run verho verify on it; until it is mended or moved away, the next build refuses",
        ));
    }
    Ok(ExitStatus::Done)
}

impl From<HistoryError> for Failure {
    fn from(error: HistoryError) -> Self {
        let code = match error {
            HistoryError::NoFolder { .. } => "not-a-folder",
            HistoryError::IsRelease { .. } => "is-a-release",
            HistoryError::Release(_) => "release",
        };
        Self::new(ExitStatus::Failed, Message::new(code, error.to_string(), error.hint()))
    }
}

fn text(history: &History) -> String {
    let mut grid = Grid::new(
        &[
            "RELEASE", "AUDIENCE", "PLATFORM", "PEOPLE", "MEMBERS", "FULL", "ADD", "REMOVE", "OWED",
            "SIGNED", "",
        ],
        &[3, 4, 5, 6, 7, 8],
    );
    for release in &history.releases {
        let mut head = Some(release);
        for audience in &release.audiences {
            let mut name = audience.audience.as_str();
            for platform in &audience.platforms {
                let first = head.take();
                let mut notes = first.map(|release| notes(release, history)).unwrap_or_default();
                if audience.withheld {
                    notes.push("withheld".to_owned());
                }
                grid.row([
                    first.map(|release| release.folder.clone()).unwrap_or_default(),
                    name.to_owned(),
                    platform.platform.clone(),
                    count(platform.people),
                    count(platform.members),
                    rows(platform, UploadKind::Full),
                    rows(platform, UploadKind::Add),
                    rows(platform, UploadKind::Remove),
                    platform.owed.map_or("–".to_owned(), count),
                    first.map(|release| signed(release.signature).to_owned()).unwrap_or_default(),
                    notes.join(", "),
                ]);
                name = "";
            }
        }
    }
    let mut text = if history.releases.is_empty() { "no releases\n".to_owned() } else { grid.text() };
    for other in &history.others {
        let _ = writeln!(
            text,
            "{}: {}",
            other.name,
            match other.what {
                "damaged" => "a release that cannot be read",
                _ => "no release",
            }
        );
    }
    text
}

/// Rows of a kind of file: a dash where there is no file, and a mark where it was purged.
fn rows(platform: &PlatformHistory, kind: UploadKind) -> String {
    let rows = match kind {
        UploadKind::Full => platform.full_rows,
        UploadKind::Add => platform.add_rows,
        UploadKind::Remove => platform.remove_rows,
    };
    let purged = if platform.purged.contains(&kind) { " purged" } else { "" };
    rows.map_or("–".to_owned(), |rows| format!("{}{purged}", count(rows)))
}

const fn signed(state: SignatureState) -> &'static str {
    match state {
        SignatureState::Fits => "yes",
        SignatureState::Wrong => "WRONG",
        SignatureState::Missing => "MISSING",
        SignatureState::None => "no",
    }
}

fn notes(release: &ReleaseHistory, history: &History) -> Vec<String> {
    let mut notes = Vec::new();
    if history.latest.as_ref() == Some(&release.folder) {
        notes.push("latest".to_owned());
    }
    if release.replay {
        notes.push("replay".to_owned());
    }
    if release.outcome == Outcome::RemovalsOnly {
        notes.push("removals only".to_owned());
    }
    if release.folder != release.name {
        notes.push(format!("a copy of {}", release.name));
    }
    let purged = &release.purged;
    if purged.files > 0 {
        let receipts = several(purged.receipts, "receipt", "receipts");
        notes.push(format!("{} purged by {receipts}", several(purged.files, "file", "files")));
    }
    if !purged.faults.is_empty() {
        notes.push("A RECEIPT IS NOT VALID".to_owned());
    }
    if purged.unfinished {
        notes.push("a purge is not finished".to_owned());
    }
    notes
}
