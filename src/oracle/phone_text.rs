//! What a phone cell says as text: the rules of the page on normalisation, read as one walk over signs.
//!
//! It must not know countries.

use unicode_normalization::UnicodeNormalization as _;

use super::lists::words;
use super::text::{is_hash, opened};

/// Why a cell is not the text of one number.
pub(super) enum Unclear {
    /// Something stands beside the digits.
    Mixed,
    /// There is nothing to be read, or the digits are not the number's own.
    Nothing,
}

/// The text of one number in ASCII: digits, a plus and what may stand between them.
pub(super) fn clean(cell: &str) -> Result<String, Unclear> {
    let text = opened(cell).ok_or(Unclear::Nothing)?;
    if is_hash(&text) {
        return Err(Unclear::Nothing);
    }
    let signs: String = text.chars().filter(|sign| !"\u{200c}\u{200d}".contains(*sign)).map(sign).collect();
    if signs.contains(char::is_control) {
        return Err(Unclear::Mixed);
    }
    let number = without_label(&signs);
    let in_full = Written::of(number).map(|written| written.in_full()).transpose()?.flatten();
    let number = in_full.unwrap_or_else(|| number.to_owned());
    let number = without_extension(&number).ok_or(Unclear::Mixed)?;
    if holds_several(&number) { Err(Unclear::Mixed) } else { Ok(number) }
}

/// The digits of a text, of whatever script.
pub(super) fn digits_of(text: &str) -> String {
    text.chars().map(sign).filter(char::is_ascii_digit).collect()
}

/// A sign in ASCII, where it has one that means the same.
fn sign(letter: char) -> char {
    let hyphens =
        "\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2015}\u{2043}\u{2212}\u{30fc}\u{fe58}\u{fe63}\u{ff0d}";
    let alike = [
        ('-', hyphens),
        ('~', "\u{2053}\u{223c}"),
        ('/', "\u{2044}\u{2215}"),
        ('.', "\u{b7}\u{2022}\u{2024}"),
    ];
    if let Some((plain, _)) = alike.into_iter().find(|(_, signs)| signs.contains(letter)) {
        return plain;
    }
    if letter.is_whitespace() {
        return if matches!(letter, '\n' | '\r') { letter } else { ' ' };
    }
    if letter.is_ascii() {
        return letter;
    }
    // The library knows the digits of every script.
    let digit = rlibphonenumber::PHONE_NUMBER_UTIL.normalize_digits_only(letter.to_string());
    let plain = || letter.to_string().nfkc().next().filter(|_| ('\u{ff01}'..='\u{ff5e}').contains(&letter));
    digit.chars().next().or_else(plain).unwrap_or(letter)
}

/// Without the one label that stands before the number.
fn without_label(text: &str) -> &str {
    let Some(start) = text.find(|sign: char| sign.is_ascii_digit() || "+(".contains(sign)) else {
        return text;
    };
    let (before, number) = text.split_at(start);
    let label = before.trim().to_ascii_lowercase();
    if words("labels").any(|word| word == label) { number } else { text }
}

/// A number as a program writes it: digits, perhaps a fraction, perhaps an exponent.
struct Written<'a> {
    plus: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: Option<usize>,
}

impl<'a> Written<'a> {
    /// `None` when the text is not of this shape.
    fn of(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let unsigned = text.strip_prefix('+').unwrap_or(text);
        let (whole, rest) = leading_digits(unsigned);
        let (fraction, rest) = match rest.strip_prefix(['.', ',']) {
            Some(rest) => leading_digits(rest),
            None => ("", rest),
        };
        let exponent = match rest.strip_prefix(['e', 'E']) {
            Some(rest) => {
                let power = rest.strip_prefix('+').unwrap_or(rest);
                let is_power = (1..=2).contains(&power.len()) && leading_digits(power).1.is_empty();
                Some(power.parse().ok().filter(|_| is_power)?)
            }
            None if rest.is_empty() => None,
            None => return None,
        };
        let plus = text.starts_with('+');
        (!whole.is_empty()).then_some(Self { plus, whole, fraction, exponent })
    }

    /// All its digits, where that is not how it stands; not when some are lost.
    fn in_full(&self) -> Result<Option<String>, Unclear> {
        match self.exponent {
            Some(power) if self.whole.len() == 1 && self.fraction.len() == power => {
                Ok(Some([self.whole, self.fraction].concat()))
            }
            Some(_) => Err(Unclear::Nothing),
            None if self.whole.len() >= 7 && ["0", "00"].contains(&self.fraction) => {
                Ok(Some(if self.plus { format!("+{}", self.whole) } else { self.whole.to_owned() }))
            }
            None => Ok(None),
        }
    }
}

fn leading_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// Without an extension, and with what belongs in front there; `None` when anything else is among it.
fn without_extension(text: &str) -> Option<String> {
    let stays = |sign: char| sign.is_ascii_digit() || "+-() ./~[]".contains(sign);
    let number: String = text.chars().take_while(|sign| stays(*sign)).collect();
    let behind = text.strip_prefix(number.as_str()).unwrap_or_default().to_lowercase();
    if behind.is_empty() {
        return Some(number);
    }
    let behind = behind.trim_start_matches([' ', ',', ';']);
    if let Some(front) = behind.strip_prefix("phone-context=") {
        let is_front =
            front.starts_with('+') && front.chars().all(|sign| sign.is_ascii_digit() || "+-".contains(sign));
        return is_front.then(|| format!("{front}{number}"));
    }
    let first = behind.find(|sign: char| sign.is_ascii_digit())?;
    let (word, digits) = behind.split_at(first);
    let word = word.trim_end_matches(['.', ':', '=', ' ']);
    let (digits, end) = leading_digits(digits);
    let ends = end.chars().all(|sign| "# .)".contains(sign));
    (ends && digits.len() <= 7 && words("extensions").any(|listed| listed == word))
        .then(|| number.trim_end_matches([' ', ',', ';', '(', '[']).to_owned())
}

/// Two numbers, with something between them that one number does not have.
fn holds_several(text: &str) -> bool {
    let digits = |part: &str| part.bytes().filter(u8::is_ascii_digit).count();
    let second_plus = text.rsplit_once('+').is_some_and(|(before, _)| digits(before) >= 5);
    let divides = |between: &str| {
        // A word has spaces around it; a sign needs none.
        let is_word = between.chars().all(char::is_alphabetic);
        let between = if is_word { format!(" {between} ") } else { between.to_owned() };
        text.split_once(&between).is_some_and(|(before, behind)| digits(before) >= 7 && digits(behind) >= 7)
    };
    second_plus || words("between").any(divides)
}
