//! Rows that stand within other rows. A file of one e-mail address a row (LinkedIn, Microsoft Ads, X)
//! holds the address that the same person's row for Meta begins with. Such a row need not be kept and sorted by
//! itself: the *host*, the row of several columns, says in which cells its beginning, the *guest*, goes up, and
//! where hosts are in order their guests are, too. Nobody is decided here: whoever adds a host says what stands
//! within it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{List, MemberBlock, NO_GUEST, RowTest, SET_BYTES, SortedMembers, overlap};
use crate::audiences::MemberKey;
use crate::identifiers::Kind;
use crate::pipeline::overlap::groups;
use crate::pipeline::plan::Plan;
use crate::platforms::layout::RowFormat;
use crate::spill::{BucketAppender, SpillError};

/// Bytes of a key that holds one digest.
const KEY_BYTES: usize = 33;

/// Finds for each list of one address a row the list whose rows begin with such.
pub(super) fn find(plan: &Plan, lists: &mut [List<'_>]) {
    let is_alone = |list: &List<'_>| plan.cells[list.cells[0]].format.slots() == [Kind::Email];
    let begins_with_email = |list: &List<'_>| {
        let slots = plan.cells[list.cells[0]].format.slots();
        slots.len() > 1 && slots[0] == Kind::Email
    };
    let form = |list: &List<'_>| plan.cells[list.cells[0]].email_form;
    for guest in 0..lists.len() {
        if !is_alone(&lists[guest]) {
            continue;
        }
        let host = (0..lists.len()).find(|host| {
            let host = &lists[*host];
            begins_with_email(host) && host.guest.is_none() && form(host) == form(&lists[guest])
        });
        if let Some(host) = host {
            (lists[host].guest, lists[guest].host) = (Some(guest), Some(host));
        }
    }
}

/// What one bucket's hosts hold for their guest's list: a row that begins with the same digest is in the same
/// bucket of every list.
pub(super) struct Guests<'m, 'o> {
    host: &'m List<'o>,
    /// Their list, and a way to add to it; none where they were handed over already, or there is none.
    list: Option<(&'m List<'o>, BucketAppender<'m, 'o>)>,
    failed: Result<(), SpillError>,
}

impl Guests<'_, '_> {
    /// The row that stands within this one, if one does.
    #[inline]
    pub(super) fn take_in(&mut self, key: &[u8], tail: &[u8]) {
        let Some((list, rows)) = &mut self.list else { return };
        let (_, set) = self.host.read_tail(tail);
        if set != NO_GUEST {
            let added = rows.push(KEY_BYTES + SET_BYTES, |rows| {
                rows.extend_from_slice(&key[..KEY_BYTES]);
                list.write_tail(set, NO_GUEST, rows);
            });
            if added.is_err() {
                self.failed = added;
            }
        }
    }

    /// Adds them to their list.
    pub(super) fn hand_over(self) -> Result<(), SpillError> {
        self.failed?;
        self.list.map_or(Ok(()), |(_, rows)| rows.finish())
    }
}

impl<'r, 'o> SortedMembers<'r, 'o> {
    /// What a bucket of a list holds for its guest.
    pub(super) fn guests(&self, list: usize, bucket: usize) -> Guests<'r, 'o> {
        let host = &self.rows.lists[list];
        let list = host.guest.map(|guest| &self.rows.lists[guest]);
        let list = list.map(|list| (list, BucketAppender::new(&list.spool, bucket)));
        Guests { host, list, failed: Ok(()) }
    }

    /// Sees to it that all rows of a list stand in it: some may still stand within others.
    pub(super) fn make_ready(&self, number: usize) -> Result<(), SpillError> {
        let list = &self.rows.lists[number];
        let Some(host) = list.host else { return Ok(()) };
        let mut is_ready = lock(&self.ready[number]);
        if !*is_ready {
            self.hand_over_all(host)?;
            if list.cells.len() > 1 {
                self.sort_list(number)?;
            }
            *is_ready = true;
        }
        Ok(())
    }

    /// Hands over what stands within the rows of a list that nobody has put in order: its cells may have no file.
    fn hand_over_all(&self, number: usize) -> Result<(), SpillError> {
        let mut handed_over = lock(&self.handed_over[number]);
        if !*handed_over {
            let (list, mut bytes) = (&self.rows.lists[number], Vec::new());
            for bucket in 0..list.spool.len() {
                bytes.clear();
                list.spool.read(bucket, &mut bytes)?;
                let mut guests = self.guests(number, bucket);
                for (key, tail) in MemberKey::split_with(&bytes, list.columns, list.tail()) {
                    guests.take_in(key, tail);
                }
                guests.hand_over()?;
            }
            *handed_over = true;
        }
        drop(handed_over);
        Ok(())
    }

    /// The unique rows of a list of one cell, in the order of their bytes, in blocks; the list is used up, and
    /// what stands within its rows handed over.
    pub(super) fn each_block_of_hosts<E: From<SpillError> + Send>(
        &self,
        number: usize,
        format: &RowFormat,
        is_sent: Option<RowTest<'_>>,
        mut each: impl FnMut(&MemberBlock<'_>) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        let list = &self.rows.lists[number];
        // Nobody else hands them over meanwhile.
        let mut handed_over = lock(&self.handed_over[number]);
        let is_handed_over = *handed_over;
        let blocks = super::Blocks::new(format, is_sent);
        let make = |bucket| {
            let stretches = list.spool.take_out(bucket)?;
            let mut guests = self.guests(number, bucket);
            if is_handed_over {
                guests.list = None;
            }
            let block = blocks.make(|keys| {
                keys.sort_in_with(&stretches.all(), list.columns, list.tail(), |key, tail| {
                    guests.take_in(key, tail);
                });
            });
            drop(stretches);
            guests.hand_over()?;
            Ok(block)
        };
        overlap(&groups(&list.spool), make, |block| {
            each(&block)?;
            blocks.give_back(block);
            Ok::<(), E>(())
        })?;
        *handed_over = true;
        drop(handed_over);
        Ok(())
    }
}

/// A panic elsewhere cannot leave a flag half set.
pub(super) fn lock(flag: &Mutex<bool>) -> MutexGuard<'_, bool> {
    flag.lock().unwrap_or_else(PoisonError::into_inner)
}
