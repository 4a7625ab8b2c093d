//! Phone numbers: what the library reads in a region, and every other way a cell may be meant.
//!
//! It must not know rows, platforms or rules.

use std::collections::{BTreeMap, BTreeSet};

use super::phone_text::{Unclear, clean, digits_of};
use super::text::{opened, shows_nothing, signs, trim};
use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType, Region};

/// One reading of a cell.
#[derive(Clone)]
pub(super) struct Phone {
    /// `+` and digits.
    pub(super) e164: String,
    /// National significant number.
    national: String,
    /// Whether the numbering plan has it.
    pub(super) valid: bool,
    /// Whether its length fits.
    possible: bool,
    /// Whether it belongs to a service.
    is_service: bool,
}

/// An alpha-2 region.
pub(super) type Alpha2 = [u8; 2];

/// Regions to try; `None` is nowhere, where only whole international numbers can be read.
pub(super) type Regions = BTreeSet<Option<Alpha2>>;

/// International numbers with their national part.
pub(super) type Readings = BTreeMap<String, String>;

impl Phone {
    /// Reads a cell in a region; `None` when there is no number in it, or it stands for nobody. Of the
    /// ways to read it, in this order, the first valid one counts, else the first possible one: as it
    /// stands; without a trunk zero in brackets; `00` in front as a plus; eleven digits or more that do
    /// not begin with zero as a number that lost its plus. Letters are refused: the library would turn a
    /// word beside a number into digits.
    pub(super) fn parse(cell: &str, region: Option<Alpha2>) -> Option<Self> {
        let text = clean(cell).ok()?;
        let digits = digits_of(&text);
        let plus = begins_with_plus(&text);
        let same = |digits: &str| digits.chars().all(|digit| digits.starts_with(digit));
        let too_few = !plus && digits.len() <= 5 && !is_whole_at_home(&digits, region);
        if digits.is_empty() || digits.len() > 40 || too_few || same(&digits) {
            return None;
        }
        let read: Vec<_> = ways(&text, plus, region)
            .into_iter()
            .filter_map(|(way, region)| Self::read(&way, region))
            .collect();
        let best = read.iter().find(|phone| phone.valid).or(read.iter().find(|phone| phone.possible))?;
        let filler = best.national.len() >= 7 && last_seven(&best.national).is_some_and(|seven| same(&seven));
        (!best.is_service && !filler).then(|| best.clone())
    }

    fn read(text: &str, region: Option<Alpha2>) -> Option<Self> {
        let number = PHONE_NUMBER_UTIL.parse(text, region.and_then(library_region)).ok()?;
        let kind = PHONE_NUMBER_UTIL.get_number_type(&number);
        let length = PHONE_NUMBER_UTIL.is_possible_number_with_reason(&number);
        let e164 = number.format_as(PhoneNumberFormat::E164).into_owned();
        // Britain's 084 and 087 are ordinary numbers of companies.
        let is_ordinary = e164.starts_with("+4484") || e164.starts_with("+4487");
        let valid = kind != PhoneNumberType::Unknown && number.is_valid();
        Some(Self {
            national: number.get_national_significant_number(),
            valid,
            possible: matches!(length, Ok(NumberLengthType::IsPossible)),
            is_service: valid && kind == PhoneNumberType::PremiumRate && !is_ordinary,
            e164,
        })
    }

    /// Whether it goes up.
    pub(super) fn is_good(&self, possible_is_enough: bool) -> bool {
        self.valid || (possible_is_enough && self.possible)
    }

    /// Digits with the country code, without the plus.
    pub(super) fn digits(&self) -> &str {
        self.e164.trim_start_matches('+')
    }
}

/// Whether four or five digits are a number in use that its region writes with these digits alone.
fn is_whole_at_home(digits: &str, region: Option<Alpha2>) -> bool {
    let number = region.and_then(library_region).map(|region| PHONE_NUMBER_UTIL.parse(digits, Some(region)));
    let Some(Ok(number)) = number.filter(|_| digits.len() >= 4) else { return false };
    let at_home = number.format_as(PhoneNumberFormat::National).into_owned();
    number.is_valid() && digits_of(&at_home) == digits
}

