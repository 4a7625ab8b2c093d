//! The second barrier: from the people whom objections name to the keys they hold, and from rows to
//! the keys that too many people share. After it, what each wide key carries is final.

use rayon::prelude::*;

use super::intern::{DigestMap, DigestSet, Interner};
use super::key_table::KeyTable;
use super::plan::Plan;
use super::record::Rows;
use super::rows::Recovered;
use super::shares::Shares;
use crate::identifiers::WideKey;
use crate::people::PersonKey;
use crate::policy::closure::{KeyMark, marks, over_cap};
use crate::policy::objections::Named;
use crate::policy::standing::Standing;
use crate::spill::{SpillError, Spool};

/// What wide keys carry, and which are unreadable or held by too many.
pub(crate) struct Closed {
    marks: KeyTable<WideKey, KeyMark>,
    shared: DigestSet<WideKey>,
    unreadable_keys: DigestSet<WideKey>,
    unreadable_ids: DigestSet<PersonKey>,
    /// How many e-mail addresses and phone numbers are over the cap.
    pub(crate) shared_emails: u64,
    /// Phone numbers over the cap.
    pub(crate) shared_phones: u64,
}

impl Closed {
    /// Whether the key may carry anything: never a false no.
    #[inline]
    pub(crate) fn may_be_marked(&self, key: WideKey) -> bool {
        self.marks.may_hold(key)
    }

    /// What the key carries.
    pub(crate) fn mark(&self, key: WideKey) -> KeyMark {
        self.marks.get(key).unwrap_or(KeyMark::NONE)
    }

    /// Whether more people than the cap hold it.
    pub(crate) fn is_shared(&self, key: WideKey) -> bool {
        !self.shared.is_empty() && self.shared.contains(&key)
    }

    /// Whether it stands in a row that could not be read.
    pub(crate) fn is_unreadable_key(&self, key: WideKey) -> bool {
        !self.unreadable_keys.is_empty() && self.unreadable_keys.contains(&key)
    }

    /// Whether the id stands in a row that could not be read.
    pub(crate) fn is_unreadable_id(&self, person: PersonKey) -> bool {
        !self.unreadable_ids.is_empty() && self.unreadable_ids.contains(&person)
    }
}

/// One partition's share.
#[derive(Default)]
struct Part {
    contributions: Vec<(WideKey, KeyMark)>,
    held: Vec<(WideKey, PersonKey)>,
    emails: DigestSet<WideKey>,
}

/// Closes objections over the packed rows.
pub(crate) fn close(
    plan: &Plan,
    share_cap: u32,
    rows: &Spool<'_>,
    named: &Interner<Named>,
    standings: &Interner<Standing>,
    shares: &Shares,
    recovered: Recovered,
) -> Result<Closed, SpillError> {
    let scopes: Vec<_> = named.values().iter().map(|named| named.scopes()).collect();
    let highest = plan.policy.audiences.iter().map(|audience| audience.age_band).max().unwrap_or(0);
    // The band of somebody too young for some audience, else none.
    let youngest: Vec<u8> = standings
        .values()
        .iter()
        .map(|standing| if standing.youngest < highest { standing.youngest } else { u8::MAX })
        .collect();
    let parts: Vec<Part> = (0..rows.len())
        .into_par_iter()
        .map(|bucket| {
            let mut bytes = Vec::new();
            rows.read(bucket, &mut bytes)?;
            // A person's other rows may name further keys, so people are found first.
            let mut carriers: DigestMap<PersonKey, KeyMark> = DigestMap::default();
            for row in Rows::new(&bytes) {
                let mark = KeyMark {
                    scopes: scopes[row.head.named as usize],
                    youngest: youngest[row.head.standing as usize],
                };
                if mark != KeyMark::NONE {
                    let known = carriers.entry(row.head.person).or_insert(KeyMark::NONE);
                    *known = known.union(mark);
                }
            }
            let mut part = Part::default();
            for row in Rows::new(&bytes) {
                let carried = if carriers.is_empty() { None } else { carriers.get(&row.head.person) };
                for identifier in row.identifiers() {
                    let wide = identifier.wide();
                    part.contributions.extend(carried.map(|mark| (wide, *mark)));
                    if shares.may_exceed(wide) {
                        part.held.push((wide, row.head.person));
                        if identifier.class().is_email {
                            part.emails.insert(wide);
                        }
                    }
                }
            }
            Ok(part)
        })
        .collect::<Result<_, SpillError>>()?;
    let mut contributions = Vec::new();
    let mut held = Vec::new();
    let mut emails = DigestSet::default();
    for part in parts {
        contributions.extend(part.contributions);
        held.extend(part.held);
        emails.extend(part.emails);
    }
    contributions.par_sort_unstable_by_key(|(key, _)| *key);
    held.par_sort_unstable();
    held.dedup();
    let shared = over_cap(&held, share_cap);
    let marks = marks(&contributions, &shared);
    let shared_emails = shared.iter().filter(|key| emails.contains(key)).count() as u64;
    Ok(Closed {
        marks: marks.into_iter().collect(),
        shared_emails,
        shared_phones: shared.len() as u64 - shared_emails,
        shared: shared.into_iter().collect(),
        unreadable_keys: recovered.keys,
        unreadable_ids: recovered.ids,
    })
}
