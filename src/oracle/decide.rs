//! The decision: every rule of `docs/decisions.md`, person by person.
//!
//! It must not read files.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::filter::{Answer, FieldValue, Filter};
use super::people::{self, Consent, Ground, Identifier, Kind, Matter, People, PersonKey, Row, Said};
use super::platform::{self, EmailForm, PhoneForm, Platform};
use super::register::{self, Registers, person_hooks};
use super::text::{sha256, trim};
use super::{AudienceOutcome, Counts, Fate, OracleError, Outcome, PlatformOutcome, ReasonCounts, country};
use crate::config::{
    AttributeKind, Audience, Basis, Closure, Config, Context, HashAlgorithm, Party, Purpose, Scope, Scopes,
};

/// Codes in order of precedence.
const ORDER: [&str; 29] = [
    "opted-out",
    "on-register",
    "linked-to-objector",
    "unreadable-row",
    "under-age",
    "age-unknown",
    "not-a-customer",
    "relationship-unknown",
    "targeting-unknown",
    "party-mismatch",
    "party-unknown",
    "no-consent",
    "basis-unknown",
    "consent-unproven",
    "consent-expired",
    "consent-wording-mismatch",
    "not-informed",
    "informed-unknown",
    "cooling-off",
    "country-unknown",
    "no-basis",
    "basis-expired",
    "recipient-expired",
    "platform-consent-missing",
    "other-product-group",
    "selection-unknown",
    "identifier-withheld",
    "shared-identifier",
    "no-identifier",
];

/// Those that come from somebody's objection.
const OBJECTIONS: [&str; 3] = ["opted-out", "on-register", "linked-to-objector"];

type Reasons = BTreeSet<&'static str>;

pub(super) fn decide(config: &Config, as_of: Timestamp) -> Result<Outcome, OracleError> {
    let zone = TimeZone::get(&config.policy.time_zone).map_err(|_| OracleError::TimeZone)?;
    let registers = register::read(config, as_of, &zone)?;
    let today = as_of.to_zoned(zone).date();
    let people = people::read(config, today)?;
    let world = World::new(config, today, &people, &registers);
    let audiences =
        config.audiences.iter().map(|audience| world.audience(audience)).collect::<Result<_, _>>()?;
    let mut refused = registers.refused;
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^52")]
    let too_many = people.unreadable as f64 > config.policy.max_unreadable * people.rows_read as f64;
    // Customers are not read when a register broke its contract.
    if refused.is_empty() {
        for ((source, _), held) in &people.identity_codes {
            let rows = people.rows_of.get(source).copied().unwrap_or(0);
            if held * 10_000 > rows {
                let name = config.sources.get(*source).map_or("", |source| source.name.as_str());
                refused.insert(format!("identity-codes-in-column {name}"));
            }
        }
        if too_many {
            refused.insert("too-many-unreadable-rows sources".to_owned());
        }
    }
    Ok(Outcome {
        audiences,
        unreadable_rows: people.unreadable,
        rows_read: people.rows_read,
        refused: refused.into_iter().collect(),
    })
}

/// What holds for all audiences.
struct World<'a> {
    config: &'a Config,
    today: Date,
    people: &'a People,
    /// Scopes of the registers' objections that name each person, and whether they always bind.
    on_register: BTreeMap<&'a PersonKey, Vec<(Scopes, bool)>>,
    /// Keys held by more people than the cap.
    shared: BTreeSet<&'a str>,
    /// People whom an unreadable row may be about.
    unreadable: BTreeSet<&'a PersonKey>,
}

