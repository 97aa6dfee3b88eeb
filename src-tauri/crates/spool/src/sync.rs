//! Durability: when written bytes are made to survive a power cut.
//!
//! The one place that calls fdatasync on segments, never under the append lock, and the thread
//! that does so in time. Real time enters here only as the flusher's waiting.

use crate::File;
use crate::spool::{Spool, lock};
use crate::state::State;
use crate::survey::segment_path;
use aco_domain::DropReason;
use std::io::{self, ErrorKind};
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// From the first write that is not durable to the start of its fdatasync, at most.
const FLUSH_WITHIN: Duration = Duration::from_secs(1);
/// Between two looks at the limits while a backlog exists.
const MAINTAIN_EVERY: Duration = Duration::from_secs(60);

impl Spool {
    /// Makes every record up to and including `seq` durable; free when they are. To be called
    /// before a batch leaves the machine: what was sent must never be forgotten.
    ///
    /// # Errors
    /// When the disk refuses; nothing may be sent then.
    pub fn sync_through(&self, seq: u64) -> io::Result<()> {
        if lock(&self.state).durable_next > seq {
            return Ok(());
        }
        self.sync_segments()?;
        // The cursor now says that these numbers are taken, whatever becomes of the segments. A
        // refusal is remembered and shown; the records themselves are durable.
        let _ = self.save_cursor(false);
        Ok(())
    }

    /// Makes everything written so far durable, the cursor too; free when nothing is dirty.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn sync(&self) -> io::Result<()> {
        lock(&self.state).flush_due = false;
        self.sync_segments()?;
        if lock(&self.state).cursor_stale {
            return self.save_cursor(true);
        }
        let synced = lock(&self.cursor).sync();
        synced.inspect_err(|error| self.sync_failed(error))
    }

    /// The last act of a program that ends: retries what the disk refused, counts what it still
    /// refuses as dropped, and makes everything durable. Appending goes on working.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn close(&self) -> io::Result<()> {
        {
            let mut state = lock(&self.state);
            if !self.retry_held(&mut state) {
                let lost = state.held.len() as u64;
                state.counters.dropped.add(DropReason::Disk, lost);
                state.held.clear();
                state.held_bytes = 0;
                // Their numbers were never written: the next records take them.
                state.taken = state.written;
            }
        }
        self.save_cursor(false)?;
        self.sync()
    }

    fn sync_segments(&self) -> io::Result<()> {
        let _one_at_a_time = lock(&self.flush);
        let dirty = Dirty::take(&mut lock(&self.state));
        let synced = self.sync_files(&dirty);
        let mut state = lock(&self.state);
        match &synced {
            Ok(()) => state.durable_next = dirty.next_seq,
            Err(_) => dirty.put_back(&mut state),
        }
        drop(state);
        synced.inspect_err(|error| self.sync_failed(error))
    }

    fn sync_files(&self, dirty: &Dirty) -> io::Result<()> {
        for &first_seq in &dirty.closed {
            match self.fs.open(&segment_path(&self.dir, first_seq)) {
                Ok(file) => file.sync_data()?,
                // Answered and removed meanwhile.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        if let Some((_, file)) = &dirty.active {
            file.sync_data()?;
        }
        if dirty.dir {
            self.fs.sync_dir(&self.dir)?;
        }
        Ok(())
    }

    fn sync_failed(&self, error: &io::Error) {
        let mut state = lock(&self.state);
        state.refusing = Some(format!("{}: {error}", self.dir.display()));
        // Tried again after the flusher's interval.
        state.flush_due = true;
    }
}

/// What a sync takes on.
struct Dirty {
    closed: Vec<u64>,
    active: Option<(u64, Arc<dyn File>)>,
    dir: bool,
    /// Everything below is durable when it succeeds.
    next_seq: u64,
}

