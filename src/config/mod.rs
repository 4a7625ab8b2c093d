//! What the operator asked for: [`Config`], valid by construction and made of domain types.
//!
//! The file as written is `schema.rs`; `load.rs` turns one into the other and reports every fault
//! at once. Nothing here opens a customer file or asks the time.

mod concealed;
mod countries;
mod declarations;
mod encryption;
mod faults;
mod fields;
mod given;
mod load;
mod places;
mod registers;
mod retention;
mod rules;
pub mod schema;
pub mod shown;
mod special;
mod state;
mod table;
mod undecided;
mod waivers;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub(crate) use self::concealed::concealed;
pub use self::declarations::NotIdentityCodes;
pub use self::encryption::Encryption;
pub use self::faults::{Fault, Faults};
pub use self::given::Given;
pub use self::places::{About, line_of};
pub use self::retention::Retention;
pub use self::schema::json_schema;
pub use self::special::{refused_name, words};
pub use self::undecided::UNDECIDED;
pub use self::waivers::{Waivable, Waiver};
pub use crate::people::{Context, Party, Use};
pub use crate::policy::closure::Closure;
pub use crate::policy::scope::{Purpose, Scope, Scopes};
pub use crate::policy::selection::Selection;

/// A whole `verho.toml`, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file it came from.
    pub path: PathBuf,
    /// SHA-256 of the file's bytes.
    pub sha256: [u8; 32],
    /// Who decides why and how the data is used.
    pub controller: Controller,
    /// Customer tables, in config order. Never empty.
    pub sources: Vec<Source>,
    /// Lists of objections, in config order. At most 64.
    pub registers: Vec<Register>,
    /// Who may rely on what, where. At most 64.
    pub bases: Vec<Basis>,
    /// What is declared of the platforms that receive people, at most one each, in config order.
    pub recipients: Vec<Recipient>,
    /// Lawful breaches let through, each once, in config order.
    pub waivers: Vec<Waiver>,
    /// Who should see an ad. Never empty.
    pub audiences: Vec<Audience>,
    /// Rules that hold for all audiences.
    pub policy: PolicySettings,
    /// Where releases go.
    pub output: Output,
    /// Key files.
    pub keys: Keys,
    /// For whom the files of a release are encrypted.
    pub encryption: Encryption,
    /// What is known to be live, where it is kept; without it a release has full files only.
    pub state: Option<StateSettings>,
    /// Bounds on memory and time.
    pub limits: Limits,
    /// How long files of a release are kept.
    pub retention: Retention,
}

/// `[controller]`.
#[derive(Debug, Clone)]
pub struct Controller {
    /// Legal name.
    pub name: String,
    /// Controller, or processor with the written instruction it acts on.
    pub role: Role,
    /// Trade with secrecy of its own, and who cleared the disclosure.
    pub sector: Option<Sector>,
}

/// A trade whose customers are protected by secrecy rules beside data protection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sector {
    /// Its word.
    pub name: String,
    /// Reference of the opinion that the disclosure keeps within those rules; `None` for a trade
    /// without such rules.
    pub cleared_by: Option<String>,
}

/// In what capacity this company runs the job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Decides purposes and means (GDPR Art. 4(7)).
    Controller,
    /// Acts on a documented instruction (GDPR Art. 28(3)(a)).
    Processor {
        /// The agreement or instruction's reference.
        instruction: String,
    },
}

/// Files to read: a path or glob, and how they are written.
#[derive(Debug, Clone)]
pub struct Files {
    /// Absolute path or glob pattern (relative ones were joined to the config's folder).
    pub pattern: PathBuf,
    /// The pattern as the config writes it, for messages.
    pub as_written: String,
    /// How the files are written; told from the file name when absent.
    pub format: Option<Format>,
    /// Text encoding of delimited files.
    pub encoding: Encoding,
    /// Field separator of delimited files; when absent, found in the header among `,` `;` tab.
    pub delimiter: Option<u8>,
    /// Whether delimited files begin with a row of column names. Registers of one bare column may not.
    pub header: bool,
    /// Whether it was agreed with whoever sends them that they come encrypted: plain ones are refused.
    pub encrypted: bool,
    /// The identity file that opens encrypted ones.
    pub identity: Option<PathBuf>,
}

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-, semicolon- or tab-separated text (RFC 4180 quoting).
    Delimited,
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC (file or Feather v2).
    Arrow,
    /// One JSON object a line.
    Ndjson,
}

