//! Pinterest: customer list audiences.
//!
//! Checked 2026-11-21 against Pinterest's generated interface documentation. It knows nothing but
//! the table.

use super::{ConsentRule, Encoding, Operation, Platform, Source, Upload, Way};
use crate::identifiers::EmailForm;

/// Pinterest's table.
///
/// The interface takes a bare list of records of one type; a file for the upload screen is documented
/// nowhere that could be read, so none is written.
pub(super) const PINTEREST: Platform = Platform {
    name: "pinterest",
    aliases: &["pinterest-ads"],
    title: "Pinterest",
    email: Some(EmailForm::Basic),
    phone: None,
    encoding: Encoding::LowerHex,
    upload: Upload::None {
        why: "Pinterest documents the interface's list of records and no file: which columns, header and \
              size its upload screen takes was not found. No file is written until that format is documented.",
    },
    max_rows_per_file: None,
    max_bytes_per_file: None,
    minimum_upload: None,
    minimum_serve: Some(100),
    screens: &[Operation::Add, Operation::Remove],
    recommended: Way::Delta,
    consent: ConsentRule::None,
    expiry_days: None,
    open_questions: &["The columns, header and size of a file for the upload screen were not found."],
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
        "No file is written for Pinterest; remove it from the audience's platforms.",
        "The interface takes the digests that verho hash prints as a customer list of type EMAIL, removals \
         before additions; the list then becomes an audience of type CUSTOMER_LIST.",
        "The list must match at least 100 accounts. Pinterest deletes the uploaded list after matching.",
    ],
    may_not: &[
        "Not before somebody has read Pinterest's rules for customer lists: they were not among the pages \
         checked.",
    ],
};
