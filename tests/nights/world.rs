//! An invented base in a folder, who in it is eligible by a second opinion, and a platform.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use jiff::{Timestamp, ToSpan as _};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use verho::commands::build::{BuildError, BuildOptions, Built, build_on};
use verho::commands::marks::{MarkError, MarkOptions};
use verho::commands::receipt::{ReceiptOptions, Recorded, receipt_on};
use verho::commands::uploaded::{Uploaded, uploaded_on};
use verho::manifest::{AudienceRecord, PlatformRecord, UploadKind};
use verho::outputs::Disk;

/// The platforms of the one audience: a person a row, an identifier a row, and one that only replaces.
pub(super) const PLATFORMS: [&str; 3] = ["meta", "x", "linkedin"];

const CONFIG: &str = r#"schema = 1
[controller]
name = "Example Life Ltd"
role = "controller"
[[source]]
name = "crm"
path = "customers.csv"
[source.columns]
customer_id = "id"
email = ["email", "second", "family"]
country = { default = "FI" }
birth_date = "born"
relationship = { column = "status", current = ["active"] }
basis = { constant = "legitimate_interest" }
[[register]]
name = "by-email"
path = "by-email.csv"
columns = { email = "email", at = "date" }
scope = ["off_platform_targeting"]
[[register]]
name = "by-id"
path = "by-id.csv"
columns = { customer_id = "id" }
scope = ["off_platform_targeting"]
[[basis]]
use = "legitimate_interest"
platforms = ["meta", "x", "linkedin"]
countries = ["FI"]
purposes = ["retarget"]
assessment = "LIA-2026-003"
notice = { id = "marketing-policy", version = "2024-02-09" }
[[audience]]
name = "everyone"
platforms = ["meta", "x", "linkedin"]
min_size = 1
[output]
dir = "releases"
[keys]
root = "root.key"
[limits]
memory = "2KB"
batch_rows = 7
[state]
dir = "state"
ack_within = "72h"
latency_ceiling = "240h"
"#;

/// Chance that repeats itself.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

pub(super) type Digest = String;

pub(super) fn digest(email: &str) -> Digest {
    hex::encode(Sha256::digest(email.as_bytes()))
}

/// A customer.
#[derive(Clone, Default)]
pub(super) struct Person {
    pub(super) emails: [String; 2],
    pub(super) family: String,
    pub(super) active: bool,
}

impl Person {
    pub(super) fn identifiers(&self) -> BTreeSet<&str> {
        self.emails
            .iter()
            .chain([&self.family])
            .map(String::as_str)
            .filter(|email| !email.is_empty())
            .collect()
    }

    pub(super) fn digests(&self) -> BTreeSet<Digest> {
        self.identifiers().into_iter().map(digest).collect()
    }
}

/// The base in its folder, and what was drawn from it.
pub(super) struct World {
    folder: TempDir,
    pub(super) people: BTreeMap<String, Person>,
    /// Objections by e-mail address, with their day.
    pub(super) by_email: BTreeMap<String, String>,
    /// Objections by customer id.
    pub(super) by_id: BTreeSet<String>,
    pub(super) now: Timestamp,
    runs: u64,
    serial: u64,
}

