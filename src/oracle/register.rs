//! Registers: their objections, whom each names, and the contract that a register keeps.
//!
//! Shrinkage and unchanged content are not checked here: they need earlier releases, which the oracle
//! does not read.
//! It must not know audiences.

#![expect(clippy::disallowed_methods, reason = "stands apart, and reads its inputs itself")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::OracleError;
use super::customer_id;
use super::email::{self, Email};
use super::people::{Cell, Kind, PersonKey, Row};
use super::phone::{self, Phone, Regions};
use super::read::{self, Record, Table};
use super::text::{folded, hash, moment, moment_by, read_hash, trim};
use crate::config::{AgeFrom, Config, HashAlgorithm, KeyColumn, Register, Scope, Scopes, Source};

/// One objection of a register.
pub(super) struct Entry {
    pub(super) register: usize,
    pub(super) scopes: Scopes,
    /// Whether it binds every audience whatever its scopes: a channel ban of an external register.
    pub(super) always: bool,
    id: Option<String>,
    /// Whether it stands where an id should, and none can be read of it.
    lost_id: bool,
    /// Cells that may say an e-mail address, and those that may say a phone number.
    emails: Vec<String>,
    phones: Vec<String>,
    domains: BTreeSet<String>,
    hashes: Vec<(Kind, HashAlgorithm, String)>,
    /// Values that do not parse, with the kind of their column.
    unparsed: Vec<(Option<Kind>, String)>,
    /// Phone numbers of a possible length that are in no range in use.
    possible: Vec<String>,
}

/// What the registers say, and which of them broke their contract.
pub(super) struct Registers {
    pub(super) entries: Vec<Entry>,
    /// `code name` of each breach, sorted.
    pub(super) refused: BTreeSet<String>,
}

/// Reads every register to its end. One that breaks its contract is told in the result; one that is in a
/// format which only a run can read is an error, since nothing is known of its contract.
pub(super) fn read(config: &Config, as_of: Timestamp, zone: &TimeZone) -> Result<Registers, OracleError> {
    let mut all = Registers { entries: Vec::new(), refused: BTreeSet::new() };
    for (place, register) in config.registers.iter().enumerate() {
        for code in read_one(config, place, register, as_of, zone, &mut all.entries)? {
            if !is_waived(config, register, code, as_of.to_zoned(zone.clone()).date()) {
                all.refused.insert(format!("{code} {}", register.name));
            }
        }
    }
    Ok(all)
}

/// Whether a waiver lets the breach through today. Whether an earlier release used it up is not known
/// here.
fn is_waived(config: &Config, register: &Register, code: &str, today: Date) -> bool {
    config.waivers.iter().any(|waiver| {
        waiver.register == register.name
            && waiver.code.code() == code
            && waiver.date <= today
            && today <= waiver.valid_until
    })
}

