//! `verho platforms`: what each platform takes, as a value for a terminal and for a program.
//!
//! It reads the tables and nothing else, so it works without a config and says the same everywhere.
//! It prints nothing: `cli` does.

use std::fmt::Write as _;

use serde::Serialize;

use crate::platforms::{
    ALL, CHECKED, Column, ConsentRule, Encoding, Platform, RowShape, Source, Upload, Way, find, table,
};

/// A name that no platform has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no platform is called {name:?}")]
pub struct UnknownPlatform {
    /// The name as given on the command line.
    pub name: String,
}

impl UnknownPlatform {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        format!("choose one of {}", ALL.map(|platform| platform.name).join(", "))
    }
}

/// The answer: every platform, or the one that was asked for.
#[derive(Debug, Clone, Serialize)]
pub struct Listing {
    /// The day the tables were last checked as a whole.
    pub checked: &'static str,
    /// The platforms, in table order.
    pub platforms: Vec<Entry>,
    #[serde(skip)]
    detailed: bool,
}

/// One platform as a program reads it. The keys are stable.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Canonical name.
    pub name: &'static str,
    /// The name people know.
    pub title: &'static str,
    /// Other names a config may use.
    pub aliases: &'static [&'static str],
    /// E-mail form, or null.
    pub email: Option<&'static str>,
    /// Phone form, or null.
    pub phone: Option<&'static str>,
    /// `hex` or `base64`.
    pub encoding: &'static str,
    /// The file, or null.
    pub file: Option<FileEntry>,
    /// Why there is no file, or null.
    pub no_file_because: Option<&'static str>,
    /// Most rows in one file.
    pub max_rows_per_file: Option<u64>,
    /// Most bytes in one file.
    pub max_bytes_per_file: Option<u64>,
    /// Fewest rows in an upload.
    pub minimum_upload: Option<u64>,
    /// Fewest matched people.
    pub minimum_serve: Option<u64>,
    /// `add`, `replace`, `remove`.
    pub operations: Vec<String>,
    /// `replace` or `delta`.
    pub recommended: &'static str,
    /// `none` or `google-signals`.
    pub consent: &'static str,
    /// Days until a member lapses.
    pub expiry_days: Option<u32>,
    /// How to upload.
    pub steps: &'static [&'static str],
    /// What the file is not for.
    pub may_not: &'static [&'static str],
    /// What could not be confirmed.
    pub open_questions: &'static [&'static str],
    /// Where the facts come from.
    pub sources: Vec<SourceEntry>,
}

/// A file's layout as a program reads it.
#[derive(Debug, Clone, Serialize)]
pub struct FileEntry {
    /// `csv` or `microsoft-bulk`.
    pub kind: &'static str,
    /// `person` or `identifier`.
    pub row: &'static str,
    /// Header cells; empty when the file has no header.
    pub header: &'static [&'static str],
    /// What each column holds: `email`, `phone`, nothing, or fixed text after an equals sign.
    pub columns: Vec<String>,
}

/// A source as a program reads it.
#[derive(Debug, Clone, Serialize)]
pub struct SourceEntry {
    /// What it is.
    pub title: &'static str,
    /// Where it is.
    pub place: &'static str,
    /// When it was looked at.
    pub checked: &'static str,
}

/// Lists every platform, or describes the one named.
pub fn platforms(name: Option<&str>) -> Result<Listing, UnknownPlatform> {
    let chosen = match name {
        None => ALL.to_vec(),
        Some(name) => vec![find(name).ok_or_else(|| UnknownPlatform { name: name.to_owned() })?],
    };
    Ok(Listing {
        checked: CHECKED,
        platforms: chosen.into_iter().map(Entry::of).collect(),
        detailed: name.is_some(),
    })
}

impl Listing {
    /// For a terminal: a table of all, or everything about one.
    #[must_use]
    pub fn text(&self) -> String {
        if self.detailed { self.platforms.iter().map(Entry::text).collect() } else { overview() }
    }
}

/// The columns that fit a terminal, in aligned text.
fn overview() -> String {
    const SHOWN: usize = 5;
    let mut rows = vec![table::HEADINGS.map(str::to_owned)];
    rows.extend(ALL.map(table::cells));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..SHOWN).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, "{cell:<width$}  ");
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

impl Entry {
    fn of(platform: &'static Platform) -> Self {
        Self {
            name: platform.name,
            title: platform.title,
            aliases: platform.aliases,
            email: platform.email.map(table::email_form),
            phone: platform.phone.map(table::phone_form),
            encoding: match platform.encoding {
                Encoding::LowerHex => "hex",
                Encoding::Base64 => "base64",
            },
            file: FileEntry::of(&platform.upload),
            no_file_because: match platform.upload {
                Upload::None { why } => Some(why),
                Upload::Csv(_) | Upload::MicrosoftBulk(_) => None,
            },
            max_rows_per_file: platform.max_rows_per_file,
            max_bytes_per_file: platform.max_bytes_per_file,
            minimum_upload: platform.minimum_upload,
            minimum_serve: platform.minimum_serve,
            operations: platform.screens.iter().map(|operation| operation.word().to_lowercase()).collect(),
            recommended: match platform.recommended {
                Way::Replace => "replace",
                Way::Delta => "delta",
            },
            consent: match platform.consent {
                ConsentRule::None => "none",
                ConsentRule::GoogleSignals => "google-signals",
            },
            expiry_days: platform.expiry_days,
            steps: platform.steps,
            may_not: platform.may_not,
            open_questions: platform.open_questions,
            sources: platform.sources.iter().map(SourceEntry::of).collect(),
        }
    }

