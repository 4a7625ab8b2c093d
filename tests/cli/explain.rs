//! `verho explain`: every rule with its answer, the dates of objections, the chain of sharing, and the
//! words for the person concerned.

use serde_json::Value;

use super::base::{Base, CUSTOMERS};

/// Five more customers: two who share a phone number, one abroad, one with two rows, one too young.
fn base() -> Base {
    let base = Base::new();
    base.put(
        "customers.csv",
        format!(
            "{CUSTOMERS}\
C-5,Meri Esimerkki,meri.quokka@example.com,+358 50 1234580,FI,1985-01-01,active
C-6,Otso Esimerkki,otso.quokka@example.com,050 1234580,FI,1986-01-01,active
C-7,Sara Exempel,sara.quokka@example.com,,SE,1987-01-01,active
C-8,Timo Esimerkki,timo.quokka@example.com,,FI,1988-01-01,active
C-8,Timo Esimerkki,,050 1234588,FI,1988-01-01,
C-9,Ukko Esimerkki,ukko.quokka@example.com,,FI,2015-01-01,active
"
        ),
    );
    base.put(
        "objections.csv",
        "email,phone,scope,noted\n\
         eero.quokka@example.com,,,2026-01-31\n\
         Eero.Quokka@example.com,,,2024-02-29T23:30:00Z\n\
         eero.quokka@example.com,,,some day\n\
         meri.quokka@example.com,,,2025-05-05\n\
         ilona.quokka@example.org,,profiling,2025-06-06\n\
         stranger@example.com,,,2025-07-07\n",
    );
    base.configure(
        "columns = { email = \"email\", phone = \"phone\" }",
        "columns = { email = \"email\", phone = \"phone\", scope = \"scope\", at = \"noted\" }",
    );
    base.configure("min_size = 1", "min_size = 1\nmin_age = 18");
    base.configure("[output]", "[policy]\ntime_zone = \"Europe/Helsinki\"\n\n[output]");
    base.configure("notice = {", "valid_until = 2100-12-31\nnotice = {");
    base
}

fn asked(base: &Base, who: &str) -> Value {
    let ran = base.run_with(&["explain", "--json"], who.as_bytes());
    assert_eq!(ran.code, 0, "{who}: {}", ran.stderr);
    serde_json::from_str(&ran.stdout).expect("one object")
}

/// The answers and reasons of one rule on the first platform.
fn rule(answer: &Value, name: &str) -> String {
    let rules = answer["people"][0]["audiences"][0]["platforms"][0]["rules"].as_array().expect("rules");
    let found = rules.iter().find(|rule| rule["rule"] == name).expect("every rule is told");
    format!("{} {}", found["answers"], found["reasons"])
}

