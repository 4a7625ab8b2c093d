//! `report.html`: what a marketer and a reviewer look at, made from the manifest and nothing else.
//!
//! It promises one page that asks nothing of any network, runs no program, says all it shows as text
//! in a table, and gives the same bytes for the same manifest, language and precision. The page of a
//! release is English and exact; `verho report` makes the others. It opens no file and decides nothing.
//! The markup is written by hand: a page of tables needs an escaping writer, not a template language.

mod audiences;
mod figures;
mod history;
mod html;
mod inputs;
mod live;
mod notices;
mod picture;
#[cfg(test)]
mod tests;
mod words;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::manifest::{AudienceRecord, Manifest, Outcome, Predicate, RUN_ONLY, Retained};
use figures::{Funnel, Precision};
pub use history::RELEASES_MAX;
use html::{Cell, Markup};
use words as say;
pub use words::{Language, weight};

/// A page that would be larger leaves out its bars and codes, then all its pictures, of which it says so;
/// it keeps every number.
const RICH_BYTES_MAX: usize = 280_000;

const STYLE: &str = include_str!("style.css");

/// How a page is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReportOptions {
    /// The language of the page.
    pub language: Language,
    /// Whether small counts are hidden and others rounded, so that it can be shared.
    pub public: bool,
}

/// The page of a release.
#[must_use]
pub fn report(manifest: &Manifest) -> String {
    report_with(manifest, ReportOptions::default())
}

/// The page in another language, or for sharing.
#[must_use]
pub fn report_with(manifest: &Manifest, options: ReportOptions) -> String {
    report_after(manifest, &[], options)
}

/// The page with the course of earlier releases, oldest first.
#[must_use]
pub fn report_after(manifest: &Manifest, earlier: &[Manifest], options: ReportOptions) -> String {
    let earlier: Vec<&Predicate> = earlier.iter().map(|manifest| &manifest.predicate).collect();
    let precision = if options.public { Precision::Public } else { Precision::Exact };
    let record = &manifest.predicate;
    let write = |room| {
        let funnels = precision.funnels(&record.audiences);
        let page = Markup::default();
        let mut writer = Writer {
            page,
            language: options.language,
            precision,
            room,
            record,
            earlier: earlier.clone(),
            funnels,
        };
        writer.whole();
        writer.page.finish()
    };
    [Room::Everything, Room::Flows]
        .into_iter()
        .map(write)
        .find(|page| page.len() <= RICH_BYTES_MAX)
        .unwrap_or_else(|| write(Room::Numbers))
}

/// What there is room for beside the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    /// Every picture, and the codes beside the reasons' names.
    Everything,
    /// The flow pictures alone.
    Flows,
    /// No picture.
    Numbers,
}

/// What every section needs.
struct Writer<'m> {
    page: Markup,
    language: Language,
    precision: Precision,
    room: Room,
    record: &'m Predicate,
    /// Earlier releases, oldest first.
    earlier: Vec<&'m Predicate>,
    /// What became of the rows, by audience and platform.
    funnels: Vec<Vec<Funnel>>,
}

/// A section: its anchor, its heading, its body.
type Section<'m> = (&'static str, &'static str, say::Said, fn(&mut Writer<'m>));

