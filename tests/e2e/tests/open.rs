//! `aco open`: the link's query is asked of a real Loki, and a browser of ours is started with it.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic is how a test fails, in its plain functions too"
)]

use aco_e2e::aco::{Aco, Builder};
use aco_e2e::stack::Stack;
use aco_e2e::{eventually_some, otlp};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

fn with_grafana() -> Builder {
    Aco::builder().config("[grafana]\nurl = \"https://grafana.example/sub/\"\nloki_uid = \"l\"")
}

/// The one pane of a link.
fn pane(link: &str) -> Value {
    let start = "https://grafana.example/sub/explore?schemaVersion=1&orgId=1&panes=";
    let mut encoded = link.strip_prefix(start).expect(link).bytes();
    let mut bytes = Vec::new();
    while let Some(byte) = encoded.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [encoded.next().unwrap(), encoded.next().unwrap()];
                u8::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    let panes: Value = serde_json::from_slice(&bytes).unwrap();
    let panes = panes.as_object().unwrap();
    assert_eq!(panes.len(), 1);
    panes.values().next().unwrap().clone()
}

#[test]
fn the_query_finds_the_records_of_a_host_with_an_awkward_name() {
    let host = "a\"b\\c`d Ø";
    let stack = Stack::builder().plaintext().without_prometheus().start();
    for name in [host, "another"] {
        let mut record = otlp::log_record("ai-cost-observer", name, &[]);
        record["resourceLogs"][0]["resource"]["attributes"][1]["value"] =
            json!({"stringValue": name});
        let sent = otlp::send(&stack, "logs", Some(stack.token()), &record).unwrap();
        assert_eq!(sent.status, 200, "{sent:?}");
    }
    let aco = with_grafana()
        .env(
            "OTEL_RESOURCE_ATTRIBUTES",
            "host.name=a%22b%5Cc%60d%20%C3%98",
        )
        .build();
    let printed = aco.cmd(&["open", "--print"]);
    assert_eq!(printed.code, 0, "{printed:?}");
    let pane = pane(printed.stdout.trim_end());
    assert_eq!(pane["datasource"], "l");
    let query = pane["queries"][0]["expr"].as_str().unwrap();
    let found = stack.loki().query(query);
    assert_eq!(found.len(), 1, "{query}: {found:?}");
    assert_eq!(found[0].line, host);
}

#[test]
fn a_link_is_printed_or_opened_and_nothing_else_is() {
    let aco = with_grafana().build();
    let day = [
        "open",
        "--print",
        "--from",
        "2026-01-31",
        "--to",
        "2026-01-31",
    ];
    let printed = aco.cmd(&day);
    let range = pane(printed.stdout.trim_end())["range"].clone();
    let at = |edge: &str| range[edge].as_str().unwrap().parse::<u64>().unwrap();
    assert_eq!(at("to") - at("from"), 86_400_000, "{range}");

    for wrong in [
        vec!["open", "--print", "--from", "soon"],
        vec!["open", "--print", "--from", "1h", "--to", "2h"],
    ] {
        let refused = aco.cmd(&wrong);
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(refused.stderr.contains("--from"), "{refused:?}");
    }
    let without = Aco::builder().build().cmd(&["open"]);
    assert_eq!(without.code, 2, "{without:?}");
    assert!(without.stderr.contains("[grafana]"), "{without:?}");

    // A desktop whose browser writes down what it is given.
    let browsers = tempfile::tempdir().unwrap();
    let given = browsers.path().join("given");
    let browser = browsers.path().join("xdg-open");
    let script = format!("#!/bin/sh\nprintf '%s\\n' \"$@\" > '{}'\n", given.display());
    std::fs::write(&browser, script).unwrap();
    std::fs::set_permissions(&browser, std::fs::Permissions::from_mode(0o755)).unwrap();
    let aco = with_grafana()
        .env("PATH", browsers.path().as_os_str())
        .build();
    let opened = aco.cmd(&["open", "--query", "{a=\"b\"}"]);
    if cfg!(target_os = "linux") {
        assert_eq!(opened.code, 0, "{opened:?}");
        let line = eventually_some(Duration::from_secs(10), "the browser", || {
            let text = std::fs::read_to_string(&given).ok()?;
            text.strip_suffix('\n').map(str::to_owned)
        });
        assert_eq!(pane(&line)["queries"][0]["expr"], "{a=\"b\"}");
        assert!(opened.stdout.contains(&line), "{opened:?}");
    }
}
