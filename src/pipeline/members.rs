//! The rows of uploads between deciding and writing. Audiences and platforms whose rows look alike (the
//! same forms in the same columns) share one list: a row stands there once, with the number of the set of
//! cells it goes up in, so that twenty audiences cost one sort. A row that is another list's row's beginning
//! need not stand in its own ([`guests`]). It knows rows as keys and cells as numbers, never people.

mod guests;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::intern::Interner;
use super::overlap::{groups, overlap};
use super::plan::Plan;
use crate::audiences::{MEMBER_BUCKETS, MemberKey, PackedKeys, RowLike, each_sorted, member_bucket};
use crate::identifiers::Kind;
use crate::platforms::layout::RowFormat;
use crate::spill::{Appender, BucketAppender, Overflow, SpillError, Spool};

/// Bytes of a row with a digest or two.
const ROW_BYTES: usize = 80;
/// Bytes of the number of a set of cells.
const SET_BYTES: usize = 4;
/// Buckets of identifiers that other rows may hold, by the first byte of their digest.
const REPEAT_BUCKETS: usize = 256;
/// Bytes of a kind and of the front of a digest behind the byte that chooses its bucket: enough to tell
/// identifiers apart.
const REPEAT_BYTES: usize = 16;
/// Bytes of a bucket past which files are written one after the other.
const LARGE_BUCKET: usize = 8 << 20;
/// In the place of the number of a set of cells: the list is of one cell.
const NO_SET: u32 = u32::MAX;
/// The number of the empty set: no guest's row stands within a row.
const NO_GUEST: u32 = 0;

/// The rows of all cells, list by list.
pub(crate) struct MemberRows<'o> {
    /// For each cell, its list.
    list_of: Vec<usize>,
    lists: Vec<List<'o>>,
    /// The sets of cells that rows go up in.
    sets: Interner<Vec<usize>>,
}

/// Rows of cells that look alike.
struct List<'o> {
    spool: Spool<'o>,
    /// Kind and digest of every identifier that goes up and that other rows may hold, too.
    repeats: Spool<'o>,
    /// In the order of their numbers.
    cells: Vec<usize>,
    columns: usize,
    /// The list whose rows may stand within rows of this one, and the one within whose rows its own may.
    guest: Option<usize>,
    host: Option<usize>,
}

impl List<'_> {
    /// Bytes of the number of a set behind each row: where a list is of one cell, all its rows are that cell's.
    const fn set_bytes(&self) -> usize {
        if self.cells.len() > 1 { SET_BYTES } else { 0 }
    }

    /// Bytes behind each row.
    const fn tail(&self) -> usize {
        self.set_bytes() + if self.guest.is_some() { SET_BYTES } else { 0 }
    }

    /// Appends what follows a row: its set, where it needs one, and the guest's.
    #[inline]
    fn write_tail(&self, set: u32, guests: u32, out: &mut Vec<u8>) {
        if self.cells.len() > 1 {
            out.extend_from_slice(&set.to_le_bytes());
        }
        if self.guest.is_some() {
            out.extend_from_slice(&guests.to_le_bytes());
        }
    }

    /// What follows a row, as it was written.
    #[inline]
    fn read_tail<'t>(&self, tail: &'t [u8]) -> (&'t [u8], u32) {
        let (set, guests) = tail.split_at(self.set_bytes());
        (set, guests.try_into().map_or(NO_GUEST, u32::from_le_bytes))
    }
}

/// The cells of a plan by whether their rows look alike, in the order of their numbers.
fn alike(plan: &Plan) -> Vec<Vec<usize>> {
    let mut lists: Vec<Vec<usize>> = Vec::new();
    for (number, cell) in plan.cells.iter().enumerate() {
        let is_alike = |list: &&mut Vec<usize>| {
            let other = &plan.cells[list[0]];
            (cell.email_form, cell.phone_form) == (other.email_form, other.phone_form)
                && cell.format.slots() == other.format.slots()
                && cell.format.shape() == other.format.shape()
        };
        match lists.iter_mut().find(is_alike) {
            Some(list) => list.push(number),
            None => lists.push(vec![number]),
        }
    }
    lists
}

