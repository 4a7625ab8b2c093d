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
    #[error("the receipt {place} is not understood: {fault}", place = shown_place(place))]
    Shape {
        /// Where.
        place: PathBuf,
        /// What is wrong with it.
        fault: Fault,
    },
}

/// What is wrong with a receipt, in our words: what stands in it may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not text, or too long.
    #[error("it is no short text")]
    NoText,
    /// Nothing is in it.
    #[error("it holds no counts")]
    Empty,
    /// It cannot be read as what it looks like.
    #[error("it is not {0}")]
    Syntax(&'static str),
    /// A key, or a column, that a receipt does not have.
    #[error("it has a key other than kind, sent, received, invalid and refused")]
    UnknownKey,
    /// A word that is no kind of file.
    #[error("kind is not \"remove\", \"add\" or \"full\"")]
    Kind,
    /// A count that has to be there.
    #[error("it has no {0}")]
    Missing(&'static str),
    /// Something that is no count.
    #[error("{0} is not a whole number")]
    NoCount(&'static str),
    /// The same kind twice, or counts whose kind is not said beside others.
    #[error("it tells of a kind twice, or of counts without their kind")]
    Twice,
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
    let answers = text.ok_or(Fault::NoText).and_then(answers);
    answers.map_err(|fault| ReceiptError::Shape { place: place.to_owned(), fault })
}

fn answers(text: &str) -> Result<Vec<Answer>, Fault> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let answers = if text.starts_with('{') {
        from_table(&serde_json::from_str::<Map<String, Value>>(text).map_err(|_| Fault::Syntax("JSON"))?)?
    } else if text.contains('=') {
        from_table(&toml::from_str::<Map<String, Value>>(text).map_err(|_| Fault::Syntax("TOML"))?)?
    } else {
        from_csv(text)?
    };
    if answers.is_empty() {
        return Err(Fault::Empty);
    }
    let mut kinds: Vec<_> = answers.iter().map(|answer| answer.kind).collect();
    kinds.sort_unstable();
    let is_once = kinds.windows(2).all(|pair| pair[0] != pair[1]) && !(kinds.len() > 1 && kinds[0].is_none());
    if is_once { Ok(answers) } else { Err(Fault::Twice) }
}

fn kind(word: &str) -> Result<UploadKind, Fault> {
    let kinds = [UploadKind::Full, UploadKind::Add, UploadKind::Remove];
    kinds.into_iter().find(|kind| kind.word() == word).ok_or(Fault::Kind)
}

/// One answer, or a table of them by kind.
fn from_table(table: &Map<String, Value>) -> Result<Vec<Answer>, Fault> {
    if table.is_empty() {
        return Err(Fault::Empty);
    }
    if table.values().any(Value::is_object) {
        let section = |(word, value): (&String, &Value)| {
            let kind = kind(word)?;
            let answer = answer(value.as_object().ok_or(Fault::Twice)?)?;
            if answer.kind.is_some() { Err(Fault::Twice) } else { Ok(Answer { kind: Some(kind), ..answer }) }
        };
        return table.iter().map(section).collect();
    }
    Ok(vec![answer(table)?])
}

fn answer(table: &Map<String, Value>) -> Result<Answer, Fault> {
    let is_known = |key: &String| ["kind", "sent", "received", "invalid", "refused"].contains(&key.as_str());
    if !table.keys().all(is_known) {
        return Err(Fault::UnknownKey);
    }
    let kind = table.get("kind").map(|word| kind(word.as_str().ok_or(Fault::Kind)?)).transpose()?;
    let said =
        |key: &'static str| table.get(key).map(|count| count.as_u64().ok_or(Fault::NoCount(key))).transpose();
    let count = |key: &'static str| said(key)?.ok_or(Fault::Missing(key));
    Ok(Answer {
        kind,
        sent: said("sent")?,
        received: count("received")?,
        invalid: count("invalid")?,
        refused: count("refused")?,
    })
}

fn from_csv(text: &str) -> Result<Vec<Answer>, Fault> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let header: Vec<&str> = lines.next().ok_or(Fault::Empty)?.split(',').map(str::trim).collect();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        if cells.len() != header.len() {
            return Err(Fault::Syntax("CSV with as many cells as columns"));
        }
        let mut table = Map::new();
        for (column, cell) in header.iter().zip(cells) {
            // What is no number stays a text, which no count is.
            let value = match cell.parse::<u64>() {
                Ok(count) if *column != "kind" => Value::from(count),
                _ => Value::from(cell),
            };
            if table.insert((*column).to_owned(), value).is_some() {
                return Err(Fault::Twice);
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
            let mut found = answers(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
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
            assert!(answers(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_and_nothing_of_it_repeated() {
        for (text, said) in [
            ("", "it holds no counts"),
            ("{}", "it holds no counts"),
            ("{\"received\": 1", "it is not JSON"),
            ("received = ", "it is not TOML"),
            ("received = 1\ninvalid = 0", "it has no refused"),
            ("received = -1\ninvalid = 0\nrefused = 0", "received is not a whole number"),
            ("received = 1\ninvalid = 0\nrefused = 0\nsent = \"all\"", "sent is not a whole number"),
            ("recieved = 1\ninvalid = 0\nrefused = 0", "it has a key other than kind, sent, received"),
            ("kind = \"removed\"\nreceived = 1\ninvalid = 0\nrefused = 0", "kind is not \"remove\""),
            ("[removed]\nreceived = 1\ninvalid = 0\nrefused = 0", "kind is not \"remove\""),
            ("kind,received,invalid,refused\nremove,x,0,0", "received is not a whole number"),
            ("kind,received,invalid,refused\nremove,0,0", "as many cells as columns"),
            ("received,invalid,refused\n1,0,0\n1,0,0", "tells of a kind twice"),
            ("someone@example.com", "it holds no counts"),
        ] {
            let fault = answers(text).expect_err(text).to_string();
            assert!(fault.contains(said), "{text}: {fault}");
            assert!(!fault.contains("recieved") && !fault.contains("example"), "{fault}");
        }
    }
}
