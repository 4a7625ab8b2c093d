//! `verho vectors`: known answers for every platform, ours to read and anyone's to be checked.
//!
//! [`published`] is the set this program ships: invented people, one JSON object a line. [`check`] runs
//! such a file through the parsers. Promises: a line that fails is named by its number and a code and
//! never by its value; a line that is not understood fails, so that nothing passes unread. It opens no
//! file and prints nothing: `cli` does.

mod record;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use self::record::{Check, Expected, Vector};
use crate::identifiers::{
    AnyForm, Digest, NormaliseMode, PhoneForm, Plaintext, Reject, Scratch, normalise_form,
};
use crate::platforms::{Encoding, Platform};

/// The published set, as JSON Lines: platform, kind, form, input, region, what is expected (`sha256` in
/// hex, `digest` as the platform writes it, or `code`), how it is checked, source and note.
#[must_use]
pub const fn published() -> &'static str {
    include_str!("vectors/published.jsonl")
}

/// What became of a file of vectors.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Lines that answered as expected.
    pub passed: u64,
    /// Lines that did not, or could not be read.
    pub failed: Vec<Finding>,
    /// Lines whose sources disagree, with our answer.
    pub contested: Vec<Finding>,
    /// Lines that expect a hash to be passed through, which this program refuses on purpose.
    pub refused: Vec<Finding>,
}

/// One line that needs a word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its number, from 1.
    pub line: u64,
    /// What is to be said of it: a stable code.
    pub code: &'static str,
    /// Our answer: the digest as the platform writes it, or the reject code. Not for lines that failed
    /// with a digest: what a wrong digest is good for is guessing at the value.
    pub answer: Option<String>,
}

impl Report {
    /// Whether nothing failed.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.failed.is_empty()
    }

    /// What stands on standard output: the lines that need a word, in order of their numbers.
    #[must_use]
    pub fn text(&self) -> String {
        let mut findings: Vec<&Finding> =
            self.failed.iter().chain(&self.contested).chain(&self.refused).collect();
        findings.sort_by_key(|finding| finding.line);
        let mut text = String::new();
        for Finding { line, code, answer } in findings {
            let _ = match answer {
                Some(answer) => writeln!(text, "line {line}: {code}: {answer}"),
                None => writeln!(text, "line {line}: {code}"),
            };
        }
        text
    }

    /// One line of counts for a reader.
    #[must_use]
    pub fn summary(&self) -> String {
        format!(
            "{} passed, {} failed, {} contested, {} already hashed and refused on purpose",
            self.passed,
            self.failed.len(),
            self.contested.len(),
            self.refused.len()
        )
    }
}

/// Checks a file of vectors: blank lines are passed over, every other line must be a vector.
#[must_use]
pub fn check(file: &[u8]) -> Report {
    let mut report = Report::default();
    let mut scratch = Scratch::new();
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    for (number, line) in (1..).zip(file.split(|byte| *byte == b'\n')) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let finding = |code, answer| Finding { line: number, code, answer };
        match Vector::read(line).and_then(|vector| outcome(&vector, &mut scratch)) {
            Ok(Outcome::Passed) => report.passed += 1,
            Ok(Outcome::Contested(code, answer)) => report.contested.push(finding(code, Some(answer))),
            Ok(Outcome::Refused) => {
                report
                    .refused
                    .push(finding("refused-on-purpose", Some(Reject::LooksHashed.code().to_owned())));
            }
            Ok(Outcome::Rejected(code, reject)) => {
                report.failed.push(finding(code, Some(reject.code().to_owned())));
            }
            Err(code) => report.failed.push(finding(code, None)),
        }
    }
    report
}

/// What one vector came to.
enum Outcome {
    Passed,
    /// The sources disagree: whether ours is the file's answer, and ours.
    Contested(&'static str, String),
    /// A hash that the vector wants passed through.
    Refused,
    /// Turned away where that was not, or not so, expected.
    Rejected(&'static str, Reject),
}

fn outcome(vector: &Vector, scratch: &mut Scratch) -> Result<Outcome, &'static str> {
    let mode = match vector.check {
        Check::Form => NormaliseMode::Form,
        Check::Full | Check::Contested => NormaliseMode::Full,
    };
    let mut ask = |form| normalise_form(form, mode, Plaintext::new(&vector.input), vector.region, scratch);
    let answer = ask(vector.form);
    if vector.check == Check::Contested {
        let agrees = agrees(&vector.expected, answer);
        let code = if agrees { "contested-and-ours" } else { "contested-ours-differs" };
        return Ok(Outcome::Contested(code, written(answer, vector.platform)));
    }
    match (&vector.expected, answer) {
        (_, answer) if agrees(&vector.expected, answer) => Ok(Outcome::Passed),
        (Expected::Passthrough, Err(Reject::LooksHashed)) => Ok(Outcome::Refused),
        (Expected::Digest(wanted), Ok(ours)) => match also_documented(vector) {
            // Its page also documents the other form: ours is named, and it is no fault.
            Some(form) if ask(form) == Ok(*wanted) => {
                Ok(Outcome::Contested("contested-ours-differs", written(Ok(ours), vector.platform)))
            }
            _ => Err("wrong-digest"),
        },
        (Expected::Passthrough, Ok(_)) => Err("wrong-digest"),
        (Expected::Digest(_) | Expected::Passthrough, Err(reject)) => {
            Ok(Outcome::Rejected("unexpected-reject", reject))
        }
        (Expected::Invalid | Expected::Reject(_), Ok(_)) => Err("unexpected-digest"),
        (Expected::Invalid | Expected::Reject(_), Err(reject)) => Ok(Outcome::Rejected("wrong-code", reject)),
    }
}

fn agrees(expected: &Expected, answer: Result<Digest, Reject>) -> bool {
    match (expected, answer) {
        (Expected::Digest(wanted), Ok(ours)) => *wanted == ours,
        (Expected::Invalid, Err(_)) => true,
        (Expected::Reject(wanted), Err(reject)) => *wanted == reject,
        (Expected::Digest(_) | Expected::Passthrough | Expected::Invalid | Expected::Reject(_), _) => false,
    }
}

/// The second form that a platform's own page documents beside the one we write: TikTok's page of
/// September 2025 recommends the plus, also takes digits alone, and prints the hash of the latter
/// (checked 2026-11-21).
fn also_documented(vector: &Vector) -> Option<AnyForm> {
    let tiktok = vector.platform.is_some_and(|platform| platform.name == "tiktok");
    (tiktok && vector.form == AnyForm::Phone(PhoneForm::E164)).then_some(AnyForm::Phone(PhoneForm::Digits))
}

/// A digest as the platform writes it, or the code.
fn written(answer: Result<Digest, Reject>, platform: Option<&Platform>) -> String {
    match (answer, platform.map_or(Encoding::LowerHex, |platform| platform.encoding)) {
        (Ok(digest), Encoding::LowerHex) => const_hex::encode(digest.as_bytes()),
        (Ok(digest), Encoding::Base64) => STANDARD.encode(digest.as_bytes()),
        (Err(reject), _) => reject.code().to_owned(),
    }
}
