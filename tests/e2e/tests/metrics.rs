//! Metrics on real input: what runs here is seen in Prometheus, under the names that dashboards
//! rely on, and no restart, outage or pause distorts a counter.
//!
//! Tools of other tests run on the same machine, and every agent sees them. So what is counted
//! exactly is a tool with a name of its own.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its plain functions too"
)]

use aco_e2e::aco::{Aco, Builder};
use aco_e2e::judge::needs_attention;
use aco_e2e::process::{Process, idle_program};
use aco_e2e::prometheus::{Sample, Samples};
use aco_e2e::stack::Stack;
use aco_e2e::{eventually, eventually_some};
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::net::{IpAddr, TcpListener, UdpSocket};
use std::time::{Duration, Instant};

const UP: Duration = Duration::from_secs(20);
const SOON: Duration = Duration::from_secs(60);
/// The shortest there is.
const SCAN: Duration = Duration::from_secs(5);
/// How often the agents here export; Prometheus scrapes every second.
const EVERY: Duration = Duration::from_secs(3);

/// Every metric that exists now: its name in Prometheus and the labels of its own.
const APP: &[&str] = &["app_category", "app_name"];
const CLI: &[&str] = &["cli_category", "cli_name"];
const NAMES: &[(&str, &[&str])] = &[
    ("ai_app_running", APP),
    ("ai_app_active_duration_seconds_total", APP),
    ("ai_app_cpu_usage_percent", APP),
    ("ai_app_memory_usage_MB", APP),
    ("ai_cli_running", CLI),
    ("ai_cli_active_duration_seconds_total", CLI),
    ("ai_agent_spool_bytes", &[]),
    ("ai_agent_spool_oldest_age_seconds", &[]),
    ("ai_agent_records_spooled_total", &[]),
    ("ai_agent_records_shipped_total", &[]),
    ("ai_agent_records_dropped_total", &["reason"]),
    ("ai_agent_records_quarantined_total", &[]),
];
/// What the Collector adds, from the resource.
const EVERYWHERE: &[&str] = &[
    "__name__",
    "host_name",
    "instance",
    "job",
    "service_instance_id",
];

fn stack() -> Stack {
    let stack = Stack::builder()
        .scrape_every("1s")
        .env("COLLECTOR_METRIC_EXPIRATION", "6s")
        .start();
    // It is ready some seconds before it scrapes, and a birth must be seen to be counted from.
    becomes(&stack, "up", 1.0);
    stack
}

/// An installation that looks and exports as often as it may, on a host of this name.
fn host(name: &str) -> Builder {
    Aco::builder()
        .ship("metrics_interval", &format!("\"{}s\"", EVERY.as_secs()))
        .env("OTEL_RESOURCE_ATTRIBUTES", format!("host.name={name}"))
        .config("[scan]\ninterval = \"5s\"")
}

/// A tool of this test alone, as the configuration describes it.
struct Tool {
    id: String,
    kind: &'static str,
}

impl Tool {
    fn new(kind: &'static str, letter: char) -> Self {
        // No process name is longer than 15 bytes on Linux.
        let id = format!("e2e-{letter}{}", std::process::id());
        Self { id, kind }
    }

    fn config(&self) -> String {
        let Self { id, kind } = self;
        format!(
            "[[tool]]\nid = \"{id}\"\nname = \"{id}\"\nkind = \"{kind}\"\nprocesses = [\"{id}\"]\n"
        )
    }

    fn start(&self, aco: &Aco) -> Process {
        idle_program(&aco.user_home().join("bin"), &self.id)
    }

    /// Selects its series.
    fn of(&self, metric: &str, host: &str) -> String {
        format!(
            "{metric}{{{}_name=\"{}\",host_name=\"{host}\"}}",
            self.kind, self.id
        )
    }
}

/// The one value of a query, when there is one.
fn value(stack: &Stack, query: &str) -> Option<f64> {
    let samples = stack.prometheus().query(query);
    assert!(samples.len() <= 1, "{query}: {samples:?}");
    samples.first().map(|sample| sample.value)
}

#[track_caller]
fn becomes(stack: &Stack, query: &str, wanted: f64) {
    eventually(SOON, &format!("{query} == {wanted}"), || {
        value(stack, query) == Some(wanted)
    });
}

/// Everything that was ever scraped of one series.
#[track_caller]
fn scraped(stack: &Stack, selector: &str) -> Samples {
    let mut series = stack.prometheus().samples(&format!("{selector}[1h]"));
    assert_eq!(series.len(), 1, "{selector}: {series:?}");
    series.remove(0)
}

fn emit(aco: &Aco, count: u64) {
    let output = aco.cmd(&["emit", "--count", &count.to_string(), "--grace", "0s"]);
    assert_eq!(output.code, 0, "{output:?}");
}

fn spooled(aco: &Aco) -> f64 {
    aco.status()["records"]["spooled"].as_f64().unwrap()
}

