//! Rules for e-mail addresses, by the tableful.

use super::*;
use crate::identifiers::digest::Space;
use crate::identifiers::hashed::Algorithm;
use EmailForm::{Amazon, Basic, Google, Reddit, Uid2};

fn parse_error(cell: &str) -> Option<Reject> {
    Email::parse(Plaintext::new(cell.as_bytes()), &mut Scratch::new()).err()
}

fn check(cells: &[&str], form: EmailForm, text: &str) {
    let mut faults = Faults::default();
    let mut scratch = Scratch::new();
    for cell in cells {
        match Email::parse(Plaintext::new(cell.as_bytes()), &mut scratch) {
            Ok(email) if email.digest(form) == sha256(text) => {}
            Ok(_) => faults.add(format!("{cell:?} is not {text} as {}", form.code())),
            Err(reject) => faults.add(format!("{cell:?}: {}", reject.code())),
        }
    }
}

fn wide(cell: &str) -> WideKey {
    let mut scratch = Scratch::new();
    let email = Email::parse(Plaintext::new(cell.as_bytes()), &mut scratch);
    email.unwrap_or_else(|reject| panic!("{cell:?}: {}", reject.code())).wide_key(&key())
}

#[test]
fn every_way_of_writing_an_address_is_one_basic_form() {
    check(
        &[
            "jane.doe+x@example.com",
            "Jane.Doe+X@Example.COM",
            "  jane.doe+x@example.com\t",
            "\u{feff}jane.doe+x@example.com",
            "jane.doe+x@example.com\u{a0}",
            "jane\u{200b}.doe+x@example.com",
            "mailto:jane.doe+x@example.com",
            "MAILTO:jane.doe+x@example.com?subject=hi",
            "Jane Doe <jane.doe+x@example.com>",
            "<jane.doe+x@example.com>",
            "\"Doe, Jane\" <jane.doe+x@example.com>",
            "jane.doe+x@example.com <jane.doe+x@example.com>",
            "jane.doe+x@example.com.",
            "jane.doe+x@example.com,",
            ",jane.doe+x@example.com",
            "(jane.doe+x@example.com)",
            "jane.doe+x@example.com;",
            "jane.doe+x@example.com (work)",
            "\"jane.doe+x\"@example.com",
            "\"jane.doe+x@example.com\"",
            "'jane.doe+x@example.com'",
            "'jane.doe+x@example.com",
            "\"jane.doe+x@example.com",
            "=\"jane.doe+x@example.com\"",
            "ｊａｎｅ.doe+x＠example.com",
            "jane.doe+x@example。com",
            "jane.doe+x﹫example｡com",
            "\0jane.doe+x@example.com\u{b}",
            "jane.doe+x()@example.com",
            "jane.doe+x\"@example.com",
            "jane.doe+x@example.com/",
            "“jane.doe+x@example.com”",
            "\u{202a}jane.doe+x@example.com\u{202c}",
            "jane.doe+x@exam\u{ad}ple.com",
        ],
        Basic,
        "jane.doe+x@example.com",
    );
}

#[test]
fn each_platform_has_its_form() {
    check(&["Jane.Doe+X@gmail.com"], Basic, "jane.doe+x@gmail.com");
    check(
        &["Jane.Doe+X@gmail.com", "janedoe@gmail.com", "j..anedoe+@GMAIL.com"],
        Google,
        "janedoe@gmail.com",
    );
    check(&["Jane.Doe+X@googlemail.com"], Google, "janedoe@googlemail.com");
    check(&["Jane.Doe+X@example.com"], Google, "jane.doe+x@example.com");
    check(&["Jane.Doe+X@gmail.com"], Uid2, "janedoe@gmail.com");
    check(&["Jane.Doe+X@googlemail.com"], Uid2, "jane.doe+x@googlemail.com");
    check(&["Jane.Doe+X@example.com", "Ja-ne$.doe@example.com"], Reddit, "janedoe@example.com");
    check(&["Jane.Doe+X@example.com"], Amazon, "jane.doex@example.com");
    check(&["o'Neil_a-b@example.com"], Amazon, "oneila-b@example.com");
    check(&["+test@test.com"], Uid2, "+test@test.com");
    check(&["+@example.com"], Reddit, "+@example.com");
}

