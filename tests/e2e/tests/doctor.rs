//! `aco doctor` against everything that can be wrong on the way, at real servers where one can be
//! made to do it: each has a finding of its own, and a remedy.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its plain functions too"
)]

use aco_e2e::aco::{Aco, Builder, Output};
use aco_e2e::certificates::{Authority, CertificateKind};
use aco_e2e::loki::AGENT;
use aco_e2e::stack::Stack;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

const UP: Duration = Duration::from_secs(20);
const DOCTOR: &str = r#"{service_name="ai-cost-observer-doctor"}"#;

/// What doctor said, and how its last step ended.
#[derive(Debug)]
struct Said {
    code: i32,
    report: Value,
    last: Value,
}

impl Said {
    fn finding(&self) -> &str {
        self.last["code"].as_str().unwrap()
    }

    fn codes(&self) -> Vec<&str> {
        let steps = self.report["steps"].as_array().unwrap();
        steps
            .iter()
            .map(|it| it["code"].as_str().unwrap())
            .collect()
    }
}

#[track_caller]
fn examine(aco: &Aco) -> Said {
    let Output {
        code,
        stdout,
        stderr,
    } = aco.cmd(&["doctor", "--json"]);
    let report: Value = serde_json::from_str(&stdout)
        .unwrap_or_else(|error| panic!("no JSON ({error}): {stdout}{stderr}"));
    assert_eq!(report["schema_version"], 1);
    assert_eq!(stderr, "", "{report:#}");
    let last = report["steps"].as_array().unwrap().last().unwrap().clone();
    Said { code, report, last }
}

/// Everything that was tried, by its finding.
#[derive(Default)]
struct Findings(BTreeMap<String, String>);

impl Findings {
    /// Requires that `situation` has this finding, as the last step, with a remedy; and that no
    /// other situation has it.
    #[track_caller]
    fn add(&mut self, situation: &str, aco: &Aco, finding: &str) -> Said {
        let said = examine(aco);
        assert_eq!(said.finding(), finding, "{situation}: {:#}", said.report);
        assert_eq!(said.code, 1, "{situation}: {:#}", said.report);
        assert_eq!(said.report["healthy"], false, "{situation}");
        assert_eq!(said.report["answers"], Value::Null, "{situation}");
        assert_eq!(said.last["outcome"], "failed", "{situation}");
        for words in ["what", "advice"] {
            let text = said.last[words].as_str().unwrap();
            assert!(text.len() > 20, "{situation}: {:#}", said.last);
        }
        // People read the same.
        let in_words = aco.cmd(&["doctor"]);
        assert_eq!(in_words.code, 1, "{in_words:?}");
        let advice = said.last["advice"].as_str().unwrap();
        assert!(in_words.stdout.contains(advice), "{in_words:?}");
        assert!(in_words.stdout.contains("failed"), "{in_words:?}");
        let other = self.0.insert(finding.to_owned(), situation.to_owned());
        assert_eq!(other, None, "{situation} has the same finding {finding}");
        said
    }
}

#[test]
fn each_fault_has_a_finding_of_its_own() {
    let mut findings = Findings::default();
    in_plain_text(&mut findings);
    with_tls(&mut findings);
    no_http2(&mut findings);
    assert_eq!(findings.0.len(), 17, "{:#?}", findings.0);
}

