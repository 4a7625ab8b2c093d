//! Reads `[[register]]`: who objected, how the list is written, and the contract it keeps.

use super::fields::{HASHES, SCOPE_DEFAULT, files, scopes};
use super::load::Loading;
use super::table::{Item, Table};
use super::{ActiveField, AgeFrom, HashAlgorithm, KeyColumn, PermissionField, Register, RegisterColumns};

/// The most that can be asked for: a longer number is most likely a phone number, and it would be repeated in
/// messages.
const MOST_ROWS: u64 = 1_000_000_000;

/// Reads one register.
pub(super) fn register(loading: &mut Loading<'_>, item: Item<'_>) -> Option<Register> {
    let table = item.table("[[register]]")?;
    let name =
        table.need("name", "name it: name = \"opt-outs\"").and_then(|item| loading.register_name(item));
    let columns = register_columns(&table);
    let header = match (table.get("header"), table.has("key")) {
        (None, bare) => Some(!bare),
        (Some(item), true) => item.flag(),
        (Some(item), false) => item.flag().filter(|header| {
            if !header {
                item.fault(
                    "contradiction",
                    "columns are named, so the file begins with their names",
                    "drop header, or write key = \"phone\" for a bare list",
                );
            }
            *header
        }),
    };
    let files = files(loading, &table, header.unwrap_or(true));
    let active = table.get("active").map_or(Some(None), |item| active(item).map(Some));
    let permission = table.get("permission").map_or(Some(None), |item| permission(item).map(Some));
    let auth_levels = table.get("auth_levels").map_or(Some(Vec::new()), |item| item.texts());
    if let (Some(columns), Some(Some(permission))) = (&columns, &permission) {
        if permission_is_lifted(permission, active.as_ref().and_then(Option::as_ref)) {
            let message = "a value means both a permission and a lifted objection";
            table.fault("contradiction", message, "keep it in one of the lists");
        }
        if columns.at.is_none() || columns.auth.is_none() || auth_levels.as_ref().is_some_and(Vec::is_empty) {
            loading.permissions_without_proof.push(table.span.clone());
        }
    }
    let scopes = table.get("scope").map_or(Some(SCOPE_DEFAULT), scopes);
    let id_space = table.get("id_space").map_or(Some(None), |item| item.name().map(Some));
    let region = table.get("region").map_or(Some(None), |item| item.country().map(Some));
    let age_from = table.get("age_from").map_or(Some(None), |item| age_from(item).map(Some));
    let max_age = table.get("max_age").map_or(Some(None), |item| item.duration().map(Some));
    if let (Some(item), false) = (table.get("max_age"), table.has("age_from")) {
        item.fault(
            "missing-key",
            "max_age says how old the register may be, and nothing says how old it is",
            "age_from = { filename = \"objections-%Y-%m-%d.csv\" }, or a column, trailer or sidecar",
        );
    }
    let min_rows = table.get("min_rows").map_or(Some(1), |item| item.whole(0, MOST_ROWS));
    let max_shrink = table.get("max_shrink").map_or(Some(None), |item| item.percent().map(Some));
    let max_unparsed = table.get("max_unparsed").map_or(Some(0.0), |item| item.percent());
    let max_unchanged = table.get("max_unchanged").map_or(Some(None), |item| item.duration().map(Some));
    if let (Some(item), false) = (table.get("max_unchanged"), table.has("age_from")) {
        item.fault(
            "missing-key",
            "max_unchanged compares the register's moments, and nothing says where they stand",
            "age_from = { filename = \"objections-%Y-%m-%d.csv\" }, or a column, trailer or sidecar",
        );
    }
    let external = table.get("external").map_or(Some(false), |item| item.flag());
    let webmail_domains = table
        .get("webmail_domains")
        .map_or(Some(false), |item| item.word(&[("confirmed", true), ("refused", false)]));
    let controller = table.get("controller").map_or(Some(None), |item| item.string().map(Some));
    let group_scope = table.get("group_scope").map_or(Some(false), |item| item.flag());
    if let (Some(Some(whose)), Some(group_scope), Some(item)) =
        (&controller, group_scope, table.get("controller"))
    {
        loading.group_register(item, whose, group_scope);
    }
    let id_space = match (&columns, id_space) {
        (Some(RegisterColumns { customer_id: Some(_), .. }), Some(space)) => {
            register_space(loading, &table, space)
        }
        (_, space) => space,
    };
    if let Some(columns) = &columns {
        let keys = [&columns.email, &columns.phone].into_iter().flatten().map(|key| &key.column);
        let names = [&columns.customer_id, &columns.domain].into_iter().flatten().chain(keys);
        names.for_each(|name| loading.refuse_column(&table.span, name));
    }
    group_scope?;
    table.finish();
    Some(Register {
        name: name?,
        files: files?,
        columns: columns?,
        active: active?,
        permission: permission?,
        auth_levels: auth_levels?,
        scopes: scopes?,
        id_space: id_space?,
        region: region?,
        age_from: age_from?,
        max_age: max_age?,
        min_rows: min_rows?,
        max_shrink: max_shrink?,
        max_unparsed: max_unparsed?,
        max_unchanged: max_unchanged?,
        external: external?,
        webmail_domains: webmail_domains?,
        controller: controller?,
    })
}

