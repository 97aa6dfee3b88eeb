//! The totals behind the cumulative metrics: they survive restarts and never fall.

use rusqlite::Connection;
use std::collections::BTreeMap;

/// A stored total, by tool and model; [`Prompts`](Self::Prompts) by tool and source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counter {
    /// `ai.tokens.input`.
    Input,
    /// `ai.tokens.output`.
    Output,
    /// `ai.tokens.cache_read`.
    CacheRead,
    /// `ai.tokens.cache_write`, for five minutes and for an hour.
    CacheWrite,
    /// `ai.tokens.reasoning`.
    Reasoning,
    /// `ai.tokens.unpriced`.
    Unpriced,
    /// `ai.tokens.cost_usd`, in nano-dollars.
    Cost,
    /// `ai.prompt.count`.
    Prompts,
}

impl Counter {
    /// Every counter. The place of each, from 1, is its number in the table.
    pub const ALL: [Self; 8] = [
        Self::Input,
        Self::Output,
        Self::CacheRead,
        Self::CacheWrite,
        Self::Reasoning,
        Self::Unpriced,
        Self::Cost,
        Self::Prompts,
    ];

    fn column(self) -> i64 {
        self as i64 + 1
    }

    /// Nothing for a counter that a later version of this program added.
    pub(crate) fn from_column(column: i64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|counter| counter.column() == column)
    }
}

/// Which stored total: the counter, the tool, and the model or source.
pub(crate) type CounterKey = (Counter, i64, i64);

/// Adds to the totals. What would make one fall is kept as a debt that growth pays first.
pub(crate) fn add(
    connection: &Connection,
    more: &BTreeMap<CounterKey, i64>,
) -> rusqlite::Result<()> {
    // With d the debt before and m what is added: the net total − debt rises by m, and the total
    // by what m has left after the debt.
    let mut statement = connection.prepare(
        "INSERT INTO counters VALUES (?1, ?2, ?3, max(?4, 0), max(-?4, 0))
         ON CONFLICT DO UPDATE SET
            total = total + max(?4 - debt, 0),
            debt = max(debt - ?4, 0)",
    )?;
    for ((counter, tool, label), more) in more {
        if *more != 0 {
            statement.execute((counter.column(), tool, label, more))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_never_falls_and_growth_pays_the_debt() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(crate::schema::MIGRATIONS[0])
            .unwrap();
        let steps = [
            (10, 10),
            (-4, 10),
            (3, 10),
            (-2, 10),
            (4, 11),
            (0, 11),
            (5, 16),
        ];
        for (more, total) in steps {
            add(
                &connection,
                &BTreeMap::from([((Counter::Cost, 1, 1), more)]),
            )
            .unwrap();
            let sql = "SELECT total FROM counters";
            let found: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
            assert_eq!(found, total, "after {more}");
        }
    }

    #[test]
    fn a_first_correction_downwards_is_a_debt_too() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(crate::schema::MIGRATIONS[0])
            .unwrap();
        for more in [-5, 7] {
            add(
                &connection,
                &BTreeMap::from([((Counter::Input, 1, 1), more)]),
            )
            .unwrap();
        }
        let sql = "SELECT total, debt FROM counters";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let found: (i64, i64) = connection.query_row(sql, [], read).unwrap();
        assert_eq!(found, (2, 0));
    }
}
