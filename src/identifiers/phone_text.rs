//! A phone cell as text: digits of every script, hyphens of every kind, labels, extensions, and what
//! spreadsheets do to numbers. It promises a text of ASCII digits, `+` and separators, or a code. It
//! knows nothing of countries.

use super::reject::Reject;
use super::steps::{Step, Steps};
use super::{junk, text};

/// Writes the cell in plain characters into `out`.
pub(in crate::identifiers) fn write_plain(
    cell: &[u8],
    out: &mut String,
    steps: &mut Steps,
) -> Result<(), Reject> {
    out.clear();
    let opened = text::open(cell, steps)?;
    if text::looks_hashed(opened) {
        return Err(Reject::LooksHashed);
    }
    for c in opened.chars() {
        if text::is_invisible(c) || text::is_joiner(c) {
            steps.note(Step::Invisible);
            continue;
        }
        let plain = plain(c);
        if plain != c && !c.is_whitespace() {
            steps.note(Step::Width);
        }
        if plain.is_control() {
            return Err(if matches!(plain, '\n' | '\r') {
                Reject::SeveralValues
            } else {
                Reject::ControlCharacter
            });
        }
        out.push(plain);
    }
    let trimmed = out.trim_matches(' ').len();
    if trimmed == 0 {
        return Err(Reject::Blank);
    }
    if !out.bytes().any(|b| b.is_ascii_digit()) && junk::is_placeholder_word(&out.trim().to_lowercase()) {
        return Err(Reject::Placeholder);
    }
    strip_label(out, steps);
    write_out_float(out, steps)?;
    strip_extension(out, steps)?;
    refuse_several(out)
}

/// One character in ASCII where it has the same meaning.
fn plain(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}'
        | '\u{2212}'
        | '\u{30fc}'
        | '\u{fe58}'
        | '\u{fe63}'
        | '\u{ff0d}'
        | '\u{2043}' => '-',
        '\u{2053}' | '\u{223c}' => '~',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{b7}' | '\u{2022}' | '\u{2024}' => '.',
        '\t' | '\u{b}' | '\u{c}' => ' ',
        c if c.is_whitespace() && !matches!(c, '\n' | '\r') => ' ',
        c => match digit(c) {
            Some(digit) => char::from(b'0' + digit),
            None => text::narrow(c),
        },
    }
}

/// The value of a decimal digit of any script (Unicode general category Nd, by its zeros).
pub(in crate::identifiers) fn digit(c: char) -> Option<u8> {
    const ZEROS: &[u32] = &[
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50,
        0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40,
        0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x11066, 0x110f0,
        0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11c50, 0x11d50,
        0x11da0, 0x16a60, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950,
    ];
    if c.is_ascii() {
        return c.to_digit(10).map(|d| d as u8);
    }
    let code = c as u32;
    let at = ZEROS.partition_point(|zero| *zero <= code);
    let zero = *ZEROS.get(at.checked_sub(1)?)?;
    (code - zero < 10).then_some((code - zero) as u8)
}

/// Labels before a number.
pub(in crate::identifiers) const LABELS: &[&str] = &[
    "tel:",
    "tel.:",
    "tel.",
    "tel",
    "phone:",
    "phone",
    "puh:",
    "puh.:",
    "puh.",
    "puh",
    "p.",
    "gsm:",
    "gsm.",
    "gsm",
    "mob:",
    "mob.",
    "mobile:",
    "mobile",
    "matkap.",
    "tfn:",
    "tfn",
    "callto:",
    "sms:",
    "whatsapp:",
    "handy:",
    "fon:",
];

/// Removes a label before the number.
fn strip_label(out: &mut String, steps: &mut Steps) {
    let lower = out.to_ascii_lowercase();
    let start = lower.len() - lower.trim_start().len();
    for label in LABELS {
        if let Some(rest) = lower[start..].strip_prefix(label)
            && rest.trim_start().starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '(')
        {
            out.replace_range(..start + label.len(), "");
            steps.note(Step::Scheme);
            return;
        }
    }
}

