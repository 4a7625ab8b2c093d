//! One line of a file of vectors, as written and as meant. It takes our own keys and those that other
//! sets use for the same thing. Promises: what is not understood is a code, and no message quotes the
//! line; a vector whose own parts contradict each other is never believed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha2::Digest as _;

use crate::identifiers::{AnyForm, Digest, EmailForm, Kind, PhoneForm, Region, Reject, country};
use crate::platforms::{self, Platform};

/// A line as written. Other keys are somebody's notes.
#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    platform: Option<String>,
    #[serde(alias = "field", alias = "type")]
    kind: Option<String>,
    #[serde(default)]
    form: Option<String>,
    #[serde(default)]
    input: Option<String>,
    /// The input's bytes, where they are not text.
    #[serde(default)]
    input_hex: Option<String>,
    #[serde(default, alias = "default_region", alias = "country")]
    region: Option<String>,
    #[serde(default, alias = "normalized", alias = "expected")]
    normalised: Option<String>,
    #[serde(default, alias = "hash", alias = "sha256_hex")]
    sha256: Option<String>,
    #[serde(default, alias = "base64")]
    digest: Option<String>,
    #[serde(default, alias = "reject")]
    code: Option<String>,
    #[serde(default)]
    expect: Option<String>,
    #[serde(default)]
    check: Option<String>,
}

/// How a vector is checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    /// The whole parser.
    Full,
    /// The writing rule alone.
    Form,
    /// Listed with our answer.
    Contested,
}

/// What a vector expects.
pub(super) enum Expected {
    /// This digest.
    Digest(Digest),
    /// That a value which already is a hash comes out as it went in.
    Passthrough,
    /// To be turned away, for whatever reason.
    Invalid,
    /// To be turned away for this reason.
    Reject(Reject),
}

/// A line as meant.
pub(super) struct Vector {
    pub(super) platform: Option<&'static Platform>,
    pub(super) form: AnyForm,
    pub(super) input: Vec<u8>,
    pub(super) region: Option<Region>,
    pub(super) expected: Expected,
    pub(super) check: Check,
}

impl Vector {
    /// Reads a line, or says with a code why not.
    pub(super) fn read(line: &[u8]) -> Result<Self, &'static str> {
        let written: Written = serde_json::from_slice(line).map_err(|_| "not-a-vector")?;
        let platform = match written.platform.as_deref() {
            None | Some("") => None,
            Some(name) => Some(platforms::find(name).ok_or("unknown-platform")?),
        };
        let form = form(&written, platform)?;
        let input = match (&written.input, &written.input_hex) {
            (Some(text), None) => text.clone().into_bytes(),
            (None, Some(bytes)) => const_hex::decode(bytes).map_err(|_| "bad-input-hex")?,
            // Several SDKs test a missing value; a cell that is not there is a blank one.
            (None, None) => Vec::new(),
            (Some(_), Some(_)) => return Err("two-inputs"),
        };
        let region = match written.region.as_deref().map(str::trim) {
            None | Some("") => None,
            Some(name) => Some(country(name.as_bytes()).ok_or("unknown-region")?),
        };
        let check = match written.check.as_deref() {
            None | Some("" | "full") => Check::Full,
            Some("form") => Check::Form,
            Some("contested") => Check::Contested,
            Some(_) => return Err("unknown-check"),
        };
        let expected = expected(&written, &input)?;
        Ok(Self { platform, form, input, region, expected, check })
    }
}

/// The form that is named, or the platform's.
fn form(written: &Written, platform: Option<&Platform>) -> Result<AnyForm, &'static str> {
    let named = match written.form.as_deref() {
        None | Some("") => None,
        Some(code) => {
            let emails = EmailForm::ALL.into_iter().map(|form| (form.code(), AnyForm::Email(form)));
            let phones = PhoneForm::ALL.into_iter().map(|form| (form.code(), AnyForm::Phone(form)));
            let form = emails.chain(phones).find(|(known, _)| *known == code).ok_or("unknown-form")?;
            Some(form.1)
        }
    };
    let kind = match written.kind.as_deref().map(str::to_ascii_lowercase).as_deref() {
        Some("email" | "e-mail" | "em" | "mail") => Some(Kind::Email),
        Some("phone" | "ph" | "tel" | "phone_number") => Some(Kind::Phone),
        Some(_) => return Err("unknown-kind"),
        None => None,
    };
    match (named, kind) {
        (Some(form @ AnyForm::Email(_)), None | Some(Kind::Email))
        | (Some(form @ AnyForm::Phone(_)), None | Some(Kind::Phone)) => Ok(form),
        (Some(_), Some(_)) => Err("form-of-the-other-kind"),
        (None, None) => Err("unknown-kind"),
        (None, Some(kind)) => {
            let platform = platform.ok_or("unknown-platform")?;
            let form = match kind {
                Kind::Email => platform.email.map(AnyForm::Email),
                Kind::Phone => platform.phone.map(AnyForm::Phone),
            };
            form.ok_or("kind-not-taken")
        }
    }
}

fn expected(written: &Written, input: &[u8]) -> Result<Expected, &'static str> {
    if let Some(code) = written.code.as_deref() {
        return Reject::from_code(code).map(Expected::Reject).ok_or("unknown-code");
    }
    match written.expect.as_deref() {
        None | Some("" | "ok" | "valid") => {}
        Some("invalid" | "reject" | "rejected" | "error") => return Ok(Expected::Invalid),
        Some(code) => return Reject::from_code(code).map(Expected::Reject).ok_or("unknown-expect"),
    }
    let input = String::from_utf8_lossy(input);
    let same = |text: &str| text.trim().eq_ignore_ascii_case(input.trim());
    let hashes = [written.sha256.as_deref(), written.digest.as_deref()];
    if looks_hashed(&input)
        && hashes.iter().flatten().all(|text| same(text))
        && (written.normalised.is_some() || hashes.iter().any(Option::is_some))
        && written.normalised.as_deref().is_none_or(same)
    {
        return Ok(Expected::Passthrough);
    }
    let mut wanted = None;
    let mut agree = |digest: Digest| match wanted {
        Some(earlier) if earlier != digest => Err("contradicts-itself"),
        _ => {
            wanted = Some(digest);
            Ok(())
        }
    };
    for text in hashes.into_iter().flatten() {
        agree(digest(text).ok_or("bad-digest")?)?;
    }
    if let Some(text) = &written.normalised {
        agree(Digest::from_bytes(sha2::Sha256::digest(text.as_bytes()).into()))?;
    }
    wanted.map(Expected::Digest).ok_or("no-expectation")
}

/// 64 hex digits in either case, or the Base64 of 32 bytes.
fn digest(text: &str) -> Option<Digest> {
    let bytes = match text.len() {
        64 => const_hex::decode(text).ok()?,
        _ => STANDARD.decode(text).ok()?,
    };
    Some(Digest::from_bytes(bytes.try_into().ok()?))
}

fn looks_hashed(text: &str) -> bool {
    let text = text.trim();
    matches!(text.len(), 32 | 40 | 64 | 128) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        || text.len() == 44 && STANDARD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}
