//! The metrics of a run as text after OpenMetrics 1.0 (checked 2026-11-21: metric families with TYPE,
//! UNIT and HELP, closed by `# EOF`), for a collector that reads files, such as the one of `node_exporter`.
//!
//! It promises rounded counts only: each is rounded as the job page's, and a count too small to be told
//! is 0, as none is. Labels are names of the config. It asks no clock and writes no file.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::guide::ROUNDING_BASE;
use crate::manifest::{Manifest, RegisterAge, UploadKind};

/// A run as a monitor sees it.
#[derive(Debug, Clone, Copy)]
pub struct RunMetrics<'m> {
    /// How the program ends.
    pub exit_code: u8,
    /// When.
    pub finished: Timestamp,
    /// The manifest of what was published, or would have been by a dry run; none when the run refused.
    pub manifest: Option<&'m Manifest>,
}

/// A count as a number that can be shared: rounded as [`super::guide::rounded`], 0 where that tells none.
#[must_use]
pub const fn rounded_number(count: u64) -> u64 {
    if count < ROUNDING_BASE {
        return 0;
    }
    (count / ROUNDING_BASE + (count % ROUNDING_BASE >= ROUNDING_BASE / 2) as u64)
        .saturating_mul(ROUNDING_BASE)
}

/// Metric families in the making.
struct Families(String);

