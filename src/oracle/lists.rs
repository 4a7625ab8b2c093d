//! The lists of words that the rules speak of, read from the page that states them, so that they are
//! nobody's copy.
//!
//! It must not know what follows from a word.

/// Where the lists stand.
const PAGE: &str = include_str!("../../docs/normalisation.md");

/// The words of one list. An unknown name has none, which the tests would not pass.
pub(super) fn words(list: &str) -> impl Iterator<Item = &'static str> {
    let mark = format!("<!-- list: {list} -->\n```text\n");
    let behind = PAGE.split_once(mark.as_str()).map_or("", |(_, behind)| behind);
    behind.split_once("```").map_or("", |(words, _)| words).split_whitespace()
}
