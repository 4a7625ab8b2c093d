//! What people were told and agreed to, what they hold, and which of their identifiers stay down.

use super::{BROAD, Base, ON_META, PLAIN, fates, lines, table};

const PERSON: &str = "country = { default = \"FI\" }\nrelationship = { constant = \"current\" }\n\
    targeting = { column = \"ban\", opted_out = [\"1\"], blank = \"not_objected\" }\n";

/// Everybody's ground is consent, and this is mapped of it.
fn consenting(evidence: &str) -> Base {
    let mut base = Base::of("");
    base.columns =
        format!("{PERSON}basis = {{ constant = \"consent\" }}\nconsent = {{ {evidence} }}\n").leak();
    base.bases = BROAD
        .replace("legitimate_interest", "consent")
        .replace("assessment = \"LIA-1\"", "consent_wording = \"CW-1\"")
        .leak();
    base
}

#[test]
fn being_informed_is_asked_by_the_notice_and_by_cooling_off() {
    let mut base = Base::of("");
    base.columns = [PLAIN, "informed_since = \"told\"\n"].concat().leak();
    base.customers = "id,email,phone,ban,told\n".to_owned()
        + &lines(
            "1,a@example.com,,,2024-02-09|2,b@example.com,,,2024-02-08|3,c@example.com,,,|4,d@example.com,,,2026-11-22\
             |5,e@example.com,,,2026-11-07|6,f@example.com,,,2026-11-08|7,g@example.com,,,9.2.2024|8,h@example.com,,,2026-11-21T01:00:00",
        );
    let since = BROAD.replace("version = \"1\"", "version = \"1\", since = 2024-02-09");
    let unknown = "informed-unknown";
    base.check(&[
        ("1", "up"),
        ("2", "up"),
        ("3", unknown),
        ("4", unknown),
        ("5", "up"),
        ("6", "up"),
        ("7", unknown),
        ("8", "up"),
    ]);
    base.bases = since.clone().leak();
    base.policy = "min_age = 0\ncooling_off = \"2w\"\n";
    base.check(&[
        ("1", "up"),
        ("2", "not-informed"),
        ("3", unknown),
        ("4", unknown),
        ("5", "up"),
        ("6", "cooling-off"),
        ("7", unknown),
        ("8", "cooling-off"),
    ]);
    // An older notice that named it covers those who had that one.
    base.bases =
        format!("{since}{}", BROAD.replace("version = \"1\"", "version = \"0\", since = 2020-01-01")).leak();
    base.policy = "min_age = 0\n";
    base.check(&[
        ("1", "up"),
        ("2", "up"),
        ("3", unknown),
        ("4", unknown),
        ("5", "up"),
        ("6", "up"),
        ("7", unknown),
        ("8", "up"),
    ]);
}

#[test]
fn a_consent_proves_itself_by_what_is_mapped_of_it() {
    let mut base = consenting("date = \"given\", wording = \"words\", expires = \"until\"");
    base.customers = "id,email,phone,ban,given,words,until\n".to_owned()
        + &lines(
            "1,a@example.com,,,2026-11-21,CW-1,2026-11-21|2,b@example.com,,,2026-11-22,CW-1,2027-01-01|3,c@example.com,,,,CW-1,2027-01-01\
             |4,d@example.com,,,2020-01-01,CW-1,2026-11-20|5,e@example.com,,,2020-01-01,cw-1,2027-01-01|6,f@example.com,,,2020-01-01,,2027-01-01\
             |7,g@example.com,,,2020-01-01, CW-1 ,|8,h@example.com,,,x,CW-2,2020-01-01",
        );
    base.check(&[
        ("1", "up"),
        ("2", "consent-unproven"),
        ("3", "consent-unproven"),
        ("4", "consent-expired"),
        ("5", "consent-wording-mismatch"),
        ("6", "consent-unproven"),
        ("7", "consent-unproven"),
        ("8", "consent-expired consent-unproven consent-wording-mismatch"),
    ]);
    // Of a person on another ground nothing of it is asked.
    base.columns =
        [PLAIN, "consent = { date = \"given\", wording = \"words\", expires = \"until\" }\n"].concat().leak();
    base.bases = BROAD;
    assert!(fates(&base.run(), 0, 0).values().all(|fate| fate == "up"));
}

