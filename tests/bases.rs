//! Small random customer bases, each with a config, registers and audiences: the same seed gives the
//! same bytes. Two implementations of the decision can be compared over thousands of them.
//!
//! What real exports do is all there: odd spellings, shared identifiers, duplicates, blanks and
//! unknown values in every field, minors and leap days, broken rows, odd encodings, lifted
//! objections, scopes nobody knows, hashed lists, expired bases.

#![allow(clippy::format_push_string)] // the config is written as one grows it, line by line

mod filters;
mod registers;
mod rng;
mod sources;
mod spelling;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use verho::config::Config;
use verho::oracle::{self, Fate};

use rng::Rng;
use spelling::{Address, Number};

/// A base written to disk.
pub(crate) struct GeneratedBase {
    /// The `verho.toml`.
    pub(crate) config_path: PathBuf,
    /// The moment of the run.
    pub(crate) as_of: Timestamp,
}

/// The identifiers and ids of one base: few, so that people share them.
pub(crate) struct Pool {
    people: usize,
    addresses: usize,
    numbers: usize,
}

impl Pool {
    fn new(rng: &mut Rng) -> Self {
        let wide = rng.pick(&[1, 2, 3]);
        Self {
            people: rng.between(6, 60) * wide,
            addresses: rng.between(10, 60) * wide,
            numbers: rng.between(10, 60) * wide,
        }
    }

    /// A customer id.
    pub(crate) fn id(&self, rng: &mut Rng) -> String {
        format!("{}", 1000 + rng.below(self.people))
    }

    /// A customer id as a spreadsheet or a hand writes it, sometimes beside another.
    pub(crate) fn spelled_id(&self, rng: &mut Rng) -> String {
        let id = self.id(rng);
        match rng.below(12) {
            0 => format!("=\"{id}\""),
            1 => format!("0{id}"),
            2 => format!("{},{}", &id[..1], &id[1..]),
            3 => format!("{id}.0"),
            4 => format!("{}.{}E+03", &id[..1], &id[1..]),
            5 => format!("'{id}."),
            6 => format!("{id}; {}", self.id(rng)),
            7 => format!("id={id} (closed)"),
            8 => id.chars().map(spelling::full_width).collect(),
            9 => rng
                .pick(&["#N/A", "-", "1.2E+04", "crm:", "+358401234511", "aino.virta.0@example.com"])
                .to_owned(),
            _ => id,
        }
    }

    /// An address; some are far more common than others.
    pub(crate) fn address(&self, rng: &mut Rng) -> Address {
        Address::new(skewed(self.addresses, rng))
    }

    /// An address with few other people.
    pub(crate) fn rare_address(&self, rng: &mut Rng) -> Address {
        Address::new(rng.below(self.addresses))
    }

    /// A number; some are far more common than others.
    pub(crate) fn number(&self, rng: &mut Rng) -> Number {
        Number::new(skewed(self.numbers, rng))
    }
}

fn skewed(end: usize, rng: &mut Rng) -> usize {
    if rng.chance(8) { rng.below(3) } else { rng.below(end) }
}

// The last days of months and years, 29 February and its neighbours, and the hours around the change of
// clocks in Helsinki (29 March and 25 October 2026) and New York (8 March and 1 November 2026).
const MOMENTS: [(&str, (i32, u32, u32)); 13] = [
    ("2026-11-21T02:00:00Z", (2026, 11, 21)),
    ("2026-02-28T12:00:00Z", (2026, 2, 28)),
    ("2026-03-01T12:00:00Z", (2026, 3, 1)),
    ("2026-12-31T23:30:00Z", (2026, 12, 31)),
    ("2026-06-30T21:30:00Z", (2026, 6, 30)),
    ("2028-02-29T23:59:59Z", (2028, 2, 29)),
    ("2026-03-29T00:59:59Z", (2026, 3, 29)),
    ("2026-03-29T01:00:00Z", (2026, 3, 29)),
    ("2026-10-24T21:30:00Z", (2026, 10, 24)),
    ("2026-10-25T00:30:00Z", (2026, 10, 25)),
    ("2026-03-08T06:59:59Z", (2026, 3, 8)),
    ("2026-11-01T05:30:00Z", (2026, 11, 1)),
    ("2026-11-21T02:00:00Z", (2026, 11, 21)),
];

