//! Properties: of any text, and of any spelling of a mailbox or a line.

use super::*;
use proptest::prelude::*;

/// One of many ways to write a mailbox of `user@domain`.
fn spell_email(user: &str, domain: &str, choices: [u8; 4]) -> String {
    let user = if choices[0] & 1 == 1 { user.to_uppercase() } else { user.to_owned() };
    let user = match choices[1] % 4 {
        0 => user,
        1 => format!("{}.{}", &user[..1], &user[1..]),
        2 => format!("{user}+tag"),
        _ => format!("{}.{}+a.b", &user[..2], &user[2..]),
    };
    let domain = if choices[0] & 2 == 2 { domain.to_uppercase() } else { domain.to_owned() };
    let address = format!("{user}@{domain}");
    match choices[2] % 8 {
        0 => address,
        1 => format!("  {address}\t"),
        2 => format!("mailto:{address}"),
        3 => format!("Somebody <{address}>"),
        4 => format!("{address}."),
        5 => format!("\u{feff}{address}\u{a0}"),
        6 => format!("\"{address}\""),
        _ => address.chars().map(|c| if c == '@' { '＠' } else { c }).collect(),
    }
}

/// One of many ways to write a Finnish mobile.
fn spell_phone(national: &str, choices: [u8; 4]) -> String {
    let (area, rest) = national.split_at(2);
    let gap = [" ", "", "-", "\u{2011}", "\u{a0}", ")"][usize::from(choices[0] % 5)];
    let body = format!("{area}{gap}{}{gap}{}", &rest[..3], &rest[3..]);
    let number = match choices[1] % 7 {
        0 => format!("0{body}"),
        1 => format!("+358{gap}{body}"),
        2 => format!("00358 {body}"),
        3 => format!("+358 (0){body}"),
        4 => format!("358{national}"),
        5 => national.to_owned(),
        _ => format!("358{national}.0"),
    };
    match choices[2] % 6 {
        0 | 1 => number,
        2 => format!(" {number}\n"),
        3 => format!("=\"{number}\""),
        4 => number
            .chars()
            .map(|c| c.to_digit(10).and_then(|d| char::from_u32(0x660 + d)).unwrap_or(c))
            .collect(),
        _ => format!("'{number}"),
    }
}

fn email_keys(cell: &str) -> Result<(WideKey, Digest), Reject> {
    let mut scratch = Scratch::new();
    Email::parse(Plaintext::new(cell.as_bytes()), &mut scratch)
        .map(|email| (email.wide_key(&key()), email.digest(EmailForm::Basic)))
}

