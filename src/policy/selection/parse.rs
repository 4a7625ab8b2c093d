//! From a syntax tree to predicates and an expression over them: what a `where` means.
//!
//! Every form that is not matched here is refused, with its place and what is allowed instead.

use jiff::civil::Date;
use sqlparser::ast::{BinaryOperator, DataType, Expr, Ident, Spanned, UnaryOperator, Value};

use super::decimal::Decimal;
use super::predicate::{Field, Order, Predicate, Test, day};
use super::syntax::{CONTAINS, Result, expression, fault, offset_of, unknown};
use super::{ALLOWED, Fields, Node, SelectionFault};
use crate::people::cell::trim_text;

/// Reads a `where`.
pub(super) fn parse(text: &str, fields: &Fields) -> Result<(Vec<Predicate>, Node)> {
    let expr = expression(text, fields)?;
    let mut reader = Reader { text, fields, predicates: Vec::new() };
    let root = reader.condition(&expr)?;
    Ok((reader.predicates, root))
}

struct Reader<'a> {
    text: &'a str,
    fields: &'a Fields,
    predicates: Vec<Predicate>,
}

/// A field as a condition names it.
struct Named<'a> {
    field: Field,
    separator: Option<&'a str>,
    offset: usize,
}

/// A literal, of the type it is written as.
#[derive(Clone)]
enum Literal {
    Text(String),
    Number(String),
    Day(Date),
}

impl<'a> Reader<'a> {
    fn condition(&mut self, expr: &Expr) -> Result<Node> {
        match expr {
            Expr::Nested(inner) => self.condition(inner),
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => Ok(not(self.condition(expr)?)),
            Expr::BinaryOp { op: op @ (BinaryOperator::And | BinaryOperator::Or), .. } => {
                self.chain(expr, op)
            }
            Expr::BinaryOp { left, op, right } => self.comparison(expr, left, op, right),
            Expr::InList { expr, list, negated } => {
                let named = self.single(expr, "IN")?;
                let literals =
                    list.iter().map(|item| self.literal(item, &named.field)).collect::<Result<Vec<_>>>()?;
                let test = one_of(literals).ok_or_else(|| {
                    let message = "a list holds values of one type, and at least one".to_owned();
                    fault(named.offset, message, "make them all text, all numbers or all dates")
                })?;
                Ok(negate_if(*negated, self.ask(named, test)))
            }
            Expr::Between { expr, negated, low, high } => {
                let named = self.single(expr, "BETWEEN")?;
                let low = self.order(&named, Order::GreaterOrEqual, low)?;
                let high = self.order(&named, Order::LessOrEqual, high)?;
                let again = Named { field: named.field.clone(), ..named };
                let parts = vec![self.ask(named, low), self.ask(again, high)];
                Ok(negate_if(*negated, Node::All(parts)))
            }
            Expr::Like { negated, any: false, expr, pattern, escape_char: None } => {
                let named = self.single(expr, "LIKE")?;
                if !matches!(named.field, Field::Attribute(_)) {
                    let message = format!("LIKE works on declared attributes, not on {}", named.field.name());
                    return Err(fault(named.offset, message, "use = or IN"));
                }
                match self.literal(pattern, &named.field)? {
                    Literal::Text(pattern) => Ok(negate_if(*negated, self.ask(named, Test::Like(pattern)))),
                    Literal::Number(_) | Literal::Day(_) => Err(fault(
                        self.offset(pattern),
                        "LIKE takes a text in single quotes".to_owned(),
                        "% stands for any characters, _ for one",
                    )),
                }
            }
            Expr::IsNull(inner) => {
                let named = self.named(inner)?;
                Ok(self.ask(named, Test::Blank))
            }
            Expr::IsNotNull(inner) => {
                let named = self.named(inner)?;
                Ok(not(self.ask(named, Test::Blank)))
            }
            Expr::Value(value) => match value.value {
                Value::Boolean(known) => Ok(Node::Known(known)),
                _ => Err(self.refuse(expr, "a value alone is no condition")),
            },
            Expr::Identifier(_) => {
                let named = self.named(expr)?;
                let message = "a field alone is no condition".to_owned();
                let hint = format!("compare it: {} = '…', or {0} IS NOT NULL", named.field.name());
                Err(fault(named.offset, message, &hint))
            }
            Expr::Function(_) => Err(self.refuse(expr, "functions have no place in a where")),
            Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => {
                Err(self.refuse(expr, "subqueries have no place in a where"))
            }
            _ => Err(self.refuse(expr, "this has no place in a where")),
        }
    }

