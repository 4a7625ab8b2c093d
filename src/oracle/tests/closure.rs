//! Objections, whom they name, how far they spread, and what goes up in the end.

use super::super::text::sha256;
use super::{BROAD, Base, ON_META, fates, table, with};

#[test]
fn an_objection_meets_every_way_of_writing() {
    let (email, phone) =
        ("key = \"email\"\nmax_unparsed = \"100%\"", "key = \"phone\"\nmax_unparsed = \"100%\"");
    let sha256_email = "key = { field = \"email\", hashed = \"sha256\" }";
    let sha1_email = "key = { field = \"email\", hashed = \"sha1\" }";
    let md5_phone = "key = { field = \"phone\", hashed = \"md5\" }";
    let domain = "key = \"domain\"";
    let aino = sha256("aino.virta@example.com");
    // Register, entry, the customer's e-mail and phone, whether it names the customer.
    for (register, entry, customer, named) in [
        (email, "Aino.Virta+x@Example.com", "ainovirta@example.com,", true),
        (email, "aino.virta@example.com", "aino.virta+spam@example.com,", true),
        (email, "aino@gmail.com", "a.i.n.o@googlemail.com,", true),
        (email, "a@bücher.example", "A@xn--bcher-kva.example,", true),
        (email, "aino@example.com", "aino@example.org,", false),
        (email, "n/a", " N/A ,+358401234567", true),
        (email, "n/a", "aino@example.com,+358401234567", false),
        (email, "two@@example.com", "Two@@example.com,+358401234567", true),
        (phone, "0401234567", ",+358 40 1234567", true),
        (phone, "+358 (0)40 1234567", ",040-123 4567", true),
        (phone, "tel:00358401234567", ",401234567", true),
        (phone, "358401234567", ",０４０１２３４５６７", true),
        (phone, "+46701740605", ",0701740605", false),
        (phone, "0401234568", ",0401234567", false),
        // It does not parse, but its last seven digits are the same.
        (phone, "99999123456789012345678 1234567", ",0401234567", true),
        (phone, "3.58401E+11", ",3.58401e+11", true),
        (sha256_email, &aino, "Aino.Virta@example.com,", true),
        (sha256_email, &aino.to_uppercase(), "Aino.Virta+a@example.com,", true),
        (sha256_email, &sha256("ainovirta@gmail.com"), "Aino.Virta+a@gmail.com,", true),
        (sha256_email, &aino, "aino@example.com,", false),
        // SHA-1 of aino.virta@example.com, MD5 of 358401234567 and of +358401234567.
        (sha1_email, "5f64c748b67f06507590ad06088f1d8ff8c37037", "aino.virta@example.com,", true),
        (md5_phone, "136dd0199f3d0647695848f3cc32547e", ",0401234567", true),
        (md5_phone, "88731eb2a43e4c813c2a11cb3320bd73", ",0401234567", true),
        (domain, "@example.com", "aino@example.com,", true),
        (domain, "EXAMPLE.com", "aino@mail.example.com,", true),
        (domain, "mail.example.com", "aino@example.com,", false),
        (domain, "ample.com", "aino@example.com,", false),
        (domain, "gmail.com", "aino@googlemail.com,", true),
        ("key = \"customer_id\"", " 1 ", "aino@example.com,", true),
        ("key = \"customer_id\"", "01", "aino@example.com,", true),
        ("key = \"customer_id\"", "10", "aino@example.com,", false),
    ] {
        let other = if named { "on-register" } else { "up" };
        let outcome = Base::of(&format!("1,{customer},|2,other@example.net,,"))
            .register(register, "r.csv", entry)
            .run();
        let got = fates(&outcome, 0, 0);
        let parsed = got.get("1").map(String::as_str);
        // A customer without any identifier that parses has that reason only when nothing else holds.
        let expect = if !named && parsed == Some("no-identifier") { "no-identifier" } else { other };
        assert_eq!(parsed, Some(expect), "{register} {entry} against {customer}");
        assert_eq!(got.get("2").map(String::as_str), Some("up"), "{register} {entry}");
    }
}

#[test]
fn regions_of_register_source_and_row_are_all_tried() {
    let mut base = Base::of("");
    base.columns = "country = { column = \"ban\", default = \"FI\" }\nrelationship = { constant = \"current\" }\nbasis = { constant = \"legitimate_interest\" }\n";
    base.bases = BROAD.replace("[\"FI\"]", "[\"FI\", \"SE\"]").leak();
    base.customers =
        "id,email,phone,ban\n1,,070-174 06 05,SE\n2,,070 174 06 05,\n3,,+46701740605,\n4,,+358401234567,\n"
            .to_owned();
    let swedish = base.register("key = \"phone\"\nregion = \"SE\"", "r.csv", "0701740605");
    // The second customer's number is no Finnish one: read as the register reads it, it is the same.
    assert_eq!(
        fates(&swedish.run(), 0, 0),
        table(&[("1", "on-register"), ("2", "on-register"), ("3", "on-register"), ("4", "up")])
    );
}

