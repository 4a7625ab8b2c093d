//! The same customers give the same bytes, however their table lies on disk and however it is read;
//! and one objection more only ever removes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use verho::commands::build::{BuildError, Built};
use verho::config::{Closure, Config};
use verho::manifest::UploadKind;
use verho::pipeline::RunError;
use verho::policy::reason::{Reason, Reasons};
use verho::sources::releases::PublishedRelease;
use verho::synth::{SynthOptions, synth};

use crate::agreement::{build_at, with_root_key};
use crate::bases::{generate, plain_identifiers};

const AS_OF: &str = "2026-11-21T02:00:00Z";

/// A table in memory: its header first.
type Table = Vec<Vec<String>>;

/// A way of laying a table on disk: its name, what it does, and the source's path and other keys.
struct Layout {
    name: &'static str,
    path: &'static str,
    write: fn(&Table) -> Vec<(&'static str, Vec<u8>)>,
}

const LAYOUTS: [Layout; 8] = [
    Layout {
        name: "as it was",
        path: "path = \"table.csv\"",
        write: |table| vec![("table.csv", csv(table))],
    },
    Layout {
        name: "rows shuffled",
        path: "path = \"table.csv\"",
        write: |table| vec![("table.csv", csv(&shuffled(table)))],
    },
    Layout {
        name: "columns reversed",
        path: "path = \"table.csv\"",
        write: |table| {
            let turned: Table = table.iter().map(|row| row.iter().rev().cloned().collect()).collect();
            vec![("table.csv", csv(&turned))]
        },
    },
    Layout {
        name: "in three files",
        path: "path = \"table-*.csv\"",
        write: |table| {
            let (header, rows) = table.split_first().expect("a header");
            let third = rows.len() / 3;
            let part = |rows: &[Vec<String>]| csv(&[std::slice::from_ref(header), rows].concat());
            vec![
                ("table-1.csv", part(&rows[..third])),
                ("table-2.csv", part(&rows[third..third * 2])),
                ("table-3.csv", part(&rows[third * 2..])),
            ]
        },
    },
    Layout {
        name: "packed",
        path: "path = \"table.csv.gz\"",
        write: |table| {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(&csv(table)).expect("memory takes every byte");
            vec![("table.csv.gz", packer.finish().expect("memory takes every byte"))]
        },
    },
    Layout {
        name: "UTF-16",
        path: "path = \"table.csv\"\nencoding = \"utf-16\"",
        write: |table| {
            let text = String::from_utf8(csv(table)).expect("text");
            let units = text.encode_utf16().flat_map(u16::to_le_bytes);
            vec![("table.csv", [0xff, 0xfe].into_iter().chain(units).collect())]
        },
    },
    Layout {
        name: "NDJSON",
        path: "path = \"table.ndjson\"",
        write: |table| {
            let (header, rows) = table.split_first().expect("a header");
            let line = |row: &Vec<String>| {
                let object: serde_json::Map<String, serde_json::Value> =
                    header.iter().cloned().zip(row.iter().cloned().map(Into::into)).collect();
                format!("{}\n", serde_json::Value::Object(object))
            };
            vec![("table.ndjson", rows.iter().map(line).collect::<String>().into_bytes())]
        },
    },
    Layout {
        name: "Windows-1252",
        path: "path = \"table.csv\"\nencoding = \"windows-1252\"",
        write: |table| {
            let text = String::from_utf8(csv(table)).expect("text");
            let byte = |letter| u8::try_from(u32::from(letter)).expect("only such rows were kept");
            vec![("table.csv", text.chars().map(byte).collect())]
        },
    },
];

/// The layouts that only the default build reads.
#[cfg(feature = "columnar")]
const COLUMNAR: [Layout; 2] = [
    Layout {
        name: "Parquet",
        path: "path = \"table.parquet\"",
        write: |table| {
            use polars::prelude::ParquetWriter;
            let mut bytes = Vec::new();
            ParquetWriter::new(&mut bytes).finish(&mut frame(table)).expect("memory takes every byte");
            vec![("table.parquet", bytes)]
        },
    },
    Layout {
        name: "Arrow",
        path: "path = \"table.arrow\"",
        write: |table| {
            use polars::prelude::{IpcWriter, SerWriter};
            let mut bytes = Vec::new();
            IpcWriter::new(&mut bytes).finish(&mut frame(table)).expect("memory takes every byte");
            vec![("table.arrow", bytes)]
        },
    },
];
#[cfg(not(feature = "columnar"))]
const COLUMNAR: [Layout; 0] = [];

/// The table as a frame of texts, its birth dates as dates: a blank is nothing, as exports write it.
#[cfg(feature = "columnar")]
#[expect(clippy::disallowed_types, reason = "the test writes what columnar.rs reads")]
fn frame(table: &Table) -> polars::prelude::DataFrame {
    use polars::prelude::{DataFrame, DataType, IntoColumn, NamedFrom, Series};
    let (header, rows) = table.split_first().expect("a header");
    let columns = header.iter().enumerate().map(|(place, name)| {
        let cells = rows.iter().map(|row| Some(row[place].as_str()).filter(|cell| !cell.is_empty()));
        let series = Series::new(name.as_str().into(), cells.collect::<Vec<_>>());
        let is_number =
            rows.iter().all(|row| row[place].parse::<i64>().is_ok_and(|n| n.to_string() == row[place]));
        if is_number { series.cast(&DataType::Int64).expect("numbers") } else { series }.into_column()
    });
    DataFrame::new(rows.len(), columns.collect()).expect("equal heights")
}

fn csv(table: &Table) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in table {
        writer.write_record(row).expect("memory takes every byte");
    }
    writer.into_inner().expect("memory takes every byte")
}

