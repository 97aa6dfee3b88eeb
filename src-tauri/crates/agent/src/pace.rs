//! How long to wait until the next look at the machine. Pure: times and power are handed in.
//!
//! What is configured is the interval while tools come and go. Each look wakes the processor and
//! mostly finds what the last one found, so the longer nothing has changed, the longer the wait;
//! from a battery it doubles. A change brings the configured interval back.

use aco_sources::Power;
use std::time::Duration;

/// The longest wait; the configuration allows none longer either.
pub(crate) const LONGEST: Duration = Duration::from_secs(60);

/// From when on without a change the wait is how many times the configured one.
const CALM: [(Duration, u32); 2] = [(Duration::from_secs(180), 4), (Duration::from_secs(60), 2)];

/// The wait until the next look, `unchanged` after the last change was seen.
pub(crate) fn wait(configured: Duration, unchanged: Duration, power: Power) -> Duration {
    let calm = CALM.iter().find(|(since, _)| unchanged >= *since);
    let calm = calm.map_or(1, |(_, times)| *times);
    let power = match power {
        Power::Mains => 1,
        Power::Battery => 2,
    };
    // Whoever configured the longest one gets it.
    (configured * calm * power).min(LONGEST.max(configured))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_with_the_calm_and_on_a_battery() {
        use Power::{Battery, Mains};
        // Configured, since the last change, power, and the wait, in seconds.
        let table = [
            (15, 0, Mains, 15),
            (15, 59, Mains, 15),
            (15, 60, Mains, 30),
            (15, 179, Mains, 30),
            (15, 180, Mains, 60),
            (15, 86_400, Mains, 60),
            (15, 0, Battery, 30),
            (15, 60, Battery, 60),
            (15, 180, Battery, 60),
            (5, 0, Mains, 5),
            (5, 60, Mains, 10),
            (5, 180, Mains, 20),
            (5, 0, Battery, 10),
            (5, 86_400, Battery, 40),
            (60, 0, Mains, 60),
            (60, 86_400, Battery, 60),
        ];
        for (configured, unchanged, power, expected) in table {
            let seconds = Duration::from_secs;
            let found = wait(seconds(configured), seconds(unchanged), power);
            assert_eq!(
                found,
                seconds(expected),
                "{configured} s, {unchanged} s after a change, from {power:?}"
            );
        }
    }

    #[test]
    fn it_never_shrinks_as_the_calm_goes_on_and_keeps_within_the_published_range() {
        for configured in 5..=60 {
            for power in [Power::Mains, Power::Battery] {
                let waits = (0..600).map(|unchanged| {
                    let seconds = Duration::from_secs;
                    wait(seconds(configured), seconds(unchanged), power)
                });
                let waits: Vec<_> = waits.collect();
                assert!(waits.is_sorted());
                assert!(waits[0] >= Duration::from_secs(5));
                assert!(waits[599] <= LONGEST);
            }
        }
    }
}
