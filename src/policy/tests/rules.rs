//! The rules of the table, one test a rule: each answer that a row can give, alone and beside a row that is
//! in order.

use super::*;

#[test]
fn a_row_in_order_is_kept_out_by_nothing() {
    assert_eq!(told(&policy(), &[row()]), "");
    let verdict = verdict(&policy(), &[row()]);
    assert!(verdict.selected && verdict.before_objections && verdict.eligible().is_some());
}

#[test]
fn relationship() {
    let is = |answer| with(|row| row.relationship = answer);
    hold(
        &policy(),
        "relationship",
        &[
            (is(Answer::Yes), "", ""),
            (is(Answer::No), "not-a-customer", "not-a-customer"),
            (is(Answer::Unknown), "relationship-unknown", "relationship-unknown"),
            (is(Answer::Silent), "relationship-unknown", ""),
        ],
    );
    let both = [is(Answer::No), is(Answer::Unknown)];
    assert_eq!(told(&policy(), &both), "not-a-customer relationship-unknown");
}

#[test]
fn targeting() {
    let is = |answer| with(|row| row.targeting = answer);
    hold(
        &policy(),
        "targeting",
        &[
            (is(Answer::Yes), "", ""),
            // An objection, whose scopes may not bind: it is told with the others.
            (is(Answer::No), "", ""),
            (is(Answer::Unknown), "targeting-unknown", "targeting-unknown"),
            (is(Answer::Silent), "", ""),
        ],
    );
}

#[test]
fn age() {
    for (needed, table) in [
        (0, ["", "", "", "", ""]),
        (1, ["age-unknown", "age-unknown", "under-age", "", ""]),
        (2, ["age-unknown", "age-unknown", "under-age", "under-age", ""]),
    ] {
        let mut policy = policy();
        policy.audiences[0].age_band = needed;
        let facts = [AgeFact::Silent, AgeFact::Unknown, AgeFact::Band(0), AgeFact::Band(1), AgeFact::Band(2)];
        for (fact, expected) in facts.into_iter().zip(table) {
            let rows = [with(|row| row.age = fact)];
            assert_eq!(told(&policy, &rows), expected, "{fact:?}, {needed} needed");
        }
        // Beside somebody old enough, a silent row says nothing and any other stands.
        let old = with(|row| row.age = AgeFact::Band(2));
        let beside = |fact| told(&policy, &[old.clone(), with(|row| row.age = fact)]);
        assert_eq!(beside(AgeFact::Silent), "");
        assert_eq!(beside(AgeFact::Unknown), table[1]);
        assert_eq!(beside(AgeFact::Band(0)), table[2]);
    }
}

#[test]
fn the_youngest_age_of_all_rows_is_kept() {
    let policy = policy();
    let youngest = |facts: &[AgeFact]| {
        let standings = facts.iter().map(|fact| policy.standing(&with(|row| row.age = *fact)));
        standings.reduce(|one, other| one.join(&other)).expect("one").youngest
    };
    assert_eq!(youngest(&[AgeFact::Band(3)]), 3);
    assert_eq!(youngest(&[AgeFact::Silent]), u8::MAX);
    assert_eq!(youngest(&[AgeFact::Unknown]), u8::MAX);
    assert_eq!(youngest(&[AgeFact::Band(3), AgeFact::Unknown, AgeFact::Band(1)]), 1);
    assert_eq!(youngest(&[AgeFact::Band(1), AgeFact::Band(3)]), 1);
}

#[test]
fn party() {
    let is = |fact| with(|row| row.party = fact);
    let (consumer, business) = (PartyFact::Known(Party::Consumer), PartyFact::Known(Party::Business));
    for (wanted, table) in [
        (Party::Consumer, ["", "party-unknown", "", "party-mismatch"]),
        (Party::Business, ["party-mismatch", "party-unknown", "party-mismatch", ""]),
    ] {
        let mut policy = policy();
        policy.audiences[0].party = wanted;
        policy.cells[0].takes_email = true;
        for (fact, expected) in
            [PartyFact::Silent, PartyFact::Unknown, consumer, business].into_iter().zip(table)
        {
            let said = codes(policy.standing(&is(fact)).cells[0].reasons);
            assert_eq!(said, expected, "{fact:?} in an audience for {}", wanted.word());
        }
    }
    // Every row has to fit.
    hold(
        &policy(),
        "party",
        &[
            (is(business), "party-mismatch", "party-mismatch"),
            (is(PartyFact::Unknown), "party-unknown", "party-unknown"),
            (is(PartyFact::Silent), "", ""),
        ],
    );
}

