//! Reads `[state]`: where it is kept what is live, and what is expected of platforms' answers. It
//! opens nothing; that a state needs a lasting key and a folder of its own is checked here.

use jiff::SignedDuration;

use super::load::Loading;
use super::table::Table;
use super::{Keys, Output, SingleRemoval, StateSettings};

/// Default of `ack_within`: the longest that any platform's help page names for an upload to be
/// worked off (Google Ads Help, "up to 48 hours", checked 2026-11-21).
const ACK_WITHIN_HOURS: i64 = 48;

/// Reads `[state]`. The outer `None`: a fault was noted.
#[expect(clippy::option_option, reason = "outer none: a fault was noted; inner none: the table is absent")]
pub(super) fn state(loading: &Loading<'_>, table: Option<Table<'_>>) -> Option<Option<StateSettings>> {
    let Some(table) = table else { return Some(None) };
    let dir =
        table.need("dir", "dir = \"state\"").and_then(|item| item.text()).map(|dir| loading.absolute(dir));
    let ack_within = table
        .get("ack_within")
        .map_or(Some(SignedDuration::from_hours(ACK_WITHIN_HOURS)), |item| item.duration());
    let latency_ceiling = table.get("latency_ceiling").map_or(Some(None), |item| item.duration().map(Some));
    let words = [("widen", SingleRemoval::Widen), ("replace", SingleRemoval::Replace)];
    let single_removal =
        table.get("single_removal").map_or(Some(SingleRemoval::default()), |item| item.word(&words));
    table.finish();
    Some(Some(StateSettings {
        dir: dir?,
        ack_within: ack_within?,
        latency_ceiling: latency_ceiling?,
        single_removal: single_removal?,
    }))
}

/// What a state asks of the rest of the config, and the rest of a state.
pub(super) fn checks(
    loading: &Loading<'_>,
    top: &Table<'_>,
    output: &Output,
    keys: &Keys,
    state: Option<&StateSettings>,
) {
    let Some(state) = state else {
        for span in &loading.asks_state {
            let message = "only a live state can tell what was there before, and there is none";
            loading.reading.fault(span, "missing-key", message, "[state] dir = \"state\"");
        }
        return;
    };
    let Some(item) = top.get("state") else { return };
    if keys.root.is_none() {
        item.fault(
            "missing-key",
            "the state is sealed under the root key, and no root key is set",
            "make one with verho keygen --root FILE, and set [keys] root",
        );
    }
    if state.dir.starts_with(&output.dir) || output.dir.starts_with(&state.dir) {
        item.fault(
            "output-is-input",
            "the state and the releases lie in one another",
            "give [state] dir a folder of its own",
        );
    }
    if loading.inputs.iter().any(|(_, input)| input.starts_with(&state.dir)) {
        item.fault(
            "output-is-input",
            "something is read from the folder that the state is written to",
            "give [state] dir a folder of its own",
        );
    }
}
