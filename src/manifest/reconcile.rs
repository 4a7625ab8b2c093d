//! Whether a manifest agrees with itself: every total equals its parts. Run before publishing and
//! again by `verify`. It reads no file.

use super::counts::total;
use super::{AudienceRecord, Manifest, Outcome, PlatformRecord, Retained, UploadKind};
use crate::policy::reason::Reason;

/// A total that does not equal its parts, and where: names from the config only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule} ({place})")]
pub struct Mismatch {
    /// Which audience, platform or list.
    pub place: String,
    /// The rule that does not hold.
    pub rule: &'static str,
}

impl Manifest {
    /// Every rule that does not hold; none when the record agrees with itself.
    #[must_use]
    pub fn reconcile(&self) -> Vec<Mismatch> {
        let mut found = Found(Vec::new());
        let predicate = &self.predicate;
        let unreadable = |code_counts: &[super::CodeCount]| total(code_counts.iter().map(|code| code.count));
        for source in &predicate.sources {
            let sum = unreadable(&source.unreadable);
            found.unless(
                sum.is_some_and(|sum| sum <= source.rows),
                || format!("source {}", source.name),
                "unreadable rows are some of the rows read",
            );
        }
        for register in &predicate.registers {
            found.unless(
                total([register.objections, register.lifted]).is_some_and(|sum| sum <= register.rows)
                    && register.unparsed <= register.objections
                    && register.unknown_scope <= register.objections,
                || format!("register {}", register.name),
                "objections and lifted ones are some of the rows read",
            );
        }
        let read = total(predicate.sources.iter().map(|source| source.rows));
        let broken = predicate.sources.iter().try_fold(0_u64, |sum, source| {
            unreadable(&source.unreadable).and_then(|more| sum.checked_add(more))
        });
        for audience in &predicate.audiences {
            if predicate.release.outcome == Outcome::Complete {
                found.unless(
                    Some(audience.rows.read) == read && Some(audience.rows.unreadable) == broken,
                    || format!("audience {}", audience.name),
                    "rows read and unreadable are those of the sources",
                );
            }
            check_audience(audience, predicate.release.outcome, &mut found);
        }
        found.unless(
            self.subject.windows(2).all(|pair| pair[0].name < pair[1].name),
            || "subject".to_owned(),
            "files are listed once, by name",
        );
        found.unless(
            predicate.retention.iter().map(|record| record.files).eq(Retained::ALL)
                && predicate
                    .retention
                    .iter()
                    .all(|record| record.due.is_none_or(|due| due >= predicate.release.as_of)),
            || "retention".to_owned(),
            "every kind of file has one date, not before the release's moment",
        );
        found.0
    }
}

struct Found(Vec<Mismatch>);

impl Found {
    fn unless(&mut self, holds: bool, place: impl FnOnce() -> String, rule: &'static str) {
        if !holds {
            self.0.push(Mismatch { place: place(), rule });
        }
    }
}

fn check_audience(audience: &AudienceRecord, outcome: Outcome, found: &mut Found) {
    let place = || format!("audience {}", audience.name);
    found.unless(
        audience.rows.add_up(),
        place,
        "rows read = unreadable + not selected + suppressed + eligible",
    );
    found.unless(audience.people.add_up(), place, "people read = not selected + suppressed + eligible");
    found.unless(
        audience.people.eligible <= audience.size_before_objections,
        place,
        "the size before objections is at least the eligible people",
    );
    found.unless(
        outcome == Outcome::RemovalsOnly
            || audience.withheld == (audience.size_before_objections < audience.min_size),
        place,
        "an audience is withheld exactly when it is under its smallest size",
    );
    for platform in &audience.platforms {
        check_platform(audience, platform, found);
        found.unless(
            (outcome == Outcome::Complete && !audience.withheld)
                || platform.files.iter().all(|file| file.kind == UploadKind::Remove),
            || format!("audience {}, platform {}", audience.name, platform.name),
            "a withheld audience and a removals-only release have remove files only",
        );
    }
}

