//! Reads a file that is one JSON object, which its tool writes anew each time; what stands in it is a
//! [`Document`]'s business.
//!
//! There is no place in such a file to go on from. Whether it changed is told by its listing, before
//! it is opened; what was read before then meets itself, by its identities. Memory grows with the
//! calls of the one file, by some hundred bytes each, and never with its text: long strings are
//! emptied as the file is read (see [`Shortening`]).

use crate::calls::MOST_CALLS;
use crate::markers::Markers;
use crate::resume::{self, Bytes, MIDDLE};
use crate::shorten::Shortening;
use crate::source::{Buffer, FoundFile, Opened, ReadError, Reading};
use crate::version;
use aco_domain::{Call, Checkpoint, Increment};
use serde::Deserializer;
use serde_json::error::Category;
use std::io::{self, Read};

/// How much is read at a time.
const PIECE: usize = 64 << 10;

/// Deeper than any tool nests what it writes. The parser remembers each level.
const DEEPEST: u32 = 1_000;

/// The records of one file. More is no session, and would fill the memory.
pub(crate) const MOST_RECORDS: usize = 200_000;

/// What the object of one tool's file says.
pub(crate) trait Document {
    /// Reads the object.
    ///
    /// # Errors
    /// Those of the deserializer: of a file that its tool has not finished, nothing is taken.
    fn told<'de, D: Deserializer<'de>>(self, json: D) -> Result<Told, D::Error>;
}

/// What a file told.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) calls: Vec<Call>,
    /// Records that should have held counts and cannot be read.
    pub(crate) unreadable: u64,
    /// Records that are sound, and promise counts in a shape that is not known.
    pub(crate) unrecognised: u64,
    /// The version that the file names, verbatim.
    pub(crate) version: Option<String>,
}

/// Opens `file`. What is no JSON at all is a skipped line where one of the `markers` stands in it.
pub(crate) fn open<'b, D: Document + 'b>(
    file: &FoundFile,
    checkpoint: Option<&Checkpoint>,
    markers: &'b Markers,
    buffer: &'b mut Buffer,
    document: D,
) -> Result<Opened<'b>, ReadError> {
    if checkpoint.is_some_and(|known| file.is_unchanged_since(known)) {
        return Ok(Opened::Unchanged);
    }
    let Some(open) = resume::open(file, None)? else {
        return Ok(Opened::Gone);
    };
    Ok(Opened::Reading(Box::new(Whole {
        checkpoint: Checkpoint {
            path: file.path.clone(),
            file_id: open.file_id,
            size: open.size,
            modified: open.modified,
            offset: open.size,
            fingerprint: 0,
            skipped_lines: 0,
            state: Vec::new(),
        },
        stage: Stage::Closed(Box::new((document, open.bytes))),
        markers,
        buffer: &mut buffer.0,
    })))
}

struct Whole<'b, D> {
    /// As it is when all calls are handed out.
    checkpoint: Checkpoint,
    stage: Stage<D>,
    markers: &'b Markers,
    buffer: &'b mut Vec<u8>,
}

enum Stage<D> {
    Closed(Box<(D, Bytes)>),
    /// Read; these are yet to be handed out, the next one last.
    Open(Vec<Call>),
}

impl<D: Document> Reading for Whole<'_, D> {
    fn step(&mut self) -> Result<Increment, ReadError> {
        let mut told = Told::default();
        let mut calls = match std::mem::replace(&mut self.stage, Stage::Open(Vec::new())) {
            Stage::Open(calls) => calls,
            Stage::Closed(closed) => {
                let (document, bytes) = *closed;
                let read = read(document, bytes, self.markers, self.buffer);
                told = read.map_err(|error| ReadError::new(&self.checkpoint.path, error))?;
                self.checkpoint.skipped_lines = told.unreadable + told.unrecognised;
                let mut calls = std::mem::take(&mut told.calls);
                calls.reverse();
                calls
            }
        };
        let rest = calls.len().saturating_sub(MOST_CALLS);
        let mut now = calls.split_off(rest);
        now.reverse();
        let more = !calls.is_empty();
        self.stage = Stage::Open(calls);
        let mut checkpoint = self.checkpoint.clone();
        if more {
            // Read again from its beginning, should the program end here.
            (checkpoint.size, checkpoint.modified, checkpoint.offset) = (0, MIDDLE, 0);
        }
        Ok(Increment {
            calls: now,
            checkpoint,
            more,
            unrecognised: version::unrecognised(told.unrecognised, told.version.as_deref()),
        })
    }
}

