//! Reading a table of the config key by key, collecting faults instead of stopping at the first.
//!
//! A reader returns `None` when the key is absent or faulty; a fault has then been noted, except for
//! absence where absence is allowed. The keys a reader asks for are the keys the table may have:
//! [`Table::finish`] refuses all others. Values are trimmed of nothing and guessed at never.

use std::cell::RefCell;
use std::ops::Range;

use jiff::SignedDuration;
use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::concealed::concealed;
use super::countries;
use super::faults::Fault;
use crate::policy::selection::{nearest, trim_text};

/// Faults found so far, and how strict the reading is.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// The file, for placing faults inside a value.
    pub(super) text: String,
    pub(super) faults: RefCell<Vec<Fault>>,
    /// References (assessment, notice, instruction, wording) may still be missing.
    pub(super) draft: bool,
}

impl Reading {
    pub(super) fn fault(
        &self,
        span: &Range<usize>,
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let (message, hint) = (concealed(&message.into()), hint.into());
        self.faults.borrow_mut().push(Fault { span: span.clone(), code, message, hint });
    }

    pub(super) fn any(&self) -> bool {
        !self.faults.borrow().is_empty()
    }
}

/// A table, and the keys asked for so far.
pub(super) struct Table<'t> {
    reading: &'t Reading,
    entries: &'t DeTable<'t>,
    /// Where it stands.
    pub(super) span: Range<usize>,
    /// What messages call it, such as `[[source]]`.
    pub(super) name: String,
    known: RefCell<Vec<&'static str>>,
}

/// A value under a key.
#[derive(Clone, Copy)]
pub(super) struct Item<'t> {
    reading: &'t Reading,
    value: &'t Spanned<DeValue<'t>>,
    /// The key, for messages.
    pub(super) key: &'t str,
}

impl<'t> Table<'t> {
    pub(super) fn new(
        reading: &'t Reading,
        table: &'t DeTable<'t>,
        span: Range<usize>,
        name: impl Into<String>,
    ) -> Self {
        Self { reading, entries: table, span, name: name.into(), known: RefCell::default() }
    }

