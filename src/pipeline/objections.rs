//! The frozen index of objections: every register read to its end, checked against its contract, and
//! turned into keys. It is complete before the first customer row is read, and nothing is added later.

mod entries;
mod ids;
mod reader;
pub mod watch;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rayon::prelude::*;

use self::ids::Ids;
use self::reader::Reader;
use super::before::Before;
pub use super::contract::{Broken, Spent};
use super::contract::{broken, content_since, waive};
use super::intern::Interner;
use super::key_table::{Key, KeyTable};
use super::keys::{Mac256, erasure_tag};
use super::plan::Plan;
use crate::config::{Config, ERASURES, HashAlgorithm, Register};
use crate::identifiers::hashed::{self, Algorithm, HashKey};
use crate::identifiers::{
    Email, End, Kind, Meets, Phone, Plaintext, RunKey, Scratch, Tails, Unread, WideKey, last_seven_key,
    raw_key,
};
use crate::people::PersonKeys;
use crate::policy::objections::{Named, Origin};
use crate::policy::scope::{Scope, Scopes};
use crate::sieve;
use crate::sources::{Place, RowFaultCode, SourceError};

/// Every objection, by what it can be met with. Values are numbers of interned [`Named`] sets.
#[derive(Default)]
pub struct Objections {
    ids: Ids,
    keys: KeyTable<WideKey, u32>,
    domains: KeyTable<WideKey, u32>,
    unread: KeyTable<WideKey, u32>,
    /// What most cells are told apart from all of `unread` by.
    unread_sieve: Unread,
    hashes: std::collections::HashMap<HashKey, u32>,
    /// Hashes of what plain entries say, for sources that hold only hashes.
    hashes_of_entries: std::collections::HashMap<HashKey, u32>,
    email_algorithms: Vec<Algorithm>,
    phone_algorithms: Vec<Algorithm>,
    has_phones: bool,
    has_emails: bool,
    /// Ends of every reading of every phone number.
    tails: Tails,
    /// For each such end of seven digits, all objections of numbers that end so. Empty where there are numbers
    /// whose objections it lacks.
    by_end: KeyTable<EndKey, u32>,
    /// Keyed digests of hashes of whoever was erased, and the number of their objection.
    erased: Option<(HashedErasures, u32)>,
}

/// An end of seven digits, as a key that chooses its own place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct EndKey(u64);

impl EndKey {
    fn of(end: u32) -> Self {
        Self(sieve::mixed(u64::from(end)))
    }
}

impl Key for EndKey {
    fn bits(self) -> u64 {
        self.0
    }
}

/// Hashes of people who were erased, known by keyed digests alone.
struct HashedErasures {
    mac: Mac256,
    tags: std::collections::HashSet<[u8; 16]>,
}

/// What was read of one register. Counts only.
#[derive(Debug, Clone, Default)]
pub struct RegisterRead {
    /// Its name.
    pub name: String,
    /// Files and bytes.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
    /// Rows, broken ones included.
    pub rows: u64,
    /// Rows that are objections.
    pub objections: u64,
    /// Rows lifted.
    pub lifted: u64,
    /// Rows that are a permission.
    pub permissions: u64,
    /// Rows with a value that does not parse, or that name nobody.
    pub unparsed: u64,
    /// The first of them.
    pub first_unparsed: Option<Place>,
    /// Rows with a scope word that is not known.
    pub unknown_scope: u64,
    /// Objections to a whole public mail host.
    pub webmail: u64,
    /// The first of them.
    pub first_webmail: Option<Place>,
    /// Files that do not end in the trailer they must have.
    pub without_trailer: u64,
    /// Structurally broken rows.
    pub faults: u64,
    /// The first of them.
    pub first_fault: Option<(RowFaultCode, Place)>,
    /// File names, for places in messages.
    pub file_names: Vec<String>,
    /// Keyed digest of its bytes.
    pub commitment: [u8; 32],
    /// Its newest moment.
    pub moment: Option<Timestamp>,
    /// Rows now minus rows in the previous release.
    pub change: Option<i64>,
    /// The first moment under which a release read this very content; its own where nothing is known.
    pub content_since: Option<Timestamp>,
    /// Contract codes broken.
    pub broken: Vec<Broken>,
    /// Contract codes broken and let through, each by the waiver of this index in the config.
    pub waived: Vec<(Broken, usize)>,
    /// Waivers of a broken code that do not hold, with the reason why.
    pub spent: Vec<(Broken, Spent)>,
    /// When it could not be opened or read to its end.
    pub error: Option<SourceError>,
}

