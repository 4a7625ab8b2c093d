//! Customer ids as registers may write them: every text that a cell may mean.
//!
//! It must not know rows or rules.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;

use super::text::trim;

/// What a customer's id may be met by: itself, its letters and digits, these in lower case, the number
/// that it is.
pub(super) fn of_customer(id: &str) -> BTreeSet<String> {
    let id = trim(id);
    let bare = bare(&number(id).map_or_else(|| id.to_owned(), |(number, _)| number));
    let mut all = BTreeSet::from([id.to_owned(), bare.to_lowercase(), bare]);
    all.remove("");
    all
}

/// What a register's cell may mean by an id: the same of the cell and of each of its pieces, in lower case
/// only where capitals tell nothing.
pub(super) fn of_entry(cell: &str) -> BTreeSet<String> {
    let plain: String = cell.nfkc().collect();
    let mut texts = vec![plain.as_str()];
    if number(&plain).is_none() {
        texts.extend(plain.split(|letter: char| {
            letter.is_whitespace() || letter.is_control() || ",;|/&:=#()[]{}<>\"'".contains(letter)
        }));
    }
    let mut all = BTreeSet::from([trim(cell).to_owned()]);
    for text in texts {
        let text = number(text).map_or_else(|| text.to_owned(), |(number, _)| number);
        let bare = bare(&text);
        if bare.is_empty() {
            continue;
        }
        let letters: String =
            bare.chars().filter(|letter| letter.is_lowercase() || letter.is_uppercase()).collect();
        let rest: String = letters.chars().skip(1).collect();
        let small = |text: &str| text.chars().all(char::is_lowercase);
        if small(&rest) || letters.chars().all(char::is_uppercase) {
            all.insert(bare.to_lowercase());
        }
        all.extend([trim(&text).to_owned(), bare]);
    }
    all.remove("");
    all
}

/// Whether a register's cell names nobody by an id.
pub(super) fn is_lost(cell: &str) -> bool {
    let nothing = ["", "na", "ref", "value", "name", "num", "null", "div0", "none", "nan", "nil"];
    let unknown = ["undefined", "unknown", "tuntematon", "eitiedossa"];
    let bare = bare(cell).to_lowercase();
    nothing.iter().chain(&unknown).any(|word| *word == bare) || number(cell).is_some_and(|(_, lost)| lost)
}

/// Letters and digits alone, without zeros in front of a number.
fn bare(text: &str) -> String {
    let bare: String = text.nfkc().filter(|letter| letter.is_alphanumeric()).collect();
    if !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit()) {
        let digits = bare.trim_start_matches('0');
        return if digits.is_empty() { "0".to_owned() } else { digits.to_owned() };
    }
    bare
}

/// A whole number as spreadsheets write it, and whether digits may be lost.
fn number(text: &str) -> Option<(String, bool)> {
    let text: String = text.nfkc().collect();
    let text = text.trim_matches(|letter: char| !letter.is_alphanumeric()).replace(',', ".");
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = text.split('.').collect();
    if let [whole, "0" | "00"] = parts.as_slice()
        && digits(whole)
    {
        return Some(((*whole).to_owned(), false));
    }
    let (front, power) = text.split_once(['e', 'E'])?;
    let bare_power = power.strip_prefix('+').unwrap_or(power);
    let (whole, behind) = front.split_once('.').unwrap_or((front, ""));
    let is_written_so = front.contains('.') || power.starts_with('+');
    let fits = digits(whole) && (behind.is_empty() || digits(behind)) && digits(bare_power);
    if !is_written_so || !fits || bare_power.len() > 2 {
        return None;
    }
    let power: usize = bare_power.parse().ok()?;
    if behind.len() > power || whole.len() + power > 40 {
        return None;
    }
    Some((format!("{whole}{behind:0<power$}"), behind.len() < power))
}
