//! The keys of one run, each with one use: taken from the key ring where there is a state, and derived
//! from the root key where there is none.
//!
//! Without a configured root key the root is random and dies with the run: tags then answer no later
//! question, and what needs a lasting key refuses. Keys of a ring outlive the root that opens it, and
//! an audience's can be destroyed.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::tags::Tags;
use crate::identifiers::WideKey;
use crate::people::PersonKeys;
use crate::state::Ring;

/// A keyed state that is cloned for each message.
pub type Mac256 = Hmac<Sha256>;

/// 32 secret bytes, and whether they outlive the run. No `Debug`; wiped when dropped.
pub struct RootKey {
    bytes: Zeroizing<[u8; 32]>,
    is_lasting: bool,
    ring: Option<Ring>,
}

impl RootKey {
    /// The configured root key.
    #[must_use]
    pub fn lasting(bytes: [u8; 32]) -> Self {
        Self { bytes: Zeroizing::new(bytes), is_lasting: true, ring: None }
    }

    /// A key for this run only.
    #[must_use]
    pub fn for_this_run(bytes: [u8; 32]) -> Self {
        Self { bytes: Zeroizing::new(bytes), is_lasting: false, ring: None }
    }

    /// The same root, its keys taken from the ring it opens.
    #[must_use]
    pub fn with_ring(mut self, ring: Ring) -> Self {
        self.ring = Some(ring);
        self
    }

    /// Whether tags made with it mean anything after the run.
    #[must_use]
    pub const fn is_lasting(&self) -> bool {
        self.is_lasting
    }

    /// A name for the key that tells nothing about it; `None` for a key of one run.
    #[must_use]
    pub fn id(&self) -> Option<String> {
        self.is_lasting.then(|| hex::encode(&self.key("id", b"verho/key-id/1")[..8]))
    }

    /// Makes person keys.
    #[must_use]
    pub fn person_keys(&self) -> PersonKeys {
        PersonKeys::new(&self.person_secret())
    }

    /// What person keys are made from, for whoever makes them by other code.
    #[must_use]
    pub fn person_secret(&self) -> [u8; 16] {
        self.key("person", b"verho/person/1")[..16].try_into().expect("32 bytes hold 16")
    }

    /// Makes an audience's suppression tags.
    #[must_use]
    pub fn tags(&self, audience: &str) -> Tags {
        Tags::new(&self.tag_secret(audience))
    }

    /// What an audience's tags are made from, for whoever makes them by other code.
    #[must_use]
    pub fn tag_secret(&self, audience: &str) -> Zeroizing<[u8; 32]> {
        let label = [b"verho/tag/1\0", audience.as_bytes()].concat();
        match self.ring.as_ref().and_then(|ring| ring.audience(audience)) {
            Some(key) => Zeroizing::new(*key),
            None => self.derive(&label),
        }
    }

    /// The key of wide keys where identifiers are to have tags that outlive the run.
    #[must_use]
    pub fn chain_key(&self) -> [u8; 16] {
        self.key("chain", b"verho/chain/1")[..16].try_into().expect("32 bytes hold 16")
    }

    /// Makes an identifier's tag for reviewers, from a wide key made under [`RootKey::chain_key`].
    #[must_use]
    pub fn identifier_tag(&self, wide: WideKey) -> [u8; 16] {
        let derived = self.key("identifier-tag", b"verho/identifier-tag/1");
        let mut state = mac(&derived[..]);
        state.update(&wide.to_bytes());
        let full: [u8; 32] = state.finalize().into_bytes().into();
        full[..16].try_into().expect("32 bytes hold 16")
    }

    /// The key that everything of the live state is sealed under.
    #[must_use]
    pub fn state_key(&self) -> Zeroizing<[u8; 32]> {
        self.key("state", b"verho/state/1")
    }

    /// The keyed digest under which the store of erasures knows a hash: `code` says of which algorithm,
    /// or that it is of a text as it was given.
    #[must_use]
    pub fn erasure_tag(&self, code: &str, bytes: &[u8]) -> [u8; 16] {
        erasure_tag(&self.erasure_mac(), code, bytes)
    }

    /// The state that [`RootKey::erasure_tag`] begins from, for many of them.
    #[must_use]
    pub fn erasure_mac(&self) -> Mac256 {
        mac(&self.erasure_key()[..])
    }

    /// The key of those digests: with it, and with an identifier, anybody can tell whether the store holds
    /// it. Feeds hand it to the controller, who has the identifiers; no other key follows from it.
    #[must_use]
    pub fn erasure_key(&self) -> Zeroizing<[u8; 32]> {
        let mut state = mac(&self.chain_key());
        state.update(b"verho/erasure/1");
        Zeroizing::new(state.finalize().into_bytes().into())
    }

    /// The key of input commitments.
    #[must_use]
    pub fn input_key(&self) -> [u8; 32] {
        *self.key("input", b"verho/input/1")
    }

    /// The ring's key of this use, or the root's.
    fn key(&self, name: &str, label: &[u8]) -> Zeroizing<[u8; 32]> {
        match self.ring.as_ref().and_then(|ring| ring.key(name)) {
            // The id is never the key: it stands in every manifest.
            Some(key) if name == "id" => {
                let mut state = mac(key);
                state.update(label);
                Zeroizing::new(state.finalize().into_bytes().into())
            }
            Some(key) => Zeroizing::new(*key),
            None => self.derive(label),
        }
    }

    fn derive(&self, label: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut state = mac(&self.bytes[..]);
        state.update(label);
        Zeroizing::new(state.finalize().into_bytes().into())
    }
}

/// The keyed digest of a hash, begun from [`RootKey::erasure_mac`].
#[must_use]
pub fn erasure_tag(begun: &Mac256, code: &str, bytes: &[u8]) -> [u8; 16] {
    let mut state = begun.clone();
    state.update(code.as_bytes());
    state.update(&[0]);
    state.update(bytes);
    let full: [u8; 32] = state.finalize().into_bytes().into();
    full[..16].try_into().expect("32 bytes hold 16")
}

fn mac(key: &[u8]) -> Mac256 {
    Mac256::new_from_slice(key).expect("HMAC takes a key of any length")
}

#[cfg(test)]
mod tests {
    use super::RootKey;
    use crate::people::PersonKey;

    #[test]
    fn every_use_of_the_root_has_a_key_of_its_own() {
        let root = RootKey::lasting([1; 32]);
        let person = PersonKey::from_bytes([9; 16]);
        assert_ne!(root.tags("a").tag(person), root.tags("b").tag(person));
        assert_ne!(root.input_key()[..8], hex::decode(root.id().expect("lasting")).expect("hex")[..]);
        assert_ne!(root.tags("a").tag(person), RootKey::lasting([2; 32]).tags("a").tag(person));
        assert!(RootKey::for_this_run([1; 32]).id().is_none());
    }
}
