//! What a platform answered to an upload, read from a small file that somebody wrote down: counts by
//! kind of file, as TOML, JSON or CSV. Whatever else stands there is refused, and never repeated.

#![expect(clippy::disallowed_methods, reason = "receipts are read here")]

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::config::shown::shown_place;
use crate::manifest::UploadKind;

/// The largest receipt.
const SIZE_MAX: u64 = 64 << 10;

/// Counts about one kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// About which; `None` when it does not say.
    pub kind: Option<UploadKind>,
    /// Rows that were sent, when it says.
    pub sent: Option<u64>,
    /// Rows the platform took.
    pub received: u64,
    /// Rows it could not read.
    pub invalid: u64,
    /// Rows it refused.
    pub refused: u64,
}

/// Why a receipt cannot be used. Never tells what stands in it.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// It cannot be read.
    #[error("the receipt {place} cannot be read: {kind}", place = shown_place(place))]
    Unreadable {
        /// Where.
        place: PathBuf,
        /// Why.
        kind: io::ErrorKind,
    },
    /// It is no receipt.
    #[error("the receipt {place} is not understood", place = shown_place(place))]
    Shape {
        /// Where.
        place: PathBuf,
    },
}

impl ReceiptError {
    /// What to do, as one sentence.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "check the path, and that you may read it",
            Self::Shape { .. } => {
                "write counts only, such as: kind = \"remove\", sent = 12, received = 12, invalid = 0, refused = 0; see docs/live-state.md"
            }
        }
    }
}

/// Reads a receipt: one answer or several, each about a kind of file.
pub fn read_receipt(place: &Path) -> Result<Vec<Answer>, ReceiptError> {
    let unreadable =
        |error: io::Error| ReceiptError::Unreadable { place: place.to_owned(), kind: error.kind() };
    let mut bytes = Vec::new();
    File::open(place).and_then(|file| file.take(SIZE_MAX + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    let text = std::str::from_utf8(&bytes).ok().filter(|text| text.len() as u64 <= SIZE_MAX);
    text.and_then(answers).ok_or_else(|| ReceiptError::Shape { place: place.to_owned() })
}

fn answers(text: &str) -> Option<Vec<Answer>> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let answers = if text.starts_with('{') {
        from_table(&serde_json::from_str::<Map<String, Value>>(text).ok()?)?
    } else if text.contains('=') {
        from_table(&toml::from_str::<Map<String, Value>>(text).ok()?)?
    } else {
        from_csv(text)?
    };
    let mut kinds: Vec<_> = answers.iter().map(|answer| answer.kind).collect();
    kinds.sort_unstable();
    let is_once = kinds.windows(2).all(|pair| pair[0] != pair[1]) && !(kinds.len() > 1 && kinds[0].is_none());
    (is_once && !answers.is_empty()).then_some(answers)
}

fn kind(word: &str) -> Option<UploadKind> {
    [UploadKind::Full, UploadKind::Add, UploadKind::Remove].into_iter().find(|kind| kind.word() == word)
}

/// One answer, or a table of them by kind.
fn from_table(table: &Map<String, Value>) -> Option<Vec<Answer>> {
    if table.values().any(Value::is_object) {
        let section = |(word, value): (&String, &Value)| {
            let answer = answer(value.as_object()?)?;
            if answer.kind.is_some() { None } else { Some(Answer { kind: Some(kind(word)?), ..answer }) }
        };
        return table.iter().map(section).collect();
    }
    Some(vec![answer(table)?])
}

fn answer(table: &Map<String, Value>) -> Option<Answer> {
    let is_known = |key: &String| ["kind", "sent", "received", "invalid", "refused"].contains(&key.as_str());
    if !table.keys().all(is_known) {
        return None;
    }
    let said = match table.get("kind") {
        None => None,
        Some(word) => Some(kind(word.as_str()?)?),
    };
    let sent = match table.get("sent") {
        None => None,
        Some(count) => Some(count.as_u64()?),
    };
    let count = |key: &str| table.get(key)?.as_u64();
    Some(Answer {
        kind: said,
        sent,
        received: count("received")?,
        invalid: count("invalid")?,
        refused: count("refused")?,
    })
}

fn from_csv(text: &str) -> Option<Vec<Answer>> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let header: Vec<&str> = lines.next()?.split(',').map(str::trim).collect();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        if cells.len() != header.len() {
            return None;
        }
        let mut table = Map::new();
        for (column, cell) in header.iter().zip(cells) {
            let value =
                if *column == "kind" { Value::from(cell) } else { Value::from(cell.parse::<u64>().ok()?) };
            if table.insert((*column).to_owned(), value).is_some() {
                return None;
            }
        }
        answer(&table)
    };
    lines.map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: Answer =
        Answer { kind: Some(UploadKind::Remove), sent: Some(3), received: 2, invalid: 1, refused: 0 };

    #[test]
    fn counts_are_read_from_toml_json_and_csv() {
        let add = Answer { kind: Some(UploadKind::Add), sent: None, received: 9, invalid: 0, refused: 4 };
        for (text, expect) in [
            ("kind = \"remove\"\nsent = 3\nreceived = 2\ninvalid = 1\nrefused = 0\n", vec![ANSWER]),
            ("{\"kind\":\"remove\",\"sent\":3,\"received\":2,\"invalid\":1,\"refused\":0}", vec![ANSWER]),
            ("kind,sent,received,invalid,refused\nremove,3,2,1,0\n", vec![ANSWER]),
            (
                "[remove]\nsent = 3\nreceived = 2\ninvalid = 1\nrefused = 0\n[add]\nreceived = 9\ninvalid = 0\nrefused = 4",
                vec![add, ANSWER],
            ),
            ("received = 9\ninvalid = 0\nrefused = 4", vec![Answer { kind: None, ..add }]),
        ] {
            let mut found = answers(text).expect(text);
            found.sort_by_key(|answer| answer.kind);
            assert_eq!(found, expect, "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "{}",
            "received = 1",
            "received = -1\ninvalid = 0\nrefused = 0",
            "received = 1\ninvalid = 0\nrefused = 0\nemail = \"someone@example.com\"",
            "kind = \"all\"\nreceived = 1\ninvalid = 0\nrefused = 0",
            "kind,received,invalid,refused\nremove,1,0,0\nremove,1,0,0",
            "received,invalid,refused\n1,0,0\n1,0,0",
            "received,invalid,refused\n1,0",
            "[remove]\nreceived = 1\ninvalid = 0\nrefused = 0\nkind = \"add\"",
            "someone@example.com",
        ] {
            assert_eq!(answers(text), None, "{text}");
        }
    }
}
