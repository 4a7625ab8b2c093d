//! What only the operator knows: `verho init` writes it as a text that begins with `DECIDE:`, and a
//! config that still holds such a text is refused, each in its line. It must not know what the key means.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::table::{Reading, shown};

/// How an undecided text begins. What follows says what is to be decided.
pub const UNDECIDED: &str = "DECIDE:";

/// Notes every text that is not decided yet.
pub(super) fn undecided(reading: &Reading, table: &DeTable<'_>) {
    for (key, value) in table {
        look(reading, key.get_ref(), value);
    }
}

fn look(reading: &Reading, key: &str, value: &Spanned<DeValue<'_>>) {
    match value.get_ref() {
        DeValue::String(text) => {
            if let Some(question) = text.trim_start().strip_prefix(UNDECIDED) {
                let question = question.trim();
                let hint = if question.is_empty() { "write a value in its place" } else { question };
                let message = format!("{} is not decided yet", shown(key));
                reading.fault(&value.span(), "undecided", message, hint);
            }
        }
        DeValue::Array(items) => items.iter().for_each(|item| look(reading, key, item)),
        DeValue::Table(table) => undecided(reading, table),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
    }
}
