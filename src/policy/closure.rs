//! From objections to everyone who shares an identifier: what each wide key carries, over sorted
//! runs of contributions. Pure; it knows keys and persons as opaque numbers.
//!
//! One step, on purpose: the keys of people whom an objection *names* spread, those of people who
//! are merely linked do not, so that a switchboard cannot swallow a company.

use super::scope::Scopes;

/// How far an objection spreads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closure {
    /// Everyone who shares an identifier with an objector is left out.
    Person,
    /// Only the objector's identifiers are dropped from other people.
    Identifier,
}

/// What a wide key carries to everyone who holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyMark {
    /// Scopes of the objectors who hold the key.
    pub scopes: Scopes,
    /// Youngest age band among its holders; `u8::MAX` when none is stated.
    pub youngest: u8,
}

impl KeyMark {
    /// Carries nothing.
    pub const NONE: Self = Self { scopes: Scopes::NONE, youngest: u8::MAX };

    /// Both together.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self { scopes: self.scopes.union(other.scopes), youngest: self.youngest.min(other.youngest) }
    }
}

/// Keys held by more than `cap` different persons. `held` is sorted and without duplicates.
#[must_use]
pub fn over_cap<K: Copy + PartialEq, P>(held: &[(K, P)], cap: u32) -> Vec<K> {
    held.chunk_by(|a, b| a.0 == b.0)
        .filter(|holders| holders.len() as u64 > u64::from(cap))
        .map(|holders| holders[0].0)
        .collect()
}

/// The marks by key, ascending: contributions joined, shared keys left out.
/// `contributions` is sorted by key; `shared` is sorted.
#[must_use]
pub fn marks<K: Copy + Ord>(contributions: &[(K, KeyMark)], shared: &[K]) -> Vec<(K, KeyMark)> {
    contributions
        .chunk_by(|a, b| a.0 == b.0)
        .map(|run| (run[0].0, run.iter().fold(KeyMark::NONE, |mark, entry| mark.union(entry.1))))
        .filter(|(key, _)| shared.binary_search(key).is_err())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{KeyMark, marks, over_cap};
    use crate::policy::scope::{Scope, Scopes};

    #[test]
    fn a_key_is_over_the_cap_only_above_it() {
        let held = [(1, 'a'), (1, 'b'), (2, 'a'), (2, 'b'), (2, 'c')];
        assert_eq!(over_cap(&held, 2), [2]);
        assert_eq!(over_cap(&held, 3), [] as [i32; 0]);
        assert_eq!(over_cap(&held, 1), [1, 2]);
    }

    #[test]
    fn marks_join_by_key_and_shared_keys_carry_nothing() {
        let phone = KeyMark { scopes: Scopes::of(Scope::Phone), youngest: 3 };
        let post = KeyMark { scopes: Scopes::of(Scope::Post), youngest: 1 };
        let joined = marks(&[(1, phone), (1, post), (2, phone), (3, post)], &[2]);
        assert_eq!(joined, [(1, phone.union(post)), (3, post)]);
        assert_eq!(joined[0].1.youngest, 1);
    }
}
