//! Files to rows of cells: a plain tokeniser over a whole file in memory.
//!
//! Promises: a record that is not well formed is a broken row and never moves the border of the next
//! one. A record that breaks a quoting rule, or runs over several lines and has the wrong number of
//! cells, ends at its first line end, and reading goes on with the next line. Wholly empty lines are
//! no rows. It must not know what a cell means.

#![expect(clippy::disallowed_methods, reason = "stands apart, and reads its inputs itself")]

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::OracleError;
use crate::config::{Encoding, Files, Format};

/// One row, before anybody knows what it says.
pub(super) enum Record {
    /// As many cells as the header, quotes undone.
    Whole(Vec<Vec<u8>>),
    /// What stands between the separators of a row that cannot be split into its cells.
    Broken(Vec<Vec<u8>>),
}

/// One file.
pub(super) struct Table {
    /// Where it was read.
    pub(super) path: PathBuf,
    /// Column names, trimmed; empty when the file has none.
    pub(super) header: Vec<String>,
    /// Its rows, in file order.
    pub(super) records: Vec<Record>,
    /// The last line, when the caller asked for it to be taken off.
    pub(super) trailer: Option<String>,
}

impl Table {
    /// The place of a column.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        let mut places = self.header.iter().enumerate().filter(|(_, header)| header.as_str() == name.trim());
        let first = places.next().map(|(place, _)| place);
        if places.next().is_some() { None } else { first }
    }
}

/// The files a pattern names, in order of name.
pub(super) fn find(files: &Files) -> Vec<PathBuf> {
    if files.pattern.is_file() {
        return vec![files.pattern.clone()];
    }
    let Some(pattern) = files.pattern.to_str() else { return Vec::new() };
    let mut found: Vec<_> = glob::glob(pattern).into_iter().flatten().filter_map(Result::ok).collect();
    found.retain(|path| path.is_file());
    found.sort();
    found
}

/// Reads one file. `name` is the config's name of the source or register, for errors.
pub(super) fn table(
    path: &Path,
    files: &Files,
    header: bool,
    take_trailer: bool,
    name: &str,
) -> Result<Table, OracleError> {
    let is_text = match files.format {
        Some(format) => format == Format::Delimited,
        None => !OTHER_FORMATS.iter().any(|end| plain_name(path).ends_with(end)),
    };
    if !is_text {
        return Err(OracleError::Format { name: name.to_owned() });
    }
    let mut content = decode(&bytes(path, files, name)?, files.encoding);
    let trailer = take_trailer.then(|| cut_last_line(&mut content)).flatten();
    let separator = match files.delimiter {
        Some(sign) => sign,
        None if !header => b',',
        None => guess_delimiter(&content),
    };
    let mut at = 0;
    let mut names = Vec::new();
    if header {
        skip_blank_lines(&content, &mut at);
        if at < content.len() {
            let first = record(&content, at, separator, None);
            let Some(cells) = first.cells else { return Err(OracleError::Header { name: name.to_owned() }) };
            for cell in cells {
                let Ok(cell) = String::from_utf8(cell) else {
                    return Err(OracleError::Header { name: name.to_owned() });
                };
                names.push(super::text::trim(&cell).to_owned());
            }
            at = first.next;
        }
    }
    let width = if header { names.len() } else { 1 };
    let records = records(&content, at, separator, width);
    Ok(Table { path: path.to_owned(), header: names, records, trailer })
}

/// Endings that tell another format than delimited text; every other name is text.
const OTHER_FORMATS: [&str; 7] = [".parquet", ".pq", ".arrow", ".ipc", ".feather", ".ndjson", ".jsonl"];

/// The file name in lower case without the ending of a compression.
fn plain_name(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let name = name.strip_suffix(".age").unwrap_or(&name);
    name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(name).to_owned()
}

fn bytes(path: &Path, files: &Files, name: &str) -> Result<Vec<u8>, OracleError> {
    let failed = |error: std::io::Error| OracleError::Io { name: name.to_owned(), kind: error.kind() };
    let mut bytes = std::fs::read(path).map_err(failed)?;
    let ends =
        |path: &Path, ending: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending));
    let mut path = path.to_owned();
    let is_encrypted = bytes.starts_with(b"age-encryption.org/v1\n");
    if is_encrypted {
        if files.identity.is_none() {
            return Err(OracleError::NoIdentity { name: name.to_owned() });
        }
        bytes = decrypted(&bytes, files).ok_or_else(|| OracleError::Encrypted { name: name.to_owned() })?;
    } else if files.encrypted || ends(&path, "age") {
        return Err(OracleError::Encrypted { name: name.to_owned() });
    }
    if ends(&path, "age") {
        path.set_extension("");
    }
    // A packed file is told by its first bytes as well as by its name.
    let packed = ends(&path, "gz") || bytes.starts_with(&[0x1f, 0x8b]);
    if !packed {
        if ends(&path, "zst") || bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            return Err(OracleError::Format { name: name.to_owned() });
        }
        return Ok(bytes);
    }
    let mut unpacked = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut unpacked).map_err(failed)?;
    Ok(unpacked)
}

