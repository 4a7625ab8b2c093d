//! A row of the base, from its index: what its cells say, what a register says of it, and what
//! that comes to for the person.
//!
//! Promises: the facts are decided first and the cells are written so as to cause them; both rows
//! of one customer id carry the same facts. It does not know how a cell is spelled out
//! (`spelling.rs`) nor what an audience makes of the facts (`fate.rs`).

use super::code::Code;
use super::numbers::{Country, Draw, mix};
use super::plan::{Kind, Place, Plan};
use super::words::PRODUCTS;

/// What holds for a person, whichever audience asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    /// Bits of the [`Code`]s that do not depend on the audience.
    pub(super) against: u16,
    /// Where they live; `None`: the cell is no country.
    pub(super) country: Option<Country>,
    /// Whether they save; `None`: the cell is blank.
    pub(super) saves: Option<bool>,
    /// Whether the ground is consent rather than legitimate interest.
    pub(super) by_consent: bool,
    /// Whether both of Google's signals are granted.
    pub(super) signals_granted: bool,
}

impl Facts {
    fn add(&mut self, code: Code) {
        self.against |= 1 << code as u8;
    }
}

/// How a customer's own cell spells an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EmailStyle {
    Plain,
    Upper,
    Spaced,
    Tagged,
    Undotted,
}

/// The e-mail cell.
#[derive(Debug, Clone, Copy)]
pub(super) enum EmailCell {
    Blank,
    /// The address of an index.
    Address {
        index: u64,
        gmail: bool,
        style: EmailStyle,
    },
    /// No address, though it looks a little like one.
    Broken,
}

/// The phone cell.
#[derive(Debug, Clone, Copy)]
pub(super) enum PhoneCell {
    Blank,
    /// The number of an index, in one of the usual spellings.
    Number(u64),
    /// Without its plus.
    LostPlus(u64),
    /// As a spreadsheet shows it, every digit kept.
    Spreadsheet(u64),
    /// As a spreadsheet shows it, digits gone.
    LostDigits(u64),
    /// Zeros.
    Zeros,
}

/// The line that a register has because of this row.
#[derive(Debug, Clone, Copy)]
pub(super) enum Entry {
    /// Customer id with its scope and status cells.
    Id { scope: &'static str, status: &'static str },
    /// The address of the e-mail cell, in an odd spelling.
    Email,
    /// The address of the work e-mail cell.
    WorkEmail,
    /// The number of an index, in an odd spelling.
    Phone(u64),
}

/// One row.
pub(super) struct Row {
    /// The index whose customer id this is.
    pub(super) customer: u64,
    /// Whether this is the row that stands for the person in the truth.
    pub(super) leads: bool,
    pub(super) email: EmailCell,
    /// The index whose work address this is.
    pub(super) work: Option<u64>,
    pub(super) phone: PhoneCell,
    pub(super) country: &'static str,
    pub(super) birth: Birth,
    pub(super) relationship: &'static str,
    pub(super) flag: &'static str,
    pub(super) basis: &'static str,
    pub(super) signals: (&'static str, &'static str),
    pub(super) products: &'static str,
    pub(super) entry: Option<Entry>,
    pub(super) facts: Facts,
}

