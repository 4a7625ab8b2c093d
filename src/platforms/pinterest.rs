//! Pinterest: customer list audiences.
//!
//! Checked 2026-11-21 against Pinterest's generated interface documentation. It knows nothing but
//! the table.

use super::{
    Column, ConsentRule, CsvLayout, Encoding, Operation, Origin, Platform, RowShape, Source, Upload, Way,
};
use crate::identifiers::EmailForm;

/// Pinterest's table.
///
/// The interface takes a bare list of records of one type. The file is that list, one record a line
/// and no header, since a header would be one more record.
pub(super) const PINTEREST: Platform = Platform {
    name: "pinterest",
    aliases: &["pinterest-ads"],
    title: "Pinterest",
    email: Some(EmailForm::Basic),
    phone: None,
    encoding: Encoding::LowerHex,
    upload: Upload::Csv(CsvLayout {
        header: &[],
        columns: &[Column::Email(0)],
        shape: RowShape::IdentifierPerRow,
        line_end: "\n",
        origin: Origin::Interface,
    }),
    max_rows_per_file: None,
    max_bytes_per_file: None,
    minimum_upload: None,
    minimum_serve: Some(100),
    screens: &[Operation::Add, Operation::Remove],
    recommended: Way::Delta,
    consent: ConsentRule::None,
    expiry_days: None,
    open_questions: &[
        "The columns, header and size of a file for the upload screen were not found. The file is the \
         interface's bare list of records.",
    ],
    sources: &[
        Source {
            title: "Pinterest API v5: CustomerListRequest",
            place: "pinterest/pinterest-python-generated-api-client docs/CustomerListRequest.md",
            checked: "2026-11-21",
        },
        Source {
            title: "Pinterest API v5: create and update customer lists",
            place: "oapicf/pinterest-sdk CustomerListsApi.md",
            checked: "2026-11-21",
        },
    ],
    steps: &[
        "Hand the files to whoever runs the interface or the connector.",
        "The first time, create a customer list of type EMAIL from full.csv (its lines joined by commas), then \
         turn the list into an audience of type CUSTOMER_LIST.",
        "To refresh, change the list with operation REMOVE and remove.csv first, then ADD and add.csv.",
        "Wait 24 to 48 hours. The list must match at least 100 accounts. Pinterest deletes the uploaded list \
         after matching.",
    ],
    may_not: &[
        "Not before somebody has read Pinterest's rules for customer lists: they were not among the pages \
         checked.",
    ],
};
