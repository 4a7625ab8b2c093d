//! The objections that name a customer id, met in every way in which a register may write one. It knows
//! ids by keyed digests alone.

use super::union;
use crate::people::PersonKey;
use crate::people::customer_id::{Asked, IdSieve, each_reading, each_reading_of_entry, is_lost};
use crate::people::person_key::SpaceKeys;
use crate::pipeline::intern::Interner;
use crate::pipeline::key_table::KeyTable;
use crate::policy::objections::Named;

/// Objections by customer id, and by the other readings of one.
#[derive(Default)]
pub(crate) struct Ids {
    table: KeyTable<PersonKey, u32>,
    sieve: IdSieve,
}

impl Ids {
    /// Takes a register's cell in; whether it names somebody.
    pub(super) fn add_entry(&mut self, space: &SpaceKeys, cell: &[u8], number: u32) -> bool {
        let Some(person) = space.key(cell) else { return false };
        self.table.add(person, number);
        self.sieve.insert(cell);
        each_reading_of_entry(cell, &mut |reading| {
            if let Some(other) = space.key(reading).filter(|other| *other != person) {
                self.table.add(other, number);
                self.sieve.insert(reading);
            }
        });
        !is_lost(cell)
    }

    /// Takes in somebody of whom nothing but the key is known.
    pub(super) fn add_person(&mut self, person: PersonKey, number: u32) {
        self.table.add(person, number);
    }

    /// Takes in somebody once all is in order.
    pub(super) fn add_late(&mut self, person: PersonKey, number: u32, join: impl Fn(u32, u32) -> u32) {
        self.table.add_late(person, number, join);
    }

    pub(super) fn take_in(&mut self, other: Self) {
        self.table.take_in(other.table);
        self.sieve.take_in(&other.sieve);
    }

    pub(super) fn freeze(&mut self, join: impl Fn(u32, u32) -> u32) {
        self.table.freeze(join);
        self.sieve.freeze();
    }

    pub(super) fn bytes(&self) -> u64 {
        self.table.bytes() + self.sieve.bytes()
    }

    /// The objections to a customer id as it stands.
    pub(crate) fn get(&self, person: PersonKey) -> u32 {
        self.table.get(person).unwrap_or(0)
    }

    /// The objections to many of them, added in order.
    pub(crate) fn get_all(&self, people: &[PersonKey], numbers: &mut Vec<Option<u32>>) {
        self.table.get_all(people, numbers);
    }

    /// Whether there may be objections to a customer id as it stands: never a false no.
    #[inline]
    pub(crate) fn may_name(&self, person: PersonKey) -> bool {
        self.table.may_hold(person)
    }

    /// Asks for what [`Ids::may_name`] and [`Ids::may_meet_otherwise`] will look at.
    #[inline]
    pub(crate) fn fetch(&self, person: PersonKey, asked: Asked) {
        self.table.fetch(person);
        self.sieve.fetch(asked);
    }

    /// What there is to ask for a customer id written otherwise.
    #[inline]
    pub(crate) fn ask_otherwise(&self, cell: &[u8]) -> Asked {
        self.sieve.ask(cell)
    }

    /// Whether there may be objections to it: never a false no.
    #[inline]
    pub(crate) fn may_meet_otherwise(&self, asked: Asked) -> bool {
        self.sieve.may_meet(asked)
    }

    /// The objections to a customer id written otherwise.
    pub(crate) fn met_otherwise(&self, cell: &[u8], space: &SpaceKeys, named: &Interner<Named>) -> u32 {
        let mut met = 0;
        each_reading(cell, &mut |reading| {
            let other = space.key(reading).and_then(|other| self.table.get(other));
            met = union(named, met, other.unwrap_or(0));
        });
        met
    }

    /// The objections to a customer id, which is this cell of a source.
    pub(crate) fn met_by(
        &self,
        person: PersonKey,
        cell: &[u8],
        space: &SpaceKeys,
        named: &Interner<Named>,
    ) -> u32 {
        let met = self.get(person);
        if self.may_meet_otherwise(self.ask_otherwise(cell)) {
            return union(named, met, self.met_otherwise(cell, space, named));
        }
        met
    }
}
