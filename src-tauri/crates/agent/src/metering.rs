//! What the agent measures: how long each tool runs and what it uses, and what becomes of records.
//!
//! The loop tells of each look at the machine; the shipping thread asks for the values when it
//! exports, and has them stored first. Between the two stands one lock that is held for a moment;
//! the file has another, so that a slow disk stops nobody but its writer. Without exports the totals
//! are stored every few minutes, and a crash loses no more than that.
//!
//! May not enter: names and units (`aco_telemetry::metrics` has them), the process table, the wire.

mod tools;
mod totals;

use crate::events::TARGET;
use crate::local_models;
use crate::usage::Tally;
use aco_domain::DropReason;
use aco_home::{Home, MetricStore};
use aco_sources::Scan;
use aco_spool::Spool;
use aco_telemetry::bridge::ResourceAttributes;
use aco_telemetry::metrics::family::{
    RECORDS_DROPPED, RECORDS_QUARANTINED, RECORDS_SHIPPED, RECORDS_SPOOLED, SPOOL_BYTES,
    SPOOL_OLDEST_AGE,
};
use aco_telemetry::metrics::{Counter, Series, Snapshot};
use aco_telemetry::ship::{MetricSource, MetricsParts};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use tools::ToolTimes;
use totals::Totals;

/// How often totals are stored that nobody exports.
const STORE_EVERY: Duration = Duration::from_secs(180);

/// What is measured, and where its totals are kept.
pub(crate) struct Metering {
    books: Books,
    stored: Instant,
}

impl Metering {
    /// Goes on from the totals in `home`.
    ///
    /// # Errors
    /// When they cannot be read. Beginning anew would make a dashboard count everything twice.
    pub(crate) fn open(home: &Home, spool: Arc<Spool>, usage: Tally) -> Result<Self, String> {
        let opened = MetricStore::open(&home.metrics_file());
        let (store, findings) = opened.map_err(|error| error.to_string())?;
        for finding in &findings {
            log::warn!(target: TARGET, "{finding}; metrics count from zero again");
        }
        let totals = if findings.is_empty() {
            Totals::restored(store.totals())
        } else {
            Totals::lost(store.totals())
        };
        let book = Book {
            tools: ToolTimes::default(),
            totals,
        };
        Ok(Self {
            books: Books {
                book: Arc::new(Mutex::new(book)),
                store: Arc::new(Mutex::new(store)),
                spool,
                usage,
            },
            stored: Instant::now(),
        })
    }

    /// Takes what a look at the machine found at this moment.
    pub(crate) fn saw(&mut self, scan: &Scan) {
        let now = Instant::now();
        let Book { tools, totals } = &mut *locked(&self.books.book);
        tools.observe(now, &scan.running, totals);
        if now.duration_since(self.stored) >= STORE_EVERY {
            self.stored = now;
            let books = self.books.clone();
            tokio::task::spawn_blocking(move || books.store_or_say());
        }
    }

    /// How long each tool ran that runs models on this machine.
    pub(crate) fn local_models(&self) -> BTreeMap<String, Duration> {
        local_models::of(&locked(&self.books.book).totals.to_store())
    }

    /// Stores the totals at the end of a run.
    pub(crate) fn close(&self) {
        self.books.store_or_say();
    }

    /// What the shipper exports.
    pub(crate) fn parts(&self, resource: ResourceAttributes) -> MetricsParts {
        MetricsParts {
            source: Box::new(self.books.clone()),
            exported: locked(&self.books.book).totals.exported(),
            resource,
        }
    }
}

struct Book {
    tools: ToolTimes,
    totals: Totals,
}

#[derive(Clone)]
struct Books {
    book: Arc<Mutex<Book>>,
    /// Locked before the book: whoever writes later writes what is newer.
    store: Arc<Mutex<MetricStore>>,
    spool: Arc<Spool>,
    usage: Tally,
}

impl Books {
    fn store(&self) -> Result<(), String> {
        let mut store = locked(&self.store);
        let totals = locked(&self.book).totals.to_store();
        store.save(totals).map_err(|error| error.to_string())
    }

    fn store_or_say(&self) {
        if let Err(error) = self.store() {
            log::warn!(target: TARGET, "what was measured cannot be stored: {error}");
        }
    }
}

impl MetricSource for Books {
    fn snapshot(&mut self) -> Snapshot {
        let stats = self.spool.stats();
        let Book { tools, totals } = &mut *locked(&self.book);
        let mut snapshot = Snapshot::default();
        tools.read(totals, &mut snapshot);

        let mut record = |family: Counter<0>, count| {
            let total = totals.follow(family.series([]), count);
            snapshot.counter(family, [], total);
        };
        let records = stats.counters;
        record(RECORDS_SPOOLED, records.spooled);
        record(RECORDS_SHIPPED, records.shipped);
        record(RECORDS_QUARANTINED, records.quarantined);
        for reason in DropReason::ALL {
            let labels = [reason.as_str()];
            let dropped = records.dropped.get(reason);
            let total = totals.follow(RECORDS_DROPPED.series(labels), dropped);
            snapshot.counter(RECORDS_DROPPED, labels, total);
        }
        self.usage
            .read(&mut snapshot, |snapshot, family, labels, count| {
                let total = totals.follow(family.series(labels), count);
                snapshot.counter(family, labels, total);
            });
        let standing = self.usage.standing();
        standing.read(&mut snapshot, |snapshot, family, labels, through, since| {
            let total = totals.accrue(family.series(labels), through, since);
            snapshot.counter(family, labels, total);
        });
        let oldest = stats.backlog.oldest_age_s.unwrap_or(0);
        snapshot.gauge(SPOOL_OLDEST_AGE, [], as_gauge(oldest));
        snapshot.gauge(SPOOL_BYTES, [], as_gauge(stats.backlog.bytes));
        snapshot
    }

    fn keep(&mut self, exported: &[(Series, u64)]) -> Result<(), String> {
        locked(&self.book).totals.note_exported(exported);
        self.store()
    }
}

/// Nothing below a lock of ours leaves half a change behind.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge is a double, on the wire and in Prometheus"
)]
fn as_gauge(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
#[path = "metering/metering_tests.rs"]
mod tests;
