//! Metrics on the shipping thread, beside records and alone.

use super::super::{MetricSource, MetricsParts};
use super::*;
use crate::bridge::ResourceAttributes;
use crate::metrics::family::{RECORDS_SHIPPED, SPOOL_BYTES};
use crate::metrics::{Series, Snapshot};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use prost::Message as _;
use std::sync::Mutex;
use tokio::time::timeout;
use tonic::Code;

/// Short enough that a test waits for some, long enough that half of it is measurable.
const EVERY: Duration = Duration::from_millis(40);
const NEVER: Duration = Duration::from_secs(3600);

/// What a test measures and how its disk behaves.
#[derive(Default)]
struct Measured {
    total: AtomicU64,
    waiting: Mutex<Option<Arc<aco_spool::Spool>>>,
    asked: AtomicU64,
    panics_next: AtomicBool,
    disk_full: AtomicBool,
    kept: AtomicU64,
}

#[derive(Clone, Default)]
struct Source(Arc<Measured>);

impl MetricSource for Source {
    fn snapshot(&mut self) -> Snapshot {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        assert!(
            !self.0.panics_next.swap(false, Ordering::SeqCst),
            "as the test wants it"
        );
        let mut snapshot = Snapshot::default();
        let spool = self.0.waiting.lock().unwrap();
        let waiting = spool.as_ref().map_or(7, |it| it.stats().backlog.records);
        let waiting = u32::try_from(waiting).unwrap();
        snapshot.gauge(SPOOL_BYTES, [], f64::from(waiting));
        snapshot.counter(RECORDS_SHIPPED, [], self.0.total.load(Ordering::SeqCst));
        snapshot
    }

    fn keep(&mut self, exported: &[(Series, u64)]) -> Result<(), String> {
        if self.0.disk_full.load(Ordering::SeqCst) {
            return Err("the disk is full".to_owned());
        }
        self.0.kept.store(exported[0].1, Ordering::SeqCst);
        Ok(())
    }
}

impl Source {
    fn grows_to(&self, total: u64) {
        self.0.total.store(total, Ordering::SeqCst);
    }

    fn asked(&self) -> u64 {
        self.0.asked.load(Ordering::SeqCst)
    }

    fn ship(&self, rig: &Rig, orders: Orders, exported: u64) -> Shipper {
        let (spool, clock) = (Arc::clone(&rig.spool), Arc::clone(&rig.ship_clock));
        let metrics = MetricsParts {
            source: Box::new(self.clone()),
            exported: vec![(RECORDS_SHIPPED.series([]), exported)],
            resource: ResourceAttributes::default().with("host.name", "here"),
        };
        let parts = ShipperParts {
            backoff: Backoff::new(Duration::from_millis(1), Duration::from_millis(50)),
            linger: Duration::from_millis(1),
            metrics: Some(metrics),
            ..ShipperParts::new(spool, clock, orders)
        };
        Shipper::spawn(parts).unwrap()
    }
}

fn every(destination: Destination, interval: Duration) -> Orders {
    Orders::new(Some(Arc::new(destination)), false).with_metrics(Some(interval))
}

/// Gauge and counter of each export that arrived, in their order.
fn exports(received: &[Received]) -> Vec<(f64, u64)> {
    let metrics = received.iter().filter(|request| request.metrics);
    metrics.map(|request| values(&request.bytes)).collect()
}

