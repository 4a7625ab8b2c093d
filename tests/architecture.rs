//! The shape of the code, held by tests: every file says what it is for, and no module imports one
//! that stands above it.

use std::path::{Path, PathBuf};

/// Lowest first; a module may import those before it. Modules on one line may not import each other.
const ORDER: [&[&str]; 18] = [
    &["ahead"],
    &["sieve"],
    &["identifiers"],
    &["platforms"],
    &["people"],
    &["policy"],
    &["audiences"],
    &["manifest"],
    &["envelope"],
    &["config"],
    &["spill"],
    &["sources", "outputs"],
    &["state"],
    &["pipeline"],
    &["oracle"],
    &["synth"],
    &["commands"],
    &["cli"],
];

/// Modules that stand apart, and all they may import of ours.
const APART: [(&str, &[&str]); 2] = [("oracle", &["config"]), ("synth", &[])];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the source tree is there") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn source_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.sort();
    assert!(found.len() > 60, "the walk found the tree");
    found
}

/// The top module a file belongs to; `None` for the crate's own two files.
fn module(path: &Path) -> Option<String> {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("below src");
    let first = below.components().next()?.as_os_str().to_str()?.to_owned();
    if first.ends_with(".rs") { None } else { Some(first) }
}

/// Modules of ours that a text names by `crate::`, outside its tests.
fn imports(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = code.lines().map(str::trim_start).filter(|line| !line.starts_with("//"));
    let mut found: Vec<String> = lines
        .flat_map(|line| line.split("crate::").skip(1).map(str::to_owned).collect::<Vec<_>>())
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
        .filter(|name: &String| !name.is_empty())
        .collect();
    found.sort();
    found.dedup();
    found
}

fn rank(module: &str) -> Option<usize> {
    ORDER.iter().position(|level| level.contains(&module))
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    let silent: Vec<_> = source_files()
        .into_iter()
        .filter(|path| !std::fs::read_to_string(path).expect("readable").starts_with("//! "))
        .collect();
    assert!(silent.is_empty(), "no //! head: {silent:?}");
}

#[test]
fn no_module_imports_one_above_it() {
    let mut wrong = Vec::new();
    for path in source_files() {
        let Some(own) = module(&path) else { continue };
        if path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        let own_rank = rank(&own).unwrap_or_else(|| panic!("{own} has no place in the import order"));
        for other in imports(&std::fs::read_to_string(&path).expect("readable")) {
            let Some(other_rank) = rank(&other) else { continue };
            let apart = APART.iter().find(|(module, _)| *module == own);
            let allowed = match apart {
                Some((_, may)) => other == own || may.contains(&other.as_str()),
                None => other == own || other_rank < own_rank,
            };
            if !allowed {
                wrong.push(format!("{}: {own} imports {other}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_order_is_the_one_the_docs_state() {
    let docs = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md"))
        .expect("docs/architecture.md is there");
    let stated = ORDER
        .iter()
        .filter(|level| !APART.iter().any(|(module, _)| level.contains(module)))
        .map(|level| level.join(", "))
        .collect::<Vec<_>>()
        .join(" < ");
    assert!(docs.contains(&stated), "docs/architecture.md does not say: {stated}");
}
