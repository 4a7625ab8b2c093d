//! The store of erasures as a run knows it: one more register, by the name [`ERASURES`], which binds
//! every audience and can only grow.

use sha2::{Digest as _, Sha256};

use crate::config::{Config, ERASURES, Encoding, Files, Register, RegisterColumns, Scope, Scopes};
use crate::identifiers::WideKey;
use crate::people::PersonKey;
use crate::pipeline::before::Erased;
use crate::pipeline::keys::RootKey;
use crate::sources::releases::PublishedRelease;
use crate::state::{Keyed, StateError, Subjects};

/// What is kept of people's requests; `None` where no state is kept, or no lasting key.
pub(super) fn subjects(config: &Config, root: &RootKey) -> Result<Option<Subjects>, StateError> {
    match &config.state {
        Some(state) if root.is_lasting() => {
            Subjects::read(&state.dir, root.state_key(), &config.controller.name).map(Some)
        }
        _ => Ok(None),
    }
}

/// Adds the store to the config's registers, and tells whom it holds. It is there as soon as anybody was
/// erased, and stays there once a release has read it: a store that was lost is then a register that
/// lost its rows, and the run refuses.
pub(super) fn take_in(
    config: &mut Config,
    root: &RootKey,
    previous: Option<&PublishedRelease>,
) -> Result<Option<Erased>, StateError> {
    let subjects = subjects(config, root)?;
    let known = subjects.as_ref().map_or(0, |subjects| subjects.erasures.len());
    let was_read = previous.is_some_and(|release| release.register_rows(ERASURES).is_some());
    if known == 0 && !was_read {
        return Ok(None);
    }
    if subjects.is_none() {
        // The newest release left erased people out, and this config would not know of them.
        return Err(StateError::Missing { place: config.path.clone() });
    }
    config.registers.push(register());
    Ok(subjects.filter(|_| known > 0).map(|subjects| erased(&subjects, root)))
}

fn erased(subjects: &Subjects, root: &RootKey) -> Erased {
    let all = |keys: fn(&crate::state::Erasure) -> &Vec<Keyed>| {
        subjects.erasures.iter().flat_map(keys).map(|keyed| keyed.0)
    };
    Erased {
        count: subjects.erasures.len() as u64,
        people: all(|erasure| &erasure.people).map(PersonKey::from_bytes).collect(),
        identifiers: all(|erasure| &erasure.identifiers).map(WideKey::from_bytes).collect(),
        texts: all(|erasure| &erasure.texts).map(WideKey::from_bytes).collect(),
        hashes: all(|erasure| &erasure.hashes).collect(),
        mac: root.erasure_mac(),
        run_key: root.chain_key(),
        commitment: commitment(subjects),
    }
}

fn commitment(subjects: &Subjects) -> [u8; 32] {
    let mut hash = Sha256::new();
    for erasure in &subjects.erasures {
        for keys in [&erasure.people, &erasure.identifiers, &erasure.texts, &erasure.hashes] {
            hash.update((keys.len() as u64).to_be_bytes());
            keys.iter().for_each(|keyed| hash.update(keyed.0));
        }
    }
    hash.finalize().into()
}

/// The store as a register: everything it holds binds, and it may lose nothing.
fn register() -> Register {
    Register {
        name: ERASURES.to_owned(),
        files: Files {
            pattern: std::path::PathBuf::new(),
            as_written: ERASURES.to_owned(),
            format: None,
            encoding: Encoding::Utf8,
            delimiter: None,
            header: false,
            encrypted: false,
            identity: None,
        },
        columns: RegisterColumns::default(),
        active: None,
        permission: None,
        auth_levels: Vec::new(),
        scopes: Scopes::of(Scope::AllMarketing),
        id_space: None,
        region: None,
        age_from: None,
        max_age: None,
        min_rows: 1,
        max_shrink: Some(0.0),
        max_unparsed: 0.0,
        max_unchanged: None,
        external: false,
        webmail_domains: false,
        controller: None,
    }
}
