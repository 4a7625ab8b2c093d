//! Releases that only their recipients can open, inputs that only we can, and keys that come in on a
//! descriptor: by the built binary, and by the `age` program where there is one.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use verho::envelope::{Identities, Opener, Recipient, Sealer};

use super::base::{Base, CUSTOMERS, OBJECTIONS, Ran};

/// A secret key in a file of the base, and its public key.
fn identity(base: &Base, name: &str) -> Recipient {
    let ran = base.run(&["keygen", "--identity", name]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let text = ran.stdout.strip_prefix("recipient ").expect("the public key is told").trim();
    text.parse().expect("an age public key")
}

fn seal(recipient: &Recipient, plain: &[u8]) -> Vec<u8> {
    let mut sealer = Sealer::begin(std::slice::from_ref(recipient), Vec::new()).expect("memory");
    sealer.write_all(plain).expect("memory");
    sealer.finish().expect("memory")
}

fn open(base: &Base, key: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let text = std::fs::read_to_string(base.path().join(key)).expect("a key file");
    let mut opener = Opener::begin(&Identities::parse(&text).expect("a key"), sealed).ok()?;
    let mut plain = Vec::new();
    opener.read_to_end(&mut plain).ok()?;
    Some(plain)
}

/// Every file below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("listed").path();
        if path.is_dir() && !path.is_symlink() { files(&path, found) } else { found.push(path) }
    }
}

fn failed(ran: &Ran) -> Vec<&str> {
    let lines = ran.stdout.lines().filter_map(|line| line.strip_prefix("FAIL "));
    lines.map(|line| line.split_whitespace().next().unwrap_or_default()).collect()
}

/// A base whose uploads go to `uploader.key` (Meta's to `meta.key`) and suppressions to `officer.key`.
fn encrypted() -> Base {
    let base = Base::new();
    let [uploader, meta, officer] =
        ["uploader.key", "meta.key", "officer.key"].map(|name| identity(&base, name));
    assert_eq!(base.run(&["keygen", "--root", "root.key"]).code, 0);
    base.configure(
        "[output]",
        &format!(
            "[keys]\nroot = \"root.key\"\n[encryption]\nuploads = [\"{uploader}\"]\nplatforms = {{ facebook = [\"{meta}\"] }}\nsuppressions = [\"{officer}\"]\n[output]"
        ),
    );
    base
}

