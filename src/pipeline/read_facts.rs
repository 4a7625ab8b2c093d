//! From a customer's cells to [`RowFacts`]: which listed value a cell holds, how old the person is,
//! how each filter's questions are answered. The rules never see a cell.

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::plan::{Plan, PredicateColumn, SourcePlan};
use crate::config::{
    BasisField, ConsentField, DateField, From as Origin, IdentifierColumn, PartyField, Source,
    TargetingField, ValueField,
};
use crate::identifiers::{self, Region};
use crate::people::customer::Said;
use crate::people::{Party, Use};
use crate::policy::facts::{
    AgeFact, Answer, BasisFact, ConsentFact, CountryFact, InformedFact, PartyFact, RowFacts, Withheld,
    WordingFact,
};
use crate::policy::selection::Tri;
use crate::sources::customers::{Customer, CustomerField, IdentifierField};

/// Oldest age that is believed, in whole years.
pub(super) const AGE_MAX: u8 = 130;

/// Reads the facts of one source's rows. One a thread, since it keeps what it saw last.
pub(crate) struct FactReader<'p> {
    source: &'p Source,
    compiled: &'p SourcePlan,
    plan: &'p Plan,
    countries: FxHashMap<Vec<u8>, CountryFact>,
    /// The last row's facts, kept for their room.
    facts: RowFacts,
    /// Whether anything is said of single identifiers.
    tells_of_identifiers: bool,
}

/// What identifiers need to know of a row's facts.
pub(crate) struct ReadFacts {
    /// Region of the row's national phone numbers.
    pub(crate) region: Option<Region>,
    /// Whether the flag is an objection.
    pub(crate) opted_out: bool,
}

impl<'p> FactReader<'p> {
    /// For the source with this index.
    pub(crate) fn new(plan: &'p Plan, source: &'p Source, index: usize) -> Self {
        Self {
            source,
            compiled: &plan.sources[index],
            plan,
            countries: FxHashMap::default(),
            tells_of_identifiers: plan.sources[index].columns.tells_of_identifiers(),
            facts: RowFacts {
                source: u16::try_from(index).expect("loading the config bounds sources"),
                relationship: Answer::Silent,
                targeting: Answer::Silent,
                age: AgeFact::Silent,
                party: PartyFact::Silent,
                basis: BasisFact::Unknown,
                country: CountryFact::Silent,
                informed: InformedFact::Silent,
                consent: ConsentFact::SILENT,
                ad_user_data: Answer::Silent,
                ad_personalization: Answer::Silent,
                predicates: Vec::new(),
            },
        }
    }

    /// The facts of the row read last.
    pub(crate) const fn facts(&self) -> &RowFacts {
        &self.facts
    }

    /// The person's age in whole years, where it can be told.
    pub(crate) fn years(&self, customer: &Customer<'_, '_>) -> Option<u16> {
        let field = self.source.birth_date.as_ref()?;
        years(customer.said(CustomerField::BirthDate), field, self.plan.today)
    }

    /// Reads one row of somebody of this age.
    pub(crate) fn read(&mut self, customer: &Customer<'_, '_>, years: Option<u16>) -> ReadFacts {
        let source = self.source;
        let country = self.country(customer.said(CustomerField::Country));
        let relationship = answer(customer.said(CustomerField::Relationship), Some(&source.relationship));
        let party = party(customer.said(CustomerField::Party), source.party.as_ref());
        let targeting = targeting(customer.said(CustomerField::Targeting), source.targeting.as_ref());
        self.facts.relationship = relationship;
        self.facts.targeting = targeting;
        self.facts.age = if source.birth_date.is_some() { self.age(years) } else { AgeFact::Silent };
        self.facts.party = party;
        self.facts.basis = basis(customer.said(CustomerField::Basis), &source.basis);
        self.facts.country = country;
        if let Some(field) = &source.informed_since {
            self.facts.informed = self.informed(customer.said(CustomerField::InformedSince), field);
        }
        if let Some(field) = &source.consent {
            self.facts.consent = match self.facts.basis {
                BasisFact::Ground(Use::Consent) => self.consent(customer, field),
                BasisFact::Ground(Use::LegitimateInterest) | BasisFact::None | BasisFact::Unknown => {
                    ConsentFact::SILENT
                }
            };
        }
        self.facts.ad_user_data =
            answer(customer.said(CustomerField::AdUserData), source.ad_user_data.as_ref());
        self.facts.ad_personalization =
            answer(customer.said(CustomerField::AdPersonalization), source.ad_personalization.as_ref());
        self.predicates(customer, country, relationship, party, years);
        let region = match country {
            CountryFact::Known(code) => std::str::from_utf8(&code).ok().and_then(Region::from_code),
            CountryFact::Silent | CountryFact::Unknown => self.compiled.region,
        };
        ReadFacts { opted_out: targeting == Answer::No, region }
    }

