//! What AI costs, from the tools' own files to the real servers: a history is written while the
//! agent runs, and is killed in between; every place that shows money shows the same.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its plain functions too"
)]

use aco_domain::UnixNanos;
use aco_e2e::aco::Aco;
use aco_e2e::stack::Stack;
use aco_e2e::{eventually, now_ns};
use aco_histories::claude::{self, Live, Traps};
use aco_histories::codex::{self, Scene};
use aco_histories::{Manifest, Totals, utc_day};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

const UP: Duration = Duration::from_secs(20);
const SOON: Duration = Duration::from_secs(90);

/// What a person types and nobody else may ever see.
const NEEDLE: &str = "recognisable words of a prompt";

/// Counts of a report's totals or row, by their contract's names.
const COUNTS: [&str; 6] = [
    "calls",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
];

fn now() -> UnixNanos {
    let nanos = u64::try_from(now_ns()).unwrap();
    // Transcripts know milliseconds.
    UnixNanos(nanos / 1_000_000 * 1_000_000)
}

/// A zone in which it is another day than in UTC, for hours to come, and that day.
fn elsewhere() -> (&'static str, String) {
    const HOUR: Duration = Duration::from_secs(3_600);
    match now().seconds() / 3_600 % 24 {
        0..10 => ("Pacific/Pago_Pago", utc_day(now().minus(11 * HOUR))),
        _ => ("Pacific/Kiritimati", utc_day(now().plus(14 * HOUR))),
    }
}

fn report(aco: &Aco, arguments: &[&str]) -> Value {
    let output = aco.cmd(&[&["report", "--json"][..], arguments].concat());
    assert_eq!(output.code, 0, "{output:?}");
    serde_json::from_str(&output.stdout).unwrap()
}

fn counts(row: &Value) -> [u64; 6] {
    COUNTS.map(|key| {
        row[key]
            .as_u64()
            .unwrap_or_else(|| panic!("no {key}: {row}"))
    })
}

fn expected(totals: Totals) -> [u64; 6] {
    let Totals { calls, tokens } = totals;
    [
        calls,
        tokens.input,
        tokens.output,
        tokens.cache_read,
        tokens.cache_write_5m,
        tokens.cache_write_1h,
    ]
}

/// Dollars by tool, of the days since `day`.
fn reported(aco: &Aco, day: &str) -> BTreeMap<String, f64> {
    let report = report(aco, &["--since", day, "--by", "tool"]);
    let rows = report["rows"].as_array().unwrap();
    let dollars = |row: &Value| row["cost_usd"].as_str().unwrap().parse().unwrap();
    rows.iter()
        .map(|row| (row["key"].as_str().unwrap().to_owned(), dollars(row)))
        .collect()
}

/// Dollars by tool, as Loki adds up what was shipped for these days.
fn in_loki(stack: &Stack, day: &str) -> BTreeMap<String, f64> {
    let sums = stack.loki().sums(&format!(
        r#"sum by (tool_name) (sum_over_time({{service_name="ai-cost-observer"}} | event_name="ai.usage" | usage_day="{day}" | unwrap usage_cost_usd [1h]))"#
    ));
    sums.into_iter()
        .map(|(labels, dollars)| (labels["tool_name"].clone(), dollars))
        .collect()
}

fn in_prometheus(stack: &Stack) -> BTreeMap<String, f64> {
    let samples = stack.prometheus().query("ai_cost_today_USD");
    samples
        .into_iter()
        .map(|sample| (sample.labels["tool_name"].clone(), sample.value))
        .collect()
}

/// To the hundredth of a cent: both add fractions in binary.
fn same(one: &BTreeMap<String, f64>, other: &BTreeMap<String, f64>) -> bool {
    one.len() == other.len()
        && one.iter().all(|(tool, dollars)| {
            let other = other.get(tool);
            other.is_some_and(|other| (dollars - other).abs() < 0.0001)
        })
}

