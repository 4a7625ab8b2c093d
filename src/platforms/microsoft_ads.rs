//! Microsoft Advertising: customer match lists through a Bulk file.
//!
//! Checked 2026-11-21 against Microsoft's Bulk documentation. It knows nothing but the table.

use super::{Column, ConsentRule, CsvLayout, Encoding, Operation, Platform, RowShape, Source, Upload, Way};
use crate::identifiers::EmailForm;

/// The identifier of a list that the file itself creates: negative, and the same in the list row
/// and in its items.
pub(super) const NEW_LIST_ID: &str = "-1";

/// Microsoft's table.
///
/// A Bulk file is a table of unlike records under one header: the format version, one list, then an
/// item for each e-mail digest. Phones are named in an enumeration and marked as not supported.
pub(super) const MICROSOFT_ADS: Platform = Platform {
    name: "microsoft-ads",
    aliases: &["microsoft", "bing", "bing-ads", "microsoft-advertising"],
    title: "Microsoft Advertising",
    email: Some(EmailForm::Basic),
    phone: None,
    encoding: Encoding::LowerHex,
    upload: Upload::MicrosoftBulk(CsvLayout {
        header: &[
            "Type",
            "Status",
            "Id",
            "Parent Id",
            "Client Id",
            "Modified Time",
            "Name",
            "Description",
            "Scope",
            "Audience",
            "Action Type",
            "Sub Type",
            "Text",
        ],
        columns: &[
            Column::Constant("Customer List Item"),
            Column::Empty,
            Column::Empty,
            Column::Constant(NEW_LIST_ID),
            Column::Empty,
            Column::Empty,
            Column::Empty,
            Column::Empty,
            Column::Empty,
            Column::Empty,
            Column::Empty,
            Column::Constant("Email"),
            Column::Email(0),
        ],
        shape: RowShape::IdentifierPerRow,
        line_end: "\n",
    }),
    // Four million and 100 MB by a connector's documentation, less the three rows before the items.
    max_rows_per_file: Some(3_999_997),
    max_bytes_per_file: Some(100_000_000),
    minimum_upload: None,
    minimum_serve: Some(300),
    screens: &[Operation::Add, Operation::Replace, Operation::Remove],
    recommended: Way::Replace,
    consent: ConsentRule::None,
    expiry_days: Some(180),
    open_questions: &[
        "How Microsoft wants an e-mail address before hashing, for customer match, was not found; the basic \
         form is written, as by other vendors.",
        "Membership lasts at most 180 days by Microsoft's page (390 in one newer third-party source): the \
         shorter is assumed.",
        "The largest file comes from connectors' documentation.",
        "Whether one file may both add and remove was not confirmed: each file does one thing. Of a replacing \
         file in parts, only the first part replaces; the others add.",
    ],
    sources: &[
        Source {
            title: "Microsoft Advertising Bulk: Customer List and Customer List Item records",
            place: "MicrosoftDocs/Advertising bingads-13/bulk-service/customer-list.md, customer-list-item.md",
            checked: "2026-11-21",
        },
        Source {
            title: "Microsoft Advertising: customer match policies and minimum",
            place: "help.ads.microsoft.com 56921",
            checked: "2026-11-21",
        },
        Source {
            title: "Rudder: Bing Ads audience, limits of a Bulk upload",
            place: "rudderlabs/rudder-server router/batchrouter, Bing Ads",
            checked: "2026-11-21",
        },
    ],
    steps: &[
        "Once for each customer account: create any customer list in the Microsoft Advertising screen and \
         accept the Customer Match terms.",
        "Import full.csv as a Bulk file, through the Bulk service or the screen's bulk import. It creates a \
         list with the audience's name.",
        "To refresh a list that exists, Microsoft asks for its own Id: whoever runs the Bulk service puts it \
         in place of -1 in the columns Id and Parent Id of full.csv, whose list row says Replace. Without \
         that, import full.csv as a new list, point the campaigns to it, and delete the old one.",
        "Wait up to 48 hours. Fewer than 300 matched people, and the list is not used.",
        "Refresh within 180 days, or memberships lapse.",
    ],
    may_not: &[
        "Not for data of third parties: only your own customers.",
        "Not for sensitive categories, which the customer match policy excludes.",
    ],
};
