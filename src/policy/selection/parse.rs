//! From text to predicates and an expression over them.
//!
//! The text is tokenised first, and only words, literals and a closed set of signs go on to the
//! parser: most of SQL is refused before it is parsed, and how deep a text can go is bounded before
//! anything recurses. The parser's own messages are never passed on, since they quote what they read.

use jiff::civil::Date;
use sqlparser::ast::{BinaryOperator, DataType, Expr, Ident, Spanned, UnaryOperator, Value};
use sqlparser::dialect::{Dialect, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

use super::decimal::Decimal;
use super::predicate::{Field, Order, Predicate, Test, day, trim_text};
use super::{ALLOWED, DEPTH_MAX, Fields, Node, OPERATORS_MAX, SelectionFault, TEXT_MAX, nearest};

type Result<T> = std::result::Result<T, SelectionFault>;

/// SQL without extensions, and `CONTAINS` between two operands.
#[derive(Debug)]
struct WhereDialect;

impl Dialect for WhereDialect {
    fn is_identifier_start(&self, letter: char) -> bool {
        letter.is_alphabetic() || letter == '_'
    }

    fn is_identifier_part(&self, letter: char) -> bool {
        letter.is_alphanumeric() || letter == '_'
    }

    fn is_delimited_identifier_start(&self, letter: char) -> bool {
        letter == '"'
    }

    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<std::result::Result<u8, ParserError>> {
        contains_ahead(parser).map(|_| Ok(self.prec_value(Precedence::Eq)))
    }

    fn parse_infix(
        &self,
        parser: &mut Parser<'_>,
        left: &Expr,
        _precedence: u8,
    ) -> Option<std::result::Result<Expr, ParserError>> {
        let negated = contains_ahead(parser)?;
        parser.advance_token();
        if negated {
            parser.advance_token();
        }
        let right = match parser.parse_subexpr(self.prec_value(Precedence::Eq)) {
            Ok(right) => Box::new(right),
            Err(fault) => return Some(Err(fault)),
        };
        let op = BinaryOperator::Custom(CONTAINS.to_owned());
        let expr = Expr::BinaryOp { left: Box::new(left.clone()), op, right };
        Some(Ok(if negated { Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(expr) } } else { expr }))
    }
}

const CONTAINS: &str = "CONTAINS";

/// Whether `CONTAINS` (false) or `NOT CONTAINS` (true) comes next.
fn contains_ahead(parser: &Parser<'_>) -> Option<bool> {
    let is = |token: &TokenWithSpan, word: &str| {
        matches!(&token.token, Token::Word(found)
            if found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word))
    };
    if is(parser.peek_token_ref(), CONTAINS) {
        Some(false)
    } else if is(parser.peek_token_ref(), "NOT") && is(parser.peek_nth_token_ref(1), CONTAINS) {
        Some(true)
    } else {
        None
    }
}

/// Reads a `where`.
pub(super) fn parse(text: &str, fields: &Fields) -> Result<(Vec<Predicate>, Node)> {
    let expr = expression(text, fields)?;
    let mut reader = Reader { text, fields, predicates: Vec::new() };
    let root = reader.condition(&expr)?;
    Ok((reader.predicates, root))
}

/// The words that mean something of their own, in capitals.
const WORDS: [&str; 11] =
    ["AND", "OR", "NOT", "IN", "BETWEEN", "LIKE", "IS", "NULL", CONTAINS, "TRUE", "FALSE"];

