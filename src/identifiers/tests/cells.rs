//! What is read of cells that do not parse: addresses among words, what is no address, several values,
//! numbers beside addresses, and values that are only kept by their text.

use std::collections::BTreeSet;

use super::*;
use crate::identifiers::probes::{
    ends_a_domain, ends_a_plain_user_part, ends_a_user_part, is_cut_at_slashes,
};
use crate::identifiers::steps::Steps;
use crate::identifiers::{Unread, beside_addresses, several_alone};

/// The keys of everything that a cell says: of addresses and of domains.
fn said(cell: &str) -> (BTreeSet<WideKey>, BTreeSet<WideKey>) {
    let (mut keys, mut domains) = (Vec::new(), Vec::new());
    let cell = Plaintext::new(cell.as_bytes());
    email_alternatives(cell, &mut Scratch::new(), &key(), &mut keys, &mut domains);
    (keys.into_iter().collect(), domains.into_iter().collect())
}

#[test]
fn an_address_among_words_is_found() {
    let (own, domain) = said("ann@example.com");
    assert_eq!((own.len(), domain.len()), (1, 1));
    for cell in [
        "call ann@example.com!",
        "Ann: ann@example.com, after Monday",
        "ann@example.com bo@example.org",
        "bo@example.org|ann@example.com",
        "two@signs@ann@example.com",
        "[ann@example.com]",
        "see:ann@example.com.",
        "x\u{a0}ann@example.com\u{9f}x",
        "、ann@example.com、",
        "ann(at)example.com",
    ] {
        let (keys, domains) = said(cell);
        assert!(keys.is_superset(&own) && domains.is_superset(&domain), "{cell}");
    }
    let (keys, domains) = said("call bo@example.org!");
    assert!(keys.is_disjoint(&own) && domains.is_disjoint(&domain));
}

/// What stands around an at sign has a widest form though it is no address.
#[test]
fn what_is_no_address_has_a_widest_form_too() {
    let same = [
        ["ann@localhost", "A.nn+x@LOCALHOST"],
        ["x@y@googlemail.com", "x@y@gmail.com"],
        ["ann bo@localhost", "ann bo @ localhost"],
    ];
    for [one, other] in same {
        let (one_keys, other_keys) = (said(one).0, said(other).0);
        assert!(!one_keys.is_disjoint(&other_keys), "{one} and {other}");
    }
    assert!(said("ann@localhost").0.is_disjoint(&said("bo@localhost").0));
    // Too long before the sign for an address, so there is no other reading.
    let long = |host: &str| said(&format!("{}@{host}", "a".repeat(65))).0;
    assert_eq!(long("googlemail.com"), long("gmail.com"));
    assert!(long("example.com").is_disjoint(&long("gmail.com")));
    assert!(long("example.com").is_disjoint(&long("example.org")));
    assert!(said("...@localhost").0.is_disjoint(&said("+@localhost").0));
    assert_eq!(said("@example.com").0.len(), 0);
    assert_eq!(said("@example.com").1, said("ann@example.com").1);
    for nothing in ["ann@", "@", "", "nobody", "ann@ "] {
        assert_eq!(said(nothing).0.len() + said(nothing).1.len(), 0, "{nothing:?}");
    }
}

#[test]
fn letters_of_no_script_end_an_address() {
    for (c, ends) in [
        ('\u{a0}', [true; 3]),
        ('\u{9f}', [true; 3]),
        ('·', [true; 3]),
        ('→', [true; 3]),
        ('、', [true; 3]),
        ('«', [true; 3]),
        ('×', [true; 3]),
        ('\u{3164}', [true; 3]),
        ('\u{e0020}', [true; 3]),
        ('ä', [false; 3]),
        ('ª', [false; 3]),
        ('µ', [false; 3]),
        ('用', [false; 3]),
        ('a', [false; 3]),
        ('7', [false; 3]),
        ('.', [false; 3]),
        ('-', [false; 3]),
        ('+', [true, false, false]),
        ('_', [true, false, false]),
        ('=', [true, false, true]),
        ('/', [true, false, true]),
        ('@', [true; 3]),
        (',', [true; 3]),
        ('(', [true; 3]),
    ] {
        let told = [ends_a_domain(c), ends_a_user_part(c), ends_a_plain_user_part(c)];
        assert_eq!(told, ends, "{c:?}");
    }
}

