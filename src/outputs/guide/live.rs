//! What `UPLOAD.md` says where it is known what is live: in which order, what replaces what, and what
//! to say to verho afterwards. It knows the manifest and the platforms' tables.

use std::fmt::Write as _;

use crate::manifest::{AudienceRecord, Manifest, PlatformRecord, UploadKind};
use crate::platforms::{Operation, Platform};

/// Writes the order of one audience's files on one platform; nothing where no state is kept.
pub(super) fn order(
    page: &mut String,
    manifest: &Manifest,
    platform: &Platform,
    audience: &AudienceRecord,
    record: &PlatformRecord,
) {
    if manifest.predicate.state.is_none() || record.files.is_empty() {
        return;
    }
    let has = |kind| record.files.iter().any(|file| file.kind == kind);
    let can = |operation| platform.screens.contains(&operation);
    let can_change = can(Operation::Add) && can(Operation::Remove);
    if has(UploadKind::Remove) && !can_change {
        page.push_str(
            "The screens of this platform cannot take single people out.\n\
             Hand the remove file over through its interface, or delete the list there and upload the full file of the next complete release.\n\n",
        );
    } else if has(UploadKind::Remove) {
        page.push_str("1. `remove` first, as a removal, and wait until it has been worked off.\n");
        if has(UploadKind::Add) {
            page.push_str(
                "2. Then `add`, as an addition: it also holds people who were there, since the platform may have dropped them together with those who go.\n",
            );
        }
        if has(UploadKind::Full) && can(Operation::Replace) {
            page.push_str("\nOr, in one step: `full` in place of everything that is there.\n");
        }
        page.push('\n');
    } else if has(UploadKind::Full) && record.delta.is_none() {
        page.push_str(
            "Nothing is known to be live here: upload `full` in place of whatever is there, or into a new list.\n\n",
        );
    } else if has(UploadKind::Full) && !can_change {
        page.push_str(
            "The screens of this platform only replace: upload `full` in place of what is there; whoever is not in it is gone.\n\n",
        );
    } else if has(UploadKind::Add) {
        page.push_str("Nobody has to be taken out: `add`, as an addition, is enough.\n\n");
    } else {
        page.push_str("If anything is uploaded, then `full` in place of everything that is there.\n\n");
    }
    if record.delta.as_ref().is_some_and(|delta| delta.widened > 0) {
        page.push_str(
            "One person alone is to be taken out; some who stay are taken out with them and added again, so that the file does not point at anybody.\n\n",
        );
    }
    let (name, place) = (
        &manifest.predicate.release.name,
        format!("--platform {} --audience {}", platform.name, audience.name),
    );
    let _ = writeln!(page, "Afterwards say so: `verho uploaded releases/{name} {place}`.");
    let has_removals =
        has(UploadKind::Remove) || record.delta.as_ref().is_some_and(|delta| delta.removed + delta.owed > 0);
    if has_removals {
        let _ = writeln!(
            page,
            "When the platform has answered, write its counts down: `verho receipt releases/{name} {place} --file receipt.toml`.\n\
             Until then the removals stay owed and are repeated."
        );
    }
    page.push('\n');
}
