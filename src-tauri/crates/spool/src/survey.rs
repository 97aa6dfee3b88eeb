//! Reading a spool folder as it was left: what is where, and where everything goes on.
//!
//! Changes nothing, so that [`inspect`](crate::inspect) may do it beside a running agent. What is
//! to be removed or reported is returned, never done. The rules are those of "Recovery" in the
//! crate's documentation.

use crate::Recovery;
use crate::cursor::{self, Found, Loaded, Snapshot};
use crate::file_system::{FileSystem, read_full};
use crate::format::{
    HEAD, MAX_SEQ, Preamble, SEGMENT_FIXED, SEGMENT_MAGIC, judge_preamble, numbered_name,
    parse_numbered_name, parse_segment_header, segment_header_len,
};
use crate::scan::scan;
use crate::state::{Mark, Oldest, Segment};
use aco_domain::{Counters, UnixNanos};
use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

pub(crate) const EXTENSION: &str = "seg";

/// Where the segment that begins with `first_seq` lies.
pub(crate) fn segment_path(dir: &Path, first_seq: u64) -> PathBuf {
    dir.join(numbered_name(first_seq, EXTENSION))
}

/// A spool folder as it was found.
pub(crate) struct Survey {
    pub(crate) cursor: Loaded,
    pub(crate) segments: VecDeque<Segment>,
    /// Segments with nothing left to deliver.
    pub(crate) answered: Vec<u64>,
    /// Files named like segments in which nothing validates.
    pub(crate) unrecognised: Vec<u64>,
    pub(crate) written: Mark,
    pub(crate) passed: u64,
    pub(crate) offset: u64,
    pub(crate) oldest: Oldest,
    pub(crate) counters: Counters,
    pub(crate) recovery: Recovery,
}

/// A file that takes its place among the segments.
struct Candidate {
    segment: Segment,
    header_is_intact: bool,
}

/// Reads the folder.
///
/// # Errors
/// When it cannot be listed. A file that cannot be read is no error: its records wait.
pub(crate) fn survey(fs: &dyn FileSystem, dir: &Path, now: UnixNanos) -> io::Result<Survey> {
    let mut files: Vec<(u64, u64)> = fs
        .list(dir)?
        .into_iter()
        .filter_map(|file| Some((parse_numbered_name(&file.name, EXTENSION)?, file.len)))
        .collect();
    files.sort_unstable();
    // The cursor after the list: a segment removed in between is then below the cursor.
    let cursor = cursor::load(fs, dir);
    let first = files.first().map_or(1, |&(first_seq, _)| first_seq);
    let known = cursor.snapshot.unwrap_or_else(|| Snapshot::before(first));
    let mut found = Survey {
        segments: VecDeque::new(),
        answered: Vec::new(),
        unrecognised: Vec::new(),
        written: known.mark,
        passed: known.passed,
        offset: 0,
        oldest: Oldest::Unread,
        counters: known.counters,
        recovery: Recovery {
            newer: cursor.newer.iter().cloned().collect(),
            cursor_lost: cursor.found == Found::Damaged
                || (cursor.found == Found::Absent && !files.is_empty()),
            ..Recovery::default()
        },
        cursor,
    };
    let mut kept: Vec<Candidate> = files
        .into_iter()
        .filter_map(|(first_seq, len)| found.sort_out(fs, dir, first_seq, len))
        .collect();
    // The newest segment is the one whose end is judged, so it must be one with records in it.
    while let Some(newest) = kept.last()
        && found.is_without_records(fs, dir, newest)
    {
        found.answered.push(newest.segment.first_seq);
        kept.pop();
    }
    for (index, candidate) in kept.iter().enumerate() {
        let next = kept.get(index + 1).map(|next| next.segment.first_seq);
        found.take_in(fs, dir, candidate, next);
    }
    found.number_on(now);
    found.settle_position(fs, dir);
    Ok(found)
}

impl Survey {
    /// Sets a file aside that is no segment with a place among the others.
    fn sort_out(
        &mut self,
        fs: &dyn FileSystem,
        dir: &Path,
        first_seq: u64,
        len: u64,
    ) -> Option<Candidate> {
        let path = segment_path(dir, first_seq);
        let mut segment = Segment {
            first_seq,
            len,
            newer: false,
            unread: false,
        };
        let head = match read_head(fs, &path) {
            Ok(head) => head,
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            Err(_) => {
                self.recovery.unread.push(path);
                segment.unread = true;
                return Some(Candidate {
                    segment,
                    header_is_intact: true,
                });
            }
        };
        let preamble = judge_preamble(&head, SEGMENT_MAGIC);
        let header_is_intact = parse_segment_header(&head).is_some();
        if preamble == Preamble::Newer {
            self.recovery.newer.push(path);
            segment.newer = true;
        } else if len <= head.len() as u64 && (header_is_intact || len == 0) {
            self.answered.push(first_seq);
            return None;
        } else if preamble == Preamble::Damaged
            && scan(fs, &path, len, &(first_seq..MAX_SEQ), 0).is_ok_and(|scan| scan.frames == 0)
        {
            self.unrecognised.push(first_seq);
            self.recovery.unrecognised.push(path);
            return None;
        } else if !header_is_intact {
            self.recovery.damaged_headers.push(path);
        }
        Some(Candidate {
            segment,
            header_is_intact,
        })
    }

