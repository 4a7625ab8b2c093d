//! A build against what is live: the state opened and held against the newest release, the guards
//! over time, what each cell may do, and the state's head as it will be once the release is out.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sha2::{Digest as _, Sha256};

use super::{BuildError, BuildOptions, part};
use crate::commands::settle::done;
use crate::config::{Audience, Basis, Config, SingleRemoval, StateSettings, Use};
use crate::manifest::{
    CodeCount, DeltaRecord, Hex32, LatencyRecord, Manifest, Moment, StateRecord, UploadFile, UploadKind,
};
use crate::outputs::Disk;
use crate::pipeline::before::Erased;
use crate::pipeline::delta::{Asked, Changes, Delta, Mode, delta};
use crate::pipeline::keys::RootKey;
use crate::pipeline::{Live, Refusal, Results};
use crate::platforms::{Operation, Platform};
use crate::sources::releases::PublishedRelease;
use crate::state::{
    BasisNote, CellRelease, FileRows, Head, LastRelease, Latency, LatencyTo, Opening, State, StateError,
    Subjects,
};

/// Releases with files for a cell that are kept until one of them is marked as uploaded.
const RELEASES_KEPT: usize = 16;
/// The same where each holds the whole audience.
const REPLACING_KEPT: usize = 3;
/// Days over which latencies are told.
const LATENCY_DAYS: i64 = 30;
/// Most latencies kept; the oldest go first.
const LATENCIES_MAX: usize = 4096;
/// Seconds of a day.
const DAY: u64 = 86_400;

/// The live state of one build.
pub(super) struct LiveRun<'c> {
    state: State,
    settings: &'c StateSettings,
    zone: TimeZone,
    as_of: Timestamp,
    /// The head as it will be.
    head: Head,
    /// This release, by number.
    release: u32,
    /// The state's number of each basis of the config.
    bases: Vec<u8>,
    /// People who were erased.
    erased: Option<&'c Erased>,
    unacknowledged: u64,
    late: u64,
}

/// What each audience may do, and why additions are stopped.
pub(super) struct Allowed {
    /// One an audience.
    pub(super) modes: Vec<Mode>,
    /// Whether a guard stopped additions, for every audience.
    pub(super) refusals: Vec<Refusal>,
}

/// A moment as the state's lists hold it.
pub(crate) fn seconds(moment: Timestamp) -> u32 {
    u32::try_from(moment.as_second()).unwrap_or(0)
}

/// The moment of such a number.
pub(crate) fn moment(seconds: u32) -> Moment {
    Moment(Timestamp::from_second(i64::from(seconds)).expect("every such number is a moment in range"))
}

fn epoch() -> Date {
    jiff::civil::date(1970, 1, 1)
}

/// Seconds from the beginning of a day (since 1970) to a moment.
pub(crate) fn seconds_since_day(day: u32, zone: &TimeZone, until: Timestamp) -> u64 {
    let date = epoch().saturating_add(jiff::Span::new().days(i64::from(day)));
    let begin = date.to_zoned(zone.clone()).map(|zoned| zoned.timestamp());
    begin.map_or(0, |begin| u64::try_from(until.duration_since(begin).as_secs()).unwrap_or(0))
}

/// Adds latencies to a head, and forgets the old ones.
pub(crate) fn note_latencies(head: &mut Head, to: LatencyTo, days: &[u32], zone: &TimeZone, at: Timestamp) {
    let measured =
        days.iter().map(|day| Latency { at: Moment(at), to, seconds: seconds_since_day(*day, zone, at) });
    head.latencies.extend(measured);
    head.latencies.retain(|latency| at.duration_since(latency.at.0).as_hours() <= 24 * LATENCY_DAYS);
    let over = head.latencies.len().saturating_sub(LATENCIES_MAX);
    head.latencies.drain(..over);
}

/// Whether this release was published with this manifest.
pub(crate) fn is_published(config: &Config, release: &str, manifest_sha256: Hex32) -> bool {
    PublishedRelease::open(&config.output.dir.join(release))
        .is_ok_and(|release| release.manifest_sha256 == manifest_sha256)
}

