//! The last lines in memory, for `aco logs` and the window, with live subscriptions.
//!
//! Bounded on both sides: the ring keeps a fixed number of lines, and a subscriber that does not
//! keep up is told how many it missed instead of making the emitting thread wait.

use aco_domain::{Clock, LineLevel, LogLine};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Keeps the last lines and hands new ones to subscribers.
#[derive(Clone)]
pub struct Ring {
    shared: Arc<Shared>,
}

struct Shared {
    clock: Arc<dyn Clock>,
    capacity: usize,
    state: Mutex<State>,
}

struct State {
    next_number: u64,
    lines: VecDeque<LogLine>,
    subscribers: Vec<Weak<Queue>>,
}

/// What a subscriber receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RingEvent {
    /// The next line.
    Line(LogLine),
    /// This many lines came faster than they were read.
    Missed(u64),
}

struct Queue {
    wake: Box<dyn Fn() + Send + Sync>,
    state: Mutex<QueueState>,
}

#[derive(Default)]
struct QueueState {
    lines: VecDeque<LogLine>,
    missed: u64,
}

/// One reader's place in the stream; dropping it unsubscribes.
pub struct Subscription {
    queue: Arc<Queue>,
}

/// Lines one subscriber may have waiting.
const QUEUE_CAPACITY: usize = 1_000;

impl Ring {
    /// Lines the product keeps.
    pub const DEFAULT_CAPACITY: usize = 2_000;

    /// An empty ring of `capacity` lines, timed by `clock`.
    #[must_use]
    pub fn new(capacity: usize, clock: Arc<dyn Clock>) -> Self {
        let state = State {
            next_number: 1,
            lines: VecDeque::new(),
            subscribers: Vec::new(),
        };
        Self {
            shared: Arc::new(Shared {
                clock,
                capacity,
                state: Mutex::new(state),
            }),
        }
    }

    /// Adds a line and wakes subscribers.
    pub fn push(&self, level: LineLevel, target: &str, message: String) {
        let at = self.shared.clock.now();
        let mut state = lock(&self.shared.state);
        let line = LogLine {
            number: state.next_number,
            at,
            level,
            target: target.to_owned(),
            message,
        };
        state.next_number += 1;
        state
            .subscribers
            .retain(|subscriber| match subscriber.upgrade() {
                Some(queue) => {
                    queue.push(&line);
                    true
                }
                None => false,
            });
        if state.lines.len() == self.shared.capacity {
            state.lines.pop_front();
        }
        state.lines.push_back(line);
    }

    /// The last `count` lines at `level` or more urgent, oldest first.
    #[must_use]
    pub fn last(&self, count: usize, level: LineLevel) -> Vec<LogLine> {
        let state = lock(&self.shared.state);
        let mut lines: Vec<_> = state
            .lines
            .iter()
            .rev()
            .filter(|l| l.level <= level)
            .take(count)
            .cloned()
            .collect();
        lines.reverse();
        lines
    }

    /// Everything written from now on; `wake` is called, briefly and under a lock, when there is
    /// something to take.
    #[must_use]
    pub fn subscribe(&self, wake: impl Fn() + Send + Sync + 'static) -> Subscription {
        let queue = Arc::new(Queue {
            wake: Box::new(wake),
            state: Mutex::default(),
        });
        lock(&self.shared.state)
            .subscribers
            .push(Arc::downgrade(&queue));
        Subscription { queue }
    }
}

impl Queue {
    fn push(&self, line: &LogLine) {
        let mut state = lock(&self.state);
        if state.lines.len() == QUEUE_CAPACITY {
            // The oldest goes: a follower wants to be where the program is.
            state.lines.pop_front();
            state.missed += 1;
        }
        state.lines.push_back(line.clone());
        drop(state);
        (self.wake)();
    }
}

impl Subscription {
    /// The next event, or nothing when there is none yet.
    #[must_use]
    pub fn take(&self) -> Option<RingEvent> {
        let mut state = lock(&self.queue.state);
        if state.missed > 0 {
            return Some(RingEvent::Missed(std::mem::take(&mut state.missed)));
        }
        state.lines.pop_front().map(RingEvent::Line)
    }
}

impl log::Log for Ring {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        self.push(
            level_of(record.level()),
            record.target(),
            super::format_message(record),
        );
    }

    fn flush(&self) {}
}

fn level_of(level: log::Level) -> LineLevel {
    match level {
        log::Level::Error => LineLevel::Error,
        log::Level::Warn => LineLevel::Warn,
        log::Level::Info => LineLevel::Info,
        log::Level::Debug => LineLevel::Debug,
        log::Level::Trace => LineLevel::Trace,
    }
}

/// A panic elsewhere must not silence the log: what the lock guards is valid at every step.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_domain::UnixNanos;
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Fixed;
    impl Clock for Fixed {
        fn now(&self) -> UnixNanos {
            UnixNanos(7)
        }
    }

    fn ring(capacity: usize) -> Ring {
        Ring::new(capacity, Arc::new(Fixed))
    }

    #[test]
    fn keeps_the_last_lines_and_filters_by_level() {
        let ring = ring(3);
        for n in 1..=5 {
            let level = if n % 2 == 0 {
                LineLevel::Error
            } else {
                LineLevel::Debug
            };
            ring.push(level, "t", n.to_string());
        }
        let messages =
            |lines: Vec<LogLine>| lines.into_iter().map(|l| l.message).collect::<Vec<_>>();
        assert_eq!(messages(ring.last(10, LineLevel::Trace)), ["3", "4", "5"]);
        assert_eq!(messages(ring.last(10, LineLevel::Warn)), ["4"]);
        assert_eq!(messages(ring.last(1, LineLevel::Trace)), ["5"]);
    }

    #[test]
    fn a_slow_subscriber_is_told_how_many_it_missed() {
        let ring = ring(10);
        let wakes = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&wakes);
        let subscription = ring.subscribe(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        for n in 0..QUEUE_CAPACITY + 3 {
            ring.push(LineLevel::Info, "t", n.to_string());
        }
        assert_eq!(wakes.load(Ordering::Relaxed), QUEUE_CAPACITY + 3);
        assert_eq!(subscription.take(), Some(RingEvent::Missed(3)));
        let mut numbers = Vec::new();
        while let Some(RingEvent::Line(line)) = subscription.take() {
            numbers.push(line.number);
        }
        assert_eq!(numbers, (4..=QUEUE_CAPACITY as u64 + 3).collect::<Vec<_>>());
    }

    #[test]
    fn a_dropped_subscription_costs_nothing_more() {
        let ring = ring(10);
        drop(ring.subscribe(|| panic!("woken after it was dropped")));
        ring.push(LineLevel::Info, "t", "x".into());
        assert!(lock(&ring.shared.state).subscribers.is_empty());
    }
}