fn read_one(
    config: &Config,
    place: usize,
    register: &Register,
    as_of: Timestamp,
    zone: &TimeZone,
    entries: &mut Vec<Entry>,
) -> Result<BTreeSet<&'static str>, OracleError> {
    let mut broken = BTreeSet::new();
    let paths = read::find(&register.files);
    if paths.is_empty() {
        return Ok(BTreeSet::from(["register-missing"]));
    }
    let (mut rows, mut objections, mut unparsed, mut ages) = (0_u64, 0_u64, 0_u64, Vec::new());
    let lifting = config.policy.permissions_lift && register.permission.is_some();
    let (mut permissions, mut standing) = (Vec::new(), Vec::new());
    for path in paths {
        let Some(table) = table(register, &path, zone, &mut ages, &mut broken)? else {
            broken.insert("register-broken");
            continue;
        };
        let reader = EntryReader { config, place, register, table: &table };
        if !reader.has_its_columns() {
            broken.insert("register-broken");
            continue;
        }
        for record in &table.records {
            rows += 1;
            match reader.entry(record) {
                None => {
                    broken.insert("register-broken");
                }
                // What was lifted objects to nothing, so nothing of it has to parse.
                Some((Status::Lifted, _)) => {}
                Some((Status::Permission, _)) => {
                    permissions.extend(reader.permission(record, as_of, zone));
                }
                Some((Status::Objection, entry)) => {
                    objections += 1;
                    unparsed +=
                        u64::from(entry.says_nothing() || entry.lost_id || !entry.unparsed.is_empty());
                    if !register.webmail_domains && entry.domains.iter().any(|it| email::is_webmail(it)) {
                        broken.insert("register-webmail-domain");
                    }
                    if lifting {
                        standing.extend(reader.parts(record, zone));
                    } else {
                        entries.push(entry);
                    }
                }
            }
        }
        age(register, &table, zone, &mut ages, &mut broken);
    }
    for (mut entry, field, text, made) in standing {
        if let Some((at, level)) = made {
            for permission in &permissions {
                let same = permission.texts.get(&field) == Some(&text);
                if same && permission.at > at && permission.level >= level {
                    entry.scopes =
                        entry.scopes.iter().filter(|scope| !permission.scopes.contains(scope)).collect();
                }
            }
        }
        if !entry.scopes.is_empty() {
            entry.always = register.external && entry.scopes.iter().any(is_channel);
            entries.push(entry);
        }
    }
    // A file that could not be read has no number of rows.
    if rows > 0 || !broken.contains("register-broken") {
        if rows == 0 && register.min_rows > 0 {
            broken.insert("register-empty");
        } else if rows < register.min_rows {
            broken.insert("register-too-few-rows");
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^52")]
    if unparsed as f64 > register.max_unparsed * objections as f64 {
        broken.insert("register-unparsed");
    }
    match ages.into_iter().max() {
        None => {
            if register.age_from.is_some() || register.max_age.is_some() {
                broken.insert("register-age-unknown");
            }
        }
        Some(newest) => {
            if newest > as_of {
                broken.insert("register-future-dated");
            }
            if register.max_age.is_some_and(|max| as_of.duration_since(newest) > max) {
                broken.insert("register-stale");
            }
        }
    }
    Ok(broken)
}

/// Collects the moments that say how old this file is.
fn age(
    register: &Register,
    table: &Table,
    zone: &TimeZone,
    ages: &mut Vec<Timestamp>,
    broken: &mut BTreeSet<&'static str>,
) {
    match &register.age_from {
        // The trailer was read with the file.
        None | Some(AgeFrom::Trailer(_)) => {}
        Some(AgeFrom::Filename(pattern)) => {
            let name = table.path.file_name().and_then(|name| name.to_str()).unwrap_or("");
            ages.extend(moment_by(pattern, name, zone));
        }
        Some(AgeFrom::Column(column)) => {
            let place = table.column(column);
            for record in &table.records {
                if let (Record::Whole(cells), Some(place)) = (record, place) {
                    let cell = cells.get(place).and_then(|cell| std::str::from_utf8(cell).ok());
                    ages.extend(cell.and_then(|cell| moment(cell, zone)));
                }
            }
        }
        Some(AgeFrom::Sidecar(suffix)) => {
            let mut path = table.path.clone().into_os_string();
            path.push(suffix);
            let text = std::fs::read_to_string(path).unwrap_or_default();
            match text.lines().next().and_then(|line| moment(line, zone)) {
                Some(moment) => ages.push(moment),
                // Each file has its own, and no other speaks for it.
                None => {
                    broken.insert("register-age-unknown");
                }
            }
        }
        Some(AgeFrom::Mtime) => {
            let written = std::fs::metadata(&table.path).and_then(|data| data.modified()).ok();
            ages.extend(written.and_then(|written| Timestamp::try_from(written).ok()));
        }
    }
}

/// What a trailer says: how many rows, and when. `None` when the line does not fit the pattern.
fn trailer(pattern: &str, line: &str, zone: &TimeZone) -> Option<(Option<usize>, Option<Timestamp>)> {
    if !pattern.contains("{rows}") {
        return moment_by(pattern, line, zone).map(|moment| (None, Some(moment)));
    }
    // The count may be any run of digits in the line: each is tried.
    let starts = line.char_indices().map(|(start, _)| start);
    starts.into_iter().find_map(|start| {
        let (before, rest) = line.split_at(start);
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let count =
            digits.parse().ok().filter(|_| !before.ends_with(|letter: char| letter.is_ascii_digit()))?;
        let without = format!("{before}{{rows}}{}", rest.strip_prefix(&digits)?);
        if !pattern.contains('%') {
            return (without == pattern).then_some((Some(count), None));
        }
        moment_by(pattern, &without, zone).map(|moment| (Some(count), Some(moment)))
    })
}

/// One file of a register, or `None` when it is broken. A last line that is no trailer is read as the row
/// it may be.
fn table(
    register: &Register,
    path: &Path,
    zone: &TimeZone,
    ages: &mut Vec<Timestamp>,
    broken: &mut BTreeSet<&'static str>,
) -> Result<Option<Table>, OracleError> {
    let read = |cut| match read::table(path, &register.files, register.files.header, cut, &register.name) {
        Ok(table) => Ok(Some(table)),
        Err(error) if error.is_about_the_reader() => Err(error),
        Err(_) => Ok(None),
    };
    let Some(AgeFrom::Trailer(pattern)) = &register.age_from else { return read(false) };
    let Some(table) = read(true)? else { return Ok(None) };
    let Some((count, moment)) = trailer(pattern, table.trailer.as_deref().map_or("", trim), zone) else {
        broken.insert("register-trailer-mismatch");
        return read(false);
    };
    ages.extend(moment);
    if count.is_some_and(|count| count != table.records.len()) {
        broken.insert("register-trailer-mismatch");
    }
    Ok(Some(table))
}

/// What a row is.
#[derive(Clone, Copy, PartialEq)]
enum Status {
    Lifted,
    Permission,
    Objection,
}

/// A column that names people.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    Id,
    Email,
    Phone,
    Domain,
}

