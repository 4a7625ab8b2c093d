//! What a row says, what the rows of a person say together, and the `where`.

use super::{BROAD, Base, ON_META, PLAIN, fates, lines, table};

/// A source with every field, one person a row: `expect` for each cell of one field.
fn field(column: &'static str, other: &'static str, values: &[(&str, &str)]) {
    let rows: Vec<_> = values
        .iter()
        .enumerate()
        .map(|(place, (value, _))| format!("{place},p{place}@example.com,,\"{value}\""))
        .collect();
    let mut base = Base::of("");
    base.customers = format!("id,email,phone,x\n{}\n", rows.join("\n"));
    base.columns = Box::leak(format!("{column}\n{other}").into_boxed_str());
    let outcome = base.run();
    let got = fates(&outcome, 0, 0);
    for (place, (value, fate)) in values.iter().enumerate() {
        assert_eq!(got.get(&place.to_string()).map(String::as_str), Some(*fate), "{column}: {value:?}");
    }
}

const COUNTRY: &str = "country = { default = \"FI\" }\n";
const CURRENT: &str = "relationship = { constant = \"current\" }\n";
const GROUND: &str = "basis = { constant = \"legitimate_interest\" }\n";
const BAN: &str = "targeting = { column = \"x\", opted_out = [\"K\", \"1\"], not_objected = [\"E\"], blank = \"not_objected\" }\n";

fn joined(parts: &[&str]) -> &'static str {
    Box::leak(
        format!(
            "{}targeting = {{ column = \"phone\", opted_out = [\"K\"], blank = \"not_objected\" }}\n",
            parts.concat()
        )
        .into_boxed_str(),
    )
}

#[test]
fn a_relationship_is_current_or_not_or_unknown() {
    let rest = joined(&[COUNTRY, GROUND]);
    let values = [
        ("active", "up"),
        (" active ", "up"),
        ("Active", "not-a-customer"),
        ("closed", "not-a-customer"),
        ("", "relationship-unknown"),
        (" ", "relationship-unknown"),
    ];
    field("relationship = { column = \"x\", current = [\"active\"] }", rest, &values);
    let values = [
        ("active", "up"),
        ("closed", "not-a-customer"),
        ("paused", "relationship-unknown"),
        ("", "relationship-unknown"),
    ];
    field("relationship = { column = \"x\", current = [\"active\"], former = [\"closed\"] }", rest, &values);
}

#[test]
fn a_flag_is_an_objection_or_none_or_unknown() {
    let rest = [COUNTRY, CURRENT, GROUND].concat().leak();
    field(
        BAN,
        rest,
        &[
            ("K", "opted-out"),
            ("1", "opted-out"),
            ("E", "up"),
            ("", "up"),
            ("k", "targeting-unknown"),
            ("0", "targeting-unknown"),
        ],
    );
    let consent = "targeting = { column = \"x\", opted_out = [\"no\"], not_objected = [\"yes\"] }";
    field(consent, rest, &[("no", "opted-out"), ("yes", "up"), ("", "targeting-unknown")]);
    // A flag about something else keeps nobody out of this audience, but must still be readable.
    let profiling = "targeting = { column = \"x\", opted_out = [\"no\"], not_objected = [\"yes\"], scope = [\"profiling\"] }";
    field(profiling, rest, &[("no", "up"), ("yes", "up"), ("", "targeting-unknown")]);
}

#[test]
fn a_persons_own_basis_decides_first() {
    let rest = joined(&[COUNTRY, CURRENT]);
    let basis =
        "basis = { column = \"x\", legitimate_interest = [\"LI\"], consent = [\"C\"], none = [\"no\"] }";
    field(
        basis,
        rest,
        &[
            ("LI", "up"),
            ("C", "no-basis"),
            ("no", "no-consent"),
            ("", "basis-unknown"),
            ("li", "basis-unknown"),
        ],
    );
}

#[test]
fn a_country_is_a_code_or_a_name() {
    let rest = joined(&[CURRENT, GROUND]);
    let values = [
        ("FI", "up"),
        ("fi", "up"),
        ("FIN", "up"),
        ("Suomi", "up"),
        (" finland ", "up"),
        ("Soome", "up"),
        ("SE", "no-basis"),
        ("Atlantis", "country-unknown"),
        ("", "country-unknown"),
        ("Tyskland", "no-basis"),
    ];
    field("country = { column = \"x\" }", rest, &values);
    field(
        "country = { column = \"x\", default = \"FI\" }",
        rest,
        &[("", "up"), ("Atlantis", "country-unknown")],
    );
    field("", rest, &[("", "country-unknown")]);
}

