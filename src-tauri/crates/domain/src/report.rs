//! A report's figures as they are printed by `--json` and sent over the socket. Field names are
//! stable.
//!
//! May not enter: how figures are summed (the ledger's affair), and how a report looks.

use crate::{NanoUsd, ToolId};
use serde::{Deserialize, Serialize};
use std::ops::AddAssign;

/// What a report's rows are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// Hours of the zone: `2026-01-31T14:00+01:00`.
    Hour,
    /// Days of the zone: `2026-01-31`.
    #[default]
    Day,
    /// Weeks from Monday on, by ISO 8601: `2026-W05`.
    Week,
    /// Months: `2026-01`.
    Month,
    /// `tool.name`.
    Tool,
    /// The model, verbatim.
    Model,
    /// The project, verbatim.
    Project,
    /// The session, verbatim.
    Session,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Hour,
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Tool,
        Self::Model,
        Self::Project,
        Self::Session,
    ];

    /// Its name, as it is typed and as a report says it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Tool => "tool",
            Self::Model => "model",
            Self::Project => "project",
            Self::Session => "session",
        }
    }

    /// Whether its rows follow each other in time.
    #[must_use]
    pub fn is_time(self) -> bool {
        matches!(self, Self::Hour | Self::Day | Self::Week | Self::Month)
    }
}

/// The figures of a row, a total, or what was left out. Tokens of the first five kinds are
/// disjoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Calls.
    pub calls: i64,
    /// Tokens of input neither read from nor written to a cache.
    pub input_tokens: i64,
    /// Tokens of output, reasoning included.
    pub output_tokens: i64,
    /// Tokens read from a cache.
    pub cache_read_tokens: i64,
    /// Tokens written to a cache for five minutes, or for a time that was not stated.
    pub cache_write_5m_tokens: i64,
    /// Tokens written to a cache for an hour.
    pub cache_write_1h_tokens: i64,
    /// Tokens of reasoning, a part of the output.
    pub reasoning_tokens: i64,
    /// All tokens of the calls that have no price.
    pub unpriced_tokens: i64,
    /// The API value; nothing where no call has a price. In JSON exact decimal text.
    #[serde(rename = "cost_usd", with = "crate::usage::optional_decimal")]
    pub api_value: Option<NanoUsd>,
    /// What the user configured as paid, spread over the days meant; absent where no fee applies.
    /// Never added to the API value. In JSON exact decimal text.
    #[serde(
        rename = "fees_usd",
        with = "crate::usage::optional_decimal",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub fees: Option<NanoUsd>,
}

impl Figures {
    /// All tokens, each once.
    #[must_use]
    pub fn total_tokens(&self) -> i64 {
        self.input_tokens
            + self.output_tokens
            + self.cache_read_tokens
            + self.cache_write_5m_tokens
            + self.cache_write_1h_tokens
    }
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        let add = |number: &mut i64, more: i64| *number = number.saturating_add(more);
        add(&mut self.calls, other.calls);
        add(&mut self.input_tokens, other.input_tokens);
        add(&mut self.output_tokens, other.output_tokens);
        add(&mut self.cache_read_tokens, other.cache_read_tokens);
        add(&mut self.cache_write_5m_tokens, other.cache_write_5m_tokens);
        add(&mut self.cache_write_1h_tokens, other.cache_write_1h_tokens);
        add(&mut self.reasoning_tokens, other.reasoning_tokens);
        add(&mut self.unpriced_tokens, other.unpriced_tokens);
        let sum = |one: Option<NanoUsd>, more: Option<NanoUsd>| match (one, more) {
            (Some(one), Some(more)) => Some(NanoUsd(one.0.saturating_add(more.0))),
            (one, more) => one.or(more),
        };
        self.api_value = sum(self.api_value, other.api_value);
        self.fees = sum(self.fees, other.fees);
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// A span of time in the words of [`By`], or what was recorded, verbatim.
    pub key: String,
    /// The same for the report's second key, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<String>,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// Rows a report does not show, because fewer were asked for or they would be too many to send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Omitted {
    /// How many.
    pub rows: u64,
    /// All of them together.
    #[serde(flatten)]
    pub figures: Figures,
}

