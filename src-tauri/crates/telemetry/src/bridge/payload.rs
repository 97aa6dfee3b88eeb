//! What one spool frame holds: the scope's name and the record as it will stand on the wire.
//!
//! ```text
//! u16 little-endian  length of the scope name
//! …                  scope name, UTF-8 (the log target, cut at 65,535 bytes)
//! …                  opentelemetry.proto.logs.v1.LogRecord, encoded
//! ```
//!
//! The record is encoded before the spool hands out a number; the two fields that depend on it, the
//! time and `log.record.uid`, are appended. Protobuf lets fields stand in any order, and a resend
//! copies these bytes, so a record is byte-identical however often it is sent.

use aco_domain::{RecordUid, UnixNanos};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use prost::Message as _;

/// `LogRecord.time_unix_nano`, field 1, fixed64 (opentelemetry/proto/logs/v1/logs.proto).
const TIME_KEY: u8 = (1 << 3) | 1;
/// `LogRecord.attributes`, field 6, length-delimited.
const ATTRIBUTES_KEY: u8 = (6 << 3) | 2;

/// A frame's payload taken apart. Nothing is decoded; both parts are borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload<'a> {
    /// The instrumentation scope's name: the log target.
    pub scope: &'a [u8],
    /// An encoded `LogRecord`.
    pub record: &'a [u8],
}

impl<'a> Payload<'a> {
    /// A record that says nothing.
    pub const EMPTY: Self = Self {
        scope: b"",
        record: b"",
    };

    /// Takes a payload apart; nothing when it is not one of ours.
    #[must_use]
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk::<2>()?;
        let (scope, record) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
        Some(Self { scope, record })
    }
}

/// Writes everything of a payload that does not depend on its place in the spool.
pub fn encode_payload(scope: &str, record: &LogRecord, into: &mut Vec<u8>) {
    let length = scope.floor_char_boundary(usize::from(u16::MAX));
    // The boundary is at most u16::MAX, so the conversion holds.
    into.extend_from_slice(&u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes());
    into.extend_from_slice(&scope.as_bytes()[..length]);
    into.reserve(record.encoded_len());
    record.encode_raw(into);
}

/// Appends the time and the uid.
pub(super) fn stamp_payload(time: UnixNanos, uid: RecordUid, into: &mut Vec<u8>) {
    into.push(TIME_KEY);
    into.extend_from_slice(&time.0.to_le_bytes());
    let attribute = KeyValue {
        key: "log.record.uid".to_owned(),
        value: Some(AnyValue {
            value: Some(any_value::Value::StringValue(uid.to_string())),
        }),
        ..KeyValue::default()
    };
    into.push(ATTRIBUTES_KEY);
    // A Vec grows: encoding into it cannot fail.
    let _ = attribute.encode_length_delimited(into);
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_is_appended_decodes_as_part_of_the_record() {
        let record = LogRecord {
            severity_number: 9,
            ..LogRecord::default()
        };
        let mut bytes = Vec::new();
        encode_payload("aco::agent", &record, &mut bytes);
        let uid = RecordUid {
            installation: Uuid::from_u128(1),
            sequence: 7,
        };
        stamp_payload(UnixNanos(5), uid, &mut bytes);

        let payload = Payload::parse(&bytes).unwrap();
        assert_eq!(payload.scope, b"aco::agent");
        let decoded = LogRecord::decode(payload.record).unwrap();
        assert_eq!((decoded.time_unix_nano, decoded.severity_number), (5, 9));
        assert_eq!(decoded.attributes[0].key, "log.record.uid");
        let value = decoded.attributes[0].value.clone().unwrap().value.unwrap();
        assert_eq!(value, any_value::Value::StringValue(uid.to_string()));
    }

    #[test]
    fn an_endless_scope_is_cut_and_a_foreign_payload_refused() {
        let mut bytes = Vec::new();
        encode_payload(&"é".repeat(60_000), &LogRecord::default(), &mut bytes);
        let payload = Payload::parse(&bytes).unwrap();
        assert_eq!(payload.scope.len(), 65_534);
        assert!(payload.record.is_empty());
        assert_eq!(Payload::parse(&[9, 0, 1]), None);
        assert_eq!(Payload::parse(&[9]), None);
    }
}