impl RegisterRead {
    /// Adds what was counted of other entries of the same register.
    fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.objections += other.objections;
        self.lifted += other.lifted;
        self.permissions += other.permissions;
        self.unparsed += other.unparsed;
        self.unknown_scope += other.unknown_scope;
        self.webmail += other.webmail;
        self.faults += other.faults;
        let first = |one: Option<Place>, other: Option<Place>| one.into_iter().chain(other).min();
        self.first_unparsed = first(self.first_unparsed, other.first_unparsed);
        self.first_webmail = first(self.first_webmail, other.first_webmail);
        let faults = self.first_fault.into_iter().chain(other.first_fault);
        self.first_fault = faults.min_by_key(|(_, place)| *place);
    }

    /// Why the file does not fit its config, where it is there and whole.
    #[must_use]
    pub fn error_of_shape(&self) -> Option<&SourceError> {
        self.error.as_ref().filter(|error| !error.is_missing() && !error.is_damage())
    }
}

/// What reading registers needs beside the config.
pub struct RegisterContext<'c> {
    /// The compiled config.
    pub plan: &'c Plan,
    /// Makes person keys.
    pub person_keys: &'c PersonKeys,
    /// Key of wide keys.
    pub run_key: &'c RunKey,
    /// Key of input commitments.
    pub input_key: [u8; 32],
    /// The moment of the run.
    pub as_of: Timestamp,
    /// Time zone of dates without one.
    pub zone: TimeZone,
    /// Whether the days of objections are kept: only somebody who explains asks for them.
    pub keeps_days: bool,
    /// What earlier releases tell.
    pub before: &'c Before,
}

impl Objections {
    /// Reads every register of a config.
    pub(crate) fn read(
        config: &Config,
        context: &RegisterContext<'_>,
        named: &Interner<Named>,
    ) -> (Self, Vec<RegisterRead>) {
        // Each on a thread of its own, into an index of its own: they share nothing but numbers, which
        // never reach a file.
        let read = |(index, register): (usize, &Register)| {
            let origin = Origin::Register(u8::try_from(index).expect("loading the config bounds registers"));
            let mut objections = Self::default();
            if register.name == ERASURES {
                let mut read = objections.take_erased(origin, context, named);
                read.broken = broken(register, &read, context);
                return (objections, read);
            }
            let mut reader = Reader::new(config, register, origin, context, named);
            let mut read = RegisterRead { name: register.name.clone(), ..RegisterRead::default() };
            if let Err(error) = reader.read(config, &mut read, &mut objections) {
                read.error = Some(error);
            }
            let before = context.before.rows(&register.name);
            read.change = before.map(|before| read.rows.cast_signed() - before.cast_signed());
            read.content_since = content_since(&read, context);
            read.broken = broken(register, &read, context);
            waive(config, &mut read, context);
            (objections, read)
        };
        let parts: Vec<(Self, RegisterRead)> = config.registers.par_iter().enumerate().map(read).collect();
        let (mut all, mut reads) = (Self::default(), Vec::new());
        for (objections, read) in parts {
            all.take_in(objections, named);
            reads.push(read);
        }
        all.freeze(named);
        (all, reads)
    }

    /// Adds another register's index.
    fn take_in(&mut self, other: Self, named: &Interner<Named>) {
        let join = |one: u32, other: u32| union(named, one, other);
        self.ids.take_in(other.ids);
        self.keys.take_in(other.keys);
        self.domains.take_in(other.domains);
        self.unread.take_in(other.unread);
        self.unread_sieve.take_in(&other.unread_sieve);
        for (mine, theirs) in
            [(&mut self.hashes, other.hashes), (&mut self.hashes_of_entries, other.hashes_of_entries)]
        {
            for (hash, number) in theirs {
                let known = mine.entry(hash).or_insert(0);
                *known = join(*known, number);
            }
        }
        for (mine, theirs) in [
            (&mut self.email_algorithms, other.email_algorithms),
            (&mut self.phone_algorithms, other.phone_algorithms),
        ] {
            mine.extend(theirs);
            mine.sort_unstable();
            mine.dedup();
        }
        self.erased = self.erased.take().or(other.erased);
        self.has_phones |= other.has_phones;
        self.has_emails |= other.has_emails;
        self.tails.take_in(&other.tails);
        self.by_end.take_in(other.by_end);
    }

