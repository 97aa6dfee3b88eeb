use super::super::family::{RECORDS_DROPPED, RECORDS_SPOOLED};
use super::*;
use proptest::prelude::*;

const SETTLED: Duration = Duration::from_secs(30);
const MINUTE: Duration = Duration::from_secs(60);

fn spooled(value: u64) -> Vec<(Series, u64)> {
    vec![(RECORDS_SPOOLED.series([]), value)]
}

/// One export of these totals: what was sent.
fn export(growth: &mut Growth, totals: &[(Series, u64)], now: Instant, taken: bool) -> Vec<u64> {
    let plan = growth.plan(totals, now, SETTLED);
    growth.leaving(&plan);
    if taken {
        growth.taken(&plan, now);
    } else {
        growth.interrupted();
    }
    plan.into_iter().map(|(_, value)| value).collect()
}

#[test]
fn a_series_is_born_at_zero_and_grows_when_that_was_taken_and_scraped() {
    let (mut growth, start) = (Growth::after([]), Instant::now());
    assert_eq!(export(&mut growth, &spooled(7), start, false), [0]);
    assert_eq!(export(&mut growth, &spooled(8), start + MINUTE, true), [0]);
    // The final export of a run that ends soon after.
    let soon = start + MINUTE + SETTLED / 2;
    assert_eq!(export(&mut growth, &spooled(9), soon, true), [0]);
    assert_eq!(
        export(&mut growth, &spooled(10), start + 2 * MINUTE, true),
        [10]
    );
    // From here on at any time.
    assert_eq!(
        export(&mut growth, &spooled(11), start + 2 * MINUTE, true),
        [11]
    );
}

#[test]
fn a_restart_begins_with_what_was_exported_last() {
    let (mut growth, start) = (Growth::after(spooled(100)), Instant::now());
    assert_eq!(export(&mut growth, &spooled(105), start, true), [100]);
    assert_eq!(
        export(&mut growth, &spooled(106), start + MINUTE, true),
        [106]
    );
}

#[test]
fn after_a_gap_the_last_value_comes_first() {
    let (mut growth, start) = (Growth::after(spooled(1)), Instant::now());
    export(&mut growth, &spooled(1), start, true);
    assert_eq!(export(&mut growth, &spooled(5), start + MINUTE, true), [5]);
    // It may have arrived, so it may not be taken back; and nothing larger leaves before it did.
    assert_eq!(
        export(&mut growth, &spooled(6), start + 2 * MINUTE, false),
        [6]
    );
    for minute in 3..6 {
        let now = start + minute * MINUTE;
        assert_eq!(export(&mut growth, &spooled(9), now, minute == 5), [6]);
    }
    assert_eq!(
        export(&mut growth, &spooled(9), start + 6 * MINUTE, true),
        [9]
    );
}

#[test]
fn a_total_that_goes_down_waits_until_growth_has_passed_it() {
    let (mut growth, start) = (Growth::after(spooled(10)), Instant::now());
    export(&mut growth, &spooled(10), start, true);
    for (total, sent) in [(4, 10), (9, 10), (11, 11)] {
        let now = start + MINUTE;
        assert_eq!(export(&mut growth, &spooled(total), now, true), [sent]);
    }
}

#[test]
fn what_could_not_be_stored_does_not_grow() {
    let (mut growth, start) = (Growth::after(spooled(10)), Instant::now());
    export(&mut growth, &spooled(10), start, true);
    assert_eq!(growth.standing(&spooled(12)), spooled(10));
    assert_eq!(
        export(&mut growth, &spooled(12), start + MINUTE, true),
        [12]
    );
}

#[test]
fn series_are_born_and_go_apart() {
    let (mut growth, start) = (Growth::after(spooled(3)), Instant::now());
    let mut both = spooled(4);
    both.push((RECORDS_DROPPED.series(["age"]), 2));
    export(&mut growth, &spooled(4), start, true);
    let later = start + MINUTE;
    assert_eq!(export(&mut growth, &both, later, true), [4, 0]);
    assert_eq!(export(&mut growth, &both, later + MINUTE, true), [4, 2]);
    // One that was left out for a while has a gap of its own.
    export(&mut growth, &both[1..], later + 2 * MINUTE, true);
    both[0].1 = 9;
    assert_eq!(export(&mut growth, &both, later + 3 * MINUTE, true), [4, 2]);
}

/// What happens between two exports, and how the export ends.
#[derive(Clone, Debug)]
enum Event {
    Grow(u64),
    /// Answered.
    Taken,
    /// It arrived, and the answer did not come back.
    AnswerLost,
    /// It did not arrive.
    Lost,
    /// The agent is started again.
    Restart,
    /// Shipping is paused for longer than the backend shows a series that is silent.
    Pause,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (1..50_u64).prop_map(Event::Grow),
        Just(Event::Taken),
        Just(Event::Taken),
        Just(Event::AnswerLost),
        Just(Event::Lost),
        Just(Event::Restart),
        Just(Event::Pause),
    ]
}

proptest! {
    /// `increase()` over the whole time is the whole growth, whatever happens: computed as
    /// Prometheus does, by the steps between samples, a step down being a restart from zero.
    #[test]
    fn the_steps_add_up_to_the_truth(events in prop::collection::vec(event(), 0..60)) {
        let (mut growth, mut total, mut now) = (Growth::after([]), 0, Instant::now());
        let mut samples = Vec::new();
        let mut kept = Vec::new();
        // What is still owed at the end is exported in peace.
        let peace = [Event::Taken, Event::Taken];
        for event in events.into_iter().chain(peace) {
            match event {
                Event::Grow(by) => total += by,
                Event::Pause => growth.interrupted(),
                Event::Restart => growth = Growth::after(std::mem::take(&mut kept)),
                Event::Taken | Event::AnswerLost | Event::Lost => {
                    now += MINUTE;
                    let plan = growth.plan(&spooled(total), now, SETTLED);
                    growth.leaving(&plan);
                    if !matches!(event, Event::Lost) {
                        samples.push(plan[0].1);
                    }
                    if matches!(event, Event::Taken) {
                        growth.taken(&plan, now);
                    } else {
                        growth.interrupted();
                    }
                    kept = plan;
                    continue;
                }
            }
            if kept.is_empty() {
                kept = growth.standing(&spooled(0));
            }
        }
        prop_assert_eq!(samples[0], 0);
        let steps = samples.windows(2).map(|pair| pair[1].checked_sub(pair[0]).unwrap_or(pair[1]));
        prop_assert_eq!(steps.sum::<u64>(), total);
    }
}