/// The id space of a register that names customer ids; sources must already be read.
#[expect(clippy::option_option, reason = "outer none: a fault was noted; inner none: the key is absent")]
fn register_space(loading: &Loading<'_>, table: &Table<'_>, space: Option<String>) -> Option<Option<String>> {
    let mut known = loading.id_spaces.clone();
    known.sort_unstable();
    known.dedup();
    match (space, known.as_slice()) {
        (Some(space), _) if known.contains(&space) || known.is_empty() => Some(Some(space)),
        (Some(_), _) => {
            let hint = format!("the sources' id spaces are {}", known.join(", "));
            if let Some(item) = table.get("id_space") {
                item.fault(
                    "unknown-id-space",
                    "no source has this id space, so no customer id would match",
                    hint,
                );
            }
            None
        }
        (None, [only]) => Some(Some(only.clone())),
        (None, []) => Some(None),
        (None, _) => {
            let message = "the register names customer ids, and the sources have several id spaces";
            table.fault(
                "missing-key",
                message,
                format!("say whose ids they are: id_space = \"{}\"", known.join("\" or \"")),
            );
            None
        }
    }
}

fn register_columns(table: &Table<'_>) -> Option<RegisterColumns> {
    match (table.get("columns"), table.get("key")) {
        (Some(columns), None) => named_columns(columns),
        (None, Some(key)) => bare_column(key),
        (Some(_), Some(key)) => {
            key.fault(
                "contradiction",
                "key is for a bare one-column list, and columns names several",
                "keep one of them",
            );
            None
        }
        (None, None) => {
            table.fault(
                "missing-key",
                "[[register]] has neither columns nor key",
                "columns = { email = \"email\", phone = \"phone\" }, or key = \"phone\" for a bare one-column list",
            );
            None
        }
    }
}

