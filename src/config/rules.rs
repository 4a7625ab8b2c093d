//! Reads `[[basis]]`, `[[audience]]` and the small tables: what is allowed, who should see an ad,
//! and the rules for all.

use super::load::{Loading, platform};
use super::table::{Item, Table, shown};
use crate::policy::selection::Field;

use super::{
    Audience, Basis, Closure, Controller, Keys, Limits, Notice, Output, Party, PolicySettings, ProductGroup,
    Purpose, Recipient, Role, Sector, Terms, Use,
};

/// Smallest `limits.memory`: everything spills then, which is slow and changes no byte.
const MEMORY_LEAST: u64 = 1_000;
/// No audience is larger. A longer number is no size but, most likely, somebody's phone number, and a size is
/// repeated in messages and in the manifest.
const MOST_PEOPLE: u64 = 100_000_000;
/// Largest `limits.batch_rows`.
const BATCH_ROWS_MOST: u64 = 1 << 20;
/// The words of `purpose`.
const PURPOSES: [(&str, Purpose); 3] = [
    (Purpose::Retarget.word(), Purpose::Retarget),
    (Purpose::Exclude.word(), Purpose::Exclude),
    (Purpose::LookalikeSeed.word(), Purpose::LookalikeSeed),
];
/// The words of `party` and `parties`.
const PARTIES: [(&str, Party); 2] = [("consumer", Party::Consumer), ("business", Party::Business)];
/// The words of `sector`, and whether the trade has secrecy rules of its own.
const SECTORS: [(&str, (&str, bool)); 5] = [
    ("bank", ("bank", true)),
    ("insurance", ("insurance", true)),
    ("health", ("health", true)),
    ("telecom", ("telecom", true)),
    ("other", ("other", false)),
];
/// The oldest `min_age` anybody means.
const AGE_MOST: u64 = 120;

/// Reads `[controller]`.
pub(super) fn controller(item: Item<'_>, draft: bool) -> Option<Controller> {
    #[derive(Clone, Copy)]
    enum Word {
        Controller,
        Processor,
    }
    let table = item.table("[controller]")?;
    let name = table.need("name", "write the company's legal name").and_then(|item| item.string());
    let role = table
        .need("role", "role = \"controller\", or \"processor\" when you act for another company")
        .and_then(|item| item.word(&[("controller", Word::Controller), ("processor", Word::Processor)]));
    let instruction = reference(&table, "instruction", draft);
    let role = role.and_then(|role| match (role, table.get("instruction")) {
        (Word::Controller, None) => Some(Role::Controller),
        (Word::Controller, Some(item)) => {
            item.fault(
                "contradiction",
                "a controller acts on nobody's instruction",
                "drop instruction, or write role = \"processor\"",
            );
            None
        }
        (Word::Processor, Some(_)) => Some(Role::Processor { instruction: instruction.flatten()? }),
        (Word::Processor, None) if draft => Some(Role::Processor { instruction: String::new() }),
        (Word::Processor, None) => {
            table.fault(
                "missing-reference",
                "a processor acts on a written instruction",
                "instruction = \"DPA-2026-04\"",
            );
            None
        }
    });
    let sector = sector(&table, draft);
    table.finish();
    Some(Controller { name: name?, role: role?, sector: sector? })
}

