//! The lists of the page on normalisation, word by word: the kernel's tables hold the same words, and
//! each does what its list says.

use std::collections::BTreeSet;

use super::*;
use crate::identifiers::{domain, junk, phone_text};

/// The words of a list on the page.
fn listed(name: &str) -> BTreeSet<String> {
    let page = include_str!("../../../docs/normalisation.md");
    let (_, behind) =
        page.split_once(&format!("<!-- list: {name} -->\n```text\n")).expect("the list stands there");
    let (words, _) = behind.split_once("\n```\n").expect("it ends");
    words.split_whitespace().map(str::to_owned).collect()
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| word.trim().to_owned()).collect()
}

#[test]
fn the_page_and_the_tables_hold_the_same_words() {
    for (name, words) in [
        ("roles", junk::ROLES.words),
        ("placeholders", junk::LOCALS.words),
        ("labels", phone_text::LABELS),
        ("extensions", phone_text::MARKS),
        ("between", phone_text::BETWEEN),
        ("webmail", domain::HOSTS),
    ] {
        assert_eq!(listed(name), set(words), "{name}");
    }
}

#[test]
fn each_word_does_what_its_list_says() {
    let mut faults = Faults::default();
    let mut scratch = Scratch::new();
    let mut email = |text: String| match Email::parse(Plaintext::new(text.as_bytes()), &mut scratch) {
        Ok(email) => Ok(email.is_role()),
        Err(reject) => Err(reject),
    };
    for word in listed("roles") {
        for text in [format!("{word}@example.com"), format!("{}+tag@example.com", word.to_uppercase())] {
            if email(text) != Ok(true) {
                faults.add(format!("{word} is no role"));
            }
        }
        if email(format!("x{word}@example.com")) != Ok(false) {
            faults.add(format!("x{word} is a role"));
        }
    }
    for word in listed("placeholders") {
        if email(format!("{word}@example.com")) != Err(Reject::Placeholder) {
            faults.add(format!("{word} stands for somebody"));
        }
        if email(format!("{word}q@example.com")) != Ok(false) {
            faults.add(format!("{word}q stands for nobody"));
        }
    }
    for word in listed("nowhere") {
        if email(format!("ann@mail.{word}")) != Err(Reject::Placeholder) {
            faults.add(format!("mail reaches {word}"));
        }
    }
    let mut phone = |text: &str| {
        let rule = PhoneRule::default();
        Phone::parse(Plaintext::new(text.as_bytes()), region("FI"), rule, &mut scratch)
            .map(|phone| phone.wide_key(&key()))
    };
    let line = phone("+358401234567");
    for word in listed("labels") {
        for text in [format!("{word}0401234567"), format!(" {} +358 40 1234567", word.to_uppercase())] {
            if phone(&text) != line {
                faults.add(format!("{word} is no label"));
            }
        }
    }
    for word in listed("extensions") {
        for text in [format!("0401234567 {word}12"), format!("040 1234567, {word}: 1234567.")] {
            if phone(&text) != line {
                faults.add(format!("{word} is no word before an extension"));
            }
        }
        if phone(&format!("0401234567 {word} 12345678")) == line {
            faults.add(format!("{word} stands before more than an extension"));
        }
    }
    for word in listed("between") {
        let several = phone(&format!("040 1234567 {word} 050 1234567"));
        let letters = word.chars().all(char::is_alphabetic);
        if several != Err(Reject::SeveralValues) && !(letters && several.is_err()) {
            faults.add(format!("{word} stands inside one number"));
        }
    }
    for host in listed("webmail") {
        if !is_webmail_domain(Plaintext::new(host.as_bytes())) {
            faults.add(format!("{host} is no public mail host"));
        }
    }
}
