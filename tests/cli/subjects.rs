//! People who ask: noted with a last day, answered, erased, and kept out ever after, in every spelling;
//! and nothing of what they gave anywhere in plain.

use std::path::Path;

use verho::commands::build::{BuildOptions, Built, build};
use verho::commands::requests::{RequestError, RequestOptions, close, erase, note, requests};
use verho::state::RequestKind;

use super::base::Base;

const STATE: &str = "[keys]\nroot = \"root.key\"\n\n[state]\ndir = \"state\"\n\n[output]";

/// A base with a root key and a state's folder.
fn kept() -> Base {
    let base = Base::new();
    assert_eq!(base.run(&["keygen", "--root", "root.key", "-q"]).code, 0);
    base.configure("[output]", STATE);
    base
}

fn asked(base: &Base, now: &str, dice: u8) -> RequestOptions {
    RequestOptions {
        config: base.path().join("verho.toml"),
        now: now.parse().expect("a moment"),
        random: [dice; 64],
        given: Default::default(),
    }
}

/// A replay, which needs and changes no live state: what is looked at here is who goes up.
fn replayed(base: &Base, second: u8) -> Built {
    let random = [second; 64];
    let as_of = format!("2026-11-20T02:00:{second:02}Z").parse().ok();
    let now = "2026-11-22T02:00:00Z".parse().expect("a moment");
    let options = BuildOptions {
        config: base.path().join("verho.toml"),
        given: verho::config::Given::default(),
        now,
        as_of,
        dry_run: false,
        first: false,
        random,
    };
    build(&options, &|_| ()).unwrap_or_else(|error| panic!("{error}"))
}

fn eligible(built: &Built) -> u64 {
    built.manifest.predicate.audiences[0].people.eligible
}

#[test]
fn an_erased_person_stays_out_in_every_spelling_when_the_base_sends_them_again() {
    // What was given, and rows of a later base that are the same person or identifier.
    let header = "customer_id,name,email,phone,country,born,status\n";
    let table: [(&str, &[&str]); 3] = [
        (
            "Aino.Quokka@Example.com",
            &[
                "C-1,Aino,aino.quokka@example.com,,FI,1980-01-01,active",
                "C-91,Aino,AINO.QUOKKA@EXAMPLE.COM,,FI,1980-01-01,active",
                "C-92,Aino,aino.quokka+news@example.com,,FI,1980-01-01,active",
                // The number that only this person held in the base then.
                "C-93,Aino,,0501234567,FI,1980-01-01,active",
                // And whoever shares an identifier with them now.
                "C-1,Aino,new@example.net,,FI,1980-01-01,active",
            ],
        ),
        (
            "+358 50 1234567",
            &[
                "C-91,Aino,,+358501234567,FI,1980-01-01,active",
                "C-92,Aino,,00358 50 123 4567,FI,1980-01-01,active",
                "C-93,Aino,,(050) 1234567,FI,1980-01-01,active",
                "C-94,Aino,,3.58501234567E+11,FI,1980-01-01,active",
                "C-95,Aino,,501234567,FI,1980-01-01,active",
                "C-96,Aino,aino.quokka@example.com,,FI,1980-01-01,active",
            ],
        ),
        (
            " C-1\n",
            &[
                "C-1,Aino,another@example.com,,FI,1980-01-01,active",
                "C-1,Aino,,+358 40 7654321,FI,1980-01-01,active",
                "C-91,Aino,aino.quokka@example.com,,FI,1980-01-01,active",
            ],
        ),
    ];
    let other = "C-3,Ilona Esimerkki,ilona.quokka@example.org,,FI,1982-03-03,active\n";
    for (given, rows) in table {
        let base = kept();
        assert_eq!(eligible(&replayed(&base, 1)), 2, "Aino and Ilona");
        let erased =
            erase(&asked(&base, "2026-11-21T09:00:00Z", 3), None, given.as_bytes(), &|_| ()).expect("erased");
        assert_eq!((erased.people, erased.not_looked.as_ref()), (1, None), "{given}");
        let built = replayed(&base, 2);
        assert_eq!(eligible(&built), 1, "{given}: out at once");
        let record = built.manifest.predicate.registers.last().expect("the store");
        assert_eq!((record.name.as_str(), record.rows, record.people_named), ("erasures", 1, 1));
        for (index, row) in rows.iter().enumerate() {
            base.put("customers.csv", format!("{header}{row}\n{other}"));
            let built = replayed(&base, 10 + index as u8);
            assert_eq!(eligible(&built), 1, "{given}: {row}");
        }
        // Nobody else is kept out by it.
        base.put(
            "customers.csv",
            format!("{header}C-99,Somebody,somebody@example.com,,FI,1980-01-01,active\n{other}"),
        );
        assert_eq!(eligible(&replayed(&base, 30)), 2, "{given}");
    }
}