fn read<D: Document>(
    document: D,
    bytes: Bytes,
    markers: &Markers,
    buffer: &mut Vec<u8>,
) -> io::Result<Told> {
    let mut shortened = Shortened::new(bytes, markers, buffer);
    // Without it, the parser would ask for each byte.
    let buffered = io::BufReader::new(&mut shortened);
    let mut json = serde_json::Deserializer::from_reader(buffered);
    let told = document
        .told(&mut json)
        .and_then(|told| json.end().map(|()| told));
    drop(json);
    let error = match told {
        Ok(told) => return Ok(told),
        Err(error) => error,
    };
    match error.classify() {
        Category::Eof => Ok(Told::default()),
        Category::Io if !shortened.too_deep => Err(error.into()),
        _ => {
            shortened.drain()?;
            Ok(Told {
                unreadable: shortened.marked.into(),
                ..Told::default()
            })
        }
    }
}

/// The bytes of a file without the contents of its long strings.
struct Shortened<'b> {
    bytes: Bytes,
    markers: &'b Markers,
    buffer: &'b mut Vec<u8>,
    shortening: Shortening,
    /// Up to here in the buffer, bytes were handed out.
    given: usize,
    /// Up to here, they are settled: of what follows, a string may turn out to be long.
    settled: usize,
    /// Up to here, they were kept.
    kept: usize,
    at_end: bool,
    nesting: Nesting,
    too_deep: bool,
    marked: bool,
}

impl<'b> Shortened<'b> {
    fn new(bytes: Bytes, markers: &'b Markers, buffer: &'b mut Vec<u8>) -> Self {
        Self {
            bytes,
            markers,
            buffer,
            shortening: Shortening::default(),
            given: 0,
            settled: 0,
            kept: 0,
            at_end: false,
            nesting: Nesting::default(),
            too_deep: false,
            marked: false,
        }
    }

    /// Reads another piece behind what is kept.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.given..self.kept, 0);
        self.settled -= self.given;
        self.kept -= self.given;
        self.given = 0;
        if self.buffer.len() < self.kept + PIECE {
            self.buffer.resize(self.kept + PIECE, 0);
        }
        let piece = self.kept..self.kept + PIECE;
        let length = loop {
            match self.bytes.read(&mut self.buffer[piece.clone()]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        if length == 0 {
            self.at_end = true;
            self.settled = self.kept;
            return Ok(());
        }
        let piece = piece.start..piece.start + length;
        self.kept = self.shortening.shorten(self.buffer, piece, self.kept);
        let before = self.settled;
        self.settled = self.kept - self.shortening.unsettled();
        let new = &self.buffer[before..self.settled];
        self.too_deep = self.too_deep || self.nesting.is_too_deep(new);
        // A string is settled with both its quotes: no marker lies across two pieces.
        self.marked = self.marked || self.markers.is_marked(new);
        Ok(())
    }

    /// Reads what nobody parses, for its markers.
    fn drain(&mut self) -> io::Result<()> {
        while !self.at_end && !self.marked {
            self.given = self.settled;
            self.fill()?;
        }
        Ok(())
    }
}

impl Read for Shortened<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.settled && !self.at_end {
            self.fill()?;
        }
        if self.too_deep {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let length = into.len().min(self.settled - self.given);
        into[..length].copy_from_slice(&self.buffer[self.given..self.given + length]);
        self.given += length;
        Ok(length)
    }
}

/// How deep in arrays and objects the bytes so far end.
#[derive(Debug, Default)]
struct Nesting {
    depth: u32,
    in_string: bool,
    escaped: bool,
}

impl Nesting {
    fn is_too_deep(&mut self, bytes: &[u8]) -> bool {
        let mut deepest = 0;
        for byte in bytes {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = self.in_string,
                b'"' => self.in_string = !self.in_string,
                _ if self.in_string => {}
                b'{' | b'[' => self.depth = self.depth.saturating_add(1),
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            deepest = deepest.max(self.depth);
        }
        deepest > DEEPEST
    }
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