    fn country(&mut self, said: Said<'_>) -> CountryFact {
        let (Some(cell), Some(field)) = (said.value(), self.source.country.as_ref()) else {
            return CountryFact::Silent;
        };
        if cell.is_empty() {
            return field.default.map_or(CountryFact::Unknown, CountryFact::Known);
        }
        if let Some(known) = self.countries.get(cell) {
            return *known;
        }
        let fact = identifiers::country(cell)
            .and_then(|region| region.code().as_bytes().try_into().ok())
            .map_or(CountryFact::Unknown, CountryFact::Known);
        // Bounded: a column of junk must not grow a table of junk.
        if self.countries.len() < 4096 {
            self.countries.insert(cell.to_vec(), fact);
        }
        fact
    }

    fn age(&self, years: Option<u16>) -> AgeFact {
        let Some(years) = years else { return AgeFact::Unknown };
        let reached = self.plan.policy.age_limits.iter().filter(|limit| **limit <= years).count();
        AgeFact::Band(reached as u8)
    }

    fn informed(&self, said: Said<'_>, field: &DateField) -> InformedFact {
        let plan = self.plan;
        let Some(since) =
            said.value().and_then(|cell| date(cell, field)).filter(|since| *since <= plan.today)
        else {
            return InformedFact::Unknown;
        };
        let reached = plan.notice_days.iter().filter(|day| **day <= since).count() as u8;
        InformedFact::Since { reached, cooling: plan.informed_by.is_some_and(|last| since > last) }
    }

    /// What a row records of its consent. What is mapped and cannot be told proves nothing.
    fn consent(&self, customer: &Customer<'_, '_>, field: &ConsentField) -> ConsentFact {
        let plan = self.plan;
        let day = |field: &Option<DateField>, place| {
            field.as_ref().map(|field| customer.said(place).value().and_then(|cell| date(cell, field)))
        };
        let given = day(&field.date, CustomerField::ConsentDate);
        let expires = day(&field.expires, CustomerField::ConsentExpires);
        let wording = match customer.said(CustomerField::ConsentWording).value() {
            None => WordingFact::Silent,
            Some([]) => WordingFact::Unknown,
            Some(cell) => plan
                .wordings
                .iter()
                .position(|known| known.as_bytes() == cell)
                .map_or(WordingFact::Other, |place| WordingFact::Known(place as u8)),
        };
        let given_for = customer.said(CustomerField::ConsentIdentifier).value();
        ConsentFact {
            asked: true,
            unproven: given.is_some_and(|given| given.is_none_or(|given| given > plan.today))
                || expires == Some(None)
                || wording == WordingFact::Unknown
                || given_for.is_some_and(<[u8]>::is_empty),
            expired: expires.flatten().is_some_and(|last| last < plan.today),
            wording,
        }
    }

    /// What the consent was given for, where that is mapped and the ground is consent.
    pub(crate) fn consented<'c>(&self, customer: &Customer<'c, '_>) -> Option<&'c [u8]> {
        let is_consent = self.facts.basis == BasisFact::Ground(Use::Consent);
        let said = if is_consent { customer.said(CustomerField::ConsentIdentifier) } else { Said::Silent };
        said.value()
    }

