//! A stretch of an input on its way to a worker: rows of borrowed cells.
//!
//! A [`Batch`] owns its bytes and can be sent to another thread; the heavy work of splitting rows
//! into cells happens there, in [`Batch::for_each`]. Cells live no longer than the call that hands
//! them out. None of these types has `Debug`: a cell cannot reach a log by accident. Nothing here
//! knows what a column means, or where the bytes came from.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use memchr::memchr;

use super::text::Text;

/// Where a record begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Index of the file in [`super::OpenTable::files`].
    pub file: u32,
    /// Physical line, from 1. In a columnar file: the row, from 1.
    pub line: u64,
}

/// One record: a row, or the reason why there is none.
pub enum Record<'b> {
    /// A row with as many cells as the header has columns.
    Row(Row<'b>),
    /// A physical line that is no row.
    Fault(RowFault<'b>),
}

/// Rows side by side, or the reason why there is none.
pub enum Records<'b> {
    /// Rows one after another, [`STRIP_ROWS`] at most.
    Rows(Strip<'b>),
    /// A physical line that is no row.
    Fault(RowFault<'b>),
}

/// Most rows that are handed out together: so few that their cells stay in a processor's first cache, so
/// many that what is done with each of them in turn is fetched once for all.
pub const STRIP_ROWS: usize = 32;

/// Rows side by side.
#[derive(Clone, Copy)]
pub struct Strip<'b> {
    pub(super) data: &'b [u8],
    pub(super) spans: &'b [Span],
    /// How many of them a row has.
    pub(super) width: usize,
    pub(super) wanted: &'b [u32],
    /// One a row.
    pub(super) places: &'b [Place],
}

impl<'b> Strip<'b> {
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// One of them.
    ///
    /// # Panics
    /// When there are not so many.
    #[must_use]
    #[inline]
    pub fn row(&self, nth: usize) -> Row<'b> {
        let spans = &self.spans[nth * self.width..(nth + 1) * self.width];
        Row { data: self.data, spans, wanted: self.wanted, place: self.places[nth] }
    }
}

/// A row of cells. Every wanted cell is valid UTF-8 without NUL.
pub struct Row<'b> {
    pub(super) data: &'b [u8],
    pub(super) spans: &'b [Span],
    pub(super) wanted: &'b [u32],
    pub(super) place: Place,
}

/// Start and end of a cell in its bytes.
pub(super) type Span = (u32, u32);

impl<'b> Row<'b> {
    /// The cell of the wanted column `index`, in the order given to [`super::open`].
    ///
    /// # Panics
    /// When there is no such wanted column.
    #[must_use]
    #[inline]
    pub fn cell(&self, index: usize) -> &'b [u8] {
        let (start, end) = self.spans[self.wanted[index] as usize];
        &self.data[start as usize..end as usize]
    }

    /// The same where it stands.
    ///
    /// # Panics
    /// When there is no such wanted column.
    #[must_use]
    #[inline]
    pub fn placed(&self, index: usize) -> Placed<'b> {
        let (start, end) = self.spans[self.wanted[index] as usize];
        Placed { from_here: &self.data[start as usize..], bytes: (end - start) as usize }
    }

    /// How many wanted columns there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.wanted.len()
    }

    /// Whether no column was wanted.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Where it begins.
    #[must_use]
    pub const fn place(&self) -> Place {
        self.place
    }
}

/// A cell where it stands in its table: who looks at many bytes at once may look beyond its end, at what is no
/// part of it.
#[derive(Clone, Copy)]
pub struct Placed<'b> {
    from_here: &'b [u8],
    bytes: usize,
}

