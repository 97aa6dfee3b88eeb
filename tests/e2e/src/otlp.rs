//! OTLP/HTTP with JSON bodies: a second client beside the agent's own, so that a test of the stack
//! does not stand or fall with the agent.

use serde_json::{Value, json};

use crate::http::Answer;
use crate::now_ns;
use crate::stack::Stack;

/// One log record of `service.name` `service`, of now.
pub fn log_record(service: &str, body: &str, attributes: &[(&str, &str)]) -> Value {
    json!({"resourceLogs": [{
        "resource": {"attributes": attribute_list(&[
            ("service.name", service),
            ("host.name", "e2e-host"),
        ])},
        "scopeLogs": [{"scope": {"name": "aco_e2e"}, "logRecords": [{
            "timeUnixNano": now_ns().to_string(),
            "severityNumber": 9,
            "severityText": "INFO",
            "body": {"stringValue": body},
            "attributes": attribute_list(attributes),
        }]}],
    }]})
}

/// One cumulative counter with one point, as the agent's metrics have it.
pub fn counter(service: &str, host: &str, name: &str, unit: &str, value: f64) -> Value {
    let now = now_ns();
    json!({"resourceMetrics": [{
        "resource": {"attributes": attribute_list(&[
            ("service.name", service),
            ("host.name", host),
            ("service.instance.id", &format!("instance-of-{host}")),
        ])},
        "scopeMetrics": [{"scope": {"name": "aco_e2e"}, "metrics": [{
            "name": name,
            "unit": unit,
            "sum": {"aggregationTemporality": 2, "isMonotonic": true, "dataPoints": [{
                "startTimeUnixNano": (now - 1_000_000_000).to_string(),
                "timeUnixNano": now.to_string(),
                "asDouble": value,
            }]},
        }]}],
    }]})
}

/// Posts to `/v1/<signal>` of the Collector's OTLP/HTTP port.
pub fn send(
    stack: &Stack,
    signal: &str,
    token: Option<&str>,
    body: &Value,
) -> Result<Answer, ureq::Error> {
    let url = format!("{}/v1/{signal}", stack.http_endpoint());
    let authorization = token.map(|token| format!("Bearer {token}"));
    let headers: Vec<_> = authorization
        .iter()
        .map(|value| ("authorization", value.as_str()))
        .collect();
    stack.client().post_json(&url, &headers, body)
}

fn attribute_list(attributes: &[(&str, &str)]) -> Value {
    attributes
        .iter()
        .map(|(key, value)| json!({"key": key, "value": {"stringValue": value}}))
        .collect()
}
