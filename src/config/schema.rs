//! The file as written: the shape of `verho.toml`, for editors and for people.
//!
//! The checked types in `mod.rs` are what the program works with, and the readers in `fields.rs` and
//! `rules.rs` make them, since they report every fault at once, which deriving does not. These
//! structs describe the same keys; tests hold the two to each other and to `docs/configuration.md`.
//! No logic here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// The JSON Schema of `verho.toml`.
#[must_use]
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(File).to_value()
}

/// verho's configuration.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "verho.toml")]
pub struct File {
    /// Version of the file's shape; always 1.
    #[schemars(range(min = 1, max = 1), example = 1)]
    pub schema: u64,
    /// Who decides why and how the data is used.
    pub controller: ControllerTable,
    /// Customer tables.
    #[schemars(length(min = 1))]
    pub source: Vec<SourceTable>,
    /// Lists of objections.
    #[serde(default)]
    #[schemars(length(max = 64))]
    pub register: Vec<RegisterTable>,
    /// Who may rely on what, where. No row, no upload.
    #[schemars(length(min = 1, max = 64))]
    pub basis: Vec<BasisTable>,
    /// What is declared of the platforms that receive people, at most one each.
    #[serde(default)]
    pub recipient: Vec<RecipientTable>,
    /// Lawful breaches of registers' contracts, each let through once.
    #[serde(default)]
    pub waiver: Vec<WaiverTable>,
    /// Who should see an ad.
    #[schemars(length(min = 1))]
    pub audience: Vec<AudienceTable>,
    /// Rules that hold for all audiences.
    pub policy: Option<PolicyTable>,
    /// Where releases go.
    pub output: Option<OutputTable>,
    /// Key files.
    pub keys: Option<KeysTable>,
    /// Whose age public keys the files of a release are encrypted for.
    pub encryption: Option<EncryptionTable>,
    /// Where it is kept what is live; without it releases have full files only.
    pub state: Option<StateTable>,
    /// Bounds on memory and threads.
    pub limits: Option<LimitsTable>,
    /// How long files of a release are kept.
    pub retention: Option<RetentionTable>,
}

/// `[controller]`: who decides why and how the data is used.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControllerTable {
    /// Legal name.
    #[schemars(example = &"Example Life Ltd")]
    pub name: String,
    /// In what capacity the job is run.
    pub role: RoleWord,
    /// The written instruction a processor acts on.
    #[schemars(example = &"DPA-2026-04")]
    pub instruction: Option<String>,
    /// The company's trade; some have secrecy rules of their own.
    pub sector: Option<SectorWord>,
    /// Who cleared the disclosure under the trade's secrecy rules.
    pub sector_secrecy: Option<SectorSecrecyTable>,
}

/// A trade; all but `other` have secrecy rules of their own.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SectorWord {
    /// A bank or another credit institution.
    Bank,
    /// An insurer.
    Insurance,
    /// Health or social care.
    Health,
    /// Telecommunications.
    Telecom,
    /// None of these.
    Other,
}

/// Who cleared the disclosure under the trade's secrecy rules.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SectorSecrecyTable {
    /// Reference of the opinion.
    #[schemars(example = &"LEGAL-2026-11")]
    pub cleared_by: String,
}

/// A role under GDPR Art. 4.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoleWord {
    /// Decides purposes and means.
    Controller,
    /// Acts on a documented instruction.
    Processor,
}

