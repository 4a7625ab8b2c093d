//! The feed for the controller: complete, each record once, opened by its recipient alone, and found by
//! whoever has the identifiers and by nobody else.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use verho::envelope::{Identities, Opener};

use super::base::Base;

/// A base with a state, a root key, a signing key and a recipient.
fn kept() -> Base {
    let base = Base::new();
    let made = base.run(&[
        "keygen",
        "--root",
        "root.key",
        "--signing",
        "sign.key",
        "--identity",
        "controller.txt",
        "-q",
    ]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let recipient = identities(&base).recipients()[0].to_string();
    base.configure(
        "[output]",
        &format!(
            "[keys]\nroot = \"root.key\"\nsigning = \"sign.key\"\n\n[encryption]\nobjections = [\"{recipient}\"]\n\n[state]\ndir = \"state\"\n\n[output]"
        ),
    );
    base
}

fn identities(base: &Base) -> Identities {
    let text = std::fs::read_to_string(base.path().join("controller.txt")).expect("made");
    Identities::parse(&text).expect("an identity file")
}

/// The lines of a feed.
fn opened(base: &Base, place: &Path) -> Vec<Value> {
    let mut text = String::new();
    let file = std::fs::File::open(base.path().join(place)).expect("there");
    let mut opener = Opener::begin(&identities(base), file).expect("ours to open");
    opener.read_to_string(&mut text).expect("whole");
    text.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect()
}

fn exported(base: &Base) -> Option<PathBuf> {
    let ran = base.run(&["objections", "export", "-q"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    (!ran.stdout.is_empty()).then(|| PathBuf::from(ran.stdout.trim_end()))
}

fn tag(key: &str, code: &str, bytes: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(&hex::decode(key).expect("hex")).expect("any length");
    mac.update(&[code.as_bytes(), b"\0", bytes].concat());
    hex::encode(&mac.finalize().into_bytes()[..16])
}

/// As the page about it says to do it.
fn digest(key: &str, text: &str) -> String {
    tag(key, "sha256", &Sha256::digest(text.as_bytes()))
}

fn of<'v>(lines: &'v [Value], record: &str) -> Vec<&'v Value> {
    lines.iter().filter(|line| line["record"] == record).collect()
}

#[test]
fn a_feed_tells_each_record_once_and_who_has_the_identifier_finds_it() {
    let base = kept();
    assert_eq!(exported(&base), None, "nothing was recorded");
    let first = base.run(&["build", "-q", "--first"]).stdout;
    let first = first.trim_end();
    assert_eq!(base.run(&["uploaded", first, "-q"]).code, 0);
    let given = [" Aino.Quokka+news@Example.com\n", "0501234568", "C-3"];
    for text in given {
        assert_eq!(base.run_with(&["subject", "erase", "-q"], text.as_bytes()).code, 0);
    }
    assert_eq!(
        base.run_with(&["subject", "note", "--kind", "access", "-q"], b"onni.quokka@example.net").code,
        0
    );
    let place = exported(&base).expect("a feed");
    assert!(place.ends_with("releases/objections/000001.ndjson.age"), "{}", place.display());
    let lines = opened(&base, &place);
    let head = &lines[0];
    assert_eq!(
        (&head["record"], &head["schema"], &head["feed"], &head["records"]),
        (&"feed".into(), &1.into(), &1.into(), &7.into())
    );
    assert_eq!(head["controller"], "Example Life Ltd");
    let key = head["match_key"].as_str().expect("a key");
    assert_eq!((of(&lines, "request").len(), of(&lines, "erasure").len()), (4, 3));
    // Every spelling in which the controller may hold it, and nobody else's.
    let held: [&[&str]; 3] = [
        &["aino.quokka@example.com", "aino.quokka+news@example.com", "ainoquokka@example.com"],
        &["+358501234568", "358501234568", "0501234568"],
        &["C-3", "c-3"],
    ];
    for (erasure, (mine, text)) in of(&lines, "erasure").into_iter().zip(held.iter().zip(given)) {
        let digests: BTreeSet<&str> =
            erasure["digests"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        for (index, texts) in held.iter().enumerate() {
            for spelling in *texts {
                let is_mine = std::ptr::eq(*mine, held[index]);
                assert_eq!(digests.contains(digest(key, spelling).as_str()), is_mine, "{spelling}");
            }
        }
        assert_eq!(erasure["scopes"], serde_json::json!(["all_marketing"]));
        let number = &erasure["request"];
        let request =
            of(&lines, "request").into_iter().find(|one| one["request"] == *number).expect("is told");
        assert_eq!(request["about"], tag(key, "request", text.trim().to_lowercase().as_bytes()));
        assert_eq!((&request["kind"], &request["done_at"]), (&"erase".into(), &Value::Null));
    }
    assert_eq!(exported(&base), None, "each once");
    // What happens later is told later: an answer, a receipt, an erasure that is done.
    assert_eq!(base.run_with(&["subject", "access", "-q"], b"onni.quokka@example.net").code, 0);
    let second = base.run(&["build", "-q"]).stdout;
    let second = second.trim_end();
    assert_eq!(base.run(&["uploaded", second, "-q"]).code, 0);
    let manifest = std::fs::read_to_string(Path::new(second).join("manifest.json")).expect("published");
    let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
    for platform in manifest["predicate"]["audiences"][0]["platforms"].as_array().expect("a list") {
        let files = platform["files"].as_array().expect("a list");
        let kind = |word: &str| files.iter().find(|file| file["kind"] == word);
        let file = kind("remove").or_else(|| kind("full")).expect("somebody goes");
        let (word, rows) = (file["kind"].as_str().expect("a word"), &file["rows"]);
        base.put("answer.toml", format!("kind = \"{word}\"\nreceived = {rows}\ninvalid = 0\nrefused = 0\n"));
        let name = platform["name"].as_str().expect("a name");
        let args = ["receipt", second, "--platform", name, "--audience", "everyone", "--file", "answer.toml"];
        assert_eq!(base.run(&args).code, 0);
    }
    let place = exported(&base).expect("a second feed");
    assert!(place.ends_with("000002.ndjson.age"));
    let lines = opened(&base, &place);
    assert_eq!(of(&lines, "erasure").len(), 0);
    let requests = of(&lines, "request");
    assert!(requests.len() == 4 && requests.iter().all(|one| one["done_at"].is_string()), "{requests:?}");
    let receipts = of(&lines, "receipt");
    assert_eq!(receipts.len(), 2);
    for (at, receipt) in receipts.iter().enumerate() {
        assert_eq!(receipt["id"], format!("receipt-{}", at + 1));
        assert_eq!((&receipt["removals_done"], &receipt["owed"]), (&true.into(), &0.into()));
        assert!(second.ends_with(receipt["release"].as_str().expect("a name")));
    }
    assert_eq!(exported(&base), None);
    let told = base.run(&["objections", "export", "--json", "-q"]).stdout;
    let told: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!((&told["feed"], &told["receipts"]), (&Value::Null, &0.into()));
    // The folder of feeds is no release, and no stranger.
    let history = base.run(&["history", "--json", "-q"]).stdout;
    let history: Value = serde_json::from_str(&history).expect("JSON");
    assert_eq!(history["others"], serde_json::json!([]));
    assert_eq!(base.run(&["purge", "--due", "-q"]).code, 0);
}

#[test]
fn a_feed_is_signed_and_its_owners_alone() {
    use std::os::unix::fs::MetadataExt as _;
    let base = kept();
    assert_eq!(base.run_with(&["subject", "erase", "-q"], b"aino.quokka@example.com").code, 0);
    let place = base.path().join(exported(&base).expect("a feed"));
    let bytes = std::fs::read(&place).expect("there");
    let signature = std::fs::read(place.with_extension("age.sig")).expect("signed");
    let verified = verho::outputs::signature::Verified::check(&bytes, &signature).expect("fits");
    let signer = verho::outputs::signature::Signer::read(&base.path().join("sign.key")).expect("a key");
    assert_eq!(verified.fingerprint(), signer.fingerprint());
    let folder = place.parent().expect("a folder");
    assert_eq!(std::fs::metadata(folder).expect("there").mode() & 0o777, 0o700);
    for entry in std::fs::read_dir(folder).expect("there") {
        let path = entry.expect("readable").path();
        assert_eq!(std::fs::metadata(&path).expect("there").mode() & 0o777, 0o600, "{}", path.display());
    }
    assert!(bytes.starts_with(b"age-encryption.org/v1\n"));
    assert!(memchr::memmem::find(&bytes, b"erasure").is_none());
}

#[test]
fn what_a_feed_needs_is_named() {
    let cases: [(&str, &str, &str); 3] = [
        ("objections = [", "uploads = [", "[encryption] objections"),
        ("[state]\ndir = \"state\"\n", "", "[state] dir"),
        ("objections = [\"age1", "objections = [\"aeg1", "not an age public key"),
    ];
    for (from, to, words) in cases {
        let base = kept();
        base.configure(from, to);
        let ran = base.run(&["objections", "export"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{from}: {}", ran.stderr);
        assert!(ran.stderr.contains(words), "{from}: {}", ran.stderr);
    }
}

/// A state that was put back from an older copy tells again, under a new number, and writes over nothing.
#[test]
fn a_state_put_back_writes_over_no_feed() {
    let base = kept();
    assert_eq!(base.run_with(&["subject", "erase", "-q"], b"aino.quokka@example.com").code, 0);
    let old = std::fs::read(base.path().join("state/subjects")).expect("there");
    let first = exported(&base).expect("a feed");
    let bytes = std::fs::read(base.path().join(&first)).expect("there");
    std::fs::write(base.path().join("state/subjects"), old).expect("ours");
    let second = exported(&base).expect("told again");
    assert!(second.ends_with("000002.ndjson.age"));
    assert_eq!(std::fs::read(base.path().join(&first)).expect("there"), bytes);
    assert_eq!(opened(&base, &first)[1..], opened(&base, &second)[1..], "the same records by the same ids");
}
