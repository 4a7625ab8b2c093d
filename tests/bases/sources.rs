//! Random customer tables and what the config says about them.

use std::path::Path;

use super::Pool;
use super::registers::{ascii, digest};
use super::rng::Rng;
use super::spelling::{NO_ADDRESS, NO_NUMBER};
use super::table::Style;

/// What a field's cells hold.
#[derive(Clone, Copy, PartialEq)]
enum Field {
    Id,
    Email,
    Phone,
    Country,
    Birth,
    Status,
    Ground,
    Ban,
    Party,
    Signal,
    Group,
    Score,
    Joined,
    Note,
    Informed,
    Given,
    Wording,
    Until,
    GivenFor,
    Origin,
    Bounced,
    Confirmed,
}

/// Shape that all sources of a base share.
pub(crate) struct Shared {
    /// How the columns of e-mail addresses and of phone numbers are hashed.
    pub(crate) hashed: [Option<&'static str>; 2],
    /// Whether people work for companies in this base.
    pub(crate) business: bool,
    /// And whether most of them do.
    pub(crate) mostly_business: bool,
    /// Whether the policy asks for an age.
    pub(crate) ages: bool,
    /// Whether it is asked since when people have been informed.
    pub(crate) informed: bool,
    /// Whether sources may record evidence of consent.
    pub(crate) evidence: bool,
    /// Whether they may record where identifiers are from, and whether they bounced.
    pub(crate) quality: bool,
    /// Whether the policy asks how old identifiers are; the first source then says so.
    pub(crate) dated: bool,
    /// Whether the policy asks for product groups; the first source then has them.
    pub(crate) groups: bool,
    /// Attributes with kinds, the same in every source.
    pub(crate) attributes: Vec<(&'static str, &'static str)>,
    /// The day of the run, as year, month, day.
    pub(crate) today: (i32, u32, u32),
}

struct Column {
    name: &'static str,
    field: Field,
    several: bool,
    hashed: Option<&'static str>,
}

/// What a source's config part became.
pub(crate) struct Written {
    /// TOML.
    pub(crate) toml: String,
    /// Its id space.
    pub(crate) space: String,
    /// The names a `where` may use in it.
    pub(crate) fields: Vec<&'static str>,
}

/// Writes one source's file, and its part of the config.
pub(crate) fn write(
    place: usize,
    space: Option<&str>,
    shared: &Shared,
    pool: &Pool,
    dir: &Path,
    rng: &mut Rng,
) -> Written {
    let style = Style::new(rng);
    let name = format!("crm-{place}");
    let (mut columns, mut fields) = (vec![column("id", Field::Id)], Vec::new());
    let mut toml = format!(
        "\n[[source]]\nname = \"{name}\"\npath = \"customers-{place}{}\"\n{}",
        style.ending, style.keys
    );
    if let Some(space) = space {
        toml.push_str(&format!("id_space = \"{space}\"\n"));
    }
    if rng.chance(15) {
        // In force, over, or for another column: ids here are never codes, cells may be.
        let column = rng.pick(&["id", "email", "note", "country"]);
        let (date, until) = rng.pick(&[("2026-02-01", "2027-01-31"), ("2025-01-01", "2025-12-31")]);
        toml.push_str(&format!(
            "not_identity_codes = [{{ column = \"{column}\", reason = \"numbers\", by = \"DPO\", date = {date}, valid_until = {until} }}]\n"
        ));
    }
    toml.push_str("[source.columns]\ncustomer_id = \"id\"\n");
    identifiers(&mut toml, &mut columns, shared, place == 0, rng);
    if rng.chance(92) {
        let default = rng.pick(&[", default = \"FI\"", ", default = \"FI\"", ", default = \"SE\"", ""]);
        toml.push_str(&format!("country = {{ column = \"country\"{default} }}\n"));
        columns.push(column("country", Field::Country));
        fields.push("country");
    } else if rng.chance(60) {
        toml.push_str("country = { default = \"FI\" }\n");
        fields.push("country");
    }
    if shared.ages || rng.chance(30) {
        let style = if rng.chance(30) {
            "{ column = \"born\", formats = [\"%Y-%m-%d\", \"%d.%m.%Y\"] }"
        } else {
            "\"born\""
        };
        toml.push_str(&format!("birth_date = {style}\n"));
        columns.push(column("born", Field::Birth));
        // A filter may ask for an age only where every source has birth dates.
        if shared.ages {
            fields.push("age");
        }
    }
    answers(&mut toml, &mut columns, &mut fields, shared, rng);
    toml.push_str("[source.attributes]\n");
    for (attribute, kind) in &shared.attributes {
        if rng.chance(90) || (place == 0 && shared.groups) {
            let (field, separator) = match *attribute {
                "product_group" => (Field::Group, ", separator = \"|\""),
                "score" => (Field::Score, ""),
                _ => (Field::Joined, ""),
            };
            toml.push_str(&format!(
                "{attribute} = {{ column = \"{attribute}\", kind = \"{kind}\"{separator} }}\n"
            ));
            columns.push(column(attribute, field));
            fields.push(attribute);
        }
    }
    columns.push(column("note", Field::Note));
    for at in (1..columns.len()).rev() {
        columns.swap(at, rng.below(at + 1));
    }
    let text = rows(&columns, &style, shared, pool, rng);
    style.write(&dir.join(format!("customers-{place}{}", style.ending)), &text);
    Written { toml, space: space.unwrap_or(&name).to_owned(), fields }
}

fn column(name: &'static str, field: Field) -> Column {
    Column { name, field, several: false, hashed: None }
}

fn identifiers(toml: &mut String, columns: &mut Vec<Column>, shared: &Shared, is_first: bool, rng: &mut Rng) {
    let kinds =
        [("email", Field::Email, ["email", "email_work"]), ("phone", Field::Phone, ["phone", "phone_work"])];
    let only = if rng.chance(25) { Some(rng.below(2)) } else { None };
    for (place, (key, field, names)) in kinds.into_iter().enumerate() {
        if only.is_some_and(|only| only != place) {
            continue;
        }
        let mut list = Vec::new();
        for (at, name) in names.into_iter().enumerate() {
            if at == 1 && !rng.chance(if shared.business { 80 } else { 25 }) {
                continue;
            }
            let context = if at == 1 && rng.chance(90) { ", context = \"work\"" } else { "" };
            let several = rng.chance(25);
            let separator = if several { ", separator = \"/\"" } else { "" };
            let mut more = String::new();
            let mut add = |name: &'static str, field: Field, key: String| {
                more.push_str(&key);
                columns.push(column(name, field));
            };
            let [origin, bounced, confirmed] = marks(name);
            if shared.quality && rng.chance(35) {
                let key = format!(", provenance = \"{origin}\", own = [\"customer\", \"self\"]");
                add(origin, Field::Origin, key);
            }
            if shared.quality && rng.chance(35) {
                let key = format!(", bounced = {{ column = \"{bounced}\", yes = [\"1\", \"hard\"] }}");
                add(bounced, Field::Bounced, key);
            }
            if shared.dated && ((is_first && at == 0) || rng.chance(40)) {
                add(confirmed, Field::Confirmed, format!(", verified_at = \"{confirmed}\""));
            }
            let hashed = shared.hashed[place];
            let kind = hashed.map(|kind| format!(", hashed = \"{kind}\"")).unwrap_or_default();
            list.push(format!("{{ column = \"{name}\"{context}{separator}{kind}{more} }}"));
            columns.push(Column { name, field, several, hashed });
        }
        toml.push_str(&format!("{key} = [{}]\n", list.join(", ")));
    }
}

