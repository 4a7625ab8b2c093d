//! E-mail domains: their ASCII spelling, their parents, objections to a whole domain, and the hosts
//! where strangers have mailboxes. It knows nothing of user parts or forms.

use super::digest::{RunKey, Space, WideKey};
use super::steps::Steps;
use super::{Plaintext, Reject, text};
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use zeroize::Zeroizing;

/// Writes the ASCII spelling of a domain (UTS 46, non-transitional, STD3 letters), and refuses what is
/// not a host name with a dot.
pub(in crate::identifiers) fn to_ascii(domain: &str, out: &mut String) -> Result<(), Reject> {
    out.clear();
    if domain.len() > 253 * 4 {
        return Err(Reject::TooLong);
    }
    let ascii = Uts46::new()
        .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::Allow, DnsLength::Ignore)
        .map_err(|_| Reject::InvalidDomain)?;
    if ascii.len() > 253 {
        return Err(Reject::TooLong);
    }
    let mut labels = 0;
    for label in ascii.split('.') {
        if label.is_empty() || label.len() > 63 || label.starts_with('-') || label.ends_with('-') {
            return Err(Reject::InvalidDomain);
        }
        labels += 1;
    }
    let last = ascii.rsplit('.').next().unwrap_or_default();
    if labels < 2 || last.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Reject::InvalidDomain);
    }
    out.push_str(&ascii);
    Ok(())
}

/// The domain, then what remains as labels are taken from the left, down to two.
pub(in crate::identifiers) fn with_parents(domain: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(domain), |name| {
        // Bytes: labels are short, and a search of strings costs more than it saves.
        let dot = name.bytes().position(|b| b == b'.')?;
        let parent = &name[dot + 1..];
        parent.bytes().any(|b| b == b'.').then_some(parent)
    })
}

/// The key of one domain. Google's two names are one, as in an address's widest form.
pub(in crate::identifiers) fn domain_key(name: &str, key: &RunKey) -> WideKey {
    let name = if name == "googlemail.com" { "gmail.com" } else { name };
    key.wide(Space::Domain, name.as_bytes())
}

/// The key of an objection to a whole domain, written `example.fi`, `@example.fi` or `*@example.fi`.
/// It covers the domains below it: see [`super::Email::domain_keys`].
pub fn domain_objection_key(cell: Plaintext<'_>, key: &RunKey) -> Result<WideKey, Reject> {
    let mut domain = String::new();
    read_domain(&cell, &mut domain)?;
    let wide = domain_key(&domain, key);
    zeroize::Zeroize::zeroize(&mut domain);
    Ok(wide)
}

fn read_domain(cell: &Plaintext<'_>, out: &mut String) -> Result<(), Reject> {
    let opened = text::open(cell.read(), &mut Steps::default())?;
    // A domain that somebody objects to may be a person's own, so the copy is wiped.
    let mut plain = Zeroizing::new(String::with_capacity(opened.len() * 4));
    plain.extend(opened.chars().filter(|c| !text::is_invisible(*c)).map(text::narrow));
    let name = plain.strip_prefix('*').unwrap_or(&plain);
    let name = name.strip_prefix('@').or_else(|| name.strip_prefix('.')).unwrap_or(name);
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.contains('@') {
        return Err(Reject::InvalidDomain);
    }
    let name = Zeroizing::new(name.to_lowercase());
    // Mail goes to the domain of the company whose pages these are.
    let of_mail = name.strip_prefix("www.").filter(|rest| rest.contains('.'));
    to_ascii(of_mail.unwrap_or(&name), out)
}

/// Whether a domain (also with `@` before it) is a public mail host or has one below it, so that an
/// objection to all of it would name millions of strangers.
#[must_use]
pub fn is_webmail_domain(cell: Plaintext<'_>) -> bool {
    let mut domain = String::new();
    let below = |host: &str, domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    read_domain(&cell, &mut domain).is_ok()
        && (is_webmail(&domain) || HOSTS.iter().any(|host| below(host, &domain)))
}

pub(in crate::identifiers) fn is_webmail(domain: &str) -> bool {
    HOSTS.contains(&domain)
}

/// Public mail hosts.
pub(in crate::identifiers) const HOSTS: &[&str] = &[
    "aol.com",
    "bluewin.ch",
    "bredband.net",
    "comhem.se",
    "cox.net",
    "dnainternet.net",
    "duck.com",
    "elisanet.fi",
    "fastmail.com",
    "free.fr",
    "freenet.de",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hey.com",
    "hot.ee",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.de",
    "hotmail.es",
    "hotmail.fi",
    "hotmail.fr",
    "hotmail.it",
    "hotmail.se",
    "icloud.com",
    "inbox.lv",
    "interia.pl",
    "jippii.fi",
    "kolumbus.fi",
    "kotiposti.net",
    "laposte.net",
    "libero.it",
    "live.co.uk",
    "live.com",
    "live.dk",
    "live.fi",
    "live.fr",
    "live.nl",
    "live.no",
    "live.se",
    "luukku.com",
    "mac.com",
    "mail.com",
    "mail.ee",
    "mail.ru",
    "mbnet.fi",
    "me.com",
    "msn.com",
    "netti.fi",
    "nic.fi",
    "online.de",
    "online.no",
    "orange.fr",
    "outlook.com",
    "outlook.de",
    "outlook.fr",
    "passagen.se",
    "phnet.fi",
    "pp.inet.fi",
    "pp1.inet.fi",
    "proton.me",
    "protonmail.com",
    "saunalahti.fi",
    "sci.fi",
    "seznam.cz",
    "sfr.fr",
    "spray.se",
    "suomi.finland.fi",
    "suomi24.fi",
    "surffi.fi",
    "t-online.de",
    "tele2.se",
    "telia.com",
    "tuta.com",
    "tutanota.com",
    "wanadoo.fr",
    "web.de",
    "welho.com",
    "wippies.com",
    "wp.pl",
    "yahoo.co.uk",
    "yahoo.com",
    "yahoo.de",
    "yahoo.es",
    "yahoo.fr",
    "yahoo.it",
    "yahoo.se",
    "yandex.com",
    "yandex.ru",
    "ymail.com",
    "zoho.com",
];

/// The Unicode spelling of an ASCII domain.
pub(in crate::identifiers) fn to_unicode(ascii: &str) -> String {
    if !ascii.contains("xn--") {
        return ascii.to_owned();
    }
    Uts46::new().to_unicode(ascii.as_bytes(), AsciiDenyList::STD3, Hyphens::Allow).0.into_owned()
}
