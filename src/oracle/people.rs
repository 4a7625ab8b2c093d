//! Rows to people: what each row of a source says, field by field.
//!
//! Promises: a field that the source does not map is `None` (silent); one that it maps is `Some`, and
//! then perhaps unknown. It must not know audiences or registers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::email::{self, Email};
use super::identity::holds_code;
use super::phone::{Alpha2, Phone};
use super::read::{self, Record, Table};
use super::text::{day, read_hash, trim};
use super::{OracleError, country};
use crate::config::{
    Config, Context, From, HashAlgorithm, IdentifierColumn, ListedColumn, Party, PartyField, Scopes, Source,
    Use, ValueField,
};

/// A row with more identifiers than this is nobody's.
const IDENTIFIERS_MAX: usize = 64;

/// Id space and customer id.
pub(super) type PersonKey = (String, String);

/// E-mail or phone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
}

/// What an identifier is made of.
#[derive(Clone)]
pub(super) enum Matter {
    /// A plain address.
    Email(Email),
    /// A plain number.
    Phone(Phone),
    /// A hash that the source holds already, of the `basic` or `digits` form.
    Hash(HashAlgorithm, String),
}

/// One parsed identifier of a row.
#[derive(Clone)]
pub(super) struct Identifier {
    pub(super) kind: Kind,
    pub(super) context: Context,
    pub(super) matter: Matter,
    /// The exact wide key.
    pub(super) key: String,
    /// Its row says that it should not go up: who gave it, that it bounced, or how old it is.
    pub(super) held_back: bool,
    /// Its row's consent was given for another identifier.
    pub(super) for_another: bool,
    /// Source, column and position in the cell: the order in which identifiers go up.
    pub(super) place: (usize, usize, usize),
}

/// One value of an identifier column, parsed or not.
#[derive(Clone)]
pub(super) struct Cell {
    pub(super) kind: Kind,
    pub(super) text: String,
    pub(super) hashed: Option<HashAlgorithm>,
    /// Where its national numbers are at home.
    pub(super) region: Option<Alpha2>,
}

/// A yes-or-no field's answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    For,
    Against,
    Unknown,
}

/// The person's own basis in a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    Is(Use),
    None,
    Unknown,
}

/// What a row records of a consent, each silent where the source has no such column.
#[expect(clippy::option_option, reason = "silent and unknown are two things")]
pub(super) struct Consent {
    pub(super) date: Option<Option<Date>>,
    pub(super) expires: Option<Option<Date>>,
    /// As it stands, trimmed; perhaps blank.
    pub(super) wording: Option<String>,
    /// What it was given for; perhaps blank.
    pub(super) identifier: Option<String>,
}

/// One readable row.
#[expect(clippy::option_option, reason = "silent and unknown are two things")]
pub(super) struct Row {
    pub(super) source: usize,
    pub(super) identifiers: Vec<Identifier>,
    pub(super) cells: Vec<Cell>,
    /// Cells that hold several values, as they stand.
    pub(super) texts: Vec<String>,
    pub(super) relationship: Said,
    /// Silent without the column.
    pub(super) targeting: Option<Said>,
    /// `None`: the source has no such field; `Some(None)`: unknown.
    pub(super) birth: Option<Option<Date>>,
    pub(super) party: Option<Option<Party>>,
    pub(super) ground: Ground,
    pub(super) country: Option<Option<Alpha2>>,
    /// The day, where the source has one and it can be read.
    pub(super) informed: Option<Option<Date>>,
    /// What is recorded of the consent, where the ground is consent and anything is mapped.
    pub(super) consent: Option<Consent>,
    /// Both consent signals granted.
    pub(super) signals: bool,
    /// Attribute cells by attribute name.
    pub(super) attributes: BTreeMap<String, String>,
}

/// Everything read from the sources.
pub(super) struct People {
    /// The rows of everybody.
    pub(super) by_key: BTreeMap<PersonKey, Vec<Row>>,
    pub(super) rows_read: u64,
    pub(super) unreadable: u64,
    /// What was found in unreadable rows: exact wide keys.
    pub(super) lost_keys: BTreeSet<String>,
    /// And customer ids.
    pub(super) lost_ids: BTreeSet<PersonKey>,
    /// Rows with a personal identity code, by source and column.
    pub(super) identity_codes: BTreeMap<(usize, String), u64>,
    /// Rows by source.
    pub(super) rows_of: BTreeMap<usize, u64>,
}

