//! Parquet and Arrow IPC by polars, batch by batch, only the wanted columns, every cell as text.
//!
//! This file alone names polars, and nothing of polars leaves it: frames print what they hold, and so
//! do polars' errors, so that both end here. It promises the text that a CSV of the same data has:
//! integers and exact decimals in digits, dates and moments in ISO 8601, nulls empty. The commitment is
//! taken of the same open file in a pass of its own, since these formats are not read from front to
//! back; a file that changes meanwhile is an error all the same.

#![expect(clippy::disallowed_types, reason = "this file alone names polars")]

use std::fmt::Write as _;
use std::fs::File;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span as TimeSpan, Timestamp};
use polars::io::HiveOptions;
use polars::lazy::dsl::ScanSources;
use polars::prelude::{
    AnyValue, Column, DataFrame, DataType, Engine, IpcScanOptions, LazyFrame, PlanCallback, ScanArgsParquet,
    TimeUnit, UnifiedScanArgs, col,
};

use super::batch::{Batch, Body, Cells};
use super::error::SourceError;
use super::files::{Opened, SourceFile, format_name};
use super::{Finished, ReadOptions, locate};
use crate::config::Format;
use crate::config::shown::shown_name;

/// Batches under way between polars and the reading thread.
const QUEUE: usize = 2;

/// Reads one columnar file.
pub(super) struct ColumnarReader {
    opened: Opened,
    shown: String,
    format: Format,
    index: u32,
    header: Vec<String>,
    /// The wanted columns, each once, and where each wanted one is among them.
    columns: Vec<String>,
    wanted: Arc<[u32]>,
    options: ReadOptions,
    records: Arc<AtomicU64>,
    frames: Option<Receiver<Message>>,
    rows: u64,
    hmac: Option<[u8; 32]>,
}

/// What the thread that runs polars says. A thread that died says nothing more.
enum Message {
    Rows(Cells),
    Failed(SourceError),
    Done,
}

impl ColumnarReader {
    /// Reads and checks the schema.
    pub(super) fn start(
        file: &SourceFile,
        index: usize,
        wanted: &[String],
        options: &ReadOptions,
        records: &Arc<AtomicU64>,
    ) -> Result<Self, SourceError> {
        let opened = Opened::open(file)?;
        let unreadable =
            || SourceError::Columnar { file: file.shown.clone(), format: format_name(file.format) };
        let handle = opened.handle()?;
        // Its own thread, since polars answers some odd schemas with a panic.
        let format = file.format;
        let schema = std::thread::spawn(move || scan(handle, format).ok()?.collect_schema().ok())
            .join()
            .ok()
            .flatten()
            .ok_or_else(unreadable)?;
        let header: Vec<String> = schema.iter_names().map(ToString::to_string).collect();
        let located = locate(&header, wanted, &file.shown)?;
        let mut columns: Vec<String> = Vec::new();
        let mut places = Vec::new();
        for (name, at) in wanted.iter().zip(located) {
            let (_, kind) = schema.get_at_index(at as usize).ok_or_else(unreadable)?;
            if let Some(kind) = without_text(kind) {
                return Err(SourceError::ColumnType { file: file.shown.clone(), column: name.clone(), kind });
            }
            let known = columns.iter().position(|column| column == name);
            let place = known.unwrap_or(columns.len());
            if known.is_none() {
                columns.push(name.clone());
            }
            places.push(u32::try_from(place).expect("far fewer columns"));
        }
        Ok(Self {
            opened,
            shown: file.shown.clone(),
            format,
            index: u32::try_from(index).expect("a pattern does not match four billion files"),
            header,
            columns,
            wanted: places.into(),
            options: options.clone(),
            records: Arc::clone(records),
            frames: None,
            rows: 0,
            hmac: None,
        })
    }

    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// All of it as soon as the commitment is taken: polars does not tell how far it is.
    pub(super) fn bytes_read(&self) -> u64 {
        if self.frames.is_some() { self.opened.size() } else { 0 }
    }

