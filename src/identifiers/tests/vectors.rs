//! Known answers of the platforms' pages and SDK tests. `full` goes through the parser, `form` through
//! the writing rule alone; what is contested is listed elsewhere.

use super::*;

#[derive(serde::Deserialize)]
struct Vector {
    form: String,
    input: Option<String>,
    region: Option<String>,
    check: String,
    normalised: Option<String>,
    code: Option<String>,
}

fn form(code: &str) -> AnyForm {
    let emails = EmailForm::ALL.into_iter().map(|form| (form.code(), AnyForm::Email(form)));
    let phones = PhoneForm::ALL.into_iter().map(|form| (form.code(), AnyForm::Phone(form)));
    emails.chain(phones).find(|(known, _)| *known == code).expect("the set names forms that exist").1
}

#[test]
fn known_answers() {
    let mut scratch = Scratch::new();
    let mut faults = Faults::default();
    for line in include_str!("../../commands/vectors/published.jsonl").lines() {
        let vector: Vector = serde_json::from_str(line).expect("a vector");
        let Some(input) = &vector.input else { continue };
        let mode = match vector.check.as_str() {
            "full" => NormaliseMode::Full,
            "form" => NormaliseMode::Form,
            _ => continue,
        };
        let region = vector.region.as_deref().and_then(Region::from_code);
        let answer =
            normalise_form(form(&vector.form), mode, Plaintext::new(input.as_bytes()), region, &mut scratch);
        let good = match (&vector.normalised, &vector.code, answer) {
            (Some(text), _, Ok(digest)) => digest == sha256(text),
            (None, Some(code), Err(reject)) => reject.code() == code,
            (None, None, Err(_)) => true,
            _ => false,
        };
        if !good {
            faults.add(format!("{answer:?} for {line}"));
        }
    }
}