/// Opens the state, or begins one; holds it against the newest release.
pub(super) fn begin<'c>(
    config: &'c Config,
    root: &RootKey,
    options: &BuildOptions,
    disk: &Disk,
    newest: Option<&PublishedRelease>,
    release: &str,
    erased: Option<&'c Erased>,
) -> Result<Option<LiveRun<'c>>, BuildError> {
    let as_of = options.as_of.unwrap_or(options.now);
    if options.first && config.state.is_none() {
        return Err(StateError::NotKept.into());
    }
    let Some(settings) = config.state.as_ref().filter(|_| as_of == options.now) else { return Ok(None) };
    let opening = Opening {
        disk,
        dir: &settings.dir,
        key: root.state_key(),
        // The root key lasts, so these bytes of the run serve nothing else.
        random: part(options.random, 0),
        controller: &config.controller.name,
    };
    let is_published = |name: &str, sha256| is_published(config, name, sha256);
    let state = if options.first {
        State::create(opening, is_published)?
    } else {
        let state = State::open(opening, is_published)?;
        if let Some(newest) = newest {
            let made_from = newest.manifest.predicate.state.as_ref();
            state.holds_against(
                &newest.manifest.predicate.release.name,
                made_from.map(|record| (record.id.as_str(), record.generation)),
            )?;
        }
        state
    };
    let mut head = state.head().clone();
    let release = head.release_number(release, Moment(as_of));
    let bases = config.bases.iter().map(|basis| head.basis_number(&note(basis))).collect();
    let zone = TimeZone::get(&config.policy.time_zone).expect("loading the config looked the zone up");
    let (unacknowledged, late) = (0, 0);
    Ok(Some(LiveRun { state, settings, zone, as_of, head, release, bases, erased, unacknowledged, late }))
}

fn note(basis: &Basis) -> BasisNote {
    BasisNote {
        ground: basis.basis.word().to_owned(),
        reference: match basis.basis {
            Use::LegitimateInterest => basis.assessment.clone(),
            Use::Consent => basis.consent_wording.clone(),
        },
        notice: format!("{} {}", basis.notice.id, basis.notice.version),
    }
}

/// Digest over everything that decides what a release of this night holds.
pub(super) fn inputs(config: &Config, root: &RootKey, results: &Results<'_, '_>) -> Hex32 {
    let mut hash = Sha256::new();
    hash.update(config.sha256);
    let texts = [
        env!("CARGO_PKG_VERSION"),
        crate::platforms::CHECKED,
        crate::identifiers::metadata_version(),
        &results.plan().today.to_string(),
        &root.id().unwrap_or_default(),
    ];
    for text in texts {
        hash.update([text.as_bytes(), b"\0"].concat());
    }
    for source in results.sources() {
        hash.update(source.commitment);
    }
    for register in results.registers() {
        hash.update(register.commitment);
    }
    for refusal in results.refusals() {
        hash.update([refusal.code.as_bytes(), b"\0"].concat());
    }
    Hex32(hash.finalize().into())
}

