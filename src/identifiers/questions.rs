//! What is asked of the phone library about one cell, each question once: the readings of a cell are made
//! by rule and often come to the same digits, and an answer takes microseconds.

use super::country::Region;
use super::phone::Phone;
use super::phone_library;
use super::phone_short::Bare;
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
        let bare = Bare::of(text);
        if !self.is_new(bare.as_ref().map_or(text, Bare::text), region) {
            return None;
        }
        match bare {
            Some(bare) => bare.number(region),
            None => phone_library::read_any(text, region).and_then(Phone::from_line),
        }
    }

    fn is_new(&mut self, text: &str, region: Option<Region>) -> bool {
        let start = self.texts.len();
        if self.texts.capacity() - start < text.len() {
            return true;
        }
        self.texts.push_str(text);
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