    /// `a AND b AND c`: the parser nests it to the left, once a word, so it is unrolled by a loop.
    fn chain(&mut self, expr: &Expr, op: &BinaryOperator) -> Result<Node> {
        let (mut parts, mut here) = (Vec::new(), expr);
        while let Expr::BinaryOp { left, op: found, right } = here {
            if found != op {
                break;
            }
            parts.push(&**right);
            here = left;
        }
        parts.push(here);
        let parts = parts.into_iter().rev().map(|part| self.condition(part)).collect::<Result<_>>()?;
        Ok(if *op == BinaryOperator::And { Node::All(parts) } else { Node::Any(parts) })
    }

    fn comparison(&mut self, whole: &Expr, left: &Expr, op: &BinaryOperator, right: &Expr) -> Result<Node> {
        let order = match op {
            BinaryOperator::Eq | BinaryOperator::NotEq => None,
            BinaryOperator::Lt => Some(Order::Less),
            BinaryOperator::LtEq => Some(Order::LessOrEqual),
            BinaryOperator::Gt => Some(Order::Greater),
            BinaryOperator::GtEq => Some(Order::GreaterOrEqual),
            BinaryOperator::Custom(word) if word == CONTAINS => {
                let named = self.named(left)?;
                let literal = self.literal(right, &named.field)?;
                return Ok(self.ask(named, equal_to(literal)));
            }
            BinaryOperator::Plus | BinaryOperator::Minus => {
                return Err(self.refuse(whole, "a where does not calculate"));
            }
            _ => return Err(self.refuse(whole, "this operator has no place in a where")),
        };
        // `18 <= age` reads as well as `age >= 18`.
        let (field, literal, order) = match (left, right) {
            (Expr::Identifier(_), Expr::Identifier(second)) => {
                return Err(self.two_fields(second));
            }
            (Expr::Identifier(_), _) => (left, right, order),
            (_, Expr::Identifier(_)) => (right, left, order.map(Order::flipped)),
            _ => {
                return Err(
                    self.refuse(whole, "a comparison has a field on one side and a value on the other")
                );
            }
        };
        let sign = match order {
            None => "= and <>",
            Some(_) => "an order comparison",
        };
        let named = self.single(field, sign)?;
        if let Some(order) = order {
            let test = self.order(&named, order, literal)?;
            Ok(self.ask(named, test))
        } else {
            let literal = self.literal(literal, &named.field)?;
            Ok(negate_if(*op == BinaryOperator::NotEq, self.ask(named, equal_to(literal))))
        }
    }

    fn two_fields(&self, second: &Ident) -> SelectionFault {
        let offset = offset_of(self.text, second.span.start);
        let message = "a field cannot be compared with a field".to_owned();
        fault(offset, message, "compare it with a text in single quotes, a number or a DATE")
    }

