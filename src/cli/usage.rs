//! clap's errors in our words, without what was typed: a value on the command line may be somebody's
//! address. Only names that stand in our own definitions are repeated.

use std::ffi::OsString;
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory};

use super::args::Cli;
use super::failure::Failure;
use super::talk::Message;

/// What is wrong with the command line `args` (without the program's name).
pub(super) fn message(error: &clap::Error, args: &[OsString]) -> Message {
    let command = subcommand(args);
    let name = command.as_ref().map_or_else(|| "verho".to_owned(), |command| format!("verho {command}"));
    let help = format!("{name} --help shows what it takes");
    let known = |kind: ContextKind| known(error, kind);
    let argument = tidy(&known(ContextKind::InvalidArg));
    match error.kind() {
        ErrorKind::UnknownArgument => unknown(error, args, command.as_deref(), &name),
        ErrorKind::InvalidSubcommand => {
            let typed = typed(error, ContextKind::InvalidSubcommand);
            let place = typed.as_ref().and_then(|text| position(args, text));
            let place = place.unwrap_or("a word".into());
            let near = known(ContextKind::SuggestedSubcommand).first().cloned();
            let near = near.or_else(|| in_small_letters(typed.as_deref()?, command.as_deref()));
            let meant = typed.as_deref().filter(|_| command.is_none()).and_then(other_word);
            let hint = match (meant, near) {
                (Some(hint), _) => hint.to_owned(),
                (None, Some(near)) => format!("did you mean `{name} {near}`?"),
                (None, None) if command.is_some() => help,
                (None, None) => {
                    "verho --help lists the commands; identifiers are read from standard input".to_owned()
                }
            };
            Message::new("unknown-command", format!("{place} is not a command of {name}"), hint)
        }
        ErrorKind::InvalidValue if argument.is_empty() => Message::new("usage", "a value is missing", help),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let choices = known(ContextKind::ValidValue);
            let is_missing = typed(error, ContextKind::InvalidValue).is_some_and(|value| value.is_empty());
            let what = if is_missing { "has no value" } else { "has a value that it cannot take" };
            let hint = if choices.is_empty() {
                form_of(&argument).or_else(|| file_of(&argument).filter(|_| is_missing)).unwrap_or(help)
            } else {
                format!("choose one of {}", choices.join(", "))
            };
            Message::new("bad-value", format!("{argument} {what}"), hint)
        }
        ErrorKind::MissingRequiredArgument => {
            let hint = match command.as_deref().and_then(|command| example(command, &argument)) {
                Some(example) => format!("for example: {example}\n{help}"),
                None => help,
            };
            Message::new("missing-argument", format!("{name} needs {argument}"), hint)
        }
        ErrorKind::ArgumentConflict => {
            let prior = tidy(&known(ContextKind::PriorArg));
            let what = if prior.is_empty() || prior == argument {
                format!("{argument} can be given only once")
            } else {
                format!("{argument} and {prior} cannot be given together")
            };
            Message::new("conflict", what, "leave one of them out")
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Message::new("usage", format!("{name} needs a command"), help)
        }
        ErrorKind::InvalidUtf8 => Message::new("usage", "an argument is not text", "write it in UTF-8"),
        ErrorKind::TooManyValues => Message::new(
            "bad-value",
            format!("{argument} takes no value"),
            "write it without the equals sign",
        ),
        _ if argument.is_empty() => Message::new("usage", "the command line was not understood", help),
        _ => Message::new("bad-value", format!("{argument} has the wrong number of values"), help),
    }
}

/// A path is shown in messages; what looks like an identifier and names nothing is no path, and is
/// turned away before anything can show it.
pub(super) fn refuse_identifier(path: &Path) -> Result<(), Failure> {
    let text = path.to_string_lossy();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_number = digits >= 6 && text.chars().all(|c| c.is_ascii_digit() || "+-() ".contains(c));
    if (text.contains('@') || is_number) && path.symlink_metadata().is_err() {
        return Err(Failure::usage(
            "identifier-as-argument",
            "a path names no file or folder, and looks like an e-mail address or phone number",
            "identifiers are read from standard input only: echo … | verho explain",
        ));
    }
    Ok(())
}

