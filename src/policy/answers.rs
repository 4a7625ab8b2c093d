//! Every rule with its answer for one person in one cell: the table of the rule book, filled in. It is
//! for explaining only; nothing is decided here, and what it tells is read off the decision's own data.

use serde::Serialize;

use super::closure::Closure;
use super::objections::{Named, Origin};
use super::reason::{Reason, Reasons};
use super::rules::Policy;
use super::scope::Scopes;
use super::standing::{Question, Selected, Standing};
use super::verdict::CellVerdict;

/// A rule of the rule book, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The audience's own filter.
    Selection,
    /// Current customer.
    Relationship,
    /// The objection flag of the customer's own record.
    Targeting,
    /// The registers of objections.
    Registers,
    /// Objections of others with whom an identifier is shared.
    Sharing,
    /// Old enough.
    Age,
    /// Consumer or business representative.
    Party,
    /// The person's own basis.
    Basis,
    /// A country.
    Country,
    /// The `[[basis]]` rows.
    BasisRow,
    /// The platform's consent signals.
    PlatformConsent,
    /// What is declared of the platform as a recipient.
    Recipient,
    /// Since when the person has known of this use.
    Informed,
    /// The evidence of consent.
    Consent,
    /// A product of the ad's group.
    ProductGroup,
    /// Rows that could not be read.
    UnreadableRow,
    /// Something to upload.
    Identifiers,
    /// A reason that no rule above accounts for.
    Other,
}

impl Rule {
    /// Every rule that is asked of everybody.
    pub const ALL: [Self; 17] = [
        Self::Selection,
        Self::Relationship,
        Self::Targeting,
        Self::Registers,
        Self::Sharing,
        Self::Age,
        Self::Party,
        Self::Basis,
        Self::Country,
        Self::BasisRow,
        Self::PlatformConsent,
        Self::Recipient,
        Self::Informed,
        Self::Consent,
        Self::ProductGroup,
        Self::UnreadableRow,
        Self::Identifiers,
    ];

    /// Its stable name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Selection => "selection",
            Self::Relationship => "relationship",
            Self::Targeting => "targeting",
            Self::Registers => "registers",
            Self::Sharing => "sharing",
            Self::Age => "age",
            Self::Party => "party",
            Self::Basis => "basis",
            Self::Country => "country",
            Self::BasisRow => "basis-row",
            Self::PlatformConsent => "platform-consent",
            Self::Recipient => "recipient",
            Self::Informed => "informed",
            Self::Consent => "consent",
            Self::ProductGroup => "product-group",
            Self::UnreadableRow => "unreadable-row",
            Self::Identifiers => "identifiers",
            Self::Other => "other",
        }
    }

    /// The rule that gives a reason.
    #[must_use]
    pub const fn of(reason: Reason) -> Self {
        match reason {
            Reason::OptedOut | Reason::TargetingUnknown => Self::Targeting,
            Reason::OnRegister => Self::Registers,
            Reason::LinkedToObjector => Self::Sharing,
            Reason::UnreadableRow => Self::UnreadableRow,
            Reason::UnderAge | Reason::AgeUnknown => Self::Age,
            Reason::NotACustomer | Reason::RelationshipUnknown => Self::Relationship,
            Reason::PartyMismatch | Reason::PartyUnknown => Self::Party,
            Reason::NoConsent | Reason::BasisUnknown => Self::Basis,
            Reason::CountryUnknown => Self::Country,
            Reason::NoBasis | Reason::BasisExpired => Self::BasisRow,
            Reason::PlatformConsentMissing => Self::PlatformConsent,
            Reason::SelectionUnknown => Self::Selection,
            Reason::IdentifierWithheld | Reason::SharedIdentifier | Reason::NoIdentifier => Self::Identifiers,
            Reason::RecipientExpired => Self::Recipient,
            Reason::NotInformed | Reason::InformedUnknown | Reason::CoolingOff => Self::Informed,
            Reason::ConsentUnproven | Reason::ConsentExpired | Reason::ConsentWordingMismatch => {
                Self::Consent
            }
            Reason::OtherProductGroup => Self::ProductGroup,
            #[allow(unreachable_patterns, reason = "a reason that is new is still told")]
            _ => Self::Other,
        }
    }
}

/// A rule's answer; against and unknown may both hold of somebody with several rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Nothing is held against the person.
    For,
    /// Keeps the person out.
    Against,
    /// Could not be told, which keeps the person out as well.
    Unknown,
    /// No source maps the field.
    Silent,
    /// The config, the platform or another answer makes the question void.
    NotAsked,
}

