//! What rows come to whose answers were seen before: a country, a flag and a basis that a thousand rows
//! have alike are read once. It compares cells byte for byte and interprets none.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};

use rustc_hash::FxHashMap;
use zeroize::Zeroizing;

use super::plan::{Plan, PredicateColumn, SourcePlan};
use crate::identifiers::Region;
use crate::sources::customers::Customer;

/// What the rest of a row's way needs to know of its answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct RowSays {
    /// Region of the row's national phone numbers.
    pub(super) region: Option<Region>,
    /// Whether the flag is an objection.
    pub(super) opted_out: bool,
    /// The interned standing.
    pub(super) standing: u32,
    /// Whether some cell is still open: only then are digests worth making.
    pub(super) is_open: bool,
}

/// Most sets of cells that are kept. A column that tells everybody apart fills it, and then it is of no use.
const SETS_MAX: usize = 1 << 10;
/// Bytes of nearly every such cell: copied at once, since a length that nobody can guess costs more.
const PIECE: usize = 32;
/// Between two cells of a set: no cell has it.
const BETWEEN: u8 = 0;

/// Rows by the cells that say what they come to, and by age.
pub(super) struct KnownRows {
    /// The columns of those cells; `None` once it is given up.
    columns: Option<Vec<usize>>,
    /// How many ages are told apart.
    ages: usize,
    /// Whether whole years are told apart, and not the audiences' limits alone.
    by_years: bool,
    places: FxHashMap<Cells, usize>,
    /// By place and age.
    rows: Vec<Option<RowSays>>,
    /// The cells asked for last, in the first so many bytes.
    asked: Zeroizing<Vec<u8>>,
    end: usize,
    found: u64,
    missed: u64,
}

/// Cells side by side, wiped when dropped.
#[derive(PartialEq, Eq)]
struct Cells(Zeroizing<Vec<u8>>);

impl Borrow<[u8]> for Cells {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl Hash for Cells {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_slice().hash(state);
    }
}

/// Where a row belongs that was not known.
#[derive(Clone, Copy)]
pub(super) struct Missing(Option<usize>);

impl KnownRows {
    /// None yet, for a source of the plan.
    pub(super) fn new(plan: &Plan, compiled: &SourcePlan) -> Self {
        let columns = &compiled.columns;
        let asks_years = compiled.predicate_columns.contains(&PredicateColumn::Age);
        let mut answering = columns.answering();
        answering.extend(compiled.predicate_columns.iter().filter_map(|column| match column {
            PredicateColumn::Cell(cell) => Some(*cell),
            _ => None,
        }));
        answering.sort_unstable();
        answering.dedup();
        let ages =
            if asks_years { usize::from(super::read_facts::AGE_MAX) } else { plan.policy.age_limits.len() };
        Self {
            // What a consent was given for is asked of every such row by itself.
            columns: (!columns.tells_consented()).then_some(answering),
            // Beside each of them, none, and one that is not known.
            ages: ages + 2,
            by_years: asks_years,
            places: FxHashMap::default(),
            rows: Vec::new(),
            asked: Zeroizing::new(Vec::new()),
            end: 0,
            found: 0,
            missed: 0,
        }
    }

    /// Whether rows are told apart by the cell of this column.
    pub(super) fn asks(&self, column: usize) -> bool {
        self.columns.as_ref().is_some_and(|columns| columns.contains(&column))
    }

    /// What a row with these cells and this age in whole years came to, or where to [`KnownRows::keep`] it.
    #[inline]
    pub(super) fn find(
        &mut self,
        customer: &Customer<'_, '_>,
        years: Option<u16>,
        plan: &Plan,
    ) -> Result<RowSays, Missing> {
        let Some(columns) = &self.columns else { return Err(Missing(None)) };
        let mut end = 0;
        for column in columns {
            let cell = customer.placed(*column);
            let bytes = cell.len();
            if self.asked.len() < end + bytes.max(PIECE) + 1 {
                // Not grown, which would leave the old place unwiped.
                let mut more = Zeroizing::new(vec![0; (end + bytes.max(PIECE) + 1) * 2]);
                more[..end].copy_from_slice(&self.asked[..end]);
                self.asked = more;
            }
            let room = &mut self.asked[end..];
            match (cell.from_here().first_chunk::<PIECE>(), room.first_chunk_mut::<PIECE>()) {
                // What stands behind the cell is written over by the next.
                (Some(piece), Some(room)) if bytes <= PIECE => *room = *piece,
                _ => room[..bytes].copy_from_slice(cell.cell()),
            }
            room[bytes] = BETWEEN;
            end += bytes + 1;
        }
        self.end = end;
        let age = years.map_or(0, |years| {
            let reached = || plan.policy.age_limits.iter().filter(|limit| **limit <= years).count();
            1 + if self.by_years { usize::from(years) } else { reached() }
        });
        let Some(place) = self.places.get(&self.asked[..end]) else {
            return Err(self.new_place(age));
        };
        let place = place * self.ages + age;
        let Some(says) = self.rows[place] else {
            self.missed += 1;
            return Err(Missing(Some(place)));
        };
        self.found += 1;
        Ok(says)
    }

    /// A place for the cells asked for last, while there is room.
    #[cold]
    fn new_place(&mut self, age: usize) -> Missing {
        self.missed += 1;
        if self.places.len() == SETS_MAX {
            if self.found < 4 * self.missed {
                self.columns = None;
                (self.places, self.rows) = (FxHashMap::default(), Vec::new());
            }
            return Missing(None);
        }
        let place = self.places.len();
        self.places.insert(Cells(Zeroizing::new(self.asked[..self.end].to_vec())), place);
        self.rows.resize((place + 1) * self.ages, None);
        Missing(Some(place * self.ages + age))
    }

    /// Keeps what a row came to that was not known.
    pub(super) fn keep(&mut self, missing: Missing, says: RowSays) {
        if let Some(slot) = missing.0.and_then(|place| self.rows.get_mut(place)) {
            *slot = Some(says);
        }
    }
}