#[test]
fn a_party_is_the_audiences_or_not() {
    let rest = joined(&[COUNTRY, CURRENT, GROUND]);
    let party = "party = { column = \"x\", consumer = [\"B2C\"], business = [\"B2B\"] }";
    field(
        party,
        rest,
        &[("B2C", "up"), ("B2B", "party-mismatch"), ("", "party-unknown"), ("?", "party-unknown")],
    );
}

#[test]
fn ages_are_whole_years_on_the_day_where_the_policy_lives() {
    let rows = "18,a@example.com,2008-11-21|17,b@example.com,2008-11-22|leap,c@example.com,2008-02-29|\
        blank,d@example.com,|odd,e@example.com,21.11.2000|no-day,f@example.com,2001-02-29|\
        unborn,g@example.com,2026-11-22|old,h@example.com,1896-11-21|older,i@example.com,1895-11-21|time,j@example.com,2000-01-01T10:00:00";
    let mut base = Base::of("");
    base.policy = "min_age = 18\nmax_unreadable = \"100%\"\n";
    base.columns = [COUNTRY, CURRENT, GROUND, "birth_date = \"born\"\ntargeting = { column = \"phone\", opted_out = [\"K\"], blank = \"not_objected\" }\n"].concat().leak();
    base.customers = format!("id,email,born,phone\n{}", lines(rows).replace('\n', ",\n"));
    let unknown = "age-unknown";
    base.check(&[
        ("18", "up"),
        ("17", "under-age"),
        ("leap", "up"),
        ("blank", unknown),
        ("odd", unknown),
        ("no-day", unknown),
        ("unborn", unknown),
        ("old", "up"),
        ("older", unknown),
        ("time", "up"),
    ]);
    // 29 February 2008 comes of age on 1 March 2026; the clock of the policy decides what day it is.
    for (as_of, zone, fate) in [
        ("2026-02-28T12:00:00Z", "UTC", "under-age"),
        ("2026-02-28T23:00:00Z", "Europe/Helsinki", "up"),
        ("2026-03-01T12:00:00Z", "UTC", "up"),
        ("2026-03-01T03:00:00Z", "America/New_York", "under-age"),
    ] {
        base.as_of = as_of;
        base.policy = format!("min_age = 18\ntime_zone = \"{zone}\"\nmax_unreadable = \"100%\"\n").leak();
        assert_eq!(fates(&base.run(), 0, 0).get("leap").map(String::as_str), Some(fate), "{as_of} in {zone}");
    }
}

#[test]
fn one_row_against_or_unknown_is_enough() {
    let mut base = Base::of("");
    base.columns = "country = { column = \"country\" }\nrelationship = { column = \"status\", current = [\"a\"] }\n\
        basis = { column = \"ground\", legitimate_interest = [\"LI\"], consent = [\"C\"], none = [\"no\"] }\n\
        targeting = { column = \"ban\", opted_out = [\"1\"], blank = \"not_objected\" }\n";
    base.customers = "id,email,phone,ban,country,status,ground\n".to_owned()
        + &lines(
            "1,a@example.com,,,FI,a,LI|1,,,,FI,x,LI|2,b@example.com,,,FI,a,LI|2,,,,SE,,LI|3,c@example.com,,,FI,a,LI|3,,,1,FI,a,LI|\
             4,d@example.com,,,FI,a,LI|4,,,,,a,C|5,e@example.com,,,FI,x,LI|5,,,,FI,,no|6,f@example.com,,,FI,a,LI|6,,,,FI,a,LI",
        );
    base.check(&[
        ("1", "not-a-customer"),
        ("2", "no-basis relationship-unknown"),
        ("3", "opted-out"),
        ("4", "country-unknown"),
        ("5", "no-consent not-a-customer relationship-unknown"),
        ("6", "up"),
    ]);
}

