//! Frames to an `ExportLogsServiceRequest`, by copying: nothing is decoded on the way out.
//!
//! ```text
//! ExportLogsServiceRequest { 1: ResourceLogs {
//!     1: Resource                      the segment's header, as it was encoded at the time
//!     2: ScopeLogs { 1: InstrumentationScope { 1: name }, 2: LogRecord, 2: LogRecord … }
//!     2: ScopeLogs …                   a new one wherever the scope changes: order is kept
//! } }
//! ```
//! (opentelemetry/proto/collector/logs/v1/logs_service.proto, …/logs/v1/logs.proto)

use crate::bridge::Payload;
use bytes::{BufMut as _, Bytes, BytesMut};
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint, key_len};

/// Builds a request of `records`, in order, under an encoded `resource`.
#[must_use]
pub fn encode_request(resource: &[u8], records: &[Payload<'_>]) -> Bytes {
    let scopes: Vec<Scope<'_, '_>> = records
        .chunk_by(|a, b| a.scope == b.scope)
        .map(Scope::of)
        .collect();
    let scopes_len: usize = scopes.iter().map(|scope| field_len(scope.len)).sum();
    let resource_logs_len = field_len(resource.len()) + scopes_len;

    let mut request = BytesMut::with_capacity(field_len(resource_logs_len));
    put_header(1, resource_logs_len, &mut request);
    put_field(1, resource, &mut request);
    for scope in scopes {
        put_header(2, scope.len, &mut request);
        put_header(1, scope.name_len, &mut request);
        if scope.name_len > 0 {
            put_field(1, scope.name, &mut request);
        }
        for payload in scope.records {
            put_field(2, payload.record, &mut request);
        }
    }
    request.freeze()
}

/// A run of records of one scope, with the lengths of its messages.
struct Scope<'a, 'r> {
    name: &'a [u8],
    /// Of the `InstrumentationScope`.
    name_len: usize,
    records: &'r [Payload<'a>],
    /// Of the `ScopeLogs`.
    len: usize,
}

impl<'a, 'r> Scope<'a, 'r> {
    fn of(records: &'r [Payload<'a>]) -> Self {
        let name = records.first().map_or(&[][..], |payload| payload.scope);
        let name_len = if name.is_empty() {
            0
        } else {
            field_len(name.len())
        };
        let bodies: usize = records
            .iter()
            .map(|payload| field_len(payload.record.len()))
            .sum();
        Self {
            name,
            name_len,
            records,
            len: field_len(name_len) + bodies,
        }
    }
}

/// A length-delimited field with a number below 16: key, length, content.
fn field_len(content: usize) -> usize {
    key_len(1) + encoded_len_varint(content as u64) + content
}

fn put_header(field: u32, content: usize, into: &mut BytesMut) {
    encode_key(field, WireType::LengthDelimited, into);
    encode_varint(content as u64, into);
}

fn put_field(field: u32, content: &[u8], into: &mut BytesMut) {
    put_header(field, content.len(), into);
    into.put_slice(content);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridge::{ResourceAttributes, encode_resource, put_scope};
    use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
    use opentelemetry_proto::tonic::logs::v1::LogRecord;
    use proptest::prelude::*;
    use prost::Message as _;

    fn payload(scope: &str, severity: i32) -> Vec<u8> {
        let record = LogRecord {
            severity_number: severity,
            ..LogRecord::default()
        };
        let mut bytes = Vec::new();
        put_scope(scope, &mut bytes);
        record.encode(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn an_empty_request_is_still_one() {
        let request = ExportLogsServiceRequest::decode(encode_request(&[], &[])).unwrap();
        assert_eq!(request.resource_logs.len(), 1);
    }

    proptest! {
        #[test]
        fn decodes_to_the_records_in_order(
            scopes in prop::collection::vec("[a-c]{0,2}", 0..40),
            host in ".{0,300}",
        ) {
            let frames: Vec<_> =
                scopes.iter().enumerate().map(|(n, s)| payload(s, i32::try_from(n).unwrap())).collect();
            let payloads: Vec<_> = frames.iter().map(|f| Payload::parse(f).unwrap()).collect();
            let resource = encode_resource(&ResourceAttributes::default().with("host.name", &host));
            let bytes = encode_request(&resource, &payloads);
            let request = ExportLogsServiceRequest::decode(bytes).unwrap();

            let logs = &request.resource_logs[0];
            prop_assert_eq!(logs.resource.clone().unwrap().encode_to_vec(), resource);
            let decoded: Vec<_> = logs
                .scope_logs
                .iter()
                .flat_map(|s| s.log_records.iter().map(|r| (s.scope.clone().unwrap().name, r.severity_number)))
                .collect();
            let expected: Vec<_> =
                scopes.iter().enumerate().map(|(n, s)| (s.clone(), i32::try_from(n).unwrap())).collect();
            prop_assert_eq!(decoded, expected);
            // One ScopeLogs a run, not one a record.
            prop_assert!(logs.scope_logs.windows(2).all(|w| w[0].scope != w[1].scope));
        }
    }
}
