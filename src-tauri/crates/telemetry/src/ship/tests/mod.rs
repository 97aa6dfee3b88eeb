//! The shipping thread on a real spool, against a server that answers as told.

mod answers;
mod disk;
mod metrics;
mod orders;
mod refusals;

use super::fake_server::{Act, FakeServer, Received};
use super::{Backoff, Destination, Orders, ShipReport, Shipper, ShipperParts};
use crate::bridge::{SpoolProcessor, appender};
use aco_domain::{AnswerKind, Clock, UnixNanos};
use aco_spool::{FileSystem, Header, Options, OsFileSystem, Quarantined, Spool};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// Longer than anything here takes on a busy machine.
const LONG: Duration = Duration::from_secs(60);

/// The machine's clock, moved ahead as told.
#[derive(Default)]
struct TestClock {
    ahead_s: AtomicU64,
    panics_next: AtomicBool,
}

impl Clock for TestClock {
    fn now(&self) -> UnixNanos {
        assert!(
            !self.panics_next.swap(false, Ordering::SeqCst),
            "as the test wants it"
        );
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        let ahead = Duration::from_secs(self.ahead_s.load(Ordering::SeqCst));
        UnixNanos(u64::try_from(since.as_nanos()).unwrap()).plus(ahead)
    }
}

/// A spool in a folder of its own, and the `log` sink that writes to it.
struct Rig {
    folder: tempfile::TempDir,
    spool: Arc<Spool>,
    /// The spool's; the shipper has another.
    clock: Arc<TestClock>,
    ship_clock: Arc<TestClock>,
    log: Box<dyn log::Log>,
}

impl Rig {
    /// With so many records, numbered from 1.
    fn with(records: usize) -> Self {
        let rig = Self::on(Arc::new(OsFileSystem));
        rig.log(records);
        rig
    }

    fn on(fs: Arc<dyn FileSystem>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock::default());
        let header = Header {
            installation: [7; 16],
            opaque: Vec::new(),
        };
        let options = Options {
            // One segment, so that nothing but the shipper's own limits makes requests small.
            segment_bytes: 64 * 1024 * 1024,
            ..Options::default()
        };
        let opened = Spool::open(fs, Arc::clone(&clock) as _, folder.path(), header, options);
        let spool = Arc::new(opened.unwrap().0);
        let processor = SpoolProcessor::new(Arc::clone(&spool) as _, uuid::Uuid::from_u128(7));
        Self {
            folder,
            spool,
            clock,
            ship_clock: Arc::default(),
            log: appender(processor),
        }
    }

    fn log(&self, records: usize) {
        self.log_of(records, "record");
    }

    fn log_of(&self, records: usize, body: &str) {
        for _ in 0..records {
            let mut record = log::Record::builder();
            self.log.log(&record.args(format_args!("{body}")).build());
        }
    }

    /// Ships to `destination`, with waits of milliseconds.
    fn ship(&self, destination: Destination) -> Shipper {
        let orders = Orders::new(Some(Arc::new(destination)), false);
        self.ship_with(
            orders,
            Backoff::new(Duration::from_millis(1), Duration::from_millis(50)),
        )
    }

    fn ship_with(&self, orders: Orders, backoff: Backoff) -> Shipper {
        let (spool, clock) = (Arc::clone(&self.spool), Arc::clone(&self.ship_clock));
        let parts = ShipperParts {
            backoff,
            linger: Duration::from_millis(1),
            ..ShipperParts::new(spool, clock, orders)
        };
        Shipper::spawn(parts).unwrap()
    }

    /// Numbers and reasons of the quarantine's records, oldest first.
    fn quarantined(&self) -> Vec<(u64, String)> {
        let entries = aco_spool::read_quarantine(&OsFileSystem, self.folder.path()).unwrap();
        let entry = |it: Quarantined| (it.seq, it.reason);
        entries.into_iter().map(entry).collect()
    }

    fn waiting(&self) -> u64 {
        self.spool.stats().backlog.records
    }
}

fn to(server: &FakeServer) -> Destination {
    Destination::new(&server.url)
}

/// Waits for a report as wanted.
async fn reported(shipper: &Shipper, wanted: impl FnMut(&ShipReport) -> bool) -> ShipReport {
    let mut report: watch::Receiver<ShipReport> = shipper.report();
    let found = tokio::time::timeout(LONG, report.wait_for(wanted)).await;
    found.expect("never reported").unwrap().clone()
}

fn is(kind: AnswerKind) -> impl FnMut(&ShipReport) -> bool {
    move |report| report.answer.as_ref().is_some_and(|it| it.kind == kind)
}

fn message(report: ShipReport) -> String {
    report.answer.unwrap().message
}

fn numbers(through: u64) -> Vec<u64> {
    (1..=through).collect()
}

fn has(poison: &'static [u64]) -> impl Fn(&Received) -> bool {
    move |request| request.seqs.iter().any(|seq| poison.contains(seq))
}
