//! A disk that fills up: what was acknowledged arrives, what was refused is counted exactly, and
//! the agent goes on.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its plain functions too"
)]

use aco_e2e::aco::Aco;
use aco_e2e::eventually;
use aco_e2e::judge::{all_arrived, is_content, needs_attention};
use aco_e2e::mount::Tmpfs;
use aco_e2e::stack::Stack;
use std::time::Duration;

const UP: Duration = Duration::from_secs(20);
const SOON: Duration = Duration::from_secs(60);
/// Of a kilobyte each: more than the disk and the megabyte held in memory take together.
const RECORDS: u64 = 8_000;

/// Emits through the running agent until the disk and the memory beside it are full.
fn fill(aco: &Aco, word: &str) {
    let message = format!("{word} {}", "x".repeat(1_000));
    let count = RECORDS.to_string();
    let emit = ["emit", "--count", &count, "--grace", "0s", "--message"];
    let output = aco.cmd(&[&emit[..], &[&message]].concat());
    assert!(!output.stderr.contains("panicked"), "{output:?}");
}

fn dropped_by_disk(aco: &Aco) -> u64 {
    let status = aco.status();
    let dropped = &status["records"]["dropped"];
    for other in ["age", "quota", "damaged", "refused"] {
        assert_eq!(dropped[other], 0, "{status:#}");
    }
    dropped["disk"].as_u64().unwrap()
}

fn in_loki(stack: &Stack, word: &str) -> u64 {
    let entries = stack.loki().agent_entries();
    let mine = entries.iter().filter(|entry| entry.line.starts_with(word));
    mine.count() as u64
}

#[test]
fn a_full_disk_loses_nothing_acknowledged_and_counts_the_rest() {
    let mut stack = Stack::builder().without_prometheus().start();
    let mut aco = Aco::builder().ships_to(&stack).build();
    let config = std::fs::read_to_string(aco.home().join("config.toml")).unwrap();
    let Some(disk) = Tmpfs::mount(&aco.home(), "3m") else {
        return;
    };
    // No scan comes in between: its records would be refused and counted too.
    aco.write_config(&format!("{config}\n[scan]\ninterval = \"60s\""));
    aco.spawn_run();
    aco.wait_until_up(UP);
    all_arrived(&stack, &aco, SOON);

    // First life: the disk grows again while the agent runs.
    stack.kill_collector();
    fill(&aco, "first");
    let attention = needs_attention(&aco, UP, "disk_refuses", "No space left");
    assert!(attention.what.contains("spool"), "{attention:?}");
    assert!(attention.remedy.contains("free some space"));
    needs_attention(&aco, UP, "records_dropped", "disk");
    let dropped = dropped_by_disk(&aco);
    assert!(dropped > 0 && dropped < RECORDS, "{dropped}");
    assert!(disk.resize("64m"));
    eventually(UP, "the disk to take records again", || {
        let attention = aco.status()["attention"].clone();
        attention[0]["code"] == "records_dropped" && attention[1].is_null()
    });
    stack.start_collector();
    all_arrived(&stack, &aco, SOON);
    assert_eq!(dropped_by_disk(&aco), dropped);
    assert_eq!(in_loki(&stack, "first") + dropped, RECORDS);
    let output = aco.cmd(&["status", "--acknowledge"]);
    assert_eq!(output.code, 0, "{output:?}");
    is_content(&aco, UP);

    // Second life: it stays full, over a restart, until the backlog has gone.
    eventually(SOON, "room to shrink to", || disk.resize("4m"));
    stack.kill_collector();
    fill(&aco, "second");
    needs_attention(&aco, UP, "disk_refuses", "No space left");
    assert!(aco.sigterm().success());
    // What was held in memory goes with the process, and is counted.
    let lost = dropped_by_disk(&aco) - dropped;
    aco.spawn_run();
    aco.wait_until_up(UP);
    stack.start_collector();
    all_arrived(&stack, &aco, SOON);
    // The agent said twice that it started and once that it stopped, to a full disk too: what it
    // holds of that is in nobody's backlog yet. Each of the two may also have said once that its
    // ledger finds no room, and what was dropped of that is counted and no longer told apart.
    eventually(SOON, "every record, or its count", || {
        let arrived = in_loki(&stack, "second") + in_loki(&stack, "agent st");
        let arrived = arrived + in_loki(&stack, "usage is not recorded");
        let accounted = arrived + dropped_by_disk(&aco) - dropped;
        (RECORDS + 3..=RECORDS + 5).contains(&accounted)
    });
    assert!(lost > 1_000, "nothing was held: {lost}");
    assert!(!aco.agent_output().contains("panicked"));
}
