//! From what the rows say to the decision: selection, objections, links, identifiers.

use super::*;

fn filter(text: &str, speaks: &[bool], places: &[usize]) -> Filter {
    let fields = Fields::new().with("plan", None).with("tag", None);
    let selection = Selection::parse(text, &fields).unwrap_or_else(|fault| panic!("{fault:?}"));
    Filter { selection, places: places.to_vec(), speaks: speaks.to_vec() }
}

fn asked(source: u16, answers: &[Tri]) -> RowFacts {
    with(|row| {
        row.source = source;
        row.predicates = answers.to_vec();
    })
}

/// Somebody is selected if any row is; unknown if any is, or every row is silent; else not.
#[test]
fn selection_joins_rows() {
    let mut policy = policy();
    policy.audiences[0].filter = Some(filter("plan = 'gold'", &[true, false], &[1]));
    // The answer that counts stands in the second place; the first would say otherwise.
    let says = |answer: Tri| asked(0, &[!answer, answer]);
    let silent = || asked(1, &[Tri::Yes, Tri::Yes]);
    let unheard_of = || asked(9, &[Tri::Yes, Tri::Yes]);
    let (yes, no, unknown) = (|| says(Tri::Yes), || says(Tri::No), || says(Tri::Unknown));
    for (title, rows, selected, expected) in [
        ("yes", vec![yes()], true, ""),
        ("no", vec![no()], false, ""),
        ("unknown", vec![unknown()], true, "selection-unknown"),
        ("silent", vec![silent()], true, "selection-unknown"),
        ("a source that nobody knows", vec![unheard_of()], true, "selection-unknown"),
        ("yes and no", vec![yes(), no()], true, ""),
        ("no and yes", vec![no(), yes()], true, ""),
        ("yes and unknown", vec![yes(), unknown()], true, ""),
        ("no and unknown", vec![no(), unknown()], true, "selection-unknown"),
        ("no and silent", vec![no(), silent()], false, ""),
        ("yes and silent", vec![silent(), yes()], true, ""),
        ("unknown and silent", vec![unknown(), silent()], true, "selection-unknown"),
    ] {
        let verdict = verdict(&policy, &rows);
        assert_eq!((verdict.selected, &*codes(verdict.reasons)), (selected, expected), "{title}");
        assert_eq!(verdict.eligible().is_some(), selected && expected.is_empty(), "{title}");
        assert_eq!(verdict.before_objections, selected && expected.is_empty(), "{title}");
    }
    // Whoever is not selected has no reason at all, whatever the rules say.
    let mut child = no();
    child.age = AgeFact::Band(0);
    assert_eq!(verdict(&policy, &[child]), CellVerdict::default());
}

#[test]
fn a_product_group_is_answered_by_any_row_that_holds_one() {
    let mut policy = policy();
    policy.audiences[0].product_group = Some(filter("tag = 'boat'", &[true, false], &[0]));
    for (rows, expected) in [
        (vec![asked(0, &[Tri::Yes])], ""),
        (vec![asked(0, &[Tri::No])], "other-product-group"),
        (vec![asked(0, &[Tri::Unknown])], "other-product-group"),
        (vec![asked(1, &[Tri::Yes])], "other-product-group"),
        (vec![asked(0, &[Tri::No]), asked(0, &[Tri::Yes])], ""),
    ] {
        assert_eq!(told(&policy, &rows), expected);
    }
}

#[test]
fn each_question_that_no_row_answers_has_its_reason() {
    let all = [
        (Question::Relationship, "relationship-unknown"),
        (Question::Age, "age-unknown"),
        (Question::Basis, "basis-unknown"),
        (Question::Country, "country-unknown"),
        (Question::ProductGroup, "other-product-group"),
    ];
    let optional = [
        Question::Targeting,
        Question::Party,
        Question::PlatformConsent,
        Question::Informed,
        Question::Consent,
    ];
    let everything = all.map(|entry| entry.0).into_iter().chain(optional);
    let everything: Vec<Question> = everything.collect();
    let but = |left_out: Question| {
        let kept = everything.iter().filter(|question| **question != left_out);
        kept.fold(Answered::default(), |answered, question| answered.with(*question))
    };
    for (question, code) in all {
        assert_eq!(codes(Policy::unanswered(but(question))), code);
        assert!(!but(question).has(question));
    }
    for question in optional {
        assert_eq!(codes(Policy::unanswered(but(question))), "", "{question:?}");
    }
}