#[test]
fn a_number_beside_an_address_is_what_is_left() {
    for (cell, left) in [
        ("0401234567 ann@example.com", Some("0401234567 ;")),
        ("ann@example.com,123456", Some(";123456")),
        ("ann@example.com / 040 123 456", Some(";/ 040 123 456")),
        ("ann＠example.com；０４０１２３４", Some(";0401234")),
        ("ann@example.com 12345", None),
        ("ann@example.com", None),
        ("0401234567", None),
        ("", None),
    ] {
        let found = beside_addresses(Plaintext::new(cell.as_bytes()));
        assert_eq!(found.as_ref().map(|text| text.as_str()), left, "{cell}");
    }
}

#[test]
fn several_values_and_nothing_else_are_told() {
    for (kind, cell, count) in [
        (Kind::Email, "a@b.com; c@d.com", Some(2)),
        (Kind::Email, "call a@b.com c@d.com", None),
        (Kind::Email, "a@b.com", None),
        (Kind::Email, "a@b.com+c", None),
        (Kind::Phone, "0401234567 / 0507654321", Some(2)),
        (Kind::Phone, "0401234567, 0507654321, 12", None),
        (Kind::Phone, "+358401234567+358507654321", Some(2)),
        (Kind::Phone, "0401234567;phone-context=+358", None),
        (Kind::Phone, "0401234567", None),
        (Kind::Phone, "", None),
    ] {
        let values = several_alone(kind, Plaintext::new(cell.as_bytes()));
        assert_eq!(values.map(|values| values.len()), count, "{cell}");
    }
    for (text, is_cut) in [
        ("034362/123456", true),
        ("123456/7654321/123456", true),
        ("0401234567", false),
        ("040/1234567", false),
        ("0401234567;0501234567", false),
        ("0401234567;0501234567/123456", false),
        ("", false),
    ] {
        assert_eq!(is_cut_at_slashes(text), is_cut, "{text}");
    }
}

/// Two registers' values that do not parse are looked up as one's.
#[test]
fn values_kept_by_their_text_are_joined() {
    let of = |cells: &[&str]| {
        let mut unread = Unread::default();
        cells.iter().for_each(|cell| unread.insert(Plaintext::new(cell.as_bytes())));
        unread
    };
    for (one, other) in [
        (&["n/a"][..], &["call 1234567"][..]),
        (&["call 1234567"], &["n/a"]),
        (&[], &["n/a", "call 1234567"]),
    ] {
        let mut both = of(one);
        both.take_in(&of(other));
        both.freeze();
        assert!(both.may_meet(Plaintext::new(b" N/A ")));
        assert!(both.may_meet_last_seven(Plaintext::new(b"040 123 4567")));
        // The sieve is one of many bits, so nearly everything else is told apart.
        let others = (0..1000).map(|number| format!("{number}abc"));
        assert!(others.filter(|text| both.may_meet(Plaintext::new(text.as_bytes()))).count() < 20);
        let others = (0..1000).map(|number| format!("040 {}", 2_345_678 + number));
        assert!(others.filter(|text| both.may_meet_last_seven(Plaintext::new(text.as_bytes()))).count() < 20);
    }
}

/// Quotes around the whole go, unless one stands inside, too; a cell is looked at up to 2,000 bytes.
#[test]
fn a_cell_is_opened_as_far_as_it_is_wrapped() {
    let open = |cell: &str| text::open(cell.as_bytes(), &mut Steps::default()).map(str::to_owned);
    for (cell, opened) in [
        ("“a”", "a"),
        ("„a“", "a"),
        ("“a”b”", "“a”b”"),
        ("“a“b”", "“a“b”"),
        ("\"a\"b\"", "\"a\"b\""),
        ("=\"a\"", "a"),
        (" 'a ", "a"),
        ("a", "a"),
    ] {
        assert_eq!(open(cell).as_deref(), Ok(opened), "{cell}");
    }
    assert_eq!(open("").err(), Some(Reject::Blank));
    assert_eq!(open(&"a".repeat(2_000)).map(|text| text.len()), Ok(2_000));
    assert_eq!(open(&"a".repeat(2_001)).err(), Some(Reject::TooLong));
}

#[test]
fn a_reject_concerns_the_kinds_that_can_have_it() {
    for (reject, is_email, is_phone) in [
        (Reject::Blank, true, true),
        (Reject::SeveralValues, true, true),
        (Reject::NotAnAddress, true, false),
        (Reject::InvalidPhone, false, true),
    ] {
        assert_eq!(reject.for_email(), is_email, "{}", reject.code());
        assert_eq!(reject.for_phone(), is_phone, "{}", reject.code());
    }
}