/// `[[source]]`: a customer table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceTable {
    /// Unique name.
    #[schemars(regex(pattern = r"^[a-z0-9][a-z0-9-]{0,62}$"), example = &"crm")]
    pub name: String,
    /// Whose customers these are; the same for all sources.
    pub controller: Option<String>,
    /// File or glob pattern, relative to the config's folder.
    #[schemars(example = &"customers.csv")]
    pub path: String,
    /// How the files are written; told from the file name when absent.
    pub format: Option<FormatWord>,
    /// Text encoding of delimited files.
    pub encoding: Option<EncodingWord>,
    /// Field separator of delimited files; found in the header when absent.
    #[schemars(length(min = 1, max = 1), example = &";")]
    pub delimiter: Option<String>,
    /// Whether it was agreed with whoever sends them that they come encrypted; plain ones are then refused.
    pub encrypted: Option<bool>,
    /// The space its customer ids live in; the source's name when absent.
    #[schemars(regex(pattern = r"^[a-z0-9][a-z0-9-]{0,62}$"))]
    pub id_space: Option<String>,
    /// Which column means what.
    pub columns: SourceColumns,
    /// Attributes that a `where` may use, by name.
    #[serde(default)]
    pub attributes: BTreeMap<String, AttributeTable>,
    /// Columns whose digits are no Swedish or Estonian identity codes, by the word of somebody named.
    #[serde(default)]
    pub not_identity_codes: Vec<NotIdentityCodesTable>,
}

/// The word of somebody named that a column's digits are no Swedish or Estonian identity codes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotIdentityCodesTable {
    /// The column.
    #[schemars(example = &"account_id")]
    pub column: String,
    /// What its digits are.
    #[schemars(example = &"account numbers of eleven digits")]
    pub reason: String,
    /// Who answers for it.
    #[schemars(example = &"Data Protection Officer")]
    pub by: String,
    /// First day, as a date or in quotes.
    #[schemars(with = "String")]
    pub date: Day,
    /// Last day, at most 366 days later.
    #[schemars(with = "String")]
    pub valid_until: Day,
}

/// A file format.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FormatWord {
    /// Separated text; the separator is found in the header.
    Csv,
    /// Tab-separated text.
    Tsv,
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC or Feather.
    Arrow,
    /// One JSON object a line.
    Ndjson,
}

/// A text encoding.
#[derive(Debug, Deserialize, JsonSchema)]
pub enum EncodingWord {
    /// UTF-8, the default.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16.
    #[serde(rename = "utf-16")]
    Utf16,
    /// Windows-1252.
    #[serde(rename = "windows-1252")]
    Windows1252,
    /// Latin-1, read as Windows-1252.
    #[serde(rename = "latin-1")]
    Latin1,
}

/// `[source.columns]`: which column means what.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceColumns {
    /// Column of the customer id.
    #[schemars(example = &"customer_id")]
    pub customer_id: String,
    /// Columns of e-mail addresses.
    pub email: Option<IdentifierColumns>,
    /// Columns of phone numbers.
    pub phone: Option<IdentifierColumns>,
    /// Country of the person.
    pub country: Option<Country>,
    /// Birth date; needed unless `policy.min_age` is 0.
    pub birth_date: Option<BirthDate>,
    /// Who is a current customer.
    pub relationship: Relationship,
    /// On what ground each person is used.
    pub basis: PersonBasis,
    /// An objection flag or permission.
    pub targeting: Option<Targeting>,
    /// Consumer or business representative; consumers when absent.
    pub party: Option<PartyColumn>,
    /// Day since which the person has known of this use.
    pub informed_since: Option<BirthDate>,
    /// What is recorded of a consent.
    pub consent: Option<ConsentTable>,
    /// Consent signals that a platform's own rules ask for.
    pub consent_signals: Option<ConsentSignals>,
}

/// What is recorded of a consent; at least one of these.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentTable {
    /// Day it was given.
    pub date: Option<BirthDate>,
    /// Column of the reference of the wording it was given to.
    pub wording: Option<String>,
    /// Last day of it.
    pub expires: Option<BirthDate>,
    /// Column of the e-mail address or phone number it was given for.
    pub identifier: Option<String>,
    /// What people were asked for.
    pub purpose: Option<ConsentPurposeWord>,
}

/// What a consent was asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentPurposeWord {
    /// Advertising on other services.
    AdvertisingElsewhere,
    /// Messages by e-mail, text message or phone: refused, since it is no consent to this.
    Messages,
}

/// One column or several.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum IdentifierColumns {
    /// One column.
    One(IdentifierColumn),
    /// Several columns.
    Several(Vec<IdentifierColumn>),
}

/// A column of identifiers: its name, or a table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum IdentifierColumn {
    /// The column's name.
    Name(String),
    /// The column and how it is used.
    Table(IdentifierTable),
}

