//! The limits of the user's plan, which the server says with each answer and Codex writes beside the
//! counts.

use super::TOOL;
use crate::json::{Number, Object, Text, Whole};
use aco_domain::{LimitReading, Percent, ToolId, UnixNanos};
use serde::Deserialize;
use std::time::Duration;

/// The limit that is meant where none is named.
const USUAL: &str = "codex";

/// A name becomes a label of a metric: what is longer than this is none.
const LONGEST_NAME: usize = 40;

/// `rate_limits` of a `token_count` row.
#[derive(Deserialize)]
pub(super) struct RateLimits<'a> {
    #[serde(borrow, default)]
    limit_id: Text<'a>,
    #[serde(borrow, default)]
    limit_name: Text<'a>,
    #[serde(default)]
    primary: Object<Window>,
    #[serde(default)]
    secondary: Object<Window>,
}

#[derive(Clone, Copy, Deserialize)]
struct Window {
    #[serde(default)]
    used_percent: Number,
    #[serde(default)]
    window_minutes: Whole,
    /// Seconds since 1970.
    #[serde(default)]
    resets_at: Whole,
    /// Seconds from the row's time on, as versions before 0.50 or so have it.
    #[serde(default)]
    resets_in_seconds: Whole,
}

impl RateLimits<'_> {
    /// Adds what the row of this time says; of each window the newest reading stays.
    pub(super) fn read(&self, at: UnixNanos, into: &mut Vec<LimitReading>) {
        let Ok(tool) = ToolId::new(TOOL) else {
            return;
        };
        // The usual limit has a name in some versions and none in others.
        let other = self.limit_id.get().filter(|id| *id != USUAL);
        let name = other.map(|id| self.limit_name.get().unwrap_or(id));
        if name.is_some_and(|name| name.len() > LONGEST_NAME || name.contains(char::is_control)) {
            return;
        }
        for (window, place) in [(&self.primary, "primary"), (&self.secondary, "secondary")] {
            let Some(window) = &window.0 else {
                continue;
            };
            let Some(used_percent) = window.used_percent.0.and_then(Percent::new) else {
                continue;
            };
            let reading = LimitReading {
                tool: tool.clone(),
                window: match name {
                    Some(name) => format!("{} {place}", name.replace(' ', "-")),
                    None => place.to_owned(),
                },
                used_percent,
                minutes: window.window_minutes.0,
                resets_at: window.resets_at(at),
                at,
            };
            let same = |known: &&mut LimitReading| known.window == reading.window;
            match into.iter_mut().find(same) {
                Some(known) if known.at <= reading.at => *known = reading,
                Some(_) => {}
                None => into.push(reading),
            }
        }
    }
}

impl Window {
    fn resets_at(&self, at: UnixNanos) -> Option<UnixNanos> {
        let epoch = UnixNanos(0);
        let seconds = Duration::from_secs;
        match (self.resets_at.0, self.resets_in_seconds.0) {
            (Some(then), _) => Some(epoch.plus(seconds(then))),
            (None, Some(rest)) => Some(at.plus(seconds(rest))),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: UnixNanos = UnixNanos(1_000_000_000);

    fn read(rows: &[(u64, &str)]) -> Vec<(String, String, Option<u64>, Option<u64>)> {
        let mut readings = Vec::new();
        for (at, json) in rows {
            let limits: RateLimits<'_> = serde_json::from_str(json).unwrap();
            limits.read(UnixNanos(*at), &mut readings);
        }
        let told = readings.into_iter().map(|it| {
            let ends = it.resets_at.map(UnixNanos::seconds);
            (it.window, it.used_percent.to_string(), it.minutes, ends)
        });
        told.collect()
    }

    #[test]
    fn both_windows_are_read_in_the_words_of_any_version() {
        let now = r#"{"limit_id":"codex","limit_name":null,"primary":{"used_percent":12.5,"window_minutes":300,"resets_at":1767323045},"secondary":{"used_percent":42,"window_minutes":10080,"resets_at":1767923045},"credits":null,"plan_type":"plus"}"#;
        let expected = [
            (
                "primary".to_owned(),
                "12.5".to_owned(),
                Some(300),
                Some(1_767_323_045),
            ),
            (
                "secondary".to_owned(),
                "42".to_owned(),
                Some(10_080),
                Some(1_767_923_045),
            ),
        ];
        assert_eq!(read(&[(AT.0, now)]), expected);
        let then = r#"{"primary":{"used_percent":3.0,"window_minutes":299,"resets_in_seconds":60},"secondary":null}"#;
        let expected = [("primary".to_owned(), "3".to_owned(), Some(299), Some(61))];
        assert_eq!(read(&[(AT.0, then)]), expected);
    }

    #[test]
    fn another_limit_of_the_plan_has_a_name() {
        let other = r#"{"limit_id":"codex_spark","limit_name":"GPT 5.3 Spark","primary":{"used_percent":1}}"#;
        let found = read(&[(1, other)]);
        assert_eq!(found[0].0, "GPT-5.3-Spark primary");
        let unnamed = r#"{"limit_id":"codex_spark","primary":{"used_percent":1}}"#;
        assert_eq!(read(&[(1, unnamed)])[0].0, "codex_spark primary");
    }

    #[test]
    fn of_a_window_the_newest_reading_stays() {
        let row = |percent| format!(r#"{{"primary":{{"used_percent":{percent}}}}}"#);
        let (one, two) = (row(1), row(2));
        for rows in [[(5, &*one), (6, &*two)], [(6, &*two), (5, &*one)]] {
            let found = read(&rows);
            assert_eq!((found.len(), &*found[0].1), (1, "2"));
        }
    }

    #[test]
    fn what_is_no_reading_is_none() {
        let long = format!(
            r#"{{"limit_id":"{}","primary":{{"used_percent":1}}}}"#,
            "x".repeat(41)
        );
        for nothing in [
            "{}",
            r#"{"primary":{}}"#,
            r#"{"primary":{"used_percent":null}}"#,
            r#"{"primary":{"used_percent":-1}}"#,
            r#"{"primary":{"used_percent":"12"}}"#,
            r#"{"primary":[1],"secondary":7}"#,
            r#"{"limit_id":"a\u0007","primary":{"used_percent":1}}"#,
            &long,
        ] {
            assert_eq!(read(&[(1, nothing)]), [], "{nothing}");
        }
    }
}
