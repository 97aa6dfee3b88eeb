//! A task that panics is logged and started again, after a while that grows.

use crate::events::TARGET;
use std::future::Future;
use std::time::Duration;
use tokio::time::Instant;

const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// A task that ran this long before it panicked starts over with the first wait.
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

/// Runs what `start` makes until it ends by itself; a panic starts another one.
pub(crate) async fn supervise<F>(name: &str, mut start: impl FnMut() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut restarts = Restarts::new();
    loop {
        match tokio::spawn(start()).await {
            Ok(()) => return,
            Err(error) if error.is_panic() => {
                let wait = restarts.failed();
                log::error!(target: TARGET, "{name} panicked; it is started again in {wait:?}");
                tokio::time::sleep(wait).await;
            }
            // Cancelled: the runtime is shutting down.
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test(start_paused = true)]
    async fn a_panic_is_survived_with_growing_waits() {
        let starts = Arc::new(AtomicU32::new(0));
        let begun = Instant::now();
        supervise("test", || {
            let starts = Arc::clone(&starts);
            async move {
                assert!(starts.fetch_add(1, Ordering::SeqCst) >= 3, "not yet");
            }
        })
        .await;
        assert_eq!(starts.load(Ordering::SeqCst), 4);
        assert_eq!(begun.elapsed(), Duration::from_secs(1 + 2 + 4));
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