#[test]
fn a_domain_keeps_the_spelling_it_was_typed_in_and_matches_in_ascii() {
    check(&["Jane@Müller.Example", "jane@mu\u{308}ller.example"], Basic, "jane@müller.example");
    check(&["jane@xn--mller-kva.example"], Basic, "jane@xn--mller-kva.example");
    check(&["jane@müller.example"], Amazon, "jane@xn--mller-kva.example");
    check(&["\u{1f60a}testtest@test.com"], Uid2, "\u{1f60a}testtest@test.com");
    check(&["testtest@\u{1f60a}test.com"], Uid2, "testtest@\u{1f60a}test.com");
    check(&["testtest@test.com\u{1f60a}"], Uid2, "testtest@test.com\u{1f60a}");
    assert_eq!(wide("jane@müller.example"), wide("jane@xn--mller-kva.example"));
    assert_eq!(wide("jane@MÜLLER.example"), wide("JANE@mu\u{308}ller.example"));
}

#[test]
fn lower_case_is_unicodes_and_matching_folds_more() {
    check(&["ÄITI@example.com", "A\u{308}ITI@example.com"], Basic, "äiti@example.com");
    check(&["İpek@example.com"], Basic, "i\u{307}pek@example.com");
    check(&["STRAßE@example.com"], Basic, "straße@example.com");
    assert_eq!(wide("İpek@example.com"), wide("ipek@example.com"));
    assert_eq!(wide("ıpek@example.com"), wide("IPEK@example.com"));
    assert_eq!(wide("straße@example.com"), wide("STRASSE@example.com"));
    // A joiner or a variation of a letter is no other letter; a dot over any other than i is.
    assert_eq!(wide("ä\u{200d}b@example.com"), wide("äb@example.com"));
    assert_eq!(wide("ä\u{fe0f}b@example.com"), wide("äb@example.com"));
    assert_ne!(wide("äq\u{307}@example.com"), wide("äq@example.com"));
}

#[test]
fn the_widest_form_meets_every_spelling_of_a_mailbox() {
    let one = wide("janedoe@gmail.com");
    for cell in [
        "Jane.Doe+shop@googlemail.com",
        "j.a.n.e.doe@gmail.com",
        "JANEDOE+1+2@GMAIL.COM",
        "jane..doe@gmail.com",
    ] {
        assert_eq!(wide(cell), one, "{cell}");
    }
    assert_eq!(wide("jane.doe+x@example.com"), wide("janedoe@example.com"));
    for (one, other) in [
        ("janedoe@gmail.com", "janedoe@example.com"),
        ("janedoe@a.example.com", "janedoe@example.com"),
        ("jane-doe@example.com", "janedoe@example.com"),
        ("+a@example.com", "+b@example.com"),
    ] {
        assert_ne!(wide(one), wide(other), "{one} {other}");
    }
}