#[test]
fn basis_of_the_person() {
    let is = |fact| with(|row| row.basis = fact);
    hold(
        &policy(),
        "basis",
        &[
            (is(BasisFact::Ground(Use::LegitimateInterest)), "", ""),
            (is(BasisFact::Ground(Use::Consent)), "no-basis", "no-basis"),
            // The basis rows are not asked.
            (is(BasisFact::None), "no-consent", "no-consent"),
            (is(BasisFact::Unknown), "basis-unknown", "basis-unknown"),
        ],
    );
}

#[test]
fn country() {
    let is = |fact| with(|row| row.country = fact);
    hold(
        &policy(),
        "country",
        &[
            (is(CountryFact::Known(*b"SE")), "", ""),
            (is(CountryFact::Known(*b"NO")), "no-basis", "no-basis"),
            (is(CountryFact::Unknown), "country-unknown", "country-unknown"),
            // Whatever another row says.
            (is(CountryFact::Silent), "country-unknown", "country-unknown"),
        ],
    );
}

/// Each column of a basis row has to fit, and each by itself.
#[test]
fn a_basis_row_fits_in_every_column_or_not_at_all() {
    type Change = fn(&mut BasisRow);
    let table: [(&str, Change, &str); 7] = [
        ("as it is", |_| {}, ""),
        ("ground", |basis| basis.ground = Use::Consent, "no-basis"),
        ("platforms", |basis| basis.platforms = vec!["linkedin".into()], "no-basis"),
        ("countries", |basis| basis.countries = vec![*b"SE"], "no-basis"),
        ("purposes", |basis| basis.purposes = vec![Purpose::Exclude, Purpose::LookalikeSeed], "no-basis"),
        ("parties", |basis| basis.parties = vec![Party::Business], "no-basis"),
        ("in force", |basis| basis.in_force = false, "basis-expired"),
    ];
    for (title, change, expected) in table {
        let mut policy = policy();
        change(&mut policy.bases[0]);
        let verdict = verdict(&policy, &[row()]);
        assert_eq!(codes(verdict.reasons), expected, "{title}");
        assert_eq!(verdict.bases, u64::from(expected.is_empty()), "{title}");
        // One row that covers is enough, whatever stands beside it and in whatever order.
        policy.bases.push(basis());
        assert_eq!(told(&policy, &[row()]), "", "{title}, before one that fits");
        policy.bases.reverse();
        assert_eq!(told(&policy, &[row()]), "", "{title}, behind one that fits");
        // What does not fit and is not in force is no reason of its own.
        let mut other = policy.clone();
        other.bases[0].countries = vec![*b"NO"];
        other.bases[0].in_force = false;
        assert_eq!(told(&other, &[row()]), expected, "{title}, beside another country's");
    }
    let mut none = policy();
    none.bases.clear();
    assert_eq!(told(&none, &[row()]), "no-basis");
}

#[test]
fn a_basis_row_covers_the_party_that_the_row_may_be_of() {
    let fits = |parties: &[Party], fact| {
        let mut policy = policy();
        policy.bases[0].parties = parties.to_vec();
        let standing = policy.standing(&with(|row| row.party = fact));
        !standing.cells[0].reasons.has(Reason::NoBasis)
    };
    let (consumer, business) = (PartyFact::Known(Party::Consumer), PartyFact::Known(Party::Business));
    for (fact, by_consumer, by_business) in [
        (PartyFact::Silent, true, false),
        (PartyFact::Unknown, true, true),
        (consumer, true, false),
        (business, false, true),
    ] {
        assert_eq!(fits(&[Party::Consumer], fact), by_consumer, "{fact:?}");
        assert_eq!(fits(&[Party::Business], fact), by_business, "{fact:?}");
        assert!(fits(&[Party::Business, Party::Consumer], fact), "{fact:?}");
    }
}

