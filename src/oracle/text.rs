//! Small readings of text that several rules share: trimming, days, moments, hashes.
//!
//! It must not know rows or rules.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use sha2::{Digest as _, Sha256};

use crate::config::HashAlgorithm;

/// White space of all Unicode, and the marks without width that spreadsheets and web pages leave.
pub(super) fn is_edge(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{feff}' | '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}')
}

/// Without white space at the edges.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(is_edge)
}

/// A cell without what surrounds its text: edges, spreadsheet wrapping, quotes around the whole, marks
/// that show nothing; full-width letters in ASCII. `None` when nothing is left.
pub(super) fn opened(cell: &str) -> Option<String> {
    let edge = |letter: char| is_edge(letter) || letter.is_control() || is_invisible(letter);
    let text = cell.trim_matches(edge);
    if text.len() > 2_000 {
        return None;
    }
    let text = text.strip_prefix('=').filter(|rest| rest.starts_with('"')).unwrap_or(text);
    let quotes = [('"', '"'), ('\'', '\''), ('“', '”'), ('„', '“'), ('”', '”'), ('‘', '’'), ('«', '»')];
    let inner = quotes.into_iter().find_map(|(open, close)| {
        let inner = text.strip_prefix(open)?.strip_suffix(close)?;
        (!inner.contains([open, close])).then_some(inner)
    });
    let text = inner.unwrap_or_else(|| text.trim_start_matches(['\'', '’'])).trim_matches(edge);
    let mut plain = String::new();
    let mut after_ascii = false;
    for letter in text.chars() {
        let joins = matches!(letter, '\u{200c}' | '\u{200d}');
        if is_invisible(letter) || (joins && after_ascii) {
            continue;
        }
        let letter = narrow(letter);
        after_ascii = letter.is_ascii();
        plain.push(letter);
    }
    (!plain.is_empty()).then_some(plain)
}

/// A text whose signs can be told apart: full-width ones in ASCII, and none that show nothing.
pub(super) fn signs(text: &str) -> String {
    text.chars().filter(|letter| !is_invisible(*letter)).map(narrow).collect()
}

fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        '\u{fe6b}' => '@',
        '\u{3002}' | '\u{ff61}' => '.',
        other => other,
    }
}

/// Whether nothing of a text can be seen.
pub(super) fn shows_nothing(text: &str) -> bool {
    text.chars().all(|letter| is_edge(letter) || letter.is_control() || is_invisible(letter))
}

fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

/// Whether a text is a hash already, in hex or Base64.
pub(super) fn is_hash(text: &str) -> bool {
    let hex = text.strip_prefix("0x").unwrap_or(text);
    let is_hex =
        [32, 40, 64, 96, 128].contains(&hex.len()) && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_base64 = text.len() == 44
        && text.strip_suffix('=').is_some_and(|body| {
            body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte))
        });
    is_hex || is_base64
}

/// Trimmed and in lower case: how values that do not parse are compared.
pub(super) fn folded(text: &str) -> String {
    trim(text).to_lowercase()
}

/// Lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// SHA-256 in lower-case hex.
pub(super) fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// The hash of a text in lower-case hex.
pub(super) fn hash(algorithm: HashAlgorithm, text: &str) -> String {
    match algorithm {
        HashAlgorithm::Sha256 => sha256(text),
        HashAlgorithm::Sha1 => hex(&<sha1::Sha1 as sha1::Digest>::digest(text.as_bytes())),
        HashAlgorithm::Md5 => hex(&<md5::Md5 as md5::Digest>::digest(text.as_bytes())),
    }
}

/// A cell that is a hash: its digits in lower case. The digest of nothing names nobody.
pub(super) fn read_hash(algorithm: HashAlgorithm, cell: &str) -> Option<String> {
    let digits = folded(cell);
    let length = match algorithm {
        HashAlgorithm::Sha256 => 64,
        HashAlgorithm::Sha1 => 40,
        HashAlgorithm::Md5 => 32,
    };
    let is_hex = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hex && digits != hash(algorithm, "")).then_some(digits)
}

/// An ISO 8601 day, alone or at the start of a date-time.
pub(super) fn iso_day(text: &str) -> Option<Date> {
    let (day, rest) = (text.get(..10)?, text.get(10..)?);
    if !(rest.is_empty() || rest.starts_with(['T', 't', ' '])) {
        return None;
    }
    let shape = day
        .bytes()
        .enumerate()
        .all(|(place, byte)| if matches!(place, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    if !shape {
        return None;
    }
    let year = day.get(..4)?.parse().ok()?;
    Date::new(year, day.get(5..7)?.parse().ok()?, day.get(8..)?.parse().ok()?).ok()
}

/// A birth date by the formats of the config.
pub(super) fn day(cell: &str, formats: &[String]) -> Option<Date> {
    let cell = trim(cell);
    let default = formats.is_empty() || formats.iter().all(|format| format == "%Y-%m-%d");
    if default {
        return iso_day(cell);
    }
    formats.iter().find_map(|format| Date::strptime(format, cell).ok())
}

/// A moment in any of the usual forms; a day is its beginning in the zone.
pub(super) fn moment(cell: &str, zone: &TimeZone) -> Option<Timestamp> {
    let cell = trim(cell);
    if let Ok(moment) = cell.parse::<Timestamp>() {
        return Some(moment);
    }
    if let Ok(local) = cell.parse::<DateTime>() {
        return local.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp());
    }
    iso_day(cell)?.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp())
}

/// A moment by a strftime-like pattern that fits the whole text.
pub(super) fn moment_by(pattern: &str, text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let parts = BrokenDownTime::parse(pattern, text).ok()?;
    if let Ok(moment) = parts.to_timestamp() {
        return Some(moment);
    }
    if let Ok(local) = parts.to_datetime() {
        return local.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp());
    }
    parts.to_date().ok()?.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp())
}