/// The trade; one with secrecy rules of its own needs somebody's opinion. The outer `None`: a fault was noted.
#[expect(clippy::option_option, reason = "outer none: a fault was noted; inner none: the key is absent")]
fn sector(table: &Table<'_>, draft: bool) -> Option<Option<Sector>> {
    let word = table.get("sector").map(|item| item.word(&SECTORS));
    let cleared_by = match table.get("sector_secrecy") {
        None => Some(None),
        Some(item) => item.table("sector_secrecy").and_then(|table| {
            let cleared_by = needed_reference(&table, "cleared_by", "cleared_by = \"LEGAL-2026-11\"", draft);
            table.finish();
            cleared_by.map(Some)
        }),
    };
    let Some(word) = word else {
        if let Some(item) = table.get("sector_secrecy") {
            item.fault(
                "contradiction",
                "sector_secrecy is about a trade, and no sector is named",
                "name it: sector = \"insurance\"",
            );
            return None;
        }
        return Some(None);
    };
    let ((name, has_secrecy), cleared_by) = (word?, cleared_by?);
    if has_secrecy && cleared_by.is_none() && !draft {
        table.fault(
            "missing-reference",
            format!(
                "the customers of this trade ({name}) are protected by secrecy rules beside data protection"
            ),
            "sector_secrecy = { cleared_by = \"LEGAL-2026-11\" }",
        );
        return None;
    }
    Some(Some(Sector { name: name.to_owned(), cleared_by }))
}

/// A reference that only a draft may leave out or blank.
fn needed_reference(table: &Table<'_>, key: &'static str, hint: &str, draft: bool) -> Option<String> {
    match reference(table, key, draft) {
        Some(None) if !draft => {
            table.fault("missing-reference", format!("{} has no {key}", table.name), hint);
            None
        }
        text => text.map(Option::unwrap_or_default),
    }
}

/// Reads one recipient. `taken`: the platforms of those before.
pub(super) fn recipient(item: Item<'_>, taken: &mut Vec<String>, draft: bool) -> Option<Recipient> {
    let table = item.table("[[recipient]]")?;
    let platform = table.need("platform", "platform = \"meta\"").and_then(|item| {
        let name = known_platform(&item, false)?;
        if taken.contains(&name) {
            item.fault("duplicate", "this platform is declared twice", "keep one [[recipient]] a platform");
            return None;
        }
        taken.push(name.clone());
        Some(name)
    });
    let need = |key, hint| needed_reference(&table, key, hint, draft);
    let legal_entity =
        need("legal_entity", "name the company that receives: legal_entity = \"Example Platforms Ltd\"");
    let arrangement = need("arrangement", "arrangement = \"JC-2026-01\": what joint controllers agreed");
    let transfer = need("transfer", "transfer = \"adequacy decision of …\", or \"none: stays in the EEA\"");
    let dpia = need("dpia", "dpia = \"DPIA-2026-02\"");
    let terms = match table.get("terms") {
        Some(item) => terms(item, draft),
        None if draft => Some(Terms { reference: String::new(), accepted: None }),
        None => {
            table.fault(
                "missing-reference",
                "[[recipient]] has no terms",
                "terms = { reference = \"custom-audience-terms 2026-01\", accepted = 2026-01-15 }",
            );
            None
        }
    };
    let valid_until = day(&table, "valid_until");
    table.finish();
    Some(Recipient {
        platform: platform?,
        legal_entity: legal_entity?,
        arrangement: arrangement?,
        transfer: transfer?,
        dpia: dpia?,
        terms: terms?,
        valid_until: valid_until?,
    })
}

fn terms(item: Item<'_>, draft: bool) -> Option<Terms> {
    let table = item.table("terms")?;
    let reference =
        needed_reference(&table, "reference", "reference = \"custom-audience-terms 2026-01\"", draft);
    let accepted = day(&table, "accepted");
    if !table.has("accepted") && !draft {
        table.fault("missing-reference", "terms has no accepted", "accepted = 2026-01-15");
    }
    table.finish();
    Some(Terms { reference: reference?, accepted: accepted? })
}

/// A day that may be absent. The outer `None`: a fault was noted.
#[expect(clippy::option_option, reason = "outer none: a fault was noted; inner none: the key is absent")]
fn day(table: &Table<'_>, key: &'static str) -> Option<Option<jiff::civil::Date>> {
    table.get(key).map_or(Some(None), |item| item.date().map(Some))
}

