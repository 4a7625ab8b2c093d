//! From the text of a `verho.toml` to a [`Config`], or to every fault in it.
//!
//! The file is read through spans (`table.rs`), each table by a reader of its own, then the tables
//! are checked against each other. Only [`Config::load`] touches a file, and only the config.

#![expect(clippy::disallowed_methods, reason = "reads the config file, and no other")]

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};
use toml::Spanned;
use toml::de::DeTable;

use super::faults::{Fault, Faults};
use super::table::{Item, Reading, Table, shown};
use super::undecided::undecided;
use super::{
    Attribute, AttributeKind, Config, HashAlgorithm, Purpose, Scopes, Selection, encryption, fields,
    registers, retention, rules, special, state, waivers,
};
use crate::platforms::{self, Upload};
use crate::policy::scope::binding_scopes;
use crate::policy::selection::{Field, Fields, nearest};

/// The largest config, in bytes: a config is written by hand.
const SIZE_MAX: usize = 4 << 20;
/// Registers and bases are numbered in 64-bit sets.
const MANY_MAX: usize = 64;
/// The version of the config's shape.
const SCHEMA: u64 = 1;

impl Config {
    /// Reads and checks a config file.
    pub fn load(path: &Path) -> Result<Self, Faults> {
        Self::read(path, false)
    }

    /// Like [`Self::load`], but references (assessment, consent wording, notice, instruction) may be
    /// missing or empty. What it returns is good for checking, never for a release.
    pub fn load_draft(path: &Path) -> Result<Self, Faults> {
        Self::read(path, true)
    }

    /// Checks the text of a config; `path` is where it stands, and relative paths start at its folder.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Faults> {
        parse(path, text, false)
    }

    /// Like [`Self::parse`], with missing references allowed as in [`Self::load_draft`].
    pub fn parse_draft(path: &Path, text: &str) -> Result<Self, Faults> {
        parse(path, text, true)
    }

    fn read(path: &Path, draft: bool) -> Result<Self, Faults> {
        let whole = |message: &str, hint: &str| {
            let fault = Fault {
                span: 0..0,
                code: "unreadable-config",
                message: message.to_owned(),
                hint: hint.to_owned(),
            };
            Faults { path: path.to_owned(), text: String::new(), list: vec![fault] }
        };
        let bytes = read_file(path).map_err(|error| {
            if error.kind() == std::io::ErrorKind::NotFound {
                return whole(
                    "there is no such config",
                    "name yours with --config FILE; verho init customers.csv --out verho.toml writes a first one",
                );
            }
            let message = format!("the config cannot be read: {}", error.kind());
            whole(&message, "check that it is a file which this user may read")
        })?;
        let text = String::from_utf8(bytes)
            .map_err(|_| whole("the config is not UTF-8 text", "save it as UTF-8"))?;
        parse(path, &text, draft)
    }
}

/// What the readers of the tables share, and what is checked once all are read.
pub(super) struct Loading<'t> {
    pub(super) reading: &'t Reading,
    base: PathBuf,
    source_names: BTreeMap<String, Range<usize>>,
    register_names: BTreeMap<String, Range<usize>>,
    audience_names: BTreeMap<String, Range<usize>>,
    attributes: BTreeMap<String, Option<Attribute>>,
    /// Id spaces of the sources.
    pub(super) id_spaces: Vec<String>,
    /// Columns of e-mail addresses: where, and how they are hashed.
    pub(super) emails_hashed: Vec<(Range<usize>, Option<HashAlgorithm>)>,
    /// The same of phone numbers.
    pub(super) phones_hashed: Vec<(Range<usize>, Option<HashAlgorithm>)>,
    /// Sources that map no birth date.
    pub(super) without_birth_date: Vec<Range<usize>>,
    /// Sources that do not say since when people have been informed.
    pub(super) without_informed_since: Vec<Range<usize>>,
    /// Whether the policy or a notice asks since when people have been informed.
    pub(super) asks_informed_since: bool,
    /// Identifier columns whose values have a day of confirmation.
    pub(super) verified_identifiers: Vec<Range<usize>>,
    /// The policy's attribute of product groups.
    pub(super) same_product_group: Option<String>,
    /// What only a live state can answer.
    pub(super) asks_state: Vec<Range<usize>>,
    /// Audiences that ask for an age where the policy asks for none.
    pub(super) audience_asks_age: Vec<Range<usize>>,
    /// What is read, for comparison with what is written.
    pub(super) inputs: Vec<(Range<usize>, PathBuf)>,
    /// Whether any source maps an objection flag or any register stands.
    pub(super) anybody_can_object: bool,
    /// The policy's age limit, when it could be read.
    pub(super) min_age: Option<u16>,
    /// The name under [controller], when it could be read.
    pub(super) controller_name: Option<String>,
    channel_bans_bind: Option<bool>,
    /// Those of them whose permissions do not say when or by whom.
    pub(super) permissions_without_proof: Vec<Range<usize>>,
    permissions_lift: bool,
    /// The identity file that opens encrypted inputs.
    pub(super) identity: Option<PathBuf>,
    /// Whose audiences these are: the controller's name, or for a processor the sources' common one.
    controller: Option<Whose>,
}