impl World {
    pub(super) fn new(people: u64) -> Self {
        let mut world = Self {
            folder: tempfile::tempdir().expect("scratch"),
            people: BTreeMap::new(),
            by_email: BTreeMap::new(),
            by_id: BTreeSet::new(),
            now: "2026-01-01T02:00:00Z".parse().expect("a moment"),
            runs: 0,
            serial: 0,
        };
        std::fs::write(world.path("verho.toml"), CONFIG).expect("ours");
        std::fs::write(world.path("root.key"), crate::agreement::ROOT_HEX).expect("ours");
        let mode = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o600);
        std::fs::set_permissions(world.path("root.key"), mode).expect("ours");
        let mut dice = Dice(7);
        for _ in 0..people {
            world.join(&mut dice);
        }
        world.write(true);
        world
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn configure(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path("verho.toml")).expect("there");
        assert!(text.contains(from), "{from}");
        std::fs::write(self.path("verho.toml"), text.replace(from, to)).expect("ours");
    }

    fn fresh(&mut self) -> String {
        self.serial += 1;
        format!("quokka{}@example.com", self.serial)
    }

    /// A new customer; one in five shares an address with another.
    pub(super) fn join(&mut self, dice: &mut Dice) {
        let mut person = Person { active: true, ..Person::default() };
        person.emails[0] = self.fresh();
        if dice.roll(2) == 0 {
            person.emails[1] = self.fresh();
        }
        if dice.roll(5) == 0 {
            person.family = format!("family{}@example.org", self.serial / 6);
        }
        self.people.insert(format!("C-{}", self.serial), person);
    }

    /// One night's changes.
    pub(super) fn change(&mut self, dice: &mut Dice) {
        for _ in 0..dice.roll(3) {
            self.join(dice);
        }
        let ids: Vec<String> = self.people.keys().cloned().collect();
        for _ in 0..dice.roll(6) {
            let id = &ids[dice.roll(ids.len() as u64) as usize];
            let fresh = self.fresh();
            let today = self.now.strftime("%Y-%m-%d").to_string();
            let person = self.people.get_mut(id).expect("there");
            match dice.roll(8) {
                0 => person.active = !person.active,
                1 => person.emails[0] = fresh,
                2 => person.emails[1] = fresh,
                3 => person.emails[1] = String::new(),
                4 | 5 => drop(self.by_email.insert(person.emails[0].clone(), today)),
                _ => drop(self.by_id.insert(id.clone())),
            }
        }
        if dice.roll(2) == 0 {
            let lifted = self.by_email.keys().nth(dice.roll(9) as usize).cloned();
            lifted.map(|email| self.by_email.remove(&email));
            let lifted = self.by_id.iter().nth(dice.roll(9) as usize).cloned();
            lifted.map(|id| self.by_id.remove(&id));
        }
    }

    /// Writes the inputs; without `whole` the register of ids is missing.
    pub(super) fn write(&self, whole: bool) {
        let mut text = "id,email,second,family,born,status\n".to_owned();
        for (id, person) in &self.people {
            let status = if person.active { "active" } else { "former" };
            let [first, second] = &person.emails;
            text += &format!("{id},{first},{second},{},1980-01-01,{status}\n", person.family);
        }
        std::fs::write(self.path("customers.csv"), text).expect("ours");
        let mut text = "email,date\nnobody@example.net,2020-01-01\n".to_owned();
        for (email, day) in &self.by_email {
            text += &format!("{email},{day}\n");
        }
        std::fs::write(self.path("by-email.csv"), text).expect("ours");
        let _ = std::fs::remove_file(self.path("by-id.csv"));
        if whole {
            let ids: String = self.by_id.iter().map(|id| format!("{id}\n")).collect();
            std::fs::write(self.path("by-id.csv"), format!("id\nC-none\n{ids}")).expect("ours");
        }
    }

    /// Who objected, by the registers that can be read, and everybody who shares an address with them.
    pub(super) fn objected(&self, whole: bool) -> BTreeSet<String> {
        let named: BTreeSet<&String> = self
            .people
            .iter()
            .filter(|(id, person)| {
                (whole && self.by_id.contains(*id))
                    || person.identifiers().iter().any(|email| self.by_email.contains_key(*email))
            })
            .map(|(id, _)| id)
            .collect();
        let keys: BTreeSet<&str> = named.iter().flat_map(|id| self.people[*id].identifiers()).collect();
        self.people
            .iter()
            .filter(|(_, person)| person.identifiers().iter().any(|email| keys.contains(email)))
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// Who is eligible.
    pub(super) fn eligible(&self) -> BTreeSet<String> {
        let objected = self.objected(true);
        self.people
            .iter()
            .filter(|(id, person)| person.active && !objected.contains(*id))
            .map(|(id, _)| id.clone())
            .collect()
    }

    fn random(&mut self) -> [u8; 64] {
        self.runs += 1;
        let mut random = [0; 64];
        random.chunks_exact_mut(8).for_each(|chunk| chunk.copy_from_slice(&self.runs.to_be_bytes()));
        random
    }

    pub(super) fn tick(&mut self) {
        self.now += 1.second();
    }

    pub(super) fn build(&mut self, first: bool) -> Result<Built, BuildError> {
        self.build_on(&Disk::real(), first)
    }

    pub(super) fn build_on(&mut self, disk: &Disk, first: bool) -> Result<Built, BuildError> {
        let options = BuildOptions {
            config: self.path("verho.toml"),
            given: verho::config::Given::default(),
            now: self.now,
            as_of: None,
            first,
            dry_run: false,
            random: self.random(),
        };
        build_on(disk, &options, &|_| {})
    }

    fn mark(&mut self, release: &Path, platform: &str) -> MarkOptions {
        MarkOptions {
            config: self.path("verho.toml"),
            given: verho::config::Given::default(),
            release: release.to_owned(),
            platform: Some(platform.to_owned()),
            audience: Some("everyone".to_owned()),
            now: self.now,
            random: self.random(),
        }
    }

    pub(super) fn uploaded_on(
        &mut self,
        disk: &Disk,
        release: &Path,
        platform: &str,
    ) -> Result<Uploaded, MarkError> {
        let options = self.mark(release, platform);
        uploaded_on(disk, &options)
    }

    pub(super) fn receipt_on(
        &mut self,
        disk: &Disk,
        release: &Path,
        platform: &str,
        text: &str,
    ) -> Result<Recorded, MarkError> {
        std::fs::write(self.path("receipt.toml"), text).expect("ours");
        let options = ReceiptOptions { mark: self.mark(release, platform), file: self.path("receipt.toml") };
        receipt_on(disk, &options)
    }
}

