//! The upload files and suppressions of a build, audience by audience. What stands in them is decided
//! before; here it is only brought into files.

use super::live::LiveRun;
use super::{BuildError, interrupt};
use crate::config::Config;
use crate::manifest::{DeltaRecord, SuppressionsRecord, Tag, TagSubject, UploadFile, UploadKind, Verdict};
use crate::outputs::records::SuppressionsWriter;
use crate::outputs::{OutputError, PARTS_MAX, PartPlan, Staging, UploadLimits, UploadWriter};
use crate::pipeline::delta::{Delta, Mode};
use crate::pipeline::{MemberBlock, MemberRow, Results, SortedMembers, side_by_side};
use crate::platforms::layout::preamble;
use crate::platforms::{Operation, Platform};
use crate::spill::SpillError;

/// What was written of one audience.
pub(crate) struct WrittenAudience {
    /// Whether it is under its smallest size.
    pub(crate) withheld: bool,
    /// None where a guard stopped additions: what is known of reasons is not all of it then.
    pub(crate) suppressions: Option<SuppressionsRecord>,
    /// Files by platform, in the audience's order.
    pub(crate) files: Vec<Vec<UploadFile>>,
    /// What changes by platform, where something is known to be live.
    pub(crate) deltas: Vec<Option<DeltaRecord>>,
}

/// A cell's files, and what changes where something is known to be live.
type CellWritten = (Vec<UploadFile>, Option<DeltaRecord>);

/// Files that can be written while others are.
enum Task {
    /// Cells whose rows are made of the same lists.
    Cells(Vec<usize>),
    /// Who was left out of an audience.
    Suppressions(usize),
}

/// What was written of a cell or an audience.
enum Done {
    Cell(usize, CellWritten),
    Suppressions(usize, SuppressionsRecord),
}

/// What writing takes.
pub(super) struct Writing<'w> {
    pub(super) config: &'w Config,
    pub(super) results: &'w Results<'w, 'w>,
    /// What goes up, in the order of its bytes.
    pub(super) members: SortedMembers<'w, 'w>,
    pub(super) staging: &'w Staging,
    /// One an audience.
    pub(super) modes: &'w [Mode],
}

impl Writing<'_> {
    /// Writes every audience.
    pub(super) fn audiences(
        &self,
        live: Option<&mut LiveRun<'_>>,
        is_complete: bool,
    ) -> Result<Vec<WrittenAudience>, BuildError> {
        let audiences = &self.config.audiences;
        let mut tasks = Vec::new();
        let mut cells: Vec<_> = self.results.plan().cells.iter().map(|_| CellWritten::default()).collect();
        match live {
            // What was live is told to the state cell by cell, in order.
            Some(live) => {
                for (cell, written) in cells.iter_mut().enumerate() {
                    interrupt::check()?;
                    *written = self.live_cell(cell, live)?;
                }
            }
            None => tasks.extend(self.members.families().map(Task::Cells)),
        }
        if is_complete {
            tasks.extend((0..audiences.len()).map(Task::Suppressions));
        }
        let mut suppressions: Vec<_> = audiences.iter().map(|_| None).collect();
        let at_once = self.members.files_at_once(crate::pipeline::threads(self.config));
        for done in side_by_side(tasks, at_once, |task| self.task(&task))?.into_iter().flatten() {
            match done {
                Done::Cell(cell, written) => cells[cell] = written,
                Done::Suppressions(audience, record) => suppressions[audience] = Some(record),
            }
        }
        let written =
            audiences.iter().zip(suppressions).enumerate().map(|(index, (audience, suppressions))| {
                let cells =
                    self.results.cells_of(index).into_iter().map(|cell| std::mem::take(&mut cells[cell]));
                let (files, deltas) = cells.unzip();
                let withheld = self.results.size_before_objections(index) < audience.min_size;
                WrittenAudience { withheld, suppressions, files, deltas }
            });
        Ok(written.collect())
    }

    /// Does what waits for nothing else. A list's cells go one after the other: the last uses its rows up.
    fn task(&self, task: &Task) -> Result<Vec<Done>, BuildError> {
        interrupt::check()?;
        match task {
            Task::Suppressions(audience) => {
                Ok(vec![Done::Suppressions(*audience, self.suppressions(*audience)?)])
            }
            Task::Cells(cells) => {
                let write = |cell: &usize| {
                    interrupt::check()?;
                    let (writing, has_members) = self.writing(*cell);
                    let files = if has_members { writing.members(None)? } else { Vec::new() };
                    Ok(Done::Cell(*cell, (files, None)))
                };
                cells.iter().map(write).collect()
            }
        }
    }

    /// The files of a cell, and whether it has any rows to upload.
    fn writing(&self, cell: usize) -> (CellWriting<'_>, bool) {
        let plan = self.results.plan();
        let audience = plan.policy.cells[cell].audience;
        let (_, rows) = self.results.cell_fates(cell);
        let has_members = self.modes[audience] == Mode::Complete && rows.eligible > 0;
        let audience = &self.config.audiences[audience].name;
        (CellWriting { of: self, audience, cell, platform: plan.cells[cell].platform }, has_members)
    }

    fn live_cell(&self, cell: usize, live: &mut LiveRun<'_>) -> Result<CellWritten, BuildError> {
        let (writing, has_members) = self.writing(cell);
        let (audience, mode) =
            (writing.audience, self.modes[self.results.plan().policy.cells[cell].audience]);
        // A list that would be empty cannot be uploaded in place of what is there.
        let mode = if mode == Mode::Complete && !has_members { Mode::Everyone } else { mode };
        let delta = live.delta(self.results, cell, audience, mode)?;
        let mut files = Vec::new();
        if delta.has_removals() {
            files.extend(writing.removals(&delta)?);
        }
        if has_members {
            files.extend(writing.members(Some(&delta))?);
        }
        let record = live.note(audience, writing.platform, &delta, &files);
        Ok((files, record))
    }

    fn suppressions(&self, index: usize) -> Result<SuppressionsRecord, BuildError> {
        let (config, results) = (self.config, self.results);
        let audience = &config.audiences[index];
        let platforms: Vec<&str> = audience.platforms.iter().map(String::as_str).collect();
        let registers: Vec<&str> = config.registers.iter().map(|register| register.name.as_str()).collect();
        let used = results
            .suppressed_verdicts(index)
            .into_iter()
            .map(|(number, cells)| {
                let verdicts =
                    cells.iter().enumerate().filter(|(_, cell)| cell.selected && !cell.reasons.is_empty());
                let verdicts = verdicts.map(|(platform, cell)| Verdict {
                    platform: platform as u8,
                    reasons: cell.reasons,
                    registers: cell.registers,
                });
                (number, verdicts.collect())
            })
            .collect();
        let mut writer = SuppressionsWriter::begin(
            self.staging,
            &audience.name,
            &platforms,
            &registers,
            &used,
            TagSubject::Person,
        )?;
        results.each_suppressed(index, |tag, number| {
            writer.tag(Tag(tag), number)?;
            Ok::<(), BuildError>(())
        })?;
        Ok(writer.finish()?)
    }
}

