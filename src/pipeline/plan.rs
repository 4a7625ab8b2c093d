//! A config and a day, compiled: what each source maps, which forms are in use, and the policy's
//! cells. Made once, read by every thread.

use jiff::civil::Date;

use crate::config::{Basis, Config, Recipient, Source};
use crate::identifiers::{EmailForm, Kind, PhoneForm, Region};
use crate::platforms::layout::RowFormat;
use crate::platforms::{self, ConsentRule, Platform};
use crate::policy::rules::{AudienceRules, BasisRow, Cell, Filter, Policy};
use crate::policy::selection::{Field, Predicate, Selection};
use crate::policy::verdict::IdentifierClass;
use crate::sources::customers::CustomerColumns;

use super::record::FORMS_MAX;

/// Everything that does not depend on the data.
pub struct Plan {
    /// The rules.
    pub policy: Policy,
    /// One a policy cell, in the same order.
    pub cells: Vec<CellPlan>,
    /// Forms of e-mail addresses in use; a record's digests stand in this order.
    pub email_forms: Vec<EmailForm>,
    /// Forms of phone numbers in use.
    pub phone_forms: Vec<PhoneForm>,
    /// Sources in config order.
    pub sources: Vec<SourcePlan>,
    /// Every distinct atomic question of every filter.
    pub predicates: Vec<Predicate>,
    /// Regions in which somebody's national numbers are read: other readings of a number try these.
    pub regions: Vec<Region>,
    /// Whether some source holds hashes instead of values.
    pub holds_hashes: bool,
    /// The as-of day in the policy's time zone.
    pub today: Date,
    /// The days since which notices name this use, ascending.
    pub notice_days: Vec<Date>,
    /// The distinct wordings of consent that basis rows name.
    pub wordings: Vec<String>,
    /// The last day on which somebody may have been informed, where the policy has days of cooling off.
    pub informed_by: Option<Date>,
    /// The first day of confirmation that is recent enough, where the policy asks for one.
    pub verified_from: Option<Date>,
}

/// How one audience goes up on one platform.
pub struct CellPlan {
    /// The platform.
    pub platform: &'static Platform,
    /// Place of its e-mail form in [`Plan::email_forms`].
    pub email_form: Option<usize>,
    /// Place of its phone form in [`Plan::phone_forms`].
    pub phone_form: Option<usize>,
    /// Its rows.
    pub format: RowFormat,
}

impl CellPlan {
    /// The place of a kind's form.
    #[inline]
    pub(crate) const fn form_of(&self, kind: Kind) -> Option<usize> {
        match kind {
            Kind::Email => self.email_form,
            Kind::Phone => self.phone_form,
        }
    }
}

/// One source, compiled.
pub struct SourcePlan {
    /// Where its cells stand.
    pub columns: CustomerColumns,
    /// Region of national phone numbers when the row states no country.
    pub region: Option<Region>,
    /// For each predicate: the column it asks, or `None` when this source does not map it.
    pub predicate_columns: Vec<PredicateColumn>,
    /// Place of the source's first identifier column among all of the run.
    pub first_column: u16,
}

/// Where a predicate finds its cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PredicateColumn {
    /// The source does not map the field.
    Silent,
    /// An attribute's column.
    Cell(usize),
    /// The country as read.
    Country,
    /// `current` or `other`.
    Relationship,
    /// `consumer` or `business`.
    Party,
    /// Whole years.
    Age,
}

impl Plan {
    /// Whether some audience would take an identifier of this class to some platform: no other is worth a
    /// digest.
    #[must_use]
    pub fn takes(&self, class: IdentifierClass) -> bool {
        let policy = &self.policy;
        policy.cells.iter().any(|cell| class.fits(cell, policy.audiences[cell.audience].party))
    }