    /// Whether a segment of ours has neither a record nor the remains of one.
    fn is_without_records(&self, fs: &dyn FileSystem, dir: &Path, candidate: &Candidate) -> bool {
        let Segment {
            first_seq,
            len,
            newer,
            unread,
        } = candidate.segment;
        let path = segment_path(dir, first_seq);
        !newer
            && !unread
            && scan(fs, &path, len, &(first_seq..MAX_SEQ), self.passed)
                .is_ok_and(|scan| scan.frames == 0 && scan.tail.damaged == 0)
    }

    /// Adds a segment and what it says about numbers, usage and time.
    fn take_in(
        &mut self,
        fs: &dyn FileSystem,
        dir: &Path,
        candidate: &Candidate,
        next: Option<u64>,
    ) {
        let mut segment = candidate.segment;
        let path = segment_path(dir, segment.first_seq);
        let is_known = next.is_some_and(|next| next <= self.written.next_seq);
        if segment.newer || (is_known && candidate.header_is_intact) {
            segment.unread = false;
            self.segments.push_back(segment);
            return;
        }
        let seqs = segment.first_seq..next.unwrap_or(MAX_SEQ);
        let scan = match scan(fs, &path, segment.len, &seqs, self.passed) {
            Ok(scan) if !segment.unread => scan,
            _ => return self.keep_unread(segment, next),
        };
        let mut mark = scan.mark;
        if next.is_none() {
            mark.next_seq = scan.tail.next_seq;
            let whole = scan.end + scan.tail.damaged;
            self.recovery.torn_bytes += segment.len.saturating_sub(whole);
            segment.len = whole;
        }
        self.written.usage_seq = self.written.usage_seq.max(mark.usage_seq);
        if mark.next_seq > self.written.next_seq {
            self.written.time = mark.time;
        }
        self.reach(mark.next_seq);
        self.segments.push_back(segment);
    }

    /// Numbers below `next_seq` were given.
    fn reach(&mut self, next_seq: u64) {
        self.counters.spooled += next_seq.saturating_sub(self.written.next_seq);
        self.written.next_seq = self.written.next_seq.max(next_seq);
    }

    /// Keeps a segment that cannot be read now, and the numbers it may hold if it is the newest.
    fn keep_unread(&mut self, mut segment: Segment, next: Option<u64>) {
        let most = segment.first_seq + segment.len / HEAD as u64;
        let before = self.written.next_seq;
        self.reach(next.unwrap_or(most));
        segment.unread = next.is_none() && self.written.next_seq > before;
        self.segments.push_back(segment);
    }

    /// Finds a next number that nobody can have given to another record.
    fn number_on(&mut self, now: UnixNanos) {
        // A frame of whatever version takes more than a byte.
        for newer in self.segments.iter().filter(|segment| segment.newer) {
            let beyond = newer.first_seq.saturating_add(newer.len).min(MAX_SEQ);
            self.written.next_seq = self.written.next_seq.max(beyond);
        }
        let nothing_knows = self.segments.is_empty()
            && self.cursor.snapshot.is_none()
            && (self.cursor.found == Found::Damaged || self.cursor.newer.is_some());
        if nothing_knows {
            // Microseconds since 1970: beyond any count an installation can have reached.
            let beyond = (now.0 / 1_000).clamp(1, MAX_SEQ);
            self.written.next_seq = self.written.next_seq.max(beyond);
            self.passed = self.written.next_seq - 1;
            self.recovery.sequence_restarted_at = Some(self.written.next_seq);
        }
    }

    /// Sets aside what is answered for, and finds the cursor's place in the rest.
    fn settle_position(&mut self, fs: &dyn FileSystem, dir: &Path) {
        while let Some(front) = self.segments.front() {
            let end = self
                .segments
                .get(1)
                .map_or(self.written.next_seq, |next| next.first_seq);
            if end > self.passed + 1 {
                break;
            }
            if !front.newer {
                self.answered.push(front.first_seq);
            }
            self.segments.pop_front();
        }
        let Some(front) = self.segments.front().filter(|front| !front.newer) else {
            return;
        };
        let path = segment_path(dir, front.first_seq);
        let seqs = front.first_seq..MAX_SEQ;
        if let Ok(scan) = scan(fs, &path, front.len, &seqs, self.passed) {
            self.offset = scan.passed_end;
            if let Some(oldest) = scan.oldest {
                self.oldest = Oldest::Known(oldest);
            }
        }
    }
}

/// The beginning of a segment, as far as its header claims to reach.
pub(crate) fn read_head(fs: &dyn FileSystem, path: &Path) -> io::Result<Vec<u8>> {
    let file = fs.open_read(path)?;
    let mut head = vec![0; SEGMENT_FIXED];
    let len = read_full(&*file, 0, &mut head)?;
    head.truncate(len);
    if let Some(whole) = segment_header_len(&head) {
        head.resize(whole, 0);
        let len = read_full(&*file, 0, &mut head)?;
        head.truncate(len);
    }
    Ok(head)
}