/// Reads every source.
pub(super) fn read(config: &Config, today: Date) -> Result<People, OracleError> {
    let mut all = People {
        by_key: BTreeMap::new(),
        rows_read: 0,
        unreadable: 0,
        lost_keys: BTreeSet::new(),
        lost_ids: BTreeSet::new(),
        identity_codes: BTreeMap::new(),
        rows_of: BTreeMap::new(),
    };
    for (place, source) in config.sources.iter().enumerate() {
        let paths = read::find(&source.files);
        if paths.is_empty() {
            return Err(OracleError::Missing { name: source.name.clone() });
        }
        for path in paths {
            let table = read::table(&path, &source.files, true, false, &source.name)?;
            let reader = RowReader {
                place,
                source,
                table: &table,
                possible: config.policy.possible_phones,
                today,
                oldest: config.policy.max_identifier_age_days.map(i32::from),
            };
            reader.check()?;
            for record in &table.records {
                all.rows_read += 1;
                *all.rows_of.entry(place).or_default() += 1;
                reader.take(record, &mut all);
            }
        }
    }
    Ok(all)
}

struct RowReader<'a> {
    place: usize,
    source: &'a Source,
    table: &'a Table,
    possible: bool,
    today: Date,
    /// Most days since an identifier was confirmed.
    oldest: Option<i32>,
}

