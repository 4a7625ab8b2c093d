//! The short way for common shapes of numbers whose whole range is in use: mobiles of Finland, Sweden,
//! Estonia, Germany and the United Kingdom, and geographic numbers of the United States. It promises the
//! slow parser's answer or none at all. Tests compare the two on samples; with `VERHO_EXHAUSTIVE=1`
//! they compare every Finnish mobile.
//!
//! It was proven for one version of the phone metadata, and answers nothing for another.

use super::country::Region;
use super::junk;
use super::phone::{DIGITS_MAX, Phone};
use super::phone_library::METADATA_VERSION;
use super::pieces::first;
use super::plaintext::Plaintext;
use super::reject::Reject;

/// The metadata that the ranges below were compared with.
const PROVEN_FOR: &str = "9.0.42";

const ENABLED: bool = is_proven_for(METADATA_VERSION);

/// Whether the ranges below were compared with this version.
pub(in crate::identifiers) const fn is_proven_for(version: &str) -> bool {
    let (now, then) = (version.as_bytes(), PROVEN_FOR.as_bytes());
    let mut same = now.len() == then.len();
    let mut at = 0;
    while same && at < now.len() {
        same = now[at] == then[at];
        at += 1;
    }
    same
}

/// Reads a cell, or leaves it to the slow parser.
pub(in crate::identifiers) fn read(
    cell: &Plaintext<'_>,
    region: Option<Region>,
) -> Option<Result<Phone, Reject>> {
    read_if(ENABLED, cell, region)
}

/// The same, for ranges that are proven or not.
pub(in crate::identifiers) fn read_if(
    proven: bool,
    cell: &Plaintext<'_>,
    region: Option<Region>,
) -> Option<Result<Phone, Reject>> {
    if !proven {
        return None;
    }
    let shape = scan(cell)?;
    let digits = &shape.digits[..shape.len];
    let (code, national): (&[u8], &[u8]) = if shape.plus {
        split(digits)?
    } else if let Some(rest) = digits.strip_prefix(b"00") {
        // Regions that dial abroad with 00; elsewhere zeros may be part of a number.
        match region.map(Region::letters).as_ref() {
            None | Some(b"FI" | b"SE" | b"EE" | b"DE" | b"GB") => split(rest)?,
            Some(_) => return None,
        }
    } else {
        (b"", digits)
    };
    let is_abroad = !code.is_empty();
    let (code, national) =
        if is_abroad { (code, without_trunk(code, national)) } else { in_region(national, region?)? };
    if !is_in_use(code, national) {
        return None;
    }
    if junk::is_repeated(national) {
        return Some(Err(Reject::RepeatedDigits));
    }
    // Digits stand before zeros, and all that is copied has one length.
    let at = shape.len - national.len();
    let whole = if is_abroad && digits[at - code.len()..at] == *code {
        *shape.digits[at - code.len()..].first_chunk()?
    } else {
        let mut room = [0; ROOM];
        *room[code.len()..].first_chunk_mut::<DIGITS_MAX>()? = *shape.digits[at..].first_chunk()?;
        room.iter_mut().zip(code).for_each(|(to, digit)| *to = *digit);
        *room.first_chunk()?
    };
    Some(Ok(Phone::whole(whole, (code.len() + national.len()) as u8)))
}

/// The digits of a cell that holds nothing but digits, one plus in front, and single separators.
struct Shape {
    /// And zeros behind them.
    digits: [u8; ROOM],
    len: usize,
    plus: bool,
}

/// Bytes of the longest cell that is looked at, without its plus: as many digits and separators as any number
/// has.
const CELL_MAX: usize = 32;
/// Digits of the longest number and what may stand before it.
const SHAPE_MAX: usize = 18;
/// Room in which as many digits as a number has stand behind each place of a cell.
const ROOM: usize = CELL_MAX + DIGITS_MAX;