fn in_plain_text(findings: &mut Findings) {
    let mut stack = Stack::builder().plaintext().without_prometheus().start();
    let at = |endpoint: &str| Aco::builder().endpoint(endpoint);
    let grpc = stack.grpc_endpoint();
    let right = at(&grpc).token(stack.token()).build();

    let nowhere = at(&format!("http://{}:4317", "x".repeat(64))).build();
    findings.add("a host that nobody knows", &nowhere, "name_unknown");
    let loki = at(stack.loki().base()).token(stack.token()).build();
    findings.add("a wrong port, Loki's own", &loki, "http_server");
    let http = at(&stack.http_endpoint()).token(stack.token()).build();
    let said = findings.add("the Collector's HTTP port", &http, "otlp_http_endpoint");
    assert!(said.last["advice"].as_str().unwrap().contains("4317"));
    let https = at(&grpc.replace("http:", "https:"))
        .token(stack.token())
        .build();
    findings.add("TLS expected, plain spoken", &https, "server_speaks_plain");
    let wrong = at(&grpc).token("not-the-token-of-this-stack").build();
    let said = findings.add("a wrong token", &wrong, "token_refused");
    assert!(!said.report.to_string().contains("not-the-token"));
    findings.add("no token", &at(&grpc).build(), "token_required");

    stack.kill_loki();
    findings.add(
        "Loki down behind the Collector",
        &right,
        "backend_unavailable",
    );
    stack.start_refusing_loki(&["-distributor.max-line-size=1B"]);
    let said = findings.add("Loki takes no such line", &right, "record_refused");
    assert!(said.last["what"].as_str().unwrap().contains("entry size"));
    stack.kill_loki();
    stack.start_refusing_loki(&[
        "-distributor.ingestion-rate-limit-mb=0.000001",
        "-distributor.ingestion-burst-size-mb=0.000001",
    ]);
    let said = findings.add("Loki takes no such amount", &right, "rate_limited");
    assert!(said.last["what"].as_str().unwrap().contains("429"));
    stack.kill_loki();
    stack.start_loki();

    stack.kill_collector();
    findings.add("nothing listening", &right, "connection_refused");
    let other = stack.start_other_collector(WITHOUT_LOGS, true);
    findings.add(
        "a Collector without a logs pipeline",
        &right,
        "no_logs_pipeline",
    );
    other.kill9();
    let elsewhere = "exporters: {otlp_http: {endpoint: '${env:LOKI_OTLP_ENDPOINT}/nowhere'}}";
    let other = stack.start_other_collector(elsewhere, false);
    findings.add("a wrong path to Loki", &right, "backend_path_wrong");
    other.kill9();
    assert!(
        stack.loki().query(DOCTOR).is_empty(),
        "nothing came through"
    );
}

const WITHOUT_LOGS: &str = "
receivers: {otlp: {protocols: {grpc: {endpoint: '${env:COLLECTOR_GRPC_ENDPOINT}'}}}}
exporters: {otlp_http: {endpoint: '${env:LOKI_OTLP_ENDPOINT}'}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {metrics: {receivers: [otlp], exporters: [otlp_http]}}
";

fn with_tls(findings: &mut Findings) {
    let mut stack = Stack::builder().without_prometheus().start();
    let right = Aco::builder().ships_to(&stack).build();
    let plain = Aco::builder()
        .ships_to(&stack)
        .endpoint(&stack.grpc_endpoint().replace("https:", "http:"))
        .build();
    let said = findings.add("plain expected, TLS spoken", &plain, "server_speaks_tls");
    assert!(said.last["advice"].as_str().unwrap().contains("https://"));
    // The other OTLP is recognised behind TLS too, where it speaks HTTP/2.
    let http = Aco::builder()
        .ships_to(&stack)
        .endpoint(&stack.http_endpoint())
        .build();
    assert_eq!(examine(&http).finding(), "otlp_http_endpoint");

    for (situation, kind, finding) in [
        (
            "an unknown CA",
            CertificateKind::UnknownCa,
            "certificate_unknown_issuer",
        ),
        (
            "an expired certificate",
            CertificateKind::Expired,
            "certificate_expired",
        ),
        (
            "a certificate for another name",
            CertificateKind::WrongName,
            "certificate_wrong_name",
        ),
    ] {
        stack.kill_collector();
        stack.set_certificate(kind);
        stack.start_collector();
        findings.add(situation, &right, finding);
    }
}

/// A server whose TLS offers HTTP/1.1 only, as a proxy without HTTP/2 does: none of the real
/// servers can be made to.
fn no_http2(findings: &mut Findings) {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::create(folder.path());
    authority.issue(CertificateKind::Valid);
    let certificate = CertificateDer::from_pem_file(authority.server_certificate()).unwrap();
    let key = PrivateKeyDer::from_pem_file(authority.server_key()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    config.alpn_protocols = Vec::new();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!(
        "https://localhost:{}",
        listener.local_addr().unwrap().port()
    );
    // Ends with the test program.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut tls = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let _ = rustls::Stream::new(&mut tls, &mut stream).read(&mut [0]);
        }
    });
    let aco = Aco::builder()
        .endpoint(&endpoint)
        .ca_file(&authority.ca_file())
        .build();
    findings.add("TLS without HTTP/2", &aco, "no_http2");
}

fn installation(stack: &Stack) -> Builder {
    Aco::builder().ships_to(stack)
}

