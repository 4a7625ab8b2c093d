//! The plan: which fate each index has, and who belongs together.
//!
//! Indices come in blocks of a thousand, every block with the same mixture of groups; a group is a
//! run of neighbouring indices. So the group of any index is known from the index alone. A group
//! that the last row would cut in two is made of ordinary customers instead. It knows no rule of
//! the policy: what a kind comes to is said in `person.rs`.

use super::numbers::{BLOCK, mix};

/// What a group of rows is there to show. The comment says what becomes of its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// Nothing against them.
    Clean,
    /// No phone, or no e-mail address: eligible by the other.
    EmailOnly,
    PhoneOnly,
    /// The flag is an objection; blank; a value nobody listed.
    FlagOptedOut,
    FlagBlank,
    FlagUnlisted,
    /// On a register, by each key.
    NamedById,
    NamedByEmail,
    NamedByGmail,
    NamedByWorkEmail,
    NamedByPhone,
    /// On the register by the full digits of a number that a spreadsheet rewrote in the row.
    NamedByPhoneInSpreadsheetForm,
    /// On the register, but lifted, or with a scope that binds none of the audiences: eligible.
    LiftedEntry,
    OtherScope,
    BasisNone,
    BasisBlank,
    BasisUnlisted,
    Minor,
    BirthBlank,
    BirthImpossible,
    Former,
    RelationshipBlank,
    CountryUnknown,
    /// The default country stands in: Finland.
    CountryBlank,
    /// The filter on products cannot be answered.
    ProductsBlank,
    /// A spreadsheet took the plus: still a number. It took digits: eligible by e-mail.
    PhoneLostPlus,
    PhoneLostDigits,
    NoIdentifier,
    /// Two rows, one customer id.
    Duplicate,
    /// Only the second row carries the flag, or is of a former customer.
    DuplicateFlagOnSecond,
    DuplicateFormerOnSecond,
    /// Two rows of an objector; a third person shares the address of the second row: linked.
    DuplicateBridge,
    /// An objector, and somebody who shares the phone, or the address: linked.
    LinkedByPhone,
    LinkedByEmail,
    /// The same, and a third person who shares the linked one's address: eligible.
    Chain,
    /// Two people with one phone that the register names: both on it.
    NamedHousehold,
    /// Few people share a phone: eligible.
    Household,
    HouseholdPhoneOnly,
    /// As many as may share one: eligible by it alone.
    AtShareCap,
    /// More than may share one: it goes up for nobody.
    Switchboard,
    /// A parent who shares the phone of a minor: eligible by e-mail, or not at all.
    MinorAndParent,
    MinorAndParentPhoneOnly,
}

/// Kind, rows of a group, groups in a block. The rest of a block is clean.
pub(super) const MIXTURE: [(Kind, u16, u16); 41] = [
    (Kind::EmailOnly, 1, 60),
    (Kind::PhoneOnly, 1, 10),
    (Kind::FlagOptedOut, 1, 15),
    (Kind::FlagBlank, 1, 4),
    (Kind::FlagUnlisted, 1, 2),
    (Kind::NamedById, 1, 13),
    (Kind::NamedByEmail, 1, 12),
    (Kind::NamedByGmail, 1, 3),
    (Kind::NamedByWorkEmail, 1, 1),
    (Kind::NamedByPhone, 1, 12),
    (Kind::NamedByPhoneInSpreadsheetForm, 1, 1),
    (Kind::LiftedEntry, 1, 1),
    (Kind::OtherScope, 1, 1),
    (Kind::BasisNone, 1, 3),
    (Kind::BasisBlank, 1, 2),
    (Kind::BasisUnlisted, 1, 1),
    (Kind::Minor, 1, 6),
    (Kind::BirthBlank, 1, 3),
    (Kind::BirthImpossible, 1, 2),
    (Kind::Former, 1, 20),
    (Kind::RelationshipBlank, 1, 2),
    (Kind::CountryUnknown, 1, 2),
    (Kind::CountryBlank, 1, 2),
    (Kind::ProductsBlank, 1, 1),
    (Kind::PhoneLostPlus, 1, 3),
    (Kind::PhoneLostDigits, 1, 3),
    (Kind::NoIdentifier, 1, 4),
    (Kind::Duplicate, 2, 8),
    (Kind::DuplicateFlagOnSecond, 2, 2),
    (Kind::DuplicateFormerOnSecond, 2, 1),
    (Kind::DuplicateBridge, 3, 2),
    (Kind::LinkedByPhone, 2, 4),
    (Kind::LinkedByEmail, 2, 4),
    (Kind::Chain, 3, 2),
    (Kind::NamedHousehold, 2, 1),
    (Kind::Household, 3, 8),
    (Kind::HouseholdPhoneOnly, 2, 1),
    (Kind::AtShareCap, 10, 1),
    (Kind::Switchboard, 11, 1),
    (Kind::MinorAndParent, 2, 2),
    (Kind::MinorAndParentPhoneOnly, 2, 1),
];

/// An index's group: its kind, the index of its first row, and which row this is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) kind: Kind,
    pub(super) first: u64,
    pub(super) member: u16,
}

/// One slot of a block.
#[derive(Debug, Clone, Copy)]
struct Slot {
    kind: Kind,
    member: u16,
    rows: u16,
}

/// The plan of a base.
pub(super) struct Plan {
    rows: u64,
    slots: Vec<Slot>,
}

impl Plan {
    pub(super) fn new(rows: u64) -> Self {
        let mut groups: Vec<(Kind, u16)> = Vec::new();
        for (kind, length, count) in MIXTURE {
            groups.extend(std::iter::repeat_n((kind, length), count.into()));
        }
        let planted: u64 = groups.iter().map(|(_, length)| u64::from(*length)).sum();
        groups.extend(std::iter::repeat_n((Kind::Clean, 1), (BLOCK - planted) as usize));
        // Shuffled once and for all, so that a small base shows some of everything too.
        for at in (1..groups.len()).rev() {
            groups.swap(at, (mix(2, at as u64, 0x91a) % (at as u64 + 1)) as usize);
        }
        let slots = groups
            .into_iter()
            .flat_map(|(kind, rows)| (0..rows).map(move |member| Slot { kind, member, rows }))
            .collect();
        Self { rows, slots }
    }

    /// The place of an index.
    pub(super) fn place(&self, index: u64) -> Place {
        let slot = self.slots[(index % BLOCK) as usize];
        let first = index - u64::from(slot.member);
        if first + u64::from(slot.rows) > self.rows {
            return Place { kind: Kind::Clean, first: index, member: 0 };
        }
        Place { kind: slot.kind, first, member: slot.member }
    }
}
