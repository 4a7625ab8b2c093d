//! An upload file, byte by byte: the platform's header, then rows of its grammar, ascending, each in
//! its part, as many as the manifest says. It keeps one row.

use super::fault::{Fault, Rule};
use super::lines::Hashed;
use crate::identifiers::{Kind, is_forbidden_digest};
use crate::manifest::{UploadFile, UploadKind};
use crate::platforms::grammar::{Found, RowFault, RowGrammar, preamble_len};
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

/// An upload file while its bytes pass by.
pub(super) struct Reading {
    rows: Rows,
    fault: Option<(u64, Rule)>,
}

/// What reading an upload file gave, before it is held against the manifest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) hashed: Hashed,
    pub(super) members: Members,
    has_header: bool,
    fault: Option<(u64, Rule)>,
}

impl Reading {
    /// Of a part of an upload of this audience.
    pub(super) fn begin(
        platform: &'static Platform,
        audience: &str,
        kind: UploadKind,
        [part, parts]: [u32; 2],
    ) -> Self {
        let rows = Rows {
            grammar: RowGrammar::of(platform),
            found: Found::default(),
            preamble: Preamble::of(platform, audience, kind, part),
            shift: 16_u32.saturating_sub(parts.max(1).ilog2()),
            part,
            removes: kind == UploadKind::Remove,
            last: Vec::new(),
            members: Members::default(),
        };
        Self { rows, fault: None }
    }

    /// The next line; whether more are wanted.
    pub(super) fn line(&mut self, number: u64, line: &[u8]) -> bool {
        self.fault = self.rows.line(line).err().map(|rule| (number, rule));
        self.fault.is_none()
    }

    /// After the last line.
    pub(super) fn end(self, hashed: Hashed) -> Seen {
        let has_header = self.rows.preamble.is_complete();
        Seen { hashed, members: self.rows.members, has_header, fault: self.fault }
    }
}

impl Seen {
    /// What of it is not as the manifest says.
    pub(super) fn faults(&self, platform: &Platform, file: &UploadFile) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.fault.is_none() {
            if !self.has_header {
                faults.push(Fault::of(Rule::Header, &file.name));
            }
            if self.members.rows != file.rows || self.hashed.bytes != file.bytes {
                faults.push(Fault::of(Rule::Count, &file.name));
            }
        }
        let within = platform.max_rows_per_file.is_none_or(|most| self.members.rows <= most)
            && platform.max_bytes_per_file.is_none_or(|most| self.hashed.bytes <= most);
        if !within {
            faults.push(Fault::of(Rule::Limit, &file.name));
        }
        faults.extend(self.fault.map(|(line, rule)| Fault::at(rule, &file.name, line)));
        faults
    }
}

/// The lines before the first row, gathered until they are what the platform asks for.
struct Preamble {
    platform: &'static Platform,
    audience: String,
    operations: &'static [Operation],
    lines: Vec<u8>,
    wanted: u64,
    seen: u64,
}

impl Preamble {
    fn of(platform: &'static Platform, audience: &str, kind: UploadKind, part: u32) -> Self {
        // Of a replacing file in parts only the first replaces; the others add to it.
        let operations: &[Operation] = match (kind, part) {
            (UploadKind::Full, 1) => &[Operation::Replace, Operation::Add],
            (UploadKind::Full | UploadKind::Add, _) => &[Operation::Add],
            (UploadKind::Remove, _) => &[Operation::Remove],
        };
        let header = platform.upload.layout().is_some_and(|layout| !layout.header.is_empty());
        let bulk = matches!(platform.upload, crate::platforms::Upload::MicrosoftBulk(_));
        let wanted = u64::from(header) + if bulk { PREAMBLE_LINES_MAX - 1 } else { 0 };
        Self { platform, audience: audience.to_owned(), operations, lines: Vec::new(), wanted, seen: 0 }
    }

    fn is_complete(&self) -> bool {
        self.seen == self.wanted
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Rule> {
        self.lines.extend_from_slice(line);
        self.seen += 1;
        let fits = !self.is_complete()
            || self.operations.iter().any(|operation| {
                preamble_len(self.platform, &self.lines, &self.audience, *operation) == Some(self.lines.len())
            });
        if fits { Ok(()) } else { Err(Rule::Header) }
    }
}

struct Rows {
    grammar: Option<RowGrammar>,
    /// In the line at hand.
    found: Found,
    preamble: Preamble,
    shift: u32,
    part: u32,
    /// Of a remove file every row is one identifier, whatever the platform's rows otherwise are.
    removes: bool,
    last: Vec<u8>,
    members: Members,
}

impl Rows {
    fn line(&mut self, line: &[u8]) -> Result<(), Rule> {
        if !self.preamble.is_complete() {
            return self.preamble.line(line);
        }
        let grammar = self.grammar.as_ref().ok_or(Rule::Row)?;
        grammar.check(line, &mut self.found).map_err(|fault| match fault {
            RowFault::DigestOfNothing { .. } => Rule::ForbiddenDigest,
            _ => Rule::Row,
        })?;
        let (mut first, mut emails, mut phones, mut forbidden) = (None, 0, 0, false);
        for (kind, digest) in self.found.digests() {
            let bytes = digest.as_bytes();
            first.get_or_insert(u16::from_be_bytes([bytes[0], bytes[1]]));
            forbidden |= is_forbidden_digest(&digest);
            match kind {
                Kind::Email => emails += 1,
                Kind::Phone => phones += 1,
            }
        }
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
