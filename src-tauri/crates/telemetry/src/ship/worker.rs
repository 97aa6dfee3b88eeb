//! What the shipping thread does: peek, send, judge, acknowledge.

use super::news::News;
use super::request::encode_request;
use super::shipper::withdrawn;
use super::{
    Backoff, Connection, ConnectionError, Destination, Fate, Meaning, Orders, Reply, Round,
    ShipReport, ShipperParts, classify,
};
use crate::SHIP_TARGET;
use crate::bridge::Payload;
use aco_domain::{Answer, AnswerKind, Clock};
use aco_spool::{AckOutcome, Batch, BatchRecord, Spool};
use bytes::Bytes;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

/// At most this many records a request.
const MAX_RECORDS: usize = 512;
/// And about this many bytes before compression. Loki's burst and its 4 MiB between distributor
/// and ingester turn larger requests into refusals that never pass.
const MAX_BYTES: usize = 1024 * 1024;

/// A record this far ahead of our own clock will not become acceptable while anybody waits.
const TOO_FAR_AHEAD: Duration = Duration::from_secs(3600);

pub(super) struct Worker {
    spool: Arc<Spool>,
    clock: Arc<dyn Clock>,
    pub(super) orders: watch::Receiver<Orders>,
    pub(super) report: watch::Sender<ShipReport>,
    /// The number of the orders acted on.
    heeded: watch::Sender<u64>,
    /// Somebody wants a retry now.
    pub(super) wake: Arc<Notify>,
    /// A record was appended while nobody looked.
    appended: Arc<Notify>,
    backoff: Backoff,
    linger: Duration,
    /// Where the connection leads, and whom the last answer is about.
    destination: Option<Arc<Destination>>,
    connection: Option<Connection>,
    /// A request of one record that this destination stored, to be sent again when nothing else
    /// can tell a refused record from a refusing pipeline.
    witness: Option<Bytes>,
    news: News<AnswerKind>,
    /// Each said once, not for each batch.
    sync_failed: bool,
    ack_failed: bool,
}

/// Where a batch ended.
enum Step {
    /// All of it was answered for.
    Done,
    /// The rest has to wait this long.
    Wait(Duration),
}

impl Worker {
    pub(super) fn new(
        parts: ShipperParts,
        orders: watch::Receiver<Orders>,
        report: watch::Sender<ShipReport>,
        heeded: watch::Sender<u64>,
    ) -> Self {
        let appended = Arc::new(Notify::new());
        parts.spool.set_waker({
            let appended = Arc::clone(&appended);
            move || appended.notify_one()
        });
        Self {
            spool: parts.spool,
            clock: parts.clock,
            orders,
            report,
            heeded,
            wake: Arc::new(Notify::new()),
            appended,
            backoff: parts.backoff,
            linger: parts.linger,
            destination: None,
            connection: None,
            witness: None,
            news: News::default(),
            sync_failed: false,
            ack_failed: false,
        }
    }

