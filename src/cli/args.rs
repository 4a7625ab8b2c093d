//! The command line as clap reads it. Help, man pages and completions come from these definitions.
//!
//! No argument ever takes an identifier or a customer id: shells keep their history, and any user of
//! the machine can list the arguments of a process.

use std::path::{Path, PathBuf};

use crate::config::Given;
use crate::outputs::report::Language;
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

use super::clock::{parse_day, parse_moment, parse_span};

/// Turns a customer base into hashed social-media audience files, and proves who was left out and why.
#[derive(Debug, Parser)]
#[command(
    name = "verho",
    version,
    long_version = super::version::long(),
    after_help = super::version::after_help(),
    arg_required_else_help = true,
    max_term_width = 100,
    disable_help_subcommand = true,
    infer_subcommands = false,
)]
pub(super) struct Cli {
    /// What all commands understand.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What all commands understand.
#[derive(Debug, Clone, Args)]
pub(super) struct Global {
    /// Answer on standard output as JSON, with stable keys
    #[arg(long, global = true, help_heading = "Output")]
    pub json: bool,
    /// How messages on standard error are written
    #[arg(
        long,
        global = true,
        value_enum,
        default_value = "text",
        value_name = "FORMAT",
        help_heading = "Output"
    )]
    pub log_format: LogFormat,
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Output")]
    pub quiet: bool,
    /// Tell the steps of the run; twice for more. Never a value of a row
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Output")]
    pub verbose: u8,
}

/// How messages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// Sentences for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write a first config: looks at your files, maps the columns it recognises, marks what you decide
    #[command(after_help = "Reads CSV and TSV (any separator and encoding, .gz, .zst), NDJSON and, in a
build that has them, Parquet and Arrow, and guesses from column names (English,
Finnish, Swedish, German) and from what values look like. What a value means is
never guessed: such places are marked DECIDE: and refused by every command until
you answer.

Cost:     reads every file once, in constant memory.
Effect:   the config on standard output, or a new file. Values of rows are
          shown only of columns that --values-of names and that hold few, short
          values; otherwise they are only counted.

Examples:
  verho init customers.csv
  verho init customers.csv --register objections.csv --out verho.toml
  verho init crm.csv webshop.ndjson --values-of status --values-of ad_ban --out verho.toml")]
    Init(Init),
    /// Build a release: read, decide, write, check, publish
    #[command(after_help = "Cost:     reads every customer file once; memory stays within [limits] memory.
Effect:   one new folder under [output] dir, complete and checked, or nothing
          at all. Prints the folder's path on standard output.

Examples:
  verho build
  verho build --config audiences/verho.toml --dry-run
  verho build --json --log-format json 2> run.jsonl
  verho build --first        begin a live state; upload full files in place of what is there")]
    Build(Build),
    /// Say that a release's files were uploaded: what they hold is live from then on
    #[command(after_help = "Cost:     reads the live state once; of the release its manifest alone.
Effect:   the live state under [state] dir. Said twice, it changes nothing.

Examples:
  verho uploaded releases/latest
  verho uploaded releases/latest --platform meta --audience savings-customers")]
    Uploaded(Uploaded),
    /// Record what a platform answered to an upload, in counts
    #[command(after_help = "The receipt is a small file that you write down from what the platform shows,
as TOML, JSON or CSV:
  kind = \"remove\"      remove, add or full; or one table for each: [remove], [add]
  sent = 12            when it is known
  received = 12
  invalid = 0
  refused = 0
Removals stay owed, and stand in every later remove file, until a receipt shows
them done.

Cost:     reads the live state once; of the release its manifest alone.
Effect:   the live state under [state] dir.

Examples:
  verho receipt releases/latest --platform meta --audience savings-customers --file receipt.toml")]
    Receipt(Receipt),
    /// Check the config and its inputs without writing anything
    #[command(after_help = "Cost:     reads the registers whole, of customer files the beginning only.
Effect:   none. Lists every fault found, and the columns that are not mapped
          and never read.

