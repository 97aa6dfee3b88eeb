//! What a transaction changes beside the calls themselves: the rollup, the outbox and the counters
//! take the difference of the counted copies before and after, and thereby always agree with them.

use crate::Sums;
use crate::counters::{self, Counter, CounterKey};
use crate::history::{quarter_of, to_instant};
use crate::key::total;
use crate::schema::{USAGE_SEQ, set_fact};
use aco_domain::NanoUsd;
use rusqlite::{Connection, ToSql};
use std::collections::BTreeMap;

/// A copy that counts, as the ledger has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) at: i64,
    /// The local day it is shipped under; nothing before the installation's first start.
    pub(crate) day: Option<i32>,
    pub(crate) tool: i64,
    pub(crate) model: i64,
    pub(crate) session: i64,
    pub(crate) project: i64,
    pub(crate) path: i64,
    pub(crate) provider: Option<i64>,
    pub(crate) service_tier: Option<i64>,
    pub(crate) speed: Option<i64>,
    pub(crate) summed: bool,
    pub(crate) tokens: [i64; 6],
    pub(crate) recorded_cost: Option<i64>,
    pub(crate) cost: Option<i64>,
    pub(crate) priced_by: Option<i64>,
}

impl Entry {
    fn sums(&self) -> Sums {
        let [
            input,
            output,
            cache_read,
            cache_write_5m,
            cache_write_1h,
            reasoning,
        ] = self.tokens;
        Sums {
            calls: 1,
            priced_calls: i64::from(self.cost.is_some()),
            input_tokens: input,
            output_tokens: output,
            cache_read_tokens: cache_read,
            cache_write_5m_tokens: cache_write_5m,
            cache_write_1h_tokens: cache_write_1h,
            reasoning_tokens: reasoning,
            unpriced_tokens: if self.cost.is_none() {
                total(&self.tokens)
            } else {
                0
            },
            cost: NanoUsd(self.cost.unwrap_or(0)),
        }
    }
}

/// Whether a change moves the counters.
#[derive(Clone, Copy)]
pub(crate) enum Counting {
    /// Calls found by this source.
    From(i64),
    /// Prices that became known.
    Prices,
    /// Reprices and imports.
    Not,
}

/// Quarter, tool, model, session, project.
type RollupKey = [i64; 5];
/// Tool, model, session, project, day.
type OutboxKey = [i64; 5];

struct Delta {
    sums: Sums,
    first_at: i64,
    last_at: i64,
}

/// The differences that a transaction has to write.
#[derive(Default)]
pub(crate) struct Changes {
    rollup: BTreeMap<RollupKey, Sums>,
    outbox: BTreeMap<OutboxKey, Delta>,
    counters: BTreeMap<CounterKey, i64>,
}

impl Changes {
    /// Takes the difference between two states of one call.
    pub(crate) fn replace(&mut self, old: Option<&Entry>, new: Option<&Entry>, counting: Counting) {
        if let Some(old) = old {
            self.add(old, counting, |sums, one| *sums -= one);
        }
        if let Some(new) = new {
            self.add(new, counting, |sums, one| *sums += one);
        }
    }

    fn add(&mut self, entry: &Entry, counting: Counting, add: impl Fn(&mut Sums, Sums)) {
        let one = entry.sums();
        let Entry {
            tool,
            model,
            session,
            project,
            at,
            ..
        } = *entry;
        let quarter = quarter_of(to_instant(at));
        add(
            self.rollup
                .entry([quarter, tool, model, session, project])
                .or_default(),
            one,
        );
        let Some(day) = entry.day else {
            return;
        };
        let key = [tool, model, session, project, day.into()];
        let delta = self.outbox.entry(key).or_insert(Delta {
            sums: Sums::default(),
            first_at: at,
            last_at: at,
        });
        add(&mut delta.sums, one);
        delta.first_at = delta.first_at.min(at);
        delta.last_at = delta.last_at.max(at);

        let mut signed = Sums::default();
        add(&mut signed, one);
        let mut count = |counter, label, more| {
            if more != 0 {
                *self.counters.entry((counter, tool, label)).or_default() += more;
            }
        };
        match counting {
            Counting::Not => return,
            Counting::Prices => {}
            Counting::From(source) => count(Counter::Prompts, source, signed.calls),
        }
        let cache_write = signed.cache_write_5m_tokens + signed.cache_write_1h_tokens;
        for (counter, more) in [
            (Counter::Input, signed.input_tokens),
            (Counter::Output, signed.output_tokens),
            (Counter::CacheRead, signed.cache_read_tokens),
            (Counter::CacheWrite, cache_write),
            (Counter::Reasoning, signed.reasoning_tokens),
            (Counter::Unpriced, signed.unpriced_tokens),
            (Counter::Cost, signed.cost.0),
        ] {
            count(counter, model, more);
        }
    }

    /// Writes the differences, and gives numbers above `usage_seq` to the outbox's new rows.
    /// Returns the last one.
    pub(crate) fn write(self, connection: &Connection, usage_seq: i64) -> rusqlite::Result<i64> {
        self.write_rollup(connection)?;
        let last = self.write_outbox(connection, usage_seq)?;
        if last != usage_seq {
            set_fact(connection, USAGE_SEQ, last)?;
        }
        counters::add(connection, &self.counters)?;
        Ok(last)
    }

    fn write_rollup(&self, connection: &Connection) -> rusqlite::Result<()> {
        if self.rollup.is_empty() {
            return Ok(());
        }
        let mut upsert = connection.prepare(
            "INSERT INTO rollup VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
             ON CONFLICT DO UPDATE SET
                calls = calls + excluded.calls,
                priced_calls = priced_calls + excluded.priced_calls,
                input_tokens = input_tokens + excluded.input_tokens,
                output_tokens = output_tokens + excluded.output_tokens,
                cache_read_tokens = cache_read_tokens + excluded.cache_read_tokens,
                cache_write_5m_tokens = cache_write_5m_tokens + excluded.cache_write_5m_tokens,
                cache_write_1h_tokens = cache_write_1h_tokens + excluded.cache_write_1h_tokens,
                reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens,
                unpriced_tokens = unpriced_tokens + excluded.unpriced_tokens,
                cost = cost + excluded.cost",
        )?;
        let mut emptied = connection.prepare(
            "DELETE FROM rollup WHERE calls = 0 AND quarter = ?1 AND tool = ?2 AND model = ?3
                AND session = ?4 AND project = ?5",
        )?;
        for (key, sums) in self.rollup.iter().filter(|(_, sums)| !sums.is_zero()) {
            let key = key.each_ref().map(|part| part as &dyn ToSql);
            upsert.execute(&*[&key[..], &sums.columns()].concat())?;
            if sums.calls < 0 {
                emptied.execute(key)?;
            }
        }
        Ok(())
    }

    fn write_outbox(&self, connection: &Connection, usage_seq: i64) -> rusqlite::Result<i64> {
        let mut seq = usage_seq;
        if self.outbox.is_empty() {
            return Ok(seq);
        }
        let mut insert = connection.prepare(
            "INSERT INTO outbox VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,
                ?15, ?16, ?17, ?18)",
        )?;
        for (key, delta) in &self.outbox {
            if delta.sums.is_zero() {
                continue;
            }
            seq += 1;
            let mut row: Vec<&dyn ToSql> = vec![&seq];
            row.extend(key.iter().map(|part| part as &dyn ToSql));
            row.extend([&delta.first_at as &dyn ToSql, &delta.last_at]);
            row.extend(delta.sums.columns());
            insert.execute(&*row)?;
        }
        Ok(seq)
    }
}
