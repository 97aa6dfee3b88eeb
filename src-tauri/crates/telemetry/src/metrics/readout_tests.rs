use super::super::Snapshot;
use super::super::family::{self, CLI_ACTIVE_DURATION, CLI_RUNNING, RECORDS_DROPPED, SPOOL_BYTES};
use super::*;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point;
use opentelemetry_proto::tonic::metrics::v1::{AggregationTemporality, Metric, NumberDataPoint};
use std::collections::BTreeMap;

/// What would be on the wire.
fn wire(readout: &mut Readout, snapshot: &Snapshot) -> ExportMetricsServiceRequest {
    let collected = readout.collect(&snapshot.gauges, &snapshot.counters);
    ExportMetricsServiceRequest::from(collected.unwrap())
}

fn metrics(request: &ExportMetricsServiceRequest) -> Vec<&Metric> {
    let resources = request.resource_metrics.iter();
    let scopes = resources.flat_map(|resource| &resource.scope_metrics);
    scopes.flat_map(|scope| &scope.metrics).collect()
}

fn points(metric: &Metric) -> &[NumberDataPoint] {
    match metric.data.as_ref().unwrap() {
        Data::Gauge(gauge) => &gauge.data_points,
        Data::Sum(sum) => {
            assert!(sum.is_monotonic, "{}", metric.name);
            let cumulative = AggregationTemporality::Cumulative as i32;
            assert_eq!(sum.aggregation_temporality, cumulative);
            &sum.data_points
        }
        other => panic!("{other:?}"),
    }
}

/// `key=value` of each label, then the value.
fn words(point: &NumberDataPoint) -> String {
    let mut labels: Vec<String> = point
        .attributes
        .iter()
        .map(|label| format!("{}={}", label.key, text(label.value.clone())))
        .collect();
    labels.sort();
    let value = match point.value.unwrap() {
        number_data_point::Value::AsDouble(value) => format!("{value:?}"),
        number_data_point::Value::AsInt(value) => value.to_string(),
    };
    labels.push(value);
    labels.join(" ")
}

fn text(value: Option<opentelemetry_proto::tonic::common::v1::AnyValue>) -> String {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;
    match value.unwrap().value.unwrap() {
        Value::StringValue(text) => text,
        other => panic!("{other:?}"),
    }
}

fn all(request: &ExportMetricsServiceRequest) -> BTreeMap<String, Vec<String>> {
    let metrics = metrics(request).into_iter();
    metrics
        .map(|metric| {
            let points = points(metric).iter().map(words).collect();
            (metric.name.clone(), points)
        })
        .collect()
}

#[test]
fn values_arrive_with_name_unit_kind_and_labels() {
    let resource = ResourceAttributes::default()
        .with("service.name", "ai-cost-observer")
        .with("host.name", "here");
    let mut readout = Readout::new(&resource);
    let mut snapshot = Snapshot::default();
    snapshot.gauge(CLI_RUNNING, ["ollama", "local-model"], 1.0);
    snapshot.counter(CLI_ACTIVE_DURATION, ["ollama", "local-model"], 61_500);
    snapshot.counter(RECORDS_DROPPED, ["age"], 3);
    snapshot.counter(RECORDS_DROPPED, ["disk"], 0);
    snapshot.gauge(SPOOL_BYTES, [], 4096.0);
    let request = wire(&mut readout, &snapshot);

    let attributes = &request.resource_metrics[0]
        .resource
        .as_ref()
        .unwrap()
        .attributes;
    let attributes: BTreeMap<_, _> = attributes
        .iter()
        .map(|it| (it.key.as_str(), text(it.value.clone())))
        .collect();
    let expected = [
        ("host.name", "here".to_owned()),
        ("service.name", "ai-cost-observer".to_owned()),
    ];
    assert_eq!(
        attributes,
        BTreeMap::from(expected),
        "and nothing found out"
    );

    let units: BTreeMap<_, _> = metrics(&request)
        .iter()
        .map(|metric| (metric.name.as_str(), metric.unit.as_str()))
        .collect();
    let expected = [
        ("ai.agent.records.dropped", ""),
        ("ai.agent.spool.bytes", "By"),
        ("ai.cli.active.duration", "s"),
        ("ai.cli.running", ""),
    ];
    assert_eq!(units, BTreeMap::from(expected));
    let mut found = all(&request);
    found.values_mut().for_each(|points| points.sort());
    let ollama = "cli.category=local-model cli.name=ollama";
    let expected = [
        (
            "ai.agent.records.dropped",
            vec!["reason=age 3".to_owned(), "reason=disk 0".to_owned()],
        ),
        ("ai.agent.spool.bytes", vec!["4096.0".to_owned()]),
        ("ai.cli.active.duration", vec![format!("{ollama} 61.5")]),
        ("ai.cli.running", vec![format!("{ollama} 1.0")]),
    ];
    let expected = expected.map(|(name, points)| (name.to_owned(), points));
    assert_eq!(found, BTreeMap::from(expected));
}

#[test]
fn what_is_not_handed_in_any_more_is_absent() {
    let mut readout = Readout::new(&ResourceAttributes::default());
    let mut snapshot = Snapshot::default();
    snapshot.gauge(CLI_RUNNING, ["ollama", "local-model"], 1.0);
    snapshot.counter(RECORDS_DROPPED, ["age"], 3);
    assert_eq!(all(&wire(&mut readout, &snapshot)).len(), 2);
    assert!(all(&wire(&mut readout, &Snapshot::default())).is_empty());
    assert_eq!(all(&wire(&mut readout, &snapshot)).len(), 2);
}

#[test]
fn every_family_has_an_instrument() {
    let mut readout = Readout::new(&ResourceAttributes::default());
    let mut snapshot = Snapshot::default();
    for row in family::ALL {
        let labels: Vec<&str> = row.labels.to_vec();
        let series = Series::new(row, &labels);
        match row.kind {
            Kind::Gauge => snapshot.gauges.push((series, 1.0)),
            Kind::Counter { .. } => snapshot.counters.push((series, 1)),
        }
    }
    let found = all(&wire(&mut readout, &snapshot));
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    let mut expected: Vec<&str> = family::ALL.iter().map(|row| row.name).collect();
    expected.sort_unstable();
    assert_eq!(names, expected);
}
