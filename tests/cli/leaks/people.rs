//! The base in which every cell is a word nobody else writes: letters without vowels and outside the
//! alphabet of hex, so that no digest and no sentence can hold them by chance. One person for every way
//! to be kept out; none of them exists.

use std::io::Write as _;

use sha2::{Digest as _, Sha256};

use crate::cli::base::Base;

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Email,
    Phone,
    Id,
    Text,
}

/// A cell that must never be seen.
#[derive(Debug, Clone)]
pub(super) struct Canary {
    pub(super) kind: Kind,
    pub(super) text: String,
    /// Whether its plain hashes must not be seen either: somebody suppressed has it.
    pub(super) suppressed: bool,
}

/// What becomes of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Eligible,
    NotSelected,
    Flagged,
    OnEmailList,
    OnPhoneList,
    OnIdList,
    InDomain,
    OnHashList,
    RawOnList,
    LinkedToFlagged,
    Minor,
    AgeUnknown,
    Former,
    RelationshipUnknown,
    CountryUnknown,
    NothingParses,
    TierUnknown,
    BlankId,
    MeetsBlankId,
}

use Fate::{
    AgeUnknown, BlankId, CountryUnknown, Eligible, Flagged, Former, InDomain, LinkedToFlagged, MeetsBlankId,
    Minor, NotSelected, NothingParses, OnEmailList, OnHashList, OnIdList, OnPhoneList, RawOnList,
    RelationshipUnknown, TierUnknown,
};

/// The last one is suppressed, so that a leak of whatever was read last is one.
const FATES: [Fate; 24] = [
    Eligible,
    Eligible,
    NotSelected,
    Flagged,
    OnEmailList,
    OnPhoneList,
    OnIdList,
    InDomain,
    OnHashList,
    RawOnList,
    LinkedToFlagged,
    Minor,
    AgeUnknown,
    Former,
    RelationshipUnknown,
    CountryUnknown,
    NothingParses,
    TierUnknown,
    BlankId,
    MeetsBlankId,
    Eligible,
    Eligible,
    OnEmailList,
    OnPhoneList,
];

struct Person {
    fate: Fate,
    id: String,
    name: String,
    email: String,
    other_email: String,
    phone: String,
    born: String,
    country: String,
    status: String,
    flag: String,
    tier: String,
    notes: String,
}

/// A word of this number and place.
fn word(number: usize, place: usize) -> String {
    const LETTERS: &[u8] = b"ghjkmnpqrstvwxz";
    let mut state = ((number * 31 + place + 1) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (0..8)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(LETTERS[(state >> 40) as usize % LETTERS.len()])
        })
        .collect()
}

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

/// What is otherwise than in the base as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variant {
    AsItIs,
    /// Whoever may not go up has other ids, addresses and numbers, of the same shape.
    OtherSuppressed,
    /// Everybody has another name and other notes, which no config maps.
    OtherUnmapped,
}

impl Person {
    fn new(number: usize, fate: Fate, variant: Variant) -> Self {
        let shift = usize::from(variant == Variant::OtherSuppressed && fate != Eligible) * 100;
        let unmapped = usize::from(variant == Variant::OtherUnmapped) * 100;
        let w = |place| match place {
            1 | 2 | 8 | 9 => word(number + unmapped, place),
            _ => word(number + shift, place),
        };
        let mut person = Self {
            fate,
            id: format!("KUNDE-{}", w(0).to_uppercase()),
            name: format!("{} {}", capital(&w(1)), capital(&w(2))),
            email: format!("{}.{}+{}@{}.example.com", capital(&w(3)), w(4), w(5), w(6)),
            other_email: format!("{}@{}.example.org", w(7), w(6)),
            phone: format!("+358 50 {}", 9_131_711 + number * 26_417 + shift * 37),
            born: format!("19{}-0{}-1{}", 43 + number, 3 + number % 7, number % 10),
            country: "FI".to_owned(),
            status: "active".to_owned(),
            flag: String::new(),
            tier: "gold".to_owned(),
            notes: format!("{} {}", w(8), w(9)),
        };
        match fate {
            NotSelected => person.tier = w(10),
            TierUnknown => person.tier = String::new(),
            Flagged => person.flag = "K".to_owned(),
            Minor => person.born = "2016-07-19".to_owned(),
            AgeUnknown => person.born = w(10),
            Former => person.status = w(10),
            RelationshipUnknown => person.status = String::new(),
            CountryUnknown => person.country = w(10),
            NothingParses => {
                person.email = format!("{} at {}", w(10), w(11));
                person.other_email = w(12);
                person.phone = w(13);
            }
            _ => {}
        }
        person
    }

