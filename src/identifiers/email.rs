//! E-mail addresses: one parser for every platform, then forms. It promises that every spelling of one
//! address gives one wide key, that each form is exactly the platform's, and that a cell which might
//! mean something else is turned away with a code. It knows no platform and no person.
//!
//! Decisions that no platform's page settles:
//! - The upload form keeps a domain as it was typed, in Unicode or in ASCII (`xn--`). Every rule says
//!   "trim and lower-case" and none says "convert", and the published tests keep an emoji in a domain.
//!   Matching uses the ASCII spelling, so both spellings meet.
//! - Lower case is Unicode's full mapping without a locale, as in the JavaScript, Python and Java of the
//!   platforms' own helpers: `İ` becomes `i` with a combining dot, `ı` and `ß` stay. For matching, `İ`, `ı` and `i` are
//!   one letter, `ß` is `ss`, and compatibility characters are folded (NFKC).
//! - Dots in a row or at an end are taken for gmail alone, which ignores dots; elsewhere no mail is
//!   delivered to such an address.

use super::digest::{Digest, RunKey, Space, WideKey};
use super::email_fast::{Scanned, ScannedShort};
use super::email_form::{self, ADDRESS_MAX, EmailForm, Mailhost, Written};
use super::email_short::Short;
use super::steps::{Step, Steps};
use super::{Plaintext, Reject, Scratch, Unhashed, domain, email_fast, glue, junk, text};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// A parsed address. It borrows its text from the scratch buffers and gives out digests only.
pub struct Email<'s> {
    /// The basic form, whole.
    basic: &'s str,
    /// Where its `@` stands.
    at: usize,
    /// The domain in ASCII.
    domain: &'s str,
    /// The user part folded for matching, when it is not ASCII.
    folded: Option<&'s str>,
    host: Mailhost,
    /// Whether the short way read it.
    is_scanned: bool,
    /// Where it stands, when it is a short one, too, and whether a plus stands in its user part.
    short: Option<(&'s Short, bool)>,
}

/// The longest user part in bytes (RFC 5321, 4.5.3.1.1).
const LOCAL_MAX: usize = 64;

impl<'s> Email<'s> {
    /// Reads an address.
    #[inline]
    pub fn parse(cell: Plaintext<'_>, scratch: &'s mut Scratch) -> Result<Self, Reject> {
        let scanned = Self::scan(&cell, scratch);
        Self::parse_scanned(scanned, cell, scratch)
    }

    /// Looks at a cell the short way; `None` where [`Email::parse_scanned`] will have to go the long one.
    #[inline]
    pub fn scan(cell: &Plaintext<'_>, scratch: &mut Scratch) -> Option<Scanned> {
        scratch.steps = Steps::default();
        email_fast::scan(cell, &mut scratch.short, &mut scratch.basic)
    }

    /// Reads an address of which [`Email::scan`] said so much just before, with this scratch.
    #[inline]
    pub fn parse_scanned(
        scanned: Option<Scanned>,
        cell: Plaintext<'_>,
        scratch: &'s mut Scratch,
    ) -> Result<Self, Reject> {
        let Some(Scanned { at, short }) = scanned else {
            return Self::parse_slowly(cell.read(), scratch);
        };
        let scratch: &'s Scratch = scratch;
        let (basic, short) = match short {
            Some(ScannedShort { bytes, has_plus }) => {
                (scratch.short.text(bytes).ok_or(Reject::NotText)?, Some((&scratch.short, has_plus)))
            }
            None => (scratch.basic.as_str(), None),
        };
        let (local, domain) = (&basic[..at], &basic[at + 1..]);
        let host = Mailhost::of(domain);
        // Lengths and dots are looked at by the scan; nothing else can fail a user part of this kind.
        if host != Mailhost::Other && local.starts_with('+') {
            return Err(Reject::InvalidLocalPart);
        }
        check_usable(local, domain)?;
        Ok(Self { basic, at, domain, folded: None, host, is_scanned: true, short })
    }

