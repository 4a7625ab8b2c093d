//! Keys that only look for a match in a register and never link two people: other readings of a phone
//! cell, the raw cell, the last seven digits. They promise to be generous: a probe too many costs reach,
//! one too few breaks the law.

use super::digest::{RunKey, Space, WideKey};
use super::phone::{self, Phone};
use super::phone_library::{self, Verdict};
use super::steps::Steps;
use super::{Kind, Plaintext, Region, Scratch, phone_text, text};
use zeroize::Zeroize;

/// Adds the wide key of every other plausible reading of a phone cell: in each given region, with a
/// lost leading zero or plus put back, out of scientific notation, in letters as on a keypad.
pub fn phone_alternatives(
    cell: Plaintext<'_>,
    regions: &[Region],
    scratch: &mut Scratch,
    key: &RunKey,
    out: &mut Vec<WideKey>,
) {
    let from = out.len();
    scratch.clear();
    if phone_text::write_plain(cell.read(), &mut scratch.text, &mut Steps::default()).is_err() {
        // Letters, several numbers: the digits alone may still be a number.
        scratch.text.clear();
        let Ok(opened) = text::open(cell.read(), &mut Steps::default()) else { return };
        if text::looks_hashed(opened) {
            return;
        }
        scratch.text.extend(opened.chars().filter(|c| c.is_ascii_digit() || *c == '+'));
    }
    let mut digits: Vec<u8> = scratch.text.bytes().filter(u8::is_ascii_digit).collect();
    if digits.len() >= 6 && digits.len() <= 20 {
        let plain = std::mem::take(&mut scratch.text);
        let plus = plain.starts_with('+');
        let mut add = |attempt: &str, region: Option<Region>| {
            if let Verdict::Valid(line, _) | Verdict::Possible(line) = phone_library::read(attempt, region)
                && let Some(phone) = Phone::from_line(line)
            {
                out.push(phone.wide_key(key));
            }
        };
        for region in regions.iter().copied().map(Some).chain([None]) {
            let _: Option<()> = phone::attempts(&plain, &digits, plus, region, &mut scratch.basic, |text, region, _| {
                add(text, region);
                None
            });
        }
        let bare = std::str::from_utf8(&digits).unwrap_or_default();
        let trimmed = bare.trim_start_matches('0');
        // Whatever the length, the digits may be a whole number that lost its plus …
        scratch.basic.clear();
        scratch.basic.push('+');
        scratch.basic.push_str(trimmed);
        add(&scratch.basic, None);
        for region in regions {
            // … or a national one with a plus, or zeros, that it should not have.
            add(trimmed, Some(*region));
            scratch.basic.clear();
            scratch.basic.push('0');
            scratch.basic.push_str(trimmed);
            add(&scratch.basic, Some(*region));
        }
        scratch.text = plain;
    }
    digits.zeroize();
    let mut added = out.split_off(from);
    added.sort_unstable();
    added.dedup();
    out.append(&mut added);
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
