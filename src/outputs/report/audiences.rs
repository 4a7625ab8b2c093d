//! The sections about audiences: all of them at a glance, then each with its flow, its rows and its
//! reasons, and what changes against what is live.

use std::collections::BTreeMap;

use super::figures::{Figure, Funnel, Precision};
use super::html::Cell;
use super::picture;
use super::words as say;
use super::{Room, Writer};
use crate::manifest::{AudienceRecord, PlatformRecord, ReasonCount, UploadKind};
use crate::outputs::guide::ROUNDING_BASE;
use crate::platforms;
use crate::policy::reason::Reason;

/// Whether there is anything to upload.
pub(super) fn has_files(audience: &AudienceRecord) -> bool {
    audience.platforms.iter().any(|platform| !platform.files.is_empty())
}

/// The platform's name as people know it, without what stands in brackets after it.
pub(super) fn title(platform: &PlatformRecord) -> String {
    let known = platforms::find(&platform.name).map_or(platform.name.as_str(), |known| known.title);
    known.split_once(" (").map_or(known, |(name, _)| name).to_owned()
}

/// Rows of the files of a kind.
fn rows_of(platform: &PlatformRecord, kind: UploadKind) -> u64 {
    let files = platform.files.iter().filter(|file| file.kind == kind);
    files.fold(0_u64, |sum, file| sum.saturating_add(file.rows))
}

/// Rows that go up: of the full files, or of those to add where there is nothing else.
fn rows_to_upload(platform: &PlatformRecord) -> u64 {
    match rows_of(platform, UploadKind::Full) {
        0 => rows_of(platform, UploadKind::Add),
        full => full,
    }
}