impl Families {
    fn family(&mut self, name: &str, kind: &str, unit: Option<&str>, help: &str) {
        let _ = writeln!(self.0, "# TYPE {name} {kind}");
        if let Some(unit) = unit {
            let _ = writeln!(self.0, "# UNIT {name} {unit}");
        }
        let _ = writeln!(self.0, "# HELP {name} {help}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        self.0.push_str(name);
        for (index, (label, text)) in labels.iter().enumerate() {
            let _ = write!(self.0, "{}{label}=\"{}\"", if index == 0 { '{' } else { ',' }, escaped(text));
        }
        let _ = writeln!(self.0, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }
}

/// A label's text: backslash, quote and line feed are escaped, which is all the format asks for.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// The text.
#[must_use]
pub fn metrics(run: &RunMetrics<'_>) -> String {
    let mut out = Families(String::new());
    out.family("verho_build", "info", None, "The program.");
    out.sample("verho_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    out.family(
        "verho_run_exit_code",
        "gauge",
        None,
        "How the last run ended: 0 published, 1 refused, 2 usage, 3 failed, 4 overdue, 130 interrupted.",
    );
    out.sample("verho_run_exit_code", &[], run.exit_code);
    let name = "verho_run_finished_timestamp_seconds";
    out.family(name, "gauge", Some("seconds"), "When the last run ended.");
    out.sample(name, &[], run.finished.as_second());
    if let Some(manifest) = run.manifest {
        release(&mut out, manifest);
    }
    out.0.push_str("# EOF\n");
    out.0
}

fn release(out: &mut Families, manifest: &Manifest) {
    let predicate = &manifest.predicate;
    let name = "verho_release_as_of_timestamp_seconds";
    out.family(name, "gauge", Some("seconds"), "The moment the release decided as of.");
    out.sample(name, &[], predicate.release.as_of.0.as_second());
    let cells = || {
        predicate.audiences.iter().flat_map(|audience| {
            audience.platforms.iter().map(move |platform| (audience.name.as_str(), platform))
        })
    };
    out.family("verho_people", "gauge", None, "People by what was decided, rounded; 0 may be a few.");
    for (audience, platform) in cells() {
        let people = platform.people;
        for (fate, number) in [
            ("eligible", people.eligible),
            ("suppressed", people.suppressed),
            ("not-selected", people.not_selected),
        ] {
            let labels = [("audience", audience), ("platform", &platform.name), ("fate", fate)];
            out.sample("verho_people", &labels, rounded_number(number));
        }
    }
    out.family("verho_file_rows", "gauge", None, "Rows of the upload files, rounded; 0 may be a few.");
    for (audience, platform) in cells() {
        for kind in [UploadKind::Full, UploadKind::Add, UploadKind::Remove] {
            let rows = platform.files.iter().filter(|file| file.kind == kind).map(|file| file.rows).sum();
            let labels = [("audience", audience), ("platform", &platform.name), ("kind", kind.word())];
            out.sample("verho_file_rows", &labels, rounded_number(rows));
        }
    }
    out.family(
        "verho_register_objections",
        "gauge",
        None,
        "Objections of each register, rounded; 0 may be a few.",
    );
    for register in &predicate.registers {
        let labels = [("register", register.name.as_str())];
        out.sample("verho_register_objections", &labels, rounded_number(register.objections));
    }
    let name = "verho_register_age_seconds";
    out.family(name, "gauge", Some("seconds"), "How old each register was, where that is known.");
    for register in &predicate.registers {
        if let RegisterAge::Known { seconds, .. } = register.age {
            out.sample(name, &[("register", &register.name)], seconds);
        }
    }
    if let Some(state) = &predicate.state {
        out.family(
            "verho_removals_owed",
            "gauge",
            None,
            "Members whose removal is owed from before, rounded; 0 may be a few.",
        );
        for (audience, platform) in cells() {
            let owed = platform.delta.as_ref().map_or(0, |delta| delta.owed);
            let labels = [("audience", audience), ("platform", &platform.name)];
            out.sample("verho_removals_owed", &labels, rounded_number(owed));
        }
        out.family("verho_overdue", "gauge", None, "Whether something is overdue, by code.");
        for overdue in &state.overdue {
            out.sample("verho_overdue", &[("code", &overdue.code)], u8::from(overdue.count > 0));
        }
        let name = "verho_objection_latency_seconds";
        out.family(name, "gauge", Some("seconds"), "How long objections took, over the last thirty days.");
        for (to, latency) in [("release", state.to_release), ("upload", state.to_upload)] {
            let Some(latency) = latency else { continue };
            for (share, seconds) in [
                ("median", latency.median_seconds),
                ("p95", latency.p95_seconds),
                ("max", latency.max_seconds),
            ] {
                out.sample(name, &[("to", to), ("share", share)], seconds);
            }
        }
    }
    out.family("verho_warnings", "gauge", None, "Warnings by code, rounded; 0 may be a few.");
    for warning in &predicate.warnings {
        out.sample("verho_warnings", &[("code", &warning.code)], rounded_number(warning.count));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::guide::rounded;
    use crate::outputs::tests::fixture::predicate;

    fn run(manifest: Option<&Manifest>) -> String {
        metrics(&RunMetrics {
            exit_code: 4,
            finished: "2026-11-21T02:00:09Z".parse().expect("a moment"),
            manifest,
        })
    }

    #[test]
    fn numbers_round_as_the_job_page_rounds_them() {
        for count in (0..300).chain([u64::MAX - 1, u64::MAX]) {
            let page = rounded(count);
            let number = rounded_number(count);
            assert_eq!(page, if number == 0 { "<10".to_owned() } else { number.to_string() }, "{count}");
        }
    }

    #[test]
    fn one_person_more_changes_no_metric() {
        let manifest = Manifest::new(Vec::new(), predicate(&["meta", "google-ads"]));
        let mut other = manifest.clone();
        for platform in &mut other.predicate.audiences[0].platforms {
            platform.people.suppressed += 1;
            platform.people.eligible -= 1;
        }
        other.predicate.registers[0].objections += 1;
        assert_eq!(run(Some(&manifest)), run(Some(&other)));
    }

    /// The grammar of OpenMetrics 1.0, as far as gauges and infos need it.
    pub(crate) fn assert_open_metrics(text: &str) {
        let body = text.strip_suffix("# EOF\n").expect("closed by # EOF");
        let mut families: Vec<(String, String)> = Vec::new();
        let mut samples = std::collections::BTreeSet::new();
        for line in body.lines() {
            if let Some(rest) = line.strip_prefix("# ") {
                let parts: Vec<&str> = rest.splitn(3, ' ').collect();
                let [word, name, value] = parts[..] else { panic!("{line}") };
                match word {
                    "TYPE" => {
                        assert!(families.iter().all(|(known, _)| known != name), "{name} stands twice");
                        assert!(matches!(value, "gauge" | "info"), "{line}");
                        families.push((name.to_owned(), value.to_owned()));
                    }
                    "UNIT" => assert!(name.ends_with(&format!("_{value}")), "{line}"),
                    "HELP" => assert!(!value.is_empty()),
                    _ => panic!("{line}"),
                }
                assert_eq!(families.last().map(|(known, _)| known.as_str()), Some(name), "{line}");
                continue;
            }
            let (name, value) = line.rsplit_once(' ').expect("a value");
            assert!(value.parse::<f64>().is_ok(), "{line}");
            assert!(samples.insert(name.to_owned()), "{name} stands twice");
            let bare = name.split('{').next().unwrap_or_default();
            let (family, kind) = families.last().expect("a family first");
            let wanted = if kind == "info" { format!("{family}_info") } else { family.clone() };
            assert_eq!(bare, wanted, "samples of a family stand together");
            assert!(bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
            if let Some(labels) = name.strip_prefix(&format!("{bare}{{")) {
                let labels = labels.strip_suffix('}').expect("closed");
                for label in labels.split("\",") {
                    let (label, _) = label.split_once("=\"").expect("a quoted value");
                    assert!(label.bytes().all(|byte| byte.is_ascii_lowercase()), "{line}");
                }
            }
        }
    }

    #[test]
    fn the_text_is_open_metrics_with_and_without_a_release() {
        let manifest = Manifest::new(Vec::new(), predicate(&["meta", "google-ads"]));
        let text = run(Some(&manifest));
        assert_open_metrics(&text);
        assert!(text.contains("verho_run_exit_code 4\n"), "{text}");
        assert!(text.contains("verho_people{audience=\"savings\",platform=\"meta\",fate=\"eligible\"} 0\n"));
        let bare = run(None);
        assert_open_metrics(&bare);
        assert!(!bare.contains("verho_people"));
        assert_eq!(escaped("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
    }

    #[test]
    fn the_grammar_of_the_test_refuses_what_the_format_refuses() {
        let good = run(None);
        for (from, to) in [
            ("# EOF\n", ""),
            ("verho_run_exit_code 4", "verho_run_exit_code four"),
            ("verho_build_info", "verho_build"),
            (
                "# UNIT verho_run_finished_timestamp_seconds seconds",
                "# UNIT verho_run_finished_timestamp_seconds days",
            ),
        ] {
            assert!(good.contains(from), "{from}");
            let bad = good.replacen(from, to, 1);
            assert!(std::panic::catch_unwind(|| assert_open_metrics(&bad)).is_err(), "{from} → {to}");
        }
    }
}
