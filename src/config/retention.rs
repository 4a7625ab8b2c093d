//! How long files of a release are kept: the `[retention]` table. Each kind of file has a limit of its
//! own, since a list of hashes and the evidence of who was left out serve different ends.

use super::table::{Item, Table};

/// Days after which the upload files are purged unless the config says otherwise.
const UPLOADS_DAYS: u16 = 14;
/// Days after which suppressions and verdicts are purged unless the config says otherwise: the longer
/// end of what telemarketers' notices grant their lists, four to six months.
const SUPPRESSIONS_DAYS: u16 = 180;
/// Days after which the live state forgets that somebody was on a list and was taken out: three years, the
/// general time limit of claims in several of the countries this was written for.
const LEDGER_DAYS: u16 = 1095;
/// The word for no limit.
const KEEP: &str = "keep";

/// `[retention]`, in whole days from the moment a release decided as of; `None`: kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Full files.
    pub full_days: Option<u16>,
    /// Add and remove files.
    pub delta_days: Option<u16>,
    /// Suppressions with their verdicts.
    pub suppressions_days: Option<u16>,
    /// What the live state keeps of people who were taken out, from that moment.
    pub ledger_days: Option<u16>,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            full_days: Some(UPLOADS_DAYS),
            delta_days: Some(UPLOADS_DAYS),
            suppressions_days: Some(SUPPRESSIONS_DAYS),
            ledger_days: Some(LEDGER_DAYS),
        }
    }
}

/// Reads `[retention]`.
pub(super) fn retention(table: Option<Table<'_>>) -> Option<Retention> {
    let default = Retention::default();
    let Some(table) = table else { return Some(default) };
    let full = days(&table, "full", default.full_days);
    let delta = days(&table, "delta", default.delta_days);
    let suppressions = days(&table, "suppressions", default.suppressions_days);
    let ledger = days(&table, "ledger", default.ledger_days);
    table.finish();
    Some(Retention {
        full_days: full?,
        delta_days: delta?,
        suppressions_days: suppressions?,
        ledger_days: ledger?,
    })
}

#[expect(clippy::option_option, reason = "outer none: a fault was noted; inner none: kept")]
fn days(table: &Table<'_>, key: &'static str, default: Option<u16>) -> Option<Option<u16>> {
    let read = |item: Item<'_>| if item.says(KEEP) { Some(None) } else { item.days().map(Some) };
    table.get(key).map_or(Some(default), read)
}
