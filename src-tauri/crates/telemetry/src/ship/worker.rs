//! What the shipping thread does: peek, send, judge, acknowledge.

use super::request::encode_request;
use super::{
    Backoff, Connection, ConnectionError, Destination, Fate, Meaning, Orders, Reply, Round,
    ShipReport, classify,
};
use crate::SHIP_TARGET;
use crate::bridge::Payload;
use aco_domain::{Answer, AnswerKind, Clock};
use aco_spool::{AckOutcome, Batch, BatchRecord, Spool};
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
    pub(super) spool: Arc<Spool>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) orders: watch::Receiver<Orders>,
    pub(super) report: watch::Sender<ShipReport>,
    /// Somebody wants a retry now.
    pub(super) wake: Arc<Notify>,
    /// A record was appended while nobody looked.
    pub(super) appended: Arc<Notify>,
    pub(super) backoff: Backoff,
    pub(super) linger: Duration,
    /// Said once, not for each batch.
    pub(super) sync_failed: bool,
}

/// Where a batch ended.
enum Step {
    /// All of it was answered for.
    Done,
    /// The rest has to wait this long.
    Wait(Duration),
}

impl Worker {
    /// Ships until told to stop.
    pub(super) async fn run(&mut self) {
        let mut connection: Option<Connection> = None;
        loop {
            let orders = self.orders.borrow_and_update().clone();
            let stopping = orders.stop_by.is_some();
            if orders.stop_by.is_some_and(|by| by <= Instant::now()) {
                return;
            }
            let Some(destination) = orders.active().cloned() else {
                connection = None;
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
                    self.failed(AnswerKind::Unusable, what, wait);
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
                    connection = None;
                    continue;
                }
                step = self.ship(&mut connection, &destination, &batch) => step,
            };
            match step {
                Step::Done => self.backoff.reset(),
                Step::Wait(_) if self.orders.borrow().stop_by.is_some() => return,
                Step::Wait(wait) => {
                    if self.sleep(wait).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// A pause after a panic, so that one that repeats does not spin.
    pub(super) async fn rest(&mut self) {
        let wait = self
            .backoff
            .after_failure(1.0, None)
            .max(Duration::from_secs(1));
        let _ = self.sleep(wait).await;
    }

    async fn ship(
        &mut self,
        connection: &mut Option<Connection>,
        destination: &Destination,
        batch: &Batch,
    ) -> Step {
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
            let open = match connection.as_mut() {
                Some(open) => open,
                None => match Connection::open(destination).await {
                    Ok(open) => connection.insert(open),
                    Err(error) => return self.unconnected(&error),
                },
            };
            let reply = open
                .export(encode_request(&batch.header, &payloads[part.clone()]))
                .await;
            let mut meaning = classify(&reply);
            if matches!(reply, Reply::Broken { .. }) {
                *connection = None;
            }
            if meaning == Meaning::ClockAhead && part.len() == 1 {
                let ahead = records[part.start].time.since(self.clock.now());
                if ahead < TOO_FAR_AHEAD {
                    return self.clock_ahead(&reply);
                }
                meaning = Meaning::Invalid;
            }
            match &meaning {
                Meaning::Later { retry_after } => {
                    let wait = self.backoff.after_failure(fastrand::f64(), *retry_after);
                    self.failed(AnswerKind::Unavailable, describe(&reply), wait);
                    return Step::Wait(wait);
                }
                Meaning::TokenRefused => {
                    let wait = self.backoff.slow(fastrand::f64());
                    self.failed(AnswerKind::TokenRefused, describe(&reply), wait);
                    return Step::Wait(wait);
                }
                Meaning::Stored { rejected } => {
                    settled.refused += rejected;
                    self.accepted(&reply, *rejected);
                }
                _ => {}
            }
            round.answered(&meaning, &describe(&reply));
            if let Err(error) = self.settle(&records, &mut settled, round.release()) {
                let wait = self.backoff.slow(fastrand::f64());
                let what = format!("what was delivered cannot be noted in the spool: {error}");
                self.failed(AnswerKind::Unusable, what, wait);
                return Step::Wait(wait);
            }
            if round.is_stuck() {
                let wait = self.backoff.slow(fastrand::f64());
                self.failed(AnswerKind::Refused, describe(&reply), wait);
                return Step::Wait(wait);
            }
        }
        Step::Done
    }

    /// Lets records whose fate is known leave the spool, in order; the refused ones by way of the
    /// quarantine file.
    fn settle(
        &self,
        records: &[BatchRecord<'_>],
        settled: &mut Settled,
        fates: Vec<Fate>,
    ) -> std::io::Result<()> {
        let (mut stored, mut through) = (0, None);
        for (record, fate) in records[settled.records..].iter().zip(fates) {
            settled.records += 1;
            through = Some(record.seq);
            match fate {
                Fate::Stored => stored += 1,
                Fate::Condemned(reason) => {
                    self.spool.quarantine(record.seq, &reason)?;
                    log::warn!(
                        target: SHIP_TARGET,
                        "record {} is refused for good and kept in the quarantine file: {reason}",
                        record.seq
                    );
                }
            }
        }
        let Some(through) = through else {
            return Ok(());
        };
        let refused = settled.refused.min(stored);
        settled.refused -= refused;
        self.spool.ack(through, AckOutcome { refused })
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
            describe(reply)
        );
        self.failed(AnswerKind::Unavailable, what, wait);
        Step::Wait(wait)
    }

    fn accepted(&self, reply: &Reply, rejected: u64) {
        let now = self.clock.now();
        if rejected > 0 {
            log::warn!(
                target: SHIP_TARGET,
                "the endpoint took a request but for {rejected} records: {}", describe(reply)
            );
        }
        self.report.send_modify(|report| {
            let since = since(report.answer.as_ref(), AnswerKind::Accepted).unwrap_or(now);
            if report
                .answer
                .as_ref()
                .is_some_and(|a| a.kind != AnswerKind::Accepted)
            {
                log::info!(target: SHIP_TARGET, "shipping works again");
            }
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
    fn failed(&self, kind: AnswerKind, message: String, wait: Duration) {
        let now = self.clock.now();
        self.report.send_modify(|report| {
            let since = since(report.answer.as_ref(), kind);
            if since.is_none() {
                log::warn!(target: SHIP_TARGET, "cannot ship, all is kept: {message}");
            } else {
                log::debug!(target: SHIP_TARGET, "still cannot ship: {message}");
            }
            report.answer = Some(Answer {
                at: now,
                kind,
                message,
                since: since.unwrap_or(now),
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
            () = self.wake.notified() => {}
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
            () = self.wake.notified() => Ok(()),
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

fn describe(reply: &Reply) -> String {
    match reply {
        Reply::Ok { message, .. } => message.clone(),
        Reply::Status { code, message, .. } => format!("{code:?}: {message}"),
        Reply::Broken { message } => message.clone(),
    }
}

/// Resolves when nothing may go to `destination` any more: paused, replaced, or out of time.
async fn withdrawn(mut orders: watch::Receiver<Orders>, destination: Arc<Destination>) {
    loop {
        let stop_by = {
            let orders = orders.borrow_and_update();
            match orders.active() {
                Some(active) if Arc::ptr_eq(active, &destination) => orders.stop_by,
                _ => return,
            }
        };
        let deadline = async {
            match stop_by {
                Some(by) => tokio::time::sleep_until(by).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = deadline => return,
            changed = orders.changed() => if changed.is_err() { return },
        }
    }
}
