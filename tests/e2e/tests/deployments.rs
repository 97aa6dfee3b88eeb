//! The deployments in `infra/`, as far as they can be tried without a container engine: Compose's own
//! reading of its files, the servers' own checks of their configuration.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails, in its plain functions too"
)]

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use aco_e2e::build::{ensure_compose, ensure_promtool};
use aco_e2e::infra;
use serde_json::Value;

/// A way to run the backend, by what a person starts.
struct Deployment {
    /// Relative to `infra/`; the first one's folder is the project's.
    files: &'static [&'static str],
    /// What its `.env` must say.
    required: &'static [&'static str],
    services: &'static [&'static str],
    /// `host address:port` of what is reachable from outside the containers.
    published: &'static [&'static str],
}

const LOCAL: Deployment = Deployment {
    files: &["docker-compose.yml", "docker-compose.override.yml"],
    required: &["COLLECTOR_USER", "GRAFANA_ADMIN_PASSWORD"],
    services: &["grafana", "loki", "otel-collector", "prometheus"],
    published: &[
        "127.0.0.1:13133",
        "127.0.0.1:3000",
        "127.0.0.1:3100",
        "127.0.0.1:4317",
        "127.0.0.1:4318",
        "127.0.0.1:9090",
    ],
};

const LOKI: Deployment = Deployment {
    files: &["loki/docker-compose.yml"],
    required: &[],
    services: &["loki"],
    published: &[],
};

const OTEL_STACK: Deployment = Deployment {
    files: &["otel-stack/docker-compose.yml"],
    required: &["COLLECTOR_HOST", "GRAFANA_ADMIN_PASSWORD", "GRAFANA_HOST"],
    services: &["grafana", "otel-collector", "prometheus"],
    published: &[],
};

const WITHOUT_TRAEFIK: Deployment = Deployment {
    files: &[
        "otel-stack/docker-compose.yml",
        "otel-stack/docker-compose.tls.yml",
    ],
    required: &[
        "COLLECTOR_CERTS",
        "COLLECTOR_HOST",
        "GRAFANA_ADMIN_PASSWORD",
        "GRAFANA_HOST",
    ],
    services: &["grafana", "otel-collector", "prometheus"],
    published: &["*:4317", "127.0.0.1:3000"],
};

const ALL: [Deployment; 4] = [LOCAL, LOKI, OTEL_STACK, WITHOUT_TRAEFIK];

/// What Compose makes of `files`, or its objection.
fn read(files: &[PathBuf], environment: &str) -> Result<Value, String> {
    let mut compose = Command::new(ensure_compose())
        .args(files)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = compose.stdin.take().unwrap();
    input.write_all(environment.as_bytes()).unwrap();
    drop(input);
    let output = compose.wait_with_output().unwrap();
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).unwrap())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

impl Deployment {
    fn paths(&self) -> Vec<PathBuf> {
        self.files.iter().map(|file| infra().join(file)).collect()
    }

    /// The example beside the first file, as a person completes it.
    fn environment(&self) -> String {
        let example = self.paths()[0].with_file_name(".env.example");
        let mut text = std::fs::read_to_string(example).unwrap();
        for name in self.required {
            text.push_str(&format!("\n{name}=value-of-{}", name.to_lowercase()));
        }
        text
    }

    fn read(&self) -> Value {
        read(&self.paths(), &self.environment()).unwrap_or_else(|error| panic!("{error}"))
    }
}

fn entries<'a>(object: &'a Value, field: &str) -> Vec<(&'a str, &'a Value)> {
    let Some(entries) = object[field].as_object() else {
        return Vec::new();
    };
    entries
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .collect()
}

fn list<'a>(object: &'a Value, field: &str) -> &'a [Value] {
    object[field].as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object[field].as_str().unwrap_or_default()
}

#[test]
fn compose_takes_each_deployment_as_its_example_is_filled_in() {
    for deployment in &ALL {
        let project = deployment.read();
        let services: Vec<_> = entries(&project, "services");
        let names: Vec<_> = services.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, deployment.services, "{:?}", deployment.files);
        for (name, service) in services {
            let limit = text(&service["deploy"]["resources"]["limits"], "memory");
            assert!(!limit.is_empty(), "{name} may take all memory");
            assert_eq!(text(service, "restart"), "unless-stopped", "{name}");
            let log = &service["logging"]["options"]["max-size"];
            assert!(log.is_string(), "{name}'s output is kept for ever");
        }
    }
}

