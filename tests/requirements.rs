//! The page of requirements: every row is there, and every proof it names is a test.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use verho::config::Config;

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn each_file(folder: &Path, ending: &str, each: &mut impl FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).expect("a folder of the project") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            each_file(&path, ending, each);
        } else if path.extension().is_some_and(|extension| extension == ending) {
            each(&path, &std::fs::read_to_string(&path).expect("text"));
        }
    }
}

/// The name of every function that follows a `#[test]`.
pub(crate) fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in ["src", "tests"] {
        each_file(&root().join(folder), "rs", &mut |_, text| {
            let mut is_test = false;
            for line in text.lines().map(str::trim) {
                is_test |= line == "#[test]";
                if let (true, Some(rest)) = (is_test, line.strip_prefix("fn ")) {
                    names.extend(rest.split('(').next().map(str::to_owned));
                    is_test = false;
                }
            }
        });
    }
    // Those written inside `proptest!` stand as `fn name(` after `#[test]` as well.
    assert!(names.len() > 200, "the walk found the tests");
    names
}

#[test]
fn every_row_is_there_once_and_every_proof_is_a_test() {
    let tests = tests();
    let page = std::fs::read_to_string(root().join("docs/requirements.md")).expect("is there");
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| ") && line[2..].starts_with(|c: char| c.is_ascii_digit()))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let numbers: Vec<usize> = rows.iter().map(|row| row[0].parse().expect("a number")).collect();
    assert_eq!(numbers, (1..=100).collect::<Vec<_>>());
    for row in rows {
        let [number, what, done, how, proof] = row[..] else { panic!("row {}: five columns", row[0]) };
        assert!(!what.is_empty() && !how.is_empty(), "row {number}");
        let named: Vec<&str> =
            proof.split(", ").filter_map(|one| one.strip_prefix('`')?.strip_suffix('`')).collect();
        match done {
            "yes" | "part" => assert!(!named.is_empty(), "row {number} claims something without a proof"),
            "no" => assert_eq!(proof, "–", "row {number}"),
            _ => panic!("row {number}: {done}"),
        }
        for name in named {
            assert!(tests.contains(name), "row {number}: there is no test {name}");
        }
    }
}

#[test]
fn no_code_speaks_to_a_network() {
    each_file(&root().join("src"), "rs", &mut |path, text| {
        for word in ["std::net", "TcpStream", "UdpSocket", "UnixStream", "reqwest", "hyper::", "ureq"] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    });
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).expect("is there");
    for name in ["reqwest", "hyper", "ureq", "curl", "isahc", "tokio", "sentry"] {
        let needs = |line: &str| {
            line.trim_start().strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        assert!(!manifest.lines().any(needs), "{name}");
    }
}

#[test]
fn no_text_calls_a_hash_anonymous() {
    let mut looked_at = 0;
    let mut look = |path: &Path, text: &str| {
        looked_at += 1;
        for line in text.to_lowercase().lines() {
            let speaks_of_it = ["hash", "digest", "identifier"].iter().any(|word| line.contains(word));
            let calls = speaks_of_it
                && (line.contains("anonym") && !line.contains("pseudonym")
                    || line.contains("encrypted identifier"));
            let denies = ["not ", "never", "no ", "n't", "nor "].iter().any(|word| line.contains(word));
            assert!(!calls || denies, "{}", path.display());
        }
    };
    each_file(&root().join("docs"), "md", &mut look);
    each_file(&root().join("src"), "rs", &mut look);
    each_file(&root().join("data-samples"), "md", &mut look);
    assert!(looked_at > 100);
}

#[test]
fn without_a_basis_there_is_no_config() {
    let place = root().join("data-samples/policies/energy-silent-notice.toml");
    let faults = Config::load(&place).expect_err("nothing allows an upload");
    assert_eq!(faults.list.len(), 1, "{}", faults.render(false));
    assert_eq!(faults.list[0].code, "missing-key");
}