    fn row(&self) -> String {
        let Self { id, name, email, other_email, phone, born, country, status, flag, tier, notes, .. } = self;
        let id = if self.fate == BlankId { "" } else { id };
        format!("{id},{name},{email},{other_email},{phone},{born},{country},{status},{flag},{tier},{notes}\n")
    }
}

/// The base as files, and what must not be seen of it.
pub(super) struct Planted {
    files: Vec<(&'static str, Vec<u8>)>,
    pub(super) canaries: Vec<Canary>,
    /// SHA-256 of an address that goes up, in hex: it stands in uploads and nowhere else.
    pub(super) eligible: Vec<String>,
    /// Of somebody eligible and somebody suppressed: an id, an address and a number.
    pub(super) questions: Vec<String>,
}

/// What takes the place of the folder of releases where a state is kept.
const LIVE: &str = "\"live\"\n\n[encryption]\nobjections = [\"age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg\"]\n\n[state]\ndir = \"state\"";

pub(super) const CONFIG: &str = r#"schema = 1

[controller]
name = "Example Life Ltd"
role = "controller"

[[source]]
name = "crm"
path = "customers.csv"

[source.columns]
customer_id = "customer_id"
email = ["email", "other_email"]
phone = ["phone"]
country = "country"
birth_date = "born"
relationship = { column = "status", current = ["active"] }
basis = { constant = "legitimate_interest" }
targeting = { column = "flag", opted_out = ["K"], blank = "not_objected" }

[source.attributes]
tier = { column = "tier", kind = "given" }

[[register]]
name = "emails"
path = "emails.csv"
columns = { email = "email", scope = "scope", at = "date" }
active = { column = "status", lifted = ["lifted"] }
max_unparsed = "60%"

[[register]]
name = "phones"
path = "phones.txt"
key = "phone"
region = "FI"
max_unparsed = "60%"

[[register]]
name = "ids"
path = "ids.csv"
columns = { customer_id = "id" }
id_space = "crm"

[[register]]
name = "domains"
path = "domains.csv"
columns = { domain = "domain" }

[[register]]
name = "hashes"
path = "hashes.csv"
columns = { email = { column = "sha256", hashed = "sha256" } }

[[basis]]
use = "legitimate_interest"
platforms = ["meta", "linkedin"]
countries = ["FI"]
purposes = ["retarget"]
assessment = "LIA-2026-003"
notice = { id = "marketing-policy", version = "2024-02-09" }

[[audience]]
name = "gold"
where = "tier = 'gold'"
platforms = ["meta", "linkedin"]
min_size = 1

[policy]
max_unreadable = "50%"

[keys]
root = "root.key"
signing = "signing-key"

[output]
dir = "releases"
"#;

pub(super) const HEADER: &str =
    "customer_id,name,email,other_email,phone,born,country,status,flag,tier,notes\n";

impl Planted {
    pub(super) fn new() -> Self {
        Self::of(Variant::AsItIs)
    }