/// A column of identifiers and how it is used.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentifierTable {
    /// Column name.
    #[schemars(example = &"work_email")]
    pub column: String,
    /// Private life (the default) or work.
    pub context: Option<ContextWord>,
    /// Separator when a cell may hold several values.
    #[schemars(length(min = 1), example = &";")]
    pub separator: Option<String>,
    /// The column holds hashes of this kind.
    pub hashed: Option<HashWord>,
    /// Column that says where the value is from.
    #[schemars(example = &"email_source")]
    pub provenance: Option<String>,
    /// Values of that column that mean the person; any other keeps the identifier back.
    #[schemars(length(min = 1), example = ["customer", "self"])]
    pub own: Option<Vec<String>>,
    /// Whether messages to it came back.
    pub bounced: Option<BouncedTable>,
    /// Day on which the value was last confirmed.
    pub verified_at: Option<BirthDate>,
}

/// Whether messages to an identifier came back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BouncedTable {
    /// Column name.
    pub column: String,
    /// Values that mean that they did.
    #[schemars(length(min = 1), example = ["1"])]
    pub yes: Vec<String>,
}

/// In what capacity a person uses an identifier.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContextWord {
    /// Private life.
    Personal,
    /// Work: business audiences only.
    Work,
}

/// A hash.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HashWord {
    /// 64 hex digits.
    Sha256,
    /// 40 hex digits.
    Sha1,
    /// 32 hex digits.
    Md5,
}

/// Country: a column's name, or a table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Country {
    /// The column's name.
    Name(String),
    /// A column, a default, or both.
    Table(CountryTable),
}

/// Country of the person.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CountryTable {
    /// Column name.
    pub column: Option<String>,
    /// Two-letter code for blank cells.
    #[schemars(length(min = 2, max = 2), example = &"FI")]
    pub default: Option<String>,
}

/// Birth date: a column's name, or a table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum BirthDate {
    /// The column's name.
    Name(String),
    /// The column and its formats.
    Table(BirthDateTable),
}

/// Birth date.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BirthDateTable {
    /// Column name.
    pub column: String,
    /// strftime formats tried in order; `%Y-%m-%d` when absent.
    #[schemars(length(min = 1), example = ["%d.%m.%Y"])]
    pub formats: Option<Vec<String>>,
}

/// Who is a current customer: a column with its values, or a constant.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Relationship {
    /// Column name.
    pub column: Option<String>,
    /// The same for every row.
    pub constant: Option<RelationshipWord>,
    /// Values that mean a current customer.
    #[schemars(length(min = 1), example = ["active"])]
    pub current: Option<Vec<String>>,
    /// Values that mean a former one; when absent, every other value that is not blank.
    #[schemars(length(min = 1))]
    pub former: Option<Vec<String>>,
}

/// A constant relationship.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RelationshipWord {
    /// All rows are current customers.
    Current,
}

/// The person's own basis: a column with its values, or a constant.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonBasis {
    /// Column name.
    pub column: Option<String>,
    /// The same for every row.
    pub constant: Option<UseWord>,
    /// Values that mean legitimate interest.
    #[schemars(length(min = 1))]
    pub legitimate_interest: Option<Vec<String>>,
    /// Values that mean consent.
    #[schemars(length(min = 1))]
    pub consent: Option<Vec<String>>,
    /// Values that mean neither.
    #[schemars(length(min = 1))]
    pub none: Option<Vec<String>>,
}

/// A lawful ground of GDPR Art. 6(1).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UseWord {
    /// Art. 6(1)(f).
    LegitimateInterest,
    /// Art. 6(1)(a).
    Consent,
}

/// An objection flag or permission.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Targeting {
    /// Column name.
    pub column: String,
    /// Values that are an objection.
    #[schemars(length(min = 1), example = ["1"])]
    pub opted_out: Option<Vec<String>>,
    /// Values that are none.
    #[schemars(length(min = 1))]
    pub not_objected: Option<Vec<String>>,
    /// What a blank cell means; unknown when absent, which suppresses.
    pub blank: Option<BlankWord>,
    /// What the flag objects to.
    pub scope: Option<ScopeWords>,
}

