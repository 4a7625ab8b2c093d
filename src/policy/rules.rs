//! The rules, as a table of short functions over one row's facts. Each says what is held against the
//! row in one cell, which question the row answered, and nothing else. `docs/decisions.md` is the
//! same table in prose; the oracle is the same table again, written apart.

use super::facts::{AgeFact, Answer, BasisFact, CountryFact, InformedFact, PartyFact, RowFacts, WordingFact};
use super::reason::{Reason, Reasons};
use super::scope::{Purpose, Scopes};
use super::selection::{Selection, Tri};
use super::standing::{Answered, CellStanding, Question, Selected, Standing};
use crate::people::{Party, Use};

/// The whole policy, compiled for one as-of day.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Audiences in config order.
    pub audiences: Vec<AudienceRules>,
    /// Basis rows in config order; at most 64.
    pub bases: Vec<BasisRow>,
    /// Audience × platform, audience by audience in config order.
    pub cells: Vec<Cell>,
    /// The distinct ages asked for, ascending, in whole years.
    pub age_limits: Vec<u16>,
}

/// One audience's rules.
#[derive(Debug, Clone)]
pub struct AudienceRules {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Whom it may hold.
    pub party: Party,
    /// The age band needed: index in `age_limits` plus one; 0 when no age is asked.
    pub age_band: u8,
    /// Scopes that bind it.
    pub binding: Scopes,
    /// Its filter.
    pub filter: Option<Filter>,
    /// The question whether a row holds a product of its group, where that is asked.
    pub product_group: Option<Filter>,
}

/// A filter over the run's shared predicates.
#[derive(Debug, Clone)]
pub struct Filter {
    /// The parsed `where`.
    pub selection: Selection,
    /// For each of the selection's own predicates, its place in `RowFacts::predicates`.
    pub places: Vec<usize>,
    /// By source: whether the source maps every field the filter uses.
    pub speaks: Vec<bool>,
}

/// A basis row, already asked whether it is in force today.
#[derive(Debug, Clone)]
pub struct BasisRow {
    /// The ground.
    pub ground: Use,
    /// Canonical platform names.
    pub platforms: Vec<String>,
    /// Alpha-2 codes.
    pub countries: Vec<[u8; 2]>,
    /// Purposes.
    pub purposes: Vec<Purpose>,
    /// Party types.
    pub parties: Vec<Party>,
    /// Valid on the as-of day.
    pub in_force: bool,
    /// The day since which its notice names this use: place among all such days plus one; 0 when not told.
    pub notice_since: u8,
    /// Place of its consent wording among all of them.
    pub wording: Option<u8>,
}

/// An audience on a platform.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Index of the audience.
    pub audience: usize,
    /// Canonical platform name.
    pub platform: &'static str,
    /// Whether the platform asks for both of Google's consent signals (EU user consent policy,
    /// support.google.com/google-ads/answer/14310715, checked 2026-11-21).
    pub asks_signals: bool,
    /// Whether the platform is declared as a recipient, and the declaration is not valid today.
    pub recipient_expired: bool,
    /// Whether it takes e-mail addresses.
    pub takes_email: bool,
    /// Whether it takes phone numbers.
    pub takes_phone: bool,
    /// Whether it takes the hash of an e-mail address in its basic form.
    pub takes_email_hash: bool,
    /// Whether it takes the hash of a number's digits.
    pub takes_phone_hash: bool,
}

/// What one rule says of one row in one cell.
#[derive(Default)]
struct Said {
    against: Reasons,
    answered: Option<Question>,
    bases: u64,
}

impl Said {
    const fn against(reason: Reason) -> Self {
        Self { against: Reasons::of(reason), answered: None, bases: 0 }
    }

    const fn answered(question: Question) -> Self {
        Self { against: Reasons::NONE, answered: Some(question), bases: 0 }
    }

    const fn both(question: Question, reason: Reason) -> Self {
        Self { against: Reasons::of(reason), answered: Some(question), bases: 0 }
    }
}

type Rule = fn(&RowFacts, &Cell, &Policy) -> Said;

/// Every rule, in the order of the rule book's table.
const RULES: [Rule; 12] = [
    relationship,
    targeting,
    age,
    party,
    basis,
    country,
    basis_row,
    platform_consent,
    recipient,
    informed,
    consent,
    product_group,
];

fn relationship(row: &RowFacts, _: &Cell, _: &Policy) -> Said {
    match row.relationship {
        Answer::Silent => Said::default(),
        Answer::Unknown => Said::both(Question::Relationship, Reason::RelationshipUnknown),
        Answer::No => Said::both(Question::Relationship, Reason::NotACustomer),
        Answer::Yes => Said::answered(Question::Relationship),
    }
}