#[test]
fn each_row_rests_on_a_basis_of_its_own_and_all_are_told() {
    let mut policy = policy();
    policy.bases = [*b"FI", *b"FI", *b"SE", *b"NO"]
        .map(|country| BasisRow { countries: vec![country], ..basis() })
        .to_vec();
    assert_eq!(verdict(&policy, &[row()]).bases, 0b011);
    let swede = with(|row| row.country = CountryFact::Known(*b"SE"));
    assert_eq!(verdict(&policy, &[row(), swede]).bases, 0b111);
    let dane = with(|row| row.country = CountryFact::Known(*b"DK"));
    assert_eq!(told(&policy, &[row(), dane]), "no-basis");
    policy.bases[1].in_force = false;
    assert_eq!(verdict(&policy, &[row()]).bases, 0b001);
}

#[test]
fn a_basis_row_covers_whoever_was_told_in_time_and_agreed_to_its_words() {
    let informed = |reached| InformedFact::Since { reached, cooling: false };
    let wording = |wording| ConsentFact { asked: true, wording, ..ConsentFact::SILENT };
    // What the row says; what the basis row asks; what follows.
    for (title, told_in, words, since, named, expected) in [
        ("not asked", informed(0), WordingFact::Silent, 0, None, ""),
        ("told on the day", informed(2), WordingFact::Silent, 2, None, ""),
        ("told later", informed(3), WordingFact::Silent, 2, None, ""),
        ("told before", informed(1), WordingFact::Silent, 2, None, "not-informed"),
        ("nobody says when", InformedFact::Silent, WordingFact::Silent, 2, None, ""),
        ("told on an unknown day", InformedFact::Unknown, WordingFact::Silent, 2, None, "informed-unknown"),
        ("its words", informed(0), WordingFact::Known(1), 0, Some(1), ""),
        ("words of another", informed(0), WordingFact::Known(0), 0, Some(1), "consent-wording-mismatch"),
        ("words of none", informed(0), WordingFact::Other, 0, Some(1), "consent-wording-mismatch"),
        ("words it does not ask", informed(0), WordingFact::Known(0), 0, None, "consent-wording-mismatch"),
        ("no words told", informed(0), WordingFact::Silent, 0, Some(1), ""),
        ("blank words", informed(0), WordingFact::Unknown, 0, Some(1), ""),
        ("both", informed(1), WordingFact::Other, 2, Some(1), "consent-wording-mismatch not-informed"),
    ] {
        let mut policy = policy();
        policy.bases[0].notice_since = since;
        policy.bases[0].wording = named;
        let changed = with(|row| (row.informed, row.consent) = (told_in, wording(words)));
        assert_eq!(told(&policy, std::slice::from_ref(&changed)), expected, "{title}");
        // An expired row neither helps nor adds a reason; one that covers helps.
        policy.bases.insert(0, BasisRow { in_force: false, ..basis() });
        assert_eq!(told(&policy, std::slice::from_ref(&changed)), expected, "{title}, behind one expired");
        policy.bases.reverse();
        assert_eq!(told(&policy, std::slice::from_ref(&changed)), expected, "{title}, before one expired");
    }
    // Each of two rows lacks something else: both are told.
    let mut policy = policy();
    policy.bases = vec![
        BasisRow { notice_since: 2, wording: Some(0), ..basis() },
        BasisRow { notice_since: 0, wording: Some(1), ..basis() },
    ];
    let changed = with(|row| (row.informed, row.consent) = (informed(1), wording(WordingFact::Known(0))));
    assert_eq!(told(&policy, std::slice::from_ref(&changed)), "consent-wording-mismatch not-informed");
    let later = with(|row| (row.informed, row.consent) = (informed(2), wording(WordingFact::Known(0))));
    assert_eq!(told(&policy, std::slice::from_ref(&later)), "");
    assert_eq!(verdict(&policy, &[later]).bases, 1);
}

#[test]
fn informed() {
    let is = |fact| with(|row| row.informed = fact);
    hold(
        &policy(),
        "informed",
        &[
            (is(InformedFact::Silent), "", ""),
            (is(InformedFact::Unknown), "informed-unknown", "informed-unknown"),
            (is(InformedFact::Since { reached: 0, cooling: true }), "cooling-off", "cooling-off"),
            (is(InformedFact::Since { reached: 0, cooling: false }), "", ""),
        ],
    );
}

#[test]
fn consent() {
    let is = |unproven, expired| {
        with(|row| row.consent = ConsentFact { asked: true, unproven, expired, ..ConsentFact::SILENT })
    };
    hold(
        &policy(),
        "consent",
        &[
            (is(false, false), "", ""),
            (is(true, false), "consent-unproven", "consent-unproven"),
            (is(false, true), "consent-expired", "consent-expired"),
            (is(true, true), "consent-unproven consent-expired", "consent-unproven consent-expired"),
        ],
    );
}