/// A word or an option that the command does not have.
fn unknown(error: &clap::Error, args: &[OsString], command: Option<&str>, name: &str) -> Message {
    let typed = typed(error, ContextKind::InvalidArg).unwrap_or_default();
    let place = if typed.starts_with('-') { position(args, &typed) } else { position_of_word(args, &typed) };
    let place = place.unwrap_or_else(|| "an argument".to_owned());
    if !typed.starts_with('-') || names_an_identifier(&typed) {
        let asked = command.and_then(|command| asked_by(command, args));
        if let Some(asked) = asked {
            return Message::new(
                "identifier-as-argument",
                "identifiers are read from standard input, never from the command line",
                format!(
                    "echo … | {asked}\nYour shell may have kept what you typed in its history; remove it there."
                ),
            );
        }
    }
    if !typed.starts_with('-') {
        let is_config = Path::new(&typed).extension().is_some_and(|end| end.eq_ignore_ascii_case("toml"));
        let hint = if is_config && command.is_some_and(takes_config) {
            format!("a config is named with --config: {name} --config FILE")
        } else {
            format!("{name} --help shows what it takes")
        };
        return Message::new("unexpected-word", format!("{place} is a word that {name} does not take"), hint);
    }
    // An option of a command that stands before it is taken for one of the program's own.
    let is_before = command.is_some_and(|command| {
        let at = |text: &str| args.iter().position(|argument| argument == text);
        at(&typed).zip(at(command)).is_some_and(|(option, command)| option < command)
    });
    if let (true, Some(command)) = (is_before, command) {
        return Message::new(
            "unknown-option",
            format!("{place} stands before the command"),
            format!("options follow their command: verho {command} …; verho {command} --help lists them"),
        );
    }
    let hint = match (known(error, ContextKind::SuggestedArg).first(), command) {
        (Some(near), _) => format!("did you mean {near}?"),
        (None, Some("explain")) => {
            "identifiers are read from standard input: echo … | verho explain".to_owned()
        }
        (None, _) => format!("{name} --help lists its options"),
    };
    Message::new("unknown-option", format!("{place} is an option that {name} does not have"), hint)
}

/// How a command that reads an identifier is asked.
fn asked_by(command: &str, args: &[OsString]) -> Option<String> {
    match command {
        "explain" => Some("verho explain".to_owned()),
        "hash" => Some("verho hash --platform meta --kind email".to_owned()),
        "subject" => args
            .iter()
            .filter_map(|argument| argument.to_str())
            .find(|argument| ["access", "erase", "note"].contains(argument))
            .map(|what| {
                format!("verho subject {what}{}", if what == "note" { " --kind access" } else { "" })
            }),
        _ => None,
    }
}

/// Whether an option that is not there would have taken whoever is meant.
fn names_an_identifier(option: &str) -> bool {
    const NAMES: [&str; 11] = [
        "id",
        "email",
        "mail",
        "phone",
        "tel",
        "customer",
        "customerid",
        "person",
        "value",
        "address",
        "number",
    ];
    let name = option.split('=').next().unwrap_or_default();
    let name: String = name.chars().filter(char::is_ascii_alphabetic).collect();
    NAMES.contains(&name.to_ascii_lowercase().as_str())
}

/// A command that was typed in capitals.
fn in_small_letters(typed: &str, command: Option<&str>) -> Option<String> {
    let cli = Cli::command();
    let of = match command {
        Some(command) => cli.find_subcommand(command)?,
        None => &cli,
    };
    of.get_subcommands()
        .map(Command::get_name)
        .find(|name| name.eq_ignore_ascii_case(typed))
        .map(str::to_owned)
}

/// What other programs call our commands.
fn other_word(typed: &str) -> Option<&'static str> {
    const WORDS: &[(&[&str], &str)] = &[
        (&["help", "-help", "?"], "verho --help lists the commands; verho build --help tells about one"),
        (&["version", "-v"], "verho --version"),
        (
            &["run", "make", "create", "export", "upload", "publish", "release"],
            "did you mean `verho build`? It writes the files; UPLOAD.md says how to carry them to a platform",
        ),
        (&["validate", "test", "lint", "config"], "did you mean `verho check`?"),
        (
            &["new", "start", "setup", "config-init", "import"],
            "did you mean `verho init`? It writes a first config from your files",
        ),
        (
            &["why", "show", "lookup", "search", "find"],
            "did you mean `verho explain`? It reads the id, address or number from standard input",
        ),
        (&["compare"], "did you mean `verho diff`?"),
        (&["key", "keys", "genkey"], "did you mean `verho keygen`?"),
        (&["sample", "demo", "generate", "fake"], "did you mean `verho synth`?"),
        (&["completion"], "did you mean `verho completions`?"),
    ];
    let typed = typed.to_lowercase();
    WORDS.iter().find(|(words, _)| words.contains(&typed.as_str())).map(|(_, hint)| *hint)
}

