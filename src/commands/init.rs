//! `verho init`: a first config from the files there are. What names and shapes tell is filled in; what
//! only a person can know is a mark that every other command refuses, so that nothing guessed is ever
//! relied on. No value of a row stands in what it returns, but for the values of few-valued columns
//! that were asked for by name.

mod columns;
mod register;
mod source;
mod toml_text;
mod words;

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use crate::config::UNDECIDED;
use crate::config::shown::shown_place;
use crate::outputs::private_file::create;
use crate::policy::selection::nearest;
use crate::sources::SourceError;

use toml_text::decide;

/// What to look at.
#[derive(Debug, Clone)]
pub struct InitOptions {
    /// Customer tables.
    pub sources: Vec<PathBuf>,
    /// Lists of objections.
    pub registers: Vec<PathBuf>,
    /// Columns whose values may be shown in comments.
    pub values_of: Vec<String>,
    /// The config to be written, when it is a file; paths in it start at its folder.
    pub out: Option<PathBuf>,
}

/// A config and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Init {
    /// The text of the config.
    pub text: String,
    /// What was made of each column.
    pub columns: Vec<Guessed>,
    /// How many decisions are left.
    pub undecided: usize,
}

/// What was made of a column.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Guessed {
    /// The source or register.
    pub table: String,
    /// The column, made harmless for a terminal.
    pub column: String,
    /// Rows in which it is not blank.
    pub filled: u64,
    /// Different values; none when there are very many.
    pub distinct: Option<usize>,
    /// The key it was mapped to, or would be.
    pub guess: Option<&'static str>,
}

/// Why there is no config.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// A file cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A customer table begins with a row.
    #[error("{file}: the first line holds values, not the names of columns")]
    NoHeader {
        /// The file.
        file: String,
    },
    /// What is named is a config, and no table.
    #[error("{file}: this is a config, not a customer table")]
    IsConfig {
        /// The file.
        file: String,
    },
    /// What is named is a spreadsheet's own file.
    #[error("{file}: this is a spreadsheet, not a table of text")]
    Workbook {
        /// The file.
        file: String,
    },
    /// None of the files has such a column.
    #[error("--values-of names a column that none of the files has")]
    UnknownColumn {
        /// The nearest name there is.
        near: Option<String>,
    },
    /// There is a file already.
    #[error("{} exists already", shown_place(place))]
    Exists {
        /// The file.
        place: PathBuf,
    },
    /// The config cannot be written.
    #[error("cannot write {}: {kind}", shown_place(place))]
    Io {
        /// The file.
        place: PathBuf,
        /// Why.
        kind: io::ErrorKind,
    },
}

impl InitError {
    /// What to do, as one sentence.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Source(SourceError::Missing { .. } | SourceError::NoMatch { .. }) => {
                "name a file that is there; paths start at the folder you are in".to_owned()
            }
            Self::Source(SourceError::BadHeader { .. }) => {
                "mend its first line: column names with one separator, in UTF-8, UTF-16 or Windows-1252".to_owned()
            }
            Self::Source(error) => error.hint(),
            Self::NoHeader { .. } => {
                "export it with a first line of column names; a bare list of people who objected is --register FILE".to_owned()
            }
            Self::Workbook { .. } => "save it as CSV (in UTF-8) and name that file".to_owned(),
            Self::IsConfig { .. } => {
                "name your customers' files: verho init customers.csv; a config that is there is looked at by `verho check`".to_owned()
            }
            Self::UnknownColumn { near: Some(near) } => format!("did you mean {near}?"),
            Self::UnknownColumn { near: None } => {
                "write a name as it stands in the first line of a file, in quotes when it has spaces".to_owned()
            }
            Self::Exists { .. } => {
                "a config is never overwritten; name another file with --out, or look at the text without --out".to_owned()
            }
            Self::Io { .. } => "name a file in a folder that is there and that you may write in".to_owned(),
        }
    }
}

