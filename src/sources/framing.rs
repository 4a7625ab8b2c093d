//! Where records begin and end in a stretch of delimited text, strictly after RFC 4180.
//!
//! It promises that every byte is in exactly one record, fault or blank line, and that the answer
//! depends on the text alone, never on how it was cut into blocks. A line ends with LF, CR LF or CR, as
//! in the `csv` crate. A quote opens only at the start of a field; where a quoted field goes wrong, the
//! physical line on which it began is a fault, and reading goes on with the very next physical line.
//! It knows neither columns' names nor encodings.

use memchr::{memchr, memchr_iter, memchr2, memrchr2};

use super::batch::RowFaultCode;

/// What framing must know about the table.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    pub(super) delimiter: u8,
    /// Delimiters in the header; a line with as many looks like a row.
    pub(super) delimiters: usize,
    /// Longest record, without its line end.
    pub(super) max_record_bytes: usize,
    /// Whether quotes mean anything; otherwise every line is a record.
    pub(super) quotes: bool,
}

/// A record that is not a plain line: it holds quotes, or is a fault.
#[derive(Clone, Copy)]
pub(super) struct Special {
    pub(super) start: u32,
    /// After its line end.
    pub(super) end: u32,
    /// Line ends in it.
    pub(super) lines: u32,
    /// `None`: a legal record with quotes.
    pub(super) fault: Option<RowFaultCode>,
}

/// What can be handed out of a buffer. Whatever lies between specials is plain lines.
#[derive(Default)]
pub(super) struct Frame {
    /// Bytes that are framed; 0: more input is needed.
    pub(super) end: usize,
    /// Line ends in them.
    pub(super) lines: u64,
    pub(super) specials: Vec<Special>,
    /// The last record is too long and its line goes on: skip to its end.
    pub(super) open: bool,
}

/// Frames as many records of `data` as are whole, at most about `max_rows`.
pub(super) fn frame(data: &[u8], ended: bool, max_rows: usize, rules: &Rules) -> Frame {
    let mut frame = Frame::default();
    let mut rows = 0;
    loop {
        let quote = if rules.quotes { memchr(b'"', &data[frame.end..]) } else { None };
        let quote = quote.map(|at| frame.end + at);
        let plain_end = match quote {
            Some(at) => line_start(data, frame.end, at),
            None => last_line_end(data, frame.end, ended),
        };
        let lines = count_lines(&data[frame.end..plain_end]);
        if rows + lines >= max_rows {
            let (cut, taken) = cut_after(data, frame.end, plain_end, max_rows - rows);
            frame.end = cut;
            frame.lines += taken as u64;
            return frame;
        }
        rows += lines;
        frame.lines += lines as u64;
        frame.end = plain_end;
        if quote.is_none() {
            break;
        }
        match scan(data, frame.end, ended, rules) {
            Scan::More => break,
            Scan::Record { end, lines } => frame.push(frame.end, end, lines, None),
            Scan::Fault(code) => match fault_line(data, frame.end, ended, rules, code) {
                None => break,
                Some((end, code)) => {
                    frame.open = !ended && !ends_line(data, end);
                    frame.push(frame.end, end, usize::from(!frame.open), Some(code));
                    if frame.open {
                        return frame;
                    }
                }
            },
        }
        rows += 1;
        if rows >= max_rows {
            return frame;
        }
    }
    if frame.end == 0 && !ended && data.len() > rules.max_record_bytes + 2 {
        frame.push(0, data.len(), 0, Some(RowFaultCode::TooLong));
        frame.open = true;
    }
    frame
}

impl Frame {
    fn push(&mut self, start: usize, end: usize, lines: usize, fault: Option<RowFaultCode>) {
        let narrow = |at: usize| u32::try_from(at).expect("a block is far below 4 GiB");
        let special = Special { start: narrow(start), end: narrow(end), lines: narrow(lines), fault };
        self.specials.push(special);
        self.lines += lines as u64;
        self.end = end;
    }
}

/// How reading one record ended.
pub(super) enum Scan {
    /// Whole and legal; `end` is after its line end, and it holds so many.
    Record { end: usize, lines: usize },
    /// Its first line is a fault.
    Fault(RowFaultCode),
    /// The data ends before it is clear.
    More,
}

