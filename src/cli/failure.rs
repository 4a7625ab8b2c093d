//! Every way to fail as an exit status and messages with hints. Errors of the library carry names,
//! places and counts; none carries a value of a row, so they may be shown as they are.

use std::fmt::Write as _;
use std::path::Path;

use crate::commands::build::{ALL_WITHHELD_HINT, BuildError};
use crate::commands::recompute::RecomputeError;
use crate::commands::verify::VerifyError;
use crate::config::shown::shown_place;
use crate::config::{About, Faults, line_of};
use crate::pipeline::{ParseError, RunError};
use crate::sources::SourceError;
use crate::sources::keys::RootKeyError;
use crate::spill::SpillError;

use super::exit::ExitStatus;
use super::talk::{Message, Talk};

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) status: ExitStatus,
    told: Told,
}

#[derive(Debug)]
enum Told {
    Messages(Vec<Message>),
    /// Shown with the config's own lines.
    Faults(Faults),
}

impl Failure {
    pub(super) fn new(status: ExitStatus, message: Message) -> Self {
        Self { status, told: Told::Messages(vec![message]) }
    }

    pub(super) fn usage(code: &'static str, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(ExitStatus::Usage, Message::new(code, what, hint))
    }

    /// A root key, or the ring it opens.
    pub(super) fn root_key(error: &RootKeyError) -> Self {
        let (status, code) = match error {
            RootKeyError::Ring { code: "locked", .. } => (ExitStatus::Refused, "locked"),
            RootKeyError::Ring { code, is_io: true, .. } => (ExitStatus::Failed, *code),
            RootKeyError::Ring { code, .. } => (ExitStatus::Usage, *code),
            _ => (ExitStatus::Usage, "root-key"),
        };
        let of = |table: &str, key| About { table: Some(table.to_owned()), key: Some(key), text: None };
        let about = match error {
            RootKeyError::Needed => Some(of("state", "dir")),
            _ => error.key().map(|key| of("keys", key)),
        };
        Self::new(status, Message { about, ..Message::new(code, error.to_string(), error.hint()) })
    }

    /// Several at once.
    pub(super) fn all(status: ExitStatus, messages: Vec<Message>) -> Self {
        Self { status, told: Told::Messages(messages) }
    }

    /// The same with another status, when several failed.
    pub(super) fn with_status(self, status: ExitStatus) -> Self {
        Self { status, ..self }
    }

    /// The same, each message with the line of the config that it is about.
    pub(super) fn placed(mut self, config: &Path) -> Self {
        if let Told::Messages(messages) = &mut self.told {
            for message in messages {
                if let Some(line) = message.about.take().and_then(|about| line_of(config, &about)) {
                    let _ = write!(message.what, " [{}:{line}]", shown_place(config));
                }
            }
        }
        self
    }

    /// Each error with its code and hint, for an answer in JSON.
    pub(super) fn as_json(&self) -> serde_json::Value {
        let one = |code: &str, what: &str, hint: &str| serde_json::json!({ "code": code, "message": what, "hint": hint });
        match &self.told {
            Told::Messages(messages) => {
                messages.iter().map(|message| one(message.code, &message.what, &message.hint)).collect()
            }
            Told::Faults(faults) => {
                faults.list.iter().map(|fault| one(fault.code, &fault.message, &fault.hint)).collect()
            }
        }
    }

    /// The stable codes, each once.
    pub(super) fn codes(&self) -> Vec<&'static str> {
        let mut codes: Vec<&'static str> = match &self.told {
            Told::Messages(messages) => messages.iter().map(|message| message.code).collect(),
            Told::Faults(faults) => faults.list.iter().map(|fault| fault.code).collect(),
        };
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    pub(super) fn tell(&self, talk: Talk) {
        match &self.told {
            Told::Messages(messages) => messages.iter().for_each(|message| talk.error(message)),
            Told::Faults(faults) if !talk.is_json_log() => Talk::block(&faults.render(Talk::colour())),
            Told::Faults(faults) => {
                for fault in &faults.list {
                    let (line, column) = faults.place(fault);
                    let what = format!("{}:{line}:{column}: {}", shown_place(&faults.path), fault.message);
                    talk.error(&Message::new(fault.code, what, fault.hint.clone()));
                }
            }
        }
    }
}

