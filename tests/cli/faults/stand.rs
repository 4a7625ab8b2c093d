//! A base with one release published, and the look at what a fault left of it.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::cli::base::Base;

/// A base, its keys, and its first release byte for byte.
pub(super) struct Stand {
    pub(super) base: Base,
    first: PathBuf,
    bytes: BTreeMap<PathBuf, Vec<u8>>,
}

/// What a fault left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// The release before, and no other.
    Nothing,
    /// The same, and a staging folder for the next run to sweep.
    Staging,
    /// One release more.
    Release,
}

impl Stand {
    pub(super) fn new() -> Self {
        let base = Base::new();
        assert_eq!(base.run(&["keygen", "--root", "root.key", "--signing", "signing-key"]).code, 0);
        base.configure("[output]", "[keys]\nroot = \"root.key\"\nsigning = \"signing-key\"\n[output]");
        let ran = base.run(&["build"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let first = base.releases().pop().expect("published");
        let bytes = files(&first);
        assert!(bytes.len() > 8);
        Self { base, first, bytes }
    }

    pub(super) fn folder(&self) -> PathBuf {
        self.base.path().join("releases")
    }

    /// Holds what stands to the promise, and tells what it is.
    pub(super) fn look(&self, case: &str) -> Left {
        assert!(files(&self.first) == self.bytes, "{case}: the release before has changed");
        let names: Vec<String> = std::fs::read_dir(self.folder())
            .expect("ours")
            .map(|entry| entry.expect("listed").file_name().to_string_lossy().into_owned())
            .collect();
        let latest = self.folder().join("latest");
        assert!(latest.join("manifest.json").is_file(), "{case}: latest leads nowhere");
        let mut left = Left::Nothing;
        for name in names {
            let path = self.folder().join(&name);
            if path == self.first || name == "latest" || name == ".verho.lock" {
                continue;
            }
            if name.starts_with('.') {
                assert!(name.contains(".staging-"), "{case}: {name}");
                left = if left == Left::Release { left } else { Left::Staging };
                continue;
            }
            let ran = self.base.run(&["verify", &format!("releases/{name}")]);
            assert_eq!(ran.code, 0, "{case}: {name} stands and is not whole: {}{}", ran.stdout, ran.stderr);
            left = Left::Release;
        }
        left
    }

    /// The next run, which nothing stops: it publishes and sweeps.
    pub(super) fn next_run(&self, case: &str) {
        let ran = self.base.run(&["build", "--quiet"]);
        assert_eq!(ran.code, 0, "{case}: the next run: {}", ran.stderr);
        for entry in std::fs::read_dir(self.folder()).expect("ours") {
            let name = entry.expect("listed").file_name();
            assert!(!name.to_string_lossy().contains(".staging-"), "{case}: nothing swept {name:?}");
        }
        self.look(case);
    }

    /// Takes away every release but the first.
    pub(super) fn reset(&self) {
        for release in self.base.releases() {
            if release != self.first {
                std::fs::remove_dir_all(&release).expect("ours");
            }
        }
        let latest = self.folder().join("latest");
        std::fs::remove_file(&latest).expect("a link");
        symlink(self.first.file_name().expect("a name"), &latest).expect("ours");
    }
}

/// Every file below a folder.
pub(super) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting
                .extend(std::fs::read_dir(&path).expect("ours").map(|entry| entry.expect("listed").path()));
        } else {
            found.insert(path.clone(), std::fs::read(&path).expect("ours"));
        }
    }
    found
}

/// What the harness is to do at all points instead of some, or how often.
pub(super) fn asked(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}
