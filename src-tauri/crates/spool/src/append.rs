//! Appending: one record, one write, before `log!` returns.
//!
//! Runs on the thread that logs, so nothing here logs, panics, syncs or waits for more than
//! another append. A refused write is repaired here and retried from here.

use crate::file_system::{File, write_all};
use crate::format::{HEAD, Head, MAX_FRAME, segment_header, write_frame};
use crate::spool::{Spool, lock};
use crate::state::{Active, HeldFrame, Mark, Oldest, Segment, State};
use crate::survey::segment_path;
use crate::{AppendError, Appended, Stamp};
use aco_domain::{DropReason, UnixNanos};
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

/// A clock that moved back by less than this is corrected; by more it is believed.
const SMALL_STEP: Duration = Duration::from_secs(1);
/// The reused buffers are given back above this.
const KEPT_BUFFER: usize = 256 * 1024;

impl Spool {
    /// Appends one record. `encode` is called under the append lock with the record's number and
    /// time and writes the payload into an empty buffer; it must not log. When this returns
    /// `Ok(Appended::Written(_))`, no kill of the process loses the record.
    ///
    /// A `usage_seq` at or below the highest one taken is [`Appended::AlreadyTaken`], and `encode`
    /// is not called.
    ///
    /// # Errors
    /// [`AppendError::DiskRefused`] when the disk refuses and the held buffer is full;
    /// [`AppendError::TooLarge`] for a payload near 16 MiB. Either way no number was given, and
    /// the record is counted as [`DropReason::Disk`].
    pub fn append(
        &self,
        usage_seq: Option<u64>,
        encode: impl FnOnce(Stamp, &mut Vec<u8>),
    ) -> Result<Appended, AppendError> {
        let mut state = lock(&self.state);
        let usage_seq = usage_seq.unwrap_or(0);
        if usage_seq != 0 && usage_seq <= state.taken.usage_seq {
            return Ok(Appended::AlreadyTaken);
        }
        let stamp = Stamp {
            seq: state.taken.next_seq,
            time: next_time(state.taken.time, self.clock.now()),
        };
        let after = Mark {
            next_seq: stamp.seq + 1,
            usage_seq: state.taken.usage_seq.max(usage_seq),
            time: stamp.time,
        };
        let outcome = self.store(&mut state, stamp, after, usage_seq, encode);
        let rolled = std::mem::take(&mut state.rolled);
        drop(state);
        if rolled {
            self.after_roll();
        }
        self.wake_reader();
        outcome
    }

    /// Encodes the record and writes or holds its frame.
    fn store(
        &self,
        state: &mut State,
        stamp: Stamp,
        after: Mark,
        usage_seq: u64,
        encode: impl FnOnce(Stamp, &mut Vec<u8>),
    ) -> Result<Appended, AppendError> {
        let (mut payload, mut frame) = (
            std::mem::take(&mut state.payload),
            std::mem::take(&mut state.frame),
        );
        payload.clear();
        encode(stamp, &mut payload);
        let head = Head {
            payload_len: payload.len(),
            seq: stamp.seq,
            time: stamp.time,
            usage_seq,
        };
        let outcome = if payload.len() > MAX_FRAME - HEAD {
            state.counters.dropped.add(DropReason::Disk, 1);
            state.cursor_stale = true;
            Err(AppendError::TooLarge {
                bytes: payload.len(),
            })
        } else {
            write_frame(&mut frame, &head, &payload);
            self.write_or_hold(state, stamp, after, &frame)
        };
        payload.shrink_to(KEPT_BUFFER);
        frame.shrink_to(KEPT_BUFFER);
        (state.payload, state.frame) = (payload, frame);
        outcome
    }

    fn write_or_hold(
        &self,
        state: &mut State,
        stamp: Stamp,
        after: Mark,
        frame: &[u8],
    ) -> Result<Appended, AppendError> {
        // Order is kept: nothing passes a frame that waits.
        if self.retry_held(state) && self.write_frame(state, after, frame).is_ok() {
            state.taken = after;
            return Ok(Appended::Written(stamp));
        }
        if state.held_bytes + frame.len() <= self.options.held_bytes {
            state.taken = after;
            state.held_bytes += frame.len();
            state.held.push_back(HeldFrame {
                after,
                bytes: frame.to_vec(),
            });
            self.want_flush(state);
            return Ok(Appended::Held(stamp));
        }
        state.counters.dropped.add(DropReason::Disk, 1);
        state.cursor_stale = true;
        Err(AppendError::DiskRefused {
            message: state.refusing.clone().unwrap_or_default(),
        })
    }

