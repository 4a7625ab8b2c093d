//! Keys that only look for a match in a register and never link two people: other readings of a phone
//! cell, what an e-mail cell that is no address still says, the raw cell, the last seven digits. They promise to be generous: a probe too many costs reach,
//! one too few breaks the law.

use super::digest::{Digest, RunKey, Space, WideKey};
use super::phone::{self, Phone};
use super::questions::Questions;
use super::steps::Steps;
use super::{
    Email, Kind, Plaintext, Region, Reject, Scratch, domain, email_form, gaps, glue, mends, phone_text, text,
};
use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, Zeroizing};

/// Adds the wide key of every other plausible reading of a phone cell: in each given region, with a
/// lost leading zero or plus put back, out of scientific notation, of each number where there are
/// several, of letters as on a keypad. Nothing can be read from a number that a spreadsheet rounded.
pub fn phone_alternatives(
    cell: Plaintext<'_>,
    regions: &[Region],
    scratch: &mut Scratch,
    key: &RunKey,
    out: &mut Vec<WideKey>,
) {
    let from = out.len();
    each_reading(cell, regions, scratch, &mut |phone| out.push(phone.wide_key(key)));
    let mut added = out.split_off(from);
    added.sort_unstable();
    added.dedup();
    out.append(&mut added);
}

/// Adds every such reading itself, for the hashes it could stand under.
pub fn phone_readings(cell: Plaintext<'_>, regions: &[Region], scratch: &mut Scratch, out: &mut Vec<Phone>) {
    each_reading(cell, regions, scratch, &mut |phone| out.push(phone));
}

fn each_reading(
    cell: Plaintext<'_>,
    regions: &[Region],
    scratch: &mut Scratch,
    found: &mut dyn FnMut(Phone),
) {
    let Some(plain) = plain_signs(cell) else { return };
    let pieces = several(Kind::Phone, Plaintext::new(plain.as_bytes()));
    // A slash also stands behind an area code, so what it divides may be one number: `034362/123456`.
    let parts = pieces.iter().filter_map(|piece| std::str::from_utf8(piece.read()).ok());
    for whole in parts.chain([plain.as_str()]).filter(|text| is_cut_at_slashes(text)) {
        readings(whole.as_bytes(), regions, scratch, found);
    }
    if let Some(number) = before_counter(&plain) {
        readings(number.as_bytes(), regions, scratch, found);
    }
    // A piece may hold several again, that another sign divides: `1; 2 / 3`.
    for part in pieces.into_iter().flat_map(|piece| several(Kind::Phone, piece)) {
        let bytes = part.read();
        readings(bytes, regions, scratch, found);
        for number in std::str::from_utf8(bytes).map(joined_numbers).unwrap_or_default() {
            readings(number.as_bytes(), regions, scratch, found);
        }
    }
}

/// Whether a cell counts behind its number, as in `0457301234/1` and `045 7301234 (2)`: then the number
/// before the sign may be meant.
#[must_use]
pub fn has_counter(cell: Plaintext<'_>) -> bool {
    let bytes = cell.read();
    // Nearly every cell ends in two digits, and has no slash.
    let is_odd = |byte: &u8| !byte.is_ascii() || *byte == b'/';
    let ends_in_two = bytes.len() > 1 && bytes[bytes.len() - 2..].iter().all(u8::is_ascii_digit);
    if bytes.len() < 2 || (ends_in_two && !bytes.iter().fold(false, |odd, byte| odd | is_odd(byte))) {
        return false;
    }
    plain_signs(Plaintext::new(bytes)).is_some_and(|plain| before_counter(&plain).is_some())
}

/// The number before a counter: one digit behind a hyphen or in brackets, one or two behind a slash.
fn before_counter(plain: &str) -> Option<&str> {
    let text = plain.trim_end();
    let (text, is_closed) = match text.strip_suffix(')') {
        Some(inner) => (inner.trim_end(), true),
        None => (text, false),
    };
    let digits = text.bytes().rev().take_while(u8::is_ascii_digit).count();
    let front = text[..text.len() - digits].trim_end();
    let most = match (front.chars().next_back()?, is_closed) {
        ('(', true) | ('-', false) => 1,
        ('/', false) => 2,
        _ => return None,
    };
    let number = front[..front.len() - 1].trim_end();
    let is_number = number.ends_with(|c: char| c.is_ascii_digit());
    let long = number.chars().filter_map(phone_text::digit).count() > LONG_RUN;
    ((1..=most).contains(&digits) && is_number && long).then_some(number)
}