impl Answer {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::For => "for",
            Self::Against => "against",
            Self::Unknown => "unknown",
            Self::Silent => "silent",
            Self::NotAsked => "not asked",
        }
    }
}

/// One rule, answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Which.
    pub rule: Rule,
    /// One answer, or against and unknown.
    pub answers: Vec<Answer>,
    /// The reasons it gives.
    pub reasons: Reasons,
}

/// What is known of a person apart from the verdict.
pub struct Known<'k> {
    /// The rows joined.
    pub standing: &'k Standing,
    /// The objections that name the person.
    pub named: &'k Named,
    /// Scopes of others' objections on shared identifiers.
    pub linked: Scopes,
    /// Whether an unreadable row concerns the person.
    pub unreadable: bool,
}

/// Every rule's answer in one cell, in the order of [`Rule::ALL`].
#[must_use]
pub fn answers(
    policy: &Policy,
    closure: Closure,
    index: usize,
    known: &Known<'_>,
    verdict: &CellVerdict,
) -> Vec<Answered> {
    let cell = &policy.cells[index];
    let audience = &policy.audiences[cell.audience];
    let standing = known.standing.cells[index];
    let mut reasons = standing.reasons.union(Policy::unanswered(standing.answered)).union(verdict.reasons);
    let named = known.named;
    // Said of people whom the filter leaves out, too: their verdict stops before.
    let is_named = named.scopes().meets(audience.binding);
    if named.flag_binds(audience.binding) {
        reasons = reasons.with(Reason::OptedOut);
    }
    if named.registers_binding(audience.binding) != 0 {
        reasons = reasons.with(Reason::OnRegister);
    }
    if closure == Closure::Person && !is_named && known.linked.meets(audience.binding) {
        reasons = reasons.with(Reason::LinkedToObjector);
    }
    if known.unreadable {
        reasons = reasons.with(Reason::UnreadableRow);
    }
    let asked =
        |question: Question| if standing.answered.has(question) { Answer::For } else { Answer::Silent };
    let given = |is_given: bool| if is_given { Answer::For } else { Answer::NotAsked };
    let quiet = |rule: Rule| match rule {
        Rule::Selection => match (&audience.filter, standing.selected) {
            (None, _) => Answer::NotAsked,
            (Some(_), selected) if selected.has(Selected::YES) => Answer::For,
            (Some(_), Selected::NO) => Answer::Against,
            (Some(_), _) => Answer::Unknown,
        },
        Rule::Relationship => asked(Question::Relationship),
        Rule::Targeting => {
            let has_flag = named.entries().any(|(origin, _)| origin == Origin::Flag);
            if has_flag { Answer::For } else { asked(Question::Targeting) }
        }
        Rule::Sharing => given(closure == Closure::Person && !is_named),
        Rule::Age if audience.age_band == 0 => Answer::NotAsked,
        Rule::Age => asked(Question::Age),
        Rule::Party => asked(Question::Party),
        Rule::Basis => asked(Question::Basis),
        Rule::Country => asked(Question::Country),
        Rule::BasisRow => given(standing.bases != 0),
        Rule::PlatformConsent => given(standing.answered.has(Question::PlatformConsent)),
        Rule::Informed => asked(Question::Informed),
        Rule::Consent => given(standing.answered.has(Question::Consent)),
        Rule::ProductGroup => given(audience.product_group.is_some()),
        Rule::Identifiers => given(verdict.eligible().is_some()),
        Rule::Recipient | Rule::Registers | Rule::UnreadableRow | Rule::Other => Answer::For,
    };
    let rules = Rule::ALL.into_iter().chain([Rule::Other]);
    let answered = rules.map(|rule| {
        let own = reasons.iter().filter(|reason| Rule::of(*reason) == rule);
        let own = own.fold(Reasons::NONE, Reasons::with);
        let mut answers = Vec::new();
        for reason in own.iter() {
            let answer = if is_unknown(reason) { Answer::Unknown } else { Answer::Against };
            // Nobody has answered: silence is what keeps the person out.
            let answer = if answer == Answer::Unknown && quiet(rule) == Answer::Silent {
                Answer::Silent
            } else {
                answer
            };
            if !answers.contains(&answer) {
                answers.push(answer);
            }
        }
        if answers.is_empty() {
            answers.push(quiet(rule));
        }
        Answered { rule, answers, reasons: own }
    });
    answered.filter(|answered| answered.rule != Rule::Other || !answered.reasons.is_empty()).collect()
}