Examples:
  verho check
  verho check --draft        references (assessments, notices) may still be empty")]
    Check(Check),
    /// Verify a release: signature, digests, grammar, counts
    #[command(after_help = "Cost:     reads every file of the release once; --recompute also every input,
          slowly and in memory.
Effect:   none. One line a check on standard output; exit code 1 when one
          fails.

Examples:
  verho verify releases/latest
  verho verify releases/latest --allowed-signers signers.txt
  verho verify releases/latest --chain --allowed-signers signers.txt
  verho verify releases/latest --identity officer.txt
  verho verify releases/latest --recompute --config verho.toml")]
    Verify(Verify),
    /// Show a release as one page: verdict, flows, reasons, registers, bases
    #[command(after_help = "The page is made from the manifest alone, needs no network, and prints well.
Every release has one in English, report.html; this makes it in another
language or for sharing.

Cost:     reads the manifest only.
Effect:   the page on standard output, or a new file that only its owner may
          read (0600).

Examples:
  verho report releases/latest --lang fi > raportti.html
  verho report releases/latest --public --out report-for-sharing.html")]
    Report(Report),
    /// Explain one person: every audience, every rule and its answer
    #[command(after_help = "The id, e-mail address or phone number is read from standard input, never from
the command line.

Cost:     reads every input once, like a build.
Effect:   none. Names nobody in its answer.

Examples:
  echo 'someone@example.com' | verho explain
  echo C-1042 | verho explain --chain
  echo C-1042 | verho explain --for-subject --lang fi
  verho explain --json < id.txt")]
    Explain(Explain),
    /// Compare two configs: how many people would flip in or out, by rule, in counts
    #[command(after_help = "Nobody is named: each line is an audience, a platform, a rule and a number of
people.

Cost:     reads every input of both configs once, like two builds; memory up to
          both [limits] memory.
Effect:   none. Exit code 0 also when there are differences.

Examples:
  verho diff verho.toml verho-new.toml
  verho diff verho.toml verho-new.toml --json")]
    Diff(Diff),
    /// Hash values as a platform wants them: one a line on standard input
    #[command(after_help = "One line in, one line out: the digest, or reject: and a code. The values are
never printed.

Cost:     several hundred thousand lines a second, constant memory.
Effect:   none.

Examples:
  echo 'someone@example.com' | verho hash --platform meta --kind email
  echo '040 123 4567' | verho hash --platform google-ads --kind phone --region FI --steps")]
    Hash(Hash),
    /// Print known answers for every platform, or check a file of them
    #[command(after_help = "A vector is one JSON object a line: platform, kind, input, region, what is
expected (normalised, sha256, digest or code), and check: full (the whole
parser), form (the writing rule alone) or contested (listed with our answer). A
file of anybody's is taken; failing lines are named by their number and a code,
never by the value.

Cost:     none to print; a file is read whole, 64 MiB at most.
Effect:   none. Exit code 1 when a line fails.

Examples:
  verho vectors > vectors.jsonl
  verho vectors --check vectors.jsonl")]
    Vectors(Vectors),
    /// Answer people: note what they ask for, tell them what is done with their data, erase them
    #[command(after_help = "Cost:     access and erase read every customer file once; the others read the
          store alone.
Effect:   requests and erasures are kept beside the live state, sealed; they
          hold keyed digests only. Whoever is meant is read from standard
          input, and never printed or written in plain.

Examples:
  echo 'someone@example.com' | verho subject access --lang fi
  echo 'someone@example.com' | verho subject erase --received 2026-11-21
  echo 'someone@example.com' | verho subject note --kind access
  verho subject requests")]
    Subject(Subject),
    /// Hand the controller what was recorded here: requests, erasures, platforms' answers
    #[command(after_help = "Cost:     reads what is kept beside the live state, no customer file.
Effect:   export writes one new encrypted file beside the releases, with what
          no earlier one has told.

