//! What must hold for any bytes at all. Each function panics when a promise is broken; fuzz targets and
//! an ordinary test call them. Messages never repeat the bytes: a finding lies in a file of its own.

use std::io::Write as _;
use std::path::Path;

use verho::config::{self, Config};
use verho::identifiers::hashed::{Algorithm, email_hashes, phone_hashes};
use verho::identifiers::{
    Digest, Email, EmailForm, Kind, Phone, PhoneForm, PhoneRule, Plaintext, Region, Reject, RunKey, Scratch,
    is_forbidden_digest, last_seven_key, phone_alternatives, raw_key, several, steps_email, steps_phone,
};
use verho::manifest::{Manifest, Verdicts};
use verho::outputs::signature::{AllowedSigners, Verified};
use verho::policy::selection::{Fields, Selection, Tri};
use verho::sources::registers::match_pattern;
use verho::sources::{self, BatchReader as _, ReadOptions, Record};

fn run_key() -> RunKey {
    RunKey::from_bytes(*b"a key of one run")
}

/// With white space around it, which changes nothing about a value.
fn padded(data: &[u8]) -> Vec<u8> {
    [b" \t", data, b"  "].concat()
}

/// The e-mail parser: it ends, white space around a cell changes nothing, no digest is that of nothing,
/// and what several values are split into is made of the cell.
pub(crate) fn email(data: &[u8]) {
    let key = run_key();
    let (mut one, mut two) = (Scratch::new(), Scratch::new());
    let again = padded(data);
    let first = Email::parse(Plaintext::new(data), &mut one);
    let second = Email::parse(Plaintext::new(&again), &mut two);
    let accepted = first.is_ok();
    match (first, second) {
        (Ok(first), Ok(second)) => {
            assert!(first.wide_key(&key) == second.wide_key(&key), "white space changes the wide key");
            let mut hashes = Vec::new();
            for form in EmailForm::ALL {
                let digest = first.digest(form);
                assert!(digest == second.digest(form), "white space changes a digest");
                assert!(!is_forbidden_digest(&digest), "the digest of nothing, or of a placeholder");
                assert!(digest == first.digest(first.canonical_form(form)), "equal forms, unequal digests");
            }
            email_hashes(&first, Algorithm::Sha256, &mut hashes);
            for form in EmailForm::ALL {
                let digest = first.digest(form);
                assert!(
                    hashes.iter().any(|hash| hash.as_bytes() == digest.as_bytes()),
                    "a form is not enumerated"
                );
            }
            assert!(first.domain_keys(&key).count() > 0, "a domain has a key");
        }
        (Err(first), Err(second)) => {
            assert!(first == second, "white space changes the code");
            assert!(first.for_email(), "a code of the other kind");
        }
        _ => panic!("white space decides"),
    }
    assert!(
        steps_email(Plaintext::new(data), EmailForm::Google, &mut one).is_ok() == accepted,
        "steps disagree"
    );
    assert!(several(Kind::Email, Plaintext::new(data)).len() <= data.len().max(1), "more values than bytes");
    let _ = raw_key(Plaintext::new(data), &key);
}

