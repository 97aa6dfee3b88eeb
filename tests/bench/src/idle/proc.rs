//! What /proc says of one process: memory, processor time, wake-ups and writes, by thread.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A process at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    /// By thread id.
    pub(crate) threads: BTreeMap<u32, Thread>,
    /// Bytes that went to the storage layer on its behalf.
    pub(crate) written: u64,
}

/// A thread at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Thread {
    pub(crate) name: String,
    /// Nanoseconds on a processor.
    pub(crate) cpu: u64,
    /// Times it gave the processor up to wait: each is a wake-up that is over.
    pub(crate) waits: u64,
}

/// A process's memory, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// Resident.
    pub(crate) resident: u64,
    /// Resident, a shared page divided by those who share it.
    pub(crate) proportional: u64,
    /// Of the resident: pages of no file, its own data.
    pub(crate) anonymous: u64,
}

fn folder(pid: u32) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}"))
}

/// Reads it now.
pub(crate) fn reading(pid: u32) -> Reading {
    let folder = folder(pid);
    let io = fs::read_to_string(folder.join("io")).expect("the agent runs");
    let tasks = fs::read_dir(folder.join("task")).expect("the agent runs");
    let threads = tasks.flatten().filter_map(|task| {
        let id = task.file_name().to_str()?.parse().ok()?;
        // A thread may end between the two.
        Some((id, thread(&task.path())?))
    });
    Reading {
        threads: threads.collect(),
        written: figure(&io, "write_bytes:").unwrap(),
    }
}

fn thread(folder: &Path) -> Option<Thread> {
    let name = fs::read_to_string(folder.join("comm")).ok()?;
    // Time on a processor, time waiting for one, and turns: Documentation/scheduler/sched-stats.
    let schedule = fs::read_to_string(folder.join("schedstat")).ok()?;
    let status = fs::read_to_string(folder.join("status")).ok()?;
    Some(Thread {
        name: name.trim_end().to_owned(),
        cpu: schedule.split_whitespace().next()?.parse().ok()?,
        waits: figure(&status, "voluntary_ctxt_switches:")?,
    })
}

/// Its memory now.
pub(crate) fn memory(pid: u32) -> Memory {
    let rollup = fs::read_to_string(folder(pid).join("smaps_rollup")).expect("the agent runs");
    let bytes = |key| figure(&rollup, key).unwrap() * 1024;
    Memory {
        resident: bytes("Rss:"),
        proportional: bytes("Pss:"),
        anonymous: bytes("Anonymous:"),
    }
}

/// The figure on the line that begins with `key`.
fn figure(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_that_of_its_own_line() {
        let status = "Name:\tx\nvoluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t99\n";
        assert_eq!(figure(status, "voluntary_ctxt_switches:"), Some(12));
        assert_eq!(figure("Rss:    5 kB\nPss:   3 kB\n", "Pss:"), Some(3));
        assert_eq!(figure(status, "missing:"), None);
    }

    #[test]
    fn this_process_has_threads_and_memory() {
        let pid = std::process::id();
        let before = reading(pid);
        std::thread::sleep(std::time::Duration::from_millis(1));
        let waits = |reading: &Reading| reading.threads.values().map(|thread| thread.waits).sum();
        let (before, after): (u64, u64) = (waits(&before), waits(&reading(pid)));
        assert!(after > before);
        let memory = memory(pid);
        assert!(memory.anonymous < memory.resident && memory.proportional <= memory.resident);
    }
}
