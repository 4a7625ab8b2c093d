//! Reads `[[waiver]]`: a lawful breach of a register's contract (a purge, a merger), let through by
//! name, for a few days, once. What could hide an objection that cannot be read is not in the list,
//! and neither is anything about a person: no waiver lifts an objection or stands in for a basis.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;

use super::load::Loading;
use super::table::Item;

/// The longest a waiver runs, in days after its date.
const DAYS_MAX: i32 = 7;
/// The longest reason or name, in characters.
const WORDS_MAX: usize = 300;

/// `[[waiver]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// The register.
    pub register: String,
    /// The breach that is let through.
    pub code: Waivable,
    /// Why it is lawful.
    pub reason: String,
    /// Who answers for it.
    pub by: String,
    /// First day on which it holds.
    pub date: Date,
    /// Last day on which it holds.
    pub valid_until: Date,
}

/// A breach that a waiver can let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Waivable {
    /// Lost more rows than `max_shrink`.
    Shrunken,
    /// The same content under a newer moment.
    Unchanged,
    /// Fewer rows than `min_rows`.
    TooFewRows,
    /// No rows.
    Empty,
}

impl Waivable {
    /// Every one, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Shrunken, Self::Unchanged, Self::TooFewRows, Self::Empty];

    /// The breach's code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Shrunken => "register-shrunken",
            Self::Unchanged => "register-unchanged",
            Self::TooFewRows => "register-too-few-rows",
            Self::Empty => "register-empty",
        }
    }
}

impl Waiver {
    /// What a release records of it: register, code and date. One waiver of a kind a day, so that
    /// new words for the same day are no new waiver.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}/{}/{}", self.register, self.code.code(), self.date)
    }

    /// Whether it holds on a day.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        (self.date..=self.valid_until).contains(&day)
    }
}

/// Text that a terminal can show in one line.
pub(super) fn words_of(item: Item<'_>) -> Option<String> {
    let text = item.text()?;
    if text.chars().count() > WORDS_MAX || text.chars().any(char::is_control) {
        let message =
            format!("{} is longer than {WORDS_MAX} characters, or has more than one line", item.key);
        item.fault("not-allowed", message, "it is printed with every run it holds for: keep it short");
        return None;
    }
    Some(text.to_owned())
}

/// Reads one waiver; registers must already be read. `known` holds the ids so far.
pub(super) fn waiver(
    loading: &Loading<'_>,
    item: Item<'_>,
    known: &mut BTreeMap<String, Range<usize>>,
) -> Option<Waiver> {
    let table = item.table("[[waiver]]")?;
    let register = table.need("register", "name the register it is for").and_then(|item| {
        let name = item.text()?;
        match loading.has_register(name) {
            Ok(()) => Some(name.to_owned()),
            Err(names) => {
                item.fault(
                    "unknown-register",
                    "no [[register]] has this name",
                    format!("the registers are {names}"),
                );
                None
            }
        }
    });
    let words = Waivable::ALL.map(|code| (code.code(), code));
    let code = table
        .need("code", "code = \"register-shrunken\": the breach that is let through")
        .and_then(|item| item.word(&words));
    let reason = table.need("reason", "say why the breach is lawful").and_then(words_of);
    let by = table.need("by", "name who answers for it").and_then(words_of);
    let date = table.need("date", "the first day on which it holds: date = 2026-11-21");
    let date = date.and_then(|item| item.date());
    let until = table.need("valid_until", "the last day on which it holds, at most seven days after date");
    let valid_until = until.and_then(|item| {
        let (until, date) = (item.date()?, date?);
        let days = until.since(date).map_or(i32::MAX, |span| span.get_days());
        if (0..=DAYS_MAX).contains(&days) {
            return Some(until);
        }
        item.fault(
            "out-of-range",
            "valid_until is not within seven days after date",
            "a waiver is for one event: write a new one when the next comes",
        );
        None
    });
    table.finish();
    let waiver = Waiver {
        register: register?,
        code: code?,
        reason: reason?,
        by: by?,
        date: date?,
        valid_until: valid_until?,
    };
    if known.insert(waiver.id(), item.span()).is_some() {
        item.fault(
            "duplicate",
            "another waiver has the same register, code and date",
            "drop one of them: each holds once, and they would be the same one",
        );
        return None;
    }
    Some(waiver)
}