/// On whose behalf audiences are made.
#[derive(Debug, Clone)]
pub(super) enum Whose {
    /// The `[controller]` decides.
    Own(String),
    /// A processor acts for whoever the first source names.
    Client(Option<String>),
}

fn parse(path: &Path, text: &str, draft: bool) -> Result<Config, Faults> {
    let reading = Reading { text: text.to_owned(), draft, ..Reading::default() };
    let config = read(path, text, &reading);
    let mut list = reading.faults.into_inner();
    match config {
        Some(config) if list.is_empty() => Ok(config),
        _ => {
            if list.is_empty() {
                // Every reader notes why it returns nothing; this is the net below them.
                let message = "the config was not understood".to_owned();
                list.push(Fault { span: 0..0, code: "internal", message, hint: "report this".to_owned() });
            }
            list.sort_by_key(|fault| (fault.span.start, fault.span.end));
            list.dedup();
            Err(Faults { path: path.to_owned(), text: text.to_owned(), list })
        }
    }
}

fn read(path: &Path, text: &str, reading: &Reading) -> Option<Config> {
    if text.len() > SIZE_MAX {
        let message = format!("the config is larger than {} MB", SIZE_MAX >> 20);
        reading.fault(
            &(0..0),
            "too-large",
            message,
            "a where may use IN with a shorter list, or an attribute",
        );
        return None;
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        syntax(reading, text, error);
    }
    if reading.any() {
        return None;
    }
    // What is not decided has no meaning yet, so that more faults would only repeat it.
    undecided(reading, document.get_ref());
    if reading.any() {
        return None;
    }
    let base = std::path::absolute(path).ok().and_then(|path| path.parent().map(Path::to_owned));
    let mut loading = Loading {
        reading,
        base: base.unwrap_or_default(),
        source_names: BTreeMap::new(),
        register_names: BTreeMap::new(),
        audience_names: BTreeMap::new(),
        attributes: BTreeMap::new(),
        id_spaces: Vec::new(),
        emails_hashed: Vec::new(),
        phones_hashed: Vec::new(),
        without_birth_date: Vec::new(),
        without_informed_since: Vec::new(),
        asks_informed_since: false,
        verified_identifiers: Vec::new(),
        same_product_group: None,
        asks_state: Vec::new(),
        audience_asks_age: Vec::new(),
        inputs: Vec::new(),
        anybody_can_object: false,
        min_age: None,
        controller_name: None,
        channel_bans_bind: None,
        permissions_without_proof: Vec::new(),
        permissions_lift: false,
        identity: None,
        controller: None,
    };
    let mut config = tables(&mut loading, &document)?;
    path.clone_into(&mut config.path);
    config.sha256 = Sha256::digest(text.as_bytes()).into();
    Some(config)
}

/// A fault of the TOML itself. The parser's words can quote the file, so only their gist is kept.
fn syntax(reading: &Reading, text: &str, error: &toml::de::Error) {
    let span = error.span().unwrap_or(0..0);
    let part = text.get(span.clone()).unwrap_or_default();
    let start = text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let value = line.split_once('=').map_or("", |(_, value)| value.trim());
    let value = value.split([' ', '#', ',']).next().unwrap_or_default();
    let is_date = value.len() >= 8
        && value.bytes().filter(|byte| b"-.".contains(byte)).count() == 2
        && value.bytes().all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte));
    let (message, hint) = if is_date {
        ("this is no day of the calendar", "write a date: 2027-03-01")
    } else if line.contains(['“', '”', '„', '’', '‘']) {
        (
            "this is not TOML: these are the quotes of a word processor",
            "write straight quotes: name = \"crm\"",
        )
    } else if line.contains('\\') {
        (
            "this is not TOML: in double quotes a backslash begins a special sign",
            "write the path with slashes, or in single quotes: path = 'C:\\data\\customers.csv'",
        )
    } else if error.message().contains("duplicate key") {
        (
            "this key or table is written twice",
            "drop one of them; several sources are [[source]], each with its own tables",
        )
    } else if part.contains(['\'', '"']) {
        (
            "this is not TOML: a quote is not closed, or something follows it",
            "text stands in quotes: name = \"crm\"",
        )
    } else {
        ("this is not TOML", "a line is key = value, [table] or [[table]]; text stands in quotes")
    };
    reading.fault(&span, "toml-syntax", message, hint);
}

