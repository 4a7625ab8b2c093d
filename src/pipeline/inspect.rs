//! A look at every input before a run: registers read whole and held to their contracts, sources
//! opened and their headers checked. It finds all that is wrong and stops at nothing; it decides
//! nothing and keeps nothing.

use jiff::tz::TimeZone;

use super::intern::Interner;
use super::objections::{Objections, RegisterContext, RegisterRead};
use super::plan::Plan;
use super::{ParseError, Refusal, Run, RunError, refusals};
use crate::identifiers::RunKey;
use crate::policy::objections::Named;
use crate::sources::{BatchReader, ReadOptions, open};

/// What a look found.
pub struct Inspected {
    /// Registers in config order.
    pub registers: Vec<RegisterRead>,
    /// Sources in config order.
    pub sources: Vec<Result<InspectedSource, ParseError>>,
}

/// A source whose header is as the config says.
#[derive(Debug, Clone)]
pub struct InspectedSource {
    /// Its name.
    pub name: String,
    /// Its files.
    pub files: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Columns that are not mapped and never read.
    pub unmapped: Vec<String>,
}

impl Inspected {
    /// Broken contracts, apart from those that [`Self::register_errors`] tells.
    #[must_use]
    pub fn refusals(&self) -> Vec<Refusal> {
        refusals(self.registers.iter().filter(|read| read.error_of_shape().is_none()))
    }

    /// Registers of the wrong shape for their config.
    #[must_use]
    pub fn register_errors(&self) -> Vec<RunError> {
        let of_shape = |read: &RegisterRead| {
            Some(RunError::Register { name: read.name.clone(), error: read.error_of_shape()?.clone() })
        };
        self.registers.iter().filter_map(of_shape).collect()
    }
}

/// Looks at every input of a run.
#[must_use]
pub fn inspect(run: &Run<'_>) -> Inspected {
    let config = run.config;
    let zone = TimeZone::get(&config.policy.time_zone).expect("loading the config looked the zone up");
    let plan = Plan::new(config, run.as_of.to_zoned(zone.clone()).date());
    let run_key = RunKey::from_bytes(run.run_key);
    let person_keys = run.root.person_keys();
    let input_key = run.root.input_key();
    let named = Interner::starting_with(Named::default());
    let context = RegisterContext {
        plan: &plan,
        person_keys: &person_keys,
        run_key: &run_key,
        input_key,
        as_of: run.as_of,
        zone,
        keeps_days: false,
        before: run.before,
    };
    let (_, registers) = Objections::read(config, &context, &named);
    // One small batch is enough to know that there is a row.
    let options = ReadOptions { batch_rows: 64, ..ReadOptions::default() };
    let sources = config.sources.iter().zip(&plan.sources).map(|(source, plan)| {
        let failed = |error| ParseError::Source { name: source.name.clone(), error };
        let mut table = open(&source.files, &plan.columns.wanted(), &options).map_err(failed)?;
        if table.next_batch().map_err(failed)?.is_none() {
            return Err(ParseError::NoRows {
                name: source.name.clone(),
                files: source.files.as_written.clone(),
            });
        }
        Ok(InspectedSource {
            name: source.name.clone(),
            files: table.files().len() as u64,
            bytes: table.progress().bytes_total,
            unmapped: table.unmapped().to_vec(),
        })
    });
    Inspected { sources: sources.collect(), registers }
}
