//! `verho build`: the run, and its account for people or machines.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::json;

use super::args;
use super::bar::Bar;
use super::clock;
use super::exit::ExitStatus;
use super::failure::Failure;
use super::signals;
use super::talk::{self, Message, Talk, count, several};
use super::timings;
use crate::commands::build::{BuildError, BuildOptions, Built, build as run_build};
use crate::manifest::{AudienceRecord, CodeCount, Manifest, PlatformRecord};
use crate::outputs::metrics::{RunMetrics, metrics};
use crate::outputs::report::weight;
use crate::outputs::{guide, job_files};
use crate::pipeline::RunError;
use crate::policy::reason::Reason;

/// How often a build waits for the next second when its name is taken.
const NAME_TRIES: u32 = 2;

pub(super) fn build(args: &args::Build, talk: Talk) -> Result<ExitStatus, Failure> {
    signals::listen();
    let started = std::time::Instant::now();
    if args.timings {
        timings::start();
    }
    let built = match built(args, talk) {
        Ok(built) => built,
        Err(error) => {
            let failure = Failure::from(error).placed(&args.config.config);
            for_the_job(args, talk, failure.status, None, &failure.codes());
            return Err(refused(failure, talk));
        }
    };
    account(&built, talk, started.elapsed());
    timings::tell(talk);
    let release = built.release.as_ref().map(|path| path.display().to_string());
    let stopped = (!built.refusals.is_empty())
        .then(|| Failure::from(RunError::Refused { refusals: built.refusals.clone() }));
    if talk.json {
        let predicate = &built.manifest.predicate;
        let unmapped: BTreeMap<_, _> = built.unmapped.iter().cloned().collect();
        let answer = json!({
            "release": release,
            "name": predicate.release.name,
            "as_of": predicate.release.as_of,
            "replay": predicate.release.replay,
            "outcome": predicate.release.outcome,
            "sources": predicate.sources,
            "registers": predicate.registers,
            "waivers": predicate.waivers,
            "audiences": predicate.audiences,
            "warnings": predicate.warnings,
            "state": predicate.state,
            "overdue": built.overdue,
            "again": built.is_again,
            "errors": stopped.as_ref().map_or_else(|| json!([]), Failure::as_json),
            "unmapped_columns": unmapped,
        });
        talk::data(format!("{answer}\n").as_bytes())?;
    } else if let Some(release) = release {
        talk::data(format!("{release}\n").as_bytes())?;
    }
    // Also where a guard stopped additions, whose code then is the run's.
    for overdue in &built.overdue {
        talk.warn(&overdue_message(overdue));
    }
    if let Some(stopped) = stopped {
        for_the_job(args, talk, stopped.status, Some(&built.manifest), &stopped.codes());
        return Err(stopped);
    }
    let is_late = !built.overdue.is_empty() || built.overdue_requests > 0;
    let status = if is_late { ExitStatus::Overdue } else { ExitStatus::Done };
    for_the_job(args, talk, status, Some(&built.manifest), &[]);
    Ok(status)
}

fn overdue_message(overdue: &CodeCount) -> Message {
    let number = overdue.count;
    match overdue.code.as_str() {
        "objection-late" => Message::new(
            "objection-late",
            format!(
                "{} longer than [state] latency_ceiling for the upload that removes them",
                several(number, "identifier has waited", "identifiers have waited")
            ),
            "upload the remove files of this release today, and say so: verho uploaded",
        ),
        _ => Message::new(
            "removal-unacknowledged",
            format!(
                "{} longer than [state] ack_within for the platform's answer",
                several(number, "removal has waited", "removals have waited")
            ),
            "upload the remove files of this release, and record the answer: verho receipt",
        ),
    }
}