    /// Ships until told to stop.
    pub(super) async fn run(&mut self) {
        // Whatever a panic left behind.
        self.connection = None;
        loop {
            let orders = self.orders.borrow_and_update().clone();
            let stopping = orders.stop_by.is_some();
            if orders.stop_by.is_some_and(|by| by <= Instant::now()) {
                return;
            }
            self.follow(&orders);
            self.heeded.send_replace(orders.number);
            let Some(destination) = orders.active().cloned() else {
                if stopping || self.orders.changed().await.is_err() {
                    return;
                }
                continue;
            };
            let batch = match self.spool.peek(MAX_RECORDS, MAX_BYTES) {
                Ok(Some(batch)) => batch,
                Ok(None) if stopping => return,
                Ok(None) => {
                    if self.next_record().await.is_err() {
                        return;
                    }
                    continue;
                }
                Err(error) => {
                    let what = format!("the spool cannot be read: {error}");
                    let wait = self.backoff.slow(fastrand::f64());
                    self.failed(AnswerKind::Unavailable, what, wait);
                    if stopping || self.sleep(wait).await.is_err() {
                        return;
                    }
                    continue;
                }
            };
            let withdrawn = withdrawn(self.orders.clone(), Arc::clone(&destination));
            let step = tokio::select! {
                biased;
                () = withdrawn => {
                    // Dropping the connection resets the request; what of it arrived is sent
                    // again later, in the same bytes.
                    self.connection = None;
                    continue;
                }
                step = self.ship(&destination, &batch) => step,
            };
            match step {
                Step::Done => {}
                Step::Wait(_) if self.orders.borrow().stop_by.is_some() => return,
                Step::Wait(wait) => {
                    if self.sleep(wait).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// A pause after a panic, so that one that repeats does not spin; false when there is no time
    /// left for another try.
    pub(super) async fn rest(&mut self) -> bool {
        let wait = self
            .backoff
            .after_failure(1.0, None)
            .max(Duration::from_secs(1));
        self.orders.borrow().stop_by.is_none() && self.sleep(wait).await.is_ok()
    }

    /// Lets go of what belongs to former orders: a connection has their address and token, and an
    /// answer says something about their endpoint only.
    fn follow(&mut self, orders: &Orders) {
        let known = self.destination.as_ref().zip(orders.active());
        if known.is_some_and(|(old, new)| Arc::ptr_eq(old, new)) {
            return;
        }
        self.connection = None;
        // A pause is about leaving, not about where to: what was answered before it still holds.
        self.report
            .send_if_modified(|report| match (&mut report.answer, orders.paused) {
                (Some(answer), true) => answer.next_attempt.take().is_some(),
                (None, true) => false,
                (answer, false) => answer.take().is_some(),
            });
        if !orders.paused {
            self.witness = None;
            self.destination.clone_from(&orders.destination);
            self.backoff.reset();
        }
    }

    async fn ship(&mut self, destination: &Destination, batch: &Batch) -> Step {
        // Nothing is sent that a power cut could still take back: its number would be given to
        // another record. Where the disk cannot promise that any more, delivering matters more.
        match self.spool.sync_through(batch.last_seq()) {
            Ok(()) => self.sync_failed = false,
            Err(error) if !self.sync_failed => {
                log::warn!(target: SHIP_TARGET, "the spool could not be synced to disk: {error}");
                self.sync_failed = true;
            }
            Err(_) => {}
        }
        let records: Vec<BatchRecord<'_>> = batch.records().collect();
        // What is no payload of ours passed its checksum all the same: it goes as an empty record,
        // and its number says where something is wrong.
        let payloads: Vec<Payload<'_>> = records
            .iter()
            .map(|record| Payload::parse(record.payload).unwrap_or(Payload::EMPTY))
            .collect();
        let mut round = Round::new(records.len());
        let mut settled = Settled::default();
        while let Some(part) = round.next() {
            // The disk may have taken its time: a pause that came meanwhile is seen here, before
            // anything is sent.
            tokio::task::yield_now().await;
            let open = match self.connection.as_mut() {
                Some(open) => open,
                None => match Connection::open(destination).await {
                    Ok(open) => self.connection.insert(open),
                    Err(error) => return self.unconnected(&error),
                },
            };
            let reply = open
                .export(encode_request(&batch.header, &payloads[part.clone()]))
                .await;
            let mut meaning = classify(&reply);
            if matches!(reply, Reply::Broken { .. }) {
                self.connection = None;
            }
            if meaning == Meaning::ClockAhead && part.len() == 1 {
                let ahead = records[part.start].time.since(self.clock.now());
                if ahead < TOO_FAR_AHEAD {
                    return self.clock_ahead(&reply);
                }
                meaning = Meaning::Invalid;
            }
            let mut accepted = None;
            match &meaning {
                Meaning::Later { retry_after } => {
                    let wait = self.backoff.after_failure(fastrand::f64(), *retry_after);
                    self.failed(AnswerKind::Unavailable, reply.in_words(), wait);
                    return Step::Wait(wait);
                }
                Meaning::TokenRefused => {
                    let wait = self.backoff.slow(fastrand::f64());
                    self.failed(AnswerKind::TokenRefused, reply.in_words(), wait);
                    return Step::Wait(wait);
                }
                Meaning::Stored { rejected } => {
                    // No more than there were, whatever a server claims.
                    let rejected = (*rejected).min(part.len() as u64);
                    settled.refused += rejected;
                    self.backoff.reset();
                    accepted = Some(rejected);
                }
                _ => {}
            }
            round.answered(&meaning, &reply.in_words());
            if let Err(error) = self.settle(&records, &mut settled, round.release()) {
                return self.no_quarantine(&error);
            }
            // After the books are right: whoever hears of it looks at the backlog.
            if let Some(rejected) = accepted {
                self.accepted(&reply, rejected);
                if rejected == 0 {
                    let last = &payloads[part.end - 1..part.end];
                    self.witness = Some(encode_request(&batch.header, last));
                }
            }
            if round.is_stuck() && self.witness_is_stored().await {
                round.vouched_for();
                if let Err(error) = self.settle(&records, &mut settled, round.release()) {
                    return self.no_quarantine(&error);
                }
            }
            if round.is_stuck() {
                let wait = self.backoff.slow(fastrand::f64());
                self.failed(AnswerKind::Refused, reply.in_words(), wait);
                return Step::Wait(wait);
            }
        }
        Step::Done
    }

    /// Lets records whose fate is known leave the spool, in order; the refused ones by way of the
    /// quarantine file. One that cannot go there stays, and so do those behind it.
    fn settle(
        &mut self,
        records: &[BatchRecord<'_>],
        settled: &mut Settled,
        fates: Vec<Fate>,
    ) -> std::io::Result<()> {
        let (mut stored, mut through) = (0, None);
        let mut kept = Ok(());
        for (record, fate) in records[settled.records..].iter().zip(fates) {
            match fate {
                Fate::Stored => stored += 1,
                Fate::Condemned(reason) => {
                    kept = self.spool.quarantine(record.seq, &reason);
                    if kept.is_err() {
                        break;
                    }
                    log::warn!(
                        target: SHIP_TARGET,
                        "record {} is refused for good and kept in the quarantine file: {reason}",
                        record.seq
                    );
                }
            }
            settled.records += 1;
            through = Some(record.seq);
        }
        if let Some(through) = through {
            let refused = settled.refused.min(stored);
            settled.refused -= refused;
            self.acknowledge(through, refused);
        }
        kept
    }

    /// A disk that takes no cursor is no reason to stop delivering: what left counts as answered
    /// all the same, and only a crash would send it again.
    fn acknowledge(&mut self, through: u64, refused: u64) {
        match self.spool.ack(through, AckOutcome { refused }) {
            Ok(()) => self.ack_failed = false,
            Err(error) if !self.ack_failed => {
                log::warn!(
                    target: SHIP_TARGET,
                    "what was delivered cannot be noted in the spool, a crash would send it \
                     again: {error}"
                );
                self.ack_failed = true;
            }
            Err(_) => {}
        }
    }

    fn no_quarantine(&mut self, error: &io::Error) -> Step {
        let wait = self.backoff.slow(fastrand::f64());
        let what = format!("a refused record cannot be put into the quarantine: {error}");
        self.failed(AnswerKind::Unavailable, what, wait);
        Step::Wait(wait)
    }

    /// Sends the witness once more. One that is no longer taken says that the fault is not in the
    /// records, and is not asked again.
    async fn witness_is_stored(&mut self) -> bool {
        let (Some(witness), Some(open)) = (self.witness.take(), &mut self.connection) else {
            return false;
        };
        let reply = open.export(witness.clone()).await;
        let stored = classify(&reply) == Meaning::Stored { rejected: 0 };
        if stored {
            self.witness = Some(witness);
        }
        stored
    }

    fn unconnected(&mut self, error: &ConnectionError) -> Step {
        let random = fastrand::f64();
        let (kind, wait) = match error {
            ConnectionError::Unreachable(_) => (
                AnswerKind::Unavailable,
                self.backoff.after_failure(random, None),
            ),
            ConnectionError::Certificate(_) => (AnswerKind::TlsRefused, self.backoff.slow(random)),
            ConnectionError::Unusable(_) => (AnswerKind::Unusable, self.backoff.slow(random)),
        };
        self.failed(kind, error.to_string(), wait);
        Step::Wait(wait)
    }

    fn clock_ahead(&mut self, reply: &Reply) -> Step {
        let wait = self.backoff.slow(fastrand::f64());
        let what = format!(
            "this machine's clock is ahead of the server's: {}",
            reply.in_words()
        );
        self.failed(AnswerKind::Unavailable, what, wait);
        Step::Wait(wait)
    }

    fn accepted(&mut self, reply: &Reply, rejected: u64) {
        let now = self.clock.now();
        if rejected > 0 {
            log::warn!(
                target: SHIP_TARGET,
                "the endpoint took a request but for {rejected} records: {}", reply.in_words()
            );
        }
        if self.news.accepted() {
            log::info!(target: SHIP_TARGET, "shipping works again");
        }
        self.report.send_modify(|report| {
            let since = since(report.answer.as_ref(), AnswerKind::Accepted).unwrap_or(now);
            report.last_accepted = Some(now);
            report.answer = Some(Answer {
                at: now,
                kind: AnswerKind::Accepted,
                message: "accepted".to_owned(),
                since,
                next_attempt: None,
            });
        });
    }

    /// Notes a failure; the log hears of it when it is news, not at each attempt.
    fn failed(&mut self, kind: AnswerKind, message: String, wait: Duration) {
        let now = self.clock.now();
        if self.news.failed(kind, Instant::now()) {
            log::warn!(target: SHIP_TARGET, "cannot ship, all is kept: {message}");
        } else {
            log::debug!(target: SHIP_TARGET, "still cannot ship: {message}");
        }
        self.report.send_modify(|report| {
            let since = since(report.answer.as_ref(), kind).unwrap_or(now);
            report.answer = Some(Answer {
                at: now,
                kind,
                message,
                since,
                next_attempt: Some(now.plus(wait)),
            });
        });
    }

    /// Waits for a record, and a moment longer for its neighbours. An error means the end.
    async fn next_record(&mut self) -> Result<(), watch::error::RecvError> {
        self.spool.arm();
        // One that came before the waker was armed woke nobody.
        if self.spool.stats().backlog.records > 0 {
            return Ok(());
        }
        tokio::select! {
            () = self.appended.notified() => {}
            () = self.wake.notified() => self.connection = None,
            changed = self.orders.changed() => return changed,
        }
        tokio::select! {
            () = tokio::time::sleep(self.linger) => Ok(()),
            changed = self.orders.changed() => changed,
        }
    }

    /// Sleeps, unless woken or given other orders. An error means the end.
    async fn sleep(&mut self, wait: Duration) -> Result<(), watch::error::RecvError> {
        tokio::select! {
            () = tokio::time::sleep(wait) => Ok(()),
            () = self.wake.notified() => {
                // The machine may have slept, and a connection does not say that it is dead.
                self.connection = None;
                Ok(())
            }
            changed = self.orders.changed() => changed,
        }
    }
}

/// How far a batch got.
#[derive(Default)]
struct Settled {
    /// Records that left the spool.
    records: usize,
    /// Refused by partial success and not yet counted.
    refused: u64,
}

fn since(answer: Option<&Answer>, kind: AnswerKind) -> Option<aco_domain::UnixNanos> {
    answer
        .filter(|answer| answer.kind == kind)
        .map(|answer| answer.since)
}
