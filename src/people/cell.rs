//! The edges of a cell: what does not count when two cells are compared. It keeps no cell.

/// A cell without white space at its edges (of all Unicode) and without the marks of no width that
/// spreadsheets and web pages leave there. Every comparison of a cell with a configured value begins
/// with this, so that `K` followed by a no-break space is the objection it looks like.
#[must_use]
pub fn trim_cell(cell: &[u8]) -> &[u8] {
    let cell = cell.trim_ascii();
    let plain = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    if plain(cell.first()) && plain(cell.last()) {
        return cell;
    }
    std::str::from_utf8(cell).map_or(cell, |text| trim_text(text).as_bytes())
}

/// [`trim_cell`] of a text.
#[must_use]
pub fn trim_text(text: &str) -> &str {
    let widthless = |letter| matches!(letter, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}');
    text.trim_matches(|letter: char| letter.is_whitespace() || widthless(letter))
}

#[cfg(test)]
mod tests {
    use super::trim_cell;

    #[test]
    fn edges_that_cannot_be_seen_do_not_count() {
        for (cell, expected) in [
            ("K", "K"),
            (" K\t", "K"),
            ("K\u{a0}", "K"),
            ("\u{feff}K\u{200b}\u{2060}", "K"),
            ("\u{3000}a b\u{2003}", "a b"),
            ("\u{a0}", ""),
            ("ä", "ä"),
        ] {
            assert_eq!(trim_cell(cell.as_bytes()), expected.as_bytes());
        }
        assert_eq!(trim_cell(b" \xff "), b"\xff", "not text: ASCII white space only");
    }
}
