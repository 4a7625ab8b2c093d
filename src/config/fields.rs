//! Reads `[[source]]`: where customers are, and which column means what.
//!
//! Every mapping of values is checked for a value that means two things at once; the values
//! themselves stay out of messages.

use std::collections::BTreeMap;

use super::declarations::not_identity_codes;
use super::load::Loading;
use super::special;
use super::table::{Item, Table, is_name};
use super::{
    Attribute, AttributeKind, BasisField, ConsentField, Context, CountryField, DateField, Encoding, Files,
    Format, From, HashAlgorithm, IdentifierColumn, ListedColumn, PartyField, Scope, Scopes, Source,
    TargetingField, Use, ValueField,
};
use crate::policy::selection::Field;

/// The words of `hashed`.
pub(super) const HASHES: [(&str, HashAlgorithm); 3] =
    [("sha256", HashAlgorithm::Sha256), ("sha1", HashAlgorithm::Sha1), ("md5", HashAlgorithm::Md5)];

/// The scope of an objection when nothing else states one.
pub(super) const SCOPE_DEFAULT: Scopes = Scopes::of(Scope::OffPlatformTargeting);

/// Reads one source. What is needed for later checks is noted in `loading` even when it is faulty.
pub(super) fn source(loading: &mut Loading<'_>, item: Item<'_>) -> Option<Source> {
    let table = item.table("[[source]]")?;
    let name = table.need("name", "name it: name = \"crm\"").and_then(|item| loading.source_name(item));
    let controller = optional(table.get("controller"), |item| item.string());
    loading.source_controller(table.get("controller"), controller.as_ref().and_then(Option::as_deref));
    let files = files(loading, &table, true);
    let id_space = match table.get("id_space") {
        Some(item) => item.name(),
        None => name.clone(),
    };
    if let Some(space) = &id_space {
        loading.id_spaces.push(space.clone());
    }
    let columns = table
        .need("columns", "say which column means what under [source.columns]")
        .and_then(|item| item.table("[source.columns]"));
    let attributes = match table.get("attributes") {
        Some(item) => attributes(loading, item),
        None => Some(BTreeMap::new()),
    };
    let not_identity_codes = table.get("not_identity_codes").map_or(Some(Vec::new()), not_identity_codes);
    table.finish();
    let columns = columns?;

    let customer_id = columns
        .need("customer_id", "name the column of the customer id: customer_id = \"customer_id\"")
        .and_then(|item| item.string());
    let emails = columns.get("email").map_or(Some(Vec::new()), identifier_columns);
    let phones = columns.get("phone").map_or(Some(Vec::new()), identifier_columns);
    let span = columns.span.clone();
    for (seen, read) in [(&mut loading.emails_hashed, &emails), (&mut loading.phones_hashed, &phones)] {
        seen.extend(read.iter().flatten().map(|column| (span.clone(), column.hashed)));
    }
    if !columns.has("email") && !columns.has("phone") {
        columns.fault(
            "missing-key",
            "[source.columns] has neither email nor phone",
            "platforms match on them: email = [\"email\"] or phone = [\"phone\"]",
        );
    }
    let country = optional(columns.get("country"), country);
    let birth_date = optional(columns.get("birth_date"), date_field);
    if let (None, Some(span)) = (columns.get("birth_date"), Some(columns.span.clone())) {
        loading.without_birth_date.push(span);
    }
    let relationship = columns
        .need(
            "relationship",
            "say who is a current customer: relationship = { column = \"status\", current = [\"active\"] }, \
             or for a table of current customers only: relationship = { constant = \"current\" }",
        )
        .and_then(relationship);
    let basis = columns
        .need(
            "basis",
            "say on what ground each person is used: basis = { constant = \"legitimate_interest\" }, \
             or a column: basis = { column = \"consent\", consent = [\"yes\"], none = [\"no\"] }",
        )
        .and_then(basis);
    let targeting = optional(columns.get("targeting"), targeting);
    loading.anybody_can_object |= columns.has("targeting");
    let party = optional(columns.get("party"), party);
    let informed_since = optional(columns.get("informed_since"), date_field);
    if !columns.has("informed_since") {
        loading.without_informed_since.push(columns.span.clone());
    }
    let consent = optional(columns.get("consent"), consent);
    for key in ["email", "phone"] {
        let list = match key {
            "email" => &emails,
            _ => &phones,
        };
        let dated = list.iter().flatten().any(|column| column.verified_at.is_some());
        loading.verified_identifiers.extend(columns.get(key).filter(|_| dated).map(|item| item.span()));
    }
    // What is faulty in itself is told already.
    let is_stated =
        consent.as_ref().is_none_or(|consent| consent.as_ref().is_some_and(|(_, stated)| *stated));
    if let (Some(basis), Some(item), false) = (&basis, columns.get("basis"), is_stated) {
        refuse_consent_to_messages(basis, &item);
    }
    let signals = match columns.get("consent_signals") {
        Some(item) => signals(item),
        None => Some((None, None)),
    };
    loading.refuse_columns(&columns);
    columns.finish();
    let (ad_user_data, ad_personalization) = signals?;
    Some(Source {
        name: name?,
        files: files?,
        controller: controller?,
        id_space: id_space?,
        customer_id: customer_id?,
        emails: emails?,
        phones: phones?,
        country: country?,
        birth_date: birth_date?,
        relationship: relationship?,
        basis: basis?,
        targeting: targeting?,
        party: party?,
        informed_since: informed_since?,
        consent: consent?.map(|(consent, _)| consent),
        ad_user_data,
        ad_personalization,
        attributes: attributes?,
        not_identity_codes: not_identity_codes?,
    })
}

