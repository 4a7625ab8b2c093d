//! Reads one register to its end, on every core that is free. It never sees a customer, and leaves to
//! `entries` what an entry says.

use rayon::prelude::*;

use super::entries::{Entries, scopes_of};
use super::{Objections, RegisterContext, RegisterRead, held_algorithms};
use crate::config::{AgeFrom, Config, Register};
use crate::identifiers::hashed::Algorithm;
use crate::identifiers::{Kind, PhoneRule, Plaintext, Region, raw_key};
use crate::pipeline::contract::Broken;
use crate::pipeline::intern::Interner;
use crate::pipeline::permissions::{About, Column, Permissions, is_permission};
use crate::pipeline::plan::Plan;
use crate::policy::objections::{Named, Origin};
use crate::sources::registers::{Entry, RegisterColumns, Trailer, told_by_files};
use crate::sources::{BatchReader, ReadOptions, Record, SourceError, open};

/// Rows of a batch, at most.
const BATCH_ROWS: usize = 4096;

/// What is known of a register before its first row.
pub(super) struct Reader<'r, 'c> {
    pub(super) register: &'r Register,
    pub(super) origin: Origin,
    pub(super) context: &'r RegisterContext<'c>,
    pub(super) named: &'r Interner<Named>,
    pub(super) columns: RegisterColumns,
    pub(super) regions: Vec<Region>,
    pub(super) own_regions: Vec<Option<Region>>,
    /// By kind: hashes that sources hold instead of plain values.
    pub(super) held: [Vec<Algorithm>; 2],
    pub(super) spaces: Vec<String>,
    /// What makes a number a customer's identifier.
    pub(super) rule: PhoneRule,
    /// What lifts objections; absent where nothing can.
    pub(super) permissions: Option<Permissions>,
}

impl<'r, 'c> Reader<'r, 'c> {
    /// A reader of this register.
    pub(super) fn new(
        config: &Config,
        register: &'r Register,
        origin: Origin,
        context: &'r RegisterContext<'c>,
        named: &'r Interner<Named>,
    ) -> Self {
        Self {
            register,
            origin,
            context,
            named,
            columns: RegisterColumns::of(register),
            regions: regions(register, context.plan),
            own_regions: own_regions(config, register),
            held: Kind::ALL.map(|kind| held_algorithms(config, kind)),
            spaces: spaces(config, register),
            rule: PhoneRule { possible: config.policy.possible_phones },
            permissions: None,
        }
    }

    /// Reads it to its end into an index. What was read before an error stands there, too: it may still remove
    /// people.
    pub(super) fn read(
        &mut self,
        config: &Config,
        read: &mut RegisterRead,
        objections: &mut Objections,
    ) -> Result<(), SourceError> {
        let options = ReadOptions {
            // Small enough that cores share a register of a few thousand entries.
            batch_rows: config.limits.batch_rows.min(BATCH_ROWS),
            digest_key: Some(self.context.input_key),
            trailer: Trailer::of(self.register, &self.context.zone),
            ..ReadOptions::default()
        };
        let gathered = if config.policy.permissions_lift && self.register.permission.is_some() {
            let (permissions, commitment) = self.gather(&options)?;
            self.permissions = Some(permissions);
            Some(commitment)
        } else {
            None
        };
        let mut table = open(&self.register.files, &self.columns.wanted(), &options)?;
        read.file_names = table.files().iter().map(|file| file.name.clone()).collect();
        let mut error = None;
        let batches = std::iter::from_fn(|| match table.next_batch() {
            Ok(batch) => batch,
            Err(failed) => {
                error = Some(failed);
                None
            }
        });
        // Which thread reads which entry does not matter: what they say is joined in any order.
        let parts: Vec<_> =
            batches.par_bridge().fold(|| Entries::new(self), |entries, batch| entries.and(&batch)).collect();
        let mut newest = None;
        for part in parts {
            newest = newest.max(part.newest);
            read.add(&part.read);
            objections.take_in(part.objections, self.named);
        }
        if let Some(error) = error {
            return Err(error);
        }
        let told = told_by_files(&table, self.register.age_from.as_ref(), &self.context.zone)?;
        read.moment = told.newest.max(newest);
        if told.silent > 0 {
            // A file that ends before its trailer, or has no readable date beside it, is told by no other.
            read.broken.push(match self.register.age_from {
                Some(AgeFrom::Trailer(_)) => {
                    read.without_trailer = told.silent;
                    Broken::TrailerMismatch
                }
                _ => Broken::AgeUnknown,
            });
        }
        let digests = table.digests();
        read.files = digests.len() as u64;
        read.bytes = digests.iter().map(|digest| digest.bytes).sum();
        read.commitment = crate::pipeline::commitment(&self.context.input_key, &digests);
        // Permissions of other bytes than the objections' would be of another register.
        if gathered.is_some_and(|gathered| gathered != read.commitment) {
            let file = self.register.files.as_written.clone();
            return Err(SourceError::ChangedWhileReading { file });
        }
        let is_cut = digests
            .iter()
            .zip(&told.promised)
            .any(|(digest, promised)| promised.is_some_and(|promised| promised != digest.rows));
        if is_cut && !read.broken.contains(&Broken::TrailerMismatch) {
            read.broken.push(Broken::TrailerMismatch);
        }
        Ok(())
    }

