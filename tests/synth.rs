//! A synthetic base as its users meet it: through the library alone.

use std::collections::BTreeSet;

use verho::policy::reason::Reason;
use verho::synth::{SynthOptions, synth};

#[test]
fn the_truth_speaks_the_codes_of_the_reason_table() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let out = folder.path().join("base");
    let report = synth(&SynthOptions { rows: 10_000, seed: 1, out: out.clone() }).expect("writes a base");
    let truth = std::fs::read_to_string(out.join("truth.csv")).expect("was written");
    let mut lines = truth.lines();
    assert_eq!(lines.next(), Some("customer_id,audience,upload,reason"));
    let mut seen = BTreeSet::new();
    for line in lines {
        let code = line.rsplit(',').next().expect("has cells");
        if !matches!(code, "" | "not-selected") {
            seen.insert(Reason::from_code(code).expect("a code of the table"));
        }
    }
    // Consumers only, every row readable, no basis past its day and no recipient: the other sixteen are planted.
    let absent = [
        Reason::UnreadableRow,
        Reason::PartyMismatch,
        Reason::PartyUnknown,
        Reason::BasisExpired,
        Reason::RecipientExpired,
        Reason::ConsentUnproven,
        Reason::ConsentExpired,
        Reason::ConsentWordingMismatch,
        Reason::NotInformed,
        Reason::InformedUnknown,
        Reason::CoolingOff,
        Reason::OtherProductGroup,
        Reason::IdentifierWithheld,
    ];
    assert_eq!(seen, Reason::ALL.into_iter().filter(|reason| !absent.contains(reason)).collect());
    assert!(report.people < report.rows);
}
