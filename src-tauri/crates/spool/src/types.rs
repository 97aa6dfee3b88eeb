//! What goes in and out of the spool: options, records, answers, errors.
//!
//! Plain data. No file, no lock, no rule.

use aco_domain::{Backlog, Counters, UnixNanos};
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The published limits, and two sizes tests make small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// `spool.max_bytes`: all segments together; the oldest go above it.
    pub max_bytes: u64,
    /// `spool.max_age`: older records go.
    pub max_age: Duration,
    /// A segment that has reached this many bytes is followed by another.
    pub segment_bytes: u64,
    /// Bytes of frames kept while the disk refuses them.
    pub held_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_bytes: 512 * 1024 * 1024,
            max_age: Duration::from_secs(30 * 24 * 60 * 60),
            segment_bytes: 1024 * 1024,
            held_bytes: 1024 * 1024,
        }
    }
}

/// What every segment written by this program begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// `service.instance.id`.
    pub installation: [u8; 16],
    /// Comes back with every batch of these segments; at most 1 MiB.
    pub opaque: Vec<u8>,
}

/// What a record is told about itself while it is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Its number, from 1.
    pub seq: u64,
    /// When it was appended.
    pub time: UnixNanos,
}

/// What became of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is in the file.
    Written(Stamp),
    /// The disk refuses; it waits in memory, in order, and a kill would lose it. Whoever has a
    /// usage row keeps it until a later one is `Written`.
    Held(Stamp),
    /// Its usage number is not above the highest one taken: it is here already.
    AlreadyTaken,
}

/// A record that was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The disk refuses and the buffer for that case is full.
    #[error("the disk takes no more records ({message}): free some space")]
    DiskRefused {
        /// The folder and what the system says about it.
        message: String,
    },
    /// No frame can hold it.
    #[error("a record of {bytes} bytes is too large for the spool (16 MiB): shorten its text")]
    TooLarge {
        /// Bytes of its payload.
        bytes: usize,
    },
}

/// A folder that cannot be a spool.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It may be readable, but takes no files: [`inspect`](crate::inspect) may still work.
    #[error(
        "cannot write to the spool folder {}: {source}; make it writable, or set ACO_HOME to a \
         folder that is",
        dir.display()
    )]
    NotWritable {
        /// The folder.
        dir: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It can be neither created nor listed.
    #[error(
        "cannot use the spool folder {}: {source}; check what is at that path, or set ACO_HOME to \
         another folder",
        dir.display()
    )]
    Unusable {
        /// The folder.
        dir: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// What `open` found that somebody should be told. All empty after an orderly end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Files of a newer version, left untouched.
    pub newer: Vec<PathBuf>,
    /// The cursor was damaged or missing: the backlog is sent again, the totals restarted.
    pub cursor_lost: bool,
    /// Bytes of a record that was never finished, at the end of the newest segment.
    pub torn_bytes: u64,
    /// Segments whose header is damaged; their records go out under this program's own.
    pub damaged_headers: Vec<PathBuf>,
    /// Files named like segments in which nothing validates; moved into the quarantine.
    pub unrecognised: Vec<PathBuf>,
    /// Segments that could not be read now; their records wait.
    pub unread: Vec<PathBuf>,
    /// Nothing was left that knew the last number: numbers go on here.
    pub sequence_restarted_at: Option<u64>,
}

/// What the endpoint said about the records an ack passes, beside those in the quarantine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AckOutcome {
    /// How many it refused without naming them (`partial_success`). All others were shipped.
    pub refused: u64,
}

/// Consecutive records of one segment, in one buffer.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The opaque header they were written under.
    pub header: Arc<[u8]>,
    pub(crate) first_seq: u64,
    pub(crate) times: Vec<UnixNanos>,
    pub(crate) payloads: Vec<Range<usize>>,
    pub(crate) bytes: Vec<u8>,
}

/// One record of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchRecord<'a> {
    /// Its number.
    pub seq: u64,
    /// When it was appended.
    pub time: UnixNanos,
    /// What was encoded then, byte for byte.
    pub payload: &'a [u8],
}

impl Batch {
    /// The records, oldest first.
    pub fn records(&self) -> impl ExactSizeIterator<Item = BatchRecord<'_>> {
        let places = self.times.iter().zip(&self.payloads).enumerate();
        places.map(|(index, (&time, payload))| BatchRecord {
            seq: self.first_seq + index as u64,
            time,
            payload: &self.bytes[payload.clone()],
        })
    }

    /// How many there are; at least one.
    #[expect(clippy::len_without_is_empty, reason = "a batch is never empty")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// The number of the first one.
    #[must_use]
    pub fn first_seq(&self) -> u64 {
        self.first_seq
    }

    /// The number of the last one.
    #[must_use]
    pub fn last_seq(&self) -> u64 {
        self.first_seq + self.times.len() as u64 - 1
    }
}

/// One entry of the quarantine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// The record's number; for damaged bytes the number missing first.
    pub seq: u64,
    /// When the record was appended; for damaged bytes when they were found.
    pub time: UnixNanos,
    /// Bytes that match no checksum, rather than a refused record.
    pub damaged: bool,
    /// Why it is here, in the endpoint's words where it refused.
    pub reason: String,
    /// The opaque header of its segment.
    pub header: Arc<[u8]>,
    /// The record as it was sent, or the damaged bytes.
    pub payload: Vec<u8>,
}

/// The spool at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Totals of the installation.
    pub counters: Counters,
    /// What waits in the files.
    pub backlog: Backlog,
    /// Records the disk refused so far, kept in memory.
    pub held: usize,
    /// What the disk last said, while it refuses: folder and reason.
    pub disk_refusing: Option<String>,
    /// The last number given; 0 before the first.
    pub last_seq: u64,
    /// Everything up to this number has been answered for or counted.
    pub passed_seq: u64,
    /// The highest usage number taken; 0 before the first.
    pub usage_seq: u64,
    /// Quarantine entries that made room for later ones.
    pub quarantine_evicted: u64,
}