/// Names of the columns that tell of an identifier column.
fn marks(name: &str) -> [&'static str; 3] {
    match name {
        "email" => ["email_from", "email_back", "email_seen"],
        "email_work" => ["email_work_from", "email_work_back", "email_work_seen"],
        "phone" => ["phone_from", "phone_back", "phone_seen"],
        _ => ["phone_work_from", "phone_work_back", "phone_work_seen"],
    }
}

/// Since when people were informed, and what is recorded of their consent.
fn told(toml: &mut String, columns: &mut Vec<Column>, shared: &Shared, rng: &mut Rng) {
    if shared.informed || rng.chance(8) {
        toml.push_str("informed_since = \"told\"\n");
        columns.push(column("told", Field::Informed));
    }
    if !shared.evidence || !rng.chance(70) {
        return;
    }
    let all = [
        ("date", "given", Field::Given),
        ("wording", "words", Field::Wording),
        ("expires", "until", Field::Until),
        ("identifier", "given_for", Field::GivenFor),
    ];
    let first = rng.below(all.len());
    let mut keys = Vec::new();
    for (place, (key, name, field)) in all.into_iter().enumerate() {
        if place == first || rng.chance(35) {
            keys.push(format!("{key} = \"{name}\""));
            columns.push(column(name, field));
        }
    }
    toml.push_str(&format!("consent = {{ {} }}\n", keys.join(", ")));
}