#[test]
fn every_metric_has_its_name_and_labels_and_follows_what_runs() {
    let stack = stack();
    let app = Tool::new("app", 'a');
    // By the header variable alone, as other OpenTelemetry programs are told.
    let mut aco = host("here")
        .endpoint(&stack.grpc_endpoint())
        .ca_file(&stack.ca_file().unwrap())
        .env(
            "OTEL_EXPORTER_OTLP_HEADERS",
            format!("authorization=Bearer {}", stack.token()),
        )
        .config(&app.config())
        .build();
    aco.spawn_run();
    aco.wait_until_up(UP);
    // Never seen, never 0.
    eventually(SOON, "a first export", || {
        value(&stack, "ai_agent_records_spooled_total").is_some()
    });
    let of_app = |metric| value(&stack, &app.of(metric, "here"));
    assert_eq!(of_app("ai_app_running"), None);

    let ollama = idle_program(&aco.user_home().join("bin"), "ollama");
    let running = app.start(&aco);
    for (name, own) in NAMES {
        let query = format!("{name}{{host_name=\"here\"}}");
        let samples = eventually_some(SOON, name, || {
            let samples = stack.prometheus().query(&query);
            (!samples.is_empty()).then_some(samples)
        });
        let expected: BTreeSet<&str> = EVERYWHERE.iter().chain(*own).copied().collect();
        for Sample { labels, .. } in samples {
            let names: BTreeSet<&str> = labels.keys().map(String::as_str).collect();
            assert_eq!(names, expected, "{name}");
            assert_eq!(labels["job"], "ai-cost-observer");
            assert_eq!(labels["service_instance_id"], aco.status()["installation"]);
        }
    }
    let reasons = stack.prometheus().query("ai_agent_records_dropped_total");
    let reasons: BTreeSet<_> = reasons
        .iter()
        .map(|it| it.labels["reason"].as_str())
        .collect();
    let all = ["age", "damaged", "disk", "quota", "refused"];
    assert_eq!(reasons, BTreeSet::from(all));

    // It is 1 while it runs, and grows.
    let cli = "{cli_name=\"ollama\",cli_category=\"local-model\",host_name=\"here\"}";
    becomes(&stack, &format!("ai_cli_running{cli}"), 1.0);
    let duration = format!("ai_cli_active_duration_seconds_total{cli}");
    let first = scraped(&stack, &duration).values[0];
    assert!(first.abs() < f64::EPSILON, "born at {first}");
    let grown = |than: f64| {
        let now = || value(&stack, &duration).filter(|now| *now > than);
        eventually_some(SOON, "more time", now)
    };
    grown(grown(0.0));
    assert!(of_app("ai_app_memory_usage_MB") > Some(0.0));
    drop(ollama);

    running.kill9();
    for metric in [
        "ai_app_running",
        "ai_app_cpu_usage_percent",
        "ai_app_memory_usage_MB",
    ] {
        becomes(&stack, &app.of(metric, "here"), 0.0);
    }
    // The counter stays.
    assert!(of_app("ai_app_active_duration_seconds_total") > Some(0.0));
    assert!(aco.sigterm().success());
}

