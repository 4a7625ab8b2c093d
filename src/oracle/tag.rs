//! The suppression tag, written from its definition.

use std::hash::Hasher as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use siphasher::sip128::{Hasher128 as _, SipHasher24};

/// The tag by which a suppression of this person in this audience can be found again.
///
/// `K_person` is the first 16 bytes of HMAC-SHA-256(root, `verho/person/1`), the person's key the
/// SipHash-2-4-128 under it of id space, 0 and id. `K_audience` is HMAC-SHA-256(root, `verho/tag/1`,
/// 0, audience), the tag the first 16 bytes of HMAC-SHA-256(`K_audience`, `person`, 0, person's key).
#[must_use]
pub fn tag(root_key: &[u8; 32], audience: &str, id_space: &str, id: &str) -> [u8; 16] {
    let person_secret = first_half(&keyed(root_key, &[b"verho/person/1"]));
    let audience_key = keyed(root_key, &[b"verho/tag/1", &[0], audience.as_bytes()]);
    tag_under(&person_secret, &audience_key, id_space, id)
}

/// The same under the keys of a ring, which are derived from nothing.
#[must_use]
pub fn tag_under(person_secret: &[u8; 16], audience_key: &[u8; 32], id_space: &str, id: &str) -> [u8; 16] {
    let mut hasher = SipHasher24::new_with_key(person_secret);
    hasher.write(id_space.as_bytes());
    hasher.write(&[0]);
    hasher.write(id.as_bytes());
    let person = hasher.finish128().as_bytes();
    first_half(&keyed(audience_key, &[b"person", &[0], &person]))
}

fn keyed(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn first_half(bytes: &[u8; 32]) -> [u8; 16] {
    std::array::from_fn(|place| bytes[place])
}