/// Reads the keys that say what to read and how it is written.
pub(super) fn files(loading: &mut Loading<'_>, table: &Table<'_>, header: bool) -> Option<Files> {
    #[derive(Clone, Copy, PartialEq)]
    enum Word {
        Csv,
        Tsv,
        Other(Format),
    }
    let path = table.need("path", "name a file, or several by a pattern: path = \"customers-*.csv\"");
    let path = path.and_then(|item| Some((item, item.text()?)));
    let format = table.get("format").map_or(Some(None), |item| {
        let words = [
            ("csv", Word::Csv),
            ("tsv", Word::Tsv),
            ("parquet", Word::Other(Format::Parquet)),
            ("arrow", Word::Other(Format::Arrow)),
            ("ndjson", Word::Other(Format::Ndjson)),
        ];
        item.word(&words).map(Some)
    });
    let encoding = table.get("encoding").map_or(Some(Encoding::Utf8), |item| {
        let words = [
            ("utf-8", Encoding::Utf8),
            ("utf-16", Encoding::Utf16),
            ("windows-1252", Encoding::Windows1252),
            ("latin-1", Encoding::Windows1252),
        ];
        item.word(&words)
    });
    let delimiter = table.get("delimiter").map_or(Some(None), |item| {
        let text = item.any_text()?;
        match text.as_bytes() {
            &[byte] if (byte.is_ascii_punctuation() && byte != b'"') || byte == b'\t' => Some(Some(byte)),
            _ => {
                item.fault(
                    "not-allowed",
                    "delimiter is not a sign that can separate fields",
                    "write one sign: \",\", \";\", \"|\" or \"\\t\"",
                );
                None
            }
        }
    });
    if let Some(Some(Word::Other(_))) = format {
        for key in ["encoding", "delimiter"] {
            if let Some(item) = table.get(key) {
                let message = format!("{key} is for delimited files, and format names another");
                item.fault("contradiction", message, format!("drop {key} or format"));
            }
        }
    }
    let (item, path) = path?;
    let pattern = loading.absolute(path);
    loading.inputs.push((item.span(), pattern.clone()));
    let (format, delimiter) = match (format?, delimiter?) {
        (Some(Word::Tsv), None) => (Some(Format::Delimited), Some(b'\t')),
        (Some(Word::Csv | Word::Tsv), delimiter) => (Some(Format::Delimited), delimiter),
        (Some(Word::Other(format)), delimiter) => (Some(format), delimiter),
        (None, delimiter) => (None, delimiter),
    };
    Some(Files { pattern, as_written: path.to_owned(), format, encoding: encoding?, delimiter, header })
}

#[expect(clippy::option_option, reason = "outer none: a fault was noted; inner none: the key is absent")]
fn optional<'t, T>(item: Option<Item<'t>>, read: impl FnOnce(Item<'t>) -> Option<T>) -> Option<Option<T>> {
    match item {
        Some(item) => read(item).map(Some),
        None => Some(None),
    }
}

fn identifier_columns(item: Item<'_>) -> Option<Vec<IdentifierColumn>> {
    let items = item.one_or_list()?;
    let mut columns: Vec<IdentifierColumn> = Vec::with_capacity(items.len());
    let mut sound = true;
    for item in items {
        match identifier_column(item) {
            Some(column) if columns.iter().any(|known| known.column == column.column) => {
                sound = false;
                item.fault("duplicate", "this column is named twice", "drop one of them");
            }
            Some(column) => columns.push(column),
            None => sound = false,
        }
    }
    sound.then_some(columns)
}