/// An opted-out flag is an objection and handled with the others, since its scopes may not bind.
fn targeting(row: &RowFacts, _: &Cell, _: &Policy) -> Said {
    match row.targeting {
        Answer::Silent => Said::default(),
        Answer::No | Answer::Yes => Said::answered(Question::Targeting),
        Answer::Unknown => Said::both(Question::Targeting, Reason::TargetingUnknown),
    }
}

fn age(row: &RowFacts, cell: &Cell, policy: &Policy) -> Said {
    let needed = policy.audiences[cell.audience].age_band;
    match row.age {
        _ if needed == 0 => Said::answered(Question::Age),
        AgeFact::Silent => Said::default(),
        AgeFact::Unknown => Said::both(Question::Age, Reason::AgeUnknown),
        AgeFact::Band(band) if band < needed => Said::both(Question::Age, Reason::UnderAge),
        AgeFact::Band(_) => Said::answered(Question::Age),
    }
}

fn party(row: &RowFacts, cell: &Cell, policy: &Policy) -> Said {
    let wanted = policy.audiences[cell.audience].party;
    match row.party {
        PartyFact::Unknown => Said::both(Question::Party, Reason::PartyUnknown),
        PartyFact::Silent if wanted != Party::Consumer => Said::against(Reason::PartyMismatch),
        PartyFact::Silent => Said::default(),
        PartyFact::Known(party) if wanted != party => Said::both(Question::Party, Reason::PartyMismatch),
        PartyFact::Known(_) => Said::answered(Question::Party),
    }
}

fn basis(row: &RowFacts, _: &Cell, _: &Policy) -> Said {
    match row.basis {
        BasisFact::Unknown => Said::both(Question::Basis, Reason::BasisUnknown),
        BasisFact::None => Said::both(Question::Basis, Reason::NoConsent),
        BasisFact::Ground(_) => Said::answered(Question::Basis),
    }
}

fn country(row: &RowFacts, _: &Cell, _: &Policy) -> Said {
    match row.country {
        // Every row with a basis must say where: a silent one rests on no basis row.
        CountryFact::Silent | CountryFact::Unknown => Said::both(Question::Country, Reason::CountryUnknown),
        CountryFact::Known(_) => Said::answered(Question::Country),
    }
}

fn basis_row(row: &RowFacts, cell: &Cell, policy: &Policy) -> Said {
    let (BasisFact::Ground(ground), CountryFact::Known(country)) = (row.basis, row.country) else {
        return Said::default();
    };
    let audience = &policy.audiences[cell.audience];
    let fits_party = |basis: &BasisRow| match row.party {
        PartyFact::Silent => basis.parties.contains(&Party::Consumer),
        PartyFact::Unknown => true,
        PartyFact::Known(party) => basis.parties.contains(&party),
    };
    let mut said = Said::against(Reason::NoBasis);
    let mut blocked = Reasons::NONE;
    for (index, basis) in policy.bases.iter().enumerate() {
        let fits = basis.ground == ground
            && basis.platforms.iter().any(|name| name == cell.platform)
            && basis.countries.contains(&country)
            && basis.purposes.contains(&audience.purpose)
            && fits_party(basis);
        if !fits {
            continue;
        }
        if !basis.in_force {
            said.against = Reasons::of(Reason::BasisExpired);
            continue;
        }
        let against = told_otherwise(row, basis);
        if against.is_empty() {
            said.bases |= 1 << index;
        }
        blocked = blocked.union(against);
    }
    if said.bases != 0 {
        said.against = Reasons::NONE;
    } else if !blocked.is_empty() {
        said.against = blocked;
    }
    said
}

/// Why a basis row in force does not cover this person: told before its notice, or asked in other words.
/// What cannot be told is held against the row by rules of its own.
fn told_otherwise(row: &RowFacts, basis: &BasisRow) -> Reasons {
    let mut against = Reasons::NONE;
    if matches!(row.informed, InformedFact::Since { reached, .. } if reached < basis.notice_since) {
        against = against.with(Reason::NotInformed);
    }
    let is_other = match row.consent.wording {
        WordingFact::Silent | WordingFact::Unknown => false,
        WordingFact::Other => true,
        WordingFact::Known(place) => basis.wording != Some(place),
    };
    if is_other { against.with(Reason::ConsentWordingMismatch) } else { against }
}

fn informed(row: &RowFacts, _: &Cell, _: &Policy) -> Said {
    match row.informed {
        InformedFact::Silent => Said::default(),
        InformedFact::Unknown => Said::both(Question::Informed, Reason::InformedUnknown),
        InformedFact::Since { cooling: true, .. } => Said::both(Question::Informed, Reason::CoolingOff),
        InformedFact::Since { .. } => Said::answered(Question::Informed),
    }
}