impl<'o> MemberRows<'o> {
    /// No rows yet, for the cells of a plan. Where each cell's rows are asked for by themselves, as for a live
    /// state, none may stand within another's.
    pub(crate) fn new(plan: &Plan, overflow: &'o Overflow, may_host: bool) -> Self {
        let of_lists = alike(plan);
        let list_of = |cell| of_lists.iter().position(|cells| cells.contains(&cell)).expect("each has one");
        let list_of = (0..plan.cells.len()).map(list_of).collect();
        let list = |cells: Vec<usize>| List {
            spool: Spool::new(overflow, MEMBER_BUCKETS),
            repeats: Spool::new(overflow, REPEAT_BUCKETS),
            columns: plan.cells[cells[0]].format.slots().len(),
            cells,
            guest: None,
            host: None,
        };
        let mut lists: Vec<List<'o>> = of_lists.iter().cloned().map(list).collect();
        if may_host {
            guests::find(plan, &mut lists);
        }
        Self { list_of, lists, sets: Interner::starting_with(Vec::new()) }
    }

    /// The list whose rows may stand within rows of this one.
    pub(crate) fn guest_of(&self, list: usize) -> Option<usize> {
        self.lists[list].guest
    }

    /// What follows a row of a list that goes up in every cell of the set, and within which a row of its guest
    /// stands that goes up in every cell of the guest's set.
    pub(crate) fn tail(&self, list: usize, set: u32, guests: Option<u32>) -> Vec<u8> {
        let mut tail = Vec::new();
        self.lists[list].write_tail(set, guests.unwrap_or(NO_GUEST), &mut tail);
        tail
    }

    /// How many buckets the rows of a plan's cells are in, of all lists.
    pub(crate) fn buckets(plan: &Plan) -> usize {
        alike(plan).len() * (MEMBER_BUCKETS + REPEAT_BUCKETS)
    }

    /// The list of a cell.
    pub(crate) fn list_of(&self, cell: usize) -> usize {
        self.list_of[cell]
    }

    /// The number of a set of cells of one list.
    pub(crate) fn set(&self, cells: Vec<usize>) -> u32 {
        self.sets.number(cells)
    }

    /// The cells of a set.
    pub(crate) fn cells(&self, set: u32) -> std::sync::Arc<Vec<usize>> {
        self.sets.get(set)
    }

    /// One thread's way to add rows.
    pub(crate) fn appender(&self) -> MemberAppender<'_, 'o> {
        let (members, repeats) =
            self.lists.iter().map(|list| (Appender::new(&list.spool), Appender::new(&list.repeats))).unzip();
        MemberAppender { rows: self, members, repeats }
    }

    /// For each cell, how many distinct e-mail addresses and phone numbers of those handed to
    /// [`MemberAppender::repeat`] go up there.
    pub(crate) fn repeated(&self) -> Result<Vec<(u64, u64)>, SpillError> {
        let (mut counts, sets) = (vec![(0, 0); self.list_of.len()], self.sets.values());
        for list in &self.lists {
            let count = |bucket| list.count_repeats(bucket, &sets);
            let buckets: Vec<_> =
                (0..REPEAT_BUCKETS).into_par_iter().map(count).collect::<Result<_, SpillError>>()?;
            for counted in buckets {
                for (cell, (emails, phones)) in list.cells.iter().zip(counted) {
                    counts[*cell].0 += emails;
                    counts[*cell].1 += phones;
                }
            }
        }
        Ok(counts)
    }
}

impl List<'_> {
    /// Distinct identifiers of one bucket, for each cell of the list.
    fn count_repeats(
        &self,
        bucket: usize,
        sets: &[std::sync::Arc<Vec<usize>>],
    ) -> Result<Vec<(u64, u64)>, SpillError> {
        let mut bytes = Vec::new();
        self.repeats.read(bucket, &mut bytes)?;
        // As numbers, which are compared at once. All digests of a bucket begin with the same byte, and the
        // kind stands in its place.
        let read = |record: &[u8]| {
            let (identifier, set) = record.split_at(REPEAT_BYTES);
            let identifier = u128::from_be_bytes(identifier.try_into().expect("sixteen bytes"));
            (identifier, set.try_into().map_or(NO_SET, u32::from_le_bytes))
        };
        let mut records: Vec<(u128, u32)> =
            bytes.chunks_exact(REPEAT_BYTES + self.set_bytes()).map(read).collect();
        records.sort_unstable();
        let (mut counts, mut cells) = (vec![(0, 0); self.cells.len()], Vec::new());
        for alike in records.chunk_by(|one, other| one.0 == other.0) {
            cells.clear();
            for (_, set) in alike {
                match *set {
                    NO_SET => cells.extend_from_slice(&self.cells),
                    set => cells.extend_from_slice(&sets[set as usize]),
                }
            }
            if alike.len() > 1 {
                cells.sort_unstable();
                cells.dedup();
            }
            for cell in &cells {
                let place = self.cells.binary_search(cell).expect("a set is of its list's cells");
                let (emails, phones) = &mut counts[place];
                *if alike[0].0 >> 120 == 1 { emails } else { phones } += 1;
            }
        }
        Ok(counts)
    }
}