/// A text encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8, with or without a byte-order mark. A UTF-16 byte-order mark is recognised too.
    #[default]
    Utf8,
    /// UTF-16, byte order by mark, else little-endian.
    Utf16,
    /// Windows-1252, which WHATWG also reads for Latin-1.
    Windows1252,
}

/// `[[source]]`: a customer table.
#[derive(Debug, Clone)]
pub struct Source {
    /// Checked name, unique among sources.
    pub name: String,
    /// What to read.
    pub files: Files,
    /// Whose customers these are, when the config says so; always the same for all sources.
    pub controller: Option<String>,
    /// The space its customer ids live in; the source's name unless said otherwise.
    pub id_space: String,
    /// Column of the customer id.
    pub customer_id: String,
    /// E-mail columns, in config order.
    pub emails: Vec<IdentifierColumn>,
    /// Phone columns, in config order.
    pub phones: Vec<IdentifierColumn>,
    /// Country of the person.
    pub country: Option<CountryField>,
    /// Birth date.
    pub birth_date: Option<DateField>,
    /// Whether the person is a current customer.
    pub relationship: ValueField,
    /// The person's own basis.
    pub basis: BasisField,
    /// Objection flag or permission.
    pub targeting: Option<TargetingField>,
    /// Consumer or business representative. Absent: consumers.
    pub party: Option<PartyField>,
    /// Day since which the person has known of this use.
    pub informed_since: Option<DateField>,
    /// What is recorded of a consent.
    pub consent: Option<ConsentField>,
    /// Google's consent signal `ad_user_data`.
    pub ad_user_data: Option<ValueField>,
    /// Google's consent signal `ad_personalization`.
    pub ad_personalization: Option<ValueField>,
    /// Attributes an audience's `where` may use, by name.
    pub attributes: BTreeMap<String, Attribute>,
    /// Columns whose digits are declared to be no Swedish or Estonian identity codes.
    pub not_identity_codes: Vec<NotIdentityCodes>,
}

impl Source {
    /// Whether a column's digits are declared to be no Swedish or Estonian identity codes on a day.
    #[must_use]
    pub fn declares_no_codes(&self, column: &str, day: jiff::civil::Date) -> bool {
        self.not_identity_codes.iter().any(|declared| declared.column == column && declared.holds_on(day))
    }
}

/// Where a mapped value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// A column of the table.
    Column(String),
    /// The same value for every row.
    Constant(String),
}

/// A column that holds e-mail addresses or phone numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentifierColumn {
    /// Column name.
    pub column: String,
    /// Personal or work.
    pub context: Context,
    /// Separator when a cell may hold several values.
    pub separator: Option<String>,
    /// The column holds hashes of this kind already, hex, and of the `basic` / `digits` form.
    pub hashed: Option<HashAlgorithm>,
    /// Column that says where the value is from, and the values that mean the person.
    pub provenance: Option<ListedColumn>,
    /// Column that says whether messages to it came back, and the values that mean so.
    pub bounced: Option<ListedColumn>,
    /// Day on which the value was last confirmed.
    pub verified_at: Option<DateField>,
}

/// A column, and the values of it that matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedColumn {
    /// Column name.
    pub column: String,
    /// The values, compared exactly after trimming.
    pub values: Vec<String>,
}

/// What is recorded of a consent; asked only where the person's ground is consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentField {
    /// Day it was given.
    pub date: Option<DateField>,
    /// Reference of the wording it was given to.
    pub wording: Option<String>,
    /// Last day of it.
    pub expires: Option<DateField>,
    /// The e-mail address or phone number it was given for.
    pub identifier: Option<String>,
}

/// A yes-or-no field. A value in `yes` is yes, in `no` is no; blank or anything else is unknown.
/// When `no` is `None`, every other value that is not blank is no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueField {
    /// Column or constant.
    pub from: From,
    /// Values that mean yes, compared exactly after trimming.
    pub yes: Vec<String>,
    /// Values that mean no; `None`: every other value that is not blank.
    pub no: Option<Vec<String>>,
}

