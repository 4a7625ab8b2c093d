//! The first line of a delimited file: column names and the separator.
//!
//! It promises that no separator is guessed against the mapping: of those that occur, the one under
//! which most wanted columns are found is taken. A first line that turns out not to be a header is
//! never quoted. It knows no rows.

use memchr::{memchr, memchr2};

use super::batch::RowFaultCode;
use super::blocks::Blocks;
use super::error::SourceError;
use super::framing::{self, Rules, Scan};
use super::text::Start;

/// Separators looked for, in order of preference, and their names in messages.
const SEPARATORS: [(u8, &str); 4] =
    [(b',', "\",\""), (b';', "\";\""), (b'\t', "\"\\t\" (tab)"), (b'|', "\"|\"")];

/// What the first line says.
pub(super) struct Header {
    /// Trimmed names, in file order.
    pub(super) names: Vec<String>,
    pub(super) delimiter: u8,
    /// Physical lines before the first row.
    pub(super) lines: u64,
}

/// The first record, read with one separator.
struct Reading {
    delimiter: u8,
    end: usize,
    names: Vec<String>,
}

impl Header {
    /// Reads the header and leaves the blocks at the first row.
    pub(super) fn read(
        blocks: &mut Blocks,
        with: &Start<'_>,
        max_record_bytes: usize,
    ) -> Result<Self, SourceError> {
        let configured = with.settings.delimiter;
        if !with.settings.header {
            // One bare column. A separator still tells a row of several cells, which is a fault.
            let delimiter = configured.unwrap_or(b',');
            return Ok(Self { names: vec![String::new()], delimiter, lines: 0 });
        }
        let mut lines = 0;
        let mut stated = None;
        loop {
            lines += skip_blank(blocks);
            let file = || with.shown.to_owned();
            if blocks.view().is_empty() {
                if blocks.ended() {
                    return Err(SourceError::Empty { file: file() });
                }
                blocks.fill()?;
                continue;
            }
            let bad = |fault| SourceError::BadHeader { file: file(), line: lines + 1, fault };
            let bare = !with.wanted.is_empty() && with.wanted.iter().all(String::is_empty);
            let candidates = match configured.or(stated).or(bare.then_some(b',')) {
                Some(delimiter) => vec![delimiter],
                None => SEPARATORS.iter().map(|(byte, _)| *byte).collect(),
            };
            match read_with(blocks, &candidates, max_record_bytes) {
                Ok(None) => blocks.fill()?,
                Err(fault) => return Err(bad(fault)),
                Ok(Some(readings)) => {
                    let found = |reading: &Reading| {
                        let wanted = with.wanted.iter().filter(|name| reading.names.contains(name)).count();
                        (wanted, reading.names.len())
                    };
                    let mut best = 0;
                    for (index, reading) in readings.iter().enumerate() {
                        if found(reading) > found(&readings[best]) {
                            best = index;
                        }
                    }
                    let Reading { delimiter, end, names } =
                        readings.into_iter().nth(best).expect("not empty");
                    if stated.is_none() && lines == 0 && blocks.view()[..end].starts_with(b"sep=") {
                        // Excel's own first line, which names the separator of the rest.
                        stated = separator_stated(&blocks.view()[..end]);
                        if stated.is_some() {
                            blocks.discard(end);
                            lines += 1;
                            continue;
                        }
                    }
                    if bare {
                        // A bare list: its first line says nothing, and its one column has no name.
                        lines += (framing::count_lines(&blocks.view()[..end]) as u64).max(1);
                        blocks.discard(end);
                        return Ok(Self { names: vec![String::new()], delimiter, lines });
                    }
                    if names.len() == 1 && with.wanted.iter().any(|name| *name != names[0]) {
                        check_separator(blocks, delimiter, max_record_bytes, with.shown)?;
                    }
                    lines += (framing::count_lines(&blocks.view()[..end]) as u64).max(1);
                    blocks.discard(end);
                    return Ok(Self { names, delimiter, lines });
                }
            }
        }
    }
}

/// Leaves blank lines behind; returns how many.
fn skip_blank(blocks: &mut Blocks) -> u64 {
    let view = blocks.view();
    let mut at = 0;
    let mut lines = 0;
    while let Some(b'\n' | b'\r') = view.get(at) {
        if view[at] == b'\r' && at + 1 == view.len() && !blocks.ended() {
            break;
        }
        at = framing::after_line_end(view, at);
        lines += 1;
    }
    blocks.discard(at);
    lines
}

/// Reads the first record with each separator. `None`: more of the file is needed. A separator under
/// which it is no legal record drops out, unless none is left.
fn read_with(
    blocks: &Blocks,
    candidates: &[u8],
    max_record_bytes: usize,
) -> Result<Option<Vec<Reading>>, RowFaultCode> {
    let view = blocks.view();
    let mut readings = Vec::new();
    let mut fault = None;
    for &delimiter in candidates {
        let rules = Rules { delimiter, delimiters: usize::MAX, max_record_bytes, quotes: true };
        let read = match framing::scan(view, 0, blocks.ended(), &rules) {
            Scan::More => return Ok(None),
            Scan::Fault(code) => Err(code),
            Scan::Record { end, .. } => {
                names(&view[..end], delimiter).map(|names| Reading { delimiter, end, names })
            }
        };
        match read {
            Ok(reading) => readings.push(reading),
            Err(code) => fault = fault.or(Some(code)),
        }
    }
    match fault {
        Some(code) if readings.is_empty() => Err(code),
        _ => Ok(Some(readings)),
    }
}

fn names(record: &[u8], delimiter: u8) -> Result<Vec<String>, RowFaultCode> {
    if memchr(0, record).is_some() {
        return Err(RowFaultCode::Nul);
    }
    if std::str::from_utf8(record).is_err() {
        return Err(RowFaultCode::InvalidEncoding);
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(record);
    let mut fields = csv::StringRecord::new();
    // Memory can be read, and the text was checked: what is left cannot fail. Should it, it is no header.
    reader.read_record(&mut fields).map_err(|_| RowFaultCode::InvalidEncoding)?;
    let trim = |name: &str| name.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').to_owned();
    Ok(fields.iter().map(trim).collect())
}

/// With the separator used, the header is one column, and not the wanted one: does another occur in it?
fn check_separator(
    blocks: &Blocks,
    used: u8,
    max_record_bytes: usize,
    file: &str,
) -> Result<(), SourceError> {
    let others: Vec<u8> = SEPARATORS.iter().map(|(byte, _)| *byte).filter(|byte| *byte != used).collect();
    let Ok(Some(readings)) = read_with(blocks, &others, max_record_bytes) else { return Ok(()) };
    match readings.iter().filter(|reading| reading.names.len() > 1).max_by_key(|reading| reading.names.len())
    {
        None => Ok(()),
        Some(other) => Err(SourceError::WrongSeparator {
            file: file.to_owned(),
            configured: separator_name(used),
            found: separator_name(other.delimiter),
        }),
    }
}

fn separator_name(delimiter: u8) -> &'static str {
    SEPARATORS.iter().find(|(byte, _)| *byte == delimiter).map_or("the configured one", |(_, name)| name)
}

fn separator_stated(line: &[u8]) -> Option<u8> {
    let end = memchr2(b'\n', b'\r', line).unwrap_or(line.len());
    match line[..end].strip_prefix(b"sep=") {
        Some([byte]) if SEPARATORS.iter().any(|(separator, _)| separator == byte) => Some(*byte),
        _ => None,
    }
}