fn expression(text: &str, fields: &Fields) -> Result<Expr> {
    if text.len() > TEXT_MAX {
        return Err(fault(0, format!("a where may be at most {TEXT_MAX} bytes long"), "split the audience"));
    }
    let mut tokens = Tokenizer::new(&WhereDialect, text).tokenize_with_location().map_err(|error| {
        fault(
            offset_of(text, error.location),
            "this text or comment is not closed, or holds a sign a where does not have".to_owned(),
            "close the quote; a quote inside a text is written twice",
        )
    })?;
    tokens.retain(|token| !matches!(token.token, Token::Whitespace(_)));
    admit(text, fields, &mut tokens)?;
    let mut parser =
        Parser::new(&WhereDialect).with_recursion_limit(RECURSION_MAX).with_tokens_with_locations(tokens);
    let here = |parser: &Parser<'_>| match &parser.peek_token_ref().token {
        Token::EOF => text.len(),
        _ => offset_of(text, parser.peek_token_ref().span.start),
    };
    let expr = parser.parse_expr().map_err(|error| match error {
        ParserError::RecursionLimitExceeded => too_deep(here(&parser)),
        ParserError::TokenizerError(_) | ParserError::ParserError(_) => {
            fault(here(&parser), "this is not a condition, or not a whole one".to_owned(), ALLOWED)
        }
    })?;
    if parser.peek_token_ref().token != Token::EOF {
        let message = "the condition ends before this".to_owned();
        return Err(fault(here(&parser), message, "join conditions with AND or OR"));
    }
    Ok(expr)
}

/// How deep the parser may recurse: its frames are large, and a test's thread has 2 MB of stack.
/// Each parenthesis costs it up to two levels.
const RECURSION_MAX: usize = 2 * DEPTH_MAX + 6;

fn too_deep(offset: usize) -> SelectionFault {
    fault(
        offset,
        format!("parentheses and NOT are nested more than {DEPTH_MAX} deep here"),
        "write it with fewer parentheses: AND and OR need none among themselves, and IN takes many values",
    )
}

/// Lets only what a `where` may hold through to the parser, so that no construct of SQL that we do
/// not mean is ever parsed, and bounds what the parser and the drop of its tree recurse over: the
/// nesting, and chains of operators. Words that are fields are marked so: an attribute may be called
/// `order` or `case`.
fn admit(text: &str, fields: &Fields, tokens: &mut [TokenWithSpan]) -> Result<()> {
    let (mut operators, mut parentheses, mut nots, mut compared) = (0, 0_usize, 0, false);
    for place in 0..tokens.len() {
        let (before, rest) = tokens.split_at_mut(place);
        let Some((token, after)) = rest.split_first_mut() else { break };
        let before = before.last().map(|token| &token.token);
        let after = after.first().map(|token| &token.token);
        let offset = |token: &TokenWithSpan| offset_of(text, token.span.start);
        let refuse =
            |token: &TokenWithSpan, message: &str| Err(fault(offset(token), message.to_owned(), ALLOWED));
        let mut compares = false;
        let mut is_not = false;
        match &mut token.token {
            Token::EOF => break,
            Token::Comma | Token::SingleQuotedString(_) | Token::Number(..) => {}
            Token::Eq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq => compares = true,
            Token::LParen => {
                parentheses += 1;
                compared = false;
            }
            Token::RParen => {
                parentheses = parentheses.saturating_sub(1);
                compared = false;
            }
            Token::Minus | Token::Plus => {
                let operand = matches!(
                    before,
                    None | Some(Token::Number(..) | Token::SingleQuotedString(_) | Token::RParen)
                );
                if operand || !matches!(after, Some(Token::Number(..))) {
                    return refuse(token, "a where does not calculate; a sign belongs before a number");
                }
            }
            Token::Word(word) if word.quote_style.is_none() => {
                let upper = word.value.to_ascii_uppercase();
                match WORDS.iter().find(|known| **known == upper) {
                    Some(&("AND" | "OR")) => compared = false,
                    Some(&"NOT") => is_not = true,
                    Some(&("IN" | "BETWEEN" | "LIKE" | "IS" | CONTAINS)) => compares = true,
                    Some(_) => {}
                    None if upper == "DATE" && matches!(after, Some(Token::SingleQuotedString(_))) => {}
                    None if fields.find(&word.value).is_some() => word.keyword = Keyword::NoKeyword,
                    None if upper == "SELECT" || upper == "EXISTS" => {
                        return refuse(token, "subqueries have no place in a where");
                    }
                    None if matches!(after, Some(Token::LParen)) => {
                        return refuse(token, "functions have no place in a where");
                    }
                    None if is_sql(&upper) => return refuse(token, "this word has no place in a where"),
                    None => {
                        let word = word.value.clone();
                        return Err(unknown(fields, &word, offset(token)));
                    }
                }
            }
            Token::Word(word) => {
                word.keyword = Keyword::NoKeyword;
                if fields.find(&word.value).is_none() {
                    return Err(fault(
                        offset(token),
                        "double quotes are for names of fields, and no field has this name".to_owned(),
                        "write a text in single quotes: 'savings'",
                    ));
                }
            }
            _ => return refuse(token, "this sign has no place in a where"),
        }
        nots = if is_not { nots + 1 } else { 0 };
        if parentheses + nots > DEPTH_MAX {
            return Err(too_deep(offset(token)));
        }
        if compares && compared {
            return Err(fault(
                offset(token),
                "a comparison has a field on one side and a value on the other, and no third part".to_owned(),
                "join comparisons with AND or OR",
            ));
        }
        compared |= compares;
        operators += usize::from(!matches!(
            token.token,
            Token::Comma | Token::SingleQuotedString(_) | Token::Number(..)
        ));
        if operators > OPERATORS_MAX {
            let message =
                format!("a where may have at most {OPERATORS_MAX} words and signs besides literals");
            let hint = "use IN ('a', 'b', …), whose list may be long, or split the audience";
            return Err(fault(offset(token), message, hint));
        }
    }
    Ok(())
}

