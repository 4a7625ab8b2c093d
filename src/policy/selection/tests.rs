//! Tests of the `where`: answers by the tableful, refusals with their place and hint, Kleene's laws,
//! and a naive evaluator beside the real one.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

fn fields() -> Fields {
    Fields::new()
        .with("plan", None)
        .with("points", None)
        .with("since", None)
        .with("tags", Some(";"))
        .with("order", None)
}

fn parse(text: &str) -> Selection {
    Selection::parse(text, &fields()).unwrap_or_else(|fault| panic!("{text}: {fault:?}"))
}

fn refuse(text: &str) -> SelectionFault {
    Selection::parse(text, &fields()).expect_err(text)
}

/// Answers for a row given as field = cell; a field that is not given is blank.
fn answer(selection: &Selection, row: &HashMap<&str, &str>) -> Tri {
    selection.evaluate(&mut |index| {
        let predicate = &selection.predicates()[index];
        predicate.answer(row.get(predicate.field.name()).copied().unwrap_or_default().as_bytes())
    })
}

fn check(text: &str, row: &[(&str, &str)], expected: Tri) {
    let row = row.iter().copied().collect();
    assert_eq!(answer(&parse(text), &row), expected, "{text} of {row:?}");
}

#[test]
fn each_operator_answers_as_documented() {
    use Tri::{No, Unknown, Yes};
    #[rustfmt::skip]
    let table: &[(&str, &str, &str, Tri)] = &[
        ("plan = 'gold'", "plan", "gold", Yes),
        ("plan = 'gold'", "plan", " gold\t", Yes),
        ("plan = 'gold'", "plan", "\u{feff}gold\u{a0}", Yes),
        ("plan = 'gold'", "plan", "\u{200d}\u{2060}gold\u{3000}\u{200b}", Yes),
        ("plan = 'gold'", "plan", "\u{b}gold\u{85}", Yes),
        ("plan = 'gold'", "plan", "go\u{200b}ld", No),
        ("plan = 'gold'", "plan", "Gold", No),
        ("plan = 'gold'", "plan", "", Unknown),
        ("plan = 'gold'", "plan", " \u{a0} ", Unknown),
        ("plan = 'it''s'", "plan", "it's", Yes),
        ("plan <> 'gold'", "plan", "silver", Yes),
        ("plan != 'gold'", "plan", "gold", No),
        ("plan <> 'gold'", "plan", "", Unknown),
        ("NOT plan = 'gold'", "plan", "silver", Yes),
        ("NOT plan = 'gold'", "plan", "", Unknown),
        ("plan IN ('gold', 'silver')", "plan", "silver", Yes),
        ("plan IN ('gold', 'silver')", "plan", "tin", No),
        ("plan NOT IN ('gold', 'silver')", "plan", "tin", Yes),
        ("plan NOT IN ('gold', 'silver')", "plan", "", Unknown),
        ("plan IN ('a','b','c','d','e','f','g','h','i','j')", "plan", "j", Yes),
        ("plan IN ('a','b','c','d','e','f','g','h','i','j')", "plan", "k", No),
        ("plan IS NULL", "plan", "", Yes),
        ("plan IS NULL", "plan", "  ", Yes),
        ("plan IS NULL", "plan", "x", No),
        ("plan IS NOT NULL", "plan", "", No),
        ("plan IS NOT NULL", "plan", "x", Yes),
        ("plan LIKE 'g%d'", "plan", "gold", Yes),
        ("plan LIKE 'g%d'", "plan", "gd", Yes),
        ("plan LIKE 'g%d'", "plan", "golden", No),
        ("plan LIKE '%old%'", "plan", "golden", Yes),
        ("plan LIKE '_'", "plan", "ä", Yes),
        ("plan LIKE '__'", "plan", "ä", No),
        ("plan LIKE '%'", "plan", "x", Yes),
        ("plan LIKE '%'", "plan", "", Unknown),
        ("plan LIKE '%a%b%'", "plan", "xxaxxbxx", Yes),
        ("plan LIKE '%ab'", "plan", "aab", Yes),
        ("plan LIKE 'G%'", "plan", "gold", No),
        ("plan NOT LIKE 'g%'", "plan", "tin", Yes),
        ("points > 9", "points", "10", Yes),
        ("points > 9", "points", "9", No),
        ("points > 9", "points", "9.0001", Yes),
        ("points >= 9", "points", "+9.000", Yes),
        ("points < -1.5", "points", "-1.6", Yes),
        ("points < -1.5", "points", "-1.4", No),
        ("points <= 0", "points", "-0", Yes),
        ("points < -1", "points", "-5", Yes),
        ("points < -1", "points", "5", No),
        ("points < 0", "points", "-0.5", Yes),
        ("points > -1", "points", "-0.5", Yes),
        ("points = 0", "points", "-0.00", Yes),
        ("points > 9", "points", "ten", Unknown),
        ("points <= 9", "points", "1 0", Unknown),
        ("points = 5", "points", "05.0", Yes),
        ("points = 5", "points", "5,0", Unknown),
        ("points = 5", "points", "1e1", Unknown),
        ("points = 5", "points", ".5", Unknown),
        ("points = 5", "points", "5.", Unknown),
        ("points = 5", "points", "five", Unknown),
        ("points <> 5", "points", "five", Unknown),
        ("points IN (1, 2.50)", "points", "2.5", Yes),
        ("points > 99999999999999999999", "points", "100000000000000000000", Yes),
        ("points BETWEEN 1 AND 3", "points", "3", Yes),
        ("points BETWEEN 1 AND 3", "points", "3.1", No),
        ("points NOT BETWEEN 1 AND 3", "points", "0", Yes),
        ("points NOT BETWEEN 1 AND 3", "points", "", Unknown),
        ("5 < points", "points", "6", Yes),
        ("5 >= points", "points", "6", No),
        ("since >= DATE '2024-02-29'", "since", "2024-02-29", Yes),
        ("since >= DATE '2024-02-29'", "since", "2024-02-29T23:59:59Z", Yes),
        ("since >= DATE '2024-02-29'", "since", "2024-02-28 10:00", No),
        ("since >= DATE '2024-02-29'", "since", "2024-02-30", Unknown),
        ("since >= DATE '2024-02-29'", "since", "29.2.2024", Unknown),
        ("since >= DATE '2024-02-29'", "since", "2024-02-290", Unknown),
        ("since = DATE '2024-02-29'", "since", "2024-02-29", Yes),
        ("since = DATE '2024-02-29'", "since", "soon", Unknown),
        ("since <> DATE '2024-02-29'", "since", "2024-02-2x", Unknown),
        ("since < DATE '2024-02-29'", "since", "2024/02-28", Unknown),
        ("since < DATE '2024-02-29'", "since", "2024-02/28", Unknown),
        ("since < DATE '2024-02-29'", "since", "2024/02/28", Unknown),
        ("since < DATE '2024-02-29'", "since", "2024-02-28x", Unknown),
        ("since < DATE '2024-02-29'", "since", "2019-12-31", Yes),
        ("since IN (DATE '2024-01-01', DATE '2024-02-29')", "since", "2024-02-29", Yes),
        ("since IN (DATE '2024-01-01', DATE '2024-02-29')", "since", "2024-02-28", No),
        ("since BETWEEN DATE '2024-01-01' AND DATE '2024-12-31'", "since", "2025-01-01", No),
        ("tags CONTAINS 'a'", "tags", "b; a ;c", Yes),
        ("tags CONTAINS 'a'", "tags", "b;ab", No),
        ("tags CONTAINS 'a'", "tags", "", Unknown),
        ("tags CONTAINS 'a'", "tags", ";;", Unknown),
        ("tags contains 'a'", "tags", "a", Yes),
        ("NOT tags CONTAINS 'a'", "tags", "b", Yes),
        ("tags NOT CONTAINS 'a'", "tags", "a;b", No),
        ("tags NOT CONTAINS 'a'", "tags", "b", Yes),
        ("tags NOT CONTAINS 'a'", "tags", "", Unknown),
        ("tags CONTAINS 5", "tags", "x;5.0", Yes),
        ("tags CONTAINS 5", "tags", "x;6", Unknown),
        ("tags CONTAINS 5", "tags", "7;6", No),
        ("tags IS NULL", "tags", " ; ", Yes),
        ("tags IS NULL", "tags", ";a", No),
        ("plan CONTAINS 'gold'", "plan", "gold", Yes),
        ("plan CONTAINS 'gold'", "plan", "gold;x", No),
        ("country = 'fi'", "country", "FI", Yes),
        ("country IN ('FI', 'SE')", "country", "EE", No),
        ("relationship = 'current'", "relationship", "current", Yes),
        ("party = 'business'", "party", "consumer", No),
        ("age >= 25", "age", "24", No),
        ("age >= 25", "age", "", Unknown),
        ("TRUE", "plan", "", Yes),
        ("FALSE", "plan", "", No),
        ("NOT TRUE", "plan", "", No),
        ("plan = 'a' OR TRUE", "plan", "", Yes),
        ("plan = 'a' AND FALSE", "plan", "", No),
        ("plan = 'a' AND TRUE", "plan", "", Unknown),
        ("plan = 'a' OR plan IS NULL", "plan", "", Yes),
        ("plan = 'a' OR plan <> 'a'", "plan", "", Unknown),
        ("plan = 'a' OR plan = 'b' AND points = 1", "plan", "a", Yes),
        ("(plan = 'a' OR plan = 'b') AND points = 1", "plan", "a", Unknown),
        ("\"plan\" = 'a' -- a remark", "plan", "a", Yes),
        ("order = 'x' AND \"order\" <> 'y'", "order", "x", Yes),
        ("plan = ('a')", "plan", "a", Yes),
        ("(plan) IS NULL", "plan", "", Yes),
    ];
    for (text, field, cell, expected) in table {
        check(text, &[(field, cell)], *expected);
    }
}