impl RowReader<'_> {
    /// The columns the source maps.
    fn mapped(&self) -> Vec<&str> {
        let source = self.source;
        let mut names = vec![source.customer_id.as_str()];
        names.extend(source.emails.iter().chain(&source.phones).map(|column| column.column.as_str()));
        names.extend(source.country.iter().filter_map(|field| field.column.as_deref()));
        names.extend(source.birth_date.iter().map(|field| field.column.as_str()));
        for column in source.emails.iter().chain(&source.phones) {
            names.extend(column.provenance.iter().map(|told| told.column.as_str()));
            names.extend(column.bounced.iter().map(|told| told.column.as_str()));
            names.extend(column.verified_at.iter().map(|told| told.column.as_str()));
        }
        names.extend(source.informed_since.iter().map(|field| field.column.as_str()));
        if let Some(consent) = &source.consent {
            names.extend(consent.date.iter().chain(&consent.expires).map(|field| field.column.as_str()));
            names.extend(consent.wording.iter().chain(&consent.identifier).map(String::as_str));
        }
        names.extend(source.targeting.iter().map(|field| field.column.as_str()));
        names.extend(source.attributes.values().map(|attribute| attribute.column.as_str()));
        let froms = [Some(&source.relationship.from), Some(&source.basis.from)]
            .into_iter()
            .chain([source.party.as_ref().map(|field| &field.from)])
            .chain(
                [&source.ad_user_data, &source.ad_personalization]
                    .map(|field| field.as_ref().map(|field| &field.from)),
            );
        for from in froms.flatten() {
            if let From::Column(column) = from {
                names.push(column);
            }
        }
        names
    }

    fn check(&self) -> Result<(), OracleError> {
        if self.mapped().iter().all(|name| self.table.column(name).is_some()) {
            return Ok(());
        }
        Err(OracleError::Header { name: self.source.name.clone() })
    }

    /// The region national numbers are read in when the row says nothing.
    fn default_region(&self) -> Option<Alpha2> {
        self.source.country.as_ref().and_then(|field| field.default)
    }

    fn take(&self, record: &Record, all: &mut People) {
        let default = BTreeSet::from([self.default_region()]);
        match record {
            Record::Broken(fragments) => self.lose(fragments.iter().map(Vec::as_slice), &default, all),
            Record::Whole(cells) => {
                let mapped = self.mapped();
                let text = |name: &str| -> Option<&str> {
                    let place = self.table.column(name)?;
                    std::str::from_utf8(cells.get(place)?).ok()
                };
                if mapped.iter().any(|name| text(name).is_none()) {
                    return self.lose(cells.iter().map(Vec::as_slice), &default, all);
                }
                let id = trim(text(&self.source.customer_id).unwrap_or(""));
                let row = self.row(&|name| text(name).unwrap_or("").to_owned());
                let coded: BTreeSet<&str> = mapped
                    .iter()
                    .copied()
                    .filter(|name| {
                        let is_phone = self.source.phones.iter().any(|phone| phone.column == **name);
                        let is_declared = self.source.declares_no_codes(name, self.today);
                        holds_code(text(name).unwrap_or(""), is_phone || is_declared)
                    })
                    .collect();
                for name in &coded {
                    *all.identity_codes.entry((self.place, (*name).to_owned())).or_default() += 1;
                }
                if !coded.is_empty() || id.is_empty() || row.identifiers.len() > IDENTIFIERS_MAX {
                    let regions = regions(&row, self.source);
                    return self.lose(
                        mapped.iter().filter_map(|name| text(name)).map(str::as_bytes),
                        &regions,
                        all,
                    );
                }
                all.by_key.entry((self.source.id_space.clone(), id.to_owned())).or_default().push(row);
            }
        }
    }

    /// An unreadable row: every piece of it may be anything.
    fn lose<'t>(
        &self,
        fragments: impl Iterator<Item = &'t [u8]>,
        regions: &BTreeSet<Option<Alpha2>>,
        all: &mut People,
    ) {
        all.unreadable += 1;
        let columns: Vec<_> = self.source.emails.iter().chain(&self.source.phones).collect();
        for fragment in fragments.filter_map(|fragment| std::str::from_utf8(fragment).ok()) {
            let unquoted = fragment.replace('"', "");
            let mut pieces = vec![fragment, unquoted.as_str(), fragment.trim_matches('"')];
            pieces.extend(fragment.split(|letter: char| letter == '"' || letter.is_ascii_control()));
            for separator in columns.iter().filter_map(|column| column.separator.as_deref()) {
                if !separator.is_empty() {
                    pieces.extend(unquoted.split(separator));
                }
            }
            for piece in pieces {
                let id = trim(piece);
                if !id.is_empty() {
                    all.lost_ids.insert((self.source.id_space.clone(), id.to_owned()));
                }
                all.lost_keys.extend(email::wides(piece).iter().map(|wide| key(Kind::Email, wide)));
                for (kind, columns) in
                    [(Kind::Email, &self.source.emails), (Kind::Phone, &self.source.phones)]
                {
                    let hashes = columns.iter().filter_map(|column| read_hash(column.hashed?, piece));
                    all.lost_keys.extend(hashes.map(|hash| key(kind, &hash)));
                }
                let phones = regions.iter().filter_map(|region| Phone::parse(piece, *region));
                all.lost_keys.extend(phones.map(|phone| key(Kind::Phone, &phone.e164)));
            }
        }
    }

    fn row(&self, text: &dyn Fn(&str) -> String) -> Row {
        let source = self.source;
        let from = |from: &From| match from {
            From::Column(name) => text(name),
            From::Constant(value) => value.clone(),
        };
        let country = source.country.as_ref().map(|field| {
            let cell = field.column.as_deref().map(text).unwrap_or_default();
            if trim(&cell).is_empty() { field.default } else { country::read(&cell) }
        });
        let region = country.flatten().or_else(|| self.default_region());
        let mut row = Row {
            source: self.place,
            identifiers: Vec::new(),
            cells: Vec::new(),
            texts: Vec::new(),
            relationship: said(&source.relationship, &from(&source.relationship.from)),
            targeting: source.targeting.as_ref().map(|field| {
                let value = text(&field.column);
                let value = trim(&value);
                if listed(&field.opted_out, value) {
                    Said::Against
                } else if listed(&field.not_objected, value)
                    || (value.is_empty() && field.blank_is_not_objected)
                {
                    Said::For
                } else {
                    Said::Unknown
                }
            }),
            birth: source.birth_date.as_ref().map(|field| day(&text(&field.column), &field.formats)),
            party: source.party.as_ref().map(|field| party(field, &from(&field.from))),
            ground: ground(source, &from(&source.basis.from)),
            country,
            informed: source
                .informed_since
                .as_ref()
                .map(|field| day(&text(&field.column), &field.formats).filter(|since| *since <= self.today)),
            consent: None,
            signals: [&source.ad_user_data, &source.ad_personalization].into_iter().all(|field| {
                field.as_ref().is_some_and(|field| said(field, &from(&field.from)) == Said::For)
            }),
            attributes: source
                .attributes
                .iter()
                .map(|(name, attribute)| (name.clone(), text(&attribute.column)))
                .collect(),
        };
        if row.ground == Ground::Is(Use::Consent) {
            row.consent = source.consent.as_ref().map(|field| Consent {
                date: field.date.as_ref().map(|field| day(&text(&field.column), &field.formats)),
                expires: field.expires.as_ref().map(|field| day(&text(&field.column), &field.formats)),
                wording: field.wording.as_ref().map(|name| trim(&text(name)).to_owned()),
                identifier: field.identifier.as_ref().map(|name| trim(&text(name)).to_owned()),
            });
        }
        for (kind, columns) in [(Kind::Email, &source.emails), (Kind::Phone, &source.phones)] {
            for (place, column) in columns.iter().enumerate() {
                let first = row.identifiers.len();
                self.identifiers(kind, place, column, &text(&column.column), region, &mut row);
                let held_back = self.held_back(column, text);
                row.identifiers.iter_mut().skip(first).for_each(|one| one.held_back = held_back);
            }
        }
        if let Some(named) = row.consent.as_ref().and_then(|consent| consent.identifier.clone()) {
            let good = Phone::parse(&named, region).filter(|phone| phone.is_good(self.possible));
            let email = Email::parse(&named).map(|email| key(Kind::Email, &email.wide()));
            let meant = [email, good.map(|phone| key(Kind::Phone, &phone.e164))];
            for identifier in &mut row.identifiers {
                identifier.for_another = !meant.iter().flatten().any(|key| *key == identifier.key);
            }
        }
        row
    }

    /// Whether the row says that a column's values should not go up.
    fn held_back(&self, column: &IdentifierColumn, text: &dyn Fn(&str) -> String) -> bool {
        let lists = |told: &ListedColumn| listed(&told.values, trim(&text(&told.column)));
        let is_own = column.provenance.as_ref().is_none_or(lists);
        let bounced = column.bounced.as_ref().is_some_and(lists);
        let fresh = match (&column.verified_at, self.oldest) {
            (Some(field), Some(oldest)) => day(&text(&field.column), &field.formats)
                .is_some_and(|day| day <= self.today && (self.today - day).get_days() <= oldest),
            _ => true,
        };
        !is_own || bounced || !fresh
    }

    fn identifiers(
        &self,
        kind: Kind,
        column_place: usize,
        column: &IdentifierColumn,
        cell: &str,
        region: Option<Alpha2>,
        row: &mut Row,
    ) {
        let whole = vec![cell];
        let parts = match column.separator.as_deref() {
            Some(separator) if !separator.is_empty() => cell.split(separator).collect(),
            _ => whole.clone(),
        };
        if parts.len() > 1 && !trim(cell).is_empty() {
            row.texts.push(cell.to_owned());
        }
        for (position, part) in parts.into_iter().filter(|part| !trim(part).is_empty()).enumerate() {
            row.cells.push(Cell { kind, text: part.to_owned(), hashed: column.hashed, region });
            let matter = match (column.hashed, kind) {
                (Some(algorithm), _) => read_hash(algorithm, part).map(|hash| Matter::Hash(algorithm, hash)),
                (None, Kind::Email) => Email::parse(part).map(Matter::Email),
                (None, Kind::Phone) => {
                    Phone::parse(part, region).filter(|phone| phone.is_good(self.possible)).map(Matter::Phone)
                }
            };
            let Some(matter) = matter else { continue };
            let wide = match &matter {
                Matter::Email(email) => email.wide(),
                Matter::Phone(phone) => phone.e164.clone(),
                Matter::Hash(_, hash) => hash.clone(),
            };
            row.identifiers.push(Identifier {
                kind,
                context: column.context,
                matter,
                key: key(kind, &wide),
                held_back: false,
                for_another: false,
                place: (self.place, column_place, position),
            });
        }
    }
}

