//! `verho diff`: who would flip, by rule, in counts.

use serde_json::{Value, json};

use super::base::{Base, CONFIG, CUSTOMERS};

fn base() -> Base {
    let base = Base::new();
    base.put(
        "customers.csv",
        format!("{CUSTOMERS}C-5,Meri Exempel,meri.quokka@example.com,,SE,1985-01-01,active\n"),
    );
    base
}

fn diff(base: &Base) -> Value {
    let ran = base.run(&["diff", "verho.toml", "new.toml", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).expect("one object")
}

fn flip(code: &str, rule: &str, people: u64) -> Value {
    json!([{"code": code, "rule": rule, "people": people}])
}

#[test]
fn the_same_config_flips_nobody() {
    let base = base();
    base.put("new.toml", CONFIG);
    let answer = diff(&base);
    assert_eq!(answer["people"], json!({"both": 5, "only_a": 0, "only_b": 0}));
    for platform in answer["audiences"][0]["platforms"].as_array().expect("platforms") {
        assert_eq!(platform["eligible_a"], 2);
        assert_eq!(platform["eligible_b"], 2);
        assert_eq!(platform["entering"], json!([]));
        assert_eq!(platform["leaving"], json!([]));
    }
    let text = base.run(&["diff", "verho.toml", "new.toml"]).stdout;
    assert!(text.contains("5 people in both") && text.contains("nobody flips"), "{text}");
}

#[test]
fn flips_are_counted_by_the_rule_that_makes_them() {
    let base = base();
    let everyone = "name = \"everyone\"";
    let cases: [(&str, &str, &str, Value, Value); 6] = [
        (
            "another country",
            "countries = [\"FI\"]",
            "countries = [\"FI\", \"SE\"]",
            flip("no-basis", "basis-row", 1),
            json!([]),
        ),
        (
            "former customers",
            "current = [\"active\"]",
            "current = [\"former\"]",
            flip("not-a-customer", "relationship", 1),
            flip("not-a-customer", "relationship", 2),
        ),
        (
            "an age limit",
            "min_size = 1",
            "min_size = 1\nmin_age = 45",
            json!([]),
            flip("under-age", "age", 1),
        ),
        (
            "another scope",
            "scope = [\"off_platform_targeting\"]",
            "scope = [\"profiling\"]",
            flip("on-register", "registers", 1),
            json!([]),
        ),
        (
            "a filter",
            everyone,
            "name = \"everyone\"\nwhere = \"age > 200\"",
            json!([]),
            flip("not-selected", "selection", 2),
        ),
        (
            "an expired basis",
            "assessment =",
            "valid_until = 2020-01-01\nassessment =",
            json!([]),
            flip("basis-expired", "basis-row", 2),
        ),
    ];
    for (title, from, to, entering, leaving) in cases {
        assert!(CONFIG.contains(from), "{title}");
        base.put("new.toml", CONFIG.replace(from, to));
        let answer = diff(&base);
        let meta = &answer["audiences"][0]["platforms"][0];
        assert_eq!(meta["entering"], entering, "{title}: {meta}");
        assert_eq!(meta["leaving"], leaving, "{title}: {meta}");
        let sum = |flips: &Value| -> i64 {
            let flips = flips.as_array().expect("a list");
            flips.iter().map(|flip| flip["people"].as_i64().expect("a number")).sum()
        };
        let change =
            meta["eligible_b"].as_i64().expect("a number") - meta["eligible_a"].as_i64().expect("a number");
        assert_eq!(change, sum(&entering) - sum(&leaving), "{title}");
        // Turned round, those who came in go out.
        base.put("other.toml", CONFIG);
        let back = base.run(&["diff", "new.toml", "other.toml", "--json"]).stdout;
        let back: Value = serde_json::from_str(&back).expect("one object");
        assert_eq!(back["audiences"][0]["platforms"][0]["eligible_a"], meta["eligible_b"], "{title}");
        assert_eq!(sum(&back["audiences"][0]["platforms"][0]["leaving"]), sum(&entering), "{title}");
    }
}

#[test]
fn audiences_platforms_and_people_may_be_added_or_removed() {
    let base = base();
    base.put("others.csv", CUSTOMERS.replace("C-3,", "C-30,"));
    base.put(
        "new.toml",
        CONFIG
            .replace("name = \"everyone\"\nplatforms = [\"meta\", \"linkedin\"]", "name = \"all\"\nplatforms = [\"meta\"]\nmin_size = 1\n\n[[audience]]\nname = \"everyone\"\nplatforms = [\"linkedin\"]")
            .replace("customers.csv", "others.csv"),
    );
    let answer = diff(&base);
    assert_eq!(answer["people"], json!({"both": 3, "only_a": 2, "only_b": 1}));
    let told: Vec<String> = answer["audiences"]
        .as_array()
        .expect("audiences")
        .iter()
        .flat_map(|audience| {
            let platforms = audience["platforms"].as_array().expect("platforms").clone();
            let (name, presence) = (audience["audience"].clone(), audience["presence"].clone());
            platforms.into_iter().map(move |one| {
                format!(
                    "{name} {presence} {} {} {} {}",
                    one["platform"], one["presence"], one["entering"], one["leaving"]
                )
            })
        })
        .collect();
    let (enter, leave) = (flip("not-in-data", "none", 1), flip("not-in-data", "none", 1));
    assert_eq!(
        told,
        [
            format!(r#""everyone" "both" "linkedin" "both" {enter} {leave}"#),
            format!(
                r#""everyone" "both" "meta" "removed" [] {}"#,
                json!([
                    {"code": "no-such-list", "rule": "none", "people": 2}
                ])
            ),
            format!(
                r#""all" "added" "meta" "added" {} []"#,
                json!([
                    {"code": "no-such-list", "rule": "none", "people": 2}
                ])
            ),
        ]
    );
    let text = base.run(&["diff", "verho.toml", "new.toml"]).stdout;
    assert!(text.contains("all (added: only in B)") && text.contains("meta (removed: only in A)"), "{text}");
    for name in ["quokka", "C-1"] {
        assert!(!text.contains(name), "{text}");
    }
}
