//! X (formerly Twitter): list custom audiences.
//!
//! Checked 2026-11-21 against X's business and developer pages. It knows nothing but the table.

use super::{Column, ConsentRule, CsvLayout, Encoding, Operation, Platform, RowShape, Source, Upload, Way};
use crate::identifiers::EmailForm;

/// X's table.
///
/// Values are separated by lines or commas and mapped by hand, so a file of one column without a
/// header can be read in one way only. Phones stay out: the form before hashing is published
/// nowhere, a digest of the wrong form can never match, and to hand over a person's number for
/// nothing is what data minimisation forbids.
pub(super) const X: Platform = Platform {
    name: "x",
    aliases: &["twitter", "x-ads", "twitter-ads"],
    title: "X",
    email: Some(EmailForm::Basic),
    phone: None,
    encoding: Encoding::LowerHex,
    upload: Upload::Csv(CsvLayout {
        header: &[],
        columns: &[Column::Email(0)],
        shape: RowShape::IdentifierPerRow,
        line_end: "\n",
    }),
    max_rows_per_file: None,
    // From an older page.
    max_bytes_per_file: Some(10_000_000_000),
    minimum_upload: None,
    // Matched, and active in the last 90 days.
    minimum_serve: Some(100),
    screens: &[Operation::Add, Operation::Replace, Operation::Remove],
    recommended: Way::Replace,
    consent: ConsentRule::None,
    expiry_days: None,
    open_questions: &[
        "In which form X wants a phone number before hashing was not found: phones are left out of its files.",
        "That a header is not required is inferred from the mapping by hand; the file has none.",
        "The largest file, 10 GB, stands on an older page only.",
        "Which of add, replace and remove the screen offers was not confirmed.",
    ],
    sources: &[
        Source { title: "X Business: list custom audiences", place: "business.x.com", checked: "2026-11-21" },
        Source {
            title: "X developer: Custom Audiences user data (normalisation, lower-case digests)",
            place: "developer.x.com",
            checked: "2026-11-21",
        },
    ],
    steps: &[
        "In X Ads open Tools, Audience manager, and create a custom audience from a list.",
        "Choose full.csv, say that the records are hashed already, and map its one column to e-mail.",
        "To refresh, replace the audience's list by the new full.csv. Where the screen offers no replacing, \
         upload remove.csv as a removal first, then add.csv as an addition.",
        "Wait up to 48 hours. Fewer than 100 matched people active in the last 90 days, and no ad is shown.",
    ],
    may_not: &[
        "Not before somebody has read X's rules for custom audiences: they were not among the pages checked.",
        "Not to be shared with another advertiser account without a basis that covers it.",
    ],
};
