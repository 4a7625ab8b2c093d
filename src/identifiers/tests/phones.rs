//! Rules for phone numbers, by the tableful.

use super::*;

fn parse(cell: &str, place: &str) -> Result<Phone, Reject> {
    Phone::parse(Plaintext::new(cell.as_bytes()), region(place), PhoneRule::default(), &mut Scratch::new())
}

fn check(cells: &[&str], place: &str, digits: &str) {
    let mut faults = Faults::default();
    for cell in cells {
        match parse(cell, place) {
            Ok(phone) if phone.digits() == digits.as_bytes() => {
                assert!(phone.digest(PhoneForm::Digits) == sha256(digits));
                assert!(phone.digest(PhoneForm::E164) == sha256(&format!("+{digits}")));
            }
            Ok(phone) => faults.add(format!("{cell:?} is {:?}", String::from_utf8_lossy(phone.digits()))),
            Err(reject) => faults.add(format!("{cell:?}: {}", reject.code())),
        }
    }
}

#[test]
fn every_way_of_writing_a_finnish_mobile_is_one_number() {
    check(
        &[
            "0401234567",
            "040 123 4567",
            "040-1234567",
            "040-123 4567",
            "(040) 1234567",
            "040/1234567",
            "040.123.4567",
            "+358401234567",
            "+358 40 1234567",
            "+358-40-1234567",
            "+358 (0)40 123 4567",
            "+358(0)401234567",
            "+358 0401234567",
            "040\u{200b}123\u{2060}4567",
            "040\u{200d}1234567",
            "tel: (040) 1234567",
            "00358401234567",
            "00358 40 1234567",
            "00358(0)40 1234567",
            "00 358 40 123 4567",
            "358401234567",
            "358 40 1234567",
            "401234567",
            "40 123 4567",
            "tel:+358401234567",
            "tel:0401234567",
            "tel:0401234567;phone-context=+358",
            "puh. 040 1234567",
            "Puh: 0401234567",
            "GSM 040 1234567",
            "0401234567 ext. 12",
            "0401234567x12",
            "0401234567;ext=12",
            "+358401234567#12",
            "040\u{2011}123\u{2011}4567",
            "040\u{2013}1234567",
            "040\u{a0}123\u{202f}4567",
            "\u{200e}+358401234567\u{200e}",
            "０４０１２３４５６７",
            "＋３５８４０１２３４５６７",
            "٠٤٠١٢٣٤٥٦٧",
            "۰۴۰۱۲۳۴۵۶۷",
            "०४०१२३४५६७",
            "=\"0401234567\"",
            "'0401234567",
            "\"0401234567\"",
            "358401234567.0",
            "401234567.0",
            "3.58401234567E+11",
            "3,58401234567E+11",
            "4.01234567e8",
            " 0401234567\r\n",
            "+00358401234567",
            "(+358) 40 1234567",
            "+358 40 - 123 45 67",
            "040 123\t4567",
            "358 (0)40 1234567",
        ],
        "FI",
        "358401234567",
    );
}

#[test]
fn countries_keep_their_own_trunk_rules() {
    check(
        &["+44 (0)20 7946 0958", "020 7946 0958", "(020) 79460958", "00442079460958", "442079460958"],
        "GB",
        "442079460958",
    );
    check(&["+39 06 1234 5678", "06 12345678", "+39 (0)6 12345678"], "IT", "390612345678");
    check(&["+45 32 12 34 56", "+45 (0)32 12 34 56", "32123456"], "DK", "4532123456");
    check(&["+46 (0)70 123 45 67", "070-123 45 67", "701234567"], "SE", "46701234567");
    check(&["+372 5123 4567", "5123 4567", "00372 51234567"], "EE", "37251234567");
    check(&["0151 23456789", "+49 (0)151 23456789", "0151/23456789"], "DE", "4915123456789");
    check(&["(650) 253-0000", "1-650-253-0000", "6502530000", "011 1 650 253 0000"], "US", "16502530000");
    check(&["8 (912) 345-67-89", "+7 912 345-67-89"], "RU", "79123456789");
    // The number of another country, from a place that dials abroad with 011.
    check(&["00358401234567", "+358401234567", "011358401234567"], "US", "358401234567");
}

