//! What the real backend refuses: a record it will never take goes to the quarantine alone, and a
//! pipeline that takes nothing costs nothing.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its plain functions too"
)]

use aco_e2e::aco::Aco;
use aco_e2e::judge::{all_arrived, is_content, needs_attention, sequences};
use aco_e2e::process::{Process, copy_program};
use aco_e2e::stack::Stack;
use aco_e2e::{eventually, loki};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const UP: Duration = Duration::from_secs(20);
/// Above the shipper's longest wait (30 s).
const NOTICED: Duration = Duration::from_secs(90);
const RECORDS: u64 = 300;

fn emit(aco: &Aco, count: u64) {
    let output = aco.cmd(&["emit", "--count", &count.to_string(), "--grace", "0s"]);
    assert_eq!(output.code, 0, "{output:?}");
}

#[test]
fn a_record_that_loki_never_takes_is_quarantined_alone() {
    let mut stack = Stack::builder().without_prometheus().start();
    // Loki takes lines of 256 KiB. No argument of `aco emit` can be that long, but the name of a
    // tool can, and "<name> started" is a record.
    let name = "x".repeat(300 * 1024);
    let tool = format!(
        "[[tool]]\nid = \"long\"\nname = \"{name}\"\nkind = \"cli\"\nprocesses = [\"longname\"]"
    );
    let mut aco = Aco::builder()
        .ships_to(&stack)
        .config("[scan]\ninterval = \"5s\"")
        .config(&tool)
        .build();
    stack.kill_collector();
    aco.spawn_run();
    aco.wait_until_up(UP);
    emit(&aco, RECORDS);
    let program = aco.user_home().join("longname");
    copy_program("/bin/sleep".as_ref(), &program);
    let output = aco.user_home().join("longname.output");
    let _running = Process::spawn("longname", Command::new(&program).arg("600"), &output);
    eventually(NOTICED, "the tool", || {
        let tools = aco.status()["tools"].clone();
        tools
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["tool"] == "long")
    });
    emit(&aco, RECORDS);

    stack.start_collector();
    eventually(NOTICED, "an empty backlog", || {
        aco.status()["backlog"]["records"] == 0
    });
    let records = &aco.status()["records"];
    let spooled = records["spooled"].as_u64().unwrap();
    assert_eq!(records["quarantined"], 1, "{records:#}");
    assert_eq!(records["shipped"], spooled - 1, "{records:#}");
    let refused = records["dropped"].as_object().unwrap();
    assert!(refused.values().all(|count| count == 0), "{records:#}");
    let arrived = sequences(&stack, &aco);
    let missing: Vec<u64> = (1..=spooled).filter(|n| !arrived.contains(n)).collect();
    assert_eq!(missing.len(), 1, "of {spooled}: {missing:?}");
    assert!(missing[0] > RECORDS && missing[0] < spooled - RECORDS + 1);
    let copies = loki::copies(&stack.loki().uids());
    assert!(copies.is_empty(), "copies in Loki: {copies:?}");

    let kept = std::fs::read_dir(aco.home().join("spool/quarantine")).unwrap();
    let bytes: u64 = kept.map(|it| it.unwrap().metadata().unwrap().len()).sum();
    assert!(bytes > 300 * 1024, "{bytes} bytes in the quarantine");
    let said = format!("record {} is refused for good", missing[0]);
    let log = aco.local_log();
    let line = log.lines().find(|line| line.contains(&said)).expect(&said);
    assert!(
        line.contains("max entry size '262144' bytes exceeded"),
        "{line}"
    );
    let in_words = aco.cmd(&["status"]).stdout;
    assert!(in_words.contains("1 quarantined"), "{in_words}");
}

/// Runs `command` in place of the stack's Collector until the agent has noticed that nothing is
/// taken, and requires that nothing is lost by it.
fn keeps_everything(wrong: impl FnOnce(&Stack, &Path) -> Command, words: &str) {
    let mut stack = Stack::builder().plaintext().without_prometheus().start();
    let mut aco = Aco::builder().ships_to(&stack).build();
    stack.kill_collector();
    let output = stack.folder().join("wrong-collector.log");
    let wrong = Process::spawn(
        "wrong collector",
        &mut wrong(&stack, stack.folder()),
        &output,
    );
    aco.spawn_run();
    aco.wait_until_up(UP);
    emit(&aco, RECORDS);
    let attention = needs_attention(&aco, NOTICED, "requests_refused", words);
    assert!(attention.remedy.contains("logs pipeline"), "{attention:?}");
    let records = &aco.status()["records"];
    assert_eq!(records["quarantined"], 0, "{records:#}");
    assert_eq!(records["shipped"], 0, "{records:#}");

    wrong.kill9();
    stack.start_collector();
    let recorded = all_arrived(&stack, &aco, NOTICED);
    assert!(recorded > RECORDS, "{recorded}");
    is_content(&aco, NOTICED);
    assert_eq!(aco.status()["records"]["quarantined"], 0);
}

#[test]
fn a_collector_with_a_wrong_path_to_loki_costs_nothing() {
    keeps_everything(
        |stack, _| {
            let mut collector = stack.collector_command("");
            let wrong = format!("{}/nowhere", stack.loki().base());
            collector.env("LOKI_OTLP_ENDPOINT", wrong);
            collector
        },
        "404",
    );
}

#[test]
fn a_collector_without_a_logs_pipeline_costs_nothing() {
    let config = "
receivers: {otlp: {protocols: {grpc: {endpoint: '${env:COLLECTOR_GRPC_ENDPOINT}'}}}}
exporters: {otlp_http: {endpoint: '${env:LOKI_OTLP_ENDPOINT}'}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {metrics: {receivers: [otlp], exporters: [otlp_http]}}
";
    keeps_everything(
        |stack, folder| {
            let path = folder.join("without-logs.yaml");
            std::fs::write(&path, config).unwrap();
            let usual = stack.collector_command("");
            let mut collector = Command::new(usual.get_program());
            collector.arg(format!("--config={}", path.display())).envs(
                usual
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            );
            collector
        },
        "unknown service",
    );
}
