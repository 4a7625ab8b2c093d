//! Objections to a whole domain that stand among addresses: `*@example.com`, `@example.com`, `%@example.com`.
//! It knows nothing of a column of domains, which [`super::domain`] reads.

use super::Plaintext;
use super::digest::{RunKey, WideKey};
use super::domain::{domain_objection_key, is_webmail_domain};
use super::probes::{plain_signs, without_gaps_at_signs};

/// What [`whole_domains`] saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WholeDomains {
    /// Whether one of them is a public mail host, or stands above one.
    pub is_webmail: bool,
    /// Whether the cell is such objections, each with its at sign, and nothing else.
    pub is_alone: bool,
}

/// Adds the keys of the domains that a cell of addresses names without anybody before the at sign: each of
/// its values where each has one, with signs before it or nothing; or a domain that stands there alone.
pub fn whole_domains(cell: Plaintext<'_>, key: &RunKey, out: &mut Vec<WideKey>) -> WholeDomains {
    let mut whole = WholeDomains::default();
    let Some(plain) = plain_signs(cell) else { return whole };
    // White space at an at sign is a slip of the hand: `ann @example.com` is somebody.
    let joined = without_gaps_at_signs(&plain);
    let divides = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '|');
    let values = || joined.split(divides).filter(|value| !value.is_empty());
    if values().nth(1).is_some() && values().any(|value| !value.contains('@')) {
        return whole;
    }
    whole.is_alone = values().next().is_some();
    for value in values() {
        let (front, name) = value.rsplit_once('@').unwrap_or(("", value));
        let name = name.trim_start_matches(['*', '%', '.']);
        let is_whole = !front.contains(char::is_alphanumeric);
        let name = || Plaintext::new(name.as_bytes());
        match domain_objection_key(name(), key) {
            Ok(domain) if is_whole => {
                out.push(domain);
                whole.is_webmail |= is_webmail_domain(name());
                whole.is_alone &= value.contains('@');
            }
            _ => whole.is_alone = false,
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::{RunKey, WholeDomains, domain_objection_key, whole_domains};
    use crate::identifiers::Plaintext;

    #[test]
    fn a_domain_without_anybody_before_it_is_meant_whole() {
        let key = RunKey::from_bytes([3; 16]);
        let keys = |names: &[&str]| -> Vec<_> {
            let key_of = |name: &&str| domain_objection_key(Plaintext::new(name.as_bytes()), &key).ok();
            names.iter().filter_map(key_of).collect()
        };
        for (cell, names, is_webmail, is_alone) in [
            ("*@example.org", &["example.org"][..], false, true),
            ("@example.org", &["example.org"], false, true),
            ("%@Example.ORG", &["example.org"], false, true),
            ("*@*.example.org", &["example.org"], false, true),
            ("＊＠example.org", &["example.org"], false, true),
            ("* @ example.org", &["example.org"], false, true),
            ("*@example.org; @example.net", &["example.org", "example.net"], false, true),
            ("*@example.org *@example.net", &["example.org", "example.net"], false, true),
            ("*@example.org\u{7}*@example.net", &["example.org", "example.net"], false, true),
            ("*@gmail.com", &["gmail.com"], true, true),
            ("@gmail.com", &["gmail.com"], true, true),
            ("example.org", &["example.org"], false, false),
            ("*.example.org", &["example.org"], false, false),
            ("*@example.org, ann@example.net", &["example.org"], false, false),
            ("ann@example.org", &[], false, false),
            ("ann @gmail.com", &[], false, false),
            ("Ann Smith, @gmail.com", &[], false, false),
            ("Ann <@gmail.com>", &[], false, false),
            ("example.org example.net", &[], false, false),
            ("@", &[], false, false),
            ("", &[], false, false),
            ("n/a", &[], false, false),
        ] {
            let mut found = Vec::new();
            let whole = whole_domains(Plaintext::new(cell.as_bytes()), &key, &mut found);
            assert!(found == keys(names), "{cell:?} gives {} domains", found.len());
            assert_eq!(whole, WholeDomains { is_webmail, is_alone }, "{cell:?}");
        }
    }
}
