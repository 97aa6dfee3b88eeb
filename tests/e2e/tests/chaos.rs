//! A rig: everything that can die dies, again and again, while records keep coming.
//!
//! Too long for every run: `cargo xtask rig chaos`. The order of events is drawn from a seed that
//! is printed; `ACO_RIG_SEED` repeats one.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a panic is how a test fails; what a rig prints is its finding"
)]

use aco_e2e::aco::Aco;
use aco_e2e::judge::all_arrived;
use aco_e2e::stack::Stack;
use aco_e2e::{eventually, now_ns};
use std::time::Duration;

const ROUNDS: u64 = 24;
const A_ROUND: u64 = 4_000;
const SOON: Duration = Duration::from_secs(60);
const DRAINED: Duration = Duration::from_secs(300);

/// A generator of events, not of secrets: xorshift64 (Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

#[test]
#[ignore = "minutes; cargo xtask rig chaos"]
fn chaos_loses_nothing_and_doubles_nothing() {
    let seed = std::env::var("ACO_RIG_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| now_ns().cast_unsigned() | 1);
    eprintln!("ACO_RIG_SEED={seed}");
    let mut dice = Dice(seed);
    let mut stack = Stack::builder().without_prometheus().start();
    let mut aco = Aco::builder().ships_to(&stack).build();
    aco.spawn_run();
    aco.wait_until_up(SOON);
    for round in 1..=ROUNDS {
        let before = aco.status()["records"]["spooled"].as_u64().unwrap();
        let (count, wait) = (A_ROUND.to_string(), before + dice.below(A_ROUND / 2) + 1);
        let emitter = aco.spawn(&["emit", "--count", &count, "--rate", "4000", "--grace", "0s"]);
        eventually(SOON, "records in the spool", || {
            aco.status()["records"]["spooled"].as_u64() >= Some(wait)
        });
        // Loki itself is not killed here: it may show the one request in flight twice, and this
        // rig asks for each record once. `delivery.rs` counts those copies.
        let event = dice.below(5);
        let names = [
            "agent killed",
            "collector killed",
            "loki stopped",
            "loki frozen",
            "paused",
        ];
        let name = names[usize::try_from(event).unwrap()];
        eprintln!("round {round:>2}: {name} after {} records", wait - before);
        match event {
            0 => {
                aco.kill9();
                let _ = emitter.kill9();
                aco.spawn_run();
                aco.wait_until_up(SOON);
                continue;
            }
            1 => {
                stack.kill_collector();
                stack.start_collector();
            }
            2 => {
                stack.stop_loki();
                stack.start_loki();
            }
            3 => {
                stack.freeze_loki();
                eventually(SOON, "a backlog", || {
                    aco.status()["backlog"]["records"].as_u64() > Some(512)
                });
                stack.thaw_loki();
            }
            _ => {
                assert_eq!(aco.cmd(&["pause"]).code, 0);
                assert_eq!(aco.cmd(&["resume"]).code, 0);
            }
        }
        let mut emitter = emitter;
        assert!(emitter.wait(SOON).success(), "round {round}");
    }
    let recorded = all_arrived(&stack, &aco, DRAINED);
    eprintln!("{recorded} records after {ROUNDS} rounds, each in Loki once");
}
