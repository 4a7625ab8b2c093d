//! The published set answered by the parsers, and files of vectors that say something else.

use std::collections::BTreeSet;

use super::*;
use crate::platforms;

fn faults(report: &Report) -> String {
    report.failed.iter().fold(String::new(), |mut text, finding| {
        let line = published().lines().nth(finding.line as usize - 1).unwrap_or_default();
        let _ = writeln!(text, "{finding:?} {line}");
        text
    })
}

#[test]
fn every_published_answer_is_ours() {
    let report = check(published().as_bytes());
    assert!(report.is_good(), "{}\n{}", report.summary(), faults(&report));
    assert!(report.passed >= 400, "{}", report.summary());
    assert!(report.contested.len() >= 20, "{}", report.summary());
    assert_eq!(report.refused, [], "our own set says so with a code");
}

#[test]
fn the_published_set_covers_what_there_is() {
    let mut platforms = BTreeSet::new();
    let mut codes = BTreeSet::new();
    let (mut forms, mut regions) = (BTreeSet::new(), BTreeSet::new());
    for line in published().lines() {
        let vector: serde_json::Value = serde_json::from_str(line).expect("the set is JSON Lines");
        let text = |key: &str| vector[key].as_str().map(str::to_owned);
        platforms.extend(Some((text("platform"), text("kind"))));
        forms.extend(text("form"));
        codes.extend(text("code"));
        regions.extend(text("region"));
        assert!(text("source").is_some_and(|source| !source.is_empty()), "{line}");
        assert!(text("input").is_some() || text("input_hex").is_some(), "{line}");
        assert_eq!(text("digest").is_some(), text("sha256").is_some(), "{line}");
        assert!(text("check").as_deref() != Some("contested") || text("note").is_some(), "{line}");
    }
    for platform in platforms::ALL {
        for (kind, taken) in [("email", platform.email.is_some()), ("phone", platform.phone.is_some())] {
            let there = platforms.contains(&(Some(platform.name.to_owned()), Some(kind.to_owned())));
            assert_eq!(there, taken, "{} {kind}", platform.name);
        }
    }
    assert_eq!(forms.len(), 7, "{forms:?}");
    assert!(regions.len() > 240, "{}", regions.len());
    for reject in Reject::ALL {
        // These two are answers of a column's declaration and not of the parsers.
        let of_columns = matches!(reject, Reject::RoleAddress | Reject::NotAHash);
        assert_eq!(codes.contains(reject.code()), !of_columns, "{}", reject.code());
    }
}