/// A reference that a draft may leave out or blank. The outer `None`: a fault was noted.
#[expect(clippy::option_option, reason = "outer none: a fault was noted; inner none: the key is absent")]
fn reference(table: &Table<'_>, key: &'static str, draft: bool) -> Option<Option<String>> {
    match table.get(key) {
        None => Some(None),
        Some(item) if draft => item.any_text().map(|text| Some(text.to_owned())),
        Some(item) => {
            let text = item.any_text()?;
            if text.trim().is_empty() {
                item.fault(
                    "missing-reference",
                    format!("{key} is empty"),
                    "write the reference; check --draft lets it be empty",
                );
                return None;
            }
            Some(Some(text.to_owned()))
        }
    }
}

/// Reads one basis row.
pub(super) fn basis(item: Item<'_>, draft: bool) -> Option<Basis> {
    let table = item.table("[[basis]]")?;
    let basis = table.need("use", "use = \"legitimate_interest\" or \"consent\"").and_then(|item| {
        item.word(&[("legitimate_interest", Use::LegitimateInterest), ("consent", Use::Consent)])
    });
    let platforms = table.need("platforms", "platforms = [\"meta\"]").and_then(|item| platforms(item, false));
    let countries =
        table.need("countries", "countries = [\"FI\"]").and_then(|item| unique(item, Item::country));
    let purposes = table
        .need("purposes", "purposes = [\"retarget\"]; exclude and lookalike_seed need rows of their own")
        .and_then(|item| unique(item, |item| item.word(&PURPOSES)));
    let parties = table.get("parties").map_or(Some(vec![Party::Consumer, Party::Business]), |item| {
        unique(item, |item| item.word(&PARTIES))
    });
    let assessment = reference(&table, "assessment", draft);
    let consent_wording = reference(&table, "consent_wording", draft);
    let missing = match basis {
        Some(Use::LegitimateInterest) if !table.has("assessment") => Some((
            "assessment",
            "legitimate interest rests on an assessment",
            "assessment = \"LIA-2026-003\"",
        )),
        Some(Use::Consent) if !table.has("consent_wording") => Some((
            "consent_wording",
            "consent rests on the words people agreed to",
            "consent_wording = \"CW-2026-01\"",
        )),
        _ => None,
    };
    if let (Some((_, message, hint)), false) = (missing, draft) {
        table.fault("missing-reference", message, hint);
    }
    let notice = match table.get("notice") {
        Some(item) => notice(item, draft),
        None if draft => {
            Some(Notice { id: String::new(), version: String::new(), since: None, valid_until: None })
        }
        None => {
            let message = "the basis names no notice: people must have been told";
            table.fault(
                "missing-reference",
                message,
                "notice = { id = \"marketing-policy\", version = \"2024-02-09\" }",
            );
            None
        }
    };
    let (valid_from, valid_until) = (day(&table, "valid_from"), day(&table, "valid_until"));
    if let (Some(Some(from)), Some(Some(until)), Some(item)) =
        (valid_from, valid_until, table.get("valid_from"))
        && until < from
    {
        item.fault("contradiction", "valid_from lies after valid_until", "such a row holds on no day");
        return None;
    }
    let assessment_valid_until = day(&table, "assessment_valid_until");
    let consent_wording_valid_until = day(&table, "consent_wording_valid_until");
    table.finish();
    Some(Basis {
        basis: basis?,
        platforms: platforms?,
        countries: countries?,
        purposes: purposes?,
        parties: parties?,
        assessment: assessment?,
        consent_wording: consent_wording?,
        notice: notice?,
        valid_from: valid_from?,
        valid_until: valid_until?,
        assessment_valid_until: assessment_valid_until?,
        consent_wording_valid_until: consent_wording_valid_until?,
    })
}

fn notice(item: Item<'_>, draft: bool) -> Option<Notice> {
    let table = item.table("notice")?;
    let part = |key: &'static str| match reference(&table, key, draft) {
        Some(None) if !draft => {
            table.fault(
                "missing-reference",
                format!("notice has no {key}"),
                "notice = { id = \"marketing-policy\", version = \"2024-02-09\" }",
            );
            None
        }
        text => text.map(Option::unwrap_or_default),
    };
    let (id, version) = (part("id"), part("version"));
    let (since, valid_until) = (day(&table, "since"), day(&table, "valid_until"));
    table.finish();
    Some(Notice { id: id?, version: version?, since: since?, valid_until: valid_until? })
}

