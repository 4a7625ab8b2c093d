//! Keys that only look for a match in a register and never link two people: other readings of a phone
//! cell, the raw cell, the last seven digits. They promise to be generous: a probe too many costs reach,
//! one too few breaks the law.

use super::digest::{RunKey, Space, WideKey};
use super::phone::{self, Phone};
use super::phone_library::{self, Verdict};
use super::steps::Steps;
use super::{Kind, Plaintext, Region, Reject, Scratch, phone_text, text};
use zeroize::Zeroize;

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
    let pieces = several(Kind::Phone, cell);
    for piece in &pieces {
        readings(piece.read(), regions, scratch, &mut |phone| out.push(phone.wide_key(key)));
    }
    let mut added = out.split_off(from);
    added.sort_unstable();
    added.dedup();
    out.append(&mut added);
}

/// Every reading of one value.
fn readings(cell: &[u8], regions: &[Region], scratch: &mut Scratch, found: &mut dyn FnMut(Phone)) {
    let mut add = |attempt: &str, region: Option<Region>| {
        if let Verdict::Valid(line, _) | Verdict::Possible(line) = phone_library::read(attempt, region)
            && let Some(phone) = Phone::from_line(line)
        {
            found(phone);
        }
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
    let Ok(text) = std::str::from_utf8(cell.read()) else { return vec![cell] };
    let is_value = |piece: &str| match kind {
        Kind::Email => piece.contains('@'),
        Kind::Phone => piece.chars().filter_map(phone_text::digit).count() >= 6,
    };
    let splits: &[fn(char) -> bool] = match kind {
        Kind::Email => &[|c| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '/' | '<' | '>')],
        // First at what never stands inside a number, then at what seldom does.
        Kind::Phone => &[
            |c| matches!(c, ',' | ';' | '|' | '&' | '\n' | '\r') || c.is_alphabetic(),
            |c| matches!(c, ',' | ';' | '|' | '&' | '\n' | '\r' | '/' | '\\') || c.is_alphabetic(),
        ],
    };
    for split in splits {
        let pieces: Vec<&str> = text.split(*split).filter(|piece| is_value(piece)).collect();
        if pieces.len() > 1 {
            return pieces.into_iter().map(|piece| Plaintext::new(piece.as_bytes())).collect();
        }
    }
    if kind == Kind::Phone
        && let Some(plus) = text.rfind('+')
        && is_value(&text[..plus])
        // `;phone-context=+358` is the front of the number before it (RFC 3966).
        && !text[..plus].ends_with('=')
    {
        let (one, other) = text.as_bytes().split_at(plus);
        return vec![Plaintext::new(one), Plaintext::new(other)];
    }
    vec![cell]
}

/// The key of the cell as it stands, trimmed and lower-cased: a last resort for a register's value that
/// does not parse. `None` for a blank cell.
#[must_use]
pub fn raw_key(kind: Kind, cell: Plaintext<'_>, key: &RunKey) -> Option<WideKey> {
    let space = match kind {
        Kind::Email => Space::RawEmail,
        Kind::Phone => Space::RawPhone,
    };
    let bytes = cell.read();
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            let text = text::trim(text);
            if text.is_empty() {
                return None;
            }
            let mut lowered = text.to_lowercase();
            let wide = key.wide(space, lowered.as_bytes());
            lowered.zeroize();
            Some(wide)
        }
        Err(_) => Some(key.wide(space, &bytes.trim_ascii().to_ascii_lowercase())),
    }
}

/// The key of the last seven digits of a cell that has as many: a last resort for a register's phone
/// number that does not parse.
#[must_use]
pub fn last_seven_key(cell: Plaintext<'_>, key: &RunKey) -> Option<WideKey> {
    let mut last = [0_u8; 7];
    let mut count = 0_usize;
    let mut take = |digit: u8| {
        last.rotate_left(1);
        last[6] = digit;
        count += 1;
    };
    let bytes = cell.read();
    if bytes.is_ascii() {
        bytes.iter().copied().filter(u8::is_ascii_digit).for_each(&mut take);
    } else if let Ok(text) = std::str::from_utf8(bytes) {
        text.chars().filter_map(phone_text::digit).for_each(|digit| take(b'0' + digit));
    }
    (count >= 7).then(|| key.wide(Space::LastSeven, &last))
}
