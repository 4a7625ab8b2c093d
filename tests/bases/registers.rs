//! Random registers of every kind.

use std::path::Path;

use sha2::Digest as _;

use super::Pool;
use super::rng::Rng;
use super::spelling::{NO_ADDRESS, NO_NUMBER};
use super::table::Style;

/// One column: its name in the file and its key in the config.
#[derive(Clone, Copy, PartialEq)]
enum Field {
    Id,
    Email(Option<&'static str>),
    Phone(Option<&'static str>),
    Domain,
    Scope,
    Status,
    At,
    Auth,
}

const HASHES: [&str; 3] = ["sha256", "sha1", "md5"];

/// Writes one register, and returns its part of the config. `spaces` are the sources' id spaces.
pub(crate) fn write(
    place: usize,
    spaces: &[String],
    day: &str,
    lifts: bool,
    pool: &Pool,
    dir: &Path,
    rng: &mut Rng,
) -> String {
    let style = Style::new(rng);
    let name = format!("objections-{place}");
    let mut toml = format!("\n[[register]]\nname = \"{name}\"\n{}", style.keys);
    let bare = rng.chance(30);
    let hash = |rng: &mut Rng| if rng.chance(30) { Some(rng.pick(&HASHES)) } else { None };
    let mut fields = Vec::new();
    let mut keys = vec![Field::Id, Field::Email(hash(rng)), Field::Phone(hash(rng))];
    if rng.chance(15) {
        keys.push(Field::Domain);
    }
    if bare {
        fields.push(rng.pick(&keys));
        toml.push_str(&bare_key(fields[0]));
    } else {
        fields.extend(rng.some(&keys));
        if lifts && rng.chance(60) {
            fields.extend([Field::Status, Field::At, Field::Auth]);
            fields.extend(rng.chance(50).then_some(Field::Scope));
        } else {
            let extra = [(Field::Scope, 50), (Field::Status, 40), (Field::At, 40), (Field::Auth, 20)];
            let extra = extra.into_iter().filter(|(_, percent)| rng.chance(*percent)).map(|(field, _)| field);
            fields.extend(extra.collect::<Vec<_>>());
        }
        let columns: Vec<_> = fields.iter().filter_map(|field| named_key(*field)).collect();
        toml.push_str(&format!("columns = {{ {} }}\n", columns.join(", ")));
        if fields.contains(&Field::Status) {
            toml.push_str("active = { column = \"status\", lifted = [\"lifted\", \"released\"] }\n");
        }
        let whole = [Field::Status, Field::At, Field::Auth].iter().all(|field| fields.contains(field));
        if whole || (fields.contains(&Field::Status) && !lifts && rng.chance(30)) {
            toml.push_str("permission = { column = \"status\", values = [\"allowed\"] }\n");
        }
        if fields.contains(&Field::Auth) {
            toml.push_str("auth_levels = [\"e-mail\", \"strong\"]\n");
        }
    }
    if fields.contains(&Field::Id) {
        let space = &spaces[rng.below(spaces.len())];
        toml.push_str(&format!("id_space = \"{space}\"\n"));
    }
    if rng.chance(40) {
        let scopes =
            ["all_marketing", "profiling", "lookalike", "phone", "post", "email", "off_platform_targeting"];
        let chosen: Vec<_> =
            rng.some(&scopes).into_iter().take(2).map(|scope| format!("\"{scope}\"")).collect();
        toml.push_str(&format!("scope = [{}]\n", chosen.join(", ")));
    }
    if rng.chance(40) {
        toml.push_str(&format!("region = \"{}\"\n", rng.pick(&["FI", "SE"])));
    }
    if rng.chance(20) {
        toml.push_str("external = true\n");
    }
    if fields.contains(&Field::Domain) && rng.chance(80) {
        toml.push_str("webmail_domains = \"confirmed\"\n");
    }
    if rng.chance(10) {
        toml.push_str("controller = \"Example Bank Ltd\"\ngroup_scope = true\n");
    }
    toml.push_str(&format!("max_unparsed = \"{}%\"\n", rng.pick(&[100, 100, 100, 20, 0])));
    toml.push_str(rng.pick(&["", "", "min_rows = 0\n", "min_rows = 3\n"]));
    let mut file = format!("{name}{}", style.ending);
    match rng.below(6) {
        0 if fields.contains(&Field::At) => {
            toml.push_str("age_from = { column = \"date\" }\nmax_age = \"900d\"\n");
        }
        1 => {
            let shown = if rng.chance(90) { day } else { "2020-01-01" };
            file = format!("{name}-{shown}{}", style.ending);
            let pattern = format!("{name}-%Y-%m-%d{}", style.ending);
            toml.push_str(&format!("age_from = {{ filename = \"{pattern}\" }}\nmax_age = \"36h\"\n"));
        }
        2 => {
            toml.push_str("age_from = { sidecar = \".date\" }\nmax_age = \"3d\"\n");
            std::fs::write(dir.join(format!("{file}.date")), format!("{day}T00:00:00Z\n"))
                .expect("a file is written");
        }
        _ => {}
    }
    toml.push_str(&format!("path = \"{file}\"\n"));
    let text = rows(&fields, bare, &style, day, pool, rng);
    if !rng.chance(1) {
        style.write(&dir.join(file), &text);
    }
    toml
}

fn named_key(field: Field) -> Option<String> {
    let hashed = |key: &str, hash: Option<&str>| match hash {
        Some(hash) => format!("{key} = {{ column = \"{key}\", hashed = \"{hash}\" }}"),
        None => format!("{key} = \"{key}\""),
    };
    Some(match field {
        Field::Id => "customer_id = \"id\"".to_owned(),
        Field::Email(hash) => hashed("email", hash),
        Field::Phone(hash) => hashed("phone", hash),
        Field::Domain => "domain = \"domain\"".to_owned(),
        Field::Scope => "scope = \"scope\"".to_owned(),
        Field::At => "at = \"date\"".to_owned(),
        Field::Auth => "auth = \"auth\"".to_owned(),
        Field::Status => return None,
    })
}

fn bare_key(field: Field) -> String {
    match field {
        Field::Email(Some(hash)) => format!("key = {{ field = \"email\", hashed = \"{hash}\" }}\n"),
        Field::Phone(Some(hash)) => format!("key = {{ field = \"phone\", hashed = \"{hash}\" }}\n"),
        Field::Email(None) => "key = \"email\"\n".to_owned(),
        Field::Phone(None) => "key = \"phone\"\n".to_owned(),
        Field::Domain => "key = \"domain\"\n".to_owned(),
        _ => "key = \"customer_id\"\n".to_owned(),
    }
}

fn rows(fields: &[Field], bare: bool, style: &Style, day: &str, pool: &Pool, rng: &mut Rng) -> String {
    let header: Vec<_> = fields
        .iter()
        .map(|field| match field {
            Field::Id => "id",
            Field::Email(_) => "email",
            Field::Phone(_) => "phone",
            Field::Domain => "domain",
            Field::Scope => "scope",
            Field::Status => "status",
            Field::At => "date",
            Field::Auth => "auth",
        })
        .map(str::to_owned)
        .collect();
    let mut text = if bare { String::new() } else { style.line(&header, rng) };
    let mut last = Vec::new();
    for _ in 0..rng.between(0, if fields.contains(&Field::Auth) { 8 } else { 4 }) {
        // One key says whom; the others are mostly blank, as in real lists.
        let chosen = rng.below(fields.len());
        let cells: Vec<_> = fields
            .iter()
            .enumerate()
            .map(|(place, field)| {
                let key = !matches!(field, Field::Scope | Field::Status | Field::At | Field::Auth);
                if key && place != chosen && rng.chance(60) {
                    String::new()
                } else {
                    cell(*field, day, pool, rng)
                }
            })
            .collect();
        if bare && cells[0].is_empty() {
            continue;
        }
        let answers = fields.contains(&Field::Auth) && !last.is_empty() && rng.chance(60);
        let cells = if answers { answer(fields, &last, cells, rng.chance(60)) } else { cells };
        last.clone_from(&cells);
        if rng.chance(1) && !bare {
            text.push_str(&style.broken_line(&cells, rng));
        } else {
            text.push_str(&style.line(&cells, rng));
        }
    }
    text
}

/// A row that names whom the row before names; `lifts`: in all that makes it a permission.
fn answer(fields: &[Field], before: &[String], cells: Vec<String>, lifts: bool) -> Vec<String> {
    let cells = fields.iter().zip(cells).zip(before);
    let cells = cells.map(|((field, cell), before)| match field {
        Field::Status if lifts => "allowed".to_owned(),
        Field::At if lifts => "2026-02-01".to_owned(),
        Field::Auth if lifts => "strong".to_owned(),
        Field::Status | Field::At | Field::Auth => cell,
        _ => before.clone(),
    });
    cells.collect()
}

fn cell(field: Field, day: &str, pool: &Pool, rng: &mut Rng) -> String {
    match field {
        Field::Id => pool.spelled_id(rng),
        Field::Domain => pool.rare_address(rng).domain(rng),
        Field::Email(_) | Field::Phone(_) if rng.chance(3) => {
            let none =
                if matches!(field, Field::Email(_)) { rng.pick(&NO_ADDRESS) } else { rng.pick(&NO_NUMBER) };
            none.to_owned()
        }
        // Several people of a household in one cell.
        Field::Email(None) if rng.chance(12) => {
            let (one, other) = (pool.address(rng), pool.address(rng));
            let between = rng.pick(&["; ", ",", " / ", " ", "; n/a; "]);
            format!("{}{between}{}", one.spelled(rng), other.spelled(rng))
        }
        Field::Phone(None) if rng.chance(12) => {
            let (one, other) = (pool.number(rng), pool.number(rng));
            let between = rng.pick(&["; ", ",", " / ", " ", " tai ", " (koti), "]);
            format!("{}{between}{}", one.spelled(rng), other.spelled(rng))
        }
        Field::Email(None) => pool.address(rng).spelled(rng),
        Field::Phone(None) => pool.number(rng).spelled(rng),
        Field::Email(Some(hash)) => digest(hash, &ascii(&pool.address(rng).plain()), rng),
        Field::Phone(Some(hash)) => {
            let plain = pool.number(rng).plain();
            let form = if rng.chance(50) { plain.trim_start_matches('+') } else { plain.as_str() };
            digest(hash, form, rng)
        }
        Field::Scope => {
            let words = [
                "",
                "targeting",
                "off-platform-targeting",
                "all_marketing",
                "profiling",
                "lookalike",
                "phone",
                "post",
                "e-mail",
                "profiling; phone",
                "no fax please",
            ];
            rng.pick(&words).to_owned()
        }
        Field::Status => {
            rng.pick(&["", "active", "lifted", " released ", "Lifted?", "allowed", "allowed"]).to_owned()
        }
        Field::At => {
            let dates = [
                day,
                day,
                "2024-05-01",
                "2024-05-02",
                "2025-12-24T12:00:00Z",
                "2025-12-24",
                "2024-02-29",
                // Hours that the clocks of some zone skip or repeat.
                "2025-03-30T03:30:00",
                "2025-10-26T03:30:00",
                "2025-11-02 01:30",
                "",
            ];
            rng.pick(&dates).to_owned()
        }
        Field::Auth => rng.pick(&["e-mail", "strong", "strong", "strong ", "Strong", ""]).to_owned(),
    }
}

/// Hashed lists are made from the address as mail servers know it.
pub(super) fn ascii(plain: &str) -> String {
    plain.replace("bücher.example", "xn--bcher-kva.example")
}

pub(super) fn digest(hash: &str, text: &str, rng: &mut Rng) -> String {
    let hex = match hash {
        "sha256" => hex::encode(sha2::Sha256::digest(text.as_bytes())),
        "sha1" => hex::encode(<sha1::Sha1 as sha1::Digest>::digest(text.as_bytes())),
        _ => hex::encode(<md5::Md5 as md5::Digest>::digest(text.as_bytes())),
    };
    if rng.chance(30) { hex.to_uppercase() } else { hex }
}
