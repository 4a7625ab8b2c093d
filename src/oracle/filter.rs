//! An audience's `where`, read again from its text and answered value by value.
//!
//! SQL's look, three-valued: a blank value, or one that is not of the literal's type, is unknown to
//! everything but IS NULL. It must not know rows: values are handed in by name.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator, Value};
use sqlparser::dialect::AnsiDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, Tokenizer};

use super::OracleError;
use super::text::{iso_day, trim};

/// A parsed `where`.
pub(super) struct Filter {
    audience: String,
    expr: Expr,
}

/// What a field holds in one row.
pub(super) struct FieldValue {
    /// The cell, or the word for a mapped field; blank when it is not known.
    pub(super) text: String,
    /// Between values, where the cell may hold several.
    pub(super) separator: Option<String>,
    /// Whether capitals do not matter (countries).
    pub(super) any_case: bool,
}

/// Yes, no or unknown (`None`).
pub(super) type Answer = Option<bool>;

/// One side of a comparison.
enum Literal {
    Text(String),
    Number(String),
    Day(jiff::civil::Date),
}

impl Filter {
    /// Reads the text. `CONTAINS` is no SQL: it is handed to the parser as the rare `SIMILAR TO`, a
    /// `where` having no other use for it.
    pub(super) fn parse(audience: &str, text: &str) -> Result<Self, OracleError> {
        let fault = || OracleError::Filter { audience: audience.to_owned() };
        let dialect = AnsiDialect {};
        let mut tokens = Vec::new();
        for token in Tokenizer::new(&dialect, text).tokenize().map_err(|_| fault())? {
            match &token {
                Token::Word(word)
                    if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("contains") =>
                {
                    tokens.extend([Token::make_keyword("SIMILAR"), Token::make_keyword("TO")]);
                }
                _ => tokens.push(token),
            }
        }
        let mut parser = Parser::new(&dialect).with_tokens(tokens);
        let expr = parser.parse_expr().map_err(|_| fault())?;
        if parser.peek_token().token != Token::EOF {
            return Err(fault());
        }
        Ok(Self { audience: audience.to_owned(), expr })
    }

    /// The names it uses.
    pub(super) fn fields(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        collect(&self.expr, &mut names);
        names
    }

    /// The answer for one row.
    pub(super) fn answer(&self, value: &dyn Fn(&str) -> FieldValue) -> Result<Answer, OracleError> {
        answer(&self.expr, value).ok_or_else(|| OracleError::Filter { audience: self.audience.clone() })
    }
}

fn collect(expr: &Expr, names: &mut BTreeSet<String>) {
    match expr {
        Expr::Identifier(name) => {
            names.insert(name.value.clone());
        }
        Expr::Nested(inner)
        | Expr::UnaryOp { expr: inner, .. }
        | Expr::IsNull(inner)
        | Expr::IsNotNull(inner) => {
            collect(inner, names);
        }
        Expr::BinaryOp { left, right, .. } => {
            collect(left, names);
            collect(right, names);
        }
        Expr::InList { expr, .. }
        | Expr::Between { expr, .. }
        | Expr::Like { expr, .. }
        | Expr::SimilarTo { expr, .. } => collect(expr, names),
        _ => {}
    }
}

/// `None` when the expression is not one a `where` may hold.
fn answer(expr: &Expr, value: &dyn Fn(&str) -> FieldValue) -> Option<Answer> {
    Some(match expr {
        Expr::Nested(inner) => answer(inner, value)?,
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => not(answer(expr, value)?),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            and(answer(left, value)?, answer(right, value)?)
        }
        Expr::BinaryOp { left, op: BinaryOperator::Or, right } => {
            not(and(not(answer(left, value)?), not(answer(right, value)?)))
        }
        Expr::BinaryOp { left, op, right } => comparison(left, op, right, value)?,
        Expr::InList { expr, list, negated } => {
            let (name, literals) = (name(expr)?, list.iter().map(literal).collect::<Option<Vec<_>>>()?);
            let cell = value(name);
            let equal = ask(&cell, |text| {
                let answers: Vec<_> = literals.iter().map(|literal| equal(&cell, text, literal)).collect();
                if answers.contains(&Some(true)) {
                    Some(true)
                } else if answers.contains(&None) {
                    None
                } else {
                    Some(false)
                }
            });
            if *negated { not(equal) } else { equal }
        }
        Expr::Between { expr, negated, low, high } => {
            let (low, high) = (literal(low)?, literal(high)?);
            let cell = value(name(expr)?);
            let above = ask(&cell, |text| compare(text, &low).map(Ordering::is_ge));
            let below = ask(&cell, |text| compare(text, &high).map(Ordering::is_le));
            let within = and(above, below);
            if *negated { not(within) } else { within }
        }
        Expr::Like { negated, any: false, expr, pattern, escape_char: None } => {
            let Literal::Text(pattern) = literal(pattern)? else { return None };
            let pattern: Vec<char> = pattern.chars().collect();
            let like =
                ask(&value(name(expr)?), |text| Some(like(&pattern, &text.chars().collect::<Vec<_>>())));
            if *negated { not(like) } else { like }
        }
        Expr::SimilarTo { negated, expr, pattern, escape_char: None } => {
            let literal = literal(pattern)?;
            let cell = value(name(expr)?);
            let holds = ask(&cell, |text| equal(&cell, text, &literal));
            if *negated { not(holds) } else { holds }
        }
        Expr::IsNull(inner) => Some(values(&value(name(inner)?)).is_empty()),
        Expr::IsNotNull(inner) => Some(!values(&value(name(inner)?)).is_empty()),
        Expr::Value(known) => match known.value {
            Value::Boolean(known) => Some(known),
            _ => return None,
        },
        _ => return None,
    })
}

