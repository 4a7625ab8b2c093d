//! An audience's `where`: SQL's look, our own meaning.
//!
//! A kept SQL parser reads the text; what it may say is a closed list (see [`ALLOWED`]), and it means
//! the same for every row and machine: three-valued, exact, over declared attributes and mapped
//! fields only. Unknown never becomes yes. It does not know what a row is: cells are handed to
//! [`Predicate::answer`], and answers to [`Selection::evaluate`].

mod decimal;
mod parse;
mod predicate;
mod syntax;
mod tri;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use crate::people::cell::{trim_cell, trim_text};
pub use predicate::{Field, Predicate};
pub use tri::Tri;

/// What a `where` may say, for messages and docs.
pub const ALLOWED: &str = "a where may use fields, text in single quotes, numbers, DATE 'YYYY-MM-DD', \
     = <> != < <= > >=, IN, BETWEEN, LIKE, IS NULL, CONTAINS, AND, OR, NOT, TRUE, FALSE and parentheses";

/// The longest text of a `where`, in bytes.
pub const TEXT_MAX: usize = 64 * 1024;

/// The most words and signs that are not literals or commas: they bound how deep an expression goes.
pub const OPERATORS_MAX: usize = 1024;

/// The deepest nesting of parentheses and NOT.
pub const DEPTH_MAX: usize = 12;

/// The attributes a `where` may use beside the mapped fields.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    attributes: BTreeMap<String, Option<String>>,
}

impl Fields {
    /// The mapped fields alone.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With an attribute; `separator` when its cells may hold several values.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, separator: Option<&str>) -> Self {
        self.insert(name, separator);
        self
    }

    /// Adds an attribute; `separator` when its cells may hold several values.
    pub fn insert(&mut self, name: impl Into<String>, separator: Option<&str>) {
        self.attributes.insert(name.into(), separator.map(str::to_owned));
    }

    /// The field of this name, and its separator.
    fn find(&self, name: &str) -> Option<(Field, Option<&str>)> {
        if let Some((name, separator)) = self.attributes.get_key_value(name) {
            return Some((Field::Attribute(name.clone()), separator.as_deref()));
        }
        Field::MAPPED.into_iter().find(|field| field.name() == name).map(|field| (field, None))
    }

    /// Every name that [`Self::find`] knows.
    fn names(&self) -> impl Iterator<Item = &str> {
        let mapped = ["country", "relationship", "party", "age"];
        self.attributes.keys().map(String::as_str).chain(mapped)
    }
}

/// Why a `where` was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SelectionFault {
    /// Where in the text, in bytes; always on a character boundary.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// A parsed filter: atomic questions, and how their answers make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    text: String,
    predicates: Vec<Predicate>,
    root: Node,
}

/// How answers combine.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Known(bool),
    Ask(usize),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl Selection {
    /// Reads a `where` over these fields.
    pub fn parse(text: &str, fields: &Fields) -> Result<Self, SelectionFault> {
        let (predicates, root) = parse::parse(text, fields)?;
        Ok(Self { text: text.to_owned(), predicates, root })
    }

    /// The text it was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its atomic questions, each once, in the order they first appear.
    #[must_use]
    pub fn predicates(&self) -> &[Predicate] {
        &self.predicates
    }

    /// The fields it uses, each once, in order of name within kind.
    #[must_use]
    pub fn fields(&self) -> Vec<&Field> {
        let mut fields: Vec<_> = self.predicates.iter().map(|predicate| &predicate.field).collect();
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// The answer, given each predicate's by its index in [`Self::predicates`]. Not every predicate
    /// is asked: what cannot change the answer is skipped.
    pub fn evaluate(&self, answer: &mut impl FnMut(usize) -> Tri) -> Tri {
        evaluate(&self.root, answer)
    }
}

fn evaluate(node: &Node, answer: &mut impl FnMut(usize) -> Tri) -> Tri {
    match node {
        Node::Known(known) => (*known).into(),
        Node::Ask(index) => answer(*index),
        Node::Not(inner) => !evaluate(inner, answer),
        Node::All(parts) => {
            let mut all = Tri::Yes;
            for part in parts {
                all = all.and(evaluate(part, answer));
                if all == Tri::No {
                    break;
                }
            }
            all
        }
        Node::Any(parts) => {
            let mut any = Tri::No;
            for part in parts {
                any = any.or(evaluate(part, answer));
                if any == Tri::Yes {
                    break;
                }
            }
            any
        }
    }
}

/// The candidate a misspelt word most likely means: a few letters off, else none.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|name| (distance(name, word), name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count() / 4)
        .min()
        .map(|(_, name)| name)
}

/// Edit distance (Levenshtein), for suggestions. Names are short; a long one is far from all.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(65).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, letter) in one.chars().take(65).enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (place, candidate) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(!letter.eq_ignore_ascii_case(candidate));
            diagonal = row[place + 1];
            row[place + 1] = replaced.min(diagonal + 1).min(row[place] + 1);
        }
    }
    row[other.len()]
}