Examples:
  verho objections export")]
    Objections(Objections),
    /// Close an audience for good: its files, its key, and soon everybody in it
    #[command(after_help = "Cost:     reads every file that it deletes, to be sure that it is the
          manifest's.
Effect:   its upload files and suppressions are gone from every release, with
          receipts, and its key is destroyed; the next build takes everybody
          out, and later ones refuse it. Nothing of it can be taken back.

Examples:
  verho close savings-customers")]
    Close(Close),
    /// Tell the releases of a folder: when, how many, added, removed, purged, signed
    #[command(after_help = "Cost:     reads the manifests and signatures, no other file.
Effect:   none. A release that cannot be read is named and spoils nothing of
          the others.

Examples:
  verho history
  verho history releases --json")]
    History(History),
    /// Delete what its manifest says is past its date, and write receipts
    #[command(after_help = "Cost:     reads every file that it deletes, to be sure that it is the
          manifest's.
Effect:   files past their date are gone for good; receipts/ beside the
          releases tells which, by digest. Never touched: the newest release,
          and anything that no manifest names. Exit code 4 when something past
          its date had to be left.

Examples:
  verho purge --due --dry-run
  verho purge --due")]
    Purge(Purge),
    /// Show what each platform takes, and where that is written
    #[command(after_help = "Cost:     none: the tables are part of the program.
Effect:   none.

Examples:
  verho platforms
  verho platforms linkedin
  verho platforms --json")]
    Platforms(Platforms),
    /// Make key files: the root key of tags, the key that signs manifests, the key of encrypted files
    #[command(after_help = "Cost:     none.
Effect:   new files that only their owner may read (0600), and FILE.pub beside
          a signing key. Nothing is overwritten; nothing secret is printed.

Examples:
  verho keygen --root verho.key
  verho keygen --signing signing-key
  verho keygen --identity inbox.txt")]
    Keygen(Keygen),
    /// Put the key ring of the live state under another root key
    #[command(after_help = "The keys in the ring stay the same: tags, the live state and earlier releases
keep their meaning.

Cost:     none.
Effect:   the ring's file is replaced in one step; at any moment the old root
          key opens it or the new one. Then name the new key in the config, and
          destroy the old one.

Examples:
  verho keygen --root new.key
  verho rotate --to new.key
  verho rotate --key-fd 3 --to-fd 4 3< old.key 4< new.key")]
    Rotate(Rotate),
    /// Print the JSON Schema of verho.toml, for editors
    #[command(after_help = "Cost:     none.
Effect:   none; an editor with a TOML plug-in then completes and checks the
          config as you type.

Examples:
  verho schema > verho.schema.json")]
    Schema,
    /// Write an invented customer base with registers, a config and the truth about everybody
    #[command(after_help = "Cost:     about 150 bytes of disk a row, constant memory.
Effect:   a new folder; the same rows and seed give the same bytes. The config
          comes last: a folder without one was broken off.

Examples:
  verho synth --rows 10000 --seed 1 --out base
  verho build --config base/verho.toml")]
    Synth(Synth),
    /// Print completions for a shell
    #[command(after_help = "Cost:     none.
Effect:   none; redirect standard output to where your shell looks.

Examples:
  verho completions bash > ~/.local/share/bash-completion/completions/verho
  verho completions fish > ~/.config/fish/completions/verho.fish")]
    Completions(Completions),
    /// Print the manual page, or write one for each command
    #[command(after_help = "Cost:     none.
Effect:   with --out, files in that folder, which is made when it is not there.

Examples:
  verho man | man -l -
  verho man --out man/man1")]
    Man(Man),
}

impl Command {
    /// Whether the stages of the command are timed.
    pub(super) const fn wants_timings(&self) -> bool {
        matches!(self, Self::Build(Build { timings: true, .. }))
    }

