//! Reads one register to its end, and turns each entry into keys of the index: what it names, in every
//! way in which it can be meant. It never sees a customer.

use jiff::Timestamp;
use jiff::civil::Date;
use zeroize::Zeroizing;

use super::{
    Objections, RegisterContext, RegisterRead, algorithm, held_algorithms, is_international,
    may_hold_address, union,
};
use crate::config::{AgeFrom, Config, Register};
use crate::identifiers::hashed::{self, Algorithm, HashKey};
use crate::identifiers::{
    self, Email, Kind, Phone, PhoneRule, Plaintext, Region, Scratch, WideKey, beside_addresses,
    domain_alternatives, email_alternatives, has_counter, last_seven_key, phone_readings, raw_key,
    several_alone, whole_domains,
};
use crate::people::cell::{trim_cell, trim_text};
use crate::pipeline::contract::Broken;
use crate::pipeline::intern::Interner;
use crate::pipeline::permissions::{About, Column, Made, Permissions, is_permission, made};
use crate::pipeline::plan::Plan;
use crate::policy::objections::{Named, Origin};
use crate::policy::scope::{Scope, Scopes};
use crate::sources::registers::{Entry, RegisterColumns, Trailer, moment, told_by_files};
use crate::sources::{BatchReader, Place, ReadOptions, Record, SourceError, open};

/// Reads one register into the index.
pub(super) struct Reader<'r, 'c> {
    register: &'r Register,
    origin: Origin,
    context: &'r RegisterContext<'c>,
    named: &'r Interner<Named>,
    objections: &'r mut Objections,
    scratch: Scratch,
    regions: Vec<Region>,
    own_regions: Vec<Option<Region>>,
    /// By kind: hashes that sources hold instead of plain values.
    held: [Vec<Algorithm>; 2],
    hashes: Vec<HashKey>,
    spaces: Vec<String>,
    found: Vec<WideKey>,
    /// Whole domains, and whether one is a public mail host.
    domains: Vec<WideKey>,
    is_webmail: bool,
    /// Ends of the numbers found.
    ends: Vec<u32>,
    numbers: Vec<Phone>,
    /// What makes a number a customer's identifier.
    rule: PhoneRule,
    /// What lifts objections; absent where nothing can.
    permissions: Option<Permissions>,
    /// The words of scope written last and what they say: nearly every entry has the same. In the place of
    /// such words may stand anything, hence the wiping.
    last_words: Zeroizing<Vec<u8>>,
    last_written: Scopes,
    /// What the objection numbered last was, and its number.
    last_named: Option<(Scopes, Option<Date>, u32)>,
}

impl<'r, 'c> Reader<'r, 'c> {
    /// A reader of this register into an index of its own.
    pub(super) fn new(
        config: &Config,
        register: &'r Register,
        origin: Origin,
        context: &'r RegisterContext<'c>,
        named: &'r Interner<Named>,
        objections: &'r mut Objections,
    ) -> Self {
        Self {
            register,
            origin,
            context,
            named,
            objections,
            scratch: Scratch::new(),
            regions: regions(register, context.plan),
            own_regions: own_regions(config, register),
            held: Kind::ALL.map(|kind| held_algorithms(config, kind)),
            hashes: Vec::new(),
            spaces: spaces(config, register),
            found: Vec::new(),
            domains: Vec::new(),
            is_webmail: false,
            ends: Vec::new(),
            numbers: Vec::new(),
            rule: PhoneRule { possible: config.policy.possible_phones },
            permissions: None,
            last_words: Zeroizing::new(Vec::new()),
            last_written: Scopes::NONE,
            last_named: None,
        }
    }