/// What a blank cell means.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BlankWord {
    /// Nobody objected.
    NotObjected,
    /// Cannot be told.
    Unknown,
}

/// One scope or several.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ScopeWords {
    /// One.
    One(super::Scope),
    /// Several.
    Several(Vec<super::Scope>),
}

/// Consumer or business: a column with its values, or a constant.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartyColumn {
    /// Column name.
    pub column: Option<String>,
    /// The same for every row.
    pub constant: Option<PartyWord>,
    /// Values that mean a consumer.
    #[schemars(length(min = 1))]
    pub consumer: Option<Vec<String>>,
    /// Values that mean a business representative.
    #[schemars(length(min = 1))]
    pub business: Option<Vec<String>>,
}

/// Consumer or business.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartyWord {
    /// A private person.
    Consumer,
    /// A person representing a company.
    Business,
}

/// Consent signals that a platform's own rules ask for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentSignals {
    /// Consent to sending user data for advertising.
    pub ad_user_data: Option<Signal>,
    /// Consent to personalised advertising.
    pub ad_personalization: Option<Signal>,
}

/// A consent signal.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    /// Column name.
    pub column: String,
    /// Values that mean granted.
    #[schemars(length(min = 1))]
    pub granted: Option<Vec<String>>,
    /// Values that mean denied; when absent, every other value that is not blank.
    #[schemars(length(min = 1))]
    pub denied: Option<Vec<String>>,
}

/// An attribute that a `where` may use.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeTable {
    /// Column name.
    pub column: String,
    /// Separator when a cell may hold several values.
    #[schemars(length(min = 1), example = &";")]
    pub separator: Option<String>,
    /// Where the value comes from.
    pub kind: KindWord,
}

/// Provenance of an attribute.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KindWord {
    /// The person gave it.
    Given,
    /// It was observed: profiling objections bind.
    Observed,
    /// It was derived: profiling objections bind.
    Derived,
}

/// `[[register]]`: a list of objections.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterTable {
    /// Unique name.
    #[schemars(regex(pattern = r"^[a-z0-9][a-z0-9-]{0,62}$"), example = &"opt-outs")]
    pub name: String,
    /// File or glob pattern, relative to the config's folder.
    #[schemars(example = &"objections-*.csv")]
    pub path: String,
    /// How the files are written; told from the file name when absent.
    pub format: Option<FormatWord>,
    /// Text encoding of delimited files.
    pub encoding: Option<EncodingWord>,
    /// Field separator of delimited files; found in the header when absent.
    #[schemars(length(min = 1, max = 1))]
    pub delimiter: Option<String>,
    /// Whether it was agreed with whoever sends them that they come encrypted; plain ones are then refused.
    pub encrypted: Option<bool>,
    /// Whether a bare list begins with a row to skip.
    pub header: Option<bool>,
    /// Which columns say whom; this or `key`.
    pub columns: Option<RegisterColumnsTable>,
    /// What a bare one-column list holds; this or `columns`.
    pub key: Option<BareKey>,
    /// A status column, and the values that lift an objection.
    pub active: Option<Active>,
    /// Rows that are a permission and no objection.
    pub permission: Option<PermissionTable>,
    /// Words of the `auth` column, weakest first.
    #[schemars(length(min = 1), example = ["e-mail", "strong"])]
    pub auth_levels: Option<Vec<String>>,
    /// What the objections are about when no scope column says it.
    pub scope: Option<ScopeWords>,
    /// Id space of its customer ids.
    #[schemars(regex(pattern = r"^[a-z0-9][a-z0-9-]{0,62}$"))]
    pub id_space: Option<String>,
    /// Two-letter region in which national phone numbers are read.
    #[schemars(length(min = 2, max = 2), example = &"FI")]
    pub region: Option<String>,
    /// Where the register's age comes from.
    pub age_from: Option<AgeFromWords>,
    /// Oldest it may be.
    #[schemars(regex(pattern = r"^[0-9]+ *(m|min|h|d|w)$"), example = &"36h")]
    pub max_age: Option<String>,
    /// Fewest rows it may have.
    #[schemars(range(max = 1_000_000_000))]
    pub min_rows: Option<u64>,
    /// Largest share of rows it may have lost since the previous release.
    #[schemars(regex(pattern = r"^[0-9.]+ *%$"), example = &"2%")]
    pub max_shrink: Option<String>,
    /// Largest share of rows with a value that does not parse.
    #[schemars(regex(pattern = r"^[0-9.]+ *%$"), example = &"0.1%")]
    pub max_unparsed: Option<String>,
    /// How long the same content may stand under newer dates; not at all when absent.
    #[schemars(regex(pattern = r"^[0-9]+ *(m|min|h|d|w)$"), example = &"7d")]
    pub max_unchanged: Option<String>,
    /// Kept by somebody else (a national ban register): its channel bans bind whatever the policy says.
    pub external: Option<bool>,
    /// Whether a whole webmail domain is an objection indeed.
    pub webmail_domains: Option<WebmailWord>,
    /// Whose register it is, when a sister company's.
    #[schemars(example = &"Example Bank Ltd")]
    pub controller: Option<String>,
    /// Whether objections to another controller of the group bind here.
    pub group_scope: Option<bool>,
}

