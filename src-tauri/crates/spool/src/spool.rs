//! The spool itself: its parts, its locks, how it opens and what it says about itself.
//!
//! The work is in the sibling modules, each an `impl Spool` for one concern: `append`, `read`,
//! `limits`, `sync`. What may not enter: bytes (`format`) and rules about what was found
//! (`survey`).

use crate::cursor::{Cursor, Snapshot};
use crate::file_system::{FileSystem, read_start};
use crate::format::MAX_OPAQUE;
use crate::quarantine::{self, MAX_DAMAGE, Quarantine};
use crate::read::Reader;
use crate::state::{Oldest, State};
use crate::survey::{Survey, segment_path, survey};
use crate::{Header, OpenError, Options, Recovery, Stats};
use aco_domain::{Backlog, Clock, UnixNanos};
use std::collections::VecDeque;
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

/// The store. Shared by reference: one thread reads (peek, ack, quarantine), any thread appends.
///
/// Locks, always taken in this order: `reader` → `flush` → `cursor` → `state`. `state` is held
/// for one write at the longest; the others may last an fdatasync, so an append takes one of them
/// only when it rolled a segment, after letting go of `state`.
pub struct Spool {
    pub(crate) fs: Arc<dyn FileSystem>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) dir: PathBuf,
    pub(crate) header: Header,
    pub(crate) options: Options,
    pub(crate) reader: Mutex<Reader>,
    /// One fdatasync of segments at a time.
    pub(crate) flush: Mutex<()>,
    pub(crate) cursor: Mutex<Cursor>,
    pub(crate) state: Mutex<State>,
    /// Wakes the flusher; belongs to `state`.
    pub(crate) flush_due: Condvar,
    waker: OnceLock<Box<dyn Fn() + Send + Sync>>,
    armed: AtomicBool,
}

impl fmt::Debug for Spool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spool")
            .field("dir", &self.dir)
            .finish_non_exhaustive()
    }
}

/// Locks, also after a panic elsewhere: an encoder that panicked has changed nothing yet.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Spool {
    /// Opens the spool in `dir`, creating the folder if need be, and says what was found there.
    ///
    /// The caller must be the only writer (the home's lock). `header` goes into every segment
    /// written from now on.
    ///
    /// # Errors
    /// Only when the folder cannot be used at all; see [`OpenError`]. Damaged content and a full
    /// disk are not errors.
    pub fn open(
        fs: Arc<dyn FileSystem>,
        clock: Arc<dyn Clock>,
        dir: &Path,
        header: Header,
        options: Options,
    ) -> Result<(Self, Recovery), OpenError> {
        if header.opaque.len() > MAX_OPAQUE {
            return Err(OpenError::Unusable {
                dir: dir.to_owned(),
                source: io::Error::new(ErrorKind::InvalidInput, "segment header above 1 MiB"),
            });
        }
        let refused = |source: io::Error| {
            let dir = dir.to_owned();
            if is_forbidden(&source) {
                OpenError::NotWritable { dir, source }
            } else {
                OpenError::Unusable { dir, source }
            }
        };
        fs.create_dir_all(dir).map_err(refused)?;
        probe(&*fs, dir).map_err(refused)?;
        let found = survey(&*fs, dir, clock.now()).map_err(refused)?;
        let recovery = found.recovery.clone();
        let (answered, unrecognised) = (found.answered.clone(), found.unrecognised.clone());
        let spool = Self {
            reader: Mutex::new(Reader::new(Quarantine::new(&*fs, dir))),
            flush: Mutex::new(()),
            cursor: Mutex::new(Cursor::new(&found.cursor)),
            state: Mutex::new(initial(found)),
            flush_due: Condvar::new(),
            waker: OnceLock::new(),
            armed: AtomicBool::new(false),
            fs,
            clock,
            dir: dir.to_owned(),
            header,
            options,
        };
        match spool.save_cursor(true) {
            Err(error) if is_forbidden(&error) => return Err(refused(error)),
            // A full disk: what was found stays until the cursor can be written.
            Err(_) => return Ok((spool, recovery)),
            Ok(()) => {}
        }
        spool.set_aside(&unrecognised);
        for first_seq in answered {
            // What cannot be removed now is found again by the next open.
            let _ = spool.fs.remove(&segment_path(&spool.dir, first_seq));
        }
        let _ = spool.fs.sync_dir(&spool.dir);
        spool.maintain();
        Ok((spool, recovery))
    }

    /// Moves files in which nothing validates into the quarantine, as far as the disk allows.
    fn set_aside(&self, unrecognised: &[u64]) {
        let mut reader = lock(&self.reader);
        for &first_seq in unrecognised {
            let path = segment_path(&self.dir, first_seq);
            let kept = read_start(&*self.fs, &path, MAX_DAMAGE)
                .and_then(|bytes| self.quarantine_damage(&mut reader, first_seq, &[], &bytes));
            if kept.is_ok() {
                let _ = self.fs.remove(&path);
            }
        }
    }

    /// Totals, backlog and troubles. Cheap: reads the disk only when the age of the oldest record
    /// is not known yet.
    #[must_use]
    pub fn stats(&self) -> Stats {
        if lock(&self.state).oldest == Oldest::Unread {
            self.read_oldest();
        }
        let quarantine_evicted = lock(&self.reader).quarantine.evicted();
        let now = self.clock.now();
        let state = lock(&self.state);
        let (records, bytes) = state.waiting();
        Stats {
            counters: state.counters,
            backlog: backlog(records, bytes, state.oldest, now),
            held: state.held.len(),
            disk_refusing: state.refusing.clone(),
            last_seq: state.taken.next_seq - 1,
            passed_seq: state.passed,
            usage_seq: state.taken.usage_seq,
            quarantine_evicted,
        }
    }

    /// Says what to call when a record arrives while the reader sleeps. Only the first call has
    /// an effect.
    pub fn set_waker(&self, wake: impl Fn() + Send + Sync + 'static) {
        let _ = self.waker.set(Box::new(wake));
    }

    /// Declares that the reader is about to sleep: the next append calls the waker, once. Peek
    /// once more after this and before sleeping, or a record that came in between waits.
    pub fn arm(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }

    pub(crate) fn wake_reader(&self) {
        // The plain load keeps a busy sender's appends free of a read-modify-write.
        if self.armed.load(Ordering::SeqCst)
            && self.armed.swap(false, Ordering::SeqCst)
            && let Some(wake) = self.waker.get()
        {
            wake();
        }
    }

    /// Writes the cursor as things stand; with `durable`, also syncs it.
    pub(crate) fn save_cursor(&self, durable: bool) -> io::Result<()> {
        let mut cursor = lock(&self.cursor);
        let snapshot = {
            let mut state = lock(&self.state);
            state.cursor_stale = false;
            Snapshot {
                passed: state.passed,
                mark: state.written,
                durable_next: state.durable_next,
                counters: state.counters,
            }
        };
        let mut saved = cursor.write(&*self.fs, &snapshot);
        if saved.is_ok() && durable {
            saved = cursor.sync();
        }
        let mut state = lock(&self.state);
        match &saved {
            Ok(()) if durable => {}
            Ok(()) => self.want_flush(&mut state),
            Err(error) => {
                state.cursor_stale = true;
                state.refusing = Some(format!("{}: {error}", self.dir.display()));
            }
        }
        saved
    }

    /// Tells the flusher that something waits to be made durable.
    pub(crate) fn want_flush(&self, state: &mut State) {
        if !state.flush_due {
            state.flush_due = true;
            self.flush_due.notify_one();
        }
    }
}