    pub(super) fn next_batch(&mut self) -> Result<Option<Batch>, SourceError> {
        if self.frames.is_none() {
            self.hmac = self.opened.digest(self.options.digest_key.as_ref())?;
            self.frames = Some(self.run()?);
        }
        let Some(frames) = &self.frames else { return Ok(None) };
        match frames.recv() {
            Ok(Message::Rows(cells)) => {
                let first_line = self.rows + 1;
                self.rows += cells.rows as u64;
                Ok(Some(Batch {
                    file: self.index,
                    first_line,
                    body: Body::Cells(cells),
                    records: Arc::clone(&self.records),
                    counted: AtomicBool::new(false),
                }))
            }
            Ok(Message::Failed(error)) => Err(error),
            Ok(Message::Done) => Ok(None),
            Err(_) => Err(self.unreadable()),
        }
    }

    /// After the last batch.
    pub(super) fn finish(&mut self) -> Result<Finished, SourceError> {
        self.opened.check_unchanged()?;
        Ok((self.opened.size(), self.hmac, None))
    }

    fn unreadable(&self) -> SourceError {
        SourceError::Columnar { file: self.shown.clone(), format: format_name(self.format) }
    }

    /// Starts polars on a thread of its own.
    fn run(&self) -> Result<Receiver<Message>, SourceError> {
        let (sender, receiver) = sync_channel(QUEUE);
        let table = Table {
            file: self.shown.clone(),
            columns: self.columns.clone(),
            wanted: Arc::clone(&self.wanted),
            max_record_bytes: self.options.max_record_bytes,
        };
        let (handle, format, unreadable) = (self.opened.handle()?, self.format, self.unreadable());
        let rows = NonZeroUsize::new(self.options.batch_rows).unwrap_or(NonZeroUsize::MIN);
        std::thread::spawn(move || {
            let done = stream(handle, format, rows, table, &sender);
            // Nobody listens any more when the reader was dropped.
            let _ = sender.send(if done.is_some() { Message::Done } else { Message::Failed(unreadable) });
        });
        Ok(receiver)
    }
}

/// Runs the whole scan. `None`: polars refused; its own words stay here.
fn stream(
    file: File,
    format: Format,
    rows: NonZeroUsize,
    table: Table,
    sender: &SyncSender<Message>,
) -> Option<()> {
    let columns: Vec<_> = table.columns.iter().map(|name| col(name.as_str())).collect();
    let sender = sender.clone();
    let hand_on = PlanCallback::new(move |frame: DataFrame| {
        let message = table.cells(&frame).map_or_else(Message::Failed, Message::Rows);
        let failed = matches!(message, Message::Failed(_));
        Ok(sender.send(message).is_err() || failed)
    });
    let plan = scan(file, format).ok()?.select(columns);
    plan.sink_batches(hand_on, true, Some(rows)).ok()?.collect_with_engine(Engine::Streaming).ok()?;
    Some(())
}

fn scan(file: File, format: Format) -> polars::prelude::PolarsResult<LazyFrame> {
    let sources = ScanSources::Files(Arc::from([file]));
    // A path is no data here: `year=2026/` in a folder's name must not become a column.
    let hive_options = HiveOptions::new_disabled();
    match format {
        Format::Parquet => LazyFrame::scan_parquet_sources(
            sources,
            ScanArgsParquet { cache: false, glob: false, hive_options, ..Default::default() },
        ),
        _ => LazyFrame::scan_ipc_sources(
            sources,
            IpcScanOptions::default(),
            UnifiedScanArgs { glob: false, hive_options, ..Default::default() },
        ),
    }
}

/// What a type is called that has no exact text.
fn without_text(kind: &DataType) -> Option<&'static str> {
    match kind {
        DataType::List(_) | DataType::Array(..) => Some("lists"),
        DataType::Struct(_) => Some("structures"),
        DataType::Binary | DataType::BinaryOffset => Some("bytes"),
        DataType::Duration(_) => Some("durations"),
        DataType::Datetime(_, Some(zone)) if TimeZone::get(zone.as_str()).is_err() => {
            Some("moments in an unknown time zone")
        }
        _ => None,
    }
}

/// What turning frames into cells needs.
struct Table {
    file: String,
    columns: Vec<String>,
    wanted: Arc<[u32]>,
    max_record_bytes: usize,
}

