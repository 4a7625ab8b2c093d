//! Which objections name a person, by whom they were said and with which scopes. It knows registers
//! by number only, and never whom an entry names.

use jiff::civil::Date;

use super::scope::Scopes;

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// The flag in the customer's own record.
    Flag,
    /// The register with this index in the config.
    Register(u8),
    /// Nobody: the mark of people whose decision is asked for. It has no scope, so it binds nothing.
    Watched,
}

/// The objections that name a person: origins with their scopes, sorted, each origin once. Their days
/// are kept beside them only where somebody asks for them; no decision looks at a day.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Named(Vec<(Origin, Scopes)>, Vec<(Origin, Date)>);

impl Named {
    /// One objection.
    #[must_use]
    pub fn by(origin: Origin, scopes: Scopes) -> Self {
        Self(vec![(origin, scopes)], Vec::new())
    }

    /// One objection of which the day is known.
    #[must_use]
    pub fn on(origin: Origin, scopes: Scopes, day: Date) -> Self {
        Self(vec![(origin, scopes)], vec![(origin, day)])
    }

    /// The mark of somebody whose decision is asked for.
    #[must_use]
    pub fn watched() -> Self {
        Self::by(Origin::Watched, Scopes::NONE)
    }

    /// Both together.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        for &(origin, scopes) in &other.0 {
            match all.0.binary_search_by_key(&origin, |entry| entry.0) {
                Ok(at) => all.0[at].1 = all.0[at].1.union(scopes),
                Err(at) => all.0.insert(at, (origin, scopes)),
            }
        }
        for day in &other.1 {
            if let Err(at) = all.1.binary_search(day) {
                all.1.insert(at, *day);
            }
        }
        all
    }

    /// Whether the decision of whoever is so named is asked for.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.0.iter().any(|entry| entry.0 == Origin::Watched)
    }

    /// The days on which an origin said so, earliest first, as far as they were kept.
    pub fn days(&self, origin: Origin) -> impl Iterator<Item = Date> + '_ {
        self.1.iter().filter(move |entry| entry.0 == origin).map(|entry| entry.1)
    }

    /// The last day on which any of them was said, no later than `latest`, as far as days were kept.
    #[must_use]
    pub fn last_day(&self, latest: Date) -> Option<Date> {
        self.1.iter().map(|entry| entry.1).filter(|day| *day <= latest).max()
    }

    /// Whether nobody said anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All scopes together.
    #[must_use]
    pub fn scopes(&self) -> Scopes {
        self.0.iter().fold(Scopes::NONE, |all, entry| all.union(entry.1))
    }

    /// Whether the record's own flag binds an audience bound by `binding`.
    #[must_use]
    pub fn flag_binds(&self, binding: Scopes) -> bool {
        self.0.iter().any(|entry| entry.0 == Origin::Flag && entry.1.meets(binding))
    }

    /// The registers (bit by index) whose objections bind.
    #[must_use]
    pub fn registers_binding(&self, binding: Scopes) -> u64 {
        self.0.iter().fold(0, |registers, &(origin, scopes)| match origin {
            Origin::Register(index) if scopes.meets(binding) => registers | 1 << index,
            _ => registers,
        })
    }

    /// Every register that names the person, with its scopes.
    pub fn entries(&self) -> impl Iterator<Item = (Origin, Scopes)> + '_ {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::{Named, Origin};
    use jiff::civil::date;

    use crate::policy::scope::{Scope, Scopes};

    #[test]
    fn union_keeps_each_origin_once_whatever_the_order() {
        let flag = Named::by(Origin::Flag, Scopes::of(Scope::Profiling));
        let one = Named::by(Origin::Register(1), Scopes::of(Scope::Phone));
        let more = Named::by(Origin::Register(1), Scopes::of(Scope::Post));
        let a = flag.union(&one).union(&more);
        let b = more.union(&one).union(&flag);
        assert_eq!(a, b);
        assert_eq!(a.entries().count(), 2);
        assert_eq!(a.registers_binding(Scopes::of(Scope::Post)), 0b10);
        assert_eq!(a.registers_binding(Scopes::of(Scope::Lookalike)), 0);
        assert!(a.flag_binds(Scopes::of(Scope::Profiling)));
        assert!(!a.flag_binds(Scopes::of(Scope::Post)));
    }

    #[test]
    fn days_are_kept_in_order_and_a_watch_binds_nothing() {
        let (early, late) = (date(2024, 2, 29), date(2026, 1, 1));
        let phone = Scopes::of(Scope::Phone);
        let all = Named::on(Origin::Register(1), phone, late)
            .union(&Named::on(Origin::Register(1), phone, early))
            .union(&Named::on(Origin::Register(1), phone, late))
            .union(&Named::by(Origin::Register(2), phone));
        assert_eq!(all.days(Origin::Register(1)).collect::<Vec<_>>(), [early, late]);
        assert_eq!(all.days(Origin::Register(2)).count(), 0);
        for (latest, last) in [
            (date(2024, 2, 28), None),
            (early, Some(early)),
            (date(2025, 12, 31), Some(early)),
            (late, Some(late)),
            (date(2027, 1, 1), Some(late)),
        ] {
            assert_eq!(all.last_day(latest), last);
        }
        assert!(Named::default().is_empty() && !all.is_empty() && !Named::watched().is_empty());
        assert!(!all.is_watched());
        let watched = Named::watched();
        assert!(watched.is_watched() && watched.union(&all).is_watched() && all.union(&watched).is_watched());
        assert!(watched.scopes().is_empty());
        assert_eq!(watched.registers_binding(Scopes::EVERYTHING), 0);
        assert!(!watched.flag_binds(Scopes::EVERYTHING));
    }
}