/// The texts to hand to the library, in order.
fn ways(text: &str, plus: bool, region: Option<Alpha2>) -> Vec<(String, Option<Alpha2>)> {
    let digits = digits_of(text);
    let mut ways = vec![(text.to_owned(), region)];
    if text.contains("(0)") {
        ways.push((text.replacen("(0)", "", 1), region));
    }
    if let Some(rest) = digits.strip_prefix("00") {
        ways.push((format!("+{rest}"), None));
    } else if !plus && digits.len() >= 11 && !digits.starts_with('0') {
        ways.push((format!("+{digits}"), None));
    }
    ways
}

/// All that a cell may mean. `own`: where its national numbers are at home; `all`: where else they may
/// be. A cell that says its country code and is a number means nothing else.
pub(super) fn meanings(cell: &str, own: &Regions, all: &Regions, possible_is_enough: bool) -> Readings {
    let parsed: Readings = own
        .iter()
        .filter_map(|region| Phone::parse(cell, *region))
        .filter(|phone| phone.is_good(possible_is_enough))
        .map(|phone| (phone.e164, phone.national))
        .collect();
    let text = trim(cell);
    let text = text.strip_prefix("tel:").unwrap_or(text);
    let counts = before_counter(&signs(cell)).is_some();
    if !parsed.is_empty() && !counts && (text.starts_with('+') || text.starts_with("00")) {
        return parsed;
    }
    let mut meanings = parsed;
    meanings.extend(other_meanings(cell, all));
    meanings
}

/// The other readings of a cell: of each of its values, and of numbers that stand side by side.
pub(super) fn other_meanings(cell: &str, all: &Regions) -> Readings {
    let cell = signs(cell);
    // A piece may hold several again, that another sign divides.
    let parts = values(&cell).into_iter().flat_map(values);
    let pieces = parts.flat_map(|part| [vec![part], joined(part)].concat());
    // What a slash divides may be an area code and the rest of one number.
    let wholes = values(&cell).into_iter().chain([cell.as_str()]).filter(|text| {
        let [without, with] = SEPARATORS.map(|separators| long_pieces(text, separators).len());
        without < 2 && with > 1
    });
    let counted = before_counter(&cell);
    pieces.chain(wholes).chain(counted).flat_map(|piece| readings(piece, all)).collect()
}

/// The number before a digit behind a hyphen or in brackets, or before one or two behind a slash: they
/// may count it.
fn before_counter(cell: &str) -> Option<&str> {
    let cell = cell.trim_end();
    let (front, digits) = match cell.strip_suffix(')') {
        Some(inner) => inner.rsplit_once('(').map(|(front, digits)| (front, digits.trim())),
        None => cell.rsplit_once(['-', '/']).map(|(front, digits)| (front, digits.trim_start())),
    }?;
    let most = if cell.get(front.len()..)?.starts_with('/') { 2 } else { 1 };
    let is_counter = (1..=most).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = front.trim_end();
    let is_number = number.ends_with(|letter: char| letter.is_ascii_digit());
    (is_counter && is_number && digits_of(number).len() > 6).then_some(number)
}

/// What separates the numbers of a cell; slashes only where the others do not.
const SEPARATORS: [&str; 2] = [",;|&\n\r", ",;|&\n\r/\\"];

fn long_pieces<'a>(cell: &'a str, separators: &str) -> Vec<&'a str> {
    let pieces = cell.split(|letter: char| letter.is_alphabetic() || separators.contains(letter));
    pieces.filter(|piece| is_long(piece)).collect()
}

/// Runs of six digits or more where there are two; and every way to cut a cell in two numbers, when it
/// has more digits than one number can have.
fn joined(cell: &str) -> Vec<&str> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, letter) in
        cell.char_indices().filter(|(_, letter)| !digits_of(letter.encode_utf8(&mut [0; 4])).is_empty())
    {
        match runs.last_mut() {
            Some(run) if run.1 == at => run.1 = at + letter.len_utf8(),
            _ => runs.push((at, at + letter.len_utf8())),
        }
    }
    let count = |text: &str| digits_of(text).len();
    let begin = |at: usize| at - usize::from(cell[..at].ends_with('+'));
    let mut pieces: Vec<&str> = Vec::new();
    let long: Vec<_> = runs.iter().filter(|run| count(&cell[run.0..run.1]) >= 6).collect();
    if long.len() > 1 {
        pieces.extend(long.iter().map(|run| &cell[begin(run.0)..run.1]));
    }
    if (16..=30).contains(&count(cell)) {
        for pair in runs.windows(2) {
            let (one, other) = (&cell[..pair[0].1], &cell[begin(pair[1].0)..]);
            if (6..=15).contains(&count(one)) && (6..=15).contains(&count(other)) {
                pieces.extend([one, other]);
            }
        }
    }
    pieces
}

