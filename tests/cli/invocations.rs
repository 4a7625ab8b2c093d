//! Help that teaches, and command lines that are wrong: told without what was typed.

use std::path::Path;

use super::base::Base;

pub(super) const COMMANDS: [&str; 24] = [
    "init",
    "build",
    "uploaded",
    "receipt",
    "check",
    "verify",
    "diff",
    "report",
    "history",
    "subject",
    "objections",
    "purge",
    "close",
    "explain",
    "hash",
    "vectors",
    "platforms",
    "keygen",
    "rotate",
    "schema",
    "synth",
    "completions",
    "man",
    "",
];

#[test]
fn every_command_has_help_with_an_example_its_cost_and_its_effect() {
    let base = Base::empty();
    let mut text = String::new();
    for command in COMMANDS {
        let args: Vec<&str> = [command, "--help"].into_iter().filter(|arg| !arg.is_empty()).collect();
        let ran = base.run(&args);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{command}");
        if !command.is_empty() {
            for part in ["Cost:", "Effect:", "Examples:", &format!("  verho {command}")] {
                let pipe = format!("| verho {command}");
                assert!(ran.stdout.contains(part) || ran.stdout.contains(&pipe), "{command}: {part}");
            }
        }
        text.push_str(&base.told(&args.join(" "), &ran));
    }
    insta::assert_snapshot!("help", text);
}

#[test]
fn the_top_help_names_every_command_and_exit_code() {
    let base = Base::empty();
    let help = base.run(&["--help"]).stdout;
    for command in COMMANDS {
        assert!(help.contains(command), "{command}");
    }
    for code in ["  0 ", "  1 ", "  2 ", "  3 ", "  4 ", "  130 "] {
        assert!(help.contains(code), "{code}");
    }
    let version = base.run(&["--version"]).stdout;
    for told in ["phone metadata", "platform tables", "SHA-256 "] {
        assert!(version.contains(told), "{told}: {version}");
    }
}

#[test]
fn the_page_of_the_docs_names_every_command_option_and_exit_code() {
    let base = Base::empty();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/command-line.md");
    let page = std::fs::read_to_string(page).expect("is there");
    for command in COMMANDS.iter().filter(|command| !command.is_empty()) {
        assert!(page.contains(&format!("## `verho {command}")), "{command}");
        let help = base.run(&[command, "--help"]).stdout;
        let words = help.split_whitespace().map(|word| word.trim_end_matches(['.', ',', ';']));
        for option in words.filter(|word| word.starts_with("--") && *word != "--help" && *word != "--") {
            assert!(page.contains(&format!("`{option}")), "{command} {option}");
        }
    }
    for code in ["| 0 |", "| 1 |", "| 2 |", "| 3 |", "| 4 |", "| 130 |"] {
        assert!(page.contains(code), "{code}");
    }
}

/// What somebody should never see again after typing it.
const TYPED: &str = "aino.quokka@example.com";

#[test]
fn a_wrong_command_line_is_told_without_what_was_typed() {
    let base = Base::empty();
    let cases: &[&[&str]] = &[
        &[],
        &[TYPED],
        &["biuld"],
        &["help"],
        &["explain", TYPED],
        &["explain", "--", TYPED],
        &["explain", "--id", TYPED],
        &["hash", TYPED],
        &["hash", "--platform", "meta", "--kind", "email", TYPED],
        &["hash", "--platform", TYPED, "--kind", "email"],
        &["hash", "--platform", "meta", "--kind", TYPED],
        &["hash", "--platform", "meta", "--kind", "email", "--region", TYPED],
        &["hash", "--platform", "linkedin", "--kind", "phone"],
        &["hash", "--kind", "email"],
        &["build", TYPED],
        &["build", "--as-of", TYPED],
        &["build", "--as-of", "21.11.2026"],
        &["build", "--as-of"],
        &["build", "--dryrun"],
        &["build", "--dry-run=yes"],
        &["build", "--dry-run", "--dry-run"],
        &["build", "--quokka@example.com"],
        &["build", "--quiet", "--verbose"],
        &["build", "--log-format", "xml"],
        &["build", "--log-format", "json", "--dryrun"],
        &["build", "--config", TYPED],
        &["check", "--draft=maybe"],
        &["verify"],
        &["verify", TYPED],
        &["verify", "releases/latest", "--recompute"],
        &["verify", "releases/latest", "--config", "verho.toml"],
        &["platforms", TYPED],
        &["keygen"],
        &["synth"],
        &["synth", "--rows", TYPED, "--out", "base"],
        &["synth", "--rows", "0", "--out", "base"],
        &["completions", TYPED],
    ];
    let mut text = String::new();
    for args in cases {
        let ran = base.run(args);
        assert!(ran.code == 2, "{args:?}: {}", ran.code);
        assert_eq!(ran.stdout, "", "{args:?}");
        assert!(!ran.stderr.contains("quokka"), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("hint") || args.is_empty(), "{args:?}: {}", ran.stderr);
        if !args.is_empty() {
            text.push_str(&base.told(&format!("verho {}", args.join(" ")), &ran));
        }
    }
    insta::with_settings!({filters => vec![(r#""timestamp":"[^"]*""#, r#""timestamp":"[TIME]""#)]}, {
        insta::assert_snapshot!("wrong_invocations", text);
    });
    assert_eq!(std::fs::read_dir(base.path()).expect("is there").count(), 0, "nothing was written");
}

#[test]
fn an_identifier_as_an_argument_is_answered_with_the_right_way() {
    let base = Base::empty();
    for args in [&["explain", TYPED][..], &["explain", "--", TYPED], &["hash", TYPED]] {
        let ran = base.run(args);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains("read from standard input"), "{}", ran.stderr);
        assert!(ran.stderr.contains(&format!("echo … | verho {}", args[0])), "{}", ran.stderr);
    }
}