#[test]
fn rows_join_as_a_union_in_any_order() {
    let one = CellStanding {
        selected: Selected::YES,
        reasons: Reasons::of(Reason::UnderAge),
        answered: Answered::default().with(Question::Age),
        bases: 0b01,
    };
    let other = CellStanding {
        selected: Selected::NO,
        reasons: Reasons::of(Reason::NoBasis),
        answered: Answered::default().with(Question::Country),
        bases: 0b10,
    };
    let (first, second) = (
        Standing { cells: Box::new([one]), youngest: 3 },
        Standing { cells: Box::new([other]), youngest: 2 },
    );
    let joined = first.join(&second);
    assert_eq!(joined, second.join(&first));
    assert_eq!(joined.join(&first), joined);
    let cell = joined.cells[0];
    assert!(cell.selected.has(Selected::YES) && cell.selected.has(Selected::NO));
    assert!(!cell.selected.has(Selected::UNKNOWN));
    assert_eq!(codes(cell.reasons), "under-age no-basis");
    assert!(cell.answered.has(Question::Age) && cell.answered.has(Question::Country));
    assert_eq!((cell.bases, joined.youngest), (0b11, 2));
}

/// Somebody in order, but for objections, links and what they hold.
struct Somebody {
    named: Named,
    linked: Scopes,
    unreadable: bool,
    holdings: Holdings,
}

impl Somebody {
    fn new() -> Self {
        Self {
            named: Named::default(),
            linked: Scopes::NONE,
            unreadable: false,
            holdings: holdings(&[PLAIN]),
        }
    }

    fn verdict(&self, policy: &Policy, closure: Closure) -> CellVerdict {
        let standing = policy.standing(&row());
        let person = PersonFacts {
            standing: &standing,
            named: &self.named,
            linked: self.linked,
            unreadable: self.unreadable,
            holdings: &self.holdings,
        };
        decide(policy, closure, &person)[0]
    }
}

#[test]
fn objections_that_bind_keep_out_and_others_do_not() {
    let off = Scopes::of(Scope::OffPlatformTargeting);
    let phone = Scopes::of(Scope::Phone);
    let flag = |scopes| Named::by(Origin::Flag, scopes);
    let register = |index, scopes| Named::by(Origin::Register(index), scopes);
    for (title, named, linked, by_person, by_identifier, registers) in [
        ("nobody", Named::default(), Scopes::NONE, "", "", 0),
        ("a flag", flag(off), Scopes::NONE, "opted-out", "opted-out", 0),
        ("a flag of another scope", flag(phone), Scopes::NONE, "", "", 0),
        ("a register", register(3, off), Scopes::NONE, "on-register", "on-register", 0b1000),
        ("a register of another scope", register(3, phone), Scopes::NONE, "", "", 0),
        (
            "two registers, one of which binds",
            register(0, off).union(&register(2, phone)),
            Scopes::NONE,
            "on-register",
            "on-register",
            0b001,
        ),
        (
            "a flag and a register",
            flag(off).union(&register(1, off)),
            Scopes::NONE,
            "opted-out on-register",
            "opted-out on-register",
            0b010,
        ),
        ("a link", Named::default(), off, "linked-to-objector", "", 0),
        ("a link of another scope", Named::default(), phone, "", "", 0),
        ("named and linked", flag(off), off, "opted-out", "opted-out", 0),
        ("named by another scope, and linked", flag(phone), off, "linked-to-objector", "", 0),
        ("asked about", Named::watched(), Scopes::NONE, "", "", 0),
        ("asked about, and linked", Named::watched(), off, "linked-to-objector", "", 0),
    ] {
        let somebody = Somebody { named, linked, ..Somebody::new() };
        for (closure, expected) in [(Closure::Person, by_person), (Closure::Identifier, by_identifier)] {
            let verdict = somebody.verdict(&policy(), closure);
            assert_eq!(codes(verdict.reasons), expected, "{title}, {closure:?}");
            assert_eq!(verdict.registers, registers, "{title}");
            assert!(verdict.selected && verdict.before_objections, "{title}: sizes know no objection");
            assert_eq!(verdict.eligible().is_some(), expected.is_empty(), "{title}");
        }
    }
}