const FAMILY: &str = "1,a@example.com,040 1234567,1|2,b@example.com,+358401234567,|3,c@example.com,,|4,b@example.com,,|5,,0401234567,";

#[test]
fn a_shared_family_phone_links_and_there_it_stops() {
    Base::of(FAMILY).check(&[
        ("1", "opted-out"),
        ("2", "linked-to-objector"),
        ("3", "up"),
        // Shares an address with the second person, who is only linked: nothing spreads from there.
        ("4", "up"),
        ("5", "linked-to-objector"),
    ]);
}

#[test]
fn identifier_closure_bars_the_key_and_not_the_person() {
    let mut base = Base::of(FAMILY);
    base.policy = "min_age = 0\nclosure = \"identifier\"\n";
    let outcome = base.run();
    let expect = [("1", "opted-out"), ("2", "up"), ("3", "up"), ("4", "up"), ("5", "shared-identifier")];
    assert_eq!(fates(&outcome, 0, 0), table(&expect));
    let phone = sha256("358401234567").into_bytes();
    let platform = &outcome.audiences[0].platforms[0];
    assert!(platform.rows.iter().all(|row| !row.windows(64).any(|window| window == phone)));
    assert!(platform.rows.contains(format!("{},,,,,", sha256("b@example.com")).as_bytes()));
    // Nobody had objected: all five would go up.
    assert_eq!(outcome.audiences[0].size_before_objections, 5);
}

#[test]
fn a_switchboard_links_nobody_and_goes_up_for_nobody() {
    let mut base =
        Base::of("1,a@example.com,0401234567,1|2,b@example.com,0401234567,|3,,0401234567,|4,d@example.com,,");
    base.policy = "min_age = 0\nshare_cap = 2\n";
    base.check(&[("1", "opted-out"), ("2", "up"), ("3", "shared-identifier"), ("4", "up")]);
    let outcome = base.run();
    assert!(
        outcome.audiences[0].platforms[0]
            .rows
            .contains(format!("{},,,,,", sha256("b@example.com")).as_bytes())
    );
    // At the cap it still links, and still goes up.
    base.policy = "min_age = 0\nshare_cap = 3\n";
    base.check(&[("1", "opted-out"), ("2", "linked-to-objector"), ("3", "linked-to-objector"), ("4", "up")]);
}

#[test]
fn people_outside_the_audience_object_and_are_counted_too() {
    let mut base = Base::of("");
    base.attributes = "g = { column = \"g\", kind = \"given\" }\n";
    base.audiences = format!("{ON_META}where = \"g = 'x'\"\n").leak();
    base.customers =
        "id,email,phone,ban,g\n1,a@example.com,,1,y\n2,A@example.com,,,x\n3,c@example.com,,,x\n".to_owned();
    base.check(&[("1", "not selected"), ("2", "linked-to-objector"), ("3", "up")]);
    base.policy = "min_age = 0\nshare_cap = 1\n";
    base.check(&[("1", "not selected"), ("2", "shared-identifier"), ("3", "up")]);
}

#[test]
fn minors_bar_their_identifiers_but_link_nobody() {
    let mut base = Base::of("");
    base.policy = "min_age = 18\n";
    base.columns = "country = { default = \"FI\" }\nrelationship = { constant = \"current\" }\nbasis = { constant = \"legitimate_interest\" }\n\
        birth_date = \"born\"\ntargeting = { column = \"ban\", opted_out = [\"1\"], blank = \"not_objected\" }\n";
    base.customers = "id,email,phone,ban,born\n1,kid@example.com,0401234567,,2015-01-01\n2,b@example.com,0401234567,,1980-01-01\n3,,0401234567,,1980-01-01\n".to_owned();
    base.check(&[("1", "under-age"), ("2", "up"), ("3", "shared-identifier")]);
    let outcome = base.run();
    assert!(
        outcome.audiences[0].platforms[0]
            .rows
            .contains(format!("{},,,,,", sha256("b@example.com")).as_bytes())
    );
    assert_eq!(outcome.audiences[0].size_before_objections, 1);
}