fn identifier_column(item: Item<'_>) -> Option<IdentifierColumn> {
    if item.is_text() {
        let column = item.string()?;
        return Some(IdentifierColumn {
            column,
            context: Context::Personal,
            separator: None,
            hashed: None,
            provenance: None,
            bounced: None,
            verified_at: None,
        });
    }
    let table = item.table(item.key)?;
    let column =
        table.need("column", "name the column: { column = \"email\" }").and_then(|item| item.string());
    let context = table.get("context").map_or(Some(Context::Personal), |item| {
        item.word(&[("personal", Context::Personal), ("work", Context::Work)])
    });
    let separator = optional(table.get("separator"), separator);
    let hashed = optional(table.get("hashed"), |item| item.word(&HASHES));
    let provenance = optional(table.get("provenance"), |item| item.string());
    let own = optional(table.get("own"), |item| item.texts());
    if table.has("provenance") != table.has("own") {
        let (there, missing) = if table.has("own") { ("own", "provenance") } else { ("provenance", "own") };
        table.fault(
            "missing-key",
            format!("{} has {there} without {missing}", table.name),
            "provenance = \"email_source\", own = [\"customer\"]: the column, and its values that mean the person",
        );
    }
    let bounced = optional(table.get("bounced"), bounced);
    let verified_at = optional(table.get("verified_at"), date_field);
    table.finish();
    let provenance = provenance?.zip(own?).map(|(column, values)| ListedColumn { column, values });
    Some(IdentifierColumn {
        column: column?,
        context: context?,
        separator: separator?,
        hashed: hashed?,
        provenance,
        bounced: bounced?,
        verified_at: verified_at?,
    })
}

fn bounced(item: Item<'_>) -> Option<ListedColumn> {
    const HINT: &str = "bounced = { column = \"email_bounced\", yes = [\"1\"] }";
    let table = item.table("bounced")?;
    let column = table.need("column", HINT).and_then(|item| item.string());
    let values = table.need("yes", HINT).and_then(|item| item.texts());
    table.finish();
    Some(ListedColumn { column: column?, values: values? })
}

/// What is recorded, and whether its purpose is stated.
fn consent(item: Item<'_>) -> Option<(ConsentField, bool)> {
    let table = item.table("consent")?;
    let date = optional(table.get("date"), date_field);
    let wording = optional(table.get("wording"), |item| item.string());
    let expires = optional(table.get("expires"), date_field);
    let identifier = optional(table.get("identifier"), |item| item.string());
    let purpose = table.get("purpose").map_or(Some(()), |item| consent_purpose(&item));
    if !["date", "wording", "expires", "identifier", "purpose"].iter().any(|key| table.has(key)) {
        table.fault(
            "missing-key",
            "consent names no column",
            "consent = { date = \"consent_given\", wording = \"consent_text\" }",
        );
    }
    let is_stated = table.has("purpose");
    table.finish();
    purpose?;
    let consent = ConsentField { date: date?, wording: wording?, expires: expires?, identifier: identifier? };
    Some((consent, is_stated))
}

/// What a recorded consent was asked for. One to messages says nothing of advertising elsewhere.
fn consent_purpose(item: &Item<'_>) -> Option<()> {
    if item.word(&[("advertising_elsewhere", true), ("messages", false)])? {
        return Some(());
    }
    item.fault(
        "consent-for-something-else",
        "consent to messages is no consent to this",
        "map the consent whose words name advertising on other services, or another ground",
    );
    None
}

/// A column that is named after messages holds consent to messages, unless its words are stated.
fn refuse_consent_to_messages(basis: &BasisField, item: &Item<'_>) {
    if let From::Column(name) = &basis.from
        && let Some(term) = special::names_messages(name)
        && !basis.consent.is_empty()
    {
        item.fault(
            "consent-for-something-else",
            format!("the column \"{name}\" is named after consent to messages (\"{term}\")"),
            "consent to messages is none to advertising on other services; if the words people agreed to name it, \
             say so: consent = { wording = \"consent_text\", purpose = \"advertising_elsewhere\" }",
        );
    }
}

/// A separator may be white space, such as a tab or a bar between spaces, but not nothing.
fn separator(item: Item<'_>) -> Option<String> {
    let text = item.any_text()?;
    if text.is_empty() {
        item.fault("empty", "separator is empty", "write the sign between values, such as \";\"");
        return None;
    }
    Some(text.to_owned())
}