fn tables<'t>(loading: &mut Loading<'t>, document: &'t Spanned<DeTable<'t>>) -> Option<Config> {
    let reading = loading.reading;
    // A missing table has no place; faults about it point at the file's beginning.
    let top = Table::new(reading, document.get_ref(), 0..0, "the config");
    let schema =
        top.need("schema", "write schema = 1 at the top").and_then(|item| item.whole(SCHEMA, SCHEMA));
    let controller = top
        .need("controller", "[controller] says who decides: name and role")
        .and_then(|item| rules::controller(item, reading.draft));
    loading.controller_name = controller.as_ref().map(|controller| controller.name.clone());
    loading.controller = controller.as_ref().map(|controller| match controller.role {
        super::Role::Controller => Whose::Own(controller.name.clone()),
        super::Role::Processor { .. } => Whose::Client(None),
    });
    let small = |key: &'static str| match top.get(key) {
        Some(item) => item.table(format!("[{key}]")).map(Some),
        None => Some(None),
    };
    let policy = small("policy").and_then(rules::policy);
    loading.min_age = policy.as_ref().map(|policy| policy.min_age);
    loading.channel_bans_bind = policy.as_ref().map(|policy| policy.channel_bans_bind);
    if let Some(policy) = &policy {
        loading.asks_informed_since = policy.cooling_off_days.is_some();
        loading.same_product_group.clone_from(&policy.same_product_group);
    }
    loading.permissions_lift = policy.as_ref().is_some_and(|policy| policy.permissions_lift);
    let output = small("output").and_then(|table| rules::output(loading, table));
    let keys = small("keys").and_then(|table| rules::keys(loading, table));
    loading.identity = keys.as_ref().and_then(|keys| keys.identity.clone());
    let encryption = small("encryption").and_then(encryption::encryption);
    let limits = small("limits").and_then(rules::limits);
    let retention = small("retention").and_then(retention::retention);
    let live = small("state").and_then(|table| state::state(loading, table));

    let sources = several(&top, "source", true, |item| fields::source(loading, item));
    let registers = several(&top, "register", false, |item| {
        loading.anybody_can_object = true;
        registers::register(loading, item)
    });
    if matches!(live, Some(Some(_))) && registers.as_ref().is_some_and(|read| read.len() >= MANY_MAX) {
        // Beside a state stands the store of erasures, which every build reads as one register more.
        let message = format!("the config has {MANY_MAX} of [[register]]; with [state] one fewer is allowed");
        top.fault("too-many", message, "join some of them");
    }
    let bases = several(&top, "basis", true, |item| rules::basis(item, reading.draft));
    let mut taken = Vec::new();
    let recipients =
        several(&top, "recipient", false, |item| rules::recipient(item, &mut taken, reading.draft));
    let mut waived = BTreeMap::new();
    let waivers = several(&top, "waiver", false, |item| waivers::waiver(loading, item, &mut waived));
    let audiences = several(&top, "audience", true, |item| rules::audience(loading, item));
    loading.asks_informed_since |= bases.iter().flatten().any(|basis| basis.notice.since.is_some());
    loading.person_checks(&top, policy.as_ref().map(|policy| policy.max_identifier_age_days));
    loading.cross_checks(&top, output.as_ref().map(|output| output.dir.as_path()));
    if let (Some(output), Some(live)) = (&output, &live) {
        state::checks(loading, &top, output, live.as_ref());
    }
    top.finish();
    schema?;
    Some(Config {
        path: PathBuf::new(),
        sha256: [0; 32],
        controller: controller?,
        sources: sources?,
        registers: registers?,
        bases: bases?,
        recipients: recipients?,
        waivers: waivers?,
        audiences: audiences?,
        policy: policy?,
        output: output?,
        keys: keys?,
        encryption: encryption?,
        state: live?,
        limits: limits?,
        retention: retention?,
    })
}