#[test]
fn what_is_no_address_has_a_code() {
    use Reject::{
        Blank, ControlCharacter, InnerSpace, InvalidDomain, InvalidLocalPart, LooksHashed, NotAnAddress,
        Placeholder, SeveralValues, TooLong,
    };
    let long_local = format!("{}@example.com", "a".repeat(65));
    let long_domain = format!("a@{}com", "abcdefgh.".repeat(29));
    let long_label = format!("a@{}.com", "b".repeat(64));
    let hex = "a1".repeat(32);
    let mut faults = Faults::default();
    for (cell, reject) in [
        ("", Blank),
        (" \u{200b}\u{feff}", Blank),
        ("jane", NotAnAddress),
        ("@", NotAnAddress),
        ("@b.c", NotAnAddress),
        ("a@", NotAnAddress),
        ("a@b@c.com", NotAnAddress),
        ("324342@@@@bar.com", NotAnAddress),
        ("a@b", InvalidDomain),
        ("a@b..c", InvalidDomain),
        ("a@.b.c", InvalidDomain),
        ("a@-b.com", InvalidDomain),
        ("a@b-.com", InvalidDomain),
        ("a@1.2.3.4", InvalidDomain),
        ("a@[1.2.3.4]", InvalidDomain),
        ("a@b_c.com", InvalidDomain),
        ("a@xn--a.com", InvalidDomain),
        (long_label.as_str(), InvalidDomain),
        (".a@b.com", InvalidLocalPart),
        ("a.@b.com", InvalidLocalPart),
        ("a..b@b.com", InvalidLocalPart),
        ("...@gmail.com", InvalidLocalPart),
        ("+@gmail.com", InvalidLocalPart),
        (".+@gmail.com", InvalidLocalPart),
        (".+x@googlemail.com", InvalidLocalPart),
        ("foo(.bar)@baz.com", InvalidLocalPart),
        ("\"a b\"@example.com", InvalidLocalPart),
        ("a,b@example.com", InvalidLocalPart),
        ("a\u{fffd}b@example.com", InvalidLocalPart),
        ("a b\"@example.com", InnerSpace),
        ("a@b.com-", InvalidDomain),
        ("al exz@example.com", InnerSpace),
        ("test@te st.com", InnerSpace),
        ("a @example.com", InnerSpace),
        ("a@b.com c@d.com", SeveralValues),
        ("a@b.com;c@d.com", SeveralValues),
        ("a@b.com, c@d.com", SeveralValues),
        ("a@b.com / c@d.com", SeveralValues),
        ("a@b.com <c@d.com>", SeveralValues),
        ("a@b.com\nc@d.com", SeveralValues),
        ("a\u{1}b@example.com", ControlCharacter),
        (hex.as_str(), LooksHashed),
        (&hex[..40], LooksHashed),
        (&hex[..32], LooksHashed),
        ("tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ=", LooksHashed),
        ("N/A", Placeholder),
        ("ei ole", Placeholder),
        ("-", Placeholder),
        ("noemail@example.com", Placeholder),
        ("a@b.invalid", Placeholder),
        ("no-reply@example.com", Placeholder),
        (long_local.as_str(), TooLong),
        (long_domain.as_str(), TooLong),
    ] {
        if parse_error(cell) != Some(reject) {
            faults.add(format!("{cell:?}: {:?} and not {}", parse_error(cell), reject.code()));
        }
    }
    assert_eq!(
        Email::parse(Plaintext::new(&[b'a', 0xe4, b'@']), &mut Scratch::new()).err(),
        Some(Reject::NotText)
    );
}

#[test]
fn lengths_hold_to_the_byte() {
    let fits = format!("{}@example.com", "a".repeat(64));
    assert_eq!(parse_error(&fits), None);
    let domain = |len: usize| {
        format!("{}.{}.{}.{}.com", "a".repeat(63), "b".repeat(63), "c".repeat(60), "d".repeat(len))
    };
    let whole = |len: usize| format!("ab@{}", domain(len));
    let exact = (1..60).find(|len| whole(*len).len() == 254).expect("a length that fits");
    assert_eq!(parse_error(&whole(exact)), None);
    assert_eq!(parse_error(&whole(exact + 1)), Some(Reject::TooLong));
    // The same where the slow way reads.
    let slow = |local: usize, last: usize| format!("{}!@{}", "a".repeat(local - 1), domain(last));
    assert_eq!(parse_error(&format!("{}!@example.com", "a".repeat(63))), None);
    assert_eq!(parse_error(&format!("{}!@example.com", "a".repeat(64))), Some(Reject::TooLong));
    assert_eq!(parse_error(&slow(2, exact)), None);
    assert_eq!(parse_error(&slow(2, exact + 1)), Some(Reject::TooLong));
    // A domain may be longer in ASCII: `xn--` and what stands for the letter come to it.
    let beyond = |len: usize| format!("ab@{}", domain(len).replace(".com", ".ü.com"));
    let longest = (1..63).rev().find(|len| parse_error(&beyond(*len)).is_none()).expect("one fits");
    let written =
        idna::domain_to_ascii(beyond(longest).split_once('@').expect("a sign").1).expect("a domain");
    assert_eq!(written.len() + 3, 254);
    assert_eq!(parse_error(&beyond(longest + 1)), Some(Reject::TooLong));
}

