//! The run over the data: registers frozen, customers parsed, objections closed, people decided, rows
//! sorted. It owns the threads and the barriers between these stages; what a rule says and what a
//! file looks like is known elsewhere.

pub mod before;
mod beside;
mod chain;
mod close;
pub(crate) mod contract;
mod decide;
pub mod delta;
pub mod inspect;
pub(crate) mod intern;
pub mod interrupt;
mod key_table;
pub mod keys;
mod known_rows;
mod left_out;
mod live;
mod members;
pub mod objections;
mod overlap;
mod parse;
mod permissions;
pub mod plan;
pub(crate) mod read_facts;
pub(crate) mod record;
mod results;
mod rows;
mod shares;
pub mod tags;
mod twice;

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::config::Config;
use crate::identifiers::RunKey;
use crate::policy::objections::Named;
use crate::policy::standing::Standing;
use crate::sources::{InputDigest, RowFaultCode};
use crate::spill::{CHUNK_BYTES, Overflow, RECORD_BYTES, SpillError, Spool};
use before::Before;
pub(crate) use beside::side_by_side;
use chain::Chain;
pub use chain::Link;
use intern::Interner;
use keys::{Mac256, RootKey};
use left_out::LeftOut;
use live::LiveSpools;
use members::MemberRows;
pub use members::{MemberBlock, MemberRow, SortedMembers};
use objections::watch::WatchContext;
use objections::{Broken, Objections, RegisterContext, RegisterRead};
pub use parse::ParseError;
use plan::Plan;
pub use results::{Explained, Fates, Objection, Results};
use rows::Shared;
use shares::ShareCounters;

/// Partitions of people at least and at most. Each thread fills a chunk for every one of them, so that many
/// cost more than few: every record then lies somewhere else in memory.
const PARTITIONS: std::ops::RangeInclusive<u64> = 16..=512;
/// Rows of a partition, roughly, while there are no more partitions than that.
const PARTITION_ROWS: u64 = 64 << 10;
/// Bytes of a chunk's buffer at least: of the largest base, a bucket is some thousands of such.
const BUFFER_BYTES_MIN: usize = 2 << 10;
/// Parts of all people where two runs are compared.
const PEOPLE_PARTS: usize = 512;
/// Rough bytes of a customer row, to size the share estimate.
const ROW_BYTES: u64 = 100;
/// Of so many bytes of customers there is at least one of records: less than any export keeps, since what
/// is asked by it is whether a run surely fails.
const RECORD_BYTES_ONE_IN: u64 = 4;
/// One part of the memory in so many is at most for counting who holds a key, while customers are read.
const COUNTERS_ONE_IN: u64 = 6;
/// One part of the memory in so many is for what keys carry.
const MARKS_ONE_IN: u64 = 16;
/// A column may hold a personal identity code in one row of so many (0.01 per cent).
const IDENTITY_CODES_ONE_IN: u64 = 10_000;

/// How far the reading of customers is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Raw bytes read so far.
    pub bytes_read: u64,
    /// Raw bytes there are.
    pub bytes_total: u64,
    /// Rows that were looked at so far.
    pub rows: u64,
}

/// Everything a run is given beside the config. The clock and the dice are values here.
pub struct Run<'r> {
    /// What was asked for.
    pub config: &'r Config,
    /// The moment the run decides as of.
    pub as_of: Timestamp,
    /// Key of tags and commitments.
    pub root: &'r RootKey,
    /// Random bytes of this run, for wide keys.
    pub run_key: [u8; 16],
    /// Where records may spill to.
    pub spill_dir: PathBuf,
    /// What earlier releases tell.
    pub before: &'r Before,
    /// Told while customers are read.
    pub progress: &'r (dyn Fn(Progress) + Sync),
    /// People whose decision is wanted in full: keys found by the function, given the key makers.
    pub watch: Watch<'r>,
    /// Whether the results are to be held against what is live.
    pub live: Live,
}

/// Whether a run's results are held against what is live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Live {
    /// No: nothing is kept for it.
    No,
    /// Yes.
    Yes,
    /// Yes, and guards do not end the run: what the registers say that did read may still remove people.
    /// [`Results::refusals`] then holds what the guards say, and nobody may be added.
    PastGuards,
}

