//! One value in one form, for checking known answers: a digest or a code, never the text. It promises
//! the parsers' own answer in full mode, and a platform's bare writing rule in form mode.

use super::phone::{Phone, PhoneForm, PhoneRule};
use super::steps::Steps;
use super::{Digest, Email, EmailForm, Plaintext, Region, Reject, Scratch, phone_library, phone_text, text};

/// A form of either kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AnyForm {
    /// A way of writing an e-mail address.
    Email(EmailForm),
    /// A way of writing a phone number.
    Phone(PhoneForm),
}

/// How much is asked of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NormaliseMode {
    /// The whole parser: only what would be uploaded has a digest.
    Full,
    /// The writing rule alone, whether or not such a number or mailbox could exist.
    Form,
}

/// The digest of a value in a form.
pub fn normalise_form(
    form: AnyForm,
    mode: NormaliseMode,
    cell: Plaintext<'_>,
    region: Option<Region>,
    scratch: &mut Scratch,
) -> Result<Digest, Reject> {
    match (form, mode) {
        (AnyForm::Email(form), NormaliseMode::Full) => {
            Email::parse(cell, scratch).map(|email| email.digest(form))
        }
        (AnyForm::Phone(form), NormaliseMode::Full) => {
            Phone::parse(cell, region, PhoneRule::default(), scratch).map(|phone| phone.digest(form))
        }
        (AnyForm::Email(form), NormaliseMode::Form) => email_form_only(form, &cell, scratch),
        (AnyForm::Phone(form), NormaliseMode::Form) => phone_form_only(form, &cell, region, scratch),
    }
}

/// As the platforms' own helpers do: what cannot stand in an address goes, then the parser has it.
fn email_form_only(form: EmailForm, cell: &Plaintext<'_>, scratch: &mut Scratch) -> Result<Digest, Reject> {
    let opened = text::open(cell.read(), &mut Steps::default())?;
    let kept: String = opened.chars().filter(|c| !matches!(c, '(' | ')' | '"' | '/')).collect();
    Email::parse(Plaintext::new(kept.as_bytes()), scratch).map(|email| email.digest(form))
}

/// Digits with their country code, no leading zeros, no question whether the number is in use.
fn phone_form_only(
    form: PhoneForm,
    cell: &Plaintext<'_>,
    region: Option<Region>,
    scratch: &mut Scratch,
) -> Result<Digest, Reject> {
    scratch.clear();
    let opened = text::open(cell.read(), &mut Steps::default())?;
    if text::looks_hashed(opened) {
        return Err(Reject::LooksHashed);
    }
    let plus = opened.starts_with(['+', '\u{ff0b}']);
    let digits = opened.chars().filter_map(phone_text::digit).map(|digit| char::from(b'0' + digit));
    scratch.text.extend(digits);
    let international = plus || scratch.text.starts_with("00");
    let bare = scratch.text.trim_start_matches('0');
    if bare.is_empty() {
        return Err(Reject::InvalidPhone);
    }
    let line = if international || region.is_none() {
        scratch.basic.push('+');
        scratch.basic.push_str(bare);
        phone_library::read_loosely(&scratch.basic, None)
    } else {
        phone_library::read_loosely(&scratch.text, region)
    };
    let phone = match line {
        Some(line) => Phone::from_line(line),
        None => Phone::from_digits(bare.as_bytes()),
    };
    phone.map(|phone| phone.digest(form)).ok_or(Reject::TooLong)
}