/// A permission that says when, how and what for.
struct Permission {
    texts: BTreeMap<Field, String>,
    scopes: Vec<Scope>,
    at: Timestamp,
    level: usize,
}

/// One value of an objection: what it says, its text, when and how it was made.
type Part = (Entry, Field, String, Option<(Timestamp, usize)>);

fn is_channel(scope: Scope) -> bool {
    matches!(scope, Scope::Phone | Scope::Post | Scope::Email)
}

struct EntryReader<'a> {
    config: &'a Config,
    place: usize,
    register: &'a Register,
    table: &'a Table,
}

impl EntryReader<'_> {
    fn names(&self) -> Vec<&str> {
        let columns = &self.register.columns;
        let texts = [&columns.customer_id, &columns.domain, &columns.scope, &columns.at, &columns.auth];
        let mut names: Vec<&str> = texts.into_iter().flatten().map(String::as_str).collect();
        names.extend(
            [&columns.email, &columns.phone].into_iter().flatten().map(|column| column.column.as_str()),
        );
        names.extend(self.register.active.iter().map(|active| active.column.as_str()));
        names.extend(self.register.permission.iter().map(|permission| permission.column.as_str()));
        if let Some(AgeFrom::Column(column)) = &self.register.age_from {
            names.push(column);
        }
        names
    }

    fn column(&self, name: &str) -> Option<usize> {
        if self.register.columns.bare { Some(0) } else { self.table.column(name) }
    }

    fn has_its_columns(&self) -> bool {
        let empty_file = self.table.header.is_empty() && self.table.records.is_empty();
        empty_file || self.names().iter().all(|name| self.column(name).is_some())
    }

    /// The mapped cells of a row; `None` when it is structurally broken.
    fn texts<'r>(&'r self, record: &'r Record) -> Option<BTreeMap<&'r str, &'r str>> {
        let Record::Whole(cells) = record else { return None };
        let mut texts = BTreeMap::new();
        for name in self.names() {
            let cell = cells.get(self.column(name)?)?;
            texts.insert(name, trim(std::str::from_utf8(cell).ok()?));
        }
        Some(texts)
    }

    /// The column of a field.
    fn named(&self, field: Field) -> Option<&str> {
        let columns = &self.register.columns;
        match field {
            Field::Id => columns.customer_id.as_deref(),
            Field::Email => columns.email.as_ref().map(|column| column.column.as_str()),
            Field::Phone => columns.phone.as_ref().map(|column| column.column.as_str()),
            Field::Domain => columns.domain.as_deref(),
        }
    }

    /// The texts by which a row names people, as permissions and objections are compared: ids as they
    /// stand, the rest in lower case.
    fn said_of(&self, record: &Record) -> BTreeMap<Field, String> {
        let texts = self.texts(record).unwrap_or_default();
        let fields = [Field::Id, Field::Email, Field::Phone, Field::Domain];
        let said = fields.into_iter().filter_map(|field| {
            let text = texts.get(self.named(field)?).filter(|text| !text.is_empty())?;
            Some((field, if field == Field::Id { (*text).to_owned() } else { folded(text) }))
        });
        said.collect()
    }

    /// How surely it is known who spoke.
    fn level(&self, record: &Record) -> Option<usize> {
        let word = *self.texts(record)?.get(self.register.columns.auth.as_deref()?)?;
        self.register.auth_levels.iter().position(|level| trim(level) == word)
    }

    /// What a permission can lift; `None` when it does not say when, how or what for.
    fn permission(&self, record: &Record, as_of: Timestamp, zone: &TimeZone) -> Option<Permission> {
        let texts = self.texts(record)?;
        let at = moment(texts.get(self.register.columns.at.as_deref()?)?, zone).filter(|at| *at <= as_of)?;
        let scopes = match &self.register.columns.scope {
            None => self.register.scopes,
            Some(column) => match *texts.get(column.as_str())? {
                "" => return None,
                words => scopes(words),
            },
        };
        Some(Permission {
            texts: self.said_of(record),
            scopes: scopes.iter().filter(|scope| *scope != Scope::Unknown).collect(),
            at,
            level: self.level(record)?,
        })
    }

    /// An objection value by value, since each may be permitted again alone.
    fn parts(&self, record: &Record, zone: &TimeZone) -> Vec<Part> {
        let texts = self.texts(record).unwrap_or_default();
        let at = self.register.columns.at.as_deref().and_then(|column| texts.get(column));
        let made = at.and_then(|at| Some((last_moment(at, zone)?, self.level(record)?)));
        let part = |(field, text): (Field, String)| {
            let (_, entry) = self.entry_of(record, Some(field))?;
            Some((entry, field, text, made))
        };
        self.said_of(record).into_iter().filter_map(part).collect()
    }

    /// `None` when the row is structurally broken; else what it is, and what it says.
    fn entry(&self, record: &Record) -> Option<(Status, Entry)> {
        self.entry_of(record, None)
    }

    /// The same of one field alone.
    fn entry_of(&self, record: &Record, only: Option<Field>) -> Option<(Status, Entry)> {
        let mut texts = self.texts(record)?;
        for field in [Field::Id, Field::Email, Field::Phone, Field::Domain] {
            if let Some(name) = self.named(field).filter(|_| only.is_some_and(|only| only != field)) {
                texts.insert(name, "");
            }
        }
        let text = |name: &Option<String>| -> Option<&str> {
            texts.get(name.as_deref()?).copied().filter(|text| !text.is_empty())
        };
        let key = |column: &Option<KeyColumn>| -> Option<(&str, Option<HashAlgorithm>)> {
            let column = column.as_ref()?;
            let text = texts.get(column.column.as_str()).copied().filter(|text| !text.is_empty())?;
            Some((text, column.hashed))
        };
        let columns = &self.register.columns;
        let lifted = self.register.active.as_ref().is_some_and(|active| {
            let status = texts.get(active.column.as_str()).copied().unwrap_or("");
            active.lifted.iter().any(|lifted| trim(lifted) == status)
        });
        let scopes = text(&columns.scope).map_or(self.register.scopes, scopes);
        let mut entry = Entry {
            register: self.place,
            scopes,
            always: self.register.external && scopes.iter().any(is_channel),
            id: text(&columns.customer_id).map(str::to_owned),
            lost_id: text(&columns.customer_id).is_some_and(customer_id::is_lost),
            emails: Vec::new(),
            phones: Vec::new(),
            domains: text(&columns.domain).and_then(email::read_domain).into_iter().collect(),
            hashes: Vec::new(),
            unparsed: Vec::new(),
            possible: Vec::new(),
        };
        match text(&columns.customer_id) {
            Some(id) if email::has_at(id) => entry.says(Kind::Email, id),
            Some(id) if id.starts_with('+') => entry.says(Kind::Phone, id),
            _ => {}
        }
        if let (Some(text), true) = (text(&columns.domain), entry.domains.is_empty()) {
            entry.domains = email::read_domains(text);
            entry.unparsed.push((None, text.to_owned()));
            entry.emails.extend(email::has_at(text).then(|| text.to_owned()));
        }
        for (kind, column) in [(Kind::Email, key(&columns.email)), (Kind::Phone, key(&columns.phone))] {
            match column {
                None => {}
                Some((text, Some(algorithm))) => match read_hash(algorithm, text) {
                    Some(hash) => entry.hashes.push((kind, algorithm, hash)),
                    None => {
                        entry.unparsed.push((Some(kind), text.to_owned()));
                        entry.says(kind, text);
                        entry.says_otherwise(text);
                    }
                },
                Some((text, None)) => {
                    // What can be read of it counts even so, also as the other kind.
                    entry.says(kind, text);
                    if !self.parses(kind, text) {
                        entry.unparsed.push((Some(kind), text.to_owned()));
                        entry.says_otherwise(text);
                    } else if kind == Kind::Phone {
                        entry.possible = self.merely_possible(text);
                    }
                }
            }
        }
        let whole = entry.emails.iter().flat_map(|text| email::whole_domains(text).0).collect::<Vec<_>>();
        entry.domains.extend(whole);
        let permitted = self.register.permission.as_ref().is_some_and(|permission| {
            let status = texts.get(permission.column.as_str()).copied().unwrap_or("");
            permission.values.iter().any(|value| trim(value) == status)
        });
        let status = match (lifted, permitted) {
            (true, _) => Status::Lifted,
            (false, true) => Status::Permission,
            (false, false) => Status::Objection,
        };
        Some((status, entry))
    }

    /// Of a cell with numbers, those that would be nobody's identifier for being in no range in use.
    fn merely_possible(&self, text: &str) -> Vec<String> {
        let is_number = |value: &str, possible_is_enough: bool| {
            own_regions(self.register, self.config).into_iter().any(|region| {
                Phone::parse(value, region).is_some_and(|phone| phone.is_good(possible_is_enough))
            })
        };
        let mut numbers = if is_number(text, true) { vec![text] } else { phone::pieces(text) };
        numbers.retain(|number| !is_number(number, self.config.policy.possible_phones));
        numbers.into_iter().map(str::to_owned).collect()
    }

    /// Whether a cell is a value of its kind, or several of them with nothing beside.
    fn parses(&self, kind: Kind, text: &str) -> bool {
        let regions = own_regions(self.register, self.config);
        let is_one = |value: &str| match kind {
            Kind::Email => Email::parse(value).is_some(),
            Kind::Phone => regions
                .iter()
                .any(|region| Phone::parse(value, *region).is_some_and(|phone| phone.is_good(true))),
        };
        let pieces = match kind {
            Kind::Email => email::pieces(text),
            Kind::Phone => phone::pieces(text),
        };
        let is_whole_domain = kind == Kind::Email && email::whole_domains(text).1;
        is_one(text) || is_whole_domain || (pieces.len() > 1 && pieces.iter().all(|piece| is_one(piece)))
    }
}

