//! What can go wrong with an input as a whole: one enum, each variant with a stable code, a
//! sentence and a hint.
//!
//! It promises that no cell of a row ever gets in: a variant holds a file's name, a column's name
//! and a line number. Names that come from a file are made harmless by [`crate::config::shown`] first; a first
//! line that may not be a header at all is never listed. It knows nothing of customers or registers.

use std::path::Path;

use thiserror::Error;

use crate::config::shown::shown_place;

/// Most names listed in a message.
const LISTED_MAX: usize = 40;

/// An input that cannot be read as a whole. Single bad rows are [`super::RowFault`]s instead.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SourceError {
    /// The path, which is no pattern, names nothing.
    #[error("{file}: no such file")]
    Missing {
        /// The path.
        file: String,
    },
    /// The pattern matches no file.
    #[error("{pattern}: no file matches this pattern")]
    NoMatch {
        /// The pattern.
        pattern: String,
    },
    /// The pattern is not a valid glob.
    #[error("{pattern}: not a valid file pattern")]
    BadPattern {
        /// The pattern.
        pattern: String,
    },
    /// The operating system refused to open or read it.
    #[error("{file}: cannot be read ({kind})")]
    Unreadable {
        /// The file.
        file: String,
        /// What the operating system answered, in its own words for the kind of error.
        kind: String,
    },
    /// A folder, link, pipe or device where a file is wanted.
    #[error("{file}: is {what}, not a regular file")]
    NotAFile {
        /// The path.
        file: String,
        /// What it is instead.
        what: &'static str,
    },
    /// Not one byte, or only blank lines, where a header is wanted.
    #[error("{file}: is empty, not even a header")]
    Empty {
        /// The file.
        file: String,
    },
    /// A mapped column is not in the header.
    #[error("{file}: no column named \"{column}\"{}", .near.as_ref().map(|near| format!(" (did you mean \"{near}\"?)")).unwrap_or_default())]
    MissingColumn {
        /// The file.
        file: String,
        /// The column the config names.
        column: String,
        /// The header's nearest name, when one is near.
        near: Option<String>,
        /// The header's names, when the line surely is a header; empty otherwise.
        available: Vec<String>,
    },
    /// A mapped column stands in the header more than once.
    #[error("{file}: the column \"{column}\" stands {times} times in the header")]
    DoubledColumn {
        /// The file.
        file: String,
        /// The column the config names.
        column: String,
        /// How often it occurs.
        times: usize,
    },
    /// With the configured separator the header is one column, and it holds another separator.
    #[error("{file}: the header is one column with separator {configured}, and it holds {found}")]
    WrongSeparator {
        /// The file.
        file: String,
        /// The separator used, by name.
        configured: &'static str,
        /// The separator that occurs, by name.
        found: &'static str,
    },
    /// The header itself is broken: quotes, encoding, NUL or length.
    #[error("{file}: line {line}: the header cannot be read ({fault})")]
    BadHeader {
        /// The file.
        file: String,
        /// The line.
        line: u64,
        /// What is wrong with it.
        fault: super::RowFaultCode,
    },
    /// A compressed stream is cut short, damaged, or followed by something else.
    #[error("{file}: the {format} stream is damaged or cut short")]
    Decompress {
        /// The file.
        file: String,
        /// `gzip` or `zstd`.
        format: &'static str,
    },
    /// An encrypted stream is cut short, altered, or no age stream at all.
    #[error("{file}: the encrypted stream is damaged or cut short")]
    Undecryptable {
        /// The file.
        file: String,
    },
    /// It was agreed that the file comes encrypted, and it is not.
    #[error("{file}: is not encrypted, and encryption was agreed")]
    NotEncrypted {
        /// The file.
        file: String,
    },
    /// An encrypted file, and no key to open it.
    #[error("{file}: is encrypted, and no identity is set")]
    NoIdentity {
        /// The file.
        file: String,
    },
    /// An encrypted file for somebody else.
    #[error("{file}: is encrypted for other keys than the identity that is set")]
    OtherKeys {
        /// The file.
        file: String,
    },
    /// The identity file itself.
    #[error("{what}")]
    Identity {
        /// What is wrong with it.
        what: String,
        /// What to do.
        hint: &'static str,
    },
    /// A compressed stream unpacks to far more than data does.
    #[error("{file}: unpacks to more than {ratio} times its size")]
    Bomb {
        /// The file.
        file: String,
        /// The limit.
        ratio: u64,
    },
    /// Changed, replaced or taken away between the start of the run and its end.
    #[error("{file}: changed while the run was using it")]
    ChangedWhileReading {
        /// The file.
        file: String,
    },
    /// A Parquet or Arrow file in a build without them.
    #[error("{file}: this build reads CSV and NDJSON only, not {format}")]
    NotInThisBuild {
        /// The file.
        file: String,
        /// The format.
        format: &'static str,
    },
    /// A Parquet or Arrow file that its reader refuses.
    #[error("{file}: is not readable as {format}")]
    Columnar {
        /// The file.
        file: String,
        /// The format.
        format: &'static str,
    },
    /// A mapped column whose type has no exact text.
    #[error("{file}: the column \"{column}\" holds {kind}, which has no exact text")]
    ColumnType {
        /// The file.
        file: String,
        /// The column the config names.
        column: String,
        /// The kind of type.
        kind: &'static str,
    },
    /// A setting of the file entry that does not fit the file.
    #[error("{file}: {what}")]
    Unsupported {
        /// The file.
        file: String,
        /// What does not fit.
        what: &'static str,
    },
}

