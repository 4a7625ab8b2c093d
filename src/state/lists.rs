//! The state's lists, record after record and identifier after identifier: what streaming merges are
//! made of. A reader holds one chunk, whatever the list's length.

use std::marker::PhantomData;

use super::entry::{EntryKey, Record};
use super::error::StateError;
use super::head::ListRef;
use super::seal::{SealedReader, SealedWriter};

/// A list while it is written. Records come in the order of their keys.
pub struct ListWriter<R: Record> {
    sealed: SealedWriter,
    file: String,
    entries: u64,
    bytes: Vec<u8>,
    last: Option<R::Key>,
    record: PhantomData<R>,
}

impl<R: Record> ListWriter<R> {
    pub(super) const fn new(sealed: SealedWriter, file: String) -> Self {
        Self { sealed, file, entries: 0, bytes: Vec::new(), last: None, record: PhantomData }
    }

    /// Appends a record.
    ///
    /// # Panics
    /// When its key is lower than the one before it: the caller's mistake, and merges would go wrong.
    pub fn push(&mut self, record: &R) -> Result<(), StateError> {
        assert!(self.last.is_none_or(|last| last <= record.key()), "lists are sorted");
        self.last = Some(record.key());
        self.entries += 1;
        self.bytes.clear();
        record.write(&mut self.bytes);
        self.sealed.write(&self.bytes)
    }

    /// Ends the list: it is on the disk when this returns, and counts once a head names it.
    pub fn finish(self) -> Result<ListRef, StateError> {
        self.sealed.finish()?;
        Ok(ListRef { file: self.file, entries: self.entries })
    }
}

/// A list while it is read, all records of one identifier at a time.
pub struct ListReader<R> {
    sealed: Option<SealedReader>,
    ahead: Option<R>,
    bytes: Vec<u8>,
}

/// All records of one identifier.
pub type Group<R> = (EntryKey, Vec<R>);

impl<R: Record> ListReader<R> {
    /// A list without records.
    #[must_use]
    pub const fn empty() -> Self {
        Self { sealed: None, ahead: None, bytes: Vec::new() }
    }

    pub(super) fn new(sealed: SealedReader) -> Result<Self, StateError> {
        let mut reader = Self { sealed: Some(sealed), ahead: None, bytes: vec![0; R::BYTES] };
        reader.ahead = reader.record()?;
        Ok(reader)
    }

    fn record(&mut self) -> Result<Option<R>, StateError> {
        let Some(sealed) = &mut self.sealed else { return Ok(None) };
        Ok(sealed.record(&mut self.bytes)?.then(|| R::read(&self.bytes)))
    }

    /// The next record.
    pub fn next_record(&mut self) -> Result<Option<R>, StateError> {
        let Some(record) = self.ahead.take() else { return Ok(None) };
        self.ahead = self.record()?;
        Ok(Some(record))
    }

    /// What the next record is sorted by.
    #[must_use]
    pub fn peek(&self) -> Option<R::Key> {
        self.ahead.map(|record| record.key())
    }

    /// The records of this key, if they are next; those of lower ones are passed over.
    pub fn take(&mut self, key: R::Key, into: &mut Vec<R>) -> Result<(), StateError> {
        into.clear();
        while let Some(record) = self.ahead {
            if record.key() > key {
                break;
            }
            if record.key() == key {
                into.push(record);
            }
            self.ahead = self.record()?;
        }
        Ok(())
    }
}
