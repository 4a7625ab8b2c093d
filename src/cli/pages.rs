//! Manual pages, made from the same definitions as the help. What stands below the help is set line for
//! line, since its columns and examples would run together in a paragraph.
//!
//! It writes no file.

use clap::builder::Resettable;
use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use super::args::Cli;

/// Every page with the name of its file, the program's own first.
pub(super) fn pages() -> Vec<(String, String)> {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let mut pages = Vec::new();
    add(&program, &mut pages);
    pages
}

/// The page of a command, then those of what it has below it.
fn add(command: &Command, pages: &mut Vec<(String, String)>) {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    pages.push((format!("{name}.1"), page(command)));
    for below in command.get_subcommands() {
        add(below, pages);
    }
}

fn page(command: &Command) -> String {
    let notes = command.get_after_help().map(ToString::to_string);
    let version = command.get_long_version().map(str::to_owned);
    let usage = command.clone().render_usage().to_string();
    let man = Man::new(command.clone().after_help(Resettable::Reset))
        .source(concat!("verho ", env!("CARGO_PKG_VERSION")))
        .manual("verho manual");
    let mut bytes = Vec::new();
    let mut rendered = man.render_title(&mut bytes).and_then(|()| man.render_name_section(&mut bytes));
    let usage = usage.trim_start_matches("Usage: ").lines().map(str::trim).collect::<Vec<_>>();
    lines(&mut bytes, "SYNOPSIS", &usage.join("\n"));
    rendered = rendered
        .and_then(|()| man.render_description_section(&mut bytes))
        .and_then(|()| man.render_options_section(&mut bytes));
    if command.has_subcommands() {
        rendered = rendered.and_then(|()| man.render_subcommands_section(&mut bytes));
    }
    rendered.expect("memory takes every byte");
    for (heading, text) in [("NOTES", notes), ("VERSION", version)] {
        if let Some(text) = text {
            lines(&mut bytes, heading, &text);
        }
    }
    String::from_utf8(bytes).expect("pages are made of text")
}

/// A section whose lines stay lines.
fn lines(page: &mut Vec<u8>, heading: &str, text: &str) {
    page.extend_from_slice(format!(".SH {heading}\n.nf\n").as_bytes());
    for line in text.trim_end().lines() {
        let plain = line.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
        // A dot at its beginning would be a command.
        let guard = if plain.starts_with('.') { "\\&" } else { "" };
        page.extend_from_slice(format!("{guard}{plain}\n").as_bytes());
    }
    page.extend_from_slice(b".fi\n");
}

#[cfg(test)]
mod tests {
    use super::{lines, pages};

    #[test]
    fn what_stands_below_the_help_keeps_its_lines() {
        let pages = pages();
        let of = |name: &str| &pages.iter().find(|(file, _)| file == name).expect("a page").1;
        let build = of("verho-build.1");
        let notes = build.split(".SH NOTES\n.nf\n").nth(1).expect("notes");
        assert!(notes.starts_with("Cost:     reads every customer file once;"), "{notes}");
        assert!(
            notes.contains("\n  verho build \\-\\-config audiences/verho.toml \\-\\-dry\\-run\n"),
            "{notes}"
        );
        assert!(build.contains(".SH SYNOPSIS\n.nf\nverho build [OPTIONS]\n.fi\n"), "{build}");
        let source = concat!("\"verho ", env!("CARGO_PKG_VERSION"), "\" \"verho manual\"");
        assert!(!build.contains("EXTRA") && build.contains(source), "{build}");
        assert!(of("verho.1").contains(".SH VERSION\n.nf\n"), "the program's own");
        assert!(pages.iter().any(|(name, _)| name == "verho-subject-erase.1"));
    }

    #[test]
    fn no_line_becomes_a_command_of_the_page() {
        let mut page = Vec::new();
        lines(&mut page, "NOTES", ".gz 'a' \\ -x\nplain");
        let page = String::from_utf8(page).expect("text");
        assert_eq!(page, ".SH NOTES\n.nf\n\\&.gz \\(aqa\\(aq \\e \\-x\nplain\n.fi\n");
    }
}
