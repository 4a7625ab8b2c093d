//! Nearly everybody is like many others: one row, the same said of it, identifiers of the same kinds from the
//! same columns, and nothing known of any key. What is decided of one goes for all of them; only the digests
//! differ. It knows no key and no digest, and decides nothing itself.

use std::rc::Rc;

use super::{Consequence, Held};
use crate::audiences::RowLike;
use crate::identifiers::Kind;
use crate::pipeline::plan::Plan;
use crate::pipeline::record::RowHead;
use crate::platforms::RowShape;
use crate::policy::closure::KeyMark;

/// Most identifiers of somebody who may be like others.
const HELD_MAX: usize = 2 * LEADS;
/// How many leads a number holds, and bits of one.
const LEADS: usize = 3;
const LEAD_BITS: usize = 40;

/// All that a decision sees of a person with one row and nothing known of their keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Shape {
    said: u64,
    /// The leads of the identifiers, in order, behind how many there are.
    leads: [u128; 2],
}

impl Shape {
    /// The shape of a row; `None` where something is known of a key, or it has many.
    #[inline]
    pub(super) fn of(head: &RowHead, held: &[Held<'_>]) -> Option<Self> {
        if held.len() > HELD_MAX {
            return None;
        }
        let (mut leads, mut is_plain) = ([held.len() as u128, 0], true);
        for (place, one) in held.iter().enumerate() {
            is_plain &= !one.is_shared && one.mark == KeyMark::NONE;
            let at = 128 - LEAD_BITS * (1 + place % LEADS);
            leads[place / LEADS] |= u128::from(one.view.lead()) << at;
        }
        let said = u64::from(head.standing) | u64::from(head.named) << 32;
        is_plain.then_some(Self { said, leads })
    }
}

/// What is done with everybody of a shape.
pub(super) struct Alike {
    pub(super) consequence: Rc<Consequence>,
    pub(super) lists: Vec<AlikeRows>,
    /// Digests that go up side by side: whoever has two of a kind that are the same is not like the others.
    differ: Vec<[Spot; 2]>,
}

/// The rows of one list, which differ in digests alone.
pub(super) struct AlikeRows {
    pub(super) list: usize,
    pub(super) set: u32,
    pub(super) rows: Vec<RowLike<Spot>>,
    /// What counts as going up.
    pub(super) counted: Vec<(Kind, Spot)>,
    /// Identifiers beyond the platform's columns.
    pub(super) dropped: u64,
}

/// Where a digest stands: of which identifier, and which of its digests.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    held: u8,
    digest: u8,
}

impl Spot {
    /// The identifier, among those of the person.
    #[inline]
    pub(super) fn held<'h, 'b>(self, held: &'h [Held<'b>]) -> &'h Held<'b> {
        &held[usize::from(self.held)]
    }

    /// The digest.
    #[inline]
    pub(super) fn digest<'b>(self, held: &[Held<'b>]) -> &'b [u8; 32] {
        self.held(held).view.nth_digest(self.digest.into())
    }
}

impl Alike {
    /// What becomes of everybody who is like this person; `None` where that cannot be told beforehand.
    pub(super) fn new(plan: &Plan, consequence: &Rc<Consequence>, held: &[Held<'_>]) -> Option<Self> {
        // What one row withholds stays down in the others, which is told by keys.
        if held.iter().any(|one| one.withheld) {
            return None;
        }
        let mut alike = Self { consequence: Rc::clone(consequence), lists: Vec::new(), differ: Vec::new() };
        for eligible in &consequence.eligible {
            let (take, place) = (eligible.take?, &plan.cells[eligible.cells[0].0]);
            let mut going: [Vec<((u16, u8), Spot)>; 2] = Default::default();
            for (nth, one) in held.iter().enumerate() {
                let kind = one.view.kind();
                let digest = place.form_of(kind).and_then(|form| one.view.which_digest(form));
                if let Some(digest) = digest.filter(|_| !one.stays_down() && take.has(one.class())) {
                    let spot = Spot { held: u8::try_from(nth).ok()?, digest: u8::try_from(digest).ok()? };
                    going[kind as usize].push((one.view.place(), spot));
                }
            }
            let mut counted = Vec::new();
            for (kind, going) in Kind::ALL.into_iter().zip(&mut going) {
                going.sort_by_key(|(place, _)| *place);
                // Of one place the lesser digest comes first.
                if going.windows(2).any(|two| two[0].0 == two[1].0) {
                    return None;
                }
                let columns = match place.format.shape() {
                    RowShape::PersonPerRow => place.format.slots_of(kind),
                    RowShape::IdentifierPerRow => going.len(),
                };
                counted.extend(going.iter().take(columns).map(|(_, spot)| (kind, *spot)));
                for (nth, (_, one)) in going.iter().enumerate() {
                    alike.differ.extend(going[..nth].iter().map(|(_, other)| [*other, *one]));
                }
            }
            let [emails, phones] = going.each_ref().map(|going| going.iter().map(|(_, spot)| *spot));
            let mut rows = Vec::new();
            let dropped = place.format.rows(emails, phones, |row| rows.extend(RowLike::of(row)));
            alike.lists.push(AlikeRows {
                list: eligible.list,
                set: eligible.set,
                rows,
                counted,
                dropped: dropped as u64,
            });
        }
        Some(alike)
    }

    /// Whether nothing of the person goes up twice.
    #[inline]
    pub(super) fn fits(&self, held: &[Held<'_>]) -> bool {
        self.differ.iter().all(|[one, other]| one.digest(held) != other.digest(held))
    }
}