/// The files of one audience on one platform.
struct CellWriting<'w> {
    of: &'w Writing<'w>,
    audience: &'w str,
    cell: usize,
    platform: &'static Platform,
}

/// An upload that was begun.
struct Begun {
    writer: UploadWriter,
    /// Whether rows with the first byte of their prefix in common are all of one part.
    is_coarse: bool,
}

impl Begun {
    fn block(&mut self, block: &MemberBlock<'_>) -> Result<(), OutputError> {
        match block.prefix().filter(|_| self.is_coarse) {
            Some(prefix) => self.writer.rows(prefix, block.rows(), block.row_len_max(), MemberRow::write),
            None => self.rows(block.rows(), block.row_len_max()),
        }
    }

    fn rows<'b>(
        &mut self,
        mut rows: impl Iterator<Item = MemberRow<'b>>,
        most: usize,
    ) -> Result<(), OutputError> {
        rows.try_for_each(|row| self.writer.rows(row.prefix(), [row], most, MemberRow::write))
    }
}

impl CellWriting<'_> {
    /// The full file, and beside it the add file where something is live: one pass over the rows.
    fn members(&self, delta: Option<&Delta<'_>>) -> Result<Vec<UploadFile>, BuildError> {
        let (members, cell) = (&self.of.members, self.cell);
        let mut full = self.begin(UploadKind::Full, |each| members.each_size(cell, None, each))?;
        let Some(delta) = delta.filter(|delta| delta.has_additions()) else {
            members.each_block(cell, None, |block| {
                full.block(block)?;
                Ok::<(), BuildError>(())
            })?;
            return Ok(full.writer.finish()?);
        };
        delta.with_row_test(|is_sent| {
            let mut add = self.begin(UploadKind::Add, |each| members.each_size(cell, Some(is_sent), each))?;
            members.each_block(cell, Some(is_sent), |block| {
                full.block(block)?;
                add.rows(block.sent_rows(), block.row_len_max())?;
                Ok::<(), BuildError>(())
            })?;
            let mut files = full.writer.finish()?;
            files.extend(add.writer.finish()?);
            Ok(files)
        })
    }

    fn removals(&self, delta: &Delta<'_>) -> Result<Vec<UploadFile>, BuildError> {
        let mut begun = self.begin(UploadKind::Remove, |each| delta.each_removal_size(each))?;
        delta.each_removal_block(|block| {
            begun.rows(block.rows(), block.row_len_max())?;
            Ok::<(), BuildError>(())
        })?;
        Ok(begun.writer.finish()?)
    }

    fn begin(
        &self,
        kind: UploadKind,
        sizes: impl FnOnce(&mut dyn FnMut(u16, usize)) -> Result<(), SpillError>,
    ) -> Result<Begun, BuildError> {
        let platform = self.platform;
        let header = |operation| {
            preamble(platform, self.audience, operation)
                .map_err(|error| BuildError::Unsound(error.to_string()))
        };
        let headers = match kind {
            // Where a file says what it does, its first part replaces the list and the others add to it.
            UploadKind::Full => [header(Operation::Replace)?, header(Operation::Add)?],
            UploadKind::Add => [header(Operation::Add)?, header(Operation::Add)?],
            UploadKind::Remove => [header(Operation::Remove)?, header(Operation::Remove)?],
        };
        let limits =
            UploadLimits { rows_max: platform.max_rows_per_file, bytes_max: platform.max_bytes_per_file };
        let mut plan = PartPlan::new(limits, headers[0].len() as u64);
        if plan.is_needed() {
            sizes(&mut |prefix, bytes| plan.observe(prefix, bytes))?;
        }
        let folder = format!("audiences/{}/{}", self.audience, platform.name);
        let parts = plan.parts().ok_or_else(|| OutputError::TooManyParts {
            name: format!("{folder}/{}", kind.word()),
            most: PARTS_MAX,
        })?;
        let writer = UploadWriter::begin_with(
            self.of.staging,
            &folder,
            kind,
            headers.each_ref().map(Vec::as_slice),
            limits,
            parts,
        )?;
        Ok(Begun { writer, is_coarse: parts <= 1 << 8 })
    }
}
