//! `verho uploaded`: a release's files were uploaded, so what they do is live from now on. It reads the
//! state and the manifest, nothing else; said twice it changes nothing.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::build::live::{moment, note_latencies, seconds};
use super::marks::{MarkError, MarkOptions, Marking};
use crate::config::Config;
use crate::manifest::Moment;
use crate::outputs::Disk;
use crate::state::{LatencyTo, LiveNote};

/// What was recorded.
#[derive(Debug, Clone)]
pub struct Uploaded {
    /// The release's name.
    pub release: String,
    /// One an audience and platform.
    pub cells: Vec<UploadedCell>,
}

/// What is live in a cell now.
#[derive(Debug, Clone)]
pub struct UploadedCell {
    /// Audience.
    pub audience: String,
    /// Platform.
    pub platform: String,
    /// Identifiers that are live.
    pub live: u64,
    /// Of those, new with this upload.
    pub added: u64,
    /// Identifiers that were live and are no longer.
    pub removed: u64,
    /// Removals that no platform has acknowledged yet.
    pub owed: u64,
    /// Whether it was said before.
    pub is_known: bool,
    /// A newer release that was marked before this one.
    pub after: Option<String>,
}

/// Records an upload.
pub fn uploaded(options: &MarkOptions) -> Result<Uploaded, MarkError> {
    uploaded_on(&Disk::real(), options)
}

/// Records an upload on this disk.
pub fn uploaded_on(disk: &Disk, options: &MarkOptions) -> Result<Uploaded, MarkError> {
    let mut marking = Marking::begin(disk, options)?;
    let zone =
        TimeZone::get(&marking.config.policy.time_zone).expect("loading the config looked the zone up");
    let mut head = marking.state.head().clone();
    let mut cells = Vec::new();
    for (at, place) in marking.cells(&head)? {
        let cell = head.cells[at].clone();
        let release = &cell.releases[place];
        let mut told = UploadedCell {
            audience: cell.audience.clone(),
            platform: cell.platform.clone(),
            live: cell.live.as_ref().map_or(0, |live| live.members),
            added: 0,
            removed: 0,
            owed: cell.owed_count,
            is_known: release.uploaded.is_some(),
            after: None,
        };
        if !told.is_known {
            let newer = cell
                .releases
                .iter()
                .rfind(|known| known.uploaded.is_some() && known.release > release.release);
            told.after = newer.map(|newer| head.releases[newer.release as usize].name.clone());
            let is_closed = head.audiences.get(&cell.audience).is_some_and(|known| known.closed.is_some());
            let forget_before = (!is_closed).then(|| forget_before(&marking.config, options.now));
            let applied = marking.state.apply(&cell, release, seconds(options.now), forget_before)?;
            (told.live, told.added, told.removed) = (applied.members, applied.added, applied.removed);
            told.owed = applied.owed.count;
            let after = &mut head.cells[at];
            after.live = Some(LiveNote {
                list: applied.live,
                members: applied.members,
                release: marking.release,
                uploaded: Moment(options.now),
            });
            after.releases[place].uploaded = Some(Moment(options.now));
            after.past = applied.past;
            after.owed = (applied.owed.list.entries > 0).then_some(applied.owed.list);
            after.owed_count = applied.owed.count;
            after.owed_since = applied.owed.since.map(moment);
            after.objected_day = applied.owed.objected_day;
            note_latencies(&mut head, LatencyTo::Upload, &applied.objections, &zone, options.now);
        }
        cells.push(told);
    }
    if cells.iter().any(|cell| !cell.is_known) {
        marking.state.commit(head)?;
    }
    Ok(Uploaded { release: marking.name.clone(), cells })
}

/// Before which moment the ledger forgets removals.
fn forget_before(config: &Config, now: Timestamp) -> u32 {
    let kept = config.retention.ledger_days.map(|days| SignedDuration::from_hours(24 * i64::from(days)));
    kept.and_then(|kept| now.checked_sub(kept).ok()).map_or(0, seconds)
}
