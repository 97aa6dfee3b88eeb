//! Walking the frames of one segment, through damage.
//!
//! Knows the format and nothing else: no locks, no folder, no counting. What a gap means is for
//! the caller to say.

use crate::file_system::{File, read_some};
use crate::format::{HEAD, Head, SYNC, payload_is_intact};
use std::io;
use std::ops::Range;

/// How much is read ahead. Small, because a batch that ends early reads the rest again.
const CHUNK: usize = 64 * 1024;

/// One record's frame inside [`Walk::bytes`].
pub(crate) struct Frame {
    pub(crate) head: Head,
    /// Where its payload lies in [`Walk::bytes`].
    pub(crate) payload: Range<usize>,
}

/// What stands at the walk's position.
pub(crate) enum Step {
    /// A frame that validates; the walk has moved behind it.
    Frame(Frame),
    /// Bytes that are no frame of the expected range; the walk has not moved.
    Damage,
    /// Nothing: the segment ends here.
    End,
}

/// A position in a segment, and the bytes read since the walk began.
pub(crate) struct Walk {
    file: Box<dyn File>,
    /// Where the walk began, as an offset in the file.
    start: u64,
    /// The offset at which the file is taken to end.
    end: u64,
    bytes: Vec<u8>,
    at: usize,
}

impl Walk {
    /// A walk over the file's bytes from `start` to `end`.
    pub(crate) fn new(file: Box<dyn File>, start: u64, end: u64) -> Self {
        Self {
            file,
            start,
            end: end.max(start),
            bytes: Vec::new(),
            at: 0,
        }
    }

    /// The position as an offset in the file.
    pub(crate) fn offset(&self) -> u64 {
        self.start + self.at as u64
    }

    /// What was read from the walk's beginning to at least its position.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The position in [`Walk::bytes`].
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Gives up the walk for its bytes.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Reads what stands at the position. A frame counts only when its number lies in `seqs`:
    /// another one is a leftover of something else, however well it validates.
    pub(crate) fn step(&mut self, seqs: &Range<u64>) -> io::Result<Step> {
        if !self.have(1)? {
            return Ok(Step::End);
        }
        Ok(match self.frame_here(seqs)? {
            Some(frame) => {
                self.at = frame.payload.end;
                Step::Frame(frame)
            }
            None => Step::Damage,
        })
    }

    /// Moves from damage to the next frame that validates, and says whether there is one; if not
    /// the walk stands at the segment's end.
    pub(crate) fn resync(&mut self, seqs: &Range<u64>) -> io::Result<bool> {
        let mut from = self.at + 1;
        loop {
            let unseen = self.bytes.get(from..).unwrap_or_default();
            if let Some(found) = find_sync(unseen) {
                self.at = from + found;
                if self.frame_here(seqs)?.is_some() {
                    return Ok(true);
                }
                from = self.at + 1;
            } else {
                // The marker may lie across the end of what was read.
                from = from.max((self.bytes.len() + 1).saturating_sub(SYNC.len()));
                if !self.read_more(CHUNK)? {
                    self.at = self.bytes.len();
                    return Ok(false);
                }
            }
        }
    }

    /// The frame at the position, if there is one.
    fn frame_here(&mut self, seqs: &Range<u64>) -> io::Result<Option<Frame>> {
        if !self.have(HEAD)? {
            return Ok(None);
        }
        let Some(head) = Head::parse(&self.bytes[self.at..]) else {
            return Ok(None);
        };
        if !seqs.contains(&head.seq) || !self.have(head.frame_len())? {
            return Ok(None);
        }
        let end = self.at + head.frame_len();
        Ok(
            payload_is_intact(&self.bytes[self.at..end]).then_some(Frame {
                head,
                payload: self.at + HEAD..end,
            }),
        )
    }

    /// Whether `want` bytes stand at the position, reading them if need be.
    fn have(&mut self, want: usize) -> io::Result<bool> {
        while self.bytes.len() < self.at + want {
            let missing = self.at + want - self.bytes.len();
            if !self.read_more(missing.max(CHUNK))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads up to `count` further bytes and says whether there were any. One read: what stands
    /// before an unreadable place is had before the error comes.
    fn read_more(&mut self, count: usize) -> io::Result<bool> {
        let known = self.bytes.len();
        let offset = self.start + known as u64;
        let left = usize::try_from(self.end.saturating_sub(offset)).unwrap_or(usize::MAX);
        self.bytes.resize(known + count.min(left), 0);
        let read = read_some(&*self.file, offset, &mut self.bytes[known..]);
        self.bytes
            .truncate(known + read.as_ref().map_or(0, |got| *got));
        // Nothing before `end`: somebody shortened the file; what is gone is found by the numbers.
        Ok(read? > 0)
    }
}

/// The first sync marker in `bytes`.
pub(crate) fn find_sync(bytes: &[u8]) -> Option<usize> {
    bytes.windows(SYNC.len()).position(|window| window == SYNC)
}
