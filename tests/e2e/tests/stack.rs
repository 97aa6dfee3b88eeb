//! The backend itself, before any agent: the files in `infra/` are accepted by the real servers,
//! and what they promise of the answers holds.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic is how a test fails, in its plain functions too"
)]

use std::collections::BTreeSet;
use std::process::Command;
use std::time::{Duration, Instant};

use aco_e2e::certificates::CertificateKind;
use aco_e2e::http::Client;
use aco_e2e::stack::Stack;
use aco_e2e::{eventually, eventually_some, loki, now_ns, otlp};
use serde_json::json;

const HOUR_NS: i64 = 3_600_000_000_000;
const SOON: Duration = Duration::from_secs(30);

#[track_caller]
fn accepted(command: &mut Command) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}: {said}{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

#[test]
fn a_record_and_a_counter_arrive_over_tls_with_the_token_only() {
    let stack = Stack::builder()
        .env("COLLECTOR_METRIC_EXPIRATION", "10m")
        .start();
    accepted(&mut stack.loki_command(&["-verify-config"]));
    accepted(&mut stack.collector_command("validate"));

    let record = otlp::log_record("ai-cost-observer", "hello", &[("log.record.uid", "i-1")]);
    let sent = otlp::send(&stack, "logs", Some(stack.token()), &record).unwrap();
    assert_eq!(sent.status, 200, "{sent:?}");
    // No waiting: the Collector's answer was Loki's.
    let entries = stack
        .loki()
        .query(r#"{service_name="ai-cost-observer"} | host_name="e2e-host""#);
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(entries[0].line, "hello");
    assert_eq!(entries[0].uid(), Some("i-1"));
    assert_eq!(entries[0].attribute("severity_text"), Some("INFO"));
    assert_eq!(entries[0].attribute("detected_level"), Some("info"));
    assert_eq!(entries[0].attribute("scope_name"), Some("aco_e2e"));
    // The resource processor speaks only where the sender was silent.
    let labels: Vec<_> = entries[0]
        .labels
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    assert_eq!(
        labels,
        [
            ("deployment_environment", "personal"),
            ("service_name", "ai-cost-observer")
        ]
    );

    for token in [None, Some("not-the-token")] {
        let refused = otlp::send(&stack, "logs", token, &record).unwrap();
        assert_eq!(refused.status, 401, "{token:?} {refused:?}");
    }
    assert_eq!(stack.loki().uids(), ["i-1"]);

    // Names and labels as the contract's table of metrics has them.
    for host in ["one", "two"] {
        let counter = otlp::counter("ai-cost-observer", host, "ai.tokens.cost_usd", "", 0.25);
        let sent = otlp::send(&stack, "metrics", Some(stack.token()), &counter).unwrap();
        assert_eq!(sent.status, 200, "{sent:?}");
    }
    // A scrape, then the query: up to twice the 15 s interval.
    let samples = eventually_some(2 * SOON, "both hosts' counters in Prometheus", || {
        let samples = stack.prometheus().query("ai_tokens_cost_usd_total");
        (samples.len() == 2).then_some(samples)
    });
    for sample in samples {
        let host = &sample.labels["host_name"];
        assert!((sample.value - 0.25).abs() < f64::EPSILON, "{sample:?}");
        assert_eq!(sample.labels["job"], "ai-cost-observer");
        assert_eq!(
            sample.labels["service_instance_id"],
            format!("instance-of-{host}")
        );
        let names: BTreeSet<_> = sample.labels.keys().map(String::as_str).collect();
        let expected = [
            "__name__",
            "host_name",
            "instance",
            "job",
            "service_instance_id",
        ];
        assert_eq!(names, BTreeSet::from(expected));
    }
}

#[test]
fn an_acknowledgement_is_lokis_own() {
    let mut stack = Stack::builder().without_prometheus().plaintext().start();
    accepted(&mut stack.collector_command("validate"));
    let token = stack.token().to_owned();
    let send = |stack: &Stack, uid: &str| {
        let record = otlp::log_record("ai-cost-observer", uid, &[("log.record.uid", uid)]);
        otlp::send(stack, "logs", Some(&token), &record)
            .unwrap()
            .status
    };
    assert_eq!(send(&stack, "1"), 200);

    stack.kill_loki();
    assert_eq!(
        send(&stack, "while down"),
        503,
        "a living Collector must not answer for Loki"
    );
    stack.start_loki();
    assert_eq!(
        stack.loki().uids(),
        ["1"],
        "acknowledged, so in the write-ahead log"
    );
    assert_eq!(send(&stack, "2"), 200);

    stack.freeze_loki();
    let asked = Instant::now();
    assert_eq!(send(&stack, "while frozen"), 503);
    assert!(
        asked.elapsed() < Duration::from_secs(18),
        "within the agent's own limit"
    );
    stack.thaw_loki();
    assert_eq!(send(&stack, "3"), 200);

    let aged = |service: &str, days: i64| {
        let time = now_ns() - days * 24 * HOUR_NS;
        let mut record = otlp::log_record(service, "from long ago", &[]);
        record["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["timeUnixNano"] =
            json!(time.to_string());
        (
            otlp::send(&stack, "logs", Some(&token), &record).unwrap(),
            time,
        )
    };
    // What an agent kept for weeks is taken, into a stream that has nothing newer.
    let (taken, time) = aged("long-offline", 29);
    assert_eq!(taken.status, 200, "{taken:?}");
    let selector = r#"{service_name="long-offline"}"#;
    let found = stack
        .loki()
        .query_between(selector, time - HOUR_NS, time + HOUR_NS);
    assert_eq!(found.len(), 1, "{found:?}");
    // Too old for Loki: its refusal comes through, in its words.
    let (refused, _) = aged("ai-cost-observer-doctor", 3650);
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(refused.body.contains("too old"), "{refused:?}");

    // The request that hung may have been stored when Loki went on: at-least-once.
    let uids = stack.loki().uids();
    let known: Vec<_> = uids
        .iter()
        .filter(|uid| uid.as_str() != "while frozen")
        .collect();
    assert_eq!(known, ["1", "2", "3"]);
    stack.stop();
}

#[test]
fn tokens_and_certificates_can_be_replaced() {
    let mut stack = Stack::builder().without_prometheus().start();
    let record = otlp::log_record("ai-cost-observer", "hello", &[("log.record.uid", "1")]);
    let send = |stack: &Stack, token: &str| otlp::send(stack, "logs", Some(token), &record);

    let former = stack.token().to_owned();
    stack.set_tokens(&["new-token", &former]);
    eventually(SOON, "the second token to be taken", || {
        send(&stack, "new-token").unwrap().status == 200
    });
    assert_eq!(
        send(&stack, &former).unwrap().status,
        200,
        "both, while one is being replaced"
    );
    stack.set_tokens(&["new-token"]);
    eventually(SOON, "the former token to be refused", || {
        send(&stack, &former).unwrap().status == 401
    });

    for kind in [
        CertificateKind::Expired,
        CertificateKind::UnknownCa,
        CertificateKind::WrongName,
    ] {
        stack.set_certificate(kind);
        stack.stop_collector();
        stack.start_collector();
        let refused = send(&stack, "new-token");
        assert!(refused.is_err(), "{kind:?}: {refused:?}");
    }
    stack.set_certificate(CertificateKind::Valid);
    stack.kill_collector();
    stack.start_collector();
    assert_eq!(send(&stack, "new-token").unwrap().status, 200);

    // A client that was given no authority must not come through either.
    let stranger = Client::new(None).get(&stack.http_endpoint(), &[], &[]);
    assert!(stranger.is_err(), "{stranger:?}");
    assert_eq!(loki::distinct(&stack.loki().uids()), 1);
}

#[test]
fn queries_page_through_more_than_one_answer_holds() {
    let stack = Stack::builder().without_prometheus().plaintext().start();
    const RECORDS: usize = 12_345;
    let mut request = otlp::log_record("ai-cost-observer", "", &[]);
    let base = now_ns();
    let records: Vec<_> = (0..RECORDS)
        .map(|number| {
            // Pairs share a time, so that pages end between two of one time.
            let time = base + i64::try_from(number / 2).unwrap();
            json!({
                "timeUnixNano": time.to_string(),
                "body": {"stringValue": format!("line {number}")},
                "attributes": [{"key": "log.record.uid",
                    "value": {"stringValue": format!("{number:05}")}}],
            })
        })
        .collect();
    for chunk in records.chunks(2_500) {
        request["resourceLogs"][0]["scopeLogs"][0]["logRecords"] = json!(chunk);
        let sent = otlp::send(&stack, "logs", Some(stack.token()), &request).unwrap();
        assert_eq!(sent.status, 200, "{sent:?}");
    }
    let uids = stack.loki().uids();
    assert_eq!(uids.len(), RECORDS);
    assert_eq!(loki::distinct(&uids), RECORDS);
    assert!(loki::copies(&uids).is_empty());
}
