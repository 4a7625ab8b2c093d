//! The wide form against a table made outside the program: spellings that must meet in matching, and
//! pairs that must not.

use verho::identifiers::{Email, Phone, PhoneRule, Plaintext, Region, RunKey, Scratch, WideKey};

const TABLE: &str = include_str!("data/wide-forms.tsv");

fn key(kind: &str, text: &str, region: Option<Region>, scratch: &mut Scratch) -> Result<WideKey, String> {
    let key = RunKey::from_bytes(*b"a key of one run");
    let cell = Plaintext::new(text.as_bytes());
    let wide = match kind {
        "email" => Email::parse(cell, scratch).map(|email| email.wide_key(&key)),
        "phone" => {
            Phone::parse(cell, region, PhoneRule::default(), scratch).map(|phone| phone.wide_key(&key))
        }
        other => return Err(format!("no kind is called {other}")),
    };
    wide.map_err(|reject| reject.code().to_owned())
}

#[test]
fn every_group_meets_and_every_pair_stays_apart() {
    let mut scratch = Scratch::new();
    let (mut groups, mut pairs) = (0, 0);
    let mut faults = Vec::new();
    for line in TABLE.lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        let [what, kind, place, texts @ ..] = cells.as_slice() else { panic!("a row has texts: {line}") };
        let region = Region::from_code(place);
        let keys: Vec<_> = texts
            .iter()
            .map(|text| {
                let text: String = serde_json::from_str(text).expect("JSON text");
                key(kind, &text, region, &mut scratch)
            })
            .collect();
        let all_read = keys.iter().all(Result::is_ok);
        let good = match *what {
            "meet" => {
                groups += 1;
                all_read && keys.windows(2).all(|pair| pair[0] == pair[1])
            }
            "apart" => {
                pairs += 1;
                all_read && keys.windows(2).all(|pair| pair[0] != pair[1])
            }
            other => panic!("{other} is neither meet nor apart"),
        };
        if !good {
            let codes: Vec<_> = keys.iter().map(|key| key.as_ref().err()).collect();
            faults.push(format!("{codes:?} {line}"));
        }
    }
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), groups + pairs, faults.join("\n"));
    assert!(groups >= 500 && groups + pairs >= 900, "{groups} groups, {pairs} pairs");
}
