//! Which days a range means, and what the agent is asked for them.

use super::{Grouping, Range};
use crate::now::Now;
use aco_domain::{By, ReportQuery};
use jiff::ToSpan as _;
use jiff::civil::Date;

/// Rows of a table beyond these are summed up in one sentence.
const MOST_ROWS: usize = 200;

/// The days of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// Which.
    pub range: Range,
    /// The first.
    pub first: Date,
    /// The last, which may be to come.
    pub last: Date,
    /// Today.
    pub today: Date,
}

impl Days {
    /// The days of a range now.
    #[must_use]
    pub fn of(range: Range, now: &Now) -> Self {
        let today = now.zoned(now.at).date();
        let (first, last) = match range {
            Range::Today => (today, today),
            Range::Week => {
                let monday = i64::from(today.weekday().to_monday_zero_offset());
                let first = today.saturating_sub(monday.days());
                (first, first.saturating_add(6.days()))
            }
            Range::Month => (today.first_of_month(), today.last_of_month()),
        };
        Self {
            range,
            first,
            last,
            today,
        }
    }

    fn query(&self, by: By) -> ReportQuery {
        ReportQuery {
            since: Some(self.first.to_string()),
            until: Some(self.last.to_string()),
            by,
            ..ReportQuery::default()
        }
    }

    /// The question behind the chart: each column's tools.
    #[must_use]
    pub fn chart_query(&self) -> ReportQuery {
        let column = match self.range {
            Range::Today => By::Hour,
            Range::Week | Range::Month => By::Day,
        };
        ReportQuery {
            then: Some(By::Tool),
            ..self.query(column)
        }
    }

    /// The question behind the table.
    #[must_use]
    pub fn table_query(&self, by: Grouping) -> ReportQuery {
        let (by, then) = match by {
            Grouping::Tool => (By::Tool, Some(By::Model)),
            Grouping::Model => (By::Model, None),
            Grouping::Project => (By::Project, None),
        };
        ReportQuery {
            then,
            top: Some(MOST_ROWS),
            ..self.query(by)
        }
    }
}