/// The phone parser, in a region that the first two letters name, if they name one: the same promises,
/// and the number's own reading is among its alternatives.
pub(crate) fn phone(data: &[u8]) {
    let key = run_key();
    let mut scratch = Scratch::new();
    let region = data.get(..2).and_then(|head| std::str::from_utf8(head).ok()).and_then(Region::from_code);
    let data = if region.is_some() { &data[2..] } else { data };
    let region = region.or_else(|| Region::from_code("FI"));
    for possible in [false, true] {
        let rule = PhoneRule { possible };
        let again = padded(data);
        let first = Phone::parse(Plaintext::new(data), region, rule, &mut scratch);
        let second = Phone::parse(Plaintext::new(&again), region, rule, &mut scratch);
        match (first, second) {
            (Ok(first), Ok(second)) => {
                assert!(first.wide_key(&key) == second.wide_key(&key), "white space changes the wide key");
                let [digits, plus] = PhoneForm::ALL.map(|form| first.digest(form));
                assert!(digits != plus, "both forms alike");
                assert!(
                    !is_forbidden_digest(&digits) && !is_forbidden_digest(&plus),
                    "the digest of nothing"
                );
                let mut hashes = Vec::new();
                phone_hashes(&first, Algorithm::Sha256, &mut hashes);
                let has = |digest: Digest| hashes.iter().any(|hash| hash.as_bytes() == digest.as_bytes());
                assert!(has(digits) && has(plus), "a form is not enumerated");
                let mut readings = Vec::new();
                let regions: Vec<Region> = region.into_iter().collect();
                phone_alternatives(Plaintext::new(data), &regions, &mut scratch, &key, &mut readings);
                assert!(readings.contains(&first.wide_key(&key)), "its own reading is no alternative");
            }
            (Err(first), Err(second)) => {
                assert!(first == second, "white space changes the code");
                assert!(first.for_phone(), "a code of the other kind");
                assert!(!possible || first != Reject::NotValid, "possible is enough here");
            }
            _ => panic!("white space decides"),
        }
    }
    let _ = steps_phone(Plaintext::new(data), region, PhoneRule::default(), &mut scratch);
    let _ = last_seven_key(Plaintext::new(data), &key);
    assert!(several(Kind::Phone, Plaintext::new(data)).len() <= data.len().max(1), "more values than bytes");
}

/// The config: any text is a config or a list of faults, each in its place and with something to do.
pub(crate) fn config(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let path = Path::new("/nowhere/verho.toml");
    for read in [Config::parse(path, text), Config::parse_draft(path, text)] {
        let Err(faults) = read else { continue };
        assert!(!faults.list.is_empty(), "refused for no reason");
        for fault in &faults.list {
            assert!(fault.span.start <= fault.span.end && fault.span.end <= text.len(), "a fault outside");
            assert!(
                !fault.code.is_empty() && !fault.message.is_empty() && !fault.hint.is_empty(),
                "a mute fault"
            );
            let (line, column) = faults.place(fault);
            assert!(line >= 1 && column >= 1, "no place");
        }
        assert!(!faults.render(false).is_empty(), "nothing shown");
    }
}

/// The reader of delimited files: any bytes are rows and faults, the same whatever the batch size; rows
/// have the wanted cells, which are text; nothing is handed out twice.
pub(crate) fn delimited(data: &[u8]) {
    table(data, ".csv", config::Format::Delimited);
}

/// The reader of NDJSON: the same promises.
pub(crate) fn ndjson(data: &[u8]) {
    table(data, ".ndjson", config::Format::Ndjson);
}

/// What is packed: the same promises, whether it is packed or only says so.
pub(crate) fn packed(data: &[u8]) {
    table(data, ".csv.gz", config::Format::Delimited);
    table(data, ".csv.zst", config::Format::Delimited);
}

