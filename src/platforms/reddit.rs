//! Reddit: customer list audiences.
//!
//! Checked 2026-11-21 against Reddit's page on matching and a connector that Reddit maintains. It
//! knows nothing but the table.

use super::{ConsentRule, Encoding, Operation, Platform, Source, Upload, Way};
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
    upload: Upload::None {
        why: "Reddit's upload screen has a file whose columns and header were found documented nowhere. No file \
              is written until that format is documented.",
    },
    max_rows_per_file: None,
    max_bytes_per_file: None,
    minimum_upload: None,
    minimum_serve: Some(1_000),
    screens: &[Operation::Add, Operation::Remove],
    recommended: Way::Delta,
    consent: ConsentRule::None,
    expiry_days: None,
    open_questions: &[
        "The columns, header and size of a file for the upload screen were not found.",
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
        "No file is written for Reddit; remove it from the audience's platforms.",
        "The interface, where Reddit has allowed your account to use it, takes the digests that verho hash \
         prints as EMAIL_SHA256, at most 2,500 rows a request, removals before additions.",
        "Fewer than about 1,000 matches, and no ad is shown.",
    ],
    may_not: &[
        "Not before somebody has read Reddit's rules for customer lists: they were not among the pages checked.",
        "Not to be shared with another ad account without a basis that covers it.",
    ],
};