/// Whom to explain.
#[derive(Clone, Copy)]
pub enum Watch<'w> {
    /// Nobody.
    Nobody,
    /// Whoever this text names, as an id, an e-mail address or a phone number.
    Whoever(&'w [u8]),
    /// The same, and everybody who shares an identifier with them.
    Chain(&'w [u8]),
    /// Everybody, as person key and verdict, to compare two runs under the same keys.
    Everybody,
}

impl<'w> Watch<'w> {
    const fn text(self) -> Option<&'w [u8]> {
        match self {
            Self::Nobody | Self::Everybody => None,
            Self::Whoever(text) | Self::Chain(text) => Some(text),
        }
    }
}

/// Why there is nothing to publish.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A source or a temporary file.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// A register's file has the wrong shape for its config.
    #[error("register \"{name}\": {error}")]
    Register {
        /// Its name.
        name: String,
        /// What went wrong.
        error: crate::sources::SourceError,
    },
    /// Guards: nothing may be added.
    #[error("{}", refusals.iter().map(|refusal| refusal.message.as_str()).collect::<Vec<_>>().join("\n"))]
    Refused {
        /// Each with its code.
        refusals: Vec<Refusal>,
    },
}

impl From<SpillError> for RunError {
    fn from(error: SpillError) -> Self {
        Self::Parse(ParseError::Spill(error))
    }
}

/// A guard that stopped additions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: &'static str,
    /// What happened, where.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// Reads, decides, and hands the results to `finish` while their records are still there.
pub fn run<T, E: From<RunError>>(
    run: &Run<'_>,
    finish: impl FnOnce(&Results<'_, '_>) -> Result<T, E>,
) -> Result<T, E> {
    let config = run.config;
    let zone = TimeZone::get(&config.policy.time_zone).expect("loading the config looked the zone up");
    let today = run.as_of.to_zoned(zone.clone()).date();
    let plan = Plan::new(config, today);
    let run_key = RunKey::from_bytes(run.run_key);
    let person_keys = run.root.person_keys();
    let input_key = run.root.input_key();
    let named = Interner::starting_with(Named::default());
    let standings = Interner::starting_with(Standing { cells: Box::new([]), youngest: u8::MAX });

    // Registers first, to their end, frozen: an objection that cannot be read stops the run here.
    let context = RegisterContext {
        plan: &plan,
        person_keys: &person_keys,
        run_key: &run_key,
        input_key,
        as_of: run.as_of,
        zone,
        keeps_days: run.watch.text().is_some() || run.live != Live::No,
        before: run.before,
    };
    let (mut objections, registers) = Objections::read(config, &context, &named);
    for read in &registers {
        tracing::info!(register = read.name, rows = read.rows, objections = read.objections, "register read");
    }
    stage(
        "registers",
        registers.iter().map(|read| read.rows).sum(),
        registers.iter().map(|read| read.bytes).sum(),
    );
    let mut refusals = Vec::new();
    run.live.unless_past(guard_registers(&registers, run.live), &mut refusals)?;
    let watched = run.watch.text().map(|text| {
        let (plan, person_keys, run_key, named) = (&plan, &person_keys, &run_key, &named);
        objections.watch(text, &WatchContext { config, plan, person_keys, run_key, named })
    });

    let tables = parse::open_all(config, &plan, input_key).map_err(RunError::from)?;
    let bytes: u64 =
        tables.iter().map(|table| crate::sources::BatchReader::progress(table).bytes_total).sum();
    let memory = config.limits.memory_bytes;
    let shares = ShareCounters::new(bytes / ROW_BYTES, memory / COUNTERS_ONE_IN);
    let shared = Shared {
        config,
        plan: &plan,
        objections: &objections,
        named: &named,
        standings: &standings,
        shares: &shares,
        run_key: &run_key,
        person_keys: &person_keys,
    };
    let partitions = partitions(bytes / ROW_BYTES);
    let live_cells = if run.live == Live::No { 0 } else { plan.cells.len() };
    let buckets = partitions.max(MemberRows::buckets(&plan) + live_cells * live::BUCKETS);
    let records = records_bytes(memory, bytes);
    let overflow =
        Overflow::new(&run.spill_dir, records_beside(records, objections.bytes() + shares.bytes()))
            .with_file_max(config.limits.temp_bytes)
            .with_chunk_bytes(chunk_bytes(config, buckets));
    overflow.check_room((bytes / RECORD_BYTES_ONE_IN).saturating_sub(memory)).map_err(RunError::from)?;
    let rows = Spool::new(&overflow, partitions);
    let mut parsed =
        parse::parse(&shared, tables, &rows, &input_key, run.progress).map_err(RunError::from)?;
    for (source, read) in config.sources.iter().zip(&parsed.sources) {
        tracing::info!(source = source.name, rows = read.tally.rows, "source read");
    }
    let customers = parsed.sources.iter().map(|source| source.tally.rows).sum();
    stage("customers", customers, bytes);
    run.live.unless_past(guard_customers(config, &plan, &parsed), &mut refusals)?;
    let shares = shares.freeze(config.policy.share_cap);
    interrupt::check()?;
    let chain = match run.watch {
        Watch::Chain(_) => chain::follow(&rows, &objections, &named).map_err(RunError::from)?,
        Watch::Nobody | Watch::Everybody | Watch::Whoever(_) => Chain::default(),
    };
    // Whoever an objection names carries its number by now, and its room is free for records.
    drop(objections);
    overflow.set_limit(records);
    let recovered = std::mem::take(&mut parsed.recovered);
    let job = close::Close {
        plan: &plan,
        share_cap: config.policy.share_cap,
        rows: &rows,
        named: &named,
        standings: &standings,
        shares: &shares,
        overflow: &overflow,
        threads: threads(config),
        marks_max: usize::try_from(memory / MARKS_ONE_IN / close::BYTES_A_MARK).unwrap_or(usize::MAX),
    };
    let closed = close::close(&job, recovered).map_err(RunError::from)?;
    stage("closure", customers, 0);
    let members = MemberRows::new(&plan, &overflow, run.live == Live::No);
    let left_out = LeftOut::new(&overflow);
    let people = Spool::new(&overflow, PEOPLE_PARTS);
    let live = (run.live != Live::No).then(|| LiveSpools::new(&overflow, plan.cells.len(), today));
    let tags: Vec<_> = config.audiences.iter().map(|audience| run.root.tags(&audience.name)).collect();
    let job = decide::Decide {
        plan: &plan,
        closure: config.policy.closure,
        named: &named,
        standings: &standings,
        closed: &closed,
        members: &members,
        left_out: &left_out,
        shares: &shares,
        threads: threads(config),
        is_watching: watched.is_some(),
        people: matches!(run.watch, Watch::Everybody).then_some(&people),
        live: live.as_ref(),
    };
    let decided = decide::decide_all(&job, &rows).map_err(RunError::from)?;
    stage("decisions", customers, 0);
    interrupt::check()?;
    tracing::info!(verdicts = decided.verdicts.len(), "people decided");
    finish(&Results {
        plan: &plan,
        registers: &registers,
        parsed: &parsed,
        closed: &closed,
        decided: &decided,
        named: &named,
        members: &members,
        left_out: &left_out,
        tags: &tags,
        overflow: &overflow,
        watched: watched.as_ref(),
        chain: &chain,
        people: &people,
        live: live.as_ref(),
        refusals: &refusals,
    })
}

