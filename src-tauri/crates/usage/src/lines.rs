//! Finds the few lines of a file that matter, in bounded memory.
//!
//! A transcript is mostly text, and most of its lines say nothing about tokens. So the file is read
//! in large pieces into one buffer, the markers are searched for in a whole piece at once, and line
//! ends are looked for only around a find. No file is mapped: a mapped file that somebody truncates
//! ends the program.
//!
//! A line longer than the buffer is shortened as it arrives (see [`Shortening`]) and still read; a
//! line that is not short even then is reported as [`Line::TooLong`].

use crate::markers::Markers;
use crate::shorten::Shortening;
use memchr::{memchr, memrchr};
use std::io::{self, Read};

/// How much is read at a time. Small enough to stay in the processor's cache between the kernel's
/// copy and our search.
const PIECE: usize = 256 << 10;

/// What a line may come to after shortening.
const LONGEST: usize = 4 << 20;

/// One line that may matter.
pub(crate) enum Line<'a> {
    /// A line that holds a marker as a string of its own: worth parsing.
    Marked(&'a [u8]),
    /// A finished line that mentions usage and cannot be JSON.
    Broken,
    /// A finished line with a marker that holds more structure than we keep in memory.
    TooLong,
    /// The file's end. What follows the last line end holds a marker and may be complete.
    Unfinished(&'a [u8]),
    /// The file's end.
    End,
}

/// The lines of one file.
pub(crate) struct Lines<'a, R> {
    input: R,
    markers: &'a Markers,
    buffer: &'a mut Vec<u8>,
    /// Where in the file `buffer[0]` lies.
    base: u64,
    /// Up to here in the buffer, lines were handed out or passed over.
    cursor: usize,
    /// Up to here, lines are complete.
    complete: usize,
    /// Up to here, the buffer is filled.
    end: usize,
    at_end: bool,
}

impl<'a, R: Read> Lines<'a, R> {
    /// The lines of `input`, which begins at `offset` of its file.
    pub(crate) fn new(
        input: R,
        offset: u64,
        markers: &'a Markers,
        buffer: &'a mut Vec<u8>,
    ) -> Self {
        if buffer.len() < PIECE {
            buffer.resize(PIECE, 0);
        }
        Self {
            input,
            markers,
            buffer,
            base: offset,
            cursor: 0,
            complete: 0,
            end: 0,
            at_end: false,
        }
    }

    /// The place in the file behind the last line that was handed out or passed over.
    pub(crate) fn offset(&self) -> u64 {
        self.base + self.cursor as u64
    }

    pub(crate) fn input(&mut self) -> &mut R {
        &mut self.input
    }

    /// Takes what [`Line::Unfinished`] gave as a line.
    pub(crate) fn take_unfinished(&mut self) {
        self.cursor = self.end;
        self.complete = self.end;
    }

    /// The next line that may matter.
    pub(crate) fn next(&mut self) -> io::Result<Line<'_>> {
        loop {
            if let Some((start, end, broken)) = self.search() {
                return Ok(if broken {
                    Line::Broken
                } else {
                    Line::Marked(&self.buffer[start..end])
                });
            }
            if self.at_end {
                let rest = &self.buffer[self.cursor..self.end];
                return Ok(if self.markers.is_marked(rest) {
                    Line::Unfinished(rest)
                } else {
                    Line::End
                });
            }
            self.buffer.copy_within(self.cursor..self.end, 0);
            self.base += self.cursor as u64;
            self.end -= self.cursor;
            (self.cursor, self.complete) = (0, 0);
            if self.end == self.buffer.len() {
                match self.long_line()? {
                    LongLine::Marked(length) => return Ok(Line::Marked(&self.buffer[..length])),
                    LongLine::TooLong => return Ok(Line::TooLong),
                    LongLine::Nothing => continue,
                }
            }
            let before = self.end;
            self.fill()?;
            if let Some(newline) = memrchr(b'\n', &self.buffer[before..self.end]) {
                self.complete = before + newline + 1;
            }
        }
    }

    /// Bounds of the next complete line with a marker, and whether it is broken.
    fn search(&mut self) -> Option<(usize, usize, bool)> {
        let region = &self.buffer[..self.complete];
        let mut from = self.cursor;
        // Text that speaks of usage does so often; its line is judged once.
        let mut sound_until = self.cursor;
        while let Some(hit) = self.markers.find(&region[from..]) {
            let at = from + hit.start;
            from = at + hit.length;
            if !hit.quoted && (!hit.is_usage || at < sound_until) {
                continue;
            }
            let start = memrchr(b'\n', &region[self.cursor..at])
                .map_or(self.cursor, |newline| self.cursor + newline + 1);
            let end = memchr(b'\n', &region[at..]).map_or(self.complete, |newline| at + newline);
            let broken = !hit.quoted;
            if broken && looks_like_json(&region[start..end]) {
                sound_until = end;
                continue;
            }
            self.cursor = (end + 1).min(self.complete);
            return Some((start, end, broken));
        }
        self.cursor = self.complete;
        None
    }

    /// Reads once. A short read is no end.
    fn fill(&mut self) -> io::Result<usize> {
        loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.at_end = true;
                    return Ok(0);
                }
                Ok(length) => {
                    self.end += length;
                    return Ok(length);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads a line that fills the buffer from its first byte on.
    fn long_line(&mut self) -> io::Result<LongLine> {
        let mut shortening = Shortening::default();
        let (mut kept, mut raw) = (0, 0);
        let (mut marked, mut too_long) = (false, false);
        loop {
            let newline = memchr(b'\n', &self.buffer[kept..self.end]);
            let piece = kept..newline.map_or(self.end, |newline| kept + newline);
            // Before strings go, so that a line which only looks shortened is still known.
            marked = marked || self.markers.is_marked(&self.buffer[piece.clone()]);
            raw += piece.len();
            kept = shortening.shorten(self.buffer, piece.clone(), kept);
            if newline.is_some() {
                let rest = piece.end + 1..self.end;
                self.buffer.copy_within(rest.clone(), kept);
                self.end = kept + rest.len();
                // `base` may lie before the line's true beginning: only sums with it are used.
                self.base = (self.base + raw as u64 + 1).saturating_sub(kept as u64);
                self.cursor = kept;
                self.complete = memrchr(b'\n', &self.buffer[kept..self.end])
                    .map_or(kept, |newline| kept + newline + 1);
                // A marker may have lain across two pieces.
                return Ok(if too_long && marked {
                    LongLine::TooLong
                } else if !too_long && (marked || self.markers.is_marked(&self.buffer[..kept])) {
                    LongLine::Marked(kept)
                } else {
                    LongLine::Nothing
                });
            }
            self.end = kept;
            if self.end == self.buffer.len() {
                if self.buffer.len() < LONGEST {
                    self.buffer.resize(self.buffer.len() * 2, 0);
                } else {
                    too_long = true;
                    kept = 0;
                    self.end = 0;
                }
            }
            if self.fill()? == 0 {
                // It may still be written; its beginning is where reading begins next time.
                (self.cursor, self.complete, self.end) = (0, 0, 0);
                return Ok(LongLine::Nothing);
            }
        }
    }
}

enum LongLine {
    /// What is left of it lies at the buffer's beginning, so long.
    Marked(usize),
    TooLong,
    /// It holds no marker, or does not end.
    Nothing,
}

/// A cheap no, not a proof of yes.
fn looks_like_json(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.first() == Some(&b'{') && line.last() == Some(&b'}')
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
