//! A person's key: the keyed digest of id space and customer id, all that is kept of either.
//! Two rows are the same person exactly when their keys are equal.

use super::cell::trim_cell;
use siphasher::sip128::{Hasher128, SipHasher24};
use std::hash::Hasher;

/// Keyed digest of one customer id in one id space. No `Debug`: it is a pseudonym of a person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonKey(u128);

impl PersonKey {
    /// The key's 16 bytes, as they enter a suppression tag.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }

    /// A key read back from a record.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_le_bytes(bytes))
    }

    /// The key as two numbers, for sorting: equal exactly when the keys are.
    #[must_use]
    pub const fn halves(self) -> (u64, u64) {
        ((self.0 >> 64) as u64, self.0 as u64)
    }

    /// The number a table or partition is chosen by: already uniform.
    #[must_use]
    pub const fn spread(self) -> u64 {
        (self.0 >> 64) as u64
    }
}

/// Makes person keys: SipHash-2-4-128 (Aumasson and Bernstein, 2012) under a secret key.
#[derive(Clone)]
pub struct PersonKeys {
    base: SipHasher24,
}

impl PersonKeys {
    /// Keys under this secret.
    #[must_use]
    pub fn new(secret: &[u8; 16]) -> Self {
        Self { base: SipHasher24::new_with_key(secret) }
    }

    /// The maker for one id space.
    #[must_use]
    pub fn in_space(&self, id_space: &str) -> SpaceKeys {
        let mut begun = self.base;
        begun.write(id_space.as_bytes());
        begun.write(&[0]);
        SpaceKeys { begun }
    }
}

/// Makes person keys within one id space.
#[derive(Clone)]
pub struct SpaceKeys {
    /// With the space's name behind it.
    begun: SipHasher24,
}

impl SpaceKeys {
    /// The key of a customer id, compared as bytes after trimming; a blank id has none.
    #[must_use]
    pub fn key(&self, id: &[u8]) -> Option<PersonKey> {
        let id = trim_cell(id);
        if id.is_empty() {
            return None;
        }
        let mut hasher = self.begun;
        hasher.write(id);
        Some(PersonKey::from_bytes(hasher.finish128().as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::PersonKeys;

    #[test]
    fn spaces_and_ids_do_not_run_together() {
        let keys = PersonKeys::new(&[7; 16]);
        let a = keys.in_space("a").key(b"b1");
        assert!(a == keys.in_space("a").key(b"  b1 "), "outer white space does not count");
        assert!(a != keys.in_space("ab").key(b"1"), "the space ends where the id begins");
        assert!(a != PersonKeys::new(&[8; 16]).in_space("a").key(b"b1"), "another secret, another key");
        assert!(keys.in_space("a").key(b" \t").is_none(), "a blank id names nobody");
    }
}