    /// Writes what waits, as far as the disk takes it; true when nothing waits any more.
    pub(crate) fn retry_held(&self, state: &mut State) -> bool {
        while let Some(frame) = state.held.pop_front() {
            if self.write_frame(state, frame.after, &frame.bytes).is_err() {
                state.held.push_front(frame);
                return false;
            }
            state.held_bytes -= frame.bytes.len();
        }
        true
    }

    /// Writes one frame to the active segment. After an error the files are as they were.
    fn write_frame(&self, state: &mut State, after: Mark, frame: &[u8]) -> io::Result<()> {
        let written = self.try_write_frame(state, after, frame);
        match &written {
            Ok(()) => state.refusing = None,
            Err(error) => state.refusing = Some(format!("{}: {error}", self.dir.display())),
        }
        written
    }

    fn try_write_frame(&self, state: &mut State, after: Mark, frame: &[u8]) -> io::Result<()> {
        let full = |segment: &Segment| segment.len >= self.options.segment_bytes;
        if state.active.is_some() && state.segments.back().is_some_and(full) {
            seal(state);
            state.rolled = true;
            state.flush_now = true;
            self.flush_due.notify_one();
        }
        if state.active.is_none() {
            self.start_segment(state)?;
        }
        let (Some(active), Some(segment)) = (&mut state.active, state.segments.back_mut()) else {
            return Err(ErrorKind::NotFound.into());
        };
        if let Err(error) = write_all(&*active.file, frame) {
            if active.file.cut(segment.len).is_err() {
                // What was half written stays behind; the reader and the next open stop before it.
                seal(state);
            }
            return Err(error);
        }
        segment.len += frame.len() as u64;
        active.unsynced = true;
        if state.passed + 1 == state.written.next_seq {
            state.oldest = Oldest::Known(after.time);
        }
        state.written = after;
        state.counters.spooled += 1;
        self.want_flush(state);
        Ok(())
    }

    /// Creates the segment that begins with the next number to be written.
    fn start_segment(&self, state: &mut State) -> io::Result<()> {
        let first_seq = state.written.next_seq;
        let path = segment_path(&self.dir, first_seq);
        let file = match self.fs.create_new(&path) {
            // Left by an attempt that failed below; its first record was never written.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                self.fs.remove(&path)?;
                self.fs.create_new(&path)?
            }
            created => created?,
        };
        let header = segment_header(self.header.installation, first_seq, &self.header.opaque);
        if let Err(error) = write_all(&*file, &header) {
            drop(file);
            let _ = self.fs.remove(&path);
            return Err(error);
        }
        state.segments.push_back(Segment {
            first_seq,
            len: header.len() as u64,
            newer: false,
            unread: false,
        });
        state.active = Some(Active {
            file: Arc::<dyn File>::from(file),
            unsynced: true,
        });
        state.dir_unsynced = true;
        Ok(())
    }

    /// What a roll calls for, outside the append lock: a cursor that spares the next open a scan,
    /// and the quota. Appends by others go on meanwhile.
    fn after_roll(&self) {
        // Both report through `Stats::disk_refusing`; the record itself is safe.
        let _ = self.save_cursor(false);
        self.enforce_quota();
    }
}

/// Closes the active segment; the next append starts another.
pub(crate) fn seal(state: &mut State) {
    let (Some(active), Some(segment)) = (state.active.take(), state.segments.back()) else {
        return;
    };
    if segment.first_seq == state.written.next_seq {
        // Not one record is in it: the next segment takes its name.
        state.segments.pop_back();
    } else if active.unsynced {
        state.unsynced.push(segment.first_seq);
    }
}

/// The time of a record appended at `now` after one of `last`.
fn next_time(last: UnixNanos, now: UnixNanos) -> UnixNanos {
    if now <= last && last.since(now) < SMALL_STEP {
        UnixNanos(last.0.saturating_add(1))
    } else {
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_rises_unless_the_clock_moved_back_by_a_second() {
        let last = UnixNanos(5_000_000_000);
        let table = [
            (5_000_000_001, 5_000_000_001),
            (5_000_000_000, 5_000_000_001),
            (4_000_000_001, 5_000_000_001),
            (4_000_000_000, 4_000_000_000),
            (1, 1),
        ];
        for (now, expected) in table {
            assert_eq!(
                next_time(last, UnixNanos(now)),
                UnixNanos(expected),
                "{now}"
            );
        }
    }
}