#[test]
fn a_cell_that_is_not_utf8_is_unknown_and_not_blank() {
    let selection = parse("plan <> 'x' AND plan IS NOT NULL");
    let answers: Vec<_> =
        selection.predicates().iter().map(|predicate| predicate.answer(b"\xff\xfe")).collect();
    assert_eq!(answers, [Tri::Unknown, Tri::No]);
}

#[test]
fn everything_else_is_refused_with_its_place_and_a_hint() {
    #[rustfmt::skip]
    let table: &[(&str, usize, &str, &str)] = &[
        ("", 0, "not a condition", "IS NULL"),
        ("plan", 0, "field alone", "IS NOT NULL"),
        ("'x'", 0, "value alone", "CONTAINS"),
        ("plan = ", 7, "not a condition", "BETWEEN"),
        ("plan = 'x' AND", 14, "not a condition", "BETWEEN"),
        ("plan = 'x' plan", 11, "ends before", "AND or OR"),
        ("plan = 'x", 7, "not closed", "twice"),
        ("plan = \"gold\"", 7, "double quotes", "single quotes"),
        ("plan = points", 7, "with a field", "single quotes"),
        ("paln = 'x'", 0, "paln is neither", "did you mean plan"),
        ("colour = 'x'", 0, "neither a declared", "[source.attributes]"),
        ("plan = 'x' AND colour = 'x'", 15, "neither a declared", "country"),
        ("plan = 'x' AND\n plan = 'y' OR\ncolour = 'x'", 30, "neither a declared", "country"),
        ("plan = 'ö' OR plan == 'x'", 20, "one equals sign", "country = 'FI'"),
        ("lower(plan) = 'x'", 0, "functions", "LIKE"),
        ("plan = lower('x')", 7, "functions", "LIKE"),
        ("plan IN (SELECT 'x')", 9, "subqueries", "IN"),
        ("plan IN (lower('x'))", 9, "functions", "IN"),
        ("EXISTS (SELECT 1)", 0, "subqueries", "IN"),
        ("plan = ?", 7, "no place", "IN"),
        ("plan = :x", 7, "no place", "IN"),
        ("plan = $1", 7, "no place", "IN"),
        ("points + 1 = 2", 0, "a comparison has a field", "IN"),
        ("points = 1 + 1", 11, "calculate", "IN"),
        ("plan || 'x' = 'y'", 5, "no place", "IN"),
        ("plan::int = 1", 4, "no place", "IN"),
        ("plan.plan = 'x'", 4, "no place", "IN"),
        ("CASE WHEN plan = 'x' THEN TRUE END", 0, "no place", "IN"),
        ("plan = NULL", 7, "NULL", "IS NULL"),
        ("plan IN ('x', NULL)", 14, "NULL", "IS NULL"),
        ("plan IN ('x', 1)", 0, "one type", "all text"),
        ("plan = ''", 7, "empty text", "IS NULL"),
        ("plan = ' x'", 7, "white space", "edges"),
        ("plan < 'm'", 7, "no order", "DATE"),
        ("plan BETWEEN 'a' AND 'b'", 13, "no order", "DATE"),
        ("since > '2024-01-01'", 8, "no order", "DATE"),
        ("since > DATE '2024-02-30'", 13, "calendar", "YYYY-MM-DD"),
        ("since > DATE '2024-02-01 10:00'", 13, "calendar", "YYYY-MM-DD"),
        ("since > TIMESTAMP '2024-02-01'", 8, "no place", "DATE"),
        ("points = 1e3", 9, "digits", "1000"),
        ("points = .5", 9, "digits", "0.5"),
        ("plan LIKE 5", 10, "LIKE takes", "%"),
        ("plan LIKE 'x' ESCAPE '!'", 14, "no place", "LIKE"),
        ("plan ILIKE 'x'", 5, "no place", "LIKE"),
        ("plan SIMILAR TO 'x'", 5, "no place", "LIKE"),
        ("country LIKE 'F%'", 0, "declared attributes", "IN"),
        ("plan IS TRUE", 0, "no place", "IS NULL"),
        ("tags = 'x'", 0, "several values", "tags CONTAINS"),
        ("tags IN ('x')", 0, "several values", "tags CONTAINS"),
        ("tags LIKE 'x'", 0, "several values", "tags CONTAINS"),
        ("country = 'Finland'", 10, "never has this value", "two letters"),
        ("country > 'FI'", 0, "no order", "IN"),
        ("relationship = 'active'", 15, "never has this value", "'current'"),
        ("party = 'company'", 8, "never has this value", "'business'"),
        ("age = '18'", 6, "never has this value", "without quotes"),
        ("age > DATE '2000-01-01'", 11, "never has this value", "whole years"),
        ("1 = 1", 0, "field on one side", "IN"),
        ("plan = TRUE", 7, "expected here", "IN"),
        ("plan = 'a' = 'b'", 11, "no third part", "AND or OR"),
        ("plan = 'a' XOR plan = 'b'", 11, "no place", "AND"),
    ];
    let mut wrong = Vec::new();
    for (text, offset, message, hint) in table {
        match Selection::parse(text, &fields()) {
            Err(fault)
                if fault.offset == *offset
                    && fault.message.contains(message)
                    && fault.hint.contains(hint) => {}
            other => wrong.push(format!("{text}\n    {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn deep_and_long_texts_are_refused_without_overflow() {
    for text in [
        "(".repeat(30_000),
        "(".repeat(1_000),
        format!("{}plan = 'x'{}", "(".repeat(400), ")".repeat(400)),
        format!("{}plan = 'x'", "NOT ".repeat(900)),
        format!("plan = {}1", "-".repeat(900)),
        format!("plan = {}1", "- ".repeat(900)),
        format!("plan = 'x'{}", " = 'x'".repeat(1_000)),
        format!("plan{}", " CONTAINS 'x'".repeat(900)),
        format!("plan IN {}", "(".repeat(900)),
        format!("plan BETWEEN {}", "1 AND ".repeat(900)),
        "plan = 'x' AND ".repeat(5_000),
        format!("plan = '{}'", "x".repeat(TEXT_MAX)),
        "CASE ".repeat(900),
        "DATE ".repeat(900),
        "CAST(".repeat(400),
        "INTERVAL ".repeat(900),
        "ARRAY ".repeat(900),
        "SELECT (".repeat(400),
        "((SELECT (".repeat(100),
        "plan = 'x' OR NOT (".repeat(100),
        format!("{}TRUE{}", "TRUE OR NOT (".repeat(11), ")".repeat(11)),
    ] {
        refuse(&text);
    }
    let deepest = format!("{}plan = 'x'{}", "(".repeat(DEPTH_MAX), ")".repeat(DEPTH_MAX));
    parse(&deepest);
    // To the limit, and one more: nesting, words and signs, bytes.
    parse(&format!("{}plan = 'x'", "NOT ".repeat(DEPTH_MAX)));
    let deeper = refuse(&format!("{}plan = 'x'", "NOT ".repeat(DEPTH_MAX + 1)));
    assert_eq!((deeper.offset, deeper.message.contains("deep")), (4 * DEPTH_MAX, true));
    let deeper = refuse(&format!("{}plan = 'x'", "(".repeat(DEPTH_MAX + 1)));
    assert_eq!((deeper.offset, deeper.message.contains("deep")), (DEPTH_MAX, true));
    let longest = vec!["plan = 'x'"; OPERATORS_MAX / 3].join(" OR ");
    assert_eq!(parse(&format!("NOT NOT {longest}")).predicates().len(), 1);
    assert!(refuse(&format!("NOT NOT NOT {longest}")).message.contains("words and signs"));
    let filled = |bytes: usize| format!("plan = '{}'", "x".repeat(bytes - "plan = ''".len()));
    assert_eq!(parse(&filled(TEXT_MAX)).text(), filled(TEXT_MAX));
    assert!(refuse(&filled(TEXT_MAX + 1)).message.contains("bytes"));
    let codes: Vec<_> = (0..5_000).map(|code| format!("'{code}'")).collect();
    check(&format!("plan IN ({})", codes.join(",")), &[("plan", "4999")], Tri::Yes);
}

#[test]
fn a_question_asked_twice_is_one_predicate() {
    let selection =
        parse("plan = 'a' OR plan <> 'a' AND plan IN ('a', 'a') OR points = 1.50 AND points = 1.5");
    assert_eq!(selection.predicates().len(), 2);
    let other = parse("points = 1.500");
    assert_eq!(selection.predicates()[1], other.predicates()[0]);
    let names: Vec<_> = selection.fields().into_iter().map(Field::name).collect();
    assert_eq!(names, ["plan", "points"]);
}

#[test]
fn a_misspelt_name_is_one_letter_off_and_one_more_for_each_four() {
    for (word, expected) in [
        ("plan", Some("plan")),
        ("PLAN", Some("plan")),
        ("pln", Some("plan")),
        ("pxyn", Some("plan")),
        ("plants", Some("plan")),
        ("xyzn", None),
        ("planxyz", None),
        ("p", None),
        ("n", None),
        ("tags", Some("tag")),
        ("taks", None),
        ("tokens", None),
    ] {
        assert_eq!(nearest(word, ["tag", "plan"]), expected, "{word}");
    }
}

#[test]
fn a_predicate_tells_what_separates_its_values() {
    let selection = parse("plan = 'a' AND tags CONTAINS 'a'");
    let separators: Vec<_> = selection.predicates().iter().map(Predicate::separator).collect();
    assert_eq!(separators, [None, Some(";")]);
}

#[test]
fn what_cannot_change_the_answer_is_not_asked() {
    let selection = parse("plan = 'a' AND points = 1");
    let mut asked = Vec::new();
    let answer = selection.evaluate(&mut |index| {
        asked.push(index);
        Tri::No
    });
    assert_eq!((answer, asked), (Tri::No, vec![0]));
}

#[test]
fn kleenes_laws_hold() {
    for a in Tri::ALL {
        assert_eq!(!!a, a);
        assert_eq!(a.and(a), a);
        assert_eq!(a.or(a), a);
        assert_eq!(a.and(Tri::Yes), a);
        assert_eq!(a.or(Tri::No), a);
        assert_eq!(a.and(Tri::No), Tri::No);
        assert_eq!(a.or(Tri::Yes), Tri::Yes);
        for b in Tri::ALL {
            assert_eq!(a.and(b), b.and(a));
            assert_eq!(a.or(b), b.or(a));
            assert_eq!(!(a.and(b)), (!a).or(!b));
            assert_eq!(a.or(a.and(b)), a);
            for c in Tri::ALL {
                assert_eq!(a.and(b.or(c)), a.and(b).or(a.and(c)));
                assert_eq!(a.and(b.and(c)), a.and(b).and(c));
            }
        }
    }
    // Unknown stands for either: what both agree on is known, all else is unknown.
    for b in [Tri::No, Tri::Yes] {
        let both = [Tri::No.and(b), Tri::Yes.and(b)];
        assert_eq!(Tri::Unknown.and(b), if both[0] == both[1] { both[0] } else { Tri::Unknown });
    }
}

/// An expression as the naive evaluator sees it.
#[derive(Debug, Clone)]
enum Naive {
    Equal(usize, u8),
    Less(usize, u8),
    OneOf(usize, Vec<u8>),
    Between(usize, u8, u8),
    Blank(usize),
    Known(bool),
    Not(Box<Naive>),
    And(Box<Naive>, Box<Naive>),
    Or(Box<Naive>, Box<Naive>),
}

const COLUMNS: [&str; 3] = ["plan", "points", "since"];

impl Naive {
    fn text(&self) -> String {
        match self {
            Self::Equal(column, value) => format!("{} = {value}", COLUMNS[*column]),
            Self::Less(column, value) => format!("{} < {value}", COLUMNS[*column]),
            Self::OneOf(column, values) => {
                let values: Vec<_> = values.iter().map(u8::to_string).collect();
                format!("{} IN ({})", COLUMNS[*column], values.join(", "))
            }
            Self::Between(column, low, high) => format!("{} BETWEEN {low} AND {high}", COLUMNS[*column]),
            Self::Blank(column) => format!("{} IS NULL", COLUMNS[*column]),
            Self::Known(known) => known.to_string(),
            Self::Not(inner) => format!("NOT ({})", inner.text()),
            Self::And(one, other) => format!("({}) AND ({})", one.text(), other.text()),
            Self::Or(one, other) => format!("({}) OR ({})", one.text(), other.text()),
        }
    }

    /// `None` is unknown.
    fn answer(&self, row: [Option<u8>; 3]) -> Option<bool> {
        match self {
            Self::Equal(column, value) => row[*column].map(|cell| cell == *value),
            Self::Less(column, value) => row[*column].map(|cell| cell < *value),
            Self::OneOf(column, values) => row[*column].map(|cell| values.contains(&cell)),
            Self::Between(column, low, high) => row[*column].map(|cell| (*low..=*high).contains(&cell)),
            Self::Blank(column) => Some(row[*column].is_none()),
            Self::Known(known) => Some(*known),
            Self::Not(inner) => inner.answer(row).map(|answer| !answer),
            Self::And(one, other) => match (one.answer(row), other.answer(row)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Self::Or(one, other) => match (one.answer(row), other.answer(row)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
        }
    }
}

fn naive() -> impl Strategy<Value = Naive> {
    let column = 0..3_usize;
    let leaf = prop_oneof![
        (column.clone(), 0..4_u8).prop_map(|(column, value)| Naive::Equal(column, value)),
        (column.clone(), 0..4_u8).prop_map(|(column, value)| Naive::Less(column, value)),
        (column.clone(), prop::collection::vec(0..4_u8, 1..4))
            .prop_map(|(column, values)| Naive::OneOf(column, values)),
        (column.clone(), 0..4_u8, 0..4_u8).prop_map(|(column, low, high)| Naive::Between(column, low, high)),
        column.prop_map(Naive::Blank),
        any::<bool>().prop_map(Naive::Known),
    ];
    leaf.prop_recursive(6, 40, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Naive::Not(Box::new(inner))),
            (inner.clone(), inner.clone())
                .prop_map(|(one, other)| Naive::And(Box::new(one), Box::new(other))),
            (inner.clone(), inner).prop_map(|(one, other)| Naive::Or(Box::new(one), Box::new(other))),
        ]
    })
}

proptest! {
    #[test]
    fn it_agrees_with_a_naive_evaluator(expr in naive(), row in prop::array::uniform3(prop::option::of(0..4_u8))) {
        let cells: Vec<String> =
            row.iter().map(|cell| cell.map(|cell| cell.to_string()).unwrap_or_default()).collect();
        let map = COLUMNS.iter().copied().zip(cells.iter().map(String::as_str)).collect();
        let expected = expr.answer(row).map_or(Tri::Unknown, Tri::from);
        prop_assert_eq!(answer(&parse(&expr.text()), &map), expected);
    }

    /// Filling a blank never turns a known answer round, unless blankness itself is asked about.
    #[test]
    fn what_was_known_stays_known_when_a_blank_is_filled(
        expr in naive(), row in prop::array::uniform3(prop::option::of(0..4_u8)), fill in 0..4_u8,
    ) {
        prop_assume!(!expr.text().contains("IS NULL"));
        let before = expr.answer(row);
        let after = expr.answer(row.map(|cell| cell.or(Some(fill))));
        let filled: Vec<String> = row.iter().map(|cell| cell.unwrap_or(fill).to_string()).collect();
        let map = COLUMNS.iter().copied().zip(filled.iter().map(String::as_str)).collect();
        prop_assert_eq!(answer(&parse(&expr.text()), &map), after.map_or(Tri::Unknown, Tri::from));
        if before.is_some() {
            prop_assert_eq!(before, after);
        }
    }

    #[test]
    fn no_text_and_no_cell_makes_it_panic(text in "\\PC{0,60}", cell in prop::collection::vec(any::<u8>(), 0..30)) {
        if let Err(fault) = Selection::parse(&text, &fields()) {
            prop_assert!(text.is_char_boundary(fault.offset));
        }
        for question in ["tags CONTAINS 'a'", "points < 5", "since > DATE '2024-01-01'", "plan LIKE '%a_%'"] {
            for predicate in parse(question).predicates() {
                let _ = predicate.answer(&cell);
            }
        }
    }

    #[test]
    fn words_in_any_order_make_no_panic(words in prop::collection::vec(prop::sample::select(vec![
        "plan", "tags", "(", ")", "AND", "OR", "NOT", "IN", "'x'", "1", "=", "<", "BETWEEN", "LIKE", "IS", "NULL",
        "CONTAINS", "DATE", "TRUE", ",", "-", "SELECT", "CASE", "WHEN", "END", "EXISTS", "CAST", "AS", "\"q\"", "é",
    ]), 0..25)) {
        let text = words.join(" ");
        if let Err(fault) = Selection::parse(&text, &fields()) {
            prop_assert!(text.is_char_boundary(fault.offset));
            prop_assert!(!fault.hint.is_empty());
        }
    }
}
