//! Which days are meant, and how they are typed.

use aco_domain::UnixNanos;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan as _};

/// From a day to a day, both included; all of time where one is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub since: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
}

/// A text that names no day.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "write a day like 2026-01-31, a month like 2026-01, `today`, `yesterday`, or how many days or \
     weeks ago it was: 7d, 2w"
)]
pub struct PeriodError;

impl Period {
    /// The first day that a text means, on the day `today`.
    ///
    /// # Errors
    /// When it names none.
    pub fn first_day(text: &str, today: Date) -> Result<Date, PeriodError> {
        Ok(match month(text) {
            Some(first) => first,
            None => day(text, today).ok_or(PeriodError)?,
        })
    }

    /// The last day that a text means, on the day `today`.
    ///
    /// # Errors
    /// When it names none.
    pub fn last_day(text: &str, today: Date) -> Result<Date, PeriodError> {
        Ok(match month(text) {
            Some(first) => first.last_of_month(),
            None => day(text, today).ok_or(PeriodError)?,
        })
    }

    /// The instants from which on and before which a call lies in the period. A day begins with
    /// its first instant in the zone, which is not always midnight.
    #[must_use]
    pub fn bounds(&self, zone: &TimeZone) -> (Option<UnixNanos>, Option<UnixNanos>) {
        let next = self.until.and_then(|day| day.tomorrow().ok());
        let begins = |day: Date| begin(day, zone);
        (self.since.map(begins), next.map(begins))
    }
}

fn begin(day: Date, zone: &TimeZone) -> UnixNanos {
    // Beyond the years that jiff knows lies nothing.
    let Ok(at) = day.to_zoned(zone.clone()) else {
        return UnixNanos(u64::MAX);
    };
    let at = at.start_of_day().unwrap_or(at).timestamp().as_nanosecond();
    UnixNanos(u64::try_from(at.max(0)).unwrap_or(u64::MAX))
}

/// The first day of `2026-01`.
fn month(text: &str) -> Option<Date> {
    let (year, month) = text.split_once('-')?;
    let digits = |part: &str, len| part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(year, 4) || !digits(month, 2) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()
}

fn day(text: &str, today: Date) -> Option<Date> {
    let ago = |span: Span| today.checked_sub(span).ok();
    match text {
        "today" => return Some(today),
        "yesterday" => return ago(1.day()),
        _ => {}
    }
    let number = |unit| text.strip_suffix(unit)?.parse::<u32>().ok();
    if let Some(days) = number('d') {
        return ago(Span::new().try_days(days).ok()?);
    }
    if let Some(weeks) = number('w') {
        return ago(Span::new().try_weeks(weeks).ok()?);
    }
    // jiff would take a date with a time too, and drop it.
    (text.len() == 10).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_are_read_as_people_type_them() {
        let today = date(2026, 3, 1);
        let table = [
            ("2026-01-31", Some((date(2026, 1, 31), date(2026, 1, 31)))),
            ("2024-02", Some((date(2024, 2, 1), date(2024, 2, 29)))),
            ("today", Some((today, today))),
            ("yesterday", Some((date(2026, 2, 28), date(2026, 2, 28)))),
            ("0d", Some((today, today))),
            ("7d", Some((date(2026, 2, 22), date(2026, 2, 22)))),
            ("2w", Some((date(2026, 2, 15), date(2026, 2, 15)))),
            ("2026-02-30", None),
            ("2026-13", None),
            ("2026-1", None),
            ("-7d", None),
            ("d", None),
            ("99999999999d", None),
            ("4000000000d", None),
            ("2026-01-31T10", None),
            ("soon", None),
            ("", None),
        ];
        for (text, expected) in table {
            let found = Period::first_day(text, today)
                .and_then(|first| Ok((first, Period::last_day(text, today)?)));
            assert_eq!(found.ok(), expected, "{text}");
        }
    }
}