#[test]
fn what_must_be_said_is_asked_for() {
    for deployment in &ALL {
        let whole = deployment.environment();
        for name in deployment.required {
            let without = whole.replace(&format!("\n{name}=value"), &format!("\nNOT_{name}=value"));
            let error = read(&deployment.paths(), &without).unwrap_err();
            assert!(error.contains(name), "{error}");
            assert!(error.contains(".env.example"), "no remedy: {error}");
        }
    }
}

#[test]
fn compose_refuses_a_word_it_does_not_know() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("docker-compose.yml");
    std::fs::write(&file, "services: {loki: {image: a, healthchek: {}}}").unwrap();
    let error = read(&[file], "").unwrap_err();
    assert!(error.contains("healthchek"), "{error}");
}

#[test]
fn nothing_is_published_but_what_must_be() {
    for deployment in &ALL {
        let project = deployment.read();
        let mut published = BTreeSet::new();
        for (_, service) in entries(&project, "services") {
            for port in list(service, "ports") {
                let address = port["host_ip"].as_str().unwrap_or("*");
                published.insert(format!("{address}:{}", text(port, "published")));
            }
        }
        let expected: BTreeSet<_> = deployment.published.iter().map(|&it| it.into()).collect();
        assert_eq!(published, expected, "{:?}", deployment.files);
    }
}

#[test]
fn everything_mounted_is_here_or_said_to_be_made() {
    // Written by whoever deploys: one is a secret, the other their own.
    let made = ["token", "value-of-collector_certs"];
    for deployment in &ALL {
        // As for a clone that is deployed by hand.
        let environment = format!("{}\nACO_FILES=..", deployment.environment());
        let project = read(&deployment.paths(), &environment).unwrap();
        let mut files = 0;
        for (name, service) in entries(&project, "services") {
            for volume in list(service, "volumes") {
                let source = text(volume, "source");
                if text(volume, "type") == "volume" {
                    assert!(project["volumes"][source].is_object(), "{name}: {source}");
                    continue;
                }
                files += 1;
                assert_eq!(volume["read_only"], true, "{name}: {source}");
                let path = Path::new(source);
                let is_made = path
                    .file_name()
                    .is_some_and(|name| made.iter().any(|it| name == *it));
                assert!(path.exists() || is_made, "{name}: {source} is nowhere");
            }
        }
        assert!(files > 0, "{:?}", deployment.files);
    }
}

#[test]
fn on_dokploy_files_come_from_the_folder_that_outlives_a_deployment() {
    for deployment in [LOKI, OTEL_STACK, WITHOUT_TRAEFIK] {
        let project = deployment.read();
        for (name, service) in entries(&project, "services") {
            for volume in list(service, "volumes") {
                let source = text(volume, "source");
                let outside = source.starts_with("/etc/dokploy/compose/")
                    || source.ends_with("value-of-collector_certs")
                    || text(volume, "type") == "volume";
                assert!(outside, "{name}: {source} goes with the next deployment");
            }
        }
    }
}

#[test]
fn loki_the_collector_and_grafana_meet_on_one_network() {
    let (loki, stack) = (LOKI.read(), OTEL_STACK.read());
    for project in [&loki, &stack] {
        let network = &project["networks"]["backend"];
        assert_eq!(text(network, "name"), "dokploy-network");
        assert_eq!(network["external"], true);
    }
    let alias = &loki["services"]["loki"]["networks"]["backend"]["aliases"][0];
    let address = format!("http://{}:3100", alias.as_str().unwrap());
    let services = &stack["services"];
    let environment = |service: &str, name: &str| services[service]["environment"][name].clone();
    assert_eq!(
        environment("otel-collector", "LOKI_OTLP_ENDPOINT"),
        format!("{address}/otlp")
    );
    assert_eq!(environment("grafana", "LOKI_URL"), address);
    for (service, networks) in [
        ("otel-collector", ["backend", "default"].as_slice()),
        ("grafana", &["backend", "default"]),
        ("prometheus", &["default"]),
    ] {
        let on: Vec<_> = entries(&services[service], "networks");
        let names: Vec<_> = on.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, networks, "{service}");
    }
}

