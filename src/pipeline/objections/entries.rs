//! What each entry of a register says: keys of the index, in every way in which it can be meant. It knows
//! neither files nor customers.

use jiff::Timestamp;
use jiff::civil::Date;
use zeroize::Zeroizing;

use super::reader::Reader;
use super::{EndKey, Objections, RegisterRead, algorithm, is_international, may_hold_address, union};
use crate::identifiers::hashed::{self, Algorithm, HashKey};
use crate::identifiers::{
    self, Email, Kind, Phone, PhoneRule, Plaintext, Scratch, WideKey, beside_addresses, domain_alternatives,
    email_alternatives, has_counter, last_seven_key, phone_readings, raw_key, several_alone, whole_domains,
};
use crate::people::cell::{trim_cell, trim_text};
use crate::pipeline::permissions::{About, Column, Made, is_permission, made};
use crate::policy::objections::Named;
use crate::policy::scope::{Scope, Scopes};
use crate::sources::registers::{Entry, moment};
use crate::sources::{Batch, Place, Record};

/// The entries that one thread reads, and the index of what they say.
pub(super) struct Entries<'e, 'r, 'c> {
    reader: &'e Reader<'r, 'c>,
    pub(super) objections: Objections,
    /// Counts of these entries alone.
    pub(super) read: RegisterRead,
    /// Their newest moment.
    pub(super) newest: Option<Timestamp>,
    scratch: Scratch,
    hashes: Vec<HashKey>,
    found: Vec<WideKey>,
    /// Whole domains, and whether one is a public mail host.
    domains: Vec<WideKey>,
    is_webmail: bool,
    /// Ends of the numbers found.
    ends: Vec<u32>,
    numbers: Vec<Phone>,
    /// What the phone cell at hand is where this register is at home.
    at_home: AtHome,
    /// The words of scope written last and what they say: nearly every entry has the same. In the place of
    /// such words may stand anything, hence the wiping.
    last_words: Zeroizing<Vec<u8>>,
    last_written: Scopes,
    /// What the objection numbered last was, and its number.
    last_named: Option<(Scopes, Option<Date>, u32)>,
}

/// What number a whole cell is, where its register is at home.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum AtHome {
    None,
    /// One of a possible length, which no range in use holds.
    Possible,
    InUse,
}

impl<'e, 'r, 'c> Entries<'e, 'r, 'c> {
    /// None yet.
    pub(super) fn new(reader: &'e Reader<'r, 'c>) -> Self {
        Self {
            reader,
            objections: Objections::default(),
            read: RegisterRead::default(),
            newest: None,
            scratch: Scratch::new(),
            hashes: Vec::new(),
            found: Vec::new(),
            domains: Vec::new(),
            is_webmail: false,
            ends: Vec::new(),
            numbers: Vec::new(),
            at_home: AtHome::None,
            last_words: Zeroizing::new(Vec::new()),
            last_written: Scopes::NONE,
            last_named: None,
        }
    }

    /// These and a batch of rows.
    pub(super) fn and(mut self, batch: &Batch) -> Self {
        batch.for_each(|record| {
            self.read.rows += 1;
            match record {
                Record::Row(row) => {
                    let entry = self.reader.columns.entry(&row);
                    self.newest = self.newest.max(self.moment_of(&entry));
                    self.entry(&entry, row.place());
                }
                Record::Fault(fault) => {
                    self.read.faults += 1;
                    self.read.first_fault.get_or_insert((fault.code, fault.place));
                }
            }
        });
        self
    }

    fn moment_of(&self, entry: &Entry<'_>) -> Option<Timestamp> {
        let cell = entry.age?;
        moment(std::str::from_utf8(cell).ok()?, &self.reader.context.zone)
    }

    /// The day on which an entry was made, in the policy's time zone.
    fn day_of(&self, cell: &[u8]) -> Option<Date> {
        let moment = moment(std::str::from_utf8(cell).ok()?, &self.reader.context.zone)?;
        Some(moment.to_zoned(self.reader.context.zone.clone()).date())
    }

