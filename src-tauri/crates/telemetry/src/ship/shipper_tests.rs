//! The shipping thread on a real spool.

use super::*;
use crate::bridge::{SpoolProcessor, appender};
use aco_spool::{Header, Options, OsFileSystem};

struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> UnixNanos {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        UnixNanos(u64::try_from(since.as_nanos()).unwrap())
    }
}

/// A spool in a folder of its own, with `records` in it.
fn spool_with(records: usize) -> (tempfile::TempDir, Arc<Spool>) {
    let folder = tempfile::tempdir().unwrap();
    let header = Header {
        installation: [7; 16],
        opaque: Vec::new(),
    };
    let (fs, clock) = (Arc::new(OsFileSystem), Arc::new(MachineClock));
    let opened = Spool::open(fs, clock, folder.path(), header, Options::default());
    let spool = Arc::new(opened.unwrap().0);
    let store = Arc::clone(&spool);
    let log = appender(SpoolProcessor::new(store, uuid::Uuid::from_u128(7)));
    for n in 0..records {
        log.log(&log::Record::builder().args(format_args!("{n}")).build());
    }
    spool.sync().unwrap();
    (folder, spool)
}

fn shipper(spool: &Arc<Spool>, url: &str) -> Shipper {
    let orders = Orders::new(Some(Arc::new(Destination::new(url))), false);
    let parts = ShipperParts::new(Arc::clone(spool), Arc::new(MachineClock), orders);
    Shipper::spawn(parts).unwrap()
}

/// An address nothing listens at.
fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn stopping_ends_with_a_backlog_and_nobody_there() {
    for grace in [Duration::ZERO, Duration::from_secs(30)] {
        let (_folder, spool) = spool_with(3);
        let stopped = shipper(&spool, &nobody()).stop(grace);
        // Far below the grace: the first failure after the call ends it.
        tokio::time::timeout(Duration::from_secs(10), stopped)
            .await
            .expect("it hangs");
        assert_eq!(spool.stats().backlog.records, 3);
    }
}

#[tokio::test]
async fn what_is_wrong_is_reported() {
    let (_folder, spool) = spool_with(1);
    let shipper = shipper(&spool, &nobody());
    let mut report = shipper.report();
    let failed = report.wait_for(|report| report.answer.is_some());
    let answer = failed.await.unwrap().answer.clone().unwrap();
    assert_eq!(answer.kind, aco_domain::AnswerKind::Unavailable);
    assert!(answer.message.contains("refused"), "{}", answer.message);
    assert!(answer.next_attempt.is_some());
    shipper.stop(Duration::ZERO).await;
}