impl<'a> World<'a> {
    fn new(config: &'a Config, today: Date, people: &'a People, registers: &Registers) -> Self {
        let mut by_hook: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for (place, entry) in registers.entries.iter().enumerate() {
            for hook in entry.hooks(config) {
                by_hook.entry(hook).or_default().insert(place);
            }
        }
        let mut on_register: BTreeMap<&PersonKey, Vec<(Scopes, bool)>> = BTreeMap::new();
        let mut holders: BTreeMap<&str, BTreeSet<&PersonKey>> = BTreeMap::new();
        let mut unreadable = BTreeSet::new();
        for (person, rows) in &people.by_key {
            for hook in person_hooks(config, person, rows) {
                for entry in by_hook.get(&hook).into_iter().flatten() {
                    let scopes = registers.entries.get(*entry).map(|entry| (entry.scopes, entry.always));
                    on_register.entry(person).or_default().extend(scopes);
                }
            }
            for identifier in rows.iter().flat_map(|row| &row.identifiers) {
                holders.entry(&identifier.key).or_default().insert(person);
            }
            let keys = || rows.iter().flat_map(|row| &row.identifiers).map(|identifier| &identifier.key);
            let lost = people.lost_ids.contains(person) || keys().any(|key| people.lost_keys.contains(key));
            if lost {
                unreadable.insert(person);
            }
        }
        let cap = config.policy.share_cap as usize;
        let shared = holders.into_iter().filter(|(_, who)| who.len() > cap).map(|(key, _)| key).collect();
        Self { config, today, people, on_register, shared, unreadable }
    }

    fn audience(&self, audience: &Audience) -> Result<AudienceOutcome, OracleError> {
        let filter = match &audience.selection {
            Some(selection) => Some(Filter::parse(&audience.name, selection.text())?),
            None => None,
        };
        let binding = self.binding(audience, filter.as_ref());
        let spread = self.spread(audience, binding);
        let platforms = audience
            .platforms
            .iter()
            .map(|name| platform::find(name).ok_or_else(|| OracleError::Platform { name: name.clone() }))
            .collect::<Result<Vec<_>, _>>()?;
        let mut outcomes: Vec<_> = platforms.iter().map(|platform| empty(platform)).collect();
        let mut size = 0;
        for (person, rows) in &self.people.by_key {
            let selected = self.selected(filter.as_ref(), rows)?;
            let common = self.common(audience, person, rows, &spread, selected);
            let mut would_be = false;
            for (platform, outcome) in platforms.iter().zip(&mut outcomes) {
                let mut reasons = common.clone();
                reasons.extend(self.on_platform(audience, platform, rows));
                let without: Reasons =
                    reasons.iter().copied().filter(|code| !OBJECTIONS.contains(code)).collect();
                let unbarred = self.goes_up(audience, platform, rows, &spread.under_age);
                would_be |= selected != Some(false) && without.is_empty() && unbarred.is_ok();
                let lines = match selected {
                    Some(false) => None,
                    _ if !reasons.is_empty() => None,
                    _ => match self.goes_up(audience, platform, rows, &spread.barred) {
                        Ok((emails, phones)) => Some(platform.rows(&emails, &phones)),
                        Err(code) => {
                            reasons.insert(code);
                            None
                        }
                    },
                };
                let fate = match (&lines, selected) {
                    (_, Some(false)) => Fate::NotSelected,
                    (Some(_), _) => Fate::Eligible,
                    (None, _) => Fate::Suppressed(reasons.iter().map(|code| (*code).to_owned()).collect()),
                };
                outcome.rows.extend(lines.into_iter().flatten());
                record(outcome, person, rows.len() as u64, fate);
            }
            size += u64::from(would_be);
        }
        Ok(AudienceOutcome {
            name: audience.name.clone(),
            platforms: outcomes,
            size_before_objections: size,
            withheld: size < audience.min_size,
        })
    }

    /// The scopes that bind an audience, from the rule book and not from the config's own answer.
    fn binding(&self, audience: &Audience, filter: Option<&Filter>) -> Scopes {
        let seed = audience.purpose == Purpose::LookalikeSeed;
        let fields = filter.map(Filter::fields).unwrap_or_default();
        let profile =
            self.config.sources.iter().flat_map(|source| &source.attributes).any(|(name, attribute)| {
                fields.contains(name)
                    && matches!(attribute.kind, AttributeKind::Observed | AttributeKind::Derived)
            });
        let mut binding = vec![Scope::OffPlatformTargeting, Scope::AllMarketing, Scope::Unknown];
        if profile || seed {
            binding.push(Scope::Profiling);
        }
        if seed {
            binding.push(Scope::Lookalike);
        }
        if self.config.policy.channel_bans_bind {
            binding.extend([Scope::Phone, Scope::Post, Scope::Email]);
        }
        binding.into_iter().collect()
    }