/// Every reading of a value in these regions, also with zeros or a plus that a spreadsheet dropped or
/// somebody added. Generous: it only ever meets objections.
fn readings(value: &str, regions: &Regions) -> Readings {
    let mut attempts: Vec<(String, Option<Alpha2>)> = Vec::new();
    let text = match clean(value) {
        Ok(text) => text,
        Err(Unclear::Nothing) => return Readings::new(),
        Err(Unclear::Mixed) => {
            let Some(text) = opened(value) else { return Readings::new() };
            attempts.extend(regions.iter().map(|region| (text.clone(), *region)));
            let plus =
                if text.chars().find(|letter| *letter == '+' || !digits_of(&letter.to_string()).is_empty())
                    == Some('+')
                {
                    "+"
                } else {
                    ""
                };
            format!("{plus}{}", digits_of(&text))
        }
    };
    let digits = digits_of(&text);
    if (6..=20).contains(&digits.len()) {
        let bare = digits.trim_start_matches('0');
        for region in regions {
            attempts.extend(ways(&text, text.starts_with('+'), *region));
            attempts.extend([(bare.to_owned(), *region), (format!("0{bare}"), *region)]);
        }
        attempts.push((format!("+{bare}"), None));
    }
    attempts
        .into_iter()
        .filter_map(|(way, region)| Phone::read(&way, region))
        .filter(|phone| phone.valid || phone.possible)
        .map(|phone| (phone.e164, phone.national))
        .collect()
}

/// The numbers of a cell: more than one, or the cell.
fn values(cell: &str) -> Vec<&str> {
    let long: Vec<_> = pieces(cell).into_iter().filter(|piece| is_long(piece)).collect();
    if long.len() > 1 { long } else { vec![cell] }
}

/// All that stands between the separators of a cell, as far as it shows anything. What separates is what
/// leaves two pieces that are long enough to be numbers: letters and signs, slashes too, the last plus.
pub(super) fn pieces(cell: &str) -> Vec<&str> {
    for separators in SEPARATORS {
        let separates = |letter: char| letter.is_alphabetic() || separators.contains(letter);
        let pieces: Vec<_> = cell.split(separates).filter(|piece| !shows_nothing(piece)).collect();
        if pieces.iter().filter(|piece| is_long(piece)).count() > 1 {
            return pieces;
        }
    }
    match cell.rfind('+').and_then(|plus| cell.split_at_checked(plus)) {
        Some((one, other)) if is_long(one) && !one.ends_with('=') => vec![one, other],
        _ => vec![cell],
    }
}

fn is_long(piece: &str) -> bool {
    digits_of(piece).len() >= 6
}

/// Every text that somebody may have hashed for this cell, given all that it may mean. `own`: where it is
/// at home.
pub(super) fn hashable(
    cell: &str,
    meanings: &Readings,
    own: &Regions,
    possible_is_enough: bool,
) -> BTreeSet<String> {
    let is_one = |region: &Option<Alpha2>| {
        Phone::parse(cell, *region).is_some_and(|phone| phone.is_good(possible_is_enough))
    };
    let mut written = vec![cell];
    if !own.iter().any(is_one) {
        written.extend(values(cell));
    }
    let mut forms: BTreeSet<String> =
        written.iter().flat_map(|text| [trim(text).to_owned(), trim(text).to_lowercase()]).collect();
    for (e164, national) in meanings {
        let digits = e164.trim_start_matches('+');
        forms.extend([digits.to_owned(), e164.clone(), format!("00{digits}")]);
        forms.extend([national.clone(), format!("0{national}")]);
    }
    forms
}

/// The last seven digits of a cell, when it has as many.
pub(super) fn last_seven(cell: &str) -> Option<String> {
    let digits: Vec<char> = digits_of(cell).chars().collect();
    let start = digits.len().checked_sub(7)?;
    Some(digits.get(start..)?.iter().collect())
}

fn begins_with_plus(text: &str) -> bool {
    text.trim_start_matches([' ', '(', '[', '.', '-', '/', '~']).starts_with('+')
}

fn library_region(region: Alpha2) -> Option<Region> {
    std::str::from_utf8(&region).ok()?.parse().ok()
}
