//! What each platform wants, as data: which identifiers, in which form, in which columns, how many,
//! and by which steps a person hands the file over.
//!
//! Promises: one constant a platform and one file a constant; every fact carries its source and the
//! day it was looked up; what could not be confirmed is an open question and never a silent guess.
//! It must not know customers, rules or files: it imports `identifiers` only, and does no work but
//! turn digests into the bytes of a row ([`layout`]) and the bytes of a row back ([`grammar`]).

pub mod grammar;
pub mod layout;
pub mod table;

mod amazon_ads;
mod google_ads;
mod linkedin;
mod meta;
mod microsoft_ads;
mod pinterest;
mod reddit;
mod snapchat;
mod tiktok;
mod uid2;
mod x;

#[cfg(test)]
mod tests;

use crate::identifiers::{EmailForm, Kind, PhoneForm};

/// The day on which these tables were last checked as a whole; the manifest records it as the
/// version of the platform tables.
pub const CHECKED: &str = "2026-11-21";

/// The most identifier columns a layout may have; rows fit into an array of this many slots.
pub const MAX_SLOTS: usize = 6;

/// Every platform, in the order in which lists show them.
pub const ALL: [&Platform; 12] = [
    &meta::META,
    &linkedin::LINKEDIN,
    &google_ads::GOOGLE_ADS,
    &tiktok::TIKTOK,
    &x::X,
    &microsoft_ads::MICROSOFT_ADS,
    &snapchat::SNAPCHAT,
    &pinterest::PINTEREST,
    &reddit::REDDIT,
    &amazon_ads::AMAZON_ADS,
    &uid2::UID2,
    &uid2::EUID,
];

/// The platform of this name or alias. Upper case, underscores and spaces are forgiven.
#[must_use]
pub fn find(name_or_alias: &str) -> Option<&'static Platform> {
    let wanted = name_or_alias.trim().to_ascii_lowercase().replace(['_', ' '], "-");
    ALL.into_iter()
        .find(|platform| platform.name == wanted || platform.aliases.iter().any(|alias| *alias == wanted))
}

/// One platform's whole table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platform {
    /// Canonical kebab-case name: what configs and folders say.
    pub name: &'static str,
    /// Other names a config may use; kebab-case, unique over all platforms.
    pub aliases: &'static [&'static str],
    /// The name people know.
    pub title: &'static str,
    /// The form of an e-mail address before hashing; `None` when the files carry none.
    pub email: Option<EmailForm>,
    /// The form of a phone number before hashing; `None` when the files carry none.
    pub phone: Option<PhoneForm>,
    /// How the 32 bytes of a digest are written.
    pub encoding: Encoding,
    /// The file.
    pub upload: Upload,
    /// Most rows in one file, header and preamble not counted.
    pub max_rows_per_file: Option<u64>,
    /// Most bytes in one file.
    pub max_bytes_per_file: Option<u64>,
    /// Fewest rows the platform accepts in an upload.
    pub minimum_upload: Option<u64>,
    /// Fewest people the platform must have matched before it shows an ad.
    pub minimum_serve: Option<u64>,
    /// What its screen or file import can do with a file; where there is no file, what its interface can
    /// do with a list.
    pub screens: &'static [Operation],
    /// How best to keep its audience up to date.
    pub recommended: Way,
    /// Consent the platform itself demands, beside the law's.
    pub consent: ConsentRule,
    /// Days after which a member who is not sent again is dropped.
    pub expiry_days: Option<u32>,
    /// What could not be confirmed, and what was done about it.
    pub open_questions: &'static [&'static str],
    /// Where the facts come from.
    pub sources: &'static [Source],
    /// How a person uploads the file: where to click, in what order, what to wait for. Limits and waits
    /// come from the sources; the names of menus change too often to be sourced.
    pub steps: &'static [&'static str],
    /// What the file may not be used for on this platform.
    pub may_not: &'static [&'static str],
}