/// Country of the person, as ISO 3166-1 alpha-2, alpha-3 or a name in English, Finnish, Swedish,
/// Estonian, German or its own language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountryField {
    /// Column, or absent when a constant default serves every row.
    pub column: Option<String>,
    /// Alpha-2 code for blank cells. A value that is not a country stays unknown.
    pub default: Option<[u8; 2]>,
}

/// A calendar date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateField {
    /// Column name.
    pub column: String,
    /// strftime-like formats tried in order; default `%Y-%m-%d`, then a date-time's date part.
    pub formats: Vec<String>,
}

/// The person's own basis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasisField {
    /// Column, or constant `legitimate_interest` / `consent`.
    pub from: From,
    /// Values that mean legitimate interest.
    pub legitimate_interest: Vec<String>,
    /// Values that mean consent to this use.
    pub consent: Vec<String>,
    /// Values that mean neither.
    pub none: Vec<String>,
}

/// An objection flag: a value in `opted_out` is an objection; one in `not_objected` is none;
/// blank means what `blank` says; anything else is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetingField {
    /// Column name.
    pub column: String,
    /// Values that are an objection.
    pub opted_out: Vec<String>,
    /// Values that are none.
    pub not_objected: Vec<String>,
    /// Whether a blank cell means "no objection"; otherwise it is unknown.
    pub blank_is_not_objected: bool,
    /// What the flag objects to.
    pub scopes: Scopes,
}

/// Consumer or business representative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyField {
    /// Column or constant (`consumer` or `business`).
    pub from: From,
    /// Values that mean consumer.
    pub consumer: Vec<String>,
    /// Values that mean business representative.
    pub business: Vec<String>,
}

/// An attribute that `where` may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Column name.
    pub column: String,
    /// Separator when a cell holds several values.
    pub separator: Option<String>,
    /// Where the value comes from.
    pub kind: AttributeKind,
}

/// Provenance of an attribute (what the person said, what was seen, what was inferred).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeKind {
    /// The person gave it.
    Given,
    /// Observed: profiling objections bind.
    Observed,
    /// Derived by a model or rule: profiling objections bind.
    Derived,
}

/// The name under which a run knows the store of erasures as a register of its own. No other register may
/// have it.
pub const ERASURES: &str = "erasures";

/// `[[register]]`: a list of objections.
#[derive(Debug, Clone)]
pub struct Register {
    /// Checked name, unique among registers.
    pub name: String,
    /// What to read.
    pub files: Files,
    /// Which columns say whom.
    pub columns: RegisterColumns,
    /// Rows whose status is in `lifted` are no objection any more.
    pub active: Option<ActiveField>,
    /// Rows that are a permission and no objection.
    pub permission: Option<PermissionField>,
    /// Words of the `auth` column, weakest first.
    pub auth_levels: Vec<String>,
    /// Scope when there is no scope column, or its cell is blank.
    pub scopes: Scopes,
    /// Id space of its customer ids.
    pub id_space: Option<String>,
    /// Region in which national phone numbers are read; each source's default when absent.
    pub region: Option<[u8; 2]>,
    /// Where the register's age comes from.
    pub age_from: Option<AgeFrom>,
    /// Oldest it may be. `None`: not checked, and the manifest says so.
    pub max_age: Option<jiff::SignedDuration>,
    /// Fewest rows it may have (default 1).
    pub min_rows: u64,
    /// Largest share of rows it may have lost since the previous release, in [0, 1].
    pub max_shrink: Option<f64>,
    /// Largest share of rows with a value that does not parse, in [0, 1] (default 0).
    pub max_unparsed: f64,
    /// How long the same content may stand under newer moments; `None`: not at all.
    pub max_unchanged: Option<jiff::SignedDuration>,
    /// A ban register kept by somebody else: its channel bans bind whatever the policy says.
    pub external: bool,
    /// Whether whole webmail domains are objections indeed (default no).
    pub webmail_domains: bool,
    /// Whose register it is, when not the controller's own; such a one binds the whole group.
    pub controller: Option<String>,
}