/// What a domain objection to a webmail domain means.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebmailWord {
    /// Everybody there objects, indeed.
    Confirmed,
    /// It stops the run; the default.
    Refused,
}

/// Which columns of a register say whom.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterColumnsTable {
    /// Customer id.
    pub customer_id: Option<String>,
    /// E-mail address.
    pub email: Option<RegisterKey>,
    /// Phone number.
    pub phone: Option<RegisterKey>,
    /// Whole e-mail domain.
    pub domain: Option<String>,
    /// Scope word.
    pub scope: Option<String>,
    /// Date or moment of the objection.
    pub at: Option<String>,
    /// How surely it is known who spoke.
    pub auth: Option<String>,
}

/// A key column of a register: its name, or a table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RegisterKey {
    /// The column's name.
    Name(String),
    /// The column, and whether it holds hashes.
    Table(RegisterKeyTable),
}

/// A key column that may hold hashes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterKeyTable {
    /// Column name.
    pub column: String,
    /// The column holds hashes of this kind.
    pub hashed: Option<HashWord>,
}

/// What a bare list holds: a word, or a table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum BareKey {
    /// The kind of key.
    Word(KeyWord),
    /// The kind of key, and whether it is hashed.
    Table(BareKeyTable),
}

/// A bare list's key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BareKeyTable {
    /// The kind of key.
    pub field: KeyWord,
    /// The lines are hashes of this kind.
    pub hashed: Option<HashWord>,
}

/// A kind of key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyWord {
    /// Customer id.
    CustomerId,
    /// E-mail address.
    Email,
    /// Phone number.
    Phone,
    /// Whole e-mail domain.
    Domain,
}

/// A status column of a register.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Active {
    /// Column name.
    pub column: String,
    /// Values that lift the objection; any other leaves it standing.
    #[schemars(length(min = 1), example = ["lifted"])]
    pub lifted: Vec<String>,
}

/// Rows of a register that are a permission.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PermissionTable {
    /// Column name.
    pub column: String,
    /// Values that make the row a permission.
    #[schemars(length(min = 1), example = ["allowed"])]
    pub values: Vec<String>,
}

/// Where a register's age comes from: a word, or a table with one key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum AgeFromWords {
    /// The file's modification time.
    Word(AgeFromWord),
    /// One of the other ways.
    Table(AgeFromTable),
}

/// A word for where a register's age comes from.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgeFromWord {
    /// The file's modification time, which copying renews.
    Mtime,
}

/// Where a register's age comes from; exactly one key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgeFromTable {
    /// strftime pattern of the file name.
    #[schemars(example = &"objections-%Y-%m-%d.csv")]
    pub filename: Option<String>,
    /// Column of moments; the latest counts.
    pub column: Option<String>,
    /// Pattern of the last line, which may hold `{rows}`.
    pub trailer: Option<String>,
    /// Suffix of a file beside it whose first line is a moment.
    pub sidecar: Option<String>,
}