impl Table {
    fn cells(&self, frame: &DataFrame) -> Result<Cells, SourceError> {
        let (rows, width) = (frame.height(), self.columns.len());
        let mut cells = Cells {
            data: Vec::new(),
            spans: vec![(0, 0); rows * width],
            width,
            wanted: Arc::clone(&self.wanted),
            rows,
            max_record_bytes: self.max_record_bytes,
        };
        for (at, name) in self.columns.iter().enumerate() {
            let column = frame.column(name).ok();
            let written = column.and_then(|column| write_column(column, at, &mut cells));
            if written.is_none() {
                return Err(SourceError::ColumnType {
                    file: self.file.clone(),
                    column: shown_name(name),
                    kind: "values of an unknown type",
                });
            }
        }
        Ok(cells)
    }
}

/// Writes one column's cells. `None`: a type without text, or more than a batch can hold.
fn write_column(column: &Column, at: usize, cells: &mut Cells) -> Option<()> {
    let text_of_categories;
    let column = match column.dtype() {
        DataType::Categorical(..) | DataType::Enum(..) => {
            text_of_categories = column.cast(&DataType::String).ok()?;
            &text_of_categories
        }
        _ => column,
    };
    let width = cells.width;
    let series = column.as_materialized_series();
    if let Ok(strings) = series.str() {
        for (row, value) in strings.iter().enumerate() {
            let start = cells.data.len();
            cells.data.extend_from_slice(value.unwrap_or_default().as_bytes());
            cells.spans[row * width + at] = span(start, cells.data.len())?;
        }
        return Some(());
    }
    let zone = match column.dtype() {
        DataType::Datetime(_, Some(zone)) => Some(TimeZone::get(zone.as_str()).ok()?),
        _ => None,
    };
    let mut text = String::new();
    for (row, value) in series.iter().enumerate() {
        text.clear();
        write_value(&value, zone.as_ref(), &mut text)?;
        let start = cells.data.len();
        cells.data.extend_from_slice(text.as_bytes());
        cells.spans[row * width + at] = span(start, cells.data.len())?;
    }
    Some(())
}

fn span(start: usize, end: usize) -> Option<(u32, u32)> {
    Some((u32::try_from(start).ok()?, u32::try_from(end).ok()?))
}

/// The text of a value. A moment outside the calendar, years -9999 to 9999, is written as its number:
/// it is no date, and must not look like none.
fn write_value(value: &AnyValue<'_>, zone: Option<&TimeZone>, out: &mut String) -> Option<()> {
    match value {
        AnyValue::Null => Ok(()),
        AnyValue::Boolean(value) => write!(out, "{value}"),
        AnyValue::String(value) => out.write_str(value),
        AnyValue::StringOwned(value) => out.write_str(value),
        AnyValue::UInt8(value) => write!(out, "{value}"),
        AnyValue::UInt16(value) => write!(out, "{value}"),
        AnyValue::UInt32(value) => write!(out, "{value}"),
        AnyValue::UInt64(value) => write!(out, "{value}"),
        AnyValue::UInt128(value) => write!(out, "{value}"),
        AnyValue::Int8(value) => write!(out, "{value}"),
        AnyValue::Int16(value) => write!(out, "{value}"),
        AnyValue::Int32(value) => write!(out, "{value}"),
        AnyValue::Int64(value) => write!(out, "{value}"),
        AnyValue::Int128(value) => write!(out, "{value}"),
        // Not a number is how data frames write a blank.
        AnyValue::Float32(value) if value.is_nan() => Ok(()),
        AnyValue::Float64(value) if value.is_nan() => Ok(()),
        // Adding nought turns -0 into 0. A whole number prints without a fraction or exponent.
        AnyValue::Float32(value) => write!(out, "{}", value + 0.0),
        AnyValue::Float64(value) => write!(out, "{}", value + 0.0),
        AnyValue::Decimal(value, _, scale) => write_decimal(*value, *scale, out),
        AnyValue::Date(days) => {
            match jiff::civil::date(1970, 1, 1).checked_add(TimeSpan::new().try_days(*days).ok()?) {
                Ok(date) => write!(out, "{date}"),
                Err(_) => write!(out, "{days}"),
            }
        }
        AnyValue::Datetime(count, unit, _) | AnyValue::DatetimeOwned(count, unit, _) => {
            write_moment(*count, *unit, zone, out)
        }
        AnyValue::Time(nanoseconds) => {
            match Time::midnight().checked_add(SignedDuration::from_nanos(*nanoseconds)) {
                Ok(time) => write!(out, "{time}"),
                Err(_) => write!(out, "{nanoseconds}"),
            }
        }
        _ => return None,
    }
    .ok()
}