/// `358401234567.0` and `3.58401234567E+11`, as spreadsheets save numbers.
fn write_out_float(out: &mut String, steps: &mut Steps) -> Result<(), Reject> {
    let body = out.trim();
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
            if exponent.is_empty() || exponent.len() > 2 || !exponent.bytes().all(|b| b.is_ascii_digit()) {
                return Ok(());
            }
            (mantissa, exponent.parse::<usize>().ok())
        }
        None => (body, None),
    };
    let signless = mantissa.strip_prefix('+').unwrap_or(mantissa);
    let (whole, fraction) = signless.split_once(['.', ',']).unwrap_or((signless, ""));
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return Ok(());
    }
    match exponent {
        Some(exponent) => {
            // One digit, a point, and as many digits as the exponent says: nothing was rounded away.
            if whole.len() != 1 || fraction.len() != exponent {
                return Err(Reject::SpreadsheetDamage);
            }
            let digits = format!("{whole}{fraction}");
            out.clear();
            out.push_str(&digits);
            steps.note(Step::Scientific);
        }
        None if whole.len() >= 7 && matches!(fraction, "0" | "00") => {
            let digits = format!("{}{whole}", if mantissa.starts_with('+') { "+" } else { "" });
            out.clear();
            out.push_str(&digits);
            steps.note(Step::Float);
        }
        None => {}
    }
    Ok(())
}

/// What stands between two numbers.
pub(in crate::identifiers) const BETWEEN: &[&str] =
    &[",", ";", "|", "/", "\\", "&", " or ", " tai ", " eller ", " oder ", " ja ", " and "];

/// Words before an extension.
pub(in crate::identifiers) const MARKS: &[&str] = &[
    "extension",
    "extn",
    "ext",
    "x",
    "anexo",
    "int",
    "доб",
    "alanumero",
    "alanro",
    "anknytning",
    "ankn",
    "anr",
    "durchwahl",
    "dw",
    "klappe",
    "poste",
    "#",
];

/// Drops an extension, and refuses any other letters.
fn strip_extension(out: &mut String, steps: &mut Steps) -> Result<(), Reject> {
    let Some(at) = out.find(|c: char| !(c.is_ascii_digit() || "+-() ./~[]".contains(c))) else {
        return Ok(());
    };
    let tail = out[at..].to_lowercase();
    let tail = tail.trim_start_matches([' ', ',', ';']);
    if let Some(rest) = tail.strip_prefix("phone-context=") {
        // `tel:0401234567;phone-context=+358` (RFC 3966): the context is the front of the number.
        let context: String =
            rest.chars().take_while(|c| c.is_ascii_digit() || matches!(c, '+' | '-')).collect();
        if context.len() < rest.len() || !context.starts_with('+') {
            return Err(Reject::Letters);
        }
        out.truncate(at);
        out.insert_str(0, &context);
        return Ok(());
    }
    let is_extension = MARKS.iter().any(|mark| {
        tail.strip_prefix(mark).is_some_and(|rest| {
            let rest = rest.trim_start_matches(['.', ':', '=', ' ']);
            let digits = rest.trim_end_matches(['#', ' ', '.', ')']);
            !digits.is_empty() && digits.len() <= 7 && digits.bytes().all(|b| b.is_ascii_digit())
        })
    });
    if is_extension {
        out.truncate(at);
        // `(ext. 12)` leaves its bracket open.
        let bare = out.trim_end_matches([' ', ',', ';', '(', '[']).len();
        out.truncate(bare);
        steps.note(Step::Extension);
        return Ok(());
    }
    if looks_several(out) {
        return Err(Reject::SeveralValues);
    }
    let any_letter = out.chars().any(char::is_alphabetic);
    Err(if any_letter { Reject::Letters } else { Reject::InvalidPhone })
}

/// Two numbers with a separator between them that one number does not have.
fn refuse_several(out: &str) -> Result<(), Reject> {
    if looks_several(out) { Err(Reject::SeveralValues) } else { Ok(()) }
}

fn looks_several(text: &str) -> bool {
    let digits = |part: &str| part.bytes().filter(u8::is_ascii_digit).count();
    let plus_after_digit = text.rfind('+').is_some_and(|at| digits(&text[..at]) >= 5);
    // A slash also stands behind an area code: both sides must be long enough to be numbers.
    let is_long = |part: &str| digits(part) >= NUMBER_DIGITS;
    plus_after_digit
        || (digits(text) >= 2 * NUMBER_DIGITS
            && BETWEEN.iter().any(|mark| {
                text.split_once(mark).is_some_and(|(before, after)| is_long(before) && is_long(after))
            }))
}

/// Digits that surely are a number by themselves.
const NUMBER_DIGITS: usize = 7;