    fn entry(&mut self, entry: &Entry<'_>, place: Place) {
        if self.reader.is_lifted(entry) {
            self.read.lifted += 1;
            return;
        }
        if is_permission(self.reader.register, entry) {
            self.read.permissions += 1;
            return;
        }
        self.read.objections += 1;
        let scopes = self.written_scopes(entry);
        let made = self
            .reader
            .permissions
            .as_ref()
            .and_then(|_| made(self.reader.register, entry, &self.reader.context.zone));
        let day = entry.at.filter(|_| self.reader.context.keeps_days).and_then(|cell| self.day_of(cell));
        let (mut keys, mut unread) = (0_u64, 0_u64);
        if let Some(id) = entry.customer_id {
            let about = self.reader.permissions.as_ref().and_then(|_| self.reader.about_id(entry));
            let named = self.standing(about, scopes, made, day);
            let (mut names_somebody, ids) = (false, &mut self.objections.ids);
            for space in &self.reader.spaces {
                let space = self.reader.context.person_keys.in_space(space);
                names_somebody |= ids.add_entry(&space, id, named);
            }
            // An address, or a phone number with its plus, in this column is somebody's word, too.
            if may_hold_address(id) {
                self.email(id);
            } else if trim_cell(id).starts_with(b"+") {
                self.phone(id);
            }
            self.take_found(named);
            let is_blank = trim_cell(id).is_empty();
            keys += u64::from(names_somebody);
            unread += u64::from(!names_somebody && !is_blank);
        }
        for (kind, column, cell) in
            [(Kind::Email, Column::Email, entry.email), (Kind::Phone, Column::Phone, entry.phone)]
        {
            let Some(cell) = cell.filter(|cell| !cell.is_empty()) else { continue };
            let about = self.reader.permissions.as_ref().and_then(|_| self.reader.about(column, cell));
            let named = self.standing(about, scopes, made, day);
            if self.key(kind, cell, named) {
                keys += 1;
            } else {
                unread += 1;
            }
        }
        if let Some(cell) = entry.domain.filter(|cell| !cell.is_empty()) {
            let about =
                self.reader.permissions.as_ref().and_then(|_| self.reader.about(Column::Domain, cell));
            let named = self.standing(about, scopes, made, day);
            self.is_webmail |= identifiers::is_webmail_domain(Plaintext::new(cell));
            if let Ok(domain) =
                identifiers::domain_objection_key(Plaintext::new(cell), self.reader.context.run_key)
            {
                keys += 1;
                self.domains.push(domain);
            } else {
                unread += 1;
                self.is_webmail |=
                    domain_alternatives(Plaintext::new(cell), self.reader.context.run_key, &mut self.domains);
                self.unread(None, || Plaintext::new(cell), named);
                if may_hold_address(cell) {
                    self.email(cell);
                }
            }
            self.take_found(named);
        }
        if std::mem::take(&mut self.is_webmail) {
            self.read.webmail += 1;
            self.read.first_webmail.get_or_insert(place);
        }
        if keys == 0 || unread > 0 {
            self.read.unparsed += 1;
            self.read.first_unparsed.get_or_insert(place);
        }
    }

    /// The number of what still stands of an objection to one value; 0 when nothing does.
    fn standing(
        &mut self,
        about: Option<About>,
        scopes: Scopes,
        made: Option<Made>,
        day: Option<Date>,
    ) -> u32 {
        let scopes = match &self.reader.permissions {
            Some(permissions) => permissions.standing(about, scopes, made),
            None => scopes,
        };
        if scopes.is_empty() {
            return 0;
        }
        let always = self.reader.register.external && scopes.meets(Scopes::CHANNELS);
        let scopes = if always { scopes.union(Scopes::ALWAYS) } else { scopes };
        if let Some((known, then, number)) = self.last_named
            && known == scopes
            && then == day
        {
            return number;
        }
        let number = self.reader.named.number(match day {
            Some(day) => Named::on(self.reader.origin, scopes, day),
            None => Named::by(self.reader.origin, scopes),
        });
        self.last_named = Some((scopes, day, number));
        number
    }

    fn written_scopes(&mut self, entry: &Entry<'_>) -> Scopes {
        let Some(words) = entry.scope.filter(|words| !words.is_empty()) else {
            return self.reader.register.scopes;
        };
        if *self.last_words != words {
            self.last_written = scopes_of(words);
            self.last_words = Zeroizing::new(words.to_vec());
        }
        if self.last_written.meets(Scopes::of(Scope::Unknown)) {
            self.read.unknown_scope += 1;
        }
        self.last_written
    }

