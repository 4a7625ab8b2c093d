//! Tests of reading delimited files: tables of good, bad and odd ones, and properties.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::config::{Encoding, Files, Format};

/// A folder with one file `t.csv` (or as named) and a way to read it.
struct Table {
    folder: TempDir,
    files: Files,
    options: ReadOptions,
}

fn table(content: impl AsRef<[u8]>) -> Table {
    named(&[("t.csv", content.as_ref())], "t.csv")
}

fn named(files: &[(&str, &[u8])], pattern: &str) -> Table {
    let folder = TempDir::new().expect("a scratch folder");
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).expect("a scratch file");
    }
    let files = Files {
        pattern: folder.path().join(pattern),
        as_written: pattern.to_owned(),
        format: None,
        encoding: Encoding::Utf8,
        delimiter: None,
        header: true,
        encrypted: false,
        identity: None,
    };
    Table { folder, files, options: ReadOptions::default() }
}

impl Table {
    fn rows(mut self, batch_rows: usize) -> Self {
        self.options.batch_rows = batch_rows;
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn open(&self, wanted: &[&str]) -> Result<OpenTable, SourceError> {
        open(&self.files, wanted, &self.options)
    }

    /// Every record as `file:line cell|cell` or `file:line !code piece|piece`.
    fn try_read(&self, wanted: &[&str]) -> Result<Vec<String>, SourceError> {
        let mut table = self.open(wanted)?;
        let mut out = Vec::new();
        while let Some(batch) = table.next_batch()? {
            batch.for_each(|record| out.push(written(&record)));
        }
        assert_eq!(table.digests().iter().map(|digest| digest.rows).sum::<u64>(), out.len() as u64);
        assert_eq!(table.progress().bytes_read, table.progress().bytes_total);
        Ok(out)
    }

    fn read(&self, wanted: &[&str]) -> Vec<String> {
        self.try_read(wanted).unwrap_or_else(|error| panic!("{error}"))
    }
}

fn written(record: &Record<'_>) -> String {
    let text = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
    match record {
        Record::Row(row) => {
            let cells: Vec<String> = (0..row.len()).map(|index| text(row.cell(index))).collect();
            format!("{}:{} {}", row.place().file, row.place().line, cells.join("|"))
        }
        Record::Fault(fault) => {
            let cells: Vec<String> = fault.cells().map(text).collect();
            format!("{}:{} !{} {}", fault.place.file, fault.place.line, fault.code, cells.join("|"))
        }
    }
}

/// What a table with the columns `a,b,c` gives, read in one batch and in batches of one and seven rows.
fn check(content: impl AsRef<[u8]>, expect: &[&str]) {
    let content = content.as_ref();
    for rows in [65_536, 7, 1] {
        let got = table(content).rows(rows).read(&["a", "b", "c"]);
        assert_eq!(got, expect, "{:?} in batches of {rows}", String::from_utf8_lossy(content));
    }
}

#[test]
fn every_line_end_gives_the_same_rows_and_its_own_line_numbers() {
    check("a,b,c\n1,2,3\n4,5,6\n", &["0:2 1|2|3", "0:3 4|5|6"]);
    check("a,b,c\n1,2,3\n4,5,6", &["0:2 1|2|3", "0:3 4|5|6"]);
    check("a,b,c\r\n1,2,3\r\n4,5,6\r\n", &["0:2 1|2|3", "0:3 4|5|6"]);
    check("a,b,c\r\n1,2,3\r\n4,5,6", &["0:2 1|2|3", "0:3 4|5|6"]);
    check("a,b,c\r1,2,3\r4,5,6\r", &["0:2 1|2|3", "0:3 4|5|6"]);
    check("a,b,c\r1,2,3\r4,5,6", &["0:2 1|2|3", "0:3 4|5|6"]);
    check("a,b,c\n1,2,3\r\n4,5,6\r7,8,9\n", &["0:2 1|2|3", "0:3 4|5|6", "0:4 7|8|9"]);
    check("a,b,c\r\n\r\n1,2,3\r\n\r\n\r\n4,5,6\r\n", &["0:3 1|2|3", "0:6 4|5|6"]);
    check("\n\r\n\ra,b,c\n\n1,2,3\n", &["0:6 1|2|3"]);
    check("a,b,c\n,,\n \n", &["0:2 ||", "0:3 !short-row  "]);
    check("a,b,c\n", &[]);
    check("a,b,c", &[]);
}

#[test]
fn quotes_after_rfc_4180_are_read() {
    check("a,b,c\n\"1\",\"2\",\"3\"\n", &["0:2 1|2|3"]);
    check("a,b,c\r\n\"1\",2,\"3\"\r\n4,5,6\r\n", &["0:2 1|2|3", "0:3 4|5|6"]);
    check("a,b,c\n\"1\",2,\"3\"", &["0:2 1|2|3"]);
    check("a,b,c\n\"x\"\"y\",\"\",\"\"\"\"\n", &["0:2 x\"y||\""]);
    check("a,b,c\n\"x,y\",2,3\n", &["0:2 x,y|2|3"]);
    check("a,b,c\n1,\"x\ny\",3\n4,5,6\n", &["0:2 1|x\ny|3", "0:4 4|5|6"]);
    check("a,b,c\r\n1,\"x\r\ny\",3\r\n4,5,6\r\n", &["0:2 1|x\r\ny|3", "0:4 4|5|6"]);
    check("a,b,c\r1,\"x\ry\",3\r4,5,6\r", &["0:2 1|x\ry|3", "0:4 4|5|6"]);
    check("a,b,c\n1,\"x\n\n\ny\",\"p\nq\"\n4,5,6\n", &["0:2 1|x\n\n\ny|p\nq", "0:7 4|5|6"]);
    check("a,b,c\n\"x\ny\",2,3\n4,5,6\n", &["0:2 x\ny|2|3", "0:4 4|5|6"]);
    check("\"a\",\"b\",c\n1,2,3\n", &["0:2 1|2|3"]);
    check("\"a\n\",b,c\n1,2,3\n", &["0:3 1|2|3"]);
    check("a,b,c\n1,back\\slash,\"\\\"\n", &["0:2 1|back\\slash|\\"]);
}

#[test]
fn what_is_broken_is_a_fault_on_its_line_and_the_next_line_is_read() {
    check("a,b,c\n1,2\n4,5,6\n", &["0:2 !short-row 1|2", "0:3 4|5|6"]);
    check("a,b,c\n1,2,3,4\n4,5,6\n", &["0:2 !long-row 1|2|3|4", "0:3 4|5|6"]);
    check("a,b,c\n1,\"2\"\n1,\"2\",3,4,5\n", &["0:2 !short-row 1|2", "0:3 !long-row 1|2|3|4|5"]);
    check("a,b,c\n1,\"x\"y,3\n4,5,6\n", &["0:2 !stray-quote 1|x\"y|3", "0:3 4|5|6"]);
    check("a,b,c\n1,x\"y,3\n4,5,6\n", &["0:2 !stray-quote 1|x\"y|3", "0:3 4|5|6"]);
    check("a,b,c\n1,\"x\\\"y\",3\n4,5,6\n", &["0:2 !stray-quote 1|x\\\"y|3", "0:3 4|5|6"]);
    check("a,b,c\n1,\"x,3\n4,5,6", &["0:2 !unclosed-quote 1|x|3", "0:3 4|5|6"]);
    check("a,b,c\n1,\"x,3\n4,5\n\n", &["0:2 !unclosed-quote 1|x|3", "0:3 !short-row 4|5"]);
    check("a,b,c\n1,2,\"", &["0:2 !unclosed-quote 1|2"]);
    check("a,b,c\n1,\"x,3\n4,5,6\n7,8,9\n", &["0:2 !quote-swallows-rows 1|x|3", "0:3 4|5|6", "0:4 7|8|9"]);
    check(
        "a,b,c\n1,\"x,3\n4,5,6\n7,8\",9\n",
        &["0:2 !quote-swallows-rows 1|x|3", "0:3 4|5|6", "0:4 !stray-quote 7|8|9"],
    );
    // Two rows joined into one that has the right number of cells.
    check("a,b,c\n1,\"x,3\n4,y\",6\n", &["0:2 !quote-swallows-rows 1|x|3", "0:3 !stray-quote 4|y|6"]);
    check("a,b,c\n1,x\0,3\n4,5,6\n", &["0:2 !nul-character 1|x|3", "0:3 4|5|6"]);
    check("a,b,c\n\"1\",\"x\0\",3\n4,5,6\n", &["0:2 !nul-character 1|x|3", "0:3 4|5|6"]);
    check(b"a,b,c\n1,J\xE4rvi,3\n4,5,6\n", &["0:2 !invalid-encoding 1|J\u{fffd}rvi|3", "0:3 4|5|6"]);
    check(b"a,b,c\n1,\"J\xE4\",3\n4,5,6\n", &["0:2 !invalid-encoding 1|J\u{fffd}|3", "0:3 4|5|6"]);
}

#[test]
fn a_cell_that_nobody_asked_for_may_be_in_any_encoding() {
    let table = table(b"a,b,c\n1,J\xE4rvi,3\n");
    assert_eq!(table.read(&["c", "a"]), ["0:2 3|1"]);
    assert_eq!(table.read(&["c", "c"]), ["0:2 3|3"]);
}

#[test]
fn two_stray_quotes_far_apart_lose_no_row() {
    for (first, second) in [("\"note", "note"), ("\"note", "note\""), ("no\"te", "no\"te"), ("\"", "\"")] {
        let mut text = String::from("a,b,c\n");
        for row in 0..20_000 {
            let note = match row {
                9_000 => first,
                9_400 => second,
                _ => "note",
            };
            writeln!(text, "{row},{note},user{row}@example.com").expect("memory");
        }
        let records = table(&text).read(&["a", "c"]);
        assert_eq!(records.len(), 20_000);
        let faults = records.iter().filter(|record| record.contains('!')).count();
        assert!((1..=2).contains(&faults), "{first} {second}: {faults}");
        for (row, record) in records.iter().enumerate() {
            assert!(record.starts_with(&format!("0:{} ", row + 2)), "{record}");
            assert!(record.contains(&format!("user{row}@example.com")), "{record}");
        }
    }
}

#[test]
fn a_record_over_the_limit_is_a_fault_and_its_neighbours_are_read() {
    for rows in [65_536, 7, 1] {
        for (long, lines) in [
            ("x".repeat(50_000), 1),
            (format!("\"{}\"", "x".repeat(50_000)), 1),
            (format!("\"{}", "x".repeat(50_000)), 1),
            (format!("{}\"{}", "x".repeat(9_000), "x".repeat(9_000)), 1),
            (format!("\"{}\"", "x\n".repeat(20_000)), 20_001),
        ] {
            let mut table = table(format!("a,b,c\n1,{long},3\n4,5,6\r\n")).rows(rows);
            table.options.max_record_bytes = 10_000;
            let got = table.read(&["a"]);
            let code = if lines == 1 { "row-too-long" } else { "unclosed-quote" };
            assert!(got[0].starts_with(&format!("0:2 !{code} 1|")), "{}", &got[0][..40.min(got[0].len())]);
            assert!(got[0].len() < 10_100);
            assert_eq!(got.last().map(String::as_str), Some(format!("0:{} 4", lines + 2).as_str()));
            assert_eq!(got.len(), lines + 1);
        }
        for (extra, expect) in [(0, "0:2 1"), (1, "0:2 !row-too-long")] {
            for quote in ["", "\""] {
                for end in ["\n", "\r\n", "\r", ""] {
                    let text = "x".repeat(100 - 4 - 2 * quote.len() + extra);
                    let mut table = table(format!("a,b,c\n1,{quote}{text}{quote},3{end}")).rows(rows);
                    table.options.max_record_bytes = 100;
                    let got = table.read(&["a"]);
                    assert!(
                        got.len() == 1 && got[0].starts_with(expect),
                        "{extra} {quote:?} {end:?} {got:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn separators_are_found_by_the_wanted_columns() {
    for (header, row) in [
        ("id;email;phone", "1;x@example.com;2"),
        ("id\temail\tphone", "1\tx@example.com\t2"),
        ("id|email|phone", "1|x@example.com|2"),
        ("id,email,phone", "1,x@example.com,2"),
        ("name, first, last;id;email", "A;1;x@example.com"),
        ("sep=;\nid;email;phone", "1;x@example.com;2"),
        ("\"id\";\"email\";\"phone\"", "\"1\";\"x@example.com\";2"),
        (" id ;\u{feff}email; phone", "1;x@example.com;2"),
    ] {
        let got = table(format!("{header}\n{row}\n")).read(&["id", "email"]);
        assert_eq!(got.len(), 1, "{header}");
        assert!(got[0].ends_with(" 1|x@example.com"), "{header}: {got:?}");
    }
    assert_eq!(table("email\na@example.com\n\nb;c\n").read(&["email"]), ["0:2 a@example.com", "0:4 b;c"]);
}

#[test]
fn a_bare_list_has_one_column_without_a_name() {
    let mut table = table("a@example.com\r\n\r\n b@example.com \r\n\"c@example.com\"\r\nd,e\r\n");
    table.files.header = false;
    assert_eq!(
        table.read(&[""]),
        ["0:1 a@example.com", "0:3  b@example.com ", "0:4 c@example.com", "0:5 !long-row d|e"]
    );
    for first in ["puhelin", "\"phone, or fax\"", "number;note", "sep=,\r\npuhelin"] {
        let headed = self::table(format!("\u{feff}{first}\r\n0401234567\r\n\r\nd,e\r\n"));
        let got = headed.read(&[""]);
        assert_eq!(got.len(), 2, "{first}: {got:?}");
        assert!(got[0].ends_with(" 0401234567") && got[1].ends_with(" !long-row d|e"), "{first}: {got:?}");
    }
    let mut empty = self::table("");
    empty.files.header = false;
    assert!(empty.read(&[""]).is_empty());
}

#[test]
fn encodings_and_marks_are_understood() {
    let text = "a,b,c\r\n1,Järvi €,\"x\ny\"\r\n";
    let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (encoding, bytes) in [
        (Encoding::Utf8, [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat()),
        (Encoding::Utf8, [b"\xFF\xFE".as_slice(), &le].concat()),
        (Encoding::Utf8, [b"\xFE\xFF".as_slice(), &be].concat()),
        (Encoding::Utf16, [b"\xFE\xFF".as_slice(), &be].concat()),
        (Encoding::Utf16, le.clone()),
        (Encoding::Windows1252, b"a,b,c\r\n1,J\xE4rvi \x80,\"x\ny\"\r\n".to_vec()),
    ] {
        let mut table = table(bytes);
        table.files.encoding = encoding;
        assert_eq!(table.read(&["a", "b", "c"]), ["0:2 1|Järvi €|x\ny"], "{encoding:?}");
    }
    // Wrong in its own encoding: the row is a fault, its neighbour is not.
    let mut units: Vec<u16> = "a,b\n1,x\n2,y\n".encode_utf16().collect();
    units[6] = 0xD800;
    let mut table = table(units.into_iter().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    table.files.encoding = Encoding::Utf16;
    assert_eq!(table.read(&["a", "b"]), ["0:2 !invalid-encoding 1|\u{fffd}", "0:3 2|y"]);
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn compressed_files_are_unpacked_to_the_end_or_refused() {
    let packed = gzip(b"a,b\n1,2\n");
    let two = [packed.clone(), gzip(b"3,4\n")].concat();
    assert_eq!(named(&[("t.csv.gz", &packed)], "t.csv.gz").read(&["a"]), ["0:2 1"]);
    assert_eq!(named(&[("t.csv.gz", &two)], "t.csv.gz").read(&["a"]), ["0:2 1", "0:3 3"]);
    assert_eq!(table(&two).read(&["a"]), ["0:2 1", "0:3 3"], "told by its first bytes");
    let zst = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/two-frames.csv.zst"))
        .expect("a fixture");
    let good = named(&[("t.csv.zst", &zst)], "t.csv.zst").read(&["id", "email"]);
    assert_eq!(good, ["0:2 1|anna@example.com", "0:3 2|bert@example.com", "0:4 3|carl@example.com"]);
    let mut flipped = zst.clone();
    *flipped.last_mut().expect("not empty") ^= 1;
    for (name, content, format) in [
        ("cut.gz", packed[..packed.len() - 5].to_vec(), "gzip"),
        ("cut-in-header.gz", packed[..5].to_vec(), "gzip"),
        ("tail.gz", [packed.as_slice(), b"more"].concat(), "gzip"),
        ("not.gz", b"a,b\n1,2\n".to_vec(), "gzip"),
        ("empty.gz", Vec::new(), "gzip"),
        ("cut.zst", zst[..zst.len() - 5].to_vec(), "zstd"),
        ("cut-in-first.zst", zst[..20].to_vec(), "zstd"),
        ("tail.zst", [zst.as_slice(), b"more"].concat(), "zstd"),
        ("checksum.zst", flipped, "zstd"),
        ("not.zst", b"a,b\n1,2\n".to_vec(), "zstd"),
        ("empty.zst", Vec::new(), "zstd"),
    ] {
        let wanted: &[&str] = if format == "gzip" { &["a"] } else { &["id"] };
        let error = named(&[(name, &content)], name).try_read(wanted).expect_err(name);
        assert!(
            matches!(&error, SourceError::Decompress { format: told, .. } if *told == format),
            "{name} {error}"
        );
    }
}

#[test]
fn what_unpacks_beyond_reason_is_refused() {
    let mut bomb = Vec::new();
    let member = gzip(&vec![b'\n'; 1 << 20]);
    for _ in 0..80 {
        bomb.extend_from_slice(&member);
    }
    let error = named(&[("t.gz", &bomb)], "t.gz").try_read(&["a"]).expect_err("a bomb");
    assert!(matches!(error, SourceError::Bomb { .. }), "{error}");
}

#[test]
fn several_files_are_one_table_each_with_its_own_header() {
    let files: [(&str, &[u8]); 4] = [
        ("p-2.csv", b"b;a\r\n4;3\r\n"),
        ("p-1.csv", b"a,b,extra\n1,2,x\n"),
        ("p-10.csv", b"b,a\n6,5"),
        ("q.csv", b"nothing"),
    ];
    for rows in [65_536, 1] {
        let table = named(&files, "p-*.csv").rows(rows);
        assert_eq!(table.read(&["a", "b"]), ["0:2 1|2", "1:2 5|6", "2:2 3|4"]);
        let open = table.open(&["a"]).expect("right headers");
        let names: Vec<_> = open.files().iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["p-1.csv", "p-10.csv", "p-2.csv"]);
        assert_eq!(open.unmapped(), ["b", "extra"]);
        assert_eq!(open.columns(), ["a"]);
    }
    // A wrong last file is told before the first row.
    let files: [(&str, &[u8]); 2] = [("p-1.csv", b"a,b\n1,2\n"), ("p-2.csv", b"a,c\n1,2\n")];
    let error = named(&files, "p-*").open(&["a", "b"]).err().expect("no column b");
    assert!(error.to_string().contains("p-2.csv: no column named \"b\""), "{error}");
}

#[test]
fn files_that_cannot_be_tables_are_refused_by_name() {
    let check = |content: &[u8], wanted: &[&str], code: &str, says: &[&str]| {
        let error = table(content).try_read(wanted).expect_err(code);
        let all = format!("{error} {}", error.hint());
        assert_eq!(error.code(), code, "{all}");
        for text in says {
            assert!(all.contains(text), "{all}");
        }
        for cell in ["anna", "Emil", "Horn", "virtanen", "quokka"] {
            assert!(!all.contains(cell), "{all}");
        }
    };
    check(b"", &["a"], "file-empty", &["t.csv"]);
    check(b"\xEF\xBB\xBF", &["a"], "file-empty", &["t.csv"]);
    check(b"\n\r\n\n", &["a"], "file-empty", &["t.csv"]);
    check(b"a,b,a\n", &["a"], "column-doubled", &["\"a\"", "2 times"]);
    check(b"Email,b\n", &["email"], "column-missing", &["did you mean \"Email\"", "\"b\""]);
    check(b"id,anna@example.com,0401234567\n", &["id", "email"], "column-missing", &["\"id\"", "not shown"]);
    // Perhaps no header at all: nothing of it is shown.
    check(b"anna,virtanen\n", &["id", "email"], "column-missing", &["\"id\"", "first line"]);
    // `Emil` is near to `email`, and somebody's name: it proves no header, and shows nobody.
    check(b"Emil,virtanen\n", &["email"], "column-missing", &["\"email\"", "first line"]);
    check(b"Horn,virtanen\n", &["born"], "column-missing", &["\"born\"", "first line"]);
    check(b"bron,id\n", &["id", "born"], "column-missing", &["did you mean \"bron\""]);
    check(b"id\n", &["quokka@example.com"], "column-missing", &["\"******************\""]);
    check(b"id,\"anna\n", &["id"], "bad-header", &["line 1", "unclosed-quote"]);
    check(b"\nid,an\"na\n", &["id"], "bad-header", &["line 2", "stray-quote"]);
    check(b"id,\xE4\n", &["id"], "bad-header", &["invalid-encoding"]);
    check(b"i\0d\0,\0", &["id"], "bad-header", &["nul-character"]);
    assert!(table("a,b,a\n1,2,3\n").read(&["b"]) == ["0:2 2"], "doubled, and nobody asked for it");

    let mut wrong = table("id;email\n1;anna\n");
    wrong.files.delimiter = Some(b',');
    let error = wrong.try_read(&["id"]).expect_err("a comma");
    assert_eq!(
        error.to_string().split(": ").nth(1),
        Some("the header is one column with separator \",\", and it holds \";\"")
    );
}

#[test]
fn paths_that_are_no_files_are_refused() {
    let table = named(&[("t.csv", b"a\n1\n")], "t.csv");
    let check = |name: &str, code: &str| {
        let files = Files { pattern: table.path(name), as_written: name.to_owned(), ..table.files.clone() };
        let error = open(&files, &["a"], &ReadOptions::default()).err().expect(name);
        assert_eq!(error.code(), code, "{error}");
        assert!(!error.hint().is_empty());
    };
    std::fs::create_dir(table.path("folder.csv")).expect("scratch");
    std::os::unix::fs::symlink(table.path("t.csv"), table.path("link.csv")).expect("scratch");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        table.path("pipe.csv"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .expect("scratch");
    for (name, code) in [
        ("none.csv", "file-missing"),
        ("none-*.csv", "no-file-matches"),
        ("***", "bad-file-pattern"),
        ("folder.csv", "not-a-file"),
        ("link.csv", "not-a-file"),
        ("pipe.csv", "not-a-file"),
        ("*.csv", "not-a-file"),
    ] {
        check(name, code);
    }
    // Where no file stands, somebody's address may.
    for pasted in ["quokka@example.com", "quokka@example.*", "+358 40 1234567"] {
        let files =
            Files { pattern: table.path(pasted), as_written: pasted.to_owned(), ..table.files.clone() };
        let error =
            open(&files, &["a"], &ReadOptions::default()).err().expect("nothing is there").to_string();
        assert!(!error.contains("quokka") && !error.contains("1234567"), "{error}");
    }
    #[cfg(not(feature = "columnar"))]
    for name in ["t.parquet", "t.arrow"] {
        std::fs::write(table.path(name), b"x").expect("scratch");
        check(name, "format-not-in-this-build");
    }
    // A name with a pattern's character is taken as it stands when it exists.
    std::fs::write(table.path("t[1].csv"), b"a\n7\n").expect("scratch");
    let files = Files { pattern: table.path("t[1].csv"), ..table.files.clone() };
    assert!(open(&files, &["a"], &ReadOptions::default()).is_ok());
    assert_eq!(read_small(&table.path("t.csv"), 4).expect("four bytes"), b"a\n1\n");
    assert_eq!(read_small(&table.path("t.csv"), 3).expect_err("four bytes").code(), "file-setting");
    assert_eq!(read_small(&table.path("none"), 3).expect_err("nothing").code(), "file-missing");
}

#[test]
fn the_commitment_is_over_the_raw_bytes() {
    use hmac::{Hmac, KeyInit, Mac};
    let key = [7; 32];
    for content in [b"a,b\n1,2\n".to_vec(), gzip(b"a,b\n1,2\n"), b"\xEF\xBB\xBFa,b\r\n1,2\r\n".to_vec()] {
        let mut table = table(&content);
        table.options.digest_key = Some(key);
        let mut open = table.open(&["a"]).expect("right header");
        while let Some(batch) = open.next_batch().expect("right rows") {
            batch.for_each(|_| ());
            batch.for_each(|_| ());
        }
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).expect("any length");
        mac.update(&content);
        let expect = InputDigest {
            name: "t.csv".into(),
            bytes: content.len() as u64,
            rows: 1,
            hmac: Some(mac.finalize().into_bytes().into()),
        };
        assert_eq!(open.digests(), [expect]);
    }
}

#[test]
fn a_file_that_changes_meanwhile_is_refused() {
    let table = table("a\n1\n");
    let mut open = table.open(&["a"]).expect("right header");
    std::fs::write(table.path("t.csv"), "a\n1\n2\n").expect("scratch");
    let mut result = Ok(());
    while result.is_ok() {
        match open.next_batch() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the change was not noticed"),
            Err(error) => result = Err(error),
        }
    }
    assert_eq!(result.expect_err("changed").code(), "changed-while-reading");
    assert!(open.next_batch().is_err(), "and it stays refused");

    let two = named(&[("p1.csv", b"a\n1\n"), ("p2.csv", b"a\n2\n")], "p*.csv");
    let mut open = two.open(&["a"]).expect("right headers");
    std::fs::write(two.path("p2.csv"), "a\n2\n3\n").expect("scratch");
    assert!(open.next_batch().expect("the first file").is_some());
    assert_eq!(open.next_batch().err().expect("changed").code(), "changed-while-reading");
}

#[test]
fn a_trailer_is_kept_out_of_the_rows() {
    for rows in [65_536, 7, 1] {
        for (content, expect_rows, trailer) in [
            ("a,b\n1,2\n3,4\nTRAILER 2\n", 2, Some("TRAILER 2")),
            ("a,b\r\n1,2\r\n3,4\r\nTRAILER 2\r\n\r\n", 2, Some("TRAILER 2")),
            ("a,b\n1,2\nTRAILER 1", 1, Some("TRAILER 1")),
            ("a,b\nTRAILER 0\n", 0, Some("TRAILER 0")),
        ] {
            let mut table = table(content).rows(rows);
            table.options.trailer = Some(ends_in("TRAILER {rows}"));
            let mut open = table.open(&["a"]).expect("right header");
            let mut count = 0;
            while let Some(batch) = open.next_batch().expect("right rows") {
                batch.for_each(|record| {
                    assert!(matches!(record, Record::Row(_)));
                    count += 1;
                });
            }
            assert_eq!(count, expect_rows, "{content:?} {rows}");
            assert_eq!(open.trailer(0), trailer.map(str::as_bytes), "{content:?} {rows}");
        }
    }
}

fn ends_in(pattern: &str) -> super::registers::Trailer {
    super::registers::Trailer::new(pattern, &jiff::tz::TimeZone::UTC)
}

#[test]
fn a_last_line_that_is_no_trailer_is_a_row() {
    for rows in [65_536, 7, 1] {
        for (content, expect) in [
            ("a,b\n1,2\n3,4\n", "1|3"),
            ("a,b\n1,2\n3,4", "1|3"),
            ("a,b\r\n1,2\r\n3,4\r\n\r\n", "1|3"),
            ("a,b\nTRAILER 1,2\n", "TRAILER 1"),
            ("a,b\n1,\"x\n3\"\n", "1"),
            ("a,b\n", ""),
        ] {
            let mut table = table(content).rows(rows);
            table.options.trailer = Some(ends_in("TRAILER {rows}"));
            let mut open = table.open(&["a"]).expect("right header");
            let mut got = Vec::new();
            while let Some(batch) = open.next_batch().expect("right rows") {
                batch.for_each(|record| {
                    let Record::Row(row) = record else { panic!("{content:?}") };
                    got.push(String::from_utf8_lossy(row.cell(0)).into_owned());
                });
            }
            assert_eq!(got.join("|"), expect, "{content:?} {rows}");
            assert!(open.trailer(0).is_none(), "{content:?} {rows}");
        }
    }
}

#[test]
fn ndjson_gives_the_text_a_csv_would_have() {
    let check = |content: &[u8], expect: &[&str]| {
        for rows in [65_536, 7, 1] {
            let table = named(&[("t.ndjson", content)], "t.ndjson").rows(rows);
            let got = table.read(&["id", "email", "id"]);
            assert_eq!(got, expect, "{} in batches of {rows}", String::from_utf8_lossy(content));
        }
    };
    let head = r#"{"id":1,"email":"a@example.com","other":{"x":[1]}}"#;
    for (line, expect) in [
        (r#"{"email":"b@example.com","id":"02"}"#, "0:2 02|b@example.com|02"),
        (r#" { "id" : 358401234567 , "email" : null } "#, "0:2 358401234567||358401234567"),
        (r#"{"id":358401234567.0}"#, "0:2 358401234567||358401234567"),
        (r#"{"id":-1.5,"email":true}"#, "0:2 -1.5|true|-1.5"),
        (r#"{"id":"","email":"\u00e4\n\"x\""}"#, "0:2 |ä\n\"x\"|"),
        (r"{}", "0:2 ||"),
        (r#"{"id":1,"id":2}"#, "0:2 !bad-json id|1|id|2"),
        (r#"{"id":"","id":"x"}"#, "0:2 !bad-json id|id|x"),
        (r#"{"id":[1]}"#, "0:2 !bad-json id|1"),
        (r#"{"id":123456789012345678901234567890}"#, "0:2 !bad-json id|123456789012345678901234567890"),
        (r#"{"id":1,"email":"a@example.com""#, "0:2 !bad-json id|1|email|a@example.com"),
        (r#"{"id":1} {"id":2}"#, "0:2 !bad-json id|1|id|2"),
        (r#""a@example.com""#, "0:2 !bad-json a@example.com"),
        (r#"{"email":"\u0000"}"#, "0:2 !nul-character email|\\u0000"),
    ] {
        for end in ["\n", "\r\n", "\r"] {
            let text = format!("{head}{end}{line}{end}{end}{head}");
            check(text.as_bytes(), &["0:1 1|a@example.com|1", expect, "0:4 1|a@example.com|1"]);
        }
    }
    let bad = [head.as_bytes(), b"\n{\"email\":\"\xE4\"}\n"].concat();
    check(&bad, &["0:1 1|a@example.com|1", "0:2 !invalid-encoding email|\u{fffd}"]);

    let table = named(&[("t.jsonl", head.as_bytes())], "t.jsonl");
    assert_eq!(table.open(&["id"]).expect("a key").unmapped(), ["email", "other"]);
    assert_eq!(table.open(&["Id"]).err().expect("no such key").code(), "column-missing");
    assert_eq!(
        named(&[("t.jsonl", b"\n")], "t.jsonl").open(&["a"]).err().expect("empty").code(),
        "file-empty"
    );
}

/// Compiles only while nothing that holds cells can be printed, turned into text or written out.
#[test]
fn nothing_that_holds_cells_can_be_printed() {
    macro_rules! silent {
        ($($type:ty),+ $(,)?) => {
            $(lacks!($type: std::fmt::Debug, std::fmt::Display, std::fmt::LowerHex, ToString, serde::Serialize,
                AsRef<str>, AsRef<[u8]>, std::ops::Deref, std::borrow::Borrow<str>, Into<Vec<u8>>, Into<String>);)+
        };
    }
    silent!(Batch, Record<'static>, Row<'static>, RowFault<'static>, OpenTable);
    silent!(super::customers::Customer<'static, 'static>, super::registers::Entry<'static>);
}

#[test]
fn a_batch_is_split_on_another_thread() {
    let table = table("a,b\n1,\"2\"\n3\n");
    let mut open = table.open(&["b"]).expect("right header");
    let batch = open.next_batch().expect("readable").expect("rows");
    let count = std::thread::spawn(move || {
        let mut count = 0;
        batch.for_each(|_| count += 1);
        count
    });
    assert_eq!(count.join().expect("no panic"), 2);
    assert!(open.next_batch().expect("readable").is_none());
    assert!(open.next_batch().expect("still at its end").is_none());
    assert_eq!(open.digests()[0].rows, 2);
}

#[test]
fn codes_are_unique_kebab_case_words() {
    let mut codes: Vec<_> = RowFaultCode::ALL.iter().map(|code| code.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), RowFaultCode::ALL.len());
    for code in RowFaultCode::ALL {
        assert!(code.code().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
        assert!(code.description().ends_with('.'));
    }
}

#[test]
fn formats_are_told_by_name() {
    for (name, format) in [
        ("t.csv", Format::Delimited),
        ("t.TSV.GZ", Format::Delimited),
        ("t", Format::Delimited),
        ("t.parquet", Format::Parquet),
        ("t.arrow", Format::Arrow),
        ("t.feather", Format::Arrow),
        ("t.jsonl", Format::Ndjson),
    ] {
        assert_eq!(files::format_by_name(Path::new(name)), format, "{name}");
    }
}

/// One line of a table of three columns, with or without a stray quote, and never a legal line break.
fn any_line() -> impl Strategy<Value = String> {
    let cell = prop_oneof![
        4 => "[a-z0-9@. ]{0,8}",
        1 => Just(String::new()),
        1 => "\"[a-z,]{0,6}\"",
        1 => Just("\"x\"\"y\"".to_owned()),
        1 => "[a-z]{0,3}\"[a-z]{0,3}",
        1 => Just("\"".to_owned()),
        1 => "\"[a-z]{1,4}",
        1 => "[a-z]{1,4}\"",
    ];
    proptest::collection::vec(cell, 3).prop_map(|cells| cells.join(","))
}

/// Rows are handed out side by side, and what stands between them is a fault or a row whose cells stand elsewhere:
/// each comes in its turn, with its own cells and line.
#[test]
fn rows_side_by_side_come_in_their_turn() {
    let (mut text, mut expect) = ("a,b,c\n".to_owned(), Vec::new());
    for number in 0..400 {
        let (line, told) = match number % 97 {
            40 => (format!("{number},\"x\"\"y\",z"), format!("{number}|x\"y|z")),
            41 | 80 => (format!("{number},x"), format!("!short-row {number}|x")),
            42 => (format!("{number},x\"y,z"), format!("!stray-quote {number}|x\"y|z")),
            43 => (format!("\"{number}\",\"x,y\","), format!("{number}|x,y|")),
            44 => (format!("{number},\"x\"\"y\",z,4"), format!("!long-row {number}|x\"y|z|4")),
            _ => (format!("{number},é{number},"), format!("{number}|é{number}|")),
        };
        text.push_str(&line);
        text.push('\n');
        expect.push(format!("0:{} {told}", number + 2));
    }
    check(&text, &expect.iter().map(String::as_str).collect::<Vec<_>>());

    let table = table(&text);
    let mut open = table.open(&["a"]).expect("right header");
    let (mut strips, mut faults) = (Vec::new(), 0);
    while let Some(batch) = open.next_batch().expect("right rows") {
        batch.for_each_strip(|records| match records {
            Records::Rows(strip) => strips.push(strip.len()),
            Records::Fault(_) => faults += 1,
        });
    }
    assert_eq!(strips.iter().sum::<usize>() + faults, expect.len());
    assert!(strips.iter().all(|rows| (1..=STRIP_ROWS).contains(rows)), "{strips:?}");
    let full = strips.iter().filter(|rows| **rows == STRIP_ROWS).count();
    assert!(full > 4 && strips.contains(&1), "{strips:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whatever stray and unclosed quotes there are, every line is a row or a fault.
    #[test]
    fn no_line_is_ever_lost(
        lines in proptest::collection::vec(any_line(), 0..90),
        end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
        last in any::<bool>(),
    ) {
        let mut text = format!("a,b,c{end}{}", lines.join(end));
        if last && !lines.is_empty() {
            text.push_str(end);
        }
        let records = table(&text).read(&["a", "b", "c"]);
        prop_assert_eq!(records.len(), lines.len(), "{:?} {:?}", text, records);
        for (index, record) in records.iter().enumerate() {
            prop_assert!(record.starts_with(&format!("0:{} ", index + 2)), "{} {:?}", record, text);
        }
    }

    /// How the file is cut into batches and blocks changes nothing.
    #[test]
    fn batches_of_any_size_give_the_same_records(
        text in "([a-c0-9\",;\r\n]{0,12}\n?){0,60}",
        rows in 1_usize..9,
        longest in 3_usize..200,
    ) {
        let text = format!("a,b\n{text}");
        let read = |rows| {
            let mut table = table(&text).rows(rows);
            table.options.max_record_bytes = longest;
            table.read(&["a", "b"])
        };
        let expect = read(65_536);
        prop_assert_eq!(&read(rows), &expect, "{:?}", text);
    }

    /// Legal files read as the `csv` crate reads them.
    #[test]
    fn legal_rows_are_what_the_csv_crate_reads(
        rows in proptest::collection::vec(proptest::collection::vec("[a-z\" äö]{0,6}|[a-z]{0,3}[,;\n][a-z]{0,3}", 4), 0..80),
        crlf in any::<bool>(),
        always in any::<bool>(),
    ) {
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let style = if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let mut writer =
            csv::WriterBuilder::new().terminator(terminator).quote_style(style).from_writer(Vec::new());
        writer.write_record(["a", "b", "c", "d"]).expect("memory");
        for row in &rows {
            writer.write_record(row).expect("memory");
        }
        let text = writer.into_inner().expect("memory");
        let mut expect = Vec::new();
        for record in csv::Reader::from_reader(text.as_slice()).into_records() {
            expect.push(record.expect("just written").iter().collect::<Vec<_>>().join("|"));
        }
        let got: Vec<String> = table(&text)
            .read(&["a", "b", "c", "d"])
            .iter()
            .map(|record| record.split_once(' ').expect("a place").1.to_owned())
            .collect();
        // Cells full of separators and line breaks may look like swallowed rows; those are faults, counted.
        if got.iter().all(|record| !record.starts_with('!')) {
            prop_assert_eq!(got, expect);
        } else {
            prop_assert!(got.len() >= expect.len());
        }
    }
}
