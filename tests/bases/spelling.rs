//! Invented addresses and numbers, and the many ways in which the same one is written.

use super::rng::Rng;

/// An invented address.
#[derive(Clone)]
pub(crate) struct Address {
    local: String,
    domain: &'static str,
}

/// An invented number.
#[derive(Clone)]
pub(crate) struct Number {
    code: &'static str,
    trunk: &'static str,
    national: String,
}

const FIRST: [&str; 8] = ["aino", "eero", "helmi", "ilmari", "kerttu", "onni", "tyyne", "väinö"];
const LAST: [&str; 5] = ["virta", "koski", "niemi", "salo", "laine"];
const DOMAINS: [&str; 7] = [
    "example.com",
    "mail.example.com",
    "example.org",
    "example.net",
    "gmail.com",
    "googlemail.com",
    "bücher.example",
];

impl Address {
    /// The `place`-th address: few enough of them that people share some.
    pub(crate) fn new(place: usize) -> Self {
        let first = FIRST[place % FIRST.len()];
        let last = LAST[(place / FIRST.len()) % LAST.len()];
        let domain = DOMAINS[(place * 3 + place / 7) % DOMAINS.len()];
        if place % 23 == 11 {
            let local = if place.is_multiple_of(2) { "info" } else { "sales" };
            return Self { local: local.to_owned(), domain: "example.org" };
        }
        Self { local: format!("{first}.{last}.{place}"), domain }
    }

    /// As it should be written.
    pub(crate) fn plain(&self) -> String {
        format!("{}@{}", self.local, self.domain)
    }

    /// Its domain, or a parent of it.
    pub(crate) fn domain(&self, rng: &mut Rng) -> String {
        let domain = self.domain;
        let domain = if rng.chance(30) { domain.strip_prefix("mail.").unwrap_or(domain) } else { domain };
        match rng.below(3) {
            0 => format!("@{domain}"),
            1 => domain.to_uppercase(),
            _ => domain.to_owned(),
        }
    }

    /// As somebody has written it.
    pub(crate) fn spelled(&self, rng: &mut Rng) -> String {
        let (mut local, mut domain) = (self.local.clone(), self.domain.to_owned());
        if rng.chance(20) {
            local.push_str(rng.pick(&["+news", "+2", "+a.b"]));
        }
        if rng.chance(15) {
            local = local.replace('.', "");
        }
        if rng.chance(10) && domain == "gmail.com" {
            "googlemail.com".clone_into(&mut domain);
        }
        if rng.chance(30) && domain == "bücher.example" {
            "xn--bcher-kva.example".clone_into(&mut domain);
        }
        let mut text = format!("{local}@{domain}");
        match rng.below(10) {
            0 => text = text.to_uppercase(),
            1 => text = format!("  {text}"),
            2 => text.push('\u{a0}'),
            3 => text = format!("\u{feff}{text}\u{200b}"),
            // Decomposed letters.
            4 => text = text.replace('ä', "a\u{308}").replace('ü', "u\u{308}"),
            5 => text = format!("{}{}", text[..1].to_uppercase(), &text[1..]),
            _ => {}
        }
        if rng.chance(12) { around_address(&text, rng) } else { text }
    }
}

impl Number {
    /// The `place`-th number.
    pub(crate) fn new(place: usize) -> Self {
        let last = place % 90;
        match place % 7 {
            0..=3 => Self { code: "358", trunk: "0", national: format!("4012345{last:02}") },
            4 | 5 => Self { code: "46", trunk: "0", national: format!("7017406{last:02}") },
            _ => Self { code: "1", trunk: "", national: format!("20255501{last:02}") },
        }
    }

    /// `+` and digits.
    pub(crate) fn plain(&self) -> String {
        format!("+{}{}", self.code, self.national)
    }

    /// As somebody has written it. A number without its country code is read where it stands.
    pub(crate) fn spelled(&self, rng: &mut Rng) -> String {
        let (code, trunk, national) = (self.code, self.trunk, self.national.as_str());
        let (start, end) = national.split_at(2);
        let (middle, end) = end.split_at(3);
        if rng.chance(10) {
            return self.around(rng);
        }
        match rng.below(14) {
            0 => format!("00{code}{national}"),
            1 => format!("+{code} {start} {middle} {end}"),
            2 => format!("+{code} ({trunk}){start} {middle}{end}").replace("()", ""),
            3 | 4 => format!("{trunk}{national}"),
            5 => format!("{trunk}{start}-{middle} {end}"),
            6 => national.to_owned(),
            7 => format!("tel:+{code}-{start}-{middle}-{end}"),
            8 => format!("{code}{national}"),
            9 => format!("  ({trunk}{start}) {middle}{end} "),
            10 => format!("+{code}{national}").chars().map(full_width).collect(),
            11 => format!("+{code}\u{a0}{start}\u{2011}{middle}\u{2011}{end}"),
            _ => self.plain(),
        }
    }
}