/// Looks at the files and makes a config.
pub fn init(options: &InitOptions) -> Result<Init, InitError> {
    if let Some(place) = options.out.as_ref().filter(|place| place.symlink_metadata().is_ok()) {
        return Err(InitError::Exists { place: place.clone() });
    }
    let mut text = head(options);
    let mut columns = Vec::new();
    let mut names = Vec::new();
    let mut known = Vec::new();
    for place in &options.sources {
        let table = look(place, options, false, &mut known)?;
        text.push('\n');
        let (part, told) =
            source::source(&name_of(place, &mut names), &written(place, options.out.as_deref()), &table);
        text.push_str(&part);
        columns.extend(told);
    }
    text.push_str(
        "\n# Who objected. Without a list of objections or an objection flag no config is taken.\n",
    );
    if options.registers.is_empty() {
        text.push_str(
            "# verho init FILE --register LIST writes this part; by hand:\n# [[register]]\n# name = \"opt-outs\"\n\
             # path = \"objections.csv\"\n# columns = { customer_id = \"id\", email = \"email\", phone = \"phone\" }\n",
        );
    }
    let mut names = Vec::new();
    for place in &options.registers {
        let table = look(place, options, true, &mut known)?;
        let file = place.file_name().unwrap_or_default().to_string_lossy();
        let (part, told) = register::register(
            &name_of(place, &mut names),
            &written(place, options.out.as_deref()),
            &file,
            &table,
        );
        text.push_str(&part);
        columns.extend(told);
        text.push('\n');
    }
    if let Some(wrong) = options.values_of.iter().find(|name| !known.contains(name)) {
        let near = nearest(wrong, known.iter().map(String::as_str)).map(toml_text::in_comment);
        return Err(InitError::UnknownColumn { near });
    }
    text.push_str(&tail());
    let undecided = text.lines().filter(|line| !line.starts_with('#')).map(marks).sum();
    Ok(Init { text, columns, undecided })
}

/// Writes the config into a new file.
pub fn write(place: &Path, text: &str) -> Result<(), InitError> {
    create(place, text.as_bytes(), 0o644).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => InitError::Exists { place: place.to_owned() },
        kind => InitError::Io { place: place.to_owned(), kind },
    })
}

fn marks(line: &str) -> usize {
    line.matches(&format!("\"{UNDECIDED}")).count()
}

/// Whether the name of a column is rather an address, a number, a date or a code: the first line is then
/// somebody's row, and nothing of it may stand in a config.
fn looks_like_a_value(name: &str) -> bool {
    const DIGITS_MIN: usize = 7;
    let digits = name.chars().filter(char::is_ascii_digit).count();
    let letters = name.chars().filter(|letter| letter.is_alphabetic()).count();
    name.contains('@') || (digits >= DIGITS_MIN && letters <= 1)
}

fn look(
    place: &Path,
    options: &InitOptions,
    is_register: bool,
    known: &mut Vec<String>,
) -> Result<columns::Table, InitError> {
    if place.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")) {
        return Err(InitError::IsConfig { file: place.display().to_string() });
    }
    let file = place.display().to_string();
    if SourceError::is_workbook(&file) {
        return Err(InitError::Workbook { file });
    }
    let table = columns::look(place, &options.values_of, is_register)?;
    let names = || table.columns.iter().map(|column| &column.name);
    if !is_register && names().any(|name| looks_like_a_value(name)) {
        return Err(InitError::NoHeader { file: place.display().to_string() });
    }
    known.extend(names().cloned());
    Ok(table)
}

fn head(options: &InitOptions) -> String {
    let run = if options.registers.is_empty() { "" } else { " and lists of objections" };
    format!(
        "#:schema ./verho.schema.json\n\
         # A first config, made by verho init from customer tables{run}. The first line helps an editor:\n\
         # verho schema > verho.schema.json\n\
         # Replace each text that begins with {UNDECIDED} by an answer; verho check lists them until none is left.\n\
         # Every key is described in docs/configuration.md.\n\
         schema = 1\n\n\
         [controller]\nname = {}\nrole = {}\n",
        decide("the company's legal name"),
        decide(
            "controller, if it is your own customers; processor, if you act for another company, with instruction = …"
        )
    )
}