    /// The config whose lines messages may name; not of `diff`, which has two.
    pub(super) fn config(&self) -> Option<&Path> {
        let config = match self {
            Self::Build(args) => &args.config.config,
            Self::Uploaded(args) => &args.config.config,
            Self::Receipt(args) => &args.config.config,
            Self::Check(args) => &args.config.config,
            Self::Explain(args) => &args.config.config,
            Self::Verify(args) => args.config.as_ref()?,
            Self::Close(args) => &args.config.config,
            Self::Subject(args) => &args.config().file.config,
            Self::Objections(args) => {
                let ObjectionsCommand::Export { config } = &args.what;
                &config.file.config
            }
            Self::History(args) => &args.config.config,
            Self::Purge(args) => &args.config.config,
            Self::Rotate(args) => &args.config,
            Self::Diff(_)
            | Self::Init(_)
            | Self::Report(_)
            | Self::Keygen(_)
            | Self::Synth(_)
            | Self::Man(_)
            | Self::Vectors(_)
            | Self::Hash(_)
            | Self::Platforms(_)
            | Self::Schema
            | Self::Completions(_) => return None,
        };
        Some(config)
    }

    /// Every path that was given.
    pub(super) fn paths(&self) -> Vec<&Path> {
        fn of_config<'a>(config: &'a ConfigFile, secrets: &'a Secrets) -> [Option<&'a PathBuf>; 3] {
            [Some(&config.config), secrets.identity.as_ref(), None]
        }
        let paths: [Option<&PathBuf>; 3] = match self {
            Self::Init(args) => {
                return args
                    .files
                    .iter()
                    .chain(&args.register)
                    .chain(&args.out)
                    .map(PathBuf::as_path)
                    .collect();
            }
            Self::Build(args) => {
                let paths = of_config(&args.config, &args.secrets)
                    .into_iter()
                    .chain([args.summary.as_ref(), args.metrics.as_ref()]);
                return paths.flatten().map(PathBuf::as_path).collect();
            }
            Self::Uploaded(args) => [Some(&args.config.config), Some(&args.release), None],
            Self::Receipt(args) => [Some(&args.config.config), Some(&args.release), Some(&args.file)],
            Self::Check(args) => of_config(&args.config, &args.secrets),
            Self::Explain(args) => of_config(&args.config, &args.secrets),
            Self::Diff(args) => [Some(&args.old), Some(&args.new), args.identity.as_ref()],
            Self::Verify(args) => return args.paths().into_iter().flatten().map(PathBuf::as_path).collect(),
            Self::Report(args) => [Some(&args.release), args.out.as_ref(), None],
            Self::Close(args) => of_config(&args.config, &args.secrets),
            Self::Subject(args) => {
                let asked = args.config();
                of_config(&asked.file, &asked.secrets)
            }
            Self::Objections(args) => {
                let ObjectionsCommand::Export { config } = &args.what;
                of_config(&config.file, &config.secrets)
            }
            Self::History(args) => [Some(&args.config.config), args.releases.as_ref(), None],
            Self::Purge(args) => of_config(&args.config, &args.secrets),
            Self::Keygen(args) => [args.root.as_ref(), args.signing.as_ref(), args.identity.as_ref()],
            Self::Rotate(args) => [Some(&args.config), args.to.as_ref(), None],
            Self::Synth(args) => [Some(&args.out), None, None],
            Self::Man(args) => [args.out.as_ref(), None, None],
            Self::Vectors(args) => [args.check.as_ref(), None, None],
            Self::Hash(_) | Self::Platforms(_) | Self::Schema | Self::Completions(_) => [None, None, None],
        };
        paths.into_iter().flatten().map(PathBuf::as_path).collect()
    }
}

/// Which config.
#[derive(Debug, Clone, Args)]
pub(super) struct ConfigFile {
    /// The config file
    #[arg(long, short, value_name = "FILE", default_value = "verho.toml")]
    pub config: PathBuf,
}

/// Which config to read, and where its secrets are.
#[derive(Debug, Clone, Args)]
pub(super) struct KeyedConfig {
    /// The config file.
    #[command(flatten)]
    pub file: ConfigFile,
    /// Where secrets are.
    #[command(flatten)]
    pub secrets: Secrets,
}

