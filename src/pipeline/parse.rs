//! The first barrier: customers streamed from their sources through worker threads into packed rows.
//! The calling thread reads and frames; workers tokenise, normalise and hash.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};

use super::rows::{Recovered, RowWorker, Shared, SourceTally};
use super::{Progress, commitment};
use crate::config::Config;
use crate::sources::{Batch, BatchReader, InputDigest, OpenTable, ReadOptions, SourceError, open};
use crate::spill::{Appender, SpillError, Spool};

/// Why customers could not be read to their end.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// A source.
    #[error("source \"{name}\": {error}")]
    Source {
        /// Its name.
        name: String,
        /// What went wrong.
        error: SourceError,
    },
    /// A source without a row.
    #[error("source \"{name}\": {files} has a header and no rows")]
    NoRows {
        /// Its name.
        name: String,
        /// Its files as the config writes them.
        files: String,
    },
    /// The run was asked to end.
    #[error("interrupted")]
    Interrupted,
    /// Temporary records.
    #[error(transparent)]
    Spill(#[from] SpillError),
}

/// What was read of one source.
pub(crate) struct SourceRead {
    pub(crate) tally: SourceTally,
    pub(crate) digests: Vec<InputDigest>,
    pub(crate) commitment: [u8; 32],
    pub(crate) unmapped: Vec<String>,
}

/// What reading all customers left behind, beside the packed rows.
pub(crate) struct Parsed {
    pub(crate) sources: Vec<SourceRead>,
    pub(crate) recovered: Recovered,
    pub(crate) matched_by_hash: HashMap<u32, u64>,
}

/// Opens every source, so that a missing last column is told before an hour of reading.
pub(crate) fn open_all(
    config: &Config,
    shared: &super::plan::Plan,
    input_key: [u8; 32],
) -> Result<Vec<OpenTable>, ParseError> {
    let options = ReadOptions {
        batch_rows: config.limits.batch_rows,
        digest_key: Some(input_key),
        ..ReadOptions::default()
    };
    let tables = config.sources.iter().zip(&shared.sources).map(|(source, plan)| {
        open(&source.files, &plan.columns.wanted(), &options)
            .map_err(|error| ParseError::Source { name: source.name.clone(), error })
    });
    tables.collect()
}

/// Reads every source to its end into `rows`.
pub(crate) fn parse(
    shared: &Shared<'_>,
    tables: Vec<OpenTable>,
    rows: &Spool<'_>,
    input_key: &[u8; 32],
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Parsed, ParseError> {
    let config = shared.config;
    let threads = super::threads(config);
    let mut parsed =
        Parsed { sources: Vec::new(), recovered: Recovered::default(), matched_by_hash: HashMap::new() };
    let total: u64 = tables.iter().map(|table| table.progress().bytes_total).sum();
    let (mut done, mut rows_done) = (0, 0);
    for (index, mut table) in tables.into_iter().enumerate() {
        let source = &config.sources[index];
        let (send, receive) = sync_channel::<Batch>(threads * 2);
        let receive = Mutex::new(receive);
        let mut tally = SourceTally::for_source(source);
        let read = std::thread::scope(|scope| {
            let workers: Vec<_> =
                (0..threads).map(|_| scope.spawn(|| work(shared, index, rows, &receive))).collect();
            let read = (|| {
                while let Some(batch) = table.next_batch()? {
                    if super::interrupt::is_requested() {
                        break; // told below, once the workers are home
                    }
                    progress(Progress {
                        bytes_read: done + table.progress().bytes_read,
                        bytes_total: total,
                        rows: rows_done + table.rows(),
                    });
                    if send.send(batch).is_err() {
                        break; // every worker stopped; their own error says why
                    }
                }
                Ok::<(), SourceError>(())
            })();
            drop(send);
            for worker in workers {
                // A worker's panic goes on here; the program's hook has already told its place.
                let worked = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
                tally.add(&worked.tally);
                parsed.recovered.ids.extend(worked.recovered.ids);
                parsed.recovered.keys.extend(worked.recovered.keys);
                for (named, count) in worked.matched_by_hash {
                    *parsed.matched_by_hash.entry(named).or_default() += count;
                }
            }
            read.map_err(|error| ParseError::Source { name: source.name.clone(), error })
        });
        read?;
        if super::interrupt::is_requested() {
            return Err(ParseError::Interrupted);
        }
        if tally.rows == 0 {
            return Err(ParseError::NoRows {
                name: source.name.clone(),
                files: source.files.as_written.clone(),
            });
        }
        done += table.progress().bytes_read;
        rows_done += table.rows();
        // The workers are home: only now every row has been counted.
        progress(Progress { bytes_read: done, bytes_total: total, rows: rows_done });
        let digests = table.digests();
        parsed.sources.push(SourceRead {
            commitment: commitment(input_key, &digests),
            unmapped: table.unmapped().to_vec(),
            tally,
            digests,
        });
    }
    Ok(parsed)
}

struct Worked {
    tally: SourceTally,
    recovered: Recovered,
    matched_by_hash: HashMap<u32, u64>,
}

fn work(
    shared: &Shared<'_>,
    index: usize,
    rows: &Spool<'_>,
    receive: &Mutex<Receiver<Batch>>,
) -> Result<Worked, SpillError> {
    let mut appender = Appender::new(rows);
    let mut worker = RowWorker::new(shared, index, &mut appender, rows.len());
    loop {
        let batch = receive.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(batch) = batch else { break };
        let mut failed = None;
        batch.for_each_strip(|records| {
            if failed.is_none() {
                failed = worker.records(&records).err();
            }
        });
        if let Some(error) = failed {
            return Err(error);
        }
    }
    worker.settle()?;
    let RowWorker { tally, recovered, matched_by_hash, shares, .. } = worker;
    shares.finish();
    let worked = Worked { tally, recovered, matched_by_hash };
    appender.finish()?;
    Ok(worked)
}