/// Reads the record that begins at `start`, field by field.
pub(super) fn scan(data: &[u8], start: usize, ended: bool, rules: &Rules) -> Scan {
    // Two bytes more than the longest record: its line end, or the byte after a closing quote. Within
    // this window everything is decided, so that the answer does not depend on the block's size.
    let window = data.len().min(start.saturating_add(rules.max_record_bytes).saturating_add(2));
    let over = data.len() > window || !ended;
    let full = window == start.saturating_add(rules.max_record_bytes).saturating_add(2);
    let data = &data[..window];
    let mut lines = Lines {
        start,
        next_end: line_end(data, start),
        first_delimiters: None,
        whole_from: None,
        last_from: None,
    };
    let mut at = start;
    loop {
        // At the start of a field.
        if data.get(at) == Some(&b'"') {
            match close(data, at + 1, rules, &mut lines) {
                Ok(Some(after)) => at = after,
                Ok(None) if full => return Scan::Fault(lines.unclosed()),
                Ok(None) if over => return Scan::More,
                Ok(None) => return Scan::Fault(RowFaultCode::UnclosedQuote),
                Err(code) => return Scan::Fault(code),
            }
        } else {
            // To the end of the line, or to the next quote; that one must open a field.
            let end = lines.end(data, at);
            match memchr(b'"', &data[at..end]).map(|found| at + found) {
                Some(quote) if data[quote - 1] != rules.delimiter => {
                    return Scan::Fault(RowFaultCode::StrayQuote);
                }
                Some(quote) => {
                    at = quote;
                    continue;
                }
                None => at = end,
            }
        }
        match data.get(at) {
            Some(&byte) if byte == rules.delimiter => at += 1,
            Some(b'\n' | b'\r') => {
                if data[at] == b'\r' && at + 1 == window && over && !full {
                    return Scan::More;
                }
                return lines.finish(data, at, after_line_end(data, at), rules);
            }
            Some(_) => return Scan::Fault(RowFaultCode::StrayQuote),
            None if full => return Scan::Fault(lines.unclosed()),
            None if over => return Scan::More,
            None => return lines.finish(data, at, at, rules),
        }
    }
}

/// Goes to just after the closing quote. `None`: the data ends first, or right after a quote that may be
/// the first of a pair.
fn close(
    data: &[u8],
    mut from: usize,
    rules: &Rules,
    lines: &mut Lines,
) -> Result<Option<usize>, RowFaultCode> {
    loop {
        let Some(quote) = memchr(b'"', &data[from..]).map(|at| from + at) else {
            lines.pass(data, from, data.len(), rules)?;
            return Ok(None);
        };
        lines.pass(data, from, quote, rules)?;
        if data.get(quote + 1) == Some(&b'"') {
            from = quote + 2;
        } else {
            lines.leave();
            return Ok(Some(quote + 1));
        }
    }
}

/// Watches the lines a record runs over.
struct Lines {
    start: usize,
    /// A line end that is known already: looked for once a line, not once a field.
    next_end: usize,
    /// Delimiters on the first line, quoted or not, once the record has left it.
    first_delimiters: Option<usize>,
    /// Start of the current line, while it has been inside one quoted field all along.
    whole_from: Option<usize>,
    /// Start of the current line, once it is not the first.
    last_from: Option<usize>,
}

impl Lines {
    /// The first line end from `from` on.
    fn end(&mut self, data: &[u8], from: usize) -> usize {
        if self.next_end < from {
            self.next_end = line_end(data, from);
        }
        self.next_end
    }

    /// Goes over a quoted stretch. A line wholly inside it with as many delimiters as the header is a row
    /// that was swallowed.
    fn pass(&mut self, data: &[u8], from: usize, to: usize, rules: &Rules) -> Result<(), RowFaultCode> {
        let mut at = from;
        loop {
            let end = self.end(data, at);
            if end >= to {
                return Ok(());
            }
            let delimiters = |start: usize| memchr_iter(rules.delimiter, &data[start..end]).count();
            match (self.whole_from, self.last_from) {
                (Some(start), _) if delimiters(start) >= rules.delimiters => {
                    return Err(RowFaultCode::QuoteSwallowsRows);
                }
                (None, Some(start)) if self.looks_merged(delimiters(start), rules) => {
                    return Err(RowFaultCode::QuoteSwallowsRows);
                }
                (None, None) => self.first_delimiters = Some(delimiters(self.start)),
                _ => {}
            }
            at = after_line_end(data, end).min(to);
            self.whole_from = Some(at);
            self.last_from = Some(at);
        }
    }