impl LiveRun<'_> {
    /// Numbers of the requests for erasure that are done by what is live and owed, marked or not.
    pub(super) fn erasures_done(
        &self,
        root: &RootKey,
        subjects: &Subjects,
    ) -> Result<BTreeSet<u32>, StateError> {
        done(&self.state, root, subjects)
    }

    /// Whether the run may go past guards: only where there is somebody to remove.
    pub(super) fn mode(&self) -> Live {
        let head = self.state.head();
        let is_anybody = head
            .cells
            .iter()
            .any(|cell| cell.owed_count > 0 || cell.live.as_ref().is_some_and(|live| live.members > 0));
        if is_anybody { Live::PastGuards } else { Live::Yes }
    }

    /// The release of this very night, when it was built before and nothing has changed since.
    pub(super) fn same_night(&self, config: &Config, inputs: Hex32) -> Option<PublishedRelease> {
        let head = self.state.head();
        let last = head.last.as_ref()?;
        let note = head.releases.get(last.release as usize)?;
        if last.inputs != inputs || last.generation != head.generation {
            return None;
        }
        let release = PublishedRelease::open(&config.output.dir.join(&note.name)).ok()?;
        (release.manifest_sha256 == note.manifest_sha256).then_some(release)
    }

    /// What each audience may do. `sizes` are counted before objections.
    pub(super) fn allowed(&self, config: &Config, results: &Results<'_, '_>, sizes: &[u64]) -> Allowed {
        let mut refusals = results.refusals().to_vec();
        let today = results.plan().today;
        for (audience, size) in config.audiences.iter().zip(sizes) {
            if self.is_over(audience, today) {
                refusals.extend(self.over(audience));
            } else {
                refusals.extend(self.swing(audience, *size));
            }
        }
        refusals.extend(self.dropped(config));
        let modes: Vec<Mode> = config
            .audiences
            .iter()
            .zip(sizes)
            .map(|(audience, size)| {
                if self.is_over(audience, today) {
                    Mode::Everyone
                } else if !refusals.is_empty() {
                    Mode::RemovalsOnly
                } else if *size < audience.min_size {
                    Mode::Withheld
                } else {
                    Mode::Complete
                }
            })
            .collect();
        let is_nobody_added = modes.iter().all(|mode| matches!(mode, Mode::Withheld | Mode::Everyone));
        if refusals.is_empty() && is_nobody_added && modes.contains(&Mode::Withheld) {
            refusals.push(super::all_withheld(config, sizes));
        }
        Allowed { modes, refusals }
    }

    fn is_over(&self, audience: &Audience, today: Date) -> bool {
        let is_closed = self.head.audiences.get(&audience.name).is_some_and(|known| known.closed.is_some());
        is_closed || is_expired(audience, today)
    }

    /// An audience that is over is refused once nobody of it is left anywhere.
    fn over(&self, audience: &Audience) -> Option<Refusal> {
        let is_anybody = self.state.head().cells.iter().any(|cell| {
            cell.audience == audience.name
                && (cell.owed_count > 0 || cell.live.as_ref().is_some_and(|live| live.members > 0))
        });
        let is_closed = self.head.audiences.get(&audience.name).is_some_and(|known| known.closed.is_some());
        let (code, what) = if is_closed {
            ("audience-closed", "it was closed")
        } else {
            ("audience-expired", "its campaign is over, and nobody of it is live any more")
        };
        (!is_anybody).then(|| over_refusal(audience, code, what))
    }

    fn swing(&self, audience: &Audience, size: u64) -> Option<Refusal> {
        let before = self.state.head().audiences.get(&audience.name)?.size_before_objections?;
        let most = audience.max_swing?;
        let changed = size.abs_diff(before);
        (changed as f64 > most * before as f64).then(|| Refusal {
            code: "audience-swing",
            message: format!(
                "audience \"{}\": {size} people before objections, where the last complete release had {before}",
                audience.name
            ),
            hint: "look at the sources; if the change is meant, raise the audience's max_swing for one build".to_owned(),
        })
    }

    /// Audiences and platforms that the config no longer names, and where somebody is still live.
    fn dropped(&self, config: &Config) -> Vec<Refusal> {
        let head = self.state.head();
        let is_named = |name: &str, platform: &str| {
            config.audiences.iter().any(|audience| {
                audience.name == name && audience.platforms.iter().any(|known| known == platform)
            })
        };
        let left = head.cells.iter().filter(|cell| {
            !is_named(&cell.audience, &cell.platform)
                && (cell.owed_count > 0 || cell.live.as_ref().is_some_and(|live| live.members > 0))
        });
        left.map(|cell| Refusal {
            code: "audience-dropped",
            message: format!(
                "audience \"{}\" is live on {}, and the config no longer names it",
                cell.audience, cell.platform
            ),
            hint: "put it back with valid_until in the past: then everybody is taken out, and it may go"
                .to_owned(),
        })
        .collect()
    }

    /// What this release changes in a cell.
    pub(super) fn delta<'r>(
        &mut self,
        results: &Results<'r, '_>,
        cell: usize,
        audience: &str,
        mode: Mode,
    ) -> Result<Delta<'r>, BuildError> {
        let platform = results.plan().cells[cell].platform;
        let now = seconds(self.as_of);
        let can = |operation| platform.screens.contains(&operation);
        let back = |seconds: u64| u32::try_from(u64::from(now).saturating_sub(seconds)).unwrap_or(0);
        let days = u64::from(platform.expiry_days.unwrap_or(0)) * DAY;
        let late_day = self.settings.latency_ceiling.map(|ceiling| {
            let day = (self.as_of - ceiling).to_zoned(self.zone.clone()).date();
            epoch().until(day).map_or(0, |span| u32::try_from(span.get_days()).unwrap_or(0))
        });
        let known = self.state.head().cell(audience, platform.name).cloned();
        let asked = Asked {
            cell,
            known: known.as_ref(),
            mode,
            replaces_only: !can(Operation::Add) || !can(Operation::Remove),
            replaces_single: self.settings.single_removal == SingleRemoval::Replace
                && can(Operation::Replace),
            now,
            // Well before the platform drops them, and not all in one night.
            resend_between: (days > 0).then(|| (back(days / 8 * 7), back(days / 8 * 5))),
            acknowledged_by: back(self.settings.ack_within.as_secs().unsigned_abs()),
            late_day,
            bases: &self.bases,
            erased: self.erased,
        };
        let delta = delta(results, &mut self.state, &asked)?;
        self.unacknowledged += delta.changes.unacknowledged;
        self.late += delta.changes.late;
        note_latencies(&mut self.head, LatencyTo::Release, &delta.objections, &self.zone, self.as_of);
        Ok(delta)
    }

    /// Notes what a cell's files do, and tells what the manifest says of it.
    pub(super) fn note(
        &mut self,
        audience: &str,
        platform: &Platform,
        delta: &Delta<'_>,
        files: &[UploadFile],
    ) -> Option<DeltaRecord> {
        let rows = |kind| files.iter().filter(|file| file.kind == kind).map(|file| file.rows).sum();
        let (release, names) = (self.release, &self.head.releases);
        let against = self
            .state
            .head()
            .cell(audience, platform.name)
            .and_then(|cell| cell.live.as_ref())
            .and_then(|live| names.get(live.release as usize))
            .map(|release| release.name.clone());
        let cell = self.head.cell_mut(audience, platform.name);
        cell.owed = (delta.owed.entries > 0).then(|| delta.owed.clone());
        cell.owed_count = delta.owed_count;
        cell.owed_since = delta.owed_since.map(moment);
        cell.objected_day = delta.objected_day;
        if !files.is_empty() {
            cell.releases.push(CellRelease {
                release,
                operations: delta.operations.clone(),
                replaces: delta.replaces,
                rows: FileRows {
                    remove: rows(UploadKind::Remove),
                    add: rows(UploadKind::Add),
                    full: rows(UploadKind::Full),
                },
                uploaded: None,
                receipts: Vec::new(),
                acknowledged: false,
            });
        }
        forget(&mut cell.releases);
        against.map(|against| record(against, delta.changes))
    }

    /// What the manifest says of the state, and of people's requests that wait too long for an answer.
    pub(super) fn record(&self, overdue_requests: u64) -> StateRecord {
        let times = |to| {
            let of = self.head.latencies.iter().filter(|latency| latency.to == to);
            LatencyRecord::of(of.map(|latency| latency.seconds).collect())
        };
        StateRecord {
            id: self.head.id.clone(),
            generation: self.state.head().generation,
            to_release: times(LatencyTo::Release),
            to_upload: times(LatencyTo::Upload),
            overdue: CodeCount::list(
                self.overdue()
                    .into_iter()
                    .map(|one| (one.code, one.count))
                    .chain([("requests-overdue".to_owned(), overdue_requests)]),
            ),
        }
    }

    /// What is overdue, by code.
    pub(super) fn overdue(&self) -> Vec<CodeCount> {
        CodeCount::list([("objection-late", self.late), ("removal-unacknowledged", self.unacknowledged)])
    }

    /// What is overdue now, of a night that is run again: what was when its release was made, and what
    /// became so since.
    pub(super) fn overdue_now(&self, made: &Manifest) -> Vec<CodeCount> {
        let within = self.settings.ack_within;
        let late = |cell: &&crate::state::CellState| {
            cell.owed_since.is_some_and(|since| self.as_of.duration_since(since.0) > within)
        };
        let cells = self.state.head().cells.iter().filter(late);
        let unacknowledged = cells.map(|cell| cell.owed_count).sum();
        let known = made.predicate.state.as_ref().map_or(&[][..], |state| &state.overdue);
        let then = |code| known.iter().find(|one| one.code == code).map_or(0, |one| one.count);
        CodeCount::list([
            ("objection-late", then("objection-late")),
            ("removal-unacknowledged", then("removal-unacknowledged").max(unacknowledged)),
        ])
    }

    /// Releases published since the last that was marked as uploaded, of the cell with most of them.
    pub(super) fn not_marked(&self) -> u64 {
        let waiting = |cell: &crate::state::CellState| {
            cell.releases.iter().rev().take_while(|release| release.uploaded.is_none()).count() as u64
        };
        self.state.head().cells.iter().map(waiting).max().unwrap_or(0)
    }

    /// Publishes the release together with the head that knows of it.
    pub(super) fn publish<T>(
        mut self,
        config: &Config,
        sizes: Option<&[u64]>,
        inputs: Hex32,
        manifest_sha256: Hex32,
        publish: impl FnOnce() -> Result<T, BuildError>,
    ) -> Result<T, BuildError> {
        let mut head = self.head;
        for (audience, size) in config.audiences.iter().zip(sizes.unwrap_or_default()) {
            head.audiences.entry(audience.name.clone()).or_default().size_before_objections = Some(*size);
        }
        // Cells that the config no longer names and where nobody is left are forgotten.
        head.cells.retain(|cell| {
            cell.owed_count > 0
                || cell.live.as_ref().is_some_and(|live| live.members > 0)
                || config.audiences.iter().any(|audience| {
                    audience.name == cell.audience && audience.platforms.contains(&cell.platform)
                })
        });
        let note = &mut head.releases[self.release as usize];
        note.manifest_sha256 = manifest_sha256;
        let name = note.name.clone();
        let generation = self.state.head().generation + 1;
        head.last = Some(LastRelease { release: self.release, generation, inputs });
        self.state.commit_with(head, &name, manifest_sha256, publish)
    }
}

