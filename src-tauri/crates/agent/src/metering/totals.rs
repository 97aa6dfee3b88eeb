//! What has been counted, over restarts. Pure; `aco_home::MetricStore` is its file.

use aco_domain::UnixNanos;
use aco_home::StoredTotal;
use aco_telemetry::metrics::Series;
use std::collections::BTreeMap;

/// The total of each counter.
#[derive(Debug, Default)]
pub(super) struct Totals {
    known: BTreeMap<Series, Total>,
    /// What a program with other families has left: it may come back.
    foreign: Vec<StoredTotal>,
    /// Former totals were lost: what others have counted so far has been exported before.
    lost: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Total {
    total: u64,
    /// How far the count that it follows had come.
    source: u64,
    exported: u64,
}

impl Totals {
    /// Goes on from these.
    pub(super) fn restored(stored: &[StoredTotal]) -> Self {
        let mut totals = Self::default();
        for kept in stored {
            let Some(series) = Series::named(&kept.name, &kept.labels) else {
                totals.foreign.push(kept.clone());
                continue;
            };
            let total = Total {
                total: kept.total,
                source: kept.source,
                exported: kept.exported,
            };
            totals.known.insert(series, total);
        }
        totals
    }

    /// Goes on from these, of which some may have been lost.
    pub(super) fn lost(stored: &[StoredTotal]) -> Self {
        Self {
            lost: true,
            ..Self::restored(stored)
        }
    }

    /// Counts `more`.
    pub(super) fn add(&mut self, series: Series, more: u64) {
        let total = &mut self.known.entry(series).or_default().total;
        *total = total.saturating_add(more);
    }

    /// Counts what `source`, a count of somebody else's, has grown by, and returns the total. A
    /// source that goes back (its own file was lost) is followed from there: it may not take the
    /// total with it.
    pub(super) fn follow(&mut self, series: Series, source: u64) -> u64 {
        let begin = Total {
            source: if self.lost { source } else { 0 },
            ..Total::default()
        };
        let total = self.known.entry(series).or_insert(begin);
        let grown = source.saturating_sub(total.source);
        total.total = total.total.saturating_add(grown);
        total.source = source;
        total.total
    }

    /// Counts what has accrued up to an instant: `since` says how much, from the instant up to which
    /// it was counted before. A series begins now, and a clock that goes back counts nothing until it
    /// has caught up.
    pub(super) fn accrue(
        &mut self,
        series: Series,
        through: UnixNanos,
        since: impl FnOnce(UnixNanos) -> u64,
    ) -> u64 {
        let begin = Total {
            source: through.0,
            ..Total::default()
        };
        let total = self.known.entry(series).or_insert(begin);
        if total.source < through.0 {
            let more = since(UnixNanos(total.source));
            total.total = total.total.saturating_add(more);
            total.source = through.0;
        }
        total.total
    }

    /// The total of a series; 0 for one that has none.
    pub(super) fn of(&self, series: &Series) -> u64 {
        self.known.get(series).map_or(0, |total| total.total)
    }

    /// Notes what is about to be exported.
    pub(super) fn note_exported(&mut self, exported: &[(Series, u64)]) {
        for (series, value) in exported {
            self.known.entry(series.clone()).or_default().exported = *value;
        }
    }

    /// What was exported of each.
    pub(super) fn exported(&self) -> Vec<(Series, u64)> {
        let known = self.known.iter();
        known
            .map(|(series, total)| (series.clone(), total.exported))
            .collect()
    }

    /// Everything, as the file takes it.
    pub(super) fn to_store(&self) -> Vec<StoredTotal> {
        let known = self.known.iter().map(|(series, total)| StoredTotal {
            name: series.family().name.to_owned(),
            labels: series.labels().to_vec(),
            total: total.total,
            source: total.source,
            exported: total.exported,
        });
        known.chain(self.foreign.iter().cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_telemetry::metrics::family::{
        CLI_ACTIVE_DURATION, CLI_ESTIMATED_COST, RECORDS_SHIPPED,
    };

    fn shipped() -> Series {
        RECORDS_SHIPPED.series([])
    }

    #[test]
    fn totals_go_on_after_a_restart() {
        let tool = CLI_ACTIVE_DURATION.series(["ollama", "local-model"]);
        let mut totals = Totals::default();
        totals.add(tool.clone(), 1500);
        assert_eq!(totals.follow(shipped(), 7), 7, "its whole history counts");
        totals.note_exported(&[(tool.clone(), 1000)]);

        let mut totals = Totals::restored(&totals.to_store());
        totals.add(tool.clone(), 500);
        assert_eq!(totals.of(&tool), 2000);
        let exported = totals.exported();
        assert!(exported.contains(&(tool, 1000)), "{exported:?}");
        // While this program was off, another one wrote to the spool.
        assert_eq!(totals.follow(shipped(), 9), 9);
    }

    #[test]
    fn a_source_that_begins_again_takes_nothing_back() {
        let mut totals = Totals::default();
        let counts = [(5, 5), (8, 8), (0, 8), (2, 10), (1, 10), (4, 13)];
        for (source, total) in counts {
            assert_eq!(totals.follow(shipped(), source), total, "{source}");
        }
    }

    #[test]
    fn after_a_loss_nothing_is_counted_twice() {
        let mut totals = Totals::lost(&[]);
        assert_eq!(totals.follow(shipped(), 100), 0);
        assert_eq!(totals.follow(shipped(), 103), 3);
    }

    #[test]
    fn what_accrues_begins_at_zero_and_goes_on_over_a_restart() {
        let fee = || CLI_ESTIMATED_COST.series(["codex", "coding-agent"]);
        // Three a tick.
        let accrue = |totals: &mut Totals, now: u64| {
            totals.accrue(fee(), UnixNanos(now), |from| (now - from.0) * 3)
        };
        let mut totals = Totals::default();
        assert_eq!(accrue(&mut totals, 1_000), 0);
        assert_eq!(accrue(&mut totals, 1_010), 30);
        assert_eq!(accrue(&mut totals, 900), 30, "the clock was set back");
        let mut totals = Totals::restored(&totals.to_store());
        assert_eq!(accrue(&mut totals, 1_010), 30);
        assert_eq!(
            accrue(&mut totals, 1_100),
            300,
            "paid while it was off, too"
        );
        // The file was lost: what it had was exported before.
        let mut totals = Totals::lost(&[]);
        assert_eq!(accrue(&mut totals, 2_000), 0);
    }

    #[test]
    fn what_another_version_counted_is_kept() {
        let foreign = StoredTotal {
            name: "ai.of.the.future".to_owned(),
            total: 3,
            ..StoredTotal::default()
        };
        let mut totals = Totals::restored(std::slice::from_ref(&foreign));
        totals.add(shipped(), 1);
        assert!(totals.to_store().contains(&foreign));
        assert_eq!(totals.to_store().len(), 2);
    }
}
