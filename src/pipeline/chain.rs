//! Who shares an identifier with whoever is watched: for reviewers, who have to follow an objection
//! from the person it names to the person it keeps out. It knows keys, never what they stand for.

use std::collections::BTreeMap;

use super::intern::{DigestMap, DigestSet, Interner};
use super::objections::{Objections, union};
use super::record::Rows;
use crate::identifiers::WideKey;
use crate::people::PersonKey;
use crate::policy::objections::Named;
use crate::policy::scope::Scopes;
use crate::spill::{SpillError, Spool};

/// One identifier of somebody watched, and everybody who holds it.
pub struct Link {
    /// Its key, made under the key of chains.
    pub wide: WideKey,
    /// An e-mail address, else a phone number.
    pub is_email: bool,
    /// Whoever holds it, in the order of their keys, with the scopes of the objections that name them.
    pub holders: Vec<(PersonKey, Scopes)>,
}

/// What following the watched people came to.
#[derive(Default)]
pub(crate) struct Chain {
    /// Their identifiers, in the order of their keys.
    pub(crate) links: Vec<Link>,
    /// Of those who share an identifier with somebody, the scopes of the objections that name them by what
    /// nobody else has: their id, or an identifier of theirs alone.
    pub(crate) own: DigestMap<PersonKey, Scopes>,
}

/// Follows the watched people.
pub(crate) fn follow(
    rows: &Spool<'_>,
    objections: &Objections,
    named: &Interner<Named>,
) -> Result<Chain, SpillError> {
    let mut watched: DigestSet<PersonKey> = DigestSet::default();
    each_row(rows, |row| {
        if row.head.named != 0 && named.get(row.head.named).is_watched() {
            watched.insert(row.head.person);
        }
    })?;
    let mut found: BTreeMap<WideKey, (bool, BTreeMap<PersonKey, u32>)> = BTreeMap::new();
    each_row(rows, |row| {
        if watched.contains(&row.head.person) {
            for identifier in row.identifiers() {
                found.entry(identifier.wide()).or_insert((identifier.class().is_email, BTreeMap::new()));
            }
        }
    })?;
    let mut people: DigestMap<PersonKey, u32> = DigestMap::default();
    each_row(rows, |row| {
        for identifier in row.identifiers() {
            if let Some((_, holders)) = found.get_mut(&identifier.wide()) {
                holders.insert(row.head.person, 0);
                people.insert(row.head.person, 0);
            }
        }
    })?;
    // What names a holder may stand in another row of theirs.
    each_row(rows, |row| {
        if let Some(known) = people.get_mut(&row.head.person) {
            *known = union(named, *known, row.head.named);
        }
    })?;
    let mut own = DigestMap::default();
    for person in watched {
        let held = || found.iter().filter(|(_, (_, holders))| holders.contains_key(&person));
        if held().any(|(_, (_, holders))| holders.len() > 1) {
            let alone = held().filter(|(_, (_, holders))| holders.len() == 1);
            let met = alone.filter_map(|(wide, _)| objections.by_identifier(*wide));
            let met = met.fold(objections.ids().get(person), |all, number| union(named, all, number));
            own.insert(person, named.get(met).scopes());
        }
    }
    let links = found.into_iter().map(|(wide, (is_email, holders))| Link {
        wide,
        is_email,
        holders: holders
            .into_keys()
            .map(|person| (person, people.get(&person).map_or(Scopes::NONE, |all| named.get(*all).scopes())))
            .collect(),
    });
    Ok(Chain { links: links.collect(), own })
}

fn each_row(rows: &Spool<'_>, mut each: impl FnMut(super::record::RowView<'_>)) -> Result<(), SpillError> {
    let mut bytes = Vec::new();
    for bucket in 0..rows.len() {
        bytes.clear();
        rows.read(bucket, &mut bytes)?;
        Rows::new(&bytes).for_each(&mut each);
    }
    Ok(())
}
