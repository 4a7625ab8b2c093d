//! White space inside addresses and domains: what may have been meant, text by text, and what it meets.

use std::collections::BTreeSet;

use super::*;
use crate::identifiers::gaps::{each_closed_up, each_domain};

fn closed_up(cell: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    each_closed_up(cell, &mut |local, name| {
        all.insert(format!("{local}@{name}"));
    });
    all
}

fn set(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn every_text_that_may_have_been_meant_is_made_and_no_other() {
    for (cell, expected) in [
        ("ann@example.com", &[][..]),
        ("ann@example .com", &["ann@example", "ann@example.com"]),
        ("Ann@example. com", &["ann@example", "ann@example.com"]),
        ("ann@ex ample", &["ann@ex", "ann@example", "ann@ex.ample"]),
        ("ann@a b\tc", &["ann@a", "ann@ab", "ann@a.b", "ann@abc", "ann@a.b.c"]),
        ("ann@a .; b", &["ann@a"]),
        ("ann@a b_c", &["ann@a", "ann@ab", "ann@a.b"]),
        ("a b@c", &["b@c", "ab@c"]),
        ("a b.@c", &["b.@c", "ab.@c"]),
        ("x a. b@c", &["b@c", "a.b@c", "xa.b@c"]),
        ("x a .b@c", &[".b@c", "a.b@c", "xa.b@c"]),
        ("x a + b@c", &["b@c", "a+b@c", "xa+b@c"]),
        ("x: a b@c", &["b@c", "ab@c"]),
        ("x/a b@c", &["b@c", "ab@c"]),
        ("x!a b@c", &["b@c", "ab@c", "x!ab@c"]),
        ("a b@c d@e", &["b@c", "b@cd", "b@c.d", "ab@c", "ab@cd", "ab@c.d", "d@e", "cd@e"]),
        ("@ c d", &[]),
        ("a @", &[]),
        ("no sign at all", &[]),
    ] {
        assert_eq!(closed_up(cell), set(expected), "{cell:?}");
    }
    // What is longer than any domain is left.
    let long = format!("a@{}", "x ".repeat(300));
    let longest = closed_up(&long).iter().map(String::len).max();
    assert_eq!(longest, Some("a@".len() + 253 + 252));
}

#[test]
fn each_word_of_a_cell_of_domains_is_one_and_words_together() {
    let found = |cell: &str| {
        let mut all = BTreeSet::new();
        each_domain(cell, &mut |name| {
            all.insert(name.to_owned());
        });
        all
    };
    for (cell, expected) in [
        ("a.fi b.fi", &["a.fi", "b.fi", "a.fib.fi", "a.fi.b.fi"][..]),
        ("a.fi, @b.fi", &["a.fi", "@b.fi"]),
        ("a .fi", &["a", ".fi", "a.fi"]),
        ("*@a fi", &["*@a", "fi", "*@afi", "*@a.fi"]),
        ("", &[]),
    ] {
        assert_eq!(found(cell), set(expected), "{cell:?}");
    }
}

#[test]
fn what_was_meant_meets_the_address_and_its_domain() {
    let key = RunKey::from_bytes([7; 16]);
    let mut scratch = Scratch::new();
    let (mut wanted, mut other) = (Vec::new(), Vec::new());
    email_alternatives(Plaintext::new(b"ann@example.com"), &mut scratch, &key, &mut wanted, &mut other);
    assert_eq!((wanted.len(), other.len()), (1, 1));
    for (cell, meets) in [
        ("ann@example .com", true),
        ("A N N @ E X A M P L E . C O M", true),
        ("call a.nn+x@ex ample. com!", true),
        ("ann at example .com", true),
        ("ann in example .com", false),
        ("ann@example .org", false),
    ] {
        let (mut keys, mut domains) = (Vec::new(), Vec::new());
        email_alternatives(Plaintext::new(cell.as_bytes()), &mut scratch, &key, &mut keys, &mut domains);
        assert_eq!(keys.contains(&wanted[0]), meets, "{cell}");
        assert_eq!(domains.contains(&other[0]), meets, "{cell}");
    }
    for (cell, meets, is_webmail) in [
        ("example .com", true, false),
        ("example.org, EXAMPLE.COM", true, false),
        ("gmail .com", false, true),
        ("example", false, false),
    ] {
        let mut domains = Vec::new();
        assert_eq!(domain_alternatives(Plaintext::new(cell.as_bytes()), &key, &mut domains), is_webmail);
        assert_eq!(domains.contains(&other[0]), meets, "{cell}");
    }
}
