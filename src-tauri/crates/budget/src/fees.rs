//! Fees that are paid, spread over the days they are paid for.
//!
//! A fee is spread evenly over the days of each calendar month or year, from its first day on: a
//! day's share is the difference of two rounded sums, so that the days of a whole period add up to
//! the fee to the last nano-dollar, and any days add up to the sum of what they are made of. A fee
//! for several tools is paid once: it is split evenly among them, the first ones taking the
//! nano-dollars that are left over, before it is spread.

use crate::Day;
use aco_domain::{NanoUsd, ToolId, UnixNanos};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// How often a fee is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Every calendar month.
    Month,
    /// Every calendar year.
    Year,
}

/// A fee as it is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fee {
    /// The fee of one period.
    pub amount: NanoUsd,
    /// How often it is paid.
    pub period: Period,
    /// The first day it was paid for; nothing is "as long as there are records".
    pub since: Option<Date>,
    /// The tools it pays for.
    pub tools: Vec<ToolId>,
}

/// A tool's part of a fee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The tool; nothing for a fee that names none.
    pub tool: Option<ToolId>,
    amount: NanoUsd,
    period: Period,
    since: Date,
}

/// All fees, by tool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fees {
    parts: Vec<Part>,
}

impl Fees {
    /// Splits fees among their tools. `earliest` is the first day of which there are records: the
    /// first day of a fee that names none.
    #[must_use]
    pub fn new(fees: &[Fee], earliest: Date) -> Self {
        let parts = fees.iter().flat_map(|fee| fee.split(earliest)).collect();
        Self { parts }
    }

    /// Whether no fee is configured.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Each tool's part of each fee.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Those of one tool.
    #[must_use]
    pub fn of_tool(&self, tool: &ToolId) -> Self {
        let mut parts = self.parts.clone();
        parts.retain(|part| part.tool.as_ref() == Some(tool));
        Self { parts }
    }

    /// The first day of which something was paid.
    #[must_use]
    pub fn first_day(&self) -> Option<Date> {
        self.parts.iter().map(|part| part.since).min()
    }

    /// What was paid for the days from `first` to `last`, both included.
    #[must_use]
    pub fn over(&self, first: Date, last: Date) -> NanoUsd {
        sum(self.parts.iter().map(|part| part.over(first, last)))
    }

    /// The same by tool; what was paid for no tool in particular has none.
    #[must_use]
    pub fn by_tool(&self, first: Date, last: Date) -> BTreeMap<Option<ToolId>, NanoUsd> {
        let mut tools: BTreeMap<_, NanoUsd> = BTreeMap::new();
        for part in &self.parts {
            let amount = tools.entry(part.tool.clone()).or_default();
            *amount = sum([*amount, part.over(first, last)]);
        }
        tools
    }
}

impl Fee {
    fn split(&self, earliest: Date) -> Vec<Part> {
        let mut tools: Vec<Option<&ToolId>> = Vec::new();
        for tool in &self.tools {
            if !tools.contains(&Some(tool)) {
                tools.push(Some(tool));
            }
        }
        if tools.is_empty() {
            tools.push(None);
        }
        let count = i64::try_from(tools.len()).unwrap_or(i64::MAX);
        let (each, left_over) = (self.amount.0 / count, self.amount.0 % count);
        let parts = (0..).zip(tools).map(|(place, tool)| Part {
            tool: tool.cloned(),
            amount: NanoUsd(each + i64::from(place < left_over)),
            period: self.period,
            since: self.since.unwrap_or(earliest),
        });
        parts.collect()
    }
}

impl Part {
    /// The share of the days from `first` to `last`, both included.
    #[must_use]
    pub fn over(&self, first: Date, last: Date) -> NanoUsd {
        let first = first.max(self.since);
        if last < first {
            return NanoUsd(0);
        }
        let after = last.tomorrow().unwrap_or(last);
        let whole_days = |date| self.accrued(date, (0, 1));
        amount(whole_days(after) - whole_days(first))
    }

    /// What accrues from one instant to another, evenly over each local day.
    #[must_use]
    pub fn between(&self, from: UnixNanos, to: UnixNanos, zone: &TimeZone) -> NanoUsd {
        let from = from.max(Day::of(self.since, zone).begins);
        if to <= from {
            return NanoUsd(0);
        }
        let at = |instant| {
            let day = Day::at(instant, zone);
            self.accrued(day.date, day.passed(instant))
        };
        amount(at(to) - at(from))
    }

    /// What would have accrued when `passed` of the day's length has passed, counted from the
    /// beginning of time. Only differences mean anything.
    fn accrued(&self, date: Date, (passed, length): (u64, u64)) -> i128 {
        let year = i128::from(date.year());
        let (periods, day, days) = match self.period {
            Period::Month => (
                year * 12 + i128::from(date.month()) - 1,
                i128::from(date.day()) - 1,
                i128::from(date.days_in_month()),
            ),
            Period::Year => (
                year,
                i128::from(date.day_of_year()) - 1,
                i128::from(date.days_in_year()),
            ),
        };
        let (passed, length) = (i128::from(passed), i128::from(length));
        let fee = i128::from(self.amount.0);
        // At most 2⁶³ × 366 days of nanoseconds: less than 2¹¹⁹.
        periods * fee + fee * (day * length + passed) / (days * length)
    }
}

fn sum(amounts: impl IntoIterator<Item = NanoUsd>) -> NanoUsd {
    amount(amounts.into_iter().map(|amount| i128::from(amount.0)).sum())
}

fn amount(nanos: i128) -> NanoUsd {
    NanoUsd(i64::try_from(nanos).unwrap_or(i64::MAX))
}

#[cfg(test)]
#[path = "fees_tests.rs"]
mod tests;