#[test]
fn scopes_bind_audiences_by_purpose_profile_and_policy() {
    let scopes = [
        "off_platform_targeting",
        "all_marketing",
        "fax",
        "profiling",
        "lookalike",
        "phone",
        "post",
        "e-mail",
    ];
    let given = "[[audience]]\nname = \"a\"\nplatforms = [\"meta\"]\nmin_size = 1\nwhere = \"g = 'x'\"\n";
    let observed = given.replace("g = 'x'", "o = 'x'").leak();
    let seed = format!("{given}purpose = \"lookalike_seed\"\n").leak();
    let exclude = format!("{given}purpose = \"exclude\"\n").leak();
    for (audience, bans, binds) in [
        (given, "bind", "11100111"),
        (given, "ignore", "11100000"),
        (observed, "bind", "11110111"),
        (observed, "ignore", "11110000"),
        (seed, "bind", "11111111"),
        (seed, "ignore", "11111000"),
        (exclude, "bind", "11100111"),
    ] {
        let mut base = Base::of("");
        base.policy = format!("min_age = 0\nchannel_bans = \"{bans}\"\n").leak();
        base.attributes =
            "g = { column = \"g\", kind = \"given\" }\no = { column = \"g\", kind = \"observed\" }\n";
        base.audiences = audience;
        let rows: Vec<_> = (0..8).map(|place| format!("{place},p{place}@example.com,,,x")).collect();
        base.customers = format!("id,email,phone,ban,g\n{}\n", rows.join("\n"));
        let entries: Vec<_> =
            scopes.iter().enumerate().map(|(place, scope)| format!("{place},{scope}")).collect();
        let base = base.register(
            "columns = { customer_id = \"id\", scope = \"scope\" }",
            "r.csv",
            &format!("id,scope|{}", entries.join("|")),
        );
        let got = fates(&base.run(), 0, 0);
        for (place, binds) in binds.chars().enumerate() {
            let expect = if binds == '1' { "on-register" } else { "up" };
            assert_eq!(
                got.get(&place.to_string()).map(String::as_str),
                Some(expect),
                "{} bans {bans} {audience}",
                scopes[place]
            );
        }
    }
}

#[test]
fn a_scope_cell_overrides_the_registers_and_several_words_stand_together() {
    let base = Base::of("1,a@example.com,,|2,b@example.com,,|3,c@example.com,,|4,d@example.com,,").register(
        "columns = { customer_id = \"id\", scope = \"scope\" }\nscope = [\"lookalike\"]",
        "r.csv",
        "id,scope|1,|2,targeting|3,lookalike; all marketing|4,Profiling",
    );
    base.check(&[("1", "up"), ("2", "on-register"), ("3", "on-register"), ("4", "up")]);
}

#[test]
fn only_the_listed_status_lifts() {
    let base =
        Base::of("1,a@example.com,,|2,b@example.com,,|3,c@example.com,,|4,d@example.com,,|5,e@example.com,,")
            .register(
                "columns = { customer_id = \"id\" }\nactive = { column = \"status\", lifted = [\"lifted\"] }",
                "r.csv",
                "id,status|1,lifted|2, lifted |3,Lifted|4,|5,lifted|5,active",
            );
    base.check(&[("1", "up"), ("2", "up"), ("3", "on-register"), ("4", "on-register"), ("5", "on-register")]);
}

#[test]
fn ids_meet_in_their_own_space_only() {
    let mut base = Base::of("1,a@example.com,,");
    base.more = "[[source]]\nname = \"shop\"\npath = \"shop.csv\"\n[source.columns]\ncustomer_id = \"id\"\nemail = \"email\"\ncountry = { default = \"FI\" }\n\
        relationship = { constant = \"current\" }\nbasis = { constant = \"legitimate_interest\" }\n".to_owned();
    base.files.push(("shop.csv", b"id,email\n1,b@example.com\n".to_vec()));
    let outcome =
        base.register("columns = { customer_id = \"id\" }\nid_space = \"shop\"", "r.csv", "id|1").run();
    let decisions = &outcome.audiences[0].platforms[0].decisions;
    let fate = |space: &str| decisions.get(&(space.to_owned(), "1".to_owned()));
    assert_eq!(fate("crm"), Some(&super::Fate::Eligible));
    assert_eq!(fate("shop"), Some(&super::Fate::Suppressed(["on-register".to_owned()].into())));
}

#[test]
fn what_an_unreadable_row_still_says_suppresses() {
    let people = "1,a@example.com,,|2,b@example.com,,|3,,0401234567,|4,d@example.com,,|5,e@example.com,,";
    for (broken, marked) in [
        // Too short, too long, a stray quote, no id.
        ("1,x@example.com", "1"),
        ("9,B+tag@example.com,,,extra", "2"),
        ("9,\"b@example.com\"x,,", "2"),
        ("9,x\"y,+358 40 1234567,", "3"),
        ("9,\"d@example.com,,\n", "4"),
        (",d@example.com,,", "4"),
        ("  ,,040 1234567,", "3"),
        ("9,e@example.com\0,,", "5"),
        ("nothing to see", ""),
    ] {
        let mut base = Base::of(people);
        base.customers.push_str(broken);
        base.customers.push('\n');
        let outcome = base.run();
        let got: Vec<_> = with(&outcome, "unreadable-row").into_iter().collect();
        assert_eq!(got.join(" "), marked, "{broken:?}");
        assert_eq!((outcome.rows_read, outcome.unreadable_rows), (6, 1), "{broken:?}");
        assert!(outcome.refused.is_empty());
    }
    let mut base = Base::of(people);
    base.policy = "min_age = 0\nmax_unreadable = \"10%\"\n";
    base.customers.push_str("6\n");
    assert_eq!(base.run().refused, ["too-many-unreadable-rows sources"]);
}

