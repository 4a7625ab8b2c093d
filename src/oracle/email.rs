//! E-mail addresses: one narrow form for each kind of upload, one wide form for matching.
//!
//! It must not know rows, platforms or rules.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;

use super::text::{is_edge, trim};

/// An address that parsed.
#[derive(Clone)]
pub(super) struct Email {
    /// The part before the sign, lower-case NFC.
    local: String,
    /// The domain in ASCII.
    domain: String,
}

/// Local parts that stand for an office and not for a person.
const ROLES: [&str; 26] = [
    "abuse",
    "accounts",
    "admin",
    "billing",
    "contact",
    "customerservice",
    "enquiries",
    "hello",
    "help",
    "helpdesk",
    "hostmaster",
    "hr",
    "info",
    "invoice",
    "invoices",
    "jobs",
    "marketing",
    "office",
    "postmaster",
    "press",
    "privacy",
    "root",
    "sales",
    "service",
    "support",
    "webmaster",
];

/// Local parts that stand for nobody.
const PLACEHOLDERS: [&str; 12] = [
    "donotreply",
    "do-not-reply",
    "na",
    "no-email",
    "no-mail",
    "no-reply",
    "noemail",
    "nomail",
    "none",
    "noreply",
    "null",
    "unknown",
];

impl Email {
    /// Reads an address; `None` when it is none, or stands for nobody.
    pub(super) fn parse(cell: &str) -> Option<Self> {
        let text: String = trim(cell).nfc().collect::<String>().to_lowercase().nfc().collect();
        let (local, domain) = text.split_once('@')?;
        let odd = |letter: char| is_edge(letter) || letter.is_control() || "()<>[]:;,\\\"@".contains(letter);
        if local.is_empty() || local.len() > 64 || local.contains(odd) || domain.contains(odd) {
            return None;
        }
        if local.starts_with('.') || local.ends_with('.') || PLACEHOLDERS.contains(&local) {
            return None;
        }
        let domain = ascii_domain(domain)?;
        if !domain.contains('.') || local.len() + 1 + domain.len() > 254 {
            return None;
        }
        Some(Self { local: local.to_owned(), domain })
    }

    /// What most platforms hash.
    pub(super) fn basic(&self) -> String {
        format!("{}@{}", self.local, self.domain)
    }

    /// What Google hashes: no dots and no tag at its own two domains. `None` when nothing is left.
    pub(super) fn google(&self) -> Option<String> {
        if !matches!(self.domain.as_str(), "gmail.com" | "googlemail.com") {
            return Some(self.basic());
        }
        let local = untagged(&self.local).replace('.', "");
        (!local.is_empty()).then(|| format!("{local}@{}", self.domain))
    }

    /// What matching compares.
    pub(super) fn wide(&self) -> String {
        widen(&self.local, &self.domain)
    }

    /// Whether it belongs to an office.
    pub(super) fn is_role(&self) -> bool {
        ROLES.contains(&untagged(&self.local))
    }
}

/// Every text that somebody may have hashed for this cell.
pub(super) fn hashable(cell: &str) -> BTreeSet<String> {
    let mut forms = BTreeSet::from([trim(cell).to_owned(), trim(cell).to_lowercase()]);
    forms.extend(loose_wide(cell));
    if let Some(email) = Email::parse(cell) {
        let (local, domain) = (email.local.as_str(), email.domain.as_str());
        let plain = untagged(local);
        let letters: String = plain.chars().filter(char::is_ascii_alphanumeric).collect();
        for local in [
            local,
            plain,
            &local.replace('.', ""),
            &plain.replace('.', ""),
            &local.replace('+', ""),
            &letters,
        ] {
            forms.insert(format!("{local}@{domain}"));
        }
        let unicode = idna::domain_to_unicode(domain).0;
        forms.insert(format!("{local}@{unicode}"));
        forms.extend(email.google());
    }
    forms
}

/// The wide form of anything with an at sign, valid or not: only objections are met with it.
pub(super) fn loose_wide(cell: &str) -> Option<String> {
    let text: String = trim(cell).nfc().collect::<String>().to_lowercase().nfc().collect();
    let (local, domain) = text.rsplit_once('@')?;
    let (local, domain) = (trim(local), trim(domain));
    let domain = ascii_domain(domain).unwrap_or_else(|| domain.to_owned());
    (!local.is_empty() && !domain.is_empty()).then(|| widen(local, &domain))
}

/// The domain of anything with an at sign.
pub(super) fn loose_domain(cell: &str) -> Option<String> {
    let text = trim(cell);
    ascii_domain(trim(text.rsplit_once('@')?.1))
}

/// A register's domain, with or without its at sign.
pub(super) fn read_domain(cell: &str) -> Option<String> {
    let text = trim(cell);
    ascii_domain(text.strip_prefix('@').unwrap_or(text))
}

/// Google's two names for one mail service are one.
pub(super) fn one_google(domain: &str) -> &str {
    if domain == "googlemail.com" { "gmail.com" } else { domain }
}

fn untagged(local: &str) -> &str {
    match local.split_once('+') {
        Some((before, _)) if !before.is_empty() => before,
        _ => local,
    }
}

fn widen(local: &str, domain: &str) -> String {
    let plain = untagged(local);
    let without_dots = plain.replace('.', "");
    let local = if without_dots.is_empty() { plain } else { &without_dots };
    format!("{local}@{}", one_google(domain))
}

fn ascii_domain(domain: &str) -> Option<String> {
    let lower: String = domain.nfc().collect::<String>().to_lowercase();
    let ascii = idna::domain_to_ascii(&lower).ok()?;
    let labels: Vec<_> = ascii.split('.').collect();
    let sound = |label: &&str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let numeric = labels.last().is_some_and(|top| top.bytes().all(|byte| byte.is_ascii_digit()));
    (ascii.len() <= 253 && labels.iter().all(sound) && !numeric).then_some(ascii)
}