/// `[[waiver]]`: a lawful breach of a register's contract, let through once.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiverTable {
    /// The register.
    #[schemars(example = &"opt-outs")]
    pub register: String,
    /// The breach that is let through.
    pub code: WaivableWord,
    /// Why it is lawful.
    #[schemars(example = &"purge of lapsed objections, ticket 4711")]
    pub reason: String,
    /// Who answers for it.
    #[schemars(example = &"Data Protection Officer")]
    pub by: String,
    /// First day, as a date or in quotes.
    #[schemars(with = "String")]
    pub date: Day,
    /// Last day, at most seven days later.
    #[schemars(with = "String")]
    pub valid_until: Day,
}

/// A breach that a waiver can let through.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WaivableWord {
    /// Lost more rows than `max_shrink`.
    RegisterShrunken,
    /// The same content under a newer moment.
    RegisterUnchanged,
    /// Fewer rows than `min_rows`.
    RegisterTooFewRows,
    /// No rows.
    RegisterEmpty,
}

/// `[[basis]]`: who may rely on what, where.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BasisTable {
    /// The ground.
    #[serde(rename = "use")]
    pub basis: UseWord,
    /// Platforms.
    #[schemars(length(min = 1), example = ["meta"])]
    pub platforms: Vec<String>,
    /// Two-letter country codes.
    #[schemars(length(min = 1), example = ["FI"])]
    pub countries: Vec<String>,
    /// Purposes.
    #[schemars(length(min = 1))]
    pub purposes: Vec<super::Purpose>,
    /// Whom it covers; both when absent.
    #[schemars(length(min = 1))]
    pub parties: Option<Vec<PartyWord>>,
    /// Reference of the legitimate-interest assessment.
    #[schemars(example = &"LIA-2026-003")]
    pub assessment: Option<String>,
    /// Reference of the consent's wording.
    pub consent_wording: Option<String>,
    /// The privacy notice people were given.
    pub notice: NoticeTable,
    /// First day on which it may be relied on, as a date or in quotes.
    #[schemars(with = "Option<String>")]
    pub valid_from: Option<Day>,
    /// Last day on which it may be relied on, as a date or in quotes.
    #[schemars(with = "Option<String>")]
    pub valid_until: Option<Day>,
    /// Last day of the assessment.
    #[schemars(with = "Option<String>")]
    pub assessment_valid_until: Option<Day>,
    /// Last day of the consent's wording.
    #[schemars(with = "Option<String>")]
    pub consent_wording_valid_until: Option<Day>,
}

/// `[[recipient]]`: a platform as somebody who receives personal data.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecipientTable {
    /// Platform.
    #[schemars(example = &"meta")]
    pub platform: String,
    /// The company that receives.
    #[schemars(example = &"Example Platforms Ltd")]
    pub legal_entity: String,
    /// Reference of the arrangement between joint controllers.
    #[schemars(example = &"JC-2026-01")]
    pub arrangement: String,
    /// Ground of a transfer to a third country, or that there is none.
    #[schemars(example = &"none: stays in the EEA")]
    pub transfer: String,
    /// Reference of the impact assessment.
    #[schemars(example = &"DPIA-2026-02")]
    pub dpia: String,
    /// The platform's terms, as accepted.
    pub terms: TermsTable,
    /// Last day on which all this may be relied on, as a date or in quotes.
    #[schemars(with = "Option<String>")]
    pub valid_until: Option<Day>,
}

/// A platform's terms, as accepted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TermsTable {
    /// Which terms.
    #[schemars(example = &"custom-audience-terms 2026-01")]
    pub reference: String,
    /// The day they were accepted.
    #[schemars(with = "String")]
    pub accepted: Day,
}

/// A date, as TOML writes it or in quotes.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Day {
    /// A TOML date.
    Date(toml::value::Datetime),
    /// In quotes.
    Text(String),
}

