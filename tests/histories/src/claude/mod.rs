//! Claude Code: `projects/<folder>/<session>.jsonl` and `<session>/subagents/agent-<id>.jsonl`.
//!
//! Always there: calls written one to four times while they stream, sub-agents' files that begin
//! with copies of the main conversation, resumed sessions whose files begin with copies of an
//! earlier one (sometimes cut between two repeats of a call), cache writes for five minutes and
//! for an hour, several models, usage that is only quoted. `Traps` adds what other programs are
//! known to count wrongly, so that a comparison with one can leave it out.

mod author;
mod line;
mod live;

pub use live::Live;

use crate::manifest::{CallId, Manifest};
use crate::time::later;
use aco_domain::UnixNanos;
use author::{Author, Budget};
use line::Usage;
use std::io;
use std::path::{Path, PathBuf};

/// How large a history, and from when.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// What everything follows from.
    pub seed: u64,
    /// Transcripts, those of sub-agents and resumed sessions among them.
    pub files: u32,
    /// Calls that take place. What is copied is no further call.
    pub calls: u32,
    /// About how much is written. Below what its lines need, they need more.
    pub bytes: u64,
    /// Nothing is earlier.
    pub since: UnixNanos,
    /// Sessions begin within so many days of it; at zero, at once.
    pub days: u32,
    /// What else is in it.
    pub traps: Traps,
}

impl Shape {
    /// A thousand transcripts of some 750 MB with 100,000 calls: a diligent year.
    pub const BENCH: Self = Self {
        seed: 5,
        files: 1_000,
        calls: 100_000,
        bytes: 750_000_000,
        since: BENCH_SINCE,
        days: 45,
        traps: Traps {
            // Written compactly today.
            spaced: false,
            ..Traps::ALL
        },
    };

    /// Ten transcripts of 500 MB each.
    pub const LARGE_FILES: Self = Self {
        files: 10,
        calls: 50_000,
        bytes: 5_000_000_000,
        ..Self::BENCH
    };

    /// Each kind of file and trap, within milliseconds.
    pub const SMALL: Self = Self {
        seed: 1,
        files: 40,
        calls: 600,
        bytes: 4_000_000,
        since: BENCH_SINCE,
        days: 20,
        traps: Traps::ALL,
    };
}

/// 2025-10-20T00:00:00Z: the models named below had been released.
const BENCH_SINCE: UnixNanos = UnixNanos(1_760_918_400_000_000_000);

/// What may be in a history beside the ordinary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traps {
    /// `null` for counts and for the split of cache writes.
    pub nulls: bool,
    /// Requests of more than 200,000 tokens, which some models price higher as a whole.
    pub long_context: bool,
    /// Models nobody has a price for.
    pub unknown_models: bool,
    /// A price beside the counts (`costUSD`), as former versions wrote it. It is no list price.
    pub recorded_costs: bool,
    /// Calls without ids: each line is a call.
    pub without_ids: bool,
    /// `<synthetic>` notices that claim tokens.
    pub synthetic_tokens: bool,
    /// A call's largest copy is not its last.
    pub shrinking: bool,
    /// Copies for a side chain that claim more than the original.
    pub larger_sidechains: bool,
    /// Lines that were cut off and finished all the same.
    pub damaged: bool,
    /// Files whose last line is not finished.
    pub half_lines: bool,
    /// Files written with spaces and keys in another order.
    pub spaced: bool,
}

impl Traps {
    /// The ordinary only.
    pub const NONE: Self = Self {
        nulls: false,
        long_context: false,
        unknown_models: false,
        recorded_costs: false,
        without_ids: false,
        synthetic_tokens: false,
        shrinking: false,
        larger_sidechains: false,
        damaged: false,
        half_lines: false,
        spaced: false,
    };
    /// Everything.
    pub const ALL: Self = Self {
        nulls: true,
        long_context: true,
        unknown_models: true,
        recorded_costs: true,
        without_ids: true,
        synthetic_tokens: true,
        shrinking: true,
        larger_sidechains: true,
        damaged: true,
        half_lines: true,
        spaced: true,
    };
}

/// A file, and where its writer is in it.
#[derive(Clone, Debug)]
struct Transcript {
    /// Below the home.
    path: PathBuf,
    session: String,
    project: String,
    /// The sub-agent whose file it is: a side chain from the first line to the last.
    agent: Option<String>,
    last_uuid: Option<String>,
}

/// What all lines of one call have in common.
#[derive(Clone, Debug)]
struct Call {
    id: CallId,
    message: Option<String>,
    request: Option<String>,
    model: &'static str,
    usage: Usage,
    records_a_price: bool,
}

/// The kinds of files, in the order in which they come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Main,
    /// Below the session before it.
    SubAgent,
    /// Begins with copies from the session before it.
    Resumed,
}

const KINDS: [Kind; 10] = [
    Kind::Main,
    Kind::SubAgent,
    Kind::Resumed,
    Kind::Main,
    Kind::Main,
    Kind::SubAgent,
    Kind::Main,
    Kind::SubAgent,
    Kind::Resumed,
    Kind::Main,
];

/// Writes a history into `folder`, which plays the part of `~/.claude`.
///
/// # Errors
/// What the disk says.
pub fn write(folder: &Path, shape: &Shape) -> io::Result<Manifest> {
    let mut author = Author::new(folder, shape.seed, shape.traps);
    let mut budget = Budget::new(shape);
    let mut before: Option<(Transcript, Vec<author::Kept>)> = None;
    for number in 0..shape.files {
        let kind = KINDS[number as usize % KINDS.len()];
        let calls = calls_of(shape, number);
        let days_in = author
            .chance
            .number(0..=(u64::from(shape.days) * 86_400).saturating_sub(1));
        let at = later(shape.since, days_in * 1_000);
        let (mut transcript, copies) = match (kind, &before) {
            (Kind::SubAgent, Some((parent, kept))) => (author.sub_agent(parent), kept.as_slice()),
            (Kind::Resumed, Some((earlier, kept))) => (author.resumed(earlier), kept.as_slice()),
            _ => (author.main(number), [].as_slice()),
        };
        // A sub-agent or a resumed session comes after what it copies.
        let at = copies
            .last()
            .map_or(at, |kept| at.max(later(kept.at, 1_000)));
        let kept = author.transcript(&mut transcript, number, calls, at, copies, &mut budget)?;
        if kind == Kind::Main {
            before = Some((transcript, kept));
        }
    }
    Ok(author.manifest)
}

/// Shares differ by up to a half, and add up.
fn calls_of(shape: &Shape, number: u32) -> u32 {
    let (calls, files) = (u64::from(shape.calls), u64::from(shape.files));
    let before = |number: u64| calls * number / files;
    let even = |number: u64| before(number + 1) - before(number);
    // Of each pair of files, the second gives some of its share to the first.
    let number = u64::from(number);
    let pair = number / 2;
    let gift = |pair: u64| match pair * 2 + 1 < files {
        true => even(pair * 2 + 1) * (pair % 6) / 12,
        false => 0,
    };
    let share = match number % 2 {
        0 => even(number) + gift(pair),
        _ => even(number) - gift(pair),
    };
    u32::try_from(share).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
