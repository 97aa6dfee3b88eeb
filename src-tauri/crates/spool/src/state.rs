//! What the spool knows between two calls, and the arithmetic on it.
//!
//! Everything here sits behind one mutex that is held for a microsecond at a time; nothing here
//! touches a file.

use crate::file_system::File;
use crate::walk::Frame;
use aco_domain::{Counters, DropReason, UnixNanos};
use std::collections::VecDeque;
use std::sync::Arc;

/// How far something has come: the next number to give, and the highest usage number and last
/// time given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) next_seq: u64,
    pub(crate) usage_seq: u64,
    pub(crate) time: UnixNanos,
}

impl Mark {
    /// The mark behind `frame`.
    pub(crate) fn pass(&mut self, frame: &Frame) {
        self.next_seq = frame.head.seq + 1;
        self.usage_seq = self.usage_seq.max(frame.head.usage_seq);
        self.time = frame.head.time;
    }
}

/// One segment file, oldest first in [`State::segments`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) first_seq: u64,
    /// Its bytes, without a torn tail.
    pub(crate) len: u64,
    /// Written by a newer version: its numbers are spoken for, its records are not ours.
    pub(crate) newer: bool,
    /// The newest one could not be read when the spool opened: the numbers up to the next segment
    /// are kept free for what it may hold.
    pub(crate) unread: bool,
}

/// The segment being appended to: the last of [`State::segments`].
pub(crate) struct Active {
    pub(crate) file: Arc<dyn File>,
    pub(crate) unsynced: bool,
}

/// A frame the disk refused, waiting for it to take writes again.
pub(crate) struct HeldFrame {
    pub(crate) after: Mark,
    pub(crate) bytes: Vec<u8>,
}

/// When the oldest waiting record was appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Oldest {
    Known(UnixNanos),
    /// It has to be read from the head of the backlog.
    Unread,
}

pub(crate) struct State {
    pub(crate) segments: VecDeque<Segment>,
    pub(crate) active: Option<Active>,
    /// Complete segments whose bytes may not be durable. They are closed: a sync opens them again.
    pub(crate) unsynced: Vec<u64>,
    /// A segment was created since the folder was last synced.
    pub(crate) dir_unsynced: bool,
    /// Everything below this number is durable.
    pub(crate) durable_next: u64,
    /// What has been given out, held frames included.
    pub(crate) taken: Mark,
    /// What is in the files.
    pub(crate) written: Mark,
    pub(crate) held: VecDeque<HeldFrame>,
    pub(crate) held_bytes: usize,
    /// Everything up to this number has been answered for or counted.
    pub(crate) passed: u64,
    /// Where the record after `passed` is looked for in the oldest segment.
    pub(crate) offset: u64,
    pub(crate) oldest: Oldest,
    pub(crate) counters: Counters,
    /// The cursor file does not hold a total that nothing else would restore.
    pub(crate) cursor_stale: bool,
    /// What the disk last said, while it refuses.
    pub(crate) refusing: Option<String>,
    /// Reused by every append.
    pub(crate) payload: Vec<u8>,
    pub(crate) frame: Vec<u8>,
    /// The append that runs rolled a segment.
    pub(crate) rolled: bool,
    /// For the flusher: something waits to be made durable, it shall not wait, the end.
    pub(crate) flush_due: bool,
    pub(crate) flush_now: bool,
    pub(crate) stop: bool,
}

impl State {
    /// The number after the last one of the segment at `index`.
    pub(crate) fn end_of(&self, index: usize) -> u64 {
        self.segments
            .get(index + 1)
            .map_or(self.written.next_seq, |next| next.first_seq)
    }

    /// Whether the segment at `index` is complete.
    pub(crate) fn is_sealed(&self, index: usize) -> bool {
        index + 1 < self.segments.len() || self.active.is_none()
    }

    /// Bytes of all segments of ours.
    pub(crate) fn bytes(&self) -> u64 {
        self.segments
            .iter()
            .filter(|segment| !segment.newer)
            .map(|segment| segment.len)
            .sum()
    }

    /// Records that wait, and their bytes. Damage not yet met by the reader counts as waiting.
    pub(crate) fn waiting(&self) -> (u64, u64) {
        let mut records = self.written.next_seq.saturating_sub(self.passed + 1);
        for (index, segment) in self.segments.iter().enumerate() {
            if segment.newer {
                let from = segment.first_seq.max(self.passed + 1);
                records = records.saturating_sub(self.end_of(index).saturating_sub(from));
            }
        }
        let bytes = self.bytes().saturating_sub(self.offset_of_ours());
        (records, if records == 0 { 0 } else { bytes })
    }

    fn offset_of_ours(&self) -> u64 {
        match self.segments.front() {
            Some(segment) if !segment.newer => self.offset,
            _ => 0,
        }
    }

    /// Moves the cursor over everything up to `through`, which left for `reason`.
    pub(crate) fn drop_through(&mut self, through: u64, reason: DropReason) {
        let count = through.saturating_sub(self.passed);
        self.counters.dropped.add(reason, count);
        self.passed = self.passed.max(through);
        self.oldest = Oldest::Unread;
        self.cursor_stale |= count > 0;
    }

    /// Moves the cursor over numbers up to `through` that turned out never to have been given.
    pub(crate) fn pass_unused(&mut self, through: u64) {
        let unused = through.saturating_sub(self.passed);
        self.counters.spooled = self.counters.spooled.saturating_sub(unused);
        self.passed = self.passed.max(through);
        self.oldest = Oldest::Unread;
        self.cursor_stale |= unused > 0;
    }

    /// Counts the records missing before the oldest segment: their files are gone.
    pub(crate) fn pass_gap(&mut self) {
        let until = self
            .segments
            .front()
            .map_or(self.written.next_seq, |front| front.first_seq);
        if until > self.passed + 1 {
            self.drop_through(until - 1, DropReason::Damaged);
        }
    }

    /// Takes the oldest segment off the list and says which file may go. Everything in it must
    /// be passed; one of a newer version is passed without counting, and its file stays. The file
    /// stays on the list of those to be synced: until it is removed, an old cursor may need it.
    pub(crate) fn pop_front(&mut self) -> Option<u64> {
        let end = self.end_of(0);
        let gone = self.segments.pop_front()?;
        self.offset = 0;
        if gone.newer {
            self.passed = self.passed.max(end - 1);
            self.oldest = Oldest::Unread;
            return None;
        }
        Some(gone.first_seq)
    }
}