    /// Objectors, those linked to them, and the keys that are barred.
    fn spread(&self, audience: &Audience, binding: Scopes) -> Spread<'a> {
        let mut spread = Spread {
            opted_out: BTreeSet::new(),
            on_register: BTreeSet::new(),
            linked: BTreeSet::new(),
            barred: BTreeSet::new(),
            under_age: BTreeSet::new(),
        };
        let mut objected = BTreeSet::new();
        for (person, rows) in &self.people.by_key {
            let flag = rows.iter().any(|row| {
                let source = self.config.sources.get(row.source);
                source
                    .and_then(|source| people::flag_scopes(row, source))
                    .is_some_and(|scopes| scopes.meets(binding))
            });
            let named = self
                .on_register
                .get(person)
                .is_some_and(|all| all.iter().any(|(scopes, always)| *always || scopes.meets(binding)));
            if flag {
                spread.opted_out.insert(person);
            }
            if named {
                spread.on_register.insert(person);
            }
            let keys = keys(rows).filter(|key| !self.shared.contains(key));
            if flag || named {
                objected.extend(keys.clone());
            }
            if self.age(audience, rows).0 {
                spread.under_age.extend(keys);
            }
        }
        spread.barred.extend(&spread.under_age);
        match self.config.policy.closure {
            Closure::Identifier => spread.barred.extend(objected),
            Closure::Person => {
                for (person, rows) in &self.people.by_key {
                    let objects = spread.opted_out.contains(person) || spread.on_register.contains(person);
                    if !objects && keys(rows).any(|key| objected.contains(key)) {
                        spread.linked.insert(person);
                    }
                }
            }
        }
        spread
    }

    /// Yes when any row is selected; unknown when none is and one cannot be told, or all are silent.
    fn selected(&self, filter: Option<&Filter>, rows: &[Row]) -> Result<Answer, OracleError> {
        let Some(filter) = filter else { return Ok(Some(true)) };
        let fields = filter.fields();
        let mut answers = Vec::new();
        for row in rows {
            if fields.iter().all(|field| self.value(row, field).is_some()) {
                let blank = || FieldValue { text: String::new(), separator: None, any_case: false };
                answers.push(filter.answer(&|name| self.value(row, name).unwrap_or_else(blank))?);
            }
        }
        Ok(if answers.contains(&Some(true)) {
            Some(true)
        } else if answers.is_empty() || answers.contains(&None) {
            None
        } else {
            Some(false)
        })
    }

    /// A field's value in a row; `None` when the row's source does not have it.
    fn value(&self, row: &Row, name: &str) -> Option<FieldValue> {
        let word = |text: &str| Some(FieldValue { text: text.to_owned(), separator: None, any_case: false });
        if self.config.sources.iter().any(|source| source.attributes.contains_key(name)) {
            let attribute = self.config.sources.get(row.source)?.attributes.get(name)?;
            let text = row.attributes.get(name)?.clone();
            return Some(FieldValue { text, separator: attribute.separator.clone(), any_case: false });
        }
        match name {
            "country" => {
                let code = row.country?;
                let text = code.map(|code| String::from_utf8_lossy(&code).into_owned()).unwrap_or_default();
                Some(FieldValue { text, separator: None, any_case: true })
            }
            "relationship" => word(match row.relationship {
                Said::For => "current",
                Said::Against => "other",
                Said::Unknown => "",
            }),
            "party" => word(match row.party? {
                Some(Party::Consumer) => "consumer",
                Some(Party::Business) => "business",
                None => "",
            }),
            "age" => {
                let years = row.birth?.and_then(|birth| years(birth, self.today));
                word(&years.map(|years| years.to_string()).unwrap_or_default())
            }
            _ => None,
        }
    }

    /// The reasons that are the same on every platform.
    fn common(
        &self,
        audience: &Audience,
        person: &PersonKey,
        rows: &[Row],
        spread: &Spread<'_>,
        selected: Answer,
    ) -> Reasons {
        let mut reasons = Reasons::new();
        let mut hold = |holds: bool, code: &'static str| {
            if holds {
                reasons.insert(code);
            }
        };
        hold(spread.opted_out.contains(person), "opted-out");
        hold(spread.on_register.contains(person), "on-register");
        hold(spread.linked.contains(person), "linked-to-objector");
        hold(self.unreadable.contains(person), "unreadable-row");
        let (young, age_unknown) = self.age(audience, rows);
        hold(young, "under-age");
        hold(age_unknown, "age-unknown");
        hold(rows.iter().any(|row| row.relationship == Said::Against), "not-a-customer");
        hold(rows.iter().any(|row| row.relationship == Said::Unknown), "relationship-unknown");
        hold(rows.iter().any(|row| row.targeting == Some(Said::Unknown)), "targeting-unknown");
        let parties: Vec<_> = rows.iter().filter_map(|row| row.party).collect();
        let silent = rows.iter().any(|row| row.party.is_none()) && audience.party != Party::Consumer;
        let other = parties.iter().any(|party| party.is_some_and(|party| party != audience.party));
        hold(silent || other, "party-mismatch");
        hold(parties.contains(&None), "party-unknown");
        hold(rows.iter().any(|row| row.ground == Ground::None), "no-consent");
        hold(rows.iter().any(|row| row.ground == Ground::Unknown), "basis-unknown");
        hold(rows.iter().any(|row| row.country.flatten().is_none()), "country-unknown");
        hold(selected.is_none(), "selection-unknown");
        let consents = || rows.iter().filter_map(|row| row.consent.as_ref());
        hold(consents().any(|consent| self.is_unproven(consent)), "consent-unproven");
        hold(consents().any(|consent| is_past(consent.expires.flatten(), self.today)), "consent-expired");
        hold(rows.iter().any(|row| row.informed == Some(None)), "informed-unknown");
        let cooling = self.config.policy.cooling_off_days.map_or(0, i32::from);
        let days = rows.iter().filter_map(|row| row.informed.flatten());
        hold(days.into_iter().any(|day| (self.today - day).get_days() < cooling), "cooling-off");
        hold(!self.holds_group(audience, rows), "other-product-group");
        reasons
    }

    /// Whether something the source maps of a consent cannot be told.
    fn is_unproven(&self, consent: &Consent) -> bool {
        let blank = |text: &Option<String>| text.as_ref().is_some_and(String::is_empty);
        let undated = match consent.date {
            None => false,
            Some(None) => true,
            Some(Some(day)) => day > self.today,
        };
        undated || consent.expires == Some(None) || blank(&consent.wording) || blank(&consent.identifier)
    }

    /// Whether any row holds a product of the audience's group, where the policy asks for it.
    fn holds_group(&self, audience: &Audience, rows: &[Row]) -> bool {
        let (Some(attribute), Some(group)) =
            (&self.config.policy.same_product_group, &audience.product_group)
        else {
            return true;
        };
        rows.iter().any(|row| {
            let Some(value) = self.value(row, attribute) else { return false };
            match &value.separator {
                Some(separator) => value.text.split(separator.as_str()).any(|part| trim(part) == group.name),
                None => trim(&value.text) == group.name,
            }
        })
    }

    /// Whether the person is under age for the audience, and whether that cannot be told.
    fn age(&self, audience: &Audience, rows: &[Row]) -> (bool, bool) {
        if audience.min_age == 0 {
            return (false, false);
        }
        let births: Vec<_> = rows.iter().filter_map(|row| row.birth).collect();
        let ages: Vec<_> =
            births.iter().map(|birth| birth.and_then(|birth| years(birth, self.today))).collect();
        let young = ages.iter().flatten().any(|age| *age < i32::from(audience.min_age));
        (young, ages.is_empty() || ages.contains(&None))
    }

    /// The basis rows and the platform's own consent, row by row.
    fn on_platform(&self, audience: &Audience, platform: &Platform, rows: &[Row]) -> Reasons {
        let mut reasons = Reasons::new();
        let declared = self.config.recipients.iter().find(|recipient| recipient.platform == platform.name);
        if let Some(recipient) = declared {
            let not_yet = recipient.terms.accepted.is_some_and(|accepted| accepted > self.today);
            if not_yet || is_past(recipient.valid_until, self.today) {
                reasons.insert("recipient-expired");
            }
        }
        for row in rows {
            let country = row.country.flatten();
            if let (Ground::Is(ground), Some(country)) = (row.ground, country) {
                let parties = match row.party {
                    None => vec![Party::Consumer],
                    Some(Some(party)) => vec![party],
                    Some(None) => vec![Party::Consumer, Party::Business],
                };
                let fitting: Vec<_> = self
                    .config
                    .bases
                    .iter()
                    .filter(|basis| {
                        basis.basis == ground
                            && basis.platforms.iter().any(|name| name == platform.name)
                            && basis.countries.contains(&country)
                            && basis.purposes.contains(&audience.purpose)
                            && basis.parties.iter().any(|party| parties.contains(party))
                    })
                    .collect();
                let in_force = fitting.iter().any(|basis| self.in_force(basis));
                if fitting.is_empty() {
                    reasons.insert("no-basis");
                } else if !in_force {
                    reasons.insert("basis-expired");
                } else {
                    let holding = fitting.into_iter().filter(|basis| self.in_force(basis));
                    let gaps: Vec<_> = holding.map(|basis| gaps(basis, row)).collect();
                    if gaps.iter().all(|gaps| !gaps.is_empty()) {
                        reasons.extend(gaps.into_iter().flatten());
                    }
                }
            }
            if platform.asks_for_signals && country::needs_signals(country) && !row.signals {
                reasons.insert("platform-consent-missing");
            }
        }
        reasons
    }

    /// Whether a basis row holds today: it has begun, and nothing it rests on has ended.
    fn in_force(&self, basis: &Basis) -> bool {
        if basis.valid_from.is_some_and(|first| self.today < first) {
            return false;
        }
        let ends = [basis.valid_until, basis.assessment_valid_until, basis.consent_wording_valid_until];
        !ends.into_iter().chain([basis.notice.valid_until]).any(|end| is_past(end, self.today))
    }

    /// The digests that go up, e-mails and phones, in order; else why there is none.
    fn goes_up(
        &self,
        audience: &Audience,
        platform: &Platform,
        rows: &[Row],
        barred: &BTreeSet<&str>,
    ) -> Result<(Vec<String>, Vec<String>), &'static str> {
        let mut candidates = Vec::new();
        for identifier in rows.iter().flat_map(|row| &row.identifiers) {
            if let Some(digest) = digest(audience, platform, identifier) {
                candidates.push((identifier.place, digest, identifier));
            }
        }
        if candidates.is_empty() {
            return Err("no-identifier");
        }
        let free = |key: &str| !barred.contains(key) && !self.shared.contains(key);
        let held: BTreeSet<&str> = rows
            .iter()
            .flat_map(|row| &row.identifiers)
            .filter(|identifier| identifier.held_back)
            .map(|identifier| identifier.key.as_str())
            .collect();
        candidates.retain(|(_, _, one)| !one.for_another && !held.contains(one.key.as_str()));
        if candidates.is_empty() {
            return Err("identifier-withheld");
        }
        candidates.retain(|(_, _, identifier)| free(&identifier.key));
        if candidates.is_empty() {
            return Err("shared-identifier");
        }
        candidates.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        let of = |kind: Kind| {
            let mut digests: Vec<String> = Vec::new();
            for (_, digest, identifier) in &candidates {
                if identifier.kind == kind && !digests.contains(digest) {
                    digests.push(digest.clone());
                }
            }
            digests
        };
        Ok((of(Kind::Email), of(Kind::Phone)))
    }
}