/// Shows a folder that takes no files, which creating and listing it does not.
fn probe(fs: &dyn FileSystem, dir: &Path) -> io::Result<()> {
    let path = dir.join("probe");
    match fs.create_new(&path).map(drop) {
        Err(error) if is_forbidden(&error) => Err(error),
        // Left by a kill, or refused by a full disk, which is no reason not to start.
        _ => {
            let _ = fs.remove(&path);
            Ok(())
        }
    }
}

fn is_forbidden(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
    )
}

fn initial(found: Survey) -> State {
    // What an earlier run wrote and did not sync may still be in the page cache only.
    let durable_next = found.cursor.snapshot.map_or(0, |known| known.durable_next);
    let segments = found.segments.iter().enumerate();
    let unsynced = segments
        .filter(|(index, segment)| {
            let next = found.segments.get(index + 1);
            !segment.newer && next.is_none_or(|next| next.first_seq > durable_next)
        })
        .map(|(_, segment)| segment.first_seq)
        .collect();
    State {
        unsynced,
        dir_unsynced: true,
        durable_next,
        segments: found.segments,
        active: None,
        taken: found.written,
        written: found.written,
        held: VecDeque::new(),
        held_bytes: 0,
        passed: found.passed,
        offset: found.offset,
        oldest: found.oldest,
        counters: found.counters,
        cursor_stale: false,
        refusing: None,
        payload: Vec::new(),
        frame: Vec::new(),
        rolled: false,
        flush_due: false,
        flush_now: false,
        stop: false,
    }
}

fn backlog(records: u64, bytes: u64, oldest: Oldest, now: UnixNanos) -> Backlog {
    Backlog {
        records,
        bytes,
        oldest_age_s: match oldest {
            Oldest::Known(time) if records > 0 => Some(now.since(time).as_secs()),
            _ => None,
        },
    }
}

/// Looks at the spool in `dir` without a lock and without writing, for a status when no agent
/// runs. Beside a running one it answers too, with figures of slightly different moments.
///
/// # Errors
/// When the folder cannot be listed; `NotFound` when there is none.
pub fn inspect(fs: &dyn FileSystem, dir: &Path, now: UnixNanos) -> io::Result<Stats> {
    let found = survey(fs, dir, now)?;
    let quarantine_evicted = quarantine::evicted(fs, dir);
    let state = initial(found);
    let (records, bytes) = state.waiting();
    Ok(Stats {
        counters: state.counters,
        backlog: backlog(records, bytes, state.oldest, now),
        held: 0,
        disk_refusing: None,
        last_seq: state.written.next_seq - 1,
        passed_seq: state.passed,
        usage_seq: state.written.usage_seq,
        quarantine_evicted,
    })
}

#[cfg(test)]
impl Spool {
    /// The time the next record's is compared with.
    pub(crate) fn last_time(&self) -> UnixNanos {
        lock(&self.state).taken.time
    }
}
