//! An upload file, byte by byte: the platform's header, then rows of its grammar, ascending, each in
//! its part, as many as the manifest says. It keeps one row.

use super::fault::{CheckError, Fault, Rule};
use super::lines::{self, Hashed, Source};
use crate::identifiers::{Kind, is_forbidden_digest};
use crate::manifest::{UploadFile, UploadKind};
use crate::platforms::grammar::{RowFault, RowGrammar, preamble_len};
use crate::platforms::{Operation, Platform};

/// Most lines that may stand before the first row.
const PREAMBLE_LINES_MAX: u64 = 3;

/// Rows, and the identifiers in them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Members {
    pub(super) rows: u64,
    pub(super) emails: u64,
    pub(super) phones: u64,
}

impl std::ops::AddAssign for Members {
    fn add_assign(&mut self, other: Self) {
        self.rows += other.rows;
        self.emails += other.emails;
        self.phones += other.phones;
    }
}

/// What reading an upload file gave.
pub(super) struct Read {
    pub(super) hashed: Hashed,
    pub(super) rows: u64,
    pub(super) members: Members,
    pub(super) faults: Vec<Fault>,
}

/// Reads a file to its end; its lines only up to the first fault.
pub(super) fn check(
    source: &mut Source,
    audience: &str,
    platform: &Platform,
    file: &UploadFile,
) -> Result<Read, CheckError> {
    let mut rows = Rows {
        grammar: RowGrammar::of(platform),
        preamble: Preamble::of(platform, audience, file),
        shift: 16_u32.saturating_sub(file.parts.max(1).ilog2()),
        part: file.part,
        removes: file.kind == UploadKind::Remove,
        last: Vec::new(),
        members: Members::default(),
    };
    let mut fault = None;
    let hashed = lines::each_line(source, |number, line| {
        fault = rows.line(line).err().map(|rule| Fault::at(rule, &file.name, number));
        fault.is_none()
    })?;
    let members = rows.members;
    let mut faults = Vec::new();
    if fault.is_none() {
        if !rows.preamble.is_complete() {
            faults.push(Fault::of(Rule::Header, &file.name));
        }
        if members.rows != file.rows || hashed.bytes != file.bytes {
            faults.push(Fault::of(Rule::Count, &file.name));
        }
    }
    let within = platform.max_rows_per_file.is_none_or(|most| members.rows <= most)
        && platform.max_bytes_per_file.is_none_or(|most| hashed.bytes <= most);
    if !within {
        faults.push(Fault::of(Rule::Limit, &file.name));
    }
    faults.extend(fault);
    Ok(Read { hashed, rows: members.rows, members, faults })
}

/// The lines before the first row, gathered until they are what the platform asks for.
struct Preamble<'p> {
    platform: &'p Platform,
    audience: &'p str,
    operations: &'static [Operation],
    lines: Vec<u8>,
    wanted: u64,
    seen: u64,
}

impl<'p> Preamble<'p> {
    fn of(platform: &'p Platform, audience: &'p str, file: &UploadFile) -> Self {
        // Of a replacing file in parts only the first replaces; the others add to it.
        let operations: &[Operation] = match (file.kind, file.part) {
            (UploadKind::Full, 1) => &[Operation::Replace, Operation::Add],
            (UploadKind::Full | UploadKind::Add, _) => &[Operation::Add],
            (UploadKind::Remove, _) => &[Operation::Remove],
        };
        let header = platform.upload.layout().is_some_and(|layout| !layout.header.is_empty());
        let bulk = matches!(platform.upload, crate::platforms::Upload::MicrosoftBulk(_));
        let wanted = u64::from(header) + if bulk { PREAMBLE_LINES_MAX - 1 } else { 0 };
        Self { platform, audience, operations, lines: Vec::new(), wanted, seen: 0 }
    }

    fn is_complete(&self) -> bool {
        self.seen == self.wanted
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Rule> {
        self.lines.extend_from_slice(line);
        self.seen += 1;
        let fits = !self.is_complete()
            || self.operations.iter().any(|operation| {
                preamble_len(self.platform, &self.lines, self.audience, *operation) == Some(self.lines.len())
            });
        if fits { Ok(()) } else { Err(Rule::Header) }
    }
}

struct Rows<'p> {
    grammar: Option<RowGrammar>,
    preamble: Preamble<'p>,
    shift: u32,
    part: u32,
    /// Of a remove file every row is one identifier, whatever the platform's rows otherwise are.
    removes: bool,
    last: Vec<u8>,
    members: Members,
}

impl Rows<'_> {
    fn line(&mut self, line: &[u8]) -> Result<(), Rule> {
        if !self.preamble.is_complete() {
            return self.preamble.line(line);
        }
        let grammar = self.grammar.as_ref().ok_or(Rule::Row)?;
        let (mut first, mut emails, mut phones, mut forbidden) = (None, 0, 0, false);
        grammar
            .check(line, |kind, digest| {
                let bytes = digest.as_bytes();
                first.get_or_insert(u16::from_be_bytes([bytes[0], bytes[1]]));
                forbidden |= is_forbidden_digest(&digest);
                match kind {
                    Kind::Email => emails += 1,
                    Kind::Phone => phones += 1,
                }
            })
            .map_err(|fault| match fault {
                RowFault::DigestOfNothing { .. } => Rule::ForbiddenDigest,
                _ => Rule::Row,
            })?;
        if forbidden {
            return Err(Rule::ForbiddenDigest);
        }
        if self.removes && emails + phones != 1 {
            return Err(Rule::Removal);
        }
        if first.is_none_or(|prefix| (u32::from(prefix) >> self.shift) + 1 != self.part) {
            return Err(Rule::Part);
        }
        if self.last.as_slice() >= line {
            return Err(Rule::RowOrder);
        }
        self.last.clear();
        self.last.extend_from_slice(line);
        self.members += Members { rows: 1, emails, phones };
        Ok(())
    }
}