/// What one audience's objections and minors do to everybody.
struct Spread<'a> {
    opted_out: BTreeSet<&'a PersonKey>,
    on_register: BTreeSet<&'a PersonKey>,
    linked: BTreeSet<&'a PersonKey>,
    /// All keys that go up for nobody, but for the shared ones.
    barred: BTreeSet<&'a str>,
    /// Those of them that do so whether anybody objected or not.
    under_age: BTreeSet<&'a str>,
}

fn keys(rows: &[Row]) -> impl Iterator<Item = &str> + Clone {
    rows.iter().flat_map(|row| &row.identifiers).map(|identifier| identifier.key.as_str())
}

/// Why a basis row in force does not cover what a row of a person was told, or agreed to.
fn gaps(basis: &Basis, row: &Row) -> Reasons {
    let mut gaps = Reasons::new();
    if let (Some(since), Some(Some(informed))) = (basis.notice.since, row.informed)
        && informed < since
    {
        gaps.insert("not-informed");
    }
    let wording = row.consent.as_ref().and_then(|consent| consent.wording.as_deref()).unwrap_or("");
    if !wording.is_empty() && basis.consent_wording.as_deref() != Some(wording) {
        gaps.insert("consent-wording-mismatch");
    }
    gaps
}

/// Whether a last day has gone by.
fn is_past(last: Option<Date>, today: Date) -> bool {
    last.is_some_and(|last| last < today)
}

