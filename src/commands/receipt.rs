//! `verho receipt`: what a platform answered to an upload, in counts. Removals are done once an answer
//! to them shows that nothing was refused, unreadable or unexplained; until then they stay owed.

use std::path::PathBuf;

use super::build::live::{moment, seconds};
use super::marks::{MarkError, MarkOptions, Marking};
use crate::manifest::{Moment, UploadKind};
use crate::outputs::Disk;
use crate::sources::receipts::{Answer, read_receipt};
use crate::state::{CellRelease, Head, Receipt, ReceiptNote};

/// What is asked.
#[derive(Debug, Clone)]
pub struct ReceiptOptions {
    /// Which release, platform and audience.
    pub mark: MarkOptions,
    /// The platform's answer.
    pub file: PathBuf,
}

/// What was recorded.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The release's name.
    pub release: String,
    /// The answers, reconciled with the rows of the files.
    pub receipts: Vec<Receipt>,
    /// Whether the release's removals are done.
    pub acknowledged: bool,
    /// Removals that are still owed there.
    pub owed: u64,
    /// Whether rows of additions were not taken, so that the next release sends them again.
    pub sends_again: bool,
}

/// Records a platform's answer.
pub fn receipt(options: &ReceiptOptions) -> Result<Recorded, MarkError> {
    receipt_on(&Disk::real(), options)
}

/// Records a platform's answer on this disk.
pub fn receipt_on(disk: &Disk, options: &ReceiptOptions) -> Result<Recorded, MarkError> {
    let answers = read_receipt(&options.file)?;
    let mut marking = Marking::begin(disk, &options.mark)?;
    let mut head = marking.state.head().clone();
    let (at, place) = marking.cells(&head)?[0];
    let cell = head.cells[at].clone();
    if cell.releases[place].uploaded.is_none() {
        return Err(MarkError::NotUploaded { release: marking.name.clone() });
    }
    let release = &mut head.cells[at].releases[place];
    let mut recorded = Vec::new();
    for answer in answers {
        let receipt = reconcile(&answer, release, Moment(options.mark.now));
        release.receipts.retain(|known| known.kind != receipt.kind);
        release.receipts.push(receipt.clone());
        recorded.push(receipt);
    }
    release.acknowledged |= recorded.iter().any(|receipt| acknowledges(receipt, &cell.releases[place]));
    let acknowledged = release.acknowledged;
    if acknowledged {
        let as_of = seconds(head.releases[marking.release as usize].as_of.0);
        let owed = marking.state.acknowledge(&cell, &cell.releases[place], as_of)?;
        let after = &mut head.cells[at];
        after.owed = (owed.list.entries > 0).then_some(owed.list);
        after.owed_count = owed.count;
        after.owed_since = owed.since.map(moment);
        after.objected_day = owed.objected_day;
    }
    let sends_again = send_again(&mut marking, &mut head, (at, place), &recorded)?;
    let owed = head.cells[at].owed_count;
    if !marking.config.encryption.objections.is_empty() {
        let release = marking.name.clone();
        let receipts = recorded.clone();
        note(&mut head, at, &Recorded { release, receipts, acknowledged, owed, sends_again });
    }
    marking.state.commit(head)?;
    Ok(Recorded { release: marking.name.clone(), receipts: recorded, acknowledged, owed, sends_again })
}

/// Notes that additions have to be sent again, where an answer shows that some were not taken.
fn send_again(
    marking: &mut Marking,
    head: &mut Head,
    (at, place): (usize, usize),
    receipts: &[Receipt],
) -> Result<bool, MarkError> {
    let cell = head.cells[at].clone();
    let release = &cell.releases[place];
    let is_full = |receipt: &&Receipt| receipt.kind == UploadKind::Full.word();
    let mut lost = receipts
        .iter()
        .filter(|receipt| is_full(receipt) || receipt.kind == UploadKind::Add.word())
        .filter(|receipt| is_lost(receipt))
        .peekable();
    if lost.peek().is_none() {
        return Ok(false);
    }
    // The full file in place of a release's changes held everybody.
    let is_whole = !release.replaces && lost.any(|receipt| is_full(&receipt));
    let uploaded = release.uploaded.map_or(0, |uploaded| seconds(uploaded.0));
    let list = marking.state.send_again(&cell, release, uploaded, is_whole)?;
    if let Some(live) = &mut head.cells[at].live {
        live.list = list;
    }
    Ok(true)
}