#[test]
fn a_consent_is_for_the_identifier_it_was_given_for() {
    let mut base = consenting("identifier = \"for\"");
    base.customers = "id,email,phone,ban,for\n".to_owned()
        + &lines(
            "1,a@example.com,+358401234567,,A@Example.com|2,b@example.com,+358401234568,,040 1234568|3,c@example.com,,,other@example.com\
             |4,d@example.com,,,|5,e@example.com,,,e@example.com|5,,+358401234569,,040 1234569|6,f@example.com,,,no address",
        );
    let outcome = base.run();
    assert_eq!(
        fates(&outcome, 0, 0),
        table(&[
            ("1", "up"),
            ("2", "up"),
            ("3", "identifier-withheld"),
            ("4", "consent-unproven"),
            ("5", "up"),
            ("6", "identifier-withheld"),
        ])
    );
    // One identifier each, but for the person with a row for each of two.
    let held: Vec<usize> = outcome.audiences[0].platforms[0]
        .rows
        .iter()
        .map(|row| row.split(|byte| *byte == b',').filter(|cell| !cell.is_empty()).count())
        .collect();
    assert_eq!((held.len(), held.iter().sum::<usize>()), (3, 4));
}

#[test]
fn identifiers_that_are_not_own_or_bounced_or_stale_stay_down_and_still_object() {
    let mut base = Base::of("");
    base.policy = "min_age = 0\nmax_identifier_age = \"730d\"\n";
    base.columns = [
        PLAIN,
        "[[source]]\nname = \"more\"\nid_space = \"crm\"\npath = \"more.csv\"\n[source.columns]\ncustomer_id = \"id\"\n\
         email = { column = \"mail\", provenance = \"from\", own = [\"self\"], bounced = { column = \"back\", yes = [\"1\"] }, verified_at = \"seen\" }\n\
         country = { default = \"FI\" }\nrelationship = { constant = \"current\" }\nbasis = { constant = \"legitimate_interest\" }\n",
    ]
    .concat()
    .leak();
    base.files.push((
        "more.csv",
        lines(
            "id,mail,from,back,seen|1,a@example.com,self,,2024-11-21|2,b@example.com,broker,,2026-01-01|3,c@example.com,,,2026-01-01\
             |4,d@example.com,self,1,2026-01-01|5,e@example.com,self,0,2024-11-20|6,f@example.com,self,,|7,g@example.com,self,,2026-11-22\
             |8,h@example.com,broker,,2026-01-01|9,i@example.com,broker,,2026-01-01",
        )
        .into_bytes(),
    ));
    // Eight has the same address in a row that says nothing of it; nine shares one with an objector.
    base.customers = "id,email,phone,ban\n".to_owned()
        + &lines("8,h@example.com,,|9,,+358401234567,|10,i@example.com,,1|11,j@example.com,,");
    let withheld = "identifier-withheld";
    base.check(&[
        ("1", "up"),
        ("10", "opted-out"),
        ("11", "up"),
        ("2", withheld),
        ("3", withheld),
        ("4", withheld),
        ("5", withheld),
        ("6", withheld),
        ("7", withheld),
        ("8", withheld),
        ("9", "linked-to-objector"),
    ]);
}

#[test]
fn members_hold_a_product_of_the_group_where_the_policy_asks() {
    let mut base = Base::of("");
    base.policy = "min_age = 0\nsame_product_group = { attribute = \"groups\" }\n";
    base.attributes = "groups = { column = \"g\", separator = \";\", kind = \"given\" }\n";
    base.audiences = format!("{ON_META}product_group = \"savings\"\n").leak();
    base.customers = "id,email,phone,ban,g\n".to_owned()
        + &lines(
            "1,a@example.com,,,loan; savings|2,b@example.com,,,loan|3,c@example.com,,,|4,d@example.com,,,loan|4,,,,savings|5,e@example.com,,,Savings",
        );
    let other = "other-product-group";
    base.check(&[("1", "up"), ("2", other), ("3", other), ("4", "up"), ("5", other)]);
}
