//! Nearly everybody is like many others: one row, the same said of it, identifiers of the same kinds from the
//! same columns, and the same known of their keys. What is decided of one goes for all of them; only the digests
//! differ. It knows no key and no digest, and decides nothing itself.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use super::{Consequence, Held};
use crate::audiences::RowLike;
use crate::identifiers::Kind;
use crate::pipeline::members::MemberRows;
use crate::pipeline::plan::Plan;
use crate::pipeline::record::{FREE_LEAD_BIT, LEAD_BITS, RowHead};
use crate::policy::closure::KeyMark;

/// Most identifiers of somebody who may be like others.
const HELD_MAX: usize = 4;

/// All that a decision sees of a person with one row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    said: u64,
    /// Of each identifier, in order, its lead, what its key carries, and whether it is shared by too many.
    held: [u64; HELD_MAX],
}

impl Shape {
    /// The shape of a row; `None` where it has many identifiers.
    #[inline]
    pub(super) fn of(head: &RowHead, identifiers: &[Held<'_>]) -> Option<Self> {
        // No identifier is told so: of the bits that say what is known of its value, one stands alone.
        let mut held = [u64::MAX; HELD_MAX];
        for (held, one) in held.get_mut(..identifiers.len())?.iter_mut().zip(identifiers) {
            let KeyMark { scopes, youngest } = one.mark;
            let carried = u64::from(scopes.0) | u64::from(youngest) << 16;
            *held = one.view.lead() | u64::from(one.is_shared) << FREE_LEAD_BIT | carried << LEAD_BITS;
        }
        Some(Self { said: u64::from(head.standing) | u64::from(head.named) << 32, held })
    }
}

impl Hash for Shape {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.said);
        self.held.iter().for_each(|held| state.write_u64(*held));
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
#[derive(Clone, Copy, PartialEq, Eq)]
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
    pub(super) fn new(
        plan: &Plan,
        members: &MemberRows<'_>,
        consequence: &Rc<Consequence>,
        held: &[Held<'_>],
    ) -> Option<Self> {
        // What one row withholds stays down in the others, which is told by keys.
        if held.iter().any(|one| one.withheld) {
            return None;
        }
        let mut alike = Self { consequence: Rc::clone(consequence), lists: Vec::new(), differ: Vec::new() };
        // What a key carries may tell the cells of a list apart.
        let is_marked = held.iter().any(|one| one.mark != KeyMark::NONE);
        if is_marked && !consequence.eligible.is_empty() {
            return None;
        }
        // By list: the columns of each row.
        let mut columns_by_list: Vec<Vec<Vec<Option<Spot>>>> = Vec::new();
        for eligible in &consequence.eligible {
            let (take, place) = (eligible.take?, &plan.cells[eligible.cells[0].0]);
            let mut going: [Vec<((u16, u8), Spot)>; 2] = Default::default();
            for (nth, one) in held.iter().enumerate() {
                let kind = one.view.kind();
                let digest = place.form_of(kind).and_then(|form| one.view.which_digest(form));
                if let Some(digest) = digest.filter(|_| one.goes_up(take)) {
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
                let columns = place.format.columns_of(kind, going.len());
                counted.extend(going.iter().take(columns).map(|(_, spot)| (kind, *spot)));
                for (nth, (_, one)) in going.iter().enumerate() {
                    alike.differ.extend(going[..nth].iter().map(|(_, other)| [*other, *one]));
                }
            }
            let [emails, phones] = going.each_ref().map(|going| going.iter().map(|(_, spot)| *spot));
            let mut rows = Vec::new();
            let dropped = place.format.rows(emails, phones, |row| rows.push(row.to_vec()));
            columns_by_list.push(rows);
            alike.lists.push(AlikeRows {
                list: eligible.list,
                set: eligible.set,
                rows: Vec::new(),
                counted,
                dropped: dropped as u64,
            });
        }
        alike.make_rows(members, &mut columns_by_list);
        Some(alike)
    }

    /// Makes the rows of each list. One that another begins with stands within that one.
    fn make_rows(&mut self, members: &MemberRows<'_>, columns_by_list: &mut [Vec<Vec<Option<Spot>>>]) {
        let (guests, hosts): (Vec<_>, Vec<_>) =
            (0..self.lists.len()).partition(|nth| members.guest_of(self.lists[*nth].list).is_none());
        for nth in hosts.into_iter().chain(guests) {
            let AlikeRows { list, set, .. } = self.lists[nth];
            let guest = members.guest_of(list);
            let guest = guest.and_then(|guest| self.lists.iter().position(|rows| rows.list == guest));
            let hosts = std::mem::take(&mut columns_by_list[nth]);
            for host in &hosts {
                let within = guest.filter(|guest| {
                    let rows = &mut columns_by_list[*guest];
                    let same = rows.iter().position(|row| row.len() == 1 && row[0] == host[0]);
                    same.map(|same| rows.remove(same)).is_some()
                });
                let tail = members.tail(list, set, within.map(|guest| self.lists[guest].set));
                self.lists[nth].rows.extend(RowLike::of(host).map(|row| row.followed_by(&tail)));
            }
        }
    }

    /// Whether nothing of the person goes up twice.
    #[inline]
    pub(super) fn fits(&self, held: &[Held<'_>]) -> bool {
        self.differ.iter().all(|[one, other]| one.digest(held) != other.digest(held))
    }
}
