//! The exit codes, in one place: `--help`, the docs and the tests read this enum.

use std::process::ExitCode;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitStatus {
    /// Done; a build was published.
    Done = 0,
    /// Refused: nobody was added; at most a release of removals only was published.
    Refused = 1,
    /// The command line, the config or a key file is wrong.
    Usage = 2,
    /// An input could not be read or an output could not be written; or a fault of verho itself.
    Failed = 3,
    /// Done, and something is overdue.
    Overdue = 4,
    /// Interrupted by Ctrl-C or a termination signal.
    Interrupted = 130,
}

impl ExitStatus {
    /// Every status, in order.
    pub const ALL: [Self; 6] =
        [Self::Done, Self::Refused, Self::Usage, Self::Failed, Self::Overdue, Self::Interrupted];

    /// One line for a reader.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Done => "done; a build was published",
            Self::Refused => {
                "refused: nobody is added; a release of removals only may be published, its path is then printed; or a release did not pass"
            }
            Self::Usage => "the command line, the config or a key file is wrong; nothing was read or written",
            Self::Failed => {
                "an input could not be read or an output could not be written; or a fault of verho"
            }
            Self::Overdue => "done, and something is overdue: the messages say what",
            Self::Interrupted => "interrupted; nothing was published unless the last step was already done",
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status as u8)
    }
}
