//! Framed delimited text (CSV, TSV) split into cells, on a worker.
//!
//! It promises exact physical line numbers and a strict count of cells, and that rows without quotes
//! are never copied: they are split in place, which a test proves equal to the `csv` crate. Records
//! with quotes are framed strictly by `framing` first (`csv` alone takes a stray quote for text, and
//! swallows rows after an unclosed one); where a quote is doubled in them, `csv_core` unquotes them. It
//! must not know what a column means.

use memchr::{memchr, memchr2};

use super::batch::{Place, Records, Row, RowFault, RowFaultCode, STRIP_ROWS, Span, Strip};
use super::framing::{Rules, Special};
use super::marks::Marks;

/// What a worker must know about the table to split rows.
pub(super) struct Layout {
    pub(super) rules: Rules,
    /// Columns of the header.
    pub(super) fields: usize,
    /// Which of them are wanted, in wanted order.
    pub(super) wanted: Vec<u32>,
}

impl Layout {
    /// Splits framed text into records.
    pub(super) fn for_each(
        &self,
        data: &[u8],
        specials: &[Special],
        first: Place,
        f: &mut impl FnMut(Records<'_>),
    ) {
        let has_either = memchr2(0, b'\r', data).is_some();
        let mut splitter = Splitter {
            data,
            layout: self,
            spans: vec![(0, 0); self.fields * STRIP_ROWS],
            places: Vec::with_capacity(STRIP_ROWS),
            from: 0,
            pieces: Vec::new(),
            has_nul: has_either && memchr(0, data).is_some(),
            has_cr: has_either && memchr(b'\r', data).is_some(),
            // One fast pass over everything; only where it fails are cells looked at one by one.
            is_utf8: simdutf8::basic::from_utf8(data).is_ok(),
            place: first,
            unquoter: None,
            scratch: Vec::new(),
            ends: Vec::new(),
        };
        let mut at = 0;
        for special in specials {
            splitter.plain(at, special.start as usize, f);
            splitter.special(special, f);
            at = special.end as usize;
        }
        splitter.plain(at, data.len(), f);
        splitter.hand_on(f);
    }
}

/// Splits framed text into records, on a worker.
struct Splitter<'t> {
    data: &'t [u8],
    layout: &'t Layout,
    /// Of the rows that wait to be handed on together, and behind them those of the row at hand.
    spans: Vec<Span>,
    /// Of the rows that wait.
    places: Vec<Place>,
    /// Where the spans of the row at hand begin.
    from: usize,
    /// Pieces recovered from a fault.
    pieces: Vec<Span>,
    has_nul: bool,
    has_cr: bool,
    is_utf8: bool,
    place: Place,
    unquoter: Option<Box<csv_core::Reader>>,
    scratch: Vec<u8>,
    ends: Vec<usize>,
}