/// Which columns of a register name people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegisterColumns {
    /// Customer id.
    pub customer_id: Option<String>,
    /// E-mail address.
    pub email: Option<KeyColumn>,
    /// Phone number.
    pub phone: Option<KeyColumn>,
    /// Whole e-mail domain, with or without a leading `@`.
    pub domain: Option<String>,
    /// Scope word.
    pub scope: Option<String>,
    /// Date or moment of the objection.
    pub at: Option<String>,
    /// How surely it is known who spoke, in words of `auth_levels`.
    pub auth: Option<String>,
    /// The file is one bare column; which of the fields above it fills is told by the one that is set
    /// (its name is then empty). Its first line is skipped only when [`Files::header`] is set.
    pub bare: bool,
}

/// A key column of a register: plain, or hashes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyColumn {
    /// Column name (empty for a bare list).
    pub column: String,
    /// The cells are hashes in hex of some form of the value.
    pub hashed: Option<HashAlgorithm>,
}

/// A hash that registers may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HashAlgorithm {
    /// 64 hex digits.
    Sha256,
    /// 40 hex digits.
    Sha1,
    /// 32 hex digits.
    Md5,
}

/// A status column of a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveField {
    /// Column name.
    pub column: String,
    /// Values that lift the objection; anything else leaves it standing.
    pub lifted: Vec<String>,
}

/// Rows of a register that are a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionField {
    /// Column name.
    pub column: String,
    /// Values that make the row a permission.
    pub values: Vec<String>,
}

/// Where a register's age comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgeFrom {
    /// File name against a strftime-like pattern; of several files the newest counts.
    Filename(String),
    /// The latest moment in a column.
    Column(String),
    /// The last line of the file against a pattern, which may also hold `{rows}`.
    Trailer(String),
    /// A file beside it: the register's file name with this suffix; its first line is a moment.
    Sidecar(String),
    /// The file's modification time: only when named, since copying a stale file renews it.
    Mtime,
}

/// `[[basis]]`: who may rely on what, where.
#[derive(Debug, Clone)]
pub struct Basis {
    /// The ground.
    pub basis: Use,
    /// Platform names (canonical).
    pub platforms: Vec<String>,
    /// Alpha-2 codes.
    pub countries: Vec<[u8; 2]>,
    /// Purposes.
    pub purposes: Vec<Purpose>,
    /// Party types (default: consumer and business).
    pub parties: Vec<Party>,
    /// Reference of the legitimate-interest assessment (mandatory for it).
    pub assessment: Option<String>,
    /// Wording of the consent (mandatory for it).
    pub consent_wording: Option<String>,
    /// The notice people were given.
    pub notice: Notice,
    /// First day on which it may be relied on.
    pub valid_from: Option<jiff::civil::Date>,
    /// Last day on which it may be relied on.
    pub valid_until: Option<jiff::civil::Date>,
    /// Last day of the assessment.
    pub assessment_valid_until: Option<jiff::civil::Date>,
    /// Last day of the consent's wording.
    pub consent_wording_valid_until: Option<jiff::civil::Date>,
}

/// `[[recipient]]`: a platform as somebody who receives personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Canonical platform name.
    pub platform: String,
    /// The company that receives.
    pub legal_entity: String,
    /// Reference of the arrangement between joint controllers (GDPR Art. 26).
    pub arrangement: String,
    /// Ground of a transfer to a third country (GDPR chapter V), or that there is none.
    pub transfer: String,
    /// Reference of the impact assessment (GDPR Art. 35).
    pub dpia: String,
    /// The platform's terms.
    pub terms: Terms,
    /// Last day on which all this may be relied on.
    pub valid_until: Option<jiff::civil::Date>,
}

/// A platform's terms, as accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Which.
    pub reference: String,
    /// When. `None` in drafts only.
    pub accepted: Option<jiff::civil::Date>,
}

/// A privacy notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: String,
    /// Its version, usually a date.
    pub version: String,
    /// First day on which a version of it named this use: whoever was informed before was not told.
    pub since: Option<jiff::civil::Date>,
    /// Last day of its use.
    pub valid_until: Option<jiff::civil::Date>,
}