fn answers(
    toml: &mut String,
    columns: &mut Vec<Column>,
    fields: &mut Vec<&'static str>,
    shared: &Shared,
    rng: &mut Rng,
) {
    fields.push("relationship");
    if rng.chance(75) {
        let former = if rng.chance(50) { ", former = [\"closed\"]" } else { "" };
        toml.push_str(&format!(
            "relationship = {{ column = \"status\", current = [\"active\", \"new\"]{former} }}\n"
        ));
        columns.push(column("status", Field::Status));
    } else {
        toml.push_str("relationship = { constant = \"current\" }\n");
    }
    if rng.chance(60) {
        toml.push_str("basis = { column = \"ground\", legitimate_interest = [\"LI\"], consent = [\"C\", \"yes\"], none = [\"no\"] }\n");
        columns.push(column("ground", Field::Ground));
    } else {
        let word = rng.pick(&["legitimate_interest", "legitimate_interest", "consent"]);
        toml.push_str(&format!("basis = {{ constant = \"{word}\" }}\n"));
    }
    if rng.chance(70) {
        let blank = rng.pick(&["not_objected", "not_objected", "not_objected", "not_objected", "unknown"]);
        let scope = rng.pick(&["", "", ", scope = [\"profiling\"]", ", scope = [\"email\", \"lookalike\"]"]);
        toml.push_str(&format!(
            "targeting = {{ column = \"ban\", opted_out = [\"K\", \"1\"], not_objected = [\"E\", \"0\"], blank = \"{blank}\"{scope} }}\n"
        ));
        columns.push(column("ban", Field::Ban));
    }
    if shared.business && rng.chance(80) {
        toml.push_str("party = { column = \"party\", consumer = [\"B2C\"], business = [\"B2B\"] }\n");
        columns.push(column("party", Field::Party));
        fields.push("party");
    } else if rng.chance(15) {
        let word = rng.pick(&["consumer", "business"]);
        toml.push_str(&format!("party = {{ constant = \"{word}\" }}\n"));
        fields.push("party");
    }
    told(toml, columns, shared, rng);
    if rng.chance(60) {
        let mut signals = Vec::new();
        for (key, name) in [("ad_user_data", "signal_data"), ("ad_personalization", "signal_ads")] {
            if rng.chance(90) {
                let denied = if rng.chance(50) { ", denied = [\"0\"]" } else { "" };
                signals.push(format!("{key} = {{ column = \"{name}\", granted = [\"1\"]{denied} }}"));
                columns.push(column(name, Field::Signal));
            }
        }
        toml.push_str(&format!("consent_signals = {{ {} }}\n", signals.join(", ")));
    }
}

/// What is a personal identity code of nobody, and what only looks like one.
const CODES: [&str; 9] = [
    "131052-308T",
    " 131052a308t",
    "hetu 131052+308T.",
    "131052-308S",
    "x131052-308T",
    "19811228-9874",
    "811228+9874",
    "37605030299",
    "37605030298",
];