    /// Why the values of an identifier column stay down in this row; `place` counts e-mail columns first.
    pub(crate) fn withheld(
        &self,
        customer: &Customer<'_, '_>,
        column: &IdentifierColumn,
        place: usize,
    ) -> Option<Withheld> {
        if !self.tells_of_identifiers {
            return None;
        }
        if let (Some(told), Some(cell)) =
            (&column.provenance, customer.of_identifier(place, IdentifierField::Provenance))
            && !is_one_of(cell, &told.values)
        {
            return Some(if cell.is_empty() { Withheld::ProvenanceUnknown } else { Withheld::NotOwn });
        }
        if let (Some(told), Some(cell)) =
            (&column.bounced, customer.of_identifier(place, IdentifierField::Bounced))
            && is_one_of(cell, &told.values)
        {
            return Some(Withheld::Bounced);
        }
        if let (Some(field), Some(cell), Some(from)) = (
            &column.verified_at,
            customer.of_identifier(place, IdentifierField::VerifiedAt),
            self.plan.verified_from,
        ) {
            return match date(cell, field).filter(|day| *day <= self.plan.today) {
                None => Some(Withheld::AgeUnknown),
                Some(day) if day < from => Some(Withheld::Stale),
                Some(_) => None,
            };
        }
        None
    }

    fn predicates(
        &mut self,
        customer: &Customer<'_, '_>,
        country: CountryFact,
        relationship: Answer,
        party: PartyFact,
        years: Option<u16>,
    ) {
        let columns = self.compiled.predicate_columns.iter().zip(&self.plan.predicates);
        let answers = columns.map(|(column, predicate)| match column {
            PredicateColumn::Silent => Tri::Unknown,
            PredicateColumn::Cell(cell) => predicate.answer(customer.cell(*cell)),
            PredicateColumn::Country => match country {
                CountryFact::Known(code) => predicate.answer(&code),
                CountryFact::Silent | CountryFact::Unknown => predicate.answer(b""),
            },
            PredicateColumn::Relationship => predicate.answer(match relationship {
                Answer::Yes => b"current".as_slice(),
                Answer::No => b"other",
                Answer::Silent | Answer::Unknown => b"",
            }),
            PredicateColumn::Party => predicate.answer(match party {
                PartyFact::Known(party) => party.word().as_bytes(),
                PartyFact::Silent => Party::Consumer.word().as_bytes(),
                PartyFact::Unknown => b"",
            }),
            PredicateColumn::Age => {
                predicate.answer(years.map(|years| years.to_string()).unwrap_or_default().as_bytes())
            }
        });
        self.facts.predicates.clear();
        self.facts.predicates.extend(answers);
    }
}

fn is_one_of(value: &[u8], list: &[String]) -> bool {
    list.iter().any(|listed| listed.as_bytes() == value)
}

fn answer(said: Said<'_>, field: Option<&ValueField>) -> Answer {
    let (Some(value), Some(field)) = (said.value(), field) else {
        return Answer::Silent;
    };
    if matches!(field.from, Origin::Constant(_)) {
        return Answer::Yes;
    }
    if value.is_empty() {
        Answer::Unknown
    } else if is_one_of(value, &field.yes) {
        Answer::Yes
    } else if field.no.as_ref().is_none_or(|no| is_one_of(value, no)) {
        Answer::No
    } else {
        Answer::Unknown
    }
}

fn targeting(said: Said<'_>, field: Option<&TargetingField>) -> Answer {
    let (Some(value), Some(field)) = (said.value(), field) else {
        return Answer::Silent;
    };
    if is_one_of(value, &field.opted_out) {
        Answer::No
    } else if is_one_of(value, &field.not_objected) || (value.is_empty() && field.blank_is_not_objected) {
        Answer::Yes
    } else {
        Answer::Unknown
    }
}

fn basis(said: Said<'_>, field: &BasisField) -> BasisFact {
    if let Origin::Constant(word) = &field.from {
        return match word.as_str() {
            "legitimate_interest" => BasisFact::Ground(Use::LegitimateInterest),
            "consent" => BasisFact::Ground(Use::Consent),
            _ => BasisFact::Unknown,
        };
    }
    let Some(value) = said.value() else {
        return BasisFact::Unknown;
    };
    if is_one_of(value, &field.none) {
        BasisFact::None
    } else if is_one_of(value, &field.legitimate_interest) {
        BasisFact::Ground(Use::LegitimateInterest)
    } else if is_one_of(value, &field.consent) {
        BasisFact::Ground(Use::Consent)
    } else {
        BasisFact::Unknown
    }
}

