//! `[encryption]`: whose keys the files of a release are encrypted for. It reads public keys only,
//! and knows nothing of how a file is encrypted.

use super::load::platform;
use super::table::{Item, Table, shown};
use crate::envelope::Recipient;

/// For whom the files of a release are encrypted. An empty list leaves its files as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Encryption {
    /// Whoever uploads, where a platform has no list of its own.
    pub uploads: Vec<Recipient>,
    /// Whoever uploads to one platform, by its name.
    pub platforms: Vec<(String, Vec<Recipient>)>,
    /// The privacy officer: suppressions and verdicts.
    pub suppressions: Vec<Recipient>,
    /// The controller: the feed of what was recorded here.
    pub objections: Vec<Recipient>,
}

impl Encryption {
    /// For whom a platform's upload files are encrypted.
    #[must_use]
    pub fn of_platform(&self, platform: &str) -> &[Recipient] {
        let own = self.platforms.iter().find(|(name, _)| name == platform);
        own.map_or(&self.uploads, |(_, recipients)| recipients)
    }
}

/// Reads `[encryption]`.
pub(super) fn encryption(table: Option<Table<'_>>) -> Option<Encryption> {
    let Some(table) = table else { return Some(Encryption::default()) };
    let list = |key| table.get(key).map_or(Some(Vec::new()), recipients);
    let (uploads, suppressions) = (list("uploads"), list("suppressions"));
    let objections = list("objections");
    let platforms = table.get("platforms").map_or(Some(Vec::new()), by_platform);
    table.finish();
    Some(Encryption {
        uploads: uploads?,
        platforms: platforms?,
        suppressions: suppressions?,
        objections: objections?,
    })
}

fn by_platform(item: Item<'_>) -> Option<Vec<(String, Vec<Recipient>)>> {
    let table = item.table("platforms")?;
    let mut found: Vec<(String, Vec<Recipient>)> = Vec::new();
    let mut sound = true;
    for (entry, place) in table.entries() {
        let name = match platform(entry.key) {
            Ok(known) => known.name,
            Err(hint) => {
                sound = false;
                let message = format!("{} is not a platform verho knows", shown(entry.key));
                table.fault_at(&place, "unknown-platform", message, hint);
                continue;
            }
        };
        if found.iter().any(|(known, _)| known == name) {
            sound = false;
            let message = format!("platforms names {name} twice");
            table.fault_at(
                &place,
                "duplicate",
                message,
                "facebook and instagram are lists of meta: write one",
            );
        }
        match recipients(entry) {
            Some(list) => found.push((name.to_owned(), list)),
            None => sound = false,
        }
    }
    sound.then_some(found)
}

/// Public keys, each once. A faulty one is not repeated: it may be a secret key put in the wrong place.
fn recipients(item: Item<'_>) -> Option<Vec<Recipient>> {
    let mut found: Vec<Recipient> = Vec::new();
    let mut sound = true;
    for item in item.list()? {
        match item.text().map(str::parse::<Recipient>) {
            Some(Ok(recipient)) if found.contains(&recipient) => {
                sound = false;
                let message = format!("{} names a key twice", shown(item.key));
                item.fault("duplicate", message, "drop one of them");
            }
            Some(Ok(recipient)) => found.push(recipient),
            Some(Err(_)) => {
                sound = false;
                let message = format!("a value of {} is not an age public key", shown(item.key));
                let hint = "write the line that `age-keygen -y FILE` or `verho keygen --identity FILE` prints: \"age1…\"";
                item.fault("not-a-recipient", message, hint);
            }
            None => sound = false,
        }
    }
    sound.then_some(found)
}
