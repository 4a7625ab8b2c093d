//! The clock and the dice: read here and nowhere else, and handed on as values.

#![expect(clippy::disallowed_methods, reason = "the one place that asks for the time and for randomness")]

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

/// The present, to the second.
pub(super) fn now() -> Timestamp {
    whole_second(Timestamp::now())
}

/// Random bytes for one run.
pub(super) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("a system without randomness cannot make keys");
    bytes
}

/// A day. The error says nothing: what was typed is never repeated.
pub(super) fn parse_day(text: &str) -> Result<Date, &'static str> {
    (text.len() == 10).then(|| text.parse::<Date>().ok()).flatten().ok_or("not a day")
}

/// A moment as RFC 3339, or a date for its start in UTC. The error says nothing: what was typed is
/// never repeated.
pub(super) fn parse_moment(text: &str) -> Result<Timestamp, &'static str> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(whole_second(moment));
    }
    let date = (text.len() == 10).then(|| text.parse::<Date>().ok()).flatten();
    date.and_then(|date| date.to_datetime(Time::midnight()).to_zoned(TimeZone::UTC).ok())
        .map(|zoned| zoned.timestamp())
        .ok_or("not a moment")
}

fn whole_second(moment: Timestamp) -> Timestamp {
    Timestamp::from_second(moment.as_second()).expect("a whole second of a moment in range is in range")
}

#[cfg(test)]
mod tests {
    use super::parse_moment;

    #[test]
    fn a_moment_or_a_day_is_read_to_the_second() {
        for (text, expect) in [
            ("2026-11-21T02:00:00Z", Some("2026-11-21T02:00:00Z")),
            ("2026-11-21T04:00:00+02:00", Some("2026-11-21T02:00:00Z")),
            ("2026-11-21T02:00:00.75Z", Some("2026-11-21T02:00:00Z")),
            ("2026-11-21", Some("2026-11-21T00:00:00Z")),
            ("2026-11-31", None),
            ("21.11.2026", None),
            ("2026-11-21T02:00:00", None),
            ("yesterday", None),
            ("", None),
        ] {
            let read = parse_moment(text).ok().map(|moment| moment.to_string());
            assert_eq!(read.as_deref(), expect, "{text}");
        }
    }
}
