//! The canary: identifiers nobody could mistake are planted in every input, every command is run, also
//! with faults and at full verbosity, and every byte written is searched for them.

use std::path::Path;

use base64::Engine as _;

use super::base::{Base, CONFIG};

/// What is planted: an address, its name, a phone number's digits, an id, a name, a free text.
const CANARIES: [&str; 7] = [
    "Zebra.Xylograph@example.com",
    "Zebra.Xylograph",
    "501234988",
    "KUNDE-9041-QX",
    "Zacharias Quillfeather",
    "allergic to wasps",
    "Zorro.Xylograph@example.org",
];

const CUSTOMERS: &str = "\
customer_id,name,email,phone,country,born,status,notes
KUNDE-9041-QX,Zacharias Quillfeather,Zebra.Xylograph@example.com,+358 50 1234988,FI,1980-01-01,active,allergic to wasps
K-2,Zacharias Quillfeather,Zorro.Xylograph@example.org,,FI,1980-01-01,active,allergic to wasps
K-3,Someone Else,someone@example.net,,FI,1980-01-01,active,
";
const OBJECTIONS: &str = "email,phone\nZorro.Xylograph@example.org,\n,+358501234988\n";

/// Every way in which a canary could stand in a file: as it is, reversed, in hex, in base64 at each of
/// the three places it can begin at. Case is folded where it can be.
struct Needles {
    folded: Vec<Vec<u8>>,
    exact: Vec<Vec<u8>>,
}

impl Needles {
    fn new() -> Self {
        let (mut folded, mut exact) = (Vec::new(), Vec::new());
        for canary in CANARIES {
            let spellings = [canary.to_owned(), canary.to_lowercase(), canary.to_uppercase()];
            folded.push(canary.to_lowercase().into_bytes());
            folded.push(canary.to_lowercase().chars().rev().collect::<String>().into_bytes());
            for text in spellings {
                folded.push(hex::encode(&text).into_bytes());
                for shift in 0..3 {
                    let shifted = [vec![b'.'; shift], text.clone().into_bytes()].concat();
                    let encoded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(shifted);
                    // The first and last signs hold bits of what stands around it.
                    exact.push(encoded.as_bytes()[shift * 2..encoded.len() - 2].to_vec());
                }
            }
        }
        Self { folded, exact }
    }

    fn absent_in(&self, bytes: &[u8], place: &str) {
        let lower = bytes.to_ascii_lowercase();
        for (needles, hay) in [(&self.folded, &lower[..]), (&self.exact, bytes)] {
            for needle in needles {
                let found = memchr::memmem::find(hay, needle).is_some();
                assert!(!found, "{place} holds {:?}", String::from_utf8_lossy(needle));
            }
        }
    }

    fn absent_below(&self, folder: &Path) -> usize {
        let mut files = 0;
        for entry in std::fs::read_dir(folder).expect("is there") {
            let path = entry.expect("can be read").path();
            self.absent_in(path.as_os_str().as_encoded_bytes(), "a file's name");
            if path.is_dir() && !path.is_symlink() {
                files += self.absent_below(&path);
            } else if path.is_file() {
                self.absent_in(&std::fs::read(&path).expect("ours"), &path.display().to_string());
                files += 1;
            }
        }
        files
    }
}

fn planted() -> Base {
    let base = Base::empty();
    base.put("verho.toml", CONFIG);
    base.put("customers.csv", CUSTOMERS);
    base.put("objections.csv", OBJECTIONS);
    base
}

const LOUD: [&[&str]; 3] = [&[], &["-vv"], &["-vv", "--log-format", "json"]];

#[test]
fn the_needles_find_what_they_should() {
    let needles = Needles::new();
    let encoded = base64::engine::general_purpose::STANDARD.encode("x ZEBRA.XYLOGRAPH@EXAMPLE.COM y");
    for leak in ["zebra.XYLOGRAPH", "moc.elpmaxe@hpargolyx.arbez", "5a656272612e58796c6f6772617068", &encoded]
    {
        let told = std::panic::catch_unwind(|| needles.absent_in(leak.as_bytes(), "a leak"));
        assert!(told.is_err(), "{leak}");
    }
}

