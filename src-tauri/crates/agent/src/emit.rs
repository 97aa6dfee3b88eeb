//! Numbered test records, through the very same dispatch as every other record.

use crate::status::pause_in_force;
use crate::{Foundation, Settings};
use aco_domain::Answer;
use aco_spool::Spool;
use aco_telemetry::ship::{Orders, Shipper, ShipperParts};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What `aco emit` asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Emission {
    /// How many records.
    pub count: u64,
    /// Records a second; as fast as possible when absent.
    pub rate: Option<f64>,
    /// The body, to which ` seq=<n>` is added, from 1.
    pub message: String,
}

/// What became of an emission.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Emitted {
    /// Records logged.
    pub count: u64,
    /// Sequence number of the first record the spool took meanwhile; 0 when it took none. While an
    /// agent runs, its own records may stand between them.
    pub first_seq: u64,
    /// Sequence number of the last one; 0 when it took none.
    pub last_seq: u64,
}

/// Logs the records; blocks until the last `log!` has returned. `wait` is called before each
/// record with the time until it is due; it answers false to end here.
pub fn emit(emission: &Emission, spool: &Spool, mut wait: impl FnMut(Duration) -> bool) -> Emitted {
    let before = spool.stats().last_seq;
    let start = Instant::now();
    let mut count = 0;
    while count < emission.count {
        // Paced from the start, not from the last record: an emitter that falls behind catches up
        // instead of running slow.
        #[expect(
            clippy::cast_precision_loss,
            reason = "a schedule; 2^53 records are enough"
        )]
        let due = match emission.rate.filter(|rate| *rate > 0.0) {
            Some(rate) => Duration::try_from_secs_f64(count as f64 / rate).unwrap_or(Duration::MAX),
            None => Duration::ZERO,
        };
        if !wait(due.saturating_sub(start.elapsed())) {
            break;
        }
        count += 1;
        log::info!(target: "aco::emit", "{} seq={count}", emission.message);
    }
    let after = spool.stats().last_seq;
    if after == before {
        return Emitted {
            count,
            ..Emitted::default()
        };
    }
    Emitted {
        count,
        first_seq: before + 1,
        last_seq: after,
    }
}

/// Ships what can be shipped within `grace`, for a short command that holds the home. A pause
/// holds for it too. Returns the endpoint's last answer, or why there was none; nothing when
/// nothing was tried.
///
/// # Errors
/// When the system gives no thread.
pub async fn ship_backlog(
    foundation: &Foundation,
    settings: &Settings,
    grace: Duration,
) -> io::Result<Option<Answer>> {
    let pause = foundation.store.state().pause;
    let paused = pause_in_force(pause, foundation.clock.now()).is_some();
    let orders = Orders::new(settings.destination(), paused);
    let (spool, clock) = (Arc::clone(&foundation.spool), Arc::clone(&foundation.clock));
    let shipper = Shipper::spawn(ShipperParts::new(spool, clock, orders))?;
    let report = shipper.report();
    shipper.stop(grace).await;
    let answer = report.borrow().answer.clone();
    Ok(answer)
}
