//! Meta: Facebook and Instagram custom audiences from a customer list.
//!
//! Checked 2026-11-21 against Meta's help pages and Marketing API guide. It knows nothing but the
//! table.

use super::{Column, ConsentRule, CsvLayout, Encoding, Operation, Platform, RowShape, Source, Upload, Way};
use crate::identifiers::{EmailForm, PhoneForm};

/// Meta's table.
///
/// E-mail is trimmed and lower-cased, nothing more (API guide, "EMAIL"). A phone number is country
/// code and digits without symbols or leading zeros ("PHONE"). The template repeats a header up to
/// three times for a person's further addresses; an empty cell is the empty string, since the digest
/// of nothing has the shape of a digest and would be taken for one.
pub(super) const META: Platform = Platform {
    name: "meta",
    aliases: &["facebook", "instagram", "fb", "facebook-ads", "meta-ads"],
    title: "Meta (Facebook, Instagram)",
    email: Some(EmailForm::Basic),
    phone: Some(PhoneForm::Digits),
    encoding: Encoding::LowerHex,
    upload: Upload::Csv(CsvLayout {
        header: &["email", "email", "email", "phone", "phone", "phone"],
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
    minimum_serve: Some(100),
    screens: &[Operation::Add, Operation::Replace, Operation::Remove],
    recommended: Way::Replace,
    consent: ConsentRule::None,
    expiry_days: None,
    open_questions: &[
        "The largest file, its text encoding and its line ends are not stated. Files are plain ASCII with \
         line feeds; the 10,000 that some pages name is the interface's batch, not a limit of the screen.",
        "That the screen takes e-mail and phone columns already hashed is inferred from the interface's table \
         of hashed fields; the help page says only that hashed columns are processed.",
        "Which of add, replace and remove the screen offers for a list was not confirmed; the interface has \
         all three.",
    ],
    sources: &[
        Source {
            title: "Marketing API: Customer File Custom Audiences (updated 2026-04-28)",
            place: "developers.facebook.com/documentation/ads-commerce/marketing-api/audiences/guides/custom-audiences",
            checked: "2026-11-21",
        },
        Source {
            title: "Meta Business Help: How to format a customer list",
            place: "www.facebook.com/business/help/2082575038703844",
            checked: "2026-11-21",
        },
        Source {
            title: "Marketing API reference: usersreplace (updated 2025-10-08)",
            place: "developers.facebook.com, custom-audience/usersreplace",
            checked: "2026-11-21",
        },
    ],
    steps: &[
        "Once for each ad account: a person with the right to do so accepts the Custom Audience terms.",
        "In Ads Manager open Audiences, create a custom audience and choose a customer list as its source.",
        "State truthfully who collected the data; for your own customers, that is you.",
        "Choose full.csv. Check that the three e-mail columns and the three phone columns are mapped to e-mail \
         and phone, and that no other field is mapped.",
        "To refresh, open the same audience and replace its list by the new full.csv. Where the screen offers \
         no replacing, upload remove.csv as a removal first, then add.csv as an addition.",
        "Wait up to 24 hours. Do not change the audience again before it is ready.",
    ],
    may_not: &[
        "Not for audiences about health or financial standing: Meta flags and blocks them since 2 September 2025.",
        "Not to be shared with another business or ad account without a basis that covers it.",
        "Not as the seed of a look-alike audience, unless the audience's purpose is lookalike_seed.",
    ],
};