fn party(said: Said<'_>, field: Option<&PartyField>) -> PartyFact {
    let (Some(value), Some(field)) = (said.value(), field) else {
        return PartyFact::Silent;
    };
    if let Origin::Constant(word) = &field.from {
        return match word.as_str() {
            "consumer" => PartyFact::Known(Party::Consumer),
            "business" => PartyFact::Known(Party::Business),
            _ => PartyFact::Unknown,
        };
    }
    if is_one_of(value, &field.consumer) {
        PartyFact::Known(Party::Consumer)
    } else if is_one_of(value, &field.business) {
        PartyFact::Known(Party::Business)
    } else {
        PartyFact::Unknown
    }
}

/// Whole years on `today`; `None` when the cell is blank, no date, in the future or beyond belief.
/// Somebody born on 29 February is a year older on 1 March of a year without one.
fn years(said: Said<'_>, field: &DateField, today: Date) -> Option<u16> {
    let born = date(said.value()?, field)?;
    let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
    let years = i32::from(today.year()) - i32::from(born.year()) - i32::from(!had_birthday);
    if born > today || years > i32::from(AGE_MAX) {
        return None;
    }
    u16::try_from(years).ok()
}

fn date(cell: &[u8], field: &DateField) -> Option<Date> {
    if field.formats.is_empty()
        && let Some(date) = iso_date(cell)
    {
        return Some(date);
    }
    let text = std::str::from_utf8(cell).ok()?;
    if field.formats.is_empty() {
        // A date-time's date part, as exports of date-time columns write it.
        let (date, rest) = text.split_at_checked(10)?;
        let is_time = rest.starts_with('T') || rest.starts_with(' ');
        return if is_time { iso_date(date.as_bytes()) } else { None };
    }
    field.formats.iter().find_map(|format| Date::strptime(format, text).ok())
}

/// `YYYY-MM-DD`, by hand since every row has one.
fn iso_date(cell: &[u8]) -> Option<Date> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = cell else {
        return None;
    };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i16::from(byte - b'0'));
    let year = digit(y1)? * 1000 + digit(y2)? * 100 + digit(y3)? * 10 + digit(y4)?;
    let month = digit(m1)? * 10 + digit(m2)?;
    let day = digit(d1)? * 10 + digit(d2)?;
    Date::new(year, month as i8, day as i8).ok()
}

#[cfg(test)]
mod tests {
    use super::{DateField, Said, years};
    use jiff::civil::date;

    fn age(cell: &str, formats: &[&str], today: jiff::civil::Date) -> Option<u16> {
        let formats = formats.iter().map(ToString::to_string).collect();
        years(Said::Value(cell.as_bytes()), &DateField { column: String::new(), formats }, today)
    }

    #[test]
    fn ages_turn_on_the_birthday_and_leap_days_on_the_first_of_march() {
        for (cell, today, expected) in [
            ("2000-11-21", date(2018, 11, 20), Some(17)),
            ("2000-11-21", date(2018, 11, 21), Some(18)),
            ("2004-02-29", date(2022, 2, 28), Some(17)),
            ("2004-02-29", date(2022, 3, 1), Some(18)),
            ("2004-02-29", date(2024, 2, 28), Some(19)),
            ("2004-02-29", date(2024, 2, 29), Some(20)),
            ("2026-11-22", date(2026, 11, 21), None),
            ("1896-11-21", date(2026, 11, 21), Some(130)),
            ("1895-11-21", date(2026, 11, 21), None),
            ("2001-02-29", date(2026, 11, 21), None),
            ("2000-11-21T00:00:00", date(2018, 11, 21), Some(18)),
            ("2000-11-2100", date(2018, 11, 21), None),
            ("", date(2018, 11, 21), None),
            ("21.11.2000", date(2018, 11, 21), None),
        ] {
            assert_eq!(age(cell, &[], today), expected, "born {cell}, on {today}");
        }
        assert_eq!(age("21.11.2000", &["%Y-%m-%d", "%d.%m.%Y"], date(2018, 11, 21)), Some(18));
    }
}