    /// Compiles a config for one day.
    ///
    /// # Panics
    /// When the config names a platform without an upload file, which loading it refuses.
    #[must_use]
    pub fn new(config: &Config, today: Date) -> Self {
        let mut predicates: Vec<Predicate> = Vec::new();
        for audience in &config.audiences {
            let held = audience.product_group.as_ref().map(|group| &group.held);
            for predicate in audience.selection.iter().chain(held).flat_map(Selection::predicates) {
                if !predicates.contains(predicate) {
                    predicates.push(predicate.clone());
                }
            }
        }
        let sources = source_plans(config, today, &predicates);
        let columns = config.sources.iter().flat_map(|source| source.emails.iter().chain(&source.phones));
        let holds_hashes = columns.into_iter().any(|column| column.hashed.is_some());
        let (notice_days, wordings) = (notice_days(config), wordings(config));
        let policy = policy(config, today, &predicates, &sources, (&notice_days, &wordings));
        let back = |days: Option<u16>| {
            days.map(|days| today.saturating_sub(jiff::Span::new().days(i64::from(days))))
        };
        let (mut email_forms, mut phone_forms) = (Vec::new(), Vec::new());
        let cells = policy.cells.iter().map(|cell| {
            let platform = platforms::find(cell.platform).expect("loading the config resolved its platforms");
            CellPlan {
                platform,
                email_form: platform.email.map(|form| place_of(&mut email_forms, form)),
                phone_form: platform.phone.map(|form| place_of(&mut phone_forms, form)),
                format: RowFormat::of(platform).expect("loading the config refuses platforms without a file"),
            }
        });
        let cells = cells.collect();
        assert!(email_forms.len().max(phone_forms.len()) <= FORMS_MAX, "more forms than a record holds");
        Self {
            cells,
            email_forms,
            phone_forms,
            sources,
            predicates,
            regions: regions(config),
            holds_hashes,
            policy,
            today,
            notice_days,
            wordings,
            informed_by: back(config.policy.cooling_off_days),
            verified_from: back(config.policy.max_identifier_age_days),
        }
    }
}

fn notice_days(config: &Config) -> Vec<Date> {
    let mut days: Vec<Date> = config.bases.iter().filter_map(|basis| basis.notice.since).collect();
    days.sort_unstable();
    days.dedup();
    days
}

fn wordings(config: &Config) -> Vec<String> {
    let mut wordings = Vec::new();
    for wording in config.bases.iter().filter_map(|basis| basis.consent_wording.clone()) {
        place_of(&mut wordings, wording);
    }
    wordings
}

fn place_of<T: PartialEq>(all: &mut Vec<T>, one: T) -> usize {
    all.iter().position(|known| *known == one).unwrap_or_else(|| {
        all.push(one);
        all.len() - 1
    })
}

fn regions(config: &Config) -> Vec<Region> {
    let of_sources = config.sources.iter().filter_map(|source| source.country.as_ref()?.default);
    let of_registers = config.registers.iter().filter_map(|register| register.region);
    let mut regions = Vec::new();
    for code in of_sources.chain(of_registers) {
        if let Some(region) = region(code) {
            place_of(&mut regions, region);
        }
    }
    regions
}

fn region(code: [u8; 2]) -> Option<Region> {
    Region::from_code(std::str::from_utf8(&code).ok()?)
}

fn source_plans(config: &Config, today: Date, predicates: &[Predicate]) -> Vec<SourcePlan> {
    let mut first_column = 0;
    let mut plans = Vec::new();
    for source in &config.sources {
        let columns = CustomerColumns::of(source).on(source, today);
        plans.push(SourcePlan {
            region: source.country.as_ref().and_then(|country| country.default).and_then(region),
            predicate_columns: predicates
                .iter()
                .map(|predicate| predicate_column(source, &columns, &predicate.field))
                .collect(),
            columns,
            first_column,
        });
        first_column += (source.emails.len() + source.phones.len()) as u16;
    }
    plans
}

fn predicate_column(source: &Source, columns: &CustomerColumns, field: &Field) -> PredicateColumn {
    match field {
        Field::Attribute(name) => {
            columns.attribute(name).map_or(PredicateColumn::Silent, PredicateColumn::Cell)
        }
        Field::Country if source.country.is_some() => PredicateColumn::Country,
        Field::Party if source.party.is_some() => PredicateColumn::Party,
        Field::Age if source.birth_date.is_some() => PredicateColumn::Age,
        Field::Relationship => PredicateColumn::Relationship,
        Field::Country | Field::Party | Field::Age => PredicateColumn::Silent,
    }
}

