//! A judge of the truth: reads a written base as a stranger would and applies the rule book to it
//! with maps and strings. It knows the columns and the config's meaning, and nothing of the plan.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};

/// The day on which ages count.
const TODAY: (i32, i32, i32) = (2026, 11, 21);

/// The answer for one person and audience: the reason, blank for an upload.
pub(super) type Verdicts = BTreeMap<(String, String), String>;

/// One customer as all rows together have them.
#[derive(Default)]
struct Person {
    rows: Vec<Vec<String>>,
    /// Wide e-mail and E.164 phone; whether a consumer audience may carry it up.
    identifiers: BTreeMap<String, bool>,
}

/// Columns of the customer table.
mod column {
    pub(super) const ID: usize = 0;
    pub(super) const EMAIL: usize = 3;
    pub(super) const WORK: usize = 4;
    pub(super) const PHONE: usize = 5;
    pub(super) const COUNTRY: usize = 6;
    pub(super) const BIRTH: usize = 7;
    pub(super) const RELATIONSHIP: usize = 8;
    pub(super) const FLAG: usize = 9;
    pub(super) const BASIS: usize = 10;
    pub(super) const DATA: usize = 11;
    pub(super) const PERSONALIZATION: usize = 12;
    pub(super) const PRODUCTS: usize = 13;
}

/// A register's entries, as ids and wide identifiers.
#[derive(Default)]
pub(super) struct Named {
    ids: HashSet<String>,
    identifiers: HashSet<String>,
    /// Entries that could not be read.
    pub(super) unread: usize,
}

/// Judges a base.
pub(super) fn judge(folder: &Path) -> (Verdicts, Named) {
    let people = people(folder);
    let named = named(folder);
    let mut holders: HashMap<&str, usize> = HashMap::new();
    for person in people.values() {
        person.identifiers.keys().for_each(|key| *holders.entry(key).or_default() += 1);
    }
    let over_cap: HashSet<&str> =
        holders.into_iter().filter(|(_, count)| *count > 10).map(|(key, _)| key).collect();

    let mut spread: HashSet<&str> = HashSet::new();
    let mut barred: HashSet<&str> = HashSet::new();
    let mut objectors: HashMap<&str, &'static str> = HashMap::new();
    for (id, person) in &people {
        let on_register = named.ids.contains(id)
            || person.identifiers.keys().any(|identifier| named.identifiers.contains(identifier));
        let flagged = person.rows.iter().any(|row| matches!(row[column::FLAG].as_str(), "K" | "1"));
        if flagged || on_register {
            objectors.insert(id, if flagged { "opted-out" } else { "on-register" });
            spread.extend(person.identifiers.keys().map(String::as_str));
        }
        if any(person, |row| age_reason(&row[column::BIRTH]) == Some("under-age")) {
            barred.extend(person.identifiers.keys().map(String::as_str));
        }
    }
    spread.retain(|key| !over_cap.contains(key));
    barred.extend(&over_cap);

    let mut verdicts = Verdicts::new();
    for (id, person) in &people {
        let linked = person.identifiers.keys().any(|key| spread.contains(key.as_str()));
        let objection = objectors.get(id.as_str()).copied().or(linked.then_some("linked-to-objector"));
        let free = |own: &BTreeMap<String, bool>, bars: bool| {
            own.iter().any(|(key, upload)| *upload && !(bars && barred.contains(key.as_str())))
        };
        let reach = match (free(&person.identifiers, true), free(&person.identifiers, false)) {
            (true, _) => None,
            (false, true) => Some("shared-identifier"),
            (false, false) => Some("no-identifier"),
        };
        for audience in ["customers", "savings", "google"] {
            let verdict = verdict(person, audience, objection, reach).unwrap_or_default();
            verdicts.insert((id.clone(), audience.to_owned()), verdict.to_owned());
        }
    }
    (verdicts, named)
}

/// The first reason by precedence.
fn verdict(
    person: &Person,
    audience: &str,
    objection: Option<&'static str>,
    reach: Option<&'static str>,
) -> Option<&'static str> {
    let answers: Vec<_> = person.rows.iter().map(|row| selects(audience, row)).collect();
    let selected = answers.contains(&Some(true));
    if !selected && !answers.contains(&None) {
        return Some("not-selected");
    }
    let is = |field: usize, yes: fn(&str) -> bool| any(person, |row| yes(&row[field]));
    let age = person.rows.iter().filter_map(|row| age_reason(&row[column::BIRTH])).max();
    let by_consent = |row: &[String]| row[column::BASIS] == "consent";
    let granted =
        |row: &[String]| [column::DATA, column::PERSONALIZATION].iter().all(|field| row[*field] == "GRANTED");
    let covered = |row: &[String]| {
        ["FI", "SE", "EE"].contains(&home(row).as_str()) && (audience != "google" || by_consent(row))
    };
    objection
        .or(age)
        .or(is(column::RELATIONSHIP, |cell| !matches!(cell, "" | "active")).then_some("not-a-customer"))
        .or(is(column::RELATIONSHIP, str::is_empty).then_some("relationship-unknown"))
        .or(is(column::FLAG, |cell| !matches!(cell, "E" | "0")).then_some("targeting-unknown"))
        .or(is(column::BASIS, |cell| cell == "none").then_some("no-consent"))
        .or(is(column::BASIS, |cell| !matches!(cell, "consent" | "legitimate_interest"))
            .then_some("basis-unknown"))
        .or(any(person, |row| home(row).is_empty()).then_some("country-unknown"))
        .or(any(person, |row| !covered(row)).then_some("no-basis"))
        .or((audience == "google" && any(person, |row| !granted(row))).then_some("platform-consent-missing"))
        .or((!selected).then_some("selection-unknown"))
        .or(reach)
}