/// Whether rows did not arrive that would, sent again. Those that the platform could not read are the
/// same the next time.
fn is_lost(receipt: &Receipt) -> bool {
    receipt.refused > 0
        || receipt.sent < receipt.rows
        || receipt.received.saturating_add(receipt.invalid) < receipt.rows
}

/// Notes answers for the feed to the controller, which has each once.
fn note(head: &mut Head, cell: usize, recorded: &Recorded) {
    let (audience, platform) = (head.cells[cell].audience.clone(), head.cells[cell].platform.clone());
    for receipt in &recorded.receipts {
        head.note_receipt(ReceiptNote {
            number: 0,
            release: recorded.release.clone(),
            audience: audience.clone(),
            platform: platform.clone(),
            receipt: receipt.clone(),
            removals_done: recorded.acknowledged,
            owed: recorded.owed,
        });
    }
}

/// Holds an answer against the rows of the release's files.
fn reconcile(answer: &Answer, release: &CellRelease, recorded: Moment) -> Receipt {
    let rows = &release.rows;
    // An answer that does not say to which file it is meant for the removals, where there are any.
    let kind = answer.kind.unwrap_or(match (release.replaces, rows.remove) {
        (true, _) => UploadKind::Full,
        (false, 0) => UploadKind::Add,
        (false, _) => UploadKind::Remove,
    });
    let rows = match kind {
        UploadKind::Full => rows.full,
        UploadKind::Add => rows.add,
        UploadKind::Remove => rows.remove,
    };
    Receipt {
        kind: kind.word().to_owned(),
        recorded,
        rows,
        sent: answer.sent.unwrap_or(rows),
        received: answer.received,
        invalid: answer.invalid,
        refused: answer.refused,
        unexplained: unexplained(rows, answer),
    }
}

/// Rows of the file that the answer does not account for, or rows it counts beyond the file's.
///
/// Some platforms count those they could not read among the received, some beside them: the answer is
/// taken either way, whichever adds up.
fn unexplained(rows: u64, answer: &Answer) -> u64 {
    let beside = answer.received.saturating_add(answer.invalid).saturating_add(answer.refused);
    let among = answer.received;
    let apart = rows.abs_diff(beside);
    if among >= answer.invalid.saturating_add(answer.refused) {
        apart.min(rows.abs_diff(among))
    } else {
        apart
    }
}

/// Whether an answer shows that the release's removals are done.
fn acknowledges(receipt: &Receipt, release: &CellRelease) -> bool {
    let is_about_removals = receipt.kind == UploadKind::Full.word()
        || (receipt.kind == UploadKind::Remove.word() && !release.replaces);
    is_about_removals
        && receipt.refused == 0
        && receipt.invalid == 0
        && receipt.unexplained == 0
        && receipt.sent == receipt.rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_the_way_it_adds_up_and_the_rest_is_counted() {
        for (rows, received, invalid, refused, expect) in [
            (10, 10, 0, 0, 0),
            (10, 9, 1, 0, 0),
            (10, 10, 1, 0, 0),
            (10, 7, 2, 1, 0),
            (10, 8, 0, 0, 2),
            (10, 8, 1, 0, 1),
            (10, 12, 0, 0, 2),
            (10, 0, 0, 10, 0),
            (10, 0, 0, 0, 10),
            (0, 0, 0, 0, 0),
        ] {
            let answer = Answer { kind: None, sent: None, received, invalid, refused };
            assert_eq!(unexplained(rows, &answer), expect, "{rows} {received} {invalid} {refused}");
        }
    }
}