fn named_columns(item: Item<'_>) -> Option<RegisterColumns> {
    let table = item.table("the register's columns")?;
    let text = |key| table.get(key).map_or(Some(None), |item: Item<'_>| item.string().map(Some));
    let key = |key| table.get(key).map_or(Some(None), |item: Item<'_>| key_column(item).map(Some));
    let (customer_id, domain, scope, at) = (text("customer_id"), text("domain"), text("scope"), text("at"));
    let auth = text("auth");
    let (email, phone) = (key("email"), key("phone"));
    if !["customer_id", "email", "phone", "domain"].iter().any(|key| table.has(key)) {
        table.fault(
            "missing-key",
            "no column of the register names people",
            "name one of customer_id, email, phone and domain",
        );
    }
    table.finish();
    Some(RegisterColumns {
        customer_id: customer_id?,
        email: email?,
        phone: phone?,
        domain: domain?,
        scope: scope?,
        at: at?,
        auth: auth?,
        bare: false,
    })
}

fn key_column(item: Item<'_>) -> Option<KeyColumn> {
    if item.is_text() {
        return Some(KeyColumn { column: item.string()?, hashed: None });
    }
    let table = item.table(item.key)?;
    let column =
        table.need("column", "{ column = \"email\", hashed = \"sha256\" }").and_then(|item| item.string());
    let hashed = table.get("hashed").map_or(Some(None), |item| item.word(&HASHES).map(Some));
    table.finish();
    Some(KeyColumn { column: column?, hashed: hashed? })
}

/// `key = "phone"`, or `{ field = "phone", hashed = "sha256" }`.
fn bare_column(item: Item<'_>) -> Option<RegisterColumns> {
    if item.is_text() {
        return bare(item, None);
    }
    let table = item.table("key")?;
    let hashed = table.get("hashed").map_or(Some(None), |item| item.word(&HASHES).map(Some));
    let field = table.need("field", "field = \"phone\" or \"email\"");
    table.finish();
    bare(field?, hashed?)
}

fn bare(field: Item<'_>, hashed: Option<HashAlgorithm>) -> Option<RegisterColumns> {
    let mut columns = RegisterColumns { bare: true, ..RegisterColumns::default() };
    let key = KeyColumn { column: String::new(), hashed };
    let words = ["customer_id", "email", "phone", "domain"].map(|word| (word, word));
    match field.word(&words)? {
        "email" => columns.email = Some(key),
        "phone" => columns.phone = Some(key),
        word if hashed.is_some() => {
            let message = format!("{word} cannot be hashed");
            field.fault("not-allowed", message, "hashed is for email and phone");
            return None;
        }
        "domain" => columns.domain = Some(String::new()),
        _ => columns.customer_id = Some(String::new()),
    }
    Some(columns)
}

fn active(item: Item<'_>) -> Option<ActiveField> {
    let table = item.table("active")?;
    let column = table
        .need("column", "active = { column = \"status\", lifted = [\"lifted\"] }")
        .and_then(|item| item.string());
    let lifted = table.need("lifted", "list the values that lift an objection; any other leaves it standing");
    let lifted = lifted.and_then(|item| item.texts());
    table.finish();
    Some(ActiveField { column: column?, lifted: lifted? })
}

fn permission(item: Item<'_>) -> Option<PermissionField> {
    let table = item.table("permission")?;
    let column = table
        .need("column", "permission = { column = \"status\", values = [\"allowed\"] }")
        .and_then(|item| item.string());
    let values = table.need("values", "list the values that make a row a permission");
    let values = values.and_then(|item| item.texts());
    table.finish();
    Some(PermissionField { column: column?, values: values? })
}

fn permission_is_lifted(permission: &PermissionField, active: Option<&ActiveField>) -> bool {
    active.is_some_and(|active| {
        active.column == permission.column
            && active.lifted.iter().any(|value| permission.values.contains(value))
    })
}

fn age_from(item: Item<'_>) -> Option<AgeFrom> {
    const HINT: &str = "age_from = { filename = \"objections-%Y-%m-%d.csv\" }, { column = \"…\" }, { trailer = \"…\" }, \
                        { sidecar = \".date\" } or \"mtime\"";
    if item.is_text() {
        return item.word(&[("mtime", ())]).map(|()| AgeFrom::Mtime);
    }
    let table = item.table("age_from")?;
    let ways = ["filename", "column", "trailer", "sidecar"];
    let written: Vec<_> = ways.into_iter().filter_map(|key| Some((key, table.get(key)?))).collect();
    let read = match written.as_slice() {
        // A pattern that names no part of a date would be found to have none on the first night.
        [(key @ ("filename" | "trailer"), item)] if item.is_text() && !item.string()?.contains('%') => {
            let message = format!("the pattern of {key} has no part of a date");
            let hint = "write its parts as %Y, %m and %d: \"objections-%Y-%m-%d.csv\"";
            item.fault("not-allowed", message, hint);
            None
        }
        [(key, item)] => item.string().map(|text| match *key {
            "filename" => AgeFrom::Filename(text),
            "column" => AgeFrom::Column(text),
            "trailer" => AgeFrom::Trailer(text),
            _ => AgeFrom::Sidecar(text),
        }),
        [] => {
            table.fault("missing-key", "age_from does not say where the age comes from", HINT);
            None
        }
        [..] => {
            table.fault("contradiction", "age_from says two ways to tell the age", "keep one of them");
            None
        }
    };
    table.finish();
    read
}