/// Where a register's national numbers are at home: its region, else each source's default.
fn own_regions(register: &Register, config: &Config) -> Regions {
    match register.region {
        Some(region) => BTreeSet::from([Some(region)]),
        None => {
            config.sources.iter().map(|source| source.country.as_ref().and_then(|it| it.default)).collect()
        }
    }
}

/// The last moment a cell can mean: a date may be any moment of its day.
fn last_moment(cell: &str, zone: &TimeZone) -> Option<Timestamp> {
    let first = moment(cell, zone)?;
    if cell.contains([':', 'T', 't', ' ']) {
        return Some(first);
    }
    let next = first.to_zoned(zone.clone()).date().tomorrow().ok()?.to_zoned(zone.clone()).ok()?;
    Timestamp::from_nanosecond(next.timestamp().as_nanosecond() - 1).ok()
}

/// The words of a scope cell.
fn scopes(cell: &str) -> Scopes {
    cell.split([',', ';', '|', '/'])
        .map(trim)
        .filter(|word| !word.is_empty())
        .map(Scope::from_word)
        .chain(cell.chars().all(|letter| ",;|/ ".contains(letter)).then_some(Scope::Unknown))
        .collect()
}

/// What a value looks like, in whatever column it stands.
fn spoken_kind(text: &str) -> Kind {
    if email::has_at(text) { Kind::Email } else { Kind::Phone }
}

