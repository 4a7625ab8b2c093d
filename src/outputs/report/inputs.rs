//! The sections about what the run was given: customer tables and the identifiers lost in them,
//! registers with their contracts, bases with their references.

use super::Writer;
use super::figures::Figure;
use super::html::Cell;
use super::moment;
use super::words as say;
use crate::manifest::{CodeCount, RegisterAge, RegisterRecord};
use crate::outputs::guide::ROUNDING_BASE;

impl Writer<'_> {
    pub(super) fn lost(&mut self) {
        self.paragraph(&say::LOST_HELP);
        self.source_tables();
        self.columns();
        self.rejects();
        let shared = self
            .record
            .shared_identifiers
            .iter()
            .map(|kind| format!("{} {}", self.count(kind.count), self.language.word(&kind.code)));
        let mut shared = shared.collect::<Vec<_>>().join(", ");
        if shared.is_empty() {
            shared = if self.is_public() { self.count(0) } else { self.say(&say::NONE).to_owned() };
        }
        let cap = self.language.number(u64::from(self.record.policy.share_cap));
        let text = self.language.fill(&say::SHARED, &[&cap, &shared]);
        self.page.put("<p>", &text, "</p>\n");
    }

    fn source_tables(&mut self) {
        let rows: Vec<Vec<Cell>> = self
            .record
            .sources
            .iter()
            .map(|source| {
                let broken = source.unreadable.iter().fold(0_u64, |sum, code| sum.saturating_add(code.count));
                vec![
                    Cell::Head(source.name.clone()),
                    Cell::Number(self.language.number(source.files)),
                    Cell::Number(self.count(source.rows)),
                    Cell::Number(self.count(broken)),
                    Cell::Text(self.codes(&source.unreadable)),
                ]
            })
            .collect();
        let headings = [&say::SOURCE, &say::FILES, &say::ROWS, &say::UNREADABLE, &say::UNREADABLE_WHY]
            .map(|said| self.say(said));
        let caption = self.say(&say::SOURCES_TABLE);
        self.page.table(("s", 0), caption, &headings, &rows);
    }

    /// Codes with their counts in one line; those too small to be told are left out.
    fn codes(&self, codes: &[CodeCount]) -> String {
        let told = codes.iter().filter(|code| !self.is_public() || code.count >= ROUNDING_BASE);
        told.map(|code| format!("{}: {}", self.language.word(&code.code), self.count(code.count)))
            .collect::<Vec<_>>()
            .join("; ")
    }

    fn columns(&mut self) {
        let mut rows = Vec::new();
        for source in &self.record.sources {
            for column in &source.identifiers {
                let rejected = column.rejected.iter().fold(0_u64, |sum, code| sum.saturating_add(code.count));
                let parts = self.precision.parts(&[column.parsed, column.blank, rejected]);
                let kind = format!("{}, {}", source.name, self.language.word(&column.kind));
                let mut cells = vec![Cell::HeadOf(column.column.clone(), kind)];
                cells.extend(parts.into_iter().map(|figure| Cell::Number(self.language.figure(figure))));
                rows.push(cells);
            }
        }
        let headings =
            [&say::COLUMN, &say::USABLE, &say::BLANK, &say::TURNED_AWAY].map(|said| self.say(said));
        let caption = self.say(&say::COLUMNS_TABLE);
        self.page.table(("c", 0), caption, &headings, &rows);
    }

    fn rejects(&mut self) {
        let mut rows = Vec::new();
        for source in &self.record.sources {
            for column in &source.identifiers {
                let mut codes: Vec<&CodeCount> = column.rejected.iter().collect();
                codes.sort_by_key(|code| std::cmp::Reverse(code.count));
                for code in codes.into_iter().filter(|code| !self.is_public() || code.count >= ROUNDING_BASE)
                {
                    let (name, fix) = self.language.reject(&code.code).unwrap_or((&code.code, ""));
                    rows.push(vec![
                        Cell::HeadOf(column.column.clone(), source.name.clone()),
                        Cell::TextOf(name.to_owned(), code.code.clone()),
                        Cell::Number(self.count(code.count)),
                        Cell::Text(fix.to_owned()),
                    ]);
                }
            }
        }
        if self.is_public() {
            rows.push(vec![
                Cell::Head(self.say(&say::OTHER_CODES).to_owned()),
                Cell::Text(String::new()),
                Cell::Number(self.count(0)),
                Cell::Text(String::new()),
            ]);
        }
        if rows.is_empty() {
            return;
        }
        let headings = [&say::COLUMN, &say::WHAT, &say::COUNT, &say::WHAT_TO_DO].map(|said| self.say(said));
        let caption = self.say(&say::REJECTS_TABLE);
        self.page.table(("x", 0), caption, &headings, &rows);
    }

    pub(super) fn registers(&mut self) {
        if self.record.registers.is_empty() {
            return self.paragraph(&say::NO_REGISTERS);
        }
        let rows: Vec<Vec<Cell>> =
            self.record.registers.iter().map(|register| self.register(register)).collect();
        let headings = [
            &say::REGISTER,
            &say::AGE,
            &say::ROWS,
            &say::CHANGE,
            &say::OBJECTIONS,
            &say::LIFTED,
            &say::UNPARSED,
            &say::UNKNOWN_SCOPE,
            &say::PEOPLE_NAMED,
            &say::CONTRACT,
        ]
        .map(|said| self.say(said));
        let caption = self.say(&say::REGISTERS_TABLE);
        self.page.table(("g", 0), caption, &headings, &rows);
        self.waivers();
    }

    /// Breaches that somebody answered for. Their reason is free text, and a page for sharing has none.
    fn waivers(&mut self) {
        if self.record.waivers.is_empty() {
            return;
        }
        let rows: Vec<Vec<Cell>> = self
            .record
            .waivers
            .iter()
            .map(|waiver| {
                let breach =
                    self.language.notice(&waiver.code).map_or(waiver.code.as_str(), |(name, _)| name);
                let mut cells = vec![
                    Cell::HeadOf(waiver.register.clone(), waiver.id.clone()),
                    Cell::TextOf(breach.to_owned(), waiver.code.clone()),
                    Cell::Text(waiver.by.clone()),
                    Cell::Text(format!("{} – {}", waiver.date, waiver.valid_until)),
                ];
                if !self.is_public() {
                    cells.push(Cell::Text(waiver.reason.clone()));
                }
                cells
            })
            .collect();
        let mut headings = vec![&say::REGISTER, &say::WAIVED, &say::ANSWERS, &say::DAYS];
        if !self.is_public() {
            headings.push(&say::WHY);
        }
        let headings: Vec<&str> = headings.into_iter().map(|said| self.say(said)).collect();
        let caption = self.say(&say::WAIVERS_TABLE);
        self.page.table(("y", 0), caption, &headings, &rows);
    }

    fn register(&self, register: &RegisterRecord) -> Vec<Cell> {
        let (age, newest) = match &register.age {
            RegisterAge::Unchecked => (self.say(&say::AGE_UNCHECKED).to_owned(), None),
            RegisterAge::Unknown => (self.say(&say::AGE_UNKNOWN).to_owned(), None),
            RegisterAge::Known { moment: newest, seconds } => {
                let length = self.language.duration(seconds.unsigned_abs());
                let age = if *seconds < 0 { self.language.fill(&say::IN_FUTURE, &[&length]) } else { length };
                (age, Some(moment(newest.0)))
            }
        };
        let rest = register.rows.saturating_sub(register.objections).saturating_sub(register.lifted);
        let parts = self.precision.parts(&[register.objections, register.lifted, rest]);
        let number = |figure| Cell::Number(self.language.figure(figure));
        vec![
            Cell::Head(register.name.clone()),
            newest.map_or_else(|| Cell::Text(age.clone()), |newest| Cell::TextOf(age.clone(), newest)),
            Cell::Number(self.count(register.rows)),
            Cell::Number(self.change(register.change)),
            number(parts[0]),
            number(parts[1]),
            Cell::Number(self.count(register.unparsed)),
            Cell::Number(self.count(register.unknown_scope)),
            Cell::Number(self.count(register.people_named)),
            self.contract(register),
        ]
    }

    fn change(&self, change: Option<i64>) -> String {
        let Some(change) = change else { return self.say(&say::FIRST_TIME).to_owned() };
        let told = self.count(change.unsigned_abs());
        match self.precision.figure(change.unsigned_abs()) {
            // The sign of a small change is not told either.
            Figure::Small | Figure::Kept | Figure::Told(0) => told,
            Figure::Told(_) if change < 0 => format!("\u{2212}{told}"),
            Figure::Told(_) => format!("+{told}"),
        }
    }

    fn contract(&self, register: &RegisterRecord) -> Cell {
        let language = self.language;
        let mut terms = Vec::new();
        if let Some(seconds) = register.max_age_seconds {
            terms.push(language.fill(&say::MAX_AGE, &[&language.duration(seconds)]));
        }
        terms.push(language.fill(&say::MIN_ROWS, &[&language.number(register.min_rows)]));
        if let Some(shrink) = register.max_shrink_millionths {
            terms.push(language.fill(&say::MAX_SHRINK, &[&language.share(u64::from(shrink))]));
        }
        let unparsed = language.share(u64::from(register.max_unparsed_millionths));
        terms.push(language.fill(&say::MAX_UNPARSED, &[&unparsed]));
        let state = if register.broken.is_empty() {
            self.say(&say::KEPT).to_owned()
        } else {
            let names = register.broken.iter().map(|code| {
                language.notice(&code.code).map_or_else(|| code.code.clone(), |(name, _)| name.to_owned())
            });
            language.fill(&say::BROKEN, &[&names.collect::<Vec<_>>().join("; ")])
        };
        Cell::TextOf(state, terms.join("; "))
    }

    pub(super) fn bases(&mut self) {
        let day = self.today();
        let rows: Vec<Vec<Cell>> = self
            .record
            .bases
            .iter()
            .map(|basis| {
                let joined = |words: &[String]| {
                    words
                        .iter()
                        .map(|word| self.language.word(word).to_owned())
                        .collect::<Vec<_>>()
                        .join(", ")
                };
                let purposes: Vec<&str> =
                    basis.purposes.iter().map(|purpose| self.language.word(purpose.word())).collect();
                let reach = format!("{}; {}", purposes.join(", "), joined(&basis.parties));
                let place = format!("{}: {}", basis.platforms.join(", "), basis.countries.join(", "));
                let reference = [&basis.assessment, &basis.consent_wording];
                let reference: Vec<&str> = reference.into_iter().flatten().map(String::as_str).collect();
                // Whatever of it ends first ends it.
                let ends = [
                    &basis.valid_until,
                    &basis.assessment_valid_until,
                    &basis.consent_wording_valid_until,
                    &basis.notice_valid_until,
                ];
                let until = self.until(ends.into_iter().flatten().min().map(String::as_str), &day);
                vec![
                    Cell::Head(self.language.word(&basis.ground).to_owned()),
                    Cell::TextOf(reach, place),
                    Cell::Text(reference.join(", ")),
                    Cell::TextOf(
                        basis.notice_id.clone(),
                        self.language.fill(&say::VERSION, &[&basis.notice_version]),
                    ),
                    until,
                    Cell::Number(self.count(basis.people)),
                ]
            })
            .collect();
        let headings =
            [&say::BASIS, &say::COVERS, &say::REFERENCE, &say::NOTICE, &say::VALID_UNTIL, &say::PEOPLE]
                .map(|said| self.say(said));
        let caption = self.say(&say::BASES_TABLE);
        self.page.table(("b", 0), caption, &headings, &rows);
        self.recipients(&day);
    }

    /// Who receives the uploads, as far as it was declared.
    fn recipients(&mut self, day: &str) {
        if self.record.recipients.is_empty() {
            return;
        }
        let language = self.language;
        let rows: Vec<Vec<Cell>> = self
            .record
            .recipients
            .iter()
            .map(|recipient| {
                let name = crate::platforms::find(&recipient.platform)
                    .map_or(recipient.platform.as_str(), |platform| platform.title);
                let accepted = recipient.terms_accepted.as_deref().unwrap_or_default();
                vec![
                    Cell::Head(name.to_owned()),
                    Cell::Text(recipient.legal_entity.clone()),
                    Cell::TextOf(
                        format!("{}; {}", recipient.arrangement, recipient.transfer),
                        language.fill(&say::DPIA, &[&recipient.dpia]),
                    ),
                    Cell::TextOf(recipient.terms.clone(), language.fill(&say::ACCEPTED, &[accepted])),
                    self.until(recipient.valid_until.as_deref(), day),
                ]
            })
            .collect();
        let headings = [&say::PLATFORM, &say::COMPANY, &say::DECLARED, &say::TERMS, &say::VALID_UNTIL]
            .map(|said| self.say(said));
        let caption = self.say(&say::RECIPIENTS_TABLE);
        self.page.table(("m", 0), caption, &headings, &rows);
    }

    /// A last day, and whether it has passed. Days in one spelling sort as text does.
    fn until(&self, last: Option<&str>, day: &str) -> Cell {
        match last {
            None => Cell::Text(self.say(&say::NO_END).to_owned()),
            Some(last) if last < day => Cell::TextOf(last.to_owned(), self.say(&say::EXPIRED).to_owned()),
            Some(last) => Cell::Text(last.to_owned()),
        }
    }

    /// The day of the as-of moment where the policy says whose day counts.
    fn today(&self) -> String {
        let moment = self.record.release.as_of.0;
        let zone = jiff::tz::TimeZone::get(&self.record.policy.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
        moment.to_zoned(zone).date().to_string()
    }
}
