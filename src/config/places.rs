//! Where in a config something stands, so that a message about a file, a column or a key can name the
//! line to look at. The config was read and found sound before; this looks at its text once more, and
//! where it finds nothing the message goes without a line.

#![expect(clippy::disallowed_methods, reason = "reads the config file once more")]

use std::path::Path;

/// What a message is about, in the words of the config.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// The name of a source, register or audience, or the heading of a table such as `keys`.
    pub table: Option<String>,
    /// A text that stands there in quotes: a column, or files as the config writes them.
    pub text: Option<String>,
    /// The key of what was agreed, such as `max_age`.
    pub key: Option<&'static str>,
}

/// The line, from one, of what a message is about: its text within its table, else its key there, else
/// the path of that table, else its name. A text that its table does not hold is looked for everywhere.
#[must_use]
pub fn line_of(path: &Path, about: &About) -> Option<usize> {
    let config = std::fs::read_to_string(path).ok()?;
    find(&config, about).map(|at| at + 1)
}

fn find(config: &str, about: &About) -> Option<usize> {
    let lines: Vec<&str> = config.lines().collect();
    let text = about.text.as_deref();
    let table = about.table.as_deref().and_then(|name| {
        table(&lines, |_, own| own.iter().any(|line| holds_key(line, "name") && holds_text(line, name)))
            .or_else(|| table(&lines, |heading, _| heading == name))
    });
    if let Some((start, end)) = table {
        let within = &lines[start..end];
        let of_key = |key: &str| within.iter().position(|line| holds_key(line, key));
        let found = text
            .and_then(|text| within.iter().position(|line| holds_text(line, text)))
            .or_else(|| about.key.and_then(of_key))
            .or_else(|| of_key("path"))
            .or_else(|| of_key("name"))
            .unwrap_or(0);
        return Some(start + found);
    }
    let text = text.or(about.table.as_deref())?;
    lines.iter().position(|line| holds_text(line, text))
}

/// The lines of the first table that is meant, by its heading and its own lines, with the tables below it.
fn table(lines: &[&str], is_meant: impl Fn(&str, &[&str]) -> bool) -> Option<(usize, usize)> {
    let mut start = 0;
    while start < lines.len() {
        let Some(heading) = heading(lines[start]) else {
            start += 1;
            continue;
        };
        let is_below = |line: &&&str| match self::heading(line) {
            Some(other) => other.strip_prefix(heading).is_some_and(|rest| rest.starts_with('.')),
            None => true,
        };
        let after = &lines[start + 1..];
        let own = after.iter().take_while(|line| self::heading(line).is_none()).count();
        let end = start + 1 + after.iter().take_while(is_below).count();
        if is_meant(heading, &after[..own]) {
            return Some((start, end));
        }
        start = end;
    }
    None
}

/// What stands in the brackets of a line that opens a table.
fn heading(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let inner = line.strip_prefix("[[").or_else(|| line.strip_prefix('['))?;
    // A list that goes on over several lines begins with a bracket, too.
    let (name, _) = inner.split_once(']')?;
    let name = name.trim();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (!name.is_empty() && name.bytes().all(is_name)).then_some(name)
}

fn holds_key(line: &str, key: &str) -> bool {
    line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
}

fn holds_text(line: &str, text: &str) -> bool {
    !line.trim_start().starts_with('#')
        && (line.contains(&format!("\"{text}\"")) || line.contains(&format!("'{text}'")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"schema = 1
# "email" in a comment counts for nothing
[[source]]
name = "crm"
path = "crm.csv"
[source.columns]
email = [
    { column = "email" },
]
[[register]]
name = "opt-outs"
max_age = "36h"
path = 'out.csv'
columns = { email = "email" }
[[register]]
name = "crm-2"
columns = { email = "mail" }
[keys]
root = "verho.key"
"#;

    #[test]
    fn what_a_message_is_about_is_found_in_its_own_table() {
        type Case = (Option<&'static str>, Option<&'static str>, Option<&'static str>, Option<usize>);
        let cases: [Case; 13] = [
            (Some("crm"), Some("email"), None, Some(8)),
            (Some("opt-outs"), Some("email"), None, Some(14)),
            (Some("crm-2"), Some("mail"), None, Some(17)),
            (None, Some("email"), None, Some(8)),
            (Some("crm"), None, None, Some(5)),
            (Some("opt-outs"), None, Some("max_age"), Some(12)),
            (Some("opt-outs"), None, Some("max_shrink"), Some(13)),
            (Some("opt-outs"), Some("out.csv"), None, Some(13)),
            (Some("crm-2"), None, None, Some(16)),
            (Some("keys"), None, Some("root"), Some(19)),
            (Some("keys"), None, Some("signing"), Some(18)),
            (Some("nobody"), None, None, None),
            (None, None, None, None),
        ];
        for (table, text, key, line) in cases {
            let about = About { table: table.map(Into::into), text: text.map(Into::into), key };
            assert_eq!(find(CONFIG, &about).map(|at| at + 1), line, "{about:?}");
        }
    }
}
