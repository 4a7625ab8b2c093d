//! White space that got into an address or a domain: every text that may have been meant. It promises to
//! be generous, since what it makes is only held against objections and never goes up.

use super::probes::{ends_a_domain, ends_a_plain_user_part, ends_a_user_part};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// A domain longer than this is none, however it is read.
const DOMAIN_MAX: usize = 253;

/// Hands over the parts before and behind each at sign of a cell, in lower case, with the white space in
/// them taken for a slip of the hand. A cell without any hands over nothing.
pub(in crate::identifiers) fn each_closed_up(text: &str, found: &mut dyn FnMut(&str, &str)) {
    if !text.contains(is_gap) {
        return;
    }
    let lowered = Zeroizing::new(text.nfc().collect::<String>().to_lowercase().nfc().collect::<String>());
    for (at, _) in lowered.match_indices('@') {
        let user_parts = user_parts(&lowered[..at]);
        let names = names(behind(&lowered[at + 1..]));
        for local in &user_parts {
            for name in &names {
                found(local, name);
            }
        }
    }
}

/// Hands over whatever a cell of a column of domains may say that is no single domain: each of its words,
/// and the first words of what stands between two signs, as one.
pub(in crate::identifiers) fn each_domain(text: &str, found: &mut dyn FnMut(&str)) {
    let divides = |c: char| !is_gap(c) && !matches!(c, '@' | '*') && ends_a_domain(c);
    for chunk in text.split(divides) {
        chunk.split(is_gap).filter(|word| !word.is_empty()).for_each(&mut *found);
        names(chunk).iter().for_each(|name| found(name));
    }
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// As far as a domain with white space in it may reach.
fn behind(after: &str) -> &str {
    after.split(|c| !is_gap(c) && ends_a_domain(c)).next().unwrap_or(after)
}

/// The first word, the first two, and so on, each written as one and with dots between: a dot may have
/// been what is lost.
fn names(run: &str) -> Vec<Zeroizing<String>> {
    let (mut names, mut together, mut dotted) = (Vec::new(), sized(run), sized(run));
    for word in run.split(is_gap).filter(|word| !word.is_empty()) {
        if !(dotted.is_empty() || dotted.ends_with('.') || word.starts_with('.')) {
            dotted.push('.');
        }
        together.push_str(word);
        dotted.push_str(word);
        if together.len() > DOMAIN_MAX {
            break;
        }
        for name in [&together, &dotted] {
            let name = name.trim_end_matches(['.', '-']);
            if !name.is_empty() && names.last().is_none_or(|last: &Zeroizing<String>| **last != name) {
                names.push(Zeroizing::new(name.to_owned()));
            }
        }
    }
    names
}

/// What may be the part before the sign: the last word, the last one once white space beside dots and the
/// like is gone, and all words back to a sign that no such part has.
fn user_parts(before: &str) -> Vec<Zeroizing<String>> {
    let mut parts: Vec<Zeroizing<String>> = Vec::new();
    let mut add = |part: &str| {
        if !part.is_empty() && parts.iter().all(|known| **known != part) {
            parts.push(Zeroizing::new(part.to_owned()));
        }
    };
    for ends in [ends_a_user_part as fn(char) -> bool, ends_a_plain_user_part] {
        let divides = |c: char| !is_gap(c) && (ends(c) || matches!(c, '|' | '/'));
        let run = before.rsplit(divides).next().unwrap_or(before);
        let mut joined = sized(run);
        for word in run.split(is_gap).filter(|word| !word.is_empty()) {
            let is_inside = |c: char| matches!(c, '.' | '-' | '_' | '+');
            if !(joined.is_empty() || joined.ends_with(is_inside) || word.starts_with(is_inside)) {
                joined.push(' ');
            }
            joined.push_str(word);
        }
        add(run.trim_end_matches(is_gap).rsplit(is_gap).next().unwrap_or(run));
        add(joined.rsplit(' ').next().unwrap_or(&joined));
        add(&Zeroizing::new(run.chars().filter(|c| !is_gap(*c)).collect::<String>()));
    }
    parts
}

/// Room for all of a text and a dot a word, so that nothing is left behind where it would have grown.
fn sized(text: &str) -> Zeroizing<String> {
    Zeroizing::new(String::with_capacity(text.len() * 2))
}
