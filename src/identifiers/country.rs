//! Regions for phone numbers, and what people write in a country column. It promises one region or
//! none for a text, and knows nothing of law: which region is in the EEA is said elsewhere.

use super::countries::{CODES, NAMES};
use super::phone_library;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// A country by its two letters (ISO 3166-1 alpha-2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region([u8; 2]);

impl Region {
    /// From two letters in either case, when the phone library knows the region.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        // Asked once for all: this runs for every row.
        static KNOWN: LazyLock<[bool; 26 * 26]> = LazyLock::new(|| {
            std::array::from_fn(|at| {
                phone_library::knows(Region([b'A' + (at / 26) as u8, b'A' + (at % 26) as u8]))
            })
        });
        let letters: [u8; 2] = code.as_bytes().try_into().ok()?;
        let letters = letters.map(|b| b.to_ascii_uppercase());
        if !letters.iter().all(u8::is_ascii_uppercase) {
            return None;
        }
        let [first, second] = letters.map(|b| usize::from(b - b'A'));
        KNOWN[first * 26 + second].then_some(Self(letters))
    }

    /// The two letters, upper-case.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The same as bytes, for comparing.
    pub(in crate::identifiers) const fn letters(self) -> [u8; 2] {
        self.0
    }
}

/// The country that a cell names: two or three letters of ISO 3166-1, or a name in English, Finnish,
/// Swedish, Estonian, German or, for Europe, the country's own languages. Case, accents and
/// surrounding space do not matter. A country without phone numbers of its own is none.
#[must_use]
pub fn country(cell: &[u8]) -> Option<Region> {
    let text = std::str::from_utf8(cell).ok()?;
    let text = super::text::trim(text);
    if text.is_empty() || text.len() > 80 {
        return None;
    }
    if text.len() == 2 && text.is_ascii() {
        return two_letters(text);
    }
    if text.len() == 3 && text.is_ascii() {
        let mut letters = [0; 3];
        letters.copy_from_slice(text.as_bytes());
        letters.make_ascii_uppercase();
        if let Some((_, two)) = CODES.iter().find(|(three, _)| three.as_bytes() == letters) {
            return Region::from_code(two);
        }
    }
    let folded = fold(text);
    let at = NAMES.binary_search_by(|(name, _)| (*name).cmp(folded.as_str())).ok()?;
    Region::from_code(NAMES[at].1)
}

/// UK is how the United Kingdom writes itself, EL how the Union writes Greece; neither is another country.
fn two_letters(text: &str) -> Option<Region> {
    if text.eq_ignore_ascii_case("uk") {
        return Region::from_code("GB");
    }
    if text.eq_ignore_ascii_case("el") {
        return Region::from_code("GR");
    }
    Region::from_code(text)
}

/// Lower case, without accents, with single spaces: how the table writes names.
pub(in crate::identifiers) fn fold(name: &str) -> String {
    let lowered = name.to_lowercase();
    let letters = lowered.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c));
    let mut out = String::with_capacity(name.len());
    for c in letters {
        match c {
            'ß' => out.push_str("ss"),
            'ø' => out.push('o'),
            'ð' | 'đ' => out.push('d'),
            'æ' => out.push_str("ae"),
            'ł' => out.push('l'),
            'ı' => out.push('i'),
            c if c.is_alphanumeric() => out.push(c),
            '\'' | '’' | '.' => {}
            '&' => out.push_str(" and "),
            _ if out.ends_with(' ') || out.is_empty() => {}
            _ => out.push(' '),
        }
    }
    // An ampersand may stand between spaces.
    let words: Vec<&str> = out.split(' ').filter(|word| !word.is_empty()).collect();
    words.join(" ")
}