#[test]
fn whole_numbers_without_plus_or_region_are_read() {
    check(&["1-234-567-8910", "1 234 567 8910"], "", "12345678910");
    check(&["374-93-828222"], "", "37493828222");
    check(&["46701234567", "+46701234567"], "FI", "46701234567");
    assert_eq!(parse("0401234567", "").err(), Some(Reject::NoRegion));
    assert_eq!(parse("401234567", "").err(), Some(Reject::NoRegion));
    assert_eq!(parse("6502530000", "").err(), Some(Reject::NoRegion));
}

#[test]
fn what_is_no_number_has_a_code() {
    use Reject::{
        Blank, EmergencyNumber, InvalidPhone, Letters, LooksHashed, NotValid, Placeholder, PremiumNumber,
        RepeatedDigits, SeveralValues, ShortNumber, SpreadsheetDamage, TooLong,
    };
    let hex = "0".repeat(64);
    let mut faults = Faults::default();
    for (cell, reject) in [
        ("", Blank),
        (" \u{feff}", Blank),
        ("n/a", Placeholder),
        ("3.58401234567E011", Letters),
        ("+46 70 123 456 789 01", TooLong),
        ("-", Placeholder),
        ("ei ole", Placeholder),
        ("++++", InvalidPhone),
        ("abc", Letters),
        (" +A BCD EFG ", Letters),
        ("0401234567 Matti", Letters),
        ("1-800-FLOWERS", Letters),
        ("040 123 4567 / 050 765 4321", SeveralValues),
        ("0401234567, 0507654321", SeveralValues),
        ("0401234567;0507654321", SeveralValues),
        ("0401234567 tai 0507654321", SeveralValues),
        ("0401234567\n0507654321", SeveralValues),
        ("+358401234567 +358507654321", SeveralValues),
        ("3.58401E+11", SpreadsheetDamage),
        ("3.584E11", SpreadsheetDamage),
        ("4E+08", SpreadsheetDamage),
        ("112", EmergencyNumber),
        ("911", EmergencyNumber),
        ("118", EmergencyNumber),
        ("16400", ShortNumber),
        ("1", ShortNumber),
        ("0600 12345", PremiumNumber),
        ("+358 700 12345", PremiumNumber),
        ("0000000000", RepeatedDigits),
        ("+358 40 0000000", RepeatedDigits),
        ("0405555555", RepeatedDigits),
        ("1111111111", RepeatedDigits),
        ("+12345678901234567890", TooLong),
        ("+358", InvalidPhone),
        ("+999 1234567", InvalidPhone),
        ("+1 555 123 4567", NotValid),
        ("012", ShortNumber),
        (hex.as_str(), LooksHashed),
        (&hex[..40], LooksHashed),
        ("+0401234567", InvalidPhone),
    ] {
        let got = parse(cell, "FI").err();
        if got != Some(reject) {
            faults.add(format!("{cell:?}: {got:?} and not {}", reject.code()));
        }
    }
    assert_eq!(
        Phone::parse(Plaintext::new(&[0xff]), None, PhoneRule::default(), &mut Scratch::new()).err(),
        Some(Reject::NotText)
    );
}

/// Four or five digits are a line where lines are so short, and a service elsewhere.
#[test]
fn few_digits_are_a_line_on_islands_only() {
    for (cell, place, digits) in [
        ("51234", "FK", "50051234"),
        ("8999", "TA", "2908999"),
        ("22 129", "WS", "68522129"),
        ("71 234", "CK", "68271234"),
    ] {
        check(&[cell], place, digits);
    }
    for (cell, place) in [("16400", "FI"), ("13123", "FI"), ("11011", "DE"), ("12345", ""), ("123", "FK")] {
        assert_eq!(parse(cell, place).err(), Some(Reject::ShortNumber), "{cell} in {place}");
    }
}

#[test]
fn possible_numbers_are_taken_when_asked_for() {
    let possible = PhoneRule { possible: true };
    let cell = || Plaintext::new(b"+1 555 123 4567");
    let mut scratch = Scratch::new();
    assert_eq!(Phone::parse(cell(), None, PhoneRule::default(), &mut scratch).err(), Some(Reject::NotValid));
    let phone = Phone::parse(cell(), None, possible, &mut scratch).expect("possible");
    assert!(phone.digest(PhoneForm::Digits) == sha256("15551234567"));
    // Of two readings whose length is possible the first counts.
    let first = Phone::parse(Plaintext::new(b"10123401234"), region("DE"), possible, &mut scratch);
    assert!(first.expect("possible").digest(PhoneForm::Digits) == sha256("4910123401234"));
    let short = Phone::parse(Plaintext::new(b"+1 555 12"), None, possible, &mut scratch);
    assert_eq!(short.err(), Some(Reject::InvalidPhone));
}

