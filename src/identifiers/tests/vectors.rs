//! Known answers of the platforms' pages and SDK tests. `full` goes through the parser, `form` through
//! the writing rule alone, `contested` is where sources disagree: there we must answer, with either.

use super::*;

#[derive(serde::Deserialize)]
struct Vector {
    platform: String,
    kind: String,
    input: String,
    region: Option<String>,
    expect: String,
    check: String,
    normalised: Option<String>,
    sha256: Option<String>,
}

/// The forms that a platform takes for a kind; TikTok's page prints hashes of both phone forms.
fn forms(platform: &str, kind: &str) -> &'static [AnyForm] {
    use AnyForm::{Email, Phone};
    match (platform, kind) {
        ("google", "email") => &[Email(EmailForm::Google)],
        ("uid2" | "euid", "email") => &[Email(EmailForm::Uid2)],
        ("reddit", "email") => &[Email(EmailForm::Reddit)],
        ("amazon", "email") => &[Email(EmailForm::Amazon)],
        (_, "email") => &[Email(EmailForm::Basic)],
        ("meta" | "snapchat" | "amazon", _) => &[Phone(PhoneForm::Digits)],
        ("tiktok", _) => &[Phone(PhoneForm::E164), Phone(PhoneForm::Digits)],
        _ => &[Phone(PhoneForm::E164)],
    }
}

#[test]
fn known_answers() {
    let mut scratch = Scratch::new();
    let mut faults = Faults::default();
    for line in include_str!("../../../tests/data/vectors.jsonl").lines() {
        let vector: Vector = serde_json::from_str(line).expect("a vector");
        let mode = if vector.check == "form" { NormaliseMode::Form } else { NormaliseMode::Full };
        let region = vector.region.as_deref().and_then(Region::from_code);
        let answers: Vec<_> = forms(&vector.platform, &vector.kind)
            .iter()
            .map(|form| {
                normalise_form(*form, mode, Plaintext::new(vector.input.as_bytes()), region, &mut scratch)
            })
            .collect();
        let wanted = vector.sha256.as_deref().and_then(|hex| Digest::from_hex(hex.as_bytes()));
        if let (Some(text), Some(wanted)) = (&vector.normalised, wanted) {
            assert!(sha256(text) == wanted, "the vector's own hash: {line}");
        }
        let good = match (vector.expect.as_str(), vector.check.as_str(), wanted) {
            ("invalid", _, _) => answers.iter().all(Result::is_err),
            (_, "contested", _) => answers.iter().all(Result::is_ok),
            // A source that passes a ready hash through has no hash of it; ours turns it away.
            (_, _, None) => answers.iter().all(|answer| *answer == Err(Reject::LooksHashed)),
            (_, _, Some(wanted)) => answers.contains(&Ok(wanted)),
        };
        if !good {
            faults.add(format!("{answers:?} for {line}"));
        }
    }
}