fn values(bytes: &bytes::Bytes) -> (f64, u64) {
    let request = ExportMetricsServiceRequest::decode(bytes.clone()).unwrap();
    let resources = request.resource_metrics.into_iter();
    let scopes = resources.flat_map(|resource| resource.scope_metrics);
    let (mut gauge, mut counter) = (f64::NAN, 0);
    for metric in scopes.flat_map(|scope| scope.metrics) {
        match metric.data.unwrap() {
            Data::Gauge(it) => match it.data_points[0].value.unwrap() {
                Value::AsDouble(value) => gauge = value,
                other => panic!("{other:?}"),
            },
            Data::Sum(it) => match it.data_points[0].value.unwrap() {
                Value::AsInt(value) => counter = u64::try_from(value).unwrap(),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }
    (gauge, counter)
}

fn totals(received: &[Received]) -> Vec<u64> {
    exports(received)
        .into_iter()
        .map(|(_, total)| total)
        .collect()
}

/// Waits until the newest export shows this total.
async fn shows(server: &FakeServer, total: u64) -> Vec<Received> {
    server.until(|all| totals(all).last() == Some(&total)).await
}

#[tokio::test]
async fn they_carry_our_headers_and_grow_from_zero() {
    let (rig, server) = (Rig::with(0), FakeServer::acting([]).await);
    let destination = to(&server)
        .with_header("authorization", "Bearer secret")
        .unwrap();
    let source = Source::default();
    source.grows_to(5);
    let shipper = source.ship(&rig, every(destination, EVERY), 0);
    let received = shows(&server, 5).await;
    assert_eq!(exports(&received)[0], (7.0, 0));
    assert!(received.iter().all(|it| it.token == "Bearer secret"));
    // One connection serves them all.
    assert!(
        received
            .iter()
            .all(|it| it.connection == received[0].connection)
    );
    source.grows_to(6);
    let received = shows(&server, 6).await;
    assert!(totals(&received).is_sorted());
    shipper.stop(LONG).await;
}

#[tokio::test]
async fn records_and_metrics_do_not_disturb_each_other() {
    let (rig, server) = (Rig::with(3), FakeServer::acting([]).await);
    server.now(|request| match request.metrics {
        true => Act::refuse(Code::Unauthenticated, "not you"),
        false => Act::Accept,
    });
    let source = Source::default();
    let shipper = source.ship(&rig, every(to(&server), EVERY), 0);
    let received = server.until(|all| exports(all).len() == 3).await;
    reported(&shipper, is(AnswerKind::Accepted)).await;
    assert_eq!(server.stored(), [1, 2, 3]);
    // It comes back at the interval, not in a circle.
    let at: Vec<_> = received
        .iter()
        .filter(|it| it.metrics)
        .map(|it| it.at)
        .collect();
    assert!(at[2].duration_since(at[1]) >= EVERY / 2, "{at:?}");
    // And the reverse.
    server.now(|request| match request.metrics {
        true => Act::Accept,
        false => Act::refuse(Code::Unavailable, "later"),
    });
    source.grows_to(2);
    rig.log(1);
    shows(&server, 2).await;
    reported(&shipper, is(AnswerKind::Unavailable)).await;
    shipper.stop(LONG).await;
}

#[tokio::test]
async fn an_unanswered_export_is_not_taken_back_and_growth_waits() {
    let (rig, server) = (Rig::with(0), FakeServer::acting([]).await);
    let source = Source::default();
    source.grows_to(5);
    let shipper = source.ship(&rig, every(to(&server), EVERY), 5);
    shows(&server, 5).await;
    // What becomes of this one nobody knows.
    server.now(|request| match values(&request.bytes).1 {
        8 => Act::Break,
        _ => Act::Accept,
    });
    source.grows_to(8);
    shows(&server, 8).await;
    server.now(|_| Act::Accept);
    source.grows_to(9);
    let received = shows(&server, 9).await;
    let totals = totals(&received);
    assert!(totals.is_sorted(), "{totals:?}");
    let accepted = received.iter().filter(|it| it.was_accepted());
    let accepted: Vec<u64> = accepted.map(|it| values(&it.bytes).1).collect();
    assert!(accepted.contains(&8), "not answered for: {totals:?}");
    shipper.stop(LONG).await;
}

#[tokio::test]
async fn what_leaves_was_stored_and_without_a_disk_nothing_grows() {
    let (rig, server) = (Rig::with(0), FakeServer::acting([]).await);
    let source = Source::default();
    source.grows_to(5);
    let seen = source.clone();
    server.now(move |request| {
        assert!(values(&request.bytes).1 <= seen.0.kept.load(Ordering::SeqCst));
        Act::Accept
    });
    let shipper = source.ship(&rig, every(to(&server), EVERY), 5);
    shows(&server, 5).await;
    source.0.disk_full.store(true, Ordering::SeqCst);
    source.grows_to(6);
    let before = exports(&server.received()).len();
    let received = server.until(|all| exports(all).len() >= before + 3).await;
    assert_eq!(totals(&received).last(), Some(&5), "gauges go on alone");
    source.0.disk_full.store(false, Ordering::SeqCst);
    shows(&server, 6).await;
    shipper.stop(LONG).await;
}

#[tokio::test]
async fn a_pause_drops_an_export_on_its_way_before_it_is_heeded() {
    let (rig, server) = (Rig::with(0), FakeServer::acting([Act::Hang]).await);
    let source = Source::default();
    source.grows_to(5);
    let orders = every(to(&server), EVERY);
    let shipper = source.ship(&rig, orders.clone(), 5);
    server.until(|all| all.len() == 1).await;
    let paused = Orders {
        paused: true,
        ..orders.clone()
    };
    shipper.order(paused.clone()).wait().await;
    server.until_abandoned(1).await;
    let asked = source.asked();
    source.grows_to(6);
    // Neither a nudge nor its end exports anything.
    shipper.wake();
    shipper.stop(LONG).await;
    assert_eq!((server.received().len(), source.asked()), (1, asked));

    let shipper = source.ship(&rig, paused, 5);
    shipper.order(orders);
    let received = shows(&server, 6).await;
    assert_eq!(totals(&received)[..2], [5, 5], "the last value comes first");
    shipper.stop(LONG).await;
}

#[tokio::test]
async fn a_paused_shipper_exports_nothing_at_its_end() {
    let (rig, server) = (Rig::with(1), FakeServer::acting([]).await);
    let source = Source::default();
    let orders = Orders {
        paused: true,
        ..every(to(&server), NEVER)
    };
    source.ship(&rig, orders, 0).stop(LONG).await;
    assert!(server.received().is_empty());
    assert_eq!(source.asked(), 0);
}

#[tokio::test]
async fn nothing_is_collected_without_a_place_to_go() {
    let (rig, server) = (Rig::with(0), FakeServer::acting([]).await);
    let source = Source::default();
    let nowhere = Orders::new(None, false).with_metrics(Some(EVERY));
    let shipper = source.ship(&rig, nowhere, 0);
    // Records only.
    shipper.order(Orders::new(Some(Arc::new(to(&server))), false));
    rig.log(1);
    reported(&shipper, is(AnswerKind::Accepted)).await;
    assert_eq!(source.asked(), 0);
    shipper.order(every(to(&server), EVERY));
    server.until(|all| exports(all).len() == 1).await;
    shipper.stop(LONG).await;
}

#[tokio::test]
async fn another_endpoint_gets_them_from_then_on() {
    let (old, new) = (FakeServer::acting([]).await, FakeServer::acting([]).await);
    let rig = Rig::with(0);
    let source = Source::default();
    source.grows_to(5);
    let shipper = source.ship(&rig, every(to(&old), EVERY), 5);
    shows(&old, 5).await;
    source.grows_to(6);
    shipper.order(every(to(&new), EVERY)).wait().await;
    let so_far = old.received().len();
    let received = shows(&new, 6).await;
    assert_eq!(
        totals(&received)[0],
        *totals(&old.received()).last().unwrap()
    );
    assert_eq!(old.received().len(), so_far);
    shipper.stop(LONG).await;
}

#[tokio::test]
async fn a_panic_while_collecting_ends_nothing() {
    let (rig, server) = (Rig::with(0), FakeServer::acting([]).await);
    let source = Source::default();
    source.0.panics_next.store(true, Ordering::SeqCst);
    let shipper = source.ship(&rig, every(to(&server), EVERY), 0);
    server.until(|all| exports(all).len() == 2).await;
    assert!(
        !source.0.panics_next.load(Ordering::SeqCst),
        "nothing panicked"
    );
    rig.log(1);
    reported(&shipper, is(AnswerKind::Accepted)).await;
    shipper.stop(LONG).await;
}

#[tokio::test]
async fn the_last_export_follows_the_last_record() {
    let (rig, server) = (Rig::with(0), FakeServer::acting([]).await);
    let source = Source::default();
    *source.0.waiting.lock().unwrap() = Some(Arc::clone(&rig.spool));
    let shipper = source.ship(&rig, every(to(&server), NEVER), 0);
    rig.log(5);
    shipper.stop(LONG).await;
    let received = server.received();
    assert_eq!(server.stored(), [1, 2, 3, 4, 5]);
    assert_eq!(exports(&received), [(0.0, 0)], "once, and nothing waits");
    assert!(received.last().unwrap().metrics);
}

#[tokio::test]
async fn stopping_waits_for_no_answer_longer_than_the_grace() {
    let (rig, server) = (
        Rig::with(0),
        FakeServer::acting([Act::Hang, Act::Hang]).await,
    );
    let shipper = Source::default().ship(&rig, every(to(&server), EVERY), 0);
    server.until(|all| all.len() == 1).await;
    let stopped = shipper.stop(Duration::from_millis(50));
    timeout(Duration::from_secs(10), stopped)
        .await
        .expect("it hangs");
}