/// Words of SQL that people try, for a better message than "no such field".
fn is_sql(upper: &str) -> bool {
    const TRIED: [&str; 12] = [
        "CASE",
        "ILIKE",
        "RLIKE",
        "REGEXP",
        "SIMILAR",
        "XOR",
        "UNKNOWN",
        "TIMESTAMP",
        "INTERVAL",
        "ESCAPE",
        "DISTINCT",
        "ANY",
    ];
    TRIED.contains(&upper)
}

fn unknown(fields: &Fields, word: &str, offset: usize) -> SelectionFault {
    let shown: String = word.chars().filter(|letter| !letter.is_control()).take(60).collect();
    let hint = match nearest(word, fields.names()) {
        Some(name) => format!("did you mean {name}?"),
        None => format!(
            "declare it under [source.attributes], or use one of: {}",
            fields.names().collect::<Vec<_>>().join(", ")
        ),
    };
    fault(offset, format!("{shown} is neither a declared attribute nor a mapped field"), &hint)
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
        match order {
            Some(order) => {
                let test = self.order(&named, order, literal)?;
                Ok(self.ask(named, test))
            }
            None => {
                let literal = self.literal(literal, &named.field)?;
                Ok(negate_if(*op == BinaryOperator::NotEq, self.ask(named, equal_to(literal))))
            }
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

fn fault(offset: usize, message: String, hint: &str) -> SelectionFault {
    SelectionFault { offset, message, hint: hint.to_owned() }
}

/// The parser counts lines and characters from one; faults are placed by byte.
fn offset_of(text: &str, location: Location) -> usize {
    if location.line == 0 {
        return 0;
    }
    let (mut line, mut column) = (1, 1);
    for (offset, letter) in text.char_indices() {
        if (line, column) >= (location.line, location.column) {
            return offset;
        }
        if letter == '\n' {
            (line, column) = (line + 1, 1);
        } else {
            column += 1;
        }
    }
    text.len()
}

/// Edit distance (Levenshtein), for suggestions. Names are short; a long one is far from all.
pub(super) fn distance(one: &str, other: &str) -> usize {
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
