//! Amazon Ads: advertiser audiences.
//!
//! Checked 2026-11-21 against implementers only; Amazon's own page could not be read. It knows
//! nothing but the table.

use super::{ConsentRule, Encoding, Operation, Platform, Source, Upload, Way};
use crate::identifiers::{EmailForm, PhoneForm};

/// Amazon's table: the forms, for the `hash` command and for whoever builds an interface client, and
/// no file.
pub(super) const AMAZON_ADS: Platform = Platform {
    name: "amazon-ads",
    aliases: &["amazon", "amazon-dsp", "amc"],
    title: "Amazon Ads",
    email: Some(EmailForm::Amazon),
    phone: Some(PhoneForm::Digits),
    encoding: Encoding::LowerHex,
    upload: Upload::None {
        why: "Amazon takes records through its interface only, each with your id of the person, a country and, \
              in the EEA and the United Kingdom, Amazon's own consent signals: a file of digests is no \
              upload, and a customer id never leaves. No file is written until a format for files is \
              documented.",
    },
    max_rows_per_file: None,
    max_bytes_per_file: None,
    minimum_upload: None,
    minimum_serve: None,
    screens: &[Operation::Add, Operation::Remove],
    recommended: Way::Delta,
    consent: ConsentRule::None,
    // 34,300,800 seconds at most, through Amazon Marketing Cloud.
    expiry_days: Some(397),
    open_questions: &[
        "Amazon's own page on formats was not read: e-mail and phone forms come from those who implemented it.",
        "Its minimum audience was not found.",
        "Its consent signals (amznAdStorage and amznUserData) have no place in a file, and no rule here asks \
         for them, since no file is written.",
    ],
    sources: &[
        Source {
            title: "Segment: amazon-amc destination",
            place: "segmentio/action-destinations",
            checked: "2026-11-21",
        },
        Source {
            title: "Census: Amazon Ads DSP and AMC",
            place: "sutrolabs/census-docs destinations/amazon-ads-dsp-amc.md",
            checked: "2026-11-21",
        },
    ],
    steps: &["No file is written for Amazon Ads; remove it from the audience's platforms."],
    may_not: &["Not without Amazon's consent signals for people of the EEA and the United Kingdom."],
};