#[test]
fn a_release_is_read_by_its_recipients_each_their_own_part() {
    let base = encrypted();
    let plain = Base::new();
    std::fs::copy(base.path().join("root.key"), plain.path().join("root.key")).expect("copied");
    plain.configure("[output]", "[keys]\nroot = \"root.key\"\n[output]");
    for ran in [base.run(&["build", "--as-of", "2026-11-21"]), plain.run(&["build", "--as-of", "2026-11-21"])]
    {
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    let (sealed, clear) =
        (base.releases()[0].join("audiences/everyone"), plain.releases()[0].join("audiences/everyone"));
    for (name, keys) in [
        ("meta/full.csv", ["meta.key"]),
        ("linkedin/full.csv", ["uploader.key"]),
        ("suppressions.csv", ["officer.key"]),
        ("verdicts.csv", ["officer.key"]),
    ] {
        assert!(!sealed.join(name).exists(), "{name} stands there unencrypted");
        let bytes = std::fs::read(sealed.join(format!("{name}.age"))).expect("encrypted");
        let expected = std::fs::read(clear.join(name)).expect("not encrypted");
        for key in ["meta.key", "uploader.key", "officer.key"] {
            let opened = open(&base, key, &bytes);
            assert_eq!(opened.is_some(), keys.contains(&key), "{name} by {key}");
            assert!(
                opened.is_none_or(|opened| opened == expected),
                "{name} holds what it would hold unencrypted"
            );
        }
    }
    // Nothing of the uploads in any other file, staged or published.
    let full = std::fs::read(clear.join("meta/full.csv")).expect("not encrypted");
    let digests: Vec<&[u8]> =
        full.split(|byte| !byte.is_ascii_hexdigit()).filter(|cell| cell.len() == 64).collect();
    assert!(!digests.is_empty());
    let mut all = Vec::new();
    files(&base.path().join("releases"), &mut all);
    for path in all {
        let bytes = std::fs::read(&path).expect("ours");
        for digest in &digests {
            assert!(!bytes.windows(64).any(|window| window == *digest), "{}", path.display());
        }
    }
    let guide = std::fs::read_to_string(base.releases()[0].join("UPLOAD.md")).expect("a guide");
    assert!(guide.contains("age --decrypt") && guide.contains("meta/full.csv.age"), "{guide}");
}

#[test]
fn verify_tells_what_it_sees_without_a_key_and_with_one() {
    let base = encrypted();
    assert_eq!(base.run(&["build"]).code, 0);
    let closed = base.run(&["verify", "releases/latest"]);
    assert_eq!(closed.code, 0, "{}", closed.stdout);
    assert!(closed.stdout.contains("not checked: what stands in encrypted files"), "{}", closed.stdout);
    assert!(!closed.stdout.contains("open to their end"), "{}", closed.stdout);

    let officer = base.run(&["verify", "releases/latest", "--identity", "officer.key"]);
    assert_eq!(officer.code, 0, "{}", officer.stdout);
    assert!(officer.stdout.contains("hold what the manifest says: 2 of 4"), "{}", officer.stdout);
    assert!(officer.stdout.contains("that the identity does not open"), "{}", officer.stdout);

    let secrets: String = ["meta.key", "uploader.key", "officer.key"]
        .map(|name| std::fs::read_to_string(base.path().join(name)).expect("ours"))
        .concat();
    base.put("all.key", &secrets);
    let shared = base.run(&["verify", "releases/latest", "--identity", "all.key"]);
    assert!(shared.code == 2 && shared.stderr.contains("is open to others"), "{}", shared.stderr);
    let set = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(base.path().join("all.key"), set).expect("ours");
    let all = base.run(&["verify", "releases/latest", "--identity", "all.key"]);
    assert_eq!(all.code, 0, "{}", all.stdout);
    assert!(all.stdout.contains("4 of 4") && !all.stdout.contains("encrypted files:"), "{}", all.stdout);
    let recompute = ["verify", "releases/latest", "--recompute", "--config", "verho.toml"];
    let again = base.run(&[&recompute[..], &["--identity", "all.key"]].concat());
    assert_eq!(again.code, 0, "{}{}", again.stdout, again.stderr);
    let blind = base.run(&recompute);
    assert!(blind.code == 3 && blind.stderr.contains("--identity"), "{}", blind.stderr);
}

/// An encrypted file that is put in another's place, or made anew for the same key, has another digest.
#[test]
fn an_encrypted_file_cannot_be_swapped_altered_or_made_anew() {
    let base = encrypted();
    assert_eq!(base.run(&["build"]).code, 0);
    let folder = base.releases()[0].join("audiences/everyone");
    let file = folder.join("suppressions.csv.age");
    let sound = std::fs::read(&file).expect("was written");
    let plain = open(&base, "officer.key", &sound).expect("the officer's");
    let recipient = identity(&base, "other.key");
    let mut altered = sound.clone();
    *altered.last_mut().expect("not empty") ^= 1;
    for (what, bytes) in [
        ("made anew", seal(&recipient, &plain)),
        ("altered", altered),
        ("cut", sound[..sound.len() - 1].to_vec()),
        ("another file", std::fs::read(folder.join("verdicts.csv.age")).expect("was written")),
        ("not encrypted", plain),
    ] {
        std::fs::write(&file, bytes).expect("ours");
        for key in [None, Some("officer.key")] {
            let mut arguments = vec!["verify", "releases/latest"];
            arguments.extend(key.map(|key| ["--identity", key]).into_iter().flatten());
            let ran = base.run(&arguments);
            assert!(ran.code == 1 && failed(&ran).contains(&"digests"), "{what}, {key:?}: {}", ran.stdout);
        }
    }
}

/// Sources and registers, plain and packed, by the config's identity and by the command line's.
#[test]
fn encrypted_inputs_decide_what_plain_ones_would() {
    let gzip = |plain: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(plain).expect("memory");
        encoder.finish().expect("memory")
    };
    let build = ["build", "--as-of", "2026-11-21", "--quiet"];
    let plain = Base::new();
    assert_eq!(plain.run(&build).code, 0);
    let full = |base: &Base| {
        std::fs::read(base.releases()[0].join("audiences/everyone/meta/full.csv")).expect("was written")
    };
    for (name, packed) in [("csv.age", false), ("csv.gz.age", true)] {
        let base = Base::new();
        let recipient = identity(&base, "inbox.key");
        for (stem, text) in [("customers", CUSTOMERS), ("objections", OBJECTIONS)] {
            let bytes = if packed { gzip(text.as_bytes()) } else { text.as_bytes().to_vec() };
            base.put(&format!("{stem}.{name}"), seal(&recipient, &bytes));
            std::fs::remove_file(base.path().join(format!("{stem}.csv"))).expect("ours");
            base.configure(&format!("{stem}.csv\""), &format!("{stem}.{name}\"\nencrypted = true"));
        }
        let none = base.run(&build);
        assert!(none.code == 2 && none.stderr.contains("no identity is set"), "{}", none.stderr);
        let given = base.run(&[&build[..], &["--identity", "inbox.key"]].concat());
        assert_eq!(given.code, 0, "{}", given.stderr);
        assert_eq!(full(&base), full(&plain), "{name}");
        std::fs::remove_dir_all(base.path().join("releases")).expect("ours");

        base.configure("[output]", "[keys]\nidentity = \"inbox.key\"\n[output]");
        assert_eq!(base.run(&["check"]).code, 0);
        assert_eq!(base.run(&build).code, 0);
        assert_eq!(full(&base), full(&plain), "{name}");
        let again =
            base.run(&["verify", "releases/2026-11-21T00-00-00Z", "--recompute", "--config", "verho.toml"]);
        assert_eq!(again.code, 0, "{}{}", again.stdout, again.stderr);
    }
}