    /// Reads it to its end.
    pub(super) fn read(&mut self, config: &Config, read: &mut RegisterRead) -> Result<(), SourceError> {
        let columns = RegisterColumns::of(self.register);
        let options = ReadOptions {
            batch_rows: config.limits.batch_rows,
            digest_key: Some(self.context.input_key),
            trailer: Trailer::of(self.register, &self.context.zone),
            ..ReadOptions::default()
        };
        let gathered = if config.policy.permissions_lift && self.register.permission.is_some() {
            Some(self.gather(&columns, &options)?)
        } else {
            None
        };
        let mut table = open(&self.register.files, &columns.wanted(), &options)?;
        read.file_names = table.files().iter().map(|file| file.name.clone()).collect();
        let mut newest = None;
        while let Some(batch) = table.next_batch()? {
            batch.for_each(|record| {
                read.rows += 1;
                match record {
                    Record::Row(row) => {
                        let entry = columns.entry(&row);
                        newest = newest.max(self.moment_of(&entry));
                        self.entry(&entry, row.place(), read);
                    }
                    Record::Fault(fault) => {
                        read.faults += 1;
                        read.first_fault.get_or_insert((fault.code, fault.place));
                    }
                }
            });
        }
        let told = told_by_files(&table, self.register.age_from.as_ref(), &self.context.zone)?;
        read.moment = told.newest.max(newest);
        if told.silent > 0 {
            // A file that ends before its trailer, or has no readable date beside it, is told by no other.
            read.broken.push(match self.register.age_from {
                Some(AgeFrom::Trailer(_)) => {
                    read.without_trailer = told.silent;
                    Broken::TrailerMismatch
                }
                _ => Broken::AgeUnknown,
            });
        }
        let digests = table.digests();
        read.files = digests.len() as u64;
        read.bytes = digests.iter().map(|digest| digest.bytes).sum();
        read.commitment = crate::pipeline::commitment(&self.context.input_key, &digests);
        // Permissions of other bytes than the objections' would be of another register.
        if gathered.is_some_and(|gathered| gathered != read.commitment) {
            let file = self.register.files.as_written.clone();
            return Err(SourceError::ChangedWhileReading { file });
        }
        let is_cut = digests
            .iter()
            .zip(&told.promised)
            .any(|(digest, promised)| promised.is_some_and(|promised| promised != digest.rows));
        if is_cut && !read.broken.contains(&Broken::TrailerMismatch) {
            read.broken.push(Broken::TrailerMismatch);
        }
        Ok(())
    }

    /// Reads the register once for its permissions alone; the commitment to what was read.
    fn gather(&mut self, columns: &RegisterColumns, options: &ReadOptions) -> Result<[u8; 32], SourceError> {
        let mut permissions = Permissions::default();
        let mut table = open(&self.register.files, &columns.wanted(), options)?;
        while let Some(batch) = table.next_batch()? {
            batch.for_each(|record| {
                let Record::Row(row) = record else { return };
                let entry = columns.entry(&row);
                if self.is_lifted(&entry) || !is_permission(self.register, &entry) {
                    return;
                }
                let scopes = self.written_scopes(&entry, &mut RegisterRead::default());
                let about = [
                    self.about_id(&entry),
                    entry.email.and_then(|cell| self.about(Column::Email, cell)),
                    entry.phone.and_then(|cell| self.about(Column::Phone, cell)),
                    entry.domain.and_then(|cell| self.about(Column::Domain, cell)),
                ];
                let about = about.into_iter().flatten();
                let (as_of, zone) = (self.context.as_of, &self.context.zone);
                permissions.add(self.register, &entry, scopes, about, as_of, zone);
            });
        }
        self.permissions = Some(permissions);
        Ok(crate::pipeline::commitment(&self.context.input_key, &table.digests()))
    }

    fn about(&self, column: Column, cell: &[u8]) -> Option<About> {
        let key = raw_key(Plaintext::new(cell), self.context.run_key)?;
        Some(About::Text(column, key))
    }

    fn about_id(&self, entry: &Entry<'_>) -> Option<About> {
        let space = self.spaces.first()?;
        self.context.person_keys.in_space(space).key(entry.customer_id?).map(About::Id)
    }

    fn is_lifted(&self, entry: &Entry<'_>) -> bool {
        match (&self.register.active, entry.status) {
            (Some(active), Some(status)) => active.lifted.iter().any(|lifted| lifted.as_bytes() == status),
            _ => false,
        }
    }

    fn moment_of(&self, entry: &Entry<'_>) -> Option<Timestamp> {
        let cell = entry.age?;
        moment(std::str::from_utf8(cell).ok()?, &self.context.zone)
    }

    /// The day on which an entry was made, in the policy's time zone.
    fn day_of(&self, cell: &[u8]) -> Option<Date> {
        let moment = moment(std::str::from_utf8(cell).ok()?, &self.context.zone)?;
        Some(moment.to_zoned(self.context.zone.clone()).date())
    }

