//! Later permissions that lift earlier objections of the same register: where the policy allows it,
//! for the same value of the same column and the same scope, given with at least the same
//! authentication. Gathered before any objection is kept, so that the order of rows changes nothing.
//! Whatever cannot be told (a date, an authentication, a scope) leaves the no standing.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::config::Register;
use crate::identifiers::WideKey;
use crate::people::PersonKey;
use crate::policy::scope::{Scope, Scopes};
use crate::sources::registers::{Entry, moment};

/// What a permission or an objection is about: one value of one column.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum About {
    /// A customer id.
    Id(PersonKey),
    /// The text of an e-mail, phone or domain cell.
    Text(Column, WideKey),
}

/// A column of texts.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Column {
    Email,
    Phone,
    Domain,
}

/// One permission.
#[derive(Debug, Clone, Copy)]
struct Permission {
    scopes: Scopes,
    at: Timestamp,
    level: usize,
}

/// The permissions of one register.
#[derive(Default)]
pub(super) struct Permissions {
    by: HashMap<About, Vec<Permission>>,
}

/// When an objection was made and how sure it is who made it, as far as a permission can be later and
/// as sure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Made {
    at: Timestamp,
    level: usize,
}

/// Whether the row is a permission and no objection.
pub(super) fn is_permission(register: &Register, entry: &Entry<'_>) -> bool {
    match (&register.permission, entry.permission) {
        (Some(field), Some(cell)) => field.values.iter().any(|value| value.as_bytes() == cell),
        _ => false,
    }
}

impl Permissions {
    /// Takes in one permission. One that does not say when, how, or what for lifts nothing.
    pub(super) fn add(
        &mut self,
        register: &Register,
        entry: &Entry<'_>,
        written: Scopes,
        about: impl Iterator<Item = About>,
        as_of: Timestamp,
        zone: &TimeZone,
    ) {
        let says_scope = entry.scope.is_none_or(|cell| !cell.is_empty());
        let scopes = written.without(Scopes::of(Scope::Unknown));
        let at = entry.at.and_then(|cell| std::str::from_utf8(cell).ok()).and_then(|text| moment(text, zone));
        let (Some(at), Some(level)) = (at.filter(|at| *at <= as_of), level(register, entry)) else { return };
        if says_scope && !scopes.is_empty() {
            for about in about {
                self.by.entry(about).or_default().push(Permission { scopes, at, level });
            }
        }
    }

    /// The scopes of an objection that still stand.
    pub(super) fn standing(&self, about: Option<About>, scopes: Scopes, made: Option<Made>) -> Scopes {
        let (Some(about), Some(made)) = (about, made) else { return scopes };
        let later = self
            .by
            .get(&about)
            .into_iter()
            .flatten()
            .filter(|permission| permission.at > made.at && permission.level >= made.level);
        later.fold(scopes, |left, permission| left.without(permission.scopes))
    }
}

/// When an objection was made, and with which authentication; `None` when either cannot be told.
pub(super) fn made(register: &Register, entry: &Entry<'_>, zone: &TimeZone) -> Option<Made> {
    let text = std::str::from_utf8(entry.at?).ok()?;
    Some(Made { at: latest(text, zone)?, level: level(register, entry)? })
}

/// The last moment a cell can mean: a date may be any moment of its day.
fn latest(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let first = moment(text, zone)?;
    if text.contains([':', 'T', 't', ' ']) {
        return Some(first);
    }
    let next = first.to_zoned(zone.clone()).date().checked_add(1.day()).ok()?;
    let next = next.to_zoned(zone.clone()).ok()?.timestamp();
    next.checked_sub(SignedDuration::from_nanos(1)).ok()
}

fn level(register: &Register, entry: &Entry<'_>) -> Option<usize> {
    let cell = entry.auth?;
    register.auth_levels.iter().position(|level| level.as_bytes() == cell)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::latest;

    #[test]
    fn a_date_is_its_whole_day_also_when_clocks_change() {
        let zone = TimeZone::get("Europe/Helsinki").expect("known zone");
        for (text, expected) in [
            ("2026-11-20", Some("2026-11-20T21:59:59.999999999Z")),
            ("2026-03-29", Some("2026-03-29T20:59:59.999999999Z")),
            ("2026-10-25", Some("2026-10-25T21:59:59.999999999Z")),
            ("2024-02-29", Some("2024-02-29T21:59:59.999999999Z")),
            ("2026-11-20T10:00:00", Some("2026-11-20T08:00:00Z")),
            ("2026-11-20 10:00:00Z", Some("2026-11-20T10:00:00Z")),
            ("20.11.2026", None),
            ("", None),
        ] {
            assert_eq!(latest(text, &zone).map(|moment| moment.to_string()).as_deref(), expected, "{text}");
        }
    }
}