fn consent(row: &RowFacts, _: &Cell, _: &Policy) -> Said {
    let asked = row.consent.asked.then_some(Question::Consent);
    let mut said = Said { answered: asked, ..Said::default() };
    if row.consent.unproven {
        said.against = said.against.with(Reason::ConsentUnproven);
    }
    if row.consent.expired {
        said.against = said.against.with(Reason::ConsentExpired);
    }
    said
}

/// One row that holds such a product answers for the person.
fn product_group(row: &RowFacts, cell: &Cell, policy: &Policy) -> Said {
    let asked = policy.audiences[cell.audience].product_group.as_ref();
    if asked.is_none_or(|group| answer(row, group) == Some(Tri::Yes)) {
        Said::answered(Question::ProductGroup)
    } else {
        Said::default()
    }
}

fn platform_consent(row: &RowFacts, cell: &Cell, _: &Policy) -> Said {
    let asked = cell.asks_signals
        && match row.country {
            CountryFact::Silent | CountryFact::Unknown => true,
            CountryFact::Known(country) => needs_consent_signals(country),
        };
    if !asked {
        Said::default()
    } else if row.ad_user_data == Answer::Yes && row.ad_personalization == Answer::Yes {
        Said::answered(Question::PlatformConsent)
    } else {
        Said::both(Question::PlatformConsent, Reason::PlatformConsentMissing)
    }
}

/// No row can answer for the platform: the day alone does.
fn recipient(_: &RowFacts, cell: &Cell, _: &Policy) -> Said {
    if cell.recipient_expired { Said::against(Reason::RecipientExpired) } else { Said::default() }
}

/// The European Economic Area, the United Kingdom and Switzerland: where Google's EU user consent
/// policy holds (support.google.com/google-ads/answer/14310715, checked 2026-11-21). Parts of the
/// Union that have a code of their own are counted in: Åland and the outermost regions of France
/// (Article 355(1) TFEU).
#[must_use]
pub fn needs_consent_signals(country: [u8; 2]) -> bool {
    const COUNTRIES: [&[u8; 2]; 39] = [
        b"AT", b"AX", b"BE", b"BG", b"CH", b"CY", b"CZ", b"DE", b"DK", b"EE", b"ES", b"FI", b"FR", b"GB",
        b"GF", b"GP", b"GR", b"HR", b"HU", b"IE", b"IS", b"IT", b"LI", b"LT", b"LU", b"LV", b"MF", b"MQ",
        b"MT", b"NL", b"NO", b"PL", b"PT", b"RE", b"RO", b"SE", b"SI", b"SK", b"YT",
    ];
    COUNTRIES.contains(&&country)
}

impl Policy {
    /// What a row says in every cell.
    #[must_use]
    pub fn standing(&self, row: &RowFacts) -> Standing {
        let selected: Vec<Selected> = self.audiences.iter().map(|audience| selected(row, audience)).collect();
        let cells = self.cells.iter().map(|cell| {
            let mut standing = CellStanding { selected: selected[cell.audience], ..CellStanding::default() };
            for rule in RULES {
                let said = rule(row, cell, self);
                standing.reasons = standing.reasons.union(said.against);
                standing.answered =
                    said.answered.map_or(standing.answered, |question| standing.answered.with(question));
                standing.bases |= said.bases;
            }
            standing
        });
        let youngest = match row.age {
            AgeFact::Band(band) => band,
            AgeFact::Silent | AgeFact::Unknown => u8::MAX,
        };
        Standing { cells: cells.collect(), youngest }
    }

    /// The reasons for what no row of the person answered.
    #[must_use]
    pub fn unanswered(answered: Answered) -> Reasons {
        let silent = [
            (Question::Relationship, Reason::RelationshipUnknown),
            (Question::Age, Reason::AgeUnknown),
            (Question::Basis, Reason::BasisUnknown),
            (Question::Country, Reason::CountryUnknown),
            (Question::ProductGroup, Reason::OtherProductGroup),
        ];
        silent
            .into_iter()
            .filter(|(question, _)| !answered.has(*question))
            .fold(Reasons::NONE, |reasons, (_, reason)| reasons.with(reason))
    }
}

fn selected(row: &RowFacts, audience: &AudienceRules) -> Selected {
    let Some(filter) = &audience.filter else {
        return Selected::YES;
    };
    match answer(row, filter) {
        None => Selected::default(),
        Some(Tri::Yes) => Selected::YES,
        Some(Tri::Unknown) => Selected::UNKNOWN,
        Some(Tri::No) => Selected::NO,
    }
}

/// A row's answer to a filter; none when its source does not map every field.
fn answer(row: &RowFacts, filter: &Filter) -> Option<Tri> {
    let speaks = filter.speaks.get(usize::from(row.source)).copied().unwrap_or(false);
    speaks.then(|| filter.selection.evaluate(&mut |index| row.predicates[filter.places[index]]))
}