fn rows(columns: &[Column], style: &Style, shared: &Shared, pool: &Pool, rng: &mut Rng) -> String {
    let header: Vec<_> = columns.iter().map(|column| column.name.to_owned()).collect();
    let mut text = style.line(&header, rng);
    let many = rng.between(5, 60);
    let faults = rng.pick(&[0, 0, 0, 0, 1, 5]);
    let trouble = rng.pick(&[0, 1, 2, 5]);
    let coded = if rng.chance(3) { rng.below(many) } else { many };
    for row in 0..many {
        let mut cells: Vec<_> =
            columns.iter().map(|column| cell(column, shared, pool, trouble, rng)).collect();
        consent_for_own(columns, &mut cells, rng);
        if row == coded {
            let place = rng.below(cells.len());
            cells[place] = rng.pick(&CODES).to_owned();
        }
        if rng.chance(faults) {
            text.push_str(&style.broken_line(&cells, rng));
        } else {
            text.push_str(&style.line(&cells, rng));
        }
        if rng.chance(1) {
            text.push('\n');
        }
    }
    text
}

/// Most consents are given for an identifier that the row holds.
fn consent_for_own(columns: &[Column], cells: &mut [String], rng: &mut Rng) {
    let is_identifier = |column: &Column| matches!(column.field, Field::Email | Field::Phone);
    let Some(place) = columns.iter().position(|column| column.field == Field::GivenFor) else { return };
    let own: Vec<usize> = (0..columns.len()).filter(|place| is_identifier(&columns[*place])).collect();
    if !own.is_empty() && rng.chance(80) {
        cells[place] = cells[rng.pick(&own)].clone();
    }
}

/// A cell; `trouble`: in how many of a hundred it is blank or odd.
fn cell(column: &Column, shared: &Shared, pool: &Pool, trouble: usize, rng: &mut Rng) -> String {
    let odd = rng.chance(trouble);
    // Most people of a base are of one kind.
    let party: &[&str] = if shared.mostly_business {
        &["B2B", "B2B", "B2B", "B2B", "B2C"]
    } else {
        &["B2C", "B2C", "B2C", "B2C", "B2B"]
    };
    let usual = |rng: &mut Rng, usual: &[&str], odd_ones: &[&str]| {
        let from = if odd { odd_ones } else { usual };
        rng.pick(from).to_owned()
    };
    match column.field {
        Field::Id => match rng.below(120) {
            0 => String::new(),
            1..=4 => format!(" {} ", pool.id(rng)),
            5 => pool.spelled_id(rng),
            _ => pool.id(rng),
        },
        Field::Email => several(column, rng, |rng| match rng.below(60) {
            0..=2 => String::new(),
            3..=5 => rng.pick(&NO_ADDRESS).to_owned(),
            // In the wrong column.
            6 => pool.number(rng).spelled(rng),
            7 => "b3a8e0e1f9ab1bfe3a36f231f676f78bb30a519d2b21e6c530c0eee8ebb4a5d0".to_owned(),
            _ => match column.hashed {
                Some(hash) => digest(hash, &ascii(&pool.address(rng).plain()), rng),
                None => pool.address(rng).spelled(rng),
            },
        }),
        Field::Phone => several(column, rng, |rng| match rng.below(60) {
            0..=2 => String::new(),
            3..=5 => rng.pick(&NO_NUMBER).to_owned(),
            6 => pool.address(rng).spelled(rng),
            _ => match column.hashed {
                Some(hash) => digest(hash, pool.number(rng).plain().trim_start_matches('+'), rng),
                None => pool.number(rng).spelled(rng),
            },
        }),
        Field::Country => usual(
            rng,
            &["FI", "FI", "FI", "FI", "fi", "FIN", "Finland", "Suomi", "SE", "EE", "US", " SE "],
            &["Atlantis", "", "NO", "DE"],
        ),
        Field::Birth => birth(odd, shared, rng),
        Field::Status => usual(rng, &["active", "active", "new", " active "], &["", "closed", "paused"]),
        Field::Ground => usual(rng, &["LI", "LI", "C", "yes"], &["", "no", "maybe"]),
        Field::Ban => usual(rng, &["", "", "E", "0"], &["K", "1", "?", ""]),
        Field::Party => usual(rng, party, &["", "other"]),
        Field::Signal => usual(rng, &["1", "1", "1", "1", "0"], &["", "2"]),
        Field::Group => {
            usual(rng, &["savings", "loan", "savings|loan", "card| savings", "pension"], &["", "|"])
        }
        Field::Score => usual(rng, &["0", "1", "12", "7.50", "-3", "100"], &["", "high"]),
        Field::Joined => {
            usual(rng, &["2001-01-31", "2019-06-01", "2024-02-29", "2024-02-29T10:00:00"], &["", "1.6.2019"])
        }
        Field::Informed => dated(odd, shared, &["2020-05-25", "2024-02-09", "2024-02-08", "2025-06-01"], rng),
        Field::Given => dated(odd, shared, &["2020-05-25", "2025-06-01", "2024-02-29"], rng),
        Field::Until => dated(odd, shared, &["2099-12-31", "2099-12-31", "2099-12-31", "2031-01-31"], rng),
        Field::Confirmed => dated(odd, shared, &["2025-12-31", "2025-06-01", "2026-01-31"], rng),
        Field::Wording => usual(rng, &["CW-1", "CW-1", " CW-1 ", "CW-1", "CW-2"], &["", "CW-9", "cw-1"]),
        Field::GivenFor => match rng.below(12) {
            0 if odd => String::new(),
            0 => rng.pick(&NO_ADDRESS).to_owned(),
            1..=4 => pool.number(rng).spelled(rng),
            _ => pool.address(rng).spelled(rng),
        },
        Field::Origin => usual(rng, &["customer", "self", "customer", " self "], &["", "broker", "Self"]),
        Field::Bounced => usual(rng, &["", "0", "0", "soft"], &["1", "hard"]),
        Field::Note => {
            usual(rng, &["", "", "called", "says \"hello\"", "a, b; c\td"], &["two\nlines", "ÅÄÖ"])
        }
    }
}

