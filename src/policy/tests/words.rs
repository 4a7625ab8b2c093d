//! The words, codes and sentences that records and answers are made of, and the sets they stand in.

use super::*;
use crate::policy::answers::{Answer as Told, Known as Facts, Rule, answers};
use crate::policy::facts::Withheld;

#[test]
fn each_code_is_its_own_and_is_written_so() {
    assert_eq!(
        Rule::ALL.map(Rule::word).join(" ") + " " + Rule::Other.word(),
        "selection relationship targeting registers sharing age party basis country basis-row \
         platform-consent recipient informed consent product-group unreadable-row identifiers other"
    );
    let told = [Told::For, Told::Against, Told::Unknown, Told::Silent, Told::NotAsked];
    assert_eq!(told.map(Told::word), ["for", "against", "unknown", "silent", "not asked"]);
    let withheld = [
        Withheld::NotOwn,
        Withheld::ProvenanceUnknown,
        Withheld::Bounced,
        Withheld::Stale,
        Withheld::AgeUnknown,
        Withheld::ConsentForAnother,
    ];
    assert_eq!(
        withheld.map(Withheld::code).join(" "),
        "not-own provenance-unknown bounced stale identifier-age-unknown consent-for-another"
    );
    let purposes = [Purpose::Retarget, Purpose::Exclude, Purpose::LookalikeSeed];
    assert_eq!(purposes.map(Purpose::word), ["retarget", "exclude", "lookalike_seed"]);
    for reason in Reason::ALL {
        assert_eq!(Reason::from_code(reason.code()), Some(reason));
        let others = Reason::ALL.into_iter().filter(|other| *other != reason);
        assert!(others.into_iter().all(|other| other.description() != reason.description()));
        assert!(reason.description().ends_with('.') && reason.description().contains(' '));
    }
    assert_eq!(Reason::from_code("no-such-code"), None);
}

#[test]
fn three_reasons_are_objections_and_the_first_that_holds_is_the_primary_one() {
    let all = Reason::ALL.into_iter().fold(Reasons::NONE, Reasons::with);
    let objections = Reason::ALL.into_iter().filter(|reason| reason.is_objection());
    let objections = objections.fold(Reasons::NONE, Reasons::with);
    assert_eq!(codes(objections), "opted-out on-register linked-to-objector");
    assert_eq!(all.before_objections().union(objections), all);
    assert!(objections.before_objections().is_empty() && !all.before_objections().has_objection());
    for (place, reason) in Reason::ALL.into_iter().enumerate() {
        assert_eq!(Reasons::of(reason).has_objection(), place < 3, "{}", reason.code());
        let rest = Reason::ALL[place..].iter().copied().fold(Reasons::NONE, Reasons::with);
        assert_eq!(rest.primary(), Some(reason));
    }
    assert_eq!(Reasons::NONE.primary(), None);
}

/// What is put in twice is in it still.
#[test]
fn sets_joined_with_what_they_hold_stay_as_they_are() {
    let (phone, post) = (Scopes::of(Scope::Phone), Scopes::of(Scope::Post));
    let both = phone.union(post);
    assert_eq!((phone.union(phone), both.union(phone), post.union(both)), (phone, both, both));
    assert_eq!(Scopes::EVERYTHING.union(Scopes::CHANNELS), Scopes::EVERYTHING);
    let age = Answered::default().with(Question::Age);
    assert_eq!(age.with(Question::Age), age);
    let reason = Reasons::of(Reason::NoBasis);
    assert_eq!(reason.union(reason), reason);
    // Two origins, and the scopes of both.
    let named = Named::by(Origin::Flag, phone).union(&Named::by(Origin::Register(0), post));
    assert_eq!(named.scopes(), both);
}

/// Asked of people whom the filter leaves out as well: their verdict stops before these rules.
#[test]
fn the_filter_the_age_and_shared_identifiers_are_told_of_everybody() {
    let speaks = |answer| asked_about(answer, true);
    let off = Scopes::of(Scope::OffPlatformTargeting);
    for (row, selection) in [
        (speaks(Tri::Yes), Told::For),
        (speaks(Tri::No), Told::Against),
        (speaks(Tri::Unknown), Told::Unknown),
        (asked_about(Tri::Yes, false), Told::Unknown),
    ] {
        for (closure, linked, sharing) in [
            (Closure::Person, Scopes::NONE, Told::For),
            (Closure::Person, off, Told::Against),
            (Closure::Identifier, off, Told::NotAsked),
        ] {
            for (band, age) in [(0, Told::NotAsked), (1, Told::For)] {
                let mut policy = policy();
                let fields = Fields::new().with("plan", None);
                let filter = Selection::parse("plan = 'gold'", &fields).expect("a condition");
                policy.audiences[0].filter =
                    Some(Filter { selection: filter, places: vec![0], speaks: vec![true] });
                policy.audiences[0].age_band = band;
                let standing = policy.standing(&row);
                let (named, holdings) = (Named::default(), holdings(&[PLAIN]));
                let (named, unreadable) = (&named, false);
                let person =
                    PersonFacts { standing: &standing, named, linked, unreadable, holdings: &holdings };
                let verdict = decide(&policy, closure, &person)[0];
                let facts = Facts { standing: &standing, named, linked, unreadable };
                let told = answers(&policy, closure, 0, &facts, &verdict);
                for (rule, expected) in
                    [(Rule::Selection, selection), (Rule::Sharing, sharing), (Rule::Age, age)]
                {
                    let found = told.iter().find(|answered| answered.rule == rule).expect("told");
                    assert_eq!(found.answers, [expected], "{rule:?} {closure:?} {row:?}");
                }
            }
        }
    }
}

fn asked_about(answer: Tri, speaks: bool) -> RowFacts {
    with(|row| {
        row.source = u16::from(!speaks);
        row.predicates = vec![answer];
    })
}