/// `[[audience]]`.
#[derive(Debug, Clone)]
pub struct Audience {
    /// Checked name: `[a-z0-9][a-z0-9-]{0,62}`, unique; it names a folder.
    pub name: String,
    /// Its filter; absent means everyone.
    pub selection: Option<Selection>,
    /// Canonical platform names, in config order, unique.
    pub platforms: Vec<String>,
    /// What it is for (default `retarget`).
    pub purpose: Purpose,
    /// Whom it may hold (default consumers).
    pub party: Party,
    /// Fewest members, counted before objections (default 100).
    pub min_size: u64,
    /// Youngest age in whole years; at least the policy's.
    pub min_age: u16,
    /// The product group its ad is for, where the policy asks that members hold one of the same.
    pub product_group: Option<ProductGroup>,
    /// Last day of its campaign: afterwards everybody is taken out, and then it is refused.
    pub valid_until: Option<jiff::civil::Date>,
    /// Largest change of its size, counted before objections, from one complete release to the next.
    pub max_swing: Option<f64>,
    /// Scopes that bind it: purpose, profile use and the policy's `channel_bans`.
    pub binding: Scopes,
}

/// A product group, and how a row is asked for it.
#[derive(Debug, Clone)]
pub struct ProductGroup {
    /// The value of the policy's attribute.
    pub name: String,
    /// The question whether a row holds it.
    pub held: Selection,
}

/// `[policy]`.
#[derive(Debug, Clone)]
pub struct PolicySettings {
    /// How far an objection spreads.
    pub closure: Closure,
    /// An identifier held by more people than this goes up for nobody (default 10).
    pub share_cap: u32,
    /// Youngest age in whole years (default 18); 0 asks for no birth date.
    pub min_age: u16,
    /// Largest share of unreadable customer rows, in [0, 1] (default 0.01).
    pub max_unreadable: f64,
    /// Whether bans of one channel bind targeting too (default yes).
    pub channel_bans_bind: bool,
    /// Whether numbers that are possible but not valid go up (default no).
    pub possible_phones: bool,
    /// Whether a later permission lifts an earlier objection of its register (default no).
    pub permissions_lift: bool,
    /// Time zone of "today" (default UTC), an IANA name.
    pub time_zone: String,
    /// Whole days between being informed and going up. `None`: not asked.
    pub cooling_off_days: Option<u16>,
    /// Oldest confirmation of an identifier that goes up, in whole days. `None`: not asked.
    pub max_identifier_age_days: Option<u16>,
    /// The attribute of product groups, when members must hold a product of the audience's group.
    pub same_product_group: Option<String>,
}

/// `[output]`.
#[derive(Debug, Clone)]
pub struct Output {
    /// Folder of releases, absolute.
    pub dir: PathBuf,
}

/// `[keys]`.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// Root key file: 32 bytes in hex, owner-only.
    pub root: Option<PathBuf>,
    /// The open file descriptor the root key is read from instead; given on the command line only.
    pub root_fd: Option<u32>,
    /// OpenSSH Ed25519 private key that signs manifests, owner-only, without a passphrase.
    pub signing: Option<PathBuf>,
    /// age identity file that opens encrypted sources and registers, owner-only.
    pub identity: Option<PathBuf>,
}

/// `[state]`.
#[derive(Debug, Clone)]
pub struct StateSettings {
    /// Folder of the sealed state, absolute.
    pub dir: PathBuf,
    /// How long a removal may wait for the platform's answer (default 48 hours).
    pub ack_within: jiff::SignedDuration,
    /// Longest time from an objection to the upload that removes its person. `None`: not asked.
    pub latency_ceiling: Option<jiff::SignedDuration>,
    /// What to do where a remove file would hold one person only.
    pub single_removal: SingleRemoval,
}

/// What to do where a remove file would tell the platform who it was that left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SingleRemoval {
    /// Some who stay are removed with them and added again.
    #[default]
    Widen,
    /// The whole audience is uploaded in place of what is there, where the platform's screens can.
    Replace,
}

/// `[limits]`.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of records held in memory before they spill (default 1 GB).
    pub memory_bytes: u64,
    /// Bytes that the temporary file of spilled records may take (default: what its disk has).
    pub temp_bytes: u64,
    /// Rows a batch (default 65536); small values are for tests.
    pub batch_rows: usize,
    /// Threads; 0 means one a core.
    pub threads: usize,
}