#[test]
fn a_basis_row_fits_wholly_or_not_at_all() {
    let row = |change: (&str, &str)| BROAD.replace(change.0, change.1);
    for (bases, fate) in [
        (row(("\"meta\", ", "")), "no-basis"),
        (row(("[\"FI\"]", "[\"SE\"]")), "no-basis"),
        (row(("\"retarget\", ", "")), "no-basis"),
        (row(("purposes", "parties = [\"business\"]\npurposes")), "no-basis"),
        (row(("purposes", "parties = [\"consumer\"]\npurposes")), "up"),
        (row(("purposes", "valid_until = 2026-11-20\npurposes")), "basis-expired"),
        (row(("purposes", "valid_until = 2026-11-21\npurposes")), "up"),
        (format!("{}{BROAD}", row(("purposes", "valid_until = 2020-01-01\npurposes"))), "up"),
        (
            format!(
                "{}{}",
                row(("purposes", "valid_until = 2020-01-01\npurposes")),
                row(("[\"FI\"]", "[\"SE\"]"))
            ),
            "basis-expired",
        ),
    ] {
        let mut base = Base::of("1,a@example.com,,");
        base.bases = bases.leak();
        base.check(&[("1", fate)]);
    }
}

#[test]
fn a_basis_row_ends_with_whatever_it_rests_on() {
    let with = |keys: &str| BROAD.replace("purposes", &format!("{keys}\npurposes"));
    let notice =
        |last: &str| BROAD.replace("version = \"1\"", &format!("version = \"1\", valid_until = {last}"));
    for (bases, fate) in [
        (with("valid_from = 2026-11-21"), "up"),
        (with("valid_from = 2026-11-22"), "basis-expired"),
        (with("assessment_valid_until = 2026-11-21"), "up"),
        (with("assessment_valid_until = 2026-11-20"), "basis-expired"),
        (with("consent_wording_valid_until = 2026-11-20"), "basis-expired"),
        (notice("2026-11-21"), "up"),
        (notice("2026-11-20"), "basis-expired"),
    ] {
        let mut base = Base::of("1,a@example.com,,");
        base.bases = bases.leak();
        base.check(&[("1", fate)]);
    }
}

#[test]
fn a_recipient_past_its_day_stops_its_own_platform_only() {
    let recipient = |platform: &str, accepted: &str, until: &str| {
        format!(
            "[[recipient]]\nplatform = \"{platform}\"\nlegal_entity = \"Example Platforms Ltd\"\narrangement = \"J\"\ntransfer = \"none\"\n\
             dpia = \"D\"\nterms = {{ reference = \"T\", accepted = {accepted} }}\nvalid_until = {until}\n"
        )
    };
    for (platform, accepted, until, fate) in [
        ("meta", "2026-11-21", "2026-11-21", "up"),
        ("meta", "2026-11-22", "2027-11-21", "recipient-expired"),
        ("meta", "2020-01-01", "2026-11-20", "recipient-expired"),
        ("linkedin", "2020-01-01", "2026-11-20", "up"),
    ] {
        let mut base = Base::of("1,a@example.com,,");
        base.more = recipient(platform, accepted, until);
        base.check(&[("1", fate)]);
    }
}

#[test]
fn google_asks_for_both_signals_in_europe() {
    let mut base = Base::of("");
    base.columns = "country = { column = \"country\" }\nrelationship = { constant = \"current\" }\nbasis = { constant = \"legitimate_interest\" }\n\
        targeting = { column = \"ban\", opted_out = [\"K\"], blank = \"not_objected\" }\n\
        consent_signals = { ad_user_data = { column = \"d\", granted = [\"1\"] }, ad_personalization = { column = \"p\", granted = [\"1\"] } }\n";
    base.bases = BROAD.replace("[\"FI\"]", "[\"FI\", \"GB\", \"CH\", \"NO\", \"US\"]").leak();
    base.audiences = "[[audience]]\nname = \"a\"\nplatforms = [\"google-ads\", \"meta\"]\nmin_size = 1\n";
    base.customers = "id,email,phone,ban,country,d,p\n".to_owned()
        + &lines(
            "1,a@example.com,,,FI,1,1|2,b@example.com,,,FI,1,0|3,c@example.com,,,GB,,1|4,d@example.com,,,US,,|5,e@example.com,,,,1,1|6,f@example.com,,,,1,|7,g@example.com,,,NO,1,x|8,h@example.com,,,CH,,",
        );
    let missing = "platform-consent-missing";
    base.check(&[
        ("1", "up"),
        ("2", missing),
        ("3", missing),
        ("4", "up"),
        ("5", "country-unknown"),
        ("6", "country-unknown platform-consent-missing"),
        ("7", missing),
        ("8", missing),
    ]);
    let meta = fates(&base.run(), 0, 1);
    assert!(["1", "2", "3", "4", "7", "8"].iter().all(|id| meta.get(*id).is_some_and(|fate| fate == "up")));
    // A source without the signals granted none.
    let mut base = Base::of("1,a@example.com,,");
    base.audiences = "[[audience]]\nname = \"a\"\nplatforms = [\"google-ads\"]\nmin_size = 1\n";
    base.check(&[("1", missing)]);
}