/// Which scopes bind which audience, one by one.
#[test]
fn a_scope_binds_by_purpose_profile_and_channel() {
    let always = "off_platform_targeting all_marketing unknown";
    let channels = "phone post email";
    for (purpose, profile, bans, expected) in [
        (Purpose::Retarget, false, false, always.to_owned()),
        (Purpose::Exclude, false, false, always.to_owned()),
        (Purpose::Retarget, true, false, format!("{always} profiling")),
        (Purpose::Exclude, true, true, format!("{always} profiling {channels}")),
        (Purpose::Retarget, false, true, format!("{always} {channels}")),
        (Purpose::LookalikeSeed, false, false, format!("{always} profiling lookalike")),
        (Purpose::LookalikeSeed, true, true, format!("{always} profiling lookalike {channels}")),
    ] {
        let binding = binding_scopes(purpose, profile, bans);
        for scope in Scope::ALL {
            let binds = expected.split(' ').any(|word| word == scope.word());
            assert_eq!(Scopes::of(scope).meets(binding), binds, "{} in {expected}", scope.word());
        }
        assert!(Scopes::ALWAYS.meets(binding), "an external register's ban binds always");
    }
    let (phone, post) = (Scopes::of(Scope::Phone), Scopes::of(Scope::Post));
    let both = phone.union(post);
    assert!(both.meets(phone) && both.meets(post) && !phone.meets(post));
    assert!(both.without(phone) == post && both.without(both).is_empty() && !both.is_empty());
    assert_eq!(both.iter().map(Scope::word).collect::<Vec<_>>(), ["phone", "post"]);
    assert_eq!(Scopes::CHANNELS.iter().map(Scope::word).collect::<Vec<_>>(), ["phone", "post", "email"]);
    assert!(Scope::ALL.into_iter().all(|scope| Scopes::EVERYTHING.meets(Scopes::of(scope))));
    assert!(Scopes::NONE.is_empty() && !Scopes::NONE.meets(Scopes::EVERYTHING));
}

#[test]
fn an_unreadable_row_keeps_out() {
    let verdict = Somebody { unreadable: true, ..Somebody::new() }.verdict(&policy(), Closure::Person);
    assert_eq!(codes(verdict.reasons), "unreadable-row");
    assert!(!verdict.before_objections);
}

fn every_class() -> Vec<IdentifierClass> {
    let mut all = Vec::new();
    for is_email in [false, true] {
        for context in [Context::Personal, Context::Work] {
            for (is_role, known) in [
                (false, Known::Plain),
                (true, Known::Plain),
                (false, Known::Sha256),
                (false, Known::OtherHash),
            ] {
                all.push(IdentifierClass { is_email, context, is_role, known });
            }
        }
    }
    all
}

/// An identifier goes up where its kind, its context and its office fit; nothing else is one to upload.
#[test]
fn each_class_of_identifier_goes_up_where_it_fits() {
    for class in every_class() {
        for party in [Party::Consumer, Party::Business] {
            for taken in 0..16_u8 {
                let mut policy = policy();
                policy.audiences[0].party = party;
                let cell = &mut policy.cells[0];
                cell.takes_email = taken & 1 != 0;
                cell.takes_phone = taken & 2 != 0;
                cell.takes_email_hash = taken & 4 != 0;
                cell.takes_phone_hash = taken & 8 != 0;
                let bit = match (class.known, class.is_email) {
                    (Known::Plain, true) => 1,
                    (Known::Plain, false) => 2,
                    (Known::Sha256, true) => 4,
                    (Known::Sha256, false) => 8,
                    (Known::OtherHash, _) => 0,
                };
                let in_context = matches!(
                    (party, class.context),
                    (Party::Consumer, Context::Personal) | (Party::Business, Context::Work)
                );
                let expected = taken & bit != 0 && in_context && !(class.is_role && party == Party::Consumer);
                let place = format!("{class:?} for {} on {taken:04b}", party.word());
                assert_eq!(class.fits(&policy.cells[0], party), expected, "{place}");
                let standing = policy.standing(&with(|row| row.party = PartyFact::Known(party)));
                let (named, holdings) = (Named::default(), holdings(&[class]));
                let person = PersonFacts {
                    standing: &standing,
                    named: &named,
                    linked: Scopes::NONE,
                    unreadable: false,
                    holdings: &holdings,
                };
                let told = codes(decide(&policy, Closure::Person, &person)[0].reasons);
                assert_eq!(told, if expected { "" } else { "no-identifier" }, "{place}");
            }
        }
    }
}

#[test]
fn classes_do_not_run_into_one_another() {
    for one in every_class() {
        for other in every_class() {
            let (mut first, mut second) = (Classes::default(), Classes::default());
            first.insert(one);
            second.insert(other);
            assert_eq!(first == second, one == other, "{one:?} {other:?}");
            // An empty set and a second insertion change nothing.
            first.insert(one);
            assert_eq!(first == second, one == other);
        }
    }
}