/// Where secrets are: never the secrets themselves, since any user of the machine can list arguments.
#[derive(Debug, Clone, Args)]
pub(super) struct Secrets {
    /// Read the root key from this open file descriptor (3 or above) instead of a file
    #[arg(long, value_name = "NUMBER", help_heading = "Secrets")]
    pub key_fd: Option<u32>,
    /// The identity file that opens encrypted files, in place of [keys] identity
    #[arg(long, value_name = "FILE", help_heading = "Secrets")]
    pub identity: Option<PathBuf>,
}

impl Secrets {
    pub(super) fn given(&self) -> Given {
        Given { key_fd: self.key_fd, identity: self.identity.clone() }
    }
}

/// `verho init`.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// Customer tables, each with a first line of column names
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// A list of people who objected; may be given several times
    #[arg(long, value_name = "FILE")]
    pub register: Vec<PathBuf>,
    /// Show the values of this column in comments; may be given several times
    #[arg(long, value_name = "COLUMN")]
    pub values_of: Vec<String>,
    /// Write the config into this file, which must not be there yet
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `verho build`.
#[derive(Debug, Args)]
pub(super) struct Build {
    /// The config file.
    #[command(flatten)]
    pub config: ConfigFile,
    /// Where secrets are.
    #[command(flatten)]
    pub secrets: Secrets,
    /// Do everything but publish
    #[arg(long)]
    pub dry_run: bool,
    /// Begin a live state: there is none yet, or it is lost for good
    #[arg(long, conflicts_with = "as_of")]
    pub first: bool,
    /// Decide as of another moment (RFC 3339) or the start of a day (UTC): a replay, never `latest`
    #[arg(long, value_name = "MOMENT", value_parser = parse_moment)]
    pub as_of: Option<Timestamp>,
    /// Tell on standard error how long each stage took: rows, bytes, CPU and wall seconds
    #[arg(long)]
    pub timings: bool,
    /// Append the summary, with rounded counts, to this file, such as a CI job's page
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,
    /// Replace this file with the run's metrics, with rounded counts, as OpenMetrics text
    #[arg(long, value_name = "FILE")]
    pub metrics: Option<PathBuf>,
}

/// `verho close`.
#[derive(Debug, Args)]
pub(super) struct Close {
    /// The audience's name
    #[arg(value_name = "AUDIENCE", value_parser = parse_name)]
    pub audience: String,
    /// The config file.
    #[command(flatten)]
    pub config: ConfigFile,
    /// Where secrets are.
    #[command(flatten)]
    pub secrets: Secrets,
}

/// A name as the config has them; what was typed otherwise may be anything, and is never repeated.
fn parse_name(text: &str) -> Result<String, &'static str> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_name = (1..=63).contains(&text.len()) && text.bytes().all(allowed);
    if is_name { Ok(text.to_owned()) } else { Err("not a name") }
}

/// `verho subject`.
#[derive(Debug, Args)]
pub(super) struct Subject {
    /// What to do
    #[command(subcommand)]
    pub what: SubjectCommand,
}

impl Subject {
    /// The config of any of them.
    pub(super) const fn config(&self) -> &KeyedConfig {
        match &self.what {
            SubjectCommand::Access { config, .. }
            | SubjectCommand::Erase { config, .. }
            | SubjectCommand::Note { config, .. }
            | SubjectCommand::Requests { config, .. } => config,
        }
    }
}