fn comparison(
    left: &Expr,
    op: &BinaryOperator,
    right: &Expr,
    value: &dyn Fn(&str) -> FieldValue,
) -> Option<Answer> {
    let (cell, literal, flipped) = match name(left) {
        Some(name) => (value(name), literal(right)?, false),
        None => (value(name(right)?), literal(left)?, true),
    };
    let ordered = |holds: fn(Ordering) -> bool| {
        ask(&cell, |text| {
            compare(text, &literal).map(|order| holds(if flipped { order.reverse() } else { order }))
        })
    };
    Some(match op {
        BinaryOperator::Eq => ask(&cell, |text| equal(&cell, text, &literal)),
        BinaryOperator::NotEq => not(ask(&cell, |text| equal(&cell, text, &literal))),
        BinaryOperator::Lt => ordered(Ordering::is_lt),
        BinaryOperator::LtEq => ordered(Ordering::is_le),
        BinaryOperator::Gt => ordered(Ordering::is_gt),
        BinaryOperator::GtEq => ordered(Ordering::is_ge),
        _ => return None,
    })
}

fn not(answer: Answer) -> Answer {
    answer.map(|known| !known)
}

fn and(one: Answer, other: Answer) -> Answer {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// The values of a cell that are not blank.
fn values(cell: &FieldValue) -> Vec<&str> {
    let parts: Vec<&str> = match &cell.separator {
        Some(separator) if !separator.is_empty() => cell.text.split(separator.as_str()).collect(),
        _ => vec![cell.text.as_str()],
    };
    parts.into_iter().map(trim).filter(|part| !part.is_empty()).collect()
}

/// Yes when any value passes; unknown when none does and one cannot be told, or there is none.
fn ask(cell: &FieldValue, test: impl Fn(&str) -> Answer) -> Answer {
    let answers: Vec<_> = values(cell).into_iter().map(test).collect();
    if answers.contains(&Some(true)) {
        Some(true)
    } else if answers.is_empty() || answers.contains(&None) {
        None
    } else {
        Some(false)
    }
}

fn name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Identifier(name) => Some(&name.value),
        Expr::Nested(inner) => name(inner),
        _ => None,
    }
}

fn literal(expr: &Expr) -> Option<Literal> {
    match expr {
        Expr::Nested(inner) => literal(inner),
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Some(Literal::Text(text.clone())),
            Value::Number(number, _) => Some(Literal::Number(number.clone())),
            _ => None,
        },
        Expr::UnaryOp { op, expr } => match (op, literal(expr)?) {
            (UnaryOperator::Minus, Literal::Number(number)) => Some(Literal::Number(format!("-{number}"))),
            (UnaryOperator::Plus, number @ Literal::Number(_)) => Some(number),
            _ => None,
        },
        Expr::TypedString(typed) => match &typed.value.value {
            Value::SingleQuotedString(text) => iso_day(text).map(Literal::Day),
            _ => None,
        },
        _ => None,
    }
}

fn equal(cell: &FieldValue, text: &str, literal: &Literal) -> Answer {
    match literal {
        Literal::Text(wanted) if cell.any_case => Some(text.eq_ignore_ascii_case(wanted)),
        Literal::Text(wanted) => Some(text == wanted),
        _ => compare(text, literal).map(Ordering::is_eq),
    }
}

fn compare(text: &str, literal: &Literal) -> Option<Ordering> {
    match literal {
        Literal::Text(_) => None,
        Literal::Number(number) => Some(decimal(text)?.cmp(&decimal(number)?)),
        Literal::Day(day) => Some(iso_day(text)?.cmp(day)),
    }
}

/// A decimal number as (sign, digits before the point, digits after it), padded so that the order of
/// the tuple is the order of the numbers.
fn decimal(text: &str) -> Option<(bool, Vec<i32>)> {
    const WHOLE: usize = 400;
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) || whole.len() > WHOLE || fraction.len() > WHOLE {
        return None;
    }
    let padded = format!("{whole:0>WHOLE$}{fraction:0<WHOLE$}");
    let sign = if negative { -1 } else { 1 };
    let digits: Vec<i32> = padded.bytes().map(|byte| sign * i32::from(byte - b'0')).collect();
    let zero = digits.iter().all(|digit| *digit == 0);
    // `false` sorts before `true`: negative numbers first, and minus zero is zero.
    Some((!negative || zero, digits))
}

fn like(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, _) => text.is_empty(),
        (Some(('%', rest)), None) => like(rest, text),
        (Some(('%', rest)), Some((_, after))) => like(rest, text) || like(pattern, after),
        (Some((wanted, rest)), Some((letter, after))) => {
            (*wanted == '_' || wanted == letter) && like(rest, after)
        }
        (Some(_), None) => false,
    }
}