/// Reads all of `[[key]]`. A single `[key]` is the commonest slip and gets its own hint.
fn several<'t, T>(
    top: &Table<'t>,
    key: &'static str,
    needed: bool,
    mut read: impl FnMut(Item<'t>) -> Option<T>,
) -> Option<Vec<T>> {
    let Some(item) = top.get(key) else {
        if needed {
            let hint = match key {
                "basis" => "without a basis nothing may go up: [[basis]] says who may rely on what, where",
                "source" => "[[source]] names a customer table",
                _ => "[[audience]] says who should see an ad, and where",
            };
            top.fault("missing-key", format!("the config has no [[{key}]]"), hint);
            return None;
        }
        return Some(Vec::new());
    };
    if !item.is_list() {
        item.fault(
            "wrong-type",
            format!("{key} is not a list of tables"),
            format!("write [[{key}]], with two brackets"),
        );
        return None;
    }
    let items = item.list()?;
    if items.len() > MANY_MAX && matches!(key, "register" | "basis") {
        let message = format!("the config has {} of [[{key}]]; at most {MANY_MAX} are allowed", items.len());
        item.fault("too-many", message, "join some of them");
        return None;
    }
    let read: Vec<_> = items.into_iter().map(&mut read).collect();
    read.into_iter().collect()
}