const PLATFORMS: [&str; 6] = ["x", "meta", "google-ads", "microsoft-ads", "linkedin", "tiktok"];

/// How all columns of a kind are hashed: a config may not mix plain and hashed ones.
fn hashed(rng: &mut Rng) -> Option<&'static str> {
    if rng.chance(12) { Some(rng.pick(&["sha256", "sha256", "sha1", "md5"])) } else { None }
}

/// Writes the base of this seed into a folder.
pub(crate) fn generate(seed: u64, dir: &Path) -> GeneratedBase {
    let rng = &mut Rng::new(seed);
    let pool = Pool::new(rng);
    let (moment, today) = rng.pick(&MOMENTS);
    let day = &moment[..10];
    let ages = rng.chance(85);
    let business = rng.chance(40);
    // A third of the bases asks since when people were informed, a quarter how old identifiers are.
    let (informed, max_age, groups) = (rng.chance(35), rng.chance(25), rng.chance(15));
    let mostly_business = business && rng.chance(50);
    let shared = sources::Shared {
        business,
        mostly_business,
        ages,
        informed,
        evidence: rng.chance(45),
        quality: rng.chance(45),
        dated: max_age,
        groups,
        attributes: vec![
            ("product_group", "given"),
            ("score", rng.pick(&["observed", "derived", "given"])),
            ("joined", "given"),
        ],
        hashed: [hashed(rng), hashed(rng)],
        today,
    };
    let mut toml =
        "schema = 1\n[controller]\nname = \"Example Life Ltd\"\nrole = \"controller\"\n".to_owned();
    toml.push_str(&policy(ages, rng));
    if informed && rng.chance(70) {
        toml.push_str(&format!("cooling_off = \"{}\"\n", rng.pick(&["14d", "2w", "1d"])));
    }
    if max_age {
        toml.push_str("max_identifier_age = \"730d\"\n");
    }
    if groups {
        toml.push_str("same_product_group = { attribute = \"product_group\" }\n");
    }
    let one_space = rng.chance(50);
    let (mut spaces, mut fields) = (Vec::new(), BTreeSet::new());
    for place in 0..rng.between(1, 3) {
        let space = one_space.then_some("customers");
        let written = sources::write(place, space, &shared, &pool, dir, rng);
        toml.push_str(&written.toml);
        spaces.push(written.space);
        fields.extend(written.fields);
    }
    let has_flag = toml.contains("targeting = ");
    let few = usize::from(!has_flag);
    let lifts = toml.contains("permissions_lift = true");
    for place in 0..rng.between(few, 4) {
        toml.push_str(&registers::write(place, &spaces, day, lifts, &pool, dir, rng));
    }
    if toml.contains("name = \"objections-0\"") && rng.chance(20) {
        toml.push_str(&waiver(day, rng));
    }
    bases(&mut toml, day, informed, rng);
    recipients(&mut toml, day, rng);
    let fields: Vec<_> = fields.into_iter().collect();
    for place in 0..rng.between(1, 4) {
        toml.push_str(&audience(place, &fields, (business, mostly_business), ages, rng));
        if groups {
            toml.push_str(&format!("product_group = \"{}\"\n", rng.pick(&["savings", "loan", "pension"])));
        }
    }
    let config_path = dir.join("verho.toml");
    std::fs::write(&config_path, toml).expect("the scratch folder takes a file");
    GeneratedBase { config_path, as_of: moment.parse().expect("the table holds moments") }
}

