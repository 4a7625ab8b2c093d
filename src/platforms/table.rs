//! The platforms side by side, as cells: one list of rows that the `platforms` command and the
//! documentation both show, so that neither can fall behind the tables. It formats, and decides
//! nothing.

use std::fmt::Write as _;

use super::{ALL, ConsentRule, Encoding, Operation, Platform, RowShape, Upload, Way};
use crate::identifiers::{EmailForm, PhoneForm};

/// The columns of the comparison.
pub const HEADINGS: [&str; 9] =
    ["Platform", "E-mail", "Phone", "Digest", "File", "Most a file", "Least", "Keep fresh by", "Consent"];

/// One platform's cells, under [`HEADINGS`].
#[must_use]
pub fn cells(platform: &Platform) -> [String; 9] {
    [
        platform.name.to_owned(),
        platform.email.map_or("–", email_form).to_owned(),
        platform.phone.map_or("–", phone_form).to_owned(),
        match platform.encoding {
            Encoding::LowerHex => "hex",
            Encoding::Base64 => "Base64",
        }
        .to_owned(),
        file(platform).to_owned(),
        most(platform),
        least(platform),
        freshness(platform),
        match platform.consent {
            ConsentRule::None => "–",
            ConsentRule::GoogleSignals => "both signals (EEA, UK, CH, unknown)",
        }
        .to_owned(),
    ]
}

/// The whole comparison as a Markdown table.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::new();
    let row = |text: &mut String, cells: &[String]| {
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    };
    row(&mut text, &HEADINGS.map(str::to_owned));
    row(&mut text, &HEADINGS.map(|_| "---".to_owned()));
    for platform in ALL {
        row(&mut text, &cells(platform));
    }
    text
}

/// A Markdown section for each platform: what it is called, its header, what could not be confirmed,
/// and where the facts come from. A sentence a line.
#[must_use]
pub fn notes() -> String {
    let mut text = String::new();
    for platform in ALL {
        let _ = write!(text, "### {}\n\n`{}`", platform.title, platform.name);
        if !platform.aliases.is_empty() {
            let _ = write!(text, ", also `{}`", platform.aliases.join("`, `"));
        }
        text.push_str(".\n");
        match platform.upload {
            Upload::None { why } => {
                let _ = writeln!(text, "`{NO_UPLOAD_FILE}`: {}", by_sentence(why, ""));
            }
            Upload::Csv(layout) | Upload::MicrosoftBulk(layout) if layout.header.is_empty() => {
                text.push_str("The file has no header.\n");
            }
            Upload::Csv(layout) | Upload::MicrosoftBulk(layout) => {
                let _ = writeln!(text, "Header: `{}`.", layout.header.join(","));
            }
        }
        let what = if platform.is_uploadable() { "files" } else { "interface" };
        let _ = writeln!(text, "Its {what} can: {}.", operations(platform.screens));
        text.push_str("\nNot confirmed:\n\n");
        for question in platform.open_questions {
            let _ = writeln!(text, "- {}", by_sentence(question, "  "));
        }
        text.push_str("\nSources:\n\n");
        for source in platform.sources {
            let _ = writeln!(text, "- {}: {} (checked {})", source.title, source.place, source.checked);
        }
        text.push('\n');
    }
    text
}

fn by_sentence(text: &str, indent: &str) -> String {
    text.replace(". ", &format!(".\n{indent}"))
}

/// The word for an e-mail form, as configs and docs write it.
#[must_use]
pub const fn email_form(form: EmailForm) -> &'static str {
    match form {
        EmailForm::Basic => "basic",
        EmailForm::Google => "google",
        EmailForm::Uid2 => "uid2",
        EmailForm::Reddit => "reddit",
        EmailForm::Amazon => "amazon",
    }
}

/// The word for a phone form.
#[must_use]
pub const fn phone_form(form: PhoneForm) -> &'static str {
    match form {
        PhoneForm::Digits => "digits",
        PhoneForm::E164 => "e164",
    }
}

/// The mark of a platform for which no file is written, here and in a config's fault.
pub const NO_UPLOAD_FILE: &str = "no-upload-file";

/// What kind of file a platform gets.
#[must_use]
pub const fn file(platform: &Platform) -> &'static str {
    match platform.upload {
        Upload::MicrosoftBulk(_) => "Bulk file, a row an identifier",
        Upload::None { .. } => NO_UPLOAD_FILE,
        Upload::Csv(layout) => match layout.shape {
            RowShape::PersonPerRow => "template, a row a person",
            RowShape::IdentifierPerRow => "template, a row an identifier",
        },
    }
}

/// The words for a list of operations.
#[must_use]
pub fn operations(operations: &[Operation]) -> String {
    operations.iter().map(|operation| operation.word().to_lowercase()).collect::<Vec<_>>().join(", ")
}

fn most(platform: &Platform) -> String {
    let limits: Vec<_> = [
        platform.max_rows_per_file.map(|rows| format!("{} rows", thousands(rows))),
        platform.max_bytes_per_file.map(|bytes| format!("{} bytes", thousands(bytes))),
    ]
    .into_iter()
    .flatten()
    .collect();
    if limits.is_empty() { "not stated".to_owned() } else { limits.join(", ") }
}

fn least(platform: &Platform) -> String {
    let minima: Vec<_> = [
        platform.minimum_upload.map(|rows| format!("{} rows", thousands(rows))),
        platform.minimum_serve.map(|people| format!("{} matched", thousands(people))),
    ]
    .into_iter()
    .flatten()
    .collect();
    if minima.is_empty() { "not stated".to_owned() } else { minima.join(", ") }
}

fn freshness(platform: &Platform) -> String {
    let way = match platform.recommended {
        Way::Replace => "replace",
        Way::Delta => "remove, then add",
    };
    match platform.expiry_days {
        Some(days) => format!("{way}; members lapse after {days} days"),
        None => way.to_owned(),
    }
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