#[test]
fn recipient() {
    let mut policy = policy();
    policy.cells[0].recipient_expired = true;
    assert_eq!(told(&policy, &[row()]), "recipient-expired");
}

/// Which rules count as answered by a row, for the questions that have to be.
#[test]
fn a_row_answers_what_it_tells_and_nothing_else() {
    let answered = |row: &RowFacts| policy().standing(row).cells[0].answered;
    let silent = with(|row| {
        row.relationship = Answer::Silent;
        row.targeting = Answer::Silent;
        row.age = AgeFact::Silent;
        row.party = PartyFact::Silent;
    });
    for (question, is_told, silently) in [
        (Question::Relationship, true, false),
        (Question::Targeting, true, false),
        (Question::Age, true, false),
        (Question::Party, true, false),
        (Question::Basis, true, true),
        (Question::Country, true, true),
        (Question::PlatformConsent, false, false),
        (Question::Informed, false, false),
        (Question::Consent, false, false),
        (Question::ProductGroup, true, true),
    ] {
        assert_eq!(answered(&row()).has(question), is_told, "{question:?}");
        assert_eq!(answered(&silent).has(question), silently, "{question:?}");
    }
    let told = with(|row| {
        row.targeting = Answer::No;
        row.informed = InformedFact::Since { reached: 0, cooling: false };
        row.consent.asked = true;
    });
    for question in [Question::Targeting, Question::Informed, Question::Consent] {
        assert!(answered(&told).has(question), "{question:?}");
    }
    for unknown in [
        with(|row| row.relationship = Answer::Unknown),
        with(|row| row.relationship = Answer::No),
        with(|row| row.targeting = Answer::Unknown),
        with(|row| row.age = AgeFact::Unknown),
        with(|row| row.age = AgeFact::Band(0)),
        with(|row| row.basis = BasisFact::Unknown),
        with(|row| row.basis = BasisFact::None),
        with(|row| row.country = CountryFact::Unknown),
        with(|row| row.country = CountryFact::Silent),
        with(|row| row.party = PartyFact::Unknown),
        with(|row| row.party = PartyFact::Known(Party::Business)),
    ] {
        assert_eq!(answered(&unknown), answered(&row()));
    }
    let cooling = |cooling| with(|row| row.informed = InformedFact::Since { reached: 0, cooling });
    assert!(answered(&cooling(true)).has(Question::Informed));
    assert!(answered(&with(|row| row.informed = InformedFact::Unknown)).has(Question::Informed));
}

#[test]
fn both_consent_signals_are_asked_where_the_platform_asks_and_the_law_holds() {
    let answers = [Answer::Silent, Answer::Unknown, Answer::No, Answer::Yes];
    for asks in [false, true] {
        for (country, holds) in [
            (CountryFact::Known(*b"FI"), true),
            (CountryFact::Known(*b"US"), false),
            (CountryFact::Unknown, true),
            (CountryFact::Silent, true),
        ] {
            for data in answers {
                for personalization in answers {
                    let mut policy = policy();
                    policy.cells[0].asks_signals = asks;
                    let standing = policy.standing(&with(|row| {
                        row.country = country;
                        (row.ad_user_data, row.ad_personalization) = (data, personalization);
                    }));
                    let granted = data == Answer::Yes && personalization == Answer::Yes;
                    let cell = standing.cells[0];
                    let place = format!("{asks} {country:?} {data:?} {personalization:?}");
                    let missing = cell.reasons.has(Reason::PlatformConsentMissing);
                    assert_eq!(missing, asks && holds && !granted, "{place}");
                    assert_eq!(cell.answered.has(Question::PlatformConsent), asks && holds, "{place}");
                }
            }
        }
    }
}

#[test]
fn the_law_of_consent_signals_holds_where_the_rule_book_says() {
    let inside = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE \
                  IS LI NO GB CH AX GF GP MQ RE YT MF";
    let mut count = 0;
    for one in b'A'..=b'Z' {
        for other in b'A'..=b'Z' {
            let code = [one, other];
            let text = String::from_utf8_lossy(&code).into_owned();
            let holds = inside.split(' ').any(|word| word == text);
            assert_eq!(needs_consent_signals(code), holds, "{text}");
            count += usize::from(holds);
        }
    }
    assert_eq!(count, 39);
}
