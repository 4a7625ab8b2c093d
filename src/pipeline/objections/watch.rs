//! A text that somebody asks about, laid into the index as if it stood in a register of its own: so it
//! finds exactly the people whom an objection with that value would name, in every spelling the rule
//! book allows. Its mark has no scope and binds nothing.

use super::{Objections, is_international, union};
use crate::config::Config;
use crate::identifiers::hashed::{self, Algorithm, HashKey};
use crate::identifiers::{
    Email, Kind, Phone, PhoneRule, Plaintext, Region, RunKey, Scratch, WideKey, email_alternatives,
    has_counter, phone_readings, raw_key,
};
use crate::people::person_key::SpaceKeys;
use crate::people::{PersonKey, PersonKeys};
use crate::pipeline::intern::Interner;
use crate::pipeline::key_table::KeyTable;
use crate::pipeline::keys::RootKey;
use crate::pipeline::plan::Plan;
use crate::policy::objections::Named;

/// What watching needs beside the index.
pub(crate) struct WatchContext<'c> {
    pub(crate) config: &'c Config,
    pub(crate) plan: &'c Plan,
    pub(crate) person_keys: &'c PersonKeys,
    pub(crate) run_key: &'c RunKey,
    pub(crate) named: &'c Interner<Named>,
}

/// What a text can be met by, apart from any register and any customer.
pub struct TextKeys {
    /// The customers it would be the id of, one an id space.
    pub ids: Vec<PersonKey>,
    /// The identifiers it stands for, under the key of chains.
    pub identifiers: Vec<WideKey>,
    /// The text itself, where it is no identifier, under the same key.
    pub texts: Vec<WideKey>,
    /// Hashes of what it says, by every algorithm and in every form that can be hashed.
    pub hashes: Vec<HashKey>,
}

/// Reads a text in every way in which an objection or a customer cell can mean it, under the lasting key.
#[must_use]
pub fn text_keys(text: &[u8], config: &Config, root: &RootKey, today: jiff::civil::Date) -> TextKeys {
    let plan = Plan::new(config, today);
    let run_key = RunKey::from_bytes(root.chain_key());
    let mut scratch = Scratch::new();
    let (mut identifiers, mut hashes) = (Vec::new(), Vec::new());
    email_alternatives(Plaintext::new(text), &mut scratch, &run_key, &mut identifiers, &mut Vec::new());
    let numbers = numbers(text, &plan.regions, &mut scratch);
    identifiers.extend(numbers.iter().map(|number| number.wide_key(&run_key)));
    for algorithm in Algorithm::ALL {
        hashed::raw_hashes(Plaintext::new(text), algorithm, &mut hashes);
        for number in &numbers {
            hashed::phone_hashes(number, algorithm, &mut hashes);
        }
        if let Ok(email) = Email::parse(Plaintext::new(text), &mut scratch) {
            hashed::email_hashes(&email, algorithm, &mut hashes);
        }
        hashed::hashes_within(Kind::Email, Plaintext::new(text), algorithm, &mut scratch, &mut hashes);
    }
    let texts = raw_key(Plaintext::new(text), &run_key).into_iter().collect();
    let ids = spaces(config, &root.person_keys()).iter().filter_map(|space| space.key(text)).collect();
    TextKeys { ids, identifiers, texts, hashes }
}

/// Every id space.
fn spaces(config: &Config, person_keys: &PersonKeys) -> Vec<SpaceKeys> {
    let mut spaces: Vec<&str> = config.sources.iter().map(|source| &*source.id_space).collect();
    spaces.sort_unstable();
    spaces.dedup();
    spaces.iter().map(|space| person_keys.in_space(space)).collect()
}

/// What is known of a text apart from any customer.
pub(crate) struct WatchedText {
    /// The objections that the text itself meets.
    pub(crate) named: Named,
    /// The keys it stands for.
    pub(crate) keys: Vec<WideKey>,
    /// The customers it would be the id of, one an id space.
    pub(crate) ids: Vec<PersonKey>,
}

impl Objections {
    /// Marks whoever the text names, and tells which registers name the text itself. Registers are
    /// complete before.
    pub(crate) fn watch(&mut self, text: &[u8], context: &WatchContext<'_>) -> WatchedText {
        let run_key = context.run_key;
        let spaces = spaces(context.config, context.person_keys);
        let (mut keys, mut domains) = (Vec::new(), Vec::new());
        let mut scratch = Scratch::new();
        email_alternatives(Plaintext::new(text), &mut scratch, run_key, &mut keys, &mut domains);
        let numbers = numbers(text, &context.plan.regions, &mut scratch);
        keys.extend(numbers.iter().map(|number| number.wide_key(run_key)));
        keys.sort_unstable();
        keys.dedup();

        let mut met = 0;
        let mut join = |number: u32| met = union(context.named, met, number);
        let mut ids = Vec::new();
        for space in &spaces {
            if let Some(id) = space.key(text) {
                join(self.ids.met_by(id, text, space, context.named));
                ids.push(id);
            }
        }
        keys.iter().filter_map(|key| self.by_identifier(*key)).for_each(&mut join);
        domains.iter().filter_map(|key| self.by_domain(*key)).for_each(&mut join);
        if let Ok(email) = Email::parse(Plaintext::new(text), &mut scratch) {
            self.email_hashes(&email, &mut join);
        }
        self.hashes_within(Kind::Email, text, &mut scratch, &mut join);
        for number in &numbers {
            self.phone_hashes(number, &mut join);
        }
        self.raw_hashes(Kind::Email, text, &mut join);
        self.raw_hashes(Kind::Phone, text, &mut join);
        self.by_raw(text, run_key, &mut join);
        if !numbers.is_empty() {
            self.by_last_seven(text, run_key, &mut join);
        }

        let watched = context.named.number(Named::watched());
        let join = |one: u32, other: u32| union(context.named, one, other);
        for id in &ids {
            self.ids.add_late(*id, watched, join);
        }
        for key in &keys {
            self.keys.add_late(*key, watched, join);
        }
        if let Some(raw) = raw_key(Plaintext::new(text), run_key) {
            self.unread.add_late(raw, watched, join);
            self.unread_sieve.insert(Plaintext::new(text));
        }
        self.has_emails |= memchr::memchr(b'@', text).is_some();
        self.has_phones |= !numbers.is_empty();
        for number in &numbers {
            self.tails.insert(number);
        }
        // What is watched stands under no end, so that no other reading is passed over.
        self.by_end = KeyTable::default();
        WatchedText { named: context.named.get(met).as_ref().clone(), keys, ids }
    }
}

/// The numbers a text stands for: as it would be read in each region, and its other readings.
fn numbers(text: &[u8], regions: &[Region], scratch: &mut Scratch) -> Vec<Phone> {
    let mut numbers = Vec::new();
    for region in regions.iter().copied().map(Some).chain([None]) {
        let rule = PhoneRule { possible: true };
        numbers.extend(Phone::parse(Plaintext::new(text), region, rule, scratch));
    }
    if numbers.is_empty() || !is_international(text) || has_counter(Plaintext::new(text)) {
        phone_readings(Plaintext::new(text), regions, scratch, &mut numbers);
    }
    numbers
}
