//! Counts as a page may tell them: to the last person, or under the rules for small counts.
//!
//! It promises that a public figure is a multiple of the base, that nothing under the base is told
//! (none neither, since knowing that it is none can tell on somebody), and that a lone hidden part of a
//! total takes the smallest other part with it. Pictures are drawn from figures and not from counts,
//! so a length tells no more than the number beside it. It knows no words.

use crate::manifest::{AudienceRecord, PlatformRecord};
use crate::outputs::guide::ROUNDING_BASE;

/// What is told of a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Figure {
    /// This number.
    Told(u64),
    /// Under the base.
    Small,
    /// Kept, because it would tell another.
    Kept,
}

impl Figure {
    /// The number, when it is told.
    pub(super) const fn told(self) -> Option<u64> {
        match self {
            Self::Told(number) => Some(number),
            Self::Small | Self::Kept => None,
        }
    }

    /// What a picture draws.
    pub(super) fn drawn(self) -> u64 {
        self.told().unwrap_or_default()
    }
}

/// Whether counts are told to the last person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Precision {
    /// For those who may see the manifest.
    Exact,
    /// For everyone.
    Public,
}

/// What became of the rows on one platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Funnel {
    pub(super) read: Figure,
    pub(super) unreadable: Figure,
    pub(super) not_selected: Figure,
    pub(super) suppressed: Figure,
    pub(super) eligible: Figure,
}

impl Funnel {
    /// Suppressed and eligible together, when both are told.
    pub(super) fn selected(&self) -> Figure {
        match (self.suppressed.told(), self.eligible.told()) {
            (Some(suppressed), Some(eligible)) => Figure::Told(suppressed.saturating_add(eligible)),
            _ => Figure::Kept,
        }
    }
}

impl Precision {
    /// A count that is no part of a total.
    pub(super) fn figure(self, count: u64) -> Figure {
        match self {
            Self::Exact => Figure::Told(count),
            Self::Public if count < ROUNDING_BASE => Figure::Small,
            Self::Public => {
                let tens = count / ROUNDING_BASE + u64::from(count % ROUNDING_BASE >= ROUNDING_BASE / 2);
                Figure::Told(tens.saturating_mul(ROUNDING_BASE))
            }
        }
    }

    /// Parts of a total that is told as well.
    pub(super) fn parts(self, counts: &[u64]) -> Vec<Figure> {
        let mut figures: Vec<Figure> = counts.iter().map(|count| self.figure(*count)).collect();
        keep_company(&mut figures, counts);
        figures
    }

    /// The rows of every audience on its platforms. What could not be read is the same everywhere, and
    /// what was not selected on every platform of an audience: what one keeps, all of those keep.
    pub(super) fn funnels(self, audiences: &[AudienceRecord]) -> Vec<Vec<Funnel>> {
        let mut parts = Vec::new();
        for (at, audience) in audiences.iter().enumerate() {
            for platform in &audience.platforms {
                let rows = &platform.rows;
                let counts = [rows.unreadable, rows.not_selected, rows.suppressed, rows.eligible];
                parts.push((at, counts, self.parts(&counts)));
            }
        }
        loop {
            let keeps: Vec<(usize, bool, bool)> = parts
                .iter()
                .map(|(at, _, figures)| (*at, figures[0] == Figure::Kept, figures[1] == Figure::Kept))
                .collect();
            let mut changed = false;
            for (at, counts, figures) in &mut parts {
                let before = figures.clone();
                let keeps_unreadable = keeps.iter().any(|(_, unreadable, _)| *unreadable);
                let keeps_selection = keeps.iter().any(|(other, _, selection)| other == at && *selection);
                for (part, keeps) in [keeps_unreadable, keeps_selection].into_iter().enumerate() {
                    if keeps && figures[part].told().is_some() {
                        figures[part] = Figure::Kept;
                    }
                }
                keep_company(figures, counts);
                changed |= before != *figures;
            }
            if !changed {
                break;
            }
        }
        let mut parts = parts.into_iter();
        let funnel = |platform: &PlatformRecord, figures: &[Figure]| Funnel {
            read: self.figure(platform.rows.read),
            unreadable: figures[0],
            not_selected: figures[1],
            suppressed: figures[2],
            eligible: figures[3],
        };
        audiences
            .iter()
            .map(|audience| {
                let own = audience.platforms.iter().zip(&mut parts);
                own.map(|(platform, (_, _, figures))| funnel(platform, &figures)).collect()
            })
            .collect()
    }
}