fn policy(ages: bool, rng: &mut Rng) -> String {
    let mut policy = format!(
        "[policy]\nclosure = \"{}\"\nshare_cap = {}\nmin_age = {}\nchannel_bans = \"{}\"\nmax_unreadable = \"{}\"\n",
        rng.pick(&["person", "identifier"]),
        rng.between(1, 4),
        if ages { rng.pick(&[18, 18, 16]) } else { 0 },
        rng.pick(&["bind", "bind", "ignore"]),
        rng.pick(&["100%", "100%", "5%"]),
    );
    if rng.chance(60) {
        policy.push_str("permissions_lift = true\n");
    }
    if rng.chance(15) {
        policy.push_str("possible_phones = true\n");
    }
    if rng.chance(50) {
        let zone = rng.pick(&[
            "Europe/Helsinki",
            "America/New_York",
            "UTC",
            "Pacific/Kiritimati",
            "America/St_Johns",
        ]);
        policy.push_str(&format!("time_zone = \"{zone}\"\n"));
    }
    policy
}

/// A waiver of what the first register may well break.
fn waiver(day: &str, rng: &mut Rng) -> String {
    let (date, until) = rng.pick(&[(day, day), ("2020-01-01", "2020-01-08"), (day, "")]);
    let until = if until.is_empty() {
        day.parse::<jiff::civil::Date>().expect("a day").saturating_add(jiff::ToSpan::days(7)).to_string()
    } else {
        until.to_owned()
    };
    format!(
        "\n[[waiver]]\nregister = \"objections-0\"\ncode = \"{}\"\nreason = \"a purge\"\nby = \"DPO\"\n\
         date = {date}\nvalid_until = {until}\n",
        rng.pick(&["register-too-few-rows", "register-empty", "register-shrunken"]),
    )
}

fn list(items: &[&str]) -> String {
    items.iter().map(|item| format!("\"{item}\"")).collect::<Vec<_>>().join(", ")
}

fn bases(toml: &mut String, day: &str, informed: bool, rng: &mut Rng) {
    let purposes = ["retarget", "exclude", "lookalike_seed"];
    let countries = ["FI", "SE", "EE", "US", "NO"];
    for place in 0..rng.between(1, 5) {
        // The first two are often broad, one for each ground: somebody should go up.
        let broad = place < 2 && rng.chance(92);
        let consent = if broad { place == 1 } else { rng.chance(40) };
        let some = |all: &[&'static str], rng: &mut Rng| -> String {
            if broad { list(all) } else { list(&rng.some(all)) }
        };
        toml.push_str(&format!(
            "\n[[basis]]\nuse = \"{}\"\nplatforms = [{}]\ncountries = [{}]\npurposes = [{}]\n{}\nnotice = {{ id = \"notice\", version = \"1\"{} }}\n",
            if consent { "consent" } else { "legitimate_interest" },
            some(&PLATFORMS, rng),
            some(&countries, rng),
            some(&purposes, rng),
            if !consent {
                "assessment = \"LIA-1\""
            } else if rng.chance(75) {
                "consent_wording = \"CW-1\""
            } else {
                "consent_wording = \"CW-2\""
            },
            notice(informed, rng),
        ));
        if rng.chance(20) {
            toml.push_str(&format!("parties = [\"{}\"]\n", rng.pick(&["consumer", "business"])));
        }
        if rng.chance(if broad { 10 } else { 40 }) {
            toml.push_str(&format!("valid_until = {}\n", rng.pick(&[day, "2025-01-31", "2099-01-01"])));
        }
        if rng.chance(10) && !toml.ends_with("-31\n") {
            toml.push_str(&format!("valid_from = {}\n", rng.pick(&[day, "2020-01-01"])));
        }
        if rng.chance(10) {
            let key = if consent { "consent_wording" } else { "assessment" };
            let last = rng.pick(&[day, "2025-01-31", "2099-01-01"]);
            toml.push_str(&format!("{key}_valid_until = {last}\n"));
        }
    }
}

/// What else is said of a notice.
fn notice(informed: bool, rng: &mut Rng) -> String {
    let last = rng.pick(&[
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        ", valid_until = 2099-01-01",
        ", valid_until = 2025-12-31",
    ]);
    let since = if informed { rng.pick(&["", ", since = 2024-02-09", ", since = 2018-05-25"]) } else { "" };
    format!("{since}{last}")
}

