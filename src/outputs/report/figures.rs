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

    /// The rows of every audience on its platforms. What was not selected is the same on all platforms
    /// of an audience: what one keeps, all keep. On a public page it holds the unreadable rows too, which
    /// are few and would otherwise take a large part with them.
    pub(super) fn funnels(self, audiences: &[AudienceRecord]) -> Vec<Vec<Funnel>> {
        audiences.iter().map(|audience| self.audience(&audience.platforms)).collect()
    }

    fn audience(self, platforms: &[PlatformRecord]) -> Vec<Funnel> {
        let mut parts: Vec<([u64; 3], Vec<Figure>)> = platforms
            .iter()
            .map(|platform| {
                let rows = &platform.rows;
                let not_selected = match self {
                    Self::Exact => rows.not_selected,
                    Self::Public => rows.not_selected.saturating_add(rows.unreadable),
                };
                let counts = [not_selected, rows.suppressed, rows.eligible];
                (counts, self.parts(&counts))
            })
            .collect();
        if parts.iter().any(|(_, figures)| figures[0] == Figure::Kept) {
            for (counts, figures) in &mut parts {
                if figures[0].told().is_some() {
                    figures[0] = Figure::Kept;
                }
                keep_company(figures, counts);
            }
        }
        platforms
            .iter()
            .zip(&parts)
            .map(|(platform, (_, figures))| Funnel {
                read: self.figure(platform.rows.read),
                unreadable: match self {
                    Self::Exact => Figure::Told(platform.rows.unreadable),
                    Self::Public => Figure::Kept,
                },
                not_selected: figures[0],
                suppressed: figures[1],
                eligible: figures[2],
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
            let funnels = Precision::Public.funnels(&[audience.clone()]).remove(0);
            for (funnel, platform) in funnels.iter().zip(&audience.platforms) {
                let rows = &platform.rows;
                let parts = [funnel.not_selected, funnel.suppressed, funnel.eligible];
                let hidden = parts.iter().filter(|part| part.told().is_none()).count();
                prop_assert!(hidden != 1, "{funnel:?}");
                prop_assert_eq!(funnel.unreadable, Figure::Kept);
                prop_assert_eq!(funnel.not_selected.told(), funnels[0].not_selected.told());
                for (figure, count) in
                    parts.iter().zip([rows.not_selected + rows.unreadable, rows.suppressed, rows.eligible])
                {
                    if let Some(told) = figure.told() {
                        prop_assert!(count >= ROUNDING_BASE && told % ROUNDING_BASE == 0);
                        prop_assert!(told.abs_diff(count) <= 5);
                    }
                }
            }
        }
    }
}
