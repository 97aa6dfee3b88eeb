//! The images that people deploy and the servers that the tests start are one version: compose tags
//! against the modules in `tests/stack/`.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic is how a test fails, in its plain functions too"
)]

use std::collections::BTreeMap;

use aco_e2e::build::{go_mod, prometheus_release, required_version};
use serde_json::Value;

/// Every `image:` of a compose file: repository to tag. Panics on one without a tag of its own.
fn images(compose: &str) -> BTreeMap<String, String> {
    compose
        .lines()
        .filter_map(|line| line.trim().strip_prefix("image:"))
        .map(|image| {
            let image = image.trim().trim_matches(['"', '\'']);
            let (repository, tag) = image.rsplit_once(':').expect("an image with a tag");
            (repository.to_owned(), tag.to_owned())
        })
        .collect()
}

/// Complaints about the tags of a compose file, given each module's `go.mod`.
fn disagreements(compose: &str, modules: &BTreeMap<&str, Value>) -> Vec<String> {
    let images = images(compose);
    let required = |module: &str, dependency: &str| {
        required_version(&modules[module], dependency)
            .unwrap_or_else(|| format!("no {dependency} in {module}/go.mod"))
    };
    let release = |version: String| {
        let release = prometheus_release(&version);
        release.map_or(version, |release| format!("v{release}"))
    };
    const CONTRIB: &str = "github.com/open-telemetry/opentelemetry-collector-contrib";
    let collector = "otel/opentelemetry-collector-contrib";
    let mut expected = vec![
        (
            collector,
            required("collector", "go.opentelemetry.io/collector/otelcol"),
        ),
        (
            "grafana/loki",
            required("loki", "github.com/grafana/loki/v3"),
        ),
        (
            "prom/prometheus",
            release(required("prometheus", "github.com/prometheus/prometheus")),
        ),
    ];
    // Core and contrib are released together, and every contrib component must be of that release.
    let components = modules["collector"]["Require"]
        .as_array()
        .expect("requirements");
    for component in components {
        let path = component["Path"].as_str().expect("a path");
        if path.starts_with(CONTRIB) {
            expected.push((collector, required("collector", path)));
        }
    }
    expected
        .into_iter()
        .filter_map(|(repository, version)| match images.get(repository) {
            Some(tag) if *tag == version => None,
            tag => Some(format!("{repository}: image {tag:?}, module {version}")),
        })
        .collect()
}

fn modules() -> BTreeMap<&'static str, Value> {
    ["collector", "loki", "prometheus"]
        .map(|name| (name, go_mod(name)))
        .into()
}

fn compose() -> String {
    std::fs::read_to_string(aco_e2e::infra().join("docker-compose.yml")).unwrap()
}

#[test]
fn images_and_modules_agree() {
    assert_eq!(disagreements(&compose(), &modules()), Vec::<String>::new());
}

#[test]
fn each_difference_is_noticed() {
    let (compose, modules) = (compose(), modules());
    for (repository, tag) in images(&compose) {
        if repository == "grafana/grafana" {
            continue; // No module: Grafana is not part of the tests' stack.
        }
        let image = format!("image: {repository}:{tag}");
        assert_eq!(compose.matches(&image).count(), 1, "{image}");
        let changed = compose.replace(&image, &format!("{image}9"));
        assert_ne!(
            disagreements(&changed, &modules),
            Vec::<String>::new(),
            "{image}9"
        );
        let removed = compose.replace(&image, "");
        assert_ne!(
            disagreements(&removed, &modules),
            Vec::<String>::new(),
            "no {image}"
        );
    }
}

#[test]
fn every_image_names_an_exact_version() {
    let images = images(&compose());
    assert_eq!(images.len(), 4, "{images:?}");
    for (repository, tag) in images {
        let numbers: Vec<_> = tag.trim_start_matches('v').split('.').collect();
        let exact = numbers.len() == 3 && numbers.iter().all(|part| part.parse::<u32>().is_ok());
        assert!(exact, "{repository}:{tag}");
    }
}

#[test]
fn nothing_is_published_beyond_this_machine() {
    assert!(
        !compose().contains("ports:"),
        "ports belong to the override"
    );
    let path = aco_e2e::infra().join("docker-compose.override.yml");
    let local = std::fs::read_to_string(path).unwrap();
    let mut inside_ports = false;
    let mut published = 0;
    for line in local
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#'))
    {
        if let Some(port) = line.strip_prefix("- ").filter(|_| inside_ports) {
            assert!(port.starts_with("127.0.0.1:"), "{port}");
            published += 1;
        } else {
            inside_ports = line == "ports:";
        }
    }
    assert_eq!(published, 6, "Collector 3, Loki, Prometheus, Grafana");
}
