//! Prices that change after a call was counted: by themselves only for calls that had none.

use crate::Ledger;
use crate::calls::{columns, entry};
use crate::changes::{Changes, Counting, Entry};
use crate::error::Error;
use crate::history::{Filter, NameId, Names, from_instant, to_instant};
use crate::intake::capped_cost;
use crate::names::Interner;
use crate::schema::{TRIED_PRICES, fact, set_fact};
use aco_domain::{Call, CallIdentity, NanoUsd, Pricing, Terms, TokenCounts, ToolId};
use rusqlite::{Connection, Transaction, TransactionBehavior};

/// Calls read at a time.
const CHUNK: usize = 1024;

/// What a change of prices did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repriced {
    /// Calls that were looked at.
    pub examined: u64,
    /// Calls that had no price and now have one.
    pub filled: u64,
    /// Calls whose price is another now.
    pub changed: u64,
    /// What these and the filled ones cost before.
    pub before: NanoUsd,
    /// What they cost now.
    pub after: NanoUsd,
}

impl Ledger {
    /// Prices calls that had no price, if `pricing` has another version than the last time. To be
    /// called whenever price data may have changed; reads nothing when it has not.
    ///
    /// # Errors
    /// When the ledger cannot be written; no price has then changed.
    pub fn fill_unpriced(&mut self, pricing: &dyn Pricing) -> Result<Repriced, Error> {
        let connection = &self.history.connection;
        let tried = fact::<String>(connection, TRIED_PRICES).map_err(self.history.reading())?;
        if tried.as_deref() == Some(pricing.version()) {
            return Ok(Repriced::default());
        }
        self.price_again(pricing, &Filter::default(), true)
    }

    /// Prices all calls that the filter means, to the nanosecond. A call whose model `pricing` does
    /// not know keeps its price.
    ///
    /// # Errors
    /// When the ledger cannot be written; no price has then changed.
    pub fn reprice(&mut self, pricing: &dyn Pricing, filter: &Filter) -> Result<Repriced, Error> {
        self.price_again(pricing, filter, false)
    }

    fn price_again(
        &mut self,
        pricing: &dyn Pricing,
        filter: &Filter,
        only_unpriced: bool,
    ) -> Result<Repriced, Error> {
        let during = Error::during("write", &self.history.path);
        let names = self.history.names()?;
        let connection = &self.history.connection;
        let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate);
        let transaction = transaction.map_err(&during)?;
        let mut round = Round {
            connection,
            pricing,
            names,
            changes: Changes::default(),
            done: Repriced::default(),
        };
        round.run(filter, only_unpriced, &during)?;
        let Round { changes, done, .. } = round;
        let last = changes.write(connection, self.usage_seq).map_err(&during)?;
        if only_unpriced {
            set_fact(connection, TRIED_PRICES, pricing.version()).map_err(&during)?;
        }
        transaction.commit().map_err(&during)?;
        self.usage_seq = last;
        self.changed = true;
        Ok(done)
    }
}

struct Round<'l> {
    connection: &'l Connection,
    pricing: &'l dyn Pricing,
    names: Names<'l>,
    changes: Changes,
    done: Repriced,
}

impl Round<'_> {
    fn run(
        &mut self,
        filter: &Filter,
        only_unpriced: bool,
        during: &impl Fn(rusqlite::Error) -> Error,
    ) -> Result<(), Error> {
        let sql = concat!(
            "SELECT id, ",
            columns!(),
            " FROM calls
             WHERE id > ?1 AND (cost IS NULL OR NOT ?2) AND at >= ?3 AND at < ?4
                AND (?5 IS NULL OR tool = (SELECT id FROM names WHERE text = ?5))
                AND (?6 IS NULL OR model = (SELECT id FROM names WHERE text = ?6))
             ORDER BY id LIMIT ?7"
        );
        let mut select = self.connection.prepare(sql).map_err(during)?;
        let mut update = self
            .connection
            .prepare("UPDATE calls SET cost = ?2, priced_by = ?3 WHERE id = ?1")
            .map_err(during)?;
        let mut interner = Interner::over(self.connection).map_err(during)?;
        let mut after = i64::MIN;
        loop {
            let parameters = (
                after,
                only_unpriced,
                filter.since.map_or(i64::MIN, from_instant),
                filter.until.map_or(i64::MAX, from_instant),
                filter.tool.as_ref().map(ToolId::as_str),
                &filter.model,
                CHUNK as i64,
            );
            let rows = select.query_map(parameters, |row| {
                Ok((row.get::<_, i64>(0)?, entry(row, 1)?))
            });
            let chunk: Vec<_> = rows.and_then(Iterator::collect).map_err(during)?;
            let Some((last, _)) = chunk.last() else {
                return Ok(());
            };
            after = *last;
            for (id, old) in chunk {
                self.done.examined += 1;
                let Some(cost) = self.pricing.price(&self.call(&old)?) else {
                    continue;
                };
                let version = interner.id(self.pricing.version()).map_err(during)?;
                let mut new = old.clone();
                (new.cost, new.priced_by) = (Some(capped_cost(cost)), Some(version));
                if new == old {
                    continue;
                }
                update
                    .execute((id, new.cost, new.priced_by))
                    .map_err(during)?;
                self.count(&old, &new, only_unpriced);
            }
        }
    }

    fn count(&mut self, old: &Entry, new: &Entry, only_unpriced: bool) {
        let counting = if only_unpriced {
            Counting::Prices
        } else {
            Counting::Not
        };
        self.changes.replace(Some(old), Some(new), counting);
        if old.cost == new.cost {
            return;
        }
        match old.cost {
            Some(_) => self.done.changed += 1,
            None => self.done.filled += 1,
        }
        self.done.before.0 += old.cost.unwrap_or(0);
        self.done.after.0 += new.cost.unwrap_or(0);
    }

    /// The call as it was taken, as far as a price depends on it.
    fn call(&mut self, entry: &Entry) -> Result<Call, Error> {
        let [
            input,
            output,
            cache_read,
            cache_write_5m,
            cache_write_1h,
            reasoning,
        ] = entry.tokens.map(i64::unsigned_abs);
        Ok(Call {
            identity: CallIdentity {
                call: 0,
                message: 0,
                sidechain: false,
            },
            at: to_instant(entry.at),
            model: self.names.get(NameId(entry.model))?,
            provider: self.names.get_optional(entry.provider)?,
            session: self.names.get(NameId(entry.session))?,
            project: self.names.get(NameId(entry.project))?,
            tokens: TokenCounts {
                input,
                output,
                cache_read,
                cache_write_5m,
                cache_write_1h,
                reasoning,
            },
            terms: Terms {
                service_tier: self.names.get_optional(entry.service_tier)?,
                speed: self.names.get_optional(entry.speed)?,
                summed: entry.summed,
            },
            recorded_cost: entry.recorded_cost.map(NanoUsd),
        })
    }
}