    /// Brings the index into order; until then nothing is found in it.
    fn freeze(&mut self, named: &Interner<Named>) {
        let join = |one: u32, other: u32| union(named, one, other);
        self.ids.freeze(join);
        for table in [&mut self.keys, &mut self.domains, &mut self.unread] {
            table.freeze(join);
        }
        self.by_end.freeze(join);
        self.tails.freeze();
        self.unread_sieve.freeze();
    }

    /// Bytes of memory that the index takes, roughly.
    pub(crate) fn bytes(&self) -> u64 {
        let hashes = self.hashes.capacity() + self.hashes_of_entries.capacity();
        let erased = self.erased.as_ref().map_or(0, |(erased, _)| erased.tags.capacity());
        let tables = self.ids.bytes() + self.keys.bytes() + self.domains.bytes() + self.unread.bytes();
        let ends = self.by_end.bytes() + self.tails.bytes();
        tables + ends + (hashes * (size_of::<(HashKey, u32)>() + 1) + erased * 17) as u64
    }

    /// Takes in whoever was erased, as if a register named them and bound everything.
    fn take_erased(
        &mut self,
        origin: Origin,
        context: &RegisterContext<'_>,
        named: &Interner<Named>,
    ) -> RegisterRead {
        let mut read = RegisterRead { name: ERASURES.to_owned(), ..RegisterRead::default() };
        let Some(erased) = &context.before.erased else { return read };
        (read.rows, read.objections) = (erased.count, erased.count);
        read.commitment = erased.commitment;
        let number = named.number(Named::by(origin, Scopes::of(Scope::AllMarketing).union(Scopes::ALWAYS)));
        erased.people.iter().for_each(|person| self.ids.add_person(*person, number));
        erased.identifiers.iter().for_each(|key| self.keys.add(*key, number));
        erased.texts.iter().for_each(|key| self.unread.add(*key, number));
        if !erased.texts.is_empty() {
            // Of these there is nothing but keys, so every cell is looked at.
            self.unread_sieve.open();
        }
        // Whose e-mail addresses and numbers they were is not known, so both are looked for everywhere.
        self.has_emails |= !erased.identifiers.is_empty();
        self.has_phones |= !erased.identifiers.is_empty();
        self.erased = Some((HashedErasures { mac: erased.mac.clone(), tags: erased.hashes.clone() }, number));
        read
    }

    /// The objections to customer ids.
    pub(crate) const fn ids(&self) -> &Ids {
        &self.ids
    }

    /// Whether there may be objections to an e-mail address or a phone number: never a false no.
    #[must_use]
    #[inline]
    pub fn may_name(&self, wide: WideKey) -> bool {
        self.keys.may_hold(wide)
    }

    /// Asks for what [`Objections::may_name`] will look at.
    #[inline]
    pub(crate) fn fetch(&self, wide: WideKey) {
        self.keys.fetch(wide);
    }

    /// The objections to an e-mail address or a phone number.
    #[must_use]
    pub fn by_identifier(&self, wide: WideKey) -> Option<u32> {
        self.keys.get(wide)
    }

    /// The objections to many of them, added in order.
    pub(crate) fn by_identifiers(&self, keys: &[WideKey], numbers: &mut Vec<Option<u32>>) {
        self.keys.get_all(keys, numbers);
    }

    /// The objections to an e-mail address's domain, handed over one by one.
    #[inline]
    pub fn by_domain_of(&self, email: &Email<'_>, key: &RunKey, mut each: impl FnMut(u32)) {
        if !self.domains.is_empty() {
            for domain in email.domain_keys(key) {
                self.domains.get(domain).into_iter().for_each(&mut each);
            }
        }
    }

    /// The objections met by a hash of an e-mail address or its domain.
    pub fn email_hashes(&self, email: &Email<'_>, each: impl FnMut(u32)) {
        if !self.email_algorithms.is_empty() {
            let mut hashes = Vec::new();
            for algorithm in &self.email_algorithms {
                hashed::email_hashes(email, *algorithm, &mut hashes);
            }
            self.by_hashes(&hashes, each);
        }
    }

