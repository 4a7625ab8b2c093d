//! What the run was given: customer tables, registers, basis rows, the policy in force. Counts and
//! references only; a commitment is keyed, since a plain digest of a short list can be found by
//! trying all lists.

use serde::{Deserialize, Serialize};

use super::{CodeCount, Hex32, Moment};
use crate::policy::scope::Purpose;

/// A customer table as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceRecord {
    /// Its name in the config.
    pub name: String,
    /// Files read.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Rows read, unreadable ones included.
    pub rows: u64,
    /// Unreadable rows by fault.
    pub unreadable: Vec<CodeCount>,
    /// HMAC-SHA-256 over the files' bytes, under a key derived from the root key.
    pub commitment: Hex32,
    /// Identifier columns, in config order.
    pub identifiers: Vec<ColumnRecord>,
    /// Columns whose digits were declared to be no Swedish or Estonian identity codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_identity_codes: Vec<NotIdentityCodesRecord>,
}

/// A declaration that held: in this column neither Swedish nor Estonian identity codes were looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotIdentityCodesRecord {
    /// The column.
    pub column: String,
    /// What its digits are.
    pub reason: String,
    /// Who answers for it.
    pub by: String,
    /// First day.
    pub date: String,
    /// Last day.
    pub valid_until: String,
}

/// What became of a column's cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnRecord {
    /// Column name as the config writes it.
    pub column: String,
    /// `email` or `phone`.
    pub kind: String,
    /// Values that parsed.
    pub parsed: u64,
    /// Blank cells.
    pub blank: u64,
    /// Values that did not parse, by code.
    pub rejected: Vec<CodeCount>,
    /// Values that parsed and go up for nobody because of their row, by code.
    pub withheld: Vec<CodeCount>,
}

/// A register as it was read, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterRecord {
    /// Its name in the config.
    pub name: String,
    /// Files read.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Rows read.
    pub rows: u64,
    /// Rows that are objections.
    pub objections: u64,
    /// Rows whose status lifts the objection.
    pub lifted: u64,
    /// Rows that are a permission: they lift earlier objections where the policy lets them, else nothing.
    pub permissions: u64,
    /// Objections with a value that does not parse: matched by their raw text.
    pub unparsed: u64,
    /// Objections with a scope word that is not known: they bind everything.
    pub unknown_scope: u64,
    /// HMAC-SHA-256 over the files' bytes, under a key derived from the root key.
    pub commitment: Hex32,
    /// Whether somebody else keeps it: its channel bans bind whatever the policy says.
    pub external: bool,
    /// Whose register it is, when another controller's of the group.
    pub controller: Option<String>,
    /// Scopes by which its objections bind every audience.
    pub binds: Vec<String>,
    /// How old it was.
    pub age: RegisterAge,
    /// Contract: oldest it may be, in seconds.
    pub max_age_seconds: Option<u64>,
    /// Contract: fewest rows it may have.
    pub min_rows: u64,
    /// Contract: largest share of rows it may have lost, in millionths.
    pub max_shrink_millionths: Option<u32>,
    /// Contract: largest share of rows that do not parse, in millionths.
    pub max_unparsed_millionths: u32,
    /// Contract: how long the same content may stand under newer moments, in seconds.
    pub max_unchanged_seconds: Option<u64>,
    /// The first moment under which a release read this very content; its own where nothing is known.
    pub content_since: Option<Moment>,
    /// Rows now minus rows in the previous release.
    pub change: Option<i64>,
    /// Customers matched by a hash under fewer forms than a plain value would have allowed.
    pub matched_narrowly: u64,
    /// Contract codes it broke; in a release with additions each was let through by a waiver.
    pub broken: Vec<CodeCount>,
    /// People it names.
    pub people_named: u64,
}