/// Platforms declared as recipients, some of them no longer or not yet.
fn recipients(toml: &mut String, day: &str, rng: &mut Rng) {
    for platform in PLATFORMS {
        if !rng.chance(20) {
            continue;
        }
        toml.push_str(&format!(
            "\n[[recipient]]\nplatform = \"{platform}\"\nlegal_entity = \"Example Platforms Ltd\"\narrangement = \"JC-1\"\n\
             transfer = \"none\"\ndpia = \"DPIA-1\"\nterms = {{ reference = \"T-1\", accepted = {} }}\n",
            rng.pick(&["2020-01-01", "2020-01-01", "2020-01-01", day, "2099-01-01"]),
        ));
        if rng.chance(50) {
            toml.push_str(&format!("valid_until = {}\n", rng.pick(&["2099-01-01", day, "2025-01-31"])));
        }
    }
}

fn audience(
    place: usize,
    fields: &[&str],
    (business, mostly): (bool, bool),
    ages: bool,
    rng: &mut Rng,
) -> String {
    let mut audience = format!(
        "\n[[audience]]\nname = \"audience-{place}\"\nplatforms = [{}]\nmin_size = {}\n",
        list(&rng.some(&PLATFORMS).into_iter().take(4).collect::<Vec<_>>()),
        rng.between(1, 6),
    );
    if rng.chance(70) && !fields.is_empty() {
        audience.push_str(&format!("where = \"{}\"\n", filters::condition(fields, 2, rng)));
    }
    if rng.chance(40) {
        audience.push_str(&format!("purpose = \"{}\"\n", rng.pick(&["exclude", "lookalike_seed"])));
    }
    if rng.chance(if mostly {
        80
    } else if business {
        20
    } else {
        5
    }) {
        audience.push_str("party = \"business\"\n");
    }
    if ages && rng.chance(20) {
        audience.push_str("min_age = 21\n");
    }
    audience
}

/// The `place`-th address and number of every base, as they should be written.
pub(crate) fn plain_identifiers(place: usize) -> (String, String) {
    (Address::new(place).plain(), Number::new(place).plain())
}

/// How many seeds the tests below go through.
const SEEDS: u64 = 300;

fn load(seed: u64) -> (tempfile::TempDir, Config, Timestamp) {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let base = generate(seed, dir.path());
    let config = match Config::load(&base.config_path) {
        Ok(config) => config,
        Err(faults) => panic!("seed {seed}: {}", faults.render(false)),
    };
    (dir, config, base.as_of)
}

/// Every base loads and is decided; the counts add up; every reason and every refusal that a base can
/// have occurs somewhere; a fair share of people goes up.
#[test]
fn every_reason_occurs() {
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    let (mut eligible, mut not_selected, mut people, mut alone) = (0, 0, 0, BTreeSet::new());
    for seed in 0..SEEDS {
        let (_dir, config, as_of) = load(seed);
        let outcome = match oracle::decide(&config, as_of) {
            Ok(outcome) => outcome,
            Err(error) => panic!("seed {seed}: {error}"),
        };
        for refusal in &outcome.refused {
            *seen.entry(refusal.split(' ').next().unwrap_or_default().to_owned()).or_default() += 1;
        }
        for platform in outcome.audiences.iter().flat_map(|audience| &audience.platforms) {
            let (rows, counts) = (platform.row_counts, platform.people_counts);
            assert_eq!(
                outcome.rows_read,
                outcome.unreadable_rows + rows.not_selected + rows.suppressed + rows.eligible,
                "seed {seed}: rows do not add up"
            );
            assert_eq!(
                counts.suppressed,
                platform.reasons.values().map(|reason| reason.primary).sum::<u64>()
            );
            assert!(platform.rows.is_empty() == (counts.eligible == 0), "seed {seed}: rows without people");
            eligible += counts.eligible;
            not_selected += counts.not_selected;
            people += platform.decisions.len() as u64;
            for (code, counts) in &platform.reasons {
                *seen.entry(code.clone()).or_default() += counts.holds;
                if counts.alone > 0 {
                    alone.insert(code.clone());
                }
            }
        }
    }
    let reasons = verho::policy::reason::Reason::ALL.map(verho::policy::reason::Reason::code);
    for code in reasons {
        assert!(seen.contains_key(code), "{code} never occurs");
        assert!(alone.contains(code), "{code} never holds alone");
    }
    for code in [
        "register-missing",
        "register-empty",
        "register-too-few-rows",
        "register-stale",
        "register-unparsed",
        "register-broken",
        "register-webmail-domain",
        "identity-codes-in-column",
        "too-many-unreadable-rows",
    ] {
        assert!(seen.contains_key(code), "{code} never occurs: {seen:?}");
    }
    assert!(eligible * 20 > people, "{eligible} of {people} go up: {seen:?}");
    assert!(not_selected * 20 > people, "{not_selected} of {people} are not selected");
}

