//! Wrong configs and wrong inputs: each has its exit code, says what happened and what to do, shows no
//! cell, and publishes nothing.

use std::os::unix::fs::PermissionsExt as _;

use super::base::{Base, CUSTOMERS, OBJECTIONS};

type Break = fn(&Base);

/// What is wrong, how to make it so, and the exit code.
const CASES: &[(&str, Break, i32)] = &[
    ("no config", |base| remove(base, "verho.toml"), 2),
    ("a config that is not TOML", |base| base.configure("schema = 1", "schema = = 1"), 2),
    ("a config with an unknown key", |base| base.configure("min_size = 1", "min_size = 1\nmax_size = 9"), 2),
    (
        "a config with two faults",
        |base| {
            base.configure(
                "platforms = [\"meta\", \"linkedin\"]\nmin_size",
                "platforms = [\"myspace\"]\nmin_size",
            );
            base.configure("assessment = \"LIA-2026-003\"", "assessment = \"\"");
        },
        2,
    ),
    ("a config that is not text", |base| base.put("verho.toml", [0xff, 0xfe, 0x00]), 2),
    ("no customer file", |base| remove(base, "customers.csv"), 3),
    ("a missing column", |base| base.configure("\"born\"", "\"date_of_birth\""), 3),
    (
        "a column that stands twice",
        |base| {
            base.put("customers.csv", CUSTOMERS.replace("name,email", "email,email"));
        },
        3,
    ),
    (
        "no header",
        |base| {
            base.put("customers.csv", CUSTOMERS.split_once('\n').expect("has a header").1);
        },
        3,
    ),
    ("an empty customer file", |base| base.put("customers.csv", ""), 3),
    (
        "a header and no rows",
        |base| {
            base.put("customers.csv", CUSTOMERS.lines().next().expect("has a header"));
        },
        3,
    ),
    (
        "another encoding than the config says",
        |base| {
            base.put(
                "customers.csv",
                CUSTOMERS
                    .replace("Aino", "A\u{1}no")
                    .bytes()
                    .map(|b| if b == 1 { 0xe4 } else { b })
                    .collect::<Vec<_>>()
                    .as_slice(),
            );
            base.put("customers.csv", latin1(&CUSTOMERS.replace("quokka", "quökka")));
        },
        1,
    ),
    ("no register", |base| remove(base, "objections.csv"), 1),
    ("an empty register", |base| base.put("objections.csv", ""), 1),
    ("a register with a header and no rows", |base| base.put("objections.csv", "email,phone\n"), 1),
    (
        "a register with an open quote",
        |base| {
            base.put("objections.csv", format!("{OBJECTIONS}\"ilona.quokka@example.org,\n"));
        },
        1,
    ),
    (
        "a register with values that do not parse",
        |base| {
            base.put("objections.csv", format!("{OBJECTIONS}ilona.quokka,\n"));
        },
        1,
    ),
    (
        "a register without its column",
        |base| base.put("objections.csv", "mail,phone\nx.quokka@example.com,\n"),
        3,
    ),
    (
        "a register that has lost its age",
        |base| {
            base.configure(
                "scope = [\"off_platform_targeting\"]",
                "scope = [\"off_platform_targeting\"]\nage_from = { column = \"phone\" }\nmax_age = \"36h\"",
            );
        },
        1,
    ),
    ("every audience under its size", |base| base.configure("min_size = 1", "min_size = 50"), 1),
    (
        "a root key that is not there",
        |base| base.configure("[output]", "[keys]\nroot = \"root.key\"\n[output]"),
        2,
    ),
    (
        "a root key that others may read",
        |base| {
            key(base, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 0o644);
        },
        2,
    ),
    ("a root key that is no key", |base| key(base, "quokka", 0o600), 2),
    (
        "a signing key that is no key",
        |base| {
            key(base, "quokka", 0o600);
            base.configure("root =", "signing =");
        },
        2,
    ),
    ("a file in the place of the releases", |base| base.put("releases", ""), 3),
];

fn remove(base: &Base, name: &str) {
    std::fs::remove_file(base.path().join(name)).expect("was there");
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(u32::from(letter)).expect("Latin letters only")).collect()
}

fn key(base: &Base, text: &str, mode: u32) {
    base.put("root.key", text);
    let place = base.path().join("root.key");
    std::fs::set_permissions(place, std::fs::Permissions::from_mode(mode)).expect("ours");
    base.configure("[output]", "[keys]\nroot = \"root.key\"\n[output]");
}

#[test]
fn each_wrong_input_is_told_with_a_hint_and_publishes_nothing() {
    let mut text = String::new();
    for (title, make_wrong, code) in CASES {
        let base = Base::new();
        make_wrong(&base);
        let ran = base.run(&["build", "--as-of", "2026-11-21"]);
        assert_eq!(ran.code, *code, "{title}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{title}");
        assert!(ran.stderr.contains("hint"), "{title}: {}", ran.stderr);
        assert!(!ran.stderr.to_lowercase().contains("quokka"), "{title}: {}", ran.stderr);
        assert!(!ran.stderr.contains("Esimerkki"), "{title}: {}", ran.stderr);
        assert!(base.releases().is_empty(), "{title}");
        text.push_str(&base.told(title, &ran));
    }
    insta::with_settings!({filters => vec![(r"staging-[0-9a-f]+", "staging-[RANDOM]")]}, {
        insta::assert_snapshot!("wrong_inputs", text);
    });
}

#[test]
fn check_tells_the_same_faults_without_a_build() {
    // Sizes and the folder of releases are a build's alone.
    let of_build = [
        "every audience under its size",
        "a file in the place of the releases",
        "another encoding than the config says",
    ];
    for (title, make_wrong, code) in CASES.iter().filter(|case| !of_build.contains(&case.0)) {
        let base = Base::new();
        make_wrong(&base);
        let ran = base.run(&["check"]);
        assert_eq!(ran.code, *code, "{title}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains("hint"), "{title}");
        assert!(!(ran.stdout + &ran.stderr).to_lowercase().contains("quokka"), "{title}");
    }
}

#[test]
fn check_tells_everything_that_is_wrong_at_once() {
    let base = Base::new();
    remove(&base, "customers.csv");
    remove(&base, "objections.csv");
    let ran = base.run(&["check"]);
    assert_eq!(ran.code, 3);
    for part in ["customers.csv", "objections.csv"] {
        assert!(ran.stderr.contains(part), "{}", ran.stderr);
    }
}

#[test]
fn a_mark_of_utf_16_is_enough_to_read_it() {
    let base = Base::new();
    let bytes: Vec<u8> = format!("\u{feff}{CUSTOMERS}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    base.put("customers.csv", bytes);
    let ran = base.run(&["build"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}