/// Whole years lived on a day; `None` for a birth in the future or more than 130 years ago. Somebody
/// born on 29 February is a year older on 1 March where there is no such day.
fn years(birth: Date, today: Date) -> Option<i32> {
    let had_birthday = (today.month(), today.day()) >= (birth.month(), birth.day());
    let years = i32::from(today.year()) - i32::from(birth.year()) - i32::from(!had_birthday);
    (birth <= today && years <= 130).then_some(years)
}

/// The digest an identifier goes up as; `None` when it does not go up here at all.
fn digest(audience: &Audience, platform: &Platform, identifier: &Identifier) -> Option<String> {
    let fits = match audience.party {
        Party::Business => identifier.context == Context::Work,
        Party::Consumer => identifier.context == Context::Personal,
    };
    if !fits {
        return None;
    }
    match &identifier.matter {
        Matter::Email(email) => {
            if email.is_role() && audience.party != Party::Business {
                return None;
            }
            match platform.email {
                EmailForm::Basic => Some(sha256(&email.basic())),
                EmailForm::Google => Some(sha256(&email.google())),
            }
        }
        Matter::Phone(phone) => platform.phone.map(|form| match form {
            PhoneForm::Digits => sha256(phone.digits()),
            PhoneForm::Plus => sha256(&phone.e164),
        }),
        // A hash is never hashed again, and never sent where another form is expected.
        Matter::Hash(HashAlgorithm::Sha256, hash) => {
            let same_form = match identifier.kind {
                Kind::Email => platform.email == EmailForm::Basic,
                Kind::Phone => platform.phone == Some(PhoneForm::Digits),
            };
            same_form.then(|| hash.clone())
        }
        Matter::Hash(..) => None,
    }
}