impl Splitter<'_> {
    /// Lines without any quote.
    fn plain(&mut self, from: usize, to: usize, f: &mut impl FnMut(Records<'_>)) {
        if self.has_cr {
            self.lines(from, to, [self.layout.rules.delimiter, b'\n', b'\r'], f);
        } else {
            self.lines(from, to, [self.layout.rules.delimiter, b'\n'], f);
        }
    }

    #[inline]
    fn lines<const N: usize>(
        &mut self,
        from: usize,
        to: usize,
        marks: [u8; N],
        f: &mut impl FnMut(Records<'_>),
    ) {
        let data = &self.data[..to];
        let delimiter = self.layout.rules.delimiter;
        let (mut line, mut cell, mut count) = (from, from, 0);
        Marks::new(&data[from..], marks).each(|hit| {
            let hit = from + hit;
            let byte = data[hit];
            if N > 2 && byte == b'\n' && hit == line && hit > from && data[hit - 1] == b'\r' {
                // The second half of a CR LF.
                line = hit + 1;
                cell = line;
                return;
            }
            self.cell(count, (cell as u32, hit as u32));
            count += 1;
            cell = hit + 1;
            if byte != delimiter {
                self.line(line, hit, count, f);
                self.place.line += 1;
                line = cell;
                count = 0;
            }
        });
        if line < to {
            self.cell(count, (cell as u32, to as u32));
            self.line(line, to, count + 1, f);
        }
    }

    /// One line without quotes, its cells in `spans`.
    #[inline]
    fn line(&mut self, start: usize, end: usize, count: usize, f: &mut impl FnMut(Records<'_>)) {
        if start == end {
            return;
        }
        let code = if end - start > self.layout.rules.max_record_bytes {
            RowFaultCode::TooLong
        } else if self.has_nul && memchr(0, &self.data[start..end]).is_some() {
            RowFaultCode::Nul
        } else if count < self.layout.fields {
            RowFaultCode::ShortRow
        } else if count > self.layout.fields {
            RowFaultCode::LongRow
        } else {
            if self.is_utf8 || wanted_is_utf8(&self.row(self.data)) {
                return self.keep(f);
            }
            RowFaultCode::InvalidEncoding
        };
        self.fault(code, start, end, f);
    }

    /// Notes a cell of the row at hand. A row may have more than the header.
    #[inline]
    fn cell(&mut self, count: usize, span: Span) {
        if count < self.layout.fields {
            self.spans[self.from + count] = span;
        }
    }

    /// The row at hand, its cells in these bytes.
    fn row<'d>(&'d self, data: &'d [u8]) -> Row<'d> {
        let spans = &self.spans[self.from..self.from + self.layout.fields];
        Row { data, spans, wanted: &self.layout.wanted, place: self.place }
    }

    /// Keeps the row at hand until there are enough.
    #[inline]
    fn keep(&mut self, f: &mut impl FnMut(Records<'_>)) {
        self.places.push(self.place);
        self.from += self.layout.fields;
        if self.places.len() == STRIP_ROWS {
            self.hand_on(f);
        }
    }

    /// Hands on the rows that wait.
    fn hand_on(&mut self, f: &mut impl FnMut(Records<'_>)) {
        if self.places.is_empty() {
            return;
        }
        let (width, wanted) = (self.layout.fields, &self.layout.wanted);
        let spans = &self.spans[..self.from];
        f(Records::Rows(Strip { data: self.data, spans, width, wanted, places: &self.places }));
        self.places.clear();
        self.from = 0;
    }

    /// A record with quotes, or a fault found while framing.
    fn special(&mut self, special: &Special, f: &mut impl FnMut(Records<'_>)) {
        let (start, end) = (special.start as usize, special.end as usize);
        let content_end = content_end(self.data, start, end);
        match special.fault {
            Some(code) => self.fault(code, start, content_end, f),
            None => self.quoted(start, content_end, f),
        }
        self.place.line += u64::from(special.lines);
    }

    /// A legal record with quotes.
    fn quoted(&mut self, start: usize, end: usize, f: &mut impl FnMut(Records<'_>)) {
        let record = &self.data[start..end];
        if self.has_nul && memchr(0, record).is_some() {
            return self.fault(RowFaultCode::Nul, start, end, f);
        }
        let (borrowed, count) = match self.split_quoted(start, end) {
            Some(count) => (true, count),
            None => (false, self.unquote(start, end)),
        };
        let place = self.place;
        let code = match count.cmp(&self.layout.fields) {
            std::cmp::Ordering::Less => RowFaultCode::ShortRow,
            std::cmp::Ordering::Greater => RowFaultCode::LongRow,
            std::cmp::Ordering::Equal => {
                let data = if borrowed { self.data } else { &self.scratch };
                if self.is_utf8 || wanted_is_utf8(&self.row(data)) {
                    return if borrowed { self.keep(f) } else { self.unquoted(f) };
                }
                RowFaultCode::InvalidEncoding
            }
        };
        self.hand_on(f);
        let count = self.unquote(start, end);
        self.pieces.clear();
        let mut from = 0;
        for &to in &self.ends[..count] {
            self.pieces.push((from, to as u32));
            from = to as u32;
        }
        f(Records::Fault(RowFault { code, place, data: &self.scratch, spans: &self.pieces }));
    }

    /// The row at hand, whose cells stand elsewhere than those of the rows that wait.
    fn unquoted(&mut self, f: &mut impl FnMut(Records<'_>)) {
        let (width, wanted) = (self.layout.fields, &self.layout.wanted);
        let from = self.from;
        self.hand_on(f);
        let spans = &self.spans[from..from + width];
        f(Records::Rows(Strip { data: &self.scratch, spans, width, wanted, places: &[self.place] }));
    }

    /// Splits a legal record in place and returns how many cells there are. `None`: a quote is doubled
    /// in it, so that its cells do not stand there as they read.
    fn split_quoted(&mut self, start: usize, end: usize) -> Option<usize> {
        let (data, delimiter) = (&self.data[..end], self.layout.rules.delimiter);
        let (mut at, mut count) = (start, 0);
        loop {
            let (span, next) = if data.get(at) == Some(&b'"') {
                let close = at + 1 + memchr(b'"', &data[at + 1..])?;
                if data.get(close + 1) == Some(&b'"') {
                    return None;
                }
                ((at + 1, close), close + 1)
            } else {
                let next = memchr(delimiter, &data[at..]).map_or(end, |found| at + found);
                ((at, next), next)
            };
            self.cell(count, (span.0 as u32, span.1 as u32));
            count += 1;
            if next >= end {
                return Some(count);
            }
            at = next + 1;
        }
    }

    /// Unquotes a record into `scratch`, its ends into `ends` and as far as they fit into `spans`.
    /// Returns how many cells there are.
    fn unquote(&mut self, start: usize, end: usize) -> usize {
        let record = &self.data[start..end];
        let delimiter = self.layout.rules.delimiter;
        let reader = self
            .unquoter
            .get_or_insert_with(|| Box::new(csv_core::ReaderBuilder::new().delimiter(delimiter).build()));
        reader.reset();
        if self.scratch.len() < record.len() {
            self.scratch.resize(record.len(), 0);
        }
        // One more cell than there are delimiters is the most there can be.
        let most = memchr::memchr_iter(delimiter, record).count() + 1;
        if self.ends.len() < most {
            self.ends.resize(most, 0);
        }
        let (mut read, mut wrote, mut count) = (0, 0, 0);
        loop {
            let (result, used, out, ends) =
                reader.read_record(&record[read..], &mut self.scratch[wrote..], &mut self.ends[count..]);
            read += used;
            wrote += out;
            count += ends;
            match result {
                csv_core::ReadRecordResult::InputEmpty => {}
                csv_core::ReadRecordResult::OutputFull
                | csv_core::ReadRecordResult::OutputEndsFull
                | csv_core::ReadRecordResult::Record
                | csv_core::ReadRecordResult::End => break,
            }
        }
        let mut from = 0;
        for cell in 0..count {
            let to = self.ends[cell] as u32;
            self.cell(cell, (from, to));
            from = to;
        }
        count
    }

    /// A physical line that is no row: split at separators, quotes around the pieces taken off.
    #[cold]
    fn fault(&mut self, code: RowFaultCode, start: usize, end: usize, f: &mut impl FnMut(Records<'_>)) {
        self.hand_on(f);
        let end = end.min(start.saturating_add(self.layout.rules.max_record_bytes));
        self.pieces.clear();
        let mut from = start;
        loop {
            let to =
                memchr2(self.layout.rules.delimiter, 0, &self.data[from..end]).map_or(end, |at| from + at);
            let (mut a, mut b) = (from, to);
            while a < b && self.data[a] == b'"' {
                a += 1;
            }
            while b > a && self.data[b - 1] == b'"' {
                b -= 1;
            }
            if a < b {
                self.pieces.push((a as u32, b as u32));
            }
            if to == end {
                break;
            }
            from = to + 1;
        }
        f(Records::Fault(RowFault { code, place: self.place, data: self.data, spans: &self.pieces }));
    }
}

fn wanted_is_utf8(row: &Row<'_>) -> bool {
    (0..row.len()).all(|index| std::str::from_utf8(row.cell(index)).is_ok())
}

/// The end of a record without its line end.
pub(super) fn content_end(data: &[u8], start: usize, end: usize) -> usize {
    match &data[start..end] {
        [.., b'\r', b'\n'] => end - 2,
        [.., b'\r' | b'\n'] => end - 1,
        _ => end,
    }
}