/// Each line, and what `check` finds in it: nothing when it passes.
#[test]
fn other_files_are_read_and_their_faults_named() {
    let joe = "8830ee4d9b5a9a2d7cf5bcdce0b3c1fa"; // too short for a digest
    for (line, found) in [
        (
            r#"{"platform":"google","field":"email","input":"J.Oe@Gmail.com","normalised":"joe@gmail.com","expect":"ok"}"#,
            "",
        ),
        (
            r#"{"platform":"microsoft","field":"email","input":"test@contoso.com","sha256":"F25AD364D33972379A7A4F4DF33DB142205F5C40EB19CFDB2FC5AAF117E10101"}"#,
            "",
        ),
        (
            r#"{"platform":"uid2","field":"email","input":"USER@example.com","digest":"tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ="}"#,
            "",
        ),
        (
            r#"{"form":"e164","input":"0491 570 006","default_region":"Australia","normalised":"+61491570006"}"#,
            "",
        ),
        (r#"{"platform":"meta","kind":"email","input":null,"expect":"invalid"}"#, ""),
        (r#"{"platform":"meta","kind":"email","input":"joe","expect":"not-an-address"}"#, ""),
        (
            r#"{"platform":"meta","kind":"email","input":"joe@eg.com","normalised":"jo@eg.com"}"#,
            "wrong-digest",
        ),
        (
            r#"{"platform":"meta","kind":"email","input":"joe","normalised":"joe"}"#,
            "unexpected-reject: not-an-address",
        ),
        (
            r#"{"platform":"meta","kind":"email","input":"joe@eg.com","expect":"invalid"}"#,
            "unexpected-digest",
        ),
        (r#"{"platform":"meta","kind":"email","input":"joe","code":"blank"}"#, "wrong-code: not-an-address"),
        (
            r#"{"platform":"meta","kind":"email","input":"joe@eg.com","normalised":"joe@eg.com","sha256":"f25ad364d33972379a7a4f4df33db142205f5c40eb19cfdb2fc5aaf117e10101"}"#,
            "contradicts-itself",
        ),
        (r#"{"platform":"myspace","kind":"email","input":"joe@eg.com"}"#, "unknown-platform"),
        (r#"{"platform":"meta","kind":"fax","input":"joe@eg.com"}"#, "unknown-kind"),
        (r#"{"platform":"meta","input":"joe@eg.com"}"#, "unknown-kind"),
        (r#"{"platform":"x","kind":"phone","input":"+358401234567","expect":"ok"}"#, "kind-not-taken"),
        (r#"{"form":"basic","kind":"phone","input":"1","expect":"invalid"}"#, "form-of-the-other-kind"),
        (r#"{"form":"upper","input":"1","expect":"invalid"}"#, "unknown-form"),
        (r#"{"form":"e164","region":"Atlantis","input":"1","expect":"invalid"}"#, "unknown-region"),
        (r#"{"form":"e164","check":"half","input":"1","expect":"invalid"}"#, "unknown-check"),
        (r#"{"form":"e164","input":"1","expect":"maybe"}"#, "unknown-expect"),
        (r#"{"form":"e164","input":"1","code":"maybe"}"#, "unknown-code"),
        (r#"{"form":"basic","input":"joe@eg.com"}"#, "no-expectation"),
        (r#"{"form":"basic","input":"joe@eg.com","sha256":"xyz"}"#, "bad-digest"),
        (r#"{"form":"basic","input":"a","input_hex":"61","expect":"invalid"}"#, "two-inputs"),
        (r#"{"form":"basic","input_hex":"6","expect":"invalid"}"#, "bad-input-hex"),
        ("joe@eg.com", "not-a-vector"),
    ] {
        let report = check(line.as_bytes());
        let wanted = if found.is_empty() { String::new() } else { format!("line 1: {found}\n") };
        assert_eq!(report.text(), wanted, "{line}");
        assert_eq!((report.passed == 1, report.is_good()), (found.is_empty(), found.is_empty()), "{line}");
        assert!(!report.text().contains("joe@") && !report.text().contains(joe), "{line}");
    }
}

#[test]
fn a_ready_hash_is_refused_and_that_is_no_fault() {
    let hash = "a".repeat(64);
    for line in [
        format!(
            r#"{{"platform":"meta","field":"email","input":"  {hash} ","normalised":"{hash}","sha256":null,"expect":"ok","check":"form"}}"#
        ),
        format!(r#"{{"platform":"meta","field":"phone","input":"{hash}","sha256":"{hash}"}}"#),
    ] {
        let report = check(line.as_bytes());
        assert_eq!(report.text(), "line 1: refused-on-purpose: looks-hashed\n", "{line}");
        assert!(report.is_good());
        assert_eq!(
            report.summary(),
            "0 passed, 0 failed, 0 contested, 1 already hashed and refused on purpose"
        );
    }
}

#[test]
fn what_sources_dispute_is_listed_with_our_answer() {
    let digits = r#"{"platform":"tiktok","field":"phone","input":"374-93-828222","normalised":"37493828222","check":"full"}"#;
    let dots = r#"{"platform":"meta","field":"email","input":"J.Oe@gmail.com","normalised":"j.oe@gmail.com","check":"contested"}"#;
    let refused = r#"{"platform":"meta","field":"phone","input":"0401234567","normalised":"401234567","check":"contested"}"#;
    let report = check(format!("\u{feff}{digits}\r\n\n{dots}\n{refused}").as_bytes());
    assert!(report.is_good());
    assert_eq!(report.passed, 0);
    let plus = const_hex::encode(<sha2::Sha256 as sha2::Digest>::digest(b"+37493828222"));
    let text = report.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], format!("line 1: contested-ours-differs: {plus}"));
    assert!(lines[1].starts_with("line 3: contested-and-ours: "), "{text}");
    assert_eq!(lines[2], "line 4: contested-ours-differs: no-region");
}
