//! The oracle's own small table of platforms: which form of what, in which columns.
//!
//! Sources: the platforms' help pages as of 21 November 2026. It must not know people or rules.

/// How an e-mail address is written before it is hashed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum EmailForm {
    /// Trimmed, lower-case.
    Basic,
    /// And without dots and tag at gmail.com and googlemail.com.
    Google,
}

/// How a phone number is written before it is hashed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PhoneForm {
    /// Country code and number.
    Digits,
    /// The same after a plus.
    Plus,
}

/// One platform.
pub(super) struct Platform {
    /// The config's word.
    pub(super) name: &'static str,
    /// E-mail form.
    pub(super) email: EmailForm,
    /// Phone form, where phones are taken.
    pub(super) phone: Option<PhoneForm>,
    /// The header of its file; empty where it has none.
    pub(super) header: &'static str,
    /// How the header's columns are filled.
    pub(super) shape: Shape,
    /// Whether it asks for both consent signals of people in Europe.
    pub(super) asks_for_signals: bool,
}

/// A row of a platform's file.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// One person a row: this many e-mail columns, then this many phone columns.
    Person(usize, usize),
    /// One address a row, between what stands before and after it in every row.
    Address(&'static str, &'static str),
}

/// The platforms the oracle knows.
const PLATFORMS: [Platform; 6] = [
    Platform {
        name: "meta",
        email: EmailForm::Basic,
        phone: Some(PhoneForm::Digits),
        header: "email,email,email,phone,phone,phone",
        shape: Shape::Person(3, 3),
        asks_for_signals: false,
    },
    Platform {
        name: "linkedin",
        email: EmailForm::Basic,
        phone: None,
        header: "email,firstname,lastname,jobtitle,employeecompany,country,googleaid",
        shape: Shape::Address("", ",,,,,,"),
        asks_for_signals: false,
    },
    Platform {
        name: "google-ads",
        email: EmailForm::Google,
        phone: Some(PhoneForm::Plus),
        header: "Email,Email,Email,Phone,Phone,Phone",
        shape: Shape::Person(3, 3),
        asks_for_signals: true,
    },
    Platform {
        name: "tiktok",
        email: EmailForm::Basic,
        phone: Some(PhoneForm::Plus),
        header: "Email_SHA256,Email_SHA256,Email_SHA256,Phone_SHA256,Phone_SHA256,Phone_SHA256",
        shape: Shape::Person(3, 3),
        asks_for_signals: false,
    },
    Platform {
        name: "x",
        email: EmailForm::Basic,
        phone: None,
        header: "",
        shape: Shape::Address("", ""),
        asks_for_signals: false,
    },
    Platform {
        name: "microsoft-ads",
        email: EmailForm::Basic,
        phone: None,
        header: "Type,Status,Id,Parent Id,Client Id,Modified Time,Name,Description,Scope,Audience,Action Type,Sub Type,Text",
        shape: Shape::Address("Customer List Item,,,-1,,,,,,,,Email,", ""),
        asks_for_signals: false,
    },
];

/// The platform of this name.
pub(super) fn find(name: &str) -> Option<&'static Platform> {
    PLATFORMS.iter().find(|platform| platform.name == name)
}

impl Platform {
    /// The rows of one person, from hex digests in order; those beyond the columns are dropped.
    pub(super) fn rows(&self, emails: &[String], phones: &[String]) -> Vec<Vec<u8>> {
        match self.shape {
            Shape::Address(before, after) => {
                emails.iter().map(|email| format!("{before}{email}{after}").into_bytes()).collect()
            }
            Shape::Person(email_columns, phone_columns) => {
                let column =
                    |digests: &[String], place: usize| digests.get(place).cloned().unwrap_or_default();
                let cells: Vec<_> = (0..email_columns)
                    .map(|place| column(emails, place))
                    .chain((0..phone_columns).map(|place| column(phones, place)))
                    .collect();
                vec![cells.join(",").into_bytes()]
            }
        }
    }
}