    /// The value of an optional key.
    pub(super) fn get(&self, key: &'static str) -> Option<Item<'t>> {
        if !self.known.borrow().contains(&key) {
            self.known.borrow_mut().push(key);
        }
        self.entries.get(key).map(|value| Item { reading: self.reading, value, key })
    }

    /// The value of a key that must be there.
    pub(super) fn need(&self, key: &'static str, hint: &str) -> Option<Item<'t>> {
        let item = self.get(key);
        if item.is_none() {
            let message = format!("{} has no {key}", self.name);
            self.reading.fault(&self.span, "missing-key", message, hint);
        }
        item
    }

    /// Whether the key is written, faulty or not.
    pub(super) fn has(&self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    /// Like [`Self::has`], for a key that this table may not have at all.
    pub(super) fn writes(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// All keys with their values, for tables whose keys are the user's.
    pub(super) fn entries(&self) -> impl Iterator<Item = (Item<'t>, Range<usize>)> {
        let reading = self.reading;
        self.entries
            .iter()
            .map(move |(key, value)| (Item { reading, value, key: key.get_ref().as_ref() }, key.span()))
    }

    /// The names of columns below this table: its texts, those in lists, and those under `column`.
    pub(super) fn column_names(&self) -> Vec<(String, Range<usize>)> {
        let mut found = Vec::new();
        for (item, _) in self.entries() {
            item.column_names(&mut found);
        }
        found
    }

    /// Refuses every key that was not asked for.
    pub(super) fn finish(self) {
        let mut known = self.known.into_inner();
        known.sort_unstable();
        for key in self.entries.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let word = shown(key.get_ref());
            let near =
                nearest(key.get_ref(), known.iter().copied()).or_else(|| other_word(key.get_ref(), &known));
            let hint = match (elsewhere(&self.name, key.get_ref()), near) {
                (Some(place), _) => format!("it stands under {place}"),
                (None, Some(near)) => format!("did you mean {near}? The keys here are {}", known.join(", ")),
                (None, None) => format!("the keys here are {}", known.join(", ")),
            };
            self.reading.fault(&key.span(), "unknown-key", format!("{} has no key {word}", self.name), hint);
        }
    }

    pub(super) fn fault(&self, code: &'static str, message: impl Into<String>, hint: impl Into<String>) {
        self.reading.fault(&self.span, code, message, hint);
    }

    /// A fault about one of [`Self::entries`].
    pub(super) fn fault_at(
        &self,
        place: &Range<usize>,
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.reading.fault(place, code, message, hint);
    }
}

impl<'t> Item<'t> {
    pub(super) fn span(&self) -> Range<usize> {
        self.value.span()
    }

    /// The place of an offset in a text, when the file writes the text as it is (no escapes); else
    /// the whole value.
    pub(super) fn span_within(&self, offset: usize) -> Range<usize> {
        let span = self.span();
        let text = self.value.get_ref().as_str().unwrap_or_default();
        let start = self.reading.text.get(span.clone()).and_then(|raw| raw.find(text));
        match (start, text.get(offset..).and_then(|rest| rest.chars().next())) {
            (Some(start), Some(letter)) => {
                let start = span.start + start + offset;
                let word = |letter: &char| letter.is_alphanumeric() || *letter == '_';
                let rest = text.get(offset..).unwrap_or_default();
                let length: usize = rest.chars().take_while(word).map(char::len_utf8).sum();
                start..start + length.max(letter.len_utf8())
            }
            (Some(start), None) => {
                let end = span.start + start + text.len();
                end..end
            }
            (None, _) => span,
        }
    }

    pub(super) fn fault(&self, code: &'static str, message: impl Into<String>, hint: impl Into<String>) {
        self.reading.fault(&self.span(), code, message, hint);
    }

    fn column_names(self, found: &mut Vec<(String, Range<usize>)>) {
        match self.value.get_ref() {
            DeValue::String(name) => found.push((name.to_string(), self.span())),
            DeValue::Array(items) => {
                for value in items {
                    Self { value, ..self }.column_names(found);
                }
            }
            DeValue::Table(table) => {
                // Signals are tables of tables; anything but a column in a table is no name.
                for (key, value) in table {
                    let item = Self { value, ..self };
                    if key.get_ref() == "column" || value.get_ref().is_table() {
                        item.column_names(found);
                    }
                }
            }
            _ => {}
        }
    }

    /// What was written as a number, a date or a word, so that it can be shown in quotes.
    fn bare(&self) -> Option<String> {
        match self.value.get_ref() {
            DeValue::Integer(number) => Some(number.as_str().to_owned()),
            DeValue::Float(number) => Some(number.as_str().to_owned()),
            DeValue::Boolean(word) => Some(word.to_string()),
            DeValue::Datetime(moment) => Some(moment.to_string()),
            DeValue::String(_) | DeValue::Array(_) | DeValue::Table(_) => None,
        }
    }

    /// Something that is no text where one is wanted.
    fn no_text<T>(&self) -> Option<T> {
        // What may be somebody's number is starred in the line above, and not repeated here.
        match self.bare().map(|bare| shown(&bare)).filter(|bare| concealed(bare) == *bare) {
            Some(bare) => self.wrong_type(&format!("a text in quotes: \"{bare}\"")),
            None if self.is_list() && self.key == "path" => {
                self.wrong_type("a text in quotes; several files are a pattern: \"customers-*.csv\"")
            }
            None => self.wrong_type("a text in quotes"),
        }
    }

    fn wrong_type<T>(&self, wanted: &str) -> Option<T> {
        let found = match self.value.get_ref() {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a point",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.fault("wrong-type", format!("{} is {found}", shown(self.key)), format!("write {wanted}"));
        None
    }

    pub(super) fn is_text(&self) -> bool {
        self.value.get_ref().is_str()
    }

    /// Whether it is this word.
    pub(super) fn says(&self, word: &str) -> bool {
        self.value.get_ref().as_str() == Some(word)
    }

    pub(super) fn is_list(&self) -> bool {
        self.value.get_ref().is_array()
    }

    /// A text that is not blank.
    pub(super) fn text(&self) -> Option<&'t str> {
        let Some(text) = self.value.get_ref().as_str() else {
            return self.no_text();
        };
        if trim_text(text).is_empty() {
            self.fault(
                "empty",
                format!("{} is empty", shown(self.key)),
                "write a text, or leave the key out",
            );
            return None;
        }
        Some(text)
    }

    pub(super) fn string(&self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    /// Any text, also a blank one.
    pub(super) fn any_text(&self) -> Option<&'t str> {
        self.value.get_ref().as_str().or_else(|| self.no_text())
    }

    pub(super) fn table(&self, name: impl Into<String>) -> Option<Table<'t>> {
        match self.value.get_ref() {
            DeValue::Table(table) => Some(Table::new(self.reading, table, self.span(), name)),
            _ => self.wrong_type(&format!("a table: {{ {} }}", table_like(self.key))),
        }
    }

    /// The items of a list that must not be empty.
    pub(super) fn list(&self) -> Option<Vec<Self>> {
        let DeValue::Array(array) = self.value.get_ref() else { return self.wrong_type("a list: [ … ]") };
        if array.is_empty() {
            self.fault(
                "empty",
                format!("{} is an empty list", shown(self.key)),
                "name at least one, or leave the key out",
            );
            return None;
        }
        Some(array.iter().map(|value| Self { reading: self.reading, value, key: self.key }).collect())
    }

    /// A list, or one value standing for a list of one.
    pub(super) fn one_or_list(&self) -> Option<Vec<Self>> {
        if self.is_list() { self.list() } else { Some(vec![*self]) }
    }

    /// A list of texts, unique, none blank. Faults do not repeat the values.
    pub(super) fn texts(&self) -> Option<Vec<String>> {
        let items = self.list()?;
        let mut texts: Vec<String> = Vec::with_capacity(items.len());
        let mut sound = true;
        for item in &items {
            match item.text() {
                Some(text) if trim_text(text) != text => {
                    sound = false;
                    let message = format!("a value of {} has white space at its edges", self.key);
                    item.fault("never-matches", message, "drop it: cells are compared after trimming");
                }
                Some(text) if texts.iter().any(|known| known == text) => {
                    sound = false;
                    item.fault("duplicate", format!("{} names a value twice", self.key), "drop one of them");
                }
                Some(text) => texts.push(text.to_owned()),
                None => sound = false,
            }
        }
        sound.then_some(texts)
    }

    /// One of a closed list of words.
    pub(super) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let all: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            let hint = match nearest(text, all.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"? The words are {}", all.join(", ")),
                None => format!("the words are {}", all.join(", ")),
            };
            self.fault("unknown-word", format!("{} cannot be {}", shown(self.key), shown(text)), hint);
        }
        found
    }

    /// A whole number within bounds, both allowed.
    pub(super) fn whole(&self, least: u64, most: u64) -> Option<u64> {
        let DeValue::Integer(integer) = self.value.get_ref() else {
            return self.wrong_type("a whole number");
        };
        let number = u64::from_str_radix(&integer.as_str().replace('_', ""), integer.radix()).ok();
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            let message = format!("{} is out of range", self.key);
            let hint = if least == most {
                format!("write {least}")
            } else if most >= u64::from(u32::MAX) {
                format!("write a whole number, {least} or more")
            } else {
                format!("write a whole number from {least} to {most}")
            };
            self.fault("out-of-range", message, hint);
        }
        number
    }

    pub(super) fn flag(&self) -> Option<bool> {
        self.value.get_ref().as_bool().or_else(|| self.wrong_type("true or false"))
    }

    /// A share in [0, 1], written as a percentage: a bare number could mean either.
    pub(super) fn percent(&self) -> Option<f64> {
        const HINT: &str = "write a percentage from \"0%\" to \"100%\", such as \"2%\" or \"0.1%\"";
        let Some(text) = self.value.get_ref().as_str() else {
            self.fault("wrong-type", format!("{} is not a percentage", self.key), HINT);
            return None;
        };
        let number = text.strip_suffix('%').map(str::trim).filter(|number| {
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        });
        let share = number.and_then(|number| number.parse::<f64>().ok()).map(|percent| percent / 100.0);
        let share = share.filter(|share| (0.0..=1.0).contains(share));
        if share.is_none() {
            self.fault("out-of-range", format!("{} is not a percentage", self.key), HINT);
        }
        share
    }

    /// A span of time: minutes, hours, days or weeks.
    pub(super) fn duration(&self) -> Option<SignedDuration> {
        const MINUTES_MAX: i64 = 10 * 366 * 24 * 60;
        const HINT: &str = "write minutes, hours, days or weeks: \"90m\", \"36h\", \"3d\", \"1w\"";
        if !self.is_text() {
            self.fault("wrong-type", format!("{} is not a span of time in quotes", self.key), HINT);
            return None;
        }
        let minutes = self.text().map(|text| {
            let (number, unit) = split_unit(text);
            let each = match unit {
                "m" | "min" => 1,
                "h" => 60,
                "d" => 24 * 60,
                "w" => 7 * 24 * 60,
                _ => return None,
            };
            number
                .parse::<i64>()
                .ok()?
                .checked_mul(each)
                .filter(|minutes| (1..=MINUTES_MAX).contains(minutes))
        })?;
        if minutes.is_none() {
            let message = format!("{} is not a span of time", self.key);
            self.fault("out-of-range", message, HINT);
        }
        minutes.map(SignedDuration::from_mins)
    }

    /// A span of whole days.
    pub(super) fn days(&self) -> Option<u16> {
        let span = self.duration()?;
        let days = u16::try_from(span.as_hours() / 24).ok();
        if span.as_mins() % (24 * 60) != 0 || days.is_none() {
            let message = format!("{} is not a number of whole days", self.key);
            self.fault("out-of-range", message, "write days or weeks: \"14d\", \"2w\"");
            return None;
        }
        days
    }

    /// An amount of memory.
    pub(super) fn bytes(&self, least: u64) -> Option<u64> {
        let hint = format!("write at least {} kB, as \"500MB\" or \"1GB\"", least.div_ceil(1000));
        if !self.is_text() {
            self.fault("wrong-type", format!("{} is not an amount of bytes in quotes", self.key), hint);
            return None;
        }
        let bytes = self.text().map(|text| {
            let (number, unit) = split_unit(text);
            let each: u64 = match unit {
                "KB" | "kB" => 1_000,
                "MB" => 1_000_000,
                "GB" => 1_000_000_000,
                "TB" => 1_000_000_000_000,
                "KiB" => 1 << 10,
                "MiB" => 1 << 20,
                "GiB" => 1 << 30,
                "TiB" => 1 << 40,
                _ => return None,
            };
            number.parse::<u64>().ok()?.checked_mul(each).filter(|bytes| *bytes >= least)
        })?;
        if bytes.is_none() {
            let message = format!("{} is not an amount of bytes", self.key);
            self.fault("out-of-range", message, hint);
        }
        bytes
    }

    /// A calendar date, as TOML writes it or in quotes.
    pub(super) fn date(&self) -> Option<Date> {
        let text = match self.value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(moment) if moment.time.is_none() => moment.to_string(),
            _ => return self.wrong_type("a date: 2027-03-01"),
        };
        let date = text.parse::<Date>().ok().filter(|_| text.len() == 10);
        if date.is_none() {
            self.fault(
                "out-of-range",
                format!("{} is not a day of the calendar", self.key),
                "write a date: 2027-03-01",
            );
        }
        date
    }

    /// An ISO 3166-1 alpha-2 code.
    pub(super) fn country(&self) -> Option<[u8; 2]> {
        let text = self.text()?;
        let code = countries::code(text);
        if code.is_none() {
            let hint = match text.to_ascii_uppercase().as_str() {
                "UK" => "the United Kingdom is \"GB\"",
                "EL" => "Greece is \"GR\"",
                "EU" | "EEA" | "ETA" | "EES" | "EWR" => {
                    "no code stands for several countries: list them, \"FI\", \"SE\", …"
                }
                _ => "write two letters after ISO 3166-1: \"FI\", \"SE\", \"EE\"",
            };
            self.fault("unknown-country", format!("{} is not a country's code", shown(text)), hint);
        }
        code
    }

    /// A name that becomes a folder or stands in records.
    pub(super) fn name(&self) -> Option<String> {
        let text = self.text()?;
        if is_name(text) {
            return Some(text.to_owned());
        }
        self.fault(
            "bad-name",
            format!("{} is not a name", shown(text)),
            "write a-z, 0-9 and -, beginning with a letter or digit, at most 63 characters: \"savings-customers\"",
        );
        None
    }
}

