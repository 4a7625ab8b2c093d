//! Markup, written so that no text can become any: what is markup is part of the program, and every
//! other text is escaped on its way in, with what would turn, hide or break a line made visible.
//!
//! It knows no manifest and no language.

use std::fmt::Write as _;

/// Longest text of the config shown in one place, in characters; what is beyond is counted.
const SHOWN_MAX: usize = 400;

/// Markup being written.
#[derive(Debug, Default)]
pub(super) struct Markup(String);

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    /// What the row is about.
    Head(String),
    /// What the row is about, and a smaller line below it.
    HeadOf(String, String),
    /// What the row is about, in words of our own.
    Own(&'static str),
    /// What this row and those after it are about, in words of our own, perhaps with a code: so many rows.
    OwnFor(&'static str, Option<&'static str>, usize),
    /// A sentence or a name.
    Text(String),
    /// A sentence with a smaller line below it, if there is any.
    TextOf(String, String),
    /// A number, or what stands in its place.
    Number(String),
    /// A bar of so many thousandths, for eyes only: the number stands beside it.
    Bar(u64),
    /// A course of numbers as a line, with gaps, for eyes only: the numbers stand beside it.
    Course(Vec<Option<u64>>),
    /// A link to the audience of this number, for so many rows.
    LinkFor(usize, String, usize),
}