/// Whatever is wrong with an encrypted input, nothing is published, and it has a code of its own.
#[test]
fn inputs_that_break_the_agreement_are_refused_before_a_row_is_believed() {
    for stem in ["customers", "objections"] {
        let base = Base::new();
        let (ours, others) = (identity(&base, "inbox.key"), identity(&base, "other.key"));
        base.configure("[output]", "[keys]\nidentity = \"inbox.key\"\n[output]");
        base.configure(
            &format!("path = \"{stem}.csv\""),
            &format!("path = \"{stem}.age\"\nencrypted = true"),
        );
        let text = if stem == "customers" { CUSTOMERS } else { OBJECTIONS };
        // Long enough for several parts, so that whole parts can be missing at the end.
        let filler = (0..4000).map(|number| {
            if stem == "customers" {
                format!("X-{number},Nobody,x{number}.wombat@example.org,,FI,1980-01-01,active\n")
            } else {
                format!("x{number}.wombat@example.org,\n")
            }
        });
        let long: String = std::iter::once(text.to_owned()).chain(filler).collect();
        let sound = seal(&ours, long.as_bytes());
        let mut altered = sound.clone();
        *altered.last_mut().expect("not empty") ^= 1;
        let parts = sound.len() - long.len() % 65_536 - 16;
        for (what, bytes, codes) in [
            ("sound", sound.clone(), &[] as &[&str]),
            (
                "not encrypted",
                long.clone().into_bytes(),
                &["not-encrypted", "damaged-encryption", "register-broken"],
            ),
            ("for others", seal(&others, long.as_bytes()), &["encrypted-for-others"]),
            ("altered", altered, &["damaged-encryption", "register-broken"]),
            ("cut at a byte", sound[..sound.len() - 1].to_vec(), &["damaged-encryption", "register-broken"]),
            ("cut at a part", sound[..parts].to_vec(), &["damaged-encryption", "register-broken"]),
            ("cut to its head", sound[..250].to_vec(), &["damaged-encryption", "register-broken"]),
            ("empty", Vec::new(), &["damaged-encryption", "register-broken"]),
        ] {
            base.put(&format!("{stem}.age"), bytes);
            let ran = base.run(&["build", "--log-format", "json"]);
            if codes.is_empty() {
                assert_eq!(ran.code, 0, "{stem}, {what}: {}", ran.stderr);
                std::fs::remove_dir_all(base.path().join("releases")).expect("ours");
                continue;
            }
            assert!(matches!(ran.code, 1 | 3), "{stem}, {what}: {} {}", ran.code, ran.stderr);
            assert!(base.releases().is_empty(), "{stem}, {what}: something was published");
            assert!(codes.iter().any(|code| ran.stderr.contains(code)), "{stem}, {what}: {}", ran.stderr);
            for part in ["quokka", "wombat", "age-encryption", "STREAM", "chunk"] {
                assert!(!ran.stderr.contains(part), "{stem}, {what}: {part} in {}", ran.stderr);
            }
        }
    }
}

#[test]
fn plain_inputs_of_an_encrypted_counterparty_have_a_code_of_their_own() {
    for (stem, path) in [("customers", "customers.csv"), ("objections", "objections.csv")] {
        let base = Base::new();
        base.configure(&format!("path = \"{path}\""), &format!("path = \"{path}\"\nencrypted = true"));
        let ran = base.run(&["build"]);
        assert_eq!(ran.code, 1, "{stem}: {}", ran.stderr);
        assert!(ran.stderr.contains("is not encrypted, and encryption was agreed"), "{}", ran.stderr);
        assert!(base.releases().is_empty());
        let json = base.run(&["build", "--log-format", "json"]);
        assert!(json.stderr.contains("\"not-encrypted\""), "{}", json.stderr);
    }
}

