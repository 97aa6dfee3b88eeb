//! Watching running agents for a while.

use crate::proc::{self, Memory, Reading};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// Between two readings. A thread that lives shorter than this is missed, one that ends later loses
/// what it did since the last.
const BETWEEN: Duration = Duration::from_millis(500);

/// What an agent did while it was watched.
#[derive(Clone, Debug)]
pub(crate) struct Watched {
    pub(crate) seconds: f64,
    pub(crate) memory: Memory,
    pub(crate) written: u64,
    /// By the threads' name.
    pub(crate) threads: BTreeMap<String, Work>,
    /// Files below its home that changed.
    pub(crate) changed: Vec<PathBuf>,
}

/// What threads of one name did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Work {
    /// Nanoseconds on a processor.
    pub(crate) cpu: u64,
    pub(crate) waits: u64,
}

impl Watched {
    /// Seconds of processor time, of all threads.
    pub(crate) fn cpu(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "figures for people")]
        let nanoseconds = self.threads.values().map(|work| work.cpu).sum::<u64>() as f64;
        nanoseconds / 1e9
    }

    /// Wake-ups, of all threads.
    pub(crate) fn waits(&self) -> u64 {
        self.threads.values().map(|work| work.waits).sum()
    }
}

/// Watches agents, given by their pids and homes, for `time`.
pub(crate) fn watch(agents: &[(u32, PathBuf)], time: Duration) -> Vec<Watched> {
    let began = Instant::now();
    let wall = SystemTime::now();
    let first: Vec<Reading> = agents.iter().map(|(pid, _)| proc::reading(*pid)).collect();
    let mut tallies: Vec<Tally> = first.iter().map(Tally::new).collect();
    while began.elapsed() < time {
        std::thread::sleep(BETWEEN.min(time.saturating_sub(began.elapsed())));
        for (tally, (pid, _)) in tallies.iter_mut().zip(agents) {
            tally.add(proc::reading(*pid));
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    tallies
        .into_iter()
        .zip(agents)
        .map(|(tally, (pid, home))| Watched {
            seconds,
            memory: proc::memory(*pid),
            written: tally.last.written - tally.written_before,
            threads: tally.threads,
            changed: changed(home, wall),
        })
        .collect()
}

/// Adds up what threads do, of which some come and go.
struct Tally {
    written_before: u64,
    last: Reading,
    threads: BTreeMap<String, Work>,
}

impl Tally {
    fn new(first: &Reading) -> Self {
        Self {
            written_before: first.written,
            last: first.clone(),
            threads: BTreeMap::new(),
        }
    }

    fn add(&mut self, now: Reading) {
        for (id, thread) in &now.threads {
            let before = self.last.threads.get(id);
            let (cpu, waits) = before.map_or((0, 0), |before| (before.cpu, before.waits));
            let work = self.threads.entry(thread.name.clone()).or_default();
            // A number that was used again began anew.
            work.cpu += thread.cpu.checked_sub(cpu).unwrap_or(thread.cpu);
            work.waits += thread.waits.checked_sub(waits).unwrap_or(thread.waits);
        }
        self.last = now;
    }
}

/// Files below `folder` that were written since.
fn changed(folder: &Path, since: SystemTime) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        if metadata.is_dir() {
            found.extend(changed(&entry.path(), since));
        } else if metadata.modified().is_ok_and(|modified| modified >= since) {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proc::Thread;

    fn reading(threads: &[(u32, &str, u64, u64)]) -> Reading {
        let thread = |&(id, name, cpu, waits): &(u32, &str, u64, u64)| {
            let name = name.to_owned();
            (id, Thread { name, cpu, waits })
        };
        Reading {
            threads: threads.iter().map(thread).collect(),
            written: 0,
        }
    }

    #[test]
    fn threads_that_come_and_go_are_counted_once() {
        let mut tally = Tally::new(&reading(&[(1, "aco", 100, 10), (2, "worker", 50, 5)]));
        tally.add(reading(&[(1, "aco", 130, 12), (3, "worker", 7, 1)]));
        // The number of the first worker again, for another one.
        tally.add(reading(&[(1, "aco", 130, 12), (2, "worker", 4, 1)]));
        tally.add(reading(&[(1, "aco", 131, 13)]));
        let work = |cpu, waits| Work { cpu, waits };
        let expected = [
            ("aco".to_owned(), work(31, 3)),
            ("worker".to_owned(), work(11, 2)),
        ];
        assert_eq!(tally.threads, BTreeMap::from(expected));
    }
}