#[test]
fn identifiers_go_up_in_order_and_within_the_columns() {
    let mut base = Base::of("");
    base.columns = "country = { default = \"FI\" }\nrelationship = { constant = \"current\" }\nbasis = { constant = \"legitimate_interest\" }\n\
        targeting = { column = \"ban\", opted_out = [\"1\"], blank = \"not_objected\" }\n";
    base.audiences =
        "[[audience]]\nname = \"a\"\nplatforms = [\"meta\", \"linkedin\", \"tiktok\"]\nmin_size = 1\n";
    base.customers = "id,email,phone,ban\n1,D@example.com,0401234567,\n1,a@example.com,,\n1,b@example.com,,\n1,c@example.com,,\n1,A@example.com,,\n2,info@example.com,,\n".to_owned();
    let outcome = base.run();
    let mut digests: Vec<_> =
        ["a", "b", "c", "d"].map(|local| sha256(&format!("{local}@example.com"))).to_vec();
    digests.sort();
    let platforms = &outcome.audiences[0].platforms;
    let meta = format!("{},{},,", digests[..3].join(","), sha256("358401234567"));
    assert_eq!(platforms[0].rows, [meta.into_bytes()].into());
    assert_eq!(
        platforms[1].rows,
        digests.iter().map(|digest| format!("{digest},,,,,,").into_bytes()).collect()
    );
    let tiktok = format!("{},{},,", digests[..3].join(","), sha256("+358401234567"));
    assert_eq!(platforms[2].rows, [tiktok.into_bytes()].into());
    // A role address alone is nobody's in a consumer audience.
    assert_eq!(fates(&outcome, 0, 0).get("2").map(String::as_str), Some("no-identifier"));
    assert_eq!(platforms[0].row_counts, super::super::Counts { not_selected: 0, suppressed: 1, eligible: 5 });
    assert_eq!(
        platforms[0].people_counts,
        super::super::Counts { not_selected: 0, suppressed: 1, eligible: 1 }
    );
}

#[test]
fn work_addresses_are_for_business_audiences() {
    // The people's second source holds their work addresses.
    let mut base = Base::of("1,a@example.com,,|2,b@example.com,,|3,c@example.com,,|4,,,");
    base.audiences = "[[audience]]\nname = \"b\"\nplatforms = [\"meta\"]\nparty = \"business\"\nmin_size = 1\n\
        [[audience]]\nname = \"c\"\nplatforms = [\"meta\"]\nmin_size = 4\n";
    base.more = "[[source]]\nname = \"firms\"\nid_space = \"crm\"\npath = \"firms.csv\"\n[source.columns]\ncustomer_id = \"id\"\n\
        email = { column = \"work\", context = \"work\" }\ncountry = { default = \"FI\" }\nrelationship = { constant = \"current\" }\n\
        basis = { constant = \"legitimate_interest\" }\nparty = { column = \"party\", consumer = [\"C\"], business = [\"B\"] }\n".to_owned();
    base.files.push((
        "firms.csv",
        b"id,work,party\n11,info@example.org,B\n12,,B\n3,c@example.org,C\n4,d@example.org,C\n".to_vec(),
    ));
    let outcome = base.run();
    assert_eq!(
        fates(&outcome, 0, 0),
        table(&[
            // A row that says nothing of a party is a consumer's.
            ("1", "party-mismatch"),
            ("2", "party-mismatch"),
            ("3", "party-mismatch"),
            ("4", "party-mismatch"),
            ("11", "up"),
            ("12", "no-identifier"),
        ])
    );
    assert_eq!(
        fates(&outcome, 1, 0),
        table(&[
            ("1", "up"),
            ("2", "up"),
            ("3", "up"),
            ("4", "no-identifier"),
            ("11", "party-mismatch"),
            ("12", "party-mismatch"),
        ])
    );
    assert_eq!(
        outcome.audiences[0].platforms[0].rows,
        [format!("{},,,,,", sha256("info@example.org")).into_bytes()].into()
    );
    assert!(!outcome.audiences[0].withheld && outcome.audiences[1].withheld);
    assert_eq!(outcome.audiences[1].size_before_objections, 3);
}
