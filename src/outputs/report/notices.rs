//! What to look at: what is overdue, guards that stopped additions, then warnings, each with where it
//! holds and what to do. Where is read off the rest of the manifest; a page for sharing does not tell it,
//! since it would say of a single register or audience that something small is not none.

use super::Writer;
use super::audiences::title;
use super::html::Cell;
use super::words as say;
use crate::config::ERASURES;
use crate::manifest::{CodeCount, RegisterRecord};

/// Most places named of one notice; of the others their number is told.
const PLACES_MAX: usize = 3;

impl<'m> Writer<'m> {
    /// Guards that stopped additions, then warnings, those that weigh most first.
    pub(super) fn warnings(&mut self) {
        let record = self.record;
        let in_order = |notices: &'m [CodeCount]| {
            let mut notices: Vec<&CodeCount> = notices.iter().collect();
            notices.sort_by_key(|notice| say::weight(&notice.code));
            notices
        };
        // A removal that was promised and not made weighs more than anything else.
        let kinds = [
            (&say::OVERDUE, self.overdue()),
            (&say::GUARD, record.release.refusals.as_slice()),
            (&say::WARNING, record.warnings.as_slice()),
        ];
        let rows: Vec<Vec<Cell>> = kinds
            .into_iter()
            .flat_map(|(kind, notices)| in_order(notices).into_iter().map(move |notice| (kind, notice)))
            .map(|(kind, notice)| self.notice(kind, notice))
            .collect();
        if rows.is_empty() {
            return self.paragraph(&say::NO_WARNINGS);
        }
        let headings = [&say::WHAT, &say::WHAT_TO_DO, &say::COUNT].map(|said| self.say(said));
        self.page.table(("w", 0), self.language.say(&say::WARNINGS_TABLE), &headings, &rows);
    }

    /// What was promised and not done in time, by code.
    pub(super) fn overdue(&self) -> &'m [CodeCount] {
        self.record.state.as_ref().map(|state| state.overdue.as_slice()).unwrap_or_default()
    }

    fn notice(&self, kind: &say::Said, notice: &CodeCount) -> Vec<Cell> {
        let (name, hint) = self.language.notice(&notice.code).unwrap_or((&notice.code, ""));
        let places = if self.is_public() { Vec::new() } else { self.places(&notice.code) };
        // Below what to do, and not beside it: a page on a phone has no room for another column.
        let to_do = if places.is_empty() {
            Cell::Text(hint.to_owned())
        } else {
            Cell::TextOf(hint.to_owned(), self.language.fill(&say::WHERE, &[&few(&places)]))
        };
        vec![
            Cell::HeadOf(name.to_owned(), format!("{}: {}", self.say(kind), notice.code)),
            to_do,
            Cell::Number(self.count(notice.count)),
        ]
    }

    /// The names of what a notice is about, as far as the manifest tells.
    fn places(&self, code: &str) -> Vec<String> {
        let record = self.record;
        let registers = |holds: &dyn Fn(&RegisterRecord) -> bool| {
            record.registers.iter().filter(|register| holds(register)).map(|one| one.name.clone()).collect()
        };
        let platforms = || {
            record
                .audiences
                .iter()
                .flat_map(|audience| audience.platforms.iter().map(move |platform| (audience, platform)))
        };
        match code {
            "audience-withheld" | "all-withheld" => {
                record.audiences.iter().filter(|one| one.withheld).map(|one| one.name.clone()).collect()
            }
            "under-platform-minimum" => platforms()
                .filter(|(_, platform)| platform.under_platform_minimum.is_some())
                .map(|(audience, platform)| format!("{} ({})", audience.name, title(platform)))
                .collect(),
            "identifiers-over-columns" => platforms()
                .filter(|(_, platform)| platform.identifiers_dropped > 0)
                .map(|(audience, platform)| format!("{} ({})", audience.name, title(platform)))
                .collect(),
            "recipient-undeclared" => {
                let is_declared = |name: &str| record.recipients.iter().any(|one| one.platform == name);
                let mut names: Vec<String> = platforms()
                    .filter(|(_, platform)| !is_declared(&platform.name))
                    .map(|(_, platform)| title(platform))
                    .collect();
                names.sort_unstable();
                names.dedup();
                names
            }
            "rows-unreadable" | "too-many-unreadable-rows" => record
                .sources
                .iter()
                .filter(|source| source.unreadable.iter().any(|code| code.count > 0))
                .map(|source| source.name.clone())
                .collect(),
            "identifiers-over-share-cap" => {
                let kinds = record.shared_identifiers.iter().filter(|kind| kind.count > 0);
                kinds.map(|kind| self.language.word(&kind.code).to_owned()).collect()
            }
            // An age that is read and held against nothing is not checked either.
            "register-age-unchecked" => {
                registers(&|register| register.max_age_seconds.is_none() && register.name != ERASURES)
            }
            "register-unknown-scope" => registers(&|register| register.unknown_scope > 0),
            "hash-matched-narrowly" => registers(&|register| register.matched_narrowly > 0),
            _ => registers(&|register| register.broken.iter().any(|broken| broken.code == code)),
        }
    }
}

/// The first names, and how many more there are.
fn few(names: &[String]) -> String {
    let more = names.len().saturating_sub(PLACES_MAX);
    let text = names[..names.len() - more].join(", ");
    if more > 0 { format!("{text} +{more}") } else { text }
}