/// Permissions lift objections in a fair number of bases, and only where the policy allows it.
#[test]
fn permissions_lift_somewhere_and_never_add_an_objection() {
    let mut lifted = 0;
    for seed in 0..SEEDS * 3 {
        let (_dir, config, as_of) = load(seed);
        if !config.policy.permissions_lift {
            continue;
        }
        let mut strict = config.clone();
        strict.policy.permissions_lift = false;
        let named = |config: &Config| {
            let outcome =
                oracle::decide(config, as_of).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            let platforms = outcome.audiences.into_iter().flat_map(|audience| audience.platforms);
            let counts = platforms
                .map(|platform| platform.reasons.get("on-register").map_or(0, |reason| reason.holds));
            counts.collect::<Vec<_>>()
        };
        let (with, without) = (named(&config), named(&strict));
        assert!(with.iter().zip(&without).all(|(with, without)| with <= without), "seed {seed}");
        lifted += u64::from(with != without);
    }
    assert!(lifted >= 10, "only {lifted} bases show a lifted objection");
}

/// The same seed gives the same bytes.
#[test]
fn seeds_repeat() {
    let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    for seed in 0..20 {
        generate(seed, one.path());
        generate(seed, two.path());
        for file in std::fs::read_dir(one.path()).expect("a folder") {
            let name = file.expect("an entry").file_name();
            let read = |dir: &Path| std::fs::read(dir.join(&name)).expect("the file");
            assert!(read(one.path()) == read(two.path()), "seed {seed}: {}", name.to_string_lossy());
        }
    }
}

/// An objection only ever removes: with one more register nobody becomes eligible, no row appears,
/// and no size changes.
#[test]
fn an_objection_only_removes() {
    for seed in 0..60 {
        let (dir, config, as_of) = load(seed);
        let before = oracle::decide(&config, as_of).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let rng = &mut Rng::new(seed ^ 0xffff);
        let addresses: Vec<_> = (0..8).map(|_| Address::new(rng.below(60)).plain()).collect();
        std::fs::write(dir.path().join("more.csv"), format!("{}\n", addresses.join("\n"))).expect("a file");
        let text = std::fs::read_to_string(dir.path().join("verho.toml")).expect("the config");
        let text = format!("{text}\n[[register]]\nname = \"more\"\nkey = \"email\"\npath = \"more.csv\"\n");
        let path = dir.path().join("verho.toml");
        let config = Config::parse(&path, &text).unwrap_or_else(|faults| panic!("{}", faults.render(false)));
        let after = oracle::decide(&config, as_of).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        for (before, after) in before.audiences.iter().zip(&after.audiences) {
            assert_eq!(before.size_before_objections, after.size_before_objections, "seed {seed}");
            for (before, after) in before.platforms.iter().zip(&after.platforms) {
                assert!(
                    after.rows.len() <= before.rows.len()
                        || config.policy.closure == verho::config::Closure::Identifier
                );
                for (person, fate) in &after.decisions {
                    let was = before.decisions.get(person);
                    assert!(
                        *fate != Fate::Eligible || was == Some(&Fate::Eligible),
                        "seed {seed}: an objection added somebody"
                    );
                }
            }
        }
    }
}