/// Where separators stand nobody can guess, so that nothing here depends on it what is done with a byte.
fn scan(cell: &Plaintext<'_>) -> Option<Shape> {
    let text = cell.read().trim_ascii();
    let plus = text.first() == Some(&b'+');
    let len = text.len() - usize::from(plus);
    if !(1..=CELL_MAX).contains(&len) {
        return None;
    }
    let mut alone = [0; CELL_MAX + 1];
    let window = cell.window_of_trimmed(text, &mut alone);
    let bytes: &[u8; CELL_MAX] = window[usize::from(plus)..].first_chunk()?;
    let keep: &[u8; CELL_MAX] = first(len);
    let mut shape = Shape { digits: [0; ROOM], len: 0, plus };
    // Most numbers are written without separators.
    let mut others = 0;
    for place in 0..CELL_MAX {
        others |= if is_digit(bytes[place]) { 0 } else { keep[place] };
        shape.digits[place] = bytes[place] & keep[place];
    }
    if others == 0 {
        shape.len = len;
        return (len <= SHAPE_MAX).then_some(shape);
    }
    shape.digits = [0; ROOM];
    let (mut after_digit, mut is_odd) = (false, false);
    for b in &bytes[..len] {
        let is_digit = is_digit(*b);
        // A point is not taken: it may be a spreadsheet's decimal point.
        is_odd |= !(is_digit | (matches!(b, b' ' | b'-') & after_digit));
        after_digit = is_digit;
        // What is no digit is written over.
        shape.digits[shape.len % CELL_MAX] = *b;
        shape.len += usize::from(is_digit);
    }
    (after_digit && !is_odd && shape.len <= SHAPE_MAX).then_some(shape)
}

/// As [`u8::is_ascii_digit`], without a branch.
const fn is_digit(byte: u8) -> bool {
    byte.wrapping_sub(b'0') < 10
}

/// Country code and national digits of an international number.
fn split(digits: &[u8]) -> Option<(&[u8], &[u8])> {
    let code = match digits {
        [b'3', b'5', b'8', ..] | [b'3', b'7', b'2', ..] => 3,
        [b'4', b'6' | b'9' | b'4', ..] => 2,
        [b'1', ..] => 1,
        _ => return None,
    };
    Some(digits.split_at(code))
}

/// Without the zero dialled inside the country only, which some write behind its code: `+358 (0)40 1234567`.
fn without_trunk<'n>(code: &[u8], national: &'n [u8]) -> &'n [u8] {
    match (code, national) {
        (b"358" | b"46" | b"49" | b"44", [b'0', rest @ ..]) => rest,
        _ => national,
    }
}

/// A number as written inside its region.
fn in_region(digits: &[u8], region: Region) -> Option<(&'static [u8], &[u8])> {
    match (&region.letters(), digits) {
        (b"FI", [b'0', rest @ ..]) => Some((b"358", rest)),
        // The plus lost. No number inside these three begins so and has as many digits.
        (b"FI", [b'3', b'5', b'8', rest @ ..]) if rest.len() > 6 => Some((b"358", rest)),
        (b"SE", [b'4', b'6', rest @ ..]) if rest.len() == 9 => Some((b"46", rest)),
        (b"EE", [b'3', b'7', b'2', rest @ ..]) if rest.len() == 8 => Some((b"372", rest)),
        // The zero lost in a spreadsheet; the library reads it so too.
        (b"FI", rest) if rest.len() == 9 => Some((b"358", rest)),
        (b"SE", [b'0', rest @ ..]) => Some((b"46", rest)),
        (b"DE", [b'0', rest @ ..]) => Some((b"49", rest)),
        (b"GB", [b'0', rest @ ..]) => Some((b"44", rest)),
        (b"EE", rest) if rest.len() == 8 => Some((b"372", rest)),
        (b"US", [b'1', rest @ ..] | rest) if rest.len() == 10 => Some((b"1", rest)),
        _ => None,
    }
}