#[test]
fn an_erased_person_stays_out_of_a_base_that_holds_hashes_only() {
    use sha2::Digest as _;
    let base = kept();
    erase(&asked(&base, "2026-11-21T09:00:00Z", 3), None, b"Aino.Quokka@example.com", &|_| ())
        .expect("erased");
    let hash = |text: &str| hex::encode(sha2::Sha256::digest(text.as_bytes()));
    base.put(
        "customers.csv",
        format!(
            "customer_id,email,phone,country,born,status\nC-91,{},,FI,1980-01-01,active\nC-92,{},,FI,1980-01-01,active\n",
            hash("aino.quokka@example.com"),
            hash("ilona.quokka@example.org"),
        ),
    );
    base.configure("email = [\"email\"]", "email = { column = \"email\", hashed = \"sha256\" }");
    assert_eq!(eligible(&replayed(&base, 1)), 1);
}

#[test]
fn a_store_that_is_lost_stops_the_build() {
    let base = kept();
    erase(&asked(&base, "2026-11-21T09:00:00Z", 3), None, b"aino.quokka@example.com", &|_| ())
        .expect("erased");
    // A release that is no replay has read it.
    let first = base.run(&["build", "-q", "--first"]);
    let first = if first.code == 2 { base.run(&["build", "-q"]) } else { first };
    assert_eq!(first.code, 0, "{}", first.stderr);
    let store = base.path().join("state/subjects");
    let away = base.path().join("subjects.away");
    std::fs::rename(&store, &away).expect("ours");
    let ran = base.run(&["build", "-q"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("erasures") && ran.stderr.contains("register-"), "{}", ran.stderr);
    std::fs::rename(&away, &store).expect("ours");
    let mut bytes = std::fs::read(&store).expect("ours");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&store, bytes).expect("ours");
    let ran = base.run(&["build", "-q"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("damaged"), "{}", ran.stderr);
    // And a config that knows of no state would not know of them either.
    base.configure("[state]\ndir = \"state\"\n", "");
    let ran = base.run(&["build", "-q"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
}

#[test]
fn what_is_given_is_stored_even_when_the_base_cannot_be_read() {
    let base = kept();
    base.put("customers.csv", "");
    let erased = erase(&asked(&base, "2026-11-21T09:00:00Z", 3), None, b"aino.quokka@example.com", &|_| ())
        .expect("stored");
    assert_eq!(erased.people, 0);
    assert!(erased.not_looked.is_some());
    base.put("customers.csv", super::base::CUSTOMERS);
    assert_eq!(eligible(&replayed(&base, 1)), 1);
}

/// A build and an erasure may fall into one second, and the build did not know of it.
#[test]
fn no_build_from_before_an_erasure_makes_it_done() {
    let base = kept();
    let ran = base.run(&["build", "--first", "-q"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let name = Path::new(ran.stdout.trim_end()).file_name().expect("a name").to_string_lossy().into_owned();
    let (day, time) = name.split_once('T').expect("a moment");
    let moment = format!("{day}T{}", time.replace('-', ":"));
    // Whoever objected is live nowhere, so nothing else keeps the request open.
    let asked = asked(&base, &moment, 3);
    erase(&asked, None, b"eero.quokka@example.com", &|_| ()).expect("erased");
    let open = requests(&asked, false).expect("told");
    assert_eq!(open.len(), 1, "no build has decided since");
    let ran = base.run(&["build", "-q"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(requests(&asked, false).expect("told").is_empty(), "now one has");
}

/// A night on which a register is broken is no reason to leave anything of the person out of the store.
#[test]
fn an_erasure_finds_the_person_whatever_the_registers_say() {
    let base = kept();
    base.configure(
        "scope = [\"off_platform_targeting\"]",
        "scope = [\"off_platform_targeting\"]\nmin_rows = 9",
    );
    let ran = base.run_with(&["subject", "erase"], b"aino.quokka@example.com\n");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("1 person of the customer base"), "{}", ran.stdout);
    base.configure("\nmin_rows = 9", "");
    let header = "customer_id,name,email,phone,country,born,status\n";
    let other = "C-3,Ilona Esimerkki,ilona.quokka@example.org,,FI,1982-03-03,active\n";
    let rows =
        ["C-1,Aino,new@example.net,,FI,1980-01-01,active", "C-93,Aino,,050 1234567,FI,1980-01-01,active"];
    for (index, row) in rows.iter().enumerate() {
        base.put("customers.csv", format!("{header}{row}\n{other}"));
        assert_eq!(eligible(&replayed(&base, 10 + index as u8)), 1, "{row}");
    }
    base.put("objections.csv", "address,phone\neero.quokka@example.com,\n");
    let ran = base.run_with(&["subject", "erase"], b"ilona.quokka@example.org\n");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    // A base that cannot be read leaves something to do, and the exit code says so.
    base.put("customers.csv", "");
    let ran = base.run_with(&["subject", "erase"], b"ilona.quokka@example.org\n");
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(ran.stderr.contains("run it again"), "{}", ran.stderr);
}

#[test]
fn requests_are_listed_until_they_are_done_and_overdue_after_a_month() {
    let base = kept();
    let received = |day: &str| Some(day.parse().expect("a day"));
    let on = |now: &str| asked(&base, now, 5);
    let told = note(
        &on("2026-02-01T12:00:00Z"),
        RequestKind::Access,
        received("2026-01-31"),
        b"aino.quokka@example.com",
    );
    let told = told.expect("noted");
    assert_eq!((told.number, told.due.as_str(), told.overdue), (1, "2026-02-28", false));
    let again = note(&on("2026-02-02T12:00:00Z"), RequestKind::Access, None, b" AINO.quokka@example.com\n")
        .expect("noted");
    assert_eq!((again.number, again.received.as_str()), (1, "2026-01-31"), "the same request");
    note(&on("2026-02-02T12:00:00Z"), RequestKind::Erase, None, b"eero.quokka@example.com").expect("noted");
    // The day, how many are open, how many overdue.
    for (now, open, overdue) in
        [("2026-02-28T23:59:59Z", 2, 0), ("2026-03-01T00:00:00Z", 2, 1), ("2026-03-03T00:00:00Z", 2, 2)]
    {
        let told = requests(&on(now), false).expect("listed");
        let late = told.iter().filter(|request| request.overdue).count();
        assert_eq!((told.len(), late), (open, overdue), "{now}");
    }
    let later =
        note(&on("2026-02-02T12:00:00Z"), RequestKind::Erase, received("2026-02-03"), b"x@example.com");
    assert!(matches!(later, Err(RequestError::ReceivedLater)));
    let blank = note(&on("2026-02-02T12:00:00Z"), RequestKind::Erase, None, b" \n");
    assert!(matches!(blank, Err(RequestError::Blank)));
    assert!(close(&on("2026-03-04T00:00:00Z"), 9).expect("looked").is_none());
    close(&on("2026-03-04T00:00:00Z"), 1).expect("looked").expect("is there");
    assert_eq!(requests(&on("2026-03-04T00:00:00Z"), false).expect("listed").len(), 1);
    assert_eq!(requests(&on("2026-03-04T00:00:00Z"), true).expect("listed").len(), 2);
}

#[test]
fn an_overdue_request_makes_a_published_build_end_with_4() {
    let base = kept();
    let noted = base.run_with(
        &["subject", "note", "--kind", "erase", "--received", "2020-01-31"],
        b"eero.quokka@example.com",
    );
    assert_eq!(
        (noted.code, noted.stdout.as_str()),
        (0, "1 erase: received 2020-01-31, due 2020-02-29, OVERDUE\n"),
        "{}",
        noted.stderr
    );
    let listed = base.run(&["subject", "requests"]);
    assert_eq!(listed.code, 4, "{}", listed.stderr);
    let ran = base.run(&["build", "--as-of", "2026-11-20"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(!ran.stdout.is_empty(), "it is published all the same");
    assert!(ran.stderr.contains("1 request is past the last day"), "{}", ran.stderr);
    assert_eq!(base.run(&["subject", "requests", "--done", "1"]).code, 0);
    assert_eq!(base.run(&["subject", "requests"]).stdout, "no open request\n");
    assert_eq!(base.run(&["build", "-q", "--as-of", "2026-11-21"]).code, 0);
}

#[test]
fn an_answer_is_complete_in_three_languages_and_closes_its_request() {
    let base = kept();
    let text = b"aino.quokka@example.com";
    assert_eq!(base.run_with(&["subject", "note", "--kind", "access"], text).code, 0);
    let words = [
        ("en", "You are on it.", "Nothing of yours is on any list."),
        ("fi", "Olet listalla.", "Tietojasi ei ole millään listalla."),
        ("sv", "Du finns på den.", "Inget av dina uppgifter finns på någon lista."),
    ];
    for (lang, on_it, nothing_live) in words {
        let ran = base.run_with(&["subject", "access", "--lang", lang], text);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        for part in [on_it, nothing_live, "Meta", "LinkedIn"] {
            assert!(ran.stdout.contains(part), "{lang}: {part}: {}", ran.stdout);
        }
    }
    assert_eq!(base.run(&["subject", "requests"]).stdout, "no open request\n");
    // Erased, the answer says why never.
    assert_eq!(base.run_with(&["subject", "erase", "-q"], text).code, 0);
    let ran = base.run_with(&["subject", "access"], text);
    assert!(ran.stdout.contains("is on a list of those that are not used for this"), "{}", ran.stdout);
}

#[test]
fn without_a_state_nothing_can_be_kept() {
    let base = Base::new();
    for args in [&["subject", "erase"][..], &["subject", "note", "--kind", "access"]] {
        let ran = base.run_with(args, b"aino.quokka@example.com");
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(ran.stderr.contains("[state] dir"), "{}", ran.stderr);
    }
    assert_eq!(base.run(&["subject", "requests"]).code, 2);
    // An answer needs no state.
    assert_eq!(base.run_with(&["subject", "access"], b"aino.quokka@example.com").code, 0);
}

/// Nothing of what is given stands anywhere: not in plain, not as a hash that trying could turn back.
#[test]
fn nothing_of_what_is_given_is_kept_or_said() {
    use sha2::Digest as _;
    let given = ["Zebra.Xylograph@example.com", "+358 50 1234988", "KUNDE-9041-QX"];
    for loud in [&[][..], &["-vv"], &["-vv", "--log-format", "json"]] {
        let base = kept();
        let mut said = String::new();
        for text in given {
            for args in [
                &["subject", "note", "--kind", "access"][..],
                &["subject", "access"],
                &["subject", "access", "--json"],
                &["subject", "erase"],
                &["subject", "erase", "--json"],
                &["subject", "requests", "--all"],
            ] {
                let ran = base.run_with(&[args, loud].concat(), text.as_bytes());
                assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
                said.push_str(&ran.stdout);
                said.push_str(&ran.stderr);
            }
        }
        let needles: Vec<Vec<u8>> = given
            .iter()
            .flat_map(|text| {
                let lower = text.to_lowercase();
                let digest = sha2::Sha256::digest(lower.as_bytes());
                [
                    lower.clone().into_bytes(),
                    hex::encode(&lower).into_bytes(),
                    digest.to_vec(),
                    hex::encode(digest).into_bytes(),
                ]
            })
            .chain([b"xylograph".to_vec(), b"501234988".to_vec(), b"kunde-9041".to_vec()])
            .collect();
        let absent = |bytes: &[u8], place: &str| {
            let lower = bytes.to_ascii_lowercase();
            for needle in &needles {
                assert!(
                    memchr::memmem::find(&lower, needle).is_none()
                        && memchr::memmem::find(bytes, needle).is_none(),
                    "{place}"
                );
            }
        };
        absent(said.as_bytes(), "what was said");
        each_file(&base.path().join("state"), &mut |place, bytes| {
            absent(bytes, &place.display().to_string())
        });
    }
}

fn each_file(folder: &Path, each: &mut impl FnMut(&Path, &[u8])) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            each_file(&path, each);
        } else {
            each(&path, &std::fs::read(&path).expect("ours"));
        }
    }
}

fn receipt(base: &Base, kind: &str, rows: u64) {
    base.put(
        "answer.toml",
        format!("kind = \"{kind}\"\nsent = {rows}\nreceived = {rows}\ninvalid = 0\nrefused = 0\n"),
    );
}

/// Answers every removal of a release.
fn acknowledge(base: &Base, release: &str) {
    let manifest = std::fs::read_to_string(Path::new(release).join("manifest.json")).expect("published");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    for platform in manifest["predicate"]["audiences"][0]["platforms"].as_array().expect("a list") {
        let name = platform["name"].as_str().expect("a name");
        let files = platform["files"].as_array().expect("a list");
        // Where a screen only replaces, the full file does what a remove file would.
        let of = |kind: &str| files.iter().find(|file| file["kind"] == kind);
        let Some(file) = of("remove").or_else(|| of("full")) else { continue };
        receipt(base, file["kind"].as_str().expect("a word"), file["rows"].as_u64().expect("a count"));
        let args =
            ["receipt", release, "--platform", name, "--audience", "everyone", "--file", "answer.toml", "-q"];
        let ran = base.run(&args);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
}

fn published(base: &Base, args: &[&str]) -> String {
    let ran = base.run(&[&["build", "-q"], args].concat());
    assert!(matches!(ran.code, 0 | 1 | 4), "{}", ran.stderr);
    let release = ran.stdout.trim_end().to_owned();
    assert!(!release.is_empty(), "{}", ran.stderr);
    release
}

#[test]
fn an_erasure_is_done_when_the_platforms_have_let_go() {
    let base = kept();
    let first = published(&base, &["--first"]);
    assert_eq!(base.run(&["uploaded", &first, "-q"]).code, 0);
    let text = b"aino.quokka@example.com";
    let told = base.run_with(&["subject", "access"], text).stdout;
    assert!(told.contains("of your contact details, the first since"), "{told}");
    assert_eq!(base.run_with(&["subject", "erase", "-q"], text).code, 0);
    let is_open = || !base.run(&["subject", "requests"]).stdout.contains("no open request");
    assert!(is_open(), "nothing was removed yet");
    let second = published(&base, &[]);
    assert_ne!(first, second, "another erasure is another night");
    assert!(is_open(), "it is still owed");
    assert_eq!(base.run(&["uploaded", &second, "-q"]).code, 0);
    assert!(is_open(), "uploaded is not acknowledged");
    acknowledge(&base, &second);
    let listed = base.run(&["subject", "requests", "--all"]);
    assert!(listed.stdout.contains("done"), "{}{}", listed.stdout, listed.stderr);
    assert!(!is_open());
    let told = base.run_with(&["subject", "access"], text).stdout;
    assert!(told.contains("Nothing of yours is on any list."), "{told}");
}

#[test]
fn a_closed_audience_loses_its_files_and_its_people_and_stays_closed() {
    let base = kept();
    assert_eq!(base.run(&["keygen", "--signing", "sign.key", "-q"]).code, 0);
    base.configure("root = \"root.key\"", "root = \"root.key\"\nsigning = \"sign.key\"");
    assert_eq!(base.run(&["close", "everyone"]).code, 2, "no state yet");
    let first = published(&base, &["--first"]);
    assert_eq!(base.run(&["uploaded", &first, "-q"]).code, 0);
    assert_eq!(base.run(&["close", "nobody"]).code, 2);
    let wrong = base.run(&["close", "aino.quokka@example.com"]);
    assert_eq!(wrong.code, 2);
    assert!(!wrong.stderr.contains("quokka"));
    let closed = base.run(&["close", "everyone"]);
    assert_eq!(closed.code, 0, "{}", closed.stderr);
    assert!(closed.stdout.contains("4 files of 1 release deleted"), "{}", closed.stdout);
    let left = Path::new(&first).join("audiences/everyone");
    for name in ["meta/full.csv", "linkedin/full.csv", "suppressions.csv", "verdicts.csv"] {
        assert!(!left.join(name).exists(), "{name}");
    }
    let verified = base.run(&["verify", &first]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
    assert!(verified.stdout.contains("purged: 4 files"), "{}", verified.stdout);
    let receipts = base.path().join("releases/receipts");
    assert!(receipts.join("closed-everyone.1.json").is_file());
    assert!(receipts.join("closed-everyone.1.json.sig").is_file());
    // Everybody goes out, and nobody comes in.
    let second = published(&base, &[]);
    let files = Path::new(&second).join("audiences/everyone");
    for platform in ["meta", "linkedin"] {
        assert!(files.join(platform).join("remove.csv").is_file(), "{platform}");
        assert!(
            !files.join(platform).join("add.csv").exists() && !files.join(platform).join("full.csv").exists()
        );
    }
    assert_eq!(base.run(&["uploaded", &second, "-q"]).code, 0);
    acknowledge(&base, &second);
    let over = base.run(&["build"]);
    assert_eq!((over.code, over.stdout.as_str()), (1, ""), "{}", over.stderr);
    assert!(over.stderr.contains("audience-closed") || over.stderr.contains("closed"), "{}", over.stderr);
    // Again is the same, and deletes what came since.
    let again = base.run(&["close", "everyone"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(receipts.join("closed-everyone.2.json").is_file());
}

#[test]
fn what_somebody_may_still_upload_is_not_purged() {
    let base = kept();
    base.configure(
        "[output]",
        "[retention]\nfull = \"1d\"\ndelta = \"1d\"\nsuppressions = \"1d\"\n\n[output]",
    );
    let random = |dice: u8| [dice; 64];
    let night = |now: &str, first: bool, dice: u8| {
        let now = now.parse().expect("a moment");
        let config = base.path().join("verho.toml");
        let options = BuildOptions {
            config,
            given: verho::config::Given::default(),
            now,
            as_of: None,
            dry_run: false,
            first,
            random: random(dice),
        };
        build(&options, &|_| ()).unwrap_or_else(|error| panic!("{error}")).release.expect("published")
    };
    let first = night("2026-01-01T02:00:00Z", true, 1);
    base.put("objections.csv", "email,phone\neero.quokka@example.com,\nilona.quokka@example.org,\n");
    let second = night("2026-01-02T02:00:00Z", false, 2);
    std::fs::remove_file(base.path().join("releases/latest")).expect("a link");
    let purge = |now: &str| {
        let options = verho::commands::purge::PurgeOptions {
            given: verho::config::Given::default(),
            config: base.path().join("verho.toml"),
            now: now.parse().expect("a moment"),
            dry_run: false,
            random: random(7),
        };
        verho::commands::purge::purge(&options).unwrap_or_else(|error| panic!("{error}"))
    };
    purge("2026-02-01T02:00:00Z");
    assert!(!first.join("audiences/everyone/meta/full.csv").exists(), "superseded");
    assert!(second.join("audiences/everyone/suppressions.csv").exists(), "the newest");
}
