//! The tables of a page, read by a browser or from the markup as written, and held against the manifest.

use serde_json::{Map, Value};
use verho::manifest::{CodeCount, Manifest, PlatformRecord, UploadKind};

/// Every table as text, cell by cell, by the browser's own reading of the page.
pub(super) const TABLES: &str = "Object.fromEntries([...document.querySelectorAll('table')].map(t => [t.id, \
    [...t.tBodies[0].rows].map(r => [...r.cells].map(c => c.textContent))]))";

/// The same read from the markup.
pub(super) fn written(page: &str) -> Value {
    let mut tables = Map::new();
    for table in page.split("<table id=").skip(1) {
        let (id, rest) = table.split_once('>').expect("an id");
        let body = rest.split("<tbody>").nth(1).and_then(|rest| rest.split("</tbody>").next());
        let rows = body.expect("a body").split("<tr>").skip(1).map(cells).collect();
        tables.insert(id.to_owned(), Value::Array(rows));
    }
    trimmed(Value::Object(tables))
}

/// The texts of a row's cells. What is in a cell is a part of its text, whatever its markup.
fn cells(row: &str) -> Value {
    let mut cells: Vec<String> = Vec::new();
    for piece in row.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').expect("a tag ends");
        if tag.starts_with("th") || tag.starts_with("td") {
            cells.push(String::new());
        }
        let text = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
            .into_iter()
            .fold(text.to_owned(), |text, (name, letter)| text.replace(name, letter));
        cells.last_mut().expect("in a cell").push_str(&text);
    }
    cells.into()
}

/// Without the ends of lines between cells.
pub(super) fn trimmed(mut tables: Value) -> Value {
    let rows = tables.as_object_mut().expect("tables").values_mut().flat_map(Value::as_array_mut);
    for cell in rows.flatten().flat_map(Value::as_array_mut).flatten() {
        *cell = cell.as_str().expect("text").trim().into();
    }
    tables
}

/// A cell's number, if it is one.
pub(super) fn figure(cell: &Value) -> Option<u64> {
    cell.as_str().expect("text").trim().replace([',', '\u{a0}'], "").parse().ok()
}

/// All numbers of all tables, in whatever language. Cells without one do not count: whether a table has a
/// column of bars depends on how much room its language leaves.
pub(super) fn figures(tables: &Value) -> Vec<u64> {
    let rows = tables.as_object().expect("tables").values().filter_map(Value::as_array).flatten();
    rows.filter_map(Value::as_array).flatten().filter_map(figure).collect()
}

fn number(cell: &Value) -> u64 {
    figure(cell).unwrap_or_else(|| panic!("{cell} is no number"))
}

/// The rows of a table; none where there is no such table.
fn rows<'t>(tables: &'t Value, id: &str) -> impl Iterator<Item = &'t Vec<Value>> {
    tables[id].as_array().into_iter().flatten().map(|row| row.as_array().expect("a row"))
}

/// The tables of the exact English page say what the manifest says.
pub(super) fn compare_tables(tables: &Value, manifest: &Manifest, name: &str) {
    compare_audiences(tables, manifest);
    compare_inputs(tables, manifest);
    compare_notices(tables, manifest);
    compare_live(tables, manifest);
    compare_course(tables, manifest, name);
}

fn compare_audiences(tables: &Value, manifest: &Manifest) {
    let predicate = &manifest.predicate;
    for (at, audience) in predicate.audiences.iter().enumerate() {
        let flows = tables[format!("f{at}")].as_array().expect("a table of rows");
        assert_eq!(flows.len(), audience.platforms.len());
        let mut told = [0_u64; 3];
        for (flow, platform) in flows.iter().zip(&audience.platforms) {
            let rows = &platform.rows;
            let uploaded = rows_to_upload(platform);
            let expect = [
                rows.read,
                rows.unreadable,
                rows.not_selected,
                rows.suppressed + rows.eligible,
                rows.suppressed,
                rows.eligible,
                platform.people.eligible,
                uploaded,
            ];
            let found: Vec<u64> = flow.as_array().expect("a row").iter().skip(1).map(number).collect();
            assert_eq!(found, expect, "{}", audience.name);
            for reason in &platform.reasons {
                told = [told[0] + reason.primary, told[1] + reason.holds, told[2] + reason.alone];
            }
        }
        // Platforms with the same counts share a row, so each counts as often as it names platforms.
        let mut found = [0_u64; 3];
        for row in tables[format!("r{at}")].as_array().into_iter().flatten() {
            let row = row.as_array().expect("a row");
            // From the end: a reason's name stands once for all its rows, and a bar has no text.
            let before = row[..row.len() - 3].iter().map(|cell| cell.as_str().expect("text").trim());
            let place = before.rev().find(|text| !text.is_empty()).expect("a platform");
            let times =
                if place == "all platforms" { audience.platforms.len() } else { place.split(", ").count() };
            for (sum, cell) in found.iter_mut().zip(&row[row.len() - 3..]) {
                *sum += number(cell) * times as u64;
            }
        }
        assert_eq!(found, told, "{}", audience.name);
    }
    let platforms = || predicate.audiences.iter().flat_map(|audience| &audience.platforms);
    let expect: Vec<[u64; 3]> = platforms()
        .map(|platform| {
            let people = &platform.people;
            [people.suppressed, people.eligible, rows_to_upload(platform)]
        })
        .collect();
    // From the end: the audience's name stands once for all its platforms.
    let found: Vec<[u64; 3]> =
        rows(tables, "o0").map(|row| [3, 2, 1].map(|end| number(&row[row.len() - end]))).collect();
    assert_eq!(found, expect);
}

