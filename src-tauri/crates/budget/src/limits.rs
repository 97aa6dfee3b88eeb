//! Limits that tools record: which reading counts, how long it does, and what is to be told of it.

use aco_domain::{LimitReading, Percent, ToolId, UnixNanos};

/// A threshold that a reading is at or above, and that is not told yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passing {
    /// The reading.
    pub reading: LimitReading,
    /// In percent.
    pub threshold: u32,
}

/// A threshold that was told, to be kept over a restart: once for each window, which ends when the
/// tool says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldPassing {
    /// Of which tool.
    pub tool: ToolId,
    /// Which of its windows.
    pub window: String,
    /// In percent.
    pub threshold: u32,
    /// When the window ends that it was told of. What is recorded from then on is another one's.
    pub ends: UnixNanos,
}

/// Keeps the newest reading of each window. Whether anything changed.
pub fn keep_newest(
    known: &mut Vec<LimitReading>,
    found: impl IntoIterator<Item = LimitReading>,
) -> bool {
    let mut changed = false;
    for reading in found {
        let same = |other: &&mut LimitReading| {
            other.tool == reading.tool && other.window == reading.window
        };
        match known.iter_mut().find(same) {
            Some(older) if older.at < reading.at => *older = reading,
            Some(_) => continue,
            None => known.push(reading),
        }
        changed = true;
    }
    known.sort_by(|one, other| {
        (&one.tool, one.minutes, &one.window).cmp(&(&other.tool, other.minutes, &other.window))
    });
    changed
}

/// The readings whose window is not over yet. What is used of the next one nobody has said.
pub fn in_force(readings: &[LimitReading], now: UnixNanos) -> impl Iterator<Item = &LimitReading> {
    readings
        .iter()
        .filter(move |reading| reading.ends().is_none_or(|ends| now < ends))
}

/// What is to be told now, and to be kept as told. A window whose end no tool says is told of once
/// a day.
#[must_use]
pub fn passings(
    readings: &[LimitReading],
    thresholds: &[u32],
    now: UnixNanos,
    told: &[ToldPassing],
) -> Vec<(ToldPassing, Passing)> {
    const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);
    let mut thresholds = thresholds.to_vec();
    thresholds.sort_unstable();
    thresholds.dedup();
    let mut news = Vec::new();
    for reading in in_force(readings, now) {
        for &threshold in &thresholds {
            let is_told = told.iter().any(|told| {
                told.tool == reading.tool
                    && told.window == reading.window
                    && told.threshold == threshold
                    && reading.at < told.ends
            });
            if reading.used_percent < Percent::whole(threshold) || is_told {
                continue;
            }
            let told = ToldPassing {
                tool: reading.tool.clone(),
                window: reading.window.clone(),
                threshold,
                ends: reading.ends().unwrap_or(reading.at.plus(DAY)),
            };
            let reading = reading.clone();
            news.push((told, Passing { reading, threshold }));
        }
    }
    news
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000_000_000;

    fn reading(window: &str, percent: f64, at: u64, resets_at: Option<u64>) -> LimitReading {
        LimitReading {
            tool: ToolId::new("codex").unwrap(),
            window: window.to_owned(),
            used_percent: Percent::new(percent).unwrap(),
            minutes: Some(300),
            resets_at: resets_at.map(UnixNanos),
            at: UnixNanos(at),
        }
    }

    #[test]
    fn the_newest_reading_counts_whatever_the_order() {
        let old = reading("primary", 90.0, 1, None);
        let new = reading("primary", 10.0, 2, None);
        let other = reading("secondary", 50.0, 1, None);
        for found in [
            [old.clone(), new.clone(), other.clone()],
            [other.clone(), new.clone(), old.clone()],
        ] {
            let mut known = Vec::new();
            assert!(keep_newest(&mut known, found));
            assert_eq!(known, [new.clone(), other.clone()]);
            assert!(!keep_newest(&mut known, [old.clone(), new.clone()]));
        }
    }

    #[test]
    fn a_reading_is_over_when_its_window_is() {
        let ends_by_the_tool = reading("primary", 1.0, 0, Some(2 * HOUR));
        let ends_by_its_length = reading("secondary", 1.0, 0, None);
        let mut never = reading("weekly", 1.0, 0, None);
        never.minutes = None;
        let all = [ends_by_the_tool, ends_by_its_length, never];
        let left = |now| in_force(&all, UnixNanos(now)).count();
        assert_eq!(
            [0, 2 * HOUR - 1, 2 * HOUR, 5 * HOUR - 1, 5 * HOUR].map(left),
            [3, 3, 2, 2, 1]
        );
    }

    #[test]
    fn a_threshold_is_told_once_for_each_window() {
        let mut told = Vec::new();
        let mut said = |percent, at, resets_at| {
            let readings = [reading("primary", percent, at, Some(resets_at))];
            let news = passings(&readings, &[100, 80], UnixNanos(at), &told);
            told.extend(news.iter().map(|(told, _)| told.clone()));
            news.iter().map(|(_, it)| it.threshold).collect::<Vec<_>>()
        };
        assert_eq!(said(79.99, HOUR, 5 * HOUR), []);
        assert_eq!(said(80.0, 2 * HOUR, 5 * HOUR), [80]);
        // The end of a window is told to the second, and moves by some.
        assert_eq!(said(85.0, 3 * HOUR, 5 * HOUR + 7), []);
        assert_eq!(said(100.0, 4 * HOUR, 5 * HOUR - 7), [100]);
        assert_eq!(said(100.0, 5 * HOUR - 8, 5 * HOUR - 7), []);
        assert_eq!(said(101.0, 5 * HOUR, 10 * HOUR), [80, 100]);
    }

    #[test]
    fn what_was_recorded_long_ago_is_no_news() {
        let old = [reading("primary", 100.0, HOUR, Some(2 * HOUR))];
        assert_eq!(passings(&old, &[80], UnixNanos(9 * HOUR), &[]), []);
    }
}
