//! Reading one segment through: what it holds, and how it ends.
//!
//! The end of the newest segment is where a torn record must be told from a damaged one; that rule
//! stands here. No folder and no counting may enter.

use crate::file_system::FileSystem;
use crate::format::{HEAD, Head, PREAMBLE, SEGMENT_FIXED, parse_segment_header};
use crate::state::Mark;
use crate::survey::read_head;
use crate::walk::{Step, Walk, find_sync};
use aco_domain::UnixNanos;
use std::io;
use std::ops::Range;
use std::path::Path;

/// What a segment holds.
pub(crate) struct Scan {
    pub(crate) frames: u64,
    /// Behind its last whole frame.
    pub(crate) mark: Mark,
    /// The offset behind its last whole frame.
    pub(crate) end: u64,
    /// The offset behind its last frame at or below the cursor; 0 without one.
    pub(crate) passed_end: u64,
    /// The time of its first frame above the cursor.
    pub(crate) oldest: Option<UnixNanos>,
    pub(crate) tail: Tail,
}

/// Reads the segment at `path`, of which `len` bytes are ours and whose numbers lie in `seqs`.
/// Frames up to `passed` are behind the cursor.
pub(crate) fn scan(
    fs: &dyn FileSystem,
    path: &Path,
    len: u64,
    seqs: &Range<u64>,
    passed: u64,
) -> io::Result<Scan> {
    let head = read_head(fs, path)?;
    let header = parse_segment_header(&head);
    let start = header.map_or(PREAMBLE, |opaque| SEGMENT_FIXED + opaque.len()) as u64;
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
                if walk.resync(&seqs)? {
                    continue;
                }
                let mut tail = &walk.bytes()[from..];
                if header.is_none() && scan.frames == 0 {
                    // A damaged header is no record: the first frame began at a sync marker.
                    let skipped = find_sync(tail).unwrap_or(tail.len());
                    tail = &tail[skipped..];
                    scan.end += skipped as u64;
                }
                scan.tail = judge_tail(tail, &seqs);
                return Ok(scan);
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
pub(crate) struct Tail {
    /// Bytes of records that were complete once; what follows them is torn.
    pub(crate) damaged: u64,
    /// The number after the last record that was complete.
    pub(crate) next_seq: u64,
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
