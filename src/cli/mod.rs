//! The command line: arguments in, one command, words and an exit status out.
//!
//! Here alone something is printed, the clock is read and dice are rolled. It promises that nothing
//! typed is repeated unless it is a name of ours, that no message carries a value of a row, and that a
//! run which fails publishes nothing. What a rule is belongs to the library.

mod answers;
mod args;
mod bar;
mod build;
mod clock;
mod close;
mod diff;
mod exit;
mod explain;
mod failure;
mod hash;
mod history;
mod init;
mod marks;
mod objections;
mod pages;
mod panics;
mod purge;
mod report;
mod signals;
mod subject;
mod table;
mod talk;
mod timings;
mod usage;
mod vectors;
mod version;

use std::ffi::OsString;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;

use args::{Cli, Command};
pub use exit::ExitStatus;
use failure::Failure;
use talk::Talk;

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    forbid_core_dumps();
    panics::install();
    // The hook has told of a panic; here it becomes an exit status of ours instead of 101.
    std::panic::catch_unwind(AssertUnwindSafe(|| run(&std::env::args_os().collect::<Vec<_>>())))
        .unwrap_or(ExitStatus::Failed)
        .into()
}

/// A core dump would hold plaintext: the limit goes to zero before anything is read. Where a program
/// collects dumps the system asks no limit, so on Linux the process also says that it must not be dumped,
/// which keeps other processes of the same user from reading its memory, too.
fn forbid_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

fn run(args: &[OsString]) -> ExitStatus {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error, args.get(1..).unwrap_or_default()),
    };
    let talk = Talk::new(&cli.global);
    talk::trace(&cli.global, cli.command.wants_timings());
    let answer = cli
        .command
        .paths()
        .into_iter()
        .try_for_each(usage::refuse_identifier)
        .and_then(|()| dispatch(&cli.command, talk));
    match answer {
        Ok(status) => status,
        Err(failure) => {
            let failure = match cli.command.config() {
                Some(config) => failure.placed(config),
                None => failure,
            };
            failure.tell(talk);
            failure.status
        }
    }
}

fn not_understood(error: &clap::Error, args: &[OsString]) -> ExitStatus {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return match talk::forgive(error.print()) {
            Ok(()) => ExitStatus::Done,
            Err(_) => ExitStatus::Failed,
        };
    }
    if args.is_empty() {
        let _ = error.print();
        return ExitStatus::Usage;
    }
    let json = args.windows(2).any(|pair| pair[0] == "--log-format" && pair[1] == "json")
        || args.iter().any(|argument| argument == "--log-format=json");
    Talk::before_arguments(json).error(&usage::message(error, args));
    ExitStatus::Usage
}

fn dispatch(command: &Command, talk: Talk) -> Result<ExitStatus, Failure> {
    match command {
        Command::Init(args) => init::init(args, talk),
        Command::Build(args) => build::build(args, talk),
        Command::Uploaded(args) => marks::uploaded(args, talk),
        Command::Receipt(args) => marks::receipt(args, talk),
        Command::Check(args) => answers::check(args, talk),
        Command::Verify(args) => answers::verify(args, talk),
        Command::Diff(args) => diff::diff(args, talk),
        Command::Explain(args) => explain::explain(args, talk),
        Command::Report(args) => report::report(args, talk),
        Command::History(args) => history::history(args, talk),
        Command::Purge(args) => purge::purge(args, talk),
        Command::Close(args) => close::close(args, talk),
        Command::Subject(args) => subject::subject(args, talk),
        Command::Objections(args) => objections::objections(args, talk),
        Command::Hash(args) => hash::hash(args, talk),
        Command::Vectors(args) => vectors::vectors(args, talk),
        Command::Platforms(args) => answers::platforms(args, talk),
        Command::Keygen(args) => answers::keygen(args, talk),
        Command::Rotate(args) => answers::rotate(args, talk),
        Command::Schema => answers::schema(),
        Command::Synth(args) => answers::synth(args, talk),
        Command::Completions(args) => answers::completions(args),
        Command::Man(args) => answers::man(args, talk),
    }
}