/// One thread's rows.
pub(crate) struct MemberAppender<'s, 'o> {
    rows: &'s MemberRows<'o>,
    members: Vec<Appender<'s, 'o>>,
    repeats: Vec<Appender<'s, 'o>>,
}

impl MemberAppender<'_, '_> {
    /// Adds a row of a list, for every cell of the set; one without an identifier is none.
    #[inline]
    pub(crate) fn push<'d>(
        &mut self,
        list: usize,
        set: u32,
        row: impl Iterator<Item = Option<&'d [u8; 32]>> + Clone,
    ) -> Result<(), SpillError> {
        let written = &self.rows.lists[list];
        let Some(bucket) = member_bucket(row.clone()) else { return Ok(()) };
        self.members[list].push(bucket, |bytes| {
            MemberKey::write(row, bytes);
            written.write_tail(set, NO_GUEST, bytes);
        })
    }

    /// Adds a row of a list that is like others but for its digests, with the tail that these have
    /// ([`MemberRows::tail`]).
    #[inline]
    pub(crate) fn push_like<'d, T: Copy>(
        &mut self,
        list: usize,
        row: &RowLike<T>,
        digest: impl Fn(T) -> &'d [u8; 32],
    ) -> Result<(), SpillError> {
        self.members[list].push(row.bucket(&digest), |bytes| row.write(&digest, bytes))
    }

    /// Asks for the room that rows which begin with an identifier will be written to, and what is noted of it
    /// where other rows may hold it.
    #[inline]
    pub(crate) fn fetch(&mut self, kind: Kind, digest: &[u8; 32], may_repeat: bool) {
        if kind == Kind::Email
            && let Some(bucket) = member_bucket([Some(digest)])
        {
            let lists = self.members.iter_mut().zip(&self.rows.lists);
            // Nearly all of a guest's rows stand elsewhere.
            let own = lists.filter(|(_, list)| list.host.is_none());
            own.for_each(|(rows, _)| rows.fetch(bucket, ROW_BYTES));
        }
        if may_repeat {
            self.repeats.iter_mut().for_each(|rows| rows.fetch(usize::from(digest[0]), REPEAT_BYTES));
        }
    }

    /// Notes an identifier that goes up in every cell of the set, where other rows may hold it, too.
    pub(crate) fn repeat(
        &mut self,
        list: usize,
        set: u32,
        kind: Kind,
        digest: &[u8; 32],
    ) -> Result<(), SpillError> {
        let has_set = self.rows.lists[list].set_bytes() > 0;
        self.repeats[list].push(usize::from(digest[0]), |bytes| {
            bytes.push(u8::from(kind == Kind::Email));
            bytes.extend_from_slice(&digest[1..REPEAT_BYTES]);
            if has_set {
                bytes.extend_from_slice(&set.to_le_bytes());
            }
        })
    }

    /// Hands over what is left.
    pub(crate) fn finish(self) -> Result<(), SpillError> {
        self.members.into_iter().chain(self.repeats).try_for_each(Appender::finish)
    }
}

/// The rows of all cells in the order of their bytes.
pub struct SortedMembers<'r, 'o> {
    rows: &'r MemberRows<'o>,
    plan: &'r Plan,
    sets: Vec<std::sync::Arc<Vec<usize>>>,
    /// For each list, cells that were not written yet.
    unwritten: Vec<AtomicUsize>,
    /// For each list, whether the rows of its guest that stand within its own were handed over.
    handed_over: Vec<Mutex<bool>>,
    /// For each list that is a guest, whether its rows are all there and, of several cells, in order.
    ready: Vec<Mutex<bool>>,
}

impl<'r, 'o> SortedMembers<'r, 'o> {
    /// Sorts every list of several cells; one of a single cell is sorted as it is written, and one whose rows
    /// stand within another's when these are known.
    pub(super) fn sort(rows: &'r MemberRows<'o>, plan: &'r Plan) -> Result<Self, SpillError> {
        let unwritten = rows.lists.iter().map(|list| AtomicUsize::new(list.cells.len())).collect();
        let not_yet = || rows.lists.iter().map(|_| Mutex::new(false)).collect();
        let (handed_over, ready) = (not_yet(), not_yet());
        let sorted = Self { rows, plan, sets: rows.sets.values(), unwritten, handed_over, ready };
        for (number, list) in rows.lists.iter().enumerate() {
            if list.host.is_none() && list.cells.len() > 1 {
                sorted.sort_list(number)?;
            }
        }
        Ok(sorted)
    }

