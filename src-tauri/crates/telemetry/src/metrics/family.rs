//! The table of the metrics. Dashboards rely on it: a name, unit or label is never changed, only
//! added. A further family is a row here, and somebody who hands in its values.
//!
//! A gauge has no unit `1`: Prometheus would call it a ratio.

use super::snapshot::Series;

/// What the values of a family are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A value of the moment.
    Gauge,
    /// A total that never decreases. It is a whole number of which `per_unit` make one of the unit:
    /// a fraction could come back from a file smaller by its last bit, and Prometheus would count
    /// all of it again.
    Counter {
        /// How many of them are one of the family's unit.
        per_unit: u32,
    },
}

/// A family: everything that is the same for its series.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// The OpenTelemetry name.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// Its unit in UCUM's spelling; empty for none.
    pub unit: &'static str,
    /// The keys of its labels, in the order their values are given.
    pub labels: &'static [&'static str],
    /// A sentence for people.
    pub about: &'static str,
}

/// A family of gauges whose series have `LABELS` labels.
#[derive(Clone, Copy, Debug)]
pub struct Gauge<const LABELS: usize>(&'static Row);

/// A family of counters whose series have `LABELS` labels.
#[derive(Clone, Copy, Debug)]
pub struct Counter<const LABELS: usize>(&'static Row);

impl<const LABELS: usize> Gauge<LABELS> {
    /// Fails to compile for a row of another shape.
    const fn of(row: &'static Row) -> Self {
        assert!(matches!(row.kind, Kind::Gauge) && row.labels.len() == LABELS);
        Self(row)
    }

    /// The series with these values of its labels.
    #[must_use]
    pub fn series(self, labels: [&str; LABELS]) -> Series {
        Series::new(self.0, &labels)
    }
}

impl<const LABELS: usize> Counter<LABELS> {
    /// Fails to compile for a row of another shape.
    const fn of(row: &'static Row) -> Self {
        assert!(matches!(row.kind, Kind::Counter { .. }) && row.labels.len() == LABELS);
        Self(row)
    }

    /// The series with these values of its labels.
    #[must_use]
    pub fn series(self, labels: [&str; LABELS]) -> Series {
        Series::new(self.0, &labels)
    }
}

const GAUGE: Kind = Kind::Gauge;
const COUNT: Kind = Kind::Counter { per_unit: 1 };
/// Seconds, counted in thousandths.
const MILLISECONDS: Kind = Kind::Counter { per_unit: 1_000 };

const APP: &[&str] = &["app.name", "app.category"];
const CLI: &[&str] = &["cli.name", "cli.category"];
/// Dollars, counted in nano-dollars.
const NANO_DOLLARS: Kind = Kind::Counter {
    per_unit: 1_000_000_000,
};

const MODEL: &[&str] = &["tool.name", "model.name"];
const TOOL: &[&str] = &["tool.name"];
const NONE: &[&str] = &[];

macro_rules! families {
    ($($id:ident: $of:ident<$labels:literal> = $name:literal, $unit:literal, $kind:expr, $keys:expr, $about:literal;)*) => {
        $(
            #[doc = concat!("`", $name, "`: ", $about, ".")]
            pub const $id: $of<$labels> = $of::of(&Row {
                name: $name,
                kind: $kind,
                unit: $unit,
                labels: $keys,
                about: $about,
            });
        )*

        /// Every family.
        pub const ALL: &[&Row] = &[$($id.0),*];
    };
}

families! {
    APP_RUNNING: Gauge<2> = "ai.app.running", "", GAUGE, APP,
        "1 while the desktop application runs, 0 after it was seen and has stopped";
    APP_ACTIVE_DURATION: Counter<2> = "ai.app.active.duration", "s", MILLISECONDS, APP,
        "time the desktop application ran";
    APP_CPU_USAGE: Gauge<2> = "ai.app.cpu.usage", "%", GAUGE, APP,
        "processor time used between the last two looks; 100 is one core";
    APP_MEMORY_USAGE: Gauge<2> = "ai.app.memory.usage", "MB", GAUGE, APP,
        "resident memory in millions of bytes";
    CLI_RUNNING: Gauge<2> = "ai.cli.running", "", GAUGE, CLI,
        "1 while the command-line tool runs, 0 after it was seen and has stopped";
    CLI_ACTIVE_DURATION: Counter<2> = "ai.cli.active.duration", "s", MILLISECONDS, CLI,
        "time the command-line tool ran";
    APP_ESTIMATED_COST: Counter<2> = "ai.app.estimated.cost", "USD", NANO_DOLLARS, APP,
        "fees that are paid for the desktop application, spread over time";
    CLI_ESTIMATED_COST: Counter<2> = "ai.cli.estimated.cost", "USD", NANO_DOLLARS, CLI,
        "fees that are paid for the command-line tool, spread over time";
    LIMIT_USED: Gauge<2> = "ai.limit.used", "%", GAUGE, &["tool.name", "limit.window"],
        "used of a plan's limit, as the tool last recorded it, until its window is over";
    TOKENS_INPUT: Counter<2> = "ai.tokens.input", "", COUNT, MODEL,
        "tokens of input that were neither read from a cache nor written to one";
    TOKENS_OUTPUT: Counter<2> = "ai.tokens.output", "", COUNT, MODEL,
        "tokens of output, reasoning included";
    TOKENS_CACHE_READ: Counter<2> = "ai.tokens.cache_read", "", COUNT, MODEL,
        "tokens of input read from a cache";
    TOKENS_CACHE_WRITE: Counter<2> = "ai.tokens.cache_write", "", COUNT, MODEL,
        "tokens of input written to a cache";
    TOKENS_REASONING: Counter<2> = "ai.tokens.reasoning", "", COUNT, MODEL,
        "tokens of reasoning, a part of the output";
    TOKENS_UNPRICED: Counter<2> = "ai.tokens.unpriced", "", COUNT, MODEL,
        "tokens of calls without a known price";
    TOKENS_COST: Counter<2> = "ai.tokens.cost_usd", "", NANO_DOLLARS, MODEL,
        "API value: recorded tokens at list price";
    PROMPT_COUNT: Counter<2> = "ai.prompt.count", "", COUNT, &["tool.name", "source"],
        "calls that were recorded";
    COST_TODAY: Gauge<1> = "ai.cost.today", "USD", GAUGE, TOOL,
        "API value of the local day";
    COST_MONTH_TO_DATE: Gauge<1> = "ai.cost.month_to_date", "USD", GAUGE, TOOL,
        "API value of the local month";
    SPOOL_BYTES: Gauge<0> = "ai.agent.spool.bytes", "By", GAUGE, NONE,
        "bytes of the records that wait to be shipped";
    SPOOL_OLDEST_AGE: Gauge<0> = "ai.agent.spool.oldest_age", "s", GAUGE, NONE,
        "age of the oldest record that waits; 0 when none does";
    RECORDS_SPOOLED: Counter<0> = "ai.agent.records.spooled", "", COUNT, NONE,
        "log records written to the spool";
    RECORDS_SHIPPED: Counter<0> = "ai.agent.records.shipped", "", COUNT, NONE,
        "log records the endpoint has answered for";
    RECORDS_DROPPED: Counter<1> = "ai.agent.records.dropped", "", COUNT, &["reason"],
        "log records that were lost, by reason";
    RECORDS_QUARANTINED: Counter<0> = "ai.agent.records.quarantined", "", COUNT, NONE,
        "log records the endpoint refused for good";
}

/// The family of this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Row> {
    ALL.iter().copied().find(|row| row.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_family_is_found_by_its_name_which_is_its_own() {
        let names: BTreeSet<_> = ALL.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), ALL.len());
        for row in ALL {
            assert_eq!(named(row.name), Some(*row));
        }
        assert_eq!(named("ai.app"), None);
    }

    #[test]
    fn the_sdk_takes_every_name_and_unit() {
        // What it does not take, it replaces by an instrument that measures nothing.
        for row in ALL {
            let rest = row.name.strip_prefix("ai.").unwrap();
            let legal = |c: char| c.is_ascii_lowercase() || matches!(c, '.' | '_');
            assert!(rest.chars().all(legal), "{}", row.name);
            assert!(row.unit.len() <= 63 && row.unit.is_ascii());
            assert_ne!(row.unit, "1", "{}: it would be called a ratio", row.name);
        }
    }
}
