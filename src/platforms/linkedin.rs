//! LinkedIn: matched audiences from a contact list.
//!
//! Checked 2026-11-21 against LinkedIn's help pages and three public repositories that hold its
//! template. It knows nothing but the table.

use super::{Column, ConsentRule, CsvLayout, Encoding, Operation, Platform, RowShape, Source, Upload, Way};
use crate::identifiers::EmailForm;

/// LinkedIn's table.
///
/// The seven headers may not be changed or left out. Only `email` may be hashed: names, title,
/// company and country travel as plain text, so these columns stay empty.
pub(super) const LINKEDIN: Platform = Platform {
    name: "linkedin",
    aliases: &["linkedin-ads"],
    title: "LinkedIn",
    email: Some(EmailForm::Basic),
    phone: None,
    encoding: Encoding::LowerHex,
    upload: Upload::Csv(CsvLayout {
        header: &["email", "firstname", "lastname", "jobtitle", "employeecompany", "country", "googleaid"],
        columns: &[
            Column::Email(0),
            Column::Empty,
            Column::Empty,
            Column::Empty,
            Column::Empty,
            Column::Empty,
            Column::Empty,
        ],
        shape: RowShape::IdentifierPerRow,
        line_end: "\n",
    }),
    max_rows_per_file: Some(300_000),
    // "20 MB", read as the smaller of its two meanings.
    max_bytes_per_file: Some(20_000_000),
    minimum_upload: Some(300),
    minimum_serve: Some(300),
    screens: &[Operation::Replace],
    recommended: Way::Replace,
    consent: ConsentRule::None,
    expiry_days: None,
    open_questions: &[
        "LinkedIn's own wording on e-mail before hashing was not found; other vendors lower-case it, and so \
         does the basic form.",
        "Whether a person's second address may stand on a row of its own was not confirmed; each address has \
         its own row.",
        "After how long a list that is not renewed expires was not found.",
        "Whether the screen can replace the list of an audience was not confirmed; its help says that one \
         audience is made from one list. Where it cannot, upload full.csv as a new list, point the campaigns \
         to it and delete the old one.",
    ],
    sources: &[
        Source {
            title: "LinkedIn Help: matched audience list upload",
            place: "www.linkedin.com/help/lms/answer/a1489764",
            checked: "2026-11-21",
        },
        Source {
            title: "Matched audiences: create and manage list uploads",
            place: "learn.microsoft.com/linkedin/marketing/matched-audiences/create-and-manage-list-uploads",
            checked: "2026-11-21",
        },
        Source {
            title: "Matched audiences: create and manage segment users",
            place: "learn.microsoft.com/linkedin/marketing/matched-audiences/create-and-manage-segment-users",
            checked: "2026-11-21",
        },
        Source {
            title: "The contact template's header (third parties, three that agree)",
            place: "LinkedIn_Ads_Contact_Match_Template.csv in public repositories",
            checked: "2026-11-21",
        },
    ],
    steps: &[
        "In Campaign Manager open Plan, then Audiences, and create a matched audience from a contact list.",
        "Choose full.csv without opening it in a spreadsheet first: changed headers are refused.",
        "When there are several parts, each part is a list of its own; target them together.",
        "Under 300 rows LinkedIn refuses the file; under 300 matched members it shows no ad. It advises \
         10,000 addresses or more.",
        "Wait up to 48 hours until the audience is ready.",
        "To refresh, replace the list by the new full.csv; do not merely add, or people who objected stay in.",
        "A release may hold remove.csv alone. The screen takes no removals: hand the file to whoever runs the \
         interface (action REMOVE), or delete the list until the next full.csv.",
    ],
    may_not: &[
        "Not for campaigns that the advertiser's agreement or the notice given to these people does not cover: \
         LinkedIn has no field for consent, so whoever may not be used must not be in the file.",
        "Not to be completed with names, titles or companies: those columns would carry plain text.",
    ],
};