/// Whether something may have stuck to an address, of the user part and of the domain.
#[test]
fn an_address_with_something_stuck_to_it_is_told_and_read_as_whose_it_may_be() {
    let mut scratch = Scratch::new();
    let own = wide("ann@example.com");
    for (cell, is_glued) in [
        ("ann@example.com", false),
        ("ann@bücher.example", false),
        ("o'brien@example.com", false),
        ("jörg@example.com", false),
        ("email=ann@example.com", true),
        ("-ann@example.com", true),
        ("ann@example.com«", true),
        ("•ann@example.com«", true),
        ("u003cann@example.com", true),
    ] {
        let email = Email::parse(Plaintext::new(cell.as_bytes()), &mut scratch);
        let email = email.unwrap_or_else(|reject| panic!("{cell:?}: {}", reject.code()));
        assert_eq!(email.is_glued(), is_glued, "{cell}");
        let (mut keys, mut domains) = (Vec::new(), Vec::new());
        email_alternatives(Plaintext::new(cell.as_bytes()), &mut scratch, &key(), &mut keys, &mut domains);
        assert_eq!(keys.len() > 1, is_glued, "{cell}");
        assert!(!is_glued || keys.contains(&own), "{cell}");
    }
}

#[test]
fn role_addresses_parse_and_are_known_as_such() {
    let mut scratch = Scratch::new();
    for (cell, role) in [
        ("info@example.com", true),
        ("INFO+x@example.com", true),
        ("asiakaspalvelu@example.com", true),
        ("jane@example.com", false),
        ("infoline@example.com", false),
    ] {
        let email = Email::parse(Plaintext::new(cell.as_bytes()), &mut scratch).expect("valid");
        assert_eq!(email.is_role(), role, "{cell}");
    }
}

#[test]
fn forms_are_equal_exactly_when_their_digests_are() {
    let mut scratch = Scratch::new();
    for cell in [
        "jane@example.com",
        "jane.doe@example.com",
        "a.b+c@gmail.com",
        "a.b+c@googlemail.com",
        "a-b@ä.example",
        "ä@b.fi",
    ] {
        let email = Email::parse(Plaintext::new(cell.as_bytes()), &mut scratch).expect("valid");
        for one in EmailForm::ALL {
            assert!(email.digest(one) == email.digest(email.canonical_form(one)), "{cell}");
            for other in EmailForm::ALL {
                let same = email.digest(one) == email.digest(other);
                assert_eq!(email.forms_equal(one, other), same, "{cell} {} {}", one.code(), other.code());
            }
        }
    }
}

#[test]
fn a_domain_objection_covers_the_domains_below_it() {
    let key = key();
    let mut scratch = Scratch::new();
    let covers = |objection: &str, cell: &str, scratch: &mut Scratch| {
        let wanted = domain_objection_key(Plaintext::new(objection.as_bytes()), &key).expect("a domain");
        let email = Email::parse(Plaintext::new(cell.as_bytes()), scratch).expect("valid");
        email.domain_keys(&key).any(|domain| domain == wanted)
    };
    for objection in ["example.com", "@example.com", "*@example.com", " @EXAMPLE.com ", "example.com."] {
        assert!(covers(objection, "a@example.com", &mut scratch), "{objection}");
        assert!(covers(objection, "a@x.mail.example.com", &mut scratch), "{objection}");
        assert!(!covers(objection, "a@notexample.com", &mut scratch), "{objection}");
    }
    assert!(covers("müller.example", "a@xn--mller-kva.example", &mut scratch));
    assert!(covers("xn--mller-kva.example", "a@Müller.example", &mut scratch));
    assert!(!covers("mail.example.com", "a@example.com", &mut scratch));
    for bad in ["", "com", "a@example.com", "@", "exa mple.com"] {
        assert!(domain_objection_key(Plaintext::new(bad.as_bytes()), &key).is_err(), "{bad:?}");
    }
    // As long as a domain may be, and one letter longer.
    let labels = ["a", "b", "c"].map(|letter| letter.repeat(63)).join(".");
    let read = |len: usize| {
        let domain = format!("{labels}.{}", "d".repeat(len - labels.len() - 1));
        domain_objection_key(Plaintext::new(domain.as_bytes()), &key).err()
    };
    assert_eq!((read(253), read(254)), (None, Some(Reject::TooLong)));
    for (cell, expected) in [("a@gmail.com", true), ("a@mail.gmail.com", false), ("a@example.com", false)] {
        let email = Email::parse(Plaintext::new(cell.as_bytes()), &mut scratch).expect("valid");
        assert_eq!(email.is_webmail(), expected, "{cell}");
    }
    assert!(
        is_webmail_domain(Plaintext::new(b"@GMail.com"))
            && !is_webmail_domain(Plaintext::new(b"example.com"))
    );
}

