//! Text as TOML writes it, and comments that stay comments: a column's name is from outside, and may
//! hold quotes, line ends or what turns a terminal.

use std::fmt::Write as _;

use crate::config::UNDECIDED;
use crate::config::shown::shown_name;

/// A basic string.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            letter if letter.is_control() || !is_plain(letter) => {
                let _ = write!(out, "\\U{:08X}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// A mark with the question that it stands for.
pub(super) fn decide(question: &str) -> String {
    quoted(&format!("{UNDECIDED} {question}"))
}

/// A name in a comment.
pub(super) fn in_comment(name: &str) -> String {
    shown_name(name).replace(['\n', '\r'], " ")
}

/// Several names in a comment.
pub(super) fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names.into_iter().map(in_comment).collect::<Vec<_>>().join(", ")
}

/// What `shown_name` would leave as it is: no marks that cannot be seen or turn the line.
fn is_plain(letter: char) -> bool {
    let mut buffer = [0; 4];
    let text: &str = letter.encode_utf8(&mut buffer);
    letter == '@' || shown_name(text) == text
}

/// `1 row`, `2 rows`.
pub(super) fn counted(number: u64, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

/// A share for people: `93%`, and never `100%` or `0%` where it is not so.
pub(super) fn share(part: u64, whole: u64) -> String {
    if whole == 0 || part == 0 {
        return "0%".to_owned();
    }
    if part >= whole {
        return "100%".to_owned();
    }
    let percent = u128::from(part) * 100 / u128::from(whole);
    match percent {
        0 => "under 1%".to_owned(),
        percent => format!("{percent}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::{quoted, share};

    #[test]
    fn any_text_comes_back_as_it_was() {
        for text in
            ["email", "sähköposti", "a\"b\\c", "two\nlines\r\t", "\u{7f}\u{202e}x\u{1b}[2J", "😀", "", "a@b"]
        {
            let file = format!("key = {}\n", quoted(text));
            assert_eq!(file.lines().count(), 1, "{text:?}");
            let read: toml::Table = toml::from_str(&file).expect("is TOML");
            assert_eq!(read["key"].as_str(), Some(text));
        }
    }

    #[test]
    fn shares_are_never_rounded_to_all_or_nothing() {
        for (part, whole, expect) in [
            (0, 0, "0%"),
            (0, 9, "0%"),
            (1, 1000, "under 1%"),
            (1, 3, "33%"),
            (999, 1000, "99%"),
            (5, 5, "100%"),
        ] {
            assert_eq!(share(part, whole), expect);
        }
    }
}
