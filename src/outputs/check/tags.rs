//! A suppression manifest, line by line: tags ascend, classes are known and in use, and the people
//! behind them add up to the manifest's reasons. It keeps a count a class.

use std::collections::BTreeMap;

use super::fault::{Fault, Rule};
use super::lines::Hashed;
use crate::manifest::suppressions::SUPPRESSIONS_HEADER;
use crate::manifest::{AudienceRecord, ReasonCount, Tag, TagSubject, Verdicts};
use crate::policy::reason::Reason;

/// A suppression manifest while its bytes pass by.
pub(super) struct Reading {
    lines: Lines,
    has_header: bool,
    fault: Option<(u64, Rule)>,
}

/// What reading a suppression manifest gave, before it is held against the manifest.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) hashed: Hashed,
    pub(super) tags: u64,
    people: Vec<u64>,
    has_header: bool,
    fault: Option<(u64, Rule)>,
}

impl Reading {
    /// Without a number of classes, whose fault is told elsewhere, classes are taken as they come.
    pub(super) fn begin(classes: Option<usize>) -> Self {
        let lines = Lines { last: None, tags: 0, people: vec![0; classes.unwrap_or(0)], classes };
        Self { lines, has_header: false, fault: None }
    }

    /// The next line; whether more are wanted.
    pub(super) fn line(&mut self, number: u64, line: &[u8]) -> bool {
        let read = if number == 1 {
            self.has_header = line == SUPPRESSIONS_HEADER.as_bytes();
            if self.has_header { Ok(()) } else { Err(Rule::Header) }
        } else {
            self.lines.line(line)
        };
        self.fault = read.err().map(|rule| (number, rule));
        self.fault.is_none()
    }

    /// After the last line.
    pub(super) fn end(self, hashed: Hashed) -> Seen {
        let Self { lines, has_header, fault } = self;
        Seen { hashed, tags: lines.tags, people: lines.people, has_header, fault }
    }
}

impl Seen {
    /// What of it is not as the manifest and the verdicts say.
    pub(super) fn faults(
        &self,
        name: &str,
        audience: &AudienceRecord,
        verdicts: Option<&Verdicts>,
    ) -> Vec<Fault> {
        if let Some((line, rule)) = self.fault {
            return vec![Fault::at(rule, name, line)];
        }
        let mut faults = Vec::new();
        if !self.has_header {
            faults.push(Fault::of(Rule::Header, name));
        }
        let record = audience.suppressions.as_ref();
        if record.is_none_or(|record| record.tags != self.tags) {
            faults.push(Fault::of(Rule::Count, name));
        }
        if self.people.contains(&0) {
            faults.push(Fault::of(Rule::UnusedClass, name));
        }
        let by_person = record.is_some_and(|record| record.tag_of == TagSubject::Person);
        if let Some(verdicts) = verdicts.filter(|_| by_person) {
            for (at, platform) in audience.platforms.iter().enumerate() {
                if counted(verdicts, &self.people, at) != platform.reasons {
                    let place = format!("audience {}, platform {}", audience.name, platform.name);
                    faults.push(Fault::of(Rule::Reasons, &place));
                }
            }
        }
        faults
    }
}

struct Lines {
    last: Option<Tag>,
    tags: u64,
    people: Vec<u64>,
    classes: Option<usize>,
}

impl Lines {
    fn line(&mut self, line: &[u8]) -> Result<(), Rule> {
        let line = line.strip_suffix(b"\n").ok_or(Rule::Tag)?;
        let (tag, class) = line.split_at_checked(32).ok_or(Rule::Tag)?;
        let tag = Tag::from_hex(tag).ok_or(Rule::Tag)?;
        let class = class.strip_prefix(b",").and_then(number).ok_or(Rule::Tag)?;
        if self.classes.is_some() {
            *self.people.get_mut(class).ok_or(Rule::Tag)? += 1;
        }
        if self.last.is_some_and(|last| last >= tag) {
            return Err(Rule::TagOrder);
        }
        self.last = Some(tag);
        self.tags += 1;
        Ok(())
    }
}

/// Digits without a sign or a leading zero.
fn number(digits: &[u8]) -> Option<usize> {
    let plain = (1..=10).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_digit)
        && (digits.len() == 1 || digits[0] != b'0');
    plain.then(|| digits.iter().fold(0, |number, digit| number * 10 + usize::from(digit - b'0')))
}

/// What the manifest must say of a platform's reasons, from the people in each class.
fn counted(verdicts: &Verdicts, people: &[u64], platform: usize) -> Vec<ReasonCount> {
    let mut counts: BTreeMap<Reason, ReasonCount> = BTreeMap::new();
    for (class, people) in verdicts.classes().iter().zip(people) {
        for verdict in class.iter().filter(|verdict| usize::from(verdict.platform) == platform) {
            let alone = verdict.reasons.iter().count() == 1;
            for reason in verdict.reasons.iter() {
                let count = counts.entry(reason).or_insert_with(|| ReasonCount {
                    code: reason.code().to_owned(),
                    primary: 0,
                    holds: 0,
                    alone: 0,
                });
                count.holds += people;
                count.primary += if verdict.reasons.primary() == Some(reason) { *people } else { 0 };
                count.alone += if alone { *people } else { 0 };
            }
        }
    }
    counts.into_values().collect()
}