    /// The whole rule, without the fast path. It fills the scratch's steps.
    pub(in crate::identifiers) fn parse_slowly(
        cell: &[u8],
        scratch: &'s mut Scratch,
    ) -> Result<Self, Reject> {
        scratch.clear();
        let mut steps = Steps::default();
        let opened = text::open(cell, &mut steps)?;
        write_plain(opened, &mut scratch.text, &mut steps);
        let plain = scratch.text.as_str();
        if text::looks_hashed(plain) {
            return Err(Reject::LooksHashed);
        }
        if junk::is_placeholder_word(&plain.to_lowercase()) {
            return Err(Reject::Placeholder);
        }
        let address = strip_label(plain, &mut steps)?;
        let (local, raw_domain) = split(address)?;
        let local = unquote(local)?;
        lower(&local, &mut scratch.basic, &mut steps);
        let at = scratch.basic.len();
        scratch.basic.push('@');
        lower(raw_domain, &mut scratch.basic, &mut steps);
        domain::to_ascii(&scratch.basic[at + 1..], &mut scratch.domain)?;
        if scratch.domain != scratch.basic[at + 1..] {
            steps.note(Step::Idna);
        }
        if !scratch.basic[..at].is_ascii() {
            fold(&scratch.basic[..at], &mut scratch.local);
        }
        scratch.steps = steps;
        let scratch: &'s Scratch = scratch;
        let folded = (!scratch.local.is_empty()).then_some(scratch.local.as_str());
        Self::checked(&scratch.basic, at, &scratch.domain, folded)
    }

    /// The rules that hold for an address however it was read.
    fn checked(basic: &'s str, at: usize, domain: &'s str, folded: Option<&'s str>) -> Result<Self, Reject> {
        let (local, host) = (&basic[..at], Mailhost::of(domain));
        if local.len() > LOCAL_MAX || basic.len() > ADDRESS_MAX || at + 1 + domain.len() > ADDRESS_MAX {
            return Err(Reject::TooLong);
        }
        let fits_host = match host {
            Mailhost::Other => !email_fast::has_bare_dot(local.as_bytes()),
            // Something is left of it once dots and tag are gone.
            _ => local.bytes().take_while(|b| *b != b'+').any(|b| b != b'.'),
        };
        if !fits_host {
            return Err(Reject::InvalidLocalPart);
        }
        check_usable(local, domain)?;
        Ok(Self { basic, at, domain, folded, host, is_scanned: false, short: None })
    }

    /// The digest of one form.
    #[must_use]
    pub fn digest(&self, form: EmailForm) -> Digest {
        if form == EmailForm::Basic {
            return Digest::of(self.basic.as_bytes());
        }
        Digest::of(self.written(form).bytes())
    }

    /// Hands the text of one form over to be hashed later.
    #[inline]
    pub fn hash_later(&self, form: EmailForm, unhashed: &mut Unhashed) {
        if let (EmailForm::Basic, Some((short, _))) = (form, self.short) {
            unhashed.push_piece(short.room(), self.basic.len());
        } else if form == EmailForm::Basic {
            unhashed.push(self.basic.as_bytes());
        } else {
            unhashed.push(self.written(form).bytes());
        }
    }

    /// The first form whose text equals this one's: hash that once and reuse its digest.
    #[must_use]
    pub fn canonical_form(&self, form: EmailForm) -> EmailForm {
        let local = self.local();
        let plain = || local.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if form == EmailForm::Basic || (plain() && self.basic_domain().is_ascii()) {
            // Letters and digits every form leaves as they are.
            return EmailForm::Basic;
        }
        let text = self.written(form);
        EmailForm::ALL.into_iter().find(|first| self.written(*first).bytes() == text.bytes()).unwrap_or(form)
    }

    /// Whether two forms have the same text, and so the same digest.
    #[must_use]
    pub fn forms_equal(&self, one: EmailForm, other: EmailForm) -> bool {
        one == other || self.canonical_form(one) == self.canonical_form(other)
    }

    /// The key of the widest form: basic, without dots and tag for every domain, googlemail.com as
    /// gmail.com, the domain in ASCII.
    #[must_use]
    pub fn wide_key(&self, key: &RunKey) -> WideKey {
        // The domain of a short address is in ASCII, and its user part is not folded.
        let short = self.short.filter(|(_, has_plus)| !has_plus && self.host != Mailhost::Googlemail);
        match short.and_then(|(short, _)| short.wide_message(self.at, self.basic.len())) {
            Some((message, bytes)) => key.hash(message.first(bytes)),
            None => key.hash(self.wide().message(Space::Email as u8)),
        }
    }

    /// The key of the whole domain, for objections that name one.
    #[must_use]
    pub fn domain_key(&self, key: &RunKey) -> WideKey {
        domain::domain_key(self.domain, key)
    }

