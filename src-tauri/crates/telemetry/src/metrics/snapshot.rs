//! Values of one moment, without a word on where they come from.

use super::family::{Counter, Gauge, Row, named};
use std::cmp::Ordering;

/// A family and the values of its labels: what a value belongs to.
#[derive(Clone, Debug)]
pub struct Series {
    row: &'static Row,
    labels: Box<[String]>,
}

impl Series {
    pub(super) fn new(row: &'static Row, labels: &[&str]) -> Self {
        Self {
            row,
            labels: labels.iter().map(|&value| value.to_owned()).collect(),
        }
    }

    /// The series a file speaks of; nothing when this program has no such family.
    #[must_use]
    pub fn named(name: &str, labels: &[String]) -> Option<Self> {
        let row = named(name).filter(|row| row.labels.len() == labels.len())?;
        Some(Self {
            row,
            labels: labels.into(),
        })
    }

    /// Its family.
    #[must_use]
    pub fn family(&self) -> &'static Row {
        self.row
    }

    /// The values of its labels, in the order of the family's keys.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    fn key(&self) -> (&'static str, &[String]) {
        (self.row.name, &self.labels)
    }
}

impl PartialEq for Series {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Series {}

impl PartialOrd for Series {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Series {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// What is known at one moment. A series that is not in it is not exported: absent is not 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    pub(crate) gauges: Vec<(Series, f64)>,
    pub(crate) counters: Vec<(Series, u64)>,
}

impl Snapshot {
    /// Adds a value of the moment.
    pub fn gauge<const LABELS: usize>(
        &mut self,
        family: Gauge<LABELS>,
        labels: [&str; LABELS],
        value: f64,
    ) {
        self.gauges.push((family.series(labels), value));
    }

    /// What there is a value for.
    pub fn series(&self) -> impl Iterator<Item = &Series> {
        let gauges = self.gauges.iter().map(|(series, _)| series);
        gauges.chain(self.counters.iter().map(|(series, _)| series))
    }

    /// Adds a total. What is exported of it is up to [`super::Growth`].
    pub fn counter<const LABELS: usize>(
        &mut self,
        family: Counter<LABELS>,
        labels: [&str; LABELS],
        total: u64,
    ) {
        self.counters.push((family.series(labels), total));
    }
}

#[cfg(test)]
mod tests {
    use super::super::family::{CLI_ACTIVE_DURATION, RECORDS_DROPPED};
    use super::*;

    #[test]
    fn a_series_survives_a_file() {
        let series = CLI_ACTIVE_DURATION.series(["ollama", "local-model"]);
        let again = Series::named(series.family().name, series.labels());
        assert_eq!(again, Some(series));
        let unknown = [
            Series::named("ai.cli.active", &["a".into(), "b".into()]),
            Series::named("ai.cli.active.duration", &["a".into()]),
        ];
        assert_eq!(unknown, [None, None]);
        assert_ne!(
            RECORDS_DROPPED.series(["age"]),
            RECORDS_DROPPED.series(["disk"])
        );
    }
}
