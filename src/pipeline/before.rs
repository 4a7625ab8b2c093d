//! What earlier releases tell a run: how each register was in the newest of them, and which waivers
//! are used up. Plain values: it opens nothing and decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

/// What earlier releases tell. The default is a folder without any.
#[derive(Debug, Clone, Default)]
pub struct Before {
    /// Registers of the previous release, by name.
    pub registers: BTreeMap<String, RegisterBefore>,
    /// Ids of waivers that some published release has used.
    pub used_waivers: BTreeSet<String>,
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