fn country(item: Item<'_>) -> Option<CountryField> {
    if item.is_text() {
        return Some(CountryField { column: Some(item.string()?), default: None });
    }
    let table = item.table("country")?;
    let column = optional(table.get("column"), |item| item.string());
    let default = optional(table.get("default"), |item| item.country());
    if !table.has("column") && !table.has("default") {
        table.fault(
            "missing-key",
            "country has neither column nor default",
            "country = { column = \"country\", default = \"FI\" }",
        );
    }
    table.finish();
    Some(CountryField { column: column?, default: default? })
}

fn date_field(item: Item<'_>) -> Option<DateField> {
    if item.is_text() {
        return Some(DateField { column: item.string()?, formats: Vec::new() });
    }
    let table = item.table(item.key)?;
    let column = table
        .need("column", "name the column: { column = \"date_of_birth\" }")
        .and_then(|item| item.string());
    let formats = table.get("formats").map_or(Some(Vec::new()), |item| {
        let formats = item.texts()?;
        let sound = formats
            .iter()
            .all(|format| ["%d", "%m"].iter().all(|part| format.contains(part)) || format.contains("%F"));
        if !sound {
            item.fault(
                "not-allowed",
                "a format names no day or no month",
                "write formats such as \"%d.%m.%Y\" or \"%Y%m%d\"",
            );
        }
        sound.then_some(formats)
    });
    table.finish();
    Some(DateField { column: column?, formats: formats? })
}

/// `column` or `constant`, exactly one. The outer `None`: a fault was noted.
fn from(table: &Table<'_>, constants: &[&str]) -> Option<From> {
    match (table.get("column"), table.get("constant")) {
        (Some(column), None) => column.string().map(From::Column),
        (None, Some(constant)) => {
            let words: Vec<_> = constants.iter().map(|word| (*word, *word)).collect();
            constant.word(&words).map(|word| From::Constant(word.to_owned()))
        }
        (Some(_), Some(constant)) => {
            let message = format!("{} has both column and constant", table.name);
            constant.fault("contradiction", message, "keep one of them");
            None
        }
        (None, None) => {
            let message = format!("{} has neither column nor constant", table.name);
            let hint = format!("write column = \"…\", or constant = \"{}\"", constants.join("\" or \""));
            table.fault("missing-key", message, hint);
            None
        }
    }
}

/// Reads lists of values, refuses a value that stands in two of them, and lists beside a constant.
fn meanings<const N: usize>(table: &Table<'_>, keys: [&'static str; N]) -> Option<[Vec<String>; N]> {
    let mut lists: [Vec<String>; N] = std::array::from_fn(|_| Vec::new());
    let mut sound = true;
    for (place, key) in keys.into_iter().enumerate() {
        let Some(item) = table.get(key) else { continue };
        if table.writes("constant") {
            let message = format!("{key} lists values of a column, and {} is a constant", table.name);
            item.fault("contradiction", message, format!("drop {key} or constant"));
            sound = false;
        }
        match item.texts() {
            Some(values) => {
                for (earlier, other) in lists.iter().zip(keys).take(place) {
                    if values.iter().any(|value| earlier.contains(value)) {
                        let message = format!("{other} and {key} share a value, which cannot mean both");
                        item.fault("contradiction", message, "leave it in one of the two lists");
                        sound = false;
                    }
                }
                lists[place] = values;
            }
            None => sound = false,
        }
    }
    if table.has("column") && !table.writes("constant") && !keys.iter().any(|key| table.has(key)) {
        let message = format!("{} names a column and no values of it", table.name);
        table.fault("missing-key", message, format!("list values under {}", keys.join(" or ")));
        sound = false;
    }
    sound.then_some(lists)
}

fn relationship(item: Item<'_>) -> Option<ValueField> {
    let table = item.table("relationship")?;
    let from = from(&table, &["current"]);
    let lists = meanings(&table, ["current", "former"]);
    let former = table.has("former");
    if table.has("column") && !table.has("current") && former {
        table.fault(
            "missing-key",
            "relationship lists former customers and no current ones",
            "list the values under current",
        );
    }
    table.finish();
    let (from, [current, not_current]) = (from?, lists?);
    let yes = if let From::Constant(word) = &from { vec![word.clone()] } else { current };
    Some(ValueField { from, yes, no: former.then_some(not_current) })
}

fn basis(item: Item<'_>) -> Option<BasisField> {
    let table = item.table("basis")?;
    let from = from(&table, &[Use::LegitimateInterest.word(), Use::Consent.word()]);
    let lists = meanings(&table, ["legitimate_interest", "consent", "none"]);
    table.finish();
    let [legitimate_interest, consent, none] = lists?;
    Some(BasisField { from: from?, legitimate_interest, consent, none })
}