impl SourceError {
    /// Whether the file itself is damaged, cut short or changing, rather than of the wrong shape.
    #[must_use]
    pub const fn is_damage(&self) -> bool {
        matches!(
            self,
            Self::Empty { .. }
                | Self::Decompress { .. }
                | Self::Undecryptable { .. }
                | Self::Bomb { .. }
                | Self::ChangedWhileReading { .. }
                | Self::BadHeader { .. }
        )
    }

    /// Whether the input is not there at all, or cannot be opened.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        matches!(
            self,
            Self::Missing { .. } | Self::NoMatch { .. } | Self::Unreadable { .. } | Self::NotAFile { .. }
        )
    }

    /// The stable kebab-case code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "file-missing",
            Self::NoMatch { .. } => "no-file-matches",
            Self::BadPattern { .. } => "bad-file-pattern",
            Self::Unreadable { .. } => "file-unreadable",
            Self::NotAFile { .. } => "not-a-file",
            Self::Empty { .. } => "file-empty",
            Self::MissingColumn { .. } => "column-missing",
            Self::DoubledColumn { .. } => "column-doubled",
            Self::WrongSeparator { .. } => "wrong-separator",
            Self::BadHeader { .. } => "bad-header",
            Self::Decompress { .. } => "damaged-compression",
            Self::Undecryptable { .. } => "damaged-encryption",
            Self::NotEncrypted { .. } => "not-encrypted",
            Self::NoIdentity { .. } => "no-identity",
            Self::OtherKeys { .. } => "encrypted-for-others",
            Self::Identity { .. } => "identity-file",
            Self::Bomb { .. } => "unpacks-too-large",
            Self::ChangedWhileReading { .. } => "changed-while-reading",
            Self::NotInThisBuild { .. } => "format-not-in-this-build",
            Self::Columnar { .. } => "format-unreadable",
            Self::ColumnType { .. } => "column-type",
            Self::Unsupported { .. } => "file-setting",
        }
    }

    /// What the config calls the thing at fault: a column, or files as it writes them.
    #[must_use]
    pub fn about(&self) -> Option<&str> {
        match self {
            Self::MissingColumn { column, .. }
            | Self::DoubledColumn { column, .. }
            | Self::ColumnType { column, .. } => Some(column),
            Self::Missing { file } => Some(file),
            Self::NoMatch { pattern } | Self::BadPattern { pattern } => Some(pattern),
            _ => None,
        }
    }

    /// Whether a name ends as spreadsheet programs end theirs.
    #[must_use]
    pub fn is_workbook(file: &str) -> bool {
        const ENDINGS: [&str; 5] = ["xlsx", "xls", "xlsm", "ods", "numbers"];
        let ending = std::path::Path::new(file).extension();
        ending.is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
    }

    /// What to do about it, one sentence.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Missing { file } if file.contains("://") => {
                "verho fetches nothing: fetch the file first, and name where it then lies".into()
            }
            Self::Missing { file } if file.starts_with('~') => {
                "write the whole path: ~ means something to a shell only".into()
            }
            Self::Missing { .. } => {
                "check `path`; it is read relative to the folder of the config file".into()
            }
            Self::NoMatch { .. } => {
                "check that last night's export arrived, and that the pattern's folder is right".into()
            }
            Self::BadPattern { .. } => "use `*` and `?` for file names, and `**` only as a whole folder".into(),
            Self::Unreadable { .. } => "check that this user may read the file and its folder".into(),
            Self::NotAFile { .. } => {
                "name the file itself; links, pipes and folders are refused so that what is read is what is recorded".into()
            }
            Self::Empty { .. } => "check that the export finished; a table without rows still has its header".into(),
            Self::MissingColumn { available, .. } if available.is_empty() => {
                "check that the first line holds the column names, and that the separator and encoding are right".into()
            }
            Self::MissingColumn { available, .. } => {
                format!("map one of the columns in the file: {}", listed(available))
            }
            Self::DoubledColumn { .. } => "give each column of the export a name of its own".into(),
            Self::WrongSeparator { found, .. } => format!("set `delimiter` to {found}, or leave it out"),
            Self::BadHeader { file, .. } if Self::is_workbook(file) => {
                "this is a spreadsheet's own format: save it as CSV (in UTF-8) and name that file".into()
            }
            Self::BadHeader { .. } => {
                "set `encoding` and `delimiter` to what the export uses, or mend its first line".into()
            }
            Self::Decompress { .. } => "copy or export the file again; it may not have been complete".into(),
            Self::Undecryptable { .. } => {
                "have it sent again; nothing of it was believed, and what came before its end may be forged".into()
            }
            Self::NotEncrypted { .. } => {
                "have it sent encrypted for the key that was agreed, and find out who could read it on its way; drop `encrypted` only when the agreement has ended".into()
            }
            Self::NoIdentity { .. } => "set [keys] identity to the identity file, or give it by --identity".into(),
            Self::OtherKeys { .. } => {
                "have it encrypted for your public key, which `age-keygen -y FILE` prints".into()
            }
            Self::Identity { hint, .. } => (*hint).into(),
            Self::Bomb { .. } => "unpack it by hand and look at it before you trust it".into(),
            Self::ChangedWhileReading { .. } => {
                "let the export finish before the run starts, best by renaming it into place".into()
            }
            Self::NotInThisBuild { .. } => {
                "export it as CSV, or use a build with the `columnar` feature".into()
            }
            Self::Columnar { .. } => "check that the file is complete and that `format` says what it is".into(),
            Self::ColumnType { .. } => "export the column as text, number, date or boolean".into(),
            Self::Unsupported { .. } => "change the setting in the config, or the file".into(),
        }
    }
}

