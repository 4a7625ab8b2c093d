//! Names that somebody else chose, as a message may show them: files and folders that were found, columns
//! of a header, the paths that lead there. Nothing in them can steer a terminal, fill a screen or repeat
//! what may be somebody's identifier. It cannot tell a person's name from a word.

use std::path::Path;

use super::concealed::concealed;

/// The most letters of one name that are shown.
pub(crate) const NAME_LETTERS_MAX: usize = 256;
/// What stands in the place of a name that may be an identifier.
const NOT_SHOWN: &str = "(not shown: looks like a value)";

/// A name that was found: made harmless and short, and not shown at all when it has an `@` or as many
/// digits as a number, unless it is the moment by which a release is named.
#[must_use]
pub fn shown_name(name: &str) -> String {
    let digits = name.chars().filter(|c| c.is_numeric()).count();
    let is_value = name.contains(['@', '＠', '﹫']) || digits >= 5;
    if is_value && !is_moment(name) { NOT_SHOWN.into() } else { harmless(name) }
}

/// A path, folder by folder made harmless and short, with stars for what may be somebody's address or
/// number. What the operator chose stays readable, dates too.
#[must_use]
pub fn shown_place(path: &Path) -> String {
    let text = path.to_string_lossy();
    let part = |part: &str| {
        if is_day(part) { part.to_owned() } else { harmless(&without_numbers(&concealed(part))) }
    };
    text.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// A text with control, format and bidirectional characters escaped, cut when very long.
pub(crate) fn harmless(text: &str) -> String {
    let mut shown = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == NAME_LETTERS_MAX {
            shown.push('…');
            break;
        }
        if is_harmful(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether a letter can steer a terminal, or make a text look like another.
pub(crate) fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{e0000}'..='\u{e0fff}')
}

/// The shape of the names that releases have: `2026-11-21T02-00-00Z`.
#[must_use]
pub fn is_moment(name: &str) -> bool {
    let shape = b"0000-00-00T00-00-00Z";
    let fits =
        |(letter, shape): (u8, &u8)| if *shape == b'0' { letter.is_ascii_digit() } else { letter == *shape };
    name.len() == shape.len() && name.bytes().zip(shape).all(fits)
}

/// Digits in which a phone number could stand.
const DIGITS: usize = 7;

/// The name with stars in place of long numbers that stand within a word, as in `customers-0401234567`;
/// days and moments stay.
fn without_numbers(name: &str) -> String {
    let mut shown = String::new();
    let mut rest = name;
    while let Some(start) = rest.find(char::is_numeric) {
        let (before, from) = rest.split_at(start);
        let (number, after) = from.split_at(from.find(|c: char| !c.is_numeric()).unwrap_or(from.len()));
        let is_moment = matches!(number.len(), 8 | 14) && number.get(..8).is_some_and(is_day);
        let is_long = number.chars().count() >= DIGITS;
        shown.push_str(before);
        shown.push_str(&if is_long && !is_moment { "*".repeat(number.len()) } else { number.to_owned() });
        rest = after;
    }
    shown + rest
}

/// Whether a name is a day of this century or the last without dashes, with whatever ends: `20261121.csv.gz`.
fn is_day(name: &str) -> bool {
    let (day, ends) = name.split_at(name.find('.').unwrap_or(name.len()));
    let number = |at: std::ops::Range<usize>| day.get(at).and_then(|digits| digits.parse::<u8>().ok());
    day.len() == 8
        && day.bytes().all(|byte| byte.is_ascii_digit())
        && (day.starts_with("19") || day.starts_with("20"))
        && number(4..6).is_some_and(|month| (1..=12).contains(&month))
        && number(6..8).is_some_and(|day| (1..=31).contains(&day))
        && ends.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_names_cannot_steer_a_terminal_or_show_a_value() {
        for (name, expect) in [
            ("email", "email"),
            ("\u{1b}[2Jemail", "\\u{1b}[2Jemail"),
            ("a\u{202e}b", "a\\u{202e}b"),
            ("ann@example.com", NOT_SHOWN),
            ("ann＠example.com.csv", NOT_SHOWN),
            ("040 123 45", NOT_SHOWN),
            ("311280-888Y", NOT_SHOWN),
            ("sähköposti", "sähköposti"),
            ("2026-11-21T02-00-00Z", "2026-11-21T02-00-00Z"),
            ("2026-11-21T02-00-00Z ann@example.com", NOT_SHOWN),
        ] {
            assert_eq!(shown_name(name), expect);
        }
        assert!(shown_name(&"x".repeat(40_000)).chars().count() <= NAME_LETTERS_MAX + 1);
    }

    #[test]
    fn places_stay_readable_and_show_no_value() {
        for (place, expect) in [
            ("releases", "releases"),
            (
                "./releases/2026-11-21T02-00-00Z/manifest.json",
                "./releases/2026-11-21T02-00-00Z/manifest.json",
            ),
            ("/srv/.tmp123456/exports/20261121.csv.gz", "/srv/.tmp123456/exports/20261121.csv.gz"),
            ("in/customers-20261121T0200.csv", "in/customers-20261121T0200.csv"),
            ("in/customers_20261121020000.csv", "in/customers_20261121020000.csv"),
            ("in/customers-358401234567.csv", "in/customers-************.csv"),
            ("in/n0401234567.csv", "in/n**********.csv"),
            ("in/objections-2026-11-21.csv", "in/objections-2026-11-21.csv"),
            ("releases/ann@example.com.csv/manifest.json", "releases/*******************/manifest.json"),
            ("releases/+358 40 123 4567", "releases/****************"),
            ("releases/0401234567.csv", "releases/**********.csv"),
            ("releases/a\u{202e}\nb/c", "releases/a\\u{202e}\\u{a}b/c"),
            ("20269921.csv", "********.csv"),
        ] {
            assert_eq!(shown_place(Path::new(place)), expect);
        }
        assert!(shown_place(Path::new(&"x".repeat(40_000))).chars().count() <= NAME_LETTERS_MAX + 1);
    }
}
