//! The ledger in the hands of its one writer.

use crate::error::Error;
use crate::history::History;
use crate::intake::Intake;
use crate::open::{self, Opening};
use crate::schema::{MIGRATIONS, USAGE_SEQ, fact};
use aco_domain::{Pricing, UnixNanos};
use aco_home::versioned::Finding;
use jiff::tz::TimeZone;
use std::path::Path;

/// A ledger that is written. Only the holder of the home's lock may have one.
#[derive(Debug)]
pub struct Ledger {
    pub(crate) history: History,
    pub(crate) usage_seq: i64,
    /// Whether this process has written anything.
    pub(crate) changed: bool,
}

/// What [`Ledger::open`] found.
#[derive(Debug)]
pub struct Opened {
    /// The ledger.
    pub ledger: Ledger,
    /// What the user must be told: a newer file was left alone, a damaged one set aside.
    pub findings: Vec<Finding>,
}

impl Ledger {
    /// Opens the ledger at `path`, or begins one. `now` becomes the installation's first start when
    /// it is begun; `usage_seq_floor` is the highest usage number the spool has taken, above which
    /// the outbox's new rows are numbered.
    ///
    /// A ledger begun in place of a damaged one has a first start of its own: what the tools still
    /// have is imported, and nothing that was shipped before is shipped again.
    ///
    /// # Errors
    /// When the file cannot be used, and its state is not to blame.
    pub fn open(path: &Path, now: UnixNanos, usage_seq_floor: u64) -> Result<Opened, Error> {
        open::open(
            path,
            Opening {
                now,
                usage_seq_floor,
                suspect: false,
                migrations: MIGRATIONS,
            },
        )
    }

    /// Opens a ledger that was found to be [damaged](Error::Damaged) while it was used: looks at
    /// all of it before believing it.
    ///
    /// # Errors
    /// Like [`open`](Self::open).
    pub fn open_suspect(
        path: &Path,
        now: UnixNanos,
        usage_seq_floor: u64,
    ) -> Result<Opened, Error> {
        open::open(
            path,
            Opening {
                now,
                usage_seq_floor,
                suspect: true,
                migrations: MIGRATIONS,
            },
        )
    }

    pub(crate) fn over(history: History, usage_seq_floor: u64) -> Result<Self, Error> {
        let last = fact::<i64>(&history.connection, USAGE_SEQ)
            .and_then(|last| last.ok_or(rusqlite::Error::QueryReturnedNoRows))
            .map_err(history.reading())?;
        Ok(Self {
            usage_seq: last.max(i64::try_from(usage_seq_floor).unwrap_or(i64::MAX)),
            history,
            changed: false,
        })
    }

    /// What can be read of it.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Begins to take what readers find. `zone` is the local one: `usage.day` is a day of it.
    ///
    /// # Errors
    /// When the ledger cannot be used.
    pub fn intake<'l>(
        &'l mut self,
        pricing: &'l dyn Pricing,
        zone: TimeZone,
    ) -> Result<Intake<'l>, Error> {
        let during = Error::during("read", &self.history.path);
        Intake::over(self, pricing, zone).map_err(during)
    }

    /// Brings everything into one file and closes it. A ledger that is only dropped loses nothing:
    /// the next one to open it does this.
    ///
    /// # Errors
    /// When that cannot be done now.
    pub fn close(self) -> Result<(), Error> {
        let Self {
            history, changed, ..
        } = self;
        let during = Error::during("close", &history.path);
        if changed {
            history
                .connection
                .execute_batch("PRAGMA optimize")
                .map_err(&during)?;
            open::checkpoint(&history.connection).map_err(&during)?;
        }
        history
            .connection
            .close()
            .map_err(|(_, error)| during(error))
    }
}
