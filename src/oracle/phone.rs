//! Phone numbers: what the library reads in a region, and every other way a cell may be meant.
//!
//! It must not know rows, platforms or rules.

use std::collections::{BTreeMap, BTreeSet};

use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType, Region};
use unicode_normalization::UnicodeNormalization as _;

use super::text::{is_hash, opened, signs, trim};

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

/// What stands before a number.
const LABELS: [&str; 26] = [
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

/// What stands before an extension.
const EXTENSIONS: [&str; 17] = [
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

/// Why a cell is not the text of one number.
enum Unclear {
    /// Something stands beside the digits.
    Mixed,
    /// There is nothing to be read, or the digits are not the number's own.
    Nothing,
}

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
        if digits.is_empty() || digits.len() > 40 || (!plus && digits.len() <= 5) || same(&digits) {
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
    if !parsed.is_empty() && (text.starts_with('+') || text.starts_with("00")) {
        return parsed;
    }
    let mut meanings = parsed;
    meanings.extend(other_meanings(cell, all));
    meanings
}

/// The other readings of a cell: of each of its values, and of numbers that stand side by side.
pub(super) fn other_meanings(cell: &str, all: &Regions) -> Readings {
    let cell = signs(cell);
    let mut pieces = values(&cell);
    pieces.extend(joined(&cell));
    pieces.into_iter().flat_map(|piece| readings(piece, all)).collect()
}

/// Runs of six digits or more where there are two; and every way to cut a cell in two numbers, when it
/// has more digits than one number can have.
fn joined(cell: &str) -> Vec<&str> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, letter) in cell.char_indices().filter(|(_, letter)| is_digit(*letter)) {
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
            let plus = if text.chars().find(|letter| is_digit(*letter) || *letter == '+') == Some('+') {
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

/// A cell is cut where several numbers would be, if each piece is long enough to be one.
fn values(cell: &str) -> Vec<&str> {
    let long = |piece: &&str| digits_of(piece).len() >= 6;
    for separators in [",;|&\n\r", ",;|&\n\r/\\"] {
        let pieces: Vec<_> = cell
            .split(|letter: char| letter.is_alphabetic() || separators.contains(letter))
            .filter(long)
            .collect();
        if pieces.len() > 1 {
            return pieces;
        }
    }
    match cell.rfind('+').and_then(|plus| cell.split_at_checked(plus)) {
        Some((one, other)) if long(&one) => vec![one, other],
        _ => vec![cell],
    }
}

/// Every text that somebody may have hashed for this cell, given all that it may mean.
pub(super) fn hashable(cell: &str, meanings: &Readings) -> BTreeSet<String> {
    let mut forms = BTreeSet::from([trim(cell).to_owned(), trim(cell).to_lowercase()]);
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

fn digits_of(text: &str) -> String {
    text.nfkc().filter(char::is_ascii_digit).collect()
}

fn is_digit(letter: char) -> bool {
    letter.nfkc().any(|plain| plain.is_ascii_digit())
}

fn begins_with_plus(text: &str) -> bool {
    text.trim_start_matches([' ', '(', '[', '.', '-', '/', '~']).starts_with('+')
}

/// The text of one number in ASCII: digits, a plus and what may stand between them.
fn clean(cell: &str) -> Result<String, Unclear> {
    let text = opened(cell).ok_or(Unclear::Nothing)?;
    if is_hash(&text) {
        return Err(Unclear::Nothing);
    }
    let text: String =
        text.nfkc().filter(|letter| !matches!(letter, '\u{200c}' | '\u{200d}')).map(plain).collect();
    if text.contains(char::is_control) {
        return Err(Unclear::Mixed);
    }
    let text = unlabelled(&text);
    let text = written_out(text)?;
    let text = without_extension(&text)?;
    if looks_several(&text) { Err(Unclear::Mixed) } else { Ok(text) }
}

fn plain(letter: char) -> char {
    match letter {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' | '\u{2043}' => '-',
        '\u{2053}' | '\u{223c}' => '~',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{b7}' | '\u{2022}' => '.',
        '\n' | '\r' => letter,
        letter if letter.is_whitespace() => ' ',
        letter => letter,
    }
}

fn unlabelled(text: &str) -> &str {
    let start = text.trim_start();
    let rest = LABELS.iter().find_map(|label| {
        let head = start.get(..label.len())?;
        let rest = start.get(label.len()..)?;
        let number =
            rest.trim_start().starts_with(|letter: char| letter.is_ascii_digit() || "+(".contains(letter));
        (head.eq_ignore_ascii_case(label) && number).then_some(rest)
    });
    rest.unwrap_or(text)
}

/// `358401234567.0` and `3.58401234567E+11` are numbers; `3.58401E+11` has lost digits.
fn written_out(text: &str) -> Result<String, Unclear> {
    let body = text.trim();
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, power) =
        body.split_once(['e', 'E']).map_or((body, None), |(one, other)| (one, Some(other)));
    let signless = mantissa.strip_prefix('+').unwrap_or(mantissa);
    let (whole, fraction) = signless.split_once(['.', ',']).unwrap_or((signless, ""));
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return Ok(text.to_owned());
    }
    match power.map(|power| power.strip_prefix('+').unwrap_or(power)) {
        None if whole.len() >= 7 && matches!(fraction, "0" | "00") => {
            Ok(format!("{}{whole}", if mantissa.starts_with('+') { "+" } else { "" }))
        }
        None => Ok(text.to_owned()),
        Some(power) if power.is_empty() || power.len() > 2 || !all_digits(power) => Ok(text.to_owned()),
        Some(power) if whole.len() == 1 && power.parse() == Ok(fraction.len()) => {
            Ok(format!("{whole}{fraction}"))
        }
        Some(_) => Err(Unclear::Nothing),
    }
}

fn without_extension(text: &str) -> Result<String, Unclear> {
    let other = |letter: char| !(letter.is_ascii_digit() || "+-() ./~[]".contains(letter));
    let Some((number, tail)) = text.find(other).and_then(|at| text.split_at_checked(at)) else {
        return Ok(text.to_owned());
    };
    let tail = tail.to_lowercase();
    let tail = tail.trim_start_matches([' ', ',', ';']);
    if let Some(context) = tail.strip_prefix("phone-context=") {
        let sound = context.starts_with('+')
            && context.chars().all(|letter| letter.is_ascii_digit() || "+-".contains(letter));
        return if sound { Ok(format!("{context}{number}")) } else { Err(Unclear::Mixed) };
    }
    let is_extension = EXTENSIONS.iter().any(|mark| {
        tail.strip_prefix(mark).is_some_and(|rest| {
            let rest = rest.trim_start_matches(['.', ':', '=', ' ']).trim_end_matches(['#', ' ', '.', ')']);
            (1..=7).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_digit())
        })
    });
    if is_extension {
        return Ok(number.trim_end_matches([' ', ',', ';', '(', '[']).to_owned());
    }
    Err(Unclear::Mixed)
}

/// Two numbers, with something between them that one number does not have.
fn looks_several(text: &str) -> bool {
    let long = |part: &str, least: usize| digits_of(part).len() >= least;
    let second_plus = text.rsplit_once('+').is_some_and(|(before, _)| long(before, 5));
    second_plus
        || [",", ";", "|", "/", "\\", "&", " or ", " tai ", " eller ", " oder ", " ja ", " and "].iter().any(
            |mark| text.split_once(mark).is_some_and(|(before, after)| long(before, 7) && long(after, 7)),
        )
}

fn library_region(region: Alpha2) -> Option<Region> {
    std::str::from_utf8(&region).ok()?.parse().ok()
}
