//! Local days as numbers, from a zone that is handed in.

use crate::history::{quarter_of, quarter_start};
use aco_domain::UnixNanos;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

const EPOCH: Date = date(1970, 1, 1);

/// Tells the local day of an instant.
pub(crate) struct Days {
    zone: TimeZone,
    /// A day never begins within a quarter hour.
    last: Option<(i64, i32)>,
}

impl Days {
    pub(crate) fn of(zone: TimeZone) -> Self {
        Self { zone, last: None }
    }

    pub(crate) fn day_of(&mut self, at: UnixNanos) -> i32 {
        let quarter = quarter_of(at);
        if let Some((known, day)) = self.last
            && known == quarter
        {
            return day;
        }
        let seconds = i64::try_from(quarter_start(quarter).seconds()).unwrap_or(i64::MAX);
        // All of the range is within jiff's.
        let at = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
        let day = number(self.zone.to_datetime(at).date());
        self.last = Some((quarter, day));
        day
    }
}

fn number(day: Date) -> i32 {
    day.since(EPOCH).map_or(0, |span| span.get_days())
}

/// The day with this number.
pub(crate) fn day(number: i32) -> Date {
    let days = jiff::Span::new().try_days(number);
    days.map_or(EPOCH, |days| EPOCH.saturating_add(days))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::Offset;

    #[test]
    fn days_begin_at_local_midnight() {
        let zone = TimeZone::fixed(Offset::from_seconds(5 * 3600 + 45 * 60).unwrap());
        let mut days = Days::of(zone);
        let midnight = 1_764_007_200 - (5 * 3600 + 45 * 60) - 18 * 3600;
        let mut day_at = |seconds: u64| day(days.day_of(UnixNanos(seconds * 1_000_000_000)));
        assert_eq!(day_at(midnight), date(2025, 11, 24));
        assert_eq!(day_at(midnight - 1), date(2025, 11, 23));
        assert_eq!(day_at(midnight + 86_399), date(2025, 11, 24));
        assert_eq!(day_at(0), EPOCH);
        assert_eq!(day_at(u64::MAX / 1_000_000_000).year(), 2554);
    }
}
