//! What the command line gives beside the config: where secrets are, so that a config can be shared.

use std::path::PathBuf;

use super::Config;

/// Places of secrets that the command line names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// The open file descriptor the root key is read from.
    pub key_fd: Option<u32>,
    /// The identity file that opens encrypted inputs, in place of the config's.
    pub identity: Option<PathBuf>,
}

impl Config {
    /// The config with what was given beside it.
    #[must_use]
    pub fn given(mut self, given: &Given) -> Self {
        self.keys.root_fd = given.key_fd;
        if let Some(identity) = &given.identity {
            let sources = self.sources.iter_mut().map(|source| &mut source.files);
            for files in sources.chain(self.registers.iter_mut().map(|register| &mut register.files)) {
                files.identity = Some(identity.clone());
            }
            self.keys.identity = Some(identity.clone());
        }
        self
    }
}
