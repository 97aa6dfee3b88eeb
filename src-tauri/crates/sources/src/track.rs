//! What started and what stopped, from one scan to the next. Pure.

use crate::scan::{Running, Scan};
use aco_domain::UnixNanos;
use std::collections::BTreeMap;

/// A change between two scans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An instance runs that did not before. For the first scan that is every one: the agent then
    /// knows no earlier moment, and the instance carries its own start time.
    Started(Running),
    /// An instance runs no longer.
    Stopped(Running),
}

/// Remembers the last scan.
#[derive(Debug, Default)]
pub struct Tracker {
    running: BTreeMap<Identity, Running>,
}

/// Pids are used again, so one alone names nothing; and a process may become another tool by exec.
type Identity = (UnixNanos, u32, aco_domain::ToolId);

impl Tracker {
    /// A tracker to which everything is new.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the newest scan and says what has changed: first what stopped, then what started,
    /// each in the order the instances began.
    pub fn observe(&mut self, scan: &Scan) -> Vec<Event> {
        let now: BTreeMap<Identity, Running> = scan
            .running
            .iter()
            .map(|instance| {
                let identity = (instance.start_time, instance.pid, instance.tool.clone());
                (identity, instance.clone())
            })
            .collect();
        let before = std::mem::replace(&mut self.running, now);
        let stopped = before
            .iter()
            .filter(|(identity, _)| !self.running.contains_key(identity))
            .map(|(_, instance)| Event::Stopped(instance.clone()));
        let started = self
            .running
            .iter()
            .filter(|(identity, _)| !before.contains_key(identity))
            .map(|(_, instance)| Event::Started(instance.clone()));
        stopped.chain(started).collect()
    }

    /// What ran at the last scan, in the order it began.
    pub fn running(&self) -> impl Iterator<Item = &Running> {
        self.running.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Resources;
    use aco_domain::{ToolCategory, ToolId, ToolKind};

    fn instance(tool: &str, pid: u32, start: u64) -> Running {
        Running {
            tool: ToolId::new(tool).unwrap(),
            display_name: tool.to_owned(),
            kind: ToolKind::Cli,
            category: ToolCategory::Other,
            pid,
            start_time: UnixNanos(start),
            resources: Resources::default(),
        }
    }

    fn scan(running: &[&Running]) -> Scan {
        Scan {
            running: running.iter().copied().cloned().collect(),
        }
    }

    #[test]
    fn changes_are_told_once_and_in_order() {
        use Event::{Started, Stopped};
        let (old, young) = (instance("ollama", 9, 1), instance("codex", 2, 5));
        let mut tracker = Tracker::new();
        let table: [(&[&Running], Vec<Event>); 5] = [
            // Running already when the agent starts.
            (
                &[&young, &old],
                vec![Started(old.clone()), Started(young.clone())],
            ),
            (&[&old, &young], vec![]),
            (&[&young], vec![Stopped(old.clone())]),
            (&[&old], vec![Stopped(young.clone()), Started(old.clone())]),
            (&[], vec![Stopped(old.clone())]),
        ];
        for (running, expected) in table {
            assert_eq!(tracker.observe(&scan(running)), expected);
            assert_eq!(tracker.running().count(), running.len());
        }
    }

    #[test]
    fn a_pid_used_again_is_another_instance() {
        let (first, second) = (instance("ollama", 7, 1), instance("ollama", 7, 2));
        let mut tracker = Tracker::new();
        tracker.observe(&scan(&[&first]));
        assert_eq!(
            tracker.observe(&scan(&[&second])),
            [Event::Stopped(first), Event::Started(second)]
        );
    }
}