/// What each audience may do where no live state is kept: whoever is not in the full file is gone.
pub(super) fn allowed_without_state(config: &Config, results: &Results<'_, '_>, sizes: &[u64]) -> Allowed {
    let today = results.plan().today;
    let over = config.audiences.iter().filter(|audience| is_expired(audience, today));
    let mut refusals: Vec<Refusal> =
        over.map(|audience| over_refusal(audience, "audience-expired", "its campaign is over")).collect();
    let mode = |size: &u64, least: u64| if *size < least { Mode::Withheld } else { Mode::Complete };
    let modes: Vec<Mode> =
        config.audiences.iter().zip(sizes).map(|(audience, size)| mode(size, audience.min_size)).collect();
    if refusals.is_empty() && modes.iter().all(|mode| *mode == Mode::Withheld) {
        refusals.push(super::all_withheld(config, sizes));
    }
    Allowed { modes, refusals }
}

fn is_expired(audience: &Audience, today: Date) -> bool {
    audience.valid_until.is_some_and(|last| last < today)
}

fn over_refusal(audience: &Audience, code: &'static str, what: &str) -> Refusal {
    Refusal {
        code,
        message: format!("audience \"{}\": {what}", audience.name),
        hint: "take it out of the config, or set valid_until to a day that is still to come".to_owned(),
    }
}

/// Forgets the oldest releases beyond those that somebody may still upload or get an answer for.
fn forget(releases: &mut Vec<CellRelease>) {
    let kept = if releases.last().is_some_and(|last| last.replaces) { REPLACING_KEPT } else { RELEASES_KEPT };
    let last_uploaded = releases.iter().rposition(|release| release.uploaded.is_some());
    let from = releases.len().saturating_sub(kept);
    let mut at = 0;
    releases.retain(|_| {
        at += 1;
        at > from || last_uploaded == Some(at - 1)
    });
}

const fn record(against: String, changes: Changes) -> DeltaRecord {
    DeltaRecord {
        against,
        live: changes.live,
        added: changes.added,
        kept: changes.kept,
        removed: changes.removed,
        owed: changes.owed,
        widened: changes.widened,
        resent: changes.resent,
    }
}