/// What is done for a person.
#[derive(Debug, Subcommand)]
pub(super) enum SubjectCommand {
    /// Tell somebody on which lists they are, on what ground, since when, or why not
    #[command(after_help = "Cost:     reads every customer file once.
Effect:   an open access request about the same text is marked as answered.

Examples:
  echo 'someone@example.com' | verho subject access --lang sv")]
    Access {
        /// The config file.
        #[command(flatten)]
        config: KeyedConfig,
        /// The language of the answer
        #[arg(long, value_enum, value_name = "LANG", default_value = "en")]
        lang: Lang,
    },
    /// Put somebody on the permanent store of people who are never used again
    #[command(after_help = "Cost:     reads every customer file once, for the other identifiers that only
          they hold.
Effect:   kept for good, as keyed digests; the next build takes them out of
          every list and owes their removal until it is acknowledged. Nothing
          of it can be taken back.

Examples:
  echo 'someone@example.com' | verho subject erase")]
    Erase {
        /// The config file.
        #[command(flatten)]
        config: KeyedConfig,
        /// The day the request came; today when absent
        #[arg(long, value_name = "DATE", value_parser = parse_day)]
        received: Option<jiff::civil::Date>,
    },
    /// Note that somebody asked for something, with the last day for the answer
    #[command(after_help = "Cost:     none.
Effect:   the request is listed, and a build exits with 4 once it is past its
          last day, until it is done.

Examples:
  echo 'someone@example.com' | verho subject note --kind access --received 2026-11-21")]
    Note {
        /// The config file.
        #[command(flatten)]
        config: KeyedConfig,
        /// What they asked for: access or erase
        #[arg(long, value_enum, hide_possible_values = true)]
        kind: AskedFor,
        /// The day the request came; today when absent
        #[arg(long, value_name = "DATE", value_parser = parse_day)]
        received: Option<jiff::civil::Date>,
    },
    /// List the open requests with their last days; exit code 4 when one is past
    #[command(after_help = "Cost:     none.
Effect:   none; with --done a request is marked as done.

Examples:
  verho subject requests
  verho subject requests --all --json
  verho subject requests --done 7")]
    Requests {
        /// The config file.
        #[command(flatten)]
        config: KeyedConfig,
        /// Also those that are done
        #[arg(long)]
        all: bool,
        /// Mark the request of this number as done, such as when it was answered elsewhere
        #[arg(long, value_name = "NUMBER")]
        done: Option<u32>,
    },
}

/// `verho objections`.
#[derive(Debug, Args)]
pub(super) struct Objections {
    /// What to do
    #[command(subcommand)]
    pub what: ObjectionsCommand,
}

/// What is done with what was recorded.
#[derive(Debug, Subcommand)]
pub(super) enum ObjectionsCommand {
    /// Write what no feed has told yet as an encrypted feed for the controller
    #[command(after_help = "The feed is an age file for the keys of [encryption] objections; opened, it is
one JSON object a line. It names people by keyed digests, with the key: who has
the identifiers finds them, without verho. Prints the file's path; nothing when
there is nothing new. Each record is told once.

Cost:     none.
Effect:   objections/NUMBER.ndjson.age beside the releases, signed when [keys]
          signing is set.

Examples:
  verho objections export
  verho objections export --json")]
    Export {
        /// The config file.
        #[command(flatten)]
        config: KeyedConfig,
    },
}

/// What somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum AskedFor {
    /// To know.
    Access,
    /// To be erased.
    Erase,
}

/// `verho history`.
#[derive(Debug, Args)]
pub(super) struct History {
    /// The folder of releases; that of the config when absent
    #[arg(value_name = "FOLDER")]
    pub releases: Option<PathBuf>,
    /// The config file.
    #[command(flatten)]
    pub config: ConfigFile,
}

/// `verho purge`.
#[derive(Debug, Args)]
pub(super) struct Purge {
    /// What its manifest says is past its date: nothing else can be purged
    #[arg(long, required = true)]
    pub due: bool,
    /// Tell what is due and delete nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The config file.
    #[command(flatten)]
    pub config: ConfigFile,
    /// Where secrets are.
    #[command(flatten)]
    pub secrets: Secrets,
}

/// `verho uploaded`.
#[derive(Debug, Args)]
pub(super) struct Uploaded {
    /// The config file.
    #[command(flatten)]
    pub config: ConfigFile,
    /// Where secrets are.
    #[command(flatten)]
    pub secrets: Secrets,
    /// The release's folder
    #[arg(value_name = "RELEASE")]
    pub release: PathBuf,
    /// Only what was uploaded to this platform
    #[arg(long, value_name = "PLATFORM")]
    pub platform: Option<String>,
    /// Only this audience
    #[arg(long, value_name = "AUDIENCE")]
    pub audience: Option<String>,
}