impl<'m> Writer<'m> {
    fn say(&self, said: &say::Said) -> &'static str {
        self.language.say(said)
    }

    /// A count that is no part of a total.
    fn count(&self, count: u64) -> String {
        self.language.figure(self.precision.figure(count))
    }

    fn is_rich(&self) -> bool {
        self.room == Room::Everything
    }

    fn is_public(&self) -> bool {
        self.precision == Precision::Public
    }

    fn paragraph(&mut self, said: &say::Said) {
        let text = self.say(said);
        self.page.put("<p>", text, "</p>\n");
    }

    fn sections(&self) -> Vec<Section<'m>> {
        let mut sections: Vec<Section<'m>> = vec![
            (
                "<section aria-labelledby=warnings><h2 id=warnings>",
                "<li><a href=#warnings>",
                say::WARNINGS,
                Self::warnings,
            ),
            (
                "<section aria-labelledby=audiences><h2 id=audiences>",
                "<li><a href=#audiences>",
                say::OVERVIEW,
                Self::audiences,
            ),
            ("<section aria-labelledby=lost><h2 id=lost>", "<li><a href=#lost>", say::LOST, Self::lost),
            (
                "<section aria-labelledby=registers><h2 id=registers>",
                "<li><a href=#registers>",
                say::REGISTERS,
                Self::registers,
            ),
            ("<section aria-labelledby=bases><h2 id=bases>", "<li><a href=#bases>", say::BASES, Self::bases),
        ];
        if self.knows_what_is_live() {
            sections.push((
                "<section aria-labelledby=changes><h2 id=changes>",
                "<li><a href=#changes>",
                say::DELTA,
                Self::changes,
            ));
        }
        if !self.earlier.is_empty() {
            sections.push((
                "<section aria-labelledby=history><h2 id=history>",
                "<li><a href=#history>",
                say::HISTORY,
                Self::history,
            ));
        }
        sections.push((
            "<section aria-labelledby=rules><h2 id=rules>",
            "<li><a href=#rules>",
            say::RULES,
            Self::rules,
        ));
        sections.push((
            "<section aria-labelledby=verify><h2 id=verify>",
            "<li><a href=#verify>",
            say::VERIFY,
            Self::verify,
        ));
        sections
    }

    fn whole(&mut self) {
        let title = self.language.fill(&say::TITLE, &[&self.record.release.name]);
        self.page
            .raw("<!doctype html>\n<html lang=")
            .raw(self.language.code())
            .raw(">\n<head>\n<meta charset=utf-8>\n");
        // The browser itself holds the page to its word: no script, nothing fetched, this style alone.
        let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
        self.page.raw("<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src 'sha256-");
        self.page
            .text(&style)
            .raw("'\">\n<meta name=viewport content=\"width=device-width,initial-scale=1\">\n");
        self.page.raw("<meta name=referrer content=no-referrer>\n<meta name=robots content=noindex>\n");
        // An empty picture, so that no browser goes looking for one.
        self.page.raw("<link rel=icon href=data:,>\n").put("<title>verho: ", &title, "</title>\n");
        self.page.raw("<style>").raw(STYLE).raw("</style>\n</head>\n<body>\n");
        let skip = self.say(&say::SKIP);
        self.page.put("<a class=k href=#content>", skip, "</a>\n<header>\n");
        self.heading();
        self.verdict();
        let note = if self.is_public() {
            self.language.fill(&say::PUBLIC_NOTE, &["10", "10", "10"])
        } else {
            self.say(&say::PRIVATE_NOTE).to_owned()
        };
        self.page.put("<p class=q>", &note, "</p>\n");
        self.facts();
        let sections = self.sections();
        let contents = self.say(&say::CONTENTS);
        self.page.put("</header>\n<nav aria-label=\"", contents, "\"><ul>");
        for (_, link, title, _) in &sections {
            let title = self.say(title);
            self.page.raw(link).text(title).raw("</a>");
        }
        self.page.raw("</ul></nav>\n<main id=content>\n");
        for (open, _, title, body) in sections {
            let title = self.say(&title);
            self.page.raw(open).text(title).raw("</h2>\n");
            body(self);
            self.page.raw("</section>\n");
        }
        let foot = self.say(&say::FOOT);
        self.page.raw("</main>\n").put("<footer><p>", foot, "</p></footer>\n</body>\n</html>\n");
    }

    /// The release's name, which goes to the next line whole where there is no room beside the word.
    fn heading(&mut self) {
        let (before, after) = self.say(&say::TITLE).split_once("{}").unwrap_or_default();
        self.page.put("<h1>", before, "<span>").put("", &self.record.release.name, "</span>");
        self.page.put("", after, "</h1>\n");
    }

    /// The verdict in a line, and what comes next.
    fn verdict(&mut self) {
        let release = &self.record.release;
        let all = self.record.audiences.len() as u64;
        // That an audience of full size has no file says that nobody in it is left: not told to everyone.
        let has_files = |audience: &&AudienceRecord| {
            if self.is_public() { !audience.withheld } else { audiences::has_files(audience) }
        };
        let with_files = self.record.audiences.iter().filter(has_files).count() as u64;
        let (open, text, next) = if release.replay {
            ("<p class=\"v bad\">", self.say(&say::REPLAY).to_owned(), None)
        } else if release.outcome == Outcome::RemovalsOnly {
            ("<p class=\"v bad\">", self.say(&say::REMOVALS_ONLY).to_owned(), Some(&say::NEXT_REMOVALS))
        } else if with_files == 0 {
            ("<p class=\"v bad\">", self.say(&say::NOTHING).to_owned(), Some(&say::NEXT_NOTHING))
        } else {
            let numbers = [self.language.number(with_files), self.language.number(all)];
            // A release is as it should be, and a promise made before it is not kept: never green.
            let is_late = !self.overdue().is_empty();
            let (one, several, next) = if is_late {
                (&say::OVERDUE_ONE, &say::OVERDUE_READY, &say::NEXT_OVERDUE)
            } else {
                (&say::READY_ONE, &say::READY, &say::NEXT_READY)
            };
            let is_good = with_files == all && !is_late;
            let open = if is_good { "<p class=\"v go\">" } else { "<p class=\"v warn\">" };
            let text = match all {
                1 => self.say(one).to_owned(),
                _ => self.language.fill(several, &[&numbers[0], &numbers[1]]),
            };
            (open, text, Some(next))
        };
        self.page.put(open, &text, "</p>\n");
        // Whom a page is shared with has nothing to upload.
        if let (Some(next), false) = (next, self.is_public()) {
            self.paragraph(next);
        }
    }

    fn facts(&mut self) {
        let record = self.record;
        let language = self.language;
        let mut who = format!("{} ({})", record.controller.name, language.word(&record.controller.role));
        if let Some(instruction) = &record.controller.instruction {
            who.push_str(", ");
            who.push_str(&language.fill(&say::ON_INSTRUCTION, &[instruction]));
        }
        let signed = record.keys.signing.clone().unwrap_or_else(|| self.say(&say::NOT_SIGNED).to_owned());
        let tool = format!(
            "verho {}, {} {}",
            record.tool.version,
            self.say(&say::PHONE_METADATA),
            record.tool.phone_metadata
        );
        let mut facts = vec![
            (say::FOR, who),
            (say::AS_OF, moment(record.release.as_of.0)),
            (say::SIGNED, signed),
            (say::MADE_BY, tool),
        ];
        if let Some(previous) = &record.release.previous {
            facts.push((say::CONTINUES, previous.name.clone()));
        }
        self.definitions(&facts);
    }

    fn definitions(&mut self, facts: &[(say::Said, String)]) {
        self.page.raw("<dl>");
        for (word, value) in facts {
            let word = self.say(word);
            self.page.put("<dt>", word, "</dt>").put("<dd><bdi>", value, "</bdi></dd>\n");
        }
        self.page.raw("</dl>\n");
    }

    fn rules(&mut self) {
        let policy = &self.record.policy;
        let yes_no = |yes: bool| self.say(if yes { &say::YES } else { &say::NO }).to_owned();
        let rows: Vec<Vec<Cell>> = [
            (say::CLOSURE, self.language.word(&policy.closure).to_owned()),
            (say::SHARE_CAP, self.language.number(u64::from(policy.share_cap))),
            (say::MIN_AGE, policy.min_age.to_string()),
            (say::MAX_UNREADABLE, self.language.share(u64::from(policy.max_unreadable_millionths))),
            (say::CHANNEL_BANS, yes_no(policy.channel_bans_bind)),
            (say::TIME_ZONE, policy.time_zone.clone()),
            (say::MEASURES, self.measures()),
        ]
        .into_iter()
        .chain(self.kept())
        .map(|(rule, value)| vec![Cell::Head(self.say(&rule).to_owned()), Cell::Text(value)])
        .collect();
        let headings = [self.say(&say::RULE), self.say(&say::VALUE)];
        self.page.table(("p", 0), self.language.say(&say::RULES_TABLE), &headings, &rows);
    }

    /// The safeguards in force, in words.
    fn measures(&self) -> String {
        let words: Vec<&str> =
            self.record.measures.iter().map(|measure| self.language.word(measure)).collect();
        words.join(", ")
    }

    /// Until when each kind of file is kept.
    fn kept(&self) -> impl Iterator<Item = (say::Said, String)> {
        self.record.retention.iter().map(|kind| {
            let rule = match kind.files {
                Retained::Full => say::FULL_KEPT,
                Retained::Delta => say::DELTA_KEPT,
                Retained::Suppressions => say::SUPPRESSIONS_KEPT,
            };
            let until = kind.due.map_or_else(|| self.say(&say::NO_END).to_owned(), |due| moment(due.0));
            (rule, until)
        })
    }

    fn verify(&mut self) {
        let name = &self.record.release.name;
        let mut steps = vec![
            (say::VERIFY_SUMS, "sha256sum -c SHA256SUMS".to_owned()),
            (say::VERIFY_ALL, format!("verho verify {name}")),
        ];
        if self.record.keys.signing.is_some() {
            steps.push((say::VERIFY_SIGNER, format!("verho verify {name} --allowed-signers signers.txt")));
        }
        if self.record.keys.root != RUN_ONLY {
            steps.push((say::VERIFY_AGAIN, format!("verho verify {name} --recompute --config verho.toml")));
        }
        steps.push((say::VERIFY_WHY, "verho explain --config verho.toml < id.txt".to_owned()));
        for (said, command) in steps {
            self.paragraph(&said);
            self.page.put("<pre tabindex=0><code>", &command, "</code></pre>\n");
        }
    }
}

/// A moment as people read it: the day, the minute, UTC.
fn moment(moment: jiff::Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