impl Loading<'_> {
    pub(super) fn source_name(&mut self, item: Item<'_>) -> Option<String> {
        unique_name(&mut self.source_names, item)
    }

    pub(super) fn register_name(&mut self, item: Item<'_>) -> Option<String> {
        if item.says(super::ERASURES) {
            item.fault(
                "duplicate-name",
                "the name erasures is taken: verho reads its own store of erased people under it",
                "give each its own name, such as \"erasure-requests\"",
            );
            return None;
        }
        unique_name(&mut self.register_names, item)
    }

    /// Whether a register of this name was read, faulty or not, and the names there are.
    pub(super) fn has_register(&self, name: &str) -> Result<(), String> {
        if self.register_names.contains_key(name) {
            return Ok(());
        }
        let names: Vec<_> = self.register_names.keys().map(String::as_str).collect();
        Err(names.join(", "))
    }

    pub(super) fn audience_name(&mut self, item: Item<'_>) -> Option<String> {
        unique_name(&mut self.audience_names, item)
    }

    /// Notes whose customers a source holds, and refuses a second controller: audiences of two
    /// controllers never mix.
    pub(super) fn source_controller(&mut self, item: Option<Item<'_>>, whose: Option<&str>) {
        let (Some(item), Some(whose)) = (item, whose) else { return };
        let known = match &mut self.controller {
            None => return,
            Some(Whose::Own(name)) => name.as_str(),
            Some(Whose::Client(client)) => client.get_or_insert_with(|| whose.to_owned()).as_str(),
        };
        if known != whose {
            item.fault(
                "two-controllers",
                "these are another controller's customers: audiences of two controllers never mix",
                "give each controller a config, a key and a folder of releases of its own",
            );
        }
    }

    /// Refuses another controller's register unless the config decides that its objections bind.
    pub(super) fn group_register(&self, item: Item<'_>, whose: &str, group_scope: bool) {
        let own = match &self.controller {
            None => return,
            Some(Whose::Own(name)) => Some(name.as_str()),
            Some(Whose::Client(client)) => client.as_deref(),
        };
        if own != Some(whose) && !group_scope {
            item.fault(
                "group-scope-undecided",
                "this is another controller's register, and nothing says whether its objections bind here",
                "decide: group_scope = true makes them bind; otherwise drop the register",
            );
        }
    }

    /// Refuses a name that gives away a special category of personal data.
    pub(super) fn refuse_special(&self, span: &Range<usize>, what: &str, name: &str) {
        if let Some(given) = special::special_category(name) {
            let message = format!(
                "{what} {} names {} (\"{}\"): {} forbids to target by it",
                shown(name),
                given.what,
                given.term,
                given.law
            );
            let hint = "leave it out; if the name means something else, give it a name that says what it is";
            self.reading.fault(span, "special-category", message, hint);
        }
    }

    /// The same for every column that `[source.columns]` names.
    pub(super) fn refuse_columns(&self, columns: &Table<'_>) {
        for (name, span) in columns.column_names() {
            self.refuse_column(&span, &name);
        }
    }

    /// Refuses a mapped column by its name: of a special category, or of personal identity codes.
    pub(super) fn refuse_column(&self, span: &Range<usize>, name: &str) {
        self.refuse_special(span, "the column", name);
        if let Some(term) = special::names_identity_code(name) {
            let message =
                format!("the column {} is one of personal identity codes (\"{term}\")", shown(name));
            let hint = "map another column: nothing here needs a personal identity code";
            self.reading.fault(span, "identity-code-column", message, hint);
        }
    }

    /// The path, absolute and without `.` and `..`; nothing is looked up on disk.
    pub(super) fn absolute(&self, path: &str) -> PathBuf {
        let mut whole = PathBuf::new();
        for part in self.base.join(path).components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => {
                    whole.pop();
                }
                part => whole.push(part),
            }
        }
        whole
    }

    /// Remembers an attribute, and refuses one that another source declares in another way: a
    /// filter asks one question of all sources.
    pub(super) fn note_attribute(&mut self, item: Item<'_>, attribute: Option<&Attribute>) {
        let clash = match (self.attributes.get(item.key), attribute) {
            (Some(Some(known)), Some(new)) => known.separator != new.separator || known.kind != new.kind,
            _ => false,
        };
        if clash {
            let message = format!("{} is declared otherwise in another source", shown(item.key));
            item.fault(
                "contradiction",
                message,
                "give it the same separator and kind everywhere, or another name",
            );
        }
        self.attributes.entry(item.key.to_owned()).or_insert_with(|| attribute.cloned());
    }

    /// Reads a `where`; its faults are placed within the text when the config writes it verbatim.
    pub(super) fn selection(&self, item: Item<'_>) -> Option<Selection> {
        let text = item.text()?;
        let mut fields = Fields::new();
        for (name, attribute) in &self.attributes {
            fields.insert(name, attribute.as_ref().and_then(|attribute| attribute.separator.as_deref()));
        }
        match Selection::parse(text, &fields) {
            Ok(selection) => Some(selection),
            Err(fault) => {
                let span = item.span_within(fault.offset);
                self.reading.fault(&span, "bad-where", fault.message, fault.hint);
                None
            }
        }
    }

    /// The scopes that bind an audience; `None` when the policy was faulty.
    pub(super) fn binding(&self, selection: Option<&Selection>, purpose: Purpose) -> Option<Scopes> {
        let fields = selection.map(Selection::fields).unwrap_or_default();
        let profile = fields.into_iter().any(|field| match field {
            Field::Attribute(name) => match self.attributes.get(name) {
                Some(Some(attribute)) => attribute.kind != AttributeKind::Given,
                _ => true,
            },
            Field::Country | Field::Relationship | Field::Party | Field::Age => false,
        });
        Some(binding_scopes(purpose, profile, self.channel_bans_bind?))
    }

    /// Checks what rules about a person ask of the sources.
    #[expect(clippy::option_option, reason = "a policy that cannot be read is not one that sets no age")]
    fn person_checks(&self, top: &Table<'_>, max_age: Option<Option<u16>>) {
        for span in self.without_informed_since.iter().filter(|_| self.asks_informed_since) {
            self.reading.fault(
                span,
                "missing-key",
                "the source maps no informed_since, and cooling_off or a notice's since asks for it",
                "informed_since = \"informed_since\" in every source",
            );
        }
        match max_age {
            Some(None) => {
                for span in &self.verified_identifiers {
                    let message = "verified_at is mapped, and the policy says no oldest age";
                    self.reading.fault(
                        span,
                        "missing-key",
                        message,
                        "[policy] max_identifier_age = \"730d\"",
                    );
                }
            }
            Some(Some(_)) if self.verified_identifiers.is_empty() && top.has("source") => top.fault(
                "missing-key",
                "max_identifier_age asks when identifiers were confirmed, and no source maps it",
                "email = { column = \"email\", verified_at = \"email_verified\" }",
            ),
            _ => {}
        }
    }

    /// The question whether a row holds a product of this group; `None` when the attribute is not known.
    pub(super) fn holds(&self, attribute: &str, group: &str) -> Option<Selection> {
        let known = self.attributes.get(attribute)?;
        let separator = known.as_ref().and_then(|attribute| attribute.separator.as_deref());
        let text = format!("\"{attribute}\" CONTAINS '{}'", group.replace('\'', "''"));
        Selection::parse(&text, &Fields::new().with(attribute, separator)).ok()
    }

    fn cross_checks(&self, top: &Table<'_>, output: Option<&Path>) {
        if !self.anybody_can_object && top.has("source") {
            top.fault(
                "nobody-could-object",
                "the config has no [[register]], and no source maps targeting: nobody's objection could be heard",
                "name the list of people who objected as a [[register]], or the column as targeting = { … }",
            );
        }
        if self.min_age != Some(0) {
            for span in &self.without_birth_date {
                let message = "the source maps no birth_date, and the policy asks for an age";
                let hint = "birth_date = \"date_of_birth\"; if nobody can be a minor, [policy] min_age = 0";
                self.reading.fault(span, "missing-key", message, hint);
            }
        } else if !self.without_birth_date.is_empty() {
            for span in &self.audience_asks_age {
                let message = "the audience asks for an age, and a source maps no birth_date";
                self.reading.fault(
                    span,
                    "missing-key",
                    message,
                    "birth_date = \"date_of_birth\" in every source",
                );
            }
        }
        for (kind, mixed) in
            [("e-mail addresses", &self.emails_hashed), ("phone numbers", &self.phones_hashed)]
        {
            if let (Some((_, first)), Some((span, _))) = (
                mixed.first(),
                mixed.iter().find(|(_, hashed)| mixed.first().is_some_and(|(_, first)| hashed != first)),
            ) {
                let (one, other) =
                    if first.is_some() { ("hashed", "otherwise") } else { ("plain", "hashed") };
                let message = format!("{kind} are {one} in one column and {other} in this one");
                let hint = "export them all plain, or all hashed by one algorithm: somebody who objects under \
                            the one could not be found under the other";
                self.reading.fault(span, "contradiction", message, hint);
            }
        }
        if self.permissions_lift {
            for span in &self.permissions_without_proof {
                let message =
                    "the register's permissions do not say when they were given and how surely by whom";
                let hint = "columns = { at = \"date\", auth = \"auth\", … } and auth_levels = [\"e-mail\", \"strong\"], weakest first; or drop permissions_lift";
                self.reading.fault(span, "missing-key", message, hint);
            }
        }
        let Some(output) = output else { return };
        for (span, input) in &self.inputs {
            if input.starts_with(output) {
                let message = "this is read from the folder that releases are written to";
                self.reading.fault(span, "output-is-input", message, "give [output] dir a folder of its own");
            }
        }
    }
}

