//! Signs and labels that stuck to an address, so that it reads as another one: `email=ann@example.com`,
//! `•ann@example.com`. It promises to be generous, since what it makes is only held against objections
//! and never goes up.

use super::probes::{between_words, ends_a_domain, ends_a_plain_user_part};

/// Whether a part before the sign, in lower case, has anything at which [`each_user_part`] would cut it.
pub(in crate::identifiers) fn is_glued(local: &str) -> bool {
    let is_edge = |c: Option<char>| c.is_some_and(is_outside);
    has_edges(local)
        || is_edge(local.chars().next())
        || is_edge(local.chars().next_back())
        || local.contains(divides)
}

/// The same of a part of ASCII letters, digits and marks that stand in one.
pub(in crate::identifiers) fn has_edges(local: &str) -> bool {
    let is_edge =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric());
    let bytes = local.as_bytes();
    is_edge(bytes.first()) || is_edge(bytes.last()) || bytes.starts_with(b"u00")
}

/// The domain as far as a sign that none has.
pub(in crate::identifiers) fn loosened(domain: &str) -> &str {
    domain.split(ends_a_domain).next().unwrap_or(domain).trim_end_matches(['.', '-'])
}

/// Hands over what may be meant: the part without the signs at its edges, its last piece behind a sign
/// that seldom stands inside, and that without what is left there of an encoded sign.
pub(in crate::identifiers) fn each_user_part(local: &str, found: &mut dyn FnMut(&str)) {
    let mut hand_over = |part: &str| {
        let part = part.trim_matches(is_outside);
        if !part.is_empty() && part != local {
            found(part);
        }
    };
    let inner = local.trim_matches(is_outside);
    hand_over(inner);
    let (sign, last) = match inner.rfind(divides) {
        Some(at) => {
            let sign = inner[at..].chars().next();
            (sign, &inner[at + sign.map_or(0, char::len_utf8)..])
        }
        // What stands in front of it was an edge.
        None => {
            (local[..local.len() - local.trim_start_matches(is_outside).len()].chars().next_back(), inner)
        }
    };
    hand_over(last);
    // `=3D` and `%20` are signs written out, and so is `u003c`.
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if matches!(sign, Some('=' | '%'))
        && let Some((code, rest)) = last.split_at_checked(2)
        && is_hex(code)
    {
        hand_over(rest);
    }
    if let Some(rest) = last.strip_prefix("u00")
        && let Some((code, rest)) = rest.split_at_checked(2)
        && is_hex(code)
    {
        hand_over(rest);
    }
}

/// What stands at no edge of a user part in use.
fn is_outside(c: char) -> bool {
    !c.is_alphanumeric() || between_words(c)
}

/// What seldom stands inside one; an apostrophe is part of a name.
fn divides(c: char) -> bool {
    c != '\'' && ends_a_plain_user_part(c)
}

#[cfg(test)]
mod tests {
    use super::{each_user_part, is_glued};

    #[test]
    fn what_stuck_to_an_address_is_cut_off() {
        for (local, part) in [
            ("email=ann", "ann"),
            ("?email=ann", "ann"),
            ("a=1&email=ann", "ann"),
            ("email/ann", "ann"),
            ("/ann", "ann"),
            ("=3dann", "ann"),
            ("=20ann", "ann"),
            ("x%20ann", "ann"),
            ("u003cann", "ann"),
            ("?=20ann", "ann"),
            ("'%3eann", "ann"),
            ("\\u003cann", "ann"),
            ("•ann", "ann"),
            ("·ann", "ann"),
            ("→ann", "ann"),
            ("»ann", "ann"),
            ("-ann", "ann"),
            ("*ann", "ann"),
            ("#ann", "ann"),
            ("_ann", "ann"),
            ("ann_", "ann"),
            ("\u{2800}ann", "ann"),
            ("\u{3164}ann", "ann"),
            ("\u{e0020}ann", "ann"),
            ("\u{a1}ann", "ann"),
            ("€ann", "ann"),
            ("ann€", "ann"),
        ] {
            let mut parts = Vec::new();
            each_user_part(local, &mut |part| parts.push(part.to_owned()));
            assert!(parts.iter().any(|found| found == part), "{local:?} gave {parts:?}");
            assert!(is_glued(local), "{local:?}");
        }
    }

    #[test]
    fn an_address_as_it_is_in_use_stays_whole() {
        for local in
            ["ann", "ann.bo", "ann-bo", "ann_bo", "ann+tag", "o'brien", "jörg", "ann1", "1ann", "用户"]
        {
            let mut parts = Vec::new();
            each_user_part(local, &mut |part| parts.push(part.to_owned()));
            assert!(parts.is_empty() && !is_glued(local), "{local:?} gave {parts:?}");
        }
    }
}