    /// The objections met by a hash of a phone number.
    pub fn phone_hashes(&self, phone: &Phone, each: impl FnMut(u32)) {
        if !self.phone_algorithms.is_empty() {
            let mut hashes = Vec::new();
            for algorithm in &self.phone_algorithms {
                hashed::phone_hashes(phone, *algorithm, &mut hashes);
            }
            self.by_hashes(&hashes, each);
        }
    }

    fn by_hashes(&self, hashes: &[HashKey], mut each: impl FnMut(u32)) {
        let mut met: Vec<u32> = hashes.iter().filter_map(|hash| self.hashes.get(hash).copied()).collect();
        met.sort_unstable();
        met.dedup();
        met.into_iter().for_each(&mut each);
    }

    /// What other readings of a phone cell could meet, by its end.
    #[must_use]
    pub(crate) fn ends_met(&self, cell: &[u8]) -> Meets {
        // The ends of an erased number are not kept: they would tell most of it.
        if self.erased.is_some() {
            return Meets::Any;
        }
        if self.has_phones { self.tails.met_by(Plaintext::new(cell)) } else { Meets::Nothing }
    }

    /// The same of an end that was looked at ahead, where that can be done.
    pub(crate) fn met_at(&self, end: Option<End>) -> Meets {
        self.tails.met_at(end)
    }

    /// The end of a phone cell, with what [`Objections::met_at`] will look at asked for.
    #[inline]
    pub(crate) fn look_ahead(&self, cell: &[u8]) -> Option<End> {
        let end = End::of(Plaintext::new(cell));
        end.inspect(|end| self.tails.fetch(*end))
    }

    /// Whether phone cells are told apart by their ends: else there is nothing to look at ahead.
    pub(crate) const fn has_ends(&self) -> bool {
        self.has_phones && self.erased.is_none()
    }

    /// Whether that is anything beside what the cell has met, which is asked for where it matters.
    pub(crate) fn may_meet_otherwise(
        &self,
        meets: Meets,
        met: impl FnOnce() -> u32,
        named: &Interner<Named>,
    ) -> bool {
        match meets {
            Meets::Nothing => false,
            Meets::Any => true,
            Meets::EndingIn(end) => match self.by_end.get(EndKey::of(end)) {
                // Nearly always the cell is the very number, and has met all there is.
                Some(all) => {
                    let met = met();
                    union(named, met, all) != met
                }
                None => true,
            },
        }
    }

    /// Whether an e-mail cell that is no address could meet anything.
    #[must_use]
    pub fn has_emails(&self) -> bool {
        self.has_emails || !self.domains.is_empty()
    }

    /// The objections to a domain.
    #[must_use]
    pub fn by_domain(&self, domain: WideKey) -> Option<u32> {
        self.domains.get(domain)
    }

    /// The objections to an identifier of which a source holds only the hash.
    pub fn by_held_hash(&self, hash: &HashKey, mut each: impl FnMut(u32)) {
        self.hashes.get(hash).copied().into_iter().for_each(&mut each);
        self.hashes_of_entries.get(hash).copied().into_iter().for_each(&mut each);
        if let Some((erased, number)) = &self.erased
            && erased.tags.contains(&erasure_tag(&erased.mac, hash.algorithm().code(), hash.as_bytes()))
        {
            each(*number);
        }
    }

    /// Whether hashes of other readings of a phone cell could meet anything.
    #[must_use]
    pub const fn has_phone_hashes(&self) -> bool {
        !self.phone_algorithms.is_empty()
    }

    /// The hashes that registers hold of a kind.
    #[must_use]
    pub fn algorithms(&self, kind: Kind) -> &[Algorithm] {
        match kind {
            Kind::Email => &self.email_algorithms,
            Kind::Phone => &self.phone_algorithms,
        }
    }

    /// The objections met by a hash of a cell as it stands.
    #[inline]
    pub fn raw_hashes(&self, kind: Kind, cell: &[u8], each: impl FnMut(u32)) {
        if !self.algorithms(kind).is_empty() {
            self.by_hashes(&self.raw_hashes_of(kind, cell), each);
        }
    }

    fn raw_hashes_of(&self, kind: Kind, cell: &[u8]) -> Vec<HashKey> {
        let mut hashes = Vec::new();
        for algorithm in self.algorithms(kind) {
            hashed::raw_hashes(Plaintext::new(cell), *algorithm, &mut hashes);
        }
        hashes
    }