#[test]
fn the_root_key_comes_in_on_a_descriptor_and_from_one_place_only() {
    let base = Base::new();
    assert_eq!(base.run(&["keygen", "--root", "root.key"]).code, 0);
    let shell = |script: &str| {
        let output = Command::new("sh")
            .args(["-c", script])
            .env("VERHO", env!("CARGO_BIN_EXE_verho"))
            .current_dir(base.path())
            .output()
            .expect("a shell");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran {
            code: output.status.code().expect("ended"),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    };
    let tags = || {
        let path = base.path().join("releases/2026-11-21T00-00-00Z/audiences/everyone/suppressions.csv");
        std::fs::read_to_string(path).expect("was written")
    };
    let by_file = {
        base.configure("[output]", "[keys]\nroot = \"root.key\"\n[output]");
        assert_eq!(base.run(&["build", "--as-of", "2026-11-21"]).code, 0);
        let both = shell("\"$VERHO\" build --key-fd 3 3< root.key");
        assert!(both.code == 2 && both.stderr.contains("--key-fd both name a root key"), "{}", both.stderr);
        base.configure("[keys]\nroot = \"root.key\"\n", "");
        tags()
    };
    for script in [
        "\"$VERHO\" build --as-of 2026-11-21 --key-fd 3 3< root.key",
        "cat root.key | \"$VERHO\" build --as-of 2026-11-21 --key-fd 9 9<&0",
    ] {
        std::fs::remove_dir_all(base.path().join("releases")).expect("ours");
        let ran = shell(script);
        assert_eq!(ran.code, 0, "{script}: {}", ran.stderr);
        assert_eq!(tags(), by_file, "{script}");
    }
    let verified = shell(
        "\"$VERHO\" verify releases/2026-11-21T00-00-00Z --recompute --config verho.toml --key-fd 3 3< root.key",
    );
    assert!(verified.code == 0 && verified.stdout.contains("recomputed-suppressions"), "{}", verified.stdout);
    let explained = shell("echo C-2 | \"$VERHO\" explain --chain --key-fd 3 3< root.key");
    assert_eq!(explained.code, 0, "{}", explained.stderr);
    for (script, part) in [
        ("\"$VERHO\" build --key-fd 0 < root.key", "standard input"),
        ("\"$VERHO\" build --key-fd 7", "cannot be read"),
        ("chmod 644 root.key; \"$VERHO\" build --key-fd 3 3< root.key", "open to others"),
        ("echo 00 | \"$VERHO\" build --key-fd 3 3<&0", "64 hex digits"),
    ] {
        let ran = shell(script);
        assert!(ran.code == 2 && ran.stderr.contains(part), "{script}: {} {}", ran.code, ran.stderr);
    }
}

/// Both ways by the reference program; says so when there is none on this machine.
#[test]
fn the_age_program_opens_what_we_write_and_writes_what_we_open() {
    let has = |program: &str| {
        Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    if !has("age") || !has("age-keygen") {
        eprintln!("not tested here: the programs age and age-keygen are not installed");
        return;
    }
    let base = encrypted();
    assert_eq!(base.run(&["build"]).code, 0);
    let run = |program: &str, arguments: &[&str]| {
        let output =
            Command::new(program).args(arguments).current_dir(base.path()).output().expect("is there");
        assert!(
            output.status.success(),
            "{program} {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    };
    let file = "releases/latest/audiences/everyone/meta/full.csv.age";
    let theirs = run("age", &["--decrypt", "--identity", "meta.key", file]);
    let bytes = std::fs::read(base.path().join(file)).expect("was written");
    assert_eq!(Some(theirs), open(&base, "meta.key", &bytes));

    run("age-keygen", &["-o", "their.key"]);
    let public = String::from_utf8(run("age-keygen", &["-y", "their.key"])).expect("text");
    for name in ["customers.csv", "objections.csv"] {
        run("age", &["-r", public.trim(), "-o", &format!("{name}.age"), name]);
        base.configure(&format!("\"{name}\""), &format!("\"{name}.age\"\nencrypted = true"));
    }
    base.configure("[keys]\n", "[keys]\nidentity = \"their.key\"\n");
    let ran = base.run(&["build", "--as-of", "2026-11-21"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}