impl From<Faults> for Failure {
    fn from(faults: Faults) -> Self {
        Self { status: ExitStatus::Usage, told: Told::Faults(faults) }
    }
}

impl From<std::io::Error> for Failure {
    /// Standard output or standard input.
    fn from(error: std::io::Error) -> Self {
        let what = format!("standard output cannot be written: {}", error.kind());
        Self::new(ExitStatus::Failed, Message::new("stdout", what, "look at where it is sent to"))
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        let what = error.to_string();
        match error {
            BuildError::Config(faults) => faults.into(),
            BuildError::Run(error) => error.into(),
            BuildError::RootKey(error) => Self::root_key(&error),
            BuildError::SigningKey(error) => {
                let about = About { table: Some("keys".to_owned()), key: Some("signing"), text: None };
                let message = Message::new("signing-key", what, error.hint()).about(about);
                Self::new(ExitStatus::Usage, message)
            }
            BuildError::Input(error) => Self::new(ExitStatus::Failed, source_message(what, &error, None)),
            BuildError::Output(error) => {
                let locked = matches!(error, crate::outputs::OutputError::Locked { .. });
                let (status, code) =
                    if locked { (ExitStatus::Refused, "locked") } else { (ExitStatus::Failed, "output") };
                Self::new(status, Message::new(code, what, error.hint()))
            }
            BuildError::Release(error) => {
                Self::new(ExitStatus::Failed, Message::new("previous-release", what, error.hint()))
            }
            BuildError::State(error) => state_failure(&error),
            BuildError::AllWithheld { .. } => {
                Self::new(ExitStatus::Refused, Message::new("all-withheld", what, ALL_WITHHELD_HINT))
            }
            BuildError::Check(_) => {
                let hint = "nothing was published; look at the disk, then run again";
                Self::new(ExitStatus::Failed, Message::new("check", what, hint))
            }
            BuildError::Unsound(_) => {
                let hint = "this is a fault of verho or of the disk; please report it with the version and these words";
                Self::new(ExitStatus::Refused, Message::new("unsound", what, hint))
            }
        }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        let what = error.to_string();
        match error {
            RunError::Parse(ParseError::Interrupted) => Self::new(ExitStatus::Interrupted, interrupted()),
            RunError::Parse(error) => {
                let status = match &error {
                    ParseError::Source { error, .. } => source_status(error),
                    _ => ExitStatus::Failed,
                };
                Self::new(status, parse_message(&error))
            }
            RunError::Register { name, error } => {
                Self::new(source_status(&error), source_message(what, &error, Some(&name)))
            }
            RunError::Refused { refusals } => Self::all(
                ExitStatus::Refused,
                refusals
                    .into_iter()
                    .map(|refusal| {
                        let about = About {
                            table: quoted(&refusal.message).map(str::to_owned),
                            key: agreed(refusal.code),
                            text: None,
                        };
                        let what = format!("{} ({})", refusal.message, refusal.code);
                        Message::new(refusal.code, what, refusal.hint).about(about)
                    })
                    .collect(),
            ),
        }
    }
}

