//! Waiting for a condition with a deadline. Tests never sleep for a fixed time: too short fails on
//! a busy machine, too long makes everyone wait.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// Asks `condition` until it holds; panics naming `what` when `deadline` has passed.
#[track_caller]
pub fn eventually(deadline: Duration, what: &str, mut condition: impl FnMut() -> bool) {
    eventually_some(deadline, what, || condition().then_some(()));
}

/// Asks `find` until it returns something; panics naming `what` when `deadline` has passed.
#[track_caller]
pub fn eventually_some<T>(deadline: Duration, what: &str, find: impl FnMut() -> Option<T>) -> T {
    poll(deadline, find).unwrap_or_else(|| panic!("waited {deadline:?} in vain for: {what}"))
}

/// Asks `find` until it returns something or `deadline` has passed.
pub(crate) fn poll<T>(deadline: Duration, mut find: impl FnMut() -> Option<T>) -> Option<T> {
    let started = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        if let Some(found) = find() {
            return Some(found);
        }
        if started.elapsed() >= deadline {
            return None;
        }
        // Between two looks at the condition, which another process makes true without telling.
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// The clock in Loki's unit.
pub fn now_ns() -> i64 {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock after 1970");
    i64::try_from(since_epoch.as_nanos()).expect("a clock before 2262")
}