impl<'b> Placed<'b> {
    /// The cell.
    #[must_use]
    #[inline]
    pub fn cell(self) -> &'b [u8] {
        &self.from_here[..self.bytes]
    }

    /// What the table holds from the beginning of the cell on.
    #[must_use]
    pub const fn from_here(self) -> &'b [u8] {
        self.from_here
    }

    /// Bytes of the cell.
    #[must_use]
    pub const fn len(self) -> usize {
        self.bytes
    }

    /// Whether it has none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.bytes == 0
    }

    /// Its first so many bytes, and those behind so many.
    ///
    /// # Panics
    /// When it has not as many, or the second number is smaller.
    #[must_use]
    pub fn parted(self, first: usize, behind: usize) -> (Self, Self) {
        let rest = self.bytes.checked_sub(behind).expect("it has as many");
        assert!(first <= behind, "the parts of a cell lie side by side");
        (Self { bytes: first, ..self }, Self { from_here: &self.from_here[behind..], bytes: rest })
    }
}

/// A physical line that is no row, with what was in it: whoever was on it must still be found.
pub struct RowFault<'b> {
    /// What is wrong.
    pub code: RowFaultCode,
    /// Where the line is.
    pub place: Place,
    pub(super) data: &'b [u8],
    pub(super) spans: &'b [Span],
}

impl<'b> RowFault<'b> {
    /// The pieces that could be recovered, in the order in which they stand: bytes of any kind, split
    /// at separators, without the quotes around them. Their position says nothing about the column.
    pub fn cells(&self) -> impl Iterator<Item = &'b [u8]> + use<'b> {
        let data = self.data;
        self.spans.iter().map(move |&(start, end)| &data[start as usize..end as usize])
    }
}

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowFaultCode {
    /// Fewer cells than the header has columns.
    ShortRow,
    /// More cells than the header has columns.
    LongRow,
    /// A quote inside a cell, or text after a closing quote.
    StrayQuote,
    /// A quote that is never closed.
    UnclosedQuote,
    /// A quoted cell runs over lines that look like rows of their own.
    QuoteSwallowsRows,
    /// A mapped cell is not valid text in the file's encoding.
    InvalidEncoding,
    /// A NUL character.
    Nul,
    /// Longer than the limit for one record.
    TooLong,
    /// A line of an NDJSON file that is not one JSON object, or whose mapped values are not plain.
    BadJson,
}

impl RowFaultCode {
    /// The table.
    pub const ALL: [Self; 9] = [
        Self::ShortRow,
        Self::LongRow,
        Self::StrayQuote,
        Self::UnclosedQuote,
        Self::QuoteSwallowsRows,
        Self::InvalidEncoding,
        Self::Nul,
        Self::TooLong,
        Self::BadJson,
    ];

    /// The stable kebab-case code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.row().0
    }

    /// One sentence for a reader.
    #[must_use]
    pub const fn description(self) -> &'static str {
        self.row().1
    }

    const fn row(self) -> (&'static str, &'static str) {
        match self {
            Self::ShortRow => ("short-row", "The row has fewer cells than the header has columns."),
            Self::LongRow => ("long-row", "The row has more cells than the header has columns."),
            Self::StrayQuote => {
                ("stray-quote", "A quote stands inside a cell, or text follows a closing quote.")
            }
            Self::UnclosedQuote => ("unclosed-quote", "A quote is opened and never closed."),
            Self::QuoteSwallowsRows => {
                ("quote-swallows-rows", "A quoted cell runs over lines that look like rows of their own.")
            }
            Self::InvalidEncoding => {
                ("invalid-encoding", "A mapped cell is not valid text in the file's encoding.")
            }
            Self::Nul => ("nul-character", "The row holds a NUL character."),
            Self::TooLong => ("row-too-long", "The row is longer than the limit for one record."),
            Self::BadJson => (
                "bad-json",
                "The line is not one JSON object in which each mapped key stands at most once, with a plain and exact value.",
            ),
        }
    }
}

impl fmt::Display for RowFaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A stretch of one file, as owned bytes.
pub struct Batch {
    pub(super) file: u32,
    /// Line (or row) at which it begins.
    pub(super) first_line: u64,
    pub(super) body: Body,
    /// Records of this file handed out so far, over all batches.
    pub(super) records: Arc<AtomicU64>,
    pub(super) counted: AtomicBool,
}

