//! Register rows: which columns a `[[register]]` maps, and where its age comes from. It reads no
//! meaning into a value.

use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{OpenTable, Row, SourceError, read_small};
use crate::config::{AgeFrom, Register};
use crate::people::cell::trim_cell;

/// Longest sidecar that is read, in bytes.
const SIDECAR_BYTES_MAX: u64 = 64 * 1024;

/// Where each mapped field of a register stands among the wanted columns.
pub struct RegisterColumns {
    wanted: Vec<String>,
    customer_id: Option<usize>,
    email: Option<usize>,
    phone: Option<usize>,
    domain: Option<usize>,
    scope: Option<usize>,
    at: Option<usize>,
    status: Option<usize>,
    permission: Option<usize>,
    auth: Option<usize>,
    age: Option<usize>,
}

impl RegisterColumns {
    /// The columns a register maps, each once.
    #[must_use]
    pub fn of(register: &Register) -> Self {
        let mut wanted: Vec<String> = Vec::new();
        let mut column = |name: Option<&str>| {
            let name = name?;
            Some(wanted.iter().position(|known| known == name).unwrap_or_else(|| {
                wanted.push(name.to_owned());
                wanted.len() - 1
            }))
        };
        let columns = &register.columns;
        let customer_id = column(columns.customer_id.as_deref());
        let email = column(columns.email.as_ref().map(|key| key.column.as_str()));
        let phone = column(columns.phone.as_ref().map(|key| key.column.as_str()));
        let domain = column(columns.domain.as_deref());
        let scope = column(columns.scope.as_deref());
        let at = column(columns.at.as_deref());
        let status = column(register.active.as_ref().map(|active| active.column.as_str()));
        let permission = column(register.permission.as_ref().map(|field| field.column.as_str()));
        let auth = column(columns.auth.as_deref());
        let age = column(match &register.age_from {
            Some(AgeFrom::Column(name)) => Some(name.as_str()),
            _ => None,
        });
        Self { wanted, customer_id, email, phone, domain, scope, at, status, permission, auth, age }
    }

    /// Names of the columns to read, each once.
    #[must_use]
    pub fn wanted(&self) -> Vec<&str> {
        self.wanted.iter().map(String::as_str).collect()
    }

    /// A row under these names.
    #[must_use]
    pub fn entry<'src>(&self, row: &Row<'src>) -> Entry<'src> {
        let cell = |column: Option<usize>| column.map(|column| trim_cell(row.cell(column)));
        Entry {
            customer_id: cell(self.customer_id),
            email: cell(self.email),
            phone: cell(self.phone),
            domain: cell(self.domain),
            scope: cell(self.scope),
            at: cell(self.at),
            status: cell(self.status),
            permission: cell(self.permission),
            auth: cell(self.auth),
            age: cell(self.age),
        }
    }
}

/// One row of a register. A field is `None` when it is not mapped. No `Debug`: it names a person.
#[derive(Clone, Copy)]
pub struct Entry<'src> {
    /// Customer id.
    pub customer_id: Option<&'src [u8]>,
    /// E-mail address, or a hash of one.
    pub email: Option<&'src [u8]>,
    /// Phone number, or a hash of one.
    pub phone: Option<&'src [u8]>,
    /// E-mail domain.
    pub domain: Option<&'src [u8]>,
    /// Scope words.
    pub scope: Option<&'src [u8]>,
    /// When it was said.
    pub at: Option<&'src [u8]>,
    /// Status.
    pub status: Option<&'src [u8]>,
    /// The cell that may make it a permission.
    pub permission: Option<&'src [u8]>,
    /// How surely it is known who spoke.
    pub auth: Option<&'src [u8]>,
    /// The cell that tells the register's age.
    pub age: Option<&'src [u8]>,
}

/// A moment in a cell: RFC 3339, or a civil date-time or date in the time zone (a date is its first
/// moment, the cautious reading of an age).
#[must_use]
pub fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    let civil = text.parse::<DateTime>().ok().or_else(|| Some(text.parse::<Date>().ok()?.at(0, 0, 0, 0)))?;
    Some(civil.to_zoned(zone.clone()).ok()?.timestamp())
}

/// What a pattern found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matched {
    /// The moment its date and time fields make.
    pub moment: Option<Timestamp>,
    /// The number of rows at `{rows}`.
    pub rows: Option<u64>,
}

/// Reads a text by a strftime-like pattern that may hold `{rows}` once.
#[must_use]
pub fn match_pattern(pattern: &str, text: &str, zone: &TimeZone) -> Option<Matched> {
    let Some((before, after)) = pattern.split_once("{rows}") else {
        return Some(Matched { moment: Some(match_moment(pattern, text, zone)?), rows: None });
    };
    // Try every run of digits in the place of `{rows}`; the rest must match as a whole.
    let digit_runs = text.match_indices(|c: char| c.is_ascii_digit()).map(|(at, _)| at);
    for start in digit_runs {
        let digits = text[start..].bytes().take_while(u8::is_ascii_digit).count();
        for end in (start + 1..=start + digits).rev() {
            let around =
                (match_moment(before, &text[..start], zone), match_moment(after, &text[end..], zone));
            let fits = (before == &text[..start] || around.0.is_some())
                && (after == &text[end..] || around.1.is_some());
            if fits {
                return Some(Matched { moment: around.0.or(around.1), rows: text[start..end].parse().ok() });
            }
        }
    }
    None
}

/// What a register's files end in, by the contract.
#[derive(Debug, Clone)]
pub struct Trailer {
    pattern: String,
    zone: TimeZone,
}