#[test]
fn a_where_answers_yes_no_or_unknown() {
    let mut base = Base::of("");
    base.columns = PLAIN;
    base.attributes = "groups = { column = \"g\", separator = \";\", kind = \"given\" }\nscore = { column = \"s\", kind = \"given\" }\nday = { column = \"d\", kind = \"given\" }\n";
    base.customers = "id,email,phone,ban,g,s,d\n".to_owned()
        + &lines(
            "1,a@example.com,,,savings; loan,7.50,2024-02-29|2,b@example.com,,,,,|3,c@example.com,,,card,high,29.2.2024|4,d@example.com,,,loan,-3,2024-02-29T10:00",
        );
    let (up, no, unknown) = ("up", "not selected", "selection-unknown");
    for (text, expect) in [
        ("groups CONTAINS 'savings'", [up, unknown, no, no]),
        ("groups NOT CONTAINS 'savings'", [no, unknown, up, up]),
        ("NOT groups CONTAINS 'savings'", [no, unknown, up, up]),
        ("groups IS NULL", [no, up, no, no]),
        ("groups IS NOT NULL", [up, no, up, up]),
        ("score = 7.5", [up, unknown, unknown, no]),
        ("score IN (7.500, 3)", [up, unknown, unknown, no]),
        ("score < 0", [no, unknown, unknown, up]),
        ("0 < score", [up, unknown, unknown, no]),
        ("score BETWEEN -3 AND 0", [no, unknown, unknown, up]),
        ("score NOT BETWEEN -3 AND 0", [up, unknown, unknown, no]),
        ("score = 'high'", [no, unknown, up, no]),
        ("score <> 'high'", [up, unknown, no, up]),
        ("score LIKE '7.%'", [up, unknown, no, no]),
        ("score LIKE '_3'", [no, unknown, no, up]),
        ("day = DATE '2024-02-29'", [up, unknown, unknown, up]),
        ("day > DATE '2024-02-28'", [up, unknown, unknown, up]),
        ("groups CONTAINS 'card' OR score = 7.5", [up, unknown, up, no]),
        ("groups CONTAINS 'card' AND score = 7.5", [no, unknown, unknown, no]),
        ("NOT (groups CONTAINS 'card' AND score = 7.5)", [up, unknown, unknown, up]),
        ("country = 'fi'", [up; 4]),
        ("country NOT IN ('FI', 'SE')", [no; 4]),
        ("relationship = 'current' AND NOT FALSE", [up; 4]),
        ("country = 'SE' OR TRUE", [up; 4]),
        // No source has parties: silent, so it cannot be told.
        ("party = 'consumer'", [unknown; 4]),
    ] {
        base.audiences = format!("{ON_META}where = \"{text}\"\n").leak();
        let expect: Vec<_> = ["1", "2", "3", "4"].into_iter().zip(expect).collect();
        assert_eq!(fates(&base.run(), 0, 0), table(&expect), "{text}");
    }
}

#[test]
fn a_person_is_selected_by_any_row() {
    let mut base = Base::of("");
    base.attributes = "g = { column = \"g\", kind = \"given\" }\n";
    base.audiences = format!("{ON_META}where = \"g = 'x'\"\n").leak();
    base.customers = "id,email,phone,ban,g\n".to_owned()
        + &lines(
            "1,a@example.com,,,x|1,,,,y|2,b@example.com,,,y|2,,,,|3,c@example.com,,,y|3,,,,z|4,d@example.com,,1,|5,e@example.com,,1,y",
        );
    base.check(&[
        ("1", "up"),
        ("2", "selection-unknown"),
        ("3", "not selected"),
        ("4", "opted-out selection-unknown"),
        ("5", "not selected"),
    ]);
}
