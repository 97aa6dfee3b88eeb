//! A task that panics or fails is logged and started again, after a while that grows.

use crate::events::TARGET;
use std::future::Future;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// A task that ran this long before it failed starts over with the first wait.
const HEALTHY_AFTER: Duration = Duration::from_secs(600);

/// How long to wait before a task that failed is started again.
#[derive(Debug)]
pub(crate) struct Restarts {
    next_wait: Duration,
    started: Instant,
}

impl Restarts {
    pub(crate) fn new() -> Self {
        Self {
            next_wait: FIRST_WAIT,
            started: Instant::now(),
        }
    }

    /// The wait after one more failure.
    pub(crate) fn failed(&mut self) -> Duration {
        if self.started.elapsed() >= HEALTHY_AFTER {
            self.next_wait = FIRST_WAIT;
        }
        let wait = self.next_wait;
        self.next_wait = (wait * 2).min(LONGEST_WAIT);
        self.started = Instant::now() + wait;
        wait
    }
}

/// The order to end, for every task of the agent: given by dropping the sender.
pub(crate) type Stopped = watch::Receiver<()>;

/// Resolves when the order to end is given.
pub(crate) async fn ordered_to_end(mut stopped: Stopped) {
    while stopped.changed().await.is_ok() {}
}

/// Runs what `start` makes until it ends well; a panic or an error starts another one. The order
/// to end cuts the waits between them short, and leaves one that runs to end by itself.
pub(crate) async fn supervise<F>(name: &str, stopped: Stopped, mut start: impl FnMut() -> F)
where
    F: Future<Output = Result<(), String>> + Send + 'static,
{
    let mut restarts = Restarts::new();
    loop {
        let trouble = match tokio::spawn(start()).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => format!("failed: {error}"),
            Err(panic) if panic.is_panic() => format!("panicked: {panic}"),
            // Cancelled: the runtime is shutting down.
            Err(_) => return,
        };
        let wait = restarts.failed();
        log::error!(target: TARGET, "{name} {trouble}; it is started again in {wait:?}");
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = ordered_to_end(stopped.clone()) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test(start_paused = true)]
    async fn panics_and_failures_are_survived_with_growing_waits() {
        let (_stop, stopped) = watch::channel(());
        let starts = Arc::new(AtomicU32::new(0));
        let begun = Instant::now();
        supervise("test", stopped, || {
            let starts = Arc::clone(&starts);
            async move {
                match starts.fetch_add(1, Ordering::SeqCst) {
                    0 => panic!("not yet"),
                    1 | 2 => Err("not now".to_owned()),
                    _ => Ok(()),
                }
            }
        })
        .await;
        assert_eq!(starts.load(Ordering::SeqCst), 4);
        assert_eq!(begun.elapsed(), Duration::from_secs(1 + 2 + 4));
    }

    #[tokio::test(start_paused = true)]
    async fn the_order_to_end_does_not_wait_for_a_restart() {
        let (stop, stopped) = watch::channel(());
        drop(stop);
        let begun = Instant::now();
        supervise("test", stopped, || async { Err("never".to_owned()) }).await;
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_healthy_run_forgives() {
        let mut restarts = Restarts::new();
        assert_eq!(restarts.failed(), FIRST_WAIT);
        assert_eq!(restarts.failed(), FIRST_WAIT * 2);
        tokio::time::advance(HEALTHY_AFTER * 2).await;
        assert_eq!(restarts.failed(), FIRST_WAIT);
    }
}