/// Says that a stage has ended, for whoever holds a clock.
pub(crate) fn stage(stage: &'static str, rows: u64, bytes: u64) {
    tracing::debug!(target: "verho::stage", stage, rows, bytes);
}

impl Live {
    /// What a guard says, as an error, or past it as one more refusal.
    fn unless_past(self, guarded: Result<(), RunError>, refusals: &mut Vec<Refusal>) -> Result<(), RunError> {
        match guarded {
            Err(RunError::Refused { refusals: more }) if self == Self::PastGuards => {
                refusals.extend(more);
                Ok(())
            }
            other => other,
        }
    }
}

/// Registers that broke their contract, as refusals; one of the wrong shape, as an error.
fn guard_registers(registers: &[RegisterRead], live: Live) -> Result<(), RunError> {
    let refusals = refusals(registers);
    // A wrong column is the config's fault and no guard's: say what to write. Where people are live, an
    // export that lost a column overnight must not keep the other registers' removals back.
    for read in registers.iter().filter(|_| live != Live::PastGuards) {
        if let Some(error) = read.error_of_shape() {
            return Err(RunError::Register { name: read.name.clone(), error: error.clone() });
        }
    }
    if refusals.is_empty() { Ok(()) } else { Err(RunError::Refused { refusals }) }
}

