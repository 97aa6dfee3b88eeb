//! What the agent asks for: another endpoint, a pause, a retry, the end. And what a panic does.

use super::*;
use tonic::Code;

/// An address nothing listens at.
fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn ordered(server: &FakeServer, paused: bool) -> Orders {
    Orders::new(Some(Arc::new(to(server))), paused)
}

#[tokio::test]
async fn stopping_ends_with_a_backlog_and_nobody_there() {
    for grace in [Duration::ZERO, Duration::from_secs(30), Duration::MAX] {
        let rig = Rig::with(3);
        let stopped = rig.ship(Destination::new(nobody())).stop(grace);
        // Far below the grace: the first failure after the call ends it.
        tokio::time::timeout(Duration::from_secs(10), stopped)
            .await
            .expect("it hangs");
        assert_eq!(rig.waiting(), 3);
    }
}

#[tokio::test]
async fn stopping_does_not_wait_longer_than_the_grace() {
    let (rig, server) = (Rig::with(3), FakeServer::acting([Act::Hang]).await);
    let shipper = rig.ship(to(&server));
    server.until(|all| all.len() == 1).await;
    let stopped = shipper.stop(Duration::from_millis(50));
    tokio::time::timeout(Duration::from_secs(10), stopped)
        .await
        .expect("it hangs");
    assert_eq!((server.received().len(), rig.waiting()), (1, 3));
}

#[tokio::test]
async fn dropping_ends_the_thread_whatever_it_does() {
    let (rig, server) = (Rig::with(3), FakeServer::acting([Act::Hang]).await);
    let shipper = rig.ship(to(&server));
    server.until(|all| all.len() == 1).await;
    let mut report = shipper.report();
    drop(shipper);
    // The sender of reports ends with the thread.
    let ended = tokio::time::timeout(LONG, report.changed()).await;
    assert!(ended.expect("it runs on").is_err());
    assert_eq!((server.received().len(), rig.waiting()), (1, 3));
}

#[tokio::test]
async fn what_is_wrong_is_reported() {
    let rig = Rig::with(1);
    let shipper = rig.ship(Destination::new(nobody()));
    let report = reported(&shipper, |report| report.answer.is_some()).await;
    let answer = report.answer.unwrap();
    assert_eq!(answer.kind, AnswerKind::Unavailable);
    assert!(answer.message.contains("refused"), "{}", answer.message);
    assert!(answer.next_attempt.is_some());
    shipper.stop(Duration::ZERO).await;
}

#[tokio::test]
async fn a_pause_abandons_the_request_and_nothing_follows_until_resumed() {
    let (rig, server) = (Rig::with(3), FakeServer::acting([Act::Hang]).await);
    let shipper = rig.ship(to(&server));
    server.until(|all| all.len() == 1).await;
    shipper.order(ordered(&server, true));
    server.until_abandoned(1).await;
    rig.log(3);
    shipper.wake();
    // Its drain is paused as well.
    shipper.stop(LONG).await;
    assert_eq!((server.received().len(), rig.waiting()), (1, 6));

    let backoff = Backoff::new(Duration::from_millis(1), Duration::from_millis(50));
    let shipper = rig.ship_with(ordered(&server, true), backoff);
    rig.log(1);
    let resumed = Instant::now();
    shipper.order(ordered(&server, false));
    reported(&shipper, is(AnswerKind::Accepted)).await;
    shipper.stop(LONG).await;
    assert!(server.received()[1].at >= resumed);
    assert_eq!((server.stored(), rig.waiting()), (numbers(7), 0));
}

#[tokio::test]
async fn another_endpoint_gets_everything_from_then_on() {
    let (old, new) = (FakeServer::acting([]).await, FakeServer::acting([]).await);
    let rig = Rig::with(3);
    let shipper = rig.ship(to(&old));
    old.until(|all| all.len() == 1).await;
    reported(&shipper, is(AnswerKind::Accepted)).await;
    // Idle: the connection to the old one is still open.
    shipper.order(ordered(&new, false));
    let nothing_said = |report: &ShipReport| report.answer.is_none();
    reported(&shipper, nothing_said).await;
    rig.log(2);
    new.until(|all| all.len() == 1).await;
    assert_eq!((old.stored(), new.stored()), (numbers(3), vec![4, 5]));
    // In the middle of a request.
    new.now(|_| Act::Hang);
    rig.log(2);
    new.until(|all| all.len() == 2).await;
    shipper.order(ordered(&old, false));
    old.until(|all| all.len() == 2).await;
    shipper.stop(LONG).await;
    assert_eq!((old.stored(), rig.waiting()), (vec![1, 2, 3, 6, 7], 0));
}

#[tokio::test]
async fn without_an_endpoint_former_trouble_is_forgotten() {
    let (rig, server) = (Rig::with(1), FakeServer::acting([]).await);
    server.now(|_| Act::refuse(Code::Unauthenticated, ""));
    let shipper = rig.ship(to(&server));
    reported(&shipper, is(AnswerKind::TokenRefused)).await;
    // A pause forgets nothing, but nothing is attempted either.
    shipper.order(Orders::new(None, true));
    let waits = |it: &ShipReport| {
        it.answer
            .as_ref()
            .is_some_and(|it| it.next_attempt.is_none())
    };
    let paused = reported(&shipper, waits).await;
    assert_eq!(paused.answer.unwrap().kind, AnswerKind::TokenRefused);
    shipper.order(Orders::new(None, false));
    reported(&shipper, |report| report.answer.is_none()).await;
    shipper.stop(LONG).await;
}

#[tokio::test]
async fn waking_tries_at_once_and_on_a_new_connection() {
    let act = Act::NotBefore(Code::Unavailable, LONG * 10);
    let (rig, server) = (Rig::with(1), FakeServer::acting([act]).await);
    let backoff = Backoff::new(LONG, LONG * 10);
    let shipper = rig.ship_with(ordered(&server, false), backoff);
    reported(&shipper, is(AnswerKind::Unavailable)).await;
    shipper.wake();
    let received = server.until(|all| all.len() == 2).await;
    assert_ne!(received[0].connection, received[1].connection);
    shipper.stop(LONG).await;
    assert_eq!(rig.waiting(), 0);
}

#[tokio::test]
async fn records_that_come_while_it_sleeps_wake_it() {
    let (rig, server) = (Rig::with(0), FakeServer::acting([]).await);
    let shipper = rig.ship(to(&server));
    for n in 1..=50 {
        rig.log(1);
        server.until(|_| server.stored().last() == Some(&n)).await;
    }
    shipper.stop(LONG).await;
    assert_eq!((server.stored(), rig.waiting()), (numbers(50), 0));
}

#[tokio::test]
async fn after_a_panic_it_goes_on_with_the_same_bytes() {
    let later = Act::refuse(Code::Unavailable, "later");
    let (rig, server) = (Rig::with(3), FakeServer::acting([later]).await);
    // It asks for the time to note when the answer came.
    rig.ship_clock.panics_next.store(true, Ordering::SeqCst);
    let shipper = rig.ship(to(&server));
    let received = server.until(|all| all.len() == 2).await;
    assert!(
        !rig.ship_clock.panics_next.load(Ordering::SeqCst),
        "nothing panicked"
    );
    shipper.stop(LONG).await;
    assert_eq!(received[0].bytes, received[1].bytes);
    assert_eq!(rig.waiting(), 0);
    assert_eq!(rig.spool.stats().counters.shipped, 3);
}
