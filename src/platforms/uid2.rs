//! UID2 and EUID: the identity frameworks that The Trade Desk and others match on.
//!
//! Checked 2026-11-21 against both projects' public documentation. One file for two constants, since
//! the second borrows the first's rules. It knows nothing but the tables.

use super::{ConsentRule, Encoding, Operation, Platform, Source, Upload, Way};
use crate::identifiers::{EmailForm, PhoneForm};

/// Why neither framework has a file.
const NO_FILE: Upload = Upload::None {
    why: "The framework maps hashes to identifiers by requests, and only what it answers reaches an audience: \
          there is no file to upload. No file is written until a format for files is documented.",
};

/// UID2's table: gmail.com alone loses dots and tag; a digest is the Base64 of its 32 bytes (the
/// Base64 of its hex text is the classic mistake).
pub(super) const UID2: Platform = Platform {
    name: "uid2",
    aliases: &["unified-id-2", "the-trade-desk", "ttd"],
    title: "UID2 (The Trade Desk)",
    email: Some(EmailForm::Uid2),
    phone: Some(PhoneForm::E164),
    encoding: Encoding::Base64,
    upload: NO_FILE,
    max_rows_per_file: None,
    max_bytes_per_file: None,
    minimum_upload: None,
    minimum_serve: None,
    screens: &[Operation::Add, Operation::Replace, Operation::Remove],
    recommended: Way::Replace,
    consent: ConsentRule::None,
    expiry_days: None,
    open_questions: &[
        "The Trade Desk's older list path takes e-mail hashes only, one a line without a header, and at least \
         1,500 of them: seen in a connector's code and not in a document of its own.",
    ],
    sources: &[
        Source {
            title: "UID2: normalization and encoding",
            place: "IABTechLab/uid2docs docs/getting-started/gs-normalization-encoding.md",
            checked: "2026-11-21",
        },
        Source {
            title: "UID2: POST /v3/identity/map",
            place: "IABTechLab/uid2docs docs/endpoints/post-identity-map.md",
            checked: "2026-11-21",
        },
        Source {
            title: "Segment: the-trade-desk-crm destination",
            place: "segmentio/action-destinations",
            checked: "2026-11-21",
        },
    ],
    steps: &[
        "No file is written for UID2; remove it from the audience's platforms.",
        "The mapping takes the Base64 digests that verho hash prints, at most 5,000 a request.",
        "Leave out whatever the mapping answers with optout: that person objected with UID2 itself.",
        "Map again at the refresh time the answer gives: a few identifiers change every day.",
        "Replace the segment by the newly mapped identifiers, so that nobody who left stays in.",
    ],
    may_not: &[
        "Not for people of the EEA, the United Kingdom or Switzerland, for whom EUID is the framework.",
        "Not to be kept as a lasting map between your customers and UID2s longer than a campaign needs.",
    ],
};

/// EUID's table: the European framework, with UID2's rules.
pub(super) const EUID: Platform = Platform {
    name: "euid",
    aliases: &["european-unified-id"],
    title: "EUID (European Unified ID)",
    open_questions: &[
        "EUID's page names both e-mail and phone; an older page of another vendor says e-mail only. Whether \
         The Trade Desk takes European phone numbers is not confirmed.",
    ],
    sources: &[
        Source {
            title: "EUID: normalization and encoding",
            place: "European-Unified-ID/EUID-docs docs/getting-started/gs-normalization-encoding.md",
            checked: "2026-11-21",
        },
        Source {
            title: "UID2: POST /v3/identity/map, whose rules EUID shares",
            place: "IABTechLab/uid2docs docs/endpoints/post-identity-map.md",
            checked: "2026-11-21",
        },
    ],
    steps: &[
        "No file is written for EUID; remove it from the audience's platforms.",
        "The mapping at EUID's own endpoint takes the Base64 digests that verho hash prints, at most 5,000 a request.",
        "Leave out whatever the mapping answers with optout: that person objected with EUID itself.",
        "Map again at the refresh time the answer gives: a few identifiers change every day.",
        "Replace the segment by the newly mapped identifiers, so that nobody who left stays in.",
    ],
    may_not: &[
        "Not with UID2's endpoint: the two frameworks are apart.",
        "Not to be kept as a lasting map between your customers and EUIDs longer than a campaign needs.",
    ],
    ..UID2
};