/// What was used and what it costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Rises when a name changes its meaning or goes; new names may come without.
    pub schema_version: u32,
    /// The first day asked for, `2026-01-31`.
    pub since: Option<String>,
    /// The last day asked for, included.
    pub until: Option<String>,
    /// The zone's name, or its offset.
    pub timezone: String,
    /// What a row is.
    pub by: By,
    /// What a row is within that, where two keys were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<By>,
    /// All rows together, those left out included.
    pub totals: Figures,
    /// In the order of time; else the dearest first, then those with the most tokens.
    pub rows: Vec<Row>,
    /// What is not among the rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub omitted: Option<Omitted>,
    /// Lines of the sources, of whatever day, that should have held usage and could not be read.
    pub skipped_lines: u64,
    /// The models with unpriced tokens, those with the most of them first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unpriced_models: Vec<String>,
}

impl Report {
    /// The value of `schema_version` this build writes.
    pub const SCHEMA_VERSION: u32 = 1;

    /// Leaves out all but `most` rows, the dearest or the last in time, and adds up the others.
    pub fn keep(&mut self, most: usize) {
        let excess = self.rows.len().saturating_sub(most);
        if excess == 0 {
            return;
        }
        let left_out = if self.by.is_time() {
            self.rows.drain(..excess)
        } else {
            self.rows.drain(most..)
        };
        let omitted = self.omitted.get_or_insert_default();
        for row in left_out {
            omitted.rows += 1;
            omitted.figures += row.figures;
        }
    }
}

/// What a report is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportQuery {
    /// The first day, as `aco report --since` takes it: `2026-01-31`, `2026-01`, `today`, `7d` …
    pub since: Option<String>,
    /// The last day, included.
    pub until: Option<String>,
    /// Whose days are meant: a zone's name or offset; the agent's local zone when absent.
    pub timezone: Option<String>,
    /// What a row is.
    pub by: By,
    /// What a row is within that.
    pub then: Option<By>,
    /// Of which tool; nothing is all.
    pub tool: Option<ToolId>,
    /// At most so many rows: the dearest, or the last in time.
    pub top: Option<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(by: By, costs: &[Option<i64>]) -> Report {
        let rows = (1..).zip(costs).map(|(calls, cost)| Row {
            key: calls.to_string(),
            then: None,
            figures: Figures {
                calls,
                api_value: cost.map(NanoUsd),
                ..Figures::default()
            },
        });
        Report {
            schema_version: Report::SCHEMA_VERSION,
            since: None,
            until: None,
            timezone: "UTC".into(),
            by,
            then: None,
            totals: Figures::default(),
            rows: rows.collect(),
            omitted: None,
            skipped_lines: 0,
            unpriced_models: Vec::new(),
        }
    }

    #[test]
    fn what_is_left_out_is_added_up() {
        let costs = [None, Some(5), Some(7), None];
        for (by, kept, omitted) in [
            (By::Model, ["1", "2"], (3 + 4, Some(7))),
            (By::Day, ["3", "4"], (1 + 2, Some(5))),
        ] {
            let mut report = report(by, &costs);
            report.keep(4);
            assert_eq!(report.omitted, None);
            report.keep(2);
            let keys: Vec<_> = report.rows.iter().map(|row| &*row.key).collect();
            assert_eq!(keys, kept);
            let left = report.omitted.unwrap();
            let sums = (
                left.figures.calls,
                left.figures.api_value.map(|cost| cost.0),
            );
            assert_eq!((left.rows, sums), (2, omitted));
        }
    }

    #[test]
    fn it_survives_its_json() {
        let mut report = report(By::Model, &[Some(1_500_000_000), None]);
        report.rows[0].then = Some("2026-01-31".into());
        report.keep(1);
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["rows"][0]["cost_usd"], "1.5");
        assert_eq!(json["omitted"]["cost_usd"], serde_json::Value::Null);
        assert_eq!(serde_json::from_value::<Report>(json).unwrap(), report);
    }
}