/// What is left of somebody's identifiers: free, shared, barred, held back, or none.
#[test]
fn the_last_three_reasons_tell_what_became_of_the_identifiers() {
    let off = Scopes::of(Scope::OffPlatformTargeting);
    let phone = Scopes::of(Scope::Phone);
    let marked = |scopes, youngest| KeyMark { scopes, youngest };
    let other = IdentifierClass { context: Context::Work, ..PLAIN };
    let over = |class| {
        let mut holdings = Holdings::default();
        holdings.add(class, true, KeyMark::NONE);
        holdings
    };
    let under = |mark| {
        let mut holdings = Holdings::default();
        holdings.add(PLAIN, false, mark);
        holdings
    };
    let held = |class| {
        let mut holdings = Holdings::default();
        holdings.withhold(class);
        holdings
    };
    let beside = |mut holdings: Holdings, class| {
        holdings.add(class, false, KeyMark::NONE);
        holdings
    };
    let unstated = u8::MAX;
    for (title, holdings, by_person, by_identifier, is_counted) in [
        ("one that is free", under(KeyMark::NONE), "", "", true),
        ("none", Holdings::default(), "no-identifier", "no-identifier", false),
        ("one of the other context", holdings(&[other]), "no-identifier", "no-identifier", false),
        ("one over the cap", over(PLAIN), "shared-identifier", "shared-identifier", false),
        ("one over the cap that would not fit", over(other), "no-identifier", "no-identifier", false),
        ("one over the cap and a free one", beside(over(PLAIN), PLAIN), "", "", true),
        (
            "one over the cap and one that does not fit",
            beside(over(PLAIN), other),
            "shared-identifier",
            "shared-identifier",
            false,
        ),
        ("one held back", held(PLAIN), "identifier-withheld", "identifier-withheld", false),
        ("one held back that would not fit", held(other), "no-identifier", "no-identifier", false),
        ("one held back and a free one", beside(held(PLAIN), PLAIN), "", "", true),
        ("an objector's", under(marked(off, unstated)), "", "shared-identifier", true),
        ("of an objection that does not bind", under(marked(phone, unstated)), "", "", true),
        ("a child's", under(marked(Scopes::NONE, 0)), "shared-identifier", "shared-identifier", false),
        ("of somebody just old enough", under(marked(Scopes::NONE, 1)), "", "", true),
        ("a child's who objected", under(marked(off, 0)), "shared-identifier", "shared-identifier", false),
    ] {
        let somebody = Somebody { holdings, ..Somebody::new() };
        for (closure, expected) in [(Closure::Person, by_person), (Closure::Identifier, by_identifier)] {
            let verdict = somebody.verdict(&policy(), closure);
            assert_eq!(codes(verdict.reasons), expected, "{title}, {closure:?}");
            // Counted before objections: by what would be barred if nobody had objected.
            assert_eq!(verdict.before_objections, is_counted, "{title}, {closure:?}");
        }
    }
    // Asked only where nothing else holds.
    let nothing = Somebody { holdings: Holdings::default(), unreadable: true, ..Somebody::new() };
    assert_eq!(codes(nothing.verdict(&policy(), Closure::Person).reasons), "unreadable-row");
    let objector =
        Somebody { holdings: Holdings::default(), named: Named::by(Origin::Flag, off), ..Somebody::new() };
    let verdict = objector.verdict(&policy(), Closure::Person);
    assert_eq!((&*codes(verdict.reasons), verdict.before_objections), ("opted-out", false));
}

#[test]
fn a_key_is_barred_by_closure_scope_and_age() {
    let mut policy = policy();
    policy.audiences[0].age_band = 2;
    let off = Scopes::of(Scope::OffPlatformTargeting);
    let none = Scopes::NONE;
    for (closure, scopes, youngest, expected) in [
        (Closure::Person, off, u8::MAX, false),
        (Closure::Identifier, off, u8::MAX, true),
        (Closure::Identifier, Scopes::of(Scope::Post), u8::MAX, false),
        (Closure::Identifier, none, u8::MAX, false),
        (Closure::Person, none, 0, true),
        (Closure::Person, none, 1, true),
        (Closure::Person, none, 2, false),
        (Closure::Identifier, none, 1, true),
    ] {
        assert_eq!(barred(&policy, closure, 0, scopes, youngest), expected, "{closure:?} {youngest}");
    }
    // No age is asked: no child bars anything.
    policy.audiences[0].age_band = 0;
    assert!(!barred(&policy, Closure::Person, 0, none, 0));
}

#[test]
fn holdings_that_say_the_same_are_the_same() {
    let (mut one, mut other) = (Holdings::default(), Holdings::default());
    let mark = |youngest| KeyMark { scopes: Scopes::of(Scope::Post), youngest };
    let line = IdentifierClass { is_email: false, ..PLAIN };
    one.add(PLAIN, false, mark(1));
    one.add(line, false, mark(2));
    other.add(line, false, mark(2));
    other.add(PLAIN, false, mark(1));
    other.add(PLAIN, false, mark(1));
    assert_ne!(one, other);
    one.settle();
    other.settle();
    assert_eq!(one, other);
}

#[test]
fn a_permission_tells_the_bases_it_rests_on() {
    let verdict = CellVerdict { selected: true, bases: 0b101, ..CellVerdict::default() };
    assert_eq!(verdict.eligible().map(super::super::verdict::Eligible::bases), Some(0b101));
    let out = CellVerdict { reasons: Reasons::of(Reason::NoBasis), ..verdict };
    assert!(out.eligible().is_none());
    assert!(CellVerdict { selected: false, ..verdict }.eligible().is_none());
}
