//! How fast records leave, from the counts that are seen to pass.

use aco_domain::UnixNanos;
use std::collections::VecDeque;

/// The speed over the last while.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    /// When, and how many had left by then; the oldest first.
    seen: VecDeque<(UnixNanos, u64)>,
}

/// What is older says little about now.
const WINDOW_SECONDS: u64 = 20;

/// Between less than these, the next count could change everything.
const LEAST_SECONDS: u64 = 2;

impl Pace {
    /// Takes a count of records that have left so far.
    pub fn note(&mut self, at: UnixNanos, shipped: u64) {
        let goes_back = |&(before, count): &(UnixNanos, u64)| before > at || count > shipped;
        if self.seen.back().is_some_and(goes_back) {
            // Another installation, or a clock that was set.
            self.seen.clear();
        }
        self.seen.push_back((at, shipped));
        let is_old = |&(then, _): &(UnixNanos, u64)| at.since(then).as_secs() > WINDOW_SECONDS;
        while self.seen.len() > 2 && self.seen.front().is_some_and(is_old) {
            self.seen.pop_front();
        }
    }

    /// Records a second; nothing while that is not known, or none leaves.
    #[must_use]
    pub fn per_second(&self) -> Option<u64> {
        let (first, last) = (self.seen.front()?, self.seen.back()?);
        let millis = last.0.since(first.0).as_millis();
        if millis < u128::from(LEAST_SECONDS) * 1_000 {
            return None;
        }
        let left = u128::from(last.1 - first.1);
        let speed = u64::try_from((left * 1_000 + millis / 2) / millis).unwrap_or(u64::MAX);
        (speed > 0).then_some(speed)
    }

    /// How long these records take at that speed, in seconds.
    #[must_use]
    pub fn seconds_left(&self, records: u64) -> Option<u64> {
        Some(records.div_ceil(self.per_second()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(second: u64) -> UnixNanos {
        UnixNanos(second * 1_000_000_000)
    }

    #[test]
    fn speed_is_what_left_in_the_time_that_passed() {
        let mut pace = Pace::default();
        assert_eq!(pace.per_second(), None);
        pace.note(second(100), 1_000);
        pace.note(second(101), 1_032);
        assert_eq!(pace.per_second(), None, "too short to say");
        pace.note(second(110), 1_320);
        assert_eq!(pace.per_second(), Some(32));
        assert_eq!(pace.seconds_left(1_281), Some(41));
    }

    #[test]
    fn old_counts_are_forgotten_and_standing_still_has_no_speed() {
        let mut pace = Pace::default();
        for n in 0..100 {
            pace.note(second(n), 5_000.min(n * 100));
        }
        assert_eq!(pace.per_second(), None);
        assert!(pace.seen.len() <= 25);
    }

    #[test]
    fn a_count_that_goes_back_begins_afresh() {
        let mut pace = Pace::default();
        pace.note(second(1), 500);
        pace.note(second(10), 5);
        assert_eq!(pace.per_second(), None);
        pace.note(second(20), 15);
        assert_eq!(pace.per_second(), Some(1));
    }
}