/// The job's page and metrics, where they are asked for. They are no part of the release, so a fault
/// of theirs is told and changes nothing: a run must not be repeated for its page.
fn for_the_job(
    args: &args::Build,
    talk: Talk,
    status: ExitStatus,
    manifest: Option<&Manifest>,
    codes: &[&'static str],
) {
    let told = |option: &str, place: &std::path::Path, written: std::io::Result<()>| {
        if let Err(error) = written {
            talk.warn(&Message::new(
                "job-file",
                format!("{option}: {} cannot be written: {}", place.display(), error.kind()),
                "the release is not touched by this; name a file in a folder that you may write in",
            ));
        }
    };
    if let Some(place) = &args.summary {
        let text = manifest.map_or_else(|| guide::refused(codes), guide::summary);
        told("--summary", place, job_files::append(place, &text));
    }
    if let Some(place) = &args.metrics {
        let run = RunMetrics { exit_code: status as u8, finished: clock::now(), manifest };
        told("--metrics", place, job_files::replace(place, &metrics(&run)));
    }
}

/// For machines, what is in the way stands on standard output too.
fn refused(failure: Failure, talk: Talk) -> Failure {
    if talk.json {
        let answer = json!({ "release": null, "outcome": "refused", "errors": failure.as_json() });
        if let Err(error) = talk::data(format!("{answer}\n").as_bytes()) {
            return error.into();
        }
    }
    failure
}

fn built(args: &args::Build, talk: Talk) -> Result<Built, BuildError> {
    let mut tries = 0;
    loop {
        let options = BuildOptions {
            config: args.config.config.clone(),
            given: args.secrets.given(),
            now: clock::now(),
            as_of: args.as_of,
            dry_run: args.dry_run,
            first: args.first,
            random: clock::random(),
        };
        let bar = Bar::new(talk);
        let result = run_build(&options, &|progress| bar.moved(progress));
        match result {
            // A release is named by its second: two builds within one would be one name.
            Err(BuildError::Output(error))
                if error.is_release_exists() && args.as_of.is_none() && tries < NAME_TRIES =>
            {
                tries += 1;
                while clock::now() <= options.now {
                    std::thread::sleep(Duration::from_millis(50));
                }
            }
            result => return result,
        }
    }
}

/// What was read, decided and written, and what comes next.
fn account(built: &Built, talk: Talk, took: Duration) {
    let predicate = &built.manifest.predicate;
    let rows: u64 = predicate.sources.iter().map(|source| source.rows).sum();
    let bytes: u64 = predicate.sources.iter().map(|source| source.bytes).sum();
    let unreadable: u64 =
        predicate.sources.iter().flat_map(|source| &source.unreadable).map(|code| code.count).sum();
    let objections: u64 = predicate.registers.iter().map(|register| register.objections).sum();
    talk.say(
        "read",
        &format!(
            "read {} from {}{}, and {} from {}",
            several(rows, "row", "rows"),
            several(predicate.sources.len() as u64, "source", "sources"),
            if unreadable > 0 { format!(" ({} unreadable)", count(unreadable)) } else { String::new() },
            several(objections, "objection", "objections"),
            several(predicate.registers.len() as u64, "register", "registers"),
        ),
        &json!({"rows": rows, "bytes": bytes, "unreadable": unreadable, "objections": objections}),
    );
    for audience in &predicate.audiences {
        account_audience(audience, talk);
    }
    if !talk.is_json_log() {
        talk.say("gap", "", &json!({}));
    }
    for waiver in &predicate.waivers {
        talk.warn(&Message::new(
            "waived",
            format!(
                "register \"{}\": {} was let through by the waiver of {} ({}): {}",
                waiver.register, waiver.code, waiver.date, waiver.by, waiver.reason
            ),
            "it is used up now; take it out of the config",
        ));
    }
    for source in &predicate.sources {
        for declared in &source.not_identity_codes {
            talk.warn(&Message::new(
                "identity-codes-not-looked-for",
                format!(
                    "source \"{}\": by the word of {} ({} to {}) the column \"{}\" holds no Swedish or Estonian identity codes: {}",
                    source.name, declared.by, declared.date, declared.valid_until, declared.column, declared.reason
                ),
                "take not_identity_codes out of the config when the column changes",
            ));
        }
    }
    // Those that weigh most first, as in the report.
    let mut warnings: Vec<&CodeCount> = predicate.warnings.iter().collect();
    warnings.sort_by_key(|warning| weight(&warning.code));
    for warning in warnings {
        talk.warn(&warning_message(warning));
    }
    for (source, columns) in built.unmapped.iter().filter(|(_, columns)| !columns.is_empty()) {
        let number = several(columns.len() as u64, "column is", "columns are");
        let text = format!(
            "note: source \"{source}\": {number} not mapped and never read; `verho check` lists them"
        );
        talk.say("columns-unmapped", &text, &json!({"source": source, "columns": columns.len()}));
    }
    if built.overdue_requests > 0 {
        talk.warn(&Message::new(
            "requests-overdue",
            format!(
                "{} past the last day for an answer",
                several(built.overdue_requests, "request is", "requests are")
            ),
            "verho subject requests lists them",
        ));
    }
    if let Some(reason) = &built.latest_failed {
        talk.warn(&Message::new(
            "latest-not-moved",
            format!("the release is published, but the link `latest` does not point to it: {reason}"),
            "use the path on standard output; remove what stands in the link's place",
        ));
    }
    let seconds = took.as_secs_f64();
    match &built.release {
        None => talk.say(
            "dry-run",
            "dry run: all of it was done and checked, and nothing was published",
            &json!({"seconds": seconds}),
        ),
        Some(path) => {
            let path = path.display();
            let (code, what) = if built.is_again {
                ("again", "nothing has changed since the last release, which stands: nothing was written,")
            } else {
                ("published", "published")
            };
            let text = format!(
                "{what} in {seconds:.1} s\nnext: follow {path}/UPLOAD.md; check it again with: verho verify {path}"
            );
            talk.say(code, &text, &json!({"release": path.to_string(), "seconds": seconds}));
        }
    }
}

fn account_audience(audience: &AudienceRecord, talk: Talk) {
    let people = audience.people;
    let selected = people.suppressed + people.eligible;
    let withheld = if audience.withheld {
        let size = count(audience.size_before_objections);
        format!("; withheld: {size} people before objections, min_size is {}", count(audience.min_size))
    } else {
        String::new()
    };
    talk.say(
        "audience",
        &format!(
            "\n{}: {} selected, {} suppressed, {} eligible{withheld}",
            audience.name,
            several(selected, "person", "people"),
            count(people.suppressed),
            count(people.eligible)
        ),
        &json!({"audience": audience.name, "people": people, "rows": audience.rows, "withheld": audience.withheld}),
    );
    account_reasons(audience, talk);
    for platform in &audience.platforms {
        account_platform(&audience.name, platform, talk);
    }
}

/// One table: a line a reason, a column a platform.
fn account_reasons(audience: &AudienceRecord, talk: Talk) {
    let primary = |platform: &PlatformRecord, reason: Reason| {
        platform.reasons.iter().find(|found| found.code == reason.code()).map_or(0, |found| found.primary)
    };
    let told = Reason::ALL
        .into_iter()
        .filter(|reason| audience.platforms.iter().any(|platform| primary(platform, *reason) > 0));
    let told: Vec<Reason> = told.collect();
    if told.is_empty() {
        return;
    }
    let width = told.iter().map(|reason| reason.code().len()).max().unwrap_or_default();
    let mut text = String::from("  suppressed, by first reason\n ");
    for platform in &audience.platforms {
        let _ = write!(text, " {:>10}", platform.name);
    }
    for reason in told {
        text.push_str("\n ");
        for platform in &audience.platforms {
            let _ = write!(text, " {:>1$}", count(primary(platform, reason)), platform.name.len().max(10));
        }
        let _ = write!(text, "  {:<width$}  {}", reason.code(), reason.description());
    }
    let by_platform: BTreeMap<_, _> =
        audience.platforms.iter().map(|platform| (&platform.name, &platform.reasons)).collect();
    talk.say("suppressed", &text, &json!({"audience": audience.name, "reasons": by_platform}));
}

fn account_platform(audience: &str, platform: &PlatformRecord, talk: Talk) {
    let rows: u64 = platform.files.iter().map(|file| file.rows).sum();
    let files = platform.files.len() as u64;
    let text = if files == 0 {
        format!("  {}: no file", platform.name)
    } else {
        format!(
            "  {}: {} of {} in {}",
            platform.name,
            several(rows, "row", "rows"),
            several(platform.people.eligible, "person", "people"),
            several(files, "file", "files")
        )
    };
    talk.say(
        "written",
        &text,
        &json!({"audience": audience, "platform": platform.name, "rows": rows, "people": platform.people, "files": files}),
    );
}

/// A warning of the manifest in words.
fn warning_message(warning: &CodeCount) -> Message {
    let number = warning.count;
    let (code, what, hint) = match warning.code.as_str() {
        "audience-withheld" => (
            "audience-withheld",
            format!(
                "{} under min_size: no full file is written",
                several(number, "audience is", "audiences are")
            ),
            "widen where, or leave the audience out until it has grown",
        ),
        "under-platform-minimum" => (
            "under-platform-minimum",
            format!("{} under the platform's own minimum", several(number, "upload is", "uploads are")),
            "the platform may take the file and show no ad; `verho platforms NAME` tells its minimum",
        ),
        "recipient-undeclared" => (
            "recipient-undeclared",
            format!("{} not declared as a recipient", several(number, "platform is", "platforms are")),
            "declare each once with its legal entity, arrangement, transfer ground and terms: [[recipient]]",
        ),
        "register-age-unchecked" => (
            "register-age-unchecked",
            format!("{} not checked for age", several(number, "register is", "registers are")),
            "set max_age and age_from: a stale list of objections looks just like a fresh one",
        ),
        "register-unknown-scope" => (
            "register-unknown-scope",
            format!("{} a scope word that is not known", several(number, "objection has", "objections have")),
            "they count as objections to everything; map the word, or correct it at its source",
        ),
        "hash-matched-narrowly" => (
            "hash-matched-narrowly",
            format!(
                "{} met a hash in a register, under the forms that can be hashed only",
                several(number, "identifier", "identifiers")
            ),
            "ask the register's keeper for plain values or ids: a hash meets fewer ways of writing",
        ),
        "identifiers-over-share-cap" => (
            "identifiers-over-share-cap",
            format!(
                "{} for nobody: more people than share_cap hold {}",
                several(number, "identifier goes up", "identifiers go up"),
                if number == 1 { "it" } else { "them" }
            ),
            "look for placeholder values in the customer base",
        ),
        "identifiers-over-columns" => (
            "identifiers-over-columns",
            format!(
                "{} not fit the platform's columns",
                several(number, "identifier did", "identifiers did")
            ),
            "they are dropped in config order: name the best column first",
        ),
        "rows-unreadable" => (
            "rows-unreadable",
            format!("{} not be read", several(number, "customer row could", "customer rows could")),
            "whoever they concern is suppressed; export them again",
        ),
        "releases-not-marked" => (
            "releases-not-marked",
            format!(
                "{} published since the last that was marked as uploaded",
                several(number, "release was", "releases were")
            ),
            "if you uploaded one, say so: verho uploaded RELEASE; what is not marked is never taken out",
        ),
        "tags-of-this-run-only" => (
            "tags-of-this-run-only",
            "no root key is set: tags of suppressions mean nothing after this run".to_owned(),
            "make one with `verho keygen --root FILE` and set [keys] root",
        ),
        "unsigned" => (
            "unsigned",
            "no signing key is set: nobody can tell who made the release".to_owned(),
            "make one with `verho keygen --signing FILE` and set [keys] signing",
        ),
        _ => ("warning", format!("{}: {}", warning.code, count(number)), "see the manifest"),
    };
    Message::new(code, what, hint)
}