    /// Puts the rows of a list of several cells in order.
    fn sort_list(&self, number: usize) -> Result<(), SpillError> {
        let list = &self.rows.lists[number];
        (0..list.spool.len()).into_par_iter().try_for_each(|bucket| {
            let stretches = list.spool.take_out(bucket)?;
            let mut sorted = BucketAppender::new(&list.spool, bucket);
            let mut guests = self.guests(number, bucket);
            let mut added = Ok(());
            each_sorted(&stretches.all(), list.columns, list.tail(), |key, tail, _| {
                let one = sorted.push(key.len() + tail.len(), |rows| {
                    rows.extend_from_slice(key);
                    rows.extend_from_slice(tail);
                });
                if one.is_err() {
                    added = one;
                }
                guests.take_in(key, tail);
            });
            added?;
            drop(stretches);
            guests.hand_over()?;
            sorted.finish()
        })?;
        *guests::lock(&self.handed_over[number]) = true;
        Ok(())
    }

    /// Cells whose rows are made of the same lists, in the order in which they cost least: those whose rows
    /// stand within others' behind these.
    pub(crate) fn families(&self) -> impl Iterator<Item = Vec<usize>> {
        let lists = &self.rows.lists;
        lists.iter().filter(|list| list.host.is_none()).map(|list| {
            let guests = list.guest.map_or(&[][..], |guest| &lists[guest].cells);
            [&list.cells, guests].concat()
        })
    }

    /// How many files are written at once on so many threads. What a file is made from is several times a
    /// bucket, and of large ones memory holds those of one file: the buckets behind the one that is written
    /// keep the other cores busy then.
    pub(crate) fn files_at_once(&self, threads: usize) -> usize {
        let spools = self.rows.lists.iter().map(|list| &list.spool);
        let mut sizes = spools.flat_map(|spool| (0..spool.len()).map(|bucket| spool.bytes(bucket)));
        if sizes.any(|bytes| bytes > LARGE_BUCKET) { 1 } else { threads }
    }

    /// For each set of cells, whether a cell is in it.
    fn sets_with(&self, cell: usize) -> Vec<bool> {
        self.sets.iter().map(|set| set.binary_search(&cell).is_ok()).collect()
    }

    /// The size of a cell's rows by prefix before equal rows are merged, for planning parts: the first
    /// two bytes of a row's first digest, big-endian, and the bytes of its text.
    pub fn each_size(
        &self,
        cell: usize,
        is_sent: Option<RowTest<'_>>,
        mut each: impl FnMut(u16, usize),
    ) -> Result<(), SpillError> {
        let (place, number) = (&self.plan.cells[cell], self.rows.list_of(cell));
        self.make_ready(number)?;
        let list = &self.rows.lists[number];
        let (columns, sets) = (list.columns, self.sets_with(cell));
        let mut bytes = Vec::new();
        for bucket in 0..list.spool.len() {
            bytes.clear();
            list.spool.read(bucket, &mut bytes)?;
            for (key, tail) in MemberKey::split_with(&bytes, columns, list.tail()) {
                if !is_in(list.read_tail(tail).0, &sets) || is_sent.is_some_and(|is_sent| !is_sent(key)) {
                    continue;
                }
                let filled = MemberKey::filled(key, columns);
                let empty = (columns - filled) * place.platform.encoding.width();
                each(MemberKey::prefix(key), place.format.row_len_max() - empty);
            }
        }
        Ok(())
    }

