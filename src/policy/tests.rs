//! Every rule and every step of the decision by itself, against tables written from the rule book. Each
//! line here stands alone: none needs the oracle, a file or another rule to fail.

mod decision;
mod rules;
mod words;

use super::closure::{Closure, KeyMark};
use super::facts::{
    AgeFact, Answer, BasisFact, ConsentFact, CountryFact, InformedFact, PartyFact, RowFacts, WordingFact,
};
use super::objections::{Named, Origin};
use super::reason::{Reason, Reasons};
use super::rules::{AudienceRules, BasisRow, Cell, Filter, Policy, needs_consent_signals};
use super::scope::{Purpose, Scope, Scopes, binding_scopes};
use super::selection::{Fields, Selection, Tri};
use super::standing::{Answered, CellStanding, Question, Selected, Standing};
use super::verdict::{CellVerdict, Classes, Holdings, IdentifierClass, Known, PersonFacts, barred, decide};
use crate::people::{Context, Party, Use};

/// A policy with one audience on one platform, for which [`row`] is in order.
fn policy() -> Policy {
    let audience = AudienceRules {
        name: "a".into(),
        purpose: Purpose::Retarget,
        party: Party::Consumer,
        age_band: 1,
        binding: binding_scopes(Purpose::Retarget, false, false),
        filter: None,
        product_group: None,
    };
    let cell = Cell {
        audience: 0,
        platform: "meta",
        asks_signals: false,
        recipient_expired: false,
        takes_email: true,
        takes_phone: true,
        takes_email_hash: true,
        takes_phone_hash: true,
    };
    Policy { audiences: vec![audience], bases: vec![basis()], cells: vec![cell], age_limits: vec![18] }
}

/// A basis row that [`row`] may rest on.
fn basis() -> BasisRow {
    BasisRow {
        ground: Use::LegitimateInterest,
        platforms: vec!["linkedin".into(), "meta".into()],
        countries: vec![*b"SE", *b"FI"],
        purposes: vec![Purpose::Exclude, Purpose::Retarget],
        parties: vec![Party::Business, Party::Consumer],
        in_force: true,
        notice_since: 0,
        wording: None,
    }
}

/// A row that is in order.
fn row() -> RowFacts {
    RowFacts {
        source: 0,
        relationship: Answer::Yes,
        targeting: Answer::Yes,
        age: AgeFact::Band(1),
        party: PartyFact::Known(Party::Consumer),
        basis: BasisFact::Ground(Use::LegitimateInterest),
        country: CountryFact::Known(*b"FI"),
        informed: InformedFact::Silent,
        consent: ConsentFact::SILENT,
        ad_user_data: Answer::Silent,
        ad_personalization: Answer::Silent,
        predicates: Vec::new(),
    }
}

/// A plain private e-mail address.
const PLAIN: IdentifierClass =
    IdentifierClass { is_email: true, context: Context::Personal, is_role: false, known: Known::Plain };

fn holdings(classes: &[IdentifierClass]) -> Holdings {
    let mut holdings = Holdings::default();
    classes.iter().for_each(|class| holdings.add(*class, false, KeyMark::NONE));
    holdings
}

/// The codes of a set, in order.
fn codes(reasons: Reasons) -> String {
    reasons.iter().map(Reason::code).collect::<Vec<_>>().join(" ")
}

/// The verdict on the first cell of somebody with these rows, whom nobody names and who has an address.
fn verdict(policy: &Policy, rows: &[RowFacts]) -> CellVerdict {
    let standing = rows.iter().map(|row| policy.standing(row)).reduce(|one, other| one.join(&other));
    let (named, holdings) = (Named::default(), holdings(&[PLAIN]));
    let person = PersonFacts {
        standing: &standing.expect("a person has a row"),
        named: &named,
        linked: Scopes::NONE,
        unreadable: false,
        holdings: &holdings,
    };
    decide(policy, Closure::Person, &person)[0]
}

/// What keeps them out.
fn told(policy: &Policy, rows: &[RowFacts]) -> String {
    codes(verdict(policy, rows).reasons)
}

/// A row changed.
fn with(change: impl Fn(&mut RowFacts)) -> RowFacts {
    let mut row = row();
    change(&mut row);
    row
}

/// Holds each changed row, alone and beside one in order in both orders, to the codes it should have.
fn hold(policy: &Policy, title: &str, table: &[(RowFacts, &str, &str)]) {
    for (number, (changed, alone, beside)) in table.iter().enumerate() {
        let place = format!("{title}, line {}", number + 1);
        assert_eq!(told(policy, std::slice::from_ref(changed)), *alone, "{place}, alone");
        assert_eq!(told(policy, &[row(), changed.clone()]), *beside, "{place}, last");
        assert_eq!(told(policy, &[changed.clone(), row()]), *beside, "{place}, first");
    }
}