/// The same rows in another order.
fn shuffled(table: &Table) -> Table {
    let (header, rows) = table.split_first().expect("a header");
    let mut rows: Vec<(u64, &Vec<String>)> = (0..).zip(rows).collect();
    rows.sort_by_key(|(place, _)| (place.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32, *place));
    std::iter::once(header).chain(rows.into_iter().map(|(_, row)| row)).cloned().collect()
}

/// Every file that a platform gets and every record of who was left out, by its name.
fn proof(release: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![release.join("audiences")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let place = entry.expect("an entry").path();
            if place.is_dir() {
                folders.push(place);
            } else {
                let name = place.strip_prefix(release).expect("inside").to_owned();
                found.insert(name, std::fs::read(&place).expect("readable"));
            }
        }
    }
    found
}

fn add_up(built: &Built) {
    for audience in &built.manifest.predicate.audiences {
        for platform in &audience.platforms {
            assert!(
                platform.rows.add_up() && platform.people.add_up(),
                "{} {}",
                audience.name,
                platform.name
            );
            let primary: u64 = platform.reasons.iter().map(|reason| reason.primary).sum();
            assert_eq!(primary, platform.people.suppressed, "{} {}", audience.name, platform.name);
        }
    }
}

#[test]
fn the_way_a_table_is_laid_out_and_read_changes_no_byte() {
    let folder = tempfile::tempdir().expect("scratch folder");
    let base = folder.path().join("base");
    synth(&SynthOptions { rows: 1_500, seed: 11, out: base.clone() }).expect("writes a base");
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).from_path(base.join("customers.csv")).expect("a table");
    let table: Table = reader
        .records()
        .map(|row| row.expect("a row").iter().map(str::to_owned).collect::<Vec<_>>())
        // What Windows-1252 can write, so that every layout says the same.
        .filter(|row| {
            row.iter()
                .flat_map(|cell| cell.chars())
                .all(|letter| matches!(u32::from(letter), 0..=0x7f | 0xa0..=0xff))
        })
        .collect();
    assert!(table.len() > 1_000, "{} rows are left", table.len());
    let config = std::fs::read_to_string(base.join("verho.toml")).expect("a config");
    let limits = [
        "",
        "\n[limits]\nmemory = \"1kB\"\nbatch_rows = 7\nthreads = 1\n",
        "\n[limits]\nmemory = \"1kB\"\nbatch_rows = 7\nthreads = 2\n",
        "\n[limits]\nmemory = \"1kB\"\nbatch_rows = 7\nthreads = 8\n",
    ];
    let mut first: Option<BTreeMap<PathBuf, Vec<u8>>> = None;
    let runs = LAYOUTS
        .iter()
        .chain(&COLUMNAR)
        .map(|layout| (layout, limits[2]))
        .chain(limits.iter().map(|limits| (&LAYOUTS[0], *limits)));
    for (run, (layout, limits)) in runs.enumerate() {
        let dir = folder.path().join(format!("run-{run}"));
        std::fs::create_dir(&dir).expect("made");
        for file in std::fs::read_dir(&base).expect("a folder").map(|file| file.expect("an entry").path()) {
            if file.extension().is_some_and(|end| end != "toml") && !file.ends_with("customers.csv") {
                std::fs::copy(&file, dir.join(file.file_name().expect("a name"))).expect("copied");
            }
        }
        for (name, bytes) in (layout.write)(&table) {
            std::fs::write(dir.join(name), bytes).expect("written");
        }
        let text = config.replace("path = \"customers.csv\"", layout.path);
        std::fs::write(dir.join("verho.toml"), format!("{text}{limits}")).expect("written");
        let as_of = AS_OF.parse().expect("a moment");
        // Another seed of the run's own keys each time.
        let built = build_at(&dir.join("verho.toml"), as_of, run as u8 + 1)
            .unwrap_or_else(|error| panic!("{}: {error}", layout.name));
        add_up(&built);
        let found = proof(built.release.as_deref().expect("published"));
        assert!(found.keys().any(|name| name.ends_with("full.csv")) && found.len() > 5);
        let first = first.get_or_insert_with(|| found.clone());
        for (name, bytes) in &found {
            assert!(first.get(name) == Some(bytes), "{} {limits:?}: {} differs", layout.name, name.display());
        }
        assert_eq!(found.len(), first.len(), "{}", layout.name);
    }
}

