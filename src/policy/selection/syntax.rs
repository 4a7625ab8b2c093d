//! Text to a syntax tree: what is let through to the SQL parser, and what is refused before it.
//!
//! Only words, literals and a closed set of signs go on to the parser: most of SQL is refused before it
//! is parsed, and how deep a text can go is bounded before anything recurses. The parser's own messages
//! are never passed on, since they quote what they read. What the tree means is `parse.rs`'s business.

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};
use sqlparser::dialect::{Dialect, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

use super::{ALLOWED, DEPTH_MAX, Fields, OPERATORS_MAX, SelectionFault, TEXT_MAX, nearest};

pub(super) type Result<T> = std::result::Result<T, SelectionFault>;

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

/// The operator of our own.
pub(super) const CONTAINS: &str = "CONTAINS";

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

/// The words that mean something of their own, in capitals.
const WORDS: [&str; 11] =
    ["AND", "OR", "NOT", "IN", "BETWEEN", "LIKE", "IS", "NULL", CONTAINS, "TRUE", "FALSE"];

/// Reads the text as one expression of admitted tokens.
pub(super) fn expression(text: &str, fields: &Fields) -> Result<Expr> {
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
        let mut is_comparison = false;
        let mut is_not = false;
        match &mut token.token {
            Token::EOF => break,
            Token::Comma | Token::SingleQuotedString(_) | Token::Number(..) => {}
            Token::Eq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq => {
                is_comparison = true;
            }
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
                    Some(&("IN" | "BETWEEN" | "LIKE" | "IS" | CONTAINS)) => is_comparison = true,
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
            Token::DoubleEq => {
                let what = "one equals sign is enough".to_owned();
                return Err(fault(offset(token), what, "write country = 'FI'"));
            }
            _ => return refuse(token, "this sign has no place in a where"),
        }
        nots = if is_not { nots + 1 } else { 0 };
        if parentheses + nots > DEPTH_MAX {
            return Err(too_deep(offset(token)));
        }
        if is_comparison && compared {
            return Err(fault(
                offset(token),
                "a comparison has a field on one side and a value on the other, and no third part".to_owned(),
                "join comparisons with AND or OR",
            ));
        }
        compared |= is_comparison;
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

/// The fault of a name that no field has.
pub(super) fn unknown(fields: &Fields, word: &str, offset: usize) -> SelectionFault {
    let shown: String = word.chars().filter(|letter| !letter.is_control()).take(60).collect();
    let hint = match nearest(word, fields.names()) {
        Some(name) => format!("did you mean {name}?"),
        None => format!(
            "declare it under [source.attributes], or use one of: {}; a value stands in single quotes: 'FI'",
            fields.names().collect::<Vec<_>>().join(", ")
        ),
    };
    fault(offset, format!("{shown} is neither a declared attribute nor a mapped field"), &hint)
}

pub(super) fn fault(offset: usize, message: String, hint: &str) -> SelectionFault {
    SelectionFault { offset, message, hint: hint.to_owned() }
}

/// The parser counts lines and characters from one; faults are placed by byte.
pub(super) fn offset_of(text: &str, location: Location) -> usize {
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
