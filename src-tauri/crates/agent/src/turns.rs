//! Work that is done in turns, off the loop: one at a time, when it is due or somebody asks.
//!
//! What the work is and how long to rest after it, its owner says: looks at the machine
//! ([`scanning`](crate::scanning)) and rounds of the keeper ([`usage`](crate::usage)).

use std::time::Duration;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, sleep_until, timeout};

/// Turns of one kind of work, numbered from 1.
pub(crate) struct Turns<T> {
    work: Option<JoinHandle<T>>,
    /// Somebody asked while one was under way, which may have passed what they want seen.
    again: bool,
    due: Instant,
    ended: Instant,
    begun: u64,
}

impl<T: Send + 'static> Turns<T> {
    /// The first one is due now.
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        Self {
            work: None,
            again: false,
            due: now,
            ended: now,
            begun: 0,
        }
    }

    /// Asks for one now. Returns the number of the first one that begins after this call.
    pub(crate) fn ask(&mut self) -> u64 {
        if self.is_under_way() {
            self.again = true;
        } else {
            self.due = Instant::now();
        }
        self.begun + 1
    }

    /// Makes the next one due at this moment at the latest.
    pub(crate) fn due_by(&mut self, at: Instant) {
        self.due = self.due.min(at);
    }

    /// When the last one ended; before the first one, when it all began.
    pub(crate) fn ended(&self) -> Instant {
        self.ended
    }

    pub(crate) fn is_under_way(&self) -> bool {
        self.work.is_some()
    }

    /// Resolves when the next one is due.
    pub(crate) async fn until_due(&self) {
        sleep_until(self.due).await;
    }

    /// Begins the next one, on a thread that may block.
    pub(crate) fn begin(&mut self, work: impl FnOnce() -> T + Send + 'static) {
        self.begun += 1;
        self.work = Some(tokio::task::spawn_blocking(work));
    }

    /// Counts one that could not begin.
    pub(crate) fn miss(&mut self) -> u64 {
        self.begun += 1;
        self.ended = Instant::now();
        self.begun
    }

    /// Waits for the one under way and gives its number; never where none is. Dropping the future
    /// loses nothing.
    pub(crate) async fn end(&mut self) -> (u64, Result<T, JoinError>) {
        let Some(work) = &mut self.work else {
            return std::future::pending().await;
        };
        let ended = work.await;
        self.work = None;
        self.ended = Instant::now();
        (self.begun, ended)
    }

    /// The next one is due after this time, or now when somebody asked meanwhile.
    pub(crate) fn rest(&mut self, wait: Duration) {
        self.due = self.ended;
        if !std::mem::take(&mut self.again) {
            self.due += wait;
        }
    }

    /// What the one under way gave, if it ends in time and well. None comes after it.
    pub(crate) async fn last(&mut self, within: Duration) -> Last<T> {
        match self.work.take() {
            None => Last::None,
            Some(work) => match timeout(within, work).await {
                Ok(Ok(done)) => Last::Done(done),
                _ => Last::Lost,
            },
        }
    }

    #[cfg(test)]
    pub(crate) fn due(&self) -> Instant {
        self.due
    }
}

/// What became of the last turn.
pub(crate) enum Last<T> {
    /// None was under way.
    None,
    /// It ended.
    Done(T),
    /// It panicked, or goes on in a thread that nobody waits for.
    Lost,
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Duration = Duration::from_secs(60);

    /// One turn from its beginning to its end.
    async fn turn(turns: &mut Turns<()>) -> u64 {
        if !turns.is_under_way() {
            turns.until_due().await;
            turns.begin(|| ());
        }
        let (number, ended) = turns.end().await;
        ended.unwrap();
        turns.rest(WAIT);
        number
    }

    #[tokio::test]
    async fn who_asks_during_one_gets_a_later_one_at_once() {
        let mut turns = Turns::new();
        assert_eq!(turns.ask(), 1);
        turns.until_due().await;
        turns.begin(|| ());
        assert_eq!(turns.ask(), 2);
        assert_eq!(turn(&mut turns).await, 1);
        assert!(turns.due() <= Instant::now(), "the one asked for is due");
        assert_eq!(turn(&mut turns).await, 2);
        assert_eq!(turns.due(), turns.ended() + WAIT, "nobody asked");
        turns.due_by(turns.ended() + WAIT / 2);
        turns.due_by(turns.ended() + WAIT);
        assert_eq!(turns.due(), turns.ended() + WAIT / 2, "the earlier counts");
    }

    #[tokio::test]
    async fn the_last_one_is_waited_for() {
        let mut turns = Turns::new();
        assert!(matches!(turns.last(WAIT).await, Last::None));
        turns.begin(|| ());
        assert!(matches!(turns.last(WAIT).await, Last::Done(())));
    }
}
