//! Customer rows: which columns a `[[source]]` maps, and a row's cells under the names of what they
//! say. It interprets nothing: what a value means is for the rules.

use jiff::civil::Date;

use super::{Placed, Row};
use crate::config::{DateField, From as Origin, Source};
use crate::people::cell::trim_cell;
use crate::people::customer::Said;

/// Where each mapped field of a source stands among the wanted columns.
pub struct CustomerColumns {
    wanted: Vec<String>,
    customer_id: usize,
    emails: Vec<usize>,
    phones: Vec<usize>,
    /// Columns whose digits are declared to be no identity codes.
    declared: Vec<usize>,
    fields: [Field; 13],
    /// For each e-mail column, then each phone column: its provenance, bounces and confirmation.
    marks: Vec<[Option<usize>; 3]>,
    attributes: Vec<(String, usize)>,
}

#[derive(Clone)]
enum Field {
    Unmapped,
    Column(usize),
    Constant(Vec<u8>),
}

/// The fields that rules ask for, beside ids and identifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerField {
    /// Country.
    Country,
    /// Birth date.
    BirthDate,
    /// Customer relationship.
    Relationship,
    /// The person's own basis.
    Basis,
    /// Objection flag.
    Targeting,
    /// Consumer or business.
    Party,
    /// Google's `ad_user_data`.
    AdUserData,
    /// Google's `ad_personalization`.
    AdPersonalization,
    /// Day since which informed.
    InformedSince,
    /// Day of the consent.
    ConsentDate,
    /// Wording of the consent.
    ConsentWording,
    /// Last day of the consent.
    ConsentExpires,
    /// What the consent was given for.
    ConsentIdentifier,
}

/// What a source may say of each identifier column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentifierField {
    /// Who gave it.
    Provenance,
    /// Whether messages came back.
    Bounced,
    /// When it was confirmed.
    VerifiedAt,
}

impl CustomerColumns {
    /// The columns a source maps, each once.
    #[must_use]
    pub fn of(source: &Source) -> Self {
        let mut wanted = Vec::new();
        let mut column = |name: &str| {
            wanted.iter().position(|known| known == name).unwrap_or_else(|| {
                wanted.push(name.to_owned());
                wanted.len() - 1
            })
        };
        let customer_id = column(&source.customer_id);
        let emails = source.emails.iter().map(|email| column(&email.column)).collect();
        let phones = source.phones.iter().map(|phone| column(&phone.column)).collect();
        let identifiers = source.emails.iter().chain(&source.phones);
        let marks = identifiers
            .map(|identifier| {
                [
                    identifier.provenance.as_ref().map(|told| column(&told.column)),
                    identifier.bounced.as_ref().map(|told| column(&told.column)),
                    identifier.verified_at.as_ref().map(|told| column(&told.column)),
                ]
            })
            .collect();
        let mut from = |origin: Option<&Origin>| match origin {
            None => Field::Unmapped,
            Some(Origin::Column(name)) => Field::Column(column(name)),
            Some(Origin::Constant(value)) => Field::Constant(value.trim().as_bytes().to_vec()),
        };
        let country = source.country.as_ref().map(|country| match &country.column {
            Some(name) => Origin::Column(name.clone()),
            None => Origin::Constant(String::new()),
        });
        let birth_date = source.birth_date.as_ref().map(|date| Origin::Column(date.column.clone()));
        let targeting = source.targeting.as_ref().map(|flag| Origin::Column(flag.column.clone()));
        let day = |field: Option<&DateField>| field.map(|date| Origin::Column(date.column.clone()));
        let informed = day(source.informed_since.as_ref());
        let consent = source.consent.as_ref();
        let given = day(consent.and_then(|told| told.date.as_ref()));
        let wording = consent.and_then(|told| told.wording.clone()).map(Origin::Column);
        let expires = day(consent.and_then(|told| told.expires.as_ref()));
        let identifier = consent.and_then(|told| told.identifier.clone()).map(Origin::Column);
        let fields = [
            from(country.as_ref()),
            from(birth_date.as_ref()),
            from(Some(&source.relationship.from)),
            from(Some(&source.basis.from)),
            from(targeting.as_ref()),
            from(source.party.as_ref().map(|party| &party.from)),
            from(source.ad_user_data.as_ref().map(|signal| &signal.from)),
            from(source.ad_personalization.as_ref().map(|signal| &signal.from)),
            from(informed.as_ref()),
            from(given.as_ref()),
            from(wording.as_ref()),
            from(expires.as_ref()),
            from(identifier.as_ref()),
        ];
        let attributes = source
            .attributes
            .iter()
            .map(|(name, attribute)| (name.clone(), column(&attribute.column)))
            .collect();
        Self { wanted, customer_id, emails, phones, declared: Vec::new(), fields, marks, attributes }
    }