/// Every broken contract.
fn refusals<'r>(registers: impl IntoIterator<Item = &'r RegisterRead>) -> Vec<Refusal> {
    let broken = registers.into_iter().flat_map(|read| read.broken.iter().map(move |broken| (read, *broken)));
    broken.map(|(read, broken)| refusal(read, broken)).collect()
}

fn refusal(read: &RegisterRead, broken: Broken) -> Refusal {
    let place = |place: crate::sources::Place| {
        let name = read.file_names.get(place.file as usize).map_or("", String::as_str);
        format!("{name}, line {}", place.line)
    };
    let detail = match broken {
        Broken::Missing => read.error.as_ref().map(ToString::to_string).unwrap_or_default(),
        Broken::Empty => "it has no rows".to_owned(),
        Broken::TooFewRows => format!("it has {}, fewer than min_rows", rows(read.rows)),
        Broken::Stale => format!(
            "its newest moment is {}, longer ago than max_age",
            read.moment.map(|moment| moment.to_string()).unwrap_or_default()
        ),
        Broken::FutureDated => format!(
            "its newest moment is {}, which is still to come",
            read.moment.map(|moment| moment.to_string()).unwrap_or_default()
        ),
        Broken::AgeUnknown => "no moment was found where age_from says".to_owned(),
        Broken::Shrunken => {
            let fewer = -read.change.unwrap_or(0);
            format!("it has {}, {fewer} fewer than in the previous release", rows(read.rows))
        }
        Broken::Unparsed => format!(
            "{} of {} {} a value that does not parse, the first at {}",
            read.unparsed,
            rows(read.objections),
            if read.unparsed == 1 { "has" } else { "have" },
            read.first_unparsed.map(place).unwrap_or_default()
        ),
        Broken::Structure => match (&read.error, read.first_fault) {
            (Some(error), _) => error.to_string(),
            (None, Some((code, at))) => {
                let broken = if read.faults == 1 { "row is" } else { "rows are" };
                let (faults, place) = (read.faults, place(at));
                format!(
                    "{faults} {broken} broken, the first at {place}: {} ({})",
                    code.description(),
                    code.code()
                )
            }
            (None, None) => "it is damaged".to_owned(),
        },
        Broken::TrailerMismatch if read.without_trailer > 0 => {
            let (without, files) = (read.without_trailer, read.files);
            format!("no trailer such as age_from names ends {without} of its {files} files")
        }
        Broken::TrailerMismatch => "its trailer promises another number of rows".to_owned(),
        Broken::WebmailDomain => format!(
            "{} of its objections are to a whole public mail host, the first at {}",
            read.webmail,
            read.first_webmail.map(place).unwrap_or_default()
        ),
        Broken::Unchanged => format!(
            "it has the very bytes it had on {}, under the newer date {}",
            read.content_since.map(|moment| moment.to_string()).unwrap_or_default(),
            read.moment.map(|moment| moment.to_string()).unwrap_or_default()
        ),
    };
    // A file of the wrong shape is not damaged: what is wrong says how to mend it.
    if let (Broken::Structure, Some(error)) = (broken, read.error_of_shape()) {
        return Refusal {
            code: broken.code(),
            message: format!("register \"{}\": {detail}", read.name),
            hint: error.hint(),
        };
    }
    let spent = read.spent.iter().find(|(code, _)| *code == broken).map(|(_, spent)| spent.words());
    // A first line that is too long is a row: there is no header, since `key` says that it is a bare list.
    let is_table = broken == Broken::Structure
        && read.first_fault.is_some_and(|(code, at)| code == RowFaultCode::LongRow && at.line == 1);
    let hint = if is_table {
        "`key` is for a bare list of one column; name the columns of a table by columns = { … }"
    } else {
        broken.hint()
    };
    Refusal {
        code: broken.code(),
        message: format!("register \"{}\": {detail}", read.name),
        hint: spent.map_or_else(|| hint.to_owned(), |spent| format!("{hint}; {spent}")),
    }
}

/// `1 row`, `2 rows`.
pub(crate) fn rows(number: u64) -> String {
    format!("{number} {}", if number == 1 { "row" } else { "rows" })
}

/// Customer tables that cannot be used as a whole.
fn guard_customers(config: &Config, plan: &Plan, parsed: &parse::Parsed) -> Result<(), RunError> {
    let mut refusals: Vec<Refusal> = identity_codes(config, plan, parsed);
    refusals.extend(too_many_unreadable(config, parsed));
    if refusals.is_empty() { Ok(()) } else { Err(RunError::Refused { refusals }) }
}