/// Asked for both at once, a number is what it is when asked for each.
#[test]
fn a_number_in_use_is_told_from_one_of_a_possible_length() {
    let cells = [
        "0401234567",
        "+358401234567",
        "tel:+358-40-123-4567",
        "00 358 40-123 4567",
        "+358 (0)40 1234567",
        "358401234567",
        "+358 99 123456",
        "099 123456",
        "+358 99 1234567890123",
        "(099) 12-34-56",
        "0600 12345",
        "0700-123456",
        "112",
        "1234",
        "+44 20 7946 0000",
        "+44 11 1111 1111",
        "040.1234567 x",
        "3.58E+11",
        "",
    ];
    let (mut in_use, mut possible, mut none) = (0, 0, 0);
    for cell in cells {
        for place in ["FI", "SE", "GB", "US", "??"] {
            let asked = |rule| {
                Phone::parse(Plaintext::new(cell.as_bytes()), region(place), rule, &mut Scratch::new())
            };
            let told = Phone::parse_any(Plaintext::new(cell.as_bytes()), region(place), &mut Scratch::new());
            let digits = |phone: &Phone| phone.digits().to_vec();
            let expected = asked(PhoneRule { possible: true }).map(|phone| digits(&phone));
            assert_eq!(told.as_ref().map(|(phone, _)| digits(phone)).map_err(|reject| *reject), expected);
            let is_in_use = asked(PhoneRule::default()).is_ok();
            assert_eq!(told.as_ref().is_ok_and(|(_, is_in_use)| *is_in_use), is_in_use, "{cell} in {place}");
            *match (is_in_use, told.is_ok()) {
                (true, _) => &mut in_use,
                (false, true) => &mut possible,
                (false, false) => &mut none,
            } += 1;
        }
    }
    assert!(in_use > 20 && possible > 5 && none > 20, "{in_use} in use, {possible} possible, {none} none");
}

#[test]
fn alternatives_reach_what_one_region_cannot() {
    let key = key();
    let mut scratch = Scratch::new();
    let mut faults = Faults::default();
    for (cell, places, digits) in [
        ("0701234567", &["FI", "SE"][..], "46701234567"),
        ("0401234567", &["SE", "FI"], "358401234567"),
        ("401234567", &["FI"], "358401234567"),
        ("358401234567", &[], "358401234567"),
        ("+0401234567", &["FI"], "358401234567"),
        ("4532123456", &["FI"], "4532123456"),
        ("3.58401234567E+11", &[], "358401234567"),
        ("0401234567 Matti", &["FI"], "358401234567"),
        ("00358401234567", &["US"], "358401234567"),
        ("0401234567 / 0507654321", &["FI"], "358507654321"),
        ("+358401234567 +358507654321", &[], "358401234567"),
        ("040 123 4567, 050 765 4321 tai 09 123 4567", &["FI"], "35891234567"),
        ("1-650-FLOWERS", &["US"], "16503569377"),
        ("034362/123456", &["AT", "DE"], "4934362123456"),
        ("Tel. 034362 / 123456 privat", &["DE"], "4934362123456"),
        ("0401234567; 034362/123456", &["DE"], "4934362123456"),
        ("0401234567/1", &["FI"], "358401234567"),
        ("0401234567-1", &["FI"], "358401234567"),
        ("+358 40 1234567 (2)", &[], "358401234567"),
        ("0401234567 0507654321", &["FI"], "358507654321"),
        ("040 123 4567 050 765 4321", &["FI"], "358507654321"),
        ("040 123 4567 050 765 4321", &["FI"], "358401234567"),
    ] {
        let regions: Vec<Region> = places.iter().filter_map(|place| region(place)).collect();
        let mut out = vec![WideKey(1)];
        phone_alternatives(Plaintext::new(cell.as_bytes()), &regions, &mut scratch, &key, &mut out);
        let wanted = Phone::from_digits(digits.as_bytes()).expect("fits").wide_key(&key);
        if out[0] != WideKey(1) || !out[1..].contains(&wanted) {
            faults.add(format!("{cell:?} misses {digits}"));
        }
    }
    let mut out = Vec::new();
    phone_alternatives(Plaintext::new("ab".repeat(32).as_bytes()), &[], &mut scratch, &key, &mut out);
    phone_alternatives(Plaintext::new(b""), &[], &mut scratch, &key, &mut out);
    phone_alternatives(Plaintext::new(b"3.584E+11"), &[], &mut scratch, &key, &mut out);
    assert!(out.is_empty());
}

