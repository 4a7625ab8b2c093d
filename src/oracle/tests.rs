//! Tests of the oracle by hand-written tables: every rule of `docs/decisions.md` at least once.
//! People, companies and numbers are invented.

mod closure;
mod contracts;
mod evidence;
mod forms;
mod reading;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use super::{Fate, OracleError, Outcome, decide};
use crate::config::Config;

/// A base in a scratch folder; each part has a default that lets everybody through.
struct Base {
    policy: &'static str,
    /// Columns beside `id`, `email` and `phone`.
    columns: &'static str,
    attributes: &'static str,
    customers: String,
    /// Further lines of the config: registers and sources.
    more: String,
    files: Vec<(&'static str, Vec<u8>)>,
    bases: &'static str,
    audiences: &'static str,
    as_of: &'static str,
}

/// The columns of most tables here.
const PLAIN: &str = "country = { default = \"FI\" }\nrelationship = { constant = \"current\" }\n\
    basis = { constant = \"legitimate_interest\" }\ntargeting = { column = \"ban\", opted_out = [\"1\"], blank = \"not_objected\" }\n";

/// A basis for everything in Finland.
const BROAD: &str = "[[basis]]\nuse = \"legitimate_interest\"\nplatforms = [\"meta\", \"linkedin\", \"google-ads\", \"tiktok\"]\n\
    countries = [\"FI\"]\npurposes = [\"retarget\", \"exclude\", \"lookalike_seed\"]\nassessment = \"LIA-1\"\n\
    notice = { id = \"n\", version = \"1\" }\n";

const ON_META: &str = "[[audience]]\nname = \"a\"\nplatforms = [\"meta\"]\nmin_size = 1\n";

impl Base {
    /// Customers with the columns id, email, phone and ban.
    fn of(rows: &str) -> Self {
        Self {
            policy: "min_age = 0\nmax_unreadable = \"100%\"\n",
            columns: PLAIN,
            attributes: "",
            customers: format!("id,email,phone,ban\n{}", lines(rows)),
            more: String::new(),
            files: Vec::new(),
            bases: BROAD,
            audiences: ON_META,
            as_of: "2026-11-21T02:00:00Z",
        }
    }

    /// With a register of this config and content.
    fn register(mut self, config: &str, name: &'static str, content: &str) -> Self {
        let _ = std::fmt::Write::write_fmt(
            &mut self.more,
            format_args!("[[register]]\nname = \"r{}\"\npath = \"{name}\"\n{config}\n", self.files.len()),
        );
        self.files.push((name, lines(content).into_bytes()));
        self
    }

    fn run(&self) -> Outcome {
        self.try_to_run().unwrap_or_else(|error| panic!("{error}"))
    }

    fn try_to_run(&self) -> Result<Outcome, OracleError> {
        let dir = tempfile::tempdir().expect("a scratch folder");
        std::fs::write(dir.path().join("customers.csv"), &self.customers).expect("a scratch file");
        for (name, content) in &self.files {
            std::fs::write(dir.path().join(name), content).expect("a scratch file");
        }
        let text = format!(
            "schema = 1\n[controller]\nname = \"Example Ltd\"\nrole = \"controller\"\n[policy]\n{}\n\
             [[source]]\nname = \"crm\"\npath = \"customers.csv\"\n[source.columns]\ncustomer_id = \"id\"\n\
             email = [\"email\"]\nphone = [\"phone\"]\n{}\n[source.attributes]\n{}\n{}\n{}\n{}\n",
            self.policy, self.columns, self.attributes, self.more, self.bases, self.audiences
        );
        let config = Config::parse(&dir.path().join("verho.toml"), &text)
            .unwrap_or_else(|faults| panic!("{}", faults.render(false)));
        decide(&config, self.as_of.parse().expect("a moment"))
    }

    /// What becomes of everybody in the first audience on its first platform, and what should.
    fn check(&self, expect: &[(&str, &str)]) {
        let outcome = self.run();
        assert_eq!(fates(&outcome, 0, 0), table(expect));
    }
}

/// Rows written on one line, separated by bars.
fn lines(rows: &str) -> String {
    let rows: Vec<_> = rows.split('|').map(str::trim).collect();
    rows.join("\n") + "\n"
}

fn table(expect: &[(&str, &str)]) -> BTreeMap<String, String> {
    expect.iter().map(|(id, fate)| ((*id).to_owned(), (*fate).to_owned())).collect()
}

/// By customer id: `up`, `not selected`, or the codes, sorted.
fn fates(outcome: &Outcome, audience: usize, platform: usize) -> BTreeMap<String, String> {
    let decisions = &outcome.audiences[audience].platforms[platform].decisions;
    let word = |fate: &Fate| match fate {
        Fate::Eligible => "up".to_owned(),
        Fate::NotSelected => "not selected".to_owned(),
        Fate::Suppressed(codes) => codes.iter().cloned().collect::<Vec<_>>().join(" "),
    };
    decisions.iter().map(|((_, id), fate)| (id.clone(), word(fate))).collect()
}

/// The ids that are suppressed with exactly this code.
fn with(outcome: &Outcome, code: &str) -> BTreeSet<String> {
    fates(outcome, 0, 0).into_iter().filter(|(_, fate)| fate == code).map(|(id, _)| id).collect()
}
