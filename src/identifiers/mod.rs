//! The privacy kernel: an e-mail address or a phone number goes in as text and comes out as digests.
//!
//! The promise: no text of an identifier leaves this module. A cell enters as [`Plaintext`], which only
//! this module can read; what comes back is a [`Digest`] (what a platform matches on), a [`WideKey`]
//! (what this run matches on), or a [`Reject`] code (why not). None of them can be turned back to text
//! here, and none prints its bits.
//!
//! It knows no platform, person, register, file or clock, and imports nothing of ours but `ahead` and
//! `sieve`, which know numbers alone.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a cell is handed over: who wraps it again says so at that place"
)]

mod countries;
mod country;
mod digest;
mod domain;
mod email;
mod email_fast;
mod email_form;
mod email_short;
mod forbidden;
mod form;
mod gaps;
mod glue;
pub mod hashed;
mod identity_codes;
mod junk;
mod mends;
mod phone;
mod phone_fast;
mod phone_library;
mod phone_short;
mod phone_text;
mod pieces;
mod plaintext;
mod probes;
mod questions;
mod reject;
mod scratch;
mod steps;
mod tails;
#[cfg(test)]
mod tests;
mod text;
mod unhashed;
mod unread;
mod whole_domains;

pub use country::{Region, country};
#[cfg(test)]
pub(crate) use digest::COLLIDES;
pub(crate) use digest::SHA256_INITIAL;
pub use digest::{Digest, RunKey, WideKey};
pub use domain::{domain_objection_key, is_webmail_domain};
pub use email::Email;
pub use email_fast::Scanned;
pub use email_form::EmailForm;
pub use forbidden::is_forbidden_digest;
pub use form::{AnyForm, NormaliseMode, normalise_form};
pub use identity_codes::{IDENTITY_CODE_MIN, holds_identity_code};
pub use phone::{Phone, PhoneForm, PhoneRule};
pub use phone_library::metadata_version;
pub use plaintext::Plaintext;
pub use probes::{
    beside_addresses, cell_digest, domain_alternatives, email_alternatives, has_counter, last_seven_key,
    phone_alternatives, phone_readings, raw_key, several, several_alone,
};
pub use reject::Reject;
pub use scratch::Scratch;
pub use steps::{steps_email, steps_phone};
pub use tails::{End, Meets, Tails};
pub use unhashed::Unhashed;
pub use unread::Unread;
pub use whole_domains::{WholeDomains, whole_domains};

/// What sort of identifier a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
}

impl Kind {
    /// Both, in order.
    pub const ALL: [Self; 2] = [Self::Email, Self::Phone];

    /// The word for it, as written in records.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }
}