/// What a build refused for, or what it came to.
fn outcome(config: &Path, as_of: jiff::Timestamp, seed: u64) -> Result<Built, BTreeSet<&'static str>> {
    match build_at(config, as_of, 9) {
        Ok(built) => Ok(built),
        Err(BuildError::Run(RunError::Refused { refusals })) => {
            Err(refusals.iter().map(|refusal| refusal.code).collect())
        }
        Err(BuildError::AllWithheld { .. }) => Err(BTreeSet::from(["all-withheld"])),
        Err(other) => panic!("seed {seed}: {other}"),
    }
}

#[test]
fn one_objection_more_only_ever_removes() {
    let (mut compared, mut lost) = (0, 0);
    for seed in 0..120 {
        let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let before = generate(seed, one.path());
        let after = generate(seed, other.path());
        with_root_key(&before.config_path, "");
        let places = (0..6).map(|turn| (seed as usize * 7 + turn * 5) % 60);
        let entries: Vec<_> = places.map(plain_identifiers).collect();
        let list = |entries: Vec<&str>| entries.iter().map(|entry| format!("{entry}\n")).collect::<String>();
        let emails = list(entries.iter().map(|entry| entry.0.as_str()).collect());
        let phones = list(entries.iter().take(3).map(|entry| entry.1.as_str()).collect());
        std::fs::write(other.path().join("more-emails.csv"), emails).expect("written");
        std::fs::write(other.path().join("more-phones.csv"), phones).expect("written");
        let more = "\n[[register]]\nname = \"more-emails\"\nkey = \"email\"\npath = \"more-emails.csv\"\n\
                    [[register]]\nname = \"more-phones\"\nkey = \"phone\"\npath = \"more-phones.csv\"\n";
        with_root_key(&after.config_path, more);
        let closure = Config::load(&after.config_path).expect("a config").policy.closure;
        let before = match (
            outcome(&before.config_path, before.as_of, seed),
            outcome(&after.config_path, after.as_of, seed),
        ) {
            (Ok(before), Ok(after)) => (before, after),
            (Err(before), Err(after)) => {
                assert!(before.is_subset(&after), "seed {seed}: {before:?}, then {after:?}");
                continue;
            }
            (before, after) => panic!("seed {seed}: {:?}, then {:?}", before.err(), after.err()),
        };
        let (before, after) = before;
        add_up(&after);
        compared += 1;
        let open = |built: &Built| {
            PublishedRelease::open(built.release.as_deref().expect("published")).expect("a release")
        };
        let (releases, audiences) = ((open(&before), open(&after)), &before.manifest.predicate.audiences);
        for (was, is) in audiences.iter().zip(&after.manifest.predicate.audiences) {
            assert_eq!(
                (was.size_before_objections, was.withheld),
                (is.size_before_objections, is.withheld),
                "seed {seed}"
            );
            let left_out = (
                releases.0.suppressions(was).expect("readable"),
                releases.1.suppressions(is).expect("readable"),
            );
            for (tag, platforms) in &left_out.0 {
                for (platform, reasons) in platforms {
                    let now = left_out.1.get(tag).and_then(|by| by.get(platform));
                    let identifiers_only = reasons.iter().all(|reason| {
                        matches!(reason.code(), "identifier-withheld" | "shared-identifier" | "no-identifier")
                    });
                    // Whoever is named is no longer merely linked.
                    let stands = |now: &Reasons| {
                        reasons.iter().all(|reason| reason == Reason::LinkedToObjector || now.has(reason))
                    };
                    let keeps = now.is_some_and(|now| identifiers_only || stands(now));
                    assert!(keeps, "seed {seed}: an objection took a reason away on {platform}");
                }
            }
            for (was, is) in was.platforms.iter().zip(&is.platforms) {
                assert_eq!(was.people.not_selected, is.people.not_selected, "seed {seed}");
                assert!(was.people.eligible >= is.people.eligible, "seed {seed}");
                lost += was.people.eligible - is.people.eligible;
                let rows = (
                    releases.0.rows(was, UploadKind::Full).expect("readable"),
                    releases.1.rows(is, UploadKind::Full).expect("readable"),
                );
                match closure {
                    Closure::Person => {
                        assert!(rows.1.is_subset(&rows.0), "seed {seed}: a new row on {}", is.name)
                    }
                    // A row that lost an identifier is another text; no digest is new.
                    Closure::Identifier if was.identifiers_dropped == 0 => {
                        let digests = |rows: &BTreeSet<Vec<u8>>| -> BTreeSet<Vec<u8>> {
                            rows.iter()
                                .flat_map(|row| row.split(|byte| *byte == b','))
                                .map(<[u8]>::to_vec)
                                .collect()
                        };
                        let (was, is_now) = (digests(&rows.0), digests(&rows.1));
                        // A blank cell is nobody's digest.
                        assert!(
                            is_now.iter().all(|digest| digest.is_empty() || was.contains(digest)),
                            "seed {seed}: a new digest on {}",
                            is.name
                        );
                    }
                    Closure::Identifier => {}
                }
            }
        }
    }
    assert!(compared > 15 && lost > 50, "{compared} bases were compared, {lost} people lost their place");
}