impl From<RecomputeError> for Failure {
    fn from(error: RecomputeError) -> Self {
        let what = error.to_string();
        match error {
            RecomputeError::Config(faults) => faults.into(),
            RecomputeError::RootKey(error) => Self::root_key(&error),
            RecomputeError::Erasures | RecomputeError::Purged => {
                let hint = "verify it without --recompute: that still holds every other check";
                Self::new(ExitStatus::Refused, Message::new("not-recomputable", what, hint))
            }
            RecomputeError::Oracle(ref oracle) => {
                Self::new(ExitStatus::Failed, Message::new("recompute", what, oracle.hint()))
            }
            RecomputeError::Release(error) => {
                Self::new(ExitStatus::Failed, Message::new("release", what, error.hint()))
            }
            RecomputeError::Verify(error) => error.into(),
        }
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        let (status, code) = match &error {
            VerifyError::NotARelease { .. } => (ExitStatus::Failed, "not-a-release"),
            VerifyError::Check(_) | VerifyError::Release(_) | VerifyError::Receipt(_) => {
                (ExitStatus::Failed, "release")
            }
            VerifyError::AllowedSigners { .. } | VerifyError::AllowedSignersLine { .. } => {
                (ExitStatus::Usage, "allowed-signers")
            }
            VerifyError::RevokedSigners { .. } | VerifyError::RevokedSignersLine { .. } => {
                (ExitStatus::Usage, "revoked-signers")
            }
        };
        Self::new(status, Message::new(code, error.to_string(), error.hint()))
    }
}

/// A customer table that cannot be read.
pub(super) fn parse_message(error: &ParseError) -> Message {
    let what = error.to_string();
    match error {
        ParseError::Source { name, error } => source_message(what, error, Some(name)),
        ParseError::NoRows { name, .. } => {
            let hint = "check that the export finished; an empty base is never taken for granted";
            let about = About { table: Some(name.clone()), ..About::default() };
            Message::new("no-rows", what, hint).about(about)
        }
        ParseError::Interrupted => interrupted(),
        ParseError::Spill(error) => Message::new("temporary-records", what, spill_hint(error)),
    }
}

/// A file that cannot be read, perhaps of a source or register of this name.
pub(super) fn source_message(what: String, error: &SourceError, table: Option<&str>) -> Message {
    let key = matches!(error, SourceError::WrongSeparator { .. }).then_some("delimiter");
    let about = About { table: table.map(str::to_owned), text: error.about().map(str::to_owned), key };
    Message::new(error.code(), what, error.hint()).about(about)
}

/// The key of what was agreed and is broken.
fn agreed(code: &str) -> Option<&'static str> {
    Some(match code {
        "register-stale" => "max_age",
        "register-age-unknown" | "register-future-dated" => "age_from",
        "register-shrunken" => "max_shrink",
        "register-too-few-rows" | "register-empty" => "min_rows",
        "register-unparsed" => "max_unparsed",
        "register-unchanged" => "max_unchanged",
        "audience-swing" => "max_swing",
        "audience-expired" => "valid_until",
        _ => return None,
    })
}

/// What a message names first: the register or source that a refusal is about.
fn quoted(text: &str) -> Option<&str> {
    text.split('"').nth(1)
}

/// A file that breaks an agreement is refused; a key that is not set is the config's fault.
const fn source_status(error: &SourceError) -> ExitStatus {
    match error {
        SourceError::NotEncrypted { .. } | SourceError::OtherKeys { .. } => ExitStatus::Refused,
        SourceError::NoIdentity { .. } | SourceError::Identity { .. } => ExitStatus::Usage,
        _ => ExitStatus::Failed,
    }
}

fn spill_hint(error: &SpillError) -> &'static str {
    match error {
        SpillError::Create { .. } => "let the user who runs verho write in that folder",
        SpillError::Room { .. } => {
            "free space on that disk, or raise [limits] temp where it is set, or memory; nothing was published"
        }
        SpillError::Write { .. } | SpillError::Read { .. } => {
            "free some space on that disk, or raise [limits] memory; nothing was published"
        }
    }
}

/// The live state, or the store beside it.
pub(super) fn state_failure(error: &crate::state::StateError) -> Failure {
    let status = if error.is_io() { ExitStatus::Failed } else { ExitStatus::Refused };
    Failure::new(status, Message::new(error.code(), error.to_string(), error.hint()))
}

/// Ctrl-C or a termination signal.
pub(super) fn interrupted() -> Message {
    Message::new("interrupted", "interrupted; nothing was published", "run it again when you like")
}