impl Entry {
    fn says(&mut self, kind: Kind, text: &str) {
        let said = match kind {
            Kind::Email => &mut self.emails,
            Kind::Phone => &mut self.phones,
        };
        if !said.iter().any(|known| known == text) {
            said.push(text.to_owned());
        }
    }

    /// Takes what a cell that does not parse says as the kind it looks like, and beside an address.
    fn says_otherwise(&mut self, text: &str) {
        self.says(spoken_kind(text), text);
        if let Some(rest) = email::beside(text) {
            self.says(Kind::Phone, &rest);
        }
    }

    fn says_nothing(&self) -> bool {
        self.id.is_none()
            && self.emails.is_empty()
            && self.phones.is_empty()
            && self.domains.is_empty()
            && self.hashes.is_empty()
            && self.unparsed.is_empty()
    }

    /// Everything by which this objection can meet somebody. Hooks of different registers, kinds and
    /// uses never look alike.
    pub(super) fn hooks(&self, config: &Config) -> BTreeSet<String> {
        let (place, mut hooks) = (self.register, BTreeSet::new());
        let Some(register) = config.registers.get(place) else { return hooks };
        for source in &config.sources {
            let same_space = register.id_space.as_ref().is_none_or(|space| *space == source.id_space);
            if let Some(id) = self.id.as_deref().filter(|_| same_space) {
                let ids = customer_id::of_entry(id);
                hooks.extend(ids.iter().map(|id| id_hook(place, &source.id_space, id)));
            }
        }
        for (kind, text) in &self.unparsed {
            hooks.insert(text_hook(place, text));
            if *kind == Some(Kind::Phone) {
                hooks.extend(phone::last_seven(text).map(|seven| format!("{place} seven {seven}")));
            }
        }
        for number in &self.possible {
            hooks.insert(text_hook(place, number));
            hooks.extend(phone::last_seven(number).map(|seven| format!("{place} seven {seven}")));
        }
        for (kind, algorithm, hash) in &self.hashes {
            hooks.insert(hash_hook(place, *kind, *algorithm, hash));
        }
        hooks.extend(self.domains.iter().map(|domain| domain_hook(place, domain)));
        let wides = self.emails.iter().flat_map(|text| email::wides(text)).collect::<BTreeSet<_>>();
        hooks.extend(wides.iter().map(|wide| format!("{place} email {wide}")));
        let (own, all) = (own_regions(register, config), all_regions(config));
        // A number of a possible length is somebody's word enough, though no range in use holds it.
        let meanings: Vec<_> =
            self.phones.iter().map(|text| phone::meanings(text, &own, &all, true)).collect();
        hooks.extend(meanings.iter().flat_map(BTreeMap::keys).map(|number| phone_hook(place, number)));
        for (kind, column) in config.sources.iter().flat_map(columns) {
            let forms: BTreeSet<String> = match kind {
                Kind::Email => self.emails.iter().flat_map(|text| email::hashable(text)).collect(),
                Kind::Phone => {
                    let said = self.phones.iter().zip(&meanings);
                    said.flat_map(|(text, meanings)| phone::hashable(text, meanings, &own, true)).collect()
                }
            };
            if let Some(algorithm) = column.hashed {
                for form in forms {
                    hooks.insert(held_hook(place, kind, algorithm, &hash(algorithm, &form)));
                }
            }
        }
        hooks
    }
}