/// `[a-z0-9][a-z0-9-]{0,62}`: safe as a folder everywhere, and free of secrets by shape.
pub(super) fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(allowed) && !text.starts_with('-')
}

/// A word from the config as a message shows it: short, and without control characters.
pub(super) fn shown(word: &str) -> String {
    let mut short: String = word.chars().filter(|letter| !letter.is_control()).take(60).collect();
    if word.chars().count() > 60 {
        short.push('…');
    }
    if short.is_empty() { "an empty text".to_owned() } else { short }
}

/// What a key's table looks like, so that a hint can be copied.
fn table_like(key: &str) -> &'static str {
    match key {
        "controller" => "name = \"Example Life Ltd\", role = \"controller\"",
        "basis" => "constant = \"legitimate_interest\"",
        "notice" => "id = \"marketing-policy\", version = \"2024-02-09\"",
        "targeting" => "column = \"ad_ban\", opted_out = [\"1\"], blank = \"not_objected\"",
        "relationship" => "column = \"status\", current = [\"active\"]",
        "party" => "column = \"type\", consumer = [\"person\"], business = [\"company\"]",
        "columns" => "email = \"email\", phone = \"phone\"",
        "active" => "column = \"status\", lifted = [\"lifted\"]",
        _ => "…",
    }
}