impl Dirty {
    fn take(state: &mut State) -> Self {
        let back = state.segments.back().map(|segment| segment.first_seq);
        let active = state.active.as_mut().filter(|active| active.unsynced);
        let active = active.zip(back).map(|(active, first_seq)| {
            active.unsynced = false;
            (first_seq, Arc::clone(&active.file))
        });
        Self {
            closed: std::mem::take(&mut state.unsynced),
            active,
            dir: std::mem::take(&mut state.dir_unsynced),
            next_seq: state.written.next_seq,
        }
    }

    /// After a failure: all of it is still to be done. What was removed meanwhile is passed over.
    fn put_back(self, state: &mut State) {
        state.dir_unsynced |= self.dir;
        let back = state.segments.back().map(|segment| segment.first_seq);
        let active = self.active.map(|(first_seq, _)| first_seq);
        for first_seq in self.closed.into_iter().chain(active) {
            match &mut state.active {
                Some(active) if back == Some(first_seq) => active.unsynced = true,
                _ => state.unsynced.push(first_seq),
            }
        }
    }
}

/// The thread that keeps the promise about power cuts: an fdatasync at most a second after the
/// first write, and at each roll. It sleeps without waking while nothing is written and nothing
/// waits. Dropping it closes the spool.
#[derive(Debug)]
pub struct Flusher {
    spool: Arc<Spool>,
    thread: Option<JoinHandle<()>>,
}

impl Flusher {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn(spool: &Arc<Spool>) -> io::Result<Self> {
        lock(&spool.state).stop = false;
        let shared = Arc::clone(spool);
        let thread = std::thread::Builder::new()
            .name("spool-flusher".into())
            .spawn(move || run(&shared))?;
        Ok(Self {
            spool: Arc::clone(spool),
            thread: Some(thread),
        })
    }
}

impl Drop for Flusher {
    fn drop(&mut self) {
        lock(&self.spool.state).stop = true;
        self.spool.flush_due.notify_all();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing left to say; the close below still runs.
            let _ = thread.join();
        }
        // What cannot be made durable now is what a power cut may take; the files have it.
        let _ = self.spool.close();
    }
}

fn run(spool: &Spool) {
    let mut flushed = Instant::now();
    let mut maintained = flushed;
    loop {
        let Some(due) = wait(spool, flushed, maintained) else {
            return;
        };
        let now = Instant::now();
        if due.flush {
            flushed = now;
            // Reported by `Stats::disk_refusing` and by the sender's own sync.
            let _ = spool.sync();
            spool.remove_answered();
        }
        if due.maintain {
            maintained = now;
            spool.maintain();
        }
    }
}

struct Due {
    flush: bool,
    maintain: bool,
}

/// Sleeps until something is due; nothing when the end has come.
fn wait(spool: &Spool, flushed: Instant, maintained: Instant) -> Option<Due> {
    let mut state = lock(&spool.state);
    loop {
        if state.stop {
            return None;
        }
        let every = if state.held.is_empty() {
            MAINTAIN_EVERY
        } else {
            FLUSH_WITHIN
        };
        let flush_in = state.flush_due.then(|| match state.flush_now {
            true => Duration::ZERO,
            false => FLUSH_WITHIN.saturating_sub(flushed.elapsed()),
        });
        let has_backlog = state.waiting().0 > 0 || !state.held.is_empty();
        let maintain_in = has_backlog.then(|| every.saturating_sub(maintained.elapsed()));
        let due = |left: Option<Duration>| left.is_some_and(|left| left.is_zero());
        if due(flush_in) || due(maintain_in) {
            state.flush_now = false;
            return Some(Due {
                flush: due(flush_in),
                maintain: due(maintain_in),
            });
        }
        state = match [flush_in, maintain_in].into_iter().flatten().min() {
            Some(left) => {
                let waited = spool.flush_due.wait_timeout(state, left);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None => {
                let waited = spool.flush_due.wait(state);
                waited.unwrap_or_else(PoisonError::into_inner)
            }
        };
    }
}
