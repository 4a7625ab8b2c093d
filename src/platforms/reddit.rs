//! Reddit: customer list audiences.
//!
//! Checked 2026-11-21 against Reddit's page on matching and a connector that Reddit maintains. It
//! knows nothing but the table.

use super::{
    Column, ConsentRule, CsvLayout, Encoding, Operation, Origin, Platform, RowShape, Source, Upload, Way,
};
use crate::identifiers::EmailForm;

/// Reddit's table.
///
/// Its own canonical e-mail: everything from the first plus to the at sign goes, then every character
/// of the user part that is no letter or digit, for all domains.
pub(super) const REDDIT: Platform = Platform {
    name: "reddit",
    aliases: &["reddit-ads"],
    title: "Reddit",
    email: Some(EmailForm::Reddit),
    phone: None,
    encoding: Encoding::LowerHex,
    upload: Upload::Csv(CsvLayout {
        header: &["EMAIL_SHA256"],
        columns: &[Column::Email(0)],
        shape: RowShape::IdentifierPerRow,
        line_end: "\n",
        origin: Origin::Interface,
    }),
    max_rows_per_file: None,
    max_bytes_per_file: None,
    minimum_upload: None,
    minimum_serve: Some(1_000),
    screens: &[Operation::Add, Operation::Remove],
    recommended: Way::Delta,
    consent: ConsentRule::None,
    expiry_days: None,
    open_questions: &[
        "The columns, header and size of a file for the upload screen were not found. The file carries the \
         interface's column name.",
        "The canonical e-mail is written down for the pixel and the conversions interface; that lists use the \
         same is confirmed only by the test of a connector which Reddit maintains.",
        "The minimum of 1,000 comes from other vendors.",
    ],
    sources: &[
        Source {
            title: "Reddit Ads: manual advanced matching (canonical e-mail)",
            place: "Reddit Ads help",
            checked: "2026-11-21",
        },
        Source {
            title: "Segment: reddit-audiences destination and its tests",
            place: "segmentio/action-destinations",
            checked: "2026-11-21",
        },
    ],
    steps: &[
        "Hand the files to whoever runs the interface or the connector. Reddit must have allowed your account \
         to use custom audiences.",
        "Create a custom audience of type CUSTOMER_LIST once.",
        "Send remove.csv with action REMOVE first, then add.csv (or full.csv the first time) with action ADD, \
         column order EMAIL_SHA256, at most 2,500 rows a request.",
        "Fewer than about 1,000 matches, and no ad is shown.",
    ],
    may_not: &[
        "Not before somebody has read Reddit's rules for customer lists: they were not among the pages checked.",
        "Not to be shared with another ad account without a basis that covers it.",
    ],
};
