//! (stub: the agreed names only, until the real module replaces it)

/// Stub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EmailForm {
    /// Stub.
    Basic,
    /// Stub.
    Google,
    /// Stub.
    Uid2,
    /// Stub.
    Reddit,
    /// Stub.
    Amazon,
}

/// Stub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PhoneForm {
    /// Stub.
    Digits,
    /// Stub.
    E164,
}

/// Stub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Stub.
    Email,
    /// Stub.
    Phone,
}

/// Stub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Stub.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
    /// Stub.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}