/// What an encrypted file holds; `None` when the config's identity does not open it to its end.
fn decrypted(bytes: &[u8], files: &Files) -> Option<Vec<u8>> {
    let text = zeroize::Zeroizing::new(std::fs::read_to_string(files.identity.as_ref()?).ok()?);
    let lines = text.lines().map(str::trim).filter(|line| line.starts_with("AGE-SECRET-KEY-"));
    let keys: Vec<age::x25519::Identity> = lines.filter_map(|line| line.parse().ok()).collect();
    let decryptor = age::Decryptor::new(bytes).ok()?;
    let mut stream = decryptor.decrypt(keys.iter().map(|key| key as &dyn age::Identity)).ok()?;
    let mut plain = Vec::new();
    stream.read_to_end(&mut plain).ok()?;
    Some(plain)
}

/// Everything becomes UTF-8; what is not text stays a byte that UTF-8 does not have, so that the
/// fault is found in its cell and not somewhere else.
fn decode(bytes: &[u8], encoding: Encoding) -> Vec<u8> {
    match (bytes, encoding) {
        ([0xff, 0xfe, rest @ ..], Encoding::Utf8 | Encoding::Utf16) => utf16(rest, u16::from_le_bytes),
        ([0xfe, 0xff, rest @ ..], Encoding::Utf8 | Encoding::Utf16) => utf16(rest, u16::from_be_bytes),
        ([0xef, 0xbb, 0xbf, rest @ ..], Encoding::Utf8) => rest.to_vec(),
        (_, Encoding::Utf8) => bytes.to_vec(),
        (_, Encoding::Utf16) => utf16(bytes, u16::from_le_bytes),
        (_, Encoding::Windows1252) => {
            encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned().into_bytes()
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let pairs = bytes.chunks_exact(2);
    let odd = !pairs.remainder().is_empty();
    let units = pairs.map(|pair| unit([pair[0], pair[1]]));
    let mut text = Vec::new();
    for letter in char::decode_utf16(units) {
        match letter {
            Ok(letter) => text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(_) => text.push(0xff),
        }
    }
    if odd {
        text.push(0xff);
    }
    text
}

/// Takes the last line that is not blank off the text.
fn cut_last_line(text: &mut Vec<u8>) -> Option<String> {
    while matches!(text.last(), Some(b'\n' | b'\r' | b' ' | b'\t')) {
        text.pop();
    }
    let start = text.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |place| place + 1);
    let line = text.split_off(start);
    String::from_utf8(line).ok()
}

/// The separator the header holds most often, outside quotes.
fn guess_delimiter(text: &[u8]) -> u8 {
    let line = text.split(|byte| matches!(byte, b'\n' | b'\r')).find(|line| !line.is_empty()).unwrap_or(b"");
    let (mut quoted, mut counts) = (false, [0_usize; 3]);
    for byte in line {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => counts[0] += 1,
            b';' if !quoted => counts[1] += 1,
            b'\t' if !quoted => counts[2] += 1,
            _ => {}
        }
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    match counts.iter().position(|count| *count == most) {
        Some(1) if most > 0 => b';',
        Some(2) if most > 0 => b'\t',
        _ => b',',
    }
}

fn skip_blank_lines(text: &[u8], at: &mut usize) {
    while matches!(text.get(*at), Some(b'\n' | b'\r')) {
        *at += 1;
    }
}

/// All rows from `at` on.
pub(super) fn records(text: &[u8], mut at: usize, delimiter: u8, width: usize) -> Vec<Record> {
    let mut records = Vec::new();
    loop {
        skip_blank_lines(text, &mut at);
        if at >= text.len() {
            return records;
        }
        let parsed = record(text, at, delimiter, Some(width));
        match parsed.cells {
            Some(cells) if cells.len() == width => {
                records.push(Record::Whole(cells));
                at = parsed.next;
            }
            Some(cells) if !parsed.several_lines => {
                records.push(Record::Broken(cells));
                at = parsed.next;
            }
            _ => {
                let rest = &text[at..];
                let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
                let line = &rest[..end];
                records.push(Record::Broken(
                    line.split(|byte| *byte == delimiter).map(<[u8]>::to_vec).collect(),
                ));
                at += end;
            }
        }
    }
}

struct Parsed {
    /// `None` when a quoting rule is broken.
    cells: Option<Vec<Vec<u8>>>,
    next: usize,
    several_lines: bool,
}

/// Where a record goes wrong.
struct Broken;

/// One record by RFC 4180: a cell is quoted as a whole or holds no quote at all. `width` is the number
/// of cells a row should have, once that is known.
fn record(text: &[u8], start: usize, delimiter: u8, width: Option<usize>) -> Parsed {
    let mut lines =
        Lines { text, delimiter, start, line: start, enough: width.map(|width| width - 1), first: 0 };
    match cells(text, start, delimiter, &mut lines) {
        Ok((cells, next)) => Parsed { cells: Some(cells), next, several_lines: lines.line > start },
        Err(Broken) => Parsed { cells: None, next: text.len(), several_lines: true },
    }
}

fn cells(
    text: &[u8],
    start: usize,
    delimiter: u8,
    lines: &mut Lines<'_>,
) -> Result<(Vec<Vec<u8>>, usize), Broken> {
    let (mut at, mut cells) = (start, Vec::new());
    loop {
        let mut cell = Vec::new();
        if text.get(at) == Some(&b'"') {
            let opened = at;
            at += 1;
            loop {
                match (text.get(at), text.get(at + 1)) {
                    (None, _) => return Err(Broken),
                    (Some(b'"'), Some(b'"')) => {
                        cell.push(b'"');
                        at += 2;
                    }
                    (Some(b'"'), _) => {
                        at += 1;
                        break;
                    }
                    (Some(byte), _) => {
                        if matches!(byte, b'\n' | b'\r') {
                            lines.end(at, opened)?;
                        }
                        cell.push(*byte);
                        at += 1;
                    }
                }
            }
            if text.get(at).is_some_and(|byte| *byte != delimiter && !matches!(byte, b'\n' | b'\r')) {
                return Err(Broken);
            }
        } else {
            while let Some(byte) = text.get(at) {
                if *byte == delimiter || matches!(byte, b'\n' | b'\r') {
                    break;
                }
                if *byte == b'"' {
                    return Err(Broken);
                }
                cell.push(*byte);
                at += 1;
            }
        }
        if cell.contains(&0) {
            return Err(Broken);
        }
        cells.push(cell);
        match text.get(at) {
            Some(byte) if *byte == delimiter => at += 1,
            _ => {
                lines.last(at)?;
                return Ok((cells, (at + 1).min(text.len())));
            }
        }
    }
}

/// Watches the lines that a record runs over, since a quote that is opened on one row and closed on
/// another would join rows without a trace.
struct Lines<'a> {
    text: &'a [u8],
    delimiter: u8,
    start: usize,
    /// Where the current line begins.
    line: usize,
    /// Separators that make a line look like a row.
    enough: Option<usize>,
    /// Separators on the first line.
    first: usize,
}

impl Lines<'_> {
    fn separators(&self, end: usize) -> usize {
        let line = self.text.get(self.line..end).unwrap_or_default();
        line.split(|byte| *byte == self.delimiter).count() - 1
    }

    /// A line ends inside a quoted cell that was opened at `opened`.
    fn end(&mut self, at: usize, opened: usize) -> Result<(), Broken> {
        let separators = self.separators(at);
        let enough = self.enough.unwrap_or(usize::MAX);
        if self.line == self.start {
            self.first = separators;
        } else {
            let wholly_inside = self.line > opened;
            let blank = at == self.line && self.text.get(at.wrapping_sub(1)) == Some(&b'\r');
            if separators >= enough && !blank && (wholly_inside || self.first >= enough) {
                return Err(Broken);
            }
        }
        self.line = at + 1;
        Ok(())
    }

    /// The record ends.
    fn last(&self, at: usize) -> Result<(), Broken> {
        let enough = self.enough.unwrap_or(usize::MAX);
        let merged = self.line > self.start && self.first >= enough && self.separators(at) >= enough;
        if merged { Err(Broken) } else { Ok(()) }
    }
}
