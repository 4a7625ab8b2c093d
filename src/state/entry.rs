//! The records of the state's lists: fixed numbers of bytes, in the order of their digests. They
//! hold digests, keyed tags and small numbers, and nothing that says what they were made of.

use crate::identifiers::{Digest, Kind};

/// An identifier's digest and kind: what lists are sorted by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryKey {
    /// The digest a platform matches on.
    pub digest: Digest,
    /// What it is of: an e-mail address is 1, a phone number 0.
    kind: u8,
}

impl EntryKey {
    /// Of this digest and kind.
    #[must_use]
    pub const fn new(kind: Kind, digest: Digest) -> Self {
        Self { digest, kind: matches!(kind, Kind::Email) as u8 }
    }

    /// Its bytes, as they stand in every record.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..32].copy_from_slice(self.digest.as_bytes());
        bytes[32] = self.kind;
        bytes
    }

    /// A key from such bytes.
    ///
    /// # Panics
    /// When there are fewer: the caller's mistake.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self { digest: Digest::from_bytes(array(&bytes[..32])), kind: bytes[32] }
    }

    /// Bytes of a key.
    pub const BYTES: usize = 33;

    /// What it is of.
    #[must_use]
    pub const fn kind(self) -> Kind {
        if self.kind == 1 { Kind::Email } else { Kind::Phone }
    }

    /// Its first eight bytes, for small sets in memory where a chance meeting does no harm.
    #[must_use]
    pub fn short(self) -> u64 {
        u64::from_be_bytes(array(&self.digest.as_bytes()[..8])) ^ u64::from(self.kind)
    }
}

/// A person's keyed tag, as long as it takes to tell members of one audience apart.
pub type Owner = u64;

/// A record of fixed length.
pub trait Record: Copy {
    /// What it is sorted by.
    type Key: Copy + Ord;
    /// Its bytes.
    const BYTES: usize;
    /// Appends it.
    fn write(&self, out: &mut Vec<u8>);
    /// Reads it from exactly [`Record::BYTES`] bytes.
    fn read(bytes: &[u8]) -> Self;
    /// What it is sorted by.
    fn key(&self) -> Self::Key;
}

/// An identifier that is live, of one person who holds it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct LiveEntry {
    /// Which.
    pub key: EntryKey,
    /// Whose.
    pub owner: Owner,
    /// Since which release, by number.
    pub since: u32,
    /// On which basis, by number.
    pub basis: u8,
    /// When it was last sent, in seconds since 1970; 0: it has to be sent again.
    pub sent: u32,
}

/// An identifier that the platform has to let go, or one that may have been dropped with it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct OwedEntry {
    /// Which.
    pub key: EntryKey,
    /// Whose it was.
    pub owner: Owner,
    /// Whether it is to be removed itself; otherwise it stood in a row with one that is, or is `former`.
    pub removed: bool,
    /// Whether it once went up in a row of this person, who holds it no longer while others do: a platform
    /// may still know the person by it.
    pub former: bool,
    /// When it was first to be removed, in seconds since 1970; 0 while somebody eligible holds it again.
    pub since: u32,
    /// The day of the objection, in days since 1970; 0 when there is none or it is not known.
    pub objected: u32,
}

impl OwedEntry {
    /// An identifier by which a platform may still know a person who holds it no longer.
    #[must_use]
    pub const fn former(key: EntryKey, owner: Owner) -> Self {
        Self { key, owner, removed: false, former: true, since: 0, objected: 0 }
    }

    /// An identifier that stood in a row with one that is removed.
    #[must_use]
    pub const fn companion(key: EntryKey, owner: Owner) -> Self {
        Self { former: false, ..Self::former(key, owner) }
    }
}

/// What a release's files do to one identifier.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Out, for whoever holds it.
    Remove,
    /// In, for this person; or sent again.
    Put,
    /// This person holds it no longer, others do.
    Drop,
    /// It may have been dropped with somebody's, and is not sent again by this release.
    Mark,
}

/// One operation of a release.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// On which.
    pub key: EntryKey,
    /// What.
    pub action: Action,
    /// Whose; 0 where it is about everybody's.
    pub owner: Owner,
    /// On which basis, by number.
    pub basis: u8,
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().expect("sliced to this length")
}

impl Record for LiveEntry {
    type Key = EntryKey;
    const BYTES: usize = 50;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.key.to_bytes());
        out.extend_from_slice(&self.owner.to_be_bytes());
        out.extend_from_slice(&self.since.to_be_bytes());
        out.push(self.basis);
        out.extend_from_slice(&self.sent.to_be_bytes());
    }

    fn read(bytes: &[u8]) -> Self {
        Self {
            key: EntryKey::from_bytes(bytes),
            owner: u64::from_be_bytes(array(&bytes[33..41])),
            since: u32::from_be_bytes(array(&bytes[41..45])),
            basis: bytes[45],
            sent: u32::from_be_bytes(array(&bytes[46..50])),
        }
    }

    fn key(&self) -> EntryKey {
        self.key
    }
}

impl Record for OwedEntry {
    type Key = EntryKey;
    const BYTES: usize = 50;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.key.to_bytes());
        out.extend_from_slice(&self.owner.to_be_bytes());
        out.push(if self.removed { 1 } else { 2 * u8::from(self.former) });
        out.extend_from_slice(&self.since.to_be_bytes());
        out.extend_from_slice(&self.objected.to_be_bytes());
    }

    fn read(bytes: &[u8]) -> Self {
        Self {
            key: EntryKey::from_bytes(bytes),
            owner: u64::from_be_bytes(array(&bytes[33..41])),
            removed: bytes[41] == 1,
            former: bytes[41] == 2,
            since: u32::from_be_bytes(array(&bytes[42..46])),
            objected: u32::from_be_bytes(array(&bytes[46..50])),
        }
    }

    fn key(&self) -> EntryKey {
        self.key
    }
}

impl Record for Operation {
    type Key = EntryKey;
    const BYTES: usize = 43;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.key.to_bytes());
        out.push(match self.action {
            Action::Remove => 0,
            Action::Put => 1,
            Action::Drop => 2,
            Action::Mark => 3,
        });
        out.extend_from_slice(&self.owner.to_be_bytes());
        out.push(self.basis);
    }

    fn read(bytes: &[u8]) -> Self {
        Self {
            key: EntryKey::from_bytes(bytes),
            action: match bytes[33] {
                0 => Action::Remove,
                1 => Action::Put,
                2 => Action::Drop,
                _ => Action::Mark,
            },
            owner: u64::from_be_bytes(array(&bytes[34..42])),
            basis: bytes[42],
        }
    }

    fn key(&self) -> EntryKey {
        self.key
    }
}
