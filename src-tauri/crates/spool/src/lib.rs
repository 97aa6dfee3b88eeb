//! The append-only store every log record is in before `log!` returns.
//!
//! This page is the specification of the format and of the promises made on it; the modules only
//! carry it out. The crate knows no OpenTelemetry (a payload is bytes), never logs (it runs inside
//! `log!`), never panics, and reads neither clock nor environment: both are passed in, and so is
//! the file system. What may not enter: the network, an async runtime, an unbounded buffer, a
//! thread other than the [`Flusher`]'s, and any way to lose a record without counting it.
//!
//! # Constraints
//! - One process writes a folder: the holder of the home's lock. [`inspect`] only reads.
//! - An append is one `write` under one short lock; the kernel has the record when it returns, so
//!   no kill of the process loses it.
//! - A full disk must be drainable: the cursor is overwritten in place and reading needs no space.
//! - Memory does not grow with the backlog: 1 MiB of refused frames, one batch, some 24 bytes a
//!   segment.
//! - Windows: a segment is closed before it is removed, and readers open it for one call only.
//!
//! # Files
//! ```text
//! <first number, 20 digits>.seg     segments of about 1 MiB, oldest first
//! cursor                            what has been answered for, and the totals
//! quarantine/<entry number>.q       what is never sent again by itself
//! ```
//! Integers are little-endian, checksums are CRC-32 (IEEE). Every file begins with a preamble
//! whose layout no version changes:
//!
//! | offset | bytes | preamble |
//! |---|---|---|
//! | 0 | 8 | magic: `ACOSEGMT`, `ACOCURSR` or `ACOQUARN` |
//! | 8 | 2 | version, now 1 |
//! | 10 | 2 | zero |
//! | 12 | 4 | checksum of bytes 0–11 |
//!
//! | offset | bytes | segment header |
//! |---|---|---|
//! | 16 | 16 | the installation's UUID |
//! | 32 | 8 | number of the first record |
//! | 40 | 4 | length *n* of the opaque part, at most 1 MiB |
//! | 44 | 4 | checksum of bytes 16–43 and the opaque part |
//! | 48 | *n* | opaque: whatever the caller wants back with these records |
//!
//! | offset | bytes | frame, one a record, until the file ends |
//! |---|---|---|
//! | 0 | 4 | sync marker `FF AC 0F FE` |
//! | 4 | 4 | length *n* of the payload; a frame has at most 16 MiB |
//! | 8 | 8 | number, one more than the frame before |
//! | 16 | 8 | time, nanoseconds since 1970 |
//! | 24 | 8 | usage number, 0 for none |
//! | 32 | 4 | checksum of bytes 4–31 |
//! | 36 | 4 | checksum of bytes 4–35 and the payload |
//! | 40 | *n* | payload |
//!
//! The head has a checksum of its own so that a damaged length is neither believed nor allocated,
//! and so that a frame that was never finished can be told from one that was damaged later.
//!
//! The cursor is 1,536 bytes: a preamble and two slots, at 512 and 1,024. A slot is 14 integers of
//! 8 bytes and the checksum of them (4 bytes): generation, passed (everything up to this number is
//! answered for or counted), next number, highest usage number, last time, first number not known
//! to be durable, spooled, shipped, quarantined, and dropped for quota, age, disk, damage,
//! refusal. The intact slot of the higher generation holds. Only the slot *not* known to be
//! durable is written, so a torn write leaves the durable one.
//!
//! A quarantine entry is the sync marker, the length of its body (4), the body's checksum (4), and
//! the body: kind (1: 1 refused, 2 damaged bytes), number (8), time (8), lengths of reason and
//! header (4 + 4), reason, opaque segment header, payload. All files together take 16 MiB; then
//! the oldest goes. A file is named by the number of its first entry, so that what went is known.
//!
//! # Invariants
//! 1. Numbers rise by one from 1, without a gap: a missing number is a lost record, which makes
//!    every count of losses exact.
//! 2. A number that may have left the machine is never given to another record: a batch is sent
//!    only after [`Spool::sync_through`], and a segment is removed only after a cursor that has
//!    passed it is durable.
//! 3. The cursor passes a record in one of three ways: an ack, the quarantine (durable first), or
//!    a drop with its reason counted. Position and totals are written together, hence
//!    `spooled = shipped + quarantined + dropped + waiting` at every instant, where "dropped" is
//!    without [`DropReason::Disk`](aco_domain::DropReason::Disk): those never got a number.
//! 4. A segment is appended to by the process that created it only: evidence is never truncated,
//!    and its header tells which program wrote it.
//! 5. Times rise strictly while the clock moves back less than a second; a longer step back is
//!    believed.
//!
//! # Recovery
//! | found | done |
//! |---|---|
//! | unfinished frame, or zeros, at the end of the newest segment | torn: not a loss, its number is given again |
//! | damaged but complete frame there | one record lost, its number is not given again |
//! | damage elsewhere | reading goes on at the next frame that validates and is in range; bytes to the quarantine, missing numbers counted as damaged when the cursor passes them |
//! | damaged segment header | its records are delivered under this program's own header |
//! | a segment is gone | its numbers are counted as damaged |
//! | a file named like a segment in which nothing validates | into the quarantine; other names are not looked at |
//! | a file that cannot be read now | waits; after 16 peeks at one place that failed for the medium (EIO), the rest of that segment is counted as damaged |
//! | cursor damaged or gone | from the oldest segment on: resends, totals restart. With no segment either, numbers go on at the microseconds since 1970, which nobody has reached |
//! | a file of a newer version | untouched; a cursor gets the sibling `cursor.v1`, a segment's numbers are stepped over by its length and its records are not counted as ours |
//! | empty or answered segments | removed |
//!
//! # What a power cut can take
//! What followed the last completed fdatasync; with a [`Flusher`] one starts at most a second
//! after a write. Of those records the ones whose numbers the cursor still knows are counted as
//! damaged; the others leave no trace, and their numbers, never sent, are given again. A whole
//! page of zeros at the very end reads as torn even when it was complete. An fdatasync that fails
//! is repeated, but Linux may by then call pages clean that it could not write.

mod append;
mod cursor;
mod file_system;
mod format;
mod limits;
mod platform;
mod quarantine;
mod read;
mod scan;
mod spool;
mod state;
mod survey;
mod sync;
#[cfg(test)]
mod tests;
mod types;
mod walk;

pub use file_system::{Entry, File, FileSystem, OsFileSystem};
pub use quarantine::read_quarantine;
pub use spool::{Spool, inspect};
pub use sync::Flusher;
pub use types::{
    AckOutcome, AppendError, Appended, Batch, BatchRecord, Header, OpenError, Options, Quarantined,
    Recovery, Stamp, Stats,
};