/// Where a key stands that was written one table too high or too low.
fn elsewhere(table: &str, key: &str) -> Option<&'static str> {
    const OF_COLUMNS: [&str; 12] = [
        "customer_id",
        "email",
        "phone",
        "country",
        "birth_date",
        "relationship",
        "basis",
        "targeting",
        "party",
        "informed_since",
        "consent",
        "consent_signals",
    ];
    const OF_SOURCE: [&str; 5] = ["path", "format", "encoding", "delimiter", "id_space"];
    match table {
        "[[source]]" if OF_COLUMNS.contains(&key) => Some("[source.columns]"),
        "[source.columns]" if OF_SOURCE.contains(&key) => Some("[[source]], before its columns"),
        _ => None,
    }
}

/// What other programs call a key, when the table has it.
fn other_word<'k>(typed: &str, known: &[&'k str]) -> Option<&'k str> {
    const WORDS: [(&str, &[&str]); 5] = [
        ("where", &["filter", "condition", "query", "segment", "select"]),
        ("path", &["file", "files", "filename", "url"]),
        ("delimiter", &["separator", "sep"]),
        ("platforms", &["channels", "networks", "targets"]),
        ("valid_until", &["expires", "expiry", "end_date"]),
    ];
    let (key, _) = WORDS.iter().find(|(_, words)| words.contains(&typed))?;
    known.iter().copied().find(|name| name == key)
}

fn split_unit(text: &str) -> (&str, &str) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    (number, unit.trim_start())
}