/// Everywhere where a number without its country code may be at home.
fn all_regions(config: &Config) -> Regions {
    let sources = config.sources.iter().filter_map(|source| source.country.as_ref()?.default);
    sources.chain(config.registers.iter().filter_map(|register| register.region)).map(Some).collect()
}

/// Everything by which a person can be met by any objection.
pub(super) fn person_hooks(config: &Config, key: &PersonKey, rows: &[Row]) -> BTreeSet<String> {
    let mut hooks = BTreeSet::new();
    let all = all_regions(config);
    for (place, _) in config.registers.iter().enumerate() {
        hooks.extend(customer_id::of_customer(&key.1).iter().map(|id| id_hook(place, &key.0, id)));
    }
    for row in rows {
        for (place, _) in config.registers.iter().enumerate() {
            hooks.extend(row.texts.iter().map(|text| text_hook(place, text)));
        }
        for cell in &row.cells {
            cell_hooks(config, cell, &all, &mut hooks);
        }
    }
    hooks
}

fn cell_hooks(config: &Config, cell: &Cell, all: &Regions, hooks: &mut BTreeSet<String>) {
    let text = cell.text.as_str();
    let is_plain = |kind: Kind| cell.kind == kind && cell.hashed.is_none();
    let mut regions = all.clone();
    regions.extend(cell.region.map(Some));
    let own = Regions::from([cell.region]);
    let parses = match (cell.hashed, cell.kind) {
        (Some(algorithm), _) => read_hash(algorithm, text).is_some(),
        (None, Kind::Email) => Email::parse(text).is_some(),
        (None, Kind::Phone) => {
            Phone::parse(text, cell.region).is_some_and(|phone| phone.is_good(config.policy.possible_phones))
        }
    };
    // What does not parse is read as its own kind and as the one it looks like.
    let lost = |kind: Kind| !parses && (cell.kind == kind || spoken_kind(text) == kind);
    let (mut wides, mut domains, mut meanings) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
    if is_plain(Kind::Email) || lost(Kind::Email) {
        wides = email::wides(text);
        domains = email::domains(text);
    }
    if is_plain(Kind::Phone) {
        meanings = phone::meanings(text, &own, &regions, config.policy.possible_phones);
    } else if lost(Kind::Phone) {
        meanings = phone::other_meanings(text, &regions);
    }
    let beside = if parses { None } else { email::beside(text) };
    let meanings_beside = beside.as_deref().map(|rest| phone::other_meanings(rest, &regions));
    for (place, register) in config.registers.iter().enumerate() {
        hooks.insert(text_hook(place, text));
        if is_plain(Kind::Phone) {
            hooks.extend(phone::last_seven(text).map(|seven| format!("{place} seven {seven}")));
        }
        if let Some(algorithm) = cell.hashed
            && let Some(held) = read_hash(algorithm, text)
        {
            hooks.insert(hash_hook(place, cell.kind, algorithm, &held));
            hooks.insert(held_hook(place, cell.kind, algorithm, &held));
        }
        for (kind, column) in [(Kind::Email, &register.columns.email), (Kind::Phone, &register.columns.phone)]
        {
            let Some(algorithm) = column.as_ref().and_then(|column| column.hashed) else { continue };
            if !parses
                && cell.kind == kind
                && let Some(held) = read_hash(algorithm, text)
            {
                hooks.insert(hash_hook(place, kind, algorithm, &held));
                hooks.insert(held_hook(place, kind, algorithm, &held));
            }
            let possible = config.policy.possible_phones;
            let mut forms = match kind {
                Kind::Email if is_plain(kind) || lost(kind) => email::hashable(text),
                Kind::Phone if is_plain(kind) || lost(kind) => {
                    phone::hashable(text, &meanings, &own, possible)
                }
                _ => BTreeSet::new(),
            };
            if let (Kind::Phone, Some(rest), Some(meanings)) = (kind, &beside, &meanings_beside) {
                forms.extend(phone::hashable(rest, meanings, &own, possible));
            }
            hooks.extend(forms.iter().map(|form| hash_hook(place, kind, algorithm, &hash(algorithm, form))));
        }
        hooks.extend(wides.iter().map(|wide| format!("{place} email {wide}")));
        hooks.extend(domains.iter().map(|domain| domain_hook(place, domain)));
        let numbers = meanings.keys().chain(meanings_beside.iter().flat_map(BTreeMap::keys));
        hooks.extend(numbers.map(|number| phone_hook(place, number)));
    }
}

