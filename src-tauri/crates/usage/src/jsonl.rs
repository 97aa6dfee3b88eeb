//! Reads a file of JSON lines step by step; what the lines mean is a [`Parser`]'s business.

use crate::calls::Calls;
use crate::lines::{Line, Lines};
use crate::markers::Markers;
use crate::resume::{self, Bytes, MIDDLE};
use crate::source::{Buffer, FoundFile, Opened, ReadError, Reading};
use crate::version;
use aco_domain::{Checkpoint, Increment, LimitReading, UnixNanos};
use std::path::PathBuf;

/// What a step reads at most, in bytes of the file: a long file without calls must not be one step.
const MOST_BYTES: u64 = 64 << 20;

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was understood, whether it held a call or not.
    Read,
    /// It should have held usage, and cannot be read.
    Unreadable,
    /// It is sound and promises usage, but where it was never seen to stand.
    Unrecognised,
}

/// Reads the lines of one tool, in the order of one file.
pub(crate) trait Parser: Sized {
    /// This parser as it was when it gave `state`; nothing when it did not give that.
    fn resume(self, state: &[u8]) -> Option<Self>;

    /// Reads one line. When the verdict is not [`Verdict::Read`], nothing has changed.
    fn line(&mut self, line: &[u8], calls: &mut Calls) -> Verdict;

    /// What the lines since the last time said of the tool's limits.
    fn limits(&mut self) -> Vec<LimitReading> {
        Vec::new()
    }

    /// What must be remembered of the lines so far, to be handed to [`Parser::resume`].
    fn state(&self) -> Vec<u8>;

    /// The version that the lines so far name, of the tool or of its format, verbatim.
    fn version(&self) -> Option<&str> {
        None
    }
}

/// Opens `file`. `fresh` makes the parser for its beginning.
pub(crate) fn open<'b, P: Parser + 'b>(
    file: &FoundFile,
    checkpoint: Option<&Checkpoint>,
    markers: &'b Markers,
    buffer: &'b mut Buffer,
    fresh: impl Fn() -> P,
) -> Result<Opened<'b>, ReadError> {
    if checkpoint.is_some_and(|known| file.is_unchanged_since(known)) {
        return Ok(Opened::Unchanged);
    }
    // Where the state is another version's, the lines before have to be read again.
    let resumed = checkpoint.and_then(|known| fresh().resume(&known.state));
    let checkpoint = checkpoint.filter(|_| resumed.is_some());
    let Some(open) = resume::open(file, checkpoint)? else {
        return Ok(Opened::Gone);
    };
    let parser = match resumed {
        Some(parser) if open.offset > 0 => parser,
        _ => fresh(),
    };
    Ok(Opened::Reading(Box::new(JsonLines {
        path: file.path.clone(),
        file_id: open.file_id,
        size: open.size,
        modified: open.modified,
        skipped_lines: open.skipped_lines,
        lines: Lines::new(open.bytes, open.offset, markers, &mut buffer.0),
        parser,
    })))
}

struct JsonLines<'b, P> {
    path: PathBuf,
    file_id: Option<(u64, u64)>,
    size: u64,
    modified: UnixNanos,
    skipped_lines: u64,
    lines: Lines<'b, Bytes>,
    parser: P,
}

impl<P: Parser> Reading for JsonLines<'_, P> {
    fn step(&mut self) -> Result<Increment, ReadError> {
        let mut calls = Calls::default();
        let limit = self.lines.offset().saturating_add(MOST_BYTES);
        let (mut more, mut unrecognised) = (true, 0);
        while more && !calls.is_full() && self.lines.offset() < limit {
            let line = self.lines.next().map_err(|error| ReadError {
                path: self.path.clone(),
                error,
            })?;
            match line {
                Line::Marked(line) => match self.parser.line(line, &mut calls) {
                    Verdict::Read => {}
                    Verdict::Unreadable => self.skipped_lines += 1,
                    Verdict::Unrecognised => {
                        self.skipped_lines += 1;
                        unrecognised += 1;
                    }
                },
                Line::Broken | Line::TooLong => self.skipped_lines += 1,
                Line::Unfinished(line) => {
                    // Complete JSON cannot be the beginning of a longer line.
                    if self.parser.line(line, &mut calls) == Verdict::Read {
                        self.lines.take_unfinished();
                    }
                    more = false;
                }
                Line::End => more = false,
            }
        }
        let checkpoint = self.checkpoint(more)?;
        Ok(Increment {
            calls: calls.0,
            checkpoint,
            more,
            unrecognised: version::unrecognised(unrecognised, self.parser.version()),
        })
    }

    fn limits(&mut self) -> Vec<LimitReading> {
        self.parser.limits()
    }
}

impl<P: Parser> JsonLines<'_, P> {
    fn checkpoint(&mut self, more: bool) -> Result<Checkpoint, ReadError> {
        let offset = self.lines.offset();
        let fingerprint = self.lines.input().fingerprint(offset);
        let (size, modified) = if more {
            (0, MIDDLE)
        } else {
            (self.size, self.modified)
        };
        Ok(Checkpoint {
            path: self.path.clone(),
            file_id: self.file_id,
            size,
            modified,
            offset,
            fingerprint: fingerprint.map_err(|error| ReadError::new(&self.path, error))?,
            skipped_lines: self.skipped_lines,
            state: self.parser.state(),
        })
    }
}