    /// The keys of the domain and of every domain above it down to two labels: an objection to
    /// `example.fi` also covers `mail.example.fi`.
    pub fn domain_keys<'k>(&self, key: &'k RunKey) -> impl Iterator<Item = WideKey> + use<'k, 's> {
        domain::with_parents(self.domain).map(|name| domain::domain_key(name, key))
    }

    /// Whether it is the address of a function, such as `info@`. It still parses: an objection may name it.
    #[must_use]
    pub fn is_role(&self) -> bool {
        let is_whole = self.short.is_some_and(|(_, has_plus)| !has_plus);
        junk::is_role_local(if is_whole { self.local() } else { junk::before_plus(self.local()) })
    }

    /// Whether something may have stuck to it, so that it is rather somebody else's: then
    /// [`super::email_alternatives`] of its cell tells whose it may be.
    #[must_use]
    pub fn is_glued(&self) -> bool {
        if self.is_scanned {
            // Letters, digits and marks that stand in a user part: only its edges may be something else.
            return glue::has_edges(self.local());
        }
        let domain = self.basic_domain();
        glue::is_glued(self.local()) || (!domain.is_ascii() && glue::loosened(domain) != domain)
    }

    /// Whether the domain is one where strangers have mailboxes side by side.
    #[must_use]
    pub fn is_webmail(&self) -> bool {
        domain::is_webmail(self.domain)
    }

    pub(in crate::identifiers) fn local(&self) -> &'s str {
        &self.basic[..self.at]
    }

    pub(in crate::identifiers) fn basic_domain(&self) -> &'s str {
        &self.basic[self.at + 1..]
    }

    pub(in crate::identifiers) fn ascii_domain(&self) -> &'s str {
        self.domain
    }

    pub(in crate::identifiers) fn host(&self) -> Mailhost {
        self.host
    }

    pub(in crate::identifiers) fn written(&self, form: EmailForm) -> Written {
        email_form::write(form, self.local(), self.basic_domain(), self.domain, self.host)
    }

    pub(in crate::identifiers) fn wide(&self) -> Written {
        let mut out = Written::new();
        email_form::push_untagged(&mut out, self.folded.unwrap_or(self.local()));
        out.push(b"@");
        out.push(if self.host == Mailhost::Googlemail { b"gmail.com" } else { self.domain.as_bytes() });
        out
    }
}

/// Whether an address is somebody's, as far as can be told.
#[inline]
fn check_usable(local: &str, domain: &str) -> Result<(), Reject> {
    if junk::is_placeholder_local(local) || junk::is_placeholder_domain(domain) {
        return Err(Reject::Placeholder);
    }
    Ok(())
}

/// The cell with its characters in their plain shape: no invisible ones, ASCII for full-width.
fn write_plain(opened: &str, out: &mut String, steps: &mut Steps) {
    let mut after_ascii = false;
    for c in opened.chars() {
        if text::is_invisible(c) || (text::is_joiner(c) && after_ascii) {
            steps.note(Step::Invisible);
            continue;
        }
        let plain = text::narrow(c);
        if plain != c {
            steps.note(Step::Width);
        }
        after_ascii = plain.is_ascii();
        out.push(plain);
    }
}

/// Without `mailto:`, a display name, a comment behind, and punctuation behind.
fn strip_label<'t>(plain: &'t str, steps: &mut Steps) -> Result<&'t str, Reject> {
    let mut rest = plain;
    for label in ["mailto:", "email:", "e-mail:", "smtp:"] {
        if rest.get(..label.len()).is_some_and(|head| head.eq_ignore_ascii_case(label)) {
            rest = text::trim(&rest[label.len()..]);
            steps.note(Step::Scheme);
            // A link may carry a subject and more behind the address.
            rest = rest.split('?').next().unwrap_or(rest);
        }
    }
    let mut outside_at = false;
    if let Some(open) = rest.rfind('<') {
        let inner = &rest[open + 1..];
        let close = inner.find('>').ok_or(Reject::NotAnAddress)?;
        let name = &rest[..open];
        outside_at = name.contains('@') || inner[close..].contains('@');
        rest = text::trim(&inner[..close]);
        steps.note(Step::DisplayName);
    }
    if outside_at {
        // A display name may repeat the address; another address in it makes two values.
        let name = &plain[..plain.rfind('<').unwrap_or(0)];
        let name = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '(' | ')'));
        let name = name.strip_prefix("mailto:").unwrap_or(name);
        if !name.eq_ignore_ascii_case(rest) {
            return Err(Reject::SeveralValues);
        }
    }
    if let Some(open) = rest.rfind('(')
        && rest.ends_with(')')
        && rest[..open].contains('@')
    {
        // `a@example.com (work)`
        if rest[open..].contains('@') {
            return Err(Reject::SeveralValues);
        }
        rest = text::trim(&rest[..open]);
        steps.note(Step::DisplayName);
    }
    let bare = rest.trim_end_matches(|c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '>' | ')' | '"' | '\'' | '/' | '\\' | '|')
    });
    let lone_quote = bare.bytes().filter(|b| *b == b'"').count() == 1;
    let bare = bare.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | ':' | '<' | '(' | '|') || (c == '"' && lone_quote)
    });
    if bare.len() != rest.len() {
        steps.note(Step::Punctuation);
    }
    Ok(bare)
}

