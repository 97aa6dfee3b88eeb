//! The line: what the session and the day have used, and the limits.

use aco_domain::figures::money;
use aco_domain::{LimitReading, UnixNanos};
use aco_ledger::Sums;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt;

/// What the ledger says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spent {
    /// Nothing where no session asks.
    pub(super) session: Option<Sums>,
    pub(super) today: Sums,
}

/// Everything that may stand on it.
pub(super) struct Line<'a> {
    pub(super) spent: Option<Spent>,
    pub(super) limits: Vec<LimitReading>,
    /// When a tool asked. Its own readings are of that moment, and others say theirs.
    pub(super) given_at: Option<UnixNanos>,
    pub(super) zone: &'a TimeZone,
    pub(super) now: UnixNanos,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        match &self.spent {
            Some(spent) => {
                // A session that is not read yet has not cost nothing.
                if let Some(session) = spent.session.filter(|session| session.calls > 0) {
                    parts.push(format!("{} session", cost(&session)));
                }
                parts.push(format!("{} today", cost(&spent.today)));
            }
            None => parts.push("no usage recorded".to_owned()),
        }
        let mut last = None;
        for reading in &self.limits {
            let tool = reading.tool.as_str();
            // Said once for all its windows, and not to the tool itself.
            let name = match last.replace(tool) {
                _ if self.given_at.is_some() => String::new(),
                Some(last) if last == tool => String::new(),
                _ => format!("{tool} "),
            };
            let as_of = match self.given_at {
                Some(given) if given == reading.at => String::new(),
                _ => format!(" ({})", self.clock(reading.at)),
            };
            let window = window(reading);
            parts.push(format!("{name}{window} {} %{as_of}", reading.used_percent));
        }
        f.write_str(&parts.join(" · "))
    }
}

impl Line<'_> {
    /// The time of day; with the day where it is not today.
    fn clock(&self, at: UnixNanos) -> String {
        let local = |at: UnixNanos| {
            let at = Timestamp::from_nanosecond(i128::from(at.0)).unwrap_or(Timestamp::MAX);
            self.zone.to_datetime(at)
        };
        let (at, now) = (local(at), local(self.now));
        let time = format!("{:02}:{:02}", at.hour(), at.minute());
        if at.date() == now.date() {
            time
        } else {
            format!("{} {time}", at.date())
        }
    }
}

fn cost(sums: &Sums) -> String {
    match sums.cost_usd() {
        // Nothing has a price: not 0.
        None if sums.calls > 0 => "unpriced".to_owned(),
        cost => {
            let missing = if sums.unpriced_tokens > 0 { "*" } else { "" };
            format!("{}{missing}", money(cost.unwrap_or_default()))
        }
    }
}

/// A window's name, short.
fn window(reading: &LimitReading) -> String {
    match reading.minutes {
        Some(10_079 | 10_080) => "week".to_owned(),
        Some(299) => "5h".to_owned(),
        Some(minutes) if minutes > 0 && minutes.is_multiple_of(60) => format!("{}h", minutes / 60),
        _ => reading.window.replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_domain::{NanoUsd, Percent, ToolId};

    fn sums(calls: i64, priced: i64, cents: i64, unpriced: i64) -> Sums {
        Sums {
            calls,
            priced_calls: priced,
            unpriced_tokens: unpriced,
            cost: NanoUsd(cents * NanoUsd::DOLLAR.0 / 100),
            ..Sums::default()
        }
    }

    fn reading(tool: &str, window: &str, minutes: Option<u64>, minute: u64) -> LimitReading {
        LimitReading {
            tool: ToolId::new(tool).unwrap(),
            window: window.to_owned(),
            used_percent: Percent::new(41.5).unwrap(),
            minutes,
            resets_at: None,
            at: at(minute),
        }
    }

    /// Minutes after 12:00 on 2 January 2026, UTC.
    fn at(minute: u64) -> UnixNanos {
        UnixNanos((1_767_355_200 + 60 * minute) * 1_000_000_000)
    }

    fn line(spent: Option<Spent>, limits: Vec<LimitReading>, given: bool) -> String {
        let now = at(30);
        let line = Line {
            spent,
            limits,
            given_at: given.then_some(now),
            zone: &TimeZone::UTC,
            now,
        };
        line.to_string()
    }

    #[test]
    fn the_session_the_day_and_the_limits_stand_on_one_line() {
        let spent = Spent {
            session: Some(sums(3, 3, 124, 0)),
            today: sums(9, 8, 840, 5),
        };
        let limits = vec![
            reading("claude-code", "five_hour", Some(300), 30),
            reading("claude-code", "seven_day", Some(10_080), 2),
        ];
        assert_eq!(
            line(Some(spent), limits, true),
            "$1.24 session · $8.40* today · 5h 41.5 % · week 41.5 % (12:02)"
        );
    }

    #[test]
    fn without_a_tool_that_asks_each_is_named_with_its_time() {
        let spent = Spent {
            session: None,
            today: Sums::default(),
        };
        let limits = vec![
            reading("claude-code", "five_hour", Some(300), 1),
            reading("codex", "primary", Some(299), 2),
            reading("codex", "secondary", None, 3),
        ];
        assert_eq!(
            line(Some(spent), limits, false),
            "$0.00 today · claude-code 5h 41.5 % (12:01) · codex 5h 41.5 % (12:02) · secondary 41.5 % (12:03)"
        );
    }

    #[test]
    fn what_is_not_known_is_not_0() {
        assert_eq!(line(None, vec![], true), "no usage recorded");
        let spent = Spent {
            session: Some(Sums::default()),
            today: sums(2, 0, 0, 7),
        };
        assert_eq!(line(Some(spent), vec![], true), "unpriced today");
    }

    #[test]
    fn a_reading_of_another_day_says_which() {
        let spent = Spent {
            session: None,
            today: Sums::default(),
        };
        let mut old = reading("codex", "secondary", Some(10_080), 0);
        old.at = UnixNanos(at(0).0 - 86_400_000_000_000);
        assert_eq!(
            line(Some(spent), vec![old], false),
            "$0.00 today · codex week 41.5 % (2026-01-01 12:00)"
        );
    }
}