#[test]
fn every_rule_is_answered_for_every_audience_and_platform() {
    let base = base();
    for (who, name, expect) in [
        ("C-1", "relationship", r#"["for"] []"#),
        ("C-4", "relationship", r#"["against"] ["not-a-customer"]"#),
        ("C-8", "relationship", r#"["unknown"] ["relationship-unknown"]"#),
        ("C-1", "targeting", r#"["silent"] []"#),
        ("C-1", "party", r#"["silent"] []"#),
        ("C-1", "registers", r#"["for"] []"#),
        ("C-2", "registers", r#"["against"] ["on-register"]"#),
        ("C-2", "sharing", r#"["not-asked"] []"#),
        ("C-3", "registers", r#"["for"] []"#),
        ("C-6", "sharing", r#"["against"] ["linked-to-objector"]"#),
        ("C-9", "age", r#"["against"] ["under-age"]"#),
        ("C-1", "age", r#"["for"] []"#),
        ("C-7", "basis-row", r#"["against"] ["no-basis"]"#),
        ("C-1", "basis-row", r#"["for"] []"#),
        ("C-1", "platform-consent", r#"["not-asked"] []"#),
        ("C-1", "selection", r#"["not-asked"] []"#),
        ("C-1", "identifiers", r#"["for"] []"#),
        ("C-2", "identifiers", r#"["not-asked"] []"#),
    ] {
        assert_eq!(rule(&asked(&base, who), name), expect, "{who}: {name}");
    }
    let answer = asked(&base, "C-1");
    let platforms = answer["people"][0]["audiences"][0]["platforms"].as_array().expect("platforms");
    assert_eq!(platforms.len(), 2);
    for platform in platforms {
        assert_eq!(platform["rules"].as_array().map(Vec::len), Some(17));
        assert_eq!(platform["bases"][0]["assessment"], "LIA-2026-003");
        assert_eq!(platform["bases"][0]["notice"], "marketing-policy");
        assert_eq!(platform["bases"][0]["valid_until"], "2100-12-31");
    }
}

#[test]
fn objections_come_with_their_register_days_and_audiences() {
    let base = base();
    let objection = &asked(&base, "C-2")["people"][0]["objections"][0];
    assert_eq!(objection["register"], "objections");
    // The moment of 2024 is the next day in Helsinki.
    assert_eq!(objection["dates"], serde_json::json!(["2024-03-01", "2026-01-31"]));
    assert_eq!(objection["binds"], serde_json::json!(["everyone"]));
    let profiling = &asked(&base, "C-3")["people"][0]["objections"][0];
    assert_eq!(profiling["scopes"], serde_json::json!(["profiling"]));
    assert_eq!(profiling["binds"], serde_json::json!([]));
    let text = base.run_with(&["explain"], b"C-2").stdout;
    assert!(
        text.contains("register objections, to off_platform_targeting, noted on 2024-03-01, 2026-01-31"),
        "{text}"
    );
    assert!(text.contains("person 1: 1 row\n"), "{text}");
    assert!(!text.contains("by basis"), "a basis is shown only where somebody goes up: {text}");
    let eligible = base.run_with(&["explain"], b"C-1").stdout;
    assert!(
        eligible.contains("by basis 1: legitimate_interest, assessment LIA-2026-003, valid until 2100-12-31, notice marketing-policy 2024-02-09"),
        "{eligible}"
    );
}

#[test]
fn people_are_found_by_every_spelling_that_a_register_could_use() {
    let base = base();
    for spelling in [
        "C-1",
        " C-1 ",
        "aino.quokka@example.com",
        "AINO.QUOKKA@EXAMPLE.COM",
        "mailto:aino.quokka@example.com",
        "Aino <aino.quokka@example.com>",
        "ainoquokka+news@example.com",
        "aino.quokka@example.com\u{200b}",
        "\u{ff41}ino.quokka@example.com",
        "+358 50 1234567",
        "050 123 4567",
        "00358501234567",
        "+358 (0)50 123 45 67",
        "358501234567",
        "501234567",
        "tel:+358-50-1234567",
        "358501234567.0",
        "3.58501234567E+11",
    ] {
        let answer = asked(&base, spelling);
        assert_eq!(answer["people"].as_array().map(Vec::len), Some(1), "{spelling}");
        assert_eq!(answer["people"][0]["audiences"][0]["platforms"][0]["decision"], "eligible", "{spelling}");
    }
}

#[test]
fn somebody_unknown_is_told_to_be_and_whether_a_register_names_them() {
    let base = base();
    let stranger = base.run_with(&["explain"], b"STRANGER@example.com");
    assert!(stranger.stdout.contains("no row of the customer files has it"), "{}", stranger.stdout);
    assert!(
        stranger.stdout.contains("register objections, to off_platform_targeting, noted on 2025-07-07"),
        "{}",
        stranger.stdout
    );
    let nobody = base.run_with(&["explain"], b"nobody@example.com");
    assert!(nobody.stdout.contains("no register names it"), "{}", nobody.stdout);
    assert_eq!(asked(&base, "nobody@example.com")["named_by"], serde_json::json!([]));
    base.put("customers.csv", CUSTOMERS.replace("C-1,", ","));
    base.configure("[policy]", "[policy]\nmax_unreadable = \"50%\"");
    let unreadable = base.run_with(&["explain"], b"aino.quokka@example.com");
    assert!(
        unreadable.stdout.contains("a customer row that could not be read has it"),
        "{}",
        unreadable.stdout
    );
}

#[test]
fn the_chain_is_told_in_tags_that_outlive_the_run() {
    let base = base();
    let refused = base.run_with(&["explain", "--chain"], b"C-6");
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("keygen --root"), "{}", refused.stderr);
    assert_eq!(base.run(&["keygen", "--root", "root.key"]).code, 0);
    base.configure("[output]", "[keys]\nroot = \"root.key\"\n\n[output]");
    let chain = |who: &str| -> Value {
        let ran = base.run_with(&["explain", "--chain", "--json"], who.as_bytes());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let answer: Value = serde_json::from_str(&ran.stdout).expect("one object");
        answer["people"][0].clone()
    };
    let (linked, objector) = (chain("C-6"), chain("C-5"));
    let phone = |person: &Value| {
        let links = person["chain"].as_array().expect("a chain");
        links.iter().find(|link| link["kind"] == "phone").expect("has a phone").clone()
    };
    assert_eq!(phone(&linked)["identifier"], phone(&objector)["identifier"]);
    assert_eq!(phone(&linked)["holders"], 2);
    assert_eq!(phone(&linked)["others"][0]["tags"][0]["tag"], objector["audiences"][0]["tag"]);
    assert_eq!(phone(&linked)["others"][0]["objected"], serde_json::json!(["off_platform_targeting"]));
    assert_eq!(phone(&objector)["others"][0]["objected"], serde_json::json!([]));
    // By spelling, too, and the same tags in another run.
    assert_eq!(chain("OTSO.quokka@example.com"), linked);
    assert_eq!(chain("C-6"), linked);
    let text = base.run_with(&["explain", "--chain"], b"C-6").stdout;
    assert!(text.contains("held by 2 people"), "{text}");
}

#[test]
fn the_subject_is_told_of_nobody_else() {
    let base = base();
    for (language, shared, list) in [
        ("en", "left out under our shared-contact rule", "List \"everyone\", for Meta (Facebook, Instagram)"),
        (
            "fi",
            "yhteisten yhteystietojen säännöllämme",
            "Lista \"everyone\", alusta Meta (Facebook, Instagram)",
        ),
        ("sv", "vår regel om delade kontaktuppgifter", "Listan \"everyone\", för Meta (Facebook, Instagram)"),
    ] {
        let told = |who: &str| {
            let ran = base.run_with(&["explain", "--for-subject", "--lang", language], who.as_bytes());
            assert_eq!(ran.code, 0, "{}", ran.stderr);
            ran.stdout
        };
        let linked = told("C-6");
        assert!(linked.contains(shared) && linked.contains(list), "{linked}");
        let own = told("C-2");
        assert!(!own.contains(shared), "{own}");
        for text in [&linked, &own, &told("C-1"), &told("C-9"), &told("nobody@example.com")] {
            for word in ["register", "objections", "2025-05-05", "meri", "on-register", "linked-to", "tag "] {
                assert!(!text.contains(word), "{language}: {word}: {text}");
            }
        }
        assert!(told("C-1").contains("LIA-2026-003"), "the ground is told to who is on a list");
        assert!(!told("C-9").contains("LIA-2026-003"));
    }
    // The same words whether somebody else objected or too many people have the number.
    let linked = base.run_with(&["explain", "--for-subject"], b"C-6").stdout;
    base.put("objections.csv", "email,phone,scope,noted\nstranger@example.com,,,2025-07-07\n");
    base.configure("[policy]", "[policy]\nshare_cap = 1");
    base.put(
        "customers.csv",
        CUSTOMERS.to_owned()
            + "C-5,M,,+358 50 1234580,FI,1985-01-01,active\nC-6,O,,050 1234580,FI,1986-01-01,active\n",
    );
    let shared = base.run_with(&["explain", "--for-subject"], b"C-6").stdout;
    let of_meta = |text: &str| text.split("LinkedIn").next().map(str::to_owned);
    assert_eq!(of_meta(&shared), of_meta(&linked));
    let several = base.run_with(&["explain", "--for-subject"], b"050 1234580");
    assert_eq!(several.code, 1, "{}", several.stdout);
    assert!(several.stderr.contains("2 people share it") && several.stdout.is_empty(), "{}", several.stderr);
    let json = base.run_with(&["explain", "--for-subject", "--lang", "sv", "--json"], b"C-1").stdout;
    let answer: Value = serde_json::from_str(&json).expect("one object");
    assert_eq!(answer["language"], "sv");
    assert_eq!(base.run_with(&["explain", "--lang", "sv"], b"C-1").code, 2, "a language without its subject");
}

/// An entry with a person's own address and the number of the household told the others of it.
#[test]
fn whoever_put_a_shared_detail_on_a_register_is_told_to_nobody() {
    let base = base();
    let list = "Your customer number or one of your contact details is on a list";
    let shared = "left out under our shared-contact rule";
    base.put(
        "customers.csv",
        CUSTOMERS.lines().next().expect("a header").to_owned()
            + "\n\
         C-5,M,meri@example.com,+358 50 1234580,FI,1985-01-01,active\n\
         C-6,O,otso@example.com,050 1234580,FI,1986-01-01,active\n\
         C-7,P,pia@example.com,050 1234581,FI,1986-01-01,active\n",
    );
    for (entry, with_list, with_rule) in [
        ("meri@example.com,050 1234580", &["C-5"][..], &["C-6"][..]),
        // Either may have said it.
        (",050 1234580", &[], &["C-5", "C-6"]),
        (",050 1234581", &["C-7"], &[]),
        ("otso@example.com,", &["C-6"], &["C-5"]),
    ] {
        base.put("objections.csv", format!("email,phone,scope,noted\n{entry},,2025-07-07\n"));
        for who in ["C-5", "C-6", "C-7"] {
            let ran = base.run_with(&["explain", "--for-subject"], who.as_bytes());
            assert_eq!(ran.code, 0, "{}", ran.stderr);
            assert_eq!(ran.stdout.contains(list), with_list.contains(&who), "{entry}: {who}: {}", ran.stdout);
            // Whoever objected shares the number, too, and may be told of the rule beside the own word.
            let is_told = ran.stdout.contains(shared);
            assert!(is_told || !with_rule.contains(&who), "{entry}: {who}: {}", ran.stdout);
        }
    }
}