/// A list without repeats.
fn unique<'t, T: PartialEq>(item: Item<'t>, read: impl Fn(&Item<'t>) -> Option<T>) -> Option<Vec<T>> {
    let mut values = Vec::new();
    let mut sound = true;
    for item in item.list()? {
        match read(&item) {
            Some(value) if values.contains(&value) => {
                item.fault("duplicate", format!("{} names this twice", item.key), "drop one of them");
                sound = false;
            }
            Some(value) => values.push(value),
            None => sound = false,
        }
    }
    sound.then_some(values)
}

/// Platforms by canonical name; `upload`: only those a file can be written for.
fn platforms(item: Item<'_>, upload: bool) -> Option<Vec<String>> {
    unique(item, |item| known_platform(item, upload))
}

fn known_platform(item: &Item<'_>, upload: bool) -> Option<String> {
    let text = item.text()?;
    match platform(text) {
        Ok(known) => match known.no_upload {
            Some(why) if upload => {
                item.fault(
                    "no-upload-file",
                    format!("{} takes no file: {why}", known.name),
                    "drop it from this audience",
                );
                None
            }
            _ => Some(known.name.to_owned()),
        },
        Err(hint) => {
            item.fault("unknown-platform", format!("{} is not a platform verho knows", shown(text)), hint);
            None
        }
    }
}

/// Reads one audience; sources and the policy must already be read.
pub(super) fn audience(loading: &mut Loading<'_>, item: Item<'_>) -> Option<Audience> {
    let table = item.table("[[audience]]")?;
    let name = table
        .need("name", "name it: name = \"savings-customers\"")
        .and_then(|item| loading.audience_name(item));
    if let (Some(name), Some(item)) = (&name, table.get("name")) {
        loading.refuse_special(&item.span(), "the audience", name);
    }
    let selection = table.get("where").map_or(Some(None), |item| loading.selection(item).map(Some));
    let platforms = table
        .need("platforms", "platforms = [\"meta\", \"linkedin\"]")
        .and_then(|item| platforms(item, true));
    let purpose = table.get("purpose").map_or(Some(Purpose::Retarget), |item| item.word(&PURPOSES));
    let party = table.get("party").map_or(Some(Party::Consumer), |item| item.word(&PARTIES));
    let min_size = table.get("min_size").map_or(Some(100), |item| item.whole(1, MOST_PEOPLE));
    let min_age = match table.get("min_age") {
        None => loading.min_age,
        Some(item) => item.whole(0, AGE_MOST).and_then(|age| {
            let age = u16::try_from(age).ok()?;
            let policy = loading.min_age?;
            if age < policy {
                let message = format!("min_age is lower than the policy's, which is {policy}");
                item.fault("out-of-range", message, "an audience may only ask for more; drop it or raise it");
                return None;
            }
            if age > 0 {
                loading.audience_asks_age.push(item.span());
            }
            Some(age)
        }),
    };
    let filter = table.get("where");
    let own = declarations(loading, &table);
    let product_group = product_group(loading, &table);
    let valid_until = table.get("valid_until").map_or(Some(None), |item| item.date().map(Some));
    let max_swing = table.get("max_swing").map_or(Some(None), |item| item.percent().map(Some));
    if let Some(item) = table.get("max_swing") {
        loading.asks_state.push(item.span());
    }
    table.finish();
    own?;
    let (selection, purpose) = (selection?, purpose?);
    if let (Some(selection), Some(item)) = (&selection, filter)
        && selection.fields().contains(&&Field::Age)
    {
        loading.audience_asks_age.push(item.span());
    }
    let binding = loading.binding(selection.as_ref(), purpose);
    Some(Audience {
        name: name?,
        selection,
        platforms: platforms?,
        purpose,
        party: party?,
        min_size: min_size?,
        min_age: min_age?,
        product_group: product_group?,
        valid_until: valid_until?,
        max_swing: max_swing?,
        binding: binding?,
    })
}

