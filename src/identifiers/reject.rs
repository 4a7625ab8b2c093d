//! Why a value is not an identifier that may be used: a closed table of stable codes. A code never
//! says anything of the value itself. Docs, reports and `hash` read this table.

macro_rules! rejects {
    ($($variant:ident $code:literal $email:literal $phone:literal $text:literal;)+) => {
        /// Why a value is turned away.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Reject {
            $(#[doc = $text] $variant,)+
        }

        impl Reject {
            /// The table, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable kebab-case code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// One sentence for a reader.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// Whether an e-mail cell can be turned away so.
            #[must_use]
            pub const fn for_email(self) -> bool {
                match self { $(Self::$variant => $email,)+ }
            }

            /// Whether a phone cell can be turned away so.
            #[must_use]
            pub const fn for_phone(self) -> bool {
                match self { $(Self::$variant => $phone,)+ }
            }
        }
    };
}

rejects! {
    Blank "blank" true true "Nothing but white space.";
    NotText "not-text" true true "The bytes are not UTF-8 text.";
    ControlCharacter "control-character" true true "A control character stands inside the value.";
    LooksHashed "looks-hashed" true true "The value already is a hash; a hash is never hashed again.";
    SeveralValues "several-values" true true "More than one value in the cell; name the column's separator.";
    Placeholder "placeholder" true true "A word that stands for a missing value.";
    TooLong "too-long" true true "Longer than the standard allows.";
    NotAnAddress "not-an-address" true false "There is not exactly one @ with something on both sides.";
    InnerSpace "inner-space" true false "White space inside the address.";
    InvalidLocalPart "invalid-local-part" true false "The part before the @ is not one that mail is delivered to.";
    InvalidDomain "invalid-domain" true false "The part after the @ is not a domain name with a dot.";
    RoleAddress "role-address" true false "An address of a function, such as info@, and not of a person.";
    InvalidPhone "invalid-phone" false true "Not a phone number.";
    Letters "letters" false true "Letters among the digits: a note or a word, not a number.";
    NoRegion "no-region" false true "A national number, and no region to read it in.";
    NotValid "not-valid" false true "The length is possible, but no such number range is in use.";
    PremiumNumber "premium-number" false true "A premium-rate number: a service and not a person.";
    ShortNumber "short-number" false true "A short service number.";
    EmergencyNumber "emergency-number" false true "An emergency number.";
    RepeatedDigits "repeated-digits" false true "The same digit over and over: a filler.";
    SpreadsheetDamage "spreadsheet-damage" false true "A spreadsheet rounded the number; digits are lost.";
    NotAHash "not-a-hash" true true "Not a hash of the declared algorithm in hex.";
}

impl Reject {
    /// The one with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reject| reject.code() == code)
    }
}
