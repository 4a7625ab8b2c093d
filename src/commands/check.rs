//! `verho check`: the config, its keys and every input, with all that is wrong at once. It writes
//! nothing, and makes no folder.

use std::path::PathBuf;

use jiff::Timestamp;

use super::build::{BuildError, before, part, root_key};
use crate::config::{Audience, Config, Given};
use crate::outputs::signature::Signer;
use crate::pipeline::inspect::{Inspected, inspect};
use crate::pipeline::{Live, Run, Watch};
use crate::sources::releases::newest;

/// What is asked.
#[derive(Debug, Clone)]
pub struct CheckOptions {
    /// The config file.
    pub config: PathBuf,
    /// Where secrets are, as far as the command line says.
    pub given: Given,
    /// The present, to the second.
    pub now: Timestamp,
    /// Random bytes for keys of this look.
    pub random: [u8; 64],
    /// Whether references of bases may be empty.
    pub draft: bool,
}

/// What was found.
pub struct CheckReport {
    /// The config.
    pub config: Config,
    /// Its inputs.
    pub inspected: Inspected,
    /// What else is in the way of a build: keys, earlier releases.
    pub others: Vec<BuildError>,
}

impl CheckReport {
    /// Audiences and platforms for which no `[[basis]]` row stands: nobody would go up there.
    #[must_use]
    pub fn without_basis(&self) -> Vec<(&str, &str)> {
        let stands = |audience: &Audience, platform: &String| {
            self.config.bases.iter().any(|basis| {
                basis.platforms.contains(platform)
                    && basis.purposes.contains(&audience.purpose)
                    && basis.parties.contains(&audience.party)
            })
        };
        let audiences = self.config.audiences.iter();
        audiences
            .flat_map(|audience| audience.platforms.iter().map(move |platform| (audience, platform)))
            .filter(|(audience, platform)| !stands(audience, platform))
            .map(|(audience, platform)| (audience.name.as_str(), platform.as_str()))
            .collect()
    }
}

/// Checks.
pub fn check(options: &CheckOptions) -> Result<CheckReport, BuildError> {
    let load = if options.draft { Config::load_draft } else { Config::load };
    let mut config = load(&options.config).map_err(BuildError::Config)?.given(&options.given);
    let mut others = Vec::new();
    if let Some(error) = config.keys.signing.as_deref().and_then(|place| Signer::read(place).err()) {
        others.push(error.into());
    }
    let previous = newest(&config.output.dir, &config.controller.name).unwrap_or_else(|error| {
        others.push(error.into());
        None
    });
    // Without its key the inputs can still be looked at: nothing that is made here outlives it.
    let root = root_key(&config, options.random).unwrap_or_else(|error| {
        others.push(error.into());
        crate::pipeline::keys::RootKey::for_this_run(
            options.random[..32].try_into().expect("64 bytes hold 32"),
        )
    });
    let before = before(&mut config, &root, previous.as_ref()).unwrap_or_else(|error| {
        others.push(error);
        crate::pipeline::before::Before::default()
    });
    let inspected = inspect(&Run {
        config: &config,
        as_of: options.now,
        root: &root,
        run_key: before.run_key(part(options.random, 3)),
        spill_dir: PathBuf::new(),
        before: &before,
        progress: &|_| {},
        watch: Watch::Nobody,
        live: Live::No,
    });
    Ok(CheckReport { config, inspected, others })
}
