//! Rounds of the keeper at intervals, off the loop, and at once when somebody asks.

use super::keeper::{Keeper, Round};
use crate::events::TARGET;
use crate::supervise::Restarts;
use aco_config::Config;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

/// How long after a round the next one looks at the tools' files all the same: a listing, some
/// 25 ms for 1,000 of them, finds what watching has missed.
const SWEEP: Duration = Duration::from_secs(60);

/// How long after a round a change begins the next one at the earliest: a tool that writes all the
/// time must not keep us busy.
const BREATH: Duration = Duration::from_secs(3);

/// How long after a change a round begins: an answer is written in several lines.
const SETTLE: Duration = Duration::from_secs(1);

type Work = JoinHandle<(Box<Keeper>, Result<Round, String>)>;

/// Rounds, one after the other. Nothing comes of them where there is no keeper.
pub(crate) struct Rounds {
    /// Between two rounds.
    keeper: Option<Box<Keeper>>,
    make: Box<dyn FnMut() -> Result<Keeper, String> + Send>,
    config: Arc<Config>,
    work: Option<Work>,
    again: bool,
    due: Instant,
    /// No change begins a round before this.
    breath_until: Instant,
    wake: Arc<Notify>,
    begun: u64,
    stop: Arc<AtomicBool>,
    restarts: Restarts,
}

impl Rounds {
    /// The first round is due now. `make` makes a keeper, at first and after a panic; `wake` is told
    /// of changes in the tools' folders.
    pub(crate) fn new(
        config: &Config,
        stop: Arc<AtomicBool>,
        wake: Arc<Notify>,
        make: impl FnMut() -> Result<Keeper, String> + Send + 'static,
    ) -> Self {
        Self {
            keeper: None,
            make: Box::new(make),
            config: Arc::new(config.clone()),
            work: None,
            again: false,
            due: Instant::now(),
            breath_until: Instant::now(),
            wake,
            begun: 0,
            stop,
            restarts: Restarts::new(),
        }
    }

    /// Goes on by another configuration.
    pub(crate) fn configure(&mut self, config: &Config) {
        self.config = Arc::new(config.clone());
        self.ask();
    }

    /// Asks for a round now. Returns the number of the first one that begins after this call.
    pub(crate) fn ask(&mut self) -> u64 {
        if self.work.is_some() {
            self.again = true;
        } else {
            self.due = Instant::now();
        }
        self.begun + 1
    }

    /// The next round and its number, from 1. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> (u64, Result<Round, String>) {
        let work = match &mut self.work {
            Some(work) => work,
            None => {
                self.until_due().await;
                self.begun += 1;
                let keeper = match self.keeper.take() {
                    Some(keeper) => Ok(keeper),
                    None => (self.make)().map(Box::new),
                };
                let mut keeper = match keeper {
                    Ok(keeper) => keeper,
                    Err(error) => {
                        self.due = Instant::now() + self.restarts.failed();
                        log::error!(target: TARGET, "usage is not recorded: {error}");
                        return (self.begun, Err(error));
                    }
                };
                let config = Arc::clone(&self.config);
                self.work.insert(tokio::task::spawn_blocking(move || {
                    let round = keeper.round(&config);
                    (keeper, round)
                }))
            }
        };
        let ended = work.await;
        self.work = None;
        let mut wait = SWEEP;
        let round = match ended {
            Ok((keeper, round)) => {
                self.keeper = Some(keeper);
                round
            }
            Err(panic) => {
                wait = self.restarts.failed().max(SWEEP);
                log::error!(target: TARGET, "recording usage panicked: {panic}");
                Err(format!("recording usage panicked: {panic}"))
            }
        };
        self.due = Instant::now();
        self.breath_until = self.due + BREATH;
        if !std::mem::take(&mut self.again) {
            self.due += wait;
        }
        (self.begun, round)
    }

    /// Dropping the future loses no wake-up: it moves the time that is waited for.
    async fn until_due(&mut self) {
        loop {
            tokio::select! {
                () = sleep_until(self.due) => return,
                () = self.wake.notified() => {
                    let soon = (Instant::now() + SETTLE).max(self.breath_until);
                    self.due = self.due.min(soon);
                }
            }
        }
    }

    /// Ends a round that is under way at its next file, and lets the ledger go.
    pub(crate) async fn close(&mut self, within: Duration) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(work) = self.work.take() {
            match timeout(within, work).await {
                Ok(Ok((keeper, _))) => self.keeper = Some(keeper),
                // It commits or not by itself; what it does not, the next start reads again.
                _ => return,
            }
        }
        if let Some(keeper) = self.keeper.take() {
            let closed = tokio::task::spawn_blocking(move || keeper.close());
            let _ = timeout(within, closed).await;
        }
    }
}
