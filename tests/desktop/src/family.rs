//! A process and all that it has started: who they are, and what they hold of the memory.

use std::collections::BTreeMap;
use std::fs;

/// The process and its descendants that have not ended, by process id.
pub fn of(pid: u32) -> Vec<u32> {
    let parents = parents();
    let mut family: Vec<u32> = Vec::new();
    let mut open = vec![pid];
    while let Some(next) = open.pop() {
        if parents.contains_key(&next) && !family.contains(&next) {
            family.push(next);
            open.extend(
                parents
                    .iter()
                    .filter(|(_, parent)| **parent == next)
                    .map(|(child, _)| *child),
            );
        }
    }
    family
}

/// Whether the process has not ended. One that nobody has asked for its end has.
pub fn is_alive(pid: u32) -> bool {
    stat(pid).is_some()
}

/// The name of its program, as far as the system keeps it: 15 bytes.
pub fn name(pid: u32) -> String {
    fs::read_to_string(format!("/proc/{pid}/comm"))
        .map(|name| name.trim_end().to_owned())
        .unwrap_or_default()
}

/// What it was started with, the program aside.
pub fn arguments(pid: u32) -> Vec<String> {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    line.split(|byte| *byte == 0)
        .skip(1)
        .filter(|word| !word.is_empty())
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect()
}

/// Bytes of memory of these processes, a page shared by several divided among them.
pub fn proportional_memory(pids: &[u32]) -> u64 {
    pids.iter()
        .filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok())
        .filter_map(|rollup| figure(&rollup, "Pss:"))
        .sum::<u64>()
        * 1024
}

/// Nanoseconds that these processes' threads have had of a processor. A thread that has ended is
/// in it no longer: ask twice within a short time.
pub fn processor_time(pids: &[u32]) -> BTreeMap<(u32, u32), u64> {
    let mut times = BTreeMap::new();
    for &pid in pids {
        let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else {
            continue;
        };
        for task in tasks.flatten() {
            let id = task.file_name().to_str().and_then(|id| id.parse().ok());
            // Documentation/scheduler/sched-stats: the first is time on a processor.
            let schedule = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            let time = schedule
                .split_whitespace()
                .next()
                .and_then(|time| time.parse().ok());
            if let (Some(id), Some(time)) = (id, time) {
                times.insert((pid, id), time);
            }
        }
    }
    times
}

/// Each process that has not ended, with who started it.
fn parents() -> BTreeMap<u32, u32> {
    let entries = fs::read_dir("/proc").expect("/proc").flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, stat(pid)?)))
        .collect()
}

/// The parent of a process that has not ended.
fn stat(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in parentheses and may hold anything, parentheses included.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut words = rest.split_whitespace();
    let state = words.next()?;
    let parent = words.next()?.parse().ok()?;
    (!matches!(state, "Z" | "X")).then_some(parent)
}

fn figure(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_child_and_its_child_are_family_until_they_end() {
        let mut shell = Command::new("sh")
            .args(["-c", "sleep 60 & wait"])
            .spawn()
            .unwrap();
        let family = aco_e2e::eventually_some(std::time::Duration::from_secs(20), "sleep", || {
            let family = of(shell.id());
            family
                .iter()
                .any(|pid| name(*pid) == "sleep")
                .then_some(family)
        });
        assert_eq!(family.len(), 2, "{family:?}");
        assert!(proportional_memory(&family) > 0);
        let sleep = family[1];
        assert_eq!(arguments(sleep), ["60"]);
        shell.kill().unwrap();
        shell.wait().unwrap();
        assert!(!is_alive(shell.id()), "ended and asked for");
        assert!(is_alive(sleep), "an orphan is nobody's family, and lives");
        assert!(of(shell.id()).is_empty());
        let pid = rustix::process::Pid::from_raw(sleep.try_into().unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    }
}