fn several(column: &Column, rng: &mut Rng, one: impl Fn(&mut Rng) -> String) -> String {
    if column.several && rng.chance(40) {
        return format!("{}/{}", one(rng), one(rng));
    }
    // Several in a cell whose column declares no such thing.
    if column.hashed.is_none() && rng.chance(3) {
        return format!("{}{}{}", one(rng), rng.pick(&["; ", ", ", " / ", " "]), one(rng));
    }
    one(rng)
}

/// Mostly one of the usual days; sometimes today and around it, or none at all.
fn dated(odd: bool, shared: &Shared, usual: &[&str], rng: &mut Rng) -> String {
    let (year, month, day) = shared.today;
    let today = jiff::civil::date(year as i16, month as i8, day as i8);
    if odd {
        return rng.pick(&["", "", "unknown", "31.12.2020", "2023-02-29", "2098-01-01"]).to_owned();
    }
    let back = match rng.below(24) {
        0 => rng.pick(&[0, 1, 13, 14]),
        1 => rng.pick(&[729, 730, 731]),
        2 if rng.chance(30) => -1,
        _ => return rng.pick(usual).to_owned(),
    };
    today.saturating_sub(jiff::Span::new().days(back)).to_string()
}

/// Mostly adults; some minors, some about to come of age, leap days.
fn birth(odd: bool, shared: &Shared, rng: &mut Rng) -> String {
    let (year, month, day) = shared.today;
    if odd {
        return rng.pick(&["", "unknown", "1890-01-01", "2999-12-31", "2001-02-29", "31.12.1980"]).to_owned();
    }
    match rng.below(20) {
        0 if rng.chance(50) => format!("{}-{month:02}-{day:02}", year - 18),
        1 if rng.chance(50) => format!("{}-12-31", year - 18),
        2 if rng.chance(30) => format!("{}-06-15", year - 9),
        3 if rng.chance(50) => format!("{}-02-29", rng.pick(&[2008, 2004, 1996])),
        4 => format!("{}-03-01T00:00:00", year - 40),
        _ => format!("{}-{:02}-{:02}", rng.between(1935, 2002), rng.between(1, 12), rng.between(1, 28)),
    }
}
