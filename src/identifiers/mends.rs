//! Slips in writing an address: an at sign in words, two for one, a comma for a dot. What is mended is
//! only held against objections and never goes up.

use zeroize::Zeroizing;

/// At signs in words and in the escapes of pages, in lower case.
const AT_SIGNS: [&str; 11] =
    ["(at)", "[at]", "{at}", "<at>", "(ät)", "[ät]", "%40", "&#64;", "&#x40;", "&commat;", " at "];

/// The cell in lower case as it may have been meant; `None` where that is how it stands.
pub(in crate::identifiers) fn mended(plain: &str) -> Option<Zeroizing<String>> {
    let lowered = Zeroizing::new(plain.to_lowercase());
    let mut text = lowered.clone();
    let replace = |text: &mut Zeroizing<String>, from: &str, to: &str| {
        while text.contains(from) {
            *text = Zeroizing::new(text.replace(from, to));
        }
    };
    for sign in AT_SIGNS {
        replace(&mut text, sign, "@");
    }
    for (from, to) in [("\\@", "@"), ("@@", "@"), ("·", "."), ("..", "."), ("@.", "@")] {
        replace(&mut text, from, to);
    }
    // A comment before the sign: `ann(home)@example.com`.
    while let Some(end) = text.find(")@")
        && let Some(start) = text[..end].rfind('(')
    {
        *text = format!("{}{}", &text[..start], &text[end + 1..]);
    }
    // Nothing but one domain stands behind the sign, so what divides its names is meant as a dot.
    if let Some((local, name)) = text.split_once('@')
        && name.contains(',')
        && name
            .split(',')
            .all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.'))
    {
        text = Zeroizing::new(format!("{local}@{}", name.replace(',', ".")));
    }
    (*text != *lowered).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::mended;

    #[test]
    fn slips_in_writing_are_mended_and_nothing_else_is() {
        for (cell, meant) in [
            ("ann(at)example.com", Some("ann@example.com")),
            ("Ann [AT] Example.com", Some("ann @ example.com")),
            ("ann at example.com", Some("ann@example.com")),
            ("ann%40example.com", Some("ann@example.com")),
            ("ann&#64;example.com", Some("ann@example.com")),
            ("ann@@example.com", Some("ann@example.com")),
            ("ann@@@example.com", Some("ann@example.com")),
            ("ann\\@example.com", Some("ann@example.com")),
            ("ann@example..com", Some("ann@example.com")),
            ("ann@.example.com", Some("ann@example.com")),
            ("ann@example·com", Some("ann@example.com")),
            ("ann(home)@example.com", Some("ann@example.com")),
            ("ann(a)(b)@example.com", Some("ann@example.com")),
            ("ann@example,com", Some("ann@example.com")),
            ("ann@mail.example,com", Some("ann@mail.example.com")),
            (")@example.com", None),
            ("ann@example.com,bo@example.org", None),
            ("ann@example.com, bo", None),
            ("ann@example.com,", None),
            ("Ann@Example.com", None),
            ("n/a", None),
            ("", None),
        ] {
            assert_eq!(mended(cell).as_ref().map(|text| text.as_str()), meant, "{cell}");
        }
    }
}