/// `verho receipt`.
#[derive(Debug, Args)]
pub(super) struct Receipt {
    /// The config file.
    #[command(flatten)]
    pub config: ConfigFile,
    /// Where secrets are.
    #[command(flatten)]
    pub secrets: Secrets,
    /// The release's folder
    #[arg(value_name = "RELEASE")]
    pub release: PathBuf,
    /// The platform that answered
    #[arg(long, value_name = "PLATFORM")]
    pub platform: String,
    /// The audience it is about
    #[arg(long, value_name = "AUDIENCE")]
    pub audience: String,
    /// The file with its answer
    #[arg(long, value_name = "FILE")]
    pub file: PathBuf,
}

/// `verho check`.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// The config file.
    #[command(flatten)]
    pub config: ConfigFile,
    /// Where secrets are.
    #[command(flatten)]
    pub secrets: Secrets,
    /// Let references of bases (assessments, consent wordings, notices) be empty
    #[arg(long)]
    pub draft: bool,
}

/// `verho verify`.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The release's folder
    #[arg(value_name = "RELEASE")]
    pub release: PathBuf,
    /// Who may sign, as OpenSSH lists allowed signers; an unsigned release then fails
    #[arg(long, value_name = "FILE")]
    pub allowed_signers: Option<PathBuf>,
    /// Decide everything a second time from the inputs, by separate code, and compare
    #[arg(long, requires = "config")]
    pub recompute: bool,
    /// The config file that the release was built from, for --recompute
    #[arg(long, short, value_name = "FILE", requires = "recompute")]
    pub config: Option<PathBuf>,
    /// Fail when others than the owner may read the release; otherwise that is a warning
    #[arg(long)]
    pub strict_modes: bool,
    /// Keys that may no longer sign, whenever they did: one public key a line, as OpenSSH writes it
    #[arg(long, value_name = "FILE", requires = "allowed_signers")]
    pub revoked_signers: Option<PathBuf>,
    /// Follow the chain of earlier releases in the release's folder, back to the first
    #[arg(long)]
    pub chain: bool,
    /// The release was to be the newest; fail when its moment is further back than this, such as 36h
    #[arg(long, value_name = "SPAN", value_parser = parse_span)]
    pub max_age: Option<jiff::SignedDuration>,
    /// Where secrets are.
    #[command(flatten)]
    pub secrets: Secrets,
}

impl Verify {
    fn paths(&self) -> [Option<&PathBuf>; 5] {
        [
            Some(&self.release),
            self.allowed_signers.as_ref(),
            self.config.as_ref(),
            self.revoked_signers.as_ref(),
            self.secrets.identity.as_ref(),
        ]
    }
}

/// `verho report`.
#[derive(Debug, Args)]
pub(super) struct Report {
    /// The release's folder
    #[arg(value_name = "RELEASE")]
    pub release: PathBuf,
    /// Hide counts under 10 and round the others to tens, so that the page can be shared
    #[arg(long)]
    pub public: bool,
    /// The language of the page: en, fi or sv
    #[arg(long, value_enum, default_value = "en", value_name = "LANGUAGE", hide_possible_values = true)]
    pub lang: Lang,
    /// Write the page into this file, which must not be there yet
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `verho explain`.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The config file.
    #[command(flatten)]
    pub config: ConfigFile,
    /// Where secrets are.
    #[command(flatten)]
    pub secrets: Secrets,
    /// Decide as of another moment (RFC 3339) or the start of a day (UTC)
    #[arg(long, value_name = "MOMENT", value_parser = parse_moment)]
    pub as_of: Option<Timestamp>,
    /// For a reviewer: also who shares identifiers with whom, as keyed tags; needs a root key
    #[arg(long, conflicts_with = "for_subject")]
    pub chain: bool,
    /// In words that can be sent to the person concerned, and that tell of nobody else
    #[arg(long)]
    pub for_subject: bool,
    /// The language of --for-subject
    #[arg(long, value_enum, value_name = "LANG", default_value = "en", requires = "for_subject")]
    pub lang: Lang,
}