impl Writer<'_> {
    /// Where the eligible rows are not told, nothing that is nearly the same number is.
    pub(super) fn beside(&self, part: Figure, count: u64) -> Figure {
        if part == Figure::Kept { Figure::Kept } else { self.precision.figure(count) }
    }

    fn upload(&self, funnel: &Funnel, platform: &PlatformRecord) -> Figure {
        self.beside(funnel.eligible, rows_to_upload(platform))
    }

    pub(super) fn audiences(&mut self) {
        let mut rows = Vec::new();
        for (at, audience) in self.record.audiences.iter().enumerate() {
            let funnels = self.funnels.get(at).into_iter().flatten();
            for (line, (platform, funnel)) in audience.platforms.iter().zip(funnels).enumerate() {
                let people = &platform.people;
                // The name stands once for all its platforms.
                let name = Cell::LinkFor(at, audience.name.clone(), audience.platforms.len());
                let mut cells: Vec<Cell> = (line == 0).then_some(name).into_iter().collect();
                cells.extend([
                    // Below the name, and not beside it: a page on a phone has no room for another column.
                    Cell::TextOf(title(platform), self.note(audience, platform)),
                    Cell::Number(self.language.figure(self.beside(funnel.suppressed, people.suppressed))),
                    Cell::Number(self.language.figure(self.beside(funnel.eligible, people.eligible))),
                    Cell::Number(self.language.figure(self.upload(funnel, platform))),
                ]);
                rows.push(cells);
            }
        }
        let headings = [&say::AUDIENCE, &say::PLATFORM, &say::SUPPRESSED, &say::ELIGIBLE, &say::UPLOAD_ROWS];
        let headings = headings.map(|said| self.say(said));
        let caption = self.say(&say::OVERVIEW_TABLE);
        self.page.table(("o", 0), caption, &headings, &rows);
        self.paragraph(&say::REASONS_HELP);
        self.paragraph(&say::ROWS_HELP);
        if self.room == Room::Numbers {
            self.paragraph(&say::NO_PICTURES);
        }
        for (at, audience) in self.record.audiences.iter().enumerate() {
            let funnels = self.funnels.get(at).cloned().unwrap_or_default();
            self.audience(at, audience, &funnels);
        }
    }

    fn note(&self, audience: &AudienceRecord, platform: &PlatformRecord) -> String {
        let mut note = if audience.withheld {
            self.say(&say::WITHHELD_SHORT).to_owned()
        } else if platform.people.eligible == 0 && !self.is_public() {
            self.say(&say::NOBODY).to_owned()
        } else if let Some(least) = platform.under_platform_minimum {
            self.language.fill(&say::UNDER_MINIMUM, &[&self.language.number(least)])
        } else {
            String::new()
        };
        // That there is a removal at all says that somebody objected or left: not told to everyone.
        let removals = rows_of(platform, UploadKind::Remove);
        if removals > 0 && !self.is_public() {
            if !note.is_empty() {
                note.push_str("; ");
            }
            note.push_str(&self.language.fill(&say::TO_REMOVE, &[&self.language.number(removals)]));
        }
        note
    }

    fn audience(&mut self, at: usize, audience: &AudienceRecord, funnels: &[Funnel]) {
        let language = self.language;
        self.page.raw("<h3 id=a").number(at as u64).put("><bdi>", &audience.name, "</bdi></h3>\n");
        let size = self.count(audience.size_before_objections);
        let least = language.number(audience.min_size);
        if audience.withheld {
            let text = language.fill(&say::WITHHELD, &[&size, &least]);
            self.page.put("<p class=\"v warn\">", &text, "</p>\n");
        }
        let who = format!(
            "{}, {}",
            language.word(&audience.party),
            language.fill(&say::FROM_AGE, &[&audience.min_age.to_string()])
        );
        let mut facts =
            vec![(say::PURPOSE, language.word(audience.purpose.word()).to_owned()), (say::WHO, who)];
        // The filter is free text, and a page for sharing has none.
        if let (Some(filter), false) = (&audience.selection, self.is_public()) {
            facts.push((say::FILTER, filter.clone()));
        }
        facts.push((say::LEAST_SIZE, format!("{least} ({})", language.fill(&say::SIZE_BEFORE, &[&size]))));
        self.definitions(&facts);
        if self.room != Room::Numbers {
            for (platform, funnel) in audience.platforms.iter().zip(funnels) {
                let upload = self.upload(funnel, platform);
                picture::flow(&mut self.page, language, &title(platform), funnel, upload);
            }
        }
        self.flow_table(at, audience, funnels);
        self.reasons(at, audience);
    }

    fn flow_table(&mut self, at: usize, audience: &AudienceRecord, funnels: &[Funnel]) {
        let rows: Vec<Vec<Cell>> = audience
            .platforms
            .iter()
            .zip(funnels)
            .map(|(platform, funnel)| {
                let mut cells = vec![Cell::Head(title(platform))];
                let figures = [
                    funnel.read,
                    funnel.unreadable,
                    funnel.not_selected,
                    funnel.selected(),
                    funnel.suppressed,
                    funnel.eligible,
                    self.beside(funnel.eligible, platform.people.eligible),
                    self.upload(funnel, platform),
                ];
                let mut figures = figures.to_vec();
                if self.is_public() {
                    figures.remove(1);
                }
                cells.extend(figures.into_iter().map(|figure| Cell::Number(self.language.figure(figure))));
                cells
            })
            .collect();
        let mut headings = vec![&say::PLATFORM, &say::ROWS_READ];
        if self.is_public() {
            headings.push(&say::NOT_SELECTED_OR_UNREADABLE);
        } else {
            headings.extend([&say::UNREADABLE, &say::NOT_SELECTED]);
        }
        headings.extend([&say::PEOPLE_SELECTED, &say::SUPPRESSED, &say::ELIGIBLE]);
        headings.extend([&say::PEOPLE_ELIGIBLE, &say::UPLOAD_ROWS]);
        let headings: Vec<&str> = headings.into_iter().map(|said| self.say(said)).collect();
        let caption = self.language.fill(&say::FLOW_TABLE, &[&audience.name]);
        self.page.table(("f", at), &caption, &headings, &rows);
    }

    /// Every reason with its counts; platforms with the same counts share a row.
    fn reasons(&mut self, at: usize, audience: &AudienceRecord) {
        let mut rows = Vec::new();
        let everywhere = audience.platforms.len();
        for reason in Reason::ALL {
            let mut groups: BTreeMap<[u64; 3], Vec<String>> = BTreeMap::new();
            for platform in &audience.platforms {
                if let Some(found) = platform.reasons.iter().find(|found| found.code == reason.code())
                    && !(self.is_public() && found.primary < ROUNDING_BASE && found.holds < ROUNDING_BASE)
                {
                    groups.entry(self.shown(found)).or_default().push(title(platform));
                }
            }
            // The largest first; the reason's name stands once for all its rows.
            let lines = groups.len();
            for (line, (counts, platforms)) in groups.into_iter().rev().enumerate() {
                let place = if platforms.len() == everywhere && everywhere > 1 {
                    self.say(&say::ALL_PLATFORMS).to_owned()
                } else {
                    platforms.join(", ")
                };
                let suppressed = audience
                    .platforms
                    .iter()
                    .filter(|platform| platforms.contains(&title(platform)))
                    .map(|platform| platform.people.suppressed)
                    .max()
                    .unwrap_or_default();
                let [primary, ..] = counts;
                let whole = self.precision.figure(suppressed).drawn().max(1);
                let thousandths = u128::from(primary.min(whole)) * 1_000 / u128::from(whole);
                let name = self.language.reason(reason);
                let code = self.is_rich().then(|| reason.code());
                let mut cells: Vec<Cell> =
                    (line == 0).then_some(Cell::OwnFor(name, code, lines)).into_iter().collect();
                cells.push(Cell::Text(place));
                let share = Cell::Bar(u64::try_from(thousandths).unwrap_or(1_000));
                cells.extend(self.is_rich().then_some(share));
                cells.extend(counts.map(|count| self.number(count)));
                rows.push(cells);
            }
        }
        if self.is_public() {
            // One row for all that is small or none, so that none is not told from small.
            let small = self.language.figure(Figure::Small);
            let mut cells = vec![
                Cell::Own(self.say(&say::OTHER_REASONS)),
                Cell::Text(self.say(&say::ALL_PLATFORMS).to_owned()),
            ];
            cells.extend(self.is_rich().then_some(Cell::Bar(0)));
            cells.extend([0; 3].map(|_| Cell::Number(small.clone())));
            rows.push(cells);
        } else if rows.is_empty() {
            return self.paragraph(&say::NO_REASONS);
        }
        let mut headings = vec![self.say(&say::REASON), self.say(&say::PLATFORM)];
        headings.extend(self.is_rich().then(|| self.say(&say::SHARE)));
        headings.extend([&say::SUPPRESSED, &say::HOLDS, &say::ALONE].map(|said| self.say(said)));
        let caption = self.language.fill(&say::REASONS_TABLE, &[&audience.name]);
        self.page.table(("r", at), &caption, &headings, &rows);
    }

    /// Counts as the page tells them; what is small is none here.
    fn shown(&self, reason: &ReasonCount) -> [u64; 3] {
        [reason.primary, reason.holds, reason.alone].map(|count| self.precision.figure(count).drawn())
    }

    fn number(&self, shown: u64) -> Cell {
        let figure = match self.precision {
            Precision::Public if shown == 0 => Figure::Small,
            _ => Figure::Told(shown),
        };
        Cell::Number(self.language.figure(figure))
    }
}
