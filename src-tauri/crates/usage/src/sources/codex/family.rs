//! The token rows of other threads, by which copies of them are recognised.
//!
//! A fork may begin with a copy of its parent's rows that carries neither a mark nor the times it
//! had. The parent's rollout existed before the fork and is only ever appended to, so looking into it
//! gives the same answer whenever, and in whatever order, files are read.

use super::paths;
use super::rows::{Row, Vector};
use crate::json;
use crate::lines::{Line, Lines};
use crate::markers::Markers;
use crate::resume;
use crate::source::FoundFile;
use aco_domain::UnixNanos;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use twox_hash::XxHash3_64;

/// Rows remembered of one thread. Threads of ten thousand rows are known.
const MOST_ROWS: usize = 1 << 17;

/// Threads remembered. A parent's children are mostly read one after the other.
const MOST_THREADS: usize = 16;

/// A `token_count` row that said something.
#[derive(Clone, Copy, Debug)]
pub(super) struct TokenRow {
    /// Its total and its last call, hashed.
    pub(super) key: u64,
    pub(super) total: Option<Vector>,
    pub(super) ordinal: Option<u64>,
    /// The place behind it in its file.
    pub(super) end: u64,
}

/// A `token_count` row's total and last call, hashed: what a copy has in common with its original.
pub(super) fn key(total: Option<&Vector>, last: Option<&Vector>) -> u64 {
    let mut bytes = Vec::with_capacity(98);
    for vector in [total, last] {
        bytes.push(u8::from(vector.is_some()));
        bytes.extend_from_slice(&vector.copied().unwrap_or_default().bytes());
    }
    XxHash3_64::oneshot(&bytes)
}

/// The rows of a thread, over all its files.
#[derive(Debug, Default)]
pub(super) struct Thread {
    pub(super) rows: Vec<TokenRow>,
    keys: Vec<u64>,
}

impl Thread {
    pub(super) fn has(&self, key: u64) -> bool {
        self.keys.binary_search(&key).is_ok()
    }

    /// The total that a thread which goes on from this one begins with.
    pub(super) fn total_at(&self, ordinal: Option<u64>, byte: Option<u64>) -> Option<Vector> {
        let before = |row: &&TokenRow| match (ordinal, row.ordinal) {
            (Some(end), Some(ordinal)) => ordinal < end,
            _ => byte.is_none_or(|end| row.end <= end),
        };
        self.rows
            .iter()
            .rev()
            .find(before)
            .and_then(|row| row.total)
    }
}

/// What was read of threads so far.
#[derive(Debug, Default)]
pub(super) struct Families(Mutex<HashMap<(PathBuf, String), Known>>);

#[derive(Debug)]
struct Known {
    files: Vec<(PathBuf, u64, UnixNanos)>,
    thread: Arc<Thread>,
}

impl Families {
    /// The rows of `thread`, from its rollouts beside `path`; nothing where there are none.
    pub(super) fn thread(
        &self,
        thread: &str,
        path: &Path,
        markers: &Markers,
    ) -> Option<Arc<Thread>> {
        let files = paths::of_thread(thread, path).files;
        if files.is_empty() {
            return None;
        }
        let signs: Vec<_> = files
            .iter()
            .map(|file| (file.path.clone(), file.size, file.modified))
            .collect();
        let name = (signs[0].0.clone(), thread.to_owned());
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&name).filter(|known| known.files == signs) {
            return Some(Arc::clone(&known.thread));
        }
        let mut rows = Vec::new();
        for file in &files {
            // What cannot be read is reported when its turn comes; here it is merely unknown.
            read(file, markers, &mut rows)?;
        }
        let mut keys: Vec<u64> = rows.iter().map(|row| row.key).collect();
        keys.sort_unstable();
        keys.dedup();
        let thread = Arc::new(Thread { rows, keys });
        let mut known = lock();
        if known.len() >= MOST_THREADS {
            known.clear();
        }
        let entry = Known {
            files: signs,
            thread: Arc::clone(&thread),
        };
        known.insert(name, entry);
        Some(thread)
    }
}

fn read(file: &FoundFile, markers: &Markers, rows: &mut Vec<TokenRow>) -> Option<()> {
    let open = resume::open(file, None).ok()??;
    let mut buffer = Vec::new();
    let mut lines = Lines::new(open.bytes, 0, markers, &mut buffer);
    while rows.len() < MOST_ROWS {
        let row = match lines.next().ok()? {
            Line::Marked(line) => token_row(line),
            Line::Broken | Line::TooLong => None,
            Line::Unfinished(_) | Line::End => break,
        };
        if let Some(row) = row {
            let end = lines.offset();
            rows.push(TokenRow { end, ..row });
        }
    }
    Some(())
}

fn token_row(line: &[u8]) -> Option<TokenRow> {
    let row = json::object::<Row<'_>>(line).ok()??;
    let payload = row.payload.0?;
    if row.kind.get() != Some("event_msg") || payload.kind.get() != Some("token_count") {
        return None;
    }
    let info = payload.info.0?;
    let total = info
        .total_token_usage
        .0
        .and_then(super::rows::Usage::vector);
    let last = info.last_token_usage.0.and_then(super::rows::Usage::vector);
    Some(TokenRow {
        key: key(total.as_ref(), last.as_ref()),
        total,
        ordinal: row.ordinal.0,
        end: 0,
    })
}
