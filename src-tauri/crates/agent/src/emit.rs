//! Numbered test records, through the very same dispatch as every other record.

use crate::agent::current_pause;
use crate::{Foundation, Settings};
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

/// Logs the records; blocks until the last `log!` has returned. Returns the sequence numbers of
/// the first and the last record the spool took meanwhile, 0 and 0 when it took none.
///
/// While an agent runs, its own records may stand between them.
#[must_use]
pub fn emit(emission: &Emission, spool: &Spool) -> (u64, u64) {
    let before = spool.stats().last_seq;
    let start = Instant::now();
    for n in 1..=emission.count {
        if let Some(rate) = emission.rate.filter(|rate| *rate > 0.0) {
            // Paced from the start, not from the last record: an emitter that falls behind
            // catches up instead of running slow.
            #[expect(
                clippy::cast_precision_loss,
                reason = "a schedule; 2^53 records are enough"
            )]
            let offset = Duration::try_from_secs_f64((n - 1) as f64 / rate);
            if let Some(wait) = offset.unwrap_or(Duration::MAX).checked_sub(start.elapsed()) {
                std::thread::sleep(wait);
            }
        }
        log::info!(target: "aco::emit", "{} seq={n}", emission.message);
    }
    let after = spool.stats().last_seq;
    if after == before {
        (0, 0)
    } else {
        (before + 1, after)
    }
}

/// Ships what can be shipped within `grace`, for a short command that holds the home. A pause
/// holds for it too.
///
/// # Errors
/// When the system gives no thread.
pub async fn ship_backlog(
    foundation: &Foundation,
    settings: &Settings,
    grace: Duration,
) -> io::Result<()> {
    let orders = Orders::new(settings.destination(), current_pause(foundation).is_some());
    let (spool, clock) = (Arc::clone(&foundation.spool), Arc::clone(&foundation.clock));
    Shipper::spawn(ShipperParts::new(spool, clock, orders))?
        .stop(grace)
        .await;
    Ok(())
}