/// What a release's files hold, in digests.
#[derive(Default, Debug, PartialEq, Eq, Clone)]
pub(super) struct Files {
    pub(super) remove: Option<Vec<BTreeSet<Digest>>>,
    pub(super) add: Option<Vec<BTreeSet<Digest>>>,
    pub(super) full: Option<Vec<BTreeSet<Digest>>>,
}

pub(super) fn flat(rows: Option<&Vec<BTreeSet<Digest>>>) -> BTreeSet<Digest> {
    rows.into_iter().flatten().flatten().cloned().collect()
}

impl Files {
    /// Reads every cell that is 64 hex digits, whatever the platform.
    pub(super) fn read(release: &Path, platform: &str) -> Self {
        let rows = |kind: &str| {
            let place = release.join("audiences/everyone").join(platform).join(format!("{kind}.csv"));
            let text = match std::fs::read_to_string(&place) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
                text => text.expect("readable"),
            };
            let is_digest =
                |cell: &&str| cell.len() == 64 && cell.bytes().all(|byte| byte.is_ascii_hexdigit());
            let rows =
                text.lines().map(|line| line.split(',').filter(is_digest).map(str::to_owned).collect());
            Some(rows.filter(|row: &BTreeSet<Digest>| !row.is_empty()).collect())
        };
        Self { remove: rows("remove"), add: rows("add"), full: rows("full") }
    }
}

pub(super) fn record<'b>(built: &'b Built, platform: &str) -> (&'b AudienceRecord, &'b PlatformRecord) {
    let audience = &built.manifest.predicate.audiences[0];
    (audience, audience.platforms.iter().find(|record| record.name == platform).expect("listed"))
}

pub(super) fn rows(built: &Built, platform: &str, kind: UploadKind) -> u64 {
    record(built, platform).1.files.iter().filter(|file| file.kind == kind).map(|file| file.rows).sum()
}

/// A platform: it holds people, and knows a person by any of their identifiers.
#[derive(Default, Clone)]
pub(super) struct Platform {
    pub(super) held: BTreeSet<String>,
}

impl Platform {
    fn meets(people: &BTreeMap<String, Person>, digests: &BTreeSet<Digest>) -> BTreeSet<String> {
        let met = people.iter().filter(|(_, person)| !person.digests().is_disjoint(digests));
        met.map(|(id, _)| id.clone()).collect()
    }

    /// `profiles`: the identifiers people ever had.
    pub(super) fn remove(
        &mut self,
        profiles: &BTreeMap<String, BTreeSet<Digest>>,
        digests: &BTreeSet<Digest>,
    ) {
        self.held.retain(|id| profiles[id].is_disjoint(digests));
    }

    pub(super) fn add(&mut self, people: &BTreeMap<String, Person>, rows: &BTreeSet<Digest>) {
        self.held.extend(Self::meets(people, rows));
    }

    pub(super) fn replace(&mut self, people: &BTreeMap<String, Person>, rows: &BTreeSet<Digest>) {
        self.held = Self::meets(people, rows);
    }
}
