//! The kernel's tests: known answers, tables of rules, properties, and both paths against each other.

use super::*;
use std::fmt::Write as _;

mod absences;
mod cells;
mod countries;
mod emails;
mod gaps;
mod hashes;
mod lists;
mod paths;
mod phones;
mod properties;
mod questions;
mod tails;
mod vectors;

/// A fixed key: tests compare keys with each other only.
fn key() -> RunKey {
    RunKey::from_bytes(*b"a key of one run")
}

/// The SHA-256 of a text, by the general hasher.
fn sha256(text: &str) -> Digest {
    use sha2::Digest as _;
    Digest::from_bytes(sha2::Sha256::digest(text).into())
}

fn region(code: &str) -> Option<Region> {
    Region::from_code(code)
}

/// Collects what differs and says it all at once.
#[derive(Default)]
struct Faults(String);

impl Faults {
    fn add(&mut self, fault: impl std::fmt::Display) {
        let _ = writeln!(self.0, "{fault}");
    }
}

impl Drop for Faults {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.0.is_empty(), "\n{}", self.0);
        }
    }
}

/// The page on normalisation lists every code with its description, and no other.
#[test]
fn the_documentation_lists_every_reject_code() {
    let page = include_str!("../../docs/normalisation.md");
    let mut table = String::new();
    for reject in Reject::ALL {
        let kind = match (reject.for_email(), reject.for_phone()) {
            (true, true) => "both",
            (true, false) => "e-mail",
            (false, true) => "phone",
            (false, false) => unreachable!("a code is for some kind"),
        };
        let _ = writeln!(table, "| `{}` | {kind} | {} |", reject.code(), reject.description());
    }
    let shown = page
        .split_once("<!-- codes: begin -->\n")
        .and_then(|(_, rest)| rest.split_once("<!-- codes: end -->"))
        .map_or("", |(shown, _)| shown);
    assert!(shown == table, "docs/normalisation.md must say:\n{table}");
    for form in EmailForm::ALL {
        assert!(page.contains(&format!("| `{}` |", form.code())), "{}", form.code());
    }
    for form in PhoneForm::ALL {
        assert!(page.contains(&format!("| `{}` |", form.code())), "{}", form.code());
    }
}

/// The words stand in records and answers.
#[test]
fn each_kind_has_its_word() {
    assert_eq!(Kind::ALL.map(Kind::code), ["email", "phone"]);
}