fn policy(
    config: &Config,
    today: Date,
    predicates: &[Predicate],
    sources: &[SourcePlan],
    (notice_days, wordings): (&[Date], &[String]),
) -> Policy {
    let mut age_limits: Vec<u16> =
        config.audiences.iter().map(|audience| audience.min_age).filter(|age| *age > 0).collect();
    age_limits.sort_unstable();
    age_limits.dedup();
    let audiences: Vec<AudienceRules> = config
        .audiences
        .iter()
        .map(|audience| AudienceRules {
            name: audience.name.clone(),
            purpose: audience.purpose,
            party: audience.party,
            age_band: age_limits.binary_search(&audience.min_age).map_or(0, |place| place as u8 + 1),
            binding: audience.binding,
            filter: audience.selection.as_ref().map(|selection| filter(selection, predicates, sources)),
            product_group: audience
                .product_group
                .as_ref()
                .map(|group| filter(&group.held, predicates, sources)),
        })
        .collect();
    let cells = config.audiences.iter().enumerate().flat_map(|(index, audience)| {
        audience.platforms.iter().map(move |name| {
            let platform = platforms::find(name).expect("loading the config resolved its platforms");
            Cell {
                audience: index,
                platform: platform.name,
                asks_signals: platform.consent == ConsentRule::GoogleSignals,
                recipient_expired: config.recipients.iter().any(|recipient| {
                    recipient.platform == platform.name && !recipient_holds(recipient, today)
                }),
                takes_email: platform.takes(Kind::Email),
                takes_phone: platform.takes(Kind::Phone),
                takes_email_hash: platform.takes(Kind::Email) && platform.email == Some(EmailForm::Basic),
                takes_phone_hash: platform.takes(Kind::Phone) && platform.phone == Some(PhoneForm::Digits),
            }
        })
    });
    let bases = config.bases.iter().map(|basis| BasisRow {
        ground: basis.basis,
        platforms: basis.platforms.clone(),
        countries: basis.countries.clone(),
        purposes: basis.purposes.clone(),
        parties: basis.parties.clone(),
        in_force: basis_holds(basis, today),
        notice_since: basis
            .notice
            .since
            .and_then(|since| notice_days.binary_search(&since).ok())
            .map_or(0, |place| place as u8 + 1),
        wording: basis
            .consent_wording
            .as_ref()
            .and_then(|wording| wordings.iter().position(|known| known == wording))
            .map(|place| place as u8),
    });
    Policy { cells: cells.collect(), bases: bases.collect(), audiences, age_limits }
}

/// Whether a basis row, and everything it refers to, is valid on a day.
fn basis_holds(basis: &Basis, today: Date) -> bool {
    let last_days = [
        basis.valid_until,
        basis.assessment_valid_until,
        basis.consent_wording_valid_until,
        basis.notice.valid_until,
    ];
    basis.valid_from.is_none_or(|first| first <= today)
        && last_days.into_iter().flatten().all(|last| today <= last)
}

/// Whether a recipient's terms have been accepted by a day, and its declaration still holds.
fn recipient_holds(recipient: &Recipient, today: Date) -> bool {
    recipient.terms.accepted.is_none_or(|accepted| accepted <= today)
        && recipient.valid_until.is_none_or(|last| today <= last)
}

fn filter(selection: &Selection, predicates: &[Predicate], sources: &[SourcePlan]) -> Filter {
    let places: Vec<usize> = selection
        .predicates()
        .iter()
        .map(|predicate| {
            predicates.iter().position(|known| known == predicate).expect("all predicates were collected")
        })
        .collect();
    let speaks = sources
        .iter()
        .map(|source| places.iter().all(|place| source.predicate_columns[*place] != PredicateColumn::Silent))
        .collect();
    Filter { selection: selection.clone(), places, speaks }
}