#[test]
fn steps_are_words_and_never_the_value() {
    let mut scratch = Scratch::new();
    let steps =
        steps_email(Plaintext::new(b" Jane <JANE@M\xc3\xbcller.example>. "), EmailForm::Basic, &mut scratch);
    let steps = steps.unwrap_or_default().join("; ");
    assert!(!steps.is_empty() && !steps.contains("ane <") && !steps.contains("jane"), "{steps}");
    assert_eq!(steps_email(Plaintext::new(b"jane@example.com"), EmailForm::Google, &mut scratch), Ok(vec![]));
    for form in EmailForm::ALL {
        let steps = steps_email(Plaintext::new(b"j.d+x@gmail.com"), form, &mut scratch).unwrap_or_default();
        assert_eq!(steps.len(), usize::from(form != EmailForm::Basic), "{form:?}");
    }
    for (cell, done) in [
        ("jörg@example.com", &[][..]),
        ("Jörg@example.com", &["lower-cased"]),
        ("jo\u{308}rg@example.com", &["accents composed (NFC)"]),
        ("Jo\u{308}rg@example.com", &["accents composed (NFC)", "lower-cased"]),
    ] {
        let steps = steps_email(Plaintext::new(cell.as_bytes()), EmailForm::Basic, &mut scratch);
        assert_eq!(steps.as_deref(), Ok(done), "{cell}");
    }
    assert_eq!(
        steps_email(Plaintext::new(b"jane"), EmailForm::Basic, &mut scratch),
        Err(Reject::NotAnAddress)
    );
}

/// Folded for matching, one letter becomes eighteen: however long that is, it has a key of its own.
#[test]
fn a_user_part_that_folds_to_many_letters_has_its_own_key() {
    let mut keys = std::collections::BTreeSet::new();
    for letters in 1..=21 {
        let local = "\u{fdfa}".repeat(letters);
        let folded = "صلى الله عليه وسلم".repeat(letters);
        for (cell, text) in [
            (format!("{local}@example.com"), format!("{folded}@example.com")),
            (format!("{local}.+x@googlemail.com"), format!("{folded}@gmail.com")),
        ] {
            let mut scratch = Scratch::new();
            let Ok(email) = Email::parse(Plaintext::new(cell.as_bytes()), &mut scratch) else {
                assert!(cell.contains('+') && letters == 21, "{letters}: longer than a user part may be");
                continue;
            };
            assert!(email.wide_key(&key()) == key().wide(Space::Email, text.as_bytes()), "{letters}");
            keys.insert(email.wide_key(&key()));
            let mut hashes = Vec::new();
            crate::identifiers::hashed::email_hashes(&email, Algorithm::Sha256, &mut hashes);
            assert!(hashes.iter().any(|hash| hash.as_bytes() == sha256(&text).as_bytes()), "{letters}");
        }
    }
    assert!(keys.len() > 40);
}

/// A domain that is short in ASCII may be long in Unicode; registers hold hashes of either.
#[test]
fn a_domain_that_is_longer_in_unicode_has_all_its_hashes() {
    for letters in [1, 20, 40] {
        let label = "\u{4f60}".repeat(letters);
        let domain = format!("{label}.{label}.{label}.{label}.example");
        let mut ascii = String::new();
        crate::identifiers::domain::to_ascii(&domain, &mut ascii).unwrap_or_else(|_| panic!("{letters}"));
        let mut scratch = Scratch::new();
        let cell = format!("{}@{ascii}", "j".repeat(20));
        let email = Email::parse(Plaintext::new(cell.as_bytes()), &mut scratch)
            .unwrap_or_else(|reject| panic!("{letters}: {}", reject.code()));
        let mut hashes = Vec::new();
        crate::identifiers::hashed::email_hashes(&email, Algorithm::Sha256, &mut hashes);
        let expected = sha256(&format!("{}@{domain}", "j".repeat(20)));
        assert!(hashes.iter().any(|hash| hash.as_bytes() == expected.as_bytes()), "{letters}");
    }
}