fn check_platform(audience: &AudienceRecord, platform: &PlatformRecord, found: &mut Found) {
    let place = || format!("audience {}, platform {}", audience.name, platform.name);
    let (rows, people) = (&platform.rows, &platform.people);
    found.unless(rows.add_up(), place, "rows read = unreadable + not selected + suppressed + eligible");
    found.unless(people.add_up(), place, "people read = not selected + suppressed + eligible");
    found.unless(
        rows.read == audience.rows.read
            && rows.unreadable == audience.rows.unreadable
            && rows.not_selected == audience.rows.not_selected
            && people.read == audience.people.read
            && people.not_selected == audience.people.not_selected,
        place,
        "what was read and selected is the same on every platform",
    );
    found.unless(
        people.eligible <= audience.people.eligible,
        place,
        "who is eligible on a platform is eligible in the audience",
    );
    found.unless(
        total(platform.reasons.iter().map(|reason| reason.primary)) == Some(people.suppressed),
        place,
        "suppressed people = the sum over their first reasons",
    );
    found.unless(
        platform.reasons.iter().all(|reason| {
            reason.alone <= reason.primary
                && reason.primary <= reason.holds
                && reason.holds <= people.suppressed
        }),
        place,
        "a reason alone is at most first, first at most held, held at most the suppressed",
    );
    let order: Option<Vec<Reason>> =
        platform.reasons.iter().map(|reason| Reason::from_code(&reason.code)).collect();
    found.unless(
        order.is_some_and(|order| order.windows(2).all(|pair| pair[0] < pair[1])),
        place,
        "reasons are known and stand once, in order of precedence",
    );
    check_files(audience, platform, found);
    check_delta(audience, platform, found);
}

/// What changes adds up to what is live and to what the files hold.
fn check_delta(audience: &AudienceRecord, platform: &PlatformRecord, found: &mut Found) {
    let place = || format!("audience {}, platform {}", audience.name, platform.name);
    let Some(delta) = &platform.delta else { return };
    let rows = |kind| {
        let files = platform.files.iter().filter(move |file| file.kind == kind);
        total(files.map(|file| file.rows))
    };
    let has = |kind| platform.files.iter().any(|file| file.kind == kind);
    found.unless(
        total([delta.kept, delta.removed]) == Some(delta.live),
        place,
        "members that are live stay or go",
    );
    found.unless(
        !has(UploadKind::Full)
            || total(platform.members.iter().map(|members| members.count))
                == total([delta.kept, delta.added]),
        place,
        "members of the full files stay or are new",
    );
    found.unless(
        !has(UploadKind::Remove)
            || rows(UploadKind::Remove) == total([delta.removed, delta.owed, delta.widened]),
        place,
        "the remove files have a row for each member who goes, is owed, or widens them",
    );
    found.unless(
        !has(UploadKind::Add) || total([delta.added, delta.resent, delta.widened]).is_some_and(|sum| sum > 0),
        place,
        "an add file is there for somebody",
    );
}

fn check_files(audience: &AudienceRecord, platform: &PlatformRecord, found: &mut Found) {
    let place = || format!("audience {}, platform {}", audience.name, platform.name);
    found.unless(
        platform.files.iter().all(|file| {
            file.parts.is_power_of_two()
                && (1..=file.parts).contains(&file.part)
                && file.name
                    == format!(
                        "audiences/{}/{}/{}",
                        audience.name,
                        platform.name,
                        file.kind.file_name(file.part, file.parts)
                    )
        }),
        place,
        "upload files are named for what they hold",
    );
    for kind in [UploadKind::Full, UploadKind::Add, UploadKind::Remove] {
        let files: Vec<_> = platform.files.iter().filter(|file| file.kind == kind).collect();
        found.unless(
            files
                .iter()
                .enumerate()
                .all(|(at, file)| file.parts as usize == files.len() && file.part as usize == at + 1),
            place,
            "all parts of an upload are there, in order",
        );
    }
}