    /// Reads the register once for its permissions alone; the commitment to what was read.
    fn gather(&self, options: &ReadOptions) -> Result<(Permissions, [u8; 32]), SourceError> {
        let mut permissions = Permissions::default();
        let mut table = open(&self.register.files, &self.columns.wanted(), options)?;
        while let Some(batch) = table.next_batch()? {
            batch.for_each(|record| {
                let Record::Row(row) = record else { return };
                let entry = self.columns.entry(&row);
                if self.is_lifted(&entry) || !is_permission(self.register, &entry) {
                    return;
                }
                let scopes =
                    entry.scope.filter(|words| !words.is_empty()).map_or(self.register.scopes, scopes_of);
                let about = [
                    self.about_id(&entry),
                    entry.email.and_then(|cell| self.about(Column::Email, cell)),
                    entry.phone.and_then(|cell| self.about(Column::Phone, cell)),
                    entry.domain.and_then(|cell| self.about(Column::Domain, cell)),
                ];
                let about = about.into_iter().flatten();
                let (as_of, zone) = (self.context.as_of, &self.context.zone);
                permissions.add(self.register, &entry, scopes, about, as_of, zone);
            });
        }
        Ok((permissions, crate::pipeline::commitment(&self.context.input_key, &table.digests())))
    }

    pub(super) fn about(&self, column: Column, cell: &[u8]) -> Option<About> {
        let key = raw_key(Plaintext::new(cell), self.context.run_key)?;
        Some(About::Text(column, key))
    }

    pub(super) fn about_id(&self, entry: &Entry<'_>) -> Option<About> {
        let space = self.spaces.first()?;
        self.context.person_keys.in_space(space).key(entry.customer_id?).map(About::Id)
    }

    pub(super) fn is_lifted(&self, entry: &Entry<'_>) -> bool {
        match (&self.register.active, entry.status) {
            (Some(active), Some(status)) => active.lifted.iter().any(|lifted| lifted.as_bytes() == status),
            _ => false,
        }
    }
}

fn regions(register: &Register, plan: &Plan) -> Vec<Region> {
    let own = register.region.and_then(|code| Region::from_code(std::str::from_utf8(&code).ok()?));
    match own {
        Some(own) => std::iter::once(own).chain(plan.regions.iter().copied().filter(|r| *r != own)).collect(),
        None => plan.regions.clone(),
    }
}

/// Where a register's national numbers are at home: its own region, else each source's default.
fn own_regions(config: &Config, register: &Register) -> Vec<Option<Region>> {
    let region = |code: [u8; 2]| Region::from_code(std::str::from_utf8(&code).ok()?);
    if let Some(code) = register.region {
        return vec![region(code)];
    }
    let defaults = config.sources.iter().map(|source| source.country.as_ref()?.default);
    let mut own: Vec<Option<Region>> = defaults.map(|code| code.and_then(region)).collect();
    own.sort_unstable();
    own.dedup();
    own
}

fn spaces(config: &Config, register: &Register) -> Vec<String> {
    if let Some(space) = &register.id_space {
        return vec![space.clone()];
    }
    let mut spaces: Vec<String> = config.sources.iter().map(|source| source.id_space.clone()).collect();
    spaces.sort();
    spaces.dedup();
    spaces
}