#[test]
fn no_identifier_leaves_in_any_file_or_word() {
    let needles = Needles::new();
    for loud in LOUD {
        let base = planted();
        let said = |args: &[&str], input: &str, codes: &[i32]| {
            let args: Vec<&str> = args.iter().chain(loud).copied().collect();
            let ran = base.run_with(&args, input.as_bytes());
            assert!(codes.contains(&ran.code), "{args:?}: {} {}", ran.code, ran.stderr);
            needles.absent_in(ran.stdout.as_bytes(), &format!("standard output of {args:?}"));
            needles.absent_in(ran.stderr.as_bytes(), &format!("standard error of {args:?}"));
        };
        said(&["check"], "", &[0]);
        said(&["build"], "", &[0]);
        said(&["build", "--json"], "", &[0]);
        said(&["build", "--dry-run"], "", &[0]);
        said(&["verify", "releases/latest"], "", &[0]);
        said(&["verify", "releases/latest", "--recompute", "--config", "verho.toml"], "", &[0, 1]);
        for canary in CANARIES {
            for json in [&[][..], &["--json"]] {
                said(&[&["explain"], json].concat(), canary, &[0]);
                said(
                    &[&["hash", "--platform", "meta", "--kind", "email", "--steps"], json].concat(),
                    canary,
                    &[0],
                );
                said(
                    &[&["hash", "--platform", "meta", "--kind", "phone", "--region", "FI"], json].concat(),
                    canary,
                    &[0],
                );
            }
            // Typed where they do not belong.
            let option = format!("--{canary}");
            for args in [
                &[canary][..],
                &[&option],
                &["explain", canary],
                &["explain", &option],
                &["hash", canary],
                &["build", canary],
                &["build", "--as-of", canary],
                &["build", &option],
                &["check", canary],
                &["platforms", canary],
                &["synth", "--out", "x", "--rows", canary],
                &["hash", "--platform", canary, "--kind", "email"],
                &["hash", "--platform", "meta", "--kind", canary],
                &["completions", canary],
            ] {
                said(args, "", &[2]);
            }
        }
        let address = CANARIES[0];
        said(&["verify", address], "", &[2]);
        said(&["build", "--config", address], "", &[2]);
        assert!(needles.absent_below(&base.path().join("releases")) > 10);
    }
}

#[test]
fn no_identifier_leaves_when_inputs_are_broken() {
    let needles = Needles::new();
    let row = CUSTOMERS.lines().nth(1).expect("has rows");
    let cases: [(&str, &str, String); 11] = [
        ("an open quote", "customers.csv", CUSTOMERS.replace("Zebra", "\"Zebra")),
        ("a quote inside", "customers.csv", CUSTOMERS.replace("Zebra", "Ze\"bra")),
        ("too many cells", "customers.csv", format!("{CUSTOMERS}{row},{row}\n")),
        ("too few cells", "customers.csv", format!("{CUSTOMERS}KUNDE-9041-QX,Zacharias Quillfeather\n")),
        ("no header", "customers.csv", format!("{row}\n{row}\n")),
        ("another separator", "customers.csv", CUSTOMERS.replace(',', ";")),
        ("control characters", "customers.csv", CUSTOMERS.replace("Zebra", "Zebra\u{0}")),
        ("not an address", "objections.csv", "email,phone\nZebra.Xylograph,\n".to_owned()),
        ("not a number", "objections.csv", "email,phone\n,501234988 x Zacharias Quillfeather\n".to_owned()),
        ("a register without header", "objections.csv", "Zorro.Xylograph@example.org,501234988\n".to_owned()),
        (
            "a register with an open quote",
            "objections.csv",
            "email,phone\n\"Zorro.Xylograph@example.org,\n".to_owned(),
        ),
    ];
    for (title, file, text) in cases {
        for loud in LOUD {
            let base = planted();
            base.put(file, &text);
            for command in ["check", "build", "explain"] {
                let args: Vec<&str> = [command].iter().chain(loud).copied().collect();
                let ran = base.run_with(&args, CANARIES[0].as_bytes());
                needles.absent_in(ran.stdout.as_bytes(), &format!("{title}: standard output of {args:?}"));
                needles.absent_in(ran.stderr.as_bytes(), &format!("{title}: standard error of {args:?}"));
            }
            if base.path().join("releases").exists() {
                needles.absent_below(&base.path().join("releases"));
            }
        }
    }
}