/// What a batch holds.
pub(super) enum Body {
    /// Lines, framed but not split.
    Text(Text),
    /// Cells side by side, from a columnar file. Only that reader makes them.
    #[cfg_attr(not(feature = "columnar"), expect(dead_code, reason = "only columnar files make cells"))]
    Cells(Cells),
}

/// Rows of wanted cells only, one after another.
pub(super) struct Cells {
    pub(super) data: Vec<u8>,
    /// `width` spans a row.
    pub(super) spans: Vec<Span>,
    pub(super) width: usize,
    /// 0, 1, 2, …
    pub(super) wanted: Arc<[u32]>,
    pub(super) rows: usize,
    pub(super) max_record_bytes: usize,
}

impl Batch {
    /// Hands every record to `f`, in file order. The cells are borrowed for the call only.
    pub fn for_each(&self, mut f: impl FnMut(Record<'_>)) {
        self.for_each_strip(|records| match records {
            Records::Rows(strip) => (0..strip.len()).for_each(|nth| f(Record::Row(strip.row(nth)))),
            Records::Fault(fault) => f(Record::Fault(fault)),
        });
    }

    /// The same, many rows at once.
    pub fn for_each_strip(&self, mut f: impl FnMut(Records<'_>)) {
        let mut count = 0_u64;
        let mut counting = |records: Records<'_>| {
            count += match &records {
                Records::Rows(strip) => strip.len() as u64,
                Records::Fault(_) => 1,
            };
            f(records);
        };
        match &self.body {
            Body::Text(text) => text.for_each(self.file, self.first_line, &mut counting),
            Body::Cells(cells) => cells.for_each(self.file, self.first_line, &mut counting),
        }
        if !self.counted.swap(true, Ordering::Relaxed) {
            self.records.fetch_add(count, Ordering::Relaxed);
        }
    }

    /// Index of the file it comes from.
    #[must_use]
    pub const fn file(&self) -> u32 {
        self.file
    }

    /// Bytes of rows in it, for those who bound what is under way.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match &self.body {
            Body::Text(text) => text.len(),
            Body::Cells(cells) => cells.data.len(),
        }
    }
}

impl Cells {
    fn for_each(&self, file: u32, first_line: u64, f: &mut impl FnMut(Records<'_>)) {
        let data = &self.data;
        let has_nul = memchr(0, data).is_some();
        let place = |row: usize| Place { file, line: first_line + row as u64 };
        let mut from = 0;
        while from < self.rows {
            let most = self.rows.min(from + STRIP_ROWS);
            let fault = (from..most).find_map(|row| self.fault(row, has_nul).map(|code| (row, code)));
            let to = fault.map_or(most, |(row, _)| row);
            if from < to {
                let places: Vec<Place> = (from..to).map(place).collect();
                let spans = &self.spans[from * self.width..to * self.width];
                let (width, wanted) = (self.width, &self.wanted);
                f(Records::Rows(Strip { data, spans, width, wanted, places: &places }));
            }
            from = to;
            if let Some((row, code)) = fault {
                let spans = &self.spans[row * self.width..(row + 1) * self.width];
                f(Records::Fault(RowFault { code, place: place(row), data, spans }));
                from += 1;
            }
        }
    }

    /// What is wrong with a row.
    fn fault(&self, row: usize, has_nul: bool) -> Option<RowFaultCode> {
        let spans = &self.spans[row * self.width..(row + 1) * self.width];
        let bytes: usize = spans.iter().map(|(start, end)| (end - start) as usize).sum();
        let nul = |(start, end): &Span| memchr(0, &self.data[*start as usize..*end as usize]).is_some();
        if bytes > self.max_record_bytes {
            Some(RowFaultCode::TooLong)
        } else {
            (has_nul && spans.iter().any(nul)).then_some(RowFaultCode::Nul)
        }
    }
}
