//! Snapchat: customer list audiences.
//!
//! Checked 2026-11-21 against Snap's developer pages. It knows nothing but the table.

use super::{ConsentRule, Encoding, Operation, Platform, Source, Upload, Way};
use crate::identifiers::{EmailForm, PhoneForm};

/// Snapchat's table.
///
/// The upload screen's file is documented nowhere that could be read, so none is written; forms and
/// limits are the interface's.
pub(super) const SNAPCHAT: Platform = Platform {
    name: "snapchat",
    aliases: &["snap", "snapchat-ads"],
    title: "Snapchat",
    email: Some(EmailForm::Basic),
    phone: Some(PhoneForm::Digits),
    encoding: Encoding::LowerHex,
    upload: Upload::None {
        why: "Snap documents the interface's request and no file: which columns, header and size its upload \
              screen takes was not found. No file is written until that format is documented.",
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
        "The columns, header and size of a file for the upload screen were not found; other vendors say that \
         one list takes one kind of identifier.",
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
        "No file is written for Snapchat; remove it from the audience's platforms.",
        "The interface takes the digests that verho hash prints: one kind of identifier a request, at most \
         100,000 of them, removals before additions.",
        "Its default retention is for ever: set the days that your notice allows.",
    ],
    may_not: &[
        "Not to be sent in the clear: the digests are personal data still.",
        "Not to be shared with another ad account without a basis that covers it.",
    ],
};