fn write_decimal(value: i128, scale: usize, out: &mut String) -> std::fmt::Result {
    let digits = value.unsigned_abs().to_string();
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if value < 0 { "-" } else { "" };
    if fraction.bytes().all(|byte| byte == b'0') {
        write!(out, "{sign}{whole}")
    } else {
        write!(out, "{sign}{whole}.{fraction}")
    }
}

fn write_moment(count: i64, unit: TimeUnit, zone: Option<&TimeZone>, out: &mut String) -> std::fmt::Result {
    let moment = match unit {
        TimeUnit::Nanoseconds => Timestamp::from_nanosecond(i128::from(count)),
        TimeUnit::Microseconds => Timestamp::from_microsecond(count),
        TimeUnit::Milliseconds => Timestamp::from_millisecond(count),
    };
    match (moment, zone) {
        (Err(_), _) => write!(out, "{count}"),
        (Ok(moment), None) => write!(out, "{}", TimeZone::UTC.to_datetime(moment)),
        (Ok(moment), Some(zone)) => {
            let offset = zone.to_offset(moment);
            write!(out, "{}", moment.display_with_offset(offset))
        }
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::{
        Categories, DataType, IntoColumn, IntoSeries, IpcWriter, NamedFrom, ParquetWriter, SerWriter, Series,
        TimeZone,
    };
    use tempfile::TempDir;

    use super::*;
    use crate::config::{Encoding, Files};
    use crate::sources::{BatchReader, Record, open};

    fn frame() -> DataFrame {
        let column = |name: &str, values: Series, kind: &DataType| {
            values.strict_cast(kind).expect("castable").with_name(name.into()).into_column()
        };
        let whole = || Series::new("".into(), [Some(0_i64), None, Some(358_401_234_567)]);
        let small = || Series::new("".into(), [Some(1_i64), None, Some(-7)]);
        let real = || Series::new("".into(), [Some(358_401_234_567.0), None, Some(1.5)]);
        let text = || Series::new("".into(), [Some("äö, \"x\""), None, Some("")]);
        let zone = TimeZone::opt_try_new(Some("Europe/Helsinki")).expect("a zone");
        let zoned = whole().i64().expect("whole").clone().into_datetime(TimeUnit::Nanoseconds, zone);
        let columns = vec![
            column("text", text(), &DataType::String),
            column("categories", text(), &DataType::from_categories(Categories::global())),
            column("i64", whole(), &DataType::Int64),
            column("u64", whole(), &DataType::UInt64),
            column("i8", small(), &DataType::Int8),
            column("f64", real(), &DataType::Float64),
            column("decimal", real(), &DataType::Decimal(20, 2)),
            column("nan", Series::new("".into(), [f64::NAN, -0.0, f64::INFINITY]), &DataType::Float64),
            column("bool", Series::new("".into(), [Some(true), None, Some(false)]), &DataType::Boolean),
            column("date", small(), &DataType::Int32).cast(&DataType::Date).expect("castable"),
            column("moment", whole(), &DataType::Datetime(TimeUnit::Nanoseconds, None)),
            zoned.into_series().with_name("zoned".into()).into_column(),
            column("time", whole(), &DataType::Time),
            column("null", Series::new_null("".into(), 3), &DataType::Null),
            Series::new("list".into(), [small(), small(), small()]).into_column(),
            column("duration", whole(), &DataType::Duration(TimeUnit::Nanoseconds)),
        ];
        DataFrame::new(3, columns).expect("equal heights")
    }

    fn files(folder: &TempDir, name: &str) -> Files {
        Files {
            pattern: folder.path().join(name),
            as_written: name.to_owned(),
            format: None,
            encoding: Encoding::Utf8,
            delimiter: None,
            header: true,
            encrypted: false,
            identity: None,
        }
    }

    fn written(mut frame: DataFrame) -> TempDir {
        let folder = TempDir::new().expect("a scratch folder");
        let create = |name: &str| File::create(folder.path().join(name)).expect("a scratch file");
        ParquetWriter::new(create("t.parquet")).finish(&mut frame).expect("written");
        IpcWriter::new(create("t.arrow")).finish(&mut frame).expect("written");
        folder
    }

    fn read(files: &Files, wanted: &[&str], batch_rows: usize) -> Result<Vec<Vec<String>>, SourceError> {
        let options = ReadOptions { batch_rows, digest_key: Some([1; 32]), ..ReadOptions::default() };
        let mut table = open(files, wanted, &options)?;
        let mut rows = Vec::new();
        while let Some(batch) = table.next_batch()? {
            batch.for_each(|record| {
                let Record::Row(row) = record else { panic!("a fault") };
                assert_eq!(row.place().line, rows.len() as u64 + 1);
                rows.push(
                    (0..row.len()).map(|at| String::from_utf8_lossy(row.cell(at)).into_owned()).collect(),
                );
            });
        }
        let digest = &table.digests()[0];
        assert_eq!(digest.rows, rows.len() as u64);
        assert_eq!(digest.bytes, table.progress().bytes_total);
        assert!(digest.hmac.is_some());
        Ok(rows)
    }

    #[test]
    fn every_type_has_its_exact_text() {
        let folder = written(frame());
        for (column, expect) in [
            ("text", ["äö, \"x\"", "", ""]),
            ("categories", ["äö, \"x\"", "", ""]),
            ("i64", ["0", "", "358401234567"]),
            ("u64", ["0", "", "358401234567"]),
            ("i8", ["1", "", "-7"]),
            ("f64", ["358401234567", "", "1.5"]),
            ("decimal", ["358401234567", "", "1.50"]),
            ("nan", ["", "0", "inf"]),
            ("bool", ["true", "", "false"]),
            ("date", ["1970-01-02", "", "1969-12-25"]),
            ("moment", ["1970-01-01T00:00:00", "", "1970-01-01T00:05:58.401234567"]),
            ("zoned", ["1970-01-01T02:00:00+02:00", "", "1970-01-01T02:05:58.401234567+02:00"]),
            ("time", ["00:00:00", "", "00:05:58.401234567"]),
            ("null", ["", "", ""]),
        ] {
            for file in ["t.parquet", "t.arrow"] {
                for rows in [1, 2, 65_536] {
                    let got = read(&files(&folder, file), &["i64", column, column], rows).expect(column);
                    let got: Vec<_> = got.iter().map(|row| row[2].as_str()).collect();
                    assert_eq!(got, expect, "{column} of {file} in batches of {rows}");
                }
            }
        }
        for (column, kind) in [("list", "lists"), ("duration", "durations")] {
            for file in ["t.parquet", "t.arrow"] {
                let error = read(&files(&folder, file), &["text", column], 7).expect_err(column);
                assert_eq!(error.code(), "column-type");
                assert!(error.to_string().contains(column) && error.to_string().contains(kind), "{error}");
            }
        }
        let error = read(&files(&folder, "t.arrow"), &["Text"], 7).expect_err("no such column");
        assert!(error.to_string().contains("did you mean \"text\""), "{error}");
    }

    #[test]
    fn many_rows_come_in_order() {
        let numbers: Vec<i64> = (0..200_000).collect();
        let column = Series::new("id".into(), &numbers).into_column();
        let folder = written(DataFrame::new(numbers.len(), vec![column]).expect("one column"));
        for file in ["t.parquet", "t.arrow"] {
            let got = read(&files(&folder, file), &["id"], 30_000).expect("readable");
            assert_eq!(got.len(), numbers.len());
            assert!(got.iter().zip(&numbers).all(|(row, number)| row[0] == number.to_string()), "{file}");
        }
    }

    #[test]
    fn damaged_files_are_refused_without_a_word_of_theirs() {
        let folder = written(frame());
        for file in ["t.parquet", "t.arrow"] {
            let path = folder.path().join(file);
            let whole = std::fs::read(&path).expect("just written");
            for cut in [0, 3, 8, whole.len() / 2, whole.len() - 1] {
                std::fs::write(&path, &whole[..cut]).expect("scratch");
                let error = read(&files(&folder, file), &["text"], 7).expect_err("damaged");
                assert_eq!(error.code(), "format-unreadable", "{file} {cut}");
            }
        }
    }
}