/// The cell with full-width signs in ASCII and without invisible ones, so that it can be cut: what
/// stands between two values may be written in either width.
pub(in crate::identifiers) fn plain_signs(cell: Plaintext<'_>) -> Option<Zeroizing<String>> {
    let text = std::str::from_utf8(cell.read()).ok()?;
    let seen = text.chars().filter(|c| !text::is_invisible(*c));
    Some(Zeroizing::new(seen.map(text::narrow).collect()))
}

/// Most digits that one number has (E.164).
pub(in crate::identifiers) const DIGITS_MAX: usize = 15;

/// Digits in a row that may be a number by themselves.
pub(in crate::identifiers) const LONG_RUN: usize = 6;

/// Numbers that stand side by side without a sign that no number has in it: every run of six digits or
/// more where there are two, and both parts of a cell with more digits than one number has, wherever it
/// can be cut.
pub(in crate::identifiers) fn joined_numbers(text: &str) -> Vec<&str> {
    let mut runs: Vec<(usize, usize, usize)> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| phone_text::digit(*c).is_some()) {
        let end = at + c.len_utf8();
        match runs.last_mut() {
            Some(run) if run.1 == at => (run.1, run.2) = (end, run.2 + 1),
            _ => runs.push((at, end, 1)),
        }
    }
    let long: Vec<_> = runs.iter().filter(|run| run.2 >= LONG_RUN).collect();
    let total: usize = runs.iter().map(|run| run.2).sum();
    let mut numbers = Vec::new();
    // A plus in front belongs to its number.
    let from = |at: usize| if text[..at].ends_with('+') { at - 1 } else { at };
    if long.len() > 1 {
        numbers.extend(long.iter().map(|run| &text[from(run.0)..run.1]));
    }
    if total > DIGITS_MAX && total <= 2 * DIGITS_MAX {
        let mut before = 0;
        for pair in runs.windows(2) {
            before += pair[0].2;
            if (6..=DIGITS_MAX).contains(&before) && (6..=DIGITS_MAX).contains(&(total - before)) {
                numbers.extend([&text[..pair[0].1], &text[from(pair[1].0)..]]);
            }
        }
    }
    numbers
}

/// Adds what a cell says that is no address as it stands: for each of its values with an at sign, the
/// key of the widest form that can be made of it, and the keys of its domain and those above.
pub fn email_alternatives(
    cell: Plaintext<'_>,
    scratch: &mut Scratch,
    key: &RunKey,
    wide: &mut Vec<WideKey>,
    domains: &mut Vec<WideKey>,
) {
    each_address(cell, scratch, &mut |said| match said {
        Said::Address(email) => {
            wide.push(email.wide_key(key));
            domains.extend(email.domain_keys(key));
        }
        Said::Loose(local, name) => loose_address(local, name, key, wide, domains),
    });
}

/// Adds the keys of the domains that can be read in a cell of a column of domains that is not one domain:
/// several of them, or one with white space in it. Whether one of them is a public mail host.
pub fn domain_alternatives(cell: Plaintext<'_>, key: &RunKey, out: &mut Vec<WideKey>) -> bool {
    let Some(plain) = plain_signs(cell) else { return false };
    let mut is_webmail = false;
    gaps::each_domain(&plain, &mut |name| {
        if let Ok(wide) = domain::domain_objection_key(Plaintext::new(name.as_bytes()), key) {
            is_webmail |= domain::is_webmail_domain(Plaintext::new(name.as_bytes()));
            out.push(wide);
        }
    });
    is_webmail
}

/// What stands around an at sign.
pub(in crate::identifiers) enum Said<'a> {
    /// An address.
    Address(&'a Email<'a>),
    /// What is none: the parts before and behind the sign.
    Loose(&'a str, &'a str),
}

