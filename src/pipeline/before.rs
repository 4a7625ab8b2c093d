//! What earlier releases tell a run: how each register was in the newest of them, and which waivers
//! are used up. Plain values: it opens nothing and decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::keys::Mac256;
use crate::identifiers::WideKey;
use crate::people::PersonKey;

/// What earlier releases tell. The default is a folder without any.
#[derive(Debug, Clone, Default)]
pub struct Before {
    /// Registers of the previous release, by name.
    pub registers: BTreeMap<String, RegisterBefore>,
    /// Ids of waivers that some published release has used.
    pub used_waivers: BTreeSet<String>,
    /// People who were erased; none where nobody was. Their keys are of the run key that
    /// [`Erased::run_key`] holds, so a run with them uses that key.
    pub erased: Option<Erased>,
}

/// Whoever was erased, by the keys that meet them in every spelling.
#[derive(Clone)]
pub struct Erased {
    /// How many erasures.
    pub count: u64,
    /// Person keys.
    pub people: Vec<PersonKey>,
    /// Wide keys.
    pub identifiers: Vec<WideKey>,
    /// Keys of texts that are no identifier.
    pub texts: Vec<WideKey>,
    /// Keyed digests of hashes.
    pub hashes: std::collections::HashSet<[u8; 16]>,
    /// What those digests are made from.
    pub mac: Mac256,
    /// The lasting key that wide keys are made under.
    pub run_key: [u8; 16],
    /// Digest over all of them: another erasure is another input of a run.
    pub commitment: [u8; 32],
}

impl std::fmt::Debug for Erased {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Erased")
    }
}

/// A register as the previous release read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterBefore {
    /// Its rows.
    pub rows: u64,
    /// What can be said of its content; `None` unless its moment was known and both releases use the
    /// same lasting root key, since commitments under two keys never compare.
    pub content: Option<ContentBefore>,
}

/// The content of an earlier register, and under which moments it stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentBefore {
    /// Keyed digest of its bytes.
    pub commitment: [u8; 32],
    /// Its moment then.
    pub moment: Timestamp,
    /// The first moment under which a release read this very content.
    pub since: Timestamp,
}

impl Before {
    /// The key of the run's wide keys: the lasting one where somebody was erased, else this one.
    #[must_use]
    pub fn run_key(&self, of_this_run: [u8; 16]) -> [u8; 16] {
        self.erased.as_ref().map_or(of_this_run, |erased| erased.run_key)
    }

    /// How many rows a register had.
    #[must_use]
    pub fn rows(&self, register: &str) -> Option<u64> {
        self.registers.get(register).map(|before| before.rows)
    }

    /// The content of a register, where it can be compared.
    #[must_use]
    pub fn content(&self, register: &str) -> Option<&ContentBefore> {
        self.registers.get(register).and_then(|before| before.content.as_ref())
    }
}
