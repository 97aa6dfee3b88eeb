//! Limits and leftovers: quota, age, answered segments, frames the disk refused.
//!
//! Everything that leaves here is counted before its bytes go. What may not enter: reading frames
//! (`read`) and the rules of appending (`append`).

use crate::read::Reader;
use crate::spool::{Spool, lock};
use crate::state::Oldest;
use crate::survey::segment_path;
use aco_domain::{DropReason, UnixNanos};
use std::io::{self, ErrorKind};

/// How much of the backlog is looked at in one go when records expire.
const EXPIRE_RECORDS: usize = 512;
const EXPIRE_BYTES: usize = 1024 * 1024;
/// Files of answered segments that may wait for their removal: 16 MiB on the disk, and a sixteenth
/// of the syncs while a backlog drains.
const REMOVE_AT: usize = 16;

impl Spool {
    /// Does what time calls for: retries what the disk refused, drops what is older than
    /// `max_age`, brings the folder below `max_bytes`, removes what is left over. The flusher
    /// calls it; calling it more often does no harm.
    pub fn maintain(&self) {
        let wrote = {
            let mut state = lock(&self.state);
            let before = state.written.next_seq;
            self.retry_held(&mut state);
            state.rolled = false;
            state.written.next_seq > before
        };
        if wrote {
            // No append is on its way that would: the sender may be asleep over an empty backlog.
            self.wake_reader();
        }
        let cutoff = self.clock.now().minus(self.options.max_age);
        let is_young = matches!(lock(&self.state).oldest, Oldest::Known(time) if time >= cutoff);
        if !is_young {
            while self.expire(|_, time| time < cutoff) {}
        }
        self.enforce_quota();
        self.remove_answered();
        let stale = lock(&self.state).cursor_stale;
        if stale {
            // Stays stale on an error and is tried again.
            let _ = self.save_cursor(false);
        }
    }

    /// Lets every record up to `seq` go that still waits, as if it had become too old: the user does
    /// not want it sent. Durable when it returns well.
    ///
    /// # Errors
    /// When the cursor cannot be written; after a crash they would wait again.
    pub fn expire_through(&self, seq: u64) -> io::Result<()> {
        {
            let mut reader = lock(&self.reader);
            loop {
                // Whole segments need not be read.
                let mut state = lock(&self.state);
                state.pass_gap();
                if !state.is_sealed(0) || state.end_of(0) > seq.saturating_add(1) {
                    break;
                }
                let is_ours = state.segments.front().is_some_and(|front| !front.newer);
                if is_ours {
                    let end = state.end_of(0);
                    state.drop_through(end - 1, DropReason::Age);
                }
                reader.leftover.extend(state.pop_front());
            }
            self.remove_leftover(&mut reader);
        }
        while self.expire(|record, _| record <= seq) {}
        self.save_cursor(true)
    }

    /// Drops records at the head of the backlog, as long as their number and time are such; true
    /// when there may be more.
    fn expire(&self, is_expired: impl Fn(u64, UnixNanos) -> bool) -> bool {
        let mut reader = lock(&self.reader);
        // An unreadable head waits for the sender's peek, which reports it.
        let Ok(Some((run, _))) = self.next_run(&mut reader, EXPIRE_RECORDS, EXPIRE_BYTES) else {
            return false;
        };
        let records = (run.first_seq..).zip(&run.places);
        let expired = records.take_while(|(seq, place)| is_expired(*seq, place.time));
        let Some((seq, last)) = expired.last() else {
            return false;
        };
        let mut state = lock(&self.state);
        state.drop_through(seq, DropReason::Age);
        state.offset = last.end;
        seq == run.last_seq()
    }

    /// Brings the segments below `max_bytes`: whole oldest ones go, never the one being written.
    pub(crate) fn enforce_quota(&self) {
        if lock(&self.state).bytes() <= self.options.max_bytes {
            return;
        }
        let mut reader = lock(&self.reader);
        loop {
            let mut state = lock(&self.state);
            if state.bytes() <= self.options.max_bytes || !state.is_sealed(0) {
                break;
            }
            state.pass_gap();
            let is_ours = state.segments.front().is_some_and(|front| !front.newer);
            if is_ours {
                let end = state.end_of(0);
                state.drop_through(end - 1, DropReason::Quota);
            }
            reader.leftover.extend(state.pop_front());
        }
        self.remove_leftover(&mut reader);
    }

    /// Takes answered segments off the list and removes their files.
    pub(crate) fn remove_answered(&self) {
        let mut reader = lock(&self.reader);
        self.take_answered(&mut reader);
        self.remove_leftover(&mut reader);
    }

    /// Takes answered segments off the list. Their files go a few at a time, or with the flusher's
    /// next round: each removal waits for an fdatasync of the cursor, and the sender need not.
    pub(crate) fn retire(&self, reader: &mut Reader) {
        self.take_answered(reader);
        let mut state = lock(&self.state);
        if !reader.leftover.is_empty() {
            self.want_flush(&mut state);
        }
        // A disk that refuses records gets its space back at once.
        let enough = reader.leftover.len() >= REMOVE_AT || state.refusing.is_some();
        drop(state);
        if enough {
            self.remove_leftover(reader);
        }
    }

    fn take_answered(&self, reader: &mut Reader) {
        loop {
            let mut state = lock(&self.state);
            let answered = state.segments.front().is_some_and(|front| !front.newer)
                && state.is_sealed(0)
                && state.end_of(0) <= state.passed + 1;
            if !answered {
                break;
            }
            reader.leftover.extend(state.pop_front());
        }
    }

    /// Removes files of segments off the list. The cursor that no longer needs them must be
    /// durable first, or a power cut would find a gap it cannot explain.
    fn remove_leftover(&self, reader: &mut Reader) {
        if reader.leftover.is_empty() {
            return;
        }
        match self.save_cursor(true) {
            // A file system that needs space even to overwrite gets it by the removal.
            Err(error) if error.kind() == ErrorKind::StorageFull => {}
            Err(_) => return,
            Ok(()) => {}
        }
        reader.leftover.retain(|&first_seq| {
            match self.fs.remove(&segment_path(&self.dir, first_seq)) {
                Ok(()) => false,
                // A virus scanner's open handle, say: tried again.
                Err(error) => error.kind() != ErrorKind::NotFound,
            }
        });
        // With the space that is free now.
        if lock(&self.state).cursor_stale {
            let _ = self.save_cursor(true);
        }
    }
}
