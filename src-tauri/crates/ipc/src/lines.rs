//! The bounded queue between the agent's loop and one reader of lines.
//!
//! The loop must never wait for a reader, and memory must not grow with a reader's slowness. So a
//! full queue takes no more lines and counts them instead, at the place where they are missing:
//! the reader learns exactly how many, and between which lines.

use aco_domain::LogLine;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Lines that wait for one reader before further ones are counted as missed. More than twice the
/// 2,000 the agent keeps: who asks for all of them gets them at once, and none may be missing.
pub const QUEUE_LINES: usize = 4_096;

/// What a reader gets next.
#[derive(Debug, PartialEq)]
pub(crate) enum Item {
    Line(LogLine),
    Missed(u64),
}

#[derive(Default)]
struct Queue {
    items: VecDeque<Item>,
    sink_gone: bool,
    source_gone: bool,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Notify,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Nothing below can panic half-way through a change, so a poisoned queue is still whole.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The agent's end of a stream of lines. Dropping it ends the stream.
pub struct LineSink(Arc<Shared>);

/// The connection's end.
pub(crate) struct LineSource(Arc<Shared>);

pub(crate) fn queue() -> (LineSink, LineSource) {
    let shared = Arc::new(Shared::default());
    (LineSink(Arc::clone(&shared)), LineSource(shared))
}

impl LineSink {
    /// Queues `line` for the reader, or counts it as missed. Never waits.
    pub fn push(&self, line: LogLine) {
        let mut queue = self.0.lock();
        if queue.items.len() < QUEUE_LINES {
            queue.items.push_back(Item::Line(line));
        } else if let Some(Item::Missed(count)) = queue.items.back_mut() {
            *count += 1;
        } else {
            queue.items.push_back(Item::Missed(1));
        }
        drop(queue);
        self.0.changed.notify_one();
    }

    /// Whether the reader has gone, so that pushing is pointless.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.lock().source_gone
    }
}

impl Drop for LineSink {
    fn drop(&mut self) {
        self.0.lock().sink_gone = true;
        self.0.changed.notify_one();
    }
}

impl LineSource {
    /// The next item, or nothing when the sink is gone and everything was taken. Dropping the
    /// future loses nothing.
    pub(crate) async fn next(&mut self) -> Option<Item> {
        loop {
            {
                let mut queue = self.0.lock();
                if let Some(item) = queue.items.pop_front() {
                    return Some(item);
                }
                if queue.sink_gone {
                    return None;
                }
            }
            self.0.changed.notified().await;
        }
    }
}

impl Drop for LineSource {
    fn drop(&mut self) {
        self.0.lock().source_gone = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aco_domain::{LineLevel, UnixNanos};

    fn line(number: u64) -> LogLine {
        LogLine {
            number,
            at: UnixNanos(number),
            level: LineLevel::Info,
            target: "test".into(),
            message: String::new(),
            attributes: Vec::new(),
            seq: None,
        }
    }

    #[tokio::test]
    async fn a_slow_reader_learns_how_many_lines_are_missing_and_where() {
        let (sink, mut source) = queue();
        let full = QUEUE_LINES as u64;
        for number in 1..=full + 7 {
            sink.push(line(number));
        }
        // One place becomes free, so one more line fits behind the gap … which fills the queue.
        assert_eq!(source.next().await, Some(Item::Line(line(1))));
        assert_eq!(source.next().await, Some(Item::Line(line(2))));
        sink.push(line(full + 8));
        sink.push(line(full + 9));
        drop(sink);

        let mut seen = Vec::new();
        while let Some(item) = source.next().await {
            seen.push(item);
        }
        let kept = QUEUE_LINES - 2;
        assert_eq!(seen[kept - 1], Item::Line(line(full)));
        assert_eq!(seen[kept], Item::Missed(7));
        assert_eq!(seen[kept + 1], Item::Line(line(full + 8)));
        assert_eq!(seen[kept + 2], Item::Missed(1));
        assert_eq!(seen.len(), kept + 3);
    }

    #[tokio::test]
    async fn each_end_notices_that_the_other_is_gone() {
        let (sink, source) = queue();
        assert!(!sink.is_closed());
        drop(source);
        assert!(sink.is_closed());

        let (sink, mut source) = queue();
        let waiting = tokio::spawn(async move { source.next().await });
        drop(sink);
        assert_eq!(waiting.await.unwrap(), None);
    }
}