fn phone_digits(cell: &str, place: Option<Region>) -> Result<String, Reject> {
    Phone::parse(Plaintext::new(cell.as_bytes()), place, PhoneRule::default(), &mut Scratch::new())
        .map(|phone| String::from_utf8_lossy(phone.digits()).into_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_a_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80), text in "\\PC{0,60}") {
        let (mut scratch, key) = (Scratch::new(), key());
        for cell in [bytes.as_slice(), text.as_bytes()] {
            let _ = Email::parse(Plaintext::new(cell), &mut scratch).map(|email| {
                let _ = EmailForm::ALL.map(|form| (email.digest(form), email.canonical_form(form)));
                let mut out = Vec::new();
                hashed::email_hashes(&email, hashed::Algorithm::Md5, &mut out);
                email.wide_key(&key)
            });
            for place in [None, region("FI"), region("US")] {
                let _ = Phone::parse(Plaintext::new(cell), place, PhoneRule { possible: true }, &mut scratch);
            }
            let mut out = Vec::new();
            let regions = [region("FI").expect("known")];
            phone_alternatives(Plaintext::new(cell), &regions, &mut scratch, &key, &mut out);
            let _ = (raw_key(Plaintext::new(cell), &key), last_seven_key(Plaintext::new(cell), &key));
            let _ = (domain_objection_key(Plaintext::new(cell), &key), country(cell));
            for form in [AnyForm::Email(EmailForm::Google), AnyForm::Phone(PhoneForm::E164)] {
                let _ = normalise_form(form, NormaliseMode::Form, Plaintext::new(cell), None, &mut scratch);
            }
        }
    }

    /// Text that is nearly an address or a number, where the edges are.
    #[test]
    fn no_near_miss_makes_a_parser_panic(
        email in "[ \"'<(]{0,2}[a-zA-ZäßİＡ.+\"() ]{0,8}[@＠]{0,2}[a-zäß.\u{200d}-]{0,10}[.]?[a-z]{0,3}[ >\").;]{0,2}",
        phone in "[ +(＋]{0,2}[0-9٠-٩ ()./\u{2011}-]{0,18}[eExX,;.]?[+0-9]{0,4}",
    ) {
        let mut scratch = Scratch::new();
        let _ = Email::parse(Plaintext::new(email.as_bytes()), &mut scratch).map(|email| email.wide_key(&key()));
        let _ = Phone::parse(Plaintext::new(phone.as_bytes()), region("FI"), PhoneRule::default(), &mut scratch);
    }

    #[test]
    fn every_spelling_of_a_mailbox_has_one_wide_key(
        user in "[a-z][a-z0-9]{4,9}[a-z]",
        domain in "(gmail\\.com|example\\.com|sub\\.example\\.org|[a-z]{3,8}\\.example)",
        one in any::<[u8; 4]>(),
        other in any::<[u8; 4]>(),
    ) {
        let (one, other) = (spell_email(&user, &domain, one), spell_email(&user, &domain, other));
        prop_assert_eq!(email_keys(&one).map(|keys| keys.0), email_keys(&other).map(|keys| keys.0), "{} {}", one, other);
        prop_assert!(email_keys(&one).is_ok());
    }

    #[test]
    fn two_mailboxes_never_share_a_wide_key(one in "[a-z]{3,6}", other in "[a-z]{3,6}", domain in "[a-z]{3,5}\\.example") {
        prop_assume!(one != other);
        let keys = [&one, &other].map(|user| email_keys(&format!("{user}@{domain}")).map(|keys| keys.0));
        if let [Ok(one), Ok(other)] = keys {
            prop_assert_ne!(one, other);
        }
    }

    #[test]
    fn case_and_space_around_an_address_do_not_matter(user in "[a-zä-ö]{1,9}(\\.[a-z]{1,4})?", before in "[ \t\u{a0}\u{200b}]{0,3}", after in "[ \r\n\u{feff}]{0,3}") {
        let plain = format!("{user}@example.com");
        let other = format!("{before}{}{after}", plain.to_uppercase());
        prop_assert_eq!(email_keys(&plain), email_keys(&other));
    }

    #[test]
    fn every_spelling_of_a_line_is_one_number(front in "(4[0-6]|50)", rest in "[0-9]{7}", one in any::<[u8; 4]>()) {
        let national = format!("{front}{rest}");
        let cell = spell_phone(&national, one);
        let got = phone_digits(&cell, region("FI"));
        let repeated = rest.bytes().all(|b| b == rest.as_bytes()[0]);
        let wanted = if repeated { Err(Reject::RepeatedDigits) } else { Ok(format!("358{national}")) };
        prop_assert_eq!(got, wanted, "{}", cell);
    }

    #[test]
    fn two_lines_never_share_a_wide_key(one in "4[0-6][0-9]{7}", other in "4[0-6][0-9]{7}", a in any::<[u8; 4]>(), b in any::<[u8; 4]>()) {
        prop_assume!(one != other);
        let wide = |cell: String| {
            Phone::parse(Plaintext::new(cell.as_bytes()), region("FI"), PhoneRule::default(), &mut Scratch::new())
                .map(|phone| phone.wide_key(&key()))
        };
        if let (Ok(one), Ok(other)) = (wide(spell_phone(&one, a)), wide(spell_phone(&other, b))) {
            prop_assert_ne!(one, other);
        }
    }

    /// Normalising what was normalised changes nothing.
    #[test]
    fn a_number_in_international_form_reads_as_itself(cell in "[+0][0-9 -]{6,16}", place in "(FI|SE|DE|GB|IT|US|AU)") {
        if let Ok(digits) = phone_digits(&cell, region(&place)) {
            for again in [format!("+{digits}"), format!("00{digits}")] {
                // Where zeros in front are not how one dials abroad, the double zero is still read so.
                prop_assert_eq!(phone_digits(&again, None), Ok(digits.clone()), "{}", again);
            }
        }
    }

    #[test]
    fn a_basic_address_reads_as_itself(user in "[A-Za-zÀ-ž0-9.+_'-]{1,12}", domain in "[a-zà-ž]{1,8}\\.[a-z]{2,3}") {
        let mut scratch = Scratch::new();
        let cell = format!("{user}@{domain}");
        let once = Email::parse(Plaintext::new(cell.as_bytes()), &mut scratch)
            .map(|email| (format!("{}@{}", email.local(), email.basic_domain()), email.wide_key(&key())));
        if let Ok((text, wide)) = once {
            prop_assert_eq!(email_keys(&text), Ok((wide, sha256(&text))), "{}", text);
        }
    }
}
