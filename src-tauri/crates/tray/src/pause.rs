//! How long one can pause by the menu.

use aco_domain::{PauseUntil, UnixNanos};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3_600);

/// A pause as the menu offers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PauseChoice {
    /// For one hour.
    Hour,
    /// Until the local day ends.
    Tomorrow,
    /// Until the user resumes.
    Resumed,
}

impl PauseChoice {
    /// In the order of the menu.
    pub const ALL: [Self; 3] = [Self::Hour, Self::Tomorrow, Self::Resumed];

    /// In words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Hour => "For 1 Hour",
            Self::Tomorrow => "Until Tomorrow",
            Self::Resumed => "Until I Resume",
        }
    }

    /// When such a pause ends that begins `now`. A day is over when the next one begins in `zone`,
    /// which after a change of the clocks need not be midnight.
    #[must_use]
    pub fn until(self, now: UnixNanos, zone: &TimeZone) -> PauseUntil {
        match self {
            Self::Hour => PauseUntil::At(now.plus(HOUR)),
            // Beyond the calendar there is no tomorrow; whoever pauses then can resume.
            Self::Tomorrow => tomorrow(now, zone).map_or(PauseUntil::Resumed, PauseUntil::At),
            Self::Resumed => PauseUntil::Resumed,
        }
    }
}

fn tomorrow(now: UnixNanos, zone: &TimeZone) -> Option<UnixNanos> {
    let now = Timestamp::from_nanosecond(i128::from(now.0)).ok()?;
    let begins = zone.to_datetime(now).date().tomorrow().ok()?;
    let begins = begins.to_zoned(zone.clone()).ok()?.timestamp();
    u64::try_from(begins.as_nanosecond()).ok().map(UnixNanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UnixNanos {
        let at: Timestamp = text.parse().unwrap();
        UnixNanos(u64::try_from(at.as_nanosecond()).unwrap())
    }

    #[test]
    fn tomorrow_is_the_next_local_day() {
        let table = [
            ("UTC", "2026-11-25T00:00:00Z", "2026-11-26T00:00:00Z"),
            ("UTC", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"),
            // It is the next day already.
            (
                "Europe/Berlin",
                "2026-11-25T23:30:00Z",
                "2026-11-26T23:00:00Z",
            ),
            // A day of 25 hours, and one of 23.
            (
                "Europe/Berlin",
                "2026-10-24T22:00:00Z",
                "2026-10-25T23:00:00Z",
            ),
            (
                "Europe/Berlin",
                "2026-03-28T23:00:00Z",
                "2026-03-29T22:00:00Z",
            ),
            // Clocks go forward at midnight: the day begins at one.
            (
                "America/Asuncion",
                "2024-10-05T12:00:00Z",
                "2024-10-06T04:00:00Z",
            ),
        ];
        for (zone, now, expected) in table {
            let zone = TimeZone::get(zone).unwrap();
            assert_eq!(
                PauseChoice::Tomorrow.until(at(now), &zone),
                PauseUntil::At(at(expected)),
                "{now}"
            );
        }
    }

    #[test]
    fn an_hour_is_an_hour_and_the_rest_ends_by_hand() {
        let now = at("2026-10-25T00:30:00Z");
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(
            PauseChoice::Hour.until(now, &zone),
            PauseUntil::At(at("2026-10-25T01:30:00Z"))
        );
        assert_eq!(PauseChoice::Resumed.until(now, &zone), PauseUntil::Resumed);
        let end_of_time = UnixNanos(u64::MAX);
        assert!(matches!(
            PauseChoice::Tomorrow.until(end_of_time, &TimeZone::UTC),
            PauseUntil::At(_) | PauseUntil::Resumed
        ));
    }
}