/// What may count behind a number is told from the end of one.
#[test]
fn a_counter_behind_a_number_is_told() {
    for (cell, counts) in [
        ("0401234567/1", true),
        ("0401234567/12", true),
        ("0401234567/123", false),
        ("0401234567-1", true),
        ("0401234567 - 1 ", true),
        ("0401234567-12", false),
        ("0401234567 (1)", true),
        ("0401234567 ( 1 )", true),
        ("0401234567 (12)", false),
        ("0401234567(1", false),
        ("0401234567 1)", false),
        ("0401234567 /1)", false),
        ("0401234567-(1)", false),
        ("0401234567x-1", false),
        ("x0401234567-1", true),
        ("1234567/8", true),
        ("123456/7", false),
        ("123-4567", false),
        ("040/1234567", false),
        ("０４０１２３４５６７－１", true),
        ("０401234567／12", true),
        ("0401234567-", false),
        ("0401234567", false),
        ("(1)", false),
        ("-1", false),
        ("1", false),
        ("", false),
    ] {
        assert_eq!(has_counter(Plaintext::new(cell.as_bytes())), counts, "{cell:?}");
    }
}

/// Numbers that no sign divides: runs that are long enough, and both parts of too many digits.
#[test]
fn numbers_side_by_side_are_told_apart() {
    for (text, numbers) in [
        ("0401234567", &[][..]),
        ("040 1234567", &[]),
        ("1234567 12345", &[]),
        ("12345 12345 12345", &[]),
        ("123456 12345 1234", &[]),
        ("123456 1234567", &["123456", "1234567"]),
        ("12345 1234567", &[]),
        ("+123456 +1234567", &["+123456", "+1234567"]),
        ("12345 67890 12345 678", &["12345 67890", "12345 678"]),
        ("12345 67890 12345 +678", &["12345 67890", "12345 +678"]),
        ("123451 23451 23451", &["123451", "23451 23451"]),
        ("0401234567 0501234567", &["0401234567", "0501234567", "0401234567", "0501234567"]),
        ("12345678901234567890123456789012", &[]),
        ("123456 1234567890123456789012345", &["123456", "1234567890123456789012345"]),
        (
            "123456789012345 123456789012345",
            &["123456789012345", "123456789012345", "123456789012345", "123456789012345"],
        ),
        ("1234567890123456 12345678", &["1234567890123456", "12345678"]),
        ("١٢٣٤٥٦ 123456", &["١٢٣٤٥٦", "123456"]),
        ("", &[]),
    ] {
        assert_eq!(probes::joined_numbers(text), numbers, "{text:?}");
    }
}

#[test]
fn last_resorts_meet_whatever_the_spelling() {
    let key = key();
    let seven = |cell: &str| last_seven_key(Plaintext::new(cell.as_bytes()), &key);
    assert_eq!(seven("040 123 4567"), seven("+358 (40) 1234567"));
    assert_eq!(seven("040 123 4567"), seven("x1234567"));
    assert_eq!(seven("040 123 4567"), seven("٠٤٠ ١٢٣ ٤٥٦٧"));
    assert_ne!(seven("0401234567"), seven("0401234568"));
    assert_eq!(seven("123456"), None);
    let raw = |cell: &str| raw_key(Plaintext::new(cell.as_bytes()), &key);
    assert_eq!(raw(" Jane at Example "), raw("JANE AT EXAMPLE"));
    assert_eq!(raw("  "), None);
    assert_ne!(raw("jane"), raw("jan e"));
}

#[test]
fn a_registers_cell_with_several_values_names_each() {
    let count = |kind, cell: &str| several(kind, Plaintext::new(cell.as_bytes())).len();
    for (cell, pieces) in [
        ("a@b.com", 1),
        ("a@b.com; c@d.com", 2),
        ("a@b.com c@d.com, e@f.com", 3),
        ("A <a@b.com>, C <c@d.com>", 2),
        ("nobody", 1),
        ("", 1),
    ] {
        assert_eq!(count(Kind::Email, cell), pieces, "{cell}");
    }
    for (cell, pieces) in [
        ("0401234567", 1),
        ("040 123 4567 / 050 765 4321", 2),
        ("030/1234567", 1),
        ("0401234567 tai 0507654321", 2),
        ("+358401234567+358507654321", 2),
    ] {
        assert_eq!(count(Kind::Phone, cell), pieces, "{cell}");
    }
    let key = key();
    let mut scratch = Scratch::new();
    for piece in several(Kind::Email, Plaintext::new(b"Jane <jane@example.com>; joe@example.com")) {
        assert!(Email::parse(piece, &mut scratch).map(|email| email.wide_key(&key)).is_ok());
    }
}