fn table(data: &[u8], suffix: &str, format: config::Format) {
    let mut file = tempfile::NamedTempFile::with_suffix(suffix).expect("a temporary file");
    file.write_all(data).expect("writable");
    file.flush().expect("writable");
    let files = config::Files {
        pattern: file.path().to_owned(),
        as_written: "any.csv".to_owned(),
        format: Some(format),
        encoding: config::Encoding::Utf8,
        delimiter: None,
        header: true,
    };
    let [one, many] = [1, 65_536].map(|batch_rows| {
        let options = ReadOptions { batch_rows, max_record_bytes: 4_096, ..ReadOptions::default() };
        let mut table = sources::open(&files, &["id", "email"], &options).ok()?;
        let mut records = Vec::new();
        loop {
            let batch = match table.next_batch() {
                Ok(Some(batch)) => batch,
                Ok(None) => break,
                // A broken end of the file: what was read before it may differ by batch.
                Err(_) => return None,
            };
            batch.for_each(|record| match record {
                Record::Row(row) => {
                    let cells: Vec<Vec<u8>> = (0..2).map(|index| row.cell(index).to_vec()).collect();
                    for cell in &cells {
                        assert!(
                            std::str::from_utf8(cell).is_ok() && !cell.contains(&0),
                            "a cell is not text"
                        );
                    }
                    records.push((row.place().line, "row", cells));
                }
                Record::Fault(fault) => {
                    records.push((
                        fault.place.line,
                        fault.code.code(),
                        fault.cells().map(<[u8]>::to_vec).collect(),
                    ));
                }
            });
        }
        assert!(records.windows(2).all(|pair| pair[0].0 <= pair[1].0), "lines go backwards");
        assert_eq!(
            table.digests().iter().map(|digest| digest.rows).sum::<u64>(),
            records.len() as u64,
            "a count"
        );
        Some(records)
    });
    assert!(one == many, "the batch size decides");
}

/// An audience's `where`: any text is a filter or a fault on a character boundary; a filter answers, and
/// where nothing is known it never answers from nothing unless it needs to know nothing.
pub(crate) fn selection(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let fields = Fields::new().with("product", None).with("tags", Some(";")).with("visits", None);
    match Selection::parse(text, &fields) {
        Err(fault) => {
            assert!(text.is_char_boundary(fault.offset.min(text.len())), "inside a character");
            assert!(
                fault.offset <= text.len() && !fault.message.is_empty() && !fault.hint.is_empty(),
                "a mute fault"
            );
        }
        Ok(selection) => {
            assert!(selection.text() == text, "the text is kept");
            let asked = |answer: Tri| {
                let mut seen = Vec::new();
                let result = selection.evaluate(&mut |at| {
                    seen.push(at);
                    answer
                });
                assert!(seen.iter().all(|at| *at < selection.predicates().len()), "a question too many");
                (result, seen.is_empty())
            };
            let (unknown, is_constant) = asked(Tri::Unknown);
            assert!(is_constant || unknown == Tri::Unknown, "an answer from nothing");
            for predicate in selection.predicates() {
                for cell in [&b""[..], b"a", b"1", b"a;b", b"2026-11-21", b"-1.5e3", "ä".as_bytes()] {
                    let _ = predicate.answer(cell);
                }
            }
        }
    }
}

/// What is read back of a release: any bytes are a record in its one spelling, or are refused.
pub(crate) fn release(data: &[u8]) {
    if let Ok(manifest) = Manifest::from_bytes(data) {
        assert!(manifest.to_bytes() == data, "a manifest has two spellings");
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (platforms, registers) = (["meta", "linkedin"], ["phones", "targeting-opt-outs"]);
    if let Ok(verdicts) = Verdicts::from_text(text, &platforms, &registers) {
        assert!(verdicts.to_text(&platforms, &registers) == text, "verdicts have two spellings");
    }
}

/// Signatures and lists of those who may sign: no bytes sign a message that nobody signed.
pub(crate) fn signature(data: &[u8]) {
    assert!(Verified::check(b"a message nobody signed", data).is_err(), "anything goes");
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = AllowedSigners::parse(text);
}

/// Names of files and trailers that tell a register's age and length: what is told was in the text.
pub(crate) fn trailer(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let zone = jiff::tz::TimeZone::UTC;
    for pattern in ["objections-%Y-%m-%d.csv", "END %Y-%m-%d {rows}", "{rows} rows", "EOF {rows}"] {
        let told = match_pattern(pattern, text, &zone);
        if let Some(rows) = told.and_then(|told| told.rows) {
            assert!(text.contains(&rows.to_string()), "a number from nowhere");
        }
    }
    // The text as the pattern, too: a config may hold anything.
    let _ = match_pattern(text, "END 2026-11-21 12", &zone);
}