#[test]
fn traefik_ends_tls_and_speaks_http_2_to_the_collector() {
    let project = OTEL_STACK.read();
    let labels = |service: &str| project["services"][service]["labels"].clone();
    let collector = labels("otel-collector");
    for (label, value) in [
        ("enable", "true"),
        // It is on two networks; Traefik is on this one.
        ("docker.network", "dokploy-network"),
        (
            "http.routers.aco-otlp.rule",
            "Host(`value-of-collector_host`)",
        ),
        ("http.routers.aco-otlp.entrypoints", "websecure"),
        ("http.routers.aco-otlp.tls.certresolver", "letsencrypt"),
        ("http.services.aco-otlp.loadbalancer.server.port", "4317"),
        ("http.services.aco-otlp.loadbalancer.server.scheme", "h2c"),
    ] {
        assert_eq!(
            text(&collector, &format!("traefik.{label}")),
            value,
            "{label}"
        );
    }
    // With more than one service to a container Traefik wants each router's named, and a name that
    // leads nowhere is only a line in its log.
    for service in ["otel-collector", "grafana"] {
        let labels = labels(service);
        let labels = labels.as_object().unwrap();
        for (label, value) in labels
            .iter()
            .filter(|(label, _)| label.ends_with(".service"))
        {
            let target = format!("traefik.http.services.{}.", value.as_str().unwrap());
            let is_target = |label: &String| label.starts_with(&target);
            assert!(labels.keys().any(is_target), "{label}: no {target}…");
        }
    }
    // Where nobody reads them, they would be a lie.
    let alone = WITHOUT_TRAEFIK.read();
    for (name, service) in entries(&alone, "services") {
        assert_eq!(entries(service, "labels"), [], "{name}");
    }
}

/// The names in `${NAME}`, `${NAME:-…}` and `${NAME:?…}`.
fn variables(compose: &str) -> BTreeSet<&str> {
    let uncommented = compose
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    uncommented
        .flat_map(|line| line.split("${").skip(1))
        .map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_uppercase() && c != '_');
            &rest[..end.unwrap_or(rest.len())]
        })
        .collect()
}

#[test]
fn each_example_names_every_variable() {
    let read = |path: &str| std::fs::read_to_string(infra().join(path)).unwrap();
    let shared = read("docker-compose.yml");
    for (folder, files, services) in [
        (".", &LOCAL.files[1..], LOCAL.services),
        ("loki", LOKI.files, LOKI.services),
        ("otel-stack", WITHOUT_TRAEFIK.files, OTEL_STACK.services),
    ] {
        let example = read(&format!("{folder}/.env.example"));
        let named: BTreeSet<_> = example
            .lines()
            .filter_map(|line| line.trim_start_matches('#').split_once('='))
            .map(|(name, _)| name)
            .collect();
        // Of the shared file only its own services' part.
        let mut texts: Vec<String> = files.iter().map(|file| read(file)).collect();
        for service in services {
            let start = shared.find(&format!("\n  {service}:\n")).unwrap() + 1;
            let part = &shared[start..];
            let end = part.find("\n\n").unwrap_or(part.len());
            texts.push(part[..end].to_owned());
        }
        for text in &texts {
            for variable in variables(text) {
                assert!(
                    named.contains(variable),
                    "{folder}/.env.example: no {variable}"
                );
            }
        }
    }
}

#[test]
fn prometheus_takes_its_configuration() {
    let check = |file: &Path| {
        let mut promtool = Command::new(ensure_promtool());
        promtool
            .args(["check", "config"])
            .arg(file)
            .output()
            .unwrap()
    };
    let original = infra().join("prometheus.yml");
    let output = check(&original);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");

    let folder = tempfile::tempdir().unwrap();
    let misspelt = folder.path().join("prometheus.yml");
    let text = std::fs::read_to_string(original).unwrap();
    std::fs::write(&misspelt, text.replace("honor_labels", "honour_labels")).unwrap();
    assert!(!check(&misspelt).status.success());
}
