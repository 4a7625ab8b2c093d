//! The sample's release made odd: no audience that passes, one, forty, names that are long or mean harm,
//! something live with removals owed and promises overdue, a guard that let removals through only.

use verho::manifest::{
    CodeCount, DeltaRecord, LatencyRecord, Manifest, Outcome, StateRecord, UploadFile, UploadKind,
};

/// The sample with other audiences: one, forty, or with names that mean harm.
pub(super) fn variants(sample: &Manifest) -> Vec<(&'static str, Manifest, Vec<Manifest>)> {
    let mut one = sample.clone();
    one.predicate.audiences.truncate(1);
    let mut forty = sample.clone();
    let audiences = forty.predicate.audiences.clone();
    forty.predicate.audiences = audiences.iter().cycle().take(40).cloned().collect();
    for (at, audience) in forty.predicate.audiences.iter_mut().enumerate() {
        audience.name = format!("{}-{at}", audience.name);
    }
    let mut hostile = sample.clone();
    let predicate = &mut hostile.predicate;
    let name = "<img src=https://example.com/x onerror=\"console.error(1)\"></td>\u{202e}gnp.exe\u{0}";
    name.clone_into(&mut predicate.controller.name);
    for source in &mut predicate.sources {
        source.identifiers.iter_mut().for_each(|column| column.column.push_str(name));
        source.name = format!("{}{}", "lähde".repeat(40), name);
    }
    predicate.audiences[0].selection = Some(format!("{name} = '{}'", "ä".repeat(2_000)));
    predicate.audiences[0].name = "a-very-long-name-without-any-blank-".repeat(6);
    let mut none = sample.clone();
    for audience in &mut none.predicate.audiences {
        audience.withheld = true;
        for platform in &mut audience.platforms {
            platform.files.clear();
            platform.rows.suppressed += std::mem::take(&mut platform.rows.eligible);
            platform.people.suppressed += std::mem::take(&mut platform.people.eligible);
        }
    }
    let past = (1..30).map(|day| {
        let mut past = sample.clone();
        past.predicate.release.name = format!("2026-10-{day:02}T02-00-00Z");
        for platform in past.predicate.audiences.iter_mut().flat_map(|audience| &mut audience.platforms) {
            platform.people.eligible += day * day % 37;
        }
        past
    });
    let past: Vec<Manifest> = past.collect();
    let (live, stopped) = (live(sample), removals_only(sample));
    vec![
        ("live", live, past.clone()),
        ("removals-only", stopped, Vec::new()),
        ("sample", sample.clone(), Vec::new()),
        ("one", one, Vec::new()),
        ("none", none, Vec::new()),
        ("forty", forty, past.clone()),
        ("hostile", hostile, Vec::new()),
        ("history", sample.clone(), past),
    ]
}

/// Something is live, removals are owed, and all that can be overdue is.
fn live(sample: &Manifest) -> Manifest {
    let mut live = sample.clone();
    let predicate = &mut live.predicate;
    let platforms = predicate.audiences.iter_mut().flat_map(|audience| &mut audience.platforms);
    for (at, platform) in (1_u64..).zip(platforms) {
        let (added, kept, removed) = (at * 1_003, at * 20_011, at * 7);
        let delta = DeltaRecord {
            against: "2026-11-20T02-00-00Z".to_owned(),
            live: kept + removed,
            added,
            kept,
            removed,
            owed: removed + at,
            widened: 0,
            resent: 0,
        };
        for (kind, rows) in [(UploadKind::Add, added), (UploadKind::Remove, delta.owed)] {
            platform.files.push(file(kind, rows));
        }
        platform.delta = Some(delta);
    }
    let latency = |measured| {
        Some(LatencyRecord { measured, median_seconds: 3_600, p95_seconds: 90_000, max_seconds: 200_000 })
    };
    predicate.state = Some(StateRecord {
        id: "00".repeat(16),
        generation: 3,
        to_release: latency(1_234),
        to_upload: latency(12),
        overdue: CodeCount::list([
            ("objection-late", 11),
            ("removal-unacknowledged", 1_729),
            ("requests-overdue", 2),
        ]),
    });
    live
}

/// A guard stopped additions: nothing but remove files.
fn removals_only(sample: &Manifest) -> Manifest {
    let mut stopped = live(sample);
    let predicate = &mut stopped.predicate;
    predicate.release.outcome = Outcome::RemovalsOnly;
    predicate.release.refusals = CodeCount::list([("register-stale", 1), ("audience-swing", 2)]);
    predicate.registers[0].broken = CodeCount::list([("register-stale", 1)]);
    for platform in predicate.audiences.iter_mut().flat_map(|audience| &mut audience.platforms) {
        platform.files.retain(|file| file.kind == UploadKind::Remove);
        if let Some(delta) = &mut platform.delta {
            delta.added = 0;
        }
    }
    stopped
}

fn file(kind: UploadKind, rows: u64) -> UploadFile {
    UploadFile { name: format!("{kind:?}.csv").to_lowercase(), kind, part: 1, parts: 1, rows, bytes: 5 }
}