fn columns(source: &Source) -> impl Iterator<Item = (Kind, &crate::config::IdentifierColumn)> {
    let emails = source.emails.iter().map(|column| (Kind::Email, column));
    emails.chain(source.phones.iter().map(|column| (Kind::Phone, column)))
}

fn id_hook(register: usize, space: &str, id: &str) -> String {
    format!("{register} id {space}\0{id}")
}

fn domain_hook(register: usize, domain: &str) -> String {
    format!("{register} domain {}", email::one_google(domain))
}

fn phone_hook(register: usize, number: &str) -> String {
    format!("{register} phone {number}")
}

fn text_hook(register: usize, text: &str) -> String {
    format!("{register} text {}", folded(text))
}

/// What a plain objection may be hashed to meets only what a customer holds as a hash: of two plain
/// addresses at one domain the hash of the domain is the same.
fn held_hook(register: usize, kind: Kind, algorithm: HashAlgorithm, hash: &str) -> String {
    format!("{} of a plain entry", hash_hook(register, kind, algorithm, hash))
}

fn hash_hook(register: usize, kind: Kind, algorithm: HashAlgorithm, hash: &str) -> String {
    let kind = if kind == Kind::Email { "email" } else { "phone" };
    format!("{register} hash {kind} {algorithm:?} {hash}")
}