#[test]
fn steps_name_what_was_done() {
    let mut scratch = Scratch::new();
    let steps =
        steps_phone(Plaintext::new(b" +358 (0)40 123 4567 ext 5"), None, PhoneRule::default(), &mut scratch);
    let steps = steps.unwrap_or_default();
    assert!(steps.contains(&"extension removed") && steps.contains(&"separators removed"), "{steps:?}");
    let steps =
        steps_phone(Plaintext::new(b"00358401234567"), region("FI"), PhoneRule::default(), &mut scratch);
    assert_eq!(steps, Ok(vec!["international prefix read as a plus"]));
    let steps = steps_phone(Plaintext::new(b"+358401234567"), None, PhoneRule::default(), &mut scratch);
    assert_eq!(steps, Ok(vec![]));
    for (cell, is_wide) in [("040\u{a0}1234567", false), ("０４０1234567", true)] {
        let cell = Plaintext::new(cell.as_bytes());
        let steps = steps_phone(cell, region("FI"), PhoneRule::default(), &mut scratch).unwrap_or_default();
        assert_eq!(steps.iter().any(|step| step.contains("full-width")), is_wide, "{steps:?}");
    }
    let steps = steps_phone(Plaintext::new(b"0401234567"), region("FI"), PhoneRule::default(), &mut scratch);
    assert_eq!(steps, Ok(vec!["read as a national number of the default region"]));
    let steps = steps_phone(Plaintext::new(b"374-93-828222"), None, PhoneRule::default(), &mut scratch);
    assert!(steps.unwrap_or_default().contains(&"read as an international number without its plus"));
}

#[test]
fn an_extension_a_context_and_a_digit_end_where_they_end() {
    use crate::identifiers::{phone_library, phone_text};
    for (cell, expected) in [
        ("0401234567;phone-context=+358", None),
        ("0401234567;phone-context=+358x", Some(Reject::Letters)),
        ("0401234567;phone-context=358", Some(Reject::Letters)),
        ("0401234567;phone-context=example.com", Some(Reject::Letters)),
    ] {
        assert_eq!(parse(cell, "FI").err(), expected, "{cell}");
    }
    for (letter, digit) in [('\u{660}', Some(0)), ('\u{669}', Some(9)), ('\u{66a}', None), ('\u{65f}', None)]
    {
        assert_eq!(phone_text::digit(letter), digit, "{letter:?}");
    }
    // Country codes as ITU-T E.164 gives them out, one of each zone and length.
    for (digits, expected) in [
        ("12025550123", 1),
        ("74951234567", 1),
        ("20212345678", 2),
        ("27111234567", 2),
        ("2341234567", 3),
        ("33123456789", 2),
        ("3581234567", 3),
        ("36123456789", 2),
        ("3711234567", 3),
        ("39061234567", 2),
        ("40123456789", 2),
        ("4201234567", 3),
        ("46812345678", 2),
        ("51123456789", 2),
        ("5911234567", 3),
        ("61212345678", 2),
        ("6711234567", 3),
        ("81312345678", 2),
        ("8521234567", 3),
        ("86101234567", 2),
        ("90212345678", 2),
        ("9711234567", 3),
        ("98211234567", 2),
    ] {
        assert_eq!(phone_library::country_digits(digits.as_bytes()), expected, "{digits}");
    }
}

/// A rule that is asked about the form alone reads a number where it says it is at home.
#[test]
fn the_form_alone_is_made_where_the_number_is_at_home() {
    let mut scratch = Scratch::new();
    for (cell, place, digits) in [
        ("+46 70 123 45 67", Some("FI"), Some("46701234567")),
        ("0046 70 123 45 67", Some("FI"), Some("46701234567")),
        ("070-123 45 67", Some("SE"), Some("46701234567")),
        ("46701234567", None, Some("46701234567")),
        ("0701234567", Some("FI"), Some("358701234567")),
        ("", None, None),
    ] {
        let form = AnyForm::Phone(PhoneForm::Digits);
        let place = place.and_then(region);
        let made =
            normalise_form(form, NormaliseMode::Form, Plaintext::new(cell.as_bytes()), place, &mut scratch);
        let wanted = digits.map(sha256);
        assert!(made.ok() == wanted, "{cell}");
    }
}