    /// The objections met by a hash of what a cell says that does not parse.
    pub fn hashes_within(&self, kind: Kind, cell: &[u8], scratch: &mut Scratch, each: impl FnMut(u32)) {
        let algorithms = self.algorithms(kind);
        if !algorithms.is_empty() {
            let mut hashes = Vec::new();
            for algorithm in algorithms {
                hashed::hashes_within(kind, Plaintext::new(cell), *algorithm, scratch, &mut hashes);
            }
            self.by_hashes(&hashes, each);
        }
    }

    /// The objections whose value does not parse and is this text, whatever its column.
    pub fn by_raw(&self, cell: &[u8], key: &RunKey, each: impl FnMut(u32)) {
        if self.unread_sieve.may_meet(Plaintext::new(cell)) {
            let raw = raw_key(Plaintext::new(cell), key);
            raw.and_then(|raw| self.unread.get(raw)).into_iter().for_each(each);
        }
    }

    /// The objections whose phone number does not parse and ends in the same seven digits.
    pub fn by_last_seven(&self, cell: &[u8], key: &RunKey, each: impl FnMut(u32)) {
        if self.unread_sieve.may_meet_last_seven(Plaintext::new(cell)) {
            let last = last_seven_key(Plaintext::new(cell), key);
            last.and_then(|last| self.unread.get(last)).into_iter().for_each(each);
        }
    }
}

/// The hashes that sources hold instead of plain values of a kind.
pub(crate) fn held_algorithms(config: &Config, kind: Kind) -> Vec<Algorithm> {
    let columns = config.sources.iter().flat_map(|source| match kind {
        Kind::Email => &source.emails,
        Kind::Phone => &source.phones,
    });
    let mut held: Vec<Algorithm> = columns.filter_map(|column| column.hashed).map(algorithm).collect();
    held.sort_unstable();
    held.dedup();
    held
}

pub(crate) const fn algorithm(algorithm: HashAlgorithm) -> Algorithm {
    match algorithm {
        HashAlgorithm::Sha256 => Algorithm::Sha256,
        HashAlgorithm::Sha1 => Algorithm::Sha1,
        HashAlgorithm::Md5 => Algorithm::Md5,
    }
}

/// Whether a cell may hold an e-mail address, in whatever column it stands.
pub(crate) fn may_hold_address(cell: &[u8]) -> bool {
    // Beyond ASCII there are wide and small at signs.
    memchr::memchr(b'@', cell).is_some()
        || std::str::from_utf8(cell).is_ok_and(|text| text.contains(['\u{ff20}', '\u{fe6b}']))
}

/// Whether a phone cell says its country code itself, so that no other reading is plausible.
#[inline]
pub(crate) fn is_international(cell: &[u8]) -> bool {
    match cell {
        [b'+', ..] | [b'0', b'0', ..] => true,
        [b'0'..=b'9', ..] => false,
        _ => is_international_within(cell),
    }
}

/// The same of a cell that begins with something else.
fn is_international_within(cell: &[u8]) -> bool {
    let cell = crate::people::cell::trim_cell(cell);
    let cell = cell.strip_prefix(b"tel:").unwrap_or(cell);
    cell.starts_with(b"+") || cell.starts_with(b"00")
}

/// Both sets of objections, as a number.
pub(crate) fn union(interner: &Interner<Named>, one: u32, other: u32) -> u32 {
    if one == other || other == 0 {
        one
    } else if one == 0 {
        other
    } else {
        interner.number(interner.get(one).union(&interner.get(other)))
    }
}

#[cfg(test)]
mod tests {
    use super::Objections;
    use crate::identifiers::Meets;
    use crate::pipeline::intern::Interner;
    use crate::policy::objections::Named;

    /// Of an end whose objections are not known nobody can say that the cell has met them all: the library is asked.
    #[test]
    fn an_end_without_known_objections_is_never_passed_over() {
        let (objections, named) = (Objections::default(), Interner::starting_with(Named::default()));
        assert!(objections.may_meet_otherwise(Meets::EndingIn(1_234_567), || 0, &named));
        assert!(objections.may_meet_otherwise(Meets::Any, || 0, &named));
        assert!(!objections.may_meet_otherwise(Meets::Nothing, || 0, &named));
    }
}
