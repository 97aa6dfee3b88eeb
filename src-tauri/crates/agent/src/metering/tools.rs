//! How long each tool ran and what it uses, from one look at the machine to the next. Pure.
//!
//! A tool that ran at the last look is taken to have run until this one: what is counted too much
//! when it ends is counted too little when it starts, each at most one interval.
//!
//! Time is the monotonic clock's, so that setting the wall clock counts nothing. On Linux and macOS
//! that clock stands still while the machine sleeps (CLOCK_MONOTONIC, CLOCK_UPTIME_RAW); on Windows
//! it may go on (QueryPerformanceCounter), and a process may be stopped anywhere. A step that no
//! two looks lie apart was not watched, and counts as the longest that they do.

use super::totals::Totals;
use aco_domain::{ToolCategory, ToolId, ToolKind, UnixNanos};
use aco_sources::Running;
use aco_telemetry::metrics::family::{
    APP_ACTIVE_DURATION, APP_CPU_USAGE, APP_MEMORY_USAGE, APP_RUNNING, CLI_ACTIVE_DURATION,
    CLI_RUNNING,
};
use aco_telemetry::metrics::{Series, Snapshot};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// The longest interval between two looks, by the configuration.
const LONGEST_INTERVAL: Duration = Duration::from_secs(60);

/// A look is late on a busy machine; later than this, the machine was asleep.
const LATEST: Duration = Duration::from_secs(120);

/// Bytes in an MB, as `ai.app.memory.usage` counts them.
const MB: f64 = 1e6;

/// What has been seen of each tool since the start.
#[derive(Debug, Default)]
pub(super) struct ToolTimes {
    /// The first look and the newest one.
    looks: Option<(Instant, Instant)>,
    tools: BTreeMap<ToolId, Seen>,
}

#[derive(Debug)]
struct Seen {
    kind: ToolKind,
    category: ToolCategory,
    /// Processor time of each instance that ran at the last look, by start time and pid.
    instances: BTreeMap<(UnixNanos, u32), Duration>,
    /// Nothing before any instance was seen twice.
    cpu_percent: Option<f64>,
    memory_bytes: u64,
}

impl ToolTimes {
    /// Takes what runs at `now`, and counts the time since the last look.
    pub(super) fn observe(&mut self, now: Instant, running: &[Running], totals: &mut Totals) {
        let (first, last) = self.looks.unwrap_or((now, now));
        self.looks = Some((first, now));
        let step = now.duration_since(last);
        // Differences of whole milliseconds, so that what each one leaves over is not lost.
        let mut counted = millis(now.duration_since(first)) - millis(last.duration_since(first));
        if step > LATEST {
            counted = millis(LONGEST_INTERVAL);
        }
        for (tool, seen) in &self.tools {
            if !seen.instances.is_empty() {
                totals.add(duration(tool, seen.kind, seen.category), counted);
            }
        }

        let mut before: BTreeMap<ToolId, BTreeMap<(UnixNanos, u32), Duration>> = BTreeMap::new();
        for (tool, seen) in &mut self.tools {
            before.insert(tool.clone(), std::mem::take(&mut seen.instances));
            seen.memory_bytes = 0;
        }
        for instance in running {
            let seen = self.tools.entry(instance.tool.clone()).or_insert(Seen {
                kind: instance.kind,
                category: instance.category,
                instances: BTreeMap::new(),
                cpu_percent: None,
                memory_bytes: 0,
            });
            // An entry of the catalogue may have changed.
            (seen.kind, seen.category) = (instance.kind, instance.category);
            let identity = (instance.start_time, instance.pid);
            let used = instance.resources;
            seen.instances.insert(identity, used.cpu_time);
            seen.memory_bytes = seen.memory_bytes.saturating_add(used.resident_bytes);
        }
        for (tool, seen) in &mut self.tools {
            seen.measure_processor(before.get(tool), step);
        }
    }

    /// Puts everything down that is known now.
    pub(super) fn read(&self, totals: &Totals, snapshot: &mut Snapshot) {
        for (tool, seen) in &self.tools {
            let labels = [tool.as_str(), seen.category.as_str()];
            let running = if seen.instances.is_empty() { 0.0 } else { 1.0 };
            let total = totals.of(&duration(tool, seen.kind, seen.category));
            match seen.kind {
                ToolKind::Cli => {
                    snapshot.gauge(CLI_RUNNING, labels, running);
                    snapshot.counter(CLI_ACTIVE_DURATION, labels, total);
                }
                ToolKind::App => {
                    snapshot.gauge(APP_RUNNING, labels, running);
                    snapshot.counter(APP_ACTIVE_DURATION, labels, total);
                    let memory = super::as_gauge(seen.memory_bytes) / MB;
                    snapshot.gauge(APP_MEMORY_USAGE, labels, memory);
                    if let Some(percent) = seen.cpu_percent {
                        snapshot.gauge(APP_CPU_USAGE, labels, percent);
                    }
                }
            }
        }
    }
}

impl Seen {
    fn measure_processor(
        &mut self,
        before: Option<&BTreeMap<(UnixNanos, u32), Duration>>,
        step: Duration,
    ) {
        if self.instances.is_empty() {
            self.cpu_percent = Some(0.0);
            return;
        }
        let known = self.instances.iter().filter_map(|(identity, now)| {
            let before = before?.get(identity)?;
            Some(now.saturating_sub(*before))
        });
        // An instance that is new has used it at some time before this look, nobody knows when.
        let used: Vec<Duration> = known.collect();
        if !used.is_empty() && !step.is_zero() {
            let used: Duration = used.iter().sum();
            self.cpu_percent = Some(100.0 * used.as_secs_f64() / step.as_secs_f64());
        }
    }
}

fn duration(tool: &ToolId, kind: ToolKind, category: ToolCategory) -> Series {
    let labels = [tool.as_str(), category.as_str()];
    match kind {
        ToolKind::App => APP_ACTIVE_DURATION.series(labels),
        ToolKind::Cli => CLI_ACTIVE_DURATION.series(labels),
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "tools_tests.rs"]
mod tests;
