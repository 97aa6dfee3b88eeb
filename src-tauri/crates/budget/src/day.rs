//! A local day: when it begins, and how long it is.

use aco_domain::UnixNanos;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A day of a zone. It is 23 or 25 hours long where clocks are changed, and begins with its first
/// instant, which is not always midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Which.
    pub date: Date,
    /// Its first instant.
    pub begins: UnixNanos,
    /// The first instant of the next one.
    pub ends: UnixNanos,
}

impl Day {
    /// The day that an instant lies in.
    #[must_use]
    pub fn at(instant: UnixNanos, zone: &TimeZone) -> Self {
        let timestamp = Timestamp::from_nanosecond(i128::from(instant.0));
        // All of the range is within jiff's.
        let date = zone.to_datetime(timestamp.unwrap_or(Timestamp::MAX)).date();
        Self::of(date, zone)
    }

    /// The day of this date.
    #[must_use]
    pub fn of(date: Date, zone: &TimeZone) -> Self {
        let next = date.tomorrow().unwrap_or(date);
        Self {
            date,
            begins: begin(date, zone),
            ends: begin(next, zone),
        }
    }

    /// How much of it has passed at `instant`, and all of it, in nanoseconds.
    pub(crate) fn passed(&self, instant: UnixNanos) -> (u64, u64) {
        let length = self.ends.0.saturating_sub(self.begins.0).max(1);
        let passed = instant.0.saturating_sub(self.begins.0).min(length);
        (passed, length)
    }
}

fn begin(date: Date, zone: &TimeZone) -> UnixNanos {
    // Beyond the years that jiff knows lies nothing.
    let Ok(at) = date.to_zoned(zone.clone()) else {
        return UnixNanos(u64::MAX);
    };
    let at = at.start_of_day().unwrap_or(at).timestamp().as_nanosecond();
    UnixNanos(u64::try_from(at.max(0)).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_are_as_long_as_they_are() {
        const HOUR: u64 = 3_600_000_000_000;
        let table = [
            ("Europe/Berlin", date(2026, 3, 28), 24),
            ("Europe/Berlin", date(2026, 3, 29), 23),
            ("Europe/Berlin", date(2026, 10, 25), 25),
            // Midnight itself is skipped.
            ("America/Santiago", date(2026, 9, 6), 23),
            ("Asia/Kathmandu", date(2024, 2, 29), 24),
        ];
        for (zone, of, hours) in table {
            let zone = TimeZone::get(zone).unwrap();
            let day = Day::of(of, &zone);
            assert_eq!(day.ends.0 - day.begins.0, hours * HOUR, "{of}");
            assert_eq!(Day::at(day.begins, &zone), day);
            assert_eq!(Day::at(UnixNanos(day.ends.0 - 1), &zone), day);
            assert_eq!(Day::at(day.ends, &zone).date, of.tomorrow().unwrap());
        }
    }
}