    /// Names of the columns to read, each once.
    #[must_use]
    pub fn wanted(&self) -> Vec<&str> {
        self.wanted.iter().map(String::as_str).collect()
    }

    /// For each column to read, whether it holds phone numbers (what a consent was
    /// given for may be one), or digits that are declared to be no
    /// identity codes.
    #[must_use]
    pub fn phone_columns(&self) -> Vec<bool> {
        let consented = match self.fields[CustomerField::ConsentIdentifier as usize] {
            Field::Column(column) => Some(column),
            Field::Unmapped | Field::Constant(_) => None,
        };
        let holds = |column| {
            self.phones.contains(&column) || consented == Some(column) || self.declared.contains(&column)
        };
        (0..self.wanted.len()).map(holds).collect()
    }

    /// The columns that say what is asked of a person, beside birth date and what a consent was given for.
    #[must_use]
    pub fn answering(&self) -> Vec<usize> {
        let others = [CustomerField::BirthDate as usize, CustomerField::ConsentIdentifier as usize];
        let fields = self.fields.iter().enumerate().filter(|(place, _)| !others.contains(place));
        let columns = fields.filter_map(|(_, field)| match field {
            Field::Column(column) => Some(*column),
            Field::Unmapped | Field::Constant(_) => None,
        });
        columns.collect()
    }

    /// Whether the source tells what a consent was given for.
    #[must_use]
    pub const fn tells_consented(&self) -> bool {
        !matches!(self.fields[CustomerField::ConsentIdentifier as usize], Field::Unmapped)
    }

    /// Whether a column tells of single identifiers who gave them, whether they bounce or when they were
    /// confirmed.
    #[must_use]
    pub fn tells_of_identifiers(&self) -> bool {
        self.marks.iter().flatten().any(Option::is_some)
    }

    /// The same columns on a day: some may be declared to hold no identity codes.
    #[must_use]
    pub fn on(mut self, source: &Source, day: Date) -> Self {
        self.declared = (0..self.wanted.len())
            .filter(|column| source.declares_no_codes(&self.wanted[*column], day))
            .collect();
        self
    }

    /// Place of an attribute's column.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<usize> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, column)| *column)
    }

    /// A row under these names.
    #[must_use]
    pub const fn customer<'c, 'src>(&'c self, row: &'c Row<'src>) -> Customer<'c, 'src> {
        Customer { columns: self, row }
    }
}

/// One row as a customer. No `Debug`: it holds a person's row.
pub struct Customer<'c, 'src> {
    columns: &'c CustomerColumns,
    row: &'c Row<'src>,
}

impl<'c> Customer<'c, '_> {
    /// The customer id's cell.
    #[must_use]
    pub fn id(&self) -> &'c [u8] {
        self.row.cell(self.columns.customer_id)
    }

    /// The cell of the e-mail column with this place in the config.
    #[must_use]
    pub fn email(&self, place: usize) -> Placed<'c> {
        self.row.placed(self.columns.emails[place])
    }

    /// The cell of the phone column with this place in the config.
    #[must_use]
    pub fn phone(&self, place: usize) -> Placed<'c> {
        self.row.placed(self.columns.phones[place])
    }

    /// What the row says on a field.
    #[must_use]
    pub fn said(&self, field: CustomerField) -> Said<'c> {
        match &self.columns.fields[field as usize] {
            Field::Unmapped => Said::Silent,
            Field::Column(column) => Said::Value(trim_cell(self.row.cell(*column))),
            Field::Constant(value) => Said::Value(value),
        }
    }

    /// What the row says of an identifier column, e-mail columns counted before phone columns; `None` when
    /// the source does not map it.
    #[must_use]
    pub fn of_identifier(&self, place: usize, field: IdentifierField) -> Option<&'c [u8]> {
        self.columns.marks[place][field as usize].map(|column| trim_cell(self.row.cell(column)))
    }

    /// The cell of a column by its place.
    #[must_use]
    pub fn cell(&self, column: usize) -> &'c [u8] {
        self.row.cell(column)
    }

    /// The same where it stands.
    #[must_use]
    #[inline]
    pub fn placed(&self, column: usize) -> Placed<'c> {
        self.row.placed(column)
    }

    /// Every mapped cell, for looking for keys in a row that cannot be used.
    pub fn cells(&self) -> impl Iterator<Item = &'c [u8]> + '_ {
        (0..self.row.len()).map(|column| self.row.cell(column))
    }
}