/// A privacy notice.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeTable {
    /// Its id.
    #[schemars(example = &"marketing-policy")]
    pub id: String,
    /// Its version, usually a date.
    #[schemars(example = &"2024-02-09")]
    pub version: String,
    /// First day on which a version of it named this use.
    #[schemars(with = "Option<String>")]
    pub since: Option<Day>,
    /// Last day of its use.
    #[schemars(with = "Option<String>")]
    pub valid_until: Option<Day>,
}

/// `[[audience]]`: who should see an ad.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AudienceTable {
    /// Unique name, which names a folder.
    #[schemars(regex(pattern = r"^[a-z0-9][a-z0-9-]{0,62}$"), example = &"savings-customers")]
    pub name: String,
    /// Its filter; everyone when absent.
    #[serde(rename = "where")]
    #[schemars(example = &"product_group CONTAINS 'savings' AND country = 'FI'")]
    pub filter: Option<String>,
    /// Platforms.
    #[schemars(length(min = 1), example = ["meta", "linkedin"])]
    pub platforms: Vec<String>,
    /// What it is for; `retarget` when absent.
    pub purpose: Option<super::Purpose>,
    /// Whom it may hold; consumers when absent.
    pub party: Option<PartyWord>,
    /// Fewest members, counted before objections.
    #[schemars(range(min = 1, max = 100_000_000))]
    pub min_size: Option<u64>,
    /// Youngest age in whole years; at least the policy's.
    #[schemars(range(max = 120))]
    pub min_age: Option<u64>,
    /// The product group its ad is for; needed when the policy asks for the same product group.
    #[schemars(example = &"savings")]
    pub product_group: Option<String>,
    /// Whose ad it is: the controller's, and nobody else's.
    pub advertiser: Option<String>,
    /// Whether the ad is political: `true` is refused.
    pub political: Option<bool>,
    /// Last day of its campaign: afterwards everybody is taken out, and then it is refused.
    #[schemars(with = "Option<String>")]
    pub valid_until: Option<Day>,
    /// Largest change of its size, counted before objections, from one complete release to the next.
    #[schemars(regex(pattern = r"^[0-9.]+ *%$"), example = &"30%")]
    pub max_swing: Option<String>,
}

/// `[policy]`: rules that hold for all audiences.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyTable {
    /// How far an objection spreads.
    pub closure: Option<ClosureWord>,
    /// An identifier held by more people than this goes up for nobody.
    #[schemars(range(min = 1))]
    pub share_cap: Option<u64>,
    /// Youngest age in whole years; 0 asks for no birth date.
    #[schemars(range(max = 120))]
    pub min_age: Option<u64>,
    /// Largest share of unreadable customer rows.
    #[schemars(regex(pattern = r"^[0-9.]+ *%$"), example = &"1%")]
    pub max_unreadable: Option<String>,
    /// Whether a ban of one channel binds targeting too.
    pub channel_bans: Option<ChannelBansWord>,
    /// Whether numbers that are possible but not valid go up.
    pub possible_phones: Option<bool>,
    /// Whether a later permission lifts an earlier objection of its register.
    pub permissions_lift: Option<bool>,
    /// IANA time zone of "today".
    #[schemars(example = &"Europe/Helsinki")]
    pub time_zone: Option<String>,
    /// Whole days between being informed and going up.
    #[schemars(regex(pattern = r"^[0-9]+ *(d|w)$"), example = &"14d")]
    pub cooling_off: Option<String>,
    /// Oldest confirmation of an identifier that goes up.
    #[schemars(regex(pattern = r"^[0-9]+ *(d|w)$"), example = &"730d")]
    pub max_identifier_age: Option<String>,
    /// Members must hold a product of the audience's group.
    pub same_product_group: Option<SameProductGroupTable>,
}

/// Where the product groups that a person holds are found.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SameProductGroupTable {
    /// The attribute.
    #[schemars(example = &"product_group")]
    pub attribute: String,
}

/// How far an objection spreads.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClosureWord {
    /// To everyone who shares an identifier.
    Person,
    /// To the identifier alone.
    Identifier,
}

/// Whether a ban of one channel binds targeting too.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelBansWord {
    /// It does.
    Bind,
    /// It does not.
    Ignore,
}

