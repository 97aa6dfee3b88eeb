//! Sums over calls: what a report's row, an `ai.usage` record and a total all consist of. Plain
//! numbers.

use aco_domain::{Figures, NanoUsd};
use rusqlite::{Row, ToSql};
use std::ops::{AddAssign, SubAssign};

/// Sums over calls, or the difference of two such sums, which may be negative.
///
/// No sum overflows: [`Ledger`](crate::Ledger) caps what one call can contribute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Calls.
    pub calls: i64,
    /// Of these the ones that have a price, be it 0.
    pub priced_calls: i64,
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
    /// API value of the calls that have a price. See [`cost_usd`](Self::cost_usd) for a report.
    pub cost: NanoUsd,
}

impl Sums {
    /// How many numbers there are.
    pub(crate) const LEN: usize = 10;

    /// The API value as a report shows it: unknown where nothing has a price.
    #[must_use]
    pub fn cost_usd(&self) -> Option<NanoUsd> {
        (self.priced_calls != 0).then_some(self.cost)
    }

    /// All tokens, each once.
    #[must_use]
    pub fn total_tokens(&self) -> i64 {
        self.input_tokens
            + self.output_tokens
            + self.cache_read_tokens
            + self.cache_write_5m_tokens
            + self.cache_write_1h_tokens
    }

    /// Whether nothing would change by adding these.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    fn numbers(&mut self) -> [&mut i64; Self::LEN] {
        [
            &mut self.calls,
            &mut self.priced_calls,
            &mut self.input_tokens,
            &mut self.output_tokens,
            &mut self.cache_read_tokens,
            &mut self.cache_write_5m_tokens,
            &mut self.cache_write_1h_tokens,
            &mut self.reasoning_tokens,
            &mut self.unpriced_tokens,
            &mut self.cost.0,
        ]
    }

    /// The numbers in the order of the tables' columns.
    pub(crate) fn columns(&self) -> [&dyn ToSql; Self::LEN] {
        [
            &self.calls,
            &self.priced_calls,
            &self.input_tokens,
            &self.output_tokens,
            &self.cache_read_tokens,
            &self.cache_write_5m_tokens,
            &self.cache_write_1h_tokens,
            &self.reasoning_tokens,
            &self.unpriced_tokens,
            &self.cost.0,
        ]
    }

    /// Reads them from the columns beginning at `first`.
    pub(crate) fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        let mut sums = Self::default();
        for (column, number) in (first..).zip(sums.numbers()) {
            *number = row.get(column)?;
        }
        Ok(sums)
    }
}

/// As a report shows them.
impl From<Sums> for Figures {
    fn from(sums: Sums) -> Self {
        Self {
            calls: sums.calls,
            input_tokens: sums.input_tokens,
            output_tokens: sums.output_tokens,
            cache_read_tokens: sums.cache_read_tokens,
            cache_write_5m_tokens: sums.cache_write_5m_tokens,
            cache_write_1h_tokens: sums.cache_write_1h_tokens,
            reasoning_tokens: sums.reasoning_tokens,
            unpriced_tokens: sums.unpriced_tokens,
            api_value: sums.cost_usd(),
            // The configuration knows them, and this crate knows no configuration.
            fees: None,
        }
    }
}

impl AddAssign for Sums {
    fn add_assign(&mut self, mut other: Self) {
        for (number, more) in self.numbers().into_iter().zip(other.numbers()) {
            *number = number.saturating_add(*more);
        }
    }
}

impl SubAssign for Sums {
    fn sub_assign(&mut self, mut other: Self) {
        for (number, less) in self.numbers().into_iter().zip(other.numbers()) {
            *number = number.saturating_sub(*less);
        }
    }
}