impl Markup {
    /// Markup of our own. Nothing made at run time fits in here.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Any text, harmless.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        let mut letters = text.chars();
        for letter in letters.by_ref().take(SHOWN_MAX) {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                letter if is_hidden(letter) => {
                    let _ = write!(self.0, "[U+{:04X}]", u32::from(letter));
                }
                letter => self.0.push(letter),
            }
        }
        let more = letters.count();
        if more > 0 {
            let _ = write!(self.0, "… [+{more}]");
        }
        self
    }

    /// A text between two pieces of markup.
    pub(super) fn put(&mut self, open: &'static str, text: &str, close: &'static str) -> &mut Self {
        self.raw(open).text(text).raw(close)
    }

    /// A number, which needs no escaping.
    pub(super) fn number(&mut self, number: u64) -> &mut Self {
        let _ = write!(self.0, "{number}");
        self
    }

    /// A length within a picture, in tenths.
    pub(super) fn tenths(&mut self, tenths: u64) -> &mut Self {
        let _ = write!(self.0, "{}", tenths / 10);
        if !tenths.is_multiple_of(10) {
            let _ = write!(self.0, ".{}", tenths % 10);
        }
        self
    }

    /// A table in a region of its own, which scrolls where the page is too narrow for it.
    pub(super) fn table(
        &mut self,
        id: (&'static str, usize),
        caption: &str,
        headings: &[&str],
        rows: &[Vec<Cell>],
    ) -> &mut Self {
        self.raw("<div class=s role=region tabindex=0 aria-labelledby=").raw(id.0).number(id.1 as u64);
        self.raw("c><table id=").raw(id.0).number(id.1 as u64);
        self.raw("><caption id=")
            .raw(id.0)
            .number(id.1 as u64)
            .raw("c>")
            .text(caption)
            .raw("</caption>\n<thead><tr>");
        for (at, heading) in headings.iter().enumerate() {
            let kind = rows.first().and_then(|row| row.get(at));
            let open = match kind {
                Some(Cell::Number(_)) => "<th>",
                Some(Cell::Bar(_)) => "<th class=\"t b\">",
                _ => "<th class=t>",
            };
            self.raw(open).text(heading);
        }
        self.raw("</thead>\n<tbody>");
        for row in rows {
            self.raw("<tr>");
            for cell in row {
                self.cell(cell);
            }
            self.raw("\n");
        }
        self.raw("</tbody></table></div>\n")
    }

    /// Without `scope` and closing tags, which HTML infers: a header beside cells is its row's, one above
    /// cells its column's. The style keeps each cell's direction of writing to itself.
    fn cell(&mut self, cell: &Cell) {
        match cell {
            Cell::Head(text) => self.put("<th>", text, ""),
            Cell::HeadOf(text, small) => self.put("<th>", text, "").put("<small>", small, "</small>"),
            Cell::Own(text) => self.put("<th>", text, ""),
            Cell::OwnFor(text, code, rows) => {
                if *rows > 1 {
                    self.raw("<th rowspan=").number(*rows as u64).raw(">").text(text);
                } else {
                    self.put("<th>", text, "");
                }
                if let Some(code) = code {
                    self.put("<small>", code, "</small>");
                }
                self
            }
            Cell::Text(text) => self.put("<td class=t>", text, ""),
            Cell::TextOf(text, small) if small.is_empty() => self.put("<td class=t>", text, ""),
            Cell::TextOf(text, small) => self.put("<td class=t>", text, "").put("<small>", small, "</small>"),
            Cell::Number(text) => self.put("<td>", text, ""),
            Cell::Bar(thousandths) => self
                .raw("<td class=b aria-hidden=true><svg viewBox=\"0 0 100 1\" preserveAspectRatio=none><rect width=")
                .tenths(*thousandths)
                .raw(" height=1 /></svg>"),
            Cell::Course(points) => self.course(points),
            Cell::LinkFor(number, text, rows) => self
                .raw("<th rowspan=")
                .number(*rows as u64)
                .raw("><a href=#a")
                .number(*number as u64)
                .put(">", text, "</a>"),
        };
    }

    /// A line from left to right over a ground of none; a point alone is a short stroke.
    fn course(&mut self, points: &[Option<u64>]) -> &mut Self {
        const WIDTH: u64 = 1_000;
        const HEIGHT: u64 = 180;
        self.raw(
            "<td class=h aria-hidden=true><svg viewBox=\"-2 -1 104 20\" preserveAspectRatio=none><path d=\"",
        );
        let most = u128::from(points.iter().flatten().copied().max().unwrap_or_default().max(1));
        let step = WIDTH / (points.len() as u64 - 1).max(1);
        let mut draws = false;
        for (at, point) in points.iter().enumerate() {
            let Some(point) = point else {
                draws = false;
                continue;
            };
            let height = u64::try_from(u128::from(*point) * u128::from(HEIGHT) / most).unwrap_or(HEIGHT);
            self.raw(if draws { "L" } else { "M" }).tenths(at as u64 * step).raw(" ").tenths(HEIGHT - height);
            if !draws {
                self.raw("h.5");
            }
            draws = true;
        }
        self.raw("\"/></svg>")
    }

    /// What was written.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// Letters that cannot be seen or that turn the line around: controls, direction marks, joiners,
/// other white space than the blank, tags, private use.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || (letter.is_whitespace() && !matches!(letter, ' ' | '\u{a0}' | '\u{202f}'))
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e0fff}'
            | '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut markup = Markup::default();
        markup.text(text);
        markup.finish()
    }

    #[test]
    fn no_text_becomes_markup_or_turns_the_line() {
        for (text, shown) in [
            ("plain ääkköset €", "plain ääkköset €"),
            ("<script>alert('x')</script>", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"),
            ("a&b \"c\"", "a&amp;b &quot;c&quot;"),
            ("x\u{202e}gnp.exe", "x[U+202E]gnp.exe"),
            ("a\nb\tc\u{0}d\u{7f}", "a[U+000A]b[U+0009]c[U+0000]d[U+007F]"),
            ("zero\u{200b}width\u{feff}", "zero[U+200B]width[U+FEFF]"),
            ("\u{2028}\u{2066}\u{e0041}", "[U+2028][U+2066][U+E0041]"),
        ] {
            assert_eq!(written(text), shown);
        }
        let long = written(&"å".repeat(1_000));
        assert!(long.ends_with("å… [+600]") && long.chars().count() == SHOWN_MAX + 8, "{long}");
    }

    #[test]
    fn a_course_goes_from_left_to_right_with_gaps() {
        let draw = |points: &[Option<u64>]| {
            let mut markup = Markup::default();
            markup.course(points);
            let text = markup.finish();
            text.split("d=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a path").to_owned()
        };
        assert_eq!(draw(&[Some(0), Some(10), Some(5)]), "M0 18h.5L50 0L100 9");
        assert_eq!(draw(&[Some(7), None, Some(7)]), "M0 0h.5M100 0h.5");
        assert_eq!(draw(&[Some(0)]), "M0 18h.5");
        assert_eq!(draw(&[None, None]), "");
        assert_eq!(draw(&[Some(u64::MAX), Some(0)]), "M0 0h.5L100 18");
    }

    #[test]
    fn tenths_are_written_as_short_as_they_go() {
        let mut markup = Markup::default();
        markup.tenths(0).raw(" ").tenths(15).raw(" ").tenths(600);
        assert_eq!(markup.finish(), "0 1.5 60");
    }
}
