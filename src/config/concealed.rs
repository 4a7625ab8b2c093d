//! A config's own words in a message, without what may be somebody's identifier: an address or a number
//! that was pasted into the config becomes stars, of the same length, so that what points at it still
//! does. It cannot tell a name from a word.

/// A run of digits and the signs between them with this many digits may be a phone number.
const DIGITS: usize = 7;

/// The text with stars in place of e-mail addresses and numbers as long as a phone's, byte for byte.
pub(crate) fn concealed(text: &str) -> String {
    let mut shown = text.to_owned();
    for (start, end) in addresses(text).chain(numbers(text)) {
        shown.replace_range(start..end, &"*".repeat(end - start));
    }
    shown
}

/// What stands around an at sign, up to white space, quotes and TOML's own signs.
fn addresses(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let ends = |c: char| c.is_whitespace() || c.is_control() || "\"'`,;=<>()[]{}".contains(c);
    let sides = move |at: usize, sign: char| {
        let start = text[..at]
            .rfind(ends)
            .map_or(0, |end| end + text[end..].chars().next().map_or(1, char::len_utf8));
        let rest = at + sign.len_utf8();
        let end = text[rest..].find(ends).map_or(text.len(), |end| rest + end);
        (start, end)
    };
    let signs = text.char_indices().filter(|(_, c)| matches!(c, '@' | '＠' | '﹫'));
    signs.map(move |(at, sign)| sides(at, sign)).filter(|(start, end)| end - start > 2)
}

/// Numbers as people write them: digits, of any script, with blanks, points, dashes, slashes and brackets.
fn numbers(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut found = Vec::new();
    let mut run: Option<(usize, usize, usize)> = None;
    let between = |c: char| matches!(c, ' ' | '\u{a0}' | '.' | '-' | '–' | '/' | '(' | ')');
    let mut in_word = false;
    for (at, c) in text.char_indices() {
        run = match (run, c) {
            (Some((start, _, digits)), c) if c.is_numeric() => Some((start, at + c.len_utf8(), digits + 1)),
            // A digit inside a word, such as a hash or the reference LIA-2026-003, begins no number.
            (None, c) if c.is_numeric() && !in_word => Some((at, at + c.len_utf8(), 1)),
            (None, '+' | '＋') => Some((at, at + c.len_utf8(), 0)),
            (Some(run), c) if between(c) => Some(run),
            (run, _) => {
                found.extend(run);
                None
            }
        };
        in_word = c.is_alphabetic() || in_word && (c.is_numeric() || matches!(c, '-' | '_' | '/'));
    }
    found.extend(run);
    let is_number =
        move |&(start, end, digits): &(usize, usize, usize)| digits >= DIGITS && !is_date(&text[start..end]);
    found.into_iter().filter(is_number).map(|(start, end, _)| (start, end))
}

/// A day as configs have it: 2026-11-21.
fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::concealed;

    #[test]
    fn addresses_and_numbers_become_stars_and_nothing_else_does() {
        for (text, expect) in [
            ("opted_out = [\"quokka@example.com\"]", "opted_out = [\"******************\"]"),
            ("quokka+a.b@example.com = 1", "********************** = 1"),
            ("quökka@example.com,K", "*******************,K"),
            ("quokka＠example.com", "********************"),
            ("phone = \"+358 40 123 4567\"", "phone = \"****************\""),
            ("phone = 0401234567", "phone = **********"),
            ("(040) 123-4567 x", "(************* x"),
            ("٠٤٠١٢٣٤٥٦٧", "********************"),
            ("valid_until = 2027-03-01", "valid_until = 2027-03-01"),
            ("as_of = 2026-11-21T02:00:00Z", "as_of = 2026-11-21T02:00:00Z"),
            ("batch_rows = 65536", "batch_rows = 65536"),
            ("max_age = \"36h\"", "max_age = \"36h\""),
            ("id = \"a1234567\"", "id = \"a1234567\""),
            ("assessment = \"LIA-2026-003\"", "assessment = \"LIA-2026-003\""),
            ("tel:+358401234567", "tel:*************"),
            ("a @ b", "a @ b"),
            ("", ""),
        ] {
            let shown = concealed(text);
            assert_eq!(shown, expect, "{text}");
            assert_eq!(shown.len(), text.len(), "{text}");
        }
    }
}
