//! What readers found becomes part of the ledger, in transactions that take everything that belongs
//! together: calls, the sums over them, what is to be shipped, and how far the file was read.

use crate::calls::{Calls, Known};
use crate::changes::{Changes, Counting, Entry};
use crate::days::Days;
use crate::error::Error;
use crate::history::from_instant;
use crate::key::{HIGHEST_COST, Key, Rank, capped};
use crate::names::{Column, Interner};
use crate::{Ledger, platform};
use aco_domain::{Call, Checkpoint, Increment, NanoUsd, Pricing, ToolId};
use jiff::tz::TimeZone;
use rusqlite::{Connection, Statement, Transaction, TransactionBehavior};
use std::path::Path;

/// A transaction takes about this many copies and is then committed by itself. Each commit writes
/// every touched page of the index again, and everything after the last one is lost by a kill,
/// which costs reading it again.
const COPIES_A_COMMIT: usize = 32 * 1024;

/// What an [`Intake`] has put into the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Calls that were not known.
    pub new_calls: u64,
    /// Known calls of which a copy came that counts instead.
    pub better_copies: u64,
}

/// Takes increments into the ledger. What was taken since the last commit is in it only after
/// [`commit`](Self::commit), and gone with the intake otherwise: the reader then begins again from
/// [`History::checkpoints`](crate::History::checkpoints).
pub struct Intake<'l> {
    transaction: Option<Transaction<'l>>,
    connection: &'l Connection,
    path: &'l Path,
    usage_seq: &'l mut i64,
    changed: &'l mut bool,
    first_start: i64,
    pricing: &'l dyn Pricing,
    days: Days,
    calls: Calls<'l>,
    checkpoints: Statement<'l>,
    names: Interner<'l>,
    changes: Changes,
    order: Vec<(Key, usize)>,
    copies: usize,
    taken: Taken,
}

