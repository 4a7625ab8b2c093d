//! Three sorted lists side by side: what is live, what is owed, and who is eligible; one identifier at
//! a time.

use super::DeltaError;
use crate::pipeline::live::{Wanted, WantedReader};
use crate::state::{EntryKey, ListReader, LiveEntry, OwedEntry};

/// Everything about one identifier.
pub(super) struct Group {
    pub(super) key: EntryKey,
    pub(super) live: Vec<LiveEntry>,
    pub(super) owed: Vec<OwedEntry>,
    /// One an eligible person who holds it.
    pub(super) wanted: Vec<Wanted>,
    /// Whether somebody's objection bars it for everybody.
    pub(super) barred: bool,
}

/// The lists, each as far as it was read.
pub(super) struct Merge<'s, 'o> {
    live: ListReader<LiveEntry>,
    owed: ListReader<OwedEntry>,
    wanted: Option<WantedReader<'s, 'o>>,
    group: Option<Group>,
}

impl<'s, 'o> Merge<'s, 'o> {
    /// Where nobody is wanted, who is eligible is not asked.
    pub(super) fn new(
        live: ListReader<LiveEntry>,
        owed: ListReader<OwedEntry>,
        wanted: WantedReader<'s, 'o>,
        is_nobody_wanted: bool,
    ) -> Self {
        Self { live, owed, wanted: (!is_nobody_wanted).then_some(wanted), group: None }
    }

    /// The next identifier.
    pub(super) fn next(&mut self) -> Result<Option<&Group>, DeltaError> {
        let wanted = self.wanted.as_ref().and_then(WantedReader::peek);
        let keys = [self.live.peek(), self.owed.peek(), wanted];
        let Some(key) = keys.into_iter().flatten().min() else { return Ok(None) };
        let group = self.group.get_or_insert_with(|| Group {
            key,
            live: Vec::new(),
            owed: Vec::new(),
            wanted: Vec::new(),
            barred: false,
        });
        group.key = key;
        self.live.take(key, &mut group.live)?;
        self.owed.take(key, &mut group.owed)?;
        if let Some(reader) = &mut self.wanted {
            reader.take(key, &mut group.wanted)?;
        }
        group.barred = group.wanted.iter().any(|wanted| wanted.barred);
        group.wanted.retain(|wanted| !wanted.barred);
        Ok(Some(group))
    }
}
