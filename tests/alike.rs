//! People of whom the same is said, with identifiers of the same kinds from the same columns, come out as if each
//! were decided alone: the first of them, all who follow, and whoever is like them but for one thing.

use verho::commands::verify::compare_recomputed;
use verho::sources::releases::PublishedRelease;

use crate::agreement::{build_at, decided_again, expected, with_root_key};
use crate::several::{CONFIG, cells, hash};

/// Rows as `id,email,phone,born,work,bounced`, and all that may tell two of them apart.
const HEADER: &str = "id,email,phone,born,work,bounced\n";

/// Who goes where: rows of LinkedIn and X may stand within Meta's, which may have no file, or have several.
const AUDIENCES: &[&[(&str, &str, u32)]] = &[
    &[("all", "'meta', 'linkedin', 'x'", 1)],
    &[("all", "'linkedin', 'meta'", 1)],
    &[("held", "'meta'", 9999), ("all", "'linkedin'", 1)],
    &[("one", "'meta', 'x'", 1), ("two", "'linkedin', 'meta'", 1), ("three", "'tiktok', 'x'", 1)],
];

fn config(closure: &str, audiences: &[(&str, &str, u32)]) -> String {
    let (before, rest) = CONFIG.split_once("[[audience]]").expect("one");
    let (_, after) = rest.split_once("[output]").expect("one");
    let audiences: String = audiences
        .iter()
        .map(|(name, platforms, least)| {
            format!("[[audience]]\nname = '{name}'\nplatforms = [{platforms}]\nmin_size = {least}\n")
        })
        .collect();
    [before, &audiences, "[output]", after]
        .concat()
        .replace(
            "email = [\"email\"]",
            "email = [{ column = \"email\", bounced = { column = \"bounced\", yes = [\"y\"] } }, \"work\"]",
        )
        .replace("platforms = [\"meta\"]", "platforms = ['meta', 'linkedin', 'x', 'tiktok']")
        .replace(
            "[output]",
            &format!("[policy]\nclosure = \"{closure}\"\nshare_cap = 4\nmax_unreadable = \"5%\"\n[output]"),
        )
}

/// So many people of one shape.
fn ordinary(from: usize, to: usize) -> String {
    (from..to)
        .map(|row| format!("{row},p{row}@example.com,040 12{row:05},1980-01-01,w{row}@example.org,n\n"))
        .collect()
}

/// Each like the ordinary but for one thing.
const ODD: &[&str] = &[
    // Both addresses the same, and the same in capitals: it goes up once.
    "twice,twice@example.com,040 2000001,1980-01-01,twice@example.com,n\n",
    "twice-written,twice2@example.com,040 2000002,1980-01-01,TWICE2@Example.com,n\n",
    // Either address, the number, an address of somebody's who objected.
    "by-email,objects1@example.com,040 2000003,1980-01-01,wa@example.org,n\n",
    "by-work,ob2@example.com,040 2000004,1980-01-01,objects2@example.org,n\n",
    "by-phone,ob3@example.com,040 2999999,1980-01-01,wb@example.org,n\n",
    "objector,ob4@example.com,040 2000005,1980-01-01,objects4@example.org,n\n",
    "linked,ob4@example.com,040 2000006,1980-01-01,wc@example.org,n\n",
    "linked-by-all,ob4@example.com,,1980-01-01,,n\n",
    "linked-and-young,ob4@example.com,,2020-01-01,,n\n",
    // A number of many people's.
    "cap1,cap1@example.com,040 2000007,1980-01-01,wd1@example.org,n\n",
    "cap2,cap2@example.com,040 2000007,1980-01-01,wd2@example.org,n\n",
    "cap3,cap3@example.com,040 2000007,1980-01-01,wd3@example.org,n\n",
    "cap4,cap4@example.com,040 2000007,1980-01-01,wd4@example.org,n\n",
    "cap5,cap5@example.com,040 2000007,1980-01-01,wd5@example.org,n\n",
    "cap6,cap6@example.com,040 2000007,1980-01-01,wd6@example.org,n\n",
    // Of two people: both may go up, and it counts once.
    "shared1,shared@example.com,040 2000008,1980-01-01,we1@example.org,n\n",
    "shared2,shared@example.com,040 2000009,1980-01-01,we2@example.org,n\n",
    // An address that bounced, and the same one in another row of the person's.
    "bounced,bounced@example.com,040 2000010,1980-01-01,wf@example.org,y\n",
    "bounced-twice,bounced2@example.com,040 2000011,1980-01-01,bounced2@example.com,y\n",
    // Two rows.
    "rows,rows1@example.com,040 2000012,1980-01-01,wg@example.org,n\n",
    "rows,rows2@example.com,040 2000012,1980-01-01,wh@example.org,n\n",
    // Said of the row, and a role's address.
    "young,young@example.com,040 2000013,2020-01-01,wi@example.org,n\n",
    "role,role@example.com,040 2000014,1980-01-01,info@example.org,n\n",
    // Keys of a row that cannot be read.
    "unread,unread@example.com,040 2000015,1980-01-01,wj@example.org,n\n",
    "torn,unread@example.com\n",
    "torn-id,torn-id@example.com,040 2000016,1980-01-01,wk@example.org,n\n",
    "torn-id\n",
    // Other identifiers, from other columns.
    "no-work,no-work@example.com,040 2000017,1980-01-01,,n\n",
    "work-alone,,040 2000018,1980-01-01,alone@example.org,n\n",
    "number-alone,,040 2000019,1980-01-01,,n\n",
];