/// Rows of the full files, or of those to add where there is none.
fn rows_to_upload(platform: &PlatformRecord) -> u64 {
    let of = |kind| platform.files.iter().filter(|file| file.kind == kind).map(|file| file.rows).sum();
    match of(UploadKind::Full) {
        0 => of(UploadKind::Add),
        full => full,
    }
}

fn compare_inputs(tables: &Value, manifest: &Manifest) {
    let predicate = &manifest.predicate;
    let sum = |codes: &[CodeCount]| codes.iter().map(|code| code.count).sum::<u64>();
    let sources = predicate.sources.iter().map(|source| [source.files, source.rows, sum(&source.unreadable)]);
    let found = rows(tables, "s0").map(|row| [1, 2, 3].map(|at| number(&row[at])));
    assert_eq!(found.collect::<Vec<_>>(), sources.collect::<Vec<_>>());
    let columns: Vec<_> = predicate.sources.iter().flat_map(|source| &source.identifiers).collect();
    for (row, column) in tables["c0"].as_array().expect("a table of columns").iter().zip(&columns) {
        let rejected: u64 = column.rejected.iter().map(|code| code.count).sum();
        assert_eq!(
            [number(&row[1]), number(&row[2]), number(&row[3])],
            [column.parsed, column.blank, rejected]
        );
    }
    let mut codes: Vec<u64> =
        columns.iter().flat_map(|column| &column.rejected).map(|code| code.count).collect();
    let mut found: Vec<u64> = rows(tables, "x0").map(|row| number(&row[2])).collect();
    codes.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, codes);
    assert_eq!(rows(tables, "g0").count(), predicate.registers.len());
    for (row, register) in
        tables["g0"].as_array().expect("a table of registers").iter().zip(&predicate.registers)
    {
        assert_eq!(row[0], register.name.as_str());
        assert_eq!([number(&row[2]), number(&row[4])], [register.rows, register.objections]);
        assert_eq!(number(&row[8]), register.people_named);
    }
    let people: Vec<u64> = predicate.bases.iter().map(|basis| basis.people).collect();
    assert_eq!(rows(tables, "b0").map(|row| number(&row[5])).collect::<Vec<_>>(), people);
    assert_eq!(rows(tables, "y0").count(), predicate.waivers.len());
    assert_eq!(rows(tables, "m0").count(), predicate.recipients.len());
}

/// What is overdue, then guards, then warnings: each once, with its count.
fn compare_notices(tables: &Value, manifest: &Manifest) {
    let predicate = &manifest.predicate;
    let overdue = predicate.state.as_ref().map_or(&[][..], |state| &state.overdue);
    let mut found = rows(tables, "w0").map(|row| {
        let what = row[0].as_str().expect("text");
        (what.rsplit(": ").next().expect("a code").to_owned(), number(&row[2]))
    });
    for (kind, notices) in [overdue, predicate.release.refusals.as_slice(), predicate.warnings.as_slice()]
        .into_iter()
        .enumerate()
    {
        let mut expect: Vec<_> = notices.iter().map(|one| (one.code.clone(), one.count)).collect();
        let mut found: Vec<_> = found.by_ref().take(expect.len()).collect();
        expect.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expect, "{kind}");
    }
    assert_eq!(found.next(), None);
}

fn compare_live(tables: &Value, manifest: &Manifest) {
    let predicate = &manifest.predicate;
    let platforms = predicate.audiences.iter().flat_map(|audience| &audience.platforms);
    let deltas: Vec<[u64; 5]> = platforms
        .filter_map(|platform| platform.delta.as_ref())
        .map(|delta| [delta.live, delta.added, delta.kept, delta.removed, delta.owed])
        .collect();
    let found: Vec<[u64; 5]> =
        rows(tables, "d0").map(|row| [5, 4, 3, 2, 1].map(|end| number(&row[row.len() - end]))).collect();
    assert_eq!(found, deltas);
    let state = predicate.state.iter();
    let ways = state.flat_map(|state| [&state.to_release, &state.to_upload]).flatten();
    let measured: Vec<u64> = ways.map(|latency| latency.measured).collect();
    // The way, how many were measured, and three lengths of time.
    let found: Vec<u64> = rows(tables, "t0").map(|row| number(&row[1])).collect();
    assert_eq!(found, measured);
    assert!(rows(tables, "t0").all(|row| row.len() == 5));
}

/// Where there is a history, this release stands in it as its manifest has it.
fn compare_course(tables: &Value, manifest: &Manifest, name: &str) {
    if rows(tables, "h0").next().is_none() {
        assert!(!["live", "forty", "history"].contains(&name), "{name} has a history");
        return;
    }
    let predicate = &manifest.predicate;
    let eligible: Vec<Vec<u64>> = predicate
        .audiences
        .iter()
        .map(|audience| audience.platforms.iter().map(|platform| platform.people.eligible).collect())
        .collect();
    let now: Vec<u64> = rows(tables, "h0").map(|row| number(&row[row.len() - 1])).collect();
    assert_eq!(now, eligible.concat());
    let newest = rows(tables, "l0").next().expect("this release");
    let read: u64 = predicate.sources.iter().map(|source| source.rows).sum();
    let warnings = predicate.warnings.len() as u64;
    assert_eq!([number(&newest[1]), number(&newest[4])], [read, warnings]);
    for (at, eligible) in eligible.iter().enumerate() {
        // Left out where there is no room.
        if let Some(newest) = rows(tables, &format!("n{at}")).next() {
            let found: Vec<u64> = newest[1..].iter().map(number).collect();
            assert_eq!(&found, eligible);
        }
    }
}
