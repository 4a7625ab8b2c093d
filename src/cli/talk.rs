//! What is said on standard error, and the one door to standard output. Text for people, or one JSON
//! object a line for machines; a closed pipe is no error. It knows no command.

#![expect(clippy::disallowed_methods, reason = "times its own talk")]

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use anstyle::{AnsiColor, Style};

use super::args::{Global, LogFormat};
use super::timings;
use crate::config::About;
use crate::config::shown::is_harmful;

/// Whether messages are JSON; the panic hook and the signal handler have no [`Talk`] to ask.
static JSON: AtomicBool = AtomicBool::new(false);

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// How to speak.
#[derive(Debug, Clone, Copy)]
pub(super) struct Talk {
    /// The answer on standard output is JSON.
    pub(super) json: bool,
    log_json: bool,
    quiet: bool,
}

/// A sentence with its code and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// The stable code.
    pub(super) code: &'static str,
    /// What happened.
    pub(super) what: String,
    /// What to do.
    pub(super) hint: String,
    /// What of the config it is about, by which its line is found.
    pub(super) about: Option<About>,
}

impl Message {
    pub(super) fn new(code: &'static str, what: impl Into<String>, hint: impl Into<String>) -> Self {
        let (what, hint) = (in_words(what.into()), hint.into());
        Self { code, what: steady(what), hint: steady(hint), about: None }
    }

    /// The same, about something that the config names.
    pub(super) fn about(self, about: About) -> Self {
        Self { about: Some(about), ..self }
    }
}

/// A text that cannot steer a terminal, whoever had a word in it.
fn steady(text: String) -> String {
    if !text.contains(|letter| letter != '\n' && is_harmful(letter)) {
        return text;
    }
    let mut shown = String::new();
    for letter in text.chars() {
        if letter != '\n' && is_harmful(letter) {
            shown.extend(letter.escape_unicode());
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// The system's answers as people say them.
fn in_words(what: String) -> String {
    if !what.contains("entity ") && !what.contains(" (os error ") {
        return what;
    }
    let mut what = what
        .replace("entity not found", "no such file or folder")
        .replace("entity already exists", "it exists already");
    while let Some(at) = what.find(" (os error ") {
        let end = what[at..].find(')').map_or(what.len(), |end| at + end + 1);
        what.replace_range(at..end, "");
    }
    what
}

impl Talk {
    pub(super) fn new(global: &Global) -> Self {
        let log_json = global.log_format == LogFormat::Json;
        JSON.store(log_json, Ordering::Relaxed);
        Self { json: global.json, log_json, quiet: global.quiet }
    }

    /// For errors that come before the command line was understood.
    pub(super) fn before_arguments(log_json: bool) -> Self {
        JSON.store(log_json, Ordering::Relaxed);
        Self { json: false, log_json, quiet: false }
    }

    /// Whether there is anybody to watch a bar move.
    pub(super) fn shows_progress(self) -> bool {
        !self.quiet && !self.log_json && io::stderr().is_terminal()
    }

    /// Whether standard error takes colour.
    pub(super) fn colour() -> bool {
        anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
    }

    /// A sentence for people; for machines its fields.
    pub(super) fn say(self, event: &'static str, text: &str, fields: &serde_json::Value) {
        if self.quiet {
            return;
        }
        if self.log_json {
            line("info", event, text, None, fields);
        } else {
            put(text);
            put("\n");
        }
    }

    pub(super) fn warn(self, message: &Message) {
        if self.quiet {
            return;
        }
        self.message("warning", WARNING, message);
    }

    pub(super) fn error(self, message: &Message) {
        self.message("error", ERROR, message);
    }

    fn message(self, level: &'static str, style: Style, message: &Message) {
        if self.log_json {
            line(level, message.code, &message.what, Some(&message.hint), &serde_json::Value::Null);
            return;
        }
        put(&format!("{style}{level}:{style:#} {}\n", message.what));
        if !message.hint.is_empty() {
            let gap = if level == "error" { "\n" } else { "" };
            put(&format!("{gap}{HINT}hint:{HINT:#} {}\n", message.hint));
        }
    }

    /// Text that is already laid out for people.
    pub(super) fn block(text: &str) {
        put(text);
    }

    /// Whether messages are JSON.
    pub(super) const fn is_json_log(self) -> bool {
        self.log_json
    }
}

/// Events of the library's stages, as asked for by `-v` or a JSON log. Only our own: another crate's
/// event could quote what it reads.
pub(super) fn trace(global: &Global, timings: bool) {
    use tracing_subscriber::filter::{LevelFilter, Targets};
    use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
    let level = match (global.quiet, global.verbose, global.log_format) {
        (true, ..) | (_, 0, LogFormat::Text) => LevelFilter::OFF,
        (_, 0, LogFormat::Json) | (_, 1, _) => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    if level == LevelFilter::OFF && !timings {
        return;
    }
    let stages = Targets::new().with_target(timings::TARGET, LevelFilter::DEBUG);
    let timings = timings.then(|| timings::Timings.with_filter(stages));
    // The ends of stages are for those clocks alone.
    let ours = Targets::new().with_target("verho", level).with_target(timings::TARGET, LevelFilter::OFF);
    let registry = tracing_subscriber::registry().with(timings);
    let layer = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_target(false);
    let set = match global.log_format {
        LogFormat::Text => tracing::subscriber::set_global_default(
            registry.with(layer.without_time().with_ansi(Talk::colour()).with_filter(ours)),
        ),
        LogFormat::Json => tracing::subscriber::set_global_default(
            registry.with(layer.json().flatten_event(true).with_ansi(false).with_filter(ours)),
        ),
    };
    // Nobody else sets one in this process; if somebody did, theirs stays.
    let _ = set;
}

/// An error from where no [`Talk`] reaches: a panic or a signal.
pub(super) fn error_anywhere(message: &Message) {
    Talk { json: false, log_json: JSON.load(Ordering::Relaxed), quiet: false }.error(message);
}

fn line(level: &str, code: &str, text: &str, hint: Option<&str>, fields: &serde_json::Value) {
    let mut object = serde_json::json!({
        "timestamp": jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        // As the library's own events spell theirs.
        "level": match level {
            "warning" => "WARN".to_owned(),
            level => level.to_uppercase(),
        },
        "code": code,
        "message": text.trim(),
    });
    if let Some(hint) = hint {
        object["hint"] = hint.into();
    }
    if let (Some(object), Some(fields)) = (object.as_object_mut(), fields.as_object()) {
        object.extend(fields.clone());
    }
    put(&format!("{object}\n"));
}

/// Onto standard error. Nobody can be told when that fails.
fn put(text: &str) {
    let _ = anstream::AutoStream::auto(io::stderr().lock()).write_all(text.as_bytes());
}

/// Onto standard output. A reader that went away is content.
pub(super) fn data(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    forgive(out.write_all(bytes).and_then(|()| out.flush()))
}

/// Turns a closed pipe into success.
pub(super) fn forgive(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// A number for people: 1,234,567.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `2,000 rows`.
pub(super) fn several(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, expect) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345, "12,345"), (1_234_567, "1,234,567")]
        {
            assert_eq!(count(number), expect);
        }
    }
}
