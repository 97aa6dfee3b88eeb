//! What passes: the same bytes again, as late as asked, as often as it takes.

use super::*;
use tonic::Code;

#[tokio::test]
async fn what_passes_is_sent_again_in_the_same_bytes_and_never_dropped() {
    let passing = [
        Act::refuse(Code::Unavailable, "connection refused"),
        Act::refuse(Code::DeadlineExceeded, "late"),
        Act::refuse(Code::Aborted, ""),
        Act::refuse(Code::Cancelled, ""),
        Act::refuse(Code::OutOfRange, ""),
        Act::refuse(Code::DataLoss, ""),
        // Loki's, without RetryInfo: where a strict client drops.
        Act::refuse(
            Code::ResourceExhausted,
            "HTTP Status Code 429, Message=ingestion rate limit exceeded",
        ),
        Act::refuse(Code::ResourceExhausted, ""),
    ];
    let requests = passing.len() + 1;
    let (rig, server) = (Rig::with(40), FakeServer::acting(passing).await);
    let shipper = rig.ship(to(&server));
    let received = server.until(|all| all.len() == requests).await;
    shipper.stop(LONG).await;
    assert!(received.iter().all(|it| it.bytes == received[0].bytes));
    assert_eq!(server.stored(), numbers(40));
    let stats = rig.spool.stats();
    assert_eq!((stats.backlog.records, stats.counters.shipped), (0, 40));
    assert_eq!(
        stats.counters.dropped.total() + stats.counters.quarantined,
        0
    );
}

#[tokio::test]
async fn retry_info_is_waited_for() {
    let asked = Duration::from_millis(400);
    let acts = [
        Act::NotBefore(Code::Unavailable, asked),
        Act::NotBefore(Code::ResourceExhausted, asked),
    ];
    let (rig, server) = (Rig::with(1), FakeServer::acting(acts).await);
    let shipper = rig.ship(to(&server));
    let received = server.until(|all| all.len() == 3).await;
    for pair in received.windows(2) {
        let waited = pair[1].at - pair[0].at;
        assert!(waited >= asked, "{waited:?}");
    }
    shipper.stop(LONG).await;
}

#[tokio::test]
async fn partial_success_is_counted_and_not_sent_again() {
    for (claimed, refused) in [(3, 3), (1_000_000, 10), (-1, 0)] {
        let (rig, server) = (
            Rig::with(10),
            FakeServer::acting([Act::Partly(claimed)]).await,
        );
        rig.ship(to(&server)).stop(LONG).await;
        assert_eq!(server.received().len(), 1);
        let counters = rig.spool.stats().counters;
        assert_eq!(counters.dropped.refused, refused);
        assert_eq!(counters.shipped, 10 - refused);
        assert_eq!(rig.waiting(), 0);
    }
}

#[tokio::test]
async fn an_overstated_refusal_is_not_charged_to_other_requests() {
    let split = Act::refuse(Code::InvalidArgument, "entry too far behind");
    let acts = [split, Act::Partly(1_000_000)];
    let (rig, server) = (Rig::with(10), FakeServer::acting(acts).await);
    rig.ship(to(&server)).stop(LONG).await;
    let counters = rig.spool.stats().counters;
    assert_eq!((counters.dropped.refused, counters.shipped), (5, 5));
    assert_eq!(rig.waiting(), 0);
}

#[tokio::test]
async fn what_hangs_or_breaks_is_sent_again_on_a_new_connection() {
    for act in [Act::Hang, Act::Break] {
        let (rig, server) = (Rig::with(3), FakeServer::acting([act]).await);
        let mut destination = to(&server);
        destination.timeout = Duration::from_millis(500);
        let shipper = rig.ship(destination);
        let received = server.until(|all| all.len() == 2).await;
        shipper.stop(LONG).await;
        assert_ne!(received[0].connection, received[1].connection);
        assert_eq!(received[0].bytes, received[1].bytes);
        assert_eq!((server.stored(), rig.waiting()), (numbers(3), 0));
    }
}

#[tokio::test]
async fn a_refused_token_keeps_everything_until_the_right_one_comes() {
    for code in [Code::Unauthenticated, Code::PermissionDenied] {
        let server = FakeServer::start(move |request| match request.token.as_str() {
            "Bearer right-token" => Act::Accept,
            // As careless as a server can be.
            wrong => Act::Refuse(code, format!("`{wrong}` is not it")),
        })
        .await;
        let rig = Rig::with(600);
        let with = |token| to(&server).with_header("authorization", token).unwrap();
        let shipper = rig.ship(with("Bearer wrong-token"));
        server.until(|all| all.len() >= 3).await;
        let said = message(reported(&shipper, is(AnswerKind::TokenRefused)).await);
        assert!(
            said.contains("is not it") && !said.contains("wrong-token"),
            "{said}"
        );
        assert_eq!(rig.waiting(), 600);
        let right = Arc::new(with("Bearer right-token"));
        shipper.order(Orders::new(Some(right), false));
        reported(&shipper, is(AnswerKind::Accepted)).await;
        shipper.stop(LONG).await;
        assert_eq!((server.stored(), rig.waiting()), (numbers(600), 0));
        assert_eq!(rig.quarantined(), []);
    }
}

#[tokio::test]
async fn since_tells_how_long_the_same_trouble_lasts() {
    let (rig, server) = (Rig::with(1), FakeServer::acting([]).await);
    server.now(|_| Act::refuse(Code::Unavailable, ""));
    let shipper = rig.ship(to(&server));
    let first = reported(&shipper, is(AnswerKind::Unavailable)).await;
    let first = first.answer.unwrap();
    let later = reported(&shipper, |it| {
        it.answer.as_ref().is_some_and(|it| it.at > first.at)
    });
    let later = later.await.answer.unwrap();
    assert_eq!((first.since, later.since), (first.since, first.since));
    assert!(later.next_attempt.unwrap() >= later.at);
    server.now(|_| Act::Accept);
    let accepted = reported(&shipper, is(AnswerKind::Accepted)).await;
    let answer = accepted.answer.unwrap();
    assert!(answer.since > later.at && answer.next_attempt.is_none());
    assert_eq!(accepted.last_accepted, Some(answer.at));
    shipper.stop(LONG).await;
}

#[tokio::test]
async fn requests_are_bounded_and_in_order() {
    let (rig, server) = (Rig::with(1_200), FakeServer::acting([]).await);
    rig.log_of(1_000, &"x".repeat(3_000));
    rig.ship(to(&server)).stop(LONG).await;
    assert_eq!((server.stored(), rig.waiting()), (numbers(2_200), 0));
    for request in server.received() {
        assert!(request.seqs.len() <= 512, "{} records", request.seqs.len());
        // What frames the records comes on top.
        assert!(
            request.bytes.len() <= 1_100_000,
            "{} bytes",
            request.bytes.len()
        );
    }
}