/// `verho diff`.
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// The config as it is
    #[arg(value_name = "A")]
    pub old: PathBuf,
    /// The config as it would be
    #[arg(value_name = "B")]
    pub new: PathBuf,
    /// Decide both as of another moment (RFC 3339) or the start of a day (UTC)
    #[arg(long, value_name = "MOMENT", value_parser = parse_moment)]
    pub as_of: Option<Timestamp>,
    /// The identity file that opens encrypted files, in place of [keys] identity
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
}

/// A language of the report, and of what is written to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Lang {
    /// English.
    En,
    /// Finnish.
    Fi,
    /// Swedish.
    Sv,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::En => Self::English,
            Lang::Fi => Self::Finnish,
            Lang::Sv => Self::Swedish,
        }
    }
}

/// `verho hash`.
#[derive(Debug, Args)]
pub(super) struct Hash {
    /// The platform whose form is wanted; `verho platforms` lists them
    #[arg(long, value_name = "NAME")]
    pub platform: String,
    /// What the values are: email or phone
    #[arg(long, value_enum, hide_possible_values = true)]
    pub kind: HashKind,
    /// The country in which national phone numbers are read, such as FI
    #[arg(long, value_name = "CODE")]
    pub region: Option<String>,
    /// Also say which steps were taken, after a tab
    #[arg(long)]
    pub steps: bool,
}

/// What values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum HashKind {
    /// E-mail addresses.
    Email,
    /// Phone numbers.
    Phone,
}

/// `verho vectors`.
#[derive(Debug, Args)]
pub(super) struct Vectors {
    /// Check this file instead of printing ours; - reads standard input
    #[arg(long, value_name = "FILE")]
    pub check: Option<PathBuf>,
}

/// `verho platforms`.
#[derive(Debug, Args)]
pub(super) struct Platforms {
    /// One platform, in detail
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

/// `verho keygen`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(true).args(["root", "signing", "identity"]))]
pub(super) struct Keygen {
    /// Write a root key: 32 random bytes in hex
    #[arg(long, value_name = "FILE")]
    pub root: Option<PathBuf>,
    /// Write a signing key: OpenSSH Ed25519, with FILE.pub beside it
    #[arg(long, value_name = "FILE")]
    pub signing: Option<PathBuf>,
    /// Write an identity: an age secret key that opens what is encrypted for it
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
}

/// `verho rotate`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("new").required(true).args(["to", "to_fd"]))]
pub(super) struct Rotate {
    /// The config file; its root key is the old one
    #[arg(long, short, value_name = "FILE", default_value = "verho.toml")]
    pub config: PathBuf,
    /// The new root key's file
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
    /// Read the new root key from this open file descriptor (3 or above)
    #[arg(long, value_name = "NUMBER", help_heading = "Secrets")]
    pub to_fd: Option<u32>,
    /// Read the old root key from this open file descriptor (3 or above) instead of a file
    #[arg(long, value_name = "NUMBER", help_heading = "Secrets")]
    pub key_fd: Option<u32>,
}

/// `verho synth`.
#[derive(Debug, Args)]
pub(super) struct Synth {
    /// Rows of the customer table
    #[arg(long, value_name = "ROWS", default_value_t = 10_000, allow_negative_numbers = true)]
    pub rows: u64,
    /// What everything is derived from
    #[arg(long, value_name = "NUMBER", default_value_t = 1, allow_negative_numbers = true)]
    pub seed: u64,
    /// A folder that does not exist yet, or an empty one
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
}

/// `verho completions`.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// `verho man`.
#[derive(Debug, Args)]
pub(super) struct Man {
    /// Write verho.1, verho-build.1 and the others into this folder
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}
