//! Addresses, numbers, countries and tags against known answers.

use super::super::email::{self, Email};
use super::super::phone::{self, Phone};
use super::super::text::{iso_day, read_hash, sha256};
use super::super::{country, tag};
use crate::config::HashAlgorithm;

#[test]
fn addresses_have_a_narrow_and_a_wide_form() {
    for (cell, basic, google, wide) in [
        ("mary@example.com", "mary@example.com", "mary@example.com", "mary@example.com"),
        (
            "  User.Name+NYC@Example.com\u{a0}",
            "user.name+nyc@example.com",
            "user.name+nyc@example.com",
            "username@example.com",
        ),
        (
            "Jefferson.Loves.hiking@gmail.com",
            "jefferson.loves.hiking@gmail.com",
            "jeffersonloveshiking@gmail.com",
            "jeffersonloveshiking@gmail.com",
        ),
        ("j.e.f..f+x@googlemail.com", "j.e.f..f+x@googlemail.com", "jeff@googlemail.com", "jeff@gmail.com"),
        (
            "\u{feff}A@BÜCHER.example\u{200b}",
            "a@bücher.example",
            "a@bücher.example",
            "a@xn--bcher-kva.example",
        ),
        ("va\u{308}ino@example.org", "väino@example.org", "väino@example.org", "väino@example.org"),
        ("fo'o@bar.example", "fo'o@bar.example", "fo'o@bar.example", "fo'o@bar.example"),
        ("a@b.c", "a@b.c", "a@b.c", "a@b.c"),
    ] {
        let Some(email) = Email::parse(cell) else { panic!("{cell} does not parse") };
        assert_eq!(
            (email.basic().as_str(), email.google().as_str(), email.wide().as_str()),
            (basic, google, wide)
        );
        assert_eq!(email::wides(cell), [wide.to_owned()].into());
        assert!([basic, google, wide].iter().all(|form| email::hashable(cell).contains(*form)));
    }
    for cell in [
        "",
        " ",
        "a",
        "abc",
        "a@b",
        "@b.c",
        ".c",
        "@",
        "al exz@example.com",
        "a@@example.com",
        "a@b@example.com",
        "a@-b.example",
        "a@b..example",
        "a@1.2",
        "noreply@example.com",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        &format!("{}@example.com", "a".repeat(65)),
        &format!("a@{}.example", "b".repeat(64)),
        "a,b@example.com",
        "a\u{0}@example.com",
    ] {
        assert!(Email::parse(cell).is_none(), "{cell} parses");
    }
    assert_eq!(
        sha256("mary@example.com"),
        "f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79"
    );
}

#[test]
fn numbers_are_read_in_their_region() {
    let region = |code: &str| code.as_bytes().try_into().ok();
    for (cell, code, e164) in [
        ("040 1234567", "FI", "+358401234567"),
        ("401234567", "FI", "+358401234567"),
        ("+358 (0)40-123 45 67", "SE", "+358401234567"),
        ("00358401234567", "US", "+358401234567"),
        ("358401234567", "SE", "+358401234567"),
        ("tel:+358-40-1234567", "", "+358401234567"),
        ("＋３５８４０１２３４５６７", "", "+358401234567"),
        ("070-174 06 05", "SE", "+46701740605"),
        ("0044 20 7946 0958", "FI", "+442079460958"),
        ("1 800 555 0100", "US", "+18005550100"),
        ("+1-800\u{2011}555\u{2011}0100", "", "+18005550100"),
    ] {
        let Some(phone) = Phone::parse(cell, region(code)) else { panic!("{cell} does not parse") };
        assert_eq!((phone.e164.as_str(), phone.valid), (e164, true), "{cell} in {code}");
        assert_eq!(phone.digits(), &e164[1..]);
    }
    for (cell, code) in [
        ("040 1234567", ""),
        ("", "FI"),
        ("+abc-DEF", "FI"),
        ("++++", "FI"),
        ("3.58401E+11", "FI"),
        ("0000000000", "FI"),
        ("12", "FI"),
        ("04012345678901234567", "FI"),
        ("ask her", "FI"),
        ("040 1234567 mum", "FI"),
        ("+358405555555", "FI"),
    ] {
        assert!(
            !Phone::parse(cell, region(code)).is_some_and(|phone| phone.is_good(false)),
            "{cell} in {code}"
        );
    }
    assert_eq!(phone::last_seven("ext. 040-123 45 67").as_deref(), Some("1234567"));
    assert_eq!(phone::last_seven("123456"), None);
}

#[test]
fn countries_by_code_and_name() {
    for (cell, code) in
        [("FI", "FI"), ("gbr", "GB"), (" Ruotsi ", "SE"), ("XK", "XK"), ("UK", "GB"), ("Česko", "CZ")]
    {
        assert_eq!(country::read(cell).as_ref().map(<[u8; 2]>::as_slice), Some(code.as_bytes()), "{cell}");
    }
    assert!(["", "F", "ZZ", "Atlantis", "FI FIN", "FIFIN"].iter().all(|cell| country::read(cell).is_none()));
    let needs = |code: &str| country::needs_signals(code.as_bytes().try_into().ok());
    assert!(["FI", "NO", "IS", "LI", "GB", "CH", "HR", ""].into_iter().all(needs));
    assert!(!["US", "RS", "TR", "JP"].into_iter().any(needs));
}

#[test]
fn hashes_are_hex_of_their_length_and_not_of_nothing() {
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(read_hash(HashAlgorithm::Sha256, nothing), None);
    assert_eq!(read_hash(HashAlgorithm::Md5, nothing), None);
    assert_eq!(read_hash(HashAlgorithm::Sha1, &format!(" {} ", "A1".repeat(20))), Some("a1".repeat(20)));
    assert_eq!(read_hash(HashAlgorithm::Sha1, &"g1".repeat(20)), None);
}

#[test]
fn days_are_of_the_calendar() {
    for cell in ["2001-02-29", "2001-2-28", "20010228", "2001-02-28x", "", "２００１-02-28"] {
        assert_eq!(iso_day(cell), None, "{cell}");
    }
    assert!(
        ["2004-02-29", "2004-02-29 10:00", "2004-02-29T10:00:00Z"].iter().all(|cell| iso_day(cell).is_some())
    );
}

/// Answers computed by a Python script from the definition, whose `SipHash` was checked against the
/// authors' vector for the empty message.
#[test]
fn tags_follow_their_definition() {
    let counting = std::array::from_fn(|place| place as u8);
    assert_eq!(
        hex::encode(tag(&[0; 32], "savings-customers", "crm", "1001")),
        "d3e8121ea39ee395e802ffe3d25878c0"
    );
    assert_eq!(hex::encode(tag(&counting, "a", "crm", "Ärla 7")), "b6351f0797f6369c3fe15c60bf98208c");
    assert_ne!(tag(&counting, "a", "crm", "1"), tag(&counting, "b", "crm", "1"));
}
