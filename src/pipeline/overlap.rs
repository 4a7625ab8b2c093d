//! Buckets made ready on every core and handed on in order: while one group of them is handed on, the
//! next is made. It does not know what the buckets hold.

use rayon::prelude::*;

use crate::spill::{SpillError, Spool};

/// Buckets sorted at a time before they are handed on in order, and bytes of records in them: at a
/// hundred million rows a bucket is large.
const GROUP: usize = 16;
const GROUP_BYTES: usize = 6 << 20;

/// A spool's buckets in groups of bounded size.
pub(super) fn groups(spool: &Spool<'_>) -> Vec<std::ops::Range<usize>> {
    let (mut groups, mut start, mut bytes) = (Vec::new(), 0, 0);
    for bucket in 0..spool.len() {
        bytes += spool.bytes(bucket);
        if bytes >= GROUP_BYTES || bucket + 1 - start == GROUP || bucket + 1 == spool.len() {
            groups.push(start..bucket + 1);
            (start, bytes) = (bucket + 1, 0);
        }
    }
    groups
}

/// Makes every bucket's block on all cores and hands the blocks on in order: while one group of them is
/// handed on, the next is made.
pub(super) fn overlap<T: Send, E: From<SpillError> + Send>(
    groups: &[std::ops::Range<usize>],
    make: impl Fn(usize) -> Result<T, SpillError> + Sync,
    mut each: impl FnMut(T) -> Result<(), E> + Send,
) -> Result<(), E> {
    let mut groups = groups.iter();
    let made = |group: &std::ops::Range<usize>| -> Result<Vec<T>, SpillError> {
        group.clone().into_par_iter().map(&make).collect()
    };
    let mut ready = groups.next().map_or_else(|| Ok(Vec::new()), &made)?;
    loop {
        let next = groups.next();
        let (handed, coming) =
            rayon::join(|| ready.into_iter().try_for_each(&mut each), || next.map(&made).transpose());
        handed?;
        match coming? {
            Some(coming) => ready = coming,
            None => return Ok(()),
        }
    }
}