/// User part and domain. Tells several values, inner space and plain non-addresses apart.
fn split(address: &str) -> Result<(&str, &str), Reject> {
    let at = address.rfind('@').ok_or(Reject::NotAnAddress)?;
    let (local, domain) = (&address[..at], &address[at + 1..]);
    let quoted = local.len() >= 2 && local.starts_with('"') && local.ends_with('"');
    if local.contains('@') && !quoted {
        let separated =
            address.contains(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '/' | '<'));
        return Err(if separated { Reject::SeveralValues } else { Reject::NotAnAddress });
    }
    if local.is_empty() || domain.is_empty() {
        return Err(Reject::NotAnAddress);
    }
    if address.contains(|c: char| c.is_control() && !c.is_whitespace()) {
        return Err(Reject::ControlCharacter);
    }
    if !quoted && address.contains(char::is_whitespace) {
        return Err(Reject::InnerSpace);
    }
    Ok((local, domain))
}

/// A user part without quotes that it does not need; one that needs them is turned away: no platform's
/// rule says how it would be hashed.
fn unquote(local: &str) -> Result<std::borrow::Cow<'_, str>, Reject> {
    let bare: std::borrow::Cow<'_, str> = if local.contains("()") || local.contains('"') {
        // An empty comment, and a quote left over from a broken export, are nobody's.
        local.replace("()", "").replace('"', "").into()
    } else {
        local.into()
    };
    if bare.is_empty() || !bare.chars().all(is_local_char) {
        return Err(Reject::InvalidLocalPart);
    }
    Ok(bare)
}

/// The characters of a dot-atom (RFC 5322, 3.2.3; RFC 6532 beyond ASCII).
fn is_local_char(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c)
    } else {
        !c.is_whitespace() && !c.is_control() && c != '\u{fffd}'
    }
}

/// Composed and lower-cased, appended.
fn lower(text: &str, out: &mut String, steps: &mut Steps) {
    if text.is_ascii() {
        let from = out.len();
        out.push_str(text);
        out[from..].make_ascii_lowercase();
        if out[from..] != *text {
            steps.note(Step::LowerCased);
        }
        return;
    }
    // Lower-casing may take a composed letter apart and composing may follow from it: composed last.
    let lowered = lowered(text.len(), text.nfc());
    let from = out.len();
    out.extend(lowered.nfc());
    if !unicode_normalization::is_nfc(text) {
        steps.note(Step::Composed);
    }
    if !text.nfc().eq(out[from..].chars()) {
        steps.note(Step::LowerCased);
    }
}

/// Letters, composed or folded, in lower case, in room of their own that is wiped. Most room that either
/// takes is 18 bytes a letter (U+FDFA, folded); one that moved would leave its old place unwiped.
fn lowered(bytes: usize, letters: impl Iterator<Item = char>) -> Zeroizing<String> {
    let mut composed = Zeroizing::new(String::with_capacity(bytes * 18));
    composed.extend(letters);
    Zeroizing::new(composed.to_lowercase())
}

/// A user part beyond ASCII, folded for matching only.
fn fold(local: &str, out: &mut String) {
    let lowered = lowered(local.len(), local.nfkc());
    let mut previous = '\0';
    for c in lowered.nfkc() {
        match c {
            'ı' => out.push('i'),
            'ß' => out.push_str("ss"),
            '\u{307}' if previous == 'i' => {}
            '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' => {}
            _ => out.push(c),
        }
        previous = c;
    }
}