impl Platform {
    /// Whether the platform's files carry identifiers of this kind.
    #[must_use]
    pub const fn takes(&self, kind: Kind) -> bool {
        match kind {
            Kind::Email => self.email.is_some(),
            Kind::Phone => self.phone.is_some(),
        }
    }

    /// Whether a file can be written for this platform; a config that names another is refused with
    /// the reason in [`Upload::None`].
    #[must_use]
    pub const fn is_uploadable(&self) -> bool {
        self.upload.layout().is_some()
    }
}

/// How a digest is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// 64 digits of lower-case hex.
    LowerHex,
    /// 44 characters of Base64 (RFC 4648 §4, padded) of the 32 raw bytes, never of the hex text.
    Base64,
}

impl Encoding {
    /// Characters of one written digest.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            Self::LowerHex => 64,
            Self::Base64 => 44,
        }
    }
}

/// What file a platform takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upload {
    /// Comma-separated text with at most one header row.
    Csv(CsvLayout),
    /// Microsoft's Bulk file: a header, a format row and a list row, then one row an identifier in
    /// this layout.
    MicrosoftBulk(CsvLayout),
    /// No file is written: `no-upload-file`. The forms, the digest and the limits still hold, for the
    /// `hash` command and for whoever calls the interface.
    None {
        /// Why not, in one sentence for the operator.
        why: &'static str,
    },
}

impl Upload {
    /// The layout of the rows that carry identifiers.
    #[must_use]
    pub const fn layout(&self) -> Option<&CsvLayout> {
        match self {
            Self::Csv(layout) | Self::MicrosoftBulk(layout) => Some(layout),
            Self::None { .. } => None,
        }
    }
}

/// The shape of a file's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvLayout {
    /// The header's cells, exactly as the platform spells them; repeated names are meant. Empty when
    /// the file has no header.
    pub header: &'static [&'static str],
    /// The columns, as many as header cells.
    pub columns: &'static [Column],
    /// Whether a row is a person or an identifier.
    pub shape: RowShape,
    /// What ends a row. Everywhere a bare line feed: no platform page states a rule, and this is what
    /// every reader takes.
    pub line_end: &'static str,
}

/// One column of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The e-mail digest of this slot, counted from 0.
    Email(u8),
    /// The phone digest of this slot, counted from 0.
    Phone(u8),
    /// A column of the platform's template that only plain text could fill: always empty.
    Empty,
    /// The same text in every row; never a comma, a quote or a line end.
    Constant(&'static str),
}

impl Column {
    /// The kind of identifier the column holds, if it holds any.
    #[must_use]
    pub const fn kind(self) -> Option<Kind> {
        match self {
            Self::Email(_) => Some(Kind::Email),
            Self::Phone(_) => Some(Kind::Phone),
            Self::Empty | Self::Constant(_) => None,
        }
    }
}

/// What one row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowShape {
    /// One person, with as many identifiers as there are columns.
    PersonPerRow,
    /// One identifier.
    IdentifierPerRow,
}

/// What can be done with a file on a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Add the file's people to the audience.
    Add,
    /// Make the audience exactly the file.
    Replace,
    /// Take the file's people out of the audience.
    Remove,
}

impl Operation {
    /// The word written in tables and in Microsoft's list row.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Add => "Add",
            Self::Replace => "Replace",
            Self::Remove => "Remove",
        }
    }
}

/// How an audience is best kept up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Upload `full` in place of what is there: a removal can never be forgotten.
    Replace,
    /// Upload `remove`, then `add`.
    Delta,
}

/// Consent that the platform itself asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentRule {
    /// Nothing beyond the law.
    None,
    /// Google's `ad_user_data` and `ad_personalization`, both granted, for people of the European
    /// Economic Area, the United Kingdom and Switzerland, and for people of unknown country.
    GoogleSignals,
}

/// Where a fact was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// What the page or repository is.
    pub title: &'static str,
    /// Its address, or repository and path.
    pub place: &'static str,
    /// The day it was last looked at, `YYYY-MM-DD`.
    pub checked: &'static str,
}