fn unique_name(names: &mut BTreeMap<String, Range<usize>>, item: Item<'_>) -> Option<String> {
    let name = item.name()?;
    if names.insert(name.clone(), item.span()).is_some() {
        item.fault("duplicate-name", format!("the name {name} is taken"), "give each its own name");
        return None;
    }
    Some(name)
}

/// A platform as the config needs to know it.
pub(super) struct KnownPlatform {
    /// Canonical name.
    pub(super) name: &'static str,
    /// Why no file can be written for it.
    pub(super) no_upload: Option<&'static str>,
}

/// The platform of this name or alias; otherwise a hint.
pub(super) fn platform(word: &str) -> Result<KnownPlatform, String> {
    if let Some(platform) = platforms::find(word) {
        let no_upload = match platform.upload {
            Upload::None { why } => Some(why),
            Upload::Csv(_) | Upload::MicrosoftBulk(_) => None,
        };
        return Ok(KnownPlatform { name: platform.name, no_upload });
    }
    let words = platforms::ALL
        .iter()
        .flat_map(|platform| std::iter::once(platform.name).chain(platform.aliases.iter().copied()));
    Err(if let Some(near) = nearest(&word.to_lowercase(), words) {
        format!("did you mean \"{near}\"? verho platforms lists them")
    } else {
        let names: Vec<_> = platforms::ALL.iter().map(|platform| platform.name).collect();
        format!("the platforms are {}", names.join(", "))
    })
}

/// The largest config: some hundred times a long one.
const CONFIG_BYTES_MAX: u64 = 8 << 20;

/// The whole file, if it is one: a pipe or a device would wait or go on for ever.
fn read_file(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::{Error, ErrorKind, Read as _};
    use std::os::unix::fs::OpenOptionsExt as _;
    let not_waiting = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = std::fs::OpenOptions::new().read(true).custom_flags(not_waiting).open(path)?;
    if file.metadata()?.is_dir() {
        return Err(Error::from(ErrorKind::IsADirectory));
    }
    if !file.metadata()?.is_file() {
        return Err(Error::from(ErrorKind::InvalidInput));
    }
    let mut bytes = Vec::new();
    file.take(CONFIG_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > CONFIG_BYTES_MAX {
        return Err(Error::from(ErrorKind::FileTooLarge));
    }
    Ok(bytes)
}
