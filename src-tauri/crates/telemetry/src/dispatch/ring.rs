//! The last lines in memory, for `aco logs` and the window, with live followers.
//!
//! The ring keeps a fixed number of lines. A follower is a function that takes a line without
//! waiting: what a slow reader misses is counted by its own queue, never by the emitting thread.

use super::line::{each_attribute, format_body};
use crate::sequence;
use aco_domain::{Clock, LineLevel, LogLine};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// A longer line is cut here, visibly; the file has all of it. 2,000 such lines are memory that can
/// be spared, and one is far from what a frame of the local socket holds.
const MOST_BYTES: usize = 16 * 1024;

/// Keeps the last lines and hands new ones to followers.
#[derive(Clone)]
pub struct Ring {
    shared: Arc<Shared>,
}

struct Shared {
    clock: Arc<dyn Clock>,
    capacity: usize,
    state: Mutex<State>,
}

/// Takes a line without waiting; false once there is nobody to take it for.
type Follower = Box<dyn Fn(&LogLine) -> bool + Send>;

struct State {
    next_number: u64,
    lines: VecDeque<LogLine>,
    followers: Vec<Follower>,
}

impl Ring {
    /// Lines the product keeps.
    pub const DEFAULT_CAPACITY: usize = 2_000;

    /// An empty ring of `capacity` lines, timed by `clock`.
    #[must_use]
    pub fn new(capacity: usize, clock: Arc<dyn Clock>) -> Self {
        let state = State {
            next_number: 1,
            lines: VecDeque::new(),
            followers: Vec::new(),
        };
        Self {
            shared: Arc::new(Shared {
                clock,
                capacity,
                state: Mutex::new(state),
            }),
        }
    }

    /// Adds a line without attributes that does not ship, and hands it to the followers.
    pub fn push(&self, level: LineLevel, target: &str, message: String) {
        self.add(LogLine {
            number: 0,
            at: self.shared.clock.now(),
            level,
            target: target.to_owned(),
            message,
            attributes: Vec::new(),
            seq: None,
        });
    }

    fn add(&self, mut line: LogLine) {
        let mut state = self.lock();
        line.number = state.next_number;
        state.next_number += 1;
        state.followers.retain(|follower| follower(&line));
        if state.lines.len() == self.shared.capacity {
            state.lines.pop_front();
        }
        state.lines.push_back(line);
    }

    /// The last `count` lines at `level` or more urgent, oldest first.
    #[must_use]
    pub fn last(&self, count: usize, level: LineLevel) -> Vec<LogLine> {
        last(&self.lock(), count, level)
    }

    /// Hands `follower` the last `count` lines at `level` or more urgent and, without a gap, each
    /// one that follows until it answers false. It is called on the thread that logs, so it must
    /// not wait and must not log.
    pub fn follow(
        &self,
        count: usize,
        level: LineLevel,
        follower: impl Fn(&LogLine) -> bool + Send + 'static,
    ) {
        let mut state = self.lock();
        if last(&state, count, level).iter().all(&follower) {
            let filtered = move |line: &LogLine| line.level > level || follower(line);
            state.followers.push(Box::new(filtered));
        }
    }

    /// A panic elsewhere must not silence the log: what the lock guards is valid at every step.
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        let state = self.shared.state.lock();
        state.unwrap_or_else(PoisonError::into_inner)
    }
}

fn last(state: &State, count: usize, level: LineLevel) -> Vec<LogLine> {
    let wanted = state.lines.iter().rev().filter(|line| line.level <= level);
    let mut lines: Vec<_> = wanted.take(count).cloned().collect();
    lines.reverse();
    lines
}

impl log::Log for Ring {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let mut message = format_body(record);
        cut(&mut message, MOST_BYTES);
        let mut room = MOST_BYTES - message.len().min(MOST_BYTES);
        let mut attributes = Vec::new();
        each_attribute(record, |key, mut value| {
            cut(&mut value, room);
            room = room.saturating_sub(value.len());
            attributes.push((key.to_owned(), value));
        });
        self.add(LogLine {
            number: 0,
            at: self.shared.clock.now(),
            level: level_of(record.level()),
            target: record.target().to_owned(),
            message,
            attributes,
            seq: sequence::of_this_record(),
        });
    }

    fn flush(&self) {}
}

/// Cuts a text to about `most` bytes, and says how much is missing.
fn cut(text: &mut String, most: usize) {
    if text.len() > most {
        let at = text.floor_char_boundary(most);
        let more = text.len() - at;
        text.truncate(at);
        text.push_str(&format!("… [{more} bytes cut]"));
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use aco_domain::UnixNanos;

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
        let messages = |count, level| -> Vec<String> {
            ring.last(count, level)
                .into_iter()
                .map(|line| line.message)
                .collect()
        };
        assert_eq!(messages(10, LineLevel::Trace), ["3", "4", "5"]);
        assert_eq!(messages(10, LineLevel::Warn), ["4"]);
        assert_eq!(messages(1, LineLevel::Trace), ["5"]);
    }

    #[test]
    fn a_record_keeps_its_parts_and_a_huge_one_is_cut() {
        let ring = ring(3);
        let pairs = [("k", "two words"), ("huge", &"v".repeat(MOST_BYTES))];
        let body = "b\n".repeat(MOST_BYTES / 4);
        log::Log::log(
            &ring,
            &log::Record::builder()
                .level(log::Level::Warn)
                .target("t")
                .args(format_args!("{body}"))
                .key_values(&pairs)
                .build(),
        );
        let line = ring.last(1, LineLevel::Trace).remove(0);
        assert_eq!(line.message.len(), 3 * MOST_BYTES / 4, "one line, whole");
        assert_eq!(line.attributes[0], ("k".into(), "two words".into()));
        let (_, huge) = &line.attributes[1];
        assert!(huge.ends_with(" bytes cut]"), "{huge}");
        assert!(huge.len() < MOST_BYTES / 4 + 64);
        assert_eq!(line.seq, None);
    }

    #[test]
    fn a_follower_gets_the_past_and_the_present_without_a_gap_until_it_leaves() {
        let ring = ring(10);
        let heard = Arc::new(Mutex::new(Vec::new()));
        ring.push(LineLevel::Info, "t", "a".into());
        ring.push(LineLevel::Info, "t", "b".into());
        ring.follow(1, LineLevel::Info, {
            let heard = Arc::clone(&heard);
            move |line| {
                heard.lock().unwrap().push(line.message.clone());
                line.message != "d"
            }
        });
        for (level, message) in [
            (LineLevel::Info, "c"),
            (LineLevel::Debug, "too quiet"),
            (LineLevel::Info, "d"),
            (LineLevel::Info, "e"),
        ] {
            ring.push(level, "t", message.into());
        }
        assert_eq!(*heard.lock().unwrap(), ["b", "c", "d"]);
        assert!(ring.lock().followers.is_empty());
    }
}
