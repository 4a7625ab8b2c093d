//! Registers of hashes.

use super::*;
use crate::identifiers::hashed::{Algorithm, HashKey, email_hashes, phone_hashes};
use sha1::Digest as _;

fn hex(algorithm: Algorithm, text: &str) -> String {
    match algorithm {
        Algorithm::Sha256 => const_hex::encode(sha2::Sha256::digest(text)),
        Algorithm::Sha1 => const_hex::encode(sha1::Sha1::digest(text)),
        Algorithm::Md5 => const_hex::encode(md5::Md5::digest(text)),
    }
}

fn key_of(algorithm: Algorithm, text: &str) -> HashKey {
    HashKey::parse(Plaintext::new(hex(algorithm, text).as_bytes()), algorithm).expect("a hash")
}

#[test]
fn a_cell_is_read_in_either_case_and_refused_otherwise() {
    for algorithm in Algorithm::ALL {
        let lower = hex(algorithm, "jane@example.com");
        let parse = |cell: &str| HashKey::parse(Plaintext::new(cell.as_bytes()), algorithm);
        assert_eq!(parse(&lower), parse(&format!(" {}\t", lower.to_uppercase())));
        assert_eq!(parse(&lower).map(|key| key.as_bytes().len() * 2), Ok(lower.len()));
        for bad in ["jane@example.com", &format!("0x{lower}"), &lower[1..], &lower.replace(&lower[..1], "g")]
        {
            assert_eq!(parse(bad), Err(Reject::NotAHash), "{bad}");
        }
        assert_eq!(parse(""), Err(Reject::Blank));
        assert_eq!(parse(&hex(algorithm, "")), Err(Reject::Placeholder));
        assert_eq!(Algorithm::from_code(algorithm.code()), Some(algorithm));
    }
}

#[test]
fn an_address_is_found_under_every_form() {
    let mut scratch = Scratch::new();
    let mut faults = Faults::default();
    for (cell, texts) in [
        (
            "Jane.Doe+x@gmail.com",
            &[
                "jane.doe+x@gmail.com",
                "janedoe@gmail.com",
                "janedoe@googlemail.com",
                "jane.doe@gmail.com",
                "jane.doex@gmail.com",
                "jane.doe+x@googlemail.com",
                "gmail.com",
                "@gmail.com",
            ][..],
        ),
        ("a_b@mail.example.com", &["ab@mail.example.com", "example.com", "@example.com", "mail.example.com"]),
        (
            "jane@müller.example",
            &["jane@xn--mller-kva.example", "jane@müller.example", "xn--mller-kva.example", "müller.example"],
        ),
        ("jane@xn--mller-kva.example", &["jane@müller.example"]),
    ] {
        let email = Email::parse(Plaintext::new(cell.as_bytes()), &mut scratch).expect("valid");
        for algorithm in Algorithm::ALL {
            let mut out = Vec::new();
            email_hashes(&email, algorithm, &mut out);
            for text in texts {
                if !out.contains(&key_of(algorithm, text)) {
                    faults.add(format!("{cell} misses {text} in {}", algorithm.code()));
                }
            }
            assert!(
                !out.contains(&key_of(algorithm, "com"))
                    && !out.contains(&key_of(algorithm, "other@gmail.com"))
            );
        }
    }
}

#[test]
fn a_number_is_found_under_every_form() {
    let phone = Phone::from_digits(b"358401234567").expect("fits");
    for algorithm in Algorithm::ALL {
        let mut out = Vec::new();
        phone_hashes(&phone, algorithm, &mut out);
        for text in ["358401234567", "+358401234567", "00358401234567", "0401234567", "401234567"] {
            assert!(out.contains(&key_of(algorithm, text)), "{text}");
        }
    }
}