/// Keys of the two kinds never meet.
pub(super) fn key(kind: Kind, wide: &str) -> String {
    match kind {
        Kind::Email => format!("email {wide}"),
        Kind::Phone => format!("phone {wide}"),
    }
}

/// The regions in which a row's phones may be meant: the row's own and its source's default.
pub(super) fn regions(row: &Row, source: &Source) -> BTreeSet<Option<Alpha2>> {
    BTreeSet::from([row.country.flatten(), source.country.as_ref().and_then(|field| field.default)])
}

fn listed(list: &[String], value: &str) -> bool {
    list.iter().any(|listed| trim(listed) == value)
}

fn said(field: &ValueField, value: &str) -> Said {
    let value = trim(value);
    if listed(field.no.as_deref().unwrap_or_default(), value) {
        Said::Against
    } else if listed(&field.yes, value) {
        Said::For
    } else if value.is_empty() || field.no.is_some() {
        Said::Unknown
    } else {
        Said::Against
    }
}

fn party(field: &PartyField, value: &str) -> Option<Party> {
    let value = trim(value);
    let constant = matches!(field.from, From::Constant(_));
    let is = |list: &[String], word: &str| listed(list, value) || (constant && value == word);
    match (is(&field.consumer, "consumer"), is(&field.business, "business")) {
        (true, false) => Some(Party::Consumer),
        (false, true) => Some(Party::Business),
        _ => None,
    }
}

fn ground(source: &Source, value: &str) -> Ground {
    let (field, value) = (&source.basis, trim(value));
    let constant = matches!(field.from, From::Constant(_));
    let is = |list: &[String], of: Use| listed(list, value) || (constant && value == of.word());
    if listed(&field.none, value) {
        return Ground::None;
    }
    match (is(&field.legitimate_interest, Use::LegitimateInterest), is(&field.consent, Use::Consent)) {
        (true, false) => Ground::Is(Use::LegitimateInterest),
        (false, true) => Ground::Is(Use::Consent),
        _ => Ground::Unknown,
    }
}

/// The scopes of the objection a row's own flag is.
pub(super) fn flag_scopes(row: &Row, source: &Source) -> Option<Scopes> {
    let field = source.targeting.as_ref()?;
    (row.targeting == Some(Said::Against)).then_some(field.scopes)
}
