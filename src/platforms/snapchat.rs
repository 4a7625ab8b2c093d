//! Snapchat: customer list audiences.
//!
//! Checked 2026-11-21 against Snap's developer pages. It knows nothing but the table.

use super::{
    Column, ConsentRule, CsvLayout, Encoding, Operation, Origin, Platform, RowShape, Source, Upload, Way,
};
use crate::identifiers::{EmailForm, PhoneForm};

/// Snapchat's table.
///
/// The upload screen's file is documented nowhere that could be read, so the file carries the names
/// of the interface's two schemas, one identifier a row, for whoever feeds the interface.
pub(super) const SNAPCHAT: Platform = Platform {
    name: "snapchat",
    aliases: &["snap", "snapchat-ads"],
    title: "Snapchat",
    email: Some(EmailForm::Basic),
    phone: Some(PhoneForm::Digits),
    encoding: Encoding::LowerHex,
    upload: Upload::Csv(CsvLayout {
        header: &["EMAIL_SHA256", "PHONE_SHA256"],
        columns: &[Column::Email(0), Column::Phone(0)],
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
        "The columns, header and size of a file for the upload screen were not found, and other vendors say \
         that one list takes one kind of identifier. The file follows the interface, where a request carries \
         one schema: send its two columns separately.",
        "The minimum of 1,000 comes from other vendors.",
    ],
    sources: &[
        Source {
            title: "Snap Ads API: customer lists",
            place: "developers.snap.com/api/marketing-api/Ads-API/customer-lists",
            checked: "2026-11-21",
        },
        Source {
            title: "Snap Conversions API: best practices (normalisation)",
            place: "developers.snap.com, Conversions-API BestPractices",
            checked: "2026-11-21",
        },
    ],
    steps: &[
        "Hand the files to whoever runs the interface or the connector; they are not made for the upload screen.",
        "Create a segment of source type FIRST_PARTY once. Its default retention is for ever: set the days \
         that your notice allows.",
        "Delete the rows of remove.csv from the segment first, then add those of add.csv (or full.csv the \
         first time): at most 100,000 identifiers a request, one schema a request.",
        "Wait until the segment's upload status is COMPLETE and its targetable status is READY; \
         TOO_FEW_USERS means fewer than about 1,000 matches.",
    ],
    may_not: &[
        "Not to be sent in the clear: the digests are personal data still.",
        "Not to be shared with another ad account without a basis that covers it.",
    ],
};
