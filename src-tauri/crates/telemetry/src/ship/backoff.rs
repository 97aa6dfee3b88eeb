//! How long to wait before trying again.

use std::time::Duration;

/// Exponential backoff with full jitter: a wait is anything between nothing and the current
/// ceiling, so that agents that lost the same Collector do not return in step.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    base: Duration,
    cap: Duration,
    failures: u32,
}

impl Backoff {
    /// Starts at `base` and never waits longer than `cap`.
    #[must_use]
    pub fn new(base: Duration, cap: Duration) -> Self {
        Self {
            base,
            cap,
            failures: 0,
        }
    }

    /// The wait after one more failure. `random` is in `[0, 1)`. What the server asked for
    /// (`RetryInfo`) is a floor, at most ten times the cap: a server may ask for patience, not for
    /// ever.
    pub fn after_failure(&mut self, random: f64, asked: Option<Duration>) -> Duration {
        let ceiling = self
            .base
            .saturating_mul(1 << self.failures.min(20))
            .min(self.cap);
        self.failures = self.failures.saturating_add(1);
        let floor = asked.unwrap_or_default().min(self.cap.saturating_mul(10));
        floor.max(ceiling.mul_f64(random.clamp(0.0, 1.0)))
    }

    /// A wait for what does not pass by itself (a wrong token, a wrong address): the cap, with
    /// half of it as jitter.
    #[must_use]
    pub fn slow(&self, random: f64) -> Duration {
        self.cap.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0)
    }

    /// Something worked.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_ceiling_doubles_to_the_cap_and_success_resets_it() {
        let mut backoff = Backoff::new(SECOND, SECOND * 10);
        let ceilings: Vec<_> = (0..6)
            .map(|_| backoff.after_failure(1.0, None).as_secs())
            .collect();
        assert_eq!(ceilings, [1, 2, 4, 8, 10, 10]);
        backoff.reset();
        assert_eq!(backoff.after_failure(1.0, None), SECOND);
    }

    #[test]
    fn jitter_reaches_down_to_nothing_and_retry_info_is_a_floor() {
        let mut backoff = Backoff::new(SECOND, SECOND * 10);
        assert_eq!(backoff.after_failure(0.0, None), Duration::ZERO);
        assert_eq!(backoff.after_failure(0.0, Some(SECOND * 30)), SECOND * 30);
        assert_eq!(
            backoff.after_failure(0.0, Some(SECOND * 9999)),
            SECOND * 100
        );
    }

    #[test]
    fn a_long_outage_does_not_overflow() {
        let mut backoff = Backoff::new(SECOND, SECOND * 60);
        for _ in 0..100 {
            assert!(backoff.after_failure(1.0, None) <= SECOND * 60);
        }
    }
}