const OBJECTIONS: &str = "row,email,phone\n1,objects1@example.com,\n2,objects2@example.org,\n3,,040 2999999\n4,objects4@example.org,\n";

/// A folder with a release of these customers, with tags that last.
fn built(config: &str, customers: &str, limits: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [("verho.toml", config), ("customers.csv", customers), ("objections.csv", OBJECTIONS)]
    {
        std::fs::write(folder.path().join(name), text).expect("writable");
    }
    let place = folder.path().join("verho.toml");
    with_root_key(&place, limits);
    let now = "2026-11-21T02:00:00Z".parse().expect("a moment");
    build_at(&place, now, 7).unwrap_or_else(|error| panic!("{error:?}"));
    folder
}

/// Holds a release of these customers to the oracle's word.
fn check(config: &str, customers: &str, limits: &str) {
    let folder = built(config, customers, limits);
    let (outcome, release) = decided_again(folder.path());
    let release = PublishedRelease::open(&release).expect("a release");
    let lines = compare_recomputed(&release, &expected(&outcome)).expect("readable");
    let wrong: Vec<_> = lines.iter().filter(|line| !line.ok).collect();
    assert!(wrong.is_empty(), "{config}: {wrong:#?}");
    assert!(lines.iter().any(|line| line.name == "recomputed-suppressions"), "reasons, too");
    let up = cells(&folder.path().join("releases"));
    for text in
        ["p7@example.com", "w7@example.org", "twice@example.com", "shared@example.com", "rows2@example.com"]
    {
        assert!(up.contains(&hash(text)), "{text}");
    }
    for text in [
        "objects1@example.com",
        "objects2@example.org",
        "ob2@example.com",
        "bounced@example.com",
        "bounced2@example.com",
        "358402000007",
        "unread@example.com",
        "young@example.com",
        "torn-id@example.com",
    ] {
        assert!(!up.contains(&hash(text)), "{text}");
    }
}

/// The odd people, beginning with one of them.
fn rotated(by: usize) -> String {
    [&ODD[by..], &ODD[..by]].concat().concat()
}

#[test]
fn people_who_are_alike_come_out_as_if_each_were_alone() {
    for closure in ["person", "identifier"] {
        // The odd before anybody ordinary was seen, among them, and after all of them.
        for customers in [
            [HEADER, &rotated(0), &ordinary(0, 300)].concat(),
            [HEADER, &ordinary(0, 150), &rotated(9), &ordinary(150, 300)].concat(),
            [HEADER, &ordinary(0, 300), &rotated(17)].concat(),
        ] {
            check(&config(closure, AUDIENCES[0]), &customers, "");
        }
    }
}

/// Whatever cells the rows are for, whether or not they fit into memory.
#[test]
fn rows_within_rows_reach_their_own_files() {
    let customers = [HEADER, &ordinary(0, 400), &rotated(5), &ordinary(400, 1000)].concat();
    for audiences in AUDIENCES {
        for limits in ["", "[limits]\nmemory = \"1 kB\"\n", "[limits]\nbatch_rows = 16\nthreads = 3\n"] {
            check(&config("person", audiences), &customers, limits);
        }
    }
}