/// The product group of the ad: there when the policy asks for it, and only then. The outer `None`: a fault
/// was noted.
#[expect(clippy::option_option, reason = "outer none: a fault was noted; inner none: the key is absent")]
fn product_group(loading: &Loading<'_>, table: &Table<'_>) -> Option<Option<ProductGroup>> {
    match (table.get("product_group"), &loading.same_product_group) {
        (None, None) => Some(None),
        (None, Some(_)) => {
            table.fault(
                "missing-key",
                "the policy asks for the same product group, and the audience names none",
                "product_group = \"savings\"",
            );
            None
        }
        (Some(item), None) => {
            item.fault(
                "contradiction",
                "the audience names a product group, and the policy asks for none",
                "[policy] same_product_group = { attribute = \"product_group\" }, or drop it",
            );
            None
        }
        (Some(item), Some(attribute)) => {
            let name = item.string()?;
            if name.trim() != name {
                let message = "product_group has white space at its edges";
                item.fault("never-matches", message, "drop it: cells are compared after trimming");
                return None;
            }
            let Some(held) = loading.holds(attribute, &name) else {
                item.fault(
                    "unknown-attribute",
                    format!("no source declares the attribute {}", shown(attribute)),
                    "name one of [source.attributes] under [policy] same_product_group",
                );
                return None;
            };
            Some(Some(ProductGroup { name, held }))
        }
    }
}

/// What an audience declares of its ad: it is the controller's own, and it is not political.
fn declarations(loading: &Loading<'_>, table: &Table<'_>) -> Option<()> {
    let advertiser = table.get("advertiser").map_or(Some(()), |item| {
        let name = item.text()?;
        if loading.controller_name.as_deref().is_some_and(|controller| controller != name) {
            item.fault(
                "other-advertiser",
                "the advertiser is not the controller",
                "an audience serves the controller's own ads; another company runs a config of its own",
            );
            return None;
        }
        Some(())
    });
    let political = table.get("political").map_or(Some(()), |item| {
        if item.flag()? {
            item.fault(
                "political",
                "the audience is declared political",
                "Regulation (EU) 2024/900 restricts targeting in political advertising: no customer list serves it",
            );
            return None;
        }
        Some(())
    });
    advertiser.and(political)
}

/// Reads `[policy]`; a default stands for a whole missing table.
pub(super) fn policy(table: Option<Table<'_>>) -> Option<PolicySettings> {
    let default = PolicySettings {
        closure: Closure::Person,
        share_cap: 10,
        min_age: 18,
        max_unreadable: 0.01,
        channel_bans_bind: true,
        possible_phones: false,
        permissions_lift: false,
        time_zone: "UTC".to_owned(),
        cooling_off_days: None,
        max_identifier_age_days: None,
        same_product_group: None,
    };
    let Some(table) = table else { return Some(default) };
    let closure = table.get("closure").map_or(Some(default.closure), |item| {
        item.word(&[("person", Closure::Person), ("identifier", Closure::Identifier)])
    });
    let share_cap = table.get("share_cap").map_or(Some(default.share_cap), |item| {
        item.whole(1, u64::from(u32::MAX)).and_then(|cap| u32::try_from(cap).ok())
    });
    let min_age = table.get("min_age").map_or(Some(default.min_age), |item| {
        item.whole(0, AGE_MOST).and_then(|age| u16::try_from(age).ok())
    });
    let max_unreadable =
        table.get("max_unreadable").map_or(Some(default.max_unreadable), |item| item.percent());
    let channel_bans_bind = table
        .get("channel_bans")
        .map_or(Some(default.channel_bans_bind), |item| item.word(&[("bind", true), ("ignore", false)]));
    let possible_phones =
        table.get("possible_phones").map_or(Some(default.possible_phones), |item| item.flag());
    let permissions_lift =
        table.get("permissions_lift").map_or(Some(default.permissions_lift), |item| item.flag());
    let time_zone = table.get("time_zone").map_or(Some(default.time_zone), time_zone);
    let cooling_off_days = table.get("cooling_off").map_or(Some(None), |item| item.days().map(Some));
    let max_identifier_age_days =
        table.get("max_identifier_age").map_or(Some(None), |item| item.days().map(Some));
    let same_product_group = table.get("same_product_group").map_or(Some(None), |item| {
        let table = item.table("same_product_group")?;
        let attribute =
            table.need("attribute", "attribute = \"product_group\"").and_then(|item| item.string());
        table.finish();
        attribute.map(Some)
    });
    table.finish();
    Some(PolicySettings {
        closure: closure?,
        share_cap: share_cap?,
        min_age: min_age?,
        max_unreadable: max_unreadable?,
        channel_bans_bind: channel_bans_bind?,
        possible_phones: possible_phones?,
        permissions_lift: permissions_lift?,
        time_zone: time_zone?,
        cooling_off_days: cooling_off_days?,
        max_identifier_age_days: max_identifier_age_days?,
        same_product_group: same_product_group?,
    })
}

