//! The course of the last releases: for every audience and platform how many people were eligible, as
//! a small picture with its numbers in a table, and what was read. Made from the manifests of earlier
//! releases, which only `verho report` has; a release's own page is made from its manifest alone.
//!
//! On a page for sharing each release keeps to the same rules as if it stood alone.

use super::Writer;
use super::audiences::title;
use super::figures::Figure;
use super::html::Cell;
use super::words as say;
use crate::manifest::{PlatformRecord, Predicate};

/// Most releases shown, the page's own among them.
pub const RELEASES_MAX: usize = 30;

/// How many people were eligible on one platform, release by release; none where it was not asked.
type Course = Vec<Option<Figure>>;

impl Writer<'_> {
    pub(super) fn history(&mut self) {
        let mut rows = Vec::new();
        let mut courses: Vec<Vec<Course>> = Vec::new();
        for (at, audience) in self.record.audiences.iter().enumerate() {
            let mut of_audience = Vec::new();
            for (line, platform) in audience.platforms.iter().enumerate() {
                let course = self.course(&audience.name, platform);
                // The name stands once for all its platforms.
                let name = Cell::LinkFor(at, audience.name.clone(), audience.platforms.len());
                let mut cells: Vec<Cell> = (line == 0).then_some(name).into_iter().collect();
                cells.extend(self.line(platform, &course));
                rows.push(cells);
                of_audience.push(course);
            }
            courses.push(of_audience);
        }
        let mut headings = vec![&say::AUDIENCE, &say::PLATFORM];
        headings.extend(self.is_rich().then_some(&say::COURSE));
        headings.extend([&say::FIRST, &say::LEAST, &say::MOST, &say::NOW]);
        let headings: Vec<&str> = headings.into_iter().map(|said| self.say(said)).collect();
        let number = self.language.number(self.earlier.len() as u64 + 1);
        let caption = self.language.fill(&say::HISTORY_TABLE, &[&number]);
        self.page.table(("h", 0), &caption, &headings, &rows);
        self.releases();
        if self.is_rich() {
            self.every_number(&courses);
        }
    }

    /// Earlier releases, oldest first, and this one.
    fn points(&self) -> Vec<&Predicate> {
        self.earlier.iter().copied().chain([self.record]).collect()
    }

    fn course(&self, audience: &str, platform: &PlatformRecord) -> Course {
        self.points()
            .into_iter()
            .map(|record| {
                let (at, found) =
                    record.audiences.iter().enumerate().find(|(_, found)| found.name == audience)?;
                let (place, told) =
                    found.platforms.iter().enumerate().find(|(_, told)| told.name == platform.name)?;
                // What the flow of that release would keep, its course keeps too.
                let funnels = self.precision.funnels(&record.audiences[at..=at]);
                Some(self.beside(funnels[0][place].eligible, told.people.eligible))
            })
            .collect()
    }

    fn line(&self, platform: &PlatformRecord, course: &Course) -> Vec<Cell> {
        let mut cells = vec![Cell::Text(title(platform))];
        if self.is_rich() {
            cells.push(Cell::Course(course.iter().map(|figure| figure.and_then(drawn)).collect()));
        }
        let told: Vec<Figure> = course.iter().flatten().copied().collect();
        let by_size = |figure: &&Figure| match figure {
            Figure::Small => (1, 0),
            Figure::Told(number) => (2, *number),
            Figure::Kept => (0, 0),
        };
        // Where one is kept, which is the least and which the most is not known either.
        let kept = told.contains(&Figure::Kept).then_some(Figure::Kept);
        let least = kept.or_else(|| told.iter().min_by_key(by_size).copied());
        let most = kept.or_else(|| told.iter().max_by_key(by_size).copied());
        for figure in [told.first().copied(), least, most, course.last().copied().flatten()] {
            cells.push(self.number_or_none(figure));
        }
        cells
    }

    fn number_or_none(&self, figure: Option<Figure>) -> Cell {
        Cell::Number(figure.map_or_else(|| "–".to_owned(), |figure| self.language.figure(figure)))
    }

    /// What each release read, and what it said of itself.
    fn releases(&mut self) {
        let rows: Vec<Vec<Cell>> = self
            .points()
            .into_iter()
            .rev()
            .map(|record| {
                let rows = record.sources.iter().fold(0_u64, |sum, source| sum.saturating_add(source.rows));
                let objections = record
                    .registers
                    .iter()
                    .fold(0_u64, |sum, register| sum.saturating_add(register.objections));
                vec![
                    Cell::Head(record.release.name.clone()),
                    Cell::Number(self.count(rows)),
                    Cell::Number(self.count(objections)),
                    Cell::Number(self.language.number(record.release.refusals.len() as u64)),
                    Cell::Number(self.language.number(record.warnings.len() as u64)),
                ]
            })
            .collect();
        let headings = [&say::RELEASE, &say::ROWS_READ, &say::OBJECTIONS, &say::GUARDS, &say::WARNINGS_COUNT]
            .map(|said| self.say(said));
        let caption = self.say(&say::RELEASES_TABLE);
        self.page.table(("l", 0), caption, &headings, &rows);
    }

    /// The numbers behind the pictures, a table an audience.
    fn every_number(&mut self, courses: &[Vec<Course>]) {
        let summary = self.say(&say::EVERY_NUMBER);
        self.page.put("<details><summary>", summary, "</summary>\n");
        for (at, audience) in self.record.audiences.iter().enumerate() {
            let Some(courses) = courses.get(at) else { continue };
            let rows: Vec<Vec<Cell>> = self
                .points()
                .iter()
                .enumerate()
                .rev()
                .map(|(point, record)| {
                    let mut cells = vec![Cell::Head(record.release.name.clone())];
                    cells.extend(courses.iter().map(|course| self.number_or_none(course[point])));
                    cells
                })
                .collect();
            let platforms: Vec<String> = audience.platforms.iter().map(title).collect();
            let mut headings = vec![self.say(&say::RELEASE)];
            headings.extend(platforms.iter().map(String::as_str));
            let caption = self.language.fill(&say::COURSE_TABLE, &[&audience.name]);
            self.page.table(("n", at), &caption, &headings, &rows);
        }
        self.page.raw("</details>\n");
    }
}

/// What a picture draws: a small number lies on the ground, and what is kept leaves a gap.
fn drawn(figure: Figure) -> Option<u64> {
    match figure {
        Figure::Told(number) => Some(number),
        Figure::Small => Some(0),
        Figure::Kept => None,
    }
}