#[test]
fn answers_that_are_lokis_own_are_proven_and_remembered() {
    let stack = Stack::builder().without_prometheus().start();
    let mut aco = installation(&stack).build();
    // Without an agent, in a home that was never started in.
    let said = examine(&aco);
    assert_eq!(said.code, 0, "{:#}", said.report);
    assert_eq!(
        said.codes(),
        [
            "configured",
            "token_present",
            "name_resolved",
            "connected",
            "certificate_believed",
            "grpc_spoken",
            "record_accepted",
            "answers_are_lokis",
            "metrics_accepted"
        ]
    );
    assert_eq!(said.report["answers"]["by"], "loki", "{:#}", said.report);
    let installation = aco.status()["installation"].clone();
    assert_ne!(installation, "", "minted, under the lock");
    assert_eq!(aco.status()["answers"], said.report["answers"]);

    // One record of now, in a stream of its own; nothing through the spool.
    let stored = stack.loki().query(DOCTOR);
    assert_eq!(stored.len(), 1, "{stored:?}");
    let instance = stored[0].attribute("service.instance.id");
    assert_eq!(instance, installation.as_str());
    assert!(stack.loki().query(AGENT).is_empty());
    assert_eq!(aco.status()["records"]["spooled"], 0);

    // With an agent, which owns the state.
    aco.spawn_run();
    aco.wait_until_up(UP);
    assert_eq!(aco.status()["answers"], said.report["answers"]);
    let again = examine(&aco);
    assert_eq!(again.code, 0, "{:#}", again.report);
    let (first, second) = (&said.report["answers"], &again.report["answers"]);
    assert!(second["found_at"].as_u64() > first["found_at"].as_u64());
    assert_eq!(&aco.status()["answers"], second, "as of the last one");
    let words = aco.cmd(&["status"]).stdout;
    assert!(words.contains("Loki's own (as of "), "{words}");
    assert_eq!(stack.loki().query(DOCTOR).len(), 2);

    // Another endpoint has not been examined; the former one's finding is kept.
    let endpoint = stack.grpc_endpoint();
    let elsewhere = endpoint.replace("localhost", "127.0.0.1");
    aco.set_ship("endpoint", &format!("\"{elsewhere}\""));
    aco.store_token(
        "makes the agent read its settings again"
            .split(' ')
            .next()
            .unwrap(),
    );
    assert_eq!(aco.status()["endpoint"]["url"], elsewhere.as_str());
    assert_eq!(aco.status()["answers"], Value::Null);
    aco.set_ship("endpoint", &format!("\"{endpoint}\""));
    assert!(aco.sigterm().success());
    assert_eq!(&aco.status()["answers"], second, "kept by endpoint");
}

#[test]
fn a_collector_that_queues_is_told_from_loki() {
    let mut stack = Stack::builder().plaintext().without_prometheus().start();
    let aco = installation(&stack).build();
    stack.kill_collector();
    let queue = "exporters: {otlp_http: {sending_queue: {enabled: true}}}";
    let _queueing = stack.start_other_collector(queue, false);
    let said = examine(&aco);
    assert_eq!(said.code, 0, "nothing is wrong: {:#}", said.report);
    assert_eq!(said.report["answers"]["by"], "collector");
    let steps = said.report["steps"].as_array().unwrap();
    let whose = steps
        .iter()
        .find(|it| it["check"] == "whose_answer")
        .unwrap();
    assert_eq!(whose["code"], "accepted_by_collector");
    assert_eq!(whose["outcome"], "note");
    assert!(whose["advice"].as_str().unwrap().contains("sending_queue"));
    let words = aco.cmd(&["status"]).stdout;
    assert!(words.contains("accepted by the Collector"), "{words}");
}

#[test]
fn nothing_is_sent_while_paused_or_without_an_endpoint() {
    // Stands for a Collector: whoever connects wants to send.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let mut aco = Aco::builder().endpoint(&endpoint).build();
    assert_eq!(aco.cmd(&["pause"]).code, 0);
    for with_agent in [false, true] {
        if with_agent {
            aco.spawn_run();
            aco.wait_until_up(UP);
        }
        let said = examine(&aco);
        assert_eq!(said.code, 0, "{:#}", said.report);
        assert_eq!(said.codes(), ["configured", "no_token", "paused"]);
        let advice = said.last["advice"].as_str().unwrap();
        assert!(advice.contains("aco resume"), "{:#}", said.last);
    }
    assert!(listener.accept().is_err(), "somebody connected");

    let local = examine(&Aco::builder().build());
    assert_eq!((local.code, local.finding()), (0, "no_endpoint"));
    let invalid = examine(&Aco::builder().ship("endpont", "1").build());
    assert_eq!((invalid.code, invalid.finding()), (2, "config_invalid"));
}
