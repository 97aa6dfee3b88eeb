//! A process tree, looked at for a while.

use aco_e2e_desktop::family;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Between two readings. A thread that lives shorter than this is missed.
const BETWEEN: Duration = Duration::from_millis(500);

/// What a tree of processes took while nobody touched it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watched {
    /// MiB at the end, a page shared by several processes divided among them.
    pub(crate) memory: f64,
    /// Percent of one core.
    pub(crate) cpu: f64,
    /// Processes at the end.
    pub(crate) processes: usize,
}

/// Watches the processes that `family` names, anew at each reading.
pub(crate) fn watch(time: Duration, family: impl Fn() -> Vec<u32>) -> Watched {
    let began = Instant::now();
    let mut last = family::processor_time(&family());
    let mut spent = 0;
    while began.elapsed() < time {
        std::thread::sleep(BETWEEN.min(time.saturating_sub(began.elapsed())));
        let now = family::processor_time(&family());
        spent += grown(&last, &now);
        last = now;
    }
    let seconds = began.elapsed().as_secs_f64();
    let members = family();
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    Watched {
        memory: family::proportional_memory(&members) as f64 / (1024.0 * 1024.0),
        cpu: 100.0 * (spent as f64 / 1e9) / seconds,
        processes: members.len(),
    }
}

/// What the threads have had since; one that is new has had all of it since.
fn grown(before: &BTreeMap<(u32, u32), u64>, now: &BTreeMap<(u32, u32), u64>) -> u64 {
    now.iter()
        .map(|(thread, time)| time.saturating_sub(before.get(thread).copied().unwrap_or(0)))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_that_come_and_go_are_counted_once() {
        let before = BTreeMap::from([((1, 1), 100), ((1, 2), 50)]);
        let now = BTreeMap::from([((1, 1), 130), ((2, 2), 7)]);
        assert_eq!(grown(&before, &now), 37);
    }
}