impl<'l> Intake<'l> {
    pub(crate) fn over(
        ledger: &'l mut Ledger,
        pricing: &'l dyn Pricing,
        zone: TimeZone,
    ) -> rusqlite::Result<Self> {
        let connection = &ledger.history.connection;
        Ok(Self {
            transaction: None,
            connection,
            path: &ledger.history.path,
            usage_seq: &mut ledger.usage_seq,
            changed: &mut ledger.changed,
            first_start: from_instant(ledger.history.first_start),
            pricing,
            days: Days::of(zone),
            calls: Calls::over(connection)?,
            checkpoints: connection.prepare(
                "INSERT INTO checkpoints VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT DO UPDATE SET
                    (device, inode, size, modified, offset, fingerprint, skipped_lines, state)
                        = (?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 WHERE (device, inode, size, modified, offset, fingerprint, skipped_lines, state)
                    IS NOT (?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?,
            names: Interner::over(connection)?,
            changes: Changes::default(),
            order: Vec::new(),
            copies: 0,
            taken: Taken::default(),
        })
    }

    /// Takes what one step of reading gave. Copies that are known already change nothing, whatever
    /// the order they come in. `source` names where it was found (`ai.prompt.count`'s label).
    ///
    /// Now and then this commits what was taken so far.
    ///
    /// # Errors
    /// When the ledger cannot be written. Nothing since the last commit is then in it.
    pub fn take(
        &mut self,
        tool: &ToolId,
        source: &str,
        increment: &Increment,
    ) -> Result<(), Error> {
        self.attempt(|intake| {
            let tool = intake.names.id(tool.as_str())?;
            let path = platform::to_text(&increment.checkpoint.path);
            let counting = Counting::From(intake.names.id(source)?);
            intake.settle_all(tool, &path, counting, &increment.calls)?;
            let path = intake.names.id(&path)?;
            intake.move_checkpoint(tool, path, &increment.checkpoint)
        })
    }

    /// Takes calls that the user imports from a file. They never move the counters, and the file
    /// has no checkpoint: imported again, it changes nothing.
    ///
    /// # Errors
    /// Like [`take`](Self::take).
    pub fn import(&mut self, tool: &ToolId, file: &Path, calls: &[Call]) -> Result<(), Error> {
        self.attempt(|intake| {
            let tool = intake.names.id(tool.as_str())?;
            intake.settle_all(tool, &platform::to_text(file), Counting::Not, calls)
        })
    }

    /// Makes everything taken part of the ledger.
    ///
    /// # Errors
    /// When the ledger cannot be written. Nothing since the last commit is then in it.
    pub fn commit(mut self) -> Result<Taken, Error> {
        self.commit_transaction()?;
        Ok(self.taken)
    }

    fn attempt(
        &mut self,
        step: impl FnOnce(&mut Self) -> rusqlite::Result<()>,
    ) -> Result<(), Error> {
        let begun = match self.transaction {
            Some(_) => Ok(()),
            None => Transaction::new_unchecked(self.connection, TransactionBehavior::Immediate)
                .map(|transaction| self.transaction = Some(transaction)),
        };
        if let Err(error) = begun.and_then(|()| step(self)) {
            self.roll_back();
            return Err(Error::during("write", self.path)(error));
        }
        if self.copies >= COPIES_A_COMMIT {
            self.commit_transaction()?;
        }
        Ok(())
    }

    fn commit_transaction(&mut self) -> Result<(), Error> {
        let Some(transaction) = self.transaction.take() else {
            return Ok(());
        };
        let changes = std::mem::take(&mut self.changes);
        let committed = changes
            .write(self.connection, *self.usage_seq)
            .and_then(|last| transaction.commit().map(|()| last));
        self.copies = 0;
        match committed {
            Ok(last) => {
                *self.usage_seq = last;
                *self.changed = true;
                Ok(())
            }
            Err(error) => {
                self.roll_back();
                Err(Error::during("write", self.path)(error))
            }
        }
    }

    /// Back to the last commit, in memory too.
    fn roll_back(&mut self) {
        self.transaction = None;
        self.changes = Changes::default();
        self.names.forget();
        self.copies = 0;
    }

    /// Of each call's copies the best first, so that most of them need no look into the ledger.
    fn settle_all(
        &mut self,
        tool: i64,
        path: &str,
        counting: Counting,
        calls: &[Call],
    ) -> rusqlite::Result<()> {
        let path_id = self.names.id(path)?;
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        order.extend(calls.iter().map(|call| Key::of(&call.identity)).zip(0..));
        order.sort_unstable_by(|(key, index), (other_key, other_index)| {
            key.cmp(other_key).then_with(|| {
                Rank::of(&calls[*index], path).cmp(&Rank::of(&calls[*other_index], path))
            })
        });
        order.dedup_by_key(|(key, _)| *key);
        let place = Place {
            tool,
            path: path_id,
            path_text: path,
            counting,
        };
        let settled = order
            .iter()
            .try_for_each(|(key, index)| self.settle(*key, &calls[*index], &place));
        // At least one, so that a long row of increments without calls is committed too.
        self.copies += order.len().max(1);
        self.order = order;
        settled
    }

    fn settle(&mut self, key: Key, call: &Call, place: &Place<'_>) -> rusqlite::Result<()> {
        let (id, old) = match self.calls.find(key)? {
            Known::Better => return Ok(()),
            Known::Unknown => {
                let entry = self.entry(call, place, None)?;
                self.calls.insert(key, &entry)?;
                self.changes.replace(None, Some(&entry), place.counting);
                self.taken.new_calls += 1;
                return Ok(());
            }
            Known::Copy(id) => {
                let old = self.calls.read(id)?;
                if !self.counts_instead(call, place, &old)? {
                    return Ok(());
                }
                (id, old)
            }
            Known::Sidechain(id) => (id, self.calls.read(id)?),
        };
        let entry = self.entry(call, place, Some(&old))?;
        self.calls.replace(id, key, &entry)?;
        self.changes
            .replace(Some(&old), Some(&entry), place.counting);
        self.taken.better_copies += 1;
        Ok(())
    }

    fn counts_instead(
        &mut self,
        call: &Call,
        place: &Place<'_>,
        old: &Entry,
    ) -> rusqlite::Result<bool> {
        let new = Rank::of(call, place.path_text);
        let old_total = std::cmp::Reverse(crate::key::total(&old.tokens));
        let by_numbers = (new.total, new.at).cmp(&(old_total, old.at));
        if by_numbers.is_ne() {
            return Ok(by_numbers.is_lt());
        }
        let path = self.names.text(old.path)?;
        let model = self.names.text(old.model)?;
        let session = self.names.text(old.session)?;
        let project = self.names.text(old.project)?;
        let provider = self.names.optional_text(old.provider)?;
        let service_tier = self.names.optional_text(old.service_tier)?;
        let speed = self.names.optional_text(old.speed)?;
        let old = Rank {
            total: old_total,
            at: old.at,
            path: &path,
            tokens: std::cmp::Reverse(old.tokens),
            model: &model,
            provider: provider.as_deref(),
            session: &session,
            project: &project,
            service_tier: service_tier.as_deref(),
            speed: speed.as_deref(),
            summed: old.summed,
            recorded_cost: old.recorded_cost,
        };
        Ok(new < old)
    }

    fn entry(
        &mut self,
        call: &Call,
        place: &Place<'_>,
        old: Option<&Entry>,
    ) -> rusqlite::Result<Entry> {
        let names = &mut self.names;
        let at = from_instant(call.at);
        let day = (at >= self.first_start).then(|| self.days.day_of(call.at));
        let terms = &call.terms;
        let mut entry = Entry {
            at,
            day,
            tool: place.tool,
            model: names.id_in(Column::Model, &call.model)?,
            session: names.id_in(Column::Session, &call.session)?,
            project: names.id_in(Column::Project, &call.project)?,
            path: place.path,
            provider: names.optional_id_in(Column::Provider, call.provider.as_ref())?,
            service_tier: names.optional_id_in(Column::ServiceTier, terms.service_tier.as_ref())?,
            speed: names.optional_id_in(Column::Speed, terms.speed.as_ref())?,
            summed: terms.summed,
            tokens: capped(&call.tokens),
            recorded_cost: call.recorded_cost.map(|cost| cost.0),
            cost: None,
            priced_by: None,
        };
        match old.filter(|old| old.cost.is_some() && same_price(old, &entry)) {
            // A priced call changes only by a reprice, whichever copy of it counts.
            Some(old) => (entry.cost, entry.priced_by) = (old.cost, old.priced_by),
            None => {
                if let Some(cost) = self.pricing.price(call) {
                    entry.cost = Some(capped_cost(cost));
                    entry.priced_by = Some(names.id_of_version(self.pricing.version())?);
                }
            }
        }
        Ok(entry)
    }

    fn move_checkpoint(
        &mut self,
        tool: i64,
        path: i64,
        checkpoint: &Checkpoint,
    ) -> rusqlite::Result<()> {
        let (device, inode) = checkpoint.file_id.unzip();
        let row = (
            tool,
            path,
            device.map(u64::cast_signed),
            inode.map(u64::cast_signed),
            checkpoint.size.cast_signed(),
            checkpoint.modified.0.cast_signed(),
            checkpoint.offset.cast_signed(),
            checkpoint.fingerprint.cast_signed(),
            // A sum over files must not overflow.
            i64::try_from(checkpoint.skipped_lines)
                .unwrap_or(i64::MAX)
                .min(crate::key::MOST_TOKENS),
            &checkpoint.state,
        );
        self.checkpoints.execute(row).map(|_| ())
    }
}

/// Where copies were found.
struct Place<'a> {
    tool: i64,
    path: i64,
    path_text: &'a str,
    counting: Counting,
}

/// Whether the price of one is the price of the other.
fn same_price(one: &Entry, other: &Entry) -> bool {
    let of = |entry: &Entry| {
        let terms = (
            entry.provider,
            entry.service_tier,
            entry.speed,
            entry.summed,
        );
        (
            entry.at,
            entry.model,
            entry.tokens,
            terms,
            entry.recorded_cost,
        )
    };
    of(one) == of(other)
}

pub(crate) fn capped_cost(cost: NanoUsd) -> i64 {
    cost.0.clamp(-HIGHEST_COST, HIGHEST_COST)
}
