//! The two test records, as requests. They go to a stream of their own and never through the spool:
//! a record of now in the agent's stream would push a waiting backlog out of Loki's window.

use crate::bridge::{Payload, ResourceAttributes, encode_resource};
use crate::ship::request::encode_request;
use aco_domain::UnixNanos;
use bytes::Bytes;
use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, SeverityNumber};
use prost::Message as _;
use std::time::Duration;

/// `service.name` of test records.
pub const SERVICE_NAME: &str = "ai-cost-observer-doctor";

/// Older than any Loki takes: its own limit is a week, and `infra/` raises that to a month.
pub(super) const LONG_AGO: Duration = Duration::from_secs(10 * 365 * 86_400);

/// Scope of test records.
const SCOPE: &str = "aco::doctor";

/// A request of one record that says `body` at `time`, by whoever `speaker` is.
pub(super) fn request(speaker: &ResourceAttributes, body: &str, time: UnixNanos) -> Bytes {
    let resource = encode_resource(&speaker.clone().with("service.name", SERVICE_NAME));
    let record = LogRecord {
        time_unix_nano: time.0,
        observed_time_unix_nano: time.0,
        severity_number: SeverityNumber::Info.into(),
        severity_text: "INFO".to_owned(),
        body: Some(AnyValue {
            value: Some(any_value::Value::StringValue(body.to_owned())),
        }),
        ..LogRecord::default()
    }
    .encode_to_vec();
    let payload = Payload {
        scope: SCOPE.as_bytes(),
        record: &record,
    };
    encode_request(&resource, &[payload])
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;

    #[test]
    fn a_test_record_has_a_stream_of_its_own() {
        let speaker = ResourceAttributes::default()
            .with("service.name", "ai-cost-observer")
            .with("host.name", "h");
        let sent = request(&speaker, "hello", UnixNanos(7));
        let request = ExportLogsServiceRequest::decode(sent).unwrap();
        let logs = &request.resource_logs[0];
        let attributes: Vec<_> = logs
            .resource
            .as_ref()
            .unwrap()
            .attributes
            .iter()
            .map(|kv| (kv.key.as_str(), kv.value.clone().unwrap().value.unwrap()))
            .collect();
        let text = |text: &str| any_value::Value::StringValue(text.to_owned());
        assert_eq!(
            attributes,
            [
                ("host.name", text("h")),
                ("service.name", text(SERVICE_NAME))
            ]
        );
        let record = &logs.scope_logs[0].log_records[0];
        assert_eq!(record.time_unix_nano, 7);
        assert_eq!(record.severity_number, 9);
    }
}
