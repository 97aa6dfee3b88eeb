//! Where a month will end if it goes on like the days so far.
//!
//! The method, which the README states: the days of the month that are over, from the first one of
//! which there are records, give an average; each day to come is taken to cost that much; today
//! counts with what it has, or with the average where that is more. On the first such day there is
//! no projection: one unfinished day says nothing of a month.

use aco_domain::NanoUsd;
use jiff::civil::Date;

/// What is known of a month on one of its days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoFar {
    /// The day it is.
    pub today: Date,
    /// The first day of which there are records, in whatever month.
    pub first_day: Date,
    /// Since the month began, today included.
    pub month: NanoUsd,
    /// Today alone.
    pub spent_today: NanoUsd,
}

/// The month's sum at its end; nothing while no day of it is over.
#[must_use]
pub fn projected(so_far: &SoFar) -> Option<NanoUsd> {
    let SoFar {
        today,
        first_day,
        month,
        spent_today,
    } = *so_far;
    let first = first_day.max(today.first_of_month());
    let over = i128::from(today.day()) - i128::from(first.day());
    if first > today || over == 0 {
        return None;
    }
    let days_over = i128::from(month.0) - i128::from(spent_today.0);
    let to_come = i128::from(today.days_in_month()) - i128::from(today.day());
    // One rounding, towards zero: the sum of the days to come is no more exact than a forecast is.
    let average = days_over / over;
    let today = i128::from(spent_today.0).max(average);
    let end = days_over + today + days_over * to_come / over;
    Some(NanoUsd(i64::try_from(end).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn end(today: Date, first_day: Date, month: i64, spent_today: i64) -> Option<i64> {
        let so_far = SoFar {
            today,
            first_day,
            month: NanoUsd(month),
            spent_today: NanoUsd(spent_today),
        };
        projected(&so_far).map(|end| end.0)
    }

    #[test]
    fn a_month_goes_on_like_its_days_so_far() {
        let long_ago = date(2020, 1, 1);
        let table = [
            // Ten days at 10, today nothing yet: 31 days at 10.
            (date(2026, 1, 11), long_ago, 100, 0, Some(310)),
            // Today is dearer than the average already.
            (date(2026, 1, 11), long_ago, 150, 50, Some(100 + 50 + 200)),
            // The last day: what it has, or an average day.
            (date(2026, 1, 31), long_ago, 330, 30, Some(330)),
            (date(2026, 1, 31), long_ago, 300, 0, Some(310)),
            // February with and without a leap day.
            (date(2024, 2, 15), long_ago, 140, 0, Some(290)),
            (date(2025, 2, 15), long_ago, 140, 0, Some(280)),
            // Recording began on the 20th: the days before it are not taken for free ones.
            (date(2026, 1, 22), date(2026, 1, 20), 20, 0, Some(120)),
            // No day is over.
            (date(2026, 1, 1), long_ago, 5, 5, None),
            (date(2026, 1, 20), date(2026, 1, 20), 5, 5, None),
            (date(2026, 1, 20), date(2026, 2, 1), 5, 5, None),
            // Nothing was used.
            (date(2026, 1, 11), long_ago, 0, 0, Some(0)),
        ];
        for (today, first_day, month, spent_today, expected) in table {
            assert_eq!(
                end(today, first_day, month, spent_today),
                expected,
                "on {today}"
            );
        }
    }

    #[test]
    fn the_largest_amounts_do_not_overflow() {
        let today = date(2026, 1, 2);
        assert_eq!(
            end(today, today.yesterday().unwrap(), i64::MAX, 0),
            Some(i64::MAX)
        );
    }
}
