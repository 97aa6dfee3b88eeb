//! Reading a spool folder as it was left: what is where, and where everything goes on.
//!
//! Changes nothing, so that [`inspect`](crate::inspect) may do it beside a running agent. What is
//! to be removed or reported is returned, never done. The rules are those of "Recovery" in the
//! crate's documentation.

use crate::Recovery;
use crate::cursor::{self, Found, Loaded, Snapshot};
use crate::file_system::{FileSystem, read_full};
use crate::format::{
    HEAD, Head, MAX_SEQ, PREAMBLE, Preamble, SEGMENT_FIXED, SEGMENT_MAGIC, judge_preamble,
    numbered_name, parse_numbered_name, parse_segment_header, segment_header_len,
};
use crate::state::{Mark, Oldest, Segment};
use crate::walk::{Step, Walk, find_sync};
use aco_domain::{Counters, UnixNanos};
use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::ops::Range;
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
    for (index, &(first_seq, len)) in files.iter().enumerate() {
        let next = files.get(index + 1).map(|&(next, _)| next);
        found.add(fs, dir, first_seq, len, next);
    }
    found.number_on(now);
    found.settle_position(fs, dir);
    Ok(found)
}

impl Survey {
    /// Judges one file and takes in what it adds to the marks.
    fn add(
        &mut self,
        fs: &dyn FileSystem,
        dir: &Path,
        first_seq: u64,
        len: u64,
        next: Option<u64>,
    ) {
        let path = segment_path(dir, first_seq);
        let mut segment = Segment {
            first_seq,
            len,
            newer: false,
            unread: false,
        };
        let head = match read_head(fs, &path) {
            Ok(head) => head,
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            Err(_) => return self.keep_unread(segment, next, path),
        };
        let preamble = judge_preamble(&head, SEGMENT_MAGIC);
        if preamble == Preamble::Newer {
            segment.newer = true;
            self.segments.push_back(segment);
            self.recovery.newer.push(path);
            return;
        }
        let header_is_intact = parse_segment_header(&head).is_some();
        let is_known = next.is_some_and(|next| next <= self.written.next_seq);
        if is_known && header_is_intact {
            self.segments.push_back(segment);
            return;
        }
        let seqs = first_seq..next.unwrap_or(MAX_SEQ);
        let scan = match scan(fs, &path, len, &seqs, self.passed) {
            Ok(scan) => scan,
            Err(_) => return self.keep_unread(segment, next, path),
        };
        if next.is_none() {
            segment.len = scan.end + scan.tail.damaged;
            self.recovery.torn_bytes += len.saturating_sub(segment.len);
        }
        let nothing_in_it = scan.frames == 0 && scan.tail.damaged == 0;
        if scan.frames == 0 && preamble == Preamble::Damaged && len > 0 {
            self.unrecognised.push(first_seq);
            self.recovery.unrecognised.push(path);
            return;
        } else if nothing_in_it && (next.is_none() || len <= head.len() as u64) {
            self.answered.push(first_seq);
            return;
        }
        if !header_is_intact {
            self.recovery.damaged_headers.push(path);
        }
        let mut mark = scan.mark;
        if next.is_none() {
            mark.next_seq = mark.next_seq.max(scan.tail.next_seq);
        }
        self.written.usage_seq = self.written.usage_seq.max(mark.usage_seq);
        if mark.next_seq > self.written.next_seq {
            self.counters.spooled += mark.next_seq - self.written.next_seq;
            self.written.next_seq = mark.next_seq;
            self.written.time = mark.time;
        }
        self.segments.push_back(segment);
    }

    /// Keeps a segment that cannot be read now, and the numbers it may hold if it is the newest.
    fn keep_unread(&mut self, mut segment: Segment, next: Option<u64>, path: PathBuf) {
        let most = segment.first_seq + segment.len / HEAD as u64;
        let next_seq = self.written.next_seq.max(next.unwrap_or(most));
        segment.unread = next_seq > self.written.next_seq && next.is_none();
        self.counters.spooled += next_seq - self.written.next_seq;
        self.written.next_seq = next_seq;
        self.segments.push_back(segment);
        self.recovery.unread.push(path);
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

/// What a segment holds.
struct Scan {
    frames: u64,
    /// Behind its last whole frame.
    mark: Mark,
    /// The offset behind its last whole frame.
    end: u64,
    /// The offset behind its last frame at or below the cursor; 0 without one.
    passed_end: u64,
    /// The time of its first frame above the cursor.
    oldest: Option<UnixNanos>,
    tail: Tail,
}

fn scan(
    fs: &dyn FileSystem,
    path: &Path,
    len: u64,
    seqs: &Range<u64>,
    passed: u64,
) -> io::Result<Scan> {
    let start = match parse_segment_header(&read_head(fs, path)?) {
        Some(opaque) => SEGMENT_FIXED + opaque.len(),
        None => PREAMBLE,
    } as u64;
    let mut walk = Walk::new(fs.open_read(path)?, start.min(len), len);
    let mut seqs = seqs.clone();
    let mut scan = Scan {
        frames: 0,
        mark: Mark {
            next_seq: seqs.start,
            ..Mark::default()
        },
        end: start.min(len),
        passed_end: 0,
        oldest: None,
        tail: Tail::default(),
    };
    loop {
        match walk.step(&seqs)? {
            Step::Frame(frame) => {
                scan.frames += 1;
                scan.mark.pass(&frame);
                seqs.start = scan.mark.next_seq;
                scan.end = walk.offset();
                if frame.head.seq <= passed {
                    scan.passed_end = walk.offset();
                } else {
                    scan.oldest.get_or_insert(frame.head.time);
                }
            }
            Step::Damage => {
                let from = walk.at();
                if !walk.resync(&seqs)? {
                    scan.tail = judge_tail(&walk.bytes()[from..], &seqs);
                    return Ok(scan);
                }
            }
            Step::End => {
                scan.tail.next_seq = seqs.start;
                return Ok(scan);
            }
        }
    }
}

/// What follows the last whole frame of the newest segment.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tail {
    /// Bytes of records that were complete once; what follows them is torn.
    damaged: u64,
    /// The number after the last record that was complete.
    next_seq: u64,
}

/// Tells a record that was complete and is damaged from one that was never finished: only the
/// latter's number may be given again, because only the latter was never sent.
fn judge_tail(tail: &[u8], seqs: &Range<u64>) -> Tail {
    let mut at = 0;
    let mut judged = Tail {
        damaged: 0,
        next_seq: seqs.start,
    };
    loop {
        let rest = &tail[at..];
        if rest.len() < HEAD || rest.iter().all(|&byte| byte == 0) {
            return judged;
        }
        let head = Head::parse(rest).filter(|head| (judged.next_seq..seqs.end).contains(&head.seq));
        if let Some(head) = head {
            judged.damaged = at as u64;
            judged.next_seq = head.seq;
            if head.frame_len() > rest.len() {
                return judged;
            }
            at += head.frame_len();
            judged.damaged = at as u64;
            judged.next_seq = head.seq + 1;
        } else if let Some(next) = find_head(&rest[1..]) {
            at += 1 + next;
        } else {
            judged.damaged = tail.len() as u64;
            judged.next_seq += 1;
            return judged;
        }
    }
}

/// The next intact head in `bytes`.
fn find_head(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += find_sync(bytes.get(at..)?)?;
        if Head::parse(&bytes[at..]).is_some() {
            return Some(at);
        }
        at += 1;
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