impl Number {
    /// With what programs and people leave around a number, or do to it.
    fn around(&self, rng: &mut Rng) -> String {
        let (code, trunk, national) = (self.code, self.trunk, self.national.as_str());
        let (head, tail) = national.split_at(1);
        match rng.below(20) {
            0 => format!("=\"{trunk}{national}\""),
            1 => format!("'{trunk}{national}"),
            2 => format!("{code}{national}.0"),
            3 => format!("{trunk}{national}.0"),
            4 => format!("{}.{}{national}E+{}", &code[..1], &code[1..], code.len() + national.len() - 1),
            5 => format!("Tel: {trunk}{national}"),
            6 => format!("+{code}{national} ext. 12"),
            7 => format!("{trunk}{national} x7"),
            8 => format!("+{code}{national}, {trunk}{national}"),
            9 => format!("{trunk}{national} / +{code}{national}"),
            10 => format!("{trunk}{national} mum"),
            11 => format!("\u{200e}+{code}\u{200b}{head}{tail}"),
            12 => format!("+{trunk}{national}"),
            13 => format!("{trunk}{national}/1"),
            14 => format!("{trunk}{national}-2"),
            15 => format!("+{code}{national} (3)"),
            16 => format!("+{code}{national} / 12"),
            17 => format!("{trunk}{national}-12"),
            18 => format!("+{code}{national}-{}", code.len()),
            _ => format!("\u{201c}+{code} {national}\u{201d}"),
        }
    }
}

/// With what programs and people leave around an address.
fn around_address(text: &str, rng: &mut Rng) -> String {
    match rng.below(24) {
        0 => format!("mailto:{text}"),
        1 => format!("Jane Doe <{text}>"),
        2 => format!("{text} (work)"),
        3 => format!("'{text}"),
        4 => format!("=\"{text}\""),
        5 => format!("<{text}>"),
        6 => format!("{text},"),
        7 => format!("{text}; other@example.org"),
        8 => text.replace('@', " @ "),
        9 => text.replace('@', "\u{ff20}"),
        10 => format!("{text}."),
        11 => format!("\u{201c}{text}\u{201d}"),
        12 => text.replace('@', ".@"),
        13 => format!("{text} {text}"),
        // Signs and labels that stick to it.
        14 => format!("email={text}"),
        15 => format!("?a=1&user={text}"),
        16 => format!("{}{text}", rng.pick(&["-", "_", "*", "#", "/", "•", "»", "\u{2800}", "\u{3164}"])),
        17 => format!("{}{text}", rng.pick(&["=3D", "=20", "u003c", "x%20", "?=20", "'=2"])),
        18 => text.replacen('@', "_@", 1),
        // Slips in writing it.
        19 => text.replacen('@', rng.pick(&["(at)", " [AT] ", " at ", "%40", "&#64;", "(ät)"]), 1),
        20 => text.replacen('@', rng.pick(&["@@", "\\@", "@.", "(home)@", "(a)(b)@", ")@", "@@@"]), 1),
        21 => text.replace("example.", rng.pick(&["example,", "example..", "example·", "example, "])),
        22 => format!("{},", text.replace("gmail.", "gmail,")),
        _ => format!("{}@{}", rng.pick(&["*", "%", "", "*@x", " "]), text.rsplit('@').next().unwrap_or("")),
    }
}

pub(crate) fn full_width(letter: char) -> char {
    match letter {
        '+' => '\u{ff0b}',
        '0'..='9' => char::from_u32(0xff10 + u32::from(letter) - u32::from('0')).unwrap_or(letter),
        other => other,
    }
}

/// What stands in an e-mail column and is no address.
pub(crate) const NO_ADDRESS: [&str; 8] = [
    "n/a",
    "-",
    "unknown",
    "two@signs@example.com",
    "nobody@",
    "@example.com",
    "a b@example.com",
    "nobody@localhost",
];

/// What stands in a phone column and is no number.
pub(crate) const NO_NUMBER: [&str; 7] =
    ["n/a", "-", "0000000000", "3.58401E+11", "12", "ask her", "04012345678901234567"];