    /// Takes one key in; whether it could be read, whole or as several values and nothing else.
    fn key(&mut self, kind: Kind, cell: &[u8], named: u32) -> bool {
        let columns = &self.reader.register.columns;
        let hashed = match kind {
            Kind::Email => columns.email.as_ref(),
            Kind::Phone => columns.phone.as_ref(),
        };
        if let Some(declared) = hashed.and_then(|column| column.hashed) {
            return self.hash(kind, cell, algorithm(declared), named);
        }
        let is_read = self.plain(kind, cell);
        for algorithm in &self.reader.held[kind as usize] {
            hashed::raw_hashes(Plaintext::new(cell), *algorithm, &mut self.hashes);
        }
        if !is_read {
            self.other_kind(kind, cell);
            self.unread(Some(kind), || Plaintext::new(cell), named);
        } else if kind == Kind::Phone {
            self.merely_possible(cell, named);
        }
        self.take_found(named);
        is_read
    }

    /// A number that no range in use holds may have lost its front: it is kept like one that does not
    /// parse, too, unless numbers of a possible length are customers' identifiers.
    fn merely_possible(&mut self, cell: &[u8], named: u32) {
        let (possible, in_use) = (PhoneRule { possible: true }, self.reader.rule);
        if possible == in_use || self.at_home == AtHome::InUse {
            return;
        }
        if self.at_home == AtHome::Possible {
            self.unread(Some(Kind::Phone), || Plaintext::new(cell), named);
            return;
        }
        let values = || several_alone(Kind::Phone, Plaintext::new(cell)).into_iter().flatten();
        for place in 0..values().count() {
            let value = || values().nth(place).unwrap_or(Plaintext::new(&[]));
            if !self.is_number(value, in_use) {
                self.unread(Some(Kind::Phone), value, named);
            }
        }
    }