fn listed(names: &[String]) -> String {
    let mut text =
        names.iter().take(LISTED_MAX).map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    if names.len() > LISTED_MAX {
        text += " and more";
    }
    text
}

/// A path of the config where nothing stands: what names nobody's file may be somebody's address.
pub(super) fn shown_missing(path: &str) -> String {
    let digits = path.chars().filter(|c| c.is_numeric()).count();
    let is_number = digits >= 6 && path.chars().all(|c| c.is_numeric() || "+-() ".contains(c));
    if path.contains('@') || is_number {
        return "(not shown: looks like a value)".into();
    }
    shown_place(Path::new(path))
}

/// The header's name nearest to a wanted one, when near enough to be a slip of the pen.
pub(super) fn nearest<'n>(wanted: &str, names: &'n [String]) -> Option<&'n str> {
    let target = plain(wanted);
    let allowed = (target.len() / 4).min(2);
    names
        .iter()
        .map(|name| {
            let letters = plain(name);
            let near =
                if is_swapped(&target, &letters) { allowed } else { distance(&target, &letters, allowed) };
            (near, name.as_str())
        })
        .filter(|(distance, name)| *distance <= allowed && !name.is_empty())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Whether two names differ in capitals, blanks and dashes at most.
pub(super) fn is_same_name(a: &str, b: &str) -> bool {
    plain(a) == plain(b)
}

/// A name without what people write now this way and now that.
fn plain(name: &str) -> Vec<char> {
    name.chars().flat_map(char::to_lowercase).filter(|c| !matches!(c, ' ' | '_' | '-' | '.')).collect()
}

/// Whether two letters side by side changed places: the commonest slip of all.
fn is_swapped(a: &[char], b: &[char]) -> bool {
    let Some(at) = (0..a.len().min(b.len())).find(|at| a[*at] != b[*at]) else { return false };
    a.len() == b.len()
        && at + 1 < a.len()
        && a[at] == b[at + 1]
        && a[at + 1] == b[at]
        && a[at + 2..] == b[at + 2..]
}

/// Levenshtein distance; anything past `allowed` is told early by length.
fn distance(a: &[char], b: &[char], allowed: usize) -> usize {
    if a.len().abs_diff(b.len()) > allowed {
        return allowed + 1;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let names: Vec<String> =
            ["Email", "phone_nr", "customer-id", "birth"].iter().map(ToString::to_string).collect();
        for (wanted, expect) in [
            ("email", Some("Email")),
            ("e-mail", Some("Email")),
            ("emial", Some("Email")),
            ("brith", Some("birth")),
            ("ilame", None),
            ("customer_id", Some("customer-id")),
            ("phone", None),
            ("date_of_birth", None),
        ] {
            assert_eq!(nearest(wanted, &names), expect, "{wanted}");
        }
    }
}
