//! The phone parser against the metadata's own example numbers: every region, every type of number, in
//! the spellings people use. The larger comparison with Google's Python edition is
//! `conformance/phones.py`.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType};
use verho::identifiers::{
    AnyForm, NormaliseMode, Phone, PhoneForm, PhoneRule, Plaintext, Region, Reject, Scratch, normalise_form,
};

const TYPES: [PhoneNumberType; 11] = [
    PhoneNumberType::FixedLine,
    PhoneNumberType::Mobile,
    PhoneNumberType::FixedLineOrMobile,
    PhoneNumberType::TollFree,
    PhoneNumberType::PremiumRate,
    PhoneNumberType::SharedCost,
    PhoneNumberType::VoIP,
    PhoneNumberType::PersonalNumber,
    PhoneNumberType::Pager,
    PhoneNumberType::UAN,
    PhoneNumberType::VoiceMail,
];

fn translated(text: &str, zero: char) -> String {
    let digit = |c: char| c.to_digit(10).and_then(|digit| char::from_u32(zero as u32 + digit)).unwrap_or(c);
    text.chars().map(digit).collect()
}

/// One number as people write it. The region's own dialling is known to the library alone, so `00` is
/// written only where it is read whatever the region dials.
fn spellings(e164: &str, abroad: &str, home: &str) -> Vec<String> {
    vec![
        e164.to_owned(),
        abroad.to_owned(),
        home.to_owned(),
        abroad.replace(' ', "-"),
        abroad.replace(' ', ""),
        abroad.replace(' ', "\u{a0}"),
        abroad.replace('-', "\u{2011}"),
        home.replace(['-', ' '], " "),
        format!(" {home}\t"),
        format!("tel:{e164}"),
        format!("{e164};ext=12"),
        format!("{home} ext. 12"),
        format!("=\"{home}\""),
        format!("00{}", &e164[1..]),
        translated(e164, '０').replace('+', "＋"),
        translated(home, '٠'),
        translated(abroad, '۰'),
    ]
}

#[test]
fn example_numbers_of_every_region_and_type_are_read() {
    let mut scratch = Scratch::new();
    let (mut regions, mut asked, mut differ) = (0_u32, 0_u32, Vec::new());
    for (one, two) in ('A'..='Z').flat_map(|one| ('A'..='Z').map(move |two| (one, two))) {
        let code = format!("{one}{two}");
        let (Some(region), Ok(known)) =
            (Region::from_code(&code), rlibphonenumber::Region::from_code(code.as_str()))
        else {
            continue;
        };
        regions += 1;
        for kind in TYPES {
            let Ok(number) = PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(known, kind) else {
                continue;
            };
            let format = |format| number.format_as(format).into_owned();
            let e164 = format(PhoneNumberFormat::E164);
            let (abroad, home) =
                (format(PhoneNumberFormat::International), format(PhoneNumberFormat::National));
            let filler = e164.as_bytes()[e164.len() - 7..].windows(2).all(|pair| pair[0] == pair[1]);
            let premium = PHONE_NUMBER_UTIL.get_number_type(&number) == PhoneNumberType::PremiumRate
                && !(e164.starts_with("+4484") || e164.starts_with("+4487"));
            let wanted = |text: &str| {
                let form = AnyForm::Phone(PhoneForm::E164);
                normalise_form(
                    form,
                    NormaliseMode::Form,
                    Plaintext::new(text.as_bytes()),
                    None,
                    &mut Scratch::new(),
                )
            };
            let expected = match (filler, premium) {
                (true, false) => Err(Reject::RepeatedDigits),
                (_, true) => Err(Reject::PremiumNumber),
                (false, false) => wanted(&e164),
            };
            for text in spellings(&e164, &abroad, &home) {
                asked += 1;
                let rule = PhoneRule::default();
                let answer = Phone::parse(Plaintext::new(text.as_bytes()), Some(region), rule, &mut scratch)
                    .map(|phone| phone.digest(PhoneForm::E164));
                if answer != expected {
                    differ.push(format!("{code} {kind:?} {text:?}: {answer:?} and not {expected:?}"));
                }
            }
        }
    }
    assert!(regions > 240 && asked > 15_000, "{regions} regions, {asked} spellings");
    // What differs is explained in docs/normalisation.md: service numbers of three to five digits.
    let share = differ.len() as f64 / f64::from(asked);
    assert!(share < 0.006, "{} of {asked}:\n{}", differ.len(), differ.join("\n"));
}

/// A newer metadata or form rule moves digests: what a release was made by stands in its manifest.
#[test]
fn a_manifest_names_the_versions_that_decided() {
    fn find<'v>(value: &'v serde_json::Value, key: &str) -> Option<&'v serde_json::Value> {
        match value {
            serde_json::Value::Object(map) => {
                map.get(key).or_else(|| map.values().find_map(|it| find(it, key)))
            }
            serde_json::Value::Array(list) => list.iter().find_map(|it| find(it, key)),
            _ => None,
        }
    }
    let folder = crate::several::built(&[("ann@example.com", "040 1234567")], &[("bo@example.com", "")]);
    let releases = folder.path().join("releases");
    let release = std::fs::read_dir(releases)
        .expect("a folder")
        .flatten()
        .find(|entry| entry.path().join("manifest.json").is_file());
    let text =
        std::fs::read_to_string(release.expect("one release").path().join("manifest.json")).expect("text");
    let manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let metadata = find(&manifest, "phone_metadata").or_else(|| find(&manifest, "phoneMetadata"));
    assert_eq!(metadata.and_then(|it| it.as_str()), Some(verho::identifiers::metadata_version()));
    let tables = find(&manifest, "platform_tables").or_else(|| find(&manifest, "platformTables"));
    assert!(tables.is_some_and(|it| it.to_string().contains("meta")), "{tables:?}");
}