/// Whether a reason says that something could not be told.
const fn is_unknown(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::AgeUnknown
            | Reason::RelationshipUnknown
            | Reason::TargetingUnknown
            | Reason::PartyUnknown
            | Reason::BasisUnknown
            | Reason::CountryUnknown
            | Reason::InformedUnknown
            | Reason::ConsentUnproven
            | Reason::SelectionUnknown
    )
}

#[cfg(test)]
mod tests {
    use super::{Answer, Known, Rule, answers};
    use crate::people::{Party, Use};
    use crate::policy::closure::Closure;
    use crate::policy::facts::{
        AgeFact, Answer as Fact, BasisFact, ConsentFact, CountryFact, InformedFact, PartyFact, RowFacts,
    };
    use crate::policy::objections::{Named, Origin};
    use crate::policy::reason::Reason;
    use crate::policy::rules::{AudienceRules, BasisRow, Cell, Policy};
    use crate::policy::scope::{Purpose, Scope, Scopes, binding_scopes};
    use crate::policy::verdict::{Holdings, PersonFacts, decide};

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
        let basis = BasisRow {
            ground: Use::LegitimateInterest,
            platforms: vec!["meta".into()],
            countries: vec![*b"FI"],
            purposes: vec![Purpose::Retarget],
            parties: vec![Party::Consumer],
            in_force: true,
            notice_since: 1,
            wording: None,
        };
        let cell = |platform, asks_signals| Cell {
            audience: 0,
            platform,
            asks_signals,
            recipient_expired: asks_signals,
            takes_email: true,
            takes_phone: true,
            takes_email_hash: true,
            takes_phone_hash: true,
        };
        Policy {
            audiences: vec![audience],
            bases: vec![basis],
            cells: vec![cell("meta", false), cell("google-ads", true)],
            age_limits: vec![18],
        }
    }

    fn row() -> RowFacts {
        RowFacts {
            source: 0,
            relationship: Fact::Yes,
            targeting: Fact::Silent,
            age: AgeFact::Band(1),
            party: PartyFact::Silent,
            basis: BasisFact::Ground(Use::LegitimateInterest),
            country: CountryFact::Known(*b"FI"),
            informed: InformedFact::Silent,
            consent: ConsentFact::SILENT,
            ad_user_data: Fact::Silent,
            ad_personalization: Fact::Silent,
            predicates: Vec::new(),
        }
    }

    /// A change of the row, the cell, the rule looked at, and its answers.
    type Case = (fn(&mut RowFacts), usize, Rule, &'static [Answer]);

    #[test]
    fn every_rule_answers_as_the_rule_book_says() {
        use Answer::{Against, For, NotAsked, Silent, Unknown};
        let cases: [Case; 33] = [
            (|_| {}, 0, Rule::Selection, &[NotAsked]),
            (|_| {}, 0, Rule::Relationship, &[For]),
            (|row| row.relationship = Fact::No, 0, Rule::Relationship, &[Against]),
            (|row| row.relationship = Fact::Unknown, 0, Rule::Relationship, &[Unknown]),
            (|row| row.relationship = Fact::Silent, 0, Rule::Relationship, &[Silent]),
            (|_| {}, 0, Rule::Targeting, &[Silent]),
            (|row| row.targeting = Fact::Yes, 0, Rule::Targeting, &[For]),
            (|row| row.targeting = Fact::Unknown, 0, Rule::Targeting, &[Unknown]),
            (|_| {}, 0, Rule::Age, &[For]),
            (|row| row.age = AgeFact::Band(0), 0, Rule::Age, &[Against]),
            (|row| row.age = AgeFact::Unknown, 0, Rule::Age, &[Unknown]),
            (|row| row.age = AgeFact::Silent, 0, Rule::Age, &[Silent]),
            (|_| {}, 0, Rule::Party, &[Silent]),
            (|row| row.party = PartyFact::Known(Party::Consumer), 0, Rule::Party, &[For]),
            (|row| row.party = PartyFact::Known(Party::Business), 0, Rule::Party, &[Against]),
            (|row| row.basis = BasisFact::None, 0, Rule::Basis, &[Against]),
            (|row| row.basis = BasisFact::None, 0, Rule::BasisRow, &[NotAsked]),
            (|row| row.country = CountryFact::Unknown, 0, Rule::Country, &[Unknown]),
            (|row| row.country = CountryFact::Known(*b"SE"), 0, Rule::BasisRow, &[Against]),
            (|_| {}, 0, Rule::BasisRow, &[For]),
            (|_| {}, 0, Rule::PlatformConsent, &[NotAsked]),
            (|_| {}, 1, Rule::PlatformConsent, &[Against]),
            (|_| {}, 1, Rule::BasisRow, &[Against]),
            (|_| {}, 0, Rule::Identifiers, &[Against]),
            (|_| {}, 0, Rule::Recipient, &[For]),
            (|_| {}, 1, Rule::Recipient, &[Against]),
            (|_| {}, 0, Rule::Informed, &[Silent]),
            (|row| row.informed = InformedFact::Unknown, 0, Rule::Informed, &[Unknown]),
            (
                |row| row.informed = InformedFact::Since { reached: 1, cooling: true },
                0,
                Rule::Informed,
                &[Against],
            ),
            (
                |row| row.informed = InformedFact::Since { reached: 0, cooling: false },
                0,
                Rule::Informed,
                &[Against],
            ),
            (
                |row| row.informed = InformedFact::Since { reached: 1, cooling: false },
                0,
                Rule::Informed,
                &[For],
            ),
            (|row| row.consent.unproven = true, 0, Rule::Consent, &[Unknown]),
            (|_| {}, 0, Rule::ProductGroup, &[NotAsked]),
        ];
        let policy = policy();
        for (number, (change, cell, rule, expect)) in cases.into_iter().enumerate() {
            let mut row = row();
            change(&mut row);
            let standing = policy.standing(&row);
            let (named, holdings) = (Named::default(), Holdings::default());
            let (linked, unreadable) = (Scopes::NONE, false);
            let facts =
                PersonFacts { standing: &standing, named: &named, linked, unreadable, holdings: &holdings };
            let verdict = decide(&policy, Closure::Person, &facts);
            let known = Known { standing: &standing, named: &named, linked, unreadable };
            let told = answers(&policy, Closure::Person, cell, &known, &verdict[cell]);
            let found = told.iter().find(|answered| answered.rule == rule).expect("every rule is told");
            assert_eq!(found.answers, expect, "case {number}: {rule:?}");
            assert_eq!(told.len(), Rule::ALL.len(), "case {number}");
        }
    }

    #[test]
    fn objections_are_told_by_whose_they_are_and_whether_they_bind() {
        use Answer::{Against, For, NotAsked, Silent};
        let policy = policy();
        let standing = policy.standing(&row());
        let (off, phone) = (Scopes::of(Scope::OffPlatformTargeting), Scopes::of(Scope::Phone));
        let cases = [
            (Named::default(), Scopes::NONE, [Silent, For, For]),
            (Named::by(Origin::Flag, off), off, [Against, For, NotAsked]),
            (Named::by(Origin::Flag, phone), Scopes::NONE, [For, For, For]),
            (Named::by(Origin::Register(0), off), off, [Silent, Against, NotAsked]),
            (Named::by(Origin::Register(0), phone), off, [Silent, For, Against]),
            (Named::watched(), off, [Silent, For, Against]),
        ];
        for (number, (named, linked, expect)) in cases.into_iter().enumerate() {
            let known = Known { standing: &standing, named: &named, linked, unreadable: false };
            let holdings = Holdings::default();
            let facts = PersonFacts {
                standing: &standing,
                named: &named,
                linked,
                unreadable: false,
                holdings: &holdings,
            };
            let verdict = decide(&policy, Closure::Person, &facts);
            let told = answers(&policy, Closure::Person, 0, &known, &verdict[0]);
            for (rule, answer) in [Rule::Targeting, Rule::Registers, Rule::Sharing].into_iter().zip(expect) {
                let found = told.iter().find(|answered| answered.rule == rule).expect("every rule is told");
                assert_eq!(found.answers, [answer], "case {number}: {rule:?}");
            }
        }
    }

    #[test]
    fn what_no_row_answers_keeps_out() {
        let nothing = Policy::unanswered(crate::policy::standing::Answered::default());
        let codes: Vec<&str> = nothing.iter().map(Reason::code).collect();
        assert_eq!(
            codes,
            [
                "age-unknown",
                "relationship-unknown",
                "basis-unknown",
                "country-unknown",
                "other-product-group"
            ]
        );
    }

    #[test]
    fn every_reason_belongs_to_a_rule_and_every_rule_gives_one() {
        for reason in Reason::ALL {
            assert_ne!(Rule::of(reason), Rule::Other, "{}", reason.code());
        }
        for rule in Rule::ALL {
            assert!(Reason::ALL.into_iter().any(|reason| Rule::of(reason) == rule), "{rule:?}");
        }
    }
}