    pub(super) fn of(variant: Variant) -> Self {
        let mut people: Vec<Person> =
            FATES.iter().enumerate().map(|(number, fate)| Person::new(number, *fate, variant)).collect();
        let find = |fate: Fate| FATES.iter().position(|one| *one == fate).expect("one of them");
        // Two who share an identifier with somebody else.
        people[find(LinkedToFlagged)].phone = people[find(Flagged)].phone.clone();
        people[find(MeetsBlankId)].email = people[find(BlankId)].email.clone();

        let mut customers = HEADER.to_owned();
        let mut lists: [String; 5] =
            ["email,scope,date,status\n", "", "id\n", "domain\n", "sha256\n"].map(str::to_owned);
        let mut canaries = Vec::new();
        let mut see = |kind, text: &str, suppressed| {
            if !["", "active", "gold", "FI", "K"].contains(&text) {
                canaries.push(Canary { kind, text: text.to_owned(), suppressed });
            }
        };
        for (number, person) in people.iter().enumerate() {
            customers.push_str(&person.row());
            let suppressed = !matches!(person.fate, Eligible | NotSelected);
            see(Kind::Id, &person.id, suppressed);
            for (kind, cell) in [
                (Kind::Email, &person.email),
                (Kind::Email, &person.other_email),
                (Kind::Phone, &person.phone),
            ] {
                let kind = if cell.contains(['@', '+']) { kind } else { Kind::Text };
                see(kind, cell, suppressed);
            }
            for cell in
                [&person.name, &person.notes, &person.born, &person.country, &person.status, &person.tier]
            {
                see(Kind::Text, cell, false);
            }
            // The objection is spelled otherwise than the customer's row.
            match person.fate {
                OnEmailList => {
                    let (local, domain) = person.email.split_once('@').expect("an address");
                    let local = local.split('+').next().expect("a name").to_uppercase();
                    let scope = word(number, 14);
                    lists[0].push_str(&format!("{local}@{domain},{scope},2026-01-02,{}\n", word(number, 15)));
                    see(Kind::Text, &scope, false);
                    see(Kind::Text, &word(number, 15), false);
                }
                RawOnList => {
                    lists[0].push_str(&format!("{} no address,,,\n", word(number, 16)));
                    see(Kind::Text, &word(number, 16), false);
                    lists[1].push_str(&format!("0{} x\n", &person.phone[5..].replace(' ', "")));
                }
                OnPhoneList => lists[1].push_str(&format!("00358{}\n", person.phone[5..].replace(' ', ""))),
                OnIdList => lists[2].push_str(&format!("{}\n", person.id)),
                InDomain => {
                    let domain = person.email.split_once('@').expect("an address").1;
                    lists[3].push_str(&format!("{domain}\n"));
                }
                OnHashList => {
                    let hash = Sha256::digest(person.email.to_lowercase());
                    lists[4].push_str(&format!("{}\n", hex::encode(hash)));
                }
                _ => {}
            }
        }
        let eligible = people.iter().filter(|person| person.fate == Eligible);
        let eligible = eligible.flat_map(|person| [&person.email, &person.other_email]);
        let eligible = eligible.map(|email| hex::encode(Sha256::digest(email.to_lowercase()))).collect();
        let questions = [0, find(OnEmailList)].map(|at| {
            let person = &people[at];
            [person.id.clone(), person.email.clone(), person.phone.clone()]
        });
        let [emails, phones, ids, domains, hashes] = lists;
        Self {
            files: vec![
                ("verho.toml", CONFIG.into()),
                ("wider.toml", CONFIG.replace("tier = 'gold'", "tier != 'gold'").into()),
                ("live.toml", CONFIG.replace("\"releases\"", LIVE).into()),
                ("customers.csv", customers.into()),
                ("emails.csv", emails.into()),
                ("phones.txt", phones.into()),
                ("ids.csv", ids.into()),
                ("domains.csv", domains.into()),
                ("hashes.csv", hashes.into()),
            ],
            canaries,
            eligible,
            questions: questions.concat(),
        }
    }

    /// The bytes of a file.
    pub(super) fn file(&self, name: &str) -> &[u8] {
        &self.files.iter().find(|file| file.0 == name).expect("one of them").1
    }

    /// Writes the inputs.
    pub(super) fn put(&self, base: &Base) {
        for (name, bytes) in &self.files {
            base.put(name, bytes);
        }
    }

    /// Writes everything, and keys.
    pub(super) fn write(&self, base: &Base) {
        self.put(base);
        let made = base.run(&["keygen", "--root", "root.key", "--signing", "signing-key"]);
        assert_eq!(made.code, 0, "{}", made.stderr);
    }

    /// The customers again, as NDJSON.
    pub(super) fn ndjson(&self) -> Vec<u8> {
        let text = String::from_utf8_lossy(self.file("customers.csv"));
        let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let header = lines.next().expect("a header");
        let mut out = Vec::new();
        for row in lines {
            let object: serde_json::Map<String, serde_json::Value> =
                header.iter().map(ToString::to_string).zip(row.iter().map(|cell| (*cell).into())).collect();
            writeln!(out, "{}", serde_json::Value::Object(object)).expect("memory takes every byte");
        }
        out
    }
}

#[test]
fn the_base_has_somebody_for_every_way_to_be_kept_out() {
    let base = Base::empty();
    Planted::new().write(&base);
    let ran = base.run(&["build", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let answer: serde_json::Value = serde_json::from_str(&ran.stdout).expect("one object");
    let manifest =
        std::fs::read_to_string(base.path().join("releases/latest/manifest.json")).expect("published");
    for reason in [
        "opted-out",
        "on-register",
        "linked-to-objector",
        "under-age",
        "age-unknown",
        "not-a-customer",
        "relationship-unknown",
        "country-unknown",
        "no-identifier",
        "selection-unknown",
        "unreadable-row",
    ] {
        assert!(manifest.contains(&format!("\"{reason}\"")), "nobody has {reason}");
    }
    let eligible = FATES.iter().filter(|fate| **fate == Eligible).count();
    assert_eq!(answer["audiences"][0]["people"]["eligible"], eligible, "{}", ran.stdout);
}