fn empty(platform: &Platform) -> PlatformOutcome {
    PlatformOutcome {
        name: platform.name.to_owned(),
        decisions: BTreeMap::new(),
        rows: BTreeSet::new(),
        header: platform.header,
        row_counts: Counts::default(),
        people_counts: Counts::default(),
        reasons: BTreeMap::new(),
    }
}

/// Counts a person's fate and keeps it.
fn record(outcome: &mut PlatformOutcome, person: &PersonKey, rows: u64, fate: Fate) {
    let count = |counts: &mut Counts, by: u64| match &fate {
        Fate::NotSelected => counts.not_selected += by,
        Fate::Suppressed(_) => counts.suppressed += by,
        Fate::Eligible => counts.eligible += by,
    };
    count(&mut outcome.row_counts, rows);
    count(&mut outcome.people_counts, 1);
    if let Fate::Suppressed(codes) = &fate {
        let primary = ORDER.into_iter().find(|code| codes.contains(*code));
        for code in codes {
            let counts: &mut ReasonCounts = outcome.reasons.entry(code.clone()).or_default();
            counts.holds += 1;
            counts.primary += u64::from(primary == Some(code.as_str()));
            counts.alone += u64::from(codes.len() == 1);
        }
    }
    outcome.decisions.insert(person.clone(), fate);
}
