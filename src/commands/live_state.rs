//! The live state opened for a question or a mark beside a build's: by one way, so that all of them
//! finish what an interrupted publication left.

use super::build::live::is_published;
use crate::config::Config;
use crate::outputs::Disk;
use crate::pipeline::keys::RootKey;
use crate::state::{Opening, State, StateError};

/// The state, held until it is dropped; `None` where none is kept, or none was begun yet.
pub(super) fn open(
    config: &Config,
    root: &RootKey,
    disk: &Disk,
    random: [u8; 16],
) -> Result<Option<State>, StateError> {
    let Some(settings) = config.state.as_ref().filter(|_| root.is_lasting()) else { return Ok(None) };
    if !State::is_there(&settings.dir) {
        return Ok(None);
    }
    let controller = &config.controller.name;
    let opening = Opening { disk, dir: &settings.dir, key: root.state_key(), random, controller };
    State::open(opening, |name, sha256| is_published(config, name, sha256)).map(Some)
}