/// Files below `folder` that hold `text`.
fn files_with(text: &str, folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                if bytes
                    .windows(text.len())
                    .any(|part| part == text.as_bytes())
                {
                    found.push(path);
                }
            }
        }
    }
    found
}

#[test]
fn every_place_that_shows_money_shows_the_same() {
    let stack = Stack::builder().start();
    let (zone, today) = elsewhere();
    let mut aco = Aco::builder()
        .ships_to(&stack)
        .env("TZ", zone)
        .config("[scan]\ninterval = \"5s\"\n[log]\nlevel = \"trace\"")
        .build();
    let (claude, codex) = (
        aco.user_home().join(".claude"),
        aco.user_home().join(".codex"),
    );
    // What the tools have of former times, before anyone observed them.
    let old = claude::Shape {
        traps: Traps {
            unknown_models: false,
            ..Traps::ALL
        },
        ..claude::Shape::SMALL
    };
    let mut history: Manifest = claude::write(&claude, &old).unwrap();
    history.merge(codex::write(&codex, &codex::Shape::SMALL).unwrap());
    aco.spawn_run();
    aco.wait_until_up(UP);
    assert_eq!(
        counts(&report(&aco, &[])["totals"]),
        expected(history.totals())
    );

    // Three sessions at once, some of it unseen when the agent is killed.
    let mut live = Live::new(&claude, 9);
    for round in 0..4 {
        for session in 0..3 {
            live.ask(session, NEEDLE, now()).unwrap();
        }
        if round == 2 {
            let new = codex::Shape {
                seed: 4,
                threads: 2,
                calls: 5,
                since: now(),
                days: 0,
                ..codex::Shape::SMALL
            };
            let scenes = [Scene::Plain, Scene::Records];
            history.merge(codex::write_scenes(&codex, &new, &scenes).unwrap());
        }
        if round > 0 {
            aco.kill9();
            live.ask(0, NEEDLE, now()).unwrap();
            aco.spawn_run();
            aco.wait_until_up(UP);
        }
        report(&aco, &[]);
    }

    history.merge(live.manifest().clone());
    eventually(SOON, "every call in the report", || {
        counts(&report(&aco, &[])["totals"]) == expected(history.totals())
    });
    let money = reported(&aco, &today);
    assert_eq!(
        money.keys().collect::<Vec<_>>(),
        ["claude-code", "codex"],
        "nothing is from before: {money:?}"
    );
    assert!(money.values().all(|dollars| *dollars > 0.0), "{money:?}");
    eventually(SOON, "the same sums in Loki", || {
        same(&in_loki(&stack, &today), &money)
    });
    eventually(SOON, "the same sums in Prometheus", || {
        same(&in_prometheus(&stack), &money)
    });

    // Of former times nothing is sent, and of these no more than there was to say.
    let entries = stack.loki().agent_entries();
    let usage: Vec<_> = entries
        .iter()
        .filter(|entry| entry.attribute("event.name") == Some("ai.usage"))
        .collect();
    for entry in &usage {
        assert!(
            entry.attribute("usage.day").unwrap() >= today.as_str(),
            "{entry:?}"
        );
    }
    let asked = live.manifest().totals().calls + 10;
    assert!(
        usage.len() as u64 <= asked,
        "{} records for {asked} calls",
        usage.len()
    );

    // What was said, and who was spoken of, stays in the tools' own files.
    let sent = format!("{entries:?}");
    let sessions = history.totals_by(|spent| spent.session.clone());
    assert!(!sent.contains(NEEDLE));
    for session in sessions.keys() {
        assert!(!sent.contains(session), "session {session} in Loki");
    }
    assert!(!sent.contains("/home/dev/project"), "a project in Loki");
    assert!(aco.sigterm().success());
    assert_eq!(
        files_with(NEEDLE, &aco.home()),
        Vec::<std::path::PathBuf>::new()
    );
    assert!(
        !files_with(NEEDLE, &claude).is_empty(),
        "it was asked at all"
    );
    assert!(!aco.agent_output().contains(NEEDLE));
}