    fn text(&self) -> String {
        let mut text = format!("{} ({})\n\n", self.title, self.name);
        for (heading, cell) in
            table::HEADINGS.iter().zip(find(self.name).map(table::cells).iter().flatten()).skip(1)
        {
            let _ = writeln!(text, "  {heading:<14} {cell}");
        }
        let _ = writeln!(text, "  {:<14} {}", "Can", self.operations.join(", "));
        if !self.aliases.is_empty() {
            let _ = writeln!(text, "  {:<14} {}", "Also called", self.aliases.join(", "));
        }
        if let Some(file) = &self.file {
            let header = if file.header.is_empty() { "none".to_owned() } else { file.header.join(",") };
            let _ = writeln!(text, "  {:<14} {header}", "Header");
        }
        if let Some(why) = self.no_file_because {
            let _ = writeln!(text, "\nNo file\n  {why}");
        }
        section(&mut text, "How to upload", self.steps, true);
        section(&mut text, "Not for", self.may_not, false);
        section(&mut text, "Not confirmed", self.open_questions, false);
        let sources: Vec<String> = self
            .sources
            .iter()
            .map(|source| format!("{}: {} (checked {})", source.title, source.place, source.checked))
            .collect();
        let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
        section(&mut text, "Sources", &sources, false);
        text
    }
}

fn section(text: &mut String, heading: &str, lines: &[&str], numbered: bool) {
    let _ = writeln!(text, "\n{heading}");
    for (at, line) in lines.iter().enumerate() {
        let mark = if numbered { format!("{}.", at + 1) } else { "-".to_owned() };
        let _ = writeln!(text, "  {mark} {line}");
    }
}

impl FileEntry {
    fn of(upload: &'static Upload) -> Option<Self> {
        let layout = upload.layout()?;
        Some(Self {
            kind: match upload {
                Upload::MicrosoftBulk(_) => "microsoft-bulk",
                Upload::Csv(_) | Upload::None { .. } => "csv",
            },
            row: match layout.shape {
                RowShape::PersonPerRow => "person",
                RowShape::IdentifierPerRow => "identifier",
            },
            header: layout.header,
            columns: layout.columns.iter().map(column).collect(),
        })
    }
}

fn column(column: &Column) -> String {
    match column {
        Column::Email(_) => "email".to_owned(),
        Column::Phone(_) => "phone".to_owned(),
        Column::Empty => String::new(),
        Column::Constant(text) => format!("={text}"),
    }
}

impl SourceEntry {
    fn of(source: &'static Source) -> Self {
        Self { title: source.title, place: source.place, checked: source.checked }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_every_platform_within_a_terminal() {
        let listing = platforms(None).expect("no name is no mistake");
        let text = listing.text();
        for platform in ALL {
            assert!(text.lines().any(|line| line.starts_with(platform.name)), "{}", platform.name);
        }
        assert_eq!(text.lines().count(), ALL.len() + 1);
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        assert_eq!(listing.platforms.len(), ALL.len());
    }

    #[test]
    fn describes_one_by_any_of_its_names() {
        let by_name = platforms(Some("meta")).expect("Meta is there").text();
        let by_alias = platforms(Some("Facebook")).expect("Meta is there").text();
        assert_eq!(by_name, by_alias);
        for part in ["How to upload", "Not for", "Not confirmed", "Sources", "email,email,email,phone"] {
            assert!(by_name.contains(part), "{part}");
        }
        let none = platforms(Some("amazon")).expect("Amazon is there");
        assert!(none.text().contains("No file"));
        assert!(none.platforms[0].file.is_none());
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let unknown = platforms(Some("myspace")).expect_err("there is no such platform");
        assert_eq!(unknown.to_string(), "no platform is called \"myspace\"");
        for platform in ALL {
            assert!(unknown.hint().contains(platform.name));
        }
    }

    #[test]
    fn json_says_what_the_tables_say() {
        let listing = platforms(Some("linkedin")).expect("LinkedIn is there");
        let json = serde_json::to_value(&listing).expect("a listing is plain data");
        let linkedin = &json["platforms"][0];
        assert_eq!(json["checked"], CHECKED);
        assert_eq!(linkedin["email"], "basic");
        assert_eq!(linkedin["phone"], serde_json::Value::Null);
        assert_eq!(linkedin["max_rows_per_file"], 300_000);
        assert_eq!(linkedin["file"]["header"][6], "googleaid");
        assert_eq!(linkedin["file"]["columns"], serde_json::json!(["email", "", "", "", "", "", ""]));
        assert!(json.get("detailed").is_none());
    }
}
