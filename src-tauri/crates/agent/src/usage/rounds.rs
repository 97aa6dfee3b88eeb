//! Rounds of the keeper at intervals, off the loop, and at once when somebody asks.

use super::keeper::{Keeper, Round};
use crate::events::TARGET;
use crate::supervise::Restarts;
use crate::turns::{Last, Turns};
use aco_config::Config;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

/// How long after a round the next one looks at the tools' files all the same: a listing, some
/// 25 ms for 1,000 of them, finds what watching has missed.
const SWEEP: Duration = Duration::from_secs(60);

/// How long after a round a change begins the next one at the earliest: a tool that writes all the
/// time must not keep us busy.
const BREATH: Duration = Duration::from_secs(3);

/// How long after a change a round begins: an answer is written in several lines.
const SETTLE: Duration = Duration::from_secs(1);

/// Work on the ledger that somebody asked for, done before the next round. It is told why where
/// there is no keeper.
pub(crate) type Job = Box<dyn FnOnce(Result<(&mut Keeper, &Config), &str>) + Send>;

/// Rounds, one after the other. Nothing comes of them where there is no keeper.
pub(crate) struct Rounds {
    /// Between two rounds.
    keeper: Option<Box<Keeper>>,
    make: Box<dyn FnMut() -> Result<Keeper, String> + Send>,
    config: Arc<Config>,
    jobs: Vec<Job>,
    turns: Turns<(Box<Keeper>, Result<Round, String>)>,
    /// No change begins a round before this.
    breath_until: Instant,
    wake: Arc<Notify>,
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
            jobs: Vec::new(),
            turns: Turns::new(),
            breath_until: Instant::now(),
            wake,
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
        self.turns.ask()
    }

    /// Has work done on the ledger as soon as no round is under way, and a round after it.
    pub(crate) fn submit(&mut self, job: Job) {
        self.jobs.push(job);
        self.ask();
    }

    /// The next round and its number, from 1. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> (u64, Result<Round, String>) {
        if !self.turns.is_under_way() {
            self.until_due().await;
            let keeper = match self.keeper.take() {
                Some(keeper) => Ok(keeper),
                None => (self.make)().map(Box::new),
            };
            let jobs = std::mem::take(&mut self.jobs);
            let mut keeper = match keeper {
                Ok(keeper) => keeper,
                Err(error) => {
                    let number = self.turns.miss();
                    self.turns.rest(self.restarts.failed());
                    log::error!(target: TARGET, "usage is not recorded: {error}");
                    for job in jobs {
                        job(Err(&error));
                    }
                    return (number, Err(error));
                }
            };
            let config = Arc::clone(&self.config);
            self.turns.begin(move || {
                for job in jobs {
                    job(Ok((&mut keeper, &config)));
                }
                let round = keeper.round(&config);
                (keeper, round)
            });
        }
        let (number, ended) = self.turns.end().await;
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
        self.breath_until = self.turns.ended() + BREATH;
        self.turns.rest(wait);
        (number, round)
    }

    /// Dropping the future loses no wake-up: it moves the time that is waited for.
    async fn until_due(&mut self) {
        loop {
            tokio::select! {
                () = self.turns.until_due() => return,
                () = self.wake.notified() => {
                    let soon = (Instant::now() + SETTLE).max(self.breath_until);
                    self.turns.due_by(soon);
                }
            }
        }
    }

    /// Ends a round that is under way at its next file, and lets the ledger go.
    pub(crate) async fn close(&mut self, within: Duration) {
        self.stop.store(true, Ordering::Relaxed);
        // Whoever asked for them is told when they are dropped.
        self.jobs.clear();
        match self.turns.last(within).await {
            Last::None => {}
            Last::Done((keeper, _)) => self.keeper = Some(keeper),
            // It commits or not by itself; what it does not, the next start reads again.
            Last::Lost => return,
        }
        if let Some(keeper) = self.keeper.take() {
            let closed = tokio::task::spawn_blocking(move || keeper.close());
            let _ = timeout(within, closed).await;
        }
    }
}