    /// A field that holds one value.
    fn single(&self, expr: &Expr, operator: &str) -> Result<Named<'a>> {
        let named = self.named(expr)?;
        if named.separator.is_some() {
            let name = named.field.name();
            let message = format!("{name} may hold several values, which {operator} cannot compare");
            return Err(fault(named.offset, message, &format!("write {name} CONTAINS '…'")));
        }
        Ok(named)
    }

    fn named(&self, expr: &Expr) -> Result<Named<'a>> {
        let ident = match expr {
            Expr::Identifier(ident) => ident,
            Expr::Nested(inner) => return self.named(inner),
            Expr::Function(_) => return Err(self.refuse(expr, "functions have no place in a where")),
            _ => return Err(self.refuse(expr, "the name of a field is expected here")),
        };
        let offset = offset_of(self.text, ident.span.start);
        match self.fields.find(&ident.value) {
            Some((field, separator)) => Ok(Named { field, separator, offset }),
            None => Err(unknown(self.fields, &ident.value, offset)),
        }
    }

    fn order(&self, named: &Named<'_>, order: Order, expr: &Expr) -> Result<Test> {
        if let Field::Country | Field::Relationship | Field::Party = named.field {
            let message = format!("{} has no order", named.field.name());
            return Err(fault(named.offset, message, "use =, <> or IN"));
        }
        match self.literal(expr, &named.field)? {
            Literal::Number(number) => Ok(Test::NumberOrder(order, number)),
            Literal::Day(day) => Ok(Test::DayOrder(order, day)),
            Literal::Text(_) => Err(fault(
                self.offset(expr),
                "text has no order here: as text, '10' would come before '9'".to_owned(),
                "write a number without quotes, or DATE 'YYYY-MM-DD'",
            )),
        }
    }

    fn literal(&self, expr: &Expr, field: &Field) -> Result<Literal> {
        let literal = self.any_literal(expr)?;
        let words = |words: &[&str]| format!("{} is one of: '{}'", field.name(), words.join("', '"));
        let wrong =
            |hint: String| fault(self.offset(expr), format!("{} never has this value", field.name()), &hint);
        match (field, literal) {
            (Field::Attribute(_), literal) | (Field::Age, literal @ Literal::Number(_)) => Ok(literal),
            (Field::Age, _) => {
                Err(wrong("age is a number of whole years, written without quotes".to_owned()))
            }
            (Field::Country, Literal::Text(text)) if is_alpha2(&text) => {
                Ok(Literal::Text(text.to_ascii_uppercase()))
            }
            (Field::Country, _) => Err(wrong("countries are two letters (ISO 3166-1): 'FI'".to_owned())),
            (Field::Relationship, Literal::Text(text)) if Field::RELATIONSHIPS.contains(&text.as_str()) => {
                Ok(Literal::Text(text))
            }
            (Field::Relationship, _) => Err(wrong(words(&Field::RELATIONSHIPS))),
            (Field::Party, Literal::Text(text)) if Field::PARTIES.contains(&text.as_str()) => {
                Ok(Literal::Text(text))
            }
            (Field::Party, _) => Err(wrong(words(&Field::PARTIES))),
        }
    }

    fn any_literal(&self, expr: &Expr) -> Result<Literal> {
        match expr {
            Expr::Nested(inner) => self.any_literal(inner),
            Expr::Value(value) => match &value.value {
                Value::SingleQuotedString(text) => self.text(expr, text),
                Value::Number(number, false) => self.number(expr, "", number),
                Value::Null => Err(fault(
                    self.offset(expr),
                    "nothing compares with NULL".to_owned(),
                    "write IS NULL or IS NOT NULL",
                )),
                _ => Err(self.refuse(expr, "a text in single quotes, a number or a DATE is expected here")),
            },
            Expr::UnaryOp { op: op @ (UnaryOperator::Minus | UnaryOperator::Plus), expr: inner } => {
                match &**inner {
                    Expr::Value(value) => match &value.value {
                        Value::Number(number, false) => {
                            let sign = if *op == UnaryOperator::Minus { "-" } else { "" };
                            self.number(expr, sign, number)
                        }
                        _ => Err(self.refuse(expr, "a sign belongs before a number")),
                    },
                    _ => Err(self.refuse(expr, "a sign belongs before a number")),
                }
            }
            Expr::TypedString(typed) if typed.data_type == DataType::Date && !typed.uses_odbc_syntax => {
                let date = match &typed.value.value {
                    Value::SingleQuotedString(text) if text.len() == 10 => day(text),
                    _ => None,
                };
                date.map(Literal::Day).ok_or_else(|| {
                    let message = "this is not a day of the calendar".to_owned();
                    fault(self.offset(expr), message, "write DATE 'YYYY-MM-DD'")
                })
            }
            Expr::Identifier(ident) => Err(self.two_fields(ident)),
            Expr::Function(_) => Err(self.refuse(expr, "functions have no place in a where")),
            _ => Err(self.refuse(expr, "a text in single quotes, a number or a DATE is expected here")),
        }
    }

    fn text(&self, expr: &Expr, text: &str) -> Result<Literal> {
        if text.is_empty() {
            let message = "an empty text matches nothing: a blank cell is unknown".to_owned();
            return Err(fault(self.offset(expr), message, "write IS NULL to ask for blank cells"));
        }
        if trim_text(text) != text {
            let message =
                "cells are compared without white space at their edges, so this matches nothing".to_owned();
            return Err(fault(self.offset(expr), message, "drop the white space at the edges of the text"));
        }
        Ok(Literal::Text(text.to_owned()))
    }

    fn number(&self, expr: &Expr, sign: &str, number: &str) -> Result<Literal> {
        let text = format!("{sign}{number}");
        let number = Decimal::read(text.as_bytes()).map(Decimal::canonical).map(Literal::Number);
        number.ok_or_else(|| {
            let message = "numbers are digits, and optionally a point and digits".to_owned();
            fault(self.offset(expr), message, "write 0.5 for .5, and 1000 for 1e3")
        })
    }

    /// The index of a question, asked once however often it is written.
    fn ask(&mut self, named: Named<'_>, test: Test) -> Node {
        let predicate = Predicate { field: named.field, separator: named.separator.map(str::to_owned), test };
        let index = self.predicates.iter().position(|known| *known == predicate).unwrap_or_else(|| {
            self.predicates.push(predicate);
            self.predicates.len() - 1
        });
        Node::Ask(index)
    }

    fn refuse(&self, expr: &Expr, message: &str) -> SelectionFault {
        fault(self.offset(expr), message.to_owned(), ALLOWED)
    }

    fn offset(&self, expr: &Expr) -> usize {
        offset_of(self.text, expr.span().start)
    }
}

