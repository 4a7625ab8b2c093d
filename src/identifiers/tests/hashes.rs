//! Registers of hashes.

use super::*;
use crate::identifiers::hashed::{Algorithm, HashKey, email_hashes, hashes_within, phone_hashes, raw_hashes};
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

/// A hash goes up as it is where its form is asked for, and is never taken for another form's.
#[test]
fn a_hash_is_the_digest_of_its_own_form_only() {
    for algorithm in Algorithm::ALL {
        let hash = key_of(algorithm, "jane@example.com");
        let own = Digest::from_hex(hex(algorithm, "jane@example.com").as_bytes());
        for form in EmailForm::ALL {
            let expected = own.filter(|_| form == EmailForm::Basic);
            assert_eq!(hash.email_digest(form), expected, "{} {}", algorithm.code(), form.code());
        }
        for form in PhoneForm::ALL {
            let expected = own.filter(|_| form == PhoneForm::Digits);
            assert_eq!(hash.phone_digest(form), expected, "{} {}", algorithm.code(), form.code());
        }
    }
}

/// Nobody is named by the hash of another host's mailbox of the same name; none stands twice.
#[test]
fn an_address_is_not_found_at_another_host() {
    let mut scratch = Scratch::new();
    for (cell, others) in [
        ("jane@example.com", ["jane@gmail.com", "jane@googlemail.com", "gmail.com"]),
        ("jane@gmail.com", ["jane@example.com", "jane@gmail.co", "com"]),
    ] {
        let email = Email::parse(Plaintext::new(cell.as_bytes()), &mut scratch).expect("valid");
        for algorithm in Algorithm::ALL {
            let mut out = vec![key_of(algorithm, "stays first")];
            email_hashes(&email, algorithm, &mut out);
            assert!(others.iter().all(|other| !out.contains(&key_of(algorithm, other))), "{cell}");
            assert!(out[0] == key_of(algorithm, "stays first"));
            assert!(out[1..].windows(2).all(|pair| pair[0] < pair[1]), "{cell}");
        }
    }
}

/// Lists are also made of cells as they were found, and of cells that hold several values.
#[test]
fn a_cell_is_found_as_it_stands_and_so_is_each_of_its_values() {
    let mut scratch = Scratch::new();
    let mut within = |kind, cell: &str, algorithm| {
        let mut out = Vec::new();
        hashes_within(kind, Plaintext::new(cell.as_bytes()), algorithm, &mut scratch, &mut out);
        out
    };
    for algorithm in Algorithm::ALL {
        let mut raw = Vec::new();
        raw_hashes(Plaintext::new(b" Nobody At Home "), algorithm, &mut raw);
        assert!(raw == ["Nobody At Home", "nobody at home"].map(|text| key_of(algorithm, text)));
        let several = within(Kind::Email, "J.Doe@example.com, Bob@Example.com", algorithm);
        for text in ["J.Doe@example.com", "Bob@Example.com", "bob@example.com", "jdoe@example.com"] {
            assert!(several.contains(&key_of(algorithm, text)), "{text}");
        }
        let numbers = within(Kind::Phone, "040 1234567, 050 1234567", algorithm);
        assert!(numbers.contains(&key_of(algorithm, "050 1234567")));
        // One value alone is the caller's to look up; only what can be read in it is added.
        assert!(within(Kind::Phone, "040 1234567", algorithm).is_empty());
        let one = within(Kind::Email, "J.Doe@example.com", algorithm);
        assert!(one.contains(&key_of(algorithm, "jdoe@example.com")));
        assert!(!one.contains(&key_of(algorithm, "J.Doe@example.com")));
    }
}

#[test]
fn what_looks_like_a_forbidden_digest_is_none_and_keys_are_their_bytes() {
    let nothing = sha256("");
    assert!(is_forbidden_digest(&nothing));
    let mut bytes = *nothing.as_bytes();
    bytes[31] ^= 1;
    assert!(!is_forbidden_digest(&Digest::from_bytes(bytes)));
    let wide = WideKey(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10);
    assert_eq!(wide.to_bytes(), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
    assert!(WideKey::from_bytes(wide.to_bytes()) == wide);
}
