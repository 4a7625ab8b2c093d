//! What changes against what the platforms hold: members added, kept, removed and still owed, how long
//! objections took to get there, and what is overdue.
//!
//! On a page for sharing a total is told only where both of its parts are, and a time only where ten
//! objections or more took it.

use super::Writer;
use super::audiences::title;
use super::figures::Figure;
use super::html::Cell;
use super::words as say;
use crate::manifest::{DeltaRecord, LatencyRecord};
use crate::outputs::guide::ROUNDING_BASE;

impl Writer<'_> {
    /// Whether there is anything to say.
    pub(super) fn knows_what_is_live(&self) -> bool {
        let mut platforms = self.record.audiences.iter().flat_map(|audience| &audience.platforms);
        self.record.state.is_some() || platforms.any(|platform| platform.delta.is_some())
    }

    pub(super) fn changes(&mut self) {
        self.delta_table();
        self.latency_table();
    }

    /// What is added and removed where something is live.
    fn delta_table(&mut self) {
        let mut rows = Vec::new();
        for (at, audience) in self.record.audiences.iter().enumerate() {
            let deltas: Vec<_> = audience
                .platforms
                .iter()
                .filter_map(|platform| Some((platform, platform.delta.as_ref()?)))
                .collect();
            for (line, (platform, delta)) in deltas.iter().enumerate() {
                // The name stands once for all its platforms.
                let name = Cell::LinkFor(at, audience.name.clone(), deltas.len());
                let mut cells: Vec<Cell> = (line == 0).then_some(name).into_iter().collect();
                cells.push(Cell::TextOf(title(platform), delta.against.clone()));
                let figures = self.delta(delta);
                cells.extend(figures.into_iter().map(|figure| Cell::Number(self.language.figure(figure))));
                rows.push(cells);
            }
        }
        if rows.is_empty() {
            return self.paragraph(&say::NOTHING_LIVE);
        }
        let headings =
            [&say::AUDIENCE, &say::PLATFORM, &say::LIVE, &say::ADDED, &say::STAYS, &say::REMOVED, &say::OWED]
                .map(|said| self.say(said));
        let caption = self.say(&say::DELTA_TABLE);
        self.page.table(("d", 0), caption, &headings, &rows);
        self.paragraph(&say::DELTA_HELP);
    }

    /// Live, added, kept, removed, owed.
    fn delta(&self, delta: &DeltaRecord) -> [Figure; 5] {
        let parts = self.precision.parts(&[delta.added, delta.kept, delta.removed]);
        // What is live stays or goes: told only where neither part is hidden.
        let live = match (self.is_public(), parts[1].told(), parts[2].told()) {
            (true, None, _) | (true, _, None) => Figure::Kept,
            _ => self.precision.figure(delta.live),
        };
        [live, parts[0], parts[1], parts[2], self.precision.figure(delta.owed)]
    }

    /// How long objections took.
    fn latency_table(&mut self) {
        let Some(state) = &self.record.state else { return };
        let ways = [(&say::TO_RELEASE, state.to_release), (&say::TO_UPLOAD, state.to_upload)];
        let rows: Vec<Vec<Cell>> = ways
            .into_iter()
            .filter_map(|(way, latency)| Some((way, latency?)))
            .map(|(way, latency)| self.latency(self.say(way), &latency))
            .collect();
        if rows.is_empty() {
            return self.paragraph(&say::NO_LATENCY);
        }
        let headings = [&say::WAY, &say::MEASURED, &say::MEDIAN, &say::NINETEEN_OF_TWENTY, &say::LONGEST]
            .map(|said| self.say(said));
        let caption = self.say(&say::LATENCY_TABLE);
        self.page.table(("t", 0), caption, &headings, &rows);
    }

    fn latency(&self, way: &'static str, latency: &LatencyRecord) -> Vec<Cell> {
        let is_told = !self.is_public() || latency.measured >= ROUNDING_BASE;
        let time = |seconds: u64| {
            Cell::Number(if is_told {
                self.language.duration(seconds)
            } else {
                self.say(&say::NOT_TOLD).to_owned()
            })
        };
        // One objection may be the longest by itself, so a page for sharing does not tell it.
        let longest = if self.is_public() {
            Cell::Number(self.say(&say::NOT_TOLD).to_owned())
        } else {
            time(latency.max_seconds)
        };
        vec![
            Cell::Own(way),
            Cell::Number(self.count(latency.measured)),
            time(latency.median_seconds),
            time(latency.p95_seconds),
            longest,
        ]
    }
}
