//! What the types must not be able to do, proven by the compiler, and what the tables must hold.

use super::*;

lacks!(Plaintext<'static>: std::fmt::Debug, std::fmt::Display, Clone, Copy, PartialEq, std::hash::Hash,
    AsRef<str>, AsRef<[u8]>, std::ops::Deref, std::borrow::Borrow<str>, serde::Serialize, Into<Vec<u8>>, ToString);
lacks!(Email<'static>: std::fmt::Debug, std::fmt::Display, Clone, Copy, PartialEq, std::hash::Hash,
    AsRef<str>, AsRef<[u8]>, std::ops::Deref, serde::Serialize, ToString);
lacks!(Phone: std::fmt::Debug, std::fmt::Display, PartialEq, std::hash::Hash, AsRef<str>, AsRef<[u8]>,
    std::ops::Deref, serde::Serialize, ToString);
lacks!(RunKey: std::fmt::Debug, std::fmt::Display, Clone, Copy, PartialEq, std::hash::Hash, AsRef<[u8]>,
    std::ops::Deref, serde::Serialize);
lacks!(Scratch: std::fmt::Debug, std::fmt::Display, Clone, AsRef<str>, std::ops::Deref, serde::Serialize);
lacks!(Digest: std::fmt::Display, serde::Serialize, ToString);
lacks!(WideKey: std::fmt::Display, serde::Serialize, ToString);

#[test]
fn debug_of_digests_prints_no_bits() {
    let mut scratch = Scratch::new();
    let email = Email::parse(Plaintext::new(b"mary@example.com"), &mut scratch).expect("valid");
    assert_eq!(format!("{:?}", email.digest(EmailForm::Basic)), "Digest");
    assert_eq!(format!("{:?}", email.wide_key(&key())), "WideKey");
}

#[test]
fn a_phone_is_sixteen_bytes() {
    assert_eq!(size_of::<Phone>(), 16);
}

#[test]
fn codes_are_kebab_case_unique_and_described() {
    let mut faults = Faults::default();
    for reject in Reject::ALL {
        let code = reject.code();
        if !code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
            || Reject::from_code(code) != Some(*reject)
        {
            faults.add(code);
        }
        if !reject.description().ends_with('.') || !(reject.for_email() || reject.for_phone()) {
            faults.add(format!("{code}: description or kind"));
        }
    }
}

#[test]
fn keys_of_two_spaces_and_two_runs_differ() {
    let other = RunKey::from_bytes([7; 16]);
    let raw = |key: &RunKey| raw_key(Plaintext::new(b"1234567"), key);
    assert_ne!(raw(&key()), last_seven_key(Plaintext::new(b"1234567"), &key()));
    assert_ne!(raw(&other), raw(&key()));
    assert_eq!(raw(&key()), raw(&key()));
}

#[test]
fn one_block_hashing_equals_the_general_hasher() {
    let text = "abcdefghij".repeat(20);
    for len in 0..text.len() {
        assert!(Digest::of(&text.as_bytes()[..len]) == sha256(&text[..len]), "length {len}");
    }
}

#[test]
fn hex_goes_out_lower_case_and_comes_back_in_either() {
    let digest = sha256("mary@example.com");
    let hex = digest.to_hex();
    assert_eq!(hex, hex.to_lowercase());
    let mut buffer = [0; 64];
    digest.write_hex(&mut buffer);
    assert_eq!(buffer, hex.as_bytes());
    assert!(Digest::from_hex(hex.to_uppercase().as_bytes()) == Some(digest));
    assert!(Digest::from_hex(b"0x").is_none() && Digest::from_hex(&hex.as_bytes()[..63]).is_none());
    assert!(Digest::from_hex(format!("0x{}", &hex[..62]).as_bytes()).is_none());
}

/// The library does not tell its metadata version: the lock file ties it to the constant.
#[test]
fn the_metadata_version_belongs_to_the_pinned_library() {
    let lock = include_str!("../../../Cargo.lock");
    assert!(lock.contains("name = \"rlibphonenumber\"\nversion = \"2.2.15\"\n"), "prove the fast path anew");
    assert_eq!(metadata_version(), "9.0.42");
}

#[test]
fn forbidden_digests_are_of_nothing() {
    for text in ["", " ", "null", "N/A", "+0000000000", "1111111111", "@gmail.com"] {
        assert!(is_forbidden_digest(&sha256(text)), "{text:?}");
    }
    for text in ["mary@example.com", "358401234567"] {
        assert!(!is_forbidden_digest(&sha256(text)), "{text:?}");
    }
}