/// `[output]`: where releases go.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutputTable {
    /// Folder of releases, relative to the config's folder.
    #[schemars(example = &"releases")]
    pub dir: Option<String>,
}

/// `[keys]`: key files.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeysTable {
    /// Root key: 32 bytes in hex, owner-only.
    pub root: Option<String>,
    /// OpenSSH Ed25519 private key that signs manifests.
    pub signing: Option<String>,
    /// age identity file that opens encrypted sources and registers, owner-only.
    pub identity: Option<String>,
}

/// `[encryption]`: whose age public keys the files of a release are encrypted for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EncryptionTable {
    /// Whoever uploads: upload files become `full.csv.age` and so on.
    #[schemars(length(min = 1), inner(regex(pattern = r"^age1[0-9a-z]{58}$")))]
    pub uploads: Option<Vec<String>>,
    /// Whoever uploads to one platform, in place of `uploads`.
    pub platforms: Option<std::collections::BTreeMap<String, Vec<String>>>,
    /// The privacy officer: suppressions and verdicts.
    #[schemars(length(min = 1), inner(regex(pattern = r"^age1[0-9a-z]{58}$")))]
    pub suppressions: Option<Vec<String>>,
    /// The controller: the feed of what was recorded here, by `verho objections export`.
    #[schemars(length(min = 1), inner(regex(pattern = r"^age1[0-9a-z]{58}$")))]
    pub objections: Option<Vec<String>>,
}

/// `[state]`: where it is kept what is live.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StateTable {
    /// Folder of the sealed state, relative to the config's folder.
    #[schemars(example = &"state")]
    pub dir: String,
    /// How long a removal may wait for the platform's answer; 48 hours when absent.
    #[schemars(regex(pattern = r"^[0-9]+ *(m|min|h|d|w)$"), example = &"48h")]
    pub ack_within: Option<String>,
    /// Longest time from an objection to the upload that removes its person.
    #[schemars(regex(pattern = r"^[0-9]+ *(m|min|h|d|w)$"), example = &"72h")]
    pub latency_ceiling: Option<String>,
    /// What to do where a remove file would hold one person only; `widen` when absent.
    pub single_removal: Option<SingleRemovalWord>,
}

/// What to do where a remove file would hold one person only.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SingleRemovalWord {
    /// Some who stay are removed with them and added again.
    Widen,
    /// The whole audience is uploaded in place of what is there.
    Replace,
}

/// `[limits]`: bounds on memory and threads.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsTable {
    /// Memory for records before they spill to disk.
    #[schemars(regex(pattern = r"^[0-9]+ *([kKMGT]B|[KMGT]iB)$"), example = &"1GB")]
    pub memory: Option<String>,
    /// Disk that records beyond the memory may take; all there is by default.
    #[schemars(regex(pattern = r"^[0-9]+ *([kKMGT]B|[KMGT]iB)$"), example = &"50GB")]
    pub temp: Option<String>,
    /// Rows a batch.
    #[schemars(range(min = 1, max = 1_048_576))]
    pub batch_rows: Option<u64>,
    /// Threads; 0 means one a core.
    #[schemars(range(max = 1024))]
    pub threads: Option<u64>,
}

/// `[retention]`: how long files of a release are kept, in days from its moment, or `keep`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionTable {
    /// Full files.
    #[schemars(regex(pattern = r"^([0-9]+ *(d|w)|keep)$"), example = &"14d")]
    pub full: Option<String>,
    /// Add and remove files.
    #[schemars(regex(pattern = r"^([0-9]+ *(d|w)|keep)$"), example = &"14d")]
    pub delta: Option<String>,
    /// Suppressions with their verdicts.
    #[schemars(regex(pattern = r"^([0-9]+ *(d|w)|keep)$"), example = &"180d")]
    pub suppressions: Option<String>,
    /// The ledger of the live state: who was on a list, from when they were taken out.
    #[schemars(regex(pattern = r"^([0-9]+ *(d|w)|keep)$"), example = &"1095d")]
    pub ledger: Option<String>,
}