    /// Whether a value is one number where this register is at home.
    fn is_number<'cell>(&mut self, value: impl Fn() -> Plaintext<'cell>, rule: PhoneRule) -> bool {
        let scratch = &mut self.scratch;
        self.reader.own_regions.iter().any(|region| Phone::parse(value(), *region, rule, scratch).is_ok())
    }

    /// Finds what a plain cell of a kind says; whether it could be read.
    fn plain(&mut self, kind: Kind, cell: &[u8]) -> bool {
        match kind {
            Kind::Email => self.email(cell),
            Kind::Phone => self.phone(cell),
        }
    }

    /// A value in a column of the other kind still says who objects, and so does a number beside an
    /// address.
    fn other_kind(&mut self, kind: Kind, cell: &[u8]) {
        match (kind, may_hold_address(cell)) {
            (Kind::Email, false) => {
                self.phone(cell);
            }
            (Kind::Phone, false) => {}
            (_, true) => {
                if kind == Kind::Phone {
                    self.email(cell);
                }
                if let Some(rest) = beside_addresses(Plaintext::new(cell)) {
                    self.phone(rest.as_bytes());
                }
            }
        }
    }

    /// Puts what was found into the index.
    fn take_found(&mut self, named: u32) {
        // One cell is often found under the same key in several readings.
        self.found.sort_unstable();
        self.found.dedup();
        for wide in self.found.drain(..) {
            self.objections.keys.add(wide, named);
        }
        self.ends.drain(..).for_each(|end| self.objections.by_end.add(EndKey::of(end), named));
        for domain in self.domains.drain(..) {
            self.objections.domains.add(domain, named);
        }
        for hash in self.hashes.drain(..) {
            let known = self.objections.hashes_of_entries.entry(hash).or_insert(0);
            *known = union(self.reader.named, *known, named);
        }
    }

    /// Keeps a value that does not parse by what can be compared of it.
    fn unread<'cell>(&mut self, kind: Option<Kind>, value: impl Fn() -> Plaintext<'cell>, named: u32) {
        let key = self.reader.context.run_key;
        self.objections.unread_sieve.insert(value());
        let raw = raw_key(value(), key);
        let last = last_seven_key(value(), key).filter(|_| kind == Some(Kind::Phone));
        for wide in raw.into_iter().chain(last) {
            self.objections.unread.add(wide, named);
        }
    }

    fn hash(&mut self, kind: Kind, cell: &[u8], algorithm: Algorithm, named: u32) -> bool {
        let Ok(hash) = HashKey::parse(Plaintext::new(cell), algorithm) else {
            // Somebody's plain address among the hashes objects as one in a plain column would.
            self.plain(kind, cell);
            self.other_kind(kind, cell);
            self.unread(Some(kind), || Plaintext::new(cell), named);
            self.take_found(named);
            return false;
        };
        let known = self.objections.hashes.entry(hash).or_insert(0);
        *known = union(self.reader.named, *known, named);
        let algorithms = match kind {
            Kind::Email => &mut self.objections.email_algorithms,
            Kind::Phone => &mut self.objections.phone_algorithms,
        };
        if !algorithms.contains(&algorithm) {
            algorithms.push(algorithm);
        }
        true
    }

    fn email(&mut self, cell: &[u8]) -> bool {
        self.objections.has_emails = true;
        let key = self.reader.context.run_key;
        let parsed = Email::parse(Plaintext::new(cell), &mut self.scratch).map(|email| {
            for algorithm in &self.reader.held[Kind::Email as usize] {
                hashed::email_hashes(&email, *algorithm, &mut self.hashes);
            }
            (email.wide_key(key), email.is_glued())
        });
        let is_glued = parsed.as_ref().is_ok_and(|(_, is_glued)| *is_glued);
        self.found.extend(parsed.iter().map(|(wide, _)| *wide));
        if parsed.is_ok() && !is_glued {
            return true;
        }
        let whole = whole_domains(Plaintext::new(cell), key, &mut self.domains);
        self.is_webmail |= whole.is_webmail;
        // Each of several values objects, whatever else stands in the cell.
        let (cell, scratch) = (|| Plaintext::new(cell), &mut self.scratch);
        email_alternatives(cell(), scratch, key, &mut self.found, &mut Vec::new());
        for algorithm in &self.reader.held[Kind::Email as usize] {
            hashed::hashes_within(Kind::Email, cell(), *algorithm, scratch, &mut self.hashes);
        }
        parsed.is_ok()
            || whole.is_alone
            || several_alone(Kind::Email, cell())
                .is_some_and(|values| values.into_iter().all(|value| Email::parse(value, scratch).is_ok()))
    }

    /// A number parses when it could be one at home; its other readings are met too.
    fn phone(&mut self, cell: &[u8]) -> bool {
        self.objections.has_phones = true;
        // A number of a possible length is somebody's word enough, though no range in use holds it.
        let rule = PhoneRule { possible: true };
        self.numbers.clear();
        self.at_home = AtHome::None;
        for region in &self.reader.own_regions {
            let parsed = Phone::parse_any(Plaintext::new(cell), *region, &mut self.scratch);
            let Ok((phone, is_in_use)) = parsed else { continue };
            self.numbers.push(phone);
            self.at_home = self.at_home.max(if is_in_use { AtHome::InUse } else { AtHome::Possible });
        }
        let is_one = self.at_home != AtHome::None;
        if !is_one {
            for algorithm in &self.reader.held[Kind::Phone as usize] {
                let (cell, scratch) = (Plaintext::new(cell), &mut self.scratch);
                hashed::hashes_within(Kind::Phone, cell, *algorithm, scratch, &mut self.hashes);
            }
        }
        let is_read = is_one || self.several_numbers(cell, rule);
        if !is_one || !is_international(cell) || has_counter(Plaintext::new(cell)) {
            phone_readings(Plaintext::new(cell), &self.reader.regions, &mut self.scratch, &mut self.numbers);
        }
        for phone in &self.numbers {
            self.found.push(phone.wide_key(self.reader.context.run_key));
            self.ends.extend(self.objections.tails.insert(phone));
            for algorithm in &self.reader.held[Kind::Phone as usize] {
                hashed::phone_hashes(phone, *algorithm, &mut self.hashes);
            }
        }
        is_read
    }

    /// Whether a cell is several numbers that are at home here and nothing else; each of them objects.
    fn several_numbers(&mut self, cell: &[u8], rule: PhoneRule) -> bool {
        let mut unread: Option<Vec<bool>> = None;
        for region in &self.reader.own_regions {
            let Some(values) = several_alone(Kind::Phone, Plaintext::new(cell)) else { return false };
            let unread = unread.get_or_insert_with(|| vec![true; values.len()]);
            for (value, unread) in values.into_iter().zip(unread) {
                if let Ok(phone) = Phone::parse(value, *region, rule, &mut self.scratch) {
                    self.numbers.push(phone);
                    *unread = false;
                }
            }
        }
        unread.is_some_and(|unread| !unread.contains(&true))
    }
}

/// The scopes that words say.
pub(super) fn scopes_of(words: &[u8]) -> Scopes {
    let text = String::from_utf8_lossy(words);
    let words = || text.split([';', ',', '|', '/']).map(trim_text).filter(|word| !word.is_empty());
    // Nothing but separators is a word that is not known.
    if words().next().is_none() {
        Scopes::of(Scope::Unknown)
    } else {
        words().map(Scope::from_word).collect()
    }
}