/// Whether the number lies in a range that is in use as a whole. `false` says nothing.
fn is_in_use(code: &[u8], national: &[u8]) -> bool {
    match (code, national) {
        (b"358", [b'4', b'0'..=b'8', ..] | [b'5', b'0', ..]) => matches!(national.len(), 7..=10),
        (b"46", [b'7', b'0' | b'2' | b'3' | b'6' | b'8' | b'9', ..]) => national.len() == 9,
        (b"372", [b'5', ..]) => national.len() == 8,
        (b"49", [b'1', b'6', b'0' | b'2' | b'3', ..] | [b'1', b'7', _, ..]) => {
            matches!(national.len(), 10 | 11)
        }
        (b"49", [b'1', b'5', b'0'..=b'2' | b'5'..=b'9', ..]) => national.len() == 11,
        (b"44", [b'7', b'1'..=b'3', ..]) => national.len() == 10,
        (b"44", [b'7', second, third, fourth, ..]) => {
            national.len() == 10 && is_british(*second, *third, *fourth)
        }
        (b"1", [first, second, third, b'2'..=b'9', ..]) => {
            national.len() == 10 && AREAS[number(*first, *second, *third)]
        }
        _ => false,
    }
}

/// British mobiles outside the islands that share the country code, by the digits after the 7.
fn is_british(second: u8, third: u8, fourth: u8) -> bool {
    match (second, third) {
        (b'4', b'5') => matches!(fourth, b'0'..=b'6' | b'8' | b'9'),
        (b'5', b'0') | (b'8', b'2' | b'3') => fourth != b'9',
        (b'5', b'2') => fourth != b'4',
        (b'7', b'0') => fourth != b'0',
        (b'7', b'8') | (b'9', b'1') => fourth != b'1',
        (b'7', b'9') | (b'9', b'3') => fourth != b'7',
        (b'4' | b'5' | b'7' | b'8' | b'9', _) => true,
        _ => false,
    }
}

const fn number(first: u8, second: u8, third: u8) -> usize {
    (first - b'0') as usize * 100 + (second - b'0') as usize * 10 + (third - b'0') as usize
}

/// Area codes of the United States in which every exchange from 2 to 9 is in use.
const AREAS: [bool; 1000] = {
    const BY_TENS: &[(u8, &[u8])] = &[
        (20, b"12356789"),
        (21, b"023456789"),
        (22, b"0345789"),
        (23, b"1459"),
        (24, b"08"),
        (25, b"12346"),
        (26, b"0279"),
        (27, b"02469"),
        (28, b"13"),
        (30, b"12345789"),
        (31, b"023456789"),
        (32, b"01345679"),
        (33, b"0124679"),
        (34, b"167"),
        (35, b"0123"),
        (36, b"01349"),
        (38, b"056"),
        (40, b"12456789"),
        (41, b"0234579"),
        (42, b"345"),
        (43, b"0245"),
        (44, b"023578"),
        (45, b"8"),
        (46, b"349"),
        (47, b"0589"),
        (48, b"04"),
        (50, b"12345789"),
        (51, b"0235678"),
        (52, b"0"),
        (53, b"0149"),
        (54, b"01"),
        (55, b"179"),
        (56, b"12347"),
        (57, b"012345"),
        (58, b"0256"),
        (60, b"12356789"),
        (61, b"02456789"),
        (62, b"03689"),
        (63, b"016"),
        (64, b"0156"),
        (65, b"01679"),
        (66, b"01279"),
        (67, b"8"),
        (68, b"01269"),
        (70, b"1234678"),
        (71, b"23456789"),
        (72, b"045678"),
        (73, b"012478"),
        (74, b"0378"),
        (75, b"47"),
        (76, b"02359"),
        (77, b"0123459"),
        (78, b"156"),
        (80, b"1234568"),
        (81, b"02345678"),
        (82, b"0168"),
        (83, b"012589"),
        (84, b"03578"),
        (85, b"046789"),
        (86, b"02345"),
        (87, b"028"),
        (90, b"1346789"),
        (91, b"023456789"),
        (92, b"0589"),
        (93, b"014678"),
        (94, b"0135789"),
        (95, b"12469"),
        (97, b"0123589"),
        (98, b"04569"),
    ];
    let mut table = [false; 1000];
    let mut row = 0;
    while row < BY_TENS.len() {
        let (tens, ones) = BY_TENS[row];
        let mut at = 0;
        while at < ones.len() {
            table[tens as usize * 10 + (ones[at] - b'0') as usize] = true;
            at += 1;
        }
        row += 1;
    }
    table
};

/// The area codes of the table, for the tests.
#[cfg(test)]
pub(in crate::identifiers) fn areas() -> impl Iterator<Item = usize> {
    (0..1000).filter(|area| AREAS[*area])
}
