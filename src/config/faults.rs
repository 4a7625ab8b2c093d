//! Everything wrong with a config, at once, each fault shown in its line.
//!
//! A fault may quote the config, which the operator wrote, but never a parser's own message, and not
//! the value lists of a mapping: they are categories of people. What looks like somebody's address or
//! number is starred, wherever it stands.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use super::concealed::concealed;
use super::shown::shown_place;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// One thing wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, in bytes of the file.
    pub span: Range<usize>,
    /// A stable kebab-case code.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// All that is wrong with a config, in order of place.
#[derive(Debug, Clone)]
pub struct Faults {
    /// The file, as it was named.
    pub path: PathBuf,
    /// Its text; empty when it could not be read.
    pub text: String,
    /// The faults. Never empty.
    pub list: Vec<Fault>,
}

impl Faults {
    /// The line and column of a fault, both counted from one, columns in characters.
    #[must_use]
    pub fn place(&self, fault: &Fault) -> (usize, usize) {
        let before = self.text.get(..fault.span.start).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(line_start..).map_or(0, |line| line.chars().count());
        (before.matches('\n').count() + 1, column + 1)
    }

    /// All faults for a terminal or a log: file, line and column, the line itself where the text is meant
    /// as a config, what is wrong and a hint.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let path = shown_place(&self.path);
        let text = concealed(&self.text);
        let mut shown = String::new();
        for fault in &self.list {
            let title = Level::ERROR.primary_title(fault.message.as_str()).id(fault.code);
            let hint = Level::HELP.with_name("hint").message(fault.hint.as_str());
            let report = if self.is_a_config() {
                let place = AnnotationKind::Primary.span(self.inside(&fault.span));
                [title
                    .element(Snippet::source(text.as_str()).path(path.as_str()).annotation(place))
                    .element(hint)]
            } else {
                [title.element(hint)]
            };
            shown.push_str(&renderer.render(&report));
            shown.push_str("\n\n");
        }
        let count = self.list.len();
        let plural = if count == 1 { "fault" } else { "faults" };
        shown + &format!("{count} {plural} in {path}; nothing was read or written\n")
    }

    /// Whether the text is meant as a config at all: a table of customers given by mistake is not shown.
    fn is_a_config(&self) -> bool {
        let names = ["schema", "controller", "[controller]", "[[source]]", "[[audience]]"];
        self.text.lines().any(|line| {
            let line = line.trim_start();
            names.iter().any(|name| {
                line.strip_prefix(name).is_some_and(|rest| {
                    name.starts_with('[') || rest.trim_start().starts_with('=') || rest.starts_with('.')
                })
            })
        })
    }

    /// The span, within the text and its character boundaries, cut at the end of its first line: a
    /// table may be long, and its head is enough to find it.
    fn inside(&self, span: &Range<usize>) -> Range<usize> {
        let start = floor(&self.text, span.start);
        let end = floor(&self.text, span.end.max(start));
        let line = self.text.get(start..end).and_then(|text| text.find('\n')).map_or(end, |at| start + at);
        start..line
    }
}

fn floor(text: &str, place: usize) -> usize {
    let mut place = place.min(text.len());
    while !text.is_char_boundary(place) {
        place -= 1;
    }
    place
}

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.render(false))
    }
}

impl std::error::Error for Faults {}
