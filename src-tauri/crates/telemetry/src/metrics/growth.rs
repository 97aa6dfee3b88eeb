//! What of a total may be exported, so that `increase()` over any time is the truth.
//!
//! Prometheus adds up the steps between samples. The step into a series' first sample is not one
//! of them, nor is what happened while nothing was seen, when one asks for a time that begins in
//! between. So whenever nothing was seen for a while (the series is new, the agent was off, shipping
//! was paused, an export failed), the value exported last is exported once more, which is zero for
//! a series that never was; and growth follows when that one has been taken *and* scraped.
//!
//! The value exported last is the largest that was ever handed to a connection, taken or not: an
//! answer may be lost, and a smaller value would read as a restart from zero.

use super::Series;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// Remembers what was exported of each counter.
#[derive(Debug)]
pub struct Growth {
    known: BTreeMap<Series, Exported>,
}

#[derive(Debug, Default)]
struct Exported {
    value: u64,
    /// Since when the endpoint has been taking this series without a gap.
    taken_since: Option<Instant>,
}

impl Growth {
    /// Goes on from what was exported by former runs.
    #[must_use]
    pub fn after(exported: impl IntoIterator<Item = (Series, u64)>) -> Self {
        let known = exported.into_iter().map(|(series, value)| {
            let taken_since = None;
            (series, Exported { value, taken_since })
        });
        Self {
            known: known.collect(),
        }
    }

    /// What to export of `totals` at `now`. A series shows growth when its last value has been out
    /// for `settled`: long enough for a scrape in between.
    #[must_use]
    pub fn plan(
        &self,
        totals: &[(Series, u64)],
        now: Instant,
        settled: Duration,
    ) -> Vec<(Series, u64)> {
        self.of(totals, |exported, total| {
            let since = exported.taken_since;
            if since.is_some_and(|since| now.duration_since(since) >= settled) {
                exported.value.max(total)
            } else {
                exported.value
            }
        })
    }

    /// The same without any growth, for when it could not be stored.
    #[must_use]
    pub fn standing(&self, totals: &[(Series, u64)]) -> Vec<(Series, u64)> {
        self.of(totals, |exported, _| exported.value)
    }

    fn of(
        &self,
        totals: &[(Series, u64)],
        value: impl Fn(&Exported, u64) -> u64,
    ) -> Vec<(Series, u64)> {
        let new = Exported::default();
        let values = totals.iter().map(|(series, total)| {
            let exported = self.known.get(series).unwrap_or(&new);
            (series.clone(), value(exported, *total))
        });
        values.collect()
    }

    /// `plan` is about to leave.
    pub fn leaving(&mut self, plan: &[(Series, u64)]) {
        for (series, value) in plan {
            self.known.entry(series.clone()).or_default().value = *value;
        }
    }

    /// `plan` was taken at `now`. What is not in it has a gap.
    pub fn taken(&mut self, plan: &[(Series, u64)], now: Instant) {
        let mut before = std::mem::take(&mut self.known);
        for (series, value) in plan {
            let taken_since = before.remove(series).and_then(|known| known.taken_since);
            self.known.insert(
                series.clone(),
                Exported {
                    value: *value,
                    taken_since: taken_since.or(Some(now)),
                },
            );
        }
        for (series, mut exported) in before {
            exported.taken_since = None;
            self.known.insert(series, exported);
        }
    }

    /// Nothing can be said any more about what is seen at the other end.
    pub fn interrupted(&mut self) {
        for exported in self.known.values_mut() {
            exported.taken_since = None;
        }
    }
}

#[cfg(test)]
#[path = "growth_tests.rs"]
mod tests;
