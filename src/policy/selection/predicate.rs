//! One atomic question about one cell: [`Predicate`].
//!
//! It is a value that can be compared and hashed, so that a question many audiences ask is answered
//! once a row. It never keeps, shows or returns a cell.

use crate::people::cell::trim_cell;
use std::cmp::Ordering;

use jiff::civil::Date;

use super::decimal::Decimal;
use super::tri::Tri;

/// What a question is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// A declared attribute: the cell of its column.
    Attribute(String),
    /// The person's country: two upper-case letters.
    Country,
    /// `current` or `other`.
    Relationship,
    /// `consumer` or `business`.
    Party,
    /// Whole years on the day of the run, in decimal digits.
    Age,
}

impl Field {
    /// The words a relationship's cell may hold.
    pub const RELATIONSHIPS: [&str; 2] = ["current", "other"];
    /// The words a party's cell may hold.
    pub const PARTIES: [&str; 2] = ["consumer", "business"];
    /// The fields that every config has, whatever attributes it declares.
    pub const MAPPED: [Self; 4] = [Self::Country, Self::Relationship, Self::Party, Self::Age];

    /// The name a `where` uses.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Attribute(name) => name,
            Self::Country => "country",
            Self::Relationship => "relationship",
            Self::Party => "party",
            Self::Age => "age",
        }
    }
}

/// An atomic question: a field and a test of its cell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Predicate {
    /// What is asked about.
    pub field: Field,
    /// Separates the values of a cell that may hold several; the answer is then yes when any value
    /// passes the test.
    pub(super) separator: Option<String>,
    pub(super) test: Test,
}

/// The test of a value. Negations live in the expression, so that `=` and `<>` share one answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Test {
    /// Holds nothing.
    Blank,
    /// Is one of these, exactly; sorted, unique.
    Text(Vec<String>),
    /// Is one of these numbers; canonical, sorted as text, unique.
    Number(Vec<String>),
    /// Is one of these days; sorted, unique.
    Day(Vec<Date>),
    /// Is a number on this side of the canonical one.
    NumberOrder(Order, String),
    /// Is a day on this side of it.
    DayOrder(Order, Date),
    /// Matches a pattern of `%` and `_`.
    Like(String),
}

/// An order comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }

    /// The same comparison with its sides exchanged.
    pub(super) fn flipped(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }
}

impl Predicate {
    /// Answers for a cell, as the table holds it. A blank cell, and one that cannot be read as the
    /// literal's type (or as UTF-8), is unknown to every test but "is it blank".
    #[must_use]
    pub fn answer(&self, cell: &[u8]) -> Tri {
        match &self.separator {
            None => self.test.answer(trim_cell(cell)),
            Some(separator) => self.answer_any(cell, separator),
        }
    }

    /// The separator of a cell that may hold several values.
    #[must_use]
    pub fn separator(&self) -> Option<&str> {
        self.separator.as_deref()
    }

    fn answer_any(&self, cell: &[u8], separator: &str) -> Tri {
        let mut any = None;
        for value in split(cell, separator.as_bytes()) {
            let value = trim_cell(value);
            if value.is_empty() {
                continue;
            }
            let answer = self.test.answer(value);
            if answer == Tri::Yes {
                return Tri::Yes;
            }
            any = Some(any.map_or(answer, |before: Tri| before.or(answer)));
        }
        any.unwrap_or_else(|| self.test.answer(b""))
    }
}

impl Test {
    fn answer(&self, value: &[u8]) -> Tri {
        if let Self::Blank = self {
            return value.is_empty().into();
        }
        if value.is_empty() {
            return Tri::Unknown;
        }
        let Ok(text) = std::str::from_utf8(value) else { return Tri::Unknown };
        match self {
            Self::Blank => Tri::No,
            Self::Text(words) => contains(words, text).into(),
            Self::Like(pattern) => like(pattern, text).into(),
            Self::Number(numbers) => Decimal::read(value)
                .map_or(Tri::Unknown, |number| numbers.iter().any(|one| equals(one, number)).into()),
            Self::NumberOrder(order, bound) => {
                match (Decimal::read(value), Decimal::read(bound.as_bytes())) {
                    (Some(number), Some(bound)) => order.holds(number.compare(bound)).into(),
                    _ => Tri::Unknown,
                }
            }
            Self::Day(days) => day(text).map_or(Tri::Unknown, |day| days.contains(&day).into()),
            Self::DayOrder(order, bound) => {
                day(text).map_or(Tri::Unknown, |day| order.holds(day.cmp(bound)).into())
            }
        }
    }
}

/// A handful is quicker to compare one by one than to search.
fn contains(words: &[String], text: &str) -> bool {
    if words.len() <= 8 {
        words.iter().any(|word| word == text)
    } else {
        words.binary_search_by(|word| word.as_str().cmp(text)).is_ok()
    }
}

fn equals(canonical: &str, number: Decimal<'_>) -> bool {
    Decimal::read(canonical.as_bytes()).is_some_and(|one| one.compare(number).is_eq())
}

/// An ISO 8601 calendar date, alone or at the start of a date-time.
pub(super) fn day(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let (date, rest) = (bytes.get(..10)?, bytes.get(10..)?);
    if !matches!(rest.first(), None | Some(b'T' | b't' | b' ')) || date[4] != b'-' || date[7] != b'-' {
        return None;
    }
    let digits = |range: std::ops::Range<usize>| {
        date[range]
            .iter()
            .try_fold(0_i16, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i16::from(byte - b'0')))
    };
    let small = |value: i16| i8::try_from(value).ok();
    Date::new(digits(0..4)?, small(digits(5..7)?)?, small(digits(8..10)?)?).ok()
}

/// The parts between separators, at least one. An empty separator separates nothing.
fn split<'a>(cell: &'a [u8], separator: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = Some(cell);
    std::iter::from_fn(move || {
        let here = rest?;
        let found = if separator.is_empty() {
            None
        } else {
            here.windows(separator.len()).position(|window| window == separator)
        };
        match found {
            Some(position) => {
                rest = here.get(position + separator.len()..);
                here.get(..position)
            }
            None => rest.take(),
        }
    })
}

/// `%` is any run of characters, `_` one character; all others stand for themselves. Going back only
/// to the latest `%` is enough, and keeps the work within pattern times text.
fn like(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    let mut retry: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let mut next = pattern.clone();
        match next.next() {
            Some('%') => {
                pattern = next;
                retry = Some((pattern.clone(), text.clone()));
                continue;
            }
            Some(wanted) => {
                let mut ahead = text.clone();
                match ahead.next() {
                    Some(letter) if wanted == '_' || wanted == letter => {
                        (pattern, text) = (next, ahead);
                        continue;
                    }
                    _ => {}
                }
            }
            None if text.as_str().is_empty() => return true,
            None => {}
        }
        // A mismatch: let the latest `%` swallow one character more.
        let Some((after, mut from)) = retry.take() else { return false };
        if from.next().is_none() {
            return false;
        }
        (pattern, text) = (after.clone(), from.clone());
        retry = Some((after, from));
    }
}