    /// The quoted field is closed; the rest of the line is outside.
    const fn leave(&mut self) {
        self.whole_from = None;
    }

    /// Both the first line and this one have enough delimiters to be rows: one quote opened on the first
    /// and one closed on the other would join two rows without a trace.
    fn looks_merged(&self, delimiters: usize, rules: &Rules) -> bool {
        delimiters >= rules.delimiters && self.first_delimiters.is_some_and(|first| first >= rules.delimiters)
    }

    fn unclosed(&self) -> RowFaultCode {
        if self.last_from.is_some() { RowFaultCode::UnclosedQuote } else { RowFaultCode::TooLong }
    }

    fn finish(&self, data: &[u8], content_end: usize, end: usize, rules: &Rules) -> Scan {
        if content_end - self.start > rules.max_record_bytes {
            return Scan::Fault(self.unclosed());
        }
        if let Some(start) = self.last_from {
            let delimiters = memchr_iter(rules.delimiter, &data[start..content_end]).count();
            if self.looks_merged(delimiters, rules) {
                return Scan::Fault(RowFaultCode::QuoteSwallowsRows);
            }
        }
        let lines = if self.last_from.is_some() {
            count_lines(&data[self.start..end])
        } else {
            usize::from(end > content_end)
        };
        Scan::Record { end, lines }
    }
}

/// The end of the physical line that is a fault, and its code: a line over the limit is `TooLong`
/// whatever else is wrong. `None`: the data ends first.
fn fault_line(
    data: &[u8],
    start: usize,
    ended: bool,
    rules: &Rules,
    code: RowFaultCode,
) -> Option<(usize, RowFaultCode)> {
    let coded = |content_end: usize| {
        if content_end - start > rules.max_record_bytes { RowFaultCode::TooLong } else { code }
    };
    match memchr2(b'\n', b'\r', &data[start..]).map(|at| start + at) {
        Some(at) if data[at] == b'\r' && at + 1 == data.len() && !ended => None,
        Some(at) => Some((after_line_end(data, at), coded(at))),
        None if ended => Some((data.len(), coded(data.len()))),
        None if data.len() - start > rules.max_record_bytes + 2 => Some((data.len(), RowFaultCode::TooLong)),
        None => None,
    }
}

/// The first line end from `from` on, or the end of the data.
fn line_end(data: &[u8], from: usize) -> usize {
    memchr2(b'\n', b'\r', &data[from..]).map_or(data.len(), |at| from + at)
}

/// The index after the line end at `at`.
pub(super) fn after_line_end(data: &[u8], at: usize) -> usize {
    if data[at] == b'\r' && data.get(at + 1) == Some(&b'\n') { at + 2 } else { at + 1 }
}

fn ends_line(data: &[u8], end: usize) -> bool {
    end > 0 && matches!(data[end - 1], b'\n' | b'\r')
}

/// The start of the line in which `at` lies, not before `from`, itself the start of a line.
fn line_start(data: &[u8], from: usize, at: usize) -> usize {
    memrchr2(b'\n', b'\r', &data[from..at]).map_or(from, |end| from + end + 1)
}

/// After the last line end that surely is one: a CR as the last byte may be half of a CR LF.
fn last_line_end(data: &[u8], from: usize, ended: bool) -> usize {
    if ended {
        return data.len();
    }
    let sure = if data.last() == Some(&b'\r') { data.len() - 1 } else { data.len() };
    memrchr2(b'\n', b'\r', &data[from.min(sure)..sure]).map_or(from, |end| from + end + 1)
}

/// Line ends in a stretch: LF, CR LF and CR are one each.
pub(super) fn count_lines(data: &[u8]) -> usize {
    let feeds = memchr_iter(b'\n', data).count();
    if memchr(b'\r', data).is_none() {
        return feeds;
    }
    let lone = memchr_iter(b'\r', data).filter(|at| data.get(at + 1) != Some(&b'\n')).count();
    feeds + lone
}

/// The index after the `rows`-th line end, and how many line ends that are.
fn cut_after(data: &[u8], from: usize, to: usize, rows: usize) -> (usize, usize) {
    let mut at = from;
    for taken in 0..rows {
        match memchr2(b'\n', b'\r', &data[at..to]) {
            Some(found) => at = after_line_end(data, at + found),
            None => return (to, taken),
        }
    }
    (at, rows)
}
