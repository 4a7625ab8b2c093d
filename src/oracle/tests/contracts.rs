//! What makes a register refuse the run.

use super::Base;

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