/// An example of a command that has what is missing, from its help.
fn example(command: &str, missing: &str) -> Option<String> {
    let cli = Cli::command();
    let help = cli.find_subcommand(command)?.get_after_help()?.to_string();
    let (_, examples) = help.split_once("Examples:")?;
    let missing = missing.split(' ').next().unwrap_or_default();
    let lines = || examples.lines().map(str::trim).filter(|line| !line.is_empty());
    lines()
        .find(|line| missing.starts_with('-') && line.contains(missing))
        .or_else(|| lines().next())
        .map(|line| line.split("  ").next().unwrap_or(line).to_owned())
}

fn takes_config(command: &str) -> bool {
    let cli = Cli::command();
    cli.find_subcommand(command)
        .is_some_and(|command| command.get_arguments().any(|argument| argument.get_id() == "config"))
}

/// Names of arguments without clap's marks for groups and repetition.
fn tidy(names: &[String]) -> String {
    let names = names.iter().map(|name| {
        let name = name.trim_end_matches("...");
        match name.strip_prefix("<--").and_then(|group| group.strip_suffix('>')) {
            Some(group) => format!("--{}", group.replace('|', " or ")),
            None => name.to_owned(),
        }
    });
    names.collect::<Vec<_>>().join(", ")
}

/// Context that clap took from our definitions.
fn known(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

/// Context that somebody typed: to be compared, never shown.
fn typed(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    }
}

/// Where it stands on the command line, in words.
fn position(args: &[OsString], typed: &str) -> Option<String> {
    let holds = |argument: &OsString| {
        argument.to_str().is_some_and(|argument| {
            argument == typed || argument.strip_prefix(typed).is_some_and(|rest| rest.starts_with('='))
        })
    };
    args.iter().position(holds).map(|index| format!("argument {}", index + 1))
}

/// The same of a word too many: the last of its like that is no option's value, since those before it
/// were taken.
fn position_of_word(args: &[OsString], typed: &str) -> Option<String> {
    let is_option = |index: usize| args[index].to_str().is_some_and(|argument| argument.starts_with('-'));
    let places = || (0..args.len()).rev().filter(|index| args[*index] == *typed);
    let place = places().find(|index| *index == 0 || !is_option(index - 1)).or_else(|| places().next());
    place.map(|index| format!("argument {}", index + 1))
}

/// The command that was meant, when it is one.
fn subcommand(args: &[OsString]) -> Option<String> {
    let cli = Cli::command();
    let names: Vec<&str> = cli.get_subcommands().map(Command::get_name).collect();
    args.iter()
        .filter_map(|argument| argument.to_str())
        .find(|argument| names.contains(argument))
        .map(str::to_owned)
}

/// What a missing name is of.
fn file_of(argument: &str) -> Option<String> {
    let option = argument.split(' ').next()?;
    match argument.split(' ').nth(1)? {
        "<FILE>" if option == "--config" => Some("name the config after it: --config verho.toml".to_owned()),
        "<FILE>" => Some(format!("name a file after it: {option} FILE")),
        "<FOLDER>" => Some(format!("name a folder after it: {option} FOLDER")),
        _ => None,
    }
}

/// How the value of an argument is written.
fn form_of(argument: &str) -> Option<String> {
    let form = match argument.split(' ').next()? {
        "--as-of" => "write a moment such as 2026-11-21T02:00:00Z, or a date such as 2026-11-21",
        "--rows" => "write a whole number, such as 10000",
        "--seed" | "--done" => "write a whole number, such as 1",
        "--key-fd" | "--to-fd" => "write the number of an open file descriptor: --key-fd 3 3< FILE",
        "--max-age" => "write a span such as 36h or 3d",
        "--received" => "write a date such as 2026-11-21",
        "<AUDIENCE>" => "write the audience's name as the config has it: a-z, 0-9 and -",
        _ => return None,
    };
    Some(form.to_owned())
}