impl Trailer {
    /// A line that fits a pattern.
    #[must_use]
    pub fn new(pattern: &str, zone: &TimeZone) -> Self {
        Self { pattern: pattern.to_owned(), zone: zone.clone() }
    }

    /// The trailer of a register whose age it tells.
    #[must_use]
    pub fn of(register: &Register, zone: &TimeZone) -> Option<Self> {
        match &register.age_from {
            Some(AgeFrom::Trailer(pattern)) => Some(Self::new(pattern, zone)),
            _ => None,
        }
    }

    /// Whether a line is one.
    #[must_use]
    pub fn fits(&self, line: &[u8]) -> bool {
        let line = std::str::from_utf8(line).ok();
        line.is_some_and(|line| match_pattern(&self.pattern, line.trim(), &self.zone).is_some())
    }
}

fn match_moment(pattern: &str, text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let parsed = strtime::parse(pattern, text).ok()?;
    if let Ok(moment) = parsed.to_timestamp() {
        return Some(moment);
    }
    let date = parsed.to_date().ok()?;
    let civil = parsed.to_time().map_or_else(|_| date.at(0, 0, 0, 0), |time| date.to_datetime(time));
    Some(civil.to_zoned(zone.clone()).ok()?.timestamp())
}

/// A register's newest moment as its files tell it, and the rows a trailer promises for each file.
/// Called after the table was read to its end.
pub fn told_by_files(
    table: &OpenTable,
    age_from: Option<&AgeFrom>,
    zone: &TimeZone,
) -> Result<Told, SourceError> {
    let mut told_by_all = Told { newest: None, promised: vec![None; table.files().len()], silent: 0 };
    for (index, file) in table.files().iter().enumerate() {
        let told = match age_from {
            None | Some(AgeFrom::Column(_)) => None,
            Some(AgeFrom::Filename(pattern)) => match_pattern(pattern, &file.name, zone),
            Some(AgeFrom::Trailer(pattern)) => table
                .trailer(index)
                .and_then(|line| std::str::from_utf8(line).ok())
                .and_then(|line| match_pattern(pattern, line.trim(), zone)),
            Some(AgeFrom::Sidecar(suffix)) => {
                let mut beside = file.path.clone().into_os_string();
                beside.push(suffix);
                let bytes = read_small(beside.as_ref(), SIDECAR_BYTES_MAX)?;
                let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
                let moment = std::str::from_utf8(first).ok().and_then(|line| moment(line, zone));
                moment.map(|moment| Matched { moment: Some(moment), rows: None })
            }
            Some(AgeFrom::Mtime) => {
                let since = file.modified.duration_since(std::time::UNIX_EPOCH).ok();
                let seconds = since.and_then(|since| SignedDuration::try_from(since).ok());
                let moment = seconds.and_then(|since| Timestamp::from_duration(since).ok());
                Some(Matched { moment, rows: None })
            }
        };
        if let Some(told) = told {
            told_by_all.newest = told_by_all.newest.max(told.moment);
            told_by_all.promised[index] = told.rows;
        } else if matches!(age_from, Some(AgeFrom::Trailer(_) | AgeFrom::Sidecar(_))) {
            told_by_all.silent += 1;
        }
    }
    Ok(told_by_all)
}

/// What the files of a register tell of it beside their rows.
pub struct Told {
    /// The newest moment of any.
    pub newest: Option<Timestamp>,
    /// The number of rows that each promises.
    pub promised: Vec<Option<u64>>,
    /// Files without the trailer or the sidecar's date that each must have.
    pub silent: u64,
}

#[cfg(test)]
mod tests {
    use super::{match_pattern, moment};
    use jiff::tz::TimeZone;

    #[test]
    fn patterns_find_moments_and_row_counts() {
        let zone = TimeZone::get("Europe/Helsinki").expect("known zone");
        for (pattern, text, expected_moment, expected_rows) in [
            ("objections-%Y-%m-%d.csv", "objections-2026-11-20.csv", Some("2026-11-19T22:00:00Z"), None),
            ("o-%Y%m%dT%H%M%S.csv", "o-20261120T030000.csv", Some("2026-11-20T01:00:00Z"), None),
            ("T;%Y-%m-%d;{rows}", "T;2026-11-20;512", Some("2026-11-19T22:00:00Z"), Some(512)),
            ("EOF {rows}", "EOF 12", None, Some(12)),
            ("{rows} rows", "7 rows", None, Some(7)),
        ] {
            let told = match_pattern(pattern, text, &zone).expect(pattern);
            assert_eq!(told.moment.map(|moment| moment.to_string()).as_deref(), expected_moment, "{pattern}");
            assert_eq!(told.rows, expected_rows, "{pattern}");
        }
        for (pattern, text) in [
            ("objections-%Y-%m-%d.csv", "objections-2026-11-31.csv"),
            ("objections-%Y-%m-%d.csv", "objections.csv"),
            ("T;%Y-%m-%d;{rows}", "T;2026-11-20;"),
            ("EOF {rows}", "a@example.com"),
        ] {
            assert!(match_pattern(pattern, text, &zone).is_none(), "{pattern}");
        }
    }

    #[test]
    fn moments_are_read_as_written_or_in_the_zone() {
        let zone = TimeZone::get("Europe/Helsinki").expect("known zone");
        for (text, expected) in [
            ("2026-11-20T02:00:00Z", Some("2026-11-20T02:00:00Z")),
            ("2026-11-20T02:00:00+02:00", Some("2026-11-20T00:00:00Z")),
            ("2026-11-20 02:00:00", Some("2026-11-20T00:00:00Z")),
            ("2026-11-20", Some("2026-11-19T22:00:00Z")),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(moment(text, &zone).map(|moment| moment.to_string()).as_deref(), expected, "{text}");
        }
    }
}