/// Columns where personal identity codes are no slip of single rows.
fn identity_codes(config: &Config, plan: &Plan, parsed: &parse::Parsed) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for ((source, read), plan) in config.sources.iter().zip(&parsed.sources).zip(&plan.sources) {
        let rows = read.tally.rows;
        for (column, held) in plan.columns.wanted().into_iter().zip(&read.tally.identity_codes) {
            if held.saturating_mul(IDENTITY_CODES_ONE_IN) > rows {
                refusals.push(Refusal {
                    code: "identity-codes-in-column",
                    message: format!(
                        "source \"{}\": the column \"{column}\" holds personal identity codes in {held} of {rows} rows",
                        source.name
                    ),
                    hint: "export it without them: nothing here needs a personal identity code; of account numbers that only look like them, say so under not_identity_codes of the source".to_owned(),
                });
            }
        }
    }
    refusals
}

fn too_many_unreadable(config: &Config, parsed: &parse::Parsed) -> Option<Refusal> {
    let rows: u64 = parsed.sources.iter().map(|source| source.tally.rows).sum();
    let unreadable: u64 = parsed.sources.iter().flat_map(|source| source.tally.unreadable.values()).sum();
    if unreadable as f64 <= config.policy.max_unreadable * rows as f64 {
        return None;
    }
    let codes: std::collections::BTreeSet<&str> =
        parsed.sources.iter().flat_map(|source| source.tally.unreadable.keys().copied()).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    Some(Refusal {
        code: "too-many-unreadable-rows",
        message: format!("{unreadable} of {rows} customer rows cannot be read ({})", codes.join(", ")),
        hint: if codes == ["invalid-encoding"] {
            "the file is not in the encoding the config says: encoding = \"windows-1252\" under its [[source]], or export it as UTF-8"
                .to_owned()
        } else {
            "export the customers again; policy.max_unreadable says how many may be left out".to_owned()
        },
    })
}

/// Partitions of people for about so many rows.
fn partitions(rows: u64) -> usize {
    (rows / PARTITION_ROWS).next_power_of_two().clamp(*PARTITIONS.start(), *PARTITIONS.end()) as usize
}

/// How much of the memory is for records: what they are read from, joined by and sorted in needs the rest,
/// the more the more customers there are.
fn records_bytes(memory_bytes: u64, customers_bytes: u64) -> u64 {
    const OTHERS: u64 = 384 << 20;
    let others = (OTHERS + customers_bytes / 32).min(memory_bytes / 4 * 3);
    memory_bytes.saturating_sub(others)
}

/// How much of that is for records while customers are read, beside so many bytes of what is there only
/// meanwhile; some of it has room beside records. What is left is no less than half: the more records wait in
/// memory, the longer the pieces that go to the disk.
fn records_beside(records_bytes: u64, others_bytes: u64) -> u64 {
    const ROOM: u64 = 64 << 20;
    records_bytes.saturating_sub(others_bytes.saturating_sub(ROOM)).max(records_bytes / 2)
}

/// How many worker threads a config asks for.
pub(crate) fn threads(config: &Config) -> usize {
    match config.limits.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    }
}

/// Bytes of records handed over at once: every thread fills a chunk for each of so many buckets, and together
/// they stay under 64 MB, unless that made chunks too small to read and write. Tests ask for tiny batches, and
/// get tiny chunks with them.
fn chunk_bytes(config: &Config, buckets: usize) -> usize {
    if config.limits.batch_rows < 64 {
        return 256;
    }
    let chunks = buckets.max(1) * threads(config);
    // Parts of pages, or whole ones.
    let buffer_bytes = 1 << ((64 << 20) / chunks).max(1).ilog2();
    CHUNK_BYTES.min(buffer_bytes.max(BUFFER_BYTES_MIN) - RECORD_BYTES)
}

/// The keyed commitment to a table: HMAC-SHA-256 over its files' own, in order.
fn commitment(key: &[u8; 32], digests: &[InputDigest]) -> [u8; 32] {
    use hmac::{KeyInit, Mac};
    let mut state = Mac256::new_from_slice(key).expect("HMAC takes a key of any length");
    for digest in digests {
        state.update(&digest.hmac.unwrap_or_default());
    }
    state.finalize().into_bytes().into()
}