fn any(person: &Person, test: impl Fn(&[String]) -> bool) -> bool {
    person.rows.iter().any(|row| test(row))
}

fn selects(audience: &str, row: &[String]) -> Option<bool> {
    let home = home(row);
    let within = |countries: &[&str]| (!home.is_empty()).then(|| countries.contains(&home.as_str()));
    let products = &row[column::PRODUCTS];
    match audience {
        "customers" => within(&["FI", "SE", "EE", "DE"]),
        "google" => within(&["FI", "SE"]),
        _ => {
            let saves = (!products.is_empty()).then(|| products.split(';').any(|one| one == "savings"));
            match (saves, within(&["FI"])) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                (None, _) | (_, None) => None,
            }
        }
    }
}

/// Blank for a cell that is no country.
fn home(row: &[String]) -> String {
    match row[column::COUNTRY].as_str() {
        "" => "FI".to_owned(),
        code @ ("FI" | "SE" | "EE" | "DE" | "GB") => code.to_owned(),
        _ => String::new(),
    }
}

fn age_reason(cell: &str) -> Option<&'static str> {
    let Ok(born) = cell.parse::<jiff::civil::Date>() else { return Some("age-unknown") };
    let (year, month, day) = TODAY;
    let (month_of_birth, day_of_birth) = (i32::from(born.month()), i32::from(born.day()));
    let had_birthday = (month, day) >= (month_of_birth, day_of_birth);
    let age = year - i32::from(born.year()) - i32::from(!had_birthday);
    match age {
        ..0 | 131.. => Some("age-unknown"),
        0..18 => Some("under-age"),
        18..=130 => None,
    }
}

fn people(folder: &Path) -> BTreeMap<String, Person> {
    let mut people: BTreeMap<String, Person> = BTreeMap::new();
    for row in read(&folder.join("customers.csv"), true) {
        let person = people.entry(row[column::ID].clone()).or_default();
        for (field, upload) in [(column::EMAIL, true), (column::WORK, false)] {
            if let Some(key) = wide_email(&row[field]) {
                *person.identifiers.entry(key).or_default() |= upload;
            }
        }
        if let Some(key) = phone(&row[column::PHONE], &home(&row)) {
            *person.identifiers.entry(key).or_default() |= true;
        }
        person.rows.push(row);
    }
    people
}

fn named(folder: &Path) -> Named {
    let mut named = Named::default();
    for row in read(&folder.join("objections-ids-2025-01-15.csv"), true) {
        if row[2] != "lifted" && !matches!(row[1].as_str(), "profiling" | "lookalike") {
            named.ids.insert(row[0].clone());
        }
    }
    let emails = read(&folder.join("objections-emails-2025-01-15.csv"), true);
    let phones = read(&folder.join("objections-phones.txt"), false);
    let keys =
        emails.iter().map(|row| wide_email(&row[0])).chain(phones.iter().map(|row| phone(&row[0], "FI")));
    for key in keys {
        match key {
            Some(key) => _ = named.identifiers.insert(key),
            None => named.unread += 1,
        }
    }
    named
}

/// All rows of a table.
pub(super) fn read(path: &Path, header: bool) -> Vec<Vec<String>> {
    let reader = csv::ReaderBuilder::new().has_headers(header).from_path(path).expect("was written");
    let rows = reader.into_records();
    rows.map(|row| row.expect("is CSV").iter().map(str::to_owned).collect()).collect()
}

/// The widest form of an e-mail address in whatever spelling.
pub(super) fn wide_email(cell: &str) -> Option<String> {
    let text: String = cell.chars().map(narrow).filter(|letter| *letter != '\u{200b}').collect();
    let text = text.trim().to_lowercase();
    let text = text.rsplit_once('<').map_or(text.as_str(), |(_, inner)| inner.trim_end_matches('>'));
    let (local, domain) = text.trim_start_matches("mailto:").split_once('@')?;
    let local = local.split('+').next()?.replace('.', "");
    let domain = if domain == "googlemail.com" { "gmail.com" } else { domain };
    assert!(local.bytes().all(|byte| byte.is_ascii_alphanumeric()), "an address in a shape of no plan");
    Some(format!("{local}@{domain}"))
}

/// A phone in E.164, if it is valid.
pub(super) fn phone(cell: &str, region: &str) -> Option<String> {
    let text: String = cell.chars().map(narrow).collect();
    let text = match text.split_once("E+") {
        Some((mantissa, exponent)) => {
            let digits = mantissa.replace('.', "");
            if digits.len() != exponent.parse::<usize>().ok()? + 1 {
                return None;
            }
            format!("+{digits}")
        }
        None => text.replace("tel:", ""),
    };
    let number = PHONE_NUMBER_UTIL.parse(&text, Region::from_code(region).ok()).ok()?;
    PHONE_NUMBER_UTIL
        .is_valid_number(&number)
        .then(|| PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).into_owned())
}

fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        '\u{a0}' => ' ',
        _ => letter,
    }
}

/// Identifiers held by several people, with how many hold them.
pub(super) fn shared(folder: &Path) -> BTreeMap<String, usize> {
    let mut holders: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (id, person) in people(folder) {
        for key in person.identifiers.into_keys() {
            holders.entry(key).or_default().insert(id.clone());
        }
    }
    holders.into_iter().map(|(key, ids)| (key, ids.len())).filter(|(_, count)| *count > 1).collect()
}
