//! A moment as people type it: exactly, in local time, or counted back from now.

use aco_domain::UnixNanos;
use jiff::civil::{Date, DateTime, Time};
use jiff::{Span, Timestamp, Zoned};

/// Which end of a range a moment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// A date is its first moment.
    Beginning,
    /// A date is its end.
    End,
}

/// Reads `now`, `1h` or `now-1h`, RFC 3339, or a local date with or without a time.
///
/// # Errors
/// What to write instead.
pub(super) fn parse(text: &str, now: &Zoned, edge: Edge) -> Result<UnixNanos, String> {
    let text = text.trim();
    let moment = if let Some(ago) = relative(text) {
        if ago.is_negative() {
            return Err(format!("{text} is in the future"));
        }
        now.checked_sub(ago).ok().map(|at| at.timestamp())
    } else if let Ok(exact) = text.parse::<Timestamp>() {
        Some(exact)
    } else {
        local(text, edge)
            .and_then(|local| local.to_zoned(now.time_zone().clone()).ok())
            .map(|at| at.timestamp())
    };
    moment
        .and_then(|at| u64::try_from(at.as_nanosecond()).ok())
        .map(UnixNanos)
        .ok_or_else(|| {
            format!(
                "{text:?} is no moment after 1970; write 1h (ago), 2026-01-31, 2026-01-31T14:30 or \
                 2026-01-31T14:30:00Z"
            )
        })
}

/// The time to count back from now.
fn relative(text: &str) -> Option<Span> {
    if text == "now" {
        return Some(Span::new());
    }
    text.strip_prefix("now-").unwrap_or(text).parse().ok()
}

fn local(text: &str, edge: Edge) -> Option<DateTime> {
    // As a date first: to the other parser it is a time of midnight.
    if let (10, Ok(date)) = (text.len(), text.parse::<Date>()) {
        return match edge {
            Edge::Beginning => Some(date.to_datetime(Time::midnight())),
            Edge::End => Some(date.tomorrow().ok()?.to_datetime(Time::midnight())),
        };
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    #[test]
    fn moments_are_read_as_people_write_them() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let now: Timestamp = "2026-03-10T12:00:00Z".parse().unwrap();
        let now = Zoned::new(now, zone);
        use Edge::{Beginning, End};
        let table = [
            ("now", End, "2026-03-10T12:00:00Z"),
            ("1h", Beginning, "2026-03-10T11:00:00Z"),
            ("now-1h", Beginning, "2026-03-10T11:00:00Z"),
            ("90m", Beginning, "2026-03-10T10:30:00Z"),
            ("7d", Beginning, "2026-03-03T12:00:00Z"),
            ("now-2h 30m", Beginning, "2026-03-10T09:30:00Z"),
            ("2026-03-09T08:00:00Z", Beginning, "2026-03-09T08:00:00Z"),
            (
                "2026-03-09T08:00:00+05:00",
                Beginning,
                "2026-03-09T03:00:00Z",
            ),
            ("2026-03-09T08:00", Beginning, "2026-03-09T06:00:00Z"),
            ("2026-03-09 08:00:30", End, "2026-03-09T06:00:30Z"),
            ("2026-03-09", Beginning, "2026-03-08T22:00:00Z"),
            ("2026-03-09", End, "2026-03-09T22:00:00Z"),
        ];
        for (text, edge, expected) in table {
            let expected: Timestamp = expected.parse().unwrap();
            let expected = u64::try_from(expected.as_nanosecond()).unwrap();
            assert_eq!(parse(text, &now, edge), Ok(UnixNanos(expected)), "{text}");
        }
        for text in [
            "",
            "soon",
            "-1h",
            "2026-13-01",
            "2026-02-30T00:00",
            "1960-01-01",
        ] {
            let wrong = parse(text, &now, Beginning).unwrap_err();
            assert!(!wrong.is_empty(), "{text}");
        }
    }
}