#[test]
fn nothing_that_dies_or_pauses_distorts_a_counter() {
    let mut stack = stack();
    let tool = Tool::new("cli", 'c');
    let install = |name: &str| host(name).ships_to(&stack).config(&tool.config()).build();
    let (mut one, mut two) = (install("one"), install("two"));
    let duration = |host| tool.of("ai_cli_active_duration_seconds_total", host);
    let records = |host| format!("ai_agent_records_spooled_total{{host_name=\"{host}\"}}");
    let running = tool.start(&one);
    // Before there is an agent: its whole history counts.
    emit(&one, 300);
    let begun = Instant::now();
    for aco in [&mut one, &mut two] {
        aco.spawn_run();
        aco.wait_until_up(UP);
    }
    // While it is off, the tool runs unseen.
    let mut unseen = Duration::ZERO;
    let grows = |stack: &Stack, what: &str, query: &str| {
        let before = value(stack, query).unwrap_or(0.0);
        eventually(SOON, what, || value(stack, query) > Some(before));
    };
    grows(&stack, "growth at the start", &duration("one"));
    grows(&stack, "growth at the start", &duration("two"));

    // An agent that ends, and one that is killed.
    for kill in [false, true] {
        let off = Instant::now();
        if kill {
            one.kill9();
        } else {
            assert!(one.sigterm().success());
        }
        emit(&one, 50);
        one.spawn_run();
        one.wait_until_up(UP);
        unseen += off.elapsed();
        grows(&stack, "growth after a restart", &duration("one"));
    }

    // A Collector that forgets everything.
    stack.kill_collector();
    emit(&one, 70);
    eventually(SOON, "trouble in the local log", || {
        one.local_log().contains("metrics cannot be exported")
    });
    stack.start_collector();
    grows(&stack, "growth after an outage", &duration("one"));
    grows(&stack, "growth after an outage", &duration("two"));

    // A pause longer than the Collector remembers a series. Nothing of it arrives meanwhile.
    assert_eq!(one.cmd(&["pause"]).code, 0);
    emit(&one, 90);
    eventually(SOON, "a series that is forgotten", || {
        value(&stack, &duration("one")).is_none()
    });
    grows(&stack, "growth of the other host", &duration("two"));
    assert_eq!(value(&stack, &records("one")), None);
    assert_eq!(one.cmd(&["resume"]).code, 0);
    grows(&stack, "growth after a pause", &duration("one"));

    running.kill9();
    let ran = begun.elapsed();
    for (aco, host) in [(&one, "one"), (&two, "two")] {
        becomes(&stack, &tool.of("ai_cli_running", host), 0.0);
        // Every record, exactly. Tools of other tests go on adding some.
        eventually(SOON, "an increase by every record", || {
            let counted = scraped(&stack, &records(host));
            assert!(counted.values.is_sorted(), "{counted:?}");
            (counted.increase() - spooled(aco)).abs() < 0.5
        });
        let shipped = format!("ai_agent_records_shipped_total{{host_name=\"{host}\"}}");
        assert!(scraped(&stack, &shipped).values.is_sorted());
    }
    // Every second, within a look at either end; of a killed agent's, but for what followed its
    // last export.
    let seen_of = |host, unseen: Duration, ends: u32| {
        let counted = scraped(&stack, &duration(host));
        assert!(counted.values.is_sorted(), "{counted:?}");
        let counted = counted.increase();
        let most = (ran + SCAN).as_secs_f64();
        let missed = unseen + ends * (SCAN + EVERY) + SCAN;
        let least = ran.saturating_sub(missed).as_secs_f64();
        assert!(
            (least..=most).contains(&counted),
            "{host}: {counted} s of {ran:?}, {unseen:?} of them unseen"
        );
    };
    seen_of("one", unseen, 2);
    seen_of("two", Duration::ZERO, 0);
    // What a dashboard asks. Prometheus extrapolates to the end of the range.
    for host in ["one", "two"] {
        let increase = value(&stack, &format!("increase({}[1h])", duration(host))).unwrap();
        let steps = scraped(&stack, &duration(host)).increase();
        assert!(
            (increase - steps).abs() < 1.0 + steps / 50.0,
            "{host}: {increase} {steps}"
        );
    }
    for aco in [&mut one, &mut two] {
        assert!(aco.sigterm().success());
    }
}

#[test]
fn a_wrong_token_is_said_once_and_a_right_one_is_noticed() {
    let stack = stack();
    let mut aco = host("refused")
        .endpoint(&stack.grpc_endpoint())
        .ca_file(&stack.ca_file().unwrap())
        .build();
    aco.store_token("not-the-token-of-the-stack");
    aco.spawn_run();
    aco.wait_until_up(UP);
    let said = |what: &str| {
        let log = aco.local_log();
        log.lines().filter(|line| line.contains(what)).count()
    };
    eventually(SOON, "three refusals", || {
        said("metrics cannot be exported") >= 3
    });
    let log = aco.local_log();
    let warned: Vec<_> = log
        .lines()
        .filter(|line| line.contains("WARN") && line.contains("metrics cannot be exported"))
        .collect();
    assert_eq!(warned.len(), 1, "{log}");
    assert!(warned[0].contains("Unauthenticated"), "{warned:?}");
    assert!(warned[0].contains("aco token set"), "{warned:?}");
    assert_eq!(value(&stack, "ai_agent_records_spooled_total"), None);

    aco.store_token(stack.token());
    eventually(SOON, "metrics", || {
        value(&stack, "ai_agent_records_spooled_total").is_some()
    });
    assert!(aco.sigterm().success());
    // What the exporter says of itself never leaves.
    let shipped = stack.loki().query("{service_name=\"ai-cost-observer\"}");
    assert!(!shipped.is_empty());
    assert!(shipped.iter().all(|entry| !entry.line.contains("metrics")));
}

/// An address of this machine that is not its loopback; nothing is sent to find it.
fn address_of_this_machine() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    // RFC 5737: an address for documentation. Connecting a UDP socket only asks for the route.
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

#[test]
fn metrics_carry_the_token_over_no_network_in_clear_text() {
    let Some(address) = address_of_this_machine() else {
        return;
    };
    let listener = TcpListener::bind((address, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let mut aco = host("here").endpoint(&endpoint).build();
    aco.store_token("a-token-for-nobody");
    aco.spawn_run();
    aco.wait_until_up(UP);
    needs_attention(&aco, UP, "plaintext_refused", &endpoint);
    // Several exports would have been due.
    let waited = 3 * EVERY.as_secs();
    eventually(SOON, "records that wait", || {
        aco.status()["backlog"]["oldest_age_s"].as_u64() > Some(waited)
    });
    let nobody = listener.accept().unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::WouldBlock, "it was connected to");
    assert!(aco.sigterm().success());
}
