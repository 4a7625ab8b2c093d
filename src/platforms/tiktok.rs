//! TikTok: custom audiences from a customer file.
//!
//! Checked 2026-11-21 against four revisions of TikTok's help page, which contradict one another on
//! phones. It knows nothing but the table.

use super::{Column, ConsentRule, CsvLayout, Encoding, Operation, Platform, RowShape, Source, Upload, Way};
use crate::identifiers::{EmailForm, PhoneForm};

/// TikTok's table.
///
/// The newest revision (September 2025) lower-cases e-mail and asks for E.164 with its plus. The
/// header is written without the space that one rendering of the page shows.
pub(super) const TIKTOK: Platform = Platform {
    name: "tiktok",
    aliases: &["tik-tok", "tiktok-ads"],
    title: "TikTok",
    email: Some(EmailForm::Basic),
    phone: Some(PhoneForm::E164),
    encoding: Encoding::LowerHex,
    upload: Upload::Csv(CsvLayout {
        header: &[
            "Email_SHA256",
            "Email_SHA256",
            "Email_SHA256",
            "Phone_SHA256",
            "Phone_SHA256",
            "Phone_SHA256",
        ],
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
    // "Under 1 GB", read as the smaller of its two meanings.
    max_bytes_per_file: Some(999_999_999),
    minimum_upload: Some(1_000),
    minimum_serve: Some(1_000),
    screens: &[Operation::Add, Operation::Replace, Operation::Remove],
    recommended: Way::Replace,
    consent: ConsentRule::None,
    expiry_days: None,
    open_questions: &[
        "Which phone form matches is unclear: the page of September 2025 recommends E.164 with the plus, yet \
         the hash it prints as its example is that of the number without it; the page of August 2025 asked \
         for digits only. E.164 is written. If phones match badly, say so to TikTok before trying the other \
         form.",
        "Whether the tag and the dots of an address are dropped has changed three times; the newest page \
         drops neither.",
        "Most rows in a file and the default retention are not stated.",
    ],
    sources: &[
        Source {
            title: "TikTok help: supported IDs and formats for a customer file (2024-07 to 2025-09)",
            place: "ads.tiktok.com/help",
            checked: "2026-11-21",
        },
        Source {
            title: "TikTok help: create a custom audience with a customer file",
            place: "ads.tiktok.com/help",
            checked: "2026-11-21",
        },
        Source {
            title: "Pipedream, Fivetran and Census: append, remove and replace; one replacement a day",
            place: "sutrolabs/census-docs destinations/available-destinations/tiktok.md",
            checked: "2026-11-21",
        },
    ],
    steps: &[
        "In TikTok Ads Manager open Tools, Audiences, and create a custom audience from a customer file.",
        "Choose full.csv as it is; a ZIP is refused. Fewer than 1,000 rows are refused too.",
        "To refresh, replace the audience's file by the new full.csv, at most once in 24 hours and not while \
         an earlier one is being processed.",
        "A removal must leave at least 1,000 people in the audience; otherwise delete the audience.",
        "Wait 24 to 48 hours. TikTok says that it deletes the file afterwards.",
    ],
    may_not: &[
        "Not before somebody has read TikTok's rules for customer files: they were not among the pages checked.",
        "Not to be shared with another advertiser account without a basis that covers it.",
    ],
};
