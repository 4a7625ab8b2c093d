//! One list of objections as a `[[register]]`. Whatever is not understood stays an objection: which
//! status lifts one is always asked. It must not know other tables.

use std::fmt::Write as _;

use super::Guessed;
use super::columns::{Column, Shapes, Table};
use super::source::{encoding_line, hashed};
use super::toml_text::{counted, decide, in_comment, listed, quoted, share};
use super::words::{Meaning, meaning};

/// The text of the register, and what was made of each column.
pub(super) fn register(name: &str, path: &str, file: &str, table: &Table) -> (String, Vec<Guessed>) {
    let mut text = format!(
        "# {}.\n[[register]]\nname = {}\npath = {}\n",
        counted(table.rows, "row", "rows"),
        quoted(name),
        quoted(path)
    );
    text.push_str(encoding_line(table.encoding));
    let guesses: Vec<(&Column, Option<&'static str>)> =
        table.columns.iter().map(|column| (column, key_of(column))).collect();
    if table.has_header {
        columns(&mut text, table, &guesses);
    } else {
        bare(&mut text, table);
    }
    text.push_str(
        "scope = [\"off_platform_targeting\"]         # what an objection is about where no column says it\n",
    );
    contract(&mut text, file);
    let told = guesses.iter().map(|(column, guess)| Guessed {
        table: name.to_owned(),
        column: in_comment(&column.name),
        filled: column.filled,
        distinct: column.distinct(),
        guess: *guess,
    });
    (text, told.collect())
}

/// The register's key for a column.
fn key_of(column: &Column) -> Option<&'static str> {
    if column.mostly(|shapes| shapes.email, 50) {
        return Some("email");
    }
    let by_shape = if column.mostly(|shapes| shapes.phone, 50) { Some("phone") } else { None };
    match meaning(&column.name) {
        Some(Meaning::Email) => Some("email"),
        Some(Meaning::Phone) => Some("phone"),
        Some(Meaning::CustomerId) => Some("customer_id"),
        Some(Meaning::Domain) => Some("domain"),
        Some(Meaning::Scope) => Some("scope"),
        Some(Meaning::Moment) if column.mostly(Shapes::date, 50) => Some("at"),
        Some(Meaning::Auth) => Some("auth"),
        Some(Meaning::Relationship | Meaning::Objection | Meaning::Permission)
            if column.mostly(Shapes::date, 50) =>
        {
            Some("at")
        }
        Some(Meaning::Relationship | Meaning::Objection | Meaning::Permission) => Some("status"),
        _ if by_shape.is_some() => by_shape,
        _ => None,
    }
}

fn columns(text: &mut String, table: &Table, guesses: &[(&Column, Option<&'static str>)]) {
    let mut entries = Vec::new();
    let mut unused = Vec::new();
    let mut status = None;
    for (column, guess) in guesses {
        match guess {
            Some("status") if status.is_none() => status = Some(*column),
            Some(key) if *key != "status" && !entries.iter().any(|(known, _)| known == key) => {
                let value = match hashed(column).filter(|_| matches!(*key, "email" | "phone")) {
                    Some(hashed) => format!("{{ column = {}{hashed} }}", quoted(&column.name)),
                    None => quoted(&column.name),
                };
                entries.push((*key, value));
            }
            _ => unused.push(column.name.as_str()),
        }
    }
    let names = entries.iter().any(|(key, _)| matches!(*key, "customer_id" | "email" | "phone" | "domain"));
    if !names {
        entries
            .insert(0, ("email", decide("the column that says whom: email, phone, customer_id or domain")));
    }
    if !unused.is_empty() {
        let _ = writeln!(text, "# Not mapped, and so never read: {}.", listed(unused));
        text.push_str(
            "# If one of these names people too, give it a [[register]] of its own over the same file.\n",
        );
    }
    let entries: Vec<String> = entries.into_iter().map(|(key, value)| format!("{key} = {value}")).collect();
    let _ = writeln!(text, "columns = {{ {} }}", entries.join(", "));
    if let Some(column) = status {
        let blank = share(table.rows.saturating_sub(column.filled), table.rows);
        match column.values() {
            Some(values) => {
                let values = values.iter().map(|(value, count)| format!("{} {count}", quoted(value)));
                let _ = writeln!(
                    text,
                    "# {}: {}.",
                    in_comment(&column.name),
                    values.collect::<Vec<_>>().join(", ")
                );
            }
            None => {
                let _ = writeln!(text, "# {}: blank in {blank} of rows.", in_comment(&column.name));
            }
        }
        let question = "the values that lift an objection; every other, also a blank, leaves it standing. Without such values drop this line";
        let _ = writeln!(
            text,
            "active = {{ column = {}, lifted = [{}] }}",
            quoted(&column.name),
            decide(question)
        );
    }
}

fn bare(text: &mut String, table: &Table) {
    text.push_str("# The first line looks like a value: a bare list, one value a line.\n");
    let Some(column) = table.columns.first() else { return };
    let key = if column.mostly(|shapes| shapes.email, 50) {
        "\"email\"".to_owned()
    } else if column.mostly(|shapes| shapes.phone, 50) {
        "\"phone\"".to_owned()
    } else if let Some(hashed) = hashed(column) {
        format!("{{ field = {}{hashed} }}", decide("email or phone: which of them was hashed"))
    } else if column.mostly(|shapes| shapes.domain, 50) {
        "\"domain\"".to_owned()
    } else {
        decide("email, phone, customer_id or domain")
    };
    let _ = writeln!(text, "key = {key}");
}

/// How a stale list is noticed: an offer, since only the operator knows how often it comes.
fn contract(text: &mut String, file: &str) {
    text.push_str("# How a stale or cut list is noticed; without these lines it is not:\n");
    match dated(file) {
        Some(pattern) => {
            let _ = writeln!(text, "# age_from = {{ filename = {} }}", quoted(&pattern));
        }
        None => text.push_str(
            "# age_from = { filename = \"objections-%Y-%m-%d.csv\" }   # or column, trailer, sidecar\n",
        ),
    }
    text.push_str("# max_age = \"36h\"\n# max_shrink = \"2%\"\n");
}

/// A file name with its date as a pattern.
fn dated(file: &str) -> Option<String> {
    let bytes = file.as_bytes();
    let is_date = |at: usize| {
        bytes.get(at..at + 10).is_some_and(|part| {
            part.iter().enumerate().all(|(place, byte)| match place {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            })
        })
    };
    let at = (0..bytes.len()).find(|at| is_date(*at))?;
    let (before, after) = (file.get(..at)?, file.get(at + 10..)?);
    let escaped = |part: &str| part.replace('%', "%%");
    Some(format!("{}%Y-%m-%d{}", escaped(before), escaped(after)))
}