/// The birth date cell.
#[derive(Debug, Clone, Copy)]
pub(super) enum Birth {
    /// Year, month, day.
    Day(u32, u32, u32),
    /// As is.
    Text(&'static str),
}

/// Scope cells of the id register that bind every audience: its words, one nobody knows, and a
/// blank that leaves it to the register.
const BINDING_SCOPES: [&str; 6] =
    ["off_platform_targeting", "all_marketing", "targeting", "phone", "everything", ""];

/// The row of an index.
pub(super) fn row(seed: u64, plan: &Plan, index: u64) -> Row {
    let place = plan.place(index);
    let customer = match place.kind {
        Kind::Duplicate | Kind::DuplicateFlagOnSecond | Kind::DuplicateFormerOnSecond => place.first,
        Kind::DuplicateBridge if place.member < 2 => place.first,
        _ => index,
    };
    let mut row = ordinary(seed, index, customer);
    if place.kind != Kind::Clean && !single(seed, index, place.kind, &mut row) {
        group(seed, index, place, &mut row);
    }
    row
}

/// Whether this group's objector is one by the flag: the first of three ways.
pub(super) fn objects_by_flag(seed: u64, place: Place) -> bool {
    way(seed, place) == 0
}

/// Which of three ways the objector of a group objects.
fn way(seed: u64, place: Place) -> u64 {
    mix(seed, place.first, 0x0b1) % 3
}

/// A customer with nothing against them.
fn ordinary(seed: u64, index: u64, customer: u64) -> Row {
    // Everything about the person comes from the customer, so that both rows agree.
    let mut person = Draw::new(seed, customer, 1);
    let country = Country::at(customer);
    let (products, saves) = person.pick(&PRODUCTS);
    let by_consent = person.chance(30);
    let (signals, signals_granted) = match (by_consent, person.below(20)) {
        (true, 0..14) | (false, 0..3) => (("GRANTED", "GRANTED"), true),
        (true, 14..16) => (("GRANTED", "DENIED"), false),
        (true, 16..18) => (("DENIED", "DENIED"), false),
        (true, 18) => (("GRANTED", ""), false),
        (_, _) => (("", ""), false),
    };
    let birth = Birth::Day(1940 + person.below(65), 1 + person.below(12), 1 + person.below(28));
    let flag = if person.chance(80) { "E" } else { "0" };

    let mut cells = Draw::new(seed, index, 2);
    let style = match cells.below(100) {
        0..3 => EmailStyle::Upper,
        3..6 => EmailStyle::Spaced,
        6..8 => EmailStyle::Tagged,
        _ => EmailStyle::Plain,
    };
    Row {
        customer,
        leads: customer == index,
        email: EmailCell::Address { index, gmail: false, style },
        work: cells.chance(8).then_some(index),
        phone: PhoneCell::Number(customer),
        country: country.code(),
        birth,
        relationship: "active",
        flag,
        basis: if by_consent { "consent" } else { "legitimate_interest" },
        signals,
        products,
        entry: None,
        facts: Facts { against: 0, country: Some(country), saves: Some(saves), by_consent, signals_granted },
    }
}

/// Makes a row of one of the kinds that stand alone; says whether it was one.
fn single(seed: u64, index: u64, kind: Kind, row: &mut Row) -> bool {
    let mut draw = Draw::new(seed, index, 3);
    match kind {
        Kind::EmailOnly => row.phone = PhoneCell::Blank,
        Kind::PhoneOnly => phone_only(row),
        Kind::FlagOptedOut => opt_out(row),
        Kind::FlagBlank => {
            row.flag = "";
            row.facts.add(Code::TargetingUnknown);
        }
        Kind::FlagUnlisted => {
            row.flag = "?";
            row.facts.add(Code::TargetingUnknown);
        }
        Kind::NamedById => {
            row.entry = Some(id_entry(&mut draw));
            row.facts.add(Code::OnRegister);
        }
        Kind::NamedByEmail => name_by(row, Entry::Email),
        Kind::NamedByGmail => {
            row.email = EmailCell::Address { index, gmail: true, style: EmailStyle::Plain };
            name_by(row, Entry::Email);
        }
        Kind::NamedByWorkEmail => {
            row.work = Some(index);
            name_by(row, Entry::WorkEmail);
        }
        Kind::NamedByPhone => name_by(row, Entry::Phone(index)),
        Kind::NamedByPhoneInSpreadsheetForm => {
            row.phone = PhoneCell::Spreadsheet(index);
            name_by(row, Entry::Phone(index));
        }
        Kind::LiftedEntry => {
            row.entry = Some(Entry::Id { scope: "off_platform_targeting", status: "lifted" });
        }
        Kind::OtherScope => {
            let scope = draw.pick(&["profiling", "lookalike"]);
            row.entry = Some(Entry::Id { scope, status: "active" });
        }
        Kind::BasisNone => {
            row.basis = "none";
            row.facts.add(Code::NoConsent);
        }
        Kind::BasisBlank => {
            row.basis = "";
            row.facts.add(Code::BasisUnknown);
        }
        Kind::BasisUnlisted => {
            row.basis = "pending";
            row.facts.add(Code::BasisUnknown);
        }
        Kind::Minor => minor(&mut draw, row),
        Kind::BirthBlank => {
            row.birth = Birth::Text("");
            row.facts.add(Code::AgeUnknown);
        }
        Kind::BirthImpossible => {
            row.birth = Birth::Text(draw.pick(&["1987-02-30", "1851-06-01", "2199-01-01", "unknown"]));
            row.facts.add(Code::AgeUnknown);
        }
        Kind::Former => {
            row.relationship = "former";
            row.facts.add(Code::NotACustomer);
        }
        Kind::RelationshipBlank => {
            row.relationship = "";
            row.facts.add(Code::RelationshipUnknown);
        }
        Kind::CountryUnknown => {
            row.country = draw.pick(&["unknown", "??"]);
            row.facts.country = None;
            row.facts.add(Code::CountryUnknown);
        }
        Kind::CountryBlank => {
            row.country = "";
            row.facts.country = Some(Country::Finland);
        }
        Kind::ProductsBlank => {
            row.products = "";
            row.facts.saves = None;
        }
        Kind::PhoneLostPlus => row.phone = PhoneCell::LostPlus(index),
        Kind::PhoneLostDigits => row.phone = PhoneCell::LostDigits(index),
        Kind::NoIdentifier => no_identifier(&mut draw, index, row),
        _ => return false,
    }
    true
}

/// Makes a row of one of the kinds whose rows belong together.
fn group(seed: u64, index: u64, place: Place, row: &mut Row) {
    let Place { kind, first, member } = place;
    match (kind, member) {
        (Kind::DuplicateFlagOnSecond, _) => {
            row.facts.add(Code::OptedOut);
            if member == 1 {
                row.flag = "K";
            }
        }
        (Kind::DuplicateFormerOnSecond, _) => {
            row.facts.add(Code::NotACustomer);
            if member == 1 {
                row.relationship = "former";
            }
        }
        (Kind::DuplicateBridge | Kind::LinkedByPhone | Kind::Chain, 0) => {
            object(seed, place, Entry::Email, row);
        }
        (Kind::DuplicateBridge, 1) => {
            let code = if objects_by_flag(seed, place) { Code::OptedOut } else { Code::OnRegister };
            row.facts.add(code);
        }
        (Kind::DuplicateBridge, _) => {
            share_email(first + 1, EmailStyle::Plain, row);
            row.facts.add(Code::LinkedToObjector);
        }
        (Kind::LinkedByPhone | Kind::Chain, 1) => {
            row.phone = PhoneCell::Number(first);
            row.facts.add(Code::LinkedToObjector);
        }
        (Kind::Chain, _) => share_email(first + 1, EmailStyle::Plain, row),
        (Kind::LinkedByEmail, 0) => object(seed, place, Entry::Phone(first), row),
        (Kind::LinkedByEmail, _) => {
            let styles = [EmailStyle::Plain, EmailStyle::Upper, EmailStyle::Tagged, EmailStyle::Undotted];
            share_email(first, Draw::new(seed, index, 4).pick(&styles), row);
            row.facts.add(Code::LinkedToObjector);
        }
        (Kind::NamedHousehold, 0) => name_by(row, Entry::Phone(first)),
        (Kind::NamedHousehold, _) => {
            row.phone = PhoneCell::Number(first);
            row.facts.add(Code::OnRegister);
        }
        (Kind::HouseholdPhoneOnly | Kind::AtShareCap, _) => {
            phone_only(row);
            row.phone = PhoneCell::Number(first);
        }
        (Kind::Switchboard, _) => {
            row.phone = PhoneCell::Number(first);
            if member >= 8 {
                phone_only(row);
                row.facts.add(Code::SharedIdentifier);
            }
            // What too many people share spreads nothing, so one of them may well have objected.
            if member == 0 && mix(seed, first, 0x5b).is_multiple_of(4) {
                row.entry = Some(id_entry(&mut Draw::new(seed, index, 5)));
                row.facts.add(Code::OnRegister);
            }
        }
        (Kind::MinorAndParent | Kind::MinorAndParentPhoneOnly, 0) => {
            minor(&mut Draw::new(seed, index, 6), row);
        }
        (Kind::Household | Kind::MinorAndParent, _) => row.phone = PhoneCell::Number(first),
        (Kind::MinorAndParentPhoneOnly, _) => {
            phone_only(row);
            row.phone = PhoneCell::Number(first);
            row.facts.add(Code::SharedIdentifier);
        }
        // `Duplicate` is two ordinary rows; every other kind was made by `single`.
        _ => {}
    }
}

fn phone_only(row: &mut Row) {
    row.email = EmailCell::Blank;
    row.work = None;
}

fn opt_out(row: &mut Row) {
    row.flag = if row.flag == "E" { "K" } else { "1" };
    row.facts.add(Code::OptedOut);
}

fn name_by(row: &mut Row, entry: Entry) {
    row.entry = Some(entry);
    row.facts.add(Code::OnRegister);
}

/// An objector, by flag, by id, or by an identifier that nobody shares.
fn object(seed: u64, place: Place, entry: Entry, row: &mut Row) {
    match way(seed, place) {
        0 => opt_out(row),
        1 => name_by(row, id_entry(&mut Draw::new(seed, place.first, 7))),
        _ => name_by(row, entry),
    }
}

fn id_entry(draw: &mut Draw) -> Entry {
    Entry::Id { scope: draw.pick(&BINDING_SCOPES), status: draw.pick(&["active", ""]) }
}

fn share_email(index: u64, style: EmailStyle, row: &mut Row) {
    row.email = EmailCell::Address { index, gmail: false, style };
}

fn minor(draw: &mut Draw, row: &mut Row) {
    // Born late enough to be a minor for years to come, early enough to have been born.
    row.birth = Birth::Day(2014 + draw.below(10), 1 + draw.below(12), 1 + draw.below(28));
    row.facts.add(Code::UnderAge);
}

fn no_identifier(draw: &mut Draw, index: u64, row: &mut Row) {
    let (email, phone, work) = match draw.below(4) {
        0 => (EmailCell::Blank, PhoneCell::Blank, None),
        1 => (EmailCell::Broken, PhoneCell::LostDigits(index), None),
        2 => (EmailCell::Broken, PhoneCell::Zeros, None),
        // A work address does not go into an audience of consumers.
        _ => (EmailCell::Blank, PhoneCell::Blank, Some(index)),
    };
    (row.email, row.phone, row.work) = (email, phone, work);
    row.facts.add(Code::NoIdentifier);
}
