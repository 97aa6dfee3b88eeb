//! What is to be shipped as `ai.usage`: rows that were written with the change they report, and
//! stay until the spool has them.

use crate::error::Error;
use crate::history::to_instant;
use crate::{Ledger, Sums, days};
use aco_domain::UnixNanos;
use jiff::civil::Date;
use std::sync::Arc;

/// One `ai.usage` record. All deltas ever written add up to the ledger's growth since the
/// installation's first start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageDelta {
    /// `usage.seq`: rises from row to row, with gaps.
    pub seq: u64,
    /// `tool.name`.
    pub tool: Arc<str>,
    /// `model.name`, verbatim.
    pub model: Arc<str>,
    /// The session, verbatim: a record holds its keyed hash unless the user wants otherwise.
    pub session: Arc<str>,
    /// The project, verbatim: likewise.
    pub project: Arc<str>,
    /// `usage.day`, local when the call was found.
    pub day: Date,
    /// `usage.first_at`: the earliest call that changed.
    pub first_at: UnixNanos,
    /// `usage.last_at`: the latest call that changed.
    pub last_at: UnixNanos,
    /// The differences. A correction may be negative, with 0 calls; where a better copy names
    /// another session, model or day, the call leaves one row and enters another.
    pub sums: Sums,
}

impl Ledger {
    /// The rows after number `after`, oldest first, at most `limit`.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn outbox(&self, after: u64, limit: usize) -> Result<Vec<UsageDelta>, Error> {
        self.history.query(|connection| {
            let sql = "SELECT seq, t.text, m.text, s.text, p.text, day, first_at, last_at, calls,
                    priced_calls, input_tokens, output_tokens, cache_read_tokens,
                    cache_write_5m_tokens, cache_write_1h_tokens, reasoning_tokens,
                    unpriced_tokens, cost
                FROM outbox
                    JOIN names AS t ON t.id = tool JOIN names AS m ON m.id = model
                    JOIN names AS s ON s.id = session JOIN names AS p ON p.id = project
                WHERE seq > ?1 ORDER BY seq LIMIT ?2";
            let mut statement = connection.prepare(sql)?;
            let after = i64::try_from(after).unwrap_or(i64::MAX);
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = statement.query_map([after, limit], |row| {
                Ok(UsageDelta {
                    seq: row.get::<_, i64>(0)?.unsigned_abs(),
                    tool: row.get(1)?,
                    model: row.get(2)?,
                    session: row.get(3)?,
                    project: row.get(4)?,
                    day: days::day(row.get(5)?),
                    first_at: to_instant(row.get(6)?),
                    last_at: to_instant(row.get(7)?),
                    sums: Sums::read(row, 8)?,
                })
            })?;
            rows.collect()
        })
    }

    /// Forgets the rows up to and including `through`, which the spool has on the disk.
    ///
    /// # Errors
    /// When the ledger cannot be written; the rows then stay.
    pub fn sent(&mut self, through: u64) -> Result<(), Error> {
        let through = i64::try_from(through).unwrap_or(i64::MAX);
        let connection = &self.history.connection;
        let removed = connection.execute("DELETE FROM outbox WHERE seq <= ?1", [through]);
        let removed = removed.map_err(Error::during("write", &self.history.path))?;
        self.changed |= removed > 0;
        Ok(())
    }
}