fn time_zone(item: Item<'_>) -> Option<String> {
    let text = item.text()?;
    let zone = jiff::tz::db().get(text).ok();
    let name = zone.as_ref().and_then(jiff::tz::TimeZone::iana_name).map(str::to_owned);
    if name.is_none() {
        let hint = "write a name of the IANA time zone database: \"Europe/Helsinki\" or \"UTC\"";
        item.fault("unknown-time-zone", format!("{} is not a time zone", shown(text)), hint);
    }
    name
}

/// Reads `[output]`.
pub(super) fn output(loading: &Loading<'_>, table: Option<Table<'_>>) -> Option<Output> {
    let Some(table) = table else { return Some(Output { dir: loading.absolute("releases") }) };
    let dir = table.get("dir").map_or(Some("releases"), |item| item.text()).map(|dir| loading.absolute(dir));
    table.finish();
    Some(Output { dir: dir? })
}

/// Reads `[keys]`.
pub(super) fn keys(loading: &mut Loading<'_>, table: Option<Table<'_>>) -> Option<Keys> {
    let Some(table) = table else { return Some(Keys::default()) };
    let mut path = |key| {
        let Some(item) = table.get(key) else { return Some(None) };
        let path = loading.absolute(item.text()?);
        loading.inputs.push((item.span(), path.clone()));
        Some(Some(path))
    };
    let (root, signing, identity) = (path("root"), path("signing"), path("identity"));
    table.finish();
    let (root, signing, identity) = (root?, signing?, identity?);
    Some(Keys { root, root_fd: None, signing, identity })
}

/// Reads `[limits]`.
pub(super) fn limits(table: Option<Table<'_>>) -> Option<Limits> {
    let default =
        Limits { memory_bytes: 1_000_000_000, temp_bytes: u64::MAX, batch_rows: 65_536, threads: 0 };
    let Some(table) = table else { return Some(default) };
    let memory_bytes =
        table.get("memory").map_or(Some(default.memory_bytes), |item| item.bytes(MEMORY_LEAST));
    let temp_bytes = table.get("temp").map_or(Some(default.temp_bytes), |item| item.bytes(MEMORY_LEAST));
    let count = |key, least, most, default| {
        table.get(key).map_or(Some(default), |item: Item<'_>| {
            item.whole(least, most).and_then(|count| usize::try_from(count).ok())
        })
    };
    let batch_rows = count("batch_rows", 1, BATCH_ROWS_MOST, default.batch_rows);
    let threads = count("threads", 0, 1024, default.threads);
    table.finish();
    Some(Limits {
        memory_bytes: memory_bytes?,
        temp_bytes: temp_bytes?,
        batch_rows: batch_rows?,
        threads: threads?,
    })
}