    /// A cell's unique rows in the order of their bytes, in blocks; once for each cell. `is_sent` tells of
    /// a row's key whether it is to be marked in its block.
    pub fn each_block<E: From<SpillError> + Send>(
        &self,
        cell: usize,
        is_sent: Option<RowTest<'_>>,
        mut each: impl FnMut(&MemberBlock<'_>) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        let (place, format) = (self.rows.list_of(cell), &self.plan.cells[cell].format);
        let list = &self.rows.lists[place];
        self.make_ready(place)?;
        if list.tail() == 0 {
            return each_block(&list.spool, format, is_sent, each);
        }
        if list.cells.len() == 1 {
            return self.each_block_of_hosts(place, format, is_sent, each);
        }
        let (sets, is_last) =
            (self.sets_with(cell), self.unwritten[place].fetch_sub(1, Ordering::Relaxed) == 1);
        let blocks = Blocks::new(format, is_sent);
        let make = |bucket| {
            let mut bytes = Vec::new();
            if is_last {
                list.spool.take(bucket, &mut bytes)?;
            } else {
                list.spool.read(bucket, &mut bytes)?;
            }
            let rows = MemberKey::split_with(&bytes, list.columns, list.tail());
            let rows = rows.filter(|(_, tail)| is_in(list.read_tail(tail).0, &sets));
            Ok(blocks.make(|keys| rows.for_each(|(key, _)| keys.push(key))))
        };
        overlap(&groups(&list.spool), make, |block| {
            each(&block)?;
            blocks.give_back(block);
            Ok(())
        })
    }
}

/// Whether a row of the set with this number is meant; one without a number always is.
fn is_in(number: &[u8], sets: &[bool]) -> bool {
    number.try_into().map_or(true, |number| sets[u32::from_le_bytes(number) as usize])
}

/// Whether the row with this member key is meant.
pub(super) type RowTest<'t> = &'t (dyn Fn(&[u8]) -> bool + Sync);

/// The unique rows of member keys in the order of their bytes, in blocks; the spool is used up.
pub(super) fn each_block<E: From<SpillError> + Send>(
    spool: &Spool<'_>,
    format: &RowFormat,
    is_sent: Option<RowTest<'_>>,
    mut each: impl FnMut(&MemberBlock<'_>) -> Result<(), E> + Send,
) -> Result<(), E> {
    let blocks = Blocks::new(format, is_sent);
    let make = |bucket| {
        let stretches = spool.take_out(bucket)?;
        Ok(blocks.make(|keys| keys.sort_in(&stretches.all(), format.slots().len())))
    };
    overlap(&groups(spool), make, |block| {
        each(&block)?;
        blocks.give_back(block);
        Ok(())
    })
}

/// Blocks that were handed on and can be used again: memory that is asked for anew costs the system a
/// cleared page each time.
struct Blocks<'f> {
    format: &'f RowFormat,
    is_sent: Option<RowTest<'f>>,
    free: Mutex<Vec<MemberBlock<'f>>>,
}

impl<'f> Blocks<'f> {
    fn new(format: &'f RowFormat, is_sent: Option<RowTest<'f>>) -> Self {
        Self { format, is_sent, free: Mutex::default() }
    }

    /// The rows of the keys that are put in.
    fn make(&self, put: impl FnOnce(&mut PackedKeys)) -> MemberBlock<'f> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut block = free.unwrap_or_else(|| MemberBlock {
            format: self.format,
            keys: PackedKeys::default(),
            prefixes: None,
            sent: Vec::new(),
        });
        block.keys.clear();
        put(&mut block.keys);
        block.look_at_keys(self.is_sent);
        block
    }

    fn give_back(&self, block: MemberBlock<'f>) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(block);
    }
}

/// Rows of an upload, one after another.
pub struct MemberBlock<'f> {
    format: &'f RowFormat,
    keys: PackedKeys,
    /// Prefixes of the first and the last.
    prefixes: Option<[u16; 2]>,
    /// For each row whether it is marked; empty where nobody asked.
    sent: Vec<bool>,
}

/// A row of an upload.
#[derive(Clone, Copy)]
pub struct MemberRow<'b> {
    format: &'b RowFormat,
    key: &'b [u8],
}

impl MemberRow<'_> {
    /// The first two bytes of its first digest, big-endian.
    #[must_use]
    pub fn prefix(self) -> u16 {
        MemberKey::prefix(self.key)
    }

    /// Writes its text, line end included, and tells how many bytes that are: no more than
    /// [`MemberBlock::row_len_max`].
    #[inline]
    pub fn write(self, room: &mut [u8]) -> usize {
        self.format.encode_packed(self.key, room)
    }
}

impl MemberBlock<'_> {
    fn look_at_keys(&mut self, is_sent: Option<RowTest<'_>>) {
        self.prefixes = self.keys.prefixes();
        self.sent.clear();
        if let Some(is_sent) = is_sent {
            self.sent.extend(self.keys.keys(self.format.slots().len()).map(is_sent));
        }
    }

    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The most bytes that the text of a row takes.
    #[must_use]
    pub const fn row_len_max(&self) -> usize {
        self.format.row_len_max()
    }

    /// The prefix of all rows, where they have the first byte of it in common.
    #[must_use]
    pub fn prefix(&self) -> Option<u16> {
        let [first, last] = self.prefixes?;
        (first >> 8 == last >> 8).then_some(first)
    }

    /// The rows.
    pub fn rows(&self) -> impl Iterator<Item = MemberRow<'_>> {
        let keys = self.keys.keys(self.format.slots().len());
        keys.map(|key| MemberRow { format: self.format, key })
    }

    /// The marked rows.
    pub fn sent_rows(&self) -> impl Iterator<Item = MemberRow<'_>> {
        self.rows().zip(&self.sent).filter(|(_, sent)| **sent).map(|(row, _)| row)
    }
}