/// A single hidden part could be had by subtraction: the smallest of the others is kept too.
fn keep_company(figures: &mut [Figure], counts: &[u64]) {
    if figures.iter().filter(|figure| figure.told().is_none()).count() != 1 {
        return;
    }
    let smallest = (0..figures.len()).filter(|at| figures[*at].told().is_some()).min_by_key(|at| counts[*at]);
    if let Some(at) = smallest {
        figures[at] = Figure::Kept;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::outputs::tests::fixture::predicate;

    #[test]
    fn figures_are_rounded_small_ones_are_not_told_and_none_is_small() {
        use Figure::{Kept, Small, Told};
        for (count, figure) in [(0, Small), (9, Small), (10, Told(10)), (14, Told(10)), (15, Told(20))] {
            assert_eq!(Precision::Public.figure(count), figure, "{count}");
            assert_eq!(Precision::Exact.figure(count), Told(count));
        }
        let table: [(&[u64], &[Figure]); 4] = [
            (&[3, 40, 50], &[Small, Kept, Told(50)]),
            (&[3, 4, 50], &[Small, Small, Told(50)]),
            (&[30, 40, 50], &[Told(30), Told(40), Told(50)]),
            (&[3], &[Small]),
        ];
        for (counts, figures) in table {
            assert_eq!(Precision::Public.parts(counts), figures);
        }
    }

    proptest! {
        /// No platform shows all parts but one, and none shows what another keeps of the shared ones.
        #[test]
        fn no_funnel_leaves_one_part_to_subtraction(
            shared in (0_u64..30, 0_u64..300), own in prop::collection::vec((0_u64..300, 0_u64..300), 1..5),
        ) {
            let mut audience = predicate(&["meta"]).audiences[0].clone();
            let record = audience.platforms[0].clone();
            audience.platforms = own.iter().map(|(suppressed, eligible)| {
                let mut platform = record.clone();
                platform.rows.unreadable = shared.0;
                platform.rows.not_selected = shared.1;
                platform.rows.suppressed = *suppressed;
                platform.rows.eligible = *eligible;
                platform.rows.read = shared.0 + shared.1 + suppressed + eligible;
                platform
            }).collect();
            let mut other = audience.clone();
            other.platforms.truncate(1);
            let all = Precision::Public.funnels(&[audience.clone(), other]);
            let funnels = &all[0];
            prop_assert_eq!(all[1][0].unreadable.told(), funnels[0].unreadable.told());
            for (funnel, platform) in funnels.iter().zip(&audience.platforms) {
                let parts = [funnel.unreadable, funnel.not_selected, funnel.suppressed, funnel.eligible];
                let hidden = parts.iter().filter(|part| part.told().is_none()).count();
                prop_assert!(hidden != 1, "{funnel:?}");
                prop_assert_eq!(funnel.unreadable.told(), funnels[0].unreadable.told());
                prop_assert_eq!(funnel.not_selected.told(), funnels[0].not_selected.told());
                for (figure, count) in parts.iter().zip([
                    platform.rows.unreadable, platform.rows.not_selected, platform.rows.suppressed, platform.rows.eligible,
                ]) {
                    if let Some(told) = figure.told() {
                        prop_assert!(count >= ROUNDING_BASE && told % ROUNDING_BASE == 0 && told.abs_diff(count) <= 5);
                    }
                }
            }
        }
    }
}
