//! Codex CLI: `sessions/YYYY/MM/DD/rollout-<time>-<thread>.jsonl`, `archived_sessions/` and
//! `.jsonl.zst`.
//!
//! A history goes through the scenes in turn, so that each kind of file the tool has ever
//! written is in it from a dozen and a half threads on. In all of them rows are emitted again with
//! fresh times, rate limits come without counts, and models change between turns.

mod author;
mod row;
mod zstandard;

use crate::manifest::Manifest;
use aco_domain::UnixNanos;
use std::io;
use std::path::Path;

/// How large a history, and from when.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// What everything follows from.
    pub seed: u64,
    /// Threads. One of them may lie in two files.
    pub threads: u32,
    /// Calls in each, about.
    pub calls: u32,
    /// Bytes of what a tool printed, on average, for each call.
    pub text: u32,
    /// Nothing is earlier.
    pub since: UnixNanos,
    /// Threads begin within so many days of it.
    pub days: u32,
}

impl Shape {
    /// Each scene twice, within milliseconds.
    pub const SMALL: Self = Self {
        seed: 2,
        threads: 38,
        calls: 12,
        text: 400,
        // 2025-10-20T00:00:00Z
        since: UnixNanos(1_760_918_400_000_000_000),
        days: 20,
    };
}

/// How a thread came about and was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    /// `token_count` rows. The parent of the threads that follow it.
    Plain,
    /// Forked, its copies of the parent's rows stamped anew.
    ForkStampedAnew,
    /// Forked, its copies with their original times.
    ForkWithOldTimes,
    /// A fork of the fork before it.
    ForkOfFork,
    /// A sub-agent that begins with the parent's rows.
    SubAgentWithCopies,
    /// A sub-agent that begins with nothing.
    SubAgentAlone,
    /// Goes on from another file without copying it (`history_base`).
    HistoryBase,
    /// Says from which ordinal on its rows are its own.
    StartOrdinal,
    /// `token_usage_record` rows, and `token_count` beside them.
    Records,
    /// Begins in the old shape and goes on in the new.
    OldThenRecords,
    /// Compacted by the server, which is billed.
    RemoteCompaction,
    /// `token_count` rows without the last call's usage.
    TotalsOnly,
    /// Resumed by a version that began again at zero.
    Restarted,
    /// The window overflowed, and the thread was compacted.
    Overflown,
    /// Rolled over into a second file under the same id.
    Paged,
    /// Moved to the archive.
    Archived,
    /// Copied to the archive, the active file longer.
    ArchivedAndActive,
    /// Compressed.
    Compressed,
    /// Compressed, with a longer plain sibling.
    CompressedAndPlain,
}

impl Scene {
    /// Each once. [`Scene::Plain`] stands before those that need a parent.
    pub const ALL: &[Self] = &[
        Self::Plain,
        Self::ForkStampedAnew,
        Self::ForkOfFork,
        Self::ForkWithOldTimes,
        Self::SubAgentWithCopies,
        Self::SubAgentAlone,
        Self::HistoryBase,
        Self::StartOrdinal,
        Self::Records,
        Self::OldThenRecords,
        Self::RemoteCompaction,
        Self::TotalsOnly,
        Self::Restarted,
        Self::Overflown,
        Self::Paged,
        Self::Archived,
        Self::ArchivedAndActive,
        Self::Compressed,
        Self::CompressedAndPlain,
    ];
}

/// Writes a history into `folder`, which plays the part of `~/.codex`.
///
/// # Errors
/// What the disk says.
pub fn write(folder: &Path, shape: &Shape) -> io::Result<Manifest> {
    write_scenes(folder, shape, Scene::ALL)
}

/// The same with only these scenes, in this order.
///
/// # Errors
/// What the disk says.
pub fn write_scenes(folder: &Path, shape: &Shape, scenes: &[Scene]) -> io::Result<Manifest> {
    let mut author = author::Author::new(folder, shape);
    for scene in scenes.iter().cycle().take(shape.threads as usize) {
        author.thread(*scene)?;
    }
    Ok(author.manifest)
}

#[cfg(test)]
mod tests;
