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
    // In one pass, however many there are.
    let unescaped = text.split_inclusive('@').map(|part| match part.strip_suffix('@') {
        Some(front) => [front.trim_end_matches('\\'), "@"],
        None => [part, ""],
    });
    text = Zeroizing::new(unescaped.flatten().collect::<Vec<_>>().concat());
    for (from, to) in [("@@", "@"), ("·", "."), ("..", "."), ("@.", "@")] {
        replace(&mut text, from, to);
    }
    text = without_comments(&text);
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

/// Without comments before an at sign: `ann(home)@example.com`. One that was never opened ends the search.
fn without_comments(text: &str) -> Zeroizing<String> {
    // Room for all of it, so that nothing is left behind where it would have grown.
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some(at) = rest.find(")@") {
        out.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
        while out.ends_with(')') {
            let Some(start) = out.rfind('(') else {
                out.push_str(rest);
                return out;
            };
            out.truncate(start);
        }
    }
    out.push_str(rest);
    out
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
            ("ann(a)@x(b)@example.com", Some("ann@x@example.com")),
            ("a)@x(b)@example.com", None),
            ("ann(a)@x)@y(b)@example.com", Some("ann@x)@y(b)@example.com")),
            ("ann\\\\\\@example.com", Some("ann@example.com")),
            ("a\\nn\\@example.com\\", Some("a\\nn@example.com\\")),
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

    /// A cell may be as long as a record: what is mended of it takes time by its length, not by its square.
    #[test]
    fn a_long_cell_is_mended_whole() {
        for (part, left) in [("(a)@", 100_000), ("\\@", 1), ("@.", 100_000), ("..", 1), ("(at)", 1)] {
            let text = mended(&part.repeat(100_000)).map(|text| text.len());
            assert_eq!(text, Some(left), "{part}");
        }
        let backslashes = format!("{}@example.com", "\\".repeat(300_000));
        assert_eq!(mended(&backslashes).as_ref().map(|text| text.as_str()), Some("@example.com"));
    }
}
