//! A ring of keys through the program: made by the first build, put under another root, and nothing lost.

use super::base::Base;

fn tags(base: &Base, day: &str) -> String {
    let path = format!("releases/{day}T00-00-00Z/audiences/everyone/suppressions.csv");
    std::fs::read_to_string(base.path().join(path)).expect("was written")
}

fn root_id(base: &Base, day: &str) -> String {
    let path = base.path().join(format!("releases/{day}T00-00-00Z/manifest.json"));
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path).expect("was written")).expect("JSON");
    manifest["predicate"]["keys"]["root"].as_str().expect("an id").to_owned()
}

#[test]
fn tags_stay_the_same_under_another_root_and_the_old_one_opens_nothing() {
    let base = Base::new();
    for name in ["old.key", "new.key"] {
        assert_eq!(base.run(&["keygen", "--root", name]).code, 0);
    }
    base.configure("[output]", "[keys]\nroot = \"old.key\"\n[state]\ndir = \"state\"\n[output]");
    let build = |day: &str| base.run(&["build", "--as-of", day, "--quiet"]);
    let first = build("2026-11-19");
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert_eq!(build("2026-11-20").code, 0);
    assert_eq!(tags(&base, "2026-11-19"), tags(&base, "2026-11-20"));
    let recompute = ["verify", "releases/2026-11-20T00-00-00Z", "--recompute", "--config", "verho.toml"];
    let again = base.run(&recompute);
    assert!(
        again.code == 0 && again.stdout.contains("recomputed-suppressions"),
        "{}{}",
        again.stdout,
        again.stderr
    );

    let rotated = base.run(&["rotate", "--to", "new.key"]);
    assert_eq!(rotated.code, 0, "{}", rotated.stderr);
    assert_eq!(rotated.stdout.trim(), format!("ring {}", root_id(&base, "2026-11-20")));
    let closed = build("2026-11-21");
    assert!(
        closed.code == 2 && closed.stderr.contains("does not open under this root key"),
        "{}",
        closed.stderr
    );

    base.configure("old.key", "new.key");
    std::fs::remove_file(base.path().join("old.key")).expect("ours");
    let opened = build("2026-11-21");
    assert_eq!(opened.code, 0, "{}", opened.stderr);
    assert_eq!(tags(&base, "2026-11-21"), tags(&base, "2026-11-20"));
    assert_eq!(root_id(&base, "2026-11-21"), root_id(&base, "2026-11-20"));
    // The config is not the one that earlier releases were built from, but for its root key it is.
    let newest = ["verify", "releases/2026-11-21T00-00-00Z", "--recompute", "--config", "verho.toml"];
    let again = base.run(&newest);
    assert_eq!(again.code, 0, "{}{}", again.stdout, again.stderr);
    {
        let secret = "new.key";
        let text = std::fs::read_to_string(base.path().join(secret)).expect("ours");
        assert!(!(rotated.stdout.clone() + &rotated.stderr).contains(text.trim()), "a key was printed");
    }
}

#[test]
fn what_cannot_be_rotated_is_told() {
    let base = Base::new();
    for name in ["old.key", "new.key"] {
        assert_eq!(base.run(&["keygen", "--root", name]).code, 0);
    }
    base.configure("[output]", "[keys]\nroot = \"old.key\"\n[output]");
    for (what, arguments, part) in [
        ("without a state", vec!["rotate", "--to", "new.key"], "no key ring"),
        ("without a new key", vec!["rotate"], "rotate needs"),
    ] {
        let ran = base.run(&arguments);
        assert!(ran.code == 2 && ran.stderr.contains(part), "{what}: {}", ran.stderr);
    }
    base.configure("[output]", "[state]\ndir = \"state\"\n[output]");
    for (what, to, part) in
        [("the same key", "old.key", "is the old one"), ("no file", "none.key", "cannot be read")]
    {
        let ran = base.run(&["rotate", "--to", to]);
        assert!(ran.code == 2 && ran.stderr.contains(part), "{what}: {}", ran.stderr);
    }
    base.configure("[keys]\nroot = \"old.key\"\n", "");
    let ran = base.run(&["build"]);
    assert!(ran.code == 2 && ran.stderr.contains("the live state needs a root key"), "{}", ran.stderr);
}