/// Hands over what a cell says around each of its at signs, addresses or not.
pub(in crate::identifiers) fn each_address(
    cell: Plaintext<'_>,
    scratch: &mut Scratch,
    found: &mut dyn FnMut(Said<'_>),
) {
    let Some(plain) = plain_signs(cell) else { return };
    if Email::parse(Plaintext::new(plain.as_bytes()), scratch).is_err()
        && let Some(meant) = mends::mended(&plain)
    {
        each_address_as_written(&meant, scratch, found);
    }
    each_address_as_written(&plain, scratch, found);
}

/// The same of a cell whose signs are plain.
fn each_address_as_written(plain: &str, scratch: &mut Scratch, found: &mut dyn FnMut(Said<'_>)) {
    each_written_address(plain, scratch, found);
    // White space at an at sign is a slip of the hand and divides nothing: `ann @ example.com`.
    let joined = without_gaps_at_signs(plain);
    if *joined != *plain {
        each_written_address(&joined, scratch, found);
    }
    // Nor does it divide an address that it got into: `ann@example .com`.
    gaps::each_closed_up(&joined, &mut |local, name| address(local, name, scratch, found));
}

/// The text without white space beside its at signs.
pub(in crate::identifiers) fn without_gaps_at_signs(plain: &str) -> Zeroizing<String> {
    Zeroizing::new(plain.split('@').map(text::trim).collect::<Vec<_>>().join("@"))
}

/// Hands over what stands around an at sign, as an address where it is one.
fn address(local: &str, name: &str, scratch: &mut Scratch, found: &mut dyn FnMut(Said<'_>)) {
    let address = Zeroizing::new(format!("{local}@{name}"));
    match Email::parse(Plaintext::new(address.as_bytes()), scratch) {
        Ok(email) => found(Said::Address(&email)),
        Err(_) => found(Said::Loose(local, name)),
    }
}

fn each_written_address(plain: &str, scratch: &mut Scratch, found: &mut dyn FnMut(Said<'_>)) {
    for piece in several(Kind::Email, Plaintext::new(plain.as_bytes())) {
        let bytes = piece.read();
        if let Ok(email) = Email::parse(piece, scratch) {
            found(Said::Address(&email));
            if email.is_glued() {
                let [local, name] =
                    [email.local(), email.basic_domain()].map(|part| Zeroizing::new(part.to_owned()));
                let bare = glue::loosened(&name);
                glue::each_user_part(&local, &mut |part| address(part, &name, scratch, found));
                if bare != *name {
                    address(&local, bare, scratch, found);
                    glue::each_user_part(&local, &mut |part| address(part, bare, scratch, found));
                }
            }
            continue;
        }
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        let lowered = Zeroizing::new(text.nfc().collect::<String>().to_lowercase().nfc().collect::<String>());
        if let Some((local, name)) = lowered.rsplit_once('@') {
            found(Said::Loose(local, name));
        }
        for (at, _) in lowered.match_indices('@') {
            let (before, after) = (&lowered[..at], &lowered[at + 1..]);
            let name = after.split(ends_a_domain).next().unwrap_or(after).trim_end_matches(['.', '-']);
            for ends in [ends_a_user_part, ends_a_plain_user_part] {
                let local = before.rsplit(ends).next().unwrap_or(before);
                address(local, name, scratch, found);
            }
        }
    }
}

/// The cell without its words that have an at sign: a number may stand beside an address. `None` where
/// there is no such word, or no number of six digits is left.
#[must_use]
pub fn beside_addresses(cell: Plaintext<'_>) -> Option<Zeroizing<String>> {
    let plain = plain_signs(cell)?;
    if !plain.contains('@') {
        return None;
    }
    let mut rest = Zeroizing::new(String::with_capacity(plain.len()));
    for word in
        plain.split_inclusive(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '<' | '>' | '/'))
    {
        rest.push_str(if word.contains('@') { ";" } else { word });
    }
    let digits = rest.chars().filter(|c| phone_text::digit(*c).is_some()).count();
    (digits >= LONG_RUN).then_some(rest)
}

/// What never stands in a domain, in whatever script.
pub(in crate::identifiers) fn ends_a_domain(c: char) -> bool {
    if c.is_ascii() { !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-')) } else { between_words(c) }
}

/// What never stands in the part before the at sign without quotes.
pub(in crate::identifiers) fn ends_a_user_part(c: char) -> bool {
    matches!(c, '@' | '"' | '(' | ')' | ',' | ':' | ';' | '<' | '>' | '[' | '\\' | ']') || between_words(c)
}

/// What seldom does: beside another address it rather is what divides the two.
pub(in crate::identifiers) fn ends_a_plain_user_part(c: char) -> bool {
    if c.is_ascii() {
        !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+'))
    } else {
        between_words(c)
    }
}

/// White space, dashes, dots, arrows and other signs that are no letter of any script.
pub(in crate::identifiers) fn between_words(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '\u{a1}'..='\u{a9}' | '\u{ab}'..='\u{b4}' | '\u{b6}'..='\u{b9}' | '\u{bb}'..='\u{bf}' | '×' | '÷'
        )
        // Punctuation, arrows and shapes, dots of blind writing, and letters that show nothing.
        || matches!(c, '\u{2000}'..='\u{206f}' | '\u{2190}'..='\u{2bff}' | '\u{3000}'..='\u{303f}')
        || matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{e0000}'..='\u{e007f}')
}

/// Adds the widest form that can be made of what stands around an at sign, and the domains.
fn loose_address(local: &str, name: &str, key: &RunKey, wide: &mut Vec<WideKey>, domains: &mut Vec<WideKey>) {
    let (local, name) = (text::trim(local), text::trim(name));
    let mut ascii = Zeroizing::new(String::new());
    if domain::to_ascii(name, &mut ascii).is_ok() {
        domains.extend(domain::with_parents(&ascii).map(|name| domain::domain_key(name, key)));
    } else {
        name.clone_into(&mut ascii);
    }
    if local.is_empty() || name.is_empty() {
        return;
    }
    let plain = email_form::untagged(local);
    let mut message = Zeroizing::new(plain.replace('.', ""));
    if message.is_empty() {
        message.push_str(plain);
    }
    message.push('@');
    message.push_str(if *ascii == "googlemail.com" { "gmail.com" } else { &ascii });
    wide.push(key.wide(Space::Email, message.as_bytes()));
}

/// Every reading of one value.
fn readings(cell: &[u8], regions: &[Region], scratch: &mut Scratch, found: &mut dyn FnMut(Phone)) {
    let mut questions = Questions::with_room(cell.len() * 2 * (2 + 3 * regions.len()));
    let mut add = |attempt: &str, region: Option<Region>| {
        questions.ask(attempt, region).into_iter().for_each(&mut *found);
    };
    scratch.clear();
    match phone_text::write_plain(cell, &mut scratch.text, &mut Steps::default()) {
        Ok(()) => {}
        Err(Reject::Letters | Reject::SeveralValues | Reject::InvalidPhone | Reject::ControlCharacter) => {
            let Ok(opened) = text::open(cell, &mut Steps::default()) else { return };
            for region in regions {
                add(opened, Some(*region));
            }
            // What is left without the letters may be the number.
            scratch.text.clear();
            for c in opened.chars() {
                match phone_text::digit(c) {
                    Some(digit) => scratch.text.push(char::from(b'0' + digit)),
                    None if c == '+' && scratch.text.is_empty() => scratch.text.push(c),
                    None => {}
                }
            }
        }
        Err(_) => return,
    }
    let mut digits: Vec<u8> = scratch.text.bytes().filter(u8::is_ascii_digit).collect();
    if (6..=20).contains(&digits.len()) {
        let plain = std::mem::take(&mut scratch.text);
        let plus = plain.starts_with('+');
        for region in regions.iter().copied().map(Some).chain([None]) {
            let _: Option<()> =
                phone::attempts(&plain, &digits, plus, region, &mut scratch.basic, |text, region, _| {
                    add(text, region);
                    None
                });
        }
        let bare = std::str::from_utf8(&digits).unwrap_or_default().trim_start_matches('0');
        // Whatever the length, the digits may be a whole number that lost its plus …
        scratch.basic.clear();
        scratch.basic.push('+');
        scratch.basic.push_str(bare);
        add(&scratch.basic, None);
        for region in regions {
            // … or a national one with a plus, or zeros, that it should not have.
            add(bare, Some(*region));
            scratch.basic.clear();
            scratch.basic.push('0');
            scratch.basic.push_str(bare);
            add(&scratch.basic, Some(*region));
        }
        scratch.text = plain;
    }
    digits.zeroize();
}

/// The values of a cell that was turned away as [`Reject::SeveralValues`], for registers, where each of
/// them objects; any other cell comes back whole. A customer's cell is split only by the separator its
/// column declares.
#[must_use]
pub fn several(kind: Kind, cell: Plaintext<'_>) -> Vec<Plaintext<'_>> {
    match cut(kind, &cell) {
        Some((values, _)) => values,
        None => vec![cell],
    }
}

/// The values of a cell that holds several and nothing beside them; `None` for any other cell.
#[must_use]
pub fn several_alone(kind: Kind, cell: Plaintext<'_>) -> Option<Vec<Plaintext<'_>>> {
    cut(kind, &cell).filter(|(_, alone)| *alone).map(|(values, _)| values)
}

/// Where phone numbers are cut: first at what never stands inside a number, then at what seldom does.
const PHONE_SPLITS: [fn(char) -> bool; 2] = [
    |c| matches!(c, ',' | ';' | '|' | '&' | '\n' | '\r') || c.is_alphabetic(),
    |c| matches!(c, ',' | ';' | '|' | '&' | '\n' | '\r' | '/' | '\\') || c.is_alphabetic(),
];

fn is_phone_value(piece: &str) -> bool {
    piece.chars().filter_map(phone_text::digit).count() >= 6
}

/// Whether nothing but slashes divides the numbers of a text.
pub(in crate::identifiers) fn is_cut_at_slashes(text: &str) -> bool {
    let [first, second] =
        PHONE_SPLITS.map(|split| text.split(split).filter(|piece| is_phone_value(piece)).count());
    first < 2 && second > 1
}

/// The values of a cell that holds more than one, and whether nothing else stands between the separators.
fn cut<'src>(kind: Kind, cell: &Plaintext<'src>) -> Option<(Vec<Plaintext<'src>>, bool)> {
    let text = std::str::from_utf8(cell.read()).ok()?;
    let is_value = |piece: &str| match kind {
        Kind::Email => piece.contains('@'),
        Kind::Phone => is_phone_value(piece),
    };
    let splits: &[fn(char) -> bool] = match kind {
        Kind::Email => &[|c| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '/' | '<' | '>')],
        Kind::Phone => &PHONE_SPLITS,
    };
    for split in splits {
        let pieces = || text.split(*split).filter(|piece| !text::trim(piece).is_empty());
        let values: Vec<_> =
            pieces().filter(|piece| is_value(piece)).map(|piece| Plaintext::new(piece.as_bytes())).collect();
        if values.len() > 1 {
            let alone = values.len() == pieces().count();
            return Some((values, alone));
        }
    }
    if kind == Kind::Phone
        && let Some(plus) = text.rfind('+')
        && is_value(&text[..plus])
        // `;phone-context=+358` is the front of the number before it (RFC 3966).
        && !text[..plus].ends_with('=')
    {
        let (one, other) = text.as_bytes().split_at(plus);
        return Some((vec![Plaintext::new(one), Plaintext::new(other)], true));
    }
    None
}

/// The key of the cell as it stands, trimmed and lower-cased: a last resort for a register's value that
/// does not parse. The kinds share it, since such a value may stand in the wrong column. `None` for a
/// blank cell.
#[must_use]
pub fn raw_key(cell: Plaintext<'_>, key: &RunKey) -> Option<WideKey> {
    let bytes = cell.read();
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            let text = text::trim(text);
            if text.is_empty() {
                return None;
            }
            let mut lowered = text.to_lowercase();
            let wide = key.wide(Space::Raw, lowered.as_bytes());
            lowered.zeroize();
            Some(wide)
        }
        Err(_) => Some(key.wide(Space::Raw, &bytes.trim_ascii().to_ascii_lowercase())),
    }
}

/// The digest of a cell's very bytes, to know again within a run a cell that said nothing before. Not a
/// wide key: those may only ever match too much, and here a false match would forget an objection.
#[must_use]
pub fn cell_digest(cell: Plaintext<'_>) -> Digest {
    Digest::of(cell.read())
}

/// The key of the last seven digits of a cell that has as many: a last resort for a register's phone
/// number that does not parse.
#[must_use]
pub fn last_seven_key(cell: Plaintext<'_>, key: &RunKey) -> Option<WideKey> {
    last_seven(cell.read()).map(|mut last| {
        let wide = key.wide(Space::LastSeven, &last);
        last.zeroize();
        wide
    })
}

pub(in crate::identifiers) fn last_seven(bytes: &[u8]) -> Option<[u8; 7]> {
    if bytes.is_ascii() {
        return seven_of(bytes.iter().rev().copied().filter(u8::is_ascii_digit));
    }
    let text = std::str::from_utf8(bytes).ok()?;
    seven_of(text.chars().rev().filter_map(phone_text::digit).map(|digit| b'0' + digit))
}

/// Seven digits that come last one first, in order.
fn seven_of(mut from_behind: impl Iterator<Item = u8>) -> Option<[u8; 7]> {
    let mut last = [0_u8; 7];
    for place in last.iter_mut().rev() {
        *place = from_behind.next()?;
    }
    Some(last)
}
