//! Google: Customer Match for Google Ads.
//!
//! Checked 2026-11-21 against Google's help pages and the Data Manager documentation. It knows
//! nothing but the table.

use super::{Column, ConsentRule, CsvLayout, Encoding, Operation, Platform, RowShape, Source, Upload, Way};
use crate::identifiers::{EmailForm, PhoneForm};

/// Google's table.
///
/// For gmail.com and googlemail.com the dots and the tag go (newest revision of the Data Manager
/// page); phone numbers keep their plus. Address matching needs name, country and postcode together,
/// two of them plain, so those columns are left out; Google asks for no order and no full set.
pub(super) const GOOGLE_ADS: Platform = Platform {
    name: "google-ads",
    aliases: &["google", "customer-match", "youtube"],
    title: "Google Ads (Customer Match)",
    email: Some(EmailForm::Google),
    phone: Some(PhoneForm::E164),
    encoding: Encoding::LowerHex,
    upload: Upload::Csv(CsvLayout {
        header: &["Email", "Email", "Email", "Phone", "Phone", "Phone"],
        columns: &[
            Column::Email(0),
            Column::Email(1),
            Column::Email(2),
            Column::Phone(0),
            Column::Phone(1),
            Column::Phone(2),
        ],
        shape: RowShape::PersonPerRow,
        line_end: "\n",
    }),
    max_rows_per_file: None,
    max_bytes_per_file: None,
    minimum_upload: None,
    // Active in the last 30 days; 1,000 before December 2024.
    minimum_serve: Some(100),
    screens: &[Operation::Add, Operation::Replace, Operation::Remove],
    recommended: Way::Replace,
    consent: ConsentRule::GoogleSignals,
    // Since 7 April 2025; longer memberships are refused.
    expiry_days: Some(540),
    open_questions: &[
        "The largest file and the most rows are not stated.",
        "Whether the upload screen, as distinct from the Data Manager interface, drops the tag of gmail \
         addresses before it matches was not confirmed. The newest written rule drops it, and so do we.",
        "That the screen asks for consent, the file having no column for it, is not confirmed by a page.",
        "Which of add, replace and remove the screen offers was not confirmed by a page.",
    ],
    sources: &[
        Source {
            title: "Google Ads Help: format your customer data file",
            place: "support.google.com/google-ads/answer/7659867",
            checked: "2026-11-21",
        },
        Source {
            title: "Google Ads Help: about Customer Match, uploads and sizes",
            place: "support.google.com/google-ads/answer/7475964, 6276125, 7476585",
            checked: "2026-11-21",
        },
        Source {
            title: "Data Manager: format user data",
            place: "developers.google.com/data-manager",
            checked: "2026-11-21",
        },
        Source {
            title: "Google Ads Help: EU user consent, both signals (since March 2024)",
            place: "support.google.com/google-ads/answer/14310715",
            checked: "2026-11-21",
        },
        Source {
            title: "Google Ads developer blog: membership of at most 540 days (February 2025)",
            place: "ads-developers.googleblog.com",
            checked: "2026-11-21",
        },
    ],
    steps: &[
        "In Google Ads open Tools, Shared library, Audience manager, Your data segments, and create a customer \
         list.",
        "Choose to upload a file, say that its data are hashed already, and choose full.csv.",
        "Accept the Customer Match terms. When asked for consent, state that both signals are granted: people \
         of the EEA, the UK and Switzerland are in the file only when they are.",
        "To refresh, open the same list and replace its members by the new full.csv: replacing also renews \
         everybody's 540 days, which adding only the new people does not.",
        "Wait up to 48 hours. Fewer than 100 people active in the last 30 days, and no ad is shown.",
    ],
    may_not: &[
        "Not to be uploaded with consent stated as granted after the file was changed by hand.",
        "Not before somebody has read Google's Customer Match policy: which accounts, people and categories it \
         admits was not among the pages checked.",
        "Not for people whose consent was refused or withdrawn since: upload the newest release only.",
    ],
};
