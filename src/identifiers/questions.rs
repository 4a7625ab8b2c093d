//! What is asked of the phone library about one cell, each question once: the readings of a cell are made
//! by rule and often come to the same digits, and an answer takes microseconds.

use super::country::Region;
use super::phone::Phone;
use super::{Plaintext, phone_fast, phone_library};
use zeroize::Zeroizing;

/// The questions asked about one cell so far.
pub(in crate::identifiers) struct Questions {
    /// Their texts, side by side. It does not grow, which would leave the old place unwiped.
    texts: Zeroizing<String>,
    /// Where each ends, and what was its region.
    asked: Vec<(Option<Region>, usize)>,
}

impl Questions {
    /// None yet; `texts` is room for what will be asked, in bytes.
    pub(in crate::identifiers) fn with_room(texts: usize) -> Self {
        Self { texts: Zeroizing::new(String::with_capacity(texts)), asked: Vec::new() }
    }

    /// The number that a text is in a region, in use or of a possible length; `None` also where the same was
    /// asked before.
    pub(in crate::identifiers) fn ask(&mut self, text: &str, region: Option<Region>) -> Option<Phone> {
        if !self.is_new(text, region) {
            return None;
        }
        // Of zeros in front the short way knows more than the library does without a region.
        if (region.is_some() || text.starts_with('+'))
            && let Some(Ok(phone)) = phone_fast::read(&Plaintext::new(text.as_bytes()), region)
        {
            return Some(phone);
        }
        phone_library::read_any(text, region).and_then(Phone::from_line)
    }

    fn is_new(&mut self, text: &str, region: Option<Region>) -> bool {
        let start = self.texts.len();
        if self.texts.capacity() - start < text.len() {
            return true;
        }
        if is_plain(text) {
            // Spaces and hyphens between digits say nothing.
            self.texts.extend(text.chars().filter(|c| !matches!(c, ' ' | '-')));
        } else {
            self.texts.push_str(text);
        }
        let (before, new) = self.texts.split_at(start);
        let mut from = 0;
        for (place, end) in &self.asked {
            if *place == region && before[from..*end] == *new {
                self.texts.truncate(start);
                return false;
            }
            from = *end;
        }
        self.asked.push((region, self.texts.len()));
        true
    }
}

/// Whether a text is digits with nothing but single spaces and hyphens between them, and a plus in front at
/// most.
fn is_plain(text: &str) -> bool {
    let mut after_digit = false;
    for byte in text.strip_prefix('+').unwrap_or(text).bytes() {
        match byte {
            b'0'..=b'9' => after_digit = true,
            b' ' | b'-' if after_digit => after_digit = false,
            _ => return false,
        }
    }
    after_digit
}
