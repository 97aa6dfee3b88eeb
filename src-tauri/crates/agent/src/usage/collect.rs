//! From the tools' files to the ledger: what is new is found, read and taken, file by file.

use aco_budget::keep_newest;
use aco_domain::{Checkpoint, LimitReading, Pricing, ToolId, Unrecognised};
use aco_ledger::{Ledger, Taken};
use aco_usage::{Buffer, FoundFile, Opened, ReadError, Source, Surroundings};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

/// `source` of what was read out of the tools' own files, as `ai.prompt.count` has it.
const TRANSCRIPTS: &str = "transcripts";

/// How far a collection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Files that were read.
    pub done: usize,
    /// Files in which there is something new, these included.
    pub of: usize,
}

impl From<Progress> for aco_domain::Progress {
    fn from(progress: Progress) -> Self {
        Self {
            done: progress.done as u64,
            of: progress.of as u64,
        }
    }
}

/// What a collection did.
#[derive(Debug, Default)]
pub struct Collected {
    /// What became part of the ledger.
    pub taken: Taken,
    /// Files in which there was something new.
    pub files: usize,
    /// Calls that had no price and have one now.
    pub filled: u64,
    /// What the tools recorded of their limits: of each the newest reading that was met.
    pub limits: Vec<LimitReading>,
    /// Files and folders that could not be read. What is in them is missing.
    pub problems: Vec<ReadError>,
    /// Records whose shape is not known, by tool and version. What they hold is missing.
    pub unknown_formats: BTreeMap<UnknownFormat, u64>,
    /// Whether it was told to stop before it was through.
    pub stopped: bool,
}

/// A format that no reader of ours knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error(
    "{tool}{} records its tokens in a form this version does not know; what it used is missing \
     until aco is updated",
    match version {
        Some(version) => format!(" {version}"),
        None => String::new(),
    }
)]
pub struct UnknownFormat {
    /// Whose.
    pub tool: ToolId,
    /// Its version, as recorded.
    pub version: Option<String>,
}

/// Why nothing more could be collected. What was committed before is in the ledger.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The ledger cannot be written.
    #[error(transparent)]
    Ledger(#[from] aco_ledger::Error),
    /// A source's id is none: a defect.
    #[error("the source {0:?} has an id that is none; please report this")]
    Id(&'static str),
}

/// Reads what the tools recorded since the last time, and what no time before could read, into the
/// ledger; then prices what had no price. Blocks for as long as that takes. Memory does not grow
/// with the history.
///
/// `progress` is told of each file, before the first and after each, and says whether to go on.
/// After a stop, as after a kill, the next collection goes on from the last commit.
///
/// # Errors
/// When the ledger cannot be written. A file that cannot be read is none: it is said in the result.
pub fn collect(
    ledger: &mut Ledger,
    sources: &[Box<dyn Source>],
    surroundings: &Surroundings<'_>,
    pricing: &dyn Pricing,
    zone: &TimeZone,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Collected, CollectError> {
    let mut collected = Collected::default();
    let mut work = Vec::new();
    for source in sources {
        let tool = ToolId::new(source.tool()).map_err(|_| CollectError::Id(source.tool()))?;
        let listing = source.list(&source.roots(surroundings));
        collected.problems.extend(listing.problems);
        let mut known: HashMap<PathBuf, Checkpoint> = ledger
            .history()
            .checkpoints(&tool)?
            .into_iter()
            .map(|checkpoint| (checkpoint.path.clone(), checkpoint))
            .collect();
        for file in listing.files {
            let checkpoint = known.remove(&file.path);
            let is_known = checkpoint
                .as_ref()
                .is_some_and(|checkpoint| file.is_unchanged_since(checkpoint));
            if !is_known {
                work.push(Work {
                    source: &**source,
                    tool: tool.clone(),
                    file,
                    checkpoint,
                });
            }
        }
    }
    collected.files = work.len();
    if !work.is_empty() {
        read(ledger, &work, pricing, zone, progress, &mut collected)?;
    }
    if !collected.stopped {
        collected.filled = ledger.fill_unpriced(pricing)?.filled;
    }
    Ok(collected)
}

/// A file in which there is something new.
struct Work<'s> {
    source: &'s dyn Source,
    tool: ToolId,
    file: FoundFile,
    checkpoint: Option<Checkpoint>,
}

fn read(
    ledger: &mut Ledger,
    work: &[Work<'_>],
    pricing: &dyn Pricing,
    zone: &TimeZone,
    progress: &mut dyn FnMut(Progress) -> bool,
    collected: &mut Collected,
) -> Result<(), CollectError> {
    let mut intake = ledger.intake(pricing, zone.clone())?;
    let mut buffer = Buffer::default();
    let of = work.len();
    for (done, work) in work.iter().enumerate() {
        if !progress(Progress { done, of }) {
            collected.stopped = true;
            break;
        }
        let checkpoint = work.checkpoint.as_ref();
        let mut reading = match work.source.open(&work.file, checkpoint, &mut buffer) {
            Ok(Opened::Reading(reading)) => reading,
            // It has gone since it was listed; what it told stays told.
            Ok(Opened::Unchanged | Opened::Gone) => continue,
            Err(problem) => {
                collected.problems.push(problem);
                continue;
            }
        };
        loop {
            match reading.step() {
                Ok(increment) => {
                    intake.take(&work.tool, TRANSCRIPTS, &increment)?;
                    keep_newest(&mut collected.limits, reading.limits());
                    if let Some(Unrecognised { records, version }) = increment.unrecognised {
                        let tool = work.tool.clone();
                        let format = UnknownFormat { tool, version };
                        *collected.unknown_formats.entry(format).or_default() += records;
                    }
                    if !increment.more {
                        break;
                    }
                }
                Err(problem) => {
                    collected.problems.push(problem);
                    break;
                }
            }
        }
    }
    collected.taken = intake.commit()?;
    if !collected.stopped {
        progress(Progress { done: of, of });
    }
    Ok(())
}

#[cfg(test)]
#[path = "collect_tests.rs"]
mod tests;