    fn entry(&mut self, entry: &Entry<'_>, place: Place, read: &mut RegisterRead) {
        if self.is_lifted(entry) {
            read.lifted += 1;
            return;
        }
        if is_permission(self.register, entry) {
            read.permissions += 1;
            return;
        }
        read.objections += 1;
        let scopes = self.written_scopes(entry, read);
        let made = self.permissions.as_ref().and_then(|_| made(self.register, entry, &self.context.zone));
        let day = entry.at.filter(|_| self.context.keeps_days).and_then(|cell| self.day_of(cell));
        let (mut keys, mut unread) = (0_u64, 0_u64);
        if let Some(id) = entry.customer_id {
            let about = self.permissions.as_ref().and_then(|_| self.about_id(entry));
            let named = self.standing(about, scopes, made, day);
            let (mut names_somebody, ids) = (false, &mut self.objections.ids);
            for space in &self.spaces {
                let space = self.context.person_keys.in_space(space);
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
            let about = self.permissions.as_ref().and_then(|_| self.about(column, cell));
            let named = self.standing(about, scopes, made, day);
            if self.key(kind, cell, named) {
                keys += 1;
            } else {
                unread += 1;
            }
        }
        if let Some(cell) = entry.domain.filter(|cell| !cell.is_empty()) {
            let about = self.permissions.as_ref().and_then(|_| self.about(Column::Domain, cell));
            let named = self.standing(about, scopes, made, day);
            self.is_webmail |= identifiers::is_webmail_domain(Plaintext::new(cell));
            if let Ok(domain) = identifiers::domain_objection_key(Plaintext::new(cell), self.context.run_key)
            {
                keys += 1;
                self.domains.push(domain);
            } else {
                unread += 1;
                self.is_webmail |=
                    domain_alternatives(Plaintext::new(cell), self.context.run_key, &mut self.domains);
                self.unread(None, || Plaintext::new(cell), named);
                if may_hold_address(cell) {
                    self.email(cell);
                }
            }
            self.take_found(named);
        }
        if std::mem::take(&mut self.is_webmail) {
            read.webmail += 1;
            read.first_webmail.get_or_insert(place);
        }
        if keys == 0 || unread > 0 {
            read.unparsed += 1;
            read.first_unparsed.get_or_insert(place);
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
        let scopes = match &self.permissions {
            Some(permissions) => permissions.standing(about, scopes, made),
            None => scopes,
        };
        if scopes.is_empty() {
            return 0;
        }
        let always = self.register.external && scopes.meets(Scopes::CHANNELS);
        let scopes = if always { scopes.union(Scopes::ALWAYS) } else { scopes };
        if let Some((known, then, number)) = self.last_named
            && known == scopes
            && then == day
        {
            return number;
        }
        let number = self.named.number(match day {
            Some(day) => Named::on(self.origin, scopes, day),
            None => Named::by(self.origin, scopes),
        });
        self.last_named = Some((scopes, day, number));
        number
    }

    fn written_scopes(&mut self, entry: &Entry<'_>, read: &mut RegisterRead) -> Scopes {
        let Some(words) = entry.scope.filter(|words| !words.is_empty()) else {
            return self.register.scopes;
        };
        if *self.last_words != words {
            self.last_written = scopes_of(words);
            self.last_words = Zeroizing::new(words.to_vec());
        }
        if self.last_written.meets(Scopes::of(Scope::Unknown)) {
            read.unknown_scope += 1;
        }
        self.last_written
    }

    /// Takes one key in; whether it could be read, whole or as several values and nothing else.
    fn key(&mut self, kind: Kind, cell: &[u8], named: u32) -> bool {
        let columns = &self.register.columns;
        let hashed = match kind {
            Kind::Email => columns.email.as_ref(),
            Kind::Phone => columns.phone.as_ref(),
        };
        if let Some(declared) = hashed.and_then(|column| column.hashed) {
            return self.hash(kind, cell, algorithm(declared), named);
        }
        let is_read = self.plain(kind, cell);
        for algorithm in &self.held[kind as usize] {
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
        let (possible, in_use) = (PhoneRule { possible: true }, self.rule);
        let whole = || Plaintext::new(cell);
        if possible == in_use || self.is_number(whole, in_use) {
            return;
        }
        if self.is_number(whole, possible) {
            self.unread(Some(Kind::Phone), whole, named);
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
        self.own_regions.iter().any(|region| Phone::parse(value(), *region, rule, scratch).is_ok())
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
        self.objections.by_end.extend(self.ends.drain(..).map(|end| (end, named)));
        for domain in self.domains.drain(..) {
            self.objections.domains.add(domain, named);
        }
        for hash in self.hashes.drain(..) {
            let known = self.objections.hashes_of_entries.entry(hash).or_insert(0);
            *known = union(self.named, *known, named);
        }
    }

    /// Keeps a value that does not parse by what can be compared of it.
    fn unread<'cell>(&mut self, kind: Option<Kind>, value: impl Fn() -> Plaintext<'cell>, named: u32) {
        let key = self.context.run_key;
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
        *known = union(self.named, *known, named);
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
        let key = self.context.run_key;
        let parsed = Email::parse(Plaintext::new(cell), &mut self.scratch).map(|email| {
            for algorithm in &self.held[Kind::Email as usize] {
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
        for algorithm in &self.held[Kind::Email as usize] {
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
        for region in &self.own_regions {
            let parsed = Phone::parse(Plaintext::new(cell), *region, rule, &mut self.scratch);
            self.numbers.extend(parsed.ok());
        }
        let is_one = !self.numbers.is_empty();
        if !is_one {
            for algorithm in &self.held[Kind::Phone as usize] {
                let (cell, scratch) = (Plaintext::new(cell), &mut self.scratch);
                hashed::hashes_within(Kind::Phone, cell, *algorithm, scratch, &mut self.hashes);
            }
        }
        let is_read = is_one || self.several_numbers(cell, rule);
        if !is_one || !is_international(cell) || has_counter(Plaintext::new(cell)) {
            phone_readings(Plaintext::new(cell), &self.regions, &mut self.scratch, &mut self.numbers);
        }
        for phone in &self.numbers {
            self.found.push(phone.wide_key(self.context.run_key));
            self.ends.extend(self.objections.tails.insert(phone));
            for algorithm in &self.held[Kind::Phone as usize] {
                hashed::phone_hashes(phone, *algorithm, &mut self.hashes);
            }
        }
        is_read
    }

    /// Whether a cell is several numbers that are at home here and nothing else; each of them objects.
    fn several_numbers(&mut self, cell: &[u8], rule: PhoneRule) -> bool {
        let mut unread: Option<Vec<bool>> = None;
        for region in &self.own_regions {
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
fn scopes_of(words: &[u8]) -> Scopes {
    let text = String::from_utf8_lossy(words);
    let words = || text.split([';', ',', '|', '/']).map(trim_text).filter(|word| !word.is_empty());
    // Nothing but separators is a word that is not known.
    if words().next().is_none() {
        Scopes::of(Scope::Unknown)
    } else {
        words().map(Scope::from_word).collect()
    }
}

fn regions(register: &Register, plan: &Plan) -> Vec<Region> {
    let own = register.region.and_then(|code| Region::from_code(std::str::from_utf8(&code).ok()?));
    match own {
        Some(own) => std::iter::once(own).chain(plan.regions.iter().copied().filter(|r| *r != own)).collect(),
        None => plan.regions.clone(),
    }
}

/// Where a register's national numbers are at home: its own region, else each source's default.
fn own_regions(config: &Config, register: &Register) -> Vec<Option<Region>> {
    let region = |code: [u8; 2]| Region::from_code(std::str::from_utf8(&code).ok()?);
    if let Some(code) = register.region {
        return vec![region(code)];
    }
    let defaults = config.sources.iter().map(|source| source.country.as_ref()?.default);
    let mut own: Vec<Option<Region>> = defaults.map(|code| code.and_then(region)).collect();
    own.sort_unstable();
    own.dedup();
    own
}

fn spaces(config: &Config, register: &Register) -> Vec<String> {
    if let Some(space) = &register.id_space {
        return vec![space.clone()];
    }
    let mut spaces: Vec<String> = config.sources.iter().map(|source| source.id_space.clone()).collect();
    spaces.sort();
    spaces.dedup();
    spaces
}
