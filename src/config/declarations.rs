//! Reads `not_identity_codes` of `[[source]]`: the word of somebody named that a column's eleven or
//! twelve digits are no Swedish or Estonian personal identity codes, though one in some hundred passes
//! their check by chance. Finnish codes cannot pass by chance and are looked for all the same.

use jiff::civil::Date;

use super::table::Item;
use super::waivers::words_of;

/// The longest a declaration runs, in days after its date.
const DAYS_MAX: i32 = 366;

/// One entry of `not_identity_codes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotIdentityCodes {
    /// The column.
    pub column: String,
    /// What its digits are.
    pub reason: String,
    /// Who answers for it.
    pub by: String,
    /// First day on which it holds.
    pub date: Date,
    /// Last day on which it holds.
    pub valid_until: Date,
}

impl NotIdentityCodes {
    /// Whether it holds on a day.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        (self.date..=self.valid_until).contains(&day)
    }
}

/// Reads the list.
pub(super) fn not_identity_codes(item: Item<'_>) -> Option<Vec<NotIdentityCodes>> {
    let mut declared: Vec<NotIdentityCodes> = Vec::new();
    let mut sound = true;
    for item in item.list()? {
        match declaration(&item) {
            Some(entry) if declared.iter().any(|known| known.column == entry.column) => {
                sound = false;
                item.fault("duplicate", "this column is declared twice", "drop one of them");
            }
            Some(entry) => declared.push(entry),
            None => sound = false,
        }
    }
    sound.then_some(declared)
}

fn declaration(item: &Item<'_>) -> Option<NotIdentityCodes> {
    let table = item.table("not_identity_codes")?;
    let column = table.need("column", "name the column").and_then(|item| item.string());
    let reason = table.need("reason", "say what its digits are").and_then(words_of);
    let by = table.need("by", "name who answers for it").and_then(words_of);
    let date = table.need("date", "the first day on which it holds: date = 2026-11-21");
    let date = date.and_then(|item| item.date());
    let until = table.need("valid_until", "the last day on which it holds, at most a year after date");
    let valid_until = until.and_then(|item| {
        let (until, date) = (item.date()?, date?);
        let days = (until - date).get_days();
        if (0..=DAYS_MAX).contains(&days) {
            return Some(until);
        }
        item.fault(
            "out-of-range",
            "valid_until is not within a year after date",
            "look at the column once a year: what it holds may change",
        );
        None
    });
    table.finish();
    Some(NotIdentityCodes {
        column: column?,
        reason: reason?,
        by: by?,
        date: date?,
        valid_until: valid_until?,
    })
}
