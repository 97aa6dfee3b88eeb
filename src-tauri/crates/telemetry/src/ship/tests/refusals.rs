//! What does not pass: the record at fault goes to the quarantine, nothing else does.

use super::*;
use tonic::Code;

const TOO_LONG: &str = "Max entry size '262144' bytes exceeded for stream '{}'";
const TOO_LARGE: &str = "grpc: received message larger than max (9 vs. 8)";

#[tokio::test]
async fn a_reason_of_lokis_isolates_exactly_the_poisoned_records() {
    let poisoned = has(&[57, 58, 200]);
    let server = FakeServer::start(move |request| match poisoned(request) {
        true => Act::refuse(Code::InvalidArgument, TOO_LONG),
        false => Act::Accept,
    })
    .await;
    let rig = Rig::with(200);
    rig.ship(to(&server)).stop(LONG).await;
    let quarantined = rig.quarantined();
    assert_eq!(
        quarantined.iter().map(|it| it.0).collect::<Vec<_>>(),
        [57, 58, 200]
    );
    assert!(
        quarantined.iter().all(|it| it.1.contains(TOO_LONG)),
        "{quarantined:?}"
    );
    let mut good = numbers(200);
    good.retain(|seq| ![57, 58, 200].contains(seq));
    assert_eq!(server.stored(), good);
    let counters = rig.spool.stats().counters;
    assert_eq!((counters.shipped, counters.quarantined), (197, 3));
    assert_eq!((counters.dropped.total(), rig.waiting()), (0, 0));
}

#[tokio::test]
async fn a_wrong_address_keeps_everything_and_says_so() {
    for code in [
        Code::Unimplemented,
        Code::Unknown,
        Code::Internal,
        Code::NotFound,
    ] {
        let server = FakeServer::start(move |_| Act::refuse(code, "unknown service")).await;
        let rig = Rig::with(200);
        let shipper = rig.ship(to(&server));
        let said = message(reported(&shipper, is(AnswerKind::Refused)).await);
        assert!(said.contains("unknown service"), "{said}");
        let first_round = server.received().len();
        server.until(|all| all.len() > 2 * first_round).await;
        assert_eq!((rig.quarantined(), rig.waiting()), (Vec::new(), 200));
        server.now(|_| Act::Accept);
        reported(&shipper, is(AnswerKind::Accepted)).await;
        shipper.stop(LONG).await;
        assert_eq!(rig.quarantined(), []);
        assert_eq!((server.stored(), rig.waiting()), (numbers(200), 0));
    }
}

#[tokio::test]
async fn a_record_refused_without_a_reason_waits_for_a_different_one() {
    let poisoned = has(&[1]);
    let server = FakeServer::start(move |request| match poisoned(request) {
        true => Act::refuse(Code::Unimplemented, "no"),
        false => Act::Accept,
    })
    .await;
    let rig = Rig::with(1);
    let shipper = rig.ship(to(&server));
    server.until(|all| all.len() >= 5).await;
    assert_eq!((rig.quarantined(), rig.waiting()), (Vec::new(), 1));
    rig.log(1);
    server
        .until(|all| all.last().is_some_and(Received::was_accepted))
        .await;
    shipper.stop(LONG).await;
    assert_eq!(rig.quarantined(), [(1, "Unimplemented: no".to_owned())]);
    assert_eq!((server.stored(), rig.waiting()), (vec![2], 0));
}

#[tokio::test]
async fn what_is_too_large_is_split() {
    let poisoned = has(&[50]);
    let server =
        FakeServer::start(
            move |request| match request.seqs.len() > 10 || poisoned(request) {
                true => Act::refuse(Code::ResourceExhausted, TOO_LARGE),
                false => Act::Accept,
            },
        )
        .await;
    let rig = Rig::with(100);
    rig.ship(to(&server)).stop(LONG).await;
    let mut good = numbers(100);
    good.remove(49);
    assert_eq!((server.stored(), rig.waiting()), (good, 0));
    let quarantined = rig.quarantined();
    assert_eq!(quarantined.len(), 1);
    assert_eq!(quarantined[0].0, 50);
}

#[tokio::test]
async fn a_clock_that_is_ahead_is_waited_for() {
    let ahead = has(&[5, 6, 7]);
    let server = FakeServer::start(move |request| match ahead(request) {
        true => Act::refuse(Code::InvalidArgument, "has timestamp too new: 2027"),
        false => Act::Accept,
    })
    .await;
    let rig = Rig::with(7);
    let shipper = rig.ship(to(&server));
    let waits = |it: &ShipReport| {
        let answer = it.answer.as_ref();
        answer.is_some_and(|it| it.message.contains("this machine's clock is ahead"))
    };
    let report = reported(&shipper, waits).await;
    assert_eq!(report.answer.unwrap().kind, AnswerKind::Unavailable);
    let requests = server.received().len();
    server.until(|all| all.len() > 2 * requests).await;
    assert_eq!((server.stored(), rig.waiting()), (numbers(4), 3));
    server.now(|_| Act::Accept);
    server
        .until(|all| all.last().is_some_and(Received::was_accepted))
        .await;
    shipper.stop(LONG).await;
    assert_eq!((server.stored(), rig.waiting()), (numbers(7), 0));
    assert_eq!(rig.quarantined(), []);
}

#[tokio::test]
async fn a_record_of_a_clock_since_corrected_is_not_waited_for() {
    let rig = Rig::with(2);
    rig.clock.ahead_s.store(2 * 3600, Ordering::SeqCst);
    rig.log(1);
    rig.clock.ahead_s.store(0, Ordering::SeqCst);
    rig.log(2);
    let ahead = has(&[3]);
    let server = FakeServer::start(move |request| match ahead(request) {
        true => Act::refuse(Code::InvalidArgument, "has timestamp too new: 2027"),
        false => Act::Accept,
    })
    .await;
    rig.ship(to(&server)).stop(LONG).await;
    assert_eq!((server.stored(), rig.waiting()), (vec![1, 2, 4, 5], 0));
    assert_eq!(rig.quarantined().len(), 1);
}

#[tokio::test]
async fn a_refused_record_alone_in_its_batch_does_not_block_what_follows() {
    let poisoned = has(&[3]);
    let server = FakeServer::start(move |request| match poisoned(request) {
        true => Act::refuse(Code::Unimplemented, "no"),
        false => Act::Accept,
    })
    .await;
    let rig = Rig::with(2);
    let shipper = rig.ship(to(&server));
    reported(&shipper, is(AnswerKind::Accepted)).await;
    // The third comes alone: no neighbour can vouch for the pipeline, the second one can.
    rig.log(1);
    server.until(|all| all.iter().any(has(&[3]))).await;
    shipper.stop(LONG).await;
    assert_eq!(
        rig.quarantined().iter().map(|it| it.0).collect::<Vec<_>>(),
        [3]
    );
    // The witness in the same bytes: what Loki stores once.
    assert_eq!((server.stored(), rig.waiting()), (vec![1, 2, 2], 0));
}

#[tokio::test]
async fn a_pipeline_that_stops_taking_records_condemns_none() {
    let server = FakeServer::start(|_| Act::Accept).await;
    let rig = Rig::with(2);
    let shipper = rig.ship(to(&server));
    reported(&shipper, is(AnswerKind::Accepted)).await;
    server.now(|_| Act::refuse(Code::Unimplemented, "no"));
    rig.log(1);
    reported(&shipper, is(AnswerKind::Refused)).await;
    assert_eq!((rig.quarantined(), rig.waiting()), (Vec::new(), 1));
    shipper.stop(Duration::ZERO).await;
}
