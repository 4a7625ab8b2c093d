//! What makes a register refuse the run.

use std::io::Write as _;

use super::Base;
use crate::oracle::OracleError;

const PEOPLE: &str = "1,a@example.com,,|2,b@example.com,,";

#[test]
fn a_register_keeps_its_contract_or_refuses() {
    let key = "columns = { email = \"email\", at = \"date\" }\n";
    let aged = |age: &str| format!("{key}age_from = {age}\nmax_age = \"36h\"");
    let good = "email,date|a@example.com,2026-11-20";
    for (config, content, codes) in [
        (key.to_owned(), good, ""),
        (key.to_owned(), "email,date", "register-empty r0"),
        (key.to_owned(), "", "register-empty r0"),
        (format!("{key}min_rows = 0"), "email,date", ""),
        (format!("{key}min_rows = 2"), good, "register-too-few-rows r0"),
        (key.to_owned(), "mail,date|a@example.com,2026-11-20", "register-broken r0"),
        (key.to_owned(), "email,date|a@example.com", "register-broken r0"),
        (key.to_owned(), "email,date|a@example.com,2026-11-20|\"b@example.com,2026", "register-broken r0"),
        (key.to_owned(), "email,date|a@example.com,|n/a,", "register-unparsed r0"),
        (key.to_owned(), "email,date|a@example.com,|,2026-11-20", "register-unparsed r0"),
        (format!("{key}max_unparsed = \"50%\""), "email,date|a@example.com,|n/a,", ""),
        (aged("{ column = \"date\" }"), good, ""),
        (aged("{ column = \"date\" }"), "email,date|a@example.com,2026-11-19", "register-stale r0"),
        (aged("{ column = \"date\" }"), "email,date|a@example.com,2026-11-20|b@example.com,2024-01-01", ""),
        (
            aged("{ column = \"date\" }"),
            "email,date|a@example.com,2026-11-21T02:00:01Z",
            "register-future-dated r0",
        ),
        (aged("{ column = \"date\" }"), "email,date|a@example.com,yesterday", "register-age-unknown r0"),
        (aged("{ filename = \"r-%Y-%m-%d.csv\" }"), good, "register-age-unknown r0"),
        (aged("{ sidecar = \".date\" }"), good, "register-age-unknown r0"),
        (
            aged("{ trailer = \"# {rows} rows at %Y-%m-%dT%H:%M:%SZ\" }"),
            "email,date|a@example.com,|# 1 rows at 2026-11-20T12:00:00Z",
            "",
        ),
        (
            aged("{ trailer = \"# {rows} rows at %Y-%m-%dT%H:%M:%SZ\" }"),
            "email,date|a@example.com,|# 2 rows at 2026-11-20T12:00:00Z",
            "register-trailer-mismatch r0",
        ),
        (
            aged("{ trailer = \"END %Y-%m-%d\" }"),
            good,
            "register-age-unknown r0 register-trailer-mismatch r0",
        ),
    ] {
        let outcome = Base::of(PEOPLE).register(&config, "r.csv", content).run();
        assert_eq!(outcome.refused.join(" "), codes, "{config} {content}");
    }
    // A last line that is no trailer may be an objection.
    let cut = Base::of(PEOPLE).register(&aged("{ trailer = \"END %Y-%m-%d\" }"), "r.csv", good);
    cut.check(&[("1", "on-register"), ("2", "up")]);
    let mut base = Base::of(PEOPLE).register("key = \"email\"", "r.csv", "a@example.com");
    base.files.clear();
    assert_eq!(base.run().refused, ["register-missing r0"]);
}

#[test]
fn the_newest_of_several_files_counts_and_all_are_read() {
    let mut base = Base::of(PEOPLE);
    base.more = "[[register]]\nname = \"r\"\npath = \"r-*.csv\"\nkey = \"email\"\nage_from = { filename = \"r-%Y-%m-%d.csv\" }\nmax_age = \"36h\"\n".to_owned();
    base.files.push(("r-2020-01-01.csv", b"a@example.com\n".to_vec()));
    base.files.push(("r-2026-11-20.csv", b"c@example.com\n".to_vec()));
    assert!(base.run().refused.is_empty());
    base.check(&[("1", "on-register"), ("2", "up")]);
    base.as_of = "2026-11-25T00:00:00Z";
    assert_eq!(base.run().refused, ["register-stale r"]);
}

#[test]
fn a_broken_register_still_removes_what_it_says() {
    let base = Base::of(PEOPLE).register(
        "columns = { email = \"email\", at = \"date\" }",
        "r.csv",
        "email,date|a@example.com,|b",
    );
    base.check(&[("1", "on-register"), ("2", "up")]);
    assert_eq!(base.run().refused, ["register-broken r0"]);
}

/// Of a register in a format that only a run can read nothing is known, least of all that it is broken.
#[test]
fn a_register_that_only_a_run_can_read_is_no_breach() {
    let zstd: &[u8] = b"\x28\xb5\x2f\xfd and so on";
    for (name, content) in [
        ("r.ndjson", &b"{\"email\": \"a@example.com\"}\n"[..]),
        ("r.jsonl.gz", b"\x1f\x8b"),
        ("r.parquet", b"PAR1"),
        ("r.csv.zst", zstd),
        ("r.csv", zstd),
    ] {
        let mut base = Base::of(PEOPLE).register("columns = { email = \"email\" }", name, "");
        base.files = vec![(name, content.to_vec())];
        assert!(matches!(base.try_to_run(), Err(OracleError::Format { .. })), "{name}");
    }
    let mut base = Base::of(PEOPLE).register("columns = { email = \"email\" }", "r.csv.age", "");
    base.files = vec![("r.csv.age", b"age-encryption.org/v1\n-> X25519".to_vec())];
    assert!(matches!(base.try_to_run(), Err(OracleError::NoIdentity { .. })));
    // What only says that it is encrypted is a breach.
    base.files = vec![("r.csv.age", b"age-encryption".to_vec())];
    assert_eq!(base.run().refused, ["register-broken r0"]);
}

/// A run reads text under any name, and unpacks what begins like a packed file.
#[test]
fn a_register_is_text_whatever_it_is_called() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(b"email\na@example.com\n").expect("memory takes every byte");
    let packed = packer.finish().expect("memory takes every byte");
    for (name, content) in
        [("r.lst", b"email\na@example.com\n".to_vec()), ("r.csv", packed.clone()), ("r.gz", packed)]
    {
        let mut base = Base::of(PEOPLE).register("columns = { email = \"email\" }", name, "");
        base.files = vec![(name, content)];
        base.check(&[("1", "on-register"), ("2", "up")]);
    }
}