/// How old a register was at the as-of moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum RegisterAge {
    /// Not checked: the config names no place to read its age from.
    Unchecked,
    /// Its newest moment and how long before the as-of moment that was.
    Known {
        /// Its newest moment.
        moment: Moment,
        /// As-of minus that, in seconds; negative for a moment in the future.
        seconds: i64,
    },
    /// The config names a place to read its age from, and no moment could be read there.
    Unknown,
}

/// A basis row and how many people rely on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BasisRecord {
    /// Its place in the config, from 0.
    pub index: u32,
    /// `legitimate_interest` or `consent`.
    #[serde(rename = "use")]
    pub ground: String,
    /// Platform names.
    pub platforms: Vec<String>,
    /// Alpha-2 country codes.
    pub countries: Vec<String>,
    /// Purposes.
    pub purposes: Vec<Purpose>,
    /// `consumer`, `business`.
    pub parties: Vec<String>,
    /// Reference of the legitimate-interest assessment.
    pub assessment: Option<String>,
    /// Reference of the consent's wording.
    pub consent_wording: Option<String>,
    /// The notice's id.
    pub notice_id: String,
    /// The notice's version.
    pub notice_version: String,
    /// First day on which a version of it named this use, `YYYY-MM-DD`.
    pub notice_since: Option<String>,
    /// Last day of the notice, `YYYY-MM-DD`.
    pub notice_valid_until: Option<String>,
    /// First day on which it may be relied on, `YYYY-MM-DD`.
    pub valid_from: Option<String>,
    /// Last day on which it may be relied on, `YYYY-MM-DD`.
    pub valid_until: Option<String>,
    /// Last day of the assessment, `YYYY-MM-DD`.
    pub assessment_valid_until: Option<String>,
    /// Last day of the consent's wording, `YYYY-MM-DD`.
    pub consent_wording_valid_until: Option<String>,
    /// People who go up because of it, somewhere.
    pub people: u64,
}

/// A platform as it was declared to receive personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipientRecord {
    /// Platform name.
    pub platform: String,
    /// The company that receives.
    pub legal_entity: String,
    /// Reference of the arrangement between joint controllers.
    pub arrangement: String,
    /// Ground of a transfer to a third country, or that there is none.
    pub transfer: String,
    /// Reference of the impact assessment.
    pub dpia: String,
    /// Which terms.
    pub terms: String,
    /// The day they were accepted, `YYYY-MM-DD`.
    pub terms_accepted: Option<String>,
    /// Last day on which all this may be relied on, `YYYY-MM-DD`.
    pub valid_until: Option<String>,
}

/// A waiver that let a breach through. It is used up by this release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaiverRecord {
    /// `register/code/date`.
    pub id: String,
    /// The register.
    pub register: String,
    /// The code of the breach.
    pub code: String,
    /// Why it is lawful, in the config's words.
    pub reason: String,
    /// Who answers for it.
    pub by: String,
    /// First day on which it holds, `YYYY-MM-DD`.
    pub date: String,
    /// Last day on which it holds, `YYYY-MM-DD`.
    pub valid_until: String,
}

/// The rules that hold for all audiences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyRecord {
    /// `person` or `identifier`.
    pub closure: String,
    /// An identifier held by more people goes up for nobody.
    pub share_cap: u32,
    /// Youngest age in whole years.
    pub min_age: u16,
    /// Largest share of unreadable rows, in millionths.
    pub max_unreadable_millionths: u32,
    /// Whether bans of one channel bind targeting too.
    pub channel_bans_bind: bool,
    /// Whether numbers that are possible but not valid go up.
    pub possible_phones: bool,
    /// Whether a later permission lifts an earlier objection of its register.
    pub permissions_lift: bool,
    /// Time zone of "today".
    pub time_zone: String,
    /// Whole days between being informed and going up.
    pub cooling_off_days: Option<u16>,
    /// Oldest confirmation of an identifier that goes up, in whole days.
    pub max_identifier_age_days: Option<u16>,
    /// The attribute of product groups, when members must hold a product of the audience's group.
    pub same_product_group: Option<String>,
}