fn targeting(item: Item<'_>) -> Option<TargetingField> {
    let table = item.table("targeting")?;
    let column = table
        .need("column", "targeting = { column = \"ad_ban\", opted_out = [\"1\"], blank = \"not_objected\" }")
        .and_then(|item| item.string());
    let lists = meanings(&table, ["opted_out", "not_objected"]);
    let blank = table
        .get("blank")
        .map_or(Some(false), |item| item.word(&[("not_objected", true), ("unknown", false)]));
    let scopes = table.get("scope").map_or(Some(SCOPE_DEFAULT), scopes);
    table.finish();
    let [opted_out, not_objected] = lists?;
    Some(TargetingField {
        column: column?,
        opted_out,
        not_objected,
        blank_is_not_objected: blank?,
        scopes: scopes?,
    })
}

/// One scope or several.
pub(super) fn scopes(item: Item<'_>) -> Option<Scopes> {
    let mut scopes = Scopes::NONE;
    let mut sound = true;
    for item in item.one_or_list()? {
        match item.text().map(|text| (text, Scope::from_word(text))) {
            Some((text, Scope::Unknown)) if text != Scope::Unknown.word() => {
                let words: Vec<_> = Scope::ALL.into_iter().map(Scope::word).collect();
                let message = format!("{} is not a scope", super::table::shown(text));
                item.fault("unknown-word", message, format!("the scopes are {}", words.join(", ")));
                sound = false;
            }
            Some((_, scope)) => scopes = scopes.union(Scopes::of(scope)),
            None => sound = false,
        }
    }
    sound.then_some(scopes)
}

fn party(item: Item<'_>) -> Option<PartyField> {
    let table = item.table("party")?;
    let from = from(&table, &Field::PARTIES);
    let lists = meanings(&table, ["consumer", "business"]);
    table.finish();
    let [consumer, business] = lists?;
    Some(PartyField { from: from?, consumer, business })
}

/// The two consent signals; the outer `None`: a fault was noted.
fn signals(item: Item<'_>) -> Option<(Option<ValueField>, Option<ValueField>)> {
    let table = item.table("consent_signals")?;
    let data = optional(table.get("ad_user_data"), signal);
    let personalization = optional(table.get("ad_personalization"), signal);
    table.finish();
    Some((data?, personalization?))
}

fn signal(item: Item<'_>) -> Option<ValueField> {
    let table = item.table(item.key)?;
    let column = table
        .need("column", "name the column: { column = \"…\", granted = [\"1\"], denied = [\"0\"] }")
        .and_then(|item| item.string());
    let lists = meanings(&table, ["granted", "denied"]);
    let denied = table.has("denied");
    table.finish();
    let [granted, no] = lists?;
    Some(ValueField { from: From::Column(column?), yes: granted, no: denied.then_some(no) })
}

fn attributes(loading: &mut Loading<'_>, item: Item<'_>) -> Option<BTreeMap<String, Attribute>> {
    let table = item.table("[source.attributes]")?;
    let mut attributes = BTreeMap::new();
    let mut sound = true;
    for (item, span) in table.entries() {
        let name = item.key;
        if !is_attribute_name(name) {
            loading.reading.fault(
                &span,
                "bad-name",
                "this is not an attribute's name",
                "write a-z, 0-9 and _, beginning with a letter, at most 63 characters, and not country, relationship, party or age",
            );
            sound = false;
        }
        loading.refuse_special(&span, "the attribute", name);
        // Noted even when faulty, so that a where naming it is not a second fault.
        let attribute = attribute(item);
        loading.note_attribute(item, attribute.as_ref());
        match attribute {
            Some(attribute) => {
                loading.refuse_column(&span, &attribute.column);
                attributes.insert(name.to_owned(), attribute);
            }
            None => sound = false,
        }
    }
    sound.then_some(attributes)
}

fn is_attribute_name(name: &str) -> bool {
    is_name(&name.replace('_', "-"))
        && !name.contains('-')
        && name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && Field::MAPPED.iter().all(|field| field.name() != name)
}

fn attribute(item: Item<'_>) -> Option<Attribute> {
    let table = item.table(format!("attribute {}", super::table::shown(item.key)))?;
    let column = table.need("column", "{ column = \"…\", kind = \"given\" }").and_then(|item| item.string());
    let separator = optional(table.get("separator"), separator);
    let kind = table
        .need("kind", "kind = \"given\" (the person said it), \"observed\" or \"derived\": profiling objections bind the last two")
        .and_then(|item| {
            item.word(&[
                ("given", AttributeKind::Given),
                ("observed", AttributeKind::Observed),
                ("derived", AttributeKind::Derived),
            ])
        });
    table.finish();
    Some(Attribute { column: column?, separator: separator?, kind: kind? })
}