fn tail() -> String {
    let mut text = String::from(
        "# On what ground who may be used where: no row, no upload. One [[basis]] for each ground in use.\n\
         # References may be \"\" while you ask for them: verho check --draft takes that, verho build does not.\n\
         [[basis]]\n",
    );
    let lines: &[(&str, &str, &str)] = &[
        ("use = ", "legitimate_interest or consent", ""),
        ("platforms = [", "such as meta or linkedin; verho platforms lists them", "]"),
        ("countries = [", "two letters each, such as FI: where the people live whom this ground covers", "]"),
        (
            "assessment = ",
            "the reference of the legitimate-interest assessment; for consent drop this line",
            "",
        ),
        (
            "consent_wording = ",
            "the reference of the words people agreed to; for legitimate interest drop this line",
            "",
        ),
    ];
    for (before, question, after) in &lines[..3] {
        let _ = writeln!(text, "{before}{}{after}", decide(question));
    }
    text.push_str("purposes = [\"retarget\"]                       # exclude and lookalike_seed need rows of their own\n");
    for (before, question, after) in &lines[3..] {
        let _ = writeln!(text, "{before}{}{after}", decide(question));
    }
    let _ = write!(
        text,
        "notice = {{ id = {}, version = {} }}\n\n\
         # Who should see an ad, and where.\n[[audience]]\nname = {}\n\
         # where = \"country = 'FI'\"                    # everyone, without it\n\
         platforms = [{}]\n\
         # min_size = 100                             # fewer people are withheld\n\n\
         [output]\ndir = \"releases\"\n",
        decide("the id of the privacy notice that tells people of this use"),
        decide("its version, usually a date"),
        decide("a name of a-z, 0-9 and -, such as customers"),
        decide("such as meta"),
    );
    text
}

/// The file's path as the config's folder sees it.
fn written(place: &Path, out: Option<&Path>) -> String {
    let folder = out.and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
    let path = match folder {
        None => place.to_owned(),
        Some(folder) => match (std::path::absolute(place), std::path::absolute(folder)) {
            (Ok(place), Ok(folder)) => place.strip_prefix(&folder).map(Path::to_owned).unwrap_or(place),
            _ => place.to_owned(),
        },
    };
    path.to_string_lossy().into_owned()
}

/// A name after the file's, unlike those before it.
fn name_of(place: &Path, taken: &mut Vec<String>) -> String {
    let file = place.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let stem = file.split('.').next().unwrap_or_default();
    let mut name = String::new();
    // Digits may be a date, which a name does not need.
    for letter in stem.chars() {
        match letter {
            'ä' | 'å' => name.push('a'),
            'ö' => name.push('o'),
            letter if letter.is_ascii_lowercase() || letter.is_ascii_digit() => name.push(letter),
            _ if name.ends_with('-') || name.is_empty() => {}
            _ => name.push('-'),
        }
    }
    let name: String = name.chars().take(50).collect();
    let name =
        name.trim_end_matches(|letter: char| letter == '-' || letter.is_ascii_digit()).trim_matches('-');
    let name = if name.is_empty() { "customers" } else { name };
    let mut unique = name.to_owned();
    let mut number = 2;
    while taken.contains(&unique) {
        unique = format!("{name}-{number}");
        number += 1;
    }
    taken.push(unique.clone());
    unique
}

#[cfg(test)]
mod tests {
    use super::{name_of, written};
    use std::path::Path;

    #[test]
    fn names_are_made_of_file_names() {
        let mut taken = Vec::new();
        for (file, expect) in [
            ("customers.csv", "customers"),
            ("data/CRM Export 2026-11-20.csv.gz", "crm-export"),
            ("customers.parquet", "customers-2"),
            ("2026.csv", "customers-3"),
            ("asiakkäät_å.csv", "asiakkaat-a"),
            ("--.csv", "customers-4"),
        ] {
            assert_eq!(name_of(Path::new(file), &mut taken), expect, "{file}");
        }
    }

    #[test]
    fn paths_start_at_the_folder_of_the_config() {
        for (place, out, expect) in [
            ("data/c.csv", None, "data/c.csv"),
            ("data/c.csv", Some("verho.toml"), "data/c.csv"),
            ("/data/c.csv", Some("/data/verho.toml"), "c.csv"),
            ("/data/c.csv", Some("/config/verho.toml"), "/data/c.csv"),
        ] {
            assert_eq!(written(Path::new(place), out.map(Path::new)), expect);
        }
    }
}
