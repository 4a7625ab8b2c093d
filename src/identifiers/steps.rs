//! What normalising did to a value, in words and never with the value. It knows the names of the
//! steps and nothing of how they are done.

use super::phone::{Phone, PhoneRule};
use super::{Email, EmailForm, Plaintext, Region, Reject, Scratch};

/// The steps taken, one bit each.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::identifiers) struct Steps(u32);

impl Steps {
    pub(in crate::identifiers) fn note(&mut self, step: Step) {
        self.0 |= 1 << step as u32;
    }

    fn words(self) -> Vec<&'static str> {
        Step::ALL
            .iter()
            .filter(|(step, _)| self.0 & (1 << *step as u32) != 0)
            .map(|(_, words)| *words)
            .collect()
    }
}

macro_rules! steps {
    ($($variant:ident $words:literal;)+) => {
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub(in crate::identifiers) enum Step { $($variant,)+ }

        impl Step {
            const ALL: &[(Self, &'static str)] = &[$((Self::$variant, $words),)+];
        }
    };
}

steps! {
    Trimmed "white space and invisible characters around it removed";
    Unwrapped "spreadsheet wrapping or quotes around it removed";
    Invisible "invisible characters inside removed";
    Width "full-width or foreign characters written in ASCII";
    Scheme "mailto:, tel: or another label removed";
    DisplayName "display name or comment removed";
    Punctuation "punctuation at the end removed";
    Composed "accents composed (NFC)";
    LowerCased "lower-cased";
    Idna "domain in ASCII for matching; the upload form keeps the domain as written";
    Float "decimal part of a spreadsheet number removed";
    Scientific "scientific notation written out";
    Extension "extension removed";
    Separators "separators removed";
    InternationalPrefix "international prefix read as a plus";
    Trunk "trunk zero in brackets removed";
    DefaultRegion "read as a national number of the default region";
    LostPlus "read as an international number without its plus";
}

/// The steps that writing an e-mail address in a form takes.
pub fn steps_email(
    text: Plaintext<'_>,
    form: EmailForm,
    scratch: &mut Scratch,
) -> Result<Vec<&'static str>, Reject> {
    let email = Email::parse_slowly(text.read(), scratch)?;
    let by_form = (!email.forms_equal(EmailForm::Basic, form)).then_some(match form {
        EmailForm::Basic => "",
        EmailForm::Google => "dots and tag of a gmail.com or googlemail.com address removed",
        EmailForm::Uid2 => "dots and tag of a gmail.com address removed",
        EmailForm::Reddit => "tag and all but letters and digits of the user part removed",
        EmailForm::Amazon => "all but a-z, 0-9, dot and hyphen removed; domain in ASCII",
    });
    let mut words = scratch.steps.words();
    words.extend(by_form);
    Ok(words)
}

/// The steps that normalising a phone number takes.
pub fn steps_phone(
    text: Plaintext<'_>,
    region: Option<Region>,
    rule: PhoneRule,
    scratch: &mut Scratch,
) -> Result<Vec<&'static str>, Reject> {
    Phone::parse_slowly(text.read(), region, rule, scratch)?;
    Ok(scratch.steps.words())
}