fn is_alpha2(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn equal_to(literal: Literal) -> Test {
    match literal {
        Literal::Text(text) => Test::Text(vec![text]),
        Literal::Number(number) => Test::Number(vec![number]),
        Literal::Day(day) => Test::Day(vec![day]),
    }
}

/// `None` when the list is empty or of mixed types.
fn one_of(literals: Vec<Literal>) -> Option<Test> {
    let (mut texts, mut numbers, mut days) = (Vec::new(), Vec::new(), Vec::new());
    for literal in literals {
        match literal {
            Literal::Text(text) => texts.push(text),
            Literal::Number(number) => numbers.push(number),
            Literal::Day(day) => days.push(day),
        }
    }
    texts.sort_unstable();
    texts.dedup();
    numbers.sort_unstable();
    numbers.dedup();
    days.sort_unstable();
    days.dedup();
    match (texts.is_empty(), numbers.is_empty(), days.is_empty()) {
        (false, true, true) => Some(Test::Text(texts)),
        (true, false, true) => Some(Test::Number(numbers)),
        (true, true, false) => Some(Test::Day(days)),
        _ => None,
    }
}

fn not(node: Node) -> Node {
    match node {
        Node::Not(inner) => *inner,
        Node::Known(known) => Node::Known(!known),
        node => Node::Not(Box::new(node)),
    }
}

fn negate_if(negated: bool, node: Node) -> Node {
    if negated { not(node) } else { node }
}
